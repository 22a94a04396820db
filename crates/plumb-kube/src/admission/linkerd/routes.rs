//! Routes: what a match, a filter and a timeout are, and the annotations that the proxies read.

use super::rules::{ANNOTATION, POLICY, ROUTE};
use crate::at::At;
use crate::fault::Faults;
use plumb_cel::go_regex;

/// A route for what pods of the mesh ask for, of a Service or of the network outside.
pub(super) fn outbound(out: &mut Faults, root: &At<'_>, kind: &str) {
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

/// What a filter of each type holds.
const FILTERS: &[(&str, &str)] = &[
    ("RequestHeaderModifier", "requestHeaderModifier"),
    ("ResponseHeaderModifier", "responseHeaderModifier"),
    ("RequestRedirect", "requestRedirect"),
];

pub(super) fn route(out: &mut Faults, root: &At<'_>) {
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
            let path = entry.field("path");
            let is_plain = matches!(path.word("type"), None | Some("Exact" | "PathPrefix"));
            if let Some(node) = path.get("value").filter(|_| is_plain)
                && node.str().is_some_and(|text| !text.starts_with('/'))
            {
                out.invalid(&ROUTE, &node, "a path is absolute: it begins with `/`");
            }
        }
        for filter in rule.list("filters") {
            for (kind, field) in FILTERS {
                if filter.text("type") == *kind && filter.get(field).is_none() {
                    let why = format!("a filter of the type {kind} has `{field}`");
                    out.incomplete(&ROUTE, &filter, why).on(&filter.field("type"));
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
