//! mdbook-plumb keeps a technical guide true to the model and the schemas behind it.
//!
//! The modules, in reading order; data flows down this list and nothing points back up:
//!
//! - [`text`]: the author's files, spans, and the map from expanded text back to them;
//! - [`diag`]: findings: code, level, labels, fix;
//! - [`world`]: the only door to files, clock and environment;
//! - [`model`]: quantities, formulas, options, and reading them.

pub mod diag;
pub mod model;
pub mod text;
pub mod world;
