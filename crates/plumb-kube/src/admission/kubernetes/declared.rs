//! The types that a definition's schema declares, as rules see them.
//!
//! Owns: the way from a node of `openAPIV3Schema` to a type of CEL, as an API server goes it (`SchemaDeclType`). Must not
//! know: what else is wrong with a definition.

use crate::{Map, Node};
use plumb_cel::syntax::escape;
use plumb_cel::{Environment, Object, Type};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a rule at a node of a schema may name.
pub(super) fn environment(
    map: &Map,
    is_root: bool,
    optional_old: bool,
    (_, minor): (u32, u32),
) -> Environment {
    let own = of(map, is_root, "self", 0).unwrap_or(Type::Error);
    let old = if optional_old { Type::optional(own.clone()) } else { own.clone() };
    Environment::kubernetes(minor).variable("self", own).variable("oldSelf", old)
}

/// How deep a schema is followed; rules of anything deeper see what is there without a type.
const MAX_DEPTH: usize = 64;

/// The type of a value with this schema; none where rules can't see it.
fn of(map: &Map, is_root: bool, name: &str, depth: usize) -> Option<Type> {
    let is_true = |key: &str| map.get(key).and_then(Node::as_bool) == Some(true);
    if depth > MAX_DEPTH {
        return Some(Type::Error);
    }
    if is_true("x-kubernetes-int-or-string") {
        return Some(Type::Dyn);
    }
    let is_root = is_root || is_true("x-kubernetes-embedded-resource");
    match map.get("type").and_then(Node::as_str)? {
        "array" => {
            let items = map.get("items")?.as_map()?;
            of(items, false, &format!("{name}[]"), depth + 1).map(Type::list)
        }
        "object" => {
            if let Some(values) = map.get("additionalProperties").and_then(Node::as_map) {
                let of = of(values, false, &format!("{name}{{}}"), depth + 1)?;
                return Some(Type::map(Type::String, of));
            }
            Some(object(map, is_root, name, depth))
        }
        "string" => Some(match map.get("format").and_then(Node::as_str) {
            Some("byte") => Type::Bytes,
            Some("duration") => Type::Duration,
            Some("date" | "date-time") => Type::Timestamp,
            _ => Type::String,
        }),
        "boolean" => Some(Type::Bool),
        "integer" => Some(Type::Int),
        "number" => Some(Type::Double),
        // Another finding says that there is no such type.
        _ => Some(Type::Error),
    }
}

fn object(map: &Map, is_root: bool, name: &str, depth: usize) -> Type {
    let mut fields = BTreeMap::new();
    for entry in map.get("properties").and_then(Node::as_map).into_iter().flatten() {
        let key = entry.key.value.as_str();
        let Some(schema) = entry.value.as_map() else { continue };
        if let Some(of) = of(schema, false, &format!("{name}.{key}"), depth + 1) {
            fields.insert(escape(key), of);
        }
    }
    if is_root {
        let texts = |names: &[&str]| -> BTreeMap<String, Type> {
            names.iter().map(|name| ((*name).to_owned(), Type::String)).collect()
        };
        let metadata = texts(&["name", "generateName"]);
        let metadata = Object { name: format!("{name}.metadata"), fields: metadata };
        fields.extend(texts(&["apiVersion", "kind"]));
        fields.insert("metadata".to_owned(), Type::Object(Arc::new(metadata)));
    }
    Type::Object(Arc::new(Object { name: name.to_owned(), fields }))
}
