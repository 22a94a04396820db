//! What the schemas of a CustomResourceDefinition are made of: their structure, the names of types, patterns, rules. An API
//! server refuses a definition with one that it can't use.
//!
//! Owns: those, for a document that is a definition. Must not know: how schemas are applied; what else must hold
//! of a definition (`builtin`).

use super::rules::Expression;
use super::schema::{Path, anchor, go_regex, quote};
use super::versions::Versions;
use super::{Document, Map, Node, Value};
use crate::diag::{Code, Diagnostic, Level, nearest};
use crate::text::Span;

pub(crate) static CRD_SCHEMA_VALUE: Code = Code {
    name: "crd-schema-value",
    level: Level::Deny,
    summary: "a type, pattern or rule in a definition that can't be used",
    page: r#"In the schema of a CustomResourceDefinition a type is one of `array`, `boolean`, `integer`, `number`, `object` and `string`, a
pattern is a regular expression of Go (RE2), and a rule is an expression in CEL.

```yaml
openAPIV3Schema:
  type: object
  properties:
    size: {type: strign}
```

Mend the value; the message says what it may be, or where it does not compile."#,
    alias: "",
};

pub(crate) static CRD_STRUCTURE: Code = Code {
    name: "crd-structure",
    level: Level::Deny,
    summary: "a schema in a definition that is not structural",
    page: r#"A schema of `apiextensions.k8s.io/v1` says for each field what it is: `type` stands at every property, item and value (unless
`x-kubernetes-int-or-string` or `x-kubernetes-preserve-unknown-fields` does), at the root it is `object`, and a list has `items`. Below `allOf`,
`anyOf`, `oneOf` and `not` stands only what a value must hold, without types, defaults or new structure. Metadata is known already: of it, only the
name may be restricted.

```yaml
openAPIV3Schema:
  type: object
  properties:
    names: {type: array}
```

Add what is missing: `items: {type: string}`, say."#,
    alias: "",
};

/// The findings of this module.
pub(super) static CODES: &[&Code] = &[&CRD_SCHEMA_VALUE, &CRD_STRUCTURE];

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

/// Why a rule may say that a value is refused.
const REASONS: [&str; 4] =
    ["FieldValueInvalid", "FieldValueForbidden", "FieldValueRequired", "FieldValueDuplicate"];

/// Checks a document that is a CustomResourceDefinition; nothing to say about any other.
pub(super) fn check(document: &Document, _versions: &Versions) -> Vec<Diagnostic> {
    let is_definition = document.group() == Some("apiextensions.k8s.io")
        && document.kind().is_some_and(|kind| kind.value == "CustomResourceDefinition");
    if !is_definition {
        return Vec::new();
    }
    let mut checker = Checker { document, path: Path::default(), findings: Vec::new() };
    checker.versions();
    checker.findings
}

struct Checker<'d> {
    document: &'d Document,
    path: Path<'d>,
    findings: Vec<Diagnostic>,
}

impl<'d> Checker<'d> {
    fn report(
        &mut self,
        code: &'static Code,
        field: &str,
        at: Span,
        what: &str,
    ) -> &mut Diagnostic {
        let path = if field.is_empty() { self.path.to_string() } else { self.path.child(field) };
        let finding = Diagnostic::new(code, self.document.locate(at), format!("{path}: {what}"))
            .path(path)
            .document(self.document.id());
        self.findings.push(finding);
        let last = self.findings.len() - 1;
        &mut self.findings[last]
    }

    fn versions(&mut self) {
        let document = self.document;
        let Some(versions) = document.root.at_path("spec.versions").and_then(Node::as_seq) else {
            return;
        };
        self.path.key("spec");
        self.path.key("versions");
        for (index, version) in versions.iter().enumerate() {
            let schema = version.get("schema").and_then(|schema| schema.as_map());
            let Some(schema) = schema.and_then(|schema| schema.entry("openAPIV3Schema")) else {
                continue;
            };
            self.path.index(index);
            self.path.key("schema");
            self.path.key("openAPIV3Schema");
            self.schema(&schema.value, schema.key.span, Place::Root);
            self.path.pop();
            self.path.pop();
            self.path.pop();
        }
        self.path.pop();
        self.path.pop();
    }

