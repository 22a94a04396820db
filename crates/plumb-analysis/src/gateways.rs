//! Istio Gateways that get in each other's way.

use super::analyzer::Analyzer;
use super::conflict::conflicts;
use super::group::{Group, NETWORKING, Object, text};
use indexmap::IndexMap;
use plumb_kube::Node;
use plumb_kube::fault::listed;
use plumb_kube::select::Selector;
use plumb_text::diag::{Diagnostic, codes};
use std::collections::HashSet;

codes! {
    /// The findings of this analyzer.
    CODES:
    CONFLICT = "gateway-conflict", Deny, "two Gateways listen for one host at one port of the same pods", also "IST0145";
    SAME_CERTIFICATE = "gateway-certificate-shared", Warn, "two Gateways of the same pods have one certificate", also "IST0138";
}

/// The analyzer of this file.
pub(super) const ANALYZER: Analyzer = Analyzer { codes: CODES, run: analyse };

fn analyse(group: &Group<'_>, findings: &mut Vec<Diagnostic>) {
    let gateways: Vec<&Object<'_>> = group.of(NETWORKING, "Gateway").collect();
    listeners(group, &gateways, findings);
    certificates(&gateways, findings);
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

fn selector<'a>(gateway: &Object<'a>) -> Selector<'a> {
    Selector::of_map(gateway.at("spec.selector"))
}

/// A host that a Gateway listens for.
struct Listener<'g, 'a> {
    gateway: &'g Object<'a>,
    selector: Selector<'a>,
    host: &'a Node,
    server: &'a Node,
}

/// What is listened for more than once, at one port and address.
fn listeners(group: &Group<'_>, gateways: &[&Object<'_>], findings: &mut Vec<Diagnostic>) {
    let mut by_host: IndexMap<(i128, &str, &str), Vec<Listener<'_, '_>>> = IndexMap::new();
    for &gateway in gateways {
        for server in gateway.items("spec.servers") {
            let (Some(number), Some(hosts)) = (port(server), server.get("hosts")) else { continue };
            let bind = text(server, "bind").unwrap_or_default();
            for host in hosts.items() {
                let Some(name) = host.as_str() else { continue };
                let selector = selector(gateway);
                let listener = Listener { gateway, selector, host, server };
                by_host.entry((number, bind, name)).or_default().push(listener);
            }
        }
    }
    // One finding for each Gateway, at its first host that another listens for too.
    let mut said = HashSet::new();
    for ((number, _, name), listening) in by_host {
        let are_rivals = |one: &Listener<'_, '_>, other: &Listener<'_, '_>| {
            !one.gateway.is_alternative_to(other.gateway)
                && meet(group, &one.selector, &other.selector)
        };
        for members in conflicts(listening, are_rivals) {
            let Listener { gateway, host, .. } = members[1];
            if !said.insert(gateway.index) {
                continue;
            }
            let others = || members.iter().filter(|other| !other.gateway.is(gateway));
            let names = listed(others().map(|other| other.gateway.full_name()));
            let verb = if others().count() == 1 { "listens" } else { "listen" };
            let message =
                format!("{names} {verb} for `{name}` at port {number} of the same pods too");
            let mut finding = gateway.finding(&CONFLICT, host, message);
            for other in others() {
                finding = finding.related(
                    other.gateway.place(other.server),
                    format!("{} is here", other.gateway.id()),
                );
            }
            findings.push(
                finding.help("keep one Gateway for the host, or give them pods of their own"),
            );
        }
    }
}

/// Gateways of the same pods with one certificate.
fn certificates(gateways: &[&Object<'_>], findings: &mut Vec<Diagnostic>) {
    let with_tls = gateways.iter().flat_map(|gateway| {
        let servers = gateway.items("spec.servers").iter();
        servers.filter_map(|server| Some((*gateway, server.get("tls")?)))
    });
    let are_rivals = |one: &(&Object<'_>, &Node), other: &(&Object<'_>, &Node)| {
        let (ones, others) = (selector(one.0), selector(other.0));
        !one.0.is_alternative_to(other.0)
            && is_same(one.1, other.1)
            && (ones.covers(&others) || others.covers(&ones))
    };
    let mut said = HashSet::new();
    for members in conflicts(with_tls.collect(), are_rivals) {
        let (gateway, tls) = members[1];
        if !said.insert(gateway.index) {
            continue;
        }
        let others = || members.iter().map(|(other, _)| *other).filter(|other| !other.is(gateway));
        let node = tls.get("credentialName").or(tls.get("serverCertificate")).unwrap_or(tls);
        let names = listed(others().map(Object::full_name));
        let verb = if others().count() == 1 { "has" } else { "have" };
        let message = format!("{names} {verb} the same certificate for the same pods");
        let mut finding = gateway.finding(&SAME_CERTIFICATE, node, message);
        for other in others() {
            finding =
                finding.related(other.place(other.name_node()), format!("{} is here", other.id()));
        }
        findings.push(finding.help("a client that reuses an HTTP/2 connection is answered 404; put the hosts into one Gateway"));
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
