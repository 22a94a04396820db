//! One input varied: the values on the way, and where two options cost the same.
//!
//! Owns: [`Sweep`], [`BreakEven`]. Must not know: what is drawn of it.

use super::codes::{BAD_RANGE, WRONG_KIND};
use super::entry::{Input, InputKind};
use super::evaluator::Evaluator;
use super::formula::Scalar;
use super::problem::Problem;
use super::quantity::{Dimension, Quantity, Ratio};
use super::view::View;
use super::{Compiled, Evaluation, Inputs, Model};
use num_traits::{One, Signed, Zero};
use plumb_text::Span;

/// An input on its way from one value to another.
#[derive(Clone, Debug)]
pub struct Sweep {
    /// The name of the input that is varied.
    pub input: String,
    /// The dimension of that input's numbers.
    pub dimension: Dimension,
    /// The values, in base units, rising.
    pub values: Vec<Ratio>,
}

/// More points than this are neither a table nor a chart.
pub(super) const MAX_POINTS: usize = 2000;

impl Sweep {
    /// From one value to another in steps of the input's own, or of another.
    ///
    /// Texts are as an author writes them (`0`, `1000`, `5 ms`); without `from` and `to`, the input's `min` and `max`.
    pub fn new(
        model: &Model,
        input: &str,
        from: Option<&str>,
        to: Option<&str>,
        step: Option<&str>,
    ) -> Result<Sweep, Problem> {
        let entry = input_of(model, input)?;
        let InputKind::Number { dimension, min, max, step: own, default, .. } = &entry.kind else {
            return Err(not_a_number(input));
        };
        let read = |text| number(model, entry, text);
        let first = match from {
            Some(text) => read(text)?,
            None => min.clone().unwrap_or_else(Ratio::zero),
        };
        let last = match to {
            Some(text) => read(text)?,
            None => max.clone().unwrap_or_else(|| default * Ratio::from_integer(2.into())),
        };
        let step = match step {
            Some(text) => quantity(model, entry, text, *dimension)?,
            None => {
                // the input's own steps, but no more of them than a reader can follow
                let room = (&last - &first) / Ratio::from_integer(200.into());
                if *own >= room { own.clone() } else { (room / own).ceil() * own }
            }
        };
        if first > last {
            let span = whole(to.unwrap_or(input));
            return Err(Problem::new(
                &BAD_RANGE,
                span,
                format!("the sweep of `{input}` ends before it begins"),
            ));
        }
        if !step.is_positive() {
            return Err(Problem::new(
                &BAD_RANGE,
                whole(input),
                format!("the step of `{input}` must be more than nothing"),
            ));
        }
        let mut values = Vec::new();
        let mut at = first;
        while at < last && values.len() < MAX_POINTS {
            values.push(at.clone());
            at += &step;
        }
        if values.len() == MAX_POINTS {
            let message = format!("a sweep has at most {MAX_POINTS} points");
            return Err(
                Problem::new(&BAD_RANGE, whole(input), message).help("give a larger `step`")
            );
        }
        values.push(last);
        Ok(Sweep { input: input.to_owned(), dimension: *dimension, values })
    }

    /// A sweep over given values: `5, 10, 100`.
    pub fn over(model: &Model, input: &str, values: &[&str]) -> Result<Sweep, Problem> {
        let entry = input_of(model, input)?;
        let InputKind::Number { dimension, .. } = &entry.kind else {
            return Err(not_a_number(input));
        };
        let read = values.iter().map(|text| number(model, entry, text));
        let mut values = read.collect::<Result<Vec<Ratio>, Problem>>()?;
        values.sort();
        values.dedup();
        Ok(Sweep { input: input.to_owned(), dimension: *dimension, values })
    }

    /// A sweep as authors write it behind the input's name: `20..100..20` (from, to and step), `20..100` or `20,50,100`.
    pub fn parse(model: &Model, input: &str, values: &str) -> Result<Sweep, Problem> {
        let ends: Vec<&str> = values.splitn(3, "..").map(str::trim).collect();
        match ends[..] {
            [from, to] => Sweep::new(model, input, Some(from), Some(to), None),
            [from, to, step] => Sweep::new(model, input, Some(from), Some(to), Some(step)),
            _ => {
                let values: Vec<&str> = values.split(',').map(str::trim).collect();
                Sweep::over(model, input, &values)
            }
        }
    }

    /// The inputs at each point.
    pub fn points(
        &self,
        model: &Model,
        inputs: &Inputs,
    ) -> Result<Vec<(Quantity, Inputs)>, Problem> {
        let mut points = Vec::with_capacity(self.values.len());
        for value in &self.values {
            let mut at = inputs.clone();
            at.set_number(model, &self.input, value.clone())?;
            points.push((Quantity::new(value.clone(), self.dimension), at));
        }
        Ok(points)
    }
}

/// All of a text.
fn whole(text: &str) -> Span {
    Span::new(0, text.len())
}

/// The input of this name.
fn input_of<'m>(model: &'m Model, name: &str) -> Result<&'m Input, Problem> {
    model.inputs.get(name).ok_or_else(|| Problem::unknown_id("input", name, model.inputs.keys()))
}

