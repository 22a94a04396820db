//! The values that one input goes through, as authors write them: `pods:20..100..20`, `pods:20,50,100`, or the words of a
//! choice; and those of a chart's axis.

use super::{Call, ask};
use crate::model::{self, Format, Input, InputKind, Inputs, Quantity, Ratio, Unit};
use crate::text::{Span, Spanned};
use num_bigint::BigInt;
use num_traits::{One, Zero};

/// More rows than a page can show.
pub const MOST_VALUES: usize = 200;

/// Into how many rows the table beside a chart is cut, and into how many points a line.
const CHART_ROWS: i64 = 6;
const CHART_POINTS: i64 = 60;

/// An input and the values that it goes through.
pub(super) struct Sweep<'m> {
    pub(super) input: &'m Input,
    values: model::Sweep,
    span: Span,
}

impl Sweep<'_> {
    /// What each point is called: the value without its unit, or the word.
    pub(super) fn labels(&self, call: &Call<'_>) -> Vec<String> {
        let is_switch = matches!(self.input.kind, InputKind::Switch { .. });
        let word = |word: &String| match word.as_str() {
            "true" if is_switch => "yes".to_owned(),
            "false" if is_switch => "no".to_owned(),
            word => word.to_owned(),
        };
        let numbers = self.values().iter().map(|value| self.show(call, value));
        numbers.chain(self.values.words.iter().map(word)).collect()
    }

    /// Whether it goes through words.
    pub(super) fn is_of_words(&self) -> bool {
        !self.values.words.is_empty()
    }

    /// The values, in base units, rising.
    pub(super) fn values(&self) -> &[Ratio] {
        &self.values.values
    }

    /// The inputs at each of the values.
    pub(super) fn points(&self, call: &mut Call<'_>, inputs: &Inputs) -> Option<Vec<Inputs>> {
        match self.values.points(call.model, inputs) {
            Ok(points) => Some(points),
            Err(problem) => {
                call.failed(self.span, problem);
                None
            }
        }
    }

    /// A value of the input without its unit: the head of the column, or the axis, says what it is.
    pub(super) fn show(&self, call: &Call<'_>, value: &Ratio) -> String {
        let unit = self.unit(call);
        // what the author gave is not rounded; where lines cross is computed
        let given = self.values().contains(value).then(|| unit.clone());
        let format = Format { unit: Some(unit), written: given, bare: true, ..Format::default() };
        call.model.units.show(&self.quantity(value.clone()), &format).text
    }

    /// The unit that the input is shown in.
    pub(super) fn unit(&self, call: &Call<'_>) -> Unit {
        let format = Format { unit: self.input.unit.clone(), ..Format::default() };
        call.model.units.unit_for(&self.largest(), &format)
    }

    /// What an axis of it says: its label, with the unit where the unit is no mere noun.
    pub(super) fn axis(&self, call: &Call<'_>) -> String {
        let largest = self.largest();
        let format = Format { unit: Some(self.unit(call)), ..Format::default() };
        let unit = call.model.units.show(&largest, &format).unit;
        let noun = largest.dimension.is_count();
        if noun || unit.is_empty() {
            self.input.label.clone()
        } else {
            format!("{} ({unit})", self.input.label)
        }
    }

    fn largest(&self) -> Quantity {
        self.quantity(self.values().iter().max().cloned().unwrap_or_else(Ratio::zero))
    }

    fn quantity(&self, value: Ratio) -> Quantity {
        Quantity::new(value, self.values.dimension)
    }
}

/// Reads a sweep; what is wrong is reported.
pub(super) fn read<'m>(call: &mut Call<'m>, written: &Spanned<String>) -> Option<Sweep<'m>> {
    let span = written.span;
    let (name, values) = match written.value.split_once(':') {
        Some((name, values)) => (name, Some(values)),
        None => (written.value.as_str(), None),
    };
    let named = Spanned::new(name.to_owned(), span);
    let input = ask::entry(call, "input", &call.model.inputs, &named)?;
    call.used.input(call.model, name);
    if values.is_none() && matches!(input.kind, InputKind::Number { .. }) {
        let message = format!("`{name}` does not say which values the input goes through");
        wrong(call, span, message);
        return None;
    }
    let values = values.unwrap_or_default();
    if values.matches("..").count() > 2 {
        wrong(call, span, format!("`{values}` is more than from, to and step"));
        return None;
    }
    let parsed = match values {
        "" => model::Sweep::new(call.model, name, None, None, None),
        values => model::Sweep::parse(call.model, name, values),
    };
    let values = match parsed {
        Ok(values) => values,
        Err(problem) => {
            call.failed(span, problem);
            return None;
        }
    };
    if values.values.len() + values.words.len() > MOST_VALUES {
        wrong(call, span, format!("these are more than {MOST_VALUES} values"));
        return None;
    }
    Some(Sweep { input, values, span })
}

