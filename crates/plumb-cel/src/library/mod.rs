//! The functions of an API server's expressions.
//!
//! Owns: one table of overloads, a row each: how it is declared, since when, what it costs, what it does. A file a library.
//! To add a function is to add a row. Must not know: how a call is evaluated.

pub(crate) mod format_string;
mod formats;
mod lists;
mod net;
mod optional;
mod quantity;
mod request;
mod semver;
mod standard;
mod strings;
pub(crate) mod time;
mod url;

pub use formats::Format;
pub use semver::Version;
pub use time::Time;
pub use url::Url;

use crate::syntax::{Expr, Kind, Literal};
use crate::types::Type;
use crate::value::Value;
use std::collections::HashMap;
use std::sync::OnceLock;

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

    /// Whether values may be its arguments, by their kinds.
    pub(crate) fn takes(&self, values: &[Value]) -> bool {
        values.len() == self.params.len()
            && values.iter().zip(&self.params).all(|(value, wanted)| value.is_a(wanted))
    }
}

/// The rows, while they are collected.
#[derive(Default)]
pub(crate) struct Table {
    rows: HashMap<&'static str, Vec<Overload>>,
    since: u32,
    until: u32,
}

impl Table {
    /// The rows that follow are of these releases.
    fn releases(&mut self, since: u32, until: u32) {
        (self.since, self.until) = (since, until);
    }

    /// A function that costs 1: `f(A) -> B`, or `<T> f(A) -> B` for one that is called on a value.
    fn add(&mut self, declared: &'static str, run: fn(&[Value]) -> Done) {
        self.costs(declared, |_| 1, run);
    }

    /// A function and what it costs.
    fn costs(&mut self, declared: &'static str, cost: Cost, run: fn(&[Value]) -> Done) {
        self.row(declared, cost, Run::Reads(run));
    }

    fn row(&mut self, declared: &'static str, cost: Cost, run: Run) {
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

fn table() -> &'static HashMap<&'static str, Vec<Overload>> {
    static TABLE: OnceLock<HashMap<&'static str, Vec<Overload>>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table = Table::default();
        standard::rows(&mut table);
        time::rows(&mut table);
        strings::rows(&mut table);
        lists::rows(&mut table);
        optional::rows(&mut table);
        url::rows(&mut table);
        net::rows(&mut table);
        quantity::rows(&mut table);
        semver::rows(&mut table);
        formats::rows(&mut table);
        request::rows(&mut table);
        table.rows
    })
}

/// The overloads of a function, of all releases.
pub(crate) fn overloads(name: &str) -> &'static [Overload] {
    table().get(name).map(Vec::as_slice).unwrap_or_default()
}

/// The names of functions that an author writes.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    let mut names: Vec<&str> =
        table().keys().copied().filter(|name| name.starts_with(char::is_alphabetic)).collect();
    names.sort_unstable();
    names.into_iter()
}

/// The names of library types.
const OPAQUE: &[&str] = &[
    "kubernetes.URL",
    "net.IP",
    "net.CIDR",
    "kubernetes.Quantity",
    "kubernetes.NamedFormat",
    "kubernetes.Semver",
    "kubernetes.authorization.Authorizer",
    "kubernetes.authorization.PathCheck",
    "kubernetes.authorization.GroupCheck",
    "kubernetes.authorization.ResourceCheck",
    "kubernetes.authorization.Decision",
];

/// The one text of a library type's name.
pub(crate) fn opaque(name: &str) -> &'static str {
    let known = OPAQUE.iter().find(|known| **known == name);
    known.unwrap_or_else(|| panic!("`{name}` is the name of no type"))
}

/// What is wrong with a literal as the argument of a function that reads it: a time, a duration, a pattern.
pub(crate) fn refuses_literal(function: &str, args: &[Expr]) -> Option<String> {
    let literal = match &args.last()?.kind {
        Kind::Literal(literal) => literal,
        _ => return None,
    };
    match (function, literal) {
        ("duration", Literal::String(text)) if args.len() == 1 => {
            time::duration(text).err().map(|_| "invalid duration argument".to_owned())
        }
        ("timestamp", Literal::String(text)) if args.len() == 1 => {
            time::timestamp(text).err().map(|_| "invalid timestamp argument".to_owned())
        }
        ("timestamp", Literal::Int(seconds)) if args.len() == 1 => {
            Time::new(*seconds, 0).is_none().then(|| "invalid timestamp argument".to_owned())
        }
        ("matches" | "find" | "findAll", Literal::String(pattern)) => {
            strings::pattern(pattern).err().map(|_| "invalid matches argument".to_owned())
        }
        _ => None,
    }
}

/// A part of a size, rounded up, as costs are counted.
fn part(size: u64, factor: f64) -> u64 {
    (size as f64 * factor).ceil() as u64
}

/// What it costs to walk a text: a tenth for each character.
const WALK: f64 = 0.1;

/// A value as `string()` writes it, for messages.
pub(crate) fn text(value: &Value) -> String {
    match standard::string(std::slice::from_ref(value)) {
        Ok(Value::String(text)) => text.to_string(),
        _ => value.type_name().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_declaration_is_read() {
        assert!(table().len() > 100);
        assert_eq!(overloads("contains")[0].types(), [Type::String, Type::String, Type::Bool]);
    }

    #[test]
    fn near_names_are_found() {
        use plumb_text::diag::nearest;
        assert_eq!(nearest("startWith", names()), Some("startsWith"));
        assert_eq!(nearest("xyzzy", names()), None);
    }
}
