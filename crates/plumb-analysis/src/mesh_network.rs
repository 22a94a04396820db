//! Network policies that keep a mesh's proxies from what they cannot do without.

use super::analyzer::Analyzer;
use super::gateway_pods::GatewayPods;
use super::group::{
    CORE, Group, NETWORKING, Object, Pod, SYSTEM_NAMESPACES, at_most, injects, is_stock_gateway,
};
use super::mesh_members::Mesh;
use super::network::{Direction, NetworkPolicy, Rule, Workload};
use super::networks::{Applied, Networks};
use super::revision::{is_of_aks, is_of_google};
use plumb_kube::Node;
use plumb_kube::select::Selector;
use plumb_text::diag::{Code, Diagnostic, Severity, codes};
use std::collections::{HashMap, HashSet};

codes! {
    /// The findings of this analyzer.
    CODES:
    CONTROL_PLANE_BLOCKED = "mesh-control-plane-blocked", Warn, "network policies keep the proxies of a mesh from its control plane";
    DNS_BLOCKED = "mesh-dns-blocked", Note, "network policies keep the proxies of a mesh from DNS";
    TUNNEL_BLOCKED = "ambient-tunnel-blocked", Warn, "network policies of an ambient namespace do not open port 15008";
    PROBE_BLOCKED = "ambient-probe-blocked", Note, "network policies of an ambient namespace keep the kubelet's probes out";
}

/// The analyzer of this file.
pub(super) const ANALYZER: Analyzer = Analyzer { codes: CODES, run: analyse };

const ISTIOD: u32 = 1;
const ISTIOD_OF_AKS: u32 = 1 << 1;
const LINKERD: u32 = 1 << 2;
const DNS: u32 = 1 << 3;
const TUNNEL_OUT: u32 = 1 << 4;
const TUNNEL_IN: u32 = 1 << 5;
const PROBES: u32 = 1 << 6;
/// Ingress of some TCP port from pods that may be in ambient mode.
const CALLS_IN: u32 = 1 << 7;
/// Egress of some TCP port to pods of an ambient namespace.
const CALLS_OUT: u32 = 1 << 8;

/// Egress of all ports to another namespace, of which nothing shows that istiod is not there.
const ELSEWHERE: u32 = 1 << 9;

/// The port of istiod for configuration and certificates.
const XDS: i128 = 15_012;
/// Linkerd's for the places of services.
const DESTINATION: i128 = 8_086;
/// The port of ambient mode's tunnels.
const HBONE: i128 = 15_008;
/// Where the kubelet's probes come from in ambient mode.
const PROBE: [u8; 4] = [169, 254, 7, 127];

/// A control plane that a proxy needs.
#[derive(Clone, Copy)]
struct Plane {
    opens: u32,
    what: &'static str,
    port: i128,
    namespace: &'static str,
}

const OF_ISTIO: Plane =
    Plane { opens: ISTIOD, what: "istiod", port: XDS, namespace: "istio-system" };
const OF_AKS: Plane =
    Plane { opens: ISTIOD_OF_AKS, what: "istiod", port: XDS, namespace: "aks-istio-system" };
const OF_LINKERD: Plane = Plane {
    opens: LINKERD,
    what: "Linkerd's control plane",
    port: DESTINATION,
    namespace: "linkerd",
};

fn analyse<'a>(group: &Group<'a>, findings: &mut Vec<Diagnostic>) {
    let mesh = Mesh::of(group);
    let opens = |policy: &NetworkPolicy<'_, 'a>| opens(group, &mesh, policy);
    let Some(networks) = Networks::of(group, &opens) else { return };
    if networks.all().is_empty() {
        return;
    }
    let mut said = Said { findings, known: HashSet::new() };
    proxies(group, &networks, &mut said);
    ambient(group, &mesh, &networks, &mut said);
}

/// What is said of a policy is said once.
struct Said<'f> {
    findings: &'f mut Vec<Diagnostic>,
    known: HashSet<(usize, &'static str)>,
}

