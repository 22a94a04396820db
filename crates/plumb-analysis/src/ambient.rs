//! What does not work in a namespace that is in ambient mode.

use super::analyzer::Analyzer;
use super::group::{GATEWAY_API, Group, NETWORKING, Object, SECURITY, may_be_same, text};
use super::hosts::Host;
use super::virtual_services::is_for_mesh;
use plumb_kube::Node;
use plumb_kube::select::Selector;
use plumb_text::diag::{Diagnostic, codes};

codes! {
    /// The findings of this analyzer.
    CODES:
    L7_WITHOUT_WAYPOINT = "ambient-l7-selector", Deny, "a policy of an ambient namespace has rules about HTTP, and ztunnel cannot read HTTP";
    MIXED_ROUTING = "mixed-routing", Warn, "a VirtualService and an HTTPRoute are for one Service";
    TUNNEL_BLOCKED = "ambient-tunnel-blocked", Warn, "a NetworkPolicy of an ambient namespace does not open port 15008";
    PROBE_BLOCKED = "ambient-probe-blocked", Note, "a NetworkPolicy of an ambient namespace keeps the kubelet's probes out";
}

/// The analyzer of this file.
pub(super) const ANALYZER: Analyzer = Analyzer { codes: CODES, run: analyse };

fn analyse(group: &Group<'_>, findings: &mut Vec<Diagnostic>) {
    for policy in group.of(SECURITY, "AuthorizationPolicy") {
        if group.is_ambient(policy.namespace)
            && policy.at("spec.targetRefs").is_none()
            && policy.at("spec.targetRef").is_none()
            && let Some((node, name)) = about_http(policy)
        {
            findings.push(
                policy
                    .finding(
                        &L7_WITHOUT_WAYPOINT,
                        node,
                        format!("ztunnel cannot read `{name}`: without a waypoint this policy refuses what it should let in"),
                    )
                    .help("write `targetRefs` with the Service, and add a waypoint, in place of `selector`"),
            );
        }
    }
    mixed_routing(group, findings);
    for policy in group.of("networking.k8s.io", "NetworkPolicy") {
        if group.is_ambient(policy.namespace) && limits_ingress(policy) {
            network_policy(group, policy, findings);
        }
    }
}

/// The first field of a policy that needs HTTP.
fn about_http<'a>(policy: &Object<'a>) -> Option<(&'a Node, &'a str)> {
    const OPERATION: &[&str] = &["hosts", "notHosts", "methods", "notMethods", "paths", "notPaths"];
    const SOURCE: &[&str] =
        &["requestPrincipals", "notRequestPrincipals", "remoteIpBlocks", "notRemoteIpBlocks"];
    let first = |list: &'a Node, inner: &str, fields: &'static [&'static str]| {
        list.items()
            .iter()
            .filter_map(|item| item.get(inner))
            .find_map(|inner| fields.iter().find_map(|field| Some((inner.get(field)?, *field))))
    };
    policy.items("spec.rules").iter().find_map(|rule| {
        let to = rule.get("to").and_then(|to| first(to, "operation", OPERATION));
        let from = || rule.get("from").and_then(|from| first(from, "source", SOURCE));
        let when = || {
            rule.get("when")?.items().iter().find_map(|condition| {
                let key = condition.get("key")?;
                let name = key.as_str()?;
                name.starts_with("request.").then_some((key, name))
            })
        };
        to.or_else(from).or_else(when)
    })
}

fn mixed_routing(group: &Group<'_>, findings: &mut Vec<Diagnostic>) {
    for service in group.of(NETWORKING, "VirtualService").filter(|service| is_for_mesh(service)) {
        for node in service.items("spec.hosts") {
            let Some(host) = node.as_str().map(|host| Host::of(host, service.namespace)) else {
                continue;
            };
            let route = group.of(GATEWAY_API, "HTTPRoute").find(|route| {
                route.items("spec.parentRefs").iter().any(|parent| {
                    let namespace = text(parent, "namespace").or(route.namespace);
                    text(parent, "kind") == Some("Service")
                        && text(parent, "name")
                            .is_some_and(|name| Host::Service(name, namespace).is(&host))
                })
            });
            if let Some(route) = route {
                findings.push(
                    service
                        .finding(&MIXED_ROUTING, node, format!("{} is for the same Service", route.id()))
                        .related(route.place(route.name_node()), format!("{} is here", route.id()))
                        .help("what comes out is not defined; use HTTPRoute alone, with one Service for each version"),
                );
            }
        }
    }
}

