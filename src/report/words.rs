//! What several formats say in the same words.

use super::{Report, Style};
use crate::diag::{Diagnostic, Severity};
use crate::text::one_line;
use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

/// "3 findings", "1 finding".
pub(super) fn plural(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// Findings of one code in one file stand together; errors before warnings before notes.
pub(super) fn by_kind<'a>(
    findings: impl Iterator<Item = &'a Diagnostic>,
) -> Vec<Vec<&'a Diagnostic>> {
    let mut kinds: Vec<Vec<&Diagnostic>> = Vec::new();
    let mut known = HashMap::new();
    for finding in findings {
        let key = (finding.severity, finding.code.name, finding.at.location.source.path());
        let index = *known.entry(key).or_insert(kinds.len());
        if index == kinds.len() {
            kinds.push(Vec::new());
        }
        kinds[index].push(finding);
    }
    kinds.sort_by_key(|kind| Reverse(kind.first().map(|finding| finding.severity)));
    kinds
}

/// A finding in a line, as compilers write it: `src/a.md:3:5: error[drift]: …`.
pub(super) fn line(report: &Report, finding: &Diagnostic) -> String {
    let place = report.place(&finding.at.location);
    format!(
        "{}:{}:{}: {}[{}]: {}",
        one_line(&place.file),
        place.line,
        place.column,
        finding.severity,
        finding.code.name,
        one_line(&finding.message)
    )
}

/// What is said of a finding's other places that are not shown.
pub(super) fn more_places(finding: &Diagnostic) -> Option<String> {
    let count = finding.more_related;
    (count > 0).then(|| format!("and {count} more place{}", if count == 1 { "" } else { "s" }))
}

/// A finding's message with its help, a line each.
pub(super) fn text_of(finding: &Diagnostic) -> String {
    let mut text = finding.message.clone();
    for help in &finding.help {
        text.push_str("\nhelp: ");
        text.push_str(help);
    }
    if let Some(more) = more_places(finding) {
        text.push('\n');
        text.push_str(&more);
    }
    text
}

/// A finding's message with its help, in a line.
pub(super) fn in_a_line(finding: &Diagnostic) -> String {
    text_of(finding).replace("\nhelp: ", "; ").replace('\n', " ")
}

/// A finding's message with what it is about, its help and its fix, a line each: all there is where nobody shows the lines.
pub(super) fn with_place(finding: &Diagnostic) -> String {
    let mut lines = vec![finding.message.clone()];
    let place: Vec<_> = [&finding.document, &finding.path].into_iter().flatten().cloned().collect();
    if !place.is_empty() {
        lines.push(place.join(", "));
    }
    lines.extend(finding.help.iter().map(|help| format!("help: {help}")));
    lines.extend(finding.fix.iter().map(|fix| format!("fix: {}", fix.title)));
    lines.join("\n")
}

/// What was found, in a line: "2 errors, 1 warning in 2 files".
fn verdict(report: &Report, style: Style) -> String {
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
    let mut said = format!("{} in {}", found.join(", "), plural(files.len(), "file"));
    if report.left_out() > 0 {
        said.push_str(&format!("; {} of them are not shown", report.left_out()));
    }
    for (severity, noun) in kinds.into_iter().filter(|(severity, _)| *severity < style.least) {
        if report.count(severity) > 0 {
            said.push_str(&format!("; `--min-level {noun}` shows {noun}s"));
        }
    }
    said
}

/// What was looked at and what was found, in a line: "checked 12 chapters, 41 manifests (2 ignored): nothing found".
pub(super) fn summary(report: &Report, style: Style) -> String {
    let counts = &report.counts;
    let mut parts = Vec::new();
    for (count, noun) in [(counts.chapters, "chapter"), (counts.values, "value")] {
        if count > 0 {
            parts.push(plural(count, noun));
        }
    }
    if counts.manifests + counts.ignored > 0 {
        parts.push(plural(counts.manifests, "manifest"));
    }
    if !counts.settings.is_empty() {
        let of = counts.settings.iter().map(|(tool, count)| format!("{count} {tool}"));
        let all: usize = counts.settings.values().sum();
        let of = of.collect::<Vec<_>>().join(", ");
        parts.push(format!("{all} settings of other tools ({of})"));
    }
    if counts.ignored > 0 {
        parts.push(format!("{} ignored", counts.ignored));
    }
    let mut verdict = verdict(report, style);
    if report.known > 0 {
        verdict.push_str(&format!("; {} known", report.known));
    }
    if report.unchanged > 0 {
        verdict.push_str(&format!("; {} not of the change", report.unchanged));
    }
    if parts.is_empty() { verdict } else { format!("checked {}: {verdict}", parts.join(", ")) }
}
