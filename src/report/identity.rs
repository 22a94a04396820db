//! What makes a finding the same one from run to run: not its words, nor the number of its line.

use crate::diag::Diagnostic;
use crate::text::digest;
use std::collections::HashMap;

/// A finding but for which of several of its kind it is: its code, its file, and the field or the line that it is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Identity {
    pub(super) code: String,
    /// As the finding names it, wherever a command runs.
    pub(super) file: String,
    pub(super) place: Place,
}

/// What a finding is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Place {
    /// A document and the field in it, as far as they are known: `Service/cart spec.ports[0].port`.
    Field(String),
    /// The text of its line, blanks and ends of lines aside.
    Line(String),
}

impl Identity {
    pub(super) fn of(finding: &Diagnostic) -> Identity {
        let parts: Vec<&str> =
            [&finding.document, &finding.path].into_iter().flatten().map(String::as_str).collect();
        let place = if parts.is_empty() {
            Place::Line(line_of(finding))
        } else {
            Place::Field(parts.join(" "))
        };
        Identity {
            code: finding.code.name.to_owned(),
            file: finding.at.location.source.path().to_owned(),
            place,
        }
    }
}

/// The longest text of a line that is kept as it is; of a longer one, its digest.
const LONG: usize = 200;

fn line_of(finding: &Diagnostic) -> String {
    let source = &finding.at.location.source;
    let line = finding.at.location.start().line;
    let start = source.lines().start_of(line).unwrap_or(0);
    let end = source.lines().start_of(line + 1).unwrap_or(source.text().len());
    let text = source.text().get(start..end).unwrap_or("");
    let text = text.trim_start_matches('\u{feff}');
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.len() > LONG { format!("sha256:{}", digest(text)) } else { text }
}

/// Tells findings of one identity apart, in the order in which they are asked for.
#[derive(Default)]
pub(super) struct Fingerprints {
    seen: HashMap<Identity, usize>,
}

impl Fingerprints {
    /// A finding's fingerprint: 32 hexadecimal digits, and which of its kind it is.
    pub(super) fn of(&mut self, finding: &Diagnostic) -> String {
        let identity = Identity::of(finding);
        let (kind, place) = match &identity.place {
            Place::Field(field) => ("field", field),
            Place::Line(line) => ("line", line),
        };
        let whole = digest(format!("{}\0{}\0{kind}\0{place}", identity.code, identity.file));
        let count = self.seen.entry(identity).or_default();
        *count += 1;
        format!("{}:{count}", &whole[..32])
    }
}