impl Said<'_> {
    fn of(
        &mut self,
        policy: &NetworkPolicy<'_, '_>,
        code: &'static Code,
        finding: impl FnOnce() -> Diagnostic,
    ) {
        if self.known.insert((policy.object.index, code.name)) {
            self.findings.push(finding());
        }
    }
}

/// What a policy may open, whomever it is for.
fn opens<'a>(group: &Group<'a>, mesh: &Mesh<'a>, policy: &NetworkPolicy<'_, 'a>) -> u32 {
    let mut opens = 0;
    let may_be_in = |rule: &Rule<'_>, namespace: &str| {
        policy.may_be_for(group, rule, &Workload { labels: None, namespace: Some(namespace) })
    };
    for rule in policy.rules(Direction::Egress) {
        if rule.may_open(XDS) {
            let (istio, aks) =
                (may_be_in(rule, "istio-system"), may_be_in(rule, "aks-istio-system"));
            // Whoever names the port means an istiod, wherever that is; not among pods that have proxies.
            let elsewhere = mesh.istiods.iter().any(|namespace| may_be_in(rule, namespace))
                || rule.names(XDS) && !istio && !aks && !mesh.is_without(group, policy, rule);
            opens |= if istio || aks || elsewhere { ISTIOD } else { 0 };
            opens |= if aks || elsewhere { ISTIOD_OF_AKS } else { 0 };
            let all_ports = rule.opens_all() && mesh.may_be_in(policy, rule);
            opens |= if all_ports { ELSEWHERE } else { 0 };
        }
        if rule.may_open(DESTINATION) && (rule.names(DESTINATION) || may_be_in(rule, "linkerd")) {
            opens |= LINKERD;
        }
        if rule.may_open_dns() && (rule.names(53) || may_be_in(rule, "kube-system")) {
            opens |= DNS;
        }
        if rule.opens(HBONE) && !rule.is_only_for(|name| SYSTEM_NAMESPACES.contains(&name)) {
            opens |= TUNNEL_OUT;
        }
        if calls(group, mesh, policy, rule).is_some() {
            opens |= CALLS_OUT;
        }
    }
    let own = match group.is_ambient(policy.object.namespace) {
        true => &[policy.object.namespace][..],
        false => &[],
    };
    for rule in policy.rules(Direction::Ingress) {
        opens |= if rule.opens(HBONE) { TUNNEL_IN } else { 0 };
        opens |= if rule.is_for_address(PROBE) { PROBES } else { 0 };
        let from_mesh = || {
            policy.may_be_for_pods_in(group, rule, own)
                || policy.may_be_for_pods_in(group, rule, &mesh.ambient)
                || mesh.ambient_pods.iter().any(|pods| policy.may_mean_pods(group, rule, pods))
        };
        opens |= if rule.opens_tcp() && from_mesh() { CALLS_IN } else { 0 };
    }
    opens
}

/// The control plane of a revision in the cluster; none where Google runs it elsewhere.
fn plane(revision: Option<&str>) -> Option<Plane> {
    match revision {
        Some(revision) if is_of_google(revision) => None,
        Some(revision) if is_of_aks(revision) => Some(OF_AKS),
        _ => Some(OF_ISTIO),
    }
}

/// Whether Linkerd puts its proxy into pods.
fn is_linkerds(asked: Option<&str>) -> bool {
    matches!(asked, Some("enabled" | "ingress"))
}

const LINKERD_INJECT: &str = "linkerd.io/inject";

/// The control plane that the proxy of a pod needs; none where nothing shows that it gets one.
fn plane_of<'a>(group: &Group<'a>, pod: &Pod<'a>) -> Option<Plane> {
    let namespace = group.namespace(pod.namespace);
    let revision =
        pod.labels.get("istio.io/rev").or(namespace.and_then(|n| n.label("istio.io/rev")));
    if group.has_sidecar(pod) == Some(true) {
        return plane(revision);
    }
    let asked = pod
        .annotation(LINKERD_INJECT)
        .or(namespace.and_then(|namespace| namespace.annotation(LINKERD_INJECT)));
    is_linkerds(asked).then_some(OF_LINKERD)
}

