//! What a change of a model does to what it says.
//!
//! Owns: [`Change`], the comparison of two models value by value, and what becomes of verdicts. Must not know: the pages on which
//! values stand; whoever knows them adds the places.

use super::quantity::Format;
use super::view::View;
use super::{Answers, Checklist, Inputs, Model};
use indexmap::IndexMap;
use plumb_text::Location;

/// A value that differs between two models.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// What kind of value.
    pub kind: ChangeKind,
    /// Its name, unique within its kind: `tax.cpu`, `sidecars requests.cpu`, `needs / mtls / sidecars`.
    pub name: String,
    /// The scenario in which it differs; none for the defaults, and for what does not depend on inputs.
    pub scenario: Option<String>,
    /// As it was; none where it is new.
    pub before: Option<String>,
    /// As it is; none where it is gone.
    pub after: Option<String>,
    /// Where it is defined: in the new model, or where it is gone, in the old one.
    pub location: Location,
}

/// What kind of value it is, in the order of reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChangeKind {
    /// An input's default.
    Input,
    /// A figure's value.
    Figure,
    /// The value of a fact that is no quantity.
    Fact,
    /// A formula's value.
    Formula,
    /// A total of an option.
    Option,
    /// A cell of a matrix.
    Cell,
    /// An item of a checklist.
    Item,
    /// What answers to a checklist lead to.
    Verdict,
}

impl ChangeKind {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            ChangeKind::Input => "input",
            ChangeKind::Figure => "figure",
            ChangeKind::Fact => "fact",
            ChangeKind::Formula => "formula",
            ChangeKind::Option => "option",
            ChangeKind::Cell => "cell",
            ChangeKind::Item => "item",
            ChangeKind::Verdict => "verdict",
        }
    }
}

/// A value as it is compared (exactly) and as it is shown.
struct Said {
    exact: String,
    shown: String,
    location: Location,
}

type Key = (ChangeKind, String, Option<String>);

/// The values that differ between two models, each once.
pub fn diff(before: &Model, after: &Model) -> Vec<Change> {
    let (old, new) = (said(before), said(after));
    let mut changes = Vec::new();
    for (key, was) in &old {
        let now = new.get(key);
        if now.is_none_or(|now| now.exact != was.exact) {
            let (from, to) = match now {
                // what is too near to be told apart is shown in full
                Some(now) if now.shown == was.shown => (was.exact.clone(), Some(now.exact.clone())),
                now => (was.shown.clone(), now.map(|now| now.shown.clone())),
            };
            let location = now.unwrap_or(was).location.clone();
            changes.push(change(key, Some(from), to, location));
        }
    }
    for (key, now) in &new {
        if !old.contains_key(key) {
            changes.push(change(key, None, Some(now.shown.clone()), now.location.clone()));
        }
    }
    for (id, list) in &after.checklists {
        if let Some(earlier) = before.checklists.get(id) {
            changes.extend(verdicts(before, earlier, after, list));
        }
    }
    changes.sort_by_key(|change| change.kind);
    once(changes)
}

/// A change that is the same with the defaults as in a scenario is told once.
fn once(changes: Vec<Change>) -> Vec<Change> {
    let plain: Vec<Change> =
        changes.iter().filter(|change| change.scenario.is_none()).cloned().collect();
    let repeats = |change: &Change| {
        change.scenario.is_some()
            && plain.iter().any(|other| {
                (other.kind, &other.name, &other.before, &other.after)
                    == (change.kind, &change.name, &change.before, &change.after)
            })
    };
    changes.into_iter().filter(|change| !repeats(change)).collect()
}

fn change(key: &Key, before: Option<String>, after: Option<String>, location: Location) -> Change {
    let (kind, name, scenario) = key;
    Change { kind: *kind, name: name.clone(), scenario: scenario.clone(), before, after, location }
}

