//! What is refused of the headers that a VirtualService matches, adds, sets and removes.

use super::common::HEADERS;
use crate::at::At;
use crate::fault::Faults;

/// Whether a text is the name of a header.
fn is_header(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !name.is_empty() && name.bytes().all(fits)
}

/// A header that a browser is told of; `*` is every one.
pub(super) fn named(out: &mut Faults, node: &At<'_>) {
    if let Some(name) = node.str().filter(|name| *name != "*" && !is_header(name)) {
        out.invalid(&HEADERS, node, format!("invalid header name `{name}`"));
    }
}

/// A header that a request is matched by.
pub(super) fn matched(out: &mut Faults, node: &At<'_>, name: &str) {
    let pseudo = [":method", ":scheme", ":authority", ":path", ":status"];
    let is_claim = name.to_ascii_lowercase().starts_with("@request.auth.claims");
    if !is_header(name) && !is_claim && !pseudo.contains(&name) {
        out.invalid(&HEADERS, node, format!("invalid header name `{name}`"));
    }
}

/// The headers of a route and of its destinations.
pub(super) fn check(out: &mut Faults, route: &At<'_>) {
    authority(out, route);
    for place in std::iter::once(route.clone()).chain(route.list("route")) {
        let Some(headers) = place.get("headers") else { continue };
        for side in ["request", "response"] {
            let Some(part) = headers.get(side) else { continue };
            for key in ["add", "set"] {
                for (name, header) in part.map(key) {
                    changed(out, &header, name, side == "request");
                    if header.str().is_some_and(has_loose_percent) {
                        out.invalid(
                            &HEADERS,
                            &header,
                            "`%` begins a variable of Envoy's that does not end",
                        )
                        .help("write `%%` for the sign itself");
                    }
                }
            }
            for node in part.list("remove") {
                if let Some(name) = node.str() {
                    changed(out, &node, name, false);
                }
            }
        }
    }
}

fn is_authority(name: &str) -> bool {
    ["host", ":authority"].contains(&name.to_ascii_lowercase().as_str())
}

fn changed(out: &mut Faults, node: &At<'_>, name: &str, may_be_authority: bool) {
    if name.is_empty() {
        out.invalid(&HEADERS, node, "a header has a name");
    } else if is_authority(name) && may_be_authority {
        // That it is set once is said elsewhere.
    } else if is_authority(name) || name.starts_with(':') {
        let why = format!("the header `{name}` can't be changed here");
        out.forbidden(&HEADERS, node, why).on_only(&[node]);
    }
}

/// Whether a `%` begins something that no other `%` ends; `%%` is the sign itself.
fn has_loose_percent(value: &str) -> bool {
    let mut is_open = false;
    let mut signs = value.chars().peekable();
    while let Some(sign) = signs.next() {
        match sign {
            '%' if !is_open && signs.peek() == Some(&'%') => {
                signs.next();
            }
            '%' => is_open = !is_open,
            _ => {}
        }
    }
    is_open
}

/// The authority of a request is set in one place: by the rewrite or by a header.
fn authority(out: &mut Faults, route: &At<'_>) {
    let rewrite = route.get("rewrite").and_then(|rewrite| rewrite.filled("authority"));
    let request = route.at(&["headers", "request"]);
    let headers = ["set", "add"].iter().filter_map(|key| Some(request.as_ref()?.map(key)));
    let headers = headers.flatten().filter(|(name, _)| is_authority(name)).map(|(_, at)| at);
    let places: Vec<At<'_>> = rewrite.into_iter().chain(headers).collect();
    if let [first, second, ..] = &places[..] {
        let why = "the authority of a request is set in one place";
        out.forbidden(&HEADERS, second, why).on_only(&[first, second]);
    }
}
