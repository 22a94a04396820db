//! What an expression may name: the variables of its place, and the functions of a Kubernetes release.

use crate::library::{self, Overload};
use crate::syntax::Macros;
use crate::types::Type;
use std::sync::Arc;

/// What an expression may name.
#[derive(Clone, Debug)]
pub struct Environment {
    minor: u32,
    container: String,
    variables: Vec<(String, Type)>,
    trusting: bool,
    bindings: bool,
    patches: bool,
}

/// Types that expressions may name, and the type that each names.
const TYPES: &[(&str, &str)] = &[
    ("bool", "bool"),
    ("int", "int"),
    ("uint", "uint"),
    ("double", "double"),
    ("string", "string"),
    ("bytes", "bytes"),
    ("list", "list(dyn)"),
    ("map", "map(dyn, dyn)"),
    ("null_type", "null"),
    ("optional_type", "optional(dyn)"),
    ("google.protobuf.Timestamp", "timestamp"),
    ("google.protobuf.Duration", "duration"),
    ("net.IP", "net.IP"),
    ("net.CIDR", "net.CIDR"),
    ("kubernetes.URL", "kubernetes.URL"),
    ("kubernetes.Quantity", "kubernetes.Quantity"),
    ("kubernetes.NamedFormat", "kubernetes.NamedFormat"),
    ("kubernetes.Semver", "kubernetes.Semver"),
];

/// Messages that hold one value: they are that value, and its zero where they hold none.
pub(crate) const WRAPPERS: &[(&str, &str)] = &[
    ("google.protobuf.BoolValue", "bool"),
    ("google.protobuf.BytesValue", "bytes"),
    ("google.protobuf.DoubleValue", "double"),
    ("google.protobuf.FloatValue", "double"),
    ("google.protobuf.Int32Value", "int"),
    ("google.protobuf.Int64Value", "int"),
    ("google.protobuf.StringValue", "string"),
    ("google.protobuf.UInt32Value", "uint"),
    ("google.protobuf.UInt64Value", "uint"),
];

/// The type of an operation of a JSON patch.
const PATCH: &str = "JSONPatch";

impl Environment {
    /// The functions and macros of Kubernetes 1.`minor`, and no variables.
    pub fn kubernetes(minor: u32) -> Environment {
        Environment {
            minor,
            container: String::new(),
            variables: Vec::new(),
            trusting: false,
            bindings: false,
            patches: false,
        }
    }

    /// One more variable. A name may have dots: `variables.x`.
    #[must_use]
    pub fn variable(mut self, name: impl Into<String>, of: Type) -> Environment {
        self.variables.push((name.into(), of));
        self
    }

    /// Without a variable, and without those whose names begin with its name and a dot.
    #[must_use]
    pub fn without(mut self, name: &str) -> Environment {
        self.variables.retain(|(own, _)| {
            own.strip_prefix(name).is_none_or(|rest| !rest.is_empty() && !rest.starts_with('.'))
        });
        self
    }

    /// Whether the types of all variables are known, so that what an expression is of type `dyn` is so in an API server:
    /// [`Type::Error`] is the type of what is not known, and of what is wrong.
    pub fn is_whole(&self) -> bool {
        self.variables.iter().all(|(_, of)| of.is_whole())
    }

    /// Names are looked up in this container first.
    #[must_use]
    pub fn container(mut self, name: impl Into<String>) -> Environment {
        self.container = name.into();
        self
    }

    /// Takes it that the expression has been checked with its own types, which are not at hand: items of a list may be
    /// of one type though nothing is known of it.
    #[must_use]
    pub fn trusting(mut self) -> Environment {
        self.trusting = true;
        self
    }

    /// With `cel.bind(name, value, expression)`, as expressions about devices have it.
    #[must_use]
    pub fn bindings(mut self) -> Environment {
        self.bindings = true;
        self
    }

    /// With the types that patches are made of, as mutations have them: `Object`, `Object.spec` and so on, whose fields may
    /// hold anything, `JSONPatch`, and `jsonpatch.escapeKey`.
    #[must_use]
    pub fn patches(mut self) -> Environment {
        self.patches = true;
        self
    }

    /// The type of a field of a type that patches are made of; none where there is no such type, and none of its where it
    /// has no such field.
    pub(crate) fn patch_field(&self, name: &str, field: &str) -> Option<Option<Type>> {
        if !self.is_patch(name) {
            return None;
        }
        Some(match (name, field) {
            (PATCH, "op" | "path" | "from") => Some(Type::String),
            (PATCH, "value") => Some(Type::Dyn),
            (PATCH, _) => None,
            _ => Some(Type::Dyn),
        })
    }

    /// Whether a name is that of a type that patches are made of.
    pub(crate) fn is_patch(&self, name: &str) -> bool {
        self.patches && (name == PATCH || name == "Object" || name.starts_with("Object."))
    }