    /// One node of a schema.
    fn schema(&mut self, node: &'d Node, at: Span, place: Place) {
        let Some(map) = node.as_map() else { return };
        self.structure(map, at, place);
        if let Some(given) = map.get("type") {
            self.type_name(given, map);
        }
        if let Some(pattern) = map.get("pattern")
            && let Some(text) = pattern.as_str()
            && let Err(error) = go_regex(text)
        {
            let what =
                format!("Invalid value: {text:?}: must be a valid regular expression: {error}");
            self.report(&CRD_SCHEMA_VALUE, "pattern", anchor(pattern, at), &what);
        }
        let rules = map.get("x-kubernetes-validations").map(Node::items).unwrap_or_default();
        for (index, rule) in rules.iter().enumerate() {
            for key in ["rule", "messageExpression"] {
                let Some(source) = rule.get(key) else { continue };
                let Some(text) = source.as_str() else { continue };
                let known = properties(map, place);
                let Some(error) = fault(text, key == "rule", known.as_deref()) else { continue };
                let at = anchor(
                    source,
                    rule.as_map().and_then(|m| m.entry(key)).map_or(at, |e| e.key.span),
                );
                let field = format!("x-kubernetes-validations[{index}].{key}");
                let what = format!("Invalid value: {}: compilation failed: {error}", quote(source));
                let path = format!("{}.{field}", self.path);
                let finding = self.report(&CRD_SCHEMA_VALUE, "", at, &what);
                finding.message = format!("{path}: {what}");
                finding.path = Some(path);
            }
        }
        self.rules(rules);
        self.parts(map, place);
    }

    /// What rules say beside their expressions.
    fn rules(&mut self, rules: &'d [Node]) {
        for (index, rule) in rules.iter().enumerate() {
            let mut say = |key: &str, node: &Node, what: &str| {
                let path = format!("{}.x-kubernetes-validations[{index}].{key}", self.path);
                let finding = self.report(&CRD_SCHEMA_VALUE, "", node.span, what);
                finding.message = format!("{path}: {what}");
                finding.path = Some(path);
            };
            if let Some(node) = rule.get("message")
                && node.as_str().is_some_and(|text| text.trim().contains(['\n', '\r']))
            {
                say("message", node, "Invalid value: must not contain line breaks");
            }
            if let Some(node) = rule.get("reason")
                && let Some(reason) = node.as_str().filter(|reason| !REASONS.contains(reason))
            {
                let what = format!(
                    "Unsupported value: {reason:?}: supported values: {}",
                    REASONS.join(", ")
                );
                say("reason", node, &what);
            }
        }
    }