/// The numeric input of this name.
pub(super) fn number_input<'m>(call: &mut Call<'m>, name: &str, span: Span) -> Option<&'m Input> {
    let model = call.model;
    let named = Spanned::new(name.to_owned(), span);
    let input = ask::entry(call, "input", &model.inputs, &named)?;
    call.used.input(model, name);
    if !matches!(input.kind, InputKind::Number { .. }) {
        wrong(call, span, format!("`{name}` is not a number, so it has no values to go through"));
        return None;
    }
    Some(input)
}

/// The values along a chart's axis, all on the input's own steps, and which of them make the rows of a short table: both
/// ends, and round values between.
pub(super) fn axis<'m>(
    call: &mut Call<'m>,
    over: &Spanned<String>,
    from: Option<&Spanned<String>>,
    to: Option<&Spanned<String>>,
) -> Option<(Sweep<'m>, Vec<usize>)> {
    let input = number_input(call, &over.value, over.span)?;
    let InputKind::Number { step, .. } = &input.kind else { return None };
    let ends = |text: Option<&Spanned<String>>| text.map(|text| text.value.clone());
    let (first, last) = (ends(from), ends(to));
    // One step from end to end: the model reads the ends and says what is wrong with them.
    let whole = model::Sweep::new(call.model, &over.value, first.as_deref(), last.as_deref(), None);
    let whole = match whole {
        Ok(whole) => whole,
        Err(problem) => {
            call.failed(from.or(to).map_or(over.span, |end| end.span), problem);
            return None;
        }
    };
    let (Some(first), Some(last)) = (whole.values.first().cloned(), whole.values.last().cloned())
    else {
        return None;
    };
    if first == last || step.is_zero() {
        wrong(
            call,
            over.span,
            format!("there is nothing between the ends of the axis over `{}`", over.value),
        );
        return None;
    }
    let unit = input.unit.as_ref().map_or_else(Ratio::one, |unit| unit.factor.clone());
    let rows = on_round(
        &first,
        &last,
        &round_stride(&((&last - &first) / ratio(CHART_ROWS)), &unit, step),
    );
    let fine = ((&last - &first) / ratio(CHART_POINTS) / step).ceil().max(Ratio::one()) * step;
    let mut values = on_round(&first, &last, &fine);
    values.extend(rows.iter().cloned());
    values.sort();
    values.dedup();
    let rows = rows.iter().filter_map(|row| values.binary_search(row).ok()).collect();
    let values = model::Sweep { values, ..whole };
    Some((Sweep { input, values, span: over.span }, rows))
}

fn ratio(value: i64) -> Ratio {
    Ratio::from_integer(BigInt::from(value))
}

/// The ends, and the multiples of a stride between them.
fn on_round(first: &Ratio, last: &Ratio, stride: &Ratio) -> Vec<Ratio> {
    let mut values = vec![first.clone()];
    let mut value = ((first / stride).floor() + Ratio::one()) * stride;
    while value < *last {
        values.push(value.clone());
        value += stride;
    }
    values.push(last.clone());
    values
}

/// The smallest of 1, 2, 5, 10, 20 … units that is at least `least` and a whole number of steps; else whole steps.
fn round_stride(least: &Ratio, unit: &Ratio, step: &Ratio) -> Ratio {
    let mut power = unit.clone();
    while power > *least {
        power /= ratio(10);
    }
    while &power * ratio(10) < *least {
        power *= ratio(10);
    }
    let round = [1, 2, 5, 10, 20, 50, 100].into_iter().map(|size| &power * ratio(size));
    round
        .into_iter()
        .find(|stride| stride >= least && (stride / step).is_integer())
        .unwrap_or_else(|| (least / step).ceil().max(Ratio::one()) * step)
}

fn wrong(call: &mut Call<'_>, span: Span, message: String) {
    let finding = call.invalid(span, message);
    call.findings.push(finding.help(
        "write the input, and from, to and step, or the values: `pods:20..100..20`, `pods:20,50,100`, `tier:standard,premium`",
    ));
}
