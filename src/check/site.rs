//! A fence where it stands, and what is found in it.

use super::group::Member;
use super::{Expansion, Project, Published, Resource, Tied};
use crate::diag::Diagnostic;
use crate::manifest::Versions;
use crate::markdown::{Fence, Node};
use crate::reading::Setting;
use crate::text::TextMap;

/// A fence and the chapter that it stands in.
pub(super) struct Site<'a> {
    pub(super) project: &'a Project,
    pub(super) node: &'a Node,
    pub(super) fence: &'a Fence,
    /// The chapter's text.
    pub(super) text: &'a str,
    pub(super) map: &'a TextMap,
    /// The chapter's versions: the book's, and what the chapter itself says.
    pub(super) versions: &'a Versions,
}

impl<'a> Site<'a> {
    /// The page that the fence stands in, and the paragraph before it.
    pub(super) fn setting(&self) -> Setting<'a> {
        let above = self.text.get(..self.node.span.start).unwrap_or("").trim_end();
        let start = above.rfind("\n\n").map_or(0, |end| end + 2);
        let before = &above[start..];
        // What another fence holds is no words.
        let before = if before.contains("```") || before.contains("~~~") { "" } else { before };
        Setting::Page { page: self.text, before }
    }
}

/// What came of a fence.
#[derive(Default)]
pub(super) struct Outcome {
    pub(super) expansion: Option<Expansion>,
    pub(super) findings: Vec<Diagnostic>,
    pub(super) tied: Vec<Tied>,
    pub(super) values: Vec<Published>,
    pub(super) members: Vec<Member>,
    pub(super) resources: Vec<Resource>,
    pub(super) documents: usize,
    pub(super) ignored: bool,
    pub(super) fails: bool,
}
