//! A place in a document while it is walked: the node, its path as an API server writes it, and what to mark.

use crate::diag::{Code, Diagnostic};
use crate::manifest::{Document, Node, Value};
use crate::text::{Location, Span};

/// A node and how one got there.
#[derive(Clone, Debug)]
pub(super) struct At<'n> {
    pub(super) node: &'n Node,
    pub(super) path: String,
    /// The key that the node stands under, or the node of a list.
    key: Span,
}

/// The findings about a document.
pub(super) struct Out<'d> {
    document: &'d Document,
    /// The version of Kubernetes whose rules hold.
    pub(super) k8s: (u32, u32),
    pub(super) findings: Vec<Diagnostic>,
}

impl<'n> At<'n> {
    pub(super) fn root(document: &'n Document) -> At<'n> {
        let key = document.kind().map_or(document.span, |kind| kind.span);
        At { node: &document.root, path: String::new(), key }
    }

    fn step(&self, node: &'n Node, key: Span, name: &str) -> At<'n> {
        let path = match self.path.is_empty() {
            true => name.to_owned(),
            false => format!("{}.{name}", self.path),
        };
        At { node, path, key }
    }

    /// The field, unless it is absent or null.
    pub(super) fn get(&self, name: &str) -> Option<At<'n>> {
        let entry = self.node.as_map()?.entry(name)?;
        (!entry.value.is_null()).then(|| self.step(&entry.value, entry.key.span, name))
    }

    /// A field below fields: `at(&["template", "spec"])`.
    pub(super) fn at(&self, names: &[&str]) -> Option<At<'n>> {
        names.iter().try_fold(self.clone(), |at, name| at.get(name))
    }

    /// The field, or the place where it would stand.
    pub(super) fn field(&self, name: &str) -> At<'n> {
        match self.node.as_map().and_then(|map| map.entry(name)) {
            Some(entry) => self.step(&entry.value, entry.key.span, name),
            None => At { node: &NULL, ..self.step(self.node, self.key, name) },
        }
    }

    /// The items of a list.
    pub(super) fn items(&self) -> Vec<At<'n>> {
        let items = self.node.items().iter().enumerate();
        items
            .map(|(i, node)| At { node, path: format!("{}[{i}]", self.path), key: first(node) })
            .collect()
    }

    /// The items of the list under a field; none when there is no such list.
    pub(super) fn list(&self, name: &str) -> Vec<At<'n>> {
        self.get(name).map(|at| at.items()).unwrap_or_default()
    }

    /// The entries of a map, and for each the place of its key.
    pub(super) fn entries(&self) -> Vec<(&'n str, At<'n>)> {
        let Some(map) = self.node.as_map() else { return Vec::new() };
        map.iter()
            .map(|entry| {
                let path = format!("{}[{}]", self.path, entry.key.value);
                let key = entry.key.span;
                (entry.key.value.as_str(), At { node: &entry.value, path, key })
            })
            .collect()
    }

    /// The names of the fields that are set.
    pub(super) fn names(&self) -> Vec<&'n str> {
        let Some(map) = self.node.as_map() else { return Vec::new() };
        map.iter().filter(|e| !e.value.is_null()).map(|e| e.key.value.as_str()).collect()
    }

    /// Which of these fields are set.
    pub(super) fn set<'a>(&self, names: &[&'a str]) -> Vec<&'a str> {
        names.iter().copied().filter(|name| self.get(name).is_some()).collect()
    }

    pub(super) fn str(&self) -> Option<&'n str> {
        self.node.as_str()
    }

    pub(super) fn int(&self) -> Option<i128> {
        self.node.as_int()
    }

    /// The text of a field; empty when it is absent.
    pub(super) fn text(&self, name: &str) -> &'n str {
        self.get(name).and_then(|at| at.str()).unwrap_or_default()
    }

    /// The number of a field.
    pub(super) fn number(&self, name: &str) -> Option<i128> {
        self.get(name).and_then(|at| at.int())
    }

    pub(super) fn is_true(&self, name: &str) -> bool {
        self.get(name).and_then(|at| at.node.as_bool()) == Some(true)
    }

    /// The same place, marked at its key.
    pub(super) fn keyed(mut self) -> At<'n> {
        self.node = &NULL;
        self
    }

    /// What to mark: a scalar itself, or the key of anything bigger or absent.
    fn span(&self) -> Span {
        match self.node.value {
            Value::Null | Value::Map(_) | Value::Seq(_) => self.key,
            _ => self.node.span,
        }
    }

    /// The value as a message quotes it.
    pub(super) fn quoted(&self) -> String {
        match &self.node.value {
            Value::String(text) => format!("{text:?}"),
            Value::Map(_) | Value::Seq(_) => self.node.to_json().to_string(),
            _ => self.node.to_json().to_string(),
        }
    }
}

