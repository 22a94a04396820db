//! The parts of a file that an include takes, by mdBook's rules.

use crate::text::Span;
use regex::Regex;
use std::sync::LazyLock;

/// Which lines an include asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Lines<'a> {
    /// From `start` (counted from 0) up to, not including, `end`.
    Range {
        start: usize,
        end: Option<usize>,
        /// What was written as the end and is no number.
        odd: Option<&'a str>,
    },
    /// Those between two comments.
    Anchor(&'a str),
}

impl<'a> Lines<'a> {
    /// Reads what stands behind the path's colon.
    pub(super) fn read(text: Option<&'a str>) -> Lines<'a> {
        let mut parts = text.unwrap_or("").splitn(3, ':');
        let first = parts.next().unwrap_or("");
        let start = first.parse::<usize>().ok();
        if start.is_none() && !first.is_empty() {
            return Lines::Anchor(first);
        }
        let second = parts.next();
        let end = second.and_then(|end| end.parse::<usize>().ok());
        let odd = second.filter(|text| end.is_none() && !text.is_empty());
        let start_line = start.map(|line| line.saturating_sub(1));
        match (start_line, second) {
            // A single number is a single line.
            (Some(start), None) => Lines::Range { start, end: Some(start.saturating_add(1)), odd },
            (start, _) => Lines::Range { start: start.unwrap_or(0), end, odd },
        }
    }
}

/// What an include gives, part by part.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Taken {
    pub(super) parts: Vec<Part>,
}

impl Taken {
    /// How much text it is.
    pub(super) fn length(&self) -> usize {
        let length = |part: &Part| match part {
            Part::Copied(span) => span.len(),
            Part::Made(text) => text.len(),
        };
        self.parts.iter().map(length).sum()
    }
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// This span of the file.
    Copied(Span),
    /// Text that is not in the file.
    Made(String),
}

const ANCHOR: &str = "ANCHOR:";
const ANCHOR_END: &str = "ANCHOR_END:";

static NAME: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^[\w_-]+").unwrap_or_else(|error| unreachable!("{error}")));

/// What `MARKER\s*([\w_-]+)` finds in a line, at a cost that a file of nothing but anchors can have a thousand times.
fn anchor_in<'a>(marker: &str, line: &'a str) -> Option<&'a str> {
    let mut rest = line;
    loop {
        let at = memchr::memmem::find(rest.as_bytes(), marker.as_bytes())?;
        rest = &rest[at + marker.len()..];
        let text = rest.trim_start();
        let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        let length = text.bytes().take_while(is_name).count();
        let name = match text.as_bytes().get(length) {
            Some(byte) if !byte.is_ascii() => NAME.find(text).map_or("", |found| found.as_str()),
            _ => &text[..length],
        };
        if !name.is_empty() {
            return Some(name);
        }
    }
}

/// The names of the anchors of a text, in order, each as often as it is there.
pub(super) fn anchors(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| anchor_in(ANCHOR, line))
}

/// The lines of a file with the offset of each; a line's end is no part of it.
fn numbered(text: &str) -> impl Iterator<Item = (usize, usize, &str)> {
    text.lines()
        .enumerate()
        .map(move |(number, line)| (number, line.as_ptr() as usize - text.as_ptr() as usize, line))
}

/// Which of a file's lines an include shows; `rustdoc` keeps the others, hidden behind `# `.
pub(super) fn lines(text: &str, wanted: &Lines<'_>, rustdoc: bool) -> Taken {
    let mut taken = Vec::new();
    match wanted {
        Lines::Range { start, end, .. } => {
            for (number, at, line) in numbered(text) {
                let shown = number >= *start && end.is_none_or(|end| number < end);
                if shown || rustdoc {
                    taken.push((shown, at, line));
                }
            }
        }
        Lines::Anchor(name) => {
            let mut within = false;
            for (_, at, line) in numbered(text) {
                if within {
                    match anchor_in(ANCHOR_END, line) {
                        Some(ended) if ended == *name => {
                            if !rustdoc {
                                break;
                            }
                            within = false;
                        }
                        Some(_) => {}
                        None if anchor_in(ANCHOR, line).is_none() => taken.push((true, at, line)),
                        None => {}
                    }
                } else {
                    match anchor_in(ANCHOR, line) {
                        Some(started) => within = started == *name,
                        None if rustdoc && anchor_in(ANCHOR_END, line).is_none() => {
                            taken.push((false, at, line));
                        }
                        None => {}
                    }
                }
            }
        }
    }
    join(text, &taken)
}

/// Lines with a line feed between each two.
fn join(text: &str, lines: &[(bool, usize, &str)]) -> Taken {
    let mut parts: Vec<Part> = Vec::new();
    let copy = |parts: &mut Vec<Part>, span: Span| match parts.last_mut() {
        Some(Part::Copied(last)) if last.end == span.start => last.end = span.end,
        _ => parts.push(Part::Copied(span)),
    };
    for (index, (shown, at, line)) in lines.iter().enumerate() {
        if !shown {
            parts.push(Part::Made("# ".to_owned()));
        }
        let end = at + line.len();
        copy(&mut parts, Span::new(*at, end));
        if index + 1 < lines.len() {
            // The line feed is the line's own; a carriage return before it is dropped.
            let feed = if text[end..].starts_with('\r') { end + 1 } else { end };
            copy(&mut parts, Span::new(feed, feed + 1));
        }
    }
    Taken { parts }
}

/// A file as a fence of Rust.
pub(super) fn playground(text: &str, attributes: &[&str]) -> Taken {
    let comma = if attributes.is_empty() { "" } else { "," };
    let mut parts = vec![
        Part::Made(format!("```rust{comma}{}\n", attributes.join(","))),
        Part::Copied(Span::new(0, text.len())),
    ];
    if !text.ends_with('\n') {
        parts.push(Part::Made("\n".to_owned()));
    }
    parts.push(Part::Made("```\n".to_owned()));
    Taken { parts }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As mdBook's own regular expressions find them.
    #[test]
    fn anchors_are_those_of_mdbook() {
        for marker in [ANCHOR, ANCHOR_END] {
            let theirs = Regex::new(&format!(r"{marker}\s*([\w_-]+)")).unwrap();
            for line in [
                "// ANCHOR: a-b_1",
                "ANCHOR:größe ANCHOR: x",
                "ANCHOR: é\u{301}x!",
                "ANCHOR:\u{2003}\ta",
                "ANCHOR: ! ANCHOR_END: b.c",
                "ANCHOR: ANCHOR: x",
                "ANCHOR",
                "ANCHOR:",
                "ANCHOR: a²",
                "ANCHOR_END:-",
            ] {
                let expected = theirs.captures(line).map(|found| found.get(1).unwrap().as_str());
                assert_eq!(anchor_in(marker, line), expected, "{marker} in {line}");
            }
        }
    }
}
