//! The metadata that every object has: its fields, name, namespace, labels and annotations.

use super::{
    Dialect, Issue, METADATA_LABEL, METADATA_NAME, Path, Schema, anchor, check, normalize, quote,
};
use crate::manifest::{Map, Node};
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
        let owner = json!({
            "type": "object",
            "required": ["apiVersion", "kind", "name", "uid"],
            "properties": {
                "apiVersion": text, "kind": text, "name": text, "uid": text,
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
    if naming == Naming::Own {
        return;
    }
    for (field, is_label) in [("name", false), ("generateName", false), ("namespace", true)] {
        let Some(node) = metadata.get(field) else { continue };
        let Some(name) = node.as_str().filter(|name| !name.is_empty()) else { continue };
        // A generated name gets a suffix, so a trailing `-` is fine.
        let name = if field == "generateName" { name.trim_end_matches('-') } else { name };
        let fault = if is_label { dns_label(name) } else { dns_subdomain(name) };
        if let Some(fault) = fault {
            path.key(field);
            let message = format!("{path}: Invalid value: {}: {fault}", quote(node));
            let mut issue = Issue::new(&METADATA_NAME, anchor(node, at), path, message);
            if let Some(better) = mended(name) {
                issue = issue.help(format!("did you mean `{better}`?"));
            }
            issues.push(issue);
            path.pop();
        }
    }
}

fn mended(name: &str) -> Option<String> {
    let better: String = name
        .to_ascii_lowercase()
        .chars()
        .map(|c| if matches!(c, '_' | ' ') { '-' } else { c })
        .collect();
    (better != name && dns_subdomain(&better).is_none()).then_some(better)
}

fn label_issues(labels: &Map, values: bool, path: &Path<'_>, issues: &mut Vec<Issue>) {
    for entry in labels {
        let key = entry.key.value.as_str();
        if let Some(fault) = qualified_name(key) {
            let message = format!("{path}: Invalid value: {key:?}: {fault}");
            issues.push(Issue::new(&METADATA_LABEL, entry.key.span, path, message));
        }
        if values
            && let Some(value) = entry.value.as_str()
            && let Some(fault) = label_value(value)
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

/// Why a text is no DNS-1123 label.
fn dns_label(text: &str) -> Option<&'static str> {
    let ok = text.len() <= 63 && is_dns_label(text);
    (!ok).then_some(
        "a lowercase RFC 1123 label must be at most 63 lower case letters, digits or '-', and must start and end with a letter or digit",
    )
}

fn is_dns_label(text: &str) -> bool {
    let edge = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = text.as_bytes();
    bytes.first().is_some_and(|byte| edge(*byte))
        && bytes.last().is_some_and(|byte| edge(*byte))
        && bytes.iter().all(|byte| edge(*byte) || *byte == b'-')
}

/// Why a text is no DNS-1123 subdomain.
fn dns_subdomain(text: &str) -> Option<&'static str> {
    let ok = text.len() <= 253 && text.split('.').all(is_dns_label);
    (!ok).then_some(
        "a lowercase RFC 1123 subdomain must consist of lower case letters, digits, '-' or '.', and must start and end with a letter or digit",
    )
}

fn is_name_part(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() <= 63
        && bytes.first().is_some_and(u8::is_ascii_alphanumeric)
        && bytes.last().is_some_and(u8::is_ascii_alphanumeric)
        && bytes
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

/// Why a text is no key of a label: a name, with an optional DNS prefix.
fn qualified_name(text: &str) -> Option<&'static str> {
    let (prefix, name) = match text.split_once('/') {
        Some((prefix, name)) => (Some(prefix), name),
        None => (None, text),
    };
    if prefix.is_some_and(|prefix| dns_subdomain(&prefix.to_ascii_lowercase()).is_some()) {
        return Some("the prefix of a key must be a DNS subdomain, with one '/' before the name");
    }
    (!is_name_part(name)).then_some(
        "the name part of a key must be at most 63 letters, digits, '-', '_' or '.', and must start and end with a letter or digit",
    )
}

/// Why a text is no value of a label.
fn label_value(text: &str) -> Option<&'static str> {
    (!text.is_empty() && !is_name_part(text)).then_some(
        "a valid label must be an empty string or at most 63 letters, digits, '-', '_' or '.', and must start and end with a letter or digit",
    )
}
