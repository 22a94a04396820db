//! CustomResourceDefinitions as documents: an API server refuses one whose schemas it could not use.
//!
//! Owns: what must hold of a definition and of each node of its schemas. Must not know: how schemas are applied.

use super::rules::Expression;
use super::schema::{Path, anchor, go_regex, quote};
use super::versions::Versions;
use super::{Document, Map, Node};
use crate::diag::{Code, Diagnostic, Level, nearest};
use crate::text::Span;

pub(crate) static CRD_SCHEMA: Code = Code {
    name: "crd-schema",
    level: Level::Deny,
    summary: "a CustomResourceDefinition whose schema can't be used",
    page: r#"The schema of a CustomResourceDefinition must be *structural*: each field has one of the types `array`, `boolean`, `integer`,
`number`, `object` and `string` (or says `x-kubernetes-int-or-string` or `x-kubernetes-preserve-unknown-fields`), a list
says what its items are, and patterns and rules compile.

```yaml
openAPIV3Schema:
  type: object
  properties:
    size: {type: strign}
```

Mend the schema; the message names the field and what it may be."#,
    alias: "",
};

pub(crate) static CRD_NAMES: Code = Code {
    name: "crd-names",
    level: Level::Deny,
    summary: "a CustomResourceDefinition whose names or versions do not fit",
    page: r#"A CustomResourceDefinition is called by its plural and its group, and has exactly one version that is stored.

```yaml
metadata: {name: widget.example.com}      # widgets.example.com
spec:
  group: example.com
  names: {kind: Widget, plural: widgets}
```

Write the name that the message gives; set `storage: true` for one version."#,
    alias: "",
};

/// The findings of definitions.
pub(super) static CODES: &[&Code] = &[&CRD_SCHEMA, &CRD_NAMES];

const TYPES: [&str; 6] = ["array", "boolean", "integer", "number", "object", "string"];

/// Checks a document that is a CustomResourceDefinition; nothing to say about any other.
pub(super) fn check(document: &Document, _versions: &Versions) -> Vec<Diagnostic> {
    let is_definition = document.group() == Some("apiextensions.k8s.io")
        && document.kind().is_some_and(|kind| kind.value == "CustomResourceDefinition");
    if !is_definition {
        return Vec::new();
    }
    let mut checker = Checker { document, path: Path::default(), findings: Vec::new() };
    checker.names();
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

    fn names(&mut self) {
        let text = |path: &str| self.document.root.at_path(path).and_then(Node::as_spanned_str);
        let (Some(name), Some(group), Some(plural)) =
            (text("metadata.name"), text("spec.group"), text("spec.names.plural"))
        else {
            return;
        };
        let wanted = format!("{}.{}", plural.value, group.value);
        if name.value != wanted {
            let what = format!(
                "Invalid value: {:?}: must be spec.names.plural+\".\"+spec.group",
                name.value
            );
            let finding = self.report(&CRD_NAMES, "metadata.name", name.span, &what);
            finding.help.push(format!("write `{wanted}`"));
            finding.path = Some("metadata.name".to_owned());
            finding.message = format!("metadata.name: {what}");
        }
    }

    fn versions(&mut self) {
        let document = self.document;
        let entry = document.root.get("spec").and_then(|spec| spec.as_map()?.entry("versions"));
        let Some((entry, versions)) = entry.and_then(|e| Some((e, e.value.as_seq()?))) else {
            return;
        };
        self.path.key("spec");
        self.path.key("versions");
        let flag = |version: &&Node| version.get("storage").and_then(Node::as_bool) == Some(true);
        let stored = versions.iter().filter(flag).count();
        if stored != 1 {
            let what = "Invalid value: must have exactly one version marked as storage version";
            self.report(&CRD_NAMES, "", entry.key.span, what);
        }
        for (index, version) in versions.iter().enumerate() {
            let schema = version.get("schema").and_then(|schema| schema.as_map());
            let Some(schema) = schema.and_then(|schema| schema.entry("openAPIV3Schema")) else {
                continue;
            };
            self.path.index(index);
            self.path.key("schema");
            self.path.key("openAPIV3Schema");
            self.schema(&schema.value, schema.key.span, true);
            self.path.pop();
            self.path.pop();
            self.path.pop();
        }
        self.path.pop();
        self.path.pop();
    }

    /// One node of a schema. `typed` is whether it must name its type: not within a combination.
    fn schema(&mut self, node: &'d Node, at: Span, typed: bool) {
        let Some(map) = node.as_map() else { return };
        let flag = |key: &str| map.get(key).and_then(Node::as_bool) == Some(true);
        let any =
            flag("x-kubernetes-int-or-string") || flag("x-kubernetes-preserve-unknown-fields");
        match map.get("type") {
            None if typed && !any => {
                let what = "Required value: must not be empty for specified object fields";
                self.report(&CRD_SCHEMA, "type", at, what);
            }
            Some(given) => self.type_name(given, map),
            None => {}
        }
        let is_array = map.get("type").and_then(Node::as_str) == Some("array");
        if typed && is_array && map.get("items").is_none() {
            self.report(&CRD_SCHEMA, "items", at, "Required value: must be specified");
        }
        if let Some(pattern) = map.get("pattern")
            && let Some(text) = pattern.as_str()
            && let Err(error) = go_regex(text)
        {
            let what =
                format!("Invalid value: {text:?}: must be a valid regular expression: {error}");
            self.report(&CRD_SCHEMA, "pattern", anchor(pattern, at), &what);
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
                let finding = self.report(&CRD_SCHEMA, "", at, &what);
                finding.message = format!("{path}: {what}");
                finding.path = Some(path);
            }
        }
        self.parts(map, typed);
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
        let finding = self.report(&CRD_SCHEMA, "type", anchor(given, key), &what);
        if let Some(near) = near {
            finding.help.push(format!("did you mean `{near}`?"));
        }
    }

    fn parts(&mut self, map: &'d Map, typed: bool) {
        for entry in map {
            let (key, at) = (entry.key.value.as_str(), entry.key.span);
            self.path.key(key);
            match key {
                "properties" => {
                    for property in entry.value.as_map().into_iter().flatten() {
                        self.path.data(&property.key.value);
                        self.schema(&property.value, property.key.span, typed);
                        self.path.pop();
                    }
                }
                "items" | "additionalProperties" => self.schema(&entry.value, at, typed),
                "not" => self.schema(&entry.value, at, false),
                "allOf" | "anyOf" | "oneOf" => {
                    for (index, part) in entry.value.items().iter().enumerate() {
                        self.path.index(index);
                        self.schema(part, at, false);
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
            ("{type: object, properties: {a: {}}}", "properties[a].type: Required value"),
            (
                "{type: object, properties: {a: {type: array}}}",
                "properties[a].items: Required value",
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
        assert_eq!(check("{type: object}", "widget.example.com").len(), 1);
    }
}
