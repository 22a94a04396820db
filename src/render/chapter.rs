//! A checked chapter becomes the text that a renderer gets.

use super::markdown::prefixed;
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

/// An expansion with where it stands, and what stands in it.
struct Placed<'a> {
    expansion: &'a Expansion,
    site: Site,
    within: Vec<Placed<'a>>,
}

/// The expansions that a renderer sees, each with its site; the sites of a chapter are numbered in the order of the text.
fn placed<'a>(
    chapter: Chapter<'a>,
    expansions: &'a [Expansion],
    target: Target,
    outer: Option<&Site>,
    ordinal: &mut usize,
) -> Vec<Placed<'a>> {
    let is_seen =
        |expansion: &&Expansion| matches!(target, Target::Html(_)) || !expansion.html_only;
    let mut out = Vec::new();
    for expansion in expansions.iter().filter(is_seen) {
        let mut site = site(chapter, expansion, *ordinal);
        *ordinal += 1;
        if let Some(outer) = outer {
            site.inline |= outer.inline;
            site.plain |= outer.plain;
            site.only_text |= outer.only_text;
            site.in_address |= outer.in_address;
            site.in_table |= outer.in_table;
            let starts = chapter.text[..expansion.span.start].trim().is_empty();
            site.start_of_line &= !outer.inline || starts && outer.start_of_line;
        }
        let within = match &expansion.content {
            Content::Written(text) => {
                let inner = Chapter { text, ..chapter };
                placed(inner, &expansion.within, target, Some(&site), ordinal)
            }
            _ => Vec::new(),
        };
        out.push(Placed { expansion, site, within });
    }
    out
}

/// The chapter's text with each expansion in its place; none where nothing changes.
pub fn chapter(chapter: Chapter<'_>, checked: &CheckedChapter, target: Target) -> Option<String> {
    let placed = placed(chapter, &checked.expansions, target, None, &mut 0);
    let fill_in = matches!(target, Target::Html(_)) && !checked.placeholders.is_empty();
    if placed.is_empty() && !fill_in {
        return None;
    }
    let page = match target {
        Target::Markdown => Page::default(),
        Target::Html(delivery) => {
            let mut parts = Vec::new();
            contents(&placed, &mut parts);
            page(&parts, &checked.placeholders, &key(chapter.guide), delivery)
        }
    };
    Some(with_page(&filled(chapter.text, &placed, target), &page))
}

/// What an author commits for an expansion: what it is outside of HTML, without what the blocks around put before its lines.
pub fn committed(chapter: Chapter<'_>, expansion: &Expansion, ordinal: usize) -> String {
    let all = std::slice::from_ref(expansion);
    let mut placed = placed(chapter, all, Target::Markdown, None, &mut { ordinal });
    let Some(mut placed) = placed.pop() else { return String::new() };
    placed.site.prefix = String::new();
    // Between a pair the text never starts its line.
    placed.site.start_of_line = false;
    shown(&placed, Target::Markdown)
}

/// All contents with their sites, in the order of the text.
fn contents<'p>(placed: &'p [Placed<'_>], out: &mut Vec<(&'p Content, &'p Site)>) {
    for one in placed {
        out.push((&one.expansion.content, &one.site));
        contents(&one.within, out);
    }
}

