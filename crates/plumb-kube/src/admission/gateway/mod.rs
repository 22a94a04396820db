//! What a controller of the Gateway API sees in one object: listeners that exclude each other, rules that repeat others.
//!
//! What its CRDs say, by schema or rule, is not said here again.

mod codes;

pub(super) use codes::CODES;

use super::declare::rules;
use super::istio::MATCH_SHADOWED;
use super::matches::Matches;
use crate::at::At;
use crate::fault::{Authority, ErrorType, Faults};
use crate::names;
use codes::{BACKENDS_ZERO, HOSTNAME_ADDRESS, LISTENER_PROTOCOLS, LISTENER_TLS};
use std::collections::BTreeMap;

rules! { Authority::Gateway;
    PROTOCOLS = LISTENER_PROTOCOLS "", "Gateway.spec.listeners: ListenerReasonProtocolConflict";
    WITHOUT_TLS = LISTENER_TLS "", "Listener.tls: required if the Protocol field is HTTPS or TLS";
    REPEATED = MATCH_SHADOWED "rule", "HTTPRouteRule.matches: the first matching rule takes precedence";
    ADDRESS = HOSTNAME_ADDRESS "", "Hostname: IPs are not allowed";
    NO_WEIGHT = BACKENDS_ZERO "", "BackendRef.weight: 500 where all weights are zero";
}

const GATEWAY_API: &str = "gateway.networking.k8s.io";

/// Checks an object of the Gateway API; nothing to say about any other.
pub(super) fn check(out: &mut Faults, root: &At<'_>, group: &str, kind: &str) {
    if group != GATEWAY_API {
        return;
    }
    let spec = root.field("spec");
    // (What the Gateway of a ListenerSet says of certificates is not seen here.)
    if kind == "Gateway" {
        listeners(out, &spec);
        without_tls(out, root, &spec);
    }
    let of_listeners = spec.list("listeners").into_iter().filter_map(|one| one.get("hostname"));
    for node in spec.list("hostnames").into_iter().chain(of_listeners) {
        if node.str().is_some_and(names::is_ip) {
            out.invalid(&ADDRESS, &node, "an IP address is no host name");
        }
    }
    if matches!(kind, "HTTPRoute" | "GRPCRoute") {
        repeated(out, &spec);
    }
    for rule in spec.list("rules") {
        let backends = rule.list("backendRefs");
        if let Some(node) = rule.get("backendRefs")
            && !backends.is_empty()
            && backends.iter().all(|backend| backend.number("weight") == Some(0))
        {
            out.invalid(&NO_WEIGHT, &node, "every backend of this rule has the weight 0")
                .on_all(&node)
                .help("requests that match are answered with the status 500");
        }
    }
}

/// Listeners of one port whose protocols cannot share it.
fn listeners(out: &mut Faults, spec: &At<'_>) {
    let class = |listener: &At<'_>| match listener.word("protocol") {
        Some("HTTP") => Some("HTTP"),
        Some("HTTPS" | "TLS") => Some("TLS"),
        Some("TCP") => Some("TCP"),
        _ => None,
    };
    // Of each port the first listener of each class.
    let mut known: BTreeMap<i128, Vec<At<'_>>> = BTreeMap::new();
    for listener in spec.list("listeners") {
        let (Some(own), Some(port)) = (class(&listener), listener.get("port")) else { continue };
        // A port that is no number may be any.
        let Some(number) = port.int() else { continue };
        let others = known.entry(number).or_default();
        if let Some(rival) = others.iter().find(|other| class(other) != Some(own)) {
            let node = listener.field("protocol");
            let why = format!(
                "port {number} is for {} already, by the listener `{}`",
                rival.text("protocol"),
                rival.text("name")
            );
            out.invalid(&PROTOCOLS, &node, why)
                .on(&port)
                .on(&rival.field("port"))
                .on(&rival.field("protocol"))
                .related(rival, "the other listener");
        }
        if others.iter().all(|other| class(other) != Some(own)) {
            others.push(listener);
        }
    }
}

/// Listeners for HTTPS that say nothing of TLS; of those for TLS, a rule of the CRD says it. Some controllers find certificates
/// by what their cloud has: by parameters of the Gateway, or by this annotation of GKE's.
fn without_tls(out: &mut Faults, root: &At<'_>, spec: &At<'_>) {
    const CERTIFICATE_MAP: &str = "networking.gke.io/certmap";
    let annotations = root.field("metadata").field("annotations");
    let parameters = spec.field("infrastructure").field("parametersRef");
    if !annotations.entry(CERTIFICATE_MAP).is_unwritten() || !parameters.is_unwritten() {
        return;
    }
    for listener in spec.list("listeners") {
        let protocol = listener.field("protocol");
        if protocol.str() == Some("HTTPS") && listener.get("tls").is_none() {
            out.incomplete(&WITHOUT_TLS, &protocol, "a listener for HTTPS needs `tls`")
                .on_all(&listener)
                .help("write `tls: {certificateRefs: [{name: …}]}` with the name of a Secret");
        }
    }
}

/// Matches of a route that an earlier rule has too. Their order has no other meaning: the most specific match comes first.
fn repeated(out: &mut Faults, spec: &At<'_>) {
    let mut matches = Matches::default();
    for (index, rule) in spec.list("rules").iter().enumerate() {
        for node in rule.list("matches") {
            if let Some(earlier) = matches.add(&node, node.node.to_json(), index) {
                let why =
                    format!("this match of rules[{index}] repeats one of rules[{}]", earlier.route);
                out.report(&REPEATED, ErrorType::Invalid, &node, why)
                    .on_all(&node)
                    .on_all(&earlier.at)
                    .related(&earlier.at, "the same match");
            }
        }
    }
}
