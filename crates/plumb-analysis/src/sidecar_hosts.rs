//! Hosts that a Sidecar hides from workloads that call them, where the other side takes mutual TLS alone.

use super::analyzer::Analyzer;
use super::group::{CORE, Group, NETWORKING, Object, Pod, ROOT_NAMESPACES, SECURITY};
use super::hosts::Host;
use super::virtual_services::destinations;
use plumb_kube::Node;
use plumb_kube::select::Selector;
use plumb_text::diag::{Diagnostic, codes};
use std::collections::{HashMap, HashSet};

codes! {
    /// The findings of this analyzer.
    CODES:
    HOST_HIDDEN = "sidecar-hides-host", Warn, "a Sidecar hides a Service that takes mutual TLS alone from workloads that call it";
}

/// The analyzer of this file.
pub(super) const ANALYZER: Analyzer = Analyzer { codes: CODES, run: analyse };

fn analyse(group: &Group<'_>, findings: &mut Vec<Diagnostic>) {
    let sidecars: Vec<&Object<'_>> = group
        .of(NETWORKING, "Sidecar")
        .filter(|sidecar| hosts(sidecar).is_some() && sidecar.namespace.is_some())
        .collect();
    if sidecars.is_empty() || group.may_have_more(NETWORKING, "Sidecar", None) {
        return;
    }
    let strict = Strict::of(group);
    if strict.namespaces.is_empty() && !strict.is_mesh_wide {
        return;
    }
    // What a VirtualService leads to is shown beside the hosts.
    let routes: Vec<_> = group.shown(NETWORKING, "VirtualService").collect();
    let leads = routes.iter().flat_map(|route| {
        destinations(route).into_iter().map(|to| Host::of(to.host, route.namespace))
    });
    let routed: HashSet<Host<'_>> = leads.collect();
    let callees = callees(group, &routed);
    let mut said = HashSet::new();
    let mut by_namespace: HashMap<&str, Vec<&Object<'_>>> = HashMap::new();
    for sidecar in &sidecars {
        by_namespace.entry(sidecar.namespace.unwrap_or_default()).or_default().push(sidecar);
    }
    for pod in &group.pods {
        let Some(namespace) = pod.namespace else { continue };
        let Some(sidecar) = sidecar_of(pod, &by_namespace) else { continue };
        for (node, value) in values(pod) {
            let Some(call) = callee(value, &callees) else { continue };
            if call.namespace != namespace
                && strict.holds(group, call)
                && !shows(sidecar, call)
                && said.insert((sidecar.index, call.service.index))
            {
                let caller = group.owner(pod);
                let finding = hidden(sidecar, call, &caller.id());
                findings.push(finding.related(caller.place(node), "it is called here"));
            }
        }
    }
    for policy in group.of(SECURITY, "AuthorizationPolicy") {
        let known = (&by_namespace, &callees, &strict);
        allowed(group, policy, known, &mut said, findings);
    }
}

/// A Service that the group shows.
#[derive(Clone, Copy)]
struct Callee<'g, 'a> {
    service: &'g Object<'a>,
    namespace: &'a str,
}

/// The Services by name and namespace.
fn callees<'g, 'a>(
    group: &'g Group<'a>,
    routed: &HashSet<Host<'a>>,
) -> HashMap<(&'a str, &'a str), Callee<'g, 'a>> {
    let services = group.named(CORE, "Service").filter(|service| {
        // What has no pods is outside the mesh.
        service.text("spec.type") != Some("ExternalName") && service.at("spec.selector").is_some()
    });
    let callee = |service: &'g Object<'a>| {
        let namespace = service.namespace?;
        let is_routed = routed.contains(&Host::Service(service.name, Some(namespace)));
        (!is_routed).then_some(((service.name, namespace), Callee { service, namespace }))
    };
    services.filter_map(callee).collect()
}

/// The values of a pod's environment and arguments: where a workload is told whom it calls.
fn values<'a>(pod: &Pod<'a>) -> Vec<(&'a Node, &'a str)> {
    let items = |node: &'a Node, key: &str| node.get(key).map(Node::items).unwrap_or_default();
    let mut found = Vec::new();
    for container in pod.containers() {
        let env = items(container, "env").iter().filter_map(|env| env.get("value"));
        let all = env.chain(items(container, "args")).chain(items(container, "command"));
        found.extend(all.filter_map(|node| Some((node, node.as_str()?))));
    }
    found
}

