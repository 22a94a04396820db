//! The keys of a directive's file, once for its reader, its reference and its JSON Schema.

use super::argument::Kind;
use serde_json::{Map, Value as Json, json};

/// Where what it writes stands.
pub(super) const PLACES: &[&str] = &["block", "inline"];

/// A key.
pub(super) struct Key {
    pub(super) name: &'static str,
    is_required: bool,
    holds: Holds,
    about: &'static str,
}

/// What a key holds.
enum Holds {
    Text,
    Texts,
    Truth,
    Place,
    Kind,
    /// What a use would write.
    Written,
    Formulas,
    Arguments,
    Examples,
}

const fn key(name: &'static str, holds: Holds, about: &'static str) -> Key {
    Key { name, is_required: false, holds, about }
}

const fn required(name: &'static str, holds: Holds, about: &'static str) -> Key {
    Key { is_required: true, ..key(name, holds, about) }
}

/// The keys of the file, in its order.
pub(super) const FILE: &[Key] = &[
    required("summary", Holds::Text, "What it writes, in one line."),
    key(
        "place",
        Holds::Place,
        "Whether it gives paragraphs, lists and tables, or words within a sentence. Default: `block`.",
    ),
    key("html", Holds::Truth, "Whether its Markdown may hold raw HTML."),
    key("args", Holds::Arguments, "Its arguments by name."),
    key("let", Holds::Formulas, "Names for formulas over the arguments and the model."),
    key("example", Holds::Examples, "Uses and what they give; each is a test."),
];

/// The keys of an argument.
pub(super) const ARGUMENT: &[Key] = &[
    required("kind", Holds::Kind, "What it is."),
    key("docs", Holds::Text, "What there is to know about it."),
    key(
        "default",
        Holds::Written,
        "What holds where it is not given, as a use would write it; without one it must be given.",
    ),
    key("dimension", Holds::Text, "Of a quantity: `cpu`, `memory`, `money` …"),
    key("unit", Holds::Text, "Of a quantity: a unit of its dimension."),
    key("choices", Holds::Texts, "Of a choice: the texts that it may be."),
    key("positional", Holds::Truth, "Whether it is written without its key; one may be."),
];

/// The keys of an example.
pub(super) const EXAMPLE: &[Key] = &[
    required(
        "use",
        Holds::Text,
        "The directive and its arguments, as an author writes them behind `plumb:`.",
    ),
    required("gives", Holds::Text, "The Markdown that comes of it."),
];

/// The JSON Schema of what stands between the rows `+++` of a file in `directives/`.
pub fn schema() -> Json {
    let mut schema = table(FILE);
    schema["$schema"] = "http://json-schema.org/draft-07/schema#".into();
    schema["title"] = "A directive of one's own for mdbook-plumb".into();
    schema
}

fn table(keys: &[Key]) -> Json {
    let properties: Map<String, Json> = keys
        .iter()
        .map(|key| {
            let mut property = holds(&key.holds);
            property["description"] = key.about.into();
            (key.name.to_owned(), property)
        })
        .collect();
    let required = keys.iter().filter(|key| key.is_required).map(|key| key.name);
    json!({
        "type": "object",
        "properties": properties,
        "required": required.collect::<Vec<_>>(),
        "additionalProperties": false,
    })
}

fn holds(holds: &Holds) -> Json {
    match holds {
        Holds::Text => json!({ "type": "string" }),
        Holds::Texts => json!({ "type": "array", "items": { "type": "string" } }),
        Holds::Truth => json!({ "type": "boolean" }),
        Holds::Place => json!({ "enum": PLACES }),
        Holds::Kind => json!({ "enum": Kind::ALL.map(|(word, _)| word) }),
        Holds::Written => json!({ "type": ["string", "number", "boolean", "array"] }),
        Holds::Formulas => {
            json!({ "type": "object", "additionalProperties": { "type": "string" } })
        }
        Holds::Arguments => json!({ "type": "object", "additionalProperties": table(ARGUMENT) }),
        Holds::Examples => json!({ "type": "array", "items": table(EXAMPLE) }),
    }
}

#[cfg(test)]
mod tests {
    use super::super::front::read;
    use super::*;
    use crate::model::Model;
    use crate::text::Source;

    fn messages(front: &str) -> Vec<String> {
        let file = Source::new("directives/x.md", format!("+++\n{front}\n+++\nText.\n"));
        let (_, findings) = read(&[file], &Model::default().units);
        findings.into_iter().map(|finding| finding.message).collect()
    }

    /// A wrong value of each key is told of, so it is read; and a key that the schema lacks is unknown.
    #[test]
    fn every_key_of_the_schema_is_read_and_no_other() {
        let (file, argument, example) =
            ("summary = 's'\n", "kind = 'text'\n", "use = 'x'\ngives = ''\n");
        for (keys, begins, base) in [
            (FILE, "", file),
            (ARGUMENT, "summary = 's'\n[args.a]\n", argument),
            (EXAMPLE, "summary = 's'\n[[example]]\n", example),
        ] {
            assert_eq!(messages(&format!("{begins}{base}")), [""; 0]);
            for Key { name, .. } in keys {
                let others = base.lines().filter(|line| !line.starts_with(name));
                let others: String = others.map(|line| format!("{line}\n")).collect();
                let said = messages(&format!("{begins}{others}{name} = {{ y = {{}} }}"));
                let end = format!(" has no `{name}`");
                let is_known = |message: &String| {
                    !message.ends_with(&end) || message.starts_with("the argument ")
                };
                assert!(!said.is_empty() && said.iter().all(is_known), "{name}: {said:?}");
            }
            let said = messages(&format!("{begins}{base}other = 1"));
            assert!(said.iter().any(|message| message.ends_with("has no `other`")), "{said:?}");
        }
    }
}
