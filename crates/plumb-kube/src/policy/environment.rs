//! What the expressions of policies may name.

use plumb_cel::{Environment, Object, Type};
use std::sync::Arc;

/// What the expressions of a policy may name in Kubernetes 1.`minor`, beside its own variables.
pub(crate) fn environment(minor: u32, has_parameters: bool) -> Environment {
    let text = || Type::String;
    let three = |name: &str, last: &'static str| {
        object(name, vec![("group", text()), ("version", text()), (last, text())])
    };
    let (kind, resource) =
        (three("GroupVersionKind", "kind"), three("GroupVersionResource", "resource"));
    let texts = || Type::list(Type::String);
    let user = object(
        "UserInfo",
        vec![
            ("username", text()),
            ("uid", text()),
            ("groups", texts()),
            ("extra", Type::map(Type::String, texts())),
        ],
    );
    let request = object(
        "AdmissionRequest",
        vec![
            ("kind", kind.clone()),
            ("resource", resource.clone()),
            ("subResource", text()),
            ("requestKind", kind),
            ("requestResource", resource),
            ("requestSubResource", text()),
            ("name", text()),
            ("namespace", text()),
            ("operation", text()),
            ("userInfo", user),
            ("dryRun", Type::Bool),
            ("options", Type::Dyn),
        ],
    );
    let check = Type::Opaque("kubernetes.authorization.ResourceCheck", Vec::new());
    let environment = Environment::kubernetes(minor)
        .variable("object", Type::Dyn)
        .variable("oldObject", Type::Dyn)
        .variable("request", request)
        .variable("namespaceObject", namespace())
        .variable(AUTHORIZER, Type::Opaque("kubernetes.authorization.Authorizer", Vec::new()))
        .variable(REQUEST_RESOURCE, check);
    if has_parameters { environment.variable("params", Type::Dyn) } else { environment }
}

/// The variable that tells who may do what.
pub(super) const AUTHORIZER: &str = "authorizer";

/// The variable that tells what who asks may do with what is asked for.
pub(super) const REQUEST_RESOURCE: &str = "authorizer.requestResource";

/// What a message may name of what the other expressions of a policy may (`validateMessageExpression`).
pub(crate) fn for_messages(environment: &Environment) -> Environment {
    environment.clone().without(AUTHORIZER)
}

/// The names of types, as one is to be chosen: `string or null`.
pub(crate) fn one_of(types: &[Type]) -> String {
    types.iter().map(Type::to_string).collect::<Vec<_>>().join(" or ")
}

/// An object of the API server's own types.
fn object(name: &str, fields: Vec<(&str, Type)>) -> Type {
    let fields = fields.into_iter().map(|(name, of)| (name.to_owned(), of)).collect();
    Type::Object(Arc::new(Object { name: format!("kubernetes.{name}"), fields }))
}

/// The parts of a Namespace that policies see (`BuildNamespaceType`).
fn namespace() -> Type {
    let texts = || Type::list(Type::String);
    let named = || Type::map(Type::String, Type::String);
    let condition = object(
        "NamespaceCondition",
        vec![
            ("status", Type::String),
            ("type", Type::String),
            ("lastTransitionTime", Type::Timestamp),
            ("message", Type::String),
            ("reason", Type::String),
        ],
    );
    let metadata = object(
        "NamespaceMetadata",
        vec![
            ("name", Type::String),
            ("generateName", Type::String),
            ("namespace", Type::String),
            ("labels", named()),
            ("annotations", named()),
            ("UID", Type::String),
            ("creationTimestamp", Type::Timestamp),
            ("deletionGracePeriodSeconds", Type::Int),
            ("deletionTimestamp", Type::Timestamp),
            ("generation", Type::Int),
            ("resourceVersion", Type::String),
            ("finalizers", texts()),
        ],
    );
    let status = vec![("conditions", Type::list(condition)), ("phase", Type::String)];
    object(
        "Namespace",
        vec![
            ("metadata", metadata),
            ("spec", object("NamespaceSpec", vec![("finalizers", texts())])),
            ("status", object("NamespaceStatus", status)),
        ],
    )
}
