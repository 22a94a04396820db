//! What is refused in a Gateway and in a Sidecar.

use super::common::{
    GATEWAY, HOST, NO_EXCLUSION, PROTOCOL, PROTOCOLS, SERVER, SERVER_TLS, SIDECAR, is_address,
    is_domain, is_http, is_label, is_tls, not_both, of_all, port_name, port_number, protocol,
};
use super::destination_rule::connection_pool;
use super::workload::socket;
use crate::at::At;
use crate::fault::{Faults, listed};
use plumb_text::diag::nearest;

/// The modes that need a certificate of the server's.
const TERMINATING: &[&str] = &["SIMPLE", "MUTUAL", "OPTIONAL_MUTUAL"];

pub(super) fn gateway(out: &mut Faults, root: &At<'_>) {
    let name = root.field("metadata").field("name");
    if let Some(text) = name.str().filter(|text| !text.is_empty() && !is_label(text)) {
        out.invalid(
            &GATEWAY,
            &name,
            format!("invalid Gateway name `{text}`: must not contain dots"),
        );
    }
    if root.field("spec").filled("servers").is_none() {
        of_all(out, &GATEWAY, root, "a Gateway has `servers`");
    }
    let mut names: Vec<(&str, At<'_>)> = Vec::new();
    for server in root.field("spec").list("servers") {
        if server.filled("hosts").is_none() {
            out.incomplete(&GATEWAY, &server, "a server has `hosts`");
        }
        for node in server.list("hosts") {
            gateway_host(out, &node);
        }
        if let Some(port) = server.get("port") {
            if let (Some(node), Some(name)) = (port.get("name"), port.word("name")) {
                if let Some((_, first)) = names.iter().find(|(other, _)| *other == name) {
                    let why = format!("two ports of this Gateway have the name `{name}`");
                    out.repeated(&GATEWAY, &node, why).on(first);
                }
                names.push((name, node));
            }
            if let Some(node) = port.get("name").filter(|name| name.str() == Some("")) {
                out.invalid(&GATEWAY, &node, "the port of a server has a name");
            }
            if let Some(node) = port.get("targetPort").filter(|node| node.int() != Some(0)) {
                out.forbidden(&GATEWAY, &node, "a `targetPort` means nothing in a Gateway")
                    .on_only(&[&node]);
            }
            gateway_port(out, &server, &port);
        }
        if let Some(tls) = server.get("tls") {
            server_tls(out, &tls);
        }
        if let Some(node) = server.filled("bind")
            && let Some(bind) = node.str()
        {
            match bind.strip_prefix("unix://") {
                Some(path) => {
                    socket(out, &node, path);
                    numbered(out, &server, &node);
                }
                None if !is_address(bind) => {
                    out.invalid(&GATEWAY, &node, "a server is bound to an IP address");
                }
                None => {}
            }
        }
    }
}

/// A Unix socket goes without a number.
fn numbered(out: &mut Faults, server: &At<'_>, bind: &At<'_>) {
    if let Some(number) = server.at(&["port", "number"])
        && number.int().is_some_and(|number| number != 0)
    {
        let why = "a server at a Unix socket has the port number 0";
        out.invalid(&SERVER, &number, why).on(bind);
    }
}

fn gateway_host(out: &mut Faults, node: &At<'_>) {
    let Some(entry) = node.str() else { return };
    let (namespace, host) = match entry.split_once('/') {
        Some((namespace, host)) => (Some(namespace), host),
        None => (None, entry),
    };
    if namespace.is_some_and(|name| !matches!(name, "*" | ".") && !is_label(name)) {
        out.invalid(&SERVER, node, "before the `/` must be a namespace, `*` or `.`");
    }
    part(out, node, host, true);
}

/// The host of an entry, as Gateways and Sidecars have them.
fn part(out: &mut Faults, node: &At<'_>, host: &str, may_be_address: bool) {
    if host == "*" || may_be_address && is_address(host) {
        return;
    }
    if host.contains('*') && !host.starts_with("*.") {
        out.invalid(&HOST, node, "`*` must be a whole label: `*.example.com`");
    } else if !is_domain(host) {
        out.invalid(&HOST, node, format!("invalid host name `{host}`"));
    } else if !host.contains('.') {
        out.invalid(&HOST, node, format!("the short name `{host}` is refused here"))
            .help(format!("write it in full: `{host}.NAMESPACE.svc.cluster.local`"));
    }
}

fn gateway_port(out: &mut Faults, server: &At<'_>, port: &At<'_>) {
    let is_socket = server.word("bind").is_some_and(|bind| bind.starts_with("unix://"));
    if !is_socket {
        port_number(out, port, "number");
    }
    let Some(node) = port.filled("protocol") else { return };
    let Some(known) = protocol(port) else {
        return unknown_protocol(out, &node);
    };
    let tls = server.get("tls");
    match tls {
        None if is_tls(&known) => {
            let why = format!("a server for {known} needs `tls`");
            let fault = out.incomplete(&SERVER, &node, why).on_all(server);
            fault.help("write `tls: {mode: SIMPLE, credentialName: …}`, or `mode: PASSTHROUGH`");
        }
        Some(tls) if !is_tls(&known) => {
            let keeps_secrets = ["caCertificates", "privateKey", "serverCertificate"]
                .iter()
                .any(|key| tls.filled(key).is_some());
            let only_redirects = is_http(&known)
                && matches!(tls.word("mode"), None | Some("PASSTHROUGH" | "AUTO_PASSTHROUGH"))
                && !keeps_secrets;
            if !only_redirects {
                out.forbidden(&SERVER, &tls, format!("a server for {known} has no TLS to set"));
            }
        }
        _ => {}
    }
}

fn unknown_protocol(out: &mut Faults, node: &At<'_>) {
    let name = node.str().unwrap_or_default();
    let near = nearest(&name.to_ascii_uppercase(), PROTOCOLS.iter().copied());
    out.unsupported(&PROTOCOL, node, format!("Istio knows no protocol `{name}`")).near(near);
}

fn server_tls(out: &mut Faults, tls: &At<'_>) {
    let mode = tls.word("mode").unwrap_or_default();
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
            if let Some(node) = tls.filled(key) {
                let why = format!(
                    "`{key}` must not be set with ISTIO_MUTUAL, which uses the mesh's certificates"
                );
                out.forbidden(&SERVER_TLS, &node, why).on_only(&[&tls.field("mode"), &node]);
            }
        }
    }
    if mode == "ISTIO_MUTUAL" {
        return;
    }
    let files = tls.filled("serverCertificate").filter(|_| tls.filled("privateKey").is_some());
    let secrets = ["credentialName", "credentialNames", "tlsCertificates"];
    let sources: Vec<At<'_>> =
        secrets.iter().filter_map(|key| tls.filled(key)).chain(files).collect();
    if let [first, second, ..] = &sources[..] {
        let why = "the certificates of a server come from one Secret, a list of them, or files";
        out.forbidden(&SERVER_TLS, second, why).on_only(&[first, second]);
    }
    let by_secret = secrets[..2].iter().any(|key| tls.filled(key).is_some());
    if by_secret && TERMINATING.contains(&mode) {
        return;
    }
    if let Some(list) = tls.filled("caCrl") {
        if tls.filled("credentialName").is_some() {
            not_both(out, &SERVER_TLS, tls, "credentialName", "caCrl");
        }
        if mode == "SIMPLE" {
            let why = "`caCrl` is for clients' certificates, which SIMPLE does not ask for";
            out.forbidden(&SERVER_TLS, &list, why).on_only(&[&list, &tls.field("mode")]);
        }
    }
    if !TERMINATING.contains(&mode) {
        return;
    }
    let at = tls.get("mode").unwrap_or_else(|| tls.clone());
    let mut needed: Vec<&str> = Vec::new();
    if mode != "SIMPLE" && tls.filled("caCertificates").is_none() {
        needed.push("caCertificates");
    }
    if tls.filled("tlsCertificates").is_none() {
        needed.extend(
            ["serverCertificate", "privateKey"].into_iter().filter(|key| tls.filled(key).is_none()),
        );
    }
    for certificate in tls.list("tlsCertificates") {
        for key in ["serverCertificate", "privateKey"] {
            if certificate.filled(key).is_none() {
                let why = format!("an entry of `tlsCertificates` needs its `{key}`");
                out.incomplete(&SERVER_TLS, &certificate, why);
            }
        }
    }
    if !needed.is_empty() {
        let why = format!("the mode {mode} needs {}", listed(needed));
        out.incomplete(&SERVER_TLS, &at, why)
            .on_all(tls)
            .help("or the name of a Secret in `credentialName`");
    }
}

