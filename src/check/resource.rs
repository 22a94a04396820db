//! The manifests of a guide as they could be applied: each document by itself, tied values computed, our comments gone.

use super::Resource;
use super::site::Site;
use crate::manifest::{self, Document, Format, Versions, tools};
use crate::text::{Source, Span, TextMap};

/// The documents of a fence. `documents` are what was read of it as it is written; `fresh` its text with tied values computed,
/// where it has any.
pub(super) fn of_fence(
    site: &Site<'_>,
    versions: &Versions,
    documents: &[Document],
    fresh: Option<&str>,
    format: Format,
    fails: bool,
) -> Vec<Resource> {
    let manifests = documents.iter().filter(|document| is_whole(document));
    if fails && manifests.clone().next().is_none() {
        let body = &site.fence.body;
        return vec![Resource {
            at: site.map.locate(body.span()),
            group: String::new(),
            kind: String::new(),
            namespace: String::new(),
            name: String::new(),
            text: ended(fresh.unwrap_or(body.text())),
            fails,
            known: false,
        }];
    }
    // Computed values are scalars, so the documents are the same ones, at other places.
    let computed = fresh.map_or_else(Vec::new, |fresh| {
        manifest::read(fresh, &TextMap::identity(&Source::new("", fresh)), format).documents
    });
    manifests
        .map(|document| {
            let now = computed.iter().find(|now| now.index == document.index).unwrap_or(document);
            resource(site, versions, document, cut(now), fails)
        })
        .collect()
}

/// The documents of a here-document.
pub(super) fn of_here_document(
    site: &Site<'_>,
    versions: &Versions,
    documents: &[Document],
) -> Vec<Resource> {
    let manifests = documents.iter().filter(|document| is_whole(document));
    manifests.map(|document| resource(site, versions, document, cut(document), false)).collect()
}

/// Whether it could be applied as it stands.
fn is_whole(document: &Document) -> bool {
    document.is_manifest() && !document.gaps.has_gap() && tools::of(document).is_none()
}

fn resource(
    site: &Site<'_>,
    versions: &Versions,
    document: &Document,
    text: String,
    fails: bool,
) -> Resource {
    let (group, version) = (document.group().unwrap_or(""), document.version().unwrap_or(""));
    let kind = document.kind().map_or("", |kind| kind.value);
    let schemas = site.project.engine.schemas();
    Resource {
        at: document.locate(document.span),
        group: group.to_owned(),
        kind: kind.to_owned(),
        namespace: document.namespace().map_or("", |namespace| namespace.value).to_owned(),
        name: document.name().map_or("", |name| name.value).to_owned(),
        text,
        fails,
        known: schemas.find(group, version, kind, versions).is_some(),
    }
}

/// A document's own lines, with the comments right above it.
fn cut(document: &Document) -> String {
    let text = document.text();
    let Span { start, end, .. } = document.span;
    let line_start = |at: usize| text[..at].rfind('\n').map_or(0, |at| at + 1);
    let mut from = line_start(start);
    if text[from..start].trim().is_empty() {
        while from > 0 {
            let above = line_start(from - 1);
            if !text[above..from].trim_start().starts_with('#') {
                break;
            }
            from = above;
        }
    } else {
        from = start; // behind `---` on the same line
    }
    // Blank lines at the end count for a block scalar that keeps them, and for nothing else.
    let blank = text[end..].len() - text[end..].trim_start().len();
    let kept = text[from..end].contains("|+") || text[from..end].contains(">+");
    if kept { ended(&text[from..end + blank]) } else { ended(text[from..end].trim_end()) }
}

fn ended(text: &str) -> String {
    if text.ends_with('\n') { text.to_owned() } else { format!("{text}\n") }
}
