//! Which namespaces and pods get a sidecar: the labels that say so, and the ones that contradict each other.

use super::analyzer::Analyzer;
use super::group::{
    CORE, Group, NETWORKING, Object, SECURITY, SYSTEM_NAMESPACES, TELEMETRY, injects, text,
};
use super::revision::is_of_aks;
use plumb_text::diag::{Diagnostic, codes};
use std::collections::HashSet;

codes! {
    /// The findings of this analyzer.
    CODES:
    LABEL_IGNORED = "injection-label-ignored", Warn, "a namespace has `istio-injection` beside namespaces that follow a revision of the AKS add-on";
    NOT_INJECTED = "namespace-not-injected", Note, "a namespace says nothing about sidecars, beside others that do", also "IST0102";
    BY_DEFAULT = "namespace-injected-by-default", Note, "a namespace says nothing about sidecars, and gets them by default", also "IST0148";
    MISSING_PROXY = "pod-proxy-missing", Warn, "a pod of an injected namespace has no proxy, beside pods that have", also "IST0103";
}

/// The analyzer of this file.
pub(super) const ANALYZER: Analyzer = Analyzer { codes: CODES, run: analyse };

const INJECTION: &str = "istio-injection";
const REVISION: &str = "istio.io/rev";
const MODE: &str = "istio.io/dataplane-mode";

fn analyse(group: &Group<'_>, findings: &mut Vec<Diagnostic>) {
    let namespaces: Vec<&Object<'_>> = group.of(CORE, "Namespace").collect();
    let addon =
        namespaces.iter().find(|namespace| namespace.label(REVISION).is_some_and(is_of_aks));
    let sidecars = Sidecars::of(group, &namespaces);
    for namespace in &namespaces {
        if namespace.name == "istio-system" {
            continue;
        }
        let is_alone = [REVISION, MODE].iter().all(|key| namespace.label(key).is_none());
        if let (Some("enabled"), Some(addon)) = (namespace.label(INJECTION), addon)
            && is_alone
            && let Some(node) =
                namespace.root.get("metadata").and_then(|m| m.get("labels")?.get(INJECTION))
        {
            let revision = addon.label(REVISION).unwrap_or_default();
            findings.push(
                namespace
                    .finding(
                        &LABEL_IGNORED,
                        node,
                        "the AKS add-on skips a namespace with `istio-injection`",
                    )
                    .related(
                        addon.place(addon.name_node()),
                        format!("`{}` follows {revision}", addon.name),
                    )
                    .help(format!("write `istio.io/rev: {revision}` instead")),
            );
        }
        silent(namespace, &sidecars, group, findings);
    }
    missing_proxies(group, findings);
}

/// What a group shows of sidecars, by the names of namespaces.
struct Sidecars<'g> {
    /// Whether every namespace gets them.
    by_default: bool,
    /// Namespaces that ask for them.
    injected: HashSet<&'g str>,
    /// Namespaces with a configuration of the mesh.
    configured: HashSet<&'g str>,
    /// Namespaces of pods that say themselves whether they get one.
    asked: HashSet<&'g str>,
}

impl<'g> Sidecars<'g> {
    fn of(group: &'g Group<'_>, namespaces: &[&'g Object<'_>]) -> Sidecars<'g> {
        let injected = namespaces.iter().filter(|namespace| injects(namespace));
        let configures =
            |object: &&Object<'_>| [NETWORKING, SECURITY, TELEMETRY].contains(&object.group);
        let asks = |pod: &&super::group::Pod<'_>| {
            pod.labels.get("sidecar.istio.io/inject").is_some()
                || pod.labels.get(REVISION).is_some()
        };
        Sidecars {
            by_default: by_default(group),
            injected: injected.map(|namespace| namespace.name).collect(),
            configured: group
                .objects
                .iter()
                .filter(configures)
                .filter_map(|o| o.namespace)
                .collect(),
            asked: group.pods.iter().filter(asks).filter_map(|pod| pod.namespace).collect(),
        }
    }
}

/// A namespace without any such label.
fn silent(
    namespace: &Object<'_>,
    sidecars: &Sidecars<'_>,
    group: &Group<'_>,
    findings: &mut Vec<Diagnostic>,
) {
    if [INJECTION, REVISION, MODE].iter().any(|key| namespace.label(key).is_some())
        || SYSTEM_NAMESPACES.contains(&namespace.name)
    {
        return;
    }
    if sidecars.by_default {
        findings.push(namespace.finding_at_name(
            &BY_DEFAULT,
            format!("`{}` gets sidecars, for the injector's default is on", namespace.name),
        ));
        return;
    }
    // The group shows that sidecars are in use: by another namespace, or by a configuration of this one.
    let others = sidecars.injected.len() - usize::from(sidecars.injected.contains(namespace.name));
    let is_used = others > 0 || sidecars.configured.contains(namespace.name);
    let asks_itself = sidecars.asked.contains(namespace.name);
    if is_used && !asks_itself && !group.is_open {
        findings.push(
            namespace
                .finding_at_name(
                    &NOT_INJECTED,
                    format!("no label says whether the pods of `{}` get a sidecar", namespace.name),
                )
                .help("label it `istio.io/rev: …`, or `istio-injection: disabled`"),
        );
    }
}

/// Whether an injector's ConfigMap in the group turns injection on for every namespace.
fn by_default(group: &Group<'_>) -> bool {
    group.of(CORE, "ConfigMap").filter(|map| map.name.starts_with("istio-sidecar-injector")).any(
        |map| {
            let values =
                map.root.get("data").and_then(|data| text(data, "values")).unwrap_or_default();
            serde_json::from_str::<serde_json::Value>(values).is_ok_and(|values| {
                values.pointer("/sidecarInjectorWebhook/enableNamespacesByDefault")
                    == Some(&true.into())
            })
        },
    )
}

/// A pod as it runs; a manifest that is still to be applied gets its proxy on the way, so that nothing is missing
/// unless the group shows pods with theirs.
fn missing_proxies(group: &Group<'_>, findings: &mut Vec<Diagnostic>) {
    let has_proxy = |pod: &&super::group::Pod<'_>| {
        pod.containers().any(|container| {
            text(container, "name") == Some("istio-proxy")
                && text(container, "image")
                    .is_some_and(|image| !image.is_empty() && image != "auto")
        })
    };
    if !group.pods.iter().any(|pod| pod.is_pod && has_proxy(&pod)) {
        return;
    }
    for pod in group.pods.iter().filter(|pod| pod.is_pod && !has_proxy(pod)) {
        let is_injected = group
            .namespace(pod.namespace)
            .is_some_and(|namespace| namespace.label(INJECTION) == Some("enabled"));
        let asked =
            pod.labels.get("sidecar.istio.io/inject").or(pod.annotation("sidecar.istio.io/inject"));
        if is_injected
            && !pod.is_on_host()
            && !asked.is_some_and(|asked| asked.eq_ignore_ascii_case("false"))
        {
            let owner = group.owner(pod);
            findings.push(
                owner
                    .finding_at_name(
                        &MISSING_PROXY,
                        format!("`{}` has no proxy, and its namespace is injected", owner.name),
                    )
                    .help("restart the workload"),
            );
        }
    }
}
