//! What extends or serves the API itself: groups of CustomResourceDefinitions, webhooks, endpoints, classes.

use super::at::{At, Out};
use super::declare;
use crate::manifest::names;

declare! {
CRD_GROUP = "crd-group", "a definition whose group or names are not allowed",
"The group of a CustomResourceDefinition is a domain (`example.com`); its plural is lower-case, its kind in CamelCase. A group of \
Kubernetes' own (`*.k8s.io`) needs the annotation `api-approved.kubernetes.io`.",
"CustomResourceDefinition",
"metadata: {name: widgets.example}\nspec:\n  group: example\n  scope: Namespaced\n  names: {plural: widgets, kind: Widget}\n  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]",
"metadata: {name: widgets.example.com}\nspec:\n  group: example.com\n  scope: Namespaced\n  names: {plural: widgets, kind: Widget}\n  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]";

WEBHOOK = "webhook", "a webhook that cannot be called",
"A webhook's name is a domain of at least three parts, and stands once. It is called at a `service` or at an `https` URL, one of them. \
`\"*\"` stands for every operation, group, version or resource, so it stands alone.",
"ValidatingWebhookConfiguration",
"webhooks: [{name: check, admissionReviewVersions: [v1], sideEffects: None, clientConfig: {url: \"https://example.com\"}}]",
"webhooks: [{name: check.example.com, admissionReviewVersions: [v1], sideEffects: None, clientConfig: {url: \"https://example.com\"}}]";

ENDPOINT_ADDRESS = "endpoint-address", "an endpoint that is no address",
"The addresses of Endpoints are IP addresses; those of an EndpointSlice are of its `addressType`, and at most 100 in an endpoint.",
"EndpointSlice", "addressType: IPv4\nendpoints: [{addresses: [db.example.com]}]", "addressType: IPv4\nendpoints: [{addresses: [10.0.0.1]}]";

PRIORITY_VALUE = "priority-value", "a priority kept for the system",
"Priorities above 1000000000, and names that begin with `system-`, are for Kubernetes' own classes.",
"PriorityClass", "value: 2000000000", "value: 1000000";

INGRESS_CLASS = "ingress-class", "a controller without its domain",
"The controller of an IngressClass is a path that begins with a domain, such as `example.com/ingress-controller`.",
"IngressClass", "spec: {controller: nginx}", "spec: {controller: k8s.io/ingress-nginx}";
}

/// A CustomResourceDefinition: what is said of its group. (Its schemas and versions are `manifest::definition`'s.)
pub(super) fn definition(root: &At<'_>, out: &mut Out<'_>) {
    let Some(spec) = root.get("spec") else { return };
    let group = spec.text("group");
    if !group.is_empty() && (names::subdomain(group).is_some() || !group.contains('.')) {
        out.invalid(&CRD_GROUP, &spec.field("group"), "should be a domain with at least one dot");
    }
    let own = ["k8s.io", "kubernetes.io"];
    let own = own.iter().any(|domain| group == *domain || group.ends_with(&format!(".{domain}")));
    if own && root.at(&["metadata", "annotations", "api-approved.kubernetes.io"]).is_none() {
        let mut at = root.field("metadata").keyed();
        at.path = "metadata.annotations[api-approved.kubernetes.io]".to_owned();
        let why = "protected groups must have approval annotation \"api-approved.kubernetes.io\"";
        out.required(&CRD_GROUP, &at, why);
    }
    let Some(at) = spec.get("names") else { return };
    for field in ["plural", "singular", "kind", "listKind"] {
        let Some(name) = at.get(field) else { continue };
        let Some(text) = name.str().filter(|text| !text.is_empty()) else { continue };
        let camel = field == "kind" || field == "listKind";
        let compared = if camel { text.to_lowercase() } else { text.to_owned() };
        if let Some(why) = names::dns_1035(&compared) {
            out.invalid(&CRD_GROUP, &name, why);
        }
    }
}

pub(super) fn webhooks(root: &At<'_>, out: &mut Out<'_>) {
    let hooks = root.list("webhooks");
    out.unique(&WEBHOOK, &hooks, "name");
    for hook in &hooks {
        let name = hook.field("name");
        if let Some(text) = name.str() {
            if let Some(why) = names::subdomain(text) {
                out.invalid(&WEBHOOK, &name, why);
            } else if text.split('.').count() < 3 {
                out.invalid(
                    &WEBHOOK,
                    &name,
                    "should be a domain with at least three segments separated by dots",
                );
            }
        }
        if let Some(config) = hook.get("clientConfig") {
            let set = config.set(&["url", "service"]);
            if set.len() != 1 {
                out.required(
                    &WEBHOOK,
                    &config.clone().keyed(),
                    "exactly one of url or service is required",
                );
            }
            if let Some(url) = config.get("url")
                && url.str().is_some_and(|text| !text.starts_with("https://"))
            {
                out.invalid(&WEBHOOK, &url, "'https' is the only allowed URL scheme");
            }
        }
        for rule in hook.list("rules") {
            for field in ["operations", "apiGroups", "apiVersions", "resources"] {
                let list = rule.list(field);
                if list.is_empty() {
                    out.required(&WEBHOOK, &rule.field(field).keyed(), "");
                } else if field != "resources"
                    && list.len() > 1
                    && list.iter().any(|at| at.str() == Some("*"))
                {
                    let at = rule.field(field).keyed();
                    out.report(
                        &WEBHOOK,
                        &at,
                        "Invalid value: if '*' is present, must not specify others",
                    );
                }
            }
        }
    }
}

pub(super) fn endpoints(root: &At<'_>, out: &mut Out<'_>) {
    for subset in root.list("subsets") {
        for list in ["addresses", "notReadyAddresses"] {
            for ip in subset.list(list).iter().filter_map(|address| address.get("ip")) {
                if ip.str().is_some_and(|text| !names::is_ip(text)) {
                    out.invalid(&ENDPOINT_ADDRESS, &ip, "must be a valid IP address");
                }
            }
        }
    }
}

pub(super) fn endpoint_slice(root: &At<'_>, out: &mut Out<'_>) {
    let kind = root.text("addressType");
    for endpoint in root.list("endpoints") {
        let addresses = endpoint.list("addresses");
        if let Some(beyond) = addresses.get(100) {
            out.report(&ENDPOINT_ADDRESS, beyond, "Too many: must have at most 100 items");
        }
        for address in addresses {
            let Some(text) = address.str() else { continue };
            let parsed = names::ip(text);
            let why = match (kind, parsed) {
                ("IPv4", parsed) if !parsed.is_some_and(|ip| ip.is_ipv4()) => {
                    "must be an IPv4 address"
                }
                ("IPv6", parsed) if !parsed.is_some_and(|ip| ip.is_ipv6()) => {
                    "must be an IPv6 address"
                }
                ("FQDN", Some(_)) => "must be a fully qualified domain name",
                _ => continue,
            };
            out.invalid(&ENDPOINT_ADDRESS, &address, why);
        }
    }
}

pub(super) fn priority(root: &At<'_>, out: &mut Out<'_>) {
    let system = root.get("metadata").is_some_and(|at| at.text("name").starts_with("system-"));
    let value = root.field("value");
    if !system && value.int().is_some_and(|value| value > 1_000_000_000) {
        let why = "maximum allowed value of a user defined priority is 1000000000";
        out.report(&PRIORITY_VALUE, &value, &format!("Forbidden: {why}"));
    }
}

pub(super) fn ingress_class(root: &At<'_>, out: &mut Out<'_>) {
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
