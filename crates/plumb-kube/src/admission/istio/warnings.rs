//! What istiod takes and warns of: settings that are ignored, or reach further than they seem to.
//!
//! A rule stands here only if istiod has it as a warning (read in the sources of 1.32-dev, 2026-08).

use super::authorization::{ADDRESSES, IDENTITIES};
use super::codes::{ADDRESS_NEEDED, WARNED};
use super::common::is_http;
use super::groups::{NETWORKING, SECURITY, TELEMETRY};
use crate::admission::declare::rules;
use crate::at::At;
use crate::fault::{Authority, Faults};

rules! { Authority::Istiod;
    SELECTOR = WARNED "selector", "validateWorkloadSelector";
    FAILOVER = WARNED "failover", "validateLoadBalancer";
    HTTPS_REDIRECT = WARNED "https-redirect", "ValidateGateway";
    CERTIFICATES = WARNED "passthrough-certificates", "validateTLSOptions";
    WORKLOADS = WARNED "workload-selector", "ValidateServiceEntry";
    EGRESS_HOSTS = WARNED "egress-hosts", "ValidateSidecar";
    DENY_TCP = WARNED "deny-tcp", "ValidateAuthorizationPolicy";
    TRACING = WARNED "tracing", "validateTelemetryTracing";
    ADDRESS = ADDRESS_NEEDED "", "ValidateServiceEntry";
}

/// Checks a resource of Istio's; nothing to say about any other.
pub(super) fn check(out: &mut Faults, root: &At<'_>, group: &str, kind: &str) {
    let spec = &root.field("spec");
    match (group, kind) {
        (NETWORKING, "Gateway") => return gateway(out, spec),
        (NETWORKING, "DestinationRule") => destination_rule(out, spec),
        (NETWORKING, "ServiceEntry") => service_entry(out, root, spec),
        (NETWORKING, "Sidecar") => sidecar(out, root, spec),
        (SECURITY, "AuthorizationPolicy") => authorization(out, spec),
        (SECURITY, "PeerAuthentication" | "RequestAuthentication") => {}
        (TELEMETRY, "Telemetry") => telemetry(out, spec),
        _ => return,
    }
    for (field, labels) in [("selector", "matchLabels"), ("workloadSelector", "labels")] {
        let Some(selector) = spec.get(field).filter(|at| at.node.as_map().is_some()) else {
            continue;
        };
        // A DestinationRule's `workloadSelector` has `matchLabels`.
        if [labels, "matchLabels"].iter().all(|key| selector.map(key).is_empty()) {
            let why = "a selector without labels is for every workload of the namespace";
            out.incomplete(&SELECTOR, &selector, why);
        }
    }
}

fn destination_rule(out: &mut Faults, spec: &At<'_>) {
    let subsets = spec.list("subsets").into_iter().filter_map(|one| one.get("trafficPolicy"));
    for policy in spec.get("trafficPolicy").into_iter().chain(subsets) {
        for policy in std::iter::once(policy.clone()).chain(policy.list("portLevelSettings")) {
            let Some(locality) = policy.at(&["loadBalancer", "localityLbSetting"]) else {
                continue;
            };
            let failover = locality.get("failover").or_else(|| locality.get("failoverPriority"));
            if let Some(node) = failover.filter(|list| !list.items().is_empty())
                && policy.get("outlierDetection").is_none()
            {
                let why =
                    "nothing fails over without `outlierDetection`, which finds what has failed";
                out.invalid(&FAILOVER, &node, why).on_all(&policy);
            }
        }
    }
}

fn gateway(out: &mut Faults, spec: &At<'_>) {
    for server in spec.list("servers") {
        let Some(tls) = server.get("tls") else { continue };
        let port = server.field("port");
        let protocol = port.field("protocol");
        let name = protocol.str().unwrap_or_default();
        if let Some(node) = tls.get("httpsRedirect").filter(|_| tls.is_true("httpsRedirect"))
            && !is_http(&name.to_ascii_uppercase())
        {
            let why = format!("`httpsRedirect` is for a server of HTTP, not of {name}");
            out.invalid(&HTTPS_REDIRECT, &node, why).on(&protocol);
        }
        let mode = tls.field("mode");
        if mode.str().is_none_or(|mode| mode == "PASSTHROUGH") {
            for key in ["serverCertificate", "privateKey", "caCertificates", "credentialName"] {
                if let Some(node) = tls.filled(key).filter(|node| node.str().is_some()) {
                    let why = format!("PASSTHROUGH uses no certificates, so `{key}` is ignored");
                    out.invalid(&CERTIFICATES, &node, why).on(&mode);
                }
            }
        }
    }
}

