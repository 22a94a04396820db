//! TLS to a destination whose certificate is checked by the proxy's own list of public CAs.

use super::declare::declare;
use super::group::{Group, NETWORKING, Object, text};
use plumb_kube::Node;
use plumb_text::diag::{Code, Diagnostic};

declare! {
    SYSTEM_CA = "destination-tls-system-ca", Note, "IST0128",
        "a DestinationRule uses TLS and names no CA, so the proxy's public CAs check the server's certificate";
    SYSTEM_CA_PORT = "destination-tls-system-ca-port", Note, "IST0129",
        "a DestinationRule uses TLS for a port and names no CA, so the proxy's public CAs check the server's certificate";
}

fn analyse(group: &Group<'_>, findings: &mut Vec<Diagnostic>) {
    for rule in group.of(NETWORKING, "DestinationRule") {
        let Some(policy) = rule.at("spec.trafficPolicy") else { continue };
        check(rule, policy, &SYSTEM_CA, findings);
        for port in policy.get("portLevelSettings").map(Node::items).unwrap_or_default() {
            check(rule, port, &SYSTEM_CA_PORT, findings);
        }
    }
}

fn check(rule: &Object<'_>, policy: &Node, code: &'static Code, findings: &mut Vec<Diagnostic>) {
    let Some(tls) = policy.get("tls") else { return };
    let Some(mode @ ("SIMPLE" | "MUTUAL")) = text(tls, "mode") else { return };
    let is_given = |key: &str| text(tls, key).is_some_and(|value| !value.is_empty());
    // A secret is only read where the rule is for chosen workloads.
    let by_secret = is_given("credentialName") && rule.at("spec.workloadSelector").is_some();
    if is_given("caCertificates") || by_secret || tls.get("insecureSkipVerify").is_some() {
        return;
    }
    let host = rule.text("spec.host").unwrap_or_default();
    let node = tls.get("mode").unwrap_or(tls);
    findings.push(
        rule.finding(
            code,
            node,
            format!("with {mode} and no `caCertificates`, `{host}` has to have a certificate of a public CA"),
        )
        .help("name the file of its CA in `caCertificates`; `caCertificates: system` says that a public one is meant"),
    );
}
