//! The third reading: from where to where the value can be, when figures and inputs are ranges.
//!
//! Interval arithmetic always encloses the truth, but is too wide where a variable occurs twice (`x - x`, `x / (x + 1)`). So each
//! part also says in which direction it moves with each variable, and whether it is linear in it or a quotient of two linear parts.
//! Whatever the other variables are, all of these have their ends at the variable's ends: so the ends of the whole are at
//! corners, where they are computed. Else the enclosure stands, and says that it is one.

use super::eval::{Fault, FaultKind, Values, apply, evaluate, too_large};
use super::{Binary, Function, Ir, NodeId, Op, Scalar};
use crate::model::quantity::Ratio;
use num_traits::{Signed, Zero};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Something that is known only within a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::model) enum Variable {
    Input(usize),
    Figure(usize),
}

/// From where to where a value can be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    /// The smallest value.
    pub low: Ratio,
    /// The largest value.
    pub high: Ratio,
    /// Whether both ends can be reached; if not, the truth lies within.
    pub exact: bool,
}

/// What is known of a part of a formula over all values of its variables.
#[derive(Clone, Debug)]
pub(in crate::model) struct Reading {
    extent: Extent,
    variables: BTreeMap<Variable, Dependence>,
    /// Whether the ends of the extent are reached.
    reached: bool,
}

#[derive(Clone, Debug)]
enum Extent {
    Number(Ratio, Ratio),
    Truth { maybe_true: bool, maybe_false: bool },
    Text(Option<Arc<str>>),
}

/// How a value depends on one variable, whatever the others are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Dependence {
    direction: Direction,
    /// What the value is in it, if that is known.
    shape: Option<Shape>,
}

/// What a value is in one variable, all others being fixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// It does not occur.
    Constant,
    /// `a·x + b`
    Linear,
    /// `(a·x + b) / (c·x + d)`, which goes in one direction between its poles.
    Fractional,
}

impl Shape {
    fn of_sum(self, other: Shape) -> Option<Shape> {
        match (self, other) {
            (Shape::Constant, shape) | (shape, Shape::Constant) => Some(shape),
            (Shape::Linear, Shape::Linear) => Some(Shape::Linear),
            _ => None,
        }
    }

    fn of_product(self, other: Shape) -> Option<Shape> {
        match (self, other) {
            (Shape::Constant, shape) | (shape, Shape::Constant) => Some(shape),
            _ => None,
        }
    }

