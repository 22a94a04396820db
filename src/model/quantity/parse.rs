//! From a text to a quantity: as Kubernetes reads it, or a number with a unit.

use super::{Dimension, Quantity, Ratio, Unit, Units};
use num_bigint::BigInt;
use num_traits::{One, Signed};

/// Why a text is not a quantity, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuantityError {
    /// One sentence, lower case.
    pub message: String,
    /// What to do, if it can be said.
    pub help: Option<String>,
}

impl QuantityError {
    pub(super) fn new(message: impl Into<String>) -> QuantityError {
        QuantityError { message: message.into(), help: None }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> QuantityError {
        self.help = Some(help.into());
        self
    }
}

/// A quantity as Kubernetes reads it: a number without a unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kubernetes {
    /// Its value; exactly what Kubernetes would compute with.
    pub value: Ratio,
    /// What is written. Kubernetes keeps another value where that is finer than a billionth (it rounds up) or above 2⁶³−1.
    pub written: Ratio,
    /// Whether it was written with `Ki` … `Ei`.
    pub binary: bool,
}

/// More digits, or a larger exponent, than any figure has.
const MAX_DIGITS: usize = 60;
const MAX_EXPONENT: i32 = 60;

/// Reads a quantity exactly as Kubernetes' `resource.ParseQuantity` does.
///
/// `<sign><digits>[.<digits>]` with one suffix: `n u m k M G T P E`, `Ki Mi Gi Ti Pi Ei`, or an exponent `e`/`E` with a
/// signed integer. No blanks, no other letters: `1K` and `1 Mi` are no quantities.
pub fn parse_kubernetes(text: &str) -> Result<Kubernetes, QuantityError> {
    let wrong = || QuantityError::new(format!("`{text}` is not a quantity"));
    let (number, suffix) = split_number(text).ok_or_else(wrong)?;
    let (base, exponent) = match suffix_of(suffix) {
        Suffix::Power(base, exponent) => (base, exponent),
        Suffix::OutOfBounds => {
            let message = format!("`{text}` is larger or smaller than any quantity");
            return Err(QuantityError::new(message));
        }
        Suffix::Unknown => {
            return Err(match suffix {
                "K" => wrong().help("write `k` for a thousand or `Ki` for 1024"),
                "ki" | "mi" | "gi" | "ti" => {
                    wrong().help("binary suffixes are `Ki`, `Mi`, `Gi`, `Ti`")
                }
                _ => wrong(),
            });
        }
    };
    let written = decimal(number)? * power(base, exponent);
    Ok(Kubernetes { value: as_kept(&written), written, binary: base == 1024 })
}

/// A value as Kubernetes keeps it: nothing finer than a billionth (rounded away from zero), at most 2⁶³−1.
fn as_kept(value: &Ratio) -> Ratio {
    let nano = Ratio::from_integer(BigInt::from(1_000_000_000));
    let scaled = value * &nano;
    let kept = if scaled.is_integer() {
        value.clone()
    } else if value.is_negative() {
        scaled.floor() / &nano
    } else {
        scaled.ceil() / &nano
    };
    let most = Ratio::from_integer(BigInt::from(i64::MAX));
    kept.min(most)
}

/// What stands behind the digits of a number.
enum Suffix {
    /// It multiplies by a power: the base and the exponent.
    Power(u32, i32),
    /// A power that no quantity has.
    OutOfBounds,
    /// No suffix.
    Unknown,
}

fn suffix_of(suffix: &str) -> Suffix {
    let (base, exponent) = match suffix {
        "" => (10, 0),
        "n" => (10, -9),
        "u" => (10, -6),
        "m" => (10, -3),
        "k" => (10, 3),
        "M" => (10, 6),
        "G" => (10, 9),
        "T" => (10, 12),
        "P" => (10, 15),
        "E" => (10, 18),
        "Ki" => (1024, 1),
        "Mi" => (1024, 2),
        "Gi" => (1024, 3),
        "Ti" => (1024, 4),
        "Pi" => (1024, 5),
        "Ei" => (1024, 6),
        _ => {
            let Some(digits) = suffix.strip_prefix(['e', 'E']) else { return Suffix::Unknown };
            let plain = digits.strip_prefix(['+', '-']).unwrap_or(digits);
            if plain.is_empty() || !plain.bytes().all(|b| b.is_ascii_digit()) {
                return Suffix::Unknown;
            }
            match digits.parse::<i32>() {
                Ok(exponent) if (-MAX_EXPONENT..=MAX_EXPONENT).contains(&exponent) => {
                    (10, exponent)
                }
                _ => return Suffix::OutOfBounds,
            }
        }
    };
    Suffix::Power(base, exponent)
}

