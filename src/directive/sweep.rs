//! The values that one input goes through: `pods:20..100..20`, or `pods:20,50,100`.

use super::{Call, INVALID_ARGUMENT};
use crate::diag::Diagnostic;
use crate::model::{Format, Input, InputKind, Inputs, Quantity, Ratio, Unit};
use crate::text::{Span, Spanned};
use num_traits::Zero;

/// More rows than a page can show.
const MAX_STEPS: usize = 200;

/// How many rows the data of a chart has, about.
const ROWS: usize = 6;

/// An input and the values that it goes through, in base units.
pub(super) struct Sweep<'m> {
    pub(super) input: &'m Input,
    pub(super) values: Vec<Ratio>,
    span: Span,
}

impl Sweep<'_> {
    /// The inputs at one of the values.
    pub(super) fn at(&self, call: &mut Call<'_>, inputs: &Inputs, value: &Ratio) -> Option<Inputs> {
        let mut inputs = inputs.clone();
        match inputs.set_number(call.model, &self.input.name, value.clone()) {
            Ok(()) => Some(inputs),
            Err(problem) => {
                let at = call.locate(self.span);
                call.findings.push(problem.located(|_| at.clone()));
                None
            }
        }
    }

    /// The value that the input has, without its unit: the column's head says what it is.
    pub(super) fn shown(&self, call: &Call<'_>, inputs: &Inputs) -> String {
        let value = inputs.number(call.model, &self.input.name).unwrap_or_else(Ratio::zero);
        self.show(call, &value)
    }

    /// A value of the input, without its unit.
    pub(super) fn show(&self, call: &Call<'_>, value: &Ratio) -> String {
        let format = Format { unit: Some(self.unit(call)), bare: true, ..Format::default() };
        call.model.units.show(&self.quantity(value.clone()), &format).text
    }

    /// The unit that the input is shown in.
    pub(super) fn unit(&self, call: &Call<'_>) -> Unit {
        let largest = self.values.iter().max().cloned().unwrap_or_else(Ratio::zero);
        let format = Format { unit: self.input.unit.clone(), ..Format::default() };
        call.model.units.unit_for(&self.quantity(largest), &format)
    }

    /// What an axis of it says: its label, with the unit where the unit is no mere noun.
    pub(super) fn axis(&self, call: &Call<'_>) -> String {
        let largest = self.values.iter().max().cloned().unwrap_or_else(Ratio::zero);
        let quantity = self.quantity(largest);
        let format = Format { unit: Some(self.unit(call)), ..Format::default() };
        let unit = call.model.units.show(&quantity, &format).unit;
        let noun = quantity.dimension.is_count();
        if noun || unit.is_empty() {
            self.input.label.clone()
        } else {
            format!("{} ({unit})", self.input.label)
        }
    }

    fn quantity(&self, value: Ratio) -> Quantity {
        let dimension = match &self.input.kind {
            InputKind::Number { dimension, .. } => *dimension,
            _ => Default::default(),
        };
        Quantity::new(value, dimension)
    }
}

/// Reads a sweep; what is wrong is reported.
pub(super) fn read<'m>(call: &mut Call<'m>, written: &Spanned<String>) -> Option<Sweep<'m>> {
    let Some((name, values)) = written.value.split_once(':') else {
        wrong(
            call,
            written.span,
            format!("`{}` does not say which values the input goes through", written.value),
        );
        return None;
    };
    let input = number_input(call, name, written.span)?;
    let values = match values.split_once("..") {
        None => values
            .split(',')
            .map(|value| number(call, input, value, written.span))
            .collect::<Option<Vec<_>>>()?,
        Some((from, rest)) => {
            let (to, step) = match rest.split_once("..") {
                Some((to, step)) => (to, Some(step)),
                None => (rest, None),
            };
            let from = number(call, input, from, written.span)?;
            let to = number(call, input, to, written.span)?;
            let step = match step {
                Some(step) => number(call, input, step, written.span)?,
                None => match &input.kind {
                    InputKind::Number { step, .. } => step.clone(),
                    _ => return None,
                },
            };
            steps(call, from, &to, &step, written.span)?
        }
    };
    Some(Sweep { input, values, span: written.span })
}

