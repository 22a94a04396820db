//! Sidecar resources: one for a workload, one for a namespace, none for what has no sidecar.

use super::analyzer::Analyzer;
use super::group::{Group, NETWORKING, Object, Pod, Reach};
use super::rivals;
use plumb_kube::select::Selector;
use plumb_text::diag::{Diagnostic, codes};

codes! {
    /// The findings of this analyzer.
    CODES:
    CONFLICT = "sidecar-conflict", Deny, "two Sidecars select one workload", also "IST0110";
    DEFAULT_CONFLICT = "sidecar-default-conflict", Deny, "two Sidecars of one namespace select no workload, so each would be its default", also "IST0111";
    SELECTS_NOTHING = "sidecar-selects-nothing", Warn, "a Sidecar selects none of the workloads that the group shows", also "IST0101";
    INEFFECTIVE = "policy-ineffective", Warn, "a setting for sidecars is for workloads that have none, being in ambient mode", also "IST0167";
}

/// The analyzer of this file.
pub(super) const ANALYZER: Analyzer = Analyzer { codes: CODES, run: analyse };

fn selector<'a>(sidecar: &Object<'a>) -> Selector<'a> {
    Selector::of_map(sidecar.at("spec.workloadSelector.labels"))
}

fn is_ambient_pod(pod: &Pod<'_>) -> bool {
    pod.annotation("ambient.istio.io/redirection") == Some("enabled")
        || pod.labels.get("istio.io/dataplane-mode") == Some("ambient")
}

fn analyse(group: &Group<'_>, findings: &mut Vec<Diagnostic>) {
    let sidecars: Vec<&Object<'_>> = group.of(NETWORKING, "Sidecar").collect();
    let mut effective = Vec::new();
    for sidecar in &sidecars {
        let own = selector(sidecar);
        let selected = rivals::selected(group, sidecar, &own);
        let ambient = match own.is_empty() {
            true => group.is_ambient(sidecar.namespace).then_some("its namespace is"),
            false => (!selected.is_empty() && selected.iter().all(|pod| is_ambient_pod(pod)))
                .then_some("the workload that it selects is"),
        };
        if let Some(what) = ambient {
            findings.push(
                sidecar
                    .finding_at_name(
                        &INEFFECTIVE,
                        format!("this Sidecar changes nothing: {what} in ambient mode"),
                    )
                    .help("use a waypoint, or leave it out"),
            );
            continue;
        }
        effective.push(*sidecar);
        if let Some(node) = sidecar.at("spec.workloadSelector") {
            findings.extend(group.selects_nothing(
                sidecar,
                &SELECTS_NOTHING,
                node,
                &own,
                Reach::Namespace,
            ));
        }
    }
    let codes = (&CONFLICT, &DEFAULT_CONFLICT);
    findings.extend(rivals::conflicts(group, &effective, selector, codes));
    for filter in group.of(NETWORKING, "EnvoyFilter") {
        if group.is_ambient(filter.namespace)
            && filter.at("spec.workloadSelector").is_none()
            && filter.at("spec.targetRefs").is_none()
        {
            findings.push(
                filter
                    .finding_at_name(
                        &INEFFECTIVE,
                        "this EnvoyFilter changes nothing: its namespace is in ambient mode",
                    )
                    .help(
                        "ztunnel is not Envoy; attach the filter to a waypoint with `targetRefs`",
                    ),
            );
        }
    }
}
