//! The notes about how texts are read, made of the very readings that are judged, only where a project asks for them.
//!
//! What a reading does not let be said is found by judging the same document once more, as if nothing of it were left out
//! or replaced.

use super::Project;
use super::judge::Judge;
use super::kustomize;
use super::site::Site;
use super::texts::{DocumentKind, Evidence, Holder, ReadDocument, ReadText, TextKind, is_among};
use super::words::Words;
use crate::diag::Diagnostic;
use crate::manifest::gaps::{Certainty, Gaps};
use crate::manifest::{
    Document, Extent, SCHEMA_MISSING, Versions, api_version, bundle, store::Origin, tools,
};
use crate::reading::{self, Reading, TEMPLATE};
use crate::text::{Location, Span, TextMap};

/// What a text is judged with.
pub(super) struct Judged<'a> {
    pub(super) project: &'a Project,
    /// The fence that it stands in.
    pub(super) site: Option<&'a Site<'a>>,
    pub(super) versions: &'a Versions,
    /// The kind and the place in it that a fence says.
    pub(super) fragment: Option<(&'a str, &'a str)>,
    /// What says from outside that no document need be whole.
    pub(super) open: Option<&'a str>,
    pub(super) fails: bool,
}

impl<'a> Judged<'a> {
    /// What the documents of a fence are judged with.
    pub(super) fn of_fence(site: &'a Site<'a>, words: &'a Words<'a>) -> Judged<'a> {
        Judged {
            project: site.project,
            site: Some(site),
            versions: &words.versions,
            fragment: None,
            open: None,
            fails: words.fails.is_some(),
        }
    }
}

impl ReadText {
    /// A text of which nothing is read as manifests.
    pub(super) fn unread(at: Location, holder: Holder, how: TextKind, why: &str) -> ReadText {
        let evidence = vec![Evidence { at: Some(at.clone()), says: why.to_owned() }];
        ReadText { at, holder, how, evidence, documents: Vec::new() }
    }

    /// A text as it was read, before any of it is judged.
    pub(super) fn new(
        at: Location,
        holder: Holder,
        reading: &Reading,
        map: &TextMap,
        judged: &Judged<'_>,
    ) -> ReadText {
        let how = match reading.kind {
            reading::Kind::Other => TextKind::Other,
            reading::Kind::Session => TextKind::Session,
            reading::Kind::Manifests if reading.is_template => TextKind::Template,
            reading::Kind::Manifests => TextKind::Manifests,
        };
        let mut evidence = Vec::new();
        match how {
            TextKind::Other => evidence.push(Evidence {
                at: Some(at.clone()),
                says: "what stands here is not meant as YAML".to_owned(),
            }),
            TextKind::Session => evidence.push(Evidence {
                at: Some(at.clone()),
                says: "it holds commands and what they print; of these, the manifests are read"
                    .to_owned(),
            }),
            _ => {}
        }
        let templates = reading.findings.iter().filter(|finding| finding.code == &TEMPLATE);
        evidence.extend(templates.map(|finding| Evidence {
            at: Some(finding.at.location.clone()),
            says: finding.message.clone(),
        }));
        let inside = |span: &Span| {
            let holds = |document: &Document| {
                document.span.start <= span.start && span.start <= document.span.end
            };
            reading.documents.iter().any(holds)
        };
        let outside = reading.marks.iter().filter(|span| !inside(span));
        evidence.extend(outside.map(|span| {
            Evidence {
                at: Some(map.locate(*span)),
                says: "this mark stands in no document: others may be left out beside those shown"
                    .to_owned(),
            }
        }));
        let mut text = ReadText { at, holder, how, evidence, documents: Vec::new() };
        if judged.asks(&text.at, reading) {
            for document in &reading.documents {
                let marks: Vec<Location> = (reading.marks.iter())
                    .filter(|mark| part_of(document, reading) == part_at(mark.start, reading))
                    .map(|mark| document.locate(*mark))
                    .collect();
                text.documents.push(document_of(document, &marks, judged));
                text.documents.extend(inline_patches(document, judged));
            }
        }
        text
    }
}

/// The patches that a kustomization holds itself.
fn inline_patches(document: &Document, judged: &Judged<'_>) -> Vec<ReadDocument> {
    if tools::of(document).is_none_or(|tool| tool.name != "kustomize") {
        return Vec::new();
    }
    let judged = Judged { open: Some("the kustomization holds it as a patch"), ..*judged };
    let patches = kustomize::inline(document).into_iter().flat_map(|patch| patch.read().documents);
    patches.map(|patch| document_of(&patch, &[], &judged)).collect()
}

