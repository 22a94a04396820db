//! What was expected beside what was found.

use crate::case::{Case, Expected};
use mdbook_plumb::diag::Diagnostic;

/// What a case's findings differ in: nothing, or lines to read.
pub(crate) fn difference(case: &Case, found: &[Diagnostic]) -> String {
    let pairs = pair(&case.expected, found, Expected::is);
    let mut lines = Vec::new();
    for (expected, pair) in case.expected.iter().zip(&pairs) {
        if pair.is_none() {
            let line = format!("  - {}: {}", expected.line, expected.written());
            lines.push((expected.line, line));
        }
    }
    for (index, finding) in found.iter().enumerate() {
        if !pairs.contains(&Some(index)) {
            let place = finding.at.location.start();
            let path = finding.path.as_deref().map_or(String::new(), |path| format!(" {path}:"));
            let line = format!(
                "  + {}: {}[{}]@{}{path} {}",
                place.line, finding.severity, finding.code.name, place.column, finding.message
            );
            lines.push((place.line, line));
        }
    }
    lines.sort();
    lines.into_iter().map(|(_, line)| line + "\n").collect()
}

/// The case's text with the places of its annotations brought up to date. An annotation whose finding is gone stays, and a
/// finding without an annotation gets none: what should be found is not for the tool to say.
pub(crate) fn blessed(case: &Case, text: &str, found: &[Diagnostic]) -> String {
    let exact = pair(&case.expected, found, Expected::is);
    let is_left = |index: &usize| !exact.contains(&Some(*index));
    let left: Vec<usize> = (0..found.len()).filter(is_left).collect();
    let mut text = text.to_owned();
    let mut waiting: Vec<(&Expected, usize)> = Vec::new();
    for (expected, _) in case.expected.iter().zip(&exact).filter(|(_, pair)| pair.is_none()) {
        let near = left.iter().copied().filter(|&index| expected.says(&found[index]));
        let distance =
            |index: &usize| found[*index].at.location.start().line.abs_diff(expected.line);
        let taken = |index: &usize| waiting.iter().any(|(_, other)| other == index);
        if let Some(index) = near.filter(|index| !taken(index)).min_by_key(distance) {
            waiting.push((expected, index));
        }
    }
    for (expected, index) in waiting.iter().rev() {
        let place = found[*index].at.location.start();
        let column = expected.column.map(|_| place.column);
        let new = Expected { line: place.line, column, ..(*expected).clone() };
        text.replace_range(expected.span.clone(), &new.written());
    }
    text
}

/// For each expectation the finding that meets it, each finding once: as many pairs as there can be.
fn pair(
    expected: &[Expected],
    found: &[Diagnostic],
    meets: fn(&Expected, &Diagnostic) -> bool,
) -> Vec<Option<usize>> {
    let mut pairs: Vec<Option<usize>> = vec![None; expected.len()];
    for one in 0..expected.len() {
        place(one, expected, found, meets, &mut pairs, &mut vec![false; found.len()]);
    }
    pairs
}

/// Finds a place for one expectation, where need be by moving others.
fn place(
    one: usize,
    expected: &[Expected],
    found: &[Diagnostic],
    meets: fn(&Expected, &Diagnostic) -> bool,
    pairs: &mut Vec<Option<usize>>,
    seen: &mut Vec<bool>,
) -> bool {
    for index in 0..found.len() {
        if seen[index] || !meets(&expected[one], &found[index]) {
            continue;
        }
        seen[index] = true;
        let holder = pairs.iter().position(|pair| *pair == Some(index));
        if holder.is_none_or(|other| place(other, expected, found, meets, pairs, seen)) {
            pairs[one] = Some(index);
            return true;
        }
    }
    false
}
