//! What was found how often: by code, and by file.

use super::words::plural;
use super::{Report, Style};
use crate::diag::Severity;
use crate::text::{one_line, printed};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// The most rows that are shown of each table.
const MOST_ROWS: usize = 20;

/// How many errors, warnings and notes something has; more severe ones count first.
type Row = [usize; 3];

const SEVERITIES: [(Severity, &str); 3] =
    [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Note, "note")];

/// The findings that are shown, counted; what has most of the most severe ones comes first.
pub(super) struct Totals {
    codes: Vec<(String, Row)>,
    files: Vec<(String, Row)>,
}

impl Totals {
    pub(super) fn new(report: &Report, style: Style) -> Totals {
        let (mut codes, mut files) = (BTreeMap::new(), BTreeMap::new());
        for finding in report.shown(style.least) {
            let path = report.path(finding.at.location.source.path());
            count(&mut codes, finding.code.name.to_owned(), finding.severity, 1);
            count(&mut files, one_line(&path).into_owned(), finding.severity, 1);
        }
        for ((path, severity), more) in &report.rest {
            if *severity >= style.least {
                let path = report.path(path);
                count(&mut files, one_line(&path).into_owned(), *severity, *more);
            }
        }
        Totals { codes: sorted(codes), files: sorted(files) }
    }

    /// The code to read about first.
    pub(super) fn most(&self) -> Option<&str> {
        self.codes.first().map(|(code, _)| code.as_str())
    }

    /// The tables; one of a single row says no more than the summary does.
    pub(super) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        for table in [&self.codes, &self.files] {
            if table.len() < 2 {
                continue;
            }
            let shown = &table[..table.len().min(MOST_ROWS)];
            let width = shown.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
            for (name, row) in shown {
                writeln!(out, "{}", printed(&format!("{name:width$}  {}", words(row))))?;
            }
            if table.len() > shown.len() {
                writeln!(out, "and {} more", table.len() - shown.len())?;
            }
            writeln!(out)?;
        }
        Ok(())
    }
}

fn count(rows: &mut BTreeMap<String, Row>, name: String, severity: Severity, more: usize) {
    let index = SEVERITIES.iter().position(|(of, _)| *of == severity).unwrap_or(0);
    rows.entry(name).or_default()[index] += more;
}

fn sorted(rows: BTreeMap<String, Row>) -> Vec<(String, Row)> {
    let mut rows: Vec<_> = rows.into_iter().collect();
    rows.sort_by_key(|(_, row)| Reverse(*row));
    rows
}

/// "7 errors, 2 warnings".
fn words(row: &Row) -> String {
    let found = SEVERITIES.iter().zip(row).filter(|(_, count)| **count > 0);
    found.map(|((_, noun), count)| plural(*count, noun)).collect::<Vec<_>>().join(", ")
}