    fn of_quotient(self, below: Shape) -> Option<Shape> {
        match (self, below) {
            (shape, Shape::Constant) => Some(shape),
            (Shape::Constant, _) | (Shape::Linear, Shape::Linear) => Some(Shape::Fractional),
            _ => None,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    Up,
    Down,
    Unknown,
}

impl Direction {
    fn flipped(self) -> Direction {
        match self {
            Direction::Up => Direction::Down,
            Direction::Down => Direction::Up,
            Direction::Unknown => Direction::Unknown,
        }
    }

    fn and(self, other: Direction) -> Direction {
        if self == other { self } else { Direction::Unknown }
    }

    /// The direction of a product with something of that sign.
    fn times(self, sign: Option<bool>) -> Direction {
        match sign {
            Some(true) => self,
            Some(false) => self.flipped(),
            None => Direction::Unknown,
        }
    }
}

/// What a formula refers to, with ranges.
pub(in crate::model) trait Ranges: Values {
    /// The range of a variable, if it has one.
    fn range_of(&self, variable: Variable) -> Option<(Ratio, Ratio)>;
    /// The reading of another formula.
    fn reading(&mut self, index: usize) -> Result<Reading, Fault>;
    /// Sets variables to one value each until they are set again; forgets what was computed before.
    fn pin(&mut self, values: &BTreeMap<Variable, Ratio>);
}

/// More corners than this are not tried.
const MAX_CORNERS: usize = 10;

/// The range of a formula that is a number; none where nothing that it depends on has a range.
pub(in crate::model) fn range(ir: &Ir, values: &mut impl Ranges) -> Result<Option<Range>, Fault> {
    let reading = read(ir, values)?;
    let Extent::Number(low, high) = &reading.extent else { return Ok(None) };
    if reading.variables.is_empty() {
        return Ok(None);
    }
    if reading.reached {
        return Ok(Some(Range { low: low.clone(), high: high.clone(), exact: true }));
    }
    let ends: BTreeMap<Variable, (Ratio, Ratio)> =
        reading.variables.keys().filter_map(|v| Some((*v, values.range_of(*v)?))).collect();
    let open = |dependence: &&Dependence| dependence.direction == Direction::Unknown;
    let at_ends = reading.variables.values().filter(open).all(|open| open.shape.is_some());
    let found = if at_ends && reading.variables.values().filter(open).count() <= MAX_CORNERS {
        corners(ir, values, &reading, &ends)
    } else {
        by_direction(ir, values, &reading, &ends)
    };
    values.pin(&BTreeMap::new());
    let (bottom, top, exact) = found?;
    // both are sound, so the truth is in both
    Ok(Some(Range { low: bottom.max(low.clone()), high: top.min(high.clone()), exact }))
}

/// Whether a condition may be true, and whether it may be false.
pub(in crate::model) fn truths(ir: &Ir, values: &mut impl Ranges) -> Result<(bool, bool), Fault> {
    match read(ir, values)?.extent {
        Extent::Truth { maybe_true, maybe_false } => Ok((maybe_true, maybe_false)),
        _ => Err(Fault::bad()),
    }
}

/// The ends where the variables whose direction is known are at theirs.
fn by_direction(
    ir: &Ir,
    values: &mut impl Ranges,
    reading: &Reading,
    ends: &BTreeMap<Variable, (Ratio, Ratio)>,
) -> Result<(Ratio, Ratio, bool), Fault> {
    let mut at = |end| {
        values.pin(&pinned(reading, ends, end));
        let part = read(ir, values)?;
        let Extent::Number(low, high) = part.extent else { return Err(Fault::bad()) };
        Ok((if end == End::Low { low } else { high }, part.reached))
    };
    let (low, low_is_reached) = at(End::Low)?;
    let (high, high_is_reached) = at(End::High)?;
    Ok((low, high, low_is_reached && high_is_reached))
}

/// An end of the range of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Low,
    High,
}

/// The variables whose direction is known, where they take the value to that end.
fn pinned(
    reading: &Reading,
    ends: &BTreeMap<Variable, (Ratio, Ratio)>,
    end: End,
) -> BTreeMap<Variable, Ratio> {
    let pin = |(variable, (low, high)): (&Variable, &(Ratio, Ratio))| {
        let at = match (reading.variables.get(variable)?.direction, end) {
            (Direction::Up, End::Low) | (Direction::Down, End::High) => low,
            (Direction::Up, End::High) | (Direction::Down, End::Low) => high,
            (Direction::Unknown, _) => return None,
        };
        Some((*variable, at.clone()))
    };
    ends.iter().filter_map(pin).collect()
}

/// The ends of something that has them at the ends of each of its variables. Those whose direction is not known are tried at
/// both.
fn corners(
    ir: &Ir,
    values: &mut impl Ranges,
    reading: &Reading,
    ends: &BTreeMap<Variable, (Ratio, Ratio)>,
) -> Result<(Ratio, Ratio, bool), Fault> {
    let mut at = |end| {
        let known = pinned(reading, ends, end);
        let open: Vec<_> = ends.iter().filter(|(name, _)| !known.contains_key(name)).collect();
        let mut best: Option<Ratio> = None;
        for corner in 0..1usize << open.len() {
            let mut pins = known.clone();
            for (at, (variable, (low, high))) in open.iter().enumerate() {
                let value = if corner >> at & 1 == 0 { low } else { high };
                pins.insert(**variable, value.clone());
            }
            values.pin(&pins);
            let Scalar::Number(value) = evaluate(ir, values)? else { return Err(Fault::bad()) };
            best = Some(match (best, end) {
                (None, _) => value,
                (Some(best), End::Low) => best.min(value),
                (Some(best), End::High) => best.max(value),
            });
        }
        best.ok_or_else(Fault::bad)
    };
    Ok((at(End::Low)?, at(End::High)?, true))
}

/// Reads a formula.
pub(in crate::model) fn read(ir: &Ir, values: &mut impl Ranges) -> Result<Reading, Fault> {
    match ir.root() {
        Some(root) => node(ir, root, values),
        None => Err(Fault::bad()),
    }
}

fn node(ir: &Ir, id: NodeId, values: &mut impl Ranges) -> Result<Reading, Fault> {
    let here = &ir.nodes[id];
    let fault = |kind| Fault::new(kind, here.at);
    let reading = match &here.op {
        Op::Constant(scalar) => Reading::of(scalar.clone()),
        Op::Input(index) => match values.range_of(Variable::Input(*index)) {
            Some(range) => Reading::variable(Variable::Input(*index), range),
            None => Reading::of(values.input(*index)),
        },
        Op::Figure(index) => match values.range_of(Variable::Figure(*index)) {
            Some(range) => Reading::variable(Variable::Figure(*index), range),
            None => Reading::of(Scalar::Number(values.figure(*index))),
        },
        Op::Definition(index) => values.reading(*index)?,
        Op::Local(local) => Reading::of(values.local(local)),
        Op::Bad => return Err(fault(FaultKind::Bad)),
        Op::Not(a) => {
            let reading = node(ir, *a, values)?;
            let (maybe_true, maybe_false) = reading.truth().ok_or_else(|| fault(FaultKind::Bad))?;
            let extent = Extent::Truth { maybe_true: maybe_false, maybe_false: maybe_true };
            Reading { extent, ..reading }
        }
        Op::Negate(a) => node(ir, *a, values)?.negated().ok_or_else(|| fault(FaultKind::Bad))?,
        Op::If(condition, yes, no) => return branch(ir, *condition, *yes, *no, values),
        Op::In(element, list) => {
            let element = node(ir, *element, values)?;
            let (mut maybe_true, mut maybe_false) = (false, true);
            let mut all = vec![element.clone()];
            for item in list {
                let item = node(ir, *item, values)?;
                let (equal, different) = equality(&element, &item);
                maybe_true |= equal;
                maybe_false &= different;
                all.push(item);
            }
            Reading::unclear(Extent::Truth { maybe_true, maybe_false }, &all)
        }
        Op::Binary(binary @ (Binary::And | Binary::Or), a, b) => {
            let left = node(ir, *a, values)?;
            let (t, f) = left.truth().ok_or_else(|| fault(FaultKind::Bad))?;
            // what is decided by the left side is not looked at further, as when it is computed
            if (*binary == Binary::And && !t) || (*binary == Binary::Or && !f) {
                return Ok(left);
            }
            let right = node(ir, *b, values)?;
            let (t2, f2) = right.truth().ok_or_else(|| fault(FaultKind::Bad))?;
            let extent = if *binary == Binary::And {
                Extent::Truth { maybe_true: t && t2, maybe_false: f || f2 }
            } else {
                Extent::Truth { maybe_true: t || t2, maybe_false: f && f2 }
            };
            Reading::unclear(extent, &[left, right])
        }
        Op::Binary(binary, a, b) => {
            let (left, right) = (node(ir, *a, values)?, node(ir, *b, values)?);
            operate(*binary, left, right).map_err(|kind| match kind {
                FaultKind::DivisionByZero => Fault::new(kind, ir.nodes[*b].span),
                kind => fault(kind),
            })?
        }
        Op::Call(function, args) => {
            let mut readings = Vec::with_capacity(args.len());
            for arg in args {
                readings.push(node(ir, *arg, values)?);
            }
            call(*function, readings).map_err(fault)?
        }
    };
    if let Extent::Number(low, high) = &reading.extent
        && (too_large(low) || too_large(high))
    {
        return Err(fault(FaultKind::TooLarge));
    }
    Ok(reading)
}

fn branch(
    ir: &Ir,
    condition: NodeId,
    yes: NodeId,
    no: NodeId,
    values: &mut impl Ranges,
) -> Result<Reading, Fault> {
    let condition_reading = node(ir, condition, values)?;
    match condition_reading.truth() {
        Some((true, false)) => node(ir, yes, values),
        Some((false, true)) => node(ir, no, values),
        Some(_) => {
            let (a, b) = (node(ir, yes, values)?, node(ir, no, values)?);
            let extent = match (&a.extent, &b.extent) {
                (Extent::Number(l1, h1), Extent::Number(l2, h2)) => {
                    Extent::Number(l1.min(l2).clone(), h1.max(h2).clone())
                }
                (
                    Extent::Truth { maybe_true: t1, maybe_false: f1 },
                    Extent::Truth { maybe_true: t2, maybe_false: f2 },
                ) => Extent::Truth { maybe_true: *t1 || *t2, maybe_false: *f1 || *f2 },
                _ => Extent::Text(None),
            };
            Ok(Reading::unclear(extent, &[condition_reading, a, b]))
        }
        None => Err(Fault::new(FaultKind::Bad, ir.nodes[condition].span)),
    }
}

fn operate(binary: Binary, a: Reading, b: Reading) -> Result<Reading, FaultKind> {
    if matches!(binary, Binary::Equal | Binary::NotEqual) {
        let (equal, different) = equality(&a, &b);
        let (maybe_true, maybe_false) =
            if binary == Binary::Equal { (equal, different) } else { (different, equal) };
        return Ok(Reading::unclear(Extent::Truth { maybe_true, maybe_false }, &[a, b]));
    }
    let (Some((al, ah)), Some((bl, bh))) = (a.ends(), b.ends()) else { return Err(FaultKind::Bad) };
    let (al, ah, bl, bh) = (al.clone(), ah.clone(), bl.clone(), bh.clone());
    let truth = |maybe_true: bool, maybe_false: bool| Extent::Truth { maybe_true, maybe_false };
    Ok(match binary {
        Binary::Less => Reading::unclear(truth(al < bh, ah >= bl), &[a, b]),
        Binary::LessEqual => Reading::unclear(truth(al <= bh, ah > bl), &[a, b]),
        Binary::Greater => Reading::unclear(truth(ah > bl, al <= bh), &[a, b]),
        Binary::GreaterEqual => Reading::unclear(truth(ah >= bl, al < bh), &[a, b]),
        Binary::Add => {
            let extent = Extent::Number(al + bl, ah + bh);
            Reading::joined(extent, &a, &b, |d| d, |d| d, Shape::of_sum)
        }
        Binary::Subtract => {
            let extent = Extent::Number(al - bh, ah - bl);
            Reading::joined(extent, &a, &b, |d| d, Direction::flipped, Shape::of_sum)
        }
        Binary::Multiply => {
            let products = [&al * &bl, &al * &bh, &ah * &bl, &ah * &bh];
            let (left, right) = (sign(&al, &ah), sign(&bl, &bh));
            Reading::joined(
                hull(products),
                &a,
                &b,
                |d| d.times(right),
                |d| d.times(left),
                Shape::of_product,
            )
        }
        Binary::Divide => {
            if bl <= Ratio::zero() && bh >= Ratio::zero() {
                return Err(FaultKind::DivisionByZero);
            }
            let quotients = [&al / &bl, &al / &bh, &ah / &bl, &ah / &bh];
            let (left, right) = (sign(&al, &ah), sign(&bl, &bh));
            Reading::joined(
                hull(quotients),
                &a,
                &b,
                |d| d.times(right),
                |d| d.flipped().times(left),
                Shape::of_quotient,
            )
        }
        Binary::Remainder => {
            if bl <= Ratio::zero() && bh >= Ratio::zero() {
                return Err(FaultKind::DivisionByZero);
            }
            if al == ah && bl == bh {
                let value = &al - (&al / &bl).trunc() * &bl;
                return Ok(Reading::unclear(Extent::Number(value.clone(), value), &[a, b]));
            }
            // it has the dividend's sign, and is smaller than both
            let most = bl.abs().max(bh.abs());
            let low = if al.is_negative() { al.max(-most.clone()) } else { Ratio::zero() };
            let high = if ah.is_positive() { ah.min(most) } else { Ratio::zero() };
            Reading::unclear(Extent::Number(low, high), &[a, b])
        }
        Binary::And | Binary::Or | Binary::Equal | Binary::NotEqual => return Err(FaultKind::Bad),
    })
}

fn call(function: Function, readings: Vec<Reading>) -> Result<Reading, FaultKind> {
    let mut readings = readings.into_iter();
    let Some(first) = readings.next() else { return Err(FaultKind::Bad) };
    match function {
        Function::Sum => readings.try_fold(first, |sum, next| operate(Binary::Add, sum, next)),
        Function::Min | Function::Max => readings.try_fold(first, |a, b| {
            let (Some((al, ah)), Some((bl, bh))) = (a.ends(), b.ends()) else {
                return Err(FaultKind::Bad);
            };
            let extent = if function == Function::Min {
                Extent::Number(al.min(bl).clone(), ah.min(bh).clone())
            } else {
                Extent::Number(al.max(bl).clone(), ah.max(bh).clone())
            };
            Ok(Reading::joined(extent, &a, &b, |d| d, |d| d, |_, _| None))
        }),
        Function::Abs => {
            let Some((low, high)) = first.ends() else { return Err(FaultKind::Bad) };
            if !low.is_negative() {
                return Ok(first);
            }
            if !high.is_positive() {
                return first.negated().ok_or(FaultKind::Bad);
            }
            let extent = Extent::Number(Ratio::zero(), low.abs().max(high.clone()));
            let reached = first.reached;
            Ok(Reading { reached, ..Reading::unclear(extent, &[first]) })
        }
        Function::Floor | Function::Ceil | Function::Round => {
            let Some((low, high)) = first.ends() else { return Err(FaultKind::Bad) };
            let multiple = readings.next();
            let fixed = match &multiple {
                None => Some(None),
                Some(m) if m.variables.is_empty() => m.ends().map(|(m, _)| Some(m.clone())),
                Some(_) => None,
            };
            if let Some(fixed) = fixed {
                let at = |end: &Ratio| {
                    let mut args = vec![end.clone()];
                    args.extend(fixed.clone());
                    apply(function, args)
                };
                let extent = hull([at(low)?, at(high)?]);
                let variables = without_shape(&first.variables);
                return Ok(Reading { extent, variables, reached: first.reached });
            }
            let Some(multiple) = multiple else { return Err(FaultKind::Bad) };
            let Some((ml, mh)) = multiple.ends() else { return Err(FaultKind::Bad) };
            if !ml.is_positive() && !mh.is_negative() {
                return Err(FaultKind::DivisionByZero);
            }
            let most = ml.abs().max(mh.abs());
            let extent = Extent::Number(low - &most, high + &most);
            Ok(Reading::unclear(extent, &[first, multiple]))
        }
    }
}

fn without_shape(variables: &BTreeMap<Variable, Dependence>) -> BTreeMap<Variable, Dependence> {
    variables.iter().map(|(variable, d)| (*variable, Dependence { shape: None, ..*d })).collect()
}

/// Whether two parts may be equal, and whether they may differ.
fn equality(a: &Reading, b: &Reading) -> (bool, bool) {
    match (&a.extent, &b.extent) {
        (Extent::Number(al, ah), Extent::Number(bl, bh)) => {
            let same = al == ah && bl == bh && al == bl;
            (al <= bh && bl <= ah, !same)
        }
        (
            Extent::Truth { maybe_true: t1, maybe_false: f1 },
            Extent::Truth { maybe_true: t2, maybe_false: f2 },
        ) => ((*t1 && *t2) || (*f1 && *f2), (*t1 && *f2) || (*f1 && *t2)),
        (Extent::Text(Some(a)), Extent::Text(Some(b))) => (a == b, a != b),
        _ => (true, true),
    }
}

/// Whether everything between is at least zero, or at most zero, or neither.
fn sign(low: &Ratio, high: &Ratio) -> Option<bool> {
    if !low.is_negative() {
        Some(true)
    } else if !high.is_positive() {
        Some(false)
    } else {
        None
    }
}

fn hull<const N: usize>(values: [Ratio; N]) -> Extent {
    let low = values.iter().min().cloned().unwrap_or_else(Ratio::zero);
    let high = values.into_iter().max().unwrap_or_else(Ratio::zero);
    Extent::Number(low, high)
}

impl Reading {
    fn of(scalar: Scalar) -> Reading {
        let extent = match scalar {
            Scalar::Number(value) => Extent::Number(value.clone(), value),
            Scalar::Bool(value) => Extent::Truth { maybe_true: value, maybe_false: !value },
            Scalar::Text(value) => Extent::Text(Some(value)),
        };
        Reading { extent, variables: BTreeMap::new(), reached: true }
    }

