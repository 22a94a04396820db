//! Where a pod may run: node selectors, tolerations, affinity, spreading.

use super::declare::declare;
use super::{containers, meta};
use crate::at::At;
use crate::fault::{Faults, repetitions};
use crate::names;

declare! {
TOLERATION = "toleration", "ValidateTolerations", "a toleration that contradicts itself",
"`Exists` asks for a taint's key alone, so it takes no `value`; a toleration without a `key` is for every taint and needs `Exists`. \
`tolerationSeconds` is for the effect `NoExecute`, which alone evicts pods. A RuntimeClass has each toleration once.",
"Pod.spec", "containers: [{name: web, image: nginx}]\ntolerations: [{key: dedicated, operator: Exists, value: web}]",
"containers: [{name: web, image: nginx}]\ntolerations: [{key: dedicated, operator: Equal, value: web}]";

NODE_REQUIREMENT = "node-requirement", "ValidateNodeSelectorRequirement", "a requirement of a node with the wrong values",
"`In` and `NotIn` need at least one of `values`; `Exists` and `DoesNotExist` take none; `Gt` and `Lt` compare with exactly one \
number. A required node affinity has at least one term.",
"Pod.spec",
"containers: [{name: web, image: nginx}]\naffinity:\n  nodeAffinity:\n    requiredDuringSchedulingIgnoredDuringExecution:\n      nodeSelectorTerms:\n      - matchExpressions: [{key: disk, operator: Exists, values: [ssd]}]",
"containers: [{name: web, image: nginx}]\naffinity:\n  nodeAffinity:\n    requiredDuringSchedulingIgnoredDuringExecution:\n      nodeSelectorTerms:\n      - matchExpressions: [{key: disk, operator: In, values: [ssd]}]";

TOPOLOGY_KEY = "topology-key", "validateTopologySpreadConstraints", "a topology without a key, or twice",
"`topologyKey` names the label of nodes that makes a zone, a host or the like; it cannot be empty. Two constraints with the same \
key and the same `whenUnsatisfiable` would contradict each other, and `minDomains` is for `DoNotSchedule`. `matchLabelKeys` add to a \
`labelSelector`, so they need one.",
"Pod.spec",
"containers: [{name: web, image: nginx}]\ntopologySpreadConstraints:\n- {maxSkew: 1, topologyKey: zone, whenUnsatisfiable: ScheduleAnyway, minDomains: 2}",
"containers: [{name: web, image: nginx}]\ntopologySpreadConstraints:\n- {maxSkew: 1, topologyKey: zone, whenUnsatisfiable: DoNotSchedule, minDomains: 2}";

PRIORITY_VALUE = "priority-value", "ValidatePriorityClass", "a priority kept for the system",
"Priorities above 1000000000, and names that begin with `system-`, are for Kubernetes' own classes.",
"PriorityClass", "value: 2000000000", "value: 1000000";
}

pub(super) fn scheduling(spec: &At<'_>, out: &mut Faults) {
    if let Some(selector) = spec.get("nodeSelector") {
        meta::labels(&selector, out);
    }
    for toleration in spec.list("tolerations") {
        self::toleration(&toleration, out);
    }
    if let Some(affinity) = spec.get("affinity") {
        self::affinity(&affinity, out);
    }
    let constraints = spec.list("topologySpreadConstraints");
    for (again, first) in
        repetitions(&constraints, |at| Some((at.text("topologyKey"), at.text("whenUnsatisfiable"))))
    {
        out.duplicate(&TOPOLOGY_KEY, &again.field("topologyKey"), &first.field("topologyKey"));
    }
    for constraint in &constraints {
        let key = constraint.field("topologyKey");
        if key.str() == Some("") {
            out.required(&TOPOLOGY_KEY, &key, "can not be empty");
        }
        let when = constraint.text("whenUnsatisfiable");
        if let Some(domains) =
            constraint.get("minDomains").filter(|_| !when.is_empty() && when != "DoNotSchedule")
        {
            out.invalid(
                &TOPOLOGY_KEY,
                &domains,
                "can only use minDomains if whenUnsatisfiable=DoNotSchedule",
            )
            .on(&constraint.field("whenUnsatisfiable"));
        }
        if let Some(selector) = constraint.get("labelSelector") {
            meta::selector(&selector, out);
        }
        label_keys(constraint, out);
    }
}