pub(super) fn sidecar(out: &mut Faults, root: &At<'_>) {
    let spec = &root.field("spec");
    let says = |key: &str| spec.filled(key).is_some();
    if !["egress", "ingress", "outboundTrafficPolicy", "inboundConnectionPool"]
        .into_iter()
        .any(says)
    {
        of_all(
            out,
            &SIDECAR,
            root,
            "a Sidecar says something of `egress`, `ingress` or `outboundTrafficPolicy`",
        );
    }
    if let Some(pool) = spec.get("inboundConnectionPool") {
        connection_pool(out, &pool);
    }
    let mut ports: Vec<(i128, At<'_>)> = Vec::new();
    for listener in spec.list("ingress") {
        if let Some(pool) = listener.get("connectionPool") {
            connection_pool(out, &pool);
        }
        ingress(out, &listener);
        if let Some(port) = listener.get("port") {
            if port.number("number") == Some(0) {
                port_number(out, &port, "number");
            }
            sidecar_port(out, &port, &mut ports);
        }
    }
    if let Some(policy) = spec.get("outboundTrafficPolicy") {
        outbound(out, &policy);
    }
    let egress = spec.list("egress");
    let mut ports: Vec<(i128, At<'_>)> = Vec::new();
    for (index, listener) in egress.iter().enumerate() {
        match listener.get("port") {
            None if index + 1 < egress.len() => {
                let why = "a listener without a `port` is the last one";
                out.incomplete(&SIDECAR, listener, why);
            }
            None => {}
            Some(port) => {
                sidecar_port(out, &port, &mut ports);
                by_socket(out, listener, &port);
            }
        }
        if let Some(bind) = listener.filled("bind")
            && let Some(text) = bind.str().filter(|text| text.starts_with("unix://"))
            && let Some(first) =
                egress[..index].iter().find(|other| other.word("bind") == Some(text))
        {
            let why = "two listeners have the same Unix socket";
            out.repeated(&SIDECAR, &bind, why).on(&first.field("bind"));
        }
        if let Some(node) = listener.get("hosts").filter(|node| node.node.as_seq() == Some(&[])) {
            out.incomplete(&SIDECAR, &node, "a listener for outgoing traffic has `hosts`");
        }
        for node in listener.list("hosts") {
            sidecar_host(out, &node);
        }
    }
}

/// Where a listener for outgoing traffic is bound: a Unix socket goes without a port, an address with one.
fn by_socket(out: &mut Faults, listener: &At<'_>, port: &At<'_>) {
    let bind = listener.filled("bind");
    let text = bind.as_ref().and_then(At::str);
    let path = text.and_then(|bind| bind.strip_prefix("unix://"));
    let number = port.number("number").unwrap_or(0);
    match (bind, path) {
        (Some(node), Some(path)) if number == 0 => {
            socket(out, &node, path);
            if let Some(mode) = listener.filled("captureMode")
                && !matches!(mode.str(), Some("DEFAULT" | "NONE"))
            {
                out.invalid(
                    &SIDECAR,
                    &mode,
                    "nothing is captured for a Unix socket: DEFAULT or NONE",
                );
            }
        }
        _ if number == 0 => {
            let why = "a port without a number needs a Unix socket in `bind`";
            out.incomplete(&SIDECAR, port, why).on_all(listener);
        }
        (Some(node), _) if !node.str().is_some_and(is_address) => {
            out.invalid(&SIDECAR, &node, "a listener with a port is bound to an IP address");
        }
        _ => {}
    }
}

fn ingress(out: &mut Faults, listener: &At<'_>) {
    if let Some(node) = listener.filled("bind")
        && !node.str().is_some_and(is_address)
    {
        out.invalid(&SIDECAR, &node, "a listener for incoming traffic is bound to an IP address");
    }
    if let Some(node) = listener.filled("defaultEndpoint") {
        default_endpoint(out, &node);
    }
    let Some(tls) = listener.get("tls") else { return };
    for key in
        ["subjectAltNames", "httpsRedirect", "credentialName", "credentialNames", "tlsCertificates"]
    {
        if let Some(node) = tls.filled(key).filter(|node| node.node.as_bool() != Some(false)) {
            out.forbidden(&SIDECAR, &node, format!("a Sidecar has no `{key}`")).on_only(&[&node]);
        }
    }
    if let Some(mode) = tls.get("mode")
        && matches!(mode.str(), Some("ISTIO_MUTUAL" | "AUTO_PASSTHROUGH"))
    {
        out.invalid(
            &SIDECAR,
            &mode,
            format!("the mode {} is not for a Sidecar", mode.str().unwrap_or_default()),
        );
    }
    let known = listener.get("port").and_then(|port| protocol(&port));
    if !known.as_deref().is_some_and(is_tls) {
        out.forbidden(&SIDECAR, &tls, "a listener that is neither HTTPS nor TLS has no TLS to set");
    }
    server_tls(out, &tls);
}

/// `ADDRESS:PORT`, or a Unix socket.
fn default_endpoint(out: &mut Faults, node: &At<'_>) {
    let Some(endpoint) = node.str() else { return };
    if let Some(path) = endpoint.strip_prefix("unix://") {
        return socket(out, node, path);
    }
    let form = "`127.0.0.1:PORT`, `0.0.0.0:PORT`, `[::1]:PORT`, `[::]:PORT` or `unix:///PATH`";
    match endpoint.rsplit_once(':') {
        None => {
            out.invalid(&SIDECAR, node, "a default endpoint has a port").help(form);
        }
        Some((host, port)) => {
            let host =
                host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
            if !["", "127.0.0.1", "0.0.0.0", "::1", "::"].contains(&host) {
                out.invalid(&SIDECAR, node, format!("`{host}` is not the workload itself"))
                    .help(form);
            }
            if port.parse::<u16>().ok().is_none_or(|port| port == 0) {
                out.invalid(&SIDECAR, node, format!("invalid port `{port}`")).help(form);
            }
        }
    }
}

fn outbound(out: &mut Faults, policy: &At<'_>) {
    let Some(proxy) = policy.get("egressProxy") else { return };
    if policy.word("mode") != Some("ALLOW_ANY") {
        let node = policy.get("mode").unwrap_or_else(|| proxy.clone());
        let why = "an `egressProxy` goes with the mode ALLOW_ANY";
        out.invalid(&SIDECAR, &node, why).on(&policy.field("mode"));
        return;
    }
    if let Some(node) = proxy.get("host")
        && node.str().is_some_and(|host| !is_domain(host) || host.contains('*'))
    {
        out.invalid(&SIDECAR, &node, "invalid host name");
    }
    match proxy.get("port") {
        None => {
            out.incomplete(&SIDECAR, &proxy, "an `egressProxy` has a `port`");
        }
        Some(port) => port_number(out, &port, "number"),
    }
}

fn sidecar_port<'n>(out: &mut Faults, port: &At<'n>, ports: &mut Vec<(i128, At<'n>)>) {
    port_name(out, port);
    if let Some(node) = port.get("number")
        && let Some(number) = node.int().filter(|number| *number != 0)
    {
        port_number(out, port, "number");
        if let Some((_, first)) = ports.iter().find(|(other, _)| *other == number) {
            let why = format!("two listeners have the port {number}");
            out.repeated(&SIDECAR, &node, why).on(first);
        }
        ports.push((number, node));
    }
    if let Some(node) = port.filled("protocol")
        && protocol(port).is_none()
    {
        unknown_protocol(out, &node);
    }
}

fn sidecar_host(out: &mut Faults, node: &At<'_>) {
    let Some(entry) = node.str() else { return };
    let Some((namespace, host)) = entry.split_once('/') else {
        let fault = out.invalid(&SIDECAR, node, "a host of a Sidecar names its namespace too");
        fault.help(format!("write `./{entry}` for its own namespace, `*/{entry}` for any"));
        return;
    };
    if namespace.len() > 1 && namespace.starts_with('~') {
        let why = format!(
            "invalid namespace `{namespace}`: before the `/` must be a namespace, `*`, `.` or `~`"
        );
        out.invalid(&NO_EXCLUSION, node, why);
    }
    let namespace = namespace.strip_prefix('~').unwrap_or(namespace);
    if !matches!(namespace, "" | "*" | ".") && !is_label(namespace) {
        out.invalid(&SIDECAR, node, "before the `/` must be a namespace, `*`, `.` or `~`");
    }
    part(out, node, host, false);
}
