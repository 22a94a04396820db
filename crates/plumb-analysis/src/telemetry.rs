//! Telemetry resources: one for a workload, one for a namespace, and a provider.

use super::analyzer::Analyzer;
use super::group::{Group, Object, Reach, TELEMETRY};
use super::rivals;
use plumb_kube::select::Selector;
use plumb_text::diag::{Diagnostic, codes};

codes! {
    /// The findings of this analyzer.
    CODES:
    CONFLICT = "telemetry-conflict", Deny, "two Telemetries select one workload", also "IST0159";
    DEFAULT_CONFLICT = "telemetry-default-conflict", Deny, "two Telemetries of one namespace select no workload, so each would be its default", also "IST0160";
    SELECTS_NOTHING = "telemetry-selects-nothing", Warn, "a Telemetry selects none of the workloads that the group shows", also "IST0101";
}

/// The analyzer of this file.
pub(super) const ANALYZER: Analyzer = Analyzer { codes: CODES, run: analyse };

fn selector<'a>(telemetry: &Object<'a>) -> Selector<'a> {
    Selector::of_label_selector(telemetry.at("spec.selector"))
}

fn analyse(group: &Group<'_>, findings: &mut Vec<Diagnostic>) {
    let all: Vec<&Object<'_>> = group.of(TELEMETRY, "Telemetry").collect();
    let by_selector = all.iter().copied().filter(|telemetry| {
        telemetry.at("spec.targetRefs").is_none() && telemetry.at("spec.targetRef").is_none()
    });
    let all: Vec<&Object<'_>> = by_selector.collect();
    findings.extend(rivals::conflicts(group, &all, selector, (&CONFLICT, &DEFAULT_CONFLICT)));
    for telemetry in &all {
        let own = selector(telemetry);
        if let Some(node) = telemetry.at("spec.selector") {
            findings.extend(group.selects_nothing(
                telemetry,
                &SELECTS_NOTHING,
                node,
                &own,
                Reach::Namespace,
            ));
        }
    }
}
