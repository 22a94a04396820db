//! Routes of the Gateway API and the Gateways that they attach to.

use super::analyzer::Analyzer;
use super::group::{CORE, GATEWAY_API, Group, Object, Sought, absent, may_be_same, text};
use plumb_kube::Node;
use plumb_kube::admission::istio::overlap;
use plumb_kube::fault::listed;
use plumb_kube::select::{Labels, Selector};
use plumb_text::diag::{Diagnostic, codes};

codes! {
    /// The findings of this analyzer.
    CODES:
    PARENT_MISSING = "route-parent-missing", Warn, "a route attaches to a Gateway that the group does not define, beside Gateways that it does";
    LISTENER_MISSING = "route-listener-missing", Warn, "a route attaches to a listener that the Gateway does not have";
    NOT_ALLOWED = "route-not-allowed", Warn, "no listener of the Gateway takes routes of this kind from this namespace";
    HOSTNAMES = "route-hostname-mismatch", Warn, "no listener of the Gateway is for any of the route's host names";
}

/// The analyzer of this file.
pub(super) const ANALYZER: Analyzer = Analyzer { codes: CODES, run: analyse };

/// The kinds of routes, and the protocols of the listeners that take them unless a listener says otherwise.
const ROUTES: &[(&str, &[&str])] = &[
    ("HTTPRoute", &["HTTP", "HTTPS"]),
    ("GRPCRoute", &["HTTP", "HTTPS"]),
    ("TLSRoute", &["TLS"]),
    ("TCPRoute", &["TCP", "TLS"]),
    ("UDPRoute", &["UDP"]),
];

fn analyse(group: &Group<'_>, findings: &mut Vec<Diagnostic>) {
    for (kind, protocols) in ROUTES {
        for route in group.named(GATEWAY_API, kind) {
            for parent in route.items("spec.parentRefs") {
                let is_gateway = text(parent, "group").is_none_or(|group| group == GATEWAY_API)
                    && text(parent, "kind").is_none_or(|kind| kind == "Gateway");
                if is_gateway {
                    findings.extend(attach(group, route, protocols, parent));
                }
            }
        }
    }
}

/// What keeps a route from one parent, if anything does for every variant of that Gateway.
fn attach<'a>(
    group: &Group<'a>,
    route: &Object<'a>,
    protocols: &[&str],
    parent: &Node,
) -> Option<Diagnostic> {
    let name_node = parent.get("name")?;
    let name = name_node.as_str()?;
    let namespace = text(parent, "namespace").or(route.namespace);
    let sought = group.seek(route, (GATEWAY_API, "Gateway"), namespace, name);
    let Sought::Shown(gateways) = sought else {
        return missing(group, route, name_node, name, sought);
    };
    let mut first = None;
    for gateway in gateways {
        let finding = refused(group, route, protocols, parent, gateway)?;
        if group.holds_for(route, gateway) {
            first.get_or_insert(finding);
        }
    }
    first
}

fn missing<'a>(
    group: &Group<'a>,
    route: &Object<'a>,
    node: &Node,
    name: &str,
    sought: Sought<'_, 'a>,
) -> Option<Diagnostic> {
    let finding =
        || route.finding(&PARENT_MISSING, node, format!("no Gateway `{name}` is shown here"));
    let mut all = group.shown(GATEWAY_API, "Gateway").filter(|_| !group.is_open);
    let elsewhere = all.find(|gateway| gateway.name == name && group.holds_for(route, gateway));
    if let Some(elsewhere) = elsewhere {
        let there = elsewhere.namespace.unwrap_or_default();
        return Some(
            finding()
                .related(
                    elsewhere.place(elsewhere.name_node()),
                    format!("one is in the namespace `{there}`"),
                )
                .help(format!("write `namespace: {there}` beside the name")),
        );
    }
    match sought {
        Sought::Missing(near) => Some(absent(finding(), name, &near)),
        _ => None,
    }
}

