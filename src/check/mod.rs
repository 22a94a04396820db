//! Book and model in, checked chapters and findings out.
//!
//! Owns: the pipeline over a book's chapters ([`check`]): find what is ours, compute it, validate the manifests. What comes
//! out says what each directive stands for, not how it looks. Must not know: HTML, Markdown as output, mdBook's protocol.

mod anchors;
mod assets;
mod before;
mod chapter;
mod checked;
mod codes;
mod described;
mod examples;
mod expanded;
mod fences;
mod files;
mod group;
mod json_patch;
mod judge;
mod kustomize;
mod levels;
mod links;
mod load;
mod lost;
mod near_ties;
mod platform;
mod policies;
mod project;
mod publish;
mod resource;
mod sections;
mod share;
mod shell;
mod shown;
mod site;
mod texts;
mod tied;
mod trace;
mod tree;
mod uncommitted;
mod unlisted;
mod unread;
mod untied;
mod words;

pub use assets::AssetFile;
pub use chapter::MOST_WITHIN;
pub use checked::{
    Chapter, Checked, CheckedChapter, Committed, Counts, Difference, Expansion, Meant, Origin,
    Published, Resource, Tied,
};
pub use codes::UNREADABLE_MODEL;
pub use examples::{CheckedExample, examples};
pub use files::{CheckedFiles, File, check_files, is_markdown, nothing_in, unreadable};
pub use group::needs_mesh;
pub use levels::{codes, find_code, settle};
pub use load::{Book, Given};
pub(crate) use platform::{contradiction, lacking};
pub use project::{Project, Scope};
pub use publish::{before_mdbook, harms};
pub use share::{Shard, Share};
pub use texts::{AskedLine, DocumentKind, Evidence, Holder, ReadDocument, ReadText, TextKind};
pub use texts::{is_among, lines};
pub use words::WORDS as FENCE_WORDS;

use crate::diag::{Diagnostic, Severity};
use crate::model::Used;
use rayon::prelude::*;

/// Checks the chapters of a book.
///
/// Never fails: what is wrong is a finding. The chapters are spread over the cores; the result does not depend on how.
pub fn check(project: &Project, chapters: &[Chapter]) -> Checked {
    let beside = with_objects(project, chapters);
    let project = beside.as_ref().unwrap_or(project);
    let outcomes: Vec<_> =
        chapters.par_iter().map(|chapter| chapter::check(project, chapter)).collect();
    let mut checked = Checked::default();
    let mut used = Used::default();
    let mut groups = group::Groups::default();
    for (outcome, chapter) in outcomes.into_iter().zip(chapters) {
        checked.findings.extend(outcome.findings);
        if project.share.holds(chapter.file()) {
            checked.counts += outcome.counts;
        }
        used.merge(&outcome.used);
        groups.add(outcome.members);
        checked.chapters.push(outcome.chapter);
    }
    let links = anchors::check(project, chapters, &checked.chapters);
    checked.findings.extend(links);
    checked.findings.extend(untied::check(project, chapters));
    let between = groups.analyse();
    checked.findings.extend(between);
    // What a slip keeps from being read is used all the same.
    let judged = levels::of_objects();
    for finding in &checked.findings {
        if finding.severity == Severity::Error && !judged.contains(&finding.code) {
            used.mentioned(&project.model, finding.at.location.around());
        }
    }
    if !project.is_partial {
        checked.findings.extend(project.model.unused(&used));
    }
    checked.findings.extend(project.model.superseded(&used));
    checked.findings = Diagnostic::once_per_subject(checked.findings);
    checked
}

/// The project with the objects that the book shows for its policies, where they ask for some.
fn with_objects(project: &Project, chapters: &[Chapter]) -> Option<Project> {
    let kinds = project.policies.asks_for();
    if kinds.is_empty() {
        return None;
    }
    let shown =
        chapters.par_iter().flat_map_iter(|chapter| chapter::objects(project, chapter, &kinds));
    Some(project.beside_objects(shown.collect()))
}
