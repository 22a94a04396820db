//! Expressions: read against a model, and evaluated with inputs.
//!
//! Owns: [`Evaluation`], [`Provenance`]. Must not know: where an expression stands; it reports
//! [`Problem`]s, whose caller knows.

use super::codes::{DIVISION_BY_ZERO, NO_VALUE, NUMBER_TOO_LARGE, TOO_DEEP};
use super::evaluator::{Evaluator, Touched};
use super::formula::FaultKind;
use super::formula::eval::{Fault, evaluate};
use super::formula::names::Locals;
use super::formula::range::Range;
use super::formula::resolve::{Scope, resolve};
use super::formula::types::check;
use super::formula::{Bindings, Compiled, Ir, MAX_DEPTH, Op, Scalar, Type};
use super::problem::Problem;
use super::quantity::{Quantity, Rounding, Unit};
use super::{Inputs, Model};
use jiff::civil::Date;
use plumb_text::Span;
use std::collections::BTreeSet;

/// What an expression comes to.
#[derive(Clone, Debug)]
pub struct Evaluation {
    /// The value, with the inputs as they are set.
    pub value: Value,
    /// From where to where it can be, if anything that it depends on has a range.
    pub range: Option<Range>,
    /// Whether a range made it impossible to say more: a condition that may be either, a divisor that may be zero.
    pub uncertain: bool,
    /// Whether a root or a logarithm had a say, whose digits are cut: the value is not exact.
    pub is_cut: bool,
    /// What it was made from.
    pub provenance: Provenance,
    /// The unit that its parts were given in, where that is one.
    pub unit: Option<Unit>,
    /// Whether its bytes were given in `MB`, not `MiB`.
    pub decimal_bytes: bool,
    /// How it is rounded, by the formula that it is or by the model.
    pub rounding: Option<Rounding>,
    /// The unit that it was written in, where it is a fact (a figure, an input, a quantity) and nothing was computed.
    pub written: Option<Unit>,
}

/// What an expression can come to: one value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A number of something.
    Quantity(Quantity),
    /// True or false.
    Bool(bool),
    /// A text, or one of an input's choices.
    Text(String),
    /// A version, as it is written.
    Version(String),
    /// A date.
    Date(Date),
    /// Several values of one kind.
    List(Vec<Value>),
}

impl Value {
    /// The quantity, if it is one.
    pub fn quantity(&self) -> Option<&Quantity> {
        match self {
            Value::Quantity(quantity) => Some(quantity),
            _ => None,
        }
    }
}

/// What a value was made from: the names, which the model says more of. Each list is in the order of the model.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Provenance {
    /// The expression as it was asked for.
    pub formula: String,
    /// The inputs that had a say.
    pub inputs: Vec<String>,
    /// The figures that had a say.
    pub figures: Vec<String>,
    /// The facts that are no quantities and had a say.
    pub facts: Vec<String>,
    /// The formulas that were used.
    pub formulas: Vec<String>,
    /// The sources of those figures and inputs.
    pub sources: Vec<String>,
}

impl Model {
    /// Reads an expression of a page, a directive or a command line. Spans of problems are in its text.
    pub fn compile(&self, text: &str) -> Result<Compiled, Vec<Problem>> {
        self.compile_in(text, None, None, None)
    }

    /// Reads an expression that may also be a bare quantity, which takes its dimension from that key (`cpu`).
    pub fn compile_for(&self, text: &str, key: &str) -> Result<Compiled, Vec<Problem>> {
        self.compile_in(text, None, Some(key), None)
    }

    /// Reads an expression that may use these names too, or be a bare quantity, which takes its dimension from that key.
    pub fn compile_given(
        &self,
        text: &str,
        key: &str,
        bindings: &Bindings,
    ) -> Result<Compiled, Vec<Problem>> {
        self.compile_in(text, None, Some(key), Some(bindings))
    }

    /// Reads an expression that may use these names too.
    pub fn compile_with(&self, text: &str, bindings: &Bindings) -> Result<Compiled, Vec<Problem>> {
        self.compile_in(text, None, None, Some(bindings))
    }

    pub(super) fn compile_in(
        &self,
        text: &str,
        locals: Option<&Locals>,
        bare: Option<&str>,
        bindings: Option<&Bindings>,
    ) -> Result<Compiled, Vec<Problem>> {
        let scope = Scope { names: &self.names, units: &self.units, locals, bindings, bare };
        let mut ir = resolve(text, scope)?;
        let problems = check(&mut ir, text, &self.leaves);
        if !problems.is_empty() {
            return Err(problems);
        }
        if ir.ty() == Type::Bad {
            return Err(vec![self.no_value(&ir)]);
        }
        let below =
            ir.definitions().map(|(index, _)| self.definitions[index].depth).max().unwrap_or(0);
        if below + ir.depth > MAX_DEPTH {
            let message = "this expression is built on too many layers of formulas";
            return Err(vec![Problem::new(&TOO_DEEP, Span::new(0, text.len()), message)]);
        }
        Ok(Compiled::new(ir, text))
    }

