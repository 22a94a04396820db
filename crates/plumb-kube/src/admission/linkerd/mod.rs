//! What Linkerd's admission webhook refuses in one policy, and its CRD does not say.
//!
//! A rule stands here only if the webhook has it (read in the sources of its policy controller, 2026-08).

mod routes;
mod rules;

pub(super) use rules::CODES;

use crate::at::At;
use crate::fault::{Fault, Faults, Rule};
use crate::names;
use plumb_text::diag::nearest;
use routes::{outbound, route};
use rules::{AUTHENTICATION, AUTHORIZATION, CLIENT, IDENTITY, NETWORK, POLICY, RATE_LIMIT, SERVER};

const GATEWAY_API: &str = "gateway.networking.k8s.io";

type Rules = fn(&mut Faults, &At<'_>);

const KINDS: &[(&str, Rules)] = &[
    ("AuthorizationPolicy", authorization),
    ("MeshTLSAuthentication", identities),
    ("NetworkAuthentication", |out, root| networks(out, &root.field("spec"), true)),
    ("EgressNetwork", |out, root| networks(out, &root.field("spec"), true)),
    ("Server", server),
    ("ServerAuthorization", server_authorization),
    ("HTTPRoute", route),
    ("HTTPLocalRateLimitPolicy", rate_limit),
];

/// The kinds of routes of the Gateway API that the webhook reads too.
const ROUTES: &[&str] = &["HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute"];

/// The rules of Linkerd's webhook.
pub(super) fn rules() -> impl Iterator<Item = &'static Rule> {
    rules::RULES.iter().copied()
}

/// Checks a resource of Linkerd's, or a route that is for Linkerd; nothing to say about any other.
pub(super) fn check(out: &mut Faults, root: &At<'_>, group: &str, kind: &str) {
    if ROUTES.contains(&kind) && [POLICY, GATEWAY_API].contains(&group) {
        outbound(out, root, kind);
    }
    if let Some((_, rules)) = KINDS.iter().find(|(name, _)| *name == kind && group == POLICY) {
        rules(out, root);
    }
}

/// The group and kind that a reference names; the core group is empty.
fn target<'n>(reference: &At<'n>) -> (&'n str, &'n str) {
    let group = reference.text("group");
    let group = if group == "core" { "" } else { group };
    (group, reference.text("kind"))
}

fn kind_node<'n>(reference: &At<'n>) -> At<'n> {
    reference.get("kind").unwrap_or_else(|| reference.clone())
}

/// Refuses a reference to none of the kinds that it may be to, at the field that is wrong: the group, where the kind is one of
/// them in another group.
fn refuse<'f>(
    out: &'f mut Faults,
    rule: &'static Rule,
    reference: &At<'_>,
    known: &[(&str, &str)],
    why: impl Into<String>,
) -> &'f mut Fault {
    let (group, kind) = target(reference);
    let groups: Vec<&str> =
        known.iter().filter(|(_, known)| *known == kind).map(|(group, _)| *group).collect();
    if groups.is_empty() {
        return out.unsupported(rule, &kind_node(reference), why);
    }
    let named = |group: &str| match group {
        "" => "the core group".to_owned(),
        group => format!("`{group}`"),
    };
    let own: Vec<String> = groups.iter().map(|group| named(group)).collect();
    let why = format!("{kind} is of {}, not of {}", own.join(" or "), named(group));
    let at = reference.get("group").unwrap_or_else(|| kind_node(reference));
    let help = match groups[..] {
        ["", ..] => "leave `group` out".to_owned(),
        [group, ..] => format!("write `group: {group}`"),
        [] => String::new(),
    };
    out.unsupported(rule, &at, why).on(&kind_node(reference)).help(help)
}

/// What a policy knows its clients by.
const AUTHENTICATIONS: [(&str, &str); 3] =
    [(POLICY, "MeshTLSAuthentication"), (POLICY, "NetworkAuthentication"), ("", "ServiceAccount")];

