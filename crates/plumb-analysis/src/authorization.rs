//! Policies of the mesh: that they are for a workload, and name namespaces that are there.

use super::analyzer::Analyzer;
use super::group::{CORE, Group, Reach, SECURITY, SYSTEM_NAMESPACES};
use plumb_kube::Node;
use plumb_kube::fault::listed;
use plumb_kube::select::Selector;
use plumb_text::diag::{Diagnostic, codes};

codes! {
    /// The findings of this analyzer.
    CODES:
    SELECTS_NOTHING = "policy-selects-nothing", Warn, "a policy selects none of the workloads that the group shows", also "IST0127";
    NAMESPACE_MISSING = "policy-namespace-missing", Note, "a policy names a namespace that the group does not define, beside namespaces that it does", also "IST0101";
}

/// The analyzer of this file.
pub(super) const ANALYZER: Analyzer = Analyzer { codes: CODES, run: analyse };

/// The kinds whose `selector` chooses workloads of their own namespace.
const POLICIES: &[(&str, &str)] = &[
    (SECURITY, "AuthorizationPolicy"),
    (SECURITY, "PeerAuthentication"),
    (SECURITY, "RequestAuthentication"),
    ("extensions.istio.io", "WasmPlugin"),
];

fn analyse(group: &Group<'_>, findings: &mut Vec<Diagnostic>) {
    for (api, kind) in POLICIES {
        for policy in group.of(api, kind) {
            let Some(node) = policy.at("spec.selector") else { continue };
            let selector = Selector::of_label_selector(Some(node));
            findings.extend(group.selects_nothing(
                policy,
                &SELECTS_NOTHING,
                node,
                &selector,
                Reach::Mesh,
            ));
        }
    }
    let namespaces: Vec<&str> =
        group.of(CORE, "Namespace").map(|namespace| namespace.name).collect();
    if namespaces.is_empty() || group.may_have_more(CORE, "Namespace", None) {
        return;
    }
    for policy in group.of(SECURITY, "AuthorizationPolicy") {
        let sources = policy
            .items("spec.rules")
            .iter()
            .flat_map(|rule| rule.get("from").map(Node::items).unwrap_or_default())
            .filter_map(|from| from.get("source"));
        for source in sources {
            for list in ["namespaces", "notNamespaces"] {
                for node in source.get(list).map(Node::items).unwrap_or_default() {
                    let Some(wanted) = node.as_str() else { continue };
                    let is_there = |name: &&str| matches(wanted, name);
                    if namespaces.iter().any(is_there) || SYSTEM_NAMESPACES.iter().any(is_there) {
                        continue;
                    }
                    findings.push(
                        policy
                            .finding(
                                &NAMESPACE_MISSING,
                                node,
                                format!("no namespace `{wanted}` is shown here"),
                            )
                            .did_you_mean(wanted, namespaces.iter().copied())
                            .help(format!("shown are {}", listed(&namespaces))),
                    );
                }
            }
        }
    }
}

/// Istio's way to match: `*` alone, at the start or at the end.
fn matches(wanted: &str, name: &str) -> bool {
    match (wanted.strip_prefix('*'), wanted.strip_suffix('*')) {
        (Some(suffix), _) => name.ends_with(suffix),
        (None, Some(prefix)) => name.starts_with(prefix),
        (None, None) => wanted.eq_ignore_ascii_case(name),
    }
}
