//! Manifests that are analysed together.

use super::placeholder;
use crate::diag::Diagnostic;
use crate::manifest::Document;
use std::collections::BTreeMap;

/// A document and the group that it belongs to.
pub(super) struct Member {
    /// The name on the fence; without one it belongs to its chapter.
    pub(super) group: Option<String>,
    pub(super) document: Document,
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
        let between = self.by_name.values().flat_map(|members| analyse(members)).collect();
        placeholder::soften(between)
    }
}

/// What is wrong between documents.
pub(super) fn analyse(members: &[Member]) -> Vec<Diagnostic> {
    let documents: Vec<_> = members.iter().map(|member| &member.document).collect();
    analyse_documents(&documents)
}

/// As [`analyse`], for documents that a fence holds.
pub(super) fn analyse_documents(documents: &[&Document]) -> Vec<Diagnostic> {
    if documents.is_empty() {
        return Vec::new();
    }
    plumb_analysis::analyse(documents)
}
