//! Lines that say that something is left out of what a page shows: `...`, `[...]`, `// ...`, `(truncated)`.
//!
//! In YAML `...` ends a document, and only at the start of a line; in a page it says that there is more. So such a line is
//! read as a comment of the same length.

use super::said;
use crate::text::{Span, replaced};
use std::borrow::Cow;

/// A line that says that something is left out, from its first character that is no space to its last.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    pub(super) span: Span,
    /// It says so in words, so that it might be text.
    pub(super) wordy: bool,
    /// It stands for an item of a list: `- ...`.
    pub(super) item: bool,
}

/// The lines of a text that leave something out. In a file, dots at the start of a line end a document.
pub(super) fn find(text: &str, in_file: bool) -> Vec<Mark> {
    let mut marks = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim();
        let ends_document = in_file && content == "..." && line.starts_with('.');
        let item = content.strip_prefix("- ").unwrap_or(content).trim_start();
        if !ends_document
            && matches!(
                item.as_bytes().first(),
                Some(b'.' | b'[' | b'{' | b'(' | b'<' | b'/' | b'$' | b'-' | b';' | 0xc2 | 0xe2)
            )
            && (!item.starts_with(['-', ';']) || is_snippet(content))
        {
            let told = item.find(" #").or_else(|| item.find(" //"));
            let said = item[..told.unwrap_or(item.len())].trim_end();
            let comment = item.strip_prefix("//").is_some_and(said::leaves_out);
            let alone = item.len() == content.len();
            // One dot or two leave something out on a line of their own; as an item they are a folder.
            let short = alone && dots(said) > 0;
            // MkDocs puts a file in its place: `--8<-- "more.yaml"`.
            let wordy = !(comment || short || is_mark(said) || is_snippet(content));
            if !wordy || has_words(said, alone) {
                let start = at + (line.len() - line.trim_start().len());
                let span = Span::new(start, start + content.len());
                marks.push(Mark { span, wordy, item: !alone });
            }
        }
        at += line.len();
    }
    marks
}

/// Whether a line has the scissors of a plugin of MkDocs, which puts a file in its place.
fn is_snippet(line: &str) -> bool {
    let rest = line.trim_start_matches(';').trim_start_matches('-').strip_prefix("8<");
    line.starts_with(['-', ';']) && rest.is_some_and(|rest| rest.starts_with('-'))
}

/// Whether some line of a text is a mark of dots.
pub(super) fn within(text: &str) -> bool {
    find(text, false).iter().any(|mark| !mark.wordy)
}

/// Whether a line leaves something out in words: `... more of them`, `<the usual fields>`, `(truncated)`; or has it filled
/// in: `$(cat lines.txt)`.
fn has_words(said: &str, alone: bool) -> bool {
    if said.starts_with('$') {
        let filled = said.starts_with("$(") && said.ends_with(')');
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let named = said
            .strip_prefix('$')
            .is_some_and(|name| !name.is_empty() && name.chars().all(is_name));
        return alone && (filled || named || (said.starts_with("${") && said.ends_with('}')));
    }
    let behind = said.strip_prefix("...").or_else(|| said.strip_prefix('…'));
    if let Some(words) = behind {
        return words.starts_with([' ', '<', '[', '(']) || said::leaves_out(words);
    }
    let within = |open, close| said.strip_prefix(open).and_then(|rest| rest.strip_suffix(close));
    if let Some(words) = within('<', '>') {
        let named = words.starts_with(char::is_alphabetic) || said::leaves_out(words);
        return alone && named && !words.contains(['<', '>']);
    }
    alone && within('(', ')').or_else(|| within('[', ']')).is_some_and(said::leaves_out)
}

/// Three dots or more and nothing else, in brackets perhaps.
pub(super) fn is_mark(text: &str) -> bool {
    dots(text) > 2
}

/// Whether a line of its own leaves something out: dots, be it one.
pub(super) fn is_left(line: &str) -> bool {
    dots(line) > 0
}

/// How many dots a text is, in brackets perhaps; 0 if it is anything else.
fn dots(text: &str) -> usize {
    let inner = [('[', ']'), ('{', '}'), ('(', ')'), ('<', '>')]
        .iter()
        .find_map(|(open, close)| text.strip_prefix(*open)?.strip_suffix(*close))
        .unwrap_or(text)
        .trim();
    inner
        .chars()
        .try_fold(0, |dots, c| match c {
            '.' | '·' => Some(dots + 1),
            '…' => Some(dots + 3),
            ' ' => Some(dots),
            _ => None,
        })
        .unwrap_or(0)
}

/// The text with some of its lines as comments of the same length, so that everything keeps its place.
pub(super) fn without<'t>(text: &'t str, marks: &[Span]) -> Cow<'t, str> {
    if marks.is_empty() {
        return Cow::Borrowed(text);
    }
    let comment = |mark: &Span| {
        // No tab may stand before a comment.
        let indent =
            text[..mark.start].len() - text[..mark.start].trim_end_matches([' ', '\t']).len();
        let dots = ".".repeat(mark.len().saturating_sub(1));
        let whole = Span::new(mark.start - indent, mark.end);
        (whole, format!("{}#{dots}", " ".repeat(indent)))
    };
    Cow::Owned(replaced(text, marks.iter().map(comment)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_lines_of_dots() {
        let yes = [
            "...",
            "  ...\r\n",
            "......",
            "···",
            "…",
            "- ...",
            "[...]",
            "- [...]",
            "{...}",
            ".",
            "  ..  ",
            ". . .",
            "... # more",
            "... // more",
            "<...>",
            "// ...",
            "//...",
            "\u{a0}...",
        ];
        for text in yes {
            assert!(within(text), "{text:?}");
        }
        let no = [
            "", "a: ...", "...a", "./x", "..data", "[]", "{}", "# ...", "- ", "-...", "// x",
            ".. a", "€", "- .", "- ..",
        ];
        for text in no {
            assert!(!within(text), "{text:?}");
        }
        assert!(find("...\n", true).is_empty() && !find("  ...\n", true).is_empty());
    }
}
