//! `value`: one value of the model in the text.

use super::ask;
use super::digits::{self, Digits};
use super::params::{Expression, params, words};
use super::{Call, Directive, Run};
use crate::content::{Content, Inline};
use crate::diag::Diagnostic;
use crate::markdown::Cut;
use crate::model::{Bindings, Format, Model, Style, Used};
use crate::text::{Spanned, TextMap};

pub(super) static DIRECTIVE: Directive = Directive {
    name: "value",
    summary: "one value of the model in the text, with where it comes from",
    page: include_str!("value.md"),
    params: Params::PARAMS,
    late: false,
    run: Run::Content(run),
};

params! {
    /// The arguments of `value`.
    struct Params {
        [positional]
        /// A figure, an input, a formula, or any expression over them; in quotes where it has blanks.
        expr: Expression = "EXPR",
        /// The named values of the inputs that it is computed with.
        scenario: Option<Spanned<String>> = "scenario",
        /// For people (`12.5 GiB`), or as a manifest has it (`12800Mi`).
        format: Option<Look> = "format",
        /// The unit to show it in: `MiB`, `millicores`, `USD/month`.
        unit: Option<Spanned<String>> = "unit",
        /// Exactly so many decimal places, 60 at most.
        places: Option<Digits<0>> = "places",
        /// So many digits that count, 60 at most, of a figure too: with 3, `1230` for 1234.5.
        digits: Option<Digits<1>> = "digits",
        /// With its range behind it, where it has one: `10 cores (5–20)`.
        range: bool = "range",
        /// The number without its unit.
        bare: bool = "bare",
        /// `12,800` instead of `12800`.
        thousands: bool = "thousands",
        [inputs]
        /// Any input of the model, set for this value alone.
        inputs,
    }
}

words! {
    /// How a value is written.
    pub(super) enum Look = "`people` or `kubernetes`" {
        /// `12.5 GiB`
        People = "people",
        /// `12800Mi`
        Kubernetes = "kubernetes",
    }
}

fn run(call: &mut Call<'_>) -> Option<Content> {
    let params = Params::read(call)?;
    // What its author has asked to be written otherwise stays so.
    let is_free = params.places.is_none()
        && params.digits.is_none()
        && params.format.is_none()
        && !(params.range || params.bare || params.thousands);
    let format = digits::format(call, params.places, params.digits)?;
    let inputs = ask::inputs(call, params.scenario.as_ref(), &params.inputs)?;
    let locate = ask::in_expression(call.map, &params.expr);
    let (compiled, evaluation) = ask::compute(
        call.model,
        (&params.expr.text, call.names),
        &inputs,
        call.used,
        locate,
        call.findings,
    )?;
    let unit = ask::unit(call, params.unit.as_ref(), &evaluation).ok()?;
    let format = Format {
        style: match params.format {
            Some(Look::Kubernetes) => Style::Kubernetes,
            Some(Look::People) | None => Style::People,
        },
        unit,
        thousands: params.thousands,
        bare: params.bare,
        ..format
    };
    let mut value = ask::value(call.model, &evaluation, &inputs, &format, params.range);
    if call.is_set && is_free {
        value.live = ask::follows(call.model, &compiled, &inputs, format.unit.as_ref());
    }
    Some(Content::Inline(vec![Inline::Value(Box::new(value))]))
}

/// The short form in prose, `` `{= EXPR }` ``: the expression with the defaults, for people; where readers can set inputs on the
/// page (`is_set`), with theirs.
pub fn live(
    (model, names): (&Model, &Bindings),
    is_set: bool,
    expression: &Cut,
    map: &TextMap,
    used: &mut Used,
    findings: &mut Vec<Diagnostic>,
) -> Option<Vec<Inline>> {
    let inputs = model.inputs();
    let locate = ask::in_cut(map, expression);
    let (compiled, evaluation) =
        ask::compute(model, (expression.text(), names), &inputs, used, locate, findings)?;
    let mut value = ask::value(model, &evaluation, &inputs, &Format::default(), false);
    if is_set {
        value.live = ask::follows(model, &compiled, &inputs, None);
    }
    Some(vec![Inline::Value(Box::new(value))])
}
