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
    /// The comment that opens it.
    pub opener: Span,
    /// What stands between the pair; none for a self-closing directive.
    pub committed: Option<Span>,
    /// The comment that closes it; none for a self-closing directive.
    pub closer: Option<Span>,
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
