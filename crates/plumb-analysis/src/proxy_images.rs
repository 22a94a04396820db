//! The image of the proxy: filled in by injection, and the one that the injector gives.

use super::analyzer::Analyzer;
use super::group::{ADMISSION, CORE, Group, Object, Pod, injects, text};
use plumb_kube::Node;
use plumb_kube::fault::listed;
use plumb_kube::select::{Labels, Selector};
use plumb_text::diag::{Diagnostic, codes};

codes! {
    /// The findings of this analyzer.
    CODES:
    AUTO_WORKLOAD = "image-auto-workload", Warn, "a workload's proxy has `image: auto`, and nothing injects it", also "IST0146";
    AUTO_POD = "image-auto-pod", Deny, "a pod's proxy has `image: auto`, and nothing injects it", also "IST0147";
    MISMATCH = "proxy-image-mismatch", Warn, "pods run another proxy than the injector gives", also "IST0158";
}

/// The analyzer of this file.
pub(super) const ANALYZER: Analyzer = Analyzer { codes: CODES, run: analyse };

fn analyse(group: &Group<'_>, findings: &mut Vec<Diagnostic>) {
    for pod in &group.pods {
        let auto = pod.spec.get("containers").map(Node::items).unwrap_or_default().iter().find(
            |container| {
                text(container, "name") == Some("istio-proxy")
                    && text(container, "image") == Some("auto")
            },
        );
        if let Some(image) = auto.and_then(|container| container.get("image"))
            && is_injected(group, pod) == Some(false)
        {
            let owner = group.owner(pod);
            let code = if pod.is_pod { &AUTO_POD } else { &AUTO_WORKLOAD };
            findings.push(
                owner
                    .finding(code, image, "nothing replaces `auto`: no injection is asked for")
                    .help("label the pod `sidecar.istio.io/inject: \"true\"` or `istio.io/rev: …`"),
            );
        }
    }
    mismatches(group, findings);
}

/// Whether a pod goes through injection, as far as the group shows it.
fn is_injected(group: &Group<'_>, pod: &Pod<'_>) -> Option<bool> {
    if let Some(asked) = pod.labels.get("sidecar.istio.io/inject") {
        return Some(asked == "true");
    }
    if pod.labels.get("istio.io/rev").is_some() {
        return Some(true);
    }
    let webhooks: Vec<&Node> = group
        .of(ADMISSION, "MutatingWebhookConfiguration")
        .flat_map(|configuration| {
            configuration.root.get("webhooks").map(Node::items).unwrap_or_default()
        })
        .filter(|webhook| text(webhook, "name").is_some_and(|name| name.ends_with("istio.io")))
        .collect();
    let namespace = group.namespace(pod.namespace);
    if webhooks.is_empty() {
        return namespace.map(injects);
    }
    let labels = Labels::of(namespace.and_then(|namespace| namespace.at("metadata.labels")));
    Some(webhooks.iter().any(|webhook| {
        Selector::of_label_selector(webhook.get("namespaceSelector")).matches(&labels)
            && Selector::of_label_selector(webhook.get("objectSelector")).matches(&pod.labels)
    }))
}

/// The pods of each injected namespace that do not run what its revision's injector gives.
fn mismatches(group: &Group<'_>, findings: &mut Vec<Diagnostic>) {
    for namespace in group.of(CORE, "Namespace") {
        let revision = match namespace.label("istio.io/rev") {
            Some(revision) => revision,
            None if namespace.label("istio-injection") == Some("enabled") => "default",
            None => continue,
        };
        let Some((map, image)) = injected_image(group, revision) else { continue };
        let other = |pod: &&Pod<'_>| {
            pod.is_pod
                && pod.namespace == Some(namespace.name)
                && pod.annotation("sidecar.istio.io/proxyImage").is_none()
                && pod.containers().any(|container| {
                    text(container, "name") == Some("istio-proxy")
                        && text(container, "image").is_some_and(|own| {
                            let variant = own.strip_prefix(&*image);
                            own != "auto"
                                && !variant
                                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
                        })
                })
        };
        let pods: Vec<&str> =
            group.pods.iter().filter(other).map(|pod| group.owner(pod).name).collect();
        if !pods.is_empty() {
            findings.push(
                namespace
                    .finding_at_name(
                        &MISMATCH,
                        format!("{} do not run `{image}`, which the injector gives", listed(pods)),
                    )
                    .related(map.place(map.name_node()), "the injector's configuration")
                    .help("restart the workloads"),
            );
        }
    }
}

fn injected_image<'g, 'a>(
    group: &'g Group<'a>,
    revision: &str,
) -> Option<(&'g Object<'a>, String)> {
    let name = match revision {
        "" | "default" => "istio-sidecar-injector".to_owned(),
        revision => format!("istio-sidecar-injector-{revision}"),
    };
    let map = group.of(CORE, "ConfigMap").find(|map| map.name == name)?;
    let values = map.root.get("data").and_then(|data| text(data, "values"))?;
    let values: serde_json::Value = serde_json::from_str(values).ok()?;
    let global = values.get("global")?;
    let image = global.get("proxy")?.get("image")?.as_str()?;
    if image.contains('/') {
        return Some((map, image.to_owned()));
    }
    let tag = match global.get("tag")? {
        serde_json::Value::String(tag) => tag.clone(),
        other => other.to_string(),
    };
    Some((map, format!("{}/{image}:{tag}", global.get("hub")?.as_str()?)))
}