fn not_a_number(name: &str) -> Problem {
    Problem::new(&WRONG_KIND, whole(name), format!("`{name}` is not a number"))
}

/// A value of an input that is a number.
fn number(model: &Model, entry: &Input, text: &str) -> Result<Ratio, Problem> {
    match super::inputs::setting(entry, text, &model.units)? {
        Scalar::Number(value) => Ok(value),
        _ => Err(not_a_number(text)),
    }
}

/// A quantity of an input's dimension, which need not be in its range.
fn quantity(
    model: &Model,
    entry: &Input,
    text: &str,
    dimension: Dimension,
) -> Result<Ratio, Problem> {
    let written = model.units.read(text);
    written
        .and_then(|written| written.resolve(entry.unit.as_ref(), Some(dimension), &entry.name))
        .map(|given| given.quantity.value)
        .map_err(|error| Problem::quantity(whole(text), error))
}

impl Model {
    /// An expression at each point of a sweep.
    pub fn sweep(
        &self,
        compiled: &Compiled,
        sweep: &Sweep,
        inputs: &Inputs,
    ) -> Result<Vec<(Quantity, Evaluation)>, Problem> {
        let points = sweep.points(self, inputs)?;
        points.into_iter().map(|(at, inputs)| Ok((at, self.evaluate(compiled, &inputs)?))).collect()
    }

    /// Where two options cost the same, as one input goes through its range.
    pub fn breakeven(
        &self,
        a: &str,
        b: &str,
        input: &str,
        view: View,
        resource: &str,
        inputs: &Inputs,
    ) -> Result<BreakEven, Problem> {
        let total = |option: &str| {
            let text = format!("option({option:?}).{}.{resource}", view.name());
            self.compile(&text).map_err(|mut problems| {
                let problem = problems.swap_remove(0);
                Problem { span: Span::new(0, option.len()), instead: None, ..problem }
            })
        };
        self.breakeven_of(&total(a)?, &total(b)?, input, inputs)
    }

    /// Where two expressions are equal, as one input goes through its range.
    ///
    /// The input is looked at on its own steps (all of them, up to some twenty thousand). Between two neighbouring steps where the order
    /// changes, the place is computed exactly if both are straight there, which is tried at a point between; if the input only takes
    /// whole steps (a count), the first step at which the order has changed is what matters, and is given with it.
    pub fn breakeven_of(
        &self,
        a: &Compiled,
        b: &Compiled,
        input: &str,
        inputs: &Inputs,
    ) -> Result<BreakEven, Problem> {
        let grid = Grid::new(self, input, None)?;
        Search { model: self, a, b, input, inputs, grid: &grid }.run()
    }

    /// The crossing of two expressions between two values of an input at which their order differs.
    pub fn crossing_of(
        &self,
        (a, b): (&Compiled, &Compiled),
        input: &str,
        inputs: &Inputs,
        (from, to): (&Ratio, &Ratio),
    ) -> Result<Crossing, Problem> {
        let grid = Grid::new(self, input, Some((from, to)))?;
        let search = Search { model: self, a, b, input, inputs, grid: &grid };
        let positive = search.difference(from)?.is_positive();
        search.crossing(0, positive, grid.count)
    }
}

/// The steps of an input.
struct Grid {
    first: Ratio,
    /// The end, which need not be a whole number of steps away.
    last: Ratio,
    step: Ratio,
    count: usize,
    dimension: Dimension,
}

/// The most steps that are all looked at; of an input with more, every so many-th is.
const MAX_STEPS: usize = 20_000;

impl Grid {
    fn new(model: &Model, input: &str, part: Option<(&Ratio, &Ratio)>) -> Result<Grid, Problem> {
        let InputKind::Number { dimension, min, max, step, .. } = &input_of(model, input)?.kind
        else {
            return Err(not_a_number(input));
        };
        let (Some(first), Some(last)) = part.or(min.as_ref().zip(max.as_ref())).unzip() else {
            let message = format!("`{input}` has no range to look for a break-even in");
            let problem = Problem::new(&BAD_RANGE, whole(input), message);
            return Err(problem.help("give it a `min` and a `max`"));
        };
        let count = ((last - first) / step).ceil().to_integer();
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        let (first, last) = (first.clone(), last.clone());
        Ok(Grid { first, last, step: step.clone(), count, dimension: *dimension })
    }

    fn at(&self, index: usize) -> Ratio {
        let at = &self.first + &self.step * Ratio::from_integer(index.into());
        at.min(self.last.clone())
    }
}

/// Where two things cost the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BreakEven {
    /// The places where the order changes, rising; none where one is always at least as dear as the other.
    pub crossings: Vec<Crossing>,
    /// Where they cost the same, and the order is the same before and behind, or there is none: from one step to another.
    pub equal: Vec<(Quantity, Quantity)>,
    /// Whether they cost the same everywhere.
    pub always_equal: bool,
    /// Whether the first of the two is cheaper at the end, behind all crossings.
    pub first_is_cheaper: bool,
    /// Whether every step was looked at; if not, two crossings close together may have been missed.
    pub complete: bool,
}

