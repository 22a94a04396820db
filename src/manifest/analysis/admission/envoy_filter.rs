//! What is refused in an EnvoyFilter: a patch that says nothing, or matches something of another class than it applies to.

use super::{Refusals, filled, set, text};
use crate::manifest::Node;
use crate::manifest::schema::go_regex;

/// What patches apply to, and the part of `match` that is about such things.
const CLASSES: &[(&[&str], &str)] = &[
    (&["LISTENER", "FILTER_CHAIN", "NETWORK_FILTER", "HTTP_FILTER", "LISTENER_FILTER"], "listener"),
    (&["ROUTE_CONFIGURATION", "VIRTUAL_HOST", "HTTP_ROUTE"], "routeConfiguration"),
    (&["CLUSTER"], "cluster"),
];

const MANAGERS: &[&str] =
    &["envoy.filters.network.http_connection_manager", "envoy.http_connection_manager"];

pub(super) fn check(refusals: &mut Refusals<'_, '_>) {
    for item in refusals.object.items("spec.configPatches") {
        let matches = set(item, "match");
        if matches.and_then(|found| text(found, "context")) == Some("WAYPOINT") {
            continue;
        }
        let Some(target) = text(item, "applyTo").filter(|target| !["", "INVALID"].contains(target))
        else {
            refusals.say(item, "a patch says what it applies to, in `applyTo`");
            continue;
        };
        let Some(patch) = set(item, "patch") else {
            refusals.say(item, "an entry of `configPatches` has a `patch`");
            continue;
        };
        let operation = text(patch, "operation").unwrap_or_default();
        if ["", "INVALID"].contains(&operation) {
            refusals.say(patch, "a patch has an `operation`");
        } else if operation != "REMOVE" && set(patch, "value").is_none() {
            refusals.say(patch, format!("the operation {operation} needs a `value`"));
        }
        if let Some(matches) = matches {
            check_match(refusals, matches, target);
        }
    }
}

fn check_match(refusals: &mut Refusals<'_, '_>, matches: &Node, target: &str) {
    if let Some(version) = set(matches, "proxy").and_then(|proxy| filled(proxy, "proxyVersion"))
        && let Some(Err(error)) = version.as_str().map(go_regex)
    {
        refusals.say(version, format!("the regular expression does not compile: {error}"));
    }
    let class = CLASSES.iter().find(|(targets, _)| targets.contains(&target)).map(|(_, key)| *key);
    let other = CLASSES.iter().map(|(_, key)| *key).find(|key| set(matches, key).is_some());
    if let (Some(wanted), Some(other)) = (class, other)
        && set(matches, wanted).is_none()
    {
        let node = matches.get(other).unwrap_or(matches);
        refusals.say(node, format!("a patch of {target} matches a `{wanted}`, not a `{other}`"));
    }
    let chain = set(matches, "listener").and_then(|listener| set(listener, "filterChain"));
    let Some(filter) = chain.and_then(|chain| set(chain, "filter")) else { return };
    let name = text(filter, "name").unwrap_or_default();
    if name.is_empty() {
        return refusals.say(filter, "a filter to match has a `name`");
    }
    let Some(inner) = set(filter, "subFilter") else { return };
    if target != "HTTP_FILTER" {
        refusals
            .say(inner, format!("a `subFilter` is for patches of HTTP_FILTER, not of {target}"));
    } else if !MANAGERS.contains(&name) {
        refusals.say(inner, format!("a `subFilter` is one of {}", MANAGERS[0]));
    } else if filled(inner, "name").is_none() {
        refusals.say(inner, "a filter to match has a `name`");
    }
}
