//! One manifest of a group, and how a finding about it is placed.
//!
//! Owns: [`Object`], an item of a `List` included, and how severe a finding is where the group leaves room for another
//! reading. Must not know: the group.

use plumb_kube::at::At;
use plumb_kube::fault::listed;
use plumb_kube::gaps::Gaps;
use plumb_kube::path::{FieldPath, Step};
use plumb_kube::{Document, Node};
use plumb_text::diag::{Code, Diagnostic, Severity, nearest};
use plumb_text::{Location, Span};
use std::collections::HashSet;

pub(super) const CORE: &str = "";
pub(super) const NETWORKING: &str = "networking.istio.io";
pub(super) const SECURITY: &str = "security.istio.io";
pub(super) const TELEMETRY: &str = "telemetry.istio.io";
pub(super) const GATEWAY_API: &str = "gateway.networking.k8s.io";
pub(super) const ADMISSION: &str = "admissionregistration.k8s.io";

/// Where Istio's own configuration lives unless a mesh says otherwise; a policy here is for the whole mesh.
pub(super) const ROOT_NAMESPACES: &[&str] = &["istio-system", "aks-istio-system"];

/// Namespaces that the API server or an add-on brings: no page defines them.
pub(super) const SYSTEM_NAMESPACES: &[&str] = &[
    "default",
    "kube-system",
    "kube-public",
    "kube-node-lease",
    "local-path-storage",
    "istio-system",
    "aks-istio-system",
    "aks-istio-ingress",
    "aks-istio-egress",
];

/// One manifest.
pub(super) struct Object<'a> {
    pub(super) document: &'a Document,
    /// The manifest's value.
    pub(super) root: &'a Node,
    /// The API group; empty for the core group.
    pub(super) group: &'a str,
    /// The kind.
    pub(super) kind: &'a str,
    /// `metadata.name`; empty where it has none.
    pub(super) name: &'a str,
    /// `metadata.namespace`; none where it is not written, which may be any.
    pub(super) namespace: Option<&'a str>,
    /// Its number in the group.
    pub(super) index: usize,
    /// What of it is not shown.
    pub(super) gaps: Gaps,
    /// Whether its `apiVersion` is written; without one, its group may be any.
    pub(super) has_head: bool,
    /// The headings that it stands under.
    pub(super) section: &'a [usize],
}

