//! What every question to a model needs: the book, the inputs as they are given, problems with a place on the command line.

use crate::check;
use crate::diag::{Diagnostic, Severity};
use crate::model::{self, Compiled, Inputs, Model, Problem};
use crate::text::{Location, Source, Span};
use crate::world;

/// The errors of the model alone: a figure that could not be read may be one that an answer needs.
pub(super) fn errors(book: &check::Book) -> Vec<Diagnostic> {
    let findings = book.findings.iter();
    findings
        .filter(|finding| finding.severity == Severity::Error)
        .filter(|finding| {
            let unread = finding.code == &check::UNREADABLE_MODEL;
            unread || [model::CODES, world::CODES].iter().any(|codes| codes.contains(&finding.code))
        })
        .cloned()
        .collect()
}

/// The inputs as the command line gives them.
#[derive(Clone, Copy, Default)]
pub(super) struct Given<'a> {
    pub(super) set: &'a [(String, String)],
    pub(super) scenario: Option<&'a str>,
}

/// A problem with something that stands on the command line.
pub(super) fn located(name: &str, text: &str, problem: Problem) -> Diagnostic {
    let source = Source::new(name, text);
    problem.located(|span| {
        let end = span.end.min(text.len());
        Location::new(&source, Span::new(span.start.min(end), end))
    })
}

pub(super) fn inputs(model: &Model, given: Given<'_>) -> Result<Inputs, Vec<Diagnostic>> {
    let mut inputs = model.inputs();
    if let Some(name) = given.scenario {
        inputs
            .scenario(model, name)
            .map_err(|problem| vec![located("--scenario", name, problem)])?;
    }
    for (name, value) in given.set {
        inputs
            .set(model, name, value)
            .map_err(|problem| vec![located("--set", &format!("{name}={value}"), problem)])?;
    }
    Ok(inputs)
}

pub(super) fn compile(model: &Model, expression: &str) -> Result<Compiled, Vec<Diagnostic>> {
    model.compile(expression).map_err(|problems| {
        problems.into_iter().map(|problem| located("expression", expression, problem)).collect()
    })
}
