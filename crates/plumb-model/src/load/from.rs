//! `from`: facts read from where they live, files of the repository.
//!
//! Owns: the way from a file to a value in it. Must not know: what the value is for.

use super::Loader;
use super::raw::{Raw, RawValue};
use super::read::Entry;
use crate::codes::{FROM_FILE, FROM_PLACE};
use plumb_text::diag::Diagnostic;
use plumb_text::world::unreadable;
use plumb_text::{Location, Source, Span};
use regex::Regex;
use std::path::Path;
use std::sync::Arc;
use toml::de::DeTable;

/// A step of the way to a value: a key, a place in a list, or the item with such a value.
#[derive(Clone, Debug, PartialEq)]
enum Step {
    Key(String),
    Index(usize),
    With(String, String),
}

impl<'a> Loader<'a> {
    /// The value that a `from` names; what is wrong with it is reported. `what` it was is said where it is gone.
    pub(super) fn fetch(&mut self, from: &Entry<'a>, was: Option<&str>) -> Option<Raw> {
        let file = from.text("file")?;
        let source = self.file(&file, from)?;
        let found = match from.placed("at") {
            Some(at) => {
                let steps = match steps(&at.text) {
                    Ok(steps) => steps,
                    Err(offset) => {
                        let message = format!("the place `{}` can't be read", at.text);
                        let span = Span::new(offset.min(at.text.len()), at.text.len());
                        let finding = self.report(&FROM_PLACE, at.locate(span), message);
                        finding.help.push(
                            "it is keys with dots between: `a.\"b.c\".d[0]`, `e[name=f].g`".into(),
                        );
                        return None;
                    }
                };
                let documents = self.documents(&file, &source);
                match walk(&documents, &steps) {
                    Ok(found) => found,
                    Err((message, known)) => {
                        let message = format!("`{file}` {message}");
                        let mut finding =
                            Diagnostic::new(&FROM_PLACE, at.location.clone(), message);
                        if let Some((given, known)) = known {
                            finding =
                                finding.did_you_mean(&given, known.iter().map(String::as_str));
                            finding = finding.help(format!("there is: {}", list(&known)));
                        }
                        self.findings.push(with_was(finding, was));
                        return None;
                    }
                }
            }
            None => Raw {
                value: RawValue::Text(source.text().to_owned()),
                location: Location::new(&source, Span::new(0, source.text().len())),
            },
        };
        let found = self.matched(from, &file, found, was)?;
        self.part(from, &file, found, was)
    }

    fn file(&mut self, file: &str, from: &Entry<'a>) -> Option<Arc<Source>> {
        if let Some(known) = self.fetched.files.get(file) {
            return known.clone();
        }
        let found = self.world.source(Path::new(file));
        let source = match found {
            Ok(source) => Some(source),
            Err(error) => {
                let at = from.location_of("file");
                self.findings.push(unreadable(&FROM_FILE, at, &format!("`{file}`"), &error));
                None
            }
        };
        self.fetched.files.insert(file.to_owned(), source.clone());
        source
    }

    fn documents(&mut self, file: &str, source: &Arc<Source>) -> Arc<[Raw]> {
        if let Some(known) = self.fetched.documents.get(file) {
            return known.clone();
        }
        let text = source.text();
        let name = file.to_ascii_lowercase();
        let is_json = text.trim_start().starts_with(['{', '[']) && !name.ends_with(".toml");
        let is_toml = name.ends_with(".toml") || name.ends_with(".lock") && !is_json;
        let documents: Vec<Raw> = if is_toml {
            let (table, _) = DeTable::parse_recoverable(text);
            vec![Raw::of_table(source, table.get_ref())]
        } else {
            let composed = plumb_yaml::compose(text);
            composed.roots.iter().map(|root| Raw::of_yaml(source, root)).collect()
        };
        let documents: Arc<[Raw]> = documents.into();
        self.fetched.documents.insert(file.to_owned(), documents.clone());
        documents
    }

