//! A formula that stands in no model: an expression of a page, of a rule, of a command line.

use super::{Ir, Type};
use crate::quantity::Dimension;
use std::sync::Arc;

/// An expression that was read against a model, and is only good for that one.
#[derive(Clone, Debug)]
pub struct Compiled {
    pub(crate) ir: Ir,
    text: Arc<str>,
}

impl Compiled {
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
