//! Fenced blocks of code: the language, the words behind it, what they hold.

use super::Cut;
use super::place::{self, Place};
use crate::text::{Span, Spanned};

/// A fenced block of code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fence {
    /// The first word of the info string, or nothing.
    pub lang: Spanned<String>,
    /// The words behind it.
    pub words: Vec<Word>,
    /// The whole info string; empty where there is none.
    pub info: Span,
    /// The lines between, without what the quotes and list items around put before them.
    pub body: Cut,
    /// The opening row of backticks or tildes.
    pub open: Span,
    /// The closing row; none if the fence ends with what it stands in.
    pub close: Option<Span>,
}

/// A word behind a fence's language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// The word, or the key of `key=value`.
    pub name: String,
    /// What stands behind `=`, without quotes.
    pub value: Option<Spanned<String>>,
    /// The whole word.
    pub span: Span,
}

impl Fence {
    /// Whether a word without a value is there.
    pub fn has(&self, name: &str) -> bool {
        self.words.iter().any(|word| word.name == name && word.value.is_none())
    }

    /// The word of this name.
    pub fn word(&self, name: &str) -> Option<&Word> {
        self.words.iter().find(|word| word.name == name)
    }

    /// The `{= EXPR }` in the body: each with its whole span in the body's text and its expression.
    ///
    /// Only fences that carry the word `plumb` are meant to have any; that is for the caller to ask.
    pub fn interpolations(&self) -> Vec<Interpolation> {
        let text = self.body.text();
        let mut found = Vec::new();
        let mut at = 0;
        while let Some(start) =
            memchr::memmem::find(&text.as_bytes()[at..], b"{=").map(|start| at + start)
        {
            let inner = start + 2;
            let close = closing_brace(&text[inner..]).map(|length| inner + length);
            let end = close
                .unwrap_or(text[inner..].find('\n').map_or(text.len(), |length| inner + length));
            let expression = &text[inner..end];
            let from = inner + (expression.len() - expression.trim_start().len());
            let to = (inner + expression.trim_end().len()).max(from);
            found.push(Interpolation {
                part: Span::new(start, close.map_or(end, |close| close + 1)),
                expression: self.body.slice(Span::new(from, to)),
                closed: close.is_some(),
            });
            at = end;
        }
        found
    }
}

/// A `{= EXPR }` in a fence's body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interpolation {
    /// All of it, in the body's text.
    pub part: Span,
    /// The expression.
    pub expression: Cut,
    /// False where the brace is not closed on its line.
    pub closed: bool,
}

/// How many bytes an expression may have.
const LONGEST_EXPRESSION: usize = 4096;

/// The offset of the `}` that ends an expression, on the same line; braces and strings within it are passed over.
pub(super) fn closing_brace(text: &str) -> Option<usize> {
    let mut depth = 0usize;
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in text.char_indices().take_while(|(at, _)| *at < LONGEST_EXPRESSION) {
        match (quote, c) {
            (_, '\n') => return None,
            (Some(_), _) if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), _) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '{') => depth += 1,
            (None, '}') if depth == 0 => return Some(at),
            (None, '}') => depth -= 1,
            (None, _) => {}
        }
    }
    None
}

/// A fence from the span that the parser gave it and the body that it read.
pub(super) fn read(text: &str, span: Span, body: Cut, in_quote: bool) -> (Fence, Span, Place) {
    let source = &text[span.range()];
    let row = source.bytes().next().unwrap_or(b'`');
    let length = source.bytes().take_while(|&byte| byte == row).count();
    let open = Span::new(span.start, span.start + length);
    let first_end = source.find(['\n', '\r']).unwrap_or(source.len());
    let after = &source[length..first_end.max(length)];
    let info_start = open.end + (after.len() - after.trim_start().len());
    let info = Span::new(info_start, info_start + after.trim().len());

    let body_end = if body.text().is_empty() { span.start + first_end } else { body.span().end };
    let tail_start = body_end.clamp(span.start, span.end);
    let tail = &text[tail_start..span.end];
    let trimmed = tail.trim_start_matches(|c: char| c.is_whitespace() || (in_quote && c == '>'));
    let close_length = trimmed.bytes().take_while(|&byte| byte == row).count();
    let close = (close_length >= length).then(|| {
        let start = span.end - trimmed.len();
        Span::new(start, start + close_length)
    });
    let end =
        close.map_or(span.start + source.trim_end_matches(['\n', '\r']).len(), |close| close.end);
    let line = place::line_start(text, span.start);
    let whole = Span::new(span.start, end.max(info.end));
    let place = Place {
        alone: true,
        prefix: place::prefix(&text[line..span.start]),
        blank_before: place::blank_before(text, span.start),
        blank_after: place::blank_after(text, whole.end),
        ..Place::default()
    };
    let (lang, words) = words(text, info);
    (Fence { lang, words, info, body, open, close }, whole, place)
}

