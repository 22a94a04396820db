//! Hosts that a Sidecar hides from workloads that call them, where the other side takes mutual TLS alone.

use super::analyzer::Analyzer;
use super::callers::Callers;
use super::group::{CORE, GATEWAY_API, Group, NETWORKING, Object, Pod, SECURITY, at_most, text};
use super::hosts::Host;
use super::strict::Strict;
use super::virtual_services::destinations;
use indexmap::IndexMap;
use plumb_kube::Node;
use plumb_kube::select::Selector;
use plumb_text::diag::{Diagnostic, Severity, codes};
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
        .filter(|sidecar| !sidecar.items("spec.egress").is_empty() && sidecar.namespace.is_some())
        .collect();
    if sidecars.is_empty() || group.may_have_more(NETWORKING, "Sidecar", None) {
        return;
    }
    let Some(strict) = Strict::of(group) else { return };
    let hosts = sidecars.iter().map(|sidecar| (sidecar.index, Shown::of(sidecar))).collect();
    let known = Known {
        group,
        callers: Callers::of(group, &sidecars),
        callees: callees(group, &routed(group)),
        strict,
        hosts,
    };
    let mut said = HashSet::new();
    for pod in &group.pods {
        let Some(sidecar) = known.callers.sidecar_of(pod) else { continue };
        for (node, value) in values(pod) {
            let Some(call) = callee(value, &known.callees) else { continue };
            if Some(call.namespace) != pod.namespace
                && known.is_lost(sidecar, call)
                && said.insert((sidecar.index, call.service.index))
            {
                let caller = group.owner(pod);
                let finding = known.hidden(sidecar, call, &caller.id());
                let is_sure = known.callers.is_proxied(sidecar, pod);
                let finding = if is_sure { finding } else { at_most(finding, Severity::Note) };
                findings.push(finding.related(caller.place(node), "it is called here"));
            }
        }
    }
    known.allowed(&mut said, findings);
}

/// What the group shows of callers and of those whom they call.
struct Known<'g, 'a> {
    group: &'g Group<'a>,
    callers: Callers<'g, 'a>,
    callees: HashMap<(&'a str, &'a str), Callee<'g, 'a>>,
    strict: Strict<'g, 'a>,
    /// What each Sidecar shows, by its number.
    hosts: HashMap<usize, Shown<'a>>,
}

/// The Services that routes lead to: these are shown beside a Sidecar's hosts.
fn routed<'a>(group: &Group<'a>) -> HashSet<Host<'a>> {
    let services = group.shown(NETWORKING, "VirtualService");
    let mut routed: HashSet<Host<'a>> = services
        .flat_map(|route| {
            destinations(route).into_iter().map(|to| Host::of(to.host, route.namespace))
        })
        .collect();
    for kind in ["HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute"] {
        for route in group.shown(GATEWAY_API, kind) {
            let rules = route.items("spec.rules").iter();
            let backends =
                rules.flat_map(|rule| rule.get("backendRefs").map(Node::items).unwrap_or_default());
            routed.extend(backends.filter_map(|backend| {
                let namespace = text(backend, "namespace").or(route.namespace);
                Some(Host::Service(text(backend, "name")?, namespace))
            }));
        }
    }
    routed
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

/// What a Sidecar shows to its workloads: its entries `namespace/host`, where `*` is any namespace.
struct Shown<'a> {
    /// Namespaces of which all is shown.
    all: HashSet<&'a str>,
    /// Namespaces, and how names of hosts end.
    ends: HashSet<(&'a str, &'a str)>,
    hosts: HashSet<(&'a str, &'a str)>,
}

impl<'a> Shown<'a> {
    fn of(sidecar: &Object<'a>) -> Shown<'a> {
        let mut shown = Shown { all: HashSet::new(), ends: HashSet::new(), hosts: HashSet::new() };
        let egress = sidecar.items("spec.egress").iter();
        let lists = egress.flat_map(|one| one.get("hosts").map(Node::items).unwrap_or_default());
        for entry in lists.filter_map(Node::as_str) {
            let (namespace, host) = entry.split_once('/').unwrap_or(("*", "*"));
            let namespace = match namespace {
                "." => sidecar.namespace.unwrap_or("*"),
                namespace => namespace,
            };
            match host.strip_prefix('*') {
                Some("") => shown.all.insert(namespace),
                Some(end) => shown.ends.insert((namespace, end)),
                None if host.ends_with(".cluster.local") => shown.hosts.insert((namespace, host)),
                // A domain other than `cluster.local` is not known here.
                None => shown.all.insert(namespace),
            };
        }
        shown
    }

    /// Whether all Services of a namespace are shown: their names have no dot, so that an end is that of all or none.
    fn shows_all(&self, namespace: &str) -> bool {
        let end = format!(".{namespace}.svc.cluster.local");
        ["*", namespace].iter().any(|namespace| {
            let mut ends = end.match_indices('.').map(|(at, _)| &end[at..]);
            self.all.contains(namespace) || ends.any(|end| self.ends.contains(&(*namespace, end)))
        })
    }

    /// Whether a Service is shown by its name.
    fn names(&self, callee: Callee<'_, 'a>) -> bool {
        let full = format!("{}.{}.svc.cluster.local", callee.service.name, callee.namespace);
        let mut namespaces = ["*", callee.namespace].into_iter();
        namespaces.any(|namespace| self.hosts.contains(&(namespace, full.as_str())))
    }
}

fn hidden(sidecar: &Object<'_>, callee: Callee<'_, '_>, who: &str, takes: &str) -> Diagnostic {
    let node = sidecar.at("spec.egress").unwrap_or(sidecar.name_node());
    let (name, namespace) = (callee.service.name, callee.namespace);
    let message = format!(
        "`{name}.{namespace}` is called by {who}, {takes}, and is none of the hosts that this Sidecar shows"
    );
    let service = callee.service;
    sidecar
        .finding(&HOST_HIDDEN, node, message)
        .related(service.place(service.name_node()), format!("{} is here", service.id()))
        .help(format!("add `{namespace}/*`, or `{namespace}/{name}.{namespace}.svc.cluster.local`"))
}

/// How many Services of one policy are said to be hidden from one namespace.
const SAID: usize = 16;

impl<'g, 'a> Known<'g, 'a> {
    /// Whether calls of a Service's pods go out without a certificate, and are refused.
    fn is_lost(&self, sidecar: &Object<'a>, callee: Callee<'g, 'a>) -> bool {
        let is_shown = self
            .hosts
            .get(&sidecar.index)
            .is_none_or(|shown| shown.shows_all(callee.namespace) || shown.names(callee));
        !is_shown && self.strict.holds(callee.service) != Some(false)
    }

