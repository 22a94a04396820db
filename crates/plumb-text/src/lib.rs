//! Files as the author wrote them, places in them, and what is said of those places.
//!
//! ```
//! use plumb_text::diag::{Code, Diagnostic, Level};
//! use plumb_text::{Source, Span};
//!
//! static TYPO: Code =
//!     Code { name: "typo", level: Level::Warn, summary: "a misspelt word", page: "", alias: "", former: &[] };
//!
//! let source = Source::new("a.md", "one\ntow\n");
//! let finding = Diagnostic::at(&TYPO, &source, Span::new(4, 7), "`tow` is misspelt").replace_with("write `two`", "two");
//! let place = finding.at.location.start();
//! assert_eq!((place.line, place.column), (2, 1));
//! ```
//!
//! Owns: [`Source`] (one file's text), [`Span`] (a byte range), [`Location`] (a span in a file), and [`TextMap`]
//! (where each byte of an expanded text came from), and how text is shown so that it only says something. Must not know:
//! what the text means, or how a file is read.

mod conflict;
pub mod diag;
mod edit;
mod line_index;
mod map;
mod plain;
mod span;
pub mod world;

pub use conflict::conflicts;
pub use edit::{ceil_char_boundary, digest, floor_char_boundary, replaced};
pub use line_index::{LineIndex, Position};
pub use map::{TextMap, TextMapBuilder};
pub use plain::{is_hidden, json, one_line, printed, source_lines};
pub use span::{Span, Spanned};

use std::fmt;
use std::sync::{Arc, OnceLock};

/// One file of the author's, read once and shared by everything that points into it.
pub struct Source {
    path: String,
    text: String,
    lines: OnceLock<LineIndex>,
}

impl Source {
    /// A file's text under the path that findings show: relative to the book's root where it is below it, with `/`.
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Arc<Source> {
        Arc::new(Source { path: path.into(), text: text.into(), lines: OnceLock::new() })
    }

    /// The path that findings show.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The whole text, a byte order mark and line endings included.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where the lines begin; computed when first asked for.
    pub fn lines(&self) -> &LineIndex {
        self.lines.get_or_init(|| LineIndex::new(&self.text))
    }

    /// The line and column of a byte offset.
    pub fn position(&self, offset: usize) -> Position {
        self.lines().position(&self.text, offset)
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Source({:?}, {} bytes)", self.path, self.text.len())
    }
}

impl PartialEq for Source {
    fn eq(&self, other: &Source) -> bool {
        self.path == other.path && self.text == other.text
    }
}

impl Eq for Source {}

/// A span in one of the author's files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// The file that the span counts in.
    pub source: Arc<Source>,
    /// The bytes in it.
    pub span: Span,
    /// False where the built text could not be matched to the file, so that the span is only near.
    pub exact: bool,
}

impl Location {
    /// The exact location of a span, in bytes, of a file.
    pub fn new(source: &Arc<Source>, span: Span) -> Location {
        Location { source: source.clone(), span, exact: true }
    }

    /// The start of a file, for what concerns all of it.
    pub fn start_of(source: &Arc<Source>) -> Location {
        Location::new(source, Span::at(0))
    }

    /// Line and column of the first byte.
    pub fn start(&self) -> Position {
        self.source.position(self.span.start)
    }

    /// Line and column just behind the last byte.
    pub fn end(&self) -> Position {
        self.source.position(self.span.end)
    }

    /// The text at the location.
    pub fn text(&self) -> &str {
        self.source.text().get(self.span.range()).unwrap_or("")
    }

    /// What stands around it on its line, at most some hundred bytes to each side: enough to see what its author meant.
    pub fn around(&self) -> &str {
        const MOST: usize = 400;
        let (text, span) = (self.source.text(), self.span);
        let start = floor_char_boundary(text, span.start.min(text.len()).saturating_sub(MOST));
        let end = ceil_char_boundary(text, (span.end + MOST).min(text.len()).max(start));
        let (from, to) = (span.start.clamp(start, end), span.end.clamp(start, end));
        let line = text[start..from].rfind('\n').map_or(start, |at| start + at + 1);
        &text[line..text[to..end].find('\n').map_or(end, |at| to + at)]
    }

    /// An order for reports: file, then place.
    pub fn sort_key(&self) -> (&str, usize, usize) {
        (self.source.path(), self.span.start, self.span.end)
    }
}

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
