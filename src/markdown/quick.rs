//! A look at a chapter that spares it the full parse, where that is certain to find nothing else.
//!
//! Most chapters hold nothing of ours, or fences that start at the first column of their lines. There, a fence opens
//! wherever such a line stands outside of a fence: it ends every quote and every list around it, and interrupts every
//! paragraph. Only raw HTML, a link's definition and an odd line end could make it something else; whatever might be
//! one of these, or might be a fence in a list or a quote, is left to the parser.

use super::Cut;
use super::fence;
use super::node::{Node, NodeKind};
use crate::text::Span;
use memchr::{memchr, memchr_iter, memmem, memrchr};

/// What a quick look found.
pub(super) enum Look {
    /// Nothing of ours.
    Nothing,
    /// Fences at the start of their lines, and certainly nothing else.
    Fences(Vec<Node>),
    /// It takes the full parse.
    Parse,
}

/// Looks for what is worth a parse.
pub(super) fn look(text: &str) -> Look {
    let bytes = text.as_bytes();
    let comments = memmem::find(bytes, b"<!--").is_some();
    let conflicts = memmem::find(bytes, b"<<<<<<<").is_some();
    if comments || conflicts || memmem::find(bytes, b"{=").is_some() {
        return Look::Parse;
    }
    let fences = memmem::find(bytes, b"```").is_some() || memmem::find(bytes, b"~~~").is_some();
    if !fences {
        return Look::Nothing;
    }
    if memchr(b'\r', bytes).is_some() || memmem::find(bytes, b"]:").is_some() {
        return Look::Parse;
    }
    match read_fences(text) {
        Some(nodes) if nodes.is_empty() => Look::Nothing,
        Some(nodes) => Look::Fences(nodes),
        None => Look::Parse,
    }
}

/// The fences of a text, if each stands at the first column and nothing could make it anything else.
fn read_fences(text: &str) -> Option<Vec<Node>> {
    let bytes = text.as_bytes();
    let mut nodes = Vec::new();
    let mut at = 0;
    while let Some(row) = next_row(bytes, at) {
        let line = memrchr(b'\n', &bytes[..row]).map_or(0, |end| end + 1);
        if line != row || has_html(bytes, at, row) {
            return None;
        }
        let fence_byte = bytes[row];
        let length = bytes[row..].iter().take_while(|&&byte| byte == fence_byte).count();
        let info_end = memchr(b'\n', &bytes[row..]).map_or(bytes.len(), |end| row + end);
        if fence_byte == b'`' && memchr(b'`', &bytes[row + length..info_end]).is_some() {
            return None;
        }
        let (body, end) = read_body(bytes, (info_end + 1).min(bytes.len()), fence_byte, length)?;
        let body = Cut::whole(text, body);
        let (fence, span, place) = fence::read(text, Span::new(row, end), body, false);
        nodes.push(Node { span, kind: NodeKind::Fence(fence), place });
        at = end;
    }
    (!has_html(bytes, at, bytes.len())).then_some(nodes)
}

/// The next row of at least three backticks or tildes.
fn next_row(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        let next = at + memchr::memchr2(b'`', b'~', &bytes[at..])?;
        let length = bytes[next..].iter().take_while(|&&byte| byte == bytes[next]).count();
        if length >= 3 {
            return Some(next);
        }
        at = next + length;
    }
}

/// Whether a line between two offsets starts with `<`, behind spaces or not.
fn has_html(bytes: &[u8], from: usize, to: usize) -> bool {
    memchr_iter(b'<', &bytes[from..to]).any(|at| {
        let before = bytes[..from + at].iter().rev().find(|&&byte| !matches!(byte, b' ' | b'\t'));
        before.is_none_or(|&byte| byte == b'\n')
    })
}

/// A fence's body and where the fence ends; none if it does not.
fn read_body(bytes: &[u8], start: usize, fence_byte: u8, length: usize) -> Option<(Span, usize)> {
    let mut at = start;
    loop {
        let row = at + memchr(fence_byte, &bytes[at..])?;
        let count = bytes[row..].iter().take_while(|&&byte| byte == fence_byte).count();
        at = row + count;
        if count < length {
            continue;
        }
        let line = memrchr(b'\n', &bytes[..row]).map_or(0, |end| end + 1);
        if line < start || !bytes[line..row].iter().all(|&byte| byte == b' ') || row - line > 3 {
            continue;
        }
        let line_end = memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |end| at + end);
        // Spaces only: the parser takes a tab there for content, whatever CommonMark says.
        if bytes[at..line_end].iter().all(|&byte| byte == b' ') {
            return Some((Span::new(start, line), at));
        }
    }
}
