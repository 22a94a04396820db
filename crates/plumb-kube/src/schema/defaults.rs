//! What an API server does to an object before it looks at it: fields that are null are dropped, defaults filled in.

use super::formats::Format;
use super::{Additional, Id, Schema, Type};
use crate::{Entry, Map, Node, Value};
use plumb_text::{Span, Spanned};
use serde_json::Value as Json;

/// The most that the defaults of one object may come to, in bytes of text and in nodes. An API server takes no larger object.
const ROOM: usize = 4 << 20;
/// How deep defaults are filled in; no object is deeper.
const DEEPEST: usize = 100;

/// Brings a tree into the form that is validated. What is filled in points to the map that it is filled into.
///
/// `false` where not all defaults are filled in: a schema may lead back to itself by way of them, or hold large ones for many
/// places.
#[must_use]
pub(crate) fn normalize(schema: &Schema, id: Id, node: &mut Node, at: Span) -> bool {
    let mut filling = Filling { schema, room: Some(ROOM), depth: 0 };
    filling.visit(id, node, at);
    filling.room.is_some()
}

struct Filling<'s> {
    schema: &'s Schema,
    /// What is left; nothing once something did not fit.
    room: Option<usize>,
    depth: usize,
}

impl Filling<'_> {
    fn visit(&mut self, id: Id, node: &mut Node, at: Span) {
        self.depth += 1;
        let schema = self.schema;
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
                    match default(schema, child).and_then(|value| self.fill(value, entry.key.span))
                    {
                        Some(value) => {
                            entry.value = value;
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
                                Some(value) => self.fill(value, at)?,
                                None => self.implied(name, *child, at)?,
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
                    self.visit(child, &mut entry.value, at);
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
                        self.visit(child, item, at);
                    }
                }
            }
            _ => {}
        }
        self.depth -= 1;
    }

    fn fill(&mut self, value: &Json, at: Span) -> Option<Node> {
        let left = self.room.filter(|_| self.depth < DEEPEST);
        self.room = left.and_then(|room| room.checked_sub(weight(value)));
        self.room.map(|_| Node::from_json(value, at))
    }

    /// The `spec` of a built-in object and the `template` of a pod are never absent to an API server, only empty; not every
    /// edition of the schemas says so.
    fn implied(&mut self, name: &str, id: Id, at: Span) -> Option<Node> {
        let spec = self.schema.node(self.schema.resolve(id));
        let applies = match name {
            "spec" => spec.types.contains(&Type::Object),
            "template" => spec.properties.contains_key("spec"),
            _ => false,
        };
        let applies = applies && !self.schema.dialect.zero_defaults;
        applies.then(|| self.fill(&Json::Object(serde_json::Map::new()), at))?
    }
}

/// What a value takes: its texts, and something for each of its nodes.
fn weight(value: &Json) -> usize {
    let below = match value {
        Json::String(text) => text.len(),
        Json::Array(items) => items.iter().map(weight).sum(),
        Json::Object(object) => object.iter().map(|(key, value)| key.len() + weight(value)).sum(),
        _ => 0,
    };
    below + 16
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

fn default(schema: &Schema, mut id: Id) -> Option<&Json> {
    loop {
        let node = schema.node(id);
        if node.default.is_some() {
            return node.default.as_ref();
        }
        id = node.delegate?;
    }
}