    /// The macros of the release.
    pub(crate) fn macros(&self) -> Macros {
        Macros {
            optionals: self.minor >= 28,
            two_variables: self.minor >= 32,
            sort_by: self.minor >= 34,
            bindings: self.bindings,
        }
    }

    /// Whether fields whose names are reserved may be written as they are.
    pub(crate) fn has_keyword_fields(&self) -> bool {
        self.minor >= 31
    }

    pub(crate) fn is_trusting(&self) -> bool {
        self.trusting
    }

    /// The full name and the type of a variable, or of a type that is named.
    pub(crate) fn resolve(&self, name: &str) -> Option<(String, Type)> {
        self.candidates(name).into_iter().find_map(|name| {
            let variable = self.variables.iter().find(|(own, _)| *own == name);
            if let Some((_, of)) = variable {
                return Some((name, of.clone()));
            }
            let named = TYPES.iter().find(|(own, _)| *own == name);
            if let Some((_, of)) = named {
                return Some((name, Type::Type(Some(Arc::new(Type::declared(of))))));
            }
            (name == "type").then(|| (name, Type::Type(Some(Arc::new(Type::Type(None))))))
        })
    }

    /// Whether a full name is a type's and no variable's.
    pub(crate) fn is_type(&self, name: &str) -> bool {
        !self.variables.iter().any(|(own, _)| own == name)
    }

    /// The full names that a name may mean, nearest first.
    fn candidates(&self, name: &str) -> Vec<String> {
        if let Some(absolute) = name.strip_prefix('.') {
            return vec![absolute.to_owned()];
        }
        let mut names = Vec::new();
        let mut container = self.container.as_str();
        while !container.is_empty() {
            names.push(format!("{container}.{name}"));
            container = container.rsplit_once('.').map_or("", |(outer, _)| outer);
        }
        names.push(name.to_owned());
        names
    }

    /// The name of a function as the tables have it.
    pub(crate) fn function_name(&self, name: &str) -> Option<&'static str> {
        self.overloads(name).next().map(|overload| overload.name)
    }

    /// The overloads of a function in this release.
    pub(crate) fn overloads(&self, name: &str) -> impl Iterator<Item = &'static Overload> {
        let minor = self.minor;
        let is_known = self.patches || !name.starts_with(library::PATCHES);
        let overloads = if is_known { library::overloads(name) } else { &[] };
        overloads.iter().filter(move |one| one.since <= minor && minor < one.until)
    }

    /// The known name that is most like one.
    pub(crate) fn nearest(&self, name: &str, scopes: &[&str]) -> Option<String> {
        let variables = self.variables.iter().map(|(name, _)| name.as_str());
        let functions: Vec<&str> = library::names().collect();
        let known = scopes.iter().chain(&functions).copied().chain(variables);
        plumb_text::diag::nearest(name, known).map(str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_mutations_and_of_devices_are_known_where_they_are_asked_for() {
        let base = || Environment::kubernetes(37).variable("object", Type::Dyn);
        let patch = r#"[JSONPatch{op: "add", path: "/metadata/labels/" + jsonpatch.escapeKey("a/b"), value: Object.spec{a: 1}}]"#;
        let bind = "cel.bind(spec, object.spec, spec.replicas > 1 && spec.paused)";
        assert!(base().patches().compile(patch).is_ok());
        assert!(base().bindings().compile(bind).is_ok());
        for text in [patch, "Object{}", "jsonpatch.escapeKey('a')", bind] {
            assert!(base().compile(text).is_err(), "{text}");
        }
        let wrong = [
            "JSONPatch{op: 1}",
            "JSONPatch{operation: 'add'}",
            "JSONPath{}",
            "Objects{}",
            "Object{spec: object.}",
            "Object{}.spec + JSONPatch{}.op.size()  + 'a'.b",
        ];
        for text in wrong {
            assert!(base().patches().compile(text).is_err(), "{text}");
        }
        assert!(base().bindings().compile("object.bind(a, 1, a)").is_err());
    }

    #[test]
    fn a_variable_with_dots_is_there() {
        let environment = Environment::kubernetes(37).variable("variables.spec", Type::Dyn);
        let value = environment.compile("has(variables.spec)").unwrap();
        let value = value.evaluate(&|_: &str| None, &mut crate::Budget::default());
        assert!(matches!(value, Ok(crate::Value::Bool(true))));
        assert!(environment.compile("has(variables.spec.a) && variables.spec.a").is_ok());
        for text in ["has(variables.other)", "has(others.spec)", "has(variables)"] {
            assert!(environment.compile(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_type_of_a_patch_is_its_name() {
        let result = |text: &str| {
            let environment = Environment::kubernetes(37).variable("object", Type::Dyn).patches();
            environment.compile(text).map(|program| program.result().to_string())
        };
        assert_eq!(result("Object{spec: Object.spec{replicas: 3}}"), Ok("Object".to_owned()));
        let choice = "has(object.spec) ? [JSONPatch{op: 'remove', path: '/spec'}] : []";
        assert_eq!(result(choice), Ok("list(JSONPatch)".to_owned()));
    }
}
