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
}

/// The words before a fence that begins at a place.
pub(super) fn before(text: &str, fence: usize) -> Before {
    let mut end = fence.min(text.len());
    let mut is_shared = false;
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
        } else if paragraph.lines().all(is_label) {
            end = start;
        } else {
            let near = paragraph.len().saturating_sub(LONGEST);
            let start = start + ceil_char_boundary(paragraph, near);
            return Before { span: Span::new(start, above.len()), is_shared };
        }
    }
    Before { span: Span::at(end), is_shared }
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

/// Whether a line names a file or a tab, or is markup, so that it says nothing of what is shown.
fn is_label(line: &str) -> bool {
    static LABEL: LazyLock<Regex> = LazyLock::new(|| {
        let pattern = r#"^(?:[*_`]*[\w./*{}<>-]+\.(?:ya?ml|json)(?:, [\w./*{}<>-]+\.(?:ya?ml|json))*[*_`]*:?[*_`]*|\{\{[<%].*[>%]\}\}|\{%.*%\}|===[!+]? ["'].*|</?[A-Za-z][^<>]*>)$"#;
        Regex::new(pattern).expect("the pattern is a constant")
    });
    LABEL.is_match(line.trim_start_matches(is_nothing).trim_end())
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
