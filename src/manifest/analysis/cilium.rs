//! What Cilium's agent refuses in a policy, and its CRD does not say.

use super::group::{Group, Object, injects, text};
use super::{declare, listed};
use crate::diag::Diagnostic;
use crate::manifest::Node;
use crate::manifest::schema::go_regex;

declare! {
    SELECTOR = "cilium-selector", Deny, "",
        "a Cilium policy has not exactly one of `endpointSelector` and `nodeSelector`";
    L7_PROTOCOL = "cilium-l7-protocol", Deny, "",
        "a Cilium policy has rules about requests for a port that is not TCP";
    L7_UNSUPPORTED = "cilium-l7-unsupported", Deny, "",
        "a Cilium policy has rules about requests where Cilium has none";
    IN_MESH = "cilium-l7-in-mesh", Warn, "",
        "a Cilium policy has rules about requests in a namespace whose requests the mesh encrypts";
    COMBINED = "cilium-peers-combined", Deny, "",
        "a rule of a Cilium policy combines what Cilium cannot combine";
    REFUSED = "cilium-refused", Deny, "",
        "Cilium's agent cannot read a policy";
}

const FROM: &[&str] =
    &["fromEndpoints", "fromCIDR", "fromCIDRSet", "fromEntities", "fromNodes", "fromGroups"];
const TO: &[&str] = &[
    "toCIDR",
    "toCIDRSet",
    "toEndpoints",
    "toEntities",
    "toServices",
    "toFQDNs",
    "toGroups",
    "toNodes",
];

fn analyse(group: &Group<'_>, findings: &mut Vec<Diagnostic>) {
    for kind in ["CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy"] {
        for policy in group.of("cilium.io", kind) {
            for rule in policy.root.get("spec").into_iter().chain(policy.items("specs")) {
                rule_of(policy, rule, findings);
                in_mesh(group, policy, rule, findings);
            }
        }
    }
}

/// Inside the mesh Cilium sees TLS and no HTTP, and drops what it cannot read.
fn in_mesh(group: &Group<'_>, policy: &Object<'_>, rule: &Node, findings: &mut Vec<Diagnostic>) {
    let Some(namespace) = group.namespace(policy.namespace) else { return };
    if !injects(namespace) && !group.is_ambient(policy.namespace) {
        return;
    }
    let rules = ["ingress", "egress"]
        .iter()
        .flat_map(|field| rule.get(field).map(Node::items).unwrap_or_default())
        .flat_map(|direction| direction.get("toPorts").map(Node::items).unwrap_or_default())
        .find_map(|port| port.get("rules")?.get("http"));
    if let Some(node) = rules {
        findings.push(
            policy
                .finding(&IN_MESH, node, format!("the pods of `{}` are in the mesh, whose requests Cilium cannot read", namespace.name))
                .related(namespace.place(namespace.name_node()), "its labels put it into the mesh")
                .help("keep the ports here, and write the rules about requests as an AuthorizationPolicy"),
        );
    }
}

fn rule_of(policy: &Object<'_>, rule: &Node, findings: &mut Vec<Diagnostic>) {
    let (endpoints, nodes) = (rule.get("endpointSelector"), rule.get("nodeSelector"));
    let problem = match (endpoints, nodes) {
        (None, None) => {
            Some((rule, "neither `endpointSelector` nor `nodeSelector` says whom this is for"))
        }
        (Some(_), Some(nodes)) => {
            Some((nodes, "`nodeSelector` cannot stand beside `endpointSelector`"))
        }
        (None, Some(nodes)) if policy.kind == "CiliumNetworkPolicy" => {
            Some((nodes, "only a CiliumClusterwideNetworkPolicy is for nodes"))
        }
        _ => None,
    };
    if let Some((node, message)) = problem {
        findings.push(
            policy
                .finding(&SELECTOR, node, message)
                .help("write one of them; `endpointSelector: {}` is all pods of the namespace"),
        );
    }
    for (field, peers, is_ingress) in [
        ("ingress", FROM, true),
        ("ingressDeny", FROM, true),
        ("egress", TO, false),
        ("egressDeny", TO, false),
    ] {
        for direction in rule.get(field).map(Node::items).unwrap_or_default() {
            combined(policy, direction, peers, findings);
            for name in direction.get("toFQDNs").map(Node::items).unwrap_or_default() {
                domain(policy, name, findings);
            }
            for port in direction.get("toPorts").map(Node::items).unwrap_or_default() {
                ports(policy, port, findings);
                if let Some(rules) = port.get("rules") {
                    requests(policy, port, rules, is_ingress, nodes.is_some(), findings);
                }
            }
        }
    }
}

fn is_given(node: &Node, field: &str) -> bool {
    node.get(field).is_some_and(|list| !list.items().is_empty())
}

fn combined(policy: &Object<'_>, direction: &Node, peers: &[&str], findings: &mut Vec<Diagnostic>) {
    let given: Vec<&str> = peers.iter().copied().filter(|peer| is_given(direction, peer)).collect();
    let refused = if given.len() > 1 {
        Some((given[1], given.clone(), "a rule takes one kind of peer; write a rule for each"))
    } else if is_given(direction, "icmps") && is_given(direction, "toPorts") {
        Some(("icmps", vec!["icmps", "toPorts"], "write a rule for each"))
    } else {
        None
    };
    if let Some((field, names, help)) = refused
        && let Some(node) = direction.get(field)
    {
        findings.push(
            policy
                .finding(&COMBINED, node, format!("Cilium cannot combine {}", listed(names)))
                .help(help),
        );
    }
}

