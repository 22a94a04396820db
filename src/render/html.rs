//! Content as HTML; of a fence, the fence. What a block is made of is in `inline`, `table` and `manifest`; the widgets are in `widgets`.
//!
//! Owns: the form of a page's blocks. Must not know: how Markdown renderers show them, or what scripts do.

use super::element::{Element, div, element};
use super::inline::{self, inlines, plain_inlines};
use super::manifest::{self, code_classes};
use super::table::table;
use super::{Site, escape, widgets};
use crate::content::{Block, Chart, Content};

/// A directive's content as HTML that mdBook's Markdown passes on untouched.
pub fn render(content: &Content, site: &Site) -> String {
    match content {
        Content::Inline(inlines) => inline::in_markdown(inlines, site),
        Content::Written(_) => super::markdown::render(content, site),
        Content::Blocks(blocks) if site.inline => {
            // Blocks can't stand in a line: what they say is kept, their form is not.
            let text = super::markdown::plain_blocks(blocks);
            escape::inline(&text, site.start_of_line)
        }
        // Code with nothing of ours around it is the page's own: mdBook shows it as it shows every fence.
        Content::Blocks(blocks)
            if blocks.iter().all(|block| matches!(block, Block::Code { .. })) =>
        {
            super::markdown::render(content, site)
        }
        Content::Blocks(blocks) => div("plumb").html(&self::blocks(blocks, site)).end(),
    }
}

pub(super) fn blocks(blocks: &[Block], site: &Site) -> String {
    blocks.iter().map(|block| self::block(block, site)).collect()
}

fn block(block: &Block, site: &Site) -> String {
    match block {
        Block::Paragraph(text) => element("p").html(&inlines(text, site)).end(),
        Block::List { ordered, items } => element(if *ordered { "ol" } else { "ul" })
            .children(items.iter().map(|item| element("li").html(&self::item(item, site))))
            .end(),
        Block::Table(rows) => table(rows, site).end(),
        Block::Chart(chart) => self::chart(chart, site).end(),
        Block::Manifest(text) => manifest::manifest(text, site).end(),
        Block::Code { language, text, classes } => {
            let code = escape::code_block(text);
            element("pre")
                .child(element("code").class(&code_classes(language, classes)).html(&code))
                .end()
        }
        Block::Details { summary, body } => element("details")
            .child(element("summary").html(&plain_inlines(summary, site)))
            .html(&blocks(body, site))
            .end(),
        Block::Widget(widget) => widgets::shown(widget).html(site).end(),
    }
}

/// An item of one paragraph needs no paragraph.
fn item(item: &[Block], site: &Site) -> String {
    match item {
        [Block::Paragraph(text)] => inlines(text, site),
        blocks => self::blocks(blocks, site),
    }
}

/// The drawing, and its numbers one step away.
fn chart(chart: &Chart, site: &Site) -> Element {
    // The drawing is ours, but it is on one line like everything else.
    let svg = super::chart::svg(&chart.drawing);
    element("figure")
        .class("plumb-chart")
        .child(
            div("plumb-scroll")
                .attr("role", "img")
                .attr("aria-label", &chart.title)
                .attr("tabindex", "0")
                .html(&svg),
        )
        .child(element("figcaption").text(&chart.title))
        .child(
            element("details")
                .child(element("summary").text("The same in numbers"))
                .child(table(&chart.data, site)),
        )
}
