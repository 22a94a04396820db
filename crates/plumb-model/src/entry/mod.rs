//! What a model is made of, as it was written: no computing here.
//!
//! [`value`]: what formulas compute with and make; [`option`]: what there is to choose, and what of it runs in a cluster;
//! [`advice`]: what asks a reader, and what is said to the answers. Here: texts with their places.

mod advice;
mod fact;
mod option;
mod value;

pub use advice::*;
pub use fact::Fact;
pub(crate) use fact::{ColumnOfFact, FactValue};
pub use option::*;
pub use value::*;

use plumb_text::{Location, Span};
use std::sync::Arc;

/// A text of a model's file, with its place.
#[derive(Clone, Debug)]
pub struct Text {
    /// What it says, escapes resolved.
    pub text: Arc<str>,
    /// The value in the file, quotes included.
    pub location: Location,
    /// Where the text's first byte is in the file, if the file has the very same bytes (no escapes).
    pub inner: Option<usize>,
}

impl Text {
    /// The place of a span of the text: exact where the file has the same bytes, else the whole value.
    pub fn locate(&self, span: Span) -> Location {
        match self.inner {
            Some(start) => Location { span: span.shift(start), ..self.location.clone() },
            None => self.location.clone(),
        }
    }
}

/// A text with values in it: `{= formula }`.
#[derive(Clone, Debug, Default)]
pub struct Prose {
    /// The text as it is written, with `{= … }` in it.
    pub text: String,
    pub(super) pieces: Vec<Piece>,
}

/// A part of a text with values in it.
#[derive(Clone, Copy, Debug)]
pub enum ProsePart<'a> {
    /// Words.
    Text(&'a str),
    /// An expression whose value stands there.
    Value(&'a super::Compiled),
}

#[derive(Clone, Debug)]
pub(super) enum Piece {
    Text(String),
    Value(super::Compiled),
}

impl Prose {
    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// What it is made of, in order.
    pub fn parts(&self) -> Vec<ProsePart<'_>> {
        if self.pieces.is_empty() {
            return vec![ProsePart::Text(&self.text)];
        }
        self.pieces
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => ProsePart::Text(text),
                Piece::Value(compiled) => ProsePart::Value(compiled),
            })
            .collect()
    }
}

/// Settings of the whole model.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// How long a figure stays checked.
    pub stale_after: Option<Age>,
    /// How results are rounded.
    pub display: Option<crate::quantity::Rounding>,
    /// The day that published text counts from.
    pub as_of: Option<(jiff::civil::Date, Location)>,
}

/// A length of time on the calendar: `18 months`.
#[derive(Clone, Debug)]
pub struct Age {
    /// The length as it is written: `18 months`.
    pub text: String,
    pub(super) span: jiff::Span,
}

/// A page to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The words of the link, as plain text.
    pub text: String,
    /// The address: absolute, or relative to the book's root.
    pub url: String,
}
