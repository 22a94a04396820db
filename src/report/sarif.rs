//! SARIF 2.1.0, as code scanning reads it: a rule for each code that was found, a result for each finding.

use super::findings::Place;
use super::words::more_places;
use super::{Format, Report};
use crate::diag::{Code, Diagnostic, Level};
use crate::text::{self, Location, digest};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// SARIF 2.1.0, for code scanning.
pub(super) static FORMAT: Format = Format {
    name: "sarif",
    for_people: false,
    from_checkout: true,
    write: |report, _, out| write(report, out),
};

fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let codes: BTreeMap<&str, &Code> =
        report.findings().iter().map(|finding| (finding.code.name, finding.code)).collect();
    let rules: Vec<_> = codes.values().map(|code| rule(code)).collect();
    let mut seen = BTreeMap::new();
    let results: Vec<_> = report
        .findings()
        .iter()
        .map(|finding| {
            let index = codes.keys().position(|name| *name == finding.code.name);
            result(report, finding, index, &mut seen)
        })
        .collect();
    let mut log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "mdbook-plumb",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    if report.left_out() > 0 {
        log["runs"][0]["properties"] = json!({ "leftOut": report.left_out() });
    }
    out.write_all(text::json(&serde_json::to_string_pretty(&log)?).as_bytes())?;
    out.write_all(b"\n")
}

fn rule(code: &Code) -> Json {
    let level = match code.level {
        Level::Deny => "error",
        Level::Warn => "warning",
        Level::Note => "note",
        Level::Allow => "none",
    };
    let mut rule = json!({
        "id": code.name,
        "shortDescription": { "text": code.summary },
        "defaultConfiguration": { "level": level },
    });
    if !code.page.trim().is_empty() {
        rule["help"] = json!({ "text": code.page.trim(), "markdown": code.page.trim() });
    }
    if !code.alias.is_empty() {
        rule["properties"] = json!({ "tags": [code.alias] });
    }
    rule
}

fn result(
    report: &Report,
    finding: &Diagnostic,
    index: Option<usize>,
    seen: &mut BTreeMap<String, usize>,
) -> Json {
    let mut text = finding.message.clone();
    for help in &finding.help {
        text.push_str("\nhelp: ");
        text.push_str(help);
    }
    if let Some(more) = more_places(finding) {
        text.push('\n');
        text.push_str(&more);
    }
    let mut place = location(report, &finding.at.location);
    let logical: Vec<_> = [&finding.document, &finding.path].into_iter().flatten().collect();
    if let Some(name) = logical.last() {
        let full: Vec<_> = logical.iter().map(|part| part.as_str()).collect();
        place["logicalLocations"] =
            json!([{ "name": name, "fullyQualifiedName": full.join(" "), "kind": "member" }]);
    }
    let mut result = json!({
        "ruleId": finding.code.name,
        "ruleIndex": index,
        "level": finding.severity.to_string(),
        "message": { "text": text },
        "locations": [place],
        "partialFingerprints": { "plumbContext/v1": fingerprint(finding, seen) },
    });
    if !finding.related.is_empty() {
        result["relatedLocations"] = finding
            .related
            .iter()
            .enumerate()
            .map(|(id, label)| {
                let mut place = location(report, &label.location);
                place["id"] = id.into();
                place["message"] = json!({ "text": label.text });
                place
            })
            .collect();
    }
    if let Some(fix) = &finding.fix {
        let mut files: BTreeMap<String, Vec<Json>> = BTreeMap::new();
        for edit in &fix.edits {
            let place = report.place(&edit.location);
            files.entry(uri(&place.file)).or_default().push(json!({
                "deletedRegion": region(&place),
                "insertedContent": { "text": edit.text },
            }));
        }
        let changes: Vec<_> = files
            .into_iter()
            .map(|(file, replacements)| {
                json!({ "artifactLocation": { "uri": file }, "replacements": replacements })
            })
            .collect();
        result["fixes"] =
            json!([{ "description": { "text": fix.title }, "artifactChanges": changes }]);
    }
    result
}

fn location(report: &Report, location: &Location) -> Json {
    let place = report.place(location);
    json!({ "physicalLocation": {
        "artifactLocation": { "uri": uri(&place.file) },
        "region": region(&place),
    }})
}

fn region(place: &Place) -> Json {
    json!({
        "startLine": place.line,
        "startColumn": place.column,
        "endLine": place.end_line,
        "endColumn": place.end_column,
    })
}

/// A path as a relative URI, or an absolute one.
fn uri(path: &str) -> String {
    let mut uri = String::new();
    if path.starts_with('/') {
        uri.push_str("file://");
    }
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~' => {
                uri.push(char::from(byte));
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

/// The same finding before and after lines were added above it: its code, its file, and the text of its line without
/// the white space, numbered where the same line has it again.
fn fingerprint(finding: &Diagnostic, seen: &mut BTreeMap<String, usize>) -> String {
    let source = &finding.at.location.source;
    let line = finding.at.location.start().line;
    let start = source.lines().start_of(line).unwrap_or(0);
    let end = source.lines().start_of(line + 1).unwrap_or(source.text().len());
    let text: String = source
        .text()
        .get(start..end)
        .unwrap_or("")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    let whole = digest(format!("{}\0{}\0{text}\0", finding.code.name, source.path()));
    let hex = &whole[..32];
    let count = seen.entry(hex.to_owned()).or_default();
    *count += 1;
    format!("{hex}:{count}")
}
