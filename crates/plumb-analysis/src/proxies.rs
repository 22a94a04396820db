//! Where a VirtualService is used: by the sidecars that see it, and by the proxies of its gateways.

use super::group::{Group, NETWORKING, Object};
use super::hosts::{Host, Lookup};
use super::virtual_services::{gateway_name, is_for_mesh, match_gateways};
use plumb_kube::Node;
use plumb_kube::select::Selector;

/// What is known of a host where a VirtualService is used. It is hidden where none of the proxies sees it
/// (`PushContext.IsServiceVisible` is asked with the namespace of the proxy, which for a gateway is that of its pods).
pub(super) fn look_up<'g, 'a>(
    group: &'g Group<'a>,
    service: &Object<'a>,
    host: Host<'a>,
) -> Lookup<'g, 'a> {
    let registry = group.registry();
    let export = service.texts("spec.exportTo");
    let own = registry.look_up(host, service.namespace, &export);
    let gateways = || service.items("spec.gateways").iter().chain(match_gateways(service));
    let mut named = gateways().filter_map(Node::as_str).filter(|entry| *entry != "mesh").peekable();
    if named.peek().is_none() || matches!(own, Lookup::Unknown) {
        return own;
    }
    let is_for_sidecars =
        is_for_mesh(service) || match_gateways(service).any(|node| node.as_str() == Some("mesh"));
    if is_for_sidecars && matches!(own, Lookup::Found(_)) {
        return own;
    }
    let mut hidden = own;
    for entry in named {
        let (namespaces, are_sure) = proxies(group, service, entry);
        for namespace in namespaces {
            match registry.look_up(host, namespace, &[]) {
                Lookup::Hidden(entries) => {
                    let beyond = |entry: &_| {
                        super::hosts::HostEntry::is_exported_beyond(entry, &group.objects)
                    };
                    if !are_sure && entries.iter().copied().any(beyond) {
                        return Lookup::Found(entries);
                    }
                    hidden = Lookup::Hidden(entries);
                }
                found => return found,
            }
        }
    }
    hidden
}

/// The namespaces of a gateway's proxies, and whether the group shows them: else they are taken to be where the gateway is.
fn proxies<'a>(
    group: &Group<'a>,
    service: &Object<'a>,
    entry: &'a str,
) -> (Vec<Option<&'a str>>, bool) {
    let (namespace, name) = gateway_name(entry, service.namespace);
    let selectors = group
        .find(NETWORKING, "Gateway", namespace, name)
        .map(|gateway| Selector::of_map(gateway.at("spec.selector")))
        .filter(|selector| !selector.is_empty());
    let pods = selectors
        .flat_map(|selector| group.pods.iter().filter(move |pod| selector.matches(&pod.labels)));
    let namespaces: Vec<Option<&str>> = pods.map(|pod| pod.namespace).collect();
    match namespaces.is_empty() {
        true => (vec![namespace], false),
        false => (namespaces, true),
    }
}
