//! From files to a [`Model`]: entries by name, then formulas in the order of their dependence.
//!
//! Owns: what the keys of the tables mean. Must not know: how a key is written in TOML (`read`), what is computed from the
//! model.

mod advice;
mod define;
mod entries;
mod facts;
mod from;
mod place;
mod raw;
mod read;
mod settle;

use super::describe::{Kind, Table};
use super::entry::{Piece, Prose, Text};
use super::formula::names::{Locals, Name};
use super::problem::Problem;
use super::quantity::{Dimension, Given, QuantityError, Rounding, Unit, Written};
use super::{Compiled, Model, tables};
use crate::codes::{
    BAD_FORMULA, BAD_NAME, BAD_QUANTITY, BAD_TOML, DUPLICATE_ENTRY, QUANTITY_ADJUSTED,
    TYPE_MISMATCH, UNKNOWN_ID, WRONG_KIND,
};
use num_traits::ToPrimitive;
use plumb_text::diag::{Code, Diagnostic, Severity, nearest};
use plumb_text::world::{MemWorld, World};
use plumb_text::{Location, Source, Span};
use read::{Entry, File};
use std::collections::HashMap;
use std::sync::Arc;
use toml::Spanned;
use toml::de::DeValue;

/// More places or digits than anyone can read.
const MOST_DIGITS: usize = 60;

/// What CEL does not read as a name.
const RESERVED: [&str; 4] = ["true", "false", "null", "in"];

impl Model {
    /// Reads a model from its files, all of which count as one.
    ///
    /// There is always a model: what is wrong becomes a finding and is left out, so that a page that does not use it can
    /// still be checked.
    pub fn load(files: &[Arc<Source>]) -> (Model, Vec<Diagnostic>) {
        Model::load_in(files, &MemWorld::new::<&str, &str>([], jiff::civil::Date::ZERO))
    }

    /// As [`Model::load`]; the facts that live in other files of the repository (`from`) are read there.
    pub fn load_in(files: &[Arc<Source>], world: &dyn World) -> (Model, Vec<Diagnostic>) {
        let mut findings = Vec::new();
        let files: Vec<File<'_>> =
            files.iter().map(|source| read::parse(source, &mut findings)).collect();
        for file in &files {
            read::check(file.source, &tables::MODEL, &file.table, Span::at(0), &mut findings);
        }
        let mut loader = Loader {
            files: &files,
            findings,
            model: Model::default(),
            world,
            fetched: raw::Fetched::default(),
        };
        loader.settings();
        loader.values();
        loader.facts();
        loader.definitions();
        loader.entries();
        let Loader { mut findings, mut model, fetched, .. } = loader;
        model.fetched = fetched.files.into_keys().collect();
        model.fetched.sort();
        model.is_partial = findings.iter().any(|finding| finding.code == &BAD_TOML);
        let at_fault = findings.iter().filter(|finding| finding.severity == Severity::Error);
        model.unread = at_fault.map(|finding| finding.at.location.around().to_owned()).collect();
        findings.extend(super::audit::at_load(&model));
        // behind a place that is not TOML, what was meant is a guess
        let broken: Vec<Location> = findings
            .iter()
            .filter(|finding| finding.code == &BAD_TOML)
            .map(|finding| finding.at.location.clone())
            .collect();
        let follows = |finding: &Diagnostic| {
            let at = &finding.at.location;
            broken.iter().any(|place| {
                Arc::ptr_eq(&place.source, &at.source) && place.span.start < at.span.start
            })
        };
        findings.retain(|finding| finding.code == &BAD_TOML || !follows(finding));
        findings.sort_by(|a, b| a.at.location.sort_key().cmp(&b.at.location.sort_key()));
        findings.dedup();
        (model, findings)
    }
}

/// A value in progress.
pub(super) struct Loader<'a> {
    files: &'a [File<'a>],
    findings: Vec<Diagnostic>,
    model: Model,
    world: &'a dyn World,
    fetched: raw::Fetched,
}

