//! Where the bytes of a text that was put together came from.

use super::{Location, Source, Span};
use std::sync::Arc;

/// Where each byte of an expanded text came from.
///
/// mdBook's `links` preprocessor makes one text out of several files; so does taking a fenced block out of a quote. The
/// map is a list of pieces in order: each piece is copied from a file, or was generated and stands for a place in one.
/// A piece that could not be matched to a file is generated too, and says that its place is only near.
#[derive(Clone, Debug)]
pub struct TextMap {
    pieces: Vec<Piece>,
}

#[derive(Clone, Debug)]
struct Piece {
    /// Where the piece begins in the expanded text.
    start: usize,
    source: Arc<Source>,
    /// The span in the file that the piece is a copy of, or stands for.
    origin: Span,
    copied: bool,
    /// False where the place is a guess.
    exact: bool,
}

impl TextMap {
    /// The map of a text that is one whole file.
    pub fn identity(source: &Arc<Source>) -> TextMap {
        let mut builder = TextMapBuilder::default();
        builder.copied(source, Span::new(0, source.text().len()));
        builder.finish(source)
    }

    /// The same map, marked as only near the truth: every location that it gives says so.
    pub fn approximate(mut self) -> TextMap {
        for piece in &mut self.pieces {
            piece.exact = false;
        }
        self
    }

    /// Whether the expanded text is known to be what the map describes.
    pub fn is_exact(&self) -> bool {
        self.pieces.iter().all(|piece| piece.exact)
    }

    /// The place in the author's files that a span of the expanded text came from.
    ///
    /// A span over several pieces of one file covers all of them; where it runs into another file, it ends with the
    /// piece that it starts in.
    pub fn locate(&self, span: Span) -> Location {
        let first = self.piece_at(span.start);
        let start = first.origin_of(span.start);
        let last_index =
            if span.is_empty() { self.index_at(span.start) } else { self.index_at(span.end - 1) };
        let last = &self.pieces[last_index];
        let end = if Arc::ptr_eq(&last.source, &first.source) {
            if span.is_empty() { start } else { last.end_of(span.end) }
        } else {
            first.origin.end
        };
        Location {
            source: first.source.clone(),
            span: Span { start, end: end.max(start) },
            exact: self.pieces[self.index_at(span.start)..=last_index]
                .iter()
                .all(|piece| piece.exact),
        }
    }

    /// The location of a span, if the very same bytes stand there in the file, so that an edit of them is safe.
    pub fn locate_copied(&self, span: Span) -> Option<Location> {
        let piece = self.piece_at(span.start);
        let location = self.locate(span);
        (location.exact && piece.copied && location.span.len() == span.len()).then_some(location)
    }

    /// The location of a span of whole lines that stand further in in the file, and the blanks before each of them there:
    /// behind each end of a line within the span, and where it ends with one, behind that.
    ///
    /// Nothing where anything else was left out, or the lines stand in differently far.
    pub fn locate_moved(&self, span: Span) -> Option<(Location, &str)> {
        let location = self.locate(span);
        let (first, last) = (self.index_at(span.start), self.index_at(span.end));
        let mut blanks = None;
        for pair in self.pieces[first..=last].windows(2) {
            let (before, behind) = (&pair[0], &pair[1]);
            let is_one = before.copied
                && (behind.copied || behind.start >= span.end)
                && behind.exact
                && Arc::ptr_eq(&before.source, &behind.source);
            let text = before.source.text();
            let gap = text.get(before.origin.end..behind.origin.start).filter(|_| is_one)?;
            let begins_line = text[..before.origin.end].ends_with('\n');
            if !begins_line || !gap.bytes().all(|byte| matches!(byte, b' ' | b'\t')) {
                return None;
            }
            if *blanks.get_or_insert(gap) != gap {
                return None;
            }
        }
        blanks.filter(|_| location.exact).map(|blanks| (location, blanks))
    }

    /// The author's files that a span of the expanded text came from, in the order of the text.
    pub fn sources(&self, span: Span) -> impl Iterator<Item = &Arc<Source>> {
        let first = self.index_at(span.start);
        let last = if span.is_empty() { first } else { self.index_at(span.end - 1) };
        self.pieces[first..=last.max(first)].iter().map(|piece| &piece.source)
    }

    /// The map of a part of the expanded text that was taken out of it line by line: `spans` are the parts, in order.
    pub fn select(&self, spans: impl IntoIterator<Item = Span>) -> TextMap {
        let mut builder = TextMapBuilder::default();
        for span in spans {
            builder.append(self, span);
        }
        builder.finish_within(self)
    }

    /// Where the next piece begins.
    fn end_of_piece(&self, index: usize) -> usize {
        self.pieces.get(index + 1).map_or(usize::MAX, |next| next.start)
    }

    fn index_at(&self, offset: usize) -> usize {
        self.pieces.partition_point(|piece| piece.start <= offset).saturating_sub(1)
    }

    fn piece_at(&self, offset: usize) -> &Piece {
        &self.pieces[self.index_at(offset)]
    }
}

impl Piece {
    fn origin_of(&self, offset: usize) -> usize {
        if self.copied {
            (self.origin.start + offset.saturating_sub(self.start)).min(self.origin.end)
        } else {
            self.origin.start
        }
    }

    fn end_of(&self, offset: usize) -> usize {
        if self.copied { self.origin_of(offset) } else { self.origin.end }
    }
}

