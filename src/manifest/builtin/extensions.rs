//! What extends or serves the API itself: CustomResourceDefinitions, webhooks, endpoints, classes.

use super::at::{At, Out};
use super::{declare, names};

declare! {
CRD_NAME = "crd-name", "a definition that is not named after what it defines",
"A CustomResourceDefinition is named `PLURAL.GROUP`. The group is a domain (`example.com`), the plural lower-case, the kind in \
CamelCase. A group of Kubernetes' own (`*.k8s.io`) needs the annotation `api-approved.kubernetes.io`.",
"CustomResourceDefinition",
"metadata: {name: widget.example.com}\nspec:\n  group: example.com\n  scope: Namespaced\n  names: {plural: widgets, kind: Widget}\n  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]",
"metadata: {name: widgets.example.com}\nspec:\n  group: example.com\n  scope: Namespaced\n  names: {plural: widgets, kind: Widget}\n  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]";

CRD_VERSION = "crd-version", "versions of a definition without exactly one to store",
"Objects are stored in one version: exactly one has `storage: true`. Each name stands once and is a DNS-1035 label such as `v1beta1`.",
"CustomResourceDefinition",
"metadata: {name: widgets.example.com}\nspec:\n  group: example.com\n  scope: Namespaced\n  names: {plural: widgets, kind: Widget}\n  versions: [{name: v1, served: true, storage: false, schema: {openAPIV3Schema: {type: object}}}]",
"metadata: {name: widgets.example.com}\nspec:\n  group: example.com\n  scope: Namespaced\n  names: {plural: widgets, kind: Widget}\n  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]";

CRD_SCHEMA = "crd-schema", "a schema that is not structural",
"Each version has a schema. It is structural: its root is an object, every field has a `type` (or is `x-kubernetes-int-or-string`, or keeps \
unknown fields), an array says what its `items` are, and an object has `properties` or `additionalProperties`, not both.",
"CustomResourceDefinition",
"metadata: {name: widgets.example.com}\nspec:\n  group: example.com\n  scope: Namespaced\n  names: {plural: widgets, kind: Widget}\n  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, properties: {spec: {properties: {size: {type: integer}}}}}}}]",
"metadata: {name: widgets.example.com}\nspec:\n  group: example.com\n  scope: Namespaced\n  names: {plural: widgets, kind: Widget}\n  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {size: {type: integer}}}}}}}]";

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

pub(super) fn definition(root: &At<'_>, out: &mut Out<'_>) {
    let Some(spec) = root.get("spec") else { return };
    let (group, plural) =
        (spec.text("group"), spec.get("names").map(|at| at.text("plural")).unwrap_or_default());
    let name = root.field("metadata").field("name");
    if let Some(text) = name.str().filter(|_| !group.is_empty() && !plural.is_empty()) {
        let wanted = format!("{plural}.{group}");
        if text != wanted {
            let finding =
                out.invalid(&CRD_NAME, &name, "must be spec.names.plural+\".\"+spec.group");
            *finding = finding
                .clone()
                .help(format!("expected `{wanted}`"))
                .replace_with(format!("write `{wanted}`"), wanted);
        }
    }
    if !group.is_empty() && (names::subdomain(group).is_some() || !group.contains('.')) {
        out.invalid(&CRD_NAME, &spec.field("group"), "should be a domain with at least one dot");
    }
    let own = ["k8s.io", "kubernetes.io"]
        .iter()
        .any(|domain| group == *domain || group.ends_with(&format!(".{domain}")));
    if own && root.at(&["metadata", "annotations", "api-approved.kubernetes.io"]).is_none() {
        let mut at = root.field("metadata").keyed();
        at.path = "metadata.annotations[api-approved.kubernetes.io]".to_owned();
        out.required(
            &CRD_NAME,
            &at,
            "protected groups must have approval annotation \"api-approved.kubernetes.io\"",
        );
    }
    if let Some(at) = spec.get("names") {
        for field in ["plural", "singular", "kind", "listKind"] {
            let Some(name) = at.get(field) else { continue };
            let Some(text) = name.str().filter(|text| !text.is_empty()) else { continue };
            let camel = field == "kind" || field == "listKind";
            let compared = if camel { text.to_lowercase() } else { text.to_owned() };
            if let Some(why) = names::dns_1035(&compared) {
                out.invalid(&CRD_NAME, &name, why);
            }
        }
    }
    let versions = spec.list("versions");
    out.unique(&CRD_VERSION, &versions, "name");
    if !versions.is_empty()
        && versions.iter().filter(|version| version.is_true("storage")).count() != 1
    {
        let at = spec.field("versions").keyed();
        out.report(
            &CRD_VERSION,
            &at,
            "Invalid value: must have exactly one version marked as storage version",
        );
    }
    if let Some(at) = spec.get("preserveUnknownFields").filter(|at| at.node.as_bool() == Some(true))
    {
        out.invalid(
            &CRD_SCHEMA,
            &at,
            "must be false; use x-kubernetes-preserve-unknown-fields in the schema",
        );
    }
    for version in &versions {
        if let Some(name) = version.get("name")
            && let Some(why) = name.str().and_then(names::dns_1035)
        {
            out.invalid(&CRD_VERSION, &name, why);
        }
        let Some(schema) = version.at(&["schema", "openAPIV3Schema"]) else {
            let at = version.field("schema").field("openAPIV3Schema").keyed();
            out.required(&CRD_SCHEMA, &at, "schemas are required");
            continue;
        };
        if schema.text("type") != "object" {
            out.invalid(&CRD_SCHEMA, &schema.field("type"), "must be object at the root");
        }
        structural(&schema, out, 0);
    }
}

fn structural(schema: &At<'_>, out: &mut Out<'_>, depth: usize) {
    // The reader bounds the depth of a document; this bounds ours whatever it does.
    if depth > 200 {
        return;
    }
    let free = schema.is_true("x-kubernetes-int-or-string")
        || schema.is_true("x-kubernetes-preserve-unknown-fields");
    if depth > 0 && schema.text("type").is_empty() && !free && schema.node.as_map().is_some() {
        out.required(
            &CRD_SCHEMA,
            &schema.field("type").keyed(),
            "must not be empty for specified fields",
        );
    }
    let (properties, more) = (schema.get("properties"), schema.get("additionalProperties"));
    if let Some(more) =
        more.as_ref().filter(|more| properties.is_some() && more.node.as_bool() != Some(false))
    {
        out.forbidden(
            &CRD_SCHEMA,
            &more.clone().keyed(),
            "additionalProperties and properties are mutual exclusive",
        );
    }
    if schema.text("type") == "array" && schema.get("items").is_none() {
        out.required(&CRD_SCHEMA, &schema.field("items").keyed(), "must be specified");
    }
    let fields = properties.map(|at| at.entries()).unwrap_or_default();
    let others = [more.filter(|more| more.node.as_map().is_some()), schema.get("items")];
    for child in fields.into_iter().map(|(_, at)| at).chain(others.into_iter().flatten()) {
        structural(&child, out, depth + 1);
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
