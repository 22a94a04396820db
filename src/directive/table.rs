//! `table`: the rows of a list, a table or the options of the model, with a column for each of some expressions.

use super::columns::{number_column, text_column, titled, units};
use super::digits::{self, Digits};
use super::overhead::option_name;
use super::params::{Expression, FromArg, one_of, params};
use super::rows::{self, Asked};
use super::{Call, Directive, Run, ask};
use crate::content::{Block, Content, Inline, Row, Table, text};
use crate::markdown::Arg;
use crate::model::{Bindings, Compiled, Evaluation, Format, Inputs, Problem, Rows, Unit, Value};
use crate::text::Spanned;

pub(super) static DIRECTIVE: Directive = Directive {
    name: "table",
    summary: "the rows of a list, a table or the options of the model, with a column for each of some expressions",
    page: include_str!("table.md"),
    params: Params::PARAMS,
    late: false,
    run: Run::Content(run),
};

params! {
    /// The arguments of `table`.
    struct Params {
        [positional]
        /// What is gone through: `options`, a table of the model, or an expression that comes to a list.
        list: Expression = "LIST",
        /// The name of a row in the expressions, also written `as NAME` behind the list; `row` without it. Of a table's row, `NAME.column`;
        /// of an option, `NAME.label`, `NAME.id` and what `option("id")` has; of a list, `NAME` is the item.
        name: Option<Spanned<String>> = "as",
        /// The columns, each an expression, with the words above it before an `=` and the unit behind `as`:
        /// `"Per year = row.price as USD/year"`. Without it, all columns of the table.
        columns: Vec<Expression> = "columns",
        /// Only the rows for which this is true.
        only: Option<Expression> = "where",
        /// What the rows are sorted by, the smallest first; without it they keep their order in the model.
        sort: Option<Expression> = "sort",
        /// The largest first.
        descending: bool = "descending",
        /// At most so many rows.
        limit: Option<u32> = "limit",
        /// What the table shows, in a sentence above it.
        title: Option<Spanned<String>> = "title",
        /// A last row with the sums of all columns of numbers, or of those with these titles.
        total: Totals = "total",
        /// What stands in a cell whose option says nothing of the resource; without it that is an error.
        missing: Option<Spanned<String>> = "missing",
        /// Exactly so many decimal places in all numbers, 60 at most.
        places: Option<Digits<0>> = "places",
        /// So many digits that count in all numbers, 60 at most.
        digits: Option<Digits<1>> = "digits",
        /// With the range behind each value that has one.
        range: bool = "range",
        /// The named values of the inputs that it is computed with.
        scenario: Option<Spanned<String>> = "scenario",
        [inputs]
        /// Any input of the model, set for this table.
        inputs,
    }
}

/// Which columns are summed up.
#[derive(Clone, Debug)]
enum Totals {
    None,
    All,
    Of(Vec<Spanned<String>>),
}

impl FromArg for Totals {
    const SHAPE: &'static str = "`true`, or a title or a [list] of titles";
    const REQUIRED: bool = false;

    fn from_arg(arg: &Arg) -> Result<Self, String> {
        match arg.value.as_text() {
            Some("true") => Ok(Totals::All),
            Some("false") => Ok(Totals::None),
            _ => Vec::<Spanned<String>>::from_arg(arg).map(Totals::Of),
        }
    }

    fn absent() -> Option<Self> {
        Some(Totals::None)
    }
}

/// More columns than this no page is wide enough for.
pub const MOST_COLUMNS: usize = 50;

/// A column as it is asked for.
struct Asking {
    title: String,
    expression: Expression,
    unit: Option<Spanned<String>>,
}

/// A column's values: for each row one, or none where its option says nothing of it.
struct Column {
    asking: Asking,
    compiled: Vec<Option<Compiled>>,
    values: Vec<Option<Evaluation>>,
}

impl Column {
    fn is_of_numbers(&self) -> bool {
        let mut known = self.values.iter().flatten().peekable();
        known.peek().is_some() && known.all(|value| value.value.quantity().is_some())
    }

