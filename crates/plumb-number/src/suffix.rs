//! What may stand behind the digits of a number, and what it multiplies by.

use super::{Limits, Ratio};
use num_bigint::BigInt;
use num_traits::One;

/// What stands behind the digits of a number.
pub(super) enum Multiplier {
    /// It multiplies by a power: the base and the exponent.
    Power(u32, i32),
    /// A power beyond the limits.
    OutOfBounds,
    /// No suffix of a quantity.
    Unknown,
}

/// The decimal suffixes and their powers of ten, from large to small.
pub(super) const DECIMAL: [(&str, i32); 10] = [
    ("E", 18),
    ("P", 15),
    ("T", 12),
    ("G", 9),
    ("M", 6),
    ("k", 3),
    ("", 0),
    ("m", -3),
    ("u", -6),
    ("n", -9),
];

/// The binary suffixes and their powers of 1024, from large to small.
pub(super) const BINARY: [(&str, i32); 6] =
    [("Ei", 6), ("Pi", 5), ("Ti", 4), ("Gi", 3), ("Mi", 2), ("Ki", 1)];

pub(super) fn multiplier_of(suffix: &str, limits: Limits) -> Multiplier {
    let named = |table: &[(&str, i32)]| {
        table.iter().find(|(name, _)| *name == suffix).map(|(_, exponent)| *exponent)
    };
    if let Some(exponent) = named(&DECIMAL) {
        return Multiplier::Power(10, exponent);
    }
    if let Some(exponent) = named(&BINARY) {
        return Multiplier::Power(1024, exponent);
    }
    let Some(digits) = suffix.strip_prefix(['e', 'E']) else { return Multiplier::Unknown };
    let plain = digits.strip_prefix(['+', '-']).unwrap_or(digits);
    if plain.is_empty() || !plain.bytes().all(|b| b.is_ascii_digit()) {
        return Multiplier::Unknown;
    }
    match digits.parse::<i32>() {
        Ok(exponent) if exponent.unsigned_abs() <= limits.exponent => {
            Multiplier::Power(10, exponent)
        }
        _ => Multiplier::OutOfBounds,
    }
}

/// What a suffix multiplies by: 1000 for `k`, 1/1000 for `m`, 1 for none. Nothing where it is no suffix of a quantity.
pub fn multiplier(suffix: &str) -> Option<Ratio> {
    match multiplier_of(suffix, Limits::default()) {
        Multiplier::Power(base, exponent) => Some(power(base, exponent)),
        _ => None,
    }
}

pub(super) fn power(base: u32, exponent: i32) -> Ratio {
    let power = BigInt::from(base).pow(exponent.unsigned_abs());
    if exponent < 0 { Ratio::new(BigInt::one(), power) } else { Ratio::from_integer(power) }
}
