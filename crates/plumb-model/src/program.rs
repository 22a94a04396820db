//! The model as a program for a reader's browser: the same formulas, to be computed there with exact fractions too.
//!
//! Owns: [`Program`], which gathers what some expressions need. The form of an expression is documented in
//! `formula::program`. Must not know: what the browser shows.

use super::entry::{Input, InputKind};
use super::formula::program::{Labels, expression, number, scalar};
use super::formula::{Ir, Op, Scalar, Type};
use super::quantity::{Dimension, Rounding};
use super::{Compiled, Evaluation, Inputs, Model};
use num_traits::One;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Expressions, and all that they need to be computed.
///
/// As JSON:
///
/// - `inputs`: `{name: {value, type, dimension, unit, min, max, step, choices}}`, what there is of them;
/// - `figures`: `{name: number}`; `lets`: `{name: expression}`, the formulas that are referred to;
/// - `roots`: `{key: {expr, type, dimension, unit, decimal, written}}`: the expressions; `unit` is the one to show it in, if its parts agree
///   on one, `round` its rule of rounding (`["places", 1]`), `decimal` whether its bytes are shown in powers of a thousand, `written` the unit that it was written in, if it is a fact;
/// - `ladders`: `{dimension: [unit, …]}`, and `{"memory decimal": …}`: to show a value without a `unit`, take the last whose factor is not above
///   its size, else the first; nothing at all is shown in the one with the factor 1.
///
/// Numbers are texts of exact fractions in base units; a unit is `{factor, one, many, before}`. Digits are as [`super::Format`] says.
pub struct Program<'m> {
    model: &'m Model,
    inputs: BTreeSet<usize>,
    figures: BTreeSet<usize>,
    definitions: BTreeSet<usize>,
    dimensions: BTreeSet<Dimension>,
    roots: Map<String, Value>,
}

impl Labels for Model {
    fn input(&self, index: usize) -> &str {
        self.inputs.get_index(index).map_or("", |(name, _)| name)
    }

    fn figure(&self, index: usize) -> &str {
        self.figures.get_index(index).map_or("", |(name, _)| name)
    }

    fn fact(&self, index: usize, column: Option<usize>) -> Scalar {
        self.fact_value(index, column)
    }

    fn formula(&self, index: usize) -> Option<&Ir> {
        self.definitions.get(index).map(|definition| &definition.ir)
    }

    fn choices(&self, index: usize) -> &[String] {
        match self.inputs.get_index(index) {
            Some((_, Input { kind: InputKind::Choice { choices, .. }, .. })) => choices,
            _ => &[],
        }
    }

    fn definition(&self, index: usize) -> String {
        self.definitions.get(index).map_or_else(String::new, |definition| definition.name.clone())
    }
}

