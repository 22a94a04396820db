//! A chapter, and what came of it.

use super::texts::ReadText;
use crate::content::Content;
use crate::diag::Diagnostic;
use crate::markdown::Place;
use crate::text::{Location, Source, Span, TextMap};
use std::collections::BTreeMap;
use std::sync::Arc;

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
    /// What it was made of; none where it has no includes.
    pub origin: Option<Origin>,
    /// The includes in it that could not be read, of which that is said already.
    pub unread: Vec<Location>,
    /// Whether it is published as it is committed, by others: no chapter of a book, which a build goes through.
    pub is_committed: bool,
}

impl Chapter {
    /// The path of its own file.
    pub(super) fn file(&self) -> &str {
        let first = || self.map.sources(Span::at(0)).next();
        let own = self.origin.as_ref().map(|origin| &origin.source).or_else(first);
        own.map_or("", |source| source.path())
    }
}

/// A chapter before its includes were expanded, and as its author means them to be.
#[derive(Clone, Debug)]
pub struct Origin {
    /// Its own file.
    pub source: Arc<Source>,
    /// The text with every include in its place, where the chapter's is another one.
    pub meant: Option<Meant>,
}

/// What a chapter's author means it to be.
#[derive(Clone, Debug)]
pub struct Meant {
    /// The text.
    pub text: String,
    /// From it to the author's files.
    pub map: TextMap,
    /// Why the chapter's is another one.
    pub why: Difference,
}

/// Why a chapter's text is not what its author means.
#[derive(Clone, Debug)]
pub enum Difference {
    /// mdBook indents only the first line of an include; where those begin in the text, and where they are written.
    Indented(Vec<(usize, Location)>),
    /// The includes are expanded after us.
    NotExpanded,
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
    /// How many committed texts there is nothing to compare with: what they would say has a finding.
    pub unknown: usize,
    /// The published values, for `model diff` and for pages that list them.
    pub values: Vec<Published>,
    /// The manifests in it, whole ones alone, for `extract`.
    pub resources: Vec<Resource>,
    /// How its texts were read, where the project asks for that.
    pub texts: Vec<ReadText>,
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
    /// What stands for what in it, where it is text as its author wrote it; the spans are of that text.
    pub within: Vec<Expansion>,
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
    /// As it is written, without quotes.
    pub written: String,
    /// What the model says; the same where that is only written in another way.
    pub fresh: String,
    /// What is to be written in its place, with quotes where they are needed.
    pub replacement: String,
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

/// A document of a fence or of a here-document.
#[derive(Clone, Debug)]
pub struct Resource {
    /// Where it stands.
    pub at: Location,
    /// Its API group, empty for the core.
    pub group: String,
    /// Its kind; empty where a deliberately wrong fence holds no document that can be read.
    pub kind: String,
    /// Its namespace, where it says one.
    pub namespace: String,
    /// Its name, empty where it has none.
    pub name: String,
    /// Its text, which ends with a line end.
    pub text: String,
    /// Whether its author says that it is wrong.
    pub fails: bool,
    /// Whether some schema knows its kind.
    pub known: bool,
}

/// What was looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Chapters.
    pub chapters: usize,
    /// Directives and values.
    pub directives: usize,
    /// Documents that were validated.
    pub manifests: usize,
    /// Documents that are the settings of another tool, by its name.
    pub settings: BTreeMap<&'static str, usize>,
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
        for (tool, count) in other.settings {
            *self.settings.entry(tool).or_default() += count;
        }
    }
}
