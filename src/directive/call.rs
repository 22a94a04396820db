//! What a directive is, and one use of it in a page.

use super::codes::INVALID_ARGUMENT;
use super::own::Directives;
use super::passage::{Budget, Passage};
use crate::config::Config;
use crate::content::Content;
use crate::diag::Diagnostic;
use crate::markdown;
use crate::model::{Bindings, Model, Problem};
use crate::text::{Location, Span, Spanned, TextMap};

/// A directive.
#[derive(Debug)]
pub struct Directive {
    /// What an author writes behind `plumb:`.
    pub name: &'static str,
    /// One line: what it puts into the page.
    pub summary: &'static str,
    /// Its page of docs, in Markdown; the examples in it are its tests.
    pub page: &'static str,
    /// Its arguments, from the struct that reads them.
    pub params: &'static [Param],
    /// Whether it needs what the rest of the page used, and so runs last.
    pub late: bool,
    /// What it does.
    pub run: Run,
}

/// What a directive does. Where nothing comes of it, a finding says why.
#[derive(Clone, Copy, Debug)]
pub enum Run {
    /// It makes something that a page shows.
    Content(fn(&mut Call<'_>) -> Option<Content>),
    /// It writes Markdown, with values and directives in it.
    Passage(fn(&mut Call<'_>) -> Option<Passage>),
}

/// An argument as the reference shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Param {
    /// The key; `EXPR` and the like for the positional one, `INPUT` for "any input of the model".
    pub key: &'static str,
    /// What is written there: "a number", "an option or a list of them".
    pub shape: &'static str,
    /// Whether it must be given.
    pub required: bool,
    /// Which argument it is.
    pub kind: ParamKind,
    /// The docs of the field.
    pub doc: &'static str,
}

/// How an argument is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParamKind {
    /// Without a key.
    Positional,
    /// `key=value`.
    Named,
    /// Every key that is no other argument's: values for the model's inputs.
    Inputs,
}

/// One use of a directive in a page.
pub struct Call<'a> {
    /// The model.
    pub model: &'a Model,
    /// What expressions may name besides: the row of an `each` around it, the arguments of a directive of the book's own.
    pub names: &'a Bindings,
    /// The book's own directives.
    pub own: &'a Directives,
    /// The book's settings.
    pub config: &'a Config,
    /// The arguments that it takes; none for one of the book's own, which says so itself.
    pub params: &'static [Param],
    /// Whether readers can set inputs of the model on the page.
    pub is_set: bool,
    /// What the author wrote.
    pub directive: &'a markdown::Directive,
    /// Where the directive stands.
    pub place: &'a markdown::Place,
    /// From the chapter's text to the author's files.
    pub map: &'a TextMap,
    /// How much may still be written.
    pub budget: &'a Budget,
    /// What the page has used of the model so far.
    pub used: &'a mut crate::model::Used,
    /// What is wrong.
    pub findings: &'a mut Vec<Diagnostic>,
}

impl Call<'_> {
    /// The place of a span of the chapter's text.
    pub fn locate(&self, span: Span) -> Location {
        self.map.locate(span)
    }

    /// The directive's name with its place.
    pub fn name(&self) -> &Spanned<String> {
        &self.directive.name
    }

    /// The finding for an argument with a value that it can't have.
    pub(super) fn invalid(&self, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(&INVALID_ARGUMENT, self.locate(span), message)
    }

    /// Notes an argument with a value that it can't have.
    pub(super) fn wrong(&mut self, span: Span, message: impl Into<String>) {
        let finding = self.invalid(span, message);
        self.findings.push(finding);
    }

    /// Notes what the model can't do, at the argument that asks for it.
    pub(super) fn failed(&mut self, span: Span, problem: Problem) {
        let at = self.locate(span);
        self.findings.push(problem.located(|_| at.clone()));
    }

    /// Notes findings.
    pub fn report(&mut self, findings: impl IntoIterator<Item = Diagnostic>) {
        self.findings.extend(findings);
    }
}
