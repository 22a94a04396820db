//! The ids of what can be pressed or opened on a page, unique in the book.

use super::Site;
use super::escape;
use crate::content::{Inline, MatrixCell, MatrixRow, Provenance, Value, plain};

/// A short name for what is equal.
pub(super) fn digest(text: &str) -> String {
    crate::text::digest(text)[..10].to_owned()
}

/// An id for something of a directive's, unique in the book.
pub(super) fn site_id(site: &Site, what: &str) -> String {
    format!("plumb-{}-{}-{what}", escape::slug(&site.chapter), site.ordinal)
}

/// The id of a value's details: values of one chapter that came about in the same way share them.
pub(super) fn value_id(value: &Value, provenance: &Provenance, site: &Site) -> String {
    id(site, &format!("{}\0{provenance:?}", value.text))
}

/// The id of a cell's details; none where there is nothing more to say.
pub(super) fn cell_id(title: &str, cell: &MatrixCell, site: &Site) -> Option<String> {
    let more = !cell.note.is_empty() || !cell.sources.is_empty();
    (more && !site.plain).then(|| id(site, &format!("{title}\0{cell:?}")))
}

/// An id, unique in a book, for what a chapter has once.
fn id(site: &Site, what: &str) -> String {
    format!("plumb-{}-{}", escape::slug(&site.chapter), digest(what))
}

/// What a cell of a matrix is about.
pub(super) fn cell_title(row: &MatrixRow, option: &[Inline]) -> String {
    format!("{}: {}", plain(&row.title), plain(option))
}
