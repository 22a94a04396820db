//! Exact numbers: fractions, read from decimals and from Kubernetes quantities, and written as either.
//!
//! ```
//! use plumb_number::{Canonical, KubernetesQuantity, Limits, exact};
//!
//! let cpu = KubernetesQuantity::parse("125m", Limits::default()).unwrap();
//! assert_eq!(exact(&cpu.value), "0.125");
//! let memory = KubernetesQuantity::parse("0.5Gi", Limits::default()).unwrap();
//! let canonical = Canonical::of_bytes(&memory.value);
//! assert_eq!(format!("{}{}", canonical.number, canonical.suffix), "512Mi");
//! ```
//!
//! Owns: reading ([`decimal()`], [`KubernetesQuantity`]), writing ([`to_places`], [`exact`], [`Canonical`]) and rounding
//! ([`half_even`]), each for everybody. Must not know: units, dimensions, or what a number is for. There is no binary floating
//! point here.

mod decimal;
mod error;
mod quantity;
mod round;
mod suffix;

pub use decimal::{
    decimal, decimal_places, exact, grouped, leading_decimal, leading_number, to_places,
};
pub use error::{Limits, ParseError};
pub use quantity::{Canonical, KubernetesQuantity, nearest_quantity};
pub use round::{half_even, half_even_to};
pub use suffix::multiplier;

/// An exact number: a fraction of two whole numbers of any size.
pub type Ratio = num_rational::BigRational;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
