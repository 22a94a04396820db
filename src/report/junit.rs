//! JUnit XML: a test case for each file that was read; it fails where the file holds an error.
//!
//! There is no standard but what CI systems read: one `failure` a case, everything else as `system-out`. What Surefire's schema
//! asks for and nothing here measures is 0: a report is the same from run to run.

use super::summary::Summary;
use super::words::{line, plural};
use super::{Format, Report, Style};
use crate::diag::{Diagnostic, Severity};
use crate::text::{one_line, printed};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// JUnit XML, a test case for each file.
pub(super) static FORMAT: Format =
    Format { name: "junit", for_people: false, from_checkout: false, least: Severity::Note, write };

fn write(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let mut cases: BTreeMap<String, Vec<&Diagnostic>> =
        report.files.iter().map(|file| (report.path(file), Vec::new())).collect();
    for finding in report.shown(style.least) {
        cases.entry(report.path(finding.at.location.source.path())).or_default().push(finding);
    }
    for (file, _) in report.rest.keys() {
        cases.entry(report.path(file)).or_default();
    }
    let tests = cases.len().to_string();
    let failing = |(file, findings): &(&String, &Vec<_>)| {
        !errors(findings).is_empty() || beyond(report, file) > 0
    };
    let failures = cases.iter().filter(failing).count().to_string();
    let totals = [
        ("name", "mdbook-plumb"),
        ("tests", tests.as_str()),
        ("failures", failures.as_str()),
        ("errors", "0"),
        ("time", "0"),
    ];
    let mut xml = Writer::new_with_indent(&mut *out, b' ', 2);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    xml.create_element("testsuites").with_attributes(totals).write_inner_content(|xml| {
        let suite = xml.create_element("testsuite").with_attributes(totals);
        suite.with_attribute(("skipped", "0")).write_inner_content(|xml| {
            properties(report, xml)?;
            for (file, findings) in &cases {
                case(report, file, findings, xml)?;
            }
            Ok(())
        })?;
        Ok(())
    })?;
    writeln!(out)
}

/// What was counted, by the names that the other formats have for it.
fn properties<W: Write>(report: &Report, xml: &mut Writer<W>) -> io::Result<()> {
    let counted = serde_json::to_value(Summary::of(report))?;
    let counted = counted.as_object().into_iter().flatten();
    xml.create_element("properties").write_inner_content(|xml| {
        for (name, count) in counted {
            let settings = count.as_object().into_iter().flatten();
            let of = settings.map(|(tool, count)| (format!("{name}.{tool}"), count));
            let all = of.chain(count.is_number().then(|| (name.clone(), count)));
            for (name, count) in all {
                xml.create_element("property")
                    .with_attribute(("name", name.as_str()))
                    .with_attribute(("value", count.to_string().as_str()))
                    .write_empty()?;
            }
        }
        Ok(())
    })?;
    Ok(())
}

fn case<W: Write>(
    report: &Report,
    file: &str,
    findings: &[&Diagnostic],
    xml: &mut Writer<W>,
) -> io::Result<()> {
    let name = one_line(file);
    let name = clean(&name);
    let case = xml
        .create_element("testcase")
        .with_attribute(("classname", "mdbook-plumb"))
        .with_attribute(("name", name.as_ref()))
        .with_attribute(("time", "0"));
    let (errors, beyond) = (errors(findings), beyond(report, file));
    if findings.is_empty() && beyond == 0 {
        case.write_empty()?;
        return Ok(());
    }
    let others: Vec<_> =
        findings.iter().copied().filter(|finding| finding.severity != Severity::Error).collect();
    case.write_inner_content(|xml| {
        if let Some(first) = errors.first() {
            let message = match errors.len() {
                1 => first.message.clone(),
                count => format!("{}, the first: {}", plural(count, "error"), first.message),
            };
            xml.create_element("failure")
                .with_attribute(("message", clean(&one_line(&message)).as_ref()))
                .with_attribute(("type", first.code.name))
                .write_text_content(BytesText::new(&lines(report, &errors)))?;
        }
        if errors.is_empty() && beyond > 0 {
            let message = format!("{}, not shown", plural(beyond, "error"));
            xml.create_element("failure")
                .with_attribute(("message", message.as_str()))
                .with_attribute(("type", "not-shown"))
                .write_empty()?;
        }
        if !others.is_empty() {
            xml.create_element("system-out")
                .write_text_content(BytesText::new(&lines(report, &others)))?;
        }
        Ok(())
    })?;
    Ok(())
}

/// The errors of a file that are counted and not shown.
fn beyond(report: &Report, file: &str) -> usize {
    let rest = report.rest.iter();
    let of_file = rest
        .filter(|((path, severity), _)| *severity == Severity::Error && report.path(path) == file);
    of_file.map(|(_, count)| count).sum()
}

fn errors<'a>(findings: &[&'a Diagnostic]) -> Vec<&'a Diagnostic> {
    findings.iter().copied().filter(|finding| finding.severity == Severity::Error).collect()
}

fn lines(report: &Report, findings: &[&Diagnostic]) -> String {
    let mut text = String::new();
    for finding in findings {
        text.push_str(&line(report, finding));
        text.push('\n');
        for help in &finding.help {
            text.push_str(&format!("  help: {}\n", one_line(help)));
        }
    }
    printed(&clean(&text)).into_owned()
}

/// XML 1.0 has no way to write control characters, nor these two.
fn clean(text: &str) -> Cow<'_, str> {
    if text.contains(['\u{fffe}', '\u{ffff}']) {
        return text.replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}").into();
    }
    text.into()
}
