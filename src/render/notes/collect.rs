//! What has details, found in content.

use crate::content::{Inline, MatrixCell, Provenance, Table, Value};

/// What can be pressed for details.
pub(in crate::render) enum Note<'a> {
    /// A value of the model.
    Value(&'a Value, &'a Provenance),
    /// A cell of a matrix, under its need and option.
    Cell(String, &'a MatrixCell),
}

pub(in crate::render) fn inlines<'a>(inlines: &'a [Inline], out: &mut Vec<Note<'a>>) {
    for inline in inlines {
        match inline {
            Inline::Value(value) => {
                out.extend(
                    value.provenance.as_ref().map(|provenance| Note::Value(value, provenance)),
                );
            }
            Inline::Strong(inner) | Inline::Emphasis(inner) => self::inlines(inner, out),
            // What stands in a link can't be pressed.
            Inline::Link { .. } | Inline::Text(_) | Inline::Code(_) | Inline::Status(_) => {}
        }
    }
}

pub(in crate::render) fn table<'a>(table: &'a Table, out: &mut Vec<Note<'a>>) {
    inlines(&table.caption, out);
    table.columns.iter().for_each(|column| inlines(&column.title, out));
    table.rows.iter().flat_map(|row| &row.cells).for_each(|cell| inlines(cell, out));
}
