//! The examples of the book's own directives, each checked as if it were a page.

use super::chapter::alone;
use super::{Chapter, CheckedChapter, Project};
use crate::diag::{Diagnostic, Severity};
use crate::directive::own::{Example, Own};
use crate::text::{Location, TextMapBuilder};

/// An example, and what came of it.
#[derive(Debug)]
pub struct CheckedExample<'a> {
    /// The directive that it is of.
    pub directive: &'a str,
    /// The page that it is.
    pub chapter: Chapter,
    /// What came of that.
    pub checked: CheckedChapter,
    /// What is wrong in it.
    pub findings: Vec<Diagnostic>,
    /// What it is to give.
    pub gives: &'a str,
    /// Where its file says so.
    pub at: &'a Location,
}

/// All examples of the book's own directives.
pub fn examples(project: &Project) -> impl Iterator<Item = CheckedExample<'_>> {
    let own = project.directives.iter();
    let all = own.flat_map(|own| own.examples.iter().map(move |example| (own, example)));
    all.map(|(own, example)| checked(project, own, example))
}

fn checked<'a>(project: &Project, own: &'a Own, example: &'a Example) -> CheckedExample<'a> {
    let before = if own.is_inline { "It is " } else { "" };
    let text = format!("{before}<!-- plumb: {} /-->\n", example.call);
    let at = &example.location;
    let mut map = TextMapBuilder::default();
    map.generated(&at.source, at.span, text.len());
    let chapter = Chapter {
        title: own.name.clone(),
        path: format!("{}.md", own.name),
        text,
        map: map.finish(&at.source),
        origin: None,
        unread: Vec::new(),
        is_committed: false,
    };
    let (checked, mut findings) = alone(project, &chapter);
    findings.retain(|finding| finding.severity == Severity::Error);
    CheckedExample { directive: &own.name, chapter, checked, findings, gives: &example.gives, at }
}
