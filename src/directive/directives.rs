//! `directives`: what the book's own directives are, for those who write in it.

use super::params::params;
use super::{Call, Directive, Run};
use crate::content::{Align, Block, Column, Content, Inline, Row, Table, text};

pub(super) static DIRECTIVE: Directive = Directive {
    name: "directives",
    summary: "the directives of the book's own, with their arguments",
    page: include_str!("directives.md"),
    params: Params::PARAMS,
    late: false,
    run: Run::Content(run),
};

params! {
    /// The arguments of `directives`.
    struct Params {
        /// With the arguments of each.
        arguments: Option<bool> = "arguments",
    }
}

fn run(call: &mut Call<'_>) -> Option<Content> {
    let params = Params::read(call)?;
    if call.own.iter().next().is_none() {
        let none = "This book has no directives of its own.";
        return Some(Content::Blocks(vec![Block::Paragraph(text(none))]));
    }
    let head = |title: &str| Column { title: text(title), align: Align::Left };
    let row = |cells| Row { cells, header: true, total: false };
    let mut table = Table { columns: vec![head("Directive"), head("Writes")], ..Table::default() };
    let mut args = Table {
        columns: ["Argument", "Of", "Value", "Meaning"].map(head).to_vec(),
        ..Table::default()
    };
    for own in call.own.iter() {
        table.rows.push(row(vec![vec![Inline::Code(own.usage())], text(&own.summary)]));
        for arg in &own.args {
            let mut shape = arg.shape().replace('`', "");
            if let Some(default) = &arg.default {
                shape.push_str(&format!("; {default} without it"));
            }
            args.rows.push(row(vec![
                vec![Inline::Code(arg.name.clone())],
                vec![Inline::Code(own.name.clone())],
                text(shape),
                text(&arg.docs),
            ]));
        }
    }
    let mut blocks = vec![Block::Table(table)];
    if params.arguments != Some(false) && !args.rows.is_empty() {
        blocks.push(Block::Table(args));
    }
    Some(Content::Blocks(blocks))
}