/// Everything that a model says.
fn said(model: &Model) -> IndexMap<Key, Said> {
    let mut found = IndexMap::new();
    let inputs = model.inputs();
    for (name, input) in &model.inputs {
        let shown = inputs.shown(model, name).unwrap_or_default();
        let exact =
            inputs.number(model, name).map_or_else(|| shown.clone(), |value| value.to_string());
        found.insert(
            (ChangeKind::Input, name.clone(), None),
            Said { exact, shown, location: input.location.clone() },
        );
    }
    for (name, figure) in &model.figures {
        let show = |value| model.figure_text(figure, value);
        let mut shown = show(&figure.quantity.value);
        let mut exact = format!("{} {}", figure.quantity.value, figure.quantity.dimension);
        if let Some((low, high)) = &figure.range {
            shown = format!("{shown} ({} to {})", show(low), show(high));
            exact = format!("{exact} ({low} to {high})");
        }
        found.insert(
            (ChangeKind::Figure, name.clone(), None),
            Said { exact, shown, location: figure.location.clone() },
        );
    }
    for (name, fact) in &model.facts {
        let shown = model.fact_text(fact);
        let exact = format!("{:?}", fact.value);
        found.insert(
            (ChangeKind::Fact, name.clone(), None),
            Said { exact, shown, location: fact.location.clone() },
        );
    }
    let scenarios =
        model.scenarios.keys().filter_map(|id| Some((Some(id.clone()), model.inputs_of(id).ok()?)));
    for (scenario, inputs) in std::iter::once((None, inputs)).chain(scenarios) {
        computed(model, &inputs, &scenario, &mut found);
    }
    for (id, matrix) in &model.matrices {
        for row in &matrix.rows {
            for (column, cell) in matrix.columns.iter().zip(&row.cells) {
                let Some(cell) = cell else { continue };
                let status = model
                    .statuses
                    .get(&cell.status)
                    .map_or(cell.status.as_str(), |status| &status.label);
                let shown = if cell.text.is_empty() {
                    status.to_owned()
                } else {
                    format!("{status}: {}", cell.text.text)
                };
                let name = format!("{id} / {} / {}", row.id, column.id);
                let said = Said { exact: shown.clone(), shown, location: cell.location.clone() };
                found.insert((ChangeKind::Cell, name, None), said);
            }
        }
    }
    for (id, list) in &model.checklists {
        for item in &list.items {
            let shown =
                model.prose(&item.text, &model.inputs()).unwrap_or_else(|_| item.text.text.clone());
            let said = Said { exact: shown.clone(), shown, location: item.location.clone() };
            found.insert((ChangeKind::Item, format!("{id} / {}", item.id), None), said);
        }
    }
    found
}

fn computed(
    model: &Model,
    inputs: &Inputs,
    scenario: &Option<String>,
    found: &mut IndexMap<Key, Said>,
) {
    let mut add = |kind, name: String, definition: usize, location: &Location| {
        let said = match model.definition_value(definition, inputs) {
            Ok(value) => {
                let mut shown = model.show(&value, &Format::default()).text;
                let mut exact = match value.value.quantity() {
                    Some(quantity) => format!("{} {}", quantity.value, quantity.dimension),
                    None => shown.clone(),
                };
                if let Some((low, high)) = model.show_range(&value, &Format::default())
                    && let Some(range) = &value.range
                {
                    shown = format!("{shown} ({} to {})", low.text, high.text);
                    exact = format!("{exact} ({} to {})", range.low, range.high);
                }
                Said { exact, shown, location: location.clone() }
            }
            Err(_) => Said {
                exact: "no value".into(),
                shown: "no value".into(),
                location: location.clone(),
            },
        };
        found.insert((kind, name, scenario.clone()), said);
    };
    for (name, formula) in &model.formulas {
        add(ChangeKind::Formula, name.clone(), formula.definition, &formula.location);
    }
    for (id, option) in &model.options {
        let Some(names) = model.names.options.get(id) else { continue };
        for ((view, resource), definition) in &names.totals {
            if *view != View::Reserved {
                add(
                    ChangeKind::Option,
                    format!("{id} {}.{resource}", view.name()),
                    *definition,
                    &option.location,
                );
            }
        }
    }
}

/// With more items than this, not all answers are tried.
const MAX_ITEMS: usize = 12;

/// What becomes of the answers to a checklist: from which verdict to which, and for how many of all possible answers.
fn verdicts(before: &Model, earlier: &Checklist, after: &Model, now: &Checklist) -> Vec<Change> {
    let items = &now.items[..now.items.len().min(MAX_ITEMS)];
    let mut moved: IndexMap<(String, String), usize> = IndexMap::new();
    let mut tried = 0;
    for answers in Answers::all(items) {
        tried += 1;
        let verdict = |model: &Model, list: &Checklist| match model.verdict(
            list,
            &answers,
            &model.inputs(),
        ) {
            Ok(Some(band)) => band.verdict.clone(),
            _ => "no verdict".into(),
        };
        let (was, is) = (verdict(before, earlier), verdict(after, now));
        if was != is {
            *moved.entry((was, is)).or_default() += 1;
        }
    }
    let many = |count: usize| {
        if tried == 1 { String::new() } else { format!(" ({count} of {tried} answers)") }
    };
    let changes = moved.into_iter().map(|((was, is), count)| Change {
        kind: ChangeKind::Verdict,
        name: now.id.clone(),
        scenario: None,
        before: Some(was),
        after: Some(format!("{is}{}", many(count))),
        location: now.location.clone(),
    });
    changes.collect()
}
