//! Network policies that keep a Gateway's pods from those who call them, and from those whom they call.

use super::analyzer::Analyzer;
use super::gateway_pods::GatewayPods;
use super::group::{CORE, GATEWAY_API, Group, NETWORKING, Object, Pod, text};
use super::network::{Direction, NetworkPolicy, Rule, Workload};
use super::networks::Networks;
use plumb_kube::Node;
use plumb_kube::select::Selector;
use plumb_text::diag::{Diagnostic, codes};
use std::collections::{HashMap, HashSet};

codes! {
    /// The findings of this analyzer.
    CODES:
    CLIENTS_BLOCKED = "gateway-clients-blocked", Warn, "network policies keep all clients from a Gateway's pods";
    BACKEND_BLOCKED = "gateway-backend-blocked", Warn, "network policies keep a Gateway's pods from the pods that its route leads to";
}

/// The analyzer of this file.
pub(super) const ANALYZER: Analyzer = Analyzer { codes: CODES, run: analyse };

const SOMETHING_IN: u32 = 1;
const SOMETHING_OUT: u32 = 1 << 1;

fn analyse(group: &Group<'_>, findings: &mut Vec<Diagnostic>) {
    let opens = |policy: &NetworkPolicy<'_, '_>| {
        let any = |direction| policy.rules(direction).iter().any(Rule::opens_tcp);
        u32::from(any(Direction::Ingress)) * SOMETHING_IN
            + u32::from(any(Direction::Egress)) * SOMETHING_OUT
    };
    let Some(networks) = Networks::of(group, &opens) else { return };
    if networks.all().is_empty() {
        return;
    }
    let gateways: Vec<GatewayPods<'_, '_>> = GatewayPods::all(group).collect();
    for pods in &gateways {
        findings.extend(clients(&networks, pods));
    }
    for gateway in group.of(NETWORKING, "Gateway") {
        findings.extend(clients_of_workload(group, &networks, gateway));
    }
    backends(group, &networks, &gateways, findings);
}

/// The listeners of a Gateway whose port no policy opens.
fn clients(networks: &Networks<'_, '_>, pods: &GatewayPods<'_, '_>) -> Option<Diagnostic> {
    let gateway = pods.gateway;
    let own = Workload { labels: Some(pods.labels()), namespace: gateway.namespace };
    let applied = networks.applied(&own);
    let policy = applied.isolating(Direction::Ingress)?;
    let is_open = |port: i128| {
        let mut policies = networks.policies(&own);
        policies
            .any(|policy| policy.rules(Direction::Ingress).iter().any(|rule| rule.may_open(port)))
    };
    let mut closed: Vec<i128> = pods.ports().map(|(port, _)| port).collect();
    closed.sort_unstable();
    closed.dedup();
    if applied.opens & SOMETHING_IN != 0 {
        closed.retain(|port| !is_open(*port));
    }
    (!closed.is_empty()).then(|| blocked(policy, gateway, &numbers(closed)))
}

/// A Gateway of Istio's own API whose pods are shown: their ports are those of their Service.
fn clients_of_workload<'a>(
    group: &Group<'a>,
    networks: &Networks<'_, 'a>,
    gateway: &Object<'a>,
) -> Option<Diagnostic> {
    let selector = Selector::of_map(gateway.at("spec.selector"));
    let pods = group.pods_with(&selector);
    // No policy isolates those in their nodes' network.
    let blocking = |pod: &Pod<'a>| {
        if pod.is_on_host() {
            return None;
        }
        let own = Workload { labels: Some(pod.labels), namespace: pod.namespace };
        let applied = networks.applied(&own);
        let policy = applied.isolating(Direction::Ingress)?;
        (applied.opens & SOMETHING_IN == 0).then_some(policy)
    };
    // One of several that is open takes the requests.
    let policies = pods.iter().map(|pod| blocking(pod)).collect::<Option<Vec<_>>>()?;
    let ports = gateway.items("spec.servers").iter();
    let ports = ports.filter_map(|server| server.get("port")?.get("number")?.as_int());
    Some(blocked(policies.first()?, gateway, &numbers(ports)))
}

fn numbers(ports: impl IntoIterator<Item = i128>) -> String {
    let ports: Vec<String> = ports.into_iter().map(|port| port.to_string()).collect();
    ports.join(", ")
}

fn blocked(policy: &NetworkPolicy<'_, '_>, gateway: &Object<'_>, ports: &str) -> Diagnostic {
    let message = format!(
        "`{}` closes the pods of {}, and no other policy opens TCP port {ports}",
        policy.object.name,
        gateway.id()
    );
    policy
        .object
        .finding_at_name(&CLIENTS_BLOCKED, message)
        .related(gateway.place(gateway.name_node()), "its pods run in this namespace")
        .help(format!("add an ingress rule to port {ports} of the Gateway's pods"))
}

/// Where a route leads: a port of a Service.
struct Backend<'g, 'a> {
    route: &'g Object<'a>,
    service: &'g Object<'a>,
    port: i128,
    node: &'a Node,
}

