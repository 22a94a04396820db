//! What follows from a reader's answers: the verdict of a checklist, what an advisor recommends.

use super::answers::{Answered, Answers};
use super::codes::NO_VALUE;
use super::evaluator::Evaluator;
use super::formula::Scalar;
use super::formula::eval::evaluate;
use super::problem::Problem;
use super::{Advisor, Band, Checklist, Compiled, Inputs, Item, Model, Outcome};
use plumb_text::Span;

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

    /// The answers with those that no reader gives: an item that says when it holds is answered by the inputs.
    fn with_held(
        &self,
        checklist: &Checklist,
        answers: &Answers,
        inputs: &Inputs,
    ) -> Result<Answers, Problem> {
        let mut answers = answers.clone();
        for item in &checklist.items {
            match self.item_holds(item, inputs)? {
                Some(true) => drop(answers.yes.insert(item.id.clone())),
                Some(false) => drop(answers.yes.remove(&item.id)),
                None => {}
            }
        }
        Ok(answers)
    }

    /// The verdict of a checklist: the first band whose condition holds.
    pub fn verdict<'m>(
        &'m self,
        checklist: &'m Checklist,
        answers: &Answers,
        inputs: &Inputs,
    ) -> Result<Option<&'m Band>, Problem> {
        let answers = &self.with_held(checklist, answers, inputs)?;
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
        let answers = &match checklist.and_then(|id| self.checklists.get(id)) {
            Some(list) => self.with_held(list, answers, inputs)?,
            None => answers.clone(),
        };
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
