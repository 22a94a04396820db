//! What the expressions of policies may name.

use plumb_cel::{Environment, Object, Type};
use std::sync::Arc;

/// What the expressions of a policy may name in Kubernetes 1.`minor`, beside its own variables.
pub(crate) fn environment(minor: u32, has_parameters: bool) -> Environment {
    let text = || Type::String;
    let object = |name: &str, fields: Vec<(&str, Type)>| {
        let fields = fields.into_iter().map(|(name, of)| (name.to_owned(), of)).collect();
        Type::Object(Arc::new(Object { name: format!("kubernetes.{name}"), fields }))
    };
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
    let environment = Environment::kubernetes(minor)
        .variable("object", Type::Dyn)
        .variable("oldObject", Type::Dyn)
        .variable("request", request)
        .variable("namespaceObject", Type::Dyn)
        .variable("authorizer", Type::Opaque("kubernetes.authorization.Authorizer", Vec::new()));
    if has_parameters { environment.variable("params", Type::Dyn) } else { environment }
}
