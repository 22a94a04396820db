//! What `explain FILE:LINE` has to say, as people and as machines read it.

use crate::text::one_line;
use serde::Serialize;
use std::fmt::Write as _;

/// How a line is read.
#[derive(Debug, Serialize)]
pub(super) struct Explained {
    pub(super) file: String,
    pub(super) line: usize,
    /// The command that reads it so.
    pub(super) command: &'static str,
    /// What stands there: a fence, a here-document, a file, or none of these.
    pub(super) text: Option<Text>,
    pub(super) documents: Vec<Shown>,
    /// What is found in the text.
    pub(super) findings: Vec<Found>,
    /// What is not said of it, and why.
    pub(super) withheld: Vec<Withheld>,
    /// What would change how it is read.
    pub(super) hints: Vec<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct Text {
    pub(super) holder: &'static str,
    pub(super) language: Option<String>,
    pub(super) reading: &'static str,
    pub(super) file: String,
    pub(super) first_line: usize,
    pub(super) last_line: usize,
    pub(super) evidence: Vec<Said>,
}

#[derive(Debug, Serialize)]
pub(super) struct Said {
    pub(super) file: Option<String>,
    pub(super) line: Option<usize>,
    pub(super) column: Option<usize>,
    pub(super) says: String,
}

#[derive(Debug, Serialize)]
pub(super) struct Shown {
    pub(super) reading: &'static str,
    /// What the reading says beyond its name: a tool, a place in a kind, what is lacking.
    pub(super) of: Option<String>,
    /// Where it stands: perhaps in a file that the page includes.
    pub(super) file: String,
    pub(super) first_line: usize,
    pub(super) last_line: usize,
    pub(super) api_version: Option<String>,
    pub(super) kind: Option<String>,
    pub(super) name: Option<String>,
    pub(super) schema: Option<String>,
    pub(super) release: Option<String>,
    pub(super) release_because: Option<String>,
    pub(super) evidence: Vec<Said>,
}

#[derive(Debug, Serialize)]
pub(super) struct Found {
    pub(super) code: &'static str,
    pub(super) file: String,
    pub(super) severity: String,
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) message: String,
}

#[derive(Debug, Serialize)]
pub(super) struct Withheld {
    #[serde(flatten)]
    pub(super) finding: Found,
    pub(super) because: String,
}

impl Explained {
    /// What a person reads.
    pub(super) fn written(&self) -> String {
        let mut out = String::new();
        let _ = write!(out, "{}:{}: ", one_line(&self.file), self.line);
        let Some(text) = &self.text else {
            let _ = writeln!(out, "{}", self.hints.join("; "));
            findings(&mut out, &self.findings, &self.file);
            return out;
        };
        let of = text.language.as_deref().filter(|language| !language.is_empty());
        let of = of.map_or(String::new(), |language| format!(" `{}`", one_line(language)));
        let Text { holder, reading, first_line, last_line, .. } = text;
        let _ = writeln!(
            out,
            "a {holder}{of}, lines {first_line} to {last_line}, read as {reading} (by `{}`)",
            self.command
        );
        evidence(&mut out, &text.evidence);
        for document in &self.documents {
            document.write(&self.file, &mut out);
        }
        out.push('\n');
        findings(&mut out, &self.findings, &self.file);
        for Withheld { finding, because } in &self.withheld {
            let Found { code, message, .. } = finding;
            let at = finding.place(&self.file);
            let _ = writeln!(out, "not said: {at} [{code}] {}", one_line(message));
            let _ = writeln!(out, "          {}", one_line(because));
        }
        for hint in &self.hints {
            let _ = writeln!(out, "to change: {}", one_line(hint));
        }
        out
    }
}

impl Shown {
    /// Writes it; `page` is the file that is asked about.
    fn write(&self, page: &str, out: &mut String) {
        let of = self.of.as_ref().map_or(String::new(), |of| format!(" ({})", one_line(of)));
        let Shown { reading, first_line, last_line, .. } = self;
        let file = match self.file == page {
            true => String::new(),
            false => format!("{}, ", one_line(&self.file)),
        };
        let _ = writeln!(out, "\n{file}lines {first_line} to {last_line}: {reading}{of}");
        let mut line = |name: &str, value: &Option<String>| {
            if let Some(value) = value {
                let _ = writeln!(out, "  {name:<11} {}", one_line(value));
            }
        };
        line("apiVersion", &self.api_version);
        line("kind", &self.kind);
        line("name", &self.name);
        let none = || "none is at hand; `mdbook-plumb schemas add` adds one".to_owned();
        let is_typed = self.api_version.is_some() && self.kind.is_some();
        line("schema", &self.schema.clone().or_else(|| is_typed.then(none)));
        let release = self.release.as_ref().zip(self.release_because.as_ref());
        line("release", &release.map(|(release, because)| format!("{release}: {because}")));
        evidence(out, &self.evidence);
    }
}

fn evidence(out: &mut String, evidence: &[Said]) {
    for Said { file, line, column, says } in evidence {
        let at = match (file, line, column) {
            (Some(file), Some(line), Some(column)) => {
                format!("{}:{line}:{column}: ", one_line(file))
            }
            _ => String::new(),
        };
        let _ = writeln!(out, "  because     {at}{}", one_line(says));
    }
}

impl Found {
    /// Where it is, with the file where that is not the one that is asked about.
    fn place(&self, page: &str) -> String {
        let Found { file, line, column, .. } = self;
        match file == page {
            true => format!("{line}:{column}"),
            false => format!("{}:{line}:{column}", one_line(file)),
        }
    }
}

fn findings(out: &mut String, findings: &[Found], page: &str) {
    for finding in findings {
        let Found { code, severity, message, .. } = finding;
        let at = finding.place(page);
        let _ = writeln!(out, "found: {at} {severity}[{code}] {}", one_line(message));
    }
}
