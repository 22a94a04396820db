//! HorizontalPodAutoscaler and PodDisruptionBudget.

use super::declare::declare;
use super::quantity;
use super::{meta, workloads};
use crate::at::At;
use crate::fault::Faults;

declare! {
SCALE_RANGE = "scale-range", "validateHorizontalPodAutoscalerSpec", "a smallest number above the largest",
"An autoscaler keeps the number of pods between `minReplicas` (1 unless it is written) and `maxReplicas`.",
"HorizontalPodAutoscaler.spec",
"scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}\nminReplicas: 5\nmaxReplicas: 3",
"scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}\nminReplicas: 3\nmaxReplicas: 5";

SCALE_TO_ZERO = "scale-to-zero", "validateHorizontalPodAutoscalerSpec", "a smallest number of 0 before Kubernetes allows it",
"Before Kubernetes 1.37 an autoscaler keeps at least one pod: a `minReplicas` of 0 is behind the gate HPAScaleToZero, which is off by default.",
"HorizontalPodAutoscaler.spec",
"scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}\nminReplicas: 0\nmaxReplicas: 3\nmetrics: [{type: External, external: {metric: {name: queue}, target: {type: AverageValue, averageValue: 5}}}]",
"scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}\nminReplicas: 1\nmaxReplicas: 3\nmetrics: [{type: External, external: {metric: {name: queue}, target: {type: AverageValue, averageValue: 5}}}]",
until (1, 37);

SCALE_TARGET = "scale-target", "ValidateCrossVersionObjectReference", "a target without the group of its kind",
"`scaleTargetRef.apiVersion` names the group of what is scaled, such as `apps/v1` for a Deployment. Only a ReplicationController is of the core group, \
which has none.",
"HorizontalPodAutoscaler.spec",
"scaleTargetRef: {kind: Deployment, name: web}\nmaxReplicas: 3",
"scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}\nmaxReplicas: 3";

SCALE_METRIC = "scale-metric", "validateMetricSpec", "a metric that is not what its type says",
"A metric of the type `Resource` is described under `resource`, one of the type `Pods` under `pods`, and so on: exactly that field. Its \
target is an amount above zero: `averageUtilization` or `averageValue` for the resources of pods, `averageValue` for `Pods`, `value` or `averageValue` for \
`Object` and `External`.",
"HorizontalPodAutoscaler.spec",
"scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}\nmaxReplicas: 3\nmetrics: [{type: Resource, resource: {name: cpu, target: {type: Value, value: 500m}}}]",
"scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}\nmaxReplicas: 3\nmetrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 80}}}]";

SCALE_BEHAVIOR = "scale-behavior", "validateBehavior", "a rule of scaling without a policy",
"A rule under `behavior.scaleUp` or `behavior.scaleDown` that writes `policies` has at least one.",
"HorizontalPodAutoscaler.spec",
"scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}\nmaxReplicas: 3\nbehavior: {scaleDown: {policies: []}}",
"scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}\nmaxReplicas: 3\nbehavior: {scaleDown: {policies: [{type: Pods, value: 1, periodSeconds: 60}]}}";

DISRUPTION_BUDGET = "disruption-budget", "ValidatePodDisruptionBudgetSpec", "a budget with two limits",
"A budget says how many pods stay (`minAvailable`) or how many may go (`maxUnavailable`), not both; as a number or a percentage.",
"PodDisruptionBudget.spec", "selector: {matchLabels: {app: web}}\nminAvailable: 1\nmaxUnavailable: 1",
"selector: {matchLabels: {app: web}}\nminAvailable: 1";
}

