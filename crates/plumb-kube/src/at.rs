//! A place in an object while it is walked: the node, how one got there, and what to mark.
//!
//! Owns: [`At`], the one cursor of all that walks an object. A place knows the places above it, so that a step costs one
//! small allocation and no text; paths are written when there is something to say.

use super::path::{FieldPath, Step};
use super::{Document, Entry, Node, Style, Value};
use plumb_text::Span;
use plumb_text::diag::Diagnostic;
use std::rc::Rc;

/// A node and how one got there.
#[derive(Clone, Debug)]
pub struct At<'n> {
    /// What stands there; null where nothing does.
    pub(crate) node: &'n Node,
    /// What stands for it: the key that it stands under, or the first line of an item.
    key: Span,
    step: Option<Step<&'n str>>,
    above: Option<Rc<At<'n>>>,
    is_absent: bool,
}

static NULL: Node =
    Node { value: Value::Null, span: Span { start: 0, end: 0 }, style: Style::Plain };

impl<'n> At<'n> {
    /// A document as a whole, marked at its kind.
    pub(crate) fn root(document: &'n Document) -> At<'n> {
        let key = document.kind().map_or(document.span, |kind| kind.span);
        At::new(&document.root, key)
    }

    /// The root of a tree, and what stands for it.
    pub fn new(node: &'n Node, key: Span) -> At<'n> {
        At { node, key, step: None, above: None, is_absent: false }
    }

    /// What stands for a default is what stands for its holder.
    fn below(self: &Rc<At<'n>>, node: &'n Node, key: Span, step: Step<&'n str>) -> At<'n> {
        let key = if node.is_written() { key } else { self.key };
        At { node, key, step: Some(step), above: Some(self.clone()), is_absent: false }
    }

    /// The same place with another tree at it: a copy with defaults, say.
    pub(crate) fn over<'m>(&self, node: &'m Node) -> At<'m>
    where
        'n: 'm,
    {
        At { node, is_absent: false, ..self.clone() }
    }

    fn shared(&self) -> Rc<At<'n>> {
        Rc::new(self.clone())
    }

    /// The place that holds this one.
    pub(crate) fn parent(&self) -> Option<&At<'n>> {
        self.above.as_deref()
    }

