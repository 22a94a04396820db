//! The metadata that every object has: its fields, name, namespace, labels and annotations.

use super::faults::{self, fault, invalid, required};
use super::{Dialect, Schema, check, normalize};
use crate::at::At;
use crate::fault::{ErrorType, Fault};
use crate::gaps::Gaps;
use crate::names;
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
    /// The same, and a server names what has no name.
    OwnOrNone,
    /// Not known, or none.
    Unknown,
}

/// Checks `metadata` of an object.
pub(crate) fn check_metadata(
    object: &At<'_>,
    text: &str,
    naming: Naming,
    gaps: &Gaps,
) -> Vec<Fault> {
    let Some(metadata) = object.get("metadata") else {
        let metadata = object.named("metadata");
        let may_lack = matches!(naming, Naming::Unknown | Naming::OwnOrNone);
        return if may_lack { Vec::new() } else { vec![nameless(&metadata)] };
    };
    let schema = object_meta();
    let mut normal = metadata.node.clone();
    // Ours, and small.
    let _ = normalize(schema, schema.root, &mut normal, metadata.key());
    let mut faults = check(schema, schema.root, &metadata.over(&normal), text, gaps);
    if metadata.node.as_map().is_none() {
        return faults;
    }
    if naming != Naming::Unknown {
        name_faults(&metadata, naming, &mut faults);
    }
    for field in ["labels", "annotations"] {
        let Some(labels) = metadata.get(field) else { continue };
        label_faults(&labels, field == "labels", &mut faults);
        if field == "annotations" {
            let sizes = labels.node.as_map().into_iter().flatten();
            let size: usize = sizes
                .map(|entry| entry.key.value.len() + entry.value.as_str().map_or(0, str::len))
                .sum();
            if size > 256 << 10 {
                let why = "may not be more than 262144 bytes";
                let mut found = fault(&faults::LABEL, ErrorType::TooLong, &labels, why);
                found.span = metadata.key();
                faults.push(found);
            }
        }
    }
    faults
}

fn nameless(metadata: &At<'_>) -> Fault {
    let name = metadata.named("name");
    let mut found = required(&faults::NAME, &name, "name or generateName is required");
    found.span = metadata.key();
    found
}

fn name_faults(metadata: &At<'_>, naming: Naming, faults: &mut Vec<Fault>) {
    let given = |field: &str| metadata.get(field).is_some();
    if naming != Naming::OwnOrNone
        && metadata.text("name").is_empty()
        && metadata.text("generateName").is_empty()
        && !(given("name") && metadata.field("name").str().is_none())
    {
        faults.push(nameless(metadata));
    }
    for (field, is_label) in [("name", false), ("generateName", false), ("namespace", true)] {
        // How a built-in kind is named, its own rules say.
        if naming != Naming::Subdomain && !is_label {
            continue;
        }
        let at = metadata.field(field);
        let Some(name) = at.str().filter(|name| !name.is_empty()) else { continue };
        // A generated name gets a suffix, so a trailing `-` is fine.
        let name = if field == "generateName" { name.trim_end_matches('-') } else { name };
        let why = if is_label { names::label(name) } else { names::subdomain(name) };
        if let Some(why) = why {
            let mut found = invalid(&faults::NAME, &at, why);
            found.near(names::mended(name, names::subdomain));
            faults.push(found);
        }
    }
}

fn label_faults(labels: &At<'_>, values: bool, faults: &mut Vec<Fault>) {
    for (key, at) in labels.entries() {
        // An annotation's key may have capitals in its prefix, a label's may not.
        let why = match values {
            true => names::qualified(key),
            false => names::qualified(&key.to_ascii_lowercase()),
        };
        // An API server names the map, and quotes what is wrong in it.
        let mut say = |mut found: Fault| {
            found.path = labels.path();
            faults.push(found);
        };
        if let Some(why) = why {
            let mut found = invalid(&faults::LABEL, &at.clone().keyed(), why);
            found.value = Some(format!("{key:?}"));
            say(found);
        }
        if values
            && let Some(value) = at.str()
            && let Some(why) = names::label_value(value)
        {
            say(invalid(&faults::LABEL, &at, why));
        }
    }
}
