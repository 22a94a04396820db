//! Plain files: manifests, and Markdown outside of any book.
//!
//! The same engine as for a book's fences. What stands in one file is analysed together, as what stands in one chapter is;
//! or all the files are, where the caller knows that they are applied together. A folder of manifests holds other files
//! too: settings, a chart's values, the patches of a kustomization.

use super::codes::{NOTHING_TO_VALIDATE, UNREADABLE_FILE};
use super::group::{self, Groups};
use super::judge::Judge;
use super::sections::Section;
use super::shown;
use super::texts::{Holder, ReadText};
use super::trace::Judged;
use super::{Chapter, Counts, Project, chapter, kustomize};
use crate::diag::Diagnostic;
use crate::manifest::{Document, Extent, Format, tools};
use crate::markdown;
use crate::reading::{self, Setting, Text};
use crate::text::{Location, Source, Span, TextMap};
use crate::world;
use rayon::prelude::*;
use std::sync::Arc;

/// A file to check.
#[derive(Clone, Debug)]
pub struct File {
    /// What it holds.
    pub source: Arc<Source>,
    /// Whether someone asked for this very file. What lies in a folder need be no manifest.
    pub named: bool,
}

impl File {
    /// Whether a fence of it may belong to a group with a name, whose other members stand in other files.
    fn may_hold_groups(&self) -> bool {
        self.is_page() && self.source.text().contains("group=")
    }

    /// Whether it is read as a page: by its name, or as it begins with a fence, which a site includes in one.
    fn is_page(&self) -> bool {
        is_markdown(self.source.path()) || self.source.text().trim_start().starts_with("```")
    }
}

/// Whether a file says by its name that it is a patch, whichever kustomization applies it: `patch-web.yaml`, `web.patch.yml`.
fn is_named_patch(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let mut words = stem.split(['-', '_', '.']);
    words.next() == Some("patch") || words.next_back() == Some("patch")
}

/// Whether a file is a chapter, by its name; else it holds manifests.
pub fn is_markdown(path: &str) -> bool {
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    matches!(extension.to_ascii_lowercase().as_str(), "md" | "mdx" | "markdown")
}

/// What came of files.
#[derive(Debug, Default)]
pub struct CheckedFiles {
    /// In no particular order; a report sorts them.
    pub findings: Vec<Diagnostic>,
    /// What was looked at in each file.
    pub counts: Vec<Counts>,
    /// How the texts were read, where the project asks for that.
    pub texts: Vec<ReadText>,
}

