//! What the workloads of a group would run.
//!
//! Owns: which kinds have a pod template, and what a pod shows of itself. Must not know: what any analyzer looks for.

use super::object::{CORE, Object, text};
use plumb_kube::Node;
use plumb_kube::select::Labels;

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
}

impl<'a> Pod<'a> {
    pub(super) fn of(object: &Object<'a>) -> Option<Pod<'a>> {
        let (metadata, spec, is_pod) = match (object.group, object.kind) {
            // A pod without a spec is still known by its labels.
            (CORE, "Pod") => {
                (object.at("metadata"), object.at("spec").unwrap_or(object.root), true)
            }
            ("apps", "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet")
            | ("batch", "Job")
            | (CORE, "ReplicationController")
            | ("argoproj.io", "Rollout") => {
                (object.at("spec.template.metadata"), object.at("spec.template.spec")?, false)
            }
            ("extensions", "Deployment" | "DaemonSet" | "ReplicaSet") => {
                (object.at("spec.template.metadata"), object.at("spec.template.spec")?, false)
            }
            ("batch", "CronJob") => (
                object.at("spec.jobTemplate.spec.template.metadata"),
                object.at("spec.jobTemplate.spec.template.spec")?,
                false,
            ),
            _ => return None,
        };
        Some(Pod {
            owner: object.index,
            labels: Labels::of(metadata.and_then(|metadata| metadata.get("labels"))),
            annotations: metadata.and_then(|metadata| metadata.get("annotations")),
            spec,
            namespace: object.namespace,
            is_pod,
        })
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
