//! What comes of a command.

use crate::config::Levels;
use crate::diag::Diagnostic;
use crate::report::Counts;
use std::path::PathBuf;
use std::process::ExitCode;

/// How a command ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exit {
    /// Nothing was found that fails.
    Clean,
    /// Something was found that fails.
    Findings,
}

impl From<Exit> for ExitCode {
    fn from(outcome: Exit) -> ExitCode {
        match outcome {
            Exit::Clean => ExitCode::SUCCESS,
            Exit::Findings => ExitCode::from(1),
        }
    }
}

/// What a command has found.
#[derive(Default)]
pub(super) struct Found {
    /// Where relative paths start.
    pub(super) root: PathBuf,
    /// At the levels that were asked for.
    pub(super) findings: Vec<Diagnostic>,
    pub(super) levels: Levels,
    pub(super) counts: Counts,
    pub(super) files: Vec<String>,
}

/// What a command has to say, and what it found.
pub(super) type Said = (String, Vec<Diagnostic>);

/// What is said where something was left out of the program.
#[cfg(not(all(feature = "build", feature = "fetch", feature = "lsp")))]
pub(super) fn compiled_without(feature: &str) -> String {
    format!("this mdbook-plumb was compiled without the feature `{feature}`, which this needs")
}
