//! What is refused in an AuthorizationPolicy and in a RequestAuthentication.

use super::workload::targets;
use super::{Refusals, filled, is_range, items, set, text};
use crate::manifest::Node;

/// What a source is known by when a connection is made.
pub(in crate::manifest::analysis) const IDENTITIES: &[&str] = &[
    "principals",
    "notPrincipals",
    "namespaces",
    "notNamespaces",
    "serviceAccounts",
    "notServiceAccounts",
    "trustDomains",
    "notTrustDomains",
];
/// Where a connection comes from.
pub(in crate::manifest::analysis) const ADDRESSES: &[&str] =
    &["ipBlocks", "notIpBlocks", "remoteIpBlocks", "notRemoteIpBlocks"];
/// Who a request says that it comes from.
const REQUESTERS: &[&str] = &["requestPrincipals", "notRequestPrincipals"];

const OPERATION: &[&str] =
    &["hosts", "notHosts", "ports", "notPorts", "methods", "notMethods", "paths", "notPaths"];

/// The keys of conditions; one that ends with `[` takes a name in brackets.
const KEYS: &[&str] = &[
    "request.headers[",
    "source.ip",
    "remote.ip",
    "source.namespace",
    "source.serviceAccount",
    "source.principal",
    "source.trustDomain",
    "request.auth.principal",
    "request.auth.audiences",
    "request.auth.presenter",
    "request.auth.claims[",
    "destination.ip",
    "destination.port",
    "connection.sni",
];

pub(super) fn policy(refusals: &mut Refusals<'_, '_>) {
    targets(refusals);
    let object = refusals.object;
    let Some(spec) = object.at("spec") else { return };
    let action = text(spec, "action").unwrap_or("ALLOW");
    let rules = filled(spec, "rules");
    let is_custom = action == "CUSTOM";
    if matches!(action, "DENY" | "CUSTOM") && rules.is_none() {
        let node = spec.get("action").unwrap_or(spec);
        refusals.say_helped(
            node,
            format!("{action} without `rules` is never asked"),
            "for every request, write `rules: [{}]`",
        );
    }
    match set(spec, "provider") {
        Some(node) if !is_custom => {
            refusals.say(node, format!("a `provider` is for the action CUSTOM, not {action}"));
        }
        provider => {
            let is_named = provider.is_some_and(|provider| filled(provider, "name").is_some());
            if is_custom && rules.is_some() && !is_named {
                let node = spec.get("action").unwrap_or(spec);
                refusals.say(node, "the action CUSTOM needs the name of a `provider`");
            }
        }
    }
    for rule in items(spec, "rules") {
        for entry in items(rule, "from") {
            match set(entry, "source") {
                None => refusals.say(entry, "an entry of `from` needs a `source`"),
                Some(source) => check_source(refusals, source, is_custom),
            }
        }
        for entry in items(rule, "to") {
            match set(entry, "operation") {
                None => refusals.say(entry, "an entry of `to` needs an `operation`"),
                Some(operation) => check_operation(refusals, operation),
            }
        }
        for entry in items(rule, "when") {
            condition(refusals, entry, is_custom);
        }
    }
}

fn check_source(refusals: &mut Refusals<'_, '_>, source: &Node, is_custom: bool) {
    let attributes = [IDENTITIES, ADDRESSES, REQUESTERS].concat();
    if attributes.iter().all(|key| filled(source, key).is_none()) {
        refusals.say_helped(source, "a source says something", "for any source, leave `from` out");
    }
    // An external authorizer is asked before anyone is known.
    for key in IDENTITIES.iter().chain(REQUESTERS).filter(|_| is_custom) {
        if let Some(node) = filled(source, key) {
            refusals.say(node, format!("the action CUSTOM knows no `{key}`"));
        }
    }
    for key in ADDRESSES {
        ranges(refusals, items(source, key));
    }
    for key in ["serviceAccounts", "notServiceAccounts"] {
        for node in items(source, key) {
            let account = node.as_str().unwrap_or_default();
            if account.contains('*') {
                refusals.say(node, "an account is named in full, without `*`");
            } else if account.split('/').count() > 2
                || account.split('/').any(str::is_empty) && !account.is_empty()
            {
                refusals.say(node, "an account is `NAME` or `NAMESPACE/NAME`");
            }
        }
    }
    no_empty_text(refusals, source, &attributes);
}

