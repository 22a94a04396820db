//! How an API server shares out its own time: which requests are of which priority level, and what a level has.

use super::declare::declare;
use crate::at::At;
use crate::fault::Faults;
use crate::names;

declare! {
FLOW_SCHEMA = "flow-schema", "ValidateFlowSchemaSpec, ValidateFlowSchemaPolicyRulesWithSubjects, ValidateFlowSchemaSubject, ValidateFlowSchemaResourcePolicyRule, ValidateFlowSchemaNonResourcePolicyRule", "a FlowSchema that no request can match, or that contradicts itself",
"A rule of a FlowSchema says who sends requests (a subject has the field of its kind: `user`, `group` or `serviceAccount`) and which: resources, in `namespaces` or of the \
`clusterScope`, or URLs. A list that has `*` has nothing else, and verbs are those of API servers. Only the schema named `exempt` has the precedence 1.",
"FlowSchema.spec",
"priorityLevelConfiguration: {name: workload-low}\nrules:\n- subjects: [{kind: User, group: {name: builders}}]\n  resourceRules: [{verbs: [\"*\", get], apiGroups: [\"\"], resources: [pods]}]",
"priorityLevelConfiguration: {name: workload-low}\nrules:\n- subjects: [{kind: Group, group: {name: builders}}]\n  resourceRules: [{verbs: [\"*\"], apiGroups: [\"\"], resources: [pods], namespaces: [\"*\"]}]";

PRIORITY_LEVEL = "priority-level", "ValidatePriorityLevelConfigurationSpec, ValidateLimitResponse, ValidatePriorityLevelQueuingConfiguration", "a priority level that is not what its type says",
"A priority level of the type Limited says its limits in `limited`, and only one named `exempt` is Exempt. Where requests wait (`limitResponse.type: Queue`) `queuing` says how; a hand of queues is not greater than all of them.",
"PriorityLevelConfiguration.spec",
"type: Limited\nlimited: {limitResponse: {type: Queue, queuing: {queues: 4, handSize: 8, queueLengthLimit: 50}}}",
"type: Limited\nlimited: {limitResponse: {type: Queue, queuing: {queues: 64, handSize: 8, queueLengthLimit: 50}}}";
}

/// The verbs of requests: `supportedVerbs`.
const VERBS: &[&str] =
    &["create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch"];

pub(super) fn flow_schema(root: &At<'_>, out: &mut Faults) {
    let (spec, name) = (root.field("spec"), root.field("metadata").field("name"));
    let precedence = spec.field("matchingPrecedence");
    if precedence.int() == Some(1) && name.str().is_some_and(|text| text != "exempt") {
        let why = "only the schema named 'exempt' may have matchingPrecedence 1";
        out.invalid(&FLOW_SCHEMA, &precedence, why).on(&name);
    }
    if let Some(method) = spec.get("distinguisherMethod") {
        out.one_of(&FLOW_SCHEMA, &method.field("type"), &["ByNamespace", "ByUser"]);
    }
    for rule in spec.list("rules") {
        for subject in rule.list("subjects") {
            self::subject(&subject, out);
        }
        let (resources, urls) = (rule.list("resourceRules"), rule.list("nonResourceRules"));
        if resources.is_empty() && urls.is_empty() {
            let why = "at least one of resourceRules and nonResourceRules has to be non-empty";
            out.incomplete(&FLOW_SCHEMA, &rule, why);
        }
        resources.iter().for_each(|rule| resource_rule(rule, out));
        urls.iter().for_each(|rule| url_rule(rule, out));
    }
}

