//! What a text shows: manifests, whole or in part, commands, a template, something else; and what of it is not shown.
//!
//! Owns: the one `read` of every text that may hold manifests (a fence, a here-document, a file), the evidence that says
//! how it is meant, and the gaps and placeholders that come of it. A text is composed once, twice where words on a line may
//! be text. Must not know: schemas, what is wrong with a manifest, or how a finding is shown.

mod applied;
mod around;
mod broken;
mod callout;
mod codes;
mod heads;
pub(crate) mod heredoc;
mod marks;
mod opened;
mod output;
mod patch;
mod placeholder;
mod release;
mod said;
mod session;
mod template;
#[cfg(test)]
mod tests;
mod wrong;

pub(crate) use applied::Applied;
pub use codes::{CODES, EXCERPT, PLACEHOLDER_VALUE, TEMPLATE, UNMARKED_PART};
pub(crate) use heads::has as has_head;
pub(crate) use output::server_field;
pub(crate) use patch::{directive_in as patch_directive, is_json_patch};
pub(crate) use release::newest as newest_release;
pub(crate) use said::asks_to_look;
pub(crate) use session::{begins as begins_with_command, is_yaml};
pub(crate) use wrong::is_told_wrong;

use crate::diag::{Diagnostic, Edit, Fix};
use crate::manifest::branches::Branches;
use crate::manifest::gaps::Gaps;
use crate::manifest::path::{FieldPath, Step};
use crate::manifest::yaml::Composed;
use crate::manifest::{self, Document, Extent, Format, Node, Value};
use crate::text::{Location, Span, TextMap};
use around::Around;
pub(crate) use around::Page;
use codes::SECOND_MANIFEST;
use marks::Mark;
use opened::Stand;
use session::{Session, Shown};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What a text that may hold manifests turned out to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Manifests, or other YAML or JSON.
    #[default]
    Manifests,
    /// Commands, with what they print.
    Session,
    /// Something that is not meant to be YAML: nothing of it is read.
    Other,
}

/// A text as it is meant.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    pub(crate) kind: Kind,
    /// The documents, with what of them is not shown.
    pub(crate) documents: Vec<Document>,
    /// What is wrong with the YAML or JSON, and notes about what could not be read.
    pub(crate) findings: Vec<Diagnostic>,
    /// The comments, from `#` to the end of the line.
    pub(crate) comments: Vec<Span>,
    /// Whether something fills it in before it is a manifest.
    pub(crate) is_template: bool,
    /// Whether manifests may be left out between those that are shown.
    pub(crate) is_group_open: bool,
    /// Where something is said to be left out.
    pub(crate) marks: Vec<Span>,
}

/// Where a text stands.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Setting<'a> {
    /// In a file of its own.
    File,
    /// In a page: all of it, the paragraph before the text, what a fence right above it holds, and the newest release of Kubernetes
    /// that the headings and words above say the text is for.
    Page { page: &'a Page<'a>, before: &'a str, above: &'a str, newest: Option<u32> },
}

impl Setting<'_> {
    fn newest(&self) -> Option<u32> {
        match self {
            Setting::File => None,
            Setting::Page { page, newest, .. } => newest.or_else(|| page.newest()),
        }
    }
}

/// A text to be read.
pub(crate) struct Text<'a> {
    pub(crate) text: &'a str,
    pub(crate) map: &'a TextMap,
    pub(crate) format: Format,
    pub(crate) setting: Setting<'a>,
    /// Whether somebody has said that this is YAML, whatever it looks like.
    pub(crate) is_certain: bool,
}

/// Reads a text as it is meant. Never fails: what can't be read is a finding.
pub(crate) fn read(wanted: &Text<'_>) -> Reading {
    if wanted.format != Format::Yaml || matches!(wanted.setting, Setting::File) {
        return read_as(wanted, None);
    }
    match session::shown(wanted.text) {
        Shown::Yaml => read_as(wanted, None),
        Shown::Session(session) => read_as(wanted, Some(&session)),
        Shown::Other if wanted.is_certain => read_as(wanted, None),
        Shown::Other => Reading { kind: Kind::Other, ..Reading::default() },
    }
}

