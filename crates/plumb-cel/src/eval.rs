//! Evaluation: values, errors, what is unknown, and what it costs.
//!
//! Costs follow an API server's accounting, so that what it would stop is stopped here. `&&`, `||` and the macros made of
//! them absorb errors and what is unknown where the other side decides.

use crate::library::Run;
use crate::step::{FoldStep, Step};
use crate::syntax::escaped_keyword;
use crate::value::{Key, List, Map, Value};
use plumb_text::Span;
use std::fmt;
use std::sync::Arc;

/// What evaluations may cost, in an API server's units.
#[derive(Clone, Debug)]
pub struct Budget {
    per_call: u64,
    left: u64,
    spent: u64,
}

impl Budget {
    /// What one rule may cost, in steps of an API server's count.
    pub const ONE_RULE: u64 = 1_000_000;
    /// What all rules of an object may cost.
    pub const ONE_OBJECT: u64 = 10_000_000;

    /// A limit for each evaluation, and one for all that share the budget.
    pub fn new(per_call: u64, total: u64) -> Budget {
        Budget { per_call, left: total, spent: 0 }
    }

    /// Whether nothing is left of it.
    pub fn is_spent(&self) -> bool {
        self.left == 0
    }

    /// What evaluations have cost so far.
    pub fn spent(&self) -> u64 {
        self.spent
    }
}

impl Default for Budget {
    /// The limits for the rules of one object.
    fn default() -> Budget {
        Budget::new(Budget::ONE_RULE, Budget::ONE_OBJECT)
    }
}

/// The values of variables. A function from names to values is one, where each is known at once.
pub trait Variables {
    /// The value of a variable: none where there is no such variable, an error where its value can't be had.
    fn value(&self, name: &str) -> Option<Result<Value, String>>;
}

impl<F: Fn(&str) -> Option<Value>> Variables for F {
    fn value(&self, name: &str) -> Option<Result<Value, String>> {
        self(name).map(Ok)
    }
}

/// Why an evaluation has no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// One sentence, lower case.
    pub message: String,
    /// The place in the expression.
    pub span: Span,
    /// Whether the budget is used up. Nothing absorbs such an error.
    pub over_budget: bool,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

fn error(message: impl Into<String>, span: Span) -> Error {
    Error { message: message.into(), span, over_budget: false }
}

type Evaluated = Result<Value, Error>;

/// One evaluation.
pub(crate) struct Evaluation<'e> {
    variables: &'e dyn Variables,
    budget: &'e mut Budget,
    cost: u64,
    locals: Vec<Evaluated>,
    /// Items that were copied into lists and maps.
    built: u64,
}

const LIST_COST: u64 = 10;
const MAP_COST: u64 = 30;
/// How many items of lists and maps one evaluation may copy.
const MAX_BUILT: u64 = 5_000_000;

