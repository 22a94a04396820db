//! Webhooks: how they are called, and for what.

use super::declare::declare;
use super::requests::rules;
use super::{admission, meta};
use crate::at::At;
use crate::fault::{Faults, Rule, repetitions};
use crate::names;

declare! {
WEBHOOK = "webhook", "validateValidatingWebhook, validateMutatingWebhook", "a webhook that cannot be called",
"A webhook's name is a domain of at least three parts, and stands once. It is called at a `service` (whose path begins with `/`) or at an `https` URL (without \
user, query or fragment), one of them, and understands `v1` or `v1beta1` of AdmissionReview. `\"*\"` stands for every operation, group, version or resource, so it \
stands alone. A condition has a name of its own and is an expression in CEL.",
"ValidatingWebhookConfiguration",
"webhooks: [{name: check, admissionReviewVersions: [v1], sideEffects: None, clientConfig: {url: \"https://example.com\"}}]",
"webhooks: [{name: check.example.com, admissionReviewVersions: [v1], sideEffects: None, clientConfig: {url: \"https://example.com\"}}]";
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
            client(&config, &WEBHOOK, out);
        }
        review_versions(&hook.field("admissionReviewVersions"), &WEBHOOK, out);
        for selector in ["namespaceSelector", "objectSelector"] {
            if let Some(selector) = hook.get(selector) {
                meta::selector(&selector, out);
            }
        }
        admission::conditions(hook, out);
        rules(&hook.list("rules"), &WEBHOOK, out);
    }
}

/// The versions of reviews that a webhook understands (`validateAdmissionReviewVersions`).
pub(super) fn review_versions(versions: &At<'_>, rule: &'static Rule, out: &mut Faults) {
    let items = versions.items();
    for (again, first) in repetitions(&items, At::str) {
        out.invalid(rule, again, "duplicate version").on(first);
    }
    for version in &items {
        if let Some(why) = version.str().and_then(names::dns_1035) {
            out.invalid(rule, version, why);
        }
    }
    let known = |at: &At<'_>| matches!(at.str(), Some("v1" | "v1beta1"));
    if versions.node.as_seq().is_some() && !items.iter().any(known) {
        out.invalid(rule, versions, "must include at least one of v1, v1beta1");
    }
}

/// Where a webhook is called: at a URL or a Service.
pub(super) fn client(config: &At<'_>, rule: &'static Rule, out: &mut Faults) {
    if config.set(&["url", "service"]).len() != 1 {
        out.required(rule, &config.clone().keyed(), "exactly one of url or service is required");
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
pub(super) fn called(service: &At<'_>, out: &mut Faults) {
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