/// The Service that an address or a URL names with its namespace: `pay.shop`, `http://pay.shop.svc.cluster.local:8080/x`.
fn callee<'g, 'a>(
    value: &str,
    callees: &HashMap<(&'a str, &'a str), Callee<'g, 'a>>,
) -> Option<Callee<'g, 'a>> {
    let value = value.rsplit_once('=').map_or(value, |(_, value)| value);
    let address = value.split_once("://").map_or(value, |(_, rest)| rest);
    let host = address.split(['/', ':', '?']).next()?;
    let host = host.strip_suffix(".cluster.local").unwrap_or(host);
    let host = host.strip_suffix(".svc").unwrap_or(host);
    let (name, namespace) = host.split_once('.')?;
    callees.get(&(name, namespace)).copied()
}

/// What a Sidecar shows to its workloads: `namespace/host`; none where it leaves that to another one.
fn hosts<'a>(sidecar: &Object<'a>) -> Option<Vec<&'a str>> {
    let egress = sidecar.items("spec.egress");
    let lists = egress.iter().flat_map(|one| one.get("hosts").map(Node::items).unwrap_or_default());
    (!egress.is_empty()).then(|| lists.filter_map(Node::as_str).collect())
}

/// Whether a Sidecar shows a Service.
fn shows(sidecar: &Object<'_>, callee: Callee<'_, '_>) -> bool {
    let full = format!("{}.{}.svc.cluster.local", callee.service.name, callee.namespace);
    hosts(sidecar).is_none_or(|hosts| {
        hosts.iter().any(|entry| {
            let Some((namespace, host)) = entry.split_once('/') else { return true };
            let is_there = match namespace {
                "*" => true,
                "." => sidecar.namespace == Some(callee.namespace),
                "~" => false,
                namespace => namespace == callee.namespace,
            };
            // A domain other than `cluster.local` is not known here.
            let has_host = match host.strip_prefix('*') {
                Some(rest) => rest.is_empty() || full.ends_with(rest),
                None => host == full || !host.ends_with(".cluster.local"),
            };
            is_there && has_host
        })
    })
}

/// The Sidecar that surely holds for a pod: one that selects it, else the one of its namespace, else the mesh's.
fn sidecar_of<'g, 'a>(
    pod: &Pod<'a>,
    by_namespace: &HashMap<&str, Vec<&'g Object<'a>>>,
) -> Option<&'g Object<'a>> {
    let own = by_namespace.get(pod.namespace?).map(Vec::as_slice).unwrap_or_default();
    let is_for = |sidecar: &&&Object<'a>| match sidecar.at("spec.workloadSelector.labels") {
        Some(labels) => Selector::of_map(Some(labels)).matches(&pod.labels),
        None => true,
    };
    let selects = |sidecar: &&&'g Object<'a>| sidecar.at("spec.workloadSelector").is_some();
    if let Some(sidecar) = own.iter().filter(selects).find(is_for) {
        return Some(sidecar);
    }
    default_of(pod.namespace?, by_namespace)
}

/// The Sidecar for all workloads of a namespace, its own or the mesh's; none where two would be.
fn default_of<'g, 'a>(
    namespace: &str,
    by_namespace: &HashMap<&str, Vec<&'g Object<'a>>>,
) -> Option<&'g Object<'a>> {
    let of = |namespace: &str| -> Vec<&'g Object<'a>> {
        let all = by_namespace.get(namespace).map(Vec::as_slice).unwrap_or_default();
        all.iter()
            .copied()
            .filter(|sidecar| sidecar.at("spec.workloadSelector").is_none())
            .collect()
    };
    let own = of(namespace);
    let found = match own.is_empty() {
        false => own,
        true => ROOT_NAMESPACES.iter().flat_map(|root| of(root)).collect(),
    };
    match found[..] {
        [sidecar] => Some(sidecar),
        _ => None,
    }
}

/// The namespaces whose pods take nothing but mutual TLS.
struct Strict<'a> {
    namespaces: HashMap<&'a str, bool>,
    is_mesh_wide: bool,
    /// Whether there are policies for single workloads, by namespace.
    selecting: HashSet<&'a str>,
}