    /// What a pattern finds in a text.
    fn matched(
        &mut self,
        from: &Entry<'a>,
        file: &str,
        raw: Raw,
        was: Option<&str>,
    ) -> Option<Raw> {
        let Some(pattern) = from.text("pattern") else {
            if from.get("at").is_none() {
                let message = "say the place in the file: `at` or `pattern`";
                self.report(&FROM_PLACE, from.location(), message);
                return None;
            }
            return Some(raw);
        };
        let at = from.location_of("pattern");
        let expression = match Regex::new(&format!("(?m){pattern}")) {
            Ok(expression) if expression.captures_len() == 2 => expression,
            Ok(expression) => {
                let groups = expression.captures_len() - 1;
                let message = format!("the pattern has {groups} groups, and needs one");
                self.report(&FROM_PLACE, at, message);
                return None;
            }
            Err(error) => {
                let message = format!("the pattern is no regular expression: {error}");
                let first = message.lines().last().unwrap_or("").to_owned();
                self.report(&FROM_PLACE, at, format!("the pattern can't be read: {first}"));
                return None;
            }
        };
        let Some(text) = raw.text() else {
            let message = format!("the pattern is for a text, and the place holds {}", raw.what());
            self.report(&FROM_PLACE, at, message);
            return None;
        };
        let mut found = expression.captures_iter(&text).filter_map(|found| found.get(1));
        let locate = |span: Span| {
            let whole = raw.location.source.text().get(raw.location.span.range()) == Some(&text);
            let span = if whole { span.shift(raw.location.span.start) } else { raw.location.span };
            Location::new(&raw.location.source, span)
        };
        match (found.next(), found.next()) {
            (Some(one), None) => Some(Raw {
                value: RawValue::Text(one.as_str().to_owned()),
                location: locate(one.range().into()),
            }),
            (None, _) => {
                let finding = Diagnostic::new(
                    &FROM_PLACE,
                    at,
                    format!("nothing in `{file}` matches the pattern"),
                );
                self.findings.push(with_was(finding, was));
                None
            }
            (Some(one), Some(other)) => {
                let message = format!("more than one place in `{file}` matches the pattern");
                let finding = Diagnostic::new(&FROM_PLACE, at, message)
                    .related(locate(one.range().into()), "the first")
                    .related(locate(other.range().into()), "the second");
                self.findings.push(finding.help("let it match once: name what stands beside it"));
                None
            }
        }
    }

    /// A part of an image.
    fn part(&mut self, from: &Entry<'a>, file: &str, raw: Raw, was: Option<&str>) -> Option<Raw> {
        let Some(part) = from.text("part") else { return Some(raw) };
        let image = raw.text().unwrap_or_default();
        let (name, digest) = match image.split_once('@') {
            Some((name, digest)) => (name, Some(digest)),
            None => (image.as_str(), None),
        };
        let (repository, tag) = match name.rsplit_once(':') {
            Some((repository, tag)) if !tag.contains('/') => (repository, Some(tag)),
            _ => (name, None),
        };
        let found = match part.as_str() {
            "tag" => tag,
            "digest" => digest,
            _ => Some(repository),
        };
        let Some(found) = found.filter(|found| !found.is_empty()) else {
            let message = format!("the image `{image}` in `{file}` has no {part}");
            let at = from.location_of("part");
            let finding = Diagnostic::new(&FROM_PLACE, at, message).related(raw.location, "here");
            self.findings.push(with_was(finding, was));
            return None;
        };
        let text = raw.location.source.text().get(raw.location.span.range()).unwrap_or("");
        let span = text.rfind(found).map(|at| Span::new(at, at + found.len()));
        let span = span.map_or(raw.location.span, |span| span.shift(raw.location.span.start));
        let location = Location::new(&raw.location.source, span);
        Some(Raw { value: RawValue::Text(found.to_owned()), location })
    }
}

/// What stood there when someone last looked, where that is known.
fn with_was(finding: Diagnostic, was: Option<&str>) -> Diagnostic {
    match was {
        Some(was) => finding.help(format!("it was `{was}` when someone last looked")),
        None => finding,
    }
}

