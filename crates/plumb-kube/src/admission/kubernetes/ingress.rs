//! Ingress.

use super::declare::declare;
use crate::at::At;
use crate::fault::Faults;
use crate::names;

declare! {
INGRESS_EMPTY = "ingress-empty", "ValidateIngressSpec", "an Ingress that leads nowhere",
"An Ingress has rules, a default backend, or both.",
"Ingress.spec", "ingressClassName: nginx",
"ingressClassName: nginx\ndefaultBackend: {service: {name: web, port: {number: 80}}}";

INGRESS_HOST = "ingress-host", "validateIngressRules", "a host that is not a DNS name",
"A host is a DNS name, which may begin with `*.`; not an IP address, a URL or a port.",
"Ingress.spec",
"rules: [{host: \"https://example.com\", http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}]",
"rules: [{host: example.com, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}]";

INGRESS_PATH = "ingress-path", "validateHTTPIngressPath", "a path that no request has",
"A path begins with `/`. One of the type `Exact` or `Prefix` has no empty, `.` or `..` segment and no encoded slash.",
"Ingress.spec",
"rules: [{http: {paths: [{path: shop, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}]",
"rules: [{http: {paths: [{path: /shop, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}]";

INGRESS_BACKEND = "ingress-backend", "validateIngressBackend", "a backend that names no one thing",
"A backend is a `service`, with the name or the number of one of its ports, or a `resource`.",
"Ingress.spec",
"rules: [{http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {name: http, number: 80}}}}]}}]",
"rules: [{http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}]";

INGRESS_CLASS = "ingress-class", "ValidateIngressClass", "a controller without its domain",
"The controller of an IngressClass is a path that begins with a domain, such as `example.com/ingress-controller`.",
"IngressClass", "spec: {controller: nginx}", "spec: {controller: k8s.io/ingress-nginx}";
}

/// The class of an Ingress, where the annotation of former times says it too.
pub(super) fn class(root: &At<'_>, out: &mut Faults) {
    let old = root.at(&["metadata", "annotations", "kubernetes.io/ingress.class"]);
    let new = root.at(&["spec", "ingressClassName"]);
    if let (Some(old), Some(new)) = (old, new)
        && old.node.value != new.node.value
    {
        out.invalid(
            &INGRESS_BACKEND,
            &old,
            "must match `ingressClassName` when both are specified",
        );
    }
}

pub(super) fn ingress(spec: &At<'_>, out: &mut Faults) {
    let rules = spec.list("rules");
    if rules.is_empty() && spec.get("defaultBackend").is_none() {
        out.invalid(
            &INGRESS_EMPTY,
            &spec.clone().keyed(),
            "either `defaultBackend` or `rules` must be specified",
        )
        .reads_all(&[spec]);
    }
    if let Some(at) = spec.get("defaultBackend") {
        backend(&at, out);
    }
    for rule in &rules {
        if let Some(at) = rule.get("host") {
            host(&at, out);
        }
        let Some(http) = rule.get("http") else { continue };
        let paths = http.list("paths");
        if paths.is_empty() {
            out.required(&INGRESS_PATH, &http.field("paths").keyed(), "");
        }
        for path in &paths {
            self::path(path, out);
            if let Some(at) = path.get("backend") {
                backend(&at, out);
            }
        }
    }
    for name in spec.list("tls").iter().flat_map(|tls| tls.list("hosts")) {
        // `validateIngressTLS` takes an address, which is a subdomain in form.
        if let Some(why) = name.str().and_then(names::wildcard) {
            out.invalid(&INGRESS_HOST, &name, why);
        }
    }
}

fn host(at: &At<'_>, out: &mut Faults) {
    let Some(text) = at.str().filter(|text| !text.is_empty()) else { return };
    if names::is_ip(text) {
        out.invalid(&INGRESS_HOST, at, "must be a DNS name, not an IP address");
    } else if let Some(why) = names::wildcard(text) {
        out.invalid(&INGRESS_HOST, at, why);
    }
}

