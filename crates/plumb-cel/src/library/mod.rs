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
mod semvers;
mod standard;
mod strings;
mod table;
mod times;
mod urls;

pub(crate) use standard::text;
pub(crate) use table::{Overload, Run};

use crate::syntax::{Expr, Kind, Literal};
use crate::time::{self, Time};
use std::collections::HashMap;
use std::sync::OnceLock;
use table::Table;

fn table() -> &'static HashMap<&'static str, Vec<Overload>> {
    static TABLE: OnceLock<HashMap<&'static str, Vec<Overload>>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table = Table::default();
        standard::rows(&mut table);
        times::rows(&mut table);
        strings::rows(&mut table);
        format_string::rows(&mut table);
        lists::rows(&mut table);
        optional::rows(&mut table);
        urls::rows(&mut table);
        net::rows(&mut table);
        quantity::rows(&mut table);
        semvers::rows(&mut table);
        formats::rows(&mut table);
        request::rows(&mut table);
        table.rows
    })
}

/// How the names of functions begin that only mutations have.
pub(crate) const PATCHES: &str = "jsonpatch.";

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
            Time::parse(text).is_none().then(|| "invalid timestamp argument".to_owned())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_declaration_is_read() {
        assert!(table().len() > 100);
        use crate::types::Type;
        assert_eq!(overloads("contains")[0].types(), [Type::String, Type::String, Type::Bool]);
    }

    #[test]
    fn near_names_are_found() {
        use plumb_text::diag::nearest;
        assert_eq!(nearest("startWith", names()), Some("startsWith"));
        assert_eq!(nearest("xyzzy", names()), None);
    }
}
