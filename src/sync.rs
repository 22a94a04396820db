//! Committed text against fresh: drift, and the edits that mend it.
//!
//! Owns: what counts as the same text (a formatter may pad a table), the findings of drift, and the edits that `sync`
//! makes. Must not know: how a text is computed, or how a file is written.

use crate::check::{Checked, CheckedChapter, CheckedExample, Committed, Expansion};
use crate::content::Content;
use crate::diag::{Diagnostic, Edit, Fix, codes};
use crate::render;
use crate::text::{Location, Source, Span, TextMap, replaced};
use std::collections::BTreeMap;
use std::sync::Arc;

codes! {
    /// The codes that this module reports.
    CODES:
    DRIFT = "drift", Deny, "committed text is not what the model says";
    CONTRADICTION = "contradiction", Deny, "committed text in an included file has a different value in each place that includes it";
    DIRECTIVE_EXAMPLE = "directive-example", Deny, "an example of a directive of the book's own does not give what it says";
    NOT_WRITTEN = "not-written", Deny, "`sync` could not rewrite a file";
}

/// A chapter as `sync` needs it.
#[derive(Clone, Copy, Debug)]
pub struct Chapter<'a> {
    /// The expanded text and where it stands in the book.
    pub shown: render::Chapter<'a>,
    /// From the expanded text to the author's files.
    pub map: &'a TextMap,
}

/// The findings of drift in a book; each carries the edit that mends it, where the text stands in a file as it is.
pub fn drift<'a>(
    chapters: impl IntoIterator<Item = Chapter<'a>>,
    checked: &Checked,
) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for (chapter, checked) in chapters.into_iter().zip(&checked.chapters) {
        of_chapter(chapter, checked, &mut findings);
    }
    findings
}

/// What is wrong with the examples of the book's own directives: what is found in them, and those that don't give what they say.
pub fn examples<'a>(examples: impl Iterator<Item = CheckedExample<'a>>) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for example in examples {
        let CheckedExample { chapter, checked, gives, .. } = &example;
        let shown = render::Chapter { text: &chapter.text, path: &chapter.path, guide: "" };
        if let Some(expansion) = checked.expansions.first() {
            let fresh = render::committed(shown, expansion, 0);
            let (new, old) = (normal(&fresh), normal(gives));
            if new != old {
                findings.push(differs(&example, &new, &old));
            }
        }
        findings.extend(example.findings);
    }
    findings
}

/// The finding for an example that gives something else, with the first line that differs.
fn differs(example: &CheckedExample<'_>, new: &[String], old: &[String]) -> Diagnostic {
    let message = format!("this example of `{}` gives something else", example.directive);
    let differs = new.iter().zip(old).position(|(new, old)| new != old);
    let differs = differs.unwrap_or(new.len().min(old.len()));
    let label = match new.get(differs) {
        Some(line) => format!("line {}: {line}", differs + 1),
        None => format!("it ends behind line {differs}"),
    };
    Diagnostic::new(&DIRECTIVE_EXAMPLE, example.at.clone(), message).label(label)
}

fn of_chapter(chapter: Chapter<'_>, checked: &CheckedChapter, findings: &mut Vec<Diagnostic>) {
    for (ordinal, expansion) in checked.expansions.iter().enumerate() {
        if let Some(committed) = &expansion.committed {
            findings.extend(of_pair(chapter, expansion, committed, ordinal));
        }
    }
    for tied in checked.tied.iter().filter(|tied| tied.written != tied.fresh) {
        let at = chapter.map.locate(tied.span);
        let message =
            format!("`{}` is committed, `{}` is {}", tied.written, tied.expression, tied.fresh);
        let mut finding = Diagnostic::new(&DRIFT, at, message)
            .label(format!("now {}", tied.fresh))
            .help("run `mdbook-plumb sync` if the new value is right");
        finding.fix = fix(chapter.map, tied.span, &tied.replacement);
        findings.push(finding);
    }
}

