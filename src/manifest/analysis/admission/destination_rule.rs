//! What is refused in a DestinationRule.

use super::{Refusals, filled, is_address, is_domain, is_label, items, labels, number, set, text};
use crate::manifest::Node;

pub(super) fn check(refusals: &mut Refusals<'_, '_>) {
    let Some(spec) = refusals.object.at("spec") else { return };
    refusals.export_to(false);
    if let Some(host) = set(spec, "host")
        && host.as_str().is_some_and(|host| !is_domain(host))
    {
        refusals.say(host, "the host is no host name");
    }
    if let Some(policy) = set(spec, "trafficPolicy") {
        traffic_policy(refusals, policy);
    }
    let mut names: Vec<&str> = Vec::new();
    for subset in items(spec, "subsets") {
        if let (Some(node), Some(name)) = (subset.get("name"), text(subset, "name")) {
            if !is_label(name) {
                refusals.say_helped(
                    node,
                    format!("`{name}` is no name of a subset"),
                    "a name is letters, digits and `-`: `v1-2` for `v1.2`",
                );
            }
            if names.contains(&name) {
                refusals.say(node, format!("the subset `{name}` stands twice"));
            }
            names.push(name);
        }
        labels(refusals, set(subset, "labels"));
        if let Some(policy) = set(subset, "trafficPolicy") {
            traffic_policy(refusals, policy);
        }
    }
}

fn is_empty(node: &Node) -> bool {
    node.as_map().is_some_and(|map| map.iter().all(|entry| entry.value.is_null()))
}

fn traffic_policy(refusals: &mut Refusals<'_, '_>, policy: &Node) {
    if is_empty(policy) {
        refusals.say(policy, "a traffic policy says something");
    }
    refusals.not_both(policy, "tunnel", "proxyProtocol");
    if let Some(tunnel) = set(policy, "tunnel") {
        self::tunnel(refusals, tunnel);
    }
    settings(refusals, policy);
    for port in items(policy, "portLevelSettings") {
        if set(port, "port").is_none() {
            refusals.say(port, "the settings of a port need its `port`");
        }
        let fields = ["outlierDetection", "connectionPool", "loadBalancer", "tls"];
        if fields.iter().all(|key| set(port, key).is_none()) {
            refusals.say(port, "the settings of a port say something");
        }
        settings(refusals, port);
    }
}

fn tunnel(refusals: &mut Refusals<'_, '_>, tunnel: &Node) {
    if let Some(node) = filled(tunnel, "protocol")
        && !matches!(node.as_str(), Some("CONNECT" | "POST"))
    {
        refusals.say(node, "a tunnel is made by CONNECT or POST");
    }
    if let Some(node) = set(tunnel, "targetHost")
        && node
            .as_str()
            .is_some_and(|host| !is_domain(host) && !is_address(host) || host.contains('*'))
    {
        refusals.say(node, "the target of a tunnel is a host name or an address");
    }
    refusals.port(tunnel, "targetPort");
}

/// What the policy of a host and the one of a port have in common.
fn settings(refusals: &mut Refusals<'_, '_>, policy: &Node) {
    if let Some(tls) = set(policy, "tls") {
        client_tls(refusals, tls);
    }
    if let Some(outlier) = set(policy, "outlierDetection") {
        if let Some(node) = set(outlier, "consecutiveLocalOriginFailures")
            && node.as_int().is_some_and(|failures| failures > 0)
            && set(outlier, "splitExternalLocalOriginErrors").and_then(Node::as_bool) != Some(true)
        {
            refusals.say(
                node,
                "`consecutiveLocalOriginFailures` needs `splitExternalLocalOriginErrors: true`",
            );
        }
        for key in ["maxEjectionPercent", "minHealthPercent"] {
            refusals.percentage(outlier, key);
        }
    }
    if let Some(pool) = set(policy, "connectionPool") {
        connection_pool(refusals, pool);
    }
    if let Some(balancer) = set(policy, "loadBalancer") {
        load_balancer(refusals, balancer);
    }
}

/// Also of a Sidecar.
pub(super) fn connection_pool(refusals: &mut Refusals<'_, '_>, pool: &Node) {
    if set(pool, "http").is_none() && set(pool, "tcp").is_none() {
        refusals.say(pool, "a connection pool says something of `http` or `tcp`");
    }
    if let Some(http) = set(pool, "http") {
        if text(http, "h2UpgradePolicy") == Some("UPGRADE")
            && let Some(node) = set(http, "useClientProtocol")
            && node.as_bool() == Some(true)
        {
            refusals.say(
                node,
                "the client's protocol can't be kept where `h2UpgradePolicy` is UPGRADE",
            );
        }
        let counts = [
            "http1MaxPendingRequests",
            "http2MaxRequests",
            "maxRequestsPerConnection",
            "maxRetries",
            "maxConcurrentStreams",
        ];
        not_negative(refusals, http, &counts);
        if let Some(alive) = set(http, "http2KeepAlive") {
            for key in ["interval", "timeout"] {
                if set(alive, key).is_none() {
                    refusals.say(alive, format!("`http2KeepAlive` needs its `{key}`"));
                }
            }
        }
    }
    if let Some(tcp) = set(pool, "tcp") {
        not_negative(refusals, tcp, &["maxConnections"]);
    }
}

fn not_negative(refusals: &mut Refusals<'_, '_>, node: &Node, keys: &[&str]) {
    for key in keys {
        if let Some(node) = set(node, key)
            && number(node).is_some_and(|value| value < 0.0)
        {
            refusals.say(node, format!("`{key}` is not negative"));
        }
    }
}

