//! Azure Pipelines' logging commands: `##vso[task.logissue type=error;…]message`, one line for each finding.
//!
//! Azure knows errors and warnings; a note is a line of the log.

use super::words::{line, summary, with_place};
use super::{Format, Report, Style};
use crate::diag::Severity;
use crate::text::{one_line, printed};
use std::io::{self, Write};

/// Logging commands, which Azure Pipelines shows as the issues of a run.
pub(super) static FORMAT: Format = Format {
    name: "azure",
    for_people: false,
    from_checkout: true,
    least: Severity::Warning,
    write,
};

fn write(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    for finding in report.shown(style.least) {
        let kind = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => {
                writeln!(out, "{}", printed(&line(report, finding)))?;
                continue;
            }
        };
        let place = report.place(&finding.at.location);
        writeln!(
            out,
            "##vso[task.logissue type={kind};sourcepath={};linenumber={};columnnumber={};code={}]{}",
            property(&place.file),
            place.line,
            place.column,
            property(finding.code.name),
            data(&with_place(finding))
        )?;
    }
    writeln!(out, "{}", printed(&format!("mdbook-plumb: {}", summary(report, style))))
}

fn data(text: &str) -> String {
    let text = text.replace('%', "%AZP25").replace('\r', "%0D").replace('\n', "%0A");
    one_line(&text).into_owned()
}

fn property(text: &str) -> String {
    data(text).replace(';', "%3B").replace(']', "%5D")
}