/// Reads the manifests that commands print; nothing where they print none.
pub(crate) fn read_printed(wanted: &Text<'_>) -> Option<Reading> {
    let session = session::printed(wanted.text)?;
    Some(read_as(wanted, Some(&session)))
}

fn read_as(wanted: &Text<'_>, session: Option<&Session>) -> Reading {
    let Text { map, format, setting, .. } = *wanted;
    let in_file = matches!(setting, Setting::File);
    let kind = if session.is_some() { Kind::Session } else { Kind::Manifests };
    let only_yaml = session.map(|session| session.only_yaml(wanted.text));
    let text = only_yaml.as_deref().unwrap_or(wanted.text);
    let callouts = match in_file {
        true => Vec::new(),
        false => [callout::find(text), callout::magic(text), callout::differences(text)].concat(),
    };
    let plain = callout::without(text, &callouts);
    let plain = placeholder::readable(&plain);
    let tags = template::tags(text);
    let composer = Composer { format, in_file };
    let mut read = composer.compose(&plain);
    if !read.composed.problems.is_empty() && !tags.is_empty() {
        // What stays is wrong whatever is filled in.
        let mut filled = composer.compose(&template::filled(&plain, &tags));
        let stays = |problem: &manifest::yaml::Problem| {
            let same = |other: &manifest::yaml::Problem| {
                other.code == problem.code && other.span.start == problem.span.start
            };
            read.composed.problems.iter().any(same)
        };
        filled.composed.problems.retain(stays);
        if filled.composed.problems.len() < read.composed.problems.len() {
            filled.is_template = true;
            read = filled;
        }
    }
    let Composing { mut composed, marks, is_template } = read;
    if let Setting::Page { before, .. } = setting {
        broken::spare_alternatives(&mut composed, text, before);
        broken::spare_cut(&mut composed, &marks, text);
    }
    let ytt = template::ytt(text, &composed.comments);
    // Functions of ytt stand side by side in what YAML takes for one map.
    if !ytt.is_empty() {
        composed.problems.retain(|problem| problem.code != &manifest::yaml::YAML_DUPLICATE_KEY);
    }
    let seconds = heads::seconds(text, &composed);
    let parts = separators(text, &composed, &seconds);
    let mut reading = assemble(wanted, composed, &seconds, kind);
    reading.is_template = is_template;
    if is_template && let Some(first) = tags.first() {
        let message = "this is filled in later; what depends on that is not checked";
        reading.findings.push(Diagnostic::new(&TEMPLATE, map.locate(first.span), message));
    }
    if let Some(session) = session {
        broken::spare_answers(&mut reading.findings, session.answers(), map);
    }
    broken::spare_displaced(&mut reading.findings, text, &marks, map, in_file);
    if let Setting::Page { before, .. } = setting
        && !wanted.is_certain
    {
        let is_grammar = said::announces_grammar(before);
        if is_grammar || !broken::names_a_kind(text) {
            let is_no_yaml = is_grammar || said::announces_output(before);
            broken::soften(&mut reading.findings, text, is_no_yaml);
        }
    }
    let page = match setting {
        Setting::File => Around::default(),
        Setting::Page { page, before, .. } => Around::new(page, before),
    };
    let announced = match setting {
        Setting::File => false,
        Setting::Page { page, before, .. } => page.is_proposal() || said::announces_part(before),
    };
    if let Some(first) = ytt.first().filter(|_| !reading.is_template) {
        let message = "ytt fills this in; what depends on that is not checked";
        reading.findings.push(Diagnostic::new(&TEMPLATE, map.locate(*first), message));
        reading.is_template = true;
    }
    // Whoever leaves the version out time and again means the reader to know it.
    let abbreviates = |document: &Document| {
        document.api_version().is_none()
            && document.kind().is_some()
            && matches!(setting, Setting::Page { page, .. } if page.leaves_out_versions())
    };
    let served = session.map_or(&[][..], |session| &session.served);
    let mut behind = 0;
    let stands = stands(text, &marks, &reading.comments);
    reading.marks = stands.iter().map(|stand| stand.span).collect();
    let mut stands_of: BTreeMap<usize, Vec<Stand>> = BTreeMap::new();
    for stand in stands {
        stands_of.entry(part_of(&parts, stand.span.start)).or_default().push(stand);
    }
    // The parts of the text that hold a document.
    let mut filled: BTreeSet<usize> = BTreeSet::new();
    let branches = Arc::new(match is_template {
        true => template::branches(text, &tags),
        false => Branches::default(),
    });
    let holds_dots = text.contains("...") || text.contains('…');
    for document in &mut reading.documents {
        let mut gaps = Gaps::default();
        let mut root = std::mem::replace(&mut document.root, nothing());
        if holds_dots {
            take_out_dots(&mut root, &mut FieldPath::default(), &mut gaps);
        }
        let part = part_of(&parts, document.span.start);
        filled.insert(part);
        for stand in stands_of.get(&part).into_iter().flatten() {
            opened::open(&root, text, *stand, &mut gaps);
            if !stand.behind {
                let keys = |line| opened::key_at(&root, text, line);
                gaps.extend_strays(lines_behind(text, stand.span).filter_map(keys));
                if root.get("kind").is_some() {
                    gaps.extend_strays(run_behind(text, stand.span).filter_map(keys));
                }
            }
        }
        if patch::take_out_directives(&mut root) {
            gaps = gaps.and_everywhere();
        }
        if is_template || plain != text {
            restore(&mut root, text);
        }
        if is_template {
            template::fill_in(&root, &tags, document.span, &mut gaps);
            gaps.in_branches(Arc::clone(&branches));
        }
        if !ytt.is_empty() {
            gaps = gaps.and_everywhere();
        }
        placeholder::note(&root, text, &page, &mut gaps);
        placeholder::note_form(&root, &mut gaps);
        document.root = root;
        document.gaps = gaps;
        let above = Span::new(behind, document.span.start);
        document.newest =
            release::said(text, &reading.comments, above).or_else(|| setting.newest());
        if !in_file {
            document.gaps.allow_choices();
            let begins = document.span.start;
            document.extent = Extent::Page;
            let told = output::told(text, &reading.comments, Span::new(behind, begins));
            let is_served = served.iter().any(|output| output.range().contains(&begins));
            let is_output = server_field(document).is_some() || is_served;
            output::excuse_servers(document, is_output);
            if is_output {
                document.extent = Extent::Printed;
            } else if announced || told || abbreviates(document) {
                document.extent = Extent::Announced;
            }
        }
        behind = document.span.end;
    }
    // A mark that stands in no document stands for some.
    let is_alone = |part| !filled.contains(part);
    reading.is_group_open = !filled.is_empty() && stands_of.keys().any(is_alone);
    reading
}

