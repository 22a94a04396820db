//! `advisor`: checklist, matrix and calculator joined to a recommendation.

use super::ask;
use super::calculator::{Look, named};
use super::costs::{self, Asked};
use super::params::params;
use super::rules::Words;
use super::{Call, Directive, checklist, matrix};
use crate::content::{Advisor, AdvisorRule, Block, Content, Inline, text};
use crate::model::{self, Model, Program, View};
use crate::text::Spanned;
use serde_json::{Map, Value as Json, json};

pub(super) static DIRECTIVE: Directive = Directive {
    name: "advisor",
    summary: "questions, needs and the reader's size joined to a recommendation with its reasons",
    page: include_str!("advisor.md"),
    params: Params::PARAMS,
    late: false,
    run,
};

params! {
    /// The arguments of `advisor`.
    struct Params {
        [positional]
        /// The advisor of the model.
        id: Spanned<String> = "ID",
        /// What is counted: `requests`, `usage`, `limits` or `reserved`. `requests` where not said.
        view: Option<Look> = "view",
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
    let params = match Params::read(&call.directive.args, call.name(), call.map) {
        Ok(params) => params,
        Err(findings) => {
            call.report(findings);
            return None;
        }
    };
    let model = call.model;
    let advisor = ask::entry(call, "advisor", &model.advisors, &params.id)?;
    let values = ask::inputs(call, params.scenario.as_ref(), &params.values)?;
    let before = call.findings.len();
    let presets = named(call, "scenario", &model.scenarios, &params.presets);
    if call.findings.len() > before {
        return None;
    }
    let presets =
        if presets.is_empty() { model.scenarios.keys().cloned().collect() } else { presets };
    let view = params.view.map_or(View::Requests, Look::view);
    let checklist = advisor.checklist.as_ref().and_then(|id| model.checklists.get(id));
    let options = options(model, advisor);
    let costed: Vec<String> = options
        .iter()
        .map(|(id, _)| id.clone())
        .filter(|id| model.options.contains_key(id))
        .collect();
    let program = program(call, advisor, &costed, view, &values);
    let words = Words { model, checklist, program: &program };
    let rules = advisor.outcomes.iter().map(|rule| self::rule(rule, &words, &values)).collect();
    let calculator = if costed.is_empty() {
        None
    } else {
        let asked = Asked {
            id: "calculator".to_owned(),
            title: "Your size".to_owned(),
            options: costed,
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
            values,
        };
        Some(costs::calculator(call, asked)?)
    };
    let content = Advisor {
        id: advisor.id.clone(),
        title: text(&advisor.title),
        intro: ask::prose(model, &advisor.intro, &model.inputs()),
        checklist: checklist.map(|checklist| checklist::content(call, checklist)),
        matrix: advisor
            .matrix
            .as_ref()
            .and_then(|id| model.matrices.get(id))
            .map(|matrix| matrix::whole(call, matrix)),
        calculator,
        options,
        rules,
        program,
    };
    Some(Content::Blocks(vec![Block::Advisor(Box::new(content))]))
}

/// What there is to choose from: what the advisor names, else the matrix's columns, else all options.
fn options(model: &Model, advisor: &model::Advisor) -> Vec<(String, Vec<Inline>)> {
    let matrix = advisor.matrix.as_ref().and_then(|id| model.matrices.get(id));
    let column = |id: &str| {
        matrix?.columns.iter().find(|column| column.id == id).map(|column| column.label.as_str())
    };
    let label =
        |id: &str| column(id).or_else(|| model.options.get(id).map(|option| option.label.as_str()));
    let ids: Vec<&str> = match (advisor.options.is_empty(), matrix) {
        (false, _) => advisor.options.iter().map(String::as_str).collect(),
        (true, Some(matrix)) => matrix.columns.iter().map(|column| column.id.as_str()).collect(),
        (true, None) => model.options.keys().map(String::as_str).collect(),
    };
    ids.into_iter().map(|id| (id.to_owned(), text(label(id).unwrap_or(id)))).collect()
}

/// The rules, and what each option costs.
fn program(
    call: &mut Call<'_>,
    advisor: &model::Advisor,
    options: &[String],
    view: View,
    values: &model::Inputs,
) -> Json {
    let model = call.model;
    let mut program = Program::new(model);
    for rule in &advisor.outcomes {
        if let Some(when) = &rule.when {
            call.used.expression(when);
            program.add(format!("rule {}", rule.id), when);
        }
    }
    let mut costs = Map::new();
    for option in options {
        let Ok(overhead) = model.overhead(option, values) else { continue };
        let mut lines = Vec::new();
        for resource in costs::resources(std::slice::from_ref(&overhead), view) {
            let key = format!("cost {option} {resource}");
            if program.add_cost(key.clone(), option, None, view, &resource) {
                lines.push(json!([costs::title(&resource), key]));
            }
        }
        costs.insert(option.clone(), Json::Array(lines));
    }
    let mut json = program.json(values);
    json["costs"] = Json::Object(costs);
    json
}

fn rule(rule: &model::Outcome, words: &Words<'_>, values: &model::Inputs) -> AdvisorRule {
    let mut reason = vec![Inline::Strong(text(&rule.title))];
    reason.push(Inline::Text(". ".to_owned()));
    reason.extend(ask::prose(words.model, &rule.text, values));
    AdvisorRule {
        id: rule.id.clone(),
        rule: match &rule.when {
            Some(when) => words.rule(&format!("rule {}", rule.id), when.text()),
            None => "always".to_owned(),
        },
        reason,
        recommend: rule.option.iter().cloned().collect(),
        against: Vec::new(),
        weight: "1".to_owned(),
        links: ask::links(&rule.links).into_iter().chain(ask::links(&rule.manifests)).collect(),
    }
}
