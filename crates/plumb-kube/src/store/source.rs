//! The forms in which schemas are published: CustomResourceDefinitions, a cluster's OpenAPI v3, and folders of JSON
//! Schemas as kubeconform reads them.

use super::codes::SCHEMAS_READ;
use crate::bundle::Scope;
use crate::schema::{Dialect, Schema};
use crate::{Document, Format, Node, read};
use plumb_text::diag::Diagnostic;
use plumb_text::{Location, Source, Span, TextMap};
use serde_json::{Map, Value as Json, json};
use std::collections::HashSet;
use std::sync::Arc;

type GroupVersionKind = (String, String, String);

/// What a schema, or a path, is about.
const KIND_OF: &str = "x-kubernetes-group-version-kind";

/// The schema of one kind in one version.
#[derive(Clone, Debug)]
pub struct Definition {
    /// The API group; empty for the core group.
    pub group: String,
    /// The version.
    pub version: String,
    /// The kind.
    pub kind: String,
    /// Known only from the name of a file in kubeconform's layout: the kind in lower case, of the group perhaps only
    /// the first label.
    pub loose: bool,
    /// Whether the version is served.
    pub served: bool,
    /// Why not to use the version any more.
    pub deprecated: Option<String>,
    /// Whether its objects live in a namespace.
    pub scope: Scope,
    /// How the schema is meant.
    pub dialect: Dialect,
    /// What references lead into.
    pub document: Arc<Json>,
    /// Where the kind's schema is in it, as a JSON pointer.
    pub pointer: String,
}

/// What a file of schemas holds.
#[derive(Debug, Default)]
pub struct Reading {
    /// The kinds that it defines.
    pub definitions: Vec<Definition>,
    /// What could not be understood.
    pub findings: Vec<Diagnostic>,
    /// Documents that are something else than schemas.
    pub others: usize,
}

impl Definition {
    /// Whether this defines a kind.
    pub fn is(&self, group: &str, version: &str, kind: &str) -> bool {
        if self.version != version {
            return false;
        }
        if self.loose {
            let short = group.split('.').next().unwrap_or(group);
            return (self.group == group || self.group == short)
                && self.kind.eq_ignore_ascii_case(kind);
        }
        self.group == group && self.kind == kind
    }

    /// The schema's JSON.
    pub fn schema(&self) -> &Json {
        self.document.pointer(&self.pointer).unwrap_or(&Json::Null)
    }

    /// The schema, compiled.
    pub fn compile(&self) -> Schema {
        Schema::compile(&self.document, self.schema(), self.dialect)
    }
}

/// Reads the schemas in a file; `path` is its name, which in kubeconform's layout says what it defines.
pub fn read_definitions(path: &str, text: &str) -> Reading {
    let source = Source::new(path, text);
    let mut reading = Reading::default();
    if text.trim_start_matches('\u{feff}').trim_start().starts_with('{') {
        match serde_json::from_str::<Json>(text) {
            Ok(json) => {
                let before = reading.definitions.len();
                json_definitions(path, &Arc::new(json), &mut reading);
                if reading.definitions.len() == before {
                    reading.others += 1;
                }
            }
            Err(error) => {
                let start = source.lines().start_of(error.line()).unwrap_or(0);
                let at = Span::at((start + error.column().saturating_sub(1)).min(text.len()));
                let message = format!("the schema file is not valid JSON: {error}");
                reading.findings.push(Diagnostic::at(&SCHEMAS_READ, &source, at, message));
            }
        }
        return reading;
    }
    let documents = read(text, &TextMap::identity(&source), Format::Yaml);
    reading.findings.extend(documents.findings);
    for document in &documents.documents {
        if !yaml_definitions(document, &mut reading) {
            reading.others += 1;
        }
    }
    reading
}

/// The kinds that a document defines, if it is a CustomResourceDefinition or a list of some.
pub fn definitions_of(document: &Document) -> Vec<Definition> {
    let mut reading = Reading::default();
    yaml_definitions(document, &mut reading);
    reading.definitions
}

