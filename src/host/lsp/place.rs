//! Places and files as the protocol names them.
//!
//! Owns: positions in the units that a client counts in, and `file:` addresses. Must not know: what stands at a place.

use crate::text::{Location, Source, Span, floor_char_boundary};
use crate::world::normalize;
use lsp_types::{Position, Range, Uri};
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// What a client counts the characters of a line in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Encoding {
    /// Bytes.
    Utf8,
    /// Units of UTF-16, what every client knows.
    #[default]
    Utf16,
}

const BOM: &str = "\u{feff}";

impl Encoding {
    /// Line and column of a byte offset; of one beyond the text, the text's end.
    pub(super) fn position(self, source: &Source, offset: usize) -> Position {
        let offset = floor_char_boundary(source.text(), offset);
        let place = source.position(offset);
        let character = match self {
            Encoding::Utf16 => place.utf16,
            Encoding::Utf8 => {
                let start = source.lines().start_of(place.line).unwrap_or(0);
                offset.saturating_sub(without_bom(source.text(), start))
            }
        };
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        Position { line: count(place.line - 1), character: count(character) }
    }

    /// Where a span of a text begins and ends.
    pub(super) fn range(self, source: &Source, span: Span) -> Range {
        Range { start: self.position(source, span.start), end: self.position(source, span.end) }
    }

    /// Where a location begins and ends in its file.
    pub(super) fn range_of(self, location: &Location) -> Range {
        self.range(&location.source, location.span)
    }

    /// The byte offset of a line and column; of a column behind the line its end, of a line behind the text the text's end.
    pub(super) fn offset(self, source: &Source, position: Position) -> usize {
        let line = (position.line as usize).saturating_add(1);
        let [start, end] = [line, line.saturating_add(1)].map(|line| source.lines().start_of(line));
        self.offset_in_line(source.text(), start, end, position.character)
    }

    /// The same, of a column of the line that begins at `start` and ends before `end`; where the text ends first, they are nothing.
    pub(super) fn offset_in_line(
        self,
        text: &str,
        start: Option<usize>,
        end: Option<usize>,
        character: u32,
    ) -> usize {
        let Some(start) = start else { return text.len() };
        let start = without_bom(text, start);
        let end = end.unwrap_or(text.len());
        let shown = text[start..end.max(start)].trim_end_matches(['\n', '\r']);
        let wanted = character as usize;
        let within = match self {
            Encoding::Utf8 => floor_char_boundary(shown, wanted),
            Encoding::Utf16 => {
                let mut units = 0;
                let beyond = shown.char_indices().find(|(_, c)| {
                    units += c.len_utf16();
                    units > wanted
                });
                beyond.map_or(shown.len(), |(at, _)| at)
            }
        };
        start + within
    }

    /// The bytes of a range; an end before the start counts as the start.
    pub(super) fn span(self, source: &Source, range: Range) -> Span {
        let start = self.offset(source, range.start);
        Span::new(start, self.offset(source, range.end).max(start))
    }
}

/// Where the columns of the line that begins at `start` are counted from: editors show no byte order mark.
fn without_bom(text: &str, start: usize) -> usize {
    if start == 0 && text.starts_with(BOM) { BOM.len() } else { start }
}

/// The file that an address names; nothing for what lies in no file system.
pub(super) fn path_of(uri: &Uri) -> Option<PathBuf> {
    let rest = uri.as_str().strip_prefix("file://")?;
    let (authority, path) = rest.split_at(rest.find('/')?);
    if !authority.is_empty() && !authority.eq_ignore_ascii_case("localhost") {
        return None;
    }
    let path = String::from_utf8(decoded(path.split(['?', '#']).next()?)).ok()?;
    // `/c:/book` where drives have letters.
    let path = if cfg!(windows) { path.trim_start_matches('/') } else { &path };
    let path = normalize(Path::new(path));
    path.is_absolute().then_some(path)
}

/// The address of a file.
pub(super) fn uri_of(path: &Path) -> Option<Uri> {
    let path = path.to_str()?.replace('\\', "/");
    let mut uri = String::from(if path.starts_with('/') { "file://" } else { "file:///" });
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/:".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    Uri::from_str(&uri).ok()
}

fn decoded(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let hex = bytes.get(at + 1..at + 3).and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()).filter(|_| byte == b'%') {
            Some(value) => {
                out.push(value);
                at += 3;
            }
            None => {
                out.push(byte);
                at += 1;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_counted_as_the_client_counts() {
        let source = Source::new("a", "a\r\nbé😀c\n");
        let c = source.text().find('c').unwrap();
        assert_eq!(Encoding::Utf16.position(&source, c), Position::new(1, 4));
        assert_eq!(Encoding::Utf8.position(&source, c), Position::new(1, 7));
        for encoding in [Encoding::Utf8, Encoding::Utf16] {
            for (offset, _) in source.text().char_indices().filter(|(_, c)| *c != '\n') {
                let there = encoding.position(&source, offset);
                let end_of_line = source.text()[offset..].starts_with('\r');
                assert!(end_of_line || encoding.offset(&source, there) == offset, "{offset}");
            }
            assert_eq!(encoding.offset(&source, Position::new(0, 99)), 1, "before the line's end");
            assert_eq!(encoding.offset(&source, Position::new(99, 0)), source.text().len());
            let all = Range::new(Position::new(u32::MAX, u32::MAX), Position::new(0, 0));
            assert!(encoding.span(&source, all).is_empty());
        }
        assert_eq!(Encoding::Utf16.offset(&source, Position::new(1, 3)), 3 + 3, "within 😀");
        let marked = Source::new("a", "\u{feff}ab");
        assert_eq!(Encoding::Utf8.position(&marked, 4), Position::new(0, 1));
        assert_eq!(Encoding::Utf8.offset(&marked, Position::new(0, 1)), 4);
    }

    #[cfg(unix)]
    #[test]
    fn addresses_name_files() {
        let path = |uri: &str| path_of(&Uri::from_str(uri).unwrap());
        assert_eq!(path("file:///a/b%20c/%C3%A9.md"), Some("/a/b c/é.md".into()));
        assert_eq!(path("file:///a/../b.md"), Some("/b.md".into()));
        for none in ["untitled:a", "file://host/a", "http://a/b", "file:///%FF"] {
            assert_eq!(path(none), None, "{none}");
        }
        let uri = uri_of(Path::new("/a b/é#?.md")).unwrap();
        assert_eq!(uri.as_str(), "file:///a%20b/%C3%A9%23%3F.md");
        assert_eq!(path_of(&uri), Some("/a b/é#?.md".into()));
    }
}
