//! Findings, for people and for machines.
//!
//! Owns: [`Report`], the findings of a run in their final order with what was counted; [`Format`], one file for each, and the
//! list of them, [`FORMATS`]. Must not know: who found what, where the bytes go, or whether they go to a terminal. Every format
//! is deterministic to the byte: no clock, no host name, no absolute path that the author did not write.
//!
//! To add a format: a file here with its `FORMAT`, and a line in [`FORMATS`].

mod azure;
mod baseline;
mod findings;
mod format;
mod github;
mod gitlab;
mod human;
mod identity;
mod json;
mod junit;
mod markdown;
mod page;
mod sarif;
mod summary;
mod totals;
mod words;

pub use baseline::{Baseline, CODES, Unknown};
pub use findings::{Counts, MOST_FINDINGS, Report};
pub use format::{Format, Style};

/// Every format; the first is the one that nobody needs to ask for.
pub static FORMATS: &[&Format] = &[
    &human::FORMAT,
    &json::FORMAT,
    &sarif::FORMAT,
    &github::FORMAT,
    &gitlab::FORMAT,
    &azure::FORMAT,
    &junit::FORMAT,
    &markdown::FORMAT,
];

impl Default for &'static Format {
    fn default() -> &'static Format {
        FORMATS[0]
    }
}

#[cfg(test)]
mod tests;
