//! What Istio reads in objects of Kubernetes' own: the names of a Service's ports, by which it knows the protocol, and the labels
//! by which a namespace asks for proxies.

use super::codes::{EXTERNAL_PORT, LABELS_CONFLICT, PORT_PROTOCOL};
use super::pods::is_control_plane;
use crate::admission::declare::rules;
use crate::at::At;
use crate::fault::{Authority, Faults, listed};

rules! { Authority::Istiod;
    UNCONVENTIONAL = PORT_PROTOCOL "", "service.PortNameAnalyzer";
    EXTERNAL = EXTERNAL_PORT "", "service.PortNameAnalyzer";
    CONTRADICTING = LABELS_CONFLICT "", "injection.Analyzer";
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

/// Checks a Service or a Namespace; nothing to say about any other object.
pub(super) fn check(out: &mut Faults, root: &At<'_>, group: &str, kind: &str) {
    match (group, kind) {
        ("", "Service") => ports(out, root),
        ("", "Namespace") => labels(out, root),
        _ => {}
    }
}

fn ports(out: &mut Faults, root: &At<'_>) {
    let metadata = root.field("metadata");
    let is_managed = metadata.field("labels").word("gateway.istio.io/managed").is_some();
    let namespace = metadata.word("namespace");
    if is_control_plane(root)
        || is_managed
        || namespace.is_some_and(|namespace| IGNORED.contains(&namespace))
    {
        return;
    }
    let spec = root.field("spec");
    let of_type = spec.field("type");
    let is_external = of_type.str() == Some("ExternalName");
    for port in spec.list("ports") {
        let name = port.word("name");
        let says = says_protocol(&port);
        if is_external && (!says || name == Some("tcp")) {
            let why = "a port of an ExternalName Service that is taken for TCP takes the traffic of other hosts too";
            let at = port.get("name").unwrap_or_else(|| port.clone());
            out.invalid(&EXTERNAL, &at, why)
                .on_all(&port)
                .on(&of_type)
                .help("name it by its protocol: `http`, `https-api`, `tls` …");
        } else if !says {
            // Where `appProtocol` is set, the name is not asked.
            let own = port.get("appProtocol").filter(|node| node.str().is_some());
            let why = match (own.as_ref().and_then(At::str), name) {
                (Some(own), _) => {
                    format!("`appProtocol: {own}` is not a protocol that Istio knows")
                }
                (None, Some(name)) => format!("`{name}` does not begin with a protocol"),
                (None, None) => "this port has neither a name nor `appProtocol`".to_owned(),
            };
            let at = own.or_else(|| port.get("name")).unwrap_or_else(|| port.clone());
            out.invalid(&UNCONVENTIONAL, &at, why)
                .on_all(&port)
                .help("write `appProtocol: http`, or begin the name with the protocol: `http-web`");
        }
    }
}

fn says_protocol(port: &At<'_>) -> bool {
    if matches!(port.word("protocol"), Some("UDP" | "SCTP")) {
        return true;
    }
    let name = match port.word("appProtocol") {
        Some("kubernetes.io/h2c" | "kubernetes.io/ws" | "kubernetes.io/wss") => return true,
        Some(protocol) => protocol,
        None => port.text("name"),
    };
    let name = name.to_ascii_lowercase();
    let first = name.split('-').next().unwrap_or_default();
    PROTOCOLS.contains(&first)
        || port.number("port").is_some_and(|number| SERVER_FIRST.contains(&number))
}

const INJECTION: &str = "istio-injection";
const OTHERS: [&str; 2] = ["istio.io/rev", "istio.io/dataplane-mode"];

/// The labels of a namespace that each decide about the data plane.
fn labels(out: &mut Faults, root: &At<'_>) {
    let metadata = root.field("metadata");
    let labels = metadata.field("labels");
    if metadata.word("name") == Some("istio-system") {
        return;
    }
    let own = labels.entry(INJECTION);
    if own.str().is_some_and(|value| value != "enabled") {
        return;
    }
    let given: Vec<At<'_>> = std::iter::once(own)
        .chain(OTHERS.map(|key| labels.entry(key)))
        .filter(|label| label.str().is_some())
        .collect();
    if given.len() > 1 {
        let keys = [INJECTION, OTHERS[0], OTHERS[1]];
        let pairs = keys.iter().filter_map(|key| Some(format!("{key}={}", labels.word(key)?)));
        let why = format!("{} contradict each other", listed(pairs));
        let fault = out.forbidden(&CONTRADICTING, &labels, why);
        fault.on_only(&given.iter().collect::<Vec<_>>());
        fault.help("keep one; on AKS that is `istio.io/rev`, for a namespace with `istio-injection` is skipped");
    }
}
