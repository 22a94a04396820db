//! What Cilium's agent refuses in a policy, or reads otherwise than it is written, and its CRD does not say.

mod peers;
mod ports;
mod rules;

pub(super) use rules::CODES;

use crate::at::At;
use crate::fault::{Faults, Rule};
use rules::{ICMP, NO_DIRECTION, ONE_SELECTOR, OWN_NAMESPACE};

/// Where a policy's rules stand, and whether they are for what comes in.
const DIRECTIONS: &[(&str, bool)] =
    &[("ingress", true), ("ingressDeny", true), ("egress", false), ("egressDeny", false)];

/// The most types of ICMP of one rule.
const MOST_TYPES: usize = 40;

/// The label of a pod's namespace.
const NAMESPACE: &str = "k8s:io.kubernetes.pod.namespace";

/// The rules of Cilium's.
pub(super) fn rules() -> impl Iterator<Item = &'static Rule> {
    rules::RULES.iter().copied()
}

/// Checks a policy of Cilium's; nothing to say about any other object.
pub(super) fn check(out: &mut Faults, root: &At<'_>, group: &str, kind: &str) {
    let is_policy = matches!(kind, "CiliumNetworkPolicy" | "CiliumClusterwideNetworkPolicy");
    if group != "cilium.io" || !is_policy {
        return;
    }
    let own = root.field("metadata").field("namespace");
    for policy in root.get("spec").into_iter().chain(root.list("specs")) {
        policy_of(out, &policy, kind == "CiliumNetworkPolicy");
        if kind == "CiliumNetworkPolicy" {
            namespace(out, &own, &policy);
        }
    }
}

fn policy_of(out: &mut Faults, policy: &At<'_>, is_namespaced: bool) {
    let (endpoints, nodes) = (policy.get("endpointSelector"), policy.get("nodeSelector"));
    let help = "write one of them; `endpointSelector: {}` is all pods of the namespace";
    match (&endpoints, &nodes) {
        (None, None) => {
            let why = "neither `endpointSelector` nor `nodeSelector` says whom this is for";
            out.incomplete(&ONE_SELECTOR, policy, why).help(help);
        }
        (Some(endpoints), Some(nodes)) => {
            let why = "`nodeSelector` and `endpointSelector` are mutually exclusive";
            out.forbidden(&ONE_SELECTOR, nodes, why).on_only(&[endpoints, nodes]).help(help);
        }
        (None, Some(nodes)) if is_namespaced => {
            let why = "only a CiliumClusterwideNetworkPolicy is for nodes";
            out.forbidden(&ONE_SELECTOR, nodes, why).on_only(&[nodes]).help(help);
        }
        _ => {}
    }
    for selector in endpoints.iter().chain(&nodes) {
        peers::labels(out, selector);
    }
    if DIRECTIONS.iter().all(|(field, _)| policy.list(field).is_empty()) {
        let why = "a policy has an entry under `ingress`, `ingressDeny`, `egress` or `egressDeny`";
        out.incomplete(&NO_DIRECTION, policy, why).help("`ingress: [{}]` lets everything in");
    }
    for (field, is_ingress) in DIRECTIONS {
        for direction in policy.list(field) {
            peers::check(out, &direction, *is_ingress);
            for icmp in direction.list("icmps") {
                if let Some(beyond) = icmp.list("fields").get(MOST_TYPES) {
                    let why = format!("a rule has at most {MOST_TYPES} types of ICMP");
                    out.too_many(&ICMP, beyond, why);
                }
            }
            for port in direction.list("toPorts") {
                ports::check(out, &port, *is_ingress, nodes.is_some());
            }
        }
    }
}

/// A policy of a namespace is for its pods, whatever namespace its selector names.
fn namespace(out: &mut Faults, own: &At<'_>, policy: &At<'_>) {
    let Some(name) = own.str().filter(|name| !name.is_empty()) else { return };
    let named = policy.field("endpointSelector").field("matchLabels").entry(NAMESPACE);
    if named.str().is_some_and(|other| other != name) {
        let why = format!("this policy is for pods of its own namespace, `{name}`, alone");
        out.invalid(&OWN_NAMESPACE, &named, why)
            .on(own)
            .help("write the policy into that namespace, or a CiliumClusterwideNetworkPolicy");
    }
}
