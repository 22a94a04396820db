//! The headings of a page, and which of them a place stands under.

use std::sync::Arc;

/// The headings that a place stands under, the outermost first, each by its number in the page.
#[derive(Clone, Debug, Default)]
pub(super) struct Section(pub(super) Arc<[usize]>);

/// The sections of a page.
pub(super) struct Sections {
    /// Where each begins, in order.
    begins: Vec<(usize, Section)>,
}

impl Sections {
    /// Reads the headings of a page: rows of `#`, outside of fences.
    pub(super) fn of(page: &str) -> Sections {
        let mut begins = Vec::new();
        let mut open: Vec<(usize, usize)> = Vec::new();
        let mut fence: Option<&str> = None;
        let mut at = 0;
        for line in page.split_inclusive('\n') {
            let start = at;
            at += line.len();
            let content = line.trim_start_matches([' ', '\t', '>']);
            let row = fence_row(content);
            match (fence, row) {
                (None, Some(row)) => fence = Some(row),
                (Some(own), Some(row)) if row.starts_with(own) && content.trim_end() == row => {
                    fence = None;
                }
                (None, None) => {
                    if let Some(level) = level(line) {
                        open.retain(|(other, _)| *other < level);
                        open.push((level, begins.len()));
                        let path: Vec<usize> = open.iter().map(|(_, number)| *number).collect();
                        begins.push((start, Section(path.into())));
                    }
                }
                _ => {}
            }
        }
        Sections { begins }
    }

    /// The section of a place.
    pub(super) fn at(&self, place: usize) -> Section {
        let before = self.begins.partition_point(|(start, _)| *start <= place);
        let last = before.checked_sub(1).map(|index| self.begins[index].1.clone());
        last.unwrap_or_default()
    }
}

/// The row that opens or closes a fence.
fn fence_row(content: &str) -> Option<&str> {
    let mark = content.chars().next().filter(|mark| ['`', '~'].contains(mark))?;
    let length = content.len() - content.trim_start_matches(mark).len();
    (length >= 3).then(|| &content[..length])
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

    #[test]
    fn a_place_stands_under_the_headings_before_it() {
        let page = "(a)\n# One\n(b)\n## Two\n(c)\n```sh\n# no heading\n```\n(d)\n## Three\n(e)\n# Four\n(f)\n";
        let sections = Sections::of(page);
        let under = |mark: &str| sections.at(page.find(mark).unwrap()).0.to_vec();
        assert_eq!(under("(a)"), [0usize; 0]);
        assert_eq!(under("(b)"), [0]);
        assert_eq!(under("(c)"), [0, 1]);
        assert_eq!(under("(d)"), [0, 1]);
        assert_eq!(under("(e)"), [0, 2]);
        assert_eq!(under("(f)"), [3]);
    }
}
