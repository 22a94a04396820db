//! Kubernetes quantities: `100m`, `128Mi`, `1e3`.

use super::decimal::plain;
use super::suffix::{BINARY, DECIMAL, Multiplier, multiplier_of, power};
use super::{Limits, ParseError, Ratio, leading_number};
use num_bigint::BigInt;
use num_traits::{Signed, Zero};

/// A quantity as Kubernetes' `resource.ParseQuantity` reads it.
///
/// `<sign><digits>[.<digits>]` with one suffix: `n u m k M G T P E`, `Ki Mi Gi Ti Pi Ei`, or an exponent `e`/`E` with a
/// signed whole number. No blanks, no other letters: `1K` and `1 Mi` are no quantities.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KubernetesQuantity {
    /// Its value as Kubernetes keeps it, and computes with: nothing finer than a billionth (rounded away from
    /// zero), and with a binary suffix at most 2⁶³−1.
    pub value: Ratio,
    /// The number as it is written, exact, without Kubernetes' rounding and bounds.
    pub written: Ratio,
    /// What stands behind the number: `Mi`, `m`, `e3` or nothing.
    pub suffix: String,
}

impl KubernetesQuantity {
    /// Reads a text.
    ///
    /// # Errors
    ///
    /// A text that is not a quantity, or one beyond the limits.
    pub fn parse(text: &str, limits: Limits) -> Result<KubernetesQuantity, ParseError> {
        let (number, suffix) = leading_number(text).ok_or(ParseError::Syntax)?;
        let (base, exponent) = match multiplier_of(suffix, limits) {
            Multiplier::Power(base, exponent) => (base, exponent),
            Multiplier::OutOfBounds => return Err(ParseError::OutOfBounds),
            Multiplier::Unknown => return Err(ParseError::Syntax),
        };
        let written = plain(number, 0, limits)? * power(base, exponent);
        Ok(KubernetesQuantity {
            value: as_kept(&written, suffix.ends_with('i')),
            written,
            suffix: suffix.to_owned(),
        })
    }

    /// Whether it was written with `Ki` … `Ei`.
    pub fn is_binary(&self) -> bool {
        self.suffix.ends_with('i')
    }
}

/// A value as Kubernetes keeps it.
fn as_kept(value: &Ratio, is_binary: bool) -> Ratio {
    let nano = Ratio::from_integer(BigInt::from(1_000_000_000));
    let scaled = value * &nano;
    let kept = if scaled.is_integer() {
        value.clone()
    } else if value.is_negative() {
        scaled.floor() / &nano
    } else {
        scaled.ceil() / &nano
    };
    if is_binary { kept.min(Ratio::from_integer(BigInt::from(i64::MAX))) } else { kept }
}

/// A quantity in the form that Kubernetes itself writes: a whole number and the largest suffix for which it is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Canonical {
    /// The digits, with their sign.
    pub number: String,
    /// The suffix, or nothing.
    pub suffix: &'static str,
    /// Whether it had to be rounded up: a request has to be enough.
    pub rounded: bool,
}

impl Canonical {
    /// A number without a unit, or of cores: decimal suffixes down to a billionth.
    pub fn of(value: &Ratio) -> Canonical {
        let fitting = DECIMAL.iter().find_map(|(suffix, exponent)| {
            let count = value / power(10, *exponent);
            count.is_integer().then(|| Canonical::new(&count, suffix, false))
        });
        match fitting {
            _ if value.is_zero() => Canonical::new(value, "", false),
            Some(fitting) => fitting,
            None => Canonical::new(&(value / power(10, -9)).ceil(), "n", true),
        }
    }

    /// A number of bytes, of which there is no fraction: binary suffixes where one fits, else decimal ones.
    pub fn of_bytes(value: &Ratio) -> Canonical {
        // What is more with a binary suffix is read as 2⁶³−1.
        let is_read = *value <= Ratio::from_integer(BigInt::from(i64::MAX));
        let fitting = BINARY.iter().filter(|_| is_read).find_map(|(suffix, exponent)| {
            let count = value / power(1024, *exponent);
            count.is_integer().then(|| Canonical::new(&count, suffix, false))
        });
        match fitting {
            _ if value.is_zero() => Canonical::new(value, "", false),
            Some(fitting) => fitting,
            None if value.is_integer() => Canonical::of(value),
            None => Canonical::new(&value.ceil(), "", true),
        }
    }

