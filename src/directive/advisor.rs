//! `advisor`: checklist, matrix and calculator joined to a recommendation.

use super::ask;
use super::costs::{self, Asked};
use super::params::params;
use super::rules::Words;
use super::{Call, Directive, Run, checklist, columns, matrix};
use crate::content::{Advisor, Block, Checklist, Content, Outcome, text};
use crate::model::{self, Model, Program, View};
use crate::text::Spanned;
use serde_json::{Map, Value as Json, json};

pub(super) static DIRECTIVE: Directive = Directive {
    name: "advisor",
    summary: "questions, needs and the reader's size joined to a recommendation with its reasons",
    page: include_str!("advisor.md"),
    params: Params::PARAMS,
    late: false,
    run: Run::Content(run),
};

params! {
    /// The arguments of `advisor`.
    struct Params {
        [positional]
        /// The advisor of the model.
        id: Spanned<String> = "ID",
        /// What is counted: `requests`, `usage`, `limits` or `reserved`. `requests` where not said.
        view: Option<View> = "view",
        /// The scenario that the page starts with.
        scenario: Option<Spanned<String>> = "scenario",
        /// The scenarios that a reader may start from; all of the model where not said.
        presets: Vec<Spanned<String>> = "presets",
        [inputs]
        /// Any input of the model: the value that the page starts with.
        values,
    }
}

fn run(call: &mut Call<'_>) -> Option<Content> {
    let params = Params::read(call)?;
    let model = call.model;
    let advisor = ask::entry(call, "advisor", &model.advisors, &params.id)?;
    // The author's scenario, else the advisor's own.
    let own = advisor.scenario.clone().map(|id| Spanned::new(id, call.name().span));
    let values = ask::inputs(call, params.scenario.as_ref().or(own.as_ref()), &params.values)?;
    let before = call.findings.len();
    let presets = ask::ids(call, "scenario", &model.scenarios, &params.presets);
    if call.findings.len() > before {
        return None;
    }
    let presets =
        if presets.is_empty() { model.scenarios.keys().cloned().collect() } else { presets };
    let view = params.view.unwrap_or(View::Requests);
    let checklist = advisor.checklist.as_ref().and_then(|id| model.checklists.get(id));
    let options = options(model, advisor);
    let (program, mut outcomes) = outcomes(call, advisor, view, &values);
    let words = Words { model, checklist, program: &program };
    for (outcome, entry) in outcomes.iter_mut().zip(&advisor.outcomes) {
        outcome.rule = entry.when.as_ref().map(|when| words.rule(&entry.id, when.text()));
    }
    let calculator = if options.is_empty() {
        None
    } else {
        let asked = Asked {
            id: "calculator".to_owned(),
            title: "Your size".to_owned(),
            options,
            baseline: None,
            view,
            resources: Vec::new(),
            components: false,
            inputs: advisor
                .inputs
                .iter()
                .filter(|name| model.inputs.contains_key(*name))
                .cloned()
                .collect(),
            presets,
            values: values.clone(),
        };
        Some(costs::calculator(call, asked)?)
    };
    let content = Advisor {
        id: advisor.id.clone(),
        title: text(&advisor.title),
        intro: ask::prose(model, &advisor.intro, &model.inputs()),
        // Here the recommendation stands for the list's own verdict.
        checklist: match checklist {
            Some(list) => {
                Some(Checklist { verdicts: Vec::new(), ..checklist::content(call, list, &values)? })
            }
            None => None,
        },
        matrix: advisor
            .matrix
            .as_ref()
            .and_then(|id| model.matrices.get(id))
            .map(|matrix| matrix::whole(call, matrix)),
        calculator,
        outcomes,
        program,
    };
    Some(Content::Blocks(vec![Block::from(content)]))
}

/// The options whose costs are compared: those that the advisor names, else the matrix's columns that are options.
fn options(model: &Model, advisor: &model::Advisor) -> Vec<String> {
    let matrix = advisor.matrix.as_ref().and_then(|id| model.matrices.get(id));
    let columns = matrix.iter().flat_map(|matrix| &matrix.columns).map(|column| &column.id);
    let ids: Vec<&String> = if advisor.options.is_empty() {
        columns.collect()
    } else {
        advisor.options.iter().collect()
    };
    ids.into_iter().filter(|id| model.options.contains_key(*id)).cloned().collect()
}

/// The outcomes, still without their rules in words, and the program of their rules, values and costs.
fn outcomes(
    call: &mut Call<'_>,
    advisor: &model::Advisor,
    view: View,
    values: &model::Inputs,
) -> (Json, Vec<Outcome>) {
    let model = call.model;
    let mut program = Program::new(model);
    let mut outcomes = Vec::with_capacity(advisor.outcomes.len());
    let mut costs = Map::new();
    for outcome in &advisor.outcomes {
        if let Some(when) = &outcome.when {
            call.used.expression(when);
            program.add(outcome.id.clone(), when);
        }
        outcomes.push(Outcome {
            id: outcome.id.clone(),
            title: text(&outcome.title),
            text: ask::live_prose(
                model,
                &outcome.text,
                values,
                &mut program,
                &format!("text {}", outcome.id),
            ),
            rule: None,
            option: outcome.option.clone(),
            cost: outcome.cost.clone(),
            links: ask::links(&outcome.links),
            manifests: ask::links(&outcome.manifests),
        });
        let Some(option) = outcome.cost.as_ref().or(outcome.option.as_ref()) else { continue };
        let Ok(overhead) = model.overhead(option, values) else { continue };
        let mut lines = Vec::new();
        for resource in costs::resources(std::slice::from_ref(&overhead), view) {
            let key = format!("cost {option} {resource}");
            if program.add_cost(key.clone(), option, None, view, &resource) {
                lines.push(json!([columns::counted(&resource, view), key]));
            }
        }
        costs.insert(option.clone(), Json::Array(lines));
    }
    let mut json = program.json(values);
    json["costs"] = Json::Object(costs);
    (json, outcomes)
}
