//! What is refused in an AuthorizationPolicy and in a RequestAuthentication.

use super::common::{
    AUTHORIZATION, CONDITION, CUSTOM_TRUST_DOMAIN, JWT, NO_TRUST_DOMAIN, TRUST_DOMAIN, duration,
    is_range,
};
use super::workload::targets;
use crate::at::At;
use crate::fault::Faults;
use plumb_text::diag::nearest;

/// What a source is known by when a connection is made.
pub(super) const IDENTITIES: &[&str] = &[
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
pub(super) const ADDRESSES: &[&str] =
    &["ipBlocks", "notIpBlocks", "remoteIpBlocks", "notRemoteIpBlocks"];
/// Who a request says that it comes from.
const REQUESTERS: &[&str] = &["requestPrincipals", "notRequestPrincipals"];

const OPERATION: &[&str] =
    &["hosts", "notHosts", "ports", "notPorts", "methods", "notMethods", "paths", "notPaths"];

const TRUST_DOMAIN_KEY: &str = "source.trustDomain";

/// The keys of conditions; one that ends with `[` takes a name in brackets.
const KEYS: &[&str] = &[
    "request.headers[",
    "source.ip",
    "remote.ip",
    "source.namespace",
    "source.serviceAccount",
    "source.principal",
    TRUST_DOMAIN_KEY,
    "request.auth.principal",
    "request.auth.audiences",
    "request.auth.presenter",
    "request.auth.claims[",
    "destination.ip",
    "destination.port",
    "connection.sni",
];

pub(super) fn policy(out: &mut Faults, root: &At<'_>) {
    targets(out, root);
    let spec = &root.field("spec");
    let action = spec.word("action").unwrap_or("ALLOW");
    let rules = spec.filled("rules");
    let is_custom = action == "CUSTOM";
    if matches!(action, "DENY" | "CUSTOM") && rules.is_none() {
        let node = spec.get("action").unwrap_or_else(|| spec.clone());
        out.incomplete(&AUTHORIZATION, &node, format!("{action} without `rules` is never asked"))
            .on_all(spec)
            .help("for every request, write `rules: [{}]`");
    }
    match spec.get("provider") {
        Some(node) if !is_custom => {
            out.forbidden(
                &AUTHORIZATION,
                &node,
                format!("a `provider` is for the action CUSTOM, not {action}"),
            );
        }
        provider => {
            let is_named = provider.is_some_and(|provider| provider.filled("name").is_some());
            if is_custom && rules.is_some() && !is_named {
                let node = spec.get("action").unwrap_or_else(|| spec.clone());
                let why = "the action CUSTOM needs the name of a `provider`";
                out.incomplete(&AUTHORIZATION, &node, why).on_all(spec);
            }
        }
    }
    for rule in spec.list("rules") {
        for entry in rule.list("from") {
            match entry.get("source") {
                None => {
                    out.incomplete(&AUTHORIZATION, &entry, "an entry of `from` needs a `source`");
                }
                Some(source) => check_source(out, &source, is_custom),
            }
        }
        for entry in rule.list("to") {
            match entry.get("operation") {
                None => {
                    out.incomplete(&AUTHORIZATION, &entry, "an entry of `to` needs an `operation`");
                }
                Some(operation) => check_operation(out, &operation),
            }
        }
        for entry in rule.list("when") {
            condition(out, &entry, is_custom);
        }
    }
}

fn check_source(out: &mut Faults, source: &At<'_>, is_custom: bool) {
    let attributes = [IDENTITIES, ADDRESSES, REQUESTERS].concat();
    if attributes.iter().all(|key| source.filled(key).is_none()) {
        out.incomplete(&AUTHORIZATION, source, "a source says something")
            .help("for any source, leave `from` out");
    }
    // An external authorizer is asked before anyone is known.
    for key in IDENTITIES.iter().chain(REQUESTERS).filter(|_| is_custom) {
        if let Some(node) = source.filled(key) {
            out.forbidden(&AUTHORIZATION, &node, format!("the action CUSTOM knows no `{key}`"));
        }
    }
    for key in ADDRESSES {
        ranges(out, &source.list(key));
    }
    for key in ["serviceAccounts", "notServiceAccounts"] {
        for node in source.list(key) {
            let account = node.str().unwrap_or_default();
            if account.contains('*') {
                out.invalid(&AUTHORIZATION, &node, "an account is named in full, without `*`");
            } else if account.split('/').count() > 2
                || account.split('/').any(str::is_empty) && !account.is_empty()
            {
                out.invalid(&AUTHORIZATION, &node, "an account is `NAME` or `NAMESPACE/NAME`");
            }
        }
    }
    for key in ["trustDomains", "notTrustDomains"] {
        trust_domains(out, &source.list(key), true);
    }
    no_empty_text(out, source, &attributes);
}

/// Trust domains, with `*` at their start or end; where one is a field of a source, it has no `/`.
fn trust_domains(out: &mut Faults, nodes: &[At<'_>], is_field: bool) {
    for node in nodes {
        let name = node.str().unwrap_or_default();
        let inner = name.strip_prefix('*').or(name.strip_suffix('*')).unwrap_or(name);
        if inner.contains('*') {
            out.invalid(&TRUST_DOMAIN, node, "`*` is allowed once, at the start or at the end");
        } else if is_field && name.contains('/') {
            out.invalid(&TRUST_DOMAIN, node, "a trust domain has no `/`");
        }
    }
}

fn check_operation(out: &mut Faults, operation: &At<'_>) {
    if OPERATION.iter().all(|key| operation.filled(key).is_none()) {
        out.incomplete(&AUTHORIZATION, operation, "an operation says something")
            .help("for any operation, leave `to` out");
    }
    for key in ["ports", "notPorts"] {
        ports(out, &operation.list(key));
    }
    for key in ["paths", "notPaths"] {
        for node in operation.list(key) {
            if let Some(why) = node.str().and_then(faulty_template) {
                out.invalid(&AUTHORIZATION, &node, why);
            }
        }
    }
    no_empty_text(out, operation, OPERATION);
}

/// What is wrong with a path, if it has `{*}` (one segment) or `{**}` (the rest).
fn faulty_template(path: &str) -> Option<String> {
    let is_template = path.contains("{*}") || path.contains("{**}");
    let mut is_over = false;
    for step in path.trim_matches('/').split('/') {
        match step {
            "{*}" | "{**}" if is_over => {
                return Some("`{**}` is the last template of a path".to_owned());
            }
            "{**}" => is_over = true,
            "{*}" => {}
            step if step.contains(['{', '}']) => {
                let why = "a template is a whole segment: `{*}`, or `{**}` for all that follow";
                return Some(why.to_owned());
            }
            "" if is_template => {
                return Some("a path with a template has no empty segment".to_owned());
            }
            step if is_template && !step.bytes().all(is_literal) => {
                return Some(format!("invalid segment `{step}` of a path with a template"));
            }
            _ => {}
        }
    }
    None
}

/// What a segment of a path is made of, by RFC 3986, but for `*`.
fn is_literal(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~%!$&'()+,;:@=".contains(&byte)
}

fn no_empty_text(out: &mut Faults, node: &At<'_>, keys: &[&str]) {
    for item in keys.iter().flat_map(|key| node.list(key)) {
        if item.str() == Some("") {
            out.invalid(&AUTHORIZATION, &item, "an empty value matches nothing");
        }
    }
}

fn ranges(out: &mut Faults, nodes: &[At<'_>]) {
    for node in nodes {
        if node.str().is_some_and(|range| !range.is_empty() && !is_range(range)) {
            out.invalid(
                &AUTHORIZATION,
                node,
                "must be an IP address or a CIDR block such as 10.1.0.0/16",
            );
        }
    }
}

fn ports(out: &mut Faults, nodes: &[At<'_>]) {
    for node in nodes {
        if node.str().is_some_and(|port| !port.is_empty() && port.parse::<u16>().is_err()) {
            out.invalid(&AUTHORIZATION, node, "a port is a number, at most 65535");
        }
    }
}

fn condition(out: &mut Faults, entry: &At<'_>, is_custom: bool) {
    if let Some(node) = entry.get("key").filter(|node| node.str() == Some("")) {
        out.invalid(&CONDITION, &node, "a condition has a `key`");
    }
    let Some(node) = entry.filled("key") else { return };
    let Some(key) = node.str() else { return };
    if entry.list("values").is_empty() && entry.list("notValues").is_empty() {
        let why = format!("the condition on `{key}` has neither `values` nor `notValues`");
        out.incomplete(&CONDITION, &node, why).on_all(entry);
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
        let fault = out.unsupported(&CONDITION, &node, format!("unknown condition key `{key}`"));
        fault.near(nearest(base, written));
        if matches!(key, "request.headers" | "request.auth.claims") {
            fault.help(format!("it takes a name in brackets: `{key}[NAME]`"));
        }
    }
    let is_identity =
        matches!(key, "source.namespace" | "source.serviceAccount" | "source.principal")
            || key.starts_with("request.auth.");
    let rule = if is_identity { &CONDITION } else { &CUSTOM_TRUST_DOMAIN };
    if is_custom && (is_identity || key == TRUST_DOMAIN_KEY) {
        out.forbidden(rule, &node, format!("the action CUSTOM knows no `{key}`")).on_only(&[&node]);
    }
    if key == TRUST_DOMAIN_KEY {
        out.unsupported(&NO_TRUST_DOMAIN, &node, format!("unknown condition key `{key}`"));
        for list in ["values", "notValues"] {
            trust_domains(out, &entry.list(list), false);
        }
    }
    for list in ["values", "notValues"] {
        match key {
            "source.ip" | "remote.ip" | "destination.ip" => ranges(out, &entry.list(list)),
            "destination.port" => ports(out, &entry.list(list)),
            _ => {}
        }
    }
    no_empty_text(out, entry, &["values", "notValues"]);
}

pub(super) fn request(out: &mut Faults, root: &At<'_>) {
    targets(out, root);
    for rule in root.field("spec").list("jwtRules") {
        if ["issuer", "jwksUri", "jwks_uri"].iter().all(|key| rule.filled(key).is_none()) {
            out.incomplete(
                &JWT,
                &rule,
                "a JWT rule needs its `issuer`, or the `jwksUri` of the keys",
            );
        }
        duration(out, &JWT, &rule, "timeout");
        if let Some(node) = rule.filled("jwks")
            && let Some(keys) = node.str()
            && serde_json::from_str::<serde_json::Value>(keys).is_err()
        {
            out.invalid(&JWT, &node, "the `jwks` is not valid JSON");
        }
    }
}
