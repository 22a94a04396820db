//! Policies that choose the pods of a Kubernetes Gateway by their labels.

use super::analyzer::Analyzer;
use super::group::{GATEWAY_API, Group, SECURITY, TELEMETRY, may_be_same};
use plumb_kube::select::Selector;
use plumb_text::diag::{Diagnostic, codes};

codes! {
    /// The findings of this analyzer.
    CODES:
    INEFFECTIVE = "gateway-selector-ineffective", Warn, "a policy selects the pods of a Kubernetes Gateway, where only `targetRefs` has an effect", also "IST0166";
}

/// The analyzer of this file.
pub(super) const ANALYZER: Analyzer = Analyzer { codes: CODES, run: analyse };

const POLICIES: &[(&str, &str)] = &[
    (SECURITY, "AuthorizationPolicy"),
    (SECURITY, "RequestAuthentication"),
    (TELEMETRY, "Telemetry"),
    ("extensions.istio.io", "WasmPlugin"),
];

/// The label that Istio gives to the pods of a Gateway of the Gateway API.
const LABEL: &str = "gateway.networking.k8s.io/gateway-name";

fn analyse(group: &Group<'_>, findings: &mut Vec<Diagnostic>) {
    for (api, kind) in POLICIES {
        for policy in group.of(api, kind) {
            let Some(node) = policy.at("spec.selector") else { continue };
            if policy.at("spec.targetRef").is_some() || policy.at("spec.targetRefs").is_some() {
                continue;
            }
            let selector = Selector::of_label_selector(Some(node));
            // The pods are shown, or the selector names the Gateway itself.
            let by_pod = group.pods.iter().find_map(|pod| {
                let name = pod.labels.get(LABEL)?;
                (pod.namespace == policy.namespace && selector.matches(&pod.labels)).then_some(name)
            });
            let by_label = || {
                let (_, name) = selector.pairs().find(|(key, _)| *key == LABEL)?;
                let mut gateways = group.of(GATEWAY_API, "Gateway");
                gateways
                    .any(|gateway| {
                        gateway.name == name && may_be_same(gateway.namespace, policy.namespace)
                    })
                    .then_some(name)
            };
            if let Some(name) = by_pod.or_else(by_label) {
                findings.push(
                    policy
                        .finding(&INEFFECTIVE, node, format!("a selector has no effect on the Gateway `{name}`"))
                        .help(format!(
                            "write `targetRefs: [{{kind: Gateway, group: {GATEWAY_API}, name: {name}}}]`"
                        )),
                );
            }
        }
    }
}
