//! A reading of a formula: what it is while one input goes from one value to another.
//!
//! Where no step, bend or branch of it lies between the two, it is a quotient of polynomials in the input, exactly. Else it is
//! enclosed by a line and two bounds around that, so that `ceil(x / 30) * 30 - x` is known to be small though `x` is not.

use super::apply::{Operation, bands, log, sqrt};
pub(crate) use super::enclosure::Course;
use super::enclosure::{Number, Quotient, remainder};
use super::eval::{Fault, Values, operate};
use super::polynomial::{Polynomial, Zeros};
use super::scalar::{FaultKind, Scalar};
use super::{Binary, Function, Ir, NodeId, Op};
use crate::quantity::Ratio;
use num_traits::{One, Signed, ToPrimitive, Zero};
use plumb_text::Span;
use std::cmp::Ordering;
use std::collections::HashMap;

/// What a formula refers to, and which of its inputs goes.
pub(crate) trait Along<'m>: Values {
    /// The formula of a definition.
    fn formula(&self, index: usize) -> &'m Ir;
}

/// What a value is on the way.
#[derive(Clone, Debug)]
enum Form {
    Number(Box<Number>),
    Truth {
        maybe_true: bool,
        maybe_false: bool,
    },
    /// Anything else, where it is known.
    Other(Option<Scalar>),
}

/// How the difference of two formulas goes.
pub(crate) enum Difference {
    /// It has this sign all the way.
    Sign(Ordering),
    /// It has the sign of this.
    Exact(Signs),
    /// Not known: it may be on parts of the way.
    Unknown,
}

/// A polynomial's signs.
pub(crate) struct Signs {
    polynomial: Polynomial,
    zeros: Zeros,
    /// Whether what it is divided by is negative.
    is_flipped: bool,
}

impl Signs {
    /// The sign at a value.
    pub(crate) fn at(&self, x: &Ratio) -> Ordering {
        let sign = self.polynomial.at(x).cmp(&Ratio::zero());
        if self.is_flipped { sign.reverse() } else { sign }
    }

    /// Whether it is zero somewhere above one value, up to another one.
    pub(crate) fn has_zero(&self, from: &Ratio, to: &Ratio) -> bool {
        self.zeros.between(from, to) > 0
    }
}

/// How the difference of two formulas goes. What has no value somewhere is not known.
pub(crate) fn difference<'m>(
    a: &Ir,
    b: &Ir,
    values: &mut impl Along<'m>,
    course: &Course<'_>,
) -> Difference {
    let mut reader = Reader { course, known: HashMap::new() };
    let mut read = |ir: &Ir| {
        let root = ir.root().ok_or_else(Fault::bad)?;
        match reader.node(ir, root, values)? {
            Form::Number(number) => Ok(*number),
            _ => Err(Fault::bad()),
        }
    };
    let Ok((left, right)) = read(a).and_then(|left| Ok((left, read(b)?))) else {
        return Difference::Unknown;
    };
    let difference = left.minus(&right, course);
    if let Some(sign) = difference.sign(course) {
        return Difference::Sign(sign);
    }
    match difference.exact {
        Some(exact) => Difference::Exact(Signs {
            zeros: Zeros::of(&exact.above),
            is_flipped: exact.below.at(course.from).is_negative(),
            polynomial: exact.above,
        }),
        None => Difference::Unknown,
    }
}

struct Reader<'c> {
    course: &'c Course<'c>,
    known: HashMap<usize, Result<Form, Fault>>,
}

