//! The directives: what an author can ask for, and what comes of it.
//!
//! Owns: the registry ([`REGISTRY`]) and, one file and one page of docs each, the directives. A directive reads its
//! arguments, asks the model, and returns [`Content`]. Must not know: how content is shown, where a page ends up, files.
//!
//! To add one: a file here with its `params!`, its function and a page of docs whose examples are its tests, and one
//! line in [`REGISTRY`].

pub mod advisor;
mod ask;
mod breakeven;
pub mod calculator;
mod chart;
pub mod checklist;
mod costs;
pub mod matrix;
mod overhead;
pub mod params;
mod rules;
mod sources;
mod sweep;
pub mod value;
pub mod versions;

use crate::config::Config;
use crate::content::Content;
use crate::diag::{Code, Diagnostic, Level};
use crate::markdown;
use crate::model::{Model, Problem};
use crate::text::{Location, Span, Spanned, TextMap};
use params::Param;

pub(crate) use ask::evaluate;

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
    /// What it does. Without content, a finding says why.
    pub run: fn(&mut Call<'_>) -> Option<Content>,
}

/// Every directive, in the order of the reference.
pub static REGISTRY: &[&Directive] = &[
    &value::DIRECTIVE,
    &overhead::DIRECTIVE,
    &chart::DIRECTIVE,
    &breakeven::DIRECTIVE,
    &matrix::DIRECTIVE,
    &checklist::DIRECTIVE,
    &calculator::DIRECTIVE,
    &advisor::DIRECTIVE,
    &sources::DIRECTIVE,
    &versions::DIRECTIVE,
];

/// The directive of this name.
pub fn find(name: &str) -> Option<&'static Directive> {
    REGISTRY.iter().find(|directive| directive.name == name).copied()
}

/// One use of a directive in a page.
pub struct Call<'a> {
    /// The model.
    pub model: &'a Model,
    /// The book's settings.
    pub config: &'a Config,
    /// What the author wrote.
    pub directive: &'a markdown::Directive,
    /// Where the directive stands.
    pub place: &'a markdown::Place,
    /// From the chapter's text to the author's files.
    pub map: &'a TextMap,
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
    fn invalid(&self, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(&INVALID_ARGUMENT, self.locate(span), message)
    }

    /// Notes an argument with a value that it can't have.
    fn wrong(&mut self, span: Span, message: impl Into<String>) {
        let finding = self.invalid(span, message);
        self.findings.push(finding);
    }

    /// Notes what the model can't do, at the argument that asks for it.
    fn failed(&mut self, span: Span, problem: Problem) {
        let at = self.locate(span);
        self.findings.push(problem.located(|_| at.clone()));
    }

    /// Notes findings.
    pub fn report(&mut self, findings: impl IntoIterator<Item = Diagnostic>) {
        self.findings.extend(findings);
    }
}

/// The codes that this module reports.
pub static CODES: &[&Code] = &[
    &UNKNOWN_DIRECTIVE,
    &UNKNOWN_ARGUMENT,
    &INVALID_ARGUMENT,
    &MISSING_ARGUMENT,
    &versions::UNKNOWN_VERSION,
];

/// A directive that there is not.
pub static UNKNOWN_DIRECTIVE: Code = Code {
    name: "unknown-directive",
    level: Level::Deny,
    summary: "there is no directive of this name",
    page: "A `<!-- plumb: NAME … -->` names a directive that does not exist, most often because it is misspelt.

```markdown
<!-- plumb: overheat options=[sidecar] /-->
```

Write one of the names that `mdbook-plumb explain` lists. An unknown directive is never skipped: the page would silently lose
what it was to show.",
    alias: "",
};

/// A key that a directive does not have.
pub static UNKNOWN_ARGUMENT: Code = Code {
    name: "unknown-argument",
    level: Level::Deny,
    summary: "a directive is given an argument that it does not take",
    page: "Each directive takes the arguments on its page of the reference, and no others.

```markdown
<!-- plumb: overhead option=[sidecar] /-->      <!-- the key is `options` -->
```

A directive that takes values for the model's inputs (`pods=500`) takes each input of the model as a key.",
    alias: "",
};

/// A value of the wrong shape.
pub static INVALID_ARGUMENT: Code = Code {
    name: "invalid-argument",
    level: Level::Deny,
    summary: "an argument has a value of the wrong shape",
    page: "A value is a word, a number, a quantity (`128Mi`), a \"string\" or a [list]; each argument takes some of these.

```markdown
<!-- plumb: value tax.cpu places=two /-->       <!-- `places` is a whole number -->
```",
    alias: "",
};

/// An argument that must be there and is not.
pub static MISSING_ARGUMENT: Code = Code {
    name: "missing-argument",
    level: Level::Deny,
    summary: "a directive lacks an argument that it needs",
    page: "The directive can't do anything without this argument; its page of the reference shows how it is written.

```markdown
<!-- plumb: value /-->                          <!-- the value of what? -->
```",
    alias: "",
};
