//! `overhead`: what options cost, as a table.

use super::ask;
use super::columns::{counted, number_column, single_unit, text_column, units};
use super::params::params;
use super::sweep::{self, Sweep};
use super::{Call, Directive, Run};
use crate::content::{Block, Content, Inline, Row, Table, Value, text};
use crate::model::{Cost, Evaluation, Format, Inputs, ModelOption, Overhead, Quantity, Unit, View};
use crate::text::Spanned;
use num_traits::{Signed, Zero};

pub(super) static DIRECTIVE: Directive = Directive {
    name: "overhead",
    summary: "what options cost, as a table: by option, by component, or over a range of one input",
    page: include_str!("overhead.md"),
    params: Params::PARAMS,
    late: false,
    run: Run::Content(run),
};

params! {
    /// The arguments of `overhead`.
    struct Params {
        /// The options, in this order; without it, all of the model.
        options: Vec<Spanned<String>> = "options",
        /// The named values of the inputs that it is computed with.
        scenario: Option<Spanned<String>> = "scenario",
        /// What is shown: resources (`cpu`, `memory`), which are what an option *requests*, or `usage.memory`, `limits.cpu`,
        /// `reserved.cpu` (component by component the larger of request and usage). Without it, all that is requested.
        columns: Vec<Spanned<String>> = "columns",
        /// The option that the others are compared with: their differences to it get columns of their own.
        baseline: Option<Spanned<String>> = "baseline",
        /// A row for each component, with how many there are and what one takes, and a total for each option.
        components: bool = "components",
        /// A row for each value of one input: `pods:20..100..20`, from, to and step; or `pods:20,50,100`; or of a choice or a switch `tier:standard,premium`, and all
        /// of them with `tier`.
        sweep: Option<Spanned<String>> = "sweep",
        /// With the range behind each value that has one.
        range: bool = "range",
        [inputs]
        /// Any input of the model, set for this table.
        inputs,
    }
}

fn run(call: &mut Call<'_>) -> Option<Content> {
    let params = Params::read(call)?;
    let inputs = ask::inputs(call, params.scenario.as_ref(), &params.inputs);
    let options = options(call, &params.options);
    let baseline = match &params.baseline {
        Some(id) => Some(option(call, id)?),
        None => None,
    };
    let (inputs, options) = (inputs?, options?);
    let table = match &params.sweep {
        Some(written) => {
            let sweep = sweep::read(call, written)?;
            swept(call, &params, &options, &inputs, &sweep)?
        }
        None => {
            let costs = costs(call, &options, &inputs)?;
            let columns = columns(call, &params.columns, &costs)?;
            if params.components {
                by_component(call, &options, &costs, &columns, &inputs, params.range)
            } else {
                let baseline = match baseline {
                    Some(option) => Some((option, costs_of(call, option, &inputs)?)),
                    None => None,
                };
                if let Some((_, cost)) = &baseline {
                    cited(call, &columns, cost);
                }
                by_option(
                    call,
                    &options,
                    &costs,
                    &columns,
                    baseline.as_ref(),
                    &inputs,
                    params.range,
                )
            }
        }
    };
    Some(Content::Blocks(vec![Block::Table(table)]))
}

/// What a column shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct What {
    pub(super) view: View,
    pub(super) resource: String,
}

impl What {
    /// As the column's head says it.
    pub(super) fn title(&self) -> String {
        counted(&self.resource, self.view)
    }

    pub(super) fn of<'a>(&self, cost: &'a Overhead) -> Option<&'a Cost> {
        cost.total(self.view, &self.resource)
    }
}

/// The options that an author names, or all.
pub(super) fn options<'m>(
    call: &mut Call<'m>,
    named: &[Spanned<String>],
) -> Option<Vec<&'m ModelOption>> {
    if named.is_empty() {
        if call.model.options.is_empty() {
            let finding = call.invalid(call.name().span, "the model has no options");
            call.findings.push(match call.model.absent() {
                Some(looked_for) => finding.help(looked_for),
                None => finding,
            });
            return None;
        }
        return Some(call.model.options.values().collect());
    }
    // All of them are looked up, so that all that are wrong are reported.
    let found: Vec<_> = named.iter().map(|id| option(call, id)).collect();
    found.into_iter().collect()
}

pub(super) fn option<'m>(call: &mut Call<'m>, id: &Spanned<String>) -> Option<&'m ModelOption> {
    let model = call.model;
    ask::entry(call, "option", &model.options, id)
}

/// What an option costs; what goes wrong is reported at the directive.
pub(super) fn costs_of(
    call: &mut Call<'_>,
    option: &ModelOption,
    inputs: &Inputs,
) -> Option<Overhead> {
    match call.model.overhead(&option.id, inputs) {
        Ok(cost) => {
            option.sources.iter().for_each(|source| call.used.source(source));
            Some(cost)
        }
        Err(problem) => {
            call.failed(call.name().span, problem);
            None
        }
    }
}

