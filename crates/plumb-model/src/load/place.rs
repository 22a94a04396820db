//! Places in files: `at`, the way through keys and lists to a value.
//!
//! Owns: how a place is written ([`Place::read`]), and what stands there ([`Place::find`]). Must not know: where the file is from.

use super::raw::{Raw, RawValue};
use std::collections::HashSet;

/// The way to a value: of several documents, the kind and name of the one, and the steps in it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Place {
    document: Option<String>,
    steps: Vec<Step>,
}

/// A step of the way to a value: a key, a place in a list, or the item with such values.
#[derive(Clone, Debug, PartialEq)]
enum Step {
    Key(String),
    Index(usize),
    With(Vec<(String, String)>),
}

impl Place {
    /// Reads a place; or the offset of what can't be read.
    pub(super) fn read(at: &str) -> Result<Place, usize> {
        let (document, rest) = match document(at) {
            Some((document, rest)) => (Some(document), rest),
            None => (None, at),
        };
        let steps = steps(rest).map_err(|offset| at.len() - rest.len() + offset)?;
        Ok(Place { document, steps })
    }

    /// The value there, in the one document that has it.
    pub(super) fn find(&self, documents: &[Raw]) -> Result<Raw, Lost> {
        walk(documents, self)
    }
}

/// The document that a place begins with, `KIND/NAME:`, and what is behind it. Names have dots and colons of their own, these in
/// quotes; so may the keys of a place without a document.
fn document(at: &str) -> Option<(String, &str)> {
    let (mut name, mut quote, mut is_item) = (String::new(), None, false);
    for (offset, character) in at.char_indices() {
        match (character, quote) {
            (_, Some(open)) if character == open => quote = None,
            (_, Some(_)) => name.push(character),
            ('"' | '\'', None) => quote = Some(character),
            (':', None) if !is_item => {
                return name.contains('/').then_some((name, &at[offset + 1..]));
            }
            (_, None) => {
                is_item = character == '[' || is_item && character != ']';
                name.push(character);
            }
        }
    }
    None
}

/// The steps of a place; or the offset of what can't be read.
fn steps(at: &str) -> Result<Vec<Step>, usize> {
    let mut steps = Vec::new();
    let mut rest = at;
    let offset = |rest: &str| at.len() - rest.len();
    while !rest.is_empty() {
        if let Some(inner) = rest.strip_prefix('[') {
            let end = inner.find(']').ok_or(offset(rest))?;
            let inside = &inner[..end];
            steps.push(match inside.contains('=') {
                true => Step::With(conditions(inside)),
                false => Step::Index(inside.trim().parse().map_err(|_| offset(inner))?),
            });
            rest = &inner[end + 1..];
            continue;
        }
        if !steps.is_empty() {
            rest = match rest.strip_prefix('.') {
                Some(behind) => behind,
                None => return Err(offset(rest)),
            };
        }
        let (key, behind) = match rest.chars().next() {
            Some(quote @ ('"' | '\'')) => {
                let end = rest[1..].find(quote).ok_or(offset(rest))?;
                (&rest[1..=end], &rest[end + 2..])
            }
            _ => rest.split_at(rest.find(['.', '[']).unwrap_or(rest.len())),
        };
        if key.is_empty() {
            return Err(offset(rest));
        }
        steps.push(Step::Key(key.to_owned()));
        rest = behind;
    }
    if steps.is_empty() { Err(0) } else { Ok(steps) }
}

/// What an item has to have: `name=syn, version=1.0.109`. A comma that no `KEY=` follows is one of the value.
fn conditions(inside: &str) -> Vec<(String, String)> {
    let mut conditions: Vec<(String, String)> = Vec::new();
    for part in inside.split(',') {
        match (part.split_once('='), conditions.last_mut()) {
            (Some((key, value)), _) => conditions.push((key.trim().to_owned(), value.to_owned())),
            (None, Some((_, value))) => value.extend([",", part]),
            (None, None) => {}
        }
    }
    for (_, value) in &mut conditions {
        *value = value.trim().trim_matches(['"', '\'']).to_owned();
    }
    conditions
}

/// What is wrong with a place: words, and what was asked for with what there is.
type Lost = (String, Option<(String, Vec<String>)>);

