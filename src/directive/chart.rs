//! `chart`: lines over one input, or a bar for each option.

use super::ask;
use super::codes::MISSING_ARGUMENT;
use super::columns;
use super::overhead::{self, What};
use super::params::params;
use super::sweep::{self, Sweep};
use super::{Call, Directive, Run};
use crate::content::{Bar, Block, Chart, Content, Drawing, Inline, Mark, Row, Series, Table, text};
use crate::diag::Diagnostic;
use crate::model::{Evaluation, Format, Inputs, Quantity, Ratio, Unit};
use crate::text::{Span, Spanned};
use num_traits::ToPrimitive;

pub(super) static DIRECTIVE: Directive = Directive {
    name: "chart",
    summary: "a drawing with its data: lines over one input, or a bar for each option",
    page: include_str!("chart.md"),
    params: Params::PARAMS,
    late: false,
    run: Run::Content(run),
};

params! {
    /// The arguments of `chart`.
    struct Params {
        [positional]
        /// What the options are compared by: `cpu`, `memory`, `usage.cpu`, as the columns of `overhead`.
        column: Option<Spanned<String>> = "COLUMN",
        /// Formulas or expressions to draw instead of options.
        lines: Vec<Spanned<String>> = "lines",
        /// The options, in this order; without it, all of the model.
        options: Vec<Spanned<String>> = "options",
        /// The input on the horizontal axis. Without it there is a bar for each option.
        over: Option<Spanned<String>> = "over",
        /// Where the axis begins; without it, at the input's least value.
        from: Option<Spanned<String>> = "from",
        /// Where the axis ends; without it, at the input's greatest value.
        to: Option<Spanned<String>> = "to",
        /// What it shows, in a few words.
        title: Option<Spanned<String>> = "title",
        /// The named values of the inputs that it is computed with.
        scenario: Option<Spanned<String>> = "scenario",
        /// With the ranges of the values, as bands or whiskers.
        range: bool = "range",
        [inputs]
        /// Any input of the model, set for this chart.
        inputs,
    }
}

/// Something that is drawn: a name, and an expression over the model.
struct Subject {
    name: String,
    expression: String,
    span: Span,
}

fn run(call: &mut Call<'_>) -> Option<Content> {
    let params = Params::read(call)?;
    let inputs = ask::inputs(call, params.scenario.as_ref(), &params.inputs)?;
    let (subjects, what) = subjects(call, &params, &inputs)?;
    let chart = match &params.over {
        Some(over) => lines(call, &params, &subjects, what.as_ref(), &inputs, over)?,
        None => bars(call, &params, &subjects, what.as_ref(), &inputs)?,
    };
    Some(Content::Blocks(vec![Block::Chart(chart)]))
}

/// The lines that an author names, or the options by a column.
fn subjects(
    call: &mut Call<'_>,
    params: &Params,
    inputs: &Inputs,
) -> Option<(Vec<Subject>, Option<What>)> {
    if !params.lines.is_empty() {
        let subjects = params.lines.iter().map(|line| Subject {
            name: match call.model.formulas.get(&line.value) {
                Some(formula) => formula.label.clone(),
                None => line.value.clone(),
            },
            expression: line.value.clone(),
            span: line.span,
        });
        return Some((subjects.collect(), None));
    }
    let options = overhead::options(call, &params.options)?;
    let Some(column) = &params.column else {
        let at = call.locate(call.name().span);
        call.findings.push(
            Diagnostic::new(&MISSING_ARGUMENT, at, "`chart` needs a column or `lines`")
                .help("write what the options are compared by, `chart cpu`, or the formulas to draw, `lines=[a, b]`"),
        );
        return None;
    };
    let costs: Vec<_> = options
        .iter()
        .map(|option| overhead::costs_of(call, option, inputs))
        .collect::<Option<_>>()?;
    let all = overhead::columns(call, std::slice::from_ref(column), &costs)?;
    let what = all.into_iter().next()?;
    let subjects = options.iter().zip(&costs).filter(|(_, cost)| what.of(cost).is_some());
    let subjects = subjects.map(|(option, _)| Subject {
        name: option.short_label().to_owned(),
        expression: format!("option('{}').{}.{}", option.id, what.view.name(), what.resource),
        span: column.span,
    });
    Some((subjects.collect(), Some(what)))
}

