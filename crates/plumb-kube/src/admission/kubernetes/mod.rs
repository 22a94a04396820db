//! What an API server checks in the built-in kinds by code, beyond their schemas: fields that exclude or need each other,
//! names that must refer to something in the same object, the syntax within strings.
//!
//! Owns: one small entry a rule (its code, its page with a wrong and a right example, which are its test), and the
//! functions that walk the kinds. Must not know: schemas (what a schema says is not said here again), other documents,
//! where a manifest stands.
//!
//! The rules follow `pkg/apis/*/validation` of Kubernetes. Where a cluster's settings decide, nothing is reported, but for
//! node ports: nearly every server has the default there.

mod admission;
mod autoscaling;
mod cluster;
mod codes;
mod config;
mod containers;
mod crd;
mod cron;
mod csi;
mod declare;
mod declared;
mod defaults;
mod definition;
mod devices;
mod endpoints;
mod expressions;
mod fields;
mod flow;
mod ingress;
mod lists;
mod meta;
mod mutation;
mod networkpolicy;
mod pod;
mod quantity;
mod rbac;
mod requests;
mod scheduling;
mod service;
mod signing;
mod sizes;
mod slices;
mod storage;
#[cfg(test)]
pub(super) mod tests;
mod trust;
mod volumes;
mod webhooks;
mod workloads;

pub use admission::ADMISSION_DYN;
pub use config::SECRET_BASE64;
pub use service::SERVICE_NODE_PORT_RANGE;

use crate::at::At;
use crate::fault::{Fault, Faults, Rule};
use crate::versions::Versions;
use crate::{Document, bundle};
use plumb_text::diag::Code;

/// Every rule, by subject.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    [
        meta::RULES,
        pod::RULES,
        containers::RULES,
        volumes::RULES,
        scheduling::RULES,
        workloads::RULES,
        service::RULES,
        ingress::RULES,
        networkpolicy::RULES,
        config::RULES,
        autoscaling::RULES,
        rbac::RULES,
        storage::RULES,
        crd::RULES,
        webhooks::RULES,
        endpoints::RULES,
        admission::RULES,
        mutation::RULES,
        cluster::RULES,
        flow::RULES,
        csi::RULES,
        signing::RULES,
        trust::RULES,
        devices::RULES,
        slices::RULES,
        fields::RULES,
    ]
    .into_iter()
    .flatten()
    .copied()
}

/// Every code of this module.
pub fn codes() -> impl Iterator<Item = &'static Code> {
    rules().map(|rule| rule.code).chain(codes::CODES.iter().copied())
}

/// The kinds that there are rules for, beside those for names and labels: group and kind.
pub static KINDS: &[(&str, &str)] = &[
    ("", "ConfigMap"),
    ("", "Endpoints"),
    ("", "LimitRange"),
    ("", "Namespace"),
    ("", "Node"),
    ("", "PersistentVolume"),
    ("", "PersistentVolumeClaim"),
    ("", "Pod"),
    ("", "PodTemplate"),
    ("", "ReplicationController"),
    ("", "ResourceQuota"),
    ("", "Secret"),
    ("", "Service"),
    ("admissionregistration.k8s.io", "MutatingAdmissionPolicy"),
    ("admissionregistration.k8s.io", "MutatingAdmissionPolicyBinding"),
    ("admissionregistration.k8s.io", "MutatingWebhookConfiguration"),
    ("admissionregistration.k8s.io", "ValidatingAdmissionPolicy"),
    ("admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding"),
    ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"),
    ("apiextensions.k8s.io", "CustomResourceDefinition"),
    ("apiregistration.k8s.io", "APIService"),
    ("apps", "DaemonSet"),
    ("apps", "Deployment"),
    ("apps", "ReplicaSet"),
    ("apps", "StatefulSet"),
    ("autoscaling", "HorizontalPodAutoscaler"),
    ("batch", "CronJob"),
    ("batch", "Job"),
    ("certificates.k8s.io", "CertificateSigningRequest"),
    ("certificates.k8s.io", "ClusterTrustBundle"),
    ("coordination.k8s.io", "Lease"),
    ("discovery.k8s.io", "EndpointSlice"),
    ("flowcontrol.apiserver.k8s.io", "FlowSchema"),
    ("flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration"),
    ("networking.k8s.io", "IPAddress"),
    ("networking.k8s.io", "Ingress"),
    ("networking.k8s.io", "IngressClass"),
    ("networking.k8s.io", "NetworkPolicy"),
    ("networking.k8s.io", "ServiceCIDR"),
    ("node.k8s.io", "RuntimeClass"),
    ("policy", "PodDisruptionBudget"),
    ("rbac.authorization.k8s.io", "ClusterRole"),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"),
    ("rbac.authorization.k8s.io", "Role"),
    ("rbac.authorization.k8s.io", "RoleBinding"),
    ("resource.k8s.io", "DeviceClass"),
    ("resource.k8s.io", "DeviceTaintRule"),
    ("resource.k8s.io", "ResourceClaim"),
    ("resource.k8s.io", "ResourceClaimTemplate"),
    ("resource.k8s.io", "ResourceSlice"),
    ("scheduling.k8s.io", "PriorityClass"),
    ("storage.k8s.io", "CSIDriver"),
    ("storage.k8s.io", "CSINode"),
    ("storage.k8s.io", "CSIStorageCapacity"),
    ("storage.k8s.io", "StorageClass"),
    ("storage.k8s.io", "VolumeAttachment"),
    ("storage.k8s.io", "VolumeAttributesClass"),
];

