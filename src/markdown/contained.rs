//! Boxes of MkDocs: `!!! note`, `??? tip` and `=== "Tab"` hold the lines behind them that stand four columns further in.
//!
//! To CommonMark, and so to mdBook, such lines are code; a page outside of any book is read as its author meant it.

use crate::text::{Source, Span, TextMap, TextMapBuilder};
use std::sync::Arc;

/// How far a box's content stands in.
const STEP: usize = 4;

/// A file's text with the content of boxes moved out to where the boxes stand, and the places of its bytes.
pub fn contained(file: &Arc<Source>) -> (String, TextMap) {
    let text = file.text();
    let has = |mark: &str| memchr::memmem::find(text.as_bytes(), mark.as_bytes()).is_some();
    if !["===", "!!! ", "???"].into_iter().any(has) {
        return (text.to_owned(), TextMap::identity(file));
    }
    let mut out = String::with_capacity(text.len());
    let mut map = TextMapBuilder::default();
    // How far in each box that is open stands.
    let mut open: Vec<usize> = Vec::new();
    let mut fence: Option<String> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let content = line.trim_start_matches(' ');
        let indent = line.len() - content.len();
        let blank = content.trim().is_empty();
        while !blank && open.last().is_some_and(|column| indent < column + STEP) {
            open.pop();
            fence = None;
        }
        let taken = indent.min(open.len() * STEP);
        out.push_str(&line[taken..]);
        map.copied(file, Span::new(start + taken, at));
        match &fence {
            Some(row) => {
                let closes = content.trim_end().strip_prefix(row.as_str());
                if closes
                    .is_some_and(|rest| rest.bytes().all(|byte| row.as_bytes().contains(&byte)))
                {
                    fence = None;
                }
            }
            None => {
                fence = row(content);
                if fence.is_none() && is_box(content) {
                    open.push(indent);
                }
            }
        }
    }
    (out, map.finish(file))
}

/// The row that opens a fence.
fn row(content: &str) -> Option<String> {
    let byte = content.bytes().next().filter(|byte| matches!(byte, b'`' | b'~'))?;
    let length = content.bytes().take_while(|&other| other == byte).count();
    (length >= 3).then(|| content[..length].to_owned())
}

fn is_box(content: &str) -> bool {
    let Some((mark, rest)) = content.split_once(' ') else { return false };
    match mark {
        "===" | "===!" | "===+" => rest.trim_end().len() > 1 && rest.starts_with(['"', '\'']),
        "!!!" | "???" | "???+" => rest.starts_with(|c: char| c.is_alphabetic() || c == '"'),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_boxes_hold_is_moved_out() {
        let cases = [
            ("a\n    b\n", "a\n    b\n"),
            (
                "=== \"A\"\n\n    ```yaml\n    a:\n      b: 1\n\n    ```\n\n=== \"B\"\n    c\nd\n",
                "=== \"A\"\n\n```yaml\na:\n  b: 1\n\n```\n\n=== \"B\"\nc\nd\n",
            ),
            (
                "!!! note\n    x\n\n    ??? tip \"t\"\n        ~~~\n        y\n        ~~~\n    z\n",
                "!!! note\nx\n\n??? tip \"t\"\n~~~\ny\n~~~\nz\n",
            ),
            (
                "1. a\n\n    === \"A\"\n\n        ```\n        x\n        ```\n",
                "1. a\n\n    === \"A\"\n\n    ```\n    x\n    ```\n",
            ),
            // In a fence these are text; so are rows under a heading, and what a box does not hold.
            ("```\n!!! note\n    x\n```\n", "```\n!!! note\n    x\n```\n"),
            ("a\n===\n    b\n!!!\n    c\n=== \"\n", "a\n===\n    b\n!!!\n    c\n=== \"\n"),
        ];
        for (text, expected) in cases {
            let file = Source::new("a.md", text);
            let (out, map) = contained(&file);
            assert_eq!(out, expected);
            for (at, byte) in out.bytes().enumerate() {
                let place = map.locate(Span::new(at, at + 1)).span;
                assert_eq!(text.as_bytes()[place.start], byte, "{text:?} at {at}");
            }
        }
    }
}
