//! What single fields must hold: left empty, out of range or of a form that an API server refuses.
//!
//! One line a field. What takes more than the field itself stands with its subject.

use super::containers;
use super::declare::declare;
use crate::at::At;
use crate::fault::Faults;
use crate::names;

declare! {
FIELD_VALUE = "field-value", "pkg/apis/*/validation, of each kind", "a field left empty, or with a value that it cannot have",
"The schemas of Kubernetes say of most fields only that they are a text or a number. The API server asks more: a reference has a name, a \
path within a volume is relative, a number is in its range, a name has the form of such names. The message says what this field must hold.",
"Pod.spec",
"containers: [{name: web, image: nginx}]\nvolumes: [{name: config, configMap: {name: \"\"}}]",
"containers: [{name: web, image: nginx}]\nvolumes: [{name: config, configMap: {name: web}}]";
}

/// What a field must hold.
#[derive(Clone, Copy)]
enum Must {
    /// Be there, and not empty.
    Stand,
    /// Be there, and have this form.
    Have(Form),
    /// Have this form if it is there and not empty.
    If(Form),
    /// Be one of these if it is there and not empty.
    BeOf(&'static [&'static str]),
    /// Be a number in this range if it is there.
    Lie(i128, i128),
    /// Be a quantity, not below zero, if it is there.
    Measure,
}
use Must::{BeOf, Have, If, Lie, Measure, Stand};

type Form = fn(&str) -> Option<&'static str>;

