//! What istiod's admission webhook refuses in one resource, and no schema of it says: an API server with Istio answers
//! `kubectl apply` with this, and `istioctl analyze` reports it as IST0106.
//!
//! One file for each kind or family. A rule stands here only if the webhook has it as an error (read in the sources of 1.32-dev,
//! 2026-08): what it merely warns of has an analyzer of its own, or none.

mod authorization;
mod codes;
mod common;
mod destination_rule;
mod envoy_filter;
mod headers;
mod listeners;
mod service_entry;
mod virtual_service;
mod webhooks;
mod workload;

pub use authorization::{ADDRESSES, IDENTITIES};
pub use codes::CODES;
pub use common::overlap;

use crate::at::At;
use crate::fault::{Faults, Rule};
use common::{RULES, SPEC, WEIGHTS, of_all};

const NETWORKING: &str = "networking.istio.io";
const SECURITY: &str = "security.istio.io";

/// The rules of a kind.
type Rules = fn(&mut Faults, &At<'_>);

const KINDS: &[(&str, &str, Rules)] = &[
    (NETWORKING, "VirtualService", virtual_service::check),
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
    ("telemetry.istio.io", "Telemetry", workload::telemetry),
    ("extensions.istio.io", "WasmPlugin", workload::targets),
];

/// The kinds that no schema requires to have a `spec`, and that istiod refuses without one.
const NEVER_EMPTY: [&str; 4] = ["VirtualService", "DestinationRule", "Gateway", "Sidecar"];

/// The rules of istiod's.
pub(super) fn rules() -> impl Iterator<Item = &'static Rule> {
    RULES.iter().chain(webhooks::RULES).copied().chain([&WEIGHTS])
}

/// Checks a resource of Istio's; nothing to say about any other.
pub(super) fn check(out: &mut Faults, root: &At<'_>, group: &str, kind: &str) {
    if group == "admissionregistration.k8s.io" {
        return webhooks::check(out, root, kind);
    }
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
