//! A formula that stands in no model: an expression of a page, of a rule, of a command line.

use super::{Ir, MAX_DEPTH, Type, eval, lex};
use crate::quantity::{Dimension, LIMITS};
use std::sync::Arc;

/// An expression that was read against a model, and is only good for that one.
#[derive(Clone, Debug)]
pub struct Compiled {
    pub(crate) ir: Ir,
    text: Arc<str>,
}

impl Compiled {
    /// The most characters of a formula: more than a person can check.
    pub const LONGEST: usize = lex::MAX_LENGTH;
    /// The most words and signs of one.
    pub const MOST_TOKENS: usize = lex::MAX_TOKENS;
    /// How deep its parts may be nested, those of the formulas that it names included.
    pub const DEEPEST: usize = MAX_DEPTH;
    /// The most digits of a number in it, as of any quantity of a model.
    pub const MOST_DIGITS: usize = LIMITS.digits;
    /// The most bits of a value, above and below the line together.
    pub const MOST_BITS: u64 = eval::MAX_BITS;

    pub(crate) fn new(ir: Ir, text: &str) -> Compiled {
        Compiled { ir, text: text.into() }
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its dimension, if it is a number.
    pub fn dimension(&self) -> Option<Dimension> {
        self.ir.ty().dimension()
    }

    /// Whether it is true or false.
    pub fn is_condition(&self) -> bool {
        self.ir.ty() == Type::Bool
    }

    /// Whether it is a version.
    pub fn is_version(&self) -> bool {
        self.ir.ty() == Type::Version
    }

    /// Whether it is a date.
    pub fn is_date(&self) -> bool {
        self.ir.ty() == Type::Date
    }

    /// Whether it is a list of values.
    pub fn is_list(&self) -> bool {
        matches!(self.ir.ty(), Type::List(_))
    }

    pub(crate) fn ty(&self) -> Type {
        self.ir.ty()
    }
}
