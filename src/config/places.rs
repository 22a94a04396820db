//! Where keys stand in a file of settings, and what they hold.

use crate::text::{Location, Source, Span};
use serde_json::Value as Json;
use std::sync::Arc;

/// Where a key stands in a file of settings, or the nearest key above it that is there.
pub fn place(file: &Arc<Source>, keys: &[&str]) -> Location {
    let (root, _) = toml::de::DeTable::parse_recoverable(file.text());
    Places { source: file, root: root.get_ref() }.place(keys)
}

/// The value of a key in a file of settings itself, whatever mdBook's environment says.
pub fn value(file: &Arc<Source>, keys: &[&str]) -> Option<Json> {
    let (root, _) = toml::de::DeTable::parse_recoverable(file.text());
    Places { source: file, root: root.get_ref() }.table(keys).map(to_json)
}

/// Where keys stand in a file of settings.
pub(super) struct Places<'a> {
    pub(super) source: &'a Arc<Source>,
    pub(super) root: &'a toml::de::DeTable<'a>,
}

impl Places<'_> {
    pub(super) fn table(&self, path: &[&str]) -> Option<&toml::de::DeValue<'_>> {
        let (last, folders) = path.split_last()?;
        let mut table = self.root;
        for part in folders {
            table = table.get(*part)?.get_ref().as_table()?;
        }
        Some(table.get(*last)?.get_ref())
    }

    /// The key at a path, or the nearest key above it that is there.
    pub(super) fn place(&self, path: &[&str]) -> Location {
        let mut table = self.root;
        let mut span = Span::at(0);
        for part in path {
            let Some((key, value)) = table.get_key_value(*part) else { break };
            span = Span::from(key.span());
            match value.get_ref().as_table() {
                Some(inner) => table = inner,
                None => break,
            }
        }
        Location::new(self.source, span)
    }
}

/// TOML as mdBook would send it.
pub(super) fn to_json(value: &toml::de::DeValue<'_>) -> Json {
    use toml::de::DeValue;
    match value {
        DeValue::String(text) => Json::String(text.to_string()),
        DeValue::Boolean(flag) => Json::Bool(*flag),
        DeValue::Array(items) => items.iter().map(|item| to_json(item.get_ref())).collect(),
        DeValue::Table(table) => Json::Object(
            table
                .iter()
                .map(|(key, value)| (key.get_ref().to_string(), to_json(value.get_ref())))
                .collect(),
        ),
        // No setting is a number or a date; as text they are reported as of the wrong shape.
        DeValue::Integer(number) => Json::Array(vec![Json::String(number.to_string())]),
        DeValue::Float(number) => Json::Array(vec![Json::String(number.to_string())]),
        DeValue::Datetime(date) => Json::Array(vec![Json::String(date.to_string())]),
    }
}
