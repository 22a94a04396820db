//! What a product has in its experimental channel only: a server refuses it where the standard one is installed, and takes it where
//! the other is, as many controllers bring it along.

use super::bundle::Kind;
use super::codes::API_EXPERIMENTAL;
use super::fault::{ErrorType, Fault, Rule, Wording};
use super::path::{FieldPath, Step};
use super::schema::{ENUM, UNKNOWN_FIELD};
use super::versions::Versions;
use std::collections::BTreeSet;

static EXPERIMENTAL: Rule = Rule::new(&API_EXPERIMENTAL, "");

/// Whether a group is one of those in which Kubernetes' own projects try kinds out: they come and go with releases.
pub(super) fn is_group(group: &str) -> bool {
    group.ends_with(".x-k8s.io")
}

/// The experimental channel of the release of a kind's product; nothing where someone has said which channel it is, or that has not
/// the kind.
pub(super) fn channel(kind: &Kind, versions: &Versions) -> Option<Versions> {
    if versions.is_said(&kind.product) {
        return None;
    }
    let name = name(&kind.product, versions);
    kind.versions.contains(&name).then(|| versions.with(&kind.product, &name).ok()).flatten()
}

fn name(product: &str, versions: &Versions) -> String {
    format!("{}-experimental", versions.of(product))
}

/// Whether another channel may have what a fault calls unknown.
pub(super) fn is_unknown(fault: &Fault) -> bool {
    fault.rule == &UNKNOWN_FIELD || fault.rule == &ENUM
}

/// Tells of unknown fields and values that they are in the experimental channel, but for those that are unknown there `still`.
pub(super) fn tell_all(
    faults: &mut [Fault],
    still: &BTreeSet<FieldPath>,
    product: &str,
    versions: &Versions,
) {
    for fault in faults.iter_mut().filter(|fault| is_unknown(fault) && !still.contains(&fault.path))
    {
        let name = fault.path.steps().last().and_then(Step::name).unwrap_or_default();
        let what = match &fault.value {
            Some(value) => format!("the value {value}"),
            None => format!("the field `{name}`"),
        };
        tell(fault, &what, product, versions);
    }
}

/// Makes of a fault that something is unknown that it is in the experimental channel.
pub(super) fn tell(fault: &mut Fault, what: &str, product: &str, versions: &Versions) {
    fault.rule = &EXPERIMENTAL;
    fault.ty = ErrorType::Invalid;
    fault.detail = format!("{what} is in the experimental channel only");
    fault.wording = Wording::Sentence;
    fault.value = None;
    fault.is_stray = false;
    fault.fix = None;
    fault.help = vec![format!(
        "the standard channel of {} {} does not have it; choose the other with `{product}={}`",
        Versions::title(product),
        versions.of(product),
        name(product, versions)
    )];
}
