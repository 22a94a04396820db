//! Fences of commands: the manifests that they are given in here-documents, and those that they print.

use super::codes::HERE_DOCUMENT_OPEN;
use super::group;
use super::judge::Judge;
use super::resource;
use super::site::{CheckedFence, Site};
use super::texts::{Holder, ReadText};
use super::trace::Judged;
use super::words::Words;
use crate::diag::Diagnostic;
use crate::manifest::{Document, Extent, Format, SCHEMA_MISSING};
use crate::markdown::Cut;
use crate::reading::{self, Applied, Reading, heredoc};
use crate::text::{Span, TextMap};

/// The manifests that the commands of a shell fence print.
pub(super) fn printed(site: &Site<'_>, words: &Words<'_>, outcome: &mut CheckedFence) {
    let body = &site.fence.body;
    let map = body.map(site.map);
    let Some(reading) = reading::read_printed(&reading::Text {
        text: body.text(),
        map: &map,
        format: Format::Yaml,
        setting: site.setting(),
        is_certain: false,
    }) else {
        return;
    };
    if site.project.asked.is_some() {
        let at = site.map.locate(site.node.span);
        let holder = Holder::Fence(site.fence.lang.value.clone());
        let judged = Judged::of_fence(site, words);
        outcome.texts.push(ReadText::new(at, holder, &reading, &map, &judged));
    }
    // What a terminal shows may be cut anywhere, and then its YAML is nobody's.
    let mut judge = Judge::of_fence(site, words);
    for document in reading.documents.iter().filter(|document| document.is_manifest()) {
        judge.document(document);
        outcome.count(document);
    }
    outcome.findings.extend(judge.finish(reading.is_template));
}

/// Whether some command in the chapter gives a file to a server.
fn is_applied<'s>(site: &'s Site<'_>) -> impl Fn(&str) -> bool + 's {
    |file| site.applied.get_or_init(|| Applied::by(site.text)).holds(file)
}

/// What a here-document holds.
fn read(site: &Site<'_>, part: &Cut, map: &TextMap) -> Reading {
    reading::read(&reading::Text {
        text: part.text(),
        map,
        format: Format::Yaml,
        setting: site.setting(),
        is_certain: true,
    })
}

/// The documents of the here-documents that a command is given.
pub(super) fn applied(site: &Site<'_>) -> Vec<Document> {
    let body = &site.fence.body;
    let found = heredoc::find(body.text(), &is_applied(site)).into_iter();
    let found = found.filter(|found| !found.kept);
    found
        .flat_map(|found| {
            let part = body.slice(found.body).without(&found.gone);
            read(site, &part, &part.map(site.map)).documents
        })
        .collect()
}

/// The here-documents of a shell fence.
pub(super) fn here_documents(site: &Site<'_>, words: &Words<'_>, outcome: &mut CheckedFence) {
    let body = &site.fence.body;
    for found in heredoc::find(body.text(), &is_applied(site)) {
        if let Some(line) = found.nearly_closed {
            let at = site.map.locate(body.span_of(line));
            let word = body.text()[line.range()].trim();
            let message =
                format!("this line does not close the here-document: it is not `{word}` alone");
            outcome.findings.push(
                Diagnostic::new(&HERE_DOCUMENT_OPEN, at, message)
                    .help("take away the spaces around it"),
            );
        }
        let part: Cut = body.slice(found.body).without(&found.gone);
        let map = part.map(site.map);
        let reading = read(site, &part, &map);
        if site.project.asked.is_some() {
            let at = map.locate(Span::new(0, part.text().len()));
            let why = "it is written to a file, of which nobody says what reads it";
            let open = found.kept.then_some(why);
            let judged = Judged { open, ..Judged::of_fence(site, words) };
            outcome.texts.push(ReadText::new(at, Holder::HereDocument, &reading, &map, &judged));
        }
        let (is_group_open, is_template) = (reading.is_group_open, reading.is_template);
        outcome.findings.extend(reading.findings);
        let mut documents = reading.documents;
        let mut judge = Judge::of_fence(site, words);
        // What is given to a server is a manifest, and may have lost its head.
        let is_meant = |document: &&mut Document| {
            document.is_manifest() || !found.kept && document.has_lost_its_head()
        };
        for document in documents.iter_mut().filter(is_meant) {
            if found.kept {
                document.gaps = document.gaps.and_everywhere();
            } else if found.is_whole && !document.gaps.has_gap() {
                document.extent = Extent::Whole;
            }
            if judge.document(document) {
                document.gaps = document.gaps.and_everywhere();
            }
            outcome.count(document);
        }
        let mut findings = judge.finish(is_template);
        if found.kept {
            // Settings of some tool have a kind as well.
            findings.retain(|finding| finding.code != &SCHEMA_MISSING);
        }
        outcome.findings.extend(findings);
        outcome.resources.extend(resource::of_here_document(site, &words.versions, &documents));
        let members = documents.into_iter().filter(group::is_shown);
        outcome.members.extend(members.map(|document| group::Member {
            group: words.group(),
            document,
            is_group_open,
            section: site.section.clone(),
        }));
    }
}