    fn is_whole(&self) -> bool {
        self.values.iter().all(Option::is_some)
    }
}

fn run(call: &mut Call<'_>) -> Option<Content> {
    let params = Params::read(call)?;
    let format = digits::format(call, params.places, params.digits)?;
    let inputs = ask::inputs(call, params.scenario.as_ref(), &params.inputs)?;
    let name = rows::name(call, params.name.as_ref())?;
    let asked = Asked {
        list: &params.list,
        name: &name,
        only: params.only.as_ref(),
        sort: params.sort.as_ref(),
        descending: params.descending,
        limit: params.limit,
    };
    let (of, bound) = rows::rows(call, &asked, &inputs)?;
    let asking = asking(call, &params, &of, &name)?;
    let missing = match &params.missing {
        Some(given) => Some(given.value.as_str()),
        // Nobody has asked for columns that some option lacks.
        None if params.columns.is_empty() => Some("–"),
        None => None,
    };
    let columns: Vec<_> = asking
        .into_iter()
        .map(|asking| column(call, asking, &bound, missing.is_some(), &inputs))
        .collect();
    let columns: Vec<Column> = columns.into_iter().collect::<Option<_>>()?;
    let units = units_of(call, &columns)?;
    let sums = sums(call, &params.total, &columns, &inputs)?;
    let missing = missing.unwrap_or("–");
    // What its author has asked to be written otherwise stays so; and which rows there are, in which order.
    let follows = call.is_set
        && params.places.is_none()
        && params.digits.is_none()
        && !params.range
        && params.only.is_none()
        && params.sort.is_none();
    let shown = Shown { call, format, range: params.range, inputs: &inputs, missing, follows };
    let mut table = Table {
        caption: params.title.as_ref().map_or_else(Vec::new, |title| text(&title.value)),
        ..Table::default()
    };
    table.columns.extend(columns.iter().map(|column| {
        let head = if column.is_of_numbers() { number_column } else { text_column };
        head(column.asking.title.as_str())
    }));
    for (row, names) in bound.iter().enumerate() {
        let cells = columns.iter().zip(&units).map(|(column, unit)| {
            let label = format!("{name}.label");
            let option = of.options().filter(|_| column.asking.expression.text.trim() == label);
            match option.and_then(|_| shown.option(names, &name)) {
                Some(label) => label,
                None => {
                    let compiled = column.compiled[row].as_ref();
                    shown.cell(compiled, column.values[row].as_ref(), unit.as_ref())
                }
            }
        });
        table.rows.push(Row { cells: cells.collect(), header: true, total: false });
    }
    if let Some(sums) = sums {
        let mut cells: Vec<_> = sums
            .iter()
            .zip(&columns)
            .zip(&units)
            .map(|((sum, column), unit)| match sum {
                Some(sum) => shown.sum(sum, column, unit.as_ref()),
                None => Vec::new(),
            })
            .collect();
        if let (Some(first), Some(None)) = (cells.first_mut(), sums.first()) {
            *first = text("Total");
        }
        table.rows.push(Row { cells, header: true, total: true });
    }
    Some(Content::Blocks(vec![Block::Table(table)]))
}

/// The columns as their author wrote them, or all that the rows have.
fn asking(call: &mut Call<'_>, params: &Params, rows: &Rows, name: &str) -> Option<Vec<Asking>> {
    if params.columns.len() > MOST_COLUMNS {
        let span = params.columns[MOST_COLUMNS].span;
        call.wrong(span, format!("a table has at most {MOST_COLUMNS} columns"));
        return None;
    }
    if params.columns.is_empty() {
        let at = params.list.span;
        let columns = rows.columns(call.model, name).into_iter().take(MOST_COLUMNS);
        let asking = |(column, text): (String, String)| Asking {
            title: titled(&column),
            expression: Expression { text, span: at },
            unit: None,
        };
        return Some(columns.map(asking).collect());
    }
    Some(params.columns.iter().map(|column| asked_column(column, name)).collect())
}

