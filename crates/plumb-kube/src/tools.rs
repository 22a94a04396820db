//! Files of other tools that look like manifests and that no API server is given, and what is sent to a server and never stored:
//! `schemas/tools.toml`.
//!
//! Owns: the table, whose settings a document is, and what is wrong with it where the shape of its kind is in the table.
//! Must not know: what an API server asks of an object.

use super::Document;
use super::fault::Fault;
use super::path::Step;
use super::schema::{Dialect, Schema, UNKNOWN_FIELD};
use plumb_text::Span;
use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

static TEXT: &str = include_str!("../schemas/tools.toml");

/// Some of the files of a tool.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Tool {
    /// The tool's name; several entries may be about one tool.
    pub name: String,
    groups: Vec<String>,
    apis: Vec<String>,
    kinds: Vec<String>,
    keys: Vec<String>,
    files: Vec<String>,
    shapes: BTreeMap<String, String>,
    /// Whether they are no settings, but what is sent to an API server beside objects, or comes back.
    pub is_message: bool,
    /// Where its files are described.
    pub source: String,
}

#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    tool: Vec<Tool>,
    r#type: BTreeMap<String, BTreeMap<String, FieldType>>,
}

/// The type of a field: one in Go's notation, or the texts that it may be.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(untagged)]
enum FieldType {
    Named(String),
    Texts(Vec<String>),
}

/// The key by which a type has the fields of another one too.
const EMBEDDED: &str = "...";

fn file() -> &'static File {
    static FILE: OnceLock<File> = OnceLock::new();
    // The file is part of the program; a test reads it.
    FILE.get_or_init(|| toml::from_str(TEXT).unwrap_or_default())
}

/// The tool whose settings a document is; nothing where it is for an API server.
pub fn of(document: &Document) -> Option<&'static Tool> {
    let tools = &file().tool;
    let api = document.api_version().map_or("", |api| api.value);
    let group = document.group().unwrap_or("");
    let is_of = |tool: &&Tool| {
        tool.apis.iter().any(|known| known == api)
            || !group.is_empty() && tool.groups.iter().any(|known| known == group)
    };
    if let Some(kind) = document.kind().filter(|_| !api.is_empty()) {
        let has_kind = |tool: &&Tool| {
            tool.keys.is_empty()
                && (tool.kinds.is_empty() || tool.kinds.iter().any(|known| known == kind.value))
        };
        return tools.iter().find(|tool| is_of(tool) && has_kind(tool));
    }
    let path = document.locate(Span::at(document.span.start)).source;
    let name = path.path().rsplit('/').next().unwrap_or("");
    tools.iter().find(|tool| {
        let has_keys = || tool.keys.iter().all(|key| document.root.get(key).is_some());
        let lacks_kind = document.root.get("kind").is_none();
        // What is included of such a file may be any piece of it.
        document.root.as_map().is_some() && tool.files.iter().any(|known| known == name)
            || lacks_kind && !tool.keys.is_empty() && is_of(tool) && has_keys()
    })
}

/// What a tool's settings hold, where that is in the table.
pub fn shape(tool: &Tool, document: &Document) -> Option<&'static Schema> {
    let kind = document.kind().map_or("", |kind| kind.value);
    let shape = tool.shapes.get(kind).or_else(|| tool.shapes.get("*"))?;
    shapes().get(shape.as_str())
}

/// Whether a tool's decoder refuses what a fault says: Go's takes the names of fields in any case.
pub(super) fn refuses(fault: &Fault) -> bool {
    let name = fault.path.steps().last().and_then(Step::name);
    let meant = fault.fix.as_ref().map(|(_, _, meant)| meant.as_str());
    let same = name.zip(meant).is_some_and(|(name, meant)| name.eq_ignore_ascii_case(meant));
    fault.rule != &UNKNOWN_FIELD || !same
}

