//! For people: the author's lines with the place marked, what else explains it, what to write instead.
//!
//! annotate-snippets draws; this file decides what it gets to see: only the lines around the marks, only so much of a
//! line as can be read, and no control characters. So a finding costs the same in a file of ten lines and of ten million.

use super::page::{self, REPOSITORY};
use super::totals::Totals;
use super::words::{by_kind, line, more_places, summary};
use super::{Format, Report, Style};
use crate::diag::{Diagnostic, Edit, Fix, Severity};
use crate::text::{
    Location, Source, Span, ceil_char_boundary, floor_char_boundary, one_line, printed,
    source_lines,
};
use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Patch, Renderer, Snippet};
use std::io::{self, Write};
use std::sync::Arc;

/// A mark over more lines than this is shown as a mark on its first line.
const MOST_LINES: usize = 60;
/// Marks further apart than this are shown in windows of their own.
const MOST_BYTES: usize = 16 * 1024;
/// A line longer than this is cut around its mark.
const LONG_LINE: usize = 4 * 1024;

/// For people: the line with the place marked.
pub(super) static FORMAT: Format = Format {
    name: "human",
    for_people: true,
    from_checkout: false,
    least: Severity::Warning,
    write,
};

fn write(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let renderer = if style.color { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.term_width(style.width);
    for kind in by_kind(report.shown(style.least)) {
        let in_full = if style.verbose { kind.len() } else { 1 };
        for finding in &kind[..in_full] {
            let windows = windows(finding);
            let columns: Vec<_> = windows.iter().filter_map(|window| window.column).collect();
            let page = page::address(finding.code, REPOSITORY).filter(|_| style.links);
            let mut text = renderer.render(&groups(report, finding, windows, page));
            for column in columns {
                text = with_column(&text, column);
            }
            writeln!(out, "{text}\n")?;
        }
        for finding in &kind[in_full..] {
            writeln!(out, "{}", printed(&line(report, finding)))?;
        }
        if kind.len() > in_full {
            writeln!(out)?;
        }
    }
    if style.quiet {
        return Ok(());
    }
    let totals = Totals::new(report, style);
    totals.write(out)?;
    writeln!(out, "{}", summary(report, style))?;
    if let Some(code) = totals.most() {
        writeln!(out, "to read about {code}: mdbook-plumb explain {code}")?;
    }
    Ok(())
}

fn groups<'a>(
    report: &Report,
    finding: &'a Diagnostic,
    windows: Vec<Window<'a>>,
    page: Option<String>,
) -> Vec<Group<'a>> {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let mut title = level.primary_title(one_line(&finding.message)).id(finding.code.name);
    if let Some(page) = page {
        title = title.id_url(page);
    }
    let mut group = Group::with_title(title);
    for window in windows {
        let mut path = one_line(&report.path(window.path)).into_owned();
        if window.column.is_some() {
            path.push(CUT);
        }
        let snippet = Snippet::source(window.text).line_start(window.line).path(path);
        group = group.element(snippet.annotations(window.marks));
    }
    for note in notes(finding) {
        group = group.element(Level::NOTE.message(one_line(&note).into_owned()));
    }
    for help in &finding.help {
        group = group.element(Level::HELP.message(one_line(help)));
    }
    let mut groups = vec![group];
    groups.extend(finding.fix.as_ref().map(|fix| suggestion(report, fix)));
    groups
}

/// Stands behind the path of a line whose beginning is cut off, where the column is not yet the true one.
const CUT: char = '\u{f8ff}';

/// annotate-snippets counts columns in what it is shown; puts the true one behind the first path that says so.
fn with_column(text: &str, column: usize) -> String {
    let Some((before, after)) = text.split_once(CUT) else { return text.to_owned() };
    let mut parts = after.splitn(3, ':');
    let (_, line) = (parts.next(), parts.next().unwrap_or(""));
    let rest = parts.next().unwrap_or("").trim_start_matches(|c: char| c.is_ascii_digit());
    format!("{before}:{line}:{column}{rest}")
}

