//! Where two costs are the same, as one input goes through its range.
//!
//! Owns: [`BreakEven`]. Must not know: what is drawn of it.

use super::codes::BAD_RANGE;
use super::entry::InputKind;
use super::evaluator::Evaluator;
use super::formula::along::{Course, Difference, Signs, difference};
use super::problem::Problem;
use super::quantity::{Dimension, Quantity, Ratio};
use super::sweep::{input_of, not_a_number, whole};
use super::view::View;
use super::{Compiled, Inputs, Model};
use num_traits::{One, Signed, Zero};
use plumb_text::Span;
use std::cmp::Ordering;

impl Model {
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
    /// The order at every step of the input is found, however many they are: bounds exclude where one is surely the larger, and where
    /// no step or bend lies between two values, the zeros of the difference are counted. Between two neighbouring steps where the order
    /// changes, the place is computed exactly if both are straight there, which is tried at a point between; if the input is a count
    /// of whole things, the first whole number behind it is what matters, and stands for it.
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
    /// Whether only whole numbers are values of it.
    whole: bool,
}

impl Grid {
    fn new(model: &Model, input: &str, part: Option<(&Ratio, &Ratio)>) -> Result<Grid, Problem> {
        let entry = input_of(model, input)?;
        let InputKind::Number { dimension, min, max, step, .. } = &entry.kind else {
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
        let (step, dimension, whole) = (step.clone(), *dimension, entry.is_whole());
        Ok(Grid { first, last, step, count, dimension, whole })
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
    /// Whether the order at every step is known; if not, there were too many changes, and some may have been missed.
    pub complete: bool,
}

/// A place where the order of two costs changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crossing {
    /// The input's value there.
    pub at: Quantity,
    /// Whether `at` is where they are exactly equal; else it is the first step behind a jump or a bend, or of a count the first
    /// whole number behind the place.
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
    /// `a - b` at a value.
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

    /// How the difference goes from one value to another.
    fn along(&self, input: usize, from: &Ratio, to: &Ratio) -> Difference {
        let mut values = Evaluator::new(self.model, self.inputs, None);
        difference(&self.a.ir, &self.b.ir, &mut values, &Course { input, from, to })
    }

    fn run(&self) -> Result<BreakEven, Problem> {
        let grid = self.grid;
        let quantity = |index: usize| Quantity::new(grid.at(index), grid.dimension);
        let orders = Orders::find(self)?;
        let mut crossings = Vec::new();
        let mut equal = Vec::new();
        // the last step at which they differed, and which was larger; the steps since then at which they did not
        let mut before: Option<(usize, Ordering)> = None;
        let mut run: Option<(usize, usize)> = None;
        for Run { from, to, order } in orders.runs {
            if order == Ordering::Equal {
                run = Some((run.map_or(from, |(first, _)| first), to));
                continue;
            }
            let run = run.take();
            match before {
                Some((last, earlier)) if earlier != order => {
                    crossings.push(self.crossing(last, earlier == Ordering::Greater, from)?);
                }
                _ => equal.extend(run.map(|(from, to)| (quantity(from), quantity(to)))),
            }
            before = Some((to, order));
        }
        equal.extend(run.map(|(from, to)| (quantity(from), quantity(to))));
        Ok(BreakEven {
            crossings,
            equal,
            always_equal: before.is_none(),
            first_is_cheaper: before.is_some_and(|(_, order)| order == Ordering::Less),
            complete: orders.complete,
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
        let at = if exact && !y2.is_zero() { at } else { x2.clone() };
        // There are no 47.8 pods.
        let between = grid.whole && !at.is_integer();
        let (at, exact) = if between { (at.ceil().min(x2), false) } else { (at, exact) };
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

/// Steps next to each other at which the order is the same.
struct Run {
    from: usize,
    to: usize,
    order: Ordering,
}

/// The order of the two at the steps, in runs.
struct Orders<'s, 'm> {
    search: &'s Search<'m>,
    input: usize,
    runs: Vec<Run>,
    /// How much more may be spent, in values computed.
    budget: usize,
    complete: bool,
}

/// The most that one search computes. It is not enough only where the order changes, or nearly does, in thousands of places.
const MAX_VALUES: usize = 60_000;
/// So few steps are computed one by one.
const FEW: usize = 4;

impl<'s, 'm> Orders<'s, 'm> {
    fn find(search: &'s Search<'m>) -> Result<Orders<'s, 'm>, Problem> {
        let input = search.model.inputs.get_index_of(search.input).unwrap_or_default();
        let mut orders =
            Orders { search, input, runs: Vec::new(), budget: MAX_VALUES, complete: true };
        orders.look(0, search.grid.count)?;
        Ok(orders)
    }

    fn push(&mut self, from: usize, to: usize, order: Ordering) {
        match self.runs.last_mut() {
            Some(last) if last.order == order => last.to = to,
            _ => self.runs.push(Run { from, to, order }),
        }
    }

    fn point(&mut self, at: usize) -> Result<(), Problem> {
        self.budget = self.budget.saturating_sub(1);
        let difference = self.search.difference(&self.search.grid.at(at))?;
        self.push(at, at, difference.cmp(&Ratio::zero()));
        Ok(())
    }

    /// The steps from one to another, both included.
    fn look(&mut self, from: usize, to: usize) -> Result<(), Problem> {
        if to - from < FEW {
            return (from..=to).try_for_each(|at| self.point(at));
        }
        if self.budget == 0 {
            self.complete = false;
            self.point(from)?;
            return self.point(to);
        }
        // What is read of a formula costs some of its values.
        self.budget = self.budget.saturating_sub(FEW);
        let (low, high) = (self.search.grid.at(from), self.search.grid.at(to));
        match self.search.along(self.input, &low, &high) {
            Difference::Sign(order) => self.push(from, to, order),
            Difference::Exact(signs) => self.signs(&signs, from, to),
            Difference::Unknown => {
                let middle = from + (to - from) / 2;
                self.look(from, middle)?;
                self.look(middle + 1, to)?;
            }
        }
        Ok(())
    }

    /// The steps from one to another by the zeros of what the difference is there.
    fn signs(&mut self, signs: &Signs, from: usize, to: usize) {
        let (low, high) = (self.search.grid.at(from), self.search.grid.at(to));
        let order = signs.at(&low);
        if from == to {
            return self.push(from, to, order);
        }
        if signs.has_zero(&low, &high) {
            let middle = from + (to - from) / 2;
            self.signs(signs, from, middle);
            return self.signs(signs, middle + 1, to);
        }
        self.push(from, from, order);
        self.push(from + 1, to, signs.at(&high));
    }
}