impl<'e> Evaluation<'e> {
    pub(crate) fn new(variables: &'e dyn Variables, budget: &'e mut Budget) -> Evaluation<'e> {
        Evaluation { variables, budget, cost: 0, locals: Vec::new(), built: 0 }
    }

    pub(crate) fn run(&mut self, step: &Step) -> Evaluated {
        let value = self.eval(step);
        self.budget.spent = self.budget.spent.saturating_add(self.cost);
        self.budget.left = self.budget.left.saturating_sub(self.cost);
        value
    }

    fn charge(&mut self, cost: u64, at: Span) -> Result<(), Error> {
        self.cost = self.cost.saturating_add(cost);
        let limit = self.budget.per_call.min(self.budget.left);
        if self.cost > limit {
            let message = match self.budget.per_call <= self.budget.left {
                true => format!(
                    "cost limit of {} units for an expression exceeded",
                    self.budget.per_call
                ),
                false => "cost limit for all expressions of an object exceeded".to_owned(),
            };
            return Err(Error { message, span: at, over_budget: true });
        }
        Ok(())
    }

    fn eval(&mut self, step: &Step) -> Evaluated {
        match step {
            Step::Constant(value) => Ok(value.clone()),
            Step::Variable(name, at) => {
                self.charge(1, *at)?;
                match self.variables.value(name) {
                    Some(value) => value.map_err(|message| error(message, *at)),
                    None => Err(error(format!("no such attribute: {name}"), *at)),
                }
            }
            Step::Local { at, take } => {
                self.charge(1, Span::default())?;
                match self.locals.get_mut(*at) {
                    Some(local) if *take => std::mem::replace(local, Ok(Value::Null)),
                    Some(local) => local.clone(),
                    None => Err(error("no such variable", Span::default())),
                }
            }
            Step::Select { operand, field, test, optional, at } => {
                let value = self.eval(operand)?;
                let cost = u64::from(!*test) + u64::from(!operand.is_attribute());
                self.charge(cost, *at)?;
                select(&value, field, *test, *optional, *at)
            }
            Step::Index { operand, index, optional, at } => {
                let value = self.eval(operand)?;
                let index = self.eval(index)?;
                self.charge(1 + u64::from(!operand.is_attribute()), *at)?;
                at_index(&value, &index, *optional, *at)
            }
            Step::And(one, two) => self.logic(one, two, false),
            Step::Or(one, two) => self.logic(one, two, true),
            Step::If(condition, yes, no) => match self.eval(condition)? {
                Value::Bool(true) => self.eval(yes),
                Value::Bool(false) => self.eval(no),
                Value::Unknown => Ok(Value::Unknown),
                _ => Err(error("no such overload", Span::default())),
            },
            Step::NotStrictlyFalse(truth) => match self.eval(truth) {
                Ok(Value::Bool(false)) => Ok(Value::Bool(false)),
                Err(error) if error.over_budget => Err(error),
                _ => Ok(Value::Bool(true)),
            },
            Step::Call { name, overloads, args, at } => self.call(name, overloads, args, *at),
            Step::List(items) => self.list(items),
            Step::Map(entries) => self.map(entries),
            Step::Fold(fold) => self.fold(fold),
        }
    }

    /// `&&` and `||`: the side that decides wins over an error or an unknown on the other.
    fn logic(&mut self, one: &Step, two: &Step, decides: bool) -> Evaluated {
        let left = self.eval(one);
        match &left {
            Ok(Value::Bool(truth)) if *truth == decides => return left,
            Err(error) if error.over_budget => return left,
            _ => {}
        }
        let right = self.eval(two);
        match (left, right) {
            (_, Err(error)) if error.over_budget => Err(error),
            (_, Ok(Value::Bool(truth))) if truth == decides => Ok(Value::Bool(decides)),
            (Ok(Value::Bool(_)), Ok(Value::Bool(_))) => Ok(Value::Bool(!decides)),
            (Ok(Value::Unknown), _) | (_, Ok(Value::Unknown)) => Ok(Value::Unknown),
            (Err(error), _) | (_, Err(error)) => Err(error),
            _ => Err(error("no such overload", Span::default())),
        }
    }

    fn call(
        &mut self,
        name: &'static str,
        overloads: &[&'static crate::library::Overload],
        args: &[Step],
        at: Span,
    ) -> Evaluated {
        let mut values = Vec::with_capacity(args.len());
        for arg in args {
            values.push(self.eval(arg)?);
        }
        if values.iter().any(|value| matches!(value, Value::Unknown)) {
            self.charge(1, at)?;
            return Ok(Value::Unknown);
        }
        let Some(overload) = overloads.iter().find(|one| one.takes(&values)) else {
            return Err(error(format!("no such overload: {}", shown(name, &values)), at));
        };
        self.charge((overload.cost)(&values), at)?;
        let result = match overload.run {
            Run::Reads(run) => run(&values),
            Run::Grows(run) => {
                self.build(&values, at)?;
                run(values)
            }
        };
        result.map_err(|message| error(message, at))
    }

    /// Counts what grows a value, which an API server's costs leave out.
    fn build(&mut self, values: &[Value], at: Span) -> Result<(), Error> {
        let in_place = match values.first() {
            Some(Value::List(list)) => Arc::strong_count(list) == 1,
            Some(Value::Map(map)) => Arc::strong_count(map) == 1,
            _ => false,
        };
        let copied = values.iter().skip(usize::from(in_place)).map(Value::size).sum::<u64>();
        self.built = self.built.saturating_add(copied);
        if self.built > MAX_BUILT {
            let message = format!("the expression builds lists of more than {MAX_BUILT} items");
            return Err(Error { message, span: at, over_budget: true });
        }
        Ok(())
    }

    fn list(&mut self, items: &[(Step, bool)]) -> Evaluated {
        let mut values = Vec::with_capacity(items.len());
        let mut unknown = false;
        for (item, optional) in items {
            let value = self.eval(item)?;
            match (optional, value) {
                (_, Value::Unknown) => unknown = true,
                (true, Value::Optional(value)) => {
                    values.extend(value.map(|value| (*value).clone()));
                }
                (true, other) => {
                    let message = format!("an optional is expected, not {}", other.type_name());
                    return Err(error(message, Span::default()));
                }
                (false, value) => values.push(value),
            }
        }
        self.charge(LIST_COST, Span::default())?;
        Ok(if unknown { Value::Unknown } else { Value::from(values) })
    }

    fn map(&mut self, entries: &[(Step, Step, bool, Span)]) -> Evaluated {
        let mut map = Map::default();
        let mut unknown = false;
        for (key, value, optional, at) in entries {
            let (key, value) = (self.eval(key)?, self.eval(value)?);
            let value = match (optional, value) {
                (true, Value::Optional(None)) => continue,
                (true, Value::Optional(Some(value))) => (*value).clone(),
                (_, value) => value,
            };
            if matches!(key, Value::Unknown) || matches!(value, Value::Unknown) {
                unknown = true;
            } else if !map.insert(key, value) {
                return Err(error("unsupported key type", *at));
            }
        }
        self.charge(MAP_COST, Span::default())?;
        Ok(if unknown { Value::Unknown } else { map.into() })
    }

    fn fold(&mut self, fold: &FoldStep) -> Evaluated {
        let range = self.eval(&fold.range)?;
        let init = self.eval(&fold.init);
        let depth = self.locals.len();
        self.locals.push(init);
        let open = match &range {
            Value::Unknown => None,
            Value::List(list) => {
                let items = list.items.iter().enumerate();
                self.each(
                    fold,
                    items.map(|(at, item)| match fold.two {
                        true => (Value::Int(at as i64), Some(item.clone())),
                        false => (item.clone(), None),
                    }),
                )?
                .then_some(list.open)
            }
            Value::Map(map) => {
                let entries = map.iter();
                self.each(
                    fold,
                    entries.map(|(key, value)| (key.clone(), fold.two.then(|| value.clone()))),
                )?
                .then_some(map.has_more())
            }
            other => {
                let message = format!("a {} can't be walked", other.type_name());
                return Err(error(message, fold.at));
            }
        };
        // A loop that went to the end of what is known may go on; one that was decided before does not care.
        let value = match (&range, open) {
            (Value::Unknown, _) | (_, Some(true)) => Ok(Value::Unknown),
            _ => self.eval(&fold.result),
        };
        self.locals.truncate(depth);
        value
    }

    /// Walks; whether the loop went to its end.
    fn each(
        &mut self,
        fold: &FoldStep,
        items: impl Iterator<Item = (Value, Option<Value>)>,
    ) -> Result<bool, Error> {
        let accumulator = self.locals.len() - 1;
        for (first, second) in items {
            self.locals.push(Ok(first));
            self.locals.extend(second.map(Ok));
            let go_on = self.eval(&fold.condition);
            let next = match &go_on {
                Ok(Value::Bool(false)) => None,
                Err(error) => Some(Err(error.clone())),
                _ => Some(self.eval(&fold.step)),
            };
            self.locals.truncate(accumulator + 1);
            match next {
                None => return Ok(false),
                Some(Err(error)) if error.over_budget => return Err(error),
                Some(value) => self.locals[accumulator] = value,
            }
        }
        // What a condition would say after the last item decides whether more items could change anything.
        let decided = matches!(self.decided(fold), Ok(Value::Bool(false)));
        Ok(!decided)
    }

    /// The condition after the last item.
    fn decided(&mut self, fold: &FoldStep) -> Evaluated {
        let before = self.cost;
        self.locals.push(Ok(Value::Unknown));
        if fold.two {
            self.locals.push(Ok(Value::Unknown));
        }
        let value = self.eval(&fold.condition);
        let depth = self.locals.len() - 1 - usize::from(fold.two);
        self.locals.truncate(depth);
        self.cost = before;
        value
    }
}

