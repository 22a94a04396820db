//! Defaults of pods, their containers and volumes: `SetDefaults_PodSpec` and its kind in pkg/apis/core/v1/defaults.go.

use super::fields::{Fields, empty, list, object};
use plumb_cel::Value as Cel;

const CONTAINERS: [&str; 3] = ["containers", "initContainers", "ephemeralContainers"];

/// A Pod: what a template of one does not get.
pub(super) fn pod(pod: &mut Fields<'_>) {
    let mut spec = pod.object("spec");
    spec.set("enableServiceLinks", true);
    // Admission (the plugin ServiceAccount) gives every pod an account.
    let account = match spec.has("serviceAccountName") {
        Some(false) => spec.get("serviceAccount").cloned(),
        _ => None,
    };
    spec.set("serviceAccountName", account.unwrap_or_else(|| "default".into()));
    admission(&mut spec);
    let on_host = spec.is_true("hostNetwork");
    for name in ["containers", "initContainers"] {
        spec.each(name, |container| {
            requests(&mut container.object("resources"));
            container.each("ports", |port| {
                let number = port.get("containerPort").cloned().unwrap_or(Cel::Unknown);
                port.set_if(on_host, "hostPort", number);
            });
        });
    }
    pod_spec(&mut spec);
}

/// What other plugins of admission, which are on unless somebody turns them off, add to a Pod, and only a cluster knows.
fn admission(spec: &mut Fields<'_>) {
    // DefaultTolerationSeconds tolerates nodes that are not ready, and Priority writes what a class, or none, means.
    for name in ["tolerations", "priority", "preemptionPolicy"] {
        spec.set(name, Cel::Unknown);
    }
    extended(spec, "tolerations");
    // ServiceAccount: the account's secrets where the Pod has none, and a volume with a token unless Pod or account say no.
    spec.doubt("imagePullSecrets");
    if matches!(spec.get("automountServiceAccountToken"), Some(Cel::Bool(false))) {
        return;
    }
    spec.doubt("volumes");
    extended(spec, "volumes");
    for name in ["containers", "initContainers"] {
        spec.each(name, |container| {
            container.doubt("volumeMounts");
            extended(container, "volumeMounts");
        });
    }
}

/// The server may add to a list.
fn extended(holder: &mut Fields<'_>, name: &str) {
    if let Some(list) = holder.list(name) {
        list.open = true;
    }
}

/// What is limited is requested.
fn requests(resources: &mut Fields<'_>) {
    let limits = resources.at("limits").entries();
    if limits.is_empty() {
        return;
    }
    let mut requests = resources.object("requests");
    for (name, amount) in limits {
        if let Cel::String(name) = name {
            requests.set(&name, amount);
        }
    }
}

/// The `template` of a workload.
pub(super) fn template(holder: &mut Fields<'_>) {
    let mut template = holder.object("template");
    template.set("metadata", empty());
    pod_spec(&mut template.object("spec"));
}

fn pod_spec(spec: &mut Fields<'_>) {
    spec.set("dnsPolicy", "ClusterFirst");
    spec.set("restartPolicy", "Always");
    spec.set("schedulerName", "default-scheduler");
    spec.set("securityContext", empty());
    spec.set("terminationGracePeriodSeconds", 30);
    // The old name of the field is written with the new one.
    for (from, to) in
        [("serviceAccountName", "serviceAccount"), ("serviceAccount", "serviceAccountName")]
    {
        if let Some(account) = spec.get(from).cloned() {
            spec.set(to, account);
        }
    }
    spec.each("volumes", volume);
    for name in CONTAINERS {
        spec.each(name, container);
    }
}

fn container(container: &mut Fields<'_>) {
    let policy = pull_policy(container, "image");
    container.set("imagePullPolicy", policy);
    container.set("terminationMessagePath", "/dev/termination-log");
    container.set("terminationMessagePolicy", "File");
    container.set("resources", empty());
    container.each("ports", |port| port.set("protocol", "TCP"));
    for name in ["livenessProbe", "readinessProbe", "startupProbe"] {
        probe(&mut container.at(name));
    }
    for name in ["postStart", "preStop"] {
        http_get(&mut container.at("lifecycle").at(name));
    }
    container.each("env", |variable| {
        let mut from = variable.at("valueFrom");
        from.at("fieldRef").set("apiVersion", "v1");
        from.at("resourceFieldRef").set("divisor", "0");
    });
}