    fn hidden(&self, sidecar: &Object<'_>, callee: Callee<'_, 'a>, who: &str) -> Diagnostic {
        match self.strict.holds(callee.service) {
            Some(_) => hidden(sidecar, callee, who, "takes mutual TLS alone"),
            None => at_most(
                hidden(sidecar, callee, who, "takes mutual TLS alone if its pods are in the mesh"),
                Severity::Note,
            ),
        }
    }

    /// The Services that a policy is for and that take mutual TLS alone.
    fn behind(&self, namespace: &'a str, selector: &Selector<'a>) -> Vec<Callee<'g, 'a>> {
        let services = self.group.services_with(namespace, selector).into_iter();
        let callees = services.filter_map(|service| self.callees.get(&(service.name, namespace)));
        callees.copied().filter(|callee| self.strict.holds(callee.service) != Some(false)).collect()
    }

    /// The callers of other namespaces that a policy lets in, by account or namespace, and whose Sidecar hides what they may call.
    fn allowed(&self, said: &mut HashSet<(usize, usize)>, findings: &mut Vec<Diagnostic>) {
        let mut sidecars: HashMap<Caller<'a>, Option<&Object<'a>>> = HashMap::new();
        let mut behind: IndexMap<(&str, String), Vec<Callee<'g, 'a>>> = IndexMap::new();
        let mut asked = HashSet::new();
        for policy in self.group.of(SECURITY, "AuthorizationPolicy") {
            let Some(namespace) = policy.namespace else { continue };
            if policy.text("spec.action").is_some_and(|action| action != "ALLOW") {
                continue;
            }
            // The Services before the pods that the policy is for.
            let selector = Selector::of_label_selector(policy.at("spec.selector"));
            let entry = behind.entry((namespace, selector.to_string()));
            let at = entry.index();
            let callees = entry.or_insert_with(|| self.behind(namespace, &selector));
            for (node, caller) in callers(policy) {
                let sidecar = sidecars.entry(caller).or_insert_with(|| {
                    self.callers.sidecar_of_callers(caller.namespace, caller.account)
                });
                let Some(sidecar) = sidecar.filter(|_| caller.namespace != namespace) else {
                    continue;
                };
                let Some(shown) = self.hosts.get(&sidecar.index) else { continue };
                if !asked.insert((sidecar.index, at)) || shown.shows_all(namespace) {
                    continue;
                }
                let lost = callees.iter().copied().filter(|callee| !shown.names(*callee));
                for callee in lost.take(SAID) {
                    if said.insert((sidecar.index, callee.service.index)) {
                        let finding = self.hidden(
                            sidecar,
                            callee,
                            &format!("pods of `{}`", caller.namespace),
                        );
                        let note = format!("{} lets them in", policy.id());
                        findings.push(finding.related(policy.place(node), note));
                    }
                }
            }
        }
    }
}

/// Whom a policy lets in: a namespace, or one account of it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Caller<'a> {
    namespace: &'a str,
    account: Option<&'a str>,
}

/// The callers that an ALLOW policy names.
fn callers<'a>(policy: &Object<'a>) -> Vec<(&'a Node, Caller<'a>)> {
    let items = |node: &'a Node, key: &str| node.get(key).map(Node::items).unwrap_or_default();
    let rules = policy.items("spec.rules").iter();
    let sources = rules.flat_map(|rule| items(rule, "from")).filter_map(|from| from.get("source"));
    let mut found = Vec::new();
    let account = |namespace, account: &'a str| Caller {
        namespace,
        account: Some(account).filter(|account| !account.contains('*')),
    };
    for source in sources {
        for node in items(source, "principals") {
            let path = node.as_str().unwrap_or_default();
            if let Some((_, rest)) = path.split_once("/ns/") {
                let (namespace, own) = rest.split_once("/sa/").unwrap_or((rest, "*"));
                found.push((node, account(namespace, own)));
            }
        }
        for node in items(source, "namespaces") {
            found.extend(node.as_str().map(|namespace| (node, account(namespace, "*"))));
        }
        for node in items(source, "serviceAccounts") {
            let path = node.as_str().unwrap_or_default();
            let caller = path.split_once('/').map(|(namespace, own)| account(namespace, own));
            found.extend(caller.map(|caller| (node, caller)));
        }
    }
    found.retain(|(_, caller)| !caller.namespace.contains('*'));
    found
}
