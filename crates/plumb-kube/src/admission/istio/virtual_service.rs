//! What is refused in a VirtualService.

use super::common::{
    DESTINATION, FAULT, GATEWAY_NAMES, HTTP_ROUTE, PERCENTAGE, REDIRECT, REWRITE, ROUTE_MATCH,
    STATUS, TLS_MATCH, VIRTUAL_SERVICE, duration, export_to, is_address, is_domain, is_host,
    is_label, is_range, labels, not_both, number, of_all, overlap, percentage, port_number,
};
use super::text_match::{regular_expression, string_match};
use super::{cors, headers, retries};
use crate::at::At;
use crate::fault::Faults;
use plumb_text::diag::nearest;

const GRPC: &[&str] = &[
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
];

pub(super) fn check(out: &mut Faults, root: &At<'_>) {
    let spec = &root.field("spec");
    export_to(out, root, false);
    let hosts = spec.list("hosts");
    let is_delegate = hosts.is_empty();
    if is_delegate {
        for key in ["gateways", "tls", "tcp"] {
            if let Some(node) = spec.filled(key) {
                out.forbidden(&VIRTUAL_SERVICE, &node, format!("a VirtualService without `hosts` is for others to delegate to, and has no `{key}`"));
            }
        }
    }
    let named = spec.list("gateways");
    let is_for_mesh = named.is_empty() || named.iter().any(|node| node.str() == Some("mesh"));
    check_hosts(out, spec, &hosts, is_for_mesh);
    gateways(out, &named);
    if named.iter().all(|node| node.str() == Some("mesh")) {
        claims(out, spec);
    }
    if ["http", "tls", "tcp"].iter().all(|key| spec.filled(key).is_none()) {
        let why = "a VirtualService has routes: `http`, `tls` or `tcp`";
        of_all(out, &VIRTUAL_SERVICE, root, why).on_all(spec);
    }
    for route in spec.list("http") {
        http(out, &route, is_delegate);
    }
    for route in spec.list("tls") {
        if route.filled("match").is_none() {
            out.incomplete(&VIRTUAL_SERVICE, &route, "a route for TLS needs a `match`");
        }
        if route.filled("route").is_none() {
            out.incomplete(&VIRTUAL_SERVICE, &route, "a route for TLS needs a `route`");
        }
        for entry in route.list("match") {
            server_names(out, spec, &entry, &hosts);
            connection(out, &entry);
        }
        destinations(out, &route);
    }
    for route in spec.list("tcp") {
        if route.filled("route").is_none() {
            out.incomplete(&VIRTUAL_SERVICE, &route, "a route for TCP needs a `route`");
        }
        for entry in route.list("match") {
            connection(out, &entry);
        }
        destinations(out, &route);
    }
}

fn check_hosts(out: &mut Faults, spec: &At<'_>, hosts: &[At<'_>], is_for_mesh: bool) {
    let known = out.count();
    for node in hosts {
        match node.str() {
            Some("*") if is_for_mesh => {
                let why = "the wildcard host `*` is not allowed for a VirtualService bound to the mesh gateway";
                let fault = out.invalid(&VIRTUAL_SERVICE, node, why).on_all(spec);
                fault.help("name the hosts, or the `gateways` that it is for");
            }
            // How Istio's own gateways between networks name a destination.
            Some(host) if host.starts_with("outbound_.") && !is_for_mesh => {}
            Some(host) if !is_host(host) => {
                out.invalid(
                    &VIRTUAL_SERVICE,
                    node,
                    format!("`{host}` is neither a host name nor an address"),
                );
            }
            _ => {}
        }
    }
    if out.count() > known {
        return;
    }
    for (index, node) in hosts.iter().enumerate() {
        let Some(host) = node.str() else { continue };
        let mut before = hosts[..index].iter().filter_map(|at| Some((at, at.str()?)));
        if let Some((first, other)) = before.find(|(_, other)| overlap(host, other)) {
            let why = match other == host {
                true => format!("duplicate host `{host}`"),
                false => format!("the hosts `{other}` and `{host}` overlap"),
            };
            out.repeated(&VIRTUAL_SERVICE, node, why).on(first);
        }
    }
}

