//! Istio's annotations: known, on the right kind of resource, and with a value that Istio can read.

use super::declare::declare;
use super::group::{CORE, Group, Object};
use plumb_kube::Node;
use plumb_kube::fault::listed;
use plumb_text::diag::Diagnostic;
use std::net::IpAddr;

declare! {
    MISPLACED = "annotation-misplaced", Warn, "IST0107",
        "an annotation of Istio's is on a kind of resource where nothing reads it";
    UNKNOWN = "annotation-unknown", Warn, "IST0108",
        "Istio knows no such annotation";
    INVALID = "annotation-invalid", Warn, "IST0125",
        "Istio cannot read an annotation's value";
    DEPRECATED = "annotation-deprecated", Note, "IST0135",
        "an annotation of Istio's is deprecated";
    ALPHA = "annotation-alpha", Allow, "IST0136",
        "an annotation of Istio's is of alpha maturity";
}

/// Where an annotation belongs, and how mature it is.
struct Known {
    name: &'static str,
    stage: Stage,
    kinds: &'static [&'static str],
}

#[derive(PartialEq, Eq)]
enum Stage {
    Alpha,
    Beta,
    Stable,
    Deprecated,
    DeprecatedBeta,
}

use Stage::{Alpha, Beta, Deprecated, DeprecatedBeta, Stable};

const POD: &[&str] = &["Pod"];
const ANY: &[&str] = &[];

macro_rules! known {
    ($($name:literal $stage:ident $kinds:expr;)*) => {
        &[$(Known { name: $name, stage: $stage, kinds: $kinds }),*]
    };
}

// From istio/api, annotation/annotations.yaml, July 2026.
static KNOWN: &[Known] = known! {
    "alpha.istio.io/canonical-serviceaccounts" Deprecated &["Service"];
    "alpha.istio.io/kubernetes-serviceaccounts" Deprecated &["Service"];
    "ambient.istio.io/bypass-inbound-capture" Alpha POD;
    "ambient.istio.io/dns-capture" Alpha POD;
    "ambient.istio.io/redirection" Beta POD;
    "ambient.istio.io/waypoint-inbound-binding" Alpha &["GatewayClass", "Gateway"];
    "galley.istio.io/analyze-suppress" Alpha ANY;
    "gateway.istio.io/controller-version" Alpha ANY;
    "gateway.istio.io/name-override" Alpha &["Gateway"];
    "gateway.istio.io/service-account" Alpha &["Gateway"];
    "inject.istio.io/templates" Alpha POD;
    "istio.io/autoRegistrationGroup" Alpha &["WorkloadEntry"];
    "istio.io/connectedAt" Alpha &["WorkloadEntry"];
    "istio.io/disconnectedAt" Alpha &["WorkloadEntry"];
    "istio.io/dry-run" Alpha &["AuthorizationPolicy"];
    "istio.io/reroute-virtual-interfaces" Alpha POD;
    "istio.io/rev" Alpha POD;
    "istio.io/use-waypoint-canary-weight" Alpha &["Service", "ServiceEntry", "Namespace"];
    "istio.io/workloadController" Alpha &["WorkloadEntry"];
    "kubernetes.io/ingress.class" Stable &["Ingress"];
    "networking.istio.io/exportTo" Alpha &["Service"];
    "networking.istio.io/service-type" Alpha &["Gateway"];
    "networking.istio.io/traffic-distribution" Alpha &["Namespace", "Service", "ServiceEntry"];
    "prometheus.istio.io/merge-metrics" Alpha POD;
    "proxy.istio.io/config" Beta POD;
    "proxy.istio.io/overrides" Alpha POD;
    "readiness.status.sidecar.istio.io/applicationPorts" Alpha POD;
    "readiness.status.sidecar.istio.io/failureThreshold" Alpha POD;
    "readiness.status.sidecar.istio.io/initialDelaySeconds" Alpha POD;
    "readiness.status.sidecar.istio.io/periodSeconds" Alpha POD;
    "sidecar.istio.io/agentLogLevel" Alpha POD;
    "sidecar.istio.io/bootstrapOverride" Alpha POD;
    "sidecar.istio.io/componentLogLevel" Alpha POD;
    "sidecar.istio.io/discoveryAddress" Deprecated POD;
    "sidecar.istio.io/extraStatTags" Deprecated POD;
    "sidecar.istio.io/inject" DeprecatedBeta POD;
    "sidecar.istio.io/interceptionMode" Alpha POD;
    "sidecar.istio.io/logLevel" Alpha POD;
    "sidecar.istio.io/nativeSidecar" Alpha POD;
    "sidecar.istio.io/proxyCPU" Alpha POD;
    "sidecar.istio.io/proxyCPULimit" Alpha POD;
    "sidecar.istio.io/proxyImage" Alpha POD;
    "sidecar.istio.io/proxyImageType" Alpha POD;
    "sidecar.istio.io/proxyMemory" Alpha POD;
    "sidecar.istio.io/proxyMemoryLimit" Alpha POD;
    "sidecar.istio.io/rewriteAppHTTPProbers" Alpha POD;
    "sidecar.istio.io/statsCompression" Deprecated POD;
    "sidecar.istio.io/statsEvictionInterval" Alpha POD;
    "sidecar.istio.io/statsFlushInterval" Alpha POD;
    "sidecar.istio.io/statsHistogramBins" Alpha POD;
    "sidecar.istio.io/statsHistogramBuckets" Alpha POD;
    "sidecar.istio.io/statsInclusionPrefixes" Deprecated POD;
    "sidecar.istio.io/statsInclusionRegexps" Deprecated POD;
    "sidecar.istio.io/statsInclusionSuffixes" Deprecated POD;
    "sidecar.istio.io/status" Alpha POD;
    "sidecar.istio.io/userVolume" Alpha POD;
    "sidecar.istio.io/userVolumeMount" Alpha POD;
    "status.sidecar.istio.io/port" Alpha POD;
    "topology.istio.io/controlPlaneClusters" Alpha &["Namespace"];
    "traffic.istio.io/nodeSelector" Stable &["Service"];
    "traffic.sidecar.istio.io/excludeInboundPorts" Alpha POD;
    "traffic.sidecar.istio.io/excludeInterfaces" Alpha POD;
    "traffic.sidecar.istio.io/excludeOutboundIPRanges" Alpha POD;
    "traffic.sidecar.istio.io/excludeOutboundPorts" Alpha POD;
    "traffic.sidecar.istio.io/includeInboundPorts" Alpha POD;
    "traffic.sidecar.istio.io/includeOutboundIPRanges" Alpha POD;
    "traffic.sidecar.istio.io/includeOutboundPorts" Alpha POD;
    "traffic.sidecar.istio.io/kubevirtInterfaces" Deprecated POD;
};

