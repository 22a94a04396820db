//! What Linkerd's admission webhook refuses in one policy, and its CRD does not say.
//!
//! A rule stands here only if the webhook has it (read in the sources of its policy controller, 2026-08).

use super::declare;
use super::group::{Group, Object, text};
use crate::diag::Diagnostic;
use crate::manifest::schema::go_regex;
use crate::manifest::{Node, names};

declare! {
    REFUSED = "linkerd-refused", Deny, "",
        "Linkerd's admission webhook refuses the resource";
}

const POLICY: &str = "policy.linkerd.io";
const GATEWAY_API: &str = "gateway.networking.k8s.io";

/// One resource, and what is refused in it.
struct Refusals<'g, 'o> {
    object: &'g Object<'o>,
    findings: &'g mut Vec<Diagnostic>,
}

impl Refusals<'_, '_> {
    fn say(&mut self, node: &Node, message: impl Into<String>) {
        self.findings.push(self.object.finding(&REFUSED, node, message));
    }
}

type Rules = fn(&mut Refusals<'_, '_>);

const KINDS: &[(&str, Rules)] = &[
    ("AuthorizationPolicy", authorization),
    ("MeshTLSAuthentication", identities),
    ("NetworkAuthentication", |refusals| networks(refusals, "spec.networks", true)),
    ("EgressNetwork", |refusals| networks(refusals, "spec.networks", true)),
    ("Server", server),
    ("ServerAuthorization", server_authorization),
    ("HTTPRoute", route),
    ("HTTPLocalRateLimitPolicy", rate_limit),
];

fn analyse(group: &Group<'_>, findings: &mut Vec<Diagnostic>) {
    for (kind, rules) in KINDS {
        for object in group.of(POLICY, kind) {
            rules(&mut Refusals { object, findings });
        }
    }
}

/// The group and kind that a reference names; the core group is empty.
fn target(reference: &Node) -> (&str, &str) {
    let group = text(reference, "group").unwrap_or_default();
    let group = if group == "core" { "" } else { group };
    (group, text(reference, "kind").unwrap_or_default())
}

fn kind_node(reference: &Node) -> &Node {
    reference.get("kind").unwrap_or(reference)
}

fn authorization(refusals: &mut Refusals<'_, '_>) {
    let object = refusals.object;
    if let Some(reference) = object.at("spec.targetRef") {
        let known = [
            (POLICY, "Server"),
            (POLICY, "HTTPRoute"),
            (GATEWAY_API, "HTTPRoute"),
            (GATEWAY_API, "GRPCRoute"),
            ("", "Namespace"),
        ];
        let (group, kind) = target(reference);
        if !known.contains(&(group, kind)) {
            let what =
                if group.is_empty() { kind.to_owned() } else { format!("{kind} of {group}") };
            let finding = object
                .finding(&REFUSED, kind_node(reference), format!("no policy is for a {what}"))
                .help("it is for a Server, an HTTPRoute, a GRPCRoute or its own Namespace");
            refusals.findings.push(finding);
        }
        if (group, kind) == ("", "Namespace")
            && let (Some(node), Some(own)) = (reference.get("name"), object.namespace)
            && node.as_str().is_some_and(|name| name != own)
        {
            refusals.say(node, "a policy is for its own namespace, not for another");
        }
    }
    let references = object.items("spec.requiredAuthenticationRefs");
    let mut who: Vec<&str> = Vec::new();
    for reference in references {
        let kind = match target(reference) {
            (POLICY, kind @ ("MeshTLSAuthentication" | "NetworkAuthentication")) => kind,
            ("", kind @ "ServiceAccount") => kind,
            (_, kind) => {
                refusals.say(kind_node(reference), format!("nobody is known by a {kind}"));
                continue;
            }
        };
        let is_network = kind == "NetworkAuthentication";
        if who.iter().any(|other| (*other == "NetworkAuthentication") == is_network) {
            let what = if is_network {
                "one NetworkAuthentication"
            } else {
                "one MeshTLSAuthentication or ServiceAccount"
            };
            refusals.say(kind_node(reference), format!("a policy requires at most {what}"));
        }
        who.push(kind);
    }
}