/// Why a Gateway does not take a route.
fn refused(
    group: &Group<'_>,
    route: &Object<'_>,
    protocols: &[&str],
    parent: &Node,
    gateway: &Object<'_>,
) -> Option<Diagnostic> {
    let all = gateway.items("spec.listeners");
    let here = gateway.place(gateway.at("spec.listeners").unwrap_or(gateway.name_node()));
    let port = |listener: &Node| listener.get("port").and_then(Node::as_int);
    // Without any of its own, it has those of ListenerSets, or the page leaves them out.
    if all.is_empty() || !gateway.knows_each("spec.listeners", "name") {
        return None;
    }
    let mut listeners: Vec<&Node> = all.iter().collect();
    if let Some(node) = parent.get("sectionName") {
        let section = node.as_str()?;
        listeners.retain(|listener| text(listener, "name") == Some(section));
        if listeners.is_empty() {
            let names: Vec<&str> =
                all.iter().filter_map(|listener| text(listener, "name")).collect();
            return Some(
                route
                    .finding(
                        &LISTENER_MISSING,
                        node,
                        format!("{} has no listener `{section}`", gateway.id()),
                    )
                    .did_you_mean(section, names.iter().copied())
                    .help(format!("its listeners: {}", listed(names)))
                    .related(here, format!("{} is here", gateway.id())),
            );
        }
    }
    if let Some(node) = parent.get("port") {
        let wanted = node.as_int().filter(|_| gateway.knows_each("spec.listeners", "port"))?;
        listeners.retain(|listener| port(listener) == Some(wanted));
        if listeners.is_empty() {
            let ports = all.iter().filter_map(port).map(|port| port.to_string());
            return Some(
                route
                    .finding(
                        &LISTENER_MISSING,
                        node,
                        format!("{} has no such listener at port {wanted}", gateway.id()),
                    )
                    .help(format!("its ports: {}", listed(ports)))
                    .related(here, format!("{} is here", gateway.id())),
            );
        }
    }
    // What else a listener says, or the route, counts where all of it is shown.
    if listeners.is_empty() || !gateway.is_whole() || !route.is_whole() {
        return None;
    }
    listeners.retain(|listener| takes(group, route, protocols, gateway, listener));
    let node = parent.get("sectionName").or_else(|| parent.get("name")).unwrap_or(parent);
    if listeners.is_empty() {
        return Some(
            route
                .finding(&NOT_ALLOWED, node, format!("no listener of {} takes this {}", gateway.id(), route.kind))
                .help("see the listeners' `protocol` and `allowedRoutes`: from their own namespace only, unless they say otherwise")
                .related(here, "the listeners"),
        );
    }
    let names = route.texts("spec.hostnames");
    let fits = |listener: &&Node| {
        let own = text(listener, "hostname").filter(|own| !own.is_empty());
        own.is_none_or(|own| names.iter().any(|name| overlap(own, name)))
    };
    if names.is_empty() || listeners.iter().any(fits) {
        return None;
    }
    let listens: Vec<&str> =
        listeners.iter().filter_map(|listener| text(listener, "hostname")).collect();
    Some(
        route
            .finding(
                &HOSTNAMES,
                route.at("spec.hostnames").unwrap_or(node),
                format!("{} listens for none of {}", gateway.id(), listed(&names)),
            )
            .help(format!("its listeners are for {}", listed(listens)))
            .related(here, "the listeners"),
    )
}

/// Whether a listener may take a route: by its kind, and by where it comes from.
fn takes(
    group: &Group<'_>,
    route: &Object<'_>,
    protocols: &[&str],
    gateway: &Object<'_>,
    listener: &Node,
) -> bool {
    let allowed = listener.get("allowedRoutes");
    let kinds =
        allowed.and_then(|allowed| allowed.get("kinds")).map(Node::items).unwrap_or_default();
    let by_kind = if kinds.is_empty() {
        let protocol = text(listener, "protocol").unwrap_or_default();
        let is_core = ["HTTP", "HTTPS", "TLS", "TCP", "UDP"].contains(&protocol);
        !is_core || protocols.contains(&protocol)
    } else {
        kinds.iter().any(|kind| text(kind, "kind") == Some(route.kind))
    };
    let namespaces = allowed.and_then(|allowed| allowed.get("namespaces"));
    let from = namespaces.and_then(|namespaces| text(namespaces, "from")).unwrap_or("Same");
    let by_namespace = match from {
        "Same" => may_be_same(route.namespace, gateway.namespace),
        "None" => false,
        "Selector" => {
            let selector = Selector::of_label_selector(
                namespaces.and_then(|namespaces| namespaces.get("selector")),
            );
            match route.namespace {
                None => true,
                Some(name) => {
                    // Every namespace has its name as a label.
                    let named =
                        selector.pairs().find(|(key, _)| *key == "kubernetes.io/metadata.name");
                    let by_name = named.is_none_or(|(_, wanted)| wanted == name);
                    let shown: Vec<&Object<'_>> =
                        group.find(CORE, "Namespace", None, name).collect();
                    by_name
                        && (shown.is_empty()
                            || shown.iter().any(|namespace| {
                                !namespace.knows("metadata.labels")
                                    || selector
                                        .may_match(&Labels::of(namespace.at("metadata.labels")))
                            }))
                }
            }
        }
        _ => true,
    };
    by_kind && by_namespace
}