impl Reader<'_> {
    fn number<'m>(
        &mut self,
        ir: &Ir,
        id: NodeId,
        values: &mut impl Along<'m>,
    ) -> Result<Number, Fault> {
        match self.node(ir, id, values)? {
            Form::Number(number) => Ok(*number),
            _ => Err(Fault::new(FaultKind::Bad, ir.nodes[id].span)),
        }
    }

    fn truth<'m>(
        &mut self,
        ir: &Ir,
        id: NodeId,
        values: &mut impl Along<'m>,
    ) -> Result<(bool, bool), Fault> {
        match self.node(ir, id, values)? {
            Form::Truth { maybe_true, maybe_false } => Ok((maybe_true, maybe_false)),
            _ => Err(Fault::new(FaultKind::Bad, ir.nodes[id].span)),
        }
    }

    fn definition<'m>(&mut self, index: usize, values: &mut impl Along<'m>) -> Result<Form, Fault> {
        if let Some(known) = self.known.get(&index) {
            return known.clone();
        }
        let ir = values.formula(index);
        let form = match ir.root() {
            Some(root) => self.node(ir, root, values),
            None => Err(Fault::bad()),
        };
        self.known.insert(index, form.clone());
        form
    }

    fn node<'m>(
        &mut self,
        ir: &Ir,
        id: NodeId,
        values: &mut impl Along<'m>,
    ) -> Result<Form, Fault> {
        let here = &ir.nodes[id];
        let fault = |kind| Fault::new(kind, here.at);
        let course = self.course;
        let form = match &here.op {
            Op::Constant(scalar) => Form::of(scalar.clone()),
            Op::Input(index) if *index == course.input => {
                let one = Polynomial::constant(Ratio::one());
                let x = Quotient { above: Polynomial::variable(), below: one };
                Form::number(Number::of(x).ok_or_else(Fault::bad)?)
            }
            Op::Input(index) => Form::of(values.input(*index)),
            Op::Figure(index) => Form::number(Number::constant(values.figure(*index))),
            Op::Definition(index) => self.definition(*index, values)?,
            Op::Fact(index, column) => Form::of(values.fact(*index, *column)),
            Op::List(args) | Op::Apply(_, args) => self.applied(ir, &here.op, args, values)?,
            Op::Item(list, _) => self.applied(ir, &here.op, &[*list], values)?,
            Op::Local(local) => Form::of(values.local(local)),
            Op::Bad => return Err(fault(FaultKind::Bad)),
            Op::Not(a) => {
                let (t, f) = self.truth(ir, *a, values)?;
                Form::Truth { maybe_true: f, maybe_false: t }
            }
            Op::Negate(a) => Form::number(self.number(ir, *a, values)?.negated()),
            Op::If(condition, yes, no) => match self.truth(ir, *condition, values)? {
                (true, false) => self.node(ir, *yes, values)?,
                (false, _) => self.node(ir, *no, values)?,
                (true, true) => {
                    let (a, b) = (self.node(ir, *yes, values)?, self.node(ir, *no, values)?);
                    a.or(b, course)
                }
            },
            Op::In(element, list) => {
                let items = list.iter().map(|item| self.node(ir, *item, values));
                let items = items.collect::<Result<Vec<_>, _>>()?;
                self.node(ir, *element, values)?.is_among(&items, course)
            }
            Op::Among(element, list) => match self.node(ir, *list, values)?.value() {
                Some(list) => {
                    let items: Vec<Form> = list.items().iter().cloned().map(Form::of).collect();
                    self.node(ir, *element, values)?.is_among(&items, course)
                }
                None => Form::Truth { maybe_true: true, maybe_false: true },
            },
            Op::Binary(binary, a, b) => self.binary(ir, id, (*binary, *a, *b), values)?,
            Op::Call(function, args) => {
                let mut numbers = Vec::with_capacity(args.len());
                let parts = args.iter().flat_map(|arg| match &ir.nodes[*arg].op {
                    Op::List(items) => items.as_slice(),
                    _ => std::slice::from_ref(arg),
                });
                for arg in parts {
                    match self.node(ir, *arg, values)? {
                        Form::Number(number) => numbers.push(*number),
                        Form::Other(Some(Scalar::List(items))) => {
                            let items = items.iter().filter_map(Scalar::number);
                            numbers.extend(items.cloned().map(Number::constant));
                        }
                        _ => return Err(Fault::new(FaultKind::Bad, ir.nodes[*arg].span)),
                    }
                }
                if numbers.is_empty() {
                    return Ok(Form::of(operate(&here.op, vec![Scalar::List([].into())])?));
                }
                Form::number(call(*function, numbers, course).map_err(fault)?)
            }
        };
        match &form {
            Form::Number(number) if number.is_too_large() => Err(fault(FaultKind::TooLarge)),
            _ => Ok(form),
        }
    }

    /// A function over more than numbers. Of parts that stay what they are, it has a value.
    fn applied<'m>(
        &mut self,
        ir: &Ir,
        op: &Op,
        args: &[NodeId],
        values: &mut impl Along<'m>,
    ) -> Result<Form, Fault> {
        let parts = args.iter().map(|arg| self.node(ir, *arg, values));
        let parts = parts.collect::<Result<Vec<_>, _>>()?;
        if let Some(known) = parts.iter().map(Form::value).collect() {
            return Ok(Form::of(operate(op, known)?));
        }
        let (operation, first) = match (op, parts.first()) {
            (Op::Apply(operation, _), Some(Form::Number(first))) => (*operation, first),
            (Op::List(_), _) => return Ok(Form::Other(None)),
            _ => return Err(Fault::bad()),
        };
        let rest: Option<Vec<Scalar>> = parts[1..].iter().map(Form::value).collect();
        let rest = rest.ok_or_else(Fault::bad)?;
        let number = moving(operation, first, &rest, self.course);
        Ok(Form::number(number.map_err(|kind| Fault::new(kind, Span::at(0)))?))
    }

    fn binary<'m>(
        &mut self,
        ir: &Ir,
        id: NodeId,
        (binary, a, b): (Binary, NodeId, NodeId),
        values: &mut impl Along<'m>,
    ) -> Result<Form, Fault> {
        let course = self.course;
        let fault = |kind| Fault::new(kind, ir.nodes[id].at);
        if matches!(binary, Binary::And | Binary::Or) {
            let (t, f) = self.truth(ir, a, values)?;
            // What is decided by the left side is not looked at further, as when it is computed.
            if (binary == Binary::And && !t) || (binary == Binary::Or && !f) {
                return Ok(Form::Truth { maybe_true: t, maybe_false: f });
            }
            let (t2, f2) = self.truth(ir, b, values)?;
            return Ok(match binary {
                Binary::And => Form::Truth { maybe_true: t && t2, maybe_false: f || f2 },
                _ => Form::Truth { maybe_true: t || t2, maybe_false: f && f2 },
            });
        }
        if matches!(binary, Binary::Equal | Binary::NotEqual) {
            let left = self.node(ir, a, values)?;
            let (equal, different) = left.equals(&self.node(ir, b, values)?, course);
            let (maybe_true, maybe_false) =
                if binary == Binary::Equal { (equal, different) } else { (different, equal) };
            return Ok(Form::Truth { maybe_true, maybe_false });
        }
        if ir.nodes[a].ty.is_word() {
            return self.applied(ir, &ir.nodes[id].op, &[a, b], values);
        }
        let (left, right) = (self.number(ir, a, values)?, self.number(ir, b, values)?);
        Ok(Form::number(match binary {
            Binary::Add => left.plus(&right, course),
            Binary::Subtract => left.minus(&right, course),
            Binary::Multiply => left.times(&right, course),
            Binary::Divide => left.over(&right, course).map_err(fault)?,
            Binary::Remainder => remainder(&left, &right, course).map_err(fault)?,
            _ => {
                let (low, high) = left.minus(&right, course).range(course);
                let (maybe_true, maybe_false) = match binary {
                    Binary::Less => (low.is_negative(), !high.is_negative()),
                    Binary::LessEqual => (!low.is_positive(), high.is_positive()),
                    Binary::Greater => (high.is_positive(), !low.is_positive()),
                    _ => (!high.is_negative(), low.is_negative()),
                };
                return Ok(Form::Truth { maybe_true, maybe_false });
            }
        }))
    }
}

