//! Subsets: named by a route, defined by a DestinationRule, and selecting pods.

use super::analyzer::Analyzer;
use super::group::{
    CORE, Group, NETWORKING, Object, Sought, absent, may_be_same, text, unless_sure,
};
use super::hosts::{Host, Lookup};
use super::virtual_services::destinations;
use indexmap::IndexSet;
use plumb_kube::admission::istio::overlap;
use plumb_kube::fault::listed;
use plumb_kube::select::Selector;
use plumb_text::diag::{Diagnostic, codes};
use std::collections::HashMap;

codes! {
    /// The findings of this analyzer.
    CODES:
    SUBSET_MISSING = "subset-missing", Deny, "a route names a subset that the host's DestinationRule does not define", also "IST0101";
    SUBSET_SELECTS_NOTHING = "subset-selects-nothing", Warn, "a subset selects none of the pods that the host's Service selects", also "IST0173";
    HOST_MISSING = "destination-rule-host-missing", Warn, "a DestinationRule is for a host that the group does not define, beside Services that it does", also "IST0174";
}

/// The analyzer of this file.
pub(super) const ANALYZER: Analyzer = Analyzer { codes: CODES, run: analyse };

fn analyse(group: &Group<'_>, findings: &mut Vec<Diagnostic>) {
    named_subsets(group, findings);
    for rule in group.of(NETWORKING, "DestinationRule") {
        let Some(node) = rule.at("spec.host") else { continue };
        let Some(name) = node.as_str() else { continue };
        let host = Host::of(name, rule.namespace);
        match group.registry().look_up(host, rule.namespace, &rule.texts("spec.exportTo")) {
            Lookup::Found(_) => selected_pods(group, rule, &host, findings),
            Lookup::Hidden(entries) => {
                let mut finding = rule.finding(
                    &HOST_MISSING,
                    node,
                    format!("`{name}` is not exported to this rule's namespace"),
                );
                for entry in entries {
                    let object = entry.object(&group.objects);
                    finding = finding.related(
                        object.place(object.name_node()),
                        format!("{} is here", object.id()),
                    );
                }
                findings.push(finding);
            }
            Lookup::Unknown => {
                let Host::Service(service, namespace) = host else { continue };
                let sought = group.seek(rule, (CORE, "Service"), namespace, service);
                if let Sought::Missing(there) = sought
                    && !group.registry().may_have_more()
                {
                    let message = format!("no Service `{service}` is shown here");
                    findings.push(absent(
                        rule.finding(&HOST_MISSING, node, message),
                        service,
                        &there,
                    ));
                }
            }
        }
    }
}

/// Every subset that a route names is in one of the host's DestinationRules, where the group has such rules.
fn named_subsets(group: &Group<'_>, findings: &mut Vec<Diagnostic>) {
    // Another rule of the host may define it.
    let is_unknown =
        |rule: &Object<'_>| rule.text("spec.host").is_none() && !rule.knows("spec.host");
    if group.is_open || group.shown(NETWORKING, "DestinationRule").any(is_unknown) {
        return;
    }
    let rules = Rules::of(group);
    let mut by_host: HashMap<Host<'_>, OfHost<'_, '_>> = HashMap::new();
    for service in group.named(NETWORKING, "VirtualService") {
        for destination in destinations(service) {
            let Some((subset, node)) = destination.subset() else { continue };
            let host = Host::of(destination.host, service.namespace);
            let of_host = by_host.entry(host).or_insert_with(|| rules.of_host(&host));
            if of_host.names.contains(subset)
                || of_host.may_have_more
                || !of_host.rules.iter().any(|rule| group.holds_for(service, rule))
            {
                continue;
            }
            let message =
                format!("no DestinationRule for `{}` has a subset `{subset}`", destination.host);
            let mut finding = service
                .finding(&SUBSET_MISSING, node, message)
                .did_you_mean(subset, of_host.names.iter().take(COMPARED).copied())
                .help(of_host.listed());
            for rule in of_host.rules.iter().take(RELATED) {
                let at = rule.at("spec.subsets").unwrap_or(rule.name_node());
                finding = finding.related(rule.place(at), format!("{} is here", rule.id()));
            }
            findings.push(unless_sure(finding, of_host.is_sure));
        }
    }
}

/// The names that a misspelt one is compared with, those that are listed, and the rules that are pointed at, of one host.
const COMPARED: usize = 200;
const LISTED: usize = 20;
const RELATED: usize = 5;

