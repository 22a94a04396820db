//! Manifests that are analysed together.

use crate::diag::Diagnostic;
use crate::manifest::Document;
use crate::manifest::gaps::{Certainty, Placeholder};
use crate::text::Location;
use std::collections::BTreeMap;

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
    let replaced: Vec<Location> = documents
        .iter()
        .flat_map(|document| {
            let sure = |known: &&Placeholder| known.certainty == Certainty::Sure;
            let placeholders = document.gaps.placeholders().iter().filter(sure);
            placeholders.map(|known| document.locate(known.span))
        })
        .collect();
    findings.retain(|finding| {
        let at = &finding.at.location;
        !replaced.iter().any(|place| {
            place.source.path() == at.source.path()
                && place.span.start < at.span.end
                && at.span.start < place.span.end
        })
    });
    findings
}
