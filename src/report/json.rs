//! JSON Lines: an object for each finding, then `{"summary": …}`. Keys are always there; what is not known is null.

use super::{Place, Report};
use crate::diag::{Diagnostic, Severity};
use serde_json::{Map, Value as Json, json};
use std::io::{self, Write};

pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for finding in report.findings() {
        line(out, &object(report, finding))?;
    }
    let counts = report.counts;
    line(
        out,
        &json!({ "summary": {
            "errors": report.count(Severity::Error),
            "warnings": report.count(Severity::Warning),
            "notes": report.count(Severity::Note),
            "files": report.files.len(),
            "chapters": counts.chapters,
            "values": counts.values,
            "manifests": counts.manifests,
            "ignored": counts.ignored,
        }}),
    )
}

fn line(out: &mut dyn Write, value: &Json) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")
}

fn object(report: &Report, finding: &Diagnostic) -> Json {
    let mut object = place(report.place(&finding.at.location));
    let label = Some(&finding.at.text).filter(|text| !text.is_empty());
    let help = Some(finding.help.join("\n")).filter(|help| !help.is_empty());
    object.insert("code".into(), finding.code.name.into());
    object.insert("severity".into(), finding.severity.to_string().into());
    object.insert("message".into(), finding.message.as_str().into());
    object.insert("label".into(), json!(label));
    object.insert("help".into(), json!(help));
    object.insert("path".into(), json!(finding.path));
    object.insert("document".into(), json!(finding.document));
    object.insert("approximate".into(), (!finding.at.location.exact).into());
    let related = finding.related.iter().map(|label| {
        let mut object = place(report.place(&label.location));
        object.insert("message".into(), label.text.as_str().into());
        Json::Object(object)
    });
    object.insert("related".into(), related.collect());
    let fix = finding.fix.as_ref().map(|fix| {
        let edits = fix.edits.iter().map(|edit| {
            let mut object = place(report.place(&edit.location));
            object.insert("text".into(), edit.text.as_str().into());
            Json::Object(object)
        });
        json!({ "title": fix.title, "edits": edits.collect::<Vec<_>>() })
    });
    object.insert("fix".into(), json!(fix));
    Json::Object(object)
}

fn place(place: Place) -> Map<String, Json> {
    let mut object = Map::new();
    object.insert("file".into(), place.file.into());
    object.insert("line".into(), place.line.into());
    object.insert("column".into(), place.column.into());
    object.insert("end_line".into(), place.end_line.into());
    object.insert("end_column".into(), place.end_column.into());
    object
}
