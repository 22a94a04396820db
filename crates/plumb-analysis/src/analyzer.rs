//! What an analyzer is.

use super::group::Group;
use plumb_text::diag::{Code, Diagnostic};

/// One analyzer: what it may report, and the function that looks.
pub struct Analyzer {
    /// The codes it reports.
    pub codes: &'static [&'static Code],
    pub(super) run: fn(&Group<'_>, &mut Vec<Diagnostic>),
}
