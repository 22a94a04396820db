//! A stream before it is read: the documents that `kubectl` reads one by one, as `YAMLOrJSONDecoder` of
//! `k8s.io/apimachinery/pkg/util/yaml` splits them, and characters that may not be in one.

use super::YAML_SYNTAX;
use super::problem::Problem;
use super::scanner::Part;
use super::syntax::{THREE_HYPHENS, is_row};
use plumb_text::Span;
use serde::de::IgnoredAny;

/// The documents of a stream. A stream that begins with JSON objects is one of JSON; where no more than one of them can be
/// read, what follows is YAML.
pub(super) fn split(
    text: &str,
    problems: &mut Vec<Problem>,
    comments: &mut Vec<Span>,
) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut at = 0;
    while text[at..].trim_start().starts_with('{') {
        let broken = objects_of(text, at, &mut parts);
        at = parts.last().map_or(at, |part: &Part| part.span.end);
        let Some(problem) = broken else { return parts };
        if parts.len() < 2 {
            break;
        }
        // Among objects one that can't be read is passed over.
        let next = memchr::memmem::find(&text.as_bytes()[problem.span.start..], b"\n{");
        at = next.map_or(text.len(), |next| problem.span.start + next + 1);
        problems.push(problem);
    }
    if at > 0 {
        // What is left of the line behind an object.
        let blank = text[at..].len() - text[at..].trim_start_matches([' ', '\t', '\r']).len();
        at += blank + usize::from(text[at + blank..].starts_with('\n'));
    }
    documents(text, at, &mut parts, problems, comments);
    parts
}

/// The JSON objects from an offset on, one after another; and what is wrong with the first that can't be read.
fn objects_of(text: &str, from: usize, parts: &mut Vec<Part>) -> Option<Problem> {
    let rest = &text[from..];
    let mut objects = serde_json::Deserializer::from_str(rest).into_iter::<IgnoredAny>();
    loop {
        let before = objects.byte_offset();
        match objects.next()? {
            Ok(_) => {
                let end = objects.byte_offset();
                let start = end - rest[before..end].trim_start().len();
                let span = Span::new(from + start, from + end);
                parts.push(Part { span, json: true });
            }
            Err(error) => {
                let lines = rest.split_inclusive('\n').take(error.line().saturating_sub(1));
                let line: usize = lines.map(str::len).sum();
                let at = (line + error.column().saturating_sub(1)).max(before).min(rest.len());
                let at = (0..=at).rev().find(|at| rest.is_char_boundary(*at)).unwrap_or(0);
                let what = error.to_string();
                let what = what.rsplit_once(" at line ").map_or(&*what, |(what, _)| what);
                let message = format!("invalid JSON in a stream of objects: {what}");
                return Some(Problem::new(&YAML_SYNTAX, Span::at(from + at), message));
            }
        }
    }
}

/// The YAML documents from an offset on: each line that begins with `---` begins one, whatever stands before it.
fn documents(
    text: &str,
    from: usize,
    parts: &mut Vec<Part>,
    problems: &mut Vec<Problem>,
    comments: &mut Vec<Span>,
) {
    let mut start = from;
    let mut at = from;
    for line in text[from..].split_inclusive('\n') {
        if let Some(behind) = line.strip_prefix("---") {
            parts.push(Part { span: Span::new(start, at), json: false });
            start = at + line.len();
            let words = behind.trim();
            let begin = at + 3 + (behind.len() - behind.trim_start().len());
            let span = Span::new(begin, begin + words.len());
            if words.starts_with('#') {
                comments.push(span);
            } else if !words.is_empty() {
                problems.push(separator(words, span));
                if begins_document(words) {
                    // Read on as if the author had put it on a line of its own.
                    start = begin;
                }
            }
        }
        at += line.len();
    }
    parts.push(Part { span: Span::new(start, text.len()), json: false });
    parts.retain(|part| !text[part.span.range()].trim().is_empty());
}

/// Why a line that begins with `---` is no separator.
fn separator(words: &str, span: Span) -> Problem {
    let message = format!("invalid Yaml document separator: {words}");
    let mut problem = Problem::new(&YAML_SYNTAX, span, message);
    problem.is_yaml = !is_row(words) && words != "-";
    problem.help = Some(if is_row(words) || words == "-" {
        THREE_HYPHENS.to_owned()
    } else if begins_document(words) {
        "begin the document on the next line".to_owned()
    } else {
        format!("write it as a comment: `--- # {words}`")
    });
    problem
}

/// Whether words behind `---` are the beginning of a document, and not a remark.
fn begins_document(words: &str) -> bool {
    words.starts_with(['{', '[', '!', '&', '|', '>', '"', '\''])
        || words.contains(": ")
        || words.ends_with(':')
}

/// The first character that YAML does not allow in a text.
pub(super) fn unprintable(text: &str) -> Option<(usize, char)> {
    let bytes = text.as_bytes();
    let at = bytes.iter().enumerate().position(|(at, byte)| match byte {
        b'\t' | b'\n' | b'\r' | 0x20..=0x7E => false,
        0..=0x1F | 0x7F => true,
        0xC2 => bytes.get(at + 1).is_some_and(|next| *next < 0xA0 && *next != 0x85),
        0xEF => bytes.get(at + 1..at + 3).is_some_and(|next| next[0] == 0xBF && next[1] >= 0xBE),
        _ => false,
    })?;
    Some((at, text[at..].chars().next()?))
}

/// The comments of JSON as JavaScript has them; none where a text is no JSON by its first character.
pub(super) fn json_comments(text: &str) -> Vec<Span> {
    let bytes = text.as_bytes();
    let mut comments = Vec::new();
    let mut begun = false;
    let mut at = 0;
    while at < bytes.len() {
        // Bytes, since a character of several need not begin here.
        let rest = &bytes[at..];
        let length = match bytes[at] {
            b'"' => string_length(rest),
            b'/' if rest.starts_with(b"//") => {
                let length = text[at..].find(['\n', '\r']).unwrap_or(rest.len());
                comments.push(Span::new(at, at + length));
                length
            }
            b'/' if rest.starts_with(b"/*") => {
                let length = text[at + 2..].find("*/").map_or(rest.len(), |end| end + 4);
                comments.push(Span::new(at, at + length));
                length
            }
            byte if !begun && !byte.is_ascii_whitespace() && !matches!(byte, b'{' | b'[') => {
                return Vec::new();
            }
            _ => 1,
        };
        begun |= matches!(bytes[at], b'{' | b'[');
        at += length;
    }
    comments
}

/// The length of a string that begins with a quote, as far as its line goes.
fn string_length(bytes: &[u8]) -> usize {
    let mut at = 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\n' => return at,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}
