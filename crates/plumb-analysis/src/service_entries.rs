//! Hosts outside the mesh, as ServiceEntries bring them in.

use super::analyzer::Analyzer;
use super::conflict::conflicts;
use super::group::{Group, NETWORKING, Object, text};
use super::hosts::Scope;
use indexmap::IndexMap;
use plumb_kube::Node;
use plumb_kube::fault::listed;
use plumb_text::diag::{Diagnostic, codes};
use std::collections::HashSet;

codes! {
    /// The findings of this analyzer.
    CODES:
    PROTOCOL_CONFLICT = "service-entry-protocol-conflict", Warn, "two ServiceEntries give one host and port different protocols", also "IST0177";
}

/// The analyzer of this file.
pub(super) const ANALYZER: Analyzer = Analyzer { codes: CODES, run: analyse };

/// A port of a host that an entry brings.
struct Port<'g, 'a> {
    entry: &'g Object<'a>,
    node: &'a Node,
    protocol: String,
}

/// One finding for each set of entries that contradict each other, at the first host and port that they do it at.
fn analyse(group: &Group<'_>, findings: &mut Vec<Diagnostic>) {
    let mut by_host: IndexMap<&str, Vec<&Object<'_>>> = IndexMap::new();
    for entry in group.of(NETWORKING, "ServiceEntry") {
        for host in entry.texts("spec.hosts") {
            let sharing = by_host.entry(host).or_default();
            if !sharing.last().is_some_and(|last| last.is(entry)) {
                sharing.push(entry);
            }
        }
    }
    // Hosts that the same entries bring are as good as one.
    let (mut compared, mut said) = (HashSet::new(), HashSet::new());
    for (host, sharing) in by_host.into_iter().filter(|(_, sharing)| sharing.len() > 1) {
        if !compared.insert(indices(sharing.iter().copied())) {
            continue;
        }
        let mut by_number: IndexMap<i128, Vec<Port<'_, '_>>> = IndexMap::new();
        for entry in sharing {
            for node in entry.items("spec.ports") {
                let Some(number) = node.get("number").and_then(Node::as_int) else { continue };
                let protocol = text(node, "protocol").unwrap_or("TCP").to_ascii_uppercase();
                by_number.entry(number).or_default().push(Port { entry, node, protocol });
            }
        }
        for (number, ports) in by_number {
            for members in conflicts(ports, are_rivals) {
                if said.insert(indices(members.iter().map(|port| port.entry))) {
                    findings.push(conflict(host, number, &members));
                }
            }
        }
    }
}

fn indices<'g, 'a: 'g>(entries: impl Iterator<Item = &'g Object<'a>>) -> Vec<usize> {
    entries.map(|entry| entry.index).collect()
}

fn are_rivals(one: &Port<'_, '_>, other: &Port<'_, '_>) -> bool {
    one.protocol != other.protocol
        && !one.entry.is_alternative_to(other.entry)
        && meet(one.entry, other.entry)
}

fn conflict(host: &str, number: i128, members: &[Port<'_, '_>]) -> Diagnostic {
    let Port { entry, node, protocol } = &members[1];
    let others = || members.iter().filter(|other| !other.entry.is(entry));
    let different = || others().filter(|other| other.protocol != *protocol);
    let mut protocols: Vec<&str> = different().map(|other| other.protocol.as_str()).collect();
    protocols.sort_unstable();
    protocols.dedup();
    let message = format!(
        "port {number} of `{host}` is `{protocol}` here, and {} in {}",
        listed(protocols),
        listed(different().map(|other| other.entry.full_name()))
    );
    let at = node.get("protocol").unwrap_or(node);
    others().fold(entry.finding(&PROTOCOL_CONFLICT, at, message), |finding, other| {
        finding.related(other.entry.place(other.node), format!("{} is here", other.entry.id()))
    })
}

fn meet(one: &Object<'_>, other: &Object<'_>) -> bool {
    let (ones, others) = (one.texts("spec.exportTo"), other.texts("spec.exportTo"));
    let others = Scope::of(&others, other.namespace);
    Scope::of(&ones, one.namespace).iter().any(|one| others.iter().any(|other| one.meets(*other)))
}