fn power(base: u32, exponent: i32) -> Ratio {
    let power = BigInt::from(base).pow(exponent.unsigned_abs());
    if exponent < 0 { Ratio::new(BigInt::one(), power) } else { Ratio::from_integer(power) }
}

/// A text's leading `<sign><digits>[.<digits>]`, with at least one digit, and what follows.
fn split_number(text: &str) -> Option<(&str, &str)> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let sign = text.len() - unsigned.len();
    let whole = unsigned.bytes().take_while(u8::is_ascii_digit).count();
    let mut end = whole;
    let mut digits = whole;
    if unsigned[end..].starts_with('.') {
        let fraction = unsigned[end + 1..].bytes().take_while(u8::is_ascii_digit).count();
        digits += fraction;
        end += 1 + fraction;
    }
    (digits > 0).then(|| text.split_at(sign + end))
}

/// A decimal number, exactly: `12`, `-0.5`, `.25`, `1e-3`.
pub fn decimal(text: &str) -> Result<Ratio, QuantityError> {
    let wrong = || QuantityError::new(format!("`{text}` is not a number"));
    let (number, exponent) = split_number(text).ok_or_else(wrong)?;
    let exponent = match suffix_of(exponent) {
        Suffix::Power(10, power) if exponent.is_empty() || exponent.len() > 1 => power,
        Suffix::OutOfBounds => {
            return Err(QuantityError::new(format!("`{text}` is out of bounds")));
        }
        _ => return Err(wrong()),
    };
    if number.len() > MAX_DIGITS {
        return Err(QuantityError::new(format!("a number has at most {MAX_DIGITS} digits")));
    }
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = format!("{whole}{fraction}");
    let value: BigInt = digits.parse().map_err(|_| wrong())?;
    let places = i32::try_from(fraction.len()).map_err(|_| wrong())?;
    Ok(Ratio::from_integer(value) * power(10, exponent - places))
}

/// What a text says, before it is known what it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The number, in its unit if it has one.
    pub number: Ratio,
    /// The unit that is written with it.
    pub unit: Option<Unit>,
    /// Whether it was written with `Ki` … `Ei` and no unit.
    pub binary: bool,
    /// What Kubernetes would keep of it, where that is another value. It is what counts for cpu and memory; a price or a rate
    /// is none of Kubernetes' quantities.
    pub kept: Option<Ratio>,
}

impl Units {
    /// Reads a text: a quantity as Kubernetes reads it, or a number with a unit.
    pub fn read(&self, text: &str) -> Result<Written, QuantityError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(QuantityError::new("a quantity is expected")
                .help("for example `100m`, `128Mi` or `0.2 ms`"));
        }
        match parse_kubernetes(text) {
            Ok(bare) => Ok(Written {
                kept: (bare.value != bare.written).then_some(bare.value),
                number: bare.written,
                unit: None,
                binary: bare.binary,
            }),
            Err(error) => self.with_unit(text, error),
        }
    }

    /// Reads a text whose dimension nothing else says.
    pub fn quantity(&self, text: &str) -> Result<Quantity, QuantityError> {
        self.read(text)?.resolve(None, None, "").map(|(quantity, _)| quantity)
    }

    fn with_unit(&self, text: &str, bare: QuantityError) -> Result<Written, QuantityError> {
        let negative = text.starts_with('-');
        let unsigned = text.strip_prefix('-').unwrap_or(text);
        if let Some((sign, rest)) = Unit::sign_of(unsigned) {
            let (number, unit) = split_exponent(rest.trim_start()).ok_or(bare)?;
            let unit = self.parse(&format!("{sign}{unit}"))?;
            return Ok(Written::new(signed(decimal(number)?, negative), unit));
        }
        let (number, rest) = split_exponent(text).ok_or_else(|| bare.clone())?;
        if rest.starts_with(',') || rest.starts_with('_') {
            return Err(bare.help("write numbers without separators: `1000`"));
        }
        let mut value = decimal(number)?;
        let attached = rest.split([' ', '/']).next().unwrap_or("");
        let has_exponent = number.contains(['e', 'E']);
        if has_exponent && matches!(suffix_of(attached), Suffix::Power(..)) && !attached.is_empty()
        {
            return Err(bare.help(format!(
                "a quantity has an exponent or a suffix like `{attached}`, not both"
            )));
        }
        let mut unit = rest;
        // `2k requests/s`: a suffix, then a unit
        if !attached.is_empty()
            && attached.len() < rest.len()
            && !self.knows(attached)
            && let Suffix::Power(base, exponent) = suffix_of(attached)
        {
            value *= power(base, exponent);
            unit = &rest[attached.len()..];
        }
        let unit = match self.parse(unit) {
            Ok(unit) => unit,
            // a suffix gone wrong is better explained as a quantity
            Err(_) if bare.help.is_some() => return Err(bare),
            Err(error) => return Err(error),
        };
        Ok(Written::new(value, unit))
    }
}

