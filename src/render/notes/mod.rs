//! The details of values (formula, inputs, figures, sources) and of a matrix's cells. They stand at the chapter's foot, each once, and open
//! beside the value that is pressed.
//!
//! Owns: their form. Must not know: which directive published them.

mod collect;

pub(super) use collect::{Note, inlines, table};

use std::collections::BTreeSet;

use crate::content::{Block, Content, FigureNote, MatrixCell, Provenance, SourceNote, Value};

use super::element::{Element, div, element, span};
use super::ids::{cell_id, value_id};
use super::{Site, inline, widgets};

/// The details of all that can be pressed in a chapter.
pub(super) fn render(parts: &[(&Content, &Site)]) -> String {
    let mut seen = BTreeSet::new();
    let mut titled = false;
    let mut out = div("plumb plumb-notes");
    for (content, site) in parts {
        let mut notes = Vec::new();
        of_content(content, site, &mut notes);
        for note in notes {
            let (id, element) = match note {
                Note::Value(value, provenance) => {
                    let id = value_id(value, provenance, site);
                    let element = self::note(value, provenance, &id, site);
                    (id, element)
                }
                Note::Cell(title, cell) => {
                    let Some(id) = cell_id(&title, cell, site) else { continue };
                    if !titled {
                        titled = true;
                        // Seen on paper alone, where those of cells stand in a row.
                        let title = element("strong").text("Notes");
                        out = out.child(div("plumb-aside").flag("popover").child(title));
                    }
                    let element = self::cell(&title, cell, &id, site);
                    (id, element)
                }
            };
            if seen.insert(id) {
                out = out.child(element);
            }
        }
    }
    if seen.is_empty() { String::new() } else { out.end() }
}

fn cell(title: &str, cell: &MatrixCell, id: &str, site: &Site) -> Element {
    let sources = cell
        .sources
        .iter()
        .map(|source| element("li").child(inline::source(source, site)).text(&read_on(source)));
    div("plumb-note plumb-aside")
        .attr("id", id)
        .flag("popover")
        .attr("role", "group")
        .attr("aria-label", title)
        .child(element("p").child(element("strong").text(title)))
        .children(
            (!cell.note.is_empty())
                .then(|| element("p").html(&inline::plain_inlines(&cell.note, site))),
        )
        .children((!cell.sources.is_empty()).then(|| element("ul").children(sources)))
}

fn note(value: &Value, provenance: &Provenance, id: &str, site: &Site) -> Element {
    let mut rows = Vec::new();
    let mut row = |head: &str, body: Element| {
        rows.push(element("tr").child(element("th").attr("scope", "row").text(head)).child(body));
    };
    // A formula's name alone says nothing that its line does not.
    let named = provenance.formulas.iter().any(|(name, _)| *name == provenance.expression);
    let mut formulas = Vec::new();
    if !named {
        formulas.push(element("code").text(&provenance.expression));
    }
    for (name, text) in &provenance.formulas {
        formulas.push(element("code").text(&format!("{name} = {text}")));
    }
    if !provenance.expression.is_empty() {
        row("Formula", lines(formulas));
    }
    if let Some(exact) = &provenance.exact {
        row("Exactly", element("td").text(exact));
    }
    if !provenance.inputs.is_empty() {
        let inputs = provenance
            .inputs
            .iter()
            .map(|(label, value)| span("").text(&format!("{label}: {value}")));
        row("Inputs", lines(inputs.collect()));
    }
    if !provenance.figures.is_empty() {
        row(
            "Figures",
            lines(provenance.figures.iter().map(|figure| self::figure(figure, site)).collect()),
        );
    }
    for text in &provenance.notes {
        row("Note", element("td").text(text));
    }
    if !provenance.sources.is_empty() {
        let sources = provenance
            .sources
            .iter()
            .map(|source| span("").child(inline::source(source, site)).text(&read_on(source)));
        row("Sources", lines(sources.collect()));
    }
    div("plumb-note")
        .attr("id", id)
        .flag("popover")
        .attr("role", "group")
        .attr(
            "aria-label",
            &match provenance.expression.is_empty() {
                true => format!("About {}", value.text),
                false => format!("Where {} comes from", value.text),
            },
        )
        .child(element("p").child(element("strong").text(&value.text)))
        .child(element("table").child(element("tbody").children(rows)))
}

fn lines(lines: Vec<Element>) -> Element {
    element("td").children(lines.into_iter().map(|line| div("").child(line)))
}

fn figure(figure: &FigureNote, site: &Site) -> Element {
    let mut html =
        span("").child(element("code").text(&figure.name)).text(&format!(" = {}", figure.value));
    if figure.sources.is_empty() {
        html = html.text(", no source");
    }
    for source in &figure.sources {
        html = html.text(", ").child(inline::source(source, site));
        // One day is said once.
        if source.accessed != figure.checked {
            html = html.text(&read_on(source));
        }
    }
    if let Some(checked) = &figure.checked {
        html = html.text(&format!(", checked {checked}"));
    }
    if let Some(note) = &figure.note {
        html = html.text(&format!(". {note}"));
    }
    html
}

fn read_on(source: &SourceNote) -> String {
    source.accessed.as_ref().map_or_else(String::new, |day| format!(", read {day}"))
}

/// Whether anything in it could have details.
pub(super) fn has_any(content: &Content) -> bool {
    let mut notes = Vec::new();
    of_content(content, &Site::default(), &mut notes);
    !notes.is_empty()
}

fn of_content<'a>(content: &'a Content, site: &Site, out: &mut Vec<Note<'a>>) {
    if site.plain {
        return;
    }
    match content {
        Content::Inline(inlines) => collect::inlines(inlines, out),
        Content::Blocks(_) if site.inline => {}
        Content::Written(_) => {}
        Content::Blocks(blocks) => self::blocks(blocks, out),
    }
}

fn blocks<'a>(blocks: &'a [Block], out: &mut Vec<Note<'a>>) {
    for block in blocks {
        match block {
            Block::Paragraph(text) => inlines(text, out),
            Block::List { items, .. } => items.iter().for_each(|item| self::blocks(item, out)),
            Block::Table(table) => collect::table(table, out),
            Block::Chart(chart) => table(&chart.data, out),
            Block::Details { body, .. } => self::blocks(body, out),
            Block::Widget(widget) => widgets::shown(widget).notes(out),
            Block::Manifest(_) | Block::Code { .. } => {}
        }
    }
}
