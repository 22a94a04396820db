//! What a formula can refer to, by name.

use crate::model::view::View;
use crate::text::Location;
use indexmap::IndexMap;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::model) enum Name {
    Input(usize),
    Figure(usize),
    Definition(usize),
}

/// The definitions that an option's numbers are.
#[derive(Clone, Debug, Default)]
pub(in crate::model) struct OptionNames {
    pub(in crate::model) totals: BTreeMap<(View, String), usize>,
    pub(in crate::model) components: IndexMap<String, ComponentNames>,
}

#[derive(Clone, Debug, Default)]
pub(in crate::model) struct ComponentNames {
    /// How many there are, 0 where `when` does not hold.
    pub(in crate::model) count: usize,
    pub(in crate::model) when: Option<usize>,
    /// Of one.
    pub(in crate::model) each: BTreeMap<(View, String), usize>,
    /// Of all that there are.
    pub(in crate::model) share: BTreeMap<(View, String), usize>,
}

/// Everything that a formula can refer to.
#[derive(Clone, Debug, Default)]
pub(in crate::model) struct Names {
    pub(in crate::model) values: HashMap<String, Name>,
    pub(in crate::model) options: IndexMap<String, OptionNames>,
    /// What an input that is a choice may be, by the input's index.
    pub(in crate::model) choices: HashMap<usize, Vec<String>>,
    /// Inputs and figures that are there, but have a finding of their own and so no value.
    pub(in crate::model) bad: HashMap<String, Location>,
}

/// What rules of a checklist or an advisor may refer to besides.
#[derive(Clone, Debug, Default)]
pub(in crate::model) struct Locals {
    pub(in crate::model) items: BTreeSet<String>,
    pub(in crate::model) groups: BTreeSet<String>,
    pub(in crate::model) needs: BTreeSet<String>,
    pub(in crate::model) columns: BTreeSet<String>,
}