fn signed(value: Ratio, negative: bool) -> Ratio {
    if negative { -value } else { value }
}

/// A number with its exponent, if it has one, and what follows: `1e3 requests`, but `1 exbibyte`.
fn split_exponent(text: &str) -> Option<(&str, &str)> {
    let (number, rest) = split_number(text)?;
    let Some(tail) = rest.strip_prefix(['e', 'E']) else { return Some((number, rest)) };
    let sign = usize::from(tail.starts_with(['+', '-']));
    let digits = tail[sign..].bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 {
        Some((number, rest))
    } else {
        Some(text.split_at(number.len() + 1 + sign + digits))
    }
}

impl Written {
    fn new(number: Ratio, unit: Unit) -> Written {
        Written { number, unit: Some(unit), binary: false, kept: None }
    }

    /// A plain number.
    pub fn number(number: Ratio) -> Written {
        Written { number, unit: None, binary: false, kept: None }
    }

    /// Decides the dimension; the first of these that says one: the `unit` or `dimension` beside it, its own unit, the
    /// last part of the name it stands under (`….cpu`, `….memory`), a binary suffix (memory); else it is a count.
    ///
    /// Returns the quantity and the unit that it was given in, which is how it is shown where nothing else is asked for.
    pub fn resolve(
        &self,
        unit: Option<&Unit>,
        dimension: Option<Dimension>,
        name: &str,
    ) -> Result<(Quantity, Option<Unit>), QuantityError> {
        let wanted = dimension.or(unit.map(|unit| unit.dimension));
        if let Some(own) = &self.unit {
            let value = &self.number * &own.factor;
            // `GB` is memory by itself; where data is asked for, it is bytes of data, alone or in a rate or a price
            let data = own.dimension.of_data();
            return match wanted {
                Some(wanted) if wanted == own.dimension => {
                    Ok((Quantity::new(value, wanted), unit.or(Some(own)).cloned()))
                }
                Some(wanted)
                    if wanted == data
                        || (dimension == Some(Dimension::DATA) && own.dimension.has_bytes()) =>
                {
                    let own = Unit { dimension: data, ..own.clone() };
                    Ok((
                        Quantity::new(value, data),
                        Some(unit.map_or(own, |unit| unit.towards(data))),
                    ))
                }
                Some(wanted) if own.dimension == wanted.of_data() => {
                    Ok((Quantity::new(value, wanted), Some(own.towards(wanted))))
                }
                Some(wanted) => {
                    let has = own.dimension;
                    Err(QuantityError::new(format!("`{}` is {has}, not {wanted}", own.one)))
                }
                None => Ok((Quantity::new(value, own.dimension), Some(own.clone()))),
            };
        }
        if let Some(unit) = unit {
            let is_bytes = matches!(unit.dimension, Dimension::MEMORY | Dimension::DATA);
            if self.binary && !is_bytes {
                let message = format!(
                    "a suffix like `Mi` is for bytes, and `{}` is {}",
                    unit.many, unit.dimension
                );
                return Err(QuantityError::new(message));
            }
            let value = if self.binary { self.number.clone() } else { &self.number * &unit.factor };
            let wanted = match dimension {
                Some(Dimension::DATA) if unit.dimension.has_bytes() => unit.dimension.of_data(),
                Some(dimension) => dimension,
                None => unit.dimension,
            };
            let unit = unit.towards(wanted);
            if unit.dimension != wanted {
                let has = unit.dimension;
                return Err(QuantityError::new(format!("`{}` is {has}, not {wanted}", unit.many)));
            }
            return Ok((Quantity::new(value, wanted), Some(unit)));
        }
        let named = name.rsplit('.').next().and_then(Dimension::of_resource);
        let dimension = wanted.or(named);
        let dimension = dimension.or(self.binary.then_some(Dimension::MEMORY)).unwrap_or_default();
        let kept = self.kept.as_ref();
        let kept = kept.filter(|_| matches!(dimension, Dimension::CPU | Dimension::MEMORY));
        Ok((Quantity::new(kept.unwrap_or(&self.number).clone(), dimension), None))
    }
}
