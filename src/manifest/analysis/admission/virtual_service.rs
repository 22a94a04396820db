//! What is refused in a VirtualService.

use super::super::hosts::overlap;
use super::super::virtual_services::is_for_mesh;
use super::headers;
use super::{
    Refusals, filled, is_address, is_domain, is_host, is_label, is_range, items, labels, number,
    set, text,
};
use crate::manifest::Node;
use crate::manifest::schema::go_regex;

/// What `retries.retryOn` may list, beside the numbers of HTTP statuses.
const RETRY_ON: &[&str] = &[
    "5xx",
    "gateway-error",
    "reset",
    "reset-before-request",
    "connect-failure",
    "retriable-4xx",
    "refused-stream",
    "retriable-status-codes",
    "retriable-headers",
    "envoy-ratelimited",
    "http3-post-connect-failure",
    "cancelled",
    "deadline-exceeded",
    "internal",
    "resource-exhausted",
    "unavailable",
];

const METHODS: &[&str] =
    &["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "OPTIONS", "TRACE", "*"];

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

/// The longest regular expression that Istio takes.
const LONGEST_REGEX: usize = 1024;

pub(super) fn check(refusals: &mut Refusals<'_, '_>) {
    let object = refusals.object;
    let Some(spec) = object.at("spec") else { return };
    refusals.export_to(false);
    let hosts = items(spec, "hosts");
    let is_delegate = hosts.is_empty();
    if is_delegate {
        for key in ["gateways", "tls", "tcp"] {
            if let Some(node) = filled(spec, key) {
                refusals.say(
                    node,
                    format!("a VirtualService without `hosts` is for others to delegate to, and has no `{key}`"),
                );
            }
        }
    }
    check_hosts(refusals, hosts, is_for_mesh(object));
    gateways(refusals, items(spec, "gateways"));
    if items(spec, "gateways").iter().all(|node| node.as_str() == Some("mesh")) {
        claims(refusals, items(spec, "http"));
    }
    if ["http", "tls", "tcp"].iter().all(|key| filled(spec, key).is_none()) {
        refusals.say_of_all("a VirtualService has routes: `http`, `tls` or `tcp`");
    }
    for route in items(spec, "http") {
        http(refusals, route, is_delegate);
    }
    for route in items(spec, "tls") {
        if filled(route, "match").is_none() {
            refusals.say(route, "a route for TLS needs a `match`");
        }
        if filled(route, "route").is_none() {
            refusals.say(route, "a route for TLS needs a `route`");
        }
        for entry in items(route, "match") {
            server_names(refusals, entry, hosts);
            connection(refusals, entry);
        }
        destinations(refusals, route);
    }
    for route in items(spec, "tcp") {
        if filled(route, "route").is_none() {
            refusals.say(route, "a route for TCP needs a `route`");
        }
        for entry in items(route, "match") {
            connection(refusals, entry);
        }
        destinations(refusals, route);
    }
}

fn check_hosts(refusals: &mut Refusals<'_, '_>, hosts: &[Node], is_for_mesh: bool) {
    let known = refusals.findings.len();
    for node in hosts {
        match node.as_str() {
            Some("*") if is_for_mesh => refusals.say_helped(
                node,
                "`*` is no host within the mesh",
                "name the hosts, or the `gateways` that it is for",
            ),
            // How Istio's own gateways between networks name a destination.
            Some(host) if host.starts_with("outbound_.") && !is_for_mesh => {}
            Some(host) if !is_host(host) => {
                refusals.say(node, format!("`{host}` is neither a host name nor an address"));
            }
            _ => {}
        }
    }
    if refusals.findings.len() > known {
        return;
    }
    for (index, node) in hosts.iter().enumerate() {
        let Some(host) = node.as_str() else { continue };
        let before = hosts[..index].iter().filter_map(Node::as_str);
        if let Some(other) = before.into_iter().find(|other| overlap(host, other)) {
            refusals.say(
                node,
                match other == host {
                    true => format!("the host `{host}` stands twice"),
                    false => format!("the hosts `{other}` and `{host}` overlap"),
                },
            );
        }
    }
}

fn gateways(refusals: &mut Refusals<'_, '_>, gateways: &[Node]) {
    for node in gateways {
        let Some(name) = node.as_str() else { continue };
        match name.split_once('/') {
            None if !is_domain(name) || name.contains('*') => {
                refusals.say(node, format!("`{name}` is no name of a Gateway"));
            }
            // A reference without a namespace is looked for elsewhere.
            Some((namespace, gateway)) if !is_label(namespace) || !is_label(gateway) => {
                refusals.say(node, format!("`{name}` is not the namespace and name of a Gateway"));
            }
            _ => {}
        }
    }
}

/// Routes by the claims of a token, which only gateways read.
fn claims(refusals: &mut Refusals<'_, '_>, routes: &[Node]) {
    for entry in routes.iter().flat_map(|route| items(route, "match")) {
        for key in ["headers", "withoutHeaders"] {
            for header in set(entry, key).and_then(Node::as_map).into_iter().flatten() {
                if header.key.value.to_ascii_lowercase().starts_with("@request.auth.claims") {
                    refusals.say_helped(
                        &header.value,
                        format!("`{}` is known at a gateway only", header.key.value),
                        "name the `gateways` that it is for",
                    );
                }
            }
        }
    }
}

fn server_names(refusals: &mut Refusals<'_, '_>, entry: &Node, hosts: &[Node]) {
    if set(entry, "sniHosts").is_some_and(|names| names.items().is_empty()) {
        refusals.say(entry, "a match for TLS needs a name in `sniHosts`");
    }
    for node in items(entry, "sniHosts") {
        let Some(name) = node.as_str() else { continue };
        let is_within = |host: &Node| {
            host.as_str().is_some_and(|host| {
                host == name || host.strip_prefix('*').is_some_and(|end| name.ends_with(end))
            })
        };
        if !is_host(name) && !name.starts_with("outbound_.") {
            refusals.say(node, format!("`{name}` is no host name"));
        }
        if is_host(name) && !is_address(name) && !hosts.iter().any(is_within) {
            refusals.say_helped(
                node,
                format!("`{name}` is none of the `hosts` of this VirtualService"),
                "a name in `sniHosts` is one of them, or within one that has a `*`",
            );
        }
    }
}

/// Whose requests a match is about.
fn workload(refusals: &mut Refusals<'_, '_>, entry: &Node) {
    labels(refusals, set(entry, "sourceLabels"));
    gateways(refusals, items(entry, "gateways"));
    if let Some(node) = filled(entry, "sourceNamespace")
        && node.as_str().is_some_and(|name| !is_label(name))
    {
        refusals.say(node, "this is no namespace");
    }
}

/// What matches for TLS and for TCP have in common.
fn connection(refusals: &mut Refusals<'_, '_>, entry: &Node) {
    workload(refusals, entry);
    for node in items(entry, "destinationSubnets") {
        if node.as_str().is_some_and(|range| !is_range(range)) {
            refusals.say(node, "a subnet is an address, or a range of them such as 10.1.0.0/16");
        }
    }
    if number_of(entry, "port") != Some(0) {
        refusals.port(entry, "port");
    }
}

fn number_of(node: &Node, key: &str) -> Option<i128> {
    node.get(key).and_then(Node::as_int)
}

fn http(refusals: &mut Refusals<'_, '_>, route: &Node, is_delegate: bool) {
    match (set(route, "delegate"), is_delegate) {
        (Some(node), true) => {
            refusals.say(node, "a VirtualService that others delegate to delegates no further");
        }
        (Some(_), false) => {
            for key in ["redirect", "route"] {
                refusals.not_both(route, "delegate", key);
            }
        }
        (None, _) => {}
    }
    if is_delegate || set(route, "delegate").is_none() {
        actions(refusals, route);
    }
    for entry in items(route, "match") {
        workload(refusals, entry);
        for key in ["headers", "withoutHeaders", "queryParams"] {
            for entry in set(entry, key).and_then(Node::as_map).into_iter().flatten() {
                if key != "queryParams" {
                    headers::matched(refusals, &entry.value, &entry.key.value);
                }
                string_match(refusals, &entry.value, key);
            }
        }
        for key in ["uri", "scheme", "method", "authority"] {
            if let Some(node) = set(entry, key) {
                string_match(refusals, node, key);
            }
        }
        if number_of(entry, "port") != Some(0) {
            refusals.port(entry, "port");
        }
    }
    if let Some(node) = set(route, "redirect") {
        redirect(refusals, node, items(route, "match"));
    }
    headers::check(refusals, route);
    if let Some(node) = set(route, "rewrite") {
        rewrite(refusals, node);
    }
    if let Some(node) = set(route, "fault") {
        fault(refusals, node);
    }
    if let Some(node) = set(route, "retries") {
        retries(refusals, node);
    }
    if let Some(node) = set(route, "directResponse").and_then(|node| node.get("status")) {
        status(refusals, node);
    }
    if let Some(policy) = set(route, "corsPolicy") {
        for node in items(policy, "allowMethods") {
            if let Some(method) = node.as_str().filter(|method| !METHODS.contains(method)) {
                refusals.say(node, format!("`{method}` is no method of HTTP"));
            }
        }
        for node in items(policy, "allowHeaders").iter().chain(items(policy, "exposeHeaders")) {
            headers::named(refusals, node);
        }
        if let Some(node) = set(policy, "maxAge")
            && node
                .as_str()
                .is_some_and(|age| age.contains('.') || age.ends_with("ms") || age.ends_with("us"))
        {
            refusals.say(node, "`maxAge` is in whole seconds");
        }
        for node in items(policy, "allowOrigins") {
            string_match(refusals, node, "allowOrigins");
        }
    }
    for key in ["mirrorPercent", "mirror_percent", "mirrorPercentage"] {
        refusals.percentage(route, key);
    }
    destinations(refusals, route);
    if let Some(node) = set(route, "mirror") {
        destination(refusals, node);
    }
    for mirror in items(route, "mirrors") {
        refusals.percentage(mirror, "percentage");
        match set(mirror, "destination") {
            Some(node) => destination(refusals, node),
            None => refusals.say(mirror, "a mirror needs a `destination`"),
        }
    }
}

/// A route does one thing with a request.
fn actions(refusals: &mut Refusals<'_, '_>, route: &Node) {
    let action = match (set(route, "redirect"), set(route, "directResponse")) {
        (Some(_), _) => "redirect",
        (None, Some(_)) => "directResponse",
        (None, None) => {
            if filled(route, "route").is_none() {
                refusals.say(route, "a route needs `route`, `redirect` or `directResponse`");
            }
            refusals.not_both(route, "mirror", "mirrors");
            return;
        }
    };
    for key in ["route", "fault", "rewrite", "directResponse"] {
        if key != action && filled(route, key).is_some() {
            refusals.not_both(route, action, key);
        }
    }
    refusals.not_both(route, "mirror", "mirrors");
}

fn string_match(refusals: &mut Refusals<'_, '_>, node: &Node, what: &str) {
    if let Some(prefix) = set(node, "prefix")
        && what != "uri"
        && prefix.as_str() == Some("")
    {
        refusals.say(prefix, "the prefix to match is not empty");
    }
    if let Some(regex) = set(node, "regex") {
        // `*` here stands for any value.
        if !(what == "withoutHeaders" && regex.as_str() == Some("*")) {
            regular_expression(refusals, regex);
        }
    }
}

fn regular_expression(refusals: &mut Refusals<'_, '_>, node: &Node) {
    let Some(pattern) = node.as_str() else { return };
    if pattern.is_empty() {
        refusals.say(node, "a regular expression is not empty");
    } else if pattern.len() > LONGEST_REGEX {
        refusals.say(
            node,
            format!(
                "a regular expression has at most {LONGEST_REGEX} bytes, and this has {}",
                pattern.len()
            ),
        );
    } else if let Err(error) = go_regex(pattern) {
        refusals.say_helped(
            node,
            format!("the regular expression does not compile: {error}"),
            "the syntax is RE2's: no look-around, no back-references",
        );
    }
}

fn redirect(refusals: &mut Refusals<'_, '_>, node: &Node, matches: &[Node]) {
    if filled(node, "uri").is_some() && filled(node, "prefixRewrite").is_some() {
        refusals.not_both(node, "uri", "prefixRewrite");
    }
    let by_prefix = |entry: &Node| set(entry, "uri").is_none_or(|uri| set(uri, "prefix").is_some());
    if let Some(rewrite) = filled(node, "prefixRewrite")
        && !matches.iter().all(by_prefix)
    {
        refusals
            .say(rewrite, "`prefixRewrite` needs each `uri` of the route's `match` to be a prefix");
    }
    let fields = ["uri", "prefixRewrite", "authority", "port", "derivePort", "scheme"];
    if fields.iter().all(|key| filled(node, key).is_none()) {
        refusals.say(node, "a redirect says where to: `uri`, `authority`, `scheme` or `port`");
    }
    if let Some(code) = node.get("redirectCode")
        && code.as_int().is_some_and(|code| code != 0 && !(300..=399).contains(&code))
    {
        refusals.say(code, "the status of a redirect is between 300 and 399");
    }
    if let Some(scheme) = filled(node, "scheme")
        && scheme.as_str().is_some_and(|scheme| !matches!(scheme, "http" | "https"))
    {
        refusals.say(scheme, "the scheme of a redirect is http or https");
    }
}

fn rewrite(refusals: &mut Refusals<'_, '_>, node: &Node) {
    if filled(node, "uri").is_some() {
        refusals.not_both(node, "uri", "uriRegexRewrite");
    }
    let fields = ["uri", "uriRegexRewrite", "authority"];
    if fields.iter().all(|key| filled(node, key).is_none()) {
        refusals.say(node, "a rewrite says what to: `uri`, `uriRegexRewrite` or `authority`");
    }
    let Some(rewrite) = set(node, "uriRegexRewrite") else { return };
    for key in ["match", "rewrite"] {
        if filled(rewrite, key).is_none() {
            refusals.say(rewrite, format!("`uriRegexRewrite` needs `{key}`"));
        }
    }
    if let Some(pattern) = filled(rewrite, "match") {
        regular_expression(refusals, pattern);
    }
}

fn fault(refusals: &mut Refusals<'_, '_>, node: &Node) {
    let (abort, delay) = (set(node, "abort"), set(node, "delay"));
    if abort.is_none() && delay.is_none() {
        refusals.say(node, "a fault is an `abort` or a `delay`");
    }
    if let Some(abort) = abort {
        refusals.percentage(abort, "percentage");
        if let Some(node) = set(abort, "httpStatus") {
            status(refusals, node);
        }
        if let Some(node) = filled(abort, "grpcStatus")
            && let Some(name) = node.as_str().filter(|name| !GRPC.contains(name))
        {
            let finding = refusals
                .object
                .finding(&super::REFUSED, node, format!("`{name}` is no status of gRPC"))
                .did_you_mean(name, GRPC.iter().copied());
            refusals.findings.push(finding);
        }
        if let Some(node) = set(abort, "http2Error") {
            refusals.say(node, "Istio has no faults of HTTP/2 yet");
        }
    }
    if let Some(delay) = delay {
        refusals.percentage(delay, "percentage");
        if let Some(node) = set(delay, "exponentialDelay") {
            refusals.say_helped(node, "Istio has no exponential delay yet", "use `fixedDelay`");
        }
    }
}

fn status(refusals: &mut Refusals<'_, '_>, node: &Node) {
    if node.as_int().is_some_and(|status| !(200..=600).contains(&status)) {
        refusals.say(node, "a status of HTTP is between 200 and 599");
    }
}

fn retries(refusals: &mut Refusals<'_, '_>, node: &Node) {
    let attempts = number_of(node, "attempts").unwrap_or(0);
    if let Some(written) = node.get("attempts")
        && attempts < 0
    {
        refusals.say(written, "the number of attempts is not negative");
    }
    let fields = ["perTryTimeout", "retryOn", "retryRemoteLocalities"];
    if let Some((key, set)) =
        fields.iter().find_map(|key| Some((key, filled(node, key)?))).filter(|_| attempts == 0)
    {
        refusals.say_helped(
            set,
            format!("`{key}` without `attempts`: no request is tried again"),
            "write `attempts`, the number of retries",
        );
    }
    let Some(policies) = filled(node, "retryOn") else { return };
    for policy in policies.as_str().unwrap_or_default().split(',') {
        let is_status = policy.parse::<u16>().is_ok_and(|status| (100..=599).contains(&status));
        if !is_status && !RETRY_ON.contains(&policy) {
            let finding = refusals
                .object
                .finding(&super::REFUSED, policies, format!("`{policy}` is nothing to retry on"))
                .did_you_mean(policy, RETRY_ON.iter().copied());
            refusals.findings.push(finding);
        }
    }
}

fn destinations(refusals: &mut Refusals<'_, '_>, route: &Node) {
    for entry in items(route, "route") {
        if let Some(weight) = entry.get("weight")
            && number(weight).is_some_and(|weight| weight < 0.0)
        {
            refusals.say(weight, "a weight is not negative");
        }
        if let Some(node) = set(entry, "destination") {
            destination(refusals, node);
        }
    }
}

fn destination(refusals: &mut Refusals<'_, '_>, node: &Node) {
    if let Some(host) = node.get("host")
        && let Some(name) = text(node, "host").filter(|host| *host == "*" || !is_host(host))
    {
        refusals.say(host, format!("`{name}` is no host to send requests to"));
    }
    if let Some(subset) = filled(node, "subset")
        && subset.as_str().is_some_and(|name| !is_label(name))
    {
        refusals.say(subset, "the name of a subset is letters, digits and `-`");
    }
    if let Some(port) = set(node, "port") {
        match port.get("number") {
            Some(_) => refusals.port(port, "number"),
            None => refusals.say(port, "the `port` of a destination has a `number`"),
        }
    }
}
