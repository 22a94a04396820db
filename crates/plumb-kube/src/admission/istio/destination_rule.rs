//! What is refused in a DestinationRule.

use super::common::{
    AGGRESSION, AGGRESSION_OF_ONE, CLIENT_TLS, CONNECTION_POOL, DESTINATION_RULE, KEEP_ALIVE,
    LOAD_BALANCER, LOCALITY, OUTLIER_DETECTION, TRAFFIC_POLICY, TUNNEL, export_to, is_address,
    is_domain, is_label, labels, not_both, number, percentage, port_number,
};
use crate::at::At;
use crate::fault::Faults;

pub(super) fn check(out: &mut Faults, root: &At<'_>) {
    let spec = root.field("spec");
    export_to(out, root, false);
    if let Some(host) = spec.get("host")
        && host.str().is_some_and(|host| !is_domain(host))
    {
        out.invalid(&DESTINATION_RULE, &host, "invalid host name");
    }
    if let Some(policy) = spec.get("trafficPolicy") {
        traffic_policy(out, &policy);
    }
    let mut names: Vec<(&str, At<'_>)> = Vec::new();
    for subset in spec.list("subsets") {
        if let (Some(node), Some(name)) = (subset.get("name"), subset.word("name")) {
            if !is_label(name) {
                out.invalid(&DESTINATION_RULE, &node, format!("invalid subset name `{name}`"))
                    .help("a name is letters, digits and `-`: `v1-2` for `v1.2`");
            }
            if let Some((_, first)) = names.iter().find(|(other, _)| *other == name) {
                let why = format!("duplicate subset `{name}`");
                out.repeated(&DESTINATION_RULE, &node, why).on(first);
            }
            names.push((name, node));
        }
        labels(out, subset.get("labels"));
        if let Some(policy) = subset.get("trafficPolicy") {
            traffic_policy(out, &policy);
        }
    }
}

fn is_empty(node: &At<'_>) -> bool {
    node.node.as_map().is_some_and(|map| map.iter().all(|entry| entry.value.is_null()))
}

fn traffic_policy(out: &mut Faults, policy: &At<'_>) {
    if is_empty(policy) {
        out.incomplete(&TRAFFIC_POLICY, policy, "a traffic policy says something");
    }
    not_both(out, &TRAFFIC_POLICY, policy, "tunnel", "proxyProtocol");
    if let Some(tunnel) = policy.get("tunnel") {
        self::tunnel(out, &tunnel);
    }
    settings(out, policy);
    for port in policy.list("portLevelSettings") {
        if port.get("port").is_none() {
            out.incomplete(&TRAFFIC_POLICY, &port, "the settings of a port need its `port`");
        }
        let fields = ["outlierDetection", "connectionPool", "loadBalancer", "tls"];
        if fields.iter().all(|key| port.get(key).is_none()) {
            out.incomplete(&TRAFFIC_POLICY, &port, "the settings of a port say something");
        }
        settings(out, &port);
    }
}

fn tunnel(out: &mut Faults, tunnel: &At<'_>) {
    if let Some(node) = tunnel.filled("protocol")
        && !matches!(node.str(), Some("CONNECT" | "POST"))
    {
        out.invalid(&TUNNEL, &node, "a tunnel is made by CONNECT or POST");
    }
    if let Some(node) = tunnel.get("targetHost")
        && node
            .str()
            .is_some_and(|host| !is_domain(host) && !is_address(host) || host.contains('*'))
    {
        out.invalid(&TUNNEL, &node, "the target of a tunnel is a host name or an address");
    }
    port_number(out, tunnel, "targetPort");
}

/// What the policy of a host and the one of a port have in common.
fn settings(out: &mut Faults, policy: &At<'_>) {
    if let Some(tls) = policy.get("tls") {
        client_tls(out, &tls);
    }
    if let Some(outlier) = policy.get("outlierDetection") {
        if let Some(node) = outlier.get("consecutiveLocalOriginFailures")
            && node.int().is_some_and(|failures| failures > 0)
            && outlier.get("splitExternalLocalOriginErrors").and_then(|at| at.node.as_bool())
                != Some(true)
        {
            let why =
                "`consecutiveLocalOriginFailures` needs `splitExternalLocalOriginErrors: true`";
            out.invalid(&OUTLIER_DETECTION, &node, why).on_all(&outlier);
        }
        for key in ["maxEjectionPercent", "minHealthPercent"] {
            percentage(out, &outlier, key);
        }
    }
    if let Some(pool) = policy.get("connectionPool") {
        connection_pool(out, &pool);
    }
    if let Some(balancer) = policy.get("loadBalancer") {
        load_balancer(out, &balancer);
    }
}

/// Also of a Sidecar.
pub(super) fn connection_pool(out: &mut Faults, pool: &At<'_>) {
    if pool.get("http").is_none() && pool.get("tcp").is_none() {
        out.incomplete(
            &CONNECTION_POOL,
            pool,
            "a connection pool says something of `http` or `tcp`",
        );
    }
    if let Some(http) = pool.get("http") {
        if http.word("h2UpgradePolicy") == Some("UPGRADE")
            && let Some(node) = http.get("useClientProtocol")
            && node.node.as_bool() == Some(true)
        {
            out.invalid(
                &CONNECTION_POOL,
                &node,
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
        not_negative(out, &http, &counts);
        if let Some(alive) = http.get("http2KeepAlive") {
            for key in ["interval", "timeout"] {
                if alive.get(key).is_none() {
                    let why = format!("`http2KeepAlive` needs its `{key}`");
                    out.incomplete(&KEEP_ALIVE, &alive, why);
                }
            }
        }
    }
    if let Some(tcp) = pool.get("tcp") {
        not_negative(out, &tcp, &["maxConnections"]);
    }
}

fn not_negative(out: &mut Faults, node: &At<'_>, keys: &[&str]) {
    for key in keys {
        if let Some(node) = node.get(key)
            && number(&node).is_some_and(|value| value < 0.0)
        {
            out.invalid(&CONNECTION_POOL, &node, format!("`{key}` is not negative"));
        }
    }
}

fn load_balancer(out: &mut Faults, balancer: &At<'_>) {
    if let Some(hash) = balancer.get("consistentHash") {
        if let Some(cookie) = hash.get("httpCookie")
            && cookie.filled("name").is_none()
        {
            out.incomplete(&LOAD_BALANCER, &cookie, "a cookie needs a `name`");
        }
        let mut names: Vec<(&str, At<'_>)> = Vec::new();
        let cookie = hash.get("httpCookie");
        for attribute in cookie.map(|cookie| cookie.list("attributes")).unwrap_or_default() {
            let name = attribute.word("name").unwrap_or_default();
            if name.is_empty() {
                out.incomplete(&LOAD_BALANCER, &attribute, "an attribute of a cookie has a `name`");
            } else if let Some((_, first)) = names.iter().find(|(other, _)| *other == name) {
                let why = format!("duplicate attribute `{name}`");
                out.repeated(&LOAD_BALANCER, &attribute, why).on(first);
            }
            names.push((name, attribute));
        }
        if let Some(size) = hash.get("maglev").and_then(|maglev| maglev.get("tableSize"))
            && size.int().is_some_and(|size| !(2..5_000_011).contains(&size) || !is_prime(size))
        {
            out.invalid(
                &LOAD_BALANCER,
                &size,
                "the size of a Maglev table is a prime number below 5000011",
            );
        }
    }
    if let Some(warmup) = balancer.get("warmup") {
        if warmup.get("duration").is_none() {
            out.incomplete(&LOAD_BALANCER, &warmup, "a `warmup` needs its `duration`");
        }
        if let Some(node) = warmup.get("minimumPercent")
            && number(&node).is_some_and(|percent| percent > 100.0)
        {
            out.invalid(&LOAD_BALANCER, &node, "a percentage is at most 100");
        }
        if let Some(node) = warmup.get("aggression")
            && let Some(aggression) = number(&node)
        {
            if aggression < 1.0 {
                out.invalid(&AGGRESSION_OF_ONE, &node, "the `aggression` is 1 or more");
            }
            if aggression <= 0.0 {
                out.invalid(&AGGRESSION, &node, "the `aggression` is greater than 0");
            }
        }
    }
    let Some(locality) = balancer.get("localityLbSetting") else { return };
    if locality.filled("distribute").is_some() && locality.filled("failover").is_some() {
        not_both(out, &LOAD_BALANCER, &locality, "distribute", "failover");
        return;
    }
    let from = locality.list("distribute").into_iter().filter_map(|entry| entry.get("from"));
    localities(out, from.filter_map(|node| Some((node.str()?, node))).collect());
    for entry in locality.list("distribute") {
        let Some(to) = entry.get("to") else { continue };
        let weights: Vec<i128> =
            to.entries().iter().filter_map(|(_, weight)| weight.int()).collect();
        let sum = weights.iter().fold(0, |sum: i128, weight| sum.saturating_add(*weight));
        if weights.iter().any(|weight| !(1..=100).contains(weight)) {
            out.invalid(&LOAD_BALANCER, &to, "a weight of a locality is between 1 and 100");
        } else if sum != 100 {
            let why = format!("the weights of the localities add up to {sum}, not 100");
            out.invalid(&LOAD_BALANCER, &to, why).on_all(&to);
        }
        localities(out, to.entries());
    }
    for entry in locality.list("failover") {
        if entry.word("from").is_some() && entry.word("from") == entry.word("to") {
            out.invalid(&LOAD_BALANCER, &entry, "a region does not fail over to itself");
        }
        for key in ["from", "to"] {
            if let Some(node) = entry.get(key)
                && node.str().is_some_and(|region| region.contains(['/', '*']))
            {
                out.invalid(
                    &LOAD_BALANCER,
                    &node,
                    "a failover names whole regions, without zones or `*`",
                );
            }
        }
    }
}

/// Localities (`region/zone/subzone`, with `*` for the rest), none of which is within another.
fn localities(out: &mut Faults, all: Vec<(&str, At<'_>)>) {
    let mut before: Vec<(&str, At<'_>)> = Vec::new();
    for (locality, node) in all {
        let open = locality.strip_suffix('*');
        if locality.is_empty() || open.unwrap_or(locality).contains('*') {
            out.invalid(&LOCALITY, &node, "`*` is allowed once, at the end of a locality");
            continue;
        }
        let within = |inner: &str, outer: &str| {
            let outer = outer.strip_suffix('*').unwrap_or(outer).trim_end_matches('/');
            outer.is_empty()
                || inner == outer
                || inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('/'))
        };
        let overlaps = |other: &str| within(locality, other) || within(other, locality);
        if let Some((other, first)) = before.iter().find(|(other, _)| overlaps(other)) {
            let why = format!("the localities `{other}` and `{locality}` overlap");
            out.repeated(&LOCALITY, &node, why).on(first);
        }
        before.push((locality, node));
    }
}

fn is_prime(number: i128) -> bool {
    (2..).take_while(|factor| factor * factor <= number).all(|factor| number % factor != 0)
}

fn client_tls(out: &mut Faults, tls: &At<'_>) {
    let mode @ ("SIMPLE" | "MUTUAL") = tls.word("mode").unwrap_or_default() else { return };
    let unchecked = tls.get("insecureSkipVerify").and_then(|at| at.node.as_bool()) == Some(true);
    if unchecked {
        let fields: &[&str] = match mode {
            "SIMPLE" => &["caCertificates", "credentialName", "subjectAltNames"],
            _ => &["caCertificates", "subjectAltNames"],
        };
        for key in fields {
            if let Some(node) = tls.filled(key) {
                let why = format!("`{key}` does not go together with `insecureSkipVerify`");
                let unchecked = tls.field("insecureSkipVerify");
                out.forbidden(&CLIENT_TLS, &node, why).on_only(&[&unchecked, &node]);
            }
        }
    }
    if tls.filled("credentialName").is_some() {
        for key in ["clientCertificate", "caCertificates", "privateKey", "caCrl"] {
            if tls.filled(key).is_some() {
                not_both(out, &CLIENT_TLS, tls, "credentialName", key);
            }
        }
        return;
    }
    for key in ["clientCertificate", "privateKey"] {
        if mode == "MUTUAL" && tls.filled(key).is_none() {
            let why = format!("the mode MUTUAL needs `{key}`");
            let fault = out.incomplete(&CLIENT_TLS, &tls.field("mode"), why).on_all(tls);
            fault.help("or the name of a Secret in `credentialName`; the mesh's own certificates are ISTIO_MUTUAL");
        }
    }
}
