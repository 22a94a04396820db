//! `from`: facts read from where they live, files of the repository.
//!
//! Owns: the way from a file to a value in it. Must not know: what the value is for.

use super::Loader;
use super::place::Place;
use super::raw::{Raw, RawValue};
use super::read::Entry;
use crate::codes::{FROM_FILE, FROM_PLACE};
use plumb_text::diag::Diagnostic;
use plumb_text::world::unreadable;
use plumb_text::{Location, Source, Span, conflicts};
use plumb_yaml::{YAML_ALIAS, YAML_DUPLICATE_KEY, YAML_LIMIT, YAML_SYNTAX};
use regex::RegexBuilder;
use std::path::Path;
use std::sync::Arc;
use toml::de::DeTable;

/// The bytes that a pattern may take when it is compiled: what a line needs, and no more (`\w{1000}` would take megabytes).
const LARGEST_PATTERN: usize = 256 << 10;

impl<'a> Loader<'a> {
    /// The value that a `from` names; what is wrong with it is reported. `what` it was is said where it is gone.
    pub(super) fn fetch(&mut self, from: &Entry<'a>, was: Option<&str>) -> Option<Raw> {
        let file = from.text("file")?;
        let source = self.file(&file, from)?;
        let found = match from.placed("at") {
            Some(at) => {
                let place = match Place::read(&at.text) {
                    Ok(place) => place,
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
                let documents = self.documents(&file, &source, from)?;
                match place.find(&documents) {
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

    /// The documents of a file; what is no TOML, JSON or YAML is reported once, and none of it is read.
    fn documents(
        &mut self,
        file: &str,
        source: &Arc<Source>,
        from: &Entry<'a>,
    ) -> Option<Arc<[Raw]>> {
        if let Some(known) = self.fetched.documents.get(file) {
            return known.clone();
        }
        let documents = match documents(&file.to_ascii_lowercase(), source) {
            Ok(documents) => Some(documents.into()),
            Err(Broken { language, span, message }) => {
                let message = format!("`{file}` is not valid {language}: {message}");
                let finding = Diagnostic::new(&FROM_FILE, from.location_of("file"), message)
                    .related(Location::new(source, span), "here");
                self.findings.push(finding.help(
                    "mend the file; a text that is none of TOML, JSON and YAML is read by `pattern`",
                ));
                None
            }
        };
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
        let expression = match RegexBuilder::new(&pattern)
            .multi_line(true)
            .size_limit(LARGEST_PATTERN)
            .build()
        {
            Ok(expression) if expression.captures_len() == 2 => expression,
            Ok(expression) => {
                let groups = expression.captures_len() - 1;
                let message = format!("the pattern has {groups} groups, and needs one");
                self.report(&FROM_PLACE, at, message);
                return None;
            }
            Err(error) => {
                // of a syntax error, what is before the last line is the pattern again
                let reason = error.to_string();
                let reason = reason.lines().last().unwrap_or("");
                let reason = reason.strip_prefix("error: ").unwrap_or(reason);
                self.report(&FROM_PLACE, at, format!("the pattern can't be read: {reason}"));
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

/// Why a file can't be read: as what, and the first thing that is wrong.
struct Broken {
    language: &'static str,
    span: Span,
    message: String,
}

impl Broken {
    fn new(language: &'static str, source: &Source, span: Span, message: &str) -> Broken {
        match conflicts(source.text()).first() {
            Some([opens, ..]) => {
                let message = "a merge conflict is not resolved".to_owned();
                Broken { language, span: *opens, message }
            }
            None => Broken { language, span, message: message.to_owned() },
        }
    }
}

/// The documents of a file by its name, in lower case: of a lock file or of one without such a name, whatever it is written in.
fn documents(name: &str, source: &Arc<Source>) -> Result<Vec<Raw>, Broken> {
    let is_named = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    if is_named(&[".toml"]) {
        return toml(source);
    }
    if is_named(&[".json", ".yaml", ".yml"]) {
        return yaml(source);
    }
    // no text with anything in it is both; of one that is neither, what was read further is meant
    toml(source).or_else(|one| {
        yaml(source).map_err(|other| if one.span.start > other.span.start { one } else { other })
    })
}

fn toml(source: &Arc<Source>) -> Result<Vec<Raw>, Broken> {
    let text = source.text();
    let (table, errors) = DeTable::parse_recoverable(text);
    let Some(first) = errors.first() else {
        return Ok(vec![Raw::of_table(source, table.get_ref())]);
    };
    let span = first.span().map_or(Span::at(0), Span::from);
    let end = span.end.min(text.len());
    let span = Span::new(span.start.min(end), end);
    Err(Broken::new("TOML", source, span, first.message()))
}

/// YAML, or JSON with comments or without. What YAML has and Kubernetes has not, as the key `on` of a workflow, is no error here.
fn yaml(source: &Arc<Source>) -> Result<Vec<Raw>, Broken> {
    let text = source.text();
    let composed = plumb_yaml::compose_commented(text);
    let is_broken = |problem: &&plumb_yaml::Problem| {
        let codes = [&YAML_SYNTAX, &YAML_DUPLICATE_KEY, &YAML_ALIAS, &YAML_LIMIT];
        !problem.is_yaml && codes.iter().any(|code| problem.code.name == code.name)
    };
    match composed.problems.iter().find(is_broken) {
        None => Ok(composed.roots.iter().map(|root| Raw::of_yaml(source, root)).collect()),
        Some(problem) => {
            let is_json = text.trim_start().starts_with(['{', '[']);
            let language = if is_json { "JSON" } else { "YAML" };
            Err(Broken::new(language, source, problem.span, &problem.message))
        }
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