/// What is to be said of the place itself.
fn notes(finding: &Diagnostic) -> Vec<String> {
    let mut notes = Vec::new();
    match (&finding.document, &finding.path) {
        (Some(document), Some(path)) => notes.push(format!("in {document}, at {path}")),
        (Some(document), None) => notes.push(format!("in {document}")),
        (None, Some(path)) => notes.push(format!("at {path}")),
        (None, None) => {}
    }
    notes.extend(more_places(finding));
    if !finding.at.location.exact {
        notes.push(
            "the position is approximate: another preprocessor changed this text before it was checked"
                .to_owned(),
        );
    }
    notes
}

/// A part of a file with marks in it.
struct Window<'a> {
    path: &'a str,
    /// The column of the first mark, where the text does not begin with the line.
    column: Option<usize>,
    text: String,
    /// The number of the text's first line.
    line: usize,
    marks: Vec<Annotation<'a>>,
}

/// The finding's labels, put together where they are near each other in the same file.
fn windows(finding: &Diagnostic) -> Vec<Window<'_>> {
    let mut labels = vec![(AnnotationKind::Primary, &finding.at)];
    labels.extend(finding.related.iter().map(|label| (AnnotationKind::Context, label)));
    let mut clusters: Vec<(&Arc<Source>, Span, Vec<_>)> = Vec::new();
    for (kind, label) in labels {
        let source = &label.location.source;
        let mark = shown(&label.location);
        let lines = lines_around(source, mark);
        let text = Some(label.text.as_str()).filter(|text| !text.is_empty());
        let label = (kind, mark, text);
        let near = clusters.iter_mut().find_map(|(other, span, labels)| {
            let both = Span::new(span.start.min(lines.start), span.end.max(lines.end));
            let fits = Arc::ptr_eq(other, source) && both.len() <= MOST_BYTES;
            fits.then_some((span, both, labels))
        });
        match near {
            Some((span, both, labels)) => {
                *span = both;
                labels.push(label);
            }
            None => clusters.push((source, lines, vec![label])),
        }
    }
    let windows = clusters.into_iter().map(|(source, lines, labels)| {
        let mark = Span::new(
            labels.iter().map(|label| label.1.start).min().unwrap_or(lines.start),
            labels.iter().map(|label| label.1.end).max().unwrap_or(lines.end),
        );
        let cut = Cut::new(source, lines, mark);
        let marks = labels.iter().map(|(kind, mark, text)| {
            kind.span(cut.at(mark.start)..cut.at(mark.end)).label(text.map(one_line))
        });
        Window {
            path: source.path(),
            column: cut.is_shifted(mark.start).then(|| source.position(mark.start).column),
            marks: marks.collect(),
            line: cut.line,
            text: cut.text,
        }
    });
    windows.collect()
}

/// A part of a file as it is shown: without a byte order mark, without the far ends of lines that nobody can read, and
/// with all written out that is hidden in it.
struct Cut<'s> {
    text: String,
    line: usize,
    /// What is shown, and where it begins in the file, behind what `prefix` stands for.
    raw: &'s str,
    start: usize,
    prefix: usize,
}

impl<'s> Cut<'s> {
    fn new(source: &'s Source, lines: Span, mark: Span) -> Cut<'s> {
        let line = source.lines().line_of(lines.start);
        let whole = source.text();
        let (mut start, mut end) = (lines.start, lines.end);
        if start == 0 && whole.starts_with('\u{feff}') {
            start = '\u{feff}'.len_utf8();
        }
        let (mut before, mut after) = ("", "");
        if end.saturating_sub(start) > LONG_LINE && !whole[lines.range()].contains('\n') {
            let from = floor_char_boundary(whole, mark.start.saturating_sub(LONG_LINE / 3));
            let to = ceil_char_boundary(whole, mark.start.saturating_add(LONG_LINE * 2 / 3));
            if from > start {
                (start, before) = (from, "…");
            }
            if to < end {
                (end, after) = (to, "…");
            }
        }
        let raw = whole.get(start..end).unwrap_or("");
        let text = format!("{before}{}{after}", source_lines(raw));
        Cut { text, line, raw, start, prefix: before.len() }
    }

    /// What is shown of the file before an offset.
    fn before(&self, offset: usize) -> &'s str {
        let end =
            floor_char_boundary(self.raw, offset.saturating_sub(self.start).min(self.raw.len()));
        let (before, after) = self.raw.split_at(end);
        // Of an end of a line in two characters, the first is not shown.
        if after.starts_with('\n') { before.strip_suffix('\r').unwrap_or(before) } else { before }
    }

