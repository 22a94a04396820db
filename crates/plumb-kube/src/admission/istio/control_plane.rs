//! What belongs to the control plane: maps that an add-on writes, CRDs that are too old, and what a controller has reported.

use super::codes::{CONDITION_NEGATIVE, MANAGED_MAP, OLD_CRD};
use super::groups::{NETWORKING, SECURITY};
use crate::admission::declare::rules;
use crate::at::At;
use crate::fault::{Authority, Faults};

rules! { Authority::Istiod;
    MANAGED = MANAGED_MAP "", "";
    CRD = OLD_CRD "", "k8sgateway.CRDVersionAnalyzer";
    NEGATIVE = CONDITION_NEGATIVE "", "conditions.ConditionAnalyzer";
}

/// The oldest release of the Gateway API whose CRD Istio 1.32 reads.
const OLDEST: &[(&str, [u64; 3])] = &[
    ("grpcroutes.gateway.networking.k8s.io", [1, 1, 0]),
    ("backendtlspolicies.gateway.networking.k8s.io", [1, 4, 0]),
    ("tlsroutes.gateway.networking.k8s.io", [1, 5, 0]),
    ("tcproutes.gateway.networking.k8s.io", [1, 6, 0]),
];

const GATEWAY_API: &str = "gateway.networking.k8s.io";

/// Checks any object.
pub(super) fn check(out: &mut Faults, root: &At<'_>, group: &str, kind: &str) {
    match (group, kind) {
        ("", "ConfigMap") => managed(out, root),
        ("apiextensions.k8s.io", "CustomResourceDefinition") => definition(out, root),
        _ => conditions(out, root, group, kind),
    }
}

fn managed(out: &mut Faults, root: &At<'_>) {
    let name = root.field("metadata").field("name");
    let Some(own) = name.str() else { return };
    if let Some(revision) = own.strip_prefix("istio-asm-") {
        out.invalid(&MANAGED, &name, format!("the add-on writes `{own}` itself, over any change"))
            .replace_with(format!("istio-shared-configmap-asm-{revision}"));
    }
}

fn definition(out: &mut Faults, root: &At<'_>) {
    let metadata = root.field("metadata");
    let name = metadata.text("name");
    let Some((_, oldest)) = OLDEST.iter().find(|(known, _)| *known == name) else { return };
    let node = metadata.field("annotations").entry("gateway.networking.k8s.io/bundle-version");
    let Some(version) = node.str() else { return };
    if number(version).is_some_and(|version| version < *oldest) {
        let [major, minor, patch] = oldest;
        let why =
            format!("Istio reads `{name}` from {major}.{minor}.{patch} on, and this is {version}");
        out.invalid(&CRD, &node, why);
    }
}

fn number(version: &str) -> Option<[u64; 3]> {
    let plain = version.trim_start_matches('v').split(['-', '+']).next()?;
    let mut parts = plain.split('.').map(str::parse::<u64>);
    Some([parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?])
}

/// What a controller has written into `status`.
fn conditions(out: &mut Faults, root: &At<'_>, group: &str, kind: &str) {
    let watched: &[&str] = match (group, kind) {
        ("", "Service") | (NETWORKING, "ServiceEntry" | "WorkloadEntry") => {
            &["istio.io/WaypointBound"]
        }
        (SECURITY, "AuthorizationPolicy") => &["ZtunnelAccepted", "WaypointAccepted"],
        (GATEWAY_API, "Gateway" | "HTTPRoute" | "GRPCRoute") => {
            &["Accepted", "Programmed", "ResolvedRefs"]
        }
        _ => return,
    };
    let status = root.field("status");
    let of_parents = status.list("parents").into_iter().flat_map(|one| one.list("conditions"));
    for condition in status.list("conditions").into_iter().chain(of_parents) {
        let name = condition.text("type");
        let is_negative = watched.contains(&name) && condition.word("status") == Some("False");
        let is_partial = kind == "AuthorizationPolicy"
            && name == "WaypointAccepted"
            && condition.word("reason") == Some("PartiallyInvalid");
        if is_negative || is_partial {
            let said = condition.word("message").or(condition.word("reason")).unwrap_or_default();
            let why = format!("{name} is false: {said}");
            let fault = out.invalid(&NEGATIVE, &condition, why);
            fault.on_only(&[&condition.field("type"), &condition.field("status")]);
        }
    }
}
