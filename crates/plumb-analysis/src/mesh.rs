//! Whether manifests are for a cluster with Istio.

use plumb_kube::{Document, Node};

/// Whether a document shows that Istio is there: its kind, a label or an annotation of Istio's, or a Gateway of its class.
///
/// A `List` shows it where one of its items does.
pub fn shows_mesh(document: &Document) -> bool {
    let items = document.root.get("items").map(Node::items).unwrap_or_default();
    std::iter::once(&document.root).chain(items).any(is_of_mesh)
}

fn is_of_mesh(root: &Node) -> bool {
    let group = root.get("apiVersion").and_then(Node::as_str).and_then(|api| api.split_once('/'));
    let is_kind = group.is_some_and(|(group, _)| group.ends_with(".istio.io"));
    let class = root.at_path("spec.gatewayClassName").and_then(Node::as_str);
    let metadata =
        ["metadata", "spec.template.metadata", "spec.jobTemplate.spec.template.metadata"];
    is_kind
        || class.is_some_and(|class| class == "istio" || class.starts_with("istio-"))
        || metadata.iter().filter_map(|path| root.at_path(path)).any(asks_for_proxy)
}

/// Whether labels or annotations are Istio's: `istio-injection`, `istio.io/rev`, `sidecar.istio.io/inject`.
fn asks_for_proxy(metadata: &Node) -> bool {
    let maps = ["labels", "annotations"].iter().filter_map(|field| metadata.get(field)?.as_map());
    let mut keys = maps.flat_map(plumb_kube::Map::keys);
    keys.any(|key| {
        key == "istio-injection"
            || key
                .split_once('/')
                .is_some_and(|(domain, _)| domain == "istio.io" || domain.ends_with(".istio.io"))
    })
}