/// The language and the words of an info string: separated by commas or spaces; `{…}` around them is passed over.
fn words(text: &str, info: Span) -> (Spanned<String>, Vec<Word>) {
    let source = &text[info.range()];
    let mut lang = None;
    let mut words = Vec::new();
    let mut at = 0;
    while at < source.len() {
        let rest = &source[at..];
        let first = rest.chars().next().unwrap_or(' ');
        if first.is_whitespace() || matches!(first, ',' | '{' | '}') {
            at += first.len_utf8();
            continue;
        }
        let length = word_length(rest);
        let span = Span::new(info.start + at, info.start + at + length);
        let word = &rest[..length];
        at += length.max(1);
        if lang.is_none() {
            // `{.yaml …}`: a class is the language there.
            let name = word.strip_prefix('.').unwrap_or(word);
            if word.contains('=') {
                lang = Some(Spanned::new(String::new(), Span::at(info.start)));
            } else {
                lang =
                    Some(Spanned::new(name.to_owned(), Span::new(span.end - name.len(), span.end)));
                continue;
            }
        }
        let (name, value) = match word.find('=') {
            Some(equals) => (&word[..equals], Some(equals + 1)),
            None => (word, None),
        };
        let value = value.map(|from| {
            let value = &word[from..];
            let inner =
                value.strip_prefix('"').map(|inner| inner.strip_suffix('"').unwrap_or(inner));
            let start = span.start + from + usize::from(inner.is_some());
            let inner = inner.unwrap_or(value);
            Spanned::new(inner.to_owned(), Span::new(start, start + inner.len()))
        });
        words.push(Word { name: name.strip_prefix('.').unwrap_or(name).to_owned(), value, span });
    }
    (lang.unwrap_or_else(|| Spanned::new(String::new(), Span::at(info.start))), words)
}

/// How long the word at the start of a text is; quotes and brackets hold their commas and spaces.
fn word_length(text: &str) -> usize {
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let closer = match c {
            '"' => Some('"'),
            '[' => Some(']'),
            '}' | ',' => break,
            _ if c.is_whitespace() => break,
            '{' if at > 0 => break,
            _ => None,
        };
        at += c.len_utf8();
        if let Some(length) = closer.and_then(|closer| text[at..].find(closer)) {
            at += length + 1;
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_words(info: &str) -> String {
        let (lang, words) = words(info, Span::new(0, info.len()));
        assert_eq!(&info[lang.span.range()], lang.value);
        let mut out = lang.value;
        for word in words {
            match word.value {
                Some(value) => {
                    assert_eq!(&info[value.span.range()], value.value);
                    out += &format!(" {}={:?}", word.name, value.value);
                }
                None => out += &format!(" {}", word.name),
            }
        }
        out
    }

    #[test]
    fn info_strings_are_read_in_the_manner_of_mdbook_and_rustdoc() {
        let cases = [
            ("", ""),
            ("yaml", "yaml"),
            ("yaml,ignore", "yaml ignore"),
            ("yaml, ignore ,x", "yaml ignore x"),
            ("yaml fails=unknown-field group=a", "yaml fails=\"unknown-field\" group=\"a\""),
            (
                "yaml fragment=VirtualService:spec.http[]",
                "yaml fragment=\"VirtualService:spec.http[]\"",
            ),
            ("yaml title=\"a, b c\" ignore", "yaml title=\"a, b c\" ignore"),
            ("yaml {ignore}", "yaml ignore"),
            ("yaml{ignore,fails=x}", "yaml ignore fails=\"x\""),
            ("{.yaml .ignore k8s=1.36}", "yaml ignore k8s=\"1.36\""),
            ("yaml title=\"open", "yaml title=\"open\""),
            ("yaml a=[b, c] d", "yaml a=\"[b, c]\" d"),
            (",,", ""),
            ("fails=x", " fails=\"x\""),
            ("yaml é=ü", "yaml é=\"ü\""),
        ];
        for (info, wanted) in cases {
            assert_eq!(read_words(info), wanted, "{info:?}");
        }
    }

    #[test]
    fn an_expression_ends_at_its_own_brace() {
        assert_eq!(closing_brace(" a }"), Some(3));
        assert_eq!(closing_brace(" {'a': '}'}.a } }"), Some(14));
        assert_eq!(closing_brace(" a\n}"), None);
        assert_eq!(closing_brace(" \"\\\"}\" }"), Some(7));
    }
}
