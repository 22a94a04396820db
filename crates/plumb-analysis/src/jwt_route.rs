//! Routes by a claim of a token, which only exists where something has checked the token.

use super::analyzer::Analyzer;
use super::group::{Group, NETWORKING, Object, ROOT_NAMESPACES, SECURITY};
use super::virtual_services::gateway_name;
use plumb_kube::Node;
use plumb_kube::select::{Labels, Selector};
use plumb_text::diag::{Diagnostic, codes};

codes! {
    /// The findings of this analyzer.
    CODES:
    UNAUTHENTICATED = "jwt-route-unauthenticated", Deny, "a route is chosen by a token's claim, and no RequestAuthentication checks tokens at its gateway", also "IST0149";
}

/// The analyzer of this file.
pub(super) const ANALYZER: Analyzer = Analyzer { codes: CODES, run: analyse };

fn analyse(group: &Group<'_>, findings: &mut Vec<Diagnostic>) {
    for service in group.of(NETWORKING, "VirtualService") {
        let Some((key, node)) = claim(service) else { continue };
        for entry in service.texts("spec.gateways") {
            let (namespace, name) = gateway_name(entry, service.namespace);
            let gateways: Vec<&Object<'_>> =
                group.find(NETWORKING, "Gateway", namespace, name).collect();
            let Some(gateway) = gateways.first() else { continue };
            let is_checked = gateways.iter().any(|gateway| {
                group
                    .of(SECURITY, "RequestAuthentication")
                    .any(|policy| checks(group, policy, gateway))
            });
            let may_be = group.may_have_more(SECURITY, "RequestAuthentication", None);
            if !is_checked && !may_be && gateways.iter().all(|gateway| gateway.is_whole()) {
                findings.push(
                    service
                        .finding(
                            &UNAUTHENTICATED,
                            node,
                            format!("`{key}` is never set: no RequestAuthentication is for the pods of `{entry}`"),
                        )
                        .related(gateway.place(gateway.name_node()), format!("{} is here", gateway.id()))
                        .help("add a RequestAuthentication that selects the gateway's pods"),
                );
            }
        }
    }
}

/// The first header that stands for a claim.
fn claim<'a>(service: &Object<'a>) -> Option<(&'a str, &'a Node)> {
    let matches = service
        .items("spec.http")
        .iter()
        .flat_map(|route| route.get("match").map(Node::items).unwrap_or_default());
    matches
        .flat_map(|request| {
            ["headers", "withoutHeaders"].into_iter().filter_map(|field| request.get(field))
        })
        .filter_map(Node::as_map)
        .flatten()
        .find(|entry| {
            let key = entry.key.value.to_ascii_lowercase();
            key.starts_with("@request.auth.claims.") || key.starts_with("@request.auth.claims[")
        })
        .map(|entry| (entry.key.value.as_str(), &entry.value))
}

/// Whether a RequestAuthentication may be for the pods that a gateway selects.
fn checks(group: &Group<'_>, policy: &Object<'_>, gateway: &Object<'_>) -> bool {
    if policy.at("spec.targetRef").is_some() || policy.at("spec.targetRefs").is_some() {
        return false;
    }
    let selector = Selector::of_label_selector(policy.at("spec.selector"));
    let of_gateway = Selector::of_map(gateway.at("spec.selector"));
    let everywhere = policy.namespace.is_some_and(|namespace| ROOT_NAMESPACES.contains(&namespace));
    let pods: Vec<_> = group.pods.iter().filter(|pod| of_gateway.may_match(&pod.labels)).collect();
    if pods.is_empty() {
        // The pods are not shown; what is known of their labels is what the gateway selects them by.
        let known = Labels::of(gateway.at("spec.selector"));
        return selector
            .pairs()
            .all(|(key, value)| known.get(key).is_none_or(|given| given == value));
    }
    pods.iter().any(|pod| {
        selector.may_match(&pod.labels)
            && (everywhere || super::group::may_be_same(pod.namespace, policy.namespace))
    })
}
