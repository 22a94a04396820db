//! What is refused in a ServiceEntry.

use super::{
    Refusals, filled, is_address, is_domain, is_http, is_range, is_tls, items, labels, protocol,
    set, text,
};
use crate::manifest::Node;

pub(super) fn check(refusals: &mut Refusals<'_, '_>) {
    let Some(spec) = refusals.object.at("spec") else { return };
    let (hosts, endpoints) = (items(spec, "hosts"), items(spec, "endpoints"));
    let resolution = text(spec, "resolution").unwrap_or("NONE");
    refusals.export_to(true);
    for node in hosts {
        if node.as_str().is_some_and(|host| host != "*" && !is_domain(host)) {
            refusals.say(node, "the host is no host name");
        }
    }
    for node in items(spec, "addresses") {
        if node.as_str().is_some_and(|range| !is_range(range)) {
            refusals
                .say(node, "an address is an IP address, or a range of them such as 10.1.0.0/16");
        }
    }
    let mut names: Vec<&str> = Vec::new();
    for port in items(spec, "ports") {
        names.extend(text(port, "name"));
        refusals.port_name(port);
        if let Some(node) = filled(port, "protocol")
            && protocol(port).is_none()
        {
            let name = node.as_str().unwrap_or_default();
            refusals.say(node, format!("Istio knows no protocol `{name}`"));
        }
    }
    let by_name = matches!(resolution, "DNS" | "DNS_ROUND_ROBIN");
    if by_name && endpoints.is_empty() {
        let wildcard =
            hosts.iter().find(|host| host.as_str().is_some_and(|host| host.contains('*')));
        if let Some(node) = wildcard {
            refusals.say_helped(
                node,
                format!("the resolution {resolution} can't look up a name with `*`"),
                "list `endpoints`, or choose the resolution NONE",
            );
        }
    }
    if resolution == "DYNAMIC_DNS" {
        dynamic(refusals, spec);
    }
    if let Some(selector) = set(spec, "workloadSelector") {
        for label in set(selector, "labels").and_then(Node::as_map).into_iter().flatten() {
            if label.key.value.is_empty() {
                refusals.say(&label.value, "a label to select by has a key");
            }
        }
    }
    for endpoint in endpoints {
        super::workload::ports(refusals, endpoint);
        labels(refusals, set(endpoint, "labels"));
        if let Some(node) = set(endpoint, "address").filter(|node| node.as_str() == Some(""))
            && (by_name || filled(endpoint, "network").is_none())
        {
            refusals.say(node, "an endpoint has an `address`");
        }
        if let Some(node) = filled(endpoint, "address")
            && let Some(path) = node.as_str().and_then(|address| address.strip_prefix("unix://"))
        {
            if by_name {
                refusals.say(
                    node,
                    "a name can't be looked up for a Unix socket; choose the resolution STATIC",
                );
            } else {
                super::workload::socket(refusals, node, path);
            }
            if resolution == "STATIC" && items(spec, "ports").len() != 1 {
                refusals.say(node, "a ServiceEntry for a Unix socket has exactly one port");
            }
        }
        if let Some(node) = filled(endpoint, "address") {
            address(refusals, node, by_name, resolution == "STATIC");
        }
        for entry in set(endpoint, "ports").and_then(Node::as_map).into_iter().flatten() {
            let name = entry.key.value.as_str();
            if resolution != "NONE" && !names.contains(&name) {
                let finding = refusals
                    .object
                    .finding(
                        &super::REFUSED,
                        &entry.value,
                        format!("this ServiceEntry has no port `{name}`"),
                    )
                    .did_you_mean(name, names.iter().copied());
                refusals.findings.push(finding);
            }
        }
    }
    let opaque = items(spec, "ports")
        .iter()
        .find(|port| !protocol(port).is_some_and(|name| is_http(&name) || is_tls(&name)));
    if let Some(port) = opaque
        && hosts.len() > 1
        && resolution != "NONE"
    {
        refusals.say_helped(
            port,
            "several hosts can't share a port that is neither HTTP nor TLS",
            "write a ServiceEntry for each host",
        );
    }
}

/// Names that are looked up when a request comes.
fn dynamic(refusals: &mut Refusals<'_, '_>, spec: &Node) {
    for node in items(spec, "hosts") {
        if node.as_str().is_some_and(|host| !host.starts_with('*')) {
            refusals.say_helped(
                node,
                "the resolution DYNAMIC_DNS is for hosts with `*`",
                "for a single name, choose the resolution DNS",
            );
        }
    }
    for key in ["addresses", "endpoints"] {
        if let Some(node) = filled(spec, key) {
            refusals.say(node, format!("the resolution DYNAMIC_DNS finds the addresses by itself, so there are no `{key}`"));
        }
    }
    for port in items(spec, "ports") {
        let name = protocol(port).unwrap_or_default();
        if !matches!(name.as_str(), "HTTP" | "TLS" | "GRPC" | "HTTP2") {
            let node = port.get("protocol").unwrap_or(port);
            refusals.say(node, "the resolution DYNAMIC_DNS is for HTTP, HTTP2, GRPC and TLS");
        }
    }
    let object = refusals.object;
    let waypoint = object
        .label("istio.io/use-waypoint")
        .is_some_and(|name| !name.is_empty() && !name.eq_ignore_ascii_case("none"));
    if waypoint && text(spec, "location") == Some("MESH_INTERNAL") {
        let node = spec.get("location").unwrap_or(spec);
        refusals.say(node, "behind a waypoint, the resolution DYNAMIC_DNS is for MESH_EXTERNAL");
    }
}

fn address(refusals: &mut Refusals<'_, '_>, node: &Node, by_name: bool, is_static: bool) {
    let text = node.as_str().unwrap_or_default();
    if text.starts_with("unix://") || is_address(text) {
        return;
    }
    if is_static {
        refusals.say_helped(
            node,
            format!("`{text}` is no IP address, as the resolution STATIC needs"),
            "for names, choose the resolution DNS",
        );
    } else if by_name && !is_domain(text) {
        refusals.say(node, format!("`{text}` is neither a host name nor an IP address"));
    }
}