/// What Istio itself writes.
const WRITTEN_BY_ISTIO: &[&str] =
    &["sidecar.istio.io/status", "gateway.istio.io/controller-version", "istio.io/rev"];

/// What istio-cni writes by default.
const WRITTEN_BY_CNI: &[&str] = &[
    "sidecar.istio.io/interceptionMode",
    "traffic.sidecar.istio.io/includeInboundPorts",
    "traffic.sidecar.istio.io/excludeInboundPorts",
    "traffic.sidecar.istio.io/includeOutboundIPRanges",
];

fn analyse(group: &Group<'_>, findings: &mut Vec<Diagnostic>) {
    for object in &group.objects {
        let is_checked = match object.group {
            CORE => matches!(object.kind, "Namespace" | "Service" | "Pod"),
            "apps" => {
                matches!(object.kind, "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet")
            }
            _ => false,
        };
        if is_checked && let Some(node) = object.at("metadata.annotations") {
            check(object, node, object.kind, findings);
        }
    }
    for pod in group.pods.iter().filter(|pod| !pod.is_pod) {
        if let Some(node) = pod.annotations() {
            check(group.owner(pod), node, "Pod", findings);
        }
    }
}

fn check(object: &Object<'_>, annotations: &Node, kind: &str, findings: &mut Vec<Diagnostic>) {
    for entry in annotations.as_map().into_iter().flatten() {
        let (name, node) = (entry.key.value.as_str(), &entry.value);
        let is_istio = name == "kubernetes.io/ingress.class"
            || name.split_once('/').is_some_and(|(prefix, _)| prefix.ends_with("istio.io"));
        if !is_istio || WRITTEN_BY_ISTIO.contains(&name) {
            continue;
        }
        let Some(known) = KNOWN.iter().find(|known| known.name == name) else {
            findings.push(
                object
                    .finding(&UNKNOWN, node, format!("Istio knows no annotation `{name}`"))
                    .did_you_mean(name, KNOWN.iter().map(|known| known.name)),
            );
            continue;
        };
        if matches!(known.stage, Deprecated | DeprecatedBeta) && !is_replaced(object, name) {
            let finding = object.finding(&DEPRECATED, node, format!("`{name}` is deprecated"));
            findings.push(match name {
                "sidecar.istio.io/inject" => {
                    finding.help("write it as a label, which is read first")
                }
                _ => finding,
            });
        }
        let is_by_cni = kind == "Pod" && WRITTEN_BY_CNI.contains(&name) && !has_init(object);
        if matches!(known.stage, Alpha | Deprecated) && !is_by_cni {
            findings.push(object.finding(&ALPHA, node, format!("`{name}` is of alpha maturity")));
        }
        if !known.kinds.is_empty() && !known.kinds.contains(&kind) {
            let finding =
                object.finding(&MISPLACED, node, format!("nothing reads `{name}` on a {kind}"));
            findings.push(
                match known.kinds == POD && kind != "Pod" && object.at("spec.template").is_some() {
                    true => finding.help("write it under `spec.template.metadata.annotations`"),
                    false => finding.help(format!("it belongs on {}", listed(known.kinds))),
                },
            );
            continue;
        }
        if let Some(value) = node.as_str()
            && let Err(expected) = readable(name, value)
        {
            findings.push(
                object
                    .finding(&INVALID, node, format!("`{value}` is no value for `{name}`"))
                    .help(format!("expected {expected}")),
            );
        }
    }
}

