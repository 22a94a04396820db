//! A reading of a formula: from where to where the value can be, when figures and inputs are ranges.
//!
//! A part that moves in one direction with a variable, is linear in it or a quotient of two linear parts, has its ends at the
//! variable's ends, whatever the other variables are (see `reading`): so the ends of the whole are at corners, where they are
//! computed. Else the enclosure stands, and says that it is one.

use super::apply::{Operation, apply, bands};
use super::eval::node as exact;
use super::eval::{Fault, Values, evaluate, too_large};
use super::reading::{
    Dependence, Direction, Extent, Reading, Variable, call, enclosed, equality, operate,
};
use super::scalar::FaultKind;
use super::{Binary, Ir, NodeId, Op, Scalar};
use crate::quantity::Ratio;
use std::collections::BTreeMap;

/// From where to where a value can be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    /// The smallest value that it can have, in base units.
    pub low: Ratio,
    /// The largest value that it can have, in base units.
    pub high: Ratio,
    /// Whether both ends can be reached; if not, the truth lies within.
    pub exact: bool,
}

/// What a formula refers to, with ranges.
pub(crate) trait Ranges: Values {
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
pub(crate) fn range(ir: &Ir, values: &mut impl Ranges) -> Result<Option<Range>, Fault> {
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
pub(crate) fn truths(ir: &Ir, values: &mut impl Ranges) -> Result<(bool, bool), Fault> {
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
pub(crate) fn read(ir: &Ir, values: &mut impl Ranges) -> Result<Reading, Fault> {
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
        Op::Fact(index, column) => Reading::of(values.fact(*index, *column)),
        Op::List(items) | Op::Apply(_, items) => return applied(ir, id, items, values),
        Op::Among(element, list) => return applied(ir, id, &[*element, *list], values),
        Op::Item(list, _) => return applied(ir, id, &[*list], values),
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
            let is_equality = matches!(binary, Binary::Equal | Binary::NotEqual);
            if !is_equality && (left.ends().is_none() || right.ends().is_none()) {
                return applied(ir, id, &[*a, *b], values);
            }
            operate(*binary, left, right).map_err(|kind| match kind {
                FaultKind::DivisionByZero => Fault::new(kind, ir.nodes[*b].span),
                kind => fault(kind),
            })?
        }
        Op::Call(function, args) => {
            let mut readings = Vec::with_capacity(args.len());
            for arg in args {
                let reading = node(ir, *arg, values)?;
                match &reading.extent {
                    Extent::Other(Some(Scalar::List(items))) => {
                        readings.extend(items.iter().cloned().map(Reading::of));
                    }
                    _ => readings.push(reading),
                }
            }
            if readings.is_empty() {
                return Ok(Reading::of(exact(ir, id, values)?));
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

/// What is no arithmetic: exact where nothing in it is uncertain; of a function of one uncertain number, its ends.
fn applied(
    ir: &Ir,
    id: NodeId,
    args: &[NodeId],
    values: &mut impl Ranges,
) -> Result<Reading, Fault> {
    let mut readings = Vec::with_capacity(args.len());
    for arg in args {
        readings.push(node(ir, *arg, values)?);
    }
    if readings.iter().all(|reading| reading.variables.is_empty() && reading.is_known()) {
        return Ok(Reading::of(exact(ir, id, values)?));
    }
    let here = &ir.nodes[id];
    let fault = |kind| Fault::new(kind, here.at);
    let Op::Apply(operation, _) = &here.op else {
        return Ok(match here.ty {
            super::Type::Bool => {
                let extent = Extent::Truth { maybe_true: true, maybe_false: true };
                Reading::unclear(extent, &readings)
            }
            _ => Reading::unclear(Extent::Other(None), &readings),
        });
    };
    let uncertain = |reading: &&Reading| !reading.variables.is_empty() || !reading.is_known();
    let only_first = !readings[1..].iter().any(|reading| uncertain(&reading));
    let rest: Vec<Scalar> = readings[1..].iter().filter_map(Reading::scalar).collect();
    if let (true, Some((low, high))) = (only_first, readings[0].ends())
        && rest.len() + 1 == readings.len()
    {
        let mut places = vec![low.clone(), high.clone()];
        let (mut is_rising, mut is_enclosed) = (false, true);
        match operation {
            Operation::Sqrt => is_rising = true,
            Operation::Log => is_rising = rest.is_empty(),
            Operation::Pow => places.extend(inside(&[Ratio::from_integer(0.into())], low, high)),
            Operation::Tiers | Operation::Tier => {
                let bands = bands(rest[0].items(), rest[1].items()).map_err(fault)?;
                let from: Vec<Ratio> = bands.iter().map(|(from, _)| from.clone()).collect();
                places.extend(inside(&from, low, high));
                is_rising = *operation == Operation::Tiers
                    && bands.iter().all(|(_, price)| *price >= Ratio::from_integer(0.into()));
            }
            _ => is_enclosed = false,
        }
        if is_enclosed {
            let mut found = Vec::with_capacity(places.len());
            for place in places {
                let mut given = vec![Scalar::Number(place)];
                given.extend(rest.iter().cloned());
                match apply(*operation, &given).map_err(fault)? {
                    Scalar::Number(value) if too_large(&value) => {
                        return Err(fault(FaultKind::TooLarge));
                    }
                    Scalar::Number(value) => found.push(value),
                    _ => return Err(Fault::bad()),
                }
            }
            return enclosed(found, &readings[0], is_rising).ok_or_else(Fault::bad);
        }
    }
    Ok(match here.ty {
        super::Type::Bool => {
            let extent = Extent::Truth { maybe_true: true, maybe_false: true };
            Reading::unclear(extent, &readings)
        }
        super::Type::Number(_) | super::Type::Zero => {
            // Of a table's column, any of its numbers.
            let column = match (operation, readings.last().and_then(Reading::scalar)) {
                (Operation::Lookup, Some(column)) => column,
                _ => return Err(Fault::bad()),
            };
            let all: Option<Vec<Ratio>> =
                column.items().iter().map(|item| item.number().cloned()).collect();
            let (low, high) = all
                .and_then(|all| Some((all.iter().min()?.clone(), all.iter().max()?.clone())))
                .ok_or_else(Fault::bad)?;
            Reading::unclear(Extent::Number(low, high), &readings)
        }
        _ => Reading::unclear(Extent::Other(None), &readings),
    })
}

/// Those of some places that are between two ends.
fn inside(places: &[Ratio], low: &Ratio, high: &Ratio) -> Vec<Ratio> {
    places.iter().filter(|place| low < *place && *place < high).cloned().collect()
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
                _ => Extent::Other(None),
            };
            Ok(Reading::unclear(extent, &[condition_reading, a, b]))
        }
        None => Err(Fault::new(FaultKind::Bad, ir.nodes[condition].span)),
    }
}
