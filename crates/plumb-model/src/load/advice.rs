//! Matrices, checklists and advisors: what asks a reader, and what follows from the answers.

use super::Loader;
use super::read::Entry;
use crate::codes::{BAD_BANDS, DUPLICATE_ENTRY, MISSING_CELL};
use crate::entry::*;
use crate::formula::names::Locals;
use crate::quantity::Ratio;
use num_traits::One;
use plumb_text::Location;
use plumb_text::diag::Diagnostic;
use std::collections::HashMap;

impl<'a> Loader<'a> {
    pub(super) fn matrix(&mut self, id: &str, entry: &Entry<'a>) -> Matrix {
        let mut columns: Vec<Column> = Vec::new();
        for entry in entry.list("columns") {
            let Some(id) = entry.text("id") else { continue };
            let option = self.model.options.get(&id);
            let label = option.map(|option| option.short_label().to_owned());
            let is_option = option.is_some();
            let Some(label) = entry.text("label").or(label) else {
                let known = self.model.options.keys().cloned().collect();
                self.unknown_id("option", &id, entry.location_of("id"), known);
                continue;
            };
            let note = self.prose(&entry, "note");
            let location = entry.location();
            self.unique(
                &id,
                "column",
                &location,
                columns.iter().map(|column| (column.id.as_str(), &column.location)).collect(),
            );
            columns.push(Column { id, label, is_option, note, location });
        }
        let mut rows: Vec<Row> = Vec::new();
        for entry in entry.list("rows") {
            let Some(id) = entry.text("id") else { continue };
            let location = entry.location_of("id");
            self.unique(
                &id,
                "row",
                &location,
                rows.iter().map(|row| (row.id.as_str(), &row.location)).collect(),
            );
            let cells = self.cells(&entry, &columns);
            rows.push(Row {
                label: entry.text("label").unwrap_or_else(|| id.clone()),
                note: self.prose(&entry, "note"),
                group: entry.text("group"),
                weight: entry.number("weight").unwrap_or_else(Ratio::one),
                cells,
                location,
                id,
            });
        }
        Matrix {
            id: id.to_owned(),
            label: entry.text("label").unwrap_or_else(|| id.to_owned()),
            corner: entry.text("corner").unwrap_or_default(),
            note: self.prose(entry, "note"),
            columns,
            rows,
            location: entry.location(),
        }
    }

    fn cells(&mut self, row: &Entry<'a>, columns: &[Column]) -> Vec<Option<Cell>> {
        let mut given: HashMap<&str, Cell> = HashMap::new();
        let spec = match row.spec.field("cells").map(|field| field.kind) {
            Some(super::Kind::Map(super::Kind::Table(spec))) => spec,
            _ => return Vec::new(),
        };
        for (column, span, value) in row.map("cells") {
            let entry = Entry { source: row.source, spec, value, key: span };
            if !columns.iter().any(|known| known.id == column) {
                let known = columns.iter().map(|column| column.id.clone()).collect();
                self.unknown_id("column", column, entry.location(), known);
                continue;
            }
            let Some(status) = entry.text("status") else { continue };
            if !self.model.statuses.contains_key(&status) {
                let known = self.model.statuses.keys().cloned().collect();
                self.unknown_id("status", &status, entry.location_of("status"), known);
                continue;
            }
            let cell = Cell {
                status,
                text: self.prose(&entry, "text"),
                note: self.prose(&entry, "note"),
                sources: self.sources(&entry),
                unverified: entry.bool("unverified").unwrap_or(false),
                location: entry.location(),
            };
            given.insert(column, cell);
        }
        let named: Vec<&str> = row.map("cells").into_iter().map(|(column, _, _)| column).collect();
        let missing: Vec<&str> = columns
            .iter()
            .map(|column| column.id.as_str())
            .filter(|id| !named.contains(id))
            .collect();
        if !missing.is_empty() {
            let message = format!(
                "row `{}` says nothing about {}",
                row.text("id").unwrap_or_default(),
                missing.join(", ")
            );
            self.report(&MISSING_CELL, row.location_of("id"), message);
        }
        columns.iter().map(|column| given.remove(column.id.as_str())).collect()
    }

