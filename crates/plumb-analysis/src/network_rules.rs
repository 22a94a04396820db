//! One rule of a network policy: whom it is for, and which ports it opens.
//!
//! Owns: how rules of Kubernetes and of Cilium are written. Must not know: policies.

use super::group::text;
use plumb_kube::Node;
use plumb_kube::select::Selector;

/// Which way a connection goes, seen from the pods that a policy selects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    /// To them.
    Ingress,
    /// From them.
    Egress,
}

pub(super) const DIRECTIONS: [Direction; 2] = [Direction::Ingress, Direction::Egress];

/// The label by which Cilium selects a pod's namespace.
pub(super) const POD_NAMESPACE: &str = "io.kubernetes.pod.namespace";
/// The label that the API server gives to each namespace.
pub(super) const NAMESPACE_NAME: &str = "kubernetes.io/metadata.name";

/// What one rule opens.
#[derive(Clone, Copy)]
pub(super) struct Rule<'a> {
    pub(super) node: &'a Node,
    pub(super) direction: Direction,
    pub(super) is_cilium: bool,
}

/// Whom a rule is for.
pub(super) enum Peers<'a> {
    Anyone,
    Of(Vec<Peer<'a>>),
}

pub(super) enum Peer<'a> {
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

pub(super) fn items<'a>(node: &'a Node, key: &str) -> &'a [Node] {
    node.get(key).map(Node::items).unwrap_or_default()
}

impl<'a> Rule<'a> {
    pub(super) fn peers(&self) -> Peers<'a> {
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
                (None, _) => Some(ANY),
                (_, Some(0)) if self.is_cilium => Some(ANY),
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

    /// Whether a port is among those that it names by number, or by a range that leaves others out.
    pub(super) fn names(&self, number: i128) -> bool {
        let is_it = |port: &Port<'_>| !port.is_any() && port.holds(number) == Some(true);
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

    /// Whether it limits neither ports nor protocols.
    pub(super) fn opens_all(&self) -> bool {
        self.ports().is_none()
    }

    /// Whether it may open the ports that another rule opens: of a rule for all of them, those that are meant.
    pub(super) fn may_open_those_of(&self, other: &Rule<'_>) -> bool {
        let (Some(own), Some(theirs)) = (self.ports(), other.ports()) else { return true };
        let holds = |port: &Port<'_>, asked: &Port<'_>| match (port.numbers, asked.numbers) {
            (Some((first, last)), Some((from, to))) => first <= from && to <= last,
            // A port by its name may have any number.
            _ => true,
        };
        theirs
            .iter()
            .all(|asked| own.iter().any(|port| port.is_tcp == asked.is_tcp && holds(port, asked)))
    }

    /// Whether whom another rule is for, this one may be for too.
    pub(super) fn may_mean_those_of(&self, other: &Rule<'_>) -> bool {
        match (self.peers(), other.peers()) {
            (Peers::Anyone, _) => true,
            (Peers::Of(_), Peers::Anyone) => false,
            (Peers::Of(own), Peers::Of(theirs)) => {
                theirs.iter().all(|asked| own.iter().any(|peer| peer.may_hold(asked)))
            }
        }
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

/// All ports.
const ANY: (i128, i128) = (0, 65_535);

impl Port<'_> {
    /// Whether it is for all of them.
    fn is_any(&self) -> bool {
        self.numbers.is_some_and(|(first, last)| first <= 1 && last >= ANY.1)
    }

    /// Whether a number is one of them; none where it is by a name.
    fn holds(&self, number: i128) -> Option<bool> {
        self.numbers.map(|(first, last)| (first..=last).contains(&number))
    }
}

fn is_tcp(port: &Node) -> bool {
    matches!(text(port, "protocol"), None | Some("TCP" | "ANY"))
}

impl<'a> Rule<'a> {
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

    /// The namespaces that it calls by name.
    pub(super) fn namespaces(&self) -> Vec<&'a str> {
        match self.peers() {
            Peers::Anyone => Vec::new(),
            Peers::Of(peers) => peers.iter().filter_map(Peer::namespace).collect(),
        }
    }

    /// Whether all pods that it is for are of namespaces that it calls by name, which `is_meant` knows.
    pub(super) fn is_only_for(&self, is_meant: impl Fn(&str) -> bool) -> bool {
        let Peers::Of(peers) = self.peers() else { return false };
        peers.iter().all(|peer| peer.namespace().is_some_and(&is_meant))
    }
}

impl<'a> Peer<'a> {
    /// Whether some of those who are meant by another one, of a rule of the same namespace, are meant here.
    fn may_hold(&self, other: &Peer<'_>) -> bool {
        let overlap = |own: &Selector<'_>, other: &Selector<'_>| {
            own.may_match_with(&|key| other.asked(key).map(Some))
        };
        match (self, other) {
            (Peer::Pods { namespaces, pods }, Peer::Pods { namespaces: theirs, pods: others }) => {
                let is_there = match (namespaces, theirs) {
                    (Some(namespaces), Some(theirs)) => overlap(namespaces, theirs),
                    // By labels that the policy's own namespace may have.
                    _ => true,
                };
                is_there && overlap(pods, others)
            }
            (Peer::Endpoints(pods), Peer::Endpoints(others)) => overlap(pods, others),
            (Peer::Entity(own), Peer::Entity(other)) => own == other || *own == "all",
            (Peer::Entity(own), Peer::Pods { .. } | Peer::Endpoints(_)) => {
                matches!(*own, "all" | "cluster")
            }
            (Peer::Entity(own), Peer::Block(_)) => matches!(*own, "all" | "world"),
            (Peer::Pods { .. } | Peer::Endpoints(_), Peer::Block(_) | Peer::Entity(_)) => false,
            // Blocks and what is not read here may be for anyone.
            _ => true,
        }
    }

    /// The namespace whose pods it is for, where it calls it by name.
    pub(super) fn namespace(&self) -> Option<&'a str> {
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
