//! Where a VirtualService is used: by the sidecars that see it, and by the proxies of its gateways.

use super::group::{Group, NETWORKING, Object};
use super::hosts::{Host, Lookup};
use super::virtual_services::{gateway_name, is_for_mesh, match_gateways};
use plumb_kube::Node;
use plumb_kube::select::Selector;
use std::collections::BTreeSet;

/// The proxies that use a VirtualService.
pub(super) struct Users<'a> {
    /// Whether sidecars do.
    sidecars: bool,
    /// The namespaces of its gateways' proxies, each with whether the group shows it.
    gateways: Vec<(Option<&'a str>, bool)>,
}

impl<'a> Users<'a> {
    /// Of a VirtualService in a group.
    pub(super) fn of(group: &Group<'a>, service: &Object<'a>) -> Users<'a> {
        let entries = service.items("spec.gateways").iter().chain(match_gateways(service));
        let names: BTreeSet<&str> = entries.filter_map(Node::as_str).collect();
        let gateways: BTreeSet<(Option<&str>, bool)> = (names.iter())
            .filter(|entry| **entry != "mesh")
            .flat_map(|entry| {
                let (namespaces, are_sure) = proxies(group, service, entry);
                namespaces.into_iter().map(move |namespace| (namespace, are_sure))
            })
            .collect();
        Users {
            sidecars: is_for_mesh(service) || names.contains("mesh"),
            gateways: gateways.into_iter().collect(),
        }
    }
}

/// What is known of a host where a VirtualService is used. It is hidden where none of the proxies sees it
/// (`PushContext.IsServiceVisible` is asked with the namespace of the proxy, which for a gateway is that of its pods).
pub(super) fn look_up<'g, 'a>(
    group: &'g Group<'a>,
    service: &Object<'a>,
    users: &Users<'a>,
    host: Host<'a>,
) -> Lookup<'g, 'a> {
    let registry = group.registry();
    let own = registry.look_up(host, service.namespace, &service.texts("spec.exportTo"));
    if users.gateways.is_empty() || matches!(own, Lookup::Unknown) {
        return own;
    }
    if users.sidecars && matches!(own, Lookup::Found(_)) {
        return own;
    }
    let mut hidden = own;
    for &(namespace, is_sure) in &users.gateways {
        match registry.look_up(host, namespace, &[]) {
            Lookup::Hidden(entries) => {
                let beyond =
                    |entry: &_| super::hosts::HostEntry::is_exported_beyond(entry, &group.objects);
                if !is_sure && entries.iter().copied().any(beyond) {
                    return Lookup::Found(entries);
                }
                hidden = Lookup::Hidden(entries);
            }
            found => return found,
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
