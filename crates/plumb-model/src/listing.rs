//! Tables of what a model says, as data, and as text, CSV, JSON or Markdown.
//!
//! Owns: [`Listing`] and the tables of `model list`, `model eval` and `model table`. Must not know: the command line.

use super::entry::InputKind;
use super::problem::Problem;
use super::quantity::Format;
use super::view::View;
use super::{Compiled, Inputs, Model, Sweep};
use plumb_text::one_line;
use serde_json::{Map, Value, json};

/// A table: heads and cells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// The heads of the columns.
    pub columns: Vec<String>,
    /// The cells, row by row, as many as there are columns.
    pub rows: Vec<Vec<String>>,
    /// The first column that holds numbers, which are set flush right from there on.
    pub numbers_from: usize,
}

/// The first column of numbers where there is none.
pub(super) const NO_NUMBERS: usize = usize::MAX;

impl Listing {
    fn new(columns: &[&str], numbers_from: usize) -> Listing {
        Listing {
            columns: columns.iter().map(|column| (*column).to_owned()).collect(),
            rows: Vec::new(),
            numbers_from,
        }
    }

    /// For a terminal: columns of even width.
    pub fn to_text(&self) -> String {
        let width = |at: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(at)).chain(self.columns.get(at));
            cells.map(|cell| on_a_line(cell).chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..self.columns.len()).map(width).collect();
        let mut out = String::new();
        for row in std::iter::once(&self.columns).chain(&self.rows) {
            let mut line = String::new();
            for (at, cell) in row.iter().enumerate() {
                let cell = on_a_line(cell);
                let pad = " ".repeat(
                    widths.get(at).copied().unwrap_or(0).saturating_sub(cell.chars().count()),
                );
                let gap = if at > 0 { "  " } else { "" };
                line.push_str(gap);
                if at >= self.numbers_from {
                    line.push_str(&pad);
                    line.push_str(&cell);
                } else {
                    line.push_str(&cell);
                    line.push_str(&pad);
                }
            }
            out.push_str(line.trim_end());
            out.push('\n');
        }
        out
    }

    /// As RFC 4180 has it, with line feeds.
    pub fn to_csv(&self) -> String {
        let mut out = String::new();
        for row in std::iter::once(&self.columns).chain(&self.rows) {
            for (at, cell) in row.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                if cell.contains(['"', ',', '\n', '\r']) {
                    out.push('"');
                    out.push_str(&cell.replace('"', "\"\""));
                    out.push('"');
                } else {
                    out.push_str(cell);
                }
            }
            out.push('\n');
        }
        out
    }

    /// A list of objects, one for each row.
    pub fn to_json(&self) -> Value {
        let object = |row: &Vec<String>| {
            let cells =
                self.columns.iter().zip(row).map(|(column, cell)| (column.clone(), json!(cell)));
            Value::Object(cells.collect::<Map<String, Value>>())
        };
        Value::Array(self.rows.iter().map(object).collect())
    }

    /// A table of GitHub's Markdown.
    pub fn to_markdown(&self) -> String {
        let line = |cells: &[String]| {
            let escaped = |cell: &String| on_a_line(cell).replace('\\', "\\\\").replace('|', "\\|");
            format!("| {} |\n", cells.iter().map(escaped).collect::<Vec<_>>().join(" | "))
        };
        let mut out = line(&self.columns);
        let rule = |at| if at >= self.numbers_from { "--:" } else { "---" };
        out.push_str(&format!(
            "|{}|\n",
            (0..self.columns.len()).map(rule).collect::<Vec<_>>().join("|")
        ));
        for row in &self.rows {
            out.push_str(&line(row));
        }
        out
    }
}

/// A cell in a line: ends of lines are blanks, and what else is hidden is written out.
fn on_a_line(cell: &str) -> String {
    one_line(&cell.replace('\n', " ")).into_owned()
}

/// A table of all that a model has of one kind.
#[derive(Debug)]
pub struct List {
    /// The name under which it is asked for.
    pub name: &'static str,
    make: fn(&Model, &Inputs) -> Listing,
}