/// The first names of some, for a finding.
fn list(names: &[String]) -> String {
    const MOST: usize = 12;
    let mut shown: Vec<String> = names.iter().take(MOST).cloned().collect();
    if names.len() > MOST {
        shown.push("…".to_owned());
    }
    if shown.is_empty() { "nothing".to_owned() } else { shown.join(", ") }
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
            steps.push(match inside.split_once('=') {
                Some((key, value)) => {
                    let value = value.trim().trim_matches(['"', '\'']);
                    Step::With(key.trim().to_owned(), value.to_owned())
                }
                None => Step::Index(inside.trim().parse().map_err(|_| offset(inner))?),
            });
            rest = &inner[end + 1..];
            continue;
        }
        if !steps.is_empty() {
            rest = match rest.strip_prefix('.') {
                Some(behind) => behind,
                // `Deployment/web:spec`: the document, then the place in it
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

/// What is wrong with a place: words, and what was asked for with what there is.
type Lost = (String, Option<(String, Vec<String>)>);

/// The value at a place, in the one document that has it.
fn walk(documents: &[Raw], steps: &[Step]) -> Result<Raw, Lost> {
    let mut steps = steps.to_vec();
    let mut wanted = None;
    if let Some(Step::Key(first)) = steps.first_mut()
        && let Some((document, key)) = first.clone().split_once(':')
        && document.contains('/')
    {
        wanted = Some(document.to_owned());
        *first = key.to_owned();
    }
    let heads: Vec<String> = documents.iter().map(head).collect();
    let mut lost: Option<Lost> = None;
    let mut found: Vec<Raw> = Vec::new();
    for (document, head) in documents.iter().zip(&heads) {
        if wanted.as_ref().is_some_and(|wanted| wanted != head) {
            continue;
        }
        match within(document, &steps) {
            Ok(value) => found.push(value),
            Err(reason) => lost = lost.or(Some(reason)),
        }
    }
    match (found.len(), wanted) {
        (1, _) => Ok(found.remove(0)),
        (0, Some(wanted)) if lost.is_none() => {
            Err((format!("has no document `{wanted}`"), Some((wanted, heads))))
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
    for step in steps {
        let next = match (step, &here.value) {
            (Step::Key(key), RawValue::Map(entries)) => {
                entries.iter().find(|(name, _)| name == key).map(|(_, value)| value)
            }
            (Step::Index(index), RawValue::List(items)) => items.get(*index),
            (Step::With(key, value), RawValue::List(items)) => {
                let is_one = |item: &&Raw| match &item.value {
                    RawValue::Map(entries) => entries
                        .iter()
                        .any(|(name, found)| name == key && found.text().as_ref() == Some(value)),
                    _ => false,
                };
                items.iter().find(is_one)
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
            Step::With(key, value) => format!("{path}[{key}={value}]"),
        };
    }
    Ok(here.clone())
}

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
        (Step::With(key, value), RawValue::List(items)) => {
            let known = items.iter().filter_map(|item| match &item.value {
                RawValue::Map(entries) => {
                    entries.iter().find(|(name, _)| name == key).and_then(|(_, raw)| raw.text())
                }
                _ => None,
            });
            let message = format!("has no item with `{key}` `{value}`{place}");
            (message, Some((value.clone(), known.collect())))
        }
        (Step::Key(key), _) => (format!("has {}{place}, which has no `{key}`", here.what()), None),
        _ => (format!("has {}{place}, which has no items", here.what()), None),
    }
}

#[cfg(test)]
mod tests {
    use super::{Step, steps};

    #[test]
    fn places_are_read_step_by_step() {
        let key = |key: &str| Step::Key(key.to_owned());
        let with = |key: &str, value: &str| Step::With(key.to_owned(), value.to_owned());
        for (at, wanted) in [
            ("package.version", Ok(vec![key("package"), key("version")])),
            ("a.\"b.c\".d", Ok(vec![key("a"), key("b.c"), key("d")])),
            (
                "package[name=serde].version",
                Ok(vec![key("package"), with("name", "serde"), key("version")]),
            ),
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
}
