//! Cilium's rules about requests where a mesh encrypts them.

use super::analyzer::Analyzer;
use super::group::{Group, Object, injects};
use plumb_kube::Node;
use plumb_text::diag::{Diagnostic, codes};

codes! {
    /// The findings of this analyzer.
    CODES:
    IN_MESH = "cilium-l7-in-mesh", Warn, "a Cilium policy has rules about requests in a namespace whose requests the mesh encrypts";
}

/// The analyzer of this file.
pub(super) const ANALYZER: Analyzer = Analyzer { codes: CODES, run: analyse };

fn analyse(group: &Group<'_>, findings: &mut Vec<Diagnostic>) {
    for kind in ["CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy"] {
        for policy in group.of("cilium.io", kind) {
            for rule in policy.root.get("spec").into_iter().chain(policy.items("specs")) {
                in_mesh(group, policy, rule, findings);
            }
        }
    }
}

/// Inside the mesh Cilium sees TLS and no HTTP, and drops what it cannot read.
fn in_mesh(group: &Group<'_>, policy: &Object<'_>, rule: &Node, findings: &mut Vec<Diagnostic>) {
    let Some(namespace) = group.namespace(policy.namespace) else { return };
    if !injects(namespace) && !group.is_ambient(policy.namespace) {
        return;
    }
    let rules = ["ingress", "egress"]
        .iter()
        .flat_map(|field| rule.get(field).map(Node::items).unwrap_or_default())
        .flat_map(|direction| direction.get("toPorts").map(Node::items).unwrap_or_default())
        .find_map(|port| port.get("rules")?.get("http"));
    if let Some(node) = rules {
        findings.push(
            policy
                .finding(&IN_MESH, node, format!("the pods of `{}` are in the mesh, whose requests Cilium cannot read", namespace.name))
                .related(namespace.place(namespace.name_node()), "its labels put it into the mesh")
                .help("keep the ports here, and write the rules about requests as an AuthorizationPolicy"),
        );
    }
}
