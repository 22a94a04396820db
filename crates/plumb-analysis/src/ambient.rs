//! What does not work in a namespace that is in ambient mode.

use super::analyzer::Analyzer;
use super::gateway_pods::GatewayPods;
use super::group::{
    GATEWAY_API, Group, NETWORKING, Object, SECURITY, is_stock_gateway, may_be_same, text,
};
use super::hosts::Host;
use super::virtual_services::is_for_mesh;
use plumb_kube::Node;
use plumb_kube::select::Selector;
use plumb_text::diag::{Diagnostic, codes};
use std::collections::HashSet;

codes! {
    /// The findings of this analyzer.
    CODES:
    L7_WITHOUT_WAYPOINT = "ambient-l7-selector", Deny, "a policy of an ambient namespace has rules about HTTP, and ztunnel cannot read HTTP";
    MIXED_ROUTING = "mixed-routing", Warn, "a VirtualService and an HTTPRoute are for one Service";
}

/// The analyzer of this file.
pub(super) const ANALYZER: Analyzer = Analyzer { codes: CODES, run: analyse };

fn analyse(group: &Group<'_>, findings: &mut Vec<Diagnostic>) {
    for policy in group.of(SECURITY, "AuthorizationPolicy") {
        if group.is_ambient(policy.namespace)
            && policy.at("spec.targetRefs").is_none()
            && policy.at("spec.targetRef").is_none()
            && !is_for_own_proxies(group, policy)
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
}

/// The label of the pods that Istio makes for a Gateway of the Gateway API.
const GATEWAY_NAME: &str = "gateway.networking.k8s.io/gateway-name";

/// Whether a policy is for pods that have a proxy of their own, which reads HTTP: those of a gateway
/// (`ShouldAttachPolicy`), and those with a sidecar.
fn is_for_own_proxies(group: &Group<'_>, policy: &Object<'_>) -> bool {
    let selector = Selector::of_label_selector(policy.at("spec.selector"));
    if selector.is_empty() {
        return false;
    }
    let pods = group.pods_with(&selector).into_iter();
    let ambient: HashSet<bool> = pods
        .filter(|pod| may_be_same(pod.namespace, policy.namespace))
        .map(|pod| !pod.is_gateway() && group.is_ambient_pod(pod))
        .collect();
    if !ambient.is_empty() {
        return !ambient.contains(&true);
    }
    is_stock_gateway(&selector)
        || selector.pairs().any(|(key, _)| key == GATEWAY_NAME)
        || GatewayPods::all(group).any(|pods| {
            may_be_same(pods.gateway.namespace, policy.namespace)
                && selector.matches(&pods.labels())
        })
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
