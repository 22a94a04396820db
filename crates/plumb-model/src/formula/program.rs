//! A reading of a formula: a program for a reader's browser, as JSON.
//!
//! An expression is a list whose first element is the operator: `["+", a, b]`. See [`expression`].

use super::{Ir, Local, NodeId, Op, Scalar};
use crate::meets::Meets;
use crate::quantity::Ratio;
use serde_json::{Value, json};

/// What the program calls things that a formula refers to.
pub(crate) trait Labels {
    fn input(&self, index: usize) -> &str;
    fn figure(&self, index: usize) -> &str;
    fn definition(&self, index: usize) -> String;
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
    }
}

fn node(ir: &Ir, id: NodeId, labels: &impl Labels) -> Value {
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
        Op::Call(function, args) => list(function.name(), args),
        Op::Bad => Value::Null,
    }
}
