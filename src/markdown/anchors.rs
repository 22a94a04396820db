//! The headings of a page with the ids that mdBook gives them, and its links to places within pages.

use super::Dialect;
use super::guard::guarded;
use crate::text::Span;
use pulldown_cmark::{Event, LinkType, Parser, Tag, TagEnd};
use std::collections::BTreeMap;

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
    /// Where its destination is written: in it, or in the definition that it names; nothing where that can't be told.
    destination: Option<Span>,
    /// Whether what is written there is the destination letter by letter, without escapes.
    is_literal: bool,
}

impl LinkTo {
    fn new(span: Span, destination: &str) -> LinkTo {
        let (page, fragment) = match destination.split_once('#') {
            Some((page, fragment)) => (page, Some(fragment.to_owned())),
            None => (destination, None),
        };
        LinkTo { span, page: page.to_owned(), fragment, destination: None, is_literal: false }
    }

    /// Takes where its destination is written, which the parser says to be this.
    fn set_destination(&mut self, text: &str, at: Option<Span>, destination: &str) {
        self.destination = at;
        self.is_literal = at.is_some_and(|at| text[at.range()] == *destination);
    }

    /// Where its destination is written, or all of the link.
    pub fn at(&self) -> Span {
        self.destination.unwrap_or(self.span)
    }

    /// Where the first bytes of its page are written; nothing where they are written with escapes.
    pub fn page_at(&self, length: usize) -> Option<Span> {
        let whole = self.destination.filter(|_| self.is_literal && length <= self.page.len())?;
        Some(Span::new(whole.start, whole.start + length))
    }

    /// Where its fragment is written; nothing where it is written with escapes.
    pub fn fragment_at(&self) -> Option<Span> {
        let whole = self.destination.filter(|_| self.is_literal)?;
        Some(Span::new(whole.end - self.fragment.as_ref()?.len(), whole.end))
    }
}

