//! What options cost at a reader's size: the table that the build computes, and the program by which a page does it again.
//!
//! Owns: the calculator's content, for the directives `calculator` and `advisor`.

use super::Call;
use super::{ask, columns};
use crate::content::{
    Align, Calculator, CalculatorInput, CalculatorOption, Column, Inline, Preset, Row, Table, text,
};
use crate::model::{
    Format, InputKind, Inputs, Model, Overhead, Program, Quantity, Ratio, Unit, View,
};
use crate::number::to_places;
use num_traits::Signed;
use serde_json::{Value as Json, json};

/// What a calculator is made of.
pub(super) struct Asked {
    /// The id under which the reader's settings are kept.
    pub(super) id: String,
    /// Its title, or nothing.
    pub(super) title: String,
    /// Ids of options that the model has.
    pub(super) options: Vec<String>,
    /// The option that the others are compared with.
    pub(super) baseline: Option<String>,
    /// Requests, usage, limits …
    pub(super) view: View,
    /// `cpu`, `memory` …; those that any option has where empty.
    pub(super) resources: Vec<String>,
    /// With a row for each component.
    pub(super) components: bool,
    /// The inputs to ask for; those that have a say where empty.
    pub(super) inputs: Vec<String>,
    /// Ids of scenarios to start from.
    pub(super) presets: Vec<String>,
    /// The values that the page starts with.
    pub(super) values: Inputs,
}

/// The resources that the options have, `cpu` and `memory` first.
pub(super) fn resources(overheads: &[Overhead], view: View) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for resource in overheads.iter().flat_map(|overhead| overhead.resources(view)) {
        if !all.iter().any(|other| other == resource) {
            all.push(resource.to_owned());
        }
    }
    let usual = ["cpu", "memory"];
    all.sort_by_key(|resource| {
        usual.iter().position(|usual| usual == resource).unwrap_or(usual.len())
    });
    all
}

/// The calculator; what can't be computed is reported at the directive's name.
pub(super) fn calculator(call: &mut Call<'_>, asked: Asked) -> Option<Calculator> {
    let model = call.model;
    let mut overheads = Vec::with_capacity(asked.options.len());
    for option in &asked.options {
        match model.overhead(option, &asked.values) {
            Ok(overhead) => overheads.push(overhead),
            Err(problem) => {
                call.failed(call.name().span, problem);
                return None;
            }
        }
    }
    let resources = if asked.resources.is_empty() {
        resources(&overheads, asked.view)
    } else {
        asked.resources.clone()
    };
    let unit = |resource: &String| {
        let totals = overheads.iter().filter_map(|overhead| overhead.total(asked.view, resource));
        columns::single_unit(model, totals.map(|cost| &cost.evaluation))
    };
    let mut building = Building {
        model,
        asked: &asked,
        units: resources.iter().map(unit).collect(),
        resources: &resources,
        program: Program::new(model),
        differences: Vec::new(),
        cells: Vec::new(),
        table: Table {
            columns: columns(asked.view, asked.components, &resources),
            ..Table::default()
        },
        options: Vec::new(),
    };
    for overhead in &overheads {
        building.option(overhead, &overheads);
        let shown = overhead
            .totals
            .iter()
            .filter(|((view, resource), _)| *view == asked.view && resources.contains(resource));
        for source in shown.flat_map(|(_, cost)| &cost.evaluation.provenance.sources) {
            call.used.source(source);
        }
    }
    let Building { mut program, table, cells, options, differences, .. } = building;
    for input in &asked.inputs {
        program.add_input(input);
        call.used.input(model, input);
    }
    let mut json = program.json(&asked.values);
    for (key, minuend, subtrahend) in differences {
        let roots = &json["roots"];
        let mut root = roots[&minuend].clone();
        root["expr"] = json!(["-", roots[&minuend]["expr"], roots[&subtrahend]["expr"]]);
        json["roots"][&key] = root;
    }
    json["cells"] = Json::Array(cells);
    let names: Vec<String> = if asked.inputs.is_empty() {
        let known = json["inputs"].as_object();
        model
            .inputs
            .keys()
            .filter(|name| known.is_some_and(|known| known.contains_key(*name)))
            .cloned()
            .collect()
    } else {
        asked.inputs.clone()
    };
    Some(Calculator {
        inputs: names.iter().filter_map(|name| input(model, name, &asked.values)).collect(),
        presets: asked.presets.iter().filter_map(|id| preset(model, id, &names)).collect(),
        options,
        result: table,
        program: json,
        title: text(&asked.title),
        id: asked.id,
    })
}

