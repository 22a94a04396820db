//! A reading of a formula: a program for a reader's browser, as JSON.
//!
//! An expression is a list whose first element is the operator: `["+", a, b]`. See [`expression`]. A browser knows numbers, truth
//! values and texts. No input is a version, a date or a list, so there are some of them at most that one can come to: what is made of
//! them is computed here, for each.

use super::apply::{Operation, bands};
use super::eval::{Fault, Values, node as exact, operate};
use super::{Binary, Ir, Local, Node, NodeId, Op, Scalar, Type};
use crate::meets::Meets;
use crate::quantity::Ratio;
use indexmap::IndexMap;
use serde_json::{Value, json};
use std::cell::Cell;

/// What the program calls things that a formula refers to.
pub(crate) trait Labels {
    fn input(&self, index: usize) -> &str;
    fn figure(&self, index: usize) -> &str;
    fn definition(&self, index: usize) -> String;
    fn formula(&self, index: usize) -> Option<&Ir>;
    /// The words that an input can be.
    fn choices(&self, index: usize) -> &[String];
    fn fact(&self, index: usize, column: Option<usize>) -> Scalar;
}

/// An expression as JSON.
///
/// | form | meaning |
/// |---|---|
/// | `"3/10"`, `"12"` | a number: an exact fraction in base units |
/// | `true`, `false` | a truth value |
/// | `null` | something that has no value |
/// | `["text", t]` | a text |
/// | `["input", name]`, `["figure", name]`, `["let", name]` | a reference to `inputs`, `figures`, `lets` of the program |
/// | `["+", a, b]`, also `- * / %` | arithmetic; `%` has the sign of `a` |
/// | `["neg", a]`, `["!", a]` | negation |
/// | `["==", a, b]`, also `!= < <= > >=` | comparison |
/// | `["&&", a, b]`, `["\|\|", a, b]`, `["?", c, a, b]` | `b` (or the branch not taken) is not computed |
/// | `["in", x, a, b, …]` | whether `x` is one of the others |
/// | `["lookup", x, key, a, …]` | the value beside the first key that `x` is; the other ones are not computed |
/// | `["tier", x, from, price, …]`, `["tiers", x, from, price, …]` | the price of the last tier that begins at or before `x`; the sum of its parts, each at the price of its tier |
/// | `["pow", x, n]` | a whole power |
/// | `["sqrt", x]`, `["log", x]`, `["log", x, base]` | cut and rounded as `formula::apply` does |
/// | `["min", a, …]`, also `max sum abs floor ceil round` | functions; `floor ceil round` may have a second, the multiple; `round` is half to even |
/// | `["yes"]`, `["no"]`, `["total"]`, `["score"]`, `["count", group]`, `["answer", item]`, `["need", row]`, `["meets", option]`, `["meets", option, "partly"]`, `["rank", option]` | a reader's answers |
pub(crate) fn expression(ir: &Ir, labels: &impl Labels) -> Value {
    let writer = Writer { labels, left: Cell::new(MOST_PARTS) };
    ir.root().map_or(Value::Null, |root| writer.node(ir, root))
}

/// A number as a program has it.
pub(crate) fn number(value: &Ratio) -> String {
    if value.is_integer() {
        value.numer().to_string()
    } else {
        format!("{}/{}", value.numer(), value.denom())
    }
}

pub(crate) fn scalar(value: &Scalar) -> Value {
    match value {
        Scalar::Number(value) => Value::String(number(value)),
        Scalar::Bool(value) => Value::Bool(*value),
        Scalar::Text(value) => json!(["text", &**value]),
        Scalar::Version(value) => json!(["text", value.text()]),
        Scalar::Date(value) => json!(["text", value.to_string()]),
        // a list stands within a function, which has been taken apart
        Scalar::List(_) => Value::Null,
    }
}