impl<'a> Object<'a> {
    /// The node at a field path.
    pub(super) fn at(&self, path: &str) -> Option<&'a Node> {
        self.root.at_path(path)
    }

    /// The text at a field path.
    pub(super) fn text(&self, path: &str) -> Option<&'a str> {
        self.at(path)?.as_str()
    }

    /// The items of the list at a field path.
    pub(super) fn items(&self, path: &str) -> &'a [Node] {
        self.at(path).map(Node::items).unwrap_or_default()
    }

    /// The text of each item of the list at a field path.
    pub(super) fn texts(&self, path: &str) -> Vec<&'a str> {
        self.items(path).iter().filter_map(Node::as_str).collect()
    }

    /// Whether all of it is shown, and what it is called. Of anything else nothing is said that its gaps may change.
    pub(super) fn is_whole(&self) -> bool {
        self.is_named() && !self.gaps.has_gap()
    }

    /// Whether it says what it is and how it is called, so that something can be said of it.
    pub(super) fn is_named(&self) -> bool {
        self.has_head && !self.name.is_empty()
    }

    /// Whether it may have a name: what shows none may have any.
    pub(super) fn may_be_called(&self, name: &str) -> bool {
        self.name == name || self.name.is_empty()
    }

    /// Whether all that the node at a field path holds is shown, but for what lies deeper; also where there is no such node.
    pub(super) fn knows(&self, path: &str) -> bool {
        self.known_path(path).is_some()
    }

    /// Whether all items of the list at a field path are shown, each with the value of a key or without one.
    pub(super) fn knows_each(&self, path: &str, key: &str) -> bool {
        let Some(list) = self.known_path(path) else { return false };
        !self.gaps.is_partial()
            || self.items(path).iter().enumerate().all(|(index, item)| {
                let item_path = list.clone().then(Step::Index(index));
                match item.get(key) {
                    Some(_) => {
                        let value = item_path.then(Step::Field(key.to_owned()));
                        !self.gaps.is_open(&value)
                            && !self.gaps.is_hidden(&value)
                            && self.gaps.replaced_at(&value).is_none()
                    }
                    None => !self.gaps.is_open(&item_path),
                }
            })
    }

    /// The same, and every such value is a number: a word in its place stands for one.
    pub(super) fn knows_numbers(&self, path: &str, key: &str) -> bool {
        let is_number = |value: &Node| value.as_int().is_some();
        self.knows_each(path, key)
            && self.items(path).iter().all(|item| item.get(key).is_none_or(is_number))
    }

    /// The path of the node at a field path, or of the one that lacks it; none where it may hold more than is written.
    fn known_path(&self, path: &str) -> Option<FieldPath> {
        let (mut at, mut node) = (FieldPath::default(), self.root);
        if !self.gaps.is_partial() {
            return Some(at);
        }
        for name in path.split('.') {
            let Some(inner) = node.get(name) else { break };
            node = inner;
            at = at.then(Step::Field(name.to_owned()));
        }
        let is_known = !self.gaps.is_open(&at)
            && !self.gaps.is_hidden(&at)
            && self.gaps.replaced_at(&at).is_none();
        is_known.then_some(at)
    }

    /// A label.
    pub(super) fn label(&self, key: &str) -> Option<&'a str> {
        self.root.get("metadata")?.get("labels")?.get(key)?.as_str()
    }

    /// An annotation.
    pub(super) fn annotation(&self, key: &str) -> Option<&'a str> {
        self.root.get("metadata")?.get("annotations")?.get(key)?.as_str()
    }

    /// `Gateway/edge`, as findings name it.
    pub(super) fn id(&self) -> String {
        if self.name.is_empty() {
            self.kind.to_owned()
        } else {
            format!("{}/{}", self.kind, self.name)
        }
    }

    /// `namespace/name`, or the name alone.
    pub(super) fn full_name(&self) -> String {
        match self.namespace {
            Some(namespace) => format!("{namespace}/{}", self.name),
            None => self.name.to_owned(),
        }
    }

    /// Whether this is the very same manifest.
    pub(super) fn is(&self, other: &Object<'_>) -> bool {
        self.index == other.index
    }

    /// Whether both stand for one object of a cluster: a page's variants of it.
    pub(super) fn is_variant_of(&self, other: &Object<'_>) -> bool {
        self.group == other.group
            && self.kind == other.kind
            && self.name == other.name
            && self.namespace == other.namespace
    }

    /// Whether a page shows one in place of the other: as a variant of it, or under a heading of its own, as another way.
    pub(super) fn is_alternative_to(&self, other: &Object<'_>) -> bool {
        self.is_variant_of(other) || !in_sight(self.section, other.section)
    }

    /// The place of a node of this object.
    pub(super) fn place(&self, node: &Node) -> Location {
        let (_, span) = self.trace(node);
        self.document.locate(span)
    }

    /// A finding at a node of this object.
    pub(super) fn finding(
        &self,
        code: &'static Code,
        node: &Node,
        message: impl Into<String>,
    ) -> Diagnostic {
        let (path, span) = self.trace(node);
        let finding =
            Diagnostic::new(code, self.document.locate(span), message).document(self.id());
        if path.is_empty() { finding } else { finding.path(path) }
    }

    /// A finding about the object as a whole, at its name.
    pub(super) fn finding_at_name(
        &self,
        code: &'static Code,
        message: impl Into<String>,
    ) -> Diagnostic {
        self.finding(code, self.name_node(), message)
    }

    /// The node of its name, or else of its kind.
    pub(super) fn name_node(&self) -> &'a Node {
        self.at("metadata.name").or_else(|| self.root.get("kind")).unwrap_or(self.root)
    }

    /// The path of a node and the span that marks it: a scalar itself; of a map or list only the key, for a mark over
    /// many lines shows nothing. No analyzer needs to carry paths.
    fn trace(&self, target: &Node) -> (String, Span) {
        let kind = self.root.get("kind").map_or(self.root.span, |kind| kind.span);
        match At::new(self.root, kind).find(target) {
            Some(at) => (at.path().to_string(), at.short()),
            None => (String::new(), kind),
        }
    }
}

