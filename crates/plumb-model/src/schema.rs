//! The model's format for editors (JSON Schema) and for people (a page of the reference), from its one description.

use super::describe::{Field, Kind, Table};
use super::tables;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::fmt::Write;

/// The JSON Schema of a model file, for editors that know TOML (Taplo, Even Better TOML).
pub fn json_schema() -> Value {
    let mut definitions = Map::new();
    let mut root = object(&tables::MODEL, &mut definitions);
    let mut schema = Map::new();
    schema.insert("$schema".into(), "http://json-schema.org/draft-07/schema#".into());
    schema.insert("title".into(), "A model of mdbook-plumb".into());
    schema.append(&mut root);
    schema.insert("definitions".into(), Value::Object(definitions));
    Value::Object(schema)
}

fn object(table: &'static Table, definitions: &mut Map<String, Value>) -> Map<String, Value> {
    let mut properties = Map::new();
    for field in table.fields {
        let mut property = kind(&field.kind, definitions);
        if let Value::Object(property) = &mut property {
            // a description beside a reference is only read where it stands in `allOf`
            if let Some(reference) = property.remove("$ref") {
                property.insert("allOf".into(), json!([{ "$ref": reference }]));
            }
            property.insert("description".into(), field.doc.into());
        }
        properties.insert(field.name.into(), property);
    }
    let required: Vec<&str> =
        table.fields.iter().filter(|field| field.required).map(|field| field.name).collect();
    let mut schema = Map::new();
    schema.insert("description".into(), table.doc.into());
    schema.insert("type".into(), "object".into());
    schema.insert("properties".into(), Value::Object(properties));
    schema.insert("additionalProperties".into(), false.into());
    if !required.is_empty() {
        schema.insert("required".into(), json!(required));
    }
    schema
}

/// A reference to a table's definition, which is made when first asked for.
fn reference(table: &'static Table, definitions: &mut Map<String, Value>) -> Value {
    let name = id(table);
    if !definitions.contains_key(&name) {
        // holds the place, for tables that hold each other
        definitions.insert(name.clone(), Value::Null);
        let mut schema = Value::Object(object(table, definitions));
        if let Some(field) = table.short.and_then(|short| table.field(short)) {
            let short = kind(&field.kind, definitions);
            schema = json!({ "description": table.doc, "anyOf": [short, schema] });
        }
        definitions.insert(name.clone(), schema);
    }
    json!({ "$ref": format!("#/definitions/{name}") })
}

fn id(table: &Table) -> String {
    table.what.split(' ').next_back().unwrap_or(table.what).to_owned()
}

fn kind(kind_of: &Kind, definitions: &mut Map<String, Value>) -> Value {
    match kind_of {
        Kind::Text | Kind::Prose | Kind::Unit | Kind::Ref(_) => {
            json!({ "type": "string" })
        }
        Kind::Id => json!({ "type": "string", "minLength": 1, "maxLength": 200 }),
        Kind::Formula | Kind::Quantity => json!({ "type": ["string", "number"] }),
        Kind::Condition => json!({ "type": ["string", "boolean"] }),
        Kind::Number => json!({ "type": "number" }),
        Kind::Switch => json!({ "type": "boolean" }),
        // TOML's own dates reach a schema as texts
        // few validators look at `format`
        Kind::Date => {
            json!({ "type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}" })
        }
        Kind::Age => {
            json!({ "type": "string", "pattern": "^ *[1-9][0-9]* +(day|week|month|year)s? *$" })
        }
        Kind::Setting => json!({ "type": ["string", "number", "boolean"] }),
        Kind::Any => json!({}),
        Kind::OneOf(words) => json!({ "enum": words }),
        Kind::Refs(_) => {
            json!({ "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }] })
        }
        Kind::List(element) => json!({ "type": "array", "items": kind(element, definitions) }),
        Kind::Table(table) => reference(table, definitions),
        Kind::Map(element) => {
            let element = kind(element, definitions);
            json!({ "type": "object", "additionalProperties": element })
        }
        Kind::Named(table) => {
            // names may have dots that TOML reads as tables in tables; a table with a key of an entry is one
            let entry = reference(table, definitions);
            let group = format!("{}-group", id(table));
            let either = json!({ "anyOf": [entry, { "$ref": format!("#/definitions/{group}") }] });
            let keys: Vec<&str> = table.fields.iter().map(|field| field.name).collect();
            definitions.entry(group).or_insert_with(|| {
                json!({
                    "type": "object",
                    "propertyNames": { "not": { "enum": keys } },
                    "additionalProperties": either,
                })
            });
            json!({ "type": "object", "additionalProperties": either })
        }
    }
}

/// The reference of the format's keys as Markdown: a section for each table, in the order in which they are met.
pub fn reference_page() -> String {
    let mut out = String::from("# Keys\n\n");
    out.push_str("Made from the description that the program reads models by. Editors that know TOML can check a model ");
    out.push_str("while it is written, by its JSON Schema: `#:schema model.schema.json` as its first line.\n");
    let mut open: Vec<(String, &'static Table)> = Vec::new();
    let mut seen = BTreeSet::new();
    section(&mut out, "", &tables::MODEL, &mut open);
    while !open.is_empty() {
        let (path, table) = open.remove(0);
        if seen.insert(path.clone()) {
            section(&mut out, &path, table, &mut open);
        }
    }
    out
}

fn section(
    out: &mut String,
    path: &str,
    table: &'static Table,
    open: &mut Vec<(String, &'static Table)>,
) {
    let head = if path.is_empty() { "The file".to_owned() } else { format!("`{path}`") };
    let _ = write!(out, "\n## {head}\n\n{}", table.doc);
    if let Some(short) = table.short {
        let _ = write!(out, " Written as one value, it is its `{short}`.");
    }
    out.push_str("\n\n| Key | Holds | Meaning |\n|---|---|---|\n");
    for field in table.fields {
        let required = if field.required { " (required)" } else { "" };
        let name = field.name;
        let holds = field.kind.name().replace('|', "\\|");
        let doc = field.doc.replace('|', "\\|");
        let _ = writeln!(out, "| `{name}`{required} | {holds} | {doc} |");
    }
    let mut deeper = Vec::new();
    for field in table.fields {
        if let Some((suffix, inner)) = inner(&field.kind) {
            deeper.push((place(path, field, suffix), inner));
        }
    }
    // what is inside a table follows it
    open.splice(0..0, deeper);
}

/// The table that a kind holds, and how its place is written.
fn inner(kind: &Kind) -> Option<(&'static str, &'static Table)> {
    match kind {
        Kind::Table(table) => Some(("", table)),
        Kind::Map(Kind::Table(table)) => Some((".ID", table)),
        Kind::Named(table) => Some((".NAME", table)),
        Kind::List(Kind::Table(table)) => Some(("[]", table)),
        _ => None,
    }
}

fn place(path: &str, field: &Field, suffix: &str) -> String {
    let dot = if path.is_empty() { "" } else { "." };
    format!("{path}{dot}{}{suffix}", field.name)
}
