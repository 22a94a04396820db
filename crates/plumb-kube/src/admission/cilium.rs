//! What Cilium's agent refuses in a policy, and its CRD does not say.

use super::declare::rules;
use crate::at::At;
use crate::fault::{Authority, Faults, listed};
use plumb_cel::go_regex;
use plumb_text::diag::codes;

codes! {
    /// The findings of what Cilium's agent refuses.
    CODES:
    SELECTOR = "cilium-selector", Deny, "a Cilium policy has not exactly one of `endpointSelector` and `nodeSelector`";
    L7_PROTOCOL = "cilium-l7-protocol", Deny, "a Cilium policy has rules about requests for a port that is not TCP";
    L7_UNSUPPORTED = "cilium-l7-unsupported", Deny, "a Cilium policy has rules about requests where Cilium has none";
    COMBINED = "cilium-peers-combined", Deny, "a rule of a Cilium policy combines what Cilium cannot combine";
    REFUSED = "cilium-refused", Deny, "Cilium's agent cannot read a policy";
}

rules! { Authority::Cilium;
    ONE_SELECTOR = SELECTOR "", "Rule.Sanitize";
    TCP_ONLY = L7_PROTOCOL "", "PortRule.sanitize";
    REQUESTS = L7_UNSUPPORTED "", "L7Rules.sanitize";
    PEERS = COMBINED "", "IngressRule.sanitize";
    DOMAIN = REFUSED "domain", "FQDNSelector.sanitize";
    PORTS = REFUSED "ports", "PortRule.sanitize";
    HTTP = REFUSED "http", "PortRuleHTTP.Sanitize";
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

/// Checks a policy of Cilium's; nothing to say about any other object.
pub(super) fn check(out: &mut Faults, root: &At<'_>, group: &str, kind: &str) {
    let is_policy = matches!(kind, "CiliumNetworkPolicy" | "CiliumClusterwideNetworkPolicy");
    if group != "cilium.io" || !is_policy {
        return;
    }
    for policy in root.get("spec").into_iter().chain(root.list("specs")) {
        policy_of(out, &policy, kind == "CiliumNetworkPolicy");
    }
}

fn policy_of(out: &mut Faults, policy: &At<'_>, is_namespaced: bool) {
    let (endpoints, nodes) = (policy.get("endpointSelector"), policy.get("nodeSelector"));
    let help = "write one of them; `endpointSelector: {}` is all pods of the namespace";
    match (&endpoints, &nodes) {
        (None, None) => {
            let why = "neither `endpointSelector` nor `nodeSelector` says whom this is for";
            out.incomplete(&ONE_SELECTOR, policy, why).help(help);
        }
        (Some(endpoints), Some(nodes)) => {
            let why = "`nodeSelector` cannot stand beside `endpointSelector`";
            out.forbidden(&ONE_SELECTOR, nodes, why).on_only(&[endpoints, nodes]).help(help);
        }
        (None, Some(nodes)) if is_namespaced => {
            let why = "only a CiliumClusterwideNetworkPolicy is for nodes";
            out.forbidden(&ONE_SELECTOR, nodes, why).on_only(&[nodes]).help(help);
        }
        _ => {}
    }
    for (field, peers, is_ingress) in [
        ("ingress", FROM, true),
        ("ingressDeny", FROM, true),
        ("egress", TO, false),
        ("egressDeny", TO, false),
    ] {
        for direction in policy.list(field) {
            combined(out, &direction, peers);
            for name in direction.list("toFQDNs") {
                domain(out, &name);
            }
            for port in direction.list("toPorts") {
                ports(out, &port);
                if let Some(rules) = port.get("rules") {
                    requests(out, &port, &rules, is_ingress, nodes.is_some());
                }
            }
        }
    }
}

fn combined(out: &mut Faults, direction: &At<'_>, peers: &[&'static str]) {
    let mut given = peers.iter().filter_map(|peer| {
        let at = direction.get(peer)?;
        (!at.items().is_empty()).then_some((*peer, at))
    });
    let (first, second) = (given.next(), given.next());
    let (both, help) = match (first, second) {
        (Some((one, first)), Some((other, second))) => {
            let mut names = vec![one, other];
            names.extend(given.map(|(name, _)| name));
            (Some((first, second, names)), "a rule takes one kind of peer; write a rule for each")
        }
        _ if !direction.list("icmps").is_empty() && !direction.list("toPorts").is_empty() => {
            let places = (direction.field("toPorts"), direction.field("icmps"));
            (Some((places.0, places.1, vec!["icmps", "toPorts"])), "write a rule for each")
        }
        _ => (None, ""),
    };
    if let Some((first, second, names)) = both {
        let why = format!("Cilium cannot combine {}", listed(names));
        out.forbidden(&PEERS, &second, why).on_only(&[&first, &second]).help(help);
    }
}

