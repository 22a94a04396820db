//! The text of an expression as a tree, each node with its place.
//!
//! Owns: the tree ([`Expr`]), the words, the grammar ([`parse`]) and the macros, which are expanded while the tree is built.
//! Must not know: types, values, or which functions there are.

mod lexer;
mod literal;
mod macros;
mod names;
mod nodes;
mod parser;
mod tree;

pub use macros::Macros;
pub(crate) use macros::{ACCUMULATOR, TARGET};
pub use names::escape;
pub(crate) use names::escaped_keyword;
pub use parser::parse;
pub use tree::{
    Entry, Expr, Fold, Item, Kind, Literal, MAX_DEPTH, MAX_LENGTH, MAX_NESTING, SyntaxError, ops,
};
