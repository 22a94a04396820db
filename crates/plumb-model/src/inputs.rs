//! What a model is evaluated with: the inputs' defaults, a scenario, and overrides.

use super::Model;
use super::codes::{INPUT_OUT_OF_RANGE, WRONG_KIND};
use super::entry::{Input, InputKind};
use super::formula::Scalar;
use super::problem::Problem;
use super::quantity::{Ratio, Units, decimal};
use plumb_text::Span;
use std::collections::BTreeMap;

/// Values for all inputs of one model, and for the figures that a scenario replaces.
///
/// Made by [`Model::inputs`], and only good for that model.
#[derive(Clone, Debug, PartialEq)]
pub struct Inputs {
    pub(super) values: Vec<Scalar>,
    /// Which are said, by a scenario or an override; the others are defaults, with the range that defaults may have.
    pub(super) said: Vec<bool>,
    pub(super) figures: BTreeMap<usize, Ratio>,
    scenario: Option<String>,
}

impl Model {
    /// All inputs at their defaults.
    pub fn inputs(&self) -> Inputs {
        let values: Vec<Scalar> = self.inputs.values().map(default_of).collect();
        Inputs { said: vec![false; values.len()], values, figures: BTreeMap::new(), scenario: None }
    }

    /// All inputs at their defaults, but for those that a scenario names.
    pub fn inputs_of(&self, scenario: &str) -> Result<Inputs, Problem> {
        let mut inputs = self.inputs();
        inputs.scenario(self, scenario)?;
        Ok(inputs)
    }
}

fn default_of(input: &Input) -> Scalar {
    match &input.kind {
        InputKind::Number { default, .. } => Scalar::Number(default.clone()),
        InputKind::Switch { default } => Scalar::Bool(*default),
        InputKind::Choice { default, .. } => Scalar::Text(default.as_str().into()),
    }
}

impl Inputs {
    /// Sets what a scenario says.
    pub fn scenario(&mut self, model: &Model, id: &str) -> Result<(), Problem> {
        let Some(scenario) = model.scenarios.get(id) else {
            return Err(Problem::unknown_id("scenario", id, model.scenarios.keys()));
        };
        for (index, value) in &scenario.inputs {
            self.values[*index] = value.clone();
            self.said[*index] = true;
        }
        self.figures.extend(scenario.figures.iter().map(|(index, value)| (*index, value.clone())));
        self.scenario = Some(id.to_owned());
        Ok(())
    }

    /// Sets one input from a text, as an author or reader writes it: `100`, `0.2 ms`, `true`.
    ///
    /// The problem's span is in the name where the name is wrong, else in the text.
    pub fn set(&mut self, model: &Model, name: &str, text: &str) -> Result<(), Problem> {
        let Some((index, _, input)) = model.inputs.get_full(name) else {
            return Err(Problem::unknown_id("input", name, model.inputs.keys()));
        };
        self.values[index] = setting(input, text, &model.units)?;
        self.said[index] = true;
        Ok(())
    }

    /// Sets a number that is known already (a step of a sweep); it must be one of the input's.
    pub fn set_number(&mut self, model: &Model, name: &str, value: Ratio) -> Result<(), Problem> {
        let Some((index, _, input)) = model.inputs.get_full(name) else {
            return Err(Problem::unknown_id("input", name, model.inputs.keys()));
        };
        check_range(input, &value, &model.units, Span::at(0))?;
        self.values[index] = Scalar::Number(value);
        self.said[index] = true;
        Ok(())
    }

