//! Istio's annotations: known, on the right kind of resource, and with a value that Istio can read.

use super::codes::{
    ANNOTATION_ALPHA, ANNOTATION_DEPRECATED, ANNOTATION_INVALID, ANNOTATION_MISPLACED,
    ANNOTATION_UNKNOWN,
};
use super::pods::Pod;
use crate::admission::declare::rules;
use crate::at::At;
use crate::fault::{Authority, Faults, listed};
use crate::yaml;
use plumb_number::{KubernetesQuantity, Limits, ParseError};
use plumb_text::diag::nearest;
use std::net::IpAddr;

rules! { Authority::Istiod;
    MISPLACED = ANNOTATION_MISPLACED "", "annotations.K8sAnalyzer";
    UNKNOWN = ANNOTATION_UNKNOWN "", "annotations.K8sAnalyzer";
    INVALID = ANNOTATION_INVALID "", "annotations.K8sAnalyzer";
    DEPRECATED = ANNOTATION_DEPRECATED "", "annotations.K8sAnalyzer";
    ALPHA = ANNOTATION_ALPHA "", "maturity.AlphaAnalyzer";
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

/// Checks the annotations of an object of Kubernetes' own, and those of its pods.
pub(super) fn check(out: &mut Faults, root: &At<'_>, group: &str, kind: &str) {
    let is_checked = match group {
        "" => matches!(kind, "Namespace" | "Service" | "Pod"),
        "apps" => matches!(kind, "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet"),
        _ => false,
    };
    if is_checked {
        of(out, root, &root.field("metadata"), kind);
    }
    if let Some(pod) = Pod::of(root, group, kind).filter(|pod| !pod.is_pod) {
        of(out, root, &pod.metadata, "Pod");
    }
}

fn of(out: &mut Faults, root: &At<'_>, metadata: &At<'_>, kind: &str) {
    let annotations = metadata.field("annotations");
    for (name, node) in annotations.entries() {
        let is_istio = name == "kubernetes.io/ingress.class"
            || name.split_once('/').is_some_and(|(prefix, _)| prefix.ends_with("istio.io"));
        if !is_istio || WRITTEN_BY_ISTIO.contains(&name) {
            continue;
        }
        let Some(known) = KNOWN.iter().find(|known| known.name == name) else {
            let near = nearest(name, KNOWN.iter().map(|known| known.name));
            out.invalid(&UNKNOWN, &node, format!("Istio knows no annotation `{name}`")).near(near);
            continue;
        };
        if matches!(known.stage, Deprecated | DeprecatedBeta) && !is_replaced(root, name) {
            let fault = out.invalid(&DEPRECATED, &node, format!("`{name}` is deprecated"));
            if name == "sidecar.istio.io/inject" {
                fault
                    .on_all(&root.field("metadata").field("labels"))
                    .help("write it as a label, which is read first");
            }
        }
        let is_by_cni = kind == "Pod" && WRITTEN_BY_CNI.contains(&name) && !has_init(root);
        if matches!(known.stage, Alpha | Deprecated) && !is_by_cni {
            out.invalid(&ALPHA, &node, format!("`{name}` is of alpha maturity"));
        }
        if !known.kinds.is_empty() && !known.kinds.contains(&kind) {
            let template = root.field("spec").get("template");
            let help = match known.kinds == POD && kind != "Pod" && template.is_some() {
                true => "write it under `spec.template.metadata.annotations`".to_owned(),
                false => format!("it belongs on {}", listed(known.kinds)),
            };
            out.invalid(&MISPLACED, &node, format!("nothing reads `{name}` on a {kind}"))
                .help(help);
        } else if let Some(value) = node.str()
            && let Err(expected) = readable(name, value)
        {
            out.invalid(&INVALID, &node, format!("invalid value `{value}` for `{name}`"))
                .help(format!("expected {expected}"));
        }
    }
}

/// The label wins over the annotation, so that the annotation does no harm.
fn is_replaced(root: &At<'_>, name: &str) -> bool {
    let has = |at: Option<At<'_>>| at.is_some_and(|labels| labels.word(name).is_some());
    name == "sidecar.istio.io/inject"
        && (has(root.at(&["metadata", "labels"]))
            || has(root.at(&["spec", "template", "metadata", "labels"])))
}

/// Whether a pod shows the init container that runs where istio-cni does not.
fn has_init(root: &At<'_>) -> bool {
    let containers = root.field("spec").list("initContainers");
    containers.iter().any(|container| container.word("name") == Some("istio-init"))
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
            check(yaml::compose(value).problems.is_empty(), "the YAML of a ProxyConfig")
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

fn is_quantity(value: &str) -> bool {
    let read = KubernetesQuantity::parse(value, Limits::default());
    !matches!(read, Err(ParseError::Syntax))
}