/// The types of the table that some kind has, compiled.
fn shapes() -> &'static HashMap<&'static str, Schema> {
    static SHAPES: OnceLock<HashMap<&'static str, Schema>> = OnceLock::new();
    SHAPES.get_or_init(|| {
        let types = file().r#type.keys().map(|name| (name.clone(), object(name)));
        let document = json!({ "types": types.collect::<Map<_, _>>() });
        let shapes = file().tool.iter().flat_map(|tool| tool.shapes.values());
        let compiled = shapes.map(|name| {
            let root = &document["types"][name];
            (name.as_str(), Schema::compile(&document, root, Dialect::STRUCTURAL))
        });
        compiled.collect()
    })
}

/// The schema of a type. Go's decoder takes null for any value.
fn object(name: &str) -> Json {
    let mut properties = Map::new();
    let mut next = Some(name);
    // No chain of embedded types is longer than the list of all.
    for _ in 0..file().r#type.len() {
        let Some(fields) = next.and_then(|name| file().r#type.get(name)) else { break };
        next = None;
        for (field, ty) in fields {
            match ty {
                FieldType::Named(other) if field == EMBEDDED => next = Some(other),
                ty if !properties.contains_key(field) => {
                    properties.insert(field.clone(), schema(ty));
                }
                _ => {}
            }
        }
    }
    json!({ "type": "object", "nullable": true, "properties": properties })
}

