//! What extends or serves the API itself: groups of CustomResourceDefinitions, webhooks, endpoints, classes.

use super::declare::declare;
use super::{admission, fields, meta};
use crate::manifest::at::At;
use crate::manifest::fault::{Faults, Rule};
use crate::manifest::names;

declare! {
CRD_GROUP = "crd-group", "ValidateCustomResourceDefinitionSpec", "a definition whose group or names are not allowed",
"The group of a CustomResourceDefinition is a domain (`example.com`); its plural is lower-case, its kind in CamelCase. A group of \
Kubernetes' own (`*.k8s.io`) needs the annotation `api-approved.kubernetes.io`.",
"CustomResourceDefinition",
"metadata: {name: widgets.example}\nspec:\n  group: example\n  scope: Namespaced\n  names: {plural: widgets, kind: Widget}\n  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]",
"metadata: {name: widgets.example.com}\nspec:\n  group: example.com\n  scope: Namespaced\n  names: {plural: widgets, kind: Widget}\n  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]";

CRD_VERSIONS = "crd-versions", "ValidateCustomResourceDefinitionSpec", "a definition whose name or versions do not fit together",
"A CustomResourceDefinition is named `PLURAL.GROUP`. Its versions have distinct names and a schema each, and exactly one of them is stored. The paths of the scale \
subresource and of columns begin with a dot; a conversion by webhook says where that is called.",
"CustomResourceDefinition",
"metadata: {name: widgets.example.com}\nspec:\n  group: example.com\n  scope: Namespaced\n  names: {plural: widgets, kind: Widget}\n  versions: [{name: v1, served: true, storage: false, schema: {openAPIV3Schema: {type: object}}}]",
"metadata: {name: widgets.example.com}\nspec:\n  group: example.com\n  scope: Namespaced\n  names: {plural: widgets, kind: Widget}\n  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]";

WEBHOOK = "webhook", "validateValidatingWebhook", "a webhook that cannot be called",
"A webhook's name is a domain of at least three parts, and stands once. It is called at a `service` (whose path begins with `/`) or at an `https` URL (without \
user, query or fragment), one of them, and understands `v1` or `v1beta1` of AdmissionReview. `\"*\"` stands for every operation, group, version or resource, so it \
stands alone. A condition has a name of its own and is an expression in CEL.",
"ValidatingWebhookConfiguration",
"webhooks: [{name: check, admissionReviewVersions: [v1], sideEffects: None, clientConfig: {url: \"https://example.com\"}}]",
"webhooks: [{name: check.example.com, admissionReviewVersions: [v1], sideEffects: None, clientConfig: {url: \"https://example.com\"}}]";

ENDPOINT_ADDRESS = "endpoint-address", "ValidateEndpointSlice", "an endpoint that is no address",
"The addresses of Endpoints are IP addresses; those of an EndpointSlice are of its `addressType`, and at most 100 in an endpoint.",
"EndpointSlice", "addressType: IPv4\nendpoints: [{addresses: [db.example.com]}]", "addressType: IPv4\nendpoints: [{addresses: [10.0.0.1]}]";

PRIORITY_VALUE = "priority-value", "ValidatePriorityClass", "a priority kept for the system",
"Priorities above 1000000000, and names that begin with `system-`, are for Kubernetes' own classes.",
"PriorityClass", "value: 2000000000", "value: 1000000";

INGRESS_CLASS = "ingress-class", "ValidateIngressClass", "a controller without its domain",
"The controller of an IngressClass is a path that begins with a domain, such as `example.com/ingress-controller`.",
"IngressClass", "spec: {controller: nginx}", "spec: {controller: k8s.io/ingress-nginx}";
}

