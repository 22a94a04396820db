//! What several formats say in the same words.

use super::Report;
use crate::diag::{Diagnostic, Severity};
use std::collections::BTreeSet;

/// "3 findings", "1 finding".
pub(super) fn plural(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// What is said of a finding's other places that are not shown.
pub(super) fn more_places(finding: &Diagnostic) -> Option<String> {
    let count = finding.more_related;
    (count > 0).then(|| format!("and {count} more place{}", if count == 1 { "" } else { "s" }))
}

/// What was found, in a line: "2 errors, 1 warning in 2 files".
fn verdict(report: &Report) -> String {
    let kinds =
        [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Note, "note")];
    let found: Vec<_> = kinds
        .into_iter()
        .map(|(severity, noun)| (report.count(severity), noun))
        .filter(|(count, _)| *count > 0)
        .map(|(count, noun)| plural(count, noun))
        .collect();
    if found.is_empty() {
        return "nothing found".to_owned();
    }
    let shown = report.findings.iter().map(|finding| finding.at.location.source.path());
    let rest = report.rest.keys().map(|(file, _)| file.as_str());
    let files: BTreeSet<&str> = shown.chain(rest).collect();
    let beyond = match report.left_out() {
        0 => String::new(),
        count => format!("; {count} of them are not shown"),
    };
    format!("{} in {}{beyond}", found.join(", "), plural(files.len(), "file"))
}

/// What was looked at and what was found, in a line: "checked 12 chapters, 41 manifests (2 ignored): nothing found".
pub(super) fn summary(report: &Report) -> String {
    let counts = report.counts;
    let mut parts = Vec::new();
    for (count, noun) in [(counts.chapters, "chapter"), (counts.values, "value")] {
        if count > 0 {
            parts.push(plural(count, noun));
        }
    }
    if counts.manifests + counts.ignored > 0 {
        parts.push(plural(counts.manifests, "manifest"));
    }
    if counts.ignored > 0 {
        parts.push(format!("{} ignored", counts.ignored));
    }
    let verdict = verdict(report);
    if parts.is_empty() { verdict } else { format!("checked {}: {verdict}", parts.join(", ")) }
}
