//! Needs × options, which a reader can filter.

use crate::content::{Align, Inline, Matrix, MatrixCell, MatrixRow, plain, text};

use super::super::Site;
use super::super::element::{Element, button, div, element, span};
use super::super::escape::{self, Place};
use super::super::ids::{cell_id, cell_title};
use super::super::inline::{block_status, cell_status, inlines, plain_inlines};
use super::super::markdown::{Writer, cells, joined, rule};
use super::super::notes::{self, Note};
use super::super::table::scroller;
use super::kind::{Kind, Shown};
use super::parts::{bar, paragraph, widget};

pub(super) static KIND: Kind = Kind {
    name: "matrix",
    script: include_str!("../assets/js/matrix.js"),
    style: include_str!("../assets/css/matrix.css"),
    ..Kind::ELEMENT
};

impl Shown for Matrix {
    fn kind(&self) -> &'static Kind {
        &KIND
    }

    fn title(&self) -> &[Inline] {
        &self.title
    }

    fn html(&self, site: &Site) -> Element {
        let name = plain(&self.title);
        let corner = if self.corner.is_empty() {
            "Need".to_owned()
        } else {
            plain_inlines(&self.corner, site)
        };
        let head = element("thead").child(
            element("tr").child(element("th").attr("scope", "col").html(&corner)).children(
                self.options.iter().map(|(id, title)| {
                    element("th")
                        .attr("scope", "col")
                        .attr("data-option", id)
                        .html(&inlines(title, site))
                }),
            ),
        );
        let mut body = element("tbody");
        let mut group: &[Inline] = &[];
        for row in &self.rows {
            if row.group != group && !row.group.is_empty() {
                let head = element("th")
                    .attr("scope", "rowgroup")
                    .attr("colspan", &(self.options.len() + 1).to_string());
                body = body.child(
                    element("tr")
                        .class("plumb-group")
                        .child(head.child(span("").html(&plain_inlines(&row.group, site)))),
                );
            }
            group = &row.group;
            body = body.child(need(row, &self.options, site));
        }
        let mut grid = element("table").class("plumb-grid");
        if !name.is_empty() {
            grid = grid.child(element("caption").html(&plain_inlines(&self.title, site)));
        }
        widget("plumb-matrix", &self.id, site)
            .children(paragraph("plumb-help", &self.note, site))
            .child(
                element("p")
                    .class("plumb-js plumb-hint")
                    .text("Choose the needs that you have: the options are ranked below."),
            )
            .child(scroller(
                grid.child(head).child(body),
                if name.is_empty() { "Needs and options" } else { &name },
            ))
            .child(element("p").class("plumb-legend").children(self.legend.iter().flat_map(
                |(status, note)| {
                    let note = match note.is_empty() {
                        true => String::new(),
                        false => format!(": {}", inlines(note, site)),
                    };
                    [block_status(status), span("").html(&format!("{note} "))]
                },
            )))
            .child(
                div("plumb-result plumb-js")
                    .child(
                        element("p")
                            .class("plumb-progress")
                            .attr("role", "status")
                            .text("No need chosen."),
                    )
                    .child(
                        element("ol")
                            .class("plumb-ranking")
                            .attr("aria-label", "Options, best first"),
                    ),
            )
            .child(bar([
                button("copy", "Copy as Markdown"),
                button("link", "Copy link"),
                button("reset", "Reset"),
            ]))
    }

    fn markdown(&self, writer: &Writer<'_>) -> String {
        let corner =
            if self.corner.is_empty() { "Need".to_owned() } else { writer.cell(&self.corner) };
        let head =
            std::iter::once(corner).chain(self.options.iter().map(|(_, title)| writer.cell(title)));
        let aligns = std::iter::once(Align::Left).chain(self.options.iter().map(|_| Align::Left));
        let mut lines = vec![cells(head), rule(aligns)];
        let mut notes = Vec::new();
        for row in &self.rows {
            let need = writer.cell(&row.title);
            let row_cells = row.cells.iter().map(|cell| matrix_cell(writer, cell));
            lines.push(cells(std::iter::once(need).chain(row_cells)));
            if !row.note.is_empty() {
                notes.push(format!(
                    "- **{}**: {}",
                    writer.line(&row.title, false, false),
                    writer.line(&row.note, false, false)
                ));
            }
            for (cell, (_, option)) in row.cells.iter().zip(&self.options) {
                notes.extend(cell_note(writer, cell, &cell_title(row, option)));
            }
        }
        // Folded where HTML in Markdown is read, as Git hosts do; elsewhere the list stands there by itself.
        let (open, close) = match notes.is_empty() {
            true => ("", ""),
            false => ("<details>\n<summary>Notes and sources</summary>", "</details>"),
        };
        joined([
            writer.paragraph(&self.title),
            writer.paragraph(&self.note),
            lines.join("\n"),
            open.to_owned(),
            notes.join("\n"),
            close.to_owned(),
        ])
    }

    fn notes<'a>(&'a self, out: &mut Vec<Note<'a>>) {
        notes::inlines(&self.note, out);
        self.options.iter().for_each(|(_, title)| notes::inlines(title, out));
        self.legend.iter().for_each(|(_, note)| notes::inlines(note, out));
        for row in &self.rows {
            notes::inlines(&row.note, out);
            for (cell, (_, option)) in row.cells.iter().zip(&self.options) {
                out.push(Note::Cell(cell_title(row, option), cell));
            }
        }
    }
}

