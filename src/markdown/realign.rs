//! The map of a text that is not what was expected.

use super::Expanded;
use crate::text::{Span, TextMap, TextMapBuilder};
use similar::{Algorithm, DiffOp};
use std::collections::HashMap;

/// A stretch between two anchors that has more pairs of lines than this is not compared line by line.
const MAX_PAIRS: usize = 4_000_000;

/// Maps the text that mdBook sent, where it differs from what the sources give: another preprocessor was there first.
///
/// Lines that are found again are mapped exactly; the others to about the place where they belong, and say so. The time
/// is in proportion to the text: lines that occur once on both sides divide it, and only what is between two of them
/// is compared in full.
pub fn realign(expanded: &Expanded, actual: &str) -> TextMap {
    if expanded.text == actual {
        return expanded.map.clone();
    }
    let old = split(&expanded.text);
    let new = split(actual);
    let mut realigned =
        Realign { expanded, builder: TextMapBuilder::default(), old: &old, new: &new };
    let (mut i, mut j) = (0, 0);
    for (next_i, next_j) in anchors(&old, &new).into_iter().chain([(old.len(), new.len())]) {
        realigned.stretch((i, next_i), (j, next_j));
        if next_i < old.len() && next_j < new.len() {
            realigned.same(next_i, next_j);
        }
        (i, j) = (next_i + 1, next_j + 1);
    }
    realigned.builder.finish_within(&expanded.map)
}

/// The lines of a text, each with its offset and its line end.
fn split(text: &str) -> Vec<(usize, &str)> {
    let mut at = 0;
    text.split_inclusive('\n')
        .map(|line| {
            let start = at;
            at += line.len();
            (start, line)
        })
        .collect()
}

/// Pairs of lines that certainly belong together: the common start and end, and the lines that occur once on each side.
fn anchors(old: &[(usize, &str)], new: &[(usize, &str)]) -> Vec<(usize, usize)> {
    let head = old.iter().zip(new).take_while(|(a, b)| a.1 == b.1).count();
    let rest = old.len().min(new.len()) - head;
    let tail =
        old.iter().rev().zip(new.iter().rev()).take(rest).take_while(|(a, b)| a.1 == b.1).count();
    let (old_end, new_end) = (old.len() - tail, new.len() - tail);
    let mut counts: HashMap<&str, (usize, usize, usize)> = HashMap::new();
    for (index, (_, line)) in old[head..old_end].iter().enumerate() {
        let entry = counts.entry(line).or_default();
        entry.0 += 1;
        entry.2 = head + index;
    }
    for (_, line) in &new[head..new_end] {
        if let Some(entry) = counts.get_mut(line) {
            entry.1 += 1;
        }
    }
    let unique: Vec<(usize, usize)> = new[head..new_end]
        .iter()
        .enumerate()
        .filter_map(|(index, (_, line))| match counts.get(line) {
            Some(&(1, 1, at)) if !line.trim().is_empty() => Some((at, head + index)),
            _ => None,
        })
        .collect();
    let mut out: Vec<_> = (0..head).map(|index| (index, index)).collect();
    out.extend(ascending(&unique));
    out.extend((0..tail).map(|index| (old_end + index, new_end + index)));
    out
}

/// The longest run of pairs whose first members ascend; the second ones do already.
fn ascending(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(pairs.len());
    for (index, pair) in pairs.iter().enumerate() {
        let length = ends.partition_point(|&end| pairs[end].0 < pair.0);
        before.push(length.checked_sub(1).map(|last| ends[last]));
        if length == ends.len() {
            ends.push(index);
        } else {
            ends[length] = index;
        }
    }
    let mut out = Vec::with_capacity(ends.len());
    let mut at = ends.last().copied();
    while let Some(index) = at {
        out.push(pairs[index]);
        at = before[index];
    }
    out.reverse();
    out
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

    /// Maps the lines between two anchors.
    fn stretch(&mut self, old: (usize, usize), new: (usize, usize)) {
        if new.0 >= new.1 {
            return;
        }
        if old.0 >= old.1 || (old.1 - old.0).saturating_mul(new.1 - new.0) > MAX_PAIRS {
            self.near(old, new);
            return;
        }
        let line = |lines: &[(usize, &str)]| -> Vec<String> {
            lines.iter().map(|line| line.1.to_owned()).collect()
        };
        let (old_lines, new_lines) = (line(&self.old[old.0..old.1]), line(&self.new[new.0..new.1]));
        for op in similar::capture_diff_slices(Algorithm::Myers, &old_lines, &new_lines) {
            let (from, to) = (op.old_range(), op.new_range());
            if let DiffOp::Equal { .. } = op {
                for (a, b) in from.zip(to) {
                    self.same(old.0 + a, new.0 + b);
                }
            } else {
                self.near(
                    (old.0 + from.start, old.0 + from.end),
                    (new.0 + to.start, new.0 + to.end),
                );
            }
        }
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
