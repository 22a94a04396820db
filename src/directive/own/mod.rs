//! Directives of the book's own: a file of `directives/` each, with typed arguments, formulas, examples, and Markdown to write.
//!
//! Owns: what such a file says, what is wrong with it whoever uses it (`check`), and what comes of a use ([`Own::write`]).
//! Must not know: where the files lie.

mod argument;
mod bind;
mod check;
mod def;
mod front;
mod schema;
mod uses;

pub use argument::{Argument, Kind};
pub use check::check;
pub use def::{Directives, Example, Own};
pub use front::read;
pub use schema::schema;
