//! What a group of manifests says together: references that lead nowhere, settings that contradict each other, and the
//! mistakes that `istioctl analyze` reports on files.
//!
//! Owns: the view of a group (`Group`: its objects, the pods that its workloads would run, the hosts that it
//! defines) and one small file for each analyzer. Must not know: schemas, books, or how a finding is shown.
//!
//! The rule of the house: *what a group does not show is not a finding*. A page shows a part of a cluster, so a reference
//! is only said to lead nowhere where the group shows the place that it should lead to. A namespace that is not written
//! may be any namespace. What is shown in part exists, and may have what is not shown of it. Two variants of one object (same kind, namespace and name) never contradict each other, and
//! what one of them offers is offered.

mod ambient;
mod analyzer;
mod authorization;
mod callers;
mod canaries;
mod canary_networks;
mod cilium;
mod codes;
mod conflict;
mod control_plane;
mod destinations;
mod envoy_filter;
mod gateway_credentials;
mod gateway_network;
mod gateway_pods;
mod gateway_ports;
mod gateway_selectors;
mod gateways;
mod group;
mod hosts;
mod ingress_subset;
mod injection;
mod jwt_route;
mod linkerd;
mod member;
mod mentions;
mod mesh;
mod mesh_members;
mod mesh_network;
mod mtls;
mod network;
mod network_rules;
mod networks;
mod object;
mod pods;
mod proxies;
mod proxy_images;
mod revision;
mod rivals;
mod route_backends;
mod routes;
mod service_entries;
mod service_workloads;
mod sidecar_hosts;
mod sidecars;
mod strict;
mod subsets;
mod targets;
mod telemetry;
mod virtual_service_gateways;
mod virtual_service_hosts;
mod virtual_services;
mod webhooks;
mod workload_targets;

#[cfg(test)]
mod mesh_wide_tests;
#[cfg(test)]
mod quiet_tests;
#[cfg(test)]
mod sets_tests;
#[cfg(test)]
mod shown_tests;
#[cfg(test)]
mod tests;

use analyzer::Analyzer;
use codes::GROUP_TOO_LARGE;
use group::Group;
pub use member::Member;
pub use mesh::shows_mesh;
use plumb_kube::Document;
use plumb_kube::admission::suppresses;
use plumb_text::diag::{Code, Diagnostic};
use plumb_text::{Location, Span};
use std::collections::HashMap;

/// Every analyzer, in the order of the reference.
pub static ANALYZERS: &[Analyzer] = &[
    destinations::ANALYZER,
    subsets::ANALYZER,
    virtual_service_gateways::ANALYZER,
    virtual_service_hosts::ANALYZER,
    ingress_subset::ANALYZER,
    jwt_route::ANALYZER,
    mtls::ANALYZER,
    gateways::ANALYZER,
    gateway_ports::ANALYZER,
    gateway_credentials::ANALYZER,
    gateway_selectors::ANALYZER,
    authorization::ANALYZER,
    canaries::ANALYZER,
    ambient::ANALYZER,
    mesh_network::ANALYZER,
    gateway_network::ANALYZER,
    sidecars::ANALYZER,
    sidecar_hosts::ANALYZER,
    telemetry::ANALYZER,
    service_entries::ANALYZER,
    envoy_filter::ANALYZER,
    injection::ANALYZER,
    proxy_images::ANALYZER,
    control_plane::ANALYZER,
    webhooks::ANALYZER,
    service_workloads::ANALYZER,
    workload_targets::ANALYZER,
    routes::ANALYZER,
    route_backends::ANALYZER,
    targets::ANALYZER,
    linkerd::ANALYZER,
    cilium::ANALYZER,
];

/// Every code of findings that the analyzers report.
pub fn codes() -> impl Iterator<Item = &'static Code> {
    let codes = ANALYZERS.iter().flat_map(|analyzer| analyzer.codes.iter().copied());
    codes.chain(codes::CODES.iter().copied())
}