/// Reads the headings and links of a page; none of a page that the parser can't bear.
pub fn anchors(text: &str, dialect: Dialect) -> Anchors {
    let read = || {
        let mut found = Anchors::default();
        let mut open = false;
        // The destination of the inline link that is open, and how far its text is known to go.
        let mut inline = None;
        let mut behind = 0;
        let mut defined: BTreeMap<usize, Option<Span>> = BTreeMap::new();
        let mut events = Parser::new_ext(text, dialect.options()).into_offset_iter();
        while let Some((event, range)) = events.next() {
            if !matches!(event, Event::End(TagEnd::Link)) {
                behind = behind.max(range.end);
            }
            match event {
                Event::Start(Tag::Heading { id, classes, attrs, .. }) => {
                    let span = Span::from(range);
                    let line = text[span.range()].trim_end();
                    let plain = id.is_none() && classes.is_empty() && attrs.is_empty();
                    let is_row = line.starts_with('#') && !line.contains('\n');
                    found.headings.push(Heading {
                        span,
                        id: id.map(|id| id.to_string()),
                        parts: Vec::new(),
                        end: (plain && is_row).then_some(span.start + unclosed(line).len()),
                    });
                    open = true;
                }
                Event::End(TagEnd::Heading(_)) => open = false,
                Event::Start(Tag::Link { link_type, dest_url, id, .. }) => {
                    behind = range.start + 1;
                    let mut link = LinkTo::new(range.into(), &dest_url);
                    match link_type {
                        LinkType::Email => continue,
                        LinkType::Inline => inline = Some(dest_url),
                        _ => {
                            if let Some(definition) = events.reference_definitions().get(&id) {
                                let span = Span::from(definition.span.clone());
                                let place = defined.entry(span.start);
                                let place = *place.or_insert_with(|| defined_in(text, span));
                                link.set_destination(text, place, &dest_url);
                            }
                        }
                    }
                    found.links.push(link);
                }
                Event::End(TagEnd::Link) => {
                    if let (Some(dest_url), Some(link)) = (inline.take(), found.links.last_mut()) {
                        let left = Span::new(behind.min(range.end), range.end);
                        link.set_destination(text, behind_text(text, left), &dest_url);
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

/// A heading's line without the `#` that close it; what stands behind a letter is part of the heading.
fn unclosed(line: &str) -> &str {
    let before = line.trim_end_matches('#');
    if before.ends_with([' ', '\t']) { before.trim_end() } else { line }
}

/// Where an inline link's destination stands, in what is left of the link behind its text.
fn behind_text(text: &str, left: Span) -> Option<Span> {
    let rest = text.get(left.range())?;
    let open = rest.trim_start().strip_prefix("](")?;
    destination(text, Span::new(left.end - open.len(), left.end))
}

/// Where the destination stands in a definition: `[label]: destination "title"`.
fn defined_in(text: &str, definition: Span) -> Option<Span> {
    let rest = text.get(definition.range())?.strip_prefix('[')?;
    let mut escaped = false;
    let close = rest.find(|c| {
        let closes = c == ']' && !escaped;
        escaped = c == '\\' && !escaped;
        closes
    })?;
    let behind = rest[close..].strip_prefix("]:")?;
    destination(text, Span::new(definition.end - behind.len(), definition.end))
}

/// Where a destination stands that begins a text, without the `<` and `>` around it.
fn destination(text: &str, within: Span) -> Option<Span> {
    let written = text[within.range()].trim_start();
    let start = within.end - written.len();
    let (mut open, mut escaped) = (0usize, false);
    let (start, written, angled) = match written.strip_prefix('<') {
        Some(inner) => (start + 1, inner, true),
        // The mark of a quote, most likely.
        None if written.starts_with('>') => return None,
        None => (start, written, false),
    };
    let end = written.find(|c: char| {
        let literal = std::mem::take(&mut escaped) && c.is_ascii_punctuation();
        match c {
            _ if literal => return false,
            '\\' => escaped = true,
            '>' if angled => return true,
            _ if angled => {}
            '(' => open += 1,
            ')' if open > 0 => open -= 1,
            ')' => return true,
            c => return c.is_ascii_whitespace() || c.is_ascii_control(),
        }
        false
    });
    let end = if angled { end? } else { end.unwrap_or(written.len()) };
    Some(Span::new(start, start + end))
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Each link of a text: its destination as it is written, and whether a part of that can be replaced.
    fn written(text: &str) -> Vec<(&str, bool)> {
        let links = anchors(text, Dialect::default()).links;
        let parts = links.iter().map(|link| {
            let page = link.page_at(link.page.len());
            assert!(page.is_none_or(|page| text[page.range()] == *link.page), "{text}");
            let fragment = link.fragment_at();
            let stands = |at: Span| Some(&text[at.range()]) == link.fragment.as_deref();
            assert!(fragment.is_none_or(stands), "{text}");
            (&text[link.at().range()], page.is_some())
        });
        parts.collect()
    }

    /// The words of a link's text or title are often those of its destination.
    #[test]
    fn a_destination_is_found_where_it_is_written() {
        let cases = [
            ("[a.md](a.md \"a.md\")", "a.md"),
            ("[a.md#b](a.md#b 'a.md#b') a.md#b", "a.md#b"),
            ("[`a.md`]( <a.md> (a.md))", "a.md"),
            ("[](a.md)", "a.md"),
            ("[*a.md*\n  ](\n  a.md\n  \"a.md\"\n)", "a.md"),
            ("[![a.md](a.md)](a.md)", "a.md"),
            ("[a\\](a.md)](a.md)", "a.md"),
            ("[[a.md]](a(b).md)", "a(b).md"),
            ("[<b a=\"](x.md)\">](a.md)", "a.md"),
            ("| h |\n|---|\n| [a.md](a.md) |", "a.md"),
            ("> - [a.md\n>   b](a.md)", "a.md"),
            ("[a.md]: <b c.md> 'a.md'\n\n[a.md]", "b c.md"),
            ("[a.md][]\n\n[A.MD]: a.md \"a.md\"\n[a.md]: other.md", "a.md"),
            ("[a.md][\\]]\n\n[\\]]: a.md", "a.md"),
        ];
        for (text, destination) in cases {
            assert_eq!(written(text), [(destination, true)], "{text}");
        }
        // The mark of a quote may stand before it.
        let text = "> [x]\n\n> [x]:\n> a.md\n";
        assert_eq!(written(text), [("[x]", false)]);
    }

    /// What is written with escapes is another text than the destination.
    #[test]
    fn an_escaped_destination_is_not_taken_apart() {
        let cases = [
            ("[a](a\\_b.md)", "a\\_b.md"),
            ("[a](a.md?b&amp;)", "a.md?b&amp;"),
            ("[a](a\\\\)", "a\\\\"),
            ("[a](<a\\>b.md>)", "a\\>b.md"),
            ("[a]\n\n[a]: a\\#b.md", "a\\#b.md"),
        ];
        for (text, destination) in cases {
            assert_eq!(written(text), [(destination, false)], "{text}");
        }
        assert_eq!(written("<https://a.md#b>"), [("<https://a.md#b>", false)]);
        assert_eq!(written("<me@a.md> ![a.md](a.md) `[a](a.md)`"), []);
    }

    /// One definition may be long, and many links may name it.
    #[test]
    fn many_links_take_no_time() {
        let start = std::time::Instant::now();
        let text = format!("{}\n\n[a]:{}b.md\n", "[a] ".repeat(20_000), " ".repeat(200_000));
        assert_eq!(written(&text).len(), 20_000);
        assert!(start.elapsed().as_secs() < 5, "{:?}", start.elapsed());
    }

    #[test]
    fn a_heading_ends_before_what_closes_it() {
        let end = |text: &str| {
            let headings = anchors(text, Dialect::default()).headings;
            headings[0].end.map(|end| text[..end].to_owned())
        };
        for (text, before) in [
            ("# A", "# A"),
            ("## A ##  \n", "## A"),
            ("# A #b", "# A #b"),
            ("# C#", "# C#"),
            ("# A \\#", "# A \\#"),
            ("## A\t#\n", "## A"),
        ] {
            assert_eq!(end(text).as_deref(), Some(before), "{text}");
        }
        assert_eq!([end("A\n==="), end("# A {.b}")], [None, None]);
    }
}
