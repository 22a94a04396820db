//! What is refused in a DestinationRule.

use super::common::{
    AGGRESSION, AGGRESSION_OF_ONE, CLIENT_TLS, CONNECTION_POOL, COOKIE_ATTRIBUTES,
    DESTINATION_RULE, EXPORT_TO, KEEP_ALIVE, LOAD_BALANCER, LOCALITY, NANOS_IN_MILLISECOND,
    OUTLIER_DETECTION, TRAFFIC_POLICY, TUNNEL, ZONE_AWARE, duration, export_to, is_address,
    is_domain, is_label, labels, not_both, number, percentage, port_number,
};
use crate::at::At;
use crate::fault::{Faults, Rule};
use crate::schema::go_duration;

pub(super) fn check(out: &mut Faults, root: &At<'_>) {
    let spec = root.field("spec");
    let own = &root.field("metadata").field("namespace");
    export_to(out, root, false);
    if let Some(selector) = spec.get("workloadSelector") {
        exported_beyond(out, &spec, &selector, own);
    }
    if let Some(host) = spec.get("host")
        && host.str().is_some_and(|host| !is_domain(host))
    {
        out.invalid(&DESTINATION_RULE, &host, "invalid host name");
    }
    if let Some(policy) = spec.get("trafficPolicy") {
        traffic_policy(out, &policy, own);
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
            traffic_policy(out, &policy, own);
        }
    }
}

/// A rule for some workloads is for those of its own namespace.
fn exported_beyond(out: &mut Faults, spec: &At<'_>, selector: &At<'_>, own: &At<'_>) {
    let own_name = own.str().filter(|name| !name.is_empty());
    let nodes = spec.list("exportTo");
    let is_own = |name: &str| name == "." || Some(name) == own_name;
    let foreign = |at: &&At<'_>| at.str().is_some_and(|name| !is_own(name));
    let Some(node) = nodes.iter().find(foreign) else { return };
    // Where the namespace is not written, one that is named may be it.
    let may_be_own = own_name.is_none() && nodes.len() == 1 && node.str() != Some("*");
    if !may_be_own {
        let why =
            "a DestinationRule with a `workloadSelector` is exported to its own namespace only";
        out.forbidden(&EXPORT_TO, node, why).on_only(&[node, selector]).on(own);
    }
}

fn is_empty(node: &At<'_>) -> bool {
    node.node.as_map().is_some_and(|map| map.iter().all(|entry| entry.value.is_null()))
}

