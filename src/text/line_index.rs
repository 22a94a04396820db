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
}

const BOM: &str = "\u{feff}";

impl LineIndex {
    /// Reads the whole text once.
    pub fn new(text: &str) -> LineIndex {
        let mut starts = vec![0];
        starts.extend(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1));
        LineIndex { starts }
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
        let mut offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.line_of(offset);
        let start = self.starts[line - 1];
        let before = &text[start..offset];
        let before = if line == 1 { before.strip_prefix(BOM).unwrap_or(before) } else { before };
        Position {
            line,
            column: before.chars().count() + 1,
            utf16: before.chars().map(char::len_utf16).sum(),
        }
    }
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
    fn a_byte_order_mark_takes_no_column() {
        assert_eq!(at("\u{feff}ab", 4), (1, 2, 1));
        assert_eq!(at("", 0), (1, 1, 0));
    }
}