/// The numbers of istioctl (1.32) that no analyzer here has, and why: what documents cannot show, and what others find.
pub static NOT_HERE: &[(&str, &str)] = &[
    ("IST0001", "is about istioctl itself"),
    ("IST0126", "the mesh's networks are not a Kubernetes manifest"),
    ("IST0141", "what the caller may do in a cluster"),
    ("IST0142", "the version of a running API server"),
    ("IST0143", "the ports that running processes listen at"),
    ("IST0156", "the version of the CRDs that a cluster has installed"),
    ("IST0168", "a comparison with an earlier installation"),
    ("IST0169", "a comparison with an earlier installation"),
    ("IST0170", "several clusters side by side"),
    ("IST0172", "the version of the CRDs that a cluster has installed"),
];

/// How many objects are compared with each other: the time grows with the square of their number.
pub const MOST_TOGETHER: usize = 20_000;

/// What the documents of one group say together, in the order of their places.
///
/// `List`s are seen as their items. Documents that are no manifests are left out.
pub fn analyse(documents: &[&Document]) -> Vec<Diagnostic> {
    let members: Vec<Member<'_>> =
        documents.iter().map(|document| Member::from(*document)).collect();
    analyse_group(&members, false)
}

/// As [`analyse`], for documents of a page. Where `is_open`, others may be left out beside them, so that nothing is said to be
/// missing.
pub fn analyse_group(members: &[Member<'_>], is_open: bool) -> Vec<Diagnostic> {
    let group = Group::new(members, is_open);
    if let [first, ..] = &group.objects[..]
        && group.objects.len() > MOST_TOGETHER
    {
        let message = format!(
            "the {} manifests of this group are not analysed together: more than {MOST_TOGETHER}",
            group.objects.len()
        );
        let help = "validate them in parts; each manifest on its own has been checked";
        return vec![first.finding_at_name(&GROUP_TOO_LARGE, message).help(help)];
    }
    let mut findings = Vec::new();
    for analyzer in ANALYZERS {
        (analyzer.run)(&group, &mut findings);
    }
    let suppressed = group.suppressed();
    let is_suppressed =
        |finding: &Diagnostic| suppressed.iter().any(|(at, code)| is_suppressed(finding, at, code));
    findings.retain(|finding| !is_suppressed(finding));
    let documents: Vec<&Document> = members.iter().map(|member| member.document).collect();
    sorted(&documents, findings)
}

/// Whether the author has turned a finding off, as istioctl lets them: by its number, in the manifest's annotations.
fn is_suppressed(finding: &Diagnostic, at: &Location, code: &str) -> bool {
    let place = &finding.at.location;
    suppresses(code, finding.code) && place.source == at.source && at.span.contains(place.span)
}

/// In the order of the author's documents, then of the places, then of the registry; each thing said once.
fn sorted(documents: &[&Document], findings: Vec<Diagnostic>) -> Vec<Diagnostic> {
    // Where each document stands, by file and place: files hold many documents.
    let mut places: HashMap<&str, Vec<(Span, usize)>> = HashMap::new();
    let located: Vec<Location> =
        documents.iter().map(|document| document.locate(document.span)).collect();
    for (index, place) in located.iter().enumerate() {
        places.entry(place.source.path()).or_default().push((place.span, index));
    }
    for spans in places.values_mut() {
        // Of what a page includes twice, the first counts.
        spans.sort_by_key(|(span, index)| (span.start, std::cmp::Reverse(*index)));
    }
    let rank = |finding: &Diagnostic| {
        let at = &finding.at.location;
        let spans = places.get(at.source.path()).map(Vec::as_slice).unwrap_or_default();
        let after = spans.partition_point(|(span, _)| span.start <= at.span.start);
        let last = spans[..after].last().filter(|(span, _)| span.contains(at.span));
        (last.map(|(_, index)| *index), at.span)
    };
    let mut ranked: Vec<_> =
        findings.into_iter().map(|finding| (rank(&finding), finding)).collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    let mut findings: Vec<Diagnostic> = Vec::with_capacity(ranked.len());
    for (_, finding) in ranked {
        // What is the same is at one place, so that it comes close by.
        if !findings.iter().rev().take(8).any(|other| *other == finding) {
            findings.push(finding);
        }
    }
    findings
}

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
