//! Content as GFM: for renderers other than HTML, and as the text that authors commit.
//!
//! Owns: a form that reads well as it stands, survives formatters, and needs no tool. Must not know: HTML.

use crate::content::{
    Advisor, Align, Block, Calculator, Chart, Checklist, Content, Inline, Manifest, Matrix,
    MatrixCell, SourceNote, Table, plain, text,
};

use super::Site;
use super::escape::{self, Place};
use super::ids::cell_title;
use super::state::state_text;

/// A directive's content as GFM; also the text that authors commit.
pub fn render(content: &Content, site: &Site) -> String {
    let writer = Writer { site };
    match content {
        Content::Inline(inlines) => writer.line(inlines, site.in_table, site.start_of_line),
        Content::Blocks(blocks) if site.inline => {
            let place = Place { in_table: site.in_table, start_of_line: site.start_of_line };
            escape::markdown(&plain_blocks(blocks), place)
        }
        Content::Blocks(blocks) => prefixed(&writer.blocks(blocks), &site.prefix),
    }
}

/// Each line but the first behind the marks of the lists and quotes around it.
fn prefixed(text: &str, prefix: &str) -> String {
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
fn fenced(language: &str, classes: &[String], text: &str) -> String {
    let fence = "`".repeat(escape::longest_run(text, '`').max(2) + 1);
    let words: String = classes.iter().map(|class| format!(" {class}")).collect();
    let text = text.strip_suffix('\n').unwrap_or(text);
    format!("{fence}{language}{words}\n{text}\n{fence}")
}

struct Writer<'a> {
    site: &'a Site,
}