/// The tables that can be listed by name.
pub static LISTS: &[List] = &[
    List { name: "inputs", make: inputs },
    List { name: "figures", make: figures },
    List { name: "facts", make: facts },
    List { name: "formulas", make: formulas },
    List { name: "options", make: options },
    List { name: "scenarios", make: scenarios },
    List { name: "sources", make: sources },
    List { name: "matrices", make: matrices },
    List { name: "checklists", make: checklists },
    List { name: "advisors", make: advisors },
    List { name: "proxies", make: proxies },
];

impl List {
    /// The list of this name.
    pub fn named(name: &str) -> Option<&'static List> {
        LISTS.iter().find(|list| list.name == name)
    }

    /// The table, with the values that these inputs give.
    pub fn of(&self, model: &Model, inputs: &Inputs) -> Listing {
        (self.make)(model, inputs)
    }
}

fn inputs(model: &Model, inputs: &Inputs) -> Listing {
    let mut list = Listing::new(&["name", "label", "value", "min", "max"], 2);
    for (name, input) in &model.inputs {
        let (min, max) = match &input.kind {
            InputKind::Number { min, max, .. } => {
                let shown = |value| input.text(&model.units, value);
                (min.as_ref().map(shown), max.as_ref().map(shown))
            }
            _ => (None, None),
        };
        let (min, max) = (min.unwrap_or_default(), max.unwrap_or_default());
        let value = inputs.shown(model, name).unwrap_or_default();
        list.rows.push(vec![name.clone(), input.label.clone(), value, min, max]);
    }
    list
}

fn figures(model: &Model, _: &Inputs) -> Listing {
    let mut list =
        Listing::new(&["name", "value", "range", "basis", "checked", "sources"], NO_NUMBERS);
    for (name, figure) in &model.figures {
        let show = |value| model.figure_text(figure, value);
        let range = figure.range.as_ref();
        let range = range.map(|(low, high)| format!("{} to {}", show(low), show(high)));
        list.rows.push(vec![
            name.clone(),
            show(&figure.quantity.value),
            range.unwrap_or_default(),
            figure.basis.name().to_owned(),
            figure.checked.map(|date| date.to_string()).unwrap_or_default(),
            figure
                .sources
                .iter()
                .cloned()
                .chain(figure.from.as_ref().map(place))
                .collect::<Vec<_>>()
                .join(", "),
        ]);
    }
    list
}

fn facts(model: &Model, _: &Inputs) -> Listing {
    let mut list = Listing::new(&["name", "value", "basis", "checked", "sources"], NO_NUMBERS);
    for (name, fact) in &model.facts {
        let mut sources = fact.sources.clone();
        sources.extend(fact.from.as_ref().map(place));
        list.rows.push(vec![
            name.clone(),
            model.fact_text(fact),
            fact.basis.name().to_owned(),
            fact.checked.map(|date| date.to_string()).unwrap_or_default(),
            sources.join(", "),
        ]);
    }
    list
}

/// Where something is read from: `Cargo.toml:3`.
fn place(location: &plumb_text::Location) -> String {
    format!("{}:{}", location.source.path(), location.start().line)
}

fn formulas(model: &Model, inputs: &Inputs) -> Listing {
    let mut list = Listing::new(&["name", "value", "formula"], NO_NUMBERS);
    for (name, formula) in &model.formulas {
        let value = model.definition_value(formula.definition, inputs);
        let value = value.map_or_else(
            |problem| problem.message,
            |value| model.show(&value, &Format::default()).text,
        );
        list.rows.push(vec![name.clone(), value, formula.text.text.to_string()]);
    }
    list
}

fn options(model: &Model, _: &Inputs) -> Listing {
    let mut list = Listing::new(&["id", "label", "components"], NO_NUMBERS);
    for (id, option) in &model.options {
        let names: Vec<&str> =
            option.components.iter().map(|component| component.name.as_str()).collect();
        list.rows.push(vec![id.clone(), option.label.clone(), names.join(", ")]);
    }
    list
}

