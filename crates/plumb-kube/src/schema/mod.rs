//! Structural schemas: what fields a kind has and what their values may be.
//!
//! Owns: [`Schema`], compiled from the JSON of an OpenAPI v3 schema; defaults; the check of a tree against it, at the
//! place of each key and value; the metadata that every object has. Must not know: where schemas come from, rules that
//! are more than a schema.

mod check;
mod codes;
mod combine;
mod compile;
mod defaults;
mod faults;
mod formats;
mod metadata;
mod quantities;
#[cfg(test)]
mod tests;
mod unknown;
mod values;

pub(crate) use check::check;
pub(crate) use codes::*;
pub use codes::{CODES, SCHEMA_UNKNOWN_FIELD};
pub(crate) use compile::{Additional, Id, ListType, SchemaNode, Type};
pub use compile::{Dialect, Schema};
pub(crate) use defaults::normalize;
pub(crate) use faults::{APPLY_DUPLICATE, ENUM, UNKNOWN_FIELD, UNUSABLE, VALUE, quote};
pub(crate) use formats::go_duration;
pub(crate) use metadata::{Naming, check_metadata};
pub(crate) use quantities::{is_quantity, quantities};
