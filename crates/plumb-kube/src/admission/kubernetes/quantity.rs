//! Quantities in manifests.

use crate::{Node, Value};
use num_traits::{Signed, Zero};
use plumb_number::{KubernetesQuantity, Limits, ParseError, Ratio};

/// The amount of a quantity as it is written; nothing when it is not one, or one of a size that nobody writes.
pub(super) fn parse(text: &str) -> Option<Ratio> {
    read(text).ok()
}

fn read(text: &str) -> Result<Ratio, ParseError> {
    KubernetesQuantity::parse(text, Limits::default()).map(|quantity| quantity.written)
}

/// Whether an API server would take it for a quantity, of whatever size.
pub(super) fn is_one(text: &str) -> bool {
    read(text) != Err(ParseError::Syntax)
}

/// The amount of a node, which may be a number as well; nothing when it is not a quantity.
pub(super) fn of(node: &Node) -> Option<Ratio> {
    match &node.value {
        Value::String(text) => parse(text),
        Value::Int(number) => Some(Ratio::from_integer((*number).into())),
        Value::Float(number) => parse(&number.to_string()),
        _ => None,
    }
}

/// One of whatever is counted.
pub(super) fn one() -> Ratio {
    Ratio::from_integer(1.into())
}

/// Whether it is below zero.
pub(super) fn is_negative(amount: &Ratio) -> bool {
    amount.is_negative()
}

/// Whether it is above zero.
pub(super) fn is_positive(amount: &Ratio) -> bool {
    !amount.is_zero() && !amount.is_negative()
}
