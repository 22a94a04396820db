//! `explain FILE:LINE`: how the text at a line is read, and why; what is found there, and what is not said.

mod written;

use super::book::Book;
use super::cli::{Against, Findings, Manifests, ReadingFormat};
use super::project;
use super::terminal::way_to;
use super::validate;
use crate::check::{AskedLine, DocumentKind, Evidence, Holder, ReadDocument, ReadText, TextKind};
use crate::check::{is_among, lines, needs_mesh};
use crate::diag::Diagnostic;
use crate::report::Format;
use crate::text::Location;
use crate::world::{self, DiskWorld};
use anyhow::{Context, bail};
use std::path::{Path, PathBuf};
use written::{Explained, Found, Said, Shown, Text, Withheld};

/// A line of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    file: PathBuf,
    /// From 1.
    line: usize,
}

impl Place {
    /// Reads `FILE:LINE`, or `FILE:LINE:COLUMN` as findings have it; nothing where it is none.
    pub(super) fn read(name: &str) -> Option<Place> {
        let number = |text: &str| {
            let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            digits.then(|| text.parse().ok()).flatten()
        };
        let (rest, last) = name.rsplit_once(':')?;
        let last: usize = number(last)?;
        let (file, line) = match rest.rsplit_once(':').map(|(file, line)| (file, number(line))) {
            Some((file, Some(line))) => (file, line),
            _ => (rest, last),
        };
        (!file.is_empty()).then(|| Place { file: file.into(), line })
    }
}

/// All that a command has read and found.
struct Read {
    command: &'static str,
    /// From the folder that places are shown from to the one that sources are named from.
    base: PathBuf,
    texts: Vec<ReadText>,
    /// At the levels of their codes, and at those that are asked for.
    all: Vec<Diagnostic>,
    settled: Vec<Diagnostic>,
    /// Whether the whole file is left out, by a pattern.
    is_excluded: bool,
}

/// What there is to say of a line; `dir` is the book that the file may belong to. Where something to judge it against is
/// named, it is read as `validate` reads it.
pub(super) fn explain(
    place: &Place,
    dir: &Path,
    against: Against,
    format: ReadingFormat,
) -> anyhow::Result<String> {
    let shown = place.file.to_string_lossy().replace('\\', "/");
    let world = DiskWorld::new(".").and(&place.file);
    let bytes = world.read_named(&place.file).and_then(|bytes| world::text(shown.clone(), bytes));
    let source = bytes.with_context(|| format!("can't read `{shown}`"))?;
    let text = source.text();
    let lines = text.lines().count();
    if place.line == 0 || place.line > lines {
        bail!("`{shown}` has no line {}: it has {lines} lines", place.line);
    }
    let wanted = Findings::default();
    let file = real(&place.file);
    // A file may lie in another project than the current folder.
    let home = project::root(&place.file).ok();
    let own = against.is_empty().then(|| {
        let homes = std::iter::once(dir).chain(home.as_deref());
        homes.into_iter().find_map(|dir| in_book(&file, place.line, dir, &wanted))
    });
    let own = own.flatten();
    let (read, inner) = match own {
        Some(found) => found,
        None => alone(place, against, &wanted)?,
    };
    let line = text.lines().nth(place.line - 1).unwrap_or("");
    let explained = explained(place.line, line, &inner, &read);
    Ok(match format {
        ReadingFormat::Json => {
            format!("{}\n", crate::text::json(&serde_json::to_string(&explained)?))
        }
        ReadingFormat::Text => explained.written(),
    })
}

fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

/// What `check` reads, where the file is one of the book's; and what the book calls the file.
fn in_book(file: &Path, line: usize, dir: &Path, wanted: &Findings) -> Option<(Read, String)> {
    let is_it = |name: &str| real(&dir.join(name)) == file;
    let (book, name) = Book::read_traced(dir, wanted, line, is_it)?;
    let read = Read {
        command: "check",
        base: way_to(dir, <&Format>::default()).into(),
        texts: book.texts().cloned().collect(),
        all: book.unsettled().cloned().collect(),
        is_excluded: book.excludes(&name),
        settled: book.findings,
    };
    Some((read, name))
}

/// What `validate` reads of a file.
fn alone(place: &Place, against: Against, wanted: &Findings) -> anyhow::Result<(Read, String)> {
    let manifests = Manifests { paths: vec![place.file.clone()], against, ..Manifests::default() };
    let (name, checked, settled) = validate::traced(&manifests, place.line, wanted)?;
    let read = Read {
        command: "validate",
        base: PathBuf::new(),
        texts: checked.texts,
        all: checked.findings,
        settled,
        is_excluded: false,
    };
    Ok((read, name))
}

fn covers(at: &Location, file: &str, line: usize) -> bool {
    AskedLine { file: file.to_owned(), line }.is_in(at)
}