fn scenarios(model: &Model, _: &Inputs) -> Listing {
    let mut list = Listing::new(&["id", "label", "inputs"], NO_NUMBERS);
    for (id, scenario) in &model.scenarios {
        let mut set = Vec::new();
        if let Ok(inputs) = model.inputs_of(id) {
            let names = scenario.inputs.keys().filter_map(|index| model.inputs.get_index(*index));
            set.extend(
                names.filter_map(|(name, _)| {
                    Some(format!("{name} = {}", inputs.shown(model, name)?))
                }),
            );
        }
        let figures = scenario.figures.keys().filter_map(|index| model.figures.get_index(*index));
        set.extend(figures.map(|(name, _)| format!("{name} as if")));
        list.rows.push(vec![id.clone(), scenario.label.clone(), set.join(", ")]);
    }
    list
}

fn sources(model: &Model, _: &Inputs) -> Listing {
    let mut list = Listing::new(&["id", "title", "version", "accessed", "url"], NO_NUMBERS);
    for (id, source) in &model.sources {
        list.rows.push(vec![
            id.clone(),
            source.title.clone(),
            source.version.clone().unwrap_or_default(),
            source.accessed.map(|date| date.to_string()).unwrap_or_default(),
            source.url.clone().unwrap_or_default(),
        ]);
    }
    list
}

fn matrices(model: &Model, _: &Inputs) -> Listing {
    let mut list = Listing::new(&["id", "label", "columns", "rows"], 2);
    for (id, matrix) in &model.matrices {
        let (columns, rows) = (matrix.columns.len().to_string(), matrix.rows.len().to_string());
        list.rows.push(vec![id.clone(), matrix.label.clone(), columns, rows]);
    }
    list
}

fn checklists(model: &Model, _: &Inputs) -> Listing {
    let mut list = Listing::new(&["id", "title", "items", "verdicts"], 2);
    for (id, checklist) in &model.checklists {
        let (items, bands) = (checklist.items.len().to_string(), checklist.bands.len().to_string());
        list.rows.push(vec![id.clone(), checklist.title.clone(), items, bands]);
    }
    list
}

fn advisors(model: &Model, _: &Inputs) -> Listing {
    let mut list = Listing::new(&["id", "title", "outcomes"], 2);
    for (id, advisor) in &model.advisors {
        list.rows.push(vec![id.clone(), advisor.title.clone(), advisor.outcomes.len().to_string()]);
    }
    list
}

fn proxies(model: &Model, _: &Inputs) -> Listing {
    let mut list = Listing::new(&["id", "label", "option"], NO_NUMBERS);
    for (id, proxy) in &model.proxies {
        list.rows.push(vec![
            id.clone(),
            proxy.label.clone(),
            proxy.option.clone().unwrap_or_default(),
        ]);
    }
    list
}

impl Model {
    /// What options cost: a row for each, a column for each resource.
    pub fn option_table(
        &self,
        options: &[&str],
        view: View,
        inputs: &Inputs,
    ) -> Result<Listing, Problem> {
        let mut overheads = Vec::with_capacity(options.len());
        for option in options {
            overheads.push(self.overhead(option, inputs)?);
        }
        let mut resources: Vec<&str> = Vec::new();
        for overhead in &overheads {
            for resource in overhead.resources(view) {
                if !resources.contains(&resource) {
                    resources.push(resource);
                }
            }
        }
        let mut list = Listing::new(&["option"], 1);
        list.columns.extend(resources.iter().map(|resource| (*resource).to_owned()));
        for overhead in &overheads {
            let label = self
                .options
                .get(&overhead.option)
                .map_or(overhead.option.as_str(), |option| &option.label);
            let mut row = vec![label.to_owned()];
            for resource in &resources {
                row.push(match overhead.total(view, resource) {
                    Some(cost) => {
                        let least = if cost.partial { "≥ " } else { "" };
                        format!("{least}{}", self.show(&cost.evaluation, &Format::default()).text)
                    }
                    None => "–".into(),
                });
            }
            list.rows.push(row);
        }
        Ok(list)
    }

