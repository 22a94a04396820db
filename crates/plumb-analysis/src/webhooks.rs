//! The webhooks that inject sidecars.

use super::analyzer::Analyzer;
use super::conflict::conflicts;
use super::group::{ADMISSION, CORE, Group, Object, absent, text};
use plumb_kube::Node;
use plumb_kube::fault::listed;
use plumb_text::diag::{Diagnostic, codes};
use std::collections::{BTreeMap, HashSet};

codes! {
    /// The findings of this analyzer.
    CODES:
    INVALID = "webhook-invalid", Deny, "two webhooks inject one pod, or a webhook's service is missing", also "IST0139";
}

/// The analyzer of this file.
pub(super) const ANALYZER: Analyzer = Analyzer { codes: CODES, run: analyse };

/// How many revisions are tried with each other.
const MOST_REVISIONS: usize = 12;

/// A set of labels made up to try selectors with.
type Tried = BTreeMap<String, String>;

fn analyse(group: &Group<'_>, findings: &mut Vec<Diagnostic>) {
    let injectors: Vec<(&Object<'_>, &Node)> = group
        .of(ADMISSION, "MutatingWebhookConfiguration")
        .filter(|configuration| !revisions(configuration).is_empty() || is_istio(configuration))
        .flat_map(|configuration| {
            hooks(configuration).iter().map(move |hook| (configuration, hook))
        })
        .collect();
    overlaps(&injectors, findings);
    services(group, &injectors, findings);
}

fn hooks<'a>(configuration: &Object<'a>) -> &'a [Node] {
    configuration.root.get("webhooks").map(Node::items).unwrap_or_default()
}

fn is_istio(configuration: &Object<'_>) -> bool {
    hooks(configuration)
        .iter()
        .any(|hook| text(hook, "name").is_some_and(|name| name.ends_with("istio.io")))
}

/// The revisions that a configuration speaks of.
fn revisions(configuration: &Object<'_>) -> Vec<String> {
    const KEY: &str = "istio.io/rev";
    let mut found: Vec<String> = configuration.label(KEY).map(str::to_owned).into_iter().collect();
    for hook in hooks(configuration) {
        for selector in
            ["namespaceSelector", "objectSelector"].iter().filter_map(|field| hook.get(field))
        {
            found.extend(
                selector.get("matchLabels").and_then(|labels| text(labels, KEY)).map(str::to_owned),
            );
            for expression in selector.get("matchExpressions").map(Node::items).unwrap_or_default()
            {
                if text(expression, "key") == Some(KEY) {
                    let values = expression.get("values").map(Node::items).unwrap_or_default();
                    found.extend(values.iter().filter_map(Node::as_str).map(str::to_owned));
                }
            }
        }
    }
    found.sort();
    found.dedup();
    found
}

/// Tries every mix of the labels that decide about injection, as a namespace's and as a pod's.
fn overlaps(injectors: &[(&Object<'_>, &Node)], findings: &mut Vec<Diagnostic>) {
    let mut all: Vec<String> =
        injectors.iter().flat_map(|(configuration, _)| revisions(configuration)).collect();
    all.sort();
    all.dedup();
    // Every mix is tried, so that their number has to be bounded; no mesh has as many revisions.
    all.truncate(MOST_REVISIONS);
    let tried = |key: &str, values: [&str; 2]| {
        let mut sets: Vec<Tried> = vec![Tried::new()];
        sets.extend(values.map(|value| Tried::from([(key.to_owned(), value.to_owned())])));
        let with_revision: Vec<Tried> = all
            .iter()
            .flat_map(|revision| {
                sets.iter().map(move |set| {
                    let mut set = set.clone();
                    set.insert("istio.io/rev".to_owned(), revision.clone());
                    set
                })
            })
            .collect();
        sets.extend(with_revision);
        sets
    };
    let mut reported = HashSet::new();
    for namespace in tried("istio-injection", ["enabled", "disabled"]) {
        for pod in tried("sidecar.istio.io/inject", ["true", "false"]) {
            let matching: Vec<usize> = (0..injectors.len())
                .filter(|&index| {
                    let hook = injectors[index].1;
                    holds(hook.get("namespaceSelector"), &namespace)
                        && holds(hook.get("objectSelector"), &pod)
                })
                .collect();
            if matching.len() < 2 {
                continue;
            }
            let are_rivals =
                |one: &usize, other: &usize| !is_variant(injectors[*one], injectors[*other]);
            for members in conflicts(matching, are_rivals) {
                if !reported.insert((members[0], members[1])) {
                    continue;
                }
                let (configuration, hook) = injectors[members[1]];
                let others = || members.iter().filter(|&&other| other != members[1]);
                let names = others().map(|&other| {
                    let (configuration, hook) = injectors[other];
                    format!("{}/{}", configuration.name, text(hook, "name").unwrap_or_default())
                });
                let verb = if others().count() == 1 { "injects" } else { "inject" };
                let mut finding = configuration.finding(
                    &INVALID,
                    hook.get("name").unwrap_or(hook),
                    format!("{} {verb} the same pods", listed(names)),
                );
                for &other in others() {
                    let (configuration, hook) = injectors[other];
                    finding = finding.related(
                        configuration.place(hook),
                        format!("{} is here", configuration.id()),
                    );
                }
                findings.push(
                    finding.help("their selectors overlap, so that a pod may be injected twice"),
                );
            }
        }
    }
}

fn is_variant(one: (&Object<'_>, &Node), other: (&Object<'_>, &Node)) -> bool {
    !one.0.is(other.0) && one.0.is_variant_of(other.0)
}

/// Whether a `LabelSelector` matches made-up labels.
fn holds(selector: Option<&Node>, labels: &Tried) -> bool {
    let Some(selector) = selector else { return true };
    let equal = selector
        .get("matchLabels")
        .and_then(Node::as_map)
        .into_iter()
        .flatten()
        .all(|entry| labels.get(&entry.key.value).map(String::as_str) == entry.value.as_str());
    equal
        && selector.get("matchExpressions").map(Node::items).unwrap_or_default().iter().all(
            |expression| {
                let given = text(expression, "key").and_then(|key| labels.get(key));
                let values = expression.get("values").map(Node::items).unwrap_or_default();
                let is_in = given
                    .is_some_and(|given| values.iter().any(|value| value.as_str() == Some(given)));
                match text(expression, "operator") {
                    Some("In") => is_in,
                    Some("NotIn") => !is_in,
                    Some("Exists") => given.is_some(),
                    Some("DoesNotExist") => given.is_none(),
                    _ => false,
                }
            },
        )
}

/// The service of each webhook, where the group shows other Services of its namespace.
fn services(group: &Group<'_>, injectors: &[(&Object<'_>, &Node)], findings: &mut Vec<Diagnostic>) {
    for (configuration, hook) in injectors {
        let Some(service) = hook.get("clientConfig").and_then(|config| config.get("service"))
        else {
            continue;
        };
        let (Some(name), namespace) = (text(service, "name"), text(service, "namespace")) else {
            continue;
        };
        let there: Vec<&str> = group
            .of(CORE, "Service")
            .filter(|object| object.namespace == namespace)
            .map(|object| object.name)
            .collect();
        if !there.is_empty()
            && !there.contains(&name)
            && !group.may_have_more(CORE, "Service", namespace)
        {
            let message = format!("no Service `{name}` is shown in its namespace");
            findings.push(absent(configuration.finding(&INVALID, service, message), name, &there));
        }
    }
}
