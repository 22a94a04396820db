//! Facts that are no quantities: what their values are.

use super::Loader;
use super::raw::{Raw, RawValue};
use super::read::Entry;
use crate::codes::{BAD_NAME, BAD_QUANTITY, FROM_DIFFERS, MISSING_KEY, WRONG_KIND};
use crate::entry::{Basis, ColumnOfFact, Fact, FactValue, Prose};
use crate::formula::names::Name;
use crate::formula::types::FactType;
use crate::formula::{Item, Scalar, Type};
use crate::quantity::{Dimension, Given, Unit, Written, decimal};
use crate::version::Version;
use plumb_text::Location;
use plumb_text::diag::{Diagnostic, Edit, Fix};

/// The value of an entry.
pub(super) struct Found {
    pub(super) raw: Raw,
    /// Where it was read from, if that is a file.
    pub(super) from: Option<Location>,
    /// What is written in the model beside a value that was read.
    pub(super) beside: Option<Raw>,
}

impl<'a> Loader<'a> {
    /// Reads all facts, and the day that texts count from.
    pub(super) fn facts(&mut self) {
        for (name, entry) in self.top("facts") {
            let Some(fact) = self.fact(&name, &entry) else {
                self.model.names.bad.insert(name, entry.location());
                continue;
            };
            self.add_fact(name, fact);
        }
        if let Some((date, location)) = self.model.settings.as_of.clone() {
            let name = "as_of".to_owned();
            let fact = Fact {
                name: name.clone(),
                label: "the day that this counts from".to_owned(),
                sources: Vec::new(),
                checked: None,
                expires: None,
                basis: Basis::Judgement,
                warn_before: None,
                note: Prose::default(),
                from: None,
                location,
                value: FactValue::One(Scalar::Date(date), Type::Date),
            };
            self.add_fact(name, fact);
        }
    }

    fn add_fact(&mut self, name: String, fact: Fact) {
        let index = self.model.facts.len();
        if !self.declare(&name, Name::Fact(index), &fact.location) {
            return;
        }
        self.model.leaves.facts.push(match &fact.value {
            FactValue::One(_, ty) => FactType::One(*ty),
            FactValue::Table(columns) => {
                let names = columns.iter().map(|column| column.name.clone()).collect();
                self.model.names.columns.insert(index, names);
                FactType::Columns(columns.iter().map(|column| column.item).collect())
            }
        });
        self.model.facts.insert(name, fact);
    }

    fn fact(&mut self, name: &str, entry: &Entry<'a>) -> Option<Fact> {
        let Found { raw, from, beside } = self.given(name, entry, &["value", "rows"])?;
        let value = self.fact_value(name, entry, &raw)?;
        if let Some(written) = beside
            && let Some(was) = self.fact_value(name, entry, &written)
            && was != value
        {
            self.differs(name, &written, &raw);
        }
        Some(Fact {
            name: name.to_owned(),
            label: entry.text("label").unwrap_or_else(|| name.to_owned()),
            sources: self.sources(entry),
            checked: entry.date("checked"),
            expires: entry.date("expires"),
            basis: entry.text("basis").map_or(Basis::Published, |word| Basis::named(&word)),
            warn_before: entry.age("warn-before"),
            note: Prose::default(),
            from,
            location: entry.location(),
            value,
        })
    }

    fn fact_value(&mut self, name: &str, entry: &Entry<'a>, raw: &Raw) -> Option<FactValue> {
        let kind = entry.text("type");
        Some(match &raw.value {
            RawValue::List(items)
                if items.iter().any(|item| matches!(item.value, RawValue::Map(_)))
                    || entry.get("rows").is_some() =>
            {
                FactValue::Table(self.table_of(name, entry, raw, items)?)
            }
            RawValue::List(items) => {
                if items.is_empty() {
                    let message = format!("the list `{name}` is empty");
                    self.report(&WRONG_KIND, raw.location.clone(), message);
                    return None;
                }
                let (item, values, _) = self.items(name, kind.as_deref(), items)?;
                FactValue::One(values, Type::List(item))
            }
            _ => {
                let (scalar, item, _) = self.scalar(name, kind.as_deref(), raw)?;
                if let Item::Number(_) = item {
                    let message = format!("`{name}` is a quantity: it belongs to `[figures]`");
                    self.report(&WRONG_KIND, raw.location.clone(), message);
                    return None;
                }
                FactValue::One(scalar, item.ty())
            }
        })
    }