/// Whether a port's name is that of a proxy, which injection adds to a pod: Istio's, Linkerd's, Dapr's.
pub(super) fn is_injected(port: &str) -> bool {
    ["linkerd-", "http-envoy-prom", "status-port", "dapr-"]
        .iter()
        .any(|prefix| port.starts_with(prefix))
}

/// A finding that is milder than its code, for what the group shows leaves room for another reading.
pub(super) fn at_most(mut finding: Diagnostic, severity: Severity) -> Diagnostic {
    finding.severity = finding.severity.min(severity);
    finding
}

/// A contradiction between two places of which one does not write its namespace may be none: it is a warning.
pub(super) fn unless_sure(finding: Diagnostic, is_sure: bool) -> Diagnostic {
    if is_sure { finding } else { at_most(finding, Severity::Warning) }
}

/// Whether a name is nearly one of those shown. Names that differ in their digits only (`web-v1`, `web-v2`; `web`, `web-2`)
/// are siblings.
pub(super) fn is_slip(name: &str, shown: &[&str]) -> bool {
    let plain = |name: &str| {
        let name = name.replace(|c: char| c.is_ascii_digit(), "");
        name.trim_end_matches(['-', '_', '.']).to_owned()
    };
    nearest(name, shown.iter().copied()).is_some_and(|near| plain(near) != plain(name))
}

/// What is named and not among those shown: a mistake where one is nearly called so, a note where it may be elsewhere.
pub(super) fn absent(finding: Diagnostic, name: &str, shown: &[&str]) -> Diagnostic {
    let finding = match is_slip(name, shown) {
        true => finding.did_you_mean(name, shown.iter().copied()),
        false => at_most(finding, Severity::Note),
    };
    finding.help(format!("shown are {}", listed(shown)))
}

/// The text under a key.
pub(super) fn text<'a>(node: &'a Node, key: &str) -> Option<&'a str> {
    node.get(key)?.as_str()
}

/// Whether two namespaces may be one: what is not written may be any.
pub(super) fn may_be_same(one: Option<&str>, other: Option<&str>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    }
}

/// The objects that stand for distinct things: of several variants of one object, the first.
pub(super) fn distinct<'g, 'a>(
    objects: impl IntoIterator<Item = &'g Object<'a>>,
) -> Vec<&'g Object<'a>>
where
    'a: 'g,
{
    let mut known = HashSet::new();
    let identity = |object: &Object<'a>| (object.group, object.kind, object.name, object.namespace);
    objects.into_iter().filter(|object| known.insert(identity(object))).collect()
}

/// Whether one of two places is in the section of the other, or both are in one.
pub(super) fn in_sight(one: &[usize], other: &[usize]) -> bool {
    one.starts_with(other) || other.starts_with(one)
}

#[cfg(test)]
mod tests {
    use super::is_slip;

    #[test]
    fn siblings_are_no_slips() {
        for (name, shown, slip) in [
            ("reviews", "review", true),
            ("web-v1", "web-v2", false),
            ("web", "web-2", false),
            ("web-2", "web", false),
            ("reviews", "reveiws-2", true),
        ] {
            assert_eq!(is_slip(name, &[shown]), slip, "{name} {shown}");
        }
    }
}
