//! The metadata that every object has: its fields, name, namespace, labels and annotations.

use super::{
    Dialect, Issue, METADATA_LABEL, METADATA_NAME, Path, Schema, anchor, check, normalize, quote,
};
use crate::manifest::{Map, Node, names};
use crate::text::Span;
use serde_json::json;
use std::sync::OnceLock;

/// Facts of Kubernetes' API reference, `ObjectMeta`.
fn object_meta() -> &'static Schema {
    static SCHEMA: OnceLock<Schema> = OnceLock::new();
    SCHEMA.get_or_init(|| {
        let text = json!({"type": "string"});
        let time = json!({"type": "string", "format": "date-time", "nullable": true});
        let number = json!({"type": "integer", "format": "int64"});
        let texts = json!({"type": "object", "additionalProperties": text, "nullable": true});
        let name = json!({"type": "string", "minLength": 1});
        let owner = json!({
            "type": "object",
            "required": ["apiVersion", "kind", "name", "uid"],
            "properties": {
                "apiVersion": name, "kind": name, "name": name, "uid": name,
                "blockOwnerDeletion": {"type": "boolean"}, "controller": {"type": "boolean"},
            },
        });
        let manager = json!({
            "type": "object",
            "properties": {
                "apiVersion": text, "fieldsType": text, "manager": text, "operation": text,
                "subresource": text, "time": time,
                "fieldsV1": {"type": "object", "x-kubernetes-preserve-unknown-fields": true},
            },
        });
        let schema = json!({
            "type": "object",
            "properties": {
                "name": text, "generateName": text, "namespace": text, "selfLink": text,
                "uid": text, "resourceVersion": text, "generation": number,
                "creationTimestamp": time, "deletionTimestamp": time,
                "deletionGracePeriodSeconds": number, "labels": texts, "annotations": texts,
                "ownerReferences": {"type": "array", "items": owner},
                "finalizers": {"type": "array", "items": text},
                "managedFields": {"type": "array", "items": manager},
            },
        });
        Schema::compile(&schema, &schema, Dialect::STRUCTURAL)
    })
}

/// What a kind asks of the names of its objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Naming {
    /// A DNS-1123 subdomain, as custom kinds do.
    Subdomain,
    /// A name, by rules that are the kind's own and are checked elsewhere.
    Own,
    /// Not known, or none.
    Unknown,
}

/// Checks `metadata` of an object.
pub(crate) fn check_metadata<'n>(
    root: &'n Node,
    at: Span,
    text: &str,
    path: &Path<'n>,
    naming: Naming,
) -> Vec<Issue> {
    let mut path = path.clone();
    path.key("metadata");
    let entry = root.as_map().and_then(|map| map.entry("metadata"));
    let Some(entry) = entry.filter(|entry| !entry.value.is_null()) else {
        return if naming == Naming::Unknown { Vec::new() } else { vec![nameless(&path, at)] };
    };
    let key = entry.key.span;
    let schema = object_meta();
    let mut normal = entry.value.clone();
    normalize(schema, schema.root, &mut normal, key);
    let mut issues: Vec<Issue> = check(schema, schema.root, &normal, key, text, path.clone());
    let Some(metadata) = entry.value.as_map() else { return issues };
    if naming != Naming::Unknown {
        name_issues(metadata, key, naming, &mut path, &mut issues);
    }
    for field in ["labels", "annotations"] {
        let Some(labels) = metadata.get(field).and_then(Node::as_map) else { continue };
        path.key(field);
        label_issues(labels, field == "labels", &path, &mut issues);
        if field == "annotations" {
            let size: usize = labels
                .iter()
                .map(|entry| entry.key.value.len() + entry.value.as_str().map_or(0, str::len))
                .sum();
            if size > 256 << 10 {
                let message = format!("{path}: Too long: may not be more than 262144 bytes");
                issues.push(Issue::new(&METADATA_LABEL, key, &path, message));
            }
        }
        path.pop();
    }
    issues
}

fn nameless(path: &Path<'_>, at: Span) -> Issue {
    let path = path.child("name");
    let message = format!("{path}: Required value: name or generateName is required");
    let mut issue = Issue::new(&METADATA_NAME, at, &Path::default(), message);
    issue.path = path;
    issue
}

fn name_issues<'n>(
    metadata: &'n Map,
    at: Span,
    naming: Naming,
    path: &mut Path<'n>,
    issues: &mut Vec<Issue>,
) {
    let text = |field: &str| metadata.get(field).and_then(Node::as_str);
    let given = |field: &str| metadata.get(field).is_some_and(|node| !node.is_null());
    if text("name").is_none_or(str::is_empty)
        && text("generateName").is_none_or(str::is_empty)
        && !(given("name") && text("name").is_none())
    {
        issues.push(nameless(path, at));
    }
    for (field, is_label) in [("name", false), ("generateName", false), ("namespace", true)] {
        // How a built-in kind is named, its own rules say.
        if naming == Naming::Own && !is_label {
            continue;
        }
        let Some(node) = metadata.get(field) else { continue };
        let Some(name) = node.as_str().filter(|name| !name.is_empty()) else { continue };
        // A generated name gets a suffix, so a trailing `-` is fine.
        let name = if field == "generateName" { name.trim_end_matches('-') } else { name };
        let fault = if is_label { names::label(name) } else { names::subdomain(name) };
        if let Some(fault) = fault {
            path.key(field);
            let message = format!("{path}: Invalid value: {}: {fault}", quote(node));
            let mut issue = Issue::new(&METADATA_NAME, anchor(node, at), path, message);
            if let Some(better) = names::mended(name, names::subdomain) {
                issue = issue.help(format!("did you mean `{better}`?"));
            }
            issues.push(issue);
            path.pop();
        }
    }
}

fn label_issues(labels: &Map, values: bool, path: &Path<'_>, issues: &mut Vec<Issue>) {
    for entry in labels {
        let key = entry.key.value.as_str();
        // An annotation's key may have capitals in its prefix, a label's may not.
        let fault = match values {
            true => names::qualified(key),
            false => names::qualified(&key.to_ascii_lowercase()),
        };
        if let Some(fault) = fault {
            let message = format!("{path}: Invalid value: {key:?}: {fault}");
            issues.push(Issue::new(&METADATA_LABEL, entry.key.span, path, message));
        }
        if values
            && let Some(value) = entry.value.as_str()
            && let Some(fault) = names::label_value(value)
        {
            let message = format!("{path}: Invalid value: {}: {fault}", quote(&entry.value));
            issues.push(Issue::new(
                &METADATA_LABEL,
                anchor(&entry.value, entry.key.span),
                path,
                message,
            ));
        }
    }
}