    /// Reports that what is written beside `from` is not what the file has.
    pub(super) fn differs(&mut self, name: &str, written: &Raw, read: &Raw) {
        let said = |raw: &Raw| match raw.text() {
            Some(text) => format!("`{text}`"),
            None => raw.what().to_owned(),
        };
        let file = read.location.source.path();
        let message = format!("`{name}` is {} here, and {} in `{file}`", said(written), said(read));
        let mut finding = Diagnostic::new(&FROM_DIFFERS, written.location.clone(), message)
            .related(read.location.clone(), "it is read from here")
            .help("look at what depends on it, and write the new value; or leave `value` out");
        finding.fix = read.toml().filter(|_| written.text().is_some()).map(|text| Fix {
            title: "write what the file has".to_owned(),
            edits: vec![Edit { location: written.location.clone(), text }],
        });
        self.findings.push(finding);
    }

    /// The value of an entry: that of the file that `from` names, else what is written.
    pub(super) fn given(&mut self, name: &str, entry: &Entry<'a>, keys: &[&str]) -> Option<Found> {
        let written = keys.iter().find_map(|key| entry.get(key));
        let written = written.map(|value| Raw::of_toml(entry.source, value));
        let Some(from) = entry.table("from") else {
            if written.is_none() {
                let message = format!("`{name}` has no value: write a `{}` or a `from`", keys[0]);
                self.report(&MISSING_KEY, entry.location(), message);
            }
            return written.map(|raw| Found { raw, from: None, beside: None });
        };
        let was = written.as_ref().and_then(Raw::text);
        match self.fetch(&from, was.as_deref()) {
            Some(raw) => {
                let from = Some(raw.location.clone());
                Some(Found { raw, from, beside: written })
            }
            // what it was goes on being said, beside the finding
            None => written.map(|raw| Found { raw, from: Some(from.location()), beside: None }),
        }
    }

