//! What is set beside workloads: network policies, disruption budgets, autoscalers.

use super::analyzer::Analyzer;
use super::group::{CORE, Group, Object, Pod, Reach, Sought, absent, may_be_same, text};
use plumb_kube::Node;
use plumb_kube::select::Selector;
use plumb_text::diag::{Code, Diagnostic, codes};

codes! {
    /// The findings of this analyzer.
    CODES:
    POLICY_SELECTS_NOTHING = "network-policy-selects-nothing", Warn, "a NetworkPolicy selects none of the workloads that the group shows";
    BUDGET_SELECTS_NOTHING = "disruption-budget-selects-nothing", Warn, "a PodDisruptionBudget selects none of the workloads that the group shows";
    TARGET_MISSING = "workload-target-missing", Warn, "an autoscaler or a canary is for a workload that the group does not define, beside others of its kind";
    NO_REQUEST = "autoscaler-without-request", Warn, "an autoscaler follows a share of what is requested, and its target requests nothing";
}

/// The analyzer of this file.
pub(super) const ANALYZER: Analyzer = Analyzer { codes: CODES, run: analyse };

fn analyse(group: &Group<'_>, findings: &mut Vec<Diagnostic>) {
    let selecting: [(&str, &str, &str, &'static Code); 2] = [
        ("networking.k8s.io", "NetworkPolicy", "spec.podSelector", &POLICY_SELECTS_NOTHING),
        ("policy", "PodDisruptionBudget", "spec.selector", &BUDGET_SELECTS_NOTHING),
    ];
    for (api, kind, path, code) in selecting {
        for object in group.of(api, kind) {
            let Some(node) = object.at(path) else { continue };
            let selector = Selector::of_label_selector(Some(node));
            findings.extend(group.selects_nothing(object, code, node, &selector, Reach::Namespace));
        }
    }
    for (api, kind, path) in TARGETS {
        for object in group.named(api, kind) {
            let Some(target) = object.at(path) else { continue };
            let targets = targets(group, object, target, findings);
            if *kind == "HorizontalPodAutoscaler" && !targets.is_empty() {
                requests(group, object, &targets, findings);
            }
        }
    }
}

/// The kinds that are for a workload, and the field that names it.
const TARGETS: &[(&str, &str, &str)] = &[
    ("autoscaling", "HorizontalPodAutoscaler", "spec.scaleTargetRef"),
    ("autoscaling.k8s.io", "VerticalPodAutoscaler", "spec.targetRef"),
    ("keda.sh", "ScaledObject", "spec.scaleTargetRef"),
    ("flagger.app", "Canary", "spec.targetRef"),
];

/// The workload that is named: each of its variants.
fn targets<'g, 'a>(
    group: &'g Group<'a>,
    object: &Object<'a>,
    target: &'a Node,
    findings: &mut Vec<Diagnostic>,
) -> Vec<&'g Object<'a>> {
    let Some(name) = text(target, "name") else { return Vec::new() };
    let kind = text(target, "kind").unwrap_or("Deployment");
    let api = text(target, "apiVersion").unwrap_or("apps/v1");
    let api = api.rsplit_once('/').map_or("", |(group, _)| group);
    let sought = group.seek(object, (api, kind), object.namespace, name);
    if let Sought::Shown(targets) = sought {
        return targets;
    }
    if let Sought::Missing(names) = sought
        && let Some(node) = target.get("name")
    {
        let message = format!("no {kind} `{name}` is shown here");
        findings.push(absent(object.finding(&TARGET_MISSING, node, message), name, &names));
    }
    Vec::new()
}

/// What an autoscaler follows is requested.
fn requests<'a>(
    group: &Group<'a>,
    scaler: &Object<'a>,
    targets: &[&Object<'a>],
    findings: &mut Vec<Diagnostic>,
) {
    for (node, resource) in followed(scaler) {
        if gives_request(group, scaler, resource) {
            continue;
        }
        let missing = |pod: &&Pod<'a>| {
            let containers = pod.spec.get("containers").map(Node::items).unwrap_or_default();
            containers.iter().any(|container| {
                let resources = container.get("resources");
                // A limit without a request is taken for the request too.
                !["requests", "limits"].iter().any(|field| {
                    resources.and_then(|resources| resources.get(field)?.get(resource)).is_some()
                }) && pod.spec.get("resources").is_none()
            })
        };
        let is_target = |pod: &&Pod<'a>| targets.iter().any(|target| group.owner(pod).is(target));
        let pods: Vec<&Pod<'a>> = group.pods.iter().filter(is_target).collect();
        // Each variant of the target lacks it.
        let all_known = pods.len() == targets.len() && pods.iter().all(|pod| pod.knows_containers);
        if !pods.is_empty() && all_known && pods.iter().all(missing) {
            let owner = group.owner(pods[0]);
            findings.push(
                scaler
                    .finding(&NO_REQUEST, node, format!("a container of {} has no {resource} request, so a share of it can't be computed", owner.id()))
                    .related(owner.place(owner.name_node()), format!("{} is here", owner.id()))
                    .help(format!("write `resources.requests.{resource}` for each of its containers")),
            );
        }
    }
}

/// Whether a LimitRange of the namespace may give each container a request: by a default for it, or for the limit, or by the
/// bounds that an API server takes in their place (`SetDefaults_LimitRangeItem`, `mergeContainerResources`).
fn gives_request(group: &Group<'_>, scaler: &Object<'_>, resource: &str) -> bool {
    const FIELDS: [&str; 4] = ["defaultRequest", "default", "min", "max"];
    let mut ranges = group.shown(CORE, "LimitRange");
    ranges.any(|range| {
        let gives = |item: &Node| {
            text(item, "type").is_none_or(|kind| kind == "Container")
                && FIELDS
                    .iter()
                    .any(|field| item.get(field).is_some_and(|at| at.get(resource).is_some()))
        };
        may_be_same(range.namespace, scaler.namespace)
            && (range.items("spec.limits").iter().any(gives) || !range.is_whole())
    })
}

/// The resources whose use an autoscaler follows as a share of the request.
fn followed<'a>(scaler: &Object<'a>) -> Vec<(&'a Node, &'a str)> {
    let mut found = Vec::new();
    if let Some(node) = scaler.at("spec.targetCPUUtilizationPercentage") {
        found.push((node, "cpu"));
    }
    for metric in scaler.items("spec.metrics") {
        let Some(resource) = metric.get("resource") else { continue };
        let by_share = match resource.get("target") {
            Some(target) => target.get("averageUtilization"),
            None => resource.get("targetAverageUtilization"),
        };
        if let (Some(node), Some(name)) = (by_share, text(resource, "name")) {
            found.push((node, name));
        }
    }
    found
}