fn authorization(out: &mut Faults, root: &At<'_>) {
    let spec = root.field("spec");
    if let Some(reference) = spec.get("targetRef") {
        let known = [
            (POLICY, "Server"),
            (POLICY, "HTTPRoute"),
            (GATEWAY_API, "HTTPRoute"),
            (GATEWAY_API, "GRPCRoute"),
            ("", "Namespace"),
        ];
        let (group, kind) = target(&reference);
        if !known.contains(&(group, kind)) {
            let what =
                if group.is_empty() { kind.to_owned() } else { format!("{kind} of {group}") };
            let why = format!("no policy is for a {what}");
            let fault = refuse(out, &AUTHORIZATION, &reference, &known, why);
            if !known.iter().any(|(_, known)| *known == kind) {
                fault.help("it is for a Server, an HTTPRoute, a GRPCRoute or its own Namespace");
            }
        }
        if (group, kind) == ("", "Namespace")
            && let Some(node) = reference.get("name")
            && let Some(own) = root.field("metadata").filled("namespace")
            && node.str().is_some_and(|name| own.str().is_some_and(|own| own != name))
        {
            out.invalid(
                &AUTHORIZATION,
                &node,
                "a policy is for its own namespace, not for another",
            );
        }
    }
    let references = spec.list("requiredAuthenticationRefs");
    let mut who: Vec<(&str, At<'_>)> = Vec::new();
    for reference in references {
        let kind = match target(&reference) {
            (POLICY, kind @ ("MeshTLSAuthentication" | "NetworkAuthentication")) => kind,
            ("", kind @ "ServiceAccount") => kind,
            (_, kind) => {
                let why = format!("nobody is known by a {kind}");
                refuse(out, &AUTHENTICATION, &reference, &AUTHENTICATIONS, why);
                continue;
            }
        };
        let is_network = kind == "NetworkAuthentication";
        let same = |other: &&(&str, At<'_>)| (other.0 == "NetworkAuthentication") == is_network;
        if let Some((_, first)) = who.iter().find(same) {
            let what = if is_network {
                "one NetworkAuthentication"
            } else {
                "one MeshTLSAuthentication or ServiceAccount"
            };
            let why = format!("a policy requires at most {what}");
            let at = kind_node(&reference);
            out.forbidden(&AUTHENTICATION, &at, why).on_only(&[first, &at]);
        }
        who.push((kind, reference));
    }
}

fn identities(out: &mut Faults, root: &At<'_>) {
    let spec = root.field("spec");
    for node in spec.list("identities") {
        if let Some(why) = node.str().and_then(faulty_identity) {
            out.invalid(&IDENTITY, &node, why);
        }
    }
    for reference in spec.list("identityRefs") {
        match target(&reference) {
            ("", "ServiceAccount") => {}
            ("", "Namespace") => {
                if let Some(node) = reference.get("namespace") {
                    let why = "a Namespace is in no namespace";
                    out.forbidden(&IDENTITY, &node, why).on_only(&[&node]);
                }
            }
            (_, kind) => {
                let why =
                    format!("a {kind} has no identity: it is a ServiceAccount or a Namespace");
                let known = [("", "ServiceAccount"), ("", "Namespace")];
                refuse(out, &IDENTITY, &reference, &known, why);
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
        return (!good).then_some("invalid SPIFFE ID: must be `spiffe://DOMAIN/PATH`");
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
fn networks(out: &mut Faults, holder: &At<'_>, some: bool) {
    let list = holder.get("networks");
    if let Some(node) = list.filter(|node| some && node.node.as_seq() == Some(&[])) {
        out.incomplete(&NETWORK, &node, "at least one network is named");
    }
    let range = |text: &str| {
        if names::is_ip(text) {
            let bits = if text.contains(':') { 128 } else { 32 };
            return names::cidr(&format!("{text}/{bits}"));
        }
        names::cidr(text)
    };
    for network in holder.list("networks") {
        let whole = network.field("cidr");
        let Some(text) = whole.str() else { continue };
        let Some(outer) = range(text) else {
            let why = format!("`{text}` is neither an address nor a range of them");
            out.invalid(&NETWORK, &whole, why);
            continue;
        };
        for node in network.list("except") {
            let Some(text) = node.str() else { continue };
            match range(text) {
                None => {
                    let why = format!("`{text}` is neither an address nor a range of them");
                    out.invalid(&NETWORK, &node, why);
                }
                Some(inner) if inner == outer || names::within(outer, inner) => {
                    let why = "this exception leaves nothing of the network";
                    out.invalid(&NETWORK, &node, why).on(&whole);
                }
                Some(inner) if !names::within(inner, outer) => {
                    let why = "this exception is not within the network";
                    out.invalid(&NETWORK, &node, why).on(&whole);
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

/// The protocols of a port, as the webhook decodes them; its CRD says that it is a text.
const PROTOCOLS: &[&str] = &["unknown", "HTTP/1", "HTTP/2", "gRPC", "opaque", "TLS"];

fn server(out: &mut Faults, root: &At<'_>) {
    let spec = root.field("spec");
    if let Some(node) = spec.get("proxyProtocol")
        && let Some(name) = node.str().filter(|name| !PROTOCOLS.contains(name))
    {
        let fault = out.unsupported(&SERVER, &node, format!("unknown protocol `{name}`"));
        fault.near(nearest(name, PROTOCOLS.iter().copied()));
    }
    if let Some(node) = spec.get("accessPolicy")
        && let Some(name) = node.str().filter(|name| !ACCESS.contains(name))
    {
        let fault = out.unsupported(&SERVER, &node, format!("unknown access policy `{name}`"));
        fault.near(nearest(name, ACCESS.iter().copied()));
    }
    if let Some(node) = spec.get("port")
        && node.int().is_some_and(|port| !(1..=65535).contains(&port))
    {
        out.invalid(&SERVER, &node, "a port is between 1 and 65535");
    }
}

fn server_authorization(out: &mut Faults, root: &At<'_>) {
    let client = root.field("spec").field("client");
    networks(out, &client, false);
    let Some(tls) = client.get("meshTLS") else { return };
    if client.is_true("unauthenticated") {
        let node = client.field("unauthenticated");
        let why = "a client with `meshTLS` is not unauthenticated";
        out.invalid(&CLIENT, &node, why).on(&tls);
    }
    let named = ["identities", "serviceAccounts"]
        .into_iter()
        .find_map(|key| tls.list(key).into_iter().next());
    if let Some(named) = named.filter(|_| tls.is_true("unauthenticatedTLS")) {
        let node = tls.field("unauthenticatedTLS");
        out.invalid(&CLIENT, &node, "a client that is named is not unauthenticated").on(&named);
    }
}

fn rate_limit(out: &mut Faults, root: &At<'_>) {
    let spec = root.field("spec");
    if let Some(reference) = spec.get("targetRef")
        && target(&reference) != (POLICY, "Server")
    {
        let known = [(POLICY, "Server")];
        refuse(out, &RATE_LIMIT, &reference, &known, "a rate is limited for a Server");
    }
    let total = spec.at(&["total", "requestsPerSecond"]);
    let overrides = spec.list("overrides");
    let parts: Vec<At<'_>> = spec
        .at(&["identity", "requestsPerSecond"])
        .into_iter()
        .chain(overrides.iter().filter_map(|entry| entry.get("requestsPerSecond")))
        .collect();
    for node in parts.iter().chain(&total) {
        if node.int() == Some(0) {
            out.invalid(&RATE_LIMIT, node, "a rate is greater than 0");
        }
    }
    for node in &parts {
        if let Some(whole) = &total
            && let (Some(part), Some(total)) = (node.int(), whole.int())
            && part > total
            && total > 0
        {
            let why = format!("this is more than the total of {total}");
            out.invalid(&RATE_LIMIT, node, why).on(whole);
        }
    }
    for reference in overrides.iter().flat_map(|entry| entry.list("clientRefs")) {
        if target(&reference) != ("", "ServiceAccount") {
            let known = [("", "ServiceAccount")];
            refuse(out, &RATE_LIMIT, &reference, &known, "a client is a ServiceAccount");
        }
    }
}
