//! Network policies by what they let through: those of Kubernetes and of Cilium, which add up.
//!
//! Owns: which pods a policy selects, and what its rules open. Must not know: who needs it. A policy *isolates* pods that it
//! surely selects; it opens something wherever it may.

use super::group::{Group, Object, may_be_same};
pub(super) use super::network_rules::{DIRECTIONS, Direction, Rule};
use super::network_rules::{NAMESPACE_NAME, POD_NAMESPACE, Peer, Peers, items};
use plumb_kube::Node;
use plumb_kube::select::{Labels, Selector};

/// Pods, as far as a group shows them.
#[derive(Clone, Copy)]
pub(super) struct Workload<'l> {
    /// Their labels; none where any pods of the namespace are meant.
    pub(super) labels: Option<Labels<'l>>,
    /// Their namespace; none where it is not written.
    pub(super) namespace: Option<&'l str>,
}

impl<'l> Workload<'l> {
    fn label(&self, key: &str) -> Option<Option<&'l str>> {
        match key {
            POD_NAMESPACE => self.namespace.map(Some),
            // What Cilium knows beside: the service account, labels of the namespace.
            _ if key.starts_with("io.") => None,
            _ => self.labels?.known(key),
        }
    }
}

/// One policy: of Cilium's, one of its `specs`.
pub(super) struct NetworkPolicy<'g, 'a> {
    /// The manifest.
    pub(super) object: &'g Object<'a>,
    pub(super) selector: Selector<'a>,
    pub(super) is_cluster_wide: bool,
    ingress: Way<'a>,
    egress: Way<'a>,
}

/// What a policy says of one direction.
pub(super) struct Way<'a> {
    /// Whether what no policy opens is closed.
    pub(super) isolates: bool,
    rules: Vec<Rule<'a>>,
}

