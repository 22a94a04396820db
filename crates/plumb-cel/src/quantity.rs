//! Kubernetes' quantities as values.

use num_rational::BigRational;
use num_traits::Zero;
use plumb_number::{KubernetesQuantity, Limits, leading_number};
use std::cmp::Ordering;

/// A quantity, as `resource.Quantity` keeps it: equal to others of its value.
#[derive(Clone, Debug)]
pub struct Quantity {
    value: BigRational,
    /// Its short form, where Kubernetes has one: only then may it be an integer.
    amount: Option<Amount>,
}

impl Quantity {
    /// Reads a text as `resource.ParseQuantity`; none where it is no quantity.
    pub(crate) fn parse(text: &str) -> Option<Quantity> {
        let read = KubernetesQuantity::parse(text, Limits::default()).ok()?;
        Some(Quantity { value: read.value, amount: Amount::read(text) })
    }

    pub(crate) fn of(number: i64) -> Quantity {
        Quantity {
            value: BigRational::from_integer(number.into()),
            amount: Some(Amount::of(number)),
        }
    }

    /// Its exact value, after the rounding of Kubernetes.
    pub fn value(&self) -> &BigRational {
        &self.value
    }

    /// As a whole number, where it is one to Kubernetes.
    pub(crate) fn as_int(&self) -> Option<i64> {
        self.amount.and_then(Amount::as_int)
    }

    pub(crate) fn sign(&self) -> Ordering {
        self.value.cmp(&BigRational::zero())
    }

    pub(crate) fn plus(&self, other: &Quantity) -> Quantity {
        let amount = self.amount.zip(other.amount).and_then(|(one, two)| one.plus(two));
        Quantity { value: &self.value + &other.value, amount }
    }

    pub(crate) fn minus(&self, other: &Quantity) -> Quantity {
        let amount = self.amount.zip(other.amount).and_then(|(one, two)| one.minus(two));
        Quantity { value: &self.value - &other.value, amount }
    }
}

impl PartialEq for Quantity {
    fn eq(&self, other: &Quantity) -> bool {
        self.value == other.value
    }
}

/// A whole number of 64 bits times a power of ten, as `resource.int64Amount` of Kubernetes. Quantities that do not fit it
/// (more than 18 digits, a fraction with a binary suffix, `Pi`, `Ei`) are kept as decimals of any size, and are no
/// integers to Kubernetes, whatever their value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Amount {
    value: i64,
    scale: i32,
}

impl Amount {
    /// A whole number.
    fn of(value: i64) -> Amount {
        Amount { value, scale: 0 }
    }

    /// What `resource.ParseQuantity` makes of a text that is a quantity; none where it takes a decimal.
    fn read(text: &str) -> Option<Amount> {
        let (number, suffix) = leading_number(text)?;
        let digits = number.trim_start_matches(['+', '-']);
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let whole = match whole.trim_start_matches('0') {
            "" => "0",
            whole => whole,
        };
        let count = i32::try_from(whole.len() + fraction.len()).ok()?;
        const BINARY: [&str; 6] = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
        let (mantissa, exponent, precision) = match BINARY.iter().position(|own| *own == suffix) {
            None => (1, power(suffix)?, 18 - count),
            // About three digits for each power of 1024.
            Some(at) if fraction.is_empty() => {
                let bits = 10 * (at as i32 + 1);
                (1i64 << bits, 0, 14 - count - bits * 3 / 10)
            }
            Some(_) => return None,
        };
        let scale = exponent - i32::try_from(fraction.len()).ok()?;
        if precision < 0 || scale < -9 {
            return None;
        }
        let value = format!("{whole}{fraction}").parse::<i64>().ok()?.checked_mul(mantissa)?;
        Some(Amount { value: if number.starts_with('-') { -value } else { value }, scale })
    }

    /// The number as one of 64 bits; none where it does not fit one, and where it is written in parts of one (`1000m`, `1.0`).
    fn as_int(self) -> Option<i64> {
        self.at(0)
    }

    /// The sum, where it fits.
    fn plus(self, other: Amount) -> Option<Amount> {
        match (self.value, other.value) {
            (_, 0) => return Some(self),
            (0, _) => return Some(other),
            _ => {}
        }
        let scale = self.scale.min(other.scale);
        let value = self.at(scale)?.checked_add(other.at(scale)?)?;
        Some(Amount { value, scale })
    }

    /// The difference, where it fits.
    fn minus(self, other: Amount) -> Option<Amount> {
        self.plus(Amount { value: other.value.checked_neg()?, scale: other.scale })
    }

    /// The value in units of a power of ten that is not above its own.
    fn at(self, scale: i32) -> Option<i64> {
        let power = u32::try_from(self.scale - scale).ok()?;
        match self.value {
            0 => Some(0),
            value => value.checked_mul(10i64.checked_pow(power)?),
        }
    }
}

/// The power of ten that a decimal suffix means.
fn power(suffix: &str) -> Option<i32> {
    const DECIMAL: [&str; 10] = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];
    match DECIMAL.iter().position(|own| *own == suffix) {
        Some(at) => Some(3 * (at as i32 - 3)),
        None => suffix.strip_prefix(['e', 'E'])?.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Which of them `ParseQuantity` keeps short, and what `AsInt64` then says.
    #[test]
    fn short_quantities_are_those_of_kubernetes() {
        let read = Amount::read;
        for (text, int) in [
            ("0", Some(0)),
            ("-5k", Some(-5000)),
            ("1.5k", Some(1500)),
            ("1e3", Some(1000)),
            ("1Ti", Some(1 << 40)),
            ("9E", Some(9_000_000_000_000_000_000)),
            ("10E", None),
            ("1.0", None),
            ("1000m", None),
        ] {
            assert_eq!(read(text).map(Amount::as_int), Some(int), "{text}");
        }
        for text in ["1.5Gi", "1Pi", "1Ei", "9999999999999999999G", "0.0000000001"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn sums_stay_short_where_they_fit() {
        let read = |text: &str| Amount::read(text).unwrap();
        assert_eq!(read("50k").plus(read("20")).and_then(Amount::as_int), Some(50_020));
        assert_eq!(read("50k").minus(read("20k")).and_then(Amount::as_int), Some(30_000));
        assert_eq!(read("1").plus(read("500m")).and_then(Amount::as_int), None);
        assert_eq!(read("9E").plus(read("9E")).and_then(Amount::as_int), None);
        assert_eq!(read("9E").plus(read("1m")), None);
    }
}
