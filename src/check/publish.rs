//! What mdBook itself reads and writes for a book, held to the rule that holds for what we read.
//!
//! mdBook copies every file below `src`, the theme's and the additional ones to where it publishes, follows each link on the
//! way, and writes where names with `..` lead. Its settings come from whoever wrote the book.

use crate::config;
use crate::diag::Diagnostic;
use crate::markdown::{self, BOOK_TOO_LARGE, PUBLISHED_OUTSIDE};
use crate::text::{Location, Source};
use crate::world::{
    Forbidden, OUTSIDE_REPOSITORY, UNFIT_FILE, World, display, normalize, unreadable,
};
use serde_json::Value as Json;
use std::collections::BTreeSet;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// Whether a book with this finding must not get as far as mdBook's own code: it publishes what it should not read, writes
/// where it should not, or does not end.
pub fn harms(finding: &Diagnostic) -> bool {
    [&OUTSIDE_REPOSITORY, &UNFIT_FILE, &PUBLISHED_OUTSIDE, &BOOK_TOO_LARGE].contains(&finding.code)
}

/// What mdBook would read or write elsewhere, by the settings in `book.toml` and the links in its folders.
pub(super) fn judge(world: &dyn World, book_toml: &Arc<Source>, config: &Json) -> Vec<Diagnostic> {
    let mut judge = Judge { world, book_toml, findings: Vec::new(), seen: BTreeSet::new() };
    let text = |pointer: &str| config.pointer(pointer).and_then(Json::as_str).map(Path::new);
    let source = text("/book/src").unwrap_or(Path::new("src"));
    let build = text("/build/build-dir").unwrap_or(Path::new("book"));
    // What the command line or the environment has put in its place is the user's own affair.
    if config::value(book_toml, &["build", "build-dir"])
        .as_ref()
        .and_then(Json::as_str)
        .map(Path::new)
        == Some(build)
    {
        judge.may_use(&["build", "build-dir"], build);
    }
    let avoid = world.real(build).ok();
    if judge.may_use(&["book", "src"], source) {
        judge.links(source, avoid.as_deref(), true);
    }
    let theme = text("/output/html/theme").unwrap_or(Path::new("theme"));
    if judge.may_use(&["output", "html", "theme"], theme) {
        judge.links(theme, avoid.as_deref(), false);
    }
    for key in ["additional-css", "additional-js"] {
        let files = config.pointer(&format!("/output/html/{key}")).and_then(Json::as_array);
        for file in files.into_iter().flatten().filter_map(Json::as_str).map(Path::new) {
            let keys = ["output", "html", key];
            judge.stays(&keys, file);
            judge.may_read(&keys, file);
        }
    }
    let keys = ["output", "html", "input-404"];
    match text("/output/html/input-404") {
        Some(page) => {
            judge.stays(&keys, page);
            judge.may_read(&keys, &source.join(page));
        }
        None => judge.may_read(&["book", "src"], &source.join("404.md")),
    }
    let redirects = config.pointer("/output/html/redirect").and_then(Json::as_object);
    for from in redirects.into_iter().flat_map(|redirects| redirects.keys()) {
        let page = from.trim_start_matches('/').split('#').next().unwrap_or_default();
        judge.stays(&["output", "html", "redirect", from], Path::new(page));
    }
    judge.findings
}

/// What harms in a book that mdBook is about to read, and every file that it is made of.
///
/// `config` is `book.toml` as mdBook has it. The error is that there is no book here.
pub fn before_mdbook(
    world: &dyn World,
    config: &Json,
) -> io::Result<(Vec<Diagnostic>, BTreeSet<PathBuf>)> {
    let book_toml = match world.source(Path::new("book.toml")) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Source::new("book.toml", ""),
        read => read?,
    };
    let mut findings = judge(world, &book_toml, config);
    let folder = config.pointer("/book/src").and_then(Json::as_str).unwrap_or("src");
    let book = markdown::read_book(world, Path::new(folder));
    findings.extend(book.findings);
    let expanded = markdown::expand_all(&book.chapters, |chapter, files| {
        let (path, source) = (chapter.path.as_ref()?, chapter.source.as_ref()?);
        let expanded = markdown::expand(world, source, path, files);
        Some((expanded.findings, expanded.files))
    });
    let (settings, _) = config::Config::read(&book_toml, config.pointer("/preprocessor/plumb"));
    let mut files =
        BTreeSet::from(["book.toml", "model.toml", "model", "schemas", ".git"].map(PathBuf::from));
    files.extend([PathBuf::from(folder), settings.policies]);
    files.extend(settings.model.into_iter().chain(settings.schemas));
    let html = |key: &str| config.pointer(&format!("/output/html/{key}"));
    files.insert(html("theme").and_then(Json::as_str).unwrap_or("theme").into());
    for key in ["additional-css", "additional-js"] {
        let named = html(key).and_then(Json::as_array).into_iter().flatten();
        files.extend(named.filter_map(Json::as_str).map(PathBuf::from));
    }
    files.extend(book.summary.iter().map(|source| PathBuf::from(source.path())));
    for (found, read) in expanded.into_iter().flatten() {
        findings.extend(found);
        files.extend(read.iter().map(|source| PathBuf::from(source.path())));
    }
    findings.retain(harms);
    Ok((findings, files))
}