impl<'a> Loader<'a> {
    fn report(
        &mut self,
        code: &'static Code,
        location: Location,
        message: impl Into<String>,
    ) -> &mut Diagnostic {
        self.findings.push(Diagnostic::new(code, location, message));
        let last = self.findings.len() - 1;
        &mut self.findings[last]
    }

    fn report_all(&mut self, text: &Text, problems: Vec<Problem>) {
        self.findings
            .extend(problems.into_iter().map(|problem| problem.located(|span| text.locate(span))));
    }

    /// The entries of a top-level table, from all files, each name once.
    fn top(&mut self, table: &str) -> Vec<(String, Entry<'a>)> {
        let Some(field) = tables::top(table) else { return Vec::new() };
        let mut found: Vec<(String, Entry<'a>)> = Vec::new();
        let files: &'a [File<'a>] = self.files;
        for file in files {
            let Some(DeValue::Table(entries)) = file.table.get(table).map(Spanned::get_ref) else {
                continue;
            };
            match field.kind {
                Kind::Named(spec) => self.named(file.source, spec, "", entries, &mut found, 0),
                Kind::Map(Kind::Table(spec)) => {
                    for (key, value) in entries {
                        if value.get_ref().is_table() {
                            let entry =
                                Entry { source: file.source, spec, value, key: key.span().into() };
                            found.push((key.get_ref().to_string(), entry));
                        }
                    }
                }
                _ => {}
            }
        }
        let mut first: HashMap<String, Location> = HashMap::new();
        found.retain(|(name, entry)| match first.get(name) {
            Some(earlier) => {
                let message = format!(
                    "{} `{name}` is defined twice",
                    entry.spec.what.split(' ').next_back().unwrap_or("")
                );
                let finding = Diagnostic::new(&DUPLICATE_ENTRY, entry.location(), message);
                self.findings.push(finding.related(earlier.clone(), "defined here first"));
                false
            }
            None => {
                first.insert(name.clone(), entry.location());
                true
            }
        });
        found
    }

