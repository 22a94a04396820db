//! A reading of a formula: the exact value.

use super::apply::{apply as apply_operation, order, text};
use super::scalar::{FaultKind, Scalar};
use super::{Binary, Function, Ir, Local, NodeId, Op};
use crate::quantity::Ratio;
use num_traits::{Signed, Zero};
use plumb_number::half_even;
use plumb_text::Span;

/// Why there is no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) kind: FaultKind,
    /// Where, in the formula's text.
    pub(crate) span: Span,
    /// The definition whose formula it is; none for the one that was asked for.
    pub(crate) definition: Option<usize>,
}

/// What a formula refers to, with values.
pub(crate) trait Values {
    fn input(&mut self, index: usize) -> Scalar;
    fn figure(&mut self, index: usize) -> Ratio;
    /// A fact, or a column of it.
    fn fact(&mut self, index: usize, column: Option<usize>) -> Scalar;
    fn definition(&mut self, index: usize) -> Result<Scalar, Fault>;
    fn local(&mut self, local: &Local) -> Scalar;
}

/// Numbers have at most so many bits above and below the line together.
pub(super) const MAX_BITS: u64 = 4096;

/// Computes a formula. Only what the value depends on is computed.
pub(crate) fn evaluate(ir: &Ir, values: &mut impl Values) -> Result<Scalar, Fault> {
    match ir.root() {
        Some(root) => node(ir, root, values),
        None => Err(Fault::bad()),
    }
}

/// What an operator makes of values.
pub(super) fn operate(op: &Op, parts: Vec<Scalar>) -> Result<Scalar, Fault> {
    let mut ir = Ir::default();
    let nowhere = Span::at(0);
    for part in parts {
        ir.push(Op::Constant(part), nowhere, nowhere);
    }
    ir.push(op.over_first(), nowhere, nowhere);
    evaluate(&ir, &mut Nothing)
}

/// What refers to nothing.
struct Nothing;

impl Values for Nothing {
    fn input(&mut self, _: usize) -> Scalar {
        Scalar::Bool(false)
    }
    fn figure(&mut self, _: usize) -> Ratio {
        Ratio::zero()
    }
    fn fact(&mut self, _: usize, _: Option<usize>) -> Scalar {
        Scalar::Bool(false)
    }
    fn definition(&mut self, _: usize) -> Result<Scalar, Fault> {
        Err(Fault::bad())
    }
    fn local(&mut self, _: &Local) -> Scalar {
        Scalar::Bool(false)
    }
}

impl Fault {
    /// A fault in the formula that was asked for.
    pub(crate) fn new(kind: FaultKind, span: Span) -> Fault {
        Fault { kind, span, definition: None }
    }

    /// A value of another kind than its place needs, of which the check of types has a finding.
    pub(crate) fn bad() -> Fault {
        Fault::new(FaultKind::Bad, Span::at(0))
    }
}

pub(super) fn node(ir: &Ir, id: NodeId, values: &mut impl Values) -> Result<Scalar, Fault> {
    let here = &ir.nodes[id];
    Ok(match &here.op {
        Op::Constant(scalar) => scalar.clone(),
        Op::Input(index) => values.input(*index),
        Op::Figure(index) => Scalar::Number(values.figure(*index)),
        Op::Fact(index, column) => values.fact(*index, *column),
        Op::List(items) => {
            let items = items.iter().map(|item| node(ir, *item, values));
            Scalar::List(items.collect::<Result<Vec<_>, _>>()?.into())
        }
        Op::Among(element, list) => {
            let element = node(ir, *element, values)?;
            Scalar::Bool(node(ir, *list, values)?.items().contains(&element))
        }
        Op::Item(list, at) => {
            let list = node(ir, *list, values)?;
            let item = list.items().get(*at).cloned();
            item.ok_or_else(|| Fault::new(FaultKind::Empty, here.at))?
        }
        Op::Apply(operation, args) => {
            let mut given = Vec::with_capacity(args.len());
            for arg in args {
                given.push(node(ir, *arg, values)?);
            }
            match apply_operation(*operation, &given).map_err(|kind| Fault::new(kind, here.at))? {
                Scalar::Number(value) => Scalar::Number(bounded(value, here.at)?),
                other => other,
            }
        }
        Op::Definition(index) => values.definition(*index)?,
        Op::Local(local) => values.local(local),
        Op::Bad => return Err(Fault::new(FaultKind::Bad, here.span)),
        Op::Not(a) => Scalar::Bool(!truth(ir, *a, values)?),
        Op::Negate(a) => Scalar::Number(-number(ir, *a, values)?),
        Op::If(condition, yes, no) => {
            let branch = if truth(ir, *condition, values)? { yes } else { no };
            node(ir, *branch, values)?
        }
        Op::In(element, list) => {
            let element = node(ir, *element, values)?;
            let mut found = false;
            for item in list {
                if node(ir, *item, values)? == element {
                    found = true;
                    break;
                }
            }
            Scalar::Bool(found)
        }
        Op::Binary(binary, a, b) => return binary_of(ir, id, *binary, *a, *b, values),
        Op::Call(function, args) => {
            let mut numbers = Vec::with_capacity(args.len());
            for arg in args {
                match node(ir, *arg, values)? {
                    Scalar::Number(value) => numbers.push(value),
                    Scalar::List(items) => {
                        numbers.extend(items.iter().filter_map(Scalar::number).cloned());
                    }
                    _ => return Err(Fault::new(FaultKind::Bad, ir.nodes[*arg].span)),
                }
            }
            if numbers.is_empty() {
                return match function {
                    Function::Sum => Ok(Scalar::Number(Ratio::zero())),
                    _ => Err(Fault::new(FaultKind::Empty, here.at)),
                };
            }
            let value = apply(*function, numbers).map_err(|kind| Fault::new(kind, here.at))?;
            Scalar::Number(bounded(value, here.at)?)
        }
    })
}

