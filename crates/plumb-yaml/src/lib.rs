//! YAML as Kubernetes reads it, with the place of every key and value.
//!
//! Owns: the tree ([`Node`]) and the way from text to it: documents as `kubectl` splits a stream into
//! them (`stream`), tokens as libyaml finds them (`scanner`), the grammar with
//! anchors, aliases and merges (`compose`), and what a plain scalar means to `sigs.k8s.io/yaml` (`resolve`). Must not
//! know: schemas, or what a manifest is.

mod codes;
mod compose;
mod keys;
mod node;
mod problem;
mod resolve;
mod scanner;
mod stop;
mod stream;
mod syntax;
#[cfg(test)]
mod tests;
mod within;

pub use codes::*;
pub use compose::{Composed, compose, compose_commented};
pub use node::{Entry, Map, Node, Style, Value};
pub use problem::Problem;
pub use resolve::{decode_base64, plain};
pub use within::part_of_scalar;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
