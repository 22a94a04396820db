//! Names of objects, labels of templates, and label selectors.

use super::declare::declare;
use super::fields;
use crate::at::At;
use crate::fault::{Faults, Rule};
use crate::names;

declare! {
OBJECT_NAME = "object-name", "ValidateObjectMeta", "a name that objects of this kind cannot have",
"Most objects are named by a DNS-1123 subdomain. A Namespace is named by a DNS-1123 label (lower-case letters, digits and `-`), and \
so are a Service and a StatefulSet, because their names become host names (a Service before Kubernetes 1.36 by a DNS-1035 label, which begins with a letter); what RBAC names, and a PodDisruptionBudget, may \
be called anything that fits in a URL path. A Job's name has at most 63 characters, because its pods have it as a label, and a CronJob's at most 52, which leaves room for those of its Jobs.",
"Service",
"metadata: {name: 2nd.web}\nspec: {ports: [{port: 80}]}",
"metadata: {name: web-2}\nspec: {ports: [{port: 80}]}";

TEMPLATE_LABEL = "template-label", "ValidateLabels", "a label that is not allowed, in a template or selector",
"The key of a label is a name of at most 63 characters (letters, digits, `-`, `_`, `.`), with an optional DNS prefix before a \
`/`; its value is such a name or empty. The same holds for the labels of a pod template and for what selectors compare with.",
"Deployment.spec",
"selector: {matchLabels: {app: my app}}\ntemplate:\n  metadata: {labels: {app: my app}}\n  spec: {containers: [{name: web, image: nginx}]}",
"selector: {matchLabels: {app: my-app}}\ntemplate:\n  metadata: {labels: {app: my-app}}\n  spec: {containers: [{name: web, image: nginx}]}";

LABEL_SELECTOR = "label-selector", "ValidateLabelSelectorRequirement", "a requirement of a selector with the wrong values",
"`In` and `NotIn` compare with `values`, so they need at least one; `Exists` and `DoesNotExist` ask for the key alone, so they \
take none.",
"NetworkPolicy.spec",
"podSelector:\n  matchExpressions: [{key: app, operator: In}]",
"podSelector:\n  matchExpressions: [{key: app, operator: In, values: [web]}]";

OBJECT_OWNER = "object-owner", "ValidateOwnerReferences", "an owner or finalizer that cannot be one",
"An object has at most one owner that is its controller; an Event owns nothing. A finalizer has a domain and a `/` before it, unless it is one of \
Kubernetes' own; of some kinds (definitions, webhooks, policies, leases, budgets) it may be any qualified name.",
"ConfigMap", "metadata: {name: web, finalizers: [cleanup]}", "metadata: {name: web, finalizers: [example.com/cleanup]}";
}

type Check = fn(&str) -> Option<&'static str>;

/// How objects of a built-in kind are named. Where the kind's own validation says nothing, the registry asks for one segment
/// of a path (`rest.BeforeCreate`).
fn naming(group: &str, kind: &str, k8s: (u32, u32)) -> Check {
    match (group, kind) {
        ("", "Service") => names::service(k8s),
        ("", "Namespace") | ("apps", "StatefulSet") => names::label,
        ("batch", "CronJob") => cron_name,
        ("batch", "Job") => job_name,
        ("" | "events.k8s.io", "Event") => names::segment,
        (
            "rbac.authorization.k8s.io"
            | "certificates.k8s.io"
            | "apiregistration.k8s.io"
            | "policy",
            _,
        ) => names::segment,
        // `IPAddress` has a rule of its own; a migration and the like are named by nothing in particular.
        ("networking.k8s.io", "IPAddress")
        | ("internal.apiserver.k8s.io" | "storagemigration.k8s.io", _) => names::segment,
        _ => names::subdomain,
    }
}

