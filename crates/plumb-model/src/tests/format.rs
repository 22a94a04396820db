//! The format's schema and reference, which follow from its description.

use super::*;
use serde_json::Value;

/// Whether a value fits a schema: the few keywords that ours has.
fn fits(schema: &Value, root: &Value, value: &toml::Value) -> Result<(), String> {
    if let Some(name) = schema.get("$ref").and_then(Value::as_str) {
        let found = root.pointer(name.trim_start_matches('#')).ok_or(format!("no {name}"))?;
        return fits(found, root, value);
    }
    for part in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
        fits(part, root, value)?;
    }
    if let Some(any) = schema.get("anyOf").and_then(Value::as_array) {
        let tried: Vec<_> = any.iter().map(|part| fits(part, root, value)).collect();
        if tried.iter().all(Result::is_err) {
            return Err(format!("{value}: none of {tried:?}"));
        }
    }
    let is = |name: &str| match name {
        "string" => value.is_str() || value.is_datetime(),
        "number" => value.is_integer() || value.is_float(),
        "boolean" => value.is_bool(),
        "array" => value.is_array(),
        _ => value.is_table(),
    };
    let types: Vec<&str> = match schema.get("type") {
        Some(Value::String(name)) => vec![name],
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    if !types.is_empty() && !types.iter().any(|name| is(name)) {
        return Err(format!("{value} is none of {types:?}"));
    }
    if let (Some(words), Some(word)) =
        (schema.get("enum").and_then(Value::as_array), value.as_str())
        && !words.iter().any(|known| known == word)
    {
        return Err(format!("{word} is not in the enum"));
    }
    if let (Some(Value::String(pattern)), Some(text)) = (schema.get("pattern"), value.as_str())
        && !regex::Regex::new(pattern).unwrap().is_match(text)
    {
        return Err(format!("{text} is not like {pattern}"));
    }
    if let (Some(items), Some(list)) = (schema.get("items"), value.as_array()) {
        for item in list {
            fits(items, root, item)?;
        }
    }
    if let Some(table) = value.as_table() {
        let no_names = schema.pointer("/propertyNames/not/enum").and_then(Value::as_array);
        for name in no_names.into_iter().flatten() {
            if table.contains_key(name.as_str().unwrap()) {
                return Err(format!("{name} is not a name here"));
            }
        }
        for required in schema.get("required").and_then(Value::as_array).into_iter().flatten() {
            let key = required.as_str().unwrap();
            table.get(key).ok_or(format!("{key} is missing in {value}"))?;
        }
        for (key, value) in table {
            let property = schema.get("properties").and_then(|properties| properties.get(key));
            match property.or(schema.get("additionalProperties")) {
                Some(Value::Bool(false)) => return Err(format!("{key} is unknown")),
                Some(property) => {
                    fits(property, root, value).map_err(|error| format!("{key}: {error}"))?;
                }
                None => {}
            }
        }
    }
    Ok(())
}

#[test]
fn the_schema_takes_what_is_read_and_refuses_what_is_not() {
    let schema = json_schema();
    let page = include_str!("../format.md");
    let start = page.find("```toml\n").unwrap() + 8;
    let example = &page[start..start + page[start..].find("\n```").unwrap()];
    for text in [example, include_str!("worked.toml")] {
        fits(&schema, &schema, &toml::from_str(text).unwrap()).unwrap();
    }
    for text in [
        "[inputs.a]\ndefault = 1\nlable = \"x\"",
        "[inputz]",
        "[sources.s]\nurl = \"x\"",
        "[statuses.s]\nlabel = \"s\"\nmeets = \"ful\"",
        "[options.o]\nlabel = 3\ncomponents = []",
        "[settings]\nstale-after = \"soon\"",
        "[sources.s]\ntitle = \"t\"\naccessed = \"spring\"",
    ] {
        assert!(fits(&schema, &schema, &toml::from_str(text).unwrap()).is_err(), "{text}");
        assert!(!load(text).1.is_empty(), "{text}");
    }
}

#[test]
fn the_reference_has_every_key_once() {
    let page = reference_page();
    let heads: Vec<&str> = page.lines().filter(|line| line.starts_with("## ")).collect();
    assert_eq!(heads[..3], ["## The file", "## `settings`", "## `display`"]);
    assert!(heads.contains(&"## `options.ID.components[].containers[]`"), "{heads:?}");
    assert!(page.contains("| `stale-after` | length of time |"));
    assert!(
        page.lines()
            .filter(|line| line.starts_with("| `"))
            .all(|line| line.matches(" | ").count() == 2)
    );
}

#[test]
fn names_stand_nowhere_in_the_code() {
    // what a model is about is data; the code of the model knows no product
    let names = ["istio", "linkerd", "cilium", "envoy", "consul", "azure", "ztunnel", "aks"];
    let mut folders = vec![std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                if !path.ends_with("tests") {
                    folders.push(path);
                }
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap().to_lowercase();
            let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).collect();
            for name in names {
                assert!(!words.contains(&name), "{name} stands in {}", path.display());
            }
        }
    }
}
