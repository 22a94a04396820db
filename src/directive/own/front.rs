//! The file of a directive: TOML between `+++`, then the Markdown that it writes.

use super::argument::{Argument, Kind};
use super::def::{Directives, Example, Let, Own};
use super::schema::{ARGUMENT, EXAMPLE, FILE, Key, PLACES};
use crate::content::plain;
use crate::diag::Diagnostic;
use crate::directive::codes::BAD_DIRECTIVE;
use crate::markdown::{self, Cut, MALFORMED_DIRECTIVE, template};
use crate::model::{Dimension, Units};
use crate::text::{Location, Source, Span, Spanned, TextMap};
use std::path::Path;
use std::sync::Arc;
use toml::de::{DeTable, DeValue};

const MARK: &str = "+++";

/// The directives of these files, and what is wrong with how they are written. A file that begins with no `+++` is none.
pub fn read(files: &[Arc<Source>], units: &Units) -> (Directives, Vec<Diagnostic>) {
    let mut findings = Vec::new();
    let all = files.iter().filter_map(|file| directive(file, units, &mut findings));
    let all = all.map(|own| (own.name.clone(), own)).collect();
    (Directives { all }, findings)
}

/// The directive of a file, if it is one. What is wrong with the file is told, and then no use of it is.
fn directive(source: &Arc<Source>, units: &Units, findings: &mut Vec<Diagnostic>) -> Option<Own> {
    let text = source.text();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let bom = source.text().len() - text.len();
    let first = text.split_inclusive('\n').next()?;
    if first.trim_end() != MARK {
        return None;
    }
    let name = Path::new(source.path()).file_stem()?.to_string_lossy().into_owned();
    let location = Location::new(source, Span::new(bom, bom + MARK.len()));
    let mut reader = Reader { source, units, findings, is_good: true };
    let start = bom + first.len();
    let mut at = start;
    let mut end = None;
    for line in source.text()[start..].split_inclusive('\n') {
        if line.trim_end() == MARK {
            end = Some((at, at + line.len()));
            break;
        }
        at += line.len();
    }
    let Some((end, body)) = end else {
        reader.wrong(location, "the front matter is not closed by a line `+++`".to_owned());
        return None;
    };
    // What stands before it is blank here, so that every span is one of the file.
    let padded = format!("{}{}", " ".repeat(start), &source.text()[start..end]);
    let (table, errors) = DeTable::parse_recoverable(&padded);
    for error in errors {
        let span = error.span().map_or(Span::at(start), Span::from);
        reader.wrong(Location::new(source, span), error.message().to_owned());
    }
    let table = table.get_ref();
    reader.known(table, FILE, "a directive's file");
    let summary = reader.text(table, "summary");
    if summary.is_none() {
        let message = "a directive's file needs a `summary`: one line about what it writes";
        reader.wrong(location.clone(), message.to_owned());
    }
    let place = reader.text(table, "place");
    if let Some(place) = &place
        && !PLACES.contains(&place.value.as_str())
    {
        let at = Location::new(source, place.span);
        reader.wrong(at, format!("`place` is `block` or `inline`, not `{}`", place.value));
    }
    let is_inline = place.is_some_and(|place| place.value == "inline");
    let allows_html = reader.bool(table, "html").unwrap_or(false);
    let args = reader.args(table);
    let lets = reader.lets(table);
    let examples = reader.examples(table);
    let cut = Cut::whole(source.text(), Span::new(body, source.text().len()));
    // Of running text the last line end is no part.
    let cut = match is_inline {
        true => {
            let text = cut.text();
            let from = text.len() - text.trim_start().len();
            cut.slice(Span::new(from, from + text.trim().len()))
        }
        false => {
            let text = cut.text();
            let blank: usize = text
                .split_inclusive('\n')
                .take_while(|line| line.trim().is_empty())
                .map(str::len)
                .sum();
            cut.slice(Span::new(blank, text.len().max(blank)))
        }
    };
    let (template, faults) = template(&cut);
    for fault in faults {
        let at = Location::new(source, fault.span);
        reader.is_good = false;
        let finding = Diagnostic::new(&MALFORMED_DIRECTIVE, at, fault.message).help(fault.help);
        reader.findings.push(finding);
    }
    if cut.text().trim().is_empty() {
        reader
            .wrong(location.clone(), "there is nothing below the front matter to write".to_owned());
    }
    Some(Own {
        name,
        summary: summary.map(|summary| summary.value).unwrap_or_default(),
        is_inline,
        args,
        examples,
        location,
        allows_html,
        lets,
        text: cut,
        template,
        map: TextMap::identity(source),
        is_good: reader.is_good,
    })
}

