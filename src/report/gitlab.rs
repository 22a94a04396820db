//! GitLab's report of code quality: a list of Code Climate's issues, shown in the merge request.

use super::identity::Fingerprints;
use super::words::in_a_line;
use super::{Format, Report, Style};
use crate::diag::Severity;
use crate::text;
use serde_json::{Value as Json, json};
use std::io::{self, Write};

/// Code Climate's issues, as GitLab reads them.
pub(super) static FORMAT: Format =
    Format { name: "gitlab", for_people: false, from_checkout: true, least: Severity::Note, write };

fn write(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let mut fingerprints = Fingerprints::default();
    let issues = report.shown(style.least).map(|finding| {
        let place = report.place(&finding.at.location);
        json!({
            "type": "issue",
            "check_name": finding.code.name,
            "description": in_a_line(finding),
            "categories": ["Bug Risk"],
            "severity": match finding.severity {
                Severity::Error => "major",
                Severity::Warning => "minor",
                Severity::Note => "info",
            },
            "fingerprint": fingerprints.of(finding),
            "location": {
                "path": place.file,
                "lines": { "begin": place.line, "end": place.end_line },
            },
        })
    });
    let issues: Json = issues.collect();
    out.write_all(text::json(&serde_json::to_string_pretty(&issues)?).as_bytes())?;
    out.write_all(b"\n")
}
