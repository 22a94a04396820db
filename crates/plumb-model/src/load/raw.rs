//! Values as files have them, TOML, JSON or YAML, before it is known what they are.

use super::read;
use jiff::civil::Date;
use plumb_text::{Location, Source, Span, Spanned as Placed};
use plumb_yaml::{Node, Value};
use std::collections::HashMap;
use std::sync::Arc;
use toml::Spanned;
use toml::de::DeValue;

/// A value of a file, and where it is written.
#[derive(Clone, Debug)]
pub(super) struct Raw {
    pub(super) value: RawValue,
    pub(super) location: Location,
}

#[derive(Clone, Debug)]
pub(super) enum RawValue {
    Null,
    Bool(bool),
    /// A number without quotes, as a decimal: as it is written where that is one, so that no digit is lost.
    Number(String),
    Text(String),
    Date(Date),
    List(Vec<Raw>),
    Map(Vec<(String, Raw)>),
}

/// The files that were read, each once: as text, and as the documents that it holds.
#[derive(Default)]
pub(super) struct Fetched {
    pub(super) files: HashMap<String, Option<Arc<Source>>>,
    pub(super) documents: HashMap<String, Option<Arc<[Raw]>>>,
}

/// How deep values may be nested; what is deeper is nothing.
const MAX_DEPTH: usize = 64;

impl Raw {
    /// A value of a TOML file.
    pub(super) fn of_toml(source: &Arc<Source>, value: &Spanned<DeValue<'_>>) -> Raw {
        toml_value(source, value.get_ref(), value.span().into(), 0)
    }

    /// A TOML file as a whole.
    pub(super) fn of_table(source: &Arc<Source>, table: &toml::de::DeTable<'_>) -> Raw {
        let entries = table
            .iter()
            .map(|(key, value)| (key.get_ref().to_string(), Raw::of_toml(source, value)));
        Raw { value: RawValue::Map(entries.collect()), location: Location::start_of(source) }
    }

    /// A value of a YAML or JSON file.
    pub(super) fn of_yaml(source: &Arc<Source>, node: &Node) -> Raw {
        yaml_value(source, node, 0)
    }

    /// What it says as one text; none for lists and tables.
    pub(super) fn text(&self) -> Option<String> {
        Some(match &self.value {
            RawValue::Text(text) | RawValue::Number(text) => text.clone(),
            RawValue::Bool(value) => value.to_string(),
            RawValue::Date(date) => date.to_string(),
            RawValue::Null | RawValue::List(_) | RawValue::Map(_) => return None,
        })
    }

    /// The same as a value of TOML; none for lists and tables, and for texts that need more than quotes.
    pub(super) fn toml(&self) -> Option<String> {
        match &self.value {
            RawValue::Text(text) => {
                let is_plain = |c: char| !c.is_control() && c != '"' && c != '\\';
                text.chars().all(is_plain).then(|| format!("\"{text}\""))
            }
            RawValue::Null => None,
            _ => self.text(),
        }
    }

    /// What findings call it.
    pub(super) fn what(&self) -> &'static str {
        match &self.value {
            RawValue::Null => "nothing",
            RawValue::Bool(_) => "true or false",
            RawValue::Number(_) => "a number",
            RawValue::Text(_) => "a text",
            RawValue::Date(_) => "a date",
            RawValue::List(_) => "a list",
            RawValue::Map(_) => "a table",
        }
    }
}

fn toml_value(source: &Arc<Source>, value: &DeValue<'_>, span: Span, depth: usize) -> Raw {
    let below = |value: &Spanned<DeValue<'_>>| {
        toml_value(source, value.get_ref(), value.span().into(), depth + 1)
    };
    let value = match value {
        _ if depth > MAX_DEPTH => RawValue::Null,
        DeValue::String(text) => RawValue::Text(text.to_string()),
        DeValue::Integer(number) if number.radix() != 10 => {
            let value = i64::from_str_radix(number.as_str(), number.radix());
            RawValue::Number(value.map_or_else(|_| number.to_string(), |value| value.to_string()))
        }
        DeValue::Integer(_) | DeValue::Float(_) => {
            RawValue::Number(source.text().get(span.range()).unwrap_or("").replace('_', ""))
        }
        DeValue::Boolean(value) => RawValue::Bool(*value),
        DeValue::Datetime(_) => read::date(value).map_or(RawValue::Null, RawValue::Date),
        DeValue::Array(items) => RawValue::List(items.iter().map(below).collect()),
        DeValue::Table(table) => RawValue::Map(
            table.iter().map(|(key, value)| (key.get_ref().to_string(), below(value))).collect(),
        ),
    };
    Raw { value, location: Location::new(source, span) }
}

fn yaml_value(source: &Arc<Source>, node: &Node, depth: usize) -> Raw {
    let below = |node: &Node| yaml_value(source, node, depth + 1);
    let value = match &node.value {
        _ if depth > MAX_DEPTH => RawValue::Null,
        Value::Null => RawValue::Null,
        Value::Bool(value) => RawValue::Bool(*value),
        Value::Int(value) => {
            let written = source.text().get(node.span.range()).unwrap_or("").replace('_', "");
            RawValue::Number(if has_other_base(&written) { value.to_string() } else { written })
        }
        Value::Float(_) => {
            let written = source.text().get(node.span.range()).unwrap_or("");
            RawValue::Number(written.replace('_', ""))
        }
        Value::String(text) => RawValue::Text(text.clone()),
        Value::Seq(items) => RawValue::List(items.iter().map(below).collect()),
        Value::Map(map) => RawValue::Map(
            map.iter().map(|entry| (key(source, &entry.key), below(&entry.value))).collect(),
        ),
    };
    Raw { value, location: Location::new(source, node.span) }
}

/// Whether a whole number is not written as a decimal: with a letter for its base, or with a zero in front, which makes it
/// octal to YAML 1.1.
fn has_other_base(written: &str) -> bool {
    let digits = written.trim_start_matches(['-', '+']);
    let is_decimal = |next: u8| matches!(next, b'.' | b'e' | b'E');
    digits.starts_with('0') && digits.as_bytes().get(1).is_some_and(|next| !is_decimal(*next))
}

/// A key as it is written: `on` of a workflow is no `true`, and `1.10` not `1.1`.
fn key(source: &Source, key: &Placed<String>) -> String {
    let written = source.text().get(key.span.range()).unwrap_or("");
    match plumb_yaml::plain(written) {
        Value::Bool(_) | Value::Int(_) | Value::Float(_) => written.to_owned(),
        _ => key.value.clone(),
    }
}
