//! Network policies by what they let through: those of Kubernetes and of Cilium, which add up.
//!
//! Owns: which pods a policy selects, and what its rules open. Must not know: who needs it. A policy *isolates* pods that it
//! surely selects; it opens something wherever it may.

use super::group::{Group, Object, may_be_same, text};
use plumb_kube::Node;
use plumb_kube::select::{Labels, Selector};

/// Which way a connection goes, seen from the pods that a policy selects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    /// To them.
    Ingress,
    /// From them.
    Egress,
}

pub(super) const DIRECTIONS: [Direction; 2] = [Direction::Ingress, Direction::Egress];

/// Pods, as far as a group shows them.
#[derive(Clone, Copy)]
pub(super) struct Workload<'l> {
    /// Their labels; none where any pods of the namespace are meant.
    pub(super) labels: Option<Labels<'l>>,
    /// Their namespace; none where it is not written.
    pub(super) namespace: Option<&'l str>,
}

/// The label by which Cilium selects a pod's namespace.
const POD_NAMESPACE: &str = "io.kubernetes.pod.namespace";
/// The label that the API server gives to each namespace.
const NAMESPACE_NAME: &str = "kubernetes.io/metadata.name";

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

/// What one rule opens.
#[derive(Clone, Copy)]
pub(super) struct Rule<'a> {
    node: &'a Node,
    direction: Direction,
    is_cilium: bool,
}

/// Whom a rule is for.
enum Peers<'a> {
    Anyone,
    Of(Vec<Peer<'a>>),
}

enum Peer<'a> {
    /// Pods, of namespaces by their labels or of the policy's own.
    Pods { namespaces: Option<Selector<'a>>, pods: Selector<'a> },
    /// Pods as Cilium selects them.
    Endpoints(Selector<'a>),
    /// Addresses.
    Block(&'a str),
    /// Something that Cilium knows by a word.
    Entity(&'a str),
    /// Something else, which may be anything.
    Other,
}

/// The fields of Cilium's rules that say whom they are for, without `from` and `to`.
const CILIUM_PEERS: &[&str] = &[
    "Endpoints",
    "Entities",
    "CIDR",
    "CIDRSet",
    "Services",
    "FQDNs",
    "Nodes",
    "Groups",
    "Requires",
];

fn items<'a>(node: &'a Node, key: &str) -> &'a [Node] {
    node.get(key).map(Node::items).unwrap_or_default()
}

impl<'a> Rule<'a> {
    fn peers(&self) -> Peers<'a> {
        let prefix = if self.direction == Direction::Ingress { "from" } else { "to" };
        if self.is_cilium {
            return self.cilium_peers(prefix);
        }
        let peers = items(self.node, prefix);
        if peers.is_empty() {
            return Peers::Anyone;
        }
        let peer = |node: &'a Node| match node.get("ipBlock") {
            Some(block) => text(block, "cidr").map_or(Peer::Other, Peer::Block),
            None => Peer::Pods {
                namespaces: node
                    .get("namespaceSelector")
                    .map(|selector| Selector::of_label_selector(Some(selector))),
                pods: Selector::of_label_selector(node.get("podSelector")),
            },
        };
        Peers::Of(peers.iter().map(peer).collect())
    }

    fn cilium_peers(&self, prefix: &str) -> Peers<'a> {
        let mut peers = Vec::new();
        let mut is_limited = false;
        for field in CILIUM_PEERS {
            let Some(list) = self.node.get(&format!("{prefix}{field}")) else { continue };
            is_limited = true;
            peers.extend(list.items().iter().map(|node| match *field {
                "Endpoints" => Peer::Endpoints(Selector::of_endpoint_selector(Some(node))),
                "Entities" => node.as_str().map_or(Peer::Other, Peer::Entity),
                "CIDR" => node.as_str().map_or(Peer::Other, Peer::Block),
                "CIDRSet" => text(node, "cidr").map_or(Peer::Other, Peer::Block),
                _ => Peer::Other,
            }));
        }
        // A rule that names nobody and no port opens nothing; one with ports opens them to everybody.
        let has_ports = ["toPorts", "icmps"].iter().any(|field| self.node.get(field).is_some());
        if !is_limited && has_ports { Peers::Anyone } else { Peers::Of(peers) }
    }

    /// The ports that it is limited to; none where it is for all.
    fn ports(&self) -> Option<Vec<Port<'a>>> {
        let lists: Vec<&'a Node> = match self.is_cilium {
            true if self.node.get("icmps").is_some() && self.node.get("toPorts").is_none() => {
                return Some(Vec::new());
            }
            true => {
                items(self.node, "toPorts").iter().flat_map(|one| items(one, "ports")).collect()
            }
            false => items(self.node, "ports").iter().collect(),
        };
        let port = |node: &'a Node| {
            let (given, is_tcp) = (node.get("port"), is_tcp(node));
            // Cilium writes numbers as texts, and 0 for all of them.
            let number = given.and_then(|given| {
                given.as_int().or_else(|| given.as_str()?.parse().ok().filter(|_| self.is_cilium))
            });
            let end = node.get("endPort").and_then(Node::as_int);
            let numbers = match (given, number) {
                (None, _) => Some((0, 65_535)),
                (_, Some(0)) if self.is_cilium => Some((0, 65_535)),
                (_, number) => number.map(|first| (first, end.unwrap_or(first))),
            };
            Port { numbers, given, is_tcp }
        };
        (!lists.is_empty()).then(|| lists.into_iter().map(port).collect())
    }

    /// Whether it may open a TCP port: a port by a name may be any.
    pub(super) fn may_open(&self, number: i128) -> bool {
        let opens = |port: &Port<'_>| port.is_tcp && port.holds(number).unwrap_or(true);
        self.ports().is_none_or(|ports| ports.iter().any(opens))
    }

    /// Whether it opens a TCP port by its number, or all of them.
    pub(super) fn opens(&self, number: i128) -> bool {
        let opens = |port: &Port<'_>| port.is_tcp && port.holds(number) == Some(true);
        self.ports().is_none_or(|ports| ports.iter().any(opens))
    }

    /// Whether a port is among those that it names by number.
    pub(super) fn names(&self, number: i128) -> bool {
        let is_it = |port: &Port<'_>| port.numbers.is_some_and(|(first, _)| first == number);
        self.ports().is_some_and(|ports| ports.iter().any(is_it))
    }

    /// Whether it may open the port of DNS.
    pub(super) fn may_open_dns(&self) -> bool {
        let opens = |port: &Port<'_>| port.holds(53).unwrap_or(true);
        self.ports().is_none_or(|ports| ports.iter().any(opens))
    }

    /// Whether it opens any TCP port.
    pub(super) fn opens_tcp(&self) -> bool {
        self.ports().is_none_or(|ports| ports.iter().any(|port| port.is_tcp))
    }

    /// The first TCP port that it names, by number or name, which is none of some.
    pub(super) fn port_beside(&self, others: &[i128]) -> Option<&'a Node> {
        let is_other =
            |port: &Port<'_>| port.numbers.is_none_or(|(first, _)| !others.contains(&first));
        let port = self.ports()?.into_iter().find(|port| port.is_tcp && is_other(port))?;
        port.given
    }
}

