//! What one proxy may use: the annotations that replace the mesh's defaults, all of them at once.

use super::declare::declare;
use super::group::{Group, NETWORKING};
use plumb_kube::fault::listed;
use plumb_kube::yaml;
use plumb_text::diag::Diagnostic;

declare! {
    PARTIAL = "proxy-resources-partial", Warn, "",
        "a pod sets some of its proxy's requests and limits, which drops the others";
    ALL_CORES = "proxy-concurrency-zero", Note, "",
        "a proxy may take every core of its node";
}

const SIZES: &[&str] = &["proxyCPU", "proxyMemory", "proxyCPULimit", "proxyMemoryLimit"];

fn analyse(group: &Group<'_>, findings: &mut Vec<Diagnostic>) {
    for pod in &group.pods {
        let Some(annotations) = pod.annotations() else { continue };
        let owner = group.owner(pod);
        let key = |size: &str| format!("sidecar.istio.io/{size}");
        let (given, missing): (Vec<&str>, Vec<&str>) =
            SIZES.iter().copied().partition(|size| annotations.get(&key(size)).is_some());
        if !given.is_empty()
            && !missing.is_empty()
            && let Some(node) = annotations.get(&key(given[0]))
        {
            findings.push(
                owner
                    .finding(
                        &PARTIAL,
                        node,
                        format!("only {} is set, so the proxy has no {}", listed(&given), listed(&missing)),
                    )
                    .help("one of these annotations drops the mesh's defaults for all four: set all of them"),
            );
        }
        if let Some(node) = annotations.get("proxy.istio.io/config") {
            let config = yaml::compose(node.as_str().unwrap_or_default());
            let concurrency =
                config.roots.first().and_then(|root| root.get("concurrency")?.as_int());
            if concurrency == Some(0) {
                findings.push(owner.finding(&ALL_CORES, node, MESSAGE).help(HELP));
            }
        }
    }
    for config in group.of(NETWORKING, "ProxyConfig") {
        if let Some(node) = config.at("spec.concurrency")
            && node.as_int() == Some(0)
        {
            findings.push(config.finding(&ALL_CORES, node, MESSAGE).help(HELP));
        }
    }
}

const MESSAGE: &str = "with `concurrency: 0` the proxy has a worker for every core of the node";
const HELP: &str = "leave it out: the proxy then follows its own CPU limit";
