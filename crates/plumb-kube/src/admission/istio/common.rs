//! What istiod's checks of several kinds have in common: the rules by the functions that they mirror, hosts, ports, labels.

use super::codes::{
    AUTHORIZATION_REFUSED, ENVOY_FILTER_REFUSED, GATEWAY_REFUSED, HEADER_REFUSED, HOST_REFUSED,
    JWT_REFUSED, MATCH_REFUSED, PORT_REFUSED, ROUTE_REFUSED, SERVICE_ENTRY_REFUSED,
    SIDECAR_REFUSED, SPEC_REFUSED, TELEMETRY_REFUSED, TLS_REFUSED, TRAFFIC_POLICY_REFUSED,
    WORKLOAD_REFUSED,
};
use crate::admission::declare::rules;
use crate::at::At;
use crate::fault::{Authority, Fault, Faults, Rule};
use crate::schema::go_duration;
use crate::{Value, names};

rules! { Authority::Istiod;
    SPEC = SPEC_REFUSED "", "ValidateVirtualService, ValidateDestinationRule, ValidateGateway, ValidateSidecar";
    EXPORT_TO = HOST_REFUSED "export-to", "validateExportTo";
    PORT = PORT_REFUSED "port", "agent.ValidatePort, ValidatePortName";
    PERCENTAGE = TRAFFIC_POLICY_REFUSED "percentage", "validatePercentage";
    LABELS = WORKLOAD_REFUSED "labels", "labels.Instance.Validate";
    VIRTUAL_SERVICE = ROUTE_REFUSED "virtual-service", "ValidateVirtualService, validateTLSRoute, validateTCPRoute";
    GATEWAY_NAMES = ROUTE_REFUSED "gateway-names", "validateGatewayNames";
    TLS_MATCH = MATCH_REFUSED "tls-match", "validateTLSMatch";
    ROUTE_MATCH = MATCH_REFUSED "route-match", "validateHTTPRouteMatchRequest";
    HTTP_ROUTE = ROUTE_REFUSED "http-route", "validateHTTPRoute";
    STRING_MATCH = MATCH_REFUSED "string-match", "validateStringMatch";
    REGULAR_EXPRESSION = MATCH_REFUSED "regular-expression", "validateStringMatchRegexp";
    REDIRECT = ROUTE_REFUSED "http-redirect", "validateHTTPRedirect";
    REWRITE = ROUTE_REFUSED "http-rewrite", "validateHTTPRewrite";
    FAULT = ROUTE_REFUSED "http-fault", "validateHTTPFaultInjection";
    STATUS = ROUTE_REFUSED "http-status", "validateHTTPStatus";
    RETRIES = ROUTE_REFUSED "http-retry", "agent.ValidateHTTPRetry, validateHTTPRetry";
    CORS = ROUTE_REFUSED "http-cors", "validateCORSPolicy, validateAllowOrigins";
    HEADERS = HEADER_REFUSED "", "ValidateHTTPHeaderNameOrJwtClaimRoute, ValidateHTTPHeaderWithAuthorityOperationName, ValidateHTTPHeaderValue";
    DESTINATION = ROUTE_REFUSED "destination", "validateDestination";
    DESTINATION_RULE = TRAFFIC_POLICY_REFUSED "destination-rule", "ValidateDestinationRule";
    TRAFFIC_POLICY = TRAFFIC_POLICY_REFUSED "traffic-policy", "validateTrafficPolicy";
    TUNNEL = TRAFFIC_POLICY_REFUSED "tunnel", "validateTunnelSettings";
    OUTLIER_DETECTION = TRAFFIC_POLICY_REFUSED "outlier-detection", "validateOutlierDetection";
    CONNECTION_POOL = TRAFFIC_POLICY_REFUSED "connection-pool", "validateConnectionPool";
    KEEP_ALIVE = TRAFFIC_POLICY_REFUSED "http2-keep-alive", "validateConnectionPool", since (1, 31);
    LOAD_BALANCER = TRAFFIC_POLICY_REFUSED "load-balancer", "validateLoadBalancer";
    AGGRESSION_OF_ONE = TRAFFIC_POLICY_REFUSED "warmup-aggression-one", "validateLoadBalancer", until (1, 31);
    AGGRESSION = TRAFFIC_POLICY_REFUSED "warmup-aggression", "validateLoadBalancer", since (1, 31);
    COOKIE_ATTRIBUTES = TRAFFIC_POLICY_REFUSED "cookie-attributes", "validateLoadBalancer", since (1, 28);
    ZONE_AWARE = TRAFFIC_POLICY_REFUSED "zone-aware", "agent.ValidateZoneAwareLbSetting, validateLoadBalancer", since (1, 31);
    LOCALITY = TRAFFIC_POLICY_REFUSED "locality", "agent.ValidateLocalityLbSetting";
    CLIENT_TLS = TLS_REFUSED "client-tls", "agent.ValidateTLS";
    GATEWAY = GATEWAY_REFUSED "gateway", "ValidateGateway";
    SERVER = GATEWAY_REFUSED "server", "validateServer";
    SERVER_TLS = TLS_REFUSED "server-tls", "validateTLSOptions";
    HOST = HOST_REFUSED "host", "agent.ValidateNamespaceSlashWildcardHostname";
    PROTOCOL = PORT_REFUSED "protocol", "ValidateProtocol";
    SIDECAR = SIDECAR_REFUSED "sidecar", "ValidateSidecar";
    NO_EXCLUSION = SIDECAR_REFUSED "sidecar-exclusion", "agent.ValidateNamespaceSlashWildcardHostname", until (1, 31);
    SERVICE_ENTRY = SERVICE_ENTRY_REFUSED "service-entry", "ValidateServiceEntry";
    DYNAMIC_LOCATION = SERVICE_ENTRY_REFUSED "dynamic-dns-location", "ValidateServiceEntry", until (1, 30);
    DYNAMIC_WAYPOINT = SERVICE_ENTRY_REFUSED "dynamic-dns-waypoint", "ValidateServiceEntry, usesWaypoint", since (1, 30);
    DYNAMIC_HTTP = SERVICE_ENTRY_REFUSED "dynamic-dns-http", "ValidateServiceEntry", until (1, 29);
    DYNAMIC_TLS_AND_HTTP = SERVICE_ENTRY_REFUSED "dynamic-dns-http-tls", "ValidateServiceEntry", since (1, 29), until (1, 30);
    DYNAMIC_PROTOCOL = SERVICE_ENTRY_REFUSED "dynamic-dns-protocol", "ValidateServiceEntry", since (1, 30);
    AUTHORIZATION = AUTHORIZATION_REFUSED "authorization-policy", "ValidateAuthorizationPolicy";
    CONDITION = AUTHORIZATION_REFUSED "condition", "security.ValidateAttribute";
    NO_TRUST_DOMAIN = AUTHORIZATION_REFUSED "condition-trust-domain", "security.ValidateAttribute", until (1, 30);
    CUSTOM_TRUST_DOMAIN = AUTHORIZATION_REFUSED "custom-trust-domain", "ValidateAuthorizationPolicy", since (1, 31);
    TRUST_DOMAIN = AUTHORIZATION_REFUSED "trust-domain", "security.CheckTrustDomainValues, security.CheckWildcardValues", since (1, 31);
    JWT = JWT_REFUSED "", "validateJwtRule";
    WORKLOAD_ENTRY = WORKLOAD_REFUSED "workload-entry", "validateWorkloadEntry";
    WORKLOAD_GROUP = WORKLOAD_REFUSED "workload-group", "ValidateWorkloadGroup";
    UNIX_ADDRESS = HOST_REFUSED "unix-address", "ValidateUnixAddress";
    TARGET = WORKLOAD_REFUSED "target", "validatePolicyTargetReference";
    DRY_RUN_RULE = AUTHORIZATION_REFUSED "dry-run", "checkDryRunAnnotation";
    TELEMETRY = TELEMETRY_REFUSED "", "ValidateTelemetry";
    ENVOY_FILTER = ENVOY_FILTER_REFUSED "", "envoyfilter.ValidateEnvoyFilter";
}

