//! What is refused in a Gateway and in a Sidecar.

use super::destination_rule::connection_pool;
use super::{
    PROTOCOLS, Refusals, filled, is_address, is_domain, is_http, is_label, is_tls, items, protocol,
    set, text,
};
use crate::manifest::Node;

/// The modes that need a certificate of the server's.
const TERMINATING: &[&str] = &["SIMPLE", "MUTUAL", "OPTIONAL_MUTUAL"];

pub(super) fn gateway(refusals: &mut Refusals<'_, '_>) {
    let object = refusals.object;
    if !object.name.is_empty() && !is_label(object.name) {
        refusals
            .say_of_all(format!("`{}` is no name of a Gateway, which has no dots", object.name));
    }
    if object.at("spec.servers").is_none_or(|node| node.as_seq() == Some(&[])) {
        refusals.say_of_all("a Gateway has `servers`");
    }
    let mut names: Vec<&str> = Vec::new();
    for server in object.items("spec.servers") {
        if filled(server, "hosts").is_none() {
            refusals.say(server, "a server has `hosts`");
        }
        for node in items(server, "hosts") {
            gateway_host(refusals, node);
        }
        if let Some(port) = set(server, "port") {
            if let (Some(node), Some(name)) = (port.get("name"), text(port, "name")) {
                if names.contains(&name) {
                    refusals.say(node, format!("two ports of this Gateway have the name `{name}`"));
                }
                names.push(name);
            }
            gateway_port(refusals, server, port);
        }
        if let Some(tls) = set(server, "tls") {
            server_tls(refusals, tls);
        }
    }
}

fn gateway_host(refusals: &mut Refusals<'_, '_>, node: &Node) {
    let Some(entry) = node.as_str() else { return };
    let (namespace, host) = match entry.split_once('/') {
        Some((namespace, host)) => (Some(namespace), host),
        None => (None, entry),
    };
    if namespace.is_some_and(|name| !matches!(name, "*" | ".") && !is_label(name)) {
        refusals.say(node, "before the `/` stands a namespace, `*` or `.`");
    }
    part(refusals, node, host, true);
}

/// The host of an entry, as Gateways and Sidecars have them.
fn part(refusals: &mut Refusals<'_, '_>, node: &Node, host: &str, may_be_address: bool) {
    if host == "*" || may_be_address && is_address(host) {
        return;
    }
    if host.contains('*') && !host.starts_with("*.") {
        refusals.say(node, "`*` stands for whole labels: `*.example.com`");
    } else if !is_domain(host) {
        refusals.say(node, format!("`{host}` is no host name"));
    } else if !host.contains('.') {
        refusals.say_helped(
            node,
            format!("the short name `{host}` is refused here"),
            format!("write it in full: `{host}.NAMESPACE.svc.cluster.local`"),
        );
    }
}

fn gateway_port(refusals: &mut Refusals<'_, '_>, server: &Node, port: &Node) {
    let is_socket = text(server, "bind").is_some_and(|bind| bind.starts_with("unix://"));
    if !is_socket {
        refusals.port(port, "number");
    }
    let Some(node) = filled(port, "protocol") else { return };
    let Some(known) = protocol(port) else {
        return unknown_protocol(refusals, node);
    };
    let tls = set(server, "tls");
    match tls {
        None if is_tls(&known) => refusals.say_helped(
            node,
            format!("a server for {known} needs `tls`"),
            "write `tls: {mode: SIMPLE, credentialName: …}`, or `mode: PASSTHROUGH`",
        ),
        Some(tls) if !is_tls(&known) => {
            let keeps_secrets = ["caCertificates", "privateKey", "serverCertificate"]
                .iter()
                .any(|key| filled(tls, key).is_some());
            let only_redirects = is_http(&known)
                && matches!(text(tls, "mode"), None | Some("PASSTHROUGH" | "AUTO_PASSTHROUGH"))
                && !keeps_secrets;
            if !only_redirects {
                refusals.say(tls, format!("a server for {known} has no TLS to set"));
            }
        }
        _ => {}
    }
}

fn unknown_protocol(refusals: &mut Refusals<'_, '_>, node: &Node) {
    let name = node.as_str().unwrap_or_default();
    let finding = refusals
        .object
        .finding(&super::REFUSED, node, format!("Istio knows no protocol `{name}`"))
        .did_you_mean(&name.to_ascii_uppercase(), PROTOCOLS.iter().copied());
    refusals.findings.push(finding);
}

