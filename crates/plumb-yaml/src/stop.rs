//! What keeps a text from being read, in libyaml's words.

use std::fmt;

/// Why a text is not YAML.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SyntaxError {
    /// What is wrong.
    pub(crate) stop: Stop,
    /// Where reading stopped.
    pub(crate) at: usize,
    /// What was being read, and where that began.
    pub(crate) context: Option<(&'static str, usize)>,
}

/// What is wrong with a text, in libyaml's words; by name where the mistake is searched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    TooDeep,
    /// A line in a map without `: `.
    NoColon,
    /// A `: ` where no key can stand.
    MisplacedValue,
    /// A quote that nothing closes.
    OpenQuote,
    /// `@`, a tab, and what else begins nothing.
    NoToken,
    /// A tab in an indentation.
    Tab,
    /// No comma or bracket behind an item.
    FlowSequence,
    /// No comma or brace behind an entry.
    FlowMapping,
    /// Something in a map that is no key of it.
    NoKey,
    /// Nothing where a value is wanted, within brackets.
    NoContent,
    /// `*` or `&` without a name.
    NoName,
    Other(&'static str),
}

impl From<&'static str> for Stop {
    fn from(words: &'static str) -> Stop {
        Stop::Other(words)
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Stop::TooDeep => "the document is nested too deep",
            Stop::NoColon => "could not find expected ':'",
            Stop::MisplacedValue => "mapping values are not allowed in this context",
            Stop::OpenQuote => "found unexpected end of stream",
            Stop::NoToken => "found character that cannot start any token",
            Stop::Tab => "found a tab character that violates indentation",
            Stop::FlowSequence => "did not find expected ',' or ']'",
            Stop::FlowMapping => "did not find expected ',' or '}'",
            Stop::NoKey => "did not find expected key",
            Stop::NoContent => "did not find expected node content",
            Stop::NoName => "did not find expected alphabetic or numeric character",
            Stop::Other(words) => words,
        })
    }
}