impl<'g, 'a> NetworkPolicy<'g, 'a> {
    /// Of a manifest: one of Kubernetes, or each `spec` of one of Cilium's.
    pub(super) fn of(object: &'g Object<'a>, is_cilium: bool) -> Vec<NetworkPolicy<'g, 'a>> {
        if !is_cilium {
            let types = object.texts("spec.policyTypes");
            // Rules of a direction that is not among the types are not read.
            let way = |field: &str, direction, isolates: bool| {
                let rules = object.items(&format!("spec.{field}")).iter().filter(|_| isolates);
                let rule = |node| Rule { node, direction, is_cilium };
                Way { isolates, rules: rules.map(rule).collect() }
            };
            let has_egress = types.is_empty() && !object.items("spec.egress").is_empty();
            let is_in = types.is_empty() || types.contains(&"Ingress");
            let is_out = types.contains(&"Egress") || has_egress;
            let ingress = way("ingress", Direction::Ingress, is_in);
            let egress = way("egress", Direction::Egress, is_out);
            let selector = Selector::of_label_selector(object.at("spec.podSelector"));
            return vec![NetworkPolicy {
                object,
                selector,
                is_cluster_wide: false,
                ingress,
                egress,
            }];
        }
        let is_cluster_wide = object.kind == "CiliumClusterwideNetworkPolicy";
        let specs = object.at("spec").into_iter().chain(object.items("specs"));
        let of_pods = specs.filter(|spec| spec.get("endpointSelector").is_some());
        let policy = |spec: &'a Node| {
            let way = |field: &str, direction| {
                let rules = items(spec, field);
                let denies = items(spec, &format!("{field}Deny"));
                let asked =
                    spec.get("enableDefaultDeny").and_then(|asked| asked.get(field)?.as_bool());
                let rule = |node| Rule { node, direction, is_cilium };
                Way {
                    isolates: asked.unwrap_or(!rules.is_empty() || !denies.is_empty()),
                    rules: rules.iter().map(rule).collect(),
                }
            };
            NetworkPolicy {
                object,
                selector: Selector::of_endpoint_selector(spec.get("endpointSelector")),
                is_cluster_wide,
                ingress: way("ingress", Direction::Ingress),
                egress: way("egress", Direction::Egress),
            }
        };
        of_pods.map(policy).collect()
    }

    pub(super) fn way(&self, direction: Direction) -> &Way<'a> {
        match direction {
            Direction::Ingress => &self.ingress,
            Direction::Egress => &self.egress,
        }
    }

    /// Its rules for a direction.
    pub(super) fn rules(&self, direction: Direction) -> &[Rule<'a>] {
        &self.way(direction).rules
    }

    pub(super) fn may_select(&self, workload: &Workload<'_>) -> bool {
        (self.is_cluster_wide || may_be_same(self.object.namespace, workload.namespace))
            && self.selector.may_match_with(&|key| workload.label(key))
    }

    pub(super) fn selects(&self, workload: &Workload<'_>) -> bool {
        (self.is_cluster_wide || self.object.namespace == workload.namespace)
            && self.selector.matches_with(&|key| workload.label(key))
    }

    /// Whether it may be for pods that another policy is for.
    pub(super) fn may_overlap(&self, other: &NetworkPolicy<'_, '_>) -> bool {
        (self.is_cluster_wide
            || other.is_cluster_wide
            || may_be_same(self.object.namespace, other.object.namespace))
            && self.selector.may_match_with(&|key| other.selector.asked(key).map(Some))
    }

    /// Whether a rule of this policy is for pods, or may be.
    pub(super) fn may_be_for<'l>(
        &self,
        group: &Group<'a>,
        rule: &Rule<'_>,
        pods: &Workload<'l>,
    ) -> bool
    where
        'a: 'l,
    {
        match rule.peers() {
            Peers::Anyone => true,
            Peers::Of(peers) => peers.iter().any(|peer| self.may_mean(group, peer, pods)),
        }
    }

    /// Whether a rule may be for pods of one of these namespaces, as pods and not by their address.
    pub(super) fn may_be_for_pods_in(
        &self,
        group: &Group<'a>,
        rule: &Rule<'_>,
        namespaces: &[Option<&str>],
    ) -> bool {
        match rule.peers() {
            Peers::Anyone => !namespaces.is_empty(),
            Peers::Of(_) => namespaces.iter().any(|namespace| {
                self.may_mean_pods(group, rule, &Workload { labels: None, namespace: *namespace })
            }),
        }
    }

    /// Whether a rule may be for these pods, as pods and not by their address.
    pub(super) fn may_mean_pods<'l>(
        &self,
        group: &Group<'a>,
        rule: &Rule<'_>,
        pods: &Workload<'l>,
    ) -> bool
    where
        'a: 'l,
    {
        let Peers::Of(peers) = rule.peers() else { return true };
        let mut peers = peers.iter().filter(|peer| !matches!(peer, Peer::Block(_) | Peer::Other));
        peers.any(|peer| self.may_mean(group, peer, pods))
    }

    /// Whether a rule is for pods of the policy's own namespace and nobody else.
    pub(super) fn is_only_for_own(&self, rule: &Rule<'_>) -> bool {
        let Peers::Of(peers) = rule.peers() else { return false };
        peers.iter().all(|peer| match peer {
            Peer::Pods { namespaces, .. } => namespaces.is_none(),
            Peer::Endpoints(selector) => !self.is_cluster_wide && !selector.asks_for(POD_NAMESPACE),
            _ => false,
        })
    }

    fn may_mean<'l>(&self, group: &Group<'a>, peer: &Peer<'_>, pods: &Workload<'l>) -> bool
    where
        'a: 'l,
    {
        match peer {
            Peer::Pods { namespaces, pods: selector } => {
                let is_there = match namespaces {
                    None => may_be_same(self.object.namespace, pods.namespace),
                    Some(namespaces) => {
                        namespaces.may_match_with(&|key| of_namespace(group, pods.namespace, key))
                    }
                };
                is_there && selector.may_match_with(&|key| pods.label(key))
            }
            Peer::Endpoints(selector) => {
                let has_place = self.is_cluster_wide
                    || selector.asks_for(POD_NAMESPACE)
                    || may_be_same(self.object.namespace, pods.namespace);
                has_place && selector.may_match_with(&|key| pods.label(key))
            }
            // The address of a pod is not known, but for what no pod has.
            Peer::Block(cidr) => !cidr.starts_with("169.254."),
            Peer::Entity(entity) => matches!(*entity, "all" | "cluster"),
            Peer::Other => true,
        }
    }

    /// Whether a rule is for pods of a namespace that `is_meant` knows: the policy's own, or one that it calls by name.
    pub(super) fn is_for_namespace(
        &self,
        rule: &Rule<'_>,
        is_meant: impl Fn(Option<&str>) -> bool,
    ) -> bool {
        let Peers::Of(peers) = rule.peers() else { return false };
        peers.iter().any(|peer| match peer {
            Peer::Pods { namespaces: None, .. } => is_meant(self.object.namespace),
            Peer::Endpoints(selector) if !selector.asks_for(POD_NAMESPACE) => {
                !self.is_cluster_wide && is_meant(self.object.namespace)
            }
            peer => peer.namespace().is_some_and(|name| is_meant(Some(name))),
        })
    }

    /// Whether a rule is by its labels for pods that the group shows, and no others than such.
    pub(super) fn is_for<'l>(&self, group: &Group<'a>, rule: &Rule<'_>, pods: &Workload<'l>) -> bool
    where
        'a: 'l,
    {
        let Peers::Of(peers) = rule.peers() else { return false };
        peers.iter().any(|peer| match peer {
            Peer::Pods { namespaces, pods: selector } => {
                let is_there = match namespaces {
                    None => self.object.namespace == pods.namespace,
                    Some(namespaces) => {
                        namespaces.matches_with(&|key| of_namespace(group, pods.namespace, key))
                    }
                };
                is_there && selector.matches_with(&|key| pods.label(key))
            }
            Peer::Endpoints(selector) => {
                (selector.asks_for(POD_NAMESPACE) || self.object.namespace == pods.namespace)
                    && selector.matches_with(&|key| pods.label(key))
            }
            _ => false,
        })
    }
}

/// What is known of a namespace's label.
fn of_namespace<'a: 'l, 'l>(
    group: &Group<'a>,
    namespace: Option<&'l str>,
    key: &str,
) -> Option<Option<&'l str>> {
    match key {
        NAMESPACE_NAME => namespace.map(Some),
        _ => group.namespace(namespace).map(|shown| shown.label(key)),
    }
}

impl NetworkPolicy<'_, '_> {
    /// Whether a label that it asks for is one that only manifests give: pods are found by it.
    pub(super) fn labels_are_known(&self, key: &str) -> bool {
        !key.starts_with("io.") && Labels::default().known(key).is_some()
    }
}