/// The number of the last document that begins before a place.
fn part_at(at: usize, reading: &Reading) -> usize {
    reading.documents.partition_point(|document| document.span.start <= at).max(1)
}

fn part_of(document: &Document, reading: &Reading) -> usize {
    part_at(document.span.start, reading)
}

fn document_of(document: &Document, marks: &[Location], judged: &Judged<'_>) -> ReadDocument {
    let Judged { project, versions, .. } = *judged;
    let text = |part: Option<crate::text::Spanned<&str>>| part.map(|part| part.value.to_owned());
    let mut read = ReadDocument {
        at: document.locate(document.span),
        how: DocumentKind::Other,
        head: [text(document.api_version()), text(document.kind()), text(document.name())],
        schema: None,
        release: None,
        evidence: Vec::new(),
        said: Vec::new(),
        withheld: Vec::new(),
        fails: judged.fails,
    };
    if reading::is_json_patch(&document.root) {
        read.how = DocumentKind::JsonPatch;
        read.note(None, "every item is an operation on a path: `op` and `path`");
        return read;
    }
    let tool = tools::of(document);
    if judged.fragment.is_none()
        && tool.is_none()
        && !document.is_manifest()
        && !document.has_lost_its_head()
    {
        read.note(None, "it has not both `apiVersion` and `kind`");
        return read;
    }
    let judge = |document: &Document| {
        let mut judge = Judge::new(project, versions);
        match judged.fragment {
            Some((kind, path)) => judge.fragment(document, kind, path),
            None => drop(judge.document(document)),
        }
        judge.finish(false)
    };
    let mut opened = document.clone();
    if judged.open.is_some() {
        opened.gaps = document.gaps.and_everywhere();
    }
    let document = &opened;
    read.said = judge(document);
    read.release(document, judged);
    read.how = kind_of(document, tool, judged, &mut read.evidence);
    if read.how == DocumentKind::Encrypted {
        return read;
    }
    let marked = marks.iter().map(|at| Evidence {
        at: Some(at.clone()),
        says: "this says that something is left out here".to_owned(),
    });
    read.evidence.extend(marked);
    for (span, certainty) in document.gaps.placeholders() {
        let says = match certainty {
            Certainty::Sure | Certainty::SureIfNoList => {
                "a placeholder: what depends on it is not checked"
            }
            Certainty::IfMalformed => "read as a placeholder if it is malformed",
            Certainty::IfNotAlone => {
                "read as a placeholder if it is malformed, and another such word is too"
            }
        };
        read.evidence.push(Evidence { at: Some(document.locate(span)), says: says.to_owned() });
    }
    let mut bare = document.clone();
    (bare.gaps, bare.extent) = (Gaps::default(), Extent::Whole);
    let mut marked = document.clone();
    marked.gaps = document.gaps.without_placeholders();
    let marked = judge(&marked);
    let by_gap = || match (&read.how, marks) {
        (DocumentKind::UnmarkedPart(lacks), []) => {
            format!("it is read as a part, since it lacks {}", lacks.join(", "))
        }
        (DocumentKind::Patch, _) => "a patch holds only what it changes".to_owned(),
        (_, []) => "it is read as a part".to_owned(),
        (_, marks) => {
            let lines: Vec<String> =
                marks.iter().map(|mark| mark.start().line.to_string()).collect();
            let noun = if lines.len() == 1 { "line" } else { "lines" };
            format!("something is left out: {noun} {}", lines.join(", "))
        }
    };
    for finding in judge(&bare) {
        if is_among(&finding, &read.said) {
            continue;
        }
        let by = match is_among(&finding, &marked) {
            true => "it depends on a placeholder".to_owned(),
            false => by_gap(),
        };
        read.withheld.push((finding, by));
    }
    read.withheld.extend(
        without_schema(document, judged).map(|finding| {
            (finding, "`ignore-missing` leaves kinds without a schema out".to_owned())
        }),
    );
    read
}

/// What is not said of a missing schema because the settings allow it to be missing.
fn without_schema(document: &Document, judged: &Judged<'_>) -> Option<Diagnostic> {
    let Judged { project, versions, .. } = *judged;
    project.may_lack_schema(document).then_some(())?;
    let findings = project.engine.validate_document(document, versions);
    findings.into_iter().find(|finding| finding.code == &SCHEMA_MISSING)
}