struct Composer {
    format: Format,
    in_file: bool,
}

/// A text composed, and the lines of it that were read as marks.
struct Composing {
    composed: Composed,
    marks: Vec<Mark>,
    is_template: bool,
}

impl Composer {
    /// Composes a text whose marks are comments. Words are marks only where the text is no YAML with them, and dots only
    /// where they are no text of a block.
    fn compose(&self, text: &str) -> Composing {
        let marks = marks::find(text, self.in_file);
        let mut read = self.with_marks(text, marks);
        if !read.composed.problems.is_empty() && read.marks.iter().any(|mark| mark.wordy) {
            let dots: Vec<Mark> =
                marks::find(text, self.in_file).into_iter().filter(|mark| !mark.wordy).collect();
            let plain = self.with_marks(text, dots);
            if plain.composed.problems.is_empty() {
                read = plain;
            }
        }
        read
    }

    fn with_marks(&self, text: &str, marks: Vec<Mark>) -> Composing {
        let compose = |marks: &[Mark]| {
            let spans: Vec<Span> = marks.iter().map(|mark| mark.span).collect();
            let text = marks::without(text, &spans);
            heads::compose(&text, |text| self.format.compose(text))
        };
        let mut composed = compose(&marks);
        let is_comment = |mark: &&Mark| {
            let at = composed.comments.partition_point(|comment| comment.start < mark.span.start);
            composed.comments.get(at).is_some_and(|comment| comment.start == mark.span.start)
        };
        let outside: Vec<Mark> = marks.iter().filter(is_comment).copied().collect();
        if outside.len() < marks.len() {
            composed = compose(&outside);
        }
        Composing { composed, marks: outside, is_template: false }
    }
}