/// Values from one end to the other, on the input's own steps, some `points` of them; and each how many of them make a row
/// of a short table, the last one included.
pub(super) fn points<'m>(
    call: &mut Call<'m>,
    input: &'m Input,
    from: Option<&Spanned<String>>,
    to: Option<&Spanned<String>>,
    span: Span,
    points: usize,
) -> Option<(Sweep<'m>, usize)> {
    let InputKind::Number { min, max, default, step, .. } = &input.kind else { return None };
    let end =
        |call: &mut Call<'m>, given: Option<&Spanned<String>>, own: Option<&Ratio>| match given {
            Some(text) => number(call, input, &text.value, text.span),
            None => Some(own.unwrap_or(default).clone()),
        };
    let (from, to) = (end(call, from, min.as_ref())?, end(call, to, max.as_ref())?);
    if from >= to || *step <= Ratio::zero() {
        wrong(
            call,
            span,
            format!("there is nothing between the ends of the axis over `{}`", input.name),
        );
        return None;
    }
    // A whole number of the input's steps, such that a row of the table is a whole number of points.
    let rows = Ratio::from_integer(ROWS.into());
    let steps = ((&to - &from) / step / &rows).floor().max(Ratio::from_integer(1.into()));
    let per_row = Ratio::from_integer((points / ROWS).into());
    let fine = (&steps / &per_row).ceil().max(Ratio::from_integer(1.into()));
    let every = (&steps / &fine).floor().max(Ratio::from_integer(1.into()));
    let stride = &fine * step;
    let mut values = Vec::new();
    let mut value = from;
    while value <= to && values.len() <= 4 * points {
        values.push(value.clone());
        value += &stride;
    }
    let every = num_traits::ToPrimitive::to_usize(&every.to_integer()).unwrap_or(1);
    Some((Sweep { input, values, span }, every))
}

/// The numeric input of this name.
pub(super) fn number_input<'m>(call: &mut Call<'m>, name: &str, span: Span) -> Option<&'m Input> {
    let model = call.model;
    let Some(input) = model.inputs.get(name) else {
        let message = format!("the model has no input `{name}`");
        call.findings.push(
            Diagnostic::new(&INVALID_ARGUMENT, call.locate(span), message)
                .did_you_mean(name, model.inputs.keys().map(String::as_str)),
        );
        return None;
    };
    call.used.input(model, name);
    if !matches!(input.kind, InputKind::Number { .. }) {
        wrong(call, span, format!("`{name}` is no number, so it has no values to go through"));
        return None;
    }
    Some(input)
}

fn number(call: &mut Call<'_>, input: &Input, text: &str, span: Span) -> Option<Ratio> {
    let mut inputs = call.model.inputs();
    if let Err(problem) = inputs.set(call.model, &input.name, text.trim()) {
        let at = call.locate(span);
        call.findings.push(problem.located(|_| at.clone()));
        return None;
    }
    inputs.number(call.model, &input.name)
}

fn steps(
    call: &mut Call<'_>,
    from: Ratio,
    to: &Ratio,
    step: &Ratio,
    span: Span,
) -> Option<Vec<Ratio>> {
    if *step <= Ratio::zero() || from > *to {
        wrong(
            call,
            span,
            "the values go from the smaller to the larger, by a step above zero".to_owned(),
        );
        return None;
    }
    let mut values = Vec::new();
    let mut value = from;
    while value <= *to {
        values.push(value.clone());
        if values.len() > MAX_STEPS {
            wrong(call, span, format!("these are more than {MAX_STEPS} values"));
            return None;
        }
        value += step;
    }
    Some(values)
}

fn wrong(call: &mut Call<'_>, span: Span, message: String) {
    let at = call.locate(span);
    call.findings.push(
        Diagnostic::new(&INVALID_ARGUMENT, at, message)
            .help("write the input, and from, to and step, or the values: `pods:20..100..20`, `pods:20,50,100`"),
    );
}
