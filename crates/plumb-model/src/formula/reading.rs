//! What is known of a part of a formula over all values of its variables, and what follows from it for a whole.
//!
//! Interval arithmetic always encloses the truth, but is too wide where a variable occurs twice (`x - x`, `x / (x + 1)`). So each
//! part also says in which direction it moves with each variable, and whether it is linear in it or a quotient of two linear parts.

use super::eval::apply;
use super::scalar::FaultKind;
use super::{Binary, Function, Scalar};
use crate::quantity::Ratio;
use num_traits::{Signed, Zero};
use std::collections::BTreeMap;

/// Something that is known only within a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Variable {
    Input(usize),
    Figure(usize),
}

/// What is known of a part of a formula over all values of its variables.
#[derive(Clone, Debug)]
pub(crate) struct Reading {
    pub(super) extent: Extent,
    pub(super) variables: BTreeMap<Variable, Dependence>,
    /// Whether the ends of the extent are reached.
    pub(super) reached: bool,
}

#[derive(Clone, Debug)]
pub(super) enum Extent {
    Number(Ratio, Ratio),
    Truth {
        maybe_true: bool,
        maybe_false: bool,
    },
    /// Anything else, where it is known.
    Other(Option<Scalar>),
}

/// How a value depends on one variable, whatever the others are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dependence {
    pub(super) direction: Direction,
    /// What the value is in it, if that is known.
    pub(super) shape: Option<Shape>,
}

/// What a value is in one variable, all others being fixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
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
pub(super) enum Direction {
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

pub(super) fn operate(binary: Binary, a: Reading, b: Reading) -> Result<Reading, FaultKind> {
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

pub(super) fn call(function: Function, readings: Vec<Reading>) -> Result<Reading, FaultKind> {
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

/// What a function comes to that is computed at these places of its one uncertain argument, between which it has no other ends.
pub(super) fn enclosed(values: Vec<Ratio>, arg: &Reading, is_rising: bool) -> Option<Reading> {
    let extent = Extent::Number(values.iter().min()?.clone(), values.iter().max()?.clone());
    if !is_rising {
        return Some(Reading::unclear(extent, std::slice::from_ref(arg)));
    }
    let variables = without_shape(&arg.variables);
    Some(Reading { extent, variables, reached: arg.reached })
}

fn without_shape(variables: &BTreeMap<Variable, Dependence>) -> BTreeMap<Variable, Dependence> {
    variables.iter().map(|(variable, d)| (*variable, Dependence { shape: None, ..*d })).collect()
}

/// Whether two parts may be equal, and whether they may differ.
pub(super) fn equality(a: &Reading, b: &Reading) -> (bool, bool) {
    match (&a.extent, &b.extent) {
        (Extent::Number(al, ah), Extent::Number(bl, bh)) => {
            let same = al == ah && bl == bh && al == bl;
            (al <= bh && bl <= ah, !same)
        }
        (
            Extent::Truth { maybe_true: t1, maybe_false: f1 },
            Extent::Truth { maybe_true: t2, maybe_false: f2 },
        ) => ((*t1 && *t2) || (*f1 && *f2), (*t1 && *f2) || (*f1 && *t2)),
        (Extent::Other(Some(a)), Extent::Other(Some(b))) => (a == b, a != b),
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
    pub(super) fn of(scalar: Scalar) -> Reading {
        let extent = match scalar {
            Scalar::Number(value) => Extent::Number(value.clone(), value),
            Scalar::Bool(value) => Extent::Truth { maybe_true: value, maybe_false: !value },
            other => Extent::Other(Some(other)),
        };
        Reading { extent, variables: BTreeMap::new(), reached: true }
    }

    pub(super) fn variable(variable: Variable, (low, high): (Ratio, Ratio)) -> Reading {
        let dependence = Dependence { direction: Direction::Up, shape: Some(Shape::Linear) };
        Reading {
            extent: Extent::Number(low, high),
            variables: BTreeMap::from([(variable, dependence)]),
            reached: true,
        }
    }

    /// Whether it has one value.
    pub(super) fn is_known(&self) -> bool {
        self.scalar().is_some()
    }

    /// Its one value, if it has one.
    pub(super) fn scalar(&self) -> Option<Scalar> {
        match &self.extent {
            Extent::Number(low, high) => (low == high).then(|| Scalar::Number(low.clone())),
            Extent::Truth { maybe_true, maybe_false } => {
                (maybe_true != maybe_false).then_some(Scalar::Bool(*maybe_true))
            }
            Extent::Other(known) => known.clone(),
        }
    }

    /// Something that depends on these parts in a way that nothing is known of.
    pub(super) fn unclear(extent: Extent, parts: &[Reading]) -> Reading {
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

    pub(super) fn negated(self) -> Option<Reading> {
        let Extent::Number(low, high) = self.extent else { return None };
        let flip = |d: Dependence| Dependence { direction: d.direction.flipped(), ..d };
        let variables =
            self.variables.into_iter().map(|(variable, d)| (variable, flip(d))).collect();
        Some(Reading { extent: Extent::Number(-high, -low), variables, reached: self.reached })
    }

    pub(super) fn ends(&self) -> Option<(&Ratio, &Ratio)> {
        match &self.extent {
            Extent::Number(low, high) => Some((low, high)),
            _ => None,
        }
    }

    pub(super) fn truth(&self) -> Option<(bool, bool)> {
        match self.extent {
            Extent::Truth { maybe_true, maybe_false } => Some((maybe_true, maybe_false)),
            _ => None,
        }
    }
}
