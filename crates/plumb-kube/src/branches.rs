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
                Turn::Open if open.len() == MOST_DEPTH => too_deep += 1,
                Turn::Close if too_deep > 0 => too_deep -= 1,
                Turn::Else if too_deep > 0 => {}
                Turn::Open => {
                    found.begin(at, blocks, open.last().copied(), &mut open);
                    blocks += 1;
                }
                Turn::Else => {
                    if let Some(last) = open.pop() {
                        let Branch { block, around } = found.branches[last];
                        found.begin(at, block, around, &mut open);
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

    fn begin(&mut self, at: usize, block: usize, around: Option<usize>, open: &mut Vec<usize>) {
        let branch = self.branches.len();
        self.branches.push(Branch { block, around });
        self.places.push((at, Some(branch)));
        open.push(branch);
    }

    /// Whether some of these places are never there with others of them: they lie in other branches of one block.
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
                let block = self.branches[branch].block;
                *chosen.entry(block).or_insert(branch) != branch
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