struct Judge<'a> {
    world: &'a dyn World,
    book_toml: &'a Arc<Source>,
    findings: Vec<Diagnostic>,
    /// The folders that have been looked into.
    seen: BTreeSet<PathBuf>,
}

impl Judge<'_> {
    /// Whether a setting's path is in the repository.
    fn may_use(&mut self, keys: &[&str], path: &Path) -> bool {
        let real = self.world.real(path).map(drop);
        self.passes(keys, path, real)
    }

    /// Reports a setting's path that is in the repository and no file to read; one that is missing is mdBook's to report.
    fn may_read(&mut self, keys: &[&str], path: &Path) {
        let read = self.world.read(path).map(drop);
        self.passes(keys, path, read);
    }

    fn passes(&mut self, keys: &[&str], path: &Path, outcome: io::Result<()>) -> bool {
        match outcome {
            Err(error) if Forbidden::of(&error).is_some() => {
                let at = config::place(self.book_toml, keys);
                let what = format!("`{}`", display(path));
                self.findings.push(unreadable(&OUTSIDE_REPOSITORY, at, &what, &error));
                false
            }
            _ => true,
        }
    }

    /// Reports a name that leads out of the folder that it is written below.
    fn stays(&mut self, keys: &[&str], path: &Path) {
        let first =
            normalize(path).components().next().map(|part| matches!(part, Component::Normal(_)));
        if first == Some(false) {
            let message = format!(
                "`{}` would be written outside of the folder that mdBook builds into",
                path.display()
            );
            let at = config::place(self.book_toml, keys);
            self.findings.push(Diagnostic::new(&PUBLISHED_OUTSIDE, at, message));
        }
    }

    /// Reports the links in a folder that lead out of the repository. Of the sources, mdBook copies all but the chapters.
    fn links(&mut self, folder: &Path, avoid: Option<&Path>, sources: bool) {
        let mut waiting = vec![folder.to_owned()];
        while let Some(folder) = waiting.pop() {
            match self.world.real(&folder) {
                Ok(real) if Some(real.as_path()) != avoid && self.seen.insert(real.clone()) => {}
                _ => continue,
            }
            // A folder that is missing, or can't be read, is for mdBook to report.
            for entry in self.world.list(&folder).unwrap_or_default() {
                let chapter = sources
                    && !entry.is_folder
                    && entry.path.extension().is_some_and(|e| e == "md");
                if !chapter
                    && (entry.is_link || entry.is_folder)
                    && let Err(error) = self.world.real(&entry.path)
                    && Forbidden::of(&error).map(Forbidden::code) == Some(&OUTSIDE_REPOSITORY)
                {
                    let at = Location::start_of(&Source::new(display(&entry.path), ""));
                    let what = format!("`{}`, which mdBook would publish,", display(&entry.path));
                    self.findings.push(unreadable(&OUTSIDE_REPOSITORY, at, &what, &error));
                } else if entry.is_folder {
                    waiting.push(entry.path);
                } else if !sources
                    && let Err(error) = self.world.read(&entry.path)
                    && Forbidden::of(&error).is_some()
                {
                    // Of the sources, mdBook passes over what is no regular file; a pipe in a theme it would wait for.
                    let at = Location::start_of(&Source::new(display(&entry.path), ""));
                    let what = format!("`{}`", display(&entry.path));
                    self.findings.push(unreadable(&OUTSIDE_REPOSITORY, at, &what, &error));
                }
            }
        }
    }
}
