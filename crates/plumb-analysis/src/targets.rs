//! What policies and labels attach to by name: the Services, Gateways and waypoints of ambient mode and of gateways.

use super::analyzer::Analyzer;
use super::group::{
    CORE, GATEWAY_API, Group, NETWORKING, Object, SECURITY, Sought, TELEMETRY, absent, may_be_same,
    text,
};
use plumb_kube::Node;
use plumb_text::diag::{Diagnostic, codes};

codes! {
    /// The findings of this analyzer.
    CODES:
    TARGET_MISSING = "policy-target-missing", Warn, "a policy is attached to something that the group does not define, beside others of its kind";
    WAYPOINT_MISSING = "waypoint-missing", Warn, "a label asks for a waypoint that the group does not define, beside others";
}

/// The analyzer of this file.
pub(super) const ANALYZER: Analyzer = Analyzer { codes: CODES, run: analyse };

const POLICIES: &[(&str, &str)] = &[
    (SECURITY, "AuthorizationPolicy"),
    (SECURITY, "RequestAuthentication"),
    (TELEMETRY, "Telemetry"),
    (NETWORKING, "EnvoyFilter"),
    ("extensions.istio.io", "WasmPlugin"),
    (GATEWAY_API, "BackendTLSPolicy"),
];

fn analyse(group: &Group<'_>, findings: &mut Vec<Diagnostic>) {
    for (api, kind) in POLICIES {
        for policy in group.named(api, kind) {
            for target in policy.items("spec.targetRefs").iter().chain(policy.at("spec.targetRef"))
            {
                findings.extend(missing(group, policy, target));
            }
        }
    }
    for object in &group.objects {
        findings.extend(waypoint(group, object));
    }
}

fn missing<'a>(group: &Group<'a>, policy: &Object<'a>, target: &Node) -> Option<Diagnostic> {
    let (kind, node) = (text(target, "kind")?, target.get("name")?);
    let name = node.as_str()?;
    let of_kind = (text(target, "group").unwrap_or(CORE), kind);
    let Sought::Missing(of_kind) = group.seek(policy, of_kind, policy.namespace, name) else {
        return None;
    };
    let finding =
        policy.finding(&TARGET_MISSING, node, format!("no {kind} `{name}` is shown here"));
    Some(absent(finding, name, &of_kind))
}

const LABEL: &str = "istio.io/use-waypoint";

/// The waypoint that a namespace, a Service or a pod is to use.
fn waypoint(group: &Group<'_>, object: &Object<'_>) -> Option<Diagnostic> {
    if !object.is_named() {
        return None;
    }
    let node = object.root.get("metadata")?.get("labels")?.get(LABEL)?;
    let name = node.as_str().filter(|name| *name != "none")?;
    let is_namespace = object.group == CORE && object.kind == "Namespace";
    let own = if is_namespace { Some(object.name) } else { object.namespace };
    let namespace = object.label("istio.io/use-waypoint-namespace").or(own);
    let waypoints: Vec<&str> = group
        .of(GATEWAY_API, "Gateway")
        .filter(|gateway| {
            may_be_same(gateway.namespace, namespace)
                && gateway
                    .text("spec.gatewayClassName")
                    .is_some_and(|class| class.contains("waypoint"))
        })
        .map(|gateway| gateway.name)
        .collect();
    if waypoints.is_empty()
        || waypoints.contains(&name)
        || group.may_have_more(GATEWAY_API, "Gateway", namespace)
    {
        return None;
    }
    let finding =
        object.finding(&WAYPOINT_MISSING, node, format!("no waypoint `{name}` is shown here"));
    Some(absent(finding, name, &waypoints))
}