    /// The columns of a table.
    fn table_of(
        &mut self,
        name: &str,
        entry: &Entry<'a>,
        raw: &Raw,
        rows: &[Raw],
    ) -> Option<Vec<ColumnOfFact>> {
        let Some(RawValue::Map(first)) = rows.first().map(|row| &row.value) else {
            let message = format!("the table `{name}` has no rows, or one that is no table");
            self.report(&WRONG_KIND, raw.location.clone(), message);
            return None;
        };
        let columns: Vec<String> = first.iter().map(|(column, _)| column.clone()).collect();
        for column in &columns {
            let starts = column.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
            if !starts || !column.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
                let message = format!("`{column}` cannot be a column: formulas could not name it");
                self.report(&BAD_NAME, rows[0].location.clone(), message);
                return None;
            }
        }
        let kinds: Vec<(String, Option<String>)> = entry
            .map("columns")
            .into_iter()
            .map(|(column, _, kind)| {
                (column.to_owned(), kind.get_ref().as_str().map(str::to_owned))
            })
            .collect();
        for (column, span, _) in entry.map("columns") {
            if !columns.iter().any(|known| known == column) {
                let location = Location::new(entry.source, span);
                self.unknown_id("column", column, location, columns.clone());
            }
        }
        let mut made = Vec::new();
        for column in &columns {
            let mut cells = Vec::with_capacity(rows.len());
            for row in rows {
                let RawValue::Map(entries) = &row.value else {
                    let message = format!("a row of `{name}` is {}", row.what());
                    self.report(&WRONG_KIND, row.location.clone(), message);
                    return None;
                };
                if let Some((other, _)) = entries.iter().find(|(other, _)| !columns.contains(other))
                {
                    let message = format!("the first row of `{name}` has no `{other}`");
                    self.report(&WRONG_KIND, row.location.clone(), message);
                    return None;
                }
                match entries.iter().find(|(known, _)| known == column) {
                    Some((_, cell)) => cells.push(cell.clone()),
                    None => {
                        let message = format!("this row of `{name}` has no `{column}`");
                        self.report(&MISSING_KEY, row.location.clone(), message);
                        return None;
                    }
                }
            }
            let kind = kinds.iter().find(|(known, _)| known == column);
            let kind = kind.and_then(|(_, kind)| kind.as_deref());
            let (item, values, written) = self.items(&format!("{name}.{column}"), kind, &cells)?;
            made.push(ColumnOfFact { name: column.clone(), item, values, written });
        }
        Some(made)
    }

    /// Several values of one kind, and the unit that they were written in if that is one.
    fn items(
        &mut self,
        name: &str,
        kind: Option<&str>,
        raws: &[Raw],
    ) -> Option<(Item, Scalar, Option<Unit>)> {
        let mut values = Vec::with_capacity(raws.len());
        let mut known: Option<(Item, Option<Unit>)> = None;
        for raw in raws {
            let (value, item, unit) = self.scalar(name, kind, raw)?;
            match &mut known {
                None => known = Some((item, unit)),
                Some((first, first_unit)) if *first == item => {
                    if *first_unit != unit {
                        *first_unit = None;
                    }
                }
                Some((first, _)) => {
                    let message =
                        format!("`{name}` holds {}, and this is {}", first.ty(), item.ty());
                    self.report(&WRONG_KIND, raw.location.clone(), message);
                    return None;
                }
            }
            values.push(value);
        }
        let (item, unit) = known?;
        Some((item, Scalar::List(values.into()), unit))
    }

    /// One value; of a quantity, the unit that it was written in.
    fn scalar(
        &mut self,
        name: &str,
        kind: Option<&str>,
        raw: &Raw,
    ) -> Option<(Scalar, Item, Option<Unit>)> {
        let text = raw.text();
        let found = match (kind, &raw.value, text) {
            (Some("version"), RawValue::Text(_) | RawValue::Number(_), Some(text)) => {
                Version::read(&text).map(|version| (Scalar::Version(version.into()), Item::Version))
            }
            (Some("date") | None, RawValue::Date(date), _) => {
                Some((Scalar::Date(*date), Item::Date))
            }
            (Some("date"), RawValue::Text(_), Some(text)) => {
                text.trim().parse().ok().map(|date| (Scalar::Date(date), Item::Date))
            }
            (Some("bool") | None, RawValue::Bool(value), _) => {
                Some((Scalar::Bool(*value), Item::Bool))
            }
            (Some("text"), _, Some(text)) | (None, RawValue::Text(_), Some(text)) => {
                Some((Scalar::Text(text.into()), Item::Text))
            }
            (Some("quantity"), RawValue::Text(_), Some(text))
            | (Some("quantity") | None, RawValue::Number(_), Some(text)) => {
                let written = match &raw.value {
                    RawValue::Number(_) => decimal(&text).map(Written::number),
                    _ => self.model.units.read(&text),
                };
                let Given { quantity, written, .. } =
                    self.resolved(written, &raw.location, name, None, None)?;
                let unit = self.model.units.as_written(&quantity, written);
                let item = Item::Number(quantity.dimension);
                return Some((Scalar::Number(quantity.value), item, Some(unit)));
            }
            _ => None,
        };
        if found.is_none() {
            let text = raw.text().unwrap_or_default();
            if kind == Some("version")
                && let Some(version) = Version::of_requirement(&text)
            {
                return self.requirement(name, raw, &text, version);
            }
            let message = match (kind, raw.text()) {
                (Some(kind), Some(text)) => format!("`{text}` is no {kind}, which `{name}` is"),
                _ => format!("`{name}` can't be {}", raw.what()),
            };
            let code = if kind == Some("quantity") { &BAD_QUANTITY } else { &WRONG_KIND };
            let finding = self.report(code, raw.location.clone(), message);
            if kind == Some("date") {
                finding.help.push("a date is written `2026-03-21`".into());
            }
        }
        found.map(|(scalar, item)| (scalar, item, None))
    }

    /// Reports a requirement that stands where a version should.
    fn requirement<T>(&mut self, name: &str, raw: &Raw, text: &str, version: &str) -> Option<T> {
        let is_ours =
            self.files.iter().any(|file| file.source.path() == raw.location.source.path());
        let message = format!("`{name}` is a version, and `{text}` is a requirement on versions");
        let finding = self.report(&WRONG_KIND, raw.location.clone(), message);
        finding.help.push(match is_ours {
            true => format!("write the version: `{version}`"),
            false => format!(
                "`pattern = '^\\D*([^\\s,|]+)'` in its `from` takes the version out of it: `{version}`"
            ),
        });
        if is_ours {
            let edits =
                vec![Edit { location: raw.location.clone(), text: format!("\"{version}\"") }];
            finding.fix = Some(Fix { title: format!("write `{version}`"), edits });
        }
        None
    }

    /// The quantity of a figure that is read from a file.
    pub(super) fn quantity_from(
        &mut self,
        name: &str,
        raw: &Raw,
        unit: Option<&Unit>,
        dimension: Option<Dimension>,
    ) -> Option<Given> {
        let written = match (&raw.value, raw.text()) {
            (RawValue::Number(text), _) => decimal(text).map(Written::number),
            (RawValue::Text(_), Some(text)) => match decimal(text.trim()) {
                Ok(number) => Ok(Written::number(number)),
                Err(_) => self.model.units.read(text.trim()),
            },
            _ => {
                let message = format!("`{name}` is a quantity, and this is {}", raw.what());
                self.report(&BAD_QUANTITY, raw.location.clone(), message);
                return None;
            }
        };
        self.resolved(written, &raw.location, name, unit, dimension)
    }
}
