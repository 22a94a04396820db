//! A reader's answers, and what the rules of a checklist or an advisor ask of them.

use super::formula::{Local, Scalar};
use super::quantity::Ratio;
use super::{Item, Meets, Model};
use num_traits::Zero;
use std::collections::BTreeSet;

/// A reader's answers to a checklist, and the needs that were chosen in a matrix.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    /// The items that are ticked.
    pub yes: BTreeSet<String>,
    /// The rows that are chosen.
    pub needs: BTreeSet<String>,
}

impl Answers {
    /// Every way to tick some items, of which there are few: twice as many for each item more.
    pub(super) fn all(items: &[Item]) -> impl Iterator<Item = Answers> {
        (0..1usize << items.len()).map(|bits| {
            let ticked = items.iter().enumerate().filter(|(at, _)| bits >> at & 1 == 1);
            let yes = ticked.map(|(_, item)| item.id.clone()).collect();
            Answers { yes, ..Answers::default() }
        })
    }
}

/// The answers that the rules of a checklist ask for.
#[derive(Clone, Copy)]
pub(super) struct Answered<'a> {
    pub(super) model: &'a Model,
    pub(super) checklist: Option<&'a str>,
    pub(super) matrix: Option<&'a str>,
    pub(super) answers: &'a Answers,
}

impl Answered<'_> {
    fn meets(&self, column: &str) -> Option<Meets> {
        let matrix = self.model.matrices.get(self.matrix?)?;
        let at = matrix.columns.iter().position(|other| other.id == column)?;
        Some(self.model.ranked(matrix, at, &self.answers.needs).meets())
    }

    fn rank(&self, column: &str) -> Option<usize> {
        let matrix = self.model.matrices.get(self.matrix?)?;
        let ranking = self.model.rank(matrix, &self.answers.needs);
        ranking.into_iter().find(|ranked| ranked.column == column).map(|ranked| ranked.rank)
    }

    /// What a rule asks for.
    pub(super) fn value(&self, local: &Local) -> Scalar {
        let items = self
            .checklist
            .and_then(|id| self.model.checklists.get(id))
            .map_or(&[][..], |list| &list.items);
        let ticked = || items.iter().filter(|item| self.answers.yes.contains(&item.id));
        let count = |number: usize| Scalar::Number(Ratio::from_integer(number.into()));
        match local {
            Local::Yes => count(ticked().count()),
            Local::No => count(items.len() - ticked().count()),
            Local::Total => count(items.len()),
            Local::Score => {
                Scalar::Number(ticked().fold(Ratio::zero(), |sum, item| sum + &item.weight))
            }
            Local::Count(group) => {
                count(ticked().filter(|item| item.group.as_deref() == Some(&**group)).count())
            }
            Local::Answer(item) => Scalar::Bool(self.answers.yes.contains(&**item)),
            Local::Need(row) => Scalar::Bool(self.answers.needs.contains(&**row)),
            Local::Meets(column, least) => {
                Scalar::Bool(self.meets(column).is_some_and(|level| level <= *least))
            }
            Local::Rank(column) => count(self.rank(column).unwrap_or(0)),
        }
    }
}