fn shown(name: &str, values: &[Value]) -> String {
    let types: Vec<&str> = values.iter().map(Value::type_name).collect();
    format!("{name}({})", types.join(", "))
}

fn some(value: Value) -> Value {
    Value::Optional(Some(Arc::new(value)))
}

fn select(value: &Value, field: &Arc<str>, test: bool, optional: bool, at: Span) -> Evaluated {
    match value {
        Value::Unknown => Ok(Value::Unknown),
        Value::Optional(inner) => match inner {
            None if test => Ok(Value::Bool(false)),
            None => Ok(Value::Optional(None)),
            Some(inner) => select(inner, field, test, !test, at),
        },
        Value::Map(map) => match field_of(map, field) {
            Some(_) if test => Ok(Value::Bool(true)),
            Some(Value::Unknown) => Ok(Value::Unknown),
            Some(found) if optional => Ok(some(found.clone())),
            Some(found) => Ok(found.clone()),
            None if map.may_have(&Key::String(field.clone())) => Ok(Value::Unknown),
            None if test => Ok(Value::Bool(false)),
            None if optional => Ok(Value::Optional(None)),
            None => Err(error(format!("no such key: {field}"), at)),
        },
        Value::List(_) => Err(error("unsupported index type 'string' in list", at)),
        _ if test => Ok(Value::Bool(false)),
        _ if optional => Ok(Value::Optional(None)),
        other => Err(error(format!("no such key: {field} in a {}", other.type_name()), at)),
    }
}

