//! The JSON Schema of the settings, for editors that know TOML: `book.toml` and `plumb.toml` by one.

use super::settings::{SETTINGS, Shape};
use super::{Home, MDBOOK_KEYS};
use serde_json::{Map, Value as Json, json};

/// The JSON Schema of the files of settings. What `book.toml` says to others is theirs.
pub fn schema() -> Json {
    let preprocessors = json!({
        "type": "object",
        "properties": { Home::Book.table()[1]: { "$ref": "#/definitions/book" } },
    });
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "The settings of mdbook-plumb",
        "type": "object",
        "properties": {
            Home::Book.table()[0]: preprocessors,
            Home::Tree.table()[0]: { "$ref": "#/definitions/tree" },
        },
        "definitions": { "book": table(Home::Book), "tree": table(Home::Tree) },
    })
}

fn table(home: Home) -> Json {
    let settings = SETTINGS.iter().filter(|setting| setting.is_of(home));
    let mut properties: Map<String, Json> = settings
        .map(|setting| {
            let mut property = holds(setting.shape);
            property.insert("description".into(), setting.about.into());
            (setting.key.to_owned(), Json::Object(property))
        })
        .collect();
    if home == Home::Book {
        let own = |key: &&str| ((*key).to_owned(), json!({ "description": "mdBook's own." }));
        properties.extend(MDBOOK_KEYS.iter().map(own));
    }
    json!({
        "description": format!("`[{}]` in `{}`", home.table().join("."), home.file()),
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
    })
}

fn holds(shape: Shape) -> Map<String, Json> {
    let texts = json!({ "type": "array", "items": { "type": "string" } });
    let schema = match shape {
        Shape::Text(_) => json!({ "type": "string" }),
        Shape::List(_) | Shape::OneOrMore(_) => json!({ "anyOf": [{ "type": "string" }, texts] }),
        Shape::SwitchOrList(_) => {
            json!({ "anyOf": [{ "type": "boolean" }, { "type": "string" }, texts] })
        }
        Shape::Word(words) => json!({ "enum": words }),
        Shape::Switches(names) => {
            let one = |name: &&str| ((*name).to_owned(), json!({ "type": "boolean" }));
            let properties: Map<String, Json> = names.iter().map(one).collect();
            json!({ "type": "object", "properties": properties, "additionalProperties": false })
        }
        Shape::Versions => {
            json!({ "type": "object", "additionalProperties": { "type": "string" } })
        }
        Shape::JsonSchemas => {
            let schema = json!({
                "type": "object",
                "required": ["file"],
                "properties": {
                    "file": { "type": "string" },
                    "files": { "anyOf": [{ "type": "string" }, texts] },
                    "part": { "type": "boolean" },
                },
                "additionalProperties": false,
            });
            let one = json!({ "anyOf": [{ "type": "string" }, schema] });
            json!({ "type": "object", "additionalProperties": one })
        }
    };
    match schema {
        Json::Object(schema) => schema,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::text::Source;

    /// The keys of the schema are those that are read; that each of the list is, its own test says.
    #[test]
    fn the_schema_has_every_key_that_is_read_and_no_other() {
        let schema = schema();
        for home in Home::ALL {
            let of = &schema["definitions"][home.noun()]["properties"];
            let known = of.as_object().expect("properties");
            for setting in SETTINGS {
                assert_eq!(known.contains_key(setting.key), setting.is_of(home), "{}", setting.key);
            }
            let source = Source::new(home.file(), "");
            for key in known.keys() {
                let table = serde_json::json!({ key: {} });
                let (_, findings) = Config::read(&source, Some(&table));
                let unknown =
                    |message: &str| message.contains("unknown") || message.contains("no setting");
                assert!(!findings.iter().any(|one| unknown(&one.message)), "{key}: {findings:?}");
            }
        }
        let manifests = &schema["definitions"]["book"]["properties"]["manifests"]["properties"];
        for name in manifests.as_object().expect("switches").keys() {
            let table = serde_json::json!({ "manifests": { name: true } });
            let source = Source::new(Home::Book.file(), "");
            assert_eq!(Config::read(&source, Some(&table)).1, [], "{name}");
        }
    }
}
