//! How many digits a directive is asked for: `places=` or `digits=`.

use super::Call;
use super::params::FromArg;
use crate::markdown::Arg;
use crate::model::{Format, Rounding};
use crate::text::Span;

/// More digits than anyone can read.
const MOST: usize = 60;

/// How many digits are asked for, with the place of that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Digits<const LEAST: usize> {
    count: usize,
    span: Span,
}

impl<const LEAST: usize> FromArg for Digits<LEAST> {
    const SHAPE: &'static str = "a whole number";

    fn from_arg(arg: &Arg) -> Result<Self, String> {
        let count = arg.value.as_text().and_then(|text| text.parse().ok());
        match count.filter(|count| (LEAST..=MOST).contains(count)) {
            Some(count) => Ok(Digits { count, span: arg.span }),
            None => Err(format!("expected a whole number from {LEAST} to {MOST}")),
        }
    }
}

/// The format with so many decimal places, or so many digits that count; both at once are reported.
pub(super) fn format(
    call: &mut Call<'_>,
    places: Option<Digits<0>>,
    digits: Option<Digits<1>>,
) -> Option<Format> {
    if let (Some(_), Some(digits)) = (places, digits) {
        call.wrong(digits.span, "say either `places` or `digits`");
        return None;
    }
    let places = places.map(|places| places.count);
    let rounding = digits.map(|digits| Rounding::Digits(digits.count));
    Some(Format { places, rounding, ..Format::default() })
}
