//! The headings of a page with the ids that mdBook gives them, and its links to places within pages.

use super::Dialect;
use super::guard::guarded;
use crate::text::Span;
use pulldown_cmark::{Event, LinkType, Parser, Tag, TagEnd};

/// What can be linked to in a page, and what it links to.
#[derive(Clone, Debug, Default)]
pub struct Anchors {
    /// Its headings, in order.
    pub headings: Vec<Heading>,
    /// Its links, in order, but for addresses of mail.
    pub links: Vec<LinkTo>,
}

/// A heading.
#[derive(Clone, Debug)]
pub struct Heading {
    /// All of it.
    pub span: Span,
    /// The id that its author gives it: `{#id}`.
    pub id: Option<String>,
    /// Its text, each part with its place.
    pub parts: Vec<(Span, String)>,
    /// Where `{#id}` can be added to it; nowhere below a row that makes it a heading, or behind other attributes.
    pub end: Option<usize>,
}

/// A link.
#[derive(Clone, Debug)]
pub struct LinkTo {
    /// All of it.
    pub span: Span,
    /// What stands before the `#`, or all: empty for the page itself.
    pub page: String,
    /// What stands behind the `#`.
    pub fragment: Option<String>,
}

/// Reads the headings and links of a page; none of a page that the parser can't bear.
pub fn anchors(text: &str, dialect: Dialect) -> Anchors {
    let read = || {
        let mut found = Anchors::default();
        let mut open = false;
        for (event, range) in Parser::new_ext(text, dialect.options()).into_offset_iter() {
            match event {
                Event::Start(Tag::Heading { id, classes, attrs, .. }) => {
                    let span = Span::from(range);
                    let line = text[span.range()].trim_end();
                    let plain = id.is_none() && classes.is_empty() && attrs.is_empty();
                    let is_row = line.starts_with('#') && !line.contains('\n');
                    let length = line.trim_end_matches('#').trim_end().len();
                    found.headings.push(Heading {
                        span,
                        id: id.map(|id| id.to_string()),
                        parts: Vec::new(),
                        end: (plain && is_row).then_some(span.start + length),
                    });
                    open = true;
                }
                Event::End(TagEnd::Heading(_)) => open = false,
                Event::Start(Tag::Link { link_type, dest_url, .. }) => {
                    let (page, fragment) = match dest_url.split_once('#') {
                        Some((page, fragment)) => (page, Some(fragment.to_owned())),
                        None => (&*dest_url, None),
                    };
                    if link_type != LinkType::Email {
                        let page = page.to_owned();
                        found.links.push(LinkTo { span: range.into(), page, fragment });
                    }
                }
                Event::Text(part) | Event::Code(part) if open => {
                    if let Some(heading) = found.headings.last_mut() {
                        heading.parts.push((range.into(), part.to_string()));
                    }
                }
                Event::SoftBreak | Event::HardBreak if open => {
                    if let Some(heading) = found.headings.last_mut() {
                        heading.parts.push((range.into(), " ".to_owned()));
                    }
                }
                _ => {}
            }
        }
        found
    };
    guarded(read).unwrap_or_default()
}

/// The words of a page in paragraphs, lists and tables: no code, headings, links and pictures; none of a page that the parser can't bear.
pub fn prose(text: &str, dialect: Dialect) -> Vec<Span> {
    let read = || {
        let (mut found, mut within) = (Vec::new(), 0usize);
        for (event, range) in Parser::new_ext(text, dialect.options()).into_offset_iter() {
            match event {
                Event::Start(tag) if is_apart(&tag) => within += 1,
                Event::End(tag) if ends_apart(tag) => within = within.saturating_sub(1),
                Event::Text(_) if within == 0 => found.push(range.into()),
                _ => {}
            }
        }
        found
    };
    guarded(read).unwrap_or_default()
}

fn is_apart(tag: &Tag<'_>) -> bool {
    matches!(
        tag,
        Tag::Heading { .. }
            | Tag::Link { .. }
            | Tag::Image { .. }
            | Tag::CodeBlock(_)
            | Tag::HtmlBlock
            | Tag::MetadataBlock(_)
    )
}

fn ends_apart(tag: TagEnd) -> bool {
    matches!(
        tag,
        TagEnd::Heading(_)
            | TagEnd::Link
            | TagEnd::Image
            | TagEnd::CodeBlock
            | TagEnd::HtmlBlock
            | TagEnd::MetadataBlock(_)
    )
}

/// The id that mdBook 0.5 makes of a heading's text, but for the blanks around it, which it trims first.
pub fn id_part(text: &str) -> String {
    let lower = text.to_lowercase();
    lower
        .chars()
        .filter_map(|c| match c {
            c if c.is_alphanumeric() || c == '_' || c == '-' => Some(c),
            c if c.is_whitespace() => Some('-'),
            _ => None,
        })
        .collect()
}
