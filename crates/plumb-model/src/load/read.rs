//! Reading TOML by the description of the tables.
//!
//! Owns: syntax findings, unknown and missing keys, values of the wrong kind; and the access to values that are right.
//! Must not know: any key of the model.

use crate::codes::{BAD_TOML, MISSING_KEY, UNKNOWN_KEY, WRONG_KIND};
use crate::describe::{Kind, Table};
use crate::entry::{Age, Text};
use crate::quantity::{QuantityError, Ratio, Units, Written, decimal};
use jiff::civil::Date;
use plumb_text::diag::Diagnostic;
use plumb_text::{Location, Source, Span, conflicts};
use std::sync::Arc;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A file of the model, read.
pub(super) struct File<'a> {
    pub(super) source: &'a Arc<Source>,
    pub(super) table: DeTable<'a>,
}

/// Reads a file; what cannot be read becomes findings, and the rest is kept.
pub(super) fn parse<'a>(source: &'a Arc<Source>, findings: &mut Vec<Diagnostic>) -> File<'a> {
    let (table, mut errors) = DeTable::parse_recoverable(source.text());
    for [opens, _, closes] in if errors.is_empty() { Vec::new() } else { conflicts(source.text()) }
    {
        errors.clear();
        let message = "this is not TOML: a merge conflict is not resolved";
        let finding = Diagnostic::at(&BAD_TOML, source, opens, message)
            .related(Location::new(source, closes), "it ends here");
        findings.push(finding.help("keep one side, and delete the three marks"));
    }
    for (nth, error) in errors.into_iter().enumerate() {
        let span = error.span().map_or(Span::at(0), Span::from);
        let text = source.text();
        let end = span.end.min(text.len());
        let span = Span::new(span.start.min(end), end);
        if nth < MOST_TWICE
            && let Some((name, first)) = first_place(text, table.get_ref(), span)
        {
            let message = format!("the key `{name}` stands twice in one table");
            findings.push(
                Diagnostic::at(&BAD_TOML, source, span, message)
                    .related(Location::new(source, first), "the first")
                    .help("keep one of them"),
            );
            continue;
        }
        findings.push(Diagnostic::at(
            &BAD_TOML,
            source,
            span,
            format!("this is not TOML: {}", error.message()),
        ));
    }
    File { source, table: table.into_inner() }
}

/// Of how many keys that stand twice the first place is looked for, and among how many of the same name.
const MOST_TWICE: usize = 4;
const MOST_FIRST: usize = 8;

/// Where a key stands that may not stand again: the one of its name without which the second is no error any more.
fn first_place(text: &str, table: &DeTable<'_>, second: Span) -> Option<(String, Span)> {
    let name = text.get(second.range())?.trim_matches(['"', '\'']);
    let mut places = Vec::new();
    keys(table, name, &mut places);
    places.retain(|place| place.end <= second.start);
    places.sort_unstable_by_key(|place| std::cmp::Reverse(place.start));
    let is_first = |place: &&Span| {
        let other = "_".repeat(place.len());
        let without = format!("{}{other}{}", &text[..place.start], &text[place.end..]);
        let (_, errors) = DeTable::parse_recoverable(&without);
        !errors.iter().any(|error| error.span().is_some_and(|span| span.start == second.start))
    };
    let first = places.iter().take(MOST_FIRST).find(is_first)?;
    Some((name.to_owned(), *first))
}

/// The places of a key in a table and in everything in it.
fn keys(table: &DeTable<'_>, name: &str, places: &mut Vec<Span>) {
    for (key, value) in table {
        if key.get_ref() == name {
            places.push(key.span().into());
        }
        keys_within(value.get_ref(), name, places);
    }
}

fn keys_within(value: &DeValue<'_>, name: &str, places: &mut Vec<Span>) {
    match value {
        DeValue::Table(table) => keys(table, name, places),
        DeValue::Array(items) => {
            items.iter().for_each(|item| keys_within(item.get_ref(), name, places));
        }
        _ => {}
    }
}

