//! What the schemas of a CustomResourceDefinition are made of: their structure, the names of types, patterns, rules. An API
//! server refuses a definition with one that it can't use.
//!
//! Owns: those, for a document that is a definition. Must not know: how schemas are applied; what else must hold
//! of a definition (`builtin`).

use super::codes::{CRD_SCHEMA_VALUE, CRD_STRUCTURE};
use super::expressions::{self, Scope};
use super::{defaults, lists};
use crate::at::At;
use crate::fault::{Fault, Faults, Rule};
use crate::path::Step;
use crate::schema::quote;
use crate::versions::Versions;
use crate::{Document, Map, Node, Value};
use plumb_cel::go_regex;
use plumb_text::diag::nearest;
use std::cell::Cell;

static VALUE: Rule = Rule::new(&CRD_SCHEMA_VALUE, "ValidateCustomResourceDefinitionOpenAPISchema");
static STRUCTURE: Rule = Rule::new(&CRD_STRUCTURE, "structuralschema.ValidateStructural");

/// Where in a definition's schema a part of it stands.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Root,
    Field,
    Item,
    /// Below `allOf`, `anyOf`, `oneOf` or `not`.
    Nested,
    /// The same, of an int-or-string, which names its two types there.
    Choice,
}

const TYPES: [&str; 6] = ["array", "boolean", "integer", "number", "object", "string"];

/// Keywords of JSON Schema that a definition can't use.
const UNSUPPORTED: [&str; 6] =
    ["$ref", "definitions", "patternProperties", "dependencies", "additionalItems", "id"];

/// Checks a document that is a CustomResourceDefinition; nothing to say about any other.
pub(super) fn check(document: &Document, versions: &Versions) -> Vec<Fault> {
    let is_definition = document.group() == Some("apiextensions.k8s.io")
        && document.kind().is_some_and(|kind| kind.value == "CustomResourceDefinition");
    if !is_definition {
        return Vec::new();
    }
    let mut out = Faults::new(versions);
    let mut presets = Vec::new();
    let spec = At::root(document).get("spec");
    for version in spec.map(|spec| spec.list("versions")).unwrap_or_default() {
        let definition = version.field("schema").field("openAPIV3Schema");
        let total = Cell::new(0);
        let scope = Scope::root(&total);
        schema(&definition, Place::Root, &scope, &mut out);
        expressions::whole(&definition, &scope, &mut out);
        presets.extend(defaults::faults(&definition, document.text(), &document.gaps));
    }
    let mut faults = out.into_list();
    // That a default is of another type is said already.
    presets.retain(|fault| !faults.iter().any(|own| own.path == fault.path));
    faults.extend(presets);
    faults
}

/// One node of a schema.
fn schema(at: &At<'_>, place: Place, scope: &Scope<'_>, out: &mut Faults) {
    let Some(map) = at.node.as_map() else { return };
    structure(at, map, place, out);
    if let Some(kind) = at.get("type").filter(|kind| !is_type(kind.node)) {
        let near = kind.str().and_then(|name| nearest(name, TYPES));
        out.not_supported(&VALUE, &kind, &TYPES).near(near).value = Some(quote(kind.node));
    }
    if let Some(pattern) = at.get("pattern")
        && let Some(Err(error)) = pattern.str().map(go_regex)
    {
        out.invalid(&VALUE, &pattern, format!("must be a valid regular expression: {error}"));
    }
    expressions::check(at, map, place == Place::Root, scope, out);
    parts(at, map, place, scope, out);
}

fn is_type(node: &Node) -> bool {
    node.as_str().is_some_and(|name| TYPES.contains(&name))
}

