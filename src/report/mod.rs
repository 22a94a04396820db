//! Findings, for people and for machines.
//!
//! Owns: [`Report`], the findings of a run in their final order with what was counted; [`Format`], and one file for each.
//! Must not know: who found what, where the bytes go, or whether they go to a terminal. Every format is deterministic to
//! the byte: no clock, no host name, no absolute path that the author did not write.

mod github;
mod human;
mod json;
mod junit;
mod sarif;

use crate::diag::{Diagnostic, Severity};
use crate::text::Location;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

/// A way to write a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// The author's line with the place marked, for people.
    #[default]
    Human,
    /// JSON Lines: an object for each finding, then one with the summary.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Workflow commands, which GitHub shows as annotations of a pull request.
    Github,
    /// JUnit XML, a test case for each file.
    Junit,
}

impl Format {
    /// Every format and the name that asks for it.
    pub const ALL: &[(&str, Format)] = &[
        ("human", Format::Human),
        ("json", Format::Json),
        ("sarif", Format::Sarif),
        ("github", Format::Github),
        ("junit", Format::Junit),
    ];
}

/// How the human format looks; the others have one look.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Whether to colour.
    pub color: bool,
    /// How many columns a line may take.
    pub width: usize,
}

impl Default for Style {
    fn default() -> Style {
        Style { color: false, width: 140 }
    }
}

/// What a run looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Chapters read.
    pub chapters: usize,
    /// Manifests validated.
    pub manifests: usize,
    /// Manifests that their author asked not to check.
    pub ignored: usize,
    /// Values computed from the model.
    pub values: usize,
}

/// The most findings that a report shows. What is beyond it is counted, and decides about the exit code; code scanning
/// shows no more either.
pub const MOST_FINDINGS: usize = 5000;

/// The findings of a run, in the order in which every format gives them, and what was looked at.
#[derive(Clone, Debug, Default)]
pub struct Report {
    findings: Vec<Diagnostic>,
    /// Findings beyond [`MOST_FINDINGS`], the least severe ones: how many, by file and severity.
    rest: BTreeMap<(String, Severity), usize>,
    /// The files that were read, sorted; a file without a finding passes.
    files: Vec<String>,
    counts: Counts,
    base: String,
}

impl Report {
    /// Sorts by file, place and code, and says everything once.
    pub fn new(mut findings: Vec<Diagnostic>) -> Report {
        fn key(finding: &Diagnostic) -> ((&str, usize, usize), &str, &str) {
            (finding.at.location.sort_key(), finding.code.name, &finding.message)
        }
        findings.sort_by(|a, b| key(a).cmp(&key(b)));
        findings.dedup_by(|later, earlier| key(later) == key(earlier));
        let mut report = Report { findings, ..Report::default() };
        report.leave_out();
        report
    }

    /// Leaves out what is beyond the most that is shown: of the least severe findings, the last.
    fn leave_out(&mut self) {
        let mut room = MOST_FINDINGS;
        let mut kept = BTreeMap::new();
        for severity in [Severity::Error, Severity::Warning, Severity::Note] {
            let shown = self.count(severity).min(room);
            room -= shown;
            kept.insert(severity, shown);
        }
        let rest = &mut self.rest;
        self.findings.retain(|finding| {
            let room = kept.entry(finding.severity).or_default();
            let is_kept = *room > 0;
            if is_kept {
                *room -= 1;
            } else {
                let file = finding.at.location.source.path().to_owned();
                *rest.entry((file, finding.severity)).or_default() += 1;
            }
            is_kept
        });
    }

    /// How many findings are counted and not shown.
    pub fn left_out(&self) -> usize {
        self.rest.values().sum()
    }

    /// What was counted.
    pub fn counts(mut self, counts: Counts) -> Report {
        self.counts = counts;
        self
    }

    /// The files that were read, whether or not something was found in them.
    pub fn files(mut self, files: impl IntoIterator<Item = String>) -> Report {
        self.files.extend(files);
        self.files.sort();
        self.files.dedup();
        self
    }

    /// What to put before each relative path: the way from where the reader stands to the book's root, with `/`.
    pub fn base(mut self, base: impl Into<String>) -> Report {
        self.base = base.into();
        if !self.base.is_empty() && !self.base.ends_with('/') {
            self.base.push('/');
        }
        self
    }

    /// The findings that are shown, in order.
    pub fn findings(&self) -> &[Diagnostic] {
        &self.findings
    }

    /// How many findings have a severity, those included that are not shown.
    pub fn count(&self, severity: Severity) -> usize {
        let shown = self.findings.iter().filter(|finding| finding.severity == severity).count();
        let rest = self.rest.iter().filter(|((_, of), _)| *of == severity);
        shown + rest.map(|(_, count)| count).sum::<usize>()
    }

    /// Whether a finding is an error.
    pub fn has_errors(&self) -> bool {
        self.count(Severity::Error) > 0
    }

    /// A path as this report shows it.
    fn path(&self, path: &str) -> String {
        if self.base.is_empty() || is_absolute(path) {
            return path.to_owned();
        }
        // A file beside the book: `docs/` and `../model.toml` are `model.toml`.
        let mut folders: Vec<_> = self.base.trim_end_matches('/').split('/').collect();
        let mut path = path;
        while let Some(rest) = path.strip_prefix("../")
            && folders.last().is_some_and(|last| !matches!(*last, ".." | ""))
        {
            folders.pop();
            path = rest;
        }
        folders.push(path);
        folders.join("/")
    }

    /// The place of a location as machines count it: lines and columns from 1, columns in characters, the end behind
    /// the last character.
    fn place(&self, location: &Location) -> Place {
        let (start, end) = (location.start(), location.end());
        Place {
            file: self.path(location.source.path()),
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
struct Place {
    file: String,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
}

fn is_absolute(path: &str) -> bool {
    path.starts_with('/') || path.get(1..3).is_some_and(|drive| drive == ":/" || drive == ":\\")
}

/// Writes a report.
pub fn write(format: Format, report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Human => human::write(report, style, out),
        Format::Json => json::write(report, out),
        Format::Sarif => sarif::write(report, out),
        Format::Github => github::write(report, out),
        Format::Junit => junit::write(report, out),
    }
}

/// "3 findings", "1 finding".
fn plural(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// What is said of a finding's other places that are not shown.
fn more_places(finding: &Diagnostic) -> Option<String> {
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
fn summary(report: &Report) -> String {
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

#[cfg(test)]
mod tests;