impl<'m> Program<'m> {
    /// A program without an expression.
    pub fn new(model: &'m Model) -> Program<'m> {
        Program {
            model,
            inputs: BTreeSet::new(),
            figures: BTreeSet::new(),
            definitions: BTreeSet::new(),
            dimensions: BTreeSet::new(),
            roots: Map::new(),
        }
    }

    /// Adds an expression under a key.
    pub fn add(&mut self, key: impl Into<String>, compiled: &Compiled) {
        self.need(&compiled.ir);
        self.dimensions.extend(compiled.dimension());
        let hint = self.model.evaluate(compiled, &self.model.inputs()).ok();
        let root = root(expression(&compiled.ir, self.model), compiled.ir.ty(), hint.as_ref());
        self.roots.insert(key.into(), root);
    }

    /// Adds an input, whether or not an expression needs it.
    pub fn add_input(&mut self, name: &str) {
        self.inputs.extend(self.model.inputs.get_index_of(name));
    }

    /// Adds the total of an option, or what one component takes of it, under a key; false where the model does not say it.
    pub fn add_cost(
        &mut self,
        key: impl Into<String>,
        option: &str,
        component: Option<&str>,
        view: super::View,
        resource: &str,
    ) -> bool {
        let Some(names) = self.model.names.options.get(option) else { return false };
        let table = match component {
            None => &names.totals,
            Some(component) => match names.components.get(component) {
                Some(component) => &component.share,
                None => return false,
            },
        };
        let Some(index) = table.get(&(view, resource.to_owned())).copied() else { return false };
        self.add_definition(key, index);
        true
    }

    /// Shows an expression that was added in this unit, whatever its parts were given in.
    pub fn show_in(&mut self, key: &str, unit: &super::Unit) {
        if let Some(Value::Object(root)) = self.roots.get_mut(key) {
            root.insert("unit".into(), unit_json(unit));
        }
    }

    /// Adds how many of a component there are.
    pub fn add_count(&mut self, key: impl Into<String>, option: &str, component: &str) -> bool {
        let names = self
            .model
            .names
            .options
            .get(option)
            .and_then(|option| option.components.get(component));
        let Some(index) = names.map(|names| names.count) else { return false };
        self.add_definition(key, index);
        true
    }

    fn add_definition(&mut self, key: impl Into<String>, index: usize) {
        self.need_definition(index);
        self.dimensions.extend(self.model.leaves.definitions[index].dimension());
        let label = self.model.definitions[index].name.clone();
        let hint = self.model.definition_value(index, &self.model.inputs()).ok();
        let root = root(json!(["let", label]), self.model.leaves.definitions[index], hint.as_ref());
        self.roots.insert(key.into(), root);
    }

    /// The whole as JSON, with the inputs at these values.
    pub fn json(&self, inputs: &Inputs) -> Value {
        json!({
            "inputs": self.inputs(inputs),
            "figures": self.figures(inputs),
            "lets": self.lets(),
            "roots": self.roots,
            "ladders": self.ladders(),
        })
    }

    /// The expressions that were added.
    pub fn roots(&self) -> &Map<String, Value> {
        &self.roots
    }

    /// The inputs that are needed, or were added.
    pub fn inputs(&self, inputs: &Inputs) -> Map<String, Value> {
        let mut entries = Map::new();
        for index in &self.inputs {
            if let Some((name, input)) = self.model.inputs.get_index(*index) {
                entries.insert(name.clone(), input_json(input, &inputs.values[*index]));
            }
        }
        entries
    }

    /// The figures that are needed, as a scenario has them.
    pub fn figures(&self, inputs: &Inputs) -> Map<String, Value> {
        let mut figures = Map::new();
        for index in &self.figures {
            let Some((name, figure)) = self.model.figures.get_index(*index) else { continue };
            let value = inputs.figures.get(index).unwrap_or(&figure.quantity.value);
            figures.insert(name.clone(), number(value).into());
        }
        figures
    }

    /// The formulas that are needed.
    pub fn lets(&self) -> Map<String, Value> {
        let definitions = self.definitions.iter().map(|index| &self.model.definitions[*index]);
        definitions
            .map(|definition| (definition.name.clone(), expression(&definition.ir, self.model)))
            .collect()
    }

    /// The units that values are shown in, by dimension.
    fn ladders(&self) -> Map<String, Value> {
        let mut ladders = Map::new();
        for dimension in &self.dimensions {
            let name = dimension.to_string();
            let units = |decimal| self.model.units.ladder(*dimension, decimal);
            let ladder = |decimal| Value::Array(units(decimal).iter().map(unit_json).collect());
            ladders.insert(name.clone(), ladder(false));
            if dimension.has_bytes() {
                ladders.insert(format!("{name} decimal"), ladder(true));
            }
        }
        ladders
    }

    fn need(&mut self, ir: &Ir) {
        let mut open = Vec::new();
        for node in &ir.nodes {
            match node.op {
                Op::Input(index) => {
                    self.inputs.insert(index);
                }
                Op::Figure(index) => {
                    self.figures.insert(index);
                }
                Op::Definition(index) => open.push(index),
                _ => {}
            }
        }
        for index in open {
            self.need_definition(index);
        }
    }

    fn need_definition(&mut self, index: usize) {
        // formulas are not deeper than `formula::MAX_DEPTH`, so neither is this
        if self.definitions.insert(index) {
            let model = self.model;
            self.need(&model.definitions[index].ir);
        }
    }
}

impl Model {
    /// Whether some scenario sets a figure.
    pub fn scenarios_set(&self, figure: &str) -> bool {
        let index = self.figures.get_index_of(figure);
        index.is_some_and(|index| {
            self.scenarios.values().any(|scenario| scenario.figures.contains_key(&index))
        })
    }

