//! What the schemas of a definition say of their lists: sets, and lists whose items are told apart by keys.

use super::codes::CRD_SCHEMA_VALUE;
use crate::at::At;
use crate::fault::{Faults, Rule};
use plumb_text::diag::nearest;

static KEYS: Rule = Rule::new(
    &CRD_SCHEMA_VALUE,
    "ValidateCustomResourceDefinitionOpenAPISchema, validateMapListKeysMapSet",
);

/// Checks the list type of a node of a schema, and the keys of its items. (That a map has keys, its structure asks.)
pub(super) fn check(at: &At<'_>, out: &mut Faults) {
    let (kind, keys) = (at.field("x-kubernetes-list-type"), at.list("x-kubernetes-list-map-keys"));
    if !keys.is_empty() && kind.str() != Some("map") {
        let why = "must be map if x-kubernetes-list-map-keys is non-empty";
        match kind.node.is_null() {
            true => out.required(&KEYS, &kind.clone().keyed(), why),
            false => out.invalid(&KEYS, &kind, why),
        };
    }
    let of = at.field("type");
    if kind.str().is_some() && of.str().is_some_and(|text| !text.is_empty() && text != "array") {
        let why = "must be array if x-kubernetes-list-type is specified";
        out.invalid(&KEYS, &of, why).on(&kind);
    }
    if kind.str() == Some("map")
        && let Some(items) = at.get("items").filter(|items| items.node.as_map().is_some())
    {
        self::keys(&items, &keys, out);
    }
}

/// The keys are scalar properties of the items, and each item has them.
fn keys(items: &At<'_>, keys: &[At<'_>], out: &mut Faults) {
    let of = items.field("type");
    if of.str().is_some_and(|text| !text.is_empty() && text != "object") {
        let why = "must be object if parent array's x-kubernetes-list-type is map";
        out.invalid(&KEYS, &of, why);
        return;
    }
    out.distinct(&KEYS, keys);
    let properties = items.field("properties");
    let required = items.list("required");
    for key in keys {
        let Some(name) = key.str() else { continue };
        let Some(property) = properties.node.as_map().and_then(|map| map.entry(name)) else {
            let names = properties.entries();
            let near = nearest(name, names.iter().map(|(name, _)| *name));
            let why = "entries must all be names of item properties";
            out.invalid(&KEYS, key, why).on_all(&properties).near(near);
            continue;
        };
        let property = properties.entry(&property.key.value);
        let of = property.field("type");
        if matches!(of.str(), Some("array" | "object")) {
            let why = "must be a scalar type if parent array's x-kubernetes-list-type is map";
            out.invalid(&KEYS, &of, why);
        }
        if property.get("default").is_none() && !required.iter().any(|at| at.str() == Some(name)) {
            let why = "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property";
            let at = property.field("default").keyed();
            out.required(&KEYS, &at, why).on_all(&items.field("required"));
        }
        if property.is_true("nullable") {
            let why = "this property is in x-kubernetes-list-map-keys, so it cannot be nullable";
            let at = property.field("nullable");
            out.forbidden(&KEYS, &at, why).on_only(&[&at]);
        }
    }
}
