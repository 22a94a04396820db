//! A reading of a formula: what each part of a formula is, and whether the parts fit.

use super::apply::{Operation, fits};
use super::{Binary, Function, Ir, Item, NodeId, Op, Scalar, Type};
use crate::codes::{DIMENSION_MISMATCH, DIVISION_BY_ZERO, TYPE_MISMATCH};
use crate::problem::Problem;
use crate::quantity::Dimension;
use plumb_text::diag::Code;

/// The types of what a formula refers to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Leaves {
    pub(crate) inputs: Vec<Type>,
    pub(crate) figures: Vec<Type>,
    pub(crate) definitions: Vec<Type>,
    pub(crate) facts: Vec<FactType>,
}

/// The type of a fact, or those of its columns.
#[derive(Clone, Debug)]
pub(crate) enum FactType {
    One(Type),
    Columns(Vec<Item>),
}

/// Gives each node its type, and says what does not fit. `text` is the formula's, for the words of the findings.
pub(crate) fn check(ir: &mut Ir, text: &str, leaves: &Leaves) -> Vec<Problem> {
    let mut problems = Vec::new();
    for id in 0..ir.nodes.len() {
        let ty = Check { ir, text, leaves, problems: &mut problems }.node(id);
        ir.nodes[id].ty = ty;
    }
    problems
}

struct Check<'a> {
    ir: &'a Ir,
    text: &'a str,
    leaves: &'a Leaves,
    problems: &'a mut Vec<Problem>,
}