fn binary_of(
    ir: &Ir,
    id: NodeId,
    binary: Binary,
    a: NodeId,
    b: NodeId,
    values: &mut impl Values,
) -> Result<Scalar, Fault> {
    let at = ir.nodes[id].at;
    match binary {
        Binary::And => return Ok(Scalar::Bool(truth(ir, a, values)? && truth(ir, b, values)?)),
        Binary::Or => return Ok(Scalar::Bool(truth(ir, a, values)? || truth(ir, b, values)?)),
        Binary::Equal => return Ok(Scalar::Bool(node(ir, a, values)? == node(ir, b, values)?)),
        Binary::NotEqual => return Ok(Scalar::Bool(node(ir, a, values)? != node(ir, b, values)?)),
        _ => {}
    }
    let fault = |kind| Fault::new(kind, at);
    let (left, right) = match (node(ir, a, values)?, node(ir, b, values)?) {
        (Scalar::Number(left), Scalar::Number(right)) => (left, right),
        (left, right) if binary == Binary::Add => {
            let both = left.word().zip(right.word()).ok_or_else(Fault::bad)?;
            return text(both.0 + &both.1).map_err(fault);
        }
        (left, right) => {
            let order = order(&left, &right).map_err(fault)?;
            return Ok(Scalar::Bool(match binary {
                Binary::Less => order.is_lt(),
                Binary::LessEqual => order.is_le(),
                Binary::Greater => order.is_gt(),
                Binary::GreaterEqual => order.is_ge(),
                _ => return Err(Fault::bad()),
            }));
        }
    };
    let zero = || Fault::new(FaultKind::DivisionByZero, ir.nodes[b].span);
    let value = match binary {
        Binary::Less => return Ok(Scalar::Bool(left < right)),
        Binary::LessEqual => return Ok(Scalar::Bool(left <= right)),
        Binary::Greater => return Ok(Scalar::Bool(left > right)),
        Binary::GreaterEqual => return Ok(Scalar::Bool(left >= right)),
        Binary::Add => left + right,
        Binary::Subtract => left - right,
        Binary::Multiply => left * right,
        Binary::Divide if right.is_zero() => return Err(zero()),
        Binary::Divide => left / right,
        Binary::Remainder if right.is_zero() => return Err(zero()),
        // as CEL: the remainder has the sign of the dividend
        Binary::Remainder => {
            let whole = (&left / &right).trunc();
            left - whole * right
        }
        Binary::And | Binary::Or | Binary::Equal | Binary::NotEqual => {
            return Err(Fault::new(FaultKind::Bad, at));
        }
    };
    Ok(Scalar::Number(bounded(value, at)?))
}

/// The value of a function of numbers.
pub(crate) fn apply(function: Function, numbers: Vec<Ratio>) -> Result<Ratio, FaultKind> {
    let mut numbers = numbers.into_iter();
    let Some(first) = numbers.next() else { return Err(FaultKind::Bad) };
    Ok(match function {
        Function::Min => numbers.fold(first, Ord::min),
        Function::Max => numbers.fold(first, Ord::max),
        Function::Sum => numbers.fold(first, |sum, number| sum + number),
        Function::Abs => first.abs(),
        Function::Floor | Function::Ceil | Function::Round => {
            let multiple = numbers.next();
            let scaled = match &multiple {
                Some(multiple) if multiple.is_zero() => return Err(FaultKind::DivisionByZero),
                Some(multiple) => first / multiple,
                None => first,
            };
            let whole = match function {
                Function::Floor => scaled.floor(),
                Function::Ceil => scaled.ceil(),
                _ => Ratio::from_integer(half_even(&scaled)),
            };
            match multiple {
                Some(multiple) => whole * multiple,
                None => whole,
            }
        }
    })
}

fn bounded(value: Ratio, at: Span) -> Result<Ratio, Fault> {
    if too_large(&value) { Err(Fault::new(FaultKind::TooLarge, at)) } else { Ok(value) }
}

pub(crate) fn too_large(value: &Ratio) -> bool {
    value.numer().bits() + value.denom().bits() > MAX_BITS
}

fn number(ir: &Ir, id: NodeId, values: &mut impl Values) -> Result<Ratio, Fault> {
    match node(ir, id, values)? {
        Scalar::Number(value) => Ok(value),
        _ => Err(Fault::new(FaultKind::Bad, ir.nodes[id].span)),
    }
}

fn truth(ir: &Ir, id: NodeId, values: &mut impl Values) -> Result<bool, Fault> {
    match node(ir, id, values)? {
        Scalar::Bool(value) => Ok(value),
        _ => Err(Fault::new(FaultKind::Bad, ir.nodes[id].span)),
    }
}
