//! Manifests and other code as HTML.

use super::element::{Element, button, div, element, span};
use super::state::state_text;
use super::{Site, escape, ids};
use crate::content::{Extras, Manifest, ManifestState};

/// What a highlighter looks for.
pub(super) fn code_classes(language: &str, classes: &[String]) -> String {
    let words = classes.iter().map(|class| format!(" {class}")).collect::<String>();
    format!("language-{language}{words}")
}

/// Lines of a manifest above which it is folded where scripts run.
const LONG: usize = 30;

pub(super) fn manifest(manifest: &Manifest, site: &Site) -> Element {
    let lines = manifest.text.lines().count();
    let classes = code_classes(&manifest.language, &manifest.classes);
    let id = format!("{}-{}", ids::site_id(site, "manifest"), ids::digest(&manifest.text));
    let state = match manifest.state {
        ManifestState::Valid => "plumb-valid",
        ManifestState::Fails => "plumb-fails",
        ManifestState::Fragment => "plumb-fragment",
        ManifestState::Unknown => "plumb-unknown",
    };
    let title = manifest_title(manifest);
    let Extras { headers, folding, downloads, badges } = manifest.extras;
    let long = folding && lines > LONG;
    let mut html = element("plumb-manifest")
        .class(state)
        .attr("data-guide", &site.guide)
        .attr("data-name", &file_name(manifest));
    if long {
        html = html.flag("data-long");
    }
    let state = state_text(manifest).filter(|_| badges);
    if headers || downloads || state.is_some() {
        let mut head = div("plumb-manifest-head");
        if headers {
            head = head.child(div("plumb-manifest-docs").children(documents(manifest)));
        }
        if let Some(state) = state {
            head = head.child(span("plumb-manifest-state").text(&state));
        }
        if downloads {
            head = head.child(
                span("plumb-bar plumb-js")
                    .child(button("copy", "Copy"))
                    .child(button("download", "Download"))
                    .child(span("plumb-said").attr("role", "status")),
            );
        }
        html = html.child(head);
    }
    html = html.child(
        element("pre")
            .attr("id", &id)
            .attr("tabindex", "0")
            .attr("aria-label", &title)
            .attr("role", "group")
            .child(element("code").class(&classes).html(&code(manifest))),
    );
    if long {
        html = html.child(div("plumb-fold plumb-js").child(
            button("fold", &format!("Show all {lines} lines")).attr("aria-expanded", "false"),
        ));
    }
    if !manifest.findings.is_empty() {
        html = html.child(element("ul").class("plumb-findings plumb-sr").children(
            manifest.findings.iter().map(|(line, message)| {
                element("li").text(&format!("Line {line}: {}", quoted(message)))
            }),
        ));
    }
    html
}

/// A finding's message with quotation marks for its backquotes: where it is shown there is no other markup.
fn quoted(message: &str) -> String {
    let mut open = false;
    message
        .chars()
        .map(|c| match c {
            '`' => {
                open = !open;
                if open { '“' } else { '”' }
            }
            other => other,
        })
        .collect()
}

/// The text; a line with a finding carries it, and the style shows it below the line, so that the text stays clean.
fn code(manifest: &Manifest) -> String {
    let mut out = String::new();
    for (index, line) in manifest.text.lines().enumerate() {
        let findings: Vec<String> = manifest
            .findings
            .iter()
            .filter(|(at, _)| *at == index + 1)
            .map(|(_, message)| quoted(message))
            .collect();
        if index > 0 {
            out.push_str("&#10;");
        }
        if findings.is_empty() {
            escape::push_code(&mut out, line);
        } else {
            out.push_str(
                &span("plumb-finding")
                    .attr("data-finding", &findings.join(" · "))
                    .html(&escape::code_block(line))
                    .end(),
            );
        }
    }
    out
}

fn documents(manifest: &Manifest) -> Vec<Element> {
    manifest
        .documents
        .iter()
        .map(|document| {
            span("plumb-manifest-doc")
                .child(element("strong").text(&document.kind))
                .html(" ")
                .text(&document.name)
                .html(" ")
                .child(element("code").text(&document.api_version))
        })
        .collect()
}

/// A title for those who hear the page.
fn manifest_title(manifest: &Manifest) -> String {
    let names: Vec<String> = manifest
        .documents
        .iter()
        .map(|document| format!("{} {}", document.kind, document.name))
        .collect();
    if names.is_empty() { "Manifest".to_owned() } else { format!("Manifest: {}", names.join(", ")) }
}

/// The name of a downloaded file.
fn file_name(manifest: &Manifest) -> String {
    let extension = if manifest.language == "json" { "json" } else { "yaml" };
    let stem = match manifest.documents.as_slice() {
        [] => "manifest".to_owned(),
        [first, ..] => escape::slug(&format!("{}-{}", first.kind, first.name)),
    };
    format!("{stem}.{extension}")
}
