//! SARIF 2.1.0, as code scanning reads it: a rule for each code that was found, a result for each finding.

use super::findings::Place;
use super::identity::Fingerprints;
use super::page::{self, REPOSITORY};
use super::summary::Summary;
use super::words::text_of;
use super::{Format, Report, Style};
use crate::diag::{Code, Diagnostic, Level, Severity};
use crate::text::{self, Location};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// SARIF 2.1.0, for code scanning.
pub(super) static FORMAT: Format =
    Format { name: "sarif", for_people: false, from_checkout: true, least: Severity::Note, write };

fn write(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let codes: BTreeMap<&str, &Code> =
        report.shown(style.least).map(|finding| (finding.code.name, finding.code)).collect();
    let rules: Vec<_> = codes.values().map(|code| rule(code, REPOSITORY)).collect();
    let mut fingerprints = Fingerprints::default();
    let results: Vec<_> = report
        .shown(style.least)
        .map(|finding| {
            let index = codes.keys().position(|name| *name == finding.code.name);
            result(report, finding, index, &mut fingerprints)
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
            "properties": { "summary": Summary::of(report) },
        }],
    });
    if !REPOSITORY.is_empty() {
        log["runs"][0]["tool"]["driver"]["informationUri"] = REPOSITORY.into();
    }
    if let Some((number, of)) = report.shard {
        // Code scanning takes two reports of one category for an old and a new one.
        log["runs"][0]["automationDetails"] =
            json!({ "id": format!("mdbook-plumb-{number}-of-{of}/") });
    }
    out.write_all(text::json(&serde_json::to_string_pretty(&log)?).as_bytes())?;
    out.write_all(b"\n")
}

fn rule(code: &Code, repository: &str) -> Json {
    let level = match code.level {
        Level::Deny => "error",
        Level::Warn => "warning",
        Level::Note => "note",
        Level::Allow => "none",
    };
    let mut rule = json!({
        "id": code.name,
        "shortDescription": { "text": code.summary },
        "fullDescription": { "text": code.summary },
        "defaultConfiguration": { "level": level },
    });
    if !code.page.trim().is_empty() {
        rule["help"] = json!({ "text": code.page.trim(), "markdown": code.page.trim() });
    }
    if let Some(address) = page::address(code, repository) {
        rule["helpUri"] = address.into();
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
    fingerprints: &mut Fingerprints,
) -> Json {
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
        "message": { "text": text_of(finding) },
        "locations": [place],
        "partialFingerprints": { "plumbContext/v1": fingerprints.of(finding) },
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::CODES;

    #[test]
    fn a_rule_says_where_its_page_is() {
        let code = CODES[0];
        assert!(rule(code, "").get("helpUri").is_none());
        let page = rule(code, "https://example.com/o/n")["helpUri"].to_string();
        assert!(page.starts_with("\"https://example.com/o/n/blob/v"), "{page}");
        assert!(page.ends_with(&format!("/docs/reference/findings.md#{}\"", code.name)), "{page}");
    }
}
