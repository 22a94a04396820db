//! What a chapter needs around its text: style, the details of values and cells, scripts.

use super::widgets::{Kind, PLACEHOLDERS};
use super::{Site, assets, element, notes};
use crate::content::{Content, Placeholder};
use serde_json::json;

/// What a chapter needs around its text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// Goes before the chapter's first line, with a blank line after it. May be empty.
    pub head: String,
    /// Goes behind the chapter's last line, at the top level, with a blank line before it. May be empty.
    pub foot: String,
}

/// How scripts and style reach the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Delivery {
    /// Within each chapter that needs them.
    #[default]
    Inline,
    /// By files that the book names in `additional-css` and `additional-js`.
    External,
}

/// What a chapter needs besides the HTML of its directives: style in front; the details of values and scripts behind.
///
/// `guide` is the guide's key (see [`Site::guide`]); `placeholders` are what its code has for readers to fill in.
pub fn page(
    parts: &[(&Content, &Site)],
    placeholders: &[Placeholder],
    guide: &str,
    delivery: Delivery,
) -> Page {
    let contents: Vec<&Content> = parts.iter().map(|(content, _)| *content).collect();
    let more: &[&'static Kind] = if placeholders.is_empty() { &[] } else { &[&PLACEHOLDERS] };
    let assets = assets::needed(&contents, more);
    let notes = notes::render(parts);
    let mut page = Page::default();
    if delivery == Delivery::Inline && !assets.css.is_empty() {
        page.head = format!("<style>{}</style>", assets.css);
    }
    page.foot = notes;
    if !placeholders.is_empty() {
        let places = placeholders
            .iter()
            .map(|one| (one.name.clone(), json!([one.label, one.pattern, one.example, one.note])));
        let places = serde_json::Value::from_iter(places).to_string();
        let element = element::div("plumb").attr("data-plumb-guide", guide);
        page.foot.push_str(&element.attr("data-places", &places).flag("hidden").end());
    }
    if delivery == Delivery::Inline && !assets.js.is_empty() {
        if !page.foot.is_empty() {
            page.foot.push_str("\n\n");
        }
        page.foot.push_str(&format!("<script type=\"module\">\n{}</script>", assets.js));
    }
    page
}