/// Whether a document is about schemas; a `List` may hold several.
fn yaml_definitions(document: &Document, reading: &mut Reading) -> bool {
    match document.kind().map(|kind| kind.value) {
        Some("CustomResourceDefinition") => {
            let location = |node: &Node| document.locate(node.span);
            custom_resource(&document.root.to_json(), reading);
            if document.root.at_path("spec.versions").is_none()
                && document.root.at_path("spec.version").is_none()
            {
                let message = "the CustomResourceDefinition has no versions";
                reading.findings.push(Diagnostic::new(
                    &SCHEMAS_READ,
                    location(&document.root),
                    message,
                ));
            }
            true
        }
        Some("List" | "CustomResourceDefinitionList") => {
            let items = document.root.get("items").map(Node::items).unwrap_or_default();
            let mut any = false;
            for item in items {
                any |= yaml_definitions(&document.part(item.clone()), reading);
            }
            any
        }
        _ => false,
    }
}

fn json_definitions(path: &str, json: &Arc<Json>, reading: &mut Reading) {
    let text = |key: &str| json.get(key).and_then(Json::as_str);
    match text("kind") {
        Some("CustomResourceDefinition") => return custom_resource(json, reading),
        Some("List" | "CustomResourceDefinitionList") => {
            for item in json["items"].as_array().into_iter().flatten() {
                if item["kind"] == "CustomResourceDefinition" {
                    custom_resource(item, reading);
                }
            }
            return;
        }
        _ => {}
    }
    let cluster_wide = cluster_wide(json);
    for schemas in ["/components/schemas", "/definitions"] {
        let Some(Json::Object(named)) = json.pointer(schemas) else { continue };
        for (name, schema) in named {
            for gvk in kinds_of(schema) {
                let pointer = format!("{schemas}/{}", name.replace('~', "~0").replace('/', "~1"));
                openapi(json, gvk, pointer, &cluster_wide, reading);
            }
        }
    }
    let is_schema = json.get("properties").is_some_and(Json::is_object);
    if !reading.definitions.is_empty() || !is_schema {
        return;
    }
    let named = kinds_of(json);
    let several = named.len();
    for gvk in named {
        openapi(json, gvk, String::new(), &cluster_wide, reading);
    }
    if several == 0
        && let Some((group, version, kind)) = name_of(path)
    {
        reading.definitions.push(Definition {
            group,
            version,
            kind,
            loose: true,
            served: true,
            deprecated: None,
            scope: Scope::default(),
            dialect: Dialect::JSON_SCHEMA,
            document: json.clone(),
            pointer: String::new(),
        });
    }
}

fn openapi(
    json: &Arc<Json>,
    gvk: GroupVersionKind,
    pointer: String,
    cluster_wide: &HashSet<GroupVersionKind>,
    reading: &mut Reading,
) {
    let is_cluster_wide = cluster_wide.contains(&gvk);
    let scope = if is_cluster_wide { Scope::Cluster } else { Scope::Namespaced };
    let (group, version, kind) = gvk;
    // A cluster's OpenAPI has its custom kinds as well, whose lists and defaults mean what they say.
    let dialect = if is_custom(&group) { Dialect::JSON_SCHEMA } else { Dialect::OPENAPI };
    reading.definitions.push(Definition {
        group,
        version,
        kind,
        loose: false,
        served: true,
        deprecated: None,
        scope,
        dialect,
        document: json.clone(),
        pointer,
    });
}

/// What a schema says that it is the schema of. Options of requests name every group; those are no kinds of their own.
fn kinds_of(schema: &Json) -> Vec<GroupVersionKind> {
    let list = schema.get(KIND_OF).and_then(Json::as_array);
    let list = list.filter(|list| list.len() == 1);
    list.into_iter().flatten().filter_map(group_version_kind).collect()
}

fn group_version_kind(json: &Json) -> Option<GroupVersionKind> {
    let text = |key: &str| json.get(key).and_then(Json::as_str).map(str::to_owned);
    Some((text("group").unwrap_or_default(), text("version")?, text("kind")?))
}

/// The kinds whose objects are made outside of namespaces, by the paths of a cluster's API.
fn cluster_wide(json: &Json) -> HashSet<GroupVersionKind> {
    let paths = json.get("paths").and_then(Json::as_object).into_iter().flatten();
    let outside = paths.filter(|(path, _)| !path.contains("/namespaces/{namespace}/"));
    let made = outside.filter_map(|(_, item)| item.get("post")?.get(KIND_OF));
    made.filter_map(group_version_kind).collect()
}