static NULL: Node = Node {
    value: Value::Null,
    span: Span { start: 0, end: 0 },
    style: crate::manifest::Style::Plain,
};

/// What stands for an item of a list: its first key, or itself.
fn first(node: &Node) -> Span {
    let key = node.as_map().and_then(|map| map.iter().next()).map(|entry| entry.key.span);
    key.unwrap_or(node.span)
}

impl<'d> Out<'d> {
    pub(super) fn new(document: &'d Document, k8s: (u32, u32)) -> Out<'d> {
        Out { document, k8s, findings: Vec::new() }
    }

    /// Where a place is in the author's files.
    pub(super) fn place(&self, at: &At<'_>) -> Location {
        self.document.locate(at.span())
    }

    /// Reports `PATH: DETAIL` at a place.
    pub(super) fn report(
        &mut self,
        code: &'static Code,
        at: &At<'_>,
        detail: &str,
    ) -> &mut Diagnostic {
        let message = match at.path.is_empty() {
            true => detail.to_owned(),
            false => format!("{}: {detail}", at.path),
        };
        let location = self.place(at);
        let finding = Diagnostic::new(code, location, message);
        self.findings.push(finding.path(at.path.clone()).document(self.document.id()));
        let last = self.findings.len() - 1;
        &mut self.findings[last]
    }

    pub(super) fn invalid(
        &mut self,
        code: &'static Code,
        at: &At<'_>,
        why: &str,
    ) -> &mut Diagnostic {
        let detail = format!("Invalid value: {}: {why}", at.quoted());
        self.report(code, at, &detail)
    }

    pub(super) fn required(
        &mut self,
        code: &'static Code,
        at: &At<'_>,
        why: &str,
    ) -> &mut Diagnostic {
        let separator = if why.is_empty() { "" } else { ": " };
        self.report(code, at, &format!("Required value{separator}{why}"))
    }

    pub(super) fn forbidden(
        &mut self,
        code: &'static Code,
        at: &At<'_>,
        why: &str,
    ) -> &mut Diagnostic {
        self.report(code, at, &format!("Forbidden: {why}"))
    }

    pub(super) fn duplicate(
        &mut self,
        code: &'static Code,
        at: &At<'_>,
        first: &At<'_>,
    ) -> &mut Diagnostic {
        let related = self.place(first);
        let detail = format!("Duplicate value: {}", at.quoted());
        let finding = self.report(code, at, &detail);
        finding
            .related
            .push(crate::diag::Label { location: related, text: "first here".to_owned() });
        finding
    }

    /// Reports every value under `name` that occurred in an earlier item.
    pub(super) fn unique(&mut self, code: &'static Code, items: &[At<'_>], name: &str) {
        let values: Vec<At<'_>> = items.iter().filter_map(|item| item.get(name)).collect();
        for (i, value) in values.iter().enumerate() {
            if let Some(first) =
                values[..i].iter().find(|earlier| earlier.node.value == value.node.value)
            {
                self.duplicate(code, value, first);
            }
        }
    }
}