/// A name, or a pattern of names.
fn domain(out: &mut Faults, selector: &At<'_>) {
    let (name, pattern) = (selector.get("matchName"), selector.get("matchPattern"));
    for (node, star) in [(&name, false), (&pattern, true)] {
        let Some(node) = node else { continue };
        let fits = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c) || star && c == '*';
        match node.str() {
            Some(text) if !text.chars().all(fits) => {
                let more = if star { ", and `*`" } else { "" };
                let why = format!("a name has letters, digits, `-`, `_` and `.`{more}");
                out.invalid(&DOMAIN, node, why);
            }
            Some(text) if text.trim().len() > 255 => {
                out.too_long(&DOMAIN, node, "a name has at most 255 characters");
            }
            _ => {}
        }
    }
    if let (Some(name), Some(pattern)) = (&name, &pattern) {
        let why = "a name is given by `matchName` or by `matchPattern`";
        out.forbidden(&DOMAIN, pattern, why).on_only(&[name, pattern]);
    }
}

/// The most ports of one rule.
const MOST_PORTS: usize = 40;

/// The ports of a rule, and the expressions that requests are compared with.
fn ports(out: &mut Faults, port: &At<'_>) {
    let rules = port.field("rules");
    let dns = rules.list("dns");
    let list = port.list("ports");
    if let Some(beyond) = list.get(MOST_PORTS) {
        out.too_many(&PORTS, beyond, format!("a rule has at most {MOST_PORTS} ports"));
    }
    for entry in list {
        let Some(node) = entry.get("port") else { continue };
        let number = node.str().unwrap_or_default();
        let protocol = entry.text("protocol");
        if matches!(protocol, "VRRP" | "IGMP") && !["", "0"].contains(&number) {
            out.invalid(&PORTS, &node, format!("{protocol} has no ports: write \"0\""));
        }
        // The pattern of the schema lets more pass.
        let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        if is_number && number.parse::<u16>().is_err() {
            out.invalid(&PORTS, &node, "a port is at most 65535");
        }
        if let Some((end, start)) = entry.get("endPort").zip(number.parse::<i128>().ok())
            && let [dns, ..] = &dns[..]
            && end.int().is_some_and(|end| end > start)
        {
            out.invalid(&PORTS, &end, "rules for DNS take no range of ports").on(&node).on(dns);
        }
    }
    for request in rules.list("http") {
        for field in ["path", "method"] {
            let Some(node) = request.get(field) else { continue };
            if let Some(Err(error)) = node.str().map(go_regex) {
                let why = format!("the regular expression does not compile: {error}");
                out.invalid(&HTTP, &node, why);
            }
        }
        for header in request.list("headerMatches") {
            if header.text("name").is_empty() {
                out.incomplete(&HTTP, &header, "a header to match has a `name`");
            }
        }
    }
    for name in dns {
        domain(out, &name);
    }
}

fn requests(out: &mut Faults, port: &At<'_>, rules: &At<'_>, is_ingress: bool, is_host: bool) {
    let has = |kind: &str| !rules.list(kind).is_empty();
    let kinds = rules.set(&["http", "kafka", "dns", "l7proto"]);
    if kinds.is_empty() {
        if let Some(node) = rules.get("l7") {
            out.incomplete(&REQUESTS, &node, "`l7` needs `l7proto` beside it").on_all(rules);
        }
        return;
    }
    if kinds.len() > 1 {
        let why = format!("one port has rules for one protocol, not for {}", listed(&kinds));
        out.forbidden(&REQUESTS, rules, why).on_only(&[rules]);
    }
    if let Some(node) = rules.get("dns").filter(|_| is_ingress) {
        let why = "rules for DNS are for egress only";
        out.forbidden(&REQUESTS, &node, why).on_only(&[&node]);
    }
    // What nodes look up can be ruled, what they are asked cannot.
    let mut of_host = ["http", "kafka"].into_iter().chain(is_ingress.then_some("dns"));
    if is_host && of_host.any(has) {
        let why = "a policy for nodes has no such rules about requests";
        out.forbidden(&REQUESTS, rules, why).on_only(&[rules]);
    }
    let ports = port.list("ports");
    if rules.get("dns").is_some() && ports.is_empty() {
        out.incomplete(&REQUESTS, rules, "rules for DNS need the port, 53").on_all(port);
    }
    for entry in ports {
        if let Some(node) = entry.get("port").filter(|node| node.str() == Some("0")) {
            let why = "rules about requests need a port, and 0 is every port";
            out.invalid(&REQUESTS, &node, why);
        }
        let protocol = entry.word("protocol").unwrap_or("ANY");
        if !has("dns") && !protocol.eq_ignore_ascii_case("TCP") {
            let place = entry.get("protocol").or_else(|| entry.get("port"));
            let why = format!("rules about requests are for TCP, and this port is {protocol}");
            let fault = out.invalid(&TCP_ONLY, &place.unwrap_or_else(|| entry.clone()), why);
            fault.on(&entry.field("protocol")).on_all(rules).help("write `protocol: TCP`");
        }
    }
}