/// The documents and findings of what has been composed.
fn assemble(wanted: &Text<'_>, composed: Composed, seconds: &[usize], kind: Kind) -> Reading {
    let Text { text, map, .. } = *wanted;
    let read = manifest::documents(composed, text, map);
    let mut findings = read.findings;
    // In a page several files may stand in one fence, each behind its name, or as commands above print them.
    let (in_page, are_printed) = match wanted.setting {
        Setting::Page { above, .. } => (true, session::prints_files(above)),
        Setting::File => (false, false),
    };
    let is_behind_mark = |at: usize| {
        let above = text[..at].lines().rev().find(|line| !line.trim().is_empty());
        above.is_some_and(|line| marks::is_left(line.trim()))
    };
    let is_meant =
        |at: usize| are_printed || in_page && (heads::is_file(text, at) || is_behind_mark(at));
    for &at in seconds.iter().filter(|&&at| !is_meant(at)) {
        let message = "a second manifest begins here, without `---` before it";
        let mut finding = Diagnostic::new(
            &SECOND_MANIFEST,
            map.locate(Span::new(at, line_end(text, at))),
            message,
        );
        if let Some(location) = map.locate_copied(Span::at(at)) {
            let Line { before, end } = Line::of(&location);
            let edits = vec![Edit { text: format!("---{end}{before}"), location }];
            finding.fix = Some(Fix { title: "write `---` before it".to_owned(), edits });
        }
        findings.push(finding);
    }
    Reading {
        kind,
        documents: read.documents,
        findings,
        comments: read.comments,
        ..Reading::default()
    }
}

/// The line of the author's file that a place is in: what a new line beside it has to look like.
pub(crate) struct Line<'l> {
    /// What stands before the text on it: the indentation of a list's item, the `>` of a quote.
    pub(crate) before: &'l str,
    /// How it ends.
    pub(crate) end: &'static str,
}

impl Line<'_> {
    /// The line that a text's own line begins in.
    pub(crate) fn of(begin: &Location) -> Line<'_> {
        let file = begin.source.text();
        let (above, behind) = file.split_at(begin.span.start);
        let before = &above[above.rfind('\n').map_or(0, |end| end + 1)..];
        let rest = &behind[..behind.find('\n').unwrap_or(behind.len())];
        Line { before, end: if rest.ends_with('\r') { "\r\n" } else { "\n" } }
    }
}

fn nothing() -> Node {
    Node { value: Value::Null, span: Span::at(0), style: manifest::Style::Plain }
}

fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |end| at + end)
}

/// Where marks stand: lines that are marks, and comments that say that something is left out.
fn stands(text: &str, marks: &[Mark], comments: &[Span]) -> Vec<Stand> {
    let lines = marks.iter().map(|mark| Stand { span: mark.span, behind: false, item: mark.item });
    let is_line =
        |comment: &Span| marks.binary_search_by_key(&comment.start, |mark| mark.span.start).is_ok();
    let said = comments.iter().filter(|comment| !is_line(comment)).filter_map(|comment| {
        let words = text.get(comment.range())?.trim_start_matches(['#', '/', '*']);
        let line = text[..comment.start].rfind('\n').map_or(0, |end| end + 1);
        let behind = !text[line..comment.start].trim().is_empty();
        said::leaves_out(words).then_some(Stand { span: *comment, behind, item: false })
    });
    let mut stands: Vec<Stand> = lines.chain(said).collect();
    stands.sort_by_key(|stand| stand.span.start);
    stands
}

/// The places where one document ends and the next begins.
fn separators(text: &str, composed: &Composed, seconds: &[usize]) -> Vec<usize> {
    let within = |at: usize| {
        let before = composed.roots.partition_point(|root| root.span.start < at);
        before > 0 && composed.roots[before - 1].span.end > at
    };
    let lines = memchr::memmem::find_iter(text.as_bytes(), "\n---").map(|at| at + 1);
    let mut found: Vec<usize> = lines.filter(|at| !within(*at)).collect();
    found.extend(seconds);
    found.sort_unstable();
    found
}

fn part_of(separators: &[usize], at: usize) -> usize {
    separators.partition_point(|separator| *separator <= at)
}

/// The next line behind a mark that holds something.
fn line_behind(text: &str, mark: Span) -> Option<Span> {
    let mut at = line_end(text, mark.end) + 1;
    while at < text.len() {
        let end = line_end(text, at);
        if !text[at..end].trim().is_empty() {
            return Some(Span::new(at, end));
        }
        at = end + 1;
    }
    None
}

