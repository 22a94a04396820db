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
            if let Some(node) = port.get("name").filter(|name| name.as_str() == Some("")) {
                refusals.say(node, "the port of a server has a name");
            }
            if let Some(node) = set(port, "targetPort").filter(|node| node.as_int() != Some(0)) {
                refusals.say(node, "a `targetPort` means nothing in a Gateway");
            }
            gateway_port(refusals, server, port);
        }
        if let Some(tls) = set(server, "tls") {
            server_tls(refusals, tls);
        }
        if let Some(node) = filled(server, "bind")
            && let Some(bind) = node.as_str()
        {
            match bind.strip_prefix("unix://") {
                Some(path) => super::workload::socket(refusals, node, path),
                None if !is_address(bind) => {
                    refusals.say(node, "a server is bound to an IP address");
                }
                None => {}
            }
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
    let files = filled(tls, "serverCertificate").or_else(|| filled(tls, "privateKey"));
    if let Some(node) = files.filter(|_| by_secret && TERMINATING.contains(&mode)) {
        refusals.say(node, "certificates come from a Secret or from files, not from both");
    }
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
        ingress(refusals, listener);
        if let Some(port) = set(listener, "port") {
            if port.get("number").and_then(Node::as_int) == Some(0) {
                refusals.port(port, "number");
            }
            sidecar_port(refusals, port, &mut ports);
        }
    }
    if let Some(policy) = set(spec, "outboundTrafficPolicy") {
        outbound(refusals, policy);
    }
    let egress = items(spec, "egress");
    let mut ports: Vec<i128> = Vec::new();
    for (index, listener) in egress.iter().enumerate() {
        match set(listener, "port") {
            None if index + 1 < egress.len() => {
                refusals.say(listener, "a listener without a `port` is the last one");
            }
            None => {}
            Some(port) => {
                sidecar_port(refusals, port, &mut ports);
                by_socket(refusals, listener, port);
            }
        }
        let bind = filled(listener, "bind").filter(|bind| {
            let text = bind.as_str().unwrap_or_default();
            let same = |other: &Node| {
                text.starts_with("unix://") && self::text(other, "bind") == Some(text)
            };
            egress[..index].iter().any(same)
        });
        if let Some(bind) = bind {
            refusals.say(bind, "two listeners have the same Unix socket");
        }
        if let Some(node) = set(listener, "hosts").filter(|node| node.as_seq() == Some(&[])) {
            refusals.say(node, "a listener for outgoing traffic has `hosts`");
        }
        for node in items(listener, "hosts") {
            sidecar_host(refusals, node);
        }
    }
}

/// Where a listener for outgoing traffic is bound: a Unix socket goes without a port, an address with one.
fn by_socket(refusals: &mut Refusals<'_, '_>, listener: &Node, port: &Node) {
    let bind = filled(listener, "bind");
    let path = bind.and_then(Node::as_str).and_then(|bind| bind.strip_prefix("unix://"));
    let number = port.get("number").and_then(Node::as_int).unwrap_or(0);
    match (bind, path) {
        (Some(node), Some(path)) if number == 0 => {
            super::workload::socket(refusals, node, path);
            if let Some(mode) = filled(listener, "captureMode")
                && !matches!(mode.as_str(), Some("DEFAULT" | "NONE"))
            {
                refusals.say(mode, "nothing is captured for a Unix socket: DEFAULT or NONE");
            }
        }
        _ if number == 0 => {
            refusals.say(port, "a port without a number needs a Unix socket in `bind`");
        }
        (Some(node), _) if !node.as_str().is_some_and(is_address) => {
            refusals.say(node, "a listener with a port is bound to an IP address");
        }
        _ => {}
    }
}

fn ingress(refusals: &mut Refusals<'_, '_>, listener: &Node) {
    if let Some(node) = filled(listener, "bind")
        && !node.as_str().is_some_and(is_address)
    {
        refusals.say(node, "a listener for incoming traffic is bound to an IP address");
    }
    if let Some(node) = filled(listener, "defaultEndpoint") {
        default_endpoint(refusals, node);
    }
    let Some(tls) = set(listener, "tls") else { return };
    for key in
        ["subjectAltNames", "httpsRedirect", "credentialName", "credentialNames", "tlsCertificates"]
    {
        if let Some(node) = filled(tls, key).filter(|node| node.as_bool() != Some(false)) {
            refusals.say(node, format!("a Sidecar has no `{key}`"));
        }
    }
    if let Some(mode) = tls.get("mode")
        && matches!(mode.as_str(), Some("ISTIO_MUTUAL" | "AUTO_PASSTHROUGH"))
    {
        refusals.say(
            mode,
            format!("the mode {} is not for a Sidecar", mode.as_str().unwrap_or_default()),
        );
    }
    let known = set(listener, "port").and_then(protocol);
    if !known.as_deref().is_some_and(is_tls) {
        refusals.say(tls, "a listener that is neither HTTPS nor TLS has no TLS to set");
    }
    server_tls(refusals, tls);
}

/// `ADDRESS:PORT`, or a Unix socket.
fn default_endpoint(refusals: &mut Refusals<'_, '_>, node: &Node) {
    let Some(endpoint) = node.as_str() else { return };
    if let Some(path) = endpoint.strip_prefix("unix://") {
        return super::workload::socket(refusals, node, path);
    }
    let form = "`127.0.0.1:PORT`, `0.0.0.0:PORT`, `[::1]:PORT`, `[::]:PORT` or `unix:///PATH`";
    match endpoint.rsplit_once(':') {
        None => refusals.say_helped(node, "a default endpoint has a port", form),
        Some((host, port)) => {
            let host =
                host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
            if !["", "127.0.0.1", "0.0.0.0", "::1", "::"].contains(&host) {
                refusals.say_helped(node, format!("`{host}` is not the workload itself"), form);
            }
            if port.parse::<u16>().ok().is_none_or(|port| port == 0) {
                refusals.say_helped(node, format!("`{port}` is no port"), form);
            }
        }
    }
}

fn outbound(refusals: &mut Refusals<'_, '_>, policy: &Node) {
    let Some(proxy) = set(policy, "egressProxy") else { return };
    if text(policy, "mode") != Some("ALLOW_ANY") {
        let node = policy.get("mode").unwrap_or(proxy);
        return refusals.say(node, "an `egressProxy` goes with the mode ALLOW_ANY");
    }
    if let Some(node) = proxy.get("host")
        && node.as_str().is_some_and(|host| !is_domain(host) || host.contains('*'))
    {
        refusals.say(node, "the host is no host name");
    }
    match set(proxy, "port") {
        None => refusals.say(proxy, "an `egressProxy` has a `port`"),
        Some(port) => refusals.port(port, "number"),
    }
}

fn sidecar_port(refusals: &mut Refusals<'_, '_>, port: &Node, ports: &mut Vec<i128>) {
    refusals.port_name(port);
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
