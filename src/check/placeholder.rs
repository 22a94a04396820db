//! Places in a manifest that the reader fills in: `<your-cluster>`, `${NAME}`, `$NAME`.

use crate::diag::{Code, Diagnostic, Level, Severity};
use regex::Regex;
use std::sync::LazyLock;

static PLACEHOLDER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"<[A-Za-z][A-Za-z0-9 _./-]*>|\$\{[A-Za-z_][A-Za-z0-9_]*\}|\$[A-Z_][A-Z0-9_]*")
        .expect("the pattern is a constant")
});

/// Findings about a value that holds a placeholder say so instead, as a note: what the reader will write there can't be
/// known. Everything else stays.
pub(super) fn soften(findings: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut out: Vec<Diagnostic> = Vec::with_capacity(findings.len());
    for finding in findings {
        let text = finding.at.location.text();
        let scalar = !text.contains('\n');
        let found =
            PLACEHOLDER.find(text).filter(|_| scalar && finding.severity == Severity::Error);
        let Some(found) = found else {
            out.push(finding);
            continue;
        };
        let message =
            format!("`{}` is a placeholder, so this value is not checked", found.as_str());
        let known = out.iter().any(|known| {
            known.code == &PLACEHOLDER_VALUE && known.at.location == finding.at.location
        });
        if !known {
            let mut note =
                Diagnostic::new(&PLACEHOLDER_VALUE, finding.at.location.clone(), message)
                    .help(format!("as it stands: {}", finding.message));
            note.path = finding.path;
            note.document = finding.document;
            out.push(note);
        }
    }
    out
}

pub(super) static CODES: &[&Code] = &[&PLACEHOLDER_VALUE];

/// A value that the reader fills in.
pub static PLACEHOLDER_VALUE: Code = Code {
    name: "placeholder",
    level: Level::Note,
    summary: "a value with a placeholder in it is not checked",
    page: "A value such as `<your-cluster>`, `${NAME}` or `$NAME` is for the reader to fill in. As it stands an API server would reject it,
so it is reported, as a note, and the rest of the manifest is checked as ever.

~~~yaml
metadata:
  name: <your-cluster>
~~~

To have the value checked too, write one that could be real (`name: shop`) and say in the prose what to change. A book that wants no
placeholders sets `deny = [\"placeholder\"]`.",
    alias: "",
};
