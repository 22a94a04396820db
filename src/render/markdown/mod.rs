//! Content as GFM: for renderers other than HTML, and as the text that authors commit.
//!
//! Owns: a form that reads well as it stands, survives formatters, and needs no tool. Must not know: HTML.

mod writer;

pub(super) use writer::{Writer, cells, joined, prefixed, rule};

use writer::fenced;

use crate::content::{Block, Chart, Content, Manifest, plain};

use super::escape::{self, Place};
use super::state::state_text;
use super::{Site, widgets};

/// A directive's content as GFM; also the text that authors commit.
pub fn render(content: &Content, site: &Site) -> String {
    let writer = Writer { site };
    match content {
        Content::Inline(inlines) if site.in_address => escape::address(&plain(inlines)),
        Content::Inline(inlines) => writer.line(inlines, site.in_table, site.start_of_line),
        Content::Written(text) => prefixed(text, &site.prefix),
        Content::Blocks(blocks) if site.inline => {
            let place = Place { in_table: site.in_table, start_of_line: site.start_of_line };
            escape::markdown(&plain_blocks(blocks), place)
        }
        Content::Blocks(blocks) => prefixed(&writer.blocks(blocks), &site.prefix),
    }
}

impl Writer<'_> {
    fn blocks(&self, blocks: &[Block]) -> String {
        joined(blocks.iter().map(|block| self.block(block)))
    }

    fn block(&self, block: &Block) -> String {
        match block {
            Block::Paragraph(text) => self.paragraph(text),
            Block::List { ordered, items } => self.list(*ordered, items),
            Block::Table(table) => self.table(table),
            Block::Chart(chart) => self.chart(chart),
            Block::Manifest(manifest) => self.manifest(manifest),
            Block::Code { language, text, classes } => fenced(language, classes, text),
            Block::Details { summary, body } => joined([self.strong(summary), self.blocks(body)]),
            Block::Widget(widget) => widgets::shown(widget).markdown(self),
        }
    }

    fn list(&self, ordered: bool, items: &[Vec<Block>]) -> String {
        let tight = items.iter().all(|item| item.len() < 2);
        let items = items.iter().enumerate().map(|(index, item)| {
            let mark = if ordered { format!("{}. ", index + 1) } else { "- ".to_owned() };
            let indent = " ".repeat(mark.len());
            format!("{mark}{}", prefixed(&self.blocks(item), &indent))
        });
        items.collect::<Vec<_>>().join(if tight { "\n" } else { "\n\n" })
    }

    fn chart(&self, chart: &Chart) -> String {
        let same = plain(&chart.data.caption) == chart.title;
        let title = escape::markdown(&chart.title, Place { start_of_line: true, in_table: false });
        joined([if same { String::new() } else { title }, self.table(&chart.data)])
    }

    fn manifest(&self, manifest: &Manifest) -> String {
        let code = fenced(&manifest.language, &manifest.classes, &manifest.text);
        let findings: Vec<String> = manifest
            .findings
            .iter()
            .map(|(line, message)| {
                format!("- Line {line}: {}", escape::markdown(message, Place::default()))
            })
            .collect();
        let state = state_text(manifest)
            .filter(|_| manifest.state == crate::content::ManifestState::Fails)
            .map_or_else(String::new, |state| format!("*{state}*"));
        joined([code, state, findings.join("\n")])
    }
}

/// What blocks say, on one line: for a place where no block can stand.
pub(super) fn plain_blocks(blocks: &[Block]) -> String {
    let mut parts = Vec::new();
    for block in blocks {
        match block {
            Block::Paragraph(text) => parts.push(plain(text)),
            Block::List { items, .. } => parts.extend(items.iter().map(|item| plain_blocks(item))),
            Block::Table(table) => {
                parts.extend(table.rows.iter().map(|row| {
                    row.cells.iter().map(|cell| plain(cell)).collect::<Vec<_>>().join(" ")
                }));
            }
            Block::Code { text, .. } => parts.push(text.clone()),
            Block::Details { body, .. } => parts.push(plain_blocks(body)),
            Block::Chart(chart) => parts.push(chart.title.clone()),
            Block::Widget(widget) => parts.push(plain(widgets::shown(widget).title())),
            Block::Manifest(manifest) => parts.push(manifest.text.clone()),
        }
    }
    parts.join("; ")
}