    fn unique(
        &mut self,
        id: &str,
        what: &str,
        location: &Location,
        others: Vec<(&str, &Location)>,
    ) {
        if let Some((_, other)) = others.into_iter().find(|(other, _)| *other == id) {
            let finding = Diagnostic::new(
                &DUPLICATE_ENTRY,
                location.clone(),
                format!("there are two {what}s `{id}`"),
            );
            self.findings.push(finding.related(other.clone(), "the first"));
        }
    }

    fn links(&self, entry: &Entry<'a>, key: &str) -> Vec<Link> {
        let link =
            |entry: Entry<'a>| Some(Link { text: entry.text("text")?, url: entry.text("url")? });
        entry.list(key).into_iter().filter_map(link).collect()
    }

    pub(super) fn reference(
        &mut self,
        entry: &Entry<'a>,
        key: &str,
        what: &str,
        known: Vec<String>,
    ) -> Option<String> {
        let id = entry.text(key)?;
        if known.contains(&id) {
            return Some(id);
        }
        self.unknown_id(what, &id, entry.location_of(key), known);
        None
    }

    fn references(
        &mut self,
        entry: &Entry<'a>,
        key: &str,
        what: &str,
        known: &[String],
    ) -> Vec<String> {
        let mut ids = Vec::new();
        for (id, span) in entry.texts(key) {
            if known.contains(&id) {
                ids.push(id);
            } else {
                self.unknown_id(what, &id, Location::new(entry.source, span), known.to_vec());
            }
        }
        ids
    }

    pub(super) fn checklist(&mut self, id: &str, entry: &Entry<'a>) -> Checklist {
        let groups: Vec<Group> = entry
            .list("groups")
            .iter()
            .filter_map(|entry| {
                let id = entry.text("id")?;
                let label = entry.text("label").unwrap_or_else(|| id.clone());
                Some(Group { id, label, note: self.prose(entry, "note") })
            })
            .collect();
        let rows: Vec<String> = self
            .model
            .matrices
            .values()
            .flat_map(|matrix| matrix.rows.iter().map(|row| row.id.clone()))
            .collect();
        let mut items: Vec<Item> = Vec::new();
        for entry in entry.list("items") {
            let Some(id) = entry.text("id") else { continue };
            let location = entry.location_of("id");
            self.unique(
                &id,
                "item",
                &location,
                items.iter().map(|item| (item.id.as_str(), &item.location)).collect(),
            );
            let known = groups.iter().map(|group| group.id.clone()).collect();
            items.push(Item {
                text: self.prose(&entry, "text"),
                short: self.prose(&entry, "short"),
                help: self.prose(&entry, "help"),
                group: self.reference(&entry, "group", "group", known),
                weight: entry.number("weight").unwrap_or_else(Ratio::one),
                holds: self.condition(&entry, "holds", None),
                need: self.reference(&entry, "need", "row of a matrix", rows.clone()),
                sources: self.sources(&entry),
                location,
                id,
            });
        }
        let locals = Locals {
            items: items.iter().map(|item| item.id.clone()).collect(),
            groups: groups.iter().map(|group| group.id.clone()).collect(),
            ..Locals::default()
        };
        let mut bands: Vec<Band> = Vec::new();
        let options: Vec<String> = self.model.options.keys().cloned().collect();
        for entry in entry.list("bands") {
            let Some(id) = entry.text("id") else { continue };
            let location = entry.location_of("id");
            self.unique(
                &id,
                "band",
                &location,
                bands.iter().map(|band| (band.id.as_str(), &band.location)).collect(),
            );
            if let Some(last) = bands.last()
                && last.when.is_none()
            {
                let message =
                    format!("band `{id}` is never reached: the one before it always holds");
                self.report(&BAD_BANDS, location.clone(), message);
                break;
            }
            let has_condition = entry.get("when").is_some();
            let when = self.condition(&entry, "when", Some(&locals));
            if has_condition && when.is_none() {
                // its finding is made; without its condition it would hold always
                continue;
            }
            bands.push(Band {
                when,
                verdict: entry.text("verdict").unwrap_or_default(),
                text: self.prose(&entry, "text"),
                links: self.links(&entry, "links"),
                option: self.reference(&entry, "option", "option", options.clone()),
                location,
                id,
            });
        }
        if let Some(last) = bands.last()
            && last.when.is_some()
        {
            let message =
                format!("answers to `{id}` may lead to no verdict: the last band has a condition");
            let location = last.location.clone();
            self.report(&BAD_BANDS, location, message)
                .help
                .push("leave out `when` in the last band".into());
        }
        Checklist {
            id: id.to_owned(),
            title: entry.text("title").unwrap_or_else(|| id.to_owned()),
            intro: self.prose(entry, "intro"),
            groups,
            items,
            bands,
            location: entry.location(),
        }
    }

