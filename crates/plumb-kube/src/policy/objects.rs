//! What of a cluster a book shows: Namespaces, and the objects that policies take their parameters from.

use super::kind::Kind;
use crate::admitted::{Context, admitted};
use crate::gaps::Gaps;
use crate::path::FieldPath;
use crate::select::{Labels, Selector};
use crate::{Document, Node, Schemas, Versions};
use plumb_cel::Value as Cel;
use plumb_text::Location;

/// Which objects a binding takes its parameters from.
#[derive(Debug)]
pub(super) struct Reference {
    pub(super) name: Option<String>,
    pub(super) namespace: Option<String>,
    pub(super) selector: Option<Node>,
    pub(super) at: Location,
}

/// The objects that a book shows.
pub(super) struct Objects<'a>(Vec<&'a Document>);

impl<'a> Objects<'a> {
    pub(super) fn new(objects: impl Iterator<Item = &'a Document>) -> Objects<'a> {
        Objects(objects.collect())
    }

    /// The Namespace of this name; none where it is not shown, or in several ways.
    pub(super) fn namespace(&self, name: &str) -> Option<&'a Document> {
        let of_kind = self.0.iter().copied().filter(|object| is_namespace(object));
        let mut named = of_kind.filter(|object| text(object, "name") == Some(name));
        let first = named.next()?;
        named.all(|other| other.root.to_json() == first.root.to_json()).then_some(first)
    }

    /// The objects that a reference of a binding finds, for an object in this namespace. None where none is shown.
    pub(super) fn parameters(
        &self,
        (api_version, kind): (&str, &str),
        reference: &Reference,
        namespace: Option<&str>,
    ) -> Vec<&'a Document> {
        let wanted = reference.namespace.as_deref().or(namespace);
        let is_of_kind = |object: &&Document| {
            Kind::of(&object.root).is_some_and(|own| own.is(api_version, kind))
        };
        let is_meant = |object: &&Document| {
            let labels = object.root.get("metadata").and_then(|metadata| metadata.get("labels"));
            let by_name = reference.name.as_deref();
            by_name.is_none_or(|name| text(object, "name") == Some(name))
                && reference.selector.as_ref().is_none_or(|selector| {
                    Selector::of_label_selector(Some(selector)).matches(&Labels::of(labels))
                })
        };
        let found: Vec<_> = self.0.iter().copied().filter(is_of_kind).filter(is_meant).collect();
        // What says no namespace goes where it is applied; beside one that says it, it is another one.
        let exact: Vec<_> =
            found.iter().filter(|object| text(object, "namespace") == wanted).copied().collect();
        match exact.is_empty() {
            false => exact,
            true => {
                found.into_iter().filter(|object| text(object, "namespace").is_none()).collect()
            }
        }
    }
}

/// Whether a document is a Namespace.
pub(super) fn is_namespace(object: &Document) -> bool {
    Kind::of(&object.root).is_some_and(|kind| kind.is("v1", "Namespace"))
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
