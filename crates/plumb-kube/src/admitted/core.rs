//! Defaults of the core group: pkg/apis/core/v1/defaults.go, and what registries and admission make of its objects.

use super::base64;
use super::fields::{Fields, empty, list, object};
use super::pods;
use plumb_cel::Value as Cel;

pub(super) fn fill(kind: &str, root: &mut Fields<'_>) {
    match kind {
        "Pod" => pods::pod(root),
        "PodTemplate" => pods::template(root),
        "Service" => service(root),
        "ReplicationController" => controller(root),
        "Secret" => secret(root),
        "PersistentVolume" => {
            let mut spec = root.object("spec");
            spec.set("persistentVolumeReclaimPolicy", "Retain");
            spec.set("volumeMode", "Filesystem");
            spec.at("hostPath").set("type", "");
        }
        "PersistentVolumeClaim" => {
            pods::claim(root);
            // Admission (the plugin DefaultStorageClass) gives it the cluster's class, if one is the default.
            root.at("spec").doubt("storageClassName");
        }
        "Namespace" => namespace(root),
        "LimitRange" => root.object("spec").each("limits", limit),
        "Endpoints" => root.each("subsets", |subset| {
            subset.each("ports", |port| port.set("protocol", "TCP"));
        }),
        _ => {}
    }
}

/// A namespace is found by the label of its name. What its registry writes is there before policies are asked.
fn namespace(root: &mut Fields<'_>) {
    const FINALIZER: &str = "kubernetes";
    let mut spec = root.object("spec");
    spec.set("finalizers", list(Vec::new()));
    let is_its = |item: &Cel| matches!(item, Cel::String(text) if **text == *FINALIZER);
    if let Some(finalizers) = spec.list("finalizers").filter(|own| !own.items.iter().any(is_its)) {
        finalizers.items.push(FINALIZER.into());
    }
    root.put("status", object([("phase", "Active".into())]));
    let mut metadata = root.object("metadata");
    let name = metadata.get("name").cloned();
    if let Some(name) = name.filter(|_| metadata.has("generateName") == Some(false)) {
        metadata.object("labels").set("kubernetes.io/metadata.name", name);
    }
}

/// What is written as text becomes data when it is decoded, and wins over data of the same key.
fn secret(root: &mut Fields<'_>) {
    root.set("type", "Opaque");
    match root.has("stringData") {
        Some(false) => return,
        // A gap may hold text.
        None => return root.at("data").open(),
        Some(true) => {}
    }
    match root.take("stringData") {
        Some(Cel::Map(texts)) => {
            let mut data = root.object("data");
            for (key, text) in texts.iter() {
                let Cel::String(key) = key else { continue };
                let encoded = match text {
                    Cel::String(text) => base64::encode(text.as_bytes()).into(),
                    Cel::Null => "".into(),
                    _ => Cel::Unknown,
                };
                data.put(key, encoded);
            }
            if texts.has_more() {
                data.open();
            }
        }
        Some(Cel::Unknown) => root.put("data", Cel::Unknown),
        _ => {}
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
