//! What is wrong with a text as YAML.

use plumb_text::Span;
use plumb_text::diag::Code;

/// What is wrong with the YAML, in spans of the text.
#[derive(Clone, Debug)]
pub struct Problem {
    /// What kind of finding.
    pub code: &'static Code,
    /// The bytes of the text that are wrong.
    pub span: Span,
    /// One sentence, lower case.
    pub message: String,
    /// One more place, and a few words about it.
    pub related: Option<(Span, String)>,
    /// What to do about it, where there is something to say.
    pub help: Option<String>,
    /// Whether YAML has it, and only what reads a stream for Kubernetes refuses it.
    pub is_yaml: bool,
}

impl Problem {
    /// Something wrong at a place.
    pub fn new(code: &'static Code, span: Span, message: impl Into<String>) -> Problem {
        Problem { code, span, message: message.into(), related: None, help: None, is_yaml: false }
    }
}
