//! The words of Markdown: running text, tables, and what widgets are made of.

use crate::content::{Align, Inline, SourceNote, Table, text};

use super::super::Site;
use super::super::escape::{self, Place};

/// Each line but the first behind the marks of the lists and quotes around it.
pub(in crate::render) fn prefixed(text: &str, prefix: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (index, line) in text.lines().enumerate() {
        if index > 0 {
            out.push('\n');
            out.push_str(if line.is_empty() { prefix.trim_end() } else { prefix });
        }
        out.push_str(line);
    }
    out
}

/// A fence long enough for what it holds. The language alone, as other renderers know no more; but where the author's words
/// for a highlighter stand, they stay.
pub(in crate::render) fn fenced(language: &str, classes: &[String], text: &str) -> String {
    let fence = "`".repeat(escape::longest_run(text, '`').max(2) + 1);
    let words: String = classes.iter().map(|class| format!(" {class}")).collect();
    let text = text.strip_suffix('\n').unwrap_or(text);
    format!("{fence}{language}{words}\n{text}\n{fence}")
}

pub(in crate::render) struct Writer<'a> {
    pub(super) site: &'a Site,
}

impl Writer<'_> {
    /// Running text on one line.
    pub(in crate::render) fn line(
        &self,
        inlines: &[Inline],
        in_table: bool,
        start_of_line: bool,
    ) -> String {
        let mut out = String::new();
        self.inlines(inlines, in_table, start_of_line, &mut out);
        out
    }

    pub(in crate::render) fn cell(&self, inlines: &[Inline]) -> String {
        self.line(inlines, true, false)
    }

    pub(in crate::render) fn paragraph(&self, inlines: &[Inline]) -> String {
        self.line(inlines, false, true)
    }

    pub(in crate::render) fn inlines(
        &self,
        inlines: &[Inline],
        in_table: bool,
        start: bool,
        out: &mut String,
    ) {
        for inline in inlines {
            let place = Place { in_table, start_of_line: start && out.is_empty() };
            let mut piece = String::new();
            self.inline(inline, place, &mut piece);
            // Two braces that come together here are mdBook's to read, too.
            if out.ends_with('{') && piece.starts_with('{') {
                out.push('\\');
            }
            out.push_str(&piece);
        }
    }

    pub(in crate::render) fn inline(&self, inline: &Inline, place: Place, out: &mut String) {
        let Place { in_table, start_of_line } = place;
        match inline {
            Inline::Text(text) => out.push_str(&escape::markdown(text, place)),
            Inline::Code(code) => out.push_str(&escape::code_span(code, in_table)),
            Inline::Strong(inner) => self.marked("**", inner, in_table, out),
            Inline::Emphasis(inner) => self.marked("*", inner, in_table, out),
            Inline::Link { url, text } => {
                match escape::url(url, &self.site.root).filter(|_| !self.site.plain) {
                    Some(url) => {
                        let text = self.line(text, in_table, false);
                        let url = escape::markdown_url(&url, in_table);
                        out.push_str(&format!("[{text}]({url})"));
                    }
                    None => self.inlines(text, in_table, start_of_line, out),
                }
            }
            Inline::Value(value) => out.push_str(&escape::markdown(&value.text, place)),
            Inline::Status(status) => {
                let text = format!("{} {}", status.icon, status.word);
                out.push_str(&escape::markdown(text.trim(), place));
            }
        }
    }

    /// Marks touch the words they mark, or they are no marks.
    pub(in crate::render) fn marked(
        &self,
        mark: &str,
        inner: &[Inline],
        in_table: bool,
        out: &mut String,
    ) {
        let text = self.line(inner, in_table, false);
        let words = text.trim();
        if words.is_empty() {
            out.push_str(&text);
            return;
        }
        let start = &text[..text.len() - text.trim_start().len()];
        let end = &text[text.trim_end().len()..];
        out.push_str(&format!("{start}{mark}{words}{mark}{end}"));
    }

    pub(in crate::render) fn strong(&self, inlines: &[Inline]) -> String {
        let mut out = String::new();
        self.marked("**", inlines, false, &mut out);
        out
    }

    pub(in crate::render) fn table(&self, table: &Table) -> String {
        let mut lines = Vec::new();
        lines.push(cells(table.columns.iter().map(|column| self.cell(&column.title))));
        lines.push(rule(table.columns.iter().map(|column| column.align)));
        for row in &table.rows {
            lines.push(cells(row.cells.iter().map(|cell| {
                if row.total {
                    let mut out = String::new();
                    self.marked("**", cell, true, &mut out);
                    out
                } else {
                    self.cell(cell)
                }
            })));
        }
        joined([self.paragraph(&table.caption), lines.join("\n")])
    }

    pub(in crate::render) fn source(&self, source: &SourceNote) -> String {
        let text = text(source.title.clone());
        match &source.url {
            Some(url) => self.line(&[Inline::Link { url: url.clone(), text }], false, false),
            None => self.line(&text, false, false),
        }
    }

    /// `- If rule: **title.** text`
    pub(in crate::render) fn rule(
        &self,
        rule: Option<&str>,
        title: &[Inline],
        text: &[Inline],
        links: &[Inline],
    ) -> String {
        let rule = rule.map_or_else(
            || "Otherwise".to_owned(),
            |rule| format!("If {}", escape::markdown(rule, Place::default())),
        );
        let mut out = format!("- {rule}: {}", self.strong(title));
        if !text.is_empty() {
            out.push_str(". ");
            out.push_str(&self.line(text, false, false));
        }
        for link in links {
            out.push_str("\n  - ");
            out.push_str(&self.line(std::slice::from_ref(link), false, true));
        }
        out
    }
}

/// Blocks with a blank line between them; what is empty is left out.
pub(in crate::render) fn joined(parts: impl IntoIterator<Item = String>) -> String {
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n")
}

pub(in crate::render) fn cells(cells: impl Iterator<Item = String>) -> String {
    let mut out = String::from("|");
    for cell in cells {
        let cell = cell.trim();
        out.push_str(if cell.is_empty() { " " } else { "" });
        if !cell.is_empty() {
            out.push_str(&format!(" {cell} "));
        }
        out.push('|');
    }
    out
}

pub(in crate::render) fn rule(aligns: impl Iterator<Item = Align>) -> String {
    let mut out = String::from("|");
    for align in aligns {
        out.push_str(match align {
            Align::Left => "---|",
            Align::Center => ":-:|",
            Align::Right => "--:|",
        });
    }
    out
}
