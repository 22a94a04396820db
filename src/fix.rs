//! Which of the fixes that findings carry can be made at once, and what the files then hold.
//!
//! Owns: the choice among fixes that meet. Must not know: what a fix is about, or how a file is written.
//!
//! Committed text is not mended here: whether the new value is right is its author's to say, with `sync`.

use crate::diag::{Diagnostic, Edit, Severity};
use crate::sync::{DRIFT, Rewrite};
use crate::text::{Source, Span, replaced};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What the fixes of some findings make of the files; of two that meet, the first alone, and the other must wait.
pub fn rewrites(findings: &[Diagnostic], least: Severity) -> Vec<Rewrite> {
    let mut files: BTreeMap<&str, Changes<'_>> = BTreeMap::new();
    let mut fixes: Vec<&[Edit]> = findings
        .iter()
        .filter(|finding| finding.severity >= least && finding.code != &DRIFT)
        .filter_map(|finding| finding.fix.as_ref())
        .map(|fix| fix.edits.as_slice())
        .filter(|edits| edits.iter().all(is_sound))
        .collect();
    fixes.sort_by_key(|edits| edits.first().map(|edit| edit.location.sort_key()));
    for edits in fixes {
        let mut chosen: Vec<(&str, Span)> = Vec::new();
        let fits = edits.iter().all(|edit| {
            let source = &edit.location.source;
            let file = files.entry(source.path()).or_insert_with(|| Changes::new(source));
            let fits = file.source.text() == source.text() && file.add(edit);
            if fits {
                chosen.push((source.path(), edit.location.span));
            }
            fits
        });
        if !fits {
            // All of a fix, or nothing of it.
            for (path, span) in chosen {
                files.get_mut(path).map(|file| file.edits.remove(&span));
            }
        }
    }
    let changed = files.into_values().filter(|file| !file.edits.is_empty());
    let rewrites = changed.map(|file| Rewrite {
        text: replaced(file.source.text(), file.edits.iter().map(|(span, text)| (*span, *text))),
        edits: file.edits.len(),
        source: file.source.clone(),
    });
    rewrites.filter(|rewrite| rewrite.text != rewrite.source.text()).collect()
}

/// Whether an edit is of the very text that stands in its file.
fn is_sound(edit: &Edit) -> bool {
    edit.location.exact && edit.location.source.text().get(edit.location.span.range()).is_some()
}

/// The edits of a file, in the order of the text; no two of them meet.
struct Changes<'a> {
    source: &'a Arc<Source>,
    edits: BTreeMap<Span, &'a str>,
}

impl<'a> Changes<'a> {
    fn new(source: &'a Arc<Source>) -> Changes<'a> {
        Changes { source, edits: BTreeMap::new() }
    }

    /// Adds an edit, if it meets none that is there: what begins at the same place comes in no order.
    fn add(&mut self, edit: &'a Edit) -> bool {
        let span = edit.location.span;
        let before = self.edits.range(..span).next_back();
        let after = self.edits.range(span..).next();
        let free = before
            .is_none_or(|(other, _)| other.end <= span.start && other.start < span.start)
            && after.is_none_or(|(other, _)| span.end <= other.start && span.start < other.start);
        if free {
            self.edits.insert(span, &edit.text);
        }
        free
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::{Code, Fix, Level};
    use crate::text::Location;

    static WRONG: Code =
        Code { name: "wrong", level: Level::Deny, summary: "", page: "", alias: "", former: &[] };

    fn finding(edits: &[(&Arc<Source>, usize, usize, &str)]) -> Diagnostic {
        let edit = |(source, start, end, text): &(&Arc<Source>, usize, usize, &str)| Edit {
            location: Location::new(source, Span::new(*start, *end)),
            text: (*text).to_owned(),
        };
        let edits: Vec<Edit> = edits.iter().map(edit).collect();
        let mut finding = Diagnostic::new(&WRONG, edits[0].location.clone(), "wrong");
        finding.fix = Some(Fix { title: "mend it".into(), edits });
        finding
    }

    fn texts(findings: &[Diagnostic]) -> Vec<(String, usize)> {
        let made = rewrites(findings, Severity::Warning);
        made.into_iter().map(|rewrite| (rewrite.text, rewrite.edits)).collect()
    }

    #[test]
    fn what_meets_waits_and_a_fix_is_made_whole_or_not() {
        let (a, b) = (Source::new("a", "0123456789"), Source::new("b", "xyz"));
        let one = |start, end, text| finding(&[(&a, start, end, text)]);
        assert_eq!(
            texts(&[one(4, 6, "-"), one(0, 2, "+"), one(6, 7, "")]),
            [("+23-789".into(), 3)]
        );
        // Of two that overlap the first; two insertions at one place overlap too; the same one twice is one.
        assert_eq!(texts(&[one(2, 5, "A"), one(4, 6, "B")]), [("01A56789".into(), 1)]);
        assert_eq!(texts(&[one(2, 2, "A"), one(2, 2, "B")]), [("01A23456789".into(), 1)]);
        assert_eq!(texts(&[one(2, 2, "A"), one(2, 3, "B")]), [("01A23456789".into(), 1)]);
        assert_eq!(texts(&[one(2, 3, "A"), one(2, 3, "A")]), [("01A3456789".into(), 1)]);
        // One that reaches into two files is not made by half.
        let both = finding(&[(&a, 9, 10, "!"), (&b, 1, 2, "?")]);
        assert_eq!(
            texts(&[finding(&[(&b, 0, 3, "w")]), both.clone()]),
            [("012345678!".into(), 1), ("x?z".into(), 1)]
        );
        assert_eq!(texts(&[one(9, 10, "#"), both]), [("012345678#".into(), 1)]);
    }

    #[test]
    fn what_is_not_sure_or_not_asked_for_is_left() {
        let a = Source::new("a", "日本");
        let mut near = finding(&[(&a, 0, 3, "x")]);
        near.fix.as_mut().unwrap().edits[0].location.exact = false;
        let mut note = finding(&[(&a, 0, 3, "x")]);
        note.severity = Severity::Note;
        let same = finding(&[(&a, 0, 3, "日")]);
        assert_eq!(
            texts(&[near, note, same, finding(&[(&a, 1, 3, "x")]), finding(&[(&a, 0, 99, "")])]),
            []
        );
        let mut drift = finding(&[(&a, 0, 3, "x")]);
        drift.code = &DRIFT;
        assert_eq!(texts(&[drift]), []);
    }
}