/// The value of a subject.
fn evaluate(call: &mut Call<'_>, subject: &Subject, inputs: &Inputs) -> Option<Evaluation> {
    let at = call.locate(subject.span);
    let asked = (subject.expression.as_str(), call.names);
    ask::evaluate(call.model, asked, inputs, call.used, |_| at.clone(), call.findings)
}

/// The values of all subjects, which are of one dimension, and the unit that suits them.
fn values(call: &mut Call<'_>, subjects: &[Subject], inputs: &Inputs) -> Option<Vec<Evaluation>> {
    let values: Vec<_> =
        subjects.iter().map(|subject| evaluate(call, subject, inputs)).collect::<Option<_>>()?;
    let mut dimension = None;
    for (subject, value) in subjects.iter().zip(&values) {
        let Some(quantity) = value.value.quantity() else {
            let message = format!("`{}` is not a number, so it can't be drawn", subject.expression);
            call.wrong(subject.span, message);
            return None;
        };
        let first = dimension.get_or_insert(quantity.dimension);
        if *first != quantity.dimension {
            let message = format!(
                "`{}` is {}, and the others are {first}",
                subject.expression, quantity.dimension
            );
            call.wrong(subject.span, message);
            return None;
        }
    }
    Some(values)
}

fn in_unit(value: &Ratio, unit: &Unit) -> f64 {
    (value / &unit.factor).to_f64().unwrap_or(f64::NAN)
}

fn number(evaluation: &Evaluation) -> Ratio {
    evaluation.value.quantity().map(|quantity| quantity.value.clone()).unwrap_or_default()
}

/// "CPU (cores)".
fn axis(name: &str, unit: &str) -> String {
    match (name.is_empty(), unit.is_empty()) {
        (false, false) => format!("{name} ({unit})"),
        (true, _) => unit.to_owned(),
        (_, true) => name.to_owned(),
    }
}

fn lines(
    call: &mut Call<'_>,
    params: &Params,
    subjects: &[Subject],
    what: Option<&What>,
    inputs: &Inputs,
    over: &Spanned<String>,
) -> Option<Chart> {
    let (sweep, rows) = sweep::axis(call, over, params.from.as_ref(), params.to.as_ref())?;
    let input = sweep.input;
    let mut steps = Vec::with_capacity(sweep.values().len());
    for inputs in sweep.points(call, inputs)? {
        steps.push((values(call, subjects, &inputs)?, inputs));
    }
    let all: Vec<_> = steps.iter().flat_map(|(values, _)| values.iter()).collect();
    let unit = columns::common_unit(call, all.iter().copied())?;
    let unit_name = unit_name(call, all.first().copied(), &unit);
    let across = sweep.unit(call);
    let x = |value: &Ratio| in_unit(value, &across);
    let series: Vec<_> = subjects
        .iter()
        .enumerate()
        .map(|(index, subject)| {
            let at = sweep.values().iter().zip(&steps);
            let points = at
                .clone()
                .map(|(value, (values, _))| (x(value), in_unit(&number(&values[index]), &unit)));
            let band = at.filter(|_| params.range).filter_map(|(value, (values, _))| {
                let range = values[index].range.as_ref()?;
                Some((x(value), in_unit(&range.low, &unit), in_unit(&range.high, &unit)))
            });
            Series { name: subject.name.clone(), points: points.collect(), band: band.collect() }
        })
        .collect();
    let marks = crossings(call, subjects, &sweep, &steps, &across, &unit);
    let name = what.map_or_else(String::new, What::title);
    let title = title(params, || {
        let what = if name.is_empty() {
            subjects.iter().map(|subject| subject.name.as_str()).collect::<Vec<_>>().join(", ")
        } else {
            name.clone()
        };
        format!("{what} by {}", lower(&input.label))
    });
    let mut data = Table { caption: text(&title), ..Table::default() };
    data.columns.push(columns::number_column(&input.label));
    data.columns.extend(subjects.iter().map(|subject| columns::number_column(&subject.name)));
    for row in rows {
        let (values, inputs) = &steps[row];
        let mut cells = vec![text(sweep.show(call, &sweep.values()[row]))];
        cells.extend(values.iter().map(|value| shown(call, value, inputs, &unit, params.range)));
        data.rows.push(Row { cells, header: true, total: false });
    }
    Some(Chart {
        drawing: Drawing::Lines { x: sweep.axis(call), y: axis(&name, &unit_name), series, marks },
        title,
        data,
    })
}

