//! NetworkPolicy.

use super::declare::declare;
use super::{containers, meta};
use crate::at::At;
use crate::fault::Faults;
use crate::names;

declare! {
POLICY_PEER = "policy-peer", "ValidateNetworkPolicyPeer", "a peer that says nothing, or too much",
"A peer is chosen by selectors (pods, namespaces, or pods in namespaces) or is an `ipBlock`. An empty list of peers is every peer; an \
empty peer is none.",
"NetworkPolicy.spec", "podSelector: {}\ningress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}, podSelector: {}}]}]",
"podSelector: {}\ningress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}, {podSelector: {}}]}]";

POLICY_TYPES = "policy-types", "ValidateNetworkPolicySpec", "more types than a policy has directions",
"`policyTypes` are `Ingress`, `Egress` or both.",
"NetworkPolicy.spec", "podSelector: {}\npolicyTypes: [Ingress, Egress, Ingress]", "podSelector: {}\npolicyTypes: [Ingress, Egress]";

POLICY_RANGE = "policy-range", "ValidateIPBlock", "an address range that is none",
"`cidr` is an address and a number of bits (`10.0.0.0/8`). `except` must be a strict subset of it.",
"NetworkPolicy.spec", "podSelector: {}\negress: [{to: [{ipBlock: {cidr: 10.0.0.0/8, except: [192.168.0.0/16]}}]}]",
"podSelector: {}\negress: [{to: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}]}]";

POLICY_PORT = "policy-port", "ValidateNetworkPolicyPort", "a port or a range of ports that is none",
"A port is a number from 1 to 65535, or the name of a container's port. `endPort` ends a range that begins with a number and is not below it.",
"NetworkPolicy.spec", "podSelector: {}\ningress: [{ports: [{port: 8080, endPort: 80}]}]",
"podSelector: {}\ningress: [{ports: [{port: 80, endPort: 8080}]}]";
}

pub(super) fn policy(spec: &At<'_>, out: &mut Faults) {
    if let Some(selector) = spec.get("podSelector") {
        meta::selector(&selector, out);
    }
    let types = spec.field("policyTypes");
    if types.items().len() > 2 {
        let fault =
            out.invalid(&POLICY_TYPES, &types.keyed(), "may not specify more than two policyTypes");
        // Whatever is added, they are not fewer.
        fault.is_certain = true;
    }
    for (direction, peers) in [("ingress", "from"), ("egress", "to")] {
        for rule in spec.list(direction) {
            rule.list(peers).iter().for_each(|peer| self::peer(peer, out));
            rule.list("ports").iter().for_each(|port| self::port(port, out));
        }
    }
}

fn peer(peer: &At<'_>, out: &mut Faults) {
    let set = peer.set(&["podSelector", "namespaceSelector", "ipBlock"]);
    if set.is_empty() && peer.node.as_map().is_some_and(crate::Map::is_empty) {
        out.required(&POLICY_PEER, peer, "must specify a peer");
    }
    if set.len() > 1 && set.contains(&"ipBlock") {
        let why = "may not be specified when both ipBlock and another peer are specified";
        let block = peer.field("ipBlock").keyed();
        let other = set.iter().find(|name| **name != "ipBlock").map(|name| peer.field(name));
        let found = out.forbidden(&POLICY_PEER, &block, why).on_only(&[&block]);
        other.iter().for_each(|other| {
            found.on(other);
        });
    }
    for selector in ["podSelector", "namespaceSelector"] {
        if let Some(at) = peer.get(selector) {
            meta::selector(&at, out);
        }
    }
    let Some(block) = peer.get("ipBlock") else { return };
    let whole = block.field("cidr");
    let Some(text) = whole.str() else { return };
    let Some(range) = names::cidr(text) else {
        let finding = out.invalid(
            &POLICY_RANGE,
            &whole,
            "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)",
        );
        if names::is_ip(text) {
            let bits = if text.contains(':') { 128 } else { 32 };
            finding.help.push(format!("did you mean `{text}/{bits}`?"));
        }
        return;
    };
    for except in block.list("except") {
        match except.str().map(names::cidr) {
            Some(None) => {
                out.invalid(
                    &POLICY_RANGE,
                    &except,
                    "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)",
                );
            }
            Some(Some(part)) if !names::within(part, range) => {
                out.invalid(
                    &POLICY_RANGE,
                    &except,
                    format!("must be a strict subset of `cidr` {text}"),
                );
            }
            _ => {}
        }
    }
}

fn port(at: &At<'_>, out: &mut Faults) {
    let port = at.get("port");
    if let Some(port) = &port {
        containers::port_or_name(&POLICY_PORT, port, out);
    }
    let Some(end) = at.get("endPort") else { return };
    match port {
        None => {
            out.required(
                &POLICY_PORT,
                &at.field("port").keyed(),
                "must be specified when endPort is specified",
            );
        }
        Some(port) if port.str().is_some() => {
            out.invalid(&POLICY_PORT, &end, "may not be specified when `port` is non-numeric")
                .on(&port);
        }
        Some(port) if end.int() < port.int() => {
            out.invalid(&POLICY_PORT, &end, "must be greater than or equal to `port`").on(&port);
        }
        _ => {}
    }
}