/// The pods of a RuntimeClass: where they run, and what they tolerate, each of it once.
pub(super) fn runtime_class(root: &At<'_>, out: &mut Faults) {
    if let Some(overhead) = root.get("overhead") {
        containers::amounts(&overhead.map("podFixed"), &overhead, out);
    }
    let Some(scheduling) = root.get("scheduling") else { return };
    if let Some(selector) = scheduling.get("nodeSelector") {
        meta::labels(&selector, out);
    }
    let tolerations = scheduling.list("tolerations");
    for toleration in &tolerations {
        self::toleration(toleration, out);
    }
    let whole = |at: &At<'_>| {
        let text = |field| at.text(field).to_owned();
        Some(["key", "operator", "value", "effect"].map(text))
    };
    for (again, first) in repetitions(&tolerations, whole) {
        out.duplicate(&TOLERATION, again, first).on_all(again).on_all(first);
    }
}

fn toleration(toleration: &At<'_>, out: &mut Faults) {
    let (key, operator) = (toleration.text("key"), toleration.text("operator"));
    if key.is_empty() {
        if operator != "Exists" {
            let at = toleration.field("operator");
            out.invalid(&TOLERATION, &at, "operator must be Exists when `key` is empty, which means \"match all values and all keys\"").on(&toleration.field("key"));
        }
    } else if let Some(why) = names::qualified(key) {
        out.invalid(&TOLERATION, &toleration.field("key"), why);
    }
    let value = toleration.field("value");
    if operator == "Exists" && value.str().is_some_and(|text| !text.is_empty()) {
        out.invalid(&TOLERATION, &value, "value must be empty when `operator` is 'Exists'")
            .on(&toleration.field("operator"));
    } else if matches!(operator, "" | "Equal")
        && let Some(why) = value.str().and_then(names::label_value)
    {
        out.invalid(&TOLERATION, &value, why);
    }
    if let Some(seconds) = toleration.get("tolerationSeconds")
        && toleration.text("effect") != "NoExecute"
    {
        out.invalid(
            &TOLERATION,
            &seconds,
            "effect must be 'NoExecute' when `tolerationSeconds` is set",
        )
        .on(&toleration.field("effect"));
    }
}

const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution";

fn affinity(affinity: &At<'_>, out: &mut Faults) {
    if let Some(nodes) = affinity.get("nodeAffinity") {
        if let Some(required) = nodes.get(REQUIRED) {
            terms(&required, out);
        }
        for preferred in nodes.list(PREFERRED) {
            if let Some(term) = preferred.get("preference") {
                node_term(&term, out);
            }
        }
    }
    for kind in ["podAffinity", "podAntiAffinity"] {
        let Some(pods) = affinity.get(kind) else { continue };
        let preferred = pods.list(PREFERRED);
        let terms = preferred.iter().filter_map(|term| term.get("podAffinityTerm"));
        for term in pods.list(REQUIRED).into_iter().chain(terms) {
            let key = term.field("topologyKey");
            match key.str() {
                Some("") => {
                    out.required(&TOPOLOGY_KEY, &key, "can not be empty");
                }
                Some(text) => {
                    if let Some(why) = names::qualified(text) {
                        out.invalid(&TOPOLOGY_KEY, &key, why);
                    }
                }
                None => {}
            }
            label_keys(&term, out);
            for selector in ["labelSelector", "namespaceSelector"] {
                if let Some(selector) = term.get(selector) {
                    meta::selector(&selector, out);
                }
            }
        }
    }
}

