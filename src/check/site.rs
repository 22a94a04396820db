//! A fence where it stands, and what is found in it.

use super::before;
use super::group::Member;
use super::sections::Section;
use super::texts::ReadText;
use super::{Expansion, Project, Published, Resource, Tied};
use crate::diag::Diagnostic;
use crate::manifest::{Document, Versions, tools};
use crate::markdown::{Fence, Node};
use crate::reading::{self, Applied, Page, Setting};
use crate::text::{Location, Span, TextMap, floor_char_boundary};
use std::cell::OnceCell;
use std::collections::BTreeMap;

/// How much of what stands above a fence may say what the fence is for, in bytes.
const MOST_WORDS: usize = 1000;

/// A fence and the chapter that it stands in.
pub(super) struct Site<'a> {
    pub(super) project: &'a Project,
    pub(super) node: &'a Node,
    pub(super) fence: &'a Fence,
    /// The chapter's text.
    pub(super) text: &'a str,
    /// The same, as a page that tells of what it shows.
    pub(super) page: &'a Page<'a>,
    pub(super) map: &'a TextMap,
    /// The chapter's versions: the book's, and what the chapter itself says.
    pub(super) versions: &'a Versions,
    /// The headings that it stands under, and the newest release of Kubernetes that they say it is for.
    pub(super) section: Section,
    pub(super) newest: Option<u32>,
    /// The files that some command in the chapter gives to a server, once that is asked.
    pub(super) applied: &'a OnceCell<Applied>,
}

impl<'a> Site<'a> {
    /// Whether this run says what is wrong in it.
    pub(super) fn is_judged(&self) -> bool {
        let mut files = self.map.sources(self.node.span);
        files.any(|file| self.project.share.holds(file.path()))
    }

    /// The page that the fence stands in, and the paragraph before it.
    pub(super) fn setting(&self) -> Setting<'a> {
        let before = &self.text[self.words_before().range()];
        let newest = self.newest_said().or(self.newest);
        let above = before::fence_above(self.text, self.node.span.start);
        Setting::Page { page: self.page, before, above: &self.text[above.range()], newest }
    }

    /// The newest release of Kubernetes that the words above the fence, tabs and names of files among them, say it is for.
    fn newest_said(&self) -> Option<u32> {
        let before = before::before(self.text, self.node.span.start);
        let end = if before.is_shared { before.span.end } else { self.node.span.start };
        let words = &self.text[before.span.start..end.max(before.span.start)];
        reading::newest_release(&words[..floor_char_boundary(words, MOST_WORDS)])
    }

    /// Where the paragraph before the fence stands.
    pub(super) fn before(&self) -> Option<Location> {
        let words = self.words_before();
        (!words.is_empty()).then(|| self.map.locate(words))
    }

    /// What stands above the name of a file counts where it says what to look for in it: the file is shown, and no change of it.
    fn words_before(&self) -> Span {
        let before = before::before(self.text, self.node.span.start);
        let is_about = !before.is_of_file || reading::asks_to_look(&self.text[before.span.range()]);
        if is_about { before.span } else { Span::at(before.span.end) }
    }

    /// Where the author says before the fence that what it holds is wrong on purpose.
    pub(super) fn told_wrong(&self) -> Option<Location> {
        let before = before::before(self.text, self.node.span.start);
        let words = &self.text[before.span.range()];
        (!before.is_shared && reading::is_told_wrong(words)).then(|| self.map.locate(before.span))
    }
}

/// What came of a fence.
#[derive(Default)]
pub(super) struct CheckedFence {
    pub(super) expansion: Option<Expansion>,
    pub(super) findings: Vec<Diagnostic>,
    pub(super) tied: Vec<Tied>,
    /// How many scalars are tied to what has no value.
    pub(super) unknown: usize,
    pub(super) values: Vec<Published>,
    pub(super) members: Vec<Member>,
    pub(super) resources: Vec<Resource>,
    /// How its texts were read, where the project asks for that.
    pub(super) texts: Vec<ReadText>,
    pub(super) documents: usize,
    pub(super) settings: BTreeMap<&'static str, usize>,
    pub(super) ignored: bool,
    pub(super) fails: bool,
}

impl CheckedFence {
    /// Counts a document that says what it is, as an object or as the settings of another tool.
    pub(super) fn count(&mut self, document: &Document) {
        match tools::of(document).filter(|tool| !tool.is_message) {
            Some(tool) => *self.settings.entry(&tool.name).or_default() += 1,
            None => self.documents += 1,
        }
    }
}
