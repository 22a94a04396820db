//! The findings of a run, in their final order, with what was counted.

use crate::diag::{Diagnostic, Severity};
use crate::text::Location;
use std::collections::BTreeMap;

/// What a run looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Chapters read.
    pub chapters: usize,
    /// Manifests validated.
    pub manifests: usize,
    /// Documents that are the settings of another tool, by its name.
    pub settings: BTreeMap<&'static str, usize>,
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
    pub(super) findings: Vec<Diagnostic>,
    /// Findings beyond [`MOST_FINDINGS`], the least severe ones: how many, by file and severity.
    pub(super) rest: BTreeMap<(String, Severity), usize>,
    /// The files that were read, sorted; a file without a finding passes.
    pub(super) files: Vec<String>,
    pub(super) counts: Counts,
    /// Findings that a baseline lists, and that are not among these.
    pub(super) known: usize,
    /// Findings that were there before what has changed, and that are not among these.
    pub(super) unchanged: usize,
    /// Which of how many runs it is, from 1, where several share the work.
    pub(super) shard: Option<(usize, usize)>,
    pub(super) base: String,
}

impl Report {
    /// Sorts by file, place and code, and says everything once.
    pub fn new(findings: Vec<Diagnostic>) -> Report {
        let mut report = Report { findings: sorted(findings), ..Report::default() };
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

    /// How many findings are left out because they are known.
    pub fn known(mut self, known: usize) -> Report {
        self.known = known;
        self
    }

    /// How many findings are left out because the change that is looked at has not brought them.
    pub fn unchanged(mut self, unchanged: usize) -> Report {
        self.unchanged = unchanged;
        self
    }

    /// Which of how many runs this is, from 1, where several share the work.
    pub fn shard(mut self, shard: Option<(usize, usize)>) -> Report {
        self.shard = shard;
        self
    }

    /// The files that were read, whether or not something was found in them.
    pub fn files(mut self, files: impl IntoIterator<Item = String>) -> Report {
        self.files.extend(files);
        self.files.sort();
        self.files.dedup();
        self
    }

    /// The names of the files that were read, as the report shows them.
    pub fn file_names(&self) -> impl Iterator<Item = String> + '_ {
        self.files.iter().map(|file| self.path(file))
    }

    /// What to put before each relative path: the way from where the reader stands to the book's root, with `/`.
    pub fn base(mut self, base: impl Into<String>) -> Report {
        self.base = base.into();
        if !self.base.is_empty() && !self.base.ends_with('/') {
            self.base.push('/');
        }
        self
    }

    /// The findings that are kept, in order.
    pub fn findings(&self) -> &[Diagnostic] {
        &self.findings
    }

    /// Those that are at least so severe, in order.
    pub fn shown(&self, least: Severity) -> impl Iterator<Item = &Diagnostic> + Clone {
        self.findings.iter().filter(move |finding| finding.severity >= least)
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
    pub(super) fn path(&self, path: &str) -> String {
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
    pub(super) fn place(&self, location: &Location) -> Place {
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
pub(super) struct Place {
    pub(super) file: String,
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) end_line: usize,
    pub(super) end_column: usize,
}

/// Findings by file, place and code, each once.
pub(super) fn sorted(mut findings: Vec<Diagnostic>) -> Vec<Diagnostic> {
    fn key(finding: &Diagnostic) -> ((&str, usize, usize), &str, &str) {
        (finding.at.location.sort_key(), finding.code.name, &finding.message)
    }
    findings.sort_by(|a, b| key(a).cmp(&key(b)));
    findings.dedup_by(|later, earlier| key(later) == key(earlier));
    findings
}

fn is_absolute(path: &str) -> bool {
    path.starts_with('/') || path.get(1..3).is_some_and(|drive| drive == ":/" || drive == ":\\")
}
