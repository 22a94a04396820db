//! A field that the schema does not know: what it was meant to be, or where it belongs.

use super::faults::{self, fault};
use super::{Additional, Id, Schema, SchemaNode};
use crate::Map;
use crate::at::At;
use crate::choice::is_choice;
use crate::fault::{ErrorType, Fault, Wording};
use plumb_text::diag::nearest;
use std::collections::{HashSet, VecDeque};

/// How many nodes of a schema are searched for the name.
const SEARCH: usize = 4000;

/// The fields that a map may have and has not.
pub(super) fn unset<'s>(spec: &'s SchemaNode, map: &Map) -> Vec<&'s str> {
    let set: HashSet<&str> = map.keys().collect();
    spec.properties.keys().map(String::as_str).filter(|known| !set.contains(known)).collect()
}

pub(super) fn unknown(
    schema: &Schema,
    spec: &SchemaNode,
    unset: &[&str],
    name: &str,
    at: &At<'_>,
) -> Fault {
    let at = at.clone().keyed();
    let mut found = fault(&faults::UNKNOWN_FIELD, ErrorType::Invalid, &at, "");
    found.detail = format!("unknown field `{}`", found.path);
    found.wording = Wording::Sentence;
    found.on_presence(&at);
    found.is_choice = is_choice(name, |word| spec.properties.contains_key(word));
    let near = nearest(name, unset.iter().copied());
    // A name that is right elsewhere in the kind stands in the wrong place, rather than being spelt wrong by several letters.
    let is_far = |near: &str| strsim::damerau_levenshtein(name, near) > 1;
    let places = match near {
        Some(near) if !is_far(near) => Vec::new(),
        _ => places(schema, name),
    };
    if let Some(near) = near.filter(|_| places.is_empty()) {
        found.near(Some(near)).replace_with(near);
        return found;
    }
    found.is_stray = true;
    if !places.is_empty() {
        let places: Vec<_> = places.iter().map(|place| format!("`{place}`")).collect();
        found.help(format!("`{name}` is a field of {}", places.join(" and of ")));
        return found;
    }
    let mut known: Vec<_> = spec.properties.keys().map(String::as_str).collect();
    known.sort_unstable();
    match known.len() {
        0 => &mut found,
        1..=12 => found.help(format!("known here: {}", known.join(", "))),
        count => {
            found.help(format!("known here: {} and {} more", known[..10].join(", "), count - 10))
        }
    };
    found
}

/// The nearest places of the schema that have a field of this name.
fn places(schema: &Schema, name: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut seen = HashSet::new();
    let mut queue = VecDeque::from([(schema.root, String::new())]);
    while let Some((id, path)) = queue.pop_front() {
        let id: Id = schema.resolve(id);
        if !seen.insert(id) || seen.len() > SEARCH || found.len() == 2 {
            continue;
        }
        let node = schema.node(id);
        if node.properties.contains_key(name) {
            found.push(if path.is_empty() { "the object itself".to_owned() } else { path.clone() });
        }
        let mut properties: Vec<_> = node.properties.iter().collect();
        properties.sort_unstable();
        for (key, child) in properties {
            if path.is_empty() && matches!(key.as_str(), "metadata" | "status") {
                continue;
            }
            let dot = if path.is_empty() { "" } else { "." };
            queue.push_back((*child, format!("{path}{dot}{key}")));
        }
        if let Some(items) = node.items {
            queue.push_back((items, format!("{path}[]")));
        }
        if let Additional::Schema(values) = node.additional {
            queue.push_back((values, format!("{path}.*")));
        }
    }
    found
}