fn schema(ty: &FieldType) -> Json {
    let named = |name: &str| schema(&FieldType::Named(name.to_owned()));
    match ty {
        FieldType::Texts(texts) => json!({ "type": "string", "nullable": true, "enum": texts }),
        FieldType::Named(name) => match name.as_str() {
            "any" => json!({ "x-kubernetes-preserve-unknown-fields": true, "nullable": true }),
            "string" => json!({ "type": "string", "nullable": true }),
            "bool" => json!({ "type": "boolean", "nullable": true }),
            "int" => json!({ "type": "integer", "nullable": true }),
            name => {
                if let Some(item) = name.strip_prefix("[]") {
                    json!({ "type": "array", "nullable": true, "items": named(item) })
                } else if let Some(value) = name.strip_prefix("map[string]") {
                    let values = named(value);
                    json!({ "type": "object", "nullable": true, "additionalProperties": values })
                } else {
                    json!({ "$ref": format!("#/types/{name}") })
                }
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Engine, Format, Schemas, Versions, read};
    use plumb_text::{Source, TextMap};

    fn document(path: &str, text: &str) -> Document {
        let read = read(text, &TextMap::identity(&Source::new(path, text)), Format::Yaml);
        read.documents.into_iter().next().expect("a document")
    }

    fn found(path: &str, text: &str) -> Vec<String> {
        let engine = Engine::new(Schemas::embedded());
        let findings = engine.validate_document(&document(path, text), &Versions::default());
        findings
            .iter()
            .map(|finding| format!("{}: {}", finding.code.name, finding.message))
            .collect()
    }

    fn tool(path: &str, text: &str) -> Option<&'static str> {
        of(&document(path, text)).map(|tool| tool.name.as_str())
    }

    #[test]
    fn the_table_is_sound() {
        let file: File = toml::from_str(TEXT).expect("the table is understood");
        for tool in &file.tool {
            assert!(tool.source.starts_with("https://"), "{}: a source", tool.name);
            let names_some = !tool.kinds.is_empty() || !tool.keys.is_empty();
            let is_bound = tool.apis.is_empty() || names_some || tool.apis == ["builtin"];
            assert!(is_bound, "{}: not every kind of a version is a tool's", tool.name);
        }
        for name in file.tool.iter().flat_map(|tool| tool.shapes.values()) {
            let schema = &shapes()[name.as_str()];
            assert!(schema.problems.is_empty(), "{name}: {:?}", schema.problems);
        }
    }

    #[test]
    fn no_kind_that_an_api_server_has_is_the_settings_of_a_tool() {
        for known in crate::bundle::kinds().iter().filter(|known| known.group != "install.istio.io")
        {
            let api = crate::api_version(&known.group, &known.version);
            let text = format!("apiVersion: {api}\nkind: {}\n", known.kind);
            assert_eq!(tool("a.yaml", &text), None, "{text}");
        }
    }

    #[test]
    fn settings_of_other_tools_are_no_objects() {
        for (text, name) in [
            ("apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\n", "kubeadm"),
            ("apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: []\n", "kube-apiserver"),
            ("apiVersion: v1\nkind: AdmissionConfiguration\n", "kube-apiserver"),
            ("apiVersion: v1\nkind: Config\nclusters: []\n", "kubectl"),
            ("apiVersion: skaffold/v4beta6\nkind: Config\nmetadata: {name: a, x: 1}\n", "skaffold"),
            (
                "apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\nnodes: [{role: worker}]\n",
                "kind",
            ),
            ("apiVersion: v2\nname: web\nversion: 0.1.0\n", "helm"),
            (
                "apiVersion: chainsaw.kyverno.io/v1alpha1\nkind: Test\nspec: {steps: []}\n",
                "chainsaw",
            ),
            ("apiVersion: v1\nbaseDomain: a.example\nmetadata: {name: a}\n", "openshift-install"),
        ] {
            assert_eq!(tool("a.yaml", text), Some(name), "{text}");
            assert_eq!(found("a.yaml", text), [""; 0], "{text}");
        }
    }

    #[test]
    fn what_looks_like_settings_and_is_none_is_judged() {
        for (text, wanted) in [
            ("apiVersion: my.kubeadm.k8s.io/v1\nkind: ClusterConfiguration\n", "schema-missing"),
            ("apiVersion: config.gatekeeper.sh/v1alpha1\nkind: Config\n", "schema-missing"),
            ("apiVersion: v1\nkind: ClusterConfiguration\n", "unknown-kind"),
            ("apiVersion: v1\nname: web\n", "manifest-incomplete"),
            ("apiVersion: v1alpha1\nkind: Deployment\nmetadata: {name: a}\n", "unknown-kind"),
        ] {
            assert_eq!(tool("a.yaml", text), None, "{text}");
            let found = found("a.yaml", text);
            assert!(found.iter().any(|said| said.starts_with(wanted)), "{text}: {found:?}");
        }
        assert_eq!(tool("kustomization.yaml", "apiVersion: v1\nkind: Pod\n"), None);
    }

    #[test]
    fn a_kustomization_has_the_fields_that_kustomize_knows() {
        let head = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n";
        for body in [
            "resources:\nimages: [{name: a, newTag: v1}]\nlabels: [{pairs: {a: b}, fields: [{path: x}]}]\n",
            "Resources: [a.yaml]\nhelmCharts: [{name: a, valuesInline: {a: {b: [1]}}}]\n",
            "secretGenerator: [{name: a, literals: [a=b], type: Opaque, options: {immutable: true}}]\n",
            "patches: [{patch: '- {op: remove, path: /a}', target: {kind: Pod, name: .*}}]\n",
            "metadata: {name: a}\nreplicas: [{name: web, count: 3}]\nconfigMapGenerator: [{name: a}]\n",
        ] {
            assert_eq!(found("a.yaml", &format!("{head}{body}")), [""; 0], "{body}");
            assert_eq!(found("x/kustomization.yaml", body), [""; 0], "{body}");
        }
        for (body, wanted) in [
            ("resorces: [a.yaml]\n", "schema-unknown-field: unknown field `resorces`"),
            ("images: [{name: a, newTag: 1.0}]\n", "schema-type: images[0].newTag"),
            ("commonLabels: {a: true}\n", "schema-type: commonLabels[a]"),
            (
                "patches: [{target: {knd: Pod}}]\n",
                "schema-unknown-field: unknown field `patches[0].target.knd`",
            ),
            ("resources: a.yaml\n", "schema-type: resources"),
        ] {
            for (path, text) in
                [("a.yaml", format!("{head}{body}")), ("kustomization.yml", body.into())]
            {
                let found = found(path, &text);
                assert_eq!(found.len(), 1, "{text}: {found:?}");
                assert!(found[0].starts_with(wanted), "{text}: {found:?}");
            }
        }
        let component = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n";
        assert_eq!(found("a.yaml", component), [""; 0]);
        let old = "apiVersion: kustomize.config.k8s.io/v1\nkind: Kustomization\n";
        assert!(
            found("a.yaml", old)[0].starts_with("schema-enum: apiVersion"),
            "{:?}",
            found("a.yaml", old)
        );
    }
}