fn server_tls(refusals: &mut Refusals<'_, '_>, tls: &Node) {
    let mode = text(tls, "mode").unwrap_or_default();
    let certificates = [
        "serverCertificate",
        "privateKey",
        "caCertificates",
        "tlsCertificates",
        "credentialName",
        "credentialNames",
    ];
    if mode == "ISTIO_MUTUAL" {
        for key in certificates {
            if let Some(node) = filled(tls, key) {
                refusals.say(
                    node,
                    format!("ISTIO_MUTUAL uses the mesh's certificates, so there is no `{key}`"),
                );
            }
        }
    }
    let by_secret =
        ["credentialName", "credentialNames"].iter().any(|key| filled(tls, key).is_some());
    if !TERMINATING.contains(&mode) || by_secret {
        return;
    }
    let at = tls.get("mode").unwrap_or(tls);
    let mut needed: Vec<&str> = Vec::new();
    if mode != "SIMPLE" && filled(tls, "caCertificates").is_none() {
        needed.push("caCertificates");
    }
    if filled(tls, "tlsCertificates").is_none() {
        needed.extend(
            ["serverCertificate", "privateKey"]
                .into_iter()
                .filter(|key| filled(tls, key).is_none()),
        );
    }
    if !needed.is_empty() {
        let needed = super::super::listed(needed);
        refusals.say_helped(
            at,
            format!("the mode {mode} needs {needed}"),
            "or the name of a Secret in `credentialName`",
        );
    }
}

pub(super) fn sidecar(refusals: &mut Refusals<'_, '_>) {
    let object = refusals.object;
    let Some(spec) = object.at("spec") else { return };
    let says = |key: &str| filled(spec, key).is_some();
    if !["egress", "ingress", "outboundTrafficPolicy", "inboundConnectionPool"]
        .into_iter()
        .any(says)
    {
        refusals.say_of_all(
            "a Sidecar says something of `egress`, `ingress` or `outboundTrafficPolicy`",
        );
    }
    if let Some(pool) = set(spec, "inboundConnectionPool") {
        connection_pool(refusals, pool);
    }
    let mut ports: Vec<i128> = Vec::new();
    for listener in items(spec, "ingress") {
        if let Some(pool) = set(listener, "connectionPool") {
            connection_pool(refusals, pool);
        }
        if let Some(port) = set(listener, "port") {
            sidecar_port(refusals, port, &mut ports);
        }
    }
    let egress = items(spec, "egress");
    let mut ports: Vec<i128> = Vec::new();
    for (index, listener) in egress.iter().enumerate() {
        match set(listener, "port") {
            None if index + 1 < egress.len() => {
                refusals.say(listener, "a listener without a `port` is the last one");
            }
            None => {}
            Some(port) => sidecar_port(refusals, port, &mut ports),
        }
        for node in items(listener, "hosts") {
            sidecar_host(refusals, node);
        }
    }
}

fn sidecar_port(refusals: &mut Refusals<'_, '_>, port: &Node, ports: &mut Vec<i128>) {
    if let Some(node) = port.get("number")
        && let Some(number) = node.as_int().filter(|number| *number != 0)
    {
        refusals.port(port, "number");
        if ports.contains(&number) {
            refusals.say(node, format!("two listeners have the port {number}"));
        }
        ports.push(number);
    }
    if let Some(node) = filled(port, "protocol")
        && protocol(port).is_none()
    {
        unknown_protocol(refusals, node);
    }
}

fn sidecar_host(refusals: &mut Refusals<'_, '_>, node: &Node) {
    let Some(entry) = node.as_str() else { return };
    let Some((namespace, host)) = entry.split_once('/') else {
        return refusals.say_helped(
            node,
            "a host of a Sidecar names its namespace too",
            format!("write `./{entry}` for its own namespace, `*/{entry}` for any"),
        );
    };
    let namespace = namespace.strip_prefix('~').unwrap_or(namespace);
    if !matches!(namespace, "" | "*" | ".") && !is_label(namespace) {
        refusals.say(node, "before the `/` stands a namespace, `*`, `.` or `~`");
    }
    part(refusals, node, host, false);
}
