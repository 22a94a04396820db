//! What formulas compute with and make: inputs, figures with their sources, formulas, scenarios.

use super::{Prose, Text};
use crate::formula::Scalar;
use crate::quantity::{Dimension, Quantity, Ratio, Rounding, Unit};
use jiff::civil::Date;
use num_traits::One;
use plumb_text::Location;
use std::collections::BTreeMap;

/// What a reader may vary.
#[derive(Clone, Debug)]
pub struct Input {
    /// Its name in formulas.
    pub name: String,
    /// What it is called on pages.
    pub label: String,
    /// What it can be.
    pub kind: InputKind,
    /// The unit that it is given and shown in.
    pub unit: Option<Unit>,
    /// The unit in which a number of it is shown with all its digits: its unit, or that of its default.
    pub written: Option<Unit>,
    /// The ids of the sources that its default rests on.
    pub sources: Vec<String>,
    /// What to know about it.
    pub note: Prose,
    /// Its name in the file.
    pub location: Location,
}

impl Input {
    /// Whether it counts things that come whole, such as pods: it has a unit for one of them, and starts, ends and goes by whole ones.
    pub fn is_whole(&self) -> bool {
        let InputKind::Number { dimension, default, min, max, step, .. } = &self.kind else {
            return false;
        };
        dimension.is_count()
            && self.unit.as_ref().is_some_and(|unit| unit.factor.is_one() && !unit.is_bare())
            && [Some(default), Some(step), min.as_ref(), max.as_ref()]
                .into_iter()
                .flatten()
                .all(Ratio::is_integer)
    }
}

/// What an input can be. Numbers are in base units of the dimension.
#[expect(clippy::large_enum_variant, reason = "a model has few inputs")]
#[derive(Clone, Debug)]
pub enum InputKind {
    /// A number in a range.
    Number {
        /// Of what.
        dimension: Dimension,
        /// Where nothing else is said.
        default: Ratio,
        /// The smallest, if there is one.
        min: Option<Ratio>,
        /// The largest, if there is one.
        max: Option<Ratio>,
        /// The distance between the values that a slider offers.
        step: Ratio,
        /// Whether its author says so: then a reader sets no other values.
        has_steps: bool,
        /// Where the default is uncertain: from and to.
        range: Option<(Ratio, Ratio)>,
    },
    /// On or off.
    Switch {
        /// Where nothing else is said.
        default: bool,
    },
    /// One of several words.
    Choice {
        /// Where nothing else is said.
        default: String,
        /// The words.
        choices: Vec<String>,
    },
}

/// A fact with a source.
#[derive(Clone, Debug)]
pub struct Figure {
    /// Its name in formulas.
    pub name: String,
    /// What it is called on pages.
    pub label: String,
    /// The number and its dimension, in base units.
    pub quantity: Quantity,
    /// From and to, where that is known; holds the quantity.
    pub range: Option<(Ratio, Ratio)>,
    /// The unit that it was given in.
    pub unit: Option<Unit>,
    /// The unit in which its number is the one that was written.
    pub written: Unit,
    /// The ids of the sources that say so.
    pub sources: Vec<String>,
    /// When it was last checked.
    pub checked: Option<Date>,
    /// The last day on which it is known to hold.
    pub expires: Option<Date>,
    /// How good it is.
    pub basis: Basis,
    /// The version of the thing that it is about.
    pub version: Option<String>,
    /// What to know about it.
    pub note: Prose,
    /// The figure that replaces it.
    pub superseded_by: Option<String>,
    /// The place in a file of the repository that it is read from.
    pub from: Option<Location>,
    /// Its name in the file.
    pub location: Location,
    /// Its value in the file.
    pub value_location: Location,
}

/// How good a figure is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Basis {
    /// Its source says so.
    #[default]
    Published,
    /// Someone measured it.
    Measured,
    /// Derived from something that was measured or published.
    Estimate,
    /// An opinion.
    Judgement,
    /// Said by many, checked by nobody.
    Unverified,
}

impl Basis {
    /// The word for it, as in the model.
    pub fn name(self) -> &'static str {
        match self {
            Basis::Published => "published",
            Basis::Measured => "measured",
            Basis::Estimate => "estimate",
            Basis::Judgement => "judgement",
            Basis::Unverified => "unverified",
        }
    }

    pub(crate) fn named(name: &str) -> Basis {
        match name {
            "measured" => Basis::Measured,
            "estimate" => Basis::Estimate,
            "judgement" => Basis::Judgement,
            "unverified" => Basis::Unverified,
            _ => Basis::Published,
        }
    }
}

/// A document that facts come from.
#[derive(Clone, Debug)]
pub struct SourceEntry {
    /// Its id, unique among the sources.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// Its address on the web, if it has one.
    pub url: Option<String>,
    /// The version that was read.
    pub version: Option<String>,
    /// When it was read.
    pub accessed: Option<Date>,
    /// The day after which it has to be read again.
    pub expires: Option<Date>,
    /// What to know about it.
    pub note: Prose,
    /// Its id in the file.
    pub location: Location,
}

/// A value that is computed from inputs, figures and other formulas.
#[derive(Clone, Debug)]
pub struct Formula {
    /// Its name in formulas.
    pub name: String,
    /// What it is called on pages.
    pub label: String,
    /// The unit that it is shown in.
    pub unit: Option<Unit>,
    /// How it is rounded, where it says so.
    pub rounding: Option<Rounding>,
    /// What to know about it.
    pub note: Prose,
    /// The formula as it is written, with its place.
    pub text: Text,
    /// Its name in the file.
    pub location: Location,
    pub(crate) definition: usize,
}

/// Named values of the inputs.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Its id, unique among the scenarios.
    pub id: String,
    /// What it is called on pages.
    pub label: String,
    /// What to know about it.
    pub note: Prose,
    /// Its id in the file.
    pub location: Location,
    pub(crate) inputs: BTreeMap<usize, Scalar>,
    pub(crate) figures: BTreeMap<usize, Ratio>,
}
