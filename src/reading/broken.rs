//! YAML that can't be read and need not be: what is left behind a mark, ways to write one key, a text that is no manifest.

use super::codes::{EXCERPT, FENCE_YAML};
use super::marks::Mark;
use super::said;
use super::session;
use crate::diag::{Diagnostic, Severity};
use crate::manifest::yaml::{self, Composed, Problem, YAML_DUPLICATE_KEY};
use crate::manifest::{Map, Node, YAML_SYNTAX};
use crate::text::{Location, Span, TextMap};
use std::collections::BTreeSet;

/// Whether a text names what every manifest names, at any depth.
pub(super) fn names_a_kind(text: &str) -> bool {
    let is_head = |line: &str| {
        let line = line.trim_start_matches([' ', '\t', '-', '{', '"', '\'']);
        let behind = line.strip_prefix("apiVersion").or_else(|| line.strip_prefix("kind"));
        behind.is_some_and(|rest| rest.trim_start_matches(['"', '\'']).starts_with(':'))
    };
    text.lines().any(is_head)
}

/// No server is given what no manifest is: a mistake of its grammar is a warning, and of a text without an entry at its start,
/// of what some program prints or of a grammar, a note. A key twice is wrong for every reader of YAML.
pub(super) fn soften(findings: &mut Vec<Diagnostic>, text: &str, is_no_yaml: bool) {
    let mut lines =
        text.lines().map(str::trim).filter(|line| !(line.is_empty() || line.starts_with('#')));
    let is_shaped = !is_no_yaml && lines.next().is_none_or(session::is_entry);
    let mut is_noted = false;
    findings.retain_mut(|finding| {
        let is_grammar = finding.code != &YAML_DUPLICATE_KEY && yaml::CODES.contains(&finding.code);
        if !is_grammar {
            return true;
        }
        finding.code = &FENCE_YAML;
        finding.severity = if is_shaped { Severity::Warning } else { Severity::Note };
        is_shaped || !std::mem::replace(&mut is_noted, true)
    });
}

/// What a server has printed may have been cut or wrapped anywhere by a terminal: its grammar is nobody's mistake.
pub(super) fn spare_answers(
    findings: &mut Vec<Diagnostic>,
    answers: impl Iterator<Item = Span>,
    map: &TextMap,
) {
    let served: Vec<_> = answers.map(|span| map.locate(span)).collect();
    findings.retain(|finding| {
        let at = &finding.at.location;
        let is_in = |output: &Location| {
            output.source.path() == at.source.path() && output.span.range().contains(&at.span.start)
        };
        !yaml::CODES.contains(&finding.code) || !served.iter().any(is_in)
    });
}

/// A page shows ways to write one key, or several files, one below the other: where no manifest is in the text, a key that
/// is there again behind a comment or a blank line is another way, with those that follow it; and so is one where each way
/// has a remark on its line.
pub(super) fn spare_alternatives(composed: &mut Composed, text: &str, before: &str) {
    let has = |root: &Node, key: &str| root.get(key).is_some();
    let is_head = |root: &Node| {
        has(root, "kind") || has(root, "apiVersion") && (has(root, "metadata") || has(root, "spec"))
    };
    if composed.problems.is_empty() || composed.roots.iter().any(is_head) {
        return;
    }
    // One key and nothing else, more than twice or as an example of its values: what it may be, line by line.
    let is_alone = |map: &Map| map.keys().collect::<BTreeSet<_>>().len() == 1;
    let is_one = |root: &Node| {
        let map = innermost(root);
        map.is_some_and(|map| {
            is_alone(map) && map.iter().all(|entry| entry.value.as_map().is_none())
        })
    };
    let is_varied = |root: &Node| {
        innermost(root).is_some_and(|map| {
            let values = || map.iter().map(|entry| entry.value.as_str());
            values().all(|value| value.is_some())
                && values().collect::<BTreeSet<_>>().len() == map.len()
        })
    };
    let begins = |at: usize| text[..at].rfind('\n').map_or(0, |end| end + 1);
    let line = |at: usize| text[begins(at)..].lines().next().unwrap_or("");
    let line_above = |at: usize| begins(at).checked_sub(1).map_or("", |end| line(end)).trim();
    // A comment behind a way, or right above it, tells of it.
    let is_remarked = |at: usize| line(at).contains(" #");
    let is_repeated = |problem: &&Problem| problem.code == &YAML_DUPLICATE_KEY;
    let repeated: Vec<usize> = composed
        .problems
        .iter()
        .filter(is_repeated)
        .take(MOST_WAYS)
        .flat_map(|problem| {
            let first = problem.related.as_ref().map(|(span, _)| span.start);
            first.into_iter().chain([problem.span.start])
        })
        .collect();
    let has_remark = |at: &usize| {
        is_remarked(*at) || line_above(*at).len() > 2 && line_above(*at).starts_with('#')
    };
    let is_told = || {
        said::speaks_of_examples(before)
            || repeated.iter().any(has_remark)
            || holds_expressions(text)
    };
    let is_example = || is_told() && composed.roots.iter().all(is_varied);
    if (composed.problems.len() > 1 || is_example())
        && !composed.roots.is_empty()
        && composed.roots.iter().all(is_one)
    {
        composed.problems.retain(|problem| problem.code != &YAML_DUPLICATE_KEY);
        return;
    }
    // A way goes on until a key of it is there again.
    let mut is_in_way = false;
    let mut seen: BTreeSet<usize> = BTreeSet::new();
    composed.problems.retain(|problem| {
        if problem.code != &YAML_DUPLICATE_KEY {
            return true;
        }
        let at = problem.span.start;
        let above_it = line_above(at);
        let is_apart = above_it.is_empty() || above_it.starts_with('#');
        let first = problem.related.as_ref().map(|(span, _)| span.start);
        if is_apart || is_remarked(at) && first.is_some_and(is_remarked) {
            is_in_way = true;
            seen.clear();
        }
        !(is_in_way && first.is_some_and(|first| seen.insert(first)))
    });
}

