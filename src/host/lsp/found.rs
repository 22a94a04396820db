//! Findings as the protocol has them.

use super::place::Encoding;
use crate::diag::{self, Severity};
use crate::text::one_line;
use lsp_types::{
    Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, Location, NumberOrString, Uri,
};

/// Who says it.
pub(super) const SOURCE: &str = "mdbook-plumb";

/// A finding; `uri` gives the address of a file by the name that findings have for it.
pub(super) fn diagnostic(
    finding: &diag::Diagnostic,
    encoding: Encoding,
    uri: &dyn Fn(&str) -> Option<Uri>,
) -> Diagnostic {
    let related = finding.related.iter().filter_map(|label| {
        let location = Location {
            uri: uri(label.location.source.path())?,
            range: encoding.range_of(&label.location),
        };
        Some(DiagnosticRelatedInformation { location, message: label.text.clone() })
    });
    let related: Vec<_> = related.collect();
    Diagnostic {
        range: encoding.range_of(&finding.at.location),
        severity: Some(severity(finding.severity)),
        code: Some(NumberOrString::String(finding.code.name.to_owned())),
        source: Some(SOURCE.to_owned()),
        message: message(finding),
        related_information: (!related.is_empty()).then_some(related),
        ..Diagnostic::default()
    }
}

fn severity(severity: Severity) -> DiagnosticSeverity {
    match severity {
        Severity::Error => DiagnosticSeverity::ERROR,
        Severity::Warning => DiagnosticSeverity::WARNING,
        Severity::Note => DiagnosticSeverity::INFORMATION,
    }
}

/// What is wrong; then, a line each, what stands beside it and what to do.
fn message(finding: &diag::Diagnostic) -> String {
    let mut out = one_line(&finding.message).into_owned();
    let beside = &finding.at.text;
    let help = finding.help.iter().map(|help| format!("help: {help}"));
    let beside = Some(beside.clone()).filter(|text| !text.is_empty());
    for line in beside.into_iter().chain(help) {
        out.push('\n');
        out.push_str(&one_line(&line));
    }
    out
}
