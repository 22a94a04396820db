//! What is wrong, where, and what to write instead.
//!
//! Owns: [`Diagnostic`], which users know as a *finding*; its [`Label`]s and [`Fix`]; [`Code`], the identity of a kind
//! of finding; [`Level`]s. Must not know: who finds what (each module declares the codes it reports with `codes!`, in a file of
//! their own; `check::codes` lists them all), or how a finding is shown (`report`).

mod code;

pub use crate::codes;
pub use code::{Code, Level, Severity};

use crate::{Location, Source, Span, floor_char_boundary};
use std::collections::BTreeSet;
use std::sync::Arc;

/// One finding: what is wrong, where, and what to do about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnostic {
    /// What kind of finding.
    pub code: &'static Code,
    /// How it is reported; starts as the code's own level and is set by the book's before it is shown.
    pub severity: Severity,
    /// One sentence, lower case, no full stop: what is wrong, with the names in it.
    pub message: String,
    /// The place that is wrong, and a few words that stand beside it.
    pub at: Label,
    /// Other places that explain it, the first of them.
    pub related: Vec<Label>,
    /// How many more there are.
    pub more_related: usize,
    /// What to do: "did you mean …", what was expected.
    pub help: Vec<String>,
    /// A change that mends it, where that is mechanical.
    pub fix: Option<Fix>,
    /// The field within a document (`spec.http[0].route`), as an API server writes it.
    pub path: Option<String>,
    /// The document: `VirtualService/reviews`, or the name of a chapter.
    pub document: Option<String>,
    /// What it is about, where a run says a thing of this code once for each such subject ([`Diagnostic::once_per_subject`]).
    pub subject: Option<String>,
}

/// The most bytes of what a finding says in one place. An author's name or value may be of any length, and what stands in one
/// finding of an object stands in all of them.
const LONGEST_TEXT: usize = 4096;
/// The most bytes of what says where in a file it is.
const LONGEST_NAME: usize = 1024;

/// A place and what to say beside it (which may be nothing).
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    /// The place in a file of the author's.
    pub location: Location,
    /// A few words, or empty.
    pub text: String,
}

/// A mechanical change that mends a finding, as edits of the author's files.
#[derive(Clone, Debug, PartialEq)]
pub struct Fix {
    /// What it does, in the imperative: "write `cpu`".
    pub title: String,
    /// The edits, which do not overlap.
    pub edits: Vec<Edit>,
}

/// Replace the text at a location.
#[derive(Clone, Debug, PartialEq)]
pub struct Edit {
    /// What is replaced; empty to insert.
    pub location: Location,
    /// What stands there instead; empty to delete.
    pub text: String,
}

impl Diagnostic {
    /// How many other places a finding shows; more are counted.
    pub const MOST_RELATED: usize = 8;

    /// A finding of this kind at this place.
    pub fn new(code: &'static Code, location: Location, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            code,
            severity: code.level.severity().unwrap_or(Severity::Note),
            message: cut(message.into(), LONGEST_TEXT),
            at: Label { location, text: String::new() },
            related: Vec::new(),
            more_related: 0,
            help: Vec::new(),
            fix: None,
            path: None,
            document: None,
            subject: None,
        }
    }

    /// A finding of this kind at a span of a file.
    pub fn at(
        code: &'static Code,
        source: &Arc<Source>,
        span: Span,
        message: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic::new(code, Location::new(source, span), message)
    }

    /// A text that fits into a finding: of a longer one the beginning, and a mark that it goes on. Whoever keeps many texts that
    /// are to be said later keeps them so.
    pub fn fitting(text: String) -> String {
        cut(text, LONGEST_TEXT)
    }

    /// Words beside the marked place.
    pub fn label(mut self, text: impl Into<String>) -> Diagnostic {
        self.at.text = cut(text.into(), LONGEST_TEXT);
        self
    }

    /// One more place; of many only the first are kept, and the others counted.
    pub fn related(mut self, location: Location, text: impl Into<String>) -> Diagnostic {
        if self.related.len() < Diagnostic::MOST_RELATED {
            self.related.push(Label { location, text: cut(text.into(), LONGEST_TEXT) });
        } else {
            self.more_related += 1;
        }
        self
    }

    /// One more line of help.
    pub fn help(mut self, text: impl Into<String>) -> Diagnostic {
        self.help.push(cut(text.into(), LONGEST_TEXT));
        self
    }

    /// "did you mean" where there is a near name.
    pub fn did_you_mean<'a>(
        self,
        given: &str,
        candidates: impl IntoIterator<Item = &'a str>,
    ) -> Diagnostic {
        match nearest(given, candidates) {
            Some(name) => self.help(format!("did you mean `{name}`?")),
            None => self,
        }
    }

    /// The change that mends it: `text` in place of what is marked.
    pub fn replace_with(mut self, title: impl Into<String>, text: impl Into<String>) -> Diagnostic {
        let edit = Edit { location: self.at.location.clone(), text: text.into() };
        self.fix = Some(Fix { title: title.into(), edits: vec![edit] });
        self
    }

    /// The field path within a document.
    pub fn path(mut self, path: impl Into<String>) -> Diagnostic {
        self.path = Some(cut(path.into(), LONGEST_NAME));
        self
    }

    /// Of findings of the same code about the same subject, the first; and all that have no subject.
    pub fn once_per_subject(mut findings: Vec<Diagnostic>) -> Vec<Diagnostic> {
        let mut seen = BTreeSet::new();
        findings.retain(|finding| match &finding.subject {
            Some(subject) => seen.insert((finding.code.name, subject.clone())),
            None => true,
        });
        findings
    }

    /// What it is about: one finding of its code is enough for each subject.
    pub fn subject(mut self, subject: impl Into<String>) -> Diagnostic {
        self.subject = Some(cut(subject.into(), LONGEST_NAME));
        self
    }

    /// The document it belongs to.
    pub fn document(mut self, document: impl Into<String>) -> Diagnostic {
        self.document = Some(cut(document.into(), LONGEST_NAME));
        self
    }
}

