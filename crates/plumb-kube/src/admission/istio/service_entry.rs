//! What is refused in a ServiceEntry.

use super::common::{
    DYNAMIC_HTTP, DYNAMIC_LOCATION, DYNAMIC_PROTOCOL, DYNAMIC_TLS_AND_HTTP, DYNAMIC_WAYPOINT,
    SERVICE_ENTRY, export_to, is_address, is_domain, is_http, is_range, is_tls, labels, port_name,
    protocol,
};
use super::workload::{self, socket};
use crate::at::At;
use crate::fault::Faults;
use plumb_text::diag::nearest;

pub(super) fn check(out: &mut Faults, root: &At<'_>) {
    let spec = &root.field("spec");
    let (hosts, endpoints) = (spec.list("hosts"), spec.list("endpoints"));
    let resolution = spec.word("resolution").unwrap_or("NONE");
    export_to(out, root, true);
    for node in &hosts {
        if node.str().is_some_and(|host| host != "*" && !is_domain(host)) {
            out.invalid(&SERVICE_ENTRY, node, "invalid host name");
        }
    }
    for node in spec.list("addresses") {
        if node.str().is_some_and(|range| !is_range(range)) {
            out.invalid(
                &SERVICE_ENTRY,
                &node,
                "an address is an IP address, or a range of them such as 10.1.0.0/16",
            );
        }
    }
    let mut names: Vec<&str> = Vec::new();
    for port in spec.list("ports") {
        names.extend(port.word("name"));
        port_name(out, &port);
        if let Some(node) = port.filled("protocol")
            && protocol(&port).is_none()
        {
            let name = node.str().unwrap_or_default();
            out.invalid(&SERVICE_ENTRY, &node, format!("Istio knows no protocol `{name}`"));
        }
    }
    let by_name = matches!(resolution, "DNS" | "DNS_ROUND_ROBIN");
    if by_name && endpoints.is_empty() {
        let wildcard = hosts.iter().find(|host| host.str().is_some_and(|host| host.contains('*')));
        if let Some(node) = wildcard {
            let why = format!("the resolution {resolution} can't look up a name with `*`");
            out.invalid(&SERVICE_ENTRY, node, why)
                .on_all(spec)
                .help("list `endpoints`, or choose the resolution NONE");
        }
    }
    if resolution == "DYNAMIC_DNS" {
        dynamic(out, root, spec);
    }
    if let Some(selector) = spec.get("workloadSelector") {
        for (key, label) in selector.map("labels") {
            if key.is_empty() {
                out.invalid(&SERVICE_ENTRY, &label, "a label to select by has a key");
            }
        }
    }
    for endpoint in endpoints {
        workload::ports(out, &endpoint);
        labels(out, endpoint.get("labels"));
        if let Some(node) = endpoint.get("address").filter(|node| node.str() == Some(""))
            && (by_name || endpoint.filled("network").is_none())
        {
            out.incomplete(&SERVICE_ENTRY, &node, "an endpoint has an `address`").on_all(&endpoint);
        }
        if let Some(node) = endpoint.filled("address")
            && let Some(path) = node.str().and_then(|address| address.strip_prefix("unix://"))
        {
            if by_name {
                out.invalid(
                    &SERVICE_ENTRY,
                    &node,
                    "a name can't be looked up for a Unix socket; choose the resolution STATIC",
                );
            } else {
                socket(out, &node, path);
            }
            if resolution == "STATIC" && spec.list("ports").len() != 1 {
                let why = "a ServiceEntry for a Unix socket has exactly one port";
                out.invalid(&SERVICE_ENTRY, &node, why).on_all(&spec.field("ports"));
            }
        }
        if let Some(node) = endpoint.filled("address") {
            address(out, &node, by_name, resolution == "STATIC");
        }
        for (name, port) in endpoint.map("ports") {
            if resolution != "NONE" && !names.contains(&name) {
                let fault = out.not_found(&SERVICE_ENTRY, &port, &spec.field("ports"));
                fault.detail = format!("this ServiceEntry has no port `{name}`");
                fault.near(nearest(name, names.iter().copied()));
            }
        }
    }
    let opaque = spec
        .list("ports")
        .into_iter()
        .find(|port| !protocol(port).is_some_and(|name| is_http(&name) || is_tls(&name)));
    if let Some(port) = opaque
        && hosts.len() > 1
        && resolution != "NONE"
    {
        let why = "several hosts can't share a port that is neither HTTP nor TLS";
        out.invalid(&SERVICE_ENTRY, &port, why)
            .on_all(&port)
            .help("write a ServiceEntry for each host");
    }
}

/// Names that are looked up when a request comes.
fn dynamic(out: &mut Faults, root: &At<'_>, spec: &At<'_>) {
    let resolution = spec.field("resolution");
    for node in spec.list("hosts") {
        if node.str().is_some_and(|host| !host.starts_with('*')) {
            out.invalid(&SERVICE_ENTRY, &node, "the resolution DYNAMIC_DNS is for hosts with `*`")
                .on(&resolution)
                .help("for a single name, choose the resolution DNS");
        }
    }
    for key in ["addresses", "endpoints"] {
        if let Some(node) = spec.filled(key) {
            let why = format!("`{key}` must not be set with resolution DYNAMIC_DNS");
            out.forbidden(&SERVICE_ENTRY, &node, why).on_only(&[&resolution, &node]);
        }
    }
    for port in spec.list("ports") {
        let name = protocol(&port).unwrap_or_default();
        let node = port.get("protocol").unwrap_or_else(|| port.clone());
        if name != "HTTP" {
            let why = "the resolution DYNAMIC_DNS is for HTTP";
            out.invalid(&DYNAMIC_HTTP, &node, why).on(&resolution);
        }
        if matches!(name.as_str(), "HTTP" | "TLS") {
            continue;
        }
        let why = "the resolution DYNAMIC_DNS is for HTTP and TLS";
        out.invalid(&DYNAMIC_TLS_AND_HTTP, &node, why).on(&resolution);
        if !matches!(name.as_str(), "GRPC" | "HTTP2") {
            let why = "the resolution DYNAMIC_DNS is for HTTP, HTTP2, GRPC and TLS";
            out.invalid(&DYNAMIC_PROTOCOL, &node, why).on(&resolution);
        }
    }
    let Some(location) = spec.get("location").filter(|node| node.str() == Some("MESH_INTERNAL"))
    else {
        return;
    };
    let why = "the resolution DYNAMIC_DNS is for the location MESH_EXTERNAL";
    out.invalid(&DYNAMIC_LOCATION, &location, why).on(&resolution);
    let labels = root.field("metadata").field("labels");
    let waypoint = labels.entry("istio.io/use-waypoint");
    if waypoint.str().is_some_and(|name| !name.is_empty() && !name.eq_ignore_ascii_case("none")) {
        let why = "behind a waypoint, the resolution DYNAMIC_DNS is for MESH_EXTERNAL";
        out.invalid(&DYNAMIC_WAYPOINT, &location, why).on(&resolution).on(&waypoint);
    }
}

fn address(out: &mut Faults, node: &At<'_>, by_name: bool, is_static: bool) {
    let text = node.str().unwrap_or_default();
    if text.starts_with("unix://") || is_address(text) {
        return;
    }
    if is_static {
        out.invalid(
            &SERVICE_ENTRY,
            node,
            format!("invalid IP address `{text}`: resolution STATIC needs one"),
        )
        .help("for names, choose the resolution DNS");
    } else if by_name && !is_domain(text) {
        out.invalid(
            &SERVICE_ENTRY,
            node,
            format!("`{text}` is neither a host name nor an IP address"),
        );
    }
}
