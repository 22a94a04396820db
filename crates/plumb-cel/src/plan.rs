//! From a checked tree to steps that can be evaluated: names become places, calls their functions.

use crate::environment::{Environment, WRAPPERS};
use crate::eval::{Budget, Evaluation};
use crate::library::Overload;
use crate::step::{FoldStep, Step};
use crate::syntax::{Entry, Expr, Fold, Kind, Literal, ops};
use crate::types::Type;
use crate::value::{Key, Value};
use plumb_text::Span;

/// Prepares a checked tree. What can't be evaluated whatever the variables are is refused, as an API server does when it
/// makes a program: conversions of constants that fail, and keys that no map can have.
pub(crate) fn plan(expr: &Expr, types: &[Type], environment: &Environment) -> Planned {
    Planner { environment, types, scopes: Vec::new() }.step(expr)
}

struct Planner<'e> {
    environment: &'e Environment,
    /// The types of the nodes, by their numbers.
    types: &'e [Type],
    scopes: Vec<String>,
}

pub(crate) type Planned = Result<Step, (String, Span)>;

/// Functions that are evaluated at once where they are given a constant.
const CONVERSIONS: &[&str] =
    &["bool", "bytes", "double", "duration", "dyn", "int", "string", "timestamp", "uint"];

impl Planner<'_> {
    fn boxed(&mut self, expr: &Expr) -> Result<Box<Step>, (String, Span)> {
        self.step(expr).map(Box::new)
    }

    fn step(&mut self, expr: &Expr) -> Planned {
        Ok(match &expr.kind {
            Kind::Literal(literal) => Step::Constant(constant(literal)),
            Kind::Ident(name) => self.name(name, expr.span),
            Kind::Select { operand, field, test } => Step::Select {
                operand: self.boxed(operand)?,
                field: field.as_str().into(),
                test: *test,
                optional: false,
                at: expr.at,
            },
            Kind::Call { target, function, args } => {
                self.call(expr, target.as_deref(), function, args)?
            }
            Kind::List(items) => {
                let mut steps = Vec::with_capacity(items.len());
                for item in items {
                    steps.push((self.step(&item.value)?, item.optional));
                }
                Step::List(steps)
            }
            Kind::Struct { name, fields }
                if !self.environment.is_patch(name.trim_start_matches('.')) =>
            {
                return self.message(name, fields, expr.span);
            }
            // A part of a patch is a map to whom it is given.
            Kind::Map(entries) | Kind::Struct { fields: entries, .. } => {
                let mut steps = Vec::with_capacity(entries.len());
                for entry in entries {
                    let (key, value) = (self.step(&entry.key)?, self.step(&entry.value)?);
                    steps.push((key, value, entry.optional, entry.key.span));
                }
                Step::Map(steps)
            }
            Kind::Fold(fold) => self.fold(fold, expr.at)?,
        })
    }

    fn name(&self, name: &str, span: Span) -> Step {
        match self.scopes.iter().rposition(|own| own == name) {
            Some(at) => Step::Local { at, take: false },
            None if self.environment.is_type(name) => Step::Constant(Value::Type(name.into())),
            None => Step::Variable(name.to_owned(), span),
        }
    }

    fn call(
        &mut self,
        expr: &Expr,
        target: Option<&Expr>,
        function: &str,
        args: &[Expr],
    ) -> Planned {
        let at = expr.at;
        match (function, args) {
            (ops::AND, [one, two]) => return Ok(Step::And(self.boxed(one)?, self.boxed(two)?)),
            (ops::OR, [one, two]) => return Ok(Step::Or(self.boxed(one)?, self.boxed(two)?)),
            (ops::CONDITIONAL, [condition, yes, no]) => {
                return Ok(Step::If(self.boxed(condition)?, self.boxed(yes)?, self.boxed(no)?));
            }
            (ops::NOT_STRICTLY_FALSE, [truth]) => {
                return Ok(Step::NotStrictlyFalse(self.boxed(truth)?));
            }
            (ops::OPTIONAL_SELECT, [operand, field]) => {
                let Kind::Literal(Literal::String(name)) = &field.kind else {
                    return Err(("a field's name is a text".to_owned(), at));
                };
                let (operand, field) = (self.boxed(operand)?, name.as_str().into());
                return Ok(Step::Select { operand, field, test: false, optional: true, at });
            }
            (ops::INDEX | ops::OPTIONAL_INDEX, [operand, index]) => {
                let span = index.span;
                let (operand, index) = (self.boxed(operand)?, self.boxed(index)?);
                if let Step::Constant(value) = &*index
                    && Key::of(value).is_none()
                    && !matches!(value, Value::Double(_))
                {
                    return Err((format!("a {} can't be an index", value.type_name()), span));
                }
                let optional = function == ops::OPTIONAL_INDEX;
                return Ok(Step::Index { operand, index, optional, at });
            }
            _ => {}
        }
        let member = target.is_some();
        let mut steps = Vec::with_capacity(args.len() + 1);
        for arg in target.into_iter().chain(args) {
            steps.push(self.step(arg)?);
        }
        // What a macro builds grows in place: what is so far is read once, and then replaced.
        if matches!(function, ops::ADD | ops::MAP_INSERT)
            && let Some(Step::Local { take, .. }) = steps.first_mut()
            && matches!(&args[0].kind, Kind::Ident(name) if name == crate::syntax::ACCUMULATOR)
        {
            *take = true;
        }
        let mut overloads: Vec<&Overload> =
            self.environment.overloads(function).filter(|one| one.member == member).collect();
        // The one whose types are known to be meant goes first: an empty list tells nothing of its items.
        let given: Vec<&Type> = target
            .into_iter()
            .chain(args)
            .filter_map(|arg| self.types.get(arg.id as usize))
            .collect();
        if let Some(at) = overloads.iter().position(|one| one.is_for(&given)) {
            overloads[..=at].rotate_right(1);
        }
        let Some(name) = overloads.first().map(|one| one.name) else {
            return Err((format!("undeclared reference to '{function}'"), at));
        };
        let call = Step::Call { name, overloads, args: steps, at };
        if CONVERSIONS.contains(&name)
            && let Step::Call { args, .. } = &call
            && matches!(args[..], [Step::Constant(_)])
        {
            let none = |_: &str| -> Option<Value> { None };
            let mut budget = Budget::default();
            let mut evaluation = Evaluation::new(&none, &mut budget);
            return match evaluation.run(&call) {
                Ok(value) => Ok(Step::Constant(value)),
                Err(error) => Err((error.message, error.span)),
            };
        }
        Ok(call)
    }

    /// A message that holds one value.
    fn message(&mut self, name: &str, fields: &[Entry], span: Span) -> Planned {
        let name = name.trim_start_matches('.');
        if let Some(field) = fields.first() {
            let step = self.step(&field.value)?;
            return match (&step, name) {
                (Step::Constant(Value::Double(number)), "google.protobuf.FloatValue") => {
                    Ok(Step::Constant(Value::Double(f64::from(*number as f32))))
                }
                (Step::Constant(Value::Int(number)), "google.protobuf.Int32Value")
                    if i32::try_from(*number).is_err() =>
                {
                    Err(("integer overflow".to_owned(), span))
                }
                (Step::Constant(Value::Uint(number)), "google.protobuf.UInt32Value")
                    if u32::try_from(*number).is_err() =>
                {
                    Err(("unsigned integer overflow".to_owned(), span))
                }
                _ => Ok(step),
            };
        }
        let of = WRAPPERS.iter().find(|(own, _)| *own == name).map_or("", |(_, of)| of);
        Ok(Step::Constant(match of {
            "bool" => Value::Bool(false),
            "bytes" => Value::Bytes([].into()),
            "double" => Value::Double(0.0),
            "int" => Value::Int(0),
            "string" => "".into(),
            _ => Value::Uint(0),
        }))
    }

    fn fold(&mut self, fold: &Fold, at: Span) -> Planned {
        let (range, init) = (self.step(&fold.range)?, self.step(&fold.init)?);
        let depth = self.scopes.len();
        self.scopes.push(fold.accumulator.clone());
        self.scopes.push(fold.variable.clone());
        self.scopes.extend(fold.second.clone());
        let (condition, step) = (self.step(&fold.condition)?, self.step(&fold.step)?);
        self.scopes.truncate(depth + 1);
        let result = self.step(&fold.result)?;
        self.scopes.truncate(depth);
        let two = fold.second.is_some();
        Ok(Step::Fold(Box::new(FoldStep { range, two, init, condition, step, result, at })))
    }
}

fn constant(literal: &Literal) -> Value {
    match literal {
        Literal::Null => Value::Null,
        Literal::Bool(truth) => Value::Bool(*truth),
        Literal::Int(number) => Value::Int(*number),
        Literal::Uint(number) => Value::Uint(*number),
        Literal::Double(number) => Value::Double(*number),
        Literal::String(text) => Value::String(text.as_str().into()),
        Literal::Bytes(bytes) => Value::Bytes(bytes.as_slice().into()),
    }
}
