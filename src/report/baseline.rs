//! The findings that are known, in a file that is reviewed like any other.
//!
//! An entry is what the finding is about and how often: `code`, `file`, and `field` or `line`. It holds no line number and
//! no word of a message, so it goes on matching when lines move, ends of lines change or a message is worded better.

use super::findings::sorted;
use super::identity::{Identity, Place};
use crate::diag::{Diagnostic, Severity, codes};
use crate::text::{Location, Source, Span, is_hidden};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use toml::Spanned;

codes! {
    /// The codes that this module reports.
    CODES:
    BASELINE_UNMATCHED = "baseline-unmatched", Note, "the baseline lists a finding that is no longer there";
}

/// The findings that are known.
#[derive(Clone, Debug)]
pub struct Baseline {
    source: Arc<Source>,
    known: BTreeMap<Identity, Entry>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    count: usize,
    span: Span,
}

/// What remains of a run's findings.
#[derive(Clone, Debug, Default)]
pub struct Unknown {
    /// The findings that are not known, all notes among them.
    pub findings: Vec<Diagnostic>,
    /// A note for each entry that lists more than was found.
    pub unmatched: Vec<Diagnostic>,
    /// How many are known.
    pub known: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: Spanned<i64>,
    #[serde(default)]
    finding: Vec<Spanned<Listed>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Listed {
    code: String,
    file: String,
    field: Option<String>,
    line: Option<String>,
    count: Option<usize>,
}

const VERSION: i64 = 1;

/// How a written baseline begins.
const TITLE: &str = "# Findings that are known:";

impl Baseline {
    /// Reads a baseline. The error says what is wrong with it, and on which line.
    pub fn read(source: &Arc<Source>) -> Result<Baseline, String> {
        let wrong = |span: Span, message: &str| {
            let line = source.lines().line_of(span.start.min(source.text().len()));
            format!("{}:{line}: {message}", source.path())
        };
        let file: File = toml::from_str(source.text()).map_err(|error| {
            wrong(error.span().map_or(Span::at(0), Span::from), error.message())
        })?;
        if *file.version.get_ref() != VERSION {
            let message = format!("a baseline of version {VERSION} is expected");
            return Err(wrong(file.version.span().into(), &message));
        }
        let mut known: BTreeMap<Identity, Entry> = BTreeMap::new();
        for listed in file.finding {
            let span = Span::from(listed.span());
            let Listed { code, file, field, line, count } = listed.into_inner();
            let place = match (field, line) {
                (Some(field), None) => Place::Field(field),
                (None, Some(line)) => Place::Line(line),
                _ => return Err(wrong(span, "an entry has either `field` or `line`")),
            };
            let entry = known.entry(Identity { code, file, place });
            let count = count.unwrap_or(1);
            // The same entry twice, as a merge leaves it, counts twice.
            entry.and_modify(|entry| entry.count += count).or_insert(Entry { count, span });
        }
        Ok(Baseline { source: source.clone(), known })
    }

    /// What of it is about some files.
    pub fn only(mut self, holds: impl Fn(&str) -> bool) -> Baseline {
        self.known.retain(|identity, _| holds(&identity.file));
        self
    }

    /// Whether a text is a baseline, one that a merge has broken too, so that another may take its place.
    pub fn is_one(source: &Arc<Source>) -> bool {
        let text = source.text();
        let first = text.lines().find(|line| !line.starts_with("<<<<<<<"));
        let is_titled = first.is_none_or(|line| line.starts_with(TITLE));
        text.trim().is_empty() || is_titled || Baseline::read(source).is_ok()
    }

    /// Takes what is known out of a run's findings.
    pub fn apply(&self, findings: Vec<Diagnostic>) -> Unknown {
        let mut left = self.known.clone();
        let mut unknown = Unknown::default();
        for finding in sorted(findings) {
            let entry = match finding.severity {
                Severity::Note => None,
                _ => left.get_mut(&Identity::of(&finding)).filter(|entry| entry.count > 0),
            };
            match entry {
                Some(entry) => {
                    entry.count -= 1;
                    unknown.known += 1;
                }
                None => unknown.findings.push(finding),
            }
        }
        for (identity, entry) in left.into_iter().filter(|(_, entry)| entry.count > 0) {
            let Identity { code, file, .. } = &identity;
            let message = match self.known.get(&identity).map(|all| all.count) {
                Some(all) if all > entry.count => {
                    format!(
                        "{} of {all} known `{code}` in `{file}` are no longer found",
                        entry.count
                    )
                }
                _ => format!("the known `{code}` in `{file}` is no longer found"),
            };
            let at = Location::new(&self.source, entry.span);
            unknown.unmatched.push(Diagnostic::new(&BASELINE_UNMATCHED, at, message));
        }
        unknown
    }

