//! Defaults of the groups apps, batch and autoscaling: defaults.go of each, and the selector that the registry of Jobs makes.

use super::fields::{Fields, empty, list, object};
use super::pods;
use plumb_cel::Value as Cel;

pub(super) fn fill(kind: &str, root: &mut Fields<'_>) {
    match kind {
        "Deployment" => deployment(&mut root.object("spec")),
        "DaemonSet" => daemon_set(&mut root.object("spec")),
        "StatefulSet" => stateful_set(&mut root.object("spec")),
        "ReplicaSet" => {
            let mut spec = root.object("spec");
            spec.set("replicas", 1);
            pods::template(&mut spec);
        }
        "Job" => job(root),
        "CronJob" => cron_job(&mut root.object("spec")),
        "HorizontalPodAutoscaler" => autoscaler(root),
        _ => return,
    }
    root.set("status", empty());
}

fn deployment(spec: &mut Fields<'_>) {
    spec.set("replicas", 1);
    spec.set("revisionHistoryLimit", 10);
    spec.set("progressDeadlineSeconds", 600);
    let mut strategy = spec.object("strategy");
    strategy.set("type", "RollingUpdate");
    rolling(&mut strategy, &[("maxUnavailable", "25%".into()), ("maxSurge", "25%".into())]);
    pods::template(spec);
}

fn daemon_set(spec: &mut Fields<'_>) {
    spec.set("revisionHistoryLimit", 10);
    let mut strategy = spec.object("updateStrategy");
    strategy.set("type", "RollingUpdate");
    rolling(&mut strategy, &[("maxUnavailable", 1.into()), ("maxSurge", 0.into())]);
    pods::template(spec);
}

fn stateful_set(spec: &mut Fields<'_>) {
    spec.set("replicas", 1);
    spec.set("revisionHistoryLimit", 10);
    spec.set("podManagementPolicy", "OrderedReady");
    let mut kept = spec.object("persistentVolumeClaimRetentionPolicy");
    kept.set("whenDeleted", "Retain");
    kept.set("whenScaled", "Retain");
    let mut strategy = spec.object("updateStrategy");
    strategy.set("type", "RollingUpdate");
    rolling(&mut strategy, &[("partition", 0.into())]);
    spec.each("volumeClaimTemplates", pods::claim_template);
    pods::template(spec);
}

/// What an update in steps has, where it is one.
fn rolling(strategy: &mut Fields<'_>, defaults: &[(&str, Cel)]) {
    let is_rolling = strategy.is("type", "RollingUpdate");
    strategy.set_if(is_rolling, "rollingUpdate", empty());
    if is_rolling == Some(true) {
        let mut update = strategy.at("rollingUpdate");
        for (name, value) in defaults {
            update.set(name, value.clone());
        }
    }
}

/// The label of the pods of a Job that says which one, and what stands for the Job's identity in it.
const OWNER: &str = "batch.kubernetes.io/controller-uid";
const UID: &str = "00000000-0000-0000-0000-000000000000";

fn job(root: &mut Fields<'_>) {
    let name = root.at("metadata").get("name").cloned().unwrap_or(Cel::Unknown);
    let mut spec = root.object("spec");
    let is_single = match (spec.has("completions"), spec.has("parallelism")) {
        (Some(one), Some(other)) => Some(!one && !other),
        _ => None,
    };
    spec.set_if(is_single, "completions", 1);
    spec.set("parallelism", 1);
    let by_index = spec.has("backoffLimitPerIndex");
    spec.set_if(by_index, "backoffLimit", i64::from(i32::MAX));
    spec.set("backoffLimit", 6);
    spec.set("completionMode", "NonIndexed");
    spec.set("suspend", false);
    let fails_early = spec.has("podFailurePolicy");
    spec.set_if(fails_early, "podReplacementPolicy", "Failed");
    spec.set("podReplacementPolicy", "TerminatingOrFailed");
    spec.at("podFailurePolicy").each("rules", |rule| {
        rule.each("onPodConditions", |condition| condition.set("status", "True"));
    });
    pods::template(&mut spec);
    let labels = spec.at("template").at("metadata").get("labels").cloned();
    if let Some(labels) = labels {
        root.object("metadata").set("labels", labels);
    }
    let mut spec = root.object("spec");
    if spec.is_true("manualSelector") == Some(false) {
        let by_owner = object([(OWNER, UID.into())]);
        spec.set("selector", object([("matchLabels", by_owner)]));
        let mut template = spec.object("template");
        let mut metadata = template.object("metadata");
        let mut labels = metadata.object("labels");
        for (label, value) in [("controller-uid", UID.into()), ("job-name", name)] {
            labels.set(label, value.clone());
            labels.set(&format!("batch.kubernetes.io/{label}"), value);
        }
    }
}

fn cron_job(spec: &mut Fields<'_>) {
    spec.set("concurrencyPolicy", "Allow");
    spec.set("suspend", false);
    spec.set("successfulJobsHistoryLimit", 3);
    spec.set("failedJobsHistoryLimit", 1);
    let mut template = spec.object("jobTemplate");
    template.set("metadata", empty());
    pods::template(&mut template.object("spec"));
}

fn autoscaler(root: &mut Fields<'_>) {
    let is_old = root.is("apiVersion", "autoscaling/v1") == Some(true);
    let mut spec = root.object("spec");
    spec.set("minReplicas", 1);
    if is_old {
        return;
    }
    let has_none = spec.count("metrics").map(|count| count == 0);
    spec.set_if(has_none, "metrics", pods::metrics());
    let mut behavior = spec.at("behavior");
    if behavior.len().is_none() {
        return;
    }
    let policy = |kind: &str, value: i64| {
        object([("type", kind.into()), ("value", value.into()), ("periodSeconds", 15.into())])
    };
    let mut up = behavior.object("scaleUp");
    up.set("stabilizationWindowSeconds", 0);
    up.set("selectPolicy", "Max");
    up.set("policies", list(vec![policy("Pods", 4), policy("Percent", 100)]));
    let mut down = behavior.object("scaleDown");
    down.set("selectPolicy", "Max");
    down.set("policies", list(vec![policy("Percent", 100)]));
}
