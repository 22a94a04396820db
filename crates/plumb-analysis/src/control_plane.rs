//! The control plane itself, where a group shows it: its settings, its CRDs, and what it has reported.

use super::declare::declare;
use super::group::{CORE, GATEWAY_API, Group, NETWORKING, Object, SECURITY, text};
use plumb_kube::Node;
use plumb_text::diag::Diagnostic;

declare! {
    MANAGED_MAP = "managed-configmap", Warn, "",
        "a ConfigMap is one that the AKS add-on writes itself";
    JWKS_OPEN = "jwks-fetch-open", Warn, "IST0175",
        "tokens are checked, and istiod may fetch keys from any address";
    OLD_CRD = "gateway-api-crd-old", Warn, "IST0176",
        "a CRD of the Gateway API is older than Istio reads";
    NEGATIVE = "condition-negative", Warn, "IST0171",
        "a resource carries a condition that says that it does not work";
}

/// The oldest release of the Gateway API whose CRD Istio 1.32 reads.
const OLDEST: &[(&str, [u64; 3])] = &[
    ("grpcroutes.gateway.networking.k8s.io", [1, 1, 0]),
    ("backendtlspolicies.gateway.networking.k8s.io", [1, 4, 0]),
    ("tlsroutes.gateway.networking.k8s.io", [1, 5, 0]),
    ("tcproutes.gateway.networking.k8s.io", [1, 6, 0]),
];

fn analyse(group: &Group<'_>, findings: &mut Vec<Diagnostic>) {
    for map in group.of(CORE, "ConfigMap") {
        if let Some(revision) = map.name.strip_prefix("istio-asm-") {
            let shared = format!("istio-shared-configmap-asm-{revision}");
            findings.push(
                map.finding_at_name(
                    &MANAGED_MAP,
                    format!("the add-on writes `{}` itself, over any change", map.name),
                )
                .replace_with(format!("write `{shared}`"), shared),
            );
        }
    }
    let mut policies = group.of(SECURITY, "RequestAuthentication");
    if let Some(policy) = policies.next() {
        for istiod in
            group.of("apps", "Deployment").filter(|object| object.label("app") == Some("istiod"))
        {
            let is_limited =
                group.pods.iter().filter(|pod| group.owner(pod).is(istiod)).any(|pod| {
                    pod.containers()
                        .flat_map(|container| {
                            container.get("env").map(Node::items).unwrap_or_default()
                        })
                        .any(|variable| {
                            text(variable, "name") == Some("BLOCKED_CIDRS_IN_JWKS_URIS")
                                && text(variable, "value").is_some_and(|value| !value.is_empty())
                        })
                });
            if !is_limited {
                findings.push(
                    istiod
                        .finding_at_name(
                            &JWKS_OPEN,
                            "`BLOCKED_CIDRS_IN_JWKS_URIS` is not set on istiod",
                        )
                        .related(policy.place(policy.name_node()), "keys are fetched for this one"),
                );
            }
        }
    }
    for crd in group.of("apiextensions.k8s.io", "CustomResourceDefinition") {
        let Some((_, oldest)) = OLDEST.iter().find(|(name, _)| *name == crd.name) else { continue };
        let key = "gateway.networking.k8s.io/bundle-version";
        let Some(version) = crd.annotation(key) else { continue };
        if number(version).is_some_and(|version| version < *oldest) {
            let node = crd.root.get("metadata").and_then(|m| m.get("annotations")?.get(key));
            let [major, minor, patch] = oldest;
            findings.push(crd.finding(
                &OLD_CRD,
                node.unwrap_or(crd.name_node()),
                format!(
                    "Istio reads `{}` from {major}.{minor}.{patch} on, and this is {version}",
                    crd.name
                ),
            ));
        }
    }
    for object in &group.objects {
        conditions(object, findings);
    }
}

fn number(version: &str) -> Option<[u64; 3]> {
    let plain = version.trim_start_matches('v').split(['-', '+']).next()?;
    let mut parts = plain.split('.').map(str::parse::<u64>);
    Some([parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?])
}

fn conditions(object: &Object<'_>, findings: &mut Vec<Diagnostic>) {
    let watched: &[&str] = match (object.group, object.kind) {
        (CORE, "Service") | (NETWORKING, "ServiceEntry" | "WorkloadEntry") => {
            &["istio.io/WaypointBound"]
        }
        (SECURITY, "AuthorizationPolicy") => &["ZtunnelAccepted", "WaypointAccepted"],
        (GATEWAY_API, "Gateway" | "HTTPRoute" | "GRPCRoute") => {
            &["Accepted", "Programmed", "ResolvedRefs"]
        }
        _ => return,
    };
    let own = object.items("status.conditions").iter();
    let parents = object.items("status.parents").iter();
    let of_parents =
        parents.flat_map(|parent| parent.get("conditions").map(Node::items).unwrap_or_default());
    for condition in own.chain(of_parents) {
        let kind = text(condition, "type").unwrap_or_default();
        let is_negative = watched.contains(&kind) && text(condition, "status") == Some("False");
        let is_partial = object.kind == "AuthorizationPolicy"
            && kind == "WaypointAccepted"
            && text(condition, "reason") == Some("PartiallyInvalid");
        if is_negative || is_partial {
            let said = text(condition, "message").or(text(condition, "reason")).unwrap_or_default();
            findings.push(object.finding(&NEGATIVE, condition, format!("{kind} is false: {said}")));
        }
    }
}
