//! Hosts outside the mesh, as ServiceEntries bring them in.

use super::declare::declare;
use super::group::{Group, NETWORKING, Object, text};
use super::hosts::Scope;
use plumb_kube::Node;
use plumb_kube::fault::listed;
use plumb_text::diag::Diagnostic;

declare! {
    ADDRESS_NEEDED = "service-entry-address", Warn, "IST0134",
        "a ServiceEntry has a TCP port and no address to tell its traffic by";
    PROTOCOL_CONFLICT = "service-entry-protocol-conflict", Warn, "IST0177",
        "two ServiceEntries give one host and port different protocols";
}

fn analyse(group: &Group<'_>, findings: &mut Vec<Diagnostic>) {
    let entries: Vec<&Object<'_>> = group.of(NETWORKING, "ServiceEntry").collect();
    for entry in &entries {
        let is_allocated = !entry.items("status.addresses").is_empty();
        if entry.at("spec.addresses").is_none() && !is_allocated {
            for port in entry.items("spec.ports") {
                let protocol = text(port, "protocol").unwrap_or_default();
                if protocol.is_empty() || protocol.eq_ignore_ascii_case("TCP") {
                    findings.push(
                        entry
                            .finding(
                                &ADDRESS_NEEDED,
                                port.get("protocol").unwrap_or(port),
                                "plain TCP is told apart by address, and this ServiceEntry has none",
                            )
                            .help("write `addresses`, or the protocol (TLS, HTTP …), or let Istio allocate addresses"),
                    );
                }
            }
        }
        findings.extend(conflict(entry, &entries));
    }
}

fn conflict(entry: &Object<'_>, entries: &[&Object<'_>]) -> Option<Diagnostic> {
    for port in entry.items("spec.ports") {
        let Some(number) = port.get("number").and_then(Node::as_int) else { continue };
        for host in entry.texts("spec.hosts") {
            let other = entries.iter().find_map(|other| {
                if other.is_variant_of(entry)
                    || !meet(entry, other)
                    || !other.texts("spec.hosts").contains(&host)
                {
                    return None;
                }
                let theirs = other.items("spec.ports").iter().find(|theirs| {
                    theirs.get("number").and_then(Node::as_int) == Some(number)
                        && protocol(theirs) != protocol(port)
                })?;
                Some((*other, theirs))
            });
            if let Some((other, theirs)) = other {
                let message = format!(
                    "port {number} of `{host}` is {} here, and {} in {}",
                    protocol(port),
                    protocol(theirs),
                    listed([other.full_name()])
                );
                return Some(
                    entry
                        .finding(&PROTOCOL_CONFLICT, port.get("protocol").unwrap_or(port), message)
                        .related(other.place(theirs), format!("{} is here", other.id())),
                );
            }
        }
    }
    None
}

fn protocol(port: &Node) -> String {
    text(port, "protocol").unwrap_or("TCP").to_ascii_uppercase()
}

fn meet(one: &Object<'_>, other: &Object<'_>) -> bool {
    let (ones, others) = (one.texts("spec.exportTo"), other.texts("spec.exportTo"));
    let others = Scope::of(&others, other.namespace);
    Scope::of(&ones, one.namespace).iter().any(|one| others.iter().any(|other| one.meets(*other)))
}
