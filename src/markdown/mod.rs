//! What an author's Markdown says to this program.
//!
//! Owns: the directives and fences of a chapter and their arguments ([`scan()`]). Must not know: which directives there are, what they mean, what a manifest
//! is, or how a page is drawn.

mod args;
mod codes;
mod cut;
mod fence;
mod marker;
mod pair;
mod place;
mod quick;
mod scan;

pub use args::{Arg, Args, Value};
pub use cut::Cut;
pub use fence::{Fence, Interpolation, Word};
pub use place::Place;
pub use scan::{Dialect, Directive, Node, NodeKind, Scan, scan};

pub use codes::*;

#[cfg(test)]
mod tests;
