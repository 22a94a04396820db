//! A group of documents as the objects they stand for.
//!
//! Owns: `Group` and `Object` (one manifest, an item of a `List` included), how a finding is placed in a document, and
//! how severe it is where the group leaves room for another reading. Must not know: what any analyzer looks for.

use super::hosts::Registry;
pub(super) use super::pods::Pod;
use crate::diag::{Code, Diagnostic, Severity, nearest};
use crate::manifest::admission::SUPPRESS;
use crate::manifest::at::At;
use crate::manifest::fault::listed;
use crate::manifest::select::Selector;
use crate::manifest::{Document, Node};
use crate::text::{Location, Span};
use std::cell::OnceCell;
use std::collections::HashMap;

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

/// Everything that the analyzers see.
pub(super) struct Group<'a> {
    /// The manifests, in the order of the group.
    pub(super) objects: Vec<Object<'a>>,
    /// What its workloads would run.
    pub(super) pods: Vec<Pod<'a>>,
    by_kind: HashMap<&'a str, HashMap<&'a str, Vec<usize>>>,
    namespaces: HashMap<&'a str, usize>,
    registry: OnceCell<Registry<'a>>,
}

/// One manifest.
pub(super) struct Object<'a> {
    document: &'a Document,
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
}

/// Which pods a selector of a namespace chooses from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// Those of the namespace.
    Namespace,
    /// Those of the namespace, and all pods where it is the mesh's root namespace.
    Mesh,
}

impl<'a> Group<'a> {
    /// The objects of the documents, `List`s unfolded.
    pub(super) fn new(documents: &[&'a Document]) -> Group<'a> {
        let mut objects = Vec::new();
        for document in documents {
            add(document, &document.root, &mut objects, 0);
        }
        let pods = objects.iter().filter_map(Pod::of).collect();
        let mut by_kind: HashMap<&str, HashMap<&str, Vec<usize>>> = HashMap::new();
        let mut namespaces = HashMap::new();
        for object in &objects {
            let kinds = by_kind.entry(object.group).or_default();
            kinds.entry(object.kind).or_default().push(object.index);
            if object.group == CORE && object.kind == "Namespace" {
                namespaces.entry(object.name).or_insert(object.index);
            }
        }
        Group { objects, pods, by_kind, namespaces, registry: OnceCell::new() }
    }

    /// The objects of a kind.
    pub(super) fn of(&self, group: &str, kind: &str) -> impl Iterator<Item = &Object<'a>> {
        let found = self.by_kind.get(group).and_then(|kinds| kinds.get(kind));
        found.map(Vec::as_slice).unwrap_or_default().iter().map(|index| &self.objects[*index])
    }

    /// The objects of a kind that may be the one of this namespace and name.
    pub(super) fn find(
        &self,
        group: &str,
        kind: &str,
        namespace: Option<&str>,
        name: &str,
    ) -> impl Iterator<Item = &Object<'a>> {
        self.of(group, kind)
            .filter(move |object| object.name == name && may_be_same(object.namespace, namespace))
    }