/// Each proxy that the group shows: of pods, of injected namespaces without pods, of Gateways.
fn proxies<'a>(group: &Group<'a>, networks: &Networks<'_, 'a>, said: &mut Said<'_>) {
    let mut with_pods = HashSet::new();
    for pod in &group.pods {
        with_pods.insert(pod.namespace);
        if pod.is_on_host() {
            continue;
        }
        let Some(plane) = plane_of(group, pod) else { continue };
        let own = Workload { labels: Some(pod.labels), namespace: pod.namespace };
        let owner = group.owner(pod);
        check(networks, &own, plane, (owner, &owner.id()), said);
    }
    for namespace in group.of(CORE, "Namespace") {
        let name = Some(namespace.name);
        // Of several variants the first counts, as everywhere.
        let is_first = group.namespace(name).is_some_and(|first| first.is(namespace));
        if with_pods.contains(&name) || !is_first || SYSTEM_NAMESPACES.contains(&namespace.name) {
            continue;
        }
        let plane = match injects(namespace) {
            true => plane(namespace.label("istio.io/rev")),
            false => is_linkerds(namespace.annotation(LINKERD_INJECT)).then_some(OF_LINKERD),
        };
        let Some(plane) = plane else { continue };
        let own = Workload { labels: None, namespace: name };
        let what = format!("the pods of `{}`", namespace.name);
        check(networks, &own, plane, (namespace, &what), said);
    }
    for pods in GatewayPods::all(group) {
        let own = Workload { labels: Some(pods.labels()), namespace: pods.gateway.namespace };
        // Its own revision, else its namespace's (`TagWatcher.IsMine`).
        let revision = pods.gateway.label("istio.io/rev").or_else(|| {
            let namespace = group.namespace(pods.gateway.namespace)?;
            namespace.label("istio.io/rev")
        });
        let plane = match pods.class {
            "approuting-istio" => Some(OF_AKS),
            _ => plane(revision),
        };
        let Some(plane) = plane else { continue };
        check(networks, &own, plane, (pods.gateway, &pods.gateway.id()), said);
    }
}

