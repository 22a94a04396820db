//! Facts that are no quantities, and where facts are read from.

use super::{Age, Basis, Prose};
use crate::formula::{Item, Scalar, Type};
use crate::quantity::Unit;
use jiff::civil::Date;
use plumb_text::Location;

/// A text, version, date, truth value, list or table with a source.
#[derive(Clone, Debug)]
pub struct Fact {
    /// Its name in formulas.
    pub name: String,
    /// What it is called on pages.
    pub label: String,
    /// The ids of the sources that say so.
    pub sources: Vec<String>,
    /// When it was last checked.
    pub checked: Option<Date>,
    /// The last day on which it is known to hold.
    pub expires: Option<Date>,
    /// How good it is.
    pub basis: Basis,
    /// How long before a date of it comes that is a finding.
    pub warn_before: Option<Age>,
    /// What to know about it.
    pub note: Prose,
    /// The place in a file of the repository that it is read from.
    pub from: Option<Location>,
    /// Its name in the model's file.
    pub location: Location,
    pub(crate) value: FactValue,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum FactValue {
    One(Scalar, Type),
    Table(Vec<ColumnOfFact>),
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ColumnOfFact {
    pub(crate) name: String,
    pub(crate) item: Item,
    /// A list, with an item for each row.
    pub(crate) values: Scalar,
    /// The unit that its quantities were written in, where that is one.
    pub(crate) written: Option<Unit>,
}

impl Fact {
    /// The unit that the quantities of a column were written in, where that is one.
    pub(crate) fn written(&self, column: Option<usize>) -> Option<&Unit> {
        match &self.value {
            FactValue::Table(columns) => columns.get(column?)?.written.as_ref(),
            FactValue::One(..) => None,
        }
    }

    /// The units that the quantities of its columns were written in.
    pub(crate) fn units(&self) -> impl Iterator<Item = &Unit> {
        let columns = match &self.value {
            FactValue::Table(columns) => columns.as_slice(),
            FactValue::One(..) => &[],
        };
        columns.iter().filter_map(|column| column.written.as_ref())
    }

    /// The dates that it holds, each once.
    pub(crate) fn dates(&self) -> Vec<Date> {
        let values: Vec<&Scalar> = match &self.value {
            FactValue::One(value, _) => vec![value],
            FactValue::Table(columns) => columns.iter().map(|column| &column.values).collect(),
        };
        let items = values.into_iter().flat_map(Scalar::items);
        let mut dates: Vec<Date> = items
            .filter_map(|item| match item {
                Scalar::Date(date) => Some(*date),
                _ => None,
            })
            .collect();
        dates.sort();
        dates.dedup();
        dates
    }
}
