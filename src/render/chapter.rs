//! A checked chapter becomes the text that a renderer gets.

use super::page::{Page, page};
use super::{Delivery, Site, html, markdown};
use crate::check::{CheckedChapter, Expansion};
use crate::content::Content;
use std::fmt::Write as _;

/// Whom a chapter is written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// mdBook's HTML renderer.
    Html(Delivery),
    /// Every other renderer: plain GFM.
    Markdown,
}

impl Target {
    /// What a renderer of this name gets.
    pub fn of_renderer(renderer: &str, delivery: Delivery) -> Target {
        if renderer == "html" { Target::Html(delivery) } else { Target::Markdown }
    }
}

/// What of a book its chapters are shown with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chapter<'a> {
    /// The expanded text.
    pub text: &'a str,
    /// Its file below `src`, with `/`.
    pub path: &'a str,
    /// The book's title, under which readers' answers are kept.
    pub guide: &'a str,
}

/// The chapter's text with each expansion in its place; none where nothing changes.
pub fn chapter(chapter: Chapter<'_>, checked: &CheckedChapter, target: Target) -> Option<String> {
    let expansions: Vec<_> = checked
        .expansions
        .iter()
        .filter(|expansion| matches!(target, Target::Html(_)) || !expansion.html_only)
        .collect();
    let fill_in = matches!(target, Target::Html(_)) && !checked.placeholders.is_empty();
    if expansions.is_empty() && !fill_in {
        return None;
    }
    let sites: Vec<_> = expansions
        .iter()
        .enumerate()
        .map(|(ordinal, expansion)| site(chapter, expansion, ordinal))
        .collect();
    let mut out = String::with_capacity(chapter.text.len() + 1024 * expansions.len());
    let page = match target {
        Target::Markdown => Page::default(),
        Target::Html(delivery) => {
            let parts: Vec<_> = expansions
                .iter()
                .zip(&sites)
                .map(|(expansion, site)| (&expansion.content, site))
                .collect();
            page(&parts, &checked.placeholders, &key(chapter.guide), delivery)
        }
    };
    let mut at = 0;
    for (expansion, site) in expansions.iter().zip(&sites) {
        out.push_str(&chapter.text[at..expansion.span.start]);
        let shown = match target {
            Target::Html(_) if !site.only_text && !site.in_address => {
                html(&expansion.content, site)
            }
            Target::Html(_) | Target::Markdown => markdown(&expansion.content, site),
        };
        at = expansion.span.end;
        match closing(&chapter.text[at..]) {
            Some(mark)
                if expansion.place.inline
                    && matches!(target, Target::Html(_))
                    && !site.only_text
                    && !site.in_address =>
            {
                let _ = write!(out, "<span class=\"plumb-keep\">{shown}{mark}</span>");
                at += mark.len_utf8();
            }
            _ => place(&mut out, expansion, &shown),
        }
    }
    out.push_str(&chapter.text[at..]);
    Some(with_page(&out, &page))
}

/// The mark that a text begins with, if it belongs to the word before it: a browser may break a line behind any button, and a
/// line must not begin with a comma. What could be part of Markdown's own syntax is left alone.
fn closing(text: &str) -> Option<char> {
    text.chars()
        .next()
        .filter(|mark| matches!(mark, '.' | ',' | ';' | ':' | '!' | '?' | '"' | '”' | '’' | '»'))
        .filter(|_| !text.starts_with("!["))
}

/// Puts what is shown where it belongs; a block gets the blank lines without which it would run into its neighbours.
fn place(out: &mut String, expansion: &Expansion, shown: &str) {
    let place = &expansion.place;
    let block = !place.inline && matches!(expansion.content, Content::Blocks(_));
    if block && !place.blank_before {
        let _ = write!(out, "\n{}", place.prefix);
    }
    out.push_str(shown);
    if block && !place.blank_after {
        let _ = write!(out, "\n{}", place.prefix.trim_end());
    }
}

/// Style in front, details and scripts behind.
fn with_page(text: &str, page: &Page) -> String {
    let mut out = String::with_capacity(text.len() + page.head.len() + page.foot.len() + 4);
    // A byte order mark is only one at the very start.
    let (bom, text) = match text.strip_prefix('\u{feff}') {
        Some(rest) => ("\u{feff}", rest),
        None => ("", text),
    };
    out.push_str(bom);
    if !page.head.is_empty() {
        out.push_str(&page.head);
        out.push_str("\n\n");
    }
    out.push_str(text);
    if !page.foot.is_empty() {
        out.push_str(if text.ends_with('\n') { "\n" } else { "\n\n" });
        out.push_str(&page.foot);
        out.push('\n');
    }
    out
}

/// Where an expansion stands, as the renderers want to know it.
pub fn site(chapter: Chapter<'_>, expansion: &Expansion, ordinal: usize) -> Site {
    let place = &expansion.place;
    // A line may be as long as the chapter, and hold any number of these.
    let before = chapter.text[..expansion.span.start].trim_end_matches([' ', '\t', '>']);
    Site {
        inline: place.inline,
        plain: place.in_heading || place.in_link || place.in_image,
        only_text: place.in_image,
        in_address: place.in_address,
        in_table: place.in_table,
        start_of_line: before.is_empty() || before.ends_with('\n'),
        prefix: place.prefix.clone(),
        root: "../".repeat(chapter.path.matches('/').count()),
        chapter: key(&chapter.path.trim_end_matches(".md").replace('/', "_")),
        ordinal,
        guide: key(chapter.guide),
    }
}

/// A text as part of an id: letters and digits, and `-` for all else.
fn key(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_alphanumeric() || c == '_' {
            out.extend(c.to_lowercase());
        } else if !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
    }
    out.trim_end_matches('-').to_owned()
}
