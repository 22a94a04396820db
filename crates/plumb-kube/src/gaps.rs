//! What of a text is not shown, and which of its values stand for others.
//!
//! Owns: [`Gaps`], which whoever reads a text finds. Must not know: how a page says that something is left out, or what
//! that means for a fault.

use super::path::FieldPath;
use plumb_text::Span;
use std::collections::BTreeSet;

/// What of a document is known not to be shown.
///
/// A *gap* is a node that may hold more than is written: itself, not what lies in it. A *placeholder* is a value, a key or a
/// list in brackets that a reader, or a program, replaces.
#[derive(Clone, Debug, Default)]
pub struct Gaps {
    open: BTreeSet<FieldPath>,
    hidden: BTreeSet<FieldPath>,
    everywhere: bool,
    around: Option<FieldPath>,
    placeholders: Vec<Placeholder>,
    strays: Vec<Span>,
}

/// A value that stands for another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placeholder {
    /// Its place in the document.
    pub path: FieldPath,
    /// What is written there, in the document's text.
    pub span: Span,
    /// How surely it stands for something else.
    pub certainty: Certainty,
}

/// How surely a value stands for another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certainty {
    /// Nobody means it as it stands.
    Sure,
    /// It may be meant, unless it is malformed.
    IfMalformed,
    /// It may be meant even then, unless another such value is malformed too.
    IfNotAlone,
}

impl Gaps {
    /// Every node may hold more than is written.
    pub fn everywhere() -> Gaps {
        Gaps { everywhere: true, ..Gaps::default() }
    }

    /// All that lies around a part is not shown, and the part itself is whole.
    pub(crate) fn around(part: FieldPath) -> Gaps {
        Gaps { around: Some(part), ..Gaps::default() }
    }

    /// The same, and every node may hold more than is written.
    #[must_use]
    pub fn and_everywhere(&self) -> Gaps {
        Gaps { everywhere: true, ..self.clone() }
    }

    /// Whether everything is shown, as it is meant.
    pub fn is_empty(&self) -> bool {
        !self.has_gap() && self.placeholders.is_empty() && self.strays.is_empty()
    }

    /// Whether something is not shown.
    pub fn has_gap(&self) -> bool {
        self.everywhere || self.around.is_some() || !self.open.is_empty()
    }

    /// The node at a path may hold more than is written.
    pub fn open(&mut self, path: FieldPath) {
        self.open.insert(path);
    }

    /// The value at a path is not shown at all, though its key is.
    pub fn hide(&mut self, path: FieldPath) {
        self.open.insert(path.clone());
        self.hidden.insert(path);
    }

    /// Whether what a path leads to is not shown at all.
    pub(crate) fn is_hidden(&self, path: &FieldPath) -> bool {
        !self.hidden.is_empty() && self.hidden.iter().any(|hidden| hidden.holds(path))
    }

    /// A value stands for another one.
    pub fn replaced(&mut self, placeholder: Placeholder) {
        self.placeholders.push(placeholder);
    }

    /// The entries whose keys have these spans may belong to a node that is not shown.
    pub fn extend_strays(&mut self, keys: impl IntoIterator<Item = Span>) {
        self.strays.extend(keys);
    }

    /// The values that stand for others.
    pub fn placeholders(&self) -> &[Placeholder] {
        &self.placeholders
    }

    /// Whether an entry, by the span of its key, may belong to a node that is not shown.
    pub(crate) fn is_stray(&self, key: Span) -> bool {
        self.strays.contains(&key)
    }

    /// Whether the node at a path may hold more than is written.
    pub fn is_open(&self, path: &FieldPath) -> bool {
        self.everywhere
            || self.open.contains(path)
            || self.around.as_ref().is_some_and(|part| !part.holds(path))
    }

    /// The placeholder that surely stands at a path, or around it.
    pub fn placeholder_at(&self, path: &FieldPath) -> Option<&Placeholder> {
        let is_it =
            |known: &&Placeholder| known.certainty == Certainty::Sure && known.path.holds(path);
        self.placeholders.iter().find(is_it)
    }

    /// Whether what is written at a path surely stands for something else.
    pub(crate) fn is_replaced(&self, path: &FieldPath) -> bool {
        !self.placeholders.is_empty() && self.placeholder_at(path).is_some()
    }

    /// As seen from the item of a list of objects: the paths that lead into it, from there on.
    #[must_use]
    pub(crate) fn below(&self, item: &FieldPath) -> Gaps {
        let inner = |path: &FieldPath| path.below(item);
        Gaps {
            open: self.open.iter().filter_map(inner).collect(),
            hidden: self.hidden.iter().filter_map(inner).collect(),
            everywhere: self.everywhere,
            around: self.around.as_ref().and_then(inner),
            placeholders: (self.placeholders.iter())
                .filter_map(|known| {
                    Some(Placeholder { path: inner(&known.path)?, ..known.clone() })
                })
                .collect(),
            strays: self.strays.clone(),
        }
    }
}
