//! `matrix`: needs × options, which a reader can filter.

use super::ask;
use super::params::params;
use super::{Call, Directive, Run};
use crate::content::{Block, Content, Inline, Matrix, MatrixCell, MatrixRow, Meets, Status, text};
use crate::model::{self, Inputs, Model};
use crate::text::Spanned;

pub(super) static DIRECTIVE: Directive = Directive {
    name: "matrix",
    summary: "needs and options in a table; a reader chooses the needs that apply, and the options are ranked",
    page: include_str!("matrix.md"),
    params: Params::PARAMS,
    late: false,
    run: Run::Content(run),
};

params! {
    /// The arguments of `matrix`.
    struct Params {
        [positional]
        /// The matrix of the model.
        id: Spanned<String> = "ID",
        /// Only these columns, in this order.
        columns: Vec<Spanned<String>> = "columns",
        /// Only these rows, in this order.
        rows: Vec<Spanned<String>> = "rows",
    }
}

fn run(call: &mut Call<'_>) -> Option<Content> {
    let params = Params::read(call)?;
    let model = call.model;
    let matrix = ask::entry(call, "matrix", &model.matrices, &params.id)?;
    let columns = matrix.columns.iter().map(|column| column.id.as_str()).collect::<Vec<_>>();
    let columns = chosen(call, "column", &columns, &params.columns)?;
    let rows = matrix.rows.iter().map(|row| row.id.as_str()).collect::<Vec<_>>();
    let rows = chosen(call, "row", &rows, &params.rows)?;
    Some(Content::Blocks(vec![Block::from(content(call, matrix, &columns, &rows))]))
}

/// The places of what an author names; of all where nothing is named.
fn chosen(
    call: &mut Call<'_>,
    what: &str,
    all: &[&str],
    named: &[Spanned<String>],
) -> Option<Vec<usize>> {
    if named.is_empty() {
        return Some((0..all.len()).collect());
    }
    let mut places = Vec::with_capacity(named.len());
    for name in named {
        match all.iter().position(|id| *id == name.value) {
            Some(place) => places.push(place),
            None => {
                let message = format!("the matrix has no {what} `{}`", name.value);
                let finding =
                    call.invalid(name.span, message).did_you_mean(&name.value, all.iter().copied());
                call.findings.push(finding);
            }
        }
    }
    (places.len() == named.len()).then_some(places)
}

/// All columns and rows of a matrix.
pub(super) fn whole(call: &mut Call<'_>, matrix: &model::Matrix) -> Matrix {
    let columns: Vec<usize> = (0..matrix.columns.len()).collect();
    let rows: Vec<usize> = (0..matrix.rows.len()).collect();
    content(call, matrix, &columns, &rows)
}

fn content(
    call: &mut Call<'_>,
    matrix: &model::Matrix,
    columns: &[usize],
    rows: &[usize],
) -> Matrix {
    let inputs = call.model.inputs();
    let mut legend: Vec<(Status, Vec<Inline>)> = Vec::new();
    let mut content = Matrix {
        id: matrix.id.clone(),
        title: text(&matrix.label),
        note: ask::prose(call.model, &matrix.note, &inputs),
        corner: text(&matrix.corner),
        options: columns
            .iter()
            .filter_map(|column| matrix.columns.get(*column))
            .map(|column| {
                let title = ask::named(call.model, &column.label, &column.note, vec![], &inputs);
                (column.id.clone(), title)
            })
            .collect(),
        rows: Vec::with_capacity(rows.len()),
        legend: Vec::new(),
    };
    for row in rows.iter().filter_map(|row| matrix.rows.get(*row)) {
        let cells = columns.iter().map(|column| row.cells.get(*column).and_then(Option::as_ref));
        let cells = cells.map(|cell| self::cell(call, cell, &inputs)).collect::<Vec<_>>();
        for cell in &cells {
            let known = legend.iter().any(|(status, _)| status.id == cell.status.id);
            if let Some(status) = call.model.statuses.get(&cell.status.id).filter(|_| !known) {
                let note = ask::prose(call.model, &status.note, &inputs);
                legend.push((cell.status.clone(), note));
            }
        }
        content.rows.push(MatrixRow {
            id: row.id.clone(),
            title: text(&row.label),
            note: ask::prose(call.model, &row.note, &inputs),
            group: row.group.as_deref().map_or_else(Vec::new, text),
            weight: row.weight.to_string(),
            cells,
        });
    }
    // The legend is in the model's order, which is from best to worst.
    legend.sort_by_key(|(status, _)| call.model.statuses.get_index_of(&status.id));
    content.legend = legend;
    content
}

fn cell(call: &mut Call<'_>, cell: Option<&model::Cell>, inputs: &Inputs) -> MatrixCell {
    let Some(cell) = cell else {
        // That the model says nothing here is a finding of the model's own.
        let status =
            Status { word: "–".to_owned(), weight: "0".to_owned(), meets: Meets::No, ..empty() };
        return MatrixCell {
            status,
            text: vec![],
            note: vec![],
            sources: vec![],
            unverified: false,
        };
    };
    MatrixCell {
        status: status(call.model, &cell.status),
        text: ask::prose(call.model, &cell.text, inputs),
        note: ask::prose(call.model, &cell.note, inputs),
        sources: ask::sources(call, &cell.sources),
        unverified: cell.unverified,
    }
}

fn empty() -> Status {
    let nothing = String::new;
    Status {
        id: nothing(),
        icon: nothing(),
        word: nothing(),
        meets: Meets::NotApplicable,
        weight: nothing(),
    }
}

/// A status of the model.
fn status(model: &Model, id: &str) -> Status {
    let Some(status) = model.statuses.get(id) else {
        return Status { word: id.to_owned(), ..empty() };
    };
    Status {
        id: status.id.clone(),
        icon: status.icon.clone().unwrap_or_default(),
        word: status.label.clone(),
        meets: match status.meets {
            model::Meets::Fully => Meets::Fully,
            model::Meets::Partly => Meets::Partly,
            model::Meets::Preview => Meets::Preview,
            model::Meets::No => Meets::No,
            model::Meets::NotApplicable => Meets::NotApplicable,
        },
        weight: status.weight.to_string(),
    }
}
