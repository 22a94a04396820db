//! What is said of the documents of a text, and, once for the text, of what is not said.

use super::Project;
use super::json_patch;
use super::kustomize::{self, Inline};
use super::site::Site;
use super::words::Words;
use crate::diag::{Diagnostic, Edit, Fix};
use crate::manifest::excuse::Excuse;
use crate::manifest::path::{FieldPath, Step};
use crate::manifest::{Document, Node, Style, Versions, tools};
use crate::reading::{self, EXCERPT, Line, PLACEHOLDER_VALUE, UNMARKED_PART};
use crate::text::Span;
use std::collections::BTreeMap;

/// How many placeholders, or missing fields, a note names.
const MOST: usize = 4;

/// How many characters of what is written a note quotes.
const LONGEST: usize = 60;

/// Collects what is said of the documents of one text.
pub(super) struct Judge<'a> {
    project: &'a Project,
    versions: &'a Versions,
    findings: Vec<Diagnostic>,
    /// The placeholders that a verdict hangs on, with the note about each.
    placeholders: BTreeMap<String, Diagnostic>,
    part: Option<Diagnostic>,
    /// Whether another run says what is wrong in the text, and nothing in this one hangs on it.
    is_idle: bool,
}

impl<'a> Judge<'a> {
    pub(super) fn new(project: &'a Project, versions: &'a Versions) -> Judge<'a> {
        let (findings, placeholders) = (Vec::new(), BTreeMap::new());
        Judge { project, versions, findings, placeholders, part: None, is_idle: false }
    }

    /// A judge of what a fence holds.
    pub(super) fn of_fence(site: &Site<'a>, words: &'a Words<'_>) -> Judge<'a> {
        // Whether a member of a group is a part is asked where the group is analysed, in each run.
        let is_idle = !site.is_judged() && words.group().is_none();
        Judge { is_idle, ..Judge::new(site.project, &words.versions) }
    }

    /// Judges a document; whether it is a part.
    pub(super) fn document(&mut self, document: &Document) -> bool {
        if self.is_idle {
            return false;
        }
        let tool = tools::of(document);
        if tool.is_some_and(|tool| tool.name == "kustomize") {
            for patch in kustomize::inline(document) {
                self.patch(&patch);
            }
        }
        let judgement = self.project.judge(document, self.versions);
        self.findings.extend(judgement.findings);
        self.excuse(document, judgement.excused);
        if self.part.is_none() && !judgement.missing.is_empty() {
            self.part = Some(unmarked(document, &judgement.missing));
        }
        judgement.is_part
    }

    /// Judges a patch that a kustomization holds: of its objects it shows what it changes.
    fn patch(&mut self, patch: &Inline<'_>) {
        let read = patch.read();
        self.findings.extend(read.findings);
        for mut document in read.documents {
            if reading::is_json_patch(&document.root) {
                self.json_patch(&document);
            } else if document.is_manifest() && tools::of(&document).is_none() {
                document.gaps = document.gaps.and_everywhere();
                if let Some(target) = patch.target {
                    // Which object it is says the target; the patch's own words for it are replaced.
                    let kind = target.get("kind").and_then(Node::as_str);
                    let is_its = kind == document.kind().map(|kind| kind.value);
                    if !is_its || self.project.origin(&document, self.versions).is_none() {
                        continue;
                    }
                    let metadata = FieldPath::default().then(Step::Field("metadata".to_owned()));
                    document.gaps.hide(metadata.then(Step::Field("name".to_owned())));
                }
                let judgement = self.project.judge(&document, self.versions);
                self.findings.extend(judgement.findings);
                self.excuse(&document, judgement.excused);
            }
        }
    }

    /// Judges a JSON patch.
    pub(super) fn json_patch(&mut self, document: &Document) {
        self.findings.extend(json_patch::check(document));
    }

    /// Judges a part of a manifest at its place in a kind.
    pub(super) fn fragment(&mut self, document: &Document, kind: &str, path: &str) {
        if self.is_idle {
            return;
        }
        let engine = &self.project.engine;
        let judgement = engine.judge_fragment(document, kind, path, self.versions);
        self.findings.extend(judgement.findings);
        self.excuse(document, judgement.excused);
    }

    fn excuse(&mut self, document: &Document, excuses: Vec<Excuse>) {
        for excuse in excuses {
            match excuse {
                Excuse::Gap | Excuse::PlaceholderAmongOthers(_) => {}
                Excuse::Placeholder(span) => self.placeholder(document, span),
                Excuse::Stray(key) => {
                    let name = written(document, key);
                    let message =
                        format!("what `{name}` belongs to is left out, so it is not checked");
                    let finding = Diagnostic::new(&EXCERPT, document.locate(key), message);
                    self.findings.push(finding.document(document.id()));
                }
            }
        }
    }

    fn placeholder(&mut self, document: &Document, span: Span) {
        self.placeholders.entry(written(document, span)).or_insert_with(|| {
            let note = Diagnostic::new(&PLACEHOLDER_VALUE, document.locate(span), "");
            note.document(document.id())
        });
    }

    /// All that is said. A template says by itself that its values are placeholders.
    pub(super) fn finish(mut self, is_template: bool) -> Vec<Diagnostic> {
        let mut placeholders: Vec<_> = self.placeholders.iter().collect();
        placeholders.sort_by_key(|(_, note)| note.at.location.span.start);
        if let Some((_, first)) = placeholders.first().filter(|_| !is_template) {
            let names = placeholders.iter().take(MOST).map(|(name, _)| name);
            let names = crate::manifest::fault::listed(names);
            let (verb, object) = match placeholders.len() {
                1 => ("is a placeholder", "it"),
                count if count > MOST => ("and others are placeholders", "them"),
                _ => ("are placeholders", "them"),
            };
            let mut note = (*first).clone();
            note.message = format!("{names} {verb}: what depends on {object} is not checked");
            self.findings.push(note);
        }
        self.findings.extend(self.part);
        self.findings
    }
}