impl Check<'_> {
    fn node(&mut self, id: NodeId) -> Type {
        let node = &self.ir.nodes[id];
        match &node.op {
            Op::Constant(_) => node.ty,
            Op::Input(index) => self.leaves.inputs.get(*index).copied().unwrap_or(Type::Bad),
            Op::Figure(index) => self.leaves.figures.get(*index).copied().unwrap_or(Type::Bad),
            Op::Fact(index, column) => match (self.leaves.facts.get(*index), column) {
                (Some(FactType::One(ty)), None) => *ty,
                (Some(FactType::Columns(columns)), Some(column)) => {
                    columns.get(*column).map_or(Type::Bad, |item| Type::List(*item))
                }
                _ => Type::Bad,
            },
            Op::List(items) => match self.same(id, items, "a list holds") {
                Type::Bad => Type::Bad,
                ty => match ty.item() {
                    Some(item) => Type::List(item),
                    None => self.problem(id, &TYPE_MISMATCH, format!("a list can't hold {ty}")),
                },
            },
            Op::Among(element, list) => {
                let (one, all) = (self.ir.nodes[*element].ty, self.ir.nodes[*list].ty);
                match (one, all) {
                    (Type::Bad, _) | (_, Type::Bad) => Type::Bad,
                    (one, Type::List(item)) if fits(one, item) => Type::Bool,
                    (one, all) => {
                        self.problem(id, &TYPE_MISMATCH, format!("`in` looks for {one} in {all}"))
                    }
                }
            }
            Op::Item(list, _) => match self.ir.nodes[*list].ty {
                Type::List(item) => item.ty(),
                _ => Type::Bad,
            },
            Op::Apply(operation, args) => self.apply(id, *operation, args),
            Op::Definition(index) => {
                self.leaves.definitions.get(*index).copied().unwrap_or(Type::Bad)
            }
            Op::Local(local) => match local {
                super::Local::Answer(_) | super::Local::Need(_) | super::Local::Meets(..) => {
                    Type::Bool
                }
                _ => Type::Number(Dimension::COUNT),
            },
            Op::Bad => Type::Bad,
            Op::Not(a) => self.condition(*a, id),
            Op::Negate(a) => self.number(*a, id).map_or(Type::Bad, |ty| ty),
            Op::Binary(binary, a, b) => self.binary(id, *binary, *a, *b),
            Op::If(condition, yes, no) => {
                self.condition(*condition, id);
                self.same(id, &[*yes, *no], "a condition's branches are")
            }
            Op::In(element, list) => {
                let all: Vec<NodeId> =
                    std::iter::once(*element).chain(list.iter().copied()).collect();
                match self.same(id, &all, "`in` compares") {
                    Type::Bad => Type::Bad,
                    _ => Type::Bool,
                }
            }
            Op::Call(function, args) => self.call(id, *function, args),
        }
    }

    fn binary(&mut self, id: NodeId, binary: Binary, a: NodeId, b: NodeId) -> Type {
        match binary {
            Binary::And | Binary::Or => {
                let (left, right) = (self.condition(a, id), self.condition(b, id));
                if left == Type::Bad || right == Type::Bad { Type::Bad } else { Type::Bool }
            }
            Binary::Equal | Binary::NotEqual => match self.same(id, &[a, b], "this compares") {
                Type::Bad => Type::Bad,
                _ => Type::Bool,
            },
            Binary::Less | Binary::LessEqual | Binary::Greater | Binary::GreaterEqual => {
                let types = (self.ir.nodes[a].ty, self.ir.nodes[b].ty);
                if let (Type::Version, Type::Version) | (Type::Date, Type::Date) = types {
                    return Type::Bool;
                }
                if self.number(a, id).is_none() || self.number(b, id).is_none() {
                    return Type::Bad;
                }
                match self.same(id, &[a, b], "this compares") {
                    Type::Bad => Type::Bad,
                    _ => Type::Bool,
                }
            }
            Binary::Add
                if self.ir.nodes[a].ty == Type::Text && self.ir.nodes[b].ty.is_word()
                    || self.ir.nodes[b].ty == Type::Text && self.ir.nodes[a].ty.is_word() =>
            {
                Type::Text
            }
            Binary::Add | Binary::Subtract | Binary::Remainder => {
                if self.number(a, id).is_none() || self.number(b, id).is_none() {
                    return Type::Bad;
                }
                let verb = match binary {
                    Binary::Add => "this adds",
                    Binary::Subtract => "this subtracts",
                    _ => "this divides",
                };
                if binary == Binary::Remainder && self.ir.nodes[b].ty == Type::Zero {
                    return self.by_zero(b);
                }
                self.same(id, &[a, b], verb)
            }
            Binary::Multiply | Binary::Divide => {
                let (Some(left), Some(right)) = (self.number(a, id), self.number(b, id)) else {
                    return Type::Bad;
                };
                if binary == Binary::Divide && right == Type::Zero {
                    return self.by_zero(b);
                }
                let (left, right) =
                    (left.dimension().unwrap_or_default(), right.dimension().unwrap_or_default());
                let made =
                    if binary == Binary::Multiply { left.times(right) } else { left.per(right) };
                match made {
                    Some(dimension) => Type::Number(dimension),
                    None => {
                        self.problem(id, &DIMENSION_MISMATCH, "this dimension is too large".into())
                    }
                }
            }
        }
    }

    fn call(&mut self, id: NodeId, function: Function, args: &[NodeId]) -> Type {
        if let (Function::Sum | Function::Min | Function::Max, [list]) = (function, args)
            && let Type::List(Item::Number(dimension)) = self.ir.nodes[*list].ty
        {
            return Type::Number(dimension);
        }
        for arg in args {
            if self.number(*arg, id).is_none() {
                return Type::Bad;
            }
        }
        let verb = format!("`{}` is given", function.name());
        let ty = self.same(id, args, &verb);
        let rounds = matches!(function, Function::Floor | Function::Ceil | Function::Round);
        match (ty, args) {
            (Type::Number(dimension), [_]) if rounds && !dimension.is_count() => {
                let name = function.name();
                let message =
                    format!("`{name}` of {dimension} needs to know to a multiple of what");
                self.problem(id, &DIMENSION_MISMATCH, message);
                self.last_help(format!("add it: `{name}(…, quantity(\"1 GiB\"))`"));
                Type::Bad
            }
            (_, [_, multiple]) if rounds && self.ir.nodes[*multiple].ty == Type::Zero => {
                self.by_zero(*multiple)
            }
            _ => ty,
        }
    }

    fn apply(&mut self, id: NodeId, operation: Operation, args: &[NodeId]) -> Type {
        let types: Vec<Type> = args.iter().map(|arg| self.ir.nodes[*arg].ty).collect();
        if types.contains(&Type::Bad) {
            return Type::Bad;
        }
        let constant = |arg: &NodeId| match &self.ir.nodes[*arg].op {
            Op::Constant(Scalar::Number(number)) => Some(number.clone()),
            Op::Negate(inner) => match &self.ir.nodes[*inner].op {
                Op::Constant(Scalar::Number(number)) => Some(-number.clone()),
                _ => None,
            },
            _ => None,
        };
        let exponent = args.get(1).and_then(constant);
        match operation.ty(&types, exponent.as_ref()) {
            Ok(ty) => ty,
            Err((at, wanted)) => {
                let wrong = args.get(at).copied().unwrap_or(id);
                let ty = types.get(at).copied().unwrap_or(Type::Bad);
                let name = operation.name();
                let message = format!("`{name}` needs {wanted} here, and this is {ty}");
                self.problem(wrong, &TYPE_MISMATCH, message);
                self.last_help(format!("it is written `{}`", operation.usage()));
                Type::Bad
            }
        }
    }

    fn by_zero(&mut self, divisor: NodeId) -> Type {
        self.problems.push(Problem::new(
            &DIVISION_BY_ZERO,
            self.ir.nodes[divisor].span,
            "this divides by zero",
        ));
        Type::Bad
    }

    /// The type of a node that has to be a number; none where it is not, or where that is reported already.
    fn number(&mut self, id: NodeId, parent: NodeId) -> Option<Type> {
        match self.ir.nodes[id].ty {
            Type::Bad => None,
            ty @ (Type::Number(_) | Type::Zero) => Some(ty),
            ty => {
                let word = self.word(parent);
                let message = format!("`{word}` needs a number, and this is {ty}");
                self.problem(id, &TYPE_MISMATCH, message);
                None
            }
        }
    }

    fn condition(&mut self, id: NodeId, parent: NodeId) -> Type {
        match self.ir.nodes[id].ty {
            ty @ (Type::Bad | Type::Bool) => ty,
            ty => {
                let word = self.word(parent);
                let message = format!("`{word}` needs true or false, and this is {ty}");
                self.problem(id, &TYPE_MISMATCH, message)
            }
        }
    }

    /// The one type of several nodes.
    fn same(&mut self, id: NodeId, nodes: &[NodeId], verb: &str) -> Type {
        let mut found = Type::Zero;
        let mut first = None;
        for node in nodes {
            let ty = self.ir.nodes[*node].ty;
            found = match (found, ty) {
                (_, Type::Bad) => return Type::Bad,
                (Type::Zero, other)
                    if first.is_none() || matches!(other, Type::Number(_) | Type::Zero) =>
                {
                    other
                }
                (known, Type::Zero) if matches!(known, Type::Number(_)) => known,
                (known, other) if known == other => known,
                (known, other) => {
                    let both = (
                        matches!(known, Type::Number(_) | Type::Zero),
                        matches!(other, Type::Number(_) | Type::Zero),
                    );
                    let code =
                        if both == (true, true) { &DIMENSION_MISMATCH } else { &TYPE_MISMATCH };
                    let ty = self.problem(id, code, format!("{verb} {known} and {other}"));
                    let left = first.map_or(String::new(), |node| self.excerpt(node));
                    let right = self.excerpt(*node);
                    self.last_help(format!("`{left}` is {known}, `{right}` is {other}"));
                    return ty;
                }
            };
            if first.is_none() || self.ir.nodes[*node].ty != Type::Zero {
                first = Some(
                    first.filter(|f: &NodeId| self.ir.nodes[*f].ty != Type::Zero).unwrap_or(*node),
                );
            }
        }
        found
    }

    fn problem(&mut self, id: NodeId, code: &'static Code, message: String) -> Type {
        self.problems.push(Problem::new(code, self.ir.nodes[id].at, message));
        Type::Bad
    }

    fn last_help(&mut self, help: String) {
        if let Some(problem) = self.problems.last_mut() {
            problem.help.push(help);
        }
    }

    fn word(&self, id: NodeId) -> String {
        self.text.get(self.ir.nodes[id].at.range()).unwrap_or("").to_owned()
    }

    fn excerpt(&self, id: NodeId) -> String {
        let text = self.text.get(self.ir.nodes[id].span.range()).unwrap_or("");
        if text.chars().count() > 60 {
            format!("{}…", text.chars().take(59).collect::<String>())
        } else {
            text.to_owned()
        }
    }
}
