//! Policies in CEL: ValidatingAdmissionPolicy, its binding, and the conditions that webhooks share with them.

use super::declare::declare;
use super::{meta, requests};
use crate::at::At;
use crate::fault::{Faults, Rule};
use crate::names;
use crate::policy;
use plumb_cel::syntax::{Expr, Kind, Macros, parse};
use plumb_cel::{Environment, Type};

/// How many conditions a policy or a webhook may have (`validateMatchConditions`).
const MAX_CONDITIONS: usize = 64;

/// How many annotations a policy may make (`maxAuditAnnotations`).
const MAX_ANNOTATIONS: usize = 20;

declare! {
ADMISSION_POLICY = "admission-policy", "validateValidatingAdmissionPolicySpec", "a policy that says nothing, or names what there is not",
"An admission policy says which resources it is for (`matchConstraints.resourceRules`), and one that validates validates or annotates something. Variables have names of CEL, \
parameters a kind; a message is one line.",
"ValidatingAdmissionPolicy.spec",
"matchConstraints:\n  resourceRules: [{apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: [deployments]}]\nvalidations: []",
"matchConstraints:\n  resourceRules: [{apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: [deployments]}]\nvalidations: [{expression: \"object.spec.replicas <= 5\"}]";

ADMISSION_EXPRESSION = "admission-expression", "validateCELCondition", "an expression of a policy or condition that does not compile",
"An expression is written in CEL. It speaks of `object`, `oldObject`, `request`, `namespaceObject` and `authorizer`; of `params` in a policy with a `paramKind`, and of \
`variables` that the policy declares. What validates or is a condition is true or false; a message or annotation is a text.",
"ValidatingAdmissionPolicy.spec",
"matchConstraints:\n  resourceRules: [{apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: [deployments]}]\nvalidations: [{expression: \"spec.replicas <= 5\"}]",
"matchConstraints:\n  resourceRules: [{apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: [deployments]}]\nvalidations: [{expression: \"object.spec.replicas <= 5\"}]";

ADMISSION_DYN = "admission-dyn", "CompileCELExpression", "an expression of a policy or condition whose type is known only when it is evaluated",
"An API server takes an expression where it knows its type: a condition or validation is of type `bool`, a message `string`, a patch `Object` or `list(JSONPatch)`. A field of `object` or \
`params` is of type `dyn`, and so is what may be one (`object.spec.?paused.orValue(false)`). Compare it, or convert it (`string(…)`).",
"ValidatingAdmissionPolicy.spec",
"matchConstraints:\n  resourceRules: [{apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: [deployments]}]\nvalidations: [{expression: \"object.spec.paused\"}]",
"matchConstraints:\n  resourceRules: [{apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: [deployments]}]\nvalidations: [{expression: \"object.spec.paused == true\"}]";

ADMISSION_BINDING = "admission-binding", "validateValidatingAdmissionPolicyBindingSpec", "a binding that does nothing, or the same twice",
"A binding names its policy and says what to do (`validationActions`: `Deny` or `Warn`, not both, and `Audit`, each once). Its parameters are found by `name` or by \
`selector`, one of them, and `parameterNotFoundAction` says what holds where there are none.",
"ValidatingAdmissionPolicyBinding.spec", "policyName: replicas.example.com\nvalidationActions: [Deny, Warn]",
"policyName: replicas.example.com\nvalidationActions: [Deny, Audit]";
}

/// Checks an expression. `wanted` are the types that its value may have; none: any. Returns the type of its value, which
/// is [`Type::Error`] where the expression is wrong or not there.
pub(super) fn expression(
    at: &At<'_>,
    environment: &Environment,
    wanted: &[Type],
    rule: &'static Rule,
    out: &mut Faults,
) -> Type {
    let Some(text) = at.str().filter(|text| !text.trim().is_empty()) else {
        if at.node.is_null() || at.str().is_some() {
            out.required(rule, at, "");
        }
        return Type::Error;
    };
    let program = match environment.compile(text) {
        Ok(program) => program,
        Err(error) => {
            let why = format!("compilation failed: {error}");
            out.invalid(rule, at, why).in_part(at, error.span());
            return Type::Error;
        }
    };
    let found = program.result().clone();
    if !wanted.is_empty() && !wanted.contains(&found) && environment.is_whole() {
        let why = format!("must evaluate to {} but got {found}", policy::one_of(wanted));
        let rule = if found == Type::Dyn { &ADMISSION_DYN } else { rule };
        out.invalid(rule, at, why);
    }
    found
}

/// What expressions may name in a policy or a webhook.
fn environment(spec: &At<'_>, out: &Faults) -> Environment {
    policy::environment(out.k8s().1, spec.get("paramKind").is_some())
}

