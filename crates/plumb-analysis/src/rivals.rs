//! Resources of which a workload, or a namespace, can have only one.

use super::group::distinct;
use super::group::{Group, Object, Pod};
use indexmap::IndexMap;
use plumb_kube::fault::listed;
use plumb_kube::select::Selector;
use plumb_text::diag::{Code, Diagnostic};

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

/// The findings for objects that are for the same workload (`codes.0`) or for all workloads of a namespace (`codes.1`).
pub(super) fn conflicts<'a>(
    group: &Group<'a>,
    all: &[&Object<'a>],
    selector: impl Fn(&Object<'a>) -> Selector<'a>,
    codes: (&'static Code, &'static Code),
) -> Vec<Diagnostic> {
    let mut by_namespace: IndexMap<_, Vec<_>> = IndexMap::new();
    for object in all {
        let own = selector(object);
        let pods = selected(group, object, &own);
        let scope = (object.namespace, own.is_empty());
        by_namespace.entry(scope).or_default().push((*object, own, pods));
    }
    type Rival<'g, 'a> = (&'g Object<'a>, Selector<'a>, Vec<&'g Pod<'a>>);
    let mut findings = Vec::new();
    for ((_, for_all), objects) in by_namespace {
        let are_rivals = |(one, own, pods): &Rival<'_, '_>, (other, theirs, _): &Rival<'_, '_>| {
            !one.is_alternative_to(other)
                && (for_all
                    || (own.covers(theirs) && theirs.covers(own))
                    || pods.iter().any(|pod| theirs.may_match(&pod.labels)))
        };
        for members in super::conflict::conflicts(objects, are_rivals) {
            let (object, ..) = members[1];
            let others = distinct(
                members.iter().map(|(other, ..)| *other).filter(|other| !other.is(object)),
            );
            let names = listed(others.iter().map(|other| other.name));
            let (code, what) = match (for_all, others.len()) {
                (true, 1) => (codes.1, "is for all workloads of the namespace too"),
                (true, _) => (codes.1, "are for all workloads of the namespace too"),
                (false, 1) => (codes.0, "selects the same workload"),
                (false, _) => (codes.0, "select the same workload"),
            };
            let message = format!("{names} {what}; which of them holds is not defined");
            let related = |finding: Diagnostic, other: &Object<'_>| {
                finding.related(other.place(other.name_node()), format!("{} is here", other.id()))
            };
            findings.push(others.into_iter().fold(object.finding_at_name(code, message), related));
        }
    }
    findings
}