/// What makes a schema structural.
fn structure(at: &At<'_>, map: &Map, place: Place, out: &mut Faults) {
    let kind = at.text("type");
    for name in UNSUPPORTED {
        // A text or a map of nothing is as good as none.
        let is_empty = |field: &At<'_>| {
            name != "$ref"
                && (field.str() == Some("") || field.node.as_map().is_some_and(Map::is_empty))
        };
        if let Some(field) = at.get(name).filter(|field| !is_empty(field)) {
            let why = format!("{name} is not supported");
            out.forbidden(&STRUCTURE, &field.clone().keyed(), why).on_only(&[&field]);
        }
    }
    if at.is_true("uniqueItems") {
        let field = at.field("uniqueItems");
        let why =
            "uniqueItems cannot be set to true since the runtime complexity becomes quadratic";
        let found = out.forbidden(&STRUCTURE, &field, why).on_only(&[&field]);
        found.help("write `x-kubernetes-list-type: set`");
    }
    if let (Some(open), Some(known)) = (at.get("additionalProperties"), at.get("properties"))
        && open.node.as_bool() != Some(true)
        && !known.entries().is_empty()
    {
        let why = "additionalProperties and properties are mutual exclusive";
        out.forbidden(&STRUCTURE, &open.clone().keyed(), why).on_only(&[&open, &known]);
    }
    if matches!(place, Place::Nested | Place::Choice) {
        nested(at, map, place == Place::Choice, out);
        return;
    }
    let mut missing = |field: &'static str, why: &str| {
        out.required(&STRUCTURE, &at.field(field).keyed(), why).span = at.key();
    };
    let loose = at.is_true("x-kubernetes-int-or-string")
        || at.is_true("x-kubernetes-preserve-unknown-fields");
    if at.get("type").is_none() && !loose {
        missing(
            "type",
            match place {
                Place::Root => "must not be empty at the root",
                Place::Item => "must not be empty for specified array items",
                _ => "must not be empty for specified object fields",
            },
        );
    }
    if at.is_true("x-kubernetes-embedded-resource")
        && !at.is_true("x-kubernetes-preserve-unknown-fields")
        && at.get("properties").is_none()
    {
        missing(
            "properties",
            "must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields",
        );
    }
    if kind == "array" && at.get("items").is_none() {
        missing("items", "must be specified");
    }
    if at.text("x-kubernetes-list-type") == "map"
        && at.list("x-kubernetes-list-map-keys").is_empty()
    {
        missing("x-kubernetes-list-map-keys", "must not be empty if x-kubernetes-list-type is map");
    }
    lists::check(at, out);
    if place == Place::Root {
        root(at, kind, out);
    }
    if let Some(items) = at.get("items").filter(|items| items.node.as_seq().is_some()) {
        let why = "items must be a schema object and not an array";
        out.forbidden(&STRUCTURE, &items.clone().keyed(), why).on_only(&[&items]);
    }
    if let Some(default) = at.get("default").filter(|default| !fits(default.node, kind)) {
        let found = out.invalid(&VALUE, &default, format!("must be of type {kind}"));
        found.value = Some(quote(default.node));
        found.on(&at.field("type"));
    }
}

/// What holds of the schema of the object itself.
fn root(at: &At<'_>, kind: &str, out: &mut Faults) {
    if TYPES.contains(&kind) && kind != "object" {
        out.invalid(&STRUCTURE, &at.field("type"), "must be object at the root");
    }
    let metadata = at.field("properties").get("metadata");
    let more = |metadata: &At<'_>| {
        let parts = metadata.field("properties").entries();
        parts.iter().any(|(part, _)| !["name", "generateName"].contains(part))
    };
    if metadata.as_ref().is_some_and(more) {
        let metadata = at.field("properties").entry("metadata");
        let why = "must not specify anything other than name and generateName, but metadata is implicitly specified";
        out.forbidden(&STRUCTURE, &metadata.clone().keyed(), why).on_only(&[&metadata]);
    }
}

/// What cannot stand below `allOf` and its like. (The two types of an int-or-string may.)
fn nested(at: &At<'_>, map: &Map, is_choice: bool, out: &mut Faults) {
    let forbidden = [
        "additionalProperties",
        "default",
        "nullable",
        "title",
        "description",
        "x-kubernetes-preserve-unknown-fields",
    ];
    for field in forbidden.iter().filter_map(|name| at.get(name)) {
        if field.node.as_bool() != Some(false) && field.str() != Some("") {
            let why = "must be undefined to be structural";
            out.forbidden(&STRUCTURE, &field.clone().keyed(), why).on_only(&[&field]);
        }
    }
    let alone = is_choice && map.len() == 1 && matches!(at.text("type"), "integer" | "string");
    if let Some(kind) = at.get("type").filter(|kind| !alone && kind.str() != Some("")) {
        let found =
            out.forbidden(&STRUCTURE, &kind.clone().keyed(), "must be empty to be structural");
        // Alone, two types of a choice may stand.
        if is_choice {
            found
        } else {
            found.on_only(&[&kind])
        };
    }
}

fn parts(at: &At<'_>, map: &Map, place: Place, scope: &Scope<'_>, out: &mut Faults) {
    let is_nested = matches!(place, Place::Nested | Place::Choice);
    let of = |inner: Place| if is_nested { Place::Nested } else { inner };
    let is_choice = place == Place::Choice
        || map.get("x-kubernetes-int-or-string").and_then(Node::as_bool) == Some(true);
    let choice = if is_choice { Place::Choice } else { Place::Nested };
    let (below, beside) = (scope.below(map), scope.nested());
    for (entry, inner) in at.each(Step::Field) {
        match entry.key.value.as_str() {
            "properties" => {
                let fields = inner.entries();
                fields.iter().for_each(|(_, at)| schema(at, of(Place::Field), &below, out));
            }
            "items" => schema(&inner, of(Place::Item), &scope.items(at, map), out),
            "additionalProperties" => schema(&inner, of(Place::Field), &below, out),
            "not" => schema(&inner, Place::Nested, &beside, out),
            "allOf" | "anyOf" | "oneOf" => {
                inner.items().iter().for_each(|at| schema(at, choice, &beside, out));
            }
            _ => {}
        }
    }
}