fn load_balancer(refusals: &mut Refusals<'_, '_>, balancer: &Node) {
    if let Some(hash) = set(balancer, "consistentHash") {
        if let Some(cookie) = set(hash, "httpCookie")
            && filled(cookie, "name").is_none()
        {
            refusals.say(cookie, "a cookie needs a `name`");
        }
        let mut names: Vec<&str> = Vec::new();
        let cookie = set(hash, "httpCookie");
        for attribute in cookie.map(|cookie| items(cookie, "attributes")).unwrap_or_default() {
            let name = text(attribute, "name").unwrap_or_default();
            if name.is_empty() {
                refusals.say(attribute, "an attribute of a cookie has a `name`");
            } else if names.contains(&name) {
                refusals.say(attribute, format!("the attribute `{name}` stands twice"));
            }
            names.push(name);
        }
        if let Some(size) = set(hash, "maglev").and_then(|maglev| maglev.get("tableSize"))
            && size.as_int().is_some_and(|size| !(2..5_000_011).contains(&size) || !is_prime(size))
        {
            refusals.say(size, "the size of a Maglev table is a prime number below 5000011");
        }
    }
    if let Some(warmup) = set(balancer, "warmup") {
        if set(warmup, "duration").is_none() {
            refusals.say(warmup, "a `warmup` needs its `duration`");
        }
        if let Some(node) = set(warmup, "minimumPercent")
            && number(node).is_some_and(|percent| percent > 100.0)
        {
            refusals.say(node, "a percentage is at most 100");
        }
        if let Some(node) = set(warmup, "aggression")
            && number(node).is_some_and(|aggression| aggression <= 0.0)
        {
            refusals.say(node, "the `aggression` is greater than 0");
        }
    }
    let Some(locality) = set(balancer, "localityLbSetting") else { return };
    if filled(locality, "distribute").is_some() && filled(locality, "failover").is_some() {
        refusals.not_both(locality, "distribute", "failover");
        return;
    }
    let from: Vec<&Node> =
        items(locality, "distribute").iter().filter_map(|entry| entry.get("from")).collect();
    localities(refusals, from.iter().filter_map(|node| Some((*node, node.as_str()?))));
    for entry in items(locality, "distribute") {
        let Some(to) = set(entry, "to") else { continue };
        let weights: Vec<i128> =
            to.as_map().into_iter().flatten().filter_map(|entry| entry.value.as_int()).collect();
        let sum = weights.iter().fold(0, |sum: i128, weight| sum.saturating_add(*weight));
        if weights.iter().any(|weight| !(1..=100).contains(weight)) {
            refusals.say(to, "a weight of a locality is between 1 and 100");
        } else if sum != 100 {
            refusals.say(to, format!("the weights of the localities add up to {sum}, not 100"));
        }
        let targets = to.as_map().into_iter().flatten();
        localities(refusals, targets.map(|entry| (&entry.value, entry.key.value.as_str())));
    }
    for entry in items(locality, "failover") {
        if text(entry, "from").is_some() && text(entry, "from") == text(entry, "to") {
            refusals.say(entry, "a region does not fail over to itself");
        }
        for key in ["from", "to"] {
            if let Some(node) = entry.get(key)
                && node.as_str().is_some_and(|region| region.contains(['/', '*']))
            {
                refusals.say(node, "a failover names whole regions, without zones or `*`");
            }
        }
    }
}

/// Localities (`region/zone/subzone`, with `*` for the rest), none of which is within another.
fn localities<'a>(refusals: &mut Refusals<'_, '_>, all: impl Iterator<Item = (&'a Node, &'a str)>) {
    let mut before: Vec<&str> = Vec::new();
    for (node, locality) in all {
        let open = locality.strip_suffix('*');
        if locality.is_empty() || open.unwrap_or(locality).contains('*') {
            refusals.say(node, "`*` stands at the end of a locality, once");
            continue;
        }
        let within = |inner: &str, outer: &str| {
            let outer = outer.strip_suffix('*').unwrap_or(outer).trim_end_matches('/');
            outer.is_empty()
                || inner == outer
                || inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('/'))
        };
        if let Some(other) =
            before.iter().find(|other| within(locality, other) || within(other, locality))
        {
            refusals.say(node, format!("the localities `{other}` and `{locality}` overlap"));
        }
        before.push(locality);
    }
}

fn is_prime(number: i128) -> bool {
    (2..).take_while(|factor| factor * factor <= number).all(|factor| number % factor != 0)
}

fn client_tls(refusals: &mut Refusals<'_, '_>, tls: &Node) {
    let mode @ ("SIMPLE" | "MUTUAL") = text(tls, "mode").unwrap_or_default() else { return };
    let unchecked = set(tls, "insecureSkipVerify").and_then(Node::as_bool) == Some(true);
    if unchecked {
        let fields: &[&str] = match mode {
            "SIMPLE" => &["caCertificates", "credentialName", "subjectAltNames"],
            _ => &["caCertificates", "subjectAltNames"],
        };
        for key in fields {
            if let Some(node) = filled(tls, key) {
                refusals
                    .say(node, format!("`{key}` does not go together with `insecureSkipVerify`"));
            }
        }
    }
    if filled(tls, "credentialName").is_some() {
        for key in ["clientCertificate", "caCertificates", "privateKey", "caCrl"] {
            if filled(tls, key).is_some() {
                refusals.not_both(tls, "credentialName", key);
            }
        }
        return;
    }
    for key in ["clientCertificate", "privateKey"] {
        if mode == "MUTUAL" && filled(tls, key).is_none() {
            refusals.say_helped(
                tls.get("mode").unwrap_or(tls),
                format!("the mode MUTUAL needs `{key}`"),
                "or the name of a Secret in `credentialName`; the mesh's own certificates are ISTIO_MUTUAL",
            );
        }
    }
}
