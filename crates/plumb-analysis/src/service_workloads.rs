//! Services and the pods behind them.

use super::analyzer::Analyzer;
use super::group::distinct;
use super::group::{CORE, Group, Object, Pod, Reach, is_injected, may_be_same, text};
use indexmap::IndexMap;
use plumb_kube::Node;
use plumb_kube::fault::listed;
use plumb_kube::select::Selector;
use plumb_text::diag::{Code, Diagnostic, codes};

codes! {
    /// The findings of this analyzer.
    CODES:
    SELECTS_NOTHING = "service-selects-nothing", Warn, "a Service selects none of the workloads that the group shows";
    TARGET_MISSING = "service-target-port-missing", Warn, "a Service leads to a port by a name that no container has";
    PROTOCOLS = "services-protocol-conflict", Warn, "two Services of one workload use one port for different protocols", also "IST0116";
    PORTS = "services-port-conflict", Warn, "two Services of one workload lead from different ports to one", also "IST0137";
}

/// The analyzer of this file.
pub(super) const ANALYZER: Analyzer = Analyzer { codes: CODES, run: analyse };

fn analyse(group: &Group<'_>, findings: &mut Vec<Diagnostic>) {
    let services: Vec<&Object<'_>> = group.of(CORE, "Service").collect();
    for service in &services {
        let Some(node) = service.at("spec.selector") else { continue };
        if service.text("spec.type") == Some("ExternalName") {
            continue;
        }
        let selector = Selector::of_map(Some(node));
        findings.extend(group.selects_nothing(
            service,
            &SELECTS_NOTHING,
            node,
            &selector,
            Reach::Namespace,
        ));
        target_ports(group, service, &selector, findings);
    }
    for pod in &group.pods {
        let owner = group.owner(pod);
        let is_waypoint = owner.label("gateway.istio.io/managed").is_some();
        if !pod.is_pod && !is_waypoint && group.has_sidecar(pod) == Some(true) {
            conflicts(owner, pod, &services, findings);
        }
    }
}

fn is_before(service: &Object<'_>, pod: &Pod<'_>) -> bool {
    let selector = Selector::of_map(service.at("spec.selector"));
    !selector.is_empty() && selector.matches(&pod.labels)
}

/// A port by name is one that some container of the selected pods has.
fn target_ports<'a>(
    group: &Group<'a>,
    service: &Object<'a>,
    selector: &Selector<'_>,
    findings: &mut Vec<Diagnostic>,
) {
    let pods: Vec<&Pod<'_>> = group
        .pods
        .iter()
        .filter(|pod| {
            !selector.is_empty()
                && may_be_same(pod.namespace, service.namespace)
                && selector.may_match(&pod.labels)
        })
        .collect();
    // A container that is not shown may have it.
    if pods.is_empty()
        || !pods.iter().all(|pod| pod.knows_containers)
        || group.may_select_more(selector, service.namespace)
        || !pods.iter().any(|pod| group.holds_for(service, group.owner(pod)))
    {
        return;
    }
    let names: Vec<&str> =
        pods.iter().flat_map(|pod| pod.ports()).filter_map(|(name, _)| name).collect();
    for port in service.items("spec.ports") {
        let Some(node) = port.get("targetPort") else { continue };
        // Digits in quotes are a number to the API server's reader of names, and rejected by the schema.
        let Some(name) = node.as_str().filter(|name| !name.bytes().all(|b| b.is_ascii_digit()))
        else {
            continue;
        };
        if names.contains(&name) || is_injected(name) {
            continue;
        }
        let mut finding = service
            .finding(
                &TARGET_MISSING,
                node,
                format!("no container of the selected pods has a port `{name}`"),
            )
            .did_you_mean(name, names.iter().copied());
        for pod in &pods {
            let owner = group.owner(pod);
            finding = finding
                .related(owner.place(owner.name_node()), format!("{} is selected", owner.id()));
        }
        let known: Vec<&str> = names.clone();
        findings.push(match known.is_empty() {
            true => finding.help("its containers name no port"),
            false => finding.help(format!("its containers' ports: {}", listed(known))),
        });
    }
}

/// What Istio cannot serve where one workload is behind several Services.
fn conflicts(
    owner: &Object<'_>,
    pod: &Pod<'_>,
    services: &[&Object<'_>],
    findings: &mut Vec<Diagnostic>,
) {
    let before = distinct(
        services
            .iter()
            .copied()
            .filter(|service| service.namespace == pod.namespace && is_before(service, pod)),
    );
    let ports: Vec<(&Object<'_>, &Node)> = before
        .iter()
        .flat_map(|service| service.items("spec.ports").iter().map(move |port| (*service, port)))
        .collect();
    let number = |port: &Node| port.get("port").and_then(Node::as_int);
    let protocol = |port: &Node| text(port, "protocol").unwrap_or("TCP").to_owned();
    let target = |port: &Node| match port.get("targetPort") {
        Some(target) => match (target.as_int(), target.as_str()) {
            (Some(0), _) | (None, Some("" | "0")) => number(port).map(|number| number.to_string()),
            (Some(number), _) => Some(number.to_string()),
            (None, Some(name)) => Some(name.to_owned()),
            _ => None,
        },
        None => number(port).map(|number| number.to_string()),
    };
    let same_number = ports
        .iter()
        .filter_map(|&(one, port)| Some((number(port)?.to_string(), (one, port, protocol(port)))));
    for (number, members) in gathered(same_number) {
        let names = listed(distinct(members.iter().map(|(one, ..)| *one)).iter().map(|o| o.name));
        let message = format!("{names} use port {number} of this workload for different protocols");
        findings.push(conflict(owner, &PROTOCOLS, message, &members));
    }
    let same_target =
        ports.iter().filter_map(|&(one, port)| Some((target(port)?, (one, port, number(port)?))));
    for (target, members) in gathered(same_target) {
        let names = listed(distinct(members.iter().map(|(one, ..)| *one)).iter().map(|o| o.name));
        let message = format!("{names} lead from different ports to `{target}` of this workload");
        findings.push(conflict(owner, &PORTS, message, &members));
    }
}

/// A port of a Service, and what it says of it.
type Said<'g, 'a, T> = (&'g Object<'a>, &'a Node, T);

/// The ports by what they share, where they do not all say the same of it.
fn gathered<'g, 'a: 'g, T: PartialEq>(
    ports: impl Iterator<Item = (String, Said<'g, 'a, T>)>,
) -> impl Iterator<Item = (String, Vec<Said<'g, 'a, T>>)> {
    let mut by_key: IndexMap<String, Vec<Said<'g, 'a, T>>> = IndexMap::new();
    for (key, port) in ports {
        by_key.entry(key).or_default().push(port);
    }
    by_key.into_iter().filter(|(_, members)| members.iter().any(|one| one.2 != members[0].2))
}

fn conflict<T>(
    owner: &Object<'_>,
    code: &'static Code,
    message: String,
    members: &[Said<'_, '_, T>],
) -> Diagnostic {
    members.iter().fold(owner.finding_at_name(code, message), |finding, (one, port, _)| {
        finding.related(one.place(port), format!("{} is here", one.id()))
    })
}