/// A field by its name, which may be written as it is though it is reserved.
fn field_of<'m>(map: &'m Map, field: &Arc<str>) -> Option<&'m Value> {
    let own = map.get(&Key::String(field.clone()));
    own.or_else(|| map.get(&Key::String(escaped_keyword(field)?.into())))
}

fn at_index(value: &Value, index: &Value, optional: bool, at: Span) -> Evaluated {
    let missing = |open: bool, message: String| match (open, optional) {
        (true, _) => Ok(Value::Unknown),
        (_, true) => Ok(Value::Optional(None)),
        _ => Err(error(message, at)),
    };
    let found = |value: &Value| match value {
        Value::Unknown => Value::Unknown,
        value if optional => some(value.clone()),
        value => value.clone(),
    };
    match (value, index) {
        (Value::Unknown, _) | (_, Value::Unknown) => Ok(Value::Unknown),
        (Value::Optional(None), _) => Ok(Value::Optional(None)),
        (Value::Optional(Some(inner)), _) => at_index(inner, index, true, at),
        (Value::List(list), _) => list_item(list, index, at).and_then(|item| match item {
            Ok(_) if list.open => Ok(Value::Unknown),
            Ok(item) => Ok(found(item)),
            Err(message) => missing(list.open, message),
        }),
        (Value::Map(map), _) => match Key::of(index) {
            Some(key) => match map.get(&key) {
                Some(value) => Ok(found(value)),
                None => missing(
                    map.may_have(&key),
                    format!("no such key: {}", crate::library::text(index)),
                ),
            },
            None if matches!(index, Value::Double(_)) => {
                missing(map.open, format!("no such key: {}", crate::library::text(index)))
            }
            None => Err(error(format!("unsupported key type: {}", index.type_name()), at)),
        },
        (other, _) => Err(error(format!("a {} has no index", other.type_name()), at)),
    }
}

/// An item of a list, or why it is not there; an error where the index can be none.
fn list_item<'l>(
    list: &'l List,
    index: &Value,
    at: Span,
) -> Result<Result<&'l Value, String>, Error> {
    let whole = match (index, Key::of(index)) {
        (Value::Int(_) | Value::Uint(_) | Value::Double(_), Some(Key::Int(whole))) => Some(whole),
        (Value::Uint(_), _) => Some(i64::MAX),
        _ => None,
    };
    let Some(whole) = whole else {
        let message = format!("unsupported index type '{}' in list", index.type_name());
        return Err(error(message, at));
    };
    let item = usize::try_from(whole).ok().and_then(|whole| list.items.get(whole));
    Ok(item.ok_or_else(|| format!("index out of bounds: {whole}")))
}