fn explained(line: usize, written: &str, file: &str, read: &Read) -> Explained {
    let mut out = Explained {
        file: read.named(file),
        line,
        command: read.command,
        text: None,
        documents: Vec::new(),
        findings: Vec::new(),
        withheld: Vec::new(),
        hints: Vec::new(),
    };
    let holds = |text: &&ReadText| {
        covers(&text.at, file, line)
            || text.documents.iter().any(|document| covers(&document.at, file, line))
    };
    // The smallest is the one that is meant: a here-document lies in a fence. Of what commands print, the same fence is read.
    let size = |text: &&ReadText| (text.at.span.len(), text.documents.is_empty());
    let text = read.texts.iter().filter(holds).min_by_key(size);
    let Some(text) = text else {
        out.findings = read
            .settled
            .iter()
            .filter(|f| covers(&f.at.location, file, line))
            .map(|f| found(f, read))
            .collect();
        out.hints = nowhere(written, line, file, read);
        return out;
    };
    let (first_line, last_line) = lines(&text.at);
    out.text = Some(Text {
        holder: match &text.holder {
            Holder::Fence(_) => "fence",
            Holder::HereDocument => "here-document",
            Holder::File => "file",
        },
        language: match &text.holder {
            Holder::Fence(language) => Some(language.clone()),
            _ => None,
        },
        reading: text_reading(text.how),
        file: read.path(&text.at),
        first_line,
        last_line,
        evidence: said(&text.evidence, read),
    });
    let here = |document: &&ReadDocument| covers(&document.at, file, line);
    // A patch lies in the kustomization that holds it.
    let one = text.documents.iter().filter(here).min_by_key(|document| document.at.span.len());
    let documents: Vec<_> = one.map_or_else(|| text.documents.iter().collect(), |one| vec![one]);
    let within = |at: &Location| {
        let inside = |whole: &Location| {
            at.source.path() == whole.source.path()
                && whole.span.start <= at.span.start
                && at.span.start <= whole.span.end
        };
        let in_document = documents.iter().any(|document| inside(&document.at));
        in_document || documents.len() == text.documents.len() && inside(&text.at)
    };
    let place = |finding: &&Diagnostic| within(&finding.at.location);
    out.findings = read.settled.iter().filter(place).map(|one| found(one, read)).collect();
    let is_shown = |finding: &Diagnostic| is_among(finding, &read.settled);
    for finding in read.all.iter().filter(place).filter(|finding| !is_shown(finding)) {
        let because = "the level of its code is `allow`".to_owned();
        out.withheld.push(Withheld { finding: found(finding, read), because });
    }
    for document in &documents {
        for finding in document.said.iter().filter(|one| !is_among(one, &read.all)) {
            let because = match document.fails {
                true => "the fence says `fails`, so this is what it is to show",
                false if needs_mesh(finding) => {
                    "nothing beside it is for a mesh, and without one it does no harm"
                }
                false => "it is said once for the text, or for each kind",
            };
            out.withheld
                .push(Withheld { finding: found(finding, read), because: because.to_owned() });
        }
        let withheld = document.withheld.iter();
        out.withheld.extend(withheld.map(|(finding, because)| Withheld {
            finding: found(finding, read),
            because: because.clone(),
        }));
        out.documents.push(document_shown(document, read));
    }
    out.hints = hints(text, &documents);
    out
}

fn text_reading(how: TextKind) -> &'static str {
    match how {
        TextKind::Manifests => "manifests",
        TextKind::Template => "template",
        TextKind::Session => "console session",
        TextKind::Shell => "commands",
        TextKind::Other => "not YAML",
        TextKind::OtherLanguage => "another language",
        TextKind::Ignored => "ignored",
    }
}

fn document_reading(how: &DocumentKind) -> (&'static str, Option<String>) {
    match how {
        DocumentKind::Manifest => ("manifest", None),
        DocumentKind::MarkedPart => ("marked part", None),
        DocumentKind::UnmarkedPart(lacks) => {
            ("unmarked part", Some(format!("lacks {}", lacks.join(", "))))
        }
        DocumentKind::Fragment(place) => ("fragment", Some(place.clone())),
        DocumentKind::Patch => ("patch", None),
        DocumentKind::JsonPatch => ("JSON patch", None),
        DocumentKind::Settings(tool) => ("settings", Some((*tool).to_owned())),
        DocumentKind::Encrypted => ("encrypted", None),
        DocumentKind::Other => ("no manifest", None),
    }
}

fn document_shown(document: &ReadDocument, read: &Read) -> Shown {
    let (reading, of) = document_reading(&document.how);
    let (first_line, last_line) = lines(&document.at);
    let [api_version, kind, name] = document.head.clone();
    let (release, release_because) = document.release.clone().unzip();
    Shown {
        reading,
        of,
        file: read.path(&document.at),
        first_line,
        last_line,
        api_version,
        kind,
        name,
        schema: document.schema.clone(),
        release,
        release_because,
        evidence: said(&document.evidence, read),
    }
}

fn said(evidence: &[Evidence], read: &Read) -> Vec<Said> {
    let said = |one: &Evidence| Said {
        file: one.at.as_ref().map(|at| read.path(at)),
        line: one.at.as_ref().map(|at| at.start().line),
        column: one.at.as_ref().map(|at| at.start().column),
        says: one.says.clone(),
    };
    evidence.iter().map(said).collect()
}

