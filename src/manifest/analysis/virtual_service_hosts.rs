//! One host, one VirtualService for the sidecars of the mesh: of two, Istio takes one, and which is not defined.

use super::group::{Group, NETWORKING, Object};
use super::hosts::{Host, Scope};
use super::virtual_services::is_for_mesh;
use super::{declare, listed};
use crate::diag::Diagnostic;
use std::collections::HashMap;

declare! {
    CONFLICT = "virtual-service-conflict", Deny, "IST0109",
        "two VirtualServices for the mesh are for one host";
}

fn analyse(group: &Group<'_>, findings: &mut Vec<Diagnostic>) {
    let services: Vec<&Object<'_>> =
        group.of(NETWORKING, "VirtualService").filter(|service| is_for_mesh(service)).collect();
    let mut by_host: HashMap<Host<'_>, Vec<&Object<'_>>> = HashMap::new();
    for service in &services {
        for host in service.texts("spec.hosts") {
            let sharing = by_host.entry(Host::of(host, service.namespace)).or_default();
            if !sharing.last().is_some_and(|last| last.is(service)) {
                sharing.push(service);
            }
        }
    }
    for service in &services {
        // One finding for each VirtualService, at its first host that another has too.
        let conflict = service.items("spec.hosts").iter().find_map(|node| {
            let host = Host::of(node.as_str()?, service.namespace);
            let others: Vec<&Object<'_>> = by_host
                .get(&host)?
                .iter()
                .copied()
                .filter(|other| !other.is_variant_of(service) && meet(service, other))
                .collect();
            (!others.is_empty()).then_some((node, host, others))
        });
        let Some((node, host, others)) = conflict else { continue };
        let names: Vec<String> = others.iter().map(|other| other.full_name()).collect();
        let message = format!(
            "`{}` is a host of {} too; which of them holds is not defined",
            host.full(),
            listed(names)
        );
        let mut finding = service.finding(&CONFLICT, node, message);
        for other in others {
            finding =
                finding.related(other.place(other.name_node()), format!("{} is here", other.id()));
        }
        findings.push(finding.help("merge them into one VirtualService"));
    }
}

/// Whether some namespace sees both.
fn meet(one: &Object<'_>, other: &Object<'_>) -> bool {
    let (ones, others) = (one.texts("spec.exportTo"), other.texts("spec.exportTo"));
    let others = Scope::of(&others, other.namespace);
    Scope::of(&ones, one.namespace).iter().any(|one| others.iter().any(|other| one.meets(*other)))
}