    /// What makes a schema structural.
    fn structure(&mut self, map: &'d Map, at: Span, place: Place) {
        let is_true = |name: &str| map.get(name).and_then(Node::as_bool) == Some(true);
        let entry = |name: &str| map.entry(name).filter(|entry| !entry.value.is_null());
        let kind = map.get("type").and_then(Node::as_str).unwrap_or_default();
        for name in UNSUPPORTED {
            if let Some(entry) = entry(name) {
                let why = format!("Forbidden: {name} is not supported");
                self.report(&CRD_STRUCTURE, name, entry.key.span, &why);
            }
        }
        if is_true("uniqueItems")
            && let Some(entry) = entry("uniqueItems")
        {
            let why = "Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes quadratic";
            let finding = self.report(&CRD_STRUCTURE, "uniqueItems", entry.value.span, why);
            finding.help.push("write `x-kubernetes-list-type: set`".to_owned());
        }
        if let (Some(open), Some(_)) = (entry("additionalProperties"), entry("properties"))
            && open.value.as_bool() != Some(true)
        {
            let why = "Forbidden: additionalProperties and properties are mutual exclusive";
            self.report(&CRD_STRUCTURE, "additionalProperties", open.key.span, why);
        }
        if matches!(place, Place::Nested | Place::Choice) {
            self.nested(map, place == Place::Choice);
            return;
        }
        let loose = is_true("x-kubernetes-int-or-string")
            || is_true("x-kubernetes-preserve-unknown-fields");
        if entry("type").is_none() && !loose {
            let why = match place {
                Place::Root => "Required value: must not be empty at the root",
                Place::Item => "Required value: must not be empty for specified array items",
                _ => "Required value: must not be empty for specified object fields",
            };
            self.report(&CRD_STRUCTURE, "type", at, why);
        }
        if place == Place::Root {
            if let Some(given) =
                map.entry("type").filter(|_| TYPES.contains(&kind) && kind != "object")
            {
                let why = format!("Invalid value: {kind:?}: must be object at the root");
                self.report(&CRD_STRUCTURE, "type", given.value.span, &why);
            }
            let metadata =
                entry("properties").and_then(|entry| entry.value.as_map()?.entry("metadata"));
            let parts =
                metadata.and_then(|entry| entry.value.as_map()?.get("properties")?.as_map());
            let more = parts.is_some_and(|parts| {
                parts
                    .iter()
                    .any(|part| !["name", "generateName"].contains(&part.key.value.as_str()))
            });
            if let Some(metadata) = metadata.filter(|_| more) {
                let why = "Forbidden: must not specify anything other than name and generateName, but metadata is implicitly specified";
                self.report(&CRD_STRUCTURE, "properties[metadata]", metadata.key.span, why);
            }
        }
        if let Some(items) = entry("items").filter(|items| items.value.as_seq().is_some()) {
            let why = "Forbidden: items must be a schema object and not an array";
            self.report(&CRD_STRUCTURE, "items", items.key.span, why);
        }
        let embedded = is_true("x-kubernetes-embedded-resource");
        if embedded
            && !is_true("x-kubernetes-preserve-unknown-fields")
            && entry("properties").is_none()
        {
            let why = "Required value: must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields";
            self.report(&CRD_STRUCTURE, "properties", at, why);
        }
        if kind == "array" && entry("items").is_none() {
            self.report(&CRD_STRUCTURE, "items", at, "Required value: must be specified");
        }
        if map.get("x-kubernetes-list-type").and_then(Node::as_str) == Some("map")
            && map.get("x-kubernetes-list-map-keys").is_none_or(|keys| keys.items().is_empty())
        {
            let why = "Required value: must not be empty if x-kubernetes-list-type is map";
            self.report(&CRD_STRUCTURE, "x-kubernetes-list-map-keys", at, why);
        }
        if let Some(default) = entry("default")
            && !fits(&default.value, kind)
        {
            let why = format!("Invalid value: {}: must be of type {kind}", quote(&default.value));
            let at = anchor(&default.value, default.key.span);
            self.report(&CRD_SCHEMA_VALUE, "default", at, &why);
        }
    }

    /// What cannot stand below `allOf` and its like. (The two types of an int-or-string may.)
    fn nested(&mut self, map: &'d Map, is_choice: bool) {
        let forbidden = [
            "additionalProperties",
            "default",
            "nullable",
            "title",
            "description",
            "x-kubernetes-preserve-unknown-fields",
        ];
        for name in forbidden {
            let Some(entry) = map.entry(name) else { continue };
            let empty = entry.value.is_null()
                || entry.value.as_bool() == Some(false)
                || entry.value.as_str() == Some("");
            if !empty {
                self.report(
                    &CRD_STRUCTURE,
                    name,
                    entry.key.span,
                    "Forbidden: must be undefined to be structural",
                );
            }
        }
        let alone = is_choice
            && map.len() == 1
            && matches!(map.get("type").and_then(Node::as_str), Some("integer" | "string"));
        if let Some(entry) =
            map.entry("type").filter(|entry| !alone && entry.value.as_str() != Some(""))
        {
            let why = "Forbidden: must be empty to be structural";
            self.report(&CRD_STRUCTURE, "type", entry.key.span, why);
        }
    }