fn costs(call: &mut Call<'_>, options: &[&ModelOption], inputs: &Inputs) -> Option<Vec<Overhead>> {
    options.iter().map(|option| costs_of(call, option, inputs)).collect()
}

/// The columns that an author names, or every resource that an option requests.
pub(super) fn columns(
    call: &mut Call<'_>,
    named: &[Spanned<String>],
    costs: &[Overhead],
) -> Option<Vec<What>> {
    let mut known: Vec<What> = Vec::new();
    for cost in costs {
        for (view, resource) in cost.totals.keys() {
            let what = What { view: *view, resource: resource.clone() };
            if !known.contains(&what) {
                known.push(what);
            }
        }
    }
    let columns = if named.is_empty() {
        known.retain(|what| what.view == View::Requests);
        known
    } else {
        let found: Vec<_> = named.iter().map(|name| column(call, name, &known)).collect();
        found.into_iter().collect::<Option<_>>()?
    };
    costs.iter().for_each(|cost| cited(call, &columns, cost));
    Some(columns)
}

/// The sources behind what is shown: those of usage are not the sources of a table of requests.
fn cited(call: &mut Call<'_>, columns: &[What], cost: &Overhead) {
    let shown = columns.iter().filter_map(|what| what.of(cost));
    for source in shown.flat_map(|cost| &cost.evaluation.provenance.sources) {
        call.used.source(source);
    }
}

pub(super) fn column(call: &mut Call<'_>, name: &Spanned<String>, known: &[What]) -> Option<What> {
    let (view, resource) = match name.value.split_once('.') {
        Some((view, resource)) => (View::named(view), resource),
        None => (Some(View::Requests), name.value.as_str()),
    };
    let found = view.and_then(|view| {
        known.iter().find(|what| what.view == view && what.resource == resource).cloned()
    });
    if found.is_none() {
        let names: Vec<_> = known
            .iter()
            .map(|what| match what.view {
                View::Requests => what.resource.clone(),
                view => format!("{}.{}", view.name(), what.resource),
            })
            .collect();
        let message = format!("no option here says anything of `{}`", name.value);
        call.findings.push(
            call.invalid(name.span, message)
                .did_you_mean(&name.value, names.iter().map(String::as_str))
                .help(format!("there are: {}", names.join(", "))),
        );
    }
    found
}

/// A unit for each column.
fn units_of(call: &Call<'_>, columns: &[What], costs: &[Overhead]) -> Vec<Option<Unit>> {
    let values = |what: &What| -> Vec<&Evaluation> {
        let costs = costs.iter().filter_map(|cost| what.of(cost));
        costs.map(|cost| &cost.evaluation).collect()
    };
    units(call, &columns.iter().map(values).collect::<Vec<_>>())
}

fn shown(
    call: &Call<'_>,
    evaluation: &Evaluation,
    inputs: &Inputs,
    unit: Option<&Unit>,
    range: bool,
) -> Value {
    let format = call.model.shared_format(evaluation, unit);
    ask::value(call.model, evaluation, inputs, &format, range)
}

fn cell(
    call: &Call<'_>,
    cost: Option<&Cost>,
    inputs: &Inputs,
    unit: Option<&Unit>,
    range: bool,
) -> Vec<Inline> {
    let Some(cost) = cost else { return text("–") };
    let value = shown(call, &cost.evaluation, inputs, unit, range);
    let mut out = if cost.partial { text("at least ") } else { Vec::new() };
    out.push(Inline::Value(Box::new(value)));
    out
}

/// An option's label, with what there is to know about it.
pub(super) fn option_name(call: &Call<'_>, option: &ModelOption, inputs: &Inputs) -> Vec<Inline> {
    let sources = option.sources.iter().filter_map(|id| ask::source(call.model, id)).collect();
    ask::named(call.model, &option.label, &option.note, sources, inputs)
}

/// The same of a component.
fn component_name(
    call: &mut Call<'_>,
    option: &ModelOption,
    name: &str,
    inputs: &Inputs,
) -> Vec<Inline> {
    let component = option.components.iter().find(|component| component.name == name);
    let Some(component) = component else { return text(name) };
    let sources = ask::sources(call, &component.sources);
    ask::named(call.model, &component.label, &component.note, sources, inputs)
}