fn need(row: &MatrixRow, options: &[(String, Vec<Inline>)], site: &Site) -> Element {
    let title = plain_inlines(&row.title, site);
    let label = element("label")
        .child(
            element("input").attr("type", "checkbox").attr("autocomplete", "off").class("plumb-js"),
        )
        .html(" ")
        .child(span("").html(&title));
    element("tr")
        .attr("data-need", &row.id)
        .attr("data-weight", &row.weight)
        .child(element("th").attr("scope", "row").child(label).children(
            (!row.note.is_empty()).then(|| div("plumb-small").html(&inlines(&row.note, site))),
        ))
        .children(
            row.cells
                .iter()
                .zip(options)
                .map(|(cell, (_, option))| self::cell(cell, &cell_title(row, option), site)),
        )
}

fn cell(cell: &MatrixCell, title: &str, site: &Site) -> Element {
    let details = cell_id(title, cell, site);
    element("td")
        .attr("data-meets", cell.status.meets.as_str())
        .attr("data-weight", &cell.status.weight)
        .child(cell_status(cell, details.as_deref(), site))
        .children(
            cell.unverified.then(|| div("plumb-small").child(element("em").text("unverified"))),
        )
}

fn matrix_cell(writer: &Writer<'_>, cell: &MatrixCell) -> String {
    let words = match &cell.text[..] {
        [] => text(cell.status.word.clone()),
        words => words.to_vec(),
    };
    let mut out = match (linked(cell), cell.text.is_empty()) {
        (None, true) => writer.cell(&[Inline::Status(cell.status.clone())]),
        (url, _) => {
            let words = match url {
                Some(url) => vec![Inline::Link { url: url.to_owned(), text: words }],
                None => words,
            };
            let place = Place { in_table: true, start_of_line: false };
            let icon = escape::markdown(&cell.status.icon, place);
            format!("{icon} {}", writer.cell(&words)).trim_start().to_owned()
        }
    };
    if cell.unverified {
        out.push_str(" *(unverified)*");
    }
    out
}

/// The address that a cell's words lead to: of its source, where that is all there is to say of the cell.
fn linked(cell: &MatrixCell) -> Option<&str> {
    let links = cell.text.iter().any(|inline| matches!(inline, Inline::Link { .. }));
    match &cell.sources[..] {
        [source] if cell.note.is_empty() && !links => source.url.as_deref(),
        _ => None,
    }
}

/// What is to be said of a cell, below the table.
fn cell_note(writer: &Writer<'_>, cell: &MatrixCell, title: &str) -> Option<String> {
    if linked(cell).is_some() {
        return None;
    }
    let mut parts = Vec::new();
    if !cell.note.is_empty() {
        parts.push(writer.line(&cell.note, false, false));
    }
    let sources: Vec<String> = cell.sources.iter().map(|source| writer.source(source)).collect();
    if !sources.is_empty() {
        parts.push(sources.join(", "));
    }
    let title = escape::markdown(title, Place::default());
    (!parts.is_empty()).then(|| format!("- {title}: {}", parts.join(" ")))
}
