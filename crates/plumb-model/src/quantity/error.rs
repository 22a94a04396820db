//! Plain numbers and Kubernetes quantities in the texts of a model, and what is said of a text that is neither.

use super::Ratio;
use plumb_number::{KubernetesQuantity, Limits, ParseError};

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

/// More digits, or a larger exponent, than any figure has.
pub(crate) const LIMITS: Limits = Limits { digits: 60, exponent: 60 };

/// Reads a quantity as Kubernetes does, without a unit.
pub fn parse_kubernetes(text: &str) -> Result<KubernetesQuantity, QuantityError> {
    KubernetesQuantity::parse(text, LIMITS).map_err(|error| match error {
        ParseError::Syntax => {
            let wrong = QuantityError::new(format!("`{text}` is not a quantity"));
            let suffix = plumb_number::leading_number(text).map_or("", |(_, suffix)| suffix);
            match suffix {
                "K" => wrong.help("write `k` for a thousand or `Ki` for 1024"),
                "ki" | "mi" | "gi" | "ti" => {
                    wrong.help("binary suffixes are `Ki`, `Mi`, `Gi`, `Ti`")
                }
                _ => wrong,
            }
        }
        ParseError::OutOfBounds => {
            QuantityError::new(format!("`{text}` is larger or smaller than any quantity"))
        }
        ParseError::TooManyDigits => too_many_digits(),
    })
}

/// Reads a decimal number: `12`, `-0.5`, `.25`, `1e-3`.
pub(crate) fn decimal(text: &str) -> Result<Ratio, QuantityError> {
    plumb_number::decimal(text, LIMITS).map_err(|error| match error {
        ParseError::Syntax => QuantityError::new(format!("`{text}` is not a number")),
        ParseError::OutOfBounds => QuantityError::new(format!("`{text}` is out of bounds")),
        ParseError::TooManyDigits => too_many_digits(),
    })
}

fn too_many_digits() -> QuantityError {
    QuantityError::new(format!("a number has at most {} digits", LIMITS.digits))
}
