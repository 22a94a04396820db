//! What is refused of the headers that a VirtualService matches, adds, sets and removes.

use super::{Refusals, filled, items, set};
use crate::manifest::Node;

/// Whether a text is the name of a header.
fn is_header(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !name.is_empty() && name.bytes().all(fits)
}

/// A header that a browser is told of; `*` is every one.
pub(super) fn named(refusals: &mut Refusals<'_, '_>, node: &Node) {
    if let Some(name) = node.as_str().filter(|name| *name != "*" && !is_header(name)) {
        refusals.say(node, format!("`{name}` is no name of a header"));
    }
}

/// A header that a request is matched by.
pub(super) fn matched(refusals: &mut Refusals<'_, '_>, node: &Node, name: &str) {
    let pseudo = [":method", ":scheme", ":authority", ":path", ":status"];
    let is_claim = name.to_ascii_lowercase().starts_with("@request.auth.claims");
    if !is_header(name) && !is_claim && !pseudo.contains(&name) {
        refusals.say(node, format!("`{name}` is no name of a header"));
    }
}

/// The headers of a route and of its destinations.
pub(super) fn check(refusals: &mut Refusals<'_, '_>, route: &Node) {
    authority(refusals, route);
    for place in std::iter::once(route).chain(items(route, "route")) {
        let Some(headers) = set(place, "headers") else { continue };
        for side in ["request", "response"] {
            let Some(part) = set(headers, side) else { continue };
            for key in ["add", "set"] {
                for header in set(part, key).and_then(Node::as_map).into_iter().flatten() {
                    changed(refusals, &header.value, &header.key.value, side == "request");
                    if header.value.as_str().is_some_and(has_loose_percent) {
                        refusals.say_helped(
                            &header.value,
                            "`%` begins a variable of Envoy's that does not end",
                            "write `%%` for the sign itself",
                        );
                    }
                }
            }
            for node in items(part, "remove") {
                if let Some(name) = node.as_str() {
                    changed(refusals, node, name, false);
                }
            }
        }
    }
}

fn is_authority(name: &str) -> bool {
    ["host", ":authority"].contains(&name.to_ascii_lowercase().as_str())
}

fn changed(refusals: &mut Refusals<'_, '_>, node: &Node, name: &str, may_be_authority: bool) {
    if name.is_empty() {
        refusals.say(node, "a header has a name");
    } else if is_authority(name) && may_be_authority {
        // That it is set once is said elsewhere.
    } else if is_authority(name) || name.starts_with(':') {
        refusals.say(node, format!("the header `{name}` can't be changed here"));
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
fn authority(refusals: &mut Refusals<'_, '_>, route: &Node) {
    let rewrite = set(route, "rewrite").and_then(|rewrite| filled(rewrite, "authority"));
    let request = set(route, "headers").and_then(|headers| set(headers, "request"));
    let headers =
        ["set", "add"].iter().filter_map(|key| set(request?, key)).filter_map(Node::as_map);
    let headers = headers.flatten().filter(|header| is_authority(&header.key.value));
    let places: Vec<&Node> =
        rewrite.into_iter().chain(headers.map(|header| &header.value)).collect();
    if let Some(second) = places.get(1) {
        refusals.say(second, "the authority of a request is set in one place");
    }
}