/// What a file's name says in kubeconform's layouts: `{kind}-{group}-{version}.json`, `{group}/{kind}_{version}.json`.
fn name_of(path: &str) -> Option<(String, String, String)> {
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = file.strip_suffix(".json")?;
    if let Some((kind, version)) = stem.split_once('_') {
        let group = folder.rsplit('/').next().unwrap_or("");
        let group = if matches!(group, "core" | "master-standalone" | ".") { "" } else { group };
        return Some((group.to_owned(), version.to_owned(), kind.to_owned()));
    }
    let mut parts: Vec<&str> = stem.split('-').collect();
    let version = parts.pop().filter(|version| version.starts_with('v'))?;
    let kind = parts.first().filter(|kind| !kind.is_empty())?;
    Some((parts[1..].join("-"), version.to_owned(), (*kind).to_owned()))
}

/// The kinds of a CustomResourceDefinition, one for each version.
fn custom_resource(crd: &Json, reading: &mut Reading) {
    let spec = &crd["spec"];
    let text = |json: &Json| json.as_str().map(str::to_owned);
    let (Some(group), Some(kind)) = (text(&spec["group"]), text(&spec["names"]["kind"])) else {
        return;
    };
    // `v1beta1` may have one schema for all versions, and keeps unknown fields unless it says otherwise.
    let shared = &spec["validation"]["openAPIV3Schema"];
    let keeps = spec["preserveUnknownFields"].as_bool().unwrap_or(false);
    let scope = if spec["scope"] == "Cluster" { Scope::Cluster } else { Scope::Namespaced };
    let versions = match spec["versions"].as_array() {
        Some(versions) => versions.clone(),
        None => text(&spec["version"])
            .map(|version| vec![json!({"name": version, "served": true})])
            .unwrap_or_default(),
    };
    for version in versions {
        let Some(name) = text(&version["name"]) else { continue };
        let own = &version["schema"]["openAPIV3Schema"];
        let mut schema = match (own, shared) {
            (Json::Object(_), _) => own.clone(),
            (_, Json::Object(_)) => shared.clone(),
            _ => json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true}),
        };
        if keeps && let Json::Object(object) = &mut schema {
            object.insert("x-kubernetes-preserve-unknown-fields".to_owned(), Json::Bool(true));
        }
        let deprecated = version["deprecated"].as_bool().unwrap_or(false).then(|| {
            text(&version["deprecationWarning"])
                .unwrap_or_else(|| format!("{group}/{name} {kind} is deprecated"))
        });
        reading.definitions.push(Definition {
            group: group.clone(),
            version: name,
            kind: kind.clone(),
            loose: false,
            served: version["served"].as_bool().unwrap_or(true),
            deprecated,
            scope,
            dialect: Dialect::STRUCTURAL,
            document: Arc::new(schema),
            pointer: String::new(),
        });
    }
}

/// A schema without what is not needed to check a value: descriptions and titles.
pub(super) fn facts_only(schema: &Json) -> Json {
    let Json::Object(object) = schema else { return schema.clone() };
    let mut out = Map::new();
    let mut keys: Vec<&String> = object.keys().collect();
    keys.sort_unstable();
    for key in keys {
        let value = &object[key];
        let kept = match key.as_str() {
            "description"
            | "title"
            | "example"
            | "examples"
            | "externalDocs"
            | "$schema"
            | "$id"
            | KIND_OF
            | "x-kubernetes-action"
            | "x-kubernetes-patch-strategy"
            | "x-kubernetes-patch-merge-key"
            | "x-kubernetes-unions" => continue,
            "properties" | "definitions" | "$defs" | "patternProperties" | "schemas" => match value
            {
                Json::Object(named) => {
                    let mut names: Vec<&String> = named.keys().collect();
                    names.sort_unstable();
                    let sorted =
                        names.into_iter().map(|name| (name.clone(), facts_only(&named[name])));
                    Json::Object(sorted.collect())
                }
                other => other.clone(),
            },
            "items" | "additionalProperties" | "not" | "components" => facts_only(value),
            "allOf" | "anyOf" | "oneOf" => match value {
                Json::Array(list) => Json::Array(list.iter().map(facts_only).collect()),
                other => other.clone(),
            },
            _ => value.clone(),
        };
        out.insert(key.clone(), kept);
    }
    Json::Object(out)
}

/// Whether a group belongs to somebody else than Kubernetes: then its names have no rules of their own.
pub(super) fn is_custom(group: &str) -> bool {
    group.contains('.') && !group.ends_with(".k8s.io")
        || group.ends_with(".x-k8s.io")
        || group == "gateway.networking.k8s.io"
}

/// A place for what concerns a whole file.
pub(super) fn start_of(path: &str) -> Location {
    Location::start_of(&Source::new(path, ""))
}
