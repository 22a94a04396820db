//! What several analyzers ask of a VirtualService.

use super::group::Object;
use plumb_kube::Node;

/// One place that a VirtualService sends requests to.
pub(super) struct Destination<'a> {
    /// The `destination`, or the `mirror`.
    pub(super) node: &'a Node,
    /// Its host.
    pub(super) host: &'a str,
    /// The host's node.
    pub(super) host_node: &'a Node,
}

impl<'a> Destination<'a> {
    fn of(node: &'a Node) -> Option<Destination<'a>> {
        let host_node = node.get("host")?;
        let host = host_node.as_str().filter(|host| !host.is_empty())?;
        Some(Destination { node, host, host_node })
    }

    /// The subset's name and node.
    pub(super) fn subset(&self) -> Option<(&'a str, &'a Node)> {
        let node = self.node.get("subset")?;
        Some((node.as_str().filter(|name| !name.is_empty())?, node))
    }

    /// The port's number and node.
    pub(super) fn port(&self) -> Option<(i128, &'a Node)> {
        let node = self.node.get("port")?.get("number")?;
        Some((node.as_int()?, node))
    }
}

/// The protocols whose routes a VirtualService has.
const PROTOCOLS: &[&str] = &["http", "tls", "tcp"];

/// The routes of a protocol.
fn routes<'a>(service: &Object<'a>, protocol: &str) -> &'a [Node] {
    service.at("spec").and_then(|spec| spec.get(protocol)).map(Node::items).unwrap_or_default()
}

/// Every destination, mirrors included.
pub(super) fn destinations<'a>(service: &Object<'a>) -> Vec<Destination<'a>> {
    let mut all = Vec::new();
    for protocol in PROTOCOLS {
        for route in routes(service, protocol) {
            let of = |list: &str| route.get(list).map(Node::items).unwrap_or_default();
            let listed = of("route").iter().chain(of("mirrors"));
            all.extend(
                listed.filter_map(|item| item.get("destination")).filter_map(Destination::of),
            );
            all.extend(route.get("mirror").and_then(Destination::of));
        }
    }
    all
}

/// The gateways that matches of routes are for.
pub(super) fn match_gateways<'a>(service: &Object<'a>) -> impl Iterator<Item = &'a Node> {
    let items = |node: &'a Node, key: &str| node.get(key).map(Node::items).unwrap_or_default();
    let routes = PROTOCOLS.iter().flat_map(|protocol| routes(service, protocol));
    routes.flat_map(move |route| items(route, "match")).flat_map(move |one| items(one, "gateways"))
}

/// Whether it is for the sidecars of the mesh.
pub(super) fn is_for_mesh(service: &Object<'_>) -> bool {
    let gateways = service.items("spec.gateways");
    gateways.is_empty() || gateways.iter().any(|gateway| gateway.as_str() == Some("mesh"))
}

/// The namespace and name that an entry of `gateways` stands for.
pub(super) fn gateway_name<'a>(entry: &'a str, own: Option<&'a str>) -> (Option<&'a str>, &'a str) {
    match entry.split_once('/') {
        Some((".", name)) => (own, name),
        Some((namespace, name)) => (Some(namespace), name),
        None => (own, entry),
    }
}