/// A longer name is no slip of the pen for another one.
const LONGEST_SLIP: usize = 100;
/// How many candidates are compared. A text may hold any number of unknown names, and a model any number of known ones.
const MOST_CANDIDATES: usize = 2000;

fn cut(mut text: String, limit: usize) -> String {
    if text.len() > limit {
        text.truncate(floor_char_boundary(&text, limit));
        text.push('…');
        text.shrink_to_fit();
    }
    text
}

/// The candidate that someone who wrote `given` most likely meant, if one is near enough.
///
/// Near is: at most a third of the name's length in edits (two for short names), letter case and `-`, `_`, `.` ignored. Of very
/// many candidates only the first are looked at.
pub fn nearest<'a>(given: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if given.len() > LONGEST_SLIP {
        return None;
    }
    let wanted: Vec<char> = plain(given).collect();
    let limit = (wanted.len() / 3).clamp(1, 4);
    let mut found: Option<(usize, &str)> = None;
    let mut known = Vec::new();
    for candidate in candidates.into_iter().take(MOST_CANDIDATES) {
        if candidate == given || candidate.len() > 2 * LONGEST_SLIP {
            continue;
        }
        known.clear();
        known.extend(plain(candidate));
        if let Some(distance) = distance(&wanted, &known, limit)
            && found.is_none_or(|found| (distance, candidate) < found)
        {
            found = Some((distance, candidate));
        }
    }
    found.map(|(_, candidate)| candidate)
}

/// A name without what is easily mistaken in it.
fn plain(name: &str) -> impl Iterator<Item = char> + '_ {
    name.chars().filter(|c| !matches!(c, '-' | '_' | '.' | ' ')).flat_map(char::to_lowercase)
}

/// How many characters have to be put in, left out, replaced or exchanged with their neighbour, if no more than a limit.
fn distance(one: &[char], other: &[char], limit: usize) -> Option<usize> {
    if one.len().abs_diff(other.len()) > limit {
        return None;
    }
    let mut before = Vec::new();
    let mut last: Vec<usize> = (0..=other.len()).collect();
    for (i, c) in one.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, d) in other.iter().enumerate() {
            let replaced = last[j] + usize::from(c != d);
            let mut least = replaced.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *c == other[j - 1] && one[i - 1] == *d {
                least = least.min(before[j - 1] + 1);
            }
            row.push(least);
        }
        if row.iter().min().is_some_and(|least| *least > limit) {
            return None;
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().filter(|distance| *distance <= limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_suggested_and_far_ones_are_not() {
        let names = ["pods", "nodes", "replicas", "istio.sidecar.cpu"];
        assert_eq!(nearest("pod", names), Some("pods"));
        assert_eq!(nearest("istio-sidecar-cpu", names), Some("istio.sidecar.cpu"));
        assert_eq!(nearest("Replica", names), Some("replicas"));
        assert_eq!(nearest("memory", names), None);
        assert_eq!(nearest("", names), None);
        for (one, other, edits) in [
            ("ab", "ba", 1),
            ("abc", "abc", 0),
            ("abc", "adc", 1),
            ("abc", "ac", 1),
            ("", "ab", 2),
            ("abcd", "badc", 2),
        ] {
            let (one, other): (Vec<_>, Vec<_>) = (one.chars().collect(), other.chars().collect());
            assert_eq!(distance(&one, &other, 2), Some(edits));
            assert_eq!(distance(&other, &one, 1), Some(edits).filter(|edits| *edits < 2));
        }
    }

    /// A name of a megabyte in a thousand findings would be a gigabyte.
    #[test]
    fn what_a_finding_says_is_bounded() {
        static CODE: Code =
            Code { name: "x", level: Level::Warn, summary: "", page: "", alias: "", former: &[] };
        let long = "é".repeat(100_000);
        let finding = Diagnostic::at(&CODE, &Source::new("a", "b"), Span::at(0), long.clone());
        let finding = finding.label(long.clone()).help(long.clone()).path(long.clone());
        let place = finding.at.location.clone();
        let finding = finding.document(long.clone()).related(place, long.clone());
        let texts =
            [&finding.message, &finding.at.text, &finding.help[0], &finding.related[0].text];
        let names = [finding.path.as_ref().unwrap(), finding.document.as_ref().unwrap()];
        for text in texts.into_iter().chain(names) {
            assert!(text.len() < 5000 && text.ends_with('…'), "{}", text.len());
        }
        let short = Diagnostic::at(&CODE, &Source::new("a", "b"), Span::at(0), "short").path("a.b");
        assert_eq!((short.message.as_str(), short.path.as_deref()), ("short", Some("a.b")));
    }

    #[test]
    fn to_find_a_near_name_takes_no_time() {
        let start = std::time::Instant::now();
        let (long, names) = ("a".repeat(1 << 20), (0..200_000).map(|n| format!("name-{n}")));
        let names: Vec<String> = names.collect();
        assert_eq!(nearest(&long, names.iter().map(String::as_str)), None);
        for n in 0..50 {
            let found = nearest(&format!("nam-{n}"), names.iter().map(String::as_str));
            assert!(found.is_some(), "{n}");
        }
        assert!(start.elapsed().as_secs() < 5, "{:?}", start.elapsed());
    }
}