fn check_operation(refusals: &mut Refusals<'_, '_>, operation: &Node) {
    if OPERATION.iter().all(|key| filled(operation, key).is_none()) {
        refusals.say_helped(
            operation,
            "an operation says something",
            "for any operation, leave `to` out",
        );
    }
    for key in ["ports", "notPorts"] {
        ports(refusals, items(operation, key));
    }
    for key in ["paths", "notPaths"] {
        for node in items(operation, key) {
            if let Some(why) = node.as_str().and_then(faulty_template) {
                refusals.say(node, why);
            }
        }
    }
    no_empty_text(refusals, operation, OPERATION);
}

/// What is wrong with a path that has `{*}` (one segment) or `{**}` (the rest).
fn faulty_template(path: &str) -> Option<&'static str> {
    let mut is_over = false;
    for step in path.trim_matches('/').split('/') {
        match step {
            "{*}" | "{**}" if is_over => return Some("`{**}` is the last template of a path"),
            "{**}" => is_over = true,
            "{*}" => {}
            step if step.contains(['{', '}']) => {
                return Some("a template is a whole segment: `{*}`, or `{**}` for all that follow");
            }
            _ => {}
        }
    }
    None
}

fn no_empty_text(refusals: &mut Refusals<'_, '_>, node: &Node, keys: &[&str]) {
    for item in keys.iter().flat_map(|key| items(node, key)) {
        if item.as_str() == Some("") {
            refusals.say(item, "an empty value matches nothing");
        }
    }
}

fn ranges(refusals: &mut Refusals<'_, '_>, nodes: &[Node]) {
    for node in nodes {
        if node.as_str().is_some_and(|range| !range.is_empty() && !is_range(range)) {
            refusals.say(node, "this is no IP address, and no range of them such as 10.1.0.0/16");
        }
    }
}

fn ports(refusals: &mut Refusals<'_, '_>, nodes: &[Node]) {
    for node in nodes {
        if node.as_str().is_some_and(|port| !port.is_empty() && port.parse::<u16>().is_err()) {
            refusals.say(node, "a port is a number, at most 65535");
        }
    }
}

fn condition(refusals: &mut Refusals<'_, '_>, entry: &Node, is_custom: bool) {
    if let Some(node) = set(entry, "key").filter(|node| node.as_str() == Some("")) {
        refusals.say(node, "a condition has a `key`");
    }
    let Some(node) = filled(entry, "key") else { return };
    let Some(key) = node.as_str() else { return };
    let values = || items(entry, "values").iter().chain(items(entry, "notValues"));
    if values().next().is_none() {
        refusals
            .say(node, format!("the condition on `{key}` has neither `values` nor `notValues`"));
    }
    let is_known = |known: &&str| match known.strip_suffix('[') {
        Some(name) => {
            let inner = key.strip_prefix(name).and_then(|rest| rest.strip_prefix('['));
            inner.and_then(|rest| rest.strip_suffix(']')).is_some_and(|name| !name.is_empty())
        }
        None => key == *known,
    };
    if !KEYS.iter().any(is_known) && !key.starts_with("experimental.envoy.filters.") {
        let written = KEYS.iter().map(|known| known.trim_end_matches('['));
        let base = key.split('[').next().unwrap_or(key);
        let mut finding = refusals
            .object
            .finding(&super::REFUSED, node, format!("`{key}` is no key of a condition"))
            .did_you_mean(base, written);
        if matches!(key, "request.headers" | "request.auth.claims") {
            finding = finding.help(format!("it takes a name in brackets: `{key}[NAME]`"));
        }
        refusals.findings.push(finding);
    }
    let is_identity = matches!(
        key,
        "source.namespace" | "source.serviceAccount" | "source.trustDomain" | "source.principal"
    ) || key.starts_with("request.auth.");
    if is_custom && is_identity {
        refusals.say(node, format!("the action CUSTOM knows no `{key}`"));
    }
    for list in ["values", "notValues"] {
        match key {
            "source.ip" | "remote.ip" | "destination.ip" => ranges(refusals, items(entry, list)),
            "destination.port" => ports(refusals, items(entry, list)),
            _ => {}
        }
    }
    no_empty_text(refusals, entry, &["values", "notValues"]);
}

pub(super) fn request(refusals: &mut Refusals<'_, '_>) {
    targets(refusals);
    for rule in refusals.object.items("spec.jwtRules") {
        if ["issuer", "jwksUri", "jwks_uri"].iter().all(|key| filled(rule, key).is_none()) {
            refusals.say(rule, "a JWT rule needs its `issuer`, or the `jwksUri` of the keys");
        }
        if let Some(node) = filled(rule, "jwks")
            && let Some(keys) = node.as_str()
            && serde_json::from_str::<serde_json::Value>(keys).is_err()
        {
            refusals.say(node, "the `jwks` is no JSON");
        }
    }
}
