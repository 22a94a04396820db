//! One table of overloads, a row each: how it is declared, since when, what it costs, what it does.

use crate::types::Type;
use crate::value::Value;
use std::collections::HashMap;

/// One way to call a function.
#[derive(Debug)]
pub(crate) struct Overload {
    pub(crate) name: &'static str,
    /// Whether it is called on a value: `a.f(b)`.
    pub(crate) member: bool,
    params: Vec<Type>,
    result: Type,
    /// The first release of Kubernetes (1.`since`) that has it.
    pub(crate) since: u32,
    /// The first one that has it no more.
    pub(crate) until: u32,
    pub(crate) run: Run,
    /// What a call costs, from its arguments.
    pub(crate) cost: Cost,
}

pub(crate) type Done = Result<Value, String>;
pub(crate) type Cost = fn(&[Value]) -> u64;

/// What a function does.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Run {
    /// Reads its arguments.
    Reads(fn(&[Value]) -> Done),
    /// Takes them, and may change the first in place.
    Grows(fn(Vec<Value>) -> Done),
}

impl Overload {
    /// The types of the parameters, and last that of the result.
    pub(crate) fn types(&self) -> Vec<Type> {
        self.params.iter().chain([&self.result]).cloned().collect()
    }

    /// Whether it is declared for just these types.
    pub(crate) fn is_for(&self, types: &[&Type]) -> bool {
        self.params.iter().eq(types.iter().copied())
    }

    /// Whether values may be its arguments, by their kinds.
    pub(crate) fn takes(&self, values: &[Value]) -> bool {
        values.len() == self.params.len()
            && values.iter().zip(&self.params).all(|(value, wanted)| value.is_a(wanted))
    }
}

/// The rows, while they are collected.
#[derive(Default)]
pub(crate) struct Table {
    pub(super) rows: HashMap<&'static str, Vec<Overload>>,
    since: u32,
    until: u32,
}

impl Table {
    /// The rows that follow are of these releases.
    pub(super) fn releases(&mut self, since: u32, until: u32) {
        (self.since, self.until) = (since, until);
    }

    /// A function that costs 1: `f(A) -> B`, or `<T> f(A) -> B` for one that is called on a value.
    pub(super) fn add(&mut self, declared: &'static str, run: fn(&[Value]) -> Done) {
        self.costs(declared, |_| 1, run);
    }

    /// A function and what it costs.
    pub(super) fn costs(&mut self, declared: &'static str, cost: Cost, run: fn(&[Value]) -> Done) {
        self.row(declared, cost, Run::Reads(run));
    }

    pub(super) fn row(&mut self, declared: &'static str, cost: Cost, run: Run) {
        let (call, result) = declared.rsplit_once(" -> ").unwrap_or((declared, "dyn"));
        let (receiver, call) = match call.strip_prefix('<').and_then(|rest| rest.split_once("> ")) {
            Some((receiver, call)) => (Some(receiver), call),
            None => (None, call),
        };
        let (name, args) = call.split_once('(').unwrap_or((call, ")"));
        let args = args.strip_suffix(')').unwrap_or(args);
        let params = receiver.into_iter().chain(split(args)).map(Type::declared).collect();
        let (since, until) = (self.since, if self.until == 0 { u32::MAX } else { self.until });
        let member = receiver.is_some();
        let result = Type::declared(result);
        let overload = Overload { name, member, params, result, since, until, run, cost };
        self.rows.entry(name).or_default().push(overload);
    }
}

/// Splits at the commas that stand in no parentheses.
fn split(args: &'static str) -> Vec<&'static str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0, 0);
    for (at, c) in args.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&args[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    if !args[start..].trim().is_empty() {
        parts.push(&args[start..]);
    }
    parts
}

/// A part of a size, rounded up, as costs are counted.
pub(super) fn part(size: u64, factor: f64) -> u64 {
    (size as f64 * factor).ceil() as u64
}

/// What it costs to walk a text: a tenth for each character.
pub(super) const WALK: f64 = 0.1;