    /// Entries whose names have dots: `[figures."a.b"]`, `[figures.a.b]` and `a.b = …` are the same.
    fn named(
        &mut self,
        source: &'a Arc<Source>,
        spec: &'static Table,
        prefix: &str,
        entries: &'a toml::de::DeTable<'a>,
        found: &mut Vec<(String, Entry<'a>)>,
        depth: usize,
    ) {
        for (key, value) in entries {
            let name = if prefix.is_empty() {
                key.get_ref().to_string()
            } else {
                format!("{prefix}.{}", key.get_ref())
            };
            let at: Span = key.span().into();
            if let DeValue::Table(table) = value.get_ref() {
                // A table is an entry, not a folder of entries, if it has a key of one, be it a slip of the pen.
                let required: Vec<_> = spec
                    .fields
                    .iter()
                    .filter(|field| field.required)
                    .map(|field| field.name)
                    .chain(spec.short)
                    .collect();
                let has_own =
                    |(key, value): (&Spanned<std::borrow::Cow<'_, str>>, &Spanned<DeValue<'_>>)| {
                        let field = spec.field(key.get_ref());
                        match (value.get_ref(), field.map(|field| field.kind)) {
                            (DeValue::Table(inner), Some(Kind::Table(own))) => own
                                .fields
                                .iter()
                                .any(|field| field.required && inner.contains_key(field.name)),
                            (DeValue::Table(_), _) => false,
                            (_, field) => {
                                field.is_some()
                                    || nearest(key.get_ref(), required.iter().copied()).is_some()
                            }
                        }
                    };
                if table.is_empty() || table.iter().any(has_own) {
                    read::check(source, spec, table, at, &mut self.findings);
                } else {
                    if depth < 16 {
                        self.named(source, spec, &name, table, found, depth + 1);
                    }
                    continue;
                }
            } else if spec.short.is_none() || value.get_ref().is_array() {
                let message = format!("`{name}` is not {}", spec.what);
                self.report(&WRONG_KIND, Location::new(source, value.span().into()), message);
                continue;
            }
            found.push((name, Entry { source, spec, value, key: at }));
        }
    }

    /// A new name for formulas; false where it cannot be one or is taken.
    fn declare(&mut self, name: &str, meaning: Name, location: &Location) -> bool {
        let part = |part: &str| {
            part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
                && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
                && !RESERVED.contains(&part)
        };
        if !name.split('.').all(part) {
            let suggestion = name.replace(['-', ' '], "_");
            let message = format!("`{name}` cannot be used in formulas");
            let finding = self.report(&BAD_NAME, location.clone(), message);
            finding.help.push(match name.split('.').find(|part| RESERVED.contains(part)) {
                Some(word) => format!("`{word}` is a word of the language of formulas"),
                None => "names are letters (a–z), digits and `_`, with dots between parts".into(),
            });
            if suggestion != name && suggestion.split('.').all(part) {
                finding.help.push(format!("write `{suggestion}`"));
            }
            return false;
        }
        if self.model.names.values.contains_key(name) {
            let other = self.model.location_of_name(name);
            let message = format!("the name `{name}` is taken already");
            let finding = self.report(&DUPLICATE_ENTRY, location.clone(), message);
            if let Some(other) = other {
                finding
                    .related
                    .push(plumb_text::diag::Label { location: other, text: "by this".into() });
            }
            return false;
        }
        self.model.names.values.insert(name.to_owned(), meaning);
        true
    }

    /// A quantity; a finding and none where it cannot be read.
    fn quantity(
        &mut self,
        entry: &Entry<'a>,
        key: &str,
        name: &str,
        unit: Option<&Unit>,
        dimension: Option<Dimension>,
    ) -> Option<Given> {
        let value = entry.get(key)?;
        self.quantity_of(entry.source, value, name, unit, dimension)
    }

    fn quantity_of(
        &mut self,
        source: &Arc<Source>,
        value: &Spanned<DeValue<'_>>,
        name: &str,
        unit: Option<&Unit>,
        dimension: Option<Dimension>,
    ) -> Option<Given> {
        let location = Location::new(source, value.span().into());
        let written = read::written(value.get_ref(), &self.model.units)?;
        self.resolved(written, &location, name, unit, dimension)
    }

    /// What is written, as a quantity; a finding and none where it cannot be one.
    fn resolved(
        &mut self,
        written: Result<Written, QuantityError>,
        location: &Location,
        name: &str,
        unit: Option<&Unit>,
        dimension: Option<Dimension>,
    ) -> Option<Given> {
        let resolved = written.and_then(|written| {
            let given = written.resolve(unit, dimension, name)?;
            if written.kept.is_some_and(|kept| kept == given.quantity.value) {
                let message = "Kubernetes would round or cap this quantity";
                self.findings.push(Diagnostic::new(&QUANTITY_ADJUSTED, location.clone(), message));
            }
            Ok(given)
        });
        match resolved {
            Ok(found) => Some(found),
            Err(error) => {
                let finding = self.report(&BAD_QUANTITY, location.clone(), error.message);
                finding.help.extend(error.help);
                None
            }
        }
    }

    /// How results are rounded, by `places` or `digits`.
    fn rounding(&mut self, entry: &Entry<'a>) -> Option<Rounding> {
        let mut read = |key: &str, least: usize| {
            let number = entry.number(key)?;
            let whole = number.is_integer().then(|| number.to_usize()).flatten();
            let fits = whole.filter(|whole| (least..=MOST_DIGITS).contains(whole));
            if fits.is_none() {
                let message = format!("`{key}` is a whole number from {least} to {MOST_DIGITS}");
                self.report(&WRONG_KIND, entry.location_of(key), message);
            }
            fits
        };
        let (places, digits) = (read("places", 0), read("digits", 1));
        if places.is_some() && digits.is_some() {
            let message = "say either `places` or `digits`";
            self.report(&WRONG_KIND, entry.location_of("digits"), message);
        }
        places.map(Rounding::Places).or(digits.map(Rounding::Digits))
    }

    /// The unit that a key names.
    fn unit(&mut self, entry: &Entry<'a>) -> Option<Unit> {
        let text = entry.text("unit")?;
        match self.model.units.parse(&text) {
            Ok(unit) => Some(unit),
            Err(error) => {
                let finding = self.report(&BAD_QUANTITY, entry.location_of("unit"), error.message);
                finding.help.extend(error.help);
                None
            }
        }
    }

    /// The sources that an entry names; unknown ones become findings.
    fn sources(&mut self, entry: &Entry<'a>) -> Vec<String> {
        let mut ids = Vec::new();
        for (id, span) in entry.texts("source") {
            if self.known_source(&id) {
                ids.push(id);
            } else {
                let known = self.source_ids();
                let location = Location::new(entry.source, span);
                self.unknown_id("source", &id, location, known);
            }
        }
        ids
    }

    fn known_source(&self, id: &str) -> bool {
        self.files.iter().any(|file| {
            matches!(file.table.get("sources").map(Spanned::get_ref), Some(DeValue::Table(table)) if table.contains_key(id))
        })
    }

    fn source_ids(&self) -> Vec<String> {
        let tables =
            self.files.iter().filter_map(|file| file.table.get("sources")?.get_ref().as_table());
        tables.flat_map(|table| table.keys().map(|key| key.get_ref().to_string())).collect()
    }

    fn unknown_id(&mut self, what: &str, id: &str, location: Location, known: Vec<String>) {
        let finding = Diagnostic::new(&UNKNOWN_ID, location, format!("there is no {what} `{id}`"));
        self.findings.push(finding.did_you_mean(id, known.iter().map(String::as_str)));
    }

    /// A text with values in it.
    fn prose(&mut self, entry: &Entry<'a>, key: &str) -> Prose {
        match entry.placed(key) {
            Some(text) => self.interpolated(&text),
            None => Prose::default(),
        }
    }

    fn interpolated(&mut self, text: &Text) -> Prose {
        let whole: &str = &text.text;
        let mut pieces = Vec::new();
        let mut rest = 0;
        while let Some(open) = whole[rest..].find("{=").map(|at| rest + at) {
            let start = open + 2;
            let Some(end) = whole[start..].find('}').map(|at| start + at) else {
                let span = Span::new(open, whole.len());
                self.report(&BAD_FORMULA, text.locate(span), "this `{=` has no `}`");
                break;
            };
            if open > rest {
                pieces.push(Piece::Text(whole[rest..open].to_owned()));
            }
            match self.model.compile(&whole[start..end]) {
                Ok(compiled) => pieces.push(Piece::Value(compiled)),
                Err(problems) => {
                    self.findings.extend(
                        problems
                            .into_iter()
                            .map(|problem| problem.located(|span| text.locate(span.shift(start)))),
                    );
                }
            }
            rest = end + 1;
        }
        if rest < whole.len() && !pieces.is_empty() {
            pieces.push(Piece::Text(whole[rest..].to_owned()));
        }
        Prose { text: whole.to_owned(), pieces }
    }

    /// A condition of a checklist, an item or a rule.
    fn condition(
        &mut self,
        entry: &Entry<'a>,
        key: &str,
        locals: Option<&Locals>,
    ) -> Option<Compiled> {
        let text = entry.placed(key)?;
        match self.model.compile_in(&text.text, locals, None, None) {
            Ok(compiled) if compiled.is_condition() => Some(compiled),
            Ok(compiled) => {
                let message = format!("`{key}` needs true or false, and this is {}", compiled.ty());
                self.report(&TYPE_MISMATCH, text.location.clone(), message);
                None
            }
            Err(problems) => {
                self.report_all(&text, problems);
                None
            }
        }
    }
}