/// A name, or a pattern of names.
fn domain(policy: &Object<'_>, selector: &Node, findings: &mut Vec<Diagnostic>) {
    let mut say =
        |node: &Node, message: &str| findings.push(policy.finding(&REFUSED, node, message));
    let (name, pattern) = (selector.get("matchName"), selector.get("matchPattern"));
    for (node, star) in [(name, false), (pattern, true)] {
        let Some(node) = node else { continue };
        let fits = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c) || star && c == '*';
        match node.as_str() {
            Some(text) if !text.chars().all(fits) => {
                let more = if star { ", and `*`" } else { "" };
                say(node, &format!("a name has letters, digits, `-`, `_` and `.`{more}"));
            }
            Some(text) if text.trim().len() > 255 => say(node, "a name has at most 255 characters"),
            _ => {}
        }
    }
    if let (Some(_), Some(pattern)) = (name, pattern) {
        say(pattern, "a name is given by `matchName` or by `matchPattern`");
    }
}

/// The most ports of one rule.
const MOST_PORTS: usize = 40;

/// The ports of a rule, and the expressions that requests are compared with.
fn ports(policy: &Object<'_>, port: &Node, findings: &mut Vec<Diagnostic>) {
    let mut say =
        |node: &Node, message: String| findings.push(policy.finding(&REFUSED, node, message));
    let rules = port.get("rules");
    let dns = rules.and_then(|rules| rules.get("dns")).map(Node::items).unwrap_or_default();
    let list = port.get("ports").map(Node::items).unwrap_or_default();
    if let Some(beyond) = list.get(MOST_PORTS) {
        say(beyond, format!("a rule has at most {MOST_PORTS} ports"));
    }
    for entry in list {
        let Some(node) = entry.get("port") else { continue };
        let number = node.as_str().unwrap_or_default();
        let protocol = text(entry, "protocol").unwrap_or_default();
        if matches!(protocol, "VRRP" | "IGMP") && !["", "0"].contains(&number) {
            say(node, format!("{protocol} has no ports: write \"0\""));
        }
        let end = entry.get("endPort");
        if let Some((end, start)) = end.zip(number.parse::<i128>().ok())
            && !dns.is_empty()
            && end.as_int().is_some_and(|end| end > start)
        {
            say(end, "rules for DNS take no range of ports".to_owned());
        }
    }
    let http = rules.and_then(|rules| rules.get("http")).map(Node::items).unwrap_or_default();
    for request in http {
        for field in ["path", "method"] {
            let Some(node) = request.get(field) else { continue };
            if let Some(Err(error)) = node.as_str().map(go_regex) {
                say(node, format!("the regular expression does not compile: {error}"));
            }
        }
        for header in request.get("headerMatches").map(Node::items).unwrap_or_default() {
            if text(header, "name").is_none_or(str::is_empty) {
                say(header, "a header to match has a `name`".to_owned());
            }
        }
    }
    for name in dns {
        domain(policy, name, findings);
    }
}

fn requests(
    policy: &Object<'_>,
    port: &Node,
    rules: &Node,
    is_ingress: bool,
    is_host: bool,
    findings: &mut Vec<Diagnostic>,
) {
    let kinds: Vec<&str> = ["http", "kafka", "dns", "l7proto"]
        .into_iter()
        .filter(|kind| rules.get(kind).is_some())
        .collect();
    if kinds.is_empty() {
        if let Some(node) = rules.get("l7") {
            findings.push(policy.finding(&L7_UNSUPPORTED, node, "`l7` needs `l7proto` beside it"));
        }
        return;
    }
    let mut refused: Vec<(&Node, String)> = Vec::new();
    if kinds.len() > 1 {
        refused.push((
            rules,
            format!("one port has rules for one protocol, not for {}", listed(&kinds)),
        ));
    }
    if let Some(node) = rules.get("dns").filter(|_| is_ingress) {
        refused.push((node, "rules for DNS are for egress only".to_owned()));
    }
    // What nodes look up can be ruled, what they are asked cannot.
    let of_host = ["http", "kafka"].into_iter().chain(is_ingress.then_some("dns"));
    if is_host && of_host.into_iter().any(|kind| is_given(rules, kind)) {
        refused.push((rules, "a policy for nodes has no such rules about requests".to_owned()));
    }
    let ports = port.get("ports").map(Node::items).unwrap_or_default();
    if rules.get("dns").is_some() && ports.is_empty() {
        refused.push((rules, "rules for DNS need the port, 53".to_owned()));
    }
    for entry in ports {
        if let Some(node) = entry.get("port").filter(|node| matches!(node.as_str(), Some("0"))) {
            refused
                .push((node, "rules about requests need a port, and 0 is every port".to_owned()));
        }
        let protocol = text(entry, "protocol").unwrap_or("ANY");
        if !is_given(rules, "dns") && !protocol.eq_ignore_ascii_case("TCP") {
            findings.push(
                policy
                    .finding(
                        &L7_PROTOCOL,
                        entry.get("protocol").or_else(|| entry.get("port")).unwrap_or(entry),
                        format!("rules about requests are for TCP, and this port is {protocol}"),
                    )
                    .help("write `protocol: TCP`"),
            );
        }
    }
    for (node, message) in refused {
        findings.push(policy.finding(&L7_UNSUPPORTED, node, message));
    }
}
