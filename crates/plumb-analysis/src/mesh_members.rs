//! What a group shows of a mesh, as far as network policies are about it.
//!
//! Owns: where istiods are, who has a proxy, who is in ambient mode. Must not know: what policies open.

use super::group::{CORE, Group, Pod, SYSTEM_NAMESPACES, injects};
use super::network::{NetworkPolicy, Rule, Workload};
use std::collections::{BTreeSet, HashSet};

/// What a group shows of the mesh.
pub(super) struct Mesh<'a> {
    /// The namespaces that istiod is in.
    pub(super) istiods: BTreeSet<&'a str>,
    /// The namespaces of which pods are shown.
    with_pods: HashSet<&'a str>,
    /// The namespaces of which pods with a sidecar are shown.
    with_proxies: HashSet<&'a str>,
    /// Namespaces in ambient mode.
    pub(super) ambient: Vec<Option<&'a str>>,
    /// Pods that are in ambient mode by their own label.
    pub(super) ambient_pods: Vec<Workload<'a>>,
}

impl<'a> Mesh<'a> {
    pub(super) fn of(group: &Group<'a>) -> Mesh<'a> {
        /// How many namespaces in ambient mode are compared with each rule, beside the policy's own.
        const COMPARED: usize = 256;
        let is_istiod = |pod: &&Pod<'a>| {
            pod.labels.get("app") == Some("istiod") || group.owner(pod).name.starts_with("istiod")
        };
        let namespaces = group.of(CORE, "Namespace").map(|namespace| Some(namespace.name));
        let ambient = namespaces.filter(|namespace| group.is_ambient(*namespace));
        let has_sidecar =
            |pod: &&Pod<'a>| group.has_sidecar(pod) == Some(true) && !pod.is_gateway();
        let with_proxies = group.pods.iter().filter(has_sidecar);
        let by_label = group
            .pods
            .iter()
            .filter(|pod| group.is_ambient_pod(pod) && !group.is_ambient(pod.namespace));
        let workload =
            |pod: &Pod<'a>| Workload { labels: Some(pod.labels), namespace: pod.namespace };
        Mesh {
            istiods: group.pods.iter().filter(is_istiod).filter_map(|pod| pod.namespace).collect(),
            with_pods: group.pods.iter().filter_map(|pod| pod.namespace).collect(),
            with_proxies: with_proxies.filter_map(|pod| pod.namespace).collect(),
            ambient: ambient.take(COMPARED).collect(),
            ambient_pods: by_label.map(workload).take(COMPARED).collect(),
        }
    }

    /// Whether a rule is for pods of its policy's own namespace alone, which is one of workloads: proxies are put into its
    /// pods, and none of those that are shown is an istiod.
    pub(super) fn is_without(
        &self,
        group: &Group<'a>,
        policy: &NetworkPolicy<'_, 'a>,
        rule: &Rule<'a>,
    ) -> bool {
        let Some(own) = policy.object.namespace else { return false };
        !self.istiods.contains(own)
            && !SYSTEM_NAMESPACES.contains(&own)
            && policy.is_only_for_own(rule)
            && (group.namespace(Some(own)).is_some_and(injects) || self.with_proxies.contains(own))
    }

    /// Whether istiod may be in one of the namespaces that a rule calls by name.
    pub(super) fn may_be_in(&self, policy: &NetworkPolicy<'_, 'a>, rule: &Rule<'a>) -> bool {
        self.istiods.is_empty()
            && rule.namespaces().iter().any(|name| {
                !SYSTEM_NAMESPACES.contains(name)
                    && !self.with_pods.contains(name)
                    && policy.object.namespace != Some(name)
            })
    }
}