/// A field, as a path with `[]` for each item of a list and `{}` for each value of a map, and what it must hold.
type Field = (&'static str, Must);

const MOST: i128 = i32::MAX as i128;

/// In a container: an item of `containers` or `initContainers`.
static CONTAINER: &[Field] = &[
    ("env[].valueFrom.configMapKeyRef.name", Have(names::subdomain)),
    ("env[].valueFrom.configMapKeyRef.key", Have(names::config_key)),
    ("env[].valueFrom.secretKeyRef.name", Have(names::subdomain)),
    ("env[].valueFrom.secretKeyRef.key", Have(names::config_key)),
    ("env[].valueFrom.fieldRef.apiVersion", BeOf(&["v1"])),
    ("env[].valueFrom.fileKeyRef.volumeName", Stand),
    ("securityContext.windowsOptions.gmsaCredentialSpecName", If(names::subdomain)),
    ("envFrom[].prefix", If(names::variable)),
    ("envFrom[].configMapRef.name", Have(names::subdomain_prefix)),
    ("envFrom[].secretRef.name", Have(names::subdomain_prefix)),
    ("livenessProbe.httpGet.httpHeaders[].name", Have(names::header)),
    ("readinessProbe.httpGet.httpHeaders[].name", Have(names::header)),
    ("startupProbe.httpGet.httpHeaders[].name", Have(names::header)),
    ("lifecycle.postStart.httpGet.httpHeaders[].name", Have(names::header)),
    ("lifecycle.preStop.httpGet.httpHeaders[].name", Have(names::header)),
    ("resizePolicy[].resourceName", BeOf(&["cpu", "memory"])),
    ("securityContext.seccompProfile.localhostProfile", If(names::descending)),
    ("volumeDevices[].devicePath", Have(names::forward)),
];

/// In the spec of a pod.
static POD: &[Field] = &[
    ("dnsConfig.searches[]", If(search)),
    ("dnsConfig.options[].name", Stand),
    ("hostnameOverride", If(names::subdomain)),
    ("hostAliases[].hostnames[]", If(names::subdomain)),
    ("readinessGates[].conditionType", Have(names::qualified)),
    ("schedulingGates[].name", Have(names::qualified)),
    ("resourceClaims[].name", Have(names::label)),
    ("securityContext.sysctls[].name", Have(names::sysctl)),
    ("securityContext.seccompProfile.localhostProfile", If(names::descending)),
    (
        "affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[].matchFields[].key",
        BeOf(&["metadata.name"]),
    ),
    (
        "affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[].namespaces[]",
        Have(names::label),
    ),
    (
        "affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[].namespaces[]",
        Have(names::label),
    ),
];

/// In a volume of a pod.
static VOLUME: &[Field] = &[
    ("configMap.name", Stand),
    ("configMap.items[].key", Stand),
    ("configMap.items[].path", Stand),
    ("secret.secretName", Stand),
    ("secret.items[].key", Stand),
    ("secret.items[].path", Stand),
    ("persistentVolumeClaim.claimName", Stand),
    ("projected.sources[].configMap.name", Stand),
    ("projected.sources[].configMap.items[].key", Stand),
    ("projected.sources[].configMap.items[].path", Stand),
    ("projected.sources[].secret.name", Stand),
    ("projected.sources[].secret.items[].key", Stand),
    ("projected.sources[].secret.items[].path", Stand),
    ("projected.sources[].serviceAccountToken.path", Have(names::descending)),
    ("projected.sources[].clusterTrustBundle.path", Have(names::descending)),
    ("gitRepo.repository", Stand),
    ("gitRepo.directory", If(names::descending)),
    ("csi.driver", Have(driver)),
    ("azureFile.secretName", Stand),
    ("rbd.monitors", Stand),
    ("rbd.image", Stand),
    ("cephfs.monitors", Stand),
    ("glusterfs.endpoints", Stand),
    ("image.pullPolicy", BeOf(&["Always", "Never", "IfNotPresent"])),
    ("ephemeral.volumeClaimTemplate", Stand),
    ("csi.nodePublishSecretRef.name", Have(names::subdomain)),
    ("downwardAPI.items[].path", Stand),
    ("projected.sources[].downwardAPI.items[].path", Stand),
];

/// In a volume of a pod, and in a PersistentVolume.
static SOURCE: &[Field] = &[
    ("nfs.server", Stand),
    ("nfs.path", Have(absolute)),
    ("iscsi.targetPortal", Stand),
    ("iscsi.iqn", Have(iqn)),
    ("iscsi.lun", Lie(0, 255)),
    ("awsElasticBlockStore.volumeID", Stand),
    ("awsElasticBlockStore.partition", Lie(0, 255)),
    ("gcePersistentDisk.pdName", Stand),
    ("gcePersistentDisk.partition", Lie(0, 255)),
    ("azureFile.shareName", Stand),
    ("azureDisk.diskName", Stand),
    ("azureDisk.diskURI", Stand),
    ("cinder.volumeID", Stand),
    ("vsphereVolume.volumePath", Stand),
    ("flexVolume.driver", Stand),
    ("portworxVolume.volumeID", Stand),
    ("glusterfs.path", Stand),
    ("azureDisk.cachingMode", BeOf(&["None", "ReadOnly", "ReadWrite"])),
    ("photonPersistentDisk.pdID", Stand),
    ("storageos.volumeName", Stand),
    ("scaleIO.gateway", Stand),
    ("scaleIO.system", Stand),
    ("scaleIO.volumeName", Stand),
    ("quobyte.registry", Stand),
    ("quobyte.volume", Stand),
];

/// In the spec of a PersistentVolume, and of a volume in a VolumeAttachment: `validateCSIPersistentVolumeSource`, which doesn't
/// look at `nodeStageSecretRef`.
static CSI: &[Field] = &[
    ("csi.driver", Have(driver)),
    ("csi.volumeHandle", Stand),
    ("csi.controllerPublishSecretRef.name", Have(names::subdomain)),
    ("csi.controllerPublishSecretRef.namespace", Have(names::label)),
    ("csi.controllerExpandSecretRef.name", Have(names::subdomain)),
    ("csi.controllerExpandSecretRef.namespace", Have(names::label)),
    ("csi.nodePublishSecretRef.name", Have(names::subdomain)),
    ("csi.nodePublishSecretRef.namespace", Have(names::label)),
    ("csi.nodeExpandSecretRef.name", Have(names::subdomain)),
    ("csi.nodeExpandSecretRef.namespace", Have(names::label)),
];

/// In the spec of a claim, be it one of its own, a StatefulSet's or a pod's.
static CLAIM: &[Field] = &[
    ("storageClassName", If(names::subdomain)),
    ("volumeAttributesClassName", If(names::subdomain)),
    ("dataSource.apiGroup", If(names::subdomain)),
    ("dataSourceRef.apiGroup", If(names::subdomain)),
    ("dataSource.kind", Stand),
    ("dataSource.name", Stand),
    ("dataSourceRef.kind", Stand),
    ("dataSourceRef.name", Stand),
];

/// The fields without which an object of the kind is none, where the schemas leave them open.
static NEEDED: &[(&str, &[&str], &[&str])] = &[
    ("", &["Service", "PersistentVolume", "PersistentVolumeClaim"], &["spec"]),
    ("", &["ReplicationController"], &["spec", "spec.template"]),
    ("", &["PodTemplate"], &["template", "template.spec"]),
    (
        "apps",
        &["Deployment", "ReplicaSet", "StatefulSet", "DaemonSet"],
        &["spec", "spec.selector", "spec.template", "spec.template.spec"],
    ),
    ("batch", &["Job"], &["spec", "spec.template", "spec.template.spec"]),
    (
        "batch",
        &["CronJob"],
        &[
            "spec",
            "spec.jobTemplate",
            "spec.jobTemplate.spec",
            "spec.jobTemplate.spec.template",
            "spec.jobTemplate.spec.template.spec",
        ],
    ),
    ("networking.k8s.io", &["Ingress"], &["spec"]),
    ("networking.k8s.io", &["IngressClass"], &["spec", "spec.controller"]),
    (
        "admissionregistration.k8s.io",
        &["ValidatingAdmissionPolicy", "MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding"],
        &["spec"],
    ),
];

/// By group and kind.
static KINDS: &[(&str, &str, &[Field])] = &[
    (
        "",
        "PersistentVolume",
        &[
            ("spec.hostPath.path", Have(names::forward)),
            ("spec.local.path", Have(names::forward)),
            ("spec.storageClassName", If(names::subdomain)),
        ],
    ),
    (
        "",
        "Node",
        &[
            ("spec.taints[].key", Have(names::qualified)),
            ("spec.taints[].value", If(names::label_value)),
            ("spec.podCIDR", If(range)),
            ("spec.podCIDRs[]", Have(range)),
        ],
    ),
    (
        "",
        "Endpoints",
        &[
            ("subsets[].addresses[].hostname", If(names::label)),
            ("subsets[].addresses[].nodeName", If(names::subdomain)),
            ("subsets[].notReadyAddresses[].hostname", If(names::label)),
            ("subsets[].notReadyAddresses[].nodeName", If(names::subdomain)),
            ("subsets[].ports[].name", If(names::label)),
            ("subsets[].ports[].appProtocol", If(names::qualified)),
        ],
    ),
    ("apps", "DaemonSet", &[("spec.revisionHistoryLimit", Lie(0, MOST))]),
    (
        "storage.k8s.io",
        "CSIDriver",
        &[("spec.tokenRequests[].expirationSeconds", Lie(600, 1 << 32))],
    ),
    ("storage.k8s.io", "CSIStorageCapacity", &[("capacity", Measure)]),
    (
        "networking.k8s.io",
        "IPAddress",
        &[
            ("spec.parentRef.group", If(names::subdomain)),
            ("spec.parentRef.resource", Have(names::segment)),
            ("spec.parentRef.name", Have(names::segment)),
            ("spec.parentRef.namespace", If(names::segment)),
        ],
    ),
    ("", "Namespace", &[("spec.finalizers[]", Have(finalizer))]),
    (
        "",
        "Service",
        &[("spec.externalIPs[]", If(outside)), ("spec.loadBalancerClass", If(names::qualified))],
    ),
    (
        "apps",
        "StatefulSet",
        &[
            ("spec.serviceName", If(names::label)),
            ("spec.ordinals.start", Lie(0, MOST)),
            ("spec.updateStrategy.rollingUpdate.partition", Lie(0, MOST)),
        ],
    ),
    (
        "autoscaling",
        "HorizontalPodAutoscaler",
        &[
            ("spec.behavior.scaleUp.tolerance", Measure),
            ("spec.behavior.scaleDown.tolerance", Measure),
            ("spec.scaleTargetRef.kind", Have(names::segment)),
            ("spec.scaleTargetRef.name", Have(names::segment)),
            ("spec.scaleTargetRef.apiVersion", If(group_version)),
            ("spec.metrics[].resource.name", Stand),
            ("spec.metrics[].containerResource.name", Stand),
            ("spec.metrics[].containerResource.container", Have(names::label)),
            ("spec.metrics[].pods.metric.name", Have(names::segment)),
            ("spec.metrics[].object.metric.name", Have(names::segment)),
            ("spec.metrics[].object.describedObject.kind", Have(names::segment)),
            ("spec.metrics[].object.describedObject.name", Have(names::segment)),
            ("spec.metrics[].external.metric.name", Have(names::segment)),
        ],
    ),
    (
        "networking.k8s.io",
        "Ingress",
        &[
            ("spec.ingressClassName", If(names::subdomain)),
            ("spec.tls[].secretName", If(names::subdomain)),
            ("spec.defaultBackend.resource.kind", Stand),
            ("spec.defaultBackend.resource.name", Stand),
            ("spec.rules[].http.paths[].backend.resource.kind", Stand),
            ("spec.rules[].http.paths[].backend.resource.name", Stand),
        ],
    ),
    (
        "networking.k8s.io",
        "IngressClass",
        &[
            ("spec.parameters.scope", BeOf(&["Cluster", "Namespace"])),
            ("spec.parameters.apiGroup", If(names::subdomain)),
            ("spec.parameters.kind", Have(names::segment)),
            ("spec.parameters.name", Have(names::segment)),
        ],
    ),
    ("node.k8s.io", "RuntimeClass", &[("handler", Have(names::label))]),
    (
        "coordination.k8s.io",
        "Lease",
        &[("spec.leaseDurationSeconds", Lie(1, MOST)), ("spec.leaseTransitions", Lie(0, MOST))],
    ),
    (
        "certificates.k8s.io",
        "CertificateSigningRequest",
        &[
            ("spec.signerName", Have(domain_path)),
            ("spec.usages", Stand),
            ("spec.expirationSeconds", Lie(600, MOST)),
        ],
    ),
    (
        "flowcontrol.apiserver.k8s.io",
        "FlowSchema",
        &[
            ("spec.priorityLevelConfiguration.name", Have(names::subdomain)),
            ("spec.matchingPrecedence", Lie(0, 10_000)),
            ("spec.rules[].subjects", Stand),
        ],
    ),
    (
        "discovery.k8s.io",
        "EndpointSlice",
        &[
            ("endpoints[].addresses", Stand),
            ("endpoints[].hostname", If(names::label)),
            ("endpoints[].nodeName", If(names::subdomain)),
            ("endpoints[].hints.forZones[].name", If(names::label_value)),
            ("endpoints[].hints.forNodes[].name", Have(names::subdomain)),
            ("ports[].name", If(names::label)),
            ("ports[].appProtocol", If(names::qualified)),
        ],
    ),
    ("rbac.authorization.k8s.io", "RoleBinding", &[("subjects[].name", Stand)]),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding", &[("subjects[].name", Stand)]),
    (
        "apiregistration.k8s.io",
        "APIService",
        &[("spec.groupPriorityMinimum", Lie(1, 20_000)), ("spec.versionPriority", Lie(1, 1_000))],
    ),
    (
        "batch",
        "Job",
        &[
            ("spec.managedBy", If(domain_path)),
            ("spec.podFailurePolicy.rules[].onExitCodes.values", Stand),
        ],
    ),
    ("batch", "CronJob", &[("spec.jobTemplate.spec.managedBy", If(domain_path))]),
    (
        "storage.k8s.io",
        "StorageClass",
        &[("allowedTopologies[].matchLabelExpressions[].values", Stand)],
    ),
];

/// The fields of a kind; pods and their templates have [`pod`].
pub(super) fn kind(root: &At<'_>, group: &str, kind: &str, out: &mut Faults) {
    for (_, _, fields) in KINDS.iter().filter(|(g, k, _)| (*g, *k) == (group, kind)) {
        check(root, fields, out);
    }
    for (_, _, fields) in NEEDED.iter().filter(|(g, kinds, _)| *g == group && kinds.contains(&kind))
    {
        for at in fields.iter().flat_map(|field| reach(root, field)).filter(|at| at.node.is_null())
        {
            out.required(&FIELD_VALUE, &at, "");
        }
    }
    if (group, kind) == ("", "PersistentVolume")
        && let Some(spec) = root.get("spec")
    {
        check(&spec, SOURCE, out);
        volume(&spec, out);
    }
}

/// The fields of a CSI volume that is no pod's.
pub(super) fn volume(spec: &At<'_>, out: &mut Faults) {
    check(spec, CSI, out);
}

/// The fields of a claim's spec.
pub(super) fn claim(spec: &At<'_>, out: &mut Faults) {
    check(spec, CLAIM, out);
}

/// The name of something that becomes a part of another: there, and a label.
pub(super) fn label(at: &At<'_>, out: &mut Faults) {
    hold(at, Have(names::label), out);
}

/// The fields of a pod's spec.
pub(super) fn pod(spec: &At<'_>, out: &mut Faults) {
    check(spec, POD, out);
    for container in spec.list("containers").iter().chain(&spec.list("initContainers")) {
        check(container, CONTAINER, out);
    }
    for volume in spec.list("volumes") {
        check(&volume, VOLUME, out);
        check(&volume, SOURCE, out);
    }
}

fn check(root: &At<'_>, fields: &[Field], out: &mut Faults) {
    for (path, must) in fields {
        for at in reach(root, path) {
            hold(&at, *must, out);
        }
    }
}

/// The fields at a path below a place, absent ones too where what would hold them is there.
fn reach<'n>(root: &At<'n>, path: &'n str) -> Vec<At<'n>> {
    let first = path.split(['.', '[', '{']).next().unwrap_or_default();
    if first != path && root.node.get(first).is_none() {
        return Vec::new();
    }
    let mut places = vec![root.clone()];
    let mut steps = path.split('.').peekable();
    while let Some(step) = steps.next() {
        let last = steps.peek().is_none();
        places = places
            .iter()
            .flat_map(|at| match (step.strip_suffix("[]"), step.strip_suffix("{}")) {
                (Some(name), _) => at.list(name),
                (_, Some(name)) => {
                    let entries = at.get(name).map(|at| at.entries()).unwrap_or_default();
                    entries.into_iter().map(|(_, at)| at).collect()
                }
                _ if last => vec![at.field(step)],
                _ => at.get(step).into_iter().collect(),
            })
            .collect();
    }
    places
}

fn hold(at: &At<'_>, must: Must, out: &mut Faults) {
    let empty =
        at.node.is_null() || at.str() == Some("") || at.node.as_seq().is_some_and(<[_]>::is_empty);
    match must {
        Stand | Have(_) if empty => {
            out.required(&FIELD_VALUE, at, "");
        }
        Have(form) | If(form) if !empty => {
            let Some(text) = at.str() else { return };
            if let Some(why) = form(text) {
                // Of a path or an address, a name would be no better form.
                let better = names::mended(text, form).filter(|_| !text.contains(['/', ':']));
                let finding = out.invalid(&FIELD_VALUE, at, why);
                finding.near(better);
            }
        }
        BeOf(values) if !empty => {
            let Some(text) = at.str().filter(|text| !values.contains(text)) else { return };
            let near = plumb_text::diag::nearest(text, values.iter().copied());
            out.not_supported(&FIELD_VALUE, at, values).near(near);
        }
        Lie(least, most) => {
            let Some(number) = at.int().filter(|number| !(least..=most).contains(number)) else {
                return;
            };
            let why = match number < least && most == MOST {
                true => format!("must be greater than or equal to {least}"),
                false => format!("must be between {least} and {most}, inclusive"),
            };
            out.invalid(&FIELD_VALUE, at, why);
        }
        Measure if !empty => containers::amount_of(at, out),
        _ => {}
    }
}

fn absolute(text: &str) -> Option<&'static str> {
    (!text.starts_with('/')).then_some("must be an absolute path")
}

