//! mdbook-plumb keeps a technical guide true to the model and the schemas behind it.
//!
//! The modules, in reading order; data flows down this list and nothing points back up:
//!
//! - [`text`]: the author's files, spans, and the map from expanded text back to them;
//! - [`diag`]: findings: code, level, labels, fix;
//! - [`world`]: the only door to files, clock and environment;
//! - [`config`]: what `book.toml` says to the tool;
//! - [`content`]: what a directive returns;
//! - [`report`]: findings, for people and for machines;
//! - [`host`]: mdBook's protocol, the command line, the build.

pub mod config;
pub mod content;
pub mod diag;
pub mod host;
pub mod report;
pub mod text;
pub mod world;