/// What of these values, which a server reads as quantities, it can't read. (A rule about one of them may say so already.)
pub(crate) fn quantities(places: &[At<'_>], versions: &Versions) -> Vec<Fault> {
    let mut out = Faults::new(versions);
    places.iter().for_each(|at| containers::is_quantity(at, &mut out));
    out.into_list()
}

/// Checks a document of a built-in kind; nothing to say about any other.
pub(crate) fn check(document: &Document, versions: &Versions) -> Vec<Fault> {
    let (Some(group), Some(kind)) = (document.group(), document.kind()) else { return Vec::new() };
    let kind = kind.value;
    let version = document.version().unwrap_or_default();
    if bundle::find(group, version, kind).is_none_or(|known| known.product != "k8s") {
        return Vec::new();
    }
    let mut out = Faults::new(versions);
    let root = At::root(document);
    meta::names(&root, group, kind, &mut out);
    fields::kind(&root, group, kind, &mut out);
    let spec = root.get("spec");
    match (group, kind) {
        ("", "ConfigMap") => config::config_map(&root, &mut out),
        ("", "Secret") => config::secret(&root, &mut out),
        ("", "Node") => {
            if let Some(spec) = spec {
                storage::node(&spec, &mut out);
            }
        }
        ("", "LimitRange") => storage::limit_range(&root, &mut out),
        ("", "ResourceQuota") => storage::resource_quota(&root, &mut out),
        ("", "PersistentVolume") => storage::volume(&root, &mut out),
        ("", "PersistentVolumeClaim") => {
            if let Some(spec) = spec {
                storage::claim(&spec, &mut out);
            }
        }
        ("storage.k8s.io", "StorageClass") => storage::class(&root, &mut out),
        ("storage.k8s.io", "VolumeAttributesClass") => cluster::volume_attributes(&root, &mut out),
        ("storage.k8s.io", "CSIStorageCapacity") => csi::capacity(&root, &mut out),
        ("storage.k8s.io", _) => {
            if let Some(spec) = spec {
                match kind {
                    "CSIDriver" => csi::driver(&spec, &mut out),
                    "CSINode" => csi::node(&spec, &mut out),
                    "VolumeAttachment" => csi::attachment(&spec, &mut out),
                    _ => {}
                }
            }
        }
        ("networking.k8s.io", "IPAddress") => cluster::ip_address(&root, &mut out),
        ("apiregistration.k8s.io", "APIService") => cluster::api_service(&root, &mut out),
        ("networking.k8s.io", "ServiceCIDR") => cluster::service_cidr(&root, &mut out),
        ("flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration") => {
            flow::priority_level(&root, &mut out);
        }
        ("flowcontrol.apiserver.k8s.io", "FlowSchema") => flow::flow_schema(&root, &mut out),
        ("certificates.k8s.io", "CertificateSigningRequest") => {
            if let Some(spec) = spec {
                signing::request(&spec, &mut out);
            }
        }
        ("node.k8s.io", "RuntimeClass") => scheduling::runtime_class(&root, &mut out),
        ("apiextensions.k8s.io", "CustomResourceDefinition") => {
            crd::definition(&root, &mut out);
        }
        (
            "admissionregistration.k8s.io",
            "ValidatingWebhookConfiguration" | "MutatingWebhookConfiguration",
        ) => webhooks::webhooks(&root, &mut out),
        ("admissionregistration.k8s.io", "ValidatingAdmissionPolicy") => {
            if let Some(spec) = spec {
                admission::policy(&spec, &mut out);
            }
        }
        ("admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding") => {
            if let Some(spec) = spec {
                admission::binding(&spec, &mut out);
            }
        }
        ("admissionregistration.k8s.io", "MutatingAdmissionPolicy") => {
            if let Some(spec) = spec {
                mutation::policy(&spec, &mut out);
            }
        }
        ("admissionregistration.k8s.io", "MutatingAdmissionPolicyBinding") => {
            if let Some(spec) = spec {
                mutation::binding(&spec, &mut out);
            }
        }
        ("certificates.k8s.io", "ClusterTrustBundle") => trust::bundle(&root, &mut out),
        ("resource.k8s.io", _) => {
            if let Some(spec) = spec {
                match kind {
                    "ResourceClaim" => devices::claim(&spec, &mut out),
                    "ResourceClaimTemplate" => devices::template(&spec, &mut out),
                    "DeviceClass" => devices::class(&spec, &mut out),
                    "DeviceTaintRule" => devices::taint_rule(&spec, &mut out),
                    "ResourceSlice" => slices::slice(&spec, &mut out),
                    _ => {}
                }
            }
        }
        ("", "Endpoints") => endpoints::endpoints(&root, &mut out),
        ("discovery.k8s.io", "EndpointSlice") => endpoints::endpoint_slice(&root, &mut out),
        ("scheduling.k8s.io", "PriorityClass") => scheduling::priority(&root, &mut out),
        ("networking.k8s.io", "IngressClass") => ingress::ingress_class(&root, &mut out),
        ("", "Pod") => {
            if let Some(spec) = spec {
                pod::spec(&spec, None, &mut out);
            }
        }
        ("", "PodTemplate") => {
            if let Some(template) = root.get("template") {
                workloads::template(&template, None, &mut out);
            }
        }
        ("", "ReplicationController")
        | ("apps", "Deployment" | "ReplicaSet" | "DaemonSet" | "StatefulSet")
        | ("batch", "Job" | "CronJob") => {
            if kind == "Job" {
                workloads::indexed_name(&root, &mut out);
            }
            if let Some(spec) = spec {
                workloads::workload(kind, &spec, &mut out);
            }
        }
        ("", "Service") => {
            if let Some(spec) = spec {
                service::service(&spec, &mut out);
            }
        }
        ("networking.k8s.io", "Ingress") if document.version() == Some("v1") => {
            ingress::class(&root, &mut out);
            if let Some(spec) = spec {
                ingress::ingress(&spec, &mut out);
            }
        }
        ("networking.k8s.io", "NetworkPolicy") => {
            if let Some(spec) = spec {
                networkpolicy::policy(&spec, &mut out);
            }
        }
        ("autoscaling", "HorizontalPodAutoscaler") => {
            if let Some(spec) = spec {
                autoscaling::autoscaler(&spec, &mut out);
            }
        }
        ("policy", "PodDisruptionBudget") => {
            if let Some(spec) = spec {
                autoscaling::budget(&spec, &mut out);
            }
        }
        ("rbac.authorization.k8s.io", "Role" | "ClusterRole") => rbac::role(kind, &root, &mut out),
        ("rbac.authorization.k8s.io", "RoleBinding" | "ClusterRoleBinding") => {
            rbac::binding(kind, &root, &mut out);
        }
        _ => {}
    }
    let mut faults = out.into_list();
    faults.extend(definition::check(document, versions));
    faults
}
