//! How texts with manifests were read, and why: what `explain FILE:LINE` shows.

use crate::diag::Diagnostic;
use crate::text::Location;

/// A text that may hold manifests, and how it was read.
#[derive(Clone, Debug)]
pub struct ReadText {
    /// Where it stands; a fence with the rows that open and close it.
    pub at: Location,
    /// What it stands in.
    pub holder: Holder,
    /// How it was read as a whole.
    pub how: TextKind,
    /// What decided that, and what is left out of it.
    pub evidence: Vec<Evidence>,
    /// Its documents, where the line that is asked about is one of its lines.
    pub documents: Vec<ReadDocument>,
}

/// A line of which it is asked how it is read.
#[derive(Clone, Debug)]
pub struct AskedLine {
    /// The file, as findings name it.
    pub file: String,
    /// From 1.
    pub line: usize,
}

impl AskedLine {
    /// Whether it is one of the lines of a location.
    pub fn is_in(&self, at: &Location) -> bool {
        let (first, last) = lines(at);
        at.source.path() == self.file && (first..=last).contains(&self.line)
    }
}

/// The first and the last line that a location covers, from 1.
pub fn lines(at: &Location) -> (usize, usize) {
    let ends_line = at.text().ends_with('\n');
    (at.start().line, at.end().line.saturating_sub(usize::from(ends_line)).max(at.start().line))
}

/// What a text stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holder {
    /// A fence of this language.
    Fence(String),
    /// A here-document of a shell fence.
    HereDocument,
    /// A file of its own.
    File,
}

/// How a text was read as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextKind {
    /// Manifests, or other YAML or JSON.
    Manifests,
    /// What something fills in before it is a manifest.
    Template,
    /// Commands, with what they print.
    Session,
    /// Commands, of which the here-documents are read.
    Shell,
    /// No YAML, so that nothing of it is read.
    Other,
    /// In a language that holds no manifests.
    OtherLanguage,
    /// Its author has said that it is not to be checked.
    Ignored,
}

/// Something that decided how a text or a document was read.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// Where it stands, where it is written somewhere.
    pub at: Option<Location>,
    /// What it says.
    pub says: String,
}

/// A document of a text, and how it was read.
#[derive(Clone, Debug)]
pub struct ReadDocument {
    /// Where it stands.
    pub at: Location,
    /// What it was taken for.
    pub how: DocumentKind,
    /// Its apiVersion, kind and name, as far as they are written.
    pub head: [Option<String>; 3],
    /// The schema that it is judged by: whose it is, and where it comes from.
    pub schema: Option<String>,
    /// The release that it is judged by, and what chose it.
    pub release: Option<(String, String)>,
    /// What decided how it was read, and what stands for something else in it.
    pub evidence: Vec<Evidence>,
    /// What is said of it, at the levels of the codes.
    pub said: Vec<Diagnostic>,
    /// What would be said if all of it were shown and meant as it is written, and why it is not.
    pub withheld: Vec<(Diagnostic, String)>,
    /// Whether its author says that it is wrong.
    pub fails: bool,
}

/// What a document was taken for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DocumentKind {
    /// A whole manifest.
    Manifest,
    /// A manifest with marks where something is left out.
    MarkedPart,
    /// A manifest that lacks these, and so shows only a part.
    UnmarkedPart(Vec<String>),
    /// Part of a manifest, at this place of a kind.
    Fragment(String),
    /// A strategic merge patch.
    Patch,
    /// A JSON patch.
    JsonPatch,
    /// The settings of this tool.
    Settings(&'static str),
    /// A manifest that SOPS has encrypted.
    Encrypted,
    /// No manifest.
    Other,
}

/// Whether others hold a finding of the same code at the same place.
pub fn is_among(finding: &Diagnostic, others: &[Diagnostic]) -> bool {
    others.iter().any(|other| {
        finding.code == other.code
            && finding.at.location == other.at.location
            && finding.path == other.path
    })
}