/// The value at a place, in the one document that has it.
fn walk(documents: &[Raw], Place { document: wanted, steps }: &Place) -> Result<Raw, Lost> {
    let heads: Vec<String> = documents.iter().map(head).collect();
    let mut lost: Option<Lost> = None;
    let mut found: Vec<Raw> = Vec::new();
    for (document, head) in documents.iter().zip(&heads) {
        if wanted.as_ref().is_some_and(|wanted| wanted != head) {
            continue;
        }
        match within(document, steps) {
            Ok(value) => found.push(value),
            Err(reason) => lost = lost.or(Some(reason)),
        }
    }
    match (found.len(), wanted.as_ref()) {
        (1, _) => Ok(found.remove(0)),
        (0, Some(wanted)) if lost.is_none() => {
            Err((format!("has no document `{wanted}`"), Some((wanted.clone(), heads))))
        }
        (0, _) => Err(lost.unwrap_or(("holds nothing".to_owned(), None))),
        (count, _) => {
            let message = format!("has {count} documents with this place: name one, `KIND/NAME:`");
            Err((message, Some((String::new(), heads))))
        }
    }
}

/// A document's kind and name: `Deployment/web`.
fn head(document: &Raw) -> String {
    let text = |at: &[&str]| {
        let steps: Vec<Step> = at.iter().map(|key| Step::Key((*key).to_owned())).collect();
        within(document, &steps).ok().and_then(|found| found.text()).unwrap_or_default()
    };
    format!("{}/{}", text(&["kind"]), text(&["metadata", "name"]))
}

fn within(document: &Raw, steps: &[Step]) -> Result<Raw, Lost> {
    let mut here = document;
    let mut path = String::new();
    for (index, step) in steps.iter().enumerate() {
        let next = match (step, &here.value) {
            (Step::Key(key), RawValue::Map(entries)) => {
                entries.iter().find(|(name, _)| name == key).map(|(_, value)| value)
            }
            (Step::Index(index), RawValue::List(items)) => items.get(*index),
            (Step::With(conditions), RawValue::List(items)) => {
                let is_one = |(_, item): &(usize, &Raw)| {
                    (conditions.iter()).all(|(key, value)| said(item, key).as_ref() == Some(value))
                };
                let found: Vec<(usize, &Raw)> = items.iter().enumerate().filter(is_one).collect();
                if found.len() > 1 {
                    return Err(several(&found, conditions, &steps[index + 1..], &path));
                }
                found.first().map(|(_, item)| *item)
            }
            _ => None,
        };
        match next {
            Some(next) => here = next,
            None => return Err(lost(here, step, &path)),
        }
        path = match step {
            Step::Key(key) if path.is_empty() => key.clone(),
            Step::Key(key) => format!("{path}.{key}"),
            Step::Index(index) => format!("{path}[{index}]"),
            Step::With(conditions) => format!("{path}[{}]", shown(conditions)),
        };
    }
    Ok(here.clone())
}

/// What an item says under a key.
fn said(item: &Raw, key: &str) -> Option<String> {
    let RawValue::Map(entries) = &item.value else { return None };
    entries.iter().find(|(name, _)| name == key).and_then(|(_, raw)| raw.text())
}

/// Conditions as a place has them.
fn shown(conditions: &[(String, String)]) -> String {
    let shown: Vec<String> =
        conditions.iter().map(|(key, value)| format!("{key}={value}")).collect();
    shown.join(", ")
}

/// Conditions in the words of a finding.
fn listed(conditions: &[(String, String)]) -> String {
    let listed: Vec<String> =
        conditions.iter().map(|(key, value)| format!("`{key}` `{value}`")).collect();
    listed.join(" and ")
}

/// Why a step leads to more than one item, what each of them holds at the rest of the way, and how each is named alone: by a
/// value that no other one has, else by its place in the list.
fn several(
    found: &[(usize, &Raw)],
    conditions: &[(String, String)],
    rest: &[Step],
    path: &str,
) -> Lost {
    let holds = |item: &Raw| match within(item, rest) {
        Ok(value) => match value.text() {
            Some(text) => format!("`{text}`"),
            None => value.what().to_owned(),
        },
        Err(_) => "nothing".to_owned(),
    };
    let values: Vec<String> = found.iter().take(MOST_SHOWN).map(|(_, item)| holds(item)).collect();
    let keys = match found.first().map(|(_, first)| &first.value) {
        Some(RawValue::Map(entries)) => entries.as_slice(),
        _ => &[],
    };
    let is_apart = |key: &&str| {
        let mut seen = HashSet::new();
        found.iter().all(|(_, item)| said(item, key).is_some_and(|value| seen.insert(value)))
    };
    let apart = keys.iter().map(|(key, _)| key.as_str()).find(is_apart);
    let exact = found.iter().take(MOST_SHOWN).map(|(index, item)| {
        match apart.and_then(|key| Some((key, said(item, key)?))) {
            Some((key, value)) => format!("`{path}[{}, {key}={value}]`", shown(conditions)),
            None => format!("`{path}[{index}]`"),
        }
    });
    let message = format!(
        "has {} items with {} in `{path}`, which hold {}",
        found.len(),
        listed(conditions),
        values.join(", "),
    );
    (message, Some((String::new(), exact.collect())))
}

