//! Manifests that are analysed together.

use crate::diag::Diagnostic;
use crate::manifest::Document;
use crate::text::{Location, Span};
use std::collections::{BTreeMap, HashMap};

/// A document and the group that it belongs to.
pub(super) struct Member {
    /// The name on the fence; without one it belongs to its chapter.
    pub(super) group: Option<String>,
    pub(super) document: Document,
    /// Whether others of the group may be left out beside it.
    pub(super) is_group_open: bool,
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
                self.by_name.entry(name).or_default().push(member);
            }
        }
    }

    /// What is wrong between the members of each group.
    pub(super) fn analyse(self) -> Vec<Diagnostic> {
        self.by_name.values().flat_map(|members| analyse(members)).collect()
    }
}

/// What is wrong between documents; nothing where some of them are left out, which may be what the others refer to.
pub(super) fn analyse(members: &[Member]) -> Vec<Diagnostic> {
    if members.iter().any(|member| member.is_group_open) {
        return Vec::new();
    }
    let documents: Vec<_> = members.iter().map(|member| &member.document).collect();
    analyse_documents(&documents)
}

/// As [`analyse`], for documents that a fence holds. Of a value that surely stands for another one nothing is said.
pub(super) fn analyse_documents(documents: &[&Document]) -> Vec<Diagnostic> {
    if documents.is_empty() {
        return Vec::new();
    }
    let mut findings = plumb_analysis::analyse(documents);
    let mut replaced: HashMap<&str, Vec<Span>> = HashMap::new();
    let places: Vec<Location> = documents
        .iter()
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
