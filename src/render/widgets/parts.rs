//! What the widgets' HTML is made of.

use serde_json::Value as Json;

use crate::content::Inline;

use super::super::element::{Element, div, element, span};
use super::super::ids::site_id;
use super::super::inline::{inlines, plain_inlines};
use super::super::{Site, escape};

/// A widget's element; its state is kept under the guide and its own id.
pub(super) fn widget(name: &'static str, id: &str, site: &Site) -> Element {
    element(name)
        .attr(
            "id",
            &site_id(site, &escape::slug(&format!("{} {id}", name.trim_start_matches("plumb-")))),
        )
        .attr("data-guide", &site.guide)
        .attr("data-id", id)
}

/// A widget's title: a paragraph, since a heading here would not be in the page's outline.
pub(super) fn title(title: &[Inline], site: &Site) -> Option<Element> {
    (!title.is_empty()).then(|| element("p").class("plumb-title").html(&plain_inlines(title, site)))
}

/// A paragraph, where there is something to say.
pub(super) fn paragraph(class: &str, text: &[Inline], site: &Site) -> Option<Element> {
    (!text.is_empty()).then(|| element("p").class(class).html(&inlines(text, site)))
}

/// The buttons of a widget, and the place where it says what they did.
pub(super) fn bar(buttons: impl IntoIterator<Item = Element>) -> Element {
    div("plumb-bar plumb-js").children(buttons).child(span("plumb-said").attr("role", "status"))
}

pub(super) fn data(program: &Json) -> Option<Element> {
    (!program.is_null()).then(|| {
        element("script")
            .attr("type", "application/json")
            .class("plumb-data")
            .html(&escape::json(program))
    })
}

/// When a verdict or a recommendation is given.
pub(super) fn rule(rule: Option<&str>) -> Element {
    match rule {
        Some(rule) => span("plumb-rule").text("If ").child(span("plumb-when").text(rule)),
        None => span("plumb-rule").text("Otherwise"),
    }
}

pub(super) fn links(links: &[Inline], site: &Site) -> Option<Element> {
    (!links.is_empty()).then(|| {
        element("ul").class("plumb-links").children(
            links.iter().map(|link| element("li").html(&inlines(std::slice::from_ref(link), site))),
        )
    })
}
