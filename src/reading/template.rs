//! Texts that a program fills in before they are manifests: Helm's and Go's templates, Jinja's and Liquid's, shortcodes.
//!
//! Of such a text only what is wrong whatever is filled in is wrong.

use crate::manifest::branches::{Branches, Turn};
use crate::manifest::gaps::{Certainty, Gaps, Placeholder};
use crate::manifest::path::{FieldPath, Step};
use crate::manifest::{Node, Value};
use crate::text::Span;
use regex::Regex;
use std::sync::LazyLock;

/// What templates are written in: Helm's and Hugo's, Jinja's and Liquid's, that of a plugin of MkDocs.
const TAGS: &[(&str, &str)] = &[("{{", "}}"), ("{%", "%}"), ("{!", "!}"), ("[[%", "%]]")];

/// A place that is filled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tag {
    pub(super) span: Span,
    /// It has lines of its own, so that it may stand for entries, or choose among them.
    pub(super) alone: bool,
}

/// The places of a text that are filled in.
pub(super) fn tags(text: &str) -> Vec<Tag> {
    let mut found: Vec<Tag> = Vec::new();
    let mut at = 0;
    while let Some(open) = text[at..].find(['{', '[']).map(|open| at + open) {
        let rest = &text[open..];
        at = match TAGS.iter().find(|(tag, _)| rest.starts_with(tag)) {
            Some((tag, close)) => {
                let line = rest.find('\n').unwrap_or(rest.len());
                // A comment may go over lines; what is never closed ends with its line.
                let end =
                    rest[tag.len()..].find(close).map_or(line, |end| tag.len() + end + close.len());
                let span = Span::new(open, open + end);
                found.push(Tag { span, alone: false });
                open + end
            }
            None => open + 1,
        };
    }
    let spans: Vec<Span> = found.iter().map(|tag| tag.span).collect();
    for tag in &mut found {
        tag.alone = is_alone(text, tag.span, &spans);
    }
    found
}

/// The comments in which ytt is told what to fill in, `#@ load("a")`, `#@overlay/match …`, where one of them is an instruction and
/// no remark: a statement, an annotation, or an expression in the place of a value.
pub(super) fn ytt(text: &str, comments: &[Span]) -> Vec<Span> {
    static STATEMENT: LazyLock<Regex> = LazyLock::new(|| {
        let pattern = r"^(?:(?:data|overlay|schema|library|yaml|template|assert)/[a-z]|[ \t]+(?:load\(|(?:def|if|elif|for|while)\b.*:[ \t\r]*$|else:[ \t\r]*$|end(?:-[a-z]+)?[ \t\r]*$|[A-Za-z_][\w.]*[ \t]*\+?=[^=]|assert\.))";
        Regex::new(pattern).expect("the pattern is a constant")
    });
    let words = |comment: &Span| text.get(comment.range())?.strip_prefix("#@");
    let is_value = |comment: &Span| {
        let line = text[..comment.start].rfind('\n').map_or(0, |end| end + 1);
        let before = text[line..comment.start].trim_end();
        before.ends_with(':') || before.ends_with('-')
    };
    let is_instruction = |comment: &Span| {
        words(comment).is_some_and(|words| {
            STATEMENT.is_match(words) || words.starts_with(' ') && is_value(comment)
        })
    };
    match comments.iter().any(is_instruction) {
        true => comments.iter().filter(|comment| words(comment).is_some()).copied().collect(),
        false => Vec::new(),
    }
}

/// Whether the lines of a tag hold nothing but tags.
fn is_alone(text: &str, tag: Span, tags: &[Span]) -> bool {
    let line = text[..tag.start].rfind('\n').map_or(0, |end| end + 1);
    let end = text[tag.end..].find('\n').map_or(text.len(), |end| tag.end + end);
    let first = tags.partition_point(|other| other.end <= line);
    let mut at = line;
    for other in tags[first..].iter().take_while(|other| other.start < end) {
        let between = text.get(at.min(other.start)..other.start).unwrap_or("");
        if !between.chars().all(|c| c.is_whitespace() || c == '#') {
            return false;
        }
        at = other.end;
    }
    text.get(at..end.max(at)).unwrap_or("").trim().is_empty()
}

/// The words that begin a block, in the languages above; `end`, or in some `end` with the same word, ends it.
const BLOCKS: &[&str] = &["if", "with", "range", "for", "unless", "case", "define", "block"];

