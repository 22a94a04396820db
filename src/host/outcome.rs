//! What comes of a command.

use crate::check::Share;
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
    /// Which part of the run it is, where several share the work; the rest is left out.
    pub(super) share: Share,
}

impl Found {
    /// Leaves out what other runs say.
    pub(super) fn cut(mut self, share: Share) -> Found {
        share.keep(&mut self.findings);
        self.files.retain(|file| share.holds(file));
        Found { share, ..self }
    }
}

/// What a command has to say, and what it found.
pub(super) type Said = (String, Vec<Diagnostic>);

/// What is said where something was left out of the program.
#[cfg(not(all(feature = "build", feature = "fetch", feature = "lsp")))]
pub(super) fn compiled_without(feature: &str) -> String {
    format!("this mdbook-plumb was compiled without the feature `{feature}`, which this needs")
}