/// Whether a proxy reaches its control plane, and DNS to find it.
fn check(
    networks: &Networks<'_, '_>,
    own: &Workload<'_>,
    plane: Plane,
    (object, what): (&Object<'_>, &str),
    said: &mut Said<'_>,
) {
    let applied = networks.applied(own);
    let Some(policy) = applied.isolating(Direction::Egress) else { return };
    let related =
        |finding: Diagnostic| finding.related(object.place(object.name_node()), "its proxy");
    let name = policy.object.name;
    let has_dns = applied.opens & DNS != 0;
    if applied.opens & plane.opens == 0 {
        said.of(policy, &CONTROL_PLANE_BLOCKED, || {
            let (plane_name, port) = (plane.what, plane.port);
            let message = format!(
                "`{name}` closes the way from {what} to {plane_name} (TCP port {port}), and no other policy opens it"
            );
            // An istiod may be where nothing shows it.
            let may_be_elsewhere = plane.opens == ISTIOD && applied.opens & ELSEWHERE != 0;
            let dns = if has_dns { "" } else { ", and one to port 53 of `kube-system` for DNS" };
            let finding = policy.object.finding_at_name(&CONTROL_PLANE_BLOCKED, message);
            let finding = related(finding).help(format!(
                "add an egress rule to port {port} of the namespace `{}`{dns}",
                plane.namespace
            ));
            if may_be_elsewhere { at_most(finding, Severity::Note) } else { finding }
        });
    } else if !has_dns {
        said.of(policy, &DNS_BLOCKED, || {
            let message = format!(
                "`{name}` closes the way from {what} to DNS (port 53), by which its proxy finds {}",
                plane.what
            );
            related(policy.object.finding_at_name(&DNS_BLOCKED, message)).help(
                "add an egress rule to port 53, UDP and TCP, of `kube-system`; only a cache on the node is reached without one",
            )
        });
    }
}

/// What ambient mode needs of network policies.
fn ambient<'a>(
    group: &Group<'a>,
    mesh: &Mesh<'a>,
    networks: &Networks<'_, 'a>,
    said: &mut Said<'_>,
) {
    let mut with_pods = HashSet::new();
    for pod in &group.pods {
        with_pods.insert(pod.namespace);
        if !group.is_ambient_pod(pod) {
            continue;
        }
        let own = Workload { labels: Some(pod.labels), namespace: pod.namespace };
        let (owner, applied) = (group.owner(pod), networks.applied(&own));
        tunnels_in(&applied, said);
        tunnels_out(group, mesh, networks, &own, &applied, said);
        if let Some(policy) = applied.isolating(Direction::Ingress)
            && applied.opens & PROBES == 0
            && is_probed(pod)
        {
            let [a, b, c, d] = PROBE;
            said.of(policy, &PROBE_BLOCKED, || {
                let message = format!(
                    "the probes of {} come from {a}.{b}.{c}.{d}, which is not let in",
                    owner.id()
                );
                policy
                    .object
                    .finding_at_name(&PROBE_BLOCKED, message)
                    .related(owner.place(owner.name_node()), "its probes fail")
                    .help(format!("add a rule from the ipBlock {a}.{b}.{c}.{d}/32"))
            });
        }
    }
    // Policies of a namespace whose pods are not shown are for some of them; a Gateway's are called from outside the mesh.
    let gateways = GatewaysOf::of(group);
    for policy in networks.all() {
        let namespace = policy.object.namespace;
        if with_pods.contains(&namespace) || !group.is_ambient(namespace) {
            continue;
        }
        let own = Workload { labels: None, namespace };
        let applied = networks.alone(policy, opens(group, mesh, policy));
        if !gateways.are_meant(policy) {
            tunnels_in(&applied, said);
        }
        tunnels_out(group, mesh, networks, &own, &applied, said);
    }
}

/// The Gateways of a group by the namespaces of their pods.
struct GatewaysOf<'g, 'a> {
    made: HashMap<Option<&'a str>, Vec<GatewayPods<'g, 'a>>>,
    /// What Istio's own Gateways select, wherever their pods are.
    selected: Vec<Selector<'a>>,
}

impl<'g, 'a> GatewaysOf<'g, 'a> {
    fn of(group: &'g Group<'a>) -> GatewaysOf<'g, 'a> {
        let mut made: HashMap<_, Vec<_>> = HashMap::new();
        for pods in GatewayPods::all(group) {
            made.entry(pods.gateway.namespace).or_default().push(pods);
        }
        let selectors = group
            .of(NETWORKING, "Gateway")
            .map(|gateway| Selector::of_map(gateway.at("spec.selector")));
        let mut known = HashSet::new();
        let is_new =
            |selector: &Selector<'a>| !selector.is_empty() && known.insert(selector.to_string());
        GatewaysOf { made, selected: selectors.filter(is_new).take(ASKED).collect() }
    }

    /// Whether a policy may be for the pods of a Gateway.
    fn are_meant(&self, policy: &NetworkPolicy<'_, 'a>) -> bool {
        let made = self.made.get(&policy.object.namespace).map(Vec::as_slice).unwrap_or_default();
        let is_for = |pods: &GatewayPods<'g, 'a>| {
            let own = Workload { labels: Some(pods.labels()), namespace: pods.gateway.namespace };
            policy.may_select(&own)
        };
        is_stock_gateway(&policy.selector)
            || made.iter().take(ASKED).any(is_for)
            || self.selected.iter().any(|selected| selected.covers(&policy.selector))
    }
}

