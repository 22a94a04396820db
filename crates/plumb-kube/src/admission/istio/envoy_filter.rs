//! What is refused in an EnvoyFilter: a patch that says nothing, or matches something of another class than it applies to; and
//! operations that Istio ignores.

use super::codes::{PATCH_ADD, PATCH_REMOVE, PATCH_REPLACE};
use super::common::ENVOY_FILTER;
use crate::admission::declare::rules;
use crate::at::At;
use crate::fault::{Authority, Faults};
use plumb_cel::go_regex;

rules! { Authority::Istiod;
    REPLACE = PATCH_REPLACE "", "envoyfilter.EnvoyPatchAnalyzer";
    ADD = PATCH_ADD "", "envoyfilter.EnvoyPatchAnalyzer";
    REMOVE = PATCH_REMOVE "", "envoyfilter.EnvoyPatchAnalyzer";
}

/// What patches apply to, and the part of `match` that is about such things.
const CLASSES: &[(&[&str], &str)] = &[
    (&["LISTENER", "FILTER_CHAIN", "NETWORK_FILTER", "HTTP_FILTER", "LISTENER_FILTER"], "listener"),
    (&["ROUTE_CONFIGURATION", "VIRTUAL_HOST", "HTTP_ROUTE"], "routeConfiguration"),
    (&["CLUSTER"], "cluster"),
];

const MANAGERS: &[&str] =
    &["envoy.filters.network.http_connection_manager", "envoy.http_connection_manager"];

pub(super) fn check(out: &mut Faults, root: &At<'_>) {
    for item in root.field("spec").list("configPatches") {
        operation(out, &item);
        let matches = item.get("match");
        if matches.as_ref().and_then(|found| found.word("context")) == Some("WAYPOINT") {
            continue;
        }
        let Some(target) = item.word("applyTo").filter(|target| !["", "INVALID"].contains(target))
        else {
            out.incomplete(&ENVOY_FILTER, &item, "a patch says what it applies to, in `applyTo`");
            continue;
        };
        let Some(patch) = item.get("patch") else {
            out.incomplete(&ENVOY_FILTER, &item, "an entry of `configPatches` has a `patch`");
            continue;
        };
        let operation = patch.word("operation").unwrap_or_default();
        if ["", "INVALID"].contains(&operation) {
            out.incomplete(&ENVOY_FILTER, &patch, "a patch has an `operation`");
        } else if operation != "REMOVE" && patch.get("value").is_none() {
            out.incomplete(
                &ENVOY_FILTER,
                &patch,
                format!("the operation {operation} needs a `value`"),
            );
        }
        if let Some(matches) = matches {
            check_match(out, &matches, target);
        }
    }
}

fn check_match(out: &mut Faults, matches: &At<'_>, target: &str) {
    if let Some(version) = matches.get("proxy").and_then(|proxy| proxy.filled("proxyVersion"))
        && let Some(Err(error)) = version.str().map(go_regex)
    {
        out.invalid(
            &ENVOY_FILTER,
            &version,
            format!("the regular expression does not compile: {error}"),
        );
    }
    let class = CLASSES.iter().find(|(targets, _)| targets.contains(&target)).map(|(_, key)| *key);
    let other = CLASSES.iter().map(|(_, key)| *key).find(|key| matches.get(key).is_some());
    if let (Some(wanted), Some(other)) = (class, other)
        && matches.get(wanted).is_none()
    {
        let node = matches.get(other).unwrap_or_else(|| matches.clone());
        out.invalid(
            &ENVOY_FILTER,
            &node,
            format!("a patch of {target} matches a `{wanted}`, not a `{other}`"),
        );
    }
    let chain = matches.get("listener").and_then(|listener| listener.get("filterChain"));
    let Some(filter) = chain.and_then(|chain| chain.get("filter")) else { return };
    let name = filter.word("name").unwrap_or_default();
    if name.is_empty() {
        out.incomplete(&ENVOY_FILTER, &filter, "a filter to match has a `name`");
        return;
    }
    let Some(inner) = filter.get("subFilter") else { return };
    if target != "HTTP_FILTER" {
        let why = format!("a `subFilter` is for patches of HTTP_FILTER, not of {target}");
        out.forbidden(&ENVOY_FILTER, &inner, why).on_only(&[&inner]);
    } else if !MANAGERS.contains(&name) {
        out.invalid(&ENVOY_FILTER, &inner, format!("a `subFilter` is one of {}", MANAGERS[0]));
    } else if inner.filled("name").is_none() {
        out.incomplete(&ENVOY_FILTER, &inner, "a filter to match has a `name`");
    }
}

/// An operation on something that it does not apply to.
fn operation(out: &mut Faults, item: &At<'_>) {
    let Some(node) = item.at(&["patch", "operation"]) else { return };
    let applied = item.field("applyTo");
    let target = applied.str().unwrap_or_default();
    let is_route = matches!(target, "ROUTE_CONFIGURATION" | "HTTP_ROUTE");
    let is_replaced = matches!(target, "NETWORK_FILTER" | "HTTP_FILTER" | "VIRTUAL_HOST");
    let (rule, why, help) = match node.str() {
        Some(operation @ ("ADD" | "REMOVE")) if is_route => (
            if operation == "ADD" { &ADD } else { &REMOVE },
            format!("{operation} is ignored for {target}"),
            "patch the VIRTUAL_HOST, or use MERGE",
        ),
        Some("REPLACE") if !is_replaced => (
            &REPLACE,
            format!("REPLACE does not apply to {target}"),
            "it applies to NETWORK_FILTER and HTTP_FILTER; use MERGE, or REMOVE and ADD",
        ),
        _ => return,
    };
    out.invalid(rule, &node, why).on(&applied).help(help);
}
