//! Content as HTML: running text, lists, tables, charts, manifests. The widgets are in `widgets`.
//!
//! Owns: the form of a page's blocks. Must not know: how Markdown renderers show them, or what scripts do.

use crate::content::{
    Align, Block, Chart, Content, Inline, Manifest, ManifestState, MatrixCell, Meets, Row,
    SourceNote, Status, Table, Value,
};

use super::element::{Element, button, div, element, span};
use super::{Site, escape, notes, widgets};

pub(super) fn render(content: &Content, site: &Site) -> String {
    match content {
        Content::Inline(inlines) => {
            let mut writer =
                Inlines { site, markdown: true, start: site.start_of_line, out: String::new() };
            writer.all(inlines);
            writer.out
        }
        Content::Blocks(blocks) if site.inline => {
            // Blocks can't stand in a line: what they say is kept, their form is not.
            let text = super::markdown::plain_blocks(blocks);
            escape::inline(&text, site.start_of_line)
        }
        Content::Blocks(blocks) => div("plumb").html(&self::blocks(blocks, site)).end(),
    }
}

/// Running text inside a block of HTML.
pub(super) fn inlines(inlines: &[Inline], site: &Site) -> String {
    let mut writer = Inlines { site, markdown: false, start: false, out: String::new() };
    writer.all(inlines);
    writer.out
}

/// Running text where nothing can be pressed.
pub(super) fn plain_inlines(inlines: &[Inline], site: &Site) -> String {
    self::inlines(inlines, &Site { plain: true, ..site.clone() })
}

struct Inlines<'a> {
    site: &'a Site,
    /// Within a line of Markdown, rather than in a block of HTML.
    markdown: bool,
    /// Nothing has been written on the line yet.
    start: bool,
    out: String,
}

impl Inlines<'_> {
    fn text(&mut self, text: &str) -> String {
        let start = std::mem::take(&mut self.start);
        if self.markdown { escape::inline(text, start) } else { escape::block(text) }
    }

    fn all(&mut self, inlines: &[Inline]) {
        for inline in inlines {
            self.one(inline);
        }
    }

    fn wrapped(&mut self, name: &str, inlines: &[Inline]) {
        self.start = false;
        self.out.push_str(&format!("<{name}>"));
        self.all(inlines);
        self.out.push_str(&format!("</{name}>"));
    }

    fn one(&mut self, inline: &Inline) {
        match inline {
            Inline::Text(text) => {
                let text = self.text(text);
                self.out.push_str(&text);
            }
            Inline::Code(code) => {
                self.start = false;
                let code = self.text(code);
                self.out.push_str(&element("code").html(&code).end());
            }
            Inline::Strong(inner) => self.wrapped("strong", inner),
            Inline::Emphasis(inner) => self.wrapped("em", inner),
            Inline::Link { url, text } => {
                match escape::url(url, &self.site.root).filter(|_| !self.site.plain) {
                    Some(url) => {
                        self.start = false;
                        // Nothing that can be pressed may stand within a link.
                        let plain = Site { plain: true, ..self.site.clone() };
                        let mut inner = Inlines {
                            site: &plain,
                            markdown: self.markdown,
                            start: false,
                            out: String::new(),
                        };
                        inner.all(text);
                        self.out.push_str(&element("a").attr("href", &url).html(&inner.out).end());
                    }
                    None => self.all(text),
                }
            }
            Inline::Value(value) => self.value(value),
            Inline::Status(status) => {
                self.start = false;
                let icon = self.text(&status.icon);
                let word = self.text(&status.word);
                self.out.push_str(&self::status(status, &icon, &word).end());
            }
        }
    }

    /// A value is a button that opens its details; the browser does it, no script is needed.
    fn value(&mut self, value: &Value) {
        self.start = false;
        let text = self.text(&value.text);
        let element = match &value.provenance {
            Some(provenance) if !self.site.plain => element("button")
                .attr("type", "button")
                .class("plumb-value")
                .attr("popovertarget", &notes::value_id(value, provenance, self.site)),
            _ => match &value.live {
                Some(key) => span("plumb-value").attr("data-live", key),
                None => span("plumb-value"),
            },
        };
        self.out.push_str(&element.html(&text).end());
    }
}

/// An icon and a word; the icon alone would say nothing to those who hear the page.
fn status(status: &Status, icon: &str, word: &str) -> Element {
    filled_status(span(&status_class(status)), icon, word)
}

fn filled_status(element: Element, icon: &str, word: &str) -> Element {
    if !icon.is_empty() {
        let icon = span("plumb-icon").attr("aria-hidden", "true").html(icon);
        // A line does not begin behind an icon.
        return element.child(icon).html("\u{a0}").html(word);
    }
    element.html(word)
}

fn status_class(status: &Status) -> String {
    format!("plumb-status {}", meets_class(status.meets))
}

/// What a cell of a matrix says; a button where there is more to say.
pub(super) fn cell_status(cell: &MatrixCell, details: Option<&str>, site: &Site) -> Element {
    let word = if cell.text.is_empty() {
        escape::block(&cell.status.word)
    } else {
        plain_inlines(&cell.text, site)
    };
    let class = status_class(&cell.status);
    let element = match details {
        Some(id) => element("button")
            .attr("type", "button")
            .class(&format!("plumb-value {class}"))
            .attr("popovertarget", id),
        None => span(&class),
    };
    filled_status(element, &escape::block(&cell.status.icon), &word)
}

/// How a status is coloured.
fn meets_class(meets: Meets) -> &'static str {
    match meets {
        Meets::Fully => "plumb-full",
        Meets::Partly | Meets::Preview => "plumb-part",
        Meets::No => "plumb-none",
        Meets::NotApplicable => "plumb-na",
    }
}

