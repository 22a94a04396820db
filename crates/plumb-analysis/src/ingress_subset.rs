//! Rules for the mesh that requests through a gateway do not follow.

use super::analyzer::Analyzer;
use super::group::{Group, NETWORKING, Object};
use super::hosts::Host;
use super::virtual_services::{Destination, destinations, is_for_mesh};
use plumb_text::diag::{Diagnostic, codes};

codes! {
    /// The findings of this analyzer.
    CODES:
    NOT_AFFECTED = "ingress-subset-ignored", Warn, "a gateway's route names no subset, and the host's own VirtualService does not apply to it", also "IST0140";
}

/// The analyzer of this file.
pub(super) const ANALYZER: Analyzer = Analyzer { codes: CODES, run: analyse };

fn analyse(group: &Group<'_>, findings: &mut Vec<Diagnostic>) {
    let services: Vec<&Object<'_>> = group.of(NETWORKING, "VirtualService").collect();
    for service in &services {
        let gateways = service.texts("spec.gateways");
        if !gateways.iter().any(|gateway| *gateway != "mesh") {
            continue;
        }
        for destination in destinations(service) {
            if destination.subset().is_some() || destination.node.get("host").is_none() {
                continue;
            }
            let host = Host::of(destination.host, service.namespace);
            let other = services.iter().find(|other| {
                !other.is_alternative_to(service) && is_for_mesh(other) && splits(other, &host)
            });
            if let Some(other) = other {
                findings.push(
                    service
                        .finding(
                            &NOT_AFFECTED,
                            destination.host_node,
                            format!(
                                "requests from the gateway to `{}` do not follow the subsets of `{}`",
                                destination.host,
                                other.full_name()
                            ),
                        )
                        .related(other.place(other.name_node()), "this one is for the mesh only")
                        .help("name the subset in this route too"),
                );
            }
        }
    }
}

/// Whether a VirtualService of the host sends its requests to subsets.
fn splits(service: &Object<'_>, host: &Host<'_>) -> bool {
    let own = service.texts("spec.hosts");
    own.iter().any(|own| Host::of(own, service.namespace).is(host))
        && destinations(service).iter().any(|destination: &Destination<'_>| {
            destination.subset().is_some() && Host::of(destination.host, service.namespace).is(host)
        })
}