    fn variable(variable: Variable, (low, high): (Ratio, Ratio)) -> Reading {
        let dependence = Dependence { direction: Direction::Up, shape: Some(Shape::Linear) };
        Reading {
            extent: Extent::Number(low, high),
            variables: BTreeMap::from([(variable, dependence)]),
            reached: true,
        }
    }

    /// Something that depends on these parts in a way that nothing is known of.
    fn unclear(extent: Extent, parts: &[Reading]) -> Reading {
        let unknown = Dependence { direction: Direction::Unknown, shape: None };
        let variables: BTreeMap<_, _> = parts
            .iter()
            .flat_map(|part| part.variables.keys().map(|variable| (*variable, unknown)))
            .collect();
        let reached = variables.is_empty();
        Reading { extent, variables, reached }
    }

    /// Something made of two parts: how the directions of each go into it, and the shapes.
    fn joined(
        extent: Extent,
        a: &Reading,
        b: &Reading,
        from_a: impl Fn(Direction) -> Direction,
        from_b: impl Fn(Direction) -> Direction,
        shape: impl Fn(Shape, Shape) -> Option<Shape>,
    ) -> Reading {
        let mut variables = BTreeMap::new();
        let mut shared = false;
        for variable in a.variables.keys().chain(b.variables.keys()) {
            let (left, right) = (a.variables.get(variable), b.variables.get(variable));
            shared |= left.is_some() && right.is_some();
            let direction = match (left, right) {
                (Some(l), Some(r)) => from_a(l.direction).and(from_b(r.direction)),
                (Some(l), None) => from_a(l.direction),
                (None, Some(r)) => from_b(r.direction),
                (None, None) => Direction::Unknown,
            };
            let of = |side: Option<&Dependence>| {
                side.map_or(Some(Shape::Constant), |dependence| dependence.shape)
            };
            let shape = of(left).zip(of(right)).and_then(|(l, r)| shape(l, r));
            variables.insert(*variable, Dependence { direction, shape });
        }
        Reading { extent, variables, reached: a.reached && b.reached && !shared }
    }

    fn negated(self) -> Option<Reading> {
        let Extent::Number(low, high) = self.extent else { return None };
        let flip = |d: Dependence| Dependence { direction: d.direction.flipped(), ..d };
        let variables =
            self.variables.into_iter().map(|(variable, d)| (variable, flip(d))).collect();
        Some(Reading { extent: Extent::Number(-high, -low), variables, reached: self.reached })
    }

    fn ends(&self) -> Option<(&Ratio, &Ratio)> {
        match &self.extent {
            Extent::Number(low, high) => Some((low, high)),
            _ => None,
        }
    }

    fn truth(&self) -> Option<(bool, bool)> {
        match self.extent {
            Extent::Truth { maybe_true, maybe_false } => Some((maybe_true, maybe_false)),
            _ => None,
        }
    }
}
