//! Expressions: read against a model, and evaluated with inputs.
//!
//! Owns: [`Compiled`], [`Evaluation`], [`Provenance`]. Must not know: where an expression stands; it reports
//! [`Problem`]s, whose caller knows.

use super::entry::InputKind;
use super::formula::eval::{Fault, FaultKind, Values, evaluate};
use super::formula::names::Locals;
use super::formula::range::{Range, Ranges, Reading, Variable, range, read, truths};
use super::formula::resolve::{Scope, resolve};
use super::formula::types::check;
use super::formula::{Ir, Local, Op, Scalar, Type};
use super::problem::Problem;
use super::quantity::{Dimension, Format, Quantity, Ratio, Shown, Style, Unit};
use super::{Inputs, Model, load};
use crate::diag::{Code, Level};
use crate::text::Span;
use num_traits::Zero;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// A division by zero.
pub(super) static DIVISION_BY_ZERO: Code = Code {
    name: "division-by-zero",
    level: Level::Deny,
    summary: "a formula that divides by zero",
    page: "With these inputs the divisor is zero, so there is no value to publish.\n\n\
        ```toml\n[formulas]\nper_node = \"pods / nodes\"   # with nodes = 0?\n```\n\n\
        Give the input a `min`, or say what holds then: `nodes > 0 ? pods / nodes : 0`.\n",
    alias: "",
};

/// A number that no figure can have.
pub(super) static NUMBER_TOO_LARGE: Code = Code {
    name: "number-too-large",
    level: Level::Deny,
    summary: "a number with more digits than is supported",
    page: "Values are exact; to stay so, they may have some 600 digits above and below the line. More is a mistake in the formula.\n",
    alias: "",
};

/// A value that cannot be had because something that it needs is wrong.
pub(super) static NO_VALUE: Code = Code {
    name: "no-value",
    level: Level::Deny,
    summary: "a value that depends on something with a finding of its own",
    page: "The formula itself may be right, but something that it refers to has a finding. Mend that one first.\n",
    alias: "",
};

/// An expression that was read against a model, and is only good for that one.
#[derive(Clone, Debug)]
pub struct Compiled {
    pub(super) ir: Ir,
    text: Arc<str>,
}

impl Compiled {
    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its dimension, if it is a number.
    pub fn dimension(&self) -> Option<Dimension> {
        self.ir.ty().dimension()
    }

    /// Whether it is true or false.
    pub fn is_condition(&self) -> bool {
        self.ir.ty() == Type::Bool
    }

    pub(super) fn ty(&self) -> Type {
        self.ir.ty()
    }
}

/// What an expression comes to.
#[derive(Clone, Debug)]
pub struct Evaluation {
    /// The value.
    pub value: Value,
    /// From where to where it can be, if anything that it depends on has a range.
    pub range: Option<Range>,
    /// Whether a range made it impossible to say more: a condition that may be either, a divisor that may be zero.
    pub uncertain: bool,
    /// What it was made from.
    pub provenance: Provenance,
    /// The unit that its parts were given in, where that is one.
    pub unit: Option<Unit>,
    /// Whether its bytes were given in `MB`, not `MiB`.
    pub decimal_bytes: bool,
}

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A number of something.
    Quantity(Quantity),
    /// True or false.
    Bool(bool),
    /// One of an input's choices.
    Text(String),
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
    /// The expression.
    pub formula: String,
    /// The inputs that had a say.
    pub inputs: Vec<String>,
    /// The figures that had a say.
    pub figures: Vec<String>,
    /// The formulas that were used.
    pub formulas: Vec<String>,
    /// The sources of those figures and inputs.
    pub sources: Vec<String>,
}

/// A reader's answers to a checklist, and the needs that were chosen in a matrix.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    /// The items that are ticked.
    pub yes: BTreeSet<String>,
    /// The rows that are chosen.
    pub needs: BTreeSet<String>,
}

impl Model {
    /// Reads an expression of a page, a directive or a command line. Spans of problems are in its text.
    pub fn compile(&self, text: &str) -> Result<Compiled, Vec<Problem>> {
        self.compile_in(text, None, None)
    }

    /// Reads an expression that may also be a bare quantity, which takes its dimension from that key (`cpu`).
    pub fn compile_for(&self, text: &str, key: &str) -> Result<Compiled, Vec<Problem>> {
        self.compile_in(text, None, Some(key))
    }

