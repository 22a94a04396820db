//! A case as it stands in its file, and what is taken out of it before the tool sees the text.
//!
//! An annotation begins with `#~` and goes on to the next one or the end of the line. It is cut from its line, so that lines
//! stay what they are and nothing is left that the tool could take for a comment of the author's:
//!
//! ```text
//! #~ oracle: k8s validation.ValidateService          who says so; each case has at least one
//! #~ with: k8s=1.34, gateway-api=experimental         versions other than the newest
//! #~ as: book                                         a Markdown file is a chapter of a book, not a plain file
//! #~ file: model/model.toml                           from here on, the text of another file
//! #~ error[service-ports]@3 spec.ports: Required      a finding of this line
//! #~-2 warning spec.replicas:                         a finding two lines above
//! ```
//!
//! A finding is a level, then as much of the rest as identifies it: its code in brackets, its column, the end of its field's path with
//! a colon, a part of its message (or of the words beside the place). The path or the message must be there.

use mdbook_plumb::diag::{Diagnostic, Severity};
use mdbook_plumb::manifest::Versions;
use std::ops::Range;
use std::path::Path;

const MARK: &str = "#~";

/// A case.
pub(crate) struct Case {
    /// Who says that the findings are these.
    pub(crate) oracle: String,
    /// The versions that it is for.
    pub(crate) versions: Versions,
    /// Whether it is a book, and not a file of its own.
    pub(crate) is_book: bool,
    /// The files that it consists of, without annotations; each has its lines where the case has them.
    pub(crate) files: Vec<(String, String)>,
    /// What should be found.
    pub(crate) expected: Vec<Expected>,
}

/// An expected finding.
#[derive(Clone, Debug)]
pub(crate) struct Expected {
    /// The bytes of the annotation in the case's file.
    pub(crate) span: Range<usize>,
    /// The line in which it stands, from 1.
    pub(crate) stands: usize,
    /// The line of the finding.
    pub(crate) line: usize,
    pub(crate) severity: Severity,
    pub(crate) code: Option<String>,
    pub(crate) column: Option<usize>,
    pub(crate) path: Option<String>,
    pub(crate) message: String,
}

impl Case {
    /// Reads a case. The error is what is wrong with it.
    pub(crate) fn read(name: &str, text: &str) -> Result<Case, String> {
        let main = Path::new(name).file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut case = Case {
            oracle: String::new(),
            versions: Versions::default(),
            is_book: false,
            files: vec![(main, String::new())],
            expected: Vec::new(),
        };
        let mut start = 0;
        for (index, line) in text.split_inclusive('\n').enumerate() {
            let content = line.trim_end_matches(['\n', '\r']);
            let end = &line[content.len()..];
            let mut marks = content.match_indices(MARK).map(|(at, _)| at).peekable();
            let kept = marks.peek().map_or(content, |&at| content[..at].trim_end());
            let mut opens = None;
            while let Some(at) = marks.next() {
                let behind = marks.peek().copied().unwrap_or(content.len());
                let span = start + at..start + content[..behind].trim_end().len();
                let said = content[at + MARK.len()..behind].trim_end();
                let outcome = case.take(said, index + 1, span, &mut opens);
                outcome.map_err(|why| format!("{name}:{}: {why}", index + 1))?;
            }
            if let Some(path) = opens {
                case.files.push((path, "\n".repeat(index)));
            }
            if let Some((_, file)) = case.files.last_mut() {
                *file += kept;
                *file += end;
            }
            start += line.len();
        }
        if case.oracle.is_empty() {
            return Err(format!("{name}: names no oracle"));
        }
        if case.is_book {
            case.files[0].0 = "src/page.md".to_owned();
        }
        Ok(case)
    }

    fn take(
        &mut self,
        said: &str,
        line: usize,
        span: Range<usize>,
        opens: &mut Option<String>,
    ) -> Result<(), String> {
        let (key, value) = said.trim().split_once(": ").unwrap_or_default();
        match key {
            "oracle" => self.oracle = value.trim().to_owned(),
            "with" => {
                self.versions = Versions::parse(value).map_err(|error| error.to_string())?;
            }
            "as" if value == "book" => self.is_book = true,
            "file" => *opens = Some(value.trim().to_owned()),
            _ => self.expected.push(Expected::read(said, line, span)?),
        }
        Ok(())
    }
}

impl Expected {
    fn read(said: &str, stands: usize, span: Range<usize>) -> Result<Expected, String> {
        let wrong = || format!("`{MARK}{said}` is no annotation");
        let (offset, rest) = said.split_once(' ').ok_or_else(wrong)?;
        let offset: isize =
            if offset.is_empty() { 0 } else { offset.parse().map_err(|_| wrong())? };
        let (head, rest) = rest.trim().split_once(' ').ok_or_else(wrong)?;
        let (head, column) = match head.split_once('@') {
            Some((head, column)) => (head, Some(column.parse().map_err(|_| wrong())?)),
            None => (head, None),
        };
        let (level, code) = match head.strip_suffix(']').and_then(|head| head.split_once('[')) {
            Some((level, code)) => (level, Some(code.to_owned())),
            None => (head, None),
        };
        let severity = match level {
            "error" => Severity::Error,
            "warning" => Severity::Warning,
            "note" => Severity::Note,
            _ => return Err(wrong()),
        };
        let rest = rest.trim();
        let (first, others) = rest.split_once(' ').unwrap_or((rest, ""));
        let (path, message) = match first.strip_suffix(':') {
            Some(path) if !path.is_empty() => (Some(path.to_owned()), others.trim()),
            _ => (None, rest),
        };
        if path.is_none() && message.is_empty() {
            return Err(wrong());
        }
        Ok(Expected {
            span,
            stands,
            line: stands.checked_add_signed(offset).filter(|line| *line > 0).ok_or_else(wrong)?,
            severity,
            code,
            column,
            path,
            message: message.to_owned(),
        })
    }

    /// Whether a finding is this one, wherever it stands.
    pub(crate) fn says(&self, finding: &Diagnostic) -> bool {
        let text = || format!("{} {}", finding.message, finding.at.text);
        self.severity == finding.severity
            && self
                .code
                .as_ref()
                .is_none_or(|code| code == finding.code.name || code == finding.code.alias)
            && self
                .path
                .as_ref()
                .is_none_or(|path| finding.path.as_deref().is_some_and(|own| is_end(own, path)))
            && (self.message.is_empty() || text().contains(&self.message))
    }

    /// Whether a finding is this one, at this place.
    pub(crate) fn is(&self, finding: &Diagnostic) -> bool {
        let place = finding.at.location.start();
        self.line == place.line
            && self.column.is_none_or(|column| column == place.column)
            && self.says(finding)
    }

    /// The annotation as it is written.
    pub(crate) fn written(&self) -> String {
        let offset = match self.line as isize - self.stands as isize {
            0 => String::new(),
            offset => format!("{offset:+}"),
        };
        let code = self.code.as_ref().map_or(String::new(), |code| format!("[{code}]"));
        let column = self.column.map_or(String::new(), |column| format!("@{column}"));
        let path = self.path.as_ref().map_or(String::new(), |path| format!(" {path}:"));
        let space = if self.message.is_empty() { "" } else { " " };
        format!("{MARK}{offset} {}{code}{column}{path}{space}{}", self.severity, self.message)
    }
}

/// Whether a path ends with another one, at the border of a field or an index.
fn is_end(path: &str, end: &str) -> bool {
    path.strip_suffix(end).is_some_and(|before| {
        before.is_empty() || before.ends_with('.') || end.starts_with(['[', '.'])
    })
}
