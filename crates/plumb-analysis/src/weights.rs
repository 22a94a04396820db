//! Weights: shares of the requests that one route divides.

use super::declare::declare;
use super::group::{GATEWAY_API, Group, NETWORKING, Object};
use super::virtual_services::{PROTOCOLS, route_name, routes};
use plumb_kube::Node;
use plumb_text::diag::Diagnostic;

declare! {
    BACKENDS = "backends-zero", Warn, "",
        "no backend of a Gateway API route's rule has a weight above 0";
    SUM = "weights-sum", Warn, "",
        "the weights of a VirtualService's route do not add up to 100";
}

fn analyse(group: &Group<'_>, findings: &mut Vec<Diagnostic>) {
    for service in group.of(NETWORKING, "VirtualService") {
        for protocol in PROTOCOLS {
            for (index, route) in routes(service, protocol).iter().enumerate() {
                virtual_service(service, route, &route_name(route, protocol, index), findings);
            }
        }
    }
    for route in group.objects.iter().filter(|object| object.group == GATEWAY_API) {
        for rule in route.items("spec.rules") {
            let backends = rule.get("backendRefs").map(Node::items).unwrap_or_default();
            let weights: Vec<Option<i128>> = backends.iter().map(weight).collect();
            if !weights.is_empty()
                && weights.iter().all(|weight| *weight == Some(0))
                && let Some(node) = rule.get("backendRefs")
            {
                findings.push(
                    route
                        .finding(&BACKENDS, node, "every backend of this rule has the weight 0")
                        .help("requests that match are answered with the status 500"),
                );
            }
        }
    }
}

fn weight(node: &Node) -> Option<i128> {
    node.get("weight").and_then(Node::as_int)
}

fn virtual_service(service: &Object<'_>, route: &Node, name: &str, findings: &mut Vec<Diagnostic>) {
    let Some(list) = route.get("route") else { return };
    let weights: Vec<Option<i128>> = list.items().iter().map(weight).collect();
    let sum: i128 = weights.iter().flatten().sum();
    match weights[..] {
        // That the sum is not 0, istiod's own webhook sees to.
        [_, _, ..] if sum != 0 && sum != 100 => findings.push(
            service
                .finding(&SUM, list, format!("the weights of {name} add up to {sum}, not 100"))
                .help(format!(
                    "Istio takes them as shares of {sum}: {}",
                    shares(&weights, sum).join(", ")
                )),
        ),
        [Some(only)] if only != 100 && only != 0 => findings.push(
            service
                .finding(&SUM, list, format!("the one destination of {name} has the weight {only}"))
                .help("it gets every request; is another destination missing?"),
        ),
        _ => {}
    }
}

/// Each weight as what it is: hundredths of the sum, rounded.
fn shares(weights: &[Option<i128>], sum: i128) -> Vec<String> {
    let share = |weight: &Option<i128>| match sum {
        0 => 0,
        sum => (weight.unwrap_or(0) * 100 + sum / 2) / sum,
    };
    weights.iter().map(|weight| format!("{}%", share(weight))).collect()
}