fn columns(view: View, components: bool, resources: &[String]) -> Vec<Column> {
    let column = |title: &str, align| Column { title: text(title), align };
    let mut columns = vec![column("Option", Align::Left)];
    if components {
        columns.push(column("Count", Align::Right));
    }
    columns.extend(
        resources.iter().map(|resource| column(&columns::counted(resource, view), Align::Right)),
    );
    columns
}

struct Building<'a> {
    model: &'a Model,
    asked: &'a Asked,
    resources: &'a [String],
    /// The one unit of each resource's column, where it has one.
    units: Vec<Option<Unit>>,
    program: Program<'a>,
    /// Roots that are the difference of two others.
    differences: Vec<(String, String, String)>,
    cells: Vec<Json>,
    table: Table,
    options: Vec<CalculatorOption>,
}

impl Building<'_> {
    fn option(&mut self, overhead: &Overhead, all: &[Overhead]) {
        let Some(option) = self.model.options.get(&overhead.option) else { return };
        let mut rows = Vec::new();
        if self.asked.components {
            for component in &overhead.components {
                rows.push(self.table.rows.len());
                let count =
                    self.model.plain(Quantity::new(component.count.clone(), Default::default()));
                let count = self.model.show(&count, &Format::default()).text;
                let key = format!("count {} {}", option.id, component.name);
                let mut cells =
                    vec![text(format!("{}: {}", option.short_label(), component.label))];
                cells.push(self.cell(key.clone(), 1, text(count), |program| {
                    program.add_count(key, &option.id, &component.name)
                }));
                self.costs(&mut cells, &option.id, Some(&component.name), |resource| {
                    component.totals.get(&(self.asked.view, resource.to_owned()))
                });
                self.table.rows.push(Row { cells, header: true, total: false });
            }
        }
        rows.push(self.table.rows.len());
        let model = self.model;
        let sources = option.sources.iter().filter_map(|id| ask::source(model, id)).collect();
        let label = ask::named(model, &option.label, &option.note, sources, &self.model.inputs());
        let mut cells = vec![label];
        if self.asked.components {
            cells.push(Vec::new());
        }
        self.costs(&mut cells, &option.id, None, |resource| {
            overhead.total(self.asked.view, resource)
        });
        self.table.rows.push(Row { cells, header: true, total: self.asked.components });
        if let Some(baseline) =
            self.asked.baseline.as_ref().filter(|baseline| **baseline != option.id)
            && let Some(base) = all.iter().find(|other| other.option == *baseline)
        {
            rows.push(self.table.rows.len());
            self.difference(overhead, base);
        }
        self.options.push(CalculatorOption {
            id: option.id.clone(),
            title: text(option.short_label()),
            rows,
        });
    }

    fn costs<'c>(
        &mut self,
        cells: &mut Vec<Vec<Inline>>,
        option: &str,
        component: Option<&str>,
        cost: impl Fn(&str) -> Option<&'c crate::model::Cost>,
    ) {
        for (index, resource) in self.resources.iter().enumerate() {
            let Some(cost) = cost(resource) else {
                cells.push(text("–"));
                continue;
            };
            let unit = self.units[index].clone();
            let format = self.model.shared_format(&cost.evaluation, unit.as_ref());
            let value =
                ask::value(self.model, &cost.evaluation, &self.asked.values, &format, false);
            let mut shown = vec![Inline::Value(Box::new(value))];
            if cost.partial {
                shown.insert(0, Inline::Text("≥ ".to_owned()));
            }
            let key = format!("{option} {} {resource}", component.unwrap_or_default());
            let (view, column) = (self.asked.view, cells.len());
            cells.push(self.cell(key.clone(), column, shown, |program| {
                let added = program.add_cost(&key, option, component, view, resource);
                unit.iter().for_each(|unit| program.show_in(&key, unit));
                added
            }));
        }
    }

    /// A cell of the row to come, which the page computes anew where the program has it.
    fn cell(
        &mut self,
        key: String,
        column: usize,
        shown: Vec<Inline>,
        add: impl FnOnce(&mut Program<'_>) -> bool,
    ) -> Vec<Inline> {
        if add(&mut self.program) {
            self.cells.push(json!([self.table.rows.len(), column, key]));
        }
        shown
    }

    /// What an option costs more than the baseline.
    fn difference(&mut self, overhead: &Overhead, base: &Overhead) {
        let label = self
            .model
            .options
            .get(&base.option)
            .map_or(base.option.as_str(), |option| option.short_label());
        let mut cells = vec![text(format!("compared with {label}"))];
        if self.asked.components {
            cells.push(Vec::new());
        }
        for (index, resource) in self.resources.iter().enumerate() {
            let view = self.asked.view;
            let (Some(cost), Some(other)) =
                (overhead.total(view, resource), base.total(view, resource))
            else {
                cells.push(text("–"));
                continue;
            };
            let (quantity, other) = (cost.quantity(), other.quantity());
            let difference = &quantity.value - &other.value;
            let more = difference.is_positive();
            let mut evaluation = self.model.plain(Quantity::new(difference, quantity.dimension));
            evaluation.unit = cost.evaluation.unit.clone();
            evaluation.decimal_bytes = cost.evaluation.decimal_bytes;
            let key = |option: &str| format!("{option}  {resource}");
            let name = format!("{} - {}", key(&overhead.option), key(&base.option));
            self.cells.push(json!([self.table.rows.len(), cells.len(), name, true]));
            self.differences.push((name, key(&overhead.option), key(&base.option)));
            let format = Format { unit: self.units[index].clone(), ..Format::default() };
            let shown = self.model.show(&evaluation, &format).text;
            cells.push(ask::bare(match shown.strip_prefix('-') {
                Some(size) => format!("−{size}"),
                None if more => format!("+{shown}"),
                None => shown,
            }));
        }
        self.table.rows.push(Row { cells, header: true, total: false });
    }
}

