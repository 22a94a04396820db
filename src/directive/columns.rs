//! The columns of a table: their heads, and the one unit that the values of a column share.

use super::Call;
use crate::content::{Align, Column, text};
use crate::model::{Dimension, Evaluation, Format, Model, Unit, View};
use num_traits::{Signed, Zero};

/// What of a resource is counted: "CPU", "CPU, usage", or "CPU to plan for", which is neither reserved nor used.
pub(super) fn counted(resource: &str, view: View) -> String {
    let name = titled(resource);
    match view {
        View::Requests => name,
        View::Usage | View::Limits => format!("{name}, {}", view.name()),
        View::Reserved => format!("{name} to plan for"),
    }
}

/// A name of the model's with a capital, as the head of a column; `cpu` is an abbreviation.
pub(super) fn titled(name: &str) -> String {
    if name == "cpu" {
        return "CPU".to_owned();
    }
    let mut chars = name.chars();
    match chars.next() {
        Some(first) => {
            first.to_uppercase().chain(chars).map(|c| if c == '_' { ' ' } else { c }).collect()
        }
        None => String::new(),
    }
}

pub(super) fn number_column(title: impl Into<String>) -> Column {
    Column { title: text(title), align: Align::Right }
}

pub(super) fn text_column(title: impl Into<String>) -> Column {
    Column { title: text(title), align: Align::Left }
}

/// A unit for each column. GiB and GB beside each other cannot be compared, so bytes are decimal in all columns or in none.
pub(super) fn units(call: &Call<'_>, columns: &[Vec<&Evaluation>]) -> Vec<Option<Unit>> {
    let in_bytes = |value: &&&Evaluation| {
        let quantity = value.value.quantity();
        quantity.is_some_and(|quantity| {
            quantity.dimension == Dimension::MEMORY && !quantity.value.is_zero()
        })
    };
    let decimal = columns.iter().flatten().filter(in_bytes).all(|value| value.decimal_bytes);
    columns.iter().map(|values| unit_of(call, values.iter().copied(), decimal)).collect()
}

/// The unit that suits the largest of some values, so that they all have one unit.
pub(super) fn common_unit<'a>(
    call: &Call<'_>,
    values: impl Iterator<Item = &'a Evaluation>,
) -> Option<Unit> {
    unit_of(call, values, true)
}

/// As `common_unit`; with `decimal` false, never a decimal multiple of a byte.
fn unit_of<'a>(
    call: &Call<'_>,
    values: impl Iterator<Item = &'a Evaluation>,
    decimal: bool,
) -> Option<Unit> {
    let values: Vec<_> = values.collect();
    let quantity = |evaluation: &Evaluation| evaluation.value.quantity().cloned();
    let largest = values
        .iter()
        .filter_map(|evaluation| Some((quantity(evaluation)?, *evaluation)))
        .max_by(|(a, _), (b, _)| a.value.abs().cmp(&b.value.abs()))?;
    let mut format = call.model.format_for(&largest.0, largest.1, &Format::default());
    if !decimal && largest.0.dimension == Dimension::MEMORY {
        format.decimal_bytes = false;
        format.unit = None;
    }
    Some(call.model.units.unit_for(&largest.0, &format))
}

/// The unit that a column of unlike sizes has, where its dimension has no multiples to choose from (bytes and time have):
/// prices by the month beside prices by the hour cannot be compared.
pub(super) fn single_unit<'a>(
    model: &Model,
    values: impl Iterator<Item = &'a Evaluation>,
) -> Option<Unit> {
    let largest = values
        .filter_map(|evaluation| Some((evaluation.value.quantity()?, evaluation)))
        .max_by(|(a, _), (b, _)| a.value.abs().cmp(&b.value.abs()))?;
    let (quantity, evaluation) = largest;
    if model.units.ladder(quantity.dimension, false).len() > 1 {
        return None;
    }
    let format = model.format_for(quantity, evaluation, &Format::default());
    Some(model.units.unit_for(quantity, &format))
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_resource_is_called_by_its_name() {
        for (name, title) in [("cpu", "CPU"), ("memory", "Memory"), ("gpu_hours", "Gpu hours")] {
            assert_eq!(super::titled(name), title);
        }
    }
}
