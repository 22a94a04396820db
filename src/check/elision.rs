//! What an author leaves out of a manifest that a page shows: a line with nothing but `...`, or a comment that begins so.
//!
//! In YAML `...` ends a document, and only at the start of a line; in a page it says that there is more. So such a line is
//! read as a comment, and the document that it stands in as an excerpt, of which only what is written can be wrong.

use super::codes::EXCERPT;
use crate::diag::Diagnostic;
use crate::manifest::{self, Format, Node, Read, SCHEMA_UNKNOWN_FIELD, Value, YAML_SYNTAX};
use crate::text::{Span, TextMap, replaced};
use regex::Regex;
use std::borrow::Cow;
use std::sync::LazyLock;

/// Reads the manifests of a page. What is marked as left out is a comment, and so are the `commands` that print the rest;
/// spans count in the author's own text.
pub(super) fn read(text: &str, commands: &[Span], map: &TextMap, format: Format) -> Read {
    let text = &*without(text, commands);
    let marks = marks(text);
    let mut read = read_marked(text, &marks, map, format);
    if !read.findings.is_empty() && marks.iter().any(|mark| mark.wordy) {
        // Words that were meant as text, perhaps.
        let dots: Vec<_> = marks.iter().copied().filter(|mark| !mark.wordy).collect();
        let plain = read_marked(text, &dots, map, format);
        if plain.findings.is_empty() {
            read = plain;
        }
    }
    spare(&mut read.findings, text, &marks, map);
    read
}

fn read_marked(text: &str, marks: &[Mark], map: &TextMap, format: Format) -> Read {
    let marks: Vec<Span> = marks.iter().map(|mark| mark.span).collect();
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
        text.get(comment.range()).is_some_and(|comment| {
            let comment = comment.trim_start_matches('#');
            begins_so(comment) || tells_so(comment)
        })
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

/// A field that is unknown where it stands, right behind a mark, may belong to what is left out: that becomes a note.
pub(super) fn spare_displaced(findings: &mut [Diagnostic], text: &str, map: &TextMap) {
    let displaced =
        |finding: &Diagnostic| finding.code == &SCHEMA_UNKNOWN_FIELD && finding.fix.is_none();
    if !findings.iter().any(displaced) {
        return;
    }
    let behind: Vec<usize> = marks(text)
        .iter()
        .filter_map(|mark| {
            let next = mark.span.end + text[mark.span.end..].find('\n')? + 1;
            Some(map.locate(Span::at(next)).start().line)
        })
        .collect();
    for finding in findings.iter_mut().filter(|finding| displaced(finding)) {
        if behind.contains(&finding.at.location.start().line) {
            let name = finding.at.location.text();
            let message = format!("what `{name}` belongs to is left out, so it is not checked");
            *finding = Diagnostic::new(&EXCERPT, finding.at.location.clone(), message)
                .help(format!("as it stands: {}", finding.message));
        }
    }
}

/// Says once, of a manifest that lacks something and is right otherwise, how a page says that it shows a part only.
pub(super) fn offer(findings: &mut [Diagnostic]) {
    if findings.iter().any(|finding| finding.code == &SCHEMA_UNKNOWN_FIELD) {
        return;
    }
    let lacks = |finding: &&mut Diagnostic| finding.message.contains(": Required value");
    if let Some(finding) = findings.iter_mut().find(lacks) {
        let help = "to show a part only, mark what is left out with a line `...` or `# ...`";
        finding.help.push(help.to_owned());
    }
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

/// Whether some line of a text is a mark of dots.
pub(super) fn within(text: &str) -> bool {
    marks(text).iter().any(|mark| !mark.wordy)
}

/// A line that says that something is left out, from its first character that is no space to its last.
#[derive(Clone, Copy)]
struct Mark {
    span: Span,
    /// It says so in words, so that it might be text.
    wordy: bool,
}

fn marks(text: &str) -> Vec<Mark> {
    let mut marks = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim();
        let item = content.strip_prefix("- ").unwrap_or(content).trim_start();
        if matches!(
            item.as_bytes().first(),
            Some(b'.' | b'[' | b'{' | b'(' | b'<' | b'/' | b'$' | 0xe2)
        ) {
            let told = item.find(" #").or_else(|| item.find(" //"));
            let said = item[..told.unwrap_or(item.len())].trim_end();
            let comment = item.strip_prefix("//").is_some_and(begins_so);
            // One dot or two leave something out on a line of their own; as an item they are a folder.
            let short = item.len() == content.len() && dots(said) > 0;
            let wordy = !(comment || short || is_mark(said));
            if !wordy || has_words(said, item.len() == content.len()) {
                let start = at + (line.len() - line.trim_start().len());
                marks.push(Mark { span: Span::new(start, start + content.len()), wordy });
            }
        }
        at += line.len();
    }
    marks
}

/// Whether a line leaves something out in words: `... more of them`, `<the usual fields>`, `(truncated)`; or has it filled
/// in: `$(cat lines.txt)`.
fn has_words(said: &str, alone: bool) -> bool {
    if said.starts_with('$') {
        let filled = said.starts_with("$(") && said.ends_with(')');
        return alone && (filled || (said.starts_with("${") && said.ends_with('}')));
    }
    let behind = said.strip_prefix("...").or_else(|| said.strip_prefix('…'));
    if let Some(words) = behind {
        return words.starts_with([' ', '<', '[', '(']);
    }
    let within = |open, close| said.strip_prefix(open).and_then(|rest| rest.strip_suffix(close));
    if let Some(words) = within('<', '>') {
        let named = words.starts_with(char::is_alphabetic) || tells_so(words);
        return alone && named && !words.contains(['<', '>']);
    }
    alone && within('(', ')').or_else(|| within('[', ']')).is_some_and(tells_so)
}

/// Whether words tell that something is left out.
fn tells_so(words: &str) -> bool {
    static SAID: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?i)omitted|for brevity|truncated|snip|elided|left out|other fields|rest of the",
        )
        .expect("the pattern is a constant")
    });
    SAID.is_match(words)
}

