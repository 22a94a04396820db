//! Kubernetes manifests: read as Kubernetes reads them, and validated as an API server would, at the exact place.
//!
//! Owns: the YAML reader ([`yaml`]), the schemas and the rules they carry, and where schemas come from. Must not know:
//! books, chapters, fences, or how a finding is shown.

pub mod admission;
mod admitted;

pub mod at;
pub mod branches;
pub mod bundle;
mod causes;
mod choice;
mod codes;
mod dated;
pub mod deprecations;
mod displaced;
mod document;
mod engine;
pub mod excuse;
mod experimental;
pub mod fault;
mod field;
mod fragment;
pub mod gaps;
mod groups;
mod identity;
mod names;
mod newer;
mod part;
pub mod path;
pub mod platforms;
pub mod policy;
mod rules;
pub mod schema;
pub mod select;
pub mod store;
pub mod tools;
mod validator;
pub mod versions;

pub use admission::kubernetes::{ADMISSION_DYN, SECRET_BASE64, SERVICE_NODE_PORT_RANGE};
pub use codes::SCHEMA_MISSING;
pub use document::{Document, Extent, Format, Read, api_version, documents, read};
pub use engine::{Engine, Judgement};
pub use plumb_yaml::YAML_SYNTAX;
pub use plumb_yaml::{self as yaml, Entry, Map, Node, Style, Value};
pub use schema::Dialect;
pub use schema::SCHEMA_UNKNOWN_FIELD;
pub use store::Schemas;
pub use validator::Validator;
pub use versions::{UnknownVersion, Versions};

use plumb_text::diag::Code;

/// Every code of findings that reading and validating manifests reports.
pub fn codes() -> impl Iterator<Item = &'static Code> {
    let tables = [yaml::CODES, schema::CODES, rules::CODES, store::CODES, codes::CODES];
    tables
        .into_iter()
        .flatten()
        .copied()
        .chain(admission::kubernetes::codes())
        .chain(admission::codes_of_others())
        .chain(policy::CODES.iter().copied())
}

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
