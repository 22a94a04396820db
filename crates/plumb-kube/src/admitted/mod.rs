//! An object as an API server hands it to its policies: decoded, with defaults, and with what the server adds itself.
//!
//! Owns: the defaults of built-in kinds (`pkg/apis/*/v1/defaults.go` of Kubernetes), what Go leaves out when it writes an
//! object, and the metadata that only a server knows. Must not know: policies.

mod base64;
mod core;
mod fields;
mod others;
mod pods;
#[cfg(test)]
mod tests;
mod typed;
mod workloads;

use crate::gaps::Gaps;
use crate::path::FieldPath;
use crate::rules::known;
use crate::schema::normalize;
use crate::store::KindSchema;
use crate::{Node, Style, Value};
use fields::Fields;
use plumb_cel::Value as Cel;
use std::sync::Arc;

/// What there is to know of an object beside its text.
pub(crate) struct Context<'a> {
    /// Its API group.
    pub(crate) group: &'a str,
    /// Its kind.
    pub(crate) kind: &'a str,
    /// Its schema, where there is one.
    pub(crate) known: Option<&'a KindSchema>,
    /// Whether it lives in a namespace, which the server fills in where the object does not say it.
    pub(crate) is_namespaced: bool,
}

/// An object as policies see it when it is created. Where its text stands in a document, `place` says, whose `gaps` are
/// unknown.
pub(crate) fn admitted(root: &Node, context: &Context<'_>, place: &FieldPath, gaps: &Gaps) -> Cel {
    let mut normal = root.clone();
    if let Some(known) = context.known {
        // Where the defaults are too many, the object has fewer; the schema's own check says so.
        let _ = normalize(&known.schema, known.schema.root, &mut normal, root.span);
        if known.builtin {
            typed::decode(&known.schema, &mut normal);
        }
        without_defaults_in_gaps(&mut normal, place, gaps);
    }
    let mut value = known(&normal, place, gaps);
    let Cel::Map(map) = &mut value else { return value };
    let map = Arc::make_mut(map);
    if context.known.is_none_or(|known| known.builtin) {
        fill(&mut Fields::of(map), context);
    }
    metadata(&mut Fields::of(map), context.is_namespaced);
    value
}

/// The defaults of a built-in kind.
fn fill(object: &mut Fields<'_>, context: &Context<'_>) {
    match (context.group, context.kind) {
        ("", kind) => core::fill(kind, object),
        ("apps" | "batch" | "autoscaling", kind) => workloads::fill(kind, object),
        (group, kind) => others::fill(group, kind, object),
    }
}

/// What the server writes into the metadata of each object that it creates.
fn metadata(object: &mut Fields<'_>, is_namespaced: bool) {
    let mut metadata = object.object("metadata");
    for name in ["uid", "creationTimestamp", "generation", "managedFields"] {
        metadata.set(name, Cel::Unknown);
    }
    if metadata.has("generateName") == Some(true) {
        metadata.set("name", Cel::Unknown);
    }
    if is_namespaced {
        metadata.set("namespace", Cel::Unknown);
    }
}

/// Takes out what a schema filled into a map that may hold more than is written: what is left out may say otherwise.
fn without_defaults_in_gaps(node: &mut Node, path: &FieldPath, gaps: &Gaps) {
    use crate::path::Step;
    if !gaps.has_gap() {
        return;
    }
    match &mut node.value {
        Value::Map(map) => {
            if gaps.is_open(path) {
                map.entries_mut().retain(|entry| entry.value.style != Style::Default);
            }
            for entry in map.entries_mut() {
                let path = path.clone().then(Step::Field(entry.key.value.clone()));
                without_defaults_in_gaps(&mut entry.value, &path, gaps);
            }
        }
        Value::Seq(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                without_defaults_in_gaps(item, &path.clone().then(Step::Index(index)), gaps);
            }
        }
        _ => {}
    }
}
