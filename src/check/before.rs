//! What an author says before a fence.
//!
//! That is the paragraph above it. Names of files, tabs, shortcodes and other fences may stand between: they say nothing.

use crate::text::{Span, ceil_char_boundary};
use regex::Regex;
use std::sync::LazyLock;

/// How much of a paragraph is read, from its end.
const LONGEST: usize = 600;

/// How many paragraphs and fences are passed over, and how many lines each may have.
const MOST_PASSED: usize = 8;
const MOST_LINES: usize = 400;

/// The words before a fence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Before {
    /// The paragraph, in the text; empty where there is none.
    pub(super) span: Span,
    /// Whether another fence stands between.
    pub(super) is_shared: bool,
    /// Whether a name of a file stands between: then it is the file that is shown.
    pub(super) is_of_file: bool,
}

/// The words before a fence that begins at a place.
pub(super) fn before(text: &str, fence: usize) -> Before {
    let mut end = fence.min(text.len());
    let (mut is_shared, mut is_of_file) = (false, false);
    for _ in 0..MOST_PASSED {
        let above = without_blank(&text[..end]);
        let mut start = above.len();
        for line in above.split_inclusive('\n').rev().take(MOST_LINES) {
            if is_blank(line) || is_row(line) {
                break;
            }
            start -= line.len();
        }
        let paragraph = &above[start..];
        if paragraph.is_empty() {
            // A row that closes a fence, or nothing at all.
            let Some(opened) = opened(above) else { break };
            (end, is_shared) = (opened, true);
        } else if paragraph.lines().all(|line| is_markup(line) || names_file(line)) {
            end = start;
            is_of_file |= paragraph.lines().any(names_file);
        } else {
            let near = paragraph.len().saturating_sub(LONGEST);
            let start = start + ceil_char_boundary(paragraph, near);
            return Before { span: Span::new(start, above.len()), is_shared, is_of_file };
        }
    }
    Before { span: Span::at(end), is_shared, is_of_file }
}

/// What a fence holds that stands right above a place; empty where none does.
pub(super) fn fence_above(text: &str, fence: usize) -> Span {
    let above = without_blank(&text[..fence.min(text.len())]);
    let begin = |at: usize| above[..at].rfind('\n').map_or(0, |end| end + 1);
    let Some(opened) = opened(above) else { return Span::at(0) };
    let first = above[opened..].find('\n').map_or(above.len(), |end| opened + end + 1);
    Span::new(first, begin(above.len()).max(first))
}

/// A text without the blank lines at its end, and the spaces before them.
fn without_blank(text: &str) -> &str {
    let mut end = text.len();
    for line in text.split_inclusive('\n').rev() {
        if !is_blank(line) {
            return text[..end].trim_end();
        }
        end -= line.len();
    }
    ""
}

fn is_blank(line: &str) -> bool {
    line.trim_matches(is_nothing).is_empty()
}

fn is_nothing(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n' | '>')
}

fn is_row(line: &str) -> bool {
    let content = line.trim_start_matches(is_nothing);
    content.starts_with("```") || content.starts_with("~~~")
}

/// Where the fence opens that the last line of a text closes.
fn opened(above: &str) -> Option<usize> {
    let mut lines = above.split_inclusive('\n').rev();
    let mut at = above.len() - lines.next().filter(|line| is_row(line))?.len();
    for line in lines.take(MOST_LINES) {
        at -= line.len();
        if is_row(line) {
            return Some(at);
        }
    }
    None
}

/// Whether a line is markup, so that it says nothing of what is shown: a tab, a shortcode, a tag.
fn is_markup(line: &str) -> bool {
    static MARKUP: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r#"^(?:\{\{[<%].*[>%]\}\}|\{%.*%\}|===[!+]? ["'].*|</?[A-Za-z][^<>]*>)$"#)
    });
    MARKUP.is_match(words(line))
}

/// Whether a line names a file and nothing else.
fn names_file(line: &str) -> bool {
    static FILE: LazyLock<Regex> = LazyLock::new(|| {
        let name = r"[\w./*{}<>-]+\.(?:ya?ml|json)";
        pattern(&format!("^[*_`]*{name}(?:, {name})*[*_`]*:?[*_`]*$"))
    });
    FILE.is_match(words(line))
}

fn words(line: &str) -> &str {
    line.trim_start_matches(is_nothing).trim_end()
}

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is a constant")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_words_before_a_fence() {
        for (text, words, is_shared) in [
            ("Write this:\n\n", "Write this:", false),
            ("a\n\nb\nc:\n", "b\nc:", false),
            ("> b\n>\n> c:\n>\n> ", "> c:", false),
            ("Check:\n\n**config/role.yaml, *_web.yaml:**\n", "Check:", false),
            ("Check:\n\n`a.yaml`:\n```\nx\n\ny\n```\n\n", "Check:", true),
            ("Check:\n\n{{< tabs >}}\n{{% tab name=\"a\" %}}\n", "Check:", false),
            ("Check:\n<Tabs>\n\n<TabItem value=\"a\">\n", "Check:\n<Tabs>", false),
            ("Check:\n=== \"a\"\n", "Check:\n=== \"a\"", false),
            ("```\nx\n```\n", "", true),
            ("```\n", "", false),
            ("**Edit it:**\n", "**Edit it:**", false),
            ("See a.yaml:\n", "See a.yaml:", false),
            ("", "", false),
        ] {
            let found = before(text, text.len());
            assert_eq!(
                (&text[found.span.range()], found.is_shared),
                (words, is_shared),
                "{text:?}"
            );
        }
        assert_eq!(before(&"é".repeat(900), 1800).span.len(), LONGEST);
    }
}
