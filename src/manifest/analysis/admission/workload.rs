//! What is refused in a WorkloadEntry and a WorkloadGroup, in a policy's target, and in the annotation for a dry run.

use super::{Refusals, filled, is_address, is_domain, is_label, items, labels, set, text};
use crate::manifest::Node;
use crate::manifest::rules::Expression;

/// What a policy may be attached to.
const TARGETS: &[(&str, &str)] = &[
    ("", "Service"),
    ("core", "Service"),
    ("networking.istio.io", "ServiceEntry"),
    ("gateway.networking.k8s.io", "Gateway"),
    ("gateway.networking.k8s.io", "GatewayClass"),
];

const DRY_RUN: &str = "istio.io/dry-run";

pub(super) fn entry(refusals: &mut Refusals<'_, '_>) {
    let Some(spec) = refusals.object.at("spec") else { return };
    if let Some(node) = set(spec, "address")
        && node.as_str() == Some("")
        && filled(spec, "network").is_none()
    {
        refusals.say(node, "a WorkloadEntry has an `address`, or a `network`");
    }
    if let Some(node) = filled(spec, "address") {
        let address = node.as_str().unwrap_or_default();
        match address.strip_prefix("unix://") {
            Some(path) => {
                socket(refusals, node, path);
                if filled(spec, "ports")
                    .is_some_and(|ports| ports.as_map().is_some_and(|ports| !ports.is_empty()))
                {
                    refusals.say(node, "a Unix socket has no `ports`");
                }
            }
            None if !is_address(address) && !is_domain(address) => {
                refusals.say(node, format!("`{address}` is neither a host name nor an IP address"));
            }
            None => {}
        }
    }
    ports(refusals, spec);
    labels(refusals, set(spec, "labels"));
}

/// The ports of an endpoint: each has a name and a number.
pub(super) fn ports(refusals: &mut Refusals<'_, '_>, endpoint: &Node) {
    for entry in set(endpoint, "ports").and_then(Node::as_map).into_iter().flatten() {
        if !is_label(&entry.key.value) {
            refusals.say(&entry.value, format!("`{}` is no name of a port", entry.key.value));
        }
        if entry.value.as_int().is_some_and(|port| !(1..=65535).contains(&port)) {
            refusals.say(&entry.value, "a port is between 1 and 65535");
        }
    }
}

/// The path of a Unix socket, without `unix://`.
pub(super) fn socket(refusals: &mut Refusals<'_, '_>, node: &Node, path: &str) {
    if !path.starts_with('@') && (!path.starts_with('/') || path.ends_with('/')) {
        refusals.say(node, "a Unix socket is an absolute path, or begins with `@`");
    }
}

pub(super) fn group(refusals: &mut Refusals<'_, '_>) {
    let Some(spec) = refusals.object.at("spec") else { return };
    labels(refusals, spec.get("metadata").and_then(|metadata| metadata.get("labels")));
    let Some(probe) = set(spec, "probe") else { return };
    if ["httpGet", "tcpSocket", "exec", "grpc"].iter().all(|key| set(probe, key).is_none()) {
        refusals.say(probe, "a probe asks by `httpGet`, `tcpSocket` or `exec`");
    }
    for key in ["httpGet", "tcpSocket"] {
        if let Some(check) = set(probe, key) {
            refusals.port(check, "port");
        }
    }
    if let Some(node) = set(probe, "httpGet").and_then(|check| filled(check, "scheme"))
        && !matches!(node.as_str(), Some("HTTP" | "HTTPS"))
    {
        refusals.say(node, "the scheme of a probe is HTTP or HTTPS");
    }
    if let Some(exec) = set(probe, "exec")
        && items(exec, "command").is_empty()
    {
        refusals.say(exec, "a probe by `exec` has a `command`");
    }
}

/// What a policy is attached to.
pub(super) fn targets(refusals: &mut Refusals<'_, '_>) {
    let Some(spec) = refusals.object.at("spec") else { return };
    let single = set(spec, "targetRef");
    for target in single.into_iter().chain(items(spec, "targetRefs")) {
        let (group, kind) =
            (text(target, "group").unwrap_or_default(), text(target, "kind").unwrap_or_default());
        if !TARGETS.contains(&(group, kind)) {
            let kind_fits = TARGETS.iter().find(|(_, known)| *known == kind);
            let wrong = if kind_fits.is_some() { "group" } else { "kind" };
            let node = target.get(wrong).unwrap_or(target);
            let shown = if group.is_empty() { "the core group" } else { group };
            let help = match kind_fits {
                Some((right, _)) => format!("a {kind} is of the group `{right}`"),
                None => "a policy is attached to a Gateway, GatewayClass, Service or ServiceEntry"
                    .to_owned(),
            };
            refusals.say_helped(
                node,
                format!("no policy is attached to a {kind} of {shown}"),
                help,
            );
        }
    }
}

/// The annotation that only some policies heed.
pub(super) fn dry_run(refusals: &mut Refusals<'_, '_>) {
    let object = refusals.object;
    let Some(value) = object.annotation(DRY_RUN) else { return };
    let node =
        object.at("metadata.annotations").and_then(|all| all.get(DRY_RUN)).unwrap_or(object.root);
    if object.kind != "AuthorizationPolicy" {
        return refusals.say(node, format!("`{DRY_RUN}` is for an AuthorizationPolicy alone"));
    }
    let action = object.text("spec.action").unwrap_or("ALLOW");
    if !matches!(action, "ALLOW" | "DENY") {
        refusals.say(node, format!("`{DRY_RUN}` is for the actions ALLOW and DENY, not {action}"));
    } else if !["1", "t", "T", "true", "TRUE", "True", "0", "f", "F", "false", "FALSE", "False"]
        .contains(&value)
    {
        refusals.say(node, format!("`{DRY_RUN}` is true or false"));
    }
}

/// What is refused in a Telemetry.
pub(super) fn telemetry(refusals: &mut Refusals<'_, '_>) {
    targets(refusals);
    let object = refusals.object;
    for entry in object.items("spec.tracing") {
        for tag in set(entry, "customTags").and_then(Node::as_map).into_iter().flatten() {
            if tag.key.value.is_empty() {
                refusals.say(&tag.value, "a tag has a name");
            }
        }
    }
    for entry in object.items("spec.accessLogging") {
        let Some(node) = set(entry, "filter").and_then(|filter| set(filter, "expression")) else {
            continue;
        };
        if let Some(Err(error)) = node.as_str().map(Expression::compile) {
            refusals.say(node, format!("the expression is no CEL: {error}"));
        }
    }
    let overrides =
        object.items("spec.metrics").iter().flat_map(|metric| items(metric, "overrides"));
    for tag in
        overrides.filter_map(|entry| set(entry, "tagOverrides")).filter_map(Node::as_map).flatten()
    {
        let removes = text(&tag.value, "operation") == Some("REMOVE");
        if !removes && filled(&tag.value, "value").is_none() {
            refusals.say_helped(
                &tag.value,
                format!("the tag `{}` has no `value`", tag.key.value),
                "to leave the tag out, write `operation: REMOVE`",
            );
        }
    }
}