    /// The problem of an expression that refers to something bad.
    fn no_value(&self, ir: &Ir) -> Problem {
        let bad = ir.nodes.iter().find_map(|node| match node.op {
            Op::Definition(index) if self.leaves.definitions[index] == Type::Bad => {
                Some((index, node.span))
            }
            _ => None,
        });
        match bad {
            Some((index, span)) => {
                let definition = &self.definitions[index];
                let message = format!("`{}` has no value", definition.name);
                Problem::new(&NO_VALUE, span, message)
                    .related(definition.text.location.clone(), "it has a finding of its own")
            }
            None => Problem::new(&NO_VALUE, Span::at(0), "this has no value"),
        }
    }

    /// The value of an expression with these inputs, and what it was made from; or what is wrong, in spans of the expression.
    pub fn evaluate(&self, compiled: &Compiled, inputs: &Inputs) -> Result<Evaluation, Problem> {
        let mut evaluator = Evaluator::new(self, inputs, None);
        let scalar = evaluate(&compiled.ir, &mut evaluator)
            .map_err(|fault| self.problem(compiled.text(), fault))?;
        let touched = std::mem::take(&mut evaluator.touched);
        let (range, uncertain) = evaluator.range(&compiled.ir);
        let ty = compiled.ir.ty();
        let formulas = touched.definitions.iter().map(|index| &self.definitions[*index].ir);
        let is_cut = std::iter::once(&compiled.ir).chain(formulas).any(Ir::is_cut);
        let (unit, decimal_bytes) = self.unit_hint(&compiled.ir, ty, &touched);
        Ok(Evaluation {
            value: value_of(scalar, ty),
            range,
            uncertain,
            is_cut,
            provenance: self.provenance(compiled.text(), &touched),
            unit,
            decimal_bytes,
            rounding: self.rounding(&compiled.ir),
            written: self.written(&compiled.ir),
        })
    }

    /// The formula that a definition is, if an author wrote it as one.
    pub(super) fn formula_of(&self, definition: usize) -> Option<&super::Formula> {
        let formula = self.formulas.get(&self.definitions.get(definition)?.name)?;
        (formula.definition == definition).then_some(formula)
    }

    pub(super) fn provenance(&self, text: &str, touched: &Touched) -> Provenance {
        let inputs: Vec<String> =
            touched.inputs.iter().map(|index| self.inputs[*index].name.clone()).collect();
        let figures: Vec<String> =
            touched.figures.iter().map(|index| self.figures[*index].name.clone()).collect();
        let formulas = touched.definitions.iter().filter_map(|index| self.formula_of(*index));
        let formulas = formulas.map(|formula| formula.name.clone()).collect();
        let facts: Vec<&super::Fact> =
            touched.facts.iter().map(|index| &self.facts[*index]).collect();
        let cited = touched.figures.iter().flat_map(|index| &self.figures[*index].sources);
        let cited = cited.chain(facts.iter().flat_map(|fact| &fact.sources));
        let cited =
            cited.chain(touched.inputs.iter().flat_map(|index| &self.inputs[*index].sources));
        let ids: BTreeSet<usize> = cited.filter_map(|id| self.sources.get_index_of(id)).collect();
        let sources = ids.iter().filter_map(|index| self.sources.get_index(*index));
        let sources = sources.map(|(id, _)| id.clone()).collect();
        let facts = facts.iter().map(|fact| fact.name.clone()).collect();
        Provenance { formula: text.trim().to_owned(), inputs, figures, facts, formulas, sources }
    }

    /// What a fault is, in the words of a finding.
    pub(super) fn problem(&self, text: &str, fault: Fault) -> Problem {
        let (code, message) = match fault.kind {
            FaultKind::DivisionByZero => (&DIVISION_BY_ZERO, "this divides by zero"),
            FaultKind::TooLarge => (&NUMBER_TOO_LARGE, "this number is too large"),
            FaultKind::Empty => (&NO_VALUE, "this list is empty"),
            FaultKind::NoRow => (&NO_VALUE, "the table has no row for this"),
            FaultKind::SeveralRows => {
                (&NO_VALUE, "the table has several rows for this, with different values")
            }
            FaultKind::Uneven => (&NO_VALUE, "these columns have different numbers of rows"),
            FaultKind::Repeated => (&NO_VALUE, "two tiers begin at the same amount"),
            FaultKind::Domain => (&NO_VALUE, "this is no real number"),
            FaultKind::Bad => (&NO_VALUE, "this has no value"),
        };
        match fault.definition {
            None => Problem::new(code, fault.span, message),
            Some(index) => {
                let definition = &self.definitions[index];
                let whole = Span::new(0, text.len());
                let problem =
                    Problem::new(code, whole, format!("{message}, in `{}`", definition.name));
                match fault.kind {
                    FaultKind::Bad => problem
                        .related(definition.text.location.clone(), "it has a finding of its own"),
                    _ => problem.related(definition.text.locate(fault.span), "here"),
                }
            }
        }
    }
}

pub(super) fn value_of(scalar: Scalar, ty: Type) -> Value {
    match scalar {
        Scalar::Number(value) => {
            Value::Quantity(Quantity::new(value, ty.dimension().unwrap_or_default()))
        }
        Scalar::Bool(value) => Value::Bool(value),
        Scalar::Text(value) => Value::Text(value.to_string()),
        Scalar::Version(value) => Value::Version(value.text().to_owned()),
        Scalar::Date(value) => Value::Date(value),
        Scalar::List(items) => {
            let ty = match ty {
                Type::List(item) => item.ty(),
                other => other,
            };
            Value::List(items.iter().map(|item| value_of(item.clone(), ty)).collect())
        }
    }
}
