//! Resources of which a workload, or a namespace, can have only one.

use super::group::{Group, Object, Pod};
use super::select::Selector;
use super::{distinct, listed};
use crate::diag::{Code, Diagnostic};

/// The pods that an object surely or perhaps selects; none where it is for the whole namespace.
pub(super) fn selected<'g, 'a>(
    group: &'g Group<'a>,
    object: &Object<'a>,
    own: &Selector<'a>,
) -> Vec<&'g Pod<'a>> {
    let is_meant = |pod: &&Pod<'_>| {
        !own.is_empty() && pod.namespace == object.namespace && own.may_match(&pod.labels)
    };
    group.pods.iter().filter(is_meant).collect()
}

/// The finding for an object beside others that are for the same workload (`codes.0`) or, as it is, for all workloads of
/// the namespace (`codes.1`).
pub(super) fn conflict<'a>(
    group: &Group<'a>,
    object: &Object<'a>,
    all: &[&Object<'a>],
    selector: impl Fn(&Object<'a>) -> Selector<'a>,
    codes: (&'static Code, &'static Code),
) -> Option<Diagnostic> {
    let own = selector(object);
    let selected = selected(group, object, &own);
    let rivals = distinct(all.iter().copied().filter(|other| {
        let theirs = selector(other);
        !other.is_variant_of(object)
            && other.namespace == object.namespace
            && own.is_empty() == theirs.is_empty()
            && (own.is_empty()
                || (own.covers(&theirs) && theirs.covers(&own))
                || selected.iter().any(|pod| theirs.may_match(&pod.labels)))
    }));
    if rivals.is_empty() {
        return None;
    }
    let names = listed(rivals.iter().map(|other| other.name));
    let (code, what) = match (own.is_empty(), rivals.len()) {
        (true, 1) => (codes.1, "is for all workloads of the namespace too"),
        (true, _) => (codes.1, "are for all workloads of the namespace too"),
        (false, 1) => (codes.0, "selects the same workload"),
        (false, _) => (codes.0, "select the same workload"),
    };
    let message = format!("{names} {what}; which of them holds is not defined");
    let related = |finding: Diagnostic, other: &Object<'_>| {
        finding.related(other.place(other.name_node()), format!("{} is here", other.id()))
    };
    Some(rivals.into_iter().fold(object.finding_at_name(code, message), related))
}
