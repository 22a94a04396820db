//! How an analyzer is declared: its codes, each with a page.

use super::group::Group;
use plumb_text::diag::{Code, Diagnostic};

/// One analyzer: what it may report, and the function that looks.
pub struct Analyzer {
    /// The codes it reports.
    pub codes: &'static [&'static Code],
    pub(super) run: fn(&Group<'_>, &mut Vec<Diagnostic>),
}

/// Declares codes whose pages are `pages/NAME.md`.
macro_rules! declare {
    ($($name:ident = $text:literal, $level:ident, $alias:literal, $summary:literal;)*) => {
        $(pub(super) static $name: plumb_text::diag::Code = plumb_text::diag::Code {
            name: $text,
            level: plumb_text::diag::Level::$level,
            summary: $summary,
            page: include_str!(concat!("pages/", $text, ".md")),
            alias: $alias,
        };)*
        /// The analyzer of this file.
        pub(super) const ANALYZER: crate::declare::Analyzer =
            crate::declare::Analyzer { codes: &[$(&$name),*], run: analyse };
    };
}
pub(super) use declare;
