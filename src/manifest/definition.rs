//! What the schemas of a CustomResourceDefinition are made of: the names of types, patterns, rules. An API server refuses
//! a definition with one that it can't use.
//!
//! Owns: those three, for a document that is a definition. Must not know: how schemas are applied; what else must hold
//! of a definition (`builtin`).

use super::rules::Expression;
use super::schema::{Path, anchor, go_regex, quote};
use super::versions::Versions;
use super::{Document, Map, Node};
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

/// The findings of this module.
pub(super) static CODES: &[&Code] = &[&CRD_SCHEMA_VALUE];

const TYPES: [&str; 6] = ["array", "boolean", "integer", "number", "object", "string"];

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
            self.schema(&schema.value, schema.key.span);
            self.path.pop();
            self.path.pop();
            self.path.pop();
        }
        self.path.pop();
        self.path.pop();
    }

    /// One node of a schema.
    fn schema(&mut self, node: &'d Node, at: Span) {
        let Some(map) = node.as_map() else { return };
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
                let Some(Err(error)) = source.as_str().map(Expression::compile) else { continue };
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
        self.parts(map);
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

    fn parts(&mut self, map: &'d Map) {
        for entry in map {
            let (key, at) = (entry.key.value.as_str(), entry.key.span);
            self.path.key(key);
            match key {
                "properties" => {
                    for property in entry.value.as_map().into_iter().flatten() {
                        self.path.data(&property.key.value);
                        self.schema(&property.value, property.key.span);
                        self.path.pop();
                    }
                }
                "items" | "additionalProperties" => self.schema(&entry.value, at),
                "not" => self.schema(&entry.value, at),
                "allOf" | "anyOf" | "oneOf" => {
                    for (index, part) in entry.value.items().iter().enumerate() {
                        self.path.index(index);
                        self.schema(part, at);
                        self.path.pop();
                    }
                }
                _ => {}
            }
            self.path.pop();
        }
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