impl Form {
    fn number(number: Number) -> Form {
        Form::Number(Box::new(number))
    }

    fn of(scalar: Scalar) -> Form {
        match scalar {
            Scalar::Number(value) => Form::number(Number::constant(value)),
            Scalar::Bool(value) => Form::Truth { maybe_true: value, maybe_false: !value },
            other => Form::Other(Some(other)),
        }
    }

    /// The one value that it has all the way.
    fn value(&self) -> Option<Scalar> {
        match self {
            Form::Number(number) => number.as_constant().map(Scalar::Number),
            Form::Truth { maybe_true, maybe_false } => {
                (maybe_true != maybe_false).then_some(Scalar::Bool(*maybe_true))
            }
            Form::Other(value) => value.clone(),
        }
    }

    fn or(self, other: Form, course: &Course<'_>) -> Form {
        match (self, other) {
            (Form::Number(a), Form::Number(b)) => Form::number(a.or(&b, course)),
            (
                Form::Truth { maybe_true: t1, maybe_false: f1 },
                Form::Truth { maybe_true: t2, maybe_false: f2 },
            ) => Form::Truth { maybe_true: t1 || t2, maybe_false: f1 || f2 },
            (Form::Other(a), Form::Other(b)) => Form::Other(a.filter(|a| b.as_ref() == Some(a))),
            _ => Form::Other(None),
        }
    }

    fn is_among(&self, items: &[Form], course: &Course<'_>) -> Form {
        let (mut maybe_true, mut maybe_false) = (false, true);
        for item in items {
            let (equal, different) = self.equals(item, course);
            maybe_true |= equal;
            maybe_false &= different;
            if !maybe_false {
                break;
            }
        }
        Form::Truth { maybe_true, maybe_false }
    }