    fn type_name(&mut self, given: &'d Node, map: &'d Map) {
        let key = map.entry("type").map_or(given.span, |entry| entry.key.span);
        if given.as_str().is_some_and(|name| TYPES.contains(&name)) {
            return;
        }
        let supported: Vec<String> = TYPES.iter().map(|name| format!("{name:?}")).collect();
        let what = format!(
            "Unsupported value: {}: supported values: {}",
            quote(given),
            supported.join(", ")
        );
        let near = given.as_str().and_then(|name| nearest(name, TYPES));
        let finding = self.report(&CRD_SCHEMA_VALUE, "type", anchor(given, key), &what);
        if let Some(near) = near {
            finding.help.push(format!("did you mean `{near}`?"));
        }
    }

    fn parts(&mut self, map: &'d Map, place: Place) {
        let of = |inner: Place| {
            if matches!(place, Place::Nested | Place::Choice) { Place::Nested } else { inner }
        };
        for entry in map {
            let (key, at) = (entry.key.value.as_str(), entry.key.span);
            self.path.key(key);
            match key {
                "properties" => {
                    for property in entry.value.as_map().into_iter().flatten() {
                        self.path.data(&property.key.value);
                        self.schema(&property.value, property.key.span, of(Place::Field));
                        self.path.pop();
                    }
                }
                "items" => self.schema(&entry.value, at, of(Place::Item)),
                "additionalProperties" => self.schema(&entry.value, at, of(Place::Field)),
                "not" => self.schema(&entry.value, at, Place::Nested),
                "allOf" | "anyOf" | "oneOf" => {
                    let is_choice = place == Place::Choice
                        || map.get("x-kubernetes-int-or-string").and_then(Node::as_bool)
                            == Some(true);
                    let inner = if is_choice { Place::Choice } else { Place::Nested };
                    for (index, part) in entry.value.items().iter().enumerate() {
                        self.path.index(index);
                        self.schema(part, at, inner);
                        self.path.pop();
                    }
                }
                _ => {}
            }
            self.path.pop();
        }
    }
}

/// What is wrong with an expression of a rule.
fn fault(text: &str, is_rule: bool, known: Option<&[&str]>) -> Option<String> {
    let compiled = match Expression::compile(text) {
        Ok(compiled) => compiled,
        Err(error) => return Some(error),
    };
    if let Some(name) = compiled.undeclared(&["self", "oldSelf"]).first() {
        return Some(format!("undeclared reference to '{name}'"));
    }
    // A name that is no identifier stands in a rule in another form.
    let fields = compiled.fields_of("self");
    let unknown = |field: &&String| {
        known.is_some_and(|known| !known.contains(&field.as_str())) && !field.contains("__")
    };
    if let Some(field) = fields.iter().find(unknown) {
        return Some(format!("undefined field '{field}'"));
    }
    let wanted = if is_rule { "bool" } else { "string" };
    let found =
        compiled.plain_type().filter(|found| *found != wanted && (is_rule || *found != "a sum"));
    found.map(|found| format!("must evaluate to {wanted} but got {found}"))
}

/// The fields that a rule at this place may read of `self`; nothing where that is open.
fn properties(map: &Map, place: Place) -> Option<Vec<&str>> {
    let is_true = |name: &str| map.get(name).and_then(Node::as_bool) == Some(true);
    let is_open = map.get("additionalProperties").is_some()
        || is_true("x-kubernetes-preserve-unknown-fields")
        || matches!(place, Place::Nested | Place::Choice);
    if is_open || map.get("type").and_then(Node::as_str) != Some("object") {
        return None;
    }
    let mut known: Vec<&str> =
        map.get("properties")?.as_map()?.iter().map(|entry| entry.key.value.as_str()).collect();
    if place == Place::Root || is_true("x-kubernetes-embedded-resource") {
        known.extend(["apiVersion", "kind", "metadata"]);
    }
    Some(known)
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
    use crate::manifest::{Engine, Format, Schemas, Versions, read};
    use crate::text::{Source, TextMap};

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
            "{type: object, properties: {a: {type: object, additionalProperties: {type: string}, x-kubernetes-validations: [{rule: 'self.b == oldSelf.b'}]}}}",
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
                "{type: object, properties: {a: {type: object, patternProperties: {}}}}",
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
