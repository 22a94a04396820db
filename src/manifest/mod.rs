//! Kubernetes manifests: read as Kubernetes reads them, and validated as an API server would, at the exact place.
//!
//! Owns: the YAML reader ([`yaml`]), the schemas and the rules they carry, and where schemas come from. Must not know:
//! books, chapters, fences, or how a finding is shown.

pub mod analysis;
mod document;
pub mod yaml;

pub use document::{Document, Format, Read, read};
pub use yaml::{Entry, Map, Node, Style, Value};

use crate::diag::Code;

/// Every code of findings that reading and validating manifests reports.
pub fn codes() -> impl Iterator<Item = &'static Code> {
    yaml::CODES.iter().copied()
}
