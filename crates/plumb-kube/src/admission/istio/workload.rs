//! What is refused in a WorkloadEntry and a WorkloadGroup, in a policy's target, and in the annotation for a dry run.

use super::common::{
    DRY_RUN_RULE, TARGET, TELEMETRY, UNIX_ADDRESS, WORKLOAD_ENTRY, WORKLOAD_GROUP, is_address,
    is_domain, is_label, labels, port_number,
};
use crate::at::At;
use crate::fault::Faults;
use plumb_cel::syntax::{Macros, parse};

/// What a policy may be attached to.
const TARGETS: &[(&str, &str)] = &[
    ("", "Service"),
    ("core", "Service"),
    ("networking.istio.io", "ServiceEntry"),
    ("gateway.networking.k8s.io", "Gateway"),
    ("gateway.networking.k8s.io", "GatewayClass"),
];

const DRY_RUN: &str = "istio.io/dry-run";

pub(super) fn entry(out: &mut Faults, root: &At<'_>) {
    let spec = &root.field("spec");
    if let Some(node) = spec.get("address")
        && node.str() == Some("")
        && spec.filled("network").is_none()
    {
        let why = "a WorkloadEntry has an `address`, or a `network`";
        out.incomplete(&WORKLOAD_ENTRY, &node, why).on_all(spec);
    }
    if let Some(node) = spec.filled("address") {
        let address = node.str().unwrap_or_default();
        match address.strip_prefix("unix://") {
            Some(path) => {
                socket(out, &node, path);
                if let Some((_, port)) = spec.map("ports").first() {
                    let why = "a Unix socket has no `ports`";
                    out.forbidden(&WORKLOAD_ENTRY, &node, why).on_only(&[&node, port]);
                }
            }
            None if !is_address(address) && !is_domain(address) => {
                out.invalid(
                    &WORKLOAD_ENTRY,
                    &node,
                    format!("`{address}` is neither a host name nor an IP address"),
                );
            }
            None => {}
        }
    }
    ports(out, spec);
    labels(out, spec.get("labels"));
}

/// The ports of an endpoint: each has a name and a number.
pub(super) fn ports(out: &mut Faults, endpoint: &At<'_>) {
    for (name, port) in endpoint.map("ports") {
        if !is_label(name) {
            out.invalid(&WORKLOAD_ENTRY, &port, format!("invalid port name `{name}`"));
        }
        if port.int().is_some_and(|port| !(1..=65535).contains(&port)) {
            out.invalid(&WORKLOAD_ENTRY, &port, "a port is between 1 and 65535");
        }
    }
}

/// The path of a Unix socket, without `unix://`.
pub(super) fn socket(out: &mut Faults, node: &At<'_>, path: &str) {
    if !path.starts_with('@') && (!path.starts_with('/') || path.ends_with('/')) {
        out.invalid(&UNIX_ADDRESS, node, "a Unix socket is an absolute path, or begins with `@`");
    }
}

pub(super) fn group(out: &mut Faults, root: &At<'_>) {
    let spec = root.field("spec");
    labels(out, spec.at(&["metadata", "labels"]));
    let Some(probe) = spec.get("probe") else { return };
    if ["httpGet", "tcpSocket", "exec", "grpc"].iter().all(|key| probe.get(key).is_none()) {
        out.incomplete(&WORKLOAD_GROUP, &probe, "a probe asks by `httpGet`, `tcpSocket` or `exec`");
    }
    for key in ["httpGet", "tcpSocket"] {
        if let Some(check) = probe.get(key) {
            port_number(out, &check, "port");
        }
    }
    if let Some(node) = probe.get("httpGet").and_then(|check| check.filled("scheme"))
        && !matches!(node.str(), Some("HTTP" | "HTTPS"))
    {
        out.invalid(&WORKLOAD_GROUP, &node, "the scheme of a probe is HTTP or HTTPS");
    }
    if let Some(exec) = probe.get("exec")
        && exec.list("command").is_empty()
    {
        out.incomplete(&WORKLOAD_GROUP, &exec, "a probe by `exec` has a `command`");
    }
}

/// What a policy is attached to.
pub(super) fn targets(out: &mut Faults, root: &At<'_>) {
    let spec = root.field("spec");
    let single = spec.get("targetRef");
    for target in single.into_iter().chain(spec.list("targetRefs")) {
        let (group, kind) =
            (target.word("group").unwrap_or_default(), target.word("kind").unwrap_or_default());
        if !TARGETS.contains(&(group, kind)) {
            let kind_fits = TARGETS.iter().find(|(_, known)| *known == kind);
            let wrong = if kind_fits.is_some() { "group" } else { "kind" };
            let node = target.get(wrong).unwrap_or_else(|| target.clone());
            let shown = if group.is_empty() { "the core group" } else { group };
            let help = match kind_fits {
                Some((right, _)) => format!("a {kind} is of the group `{right}`"),
                None => "a policy is attached to a Gateway, GatewayClass, Service or ServiceEntry"
                    .to_owned(),
            };
            out.invalid(&TARGET, &node, format!("no policy is attached to a {kind} of {shown}"))
                .help(help);
        }
    }
}

/// The annotation that only some policies heed.
pub(super) fn dry_run(out: &mut Faults, root: &At<'_>) {
    let node = root.field("metadata").field("annotations").entry(DRY_RUN);
    let Some(value) = node.str() else { return };
    let kind = root.field("kind");
    if kind.str() != Some("AuthorizationPolicy") {
        let why = format!("`{DRY_RUN}` is for an AuthorizationPolicy alone");
        out.forbidden(&DRY_RUN_RULE, &node, why).on_only(&[&kind, &node]);
        return;
    }
    let action = root.field("spec").word("action").unwrap_or("ALLOW");
    if !matches!(action, "ALLOW" | "DENY") {
        out.forbidden(
            &DRY_RUN_RULE,
            &node,
            format!("`{DRY_RUN}` is for the actions ALLOW and DENY, not {action}"),
        );
    } else if !["1", "t", "T", "true", "TRUE", "True", "0", "f", "F", "false", "FALSE", "False"]
        .contains(&value)
    {
        out.invalid(&DRY_RUN_RULE, &node, format!("`{DRY_RUN}` is true or false"));
    }
}

/// What is refused in a Telemetry.
pub(super) fn telemetry(out: &mut Faults, root: &At<'_>) {
    targets(out, root);
    let spec = root.field("spec");
    for entry in spec.list("tracing") {
        for (name, tag) in entry.map("customTags") {
            if name.is_empty() {
                out.invalid(&TELEMETRY, &tag, "a tag has a name");
            }
        }
    }
    for entry in spec.list("accessLogging") {
        let Some(node) = entry.get("filter").and_then(|filter| filter.get("expression")) else {
            continue;
        };
        if let Some(Err(error)) = node.str().map(|text| parse(text, Macros::default())) {
            out.invalid(&TELEMETRY, &node, format!("invalid CEL expression: {error}"));
        }
    }
    let metrics = spec.list("metrics");
    let overrides = metrics.iter().flat_map(|metric| metric.list("overrides"));
    for (name, tag) in overrides.flat_map(|entry| entry.map("tagOverrides")) {
        let removes = tag.word("operation") == Some("REMOVE");
        if !removes && tag.filled("value").is_none() {
            out.incomplete(&TELEMETRY, &tag, format!("the tag `{name}` has no `value`"))
                .help("to leave the tag out, write `operation: REMOVE`");
        }
    }
}
