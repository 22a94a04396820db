//! Policies that change what is admitted: MutatingAdmissionPolicy and its binding.

use super::admission::{
    self, ADMISSION_EXPRESSION, ADMISSION_POLICY, constraints, expression, parameter_kind,
    variables,
};
use super::declare::declare;
use crate::at::At;
use crate::fault::Faults;
use crate::policy;
use plumb_cel::{Object, Type};
use std::collections::BTreeMap;
use std::sync::Arc;

declare! {
ADMISSION_MUTATION = "admission-mutation", "validateMutatingAdmissionPolicySpec, validateMutation, validateJSONPatch, validateApplyConfiguration", "a mutation without the patch that its type says, or of a request that can't be changed",
"A MutatingAdmissionPolicy has at least one of `mutations`. Each says its `patchType` and holds the patch of that type alone: `applyConfiguration`, whose expression is an `Object{…}`, \
or `jsonPatch`, whose expression is a list of `JSONPatch{…}`. It says whether it is asked again after others (`reinvocationPolicy`), and what is deleted can't be changed.",
"MutatingAdmissionPolicy.spec",
"reinvocationPolicy: Never\nmatchConstraints:\n  resourceRules: [{apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: [deployments]}]\nmutations: [{patchType: ApplyConfiguration, jsonPatch: {expression: \"[]\"}}]",
"reinvocationPolicy: Never\nmatchConstraints:\n  resourceRules: [{apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: [deployments]}]\nmutations: [{patchType: ApplyConfiguration, applyConfiguration: {expression: \"Object{spec: Object.spec{replicas: 3}}\"}}]";
}

/// The requests that can be changed.
const OPERATIONS: &[&str] = &["*", "CONNECT", "CREATE", "UPDATE"];

/// Each type of patch, and the field that holds it.
const PATCHES: &[(&str, &str)] =
    &[("ApplyConfiguration", "applyConfiguration"), ("JSONPatch", "jsonPatch")];

/// The spec of a MutatingAdmissionPolicy.
pub(super) fn policy(spec: &At<'_>, out: &mut Faults) {
    out.one_of(&ADMISSION_POLICY, &spec.field("failurePolicy"), &["Fail", "Ignore"]);
    constraints(spec, out);
    operations(&spec.field("matchConstraints"), out);
    admission::conditions(spec, out);
    parameter_kind(spec, out);
    let environment = policy::environment(out.k8s().1, spec.get("paramKind").is_some()).patches();
    let environment = variables(spec, environment, out);
    let mutations = spec.field("mutations");
    let items = mutations.items();
    if items.is_empty() {
        let why = "mutations must contain at least one item";
        out.required(&ADMISSION_MUTATION, &mutations.keyed(), why);
    }
    for mutation in &items {
        let Some((kind, field)) = patch(mutation, out) else { continue };
        let patch =
            Type::Object(Arc::new(Object { name: kind.to_owned(), fields: BTreeMap::new() }));
        let wanted = if field == "jsonPatch" { Type::list(patch) } else { patch };
        let holder = mutation.field(field);
        let at = holder.field("expression");
        expression(&at, &environment, &[wanted], &ADMISSION_EXPRESSION, out);
    }
    let again = spec.field("reinvocationPolicy");
    if again.node.is_null() || again.str() == Some("") {
        out.required(&ADMISSION_MUTATION, &again, "");
    } else {
        out.one_of(&ADMISSION_MUTATION, &again, &["Never", "IfNeeded"]);
    }
}

/// The name of the type of a mutation's expression and the field that holds it, where it has the one that its type says.
fn patch(mutation: &At<'_>, out: &mut Faults) -> Option<(&'static str, &'static str)> {
    let kind = mutation.field("patchType");
    let text = kind.str().unwrap_or_default();
    if text.is_empty() {
        if kind.node.is_null() || kind.str().is_some() {
            out.required(&ADMISSION_MUTATION, &kind, "");
        }
        return None;
    }
    let Some((known, field)) = PATCHES.iter().find(|(known, _)| *known == text) else {
        out.one_of(&ADMISSION_MUTATION, &kind, &["ApplyConfiguration", "JSONPatch"]);
        return None;
    };
    for (_, other) in PATCHES.iter().filter(|(_, other)| other != field) {
        if let Some(at) = mutation.get(other) {
            let why = format!("must not be specified when patchType is {known}");
            out.invalid(&ADMISSION_MUTATION, &at.keyed(), why).on(&kind).value = None;
        }
    }
    if mutation.get(field).is_none() {
        let why = format!("must be specified when patchType is {known}");
        out.required(&ADMISSION_MUTATION, &mutation.field(field), why).on(&kind);
        return None;
    }
    Some((if *field == "jsonPatch" { "JSONPatch" } else { "Object" }, field))
}

/// A binding's resources. The rest of it is as in a ValidatingAdmissionPolicyBinding.
pub(super) fn binding(spec: &At<'_>, out: &mut Faults) {
    admission::reference(spec, out);
    operations(&spec.field("matchResources"), out);
}

/// The operations of what a mutation is for.
fn operations(resources: &At<'_>, out: &mut Faults) {
    for rule in resources.list("resourceRules") {
        for operation in rule.list("operations") {
            out.one_of(&ADMISSION_MUTATION, &operation, OPERATIONS);
        }
    }
}