fn path(at: &At<'_>, out: &mut Faults) {
    let path = at.field("path");
    let text = path.str().unwrap_or_default();
    match at.text("pathType") {
        "Exact" | "Prefix" => {
            if !text.starts_with('/') {
                out.invalid(&INGRESS_PATH, &path, "must be an absolute path");
                return;
            }
            let bad =
                ["//", "/./", "/../", "%2f", "%2F"].into_iter().find(|part| text.contains(part));
            let end = ["/..", "/."].into_iter().find(|end| text.ends_with(end));
            if let Some(part) = bad {
                out.invalid(&INGRESS_PATH, &path, format!("must not contain '{part}'"));
            } else if let Some(end) = end {
                out.invalid(&INGRESS_PATH, &path, format!("cannot end with '{end}'"));
            }
        }
        "ImplementationSpecific" if !text.is_empty() && !text.starts_with('/') => {
            out.invalid(&INGRESS_PATH, &path, "must be an absolute path");
        }
        _ => {}
    }
}

fn backend(at: &At<'_>, out: &mut Faults) {
    let (service, resource) = (at.get("service"), at.get("resource"));
    match (&service, &resource) {
        (None, None) => {
            out.required(
                &INGRESS_BACKEND,
                &at.clone().keyed(),
                "must specify a service or a resource",
            );
        }
        (Some(_), Some(resource)) => {
            out.invalid(
                &INGRESS_BACKEND,
                &resource.clone().keyed(),
                "cannot set both resource and service backends",
            );
        }
        _ => {}
    }
    let Some(service) = service else { return };
    let name = service.field("name");
    match name.str() {
        Some("") => {
            out.required(&INGRESS_BACKEND, &name, "");
        }
        Some(text) => {
            if let Some(why) = names::service(out.k8s())(text) {
                out.invalid(&INGRESS_BACKEND, &name, why);
            }
        }
        None => {}
    }
    let port = service.field("port");
    let (named, number) = (port.text("name"), port.number("number").unwrap_or(0));
    if named.is_empty() && number == 0 {
        out.required(&INGRESS_BACKEND, &port.keyed(), "port name or number is required");
    } else if !named.is_empty() && number != 0 {
        out.invalid(&INGRESS_BACKEND, &port.keyed(), "cannot set both port name & port number");
    } else if let Some(why) = (!named.is_empty()).then(|| names::port(named)).flatten() {
        out.invalid(&INGRESS_BACKEND, &port.field("name"), why);
    }
}

pub(super) fn ingress_class(root: &At<'_>, out: &mut Faults) {
    if let Some(parameters) = root.at(&["spec", "parameters"]) {
        let namespace = parameters.field("namespace");
        // Where no scope is written, it is the cluster.
        match parameters.text("scope") {
            "Namespace" if namespace.str().is_none_or(str::is_empty) => {
                out.required(
                    &INGRESS_CLASS,
                    &namespace,
                    "`parameters.scope` is set to 'Namespace'",
                );
            }
            "Namespace" => {
                if let Some(why) = namespace.str().and_then(names::label) {
                    out.invalid(&INGRESS_CLASS, &namespace, why);
                }
            }
            "" | "Cluster" if !namespace.node.is_null() => {
                let why = "`parameters.scope` is set to 'Cluster'";
                let scope = parameters.field("scope");
                out.forbidden(&INGRESS_CLASS, &namespace, why).on_only(&[&scope, &namespace]);
            }
            _ => {}
        }
    }
    let Some(controller) = root.at(&["spec", "controller"]) else { return };
    let Some(text) = controller.str() else { return };
    let domain = text
        .split_once('/')
        .is_some_and(|(domain, path)| names::subdomain(domain).is_none() && !path.is_empty());
    if text.is_empty() {
        out.required(&INGRESS_CLASS, &controller, "");
    } else if !domain || text.len() > 250 {
        out.invalid(
            &INGRESS_CLASS,
            &controller,
            "must be a domain-prefixed path (such as \"acme.io/foo\")",
        );
    }
}