/// Checks the keys and kinds of a table and of everything in it.
pub(super) fn check(
    source: &Arc<Source>,
    spec: &'static Table,
    table: &DeTable<'_>,
    at: Span,
    findings: &mut Vec<Diagnostic>,
) {
    for (key, value) in table {
        match spec.field(key.get_ref()) {
            Some(field) => {
                check_kind(source, &field.kind, key.get_ref(), value, key.span().into(), findings);
            }
            None => {
                let name = key.get_ref();
                let message = format!("{} has no key `{name}`", spec.what);
                let known = || spec.fields.iter().map(|field| field.name);
                let mut finding = Diagnostic::at(&UNKNOWN_KEY, source, key.span().into(), message);
                finding = match plumb_text::diag::nearest(name, known()) {
                    Some(near) => finding
                        .help(format!("did you mean `{near}`?"))
                        .replace_with(format!("write `{near}`"), near),
                    None => {
                        finding.help(format!("it has: {}", known().collect::<Vec<_>>().join(", ")))
                    }
                };
                findings.push(finding);
            }
        }
    }
    for field in spec.fields.iter().filter(|field| field.required) {
        if !table.contains_key(field.name) {
            let message = format!("{} needs a `{}`", spec.what, field.name);
            findings.push(Diagnostic::at(&MISSING_KEY, source, at, message).help(field.doc));
        }
    }
}

fn check_kind(
    source: &Arc<Source>,
    kind: &Kind,
    key: &str,
    value: &Spanned<DeValue<'_>>,
    at: Span,
    findings: &mut Vec<Diagnostic>,
) {
    let inner = value.get_ref();
    let right = match kind {
        Kind::Text | Kind::Prose | Kind::Unit => inner.is_str(),
        Kind::Id | Kind::Ref(_) => match inner.as_str() {
            Some(id) => {
                check_id(source, id, value.span().into(), findings);
                true
            }
            None => false,
        },
        Kind::Formula | Kind::Quantity => inner.is_str() || inner.is_integer() || inner.is_float(),
        Kind::Condition => inner.is_str() || inner.is_bool(),
        Kind::Number => inner.is_integer() || inner.is_float(),
        Kind::Switch => inner.is_bool(),
        Kind::Date => date(inner).is_some(),
        Kind::Age => inner.as_str().is_some_and(|text| age(text).is_some()),
        Kind::Setting => {
            inner.is_str() || inner.is_integer() || inner.is_float() || inner.is_bool()
        }
        Kind::Any => true,
        Kind::OneOf(words) => match inner.as_str() {
            Some(word) if words.contains(&word) => true,
            Some(word) => {
                let message = format!("`{key}` cannot be `{word}`");
                let finding = Diagnostic::at(&WRONG_KIND, source, value.span().into(), message);
                let finding = finding.help(format!("it can be: {}", words.join(", ")));
                findings.push(finding.did_you_mean(word, words.iter().copied()));
                true
            }
            None => false,
        },
        Kind::Refs(_) => inner.is_str() || check_list(source, &Kind::Text, key, value, findings),
        Kind::List(element) => check_list(source, element, key, value, findings),
        Kind::Table(spec) => match (inner.as_table(), spec.short) {
            (Some(table), _) => {
                check(source, spec, table, at, findings);
                true
            }
            (None, Some(short)) if !inner.is_array() => {
                if let Some(field) = spec.field(short) {
                    check_kind(source, &field.kind, key, value, at, findings);
                }
                true
            }
            _ => false,
        },
        Kind::Map(element) => match inner.as_table() {
            Some(table) => {
                for (key, value) in table {
                    check_id(source, key.get_ref(), key.span().into(), findings);
                    check_kind(source, element, key.get_ref(), value, key.span().into(), findings);
                }
                true
            }
            None => false,
        },
        // its entries are checked when the dots of their names have been followed
        Kind::Named(_) => inner.is_table(),
    };
    if !right {
        let message = format!("`{key}` is {}, not {}", article(&kind.name()), described(inner));
        let finding = Diagnostic::at(&WRONG_KIND, source, value.span().into(), message);
        findings.push(match kind {
            Kind::Date => finding.help("a date is written `2026-03-21`"),
            Kind::Age => finding.help("for example `18 months`, `1 year`, `90 days`"),
            _ => finding,
        });
    }
}

