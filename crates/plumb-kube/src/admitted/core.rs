//! Defaults of the core group: pkg/apis/core/v1/defaults.go, and what the registry of Services allocates.

use super::fields::{Fields, empty, list, object};
use super::pods;
use plumb_cel::Value as Cel;

pub(super) fn fill(kind: &str, root: &mut Fields<'_>) {
    match kind {
        "Pod" => pods::pod(root),
        "PodTemplate" => pods::template(root),
        "Service" => service(root),
        "ReplicationController" => controller(root),
        "Secret" => root.set("type", "Opaque"),
        "PersistentVolume" => {
            let mut spec = root.object("spec");
            spec.set("persistentVolumeReclaimPolicy", "Retain");
            spec.set("volumeMode", "Filesystem");
            spec.at("hostPath").set("type", "");
        }
        "PersistentVolumeClaim" => pods::claim(root),
        "Namespace" => namespace(root),
        "LimitRange" => root.object("spec").each("limits", limit),
        "Endpoints" => root.each("subsets", |subset| {
            subset.each("ports", |port| port.set("protocol", "TCP"));
        }),
        _ => {}
    }
}

/// A namespace is found by the label of its name.
fn namespace(root: &mut Fields<'_>) {
    root.set("spec", empty());
    let mut metadata = root.object("metadata");
    let name = metadata.get("name").cloned();
    if let Some(name) = name.filter(|_| metadata.has("generateName") == Some(false)) {
        metadata.object("labels").set("kubernetes.io/metadata.name", name);
    }
}

fn controller(root: &mut Fields<'_>) {
    let mut spec = root.object("spec");
    spec.set("replicas", 1);
    let labels = spec.at("template").at("metadata").get("labels").cloned();
    if let Some(labels) = labels {
        spec.set("selector", labels.clone());
        root.object("metadata").set("labels", labels);
    }
    pods::template(&mut root.object("spec"));
}

fn service(root: &mut Fields<'_>) {
    let mut spec = root.object("spec");
    spec.set("sessionAffinity", "None");
    let by_client = spec.is("sessionAffinity", "ClientIP");
    let lasting = object([("clientIP", object([("timeoutSeconds", 10_800.into())]))]);
    spec.set_if(by_client, "sessionAffinityConfig", lasting);
    spec.set("type", "ClusterIP");
    let of = |spec: &Fields<'_>, kinds: &[&str]| -> Option<bool> {
        let is = kinds.iter().map(|kind| spec.is("type", kind));
        is.reduce(|one, other| match (one, other) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (Some(false), other) | (other, Some(false)) => other,
            _ => None,
        })
        .flatten()
    };
    let is_balanced = of(&spec, &["LoadBalancer"]);
    let is_outside = of(&spec, &["NodePort", "LoadBalancer"]);
    let is_inside = of(&spec, &["ClusterIP", "NodePort", "LoadBalancer"]);
    spec.set_if(is_outside, "externalTrafficPolicy", "Cluster");
    spec.set_if(is_inside, "internalTrafficPolicy", "Cluster");
    spec.set_if(is_balanced, "allocateLoadBalancerNodePorts", true);
    spec.each("ports", |port| {
        port.set("protocol", "TCP");
        let number = port.get("port").cloned().unwrap_or(Cel::Unknown);
        port.set("targetPort", number);
        // Which ports of the nodes are free, only the cluster knows.
        if is_outside != Some(false) {
            port.set("nodePort", Cel::Unknown);
        }
    });
    if is_inside != Some(false) {
        let headless = spec.is("clusterIP", "None") == Some(true);
        spec.set("clusterIP", Cel::Unknown);
        spec.set("clusterIPs", if headless { list(vec!["None".into()]) } else { Cel::Unknown });
        for name in ["ipFamilies", "ipFamilyPolicy"] {
            spec.set(name, Cel::Unknown);
        }
    }
    root.set("status", object([("loadBalancer", empty())]));
}

/// The limits of containers: what is given by default is what is allowed at most, and what is requested what is given.
fn limit(limit: &mut Fields<'_>) {
    if limit.is("type", "Container") != Some(true) {
        return;
    }
    for (from, to) in [("max", "default"), ("default", "defaultRequest"), ("min", "defaultRequest")]
    {
        let known = limit.at(from).entries();
        if !known.is_empty() {
            let mut filled = limit.object(to);
            for (name, amount) in known {
                if let Cel::String(name) = name {
                    filled.set(&name, amount);
                }
            }
        }
    }
}
