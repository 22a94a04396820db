//! The settings of the control plane itself, where a group shows it.

use super::analyzer::Analyzer;
use super::group::{Group, SECURITY, text};
use plumb_kube::Node;
use plumb_text::diag::{Diagnostic, codes};

codes! {
    /// The findings of this analyzer.
    CODES:
    JWKS_OPEN = "jwks-fetch-open", Warn, "tokens are checked, and istiod may fetch keys from any address", also "IST0175";
}

/// The analyzer of this file.
pub(super) const ANALYZER: Analyzer = Analyzer { codes: CODES, run: analyse };

fn analyse(group: &Group<'_>, findings: &mut Vec<Diagnostic>) {
    let mut policies = group.of(SECURITY, "RequestAuthentication");
    if let Some(policy) = policies.next() {
        for istiod in
            group.of("apps", "Deployment").filter(|object| object.label("app") == Some("istiod"))
        {
            let is_limited =
                group.pods.iter().filter(|pod| group.owner(pod).is(istiod)).any(|pod| {
                    pod.containers()
                        .flat_map(|container| {
                            container.get("env").map(Node::items).unwrap_or_default()
                        })
                        .any(|variable| {
                            text(variable, "name") == Some("BLOCKED_CIDRS_IN_JWKS_URIS")
                                && text(variable, "value").is_some_and(|value| !value.is_empty())
                        })
                });
            if !is_limited {
                findings.push(
                    istiod
                        .finding_at_name(
                            &JWKS_OPEN,
                            "`BLOCKED_CIDRS_IN_JWKS_URIS` is not set on istiod",
                        )
                        .related(policy.place(policy.name_node()), "keys are fetched for this one"),
                );
            }
        }
    }
}
