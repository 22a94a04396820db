//! Why a fault of what is written need not be one of what its author means.

use super::fault::{ErrorType, Fault, Read};
use super::gaps::{Certainty, Gaps};
use super::path::FieldPath;
use plumb_text::Span;

/// Why a fault says nothing of what the author means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Excuse {
    /// It depends on something that is not shown.
    Gap,
    /// It depends on a value that is replaced: the span of it.
    Placeholder(Span),
    /// It depends on a value that is replaced if another such value is malformed too: the span of it.
    PlaceholderAmongOthers(Span),
    /// What it is about may belong to a node that is not shown: the span of its key.
    Stray(Span),
}

impl Fault {
    /// Why it need not be one, if that is so: no `Presence` or `Value` that it has read may be replaced, and no `Whole` have a gap of its
    /// own.
    pub fn excuse(&self, gaps: &Gaps) -> Option<Excuse> {
        if self.is_choice && gaps.has_choices() {
            return Some(Excuse::Placeholder(self.span));
        }
        if gaps.is_empty() {
            return None;
        }
        if gaps.is_hidden(&self.path) {
            return Some(Excuse::Gap);
        }
        let related = self.related.iter().map(|(place, _)| *place);
        let read = self.reads.iter().map(|read| read.place().span);
        if gaps.divide(std::iter::once(self.span).chain(related).chain(read)) {
            return Some(Excuse::Gap);
        }
        if self.is_stray && gaps.is_stray(self.span) {
            return Some(Excuse::Stray(self.span));
        }
        if let Some(excuse) = self.replaced(gaps) {
            return Some(excuse);
        }
        // A key whose value is not shown is there: it may be the choice that is missed, but no other field.
        let is_field_of = |path: &FieldPath| self.path != *path && path.holds(&self.path);
        let holds_more =
            |path: &FieldPath| gaps.is_open(path) || !is_field_of(path) && gaps.hides_in(path);
        let has_gap = |read: &Read| match read {
            Read::Presence(_) | Read::Value(_) => false,
            Read::Whole(place) => holds_more(&place.path),
        };
        // What must stand in a node may be among what is left out right there.
        let lacks = || {
            self.ty == ErrorType::Required && (gaps.opens(&self.path) || gaps.hides_in(&self.path))
        };
        (!self.is_certain && (self.reads.iter().any(has_gap) || lacks())).then_some(Excuse::Gap)
    }

    /// The placeholder that it depends on.
    fn replaced(&self, gaps: &Gaps) -> Option<Excuse> {
        // What is missing, or too much, is so whatever the values are.
        let counts = matches!(self.ty, ErrorType::Required | ErrorType::TooMany);
        let own = Read::Value(self.place());
        let reads = || self.reads.iter().chain(self.reads.is_empty().then_some(&own));
        let concerns = |read: &Read| match read {
            Read::Presence(place) => gaps.replaced_key_at(&place.path),
            // Of a collection that is of the wrong type it does not matter what it holds.
            Read::Value(place) if self.ty == ErrorType::TypeInvalid => {
                gaps.replaced_for_type(&place.path)
            }
            Read::Value(place) => gaps.replaced_about(&place.path),
            Read::Whole(_) if counts => None,
            Read::Whole(place) => gaps.replaced_about(&place.path),
        };
        // What is required is there, in other words.
        let own = counts.then(|| gaps.replaced_at(&self.path)).flatten();
        if let Some(span) = own.or_else(|| reads().find_map(concerns)) {
            return Some(Excuse::Placeholder(span));
        }
        // What is wrong with a value by itself is its form; that others stand beside it explains no placeholder.
        let is_own = |read: &Read| matches!(read, Read::Value(place) if place.path == self.path);
        let is_form = match self.ty {
            ErrorType::Invalid => true,
            // A number in quotes is one, whatever is said beside it.
            ErrorType::TypeInvalid => self.fix.is_none(),
            _ => false,
        };
        if !is_form || !reads().all(is_own) {
            return None;
        }
        gaps.possible_at(&self.path).map(|(span, certainty)| match certainty {
            // Nobody's certificate is a word in capitals.
            Certainty::IfNotAlone if !self.wants_format => Excuse::PlaceholderAmongOthers(span),
            _ => Excuse::Placeholder(span),
        })
    }
}
