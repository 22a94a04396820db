//! Lines and columns of offsets.

use super::floor_char_boundary;

/// A place as people and editors count it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters (Unicode scalar values), from 1.
    pub column: usize,
    /// The column in UTF-16 code units, from 0, as editors' protocols want it.
    pub utf16: usize,
}

/// The offsets at which the lines of a text begin.
///
/// A line ends with `\n`; the `\r` of a `\r\n` belongs to the line's end. A byte order mark takes no column.
#[derive(Clone, Debug)]
pub struct LineIndex {
    starts: Vec<usize>,
    /// Places within long lines, so that a column in one is found without counting the line from its start.
    marks: Vec<Mark>,
}

#[derive(Clone, Copy, Debug)]
struct Mark {
    offset: usize,
    /// Characters and UTF-16 units between the line's start and the mark.
    chars: usize,
    utf16: usize,
}

/// Bytes between two marks.
const STEP: usize = 4096;

const BOM: &str = "\u{feff}";

impl LineIndex {
    /// Reads the whole text once.
    pub fn new(text: &str) -> LineIndex {
        let mut starts = vec![0];
        starts.extend(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1));
        let mut marks = Vec::new();
        for (index, &start) in starts.iter().enumerate() {
            let end = starts.get(index + 1).copied().unwrap_or(text.len());
            let mut last = Mark { offset: without_bom(text, start), chars: 0, utf16: 0 };
            while end - last.offset > STEP {
                last = last.advanced(text, floor_char_boundary(text, last.offset + STEP));
                marks.push(last);
            }
        }
        LineIndex { starts, marks }
    }

    /// How many lines there are; a text that ends with a line feed has an empty last one.
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Never true: a text has at least one line.
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// The offset at which a line (from 1) begins; the text's end for a line beyond the last.
    pub fn start_of(&self, line: usize) -> Option<usize> {
        self.starts.get(line.checked_sub(1)?).copied()
    }

    /// The line (from 1) that holds an offset.
    pub fn line_of(&self, offset: usize) -> usize {
        self.starts.partition_point(|&start| start <= offset)
    }

    /// Line and column of an offset; one inside a character counts as the character's start, one behind the text as its
    /// end.
    pub fn position(&self, text: &str, offset: usize) -> Position {
        let offset = floor_char_boundary(text, offset);
        let line = self.line_of(offset);
        let start = without_bom(text, self.starts[line - 1]);
        let marked = self.marks.partition_point(|mark| mark.offset <= offset);
        let from = marked
            .checked_sub(1)
            .map(|index| self.marks[index])
            .filter(|mark| mark.offset > start)
            .unwrap_or(Mark { offset: start, chars: 0, utf16: 0 });
        let at = from.advanced(text, offset.max(start));
        Position { line, column: at.chars + 1, utf16: at.utf16 }
    }
}

impl Mark {
    fn advanced(self, text: &str, offset: usize) -> Mark {
        let between = &text[self.offset..offset];
        Mark {
            offset,
            chars: self.chars + between.chars().count(),
            utf16: self.utf16 + between.chars().map(char::len_utf16).sum::<usize>(),
        }
    }
}

/// The offset at which a line begins that columns are counted in.
fn without_bom(text: &str, start: usize) -> usize {
    if start == 0 && text.starts_with(BOM) { BOM.len() } else { start }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, offset: usize) -> (usize, usize, usize) {
        let position = LineIndex::new(text).position(text, offset);
        (position.line, position.column, position.utf16)
    }

    #[test]
    fn columns_count_characters_and_utf16_units() {
        let text = "a\r\nbé😀c\n";
        assert_eq!(at(text, 0), (1, 1, 0));
        assert_eq!(at(text, 3), (2, 1, 0));
        assert_eq!(at(text, text.find('c').unwrap()), (2, 4, 4));
        assert_eq!(at(text, text.len()), (3, 1, 0));
        assert_eq!(at(text, 999), (3, 1, 0), "behind the end is the end");
        assert_eq!(at(text, 5), (2, 2, 1), "inside a character is its start");
    }

    #[test]
    fn columns_of_a_long_line_are_counted_as_of_a_short_one() {
        let unit = "aé😀"; // 7 bytes, 3 characters, 4 units
        let text = format!("\u{feff}{}\nx{}", unit.repeat(3000), unit.repeat(5000));
        let second = 3 + 7 * 3000 + 1;
        for units in [0, 1, 584, 585, 586, 1170, 2999] {
            assert_eq!(at(&text, 3 + 7 * units), (1, 3 * units + 1, 4 * units));
            let in_second = second + 1 + 7 * units;
            assert_eq!(at(&text, in_second), (2, 3 * units + 2, 4 * units + 1));
            assert_eq!(at(&text, in_second + 5), (2, 3 * units + 4, 4 * units + 3), "within 😀");
        }
    }

    #[test]
    fn a_byte_order_mark_takes_no_column() {
        assert_eq!(at("\u{feff}ab", 4), (1, 2, 1));
        assert_eq!(at("\u{feff}ab", 0), (1, 1, 0));
        assert_eq!(at("", 0), (1, 1, 0));
    }
}
