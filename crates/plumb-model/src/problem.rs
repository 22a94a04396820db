//! What is wrong with an expression, before it is known where the expression stands.

use super::codes::{BAD_QUANTITY, UNKNOWN_ID};
use super::quantity::QuantityError;
use plumb_text::diag::{Code, Diagnostic, Edit, Fix, Label};
use plumb_text::{Location, Span};

/// What is wrong with an expression, before it is known where the expression stands.
///
/// An expression may be in the model's TOML, in a page's directive or on the command line; its caller knows the place and
/// turns the span, which is in the expression's text, into a location.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// What kind of finding it is.
    pub code: &'static Code,
    /// One sentence, lower case.
    pub message: String,
    /// The place in the expression's text.
    pub span: Span,
    /// A few words that stand beside the place.
    pub label: String,
    /// What to do about it, a line each.
    pub help: Vec<String>,
    /// Other places, which are in the model's files.
    pub related: Vec<Label>,
    /// What to write instead of the marked text, where that is certain.
    pub instead: Option<String>,
}

impl Problem {
    /// A problem of this kind.
    pub fn new(code: &'static Code, span: Span, message: impl Into<String>) -> Problem {
        Problem {
            code,
            message: message.into(),
            span,
            label: String::new(),
            help: Vec::new(),
            related: Vec::new(),
            instead: None,
        }
    }

    /// An id (all of the text) that a table does not have.
    pub(super) fn unknown_id<'a>(
        what: &str,
        id: &str,
        known: impl IntoIterator<Item = &'a String>,
    ) -> Problem {
        let message = format!("there is no {what} `{id}`");
        Problem::new(&UNKNOWN_ID, Span::new(0, id.len()), message)
            .did_you_mean(id, known.into_iter().map(String::as_str))
    }

    /// A text that is not the quantity that it should be.
    pub(super) fn quantity(span: Span, error: QuantityError) -> Problem {
        let problem = Problem::new(&BAD_QUANTITY, span, error.message);
        match error.help {
            Some(help) => problem.help(help),
            None => problem,
        }
    }

    /// Words beside the place.
    pub fn label(mut self, text: impl Into<String>) -> Problem {
        self.label = text.into();
        self
    }

    /// A line of help.
    pub fn help(mut self, text: impl Into<String>) -> Problem {
        self.help.push(text.into());
        self
    }

    /// Adds another place, in the model's files, and a few words about it.
    pub fn related(mut self, location: Location, text: impl Into<String>) -> Problem {
        self.related.push(Label { location, text: text.into() });
        self
    }

    /// "did you mean", and the mechanical change.
    pub fn did_you_mean<'a>(
        mut self,
        given: &str,
        candidates: impl IntoIterator<Item = &'a str>,
    ) -> Problem {
        if let Some(name) = plumb_text::diag::nearest(given, candidates) {
            self.help.push(format!("did you mean `{name}`?"));
            self.instead = Some(name.to_owned());
        }
        self
    }

    /// The finding, with the places that `locate` gives to spans of the expression's text.
    pub fn located(self, locate: impl Fn(Span) -> Location) -> Diagnostic {
        let location = locate(self.span);
        let mut diagnostic =
            Diagnostic::new(self.code, location.clone(), self.message).label(self.label);
        diagnostic.help = self.help;
        diagnostic.related = self.related;
        if let Some(text) = self.instead
            && location.exact
            && location.span.len() == self.span.len()
        {
            let title = format!("write `{text}`");
            diagnostic.fix = Some(Fix { title, edits: vec![Edit { location, text }] });
        }
        diagnostic
    }
}
