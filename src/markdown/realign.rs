//! The map of a text that is not what was expected.

use super::Expanded;
use super::alike::alike;
use crate::text::{Span, TextMap, TextMapBuilder};

/// Maps the text that mdBook sent, where it differs from what the sources give: another preprocessor was there first.
///
/// Lines that are found again are mapped exactly; the others to about the place where they belong, and say so.
pub fn realign(expanded: &Expanded, actual: &str) -> TextMap {
    if expanded.text == actual {
        return expanded.map.clone();
    }
    let (old, new) = (lines(&expanded.text), lines(actual));
    let pairs = alike(&old, &new);
    let (old, new) = (placed(old), placed(new));
    let mut realigned =
        Realign { expanded, builder: TextMapBuilder::default(), old: &old, new: &new };
    let (mut i, mut j) = (0, 0);
    for (next_i, next_j) in pairs {
        realigned.near((i, next_i), (j, next_j));
        realigned.same(next_i, next_j);
        (i, j) = (next_i + 1, next_j + 1);
    }
    realigned.near((i, old.len()), (j, new.len()));
    realigned.builder.finish_within(&expanded.map)
}

/// The lines of a text, each with its line end.
fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// Lines with their offsets.
fn placed(lines: Vec<&str>) -> Vec<(usize, &str)> {
    let mut at = 0;
    let place = |line: &str| {
        at += line.len();
        at - line.len()
    };
    let starts: Vec<usize> = lines.iter().copied().map(place).collect();
    starts.into_iter().zip(lines).collect()
}

struct Realign<'a> {
    expanded: &'a Expanded,
    builder: TextMapBuilder,
    old: &'a [(usize, &'a str)],
    new: &'a [(usize, &'a str)],
}

impl Realign<'_> {
    fn same(&mut self, old: usize, new: usize) {
        let (start, line) = self.old[old];
        debug_assert_eq!(line, self.new[new].1);
        self.builder.append(&self.expanded.map, Span::new(start, start + line.len()));
    }

    /// Maps lines that are not found again to the lines that they seem to stand for: the first to the first, and so on.
    fn near(&mut self, old: (usize, usize), new: (usize, usize)) {
        let (old_count, new_count) = (old.1 - old.0, new.1 - new.0);
        for index in 0..new_count {
            let from = old.0 + index * old_count / new_count;
            let to = if old_count == 0 { from } else { from + 1 };
            let start = self.old.get(from).map_or(self.expanded.text.len(), |line| line.0);
            let end = self.old.get(to).map_or(self.expanded.text.len(), |line| line.0);
            let origin = self.expanded.map.locate(Span::new(start, end.max(start)));
            self.builder.near(&origin.source, origin.span, self.new[new.0 + index].1.len());
        }
    }
}
