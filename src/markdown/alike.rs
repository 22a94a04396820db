//! Which lines of a text are found again in another one.

use similar::{Algorithm, DiffOp};
use std::collections::HashMap;

/// A stretch between two anchors that has more pairs of lines than this is not compared line by line.
const MAX_PAIRS: usize = 4_000_000;

/// The lines of one text that are those of another, as pairs of indices that ascend on both sides.
///
/// The time is in proportion to the text: lines that occur once on both sides divide it, and only what is between two of
/// them is compared in full.
pub fn alike(old: &[&str], new: &[&str]) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    let (mut i, mut j) = (0, 0);
    for (next_i, next_j) in anchors(old, new).into_iter().chain([(old.len(), new.len())]) {
        stretch(old, new, (i, next_i), (j, next_j), &mut pairs);
        if next_i < old.len() && next_j < new.len() {
            pairs.push((next_i, next_j));
        }
        (i, j) = (next_i + 1, next_j + 1);
    }
    pairs
}

/// Pairs of lines that certainly belong together: the common start and end, and the lines that occur once on each side.
fn anchors(old: &[&str], new: &[&str]) -> Vec<(usize, usize)> {
    let head = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let rest = old.len().min(new.len()) - head;
    let tail = old.iter().rev().zip(new.iter().rev()).take(rest).take_while(|(a, b)| a == b);
    let tail = tail.count();
    let (old_end, new_end) = (old.len() - tail, new.len() - tail);
    let mut counts: HashMap<&str, (usize, usize, usize)> = HashMap::new();
    for (index, line) in old[head..old_end].iter().enumerate() {
        let entry = counts.entry(line).or_default();
        entry.0 += 1;
        entry.2 = head + index;
    }
    for line in &new[head..new_end] {
        if let Some(entry) = counts.get_mut(line) {
            entry.1 += 1;
        }
    }
    let unique: Vec<(usize, usize)> = new[head..new_end]
        .iter()
        .enumerate()
        .filter_map(|(index, line)| match counts.get(line) {
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

/// The pairs between two anchors.
fn stretch(
    old: &[&str],
    new: &[&str],
    (i, i_end): (usize, usize),
    (j, j_end): (usize, usize),
    pairs: &mut Vec<(usize, usize)>,
) {
    if i >= i_end || j >= j_end || (i_end - i).saturating_mul(j_end - j) > MAX_PAIRS {
        return;
    }
    let changes = similar::capture_diff_slices(Algorithm::Myers, &old[i..i_end], &new[j..j_end]);
    for change in changes.iter().filter(|change| matches!(change, DiffOp::Equal { .. })) {
        let both = change.old_range().zip(change.new_range());
        pairs.extend(both.map(|(a, b)| (i + a, j + b)));
    }
}
