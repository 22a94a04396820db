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
use plumb_text::diag::nearest;
use std::collections::HashMap;

rules! { Authority::Istiod;
    SELECTOR = WARNED "selector", "validateWorkloadSelector";
    FAILOVER = WARNED "failover", "agent.ValidateLocalityLbSetting";
    ZONE_FAILOVER = WARNED "zone-failover", "agent.ValidateZoneAwareLbSetting", since (1, 31);
    RING_SIZE = WARNED "minimum-ring-size", "validateLoadBalancer";
    HTTPS_REDIRECT = WARNED "https-redirect", "ValidateGateway";
    CERTIFICATES = WARNED "passthrough-certificates", "validateTLSOptions";
    CERTIFICATE_COUNT = WARNED "certificate-count", "validateTLSOptions";
    CIPHERS = WARNED "cipher-suites", "validateTLSOptions";
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
            if let Some(node) = policy.at(&["loadBalancer", "consistentHash", "minimumRingSize"])
                && node.int().is_some_and(|size| size != 0)
            {
                let fault = out.invalid(&RING_SIZE, &node, "`minimumRingSize` is deprecated here");
                fault.help("write it within `ringHash`");
            }
            for (key, rule) in
                [("localityLbSetting", &FAILOVER), ("zoneAwareLbSetting", &ZONE_FAILOVER)]
            {
                let Some(setting) = policy.at(&["loadBalancer", key]) else { continue };
                let failover =
                    setting.filled("failover").or_else(|| setting.filled("failoverPriority"));
                if let Some(node) = failover
                    && policy.get("outlierDetection").is_none()
                {
                    let why = "nothing fails over without `outlierDetection`, which finds what has failed";
                    out.invalid(rule, &node, why).on_all(&policy);
                }
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
        server_tls(out, &tls);
    }
}

/// Of a server of a Gateway, or of a listener of a Sidecar.
fn server_tls(out: &mut Faults, tls: &At<'_>) {
    ciphers(out, tls);
    let mode = tls.field("mode");
    let name = mode.str().unwrap_or("PASSTHROUGH");
    match name {
        "PASSTHROUGH" | "AUTO_PASSTHROUGH" => {
            for key in CERTIFICATE_FIELDS {
                if let Some(node) = tls.filled(key) {
                    let why = format!("{name} uses no certificates, so `{key}` is ignored");
                    out.invalid(&CERTIFICATES, &node, why).on(&mode);
                }
            }
        }
        "SIMPLE" | "MUTUAL" | "OPTIONAL_MUTUAL" => {
            let by_secret =
                ["credentialName", "credentialNames"].iter().any(|key| tls.filled(key).is_some());
            if let Some(third) = tls.list("tlsCertificates").get(2).filter(|_| !by_secret) {
                let why = "a server has at most two certificates";
                out.too_many(&CERTIFICATE_COUNT, third, why);
            }
        }
        _ => {}
    }
}

const CERTIFICATE_FIELDS: &[&str] = &[
    "serverCertificate",
    "privateKey",
    "caCertificates",
    "caCrl",
    "tlsCertificates",
    "credentialName",
    "credentialNames",
];

/// The cipher suites that a server may list (`security.ValidCipherSuites`).
const CIPHER_SUITES: &[&str] = &[
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-CHACHA20-POLY1305",
    "ECDHE-RSA-CHACHA20-POLY1305",
    "ECDHE-ECDSA-AES128-SHA",
    "ECDHE-RSA-AES128-SHA",
    "ECDHE-ECDSA-AES256-SHA",
    "ECDHE-RSA-AES256-SHA",
    "AES128-GCM-SHA256",
    "AES256-GCM-SHA384",
    "AES128-SHA",
    "AES256-SHA",
    "DES-CBC3-SHA",
];

fn ciphers(out: &mut Faults, tls: &At<'_>) {
    let least = tls.field("minProtocolVersion");
    let suites = tls.list("cipherSuites");
    if suites.is_empty()
        && let Some(version @ ("TLSV1_0" | "TLSV1_1")) = least.str()
    {
        let why = format!("{version} needs `cipherSuites`: those by default are for TLS 1.2 on");
        out.invalid(&CIPHERS, &least, why).on_all(tls);
    }
    let mut known: HashMap<&str, &At<'_>> = HashMap::new();
    for node in &suites {
        let Some(name) = node.str() else { continue };
        // A list may also say `ALL`, and begin an entry with an operator.
        let is_operator = !name.starts_with(char::is_alphanumeric);
        if !is_operator && name != "ALL" && !CIPHER_SUITES.contains(&name) {
            let why = format!("Istio ignores the unknown cipher suite `{name}`");
            let fault = out.unsupported(&CIPHERS, node, why);
            fault.near(nearest(name, CIPHER_SUITES.iter().copied()));
        } else if let Some(first) = known.insert(name, node) {
            out.repeated(&CIPHERS, node, format!("duplicate cipher suite `{name}`")).on(first);
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
    for tls in spec.list("ingress").iter().filter_map(|listener| listener.get("tls")) {
        server_tls(out, &tls);
    }
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