    /// Whether a column of the file is another one of what is shown: its line does not begin, or holds what is hidden.
    fn is_shifted(&self, offset: usize) -> bool {
        let before = self.before(offset);
        let line = before.rsplit('\n').next().unwrap_or(before);
        self.prefix > 0 || source_lines(line) != line
    }

    /// An offset of the file as an offset of the shown text.
    fn at(&self, offset: usize) -> usize {
        (source_lines(self.before(offset)).len() + self.prefix).min(self.text.len())
    }
}

/// The part of a location that is marked: on character boundaries, and no more than can be looked at.
fn shown(location: &Location) -> Span {
    let source = &location.source;
    let text = source.text();
    let start = floor_char_boundary(text, location.span.start.min(text.len()));
    let end = ceil_char_boundary(text, location.span.end.min(text.len())).max(start);
    // The line feed behind the last line that is meant would mark the one after it.
    let end = start + text[start..end].trim_end_matches(['\n', '\r']).len();
    let (first, last) = (source.lines().line_of(start), source.lines().line_of(end));
    if last - first <= MOST_LINES && end - start <= MOST_BYTES {
        return Span::new(start, end);
    }
    Span::new(start, lines_around(source, Span::at(start)).end.min(end))
}

/// The whole lines that hold a span, without the last one's end.
fn lines_around(source: &Source, span: Span) -> Span {
    let (text, lines) = (source.text(), source.lines());
    let start = lines.start_of(lines.line_of(span.start)).unwrap_or(0);
    let end = lines.start_of(lines.line_of(span.end) + 1).unwrap_or(text.len());
    let end = start + text[start..end].trim_end_matches(['\n', '\r']).len();
    Span::new(start, end.max(span.end))
}

/// The fix as a patch of the author's lines; edits far apart each show their own.
fn suggestion<'a>(report: &Report, fix: &'a Fix) -> Group<'a> {
    let mut group = Group::with_title(Level::HELP.secondary_title(one_line(&fix.title)));
    let mut edits: Vec<&Edit> = fix.edits.iter().collect();
    edits.sort_by(|a, b| a.location.sort_key().cmp(&b.location.sort_key()));
    for near in edits.chunk_by(|a, b| {
        Arc::ptr_eq(&a.location.source, &b.location.source)
            && b.location.span.end.saturating_sub(a.location.span.start) <= MOST_BYTES / 8
    }) {
        let (Some(first), Some(last)) = (near.first(), near.last()) else { continue };
        let source = &first.location.source;
        let mark = Span::new(first.location.span.start, last.location.span.end);
        let lines = lines_around(source, mark);
        if lines.len() > MOST_BYTES || source.text().get(mark.range()).is_none() {
            // Too long to be read as a patch: the title says what to do.
            continue;
        }
        let cut = Cut::new(source, lines, mark);
        let patches = near.iter().map(|edit| {
            let span = edit.location.span;
            Patch::new(cut.at(span.start)..cut.at(span.end), source_lines(&edit.text).into_owned())
        });
        let snippet = Snippet::source(cut.text.clone()).line_start(cut.line);
        group = group.element(snippet.path(elsewhere(report, fix, source)).patches(patches));
    }
    group
}

/// The path of an edit, where a fix reaches into more than one file.
fn elsewhere(report: &Report, fix: &Fix, source: &Arc<Source>) -> Option<String> {
    let many = fix.edits.iter().any(|edit| !Arc::ptr_eq(&edit.location.source, source));
    many.then(|| one_line(&report.path(source.path())).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::CODES;

    #[test]
    fn a_code_leads_to_its_page_where_there_is_one() {
        let source = Source::new("a.md", "a\n");
        let finding = Diagnostic::at(CODES[0], &source, Span::new(0, 1), "wrong");
        let (report, renderer) = (Report::new(vec![]), Renderer::styled());
        let shown = |page| renderer.render(&groups(&report, &finding, windows(&finding), page));
        let address = page::address(CODES[0], "https://example.com/o/n");
        let link = format!("\x1b]8;;{}\x1b\\", address.as_deref().expect("an address"));
        assert!(shown(address).contains(&link));
        assert!(!shown(None).contains("\x1b]8"));
    }
}