/// A place where the order of two costs changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crossing {
    /// The input's value there.
    pub at: Quantity,
    /// Whether `at` is where they are exactly equal; else it is the first step behind a jump or a bend.
    pub exact: bool,
    /// The last of the input's steps at which they are equal, where they are so over several.
    pub until: Option<Quantity>,
    /// The first of the input's own steps at which the new order holds strictly, if it has such a step.
    pub from: Option<Quantity>,
    /// Whether the first of the two is cheaper behind it.
    pub first_is_cheaper: bool,
}

struct Search<'a> {
    model: &'a Model,
    a: &'a Compiled,
    b: &'a Compiled,
    input: &'a str,
    inputs: &'a Inputs,
    grid: &'a Grid,
}

impl Search<'_> {
    /// `a - b`.
    fn difference(&self, at: &Ratio) -> Result<Ratio, Problem> {
        let mut inputs = self.inputs.clone();
        inputs.set_number(self.model, self.input, at.clone())?;
        let value = |compiled| {
            let mut evaluator = Evaluator::new(self.model, &inputs, None);
            evaluator.number(compiled).map_err(|fault| {
                let problem = self.model.problem(Compiled::text(compiled), fault);
                let shown = inputs.shown(self.model, self.input).unwrap_or_default();
                Problem {
                    message: format!("{} at {} = {shown}", problem.message, self.input),
                    ..problem
                }
            })
        };
        let left: Ratio = value(self.a)?;
        Ok(left - value(self.b)?)
    }

    fn run(&self) -> Result<BreakEven, Problem> {
        let grid = self.grid;
        let quantity = |index: usize| Quantity::new(grid.at(index), grid.dimension);
        let stride = grid.count / MAX_STEPS + 1;
        let mut indexes: Vec<usize> = (0..=grid.count).step_by(stride).collect();
        if indexes.last() != Some(&grid.count) {
            indexes.push(grid.count);
        }
        let mut crossings = Vec::new();
        let mut equal = Vec::new();
        // the last point at which they differed, and the points since then at which they did not
        let mut before: Option<(usize, Ratio)> = None;
        let mut run: Option<(usize, usize)> = None;
        for index in indexes {
            let difference = self.difference(&grid.at(index))?;
            if difference.is_zero() {
                run = Some((run.map_or(index, |(first, _)| first), index));
                continue;
            }
            let run = run.take();
            match &before {
                Some((from, earlier)) if earlier.is_positive() != difference.is_positive() => {
                    crossings.push(self.crossing(*from, earlier.is_positive(), index)?);
                }
                _ => equal.extend(run.map(|(from, to)| (quantity(from), quantity(to)))),
            }
            before = Some((index, difference));
        }
        equal.extend(run.map(|(from, to)| (quantity(from), quantity(to))));
        Ok(BreakEven {
            crossings,
            equal,
            always_equal: before.is_none(),
            first_is_cheaper: before.is_some_and(|(_, difference)| difference.is_negative()),
            complete: stride == 1,
        })
    }

    /// The crossing between two points of the grid at which the order differs.
    fn crossing(&self, low: usize, positive: bool, high: usize) -> Result<Crossing, Problem> {
        let grid = self.grid;
        let quantity = |value: Ratio| Quantity::new(value, grid.dimension);
        // the first step at which the old order does not hold any more, and the first at which the new one does
        let left = self.first(low, high, |y| y.is_zero() || y.is_positive() != positive)?;
        let right = self.first(left - 1, high, |y| !y.is_zero() && y.is_positive() != positive)?;
        let from = Some(quantity(grid.at(right)));
        let first_is_cheaper = positive;
        if left < right {
            return Ok(Crossing {
                at: quantity(grid.at(left)),
                exact: true,
                until: (left + 1 < right).then(|| quantity(grid.at(right - 1))),
                from,
                first_is_cheaper,
            });
        }
        let (x1, x2) = (grid.at(left - 1), grid.at(left));
        let (y1, y2) = (self.difference(&x1)?, self.difference(&x2)?);
        let at = &x1 - &y1 * (&x2 - &x1) / (&y2 - &y1);
        // straight between the two: zero where the line is, and half of the first at half way to there
        let two = Ratio::one() + Ratio::one();
        let third = (&x1 + &at) / &two;
        let half = &y1 / &two;
        let exact = y2.is_zero()
            || (self.difference(&at).is_ok_and(|y| y.is_zero())
                && self.difference(&third).is_ok_and(|y| y == half));
        let at = if exact && !y2.is_zero() { at } else { x2 };
        Ok(Crossing { at: quantity(at), exact, until: None, from, first_is_cheaper })
    }

    /// The first step behind `low`, up to `high`, for which something holds that holds for `high`.
    fn first(
        &self,
        mut low: usize,
        mut high: usize,
        holds: impl Fn(&Ratio) -> bool,
    ) -> Result<usize, Problem> {
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if holds(&self.difference(&self.grid.at(middle))?) {
                high = middle;
            } else {
                low = middle;
            }
        }
        Ok(high)
    }
}
