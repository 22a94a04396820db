//! Routes of a VirtualService that no request reaches, because an earlier one takes it.

use super::declare::declare;
use super::group::{GATEWAY_API, Group, NETWORKING, Object, text};
use super::virtual_services::{PROTOCOLS, route_name, routes};
use plumb_kube::Node;
use plumb_text::diag::Diagnostic;
use serde_json::Value as Json;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

declare! {
    UNREACHABLE = "route-unreachable", Warn, "IST0130",
        "no request reaches a route, for earlier routes take all of them";
    SHADOWED = "route-match-shadowed", Note, "IST0131",
        "a match of a route repeats an earlier one, or lies within it";
}

fn analyse(group: &Group<'_>, findings: &mut Vec<Diagnostic>) {
    for service in group.of(NETWORKING, "VirtualService") {
        for protocol in PROTOCOLS {
            of_protocol(service, protocol, findings);
        }
    }
    for kind in ["HTTPRoute", "GRPCRoute"] {
        for route in group.of(GATEWAY_API, kind) {
            repeated(route, findings);
        }
    }
}

/// Matches of a route of the Gateway API that an earlier rule has too. Their order has no other meaning there: the most
/// specific match comes first.
fn repeated(route: &Object<'_>, findings: &mut Vec<Diagnostic>) {
    let mut matches = Matches::default();
    for (index, rule) in route.items("spec.rules").iter().enumerate() {
        for node in rule.get("matches").map(Node::items).unwrap_or_default() {
            if let Some(earlier) = matches.add(node, node.to_json(), index) {
                findings.push(
                    route
                        .finding(
                            &SHADOWED,
                            node,
                            format!(
                                "this match of rules[{index}] repeats one of rules[{}]",
                                earlier.route
                            ),
                        )
                        .related(route.place(earlier.node), "the same match"),
                );
            }
        }
    }
}

/// A match that has been seen, and the route that has it.
struct Seen<'a> {
    node: &'a Node,
    route: usize,
}

/// The matches of a list of routes, to find one again by what it says.
#[derive(Default)]
struct Matches<'a> {
    seen: Vec<Seen<'a>>,
    known: HashMap<Json, usize>,
}

impl<'a> Matches<'a> {
    /// The earlier match that says the same; otherwise this one is kept.
    fn add(&mut self, node: &'a Node, json: Json, route: usize) -> Option<&Seen<'a>> {
        match self.known.entry(json) {
            Entry::Occupied(entry) => self.seen.get(*entry.get()),
            Entry::Vacant(entry) => {
                entry.insert(self.seen.len());
                self.seen.push(Seen { node, route });
                None
            }
        }
    }
}

fn of_protocol(service: &Object<'_>, protocol: &str, findings: &mut Vec<Diagnostic>) {
    let routes = routes(service, protocol);
    let name = |index: usize| route_name(&routes[index], protocol, index);
    let mut takes_all: Option<usize> = None;
    let mut matches = Matches::default();
    for (index, route) in routes.iter().enumerate() {
        if let Some(first) = takes_all {
            findings.push(
                service
                    .finding(
                        &UNREACHABLE,
                        route,
                        format!(
                            "no request reaches {}, for {} takes all",
                            name(index),
                            name(first)
                        ),
                    )
                    .related(service.place(&routes[first]), "this route has no match")
                    .help("only the last route may be without a match"),
            );
            continue;
        }
        let own = route.get("match").map(Node::items).unwrap_or_default();
        if own.is_empty() {
            takes_all = Some(index);
            continue;
        }
        let mut repeated = 0;
        for node in own {
            if let Some(earlier) = matches.add(node, without_name(node), index) {
                repeated += 1;
                findings.push(
                    service
                        .finding(
                            &SHADOWED,
                            node,
                            format!(
                                "this match of {} repeats one of {}",
                                name(index),
                                name(earlier.route)
                            ),
                        )
                        .related(service.place(earlier.node), "the same match"),
                );
            }
        }
        if repeated == own.len() {
            findings.push(service.finding(
                &UNREACHABLE,
                route,
                format!(
                    "no request reaches {}, for earlier routes have all its matches",
                    name(index)
                ),
            ));
        }
    }
    if protocol == "http" {
        overlapping(service, &matches.seen, &name, findings);
    }
}

/// A prefix within an earlier, shorter prefix, all else being no narrower there.
fn overlapping(
    service: &Object<'_>,
    seen: &[Seen<'_>],
    name: &dyn Fn(usize) -> String,
    findings: &mut Vec<Diagnostic>,
) {
    let prefix = |node| -> Option<&str> { text(Node::get(node, "uri")?, "prefix") };
    for (number, earlier) in seen.iter().enumerate() {
        let Some(outer) = prefix(earlier.node) else { continue };
        for later in &seen[number + 1..] {
            let Some(inner) = prefix(later.node) else { continue };
            if inner != outer && inner.starts_with(outer) && covers(earlier.node, later.node) {
                findings.push(
                    service
                        .finding(
                            &SHADOWED,
                            later.node,
                            format!(
                                "the prefix `{inner}` of {} lies within `{outer}` of {}, which comes first",
                                name(later.route),
                                name(earlier.route)
                            ),
                        )
                        .related(service.place(earlier.node), "this match takes those requests")
                        .help("put the longer prefix first"),
                );
            }
        }
    }
}

fn without_name(node: &Node) -> Json {
    let mut json = node.to_json();
    if let Json::Object(map) = &mut json {
        map.remove("name");
    }
    json
}

/// How a text is compared: the exact one, or a prefix; empty for anything else.
fn pattern(node: Option<&Node>) -> String {
    let of = |key| node.and_then(|node| text(node, key)).filter(|value| !value.is_empty());
    match (of("exact"), of("prefix")) {
        (Some(exact), _) => format!("exact {exact}"),
        (None, Some(prefix)) => format!("prefix {prefix}"),
        _ => String::new(),
    }
}

/// Whether an earlier match leaves nothing to a later one whose path lies within its own. As istioctl has it, which
/// compares port, method, authority, headers and query; no method stands for GET.
fn covers(earlier: &Node, later: &Node) -> bool {
    let port = |node: &Node| node.get("port").and_then(Node::as_int);
    let method = |node: &Node| match pattern(node.get("method")) {
        none if none.is_empty() => "exact GET".to_owned(),
        method => method,
    };
    let covered = |earlier: String, later: String| earlier.starts_with(&later);
    let all = |field: &str| {
        let (earlier, later) =
            (earlier.get(field).and_then(Node::as_map), later.get(field).and_then(Node::as_map));
        let count = |map: Option<&plumb_kube::Map>| map.map_or(0, plumb_kube::Map::len);
        count(earlier) == count(later)
            && earlier.into_iter().flatten().all(|entry| {
                later
                    .and_then(|later| later.get(&entry.key.value))
                    .is_some_and(|other| covered(pattern(Some(&entry.value)), pattern(Some(other))))
            })
    };
    port(earlier) == port(later)
        && covered(method(earlier), method(later))
        && covered(pattern(earlier.get("authority")), pattern(later.get("authority")))
        && all("headers")
        && all("queryParams")
        && all("withoutHeaders")
}
