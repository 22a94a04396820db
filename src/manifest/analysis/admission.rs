//! What istiod's admission webhook refuses in one resource, and no schema of it says: an API server with Istio answers
//! `kubectl apply` with this, and `istioctl analyze` reports it as IST0106.
//!
//! One file for each kind or family. A rule stands here only if the webhook has it as an error (read in the sources of 1.32-dev,
//! 2026-08): what it merely warns of has an analyzer of its own, or none.

mod authorization;
mod destination_rule;
mod envoy_filter;
mod headers;
mod listeners;
mod service_entry;
mod virtual_service;
mod workload;

pub(super) use authorization::{ADDRESSES, IDENTITIES};

use super::declare;
use super::group::{Group, NETWORKING, Object, SECURITY, TELEMETRY, text};
use crate::diag::Diagnostic;
use crate::manifest::{Node, Value, names};

declare! {
    REFUSED = "istio-refused", Deny, "IST0106",
        "istiod's admission webhook refuses the resource";
}

/// The rules of a kind.
type Rules = fn(&mut Refusals<'_, '_>);

const KINDS: &[(&str, &str, Rules)] = &[
    (NETWORKING, "VirtualService", virtual_service::check),
    (NETWORKING, "DestinationRule", destination_rule::check),
    (NETWORKING, "Gateway", listeners::gateway),
    (NETWORKING, "Sidecar", listeners::sidecar),
    (NETWORKING, "ServiceEntry", service_entry::check),
    (SECURITY, "AuthorizationPolicy", authorization::policy),
    (SECURITY, "RequestAuthentication", authorization::request),
    (SECURITY, "PeerAuthentication", |_| {}),
    (NETWORKING, "EnvoyFilter", envoy_filter::check),
    (NETWORKING, "WorkloadEntry", workload::entry),
    (NETWORKING, "WorkloadGroup", workload::group),
    (TELEMETRY, "Telemetry", workload::telemetry),
    ("extensions.istio.io", "WasmPlugin", workload::targets),
];

/// The kinds that no schema requires to have a `spec`, and that istiod refuses without one.
const NEVER_EMPTY: [&str; 4] = ["VirtualService", "DestinationRule", "Gateway", "Sidecar"];

fn analyse(group: &Group<'_>, findings: &mut Vec<Diagnostic>) {
    for (api, kind, rules) in KINDS {
        for object in group.of(api, kind) {
            // What istiod itself derives from the Gateway API has rules of its own.
            let is_derived = ["route", "gateway"].iter().any(|what| {
                object.annotation(&format!("internal.istio.io/{what}-semantics")).is_some()
            });
            if is_derived {
                continue;
            }
            let mut refusals = Refusals { object, findings };
            match object.at("spec") {
                Some(spec) if spec.as_map().is_some() => {
                    workload::dry_run(&mut refusals);
                    rules(&mut refusals);
                }
                // (Where it is something else, the schema says so.)
                Some(spec) if !spec.is_null() => {}
                _ if NEVER_EMPTY.contains(kind) => {
                    refusals.say_of_all(format!("a {kind} without `spec` says nothing"));
                }
                _ => {}
            }
        }
    }
}

/// One resource, and what is refused in it.
struct Refusals<'g, 'o> {
    object: &'g Object<'o>,
    findings: &'g mut Vec<Diagnostic>,
}

impl Refusals<'_, '_> {
    fn say(&mut self, node: &Node, message: impl Into<String>) {
        self.findings.push(self.object.finding(&REFUSED, node, message));
    }

    fn say_helped(&mut self, node: &Node, message: impl Into<String>, help: impl Into<String>) {
        self.findings.push(self.object.finding(&REFUSED, node, message).help(help));
    }

    fn say_of_all(&mut self, message: impl Into<String>) {
        self.findings.push(self.object.finding_at_name(&REFUSED, message));
    }

    /// Of two fields that exclude each other, the second is marked.
    fn not_both(&mut self, node: &Node, one: &str, other: &str) {
        if let (Some(_), Some(second)) = (set(node, one), set(node, other)) {
            self.say(second, format!("`{other}` does not go together with `{one}`"));
        }
    }

    /// The namespaces that see the resource.
    fn export_to(&mut self, is_entry: bool) {
        let object = self.object;
        let nodes = object.items("spec.exportTo");
        let mut known: Vec<&str> = Vec::new();
        for node in nodes {
            let Some(written) = node.as_str() else { continue };
            let name = match written {
                "." => object.namespace.unwrap_or("."),
                name => name,
            };
            if known.contains(&name) {
                self.say(node, format!("`{name}` stands twice"));
            } else if name == "~" && !is_entry {
                self.say(node, "only a ServiceEntry can be seen by none");
            } else if !matches!(name, "*" | "." | "~") && names::label(name).is_some() {
                self.say(node, "this is a namespace, `.` or `*`");
            } else if matches!(name, "*" | "~") && nodes.len() > 1 {
                self.say(node, format!("`{name}` stands alone"));
            }
            known.push(name);
        }
    }