/// How many keys that are there again are looked at for a comment that tells of them.
const MOST_WAYS: usize = 100;

/// The map at the end of a text that is one key below the other.
fn innermost(root: &Node) -> Option<&Map> {
    let mut map = root.as_map()?;
    while map.len() == 1
        && let Some(inner) = map.iter().next().and_then(|entry| entry.value.as_map())
    {
        map = inner;
    }
    Some(map)
}

/// Whether all values of a text are expressions, so that it shows how these are written.
fn holds_expressions(text: &str) -> bool {
    let mut values =
        text.lines().filter_map(|line| Some(line.split_once(": ")?.1.trim())).peekable();
    values.peek().is_some() && values.all(|value| value.starts_with("${") && value.ends_with('}'))
}

/// What remains of a manifest when something is left out need not be YAML: the line behind a mark may have lost what it
/// belongs to, and a text that begins in the middle of a manifest goes back to where it has not been. What is said of
/// such a place becomes a note. A file is a whole, so there only a mark says that something is left out.
pub(super) fn spare_displaced(
    findings: &mut [Diagnostic],
    text: &str,
    marks: &[Mark],
    map: &TextMap,
    in_file: bool,
) {
    if !findings.iter().any(|finding| finding.code == &YAML_SYNTAX) {
        return;
    }
    let places = displaced(text, marks, in_file);
    let lines: BTreeSet<usize> =
        places.iter().map(|place| map.locate(*place).start().line).collect();
    for finding in findings.iter_mut().filter(|finding| finding.code == &YAML_SYNTAX) {
        if lines.contains(&finding.at.location.start().line) {
            let message =
                "something is left out before this, so it can't be read and is not checked";
            *finding = Diagnostic::new(&EXCERPT, finding.at.location.clone(), message)
                .help(format!("as written: {}", finding.message));
        }
    }
}

/// A key that is there again behind dots at the first column belongs to another node, which is left out.
pub(super) fn spare_cut(composed: &mut Composed, marks: &[Mark], text: &str) {
    let outer = |mark: &&Mark| mark.span.start == 0 || text[..mark.span.start].ends_with('\n');
    let outer: Vec<usize> = marks.iter().filter(outer).map(|mark| mark.span.start).collect();
    composed.problems.retain(|problem| {
        let first = problem.related.as_ref().map_or(problem.span.start, |(span, _)| span.start);
        let next = outer.partition_point(|mark| *mark < first);
        let is_between = outer.get(next).is_some_and(|mark| *mark < problem.span.start);
        let is_inner = text[..problem.span.start].ends_with([' ', '-']);
        problem.code != &YAML_DUPLICATE_KEY || !(is_between && is_inner)
    });
}

/// What stands at the first column of most manifests.
const OF_OBJECTS: &[&str] =
    &["apiVersion", "kind", "metadata", "spec", "status", "data", "stringData", "type"];

/// Whether a line begins with a field of an object's.
fn is_of_object(content: &str) -> bool {
    content.split_once(':').is_some_and(|(key, _)| OF_OBJECTS.contains(&key))
}

/// Whether a line begins an entry at the first column that is no field of an object's.
pub(super) fn is_cut_at(line: &str) -> bool {
    let key = line.split_once(':').map_or("", |(key, _)| key);
    !key.is_empty() && !line.starts_with([' ', '#', '-']) && !OF_OBJECTS.contains(&key)
}

/// The lines that may have lost what they belong to.
fn displaced(text: &str, marks: &[Mark], in_file: bool) -> Vec<Span> {
    let mut places: Vec<Span> = Vec::new();
    let mut behind = false;
    // A line behind a mark at the first column has lost its own place too, where it is no field of an object's.
    let mut is_cut = false;
    let mut is_outer = false;
    // How deep the document begins, where nothing has gone back from there yet, and whether a mark says that it begins before.
    let mut depth = None;
    let mut is_marked = false;
    // Whether the line above is the first one, and begins as manifests do.
    let mut is_start = false;
    let mut begins = true;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let span = Span::new(at, at + line.len());
        at = span.end;
        let content = line.trim();
        let indent = line.len() - line.trim_start().len();
        let first = marks.partition_point(|mark| mark.span.start < span.start);
        if marks.get(first).is_some_and(|mark| mark.span.end <= span.end) {
            (behind, is_outer) = (true, indent == 0);
            continue;
        }
        if let Some(comment) = content.strip_prefix('#') {
            is_marked |= begins && said::leaves_out(comment);
            continue;
        }
        if content.is_empty() {
            continue;
        }
        if indent == 0 && content.starts_with("---") {
            (behind, begins, depth, is_marked) = (false, true, None, false);
            continue;
        }
        let returns = depth.is_some_and(|depth| indent < depth);
        // Before the first line of a manifest nothing is left out: that line is too deep.
        let is_whole = in_file || is_start && is_of_object(content);
        let is_cut_above = returns && (is_marked || !is_whole);
        is_start = begins && ["---", "apiVersion:", "kind:"].iter().any(|s| content.starts_with(s));
        // No mark explains an indentation that is no spaces.
        let spaces = line[..indent].bytes().all(|byte| byte == b' ');
        if (behind || is_cut_above || is_cut && indent > 0) && spaces {
            places.push(span);
        }
        is_cut = behind && is_outer && !begins && is_cut_at(line);
        if begins {
            depth = (indent > 0).then_some(indent);
            is_marked |= behind;
        } else if returns {
            depth = None;
        }
        (behind, begins) = (false, false);
    }
    places
}
