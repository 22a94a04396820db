//! What is wrong with a text as YAML.

use crate::diag::Code;
use crate::text::Span;

/// What is wrong with the YAML, in spans of the text.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    pub(crate) code: &'static Code,
    pub(crate) span: Span,
    pub(crate) message: String,
    pub(crate) related: Option<(Span, String)>,
    pub(crate) help: Option<String>,
}

impl Problem {
    pub(crate) fn new(code: &'static Code, span: Span, message: impl Into<String>) -> Problem {
        Problem { code, span, message: message.into(), related: None, help: None }
    }
}
