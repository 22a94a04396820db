//! What is refused in the CORS policy of a route.

use super::common::{CORS, HTTP_ROUTE, duration};
use super::headers;
use super::text_match::regular_expression;
use crate::at::At;
use crate::fault::Faults;
use crate::schema::go_duration;

const METHODS: &[&str] =
    &["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "OPTIONS", "TRACE", "*"];

const NANOS_IN_SECOND: i64 = 1_000_000_000;

pub(super) fn check(out: &mut Faults, policy: &At<'_>) {
    for node in policy.list("allowOrigins") {
        origin(out, &node);
    }
    for node in policy.list("allowMethods") {
        if let Some(method) = node.str().filter(|method| !METHODS.contains(method)) {
            out.invalid(&HTTP_ROUTE, &node, format!("invalid HTTP method `{method}`"));
        }
    }
    for node in policy.list("allowHeaders").into_iter().chain(policy.list("exposeHeaders")) {
        headers::named(out, &node);
    }
    duration(out, &CORS, policy, "maxAge");
    if let Some(node) = policy.get("maxAge")
        && node.str().and_then(go_duration).is_some_and(|age| age % NANOS_IN_SECOND != 0)
    {
        out.invalid(&CORS, &node, "`maxAge` is in whole seconds");
    }
}

/// An origin is matched by a text, which is not empty.
fn origin(out: &mut Faults, origin: &At<'_>) {
    let given = ["exact", "prefix", "regex"].into_iter().find_map(|key| origin.get(key));
    match given {
        None if origin.node.as_map().is_some() => {
            let why = "an origin is given by `exact`, `prefix` or `regex`";
            out.incomplete(&CORS, origin, why).on_all(origin);
        }
        Some(node) if node.str() == Some("") => {
            let fault = out.invalid(&CORS, &node, "an allowed origin is not empty");
            fault.help("for every origin, write `regex: .*`");
        }
        _ => {
            if let Some(regex) = origin.get("regex") {
                regular_expression(out, &regex);
            }
        }
    }
}