/// The conditions under which a webhook or policy is asked.
pub(super) fn conditions(at: &At<'_>, out: &mut Faults) {
    let list = at.list("matchConditions");
    too_many(&at.field("matchConditions"), list.len(), MAX_CONDITIONS, out);
    out.unique(&ADMISSION_EXPRESSION, &list, "name");
    let environment = environment(at, out);
    for condition in &list {
        let name = condition.field("name");
        if let Some(text) = name.str() {
            if text.is_empty() {
                out.required(&ADMISSION_EXPRESSION, &name, "");
            } else if let Some(why) = names::qualified(text) {
                out.invalid(&ADMISSION_EXPRESSION, &name, why);
            }
        }
        expression(
            &condition.field("expression"),
            &environment,
            &[Type::Bool],
            &ADMISSION_EXPRESSION,
            out,
        );
    }
}

/// The spec of a ValidatingAdmissionPolicy.
pub(super) fn policy(spec: &At<'_>, out: &mut Faults) {
    constraints(spec, out);
    conditions(spec, out);
    parameter_kind(spec, out);
    let environment = variables(spec, environment(spec, out), out);
    let (validations, annotations) = (spec.list("validations"), spec.list("auditAnnotations"));
    if validations.is_empty() && annotations.is_empty() {
        let why = "validations or auditAnnotations must contain at least one item";
        out.required(&ADMISSION_POLICY, &spec.field("validations"), why);
    }
    for validation in &validations {
        expression(
            &validation.field("expression"),
            &environment,
            &[Type::Bool],
            &ADMISSION_EXPRESSION,
            out,
        );
        if let Some(message) = validation.filled("messageExpression") {
            if message.str().is_some_and(|text| text.trim().is_empty()) {
                out.invalid(&ADMISSION_POLICY, &message, "must be non-empty if specified");
            } else {
                let environment = policy::for_messages(&environment);
                expression(&message, &environment, &[Type::String], &ADMISSION_EXPRESSION, out);
            }
        }
        if let Some(message) = validation.get("message")
            && let Some(text) = message.str().filter(|text| !text.is_empty())
        {
            if text.trim().is_empty() {
                out.invalid(&ADMISSION_POLICY, &message, "must be non-empty if specified");
            } else if text.trim().contains(['\n', '\r']) {
                out.invalid(&ADMISSION_POLICY, &message, "must not contain line breaks");
            }
        }
        if let Some(reason) = validation.get("reason") {
            let known = ["Forbidden", "Invalid", "RequestEntityTooLarge", "Unauthorized"];
            if reason.str().is_some_and(|text| !known.contains(&text)) {
                let detail = format!("supported values: {}", known.join(", "));
                out.not_supported(&ADMISSION_POLICY, &reason, &known).detail = detail;
            }
        }
    }
    too_many(&spec.field("auditAnnotations"), annotations.len(), MAX_ANNOTATIONS, out);
    out.unique(&ADMISSION_POLICY, &annotations, "key");
    for annotation in &annotations {
        let key = annotation.field("key");
        if let Some(why) = key.str().and_then(|key| names::qualified(&format!("a/{key}"))) {
            out.invalid(&ADMISSION_POLICY, &key, why);
        }
        let wanted = [Type::String, Type::Null];
        expression(
            &annotation.field("valueExpression"),
            &environment,
            &wanted,
            &ADMISSION_EXPRESSION,
            out,
        );
    }
}

/// Which resources a policy is for.
pub(super) fn constraints(spec: &At<'_>, out: &mut Faults) {
    let constraints = spec.field("matchConstraints");
    if constraints.node.is_null() {
        out.required(&ADMISSION_POLICY, &constraints, "");
    } else if constraints.list("resourceRules").is_empty() {
        out.required(&ADMISSION_POLICY, &constraints.field("resourceRules").keyed(), "");
    }
    selectors(&constraints, out);
    for list in ["resourceRules", "excludeResourceRules"] {
        requests::rules(&constraints.list(list), &ADMISSION_POLICY, out);
    }
}

