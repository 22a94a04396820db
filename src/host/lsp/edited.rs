//! A text to which an editor's changes are made, one after the other.

use super::place::Encoding;
use lsp_types::{Position, Range};

/// A text in the middle of its changes.
pub(super) struct Edited {
    text: String,
    /// Where its first lines begin. What is behind a change is looked for when a change behind it needs it.
    starts: Vec<usize>,
}

impl Edited {
    pub(super) fn new(text: String) -> Edited {
        Edited { text, starts: vec![0] }
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }

    /// Puts a text in the place of a range of what is there now; an end before the start counts as the start.
    pub(super) fn replace(&mut self, encoding: Encoding, range: Range, new: &str) {
        let start = self.offset(encoding, range.start);
        let end = self.offset(encoding, range.end).max(start);
        self.text.replace_range(start..end, new);
        self.starts.truncate(self.starts.partition_point(|&at| at <= start));
    }

    fn offset(&mut self, encoding: Encoding, at: Position) -> usize {
        let line = at.line as usize;
        let (start, end) = (self.start_of(line), self.start_of(line.saturating_add(1)));
        encoding.offset_in_line(&self.text, start, end, at.character)
    }

    /// Where a line (from 0) begins.
    fn start_of(&mut self, line: usize) -> Option<usize> {
        while self.starts.len() <= line {
            let last = self.starts.last().copied()?;
            let end = self.text[last..].find('\n')?;
            self.starts.push(last + end + 1);
        }
        self.starts.get(line).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{Source, replaced};

    #[test]
    fn changes_one_after_the_other_are_as_each_by_itself() {
        let range = |from: (u32, u32), to: (u32, u32)| {
            Range::new(Position::new(from.0, from.1), Position::new(to.0, to.1))
        };
        let changes = [
            (range((3, 0), (3, 1)), "w"),
            (range((1, 1), (1, 3)), "é😀\nnew\r\nlines"),
            (range((2, 0), (4, 0)), ""),
            (range((0, 0), (0, 0)), "first\n"),
            (range((2, 3), (2, 4)), ""),
            (range((9, 9), (u32::MAX, u32::MAX)), "last\n"),
            (range((4, 0), (1, 2)), "|"),
            (range((1, 0), (1, 99)), ""),
            (range((6, 0), (7, 0)), "end"),
        ];
        for encoding in [Encoding::Utf8, Encoding::Utf16] {
            for text in ["\u{feff}a\r\nbcdé\n😀e\nf\n\ng", "", "one line", "\n\n\n\n\n\n\n\n"] {
                let mut edited = Edited::new(text.to_owned());
                let mut whole = text.to_owned();
                for (range, new) in changes {
                    edited.replace(encoding, range, new);
                    let span = encoding.span(&Source::new("", whole.clone()), range);
                    whole = replaced(&whole, [(span, new)]);
                    assert_eq!(edited.text, whole);
                }
            }
        }
    }
}
