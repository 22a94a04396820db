//! GitHub's workflow commands: `::error file=…,line=…::message`, one line for each finding.
//!
//! GitHub takes columns only where a finding stays on one line, and its `endColumn` is the last one marked.

use super::words::{summary, with_place};
use super::{Format, Report, Style};
use crate::diag::Severity;
use crate::text::one_line;
use std::io::{self, Write};

/// Workflow commands, which GitHub shows as annotations of a pull request.
pub(super) static FORMAT: Format = Format {
    name: "github",
    for_people: false,
    from_checkout: true,
    // GitHub shows ten annotations of a level in a step.
    least: Severity::Warning,
    write,
};

fn write(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    for finding in report.shown(style.least) {
        let command = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        let place = report.place(&finding.at.location);
        write!(out, "::{command} file={},line={}", property(&place.file), place.line)?;
        if place.end_line == place.line {
            let last = place.end_column.saturating_sub(1).max(place.column);
            write!(out, ",endLine={},col={},endColumn={last}", place.end_line, place.column)?;
        } else {
            write!(out, ",endLine={}", place.end_line)?;
        }
        let title = property(finding.code.name);
        writeln!(out, ",title={title}::{}", data(&with_place(finding)))?;
    }
    writeln!(out, "mdbook-plumb: {}", summary(report, style))
}

fn data(text: &str) -> String {
    let text = text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    one_line(&text).into_owned()
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
