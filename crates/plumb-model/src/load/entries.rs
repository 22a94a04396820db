//! The tables of the model, one after the other.

use super::Loader;
use super::facts::Found;
use super::read::Entry;
use crate::codes::{
    BAD_NAME, BAD_QUANTITY, BAD_RANGE, DUPLICATE_ENTRY, INPUT_OUT_OF_RANGE, WRONG_KIND,
};
use crate::entry::*;
use crate::formula::Type;
use crate::formula::names::Name;
use crate::meets::Meets;
use crate::quantity::{Dimension, Given, Quantity, Ratio, Unit, Units};
use num_traits::{One, Zero};
use plumb_text::Location;
use std::collections::BTreeMap;

impl<'a> Loader<'a> {
    pub(super) fn settings(&mut self) {
        let mut currency = None;
        let spec = &super::tables::MODEL;
        let files: &'a [super::File<'a>] = self.files;
        for file in files {
            let Some(value) = file.table.get("settings") else { continue };
            let Some(super::Kind::Table(spec)) = spec.field("settings").map(|field| field.kind)
            else {
                continue;
            };
            let entry = Entry { source: file.source, spec, value, key: value.span().into() };
            if !value.get_ref().is_table() {
                continue;
            }
            self.model.settings.stale_after =
                entry.age("stale-after").or(self.model.settings.stale_after.take());
            if let Some(date) = entry.date("as-of") {
                self.model.settings.as_of = Some((date, entry.location_of("as-of")));
            }
            currency = entry.text("currency").or(currency);
        }
        for file in files {
            let Some(super::Kind::Table(spec)) = spec.field("display").map(|field| field.kind)
            else {
                continue;
            };
            if let Some(value) = file.table.get("display")
                && value.get_ref().is_table()
            {
                let key = value.span().into();
                let entry = Entry { source: file.source, spec, value, key };
                self.model.settings.display = self.rounding(&entry);
            }
        }
        self.model.units = Units::new(currency.unwrap_or_else(|| "USD".into()));
        for file in files {
            let Some(toml::de::DeValue::Table(units)) =
                file.table.get("units").map(toml::Spanned::get_ref)
            else {
                continue;
            };
            for (key, value) in units {
                let name = key.get_ref();
                let location = Location::new(file.source, key.span().into());
                if let Ok(known) = self.model.units.parse(name) {
                    // saying again what is known does no harm
                    let same = |size: &Quantity| {
                        size.value == known.factor && size.dimension == known.dimension
                    };
                    let size = self.quantity_of(file.source, value, "", None, None);
                    if size.is_some_and(|size| !same(&size.quantity)) {
                        let message = format!("there is another unit `{name}` already");
                        self.report(&DUPLICATE_ENTRY, location, message);
                    }
                } else if !name.chars().all(char::is_alphabetic) {
                    let message = format!("`{name}` cannot be a unit");
                    let finding = self.report(&BAD_NAME, location, message);
                    finding.help.push("a unit's name is letters alone".into());
                } else if let Some(Given { quantity: size, .. }) =
                    self.quantity_of(file.source, value, "", None, None)
                {
                    if size.value > Ratio::zero() {
                        self.model.units.define(name.to_string(), size.value, size.dimension);
                    } else {
                        self.report(&BAD_QUANTITY, location, "a unit is more than nothing");
                    }
                }
            }
        }
    }

    /// Inputs and figures: what formulas compute with.
    pub(super) fn values(&mut self) {
        for (name, entry) in self.top("inputs") {
            let index = self.model.inputs.len();
            let Some(input) = self.input(&name, &entry) else {
                self.model.names.bad.insert(name, entry.location());
                continue;
            };
            if !self.declare(&name, Name::Input(index), &input.location) {
                continue;
            }
            let ty = match &input.kind {
                InputKind::Number { dimension, .. } => Type::Number(*dimension),
                InputKind::Switch { .. } => Type::Bool,
                InputKind::Choice { choices, .. } => {
                    self.model.names.choices.insert(index, choices.clone());
                    Type::Text
                }
            };
            self.model.leaves.inputs.push(ty);
            self.model.inputs.insert(name, input);
        }
        for (name, entry) in self.top("figures") {
            let index = self.model.figures.len();
            let Some(figure) = self.figure(&name, &entry) else {
                self.model.names.bad.insert(name, entry.location());
                continue;
            };
            if !self.declare(&name, Name::Figure(index), &figure.location) {
                continue;
            }
            self.model.leaves.figures.push(Type::Number(figure.quantity.dimension));
            self.model.figures.insert(name, figure);
        }
    }

    fn input(&mut self, name: &str, entry: &Entry<'a>) -> Option<Input> {
        let location = entry.location();
        let given = entry.get("default")?;
        let choices = entry.texts("choices");
        let unit = self.unit(entry);
        let (kind, unit, written) = if let Some(default) = given.get_ref().as_bool() {
            (InputKind::Switch { default }, None, None)
        } else if entry.get("choices").is_some() {
            let choices: Vec<String> = choices.into_iter().map(|(choice, _)| choice).collect();
            let default = given.get_ref().as_str().unwrap_or("").to_owned();
            if !choices.contains(&default) {
                let message = format!("`{default}` is not one of the choices of `{name}`");
                self.report(&INPUT_OUT_OF_RANGE, entry.location_of("default"), message)
                    .help
                    .push(format!("there are: {}", choices.join(", ")));
                return None;
            }
            (InputKind::Choice { default, choices }, None, None)
        } else {
            self.number_input(name, entry, unit)?
        };
        Some(Input {
            name: name.to_owned(),
            label: entry.text("label").unwrap_or_else(|| name.to_owned()),
            kind,
            unit,
            written,
            sources: self.sources(entry),
            note: Prose::default(),
            location,
        })
    }

    fn number_input(
        &mut self,
        name: &str,
        entry: &Entry<'a>,
        unit: Option<Unit>,
    ) -> Option<(InputKind, Option<Unit>, Option<Unit>)> {
        let named = entry.text("dimension").and_then(|word| Dimension::named(&word));
        let Given { quantity: default, unit: given_unit, written } =
            self.quantity(entry, "default", name, unit.as_ref(), named)?;
        let dimension = default.dimension;
        let unit = unit.or(given_unit);
        let mut bound = |key: &str| {
            let found = self.quantity(entry, key, name, unit.as_ref(), Some(dimension))?;
            Some(found.quantity.value)
        };
        let (min, max, low, high) = (bound("min"), bound("max"), bound("low"), bound("high"));
        let step = bound("step");
        if step.as_ref().is_some_and(|step| *step <= Ratio::zero()) {
            let message = format!("the step of `{name}` must be more than nothing");
            self.report(&BAD_RANGE, entry.location_of("step"), message);
        }
        let step = step.filter(|step| *step > Ratio::zero());
        let has_steps = step.is_some();
        let min = min.or((default.value >= Ratio::zero()).then(Ratio::zero));
        let step = step
            .unwrap_or_else(|| unit.as_ref().map_or_else(Ratio::one, |unit| unit.factor.clone()));
        let outside = |value: &Ratio| {
            min.as_ref().is_some_and(|min| value < min)
                || max.as_ref().is_some_and(|max| value > max)
        };
        if let (Some(min), Some(max)) = (&min, &max)
            && min > max
        {
            self.report(
                &BAD_RANGE,
                entry.location_of("max"),
                format!("`max` of `{name}` is below its `min`"),
            );
        } else if outside(&default.value) {
            let message = format!("the default of `{name}` is outside of its range");
            self.report(&INPUT_OUT_OF_RANGE, entry.location_of("default"), message);
        }
        let range = self.range(name, entry, &default.value, low, high);
        let written = self.model.units.as_written(&default, unit.clone().or(written));
        let default = default.value;
        let kind = InputKind::Number { dimension, default, min, max, step, has_steps, range };
        Some((kind, unit, Some(written)))
    }

    /// The range of a value; a finding where it is upside down or does not hold it.
    fn range(
        &mut self,
        name: &str,
        entry: &Entry<'a>,
        value: &Ratio,
        low: Option<Ratio>,
        high: Option<Ratio>,
    ) -> Option<(Ratio, Ratio)> {
        if low.is_none() && high.is_none() {
            return None;
        }
        let low = low.unwrap_or_else(|| value.clone());
        let high = high.unwrap_or_else(|| value.clone());
        if low > high {
            self.report(
                &BAD_RANGE,
                entry.location_of("low"),
                format!("the range of `{name}` is upside down"),
            );
            return None;
        }
        if *value < low || *value > high {
            let key = if *value < low { "low" } else { "high" };
            let message = format!("the range of `{name}` does not hold its value");
            self.report(&BAD_RANGE, entry.location_of(key), message);
            return None;
        }
        Some((low, high))
    }

    fn figure(&mut self, name: &str, entry: &Entry<'a>) -> Option<Figure> {
        let unit = self.unit(entry);
        if unit.is_none() && entry.get("unit").is_some() {
            return None;
        }
        let named = entry.text("dimension").and_then(|word| Dimension::named(&word));
        let Found { raw, from, beside } = self.given(name, entry, &["value"])?;
        let Given { quantity, unit: given, written } = match &from {
            Some(_) => self.quantity_from(name, &raw, unit.as_ref(), named)?,
            None => self.quantity(entry, "value", name, unit.as_ref(), named)?,
        };
        if let Some(was) = beside
            && let Some(known) = self.quantity(entry, "value", name, unit.as_ref(), named)
            && known.quantity != quantity
        {
            self.differs(name, &was, &raw);
        }
        let mut bound = |key: &str| {
            let found = self.quantity(
                entry,
                key,
                name,
                unit.as_ref().or(given.as_ref()),
                Some(quantity.dimension),
            )?;
            Some(found.quantity.value)
        };
        let (low, high) = (bound("low"), bound("high"));
        let range = self.range(name, entry, &quantity.value, low, high);
        Some(Figure {
            name: name.to_owned(),
            label: entry.text("label").unwrap_or_else(|| name.to_owned()),
            range,
            written: self.model.units.as_written(&quantity, written),
            quantity,
            unit: given,
            sources: self.sources(entry),
            checked: entry.date("checked"),
            expires: entry.date("expires"),
            basis: entry.text("basis").map_or(Basis::Published, |word| Basis::named(&word)),
            version: entry.text("version"),
            note: Prose::default(),
            superseded_by: entry.text("superseded-by"),
            from,
            location: entry.location(),
            value_location: entry.location_of("value"),
        })
    }

    /// Everything that formulas do not compute with, but may be used in.
    pub(super) fn entries(&mut self) {
        self.notes();
        for (id, entry) in self.top("sources") {
            let source = SourceEntry {
                title: entry.text("title").unwrap_or_else(|| id.clone()),
                url: entry.text("url"),
                version: entry.text("version"),
                accessed: entry.date("accessed"),
                expires: entry.date("expires"),
                note: self.prose(&entry, "note"),
                location: entry.location(),
                id: id.clone(),
            };
            self.model.sources.insert(id, source);
        }
        for (id, entry) in self.top("scenarios") {
            let scenario = self.scenario(&id, &entry);
            self.model.scenarios.insert(id, scenario);
        }
        for (id, entry) in self.top("statuses") {
            let Some(meets) = entry.text("meets").and_then(|word| Meets::named(&word)) else {
                continue;
            };
            let status = Status {
                label: entry.text("label").unwrap_or_else(|| id.clone()),
                icon: entry.text("icon"),
                meets,
                weight: entry.number("weight").unwrap_or_else(|| meets.usual_weight()),
                note: self.prose(&entry, "note"),
                location: entry.location(),
                id: id.clone(),
            };
            self.model.statuses.insert(id, status);
        }
        for (id, entry) in self.top("matrices") {
            let matrix = self.matrix(&id, &entry);
            self.model.matrices.insert(id, matrix);
        }
        for (id, entry) in self.top("checklists") {
            let checklist = self.checklist(&id, &entry);
            self.model.checklists.insert(id, checklist);
        }
        for (id, entry) in self.top("advisors") {
            let advisor = self.advisor(&id, &entry);
            self.model.advisors.insert(id, advisor);
        }
        for (id, entry) in self.top("proxies") {
            let proxy = self.proxy(&id, &entry);
            self.model.proxies.insert(id, proxy);
        }
        for (id, entry) in self.top("placeholders") {
            let placeholder = Placeholder {
                label: entry.text("label").unwrap_or_else(|| id.clone()),
                example: entry.text("example"),
                pattern: entry.text("pattern"),
                note: self.prose(&entry, "note"),
                location: entry.location(),
                id: id.clone(),
            };
            self.model.placeholders.insert(id, placeholder);
        }
    }

    /// The notes of what was read before there were formulas.
    fn notes(&mut self) {
        for (name, entry) in self.top_again("inputs") {
            let note = self.prose(&entry, "note");
            if let Some(input) = self.model.inputs.get_mut(&name) {
                input.note = note;
            }
        }
        for (name, entry) in self.top_again("figures") {
            let note = self.prose(&entry, "note");
            let next = entry.text("superseded-by");
            if let Some(next) = next
                && !self.model.figures.contains_key(&next)
            {
                let known = self.model.figures.keys().cloned().collect();
                self.unknown_id("figure", &next, entry.location_of("superseded-by"), known);
            }
            if let Some(figure) = self.model.figures.get_mut(&name) {
                figure.note = note;
            }
        }
        for (name, entry) in self.top_again("facts") {
            let note = self.prose(&entry, "note");
            if let Some(fact) = self.model.facts.get_mut(&name) {
                fact.note = note;
            }
        }
        for (name, entry) in self.top_again("formulas") {
            let note = self.prose(&entry, "note");
            if let Some(formula) = self.model.formulas.get_mut(&name) {
                formula.note = note;
            }
        }
        for (id, entry) in self.top_again("options") {
            let note = self.prose(&entry, "note");
            let notes: Vec<Prose> =
                entry.list("components").iter().map(|entry| self.prose(entry, "note")).collect();
            if let Some(option) = self.model.options.get_mut(&id) {
                option.note = note;
                for (component, note) in option.components.iter_mut().zip(notes) {
                    component.note = note;
                }
            }
        }
    }

    /// The entries of a table whose findings have been made already.
    fn top_again(&mut self, table: &str) -> Vec<(String, Entry<'a>)> {
        let findings = self.findings.len();
        let entries = self.top(table);
        self.findings.truncate(findings);
        entries
    }

    fn scenario(&mut self, id: &str, entry: &Entry<'a>) -> Scenario {
        let mut inputs = BTreeMap::new();
        for (name, span, value) in entry.map("inputs") {
            let location = Location::new(entry.source, span);
            let Some((index, _, input)) = self.model.inputs.get_full(name) else {
                let known = self.model.inputs.keys().cloned().collect();
                self.unknown_id("input", name, location, known);
                continue;
            };
            let Some(text) = super::read::placed(entry.source, value) else { continue };
            match super::super::inputs::setting(input, &text.text, &self.model.units) {
                Ok(value) => {
                    inputs.insert(index, value);
                }
                Err(problem) => self.findings.push(problem.located(|_| text.location.clone())),
            }
        }
        let mut figures = BTreeMap::new();
        for (name, span, value) in entry.map("figures") {
            let Some((index, _, figure)) = self.model.figures.get_full(name) else {
                let known = self.model.figures.keys().cloned().collect();
                self.unknown_id("figure", name, Location::new(entry.source, span), known);
                continue;
            };
            let (dimension, unit) = (figure.quantity.dimension, figure.unit.clone());
            if let Some(Given { quantity, .. }) =
                self.quantity_of(entry.source, value, name, unit.as_ref(), Some(dimension))
            {
                figures.insert(index, quantity.value);
            }
        }
        Scenario {
            id: id.to_owned(),
            label: entry.text("label").unwrap_or_else(|| id.to_owned()),
            note: self.prose(entry, "note"),
            location: entry.location(),
            inputs,
            figures,
        }
    }

    fn proxy(&mut self, id: &str, entry: &Entry<'a>) -> Proxy {
        let texts =
            |key: &str| entry.texts(key).into_iter().map(|(text, _)| text).collect::<Vec<_>>();
        let marks = |key: &str| {
            let marks = entry.map(key).into_iter();
            marks
                .map(|(key, _, value)| {
                    (key.to_owned(), value.get_ref().as_str().unwrap_or("*").to_owned())
                })
                .collect()
        };
        let options = self.model.options.keys().cloned().collect();
        let inputs = self.model.inputs.keys().cloned().collect();
        let recognises =
            ["container", "image", "pod", "namespace", "labels", "annotations", "owner"];
        if !recognises.iter().any(|key| entry.get(key).is_some()) {
            let message =
                format!("proxy `{id}` would be every container: say how it is recognised");
            self.report(&WRONG_KIND, entry.location(), message);
        }
        Proxy {
            id: id.to_owned(),
            label: entry.text("label").unwrap_or_else(|| id.to_owned()),
            option: self.reference(entry, "option", "option", options),
            per: match entry.text("per").as_deref() {
                Some("node") => Per::Node,
                Some("replica") => Per::Replica,
                Some("member") => Per::Member,
                _ => Per::Pod,
            },
            container: texts("container"),
            image: texts("image"),
            pod: texts("pod"),
            namespace: texts("namespace"),
            labels: marks("labels"),
            annotations: marks("annotations"),
            owner: entry.text("owner"),
            count: self.reference(entry, "count", "input", inputs),
            figures: entry.text("figures"),
            location: entry.location(),
        }
    }
}
