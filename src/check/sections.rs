//! The headings of a page, and which of them a place stands under.

use crate::text::Span;
use std::sync::Arc;

/// The headings that a place stands under, the outermost first, each by its number in the page.
#[derive(Clone, Debug, Default)]
pub(super) struct Section(pub(super) Arc<[usize]>);

/// The sections of a page.
pub(super) struct Sections {
    /// Where each begins, in order: the number of a section is its place here.
    begins: Vec<(usize, Section)>,
}

impl Sections {
    /// Reads the headings of a page: rows of `#`, and lines with a row of `=` or `-` below, outside of its fences, which are
    /// given in the order of the text.
    pub(super) fn of(page: &str, fences: &[Span]) -> Sections {
        let mut begins = Vec::new();
        let mut open: Vec<(usize, usize)> = Vec::new();
        let mut above = Span::new(0, 0);
        let mut at = 0;
        for line in page.split_inclusive('\n') {
            let start = at;
            at += line.len();
            let before = fences.partition_point(|fence| fence.start <= start);
            if before > 0 && start < fences[before - 1].end {
                above = Span::new(at, at);
                continue;
            }
            let heading = match level(line) {
                Some(level) => Some((level, start)),
                None => underlined(&page[above.range()], line).map(|level| (level, above.start)),
            };
            above = Span::new(start, at);
            let Some((level, start)) = heading else { continue };
            open.retain(|(other, _)| *other < level);
            open.push((level, begins.len()));
            let path: Vec<usize> = open.iter().map(|(_, number)| *number).collect();
            begins.push((start, Section(path.into())));
        }
        Sections { begins }
    }

    /// Where the headings begin that a place in a section stands under, the innermost first.
    pub(super) fn headings<'s>(&'s self, section: &'s Section) -> impl Iterator<Item = usize> + 's {
        section.0.iter().rev().filter_map(|number| Some(self.begins.get(*number)?.0))
    }

    /// The section of a place.
    pub(super) fn at(&self, place: usize) -> Section {
        let before = self.begins.partition_point(|(start, _)| *start <= place);
        let last = before.checked_sub(1).map(|index| self.begins[index].1.clone());
        last.unwrap_or_default()
    }
}

/// The level of a heading that a row below makes one.
fn underlined(above: &str, row: &str) -> Option<usize> {
    let is_text = !above.trim().is_empty() && level(above).is_none() && !above.starts_with("    ");
    let row = row.trim();
    let is_row = |mark: char| !row.is_empty() && row.chars().all(|c| c == mark);
    match is_text {
        true if is_row('=') => Some(1),
        true if is_row('-') => Some(2),
        _ => None,
    }
}

/// The level of a heading.
fn level(line: &str) -> Option<usize> {
    let content = line.trim_start_matches(' ');
    let rest = content.trim_start_matches('#');
    let level = content.len() - rest.len();
    let is_heading = line.len() - content.len() < 4 && (1..=6).contains(&level);
    (is_heading && rest.starts_with([' ', '\t', '\r', '\n'])).then_some(level)
}

#[cfg(test)]
mod tests {
    use super::Sections;
    use crate::text::Span;

    #[test]
    fn a_place_stands_under_the_headings_before_it() {
        let page = "(a)\n# One\n(b)\n## Two\n(c)\n```sh\n# no heading\n```\n(d)\nThree\n---\n(e)\n\n---\n\n# Four\n(f)\n";
        let fence = Span::new(page.find("```sh").unwrap(), page.find("(d)").unwrap() - 1);
        let sections = Sections::of(page, &[fence]);
        let under = |mark: &str| sections.at(page.find(mark).unwrap()).0.to_vec();
        assert_eq!(under("(a)"), [0usize; 0]);
        assert_eq!(under("(b)"), [0]);
        assert_eq!(under("(c)"), [0, 1]);
        assert_eq!(under("(d)"), [0, 1]);
        assert_eq!(under("(e)"), [0, 2]);
        assert_eq!(under("(f)"), [3]);
    }
}
