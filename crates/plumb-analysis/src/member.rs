//! A document of a group, and where it stands.

use plumb_kube::Document;

/// A document of a group, and where it stands.
#[derive(Clone, Copy, Debug)]
pub struct Member<'a> {
    /// The manifest, perhaps shown in part.
    pub document: &'a Document,
    /// The headings that it stands under, the outermost first, each by a number of its own. Empty where documents are
    /// applied together, wherever they stand.
    pub section: &'a [usize],
}

impl<'a> From<&'a Document> for Member<'a> {
    fn from(document: &'a Document) -> Member<'a> {
        Member { document, section: &[] }
    }
}