fn bars(
    call: &mut Call<'_>,
    params: &Params,
    subjects: &[Subject],
    what: Option<&What>,
    inputs: &Inputs,
) -> Option<Chart> {
    let values = values(call, subjects, inputs)?;
    let unit = columns::common_unit(call, values.iter())?;
    let unit_name = unit_name(call, values.first(), &unit);
    let name = what.map_or_else(String::new, What::title);
    let title =
        title(params, || if name.is_empty() { "Comparison".to_owned() } else { name.clone() });
    let mut data = Table { caption: text(&title), ..Table::default() };
    data.columns.push(columns::text_column(if what.is_some() { "Option" } else { "Value" }));
    data.columns.push(columns::number_column(axis(&name, "")));
    let mut bars = Vec::new();
    for (subject, value) in subjects.iter().zip(&values) {
        let cell = shown(call, value, inputs, &unit, params.range);
        let range = value.range.as_ref().filter(|_| params.range);
        bars.push(Bar {
            name: subject.name.clone(),
            value: in_unit(&number(value), &unit),
            text: call.model.show(value, &call.model.shared_format(value, Some(&unit))).text,
            range: range.map(|range| (in_unit(&range.low, &unit), in_unit(&range.high, &unit))),
        });
        data.rows.push(Row { cells: vec![text(&subject.name), cell], header: true, total: false });
    }
    Some(Chart { drawing: Drawing::Bars { x: axis(&name, &unit_name), bars }, title, data })
}

/// Where two lines cross. Between two points of the drawing it is computed as a break-even is: exactly, or as the first of the
/// input's own steps behind it.
fn crossings(
    call: &Call<'_>,
    subjects: &[Subject],
    sweep: &Sweep<'_>,
    steps: &[(Vec<Evaluation>, Inputs)],
    across: &Unit,
    unit: &Unit,
) -> Vec<Mark> {
    const MOST: usize = 4;
    let values: Vec<Vec<Ratio>> =
        steps.iter().map(|(values, _)| values.iter().map(number).collect()).collect();
    let ranks: Vec<Vec<usize>> = values.iter().map(|values| ranks(values)).collect();
    let crossing = crossing(&ranks);
    let mut marks: Vec<Mark> = Vec::new();
    for (at, &one) in crossing.iter().enumerate() {
        for &other in &crossing[at + 1..] {
            for (index, pair) in ranks.windows(2).enumerate() {
                if !crosses((pair[0][one], pair[0][other]), (pair[1][one], pair[1][other])) {
                    continue;
                }
                let (from, to) = (&sweep.values()[index], &sweep.values()[index + 1]);
                let line = |subject: usize| {
                    call.model.compile_with(&subjects[subject].expression, call.names).ok()
                };
                let (Some(a), Some(b)) = (line(one), line(other)) else { continue };
                let (name, inputs) = (&sweep.input.name, &steps[index].1);
                let Ok(found) = call.model.crossing_of((&a, &b), name, inputs, (from, to)) else {
                    continue;
                };
                let mut there = inputs.clone();
                let x = found.at.value;
                let set = there.set_number(call.model, name, x.clone());
                let Some(y) = set.and_then(|()| call.model.evaluate(&a, &there)).ok() else {
                    continue;
                };
                let place = sweep.show(call, &x);
                marks.push(Mark {
                    x: in_unit(&x, across),
                    y: in_unit(&number(&y), unit),
                    text: if found.exact { place } else { format!("from {place}") },
                });
                if marks.len() == MOST {
                    return marks;
                }
            }
        }
    }
    marks
}

/// Whether two lines cross between two steps, by their ranks at the first and at the second. A touch at a step counts for the step that
/// it ends, so that it is marked once.
fn crosses(before: (usize, usize), after: (usize, usize)) -> bool {
    (before.0 < before.1 && after.0 >= after.1) || (before.0 > before.1 && after.0 <= after.1)
}