/// Whether a default may be one of the type, as far as that shows.
fn fits(value: &Node, kind: &str) -> bool {
    match (&value.value, kind) {
        (Value::String(_), "string") | (Value::Bool(_), "boolean") => true,
        (Value::Int(_), "integer" | "number") | (Value::Float(_), "number") => true,
        (Value::Float(number), "integer") => number.fract() == 0.0,
        (Value::Map(_), "object") | (Value::Seq(_), "array") | (Value::Null, _) => true,
        (_, kind) => !TYPES.contains(&kind),
    }
}

#[cfg(test)]
mod tests {
    use crate::{Engine, Format, Schemas, Versions, read};
    use plumb_text::{Source, TextMap};

    #[test]
    fn a_definition_must_be_structural() {
        let check = |schema: &str, name: &str| {
            let text = format!(
                "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {{name: {name}}}\nspec:\n  \
                 group: example.com\n  scope: Namespaced\n  names: {{kind: Widget, plural: widgets}}\n  versions:\n  - name: v1\n    \
                 served: true\n    storage: true\n    schema: {{openAPIV3Schema: {schema}}}\n"
            );
            let source = Source::new("a.yaml", text.as_str());
            let read = read(&text, &TextMap::identity(&source), Format::Yaml);
            let found =
                Engine::new(Schemas::embedded()).validate(&read.documents, &Versions::default());
            found.iter().map(|f| f.message.clone()).collect::<Vec<_>>()
        };
        let none: [&str; 0] = [];
        let name = "widgets.example.com";
        assert_eq!(
            check("{type: object, properties: {a: {type: array, items: {type: string}}}}", name),
            none
        );
        assert_eq!(
            check(
                "{type: object, anyOf: [{properties: {a: {minLength: 1}}}], properties: {a: {type: string}}}",
                name
            ),
            none
        );
        for right in [
            "{type: object, properties: {a: {x-kubernetes-int-or-string: true, anyOf: [{type: integer}, {type: string}]}, b: {x-kubernetes-preserve-unknown-fields: true}}}",
            "{type: object, properties: {a: {type: object, additionalProperties: {type: string}, x-kubernetes-validations: [{rule: 'self[\"b\"] == oldSelf[\"b\"]'}]}}}",
            "{type: object, properties: {a: {type: string}}, x-kubernetes-validations: [{rule: 'self.metadata.name == self.a && [1, 2].all(x, x > 0)', messageExpression: \"'no ' + self.a\"}]}",
        ] {
            assert_eq!(check(right, name), none, "{right}");
        }
        let at = "spec.versions[0].schema.openAPIV3Schema";
        for (schema, expected) in [
            (
                "{type: object, properties: {a: {type: strign}}}",
                "properties[a].type: Unsupported value: \"strign\"",
            ),
            (
                "{type: object, properties: {a: {type: string, pattern: '('}}}",
                "properties[a].pattern: Invalid value",
            ),
            (
                "{type: object, properties: {a: {type: array}}}",
                "properties[a].items: Required value",
            ),
            (
                "{type: object, properties: {a: {minLength: 1}}}",
                "properties[a].type: Required value",
            ),
            ("{type: string}", "type: Invalid value: \"string\": must be object"),
            (
                "{type: object, properties: {a: {type: string, default: 1}}}",
                "properties[a].default: Invalid value",
            ),
            (
                "{type: object, anyOf: [{properties: {a: {type: string}}}], properties: {a: {type: string}}}",
                "anyOf[0].properties[a].type: Forbidden",
            ),
            (
                "{type: object, properties: {a: {type: object, patternProperties: {b: {type: string}}}}}",
                "properties[a].patternProperties: Forbidden",
            ),
            (
                "{type: object, properties: {a: {type: string}}, x-kubernetes-validations: [{rule: self.b}]}",
                "x-kubernetes-validations[0].rule: Invalid value",
            ),
            (
                "{type: object, x-kubernetes-validations: [{rule: 'spec.a == 1'}]}",
                "x-kubernetes-validations[0].rule: Invalid value",
            ),
            (
                "{type: object, x-kubernetes-validations: [{rule: '1 + 1'}]}",
                "x-kubernetes-validations[0].rule: Invalid value",
            ),
            (
                "{type: object, x-kubernetes-validations: [{rule: 'self.'}]}",
                "x-kubernetes-validations[0].rule: Invalid value",
            ),
        ] {
            let found = check(schema, name);
            assert!(
                found.len() == 1 && found[0].starts_with(&format!("{at}.{expected}")),
                "{schema}: {found:?}"
            );
        }
    }
}