/// An input in the unit that the model gives it in.
fn input(model: &Model, name: &str, values: &Inputs) -> Option<CalculatorInput> {
    let input = model.inputs.get(name)?;
    let mut content = CalculatorInput {
        id: name.to_owned(),
        label: text(&input.label),
        unit: String::new(),
        toggle: false,
        choices: Vec::new(),
        value: shown(model, name, values)?,
        min: String::new(),
        max: String::new(),
        step: String::new(),
        whole: input.is_whole(),
        stepped: false,
        stops: Vec::new(),
        note: ask::prose(model, &input.note, values),
    };
    match &input.kind {
        InputKind::Switch { .. } => content.toggle = true,
        InputKind::Choice { choices, .. } => content.choices.clone_from(choices),
        InputKind::Number { default, min, max, step, has_steps, .. } => {
            content.stepped = *has_steps;
            let factor = input
                .unit
                .as_ref()
                .map_or_else(|| Ratio::from_integer(1.into()), |unit| unit.factor.clone());
            let zero = || Ratio::from_integer(0.into());
            let least = min.clone().unwrap_or_else(zero);
            // Without a largest value a slider still has an end: ten times what is usual.
            let most = max.clone().unwrap_or_else(|| {
                let ten = default * Ratio::from_integer(10.into());
                if ten > least { ten } else { &least + step * Ratio::from_integer(100.into()) }
            });
            let (least, most, step) = (least / &factor, most / &factor, step / &factor);
            content.min = decimal(&least);
            content.max = decimal(&most);
            content.step = decimal(&step);
            content.stops = stops(&least, &most, &step).iter().map(decimal).collect();
            if let Some(unit) = &input.unit {
                content.unit = format!("{}{}", unit.before, unit.many);
            }
        }
    }
    Some(content)
}