/// How what names are generated from is checked before there is a name; none where only the name is (`ValidateObjectMetaWithOpts`).
fn prefix_naming(group: &str, kind: &str, k8s: (u32, u32)) -> Option<Check> {
    match (group, kind) {
        ("", "ReplicationController") if k8s >= (1, 35) => None,
        ("resource.k8s.io", "DeviceClass") if k8s >= (1, 35) => None,
        ("batch", _) => Some(names::subdomain),
        _ => Some(naming(group, kind, k8s)),
    }
}

/// A Job's pods have its name as a label.
fn job_name(text: &str) -> Option<&'static str> {
    if text.len() > 63 {
        return Some("must be no more than 63 characters, since the Job's pods have it as a label");
    }
    names::subdomain(text)
}

fn cron_name(text: &str) -> Option<&'static str> {
    if text.len() > 52 {
        return Some("must be no more than 52 characters");
    }
    names::subdomain(text)
}

/// The name of an object of a built-in kind. (That there is one is asked of every kind, elsewhere.)
pub(super) fn names(root: &At<'_>, group: &str, kind: &str, out: &mut Faults) {
    let Some(metadata) = root.get("metadata") else { return };
    owners(&metadata, out);
    finalizers(&metadata, group, out);
    let check = naming(group, kind, out.k8s());
    if let Some(at) = metadata.filled("name")
        && let Some(text) = at.str()
    {
        if let Some(why) = check(text) {
            out.invalid(&OBJECT_NAME, &at, why).near(names::mended(text, check));
        }
    } else if let Some(at) = metadata.filled("generateName")
        && let Some(text) = at.str()
        && let Some(why) = check(&names::generated(text))
    {
        out.invalid(&OBJECT_NAME, &at, why);
        return;
    }
    if let Some(at) = metadata.filled("generateName")
        && let Some(check) = prefix_naming(group, kind, out.k8s())
        && let Some(why) = at.str().and_then(|text| check(&names::prefix(text)))
    {
        out.invalid(&OBJECT_NAME, &at, why);
    }
}

/// Whether the metadata of a group's kinds is checked by the core group's `ValidateObjectMeta`, which asks more of finalizers than that of
/// `apimachinery/pkg/api/validation`; a budget has neither.
fn is_of_core(group: &str) -> bool {
    const GENERIC: &[&str] = &[
        "admissionregistration.k8s.io",
        "apiextensions.k8s.io",
        "apiregistration.k8s.io",
        "coordination.k8s.io",
        "node.k8s.io",
        "policy",
    ];
    !GENERIC.contains(&group)
}

fn finalizers(metadata: &At<'_>, group: &str, out: &mut Faults) {
    let check: Check = match is_of_core(group) {
        true => fields::finalizer,
        false => names::qualified,
    };
    for finalizer in metadata.list("finalizers") {
        // A domain alone is what tools with nothing but schemas take; old objects have it.
        let text =
            finalizer.str().filter(|text| names::subdomain(text).is_some() || !text.contains('.'));
        if let Some(why) = text.and_then(check) {
            out.invalid(&OBJECT_OWNER, &finalizer, why);
        }
    }
}

fn owners(metadata: &At<'_>, out: &mut Faults) {
    let owners = metadata.list("ownerReferences");
    for kind in
        owners.iter().filter(|owner| ["v1", "events.k8s.io/v1"].contains(&owner.text("apiVersion")))
    {
        if kind.text("kind") == "Event" {
            out.invalid(&OBJECT_OWNER, &kind.field("kind"), "is disallowed from being an owner");
        }
    }
    for owner in &owners {
        for field in ["apiVersion", "kind", "name", "uid"] {
            let at = owner.field(field);
            if at.str() == Some("") {
                out.invalid(&OBJECT_OWNER, &at, "must not be empty");
            }
        }
    }
    let mut controllers = owners.iter().filter(|owner| owner.is_true("controller"));
    if let (Some(_), Some(second)) = (controllers.next(), controllers.next()) {
        let why = "only one reference can have `controller` set to true";
        out.invalid(&OBJECT_OWNER, &second.field("controller"), why);
    }
}