/// A page has at most so much of one expression, in values of JSON. Of what is not known where it is read, a browser says that it has
/// no value.
const MOST_PARTS: usize = 50_000;

/// A page has no table with more rows.
const MOST_ROWS: usize = 1000;

/// What a value comes to that a browser has no type for, or no operation: one of some constants, by what it does know.
#[derive(Clone)]
enum Cases {
    /// This one; nothing where there is no value.
    One(Option<Scalar>),
    /// Of two, by a condition.
    If(Value, Box<Cases>, Box<Cases>),
    /// The one beside a key.
    Beside(Value, Vec<(Value, Cases)>),
}

impl Cases {
    fn json(&self) -> Value {
        match self {
            Cases::One(value) => value.as_ref().map_or(Value::Null, scalar),
            Cases::If(condition, yes, no) => json!(["?", condition, yes.json(), no.json()]),
            Cases::Beside(key, rows) => {
                let rows = rows.iter().flat_map(|(key, cases)| [key.clone(), cases.json()]);
                [json!("lookup"), key.clone()].into_iter().chain(rows).collect()
            }
        }
    }
}

/// What facts come to, and nothing else.
struct Facts<'a, L>(&'a L);

impl<L: Labels> Values for Facts<'_, L> {
    fn input(&mut self, _: usize) -> Scalar {
        Scalar::Bool(false)
    }
    fn figure(&mut self, _: usize) -> Ratio {
        Ratio::default()
    }
    fn fact(&mut self, index: usize, column: Option<usize>) -> Scalar {
        self.0.fact(index, column)
    }
    fn definition(&mut self, _: usize) -> Result<Scalar, Fault> {
        Err(Fault::bad())
    }
    fn local(&mut self, _: &Local) -> Scalar {
        Scalar::Bool(false)
    }
}

struct Writer<'a, L> {
    labels: &'a L,
    /// How much more may be written.
    left: Cell<usize>,
}

