//! What the workloads of a group would run.
//!
//! Owns: which kinds have a pod template, and what a pod shows of itself. Must not know: what any analyzer looks for.

use super::object::{CORE, Object, text};
use plumb_kube::Node;
use plumb_kube::select::{Labels, Selector};

/// What one workload of the group runs.
pub(super) struct Pod<'a> {
    /// The object that defines it.
    pub(super) owner: usize,
    /// The labels that the pod will have.
    pub(super) labels: Labels<'a>,
    /// The annotations that the pod will have.
    annotations: Option<&'a Node>,
    /// The pod's `spec`.
    pub(super) spec: &'a Node,
    /// The namespace.
    pub(super) namespace: Option<&'a str>,
    /// Whether it is written as a pod, and not derived from a template.
    pub(super) is_pod: bool,
    /// Whether all of its labels are shown.
    knows_labels: bool,
    /// Whether all of its containers are shown, each with all of its ports.
    pub(super) knows_containers: bool,
}

/// Where a kind keeps its pods' metadata and spec; nothing for a kind that runs none.
fn template(object: &Object<'_>) -> Option<(&'static str, &'static str)> {
    let is_of = |groups: &[&str]| !object.has_head || groups.contains(&object.group);
    match object.kind {
        "Pod" if is_of(&[CORE]) => Some(("metadata", "spec")),
        "Deployment" | "DaemonSet" | "ReplicaSet" if is_of(&["apps", "extensions"]) => {
            Some(("spec.template.metadata", "spec.template.spec"))
        }
        "StatefulSet" if is_of(&["apps"]) => Some(("spec.template.metadata", "spec.template.spec")),
        "Job" if is_of(&["batch"]) => Some(("spec.template.metadata", "spec.template.spec")),
        "ReplicationController" if is_of(&[CORE]) => {
            Some(("spec.template.metadata", "spec.template.spec"))
        }
        "Rollout" if is_of(&["argoproj.io"]) => {
            Some(("spec.template.metadata", "spec.template.spec"))
        }
        "CronJob" if is_of(&["batch"]) => {
            Some(("spec.jobTemplate.spec.template.metadata", "spec.jobTemplate.spec.template.spec"))
        }
        _ => None,
    }
}

impl<'a> Pod<'a> {
    pub(super) fn of(object: &Object<'a>) -> Option<Pod<'a>> {
        let (metadata_path, spec_path) = template(object)?;
        let is_pod = object.kind == "Pod";
        let metadata = object.at(metadata_path);
        // A pod without a spec is still known by its labels, and so is a workload that is shown in part.
        let spec = match object.at(spec_path) {
            Some(spec) => spec,
            None if is_pod || !object.is_whole() => object.root,
            None => return None,
        };
        let containers = format!("{spec_path}.containers");
        Some(Pod {
            owner: object.index,
            labels: Labels::of(metadata.and_then(|metadata| metadata.get("labels"))),
            annotations: metadata.and_then(|metadata| metadata.get("annotations")),
            spec,
            namespace: object.namespace,
            is_pod,
            knows_labels: object.knows(&format!("{metadata_path}.labels")),
            knows_containers: !object.items(&containers).is_empty()
                && object.knows_each(&containers, "ports"),
        })
    }

    /// Whether a selector chooses it, or may with the labels that are not shown.
    pub(super) fn may_be_selected(&self, selector: &Selector<'_>) -> bool {
        if self.knows_labels {
            return selector.may_match(&self.labels);
        }
        selector.pairs().all(|(key, value)| self.labels.get(key).is_none_or(|own| own == value))
    }

    /// Whether it is in its node's network: injection passes it over, and no policy isolates it.
    pub(super) fn is_on_host(&self) -> bool {
        self.spec.get("hostNetwork").and_then(Node::as_bool) == Some(true)
    }

    /// Whether its own proxy is a gateway's, and no sidecar.
    pub(super) fn is_gateway(&self) -> bool {
        let templates = self.annotation("inject.istio.io/templates").unwrap_or_default();
        templates.split(',').any(|template| template.trim() == "gateway")
            || self.containers().any(|container| {
                let args = container.get("args").map(Node::items).unwrap_or_default();
                text(container, "name") == Some("istio-proxy")
                    && args.iter().any(|arg| arg.as_str() == Some("router"))
            })
    }

    /// The service account that it runs as.
    pub(super) fn account(&self) -> &'a str {
        text(self.spec, "serviceAccountName").unwrap_or("default")
    }

    /// An annotation of the pod.
    pub(super) fn annotation(&self, key: &str) -> Option<&'a str> {
        self.annotations?.get(key)?.as_str()
    }

    /// Its containers, init containers included.
    pub(super) fn containers(&self) -> impl Iterator<Item = &'a Node> {
        let spec = self.spec;
        ["containers", "initContainers"]
            .into_iter()
            .flat_map(move |list| spec.get(list).map(Node::items).unwrap_or_default())
    }

    /// The name and number of every port that its containers declare.
    pub(super) fn ports(&self) -> impl Iterator<Item = (Option<&'a str>, Option<i128>)> {
        self.containers()
            .flat_map(|container| container.get("ports").map(Node::items).unwrap_or_default())
            .map(|port| (text(port, "name"), port.get("containerPort").and_then(Node::as_int)))
    }
}
