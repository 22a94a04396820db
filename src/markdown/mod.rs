//! What an author's Markdown says to this program.
//!
//! Owns: the directives and fences of a chapter and their arguments ([`scan()`]), the text that mdBook makes of a
//! chapter before we see it ([`expand`], [`realign()`]), the chapters of a book ([`read_book`]), and the little Markdown
//! that a model's own words may use ([`inline()`]). Must not know: which directives there are and what they mean, what a
//! manifest is, or how a page is drawn.
//!
//! The way of a chapter: its source is expanded as mdBook does it, with a map back; the expanded text is scanned; what
//! the scan finds has spans in the expanded text, which the map turns into places in the author's files.

mod alike;
mod anchors;
mod args;
mod book;
mod codes;
mod conflict;
mod contained;
mod cut;
mod fence;
mod files;
mod front;
mod guard;
mod html;
mod include;
mod inline;
mod marker;
mod node;
mod pair;
mod place;
mod quick;
mod raw;
mod realign;
mod scan;
mod take;
mod template;
mod unread;

pub use alike::alike;
pub use anchors::{Anchors, Heading, LinkTo, anchors, id_part, prose};
pub use args::{Arg, Args, Value};
pub use book::{Book, CHAPTERS_LIMIT, Chapter, outside, read_book, source_folder};
pub use codes::*;
pub use contained::contained;
pub use cut::Cut;
pub use fence::{Fence, Interpolation, Word};
pub use files::{Files, INCLUDED_LIMIT, LOOKED_THROUGH_LIMIT, MAX_INCLUDES, expand_all};
pub use front::front_matter;
pub use include::{
    Expanded, Indented, MOST_WITHIN_INCLUDES, expand, expand_indented, includes_in, unexpanded,
};
pub use inline::inline;
pub use marker::WRITES_TEXT;
pub use node::{Directive, Node, NodeKind, Scan, Unread, Within};
pub use place::Place;
pub use raw::raw_html;
pub use realign::realign;
pub use scan::{Dialect, scan};
pub use template::{Fault, MOST_NESTED, Part, Template, expressions, template};

#[cfg(test)]
mod tests;
