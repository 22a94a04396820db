//! What an API server does to an object before it looks at it: fields that are null are dropped, defaults filled in.

use super::formats::Format;
use super::{Additional, Id, Schema, Type};
use crate::{Entry, Map, Node, Style, Value};
use plumb_text::{Span, Spanned};

/// Brings a tree into the form that is validated. What is filled in points to the map that it is filled into.
pub(crate) fn normalize(schema: &Schema, id: Id, node: &mut Node, at: Span) {
    let id = schema.resolve(id);
    let spec = schema.node(id);
    // Of built-in kinds: what is required is better called missing than empty, and the status is not the author's.
    let is_given = |name: &String| {
        !schema.dialect.zero_defaults && (spec.required.contains(name) || name == "status")
    };
    match &mut node.value {
        Value::Map(map) => {
            map.entries_mut().retain_mut(|entry| {
                if !entry.value.is_null() {
                    return true;
                }
                let child = match spec.properties.get(&entry.key.value) {
                    Some(child) => *child,
                    None => match spec.additional {
                        Additional::Schema(child) => child,
                        _ => return true,
                    },
                };
                if !schema.dialect.zero_defaults {
                    // Go reads null as absence. (`eventTime` is required, and null in most events.)
                    let is_time =
                        schema.node(schema.resolve(child)).format == Some(Format::DateTime);
                    return is_time && is_given(&entry.key.value);
                }
                if nullable(schema, child) {
                    return true;
                }
                match default(schema, child) {
                    Some(value) => {
                        entry.value = Node::from_json(value, entry.key.span);
                        true
                    }
                    None => false,
                }
            });
            if !spec.properties.is_empty() {
                let mut missing: Vec<_> = spec
                    .properties
                    .iter()
                    .filter(|(name, _)| map.get(name).is_none() && !is_given(name))
                    .filter_map(|(name, child)| {
                        let value = match default(schema, *child) {
                            Some(value) => Node::from_json(value, at),
                            None => implied(schema, name, *child, at)?,
                        };
                        Some((name, value))
                    })
                    .collect();
                missing.sort_unstable_by_key(|(name, _)| *name);
                for (name, value) in missing {
                    map.push(Entry { key: Spanned::new(name.clone(), at), value });
                }
            }
            for entry in map.entries_mut() {
                let child = match (spec.properties.get(&entry.key.value), &spec.additional) {
                    (Some(child), _) => *child,
                    (None, Additional::Schema(child)) => *child,
                    _ => continue,
                };
                let at = entry.key.span;
                normalize(schema, child, &mut entry.value, at);
            }
        }
        Value::Seq(items) => {
            if let Some(child) = spec.items {
                let objects = schema.node(schema.resolve(child)).types == [Type::Object];
                for item in items {
                    let at = item.span;
                    if item.is_null() && objects && !schema.dialect.zero_defaults {
                        item.value = Value::Map(Map::default());
                    }
                    normalize(schema, child, item, at);
                }
            }
        }
        _ => {}
    }
}

/// The `spec` of a built-in object and the `template` of a pod are never absent to an API server, only empty; not every
/// edition of the schemas says so.
fn implied(schema: &Schema, name: &str, id: Id, at: Span) -> Option<Node> {
    let spec = schema.node(schema.resolve(id));
    let applies = match name {
        "spec" => spec.types.contains(&Type::Object),
        "template" => spec.properties.contains_key("spec"),
        _ => false,
    };
    (applies && !schema.dialect.zero_defaults).then(|| Node {
        value: Value::Map(Map::default()),
        span: at,
        style: Style::Default,
    })
}

fn nullable(schema: &Schema, mut id: Id) -> bool {
    loop {
        let node = schema.node(id);
        let Some(next) = node.delegate else {
            return node.nullable;
        };
        if node.nullable {
            return true;
        }
        id = next;
    }
}

fn default(schema: &Schema, mut id: Id) -> Option<&serde_json::Value> {
    loop {
        let node = schema.node(id);
        if node.default.is_some() {
            return node.default.as_ref();
        }
        id = node.delegate?;
    }
}
