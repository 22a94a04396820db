//! The little Markdown that a model's own words may use.

use super::guard::guarded;
use crate::content::Inline;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// How deep emphasis and links may be nested; below that they are plain text.
const MAX_DEPTH: usize = 8;

/// Stands before the text while it is parsed, so that it can be nothing but one paragraph. It is punctuation, so that
/// emphasis may begin directly behind it, and has no meaning of its own.
const GUARD: char = ';';

/// Reads code, emphasis, strong text and links; all else, raw HTML and images too, is the text that it is.
///
/// Line breaks are spaces. A link leads to a page of the book or to an `http`, `https` or `mailto` address; any other
/// address is not followed, and only the link's text remains.
pub fn inline(text: &str) -> Vec<Inline> {
    let line: String = std::iter::once(GUARD)
        .chain(text.chars().map(|c| if matches!(c, '\n' | '\r') { ' ' } else { c }))
        .collect();
    let mut open: Vec<Open> = Vec::new();
    let mut out: Vec<Inline> = Vec::new();
    // Elements that are open but too deep to be kept.
    let mut ignored = 0usize;
    let Some(events) = guarded(|| Parser::new_ext(&line, Options::empty()).collect::<Vec<_>>())
    else {
        return vec![Inline::Text(text.to_owned())];
    };
    for event in events {
        match event {
            Event::Start(Tag::Paragraph) | Event::End(TagEnd::Paragraph) => {}
            Event::Start(tag) => {
                if ignored > 0 || open.len() >= MAX_DEPTH {
                    ignored += 1;
                } else {
                    open.push(Open { kind: Kind::of(&tag), content: Vec::new() });
                }
            }
            Event::End(_) if ignored > 0 => ignored -= 1,
            Event::End(_) => {
                if let Some(done) = open.pop() {
                    for inline in done.close() {
                        push(open.last_mut().map_or(&mut out, |open| &mut open.content), inline);
                    }
                }
            }
            Event::Code(code) => push(
                open.last_mut().map_or(&mut out, |o| &mut o.content),
                Inline::Code(code.into_string()),
            ),
            Event::Text(text) | Event::InlineHtml(text) | Event::Html(text) => {
                push(
                    open.last_mut().map_or(&mut out, |o| &mut o.content),
                    Inline::Text(text.into_string()),
                );
            }
            Event::SoftBreak | Event::HardBreak => {
                push(
                    open.last_mut().map_or(&mut out, |o| &mut o.content),
                    Inline::Text(" ".into()),
                );
            }
            _ => {}
        }
    }
    if let Some(Inline::Text(first)) = out.first_mut() {
        first.remove(0);
        if first.is_empty() {
            out.remove(0);
        }
    }
    out
}

struct Open {
    kind: Kind,
    content: Vec<Inline>,
}

enum Kind {
    Strong,
    Emphasis,
    Link(String),
    /// An image, or a link that is not followed: what it says remains.
    Plain,
}

impl Kind {
    fn of(tag: &Tag<'_>) -> Kind {
        match tag {
            Tag::Strong => Kind::Strong,
            Tag::Emphasis => Kind::Emphasis,
            Tag::Link { dest_url, .. } if may_be_followed(dest_url) => {
                Kind::Link(dest_url.to_string())
            }
            _ => Kind::Plain,
        }
    }
}

impl Open {
    fn close(self) -> Vec<Inline> {
        match self.kind {
            Kind::Strong => vec![Inline::Strong(self.content)],
            Kind::Emphasis => vec![Inline::Emphasis(self.content)],
            Kind::Link(url) => vec![Inline::Link { url, text: self.content }],
            Kind::Plain => self.content,
        }
    }
}

fn push(content: &mut Vec<Inline>, inline: Inline) {
    if let (Some(Inline::Text(last)), Inline::Text(more)) = (content.last_mut(), &inline) {
        last.push_str(more);
    } else {
        content.push(inline);
    }
}

/// Whether an address is a page's, or of a kind that a book links to.
fn may_be_followed(url: &str) -> bool {
    let scheme = url
        .split(['/', '?', '#'])
        .next()
        .and_then(|start| start.split_once(':'))
        .map(|(scheme, _)| scheme);
    let known = ["http", "https", "mailto"];
    let hidden = url.chars().any(char::is_control);
    !hidden
        && scheme.is_none_or(|scheme| known.iter().any(|known| scheme.eq_ignore_ascii_case(known)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(content: &[Inline]) -> String {
        let mut out = String::new();
        for inline in content {
            out += &match inline {
                Inline::Text(text) => text.clone(),
                Inline::Code(code) => format!("<c {code}>"),
                Inline::Strong(inner) => format!("<b {}>", show(inner)),
                Inline::Emphasis(inner) => format!("<i {}>", show(inner)),
                Inline::Link { url, text } => format!("<a {url} {}>", show(text)),
                other => format!("{other:?}"),
            };
        }
        out
    }

    #[test]
    fn only_inline_markdown_is_read() {
        let cases = [
            ("", ""),
            ("plain; text", "plain; text"),
            ("a `b*c` **d _e_** f", "a <c b*c> <b d <i e>> f"),
            ("**\"d\"** _e_", "<b \"d\"> <i e>"),
            ("_e_", "<i e>"),
            (
                "see [the *docs*](https://example.com/a?b) now",
                "see <a https://example.com/a?b the <i docs>> now",
            ),
            ("[page](../a.md#b)", "<a ../a.md#b page>"),
            ("[x](javascript:alert(1)) [y](JAVASCRIPT:x) [z](data:text/html,x)", "x y z"),
            ("# not a heading", "# not a heading"),
            ("- not a list", "- not a list"),
            ("1. not a list\n\n> not a quote", "1. not a list  > not a quote"),
            ("    not code", "    not code"),
            ("<b>raw</b> <!-- c --> & &lt; 5 < 6", "<b>raw</b> <!-- c --> & < 5 < 6"),
            ("![alt](i.png)", "alt"),
            ("<https://example.com>", "<a https://example.com https://example.com>"),
            ("a \\*b\\* c", "a *b* c"),
            ("[a]: /url", "[a]: /url"),
            ("é *ü*", "é <i ü>"),
        ];
        for (text, wanted) in cases {
            assert_eq!(show(&inline(text)), wanted, "{text:?}");
        }
    }

    #[test]
    fn deep_nesting_is_flattened() {
        let text = format!("{}x{}", "*a **b ".repeat(5_000), "** *".repeat(5_000));
        assert!(show(&inline(&text)).contains('x'));
    }
}
