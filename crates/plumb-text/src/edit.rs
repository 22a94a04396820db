//! What is done to texts in several places: parts replaced, ends of characters found, digests made.

use super::Span;
use sha2::{Digest, Sha256};

/// A text with some of its spans replaced; the spans are in order and do not overlap.
pub fn replaced<S: AsRef<str>>(text: &str, edits: impl IntoIterator<Item = (Span, S)>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (span, new) in edits {
        out.push_str(text.get(at..span.start).unwrap_or(""));
        out.push_str(new.as_ref());
        at = at.max(span.end);
    }
    out.push_str(text.get(at..).unwrap_or(""));
    out
}

/// The start of the character that holds an offset; the text's end for one behind it.
pub fn floor_char_boundary(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

/// The end of the character that holds an offset, or the offset where it is between two.
pub fn ceil_char_boundary(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset += 1;
    }
    offset
}

/// The SHA-256 of bytes, in hexadecimal.
pub fn digest(bytes: impl AsRef<[u8]>) -> String {
    let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or_default();
    Sha256::digest(bytes).iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_replaced() {
        let edits = [(Span::new(0, 1), "A"), (Span::at(1), "+"), (Span::new(2, 3), "")];
        assert_eq!(replaced("abcd", edits), "A+bd");
        assert_eq!(replaced("é", Vec::<(Span, String)>::new()), "é");
    }

    #[test]
    fn characters_are_not_cut() {
        let text = "aé😀";
        assert_eq!(
            [0, 1, 2, 3, 5, 7, 9].map(|at| floor_char_boundary(text, at)),
            [0, 1, 1, 3, 3, 7, 7]
        );
        assert_eq!(
            [0, 1, 2, 3, 5, 7, 9].map(|at| ceil_char_boundary(text, at)),
            [0, 1, 3, 3, 7, 7, 7]
        );
    }

    /// The first example of FIPS 180-2.
    #[test]
    fn a_digest_is_sha_256() {
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(digest("abc"), expected);
    }
}
