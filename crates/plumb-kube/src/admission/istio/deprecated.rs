//! Fields and kinds of Istio that are on their way out, or gone.

use super::codes::DEPRECATED;
use super::groups::NETWORKING;
use crate::admission::declare::rules;
use crate::at::At;
use crate::fault::{Authority, Faults};

rules! { Authority::Istiod;
    PERCENT = DEPRECATED "fault-percent", "deprecation.FieldAnalyzer.analyzeVirtualService";
    EGRESS_PROXY = DEPRECATED "egress-proxy", "deprecation.FieldAnalyzer.analyzeSidecar";
    KIND = DEPRECATED "rbac", "deprecation.FieldAnalyzer.analyzeCRD";
}

/// Kinds that Istio 1.6 removed.
const REMOVED: &[&str] = &["ClusterRbacConfig", "RbacConfig", "ServiceRole", "ServiceRoleBinding"];

/// Checks any object: a resource of Istio's, or the definition of one.
pub(super) fn check(out: &mut Faults, root: &At<'_>, group: &str, kind: &str) {
    let spec = root.field("spec");
    match (group, kind) {
        (NETWORKING, "VirtualService") => {
            for route in spec.list("http") {
                if let Some(node) = route.at(&["fault", "delay", "percent"])
                    && node.int().is_some_and(|percent| percent > 0)
                {
                    out.invalid(&PERCENT, &node, "`percent` is deprecated")
                        .help("write `percentage: {value: …}`");
                }
            }
        }
        (NETWORKING, "Sidecar") => {
            if let Some(node) = spec.at(&["outboundTrafficPolicy", "egressProxy"]) {
                out.forbidden(&EGRESS_PROXY, &node, "`egressProxy` is ignored").on_only(&[&node]);
            }
        }
        (_, "CustomResourceDefinition") if spec.word("group") == Some("rbac.istio.io") => {
            let (group, name) = (spec.field("group"), spec.field("names").field("kind"));
            removed(out, root, name.str().unwrap_or_default(), &[&group, &name]);
        }
        ("rbac.istio.io", kind) => removed(out, root, kind, &[]),
        _ => {}
    }
}

fn removed(out: &mut Faults, root: &At<'_>, name: &str, read: &[&At<'_>]) {
    if REMOVED.contains(&name) {
        let why = format!("the kind {name} was removed in Istio 1.6");
        let fault = out.invalid(&KIND, &root.field("kind"), why);
        read.iter().for_each(|at| {
            fault.on(at);
        });
        fault.help("write an AuthorizationPolicy");
    }
}
