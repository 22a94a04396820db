//! Exact quantities with a dimension.
//!
//! Owns: [`Quantity`], [`Dimension`], the [`Unit`]s that people write, reading a quantity from a text (as Kubernetes does,
//! and with units) and showing one. Must not know: where a text came from, or what a quantity is for.

mod dimension;
mod error;
mod parse;
mod show;
mod unit;

pub use dimension::Dimension;
pub(crate) use error::{LIMITS, decimal};
pub use error::{QuantityError, parse_kubernetes};
pub(crate) use parse::{Given, Written};
pub use show::{Format, Rounding, Shown, Style};
pub use unit::{Unit, Units};

use num_traits::Zero;

pub use plumb_number::Ratio;

/// A number of a dimension, in that dimension's base unit: cores, bytes, seconds, the model's currency.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Quantity {
    /// How many of the base unit.
    pub value: Ratio,
    /// What it is a number of.
    pub dimension: Dimension,
}

impl Quantity {
    /// A quantity in base units.
    pub fn new(value: Ratio, dimension: Dimension) -> Quantity {
        Quantity { value, dimension }
    }

    /// A whole number of things.
    pub fn count(value: i64) -> Quantity {
        Quantity::new(Ratio::from_integer(value.into()), Dimension::COUNT)
    }

    /// Whether it is nothing.
    pub fn is_zero(&self) -> bool {
        self.value.is_zero()
    }
}
