//! The keys of a map: what may be one, duplicates, merges.

use super::problem::Problem;
use super::resolve::key_text;
use super::{
    Entry, Map, Node, Style, Value, YAML_DUPLICATE_KEY, YAML_KEY, YAML_KEYS_COLLAPSE, YAML_VALUE,
};
use plumb_text::{Span, Spanned};
use std::collections::HashMap;

/// How a key came into a map.
#[derive(Clone, Copy)]
struct Known {
    /// Its type: `1` and `"1"` are two keys to YAML, and one to JSON.
    kind: &'static str,
    /// Whether it is from another map, by `<<`: what is written for it behind that stands in its place.
    is_merged: bool,
}

/// The entries of a map as they come; says what is wrong with its keys.
#[derive(Default)]
pub(super) struct MapBuilder {
    pub(super) map: Map,
    /// How each key came.
    known: Vec<Known>,
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
        let known = Known { kind, is_merged: false };
        self.insert(Entry { key: Spanned::new(text, key.span), value }, known, key.span, problems);
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
                self.insert(entry, Known { kind: "string", is_merged: true }, at, problems);
            }
        }
    }

    fn insert(&mut self, entry: Entry, new: Known, at: Span, problems: &mut Vec<Problem>) {
        const FEW: usize = 16;
        let name = entry.key.value.as_str();
        let found = if self.known.len() <= FEW {
            self.map.keys().position(|key| key == name)
        } else {
            self.index.get(name).copied()
        };
        let Some(found) = found else {
            if self.known.len() == FEW {
                self.index = self.map.keys().map(str::to_owned).zip(0..).collect();
            }
            if self.known.len() >= FEW {
                self.index.insert(name.to_owned(), self.known.len());
            }
            self.known.push(new);
            self.map.push(entry);
            return;
        };
        let (old, first) = (self.known[found], self.map.entries_mut()[found].key.span);
        if old.is_merged {
            // What merges are for, and what kubectl takes.
            self.known[found] = new;
            self.map.entries_mut()[found] = entry;
            return;
        }
        let (code, message, related) = if old.kind == new.kind {
            let message = format!("key `{name}` is already set in this map");
            (&YAML_DUPLICATE_KEY, message, "first set here")
        } else {
            let message = format!("this key and an earlier one are both `{name}` to Kubernetes");
            self.known[found] = new;
            self.map.entries_mut()[found] = entry;
            (&YAML_KEYS_COLLAPSE, message, "which is lost")
        };
        let mut problem = Problem::new(code, at, message);
        problem.related = Some((first, related.to_owned()));
        problems.push(problem);
    }
}
