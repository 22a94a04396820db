//! Content becomes HTML for mdBook's pages, or plain Markdown (GFM) for every other renderer and for committed text.
//!
//! Owns: both renderers, all escaping, the scripts and the style of the widgets. Must not know: directives, the model,
//! findings. What a page needs besides its content (style, details of values, scripts) comes from [`page`].
//!
//! The HTML of a directive is one line, so that no blank line can end it and no list or quote can indent it; line ends
//! inside code are written as `&#10;`.

pub mod assets;
mod chapter;
mod chart;
mod element;
mod escape;
mod html;
mod markdown;
mod notes;
mod widgets;

use crate::content::{Content, Placeholder};
use serde_json::json;

pub use assets::{Assets, Widget};
pub use chapter::{Chapter, Target, chapter, site};

/// The place in a chapter where a directive stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Site {
    /// Within a line of text rather than on lines of its own.
    pub inline: bool,
    /// Within a heading or a link, where nothing may stand that can be pressed.
    pub plain: bool,
    /// Within a cell of a Markdown table.
    pub in_table: bool,
    /// Nothing but the prefix stands before it on its line.
    pub start_of_line: bool,
    /// What each further line must begin with: the marks and the indentation of the lists and quotes around it.
    pub prefix: String,
    /// The way from the chapter to the book's root: empty, or `../` for each folder.
    pub root: String,
    /// The chapter's key, unique in the book; ids are made from it, so that `print.html` has none twice.
    pub chapter: String,
    /// Which of the chapter's directives it is.
    pub ordinal: usize,
    /// The guide's key: readers' answers are kept under it, apart from those of other guides on the same host.
    pub guide: String,
}

/// A directive's content as HTML that mdBook's Markdown passes on untouched.
pub fn html(content: &Content, site: &Site) -> String {
    html::render(content, site)
}

/// A directive's content as GFM; also the text that authors commit.
pub fn markdown(content: &Content, site: &Site) -> String {
    markdown::render(content, site)
}

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
    let more: &[Widget] = if placeholders.is_empty() { &[] } else { &[Widget::Placeholders] };
    let assets = assets::needed(&contents, more);
    let notes = notes::render(parts);
    let mut page = Page::default();
    if delivery == Delivery::Inline && !assets.css.is_empty() {
        page.head = format!("<style>{}</style>", assets.css);
    }
    page.foot = notes;
    if !placeholders.is_empty() {
        let places =
            placeholders.iter().map(|one| (one.name.clone(), json!([one.label, one.pattern])));
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