fn traffic_policy(out: &mut Faults, policy: &At<'_>, own: &At<'_>) {
    if is_empty(policy) {
        out.incomplete(&TRAFFIC_POLICY, policy, "a traffic policy says something");
    }
    not_both(out, &TRAFFIC_POLICY, policy, "tunnel", "proxyProtocol");
    if let Some(tunnel) = policy.get("tunnel") {
        self::tunnel(out, &tunnel);
    }
    settings(out, policy, own);
    for port in policy.list("portLevelSettings") {
        if port.get("port").is_none() {
            out.incomplete(&TRAFFIC_POLICY, &port, "the settings of a port need its `port`");
        }
        let fields = ["outlierDetection", "connectionPool", "loadBalancer", "tls"];
        if fields.iter().all(|key| port.get(key).is_none()) {
            out.incomplete(&TRAFFIC_POLICY, &port, "the settings of a port say something");
        }
        settings(out, &port, own);
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
fn settings(out: &mut Faults, policy: &At<'_>, own: &At<'_>) {
    if let Some(tls) = policy.get("tls") {
        config_map(out, &tls, own);
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
        for key in ["baseEjectionTime", "interval"] {
            duration(out, &OUTLIER_DETECTION, &outlier, key);
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
        duration(out, &CONNECTION_POOL, &http, "idleTimeout");
        if let Some(alive) = http.get("http2KeepAlive") {
            for key in ["interval", "timeout"] {
                if alive.get(key).is_none() {
                    let why = format!("`http2KeepAlive` needs its `{key}`");
                    out.incomplete(&KEEP_ALIVE, &alive, why);
                }
                duration(out, &KEEP_ALIVE, &alive, key);
            }
        }
    }
    if let Some(tcp) = pool.get("tcp") {
        not_negative(out, &tcp, &["maxConnections"]);
        for key in ["connectTimeout", "maxConnectionDuration"] {
            duration(out, &CONNECTION_POOL, &tcp, key);
        }
        // A timeout below a millisecond stands for none.
        let idle = tcp.word("idleTimeout").and_then(go_duration);
        if idle.is_some_and(|nanos| nanos.abs() >= NANOS_IN_MILLISECOND) {
            duration(out, &CONNECTION_POOL, &tcp, "idleTimeout");
        }
        if let Some(alive) = tcp.get("tcpKeepalive") {
            for key in ["time", "interval"] {
                duration(out, &CONNECTION_POOL, &alive, key);
            }
        }
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
                out.incomplete(
                    &COOKIE_ATTRIBUTES,
                    &attribute,
                    "an attribute of a cookie has a `name`",
                );
            } else if let Some((_, first)) = names.iter().find(|(other, _)| *other == name) {
                let why = format!("duplicate attribute `{name}`");
                out.repeated(&COOKIE_ATTRIBUTES, &attribute, why).on(first);
            }
            names.push((name, attribute));
        }
        if hash.number("minimumRingSize").is_some_and(|size| size != 0) {
            for algorithm in ["ringHash", "maglev"] {
                not_both(out, &LOAD_BALANCER, &hash, algorithm, "minimumRingSize");
            }
        }
        if let Some(maglev) = hash.get("maglev")
            && maglev.get("tableSize").is_none()
        {
            out.incomplete(&LOAD_BALANCER, &maglev, "a `maglev` needs its `tableSize`");
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
        duration(out, &LOAD_BALANCER, &warmup, "duration");
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
    if balancer.get("localityLbSetting").is_some() {
        not_both(out, &ZONE_AWARE, balancer, "localityLbSetting", "zoneAwareLbSetting");
    }
    if let Some(zones) = balancer.get("zoneAwareLbSetting") {
        for node in zones.list("failoverPriority").iter().filter(|node| is_topology(node)) {
            let why = format!(
                "zones are preferred without `{}` in `failoverPriority`",
                node.str().unwrap_or_default()
            );
            out.invalid(&ZONE_AWARE, node, why).help("the order of regions is set by `failover`");
        }
        failover(out, &ZONE_AWARE, &zones);
    }
    if let Some(locality) = balancer.get("localityLbSetting") {
        locality_setting(out, &locality);
    }
}

/// Whether an entry of `failoverPriority` is a label of a region, a zone or a part of one.
fn is_topology(node: &At<'_>) -> bool {
    let labels = [
        "topology.kubernetes.io/region",
        "topology.kubernetes.io/zone",
        "topology.istio.io/subzone",
    ];
    node.str().is_some_and(|label| labels.contains(&label))
}

fn locality_setting(out: &mut Faults, locality: &At<'_>) {
    if locality.filled("distribute").is_some() && locality.filled("failover").is_some() {
        not_both(out, &LOAD_BALANCER, locality, "distribute", "failover");
        return;
    }
    if let Some(regions) = locality.filled("failover")
        && let Some(node) = locality.list("failoverPriority").iter().find(|node| is_topology(node))
    {
        let why = format!(
            "`{}` in `failoverPriority` does not go together with `failover`",
            node.str().unwrap_or_default()
        );
        out.forbidden(&LOCALITY, node, why).on_only(&[node, &regions]);
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
    failover(out, &LOAD_BALANCER, locality);
}

/// The regions that take over from others.
fn failover(out: &mut Faults, rule: &'static Rule, setting: &At<'_>) {
    for entry in setting.list("failover") {
        if entry.word("from").is_some() && entry.word("from") == entry.word("to") {
            out.invalid(rule, &entry, "a region does not fail over to itself");
        }
        for key in ["from", "to"] {
            if let Some(node) = entry.get(key)
                && node.str().is_some_and(|region| region.contains(['/', '*']))
            {
                out.invalid(rule, &node, "a failover names whole regions, without zones or `*`");
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

/// A ConfigMap is named by its namespace, which is the rule's own, and its name.
fn config_map(out: &mut Faults, tls: &At<'_>, own: &At<'_>) {
    let Some(node) = tls.get("credentialName") else { return };
    let Some(rest) = node.str().and_then(|name| name.strip_prefix("configmap://")) else { return };
    let mut parts = rest.split('/');
    let (namespace, name) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    if namespace.is_empty() || name.is_empty() {
        let why = "a ConfigMap with certificates is named `configmap://NAMESPACE/NAME`";
        out.invalid(&CLIENT_TLS, &node, why);
    } else if own.str().is_some_and(|own| !own.is_empty() && own != namespace) {
        let why = format!(
            "a ConfigMap with certificates is in the namespace of the DestinationRule, not in `{namespace}`"
        );
        out.invalid(&CLIENT_TLS, &node, why).on(own);
    }
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