fn check_list(
    source: &Arc<Source>,
    element: &Kind,
    key: &str,
    value: &Spanned<DeValue<'_>>,
    findings: &mut Vec<Diagnostic>,
) -> bool {
    let Some(list) = value.get_ref().as_array() else { return false };
    for item in list.iter() {
        check_kind(source, element, key, item, item.span().into(), findings);
    }
    true
}

fn check_id(source: &Arc<Source>, id: &str, span: Span, findings: &mut Vec<Diagnostic>) {
    let good = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    if id.is_empty() || id.len() > 200 || !id.chars().all(good) {
        let message = format!("`{}` cannot be an id", id.escape_debug());
        let finding = Diagnostic::at(&WRONG_KIND, source, span, message);
        findings.push(finding.help("ids are letters, digits, `-`, `_` and `.`"));
    }
}

/// "a text", "an id".
fn article(word: &str) -> String {
    let article = if word.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" };
    if word.starts_with('`') || word.starts_with("true") {
        format!("one of {word}")
    } else {
        format!("{article} {word}")
    }
}

fn described(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "this text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// One entry of the model: a table, or the one value that it is short for.
#[derive(Clone, Copy)]
pub(super) struct Entry<'a> {
    pub(super) source: &'a Arc<Source>,
    pub(super) spec: &'static Table,
    pub(super) value: &'a Spanned<DeValue<'a>>,
    /// The name of the entry.
    pub(super) key: Span,
}

impl<'a> Entry<'a> {
    /// The value of a key; none where it is missing. Keys that the description does not have cannot be asked for.
    pub(super) fn get(&self, name: &str) -> Option<&'a Spanned<DeValue<'a>>> {
        debug_assert!(self.spec.field(name).is_some(), "{} has no key {name}", self.spec.what);
        match self.value.get_ref() {
            DeValue::Table(table) => table.get(name),
            _ => (self.spec.short == Some(name)).then_some(self.value),
        }
    }

    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.get(name)?.get_ref().as_str().map(str::to_owned)
    }

    /// A text with its place; a number or switch counts as its text.
    pub(super) fn placed(&self, name: &str) -> Option<Text> {
        placed(self.source, self.get(name)?)
    }

    pub(super) fn bool(&self, name: &str) -> Option<bool> {
        self.get(name)?.get_ref().as_bool()
    }

    pub(super) fn date(&self, name: &str) -> Option<Date> {
        date(self.get(name)?.get_ref())
    }

    pub(super) fn age(&self, name: &str) -> Option<Age> {
        age(self.get(name)?.get_ref().as_str()?)
    }

    pub(super) fn number(&self, name: &str) -> Option<Ratio> {
        number(self.get(name)?.get_ref()).and_then(Result::ok)
    }

    /// One text or a list of them, each with its place.
    pub(super) fn texts(&self, name: &str) -> Vec<(String, Span)> {
        let one = |value: &Spanned<DeValue<'_>>| {
            value.get_ref().as_str().map(|text| (text.to_owned(), value.span().into()))
        };
        match self.get(name) {
            Some(value) => match value.get_ref() {
                DeValue::Array(list) => list.iter().filter_map(one).collect(),
                _ => one(value).into_iter().collect(),
            },
            None => Vec::new(),
        }
    }

    /// A table under a key, as an entry of its own.
    pub(super) fn table(&self, name: &str) -> Option<Entry<'a>> {
        let Some(Kind::Table(spec)) = self.spec.field(name).map(|field| field.kind) else {
            return None;
        };
        let value = self.get(name).filter(|value| value.get_ref().is_table())?;
        Some(Entry { source: self.source, spec, value, key: value.span().into() })
    }

    /// The entries of a list of tables.
    pub(super) fn list(&self, name: &str) -> Vec<Entry<'a>> {
        let Some(Kind::List(Kind::Table(spec))) = self.spec.field(name).map(|field| field.kind)
        else {
            return Vec::new();
        };
        let Some(DeValue::Array(list)) = self.get(name).map(Spanned::get_ref) else {
            return Vec::new();
        };
        let source = self.source;
        let entry = |value: &'a Spanned<DeValue<'a>>| {
            // a table's own span begins at its header, or is that of the braces
            let span: Span = value.span().into();
            let line = source.text()[..].get(span.range()).unwrap_or("");
            let length = line.find('\n').unwrap_or(line.len());
            Entry { source, spec, value, key: Span::new(span.start, span.start + length) }
        };
        list.iter().map(entry).collect()
    }

    /// The entries of a table whose keys the author chose.
    pub(super) fn map(&self, name: &str) -> Vec<(&'a str, Span, &'a Spanned<DeValue<'a>>)> {
        match self.get(name).map(Spanned::get_ref) {
            Some(DeValue::Table(table)) => table
                .iter()
                .map(|(key, value)| (key.get_ref().as_ref(), key.span().into(), value))
                .collect(),
            _ => Vec::new(),
        }
    }

    pub(super) fn location(&self) -> Location {
        Location::new(self.source, self.key)
    }

    pub(super) fn location_of(&self, name: &str) -> Location {
        let span = self.get(name).map_or(self.key, |value| value.span().into());
        Location::new(self.source, span)
    }
}