fn of_pair(
    chapter: Chapter<'_>,
    expansion: &Expansion,
    committed: &Committed,
    ordinal: usize,
) -> Option<Diagnostic> {
    let fresh = fresh(chapter.shown, expansion, ordinal);
    if normal(&fresh.plain) == normal(&committed.text) {
        return None;
    }
    let (span, message, label) = if fresh.block {
        let (span, old, new) = first_difference(chapter.shown.text, committed, &fresh.plain);
        let message =
            format!("the committed text of `{}` is not what the model says", committed.name);
        let label = match (old.is_empty(), new.is_empty()) {
            (_, true) => "this line is gone".to_owned(),
            (true, false) => format!("missing here: {new}"),
            _ => format!("now {new}"),
        };
        (span, message, label)
    } else {
        let message =
            format!("`{}` is committed, the model says `{}`", committed.text, fresh.plain);
        (committed.span, message, format!("now {}", fresh.plain))
    };
    let mut finding = Diagnostic::new(&DRIFT, chapter.map.locate(span), message)
        .label(label)
        .help("run `mdbook-plumb sync` if the new value is right");
    finding.fix = fix(chapter.map, committed.span, &fresh.placed);
    Some(finding)
}

fn fix(map: &TextMap, span: Span, text: &str) -> Option<Fix> {
    let (location, blanks) = match map.locate_moved(span) {
        Some(moved) => moved,
        None => (map.locate_copied(span)?, ""),
    };
    // Lines end as the opening comment's own line does.
    let rest = &location.source.text()[location.span.start..];
    let crlf = rest.split('\n').next().is_some_and(|line| line.ends_with('\r'));
    let mut placed = String::with_capacity(text.len());
    let mut lines = text.split_inclusive('\n').peekable();
    while let Some(line) = lines.next() {
        match line.strip_suffix('\n') {
            Some(line) if crlf => placed.extend([line, "\r\n"]),
            _ => placed.push_str(line),
        }
        // What stands before the closing comment is there already.
        if lines.peek().is_some_and(|next| !next.trim().is_empty() || !next.ends_with('\n')) {
            placed.push_str(blanks);
        }
    }
    Some(Fix {
        title: "write what the model says".to_owned(),
        edits: vec![Edit { location, text: placed }],
    })
}

struct Fresh {
    /// As it reads, without what the blocks around put before its lines.
    plain: String,
    /// As it goes between the pair.
    placed: String,
    block: bool,
}

/// What a pair should hold.
fn fresh(chapter: render::Chapter<'_>, expansion: &Expansion, ordinal: usize) -> Fresh {
    let prefix = &expansion.place.prefix;
    let block = match expansion.content {
        Content::Blocks(_) => true,
        Content::Written(_) => !expansion.place.inline,
        Content::Inline(_) => false,
    };
    let plain = render::committed(chapter, expansion, ordinal);
    if !block {
        return Fresh { placed: plain.clone(), plain, block };
    }
    let mut placed = String::new();
    for line in plain.lines() {
        placed.push('\n');
        placed.push_str(if line.is_empty() { prefix.trim_end() } else { prefix });
        placed.push_str(line);
    }
    placed.push('\n');
    placed.push_str(prefix);
    Fresh { plain, placed, block }
}

/// A text as it is compared: no blanks at line ends, no padding in tables, no blank lines around.
fn normal(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = text.lines().map(normal_line).collect();
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    let blank = lines.iter().take_while(|line| line.is_empty()).count();
    lines.split_off(blank)
}

fn normal_line(line: &str) -> String {
    let line = line.trim_end();
    let trimmed = line.trim_start();
    if !trimmed.starts_with('|') {
        return line.to_owned();
    }
    let mut out = String::from("|");
    for cell in cells(trimmed) {
        let cell = cell.trim();
        let rule = !cell.is_empty() && cell.chars().all(|c| matches!(c, '-' | ':'));
        if rule {
            out.push_str(if cell.starts_with(':') { ":-" } else { "-" });
            out.push_str(if cell.ends_with(':') { ":" } else { "" });
        } else {
            out.push_str(cell);
        }
        out.push('|');
    }
    out
}