fn gateways(out: &mut Faults, gateways: &[At<'_>]) {
    for node in gateways {
        let Some(name) = node.str() else { continue };
        match name.split_once('/') {
            None if !is_domain(name) || name.contains('*') => {
                out.invalid(&GATEWAY_NAMES, node, format!("invalid Gateway name `{name}`"));
            }
            // A reference without a namespace is looked for elsewhere.
            Some((namespace, gateway)) if !is_label(namespace) || !is_label(gateway) => {
                out.invalid(
                    &GATEWAY_NAMES,
                    node,
                    format!("`{name}` is not the namespace and name of a Gateway"),
                );
            }
            _ => {}
        }
    }
}

/// Routes by the claims of a token, which only gateways read.
fn claims(out: &mut Faults, spec: &At<'_>) {
    for entry in spec.list("http").iter().flat_map(|route| route.list("match")) {
        for key in ["headers", "withoutHeaders"] {
            for (name, header) in entry.map(key) {
                if name.to_ascii_lowercase().starts_with("@request.auth.claims") {
                    let why = format!("`{name}` is known at a gateway only");
                    let fault = out.invalid(&VIRTUAL_SERVICE, &header, why).on_all(spec);
                    fault.help("name the `gateways` that it is for");
                }
            }
        }
    }
}

fn server_names(out: &mut Faults, spec: &At<'_>, entry: &At<'_>, hosts: &[At<'_>]) {
    if entry.get("sniHosts").is_some_and(|names| names.items().is_empty()) {
        out.incomplete(&TLS_MATCH, entry, "a match for TLS needs a name in `sniHosts`");
    }
    for node in entry.list("sniHosts") {
        let Some(name) = node.str() else { continue };
        let is_within = |host: &At<'_>| {
            host.str().is_some_and(|host| {
                host == name || host.strip_prefix('*').is_some_and(|end| name.ends_with(end))
            })
        };
        if !is_host(name) && !name.starts_with("outbound_.") {
            out.invalid(&TLS_MATCH, &node, format!("invalid host name `{name}`"));
        }
        if is_host(name) && !is_address(name) && !hosts.iter().any(is_within) {
            let why = format!("`{name}` is none of the `hosts` of this VirtualService");
            let fault = out.invalid(&TLS_MATCH, &node, why).on_all(&spec.field("hosts"));
            fault.help("a name in `sniHosts` is one of them, or within one that has a `*`");
        }
    }
}

/// Whose requests a match is about.
fn workload(out: &mut Faults, entry: &At<'_>) {
    labels(out, entry.get("sourceLabels"));
    gateways(out, &entry.list("gateways"));
    if let Some(node) = entry.filled("sourceNamespace")
        && node.str().is_some_and(|name| !is_label(name))
    {
        out.invalid(&ROUTE_MATCH, &node, "invalid namespace");
    }
}

/// What matches for TLS and for TCP have in common.
fn connection(out: &mut Faults, entry: &At<'_>) {
    workload(out, entry);
    for node in entry.list("destinationSubnets") {
        if node.str().is_some_and(|range| !is_range(range)) {
            out.invalid(
                &ROUTE_MATCH,
                &node,
                "a subnet is an address, or a range of them such as 10.1.0.0/16",
            );
        }
    }
    if entry.number("port") != Some(0) {
        port_number(out, entry, "port");
    }
}

fn http(out: &mut Faults, route: &At<'_>, is_delegate: bool) {
    match (route.get("delegate"), is_delegate) {
        (Some(node), true) => {
            out.forbidden(
                &HTTP_ROUTE,
                &node,
                "a VirtualService that others delegate to delegates no further",
            );
        }
        (Some(_), false) => {
            for key in ["redirect", "route"] {
                not_both(out, &HTTP_ROUTE, route, "delegate", key);
            }
        }
        (None, _) => {}
    }
    if is_delegate || route.get("delegate").is_none() {
        actions(out, route);
    }
    for entry in route.list("match") {
        workload(out, &entry);
        for key in ["headers", "withoutHeaders", "queryParams"] {
            for (name, matched) in entry.map(key) {
                if key != "queryParams" {
                    headers::matched(out, &matched, name);
                }
                string_match(out, &matched, key);
            }
        }
        for key in ["uri", "scheme", "method", "authority"] {
            if let Some(node) = entry.get(key) {
                string_match(out, &node, key);
            }
        }
        if entry.number("port") != Some(0) {
            port_number(out, &entry, "port");
        }
    }
    if let Some(node) = route.get("redirect") {
        redirect(out, &node, &route.list("match"));
    }
    headers::check(out, route);
    if let Some(node) = route.get("rewrite") {
        rewrite(out, &node);
    }
    if let Some(node) = route.get("fault") {
        fault(out, &node);
    }
    if let Some(node) = route.get("retries") {
        retries::check(out, &node);
    }
    if let Some(node) = route.get("directResponse").and_then(|node| node.get("status")) {
        status(out, &node);
    }
    if let Some(policy) = route.get("corsPolicy") {
        cors::check(out, &policy);
    }
    duration(out, &HTTP_ROUTE, route, "timeout");
    for key in ["mirrorPercent", "mirror_percent", "mirrorPercentage"] {
        percentage(out, route, key);
    }
    destinations(out, route);
    if let Some(node) = route.get("mirror") {
        destination(out, &node);
    }
    for mirror in route.list("mirrors") {
        percentage(out, &mirror, "percentage");
        match mirror.get("destination") {
            Some(node) => destination(out, &node),
            None => {
                out.incomplete(&HTTP_ROUTE, &mirror, "a mirror needs a `destination`");
            }
        }
    }
}

/// A route does one thing with a request.
fn actions(out: &mut Faults, route: &At<'_>) {
    let action = match (route.get("redirect"), route.get("directResponse")) {
        (Some(_), _) => "redirect",
        (None, Some(_)) => "directResponse",
        (None, None) => {
            if route.filled("route").is_none() {
                out.incomplete(
                    &HTTP_ROUTE,
                    route,
                    "a route needs `route`, `redirect` or `directResponse`",
                );
            }
            not_both(out, &HTTP_ROUTE, route, "mirror", "mirrors");
            return;
        }
    };
    for key in ["route", "fault", "rewrite", "directResponse"] {
        if key != action && route.filled(key).is_some() {
            not_both(out, &HTTP_ROUTE, route, action, key);
        }
    }
    not_both(out, &HTTP_ROUTE, route, "mirror", "mirrors");
}

fn redirect(out: &mut Faults, node: &At<'_>, matches: &[At<'_>]) {
    if node.filled("uri").is_some() && node.filled("prefixRewrite").is_some() {
        not_both(out, &REDIRECT, node, "uri", "prefixRewrite");
    }
    let by_prefix = |entry: &At<'_>| entry.get("uri").is_none_or(|uri| uri.get("prefix").is_some());
    if let Some(rewrite) = node.filled("prefixRewrite")
        && !matches.iter().all(by_prefix)
    {
        out.invalid(
            &REDIRECT,
            &rewrite,
            "`prefixRewrite` needs each `uri` of the route's `match` to be a prefix",
        );
    }
    let fields = ["uri", "prefixRewrite", "authority", "port", "derivePort", "scheme"];
    if fields.iter().all(|key| node.filled(key).is_none()) {
        out.incomplete(
            &REDIRECT,
            node,
            "a redirect says where to: `uri`, `authority`, `scheme` or `port`",
        );
    }
    if let Some(code) = node.get("redirectCode")
        && code.int().is_some_and(|code| code != 0 && !(300..=399).contains(&code))
    {
        out.invalid(&REDIRECT, &code, "the status of a redirect is between 300 and 399");
    }
    if let Some(scheme) = node.filled("scheme")
        && scheme.str().is_some_and(|scheme| !matches!(scheme, "http" | "https"))
    {
        out.invalid(&REDIRECT, &scheme, "the scheme of a redirect is http or https");
    }
}

