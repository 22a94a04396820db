//! What is wrong, where, and what to write instead.
//!
//! Owns: [`Diagnostic`], which users know as a *finding*; its [`Label`]s and [`Fix`]; [`Code`], the identity of a kind
//! of finding; [`Level`]s. Must not know: who finds what (each module declares the codes it reports with `codes!`, in a file of
//! their own; `check::codes` lists them all), or how a finding is shown (`report`).

mod code;

pub use crate::codes;
pub use code::{Code, Level, Severity};

use crate::{Location, Source, Span};
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
}

/// How many other places a finding shows.
const MOST_RELATED: usize = 8;

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
    /// A finding of this kind at this place.
    pub fn new(code: &'static Code, location: Location, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            code,
            severity: code.level.severity().unwrap_or(Severity::Note),
            message: message.into(),
            at: Label { location, text: String::new() },
            related: Vec::new(),
            more_related: 0,
            help: Vec::new(),
            fix: None,
            path: None,
            document: None,
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

    /// Words beside the marked place.
    pub fn label(mut self, text: impl Into<String>) -> Diagnostic {
        self.at.text = text.into();
        self
    }

    /// One more place; of many only the first are kept, and the others counted.
    pub fn related(mut self, location: Location, text: impl Into<String>) -> Diagnostic {
        if self.related.len() < MOST_RELATED {
            self.related.push(Label { location, text: text.into() });
        } else {
            self.more_related += 1;
        }
        self
    }

    /// One more line of help.
    pub fn help(mut self, text: impl Into<String>) -> Diagnostic {
        self.help.push(text.into());
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
        self.path = Some(path.into());
        self
    }

    /// The document it belongs to.
    pub fn document(mut self, document: impl Into<String>) -> Diagnostic {
        self.document = Some(document.into());
        self
    }
}

/// The candidate that someone who wrote `given` most likely meant, if one is near enough.
///
/// Near is: at most a third of the name's length in edits (two for short names), letter case and `-`, `_`, `.` ignored.
pub fn nearest<'a>(given: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let plain = |name: &str| {
        name.chars()
            .filter(|c| !matches!(c, '-' | '_' | '.' | ' '))
            .collect::<String>()
            .to_lowercase()
    };
    let wanted = plain(given);
    let limit = (wanted.chars().count() / 3).clamp(1, 4);
    candidates
        .into_iter()
        .filter(|candidate| *candidate != given)
        .map(|candidate| (strsim::damerau_levenshtein(&wanted, &plain(candidate)), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, candidate)| (*distance, *candidate))
        .map(|(_, candidate)| candidate)
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
    }
}
