//! What is checked together: a book as `check` checks it, or a file by itself as `validate` does.

use crate::check::{self, File, Project};
use crate::diag::Diagnostic;
use crate::host::book::Book;
use crate::host::cli::Findings;
use crate::host::overlay::{Overlay, Stop, Texts};
use crate::host::validate;
use crate::reference::all_codes;
use crate::text::Source;
use crate::world::{DiskWorld, World, display, normalize};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// How many folders above a file may hold a kustomization that takes it for a patch.
const MOST_ABOVE: usize = 3;

/// What is checked together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Unit {
    /// The project in a folder: a book or a tree.
    Book(PathBuf),
    /// A file of no project.
    File(PathBuf),
}

/// What came of a unit.
pub(super) struct Analysis {
    /// Where the paths of findings start.
    root: PathBuf,
    /// What was found, at the levels that are asked for.
    findings: Vec<Diagnostic>,
    /// The files that it consists of.
    files: BTreeSet<PathBuf>,
    /// What else was read or would be if it were there: files that facts name, and files or folders of schemas and policies.
    beside: BTreeSet<PathBuf>,
    /// The book; nothing for a file, or where a book can't be read.
    pub(super) book: Option<Book>,
}

impl Analysis {
    /// What was found.
    pub(super) fn findings(&self) -> &[Diagnostic] {
        self.book.as_ref().map_or(&self.findings, |book| &book.findings)
    }

    /// Whether a file is part of it: it is checked with it.
    pub(super) fn holds(&self, file: &Path) -> bool {
        self.files.contains(file)
    }

    /// Whether what was found depends on a file.
    pub(super) fn reads(&self, file: &Path) -> bool {
        let is_below = || self.beside.iter().any(|folder| file.starts_with(folder));
        self.holds(file) || self.beside.contains(file) || is_taken_in(file) && is_below()
    }

    /// The file that findings call so.
    pub(super) fn file(&self, name: &str) -> PathBuf {
        normalize(&self.root.join(name))
    }

    /// The folder of the book; nothing for a file.
    pub(super) fn book_root(&self) -> Option<PathBuf> {
        self.book.as_ref().map(|_| self.root.clone())
    }

    /// The files that it consists of.
    pub(super) fn files(&self) -> impl Iterator<Item = &Path> {
        self.files.iter().map(PathBuf::as_path)
    }

    /// A file as it is on the disk.
    pub(super) fn read(&self, path: &Path) -> Option<Arc<Source>> {
        let below = path.strip_prefix(&self.root).unwrap_or(path);
        DiskWorld::new(&self.root).source(below).ok()
    }

    /// What its manifests and its text are judged with.
    pub(super) fn project(&self) -> &Project {
        match &self.book {
            Some(book) => book.project(),
            None => plain(),
        }
    }
}

/// Whether a file of no book can hold manifests, by its name.
pub(super) fn is_checked_alone(path: &Path) -> bool {
    let name = path.to_string_lossy();
    let extension = path.extension().map(std::ffi::OsStr::to_ascii_lowercase);
    check::is_markdown(&name)
        || extension
            .is_some_and(|extension| ["yaml", "yml", "json"].iter().any(|one| extension == *one))
}

/// Whether a file of this name is one that books take in from their folders.
pub(super) fn is_taken_in(path: &Path) -> bool {
    is_checked_alone(path) || path.extension().is_some_and(|extension| extension == "toml")
}

/// Checks a unit; nothing where nobody waits for it any more.
pub(super) fn analyse(unit: &Unit, texts: Texts, stop: &Stop) -> Option<Analysis> {
    match unit {
        Unit::Book(root) => of_book(root, texts, stop),
        Unit::File(path) => of_file(path, texts, stop),
    }
}

fn of_book(root: &Path, texts: Texts, stop: &Stop) -> Option<Analysis> {
    let read = check::Book::read(&Overlay::new(root, texts, stop.clone()));
    if stop.is_stopped() {
        return None;
    }
    let book = read.ok().and_then(|book| Book::check(book, &Findings::default()).ok());
    let path = |name: &Path| normalize(&root.join(name));
    let files: BTreeSet<PathBuf> =
        book.iter().flat_map(Book::files).map(|name| path(Path::new(name))).collect();
    let beside = book.iter().flat_map(Book::reads).map(|name| path(&name));
    let beside = beside.filter(|path| !files.contains(path)).collect();
    Some(Analysis { root: root.to_owned(), findings: Vec::new(), files, beside, book })
}

/// Checks a file. That a kustomization above it takes it for a patch is known, and nothing else of its neighbours.
fn of_file(path: &Path, texts: Texts, stop: &Stop) -> Option<Analysis> {
    let root = root_of(path);
    let world = Overlay::new(&root, texts, stop.clone());
    let below = path.strip_prefix(&root).unwrap_or(path);
    let mut files = Vec::new();
    let mut findings = Vec::new();
    match world.source(below) {
        Ok(source) => files.push(File { source, named: false }),
        Err(_) if stop.is_stopped() => return None,
        Err(why) => findings.push(check::unreadable(&display(below), &why)),
    }
    for folder in below.ancestors().skip(1) {
        for name in ["kustomization.yaml", "kustomization.yml"] {
            let beside = folder.join(name);
            if beside != below
                && let Ok(source) = world.source(&beside)
            {
                files.push(File { source, named: false });
            }
        }
    }
    if !files.is_empty() {
        let found = check::check_files(plain(), &files, false).findings;
        let name = display(below);
        findings.extend(found.into_iter().filter(|found| found.at.location.source.path() == name));
    }
    let findings = Diagnostic::once_per_subject(findings);
    let findings = check::settle(findings, &plain().config.levels, &all_codes());
    let files = BTreeSet::from([path.to_owned()]);
    Some(Analysis { root, findings, files, beside: BTreeSet::new(), book: None })
}

/// The folder that the paths of a file's findings start at: some way above it, but not above its repository.
fn root_of(path: &Path) -> PathBuf {
    let folders: Vec<&Path> = path.ancestors().skip(1).take(MOST_ABOVE).collect();
    let repository = folders.iter().position(|folder| folder.join(".git").exists());
    let highest = repository.unwrap_or(folders.len().saturating_sub(1));
    folders.get(highest).copied().unwrap_or(path).to_owned()
}

/// What a file of no book is checked with: the embedded schemas, the newest releases, no model.
fn plain() -> &'static Project {
    static PLAIN: OnceLock<Project> = OnceLock::new();
    PLAIN.get_or_init(validate::plain)
}

/// Shared by who checks and who answers.
pub(super) type Shared = Arc<Analysis>;
