//! Documents: a text read into them, and what each says that it is.

use super::gaps::Gaps;
use super::yaml::{self, Node, Problem};
use plumb_text::diag::Diagnostic;
use plumb_text::{Location, Span, Spanned, TextMap};
use std::sync::Arc;

/// What a text is written in. Kubernetes reads JSON as YAML too, but for the escapes that only JSON has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// YAML, several documents.
    Yaml,
    /// JSON.
    Json,
    /// JSON as a page shows it, with comments.
    JsonWithComments,
}

impl Format {
    /// Composes a text that is written so.
    pub fn compose(self, text: &str) -> yaml::Composed {
        match self {
            Format::Yaml | Format::Json => yaml::compose(text),
            Format::JsonWithComments => yaml::compose_commented(text),
        }
    }
}

/// An `apiVersion`: `apps/v1`; of the core group, the version alone.
pub fn api_version(group: &str, version: &str) -> String {
    if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") }
}

/// How much of a manifest a text has to show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Extent {
    /// All of it, but for its gaps: a file.
    #[default]
    Whole,
    /// It may be a part without saying so, which its lacks tell: a page.
    Page,
    /// The text around it says that it is a part: one lack shows that it is.
    Announced,
    /// A server or a program printed it, which writes what it likes: one lack shows that it is a part.
    Printed,
}

/// One document of a text.
#[derive(Clone, Debug)]
pub struct Document {
    /// Its value.
    pub root: Node,
    /// The bytes of the text from its first to its last token.
    pub span: Span,
    /// Its number in the text, from 0, empty documents left out.
    pub index: usize,
    /// What of it is not shown. Who reads it says so.
    pub gaps: Gaps,
    /// How much of it there must be.
    pub extent: Extent,
    /// The newest minor release of Kubernetes that the text around it says it is for.
    pub newest: Option<u32>,
    text: Arc<str>,
    map: Arc<TextMap>,
}

/// What a text holds.
#[derive(Clone, Debug, Default)]
pub struct Read {
    /// The documents that could be read, in order; empty ones are left out.
    pub documents: Vec<Document>,
    /// What is wrong with the YAML itself.
    pub findings: Vec<Diagnostic>,
    /// The comments, from `#` to the end of the line, in order.
    pub comments: Vec<Span>,
}

/// Reads every document of a text. Never fails: what can't be read is a finding, and reading goes on behind the next
/// `---`.
pub fn read(text: &str, map: &TextMap, format: Format) -> Read {
    documents(format.compose(text), text, map)
}

/// The documents of a text that has been composed, perhaps from a version of it in which each byte has its place.
pub fn documents(composed: yaml::Composed, text: &str, map: &TextMap) -> Read {
    let map = Arc::new(map.clone());
    // What is no manifest may be for something else that reads YAML.
    let is_ours = composed.roots.iter().any(|root| root.get("apiVersion").is_some());
    let shared: Arc<str> = Arc::from(text);
    let documents = composed
        .roots
        .into_iter()
        .enumerate()
        .map(|(index, root)| Document {
            span: root.span,
            root,
            index,
            gaps: Gaps::default(),
            extent: Extent::Whole,
            newest: None,
            text: shared.clone(),
            map: map.clone(),
        })
        .collect();
    let problems = composed.problems.into_iter().filter(|problem| is_ours || !problem.is_yaml);
    let findings = problems.map(|problem| finding(problem, &map)).collect();
    Read { documents, findings, comments: composed.comments }
}

fn finding(problem: Problem, map: &TextMap) -> Diagnostic {
    let mut finding = Diagnostic::new(problem.code, map.locate(problem.span), problem.message);
    if let Some((span, text)) = problem.related {
        finding = finding.related(map.locate(span), text);
    }
    match problem.help {
        Some(help) => finding.help(help),
        None => finding,
    }
}

impl Document {
    /// A part of this document as a document of its own: an item of a `List`.
    pub fn part(&self, root: Node) -> Document {
        self.item(root, self.gaps.clone())
    }

    /// The same, with gaps of its own.
    pub(crate) fn item(&self, root: Node, gaps: Gaps) -> Document {
        Document {
            span: root.span,
            root,
            index: self.index,
            gaps,
            extent: self.extent,
            newest: self.newest,
            text: self.text.clone(),
            map: self.map.clone(),
        }
    }

    /// The place in the author's files of a span of this document.
    pub fn locate(&self, span: Span) -> Location {
        self.map.locate(span)
    }

    /// The text that the spans of this document count in.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The map from the document's text to the author's files.
    pub fn map(&self) -> &TextMap {
        &self.map
    }

    /// `apiVersion`.
    pub fn api_version(&self) -> Option<Spanned<&str>> {
        self.root.get("apiVersion")?.as_spanned_str()
    }

    /// `kind`.
    pub fn kind(&self) -> Option<Spanned<&str>> {
        self.root.get("kind")?.as_spanned_str()
    }

    /// The API group: what stands before the `/` of `apiVersion`, or empty for the core group.
    pub fn group(&self) -> Option<&str> {
        self.api_version()
            .map(|spanned| spanned.value.rsplit_once('/').map_or("", |(group, _)| group))
    }

    /// The version: what stands behind the `/` of `apiVersion`.
    pub fn version(&self) -> Option<&str> {
        self.api_version().map(|spanned| {
            spanned.value.rsplit_once('/').map_or(spanned.value, |(_, version)| version)
        })
    }

    /// `metadata.name`.
    pub fn name(&self) -> Option<Spanned<&str>> {
        self.root.get("metadata")?.get("name")?.as_spanned_str()
    }

    /// `metadata.namespace`.
    pub fn namespace(&self) -> Option<Spanned<&str>> {
        self.root.get("metadata")?.get("namespace")?.as_spanned_str()
    }

    /// Whether it says what it is, so that Kubernetes would take it.
    pub fn is_manifest(&self) -> bool {
        self.api_version().is_some() && self.kind().is_some() && !self.is_form()
    }

    /// Whether it is a form to be filled in, as programs write of their settings: `apiVersion: ""` and `kind: ""`.
    fn is_form(&self) -> bool {
        let is_empty = |part: Option<Spanned<&str>>| part.is_some_and(|part| part.value.is_empty());
        is_empty(self.api_version()) && is_empty(self.kind())
    }

    /// Whether it is a manifest that lost `apiVersion` or `kind`, or wrote one of them in another case: the rest is there.
    pub fn has_lost_its_head(&self) -> bool {
        let Some(map) = self.root.as_map().filter(|_| !self.is_manifest() && !self.is_form())
        else {
            return false;
        };
        let has = |name: &str| map.keys().any(|key| key.eq_ignore_ascii_case(name));
        (has("apiVersion") || has("kind")) && (has("metadata") || has("spec"))
    }

    /// How findings name it: `VirtualService/reviews`.
    pub fn id(&self) -> String {
        let kind = self.kind().map_or("document", |kind| kind.value);
        let name = self
            .name()
            .map(|name| name.value)
            .or_else(|| self.root.get("metadata")?.get("generateName")?.as_str());
        match name {
            Some(name) => format!("{kind}/{name}"),
            None => kind.to_owned(),
        }
    }
}
