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
mod overhead;
mod present;
mod problem;
mod program;
pub mod quantity;
mod rank;
mod schema;
mod sweep;
pub mod tables;

pub use answers::Answers;
pub use audit::Used;
pub use diff::{Change, ChangeKind, diff, diff_listing};
pub use entry::{
    Advisor, Age, Band, Basis, Cell, Checklist, Column, Component, Figure, Formula, Group, Input,
    InputKind, Item, Link, Matrix, Meets, ModelOption, Outcome, Per, Placeholder, Prose, ProsePart,
    Proxy, Row, Scenario, Settings, SourceEntry, Status, Text, View,
};
pub use evaluate::{Compiled, Evaluation, Provenance, Value};
pub use formula::range::Range;
pub use inputs::Inputs;
pub use listing::{LISTS, List, Listing};
pub use overhead::{ComponentCost, Cost, Overhead};
pub use problem::Problem;
pub use program::{Program, unit_json};
pub use quantity::{Dimension, Format, Quantity, Ratio, Shown, Style, Unit, Units};
pub use rank::Ranked;
pub use schema::{json_schema, reference_page};
pub use sweep::{BreakEven, Crossing, Sweep};

use crate::diag::Code;
use crate::text::Location;
use formula::names::{Name, Names};
use formula::types::Leaves;
use indexmap::IndexMap;

/// Everything that a model says. Each table is in the order of the files.
#[derive(Debug, Default)]
pub struct Model {
    /// Settings of the whole model.
    pub settings: Settings,
    /// The units that its texts, and pages, may use.
    pub units: Units,
    /// What a reader may vary.
    pub inputs: IndexMap<String, Input>,
    /// Facts.
    pub figures: IndexMap<String, Figure>,
    /// Where facts come from.
    pub sources: IndexMap<String, SourceEntry>,
    /// What is computed.
    pub formulas: IndexMap<String, Formula>,
    /// What to choose between.
    pub options: IndexMap<String, ModelOption>,
    /// Named values of the inputs.
    pub scenarios: IndexMap<String, Scenario>,
    /// What cells of matrices may say.
    pub statuses: IndexMap<String, Status>,
    /// Tables of needs and options.
    pub matrices: IndexMap<String, Matrix>,
    /// Statements to tick, and verdicts.
    pub checklists: IndexMap<String, Checklist>,
    /// Recommendations.
    pub advisors: IndexMap<String, Advisor>,
    /// How to recognise what options run.
    pub proxies: IndexMap<String, Proxy>,
    /// What readers fill in once.
    pub placeholders: IndexMap<String, Placeholder>,
    names: Names,
    leaves: Leaves,
    definitions: Vec<Definition>,
}

#[cfg(test)]
mod tests;

/// A formula, or a number of an option, which is one too.
#[derive(Clone, Debug)]
struct Definition {
    name: String,
    text: Text,
    ir: formula::Ir,
    /// How deep its nodes are nested, those of the formulas that it uses included.
    depth: usize,
}

impl Model {
    /// Where an input, figure or formula is defined.
    pub fn location_of_name(&self, name: &str) -> Option<Location> {
        Some(match self.names.values.get(name)? {
            Name::Input(index) => self.inputs.get_index(*index)?.1.location.clone(),
            Name::Figure(index) => self.figures.get_index(*index)?.1.location.clone(),
            Name::Definition(index) => self.definitions.get(*index)?.text.location.clone(),
        })
    }

    /// Whether the model has nothing in it.
    pub fn is_empty(&self) -> bool {
        self.names.values.is_empty()
            && self.options.is_empty()
            && self.matrices.is_empty()
            && self.checklists.is_empty()
    }
}

/// The codes of this module's findings.
pub static CODES: &[&Code] = &[
    &load::BAD_TOML,
    &load::UNKNOWN_KEY,
    &load::MISSING_KEY,
    &load::WRONG_KIND,
    &load::BAD_QUANTITY,
    &load::QUANTITY_ADJUSTED,
    &load::DUPLICATE_ENTRY,
    &load::BAD_NAME,
    &load::UNKNOWN_ID,
    &load::BAD_RANGE,
    &load::INPUT_OUT_OF_RANGE,
    &load::MISSING_CELL,
    &load::BAD_BANDS,
    &load::FORMULA_CYCLE,
    &load::TOO_DEEP,
    &formula::parse::BAD_FORMULA,
    &formula::resolve::UNKNOWN_NAME,
    &formula::resolve::BAD_CALL,
    &formula::types::DIMENSION_MISMATCH,
    &formula::types::TYPE_MISMATCH,
    &evaluate::DIVISION_BY_ZERO,
    &evaluate::NUMBER_TOO_LARGE,
    &evaluate::NO_VALUE,
    &audit::NO_SOURCE,
    &audit::NO_DATE,
    &audit::STALE_FIGURE,
    &audit::EXPIRED,
    &audit::FUTURE_DATE,
    &audit::NEVER_USED,
    &audit::SUPERSEDED,
    &audit::NEGATIVE_COUNT,
    &audit::UNREACHED_VERDICT,
    &measure::BAD_CLUSTER_DATA,
];
