//! The little that must be known of raw HTML: tags by name, and which elements hold code.

use memchr::memmem;

/// The raw HTML elements whose content is code.
pub(super) const LITERAL: [&str; 5] = ["pre", "code", "script", "style", "textarea"];

/// Whether a text starts with this tag.
pub(super) fn is_tag(text: &str, open: &str, name: &str) -> bool {
    text.strip_prefix(open)
        .and_then(|rest| Some((rest.get(..name.len())?, rest.get(name.len()..)?)))
        .is_some_and(|(start, rest)| {
            start.eq_ignore_ascii_case(name)
                && rest.chars().next().is_none_or(|c| c.is_whitespace() || matches!(c, '>' | '/'))
        })
}

/// The length up to and with the closing tag of an element.
pub(super) fn find_close(text: &str, name: &str) -> Option<usize> {
    memmem::find_iter(text.as_bytes(), b"</")
        .find(|&at| is_tag(&text[at..], "</", name))
        .map(|at| text[at..].find('>').map_or(text.len(), |end| at + end + 1))
}

/// A test that costs nothing, before the comment is taken apart.
pub(super) fn may_be_ours(comment: &str) -> bool {
    let mut head = comment.len().min(40);
    while !comment.is_char_boundary(head) {
        head -= 1;
    }
    let inner = comment[4..head.max(4)].trim_start_matches(['-', ' ', '\t', '\r', '\n', '/', '>']);
    inner.starts_with(|c: char| c.is_ascii_alphabetic()) || inner.is_empty()
}