impl<'a> Strict<'a> {
    fn of(group: &Group<'a>) -> Strict<'a> {
        let mut strict =
            Strict { namespaces: HashMap::new(), is_mesh_wide: false, selecting: HashSet::new() };
        if group.may_have_more(SECURITY, "PeerAuthentication", None) {
            return strict;
        }
        for policy in group.of(SECURITY, "PeerAuthentication") {
            let Some(namespace) = policy.namespace else { continue };
            let is_strict = policy.text("spec.mtls.mode") == Some("STRICT");
            let selector = Selector::of_label_selector(policy.at("spec.selector"));
            if !selector.is_empty() || policy.at("spec.portLevelMtls").is_some() {
                strict.selecting.insert(namespace);
            } else if ROOT_NAMESPACES.contains(&namespace) {
                strict.is_mesh_wide |= is_strict;
            } else {
                *strict.namespaces.entry(namespace).or_insert(true) &= is_strict;
            }
        }
        strict
    }

    /// Whether the pods of a Service surely refuse what comes without the mesh's certificate.
    fn holds(&self, group: &Group<'a>, callee: Callee<'_, 'a>) -> bool {
        if self.selecting.contains(callee.namespace) {
            return false;
        }
        match self.namespaces.get(callee.namespace) {
            Some(is_strict) => *is_strict,
            // The mesh's policy is for those who are in the mesh.
            None => {
                self.is_mesh_wide && {
                    let namespace = Some(callee.namespace);
                    group.is_ambient(namespace)
                        || group.namespace(namespace).is_some_and(super::group::injects)
                }
            }
        }
    }
}

fn hidden(sidecar: &Object<'_>, callee: Callee<'_, '_>, who: &str) -> Diagnostic {
    let node = sidecar.at("spec.egress").unwrap_or(sidecar.name_node());
    let (name, namespace) = (callee.service.name, callee.namespace);
    let message = format!(
        "`{name}.{namespace}` is called by {who}, takes mutual TLS alone, and is none of the hosts that this Sidecar shows"
    );
    let service = callee.service;
    sidecar
        .finding(&HOST_HIDDEN, node, message)
        .related(service.place(service.name_node()), format!("{} is here", service.id()))
        .help(format!("add `{namespace}/*`, or `{namespace}/{name}.{namespace}.svc.cluster.local`"))
}

/// Sidecars by namespace, Services by name and namespace, and who takes mutual TLS alone.
type Known<'k, 'g, 'a> = (
    &'k HashMap<&'k str, Vec<&'g Object<'a>>>,
    &'k HashMap<(&'a str, &'a str), Callee<'g, 'a>>,
    &'k Strict<'a>,
);

/// The callers of other namespaces that a policy lets in, by account or namespace, and whose Sidecar hides what they may call.
fn allowed<'g, 'a>(
    group: &'g Group<'a>,
    policy: &Object<'a>,
    (by_namespace, callees, strict): Known<'_, 'g, 'a>,
    said: &mut HashSet<(usize, usize)>,
    findings: &mut Vec<Diagnostic>,
) {
    let Some(namespace) = policy.namespace else { return };
    if policy.text("spec.action").is_some_and(|action| action != "ALLOW") {
        return;
    }
    for (node, caller) in callers(policy) {
        if caller == namespace {
            continue;
        }
        let Some(sidecar) = default_of(caller, by_namespace) else { continue };
        // The Services before the pods that the policy is for.
        let selector = Selector::of_label_selector(policy.at("spec.selector"));
        for service in group.services_with(namespace, &selector) {
            let Some(&callee) = callees.get(&(service.name, namespace)) else { continue };
            if strict.holds(group, callee)
                && !shows(sidecar, callee)
                && said.insert((sidecar.index, service.index))
            {
                let who = format!("pods of `{caller}`");
                let finding = hidden(sidecar, callee, &who);
                let id = policy.id();
                findings.push(finding.related(policy.place(node), format!("{id} lets them in")));
            }
        }
    }
}

/// The namespaces of the callers that an ALLOW policy names.
fn callers<'a>(policy: &Object<'a>) -> Vec<(&'a Node, &'a str)> {
    let items = |node: &'a Node, key: &str| node.get(key).map(Node::items).unwrap_or_default();
    let rules = policy.items("spec.rules").iter();
    let sources = rules.flat_map(|rule| items(rule, "from")).filter_map(|from| from.get("source"));
    let mut found = Vec::new();
    for source in sources {
        for node in items(source, "principals") {
            let path = node.as_str().unwrap_or_default();
            if let Some((_, rest)) = path.split_once("/ns/") {
                found.extend(rest.split('/').next().map(|namespace| (node, namespace)));
            }
        }
        for node in items(source, "namespaces") {
            found.extend(node.as_str().map(|namespace| (node, namespace)));
        }
        for node in items(source, "serviceAccounts") {
            let account = node.as_str().unwrap_or_default();
            found.extend(account.split_once('/').map(|(namespace, _)| (node, namespace)));
        }
    }
    found.retain(|(_, namespace)| !namespace.contains('*'));
    found
}
