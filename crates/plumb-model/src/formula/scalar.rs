//! What a formula comes to, and the kinds of it.

use crate::quantity::{Dimension, Ratio};
use crate::version::Version;
use jiff::civil::Date;
use std::fmt;
use std::sync::Arc;

/// A computed value; a number is in base units of a dimension that its type knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Scalar {
    Number(Ratio),
    Bool(bool),
    Text(Arc<str>),
    Version(Arc<Version>),
    Date(Date),
    /// Values of one kind.
    List(Arc<[Scalar]>),
}

impl Scalar {
    /// The values of a list; any other value by itself.
    pub(crate) fn items(&self) -> &[Scalar] {
        match self {
            Scalar::List(items) => items,
            other => std::slice::from_ref(other),
        }
    }

    pub(crate) fn number(&self) -> Option<&Ratio> {
        match self {
            Scalar::Number(number) => Some(number),
            _ => None,
        }
    }

    /// A text, version or date as it is written; none for what needs a unit or a language.
    pub(crate) fn word(&self) -> Option<String> {
        match self {
            Scalar::Text(text) => Some(text.to_string()),
            Scalar::Version(version) => Some(version.text().to_owned()),
            Scalar::Date(date) => Some(date.to_string()),
            _ => None,
        }
    }
}

/// Why there is no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FaultKind {
    DivisionByZero,
    /// A number with more digits than anyone can mean, a text with more letters.
    TooLarge,
    /// The largest, newest or first of nothing.
    Empty,
    /// A table without a row for a key, an amount below the first tier.
    NoRow,
    /// A table with several rows for a key, which say different things.
    SeveralRows,
    /// Columns with different numbers of rows.
    Uneven,
    /// Tiers that begin at the same amount.
    Repeated,
    /// A root or logarithm that is no real number.
    Domain,
    /// Something that has a finding of its own.
    Bad,
}

/// What an expression is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    Number(Dimension),
    /// The number 0, which fits every dimension.
    Zero,
    Bool,
    Text,
    Version,
    Date,
    /// A list of these.
    List(Item),
    /// Reported already; fits everything.
    Bad,
}

/// What a list or a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Item {
    Number(Dimension),
    Bool,
    Text,
    Version,
    Date,
}

impl Type {
    /// The dimension of a number.
    pub(crate) fn dimension(self) -> Option<Dimension> {
        match self {
            Type::Number(dimension) => Some(dimension),
            Type::Zero => Some(Dimension::COUNT),
            _ => None,
        }
    }

    /// What a list of these holds; none for a list, and what is reported already.
    pub(crate) fn item(self) -> Option<Item> {
        Some(match self {
            Type::Number(dimension) => Item::Number(dimension),
            Type::Zero => Item::Number(Dimension::COUNT),
            Type::Bool => Item::Bool,
            Type::Text => Item::Text,
            Type::Version => Item::Version,
            Type::Date => Item::Date,
            Type::List(_) | Type::Bad => return None,
        })
    }

    /// Whether values of it have words of their own: texts, versions, dates.
    pub(crate) fn is_word(self) -> bool {
        matches!(self, Type::Text | Type::Version | Type::Date)
    }
}

impl Item {
    /// The type of one of them.
    pub(crate) fn ty(self) -> Type {
        match self {
            Item::Number(dimension) => Type::Number(dimension),
            Item::Bool => Type::Bool,
            Item::Text => Type::Text,
            Item::Version => Type::Version,
            Item::Date => Type::Date,
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::Number(dimension) if dimension.is_count() => f.write_str("a number"),
            Type::Number(dimension) => dimension.fmt(f),
            Type::Zero => f.write_str("a number"),
            Type::Bool => f.write_str("true or false"),
            Type::Text => f.write_str("a text"),
            Type::Version => f.write_str("a version"),
            Type::Date => f.write_str("a date"),
            Type::List(item) => match item {
                Item::Number(dimension) if dimension.is_count() => f.write_str("a list of numbers"),
                Item::Number(dimension) => write!(f, "a list of {dimension}"),
                Item::Bool => f.write_str("a list of truth values"),
                Item::Text => f.write_str("a list of texts"),
                Item::Version => f.write_str("a list of versions"),
                Item::Date => f.write_str("a list of dates"),
            },
            Type::Bad => f.write_str("unknown"),
        }
    }
}