pub(super) const NANOS_IN_MILLISECOND: i64 = 1_000_000;

/// What is missing in a resource as a whole, said at its name.
pub(super) fn of_all<'o>(
    out: &'o mut Faults,
    rule: &'static Rule,
    root: &At<'_>,
    why: impl Into<String>,
) -> &'o mut Fault {
    let name = root.field("metadata").get("name").or_else(|| root.get("kind"));
    out.incomplete(rule, &name.unwrap_or_else(|| root.clone()), why).on_all(root)
}

/// Of two fields that exclude each other, the second is marked.
pub(super) fn not_both(
    out: &mut Faults,
    rule: &'static Rule,
    at: &At<'_>,
    one: &'static str,
    other: &'static str,
) {
    if let (Some(first), Some(second)) = (at.get(one), at.get(other)) {
        let why = format!("`{other}` does not go together with `{one}`");
        out.forbidden(rule, &second, why).on_only(&[&first, &second]);
    }
}

/// The namespaces that see the resource.
pub(super) fn export_to(out: &mut Faults, root: &At<'_>, is_entry: bool) {
    let own = root.field("metadata").word("namespace").filter(|name| !name.is_empty());
    let nodes = root.field("spec").list("exportTo");
    let mut known: Vec<(&str, &At<'_>)> = Vec::new();
    for node in &nodes {
        let Some(written) = node.str() else { continue };
        let name = match written {
            "." => own.unwrap_or("."),
            name => name,
        };
        if let Some((_, first)) = known.iter().find(|(other, _)| *other == name) {
            out.repeated(&EXPORT_TO, node, format!("duplicate `{name}`")).on(first);
        } else if name == "~" && !is_entry {
            out.invalid(&EXPORT_TO, node, "only a ServiceEntry can be seen by none");
        } else if !matches!(name, "*" | "." | "~") && names::label(name).is_some() {
            out.invalid(&EXPORT_TO, node, "this is a namespace, `.` or `*`");
        } else if matches!(name, "*" | "~") && nodes.len() > 1 {
            out.invalid(&EXPORT_TO, node, format!("`{name}` must be the only entry"));
        }
        known.push((name, node));
    }
}

/// The name of a port, where it is written.
pub(super) fn port_name(out: &mut Faults, port: &At<'_>) {
    if let Some(node) = port.filled("name")
        && node.str().is_some_and(|name| !is_label(name))
    {
        out.invalid(&PORT, &node, "the name of a port is letters, digits and `-`");
    }
}

/// A port that is written is between 1 and 65535.
pub(super) fn port_number(out: &mut Faults, at: &At<'_>, key: &str) {
    if let Some(port) = at.get(key)
        && port.int().is_some_and(|port| !(1..=65535).contains(&port))
    {
        out.invalid(&PORT, &port, "a port is between 1 and 65535");
    }
}

/// A percentage that is written, a number or an object with a `value`, is between 0 and 100.
pub(super) fn percentage(out: &mut Faults, at: &At<'_>, key: &str) {
    let Some(node) = at.get(key) else { return };
    let node = if node.node.as_map().is_some() { node.get("value") } else { Some(node) };
    if let Some(node) = node
        && number(&node).is_some_and(|value| !(0.0..=100.0).contains(&value))
    {
        out.invalid(&PERCENTAGE, &node, "a percentage is between 0 and 100");
    }
}

/// A duration that is written, whole milliseconds and at least one.
pub(super) fn duration(out: &mut Faults, rule: &'static Rule, at: &At<'_>, key: &str) {
    let Some(node) = at.get(key) else { return };
    let Some(nanos) = node.str().and_then(go_duration) else { return };
    if nanos < NANOS_IN_MILLISECOND {
        out.invalid(rule, &node, format!("`{key}` is at least 1ms"));
    } else if nanos % NANOS_IN_MILLISECOND != 0 {
        out.invalid(rule, &node, format!("`{key}` is in whole milliseconds"));
    }
}

/// Labels that a workload has or is selected by.
pub(super) fn labels(out: &mut Faults, labels: Option<At<'_>>) {
    for (key, label) in labels.iter().flat_map(At::entries) {
        if names::qualified(&key.to_ascii_lowercase()).is_some() {
            out.invalid(&LABELS, &label, format!("invalid label key `{key}`"));
        }
        if label.str().is_some_and(|value| names::label_value(value).is_some()) {
            out.invalid(&LABELS, &label, "invalid label value");
        }
    }
}

pub(super) fn number(at: &At<'_>) -> Option<f64> {
    match &at.node.value {
        #[expect(clippy::cast_precision_loss, reason = "compared with small numbers only")]
        Value::Int(value) => Some(*value as f64),
        Value::Float(value) => Some(*value),
        _ => None,
    }
}

/// Whether two host names, with or without `*` at their start, have a host in common.
pub fn overlap(one: &str, other: &str) -> bool {
    match (one.strip_prefix('*'), other.strip_prefix('*')) {
        (Some(one), Some(other)) => one.ends_with(other) || other.ends_with(one),
        (Some(one), None) => other.ends_with(one),
        (None, Some(other)) => one.ends_with(other),
        (None, None) => one == other,
    }
}

/// A label of a domain as Istio reads it, which may have capital letters.
pub(super) fn is_label(text: &str) -> bool {
    let ends = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = text.as_bytes();
    bytes.len() <= 63
        && ends(bytes.first())
        && ends(bytes.last())
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
}

/// A domain, whose first label may be or begin with `*`.
pub(super) fn is_domain(text: &str) -> bool {
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
pub(super) fn is_host(text: &str) -> bool {
    is_domain(text) || is_address(text)
}

pub(super) fn is_address(text: &str) -> bool {
    text.parse::<std::net::IpAddr>().is_ok()
}

/// An address or a range of them.
pub(super) fn is_range(text: &str) -> bool {
    match text.split_once('/') {
        None => is_address(text),
        Some((address, bits)) => address.parse::<std::net::IpAddr>().is_ok_and(|address| {
            let most = if address.is_ipv4() { 32 } else { 128 };
            !bits.starts_with('+') && bits.parse::<u32>().is_ok_and(|bits| bits <= most)
        }),
    }
}

/// The protocols of Istio's ports, in any case.
pub(super) const PROTOCOLS: &[&str] = &[
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
pub(super) fn protocol(port: &At<'_>) -> Option<String> {
    let name = port.word("protocol")?.to_ascii_uppercase();
    PROTOCOLS.contains(&name.as_str()).then_some(name)
}

pub(super) fn is_tls(protocol: &str) -> bool {
    matches!(protocol, "HTTPS" | "TLS")
}

pub(super) fn is_http(protocol: &str) -> bool {
    matches!(protocol, "HTTP" | "HTTP2" | "HTTP_PROXY" | "GRPC" | "GRPC-WEB")
}
