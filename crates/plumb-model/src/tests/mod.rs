//! Tests of the model as a whole: what authors write, and what must come out.

mod breakeven;
mod cluster;
mod facts;
mod findings;
mod format;
mod from;
mod properties;
mod rows;
mod shared;
mod slips;
mod types;
mod worked;

use super::*;
use plumb_text::Source;
use plumb_text::diag::{Diagnostic, Severity};

/// A model of one file, which must have no finding that is an error.
fn model(text: &str) -> Model {
    let (model, findings) = load(text);
    let errors: Vec<_> =
        findings.iter().filter(|finding| finding.severity == Severity::Error).map(shown).collect();
    assert_eq!(errors, Vec::<String>::new());
    model
}

fn load(text: &str) -> (Model, Vec<Diagnostic>) {
    Model::load(&[Source::new("model.toml", text)])
}

/// `line:col code: message [marked]`
fn shown(finding: &Diagnostic) -> String {
    let at = finding.at.location.start();
    let marked = finding.at.location.text().lines().next().unwrap_or("");
    format!("{}:{} {}: {} [{marked}]", at.line, at.column, finding.code.name, finding.message)
}

/// What an expression shows as with the model's defaults and these inputs.
fn value(model: &Model, text: &str, inputs: &[(&str, &str)]) -> String {
    let compiled = match model.compile(text) {
        Ok(compiled) => compiled,
        Err(problems) => return format!("{}: {}", problems[0].code.name, problems[0].message),
    };
    let mut set = model.inputs();
    for (name, text) in inputs {
        set.set(model, name, text).unwrap();
    }
    match model.evaluate(&compiled, &set) {
        Ok(evaluation) => model.show(&evaluation, &Format::default()).text,
        Err(problem) => format!("{}: {}", problem.code.name, problem.message),
    }
}

/// The example in the format's description is a model without a finding.
#[test]
fn the_documented_example_holds() {
    let page = include_str!("../format.md");
    let start = page.find("```toml\n").unwrap() + 8;
    let example = &page[start..start + page[start..].find("\n```").unwrap()];
    let (model, findings) = load(example);
    assert_eq!(findings.iter().map(shown).collect::<Vec<_>>(), Vec::<String>::new());
    let inputs = model.inputs();
    let list = &model.checklists["need-a-mesh"];
    assert_eq!(model.prose(&list.items[0].text, &inputs).unwrap(), "You run more than 20 services");
    let mut answers = Answers::default();
    assert_eq!(model.verdict(list, &answers, &inputs).unwrap().unwrap().id, "no");
    answers.yes.extend(["mtls".to_owned(), "many".to_owned()]);
    assert_eq!(model.verdict(list, &answers, &inputs).unwrap().unwrap().id, "yes");
}