    pub(super) fn compile_in(
        &self,
        text: &str,
        locals: Option<&Locals>,
        bare: Option<&str>,
    ) -> Result<Compiled, Vec<Problem>> {
        let scope = Scope { names: &self.names, units: &self.units, locals, bare };
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
        if below + ir.depth > load::MAX_DEPTH {
            let message = "this expression is built on too many layers of formulas";
            return Err(vec![Problem::new(&load::TOO_DEEP, Span::new(0, text.len()), message)]);
        }
        Ok(Compiled { ir, text: text.into() })
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

    /// Evaluates an expression.
    pub fn evaluate(&self, compiled: &Compiled, inputs: &Inputs) -> Result<Evaluation, Problem> {
        let mut evaluator = Evaluator::new(self, inputs, None);
        let scalar = evaluate(&compiled.ir, &mut evaluator)
            .map_err(|fault| self.problem(&compiled.text, fault))?;
        let touched = std::mem::take(&mut evaluator.touched);
        let (range, uncertain) = evaluator.range(&compiled.ir);
        let ty = compiled.ir.ty();
        let (unit, decimal_bytes) = self.unit_hint(&compiled.ir, ty, &touched);
        Ok(Evaluation {
            value: value_of(scalar, ty),
            range,
            uncertain,
            provenance: self.provenance(&compiled.text, &touched),
            unit,
            decimal_bytes,
        })
    }

    /// Evaluates a condition of a checklist or an advisor against a reader's answers.
    fn holds(
        &self,
        answered: Answered<'_>,
        condition: &Compiled,
        inputs: &Inputs,
    ) -> Result<bool, Problem> {
        let mut evaluator = Evaluator::new(self, inputs, Some(answered));
        match evaluate(&condition.ir, &mut evaluator) {
            Ok(Scalar::Bool(value)) => Ok(value),
            Ok(_) => Err(Problem::new(&NO_VALUE, Span::at(0), "this is not true or false")),
            Err(fault) => Err(self.problem(&condition.text, fault)),
        }
    }

    /// Whether an item of a checklist is true of the inputs by itself.
    pub fn item_holds(&self, item: &super::Item, inputs: &Inputs) -> Result<Option<bool>, Problem> {
        let Some(holds) = &item.holds else { return Ok(None) };
        let answers = Answers::default();
        let answered = Answered { model: self, checklist: None, matrix: None, answers: &answers };
        self.holds(answered, holds, inputs).map(Some)
    }

    /// The verdict of a checklist: the first band whose condition holds.
    pub fn verdict<'m>(
        &'m self,
        checklist: &'m super::Checklist,
        answers: &Answers,
        inputs: &Inputs,
    ) -> Result<Option<&'m super::Band>, Problem> {
        let answered =
            Answered { model: self, checklist: Some(&checklist.id), matrix: None, answers };
        for band in &checklist.bands {
            match &band.when {
                None => return Ok(Some(band)),
                Some(when) if self.holds(answered, when, inputs)? => return Ok(Some(band)),
                Some(_) => {}
            }
        }
        Ok(None)
    }

    /// What an advisor recommends: the first outcome whose condition holds.
    pub fn outcome<'m>(
        &'m self,
        advisor: &'m super::Advisor,
        answers: &Answers,
        inputs: &Inputs,
    ) -> Result<Option<&'m super::Outcome>, Problem> {
        let (checklist, matrix) = (advisor.checklist.as_deref(), advisor.matrix.as_deref());
        let answered = Answered { model: self, checklist, matrix, answers };
        for outcome in &advisor.outcomes {
            match &outcome.when {
                None => return Ok(Some(outcome)),
                Some(when) if self.holds(answered, when, inputs)? => return Ok(Some(outcome)),
                Some(_) => {}
            }
        }
        Ok(None)
    }

    /// A text with its values filled in, as people read them.
    pub fn prose(&self, prose: &super::entry::Prose, inputs: &Inputs) -> Result<String, Problem> {
        if prose.pieces.is_empty() {
            return Ok(prose.text.clone());
        }
        let mut out = String::new();
        for piece in &prose.pieces {
            match piece {
                super::entry::Piece::Text(text) => out.push_str(text),
                super::entry::Piece::Value(compiled) => {
                    let evaluation = self.evaluate(compiled, inputs)?;
                    out.push_str(&self.show(&evaluation, &Format::default()).text);
                }
            }
        }
        Ok(out)
    }

    /// Shows a value. Without a unit in the format, one that its parts were given in is preferred.
    pub fn show(&self, evaluation: &Evaluation, format: &Format) -> Shown {
        match &evaluation.value {
            Value::Quantity(quantity) => self.show_quantity(quantity, evaluation, format),
            Value::Bool(value) => plain(if *value { "yes" } else { "no" }),
            Value::Text(value) => plain(value),
        }
    }

    /// Shows the ends of a range in the unit of the value itself, without the unit's name: `5`, `20`.
    pub fn show_range(&self, evaluation: &Evaluation, format: &Format) -> Option<(Shown, Shown)> {
        let range = evaluation.range.as_ref()?;
        let dimension = evaluation.value.quantity()?.dimension;
        let format = self.format_for(evaluation.value.quantity()?, evaluation, format);
        let format = Format {
            bare: true,
            unit: Some(self.units.unit_for(evaluation.value.quantity()?, &format)),
            ..format
        };
        let show =
            |value: &Ratio| self.units.show(&Quantity::new(value.clone(), dimension), &format);
        Some((show(&range.low), show(&range.high)))
    }

    /// What stands behind a value that has a range: ` (5–20)`; ` (within 5–20)` where the range holds the value, but may be
    /// wider than it need be; ` (range unknown)` where there is none to be had, for a divisor that may be zero.
    pub fn range_note(&self, evaluation: &Evaluation, format: &Format) -> Option<String> {
        if evaluation.uncertain && evaluation.value.quantity().is_some() {
            return Some(" (range unknown)".to_owned());
        }
        let (low, high) = self.show_range(evaluation, format)?;
        let within = if evaluation.range.as_ref()?.exact { "" } else { "within " };
        // no dash beside a minus sign
        let signed = low.number.starts_with('-') || high.number.starts_with('-');
        let to = if signed { " to " } else { "–" };
        Some(format!(" ({within}{}{to}{})", low.number, high.number))
    }

    fn show_quantity(
        &self,
        quantity: &Quantity,
        evaluation: &Evaluation,
        format: &Format,
    ) -> Shown {
        self.units.show(quantity, &self.format_for(quantity, evaluation, format))
    }

    /// The format in which a value is shown: the one asked for, with the unit that its parts were given in.
    pub fn format_for(
        &self,
        quantity: &Quantity,
        evaluation: &Evaluation,
        format: &Format,
    ) -> Format {
        if format.unit.is_some() || format.style == Style::Kubernetes {
            return format.clone();
        }
        let mut format = Format {
            decimal_bytes: format.decimal_bytes || evaluation.decimal_bytes,
            ..format.clone()
        };
        if let Some(unit) = &evaluation.unit {
            let shown = &quantity.value / &unit.factor;
            let readable = shown.is_zero()
                || (num_traits::Signed::abs(&shown) >= Ratio::new(1.into(), 100.into())
                    && num_traits::Signed::abs(&shown) < Ratio::from_integer(10_000.into()));
            if unit.dimension == quantity.dimension
                && (readable || quantity.dimension != Dimension::TIME)
            {
                format.unit = Some(unit.clone());
            }
        }
        format
    }

    /// The unit of the parts that have the dimension of the whole, if they agree on one: of the formulas, whose unit says how
    /// they are shown, else of the figures and inputs.
    pub(super) fn unit_hint(&self, ir: &Ir, ty: Type, touched: &Touched) -> (Option<Unit>, bool) {
        let Some(dimension) = ty.dimension() else { return (None, false) };
        let own = match ir.nodes.last().map(|node| &node.op) {
            Some(Op::Figure(index)) => self.figures[*index].unit.clone(),
            Some(Op::Input(index)) => self.inputs[*index].unit.clone(),
            Some(Op::Definition(index)) => {
                self.formula_of(*index).and_then(|formula| formula.unit.clone())
            }
            _ => None,
        };
        if let Some(own) = own
            && own.dimension == dimension
        {
            let decimal = own.is_decimal_bytes();
            return (Some(own), decimal);
        }
        let of = |unit: &Option<Unit>| unit.clone().filter(|unit| unit.dimension == dimension);
        let formulas = touched.definitions.iter().filter_map(|index| self.formula_of(*index));
        let mut units: Vec<Unit> = formulas.filter_map(|formula| of(&formula.unit)).collect();
        if units.is_empty() {
            let figures = touched.figures.iter().map(|index| &self.figures[*index].unit);
            let inputs = touched.inputs.iter().map(|index| &self.inputs[*index].unit);
            units.extend(figures.chain(inputs).filter_map(of));
        }
        // counts are of many things; a product of pods and hops is neither
        if dimension.is_count() || units.is_empty() {
            return (None, false);
        }
        let decimal = units.iter().all(Unit::is_decimal_bytes);
        let first = units.swap_remove(0);
        // what is made of bytes is shown in the multiple that suits its size
        let kept = !matches!(dimension, Dimension::MEMORY | Dimension::DATA) || first.is_of_bits();
        let agreed = kept && units.iter().all(|unit| *unit == first);
        (agreed.then_some(first), decimal)
    }

    /// The formula that a definition is, if an author wrote it as one.
    fn formula_of(&self, definition: usize) -> Option<&super::Formula> {
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
        let cited = touched.figures.iter().flat_map(|index| &self.figures[*index].sources);
        let cited =
            cited.chain(touched.inputs.iter().flat_map(|index| &self.inputs[*index].sources));
        let ids: BTreeSet<usize> = cited.filter_map(|id| self.sources.get_index_of(id)).collect();
        let sources = ids.iter().filter_map(|index| self.sources.get_index(*index));
        let sources = sources.map(|(id, _)| id.clone()).collect();
        Provenance { formula: text.trim().to_owned(), inputs, figures, formulas, sources }
    }

    /// What a fault is, in the words of a finding.
    pub(super) fn problem(&self, text: &str, fault: Fault) -> Problem {
        let (code, message) = match fault.kind {
            FaultKind::DivisionByZero => (&DIVISION_BY_ZERO, "this divides by zero"),
            FaultKind::TooLarge => (&NUMBER_TOO_LARGE, "this number is too large"),
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

fn plain(text: &str) -> Shown {
    Shown {
        text: text.into(),
        number: text.into(),
        unit: String::new(),
        rounded: false,
        exact: text.into(),
        exact_text: text.into(),
    }
}

pub(super) fn value_of(scalar: Scalar, ty: Type) -> Value {
    match scalar {
        Scalar::Number(value) => {
            Value::Quantity(Quantity::new(value, ty.dimension().unwrap_or_default()))
        }
        Scalar::Bool(value) => Value::Bool(value),
        Scalar::Text(value) => Value::Text(value.to_string()),
    }
}

/// What a value was computed from, by index.
#[derive(Clone, Debug, Default)]
pub(super) struct Touched {
    pub(super) inputs: BTreeSet<usize>,
    pub(super) figures: BTreeSet<usize>,
    pub(super) definitions: BTreeSet<usize>,
}

/// The answers that the rules of a checklist ask for.
#[derive(Clone, Copy)]
pub(super) struct Answered<'a> {
    model: &'a Model,
    checklist: Option<&'a str>,
    matrix: Option<&'a str>,
    answers: &'a Answers,
}

impl Answered<'_> {
    fn ranked(&self, column: &str) -> Option<super::Ranked> {
        let matrix = self.model.matrices.get(self.matrix?)?;
        let ranking = self.model.rank(matrix, &self.answers.needs);
        ranking.into_iter().find(|ranked| ranked.column == column)
    }

    fn value(&self, local: &Local) -> Scalar {
        let items = self
            .checklist
            .and_then(|id| self.model.checklists.get(id))
            .map_or(&[][..], |list| &list.items);
        let ticked = || items.iter().filter(|item| self.answers.yes.contains(&item.id));
        let count = |number: usize| Scalar::Number(Ratio::from_integer(number.into()));
        match local {
            Local::Yes => count(ticked().count()),
            Local::No => count(items.len() - ticked().count()),
            Local::Total => count(items.len()),
            Local::Score => {
                Scalar::Number(ticked().fold(Ratio::zero(), |sum, item| sum + &item.weight))
            }
            Local::Count(group) => {
                count(ticked().filter(|item| item.group.as_deref() == Some(&**group)).count())
            }
            Local::Answer(item) => Scalar::Bool(self.answers.yes.contains(&**item)),
            Local::Need(row) => Scalar::Bool(self.answers.needs.contains(&**row)),
            Local::Meets(column) => {
                Scalar::Bool(self.ranked(column).is_some_and(|ranked| ranked.fails.is_empty()))
            }
            Local::Rank(column) => count(self.ranked(column).map_or(0, |ranked| ranked.rank)),
        }
    }
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
                Local::Answer(_) | Local::Need(_) | Local::Meets(_) => Scalar::Bool(false),
                _ => Scalar::Number(Ratio::zero()),
            },
        }
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
