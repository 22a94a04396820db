//! TLS to a destination whose certificate nobody checks.

use super::declare;
use super::group::{Group, NETWORKING, Object, text};
use crate::diag::{Code, Diagnostic};
use crate::manifest::Node;

declare! {
    UNVERIFIED = "destination-tls-unverified", Warn, "IST0128",
        "a DestinationRule uses TLS and names no CA, so the server's certificate is not checked";
    UNVERIFIED_PORT = "destination-tls-unverified-port", Warn, "IST0129",
        "a DestinationRule uses TLS for a port and names no CA, so the server's certificate is not checked";
}

fn analyse(group: &Group<'_>, findings: &mut Vec<Diagnostic>) {
    for rule in group.of(NETWORKING, "DestinationRule") {
        let Some(policy) = rule.at("spec.trafficPolicy") else { continue };
        check(rule, policy, &UNVERIFIED, findings);
        for port in policy.get("portLevelSettings").map(Node::items).unwrap_or_default() {
            check(rule, port, &UNVERIFIED_PORT, findings);
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
            format!("with {mode} and no `caCertificates`, nothing checks who answers for `{host}`"),
        )
        .help("name the CA's file in `caCertificates`, and the names in `subjectAltNames`"),
    );
}
