//! The tree that YAML is read into: values, each with its place and the way it was written.

use plumb_text::{Span, Spanned};
use serde_json::Value as Json;

/// A value of a document and the place it was read from.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What it is, in the types of JSON.
    pub value: Value,
    /// The bytes of the text that it was written as, quotes and block indicators included; for a value that an alias
    /// stands for, those of the anchored one; for a default, those of the nearest value that was written.
    pub span: Span,
    /// How it was written.
    pub style: Style,
}

/// How a value was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// A scalar without quotes, an absent value included.
    Plain,
    /// `'…'`
    SingleQuoted,
    /// `"…"`
    DoubleQuoted,
    /// `|` or `>`
    BlockScalar,
    /// A map or list by indentation.
    Block,
    /// A map or list in braces or brackets.
    Flow,
    /// Not written at all: the schema's default.
    Default,
}

/// What a node is, in the types of JSON as Kubernetes decodes it.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`, `~` or nothing.
    Null,
    /// `true`, and the other words of YAML 1.1.
    Bool(bool),
    /// A whole number, however it was written (`1e3`, `0x1F`, `1_000`).
    Int(i128),
    /// Any other number.
    Float(f64),
    /// Text.
    String(String),
    /// A list.
    Seq(Vec<Node>),
    /// A map, in the order of the text.
    Map(Map),
}

/// The entries of a map in the order of the text; keys are distinct.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Map {
    entries: Vec<Entry>,
}

/// One key of a map and its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key as text (`on:` is `true`, as Kubernetes has it), and its place.
    pub key: Spanned<String>,
    /// The value that the key has; null where none is written.
    pub value: Node,
}

impl Node {
    /// A node that stands for a schema's default at a place.
    pub fn from_json(json: &Json, span: Span) -> Node {
        let value = match json {
            Json::Null => Value::Null,
            Json::Bool(value) => Value::Bool(*value),
            Json::Number(number) => match number.as_i128() {
                Some(int) => Value::Int(int),
                None => Value::Float(number.as_f64().unwrap_or(f64::NAN)),
            },
            Json::String(text) => Value::String(text.clone()),
            Json::Array(items) => {
                Value::Seq(items.iter().map(|item| Node::from_json(item, span)).collect())
            }
            Json::Object(object) => Value::Map(Map {
                entries: object
                    .iter()
                    .map(|(key, value)| Entry {
                        key: Spanned::new(key.clone(), span),
                        value: Node::from_json(value, span),
                    })
                    .collect(),
            }),
        };
        Node { value, span, style: Style::Default }
    }

    /// The value without its places.
    pub fn to_json(&self) -> Json {
        match &self.value {
            Value::Null => Json::Null,
            Value::Bool(value) => Json::Bool(*value),
            Value::Int(value) => match serde_json::Number::from_i128(*value) {
                Some(number) => Json::Number(number),
                None => Json::from(*value as f64),
            },
            Value::Float(value) => Json::from(*value),
            Value::String(text) => Json::String(text.clone()),
            Value::Seq(items) => Json::Array(items.iter().map(Node::to_json).collect()),
            Value::Map(map) => Json::Object(
                map.iter().map(|entry| (entry.key.value.clone(), entry.value.to_json())).collect(),
            ),
        }
    }

    /// The value under a key, where this is a map that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.as_map()?.get(key)
    }

    /// The item of a list.
    pub fn item(&self, index: usize) -> Option<&Node> {
        self.as_seq()?.get(index)
    }

    /// The node at a field path as an API server writes it: `spec.http[0].route`, `metadata.labels[a.b/c]`.
    pub fn at_path(&self, path: &str) -> Option<&Node> {
        let mut node = self;
        let mut rest = path;
        while !rest.is_empty() {
            if let Some(inside) = rest.strip_prefix('[') {
                let (index, behind) = inside.split_once(']')?;
                node = match &node.value {
                    Value::Seq(items) => items.get(index.parse::<usize>().ok()?)?,
                    Value::Map(map) => map.get(index)?,
                    _ => return None,
                };
                rest = behind;
            } else {
                rest = rest.strip_prefix('.').unwrap_or(rest);
                let end = rest.find(['.', '[']).unwrap_or(rest.len());
                node = node.get(&rest[..end])?;
                rest = &rest[end..];
            }
        }
        Some(node)
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The text of a string and its place.
    pub fn as_spanned_str(&self) -> Option<Spanned<&str>> {
        self.as_str().map(|text| Spanned::new(text, self.span))
    }

    /// The number, if this is a whole one.
    pub fn as_int(&self) -> Option<i128> {
        match self.value {
            Value::Int(value) => Some(value),
            _ => None,
        }
    }

    /// The truth, if this is one (`yes` is, as in YAML 1.1).
    pub fn as_bool(&self) -> Option<bool> {
        match self.value {
            Value::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// The map, if this is one.
    pub fn as_map(&self) -> Option<&Map> {
        match &self.value {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The items of a list.
    pub fn as_seq(&self) -> Option<&[Node]> {
        match &self.value {
            Value::Seq(items) => Some(items),
            _ => None,
        }
    }

    /// The items of a list; none where this is something else.
    pub fn items(&self) -> &[Node] {
        self.as_seq().unwrap_or_default()
    }

    /// Whether it is `null` or absent.
    pub fn is_null(&self) -> bool {
        self.value == Value::Null
    }

    /// Whether the author wrote it in quotes.
    pub fn is_quoted(&self) -> bool {
        matches!(self.style, Style::SingleQuoted | Style::DoubleQuoted)
    }

    /// Whether the author wrote it, as opposed to a schema's default.
    pub fn is_written(&self) -> bool {
        self.style != Style::Default
    }
}

impl Map {
    /// The value under a key.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The entry of a key, with the key's place.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key.value == key)
    }

    /// The entries in the order of the text.
    pub fn iter(&self) -> std::slice::Iter<'_, Entry> {
        self.entries.iter()
    }

    /// The keys in the order of the text.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|entry| entry.key.value.as_str())
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Adds an entry; the caller has seen to it that the key is new.
    pub fn push(&mut self, entry: Entry) {
        self.entries.push(entry);
    }

    /// The entries, to change values in place.
    pub fn entries_mut(&mut self) -> &mut Vec<Entry> {
        &mut self.entries
    }
}

impl<'a> IntoIterator for &'a Map {
    type Item = &'a Entry;
    type IntoIter = std::slice::Iter<'a, Entry>;
    fn into_iter(self) -> Self::IntoIter {
        self.entries.iter()
    }
}

impl Value {
    /// The name of the type, as OpenAPI calls it.
    pub fn type_name(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Int(_) => "integer",
            Value::Float(_) => "number",
            Value::String(_) => "string",
            Value::Seq(_) => "array",
            Value::Map(_) => "object",
        }
    }
}
