//! The formulas of a model with one set of inputs, each computed once.
//!
//! Owns: [`Evaluator`], which answers what the readings of a formula ask, and [`Touched`], what they asked for. Must not
//! know: what is said of a value.

use super::answers::Answered;
use super::entry::InputKind;
use super::formula::along::Along;
use super::formula::eval::{Fault, Values, evaluate};
use super::formula::range::{Range, Ranges, range, read, truths};
use super::formula::reading::{Reading, Variable};
use super::formula::{Ir, Local, Scalar, Type};
use super::quantity::Ratio;
use super::{Compiled, Inputs, Model};
use num_traits::Zero;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What a value was computed from, by index.
#[derive(Clone, Debug, Default)]
pub(super) struct Touched {
    pub(super) inputs: BTreeSet<usize>,
    pub(super) figures: BTreeSet<usize>,
    pub(super) definitions: BTreeSet<usize>,
    pub(super) facts: BTreeSet<usize>,
}

/// Computes formulas of one model with one set of inputs; each definition once.
pub(super) struct Evaluator<'a> {
    model: &'a Model,
    inputs: &'a Inputs,
    answered: Option<Answered<'a>>,
    pub(super) touched: Touched,
    values: HashMap<usize, Result<Scalar, Fault>>,
    readings: HashMap<usize, Result<Reading, Fault>>,
    pins: BTreeMap<Variable, Ratio>,
}

impl<'a> Evaluator<'a> {
    pub(super) fn new(
        model: &'a Model,
        inputs: &'a Inputs,
        answered: Option<Answered<'a>>,
    ) -> Evaluator<'a> {
        Evaluator {
            model,
            inputs,
            answered,
            touched: Touched::default(),
            values: HashMap::new(),
            readings: HashMap::new(),
            pins: BTreeMap::new(),
        }
    }

    /// The number that an expression comes to, and nothing else about it.
    pub(super) fn number(&mut self, compiled: &Compiled) -> Result<Ratio, Fault> {
        match evaluate(&compiled.ir, self)? {
            Scalar::Number(value) => Ok(value),
            _ => Err(Fault::bad()),
        }
    }

    /// The range of an expression that has a value; and whether one could not be had.
    pub(super) fn range(&mut self, ir: &Ir) -> (Option<Range>, bool) {
        match ir.ty() {
            Type::Bool => match truths(ir, self) {
                Ok((maybe_true, maybe_false)) => (None, maybe_true && maybe_false),
                Err(_) => (None, true),
            },
            Type::Number(_) | Type::Zero => match range(ir, self) {
                Ok(range) => (range, false),
                Err(_) => (None, true),
            },
            _ => (None, false),
        }
    }
}

impl Values for Evaluator<'_> {
    fn input(&mut self, index: usize) -> Scalar {
        self.touched.inputs.insert(index);
        match self.pins.get(&Variable::Input(index)) {
            Some(value) => Scalar::Number(value.clone()),
            None => self.inputs.values[index].clone(),
        }
    }

    fn figure(&mut self, index: usize) -> Ratio {
        self.touched.figures.insert(index);
        if let Some(value) = self.pins.get(&Variable::Figure(index)) {
            return value.clone();
        }
        match self.inputs.figures.get(&index) {
            Some(value) => value.clone(),
            None => self.model.figures[index].quantity.value.clone(),
        }
    }

    fn fact(&mut self, index: usize, column: Option<usize>) -> Scalar {
        self.touched.facts.insert(index);
        self.model.fact_value(index, column)
    }

    fn definition(&mut self, index: usize) -> Result<Scalar, Fault> {
        if let Some(known) = self.values.get(&index) {
            return known.clone();
        }
        self.touched.definitions.insert(index);
        let model = self.model;
        let mut value = evaluate(&model.definitions[index].ir, self);
        if let Err(fault) = &mut value {
            fault.definition.get_or_insert(index);
        }
        self.values.insert(index, value.clone());
        value
    }

    fn local(&mut self, local: &Local) -> Scalar {
        match &self.answered {
            Some(answered) => answered.value(local),
            None => match local {
                Local::Answer(_) | Local::Need(_) | Local::Meets(..) => Scalar::Bool(false),
                _ => Scalar::Number(Ratio::zero()),
            },
        }
    }
}

impl<'a> Along<'a> for Evaluator<'a> {
    fn formula(&self, index: usize) -> &'a Ir {
        &self.model.definitions[index].ir
    }
}

impl Ranges for Evaluator<'_> {
    fn range_of(&self, variable: Variable) -> Option<(Ratio, Ratio)> {
        if self.pins.contains_key(&variable) {
            return None;
        }
        match variable {
            // what is said is certain; only a default may be a range
            Variable::Input(index) if self.inputs.said[index] => None,
            Variable::Input(index) => match &self.model.inputs[index].kind {
                InputKind::Number { range, .. } => range.clone(),
                _ => None,
            },
            Variable::Figure(index) if self.inputs.figures.contains_key(&index) => None,
            Variable::Figure(index) => self.model.figures[index].range.clone(),
        }
    }

    fn reading(&mut self, index: usize) -> Result<Reading, Fault> {
        if let Some(known) = self.readings.get(&index) {
            return known.clone();
        }
        let model = self.model;
        let mut reading = read(&model.definitions[index].ir, self);
        if let Err(fault) = &mut reading {
            fault.definition.get_or_insert(index);
        }
        self.readings.insert(index, reading.clone());
        reading
    }

    fn pin(&mut self, values: &BTreeMap<Variable, Ratio>) {
        self.pins = values.clone();
        self.values.clear();
        self.readings.clear();
    }
}
