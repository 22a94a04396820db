//! Which findings a change of the sources has brought.
//!
//! Owns: the comparison of what is found now with what was found before, on lines that are brought together. What a changed
//! figure, schema, setting or included file reaches is where something else is found than before; nothing is guessed from
//! who names whom. Must not know: where the sources of before come from (a [`World`] holds them), how anything is found.

use crate::diag::{Diagnostic, Label, Severity};
use crate::markdown::alike;
use crate::text::{Location, Source};
use crate::world::World;
use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// What was there before, and what was found in it.
pub struct Since {
    before: Box<dyn World + Send>,
    found: HashSet<Known>,
    /// For each file, where its lines were: what is mended is looked at again.
    files: Mutex<HashMap<String, Kept>>,
}

/// What makes a finding the same one as before.
#[derive(PartialEq, Eq, Hash)]
struct Known {
    code: &'static str,
    severity: Severity,
    message: String,
    file: String,
    /// The line where it begins, in the text of before, from 1.
    line: usize,
}

/// A text, and where each of its lines was in the text of before: none where that is changed.
struct Kept {
    source: Arc<Source>,
    lines: Arc<Vec<Option<usize>>>,
}

impl Since {
    /// The sources of before, and what was found in them.
    pub fn new(before: impl World + Send + 'static, found: Vec<Diagnostic>) -> Since {
        let known = |finding: &Diagnostic| {
            let start = finding.at.location.start();
            Known::new(finding, start.line)
        };
        let found = found.iter().map(known).collect();
        Since { before: Box::new(before), found, files: Mutex::default() }
    }

    /// Whether a finding is of the change: it stands on a changed line or names one, or was not there before.
    pub fn concerns(&self, finding: &Diagnostic) -> bool {
        let Some(line) = self.unchanged(&finding.at.location) else { return true };
        let is_changed = |label: &Label| self.unchanged(&label.location).is_none();
        finding.related.iter().any(is_changed) || !self.found.contains(&Known::new(finding, line))
    }

    /// The line at which a place began before; none where any of its lines is changed.
    fn unchanged(&self, at: &Location) -> Option<usize> {
        let lines = self.lines(&at.source);
        let (first, end) = (at.start().line, at.end());
        let last = if end.column == 1 && end.line > first { end.line - 1 } else { end.line };
        let were = lines.get(first - 1..last)?;
        were.iter().all(Option::is_some).then(|| were.first().copied().flatten()).flatten()
    }

    /// Where the lines of a file were.
    fn lines(&self, source: &Arc<Source>) -> Arc<Vec<Option<usize>>> {
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = files.get(source.path())
            && (Arc::ptr_eq(&kept.source, source) || kept.source.text() == source.text())
        {
            return kept.lines.clone();
        }
        // A place without a text stands for a file or a folder as a whole; what was said of it before decides.
        let lines = match self.before.source(Path::new(source.path())) {
            _ if source.text().is_empty() => vec![Some(1)],
            Ok(before) => lines_of(before.text(), source.text()),
            Err(_) => Vec::new(),
        };
        let lines = Arc::new(lines);
        let kept = Kept { source: source.clone(), lines: lines.clone() };
        files.insert(source.path().to_owned(), kept);
        lines
    }
}

impl Known {
    fn new(finding: &Diagnostic, line: usize) -> Known {
        Known {
            code: finding.code.name,
            severity: finding.severity,
            message: finding.message.clone(),
            file: finding.at.location.source.path().to_owned(),
            line,
        }
    }
}

/// For each line of a text, the line of another that it was. How lines end is no change.
fn lines_of(before: &str, now: &str) -> Vec<Option<usize>> {
    let split = |text| -> Vec<&str> {
        str::split(text, '\n').map(|line| line.trim_end_matches('\r')).collect()
    };
    let (before, now) = (split(before), split(now));
    let mut lines = vec![None; now.len()];
    for (was, is) in alike(&before, &now) {
        lines[is] = Some(was + 1);
    }
    lines
}
