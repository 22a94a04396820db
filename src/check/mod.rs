//! Book and model in, checked chapters and findings out.
//!
//! Owns: the pipeline over a book's chapters ([`check`]): find what is ours, compute it, validate the manifests. What comes
//! out says what each directive stands for, not how it looks. Must not know: HTML, Markdown as output, mdBook's protocol.

mod chapter;
mod elision;
mod fences;
mod files;
mod group;
mod heredoc;
mod kustomize;
mod levels;
mod load;
mod placeholder;
mod resource;
mod session;
mod tied;

pub use fences::WORDS as FENCE_WORDS;
pub use files::{File, check_files, unreadable};
pub use levels::{codes, find_code, settle};
pub use load::{Book, Given};
pub use placeholder::PLACEHOLDER_VALUE;
pub use resource::Resource;

use crate::config::{Config, IgnoreMissing};
use crate::content::Content;
use crate::diag::{Code, Diagnostic, Level};
use crate::manifest::policy::Policies;
use crate::manifest::{self, Document, Engine, Versions};
use crate::markdown::{Dialect, Place};
use crate::model::{Model, Used};
use crate::text::{Location, Span, TextMap};
use rayon::prelude::*;

/// What a book's chapters are checked with.
#[derive(Debug)]
pub struct Project {
    /// The settings.
    pub config: Config,
    /// The model.
    pub model: Model,
    /// The schemas and rules that manifests are checked with.
    pub engine: Engine,
    /// The book's own rules.
    pub policies: Policies,
    /// The versions that the book's manifests are for.
    pub versions: Versions,
    /// The parts of Markdown that the book uses.
    pub dialect: Dialect,
}

impl Project {
    /// What is wrong with a manifest by itself: its schema, the rules that go with it, the book's own policies.
    pub fn validate(&self, document: &Document, versions: &Versions) -> Vec<Diagnostic> {
        if let Some(encrypted) = placeholder::encrypted(document) {
            return vec![encrypted];
        }
        let mut findings = self.engine.validate_document(document, versions);
        findings.retain(|finding| {
            finding.code != &manifest::SCHEMA_MISSING || !self.may_lack_schema(document)
        });
        // What a policy asks for may be among what is left out.
        if !document.excerpt {
            findings.extend(self.policies.check(document));
        }
        findings
    }

    /// What a manifest is validated against, as people call it: "Istio 1.29". Nothing where no schema knows its kind.
    pub fn origin(&self, document: &Document, versions: &Versions) -> Option<String> {
        let (group, version) = (document.group()?, document.version()?);
        let kind = document.kind()?.value;
        self.engine.schemas().find(group, version, kind, versions)?;
        let product = manifest::bundle::find(group, version, kind)?.product.as_str();
        let title = Versions::products().iter().find(|known| known.name == product)?.title.as_str();
        Some(format!("{title} {}", versions.of(product)))
    }

    fn may_lack_schema(&self, document: &Document) -> bool {
        let kind = document.kind().map_or("", |kind| kind.value);
        match &self.config.ignore_missing {
            IgnoreMissing::None => false,
            IgnoreMissing::All => true,
            IgnoreMissing::Kinds(kinds) => kinds.iter().any(|known| match known.rsplit_once('/') {
                Some((group, name)) => name == kind && document.group() == Some(group),
                None => known == kind,
            }),
        }
    }
}

/// A chapter: its text with all includes in it, and where that came from.
#[derive(Clone, Debug)]
pub struct Chapter {
    /// Its title in the summary.
    pub title: String,
    /// Its file below the book's `src`, with `/`.
    pub path: String,
    /// The expanded text.
    pub text: String,
    /// From the expanded text to the author's files.
    pub map: TextMap,
}

/// What came of a book.
#[derive(Debug, Default)]
pub struct Checked {
    /// In the order of the book.
    pub chapters: Vec<CheckedChapter>,
    /// In no particular order; a report sorts them.
    pub findings: Vec<Diagnostic>,
    /// What was looked at.
    pub counts: Counts,
}