fn identities(refusals: &mut Refusals<'_, '_>) {
    for node in refusals.object.items("spec.identities") {
        if let Some(why) = node.as_str().and_then(faulty_identity) {
            refusals.say(node, why);
        }
    }
    for reference in refusals.object.items("spec.identityRefs") {
        match target(reference) {
            ("", "ServiceAccount") => {}
            ("", "Namespace") => {
                if let Some(node) = reference.get("namespace").filter(|node| !node.is_null()) {
                    refusals.say(node, "a Namespace is in no namespace");
                }
            }
            (_, kind) => {
                refusals.say(
                    kind_node(reference),
                    format!("a {kind} has no identity: it is a ServiceAccount or a Namespace"),
                );
            }
        }
    }
}

/// What is wrong with an identity: a name as of a domain, with `*` for its first part, or a SPIFFE id.
fn faulty_identity(id: &str) -> Option<&'static str> {
    if let Some(rest) = id.strip_prefix("spiffe://") {
        let (domain, path) = match rest.split_once('/') {
            Some((domain, path)) => (domain, Some(path)),
            None => (rest, None),
        };
        let of = |text: &str, capitals: bool| {
            text.bytes().all(|b| {
                b.is_ascii_lowercase()
                    || b.is_ascii_digit()
                    || b"-._".contains(&b)
                    || capitals && b.is_ascii_uppercase()
            })
        };
        let step = |step: &str| !matches!(step, "" | "." | "..") && of(step, true);
        let good = !domain.is_empty()
            && of(domain, false)
            && path.is_none_or(|path| path.split('/').all(step));
        return (!good).then_some("this is no SPIFFE id: `spiffe://DOMAIN/PATH`");
    }
    let rest = match id.split_once('.') {
        Some(("*", rest)) => rest,
        _ if id == "*" => return None,
        _ => id,
    };
    let good = rest.split('.').all(|part| names::label(part).is_none());
    (!good).then_some("an identity is a name such as `*.NAMESPACE.serviceaccount.identity.linkerd.cluster.local`, or a SPIFFE id")
}

/// Ranges of addresses, each without what is excepted from it.
fn networks(refusals: &mut Refusals<'_, '_>, path: &str, some: bool) {
    let object = refusals.object;
    if let Some(node) = object.at(path).filter(|node| some && node.as_seq() == Some(&[])) {
        refusals.say(node, "at least one network is named");
    }
    let range = |text: &str| {
        if names::is_ip(text) {
            let bits = if text.contains(':') { 128 } else { 32 };
            return names::cidr(&format!("{text}/{bits}"));
        }
        names::cidr(text)
    };
    for network in object.items(path) {
        let whole = network.get("cidr").and_then(|node| Some((node, node.as_str()?)));
        let Some((node, text)) = whole else { continue };
        let Some(outer) = range(text) else {
            refusals.say(node, format!("`{text}` is neither an address nor a range of them"));
            continue;
        };
        for node in network.get("except").map(Node::items).unwrap_or_default() {
            let Some(text) = node.as_str() else { continue };
            match range(text) {
                None => refusals
                    .say(node, format!("`{text}` is neither an address nor a range of them")),
                Some(inner) if inner == outer || names::within(outer, inner) => {
                    refusals.say(node, "this exception leaves nothing of the network");
                }
                Some(inner) if !names::within(inner, outer) => {
                    refusals.say(node, "this exception is not within the network");
                }
                Some(_) => {}
            }
        }
    }
}

const ACCESS: &[&str] = &[
    "deny",
    "audit",
    "all-authenticated",
    "all-unauthenticated",
    "cluster-authenticated",
    "cluster-unauthenticated",
];

fn server(refusals: &mut Refusals<'_, '_>) {
    let object = refusals.object;
    if let Some(node) = object.at("spec.accessPolicy")
        && let Some(name) = node.as_str().filter(|name| !ACCESS.contains(name))
    {
        let finding = object
            .finding(&REFUSED, node, format!("`{name}` is no access policy"))
            .did_you_mean(name, ACCESS.iter().copied());
        refusals.findings.push(finding);
    }
    if let Some(node) = object.at("spec.port")
        && node.as_int().is_some_and(|port| !(1..=65535).contains(&port))
    {
        refusals.say(node, "a port is between 1 and 65535");
    }
}