/// The metadata of what somebody else makes an object of, which has labels and annotations and nothing else
/// (`ValidateTemplateObjectMeta`).
pub(super) fn of_template(metadata: &At<'_>, rule: &'static Rule, out: &mut Faults) {
    if let Some(at) = metadata.get("labels") {
        labels(&at, out);
    }
    if let Some(at) = metadata.get("annotations") {
        annotations(&at, out);
    }
    for name in metadata.names() {
        let at = metadata.field(name);
        let is_zero = at.str() == Some("") || at.int() == Some(0);
        if !["labels", "annotations"].contains(&name) && !is_zero {
            let at = at.keyed();
            out.forbidden(rule, &at, "cannot be set").on_only(&[&at]);
        }
    }
}

/// The annotations of a template.
pub(super) fn annotations(annotations: &At<'_>, out: &mut Faults) {
    for (key, value) in annotations.entries() {
        // An annotation's key may have capitals in its prefix, a label's may not.
        if let Some(why) = names::qualified(&key.to_ascii_lowercase()) {
            out.invalid_key(&TEMPLATE_LABEL, &value, key, why);
        }
    }
}

/// The labels of a template, or what a selector compares labels with.
pub(super) fn labels(labels: &At<'_>, out: &mut Faults) {
    for (key, value) in labels.entries() {
        if let Some(why) = names::qualified(key) {
            out.invalid_key(&TEMPLATE_LABEL, &value, key, why);
        }
        if let Some(why) = value.str().and_then(names::label_value) {
            let better = value.str().and_then(|text| names::mended(text, names::label_value));
            out.invalid(&TEMPLATE_LABEL, &value, why).near(better);
        }
    }
}

/// A label selector: `matchLabels` and `matchExpressions`.
pub(super) fn selector(selector: &At<'_>, out: &mut Faults) {
    if let Some(at) = selector.get("matchLabels") {
        labels(&at, out);
    }
    for requirement in selector.list("matchExpressions") {
        let values = requirement.get("values");
        let count = values.as_ref().map_or(0, |at| at.items().len());
        match requirement.text("operator") {
            "In" | "NotIn" if count == 0 => {
                let at = requirement.field("values").keyed();
                out.required(
                    &LABEL_SELECTOR,
                    &at,
                    "must be specified when `operator` is 'In' or 'NotIn'",
                );
            }
            "Exists" | "DoesNotExist" if count > 0 => {
                let at = requirement.field("values").keyed();
                let why = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
                let operator = requirement.field("operator");
                out.forbidden(&LABEL_SELECTOR, &at, why).on_only(&[&operator, &at]);
            }
            _ => {}
        }
        if let Some(key) = requirement.get("key")
            && let Some(why) = key.str().and_then(names::qualified)
        {
            out.invalid(&TEMPLATE_LABEL, &key, why);
        }
        for value in values.map(|at| at.items()).unwrap_or_default() {
            if let Some(why) = value.str().and_then(names::label_value) {
                out.invalid(&TEMPLATE_LABEL, &value, why);
            }
        }
    }
}

/// Whether labels satisfy a selector.
pub(super) fn matches(selector: &At<'_>, labels: Option<&At<'_>>) -> bool {
    let value = |key: &str| labels.and_then(|at| at.get(key)).and_then(|at| at.str());
    let pairs = selector.get("matchLabels").map(|at| at.entries()).unwrap_or_default();
    let by_labels =
        pairs.iter().all(|(key, wanted)| wanted.str().is_none() || value(key) == wanted.str());
    by_labels
        && selector.list("matchExpressions").iter().all(|requirement| {
            let have = value(requirement.text("key"));
            let listed = requirement.list("values").iter().any(|at| at.str() == have);
            match requirement.text("operator") {
                "In" => have.is_some() && listed,
                "NotIn" => have.is_none() || !listed,
                "Exists" => have.is_some(),
                "DoesNotExist" => have.is_none(),
                _ => true,
            }
        })
}
