//! What a formula can refer to, by name.

use crate::view::View;
use indexmap::IndexMap;
use plumb_text::Location;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Name {
    Input(usize),
    Figure(usize),
    Definition(usize),
    Fact(usize),
}

/// The definitions that an option's numbers are.
#[derive(Clone, Debug, Default)]
pub(crate) struct OptionNames {
    pub(crate) totals: BTreeMap<(View, String), usize>,
    pub(crate) components: IndexMap<String, ComponentNames>,
    /// What it is called on pages, which is no name of it in formulas.
    pub(crate) labels: Vec<String>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct ComponentNames {
    /// How many there are, 0 where `when` does not hold.
    pub(crate) count: usize,
    pub(crate) when: Option<usize>,
    /// Of one.
    pub(crate) each: BTreeMap<(View, String), usize>,
    /// Of all that there are.
    pub(crate) share: BTreeMap<(View, String), usize>,
}

/// Everything that a formula can refer to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    pub(crate) values: HashMap<String, Name>,
    pub(crate) options: IndexMap<String, OptionNames>,
    /// What an input that is a choice may be, by the input's index.
    pub(crate) choices: HashMap<usize, Vec<String>>,
    /// The columns of facts that are tables, by the fact's index.
    pub(crate) columns: HashMap<usize, Vec<String>>,
    /// Inputs and figures that are there, but have a finding of their own and so no value.
    pub(crate) bad: HashMap<String, Location>,
    /// Where no file of the model is there: what was looked for.
    pub(crate) absent: Option<String>,
}

impl Names {
    /// The option that has a label; nothing where several have it.
    pub(crate) fn option_called(&self, label: &str) -> Option<&str> {
        let label = label.trim().to_lowercase();
        let mut called = self.options.iter().filter(|(_, option)| {
            option.labels.iter().any(|known| known.trim().to_lowercase() == label)
        });
        match (called.next(), called.next()) {
            (Some((id, _)), None) => Some(id),
            _ => None,
        }
    }
}

/// The help for a label where an id is needed.
pub(crate) fn is_label(label: &str, id: &str) -> String {
    format!("`{label}` is the label of the option `{id}`: write its id")
}

/// What rules of a checklist or an advisor may refer to besides.
#[derive(Clone, Debug, Default)]
pub(crate) struct Locals {
    pub(crate) items: BTreeSet<String>,
    pub(crate) groups: BTreeSet<String>,
    pub(crate) needs: BTreeSet<String>,
    pub(crate) columns: BTreeSet<String>,
}
