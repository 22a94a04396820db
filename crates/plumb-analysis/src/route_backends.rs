//! The Services behind routes of the Gateway API and behind an Ingress.

use super::analyzer::Analyzer;
use super::group::{
    CORE, GATEWAY_API, Group, Object, Sought, absent, may_be_same, text, unless_sure,
};
use plumb_kube::Node;
use plumb_kube::fault::listed;
use plumb_text::diag::{Diagnostic, codes};

codes! {
    /// The findings of this analyzer.
    CODES:
    MISSING = "backend-missing", Warn, "a route leads to a Service that the group does not define, beside Services that it does";
    PORT_MISSING = "backend-port-missing", Deny, "a route leads to a port that the Service does not have";
    GRANT_MISSING = "reference-grant-missing", Warn, "a reference crosses namespaces, and no ReferenceGrant allows it";
}

/// The analyzer of this file.
pub(super) const ANALYZER: Analyzer = Analyzer { codes: CODES, run: analyse };

/// A Service that a route names.
struct Backend<'a> {
    name: &'a Node,
    namespace: Option<&'a str>,
    /// A number or a name.
    port: Option<&'a Node>,
}

fn analyse(group: &Group<'_>, findings: &mut Vec<Diagnostic>) {
    for route in group
        .objects
        .iter()
        .filter(|object| object.group == GATEWAY_API && object.kind.ends_with("Route"))
        .filter(|object| object.is_named())
    {
        for reference in references(route) {
            let is_service = text(reference, "kind").is_none_or(|kind| kind == "Service")
                && text(reference, "group").is_none_or(str::is_empty);
            if !is_service {
                continue;
            }
            let own = text(reference, "namespace");
            if let Some(name) = reference.get("name") {
                let backend = Backend {
                    name,
                    namespace: own.or(route.namespace),
                    port: reference.get("port"),
                };
                findings.extend(check(group, route, &backend));
            }
            if let Some(node) = reference.get("namespace") {
                findings.extend(grant(group, route, "Service", reference, node));
            }
        }
        for parent in route
            .items("spec.parentRefs")
            .iter()
            .filter(|parent| text(parent, "kind") == Some("Service"))
        {
            if let (Some(name), Some(port)) = (parent.get("name"), parent.get("port")) {
                let namespace = text(parent, "namespace").or(route.namespace);
                findings.extend(check(
                    group,
                    route,
                    &Backend { name, namespace, port: Some(port) },
                ));
            }
        }
    }
    for gateway in group.named(GATEWAY_API, "Gateway") {
        let references = gateway
            .items("spec.listeners")
            .iter()
            .filter_map(|listener| listener.get("tls")?.get("certificateRefs"))
            .flat_map(Node::items);
        for reference in references {
            if let Some(node) = reference.get("namespace")
                && text(reference, "kind").is_none_or(|kind| kind == "Secret")
            {
                findings.extend(grant(group, gateway, "Secret", reference, node));
            }
        }
    }
    for ingress in group.named("networking.k8s.io", "Ingress") {
        let paths = ingress
            .items("spec.rules")
            .iter()
            .flat_map(|rule| {
                rule.get("http")
                    .and_then(|http| http.get("paths"))
                    .map(Node::items)
                    .unwrap_or_default()
            })
            .filter_map(|path| path.get("backend"));
        for backend in paths.chain(ingress.at("spec.defaultBackend")) {
            let Some(service) = backend.get("service") else { continue };
            let Some(name) = service.get("name") else { continue };
            // The controller for AWS reads such a backend from the annotation of its name: it need not be a Service.
            if service.at_path("port.name").and_then(Node::as_str) == Some("use-annotation") {
                continue;
            }
            let port = service
                .get("port")
                .and_then(|port| port.get("number").or_else(|| port.get("name")));
            findings.extend(check(
                group,
                ingress,
                &Backend { name, namespace: ingress.namespace, port },
            ));
        }
    }
}