/// What came of a chapter.
#[derive(Debug, Default)]
pub struct CheckedChapter {
    /// What stands for what, in the order of the text; the spans do not overlap.
    pub expansions: Vec<Expansion>,
    /// Scalars of manifests that are tied to the model.
    pub tied: Vec<Tied>,
    /// The published values, for `model diff` and for pages that list them.
    pub values: Vec<Published>,
    /// The manifests in it, whole ones alone, for `extract`.
    pub resources: Vec<Resource>,
    /// What its code has that the model lets readers fill in, such as `<cluster>`; each once.
    pub placeholders: Vec<crate::content::Placeholder>,
}

/// Something of ours in a chapter and what a build puts in its place.
#[derive(Clone, Debug)]
pub struct Expansion {
    /// What is replaced, in the chapter's text.
    pub span: Span,
    /// Where it stands.
    pub place: Place,
    /// What stands there instead.
    pub content: Content,
    /// The committed text between a pair.
    pub committed: Option<Committed>,
    /// True where only a page with a stylesheet gains: other renderers keep the author's text.
    pub html_only: bool,
}

/// The text that an author committed for a directive.
#[derive(Clone, Debug)]
pub struct Committed {
    /// The directive's name.
    pub name: String,
    /// Where, in the chapter's text.
    pub span: Span,
    /// The text without what the blocks around put before its lines.
    pub text: String,
}

/// A scalar that is tied to the model.
#[derive(Clone, Debug)]
pub struct Tied {
    /// Where it is written, in the chapter's text.
    pub span: Span,
    /// As it is written.
    pub written: String,
    /// As it should be.
    pub fresh: String,
    /// The expression.
    pub expression: String,
}

/// A value that a page publishes.
#[derive(Clone, Debug, PartialEq)]
pub struct Published {
    /// Where.
    pub at: Location,
    /// The directive and its arguments, as the author wrote them.
    pub expression: String,
    /// What it shows.
    pub content: Content,
}

/// What was looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Chapters.
    pub chapters: usize,
    /// Directives and values.
    pub directives: usize,
    /// Documents that were validated.
    pub manifests: usize,
    /// Fences that are marked `ignore`.
    pub ignored: usize,
    /// Fences that are deliberately wrong, and were rejected.
    pub fails: usize,
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Counts) {
        self.chapters += other.chapters;
        self.directives += other.directives;
        self.manifests += other.manifests;
        self.ignored += other.ignored;
        self.fails += other.fails;
    }
}

/// Checks the chapters of a book.
///
/// Never fails: what is wrong is a finding. The chapters are spread over the cores; the result does not depend on how.
pub fn check(project: &Project, chapters: &[Chapter]) -> Checked {
    let outcomes: Vec<_> =
        chapters.par_iter().map(|chapter| chapter::check(project, chapter)).collect();
    let mut checked = Checked::default();
    let mut used = Used::default();
    let mut groups = group::Groups::default();
    for outcome in outcomes {
        checked.findings.extend(outcome.findings);
        checked.counts += outcome.counts;
        used.merge(&outcome.used);
        groups.add(outcome.members);
        checked.chapters.push(outcome.chapter);
    }
    let between = groups.analyse(&checked.findings);
    checked.findings.extend(between);
    checked.findings.extend(project.model.unused(&used));
    checked.findings.extend(project.model.superseded(&used));
    checked.findings = manifest::once_per_kind(checked.findings);
    checked
}

/// The codes that the pipeline itself reports.
pub static CODES: &[&Code] = &[&BLOCK_IN_TEXT];

/// A table within a sentence.
pub static BLOCK_IN_TEXT: Code = Code {
    name: "block-in-text",
    level: Level::Deny,
    summary: "a directive that makes a table or a list stands within text",
    page: "A table, a checklist or a chart can't stand in the middle of a paragraph, a heading or a table's cell.

```markdown
The cost is <!-- plumb: overhead options=[sidecar] /--> as you see.
```

Put the comment on a line of its own, with a blank line above and below.",
    alias: "",
};