/// The way of each route from the Gateway's pods to those of its backends.
fn backends<'a>(
    group: &Group<'a>,
    networks: &Networks<'_, 'a>,
    gateways: &[GatewayPods<'_, 'a>],
    findings: &mut Vec<Diagnostic>,
) {
    let mut by_name: HashMap<(Option<&str>, &str), &GatewayPods<'_, 'a>> = HashMap::new();
    for pods in gateways {
        by_name.entry((pods.gateway.namespace, pods.gateway.name)).or_insert(pods);
    }
    let mut services: HashMap<(Option<&str>, &str), Vec<&Object<'a>>> = HashMap::new();
    for service in group.named(CORE, "Service") {
        services.entry((service.namespace, service.name)).or_default().push(service);
    }
    let mut said = HashSet::new();
    for kind in ["HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute"] {
        for route in group.of(GATEWAY_API, kind) {
            for parent in route.items("spec.parentRefs") {
                if text(parent, "kind").is_some_and(|kind| kind != "Gateway") {
                    continue;
                }
                let namespace = text(parent, "namespace").or(route.namespace);
                let name = text(parent, "name").unwrap_or_default();
                let Some(gateway) = by_name.get(&(namespace, name)) else { continue };
                for backend in backends_of(route, &services) {
                    if said.insert((gateway.gateway.index, backend.service.index, backend.port)) {
                        findings.extend(way(group, networks, gateway, &backend));
                    }
                }
            }
        }
    }
}

fn backends_of<'g, 'a>(
    route: &'g Object<'a>,
    services: &HashMap<(Option<&str>, &str), Vec<&'g Object<'a>>>,
) -> Vec<Backend<'g, 'a>> {
    let rules = route.items("spec.rules").iter();
    let references =
        rules.flat_map(|rule| rule.get("backendRefs").map(Node::items).unwrap_or_default());
    let backend = |node: &'a Node| {
        let is_service = text(node, "kind").is_none_or(|kind| kind == "Service");
        let namespace = text(node, "namespace").or(route.namespace);
        // Of several variants none is sure.
        let [service] = services.get(&(namespace, text(node, "name")?))?[..] else { return None };
        let port = node.get("port")?.as_int()?;
        (is_service && service.is_whole()).then_some(Backend { route, service, port, node })
    };
    references.filter_map(backend).collect()
}

/// What closes the way from a Gateway to the pods of a backend.
fn way<'a>(
    group: &Group<'a>,
    networks: &Networks<'_, 'a>,
    pods: &GatewayPods<'_, 'a>,
    backend: &Backend<'_, 'a>,
) -> Option<Diagnostic> {
    let service = backend.service;
    let selector = Selector::of_map(service.at("spec.selector"));
    let behind = group.pods_with(&selector);
    let pod = behind.iter().find(|pod| pod.namespace == service.namespace && !pod.is_on_host())?;
    let port = target_port(service, pod, backend.port)?;
    // Calls to pods in ambient mode come at the tunnel's port.
    let port = if group.is_ambient_pod(pod) { 15_008 } else { port };
    let from = Workload { labels: Some(pods.labels()), namespace: pods.gateway.namespace };
    let to = Workload { labels: Some(pod.labels), namespace: pod.namespace };
    let closed = |own: &Workload<'_>, direction| {
        let policy = networks.applied(own).isolating(direction)?;
        let opens = |policy: &&NetworkPolicy<'_, 'a>| {
            let other = if direction == Direction::Egress { &to } else { &from };
            let mut rules = policy.rules(direction).iter();
            rules.any(|rule| rule.may_open(port) && policy.may_be_for(group, rule, other))
        };
        (!networks.policies(own).any(|policy| opens(&policy))).then_some(policy)
    };
    // Pods that nothing may leave are told of already, by what they need before.
    let is_out = networks.applied(&from).opens & SOMETHING_OUT != 0;
    let policy = match is_out {
        true => closed(&from, Direction::Egress),
        false => None,
    };
    let policy = policy.or_else(|| closed(&to, Direction::Ingress))?;
    let owner = group.owner(pod);
    let message = format!(
        "`{}` closes the way from {} to port {port} of {}, where {} leads",
        policy.object.name,
        pods.gateway.id(),
        owner.id(),
        backend.route.id()
    );
    let (name, namespace) = (pods.gateway.name, pods.gateway.namespace.unwrap_or("default"));
    let finding = policy
        .object
        .finding_at_name(&BACKEND_BLOCKED, message)
        .related(backend.route.place(backend.node), format!("{} is here", backend.route.id()))
        .help(format!(
            "let the pods with the label `gateway.networking.k8s.io/gateway-name: {name}` of `{namespace}` reach that port"
        ));
    Some(finding)
}

/// The number of the port that a Service's port leads to.
fn target_port(service: &Object<'_>, pod: &Pod<'_>, port: i128) -> Option<i128> {
    let own = service.items("spec.ports").iter();
    let mut own = own.filter(|own| own.get("port").and_then(Node::as_int) == Some(port));
    match own.next()?.get("targetPort") {
        None => Some(port),
        Some(target) => match target.as_str() {
            Some(name) => pod.ports().find(|(own, _)| *own == Some(name))?.1,
            None => target.as_int(),
        },
    }
}