    /// A matrix: a row for each need, a column for each option; none if there is no such matrix.
    pub fn matrix_table(&self, id: &str, inputs: &Inputs) -> Option<Listing> {
        let matrix = self.matrices.get(id)?;
        let corner = if matrix.corner.is_empty() { "need" } else { &matrix.corner };
        let mut list = Listing::new(&[corner], NO_NUMBERS);
        list.columns.extend(matrix.columns.iter().map(|column| column.label.clone()));
        for row in &matrix.rows {
            let mut cells = vec![row.label.clone()];
            cells.extend(row.cells.iter().map(|cell| {
                let Some(cell) = cell else { return "–".to_owned() };
                let status = self.statuses.get(&cell.status);
                let status = status.map_or(cell.status.as_str(), |status| &status.label);
                match self.prose(&cell.text, inputs) {
                    Ok(text) if !text.is_empty() => text,
                    _ => status.to_owned(),
                }
            }));
            list.rows.push(cells);
        }
        Some(list)
    }

    /// Expressions along a sweep: a row for each point, a column for each expression.
    pub fn sweep_table(
        &self,
        expressions: &[&Compiled],
        sweep: &Sweep,
        inputs: &Inputs,
    ) -> Result<Listing, Problem> {
        let mut list = Listing::new(&[&sweep.input], 0);
        list.columns.extend(expressions.iter().map(|compiled| compiled.text().to_owned()));
        for at in sweep.points(self, inputs)? {
            let mut row = vec![at.shown(self, &sweep.input).unwrap_or_default()];
            for compiled in expressions {
                row.push(self.show(&self.evaluate(compiled, &at)?, &Format::default()).text);
            }
            list.rows.push(row);
        }
        Ok(list)
    }

    /// Everything about the value of an expression, as JSON: `model eval`, `explain`.
    pub fn explain(
        &self,
        compiled: &Compiled,
        inputs: &Inputs,
        format: &Format,
    ) -> Result<Value, Problem> {
        let evaluation = self.evaluate(compiled, inputs)?;
        let shown = self.show(&evaluation, format);
        let range = self.show_range(&evaluation, format).zip(evaluation.range.as_ref());
        let range = range.map(|((low, high), range)| json!({ "low": low.text, "high": high.text, "exact": range.exact }));
        let provenance = &evaluation.provenance;
        let input = |name: &String| {
            let label = self.inputs.get(name).map(|input| input.label.as_str());
            json!({ "name": name, "label": label, "value": inputs.shown(self, name) })
        };
        let figure = |name: &String| {
            let figure = &self.figures[name];
            let index = self.figures.get_index_of(name).unwrap_or(0);
            let ratio = inputs.figures.get(&index).unwrap_or(&figure.quantity.value);
            let shown = self.figure_text(figure, ratio);
            json!({
                "name": name, "label": figure.label, "value": shown, "basis": figure.basis.name(),
                "checked": figure.checked.map(|date| date.to_string()), "sources": figure.sources,
                "version": figure.version, "note": figure.note.text,
            })
        };
        let formula =
            |name: &String| json!({ "name": name, "formula": &*self.formulas[name].text.text });
        let source = |id: &String| {
            let source = &self.sources[id];
            json!({
                "id": id, "title": source.title, "url": source.url, "version": source.version,
                "accessed": source.accessed.map(|date| date.to_string()),
            })
        };
        Ok(json!({
            "expression": provenance.formula,
            "value": shown.text,
            "exact": shown.exact,
            "rounded": shown.rounded,
            "dimension": evaluation.value.quantity().map(|quantity| quantity.dimension.to_string()),
            "range": range,
            "scenario": inputs.scenario_id(),
            "inputs": provenance.inputs.iter().map(input).collect::<Vec<_>>(),
            "figures": provenance.figures.iter().map(figure).collect::<Vec<_>>(),
            "formulas": provenance.formulas.iter().map(formula).collect::<Vec<_>>(),
            "sources": provenance.sources.iter().map(source).collect::<Vec<_>>(),
        }))
    }
}
