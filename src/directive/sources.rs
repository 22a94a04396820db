//! `sources`: the sources behind what a page publishes.

use super::ask;
use super::params::params;
use super::{Call, Directive, Run};
use crate::content::{Block, Content, Inline, text};
use crate::model::SourceEntry;

pub(super) static DIRECTIVE: Directive = Directive {
    name: "sources",
    summary: "the sources of the figures that this page publishes",
    page: include_str!("sources.md"),
    params: Params::PARAMS,
    late: true,
    run: Run::Content(run),
};

params! {
    /// The arguments of `sources`.
    struct Params {
        /// All sources of the model instead of this page's.
        all: bool = "all",
    }
}

fn run(call: &mut Call<'_>) -> Option<Content> {
    let params = Params::read(call)?;
    let model = call.model;
    let cited: Vec<&SourceEntry> = model
        .sources
        .values()
        .filter(|source| params.all || call.used.has_source(&source.id))
        .collect();
    if params.all {
        cited.iter().for_each(|source| call.used.source(&source.id));
    }
    if cited.is_empty() {
        return Some(Content::Blocks(vec![Block::Paragraph(text(
            "No figure on this page has a source.",
        ))]));
    }
    let items =
        cited.into_iter().map(|source| vec![Block::Paragraph(item(call, source))]).collect();
    Some(Content::Blocks(vec![Block::List { ordered: false, items }]))
}

/// `[Title](url), 1.29, read 2026-08-22. A note.`
fn item(call: &Call<'_>, source: &SourceEntry) -> Vec<Inline> {
    let mut line = match &source.url {
        Some(url) => vec![Inline::Link { url: url.clone(), text: text(&source.title) }],
        None => text(&source.title),
    };
    let mut rest = String::new();
    if let Some(version) = &source.version {
        rest.push_str(&format!(", {version}"));
    }
    if let Some(date) = source.accessed {
        rest.push_str(&format!(", read {date}"));
    }
    if !source.note.is_empty() {
        rest.push_str(". ");
    }
    line.extend(text(rest));
    line.extend(ask::prose(call.model, &source.note, &call.model.inputs()));
    line
}
