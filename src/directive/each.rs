//! `each`: text that is written once for each row of a list, a table or the options.

use super::params::{Expression, params};
use super::passage::Passage;
use super::rows::{self, Asked};
use super::write::{self, Writer};
use super::{Call, Directive, Run};
use crate::markdown::Cut;
use crate::text::Spanned;
use std::rc::Rc;

pub(super) static DIRECTIVE: Directive = Directive {
    name: "each",
    summary: "Markdown that is written once for each row of a list, a table or the options of the model",
    page: include_str!("each.md"),
    params: Params::PARAMS,
    late: false,
    run: Run::Passage(run),
};

params! {
    /// The arguments of `each`.
    struct Params {
        [positional]
        /// What is gone through: `options`, a table of the model, or an expression that comes to a list.
        list: Expression = "LIST",
        /// The name of a row in the text, also written `as NAME` behind the list; `row` without it.
        name: Option<Spanned<String>> = "as",
        /// Only the rows for which this is true.
        only: Option<Expression> = "where",
        /// What the rows are sorted by, the smallest first; without it they keep their order in the model.
        sort: Option<Expression> = "sort",
        /// The largest first.
        descending: bool = "descending",
        /// At most so many rows.
        limit: Option<u32> = "limit",
        /// What is written for a row within a sentence, a heading or a table's cell; blocks stand below the line of the arguments.
        text: Option<Spanned<String>> = "text",
        /// What stands between two rows of `text`; a comma and a space without it.
        separator: Option<Spanned<String>> = "separator",
    }
}

fn run(call: &mut Call<'_>) -> Option<Passage> {
    let params = Params::read(call)?;
    let name = rows::name(call, params.name.as_ref())?;
    let (text, inline) = write::body(call, params.text.as_ref())?;
    let template = write::read(call, &text, false)?;
    let asked = Asked {
        list: &params.list,
        name: &name,
        only: params.only.as_ref(),
        sort: params.sort.as_ref(),
        descending: params.descending,
        limit: params.limit,
    };
    let inputs = call.model.inputs();
    let (_, bound) = rows::rows(call, &asked, &inputs)?;
    let said = match bound.len() {
        1 => "1 row".to_owned(),
        rows => format!("{rows} rows"),
    };
    let separator = match &params.separator {
        Some(given) => write::cut_of(given),
        None => Cut::of(", ", text.span()),
    };
    let map = call.map;
    let mut writer = Writer::new(call, map);
    for (row, names) in bound.into_iter().enumerate() {
        writer.take(0, 1)?;
        let names = Rc::new(names);
        if inline && row > 0 {
            writer.text(&separator, &names)?;
        }
        writer.parts(&template.parts, &names)?;
        if !inline {
            writer.end_line(&names)?;
        }
    }
    Some(writer.finish(inline, said))
}