    /// The name of a port, where it is written.
    fn port_name(&mut self, port: &Node) {
        if let Some(node) = filled(port, "name")
            && node.as_str().is_some_and(|name| !is_label(name))
        {
            self.say(node, "the name of a port is letters, digits and `-`");
        }
    }

    /// A port that is written is between 1 and 65535.
    fn port(&mut self, node: &Node, key: &str) {
        if let Some(port) = set(node, key)
            && port.as_int().is_some_and(|port| !(1..=65535).contains(&port))
        {
            self.say(port, "a port is between 1 and 65535");
        }
    }

    /// A percentage that is written, a number or an object with a `value`, is between 0 and 100.
    fn percentage(&mut self, node: &Node, key: &str) {
        let Some(node) = set(node, key) else { return };
        let node = if node.as_map().is_some() { set(node, "value") } else { Some(node) };
        if let Some(node) = node
            && number(node).is_some_and(|value| !(0.0..=100.0).contains(&value))
        {
            self.say(node, "a percentage is between 0 and 100");
        }
    }
}

/// Labels that a workload has or is selected by.
fn labels(refusals: &mut Refusals<'_, '_>, labels: Option<&Node>) {
    for entry in labels.and_then(Node::as_map).into_iter().flatten() {
        let key = entry.key.value.as_str();
        if names::qualified(&key.to_ascii_lowercase()).is_some() {
            refusals.say(&entry.value, format!("`{key}` is no key of a label"));
        }
        if entry.value.as_str().is_some_and(|value| names::label_value(value).is_some()) {
            refusals.say(&entry.value, "this is no value of a label");
        }
    }
}

/// A field that counts as set: neither missing nor null, nor empty as the text, list or number that it is.
fn set<'a>(node: &'a Node, key: &str) -> Option<&'a Node> {
    node.get(key).filter(|node| !node.is_null())
}

/// A list or text that is not empty.
fn filled<'a>(node: &'a Node, key: &str) -> Option<&'a Node> {
    set(node, key).filter(|node| node.as_str() != Some("") && node.as_seq() != Some(&[]))
}

/// The items of a list.
fn items<'a>(node: &'a Node, key: &str) -> &'a [Node] {
    node.get(key).map(Node::items).unwrap_or_default()
}

fn number(node: &Node) -> Option<f64> {
    match &node.value {
        #[expect(clippy::cast_precision_loss, reason = "compared with small numbers only")]
        Value::Int(value) => Some(*value as f64),
        Value::Float(value) => Some(*value),
        _ => None,
    }
}

/// A label of a domain as Istio reads it, which may have capital letters.
fn is_label(text: &str) -> bool {
    let ends = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = text.as_bytes();
    bytes.len() <= 63
        && ends(bytes.first())
        && ends(bytes.last())
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
}

/// A domain, whose first label may be or begin with `*`.
fn is_domain(text: &str) -> bool {
    let (first, rest) = match text.split_once('.') {
        Some((first, rest)) => (first, Some(rest)),
        None => (text, None),
    };
    let first_fits = match first.strip_prefix('*') {
        Some(label) => label.is_empty() || is_label(label.strip_prefix('-').unwrap_or(label)),
        None => is_label(first),
    };
    let rest = rest.map(|rest| rest.strip_suffix('.').unwrap_or(rest));
    let last = rest.unwrap_or(first).rsplit('.').next().unwrap_or_default();
    let is_number = !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit());
    text.len() <= 255
        && !is_number
        && first_fits
        && rest.is_none_or(|rest| rest.split('.').all(is_label))
}

/// A host that is a domain or an address.
fn is_host(text: &str) -> bool {
    is_domain(text) || is_address(text)
}

fn is_address(text: &str) -> bool {
    text.parse::<std::net::IpAddr>().is_ok()
}

/// An address or a range of them.
fn is_range(text: &str) -> bool {
    match text.split_once('/') {
        None => is_address(text),
        Some((address, bits)) => address.parse::<std::net::IpAddr>().is_ok_and(|address| {
            let most = if address.is_ipv4() { 32 } else { 128 };
            !bits.starts_with('+') && bits.parse::<u32>().is_ok_and(|bits| bits <= most)
        }),
    }
}

/// The protocols of Istio's ports, in any case.
const PROTOCOLS: &[&str] = &[
    "TCP",
    "UDP",
    "GRPC",
    "GRPC-WEB",
    "HTTP",
    "HTTP_PROXY",
    "HTTP2",
    "HTTPS",
    "TLS",
    "MONGO",
    "REDIS",
    "MYSQL",
];

/// The protocol of a port in capitals, if it is one.
fn protocol(port: &Node) -> Option<String> {
    let name = text(port, "protocol")?.to_ascii_uppercase();
    PROTOCOLS.contains(&name.as_str()).then_some(name)
}

fn is_tls(protocol: &str) -> bool {
    matches!(protocol, "HTTPS" | "TLS")
}

fn is_http(protocol: &str) -> bool {
    matches!(protocol, "HTTP" | "HTTP2" | "HTTP_PROXY" | "GRPC" | "GRPC-WEB")
}
