//! A report on its way to a stream, and what it means for the exit code.

use super::cli::{Findings, Output};
use super::outcome::Exit;
use super::terminal;
use crate::report::Report;
use anstream::stream::RawStream;
use std::io::{self, Write};

/// Writes a report and tells whether it fails.
pub(super) fn show(
    report: &Report,
    findings: &Findings,
    output: Output,
    stream: impl RawStream,
) -> anyhow::Result<Exit> {
    let style = terminal::style(findings, output, &stream);
    let said = report.shown(style.least).next().is_some();
    if said || !output.quiet || !findings.format.for_people {
        let mut out = io::BufWriter::new(stream);
        (findings.format.write)(report, style, &mut out)?;
        out.flush()?;
    }
    Ok(if report.has_errors() { Exit::Findings } else { Exit::Clean })
}

/// "3 places".
pub(super) fn places_of(count: usize) -> String {
    if count == 1 { "1 place".to_owned() } else { format!("{count} places") }
}
