//! `checklist`: statements to tick, and the verdict that follows.

use super::ask;
use super::params::params;
use super::rules::Words;
use super::{Call, Directive, Run};
use crate::content::{Block, Checklist, ChecklistGroup, ChecklistItem, Content, Verdict, text};
use crate::model::{self, Program};
use crate::text::{Spanned, digest};
use serde_json::{Map, Value as Json};
use std::collections::HashMap;

pub(super) static DIRECTIVE: Directive = Directive {
    name: "checklist",
    summary: "statements that a reader ticks, and the verdict that follows from them",
    page: include_str!("checklist.md"),
    params: Params::PARAMS,
    late: false,
    run: Run::Content(run),
};

params! {
    /// The arguments of `checklist`.
    struct Params {
        [positional]
        /// The checklist of the model.
        id: Spanned<String> = "ID",
    }
}

fn run(call: &mut Call<'_>) -> Option<Content> {
    let params = Params::read(call)?;
    let model = call.model;
    let checklist = ask::entry(call, "checklist", &model.checklists, &params.id)?;
    let inputs = model.inputs();
    Some(Content::Blocks(vec![Block::from(content(call, checklist, &inputs)?)]))
}

/// A checklist of the model, as these inputs answer those of its items that no reader does; what has no answer is reported.
pub(super) fn content(
    call: &mut Call<'_>,
    checklist: &model::Checklist,
    inputs: &model::Inputs,
) -> Option<Checklist> {
    let mut program = Program::new(call.model);
    for band in &checklist.bands {
        if let Some(when) = &band.when {
            call.used.expression(when);
            program.add(band.id.clone(), when);
        }
    }
    for item in &checklist.items {
        if let Some(holds) = &item.holds {
            call.used.expression(holds);
            program.add(item_root(&item.id), holds);
        }
    }
    let groups = groups(call, checklist, inputs)?;
    let mut program = program.json(inputs);
    let words = Words { model: call.model, checklist: Some(checklist), program: &program };
    let verdicts = checklist
        .bands
        .iter()
        .map(|band| Verdict {
            id: band.id.clone(),
            title: text(&band.verdict),
            text: ask::prose(call.model, &band.text, inputs),
            links: ask::links(&band.links),
            rule: band.when.as_ref().map(|when| words.rule(&band.id, when.text())),
        })
        .collect();
    let mut weights = Map::new();
    let mut needs = Map::new();
    for item in &checklist.items {
        ask::sources(call, &item.sources);
        weights.insert(item.id.clone(), Json::from(item.weight.to_string()));
        if let Some(need) = &item.need {
            needs.insert(item.id.clone(), Json::from(need.as_str()));
        }
    }
    program["weights"] = Json::Object(weights);
    program["needs"] = Json::Object(needs);
    Some(Checklist {
        id: checklist.id.clone(),
        title: text(&checklist.title),
        intro: ask::prose(call.model, &checklist.intro, inputs),
        groups,
        verdicts,
        program,
    })
}

/// Under which key the page's program has what answers an item.
fn item_root(id: &str) -> String {
    format!("item {id}")
}

/// Items under their groups' titles, in the order of the model; those of no group come first.
fn groups(
    call: &mut Call<'_>,
    checklist: &model::Checklist,
    inputs: &model::Inputs,
) -> Option<Vec<ChecklistGroup>> {
    let mut held = HashMap::new();
    for item in &checklist.items {
        match call.model.item_holds(item, inputs) {
            Ok(answer) => drop(held.insert(item.id.as_str(), answer)),
            Err(problem) => {
                call.failed(call.name().span, problem);
                return None;
            }
        }
    }
    let item = |item: &model::Item| ChecklistItem {
        held: held.get(item.id.as_str()).copied().flatten(),
        id: item.id.clone(),
        text: ask::prose(call.model, &item.text, inputs),
        help: ask::prose(call.model, &item.help, inputs),
        // As it is written, so that a figure's new value does not make a new question of it.
        revision: digest(&item.text.text)[..8].to_owned(),
    };
    let items = |group: Option<&str>| -> Vec<ChecklistItem> {
        checklist.items.iter().filter(|item| item.group.as_deref() == group).map(item).collect()
    };
    let none =
        ChecklistGroup { id: String::new(), title: vec![], note: vec![], items: items(None) };
    let titled = checklist.groups.iter().map(|group| ChecklistGroup {
        id: group.id.clone(),
        title: text(&group.label),
        note: ask::prose(call.model, &group.note, inputs),
        items: items(Some(&group.id)),
    });
    Some(std::iter::once(none).chain(titled).filter(|group| !group.items.is_empty()).collect())
}