/// Checks files; with `together`, all their manifests are one group.
pub fn check_files(project: &Project, files: &[File], together: bool) -> CheckedFiles {
    let patches = kustomize::patches(files.iter().map(|file| &file.source));
    let labelled = kustomize::labelled(files.iter().map(|file| &file.source));
    let built = |file: &File| {
        let path = kustomize::normal(file.source.path());
        let is_below = |folder: &String| {
            path.strip_prefix(folder.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let patch = match () {
            () if patches.contains(&path) => Some(Patch::Applied),
            () if is_named_patch(&path) => Some(Patch::Named),
            () => None,
        };
        Built { patch, is_labelled: labelled.iter().any(is_below) }
    };
    let mut outcomes: Vec<_> = files
        .par_iter()
        .map(|file| {
            if !together && !project.share.holds(file.source.path()) && !file.may_hold_groups() {
                return chapter::ChapterOutcome::default();
            }
            if file.is_page() {
                return markdown(project, &file.source);
            }
            let mut outcome = manifests(project, file, built(file));
            if !together {
                group::spare_without_mesh(&mut outcome.findings, &outcome.members);
            }
            outcome
        })
        .collect();
    if together && let Some(beside) = defined_among(project, &outcomes) {
        outcomes.par_iter_mut().zip(files).for_each(|(outcome, file)| {
            if lacks_schema(project, outcome) && !file.is_page() {
                *outcome = manifests(&beside, file, built(file));
            }
        });
    }
    let (mut checked, mut groups) = (CheckedFiles::default(), Groups::default());
    let (mut members, mut apart) = (Vec::new(), Vec::new());
    for (outcome, file) in outcomes.into_iter().zip(files) {
        // What holds in a mesh may be shown to be in one by another file.
        match together && !file.is_page() {
            true => apart.extend(outcome.findings),
            false => checked.findings.extend(outcome.findings),
        }
        let is_ours = project.share.holds(file.source.path());
        checked.counts.push(if is_ours { outcome.counts } else { Counts::default() });
        checked.texts.extend(outcome.chapter.texts);
        let (named, own): (Vec<_>, Vec<_>) =
            outcome.members.into_iter().partition(|member| member.group.is_some());
        groups.add(named);
        if together {
            members.extend(own);
        } else {
            let between = group::analyse(&own);
            checked.findings.extend(between);
        }
    }
    group::spare_without_mesh(&mut apart, &members);
    checked.findings.extend(apart);
    let mut between = group::analyse(&members);
    between.extend(groups.analyse());
    checked.findings.extend(between);
    checked
}

fn lacks_schema(project: &Project, outcome: &chapter::ChapterOutcome) -> bool {
    let lacks =
        |member: &group::Member| shown::lacks_schema(project, &member.document, &project.versions);
    outcome.members.iter().any(lacks)
}

/// The project with what files that are applied together define, where one of them lacks a schema.
fn defined_among(project: &Project, outcomes: &[chapter::ChapterOutcome]) -> Option<Project> {
    outcomes.iter().any(|outcome| lacks_schema(project, outcome)).then_some(())?;
    let members = outcomes.iter().flat_map(|outcome| &outcome.members);
    let documents = members.map(|member| &member.document);
    shown::with_definitions(project, documents, &project.versions)
}

/// A file that patches others, so that it need not be whole.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Patch {
    /// A kustomization names it: it holds only what it changes.
    Applied,
    /// It calls itself one: what it lacks shows that it is.
    Named,
}

/// What kustomizations make of a file.
#[derive(Clone, Copy)]
struct Built {
    patch: Option<Patch>,
    /// One adds labels, to the selectors too.
    is_labelled: bool,
}

/// A file's manifests.
fn manifests(project: &Project, file: &File, built: Built) -> chapter::ChapterOutcome {
    let source = &file.source;
    let (text, map) = (source.text(), TextMap::identity(source));
    let format = if source.path().ends_with(".json") { Format::Json } else { Format::Yaml };
    let setting = Setting::File;
    let mut read = reading::read(&Text { text, map: &map, format, setting, is_certain: true });
    // Beside a manifest, a document that is none has lost its head: a stray `---`, most often.
    let asked = (file.named || read.documents.iter().any(Document::is_manifest))
        && built.patch.is_none()
        && !kustomize::is_kustomization(source.path());
    if !asked && !text.contains("apiVersion") {
        read.findings.clear();
    }
    if built.patch == Some(Patch::Named) {
        read.documents.iter_mut().for_each(|document| document.extent = Extent::Announced);
    }
    let lacks = |document: &Document| shown::lacks_schema(project, document, &project.versions);
    let beside = match read.documents.iter().any(lacks) {
        true => shown::with_definitions(project, &read.documents, &project.versions),
        false => None,
    };
    let project = beside.as_ref().unwrap_or(project);
    let mut outcome = chapter::ChapterOutcome::default();
    if project.asked.is_some() {
        let at = Location::new(source, Span::new(0, text.len()));
        let open = (built.patch == Some(Patch::Applied))
            .then_some("a kustomization names this file as a patch");
        let judged = Judged {
            project,
            site: None,
            versions: &project.versions,
            fragment: None,
            open,
            fails: false,
        };
        outcome.chapter.texts.push(ReadText::new(at, Holder::File, &read, &map, &judged));
    }
    outcome.findings = read.findings;
    let mut judge = Judge::new(project, &project.versions);
    for mut document in read.documents {
        let is_json_patch = reading::is_json_patch(&document.root);
        if is_json_patch {
            judge.json_patch(&document);
        }
        if is_json_patch || !asked && !is_meant(&document) {
            outcome.counts.ignored += 1;
            continue;
        }
        if built.patch == Some(Patch::Applied) {
            document.gaps = document.gaps.and_everywhere();
        } else if built.is_labelled {
            kustomize::leave_out_labels(&mut document);
        }
        let tool = tools::of(&document);
        if let Some(tool) = tool.filter(|tool| !tool.is_message) {
            *outcome.counts.settings.entry(&tool.name).or_default() += 1;
        } else if !project.engine.is_empty_list(&document, &project.versions) {
            outcome.counts.manifests += 1;
        }
        judge.document(&document);
        if group::is_shown(&document) {
            let is_group_open = read.is_group_open;
            let section = Section::default();
            outcome.members.push(group::Member { group: None, document, is_group_open, section });
        }
    }
    outcome.findings.extend(judge.finish(read.is_template));
    outcome
}

/// Whether a document is meant as a manifest, or as settings that are known: others have neither an `apiVersion` nor a `kind`.
fn is_meant(document: &Document) -> bool {
    let has = |field| document.root.get(field).is_some();
    document.is_manifest()
        || tools::of(document).is_some()
        || document.has_lost_its_head()
        || has("metadata") && has("spec")
}

/// A Markdown file's manifests.
fn markdown(project: &Project, file: &Arc<Source>) -> chapter::ChapterOutcome {
    let (text, map) = markdown::contained(file);
    let chapter = Chapter {
        title: String::new(),
        path: file.path().to_owned(),
        text,
        map,
        origin: None,
        unread: Vec::new(),
        is_committed: false,
    };
    chapter::check(project, &chapter)
}

/// A file that can't be read, as a finding.
pub fn unreadable(path: &str, why: &std::io::Error) -> Diagnostic {
    let place = Location::start_of(&Source::new(path, ""));
    world::unreadable(&UNREADABLE_FILE, place, &format!("`{path}`"), why)
}

/// The finding for a place that holds no manifest at all: whoever named it thinks that something was validated.
pub fn nothing_in(place: &str) -> Diagnostic {
    let at = Location::start_of(&Source::new(place, ""));
    let message = format!("there is no manifest in `{place}`, so nothing has been validated");
    Diagnostic::new(&NOTHING_TO_VALIDATE, at, message)
}