/// The label wins over the annotation, so that the annotation does no harm.
fn is_replaced(object: &Object<'_>, name: &str) -> bool {
    name == "sidecar.istio.io/inject"
        && (object.label(name).is_some()
            || object
                .at("spec.template.metadata.labels")
                .is_some_and(|labels| labels.get(name).is_some()))
}

/// Whether a pod shows the init container that runs where istio-cni does not.
fn has_init(object: &Object<'_>) -> bool {
    object
        .items("spec.initContainers")
        .iter()
        .any(|container| super::group::text(container, "name") == Some("istio-init"))
}

/// Whether Istio can read a value; else what it expects.
fn readable(name: &str, value: &str) -> Result<(), &'static str> {
    let check = |is_right: bool, expected| if is_right { Ok(()) } else { Err(expected) };
    let (_, key) = name.split_once('/').unwrap_or(("", name));
    match (name, key) {
        (_, "interceptionMode") => {
            check(matches!(value, "REDIRECT" | "TPROXY" | "NONE"), "REDIRECT, TPROXY or NONE")
        }
        ("status.sidecar.istio.io/port", _) => check(is_port(value), "a port number"),
        (_, "initialDelaySeconds" | "periodSeconds" | "failureThreshold") => {
            check(value.parse::<u32>().is_ok(), "a whole number")
        }
        (_, "includeOutboundIPRanges") => {
            check(value == "*" || are_ranges(value), "`*`, or IP ranges")
        }
        (_, "excludeOutboundIPRanges") => {
            check(are_ranges(value), "IP ranges such as `10.0.0.0/8,192.168.0.0/16`")
        }
        (_, "includeInboundPorts") => {
            check(value == "*" || are_ports(value), "`*`, or port numbers")
        }
        (_, "excludeInboundPorts" | "excludeOutboundPorts") => {
            check(are_ports(value), "port numbers such as `8080,9090`")
        }
        (_, "merge-metrics") => check(
            matches!(
                value,
                "1" | "t"
                    | "T"
                    | "TRUE"
                    | "true"
                    | "True"
                    | "0"
                    | "f"
                    | "F"
                    | "FALSE"
                    | "false"
                    | "False"
            ),
            "`true` or `false`",
        ),
        (_, "proxyCPU" | "proxyMemory" | "proxyCPULimit" | "proxyMemoryLimit") => {
            check(is_quantity(value), "a quantity such as `100m` or `128Mi`")
        }
        (_, "config") => {
            check(plumb_kube::yaml::compose(value).problems.is_empty(), "the YAML of a ProxyConfig")
        }
        _ => Ok(()),
    }
}

fn is_port(value: &str) -> bool {
    value.trim().parse::<u16>().is_ok()
}

fn are_ports(value: &str) -> bool {
    value.trim().is_empty() || value.split(',').all(is_port)
}

fn are_ranges(value: &str) -> bool {
    let is_range = |range: &str| {
        range.split_once('/').is_some_and(|(address, length)| {
            let most = match address.parse::<IpAddr>() {
                Ok(IpAddr::V4(_)) => 32,
                Ok(IpAddr::V6(_)) => 128,
                Err(_) => return false,
            };
            length.parse::<u8>().is_ok_and(|length| length <= most)
        })
    };
    value.is_empty() || value.split(',').all(is_range)
}

/// Kubernetes' quantities: a signed decimal, then a suffix or an exponent.
fn is_quantity(value: &str) -> bool {
    let unsigned = value.strip_prefix(['+', '-']).unwrap_or(value);
    let end = unsigned.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(unsigned.len());
    let (digits, suffix) = unsigned.split_at(end);
    let is_number = digits.bytes().any(|b| b.is_ascii_digit()) && digits.matches('.').count() <= 1;
    let is_exponent =
        suffix.strip_prefix(['e', 'E']).is_some_and(|exponent| exponent.parse::<i32>().is_ok());
    is_number
        && (is_exponent
            || matches!(
                suffix,
                "" | "n"
                    | "u"
                    | "m"
                    | "k"
                    | "M"
                    | "G"
                    | "T"
                    | "P"
                    | "E"
                    | "Ki"
                    | "Mi"
                    | "Gi"
                    | "Ti"
                    | "Pi"
                    | "Ei"
            ))
}
