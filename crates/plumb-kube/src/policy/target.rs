//! A manifest that policies are asked about, and what a request to create it says.

use super::kind::Kind;
use super::objects::{self, Objects};
use crate::gaps::Gaps;
use crate::path::{FieldPath, Step};
use crate::{Node, Schemas, Versions, names};
use plumb_cel::{Map, Value as Cel};
use plumb_text::Span;

/// The namespace that an object is created in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Namespace<'a> {
    /// Objects of the kind are in none.
    None,
    /// The one of this name.
    Named(&'a str),
    /// Whoever applies the manifest says which.
    Unsaid,
}

/// A manifest that is to be judged.
pub(super) struct Target<'a> {
    pub(super) root: &'a Node,
    pub(super) place: FieldPath,
    pub(super) gaps: &'a Gaps,
    pub(super) kind: Kind<'a>,
    pub(super) resource: String,
    pub(super) name: &'a str,
    pub(super) namespace: Namespace<'a>,
    pub(super) objects: &'a Objects,
    pub(super) schemas: &'a Schemas,
    pub(super) versions: &'a Versions,
}

impl<'a> Target<'a> {
    /// Of a manifest, or an item of a list, which stands at a place of its document.
    pub(super) fn new(
        (root, place): (&'a Node, FieldPath),
        gaps: &'a Gaps,
        kind: Kind<'a>,
        objects: &'a Objects,
        (schemas, versions): (&'a Schemas, &'a Versions),
    ) -> Target<'a> {
        let field = |name: &str| {
            let steps = ["metadata", name].map(|step| Step::Field(step.to_owned()));
            let path = steps.into_iter().fold(place.clone(), FieldPath::then);
            let value = root.get("metadata").and_then(|metadata| metadata.get(name)?.as_str());
            value.filter(|_| gaps.replaced_at(&path).is_none())
        };
        let namespace = match field("namespace").filter(|name| !name.is_empty()) {
            _ if kind.is_cluster_wide(schemas, versions) => Namespace::None,
            Some(name) => Namespace::Named(name),
            None => Namespace::Unsaid,
        };
        let name = field("name").unwrap_or_default();
        let resource = names::plural(kind.kind);
        Target { root, place, gaps, kind, resource, name, namespace, objects, schemas, versions }
    }

    /// `Deployment/web`, as findings name it.
    pub(super) fn id(&self) -> String {
        match self.name {
            "" => self.kind.kind.to_owned(),
            name => format!("{}/{name}", self.kind.kind),
        }
    }

    /// What stands for the manifest as a whole.
    pub(super) fn kind_span(&self) -> Span {
        self.root.get("kind").map_or(self.root.span, |kind| kind.span)
    }

    /// Whether it is a Namespace itself.
    pub(super) fn is_namespace(&self) -> bool {
        self.kind.group.is_empty() && self.kind.kind == "Namespace"
    }

    /// The `object` of an expression.
    pub(super) fn object(&self) -> Cel {
        let is_namespaced = self.namespace == Namespace::Unsaid;
        let context = (self.schemas, self.versions);
        objects::value((self.root, &self.place), self.gaps, context, is_namespaced)
    }

    /// The `request` of an expression.
    pub(super) fn request(&self) -> Cel {
        let text = |value: &str| Cel::from(value);
        let map = |entries: Vec<(&str, Cel)>| Cel::from(entries.into_iter().collect::<Map>());
        let Kind { group, version, kind } = self.kind;
        let kind =
            map(vec![("group", text(group)), ("version", text(version)), ("kind", text(kind))]);
        let resource = map(vec![
            ("group", text(group)),
            ("version", text(version)),
            ("resource", text(&self.resource)),
        ]);
        // A name that is to be generated is none yet.
        let is_unsaid = self.name.is_empty() && self.gaps.is_partial();
        let name = if is_unsaid { Cel::Unknown } else { text(self.name) };
        let namespace = match self.namespace {
            // A Namespace is created as if in itself.
            Namespace::None if self.is_namespace() => name.clone(),
            Namespace::None => text(""),
            Namespace::Named(name) => text(name),
            Namespace::Unsaid => Cel::Unknown,
        };
        map(vec![
            ("operation", text("CREATE")),
            ("name", name),
            ("namespace", namespace),
            ("kind", kind.clone()),
            ("requestKind", kind),
            ("resource", resource.clone()),
            ("requestResource", resource),
            ("subResource", text("")),
            ("requestSubResource", text("")),
            ("dryRun", Cel::Bool(false)),
            // Who asks, only a cluster knows.
            ("userInfo", Cel::Unknown),
            ("options", Cel::Unknown),
            ("uid", Cel::Unknown),
        ])
    }

    /// Whether `namespaceObject` is known.
    pub(super) fn knows_namespace(&self) -> bool {
        match self.namespace {
            Namespace::None => true,
            Namespace::Named(name) => self.objects.namespace(name).is_some(),
            Namespace::Unsaid => false,
        }
    }

    /// The `namespaceObject` of an expression: null outside of namespaces, none where it is not known.
    pub(super) fn namespace_object(&self) -> Option<Cel> {
        match self.namespace {
            Namespace::None => Some(Cel::Null),
            Namespace::Named(name) => {
                let shown = self.objects.namespace(name)?;
                let context = (self.schemas, self.versions);
                let place = (&shown.root, &FieldPath::default());
                Some(objects::value(place, &shown.gaps, context, false))
            }
            Namespace::Unsaid => None,
        }
    }
}
