//! Formulas: CEL text, read once into a small form of our own that has several readings.
//!
//! Owns: reading ([`parse`]), names ([`names`], [`resolve`]), types ([`types`]), the exact value ([`eval`]), the range ([`range`]), its
//! course as one input goes ([`along`]) and the program for a browser ([`program`]). Must not know: how a model is written in TOML, or where a formula stands.
//!
//! Numbers are exact fractions; their dimension is known before anything is computed, so that the computing needs none.

pub(super) mod along;
pub(super) mod apply;
pub(super) mod bindings;
mod bound;
mod columns;
mod compiled;
mod enclosure;
pub(super) mod eval;
mod lex;
pub(super) mod names;
pub(super) mod parse;
mod polynomial;
pub(super) mod program;
pub(super) mod range;
pub(super) mod reading;
pub(super) mod resolve;
mod scalar;
pub(super) mod types;

pub use bindings::Bindings;
pub use compiled::Compiled;
pub(super) use scalar::{FaultKind, Item, Scalar, Type};

use super::meets::Meets;
use super::quantity::Unit;
use apply::Operation;
use plumb_text::Span;
use std::sync::Arc;

/// A formula in a form that can be computed: nodes in the order of their making, children before parents.
#[derive(Clone, Debug, Default)]
pub(super) struct Ir {
    pub(super) nodes: Vec<Node>,
    /// How deep the nodes are nested.
    pub(super) depth: usize,
    /// The unit in which the number was written, where the whole is a quantity and nothing is computed.
    pub(super) written: Option<Unit>,
}

/// How deep nodes may be nested, formulas within formulas included. Computing is recursive; this bounds the stack.
pub(super) const MAX_DEPTH: usize = 400;

/// An index into [`Ir::nodes`].
pub(super) type NodeId = usize;

#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) op: Op,
    /// The operator or name that an error points to.
    pub(super) at: Span,
    /// All of the expression.
    pub(super) span: Span,
    pub(super) ty: Type,
}

#[derive(Clone, Debug)]
pub(super) enum Op {
    Constant(Scalar),
    Input(usize),
    Figure(usize),
    /// A fact of another type; of one with columns, the column.
    Fact(usize, Option<usize>),
    /// Another formula of the model, by its index among the definitions.
    Definition(usize),
    Local(Local),
    Not(NodeId),
    Negate(NodeId),
    Binary(Binary, NodeId, NodeId),
    If(NodeId, NodeId, NodeId),
    In(NodeId, Vec<NodeId>),
    Call(Function, Vec<NodeId>),
    Apply(Operation, Vec<NodeId>),
    List(Vec<NodeId>),
    /// Whether a value is in a list that is no list of expressions.
    Among(NodeId, NodeId),
    /// The item of a list at a place, from 0.
    Item(NodeId, usize),
    /// A name that was not found, or what else is reported already.
    Bad,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Binary {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    And,
    Or,
}

impl Binary {
    pub(super) fn sign(self) -> &'static str {
        match self {
            Binary::Add => "+",
            Binary::Subtract => "-",
            Binary::Multiply => "*",
            Binary::Divide => "/",
            Binary::Remainder => "%",
            Binary::Equal => "==",
            Binary::NotEqual => "!=",
            Binary::Less => "<",
            Binary::LessEqual => "<=",
            Binary::Greater => ">",
            Binary::GreaterEqual => ">=",
            Binary::And => "&&",
            Binary::Or => "||",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    Min,
    Max,
    Sum,
    Abs,
    Floor,
    Ceil,
    Round,
}

impl Function {
    pub(super) fn name(self) -> &'static str {
        match self {
            Function::Min => "min",
            Function::Max => "max",
            Function::Sum => "sum",
            Function::Abs => "abs",
            Function::Floor => "floor",
            Function::Ceil => "ceil",
            Function::Round => "round",
        }
    }
}

/// What only the rules of a checklist can ask for: how the reader answered.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Local {
    Yes,
    No,
    Total,
    Score,
    Count(Arc<str>),
    Answer(Arc<str>),
    Need(Arc<str>),
    /// Whether an option meets all chosen needs at least so well.
    Meets(Arc<str>, Meets),
    Rank(Arc<str>),
}

impl Ir {
    /// The node that is the whole formula.
    pub(super) fn root(&self) -> Option<NodeId> {
        self.nodes.len().checked_sub(1)
    }

    /// The type of the whole formula.
    pub(super) fn ty(&self) -> Type {
        self.nodes.last().map_or(Type::Bad, |node| node.ty)
    }

    /// Adds a node whose children are there already.
    pub(super) fn push(&mut self, op: Op, at: Span, span: Span) -> NodeId {
        self.nodes.push(Node { op, at, span, ty: Type::Bad });
        self.nodes.len() - 1
    }

    /// Whether it has a root or a logarithm, whose digits are cut.
    pub(super) fn is_cut(&self) -> bool {
        let cuts = |node: &Node| matches!(node.op, Op::Apply(Operation::Sqrt | Operation::Log, _));
        self.nodes.iter().any(cuts)
    }

    /// The definitions that it refers to directly, in the order of the text.
    pub(super) fn definitions(&self) -> impl Iterator<Item = (usize, Span)> {
        self.nodes.iter().filter_map(|node| match node.op {
            Op::Definition(index) => Some((index, node.span)),
            _ => None,
        })
    }
}

impl Op {
    /// The nodes that it is made of.
    pub(super) fn children(&self) -> Vec<NodeId> {
        match self {
            Op::Not(a) | Op::Negate(a) | Op::Item(a, _) => vec![*a],
            Op::Binary(_, a, b) | Op::Among(a, b) => vec![*a, *b],
            Op::If(a, b, c) => vec![*a, *b, *c],
            Op::In(a, list) => std::iter::once(*a).chain(list.iter().copied()).collect(),
            Op::Call(_, args) | Op::Apply(_, args) | Op::List(args) => args.clone(),
            _ => Vec::new(),
        }
    }

    /// The same of nodes that stand so many places further on.
    fn moved(&self, by: usize) -> Op {
        self.of(|id| id + by)
    }

    /// The same of the first nodes, one by one.
    fn over_first(&self) -> Op {
        let mut first = 0..;
        self.of(|id| first.next().unwrap_or(id))
    }

    /// The same of other nodes, which are asked for in the order of its children.
    fn of(&self, mut other: impl FnMut(NodeId) -> NodeId) -> Op {
        fn of_all(ids: &[NodeId], other: &mut impl FnMut(NodeId) -> NodeId) -> Vec<NodeId> {
            ids.iter().map(|id| other(*id)).collect()
        }
        match self {
            Op::Not(a) => Op::Not(other(*a)),
            Op::Negate(a) => Op::Negate(other(*a)),
            Op::Item(a, at) => Op::Item(other(*a), *at),
            Op::Binary(binary, a, b) => Op::Binary(*binary, other(*a), other(*b)),
            Op::Among(a, b) => Op::Among(other(*a), other(*b)),
            Op::If(a, b, c) => Op::If(other(*a), other(*b), other(*c)),
            Op::In(a, list) => Op::In(other(*a), of_all(list, &mut other)),
            Op::Call(function, args) => Op::Call(*function, of_all(args, &mut other)),
            Op::Apply(operation, args) => Op::Apply(*operation, of_all(args, &mut other)),
            Op::List(items) => Op::List(of_all(items, &mut other)),
            leaf => leaf.clone(),
        }
    }
}
