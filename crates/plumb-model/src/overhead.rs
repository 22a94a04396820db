//! What an option costs: its components, how many of each, and the totals.
//!
//! Owns: [`Overhead`]. Must not know: how a table of it looks. Requests, usage and limits are kept apart and never added.

use super::evaluate::{Provenance, value_of};
use super::evaluator::Evaluator;
use super::formula::eval::Values;
use super::formula::{Ir, Op};
use super::problem::Problem;
use super::quantity::{Quantity, Ratio};
use super::view::View;
use super::{Evaluation, Inputs, Model, Range, Value};
use num_traits::Zero;
use plumb_text::Span;
use std::collections::BTreeMap;

/// What an option costs with some inputs.
#[derive(Clone, Debug)]
pub struct Overhead {
    /// The id of the option in the model.
    pub option: String,
    /// Its components, in the model's order, also those that are not there with these inputs.
    pub components: Vec<ComponentCost>,
    /// The totals by view and resource. What is not here, the model does not say.
    pub totals: BTreeMap<(View, String), Cost>,
}

/// What one component costs.
#[derive(Clone, Debug)]
pub struct ComponentCost {
    /// Its id within the option.
    pub name: String,
    /// What it is called on pages.
    pub label: String,
    /// Whether its condition holds.
    pub present: bool,
    /// How many there are; 0 where it is not there.
    pub count: Ratio,
    /// From how many to how many, where that is not certain.
    pub count_range: Option<Range>,
    /// What one of them takes.
    pub each: BTreeMap<(View, String), Evaluation>,
    /// What all of them take.
    pub totals: BTreeMap<(View, String), Cost>,
}

/// A quantity, and what it was made from.
#[derive(Clone, Debug)]
pub struct Cost {
    /// The value, range and provenance; [`Model::show`] shows it.
    pub evaluation: Evaluation,
    /// Whether some component that is there does not say what it takes: the truth is this or more.
    pub partial: bool,
}

impl Cost {
    /// The value as a quantity, in base units.
    pub fn quantity(&self) -> Quantity {
        self.evaluation.value.quantity().cloned().unwrap_or_else(|| Quantity::count(0))
    }
}

impl Overhead {
    /// The resources that the totals of a view have, in the order of the model's other options: `cpu` and `memory` first.
    pub fn resources(&self, view: View) -> Vec<&str> {
        self.totals
            .keys()
            .filter(|(v, _)| *v == view)
            .map(|(_, resource)| resource.as_str())
            .collect()
    }

    /// The total of all components for a view and a resource; none where the model does not say.
    pub fn total(&self, view: View, resource: &str) -> Option<&Cost> {
        self.totals.get(&(view, resource.to_owned()))
    }
}

impl Model {
    /// What an option costs.
    pub fn overhead(&self, option: &str, inputs: &Inputs) -> Result<Overhead, Problem> {
        let (Some(entry), Some(names)) = (self.options.get(option), self.names.options.get(option))
        else {
            return Err(Problem::unknown_id("option", option, self.options.keys()));
        };
        let mut components = Vec::with_capacity(entry.components.len());
        for component in &entry.components {
            let Some(names) = names.components.get(&component.name) else { continue };
            let count = self.definition_value(names.count, inputs)?;
            let present = match names.when {
                Some(when) => self.definition_value(when, inputs)?.value == Value::Bool(true),
                None => true,
            };
            let mut each = BTreeMap::new();
            let mut totals = BTreeMap::new();
            for (key, definition) in &names.share {
                let evaluation = self.definition_value(*definition, inputs)?;
                totals.insert(key.clone(), Cost { evaluation, partial: false });
            }
            for (key, definition) in &names.each {
                each.insert(key.clone(), self.definition_value(*definition, inputs)?);
            }
            components.push(ComponentCost {
                name: component.name.clone(),
                label: component.label.clone(),
                present,
                count: count
                    .value
                    .quantity()
                    .map_or_else(Ratio::zero, |quantity| quantity.value.clone()),
                count_range: count.range,
                each,
                totals,
            });
        }
        let mut totals = BTreeMap::new();
        for (key, definition) in &names.totals {
            let evaluation = self.definition_value(*definition, inputs)?;
            let silent = |component: &ComponentCost| {
                component.present
                    && !component.count.is_zero()
                    && !component.totals.contains_key(key)
            };
            let partial = key.0 != View::Requests && components.iter().any(silent);
            totals.insert(key.clone(), Cost { evaluation, partial });
        }
        Ok(Overhead { option: option.to_owned(), components, totals })
    }

    /// The value of a definition, as if it were an expression.
    pub(super) fn definition_value(
        &self,
        index: usize,
        inputs: &Inputs,
    ) -> Result<Evaluation, Problem> {
        let ty = self.leaves.definitions[index];
        let mut evaluator = Evaluator::new(self, inputs, None);
        let text = &self.definitions[index].name;
        let scalar = evaluator.definition(index).map_err(|fault| self.problem(text, fault))?;
        let touched = std::mem::take(&mut evaluator.touched);
        let mut ir = Ir::default();
        let id = ir.push(Op::Definition(index), Span::at(0), Span::at(0));
        ir.nodes[id].ty = ty;
        let formulas = touched.definitions.iter().chain([&index]);
        let is_cut = formulas.into_iter().any(|index| self.definitions[*index].ir.is_cut());
        let (range, uncertain) = evaluator.range(&ir);
        let (unit, decimal_bytes) = self.unit_hint(&ir, ty, &touched);
        let provenance: Provenance = self.provenance(text, &touched);
        Ok(Evaluation {
            value: value_of(scalar, ty),
            range,
            uncertain,
            is_cut,
            provenance,
            unit,
            decimal_bytes,
            rounding: self.rounding(&ir),
            written: self.written(&ir),
        })
    }

    /// A plain number as an evaluation, for what is computed outside of formulas.
    pub fn plain(&self, quantity: Quantity) -> Evaluation {
        Evaluation {
            value: Value::Quantity(quantity),
            range: None,
            uncertain: false,
            is_cut: false,
            provenance: Provenance::default(),
            unit: None,
            decimal_bytes: false,
            rounding: self.settings.display,
            written: None,
        }
    }
}
