//! What Linkerd's admission webhook refuses in one policy, and its CRD does not say.
//!
//! A rule stands here only if the webhook has it (read in the sources of its policy controller, 2026-08).

use super::declare::rules;
use crate::at::At;
use crate::fault::{Authority, Fault, Faults, Rule};
use crate::names;
use plumb_cel::go_regex;
use plumb_text::diag::{codes, nearest};

codes! {
    /// The findings of what Linkerd's webhook refuses.
    CODES:
    AUTHORIZATION_REFUSED = "linkerd-authorization", Deny, "who may call by a policy of Linkerd's is not right: its webhook refuses it", formerly "linkerd-refused";
    NETWORK_REFUSED = "linkerd-network", Deny, "networks of a policy of Linkerd's are none: its webhook refuses it", formerly "linkerd-refused";
    ROUTE_REFUSED = "linkerd-route", Deny, "a route has what Linkerd's proxies have not: its webhook refuses it", formerly "linkerd-refused";
    SERVER_REFUSED = "linkerd-server", Deny, "a Server, or a limit for one, is not right: Linkerd's webhook refuses it", formerly "linkerd-refused";
}

rules! { Authority::Linkerd;
    AUTHORIZATION = AUTHORIZATION_REFUSED "authorization-policy", "Validate<AuthorizationPolicySpec>, authorization_policy::validate";
    AUTHENTICATION = AUTHORIZATION_REFUSED "authentication", "Validate<AuthorizationPolicySpec>";
    IDENTITY = AUTHORIZATION_REFUSED "identity", "Validate<MeshTLSAuthenticationSpec>, validate_identity, validate_identity_ref";
    NETWORK = NETWORK_REFUSED "", "Validate<NetworkAuthenticationSpec>, Validate<EgressNetworkSpec>, validate_networks";
    SERVER = SERVER_REFUSED "server", "Validate<ServerSpec>";
    CLIENT = AUTHORIZATION_REFUSED "client", "Validate<ServerAuthorizationSpec>";
    ROUTE = ROUTE_REFUSED "route", "Validate<HttpRouteSpec>, validate_match, validate_timeouts";
    ANNOTATION = ROUTE_REFUSED "annotation", "parse_http_retry, parse_grpc_retry, parse_timeouts, parse_duration";
    RATE_LIMIT = SERVER_REFUSED "rate-limit", "Validate<RateLimitPolicySpec>";
}

const POLICY: &str = "policy.linkerd.io";
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

fn server(out: &mut Faults, root: &At<'_>) {
    let spec = root.field("spec");
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

/// A route for what pods of the mesh ask for, of a Service or of the network outside.
fn outbound(out: &mut Faults, root: &At<'_>, kind: &str) {
    let is = |text: &str, word: &str| text.eq_ignore_ascii_case(word);
    let spec = root.field("spec");
    let mut is_outbound = None;
    for parent in spec.list("parentRefs") {
        let (group, of_kind) = (parent.word("group"), parent.text("kind"));
        let is_network =
            is(of_kind, "EgressNetwork") && group.is_some_and(|group| is(group, POLICY));
        let is_service = is(of_kind, "Service")
            && group.is_some_and(|group| group.is_empty() || is(group, "core"));
        if is_network && parent.get("port").is_none() {
            out.incomplete(&ROUTE, &parent, "a route to an EgressNetwork names a `port`");
        }
        if is_network || is_service {
            is_outbound = Some(parent);
        }
    }
    let Some(parent) = is_outbound else { return };
    let annotations = root.field("metadata").field("annotations");
    for (name, node) in annotations.entries() {
        let Some(value) = node.str() else { continue };
        let faulty = match (name, kind) {
            ("retry.linkerd.io/http", "HTTPRoute") => value.split(',').find_map(faulty_status),
            ("retry.linkerd.io/grpc", "GRPCRoute") => value.split(',').find_map(faulty_condition),
            (_, "TLSRoute" | "TCPRoute") => None,
            ("retry.linkerd.io/limit", _) => value
                .parse::<u16>()
                .is_err()
                .then(|| format!("invalid number of retries `{value}`")),
            (
                "retry.linkerd.io/timeout"
                | "timeout.linkerd.io/request"
                | "timeout.linkerd.io/response"
                | "timeout.linkerd.io/idle",
                _,
            ) => faulty_duration(value),
            _ => None,
        };
        if let Some(why) = faulty {
            out.invalid(&ANNOTATION, &node, why).on(&parent.field("kind"));
        }
    }
}

/// A status of HTTP to retry at: `503`, `500-504`, `5xx` or `gateway-error`.
fn faulty_status(condition: &str) -> Option<String> {
    let code = |text: &str| text.parse::<u32>().ok().filter(|code| (100..600).contains(code));
    let is_range = || {
        let (first, last) = condition.split_once('-')?;
        Some(code(first)? <= code(last)?)
    };
    let good = ["5xx", "gateway-error"].iter().any(|word| condition.eq_ignore_ascii_case(word))
        || code(condition).is_some()
        || is_range() == Some(true);
    (!good).then(|| {
        format!(
            "invalid retry status `{condition}`: must be 5xx, gateway-error, or numbers such as 503,504"
        )
    })
}

/// The conditions of gRPC to retry at.
const CONDITIONS: &[&str] =
    &["cancelled", "deadline-exceeded", "internal", "resource-exhausted", "unavailable"];

fn faulty_condition(condition: &str) -> Option<String> {
    let good = CONDITIONS.iter().any(|word| condition.eq_ignore_ascii_case(word));
    (!good).then(|| {
        format!("invalid retry condition `{condition}`: must be one of {}", CONDITIONS.join(", "))
    })
}

/// A duration of an annotation: a whole number and one unit; 0 needs none.
fn faulty_duration(text: &str) -> Option<String> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let number = number.parse::<u64>().ok();
    let good = match unit {
        "" => number == Some(0),
        "ms" | "s" | "m" | "h" | "d" => number.is_some(),
        _ => false,
    };
    (!good).then(|| {
        format!("invalid duration `{text}`: must be a whole number and one of ms, s, m, h and d")
    })
}

fn route(out: &mut Faults, root: &At<'_>) {
    for rule in root.field("spec").list("rules") {
        for entry in rule.list("matches") {
            let lists = ["headers", "queryParams"].into_iter().flat_map(|key| entry.list(key));
            for item in lists.chain(entry.get("path")) {
                if item.text("type") == "RegularExpression"
                    && let Some(node) = item.get("value")
                    && let Some(Err(error)) = node.str().map(go_regex)
                {
                    let why = format!("the regular expression does not compile: {error}");
                    out.invalid(&ROUTE, &node, why);
                }
            }
        }
        let Some(timeouts) = rule.get("timeouts") else { continue };
        let of = |key: &str| {
            let node = timeouts.get(key)?;
            let seconds = seconds(node.str()?)?;
            Some((node, seconds))
        };
        let (whole, backend) = (of("request"), of("backendRequest"));
        for (node, time) in whole.iter().chain(&backend) {
            if *time < 0.0 {
                out.invalid(&ROUTE, node, "a timeout is not negative");
            }
        }
        if let (Some((request, whole)), Some((node, backend))) = (&whole, &backend)
            && backend > whole
        {
            let why = "the timeout of a backend is at most that of the request";
            out.invalid(&ROUTE, node, why).on(request);
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