fn found(finding: &Diagnostic, read: &Read) -> Found {
    let at = finding.at.location.start();
    Found {
        code: finding.code.name,
        file: read.path(&finding.at.location),
        severity: finding.severity.to_string(),
        line: at.line,
        column: at.column,
        message: finding.message.clone(),
    }
}

impl Read {
    fn path(&self, at: &Location) -> String {
        self.named(at.source.path())
    }

    /// What a file is called from where the program runs.
    fn named(&self, file: &str) -> String {
        self.base.join(file).to_string_lossy().replace('\\', "/")
    }
}

/// What stands at a line of which nothing is read as manifests, and where the nearest fences are.
fn nowhere(written: &str, line: usize, file: &str, read: &Read) -> Vec<String> {
    let mut hints = Vec::new();
    if read.is_excluded {
        hints.push("`exclude` in the settings leaves this page out".to_owned());
        return hints;
    }
    let trimmed = written.trim();
    hints.push(match trimmed {
        "" => "an empty line".to_owned(),
        text if text.starts_with('#') => "a heading".to_owned(),
        text if text.starts_with("<!--") => "a comment, perhaps a directive".to_owned(),
        _ => "text outside of every fence".to_owned(),
    });
    let here = || read.texts.iter().filter(|text| text.at.source.path() == file);
    let above = here().filter(|text| lines(&text.at).1 < line).max_by_key(|text| lines(&text.at).1);
    let below = here().filter(|text| lines(&text.at).0 > line).min_by_key(|text| lines(&text.at).0);
    for (text, which) in [(above, "above"), (below, "below")] {
        if let Some(text) = text {
            let (first, last) = lines(&text.at);
            hints.push(format!("the nearest fence {which} it is in lines {first} to {last}"));
        }
    }
    if here().next().is_none() {
        hints.push("there is no fence in this file".to_owned());
    }
    hints
}

/// What an author could write to have it read in another way.
fn hints(text: &ReadText, documents: &[&ReadDocument]) -> Vec<String> {
    let in_fence = matches!(text.holder, Holder::Fence(_));
    let mut hints: Vec<String> = Vec::new();
    let mut hint = |text: &str| {
        if hints.iter().all(|known| known != text) {
            hints.push(text.to_owned());
        }
    };
    match text.how {
        TextKind::Ignored => hint("take `ignore` away from behind the language to have it checked"),
        TextKind::OtherLanguage => {
            hint("write `yaml` as the fence's language to have it read as manifests");
        }
        TextKind::Other => {
            hint("`fails` or `fragment=KIND:PATH` behind the language says that it is YAML");
        }
        TextKind::Session => hint("without the commands it is read as manifests only"),
        TextKind::Template => hint("`ignore` behind the language leaves it out"),
        TextKind::Shell => hint("a here-document of `kubectl apply -f -` is read as a manifest"),
        TextKind::Manifests => {}
    }
    for document in documents {
        match &document.how {
            DocumentKind::Manifest => {
                hint("a line `# ...` where something is left out makes it a part");
                if in_fence {
                    hint(
                        "`ignore` behind the language leaves it out, `fails` says that it is wrong",
                    );
                }
            }
            DocumentKind::MarkedPart => {
                hint("without the marks, and with all that they stand for, it is a whole manifest");
            }
            DocumentKind::UnmarkedPart(_) => {
                hint(
                    "write what it lacks to have it judged as a whole, or mark the place with `# ...`",
                );
            }
            DocumentKind::Fragment(_) => hint("without `fragment` it is read as a whole manifest"),
            DocumentKind::Patch => hint(
                "a manifest holds no directives of patches, and no kustomization names it as one",
            ),
            DocumentKind::JsonPatch => {}
            DocumentKind::Settings(_) if document.schema.is_some() => {}
            DocumentKind::Settings(_) => {
                hint("`schemas add` the schema of its kind to have what it holds checked");
            }
            DocumentKind::Encrypted => hint("decrypt it with `sops -d` to have it checked"),
            DocumentKind::Other if in_fence => {
                hint(
                    "`fragment=KIND:PATH` behind the language says of which manifest it is a part",
                );
            }
            DocumentKind::Other => hint("a manifest has `apiVersion` and `kind`"),
        }
    }
    hints
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_file_and_a_line() {
        let place = |file: &str, line| Some(Place { file: file.into(), line });
        assert_eq!(Place::read("a.md:3"), place("a.md", 3));
        assert_eq!(Place::read("./src/a.md:3:14"), place("./src/a.md", 3));
        assert_eq!(Place::read("C:/a.md:3"), place("C:/a.md", 3));
        for text in
            ["a.md", "drift", ":3", "a.md:", "a.md:x", "a.md:-1", "VirtualService:spec.http[]"]
        {
            assert_eq!(Place::read(text), None, "{text}");
        }
    }
}
