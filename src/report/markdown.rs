//! Markdown for the comment on a pull request: what was found in tables, errors first.
//!
//! What an author wrote is shown as text: no markup, no link, no mention of a person comes of it.

use super::words::{by_kind, summary};
use super::{Format, Report, Style};
use crate::diag::{Diagnostic, Severity};
use crate::text::one_line;
use std::io::{self, Write};

/// A comment on a pull request.
pub(super) static FORMAT: Format = Format {
    name: "markdown",
    for_people: false,
    from_checkout: true,
    least: Severity::Warning,
    write,
};

/// A comment on GitHub has at most 65,536 characters; what is beyond this is counted.
const MOST_BYTES: usize = 60_000;

/// The longest message that is shown whole.
const LONG: usize = 500;

fn write(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "**mdbook-plumb** {}", text(&summary(report, style)))?;
    let findings: Vec<&Diagnostic> =
        by_kind(report.shown(style.least)).into_iter().flatten().collect();
    if findings.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n| | Where | What |\n|---|---|---|")?;
    let mut written = 0;
    for (index, finding) in findings.iter().enumerate() {
        let row = row(report, finding);
        written += row.len();
        if written > MOST_BYTES {
            let rest = findings.len() - index;
            return writeln!(out, "\n{rest} more are not shown.");
        }
        writeln!(out, "{row}")?;
    }
    Ok(())
}

fn row(report: &Report, finding: &Diagnostic) -> String {
    let place = report.place(&finding.at.location);
    let place = code(&format!("{}:{}:{}", place.file, place.line, place.column));
    let mut what = format!("{}: {}", code(finding.code.name), prose(&finding.message));
    for help in &finding.help {
        what.push_str(&format!("<br>{}", prose(help)));
    }
    format!("| {} | {place} | {what} |", finding.severity)
}

/// A message: what stands between its backquotes is code.
fn prose(message: &str) -> String {
    let mut shown: String = message.chars().take(LONG).collect();
    if shown.len() < message.len() {
        shown.push('…');
    }
    let parts: Vec<&str> = shown.split('`').collect();
    let whole = parts.len() % 2 == 1;
    let parts = parts.iter().enumerate();
    parts
        .map(|(index, part)| if whole && index % 2 == 1 { code(part) } else { text(part) })
        .collect()
}

fn code(part: &str) -> String {
    if part.is_empty() { String::new() } else { format!("<code>{}</code>", escaped(part)) }
}

/// What calls a person, or another issue, does so in text alone: the sign is code by itself.
fn text(part: &str) -> String {
    escaped(part).replace("&#64;", "<code>&#64;</code>").replace("&#35;", "<code>&#35;</code>")
}

/// Characters as references wherever Markdown or HTML could mean something by them.
fn escaped(part: &str) -> String {
    let mut out = String::with_capacity(part.len());
    for c in one_line(part).chars() {
        if c.is_ascii_punctuation() && !matches!(c, ',' | ';' | '(' | ')' | '/' | '-' | '\'') {
            out.push_str(&format!("&#{};", u32::from(c)));
        } else {
            out.push(c);
        }
    }
    out
}
