//! What an author leaves out of a manifest that a page shows: a line with nothing but `...`, or a comment that begins so.
//!
//! In YAML `...` ends a document, and only at the start of a line; in a page it says that there is more. So such a line is
//! read as a comment, and the document that it stands in as an excerpt, of which only what is written can be wrong.

use crate::manifest::{self, Format, Node, Read, Value};
use crate::text::{Span, TextMap, replaced};
use std::borrow::Cow;

/// Reads the manifests of a page. What is marked as left out is a comment; spans count in the author's own text.
pub(super) fn read(text: &str, map: &TextMap, format: Format) -> Read {
    let marks = marks(text);
    let mut read = manifest::read(&without(text, &marks), map, format);
    // Where the line is text of a block scalar it leaves nothing out.
    let outside: Vec<Span> = marks
        .iter()
        .copied()
        .filter(|mark| {
            let after = read.comments.partition_point(|comment| comment.start < mark.start);
            read.comments.get(after).is_some_and(|comment| comment.start == mark.start)
        })
        .collect();
    if outside.len() < marks.len() {
        read = manifest::read(&without(text, &outside), map, format);
    }
    let comments = read.comments.iter().filter(|comment| {
        text.get(comment.range()).is_some_and(|comment| begins_so(comment.trim_start_matches('#')))
    });
    let mut left_out: Vec<usize> = outside.iter().chain(comments).map(|mark| mark.start).collect();
    left_out.sort_unstable();
    let breaks: Vec<usize> = memchr::memmem::find_iter(text.as_bytes(), "\n---").collect();
    for at in left_out {
        let after = read.documents.partition_point(|document| document.span.start <= at);
        let begins_next = after.checked_sub(1).is_none_or(|before| {
            let end = read.documents[before].span.end;
            let next = breaks.partition_point(|&offset| offset < end);
            breaks.get(next).is_some_and(|&offset| offset < at)
        });
        if let Some(document) = read.documents.get_mut(after - usize::from(!begins_next)) {
            document.excerpt = true;
        }
    }
    if text.contains("...") || text.contains('…') {
        for document in &mut read.documents {
            document.excerpt |= holds_one(&document.root);
        }
    }
    read
}

/// Whether some value is `...`, not in quotes.
fn holds_one(root: &Node) -> bool {
    let mut stack = vec![root];
    while let Some(node) = stack.pop() {
        match &node.value {
            Value::Map(map) => {
                if map.keys().any(is_mark) {
                    return true;
                }
                stack.extend(map.iter().map(|entry| &entry.value));
            }
            Value::Seq(items) => stack.extend(items),
            _ if !node.is_quoted() && node.as_str().is_some_and(is_mark) => return true,
            _ => {}
        }
    }
    false
}

/// Whether a value stands for one that is left out: `...`, `…`, also in brackets or quotes.
pub(super) fn is_value(text: &str) -> bool {
    let text = text.trim().trim_matches(['"', '\'']);
    is_mark(text)
}

/// Whether some line of a text is a mark.
pub(super) fn within(text: &str) -> bool {
    !marks(text).is_empty()
}

/// The lines that are marks, from the first character that is no space to the last.
fn marks(text: &str) -> Vec<Span> {
    let mut marks = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim();
        let item = content.strip_prefix("- ").unwrap_or(content).trim_start();
        if matches!(item.as_bytes().first(), Some(b'.' | b'[' | b'{' | b'(' | b'<' | b'/' | 0xe2)) {
            let told = item.find(" #").or_else(|| item.find(" //"));
            let said = item[..told.unwrap_or(item.len())].trim_end();
            let comment = item.strip_prefix("//").is_some_and(begins_so);
            // One dot or two leave something out on a line of their own; as an item they are a folder.
            let short = item.len() == content.len() && dots(said) > 0;
            if comment || short || is_mark(said) {
                let start = at + (line.len() - line.trim_start().len());
                marks.push(Span::new(start, start + content.len()));
            }
        }
        at += line.len();
    }
    marks
}

/// Three dots or more and nothing else, in brackets perhaps.
fn is_mark(text: &str) -> bool {
    dots(text) > 2
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
            '.' => Some(dots + 1),
            '…' => Some(dots + 3),
            ' ' => Some(dots),
            _ => None,
        })
        .unwrap_or(0)
}

/// Whether a comment's text begins with dots.
fn begins_so(comment: &str) -> bool {
    let comment = comment.trim_start().trim_start_matches(['[', '{', '(', '<']).trim_start();
    comment.starts_with("...") || comment.starts_with('…')
}

/// The text with some of its lines as comments of the same length, so that everything keeps its place.
fn without<'t>(text: &'t str, marks: &[Span]) -> Cow<'t, str> {
    if marks.is_empty() {
        return Cow::Borrowed(text);
    }
    let comment = |mark: &Span| format!("#{}", ".".repeat(mark.len().saturating_sub(1)));
    Cow::Owned(replaced(text, marks.iter().map(|mark| (*mark, comment(mark)))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Source;

    #[test]
    fn marks_are_lines_of_dots() {
        let yes = [
            "...",
            "  ...\r\n",
            "......",
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
    }

    /// A text, what its values are without what is left out, and which of its documents are excerpts.
    #[test]
    fn what_is_left_out_is_no_yaml() {
        let cases: [(&str, &str, &[bool]); 12] = [
            ("a:\n  ...\n  b: 1\n", r#"[{"a":{"b":1}}]"#, &[true]),
            ("a: 1\n...\nb: 2\n", r#"[{"a":1,"b":2}]"#, &[true]),
            ("a:\n- 1\n- ...\n- 3\n", r#"[{"a":[1,3]}]"#, &[true]),
            ("a: 1 # ... more\n", r#"[{"a":1}]"#, &[true]),
            ("a: 1\n# …\n---\nb: 2\n", r#"[{"a":1},{"b":2}]"#, &[true, false]),
            ("a: 1\n---\n  [...]\nb: 2\n", r#"[{"a":1},{"b":2}]"#, &[false, true]),
            ("a: |\n  x\n  ...\n  y\n", r#"[{"a":"x\n...\ny\n"}]"#, &[false]),
            ("a: |\n  ...\nb:\n  ...\n", r#"[{"a":"...\n","b":null}]"#, &[true]),
            ("a: 1 # one.two\n", r#"[{"a":1}]"#, &[false]),
            ("...\n", "[]", &[]),
            ("a: ...\n---\nb: \"...\"\n", r#"[{"a":"..."},{"b":"..."}]"#, &[true, false]),
            ("a: {...}\n", r#"[{"a":{"...":null}}]"#, &[true]),
        ];
        for (text, values, excerpts) in cases {
            let read = read(text, &TextMap::identity(&Source::new("", text)), Format::Yaml);
            assert!(read.findings.is_empty(), "{text:?}: {:?}", read.findings);
            let found: Vec<_> = read.documents.iter().map(|one| one.root.to_json()).collect();
            assert_eq!(serde_json::to_string(&found).expect("JSON"), values, "{text:?}");
            let found: Vec<_> = read.documents.iter().map(|one| one.excerpt).collect();
            assert_eq!(found, excerpts, "{text:?}");
        }
    }
}