    /// The file that lists these findings, notes aside: sorted, so that a change of it reads well.
    pub fn write(findings: Vec<Diagnostic>) -> (String, usize) {
        let mut counts: BTreeMap<Identity, usize> = BTreeMap::new();
        for finding in sorted(findings).iter().filter(|one| one.severity > Severity::Note) {
            *counts.entry(Identity::of(finding)).or_default() += 1;
        }
        let mut entries: Vec<_> = counts.iter().collect();
        entries.sort_by_key(|(identity, _)| (&identity.file, &identity.code, &identity.place));
        let mut out = format!(
            "{TITLE} `--baseline` with this file reports only others, `--write-baseline` writes it anew.\nversion = {VERSION}\n"
        );
        for (Identity { code, file, place }, count) in entries {
            let (key, text) = match place {
                Place::Field(field) => ("field", field),
                Place::Line(line) => ("line", line),
            };
            let _ = write!(
                out,
                "\n[[finding]]\ncode = {}\nfile = {}\n{key} = {}\n",
                quoted(code),
                quoted(file),
                quoted(text)
            );
            if *count > 1 {
                let _ = writeln!(out, "count = {count}");
            }
        }
        (out, counts.values().sum())
    }
}

/// A basic string of TOML, in which everything can be seen.
fn quoted(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if is_hidden(c) => {
                let _ = write!(out, "\\U{:08X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::{Code, Level};

    static WRONG: Code =
        Code { name: "wrong", level: Level::Deny, summary: "", page: "", alias: "", former: &[] };

    /// A finding for each `bad` of a file; with a field, it is about that.
    fn found(text: &str, field: Option<&str>, message: &str) -> Vec<Diagnostic> {
        let source = Source::new("src/a.md", text);
        let all = text.match_indices("bad").map(|(at, _)| {
            let finding = Diagnostic::at(&WRONG, &source, Span::new(at, at + 3), message);
            match field {
                Some(field) => finding.document("Pod/a\u{202e}\"\\").path(field),
                None => finding,
            }
        });
        all.collect()
    }

    fn baseline(findings: Vec<Diagnostic>) -> Baseline {
        let (text, _) = Baseline::write(findings);
        assert!(!text.contains('\u{202e}'), "{text}");
        Baseline::read(&Source::new("known.toml", text)).expect("what is written is read")
    }

    fn counts(unknown: &Unknown) -> (usize, usize, usize) {
        (unknown.findings.len(), unknown.known, unknown.unmatched.len())
    }

    #[test]
    fn what_is_known_stays_known_wherever_its_line_goes() {
        let known = baseline(found("one bad\nbad\n bad\n", None, "old words"));
        for text in [
            "one bad\nbad\n bad\n",
            "new\r\nbad\r\n\r\nbad  \r\n\tone\tbad\r\n",
            "\u{feff}bad\nbad\none bad",
        ] {
            assert_eq!(counts(&known.apply(found(text, None, "new words"))), (0, 3, 0), "{text:?}");
        }
        // A third of the same line is new, another line is, and one that is gone is told of.
        assert_eq!(counts(&known.apply(found("bad\nbad\nbad\none bad\n", None, ""))), (1, 3, 0));
        assert_eq!(counts(&known.apply(found("bad\none bad\ntwo bad\n", None, ""))), (1, 2, 1));
        let gone = known.apply(Vec::new()).unmatched;
        assert_eq!(gone[0].severity, Severity::Note);
        assert_eq!(
            gone.iter().map(|one| one.at.location.start().line).collect::<Vec<_>>(),
            [4, 10]
        );
        // Something else on the same line, or in another file, is not known.
        let mut other = found("bad\n", None, "");
        other[0].at.location = Location::new(&Source::new("src/b.md", "bad\n"), Span::new(0, 3));
        assert_eq!(counts(&known.apply(other)), (1, 0, 2));
    }

    #[test]
    fn a_field_is_known_by_its_path() {
        let known = baseline(found("bad: 1", Some("spec.bad"), ""));
        assert_eq!(
            counts(&known.apply(found("\r\n  bad:   other", Some("spec.bad"), ""))),
            (0, 1, 0)
        );
        assert_eq!(counts(&known.apply(found("bad: 1", Some("spec.other"), ""))), (1, 0, 1));
        assert_eq!(counts(&known.apply(found("bad: 1", None, ""))), (1, 0, 1));
    }

    #[test]
    fn notes_are_never_known_and_the_same_finding_twice_is_one() {
        let mut note = found("bad", None, "");
        note[0].severity = Severity::Note;
        assert_eq!(Baseline::write(note.clone()).1, 0);
        let known = baseline(found("bad", None, ""));
        assert_eq!(counts(&known.apply(note)), (1, 0, 1));
        let twice = [found("bad", None, "same"), found("bad", None, "same")].concat();
        assert_eq!(Baseline::write(twice.clone()).1, 1);
        assert_eq!(counts(&known.apply(twice)), (0, 1, 0));
    }

    #[test]
    fn a_file_that_is_no_baseline_says_where() {
        for (text, said) in [
            ("version = 2\n", "known.toml:1: a baseline of version 1"),
            (
                "version = 1\n[[finding]]\ncode = 'a'\nfile = 'b'\n",
                "known.toml:2: an entry has either",
            ),
            ("version = 1\n[[finding]]\ncode = 'a'\nfiel = 'b'\n", "known.toml:"),
            ("version = 1\n[[finding\n", "known.toml:2: "),
            ("", "known.toml:1: "),
        ] {
            let error = Baseline::read(&Source::new("known.toml", text)).expect_err(text);
            assert!(error.starts_with(said), "{text:?}: {error}");
        }
    }
}
