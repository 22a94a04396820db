//! A fence where it stands, and what is found in it.

use super::group::Member;
use super::{Expansion, Project, Published, Resource, Tied};
use crate::diag::Diagnostic;
use crate::manifest::Versions;
use crate::markdown::{Fence, Node};
use crate::text::TextMap;

/// A fence and the chapter that it stands in.
pub(super) struct Site<'a> {
    pub(super) project: &'a Project,
    pub(super) node: &'a Node,
    pub(super) fence: &'a Fence,
    pub(super) map: &'a TextMap,
    /// The chapter's versions: the book's, and what the chapter itself says.
    pub(super) versions: &'a Versions,
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
