//! One input varied: the values on the way.
//!
//! Owns: [`Sweep`]. Must not know: what is drawn of it.

use super::codes::{BAD_RANGE, WRONG_KIND};
use super::entry::{Input, InputKind};
use super::formula::Scalar;
use super::problem::Problem;
use super::quantity::{Dimension, Ratio};
use super::{Compiled, Evaluation, Inputs, Model};
use num_traits::{Signed, Zero};
use plumb_text::Span;

/// An input on its way from one value to another.
#[derive(Clone, Debug)]
pub struct Sweep {
    /// The name of the input that is varied.
    pub input: String,
    /// The dimension of that input's numbers.
    pub dimension: Dimension,
    /// The values, in base units, rising; none where the input is a choice or a switch.
    pub values: Vec<Ratio>,
    /// The words of a choice or a switch, in the order in which they are given; none of a number.
    pub words: Vec<String>,
}

/// More points than this are neither a table nor a chart.
pub(super) const MAX_POINTS: usize = 2000;

impl Sweep {
    /// The most values of one.
    pub const MOST: usize = MAX_POINTS;

    /// From one value to another in steps of the input's own, or of another.
    ///
    /// Texts are as an author writes them (`0`, `1000`, `5 ms`); without `from` and `to`, the input's `min` and `max`.
    pub fn new(
        model: &Model,
        input: &str,
        from: Option<&str>,
        to: Option<&str>,
        step: Option<&str>,
    ) -> Result<Sweep, Problem> {
        let entry = input_of(model, input)?;
        let InputKind::Number { dimension, min, max, step: own, default, .. } = &entry.kind else {
            let none = from.is_none() && to.is_none() && step.is_none();
            let words = own_words(&entry.kind).filter(|_| none);
            return Ok(Sweep::of_words(input, words.ok_or_else(|| not_a_number(input))?));
        };
        let read = |text| number(model, entry, text);
        let first = match from {
            Some(text) => read(text)?,
            None => min.clone().unwrap_or_else(Ratio::zero),
        };
        let last = match to {
            Some(text) => read(text)?,
            None => max.clone().unwrap_or_else(|| default * Ratio::from_integer(2.into())),
        };
        let step = match step {
            Some(text) => quantity(model, entry, text, *dimension)?,
            None => {
                // the input's own steps, but no more of them than a reader can follow
                let room = (&last - &first) / Ratio::from_integer(200.into());
                if *own >= room { own.clone() } else { (room / own).ceil() * own }
            }
        };
        if first > last {
            let span = whole(to.unwrap_or(input));
            return Err(Problem::new(
                &BAD_RANGE,
                span,
                format!("the sweep of `{input}` ends before it begins"),
            ));
        }
        if !step.is_positive() {
            return Err(Problem::new(
                &BAD_RANGE,
                whole(input),
                format!("the step of `{input}` must be more than nothing"),
            ));
        }
        let mut values = Vec::new();
        let mut at = first;
        while at < last && values.len() < MAX_POINTS {
            values.push(at.clone());
            at += &step;
        }
        if values.len() == MAX_POINTS {
            let message = format!("a sweep has at most {MAX_POINTS} points");
            return Err(
                Problem::new(&BAD_RANGE, whole(input), message).help("give a larger `step`")
            );
        }
        values.push(last);
        Ok(Sweep { input: input.to_owned(), dimension: *dimension, values, words: Vec::new() })
    }

    fn of_words(input: &str, words: Vec<String>) -> Sweep {
        let input = input.to_owned();
        Sweep { input, dimension: Dimension::COUNT, values: Vec::new(), words }
    }

    /// A sweep over given values: `5, 10, 100`, or words of a choice.
    pub fn over(model: &Model, input: &str, values: &[&str]) -> Result<Sweep, Problem> {
        let entry = input_of(model, input)?;
        let InputKind::Number { dimension, .. } = &entry.kind else {
            let mut words: Vec<String> = Vec::new();
            for &word in values {
                super::inputs::setting(entry, word, &model.units)?;
                if !words.iter().any(|known| known == word) {
                    words.push(word.to_owned());
                }
            }
            return Ok(Sweep::of_words(input, words));
        };
        let read = values.iter().map(|text| number(model, entry, text));
        let mut values = read.collect::<Result<Vec<Ratio>, Problem>>()?;
        values.sort();
        values.dedup();
        Ok(Sweep { input: input.to_owned(), dimension: *dimension, values, words: Vec::new() })
    }

    /// A sweep as authors write it behind the input's name: `20..100..20` (from, to and step), `20..100` or `20,50,100`.
    pub fn parse(model: &Model, input: &str, values: &str) -> Result<Sweep, Problem> {
        let ends: Vec<&str> = values.splitn(3, "..").map(str::trim).collect();
        match ends[..] {
            [from, to] => Sweep::new(model, input, Some(from), Some(to), None),
            [from, to, step] => Sweep::new(model, input, Some(from), Some(to), Some(step)),
            _ => {
                let values: Vec<&str> = values.split(',').map(str::trim).collect();
                Sweep::over(model, input, &values)
            }
        }
    }

    /// The inputs at each point.
    pub fn points(&self, model: &Model, inputs: &Inputs) -> Result<Vec<Inputs>, Problem> {
        let mut points = Vec::with_capacity(self.values.len() + self.words.len());
        for value in &self.values {
            let mut at = inputs.clone();
            at.set_number(model, &self.input, value.clone())?;
            points.push(at);
        }
        for word in &self.words {
            let mut at = inputs.clone();
            at.set(model, &self.input, word)?;
            points.push(at);
        }
        Ok(points)
    }
}

/// Every word that an input may be set to, if it is none of numbers.
fn own_words(kind: &InputKind) -> Option<Vec<String>> {
    match kind {
        InputKind::Choice { choices, .. } => Some(choices.clone()),
        InputKind::Switch { .. } => Some(["false", "true"].map(str::to_owned).into()),
        InputKind::Number { .. } => None,
    }
}

/// All of a text.
pub(super) fn whole(text: &str) -> Span {
    Span::new(0, text.len())
}

/// The input of this name.
pub(super) fn input_of<'m>(model: &'m Model, name: &str) -> Result<&'m Input, Problem> {
    model.inputs.get(name).ok_or_else(|| Problem::unknown_id("input", name, model.inputs.keys()))
}

pub(super) fn not_a_number(name: &str) -> Problem {
    Problem::new(&WRONG_KIND, whole(name), format!("`{name}` is not a number"))
}

/// A value of an input that is a number.
fn number(model: &Model, entry: &Input, text: &str) -> Result<Ratio, Problem> {
    match super::inputs::setting(entry, text, &model.units)? {
        Scalar::Number(value) => Ok(value),
        _ => Err(not_a_number(text)),
    }
}

/// A quantity of an input's dimension, which need not be in its range.
fn quantity(
    model: &Model,
    entry: &Input,
    text: &str,
    dimension: Dimension,
) -> Result<Ratio, Problem> {
    let written = model.units.read(text);
    written
        .and_then(|written| written.resolve(entry.unit.as_ref(), Some(dimension), &entry.name))
        .map(|given| given.quantity.value)
        .map_err(|error| Problem::quantity(whole(text), error))
}

impl Model {
    /// An expression at each point of a sweep.
    pub fn sweep(
        &self,
        compiled: &Compiled,
        sweep: &Sweep,
        inputs: &Inputs,
    ) -> Result<Vec<Evaluation>, Problem> {
        let points = sweep.points(self, inputs)?;
        points.iter().map(|inputs| self.evaluate(compiled, inputs)).collect()
    }
}