    pub(super) fn advisor(&mut self, id: &str, entry: &Entry<'a>) -> Advisor {
        let ids = |keys: Vec<&String>| keys.into_iter().cloned().collect::<Vec<String>>();
        let checklists = ids(self.model.checklists.keys().collect());
        let matrices = ids(self.model.matrices.keys().collect());
        let scenarios = ids(self.model.scenarios.keys().collect());
        let options = ids(self.model.options.keys().collect());
        let inputs = ids(self.model.inputs.keys().collect());
        let checklist = self.reference(entry, "checklist", "checklist", checklists);
        let matrix = self.reference(entry, "matrix", "matrix", matrices);
        let mut locals = Locals::default();
        if let Some(list) = checklist.as_ref().and_then(|id| self.model.checklists.get(id)) {
            locals.items = list.items.iter().map(|item| item.id.clone()).collect();
            locals.groups = list.groups.iter().map(|group| group.id.clone()).collect();
        }
        let mut compared = self.references(entry, "options", "option", &options);
        if let Some(matrix) = matrix.as_ref().and_then(|id| self.model.matrices.get(id)) {
            locals.needs = matrix.rows.iter().map(|row| row.id.clone()).collect();
            locals.columns = matrix.columns.iter().map(|column| column.id.clone()).collect();
            if entry.get("options").is_none() {
                let columns = matrix.columns.iter().filter(|column| column.is_option);
                compared = columns.map(|column| column.id.clone()).collect();
            }
        }
        let mut choosable = options.clone();
        choosable.extend(locals.columns.iter().cloned());
        let mut outcomes: Vec<Outcome> = Vec::new();
        for entry in entry.list("outcomes") {
            let Some(id) = entry.text("id") else { continue };
            let location = entry.location_of("id");
            let others =
                outcomes.iter().map(|outcome| (outcome.id.as_str(), &outcome.location)).collect();
            self.unique(&id, "outcome", &location, others);
            if outcomes.last().is_some_and(|last| last.when.is_none()) {
                let message =
                    format!("outcome `{id}` is never reached: the one before it always holds");
                self.report(&BAD_BANDS, location.clone(), message);
                break;
            }
            let when = self.condition(&entry, "when", Some(&locals));
            if entry.get("when").is_some() && when.is_none() {
                continue;
            }
            outcomes.push(Outcome {
                when,
                title: entry.text("title").unwrap_or_default(),
                text: self.prose(&entry, "text"),
                option: self.reference(&entry, "option", "option", choosable.clone()),
                cost: self.reference(&entry, "cost", "option", options.clone()),
                links: self.links(&entry, "links"),
                manifests: self.links(&entry, "manifests"),
                location,
                id,
            });
        }
        if let Some(last) = outcomes.last()
            && last.when.is_some()
        {
            let message =
                format!("advisor `{id}` may have nothing to say: its last outcome has a condition");
            let location = last.location.clone();
            self.report(&BAD_BANDS, location, message)
                .help
                .push("leave out `when` in the last outcome".into());
        }
        Advisor {
            id: id.to_owned(),
            title: entry.text("title").unwrap_or_else(|| id.to_owned()),
            intro: self.prose(entry, "intro"),
            checklist,
            matrix,
            scenario: self.reference(entry, "scenario", "scenario", scenarios),
            inputs: self.references(entry, "inputs", "input", &inputs),
            options: compared,
            outcomes,
            location: entry.location(),
        }
    }
}
