//! The keys of a map: what may be one, duplicates, merges.

use super::problem::Problem;
use super::resolve::key_text;
use super::{
    Entry, Map, Node, Style, Value, YAML_DUPLICATE_KEY, YAML_KEY, YAML_KEYS_COLLAPSE, YAML_VALUE,
};
use plumb_text::{Span, Spanned};
use std::collections::HashMap;

/// The entries of a map as they come; says what is wrong with its keys.
#[derive(Default)]
pub(super) struct MapBuilder {
    pub(super) map: Map,
    /// The type of each key: `1` and `"1"` are two keys to YAML, and one to JSON.
    kinds: Vec<&'static str>,
    /// Where each key is, for maps that are too long to search.
    index: HashMap<String, usize>,
}

impl MapBuilder {
    pub(super) fn add(&mut self, key: Node, value: Node, problems: &mut Vec<Problem>) {
        let is_merge = key.style == Style::Plain && key.as_str() == Some("<<");
        if is_merge {
            return self.merge(key.span, value, problems);
        }
        let kind = key.value.type_name();
        let text = match key.value {
            Value::String(text) => text,
            ref other => match key_text(other) {
                Some(text) => text,
                None => {
                    let (what, help) = match other {
                        Value::Null => ("null", "write a name, or put the key in quotes"),
                        _ => (
                            "a map or a list",
                            "put the text in quotes; a template (`{{ … }}`) is not a manifest before it is rendered",
                        ),
                    };
                    let mut problem =
                        Problem::new(&YAML_KEY, key.span, format!("{what} can't be a key"));
                    problem.help = Some(help.to_owned());
                    problems.push(problem);
                    return;
                }
            },
        };
        self.insert(Entry { key: Spanned::new(text, key.span), value }, kind, key.span, problems);
    }

    fn merge(&mut self, at: Span, value: Node, problems: &mut Vec<Problem>) {
        let maps = match value.value {
            Value::Map(map) => vec![map],
            Value::Seq(items) if items.iter().all(|item| item.as_map().is_some()) => items
                .into_iter()
                .rev()
                .filter_map(|item| match item.value {
                    Value::Map(map) => Some(map),
                    _ => None,
                })
                .collect(),
            _ => {
                let message = "map merge requires map or sequence of maps as the value";
                problems.push(Problem::new(&YAML_VALUE, at, message));
                return;
            }
        };
        for mut map in maps {
            for entry in map.entries_mut().drain(..) {
                self.insert(entry, "string", at, problems);
            }
        }
    }

    fn insert(&mut self, entry: Entry, kind: &'static str, at: Span, problems: &mut Vec<Problem>) {
        const FEW: usize = 16;
        let name = entry.key.value.as_str();
        let known = if self.kinds.len() <= FEW {
            self.map.keys().position(|key| key == name)
        } else {
            self.index.get(name).copied()
        };
        let Some(known) = known else {
            if self.kinds.len() == FEW {
                self.index = self.map.keys().map(str::to_owned).zip(0..).collect();
            }
            if self.kinds.len() >= FEW {
                self.index.insert(name.to_owned(), self.kinds.len());
            }
            self.kinds.push(kind);
            self.map.push(entry);
            return;
        };
        let first = self.map.entries_mut()[known].key.span;
        if self.kinds[known] == kind {
            let message = format!("key `{name}` is already set in this map");
            let mut problem = Problem::new(&YAML_DUPLICATE_KEY, at, message);
            problem.related = Some((first, "first set here".to_owned()));
            problems.push(problem);
        } else {
            let message = format!("this key and an earlier one are both `{name}` to Kubernetes");
            let mut problem = Problem::new(&YAML_KEYS_COLLAPSE, at, message);
            problem.related = Some((first, "which is lost".to_owned()));
            problems.push(problem);
            self.kinds[known] = kind;
            self.map.entries_mut()[known] = entry;
        }
    }
}
