//! Names of ports, by which Istio knows the protocol.

use super::declare::declare;
use super::group::{CORE, Group, text};
use super::reserved_uid::is_control_plane;
use plumb_kube::Node;
use plumb_text::diag::Diagnostic;

declare! {
    UNCONVENTIONAL = "service-port-protocol", Note, "IST0118",
        "a Service's port does not say its protocol, so the mesh guesses it, or takes it for plain TCP";
    EXTERNAL = "external-name-port", Warn, "IST0150",
        "a port of an ExternalName Service is taken for plain TCP";
}

/// The protocols that the first part of a port's name, or `appProtocol`, may say.
const PROTOCOLS: &[&str] = &[
    "tcp",
    "udp",
    "grpc",
    "http",
    "http_proxy",
    "http2",
    "https",
    "tls",
    "mongo",
    "redis",
    "mysql",
];

/// Ports at which the server speaks first, so that guessing would break it: Istio takes them for TCP.
const SERVER_FIRST: &[i128] = &[25, 53, 3306, 27017];

/// Namespaces that Istio never looks at.
const IGNORED: &[&str] = &["kube-system", "kube-public", "kube-node-lease", "local-path-storage"];

fn analyse(group: &Group<'_>, findings: &mut Vec<Diagnostic>) {
    for service in group.of(CORE, "Service") {
        if is_control_plane(service)
            || service.label("gateway.istio.io/managed").is_some()
            || service.namespace.is_some_and(|namespace| IGNORED.contains(&namespace))
        {
            continue;
        }
        let is_external = service.text("spec.type") == Some("ExternalName");
        for port in service.items("spec.ports") {
            let name = port.get("name").and_then(Node::as_str);
            let says = says_protocol(port);
            if is_external && (!says || name == Some("tcp")) {
                findings.push(
                    service
                        .finding(
                            &EXTERNAL,
                            port.get("name").unwrap_or(port),
                            "a port of an ExternalName Service that is taken for TCP takes the traffic of other hosts too",
                        )
                        .help("name it by its protocol: `http`, `https-api`, `tls` …"),
                );
            } else if !says {
                // Where `appProtocol` is set, the name is not asked.
                let own = port.get("appProtocol").filter(|node| node.as_str().is_some());
                let message = match (own.and_then(Node::as_str), name) {
                    (Some(own), _) => format!("`appProtocol: {own}` is no protocol of Istio's"),
                    (None, Some(name)) => format!("`{name}` does not begin with a protocol"),
                    (None, None) => "this port has neither a name nor `appProtocol`".to_owned(),
                };
                let at = own.or_else(|| port.get("name")).unwrap_or(port);
                findings.push(service.finding(&UNCONVENTIONAL, at, message).help(
                    "write `appProtocol: http`, or begin the name with the protocol: `http-web`",
                ));
            }
        }
    }
}

fn says_protocol(port: &Node) -> bool {
    if text(port, "protocol").is_some_and(|protocol| matches!(protocol, "UDP" | "SCTP")) {
        return true;
    }
    let name = match text(port, "appProtocol") {
        Some("kubernetes.io/h2c" | "kubernetes.io/ws" | "kubernetes.io/wss") => return true,
        Some(protocol) => protocol,
        None => text(port, "name").unwrap_or_default(),
    };
    let name = name.to_ascii_lowercase();
    let first = name.split('-').next().unwrap_or_default();
    PROTOCOLS.contains(&first)
        || port
            .get("port")
            .and_then(Node::as_int)
            .is_some_and(|number| SERVER_FIRST.contains(&number))
}