/// What remains of a manifest when something is left out need not be YAML: the line behind a mark may have lost what it
/// belongs to, and a text that begins in the middle of a manifest goes back to where it has not been. What is said of
/// such a place becomes a note.
fn spare(findings: &mut [Diagnostic], text: &str, marks: &[Mark], map: &TextMap) {
    if !findings.iter().any(|finding| finding.code == &YAML_SYNTAX) {
        return;
    }
    let mut places: Vec<Span> = Vec::new();
    let mut behind = false;
    // How deep the document begins, where nothing has gone back from there yet.
    let mut depth = None;
    let mut begins = true;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let span = Span::new(at, at + line.len());
        at = span.end;
        let content = line.trim();
        let indent = line.len() - line.trim_start().len();
        if marks.iter().any(|mark| span.start <= mark.span.start && mark.span.end <= span.end) {
            behind = true;
            continue;
        }
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        if indent == 0 && content.starts_with("---") {
            (behind, begins, depth) = (false, true, None);
            continue;
        }
        let returns = depth.is_some_and(|depth| indent < depth);
        // No mark explains an indentation that is no spaces.
        let spaces = line[..indent].is_ascii();
        if (behind || returns) && spaces {
            places.push(span);
        }
        if begins {
            depth = (indent > 0).then_some(indent);
        } else if returns {
            depth = None;
        }
        (behind, begins) = (false, false);
    }
    for finding in findings.iter_mut().filter(|finding| finding.code == &YAML_SYNTAX) {
        let here = places.iter().find(|place| {
            let line = map.locate(**place).start().line;
            line == finding.at.location.start().line
        });
        if here.is_some() {
            let message =
                "something is left out before this, so it can't be read and is not checked";
            *finding = Diagnostic::new(&EXCERPT, finding.at.location.clone(), message)
                .help(format!("as it stands: {}", finding.message));
        }
    }
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
        let cases: [(&str, &str, &[bool]); 21] = [
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
            ("a: |\n$(cat b)\nc: |\n  $(cat d)\n", r#"[{"a":"","c":"$(cat d)\n"}]"#, &[true]),
            ("a:\n\t...\n  b: 1\n", r#"[{"a":{"b":1}}]"#, &[true]),
            ("a:\n  <the usual fields>\n  b: 1\n", r#"[{"a":{"b":1}}]"#, &[true]),
            ("... # kept\na: 1\n... and more <snip>\n", r#"[{"a":1}]"#, &[true]),
            ("a: 1 # the rest is omitted\n", r#"[{"a":1}]"#, &[true]),
            ("a: 1\n  <- snipped ->\nb: 1\n[truncated]\n", r#"[{"a":1,"b":1}]"#, &[true]),
            ("(truncated)\na: 1\n", r#"[{"a":1}]"#, &[true]),
            ("a: one\n  <two>\n  three\n", r#"[{"a":"one <two> three"}]"#, &[false]),
            ("a: |\n  <html>\n  ... b\n", r#"[{"a":"<html>\n... b\n"}]"#, &[false]),
            ("a: {...}\n", r#"[{"a":{"...":null}}]"#, &[true]),
        ];
        for (text, values, excerpts) in cases {
            let read = read(text, &[], &TextMap::identity(&Source::new("", text)), Format::Yaml);
            assert!(read.findings.is_empty(), "{text:?}: {:?}", read.findings);
            let found: Vec<_> = read.documents.iter().map(|one| one.root.to_json()).collect();
            assert_eq!(serde_json::to_string(&found).expect("JSON"), values, "{text:?}");
            let found: Vec<_> = read.documents.iter().map(|one| one.excerpt).collect();
            assert_eq!(found, excerpts, "{text:?}");
        }
    }

    #[test]
    fn a_field_behind_a_mark_may_belong_to_what_is_left_out() {
        let text = "a: 1\n...\nb: 1\nc: 1\n";
        let source = Source::new("", text);
        let at = |line: &str| {
            let start = text.find(line).expect("a line");
            crate::text::Location::new(&source, Span::new(start, start + 1))
        };
        let mut findings =
            ["a", "b", "c"].map(|name| Diagnostic::new(&SCHEMA_UNKNOWN_FIELD, at(name), "unknown"));
        spare_displaced(&mut findings, text, &TextMap::identity(&source));
        assert_eq!(
            findings.map(|finding| finding.code.name),
            ["schema-unknown-field", "excerpt", "schema-unknown-field"]
        );
    }

    #[test]
    fn what_lost_its_place_is_not_checked() {
        type Codes = &'static [(&'static str, usize)];
        let cases: [(&str, Codes); 9] = [
            ("kind: A\n...\n    image: b\n", &[("excerpt", 3)]),
            ("kind: A\n  ...\n    b: 1\nc:\n  d: 1\n", &[("excerpt", 3)]),
            ("    a:\n    - b\n  c:\n  - d\n", &[("excerpt", 3)]),
            ("...\n    a:\n    - b\n...\n  c:\n  - d\n", &[("excerpt", 5)]),
            // What is wrong elsewhere stays so.
            ("a:\n  ...\n  b: 1\n   c: 1\n", &[("yaml-syntax", 4)]),
            ("a:\n    b: 1\n  c: 1\n", &[("yaml-syntax", 3)]),
            ("  a:\n    b: 1\n   c: 1\n", &[("yaml-syntax", 3)]),
            ("a: b: c\n...\nd: 1\n", &[("yaml-syntax", 1)]),
            ("    a: 1\n---\nb:\n    c: 1\n  d: 1\n", &[("yaml-syntax", 5)]),
        ];
        for (text, expected) in cases {
            let read = read(text, &[], &TextMap::identity(&Source::new("", text)), Format::Yaml);
            let found: Vec<_> = read
                .findings
                .iter()
                .map(|finding| (finding.code.name, finding.at.location.start().line))
                .collect();
            assert_eq!(found, expected, "{text:?}");
        }
    }
}