/// Builds a [`TextMap`] from left to right.
#[derive(Debug, Default)]
pub struct TextMapBuilder {
    pieces: Vec<Piece>,
    length: usize,
}

impl TextMapBuilder {
    /// The next bytes are a copy of this span of the file.
    pub fn copied(&mut self, source: &Arc<Source>, origin: Span) {
        if origin.is_empty() {
            return;
        }
        self.push(source, origin, true, true);
        self.length += origin.len();
    }

    /// The next `length` bytes stand in no file; they are there because of `origin` (an include's own text, say).
    pub fn generated(&mut self, source: &Arc<Source>, origin: Span, length: usize) {
        if length > 0 {
            self.push(source, origin, false, true);
            self.length += length;
        }
    }

    /// The next `length` bytes could not be matched to any file; they seem to belong near `origin`.
    pub fn near(&mut self, source: &Arc<Source>, origin: Span, length: usize) {
        if length > 0 {
            self.push(source, origin, false, false);
            self.length += length;
        }
    }

    /// The next bytes are those of another map's text at `span`.
    pub fn append(&mut self, map: &TextMap, span: Span) {
        let mut at = span.start;
        let mut index = map.index_at(at);
        while at < span.end {
            let piece = &map.pieces[index];
            let until = span.end.min(map.end_of_piece(index));
            let origin = if piece.copied {
                let start = piece.origin_of(at);
                Span::new(start, start + (until - at))
            } else {
                piece.origin
            };
            self.push(&piece.source, origin, piece.copied, piece.exact);
            self.length += until - at;
            at = until;
            index += 1;
        }
    }

    /// How long the expanded text is so far, in bytes.
    pub fn len(&self) -> usize {
        self.length
    }

    /// Whether nothing has been added.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// The map; `main` is the file that an empty text belongs to.
    pub fn finish(mut self, main: &Arc<Source>) -> TextMap {
        if self.pieces.is_empty() {
            self.push(main, Span::at(0), true, true);
        }
        TextMap { pieces: self.pieces }
    }

    /// The map of a text that was taken out of the one that `whole` maps.
    pub fn finish_within(self, whole: &TextMap) -> TextMap {
        self.finish(&whole.pieces[0].source)
    }

    fn push(&mut self, source: &Arc<Source>, origin: Span, copied: bool, exact: bool) {
        if copied
            && let Some(last) = self.pieces.last_mut()
            && last.copied
            && last.exact == exact
            && last.origin.end == origin.start
            && Arc::ptr_eq(&last.source, source)
        {
            last.origin.end = origin.end;
        } else {
            self.pieces.push(Piece {
                start: self.length,
                source: source.clone(),
                origin,
                copied,
                exact,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_map_back_through_copied_and_generated_pieces() {
        let chapter = Source::new("a.md", "one {{#include b}} two");
        let included = Source::new("b", "INC");
        let mut builder = TextMapBuilder::default();
        builder.copied(&chapter, Span::new(0, 4));
        builder.copied(&included, Span::new(0, 3));
        builder.generated(&chapter, Span::new(4, 18), 1);
        builder.copied(&chapter, Span::new(18, 22));
        let map = builder.finish(&chapter);
        // "one INC? two"
        let at = |start, end| {
            let location = map.locate(Span::new(start, end));
            (location.source.path().to_owned(), location.span.start, location.span.end)
        };
        assert_eq!(at(0, 3), ("a.md".into(), 0, 3));
        assert_eq!(at(4, 7), ("b".into(), 0, 3));
        assert_eq!(at(7, 8), ("a.md".into(), 4, 18), "generated text stands for its cause");
        assert_eq!(at(9, 12), ("a.md".into(), 19, 22));
        assert_eq!(at(2, 6), ("a.md".into(), 2, 4), "a span into another file ends with its piece");
        assert_eq!(
            at(12, 12),
            ("a.md".into(), 22, 22),
            "the end of the text is the end of the file"
        );
        assert!(map.locate_copied(Span::new(4, 7)).is_some());
        assert!(map.locate_copied(Span::new(7, 8)).is_none());
    }

    #[test]
    fn a_selection_of_lines_maps_through() {
        let chapter = Source::new("a.md", "> k: v\n> l: w\n");
        let map = TextMap::identity(&chapter).select([Span::new(2, 7), Span::new(9, 14)]);
        // "k: v\nl: w\n"
        assert_eq!(map.locate(Span::new(5, 6)).span, Span::new(9, 10));
        assert_eq!(map.locate(Span::new(8, 9)).text(), "w");
    }

    #[test]
    fn lines_that_were_moved_out_are_located_with_what_stands_before_them() {
        let chapter = Source::new("a.md", "    a\n    b\n\n    c\n  d\n");
        let spans = [(4, 6), (10, 12), (12, 13), (17, 19), (21, 23)];
        let map =
            TextMap::identity(&chapter).select(spans.map(|(start, end)| Span::new(start, end)));
        // "a\nb\n\nc\nd\n"
        let moved = |start, end| {
            let (location, blanks) = map.locate_moved(Span::new(start, end))?;
            Some((location.span, blanks.to_owned()))
        };
        assert_eq!(moved(0, 4), Some((Span::new(4, 12), "    ".to_owned())));
        assert_eq!(moved(1, 2), Some((Span::new(5, 6), "    ".to_owned())), "the next line's");
        assert_eq!(moved(0, 1), None, "nothing is left out within a line");
        assert_eq!(moved(3, 9), None, "one of the lines stands less far in");
    }
}