/// How many of several items a finding tells of.
const MOST_SHOWN: usize = 6;

/// Why a step leads nowhere.
fn lost(here: &Raw, step: &Step, path: &str) -> Lost {
    let place = if path.is_empty() { String::new() } else { format!(" in `{path}`") };
    match (step, &here.value) {
        (Step::Key(key), RawValue::Map(entries)) => {
            let known = entries.iter().map(|(name, _)| name.clone()).collect();
            (format!("has no `{key}`{place}"), Some((key.clone(), known)))
        }
        (Step::Index(index), RawValue::List(items)) => {
            (format!("has no item {index}{place}: there are {}", items.len()), None)
        }
        (Step::With(conditions), RawValue::List(items)) => {
            // Of several conditions the first that no item meets beside those before it is what is wrong.
            let mut items: Vec<&Raw> = items.iter().collect();
            let mut known = (String::new(), Vec::new());
            for (key, value) in conditions {
                known = (value.clone(), items.iter().filter_map(|item| said(item, key)).collect());
                items.retain(|item| said(item, key).as_ref() == Some(value));
                if items.is_empty() {
                    break;
                }
            }
            (format!("has no item with {}{place}", listed(conditions)), Some(known))
        }
        (Step::Key(key), _) => (format!("has {}{place}, which has no `{key}`", here.what()), None),
        _ => (format!("has {}{place}, which has no items", here.what()), None),
    }
}

#[cfg(test)]
mod tests {
    use super::{Place, Step, steps};

    #[test]
    fn places_are_read_step_by_step() {
        let key = |key: &str| Step::Key(key.to_owned());
        let with = |pairs: &[(&str, &str)]| {
            let own = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
            Step::With(pairs.iter().map(own).collect())
        };
        for (at, wanted) in [
            ("package.version", Ok(vec![key("package"), key("version")])),
            ("a.\"b.c\".d", Ok(vec![key("a"), key("b.c"), key("d")])),
            (
                "package[name=serde].version",
                Ok(vec![key("package"), with(&[("name", "serde")]), key("version")]),
            ),
            (
                "package[name=syn, version='2.0.1'].source",
                Ok(vec![
                    key("package"),
                    with(&[("name", "syn"), ("version", "2.0.1")]),
                    key("source"),
                ]),
            ),
            ("a[b=c,d].e", Ok(vec![key("a"), with(&[("b", "c,d")]), key("e")])),
            ("a[0][12]", Ok(vec![key("a"), Step::Index(0), Step::Index(12)])),
            ("rust-version", Ok(vec![key("rust-version")])),
            ("", Err(0)),
            ("a..b", Err(2)),
            ("a[x]", Err(2)),
            ("a[0", Err(1)),
            ("a[0]b", Err(4)),
            ("'a", Err(0)),
        ] {
            assert_eq!(steps(at), wanted, "{at}");
        }
    }

    #[test]
    fn a_document_is_named_before_the_first_colon() {
        let read = |at: &str| Place::read(at).map(|place| (place.document, place.steps.len()));
        for (at, document, steps) in [
            ("Deployment/web:spec.replicas", Some("Deployment/web"), 2),
            (
                "CustomResourceDefinition/foos.example.com:spec.v",
                Some("CustomResourceDefinition/foos.example.com"),
                2,
            ),
            ("ClusterRole/\"system:node\":rules[0]", Some("ClusterRole/system:node"), 2),
            ("'ClusterRole/system:node':rules[0]", Some("ClusterRole/system:node"), 2),
            // keys of one document
            ("'https://example.com/a:b'.c", None, 2),
            ("images[name=ghcr.io/a:1].tag", None, 3),
            ("scripts.test:unit", None, 2),
            ("paths./a/b", None, 2),
        ] {
            assert_eq!(read(at), Ok((document.map(str::to_owned), steps)), "{at}");
        }
        assert_eq!(read("Job/x:"), Err(6));
        assert_eq!(read("Job/x.y:a..b"), Err(10));
    }
}