    /// Whether two may be equal, and whether they may differ.
    fn equals(&self, other: &Form, course: &Course<'_>) -> (bool, bool) {
        match (self, other) {
            (Form::Number(a), Form::Number(b)) => match a.minus(b, course).sign(course) {
                Some(Ordering::Equal) => (true, false),
                Some(_) => (false, true),
                None => (true, true),
            },
            (
                Form::Truth { maybe_true: t1, maybe_false: f1 },
                Form::Truth { maybe_true: t2, maybe_false: f2 },
            ) => ((*t1 && *t2) || (*f1 && *f2), (*t1 && *f2) || (*f1 && *t2)),
            (Form::Other(Some(a)), Form::Other(Some(b))) => (a == b, a != b),
            _ => (true, true),
        }
    }
}

/// A function of a number that goes; `rest` are its other arguments. Where it is made of sums and products, it is taken apart into
/// them.
fn moving(
    operation: Operation,
    x: &Number,
    rest: &[Scalar],
    course: &Course<'_>,
) -> Result<Number, FaultKind> {
    let constant = |value: &Ratio| Number::constant(value.clone());
    match (operation, rest) {
        (Operation::Pow, [Scalar::Number(n)]) => {
            let n = n.to_i32().ok_or(FaultKind::Bad)?;
            let mut power = Number::constant(Ratio::one());
            for bit in (0..u32::BITS - n.unsigned_abs().leading_zeros()).rev() {
                power = power.times(&power, course);
                if n.unsigned_abs() >> bit & 1 == 1 {
                    power = power.times(x, course);
                }
                if power.is_too_large() {
                    return Err(FaultKind::TooLarge);
                }
            }
            if n < 0 { Number::constant(Ratio::one()).over(&power, course) } else { Ok(power) }
        }
        (Operation::Sqrt, []) => x.monotonous(course, sqrt),
        (Operation::Log, []) => x.monotonous(course, |x| log(x, None)),
        // To a base that is nearly 1, the digits that are cut would count.
        (Operation::Log, [Scalar::Number(base)]) if is_no_base_near_one(base) => {
            x.monotonous(course, |x| log(x, Some(base)))
        }
        (Operation::Tier, [from, price]) => {
            let bands = bands(from.items(), price.items())?;
            let (low, high) = x.range(course);
            let begun = |at: &Ratio| bands.partition_point(|(from, _)| from <= at);
            let first = begun(&low).checked_sub(1).ok_or(FaultKind::NoRow)?;
            let prices = bands[first..begun(&high)].iter().map(|(_, price)| constant(price));
            prices.reduce(|a, b| a.or(&b, course)).ok_or(FaultKind::NoRow)
        }
        (Operation::Tiers, [from, price]) => {
            let zero = || Number::constant(Ratio::zero());
            let bands = bands(from.items(), price.items())?;
            let mut sum = zero();
            for (at, (from, price)) in bands.iter().enumerate() {
                let end = match bands.get(at + 1) {
                    Some((next, _)) => x.clone().choice(constant(next), false, course),
                    None => x.clone(),
                };
                let within = end.minus(&constant(from), course).choice(zero(), true, course);
                sum = sum.plus(&within.times(&constant(price), course), course);
            }
            Ok(sum)
        }
        _ => Err(FaultKind::Bad),
    }
}

fn is_no_base_near_one(base: &Ratio) -> bool {
    (base - Ratio::one()).abs() > Ratio::new(1.into(), 1000.into())
}

fn call(
    function: Function,
    numbers: Vec<Number>,
    course: &Course<'_>,
) -> Result<Number, FaultKind> {
    let mut numbers = numbers.into_iter();
    let first = numbers.next().ok_or(FaultKind::Bad)?;
    Ok(match function {
        Function::Sum => numbers.fold(first, |sum, next| sum.plus(&next, course)),
        Function::Min => numbers.fold(first, |a, b| a.choice(b, false, course)),
        Function::Max => numbers.fold(first, |a, b| a.choice(b, true, course)),
        Function::Abs => {
            let negated = first.negated();
            first.choice(negated, true, course)
        }
        Function::Floor | Function::Ceil | Function::Round => {
            let multiple = numbers.next().unwrap_or_else(|| Number::constant(Ratio::one()));
            first.rounded(function, &multiple, course)?
        }
    })
}
