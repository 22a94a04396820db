//! The proxy in a pod: its requests and limits, its workers, and the user that is its own.

use super::codes::{ALL_CORES, RESOURCES_PARTIAL, UID_RESERVED};
use super::groups::NETWORKING;
use super::pods::{Pod, is_control_plane};
use crate::admission::declare::rules;
use crate::at::At;
use crate::fault::{Authority, Faults, listed};
use crate::yaml;

rules! { Authority::Istiod;
    PARTIAL = RESOURCES_PARTIAL "", "injection-template.yaml: resources";
    CONCURRENCY = ALL_CORES "", "validateConcurrency";
    RESERVED = UID_RESERVED "", "deployment.ApplicationUIDAnalyzer";
}

const SIZES: &[&str] = &["proxyCPU", "proxyMemory", "proxyCPULimit", "proxyMemoryLimit"];

/// Checks what has pods, and a ProxyConfig.
pub(super) fn check(out: &mut Faults, root: &At<'_>, group: &str, kind: &str) {
    if (group, kind) == (NETWORKING, "ProxyConfig")
        && let Some(node) = root.field("spec").get("concurrency")
        && node.int() == Some(0)
    {
        all_cores(out, &node);
    }
    if let Some(pod) = Pod::of(root, group, kind) {
        resources(out, &pod.metadata.field("annotations"));
        if !is_control_plane(root) {
            user(out, &pod.spec);
        }
    }
}

/// The annotations that replace the mesh's defaults, all of them at once.
fn resources(out: &mut Faults, annotations: &At<'_>) {
    let all = annotations.entries();
    let of = |key: &str| all.iter().find(|(name, _)| *name == key).map(|(_, at)| at);
    let of_size = |size: &&str| of(&format!("sidecar.istio.io/{size}"));
    let (given, missing): (Vec<&str>, Vec<&str>) =
        SIZES.iter().copied().partition(|size| of_size(size).is_some());
    if !missing.is_empty()
        && let Some(node) = given.first().and_then(of_size)
    {
        let why =
            format!("only {} is set, so the proxy has no {}", listed(&given), listed(&missing));
        out.invalid(&PARTIAL, node, why).on_all(annotations).help(
            "one of these annotations drops the mesh's defaults for all four: set all of them",
        );
    }
    if let Some(node) = of("proxy.istio.io/config") {
        let config = yaml::compose(node.str().unwrap_or_default());
        let concurrency = config.roots.first().and_then(|root| root.get("concurrency")?.as_int());
        if concurrency == Some(0) {
            all_cores(out, node);
        }
    }
}

fn all_cores(out: &mut Faults, node: &At<'_>) {
    let why = "with `concurrency: 0` the proxy has a worker for every core of the node";
    out.invalid(&CONCURRENCY, node, why)
        .help("leave it out: the proxy then follows its own CPU limit");
}

/// The user that is the proxy's own, whose traffic is not captured.
fn user(out: &mut Faults, spec: &At<'_>) {
    let mut containers = spec.list("containers");
    containers.retain(|one| !matches!(one.word("name"), Some("istio-proxy" | "istio-operator")));
    for holder in std::iter::once(spec.clone()).chain(containers) {
        let user = holder.at(&["securityContext", "runAsUser"]);
        if let Some(node) = user.filter(|node| node.int() == Some(1337)) {
            let why = "user 1337 is the proxy's: what it sends bypasses the mesh";
            let fault = out.invalid(&RESERVED, &node, why);
            fault.help("run the application as another user");
            if let Some(name) = holder.get("name") {
                fault.on(&name);
            }
        }
    }
}
