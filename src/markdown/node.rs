//! What a scan finds.

use super::fence::Fence;
use super::place::Place;
use super::{Args, Cut};
use crate::diag::Diagnostic;
use crate::text::{Span, Spanned};

/// What a chapter says to us.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scan {
    /// Directives, values and fences in the order of the text; they do not overlap.
    pub nodes: Vec<Node>,
    /// What may be meant as a value, and is none where it stands.
    pub unread: Vec<Unread>,
    /// What is wrong with how they are written.
    pub findings: Vec<Diagnostic>,
    /// The lines that the parser fails at: nobody can build such a page.
    pub failures: Vec<Diagnostic>,
}

/// A piece of the chapter that is ours.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// All that a build replaces.
    pub span: Span,
    /// What it is.
    pub kind: NodeKind,
    /// Where it stands.
    pub place: Place,
}

/// The kinds of node.
#[derive(Clone, Debug, PartialEq)]
pub enum NodeKind {
    /// A comment, or a pair of them with committed text between.
    Directive(Directive),
    /// `` `{= EXPR }` ``: the expression.
    Value(Cut),
    /// A fence, in whatever language.
    Fence(Fence),
}

/// A directive as it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Directive {
    /// Its name.
    pub name: Spanned<String>,
    /// Its arguments.
    pub args: Args,
    /// The text of its comment below the line of its arguments, of a word that writes text.
    pub template: Option<Cut>,
    /// The comment that opens it.
    pub opener: Span,
    /// What stands between the pair; none for a self-closing directive.
    pub committed: Option<Span>,
    /// The comment that closes it; none for a self-closing directive.
    pub closer: Option<Span>,
}

/// A `{= EXPR }` that is published as it is written.
#[derive(Clone, Debug, PartialEq)]
pub struct Unread {
    /// All of it, with the backticks around it if there are any.
    pub span: Span,
    /// The expression.
    pub expression: Cut,
    /// What it stands in.
    pub within: Within,
}

/// What an unread `{= EXPR }` stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Within {
    /// Running text: only the backticks are missing.
    Text,
    /// The address of a link or an image.
    Address,
    /// A code span that holds more than the value, or a block of code without a fence.
    Code,
    /// Raw HTML.
    Html,
    /// A fence, by its place among the nodes.
    Fence(usize),
}

impl Node {
    /// The committed text without what the quotes and list items around put before its lines; line ends are `\n`.
    pub fn committed(&self, text: &str) -> Option<String> {
        match &self.kind {
            NodeKind::Directive(directive) => {
                let span = directive.committed?;
                Some(self.place.strip(text.get(span.range())?))
            }
            _ => None,
        }
    }
}
