//! How large the values of a definition's schema may be, as rules see them.
//!
//! Owns: the way from a node of `openAPIV3Schema` to sizes, as an API server goes it (`MaxElements` and `MinSerializedSize` of
//! `SchemaDeclType`). Must not know: types, rules, limits.

use crate::{Map, Node};
use plumb_cel::Size;
use plumb_cel::syntax::escape;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The most bytes of a request (`DefaultMaxRequestSizeBytes`).
pub(super) const REQUEST: u64 = 3 * 1024 * 1024;

/// The most characters of a text that has no limit of its own: the request but for the quotes.
const TEXT: u64 = REQUEST - 2;

/// How deep a schema is followed.
const MAX_DEPTH: usize = 64;

/// The sizes of a value.
pub(super) struct Sized {
    /// The largest.
    pub(super) size: Arc<Size>,
    /// The fewest bytes that it is written with.
    pub(super) least: u64,
}

impl Sized {
    fn of(most: u64, least: u64) -> Sized {
        Sized { size: Arc::new(Size { most, ..Size::default() }), least }
    }
}

/// The sizes of a value with this schema; none where rules can't see it, or where it is deeper than is followed.
pub(super) fn of(map: &Map, is_root: bool, depth: usize) -> Option<Sized> {
    if depth > MAX_DEPTH {
        return None;
    }
    let is_true = |key: &str| map.get(key).and_then(Node::as_bool) == Some(true);
    let text = || number(map, "maxLength").map(|length| length.saturating_mul(4));
    if is_true("x-kubernetes-int-or-string") {
        return Some(Sized::of(text().unwrap_or(TEXT), 1));
    }
    let is_root = is_root || is_true("x-kubernetes-embedded-resource");
    Some(match map.get("type").and_then(Node::as_str)? {
        "array" => {
            let item = of(map.get("items")?.as_map()?, false, depth + 1)?;
            let most = number(map, "maxItems").unwrap_or(TEXT / (item.least + 1));
            let size = Size { most, item: Some(item.size), ..Size::default() };
            Sized { size: Arc::new(size), least: 2 }
        }
        "object" => match map.get("additionalProperties").and_then(Node::as_map) {
            Some(values) => {
                let value = of(values, false, depth + 1)?;
                // Quotes, a colon and a comma beside the smallest key and value.
                let most = number(map, "maxProperties").unwrap_or(TEXT / (value.least + 6));
                let (key, item) = (Some(Arc::default()), Some(value.size));
                let size = Size { most, key, item, fields: BTreeMap::new() };
                Sized { size: Arc::new(size), least: 2 }
            }
            None => object(map, is_root, depth)?,
        },
        "string" => match map.get("format").and_then(Node::as_str) {
            Some("byte") => Sized::of(number(map, "maxLength").unwrap_or(TEXT), 2),
            Some("duration") => Sized::of(32, 3),
            Some("date") => Sized::of(12, 12),
            Some("date-time") => Sized::of(32, 21),
            _ => Sized::of(text().or_else(|| longest(map)).unwrap_or(TEXT), 2),
        },
        "boolean" => Sized::of(0, 4),
        "integer" | "number" => Sized::of(0, 1),
        _ => return None,
    })
}

fn object(map: &Map, is_root: bool, depth: usize) -> Option<Sized> {
    let required = map.get("required").map(Node::items).unwrap_or_default();
    let (mut fields, mut least) = (BTreeMap::new(), 2u64);
    for entry in map.get("properties").and_then(Node::as_map).into_iter().flatten() {
        let name = entry.key.value.as_str();
        let Some(schema) = entry.value.as_map() else { continue };
        let Some(field) = of(schema, false, depth + 1) else {
            // What is too deep may be counted in the whole.
            if depth + 1 > MAX_DEPTH {
                return None;
            }
            continue;
        };
        let has_default = schema.get("default").is_some_and(|default| !default.is_null());
        if required.iter().any(|own| own.as_str() == Some(name)) && !has_default {
            least = least.saturating_add(name.len() as u64 + field.least + 4);
        }
        fields.insert(escape(name), field.size);
    }
    if is_root {
        let text = || Sized::of(TEXT, 2).size;
        let texts = |names: &[&str]| -> BTreeMap<String, Arc<Size>> {
            names.iter().map(|name| ((*name).to_owned(), text())).collect()
        };
        let metadata = Size { fields: texts(&["name", "generateName"]), ..Size::default() };
        fields.extend(texts(&["apiVersion", "kind"]));
        fields.insert("metadata".to_owned(), Arc::new(metadata));
    }
    Some(Sized { size: Arc::new(Size { fields, ..Size::default() }), least })
}

/// A limit, which is 0 where it is less.
pub(super) fn number(map: &Map, key: &str) -> Option<u64> {
    let limit = map.get(key).and_then(Node::as_int)?;
    Some(u64::try_from(limit.max(0)).unwrap_or(u64::MAX))
}

/// The length of the longest of the texts that are allowed, in bytes.
fn longest(map: &Map) -> Option<u64> {
    let values = map.get("enum").map(Node::items).filter(|values| !values.is_empty())?;
    values.iter().map(|value| value.as_str().map_or(0, str::len) as u64).max()
}
