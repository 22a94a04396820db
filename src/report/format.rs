//! What a format is.

use super::Report;
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
    /// Writes a report.
    pub write: fn(&Report, Style, &mut dyn Write) -> io::Result<()>,
}

impl PartialEq for Format {
    fn eq(&self, other: &Format) -> bool {
        self.name == other.name
    }
}

impl Eq for Format {}

/// How the human format looks; the others have one look.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Whether to colour.
    pub color: bool,
    /// How many columns a line may take.
    pub width: usize,
}

impl Default for Style {
    fn default() -> Style {
        Style { color: false, width: 140 }
    }
}