/// A domain to search: it may have underscores, and a dot at its end.
fn search(text: &str) -> Option<&'static str> {
    let bare = text.strip_suffix('.').unwrap_or(text);
    let steps =
        bare.split('.').map(|step| step.strip_prefix('_').unwrap_or(step).replace('_', "-"));
    let bare = steps.collect::<Vec<_>>().join(".");
    if bare.is_empty() { None } else { names::subdomain(&bare) }
}

/// The name of a CSI driver.
pub(super) fn driver(text: &str) -> Option<&'static str> {
    if text.len() > 63 {
        return Some("must be no more than 63 characters");
    }
    names::subdomain(&text.to_ascii_lowercase())
}

/// The qualified name of an iSCSI target.
fn iqn(text: &str) -> Option<&'static str> {
    let good = ["iqn", "eui", "naa"].iter().any(|start| text.starts_with(start));
    (!good).then_some("must be valid format starting with iqn, eui, or naa")
}

fn range(text: &str) -> Option<&'static str> {
    names::cidr(text)
        .is_none()
        .then_some("must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)")
}

/// An address that others can reach; whether it is an address at all is the Service's to say.
pub(super) fn outside(text: &str) -> Option<&'static str> {
    let ip = names::ip(text)?;
    let (unspecified, loopback) = (ip.is_unspecified(), ip.is_loopback());
    let (local, multicast) = match ip {
        std::net::IpAddr::V4(ip) => (ip.is_link_local(), ip.octets()[..3] == [224, 0, 0]),
        std::net::IpAddr::V6(ip) => {
            (ip.segments()[0] & 0xffc0 == 0xfe80, ip.segments()[0] & 0xff0f == 0xff02)
        }
    };
    if unspecified {
        Some("may not be unspecified (0.0.0.0 or ::)")
    } else if loopback {
        Some("may not be in the loopback range (127.0.0.0/8, ::1/128)")
    } else if local {
        Some("may not be in the link-local range (169.254.0.0/16, fe80::/10)")
    } else if multicast {
        Some("may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)")
    } else {
        None
    }
}

fn group_version(text: &str) -> Option<&'static str> {
    (text.split('/').count() > 2).then_some("must be GROUP/VERSION, or VERSION for the core group")
}

/// A domain and a path, such as `example.com/name`.
pub(super) fn domain_path(text: &str) -> Option<&'static str> {
    let good = text.split_once('/').is_some_and(|(domain, path)| {
        names::subdomain(domain).is_none()
            && !path.is_empty()
            && !path.contains(char::is_whitespace)
    });
    (!good).then_some("must be a domain-prefixed path (such as \"acme.io/foo\")")
}

/// The name of a finalizer: Kubernetes' own, or with a domain before it.
pub(super) fn finalizer(text: &str) -> Option<&'static str> {
    if text.contains('/') {
        return names::qualified(text);
    }
    let standard = ["kubernetes", "orphan", "foregroundDeletion"].contains(&text);
    (!standard).then_some("name is neither a standard finalizer name nor is it fully qualified")
}
