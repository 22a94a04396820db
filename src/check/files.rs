//! Plain files: manifests, and Markdown outside of any book.
//!
//! The same engine as for a book's fences. What stands in one file is analysed together, as what stands in one chapter is;
//! or all the files are, where the caller knows that they are applied together.

use super::group::{self, Groups};
use super::{Chapter, Counts, Project, chapter, elision, fences, heredoc, placeholder};
use crate::diag::{Code, Diagnostic, Level};
use crate::manifest::{self, Format};
use crate::text::{Location, Source, TextMap};
use rayon::prelude::*;
use std::sync::Arc;

/// What of a file is read, from its name: a chapter, or manifests.
fn is_markdown(path: &str) -> bool {
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    matches!(extension.to_ascii_lowercase().as_str(), "md" | "markdown")
}

/// Checks files; with `together`, all their manifests are one group.
pub fn check_files(
    project: &Project,
    files: &[Arc<Source>],
    together: bool,
) -> (Vec<Diagnostic>, Counts) {
    let outcomes: Vec<_> = files
        .par_iter()
        .map(|file| match is_markdown(file.path()) {
            true => markdown(project, file),
            false => manifests(project, file),
        })
        .collect();
    let (mut findings, mut counts, mut groups) = (Vec::new(), Counts::default(), Groups::default());
    let mut members = Vec::new();
    for outcome in outcomes {
        findings.extend(outcome.findings);
        counts += outcome.counts;
        let (named, own): (Vec<_>, Vec<_>) =
            outcome.members.into_iter().partition(|member| member.group.is_some());
        groups.add(named);
        if together {
            members.extend(own);
        } else {
            let between = group::analyse(&own, &findings);
            findings.extend(between);
        }
    }
    let mut between = group::analyse(&members, &findings);
    between.extend(groups.analyse(&findings));
    findings.extend(between);
    (findings, counts)
}

fn manifests(project: &Project, file: &Arc<Source>) -> chapter::Outcome {
    let format = if file.path().ends_with(".json") { Format::Json } else { Format::Yaml };
    let read = manifest::read(file.text(), &TextMap::identity(file), format);
    let mut outcome = chapter::Outcome { findings: read.findings, ..chapter::Outcome::default() };
    for document in read.documents {
        outcome.counts.manifests += 1;
        outcome.findings.extend(project.validate(&document, &project.versions));
        if document.is_manifest() {
            outcome.members.push(group::Member { group: None, document });
        }
    }
    outcome
}

/// A Markdown file's manifests. Directives are the business of the book that it may belong to.
fn markdown(project: &Project, file: &Arc<Source>) -> chapter::Outcome {
    let chapter = Chapter {
        title: String::new(),
        path: file.path().to_owned(),
        text: file.text().to_owned(),
        map: TextMap::identity(file),
    };
    let mut outcome = chapter::check(project, &chapter);
    let fences = [fences::CODES, placeholder::CODES, elision::CODES, heredoc::CODES];
    let fences = fences.into_iter().flatten().copied();
    let ours: Vec<&Code> = manifest::codes().chain(fences).collect();
    outcome.findings.retain(|finding| ours.contains(&finding.code));
    outcome.counts.directives = 0;
    outcome
}

/// A file that can't be read, as a finding.
pub fn unreadable(path: &str, why: &std::io::Error) -> Diagnostic {
    let place = Location::start_of(&Source::new(path, ""));
    Diagnostic::new(&UNREADABLE_FILE, place, format!("`{path}` can't be read: {why}"))
}

pub(super) static CODES: &[&Code] = &[&UNREADABLE_FILE];

/// A file that can't be read.
pub(super) static UNREADABLE_FILE: Code = Code {
    name: "unreadable-file",
    level: Level::Deny,
    summary: "a file of manifests can't be read",
    page: "A file that `validate` came upon can't be opened, or is not UTF-8; its manifests have not been checked.

```console
$ mdbook-plumb validate manifests/
```

Mend the file, or leave it out. Kubernetes takes UTF-8 only.",
    alias: "",
};
