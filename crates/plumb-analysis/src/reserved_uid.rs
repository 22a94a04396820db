//! The user that is the proxy's own, whose traffic is not captured.

use super::declare::declare;
use super::group::{Group, Object, text};
use plumb_kube::Node;
use plumb_text::diag::Diagnostic;

declare! {
    RESERVED = "uid-reserved", Warn, "IST0144",
        "an application runs as user 1337, which is the proxy's";
}

fn analyse(group: &Group<'_>, findings: &mut Vec<Diagnostic>) {
    for pod in &group.pods {
        let owner = group.owner(pod);
        if is_control_plane(owner) {
            continue;
        }
        let own = pod.spec.get("containers").map(Node::items).unwrap_or_default().iter().filter(
            |container| !matches!(text(container, "name"), Some("istio-proxy" | "istio-operator")),
        );
        for holder in std::iter::once(pod.spec).chain(own) {
            let user = holder.get("securityContext").and_then(|context| context.get("runAsUser"));
            if let Some(node) = user.filter(|node| node.as_int() == Some(1337)) {
                findings.push(
                    owner
                        .finding(
                            &RESERVED,
                            node,
                            "user 1337 is the proxy's: what it sends bypasses the mesh",
                        )
                        .help("run the application as another user"),
                );
            }
        }
    }
}

/// Whether an object is a part of Istio itself.
pub(super) fn is_control_plane(object: &Object<'_>) -> bool {
    object.label("istio").is_some() || object.label("release") == Some("istio")
}