/// Whether the kubelet probes it over the network.
fn is_probed(pod: &Pod<'_>) -> bool {
    pod.containers().any(|container| {
        ["readinessProbe", "livenessProbe", "startupProbe"].iter().any(|probe| {
            container.get(probe).is_some_and(|probe| {
                ["httpGet", "tcpSocket", "grpc"].iter().any(|way| probe.get(way).is_some())
            })
        })
    })
}

/// Whether the tunnels of ambient mode arrive, where the policies show that calls of the mesh should.
fn tunnels_in(applied: &Applied<'_, '_, '_>, said: &mut Said<'_>) {
    if applied.isolating(Direction::Ingress).is_some()
        && applied.opens & TUNNEL_IN == 0
        && let Some(policy) = applied.opening(CALLS_IN)
    {
        said.of(policy, &TUNNEL_BLOCKED, || {
            let object = policy.object;
            let node = object.at("spec.ingress").unwrap_or(object.name_node());
            let message =
                "in ambient mode requests arrive at port 15008 (HBONE), which is not open";
            object.finding(&TUNNEL_BLOCKED, node, message).help("add a rule for TCP port 15008")
        });
    }
}

/// Whether the tunnels of ambient mode leave, where the policies show that calls of the mesh should.
fn tunnels_out<'a>(
    group: &Group<'a>,
    mesh: &Mesh<'a>,
    networks: &Networks<'_, 'a>,
    own: &Workload<'_>,
    applied: &Applied<'_, '_, 'a>,
    said: &mut Said<'_>,
) {
    let Some(policy) = applied.isolating(Direction::Egress) else { return };
    if applied.opens & TUNNEL_OUT != 0 {
        return;
    }
    if let Some(calling) = applied.opening(CALLS_OUT) {
        said.of(calling, &TUNNEL_BLOCKED, || {
            let object = calling.object;
            let mut rules = calling.rules(Direction::Egress).iter();
            let port = rules.find_map(|rule| calls(group, mesh, calling, rule));
            let node = port.unwrap_or(object.name_node());
            let message = "in ambient mode calls leave for port 15008 (HBONE), which is not open";
            object.finding(&TUNNEL_BLOCKED, node, message).help("add TCP port 15008 to that rule")
        });
    } else if let Some(callee) = called(group, networks, own) {
        said.of(policy, &TUNNEL_BLOCKED, || {
            let message = format!(
                "`{}` lets no call out at port 15008 (HBONE), and {} lets calls of these pods in",
                policy.object.name,
                callee.object.id()
            );
            policy
                .object
                .finding_at_name(&TUNNEL_BLOCKED, message)
                .related(callee.object.place(callee.object.name_node()), "the other side")
                .help("add an egress rule for TCP port 15008")
        });
    }
}

/// The port of a rule that opens it to pods in ambient mode: calls that go through a tunnel.
fn calls<'a>(
    group: &Group<'a>,
    mesh: &Mesh<'a>,
    policy: &NetworkPolicy<'_, 'a>,
    rule: &Rule<'a>,
) -> Option<&'a Node> {
    let port = rule.port_beside(&[53, XDS, HBONE])?;
    let is_ambient = policy.is_for_namespace(rule, |namespace| group.is_ambient(namespace))
        || mesh.ambient_pods.iter().any(|pods| policy.is_for(group, rule, pods));
    is_ambient.then_some(port)
}

/// How many policies of a namespace are asked whether they let calls in.
const ASKED: usize = 256;

/// A policy of the same namespace that lets calls of these pods in.
fn called<'n, 'g, 'a: 'l, 'l>(
    group: &Group<'a>,
    networks: &'n Networks<'g, 'a>,
    own: &Workload<'l>,
) -> Option<&'n NetworkPolicy<'g, 'a>> {
    own.labels?;
    networks.of_namespace(own.namespace).take(ASKED).find(|policy| {
        let mut rules = policy.rules(Direction::Ingress).iter();
        rules.any(|rule| rule.opens(HBONE) && policy.is_for(group, rule, own))
    })
}