    fn new(count: &Ratio, suffix: &'static str, rounded: bool) -> Canonical {
        Canonical { number: count.to_integer().to_string(), suffix, rounded }
    }
}

/// What was meant by a text that is nearly a quantity: `128 MB` is `128M`, `1gi` is `1Gi`.
pub fn nearest_quantity(text: &str) -> Option<String> {
    let compact: String = text.split_whitespace().collect();
    let (number, suffix) = leading_number(&compact)?;
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
    let is_one = KubernetesQuantity::parse(&better, Limits::default()).is_ok();
    (better != text && is_one).then_some(better)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<KubernetesQuantity, ParseError> {
        KubernetesQuantity::parse(text, Limits::default())
    }

    #[test]
    fn quantities_are_read_as_kubernetes_reads_them() {
        for (a, b) in [
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
        ] {
            assert_eq!(read(a).unwrap().value, read(b).unwrap().value, "{a} {b}");
        }
        for text in ["", "1 Gi", "1gi", "Mi", "1.2.3", "1e", "--1", "1KB", "0x10", "."] {
            assert_eq!(read(text), Err(ParseError::Syntax), "{text}");
        }
        assert_eq!(read("1e99999"), Err(ParseError::OutOfBounds));
        assert_eq!(read(&"1".repeat(1001)), Err(ParseError::TooManyDigits));
        assert!(read("1Mi").unwrap().is_binary() && !read("1M").unwrap().is_binary());
        // apimachinery's TestQuantityParse: what is finer than a billionth is rounded up, what is binary and too large is capped.
        let tiny = read("0.1n").unwrap();
        assert_eq!(tiny.value, read("1n").unwrap().value);
        assert_ne!(tiny.value, tiny.written);
        assert_eq!(read("9Ei").unwrap().value, Ratio::from_integer(i64::MAX.into()));
        assert_eq!(read("10E").unwrap().value, power(10, 19));
    }

    #[test]
    fn quantities_are_written_in_their_canonical_form() {
        let canonical = |written: Canonical| {
            format!(
                "{}{}{}",
                written.number,
                written.suffix,
                if written.rounded { "~" } else { "" }
            )
        };
        let of = |above: i64, below: i64| Ratio::new(above.into(), below.into());
        for (value, number, bytes) in [
            (of(0, 1), "0", "0"),
            (of(1, 2), "500m", "1~"),
            (of(-1, 2), "-500m", "0~"),
            (of(1000, 1), "1k", "1k"),
            (of(1024, 1), "1024", "1Ki"),
            (of(1536 << 20, 1), "1610612736", "1536Mi"),
            (of(1, 3), "333333334n~", "1~"),
        ] {
            assert_eq!(canonical(Canonical::of(&value)), number);
            assert_eq!(canonical(Canonical::of_bytes(&value)), bytes);
        }
        // What is written is read as the same number, beyond what a binary suffix may stand for too.
        for (base, exponent) in [(2, 62), (2, 63), (2, 64), (2, 90), (10, 19), (10, 308)] {
            let value = power(base, exponent);
            let written = Canonical::of_bytes(&value);
            let text = format!("{}{}", written.number, written.suffix);
            assert_eq!(read(&text).expect(&text).value, value, "{text}");
        }
        assert_eq!(canonical(Canonical::of_bytes(&power(2, 64))), "18446744073709551616");
    }

    #[test]
    fn near_misses_are_told_from_nonsense() {
        assert_eq!(nearest_quantity("128 MB").as_deref(), Some("128M"));
        assert_eq!(nearest_quantity("1gi").as_deref(), Some("1Gi"));
        assert_eq!(nearest_quantity("lots"), None);
        assert_eq!(nearest_quantity("1Gi"), None);
    }
}