/// A text with each expansion in its place.
fn filled(text: &str, all: &[Placed<'_>], target: Target) -> String {
    let mut out = String::with_capacity(text.len() + 1024 * all.len());
    let mut at = 0;
    for placed in all {
        let Placed { expansion, site, .. } = placed;
        out.push_str(&text[at..expansion.span.start]);
        let shown = shown(placed, target);
        at = expansion.span.end;
        let is_value = expansion.place.inline && !matches!(expansion.content, Content::Written(_));
        match closing(&text[at..]) {
            Some(mark)
                if is_value
                    && matches!(target, Target::Html(_))
                    && !site.only_text
                    && !site.in_address =>
            {
                let _ = write!(out, "<span class=\"plumb-keep\">{shown}{mark}</span>");
                at += mark.len_utf8();
            }
            _ => place(&mut out, expansion, &shown, &text[at..]),
        }
    }
    out.push_str(&text[at..]);
    out
}

/// What stands in the place of an expansion.
fn shown(placed: &Placed<'_>, target: Target) -> String {
    let Placed { expansion, site, within } = placed;
    match (&expansion.content, target) {
        (Content::Written(text), _) => {
            let text = filled(text, within, target);
            if !expansion.place.inline {
                return prefixed(text.trim_end(), &site.prefix);
            }
            // A line break would end a cell or a heading, and `|` a cell; what stands in the text is escaped already.
            let text = text.trim().replace(['\n', '\r'], " ");
            if site.in_table { escaped_bars(&text) } else { text }
        }
        (content, Target::Html(_)) if !site.only_text && !site.in_address => html(content, site),
        (content, _) => markdown(content, site),
    }
}

/// A text with a backslash before each `|` that has none.
fn escaped_bars(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut escaped = false;
    for c in text.chars() {
        if c == '|' && !escaped {
            out.push('\\');
        }
        escaped = c == '\\' && !escaped;
        out.push(c);
    }
    out
}

/// The mark that a text begins with, if it belongs to the word before it: a browser may break a line behind any button, and a
/// line must not begin with a comma. What could be part of Markdown's own syntax is left alone.
fn closing(text: &str) -> Option<char> {
    text.chars()
        .next()
        .filter(|mark| matches!(mark, '.' | ',' | ';' | ':' | '!' | '?' | '"' | '”' | '’' | '»'))
        .filter(|_| !text.starts_with("!["))
}

/// Puts what is shown where it belongs; a block gets the blank lines without which it would run into its neighbours. Items of a
/// list are no neighbours of other items: they are one list.
fn place(out: &mut String, expansion: &Expansion, shown: &str, behind: &str) {
    let place = &expansion.place;
    // A line may hold any number of values, so it is not looked at for them.
    if place.inline || matches!(expansion.content, Content::Inline(_)) {
        out.push_str(shown);
        return;
    }
    let is_written = matches!(expansion.content, Content::Written(_));
    let joins = |line: Option<&str>, own: Option<&str>| {
        is_written && line.is_some_and(is_item) && own.is_some_and(is_item)
    };
    let above = out.lines().rev().nth(usize::from(!out.ends_with('\n')));
    if !place.blank_before && !joins(above, shown.lines().next()) {
        let _ = write!(out, "\n{}", place.prefix);
    }
    out.push_str(shown);
    if !place.blank_after && !joins(behind.lines().nth(1), shown.lines().last()) {
        let _ = write!(out, "\n{}", place.prefix.trim_end());
    }
}

/// Whether a line begins an item of a list.
fn is_item(line: &str) -> bool {
    let line = line.trim_start_matches([' ', '>']);
    let number = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let numbered = number.len() < line.len() && number.starts_with(['.', ')']);
    let mark = if numbered { number } else { line };
    mark.starts_with(['-', '*', '+', '.', ')']) && mark[1..].starts_with([' ', '\t'])
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
fn site(chapter: Chapter<'_>, expansion: &Expansion, ordinal: usize) -> Site {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::text;
    use crate::text::Span;

    /// A paragraph may be one line of any length; what stands in it is put there without a look at all of it.
    #[test]
    fn many_values_on_a_line_take_no_time() {
        let mut value = Expansion {
            span: Span::at(0),
            place: Default::default(),
            content: Content::Inline(text("5")),
            within: Vec::new(),
            committed: None,
            html_only: false,
        };
        value.place.inline = true;
        let (mut out, behind) = ("x ".repeat(4 << 20), "x ".repeat(4 << 20));
        let (length, start) = (out.len(), std::time::Instant::now());
        for _ in 0..100_000 {
            place(&mut out, &value, "5 ", &behind);
        }
        assert_eq!(out.len(), length + 200_000);
        assert!(start.elapsed().as_secs() < 10, "{:?}", start.elapsed());
    }
}
