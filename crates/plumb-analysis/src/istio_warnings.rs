//! What istiod takes and warns of: settings that are ignored, or reach further than they seem to.
//!
//! A rule stands here only if istiod has it as a warning (read in the sources of 1.32-dev, 2026-08).

use super::declare::declare;
use super::group::{Group, NETWORKING, Object, SECURITY, TELEMETRY, text};
use plumb_kube::Node;
use plumb_kube::admission::istio::{ADDRESSES, IDENTITIES};
use plumb_text::diag::Diagnostic;

declare! {
    WARNED = "istio-warned", Warn, "IST0133",
        "istiod takes the resource and warns of it";
}

type Warnings = fn(&Object<'_>, &mut dyn FnMut(&Node, String));

const KINDS: &[(&str, &str, Warnings)] = &[
    (NETWORKING, "DestinationRule", destination_rule),
    (NETWORKING, "Gateway", gateway),
    (NETWORKING, "ServiceEntry", service_entry),
    (NETWORKING, "Sidecar", sidecar),
    (SECURITY, "AuthorizationPolicy", authorization),
    (SECURITY, "PeerAuthentication", |_, _| {}),
    (SECURITY, "RequestAuthentication", |_, _| {}),
    (TELEMETRY, "Telemetry", telemetry),
];

fn analyse(group: &Group<'_>, findings: &mut Vec<Diagnostic>) {
    for (api, kind, warnings) in KINDS {
        for object in group.of(api, kind) {
            let mut say = |node: &Node, message: String| {
                findings.push(object.finding(&WARNED, node, message));
            };
            for (path, labels) in
                [("spec.selector", "matchLabels"), ("spec.workloadSelector", "labels")]
            {
                // A Gateway's selector is labels itself; a DestinationRule's has `matchLabels`.
                let is_map = |node: &&Node| node.as_map().is_some() && *kind != "Gateway";
                let Some(selector) = object.at(path).filter(is_map) else { continue };
                let is_empty = |key: &str| {
                    selector
                        .get(key)
                        .is_none_or(|node| node.as_map().is_none_or(plumb_kube::Map::is_empty))
                };
                if is_empty(labels) && is_empty("matchLabels") {
                    say(
                        selector,
                        "a selector without labels is for every workload of the namespace"
                            .to_owned(),
                    );
                }
            }
            warnings(object, &mut say);
        }
    }
}

/// The items of a list.
fn items<'a>(node: &'a Node, key: &str) -> &'a [Node] {
    node.get(key).map(Node::items).unwrap_or_default()
}

fn is_given(node: &Node, key: &str) -> bool {
    !items(node, key).is_empty()
}

fn destination_rule(object: &Object<'_>, say: &mut dyn FnMut(&Node, String)) {
    let subsets =
        object.items("spec.subsets").iter().filter_map(|subset| subset.get("trafficPolicy"));
    for policy in object.at("spec.trafficPolicy").into_iter().chain(subsets) {
        for policy in std::iter::once(policy).chain(items(policy, "portLevelSettings")) {
            let locality =
                policy.get("loadBalancer").and_then(|balancer| balancer.get("localityLbSetting"));
            let failover = locality
                .and_then(|locality| locality.get("failover").or(locality.get("failoverPriority")));
            if let Some(node) = failover.filter(|list| !list.items().is_empty())
                && policy.get("outlierDetection").is_none_or(Node::is_null)
            {
                say(
                    node,
                    "nothing fails over without `outlierDetection`, which finds what has failed"
                        .to_owned(),
                );
            }
        }
    }
}

fn gateway(object: &Object<'_>, say: &mut dyn FnMut(&Node, String)) {
    for server in object.items("spec.servers") {
        let Some(tls) = server.get("tls") else { continue };
        let protocol =
            server.get("port").and_then(|port| text(port, "protocol")).unwrap_or_default();
        let is_http = ["HTTP", "HTTP2", "GRPC", "GRPC-WEB", "HTTP_PROXY"]
            .iter()
            .any(|name| protocol.eq_ignore_ascii_case(name));
        if let Some(node) =
            tls.get("httpsRedirect").filter(|node| node.as_bool() == Some(true) && !is_http)
        {
            say(node, format!("`httpsRedirect` is for a server of HTTP, not of {protocol}"));
        }
        if text(tls, "mode").is_none_or(|mode| mode == "PASSTHROUGH") {
            for key in ["serverCertificate", "privateKey", "caCertificates", "credentialName"] {
                if let Some(node) =
                    tls.get(key).filter(|node| node.as_str().is_some_and(|text| !text.is_empty()))
                {
                    say(node, format!("PASSTHROUGH uses no certificates, so `{key}` is ignored"));
                }
            }
        }
    }
}

fn service_entry(object: &Object<'_>, say: &mut dyn FnMut(&Node, String)) {
    if let Some(node) = object.at("spec.workloadSelector")
        && object.text("spec.resolution").is_none_or(|resolution| resolution == "NONE")
    {
        say(node, "with the resolution NONE, no workload is selected".to_owned());
    }
}

fn sidecar(object: &Object<'_>, say: &mut dyn FnMut(&Node, String)) {
    for listener in object.items("spec.egress") {
        let mut known: Vec<(&str, &str)> = Vec::new();
        for node in items(listener, "hosts") {
            let Some((namespace, host)) = node.as_str().and_then(|entry| entry.split_once('/'))
            else {
                continue;
            };
            if namespace.starts_with('~') {
                continue;
            }
            let namespace =
                if namespace == "." { object.namespace.unwrap_or(".") } else { namespace };
            let covers = |(other, name): &(&str, &str)| {
                (*other, *name) == ("*", "*")
                    || *other == namespace && (*name == host || *name == "*")
            };
            if known.iter().any(covers) {
                say(node, "an earlier entry has this host already".to_owned());
            }
            known.push((namespace, host));
        }
    }
}

fn authorization(object: &Object<'_>, say: &mut dyn FnMut(&Node, String)) {
    if object.text("spec.action") != Some("DENY") {
        return;
    }
    for rule in object.items("spec.rules") {
        let (from, to) = (items(rule, "from"), items(rule, "to"));
        let of_connections = from
            .iter()
            .filter_map(|entry| entry.get("source"))
            .any(|source| IDENTITIES.iter().chain(ADDRESSES).any(|key| is_given(source, key)));
        let of_ports = to
            .iter()
            .filter_map(|entry| entry.get("operation"))
            .any(|operation| is_given(operation, "ports") || is_given(operation, "notPorts"));
        let is_http = match (from.is_empty(), to.is_empty()) {
            (_, false) => !of_ports,
            (false, true) => !of_connections,
            (true, true) => false,
        };
        if is_http {
            let message = "this rule asks of HTTP only, so it denies all traffic to ports of TCP: name the `ports` that it is for";
            say(rule, message.to_owned());
        }
    }
}

fn telemetry(object: &Object<'_>, say: &mut dyn FnMut(&Node, String)) {
    if let Some(second) = object.items("spec.tracing").get(1) {
        say(second, "of several entries under `tracing`, the first counts".to_owned());
    }
    for entry in object.items("spec.tracing") {
        if let Some(second) = items(entry, "providers").get(1) {
            say(second, "of several providers of tracing, the first counts".to_owned());
        }
    }
}
