//! Text taken out of a chapter, each part with its place.

use crate::text::{Span, TextMap, TextMapBuilder};

/// Text taken out of a chapter, with the place of each part of it.
///
/// A fence in a quote has `> ` before each of its lines; a comment may go over several lines of a list item. What the
/// author meant is the text without these, and every byte of it still has its place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cut {
    text: String,
    parts: Vec<Part>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Part {
    /// Where the part begins in the cut's text.
    start: usize,
    /// Where it stands in the chapter. As long as the part; or empty, if Markdown made the part up (the spaces that are
    /// left of a tab).
    span: Span,
}

impl Cut {
    /// A part of the chapter as it stands there.
    pub fn whole(text: &str, span: Span) -> Cut {
        let mut cut = Cut::default();
        cut.push(text.get(span.range()).unwrap_or(""), span);
        cut
    }

    /// A text that stands at a span of the chapter; where the two differ (an escape was read), all of it stands for the whole.
    pub fn of(text: &str, span: Span) -> Cut {
        let mut cut = Cut::default();
        cut.push(text, if span.len() == text.len() { span } else { Span::at(span.start) });
        cut
    }

    /// A code span's text with the places of its bytes: it may go over lines of a quote, and a table's `\|` is a `|`.
    pub(super) fn of_code(code: &str, text: &str, span: Span) -> Cut {
        let source = &text.as_bytes()[span.range()];
        let ticks = source.iter().take_while(|&&byte| byte == b'`').count();
        let mut at = ticks;
        // A code span that begins and ends with a space loses both.
        if source.get(at).is_some_and(|byte| matches!(byte, b' ' | b'\n' | b'\r'))
            && !code.starts_with(' ')
        {
            at += 1;
        }
        let mut cut = Cut::default();
        let mut buffer = [0; 4];
        for c in code.chars() {
            let bytes = c.encode_utf8(&mut buffer).as_bytes();
            // Passes over what stands in the source only.
            while at < source.len() && !source[at..].starts_with(bytes) {
                let line_end = matches!(source[at], b'\n' | b'\r');
                if c == ' ' && line_end {
                    break;
                }
                at += 1;
            }
            if at + bytes.len() > source.len() {
                cut.push(c.encode_utf8(&mut [0; 4]), Span::at(span.end));
                continue;
            }
            let line_end = matches!(source[at], b'\n' | b'\r');
            if source[at] == b'\r' && source.get(at + 1) == Some(&b'\n') {
                at += 1;
            }
            let start = span.start + at;
            cut.push(c.encode_utf8(&mut [0; 4]), Span::new(start, start + c.len_utf8()));
            at += c.len_utf8();
            if line_end {
                while source.get(at).is_some_and(|byte| matches!(byte, b' ' | b'\t' | b'>')) {
                    at += 1;
                }
            }
        }
        cut
    }

    /// Adds text that stands at `span`, which is as long as the text, or empty for text that stands nowhere.
    pub(super) fn push(&mut self, text: &str, span: Span) {
        if text.is_empty() {
            return;
        }
        debug_assert!(span.is_empty() || span.len() == text.len());
        let joins = self.parts.last().is_some_and(|last| {
            !last.span.is_empty()
                && last.span.end == span.start
                && last.span.len() == self.text.len() - last.start
                && !span.is_empty()
        });
        match self.parts.last_mut() {
            Some(last) if joins => last.span.end = span.end,
            _ => self.parts.push(Part { start: self.text.len(), span }),
        }
        self.text.push_str(text);
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The chapter's span that all of it lies in.
    pub fn span(&self) -> Span {
        self.span_of(Span::new(0, self.text.len()))
    }

    /// The chapter's span that a part of the text lies in.
    pub fn span_of(&self, part: Span) -> Span {
        let start = self.offset_of(part.start);
        if part.is_empty() {
            return Span::at(start);
        }
        let last = self.index_at(part.end - 1);
        let end = self
            .parts
            .get(last)
            .map_or(start, |last| (last.span.start + (part.end - last.start)).min(last.span.end));
        Span::new(start, end.max(start))
    }

    /// Where in the cut's text a byte of the chapter is.
    pub(super) fn offset_in(&self, chapter: usize) -> Option<usize> {
        let holds = |part: &&Part| part.span.start <= chapter && chapter < part.span.end;
        self.parts.iter().find(holds).map(|part| part.start + (chapter - part.span.start))
    }

    /// A part of the cut.
    pub fn slice(&self, part: Span) -> Cut {
        let mut cut = Cut::default();
        let mut at = part.start;
        while at < part.end {
            let index = self.index_at(at);
            let Some(piece) = self.parts.get(index) else { break };
            let until = self.end_of(index).min(part.end);
            let span = if piece.span.is_empty() {
                piece.span
            } else {
                let start = piece.span.start + (at - piece.start);
                Span::new(start, start + (until - at))
            };
            cut.push(self.text.get(at..until).unwrap_or(""), span);
            at = until;
        }
        cut
    }

    /// The cut without some parts of its text, which are in order and do not overlap.
    pub fn without(&self, gone: &[Span]) -> Cut {
        let mut cut = Cut::default();
        let mut at = 0;
        for span in gone.iter().copied().chain([Span::at(self.text.len())]) {
            let kept = self.slice(Span::new(at, span.start.max(at)));
            for (index, part) in kept.parts.iter().enumerate() {
                let text = kept.text.get(part.start..kept.end_of(index)).unwrap_or("");
                cut.push(text, part.span);
            }
            at = span.end.max(at);
        }
        cut
    }

    /// The map of the cut's text, given the chapter's.
    pub fn map(&self, chapter: &TextMap) -> TextMap {
        let mut builder = TextMapBuilder::default();
        self.map_into(&mut builder, chapter);
        builder.finish_within(chapter)
    }

    /// Adds the map of the cut's text to that of a text that it is behind.
    pub fn map_into(&self, builder: &mut TextMapBuilder, chapter: &TextMap) {
        for (index, part) in self.parts.iter().enumerate() {
            if part.span.is_empty() {
                let origin = chapter.locate(part.span);
                builder.generated(&origin.source, origin.span, self.end_of(index) - part.start);
            } else {
                builder.append(chapter, part.span);
            }
        }
    }

    fn end_of(&self, index: usize) -> usize {
        self.parts.get(index + 1).map_or(self.text.len(), |next| next.start)
    }

    fn index_at(&self, offset: usize) -> usize {
        self.parts.partition_point(|part| part.start <= offset).saturating_sub(1)
    }

    fn offset_of(&self, offset: usize) -> usize {
        self.parts.get(self.index_at(offset)).map_or(0, |part| {
            (part.span.start + (offset - part.start.min(offset))).min(part.span.end)
        })
    }
}
