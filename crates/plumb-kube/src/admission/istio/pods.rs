//! Where a kind says what its pods are.

use crate::at::At;

/// What an object says of the pods that come of it.
pub(super) struct Pod<'n> {
    /// Their metadata, or the place where it would stand.
    pub(super) metadata: At<'n>,
    /// Their `spec`.
    pub(super) spec: At<'n>,
    /// Whether the object is the pod itself.
    pub(super) is_pod: bool,
}

impl<'n> Pod<'n> {
    /// The pod of an object; none where the kind has none, or the object says nothing of it.
    pub(super) fn of(root: &At<'n>, group: &str, kind: &str) -> Option<Pod<'n>> {
        let spec = root.get("spec");
        let holder = match (group, kind) {
            // A pod without a spec is still known by its labels.
            ("", "Pod") => {
                let spec = spec.unwrap_or_else(|| root.clone());
                return Some(Pod { metadata: root.field("metadata"), spec, is_pod: true });
            }
            ("apps" | "extensions", "Deployment" | "DaemonSet" | "ReplicaSet")
            | ("apps", "StatefulSet")
            | ("batch", "Job")
            | ("", "ReplicationController")
            | ("argoproj.io", "Rollout") => spec?,
            ("batch", "CronJob") => spec?.at(&["jobTemplate", "spec"])?,
            _ => return None,
        };
        let template = holder.get("template")?;
        Some(Pod {
            metadata: template.field("metadata"),
            spec: template.get("spec")?,
            is_pod: false,
        })
    }
}

/// Whether an object is a part of Istio itself.
pub(super) fn is_control_plane(root: &At<'_>) -> bool {
    let labels = root.field("metadata").field("labels");
    labels.word("istio").is_some() || labels.word("release") == Some("istio")
}
