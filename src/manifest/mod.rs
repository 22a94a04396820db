//! Kubernetes manifests: read as Kubernetes reads them, and validated as an API server would, at the exact place.
//!
//! Owns: the YAML reader ([`yaml`]), the schemas and the rules they carry, and where schemas come from. Must not know:
//! books, chapters, fences, or how a finding is shown.

pub mod admission;
pub mod analysis;
mod at;
pub mod bundle;
pub mod deprecations;
mod document;
mod engine;
pub mod fault;
mod field;
mod fragment;
mod names;
pub mod path;
pub mod policy;
mod rules;
pub mod schema;
mod select;
pub mod store;
pub mod versions;

pub(crate) use admission::kubernetes::SECRET_BASE64;
pub use document::{Document, Format, Read, api_version, read};
pub use engine::{Engine, SCHEMA_MISSING, once_per_kind};
pub(crate) use plumb_yaml::YAML_SYNTAX;
pub use plumb_yaml::{self as yaml, Entry, Map, Node, Style, Value};
pub use schema::Dialect;
pub(crate) use schema::SCHEMA_UNKNOWN_FIELD;
pub use store::Schemas;
pub use versions::{UnknownVersion, Versions};

use crate::diag::Code;

/// Every code of findings that reading and validating manifests reports.
pub fn codes() -> impl Iterator<Item = &'static Code> {
    let tables = [
        yaml::CODES,
        schema::CODES,
        rules::CODES,
        store::CODES,
        engine::CODES,
        fragment::CODES,
        deprecations::CODES,
    ];
    tables
        .into_iter()
        .flatten()
        .copied()
        .chain(admission::kubernetes::codes())
        .chain(admission::codes_of_others())
        .chain(analysis::codes())
        .chain(analysis::LIMITS.iter().copied())
        .chain(policy::CODES.iter().copied())
}
