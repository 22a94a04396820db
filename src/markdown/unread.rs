//! `{= EXPR }` where no value is read: without backticks, within longer code, in raw HTML, in an address.
//!
//! Whether such a text is meant as a value depends on what the model has, which is not known here.

use super::Cut;
use super::fence::closing_brace;
use super::node::{Node, NodeKind, Unread, Within};
use super::place::is_in_address;
use crate::text::Span;
use memchr::memmem;

/// What a part of a chapter was read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Region {
    /// Code in one backtick on each side, or indented code.
    Code,
    /// Code in several backticks: what stands there is meant to be seen.
    Literal,
    Html,
    Comment,
}

/// Finds them in a chapter, whose nodes are in order.
pub(super) fn find(text: &str, nodes: &[Node], mut regions: Vec<(Span, Region)>) -> Vec<Unread> {
    let mut found = Vec::new();
    let mut starts = memmem::find_iter(text.as_bytes(), b"{=").peekable();
    if starts.peek().is_none() {
        return found;
    }
    // Comments lie within raw HTML: with the outer ones first, the last that begins before a place and holds it is the inner.
    regions.sort_by_key(|(span, _)| (span.start, std::cmp::Reverse(span.end)));
    let mut open: Vec<(Span, Region)> = Vec::new();
    let mut regions = regions.into_iter().peekable();
    let mut next_node = 0;
    let mut end = 0;
    for start in starts {
        while let Some(region) = regions.next_if(|(span, _)| span.start <= start) {
            open.push(region);
        }
        while open.last().is_some_and(|(span, _)| span.end <= start) {
            open.pop();
        }
        if start < end || is_other_syntax(&text[..start], &text[start + 2..]) {
            continue;
        }
        let Some(length) = closing_brace(&text[start + 2..]) else { continue };
        let inner = Span::new(start + 2, start + 2 + length);
        let written = &text[inner.range()];
        if written.trim().is_empty() {
            continue;
        }
        while nodes.get(next_node).is_some_and(|node| node.span.end <= start) {
            next_node += 1;
        }
        let node = nodes.get(next_node).filter(|node| node.span.start <= start);
        let within = match (node.map(|node| &node.kind), open.last().map(|(_, region)| *region)) {
            (Some(NodeKind::Fence(_)), _) => Within::Fence(next_node),
            (Some(_), _) | (None, Some(Region::Comment | Region::Literal)) => continue,
            (None, Some(Region::Html)) => Within::Html,
            (None, Some(Region::Code)) => Within::Code,
            (None, None) if is_in_address(text, start, inner.end + 1) => Within::Address,
            (None, None) => Within::Text,
        };
        let from = inner.start + (written.len() - written.trim_start().len());
        let expression = Cut::whole(text, Span::new(from, from + written.trim().len()));
        end = inner.end + 1;
        let ticks = text[..start].ends_with('`') && text[end..].starts_with('`');
        let around = usize::from(ticks && within != Within::Code);
        let span = Span::new(start - around, end + around);
        found.push(Unread { span, expression, within });
    }
    found
}

/// Whether a `{=` is written in a way that only others have: escaped, `{{= x }}` and `${=x}` of templates and shells, `{==x==}`.
fn is_other_syntax(before: &str, behind: &str) -> bool {
    before.ends_with(['{', '$', '#', '%', '@', '\\']) || behind.starts_with('=')
}
