//! Kubernetes quantities, read exactly: only what comparing two of them needs.

use crate::manifest::Value;
use crate::manifest::at::At;
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, Zero};

/// The amount of a quantity as it is written; nothing when it is not one.
pub(in crate::manifest) fn parse(text: &str) -> Option<BigRational> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let end = unsigned.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(unsigned.len());
    let (number, suffix) = unsigned.split_at(end);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    // No quantity needs a thousand digits; an exponent is bounded below.
    if whole.len() + fraction.len() == 0 || fraction.contains('.') || number.len() > 1000 {
        return None;
    }
    let digits: BigInt = format!("{whole}{fraction}").parse().ok()?;
    let places = u32::try_from(fraction.len()).ok()?;
    let amount = BigRational::new(digits, BigInt::from(10).pow(places)) * factor(suffix)?;
    Some(if text.starts_with('-') { -amount } else { amount })
}

fn factor(suffix: &str) -> Option<BigRational> {
    let power =
        |base: i32, exponent: i32| BigRational::from_integer(BigInt::from(base)).pow(exponent);
    Some(match suffix {
        "" => power(10, 0),
        "n" => power(10, -9),
        "u" => power(10, -6),
        "m" => power(10, -3),
        "k" => power(10, 3),
        "M" => power(10, 6),
        "G" => power(10, 9),
        "T" => power(10, 12),
        "P" => power(10, 15),
        "E" => power(10, 18),
        "Ki" => power(2, 10),
        "Mi" => power(2, 20),
        "Gi" => power(2, 30),
        "Ti" => power(2, 40),
        "Pi" => power(2, 50),
        "Ei" => power(2, 60),
        _ => {
            let digits = suffix.strip_prefix(['e', 'E'])?;
            let bare = digits.strip_prefix(['+', '-']).unwrap_or(digits);
            if bare.is_empty() || bare.len() > 3 || !bare.bytes().all(|b| b.is_ascii_digit()) {
                return None;
            }
            power(10, digits.parse().ok()?)
        }
    })
}

/// The amount of a node, which may be a number as well; nothing when it is not a quantity.
pub(super) fn of(at: &At<'_>) -> Option<BigRational> {
    match &at.node.value {
        Value::String(text) => parse(text),
        Value::Int(number) => Some(BigRational::from_integer(BigInt::from(*number))),
        Value::Float(number) => parse(&number.to_string()),
        _ => None,
    }
}

/// Whether it is below zero.
pub(super) fn is_negative(amount: &BigRational) -> bool {
    amount.is_negative()
}

/// Whether it is above zero.
pub(super) fn is_positive(amount: &BigRational) -> bool {
    !amount.is_zero() && !amount.is_negative()
}

/// What was meant by a text that is nearly a quantity: `128 MB` is `128M`, `1gi` is `1Gi`.
pub(super) fn nearest(text: &str) -> Option<String> {
    let compact: String = text.split_whitespace().collect();
    let end = compact.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(compact.len());
    let (number, suffix) = compact.split_at(end);
    let suffix = match suffix.to_ascii_lowercase().as_str() {
        "" => "",
        "k" | "kb" => "k",
        "mb" => "M",
        "g" | "gb" => "G",
        "t" | "tb" => "T",
        "ki" | "kib" => "Ki",
        "mi" | "mib" => "Mi",
        "gi" | "gib" => "Gi",
        "ti" | "tib" => "Ti",
        _ => return None,
    };
    let better = format!("{number}{suffix}");
    (better != text && parse(&better).is_some()).then_some(better)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_read_as_kubernetes_reads_them() {
        let equal = [
            ("1", "1000m"),
            ("0.5", "500m"),
            ("1Ki", "1024"),
            ("1k", "1e3"),
            ("1.5Gi", "1536Mi"),
            (".5", "0.5"),
            ("5.", "5"),
            ("1E", "1e18"),
            ("1E3", "1000"),
            ("+1", "1"),
            ("1e-3", "1m"),
        ];
        for (a, b) in equal {
            assert!(parse(a).is_some(), "{a}");
            assert_eq!(parse(a), parse(b), "{a} {b}");
        }
        for text in ["", "1 Gi", "1gi", "Mi", "1.2.3", "1e", "--1", "1KB", "1e99999", "0x10", "."] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert!(parse("-1").is_some_and(|amount| is_negative(&amount)));
        assert_eq!(nearest("128 MB").as_deref(), Some("128M"));
        assert_eq!(nearest("1gi").as_deref(), Some("1Gi"));
        assert_eq!(nearest("lots"), None);
    }
}
