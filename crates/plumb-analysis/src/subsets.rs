//! Subsets: named by a route, defined by a DestinationRule, and selecting pods.

use super::analyzer::Analyzer;
use super::group::{
    CORE, Group, NETWORKING, Object, Sought, absent, may_be_same, text, unless_sure,
};
use super::hosts::{Host, Lookup};
use super::virtual_services::destinations;
use plumb_kube::admission::istio::overlap;
use plumb_kube::fault::listed;
use plumb_kube::select::Selector;
use plumb_text::diag::{Diagnostic, codes};

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
    let known = group.shown(NETWORKING, "DestinationRule").filter_map(|rule| {
        let own = rule.text("spec.host")?;
        Some((rule, own, Host::of(own, rule.namespace)))
    });
    let known: Vec<(&Object<'_>, &str, Host<'_>)> = known.collect();
    for service in group.named(NETWORKING, "VirtualService") {
        for destination in destinations(service) {
            let Some((subset, node)) = destination.subset() else { continue };
            let host = Host::of(destination.host, service.namespace);
            let of_host = known.iter().filter(|(_, own, own_host)| {
                own_host.may_be(&host) || (own.starts_with('*') && overlap(own, &host.full()))
            });
            let rules: Vec<&Object<'_>> = of_host.map(|&(rule, ..)| rule).collect();
            let names: Vec<&str> = rules
                .iter()
                .flat_map(|rule| rule.items("spec.subsets"))
                .filter_map(|subset| text(subset, "name"))
                .collect();
            let may_have_more = rules.iter().any(|rule| !rule.knows_each("spec.subsets", "name"));
            if names.contains(&subset)
                || may_have_more
                || !rules.iter().any(|rule| group.holds_for(service, rule))
            {
                continue;
            }
            let is_sure = rules.iter().any(|rule| {
                let own = Host::of(rule.text("spec.host").unwrap_or_default(), rule.namespace);
                own.is(&host) || matches!(own, Host::Other(_))
            });
            let mut finding = service
                .finding(
                    &SUBSET_MISSING,
                    node,
                    format!(
                        "no DestinationRule for `{}` has a subset `{subset}`",
                        destination.host
                    ),
                )
                .did_you_mean(subset, names.iter().copied());
            finding = finding.help(match names.is_empty() {
                true => "the DestinationRule has no subsets".to_owned(),
                false => format!("its subsets: {}", listed(names)),
            });
            for rule in rules {
                let at = rule.at("spec.subsets").unwrap_or(rule.name_node());
                finding = finding.related(rule.place(at), format!("{} is here", rule.id()));
            }
            findings.push(unless_sure(finding, is_sure));
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