/// The place of each value in their order; equal ones have the same.
fn ranks(values: &[Ratio]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|one, other| values[*one].cmp(&values[*other]));
    let mut ranks = vec![0; values.len()];
    for pair in order.windows(2) {
        let is_larger = values[pair[1]] != values[pair[0]];
        ranks[pair[1]] = ranks[pair[0]] + usize::from(is_larger);
    }
    ranks
}

/// The lines that cross some other one, by their ranks at each step: in a time that grows with the lines, not with their pairs.
fn crossing(ranks: &[Vec<usize>]) -> Vec<usize> {
    let count = ranks.first().map_or(0, Vec::len);
    let mut found = vec![false; count];
    for pair in ranks.windows(2) {
        let (before, after) = (&pair[0], &pair[1]);
        // Of the lines of each rank before: their lowest and highest rank after.
        let (mut lowest, mut highest) = (vec![usize::MAX; count + 2], vec![None; count + 2]);
        for line in 0..count {
            let at = before[line] + 1;
            lowest[at] = lowest[at].min(after[line]);
            highest[at] = highest[at].max(Some(after[line]));
        }
        // Then of those of this rank and all above it, or below it.
        for at in (0..=count).rev() {
            lowest[at] = lowest[at].min(lowest[at + 1]);
        }
        for at in 1..count + 2 {
            highest[at] = highest[at].max(highest[at - 1]);
        }
        for line in 0..count {
            let at = before[line] + 1;
            found[line] |= lowest[at + 1] <= after[line] || highest[at - 1] >= Some(after[line]);
        }
    }
    (0..count).filter(|line| found[*line]).collect()
}

fn shown(
    call: &Call<'_>,
    value: &Evaluation,
    inputs: &Inputs,
    unit: &Unit,
    range: bool,
) -> Vec<Inline> {
    let format = call.model.shared_format(value, Some(unit));
    vec![Inline::Value(Box::new(ask::value(call.model, value, inputs, &format, range)))]
}

/// The name of the unit that values are drawn in.
fn unit_name(call: &Call<'_>, value: Option<&Evaluation>, unit: &Unit) -> String {
    let dimension =
        value.and_then(|value| value.value.quantity()).map(|quantity| quantity.dimension);
    let two =
        Quantity::new(Ratio::from_integer(2.into()) * &unit.factor, dimension.unwrap_or_default());
    call.model.units.show(&two, &Format { unit: Some(unit.clone()), ..Format::default() }).unit
}

fn title(params: &Params, otherwise: impl FnOnce() -> String) -> String {
    params.title.as_ref().map_or_else(otherwise, |title| title.value.clone())
}

/// Within a sentence: "Meshed pods" is "meshed pods"; "CPU" stays.
fn lower(label: &str) -> String {
    let mut chars = label.chars();
    match (chars.next(), chars.next()) {
        (Some(first), Some(second)) if !second.is_uppercase() => {
            first.to_lowercase().chain([second]).chain(chars).collect()
        }
        _ => label.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{crosses, crossing, ranks};
    use crate::model::Ratio;
    use proptest::prelude::*;

    #[test]
    fn ranks_are_places() {
        let values: Vec<Ratio> = [5, -1, 5, 7].map(|n: i64| Ratio::from_integer(n.into())).into();
        assert_eq!(ranks(&values), [1, 0, 1, 2]);
    }

    proptest! {
        /// The lines that cross are those of the pairs that do.
        #[test]
        fn lines_that_cross_are_found(
            steps in prop::collection::vec(prop::collection::vec(0..6i64, 5), 1..5),
        ) {
            let ranks: Vec<Vec<usize>> = steps
                .iter()
                .map(|values| ranks(&values.iter().map(|n| Ratio::from_integer((*n).into())).collect::<Vec<_>>()))
                .collect();
            let does = |one: usize| {
                (0..5).any(|other| {
                    ranks.windows(2).any(|pair| {
                        crosses((pair[0][one], pair[0][other]), (pair[1][one], pair[1][other]))
                    })
                })
            };
            let expected: Vec<usize> = (0..5).filter(|one| does(*one)).collect();
            prop_assert_eq!(crossing(&ranks), expected);
        }
    }
}