    /// What any scenario sets, as these inputs have it, but for the inputs that a reader is asked for: `{figures, inputs}`. A page
    /// that goes from one scenario to another thus undoes what the first one set.
    pub fn fixed_by_scenarios(&self, inputs: &Inputs, asked: &[String]) -> Value {
        let figures: BTreeSet<usize> =
            self.scenarios.values().flat_map(|scenario| scenario.figures.keys().copied()).collect();
        let figures = figures.into_iter().filter_map(|index| {
            let (name, figure) = self.figures.get_index(index)?;
            let value = inputs.figures.get(&index).unwrap_or(&figure.quantity.value);
            Some((name.clone(), Value::String(number(value))))
        });
        let set: BTreeSet<usize> =
            self.scenarios.values().flat_map(|scenario| scenario.inputs.keys().copied()).collect();
        let set = set.into_iter().filter_map(|index| {
            let (name, _) = self.inputs.get_index(index)?;
            (!asked.contains(name)).then(|| (name.clone(), scalar(&inputs.values[index])))
        });
        let parts = [("figures", Map::from_iter(figures)), ("inputs", Map::from_iter(set))];
        let some = parts.into_iter().filter(|(_, part)| !part.is_empty());
        some.map(|(name, part)| (name.to_owned(), Value::Object(part))).collect()
    }
}

fn input_json(input: &Input, value: &Scalar) -> Value {
    let mut entry = Map::new();
    entry.insert("value".into(), scalar(value));
    match &input.kind {
        InputKind::Number { dimension, min, max, step, .. } => {
            entry.insert("type".into(), "number".into());
            entry.insert("dimension".into(), dimension.to_string().into());
            for (key, value) in [("min", min.as_ref()), ("max", max.as_ref()), ("step", Some(step))]
            {
                if let Some(value) = value {
                    entry.insert(key.into(), number(value).into());
                }
            }
            if let Some(unit) = &input.unit {
                entry.insert("unit".into(), unit_json(unit));
            }
        }
        InputKind::Switch { .. } => {
            entry.insert("type".into(), "switch".into());
        }
        InputKind::Choice { choices, .. } => {
            entry.insert("type".into(), "choice".into());
            entry.insert("choices".into(), json!(choices));
        }
    }
    Value::Object(entry)
}

fn root(expr: Value, ty: Type, hint: Option<&Evaluation>) -> Value {
    let kind = match ty {
        Type::Bool => "switch",
        Type::Text => "choice",
        _ => "number",
    };
    let mut root = Map::new();
    root.insert("expr".into(), expr);
    root.insert("type".into(), kind.into());
    if let Some(dimension) = ty.dimension() {
        root.insert("dimension".into(), dimension.to_string().into());
    }
    if let Some(unit) = hint.and_then(|hint| hint.unit.as_ref()) {
        root.insert("unit".into(), unit_json(unit));
    }
    if let Some(written) = hint.and_then(|hint| hint.written.as_ref()) {
        root.insert("written".into(), unit_json(written));
    }
    if let Some(rounding) = hint.and_then(|hint| hint.rounding) {
        let (rule, count) = match rounding {
            Rounding::Places(places) => ("places", places),
            Rounding::Digits(digits) => ("digits", digits),
        };
        root.insert("round".into(), json!([rule, count]));
    }
    if hint.is_some_and(|hint| hint.decimal_bytes) {
        root.insert("decimal".into(), true.into());
    }
    Value::Object(root)
}

impl super::Units {
    /// How a quantity of a dimension is shown, for a browser: `{ladder, zero, places, money, thousands, bare}`.
    ///
    /// `ladder` is a list of `[factor, one, many, before]`: the last whose factor is not above the size of the value is taken, else the
    /// first; for nothing at all, the one at `zero`. `places` is none where there are at most two (and at least two digits that count,
    /// trailing zeros dropped); `money` that a number which is not whole has at least two.
    pub fn format_json(&self, dimension: Dimension, format: &super::Format) -> Value {
        let ladder = match &format.unit {
            Some(unit) if unit.dimension == dimension => vec![unit.clone()],
            _ => self.ladder(dimension, format.decimal_bytes),
        };
        let zero = if ladder.len() == 1 {
            Some(0)
        } else {
            ladder.iter().position(|unit| unit.factor.is_one())
        };
        let rungs: Vec<Value> = ladder
            .iter()
            .map(|unit| json!([number(&unit.factor), unit.one, unit.many, unit.before]))
            .collect();
        json!({
            "ladder": rungs,
            "zero": zero.unwrap_or(0),
            "places": format.places,
            "money": dimension.is_of_money(),
            "thousands": format.thousands,
            "bare": format.bare,
        })
    }
}

/// A unit as a program has it.
pub(crate) fn unit_json(unit: &super::Unit) -> Value {
    json!({ "factor": number(&unit.factor), "one": unit.one, "many": unit.many, "before": unit.before })
}
