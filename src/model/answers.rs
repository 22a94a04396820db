//! What follows from a reader's answers: the verdict of a checklist, what an advisor recommends.

use super::evaluate::NO_VALUE;
use super::evaluator::Evaluator;
use super::formula::eval::evaluate;
use super::formula::{Local, Scalar};
use super::problem::Problem;
use super::quantity::Ratio;
use super::{Advisor, Band, Checklist, Compiled, Inputs, Item, Model, Outcome, Ranked};
use crate::text::Span;
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

impl Model {
    /// Evaluates a condition of a checklist or an advisor against a reader's answers.
    fn holds(
        &self,
        answered: Answered<'_>,
        condition: &Compiled,
        inputs: &Inputs,
    ) -> Result<bool, Problem> {
        let mut evaluator = Evaluator::new(self, inputs, Some(answered));
        match evaluate(&condition.ir, &mut evaluator) {
            Ok(Scalar::Bool(value)) => Ok(value),
            Ok(_) => Err(Problem::new(&NO_VALUE, Span::at(0), "this is not true or false")),
            Err(fault) => Err(self.problem(condition.text(), fault)),
        }
    }

    /// Whether an item of a checklist is true of the inputs by itself.
    pub fn item_holds(&self, item: &Item, inputs: &Inputs) -> Result<Option<bool>, Problem> {
        let Some(holds) = &item.holds else { return Ok(None) };
        let answers = Answers::default();
        let answered = Answered { model: self, checklist: None, matrix: None, answers: &answers };
        self.holds(answered, holds, inputs).map(Some)
    }

    /// The verdict of a checklist: the first band whose condition holds.
    pub fn verdict<'m>(
        &'m self,
        checklist: &'m Checklist,
        answers: &Answers,
        inputs: &Inputs,
    ) -> Result<Option<&'m Band>, Problem> {
        let answered =
            Answered { model: self, checklist: Some(&checklist.id), matrix: None, answers };
        self.first(&checklist.bands, |band| band.when.as_ref(), answered, inputs)
    }

    /// What an advisor recommends: the first outcome whose condition holds.
    pub fn outcome<'m>(
        &'m self,
        advisor: &'m Advisor,
        answers: &Answers,
        inputs: &Inputs,
    ) -> Result<Option<&'m Outcome>, Problem> {
        let (checklist, matrix) = (advisor.checklist.as_deref(), advisor.matrix.as_deref());
        let answered = Answered { model: self, checklist, matrix, answers };
        self.first(&advisor.outcomes, |outcome| outcome.when.as_ref(), answered, inputs)
    }

    /// The first of some things whose condition holds; one without a condition always does.
    fn first<'m, T>(
        &self,
        all: &'m [T],
        when: impl Fn(&T) -> Option<&Compiled>,
        answered: Answered<'_>,
        inputs: &Inputs,
    ) -> Result<Option<&'m T>, Problem> {
        for one in all {
            let holds = when(one).map_or(Ok(true), |when| self.holds(answered, when, inputs));
            if holds? {
                return Ok(Some(one));
            }
        }
        Ok(None)
    }
}

/// The answers that the rules of a checklist ask for.
#[derive(Clone, Copy)]
pub(super) struct Answered<'a> {
    model: &'a Model,
    checklist: Option<&'a str>,
    matrix: Option<&'a str>,
    answers: &'a Answers,
}

impl Answered<'_> {
    fn ranked(&self, column: &str) -> Option<Ranked> {
        let matrix = self.model.matrices.get(self.matrix?)?;
        let ranking = self.model.rank(matrix, &self.answers.needs);
        ranking.into_iter().find(|ranked| ranked.column == column)
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
                Scalar::Bool(self.ranked(column).is_some_and(|ranked| ranked.meets() <= *least))
            }
            Local::Rank(column) => count(self.ranked(column).map_or(0, |ranked| ranked.rank)),
        }
    }
}