    /// The namespace's own manifest, where the group has it.
    pub(super) fn namespace(&self, name: Option<&str>) -> Option<&Object<'a>> {
        self.namespaces.get(name?).map(|index| &self.objects[*index])
    }

    /// The codes that authors have turned off, and where: `galley.istio.io/analyze-suppress`, a list of numbers or `*`.
    pub(super) fn suppressed(&self) -> Vec<(Location, &'a str)> {
        let codes = |object: &Object<'a>| object.annotation(SUPPRESS);
        self.objects
            .iter()
            .filter_map(|object| Some((object, codes(object)?)))
            .flat_map(|(object, codes)| {
                let at = object.document.locate(object.root.span);
                codes.split(',').map(move |code| (at.clone(), code.trim()))
            })
            .collect()
    }

    /// The hosts that the group's Services and ServiceEntries define.
    pub(super) fn registry(&self) -> &Registry<'a> {
        self.registry.get_or_init(|| Registry::new(self))
    }

    /// The object that defines a pod.
    pub(super) fn owner(&self, pod: &Pod<'a>) -> &Object<'a> {
        &self.objects[pod.owner]
    }

    /// The pods that may be in a namespace.
    pub(super) fn pods_in(&self, namespace: Option<&str>) -> impl Iterator<Item = &Pod<'a>> {
        self.pods.iter().filter(move |pod| may_be_same(pod.namespace, namespace))
    }

    /// A finding where an object's selector chooses none of the pods that the group shows.
    ///
    /// None where it chooses one, and where no pod there has any of the selector's labels: then it is about workloads that
    /// are defined elsewhere. A note where nothing says that one of those shown is meant.
    pub(super) fn selects_nothing(
        &self,
        object: &Object<'a>,
        code: &'static Code,
        node: &Node,
        selector: &Selector<'_>,
        reach: Reach,
    ) -> Option<Diagnostic> {
        let namespace = object.namespace;
        let everywhere = reach == Reach::Mesh
            && namespace.is_some_and(|namespace| ROOT_NAMESPACES.contains(&namespace));
        let is_system = !everywhere
            && namespace.is_some_and(|namespace| {
                namespace != "default" && SYSTEM_NAMESPACES.contains(&namespace)
            });
        if selector.is_empty() || is_system || is_stock_gateway(selector) {
            return None;
        }
        let pods: Vec<&Pod<'a>> = self
            .pods
            .iter()
            .filter(|pod| everywhere || may_be_same(pod.namespace, namespace))
            .collect();
        let has_label =
            |pod: &&Pod<'a>| selector.pairs().any(|(key, _)| pod.labels.get(key).is_some());
        if !pods.iter().any(has_label) || pods.iter().any(|pod| selector.may_match(&pod.labels)) {
            return None;
        }
        // One of them is meant: by its name, by part of the selector, or by a slip of the pen.
        let is_meant = |pod: &&Pod<'a>| {
            self.owner(pod).name == object.name
                || selector.pairs().any(|(key, value)| {
                    pod.labels.iter().any(|(own, given)| {
                        (own == key && is_slip(value, &[given])) || given == value
                    })
                })
        };
        let message = format!("no workload shown here has the labels `{selector}`");
        let finding = object.finding(code, node, message);
        let finding = finding.help(format!("shown are {}", self.listed_pods(&pods)));
        Some(if pods.iter().any(is_meant) { finding } else { at_most(finding, Severity::Note) })
    }

    /// Pods for a message: `Deployment/web (app=web)`.
    pub(super) fn listed_pods(&self, pods: &[&Pod<'a>]) -> String {
        let mut shown: Vec<String> =
            pods.iter().map(|pod| format!("{} ({})", self.owner(pod).id(), pod.labels)).collect();
        shown.dedup();
        if shown.len() > 5 {
            let more = shown.len() - 5;
            shown.truncate(5);
            shown.push(format!("and {more} more"));
        }
        shown.join(", ")
    }

    /// Whether a pod gets a sidecar, as far as the group shows it.
    pub(super) fn has_sidecar(&self, pod: &Pod<'a>) -> Option<bool> {
        if pod.containers().any(|container| text(container, "name") == Some("istio-proxy")) {
            return Some(true);
        }
        let asked =
            pod.labels.get("sidecar.istio.io/inject").or(pod.annotation("sidecar.istio.io/inject"));
        if let Some(asked) = asked {
            return Some(asked == "true");
        }
        if pod.labels.get("istio.io/rev").is_some() {
            return Some(true);
        }
        self.namespace(pod.namespace).map(injects)
    }

    /// Whether a namespace is shown to be in ambient mode.
    pub(super) fn is_ambient(&self, namespace: Option<&str>) -> bool {
        self.namespace(namespace).is_some_and(|namespace| {
            namespace.label("istio.io/dataplane-mode") == Some("ambient") && !injects(namespace)
        })
    }
}

/// Whether a selector is for the gateways that Istio or the AKS add-on installs, which no page defines.
pub(super) fn is_stock_gateway(selector: &Selector<'_>) -> bool {
    selector.pairs().any(|(key, value)| {
        matches!(key, "istio" | "app")
            && (value.contains("ingressgateway")
                || value.contains("egressgateway")
                || value.contains("eastwestgateway"))
    })
}

/// Whether a namespace's labels ask for sidecars.
pub(super) fn injects(namespace: &Object<'_>) -> bool {
    match namespace.label("istio-injection") {
        Some(value) => value == "enabled",
        None => namespace.label("istio.io/rev").is_some_and(|revision| !revision.is_empty()),
    }
}

fn add<'a>(document: &'a Document, root: &'a Node, objects: &mut Vec<Object<'a>>, depth: usize) {
    let (Some(version), Some(kind)) = (text(root, "apiVersion"), text(root, "kind")) else {
        return;
    };
    if kind.ends_with("List") && root.get("items").is_some() && depth < 8 {
        for item in root.get("items").map(Node::items).unwrap_or_default() {
            add(document, item, objects, depth + 1);
        }
        return;
    }
    let metadata = root.get("metadata");
    let field = |name: &str| metadata.and_then(|metadata| text(metadata, name));
    objects.push(Object {
        document,
        root,
        group: version.rsplit_once('/').map_or(CORE, |(group, _)| group),
        kind,
        name: field("name").unwrap_or_default(),
        namespace: field("namespace").filter(|namespace| !namespace.is_empty()),
        index: objects.len(),
    });
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
fn is_slip(name: &str, shown: &[&str]) -> bool {
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
    let mut kept: Vec<&Object<'a>> = Vec::new();
    for object in objects {
        if !kept.iter().any(|other| other.is_variant_of(object)) {
            kept.push(object);
        }
    }
    kept
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
