//! What of a cluster a book shows: Namespaces, and the objects that policies take their parameters from.

use super::kind::Kind;
use super::lack::Asked;
use crate::admitted::{Context, admitted};
use crate::gaps::Gaps;
use crate::path::FieldPath;
use crate::select::{Labels, Selector};
use crate::{Document, Node, Schemas, Versions};
use plumb_cel::Value as Cel;
use std::collections::BTreeMap;

/// Which objects a binding takes its parameters from.
#[derive(Debug)]
pub(super) struct Reference {
    pub(super) name: Option<String>,
    pub(super) namespace: Option<String>,
    pub(super) selector: Option<Node>,
    pub(super) asked: Asked,
}

/// The objects that a book shows, by their kind and name.
#[derive(Clone, Debug, Default)]
pub(super) struct Objects {
    all: Vec<Document>,
    by_name: BTreeMap<String, BTreeMap<String, Vec<usize>>>,
}

impl Objects {
    /// These objects, and more of them.
    pub(super) fn and(&self, more: impl IntoIterator<Item = Document>) -> Objects {
        let mut objects = self.clone();
        for object in more {
            let Some(kind) = Kind::of(&object.root) else { continue };
            let kind = id(&crate::api_version(kind.group, kind.version), kind.kind);
            let name = text(&object, "name").unwrap_or_default().to_owned();
            let named = objects.by_name.entry(kind).or_default();
            named.entry(name).or_default().push(objects.all.len());
            objects.all.push(object);
        }
        objects
    }

    /// The objects of a kind, of this name where one is wanted.
    fn find(&self, kind: &str, name: Option<&str>) -> Vec<&Document> {
        let Some(named) = self.by_name.get(kind) else { return Vec::new() };
        let found: Vec<&usize> = match name {
            Some(name) => named.get(name).into_iter().flatten().collect(),
            None => named.values().flatten().collect(),
        };
        found.into_iter().filter_map(|at| self.all.get(*at)).collect()
    }

    /// The Namespace of this name; none where it is not shown, or in several ways.
    pub(super) fn namespace(&self, name: &str) -> Option<&Document> {
        let found = self.find(&id("v1", "Namespace"), Some(name));
        let (first, others) = found.split_first()?;
        let is_same = |other: &&Document| other.root.to_json() == first.root.to_json();
        others.iter().all(is_same).then_some(*first)
    }

    /// The objects that a reference of a binding finds, for an object in this namespace. None where none is shown.
    pub(super) fn parameters(
        &self,
        (api_version, kind): (&str, &str),
        reference: &Reference,
        namespace: Option<&str>,
    ) -> Vec<&Document> {
        let wanted = reference.namespace.as_deref().or(namespace);
        let is_meant = |object: &&Document| {
            let labels = object.root.get("metadata").and_then(|metadata| metadata.get("labels"));
            reference.selector.as_ref().is_none_or(|selector| {
                Selector::of_label_selector(Some(selector)).matches(&Labels::of(labels))
            })
        };
        let mut found = self.find(&id(api_version, kind), reference.name.as_deref());
        found.retain(is_meant);
        // What says no namespace goes where it is applied; beside one that says it, it is another one.
        let of = |namespace: Option<&str>| -> Vec<&Document> {
            let own = found.iter().filter(|object| text(object, "namespace") == namespace);
            own.copied().collect()
        };
        let exact = of(wanted);
        if exact.is_empty() { of(None) } else { exact }
    }
}

fn id(api_version: &str, kind: &str) -> String {
    format!("{api_version} {kind}")
}

/// An object as an expression sees it.
pub(super) fn value(
    (root, place): (&Node, &FieldPath),
    gaps: &Gaps,
    (schemas, versions): (&Schemas, &Versions),
    is_namespaced: bool,
) -> Cel {
    let Some(kind) = Kind::of(root) else { return Cel::Unknown };
    let known = schemas.find(kind.group, kind.version, kind.kind, versions);
    let known = known.as_deref();
    let context = Context { group: kind.group, kind: kind.kind, known, is_namespaced };
    admitted(root, &context, place, gaps)
}

fn text<'d>(object: &'d Document, name: &str) -> Option<&'d str> {
    object.root.get("metadata")?.get(name)?.as_str()
}
