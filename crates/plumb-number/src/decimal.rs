//! Decimals: reading them exactly, and writing a number as one.

use super::suffix::{Multiplier, multiplier_of, power};
use super::{Limits, ParseError, Ratio, half_even};
use num_bigint::{BigInt, Sign};
use num_traits::{One, Zero};

/// A decimal number, exactly: `12`, `-0.5`, `.25`, `5.`, `1e-3`.
///
/// # Errors
///
/// A text that is not one, or one beyond the limits.
pub fn decimal(text: &str, limits: Limits) -> Result<Ratio, ParseError> {
    let (number, exponent) = leading_number(text).ok_or(ParseError::Syntax)?;
    let exponent = match multiplier_of(exponent, limits) {
        Multiplier::Power(10, power) if exponent.is_empty() || exponent.len() > 1 => power,
        Multiplier::OutOfBounds => return Err(ParseError::OutOfBounds),
        _ => return Err(ParseError::Syntax),
    };
    plain(number, exponent, limits)
}

/// Digits with at most one point among them, times a power of ten.
pub(super) fn plain(number: &str, exponent: i32, limits: Limits) -> Result<Ratio, ParseError> {
    if number.bytes().filter(u8::is_ascii_digit).count() > limits.digits {
        return Err(ParseError::TooManyDigits);
    }
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits: BigInt = format!("{whole}{fraction}").parse().map_err(|_| ParseError::Syntax)?;
    let places = i32::try_from(fraction.len()).map_err(|_| ParseError::TooManyDigits)?;
    Ok(Ratio::from_integer(digits) * power(10, exponent - places))
}

/// A text's leading `<sign><digits>[.<digits>]`, with at least one digit, and what follows.
pub fn leading_number(text: &str) -> Option<(&str, &str)> {
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

/// As [`leading_number`], with the exponent if there is one: `1e3` of `1e3 requests`, but `1` of `1 exbibyte`.
pub fn leading_decimal(text: &str) -> Option<(&str, &str)> {
    let (number, rest) = leading_number(text)?;
    let Some(tail) = rest.strip_prefix(['e', 'E']) else { return Some((number, rest)) };
    let sign = usize::from(tail.starts_with(['+', '-']));
    let digits = tail[sign..].bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 {
        Some((number, rest))
    } else {
        Some(text.split_at(number.len() + 1 + sign + digits))
    }
}

/// The most places that a number is written with.
const MOST_PLACES: usize = 60;

/// A number to so many places, half to even, without trailing zeros beyond the least number of them; and whether digits were
/// lost.
pub fn to_places(value: &Ratio, places: usize, least: usize) -> (String, bool) {
    let places = places.min(MOST_PLACES);
    let scale = BigInt::from(10).pow(u32::try_from(places).unwrap_or_default());
    let scaled = value * Ratio::from_integer(scale);
    let whole = half_even(&scaled);
    let lost = Ratio::from_integer(whole.clone()) != scaled;
    let negative = whole.sign() == Sign::Minus;
    let mut digits = whole.magnitude().to_string();
    if digits.len() <= places {
        digits = format!("{digits:0>width$}", width = places + 1);
    }
    let mut fraction = digits.split_off(digits.len() - places);
    while fraction.len() > least && fraction.ends_with('0') {
        fraction.pop();
    }
    let sign = if negative { "-" } else { "" };
    let text = if fraction.is_empty() {
        format!("{sign}{digits}")
    } else {
        format!("{sign}{digits}.{fraction}")
    };
    (text, lost)
}

/// How many places a number has behind the point, where it is a decimal of bearable length.
pub fn decimal_places(value: &Ratio) -> Option<usize> {
    let mut rest = value.denom().clone();
    let (mut twos, mut fives) = (0usize, 0usize);
    for (prime, count) in [(2, &mut twos), (5, &mut fives)] {
        let prime = BigInt::from(prime);
        while (&rest % &prime).is_zero() && *count < 40 {
            rest /= &prime;
            *count += 1;
        }
    }
    let places = twos.max(fives);
    (rest.is_one() && places <= 30).then_some(places)
}

/// A number exactly: a decimal where it is one of bearable length, else a fraction.
pub fn exact(value: &Ratio) -> String {
    match decimal_places(value) {
        Some(places) => to_places(value, places, 0).0,
        None => format!("{}/{}", value.numer(), value.denom()),
    }
}

/// A written number with a comma for each thousand: `12,800.5`.
pub fn grouped(number: &str) -> String {
    let (sign, unsigned) = number.strip_prefix('-').map_or(("", number), |rest| ("-", rest));
    let (whole, fraction) =
        unsigned.split_once('.').map_or((unsigned, None), |(w, f)| (w, Some(f)));
    let mut out = String::from(sign);
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_read_exactly_and_written_back() {
        for (text, above, below) in [
            ("12", 12, 1),
            ("-0.5", -1, 2),
            (".25", 1, 4),
            ("5.", 5, 1),
            ("+1", 1, 1),
            ("1e-3", 1, 1000),
            ("1.5E2", 150, 1),
        ] {
            let expected = Ratio::new(above.into(), below.into());
            assert_eq!(decimal(text, Limits::default()), Ok(expected), "{text}");
        }
        for text in ["", ".", "-", "1e", "1k", "1 ", "0x10", "1.2.3", "--1", "NaN"] {
            assert_eq!(decimal(text, Limits::default()), Err(ParseError::Syntax), "{text}");
        }
        let limits = Limits { digits: 3, exponent: 9 };
        assert_eq!(decimal("1234", limits), Err(ParseError::TooManyDigits));
        assert_eq!(decimal("1e10", limits), Err(ParseError::OutOfBounds));
        assert_eq!(decimal("1e99999999999", limits), Err(ParseError::OutOfBounds));
        let third = Ratio::new(1.into(), 3.into());
        assert_eq!(exact(&third), "1/3");
        assert_eq!(exact(&Ratio::new((-5).into(), 4.into())), "-1.25");
        assert_eq!(to_places(&third, 2, 0), ("0.33".to_owned(), true));
        assert_eq!(to_places(&Ratio::new(1.into(), 2.into()), 3, 2), ("0.50".to_owned(), false));
        assert_eq!(grouped("-1234567.125"), "-1,234,567.125");
        assert_eq!(leading_decimal("1e3 requests"), Some(("1e3", " requests")));
        assert_eq!(leading_decimal("1 exbibyte"), Some(("1", " exbibyte")));
    }
}