/// An entry of a rule's ports.
struct Port<'a> {
    /// From which number to which; none where it is a name.
    numbers: Option<(i128, i128)>,
    /// As it is written.
    given: Option<&'a Node>,
    is_tcp: bool,
}

impl Port<'_> {
    /// Whether a number is one of them; none where it is by a name.
    fn holds(&self, number: i128) -> Option<bool> {
        self.numbers.map(|(first, last)| (first..=last).contains(&number))
    }
}

fn is_tcp(port: &Node) -> bool {
    matches!(text(port, "protocol"), None | Some("TCP" | "ANY"))
}

impl<'g, 'a> NetworkPolicy<'g, 'a> {
    /// Of a manifest: one of Kubernetes, or each `spec` of one of Cilium's.
    pub(super) fn of(object: &'g Object<'a>, is_cilium: bool) -> Vec<NetworkPolicy<'g, 'a>> {
        if !is_cilium {
            let types = object.texts("spec.policyTypes");
            let way = |field: &str, direction| {
                let rule = |node| Rule { node, direction, is_cilium };
                Way {
                    isolates: false,
                    rules: object.items(&format!("spec.{field}")).iter().map(rule).collect(),
                }
            };
            let mut ingress = way("ingress", Direction::Ingress);
            let mut egress = way("egress", Direction::Egress);
            ingress.isolates = types.is_empty() || types.contains(&"Ingress");
            egress.isolates =
                types.contains(&"Egress") || types.is_empty() && !egress.rules.is_empty();
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
        let peers = match rule.peers() {
            Peers::Anyone => return true,
            Peers::Of(peers) => peers,
        };
        peers.iter().any(|peer| match peer {
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
        })
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

impl Rule<'_> {
    /// Whether it is for an address of IPv4.
    pub(super) fn is_for_address(&self, address: [u8; 4]) -> bool {
        let peers = match self.peers() {
            Peers::Anyone => return true,
            Peers::Of(peers) => peers,
        };
        peers.iter().any(|peer| match peer {
            Peer::Block(cidr) => holds_address(cidr, address).unwrap_or(true),
            Peer::Entity(entity) => matches!(*entity, "all" | "world" | "host"),
            Peer::Other => true,
            Peer::Pods { .. } | Peer::Endpoints(_) => false,
        })
    }

    /// Whether all pods that it is for are of namespaces that it calls by name, which `is_meant` knows.
    pub(super) fn is_only_for(&self, is_meant: impl Fn(&str) -> bool) -> bool {
        let Peers::Of(peers) = self.peers() else { return false };
        peers.iter().all(|peer| peer.namespace().is_some_and(&is_meant))
    }
}

impl<'a> Peer<'a> {
    /// The namespace whose pods it is for, where it calls it by name.
    fn namespace(&self) -> Option<&'a str> {
        let (selector, key) = match self {
            Peer::Pods { namespaces: Some(selector), .. } => (selector, NAMESPACE_NAME),
            Peer::Endpoints(selector) => (selector, POD_NAMESPACE),
            _ => return None,
        };
        selector.pairs().find(|(own, _)| *own == key).map(|(_, name)| name)
    }
}

/// Whether a block holds an address of IPv4; none where it can't be read.
fn holds_address(cidr: &str, address: [u8; 4]) -> Option<bool> {
    let (base, length) = cidr.split_once('/').unwrap_or((cidr, "32"));
    if base.contains(':') {
        return Some(false);
    }
    let base: std::net::Ipv4Addr = base.parse().ok()?;
    let length: u32 = length.parse().ok().filter(|length| *length <= 32)?;
    let mask = u32::MAX.checked_shl(32 - length).unwrap_or(0);
    Some(u32::from(base) & mask == u32::from_be_bytes(address) & mask)
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
