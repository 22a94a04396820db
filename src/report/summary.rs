//! What was counted, as formats for machines give it: one list of names and numbers for all of them.

use super::Report;
use crate::diag::Severity;
use serde::Serialize;
use std::collections::BTreeMap;

/// What was looked at and what was found.
#[derive(Serialize)]
pub(super) struct Summary<'a> {
    errors: usize,
    warnings: usize,
    notes: usize,
    files: usize,
    chapters: usize,
    values: usize,
    manifests: usize,
    /// Documents that are the settings of another tool, by its name.
    settings: &'a BTreeMap<&'static str, usize>,
    ignored: usize,
    /// Findings that are counted and not given: a report has at most 5000.
    left_out: usize,
    /// Findings that a baseline lists, and that are not given.
    known: usize,
    /// Findings that were there before what has changed, and that are not given.
    unchanged: usize,
}

impl<'a> Summary<'a> {
    pub(super) fn of(report: &'a Report) -> Summary<'a> {
        let counts = &report.counts;
        Summary {
            errors: report.count(Severity::Error),
            warnings: report.count(Severity::Warning),
            notes: report.count(Severity::Note),
            files: report.files.len(),
            chapters: counts.chapters,
            values: counts.values,
            manifests: counts.manifests,
            settings: &counts.settings,
            ignored: counts.ignored,
            left_out: report.left_out(),
            known: report.known,
            unchanged: report.unchanged,
        }
    }
}