struct Reader<'a> {
    source: &'a Arc<Source>,
    units: &'a Units,
    findings: &'a mut Vec<Diagnostic>,
    is_good: bool,
}

impl Reader<'_> {
    fn wrong(&mut self, at: Location, message: String) -> &mut Diagnostic {
        self.is_good = false;
        self.findings.push(Diagnostic::new(&BAD_DIRECTIVE, at, message));
        self.findings.last_mut().expect("just pushed")
    }

    fn at(&self, span: std::ops::Range<usize>) -> Location {
        Location::new(self.source, Span::from(span))
    }

    /// Tells of the keys that a table does not have.
    fn known(&mut self, table: &DeTable<'_>, keys: &[Key], of: &str) {
        let keys: Vec<&str> = keys.iter().map(|key| key.name).collect();
        for (key, _) in table {
            let name = key.get_ref().as_ref();
            if !keys.contains(&name) {
                let at = self.at(key.span());
                self.is_good = false;
                let message = format!("{of} has no `{name}`");
                let finding = Diagnostic::new(&BAD_DIRECTIVE, at, message);
                let help = format!("there are: {}", keys.join(", "));
                self.findings.push(finding.did_you_mean(name, keys.iter().copied()).help(help));
            }
        }
    }

    fn wanted(&mut self, value: &toml::Spanned<DeValue<'_>>, key: &str, what: &str) {
        let at = self.at(value.span());
        self.wrong(at, format!("`{key}` is {what}"));
    }

    fn text(&mut self, table: &DeTable<'_>, key: &str) -> Option<Spanned<String>> {
        let value = table.get(key)?;
        match value.get_ref() {
            DeValue::String(text) => {
                Some(Spanned::new(text.as_ref().to_owned(), Span::from(value.span())))
            }
            _ => {
                self.wanted(value, key, "a text");
                None
            }
        }
    }

    fn bool(&mut self, table: &DeTable<'_>, key: &str) -> Option<bool> {
        let value = table.get(key)?;
        match value.get_ref() {
            DeValue::Boolean(truth) => Some(*truth),
            _ => {
                self.wanted(value, key, "`true` or `false`");
                None
            }
        }
    }

    fn texts(&mut self, table: &DeTable<'_>, key: &str) -> Vec<String> {
        let Some(value) = table.get(key) else { return Vec::new() };
        let DeValue::Array(items) = value.get_ref() else {
            self.wanted(value, key, "a list of texts");
            return Vec::new();
        };
        let mut texts = Vec::new();
        for item in items {
            match item.get_ref() {
                DeValue::String(text) => texts.push(text.as_ref().to_owned()),
                _ => self.wanted(item, key, "a list of texts"),
            }
        }
        texts
    }

    /// The tables under the keys of a table.
    fn args(&mut self, table: &DeTable<'_>) -> Vec<Argument> {
        let Some(value) = table.get("args") else { return Vec::new() };
        let DeValue::Table(entries) = value.get_ref() else {
            self.wanted(value, "args", "a table: `[args.NAME]`");
            return Vec::new();
        };
        let mut args: Vec<Argument> = Vec::new();
        for (key, value) in entries {
            let (name, location) = (key.get_ref().as_ref().to_owned(), self.at(key.span()));
            let DeValue::Table(entry) = value.get_ref() else {
                self.wanted(value, &name, "a table: `[args.NAME]`");
                continue;
            };
            self.known(entry, ARGUMENT, "an argument");
            args.extend(self.arg(name, location, entry));
        }
        // The file's order; a table of TOML has none of its own.
        args.sort_by_key(|arg| arg.location.span.start);
        if let Some(second) = args.iter().filter(|arg| arg.positional).nth(1) {
            let message = "only one argument can be written without its key".to_owned();
            let at = second.location.clone();
            self.wrong(at, message);
        }
        args
    }

    fn arg(&mut self, name: String, location: Location, entry: &DeTable<'_>) -> Option<Argument> {
        let words: Vec<&str> = Kind::ALL.iter().map(|(word, _)| *word).collect();
        let Some(kind) = self.text(entry, "kind") else {
            let help = format!("`kind` is one of: {}", words.join(", "));
            let finding = self.wrong(location, format!("the argument `{name}` has no `kind`"));
            finding.help.push(help);
            return None;
        };
        let Some((_, found)) = Kind::ALL.iter().find(|(word, _)| *word == kind.value) else {
            let at = Location::new(self.source, kind.span);
            self.is_good = false;
            let finding =
                Diagnostic::new(&BAD_DIRECTIVE, at, format!("there is no kind `{}`", kind.value));
            let help = format!("there are: {}", words.join(", "));
            self.findings.push(finding.did_you_mean(&kind.value, words).help(help));
            return None;
        };
        let choices = self.texts(entry, "choices");
        if choices.is_empty() == (*found == Kind::Choice) {
            let message = match choices.is_empty() {
                true => "a choice needs its `choices`".to_owned(),
                false => format!("`choices` are for the kind `choice`, not `{}`", kind.value),
            };
            self.wrong(location.clone(), message);
        }
        let dimension = self.dimension(entry, *found);
        let default = entry.get("default").and_then(|value| match value.get_ref() {
            DeValue::String(text) => Some(text.as_ref().to_owned()),
            DeValue::Boolean(truth) => Some(truth.to_string()),
            DeValue::Integer(number) => Some(number.to_string()),
            DeValue::Float(number) => Some(number.to_string()),
            DeValue::Datetime(date) => Some(date.to_string()),
            DeValue::Array(items) if *found == Kind::Options => {
                let ids = items.iter().filter_map(|item| item.get_ref().as_str());
                Some(ids.collect::<Vec<_>>().join(","))
            }
            _ => {
                self.wanted(value, "default", "what a use would write");
                None
            }
        });
        let docs = self
            .text(entry, "docs")
            .map_or_else(String::new, |docs| plain(&markdown::inline(&docs.value)));
        let positional = self.bool(entry, "positional").unwrap_or(false);
        Some(Argument {
            name,
            kind: *found,
            dimension,
            choices,
            default,
            docs,
            positional,
            location,
        })
    }

    fn dimension(&mut self, entry: &DeTable<'_>, kind: Kind) -> Option<Dimension> {
        let named = self.text(entry, "dimension");
        let unit = self.text(entry, "unit");
        let given = named.as_ref().or(unit.as_ref())?;
        let at = Location::new(self.source, given.span);
        if kind != Kind::Quantity {
            self.wrong(at, "only a quantity has a dimension".to_owned());
            return None;
        }
        let found = match (&named, &unit) {
            (Some(name), _) => Dimension::named(&name.value),
            (None, Some(unit)) => self.units.parse(&unit.value).ok().map(|unit| unit.dimension),
            (None, None) => None,
        };
        if found.is_none() {
            let message = match named.is_some() {
                true => format!("there is no dimension `{}`", given.value),
                false => format!("`{}` is no unit", given.value),
            };
            let help = format!("there are: {}; or write a `unit`", Dimension::NAMES.join(", "));
            self.wrong(at, message).help.push(help);
        }
        found
    }

    fn lets(&mut self, table: &DeTable<'_>) -> Vec<Let> {
        let Some(value) = table.get("let") else { return Vec::new() };
        let DeValue::Table(entries) = value.get_ref() else {
            self.wanted(value, "let", "a table of formulas");
            return Vec::new();
        };
        let mut lets = Vec::new();
        for (key, value) in entries {
            let name = Spanned::new(key.get_ref().as_ref().to_owned(), Span::from(key.span()));
            let DeValue::String(text) = value.get_ref() else {
                self.wanted(value, &name.value, "a formula, in quotes");
                continue;
            };
            let whole = Span::from(value.span());
            let inner = whole.len() == text.len() + 2;
            let span = if inner { Span::new(whole.start + 1, whole.end - 1) } else { whole };
            lets.push(Let { name, expression: Cut::of(text, span) });
        }
        lets.sort_by_key(|one| one.name.span.start);
        lets
    }

    fn examples(&mut self, table: &DeTable<'_>) -> Vec<Example> {
        let Some(value) = table.get("example") else { return Vec::new() };
        let DeValue::Array(items) = value.get_ref() else {
            self.wanted(value, "example", "a list: `[[example]]`");
            return Vec::new();
        };
        let mut examples = Vec::new();
        for item in items {
            let DeValue::Table(entry) = item.get_ref() else {
                self.wanted(item, "example", "a list: `[[example]]`");
                continue;
            };
            self.known(entry, EXAMPLE, "an example");
            match (self.text(entry, "use"), self.text(entry, "gives")) {
                (Some(call), Some(gives)) => {
                    let location = Location::new(self.source, gives.span);
                    examples.push(Example { call: call.value, gives: gives.value, location });
                }
                _ => {
                    let at = self.at(item.span());
                    self.wrong(at, "an example needs a `use` and what that `gives`".to_owned());
                }
            }
        }
        examples
    }
}