/// What is written at a place, on one line.
fn written(document: &Document, span: Span) -> String {
    let text = document.text().get(span.range()).unwrap_or("").trim();
    let text = text.trim_start_matches(['|', '>', '-', '+']).trim();
    let inner = text.trim_matches(['"', '\'']);
    let text = if inner.is_empty() { text } else { inner };
    let line = text.lines().next().unwrap_or("").trim();
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

/// The note about a part that does not say that it is one.
fn unmarked(document: &Document, missing: &[String]) -> Diagnostic {
    let names = crate::manifest::fault::listed(missing.iter().take(MOST));
    let more = missing.len().saturating_sub(MOST);
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    let at = document.kind().map_or(document.span, |kind| kind.span);
    let message = format!("this is read as a part of a manifest: it does not show {names}{rest}");
    let mut note = Diagnostic::new(&UNMARKED_PART, document.locate(at), message)
        .document(document.id())
        .help("mark what is left out with a line `# ...`");
    note.fix = mark_at_end(document);
    note
}

/// The line `# ...` behind a document, in the author's file: as deep in lists and quotes as the document's own last line.
fn mark_at_end(document: &Document) -> Option<Fix> {
    // JSON has no comments.
    if document.root.style == Style::Flow {
        return None;
    }
    let text = document.text();
    let last = text[..document.span.end.min(text.len())].trim_end().len();
    let start = text[..last].rfind('\n').map_or(0, |end| end + 1);
    let end = text[last..].find(['\r', '\n']).map_or(text.len(), |end| last + end);
    let begin = document.map().locate_copied(Span::at(start))?;
    let location = document.map().locate_copied(Span::at(end))?;
    let Line { before, end } = Line::of(&begin);
    let edits = vec![Edit { text: format!("{end}{before}# ..."), location }];
    Some(Fix { title: "mark it at the end".to_owned(), edits })
}