    /// The inputs that are set, by a scenario or one by one; the others have their defaults.
    pub fn set_names<'m>(&self, model: &'m Model) -> impl Iterator<Item = &'m str> {
        let all = model.inputs.keys().zip(&self.said);
        all.filter(|(_, said)| **said)
            .map(|(name, _)| name.as_str())
            .collect::<Vec<_>>()
            .into_iter()
    }

    /// The scenario that was set last.
    pub fn scenario_id(&self) -> Option<&str> {
        self.scenario.as_deref()
    }

    /// The value of an input as its author would write it: `100`, `true`, `premium`.
    pub fn shown(&self, model: &Model, name: &str) -> Option<String> {
        let (index, _, input) = model.inputs.get_full(name)?;
        Some(match &self.values[index] {
            Scalar::Bool(value) => value.to_string(),
            value @ (Scalar::Text(_) | Scalar::Version(_) | Scalar::Date(_) | Scalar::List(_)) => {
                value.word().unwrap_or_default()
            }
            Scalar::Number(value) => input.text(&model.units, value),
        })
    }

    /// The number that an input is set to, in base units.
    pub fn number(&self, model: &Model, name: &str) -> Option<Ratio> {
        match &self.values[model.inputs.get_index_of(name)?] {
            Scalar::Number(value) => Some(value.clone()),
            _ => None,
        }
    }
}

/// What a text sets an input to.
pub(super) fn setting(input: &Input, text: &str, units: &Units) -> Result<Scalar, Problem> {
    let span = Span::new(0, text.len());
    let name = &input.name;
    match &input.kind {
        InputKind::Switch { .. } => match text.trim() {
            "true" | "yes" | "on" => Ok(Scalar::Bool(true)),
            "false" | "no" | "off" => Ok(Scalar::Bool(false)),
            _ => {
                let message =
                    format!("`{name}` is a switch, and `{text}` is neither true nor false");
                Err(Problem::new(&WRONG_KIND, span, message))
            }
        },
        InputKind::Choice { choices, .. } => {
            let word = text.trim();
            if choices.iter().any(|choice| choice == word) {
                return Ok(Scalar::Text(word.into()));
            }
            let message = format!("`{word}` is not one of the choices of `{name}`");
            let problem = Problem::new(&INPUT_OUT_OF_RANGE, span, message);
            let problem = problem.help(format!("there are: {}", choices.join(", ")));
            Err(problem.did_you_mean(word, choices.iter().map(String::as_str)))
        }
        InputKind::Number { dimension, .. } => {
            // TOML's own spelling of a number, `1_000`, reaches this too
            let plain = text.replace('_', "");
            let written = match decimal(plain.trim()) {
                Ok(number) => Ok(super::quantity::Written::number(number)),
                Err(_) => units.read(text),
            };
            let read = written
                .and_then(|written| written.resolve(input.unit.as_ref(), Some(*dimension), name));
            let quantity = read.map_err(|error| Problem::quantity(span, error))?.quantity;
            check_range(input, &quantity.value, units, span)?;
            if input.is_whole() && !quantity.value.is_integer() {
                let message = format!("`{name}` counts whole ones, and `{}` is none", text.trim());
                let problem = Problem::new(&INPUT_OUT_OF_RANGE, span, message);
                return Err(problem.related(input.location.clone(), "the input"));
            }
            Ok(Scalar::Number(quantity.value))
        }
    }
}

fn check_range(input: &Input, value: &Ratio, units: &Units, span: Span) -> Result<(), Problem> {
    let InputKind::Number { min, max, .. } = &input.kind else {
        let message = format!("`{}` is not a number", input.name);
        return Err(Problem::new(&WRONG_KIND, span, message));
    };
    let show = |value: &Ratio| input.text(units, value);
    let below = min.as_ref().is_some_and(|min| value < min);
    let above = max.as_ref().is_some_and(|max| value > max);
    if !below && !above {
        return Ok(());
    }
    let message = format!("{} is outside of the range of `{}`", show(value), input.name);
    let range = match (min, max) {
        (Some(min), Some(max)) => format!("it is from {} to {}", show(min), show(max)),
        (Some(min), None) => format!("it is at least {}", show(min)),
        (None, Some(max)) => format!("it is at most {}", show(max)),
        (None, None) => String::new(),
    };
    Err(Problem::new(&INPUT_OUT_OF_RANGE, span, message)
        .help(range)
        .related(input.location.clone(), "the input"))
}