/// The newest of an image is always pulled.
fn pull_policy(holder: &Fields<'_>, field: &str) -> Cel {
    match holder.get(field) {
        Some(Cel::String(image)) if is_latest(image) => "Always".into(),
        Some(Cel::Unknown) => Cel::Unknown,
        None if holder.has(field).is_none() => Cel::Unknown,
        _ => "IfNotPresent".into(),
    }
}

/// Whether an image's tag is `latest`, as it is where neither a tag nor a digest is written.
fn is_latest(image: &str) -> bool {
    let (name, digest) = match image.split_once('@') {
        Some((name, _)) => (name, true),
        None => (image, false),
    };
    let last = name.rsplit('/').next().unwrap_or(name);
    match last.split_once(':') {
        Some((_, tag)) => tag == "latest",
        None => !digest && !name.is_empty(),
    }
}

fn probe(probe: &mut Fields<'_>) {
    probe.set("timeoutSeconds", 1);
    probe.set("periodSeconds", 10);
    probe.set("successThreshold", 1);
    probe.set("failureThreshold", 3);
    http_get(probe);
    probe.at("grpc").set("service", "");
}

fn http_get(holder: &mut Fields<'_>) {
    let mut get = holder.at("httpGet");
    get.set("path", "/");
    get.set("scheme", "HTTP");
}

/// What a volume holds, and the mode of its files.
fn volume(volume: &mut Fields<'_>) {
    const MODE: i64 = 0o644;
    // A name alone is a volume too.
    let is_bare = volume.len().map(|count| count == usize::from(volume.get("name").is_some()));
    volume.set_if(is_bare, "emptyDir", empty());
    for source in ["secret", "configMap", "downwardAPI", "projected"] {
        volume.at(source).set("defaultMode", MODE);
    }
    volume.at("downwardAPI").each("items", field_reference);
    volume.at("projected").each("sources", |source| {
        source.at("serviceAccountToken").set("expirationSeconds", 3600);
        source.at("downwardAPI").each("items", field_reference);
    });
    volume.at("hostPath").set("type", "");
    volume.at("ephemeral").at("volumeClaimTemplate").at("spec").set("volumeMode", "Filesystem");
    let policy = pull_policy(&volume.at("image"), "reference");
    volume.at("image").set("pullPolicy", policy);
    defaults(&mut volume.at("iscsi"), &[("iscsiInterface", "default")]);
    defaults(
        &mut volume.at("rbd"),
        &[("pool", "rbd"), ("user", "admin"), ("keyring", "/etc/ceph/keyring")],
    );
    defaults(&mut volume.at("scaleIO"), &[("storageMode", "ThinProvisioned"), ("fsType", "xfs")]);
    let mut disk = volume.at("azureDisk");
    defaults(&mut disk, &[("cachingMode", "ReadWrite"), ("kind", "Shared"), ("fsType", "ext4")]);
    disk.set("readOnly", false);
}

fn field_reference(item: &mut Fields<'_>) {
    item.at("fieldRef").set("apiVersion", "v1");
    item.at("resourceFieldRef").set("divisor", "0");
}

fn defaults(holder: &mut Fields<'_>, texts: &[(&str, &str)]) {
    for (name, text) in texts {
        holder.set(name, *text);
    }
}

/// A claim for a volume, of a StatefulSet or by itself.
pub(super) fn claim(claim: &mut Fields<'_>) {
    claim.object("spec").set("volumeMode", "Filesystem");
    claim.set("status", object([("phase", "Pending".into())]));
}

/// The claims of a StatefulSet say what they are.
pub(super) fn claim_template(template: &mut Fields<'_>) {
    template.set("apiVersion", "v1");
    template.set("kind", "PersistentVolumeClaim");
    claim(template);
}

/// The metrics of an autoscaler without any: the use of the processor.
pub(super) fn metrics() -> Cel {
    let target = object([("type", "Utilization".into()), ("averageUtilization", 80.into())]);
    let resource = object([("name", "cpu".into()), ("target", target)]);
    list(vec![object([("type", "Resource".into()), ("resource", resource)])])
}