/// A CustomResourceDefinition: what is said of its group. (Its schemas and versions are `manifest::definition`'s.)
pub(super) fn definition(root: &At<'_>, out: &mut Faults) {
    let Some(spec) = root.get("spec") else { return };
    let group = spec.text("group");
    if !group.is_empty() && (names::subdomain(group).is_some() || !group.contains('.')) {
        out.invalid(&CRD_GROUP, &spec.field("group"), "should be a domain with at least one dot");
    }
    let own = ["k8s.io", "kubernetes.io"];
    let own = own.iter().any(|domain| group == *domain || group.ends_with(&format!(".{domain}")));
    if own && root.at(&["metadata", "annotations", "api-approved.kubernetes.io"]).is_none() {
        let annotations = root.field("metadata").field("annotations");
        let at = annotations.entry("api-approved.kubernetes.io").keyed();
        let why = "protected groups must have approval annotation \"api-approved.kubernetes.io\"";
        out.required(&CRD_GROUP, &at, why);
    }
    versions(&spec, out);
    let Some(at) = spec.get("names") else { return };
    let wanted = format!("{}.{group}", at.text("plural"));
    if let Some(name) = root.at(&["metadata", "name"])
        && !at.text("plural").is_empty()
        && !group.is_empty()
        && name.str().is_some_and(|text| text != wanted)
    {
        let why = format!("must be spec.names.plural+\".\"+spec.group: {wanted}");
        out.invalid(&CRD_VERSIONS, &name, why);
    }
    let kinds = [at.get("kind"), at.get("listKind")];
    if let [Some(kind), Some(list)] = &kinds
        && kind.node.value == list.node.value
    {
        out.invalid(&CRD_GROUP, list, "kind and listKind may not be the same");
    }
    for name in at.list("shortNames").iter().chain(&at.list("categories")) {
        if let Some(why) = name.str().and_then(names::dns_1035) {
            out.invalid(&CRD_GROUP, name, why);
        }
    }
    for field in ["plural", "kind"] {
        let name = at.field(field);
        if name.str() == Some("") {
            out.required(&CRD_GROUP, &name, "");
        }
    }
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

fn versions(spec: &At<'_>, out: &mut Faults) {
    let versions = spec.list("versions");
    out.unique(&CRD_VERSIONS, &versions, "name");
    let stored: Vec<&At<'_>> =
        versions.iter().filter(|version| version.is_true("storage")).collect();
    let why = "must have exactly one version marked as storage version";
    match stored[..] {
        [] => {
            out.invalid(&CRD_VERSIONS, &spec.field("versions").keyed(), why);
        }
        [_] => {}
        [_, second, ..] => {
            out.invalid(&CRD_VERSIONS, &second.field("storage"), why);
        }
    }
    for version in &versions {
        let name = version.field("name");
        if let Some(why) = name.str().filter(|text| !text.is_empty()).and_then(names::dns_1035) {
            out.invalid(&CRD_VERSIONS, &name, why);
        }
        if let Some(warning) = version.get("deprecationWarning")
            && !version.is_true("deprecated")
        {
            out.invalid(&CRD_VERSIONS, &warning, "can only be set for deprecated versions");
        }
        if version.field("schema").get("openAPIV3Schema").is_none() {
            let at = version.field("schema").field("openAPIV3Schema").keyed();
            out.required(&CRD_VERSIONS, &at, "schemas are required");
        }
        if let Some(scale) = version.at(&["subresources", "scale"]) {
            for (field, below) in [
                ("specReplicasPath", "spec"),
                ("statusReplicasPath", "status"),
                ("labelSelectorPath", ""),
            ] {
                let at = scale.field(field);
                let Some(text) = at.str().filter(|text| !text.is_empty()) else { continue };
                if !text.starts_with('.') {
                    out.invalid(&CRD_VERSIONS, &at, "must be a simple json path starting with .");
                } else if !below.is_empty() && !text.starts_with(&format!(".{below}.")) {
                    out.invalid(
                        &CRD_VERSIONS,
                        &at,
                        format!("should be a json path under .{below}"),
                    );
                }
            }
        }
        for column in version.list("additionalPrinterColumns") {
            let (kind, path) = (column.field("type"), column.field("jsonPath"));
            let types = ["boolean", "date", "integer", "number", "string"];
            if kind.str().is_some_and(|text| !text.is_empty() && !types.contains(&text)) {
                out.invalid(&CRD_VERSIONS, &kind, format!("must be one of {}", types.join(", ")));
            }
            if path.str().is_some_and(|text| !text.is_empty() && !text.starts_with('.')) {
                out.invalid(&CRD_VERSIONS, &path, "must be a simple json path starting with .");
            }
        }
    }
    if spec.is_true("preserveUnknownFields") {
        let at = spec.field("preserveUnknownFields");
        let why = "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead";
        out.invalid(&CRD_VERSIONS, &at, why);
    }
    let Some(conversion) = spec.get("conversion") else { return };
    let webhook = conversion.field("webhook");
    match conversion.text("strategy") {
        "Webhook" if webhook.get("clientConfig").is_none() => {
            let at = webhook.field("clientConfig").keyed();
            out.required(&CRD_VERSIONS, &at, "required when strategy is set to Webhook");
        }
        "Webhook" => {
            if let Some(service) = webhook.at(&["clientConfig", "service"]) {
                called(&service, out);
            }
            if let Some(url) = webhook.at(&["clientConfig", "url"])
                && let Some(why) = url.str().and_then(faulty_url)
            {
                out.invalid(&WEBHOOK, &url, why);
            }
            let reviews = webhook.field("conversionReviewVersions");
            let known = |at: &At<'_>| matches!(at.str(), Some("v1" | "v1beta1"));
            if reviews.node.as_seq().is_some() && !reviews.items().iter().any(known) {
                out.invalid(&CRD_VERSIONS, &reviews, "must include at least one of v1, v1beta1");
            }
        }
        _ => {}
    }
}

pub(super) fn webhooks(root: &At<'_>, out: &mut Faults) {
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
                && let Some(why) = url.str().and_then(faulty_url)
            {
                out.invalid(&WEBHOOK, &url, why);
            }
            if let Some(service) = config.get("service") {
                called(&service, out);
            }
        }
        let versions = hook.field("admissionReviewVersions");
        let known = |at: &At<'_>| matches!(at.str(), Some("v1" | "v1beta1"));
        if versions.node.as_seq().is_some() && !versions.items().iter().any(known) {
            out.invalid(&WEBHOOK, &versions, "must include at least one of v1, v1beta1");
        }
        for selector in ["namespaceSelector", "objectSelector"] {
            if let Some(selector) = hook.get(selector) {
                meta::selector(&selector, out);
            }
        }
        admission::conditions(hook, out);
        rules(&hook.list("rules"), &WEBHOOK, out);
    }
}