pub(super) fn autoscaler(spec: &At<'_>, out: &mut Faults) {
    let (least, most) = (spec.number("minReplicas").unwrap_or(1), spec.field("maxReplicas"));
    if most.int().is_some_and(|most| most >= 1 && most < least) {
        out.invalid(&SCALE_RANGE, &most, "must be greater than or equal to `minReplicas`")
            .on(&spec.field("minReplicas"));
    }
    let zero = spec.get("minReplicas").filter(|at| at.int() == Some(0));
    if let Some(at) = zero {
        out.invalid(&SCALE_TO_ZERO, &at, "must be greater than or equal to 1");
        let metrics = spec.field("metrics");
        let outside = |metric: &At<'_>| matches!(metric.text("type"), "Object" | "External");
        // A version of the API without metrics has no such rule.
        if metrics.node.as_seq().is_some_and(|items| !items.is_empty())
            && !metrics.items().iter().any(outside)
        {
            let why = "must specify at least one Object or External metric to support scaling to zero replicas";
            let found = out.forbidden(&SCALE_METRIC, &metrics.clone().keyed(), why);
            found.on_only(&[&at]).on_all(&metrics);
        }
    }
    if let Some(target) = spec.get("scaleTargetRef")
        && !matches!(target.text("kind"), "" | "ReplicationController")
        && !target.text("apiVersion").contains('/')
    {
        let at = target.field("apiVersion");
        let finding = out.invalid(&SCALE_TARGET, &at, "apiVersion must specify API group");
        if matches!(target.text("kind"), "Deployment" | "StatefulSet" | "ReplicaSet") {
            finding.help.push("write `apiVersion: apps/v1`".to_owned());
        }
    }
    for metric in spec.list("metrics") {
        self::metric(&metric, out);
    }
    for direction in ["scaleUp", "scaleDown"] {
        let Some(policies) = spec.at(&["behavior", direction, "policies"]) else { continue };
        if policies.node.as_seq().is_some_and(<[_]>::is_empty) {
            out.required(&SCALE_BEHAVIOR, &policies, "must specify at least one Policy");
        }
    }
}

const METRICS: &[(&str, &str)] = &[
    ("Object", "object"),
    ("Pods", "pods"),
    ("Resource", "resource"),
    ("ContainerResource", "containerResource"),
    ("External", "external"),
];

fn metric(metric: &At<'_>, out: &mut Faults) {
    let kind = metric.text("type");
    let Some((_, own)) = METRICS.iter().find(|(name, _)| *name == kind) else { return };
    for (_, field) in METRICS.iter().filter(|(_, field)| field != own) {
        // The first version of the API has other fields under the same names; it has no `type` like these.
        if let Some(at) = metric.get(field) {
            let why = format!("must not be set for a metric of the type {kind}; write `{own}`");
            let at = at.keyed();
            out.forbidden(&SCALE_METRIC, &at, why).on_only(&[&metric.field("type"), &at]);
        }
    }
    let Some(source) = metric.get(own) else {
        out.required(
            &SCALE_METRIC,
            &metric.field(own).keyed(),
            format!("must be populated for a metric of the type {kind}"),
        );
        return;
    };
    let Some(target) = source.get("target") else { return };
    amounts(kind, &target, out);
}

/// The amounts of a target. Its type is but a label: what counts is which amount is set.
fn amounts(kind: &str, target: &At<'_>, out: &mut Faults) {
    for field in ["value", "averageValue"] {
        if let Some(at) = target.get(field)
            && quantity::of(at.node).is_some_and(|amount| !quantity::is_positive(&amount))
        {
            out.invalid(&SCALE_METRIC, &at, "must be positive");
        }
    }
    let (wanted, exclusive): (&[&str], bool) = match kind {
        "Resource" | "ContainerResource" => (&["averageUtilization", "averageValue"], true),
        "Pods" => (&["averageValue"], false),
        "External" => (&["averageValue", "value"], true),
        _ => (&["value", "averageValue"], false),
    };
    let set = target.set(wanted);
    if set.is_empty() {
        let at = target.field(wanted[0]).keyed();
        let why = format!("a metric of the type {kind} has a target in {}", wanted.join(" or "));
        out.required(&SCALE_METRIC, &at, why);
    } else if exclusive && set.len() > 1 {
        let (first, second) = (target.field(wanted[0]), target.field(wanted[1]).keyed());
        let why = format!("may not be set beside {}", wanted[0]);
        out.forbidden(&SCALE_METRIC, &second, why).on_only(&[&first, &second]);
    }
}

pub(super) fn budget(spec: &At<'_>, out: &mut Faults) {
    if let Some(selector) = spec.get("selector") {
        meta::selector(&selector, out);
    }
    let (least, most) = (spec.get("minAvailable"), spec.get("maxUnavailable"));
    for at in [&least, &most].into_iter().flatten() {
        let percent = workloads::amount_of(&DISRUPTION_BUDGET, at, out);
        if at.str().is_some() && percent.is_some_and(|percent| percent > 100) {
            out.invalid(&DISRUPTION_BUDGET, at, "must not be greater than 100%");
        }
    }
    if let (Some(_), Some(most)) = (least, most) {
        out.invalid(
            &DISRUPTION_BUDGET,
            &most,
            "minAvailable and maxUnavailable cannot be both set",
        );
    }
}
