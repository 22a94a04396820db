//! Istio Gateways that get in each other's way.

use super::group::{Group, NETWORKING, Object, text};
use super::select::Selector;
use super::{declare, listed};
use crate::diag::Diagnostic;
use crate::manifest::Node;

declare! {
    CONFLICT = "gateway-conflict", Deny, "IST0145",
        "two Gateways listen for one host at one port of the same pods";
    SAME_CERTIFICATE = "gateway-certificate-shared", Warn, "IST0138",
        "two Gateways of the same pods have one certificate";
}

fn analyse(group: &Group<'_>, findings: &mut Vec<Diagnostic>) {
    let gateways: Vec<&Object<'_>> = group.of(NETWORKING, "Gateway").collect();
    for gateway in &gateways {
        let selector = Selector::of_map(gateway.at("spec.selector"));
        let others: Vec<&Object<'_>> =
            gateways.iter().copied().filter(|other| !other.is_variant_of(gateway)).collect();
        let same_pods: Vec<&Object<'_>> = others
            .iter()
            .copied()
            .filter(|other| meet(group, &selector, &Selector::of_map(other.at("spec.selector"))))
            .collect();
        for server in gateway.items("spec.servers") {
            conflict(gateway, server, &same_pods, findings);
        }
        certificate(gateway, &selector, &others, findings);
    }
}

/// Whether two selectors choose the same pods: they ask for the same, or one asks for more and a pod shown fits both.
fn meet(group: &Group<'_>, one: &Selector<'_>, other: &Selector<'_>) -> bool {
    match (one.covers(other), other.covers(one)) {
        (true, true) => true,
        (false, false) => false,
        _ => group.pods.iter().any(|pod| one.matches(&pod.labels) && other.matches(&pod.labels)),
    }
}

fn port(server: &Node) -> Option<i128> {
    server.get("port")?.get("number")?.as_int()
}

fn conflict(
    gateway: &Object<'_>,
    server: &Node,
    others: &[&Object<'_>],
    findings: &mut Vec<Diagnostic>,
) {
    let (Some(number), Some(hosts)) = (port(server), server.get("hosts")) else { return };
    for host in hosts.items() {
        let Some(name) = host.as_str() else { continue };
        let taken: Vec<(&Object<'_>, &Node)> = others
            .iter()
            .filter_map(|other| {
                let at = other.items("spec.servers").iter().find(|own| {
                    port(own) == Some(number)
                        && text(own, "bind").unwrap_or_default()
                            == text(server, "bind").unwrap_or_default()
                        && own.get("hosts").is_some_and(|hosts| {
                            hosts.items().iter().any(|host| host.as_str() == Some(name))
                        })
                })?;
                Some((*other, at))
            })
            .collect();
        if taken.is_empty() {
            continue;
        }
        let names: Vec<String> = taken.iter().map(|(other, _)| other.full_name()).collect();
        let verb = if names.len() == 1 { "listens" } else { "listen" };
        let message =
            format!("{} {verb} for `{name}` at port {number} of the same pods too", listed(names));
        let mut finding = gateway.finding(&CONFLICT, host, message);
        for (other, at) in taken {
            finding = finding.related(other.place(at), format!("{} is here", other.id()));
        }
        findings
            .push(finding.help("keep one Gateway for the host, or give them pods of their own"));
        return;
    }
}

fn certificate(
    gateway: &Object<'_>,
    selector: &Selector<'_>,
    others: &[&Object<'_>],
    findings: &mut Vec<Diagnostic>,
) {
    for server in gateway.items("spec.servers") {
        let Some(tls) = server.get("tls") else { continue };
        let other = others.iter().find(|other| {
            selector.covers(&Selector::of_map(other.at("spec.selector")))
                && other
                    .items("spec.servers")
                    .iter()
                    .filter_map(|own| own.get("tls"))
                    .any(|own| is_same(tls, own))
        });
        if let Some(other) = other {
            let node = tls.get("credentialName").or(tls.get("serverCertificate")).unwrap_or(tls);
            findings.push(
                gateway
                    .finding(
                        &SAME_CERTIFICATE,
                        node,
                        format!("`{}` has the same certificate for the same pods", other.full_name()),
                    )
                    .related(other.place(other.name_node()), format!("{} is here", other.id()))
                    .help("a client that reuses an HTTP/2 connection is answered 404; put the hosts into one Gateway"),
            );
            return;
        }
    }
}

fn is_same(one: &Node, other: &Node) -> bool {
    let given = |node, key| text(node, key).filter(|value| !value.is_empty());
    match (given(one, "credentialName"), given(other, "credentialName")) {
        (Some(one), Some(other)) => one == other,
        (None, None) => ["serverCertificate", "privateKey"]
            .iter()
            .all(|key| given(one, key).is_some() && given(one, key) == given(other, key)),
        _ => false,
    }
}
