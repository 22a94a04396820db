//! A small writer of HTML elements, so that no text reaches a page unescaped by oversight.
//!
//! Owns: tags and attributes. Must not know: content.

use super::escape;

/// An element under construction.
pub(super) struct Element {
    name: &'static str,
    open: String,
    body: String,
}

/// Begins an element.
pub(super) fn element(name: &'static str) -> Element {
    Element { name, open: format!("<{name}"), body: String::new() }
}

/// Begins a `div` of a class.
pub(super) fn div(class: &str) -> Element {
    element("div").class(class)
}

/// Begins a `span` of a class.
pub(super) fn span(class: &str) -> Element {
    element("span").class(class)
}

/// A button that works only with scripts; `action` tells the script which it is.
pub(super) fn button(action: &str, label: &str) -> Element {
    element("button")
        .attr("type", "button")
        .class("plumb-button")
        .attr("data-do", action)
        .text(label)
}

impl Element {
    pub(super) fn attr(mut self, name: &str, value: &str) -> Element {
        debug_assert!(!self.open.contains(&format!(" {name}=")), "{name} twice in {}", self.open);
        self.open.push(' ');
        self.open.push_str(name);
        self.open.push_str("=\"");
        escape::push_attribute(&mut self.open, value);
        self.open.push('"');
        self
    }

    pub(super) fn class(self, class: &str) -> Element {
        if class.is_empty() { self } else { self.attr("class", class) }
    }

    /// An attribute without a value.
    pub(super) fn flag(mut self, name: &str) -> Element {
        self.open.push(' ');
        self.open.push_str(name);
        self
    }

    /// Text of a block.
    pub(super) fn text(mut self, text: &str) -> Element {
        escape::push_block(&mut self.body, text);
        self
    }

    pub(super) fn child(mut self, child: Element) -> Element {
        child.write(&mut self.body);
        self
    }

    pub(super) fn children(mut self, children: impl IntoIterator<Item = Element>) -> Element {
        for child in children {
            child.write(&mut self.body);
        }
        self
    }

    /// What is HTML already.
    pub(super) fn html(mut self, html: &str) -> Element {
        self.body.push_str(html);
        self
    }

    fn write(self, out: &mut String) {
        out.push_str(&self.open);
        out.push('>');
        if !matches!(self.name, "input" | "br") {
            out.push_str(&self.body);
            out.push_str("</");
            out.push_str(self.name);
            out.push('>');
        }
    }

    pub(super) fn end(self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }
}
