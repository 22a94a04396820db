//! The rows that a directive goes through: of a list, a table or the options of the model, in an order, without some.

use super::params::Expression;
use super::{Call, ask};
use crate::diag::Diagnostic;
use crate::model::{Bindings, Compiled, Evaluation, Inputs, Problem, Rows, Value};
use crate::text::{Span, Spanned};

/// What of what is asked for.
pub(super) struct Asked<'p> {
    pub(super) list: &'p Expression,
    pub(super) name: &'p str,
    pub(super) only: Option<&'p Expression>,
    pub(super) sort: Option<&'p Expression>,
    pub(super) descending: bool,
    pub(super) limit: Option<u32>,
}

/// The name of a row where none is given.
pub(super) const ROW: &str = "row";

/// The name that a row has in expressions; one that would hide a value of the model is reported.
pub(super) fn name(call: &mut Call<'_>, given: Option<&Spanned<String>>) -> Option<String> {
    let name = given.map_or(ROW, |name| name.value.as_str());
    let span = given.map_or(call.name().span, |name| name.span);
    match call.model.check_binding(name, call.names) {
        Ok(()) => Some(name.to_owned()),
        Err(problem) => {
            call.failed(span, problem.help("write `as NAME` behind what is gone through"));
            None
        }
    }
}

/// The rows that are asked for, each with its name beside those that there are. What is wrong is reported.
pub(super) fn rows(
    call: &mut Call<'_>,
    asked: &Asked<'_>,
    inputs: &Inputs,
) -> Option<(Rows, Vec<Bindings>)> {
    let (model, names) = (call.model, call.names);
    let rows = match model.rows(&asked.list.text, names, inputs) {
        Ok(rows) => rows,
        Err(problems) => {
            call.used.mentioned(model, &asked.list.text);
            let locate = ask::in_expression(call.map, asked.list);
            call.findings.extend(problems.into_iter().map(|problem| problem.located(&locate)));
            return None;
        }
    };
    call.used.mentioned(model, &asked.list.text);
    let mut bound: Vec<Bindings> = (0..rows.len())
        .map(|row| {
            let mut names = names.clone();
            rows.bind(model, &mut names, asked.name, row);
            names
        })
        .collect();
    if let Some(only) = asked.only {
        let holds = values(call, only, &bound, inputs)?;
        if let Some(other) = holds.iter().find(|holds| !matches!(holds.value, Value::Bool(_))) {
            let message = match other.value {
                Value::Quantity(_) => "this is a number: expected what is true or false of a row",
                _ => "expected what is true or false of a row",
            };
            call.wrong(only.span, message);
            return None;
        }
        let mut holds = holds.into_iter().map(|holds| holds.value == Value::Bool(true));
        bound.retain(|_| holds.next().unwrap_or(false));
    }
    if let Some(sort) = asked.sort {
        let keys = values(call, sort, &bound, inputs)?;
        if keys.iter().any(|key| key.value.order(&key.value).is_none()) {
            call.wrong(sort.span, "rows can't be sorted by a list");
            return None;
        }
        let mut order: Vec<usize> = (0..bound.len()).collect();
        order.sort_by(|one, other| {
            let order = keys[*one].value.order(&keys[*other].value);
            let order = order.unwrap_or(std::cmp::Ordering::Equal);
            if asked.descending { order.reverse() } else { order }
        });
        bound = order.into_iter().map(|row| bound[row].clone()).collect();
    }
    if let Some(limit) = asked.limit {
        bound.truncate(limit as usize);
    }
    Some((rows, bound))
}

/// An expression read for each row. What is wrong in the same way for several is told of the first alone.
pub(super) fn compiled(
    call: &mut Call<'_>,
    expression: &Expression,
    bound: &[Bindings],
) -> Vec<Result<Compiled, Vec<Problem>>> {
    bound.iter().map(|names| call.model.compile_with(&expression.text, names)).collect()
}

/// The values of an expression for each row.
pub(super) fn values(
    call: &mut Call<'_>,
    expression: &Expression,
    bound: &[Bindings],
    inputs: &Inputs,
) -> Option<Vec<Evaluation>> {
    let mut found = Vec::with_capacity(bound.len());
    for (row, compiled) in compiled(call, expression, bound).into_iter().enumerate() {
        match compiled {
            Ok(compiled) => found.push(value(call, expression, &compiled, row, inputs)?),
            Err(problems) => {
                refused(call, expression, problems, row);
                return None;
            }
        }
    }
    Some(found)
}

/// The value of an expression that was read for a row, from 0.
pub(super) fn value(
    call: &mut Call<'_>,
    expression: &Expression,
    compiled: &Compiled,
    row: usize,
    inputs: &Inputs,
) -> Option<Evaluation> {
    call.used.expression(compiled);
    match call.model.evaluate(compiled, inputs) {
        Ok(evaluation) => {
            for source in &evaluation.provenance.sources {
                call.used.source(source);
            }
            Some(evaluation)
        }
        Err(problem) => {
            refused(call, expression, vec![problem], row);
            None
        }
    }
}

/// Reports what is wrong with an expression for a row.
pub(super) fn refused(
    call: &mut Call<'_>,
    expression: &Expression,
    problems: Vec<Problem>,
    row: usize,
) {
    call.used.mentioned(call.model, &expression.text);
    let locate = ask::in_expression(call.map, expression);
    for problem in problems {
        let mut finding: Diagnostic = problem.located(&locate);
        if finding.at.text.is_empty() {
            finding = finding.label(format!("in row {}", row + 1));
        }
        call.findings.push(finding);
    }
}

/// An expression within another text: the part between two bytes of an argument's text.
pub(super) fn part(expression: &Expression, start: usize, end: usize) -> Expression {
    let text = expression.text[start..end].to_owned();
    let same = expression.span.len() == expression.text.len();
    let span = if same {
        Span::new(expression.span.start + start, expression.span.start + end)
    } else {
        expression.span
    };
    Expression { text, span }
}
