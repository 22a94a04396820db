//! `breakeven`: where two options cost the same.

use super::ask;
use super::overhead;
use super::params::params;
use super::{Call, Directive, Run, sweep};
use crate::content::{Block, Content, Inline, text};
use crate::model::{BreakEven, Input, ModelOption, Quantity};
use crate::text::Spanned;

pub(super) static DIRECTIVE: Directive = Directive {
    name: "breakeven",
    summary: "where two options cost the same, as one input grows",
    page: include_str!("breakeven.md"),
    params: Params::PARAMS,
    late: false,
    run: Run::Content(run),
};

params! {
    /// The arguments of `breakeven`.
    struct Params {
        /// The two options.
        options: Vec<Spanned<String>> = "options",
        /// The input that grows; it has a `min` and a `max`.
        over: Spanned<String> = "over",
        /// What is compared, as the columns of `overhead`; without it, all that both request.
        columns: Vec<Spanned<String>> = "columns",
        /// The named values of the inputs that it is computed with.
        scenario: Option<Spanned<String>> = "scenario",
        [inputs]
        /// Any input of the model, set for this comparison.
        inputs,
    }
}

fn run(call: &mut Call<'_>) -> Option<Content> {
    let params = Params::read(call)?;
    let inputs = ask::inputs(call, params.scenario.as_ref(), &params.inputs)?;
    let [one, other] = &params.options[..] else {
        let finding = call.invalid(call.name().span, "`breakeven` compares two options");
        call.findings.push(finding.help("write `options=[one, other]`"));
        return None;
    };
    let (one, other) = (overhead::option(call, one), overhead::option(call, other));
    let (one, other) = (one?, other?);
    let input = sweep::number_input(call, &params.over.value, params.over.span)?;
    let costs =
        [overhead::costs_of(call, one, &inputs)?, overhead::costs_of(call, other, &inputs)?];
    let mut columns = overhead::columns(call, &params.columns, &costs)?;
    columns.retain(|what| costs.iter().all(|cost| what.of(cost).is_some()));
    let mut items = Vec::new();
    for what in &columns {
        let found = call.model.breakeven(
            &one.id,
            &other.id,
            &input.name,
            what.view,
            &what.resource,
            &inputs,
        );
        let found = match found {
            Ok(found) => found,
            Err(problem) => {
                call.failed(params.over.span, problem);
                return None;
            }
        };
        let said = sentence(call, &found, one, other, input);
        items.push(vec![Block::Paragraph(
            [vec![Inline::Strong(text(what.title()))], text(format!(": {said}"))].concat(),
        )]);
    }
    if items.is_empty() {
        let message = format!("`{}` and `{}` say nothing of the same resource", one.id, other.id);
        call.wrong(call.name().span, message);
        return None;
    }
    Some(Content::Blocks(vec![Block::List { ordered: false, items }]))
}

/// "the same at 30 pods; from 31 pods on, the second takes less."
fn sentence(
    call: &Call<'_>,
    found: &BreakEven,
    one: &ModelOption,
    other: &ModelOption,
    input: &Input,
) -> String {
    let show = |quantity: &Quantity| {
        call.model.units.text(&quantity.value, quantity.dimension, input.unit.as_ref())
    };
    if found.always_equal {
        return format!("{} and {} take the same.", one.label, other.label);
    }
    let same = |from: &Quantity, to: &Quantity| {
        if from == to {
            format!("the same at {}", show(from))
        } else {
            format!("the same from {} to {}", show(from), show(to))
        }
    };
    let cheaper = |first: bool| if first { &one.label } else { &other.label };
    let mut parts = Vec::new();
    for crossing in &found.crossings {
        let behind = cheaper(crossing.first_is_cheaper);
        let same = same(&crossing.at, crossing.until.as_ref().unwrap_or(&crossing.at));
        parts.push(match (&crossing.from, crossing.exact) {
            (Some(from), true) if *from != crossing.at => {
                format!("{same}; from {} on, {behind} takes less", show(from))
            }
            (_, true) => format!("{same}; above it, {behind} takes less"),
            (_, false) => format!("from {} on, {behind} takes less", show(&crossing.at)),
        });
    }
    let otherwise = cheaper(found.first_is_cheaper);
    let equal: Vec<_> = found.equal.iter().map(|(from, to)| same(from, to)).collect();
    match (parts.is_empty(), equal.is_empty()) {
        (true, true) => parts.push(format!("{otherwise} always takes less")),
        (true, false) => {
            parts.push(format!("{}; else, {otherwise} takes less", equal.join(" and ")));
        }
        (false, _) => parts.extend(equal),
    }
    let rest = if found.complete { "." } else { ", as far as some of the values show." };
    format!("{}{rest}", parts.join("; "))
}
