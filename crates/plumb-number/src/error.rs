//! Why a text is not a number, and how large one may be.

use std::fmt;

/// Why a text is not a number or a quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParseError {
    /// It is not written as one.
    Syntax,
    /// It is written as one, with more digits than the limits allow.
    TooManyDigits,
    /// It is written as one, with a larger or smaller exponent than the limits allow.
    OutOfBounds,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ParseError::Syntax => "not a number",
            ParseError::TooManyDigits => "a number with too many digits",
            ParseError::OutOfBounds => "a number out of bounds",
        })
    }
}

impl std::error::Error for ParseError {}

/// How much of a number is read: numbers are exact, so a short text can stand for one that fills the memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most digits, those behind the point included.
    pub digits: usize,
    /// The most that an exponent may be, above zero or below.
    pub exponent: u32,
}

impl Default for Limits {
    /// More than anybody writes, and little enough to compute with.
    fn default() -> Limits {
        Limits { digits: 1000, exponent: 999 }
    }
}