/// `TITLE = EXPR as UNIT`, of which the expression alone is needed. CEL has no `=`, and keeps the word `as` for itself.
fn asked_column(column: &Expression, name: &str) -> Asking {
    let text = column.text.as_str();
    let from = text.find(" = ").map(|at| at + 3);
    let unit = text.rfind(" as ").map(|at| (at, at + 4));
    let unit = unit.filter(|(_, from)| !text[*from..].contains(['"', '\'', '(', ')', ']']));
    let start = from.unwrap_or(0);
    let end = unit.map_or(text.len(), |(at, _)| at).max(start);
    let expression = rows::part(column, start, end);
    let title = match from {
        Some(from) => text[..from - 3].trim().to_owned(),
        None => {
            let own = expression.text.trim();
            own.strip_prefix(name)
                .and_then(|rest| rest.strip_prefix('.'))
                .map_or_else(|| own.to_owned(), titled)
        }
    };
    let unit = unit.map(|(_, from)| {
        let unit = rows::part(column, from, text.len());
        Spanned::new(unit.text.trim().to_owned(), unit.span)
    });
    Asking { title, expression, unit }
}

/// A column's values; what is wrong is reported.
fn column(
    call: &mut Call<'_>,
    asking: Asking,
    bound: &[Bindings],
    may_lack: bool,
    inputs: &Inputs,
) -> Option<Column> {
    let read = rows::compiled(call, &asking.expression, bound);
    let some = read.iter().any(Result::is_ok);
    let mut compiled = Vec::with_capacity(read.len());
    let mut refused: Option<(usize, Vec<Problem>)> = None;
    for (row, one) in read.into_iter().enumerate() {
        match one {
            Ok(one) => compiled.push(Some(one)),
            // What one row has and another one has not is a resource of options.
            Err(_) if may_lack && some => compiled.push(None),
            Err(problems) => {
                refused.get_or_insert((row, problems));
            }
        }
    }
    if let Some((row, mut problems)) = refused {
        if some {
            let help = "`missing=\"–\"` shows that in the cells of rows that have no such value";
            problems.iter_mut().for_each(|problem| problem.help.push(help.to_owned()));
        }
        rows::refused(call, &asking.expression, problems, row);
        return None;
    }
    let mut values = Vec::with_capacity(compiled.len());
    for (row, one) in compiled.iter().enumerate() {
        values.push(match one {
            Some(one) => Some(rows::value(call, &asking.expression, one, row, inputs)?),
            None => None,
        });
    }
    Some(Column { asking, compiled, values })
}

/// The unit of each column: the one that its author asks for, else one that suits all of its values.
fn units_of(call: &mut Call<'_>, columns: &[Column]) -> Option<Vec<Option<Unit>>> {
    let numbers: Vec<Vec<&Evaluation>> = columns
        .iter()
        .map(|column| match column.is_of_numbers() {
            true => column.values.iter().flatten().collect(),
            false => Vec::new(),
        })
        .collect();
    for (column, values) in columns.iter().zip(&numbers) {
        let mut dimensions =
            values.iter().filter_map(|value| Some(value.value.quantity()?.dimension));
        let first = dimensions.next();
        if let (Some(first), Some(other)) = (first, dimensions.find(|other| Some(*other) != first))
        {
            let message = format!("a column can't hold both {first} and {other}");
            call.wrong(column.asking.expression.span, message);
            return None;
        }
    }
    let mut units = units(call, &numbers);
    for (column, unit) in columns.iter().zip(&mut units) {
        let Some(asked) = &column.asking.unit else { continue };
        if let Some(value) = column.values.iter().flatten().next() {
            *unit = ask::unit(call, Some(asked), value).ok()?;
        }
    }
    Some(units)
}

/// What is summed up, and the sum.
type Sum = (Compiled, Evaluation);

