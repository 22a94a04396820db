//! mdbook-plumb keeps a technical guide true to the model and the schemas behind it.
//!
//! The modules, in reading order; data flows down this list and nothing points back up:
//!
//! - [`mod@text`]: the author's files, spans, and the map from expanded text back to them;
//! - [`mod@diag`]: findings: code, level, labels, fix;
//! - [`mod@world`]: the only door to files and the clock;
//! - [`mod@content`]: what a directive returns;
//! - [`mod@config`]: what `book.toml` says to the tool;
//! - [`mod@model`]: quantities, formulas, options, matrices, checklists, and their arithmetic;
//! - [`mod@markdown`]: the directives and fences in the author's Markdown;
//! - [`mod@manifest`]: YAML with the place of every value, schemas, rules;
//! - [`mod@reading`]: what a text with manifests shows: kinds of text, marks, gaps, placeholders;
//! - [`mod@directive`]: the directives, one file and one page of docs each;
//! - [`mod@check`]: book and model in, checked chapters and findings out;
//! - [`mod@render`]: content to HTML, or to plain Markdown; all escaping;
//! - [`mod@report`]: findings to people and to machines;
//! - [`mod@sync`]: committed text against fresh: drift, and the edits that mend it;
//! - [`mod@fix`]: which of the fixes that findings carry can be made at once;
//! - [`mod@since`]: which findings a change of the sources has brought;
//! - [`mod@difference`]: what a change of the model does to the pages;
//! - [`mod@reference`]: the registry as pages, `explain` and help;
//! - [`mod@host`]: mdBook's protocol and the command line.

pub mod check;
pub mod config;
pub mod content;
pub mod difference;
pub mod directive;
pub mod fix;
pub mod host;

pub mod markdown;
pub mod reading;
pub mod reference;
pub mod render;
pub mod report;
pub mod since;
pub mod sync;
pub mod world;

pub use plumb_kube as manifest;
pub use plumb_model as model;
pub use plumb_number as number;
pub use plumb_text as text;
pub use plumb_text::diag;