/// Round numbers for a slider over three decades or more, where no hand hits one step; none for a shorter one.
fn stops(least: &Ratio, most: &Ratio, step: &Ratio) -> Vec<Ratio> {
    const MANY: usize = 200;
    let whole = |number: i64| Ratio::from_integer(number.into());
    if least.is_negative() || !step.is_positive() || *most < least.max(step) * whole(1000) {
        return Vec::new();
    }
    let mut stops = vec![least.clone()];
    let mut ten = step.clone();
    while ten < *most && stops.len() < MANY {
        let round = [10, 15, 20, 30, 40, 50, 60, 80].map(|tenths| &ten * whole(tenths) / whole(10));
        stops.extend(
            round
                .into_iter()
                .filter(|stop| stop > least && stop < most && (stop / step).is_integer()),
        );
        ten *= whole(10);
    }
    stops.push(most.clone());
    stops
}

/// The value of an input as a field of a form takes it.
fn shown(model: &Model, name: &str, values: &Inputs) -> Option<String> {
    let input = model.inputs.get(name)?;
    match (&input.kind, values.number(model, name)) {
        (InputKind::Number { .. }, Some(number)) => {
            let number =
                input.unit.as_ref().map_or_else(|| number.clone(), |unit| &number / &unit.factor);
            Some(decimal(&number))
        }
        _ => values.shown(model, name),
    }
}

/// An exact decimal where there is one; else one that is near enough to be set by hand.
fn decimal(value: &Ratio) -> String {
    to_places(value, 12, 0).0
}

/// A scenario as settings of the calculator's inputs, and of what else it sets.
fn preset(model: &Model, id: &str, names: &[String]) -> Option<Preset> {
    let scenario = model.scenarios.get(id)?;
    let inputs = model.inputs_of(id).ok()?;
    let values = names.iter().filter_map(|name| Some((name.clone(), shown(model, name, &inputs)?)));
    Some(Preset {
        id: id.to_owned(),
        title: text(&scenario.label),
        values: values.collect(),
        fixed: model.fixed_by_scenarios(&inputs, names),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_sliders_stop_at_round_numbers() {
        let whole = |number: i64| Ratio::from_integer(number.into());
        for (least, most, step, expected) in [
            (1, 999, 1, ""),
            (0, 999, 1, ""),
            (-1, 5000, 1, ""),
            (0, 1000, 0, ""),
            (100, 10_000, 1, ""),
            (
                1,
                1000,
                1,
                "1 2 3 4 5 6 8 10 15 20 30 40 50 60 80 100 150 200 300 400 500 600 800 1000",
            ),
            (
                0,
                2000,
                2,
                "0 2 4 6 8 10 12 16 20 30 40 60 80 100 120 160 200 300 400 600 800 1000 1200 1600 2000",
            ),
            (
                2,
                2500,
                1,
                "2 3 4 5 6 8 10 15 20 30 40 50 60 80 100 150 200 300 400 500 600 800 1000 1500 2000 2500",
            ),
        ] {
            let found = stops(&whole(least), &whole(most), &whole(step));
            let found: Vec<String> = found.iter().map(decimal).collect();
            assert_eq!(found.join(" "), expected, "{least} to {most} by {step}");
        }
    }
}
