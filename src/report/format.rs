//! What a format is.

use super::Report;
use crate::diag::Severity;
use std::io::{self, Write};

/// A way to write a report.
#[derive(Debug)]
pub struct Format {
    /// What asks for it on a command line.
    pub name: &'static str,
    /// Whether people read it. It looks as their terminal does, and a report without findings may be left out.
    pub for_people: bool,
    /// Whether its paths begin at the root of the checkout, wherever a command runs, as a code host reads them.
    pub from_checkout: bool,
    /// The least severe findings that it gives unless it is asked for others: a reader is not to look for errors among notes.
    pub least: Severity,
    /// Writes a report.
    pub write: fn(&Report, Style, &mut dyn Write) -> io::Result<()>,
}

impl PartialEq for Format {
    fn eq(&self, other: &Format) -> bool {
        self.name == other.name
    }
}

impl Eq for Format {}

/// How much of a report is given, and how the human format looks.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Whether to colour.
    pub color: bool,
    /// Whether a code leads to its page, as terminals show links.
    pub links: bool,
    /// How many columns a line may take.
    pub width: usize,
    /// The least severe findings that are given; all are counted.
    pub least: Severity,
    /// Whether each finding is shown with its lines, and not only the first of a kind in a file.
    pub verbose: bool,
    /// Whether only findings are written, and nothing about them.
    pub quiet: bool,
}

impl Default for Style {
    fn default() -> Style {
        Style {
            color: false,
            links: false,
            width: 140,
            least: Severity::Note,
            verbose: false,
            quiet: false,
        }
    }
}
