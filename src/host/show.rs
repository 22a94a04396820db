//! A report on its way to a stream and to files, and what it means for the exit code.

use super::cli::{Findings, Output};
use super::outcome::Exit;
use super::terminal::{self, way_to};
use crate::report::{Format, Report, Style};
use crate::text::{one_line, printed};
use crate::world::DiskWorld;
use anstream::stream::RawStream;
use anyhow::Context;
use std::io::{self, Write};
use std::path::Path;

/// Writes a report on what lies below a root, and tells whether it fails.
pub(super) fn show(
    report: &Report,
    root: &Path,
    findings: &Findings,
    output: Output,
    stream: impl RawStream,
) -> anyhow::Result<Exit> {
    for (format, path) in &findings.outputs {
        let least = findings.min_level.map_or(format.least, Into::into);
        let style = Style { least, verbose: output.verbose, ..Style::default() };
        let mut text = Vec::new();
        (format.write)(&seen_from(report, root, format), style, &mut text)?;
        write_to(path, &text).with_context(|| format!("can't write `{}`", path.display()))?;
    }
    let report = seen_from(report, root, findings.format);
    let style = terminal::style(findings, output, &stream);
    let said = report.shown(style.least).next().is_some();
    if said || !output.quiet || !findings.format.for_people {
        let mut out = io::BufWriter::new(stream);
        (findings.format.write)(&report, style, &mut out)?;
        out.flush()?;
    }
    Ok(if report.has_errors() { Exit::Findings } else { Exit::Clean })
}

/// A report with the paths that a format gives.
fn seen_from(report: &Report, root: &Path, format: &Format) -> Report {
    report.clone().base(way_to(root, format))
}

/// Writes a file that was named on the command line; its folder is made.
fn write_to(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let name = path.file_name().context("it is not a file")?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    DiskWorld::new(folder.unwrap_or(Path::new("."))).write(Path::new(name), bytes)?;
    Ok(())
}

/// "3 places".
pub(super) fn places_of(count: usize) -> String {
    if count == 1 { "1 place".to_owned() } else { format!("{count} places") }
}

/// Writes the names of files below a root to standard output, a line each.
pub(super) fn list(root: &Path, files: impl IntoIterator<Item = String>) -> io::Result<()> {
    let report = seen_from(&Report::new(Vec::new()).files(files), root, <&Format>::default());
    let mut out = io::BufWriter::new(io::stdout().lock());
    for file in report.file_names() {
        writeln!(out, "{}", printed(&one_line(&file)))?;
    }
    out.flush()
}
