//! Running text as HTML: within a line of Markdown, or in a block of HTML.

use super::element::{Element, element, span};
use super::{Site, escape, ids};
use crate::content::{Inline, Live, MatrixCell, Meets, SourceNote, Status, Value};

/// Running text within a line of Markdown.
pub(super) fn in_markdown(inlines: &[Inline], site: &Site) -> String {
    let mut writer =
        Inlines { site, markdown: true, start: site.start_of_line, out: String::new() };
    writer.all(inlines);
    writer.out
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
                .attr("popovertarget", &ids::value_id(value, provenance, self.site)),
            _ => match &value.live {
                Some(Live::Widget(key)) => span("plumb-value").attr("data-live", key),
                _ => span("plumb-value"),
            },
        };
        let element = match &value.live {
            Some(Live::Own(program)) => element.attr("data-program", program),
            _ => element,
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