fn rewrite(out: &mut Faults, node: &At<'_>) {
    if node.filled("uri").is_some() {
        not_both(out, &REWRITE, node, "uri", "uriRegexRewrite");
    }
    let fields = ["uri", "uriRegexRewrite", "authority"];
    if fields.iter().all(|key| node.filled(key).is_none()) {
        out.incomplete(
            &REWRITE,
            node,
            "a rewrite says what to: `uri`, `uriRegexRewrite` or `authority`",
        );
    }
    let Some(rewrite) = node.get("uriRegexRewrite") else { return };
    for key in ["match", "rewrite"] {
        if rewrite.filled(key).is_none() {
            out.incomplete(&REWRITE, &rewrite, format!("`uriRegexRewrite` needs `{key}`"));
        }
    }
    if let Some(pattern) = rewrite.filled("match") {
        regular_expression(out, &pattern);
    }
}

fn fault(out: &mut Faults, node: &At<'_>) {
    let (abort, delay) = (node.get("abort"), node.get("delay"));
    if abort.is_none() && delay.is_none() {
        out.incomplete(&FAULT, node, "a fault is an `abort` or a `delay`");
    }
    if let Some(abort) = abort {
        share(out, &abort);
        if let Some(node) = abort.get("httpStatus") {
            status(out, &node);
        }
        if let Some(node) = abort.filled("grpcStatus")
            && let Some(name) = node.str().filter(|name| !GRPC.contains(name))
        {
            let fault = out.unsupported(&FAULT, &node, format!("unknown gRPC status `{name}`"));
            fault.near(nearest(name, GRPC.iter().copied()));
        }
        if let Some(node) = abort.get("http2Error") {
            out.forbidden(&FAULT, &node, "Istio has no faults of HTTP/2 yet");
        }
    }
    if let Some(delay) = delay {
        share(out, &delay);
        for key in ["fixedDelay", "exponentialDelay"] {
            duration(out, &FAULT, &delay, key);
        }
        if let Some(node) = delay.get("exponentialDelay") {
            out.forbidden(&FAULT, &node, "Istio has no exponential delay yet")
                .help("use `fixedDelay`");
        }
    }
}