/// The sum of each column that is summed up; nothing where none is.
fn sums(
    call: &mut Call<'_>,
    totals: &Totals,
    columns: &[Column],
    inputs: &Inputs,
) -> Option<Option<Vec<Option<Sum>>>> {
    let is_summed: Vec<bool> = match totals {
        Totals::None => return Some(None),
        Totals::All => columns.iter().map(Column::is_of_numbers).collect(),
        Totals::Of(titles) => {
            for title in titles {
                let of = columns.iter().find(|column| column.asking.title == title.value);
                let arg =
                    Spanned::new(crate::markdown::Value::Text(title.value.clone()), title.span);
                let message = match of {
                    Some(column) if column.is_of_numbers() || column.values.is_empty() => continue,
                    Some(_) => format!("the column `{}` holds no numbers to sum up", title.value),
                    None => {
                        let known = columns.iter().map(|column| column.asking.title.as_str());
                        let known: Vec<&str> = known.collect();
                        format!("there is no column `{}`: {}", title.value, one_of(&arg, &known))
                    }
                };
                call.wrong(title.span, message);
                return None;
            }
            let is_named =
                |column: &Column| titles.iter().any(|title| title.value == column.asking.title);
            columns.iter().map(is_named).collect()
        }
    };
    let mut sums = Vec::with_capacity(columns.len());
    for (column, is_summed) in columns.iter().zip(is_summed) {
        let parts: Vec<Compiled> = column.compiled.iter().flatten().cloned().collect();
        if !is_summed || parts.is_empty() {
            sums.push(None);
            continue;
        }
        let sum = call.model.sum(&parts);
        let sum = sum.and_then(|sum| Ok((call.model.evaluate(&sum, inputs)?, sum)));
        match sum {
            Ok((mut evaluation, sum)) => {
                evaluation.provenance.formula = format!("sum of `{}`", column.asking.title);
                sums.push(Some((sum, evaluation)));
            }
            Err(problem) => {
                call.failed(column.asking.expression.span, problem);
                return None;
            }
        }
    }
    Some(Some(sums))
}

/// How cells are shown.
struct Shown<'s, 'a> {
    call: &'s Call<'a>,
    /// The places or digits that are asked for.
    format: Format,
    range: bool,
    inputs: &'s Inputs,
    missing: &'s str,
    /// Whether its numbers follow what a reader sets.
    follows: bool,
}

impl Shown<'_, '_> {
    fn cell(
        &self,
        compiled: Option<&Compiled>,
        value: Option<&Evaluation>,
        unit: Option<&Unit>,
    ) -> Vec<Inline> {
        let (Some(compiled), Some(value)) = (compiled, value) else { return text(self.missing) };
        let mut shown = self.value(value, unit);
        if self.follows {
            shown.live = ask::follows(self.call.model, compiled, self.inputs, unit);
        }
        match value.value {
            // A name speaks for itself.
            Value::Text(_) | Value::Bool(_) if shown.live.is_none() => text(shown.text),
            _ => vec![Inline::Value(Box::new(shown))],
        }
    }

    fn value(&self, value: &Evaluation, unit: Option<&Unit>) -> crate::content::Value {
        let shared = self.call.model.shared_format(value, unit);
        let Format { places, rounding, .. } = self.format;
        let format = Format { places, rounding, ..shared };
        ask::value(self.call.model, value, self.inputs, &format, self.range)
    }

    fn sum(&self, (compiled, sum): &Sum, column: &Column, unit: Option<&Unit>) -> Vec<Inline> {
        let mut out = if column.is_whole() { Vec::new() } else { text("at least ") };
        out.extend(self.cell(Some(compiled), Some(sum), unit));
        out
    }

    /// The label of a row's option, with what there is to know about it.
    fn option(&self, names: &Bindings, name: &str) -> Option<Vec<Inline>> {
        let option = self.call.model.options.get(names.option(name)?)?;
        Some(option_name(self.call, option, self.inputs))
    }
}
