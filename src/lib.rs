//! mdbook-plumb keeps a technical guide true to the model and the schemas behind it.
//!
//! The modules, in reading order; data flows down this list and nothing points back up:
//!
//! - [`text`]: the author's files, spans, and the map from expanded text back to them;
//! - [`diag`]: findings: code, level, labels, fix;
//! - [`world`]: the only door to files, clock and environment;
//! - [`content`]: what a directive returns;
//! - [`config`]: what `book.toml` says to the tool;
//! - [`model`]: quantities, formulas, options, matrices, checklists, and their arithmetic;
//! - [`markdown`]: the directives and fences in the author's Markdown;
//! - [`manifest`]: YAML with the place of every value, schemas, rules;
//! - [`directive`]: the directives, one file and one page of docs each;
//! - [`check`]: book and model in, checked chapters and findings out;
//! - [`render`]: content to HTML, or to plain Markdown; all escaping;
//! - [`report`]: findings to people and to machines;
//! - [`sync`]: committed text against fresh: drift, and the edits that mend it;
//! - [`difference`]: what a change of the model does to the pages;
//! - [`reference`]: the registry as pages, `explain` and help;
//! - [`host`]: mdBook's protocol and the command line.

pub mod check;
pub mod config;
pub mod content;
pub mod diag;
pub mod difference;
pub mod directive;
pub mod host;
pub mod manifest;
pub mod markdown;
pub mod model;
pub mod reference;
pub mod render;
pub mod report;
pub mod sync;
pub mod text;
pub mod world;
