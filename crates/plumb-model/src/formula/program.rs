//! A reading of a formula: a program for a reader's browser, as JSON.
//!
//! An expression is a list whose first element is the operator: `["+", a, b]`. See [`expression`].

use super::apply::{Operation, bands};
use super::eval::{Fault, Values, node as exact};
use super::{Ir, Local, NodeId, Op, Scalar};
use crate::meets::Meets;
use crate::quantity::Ratio;
use serde_json::{Value, json};

/// What the program calls things that a formula refers to.
pub(crate) trait Labels {
    fn input(&self, index: usize) -> &str;
    fn figure(&self, index: usize) -> &str;
    fn definition(&self, index: usize) -> String;
    fn fact(&self, index: usize, column: Option<usize>) -> Scalar;
}

/// An expression as JSON.
///
/// | form | meaning |
/// |---|---|
/// | `"3/10"`, `"12"` | a number: an exact fraction in base units |
/// | `true`, `false` | a truth value |
/// | `["text", t]` | a text |
/// | `["input", name]`, `["figure", name]`, `["let", name]` | a reference to `inputs`, `figures`, `lets` of the program |
/// | `["+", a, b]`, also `- * / %` | arithmetic; `%` has the sign of `a` |
/// | `["neg", a]`, `["!", a]` | negation |
/// | `["==", a, b]`, also `!= < <= > >=` | comparison |
/// | `["&&", a, b]`, `["\|\|", a, b]`, `["?", c, a, b]` | `b` (or the branch not taken) is not computed |
/// | `["in", x, a, b, …]` | whether `x` is one of the others |
/// | `["sqrt", x]`, `["log", x]`, `["log", x, base]` | cut and rounded as `formula::apply` does |
/// | `["min", a, …]`, also `max sum abs floor ceil round` | functions; `floor ceil round` may have a second, the multiple; `round` is half to even |
/// | `["yes"]`, `["no"]`, `["total"]`, `["score"]`, `["count", group]`, `["answer", item]`, `["need", row]`, `["meets", option]`, `["meets", option, "partly"]`, `["rank", option]` | a reader's answers |
pub(crate) fn expression(ir: &Ir, labels: &impl Labels) -> Value {
    match ir.root() {
        Some(root) => node(ir, root, labels),
        None => Value::Null,
    }
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

/// A table with more rows is not taken apart: each row is a choice within the one before.
const MOST_ROWS: usize = 100;

/// The value of a part that depends on facts alone.
fn constant(ir: &Ir, id: NodeId, labels: &impl Labels) -> Option<Scalar> {
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
    let mut open = vec![id];
    while let Some(id) = open.pop() {
        match &ir.nodes[id].op {
            Op::Input(_) | Op::Figure(_) | Op::Definition(_) | Op::Local(_) | Op::Bad => {
                return None;
            }
            op => open.extend(op.children()),
        }
    }
    exact(ir, id, &mut Facts(labels)).ok()
}

/// A function over lists, taken apart into what a browser knows: choices, sums and products.
fn applied(ir: &Ir, operation: Operation, args: &[NodeId], labels: &impl Labels) -> Value {
    let part = |at: usize| args.get(at).map_or(Value::Null, |arg| node(ir, *arg, labels));
    let known = |at: usize| args.get(at).and_then(|arg| constant(ir, *arg, labels));
    match operation {
        Operation::Lookup => {
            let (Some(keys), Some(values)) = (known(0), known(2)) else { return Value::Null };
            if keys.items().len() > MOST_ROWS {
                return Value::Null;
            }
            let rows = keys.items().iter().zip(values.items()).rev();
            rows.fold(Value::Null, |rest, (key, value)| {
                json!(["?", ["==", part(1), scalar(key)], scalar(value), rest])
            })
        }
        Operation::Tiers | Operation::Tier => {
            let (Some(from), Some(price)) = (known(1), known(2)) else { return Value::Null };
            let Ok(bands) = bands(from.items(), price.items()) else { return Value::Null };
            if bands.len() > MOST_ROWS {
                return Value::Null;
            }
            if operation == Operation::Tier {
                return bands.iter().fold(Value::Null, |rest, (from, price)| {
                    json!(["?", [">=", part(0), number(from)], number(price), rest])
                });
            }
            let mut sum = vec![json!("sum")];
            for (at, (from, price)) in bands.iter().enumerate() {
                let end = match bands.get(at + 1) {
                    Some((next, _)) => json!(["min", part(0), number(next)]),
                    None => part(0),
                };
                let within = json!(["max", "0", ["-", end, number(from)]]);
                sum.push(json!(["*", within, number(price)]));
            }
            Value::Array(sum)
        }
        Operation::Plural => json!(["?", ["==", part(0), "1"], part(1), part(2)]),
        Operation::Pow => match known(1).as_ref().and_then(Scalar::number) {
            Some(n) if n.is_integer() => {
                let times =
                    usize::try_from(n.numer().magnitude().iter_u32_digits().next().unwrap_or(0));
                let power =
                    (0..times.unwrap_or(0)).fold(json!("1"), |made, _| json!(["*", made, part(0)]));
                if n < &Ratio::default() { json!(["/", "1", power]) } else { power }
            }
            _ => Value::Null,
        },
        Operation::Sqrt => json!(["sqrt", part(0)]),
        Operation::Log if args.len() == 1 => json!(["log", part(0)]),
        Operation::Log => json!(["log", part(0), part(1)]),
        // The rest is over dates, versions and texts, which no input is.
        _ => Value::Null,
    }
}

fn node(ir: &Ir, id: NodeId, labels: &impl Labels) -> Value {
    if matches!(ir.nodes[id].op, Op::Apply(..) | Op::Binary(..) | Op::Among(..) | Op::Item(..))
        && let Some(value) = constant(ir, id, labels)
    {
        return scalar(&value);
    }
    let list = |name: &str, parts: &[NodeId]| {
        let mut list = vec![Value::String(name.to_owned())];
        list.extend(parts.iter().map(|part| node(ir, *part, labels)));
        Value::Array(list)
    };
    let op = &ir.nodes[id].op;
    match op {
        Op::Constant(value) => scalar(value),
        Op::Input(index) => json!(["input", labels.input(*index)]),
        Op::Figure(index) => json!(["figure", labels.figure(*index)]),
        Op::Definition(index) => json!(["let", labels.definition(*index)]),
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
        Op::Not(a) => list("!", &[*a]),
        Op::Negate(a) => list("neg", &[*a]),
        Op::Binary(binary, a, b) => list(binary.sign(), &[*a, *b]),
        Op::If(condition, yes, no) => list("?", &[*condition, *yes, *no]),
        Op::In(..) => list("in", &op.children()),
        Op::Call(function, args) => {
            let mut call = vec![Value::String(function.name().to_owned())];
            for arg in args {
                match constant(ir, *arg, labels) {
                    Some(Scalar::List(items)) => call.extend(items.iter().map(scalar)),
                    _ => call.push(node(ir, *arg, labels)),
                }
            }
            Value::Array(call)
        }
        Op::Fact(index, column) => scalar(&labels.fact(*index, *column)),
        Op::Apply(operation, args) => applied(ir, *operation, args, labels),
        Op::Among(element, list) => match constant(ir, *list, labels) {
            Some(items) => {
                let mut call = vec![Value::from("in"), node(ir, *element, labels)];
                call.extend(items.items().iter().map(scalar));
                Value::Array(call)
            }
            None => Value::Null,
        },
        Op::List(_) | Op::Item(..) => Value::Null,
        Op::Bad => Value::Null,
    }
}