/// `matchLabelKeys` and their opposite.
fn label_keys(at: &At<'_>, out: &mut Faults) {
    for field in ["matchLabelKeys", "mismatchLabelKeys"] {
        let keys = at.list(field);
        if !keys.is_empty() && at.get("labelSelector").is_none() {
            let place = at.field(field).keyed();
            let why = "must not be specified when labelSelector is not set";
            let selector = at.field("labelSelector");
            out.forbidden(&TOPOLOGY_KEY, &place, why).on_only(&[&selector, &place]);
        }
        for key in &keys {
            let Some(text) = key.str() else { continue };
            if let Some(why) = names::qualified(text) {
                out.invalid(&TOPOLOGY_KEY, key, why);
            } else if field == "matchLabelKeys"
                && at.list("mismatchLabelKeys").iter().any(|other| other.str() == Some(text))
            {
                out.invalid(
                    &TOPOLOGY_KEY,
                    key,
                    "exists in both matchLabelKeys and mismatchLabelKeys",
                );
            }
        }
    }
}

/// The node affinity of a PersistentVolume.
pub(super) fn nodes(affinity: &At<'_>, out: &mut Faults) {
    match affinity.get("required") {
        Some(required) => terms(&required, out),
        None => {
            let at = affinity.field("required").keyed();
            out.required(&NODE_REQUIREMENT, &at, "must specify required node constraints");
        }
    }
}

pub(super) fn terms(required: &At<'_>, out: &mut Faults) {
    let terms = required.field("nodeSelectorTerms");
    if terms.node.as_seq().is_some_and(<[_]>::is_empty) {
        out.required(&NODE_REQUIREMENT, &terms, "must have at least one node selector term");
    }
    terms.items().iter().for_each(|term| node_term(term, out));
}

fn node_term(term: &At<'_>, out: &mut Faults) {
    for list in ["matchExpressions", "matchFields"] {
        for requirement in term.list(list) {
            let count = requirement.list("values").len();
            let at = requirement.field("values").keyed();
            match requirement.text("operator") {
                "In" | "NotIn" if count == 0 => {
                    out.required(
                        &NODE_REQUIREMENT,
                        &at,
                        "must be specified when `operator` is 'In' or 'NotIn'",
                    );
                }
                "Exists" | "DoesNotExist" if count > 0 => {
                    let why = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
                    let operator = requirement.field("operator");
                    out.forbidden(&NODE_REQUIREMENT, &at, why).on_only(&[&operator, &at]);
                }
                "Gt" | "Lt" if count != 1 => {
                    out.required(
                        &NODE_REQUIREMENT,
                        &at,
                        "must be specified single value when `operator` is 'Lt' or 'Gt'",
                    );
                }
                _ => {}
            }
            if list == "matchFields" {
                let operator = requirement.field("operator");
                if matches!(operator.str(), Some("Exists" | "DoesNotExist" | "Gt" | "Lt")) {
                    out.invalid(
                        &NODE_REQUIREMENT,
                        &operator,
                        "a field is compared by 'In' or 'NotIn'",
                    );
                } else if count > 1 {
                    out.required(&NODE_REQUIREMENT, &at, "must be only one value when `operator` is 'In' or 'NotIn' for node field selector");
                }
            } else {
                for value in requirement.list("values") {
                    if let Some(why) = value.str().and_then(names::label_value) {
                        out.invalid(&NODE_REQUIREMENT, &value, why);
                    }
                }
            }
            if list == "matchExpressions"
                && let Some(key) = requirement.get("key")
                && let Some(why) = key.str().and_then(names::qualified)
            {
                out.invalid(&NODE_REQUIREMENT, &key, why);
            }
        }
    }
}

pub(super) fn priority(root: &At<'_>, out: &mut Faults) {
    let name = root.get("metadata").and_then(|at| at.get("name"));
    let system = name.as_ref().and_then(At::str).filter(|text| text.starts_with("system-"));
    let own = ["system-node-critical", "system-cluster-critical"];
    if let (Some(at), Some(text)) = (&name, system)
        && !own.contains(&text)
    {
        let why = "priority class names with 'system-' prefix are reserved for system use only";
        out.forbidden(&PRIORITY_VALUE, at, why).on_only(&[at]);
    }
    let system = system.is_some();
    let value = root.field("value");
    if !system && value.int().is_some_and(|value| value > 1_000_000_000) {
        let why = "maximum allowed value of a user defined priority is 1000000000";
        // A name that begins with `system-` would let it be.
        let name = root.field("metadata").field("name");
        out.forbidden(&PRIORITY_VALUE, &value, why).on_only(&[&name, &value]);
    }
}