/// Every backend that a route sends or mirrors requests to.
fn references<'a>(route: &Object<'a>) -> Vec<&'a Node> {
    let mut found = Vec::new();
    for rule in route.items("spec.rules") {
        let backends = rule.get("backendRefs").map(Node::items).unwrap_or_default();
        found.extend(backends);
        let filters = std::iter::once(rule).chain(backends);
        let filters =
            filters.flat_map(|holder| holder.get("filters").map(Node::items).unwrap_or_default());
        found.extend(filters.filter_map(|filter| filter.get("requestMirror")?.get("backendRef")));
    }
    found
}

fn check<'a>(group: &Group<'a>, route: &Object<'a>, backend: &Backend<'_>) -> Option<Diagnostic> {
    let name = backend.name.as_str()?;
    let services = match group.seek(route, (CORE, "Service"), backend.namespace, name) {
        Sought::Shown(services) => services,
        Sought::Missing(there) => {
            let finding =
                route.finding(&MISSING, backend.name, format!("no Service `{name}` is shown here"));
            return Some(absent(finding, name, &there));
        }
        Sought::Unknown => return None,
    };
    let port = backend.port?;
    let ports = |service: &Object<'_>| -> Vec<String> {
        service
            .items("spec.ports")
            .iter()
            .filter_map(|port| port.get("port")?.as_int().map(|number| number.to_string()))
            .collect()
    };
    let has = |service: &&Object<'_>| {
        let all = service.items("spec.ports");
        let knows = match port.as_int() {
            Some(_) => service.knows_numbers("spec.ports", "port"),
            None => service.knows_each("spec.ports", "name"),
        };
        all.is_empty()
            || !knows
            || all.iter().any(|own| match port.as_int() {
                Some(number) => own.get("port").and_then(Node::as_int) == Some(number),
                None => text(own, "name") == port.as_str(),
            })
    };
    if services.iter().any(has) {
        return None;
    }
    let service = services.iter().find(|service| group.holds_for(route, service))?;
    let wanted = port
        .as_int()
        .map_or_else(|| format!("`{}`", port.as_str().unwrap_or_default()), |n| n.to_string());
    let finding = route
        .finding(&PORT_MISSING, port, format!("the Service `{name}` has no port {wanted}"))
        .help(format!("its ports: {}", listed(ports(service))))
        .related(service.place(service.name_node()), format!("{} is here", service.id()));
    let is_sure = services.iter().any(|service| service.namespace == backend.namespace);
    Some(unless_sure(finding, is_sure))
}

/// A reference into another namespace, where the group shows what stands there and no grant for it.
fn grant(
    group: &Group<'_>,
    from: &Object<'_>,
    kind: &str,
    reference: &Node,
    node: &Node,
) -> Option<Diagnostic> {
    let (own, there) = (from.namespace?, node.as_str()?);
    if own == there {
        return None;
    }
    let name = text(reference, "name").unwrap_or_default();
    let grants: Vec<&Object<'_>> = group
        .of(GATEWAY_API, "ReferenceGrant")
        .filter(|grant| may_be_same(grant.namespace, Some(there)))
        .collect();
    let allows = |grant: &&Object<'_>| {
        let by_from = grant.items("spec.from").iter().any(|entry| {
            text(entry, "group") == Some(from.group)
                && text(entry, "kind") == Some(from.kind)
                && text(entry, "namespace") == Some(own)
        });
        let by_to = grant.items("spec.to").iter().any(|entry| {
            text(entry, "group").unwrap_or_default().is_empty()
                && text(entry, "kind") == Some(kind)
                && text(entry, "name").is_none_or(|given| given == name)
        });
        by_from && by_to
    };
    let is_shown =
        group.of(CORE, kind).any(|target| target.name == name && target.namespace == Some(there));
    if grants.iter().any(allows)
        || (grants.is_empty() && !is_shown)
        || group.may_have_more(GATEWAY_API, "ReferenceGrant", Some(there))
    {
        return None;
    }
    let mut finding = from.finding(
        &GRANT_MISSING,
        node,
        format!(
            "no ReferenceGrant of `{there}` lets a {} of `{own}` use the {kind} `{name}`",
            from.kind
        ),
    );
    for grant in grants {
        finding = finding.related(grant.place(grant.name_node()), "this one allows something else");
    }
    Some(finding.help(format!("add a ReferenceGrant to the namespace `{there}`")))
}
