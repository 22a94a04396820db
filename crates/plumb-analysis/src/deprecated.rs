//! Fields and kinds of Istio that are on their way out, or gone.

use super::declare::declare;
use super::group::{Group, NETWORKING};
use plumb_kube::Node;
use plumb_text::diag::Diagnostic;

declare! {
    DEPRECATED = "istio-deprecated", Warn, "IST0002",
        "a field or kind of Istio is deprecated, or was removed";
}

/// Kinds that Istio 1.6 removed.
const REMOVED: &[&str] = &["ClusterRbacConfig", "RbacConfig", "ServiceRole", "ServiceRoleBinding"];

fn analyse(group: &Group<'_>, findings: &mut Vec<Diagnostic>) {
    for service in group.of(NETWORKING, "VirtualService") {
        for route in service.items("spec.http") {
            let percent = route.get("fault").and_then(|fault| fault.get("delay")?.get("percent"));
            if let Some(node) = percent
                && node.as_int().is_some_and(|percent| percent > 0)
            {
                findings.push(
                    service
                        .finding(&DEPRECATED, node, "`percent` is deprecated")
                        .help("write `percentage: {value: …}`"),
                );
            }
        }
    }
    for sidecar in group.of(NETWORKING, "Sidecar") {
        if let Some(node) = sidecar.at("spec.outboundTrafficPolicy.egressProxy") {
            findings.push(sidecar.finding(&DEPRECATED, node, "`egressProxy` is ignored"));
        }
    }
    for object in &group.objects {
        let is_crd = object.kind == "CustomResourceDefinition"
            && object.text("spec.group") == Some("rbac.istio.io");
        let defined = if is_crd { object.text("spec.names.kind") } else { None };
        let used = (object.group == "rbac.istio.io").then_some(object.kind);
        if let Some(kind) = defined.or(used).filter(|kind| REMOVED.contains(kind)) {
            let node: Option<&Node> = object.root.get("kind");
            findings.push(
                object
                    .finding(
                        &DEPRECATED,
                        node.unwrap_or(object.root),
                        format!("the kind {kind} was removed in Istio 1.6"),
                    )
                    .help("write an AuthorizationPolicy"),
            );
        }
    }
}
