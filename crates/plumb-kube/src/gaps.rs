//! What of a text is not shown, and which of its values stand for others.
//!
//! Owns: [`Gaps`], which whoever reads a text finds. Must not know: how a page says that something is left out, or what
//! that means for a fault.

use super::branches::Branches;
use super::path::{FieldPath, Step};
use plumb_text::Span;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

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
    /// What surely stands for something else, by its place.
    replaced: BTreeMap<FieldPath, Span>,
    /// What may, with how surely it does.
    possible: BTreeMap<FieldPath, (Span, Certainty)>,
    strays: BTreeSet<Span>,
    /// Which of what is replaced are lists in brackets: themselves, not their items.
    lists: BTreeSet<FieldPath>,
    /// Which of what is replaced are keys: nothing is said of what stands there, not even by its name.
    keys: BTreeSet<FieldPath>,
    /// Whether `a | b` may stand for a choice.
    choices: bool,
    /// The branches of the template that the document's text is.
    branches: Arc<Branches>,
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
    /// The same of a list in brackets, where no list is wanted.
    SureIfNoList,
    /// It may be meant, unless it is malformed.
    IfMalformed,
    /// It may be meant even then, unless another such value is malformed too.
    IfNotAlone,
}

/// How many of what is not shown below a node are looked at to find one right in it.
const MOST_WITHIN: usize = 100;

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
        !self.is_partial() && self.possible.is_empty() && self.strays.is_empty()
    }

    /// Whether something is surely not known: not shown, or replaced.
    pub fn is_partial(&self) -> bool {
        self.has_gap() || !self.replaced.is_empty()
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
    pub fn is_hidden(&self, path: &FieldPath) -> bool {
        !self.hidden.is_empty() && path.around().any(|steps| self.hidden.contains(steps))
    }

    /// A value stands for another one.
    pub fn replaced(&mut self, placeholder: Placeholder) {
        let Placeholder { path, span, certainty } = placeholder;
        match certainty {
            Certainty::Sure => drop(self.replaced.insert(path, span)),
            Certainty::SureIfNoList => {
                self.lists.insert(path.clone());
                self.replaced.insert(path, span);
            }
            _ => drop(self.possible.insert(path, (span, certainty))),
        }
    }

    /// A key stands for another one: its span.
    pub fn replaced_key(&mut self, path: FieldPath, span: Span) {
        self.keys.insert(path.clone());
        self.replaced.insert(path, span);
    }

    /// The text may write several values where one is wanted, as a synopsis does: `a | b`.
    pub fn allow_choices(&mut self) {
        self.choices = true;
    }

    /// Whether it may.
    pub(crate) fn has_choices(&self) -> bool {
        self.choices
    }

    /// The document's text is a template with these branches.
    pub fn in_branches(&mut self, branches: Arc<Branches>) {
        self.branches = branches;
    }

    /// Whether some of these places of the document's text are never there with others of them, once a template is filled in.
    pub(crate) fn divide(&self, places: impl IntoIterator<Item = Span>) -> bool {
        self.branches.divide(places)
    }

    /// Whether the node at a path itself was found to hold more than is written.
    pub(crate) fn opens(&self, path: &FieldPath) -> bool {
        self.open.contains(path)
    }

    /// Whether a node holds a key whose value is not shown.
    pub(crate) fn hides_in(&self, path: &FieldPath) -> bool {
        let within =
            self.hidden.range::<FieldPath, _>(path..).take_while(|found| path.holds(found));
        within.take(MOST_WITHIN).any(|found| found.split_last().is_some_and(|(of, _)| of == *path))
    }

    /// The entries whose keys have these spans may belong to a node that is not shown.
    pub fn extend_strays(&mut self, keys: impl IntoIterator<Item = Span>) {
        self.strays.extend(keys);
    }

    /// What surely stands for something else: its spans in the document's text. A list in brackets may be one.
    pub fn all_replaced(&self) -> impl Iterator<Item = Span> {
        let sure = self.replaced.iter().filter(|(path, _)| !self.lists.contains(*path));
        sure.map(|(_, span)| *span)
    }

    /// All that stands, or may stand, for something else, in the order of the fields: its spans in the document's text.
    pub fn placeholders(&self) -> impl Iterator<Item = (Span, Certainty)> {
        let sure = self.replaced.values().map(|span| (*span, Certainty::Sure));
        sure.chain(self.possible.values().copied())
    }

    /// The words in capitals that stand alone in a field of another name than those that variables of programs have.
    pub(crate) fn words(&self) -> impl Iterator<Item = Span> {
        const OF_VARIABLES: &[&str] = &["name", "key", "value"];
        let is_of_variable = |path: &FieldPath| match path.steps().last() {
            Some(Step::Field(field)) => OF_VARIABLES.contains(&field.as_str()),
            _ => true,
        };
        let words = self.possible.iter().filter(|(_, (_, how))| *how == Certainty::IfNotAlone);
        words.filter(move |(path, _)| !is_of_variable(path)).map(|(_, (span, _))| *span)
    }

    /// The same, with every value meant as it is written.
    #[must_use]
    pub fn without_placeholders(&self) -> Gaps {
        let (replaced, possible) = (BTreeMap::new(), BTreeMap::new());
        Gaps { replaced, possible, choices: false, ..self.clone() }
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

    /// What surely stands for something else at a path, or around it. A list in brackets is one for whoever takes lists there.
    pub fn replaced_at(&self, path: &FieldPath) -> Option<Span> {
        let mut around = path.around().filter(|_| !self.replaced.is_empty());
        around.find_map(|steps| {
            self.replaced.get(steps).copied().filter(|_| !self.lists.contains(steps))
        })
    }

    /// The same for whoever does not take what is written there, for its type: then a list in brackets is none.
    pub(crate) fn replaced_for_type(&self, path: &FieldPath) -> Option<Span> {
        let list = self.lists.contains(path).then(|| self.replaced.get(path).copied()).flatten();
        list.or_else(|| self.replaced_at(path))
    }

    /// What surely stands for something else in the place of a path's key, or around it. Whatever a key's value stands for, the
    /// key is there.
    pub(crate) fn replaced_key_at(&self, path: &FieldPath) -> Option<Span> {
        let is_own = self.replaced.contains_key(path) && !self.keys.contains(path);
        match is_own {
            true => self.replaced_at(&path.split_last()?.0),
            false => self.replaced_at(path),
        }
    }

    /// What surely stands for something else at a path, around it, or within it.
    pub(crate) fn replaced_about(&self, path: &FieldPath) -> Option<Span> {
        let within = || {
            // What lies in a place follows it in order.
            let behind = self.replaced.range::<FieldPath, _>(path..);
            let mut within = behind.take_while(|(found, _)| path.holds(found)).take(MOST_WITHIN);
            // A list is one wherever one is wanted.
            within.find(|(found, _)| !self.lists.contains(*found)).map(|(_, span)| *span)
        };
        self.replaced_at(path).or_else(within)
    }

    /// What may stand for something else at a path, or around it.
    pub(crate) fn possible_at(&self, path: &FieldPath) -> Option<(Span, Certainty)> {
        let mut around = path.around().filter(|_| !self.possible.is_empty());
        around.find_map(|steps| self.possible.get(steps).copied())
    }

    /// As seen from the item of a list of objects: the paths that lead into it, from there on.
    #[must_use]
    pub fn below(&self, item: &FieldPath) -> Gaps {
        let inner = |path: &FieldPath| path.below(item);
        // What lies in a place follows it in order, so that the gaps of all items are gone through once.
        let of_set = |paths: &BTreeSet<FieldPath>| {
            let within = paths.range::<FieldPath, _>(item..).take_while(|path| item.holds(path));
            within.filter_map(inner).collect()
        };
        Gaps {
            open: of_set(&self.open),
            hidden: of_set(&self.hidden),
            everywhere: self.everywhere,
            around: self.around.as_ref().and_then(inner),
            replaced: (self.replaced.range::<FieldPath, _>(item..))
                .take_while(|(path, _)| item.holds(path))
                .filter_map(|(path, span)| Some((inner(path)?, *span)))
                .collect(),
            possible: (self.possible.range::<FieldPath, _>(item..))
                .take_while(|(path, _)| item.holds(path))
                .filter_map(|(path, known)| Some((inner(path)?, *known)))
                .collect(),
            strays: self.strays.clone(),
            lists: of_set(&self.lists),
            keys: of_set(&self.keys),
            choices: self.choices,
            branches: Arc::clone(&self.branches),
        }
    }
}