/// A value as text, with its place.
pub(super) fn placed(source: &Arc<Source>, value: &Spanned<DeValue<'_>>) -> Option<Text> {
    let span: Span = value.span().into();
    let raw = source.text().get(span.range())?;
    let location = Location::new(source, span);
    Some(match value.get_ref() {
        DeValue::String(text) => {
            let quotes = if raw.starts_with("\"\"\"") || raw.starts_with("'''") { 3 } else { 1 };
            let mut start = quotes;
            // a line break right behind the opening quotes belongs to them
            if quotes == 3 {
                start += raw[3..].len()
                    - raw[3..]
                        .strip_prefix("\r\n")
                        .or(raw[3..].strip_prefix('\n'))
                        .unwrap_or(&raw[3..])
                        .len();
            }
            let same = raw.get(start..raw.len().saturating_sub(quotes)) == Some(&**text);
            Text { text: (**text).into(), location, inner: same.then_some(span.start + start) }
        }
        DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) => {
            Text { text: raw.into(), location, inner: Some(span.start) }
        }
        _ => return None,
    })
}

/// A TOML number, exactly.
pub(super) fn number(value: &DeValue<'_>) -> Option<Result<Ratio, QuantityError>> {
    match value {
        DeValue::Integer(integer) => {
            // in base ten as any number; in another a digit says less, so it is bounded well enough
            if integer.radix() == 10 || integer.as_str().len() > 200 {
                return Some(decimal(integer.as_str()));
            }
            let digits =
                num_bigint::BigInt::parse_bytes(integer.as_str().as_bytes(), integer.radix())?;
            Some(Ok(Ratio::from_integer(digits)))
        }
        DeValue::Float(float) => Some(decimal(float.as_str())),
        _ => None,
    }
}

/// A number, or a text with a quantity.
pub(super) fn written(
    value: &DeValue<'_>,
    units: &Units,
) -> Option<Result<Written, QuantityError>> {
    match value {
        DeValue::String(text) => Some(units.read(text)),
        value => Some(number(value)?.map(Written::number)),
    }
}

pub(super) fn date(value: &DeValue<'_>) -> Option<Date> {
    match value {
        DeValue::Datetime(moment) => {
            let date = moment.date?;
            Date::new(
                i16::try_from(date.year).ok()?,
                i8::try_from(date.month).ok()?,
                i8::try_from(date.day).ok()?,
            )
            .ok()
        }
        DeValue::String(text) => text.parse().ok(),
        _ => None,
    }
}

/// `18 months`, `1 year`, `90 days`, `6 weeks`.
fn age(text: &str) -> Option<Age> {
    let (number, unit) = text.trim().split_once(' ')?;
    let number: i16 = number.parse().ok().filter(|number| *number > 0)?;
    let span = jiff::Span::new();
    let span = match unit.trim().trim_end_matches('s') {
        "day" => span.try_days(number),
        "week" => span.try_weeks(number),
        "month" => span.try_months(number),
        "year" => span.try_years(number),
        _ => return None,
    };
    Some(Age { text: text.to_owned(), span: span.ok()? })
}
