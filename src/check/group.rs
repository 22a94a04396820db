//! Manifests that are analysed together.

use super::sections::Section;
use crate::diag::Diagnostic;
use crate::manifest::admission::istio::OF_MESH;
use crate::manifest::{Document, tools};
use crate::text::{Location, Span};
use std::collections::{BTreeMap, HashMap};

/// A document and the group that it belongs to.
pub(super) struct Member {
    /// The name on the fence; without one it belongs to its chapter.
    pub(super) group: Option<String>,
    pub(super) document: Document,
    /// Whether others of the group may be left out beside it.
    pub(super) is_group_open: bool,
    /// The headings of its page that it stands under. Empty in a file.
    pub(super) section: Section,
}

/// Whether a document counts as shown, if only in part: it says its kind, and is no setting of a tool's.
pub(super) fn is_shown(document: &Document) -> bool {
    let is_object = document.is_manifest() && tools::of(document).is_none();
    is_object || document.has_lost_its_head() && document.kind().is_some()
}

/// Whether a finding is told only beside a manifest that is for a mesh.
pub fn needs_mesh(finding: &Diagnostic) -> bool {
    OF_MESH.contains(&finding.code)
}

/// Takes out what holds in a mesh only, where none of the manifests beside it is for one.
pub(super) fn spare_without_mesh(findings: &mut Vec<Diagnostic>, members: &[Member]) {
    if findings.iter().any(needs_mesh)
        && !members.iter().any(|member| plumb_analysis::shows_mesh(&member.document))
    {
        findings.retain(|finding| !needs_mesh(finding));
    }
}

/// The groups with names, whose members may stand in several chapters.
#[derive(Default)]
pub(super) struct Groups {
    by_name: BTreeMap<String, Vec<Member>>,
}

impl Groups {
    /// Adds what a chapter leaves: the members of groups with names.
    pub(super) fn add(&mut self, members: Vec<Member>) {
        for member in members {
            if let Some(name) = member.group.clone() {
                // Who names a group says that it is applied together, wherever its members stand.
                let member = Member { section: Section::default(), ..member };
                self.by_name.entry(name).or_default().push(member);
            }
        }
    }

    /// What is wrong between the members of each group.
    pub(super) fn analyse(self) -> Vec<Diagnostic> {
        self.by_name.values().flat_map(|members| analyse(members)).collect()
    }
}

/// What is wrong between documents. Where some are left out beside them, none of them is missing.
pub(super) fn analyse(members: &[Member]) -> Vec<Diagnostic> {
    let is_open = members.iter().any(|member| member.is_group_open);
    let members: Vec<_> = members
        .iter()
        .map(|member| plumb_analysis::Member {
            document: &member.document,
            section: &member.section.0,
        })
        .collect();
    analyse_members(&members, is_open)
}

/// As [`analyse`], for documents that a fence holds.
pub(super) fn analyse_documents(documents: &[&Document]) -> Vec<Diagnostic> {
    let members: Vec<_> =
        documents.iter().map(|document| plumb_analysis::Member::from(*document)).collect();
    analyse_members(&members, false)
}

/// Of a value that surely stands for another one nothing is said.
fn analyse_members(members: &[plumb_analysis::Member<'_>], is_open: bool) -> Vec<Diagnostic> {
    if members.is_empty() {
        return Vec::new();
    }
    let documents = members.iter().map(|member| member.document);
    let mut findings = plumb_analysis::analyse_group(members, is_open);
    let mut replaced: HashMap<&str, Vec<Span>> = HashMap::new();
    let places: Vec<Location> = documents
        .flat_map(|document| document.gaps.all_replaced().map(|span| document.locate(span)))
        .collect();
    for place in &places {
        replaced.entry(place.source.path()).or_default().push(place.span);
    }
    replaced.values_mut().for_each(|spans| spans.sort_unstable());
    findings.retain(|finding| {
        let at = &finding.at.location;
        let spans = replaced.get(at.source.path()).map(Vec::as_slice).unwrap_or_default();
        let before = spans.partition_point(|span| span.start < at.span.end);
        before == 0 || spans[before - 1].end <= at.span.start
    });
    findings
}