fn by_option(
    call: &Call<'_>,
    options: &[&ModelOption],
    costs: &[Overhead],
    columns: &[What],
    baseline: Option<&(&ModelOption, Overhead)>,
    inputs: &Inputs,
    range: bool,
) -> Table {
    let mut table = Table { columns: vec![text_column("Option")], ..Table::default() };
    table.columns.extend(columns.iter().map(|what| number_column(what.title())));
    if baseline.is_some() {
        let differences =
            columns.iter().map(|what| number_column(format!("{}, difference", what.title())));
        table.columns.extend(differences);
    }
    let units = units_of(call, columns, costs);
    for (option, cost) in options.iter().zip(costs) {
        let mut cells = vec![option_name(call, option, inputs)];
        for (what, unit) in columns.iter().zip(&units) {
            cells.push(cell(call, what.of(cost), inputs, unit.as_ref(), range));
        }
        if let Some((base, base_cost)) = baseline {
            for (what, unit) in columns.iter().zip(&units) {
                cells.push(if base.id == option.id {
                    text("–")
                } else {
                    ask::bare(difference(call, what.of(cost), what.of(base_cost), unit.as_ref()))
                });
            }
        }
        table.rows.push(Row { cells, header: true, total: false });
    }
    table
}

/// "+0.8 cores", "−7 cores".
fn difference(
    call: &Call<'_>,
    one: Option<&Cost>,
    base: Option<&Cost>,
    unit: Option<&Unit>,
) -> String {
    let (Some(one), Some(base)) = (one, base) else { return "–".to_owned() };
    let (one, base) = (one.quantity(), base.quantity());
    let difference = &one.value - &base.value;
    let sign = match () {
        () if difference.is_zero() => "",
        () if difference.is_positive() => "+",
        () => "−",
    };
    let size = Quantity::new(difference.abs(), one.dimension);
    let format = Format { unit: unit.cloned(), ..Format::default() };
    format!("{sign}{}", call.model.units.show(&size, &format).text)
}

fn by_component(
    call: &mut Call<'_>,
    options: &[&ModelOption],
    costs: &[Overhead],
    columns: &[What],
    inputs: &Inputs,
    range: bool,
) -> Table {
    let mut table = Table {
        columns: vec![text_column("Component"), number_column("Count")],
        ..Table::default()
    };
    table
        .columns
        .extend(columns.iter().map(|what| number_column(format!("{}, each", what.title()))));
    table.columns.extend(columns.iter().map(|what| number_column(what.title())));
    let unit = |what: &What| {
        single_unit(call.model, costs.iter().filter_map(|cost| Some(&what.of(cost)?.evaluation)))
    };
    let units: Vec<_> = columns.iter().map(unit).collect();
    for (option, cost) in options.iter().zip(costs) {
        for component in cost.components.iter().filter(|component| component.present) {
            let count = Quantity::new(component.count.clone(), Default::default());
            let mut cells = vec![
                component_name(call, option, &component.name, inputs),
                text(call.model.units.show(&count, &Format::default()).text),
            ];
            for (what, unit) in columns.iter().zip(&units) {
                let each = component.each.get(&(what.view, what.resource.clone()));
                let each = each.map(|each| {
                    call.model.show(each, &call.model.shared_format(each, unit.as_ref())).text
                });
                cells.push(text(each.unwrap_or_else(|| "–".to_owned())));
            }
            for (what, unit) in columns.iter().zip(&units) {
                let total = component.totals.get(&(what.view, what.resource.clone()));
                cells.push(cell(call, total, inputs, unit.as_ref(), range));
            }
            table.rows.push(Row { cells, header: true, total: false });
        }
        let mut cells = vec![option_name(call, option, inputs), Vec::new()];
        cells.extend(columns.iter().map(|_| Vec::new()));
        cells.extend(
            columns
                .iter()
                .zip(&units)
                .map(|(what, unit)| cell(call, what.of(cost), inputs, unit.as_ref(), range)),
        );
        table.rows.push(Row { cells, header: true, total: true });
    }
    table
}

fn swept(
    call: &mut Call<'_>,
    params: &Params,
    options: &[&ModelOption],
    inputs: &Inputs,
    sweep: &Sweep,
) -> Option<Table> {
    let label = &sweep.input.label;
    let first = if sweep.is_of_words() { text_column(label) } else { number_column(label) };
    let mut table = Table { columns: vec![first], ..Table::default() };
    let mut steps = Vec::new();
    for inputs in sweep.points(call, inputs)? {
        steps.push((costs(call, options, &inputs)?, inputs));
    }
    let all: Vec<_> = steps.iter().flat_map(|(costs, _)| costs.iter().cloned()).collect();
    let columns = columns(call, &params.columns, &all)?;
    for option in options {
        for what in &columns {
            table.columns.push(number_column(match (options.len(), columns.len()) {
                (1, _) => what.title(),
                (_, 1) => option.short_label().to_owned(),
                _ => format!("{}, {}", option.short_label(), what.title()),
            }));
        }
    }
    let units = units_of(call, &columns, &all);
    for ((costs, inputs), label) in steps.iter().zip(sweep.labels(call)) {
        let mut cells = vec![text(label)];
        for cost in costs {
            for (what, unit) in columns.iter().zip(&units) {
                cells.push(cell(call, what.of(cost), inputs, unit.as_ref(), params.range));
            }
        }
        table.rows.push(Row { cells, header: true, total: false });
    }
    Some(table)
}