/// A subject has the field of its kind, and no other.
fn subject(subject: &At<'_>, out: &mut Faults) {
    const FIELDS: [(&str, &str); 3] =
        [("Group", "group"), ("ServiceAccount", "serviceAccount"), ("User", "user")];
    let kind = subject.field("kind");
    out.one_of(&FLOW_SCHEMA, &kind, &FIELDS.map(|(kind, _)| kind));
    let Some((_, own)) = FIELDS.iter().find(|(name, _)| kind.str() == Some(name)) else { return };
    for (name, field) in FIELDS.iter().filter(|(_, field)| field != own) {
        if let Some(at) = subject.get(field) {
            let why = format!("{field} is forbidden when subject kind is not '{name}'");
            let at = at.keyed();
            out.forbidden(&FLOW_SCHEMA, &at, why).on_only(&[&kind, &at]);
        }
    }
    let Some(holder) = subject.get(own) else {
        let why =
            format!("{own} is required when subject kind is '{}'", kind.str().unwrap_or_default());
        out.required(&FLOW_SCHEMA, &subject.field(own).keyed(), why).on(&kind);
        return;
    };
    let name = holder.field("name");
    match name.str() {
        Some("") => {
            out.required(&FLOW_SCHEMA, &name, "");
        }
        Some(text) if *own == "serviceAccount" && text != "*" => {
            if let Some(why) = names::subdomain(text) {
                out.invalid(&FLOW_SCHEMA, &name, why);
            }
        }
        _ => {}
    }
    if *own == "serviceAccount" {
        let namespace = holder.field("namespace");
        match namespace.str() {
            Some("") => {
                let why = "must specify namespace for service account";
                out.required(&FLOW_SCHEMA, &namespace, why);
            }
            Some(text) => {
                if let Some(why) = names::label(text) {
                    out.invalid(&FLOW_SCHEMA, &namespace, why);
                }
            }
            None => {}
        }
    }
}

fn resource_rule(rule: &At<'_>, out: &mut Faults) {
    verbs(rule, out);
    wild(rule, "apiGroups", "resource rules must supply at least one api group", out);
    wild(rule, "resources", "resource rules must supply at least one resource", out);
    let namespaces = rule.list("namespaces");
    if namespaces.is_empty() {
        if !rule.is_true("clusterScope") {
            let why =
                "resource rules that are not cluster scoped must supply at least one namespace";
            out.required(&FLOW_SCHEMA, &rule.field("namespaces").keyed(), why)
                .on(&rule.field("clusterScope"));
        }
    } else if !wild(rule, "namespaces", "", out) {
        for namespace in namespaces {
            if let Some(why) = namespace.str().and_then(names::label) {
                let why =
                    format!("each member of this list must be '*' or a DNS-1123 label; {why}");
                out.invalid(&FLOW_SCHEMA, &namespace, why);
            }
        }
    }
}

fn url_rule(rule: &At<'_>, out: &mut Faults) {
    verbs(rule, out);
    if !wild(rule, "nonResourceURLs", "nonResourceURLs must contain at least one value", out) {
        for url in rule.list("nonResourceURLs") {
            if let Some(why) = url.str().and_then(url_path) {
                out.invalid(&FLOW_SCHEMA, &url, why);
            }
        }
    }
}

fn verbs(rule: &At<'_>, out: &mut Faults) {
    if !wild(rule, "verbs", "verbs must contain at least one value", out) {
        for verb in rule.list("verbs") {
            out.one_of(&FLOW_SCHEMA, &verb, VERBS);
        }
    }
}

/// Whether a list has `*`. Such a list must have nothing else, and an empty one is refused.
fn wild(rule: &At<'_>, field: &str, needed: &str, out: &mut Faults) -> bool {
    let Some(list) = rule.get(field) else { return false };
    let items = list.items();
    if items.is_empty() && list.node.as_seq().is_some() && !needed.is_empty() {
        out.required(&FLOW_SCHEMA, &list.clone().keyed(), needed).on_all(&list);
    }
    let Some(all) = items.iter().find(|at| at.str() == Some("*")) else { return false };
    if let Some(other) = items.iter().find(|at| at.str() != Some("*")).or(items.get(1)) {
        let why = "if '*' is present, must not specify anything else";
        out.invalid(&FLOW_SCHEMA, &list.keyed(), why).on_only(&[all, other]);
    }
    true
}

/// `ValidateNonResourceURLPath`.
fn url_path(text: &str) -> Option<&'static str> {
    if text.is_empty() {
        Some("must not be empty")
    } else if text == "/" {
        None
    } else if !text.starts_with('/') {
        Some("must start with slash")
    } else if text.contains(' ') {
        Some("must not contain white-space")
    } else if text.contains("//") {
        Some("must not contain double slash")
    } else {
        let stem = text.strip_suffix("/*").unwrap_or(text);
        stem.contains('*').then_some("wildcard can only do suffix matching")
    }
}

/// The bits of a hash that dealing queues may take: `shufflesharding.MaxHashBits`.
const MOST_BITS: f64 = 60.0;

