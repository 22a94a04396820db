//! The tables of a model, with what was read of its formulas.

use super::entry::{
    Advisor, Checklist, Fact, FactValue, Figure, Formula, Input, Matrix, ModelOption, Placeholder,
    Proxy, Scenario, Settings, SourceEntry, Status, Text,
};
use super::formula::names::{Name, Names, is_label};
use super::formula::types::Leaves;
use super::formula::{Ir, Scalar};
use super::quantity::Units;
use indexmap::IndexMap;
use plumb_text::Location;

/// Everything that a model says. Each table is in the order of the files.
#[derive(Debug, Default)]
pub struct Model {
    /// Settings of the whole model.
    pub settings: Settings,
    /// The units that its texts, and pages, may use.
    pub units: Units,
    /// What a reader may vary.
    pub inputs: IndexMap<String, Input>,
    /// Facts with their sources, by name.
    pub figures: IndexMap<String, Figure>,
    /// Facts that are no quantities: texts, versions, dates, lists, tables.
    pub facts: IndexMap<String, Fact>,
    /// Where facts come from.
    pub sources: IndexMap<String, SourceEntry>,
    /// What is computed from inputs and figures, by name.
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
    /// Recommendations that follow from a reader's answers, by id.
    pub advisors: IndexMap<String, Advisor>,
    /// How to recognise what options run.
    pub proxies: IndexMap<String, Proxy>,
    /// What readers fill in once.
    pub placeholders: IndexMap<String, Placeholder>,
    /// The files that facts are read from (`from`), as the model names them, be they there or not.
    pub fetched: Vec<String>,
    pub(super) names: Names,
    pub(super) leaves: Leaves,
    pub(super) definitions: Vec<Definition>,
    /// The lines in which something is wrong.
    pub(super) unread: Vec<String>,
    /// Whether a file of it can't be read to its end.
    pub(super) is_partial: bool,
}

/// A formula, or a number of an option, which is one too.
#[derive(Clone, Debug)]
pub(super) struct Definition {
    pub(super) name: String,
    pub(super) text: Text,
    pub(super) ir: Ir,
    /// How deep its nodes are nested, those of the formulas that it uses included.
    pub(super) depth: usize,
}

impl Model {
    /// Where an input, figure or formula is defined.
    pub fn location_of_name(&self, name: &str) -> Option<Location> {
        Some(match self.names.values.get(name)? {
            Name::Input(index) => self.inputs.get_index(*index)?.1.location.clone(),
            Name::Figure(index) => self.figures.get_index(*index)?.1.location.clone(),
            Name::Fact(index) => self.facts.get_index(*index)?.1.location.clone(),
            Name::Definition(index) => self.definitions.get(*index)?.text.location.clone(),
        })
    }

    /// The value of a fact, or of a column of it as a list.
    pub(super) fn fact_value(&self, index: usize, column: Option<usize>) -> Scalar {
        match (self.facts.get_index(index).map(|(_, fact)| &fact.value), column) {
            (Some(FactValue::One(value, _)), None) => value.clone(),
            (Some(FactValue::Table(columns)), Some(column)) => columns
                .get(column)
                .map_or_else(|| Scalar::List([].into()), |column| column.values.clone()),
            _ => Scalar::List([].into()),
        }
    }

    /// The id of the option that a label is of, and the words to say so; nothing where none or several have it.
    pub fn option_called(&self, label: &str) -> Option<(&str, String)> {
        let id = self.names.option_called(label)?;
        Some((id, is_label(label, id)))
    }

    /// No file of the model is there: `looked_for` says which would be read, in the help of what pages ask of it.
    pub fn set_absent(&mut self, looked_for: String) {
        self.names.absent = Some(looked_for);
    }

    /// Where no file of the model is there: what was looked for.
    pub fn absent(&self) -> Option<&str> {
        self.names.absent.as_deref()
    }

    /// Whether the model has nothing in it.
    pub fn is_empty(&self) -> bool {
        self.names.values.is_empty()
            && self.options.is_empty()
            && self.matrices.is_empty()
            && self.checklists.is_empty()
    }
}
