//! The branches of a template: which two places of a text are never there at once.
//!
//! Owns: how blocks lie in one another. Must not know: how a template writes them.

use plumb_text::Span;
use std::collections::BTreeMap;

/// What a template says at a place about the text behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// A block begins: `{{ if … }}`, `{{ range … }}`.
    Open,
    /// A block begins whose branches are for releases that nothing else says: `{{ if .Capabilities.… }}`.
    OpenForRelease,
    /// Another branch of the block begins: `{{ else }}`.
    Else,
    /// The block ends: `{{ end }}`.
    Close,
}

/// The branches of a text's blocks.
#[derive(Clone, Debug, Default)]
pub struct Branches {
    /// From which place on the text lies in which branch, in order; `None` in no block.
    places: Vec<(usize, Option<usize>)>,
    branches: Vec<Branch>,
}

#[derive(Clone, Copy, Debug)]
struct Branch {
    block: usize,
    /// Whether it is for some release.
    of_release: bool,
    /// The branch that its block lies in.
    around: Option<usize>,
}

/// How deep blocks are told apart. What lies deeper belongs to the last one.
const MOST_DEPTH: usize = 32;

impl Branches {
    /// Those that a template's turns make, in the order of the text. A turn that belongs to no block stands alone.
    pub fn new(turns: impl IntoIterator<Item = (usize, Turn)>) -> Branches {
        let mut found = Branches::default();
        let (mut open, mut blocks, mut too_deep) = (Vec::<usize>::new(), 0, 0_usize);
        for (at, turn) in turns {
            match turn {
                Turn::Open | Turn::OpenForRelease if open.len() == MOST_DEPTH => too_deep += 1,
                Turn::Close if too_deep > 0 => too_deep -= 1,
                Turn::Else if too_deep > 0 => {}
                Turn::Open | Turn::OpenForRelease => {
                    let of_release = turn == Turn::OpenForRelease;
                    let around = open.last().copied();
                    found.begin(at, Branch { block: blocks, of_release, around }, &mut open);
                    blocks += 1;
                }
                Turn::Else => {
                    if let Some(last) = open.pop() {
                        let same = found.branches[last];
                        found.begin(at, same, &mut open);
                    }
                }
                Turn::Close => {
                    if open.pop().is_some() {
                        found.places.push((at, open.last().copied()));
                    }
                }
            }
        }
        found
    }

    fn begin(&mut self, at: usize, begun: Branch, open: &mut Vec<usize>) {
        let branch = self.branches.len();
        self.branches.push(begun);
        self.places.push((at, Some(branch)));
        open.push(branch);
    }

    /// Whether some of these places may not be there, or never with others of them: they lie in a branch for some release, or in
    /// other branches of one block.
    pub(crate) fn divide(&self, places: impl IntoIterator<Item = Span>) -> bool {
        if self.branches.is_empty() {
            return false;
        }
        let mut chosen: BTreeMap<usize, usize> = BTreeMap::new();
        places.into_iter().any(|place| {
            let next = self.places.partition_point(|(at, _)| *at <= place.start);
            let innermost = next.checked_sub(1).and_then(|last| self.places[last].1);
            let mut branches =
                std::iter::successors(innermost, |branch| self.branches[*branch].around);
            branches.any(|branch| {
                let Branch { block, of_release, .. } = self.branches[branch];
                of_release || *chosen.entry(block).or_insert(branch) != branch
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The branches of a text in which `(` opens a block, `|` begins another branch, and `)` ends it.
    fn branches(text: &str) -> Branches {
        Branches::new(text.char_indices().filter_map(|(at, c)| match c {
            '(' => Some((at, Turn::Open)),
            '<' => Some((at, Turn::OpenForRelease)),
            '|' => Some((at, Turn::Else)),
            ')' => Some((at, Turn::Close)),
            _ => None,
        }))
    }

    #[test]
    fn only_branches_of_one_block_exclude_each_other() {
        for (text, expected) in [
            ("(a|b)", true),
            ("(a|x|b)", true),
            ("a(x|x)b", false),
            ("(x|a)b", false),
            ("(a)(b)", false),
            ("(a|x)(b|x)", false),
            ("(a(x|x)b|x)", false),
            ("((x|a)|b)", true),
            ("((x|a)|x)b", false),
            ("(a|x(x|b))", true),
            ("<a)b", true),
            ("<x)ab", false),
            // Turns that belong to no block.
            ("a|b)", false),
            (")a(b", false),
            ("(a|b", true),
        ] {
            let place = |c| Span::at(text.find(c).expect("a place"));
            assert_eq!(branches(text).divide([place('a'), place('b')]), expected, "{text}");
        }
        let deep = format!("{}a|b{}", "(".repeat(40), ")".repeat(40));
        let at = |c| Span::at(deep.find(c).expect("a place"));
        assert!(!branches(&deep).divide([at('a'), at('b')]));
    }
}