impl<L: Labels> Writer<'_, L> {
    /// Takes from what may be written; nothing where that is spent.
    fn take(&self, parts: usize) -> Option<()> {
        self.left.set(self.left.get().checked_sub(parts)?);
        Some(())
    }

    fn take_rows(&self, rows: usize) -> Option<()> {
        if rows > MOST_ROWS { None } else { self.take(2 * rows) }
    }

    /// The value of a part that depends on facts alone.
    fn constant(&self, ir: &Ir, id: NodeId) -> Option<Scalar> {
        let mut open = vec![id];
        while let Some(id) = open.pop() {
            match &ir.nodes[id].op {
                Op::Input(_) | Op::Figure(_) | Op::Definition(_) | Op::Local(_) | Op::Bad => {
                    return None;
                }
                op => open.extend(op.children()),
            }
        }
        exact(ir, id, &mut Facts(self.labels)).ok()
    }

    fn node(&self, ir: &Ir, id: NodeId) -> Value {
        if self.take(1).is_none() {
            return Value::Null;
        }
        if matches!(ir.nodes[id].op, Op::Apply(..) | Op::Binary(..) | Op::Among(..) | Op::Item(..))
            && let Some(value) = self.constant(ir, id)
        {
            return scalar(&value);
        }
        let cases = || self.cases(ir, id).map(|cases| cases.json());
        self.known(ir, id).or_else(cases).unwrap_or(Value::Null)
    }

    /// A node of a kind that a browser knows, over numbers, truth values and texts.
    fn known(&self, ir: &Ir, id: NodeId) -> Option<Value> {
        let Node { op, ty, .. } = &ir.nodes[id];
        let list = |name: &str| {
            let children = op.children();
            let parts = children.iter().map(|part| self.node(ir, *part));
            Value::Array([json!(name)].into_iter().chain(parts).collect())
        };
        Some(match op {
            Op::Constant(value) => scalar(value),
            Op::Fact(index, column) => scalar(&self.labels.fact(*index, *column)),
            Op::Input(index) => json!(["input", self.labels.input(*index)]),
            Op::Figure(index) => json!(["figure", self.labels.figure(*index)]),
            Op::Definition(index) => json!(["let", self.labels.definition(*index)]),
            Op::Local(local) => match local {
                Local::Yes => json!(["yes"]),
                Local::No => json!(["no"]),
                Local::Total => json!(["total"]),
                Local::Score => json!(["score"]),
                Local::Count(group) => json!(["count", &**group]),
                Local::Answer(item) => json!(["answer", &**item]),
                Local::Need(row) => json!(["need", &**row]),
                Local::Meets(option, Meets::Fully) => json!(["meets", &**option]),
                Local::Meets(option, level) => json!(["meets", &**option, level.name()]),
                Local::Rank(option) => json!(["rank", &**option]),
            },
            Op::If(..) => list("?"),
            Op::Binary(Binary::Add, ..) if *ty == Type::Text => return None,
            Op::Not(_) | Op::Negate(_) | Op::Binary(..) | Op::In(..) => {
                if op.children().iter().any(|part| is_foreign(ir, *part)) {
                    return None;
                }
                list(match op {
                    Op::Not(_) => "!",
                    Op::Negate(_) => "neg",
                    Op::Binary(binary, ..) => binary.sign(),
                    _ => "in",
                })
            }
            Op::Call(function, args) => {
                let mut call = vec![json!(function.name())];
                for arg in args {
                    match (self.constant(ir, *arg), &ir.nodes[*arg].op) {
                        (Some(Scalar::List(items)), _) => call.extend(self.all(&items)?),
                        (_, Op::List(items)) => {
                            call.extend(items.iter().map(|item| self.node(ir, *item)));
                        }
                        _ if is_foreign(ir, *arg) => return None,
                        _ => call.push(self.node(ir, *arg)),
                    }
                }
                Value::Array(call)
            }
            Op::Among(element, list) if !is_foreign(ir, *element) => {
                let items = self.constant(ir, *list)?;
                let items = self.all(items.items())?;
                [json!("in"), self.node(ir, *element)].into_iter().chain(items).collect()
            }
            Op::Apply(operation, args) => return self.applied(ir, *operation, args),
            Op::Among(..) | Op::Item(..) | Op::List(_) | Op::Bad => return None,
        })
    }

    fn all(&self, items: &[Scalar]) -> Option<impl Iterator<Item = Value>> {
        self.take(items.len())?;
        Some(items.iter().map(scalar))
    }

    /// A function over lists that a browser knows too.
    fn applied(&self, ir: &Ir, operation: Operation, args: &[NodeId]) -> Option<Value> {
        let parts =
            |args: &[NodeId]| args.iter().map(|arg| self.node(ir, *arg)).collect::<Vec<_>>();
        let call = |args: Vec<Value>| [json!(operation.name())].into_iter().chain(args).collect();
        match (operation, args) {
            (Operation::Sqrt | Operation::Log | Operation::Pow, _) => Some(call(parts(args))),
            (Operation::Plural, [n, one, other]) => {
                let [n, one, other] = [n, one, other].map(|arg| self.node(ir, *arg));
                Some(json!(["?", ["==", n, "1"], one, other]))
            }
            (Operation::Lookup, _) => self.beside(ir, args).map(|cases| cases.json()),
            (Operation::Tiers | Operation::Tier, [amount, from, price]) => {
                let (from, price) = (self.constant(ir, *from)?, self.constant(ir, *price)?);
                let bands = bands(from.items(), price.items()).ok()?;
                self.take_rows(bands.len())?;
                let bands = bands.iter().flat_map(|(from, price)| [number(from), number(price)]);
                let bands = bands.map(Value::String);
                Some(call([self.node(ir, *amount)].into_iter().chain(bands).collect()))
            }
            _ => None,
        }
    }

    /// A column beside the keys of a table.
    fn beside(&self, ir: &Ir, args: &[NodeId]) -> Option<Cases> {
        let [keys, key, values] = args else { return None };
        if is_foreign(ir, *key) {
            return None;
        }
        let (keys, values) = (self.constant(ir, *keys)?, self.constant(ir, *values)?);
        self.take_rows(keys.items().len())?;
        // Of a key with several rows that say different things there is no value.
        let mut rows: IndexMap<String, (Value, Option<Scalar>)> = IndexMap::new();
        for (key, value) in keys.items().iter().zip(values.items()) {
            let key = scalar(key);
            let (_, known) =
                rows.entry(key.to_string()).or_insert_with(|| (key, Some(value.clone())));
            if known.as_ref() != Some(value) {
                *known = None;
            }
        }
        let rows = rows.into_values().map(|(key, value)| (key, Cases::One(value)));
        Some(Cases::Beside(self.node(ir, *key), rows.collect()))
    }

    /// What a part may come to; nothing where that has no end, or too many.
    fn cases(&self, ir: &Ir, id: NodeId) -> Option<Cases> {
        self.take(1)?;
        if let Some(value) = self.constant(ir, id) {
            return Some(Cases::One(Some(value)));
        }
        let Node { op, ty, .. } = &ir.nodes[id];
        match op {
            Op::Definition(index) => {
                let ir = self.labels.formula(*index)?;
                self.cases(ir, ir.root()?)
            }
            Op::If(condition, yes, no) => {
                let (yes, no) = (self.cases(ir, *yes)?, self.cases(ir, *no)?);
                Some(Cases::If(self.node(ir, *condition), yes.into(), no.into()))
            }
            Op::Input(index) if *ty == Type::Text => {
                let choices = self.labels.choices(*index).iter();
                let choices = choices.map(|choice| Scalar::Text(choice.as_str().into()));
                let rows = choices.map(|text| (scalar(&text), Cases::One(Some(text))));
                Some(Cases::Beside(json!(["input", self.labels.input(*index)]), rows.collect()))
            }
            Op::Apply(Operation::Lookup, args) if !is_foreign(ir, args[1]) => self.beside(ir, args),
            op => {
                let children = op.children();
                if children.is_empty() {
                    return None;
                }
                let parts = children.iter().map(|part| self.cases(ir, *part));
                let parts = parts.collect::<Option<Vec<_>>>()?;
                self.operated(op, &parts.iter().collect::<Vec<_>>(), &[])
            }
        }
    }

    /// An operator over all that its parts may come to; `done` are the values of those before.
    fn operated(&self, op: &Op, parts: &[&Cases], done: &[Scalar]) -> Option<Cases> {
        let Some((first, rest)) = parts.split_first() else {
            self.take(1)?;
            return Some(Cases::One(operate(op, done.to_vec()).ok()));
        };
        let with = |case| self.operated(op, &[&[case], rest].concat(), done);
        Some(match first {
            Cases::One(None) => Cases::One(None),
            Cases::One(Some(value)) => {
                self.operated(op, rest, &[done, std::slice::from_ref(value)].concat())?
            }
            Cases::If(condition, yes, no) => {
                self.take(size(condition))?;
                Cases::If(condition.clone(), with(yes)?.into(), with(no)?.into())
            }
            Cases::Beside(key, rows) => {
                self.take(size(key) + rows.len())?;
                let rows = rows.iter().map(|(key, case)| Some((key.clone(), with(case)?)));
                Cases::Beside(key.clone(), rows.collect::<Option<Vec<_>>>()?)
            }
        })
    }
}

/// Whether a part is of a type that a browser does not have.
fn is_foreign(ir: &Ir, id: NodeId) -> bool {
    matches!(ir.nodes[id].ty, Type::Version | Type::Date | Type::List(_))
}

fn size(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(size).sum::<usize>(),
        _ => 1,
    }
}