/// The DestinationRules of a group, by the hosts that they are for.
struct Rules<'g, 'a> {
    by_host: HashMap<&'a str, Vec<(&'g Object<'a>, Host<'a>)>>,
    /// Those for hosts that begin with `*`.
    wildcards: Vec<(&'g Object<'a>, &'a str)>,
}

/// What the rules for one host have.
struct OfHost<'g, 'a> {
    rules: Vec<&'g Object<'a>>,
    names: IndexSet<&'a str>,
    may_have_more: bool,
    /// Whether one of them is surely for that host.
    is_sure: bool,
}

impl<'g, 'a> Rules<'g, 'a> {
    fn of(group: &'g Group<'a>) -> Rules<'g, 'a> {
        let mut rules = Rules { by_host: HashMap::new(), wildcards: Vec::new() };
        for rule in group.shown(NETWORKING, "DestinationRule") {
            let Some(own) = rule.text("spec.host") else { continue };
            if own.starts_with('*') {
                rules.wildcards.push((rule, own));
            }
            let host = Host::of(own, rule.namespace);
            rules.by_host.entry(name(&host)).or_default().push((rule, host));
        }
        rules
    }

    fn of_host(&self, host: &Host<'a>) -> OfHost<'g, 'a> {
        let named = self.by_host.get(name(host)).map(Vec::as_slice).unwrap_or_default();
        let named = named.iter().filter(|(_, own)| own.may_be(host));
        let (mut rules, mut is_sure) = (Vec::new(), false);
        for (rule, own) in named {
            is_sure |= own.is(host) || matches!(own, Host::Other(_));
            rules.push(*rule);
        }
        if !self.wildcards.is_empty() {
            let full = host.full();
            let wide = self.wildcards.iter().filter(|(_, own)| overlap(own, &full));
            for (rule, _) in wide {
                is_sure = true;
                rules.push(*rule);
            }
        }
        rules.sort_by_key(|rule| rule.index);
        rules.dedup_by_key(|rule| rule.index);
        let subsets = rules.iter().flat_map(|rule| rule.items("spec.subsets"));
        OfHost {
            names: subsets.filter_map(|subset| text(subset, "name")).collect(),
            may_have_more: rules.iter().any(|rule| !rule.knows_each("spec.subsets", "name")),
            rules,
            is_sure,
        }
    }
}

/// What a host is found by: of a Service its name, for its namespace may not be written.
fn name<'a>(host: &Host<'a>) -> &'a str {
    match host {
        Host::Service(name, _) => name,
        Host::Other(host) => host,
    }
}

impl OfHost<'_, '_> {
    fn listed(&self) -> String {
        let names: Vec<&str> = self.names.iter().take(LISTED).copied().collect();
        match self.names.len().saturating_sub(LISTED) {
            0 if names.is_empty() => "the DestinationRule has no subsets".to_owned(),
            0 => format!("its subsets: {}", listed(names)),
            more => format!("its subsets: {} and {more} more", names.join(", ")),
        }
    }
}

/// Each subset selects one of the pods that the host's Service selects, where the group shows such pods.
fn selected_pods(
    group: &Group<'_>,
    rule: &Object<'_>,
    host: &Host<'_>,
    findings: &mut Vec<Diagnostic>,
) {
    let Host::Service(name, namespace) = *host else { return };
    let services: Vec<&Object<'_>> = group.find(CORE, "Service", namespace, name).collect();
    let mut pods = Vec::new();
    for service in &services {
        let selector = Selector::of_map(service.at("spec.selector"));
        if selector.is_empty() || !service.knows("spec.selector") {
            return;
        }
        pods.extend(group.pods.iter().filter(|pod| {
            may_be_same(pod.namespace, namespace.or(service.namespace))
                && selector.may_match(&pod.labels)
        }));
    }
    if pods.is_empty() {
        return;
    }
    for subset in rule.items("spec.subsets") {
        let Some(labels) = subset.get("labels") else { continue };
        let selector = Selector::of_map(Some(labels));
        if pods.iter().any(|pod| selector.may_match(&pod.labels))
            || group.may_select_more(&selector, namespace)
            || group.may_select_entries(&selector, namespace)
        {
            continue;
        }
        let mut shown: Vec<String> =
            pods.iter().map(|pod| format!("{} ({})", group.owner(pod).id(), pod.labels)).collect();
        shown.dedup();
        findings.push(
            rule.finding(
                &SUBSET_SELECTS_NOTHING,
                labels,
                format!(
                    "the subset `{}` ({selector}) selects no pod of the Service `{name}`",
                    text(subset, "name").unwrap_or_default()
                ),
            )
            .help(format!("pods shown: {}", shown.join(", "))),
        );
    }
}
