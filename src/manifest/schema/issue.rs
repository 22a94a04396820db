//! What is wrong with a value: the finding in spans of the document, and the path that an API server would write.

use crate::diag::Code;
use crate::manifest::{Node, Style, Value};
use crate::text::Span;
use std::fmt;

/// Something wrong, in spans of the document's text.
#[derive(Clone, Debug)]
pub(crate) struct Issue {
    pub(crate) code: &'static Code,
    pub(crate) span: Span,
    pub(crate) path: String,
    pub(crate) message: String,
    pub(crate) help: Vec<String>,
    pub(crate) related: Vec<(Span, String)>,
    /// What it does, and what to write in place of which span.
    pub(crate) fix: Option<(String, Span, String)>,
    /// Whether an API server evaluates no rule after this.
    pub(crate) blocking: bool,
}

impl Issue {
    pub(crate) fn new(code: &'static Code, span: Span, path: &Path<'_>, message: String) -> Issue {
        Issue {
            code,
            span,
            path: path.to_string(),
            message,
            help: Vec::new(),
            related: Vec::new(),
            fix: None,
            blocking: false,
        }
    }

    pub(crate) fn blocking(mut self) -> Issue {
        self.blocking = true;
        self
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Issue {
        self.help.push(help.into());
        self
    }
}

/// Where in a document the walk is, as an API server writes it: `spec.http[0].route`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Path<'n>(Vec<Step<'n>>);

#[derive(Clone, Copy, Debug)]
enum Step<'n> {
    Key(&'n str),
    /// The key of a map whose keys are data.
    Data(&'n str),
    Index(usize),
}

impl<'n> Path<'n> {
    pub(crate) fn key(&mut self, key: &'n str) {
        self.0.push(Step::Key(key));
    }

    pub(crate) fn data(&mut self, key: &'n str) {
        self.0.push(Step::Data(key));
    }

    pub(crate) fn index(&mut self, index: usize) {
        self.0.push(Step::Index(index));
    }

    pub(crate) fn pop(&mut self) {
        self.0.pop();
    }

    pub(crate) fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The path of a field below this one.
    pub(crate) fn child(&self, key: &str) -> String {
        let path = self.to_string();
        let plain = !key.contains(['.', '/', '[']);
        match (path.is_empty(), plain) {
            (true, true) => key.to_owned(),
            (false, true) => format!("{path}.{key}"),
            (_, false) => format!("{path}[{key}]"),
        }
    }

    /// The path with `: ` behind it; nothing at the root.
    pub(crate) fn prefix(&self) -> String {
        if self.is_root() { String::new() } else { format!("{self}: ") }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, step) in self.0.iter().enumerate() {
            match step {
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Data(key) => write!(f, "[{key}]")?,
                // A name with dots in it would read as several.
                Step::Key(key) if key.contains(['.', '/', '[']) => write!(f, "[{key}]")?,
                Step::Key(key) if number == 0 => f.write_str(key)?,
                Step::Key(key) => write!(f, ".{key}")?,
            }
        }
        Ok(())
    }
}

/// The place to mark for a node: a scalar itself; for what runs over lines, the key that it stands under.
pub(crate) fn anchor(node: &Node, at: Span) -> Span {
    let scalar = !matches!(node.value, Value::Map(_) | Value::Seq(_));
    if scalar && node.style != Style::BlockScalar && !node.span.is_empty() && node.is_written() {
        node.span
    } else {
        at
    }
}

/// A value as messages quote it, cut where it is long.
pub(crate) fn quote(node: &Node) -> String {
    match &node.value {
        Value::Map(_) => "\"object\"".to_owned(),
        Value::Seq(_) => "\"array\"".to_owned(),
        Value::String(text) if text.chars().count() > 80 => {
            let start: String = text.chars().take(77).collect();
            format!("{:?}", format!("{start}..."))
        }
        Value::String(text) => format!("{text:?}"),
        _ => node.to_json().to_string(),
    }
}