/// The share of requests that a fault is for, which Envoy counts in millionths.
fn share(out: &mut Faults, at: &At<'_>) {
    percentage(out, at, "percentage");
    if let Some(node) = at.at(&["percentage", "value"])
        && number(&node).is_some_and(|value| 0.0 < value && value < 0.0001)
    {
        out.invalid(&PERCENTAGE, &node, "the least percentage above 0 is 0.0001");
    }
}

fn status(out: &mut Faults, node: &At<'_>) {
    if node.int().is_some_and(|status| !(200..=600).contains(&status)) {
        out.invalid(&STATUS, node, "a status of HTTP is between 200 and 599");
    }
}

fn destinations(out: &mut Faults, route: &At<'_>) {
    for entry in route.list("route") {
        if let Some(weight) = entry.get("weight")
            && number(&weight).is_some_and(|weight| weight < 0.0)
        {
            out.invalid(&DESTINATION, &weight, "a weight is not negative");
        }
        if let Some(node) = entry.get("destination") {
            destination(out, &node);
        }
    }
}

fn destination(out: &mut Faults, node: &At<'_>) {
    if let Some(host) = node.get("host")
        && let Some(name) = node.word("host").filter(|host| *host == "*" || !is_host(host))
    {
        out.invalid(&DESTINATION, &host, format!("invalid destination host `{name}`"));
    }
    if let Some(subset) = node.filled("subset")
        && subset.str().is_some_and(|name| !is_label(name))
    {
        out.invalid(&DESTINATION, &subset, "the name of a subset is letters, digits and `-`");
    }
    if let Some(port) = node.get("port") {
        match port.get("number") {
            Some(_) => port_number(out, &port, "number"),
            None => {
                let why = "the `port` of a destination has a `number`";
                out.incomplete(&DESTINATION, &port, why);
            }
        }
    }
}
