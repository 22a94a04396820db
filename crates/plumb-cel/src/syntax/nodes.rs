//! Making nodes of the tree.

use super::tree::{Expr, Kind, MAX_DEPTH, SyntaxError};
use plumb_text::Span;

/// Makes nodes, and knows how deep the tree below each is.
#[derive(Debug, Default)]
pub(super) struct Nodes {
    depths: Vec<u16>,
}

impl Nodes {
    pub(super) fn make(&mut self, kind: Kind, span: Span, at: Span) -> Result<Expr, SyntaxError> {
        let id = u32::try_from(self.depths.len()).unwrap_or(u32::MAX);
        let expr = Expr { id, span, at, kind };
        let below = expr.children().iter().map(|child| self.depths[child.id as usize]).max();
        let depth = below.map_or(1, |below| below + 1);
        self.depths.push(depth);
        if usize::from(depth) > MAX_DEPTH {
            return Err(too_deep(at, MAX_DEPTH));
        }
        Ok(expr)
    }

    /// How deep the tree below a node is.
    pub(super) fn call(
        &mut self,
        function: &str,
        args: Vec<Expr>,
        span: Span,
        at: Span,
    ) -> Result<Expr, SyntaxError> {
        self.make(Kind::Call { target: None, function: function.to_owned(), args }, span, at)
    }
}

pub(super) fn too_deep(span: Span, most: usize) -> SyntaxError {
    SyntaxError::new(format!("an expression nests at most {most} deep"), span)
}