    /// The field, unless it is absent or null.
    pub(crate) fn get(&self, name: &str) -> Option<At<'n>> {
        let entry = self.node.as_map()?.entry(name)?;
        let step = Step::Field(entry.key.value.as_str());
        (!entry.value.is_null()).then(|| self.shared().below(&entry.value, entry.key.span, step))
    }

    /// A field below fields: `at(&["template", "spec"])`.
    pub(crate) fn at(&self, names: &[&str]) -> Option<At<'n>> {
        names.iter().try_fold(self.clone(), |at, name| at.get(name))
    }

    /// The field, or the place where it would stand.
    pub(crate) fn field(&self, name: &'n str) -> At<'n> {
        self.child(name, Step::Field(name))
    }

    /// A field of an object, or a key of a map, by its name.
    pub(crate) fn named(&self, name: &'n str) -> At<'n> {
        self.child(name, Step::named(name))
    }

    /// The entries of a map, each by the step that `step` makes of its key.
    pub(crate) fn each(
        &self,
        step: impl Fn(&'n str) -> Step<&'n str>,
    ) -> impl Iterator<Item = (&'n Entry, At<'n>)> {
        let here = self.shared();
        self.node.as_map().into_iter().flatten().map(move |entry| {
            let at = here.below(&entry.value, entry.key.span, step(&entry.key.value));
            (entry, at)
        })
    }

    /// The value of a key of a map whose keys are data, or the place where it would stand.
    pub(crate) fn entry(&self, key: &'n str) -> At<'n> {
        self.child(key, Step::Key(key))
    }

    fn child(&self, name: &str, step: Step<&'n str>) -> At<'n> {
        match self.node.as_map().and_then(|map| map.entry(name)) {
            Some(entry) => self.shared().below(&entry.value, entry.key.span, step),
            None => At { is_absent: true, ..self.shared().below(&NULL, self.key, step) },
        }
    }

    /// The items of a list.
    pub(crate) fn items(&self) -> Vec<At<'n>> {
        let here = self.shared();
        let items = self.node.items().iter().enumerate();
        items.map(|(i, node)| here.below(node, first_line(node), Step::Index(i))).collect()
    }

    /// The items of the list under a field; none when there is no such list.
    pub(crate) fn list(&self, name: &str) -> Vec<At<'n>> {
        self.get(name).map(|at| at.items()).unwrap_or_default()
    }

    /// The entries of a map, and for each the place of its key.
    pub(crate) fn entries(&self) -> Vec<(&'n str, At<'n>)> {
        let Some(map) = self.node.as_map() else { return Vec::new() };
        let here = self.shared();
        map.iter()
            .map(|entry| {
                let key = entry.key.value.as_str();
                (key, here.below(&entry.value, entry.key.span, Step::Key(key)))
            })
            .collect()
    }

    /// The names of the fields that are set.
    pub(crate) fn names(&self) -> Vec<&'n str> {
        let Some(map) = self.node.as_map() else { return Vec::new() };
        map.iter().filter(|e| !e.value.is_null()).map(|e| e.key.value.as_str()).collect()
    }

    /// Which of these fields are set.
    pub(crate) fn set<'a>(&self, names: &[&'a str]) -> Vec<&'a str> {
        let is_set = |name: &&str| self.node.get(name).is_some_and(|node| !node.is_null());
        names.iter().copied().filter(is_set).collect()
    }

    pub(crate) fn str(&self) -> Option<&'n str> {
        self.node.as_str()
    }

    pub(crate) fn int(&self) -> Option<i128> {
        self.node.as_int()
    }

    /// The text of a field; empty when it is absent.
    pub(crate) fn text(&self, name: &str) -> &'n str {
        self.node.get(name).and_then(Node::as_str).unwrap_or_default()
    }

    /// The text of a field, unless it is absent or something else.
    pub(crate) fn word(&self, name: &str) -> Option<&'n str> {
        self.node.get(name)?.as_str()
    }

    /// The field, unless it is absent, null, or an empty text or list.
    pub(crate) fn filled(&self, name: &str) -> Option<At<'n>> {
        let is_empty = |at: &At<'n>| at.str() == Some("") || at.node.as_seq() == Some(&[]);
        self.get(name).filter(|at| !is_empty(at))
    }

    /// The entries of the map under a field; none when there is no such map.
    pub(crate) fn map(&self, name: &str) -> Vec<(&'n str, At<'n>)> {
        self.get(name).map(|at| at.entries()).unwrap_or_default()
    }

    /// The number of a field.
    pub(crate) fn number(&self, name: &str) -> Option<i128> {
        self.node.get(name).and_then(Node::as_int)
    }

    pub(crate) fn is_true(&self, name: &str) -> bool {
        self.node.get(name).and_then(Node::as_bool) == Some(true)
    }

    /// The same place, marked at its key.
    pub(crate) fn keyed(mut self) -> At<'n> {
        self.node = &NULL;
        self
    }

    /// Whether nothing is written here: the field is absent, or a schema's default stands for it.
    pub(crate) fn is_unwritten(&self) -> bool {
        self.is_absent || !self.node.is_written()
    }

    /// The path from the root.
    pub fn path(&self) -> FieldPath {
        let places = std::iter::successors(Some(self), |at| at.parent());
        FieldPath::upward(places.filter_map(|at| at.step.clone()))
    }

    /// The key that it stands under, or what else stands for it.
    pub(crate) fn key(&self) -> Span {
        self.key
    }

    /// What to mark: a scalar itself, or the key of anything bigger or absent.
    pub(crate) fn span(&self) -> Span {
        match self.node.value {
            Value::Null | Value::Map(_) | Value::Seq(_) => self.key,
            _ => self.node.span,
        }
    }

    /// What to mark on one line: for a text in a block, its key.
    pub(crate) fn anchor(&self) -> Span {
        let scalar = !matches!(self.node.value, Value::Map(_) | Value::Seq(_));
        let is_short = self.node.style != Style::BlockScalar && !self.node.span.is_empty();
        if scalar && is_short && self.node.is_written() { self.node.span } else { self.key }
    }

    /// What to mark where a value on one line is marked itself, be it a map or a list.
    pub fn short(&self) -> Span {
        let is_flow = matches!(self.node.style, Style::Flow) && !self.node.span.is_empty();
        if is_flow { self.node.span } else { self.anchor() }
    }

    /// The place of a node of the tree below, by its identity; nothing where it is none of it.
    pub fn find(&self, target: &Node) -> Option<At<'n>> {
        // A node lies within those above it, but for what an alias stands for.
        let holds =
            |node: &Node| node.span.start <= target.span.start && target.span.end <= node.span.end;
        self.find_through(target, &holds).or_else(|| self.find_through(target, &|_| true))
    }

    fn find_through(&self, target: &Node, holds: &dyn Fn(&Node) -> bool) -> Option<At<'n>> {
        if std::ptr::eq(self.node, target) {
            return Some(self.clone());
        }
        let here = self.shared();
        match &self.node.value {
            Value::Map(map) => map.iter().filter(|entry| holds(&entry.value)).find_map(|entry| {
                let step = Step::named(entry.key.value.as_str());
                here.below(&entry.value, entry.key.span, step).find_through(target, holds)
            }),
            Value::Seq(items) => {
                let mut items = items.iter().enumerate().filter(|(_, node)| holds(node));
                items.find_map(|(index, node)| {
                    let at = here.below(node, first_line(node), Step::Index(index));
                    at.find_through(target, holds)
                })
            }
            _ => None,
        }
    }

    /// The value as a message quotes it.
    pub(crate) fn quoted(&self) -> String {
        let whole = match &self.node.value {
            Value::String(text) => format!("{text:?}"),
            _ => self.node.to_json().to_string(),
        };
        Diagnostic::fitting(whole)
    }
}

/// The start of an item of a list, to the end of its first key or of itself.
pub(crate) fn first_line(node: &Node) -> Span {
    match &node.value {
        Value::Map(map) if node.style == Style::Block => {
            map.iter().next().map_or(node.span, |entry| entry.key.span)
        }
        Value::Seq(items) if node.style == Style::Block => {
            items.first().map_or(node.span, |item| Span::at(item.span.start))
        }
        _ => node.span,
    }
}
