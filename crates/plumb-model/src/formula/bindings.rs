//! Names that an expression has beside those of the model: the row of a table that it is computed for, an option, the value of
//! another expression.
//!
//! A name is put in its place when the expression is read: what a cell, an option's total or an argument is made from is known
//! as if it were written there, and its range, its unit and its sources with it.

use super::{Ir, NodeId};
use indexmap::IndexMap;
use plumb_text::Span;
use std::sync::Arc;

/// Names that an expression may use beside those of the model it is read against; they go before those.
#[derive(Clone, Debug, Default)]
pub struct Bindings {
    names: IndexMap<String, Bound>,
}

/// What such a name stands for.
#[derive(Clone, Debug)]
pub(crate) enum Bound {
    /// A row of a fact with columns.
    Row { fact: usize, row: usize },
    /// An option of the model.
    Option(BoundOption),
    /// Several options, which are no value, but can be gone through.
    Options(Arc<[String]>),
    /// An expression, which is put in the name's place.
    Value(Arc<Ir>),
}

#[derive(Clone, Debug)]
pub(crate) struct BoundOption {
    pub(crate) id: Arc<str>,
    pub(crate) label: Arc<str>,
    pub(crate) short: Arc<str>,
}

impl Bindings {
    /// The names, in the order in which they were given.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.keys().map(String::as_str)
    }

    /// Whether a name is one of these.
    pub fn has(&self, name: &str) -> bool {
        self.names.contains_key(name)
    }

    /// The id of the option that a name stands for.
    pub fn option(&self, name: &str) -> Option<&str> {
        match self.names.get(name)? {
            Bound::Option(option) => Some(&option.id),
            _ => None,
        }
    }

    pub(crate) fn insert(&mut self, name: &str, bound: Bound) {
        self.names.insert(name.to_owned(), bound);
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Bound> {
        self.names.get(name)
    }
}

/// What an expression is made of with all that it names in its place; more is refused.
const MOST_NODES: usize = 10_000;

impl Ir {
    /// Puts all of another formula behind the nodes that are here, as if it stood at a span. None where that is too much.
    pub(crate) fn splice(&mut self, other: &Ir, at: Span) -> Option<NodeId> {
        let offset = self.nodes.len();
        if offset + other.nodes.len() > MOST_NODES {
            return None;
        }
        for node in &other.nodes {
            let id = self.push(node.op.moved(offset), at, at);
            self.nodes[id].ty = node.ty;
        }
        self.written = other.written.clone();
        self.root()
    }
}
