//! The model: what is known, with sources, and what is computed from it.
//!
//! Owns: quantities, formulas, options, scenarios, matrices, checklists and all that is computed from them; reading them
//! from TOML. Must not know: pages, directives, manifests, or any subject that a model may be about.
//!
//! - [`Model::load`] reads files; everything that is wrong is a finding with its place.
//! - [`Model::compile`] and [`Model::evaluate`] are for the expressions of pages; [`Model::show`] for their values.
//! - [`tables`] describes how a model is written; its reference page and its JSON Schema are made from that.

mod answers;
mod audit;
mod breakeven;
mod codes;
mod data;
pub mod describe;
mod diff;
mod entry;
mod evaluate;
mod evaluator;
mod formula;
mod inputs;
mod listing;
mod load;
pub mod measure;
mod meets;
mod mention;
mod overhead;
mod present;
mod problem;
mod program;
mod quantity;
mod rank;
mod rows;
mod schema;
mod sweep;
pub mod tables;
mod verdict;
mod version;
mod view;

/// How a model is written, by example: Markdown.
pub const FORMAT_PAGE: &str = include_str!("format.md");

pub use answers::Answers;
pub use audit::Used;
pub use breakeven::{BreakEven, Crossing};
pub use codes::CODES;
pub use data::Model;
pub use diff::{Change, ChangeKind, diff};
pub use entry::{
    Advisor, Age, Band, Basis, Cell, Checklist, Column, Component, Fact, Figure, Formula, Group,
    Input, InputKind, Item, Link, Matrix, ModelOption, Outcome, Per, Placeholder, Prose, ProsePart,
    Proxy, Row, Scenario, Settings, SourceEntry, Status, Text,
};
pub use evaluate::{Evaluation, Provenance, Value};
pub use formula::range::Range;
pub use formula::{Bindings, Compiled};
pub use inputs::Inputs;
pub use listing::{LISTS, List, Listing};
pub use meets::Meets;
pub use overhead::{ComponentCost, Cost, Overhead};
pub use problem::Problem;
pub use program::Program;
pub use quantity::{
    Dimension, Format, Quantity, QuantityError, Ratio, Rounding, Shown, Style, Unit, Units,
    parse_kubernetes,
};
pub use rank::Ranked;
pub use rows::Rows;
pub use schema::{json_schema, reference_page};
pub use sweep::Sweep;
pub use view::View;

#[cfg(test)]
mod tests;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