/// What a policy takes its parameters from.
pub(super) fn parameter_kind(spec: &At<'_>, out: &mut Faults) {
    if let Some(kind) = spec.get("paramKind") {
        for field in ["apiVersion", "kind"] {
            let at = kind.field(field);
            if at.node.is_null() || at.str() == Some("") {
                out.required(&ADMISSION_POLICY, &at, "");
            }
        }
        let version = kind.field("apiVersion");
        if let Some(text) = version.str().filter(|text| !text.is_empty()) {
            let parts: Vec<&str> = text.split('/').collect();
            let why = match parts[..] {
                [version] | ["", version] => names::dns_1035(version),
                [group, version] => names::subdomain(group).or_else(|| names::dns_1035(version)),
                _ => Some("must be GROUP/VERSION, or VERSION for the core group"),
            };
            if let Some(why) = why {
                out.invalid(&ADMISSION_POLICY, &version, why);
            }
        }
        let name = kind.field("kind");
        if let Some(text) = name.str().filter(|text| !text.is_empty())
            && let Some(why) = names::dns_1035(&text.to_ascii_lowercase())
        {
            let why = format!("may have mixed case, but should otherwise match: {why}");
            out.invalid(&ADMISSION_POLICY, &name, why);
        }
    }
}

/// A policy's variables, and what expressions may name with them.
pub(super) fn variables(
    spec: &At<'_>,
    mut environment: Environment,
    out: &mut Faults,
) -> Environment {
    for variable in spec.list("variables") {
        let name = variable.field("name");
        match name.str() {
            Some("") => {
                out.required(&ADMISSION_POLICY, &name, "name is not specified");
            }
            Some(text) if !is_identifier(text) || !is_name(text) => {
                out.invalid(&ADMISSION_POLICY, &name, "must be a valid CEL identifier");
            }
            _ => {}
        }
        // A variable is made of those before it.
        let of = expression(
            &variable.field("expression"),
            &environment,
            &[],
            &ADMISSION_EXPRESSION,
            out,
        );
        environment = environment.variable(format!("variables.{}", variable.text("name")), of);
    }
    environment
}

fn selectors(at: &At<'_>, out: &mut Faults) {
    for selector in ["namespaceSelector", "objectSelector"] {
        if let Some(selector) = at.get(selector) {
            meta::selector(&selector, out);
        }
    }
}

/// Says that a list has more items than an API server takes.
fn too_many(list: &At<'_>, count: usize, most: usize, out: &mut Faults) {
    if count > most {
        let why = format!("must have at most {most} items, and has {count}");
        out.too_many(&ADMISSION_POLICY, &list.clone().keyed(), why);
    }
}

pub(super) fn is_identifier(text: &str) -> bool {
    let first = text.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    first && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Whether the language takes a text for a name: it keeps some for itself and for other languages (`isCELIdentifier`).
fn is_name(text: &str) -> bool {
    matches!(parse(text, Macros::default()), Ok(Expr { kind: Kind::Ident(_), .. }))
}

/// The spec of a ValidatingAdmissionPolicyBinding.
pub(super) fn binding(spec: &At<'_>, out: &mut Faults) {
    let actions = spec.field("validationActions");
    let list = actions.items();
    if list.is_empty() {
        out.required(&ADMISSION_BINDING, &actions, "at least one validation action is required");
    }
    out.distinct(&ADMISSION_BINDING, &list);
    let has = |action: &str| list.iter().find(|at| at.str() == Some(action));
    if let (Some(_), Some(warn)) = (has("Deny"), has("Warn")) {
        out.invalid(&ADMISSION_BINDING, warn, "must not contain both Deny and Warn");
    }
    reference(spec, out);
}

/// What a binding binds: a policy, resources, and parameters.
pub(super) fn reference(spec: &At<'_>, out: &mut Faults) {
    let name = spec.field("policyName");
    if name.node.is_null() || name.str() == Some("") {
        out.required(&ADMISSION_BINDING, &name, "");
    } else if let Some(why) = name.str().and_then(names::subdomain) {
        out.invalid(&ADMISSION_BINDING, &name, why);
    }
    if let Some(resources) = spec.get("matchResources") {
        selectors(&resources, out);
        for list in ["resourceRules", "excludeResourceRules"] {
            requests::rules(&resources.list(list), &ADMISSION_BINDING, out);
        }
    }
    let Some(parameters) = spec.get("paramRef") else { return };
    if let Some(selector) = parameters.get("selector") {
        meta::selector(&selector, out);
    }
    match (parameters.filled("name"), parameters.get("selector")) {
        (None, None) => {
            let why = "one of name or selector must be specified";
            out.required(&ADMISSION_BINDING, &parameters.clone().keyed(), why);
        }
        (Some(_), None) | (None, Some(_)) => {}
        (Some(name), Some(selector)) => {
            let selector = selector.keyed();
            let why = "name and selector are mutually exclusive";
            out.forbidden(&ADMISSION_BINDING, &selector, why).on_only(&[&name, &selector]);
        }
    }
    let missing = parameters.field("parameterNotFoundAction");
    if missing.node.is_null() || missing.str() == Some("") {
        out.required(&ADMISSION_BINDING, &missing, "");
    }
}
