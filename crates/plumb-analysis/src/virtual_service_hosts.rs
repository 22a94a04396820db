//! One host, one VirtualService for the sidecars of the mesh: of two, Istio takes one, and which is not defined.

use super::analyzer::Analyzer;
use super::conflict::conflicts;
use super::group::{Group, NETWORKING, Object};
use super::hosts::{Host, Scope};
use super::virtual_services::is_for_mesh;
use indexmap::IndexMap;
use plumb_kube::Node;
use plumb_kube::fault::listed;
use plumb_text::diag::{Diagnostic, codes};
use std::collections::HashSet;

codes! {
    /// The findings of this analyzer.
    CODES:
    CONFLICT = "virtual-service-conflict", Deny, "two VirtualServices for the mesh are for one host", also "IST0109";
}

/// The analyzer of this file.
pub(super) const ANALYZER: Analyzer = Analyzer { codes: CODES, run: analyse };

fn analyse(group: &Group<'_>, findings: &mut Vec<Diagnostic>) {
    let mut by_host: IndexMap<Host<'_>, Vec<(&Object<'_>, &Node)>> = IndexMap::new();
    for service in group.of(NETWORKING, "VirtualService").filter(|service| is_for_mesh(service)) {
        for node in service.items("spec.hosts") {
            let Some(host) = node.as_str() else { continue };
            let sharing = by_host.entry(Host::of(host, service.namespace)).or_default();
            if !sharing.last().is_some_and(|(last, _)| last.is(service)) {
                sharing.push((service, node));
            }
        }
    }
    // One finding for each VirtualService, at its first host that another has too.
    let mut said = HashSet::new();
    for (host, sharing) in by_host {
        let are_rivals = |(one, _): &(&Object<'_>, _), (other, _): &(&Object<'_>, _)| {
            !one.is_alternative_to(other) && meet(one, other)
        };
        for members in conflicts(sharing, are_rivals) {
            let (service, node) = members[1];
            if !said.insert(service.index) {
                continue;
            }
            let others =
                || members.iter().map(|(other, _)| *other).filter(|other| !other.is(service));
            let message = format!(
                "`{}` is a host of {} too; which of them holds is not defined",
                host.full(),
                listed(others().map(Object::full_name))
            );
            let mut finding = service.finding(&CONFLICT, node, message);
            for other in others() {
                finding = finding
                    .related(other.place(other.name_node()), format!("{} is here", other.id()));
            }
            findings.push(finding.help("merge them into one VirtualService"));
        }
    }
}

/// Whether some namespace sees both.
fn meet(one: &Object<'_>, other: &Object<'_>) -> bool {
    let (ones, others) = (one.texts("spec.exportTo"), other.texts("spec.exportTo"));
    let others = Scope::of(&others, other.namespace);
    Scope::of(&ones, one.namespace).iter().any(|one| others.iter().any(|other| one.meets(*other)))
}
