//! `when`: text that is written when something holds, and other text when it does not.

use super::params::{Expression, params};
use super::passage::Passage;
use super::write::{self, Writer};
use super::{Call, Directive, Run, ask};
use crate::text::Spanned;
use std::rc::Rc;

pub(super) static DIRECTIVE: Directive = Directive {
    name: "when",
    summary: "Markdown that is written when something holds, and other Markdown when it does not",
    page: include_str!("when.md"),
    params: Params::PARAMS,
    late: false,
    run: Run::Passage(run),
};

params! {
    /// The arguments of `when`.
    struct Params {
        [positional]
        /// What has to hold; in quotes where it has blanks.
        condition: Expression = "EXPR",
        /// What is written then, within a sentence, a heading or a table's cell; blocks stand below the line of the arguments.
        text: Option<Spanned<String>> = "text",
        /// What is written else; nothing without it. Among blocks it stands behind `` `{else}` ``.
        otherwise: Option<Spanned<String>> = "else",
    }
}

fn run(call: &mut Call<'_>) -> Option<Passage> {
    let params = Params::read(call)?;
    let (text, inline) = write::body(call, params.text.as_ref())?;
    let template = write::read(call, &text, !inline)?;
    let otherwise = match &params.otherwise {
        Some(other) if inline => Some(write::read(call, &write::cut_of(other), false)?.parts),
        Some(other) => {
            call.wrong(other.span, "below the line of the arguments, this stands behind `{else}`");
            return None;
        }
        None => template.otherwise,
    };
    let locate = ask::in_expression(call.map, &params.condition);
    let names = call.names;
    let holds = write::holds(call, (&params.condition.text, names), locate)?;
    let (map, names) = (call.map, Rc::new(names.clone()));
    let mut writer = Writer::new(call, map);
    let (yes, no) = (template.parts, otherwise.unwrap_or_default());
    let (shown, other) = if holds { (yes, no) } else { (no, yes) };
    writer.check(&other, &names, true)?;
    writer.parts(&shown, &names)?;
    Some(writer.finish(inline, holds.to_string()))
}
