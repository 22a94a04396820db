//! The directives: what an author can ask for, and what comes of it.
//!
//! Owns: the registry ([`REGISTRY`]) and, one file and one page of docs each, the directives. A directive reads its
//! arguments, asks the model, and returns `Content`. Must not know: how content is shown, where a page ends up, files.
//!
//! To add one: a file here with its `params!`, its function and a page of docs whose examples are its tests, and one
//! line in [`REGISTRY`].

pub mod advisor;
mod ask;
mod breakeven;
pub mod calculator;
mod call;
mod chart;
pub mod checklist;
mod codes;
mod columns;
mod costs;
mod digits;
mod directives;
mod each;
pub mod matrix;
mod overhead;
pub mod own;
pub mod params;
mod passage;
mod rows;
mod rules;
mod sources;
mod sweep;
mod table;
pub mod value;
pub mod versions;
mod when;
mod write;

pub(crate) use ask::evaluate;
pub use call::{Call, Directive, Param, ParamKind, Run};
pub use codes::{CODES, OUTPUT_LIMIT, PLATFORM_VERSION, UNKNOWN_DIRECTIVE, UNKNOWN_VERSION};
pub use passage::{Budget, Passage};
pub use sweep::MOST_VALUES;
pub use table::MOST_COLUMNS;

/// Every directive, in the order of the reference.
pub static REGISTRY: &[&Directive] = &[
    &value::DIRECTIVE,
    &table::DIRECTIVE,
    &each::DIRECTIVE,
    &when::DIRECTIVE,
    &overhead::DIRECTIVE,
    &chart::DIRECTIVE,
    &breakeven::DIRECTIVE,
    &matrix::DIRECTIVE,
    &checklist::DIRECTIVE,
    &calculator::DIRECTIVE,
    &advisor::DIRECTIVE,
    &sources::DIRECTIVE,
    &versions::DIRECTIVE,
    &directives::DIRECTIVE,
];

/// The directive of this name.
pub fn find(name: &str) -> Option<&'static Directive> {
    REGISTRY.iter().find(|directive| directive.name == name).copied()
}

/// Whether a reader of a page with this directive can set inputs of the model there.
pub fn sets_inputs(name: &str) -> bool {
    [calculator::DIRECTIVE.name, advisor::DIRECTIVE.name].contains(&name)
}

/// The names of all directives: those of the program, then a book's own.
pub fn names(own: &own::Directives) -> Vec<String> {
    let built_in = REGISTRY.iter().map(|directive| directive.name.to_owned());
    built_in.chain(own.iter().map(|own| own.name.clone())).collect()
}