/// The cells of a table's row; `\|` does not end one.
fn cells(row: &str) -> Vec<&str> {
    let inner = row.strip_prefix('|').unwrap_or(row);
    let mut cells = Vec::new();
    let mut start = 0;
    let mut escaped = false;
    for (at, c) in inner.char_indices() {
        match c {
            '\\' => escaped = !escaped,
            '|' if !escaped => {
                cells.push(&inner[start..at]);
                start = at + 1;
            }
            _ => escaped = false,
        }
    }
    if !inner[start..].trim().is_empty() {
        cells.push(&inner[start..]);
    }
    cells
}

/// The first line that differs: its span in the chapter, the old text and the new.
fn first_difference<'a>(
    text: &str,
    committed: &Committed,
    fresh: &'a str,
) -> (Span, String, &'a str) {
    let fresh: Vec<_> = fresh.lines().filter(|line| !line.trim().is_empty()).collect();
    let mut wanted = fresh.iter();
    let mut at = committed.span.start;
    let mut last = Span::at(at);
    // The committed text proper, without the prefixes, line by line beside the chapter's.
    let mut stripped = committed.text.lines();
    for line in text[committed.span.range()].split_inclusive('\n') {
        let content = stripped.next().unwrap_or("");
        let start = at + line.trim_end().len().saturating_sub(content.trim_end().len());
        let span = Span::new(start, at + line.trim_end().len().max(start - at));
        at += line.len();
        if content.trim().is_empty() {
            continue;
        }
        match wanted.next() {
            Some(wanted) if normal_line(wanted) == normal_line(content) => last = span,
            Some(wanted) => return (span, content.to_owned(), wanted),
            None => return (span, content.to_owned(), ""),
        }
    }
    let missing = wanted.next().copied().unwrap_or("");
    let span = if last.is_empty() { committed.span } else { last };
    (span, String::new(), missing)
}

/// A file and what it should hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Rewrite {
    /// The file as it was read.
    pub source: Arc<Source>,
    /// Its new text.
    pub text: String,
    /// How many places change.
    pub edits: usize,
}

/// What `sync` writes: the fixes of drift, by file. Places that ask for two things are left alone and reported.
pub fn rewrites(findings: &[Diagnostic]) -> (Vec<Rewrite>, Vec<Diagnostic>) {
    let mut files: BTreeMap<&str, Vec<&Edit>> = BTreeMap::new();
    let drifts = findings.iter().filter(|finding| finding.code == &DRIFT);
    for edit in drifts.filter_map(|finding| finding.fix.as_ref()).flat_map(|fix| &fix.edits) {
        files.entry(edit.location.source.path()).or_default().push(edit);
    }
    let mut rewrites = Vec::new();
    let mut wrong = Vec::new();
    for mut edits in files.into_values() {
        edits.sort_by_key(|edit| (edit.location.span, edit.text.as_str()));
        edits.dedup();
        let mut keep: Vec<&Edit> = Vec::new();
        for edit in edits {
            match keep.last() {
                Some(before) if before.location.span.end > edit.location.span.start => {
                    let at = edit.location.clone();
                    wrong.push(contradiction(at, before, edit));
                }
                _ => keep.push(edit),
            }
        }
        let Some(first) = keep.first() else { continue };
        let source = first.location.source.clone();
        let edits = keep.iter().map(|edit| (edit.location.span, &edit.text));
        let text = replaced(source.text(), edits);
        rewrites.push(Rewrite { text, edits: keep.len(), source });
    }
    (rewrites, wrong)
}

fn contradiction(at: Location, one: &Edit, other: &Edit) -> Diagnostic {
    let message = format!(
        "this text would have to be both `{}` and `{}`",
        one.text.trim(),
        other.text.trim()
    );
    Diagnostic::new(&CONTRADICTION, at, message).help("make the directive self-closing: `/-->`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_does_not_count() {
        let plain = "| a | b |\n|---|--:|\n| 1 | 2 \\| 3 |";
        let padded = "\n| a   |      b |\n| :-- | -----: |\n| 1   | 2 \\| 3 |\n";
        assert_eq!(normal(plain)[2], normal(padded)[2]);
        assert_eq!(normal(plain)[0], normal(padded)[0]);
        assert_ne!(normal("10 cores"), normal("20 cores"));
    }
}