/// What a condition asks for a release by.
const OF_RELEASES: &[&str] = &["semverCompare", "Capabilities", "kubeVersion", "KubeVersion"];

/// The branches of its blocks: `{{ if a }}`, `{{ else }}`, `{% elif x %}`, `{{- end }}`.
pub(super) fn branches(text: &str, tags: &[Tag]) -> Branches {
    let turn = |tag: &Tag| {
        let words = text[tag.span.range()]
            .trim_start_matches(['{', '%', '-', '~', '[', '+', ' ', '\t', '\r', '\n']);
        let word = words.split(|c: char| !c.is_alphanumeric()).next().unwrap_or("");
        let turn = match word {
            "else" | "elif" | "elsif" | "when" => Turn::Else,
            "end" => Turn::Close,
            _ if word.strip_prefix("end").is_some_and(|word| BLOCKS.contains(&word)) => Turn::Close,
            _ if BLOCKS.contains(&word) => match OF_RELEASES.iter().any(|of| words.contains(of)) {
                true => Turn::OpenForRelease,
                false => Turn::Open,
            },
            _ => return None,
        };
        Some((tag.span.start, turn))
    };
    Branches::new(tags.iter().filter_map(turn))
}

/// A text as it might be once something is filled in: a comment where a line holds nothing else, a word elsewhere. All
/// else keeps its place.
pub(super) fn filled(text: &str, tags: &[Tag]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for tag in tags {
        out.push_str(&text[at..tag.span.start]);
        let mut fresh_line = tag.alone;
        for byte in text[tag.span.range()].bytes() {
            match byte {
                b'\n' => out.push('\n'),
                _ if fresh_line => out.push('#'),
                _ => out.push('x'),
            }
            fresh_line = tag.alone && byte == b'\n';
        }
        at = tag.span.end;
    }
    out.push_str(&text[at..]);
    out
}

/// What a template fills in is not known: a tag within a line stands for a value, one on its own lines for anything.
pub(super) fn fill_in(root: &Node, tags: &[Tag], document: Span, gaps: &mut Gaps) {
    let own =
        || tags.iter().filter(|tag| document.start < tag.span.end && tag.span.start < document.end);
    if own().any(|tag| tag.alone) {
        *gaps = gaps.and_everywhere();
    }
    // In order, and none within another.
    let own: Vec<Span> = own().map(|tag| tag.span).collect();
    let touches = |span: Span| {
        let next = own.partition_point(|tag| tag.end <= span.start);
        own.get(next).is_some_and(|tag| tag.start < span.end)
    };
    fill_in_at(root, &mut FieldPath::default(), &touches, gaps);
}

fn fill_in_at(node: &Node, path: &mut FieldPath, touches: &dyn Fn(Span) -> bool, gaps: &mut Gaps) {
    match &node.value {
        Value::Map(map) => {
            for entry in map.iter() {
                path.with(Step::Field(&entry.key.value), |path| {
                    if touches(entry.key.span) {
                        gaps.replaced_key(path.clone(), entry.key.span);
                    } else {
                        fill_in_at(&entry.value, path, touches, gaps);
                    }
                });
            }
        }
        Value::Seq(items) => {
            for (i, item) in items.iter().enumerate() {
                let step: Step<&str> = Step::Index(i);
                path.with(step, |path| fill_in_at(item, path, touches, gaps));
            }
        }
        _ if touches(node.span) => {
            let (path, span, certainty) = (path.clone(), node.span, Certainty::Sure);
            gaps.replaced(Placeholder { path, span, certainty });
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filled_text_keeps_its_places() {
        let cases = [
            ("a: {{ b }}-c\n", "a: xxxxxxx-c\n"),
            ("{{- if a }}\na: 1\n{{- end }}\n", "#xxxxxxxxxx\na: 1\n#xxxxxxxxx\n"),
            ("{{- /* one\ntwo */}}\n", "#xxxxxxxxx\n#xxxxxxx\n"),
            ("  {% x %} {% y %}\n", "  #xxxxxx #xxxxxx\n"),
            ("a: {{ é\n", "a: xxxxx\n"),
        ];
        for (text, expected) in cases {
            assert_eq!(filled(text, &tags(text)), expected, "{text}");
        }
    }
}