pub(super) fn block_status(status: &Status) -> Element {
    self::status(status, &escape::block(&status.icon), &escape::block(&status.word))
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
        Block::Table(table) => self::table(table, site).end(),
        Block::Chart(chart) => self::chart(chart, site).end(),
        Block::Manifest(manifest) => self::manifest(manifest, site).end(),
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
        Block::Matrix(matrix) => widgets::matrix(matrix, site).end(),
        Block::Checklist(checklist) => widgets::checklist(checklist, site).end(),
        Block::Calculator(calculator) => widgets::calculator(calculator, site).end(),
        Block::Advisor(advisor) => widgets::advisor(advisor, site).end(),
    }
}

/// An item of one paragraph needs no paragraph.
fn item(item: &[Block], site: &Site) -> String {
    match item {
        [Block::Paragraph(text)] => inlines(text, site),
        blocks => self::blocks(blocks, site),
    }
}

/// A table in a box of its own, which scrolls where the page is narrow and can then be reached by keyboard.
pub(super) fn table(table: &Table, site: &Site) -> Element {
    let caption = crate::content::plain(&table.caption);
    let head = element("thead").child(element("tr").children(table.columns.iter().map(|column| {
        element("th")
            .attr("scope", "col")
            .class(align(column.align))
            .html(&inlines(&column.title, site))
    })));
    let body = element("tbody").children(table.rows.iter().map(|row| self::row(row, table, site)));
    let mut html = element("table");
    if !caption.is_empty() {
        html = html.child(element("caption").html(&inlines(&table.caption, site)));
    }
    scroller(html.child(head).child(body), if caption.is_empty() { "Table" } else { &caption })
}

/// A box that scrolls sideways.
pub(super) fn scroller(inside: Element, label: &str) -> Element {
    div("plumb-scroll")
        .attr("role", "group")
        .attr("tabindex", "0")
        .attr("aria-label", label)
        .child(inside)
}

fn row(row: &Row, table: &Table, site: &Site) -> Element {
    element("tr").class(if row.total { "plumb-total" } else { "" }).children(
        row.cells.iter().enumerate().map(|(index, cell)| {
            let align = table.columns.get(index).map_or("", |column| align(column.align));
            let html = inlines(cell, site);
            if row.header && index == 0 {
                element("th").attr("scope", "row").class(align).html(&html)
            } else {
                element("td").class(align).html(&html)
            }
        }),
    )
}

fn align(align: Align) -> &'static str {
    match align {
        Align::Left => "",
        Align::Center => "plumb-center",
        Align::Right => "plumb-right",
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

/// Who says so, as a link where there is an address.
pub(super) fn source(source: &SourceNote, site: &Site) -> Element {
    let element = match source.url.as_deref().and_then(|url| escape::url(url, &site.root)) {
        Some(url) => element("a").attr("href", &url),
        None => span(""),
    };
    let mut title = source.title.clone();
    if let Some(version) = &source.version {
        title.push_str(&format!(" ({version})"));
    }
    element.text(&title)
}

/// What a highlighter looks for.
fn code_classes(language: &str, classes: &[String]) -> String {
    let words = classes.iter().map(|class| format!(" {class}")).collect::<String>();
    format!("language-{language}{words}")
}

/// Lines of a manifest above which it is folded where scripts run.
const LONG: usize = 30;

fn manifest(manifest: &Manifest, site: &Site) -> Element {
    let lines = manifest.text.lines().count();
    let classes = code_classes(&manifest.language, &manifest.classes);
    let id = format!("{}-{}", site_id(site, "manifest"), notes::digest(&manifest.text));
    let state = match manifest.state {
        ManifestState::Valid => "plumb-valid",
        ManifestState::Fails => "plumb-fails",
        ManifestState::Fragment => "plumb-fragment",
        ManifestState::Ignored | ManifestState::Unchecked => "plumb-unchecked",
    };
    let title = manifest_title(manifest);
    let long = lines > LONG;
    let mut html = element("plumb-manifest")
        .class(state)
        .attr("data-guide", &site.guide)
        .attr("data-name", &file_name(manifest));
    if long {
        html = html.flag("data-long");
    }
    html = html.child(
        div("plumb-manifest-head")
            .child(div("plumb-manifest-docs").children(documents(manifest)))
            .child(span("plumb-manifest-state").text(&state_text(manifest)))
            .child(
                span("plumb-bar plumb-js")
                    .child(button("copy", "Copy"))
                    .child(button("download", "Download"))
                    .child(span("plumb-said").attr("role", "status")),
            ),
    );
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

/// What was found out about a manifest, in a few words.
pub(super) fn state_text(manifest: &Manifest) -> String {
    let mut against: Vec<&str> = Vec::new();
    for document in &manifest.documents {
        if let Some(validated) = document.validated.as_deref()
            && !against.contains(&validated)
        {
            against.push(validated);
        }
    }
    let against = against.join(", ");
    match manifest.state {
        ManifestState::Valid if against.is_empty() => "checked".to_owned(),
        ManifestState::Valid => format!("checked against {against}"),
        ManifestState::Fails => "deliberately wrong".to_owned(),
        ManifestState::Fragment if against.is_empty() => "a fragment".to_owned(),
        ManifestState::Fragment => format!("a fragment, checked against {against}"),
        ManifestState::Ignored => "not checked".to_owned(),
        ManifestState::Unchecked => "no schema known, not checked".to_owned(),
    }
}

/// An id for something of a directive's, unique in the book.
pub(super) fn site_id(site: &Site, what: &str) -> String {
    format!("plumb-{}-{}-{what}", escape::slug(&site.chapter), site.ordinal)
}