/// The requests that a webhook or policy is for.
pub(super) fn rules(list: &[At<'_>], code: &'static Rule, out: &mut Faults) {
    for rule in list {
        resources(&rule.list("resources"), code, out);
        for version in rule.list("apiVersions").iter().filter(|at| at.str() == Some("")) {
            out.required(code, version, "");
        }
        for field in ["operations", "apiGroups", "apiVersions", "resources"] {
            let list = rule.list(field);
            if list.is_empty() {
                out.required(code, &rule.field(field).keyed(), "");
            } else if field != "resources"
                && list.len() > 1
                && list.iter().any(|at| at.str() == Some("*"))
            {
                let at = rule.field(field).keyed();
                out.invalid(code, &at, "if '*' is present, must not specify others").value = None;
            }
        }
    }
}

fn faulty_url(url: &str) -> Option<&'static str> {
    let Some(rest) = url.strip_prefix("https://") else {
        return Some("'https' is the only allowed URL scheme");
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if host.is_empty() {
        Some("host must be specified")
    } else if host.contains('@') {
        Some("user information is not permitted in the URL")
    } else if rest.contains('#') {
        Some("fragments are not permitted in the URL")
    } else if rest.contains('?') {
        Some("query parameters are not permitted in the URL")
    } else {
        None
    }
}

/// The Service at which a webhook or a conversion is called.
fn called(service: &At<'_>, out: &mut Faults) {
    for field in ["name", "namespace"] {
        let at = service.field(field);
        if at.str().is_some_and(str::is_empty) {
            out.required(&WEBHOOK, &at, "");
        }
    }
    if let Some(port) =
        service.get("port").filter(|at| at.int().is_some_and(|n| !(1..=65535).contains(&n)))
    {
        out.invalid(&WEBHOOK, &port, "port is not valid: must be between 1 and 65535, inclusive");
    }
    let Some(path) = service.get("path") else { return };
    let text = path.str().unwrap_or_default();
    let steps = text.strip_prefix('/').map(|rest| rest.strip_suffix('/').unwrap_or(rest));
    match steps {
        _ if text.is_empty() || text == "/" => {}
        None => {
            out.invalid(&WEBHOOK, &path, "must start with a '/'");
        }
        Some(steps) => {
            for (i, step) in steps.split('/').enumerate() {
                let why =
                    if step.is_empty() { Some("may not be empty") } else { names::subdomain(step) };
                if let Some(why) = why {
                    out.invalid(&WEBHOOK, &path, format!("segment[{i}]: {why}"));
                    break;
                }
            }
        }
    }
}

/// The resources that a webhook is for: `pods`, `pods/log`, `pods/*`, `*/log`, `*`, `*/*`.
fn resources(list: &[At<'_>], code: &'static Rule, out: &mut Faults) {
    let texts: Vec<&str> = list.iter().map(|at| at.str().unwrap_or_default()).collect();
    for (i, at) in list.iter().enumerate() {
        let why = match texts[i].split_once('/') {
            Some(_) if texts.len() > 1 && texts[i] == "*/*" => {
                "must not specify other resources beside '*/*'".to_owned()
            }
            Some((resource, part)) => {
                let wide = [format!("{resource}/*"), format!("*/{part}")];
                let Some(wide) =
                    texts[..i].iter().find(|text| wide.iter().any(|wide| wide == *text))
                else {
                    continue;
                };
                format!("if '{wide}' is present, must not specify {}", texts[i])
            }
            None if texts[i] != "*" && texts.contains(&"*") => {
                "if '*' is present, must not specify other resources without subresources"
                    .to_owned()
            }
            None => continue,
        };
        out.invalid(code, at, why);
    }
}

pub(super) fn endpoints(root: &At<'_>, out: &mut Faults) {
    for subset in root.list("subsets") {
        for list in ["addresses", "notReadyAddresses"] {
            for ip in subset.list(list).iter().filter_map(|address| address.get("ip")) {
                let Some(text) = ip.str() else { continue };
                if !names::is_ip(text) {
                    out.invalid(&ENDPOINT_ADDRESS, &ip, "must be a valid IP address");
                } else if let Some(why) = fields::outside(text) {
                    out.invalid(&ENDPOINT_ADDRESS, &ip, why);
                }
            }
        }
        if subset.list("addresses").is_empty() && subset.list("notReadyAddresses").is_empty() {
            out.required(
                &ENDPOINT_ADDRESS,
                &subset,
                "must specify `addresses` or `notReadyAddresses`",
            );
        }
        let ports = subset.list("ports");
        for port in ports.iter().filter(|port| ports.len() > 1 && port.text("name").is_empty()) {
            out.required(&ENDPOINT_ADDRESS, &port.field("name"), "where there are several ports");
        }
    }
}

pub(super) fn endpoint_slice(root: &At<'_>, out: &mut Faults) {
    let kind = root.text("addressType");
    let ports = root.list("ports");
    for (i, port) in ports.iter().enumerate() {
        if let Some(first) = ports[..i].iter().find(|other| other.text("name") == port.text("name"))
        {
            out.duplicate(&ENDPOINT_ADDRESS, &port.field("name"), &first.field("name"));
        }
    }
    for endpoint in root.list("endpoints") {
        let addresses = endpoint.list("addresses");
        if let Some(beyond) = addresses.get(100) {
            out.too_many(&ENDPOINT_ADDRESS, beyond, "must have at most 100 items");
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
                ("IPv4" | "IPv6", _) => match fields::outside(text) {
                    Some(why) => why,
                    None => continue,
                },
                _ => continue,
            };
            out.invalid(&ENDPOINT_ADDRESS, &address, why);
        }
    }
}

pub(super) fn priority(root: &At<'_>, out: &mut Faults) {
    let name = root.get("metadata").and_then(|at| at.get("name"));
    let system = name.as_ref().and_then(At::str).filter(|text| text.starts_with("system-"));
    let own = ["system-node-critical", "system-cluster-critical"];
    if let (Some(at), Some(text)) = (&name, system)
        && !own.contains(&text)
    {
        out.forbidden(
            &PRIORITY_VALUE,
            at,
            "priority class names with 'system-' prefix are reserved for system use only",
        );
    }
    let system = system.is_some();
    let value = root.field("value");
    if !system && value.int().is_some_and(|value| value > 1_000_000_000) {
        let why = "maximum allowed value of a user defined priority is 1000000000";
        out.forbidden(&PRIORITY_VALUE, &value, why);
    }
}

pub(super) fn ingress_class(root: &At<'_>, out: &mut Faults) {
    if let Some(parameters) = root.at(&["spec", "parameters"]) {
        let namespace = parameters.field("namespace");
        match parameters.text("scope") {
            "Namespace" if namespace.str().is_none_or(str::is_empty) => {
                out.required(
                    &INGRESS_CLASS,
                    &namespace,
                    "`parameters.scope` is set to 'Namespace'",
                );
            }
            "Cluster" if !namespace.node.is_null() => {
                out.forbidden(&INGRESS_CLASS, &namespace, "`parameters.scope` is set to 'Cluster'");
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
