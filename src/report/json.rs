//! JSON Lines: an object for each finding, then `{"summary": …}`. Keys are always there; what is not known is null.

use super::findings::Place;
use super::summary::Summary;
use super::{Format, Report, Style};
use crate::diag::{Diagnostic, Severity};
use crate::text;
use serde::Serialize;
use std::io::{self, Write};

#[derive(Serialize)]
struct Finding<'a> {
    #[serde(flatten)]
    place: Place,
    code: &'a str,
    severity: String,
    message: &'a str,
    label: Option<&'a str>,
    help: Option<String>,
    path: Option<&'a str>,
    document: Option<&'a str>,
    /// Whether the place is only near.
    approximate: bool,
    related: Vec<Related<'a>>,
    /// How many more of them there are.
    more_related: usize,
    fix: Option<Fix<'a>>,
}

#[derive(Serialize)]
struct Related<'a> {
    #[serde(flatten)]
    place: Place,
    message: &'a str,
}

#[derive(Serialize)]
struct Fix<'a> {
    title: &'a str,
    edits: Vec<Edit<'a>>,
}

#[derive(Serialize)]
struct Edit<'a> {
    #[serde(flatten)]
    place: Place,
    text: &'a str,
}

#[derive(Serialize)]
struct Last<'a> {
    summary: Summary<'a>,
}

/// JSON Lines: an object for each finding, then one with the summary.
pub(super) static FORMAT: Format =
    Format { name: "json", for_people: false, from_checkout: false, least: Severity::Note, write };

fn write(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    for finding in report.shown(style.least) {
        line(out, &Finding::new(report, finding))?;
    }
    line(out, &Last { summary: Summary::of(report) })
}

fn line(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    out.write_all(text::json(&serde_json::to_string(value)?).as_bytes())?;
    out.write_all(b"\n")
}

impl<'a> Finding<'a> {
    fn new(report: &Report, finding: &'a Diagnostic) -> Finding<'a> {
        let related = finding
            .related
            .iter()
            .map(|label| Related { place: report.place(&label.location), message: &label.text });
        let fix = finding.fix.as_ref().map(|fix| {
            let edits = fix
                .edits
                .iter()
                .map(|edit| Edit { place: report.place(&edit.location), text: &edit.text });
            Fix { title: &fix.title, edits: edits.collect() }
        });
        Finding {
            place: report.place(&finding.at.location),
            code: finding.code.name,
            severity: finding.severity.to_string(),
            message: &finding.message,
            label: Some(finding.at.text.as_str()).filter(|text| !text.is_empty()),
            help: Some(finding.help.join("\n")).filter(|help| !help.is_empty()),
            path: finding.path.as_deref(),
            document: finding.document.as_deref(),
            approximate: !finding.at.location.exact,
            related: related.collect(),
            more_related: finding.more_related,
            fix,
        }
    }
}