/// The lines that may belong to what a mark stands for: the one behind it, and, where that is deeper than the mark, those beside it.
fn lines_behind(text: &str, mark: Span) -> impl Iterator<Item = Span> + '_ {
    let column = |line: Span| {
        let content = &text[line.range()];
        content.len() - content.trim_start_matches(' ').len()
    };
    let begins = text[..mark.start].rfind('\n').map_or(0, |end| end + 1);
    let of_mark = column(Span::new(begins, mark.end));
    let first = line_behind(text, mark);
    let first_column = first.map_or(0, column);
    let next = move |line: &Span| line_behind(text, *line);
    let goes_on = move |(index, line): &(usize, Span)| {
        *index == 0 || first_column > of_mark && column(*line) >= first_column
    };
    let lines = std::iter::successors(first, next).enumerate().take_while(goes_on);
    let beside = move |(_, line): &(usize, Span)| column(*line) == first_column;
    lines.take(MOST_BEHIND).filter(beside).map(|(_, line)| line)
}

/// The lines right behind a mark that stand at the first column as it does and are no fields of an object's: the last ones of what is
/// left out.
fn run_behind(text: &str, mark: Span) -> impl Iterator<Item = Span> + '_ {
    let is_outer = mark.start == 0 || text[..mark.start].ends_with('\n');
    let first = line_behind(text, mark).filter(|_| is_outer);
    let lines = std::iter::successors(first, |line| line_behind(text, *line)).take(MOST_BEHIND);
    lines.take_while(|line| broken::is_cut_at(&text[line.range()]))
}

/// How many lines behind a mark are looked at.
const MOST_BEHIND: usize = 200;

/// Takes `...` out of lists and maps in brackets, and notes it where it is a value.
fn take_out_dots(node: &mut Node, path: &mut FieldPath, gaps: &mut Gaps) {
    if placeholder::is_left_out(node) {
        gaps.hide(path.clone());
        return;
    }
    match &mut node.value {
        Value::Map(map) => {
            let before = map.len();
            let is_flow = node.style == manifest::Style::Flow;
            map.entries_mut()
                .retain(|entry| !(entry.value.is_null() && marks::is_mark(&entry.key.value)));
            if map.len() < before {
                show_gap(path, map.is_empty() && is_flow, gaps);
            }
            for entry in map.entries_mut() {
                let step = Step::Field(&entry.key.value);
                path.with(step, |path| take_out_dots(&mut entry.value, path, gaps));
            }
        }
        Value::Seq(items) => {
            let before = items.len();
            let is_flow = node.style == manifest::Style::Flow;
            items.retain(|item| !placeholder::is_left_out(item));
            if items.len() < before {
                show_gap(path, items.is_empty() && is_flow, gaps);
            }
            for (index, item) in items.iter_mut().enumerate() {
                let step: Step<&str> = Step::Index(index);
                path.with(step, |path| take_out_dots(item, path, gaps));
            }
        }
        _ => {}
    }
}

/// A node that holds more; `[...]` and `{...}` alone stand for a value of any type.
fn show_gap(path: &FieldPath, is_alone: bool, gaps: &mut Gaps) {
    match is_alone {
        true => gaps.hide(path.clone()),
        false => gaps.open(path.clone()),
    }
}

/// Gives scalars that were read from letters in their place what is really written there.
fn restore(node: &mut Node, text: &str) {
    match &mut node.value {
        Value::Map(map) => {
            for entry in map.entries_mut() {
                restore_word(&mut entry.key.value, entry.key.span, text);
                restore(&mut entry.value, text);
            }
        }
        Value::Seq(items) => items.iter_mut().for_each(|item| restore(item, text)),
        Value::String(value) if node.style != manifest::Style::BlockScalar => {
            restore_word(value, node.span, text);
        }
        _ => {}
    }
}

fn restore_word(value: &mut String, span: Span, text: &str) {
    if value.contains("xxx")
        && let Some(written) = text.get(span.range())
    {
        let written = written.trim_matches(['"', '\'']);
        if written.len() == value.len() && written != value {
            *value = written.to_owned();
        }
    }
}