fn service_entry(out: &mut Faults, root: &At<'_>, spec: &At<'_>) {
    let resolution = spec.field("resolution");
    if let Some(node) = spec.get("workloadSelector")
        && resolution.str().is_none_or(|resolution| resolution == "NONE")
    {
        let why = "with the resolution NONE, no workload is selected";
        out.forbidden(&WORKLOADS, &node, why).on_only(&[&node, &resolution]);
    }
    let status = root.field("status");
    if spec.get("addresses").is_some() || !status.list("addresses").is_empty() {
        return;
    }
    for port in spec.list("ports") {
        let protocol = port.field("protocol");
        let name = protocol.str().unwrap_or_default();
        if name.is_empty() || name.eq_ignore_ascii_case("TCP") {
            let node = port.get("protocol").unwrap_or(port);
            let why = "plain TCP is told apart by address, and this ServiceEntry has none";
            out.invalid(&ADDRESS, &node, why).on(&protocol).on_all(spec).help(
                "write `addresses`, or the protocol (TLS, HTTP …), or let Istio allocate addresses",
            );
        }
    }
}

fn sidecar(out: &mut Faults, root: &At<'_>, spec: &At<'_>) {
    let own = root.field("metadata").word("namespace").filter(|name| !name.is_empty());
    for listener in spec.list("egress") {
        let hosts = listener.list("hosts");
        let mut known: Vec<(&str, &str, &At<'_>)> = Vec::new();
        for node in &hosts {
            let Some((namespace, host)) = node.str().and_then(|entry| entry.split_once('/')) else {
                continue;
            };
            if namespace.starts_with('~') {
                continue;
            }
            let namespace = if namespace == "." { own.unwrap_or(".") } else { namespace };
            let covers = |(other, name, _): &&(&str, &str, &At<'_>)| {
                (*other, *name) == ("*", "*")
                    || *other == namespace && (*name == host || *name == "*")
            };
            if let Some((.., earlier)) = known.iter().find(covers) {
                out.invalid(&EGRESS_HOSTS, node, "an earlier entry has this host already")
                    .on(earlier);
            }
            known.push((namespace, host, node));
        }
    }
}

fn authorization(out: &mut Faults, spec: &At<'_>) {
    let action = spec.field("action");
    if action.str() != Some("DENY") {
        return;
    }
    let is_given = |at: &At<'_>, key: &str| !at.list(key).is_empty();
    for rule in spec.list("rules") {
        let (from, to) = (rule.list("from"), rule.list("to"));
        let of_connections = from
            .iter()
            .filter_map(|entry| entry.get("source"))
            .any(|source| IDENTITIES.iter().chain(ADDRESSES).any(|key| is_given(&source, key)));
        let of_ports = to
            .iter()
            .filter_map(|entry| entry.get("operation"))
            .any(|operation| is_given(&operation, "ports") || is_given(&operation, "notPorts"));
        let is_http = match (from.is_empty(), to.is_empty()) {
            (_, false) => !of_ports,
            (false, true) => !of_connections,
            (true, true) => false,
        };
        if is_http {
            let why = "this rule asks of HTTP only, so it denies all traffic to ports of TCP: name the `ports` that it is for";
            out.incomplete(&DENY_TCP, &rule, why).on(&action);
        }
    }
}

fn telemetry(out: &mut Faults, spec: &At<'_>) {
    let tracing = spec.list("tracing");
    if let Some(second) = tracing.get(1) {
        out.too_many(&TRACING, second, "of several entries under `tracing`, the first counts");
    }
    for entry in tracing {
        if let Some(second) = entry.list("providers").get(1) {
            out.too_many(&TRACING, second, "of several providers of tracing, the first counts");
        }
    }
}