/// What a document that is judged was taken for, with what says so.
fn kind_of(
    document: &Document,
    tool: Option<&'static tools::Tool>,
    judged: &Judged<'_>,
    evidence: &mut Vec<Evidence>,
) -> DocumentKind {
    let mut note = |at: Option<Location>, says: String| evidence.push(Evidence { at, says });
    let head = document.api_version().or(document.kind());
    let head = head.map(|head| document.locate(head.span));
    if let Some((kind, path)) = judged.fragment {
        note(None, "the fence says so: `fragment`".to_owned());
        return DocumentKind::Fragment(format!("{kind}:{path}"));
    }
    if let Some(tool) = tool {
        let says = format!("no API server is given this: {} reads it ({})", tool.name, tool.source);
        note(head, says);
        return DocumentKind::Settings(&tool.name);
    }
    if let Some(says) = judged.open {
        note(None, says.to_owned());
        return if judged.site.is_none() { DocumentKind::Patch } else { DocumentKind::MarkedPart };
    }
    if let Some(span) = reading::patch_directive(document) {
        note(Some(document.locate(span)), "a directive of a strategic merge patch".to_owned());
        return DocumentKind::Patch;
    }
    if let Some(entry) = document.root.as_map().and_then(|root| root.entry("sops"))
        && Project::is_encrypted(document)
    {
        note(Some(document.locate(entry.key.span)), "SOPS has encrypted it".to_owned());
        return DocumentKind::Encrypted;
    }
    note(head, "it has `apiVersion` and `kind`".to_owned());
    if matches!(document.extent, Extent::Announced | Extent::Printed) {
        let says = "the text here announces a part, or what a server prints";
        match reading::server_field(document) {
            Some(span) => {
                let says = "only a server writes this, so it was printed and perhaps cut";
                note(Some(document.locate(span)), says.to_owned());
            }
            None => note(judged.site.and_then(Site::before), says.to_owned()),
        }
    }
    let judgement = judged.project.judge(document, judged.versions);
    if !judgement.missing.is_empty() {
        return DocumentKind::UnmarkedPart(judgement.missing);
    }
    match document.gaps.has_gap() {
        true => DocumentKind::MarkedPart,
        false => DocumentKind::Manifest,
    }
}

impl ReadDocument {
    fn note(&mut self, at: Option<Location>, says: &str) {
        self.evidence.push(Evidence { at, says: says.to_owned() });
    }

    /// Finds the schema, and the release whose it is.
    fn release(&mut self, document: &Document, judged: &Judged<'_>) {
        let kind = document.kind().map_or("", |kind| kind.value);
        let shape = tools::of(document).filter(|tool| tools::shape(tool, document).is_some());
        self.schema = shape.map(|tool| format!("{kind}, by the types of {}", tool.name));
        let (Some(group), Some(version)) = (document.group(), document.version()) else { return };
        let embedded = bundle::find(group, version, kind);
        // Of a group that nobody knows, only what an API server asks of every object is asked.
        let product = embedded.map_or("k8s", |known| known.product.as_str());
        if tools::of(document).is_none() || embedded.is_some() {
            let release = judged.versions.of(product);
            let release = format!("{} {release}", Versions::title(product));
            self.release = Some((release, judged.chosen(product)));
        }
        let schemas = judged.project.engine.schemas();
        let name = format!("{kind} of {}", api_version(group, version));
        let origin = schemas.origin(group, version, kind, judged.versions);
        let from = match origin {
            Some(Origin::Folder) => "from a folder of schemas".to_owned(),
            Some(Origin::Added(from)) => format!("added from {from}"),
            Some(Origin::Shown) => "from a definition shown beside it".to_owned(),
            Some(Origin::Embedded) => "embedded".to_owned(),
            None => return,
        };
        self.schema = Some(format!("{name}, {from}"));
    }
}

impl Judged<'_> {
    /// Whether the line that is asked about is one of a text's, in the page or in a file that it includes.
    fn asks(&self, at: &Location, reading: &Reading) -> bool {
        let asked = self.project.asked.as_ref();
        let mut documents = reading.documents.iter();
        asked.is_some_and(|asked| {
            asked.is_in(at)
                || documents.any(|document| asked.is_in(&document.locate(document.span)))
        })
    }

    /// What chose the release of a product.
    fn chosen(&self, product: &str) -> String {
        let word = self.site.and_then(|site| site.fence.word(product)?.value.as_ref());
        if let Some(word) = word {
            return format!("the fence says `{product}={}`", word.value);
        }
        if self.versions.of(product) != self.project.versions.of(product) {
            return "the chapter's `versions` says so".to_owned();
        }
        self.project.chosen(product)
    }
}