fn server_authorization(refusals: &mut Refusals<'_, '_>) {
    networks(refusals, "spec.client.networks", false);
    let Some(client) = refusals.object.at("spec.client") else { return };
    let Some(tls) = client.get("meshTLS").filter(|node| !node.is_null()) else { return };
    if let Some(node) = client.get("unauthenticated").filter(|node| node.as_bool() == Some(true)) {
        refusals.say(node, "a client with `meshTLS` is not unauthenticated");
    }
    let is_named = ["identities", "serviceAccounts"]
        .iter()
        .any(|key| tls.get(key).is_some_and(|list| !list.items().is_empty()));
    if let Some(node) =
        tls.get("unauthenticatedTLS").filter(|node| node.as_bool() == Some(true) && is_named)
    {
        refusals.say(node, "a client that is named is not unauthenticated");
    }
}

fn route(refusals: &mut Refusals<'_, '_>) {
    let object = refusals.object;
    for parent in object.items("spec.parentRefs") {
        if text(parent, "kind") == Some("EgressNetwork") && parent.get("port").is_none() {
            refusals.say(parent, "a route to an EgressNetwork names a `port`");
        }
    }
    for rule in object.items("spec.rules") {
        for entry in rule.get("matches").map(Node::items).unwrap_or_default() {
            let lists = ["headers", "queryParams"].iter().filter_map(|key| entry.get(key));
            let path = entry.get("path");
            for item in lists.flat_map(Node::items).chain(path) {
                if text(item, "type") == Some("RegularExpression")
                    && let Some(node) = item.get("value")
                    && let Some(Err(error)) = node.as_str().map(go_regex)
                {
                    refusals.say(node, format!("the regular expression does not compile: {error}"));
                }
            }
        }
        let Some(timeouts) = rule.get("timeouts") else { continue };
        let of =
            |key: &str| timeouts.get(key).and_then(|node| Some((node, seconds(node.as_str()?)?)));
        let (whole, backend) = (of("request"), of("backendRequest"));
        for (node, time) in [whole, backend].into_iter().flatten() {
            if time < 0.0 {
                refusals.say(node, "a timeout is not negative");
            }
        }
        if let (Some((_, whole)), Some((node, backend))) = (whole, backend)
            && backend > whole
        {
            refusals.say(node, "the timeout of a backend is at most that of the request");
        }
    }
}

/// A duration such as `1h30m` or `-500ms`, in seconds.
fn seconds(text: &str) -> Option<f64> {
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text),
    };
    let mut sum = 0.0;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = rest[..end].parse().ok()?;
        let unit = rest[end..].find(|c: char| c.is_ascii_digit()).map_or(rest.len(), |at| end + at);
        sum += number
            * match &rest[end..unit] {
                "h" => 3600.0,
                "m" => 60.0,
                "s" => 1.0,
                "ms" => 1e-3,
                "us" | "µs" => 1e-6,
                "ns" => 1e-9,
                _ => return None,
            };
        rest = &rest[unit..];
    }
    Some(sign * sum)
}

fn rate_limit(refusals: &mut Refusals<'_, '_>) {
    let object = refusals.object;
    if let Some(reference) = object.at("spec.targetRef")
        && target(reference) != (POLICY, "Server")
    {
        refusals.say(kind_node(reference), "a rate is limited for a Server");
    }
    let rate = |node: &'static str| object.at(node);
    let total = rate("spec.total.requestsPerSecond").and_then(Node::as_int);
    let overrides = object.items("spec.overrides");
    let parts = rate("spec.identity.requestsPerSecond")
        .into_iter()
        .chain(overrides.iter().filter_map(|entry| entry.get("requestsPerSecond")));
    for node in parts.clone().chain(rate("spec.total.requestsPerSecond")) {
        if node.as_int() == Some(0) {
            refusals.say(node, "a rate is greater than 0");
        }
    }
    for node in parts {
        if let (Some(part), Some(total)) = (node.as_int(), total)
            && part > total
            && total > 0
        {
            refusals.say(node, format!("this is more than the total of {total}"));
        }
    }
    for reference in
        overrides.iter().filter_map(|entry| entry.get("clientRefs")).flat_map(Node::items)
    {
        if target(reference) != ("", "ServiceAccount") {
            refusals.say(kind_node(reference), "a client is a ServiceAccount");
        }
    }
}