impl Writer<'_> {
    /// Running text on one line.
    fn line(&self, inlines: &[Inline], in_table: bool, start_of_line: bool) -> String {
        let mut out = String::new();
        self.inlines(inlines, in_table, start_of_line, &mut out);
        out
    }

    fn cell(&self, inlines: &[Inline]) -> String {
        self.line(inlines, true, false)
    }

    fn paragraph(&self, inlines: &[Inline]) -> String {
        self.line(inlines, false, true)
    }

    fn inlines(&self, inlines: &[Inline], in_table: bool, start: bool, out: &mut String) {
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

    fn inline(&self, inline: &Inline, place: Place, out: &mut String) {
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
    fn marked(&self, mark: &str, inner: &[Inline], in_table: bool, out: &mut String) {
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
            Block::Matrix(matrix) => self.matrix(matrix),
            Block::Checklist(checklist) => self.checklist(checklist),
            Block::Calculator(calculator) => self.calculator(calculator),
            Block::Advisor(advisor) => self.advisor(advisor),
        }
    }

    fn strong(&self, inlines: &[Inline]) -> String {
        let mut out = String::new();
        self.marked("**", inlines, false, &mut out);
        out
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

    fn table(&self, table: &Table) -> String {
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

    fn matrix(&self, matrix: &Matrix) -> String {
        let corner =
            if matrix.corner.is_empty() { "Need".to_owned() } else { self.cell(&matrix.corner) };
        let head =
            std::iter::once(corner).chain(matrix.options.iter().map(|(_, title)| self.cell(title)));
        let aligns = std::iter::once(Align::Left).chain(matrix.options.iter().map(|_| Align::Left));
        let mut lines = vec![cells(head), rule(aligns)];
        let mut notes = Vec::new();
        for row in &matrix.rows {
            let need = self.cell(&row.title);
            let row_cells = row.cells.iter().map(|cell| self.matrix_cell(cell));
            lines.push(cells(std::iter::once(need).chain(row_cells)));
            if !row.note.is_empty() {
                notes.push(format!(
                    "- **{}**: {}",
                    self.line(&row.title, false, false),
                    self.line(&row.note, false, false)
                ));
            }
            for (cell, (_, option)) in row.cells.iter().zip(&matrix.options) {
                notes.extend(self.cell_note(cell, &cell_title(row, option)));
            }
        }
        let heading = if notes.is_empty() { String::new() } else { "Notes:".to_owned() };
        joined([
            self.paragraph(&matrix.title),
            self.paragraph(&matrix.note),
            lines.join("\n"),
            heading,
            notes.join("\n"),
        ])
    }

    fn matrix_cell(&self, cell: &MatrixCell) -> String {
        let mut out = if cell.text.is_empty() {
            self.cell(&[Inline::Status(cell.status.clone())])
        } else {
            let text = self.cell(&cell.text);
            let place = Place { in_table: true, start_of_line: false };
            let icon = escape::markdown(&cell.status.icon, place);
            format!("{icon} {text}").trim_start().to_owned()
        };
        if cell.unverified {
            out.push_str(" *(unverified)*");
        }
        out
    }

    /// What is to be said of a cell, below the table.
    fn cell_note(&self, cell: &MatrixCell, title: &str) -> Option<String> {
        let mut parts = Vec::new();
        if !cell.note.is_empty() {
            parts.push(self.line(&cell.note, false, false));
        }
        let sources: Vec<String> = cell.sources.iter().map(|source| self.source(source)).collect();
        if !sources.is_empty() {
            parts.push(sources.join(", "));
        }
        let title = escape::markdown(title, Place::default());
        (!parts.is_empty()).then(|| format!("- {title}: {}", parts.join(" ")))
    }

    fn source(&self, source: &SourceNote) -> String {
        let text = text(source.title.clone());
        match &source.url {
            Some(url) => self.line(&[Inline::Link { url: url.clone(), text }], false, false),
            None => self.line(&text, false, false),
        }
    }

    fn checklist(&self, checklist: &Checklist) -> String {
        let mut parts = vec![self.strong(&checklist.title), self.paragraph(&checklist.intro)];
        for group in &checklist.groups {
            parts.push(self.strong(&group.title));
            parts.push(self.paragraph(&group.note));
            let items = group.items.iter().map(|item| {
                let text = self.line(&item.text, false, false);
                let help = self.line(&item.help, false, true);
                let mark = if item.held == Some(true) { 'x' } else { ' ' };
                let held = if item.held.is_some() { " (answered by the model)" } else { "" };
                if help.is_empty() {
                    format!("- [{mark}] {text}{held}")
                } else {
                    format!("- [{mark}] {text}{held}\\\n  {help}")
                }
            });
            parts.push(items.collect::<Vec<_>>().join("\n"));
        }
        let verdicts = checklist.verdicts.iter().map(|verdict| {
            self.rule(verdict.rule.as_deref(), &verdict.title, &verdict.text, &verdict.links)
        });
        if !checklist.verdicts.is_empty() {
            // A line between the two lists, or they would be one.
            parts.push("Verdict:".to_owned());
            parts.push(verdicts.collect::<Vec<_>>().join("\n"));
        }
        joined(parts)
    }

    /// `- If rule: **title.** text`
    fn rule(
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

    fn calculator(&self, calculator: &Calculator) -> String {
        let inputs = calculator.inputs.iter().map(|input| {
            let value = match input.value.as_str() {
                "true" if input.toggle => "yes".to_owned(),
                "false" if input.toggle => "no".to_owned(),
                value => format!("{value} {}", input.unit).trim_end().to_owned(),
            };
            format!(
                "- {}: {}",
                self.line(&input.label, false, true),
                escape::markdown(&value, Place::default())
            )
        });
        joined([
            self.strong(&calculator.title),
            inputs.collect::<Vec<_>>().join("\n"),
            self.table(&calculator.result),
        ])
    }

    fn advisor(&self, advisor: &Advisor) -> String {
        let outcomes = advisor.outcomes.iter().map(|outcome| {
            let more: Vec<Inline> =
                outcome.links.iter().chain(&outcome.manifests).cloned().collect();
            self.rule(outcome.rule.as_deref(), &outcome.title, &outcome.text, &more)
        });
        joined([
            self.strong(&advisor.title),
            self.paragraph(&advisor.intro),
            advisor.checklist.as_ref().map_or_else(String::new, |inner| self.checklist(inner)),
            advisor.matrix.as_ref().map_or_else(String::new, |inner| self.matrix(inner)),
            advisor.calculator.as_ref().map_or_else(String::new, |inner| self.calculator(inner)),
            "Recommendation:".to_owned(),
            outcomes.collect::<Vec<_>>().join("\n"),
        ])
    }
}

/// Blocks with a blank line between them; what is empty is left out.
fn joined(parts: impl IntoIterator<Item = String>) -> String {
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n")
}

fn cells(cells: impl Iterator<Item = String>) -> String {
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

fn rule(aligns: impl Iterator<Item = Align>) -> String {
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
            Block::Matrix(matrix) => parts.push(plain(&matrix.title)),
            Block::Checklist(checklist) => parts.push(plain(&checklist.title)),
            Block::Calculator(calculator) => parts.push(plain(&calculator.title)),
            Block::Advisor(advisor) => parts.push(plain(&advisor.title)),
            Block::Manifest(manifest) => parts.push(manifest.text.clone()),
        }
    }
    parts.join("; ")
}
