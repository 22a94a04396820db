//! What Istio says of one resource, and no schema of it says.
//!
//! Most of it istiod's admission webhook refuses: an API server with Istio answers `kubectl apply` with this, and `istioctl
//! analyze` reports it as IST0106. One file for each kind or family; such a rule stands here only if the webhook has it as an error
//! (read in the sources of 1.32-dev, 2026-08). What the webhook merely warns of is in `warnings`, and what an analyzer of
//! istioctl's sees in one object in the files beside it.

mod advice;
mod annotations;
mod authorization;
mod codes;
mod common;
mod control_plane;
mod cors;
mod covers;
mod deprecated;
mod destination_rule;
mod envoy_filter;
mod groups;
mod headers;
mod listeners;
mod pods;
mod proxy;
mod retries;
mod routes;
mod service_entry;
mod services;
mod text_match;
mod virtual_service;
mod warnings;
mod webhooks;
mod workload;

pub(super) use codes::MATCH_SHADOWED;
pub use codes::{CODES, OF_MESH};
pub use common::overlap;

use crate::at::At;
use crate::fault::{Faults, Rule};
use common::{SPEC, of_all};
use groups::{NETWORKING, SECURITY, TELEMETRY};

/// The rules of a kind.
type Rules = fn(&mut Faults, &At<'_>);

const KINDS: &[(&str, &str, Rules)] = &[
    (NETWORKING, "VirtualService", |out, root| {
        virtual_service::check(out, root);
        routes::check(out, root);
    }),
    (NETWORKING, "DestinationRule", destination_rule::check),
    (NETWORKING, "Gateway", listeners::gateway),
    (NETWORKING, "Sidecar", listeners::sidecar),
    (NETWORKING, "ServiceEntry", service_entry::check),
    (SECURITY, "AuthorizationPolicy", authorization::policy),
    (SECURITY, "RequestAuthentication", authorization::request),
    (SECURITY, "PeerAuthentication", |_, _| {}),
    (NETWORKING, "EnvoyFilter", envoy_filter::check),
    (NETWORKING, "WorkloadEntry", workload::entry),
    (NETWORKING, "WorkloadGroup", workload::group),
    (TELEMETRY, "Telemetry", workload::telemetry),
    ("extensions.istio.io", "WasmPlugin", workload::targets),
    ("extensions.istio.io", "TrafficExtension", workload::targets),
];

/// The kinds that no schema requires to have a `spec`, and that istiod refuses without one.
const NEVER_EMPTY: [&str; 4] = ["VirtualService", "DestinationRule", "Gateway", "Sidecar"];

/// Istio's rules.
pub(super) fn rules() -> impl Iterator<Item = &'static Rule> {
    [
        common::RULES,
        warnings::RULES,
        routes::RULES,
        envoy_filter::RULES,
        advice::RULES,
        services::RULES,
        proxy::RULES,
        annotations::RULES,
        deprecated::RULES,
        control_plane::RULES,
        webhooks::RULES,
    ]
    .into_iter()
    .flatten()
    .copied()
}

/// Checks an object as Istio sees it, be it one of its own or not.
pub(super) fn check(out: &mut Faults, root: &At<'_>, group: &str, kind: &str) {
    for rules in [
        warnings::check,
        advice::check,
        services::check,
        proxy::check,
        annotations::check,
        deprecated::check,
        control_plane::check,
        webhooks::check,
    ] {
        rules(out, root, group, kind);
    }
    refusals(out, root, group, kind);
}

/// What istiod's webhook refuses in a resource of Istio's.
fn refusals(out: &mut Faults, root: &At<'_>, group: &str, kind: &str) {
    let known = KINDS.iter().find(|(api, name, _)| (*api, *name) == (group, kind));
    let Some((_, _, rules)) = known else { return };
    // What istiod itself derives from the Gateway API has rules of its own.
    let annotations = root.field("metadata").field("annotations");
    let is_derived = ["internal.istio.io/route-semantics", "internal.istio.io/gateway-semantics"]
        .iter()
        .any(|key| annotations.word(key).is_some());
    if is_derived {
        return;
    }
    match root.get("spec") {
        Some(spec) if spec.node.as_map().is_some() => {
            workload::dry_run(out, root);
            rules(out, root);
        }
        // (Where it is something else, the schema says so.)
        Some(_) => {}
        None if NEVER_EMPTY.contains(&kind) => {
            of_all(out, &SPEC, root, format!("a {kind} without `spec` says nothing"));
        }
        None => {}
    }
}