pub(super) fn priority_level(root: &At<'_>, out: &mut Faults) {
    let (spec, name) = (root.field("spec"), root.field("metadata").field("name"));
    let kind = spec.field("type");
    out.one_of(&PRIORITY_LEVEL, &kind, &["Exempt", "Limited"]);
    if let (Some(name_text), Some(text @ ("Exempt" | "Limited"))) = (name.str(), kind.str())
        && (name_text == "exempt") != (text == "Exempt")
    {
        let why = "must be 'Exempt' if and only if `name` is 'exempt'";
        out.invalid(&PRIORITY_LEVEL, &kind, why).on(&name);
    }
    let other = match kind.str() {
        Some("Exempt") => "limited",
        Some("Limited") => "exempt",
        _ => return,
    };
    if let Some(at) = spec.get(other) {
        let (at, why) =
            (at.keyed(), format!("must be nil if the type is {}", kind.str().unwrap_or_default()));
        out.forbidden(&PRIORITY_LEVEL, &at, why).on_only(&[&kind, &at]);
    }
    for holder in ["limited", "exempt"].iter().filter_map(|field| spec.get(field)) {
        not_negative(&holder, "nominalConcurrencyShares", out);
        not_negative(&holder, "borrowingLimitPercent", out);
        if let Some(at) = holder.get("lendablePercent")
            && at.int().is_some_and(|percent| !(0..=100).contains(&percent))
        {
            out.invalid(&PRIORITY_LEVEL, &at, "must be between 0 and 100, inclusive");
        }
    }
    match spec.get("limited") {
        None if other == "exempt" => {
            let why = "must not be empty when type is Limited";
            out.required(&PRIORITY_LEVEL, &spec.field("limited").keyed(), why);
        }
        Some(limited) => response(&limited.field("limitResponse"), out),
        None => {}
    }
}

fn not_negative(at: &At<'_>, field: &str, out: &mut Faults) {
    if let Some(at) = at.get(field).filter(|at| at.int().is_some_and(|number| number < 0)) {
        out.invalid(&PRIORITY_LEVEL, &at, "must be a non-negative integer");
    }
}

/// What becomes of requests beyond the limit.
fn response(response: &At<'_>, out: &mut Faults) {
    let kind = response.field("type");
    out.one_of(&PRIORITY_LEVEL, &kind, &["Queue", "Reject"]);
    let queuing = response.get("queuing");
    match (kind.str(), queuing) {
        (Some("Reject"), Some(at)) => {
            let (at, why) = (at.keyed(), "must be nil if limited.limitResponse.type is Reject");
            out.forbidden(&PRIORITY_LEVEL, &at, why).on_only(&[&kind, &at]);
        }
        (Some("Queue"), None) => {
            let why = "must not be empty if limited.limitResponse.type is Queue";
            out.required(&PRIORITY_LEVEL, &response.field("queuing").keyed(), why);
        }
        (Some("Queue"), Some(at)) => queues(&at, out),
        _ => {}
    }
}

fn queues(queuing: &At<'_>, out: &mut Faults) {
    let fields = ["queues", "handSize", "queueLengthLimit"].map(|name| queuing.field(name));
    for at in fields.iter().filter(|at| at.int().is_some_and(|number| number < 0)) {
        out.invalid(&PRIORITY_LEVEL, at, "must be positive");
    }
    // What is absent or 0 has a default.
    let of = |at: &At<'_>, default| at.int().filter(|number| *number != 0).unwrap_or(default);
    let [all, hand, _] = &fields;
    let (queues, dealt) = (of(all, 64), of(hand, 8));
    if queues <= 0 || dealt <= 0 {
        return;
    }
    let at = if hand.node.is_null() { all } else { hand };
    #[expect(clippy::cast_precision_loss, reason = "compared with 60")]
    let bits = ((queues as f64).log2() * dealt as f64).ceil();
    if queues > 10_000_000 {
        out.invalid(&PRIORITY_LEVEL, all, "must not be greater than 10000000");
    } else if dealt > queues {
        let why = format!("should not be greater than queues ({queues})");
        out.invalid(&PRIORITY_LEVEL, at, why).on(all).on(hand);
    } else if bits > MOST_BITS {
        let why = format!(
            "required entropy bits of deckSize {queues} and handSize {dealt} should not be greater than {MOST_BITS}"
        );
        out.invalid(&PRIORITY_LEVEL, at, why).on(all).on(hand);
    }
}