fn limits_ingress(policy: &Object<'_>) -> bool {
    let types = policy.texts("spec.policyTypes");
    types.is_empty() || types.contains(&"Ingress")
}

fn rules<'a>(policy: &Object<'a>) -> &'a [Node] {
    policy.items("spec.ingress")
}

/// Whether a rule opens a port for TCP; a rule without ports opens all.
fn opens(rule: &Node, number: i128) -> bool {
    let ports = rule.get("ports").map(Node::items).unwrap_or_default();
    ports.is_empty()
        || ports.iter().any(|port| {
            let first = port.get("port").and_then(Node::as_int);
            let last = port.get("endPort").and_then(Node::as_int).or(first);
            let in_range = match (first, last) {
                (Some(first), Some(last)) => (first..=last).contains(&number),
                _ => port.get("port").is_none(),
            };
            matches!(text(port, "protocol"), None | Some("TCP")) && in_range
        })
}

/// Where the kubelet's probes come from in ambient mode.
const PROBES: &str = "169.254.7.127";

fn lets_probes_in(rule: &Node) -> bool {
    let from = rule.get("from").map(Node::items).unwrap_or_default();
    from.is_empty()
        || from.iter().filter_map(|peer| text(peer.get("ipBlock")?, "cidr")).any(|cidr| {
            cidr.starts_with(PROBES)
                || cidr.starts_with("169.254.") && !cidr.ends_with("/32")
                || cidr == "0.0.0.0/0"
        })
}

fn network_policy(group: &Group<'_>, policy: &Object<'_>, findings: &mut Vec<Diagnostic>) {
    // Policies add up: what one of the namespace lets in is let in.
    let all: Vec<&Object<'_>> = group
        .of("networking.k8s.io", "NetworkPolicy")
        .filter(|other| may_be_same(other.namespace, policy.namespace) && limits_ingress(other))
        .collect();
    if group.may_have_more("networking.k8s.io", "NetworkPolicy", policy.namespace) {
        return;
    }
    let is_open = all.iter().any(|other| rules(other).iter().any(|rule| opens(rule, 15008)));
    if !rules(policy).is_empty() && !is_open {
        let node = policy.at("spec.ingress").unwrap_or(policy.name_node());
        findings.push(
            policy
                .finding(
                    &TUNNEL_BLOCKED,
                    node,
                    "in an ambient namespace requests arrive at port 15008, which is not open",
                )
                .help("add a rule for TCP port 15008"),
        );
    }
    let selector = Selector::of_label_selector(policy.at("spec.podSelector"));
    let probed = group.pods_in(policy.namespace).find(|pod| {
        selector.may_match(&pod.labels)
            && pod.containers().any(|container| {
                ["readinessProbe", "livenessProbe", "startupProbe"].iter().any(|probe| {
                    container.get(probe).is_some_and(|probe| {
                        ["httpGet", "tcpSocket", "grpc"].iter().any(|way| probe.get(way).is_some())
                    })
                })
            })
    });
    if let Some(pod) = probed
        && !all.iter().any(|other| rules(other).iter().any(lets_probes_in))
    {
        let owner = group.owner(pod);
        findings.push(
            policy
                .finding_at_name(
                    &PROBE_BLOCKED,
                    format!("the probes of {} come from {PROBES}, which is not let in", owner.id()),
                )
                .related(owner.place(owner.name_node()), "its probes fail")
                .help(format!("add a rule from the ipBlock {PROBES}/32")),
        );
    }
}
