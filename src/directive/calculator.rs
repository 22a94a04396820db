//! `calculator`: what options cost, for a size that the reader sets.

use super::ask;
use super::costs::{self, Asked};
use super::params::params;
use super::{Call, Directive, Run};
use crate::content::{Block, Content};
use crate::model::View;
use crate::text::Spanned;

pub(super) static DIRECTIVE: Directive = Directive {
    name: "calculator",
    summary: "inputs that a reader varies, and what options cost with them",
    page: include_str!("calculator.md"),
    params: Params::PARAMS,
    late: false,
    run: Run::Content(run),
};

params! {
    /// The arguments of `calculator`.
    struct Params {
        /// The options to compare; all of the model where not said.
        options: Vec<Spanned<String>> = "options",
        /// The option that the others are compared with.
        baseline: Option<Spanned<String>> = "baseline",
        /// What is counted: `requests`, `usage`, `limits`, or `reserved` (component by component, the larger of request and usage). `requests` where not said.
        view: Option<View> = "view",
        /// The resources: `cpu`, `memory` …; all that the options have where not said.
        resources: Vec<Spanned<String>> = "resources",
        /// With a row for each component.
        components: bool = "components",
        /// The inputs to ask for, in this order; those that have a say where not said.
        inputs: Vec<Spanned<String>> = "inputs",
        /// The scenario that the page starts with.
        scenario: Option<Spanned<String>> = "scenario",
        /// The scenarios that a reader may start from; all of the model where not said.
        presets: Vec<Spanned<String>> = "presets",
        /// A heading.
        title: Option<Spanned<String>> = "title",
        /// The name under which a reader's settings are kept; calculators of one name share them.
        id: Option<Spanned<String>> = "id",
        [inputs]
        /// Any input of the model: the value that the page starts with.
        values,
    }
}

fn run(call: &mut Call<'_>) -> Option<Content> {
    let params = Params::read(call)?;
    let model = call.model;
    let values = ask::inputs(call, params.scenario.as_ref(), &params.values)?;
    let before = call.findings.len();
    let options = ask::ids(call, "option", &model.options, &params.options);
    let baseline =
        params.baseline.as_ref().and_then(|id| ask::entry(call, "option", &model.options, id));
    let inputs = ask::ids(call, "input", &model.inputs, &params.inputs);
    let presets = ask::ids(call, "scenario", &model.scenarios, &params.presets);
    if call.findings.len() > before {
        return None;
    }
    let all = |named: Vec<String>, all: Vec<String>| if named.is_empty() { all } else { named };
    let mut options = all(options, model.options.keys().cloned().collect());
    if let Some(baseline) = baseline
        && !options.contains(&baseline.id)
    {
        options.insert(0, baseline.id.clone());
    }
    let view = params.view.unwrap_or(View::Requests);
    let asked = Asked {
        id: params.id.map_or_else(|| "calculator".to_owned(), |id| id.value),
        title: params.title.map_or_else(String::new, |title| title.value),
        options,
        baseline: baseline.map(|option| option.id.clone()),
        view,
        resources: params.resources.iter().map(|resource| resource.value.clone()).collect(),
        components: params.components,
        inputs,
        presets: all(presets, model.scenarios.keys().cloned().collect()),
        values,
    };
    known_resources(call, &asked, &params.resources)?;
    let calculator = costs::calculator(call, asked)?;
    Some(Content::Blocks(vec![Block::from(calculator)]))
}

/// A resource that no option has is a slip of the pen.
fn known_resources(call: &mut Call<'_>, asked: &Asked, named: &[Spanned<String>]) -> Option<()> {
    let overheads =
        asked.options.iter().filter_map(|option| call.model.overhead(option, &asked.values).ok());
    let known = costs::resources(&overheads.collect::<Vec<_>>(), asked.view);
    let before = call.findings.len();
    for resource in named.iter().filter(|resource| !known.contains(&resource.value)) {
        let message =
            format!("none of the options has {} of `{}`", asked.view.name(), resource.value);
        let finding = call
            .invalid(resource.span, message)
            .did_you_mean(&resource.value, known.iter().map(String::as_str));
        call.findings.push(finding);
    }
    (call.findings.len() == before).then_some(())
}
