//! From a project's folder to what `check` needs: settings, model, schemas, pages.

use super::codes::{LINK_OUT, UNREADABLE_DIRECTIVE, UNREADABLE_MODEL, UNREADABLE_POLICY};
use super::described::Described;
use super::expanded::{ChapterFile, Text};
use super::tree::{self, Pages};
use super::{Chapter, Project, Scope, Share, links, platform, publish, unlisted};
use crate::config::{self, Config, Home};
use crate::diag::{Code, Diagnostic, Severity};
use crate::directive::own;
use crate::directive::versions;
use crate::manifest::{Engine, Schemas, Versions};
use crate::markdown::{
    self, CHAPTER_UNREADABLE, Dialect, Files, INCLUDE_UNREADABLE, INVALID_SUMMARY,
};
use crate::model::Model;
use crate::text::{Location, Source, TextMap};
use crate::world::{Forbidden, OUTSIDE_REPOSITORY, World, display, normalize, unreadable};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A project, ready to be checked: a book, or any other tree of Markdown, whose pages are its chapters here.
#[derive(Debug)]
pub struct Book {
    /// What its chapters are checked with.
    pub project: Project,
    /// Its title; empty for a tree.
    pub title: String,
    /// Its chapters that have a file, in the order of reading, or the pages of a tree by their paths.
    pub chapters: Vec<Chapter>,
    /// Every file that was read, for reports that list what passed.
    pub files: Vec<String>,
    /// The files that a build writes for mdBook to publish.
    pub assets: Vec<super::AssetFile>,
    /// Whether all of its pages were read, with what they include.
    pub is_whole: bool,
    /// What was found while reading.
    pub findings: Vec<Diagnostic>,
}

/// A chapter as mdBook hands it to a preprocessor.
#[derive(Clone, Copy, Debug)]
pub struct Given<'a> {
    /// Its title in the summary.
    pub name: &'a str,
    /// Its place in the book below `src`.
    pub path: &'a str,
    /// Its file below `src`; none where another preprocessor made it up.
    pub source_path: Option<&'a str>,
    /// Its text, includes expanded.
    pub content: &'a str,
}

impl Book {
    /// The files and folders that a check reads, whether they are there or not.
    pub fn reads(&self) -> impl Iterator<Item = PathBuf> + '_ {
        let config = &self.project.config;
        let files = self.files.iter().chain(&self.project.model.fetched).map(PathBuf::from);
        let folders = [config.policies.clone(), PathBuf::from(DIRECTIVES)];
        files.chain(config.schemas.iter().cloned()).chain(folders)
    }

    /// Reads a project from its sources, without mdBook. The error is that there is none here.
    pub fn read(world: &dyn World) -> io::Result<Book> {
        let is_missing = |error: &io::Error| error.kind() == io::ErrorKind::NotFound;
        match world.source(Path::new(Home::Book.file())) {
            Err(error) if is_missing(&error) => {
                let settings = world.source(Path::new(Home::Tree.file()))?;
                Ok(Book::of_tree(world, &settings))
            }
            book_toml => Ok(Book::of_mdbook(world, &book_toml?)),
        }
    }

    fn of_tree(world: &dyn World, settings: &Arc<Source>) -> Book {
        let mut book = Book::open(world, settings, None);
        book.add_pages(world, settings, None);
        book
    }

    /// Adds the pages that are no chapters; `src` is the folder of those.
    fn add_pages(&mut self, world: &dyn World, settings: &Arc<Source>, src: Option<&Path>) {
        let config = &self.project.config;
        let own = [Some(Path::new(DIRECTIVES)), Some(config.policies.as_path()), src];
        let own: Vec<&Path> = own.into_iter().flatten().collect();
        let Pages { mut chapters, is_whole, findings } = tree::read(world, config, settings, &own);
        chapters.retain(|page| !self.files.contains(&page.path));
        self.is_whole &= is_whole;
        self.project.is_partial |= !is_whole;
        self.findings.extend(findings);
        self.files.extend(chapters.iter().map(|page| page.path.clone()));
        if let Some(src) = src {
            // As a chapter would link to it.
            let up = "../".repeat(normalize(src).components().count());
            chapters.iter_mut().for_each(|page| page.path.insert_str(0, &up));
        }
        self.chapters.extend(chapters);
    }

    fn of_mdbook(world: &dyn World, book_toml: &Arc<Source>) -> Book {
        let mut book = Book::open(world, book_toml, None);
        let before = book.findings.len();
        if world.source(Path::new(Home::Tree.file())).is_ok() {
            book.findings.push(beside(Home::Tree.file()));
        }
        let late =
            config::value(book_toml, &["preprocessor", "plumb", "before"]).is_some_and(|before| {
                before.as_array().is_some_and(|all| all.contains(&"links".into()))
            });
        let folder = markdown::source_folder(book_toml.text());
        let summary = markdown::read_book(world, &folder);
        book.findings.extend(summary.findings);
        book.files.extend(summary.summary.iter().map(|source| source.path().to_owned()));
        let chapters = markdown::expand_all(&summary.chapters, |chapter, files| {
            let (path, source) = (chapter.path.as_ref()?, chapter.source.as_ref()?);
            let Text { text, map, origin, findings, files } =
                ChapterFile { world, source, path, files }.read(late);
            let below = chapter.location.as_deref().unwrap_or(path);
            let (title, path) = (chapter.name.clone(), display(below));
            let unread = unread(&findings);
            let chapter = Chapter { title, path, text, map, origin, unread, is_committed: false };
            Some((chapter, findings, files))
        });
        let mut read = BTreeMap::new();
        for (chapter, findings, files) in chapters.into_iter().flatten() {
            book.chapters.push(chapter);
            book.findings.extend(findings);
            book.files.extend(files.iter().map(|file| file.path().to_owned()));
            read.extend(files.into_iter().map(|file| (file.path().to_owned(), file)));
        }
        book.findings.extend(read.values().filter_map(|file| leads_out(world, file)));
        let is_read = |finding: &Diagnostic| finding.severity < Severity::Error;
        book.is_whole = book.findings[before..].iter().all(is_read);
        let unreadable = [&INCLUDE_UNREADABLE, &CHAPTER_UNREADABLE, &INVALID_SUMMARY];
        book.project.is_partial |=
            book.findings.iter().any(|finding| unreadable.contains(&finding.code));
        if !book.findings.iter().any(|finding| finding.code == &INVALID_SUMMARY) {
            let listed = summary.chapters.iter().filter_map(|chapter| chapter.location.clone());
            let listed: Vec<PathBuf> = listed.collect();
            let from = (book_toml, folder.as_path());
            if !links::has_others(book_toml) {
                let missing = links::check(world, from, &book.project, &listed, &book.chapters);
                book.findings.extend(missing);
                let unlisted =
                    unlisted::check(world, &folder, &book.project, (&book.files, &listed));
                book.findings.extend(unlisted);
            }
        }
        if !book.project.config.pages.patterns().is_empty() {
            book.add_pages(world, book_toml, Some(&folder));
        }
        book
    }

    /// Takes a book as mdBook gives it; the sources are read for the places of findings alone.
    ///
    /// `config` is `book.toml` as mdBook read it.
    pub fn given(world: &dyn World, config: &Json, chapters: &[Given<'_>]) -> Book {
        let book_toml = world
            .source(Path::new(Home::Book.file()))
            .unwrap_or_else(|_| Source::new(Home::Book.file(), String::new()));
        let mut book = Book::open(world, &book_toml, Some(config));
        let folder = config.pointer("/book/src").and_then(Json::as_str).unwrap_or("src");
        let read = markdown::expand_all(chapters, |given, files| {
            chapter(world, Path::new(folder), *given, files)
        });
        for (chapter, findings) in read {
            book.chapters.push(chapter);
            book.findings.extend(findings);
        }
        // What is no chapter is not here, and may use anything.
        book.project.is_partial |= !book.project.config.pages.patterns().is_empty();
        book
    }

    /// A project without its pages; `file` is its file of settings.
    fn open(world: &dyn World, file: &Arc<Source>, config: Option<&Json>) -> Book {
        let table = config.and_then(|config| config.pointer("/preprocessor/plumb"));
        let (mut settings, mut findings) = Config::read(file, table);
        let parsed;
        let config = match config {
            Some(config) => config,
            None => {
                parsed = toml::from_str(file.text()).unwrap_or(Json::Null);
                &parsed
            }
        };
        let title = config.pointer("/book/title").and_then(Json::as_str).unwrap_or("").to_owned();
        let on = |pointer: &str| config.pointer(pointer).and_then(Json::as_bool).unwrap_or(true);
        if settings.home == Home::Book {
            findings.extend(publish::judge(world, file, config));
        }
        let dialect = Dialect {
            definition_lists: on("/output/html/definition-lists"),
            admonitions: on("/output/html/admonitions"),
        };
        let (assets, more) = super::assets::files(file, &settings, config);
        findings.extend(more);
        if !assets.is_empty() {
            settings.assets = Some(config::Assets::External);
        }
        let sources = model_files(world, &settings, file, &mut findings);
        let (mut model, more) = Model::load_in(&sources, world);
        if sources.is_empty() {
            model.set_absent(looked_for(&settings));
        }
        findings.extend(more);
        findings.extend(model.stale(world.today()));
        let written = directive_files(world, &mut findings);
        let (mut directives, more) = own::read(&written, &model.units);
        findings.extend(more);
        findings.extend(own::check(&mut directives, &model, dialect));
        let home = settings.home;
        let versions = chosen_versions(&settings, &mut findings);
        let mut may_use = |key: &str, path: &Path| match world.real(path) {
            Err(error) if Forbidden::of(&error).is_some() => {
                let keys: Vec<&str> = home.table().iter().copied().chain([key]).collect();
                let at = config::place(file, &keys);
                let what = format!("`{}`", display(path));
                findings.push(unreadable(&OUTSIDE_REPOSITORY, at, &what, &error));
                false
            }
            _ => true,
        };
        settings.schemas.retain(|path| may_use("schemas", path));
        settings.json_schemas.retain(|_, schema| may_use("json-schemas", &schema.file));
        let has_policies = may_use("policies", &settings.policies);
        let (schemas, more) = Schemas::load(world, &settings.schemas);
        findings.extend(more);
        let rules =
            if has_policies { policy_files(world, &settings, &mut findings) } else { Vec::new() };
        let described = Described::load(world, &settings.json_schemas, &mut findings);
        let (tied, more) = described.check_files(world);
        findings.extend(more);
        let engine = Engine::new(schemas);
        let (policies, more) = super::policies::load(&rules, &engine, &versions);
        findings.extend(more);
        let mut files = vec![file.path().to_owned()];
        let all = sources.iter().chain(&written).chain(&rules);
        files.extend(all.map(|source| source.path().to_owned()));
        files.extend(tied);
        Book {
            project: Project {
                config: settings,
                model: model.into(),
                directives: directives.into(),
                engine,
                described: described.into(),
                policies: policies.into(),
                versions,
                dialect,
                asked: None,
                is_partial: findings.iter().any(|finding| finding.code == &UNREADABLE_MODEL),
                scope: Scope::Book,
                share: Share::default(),
            },
            title,
            chapters: Vec::new(),
            files,
            assets,
            is_whole: true,
            findings,
        }
    }
}

/// The finding for a file of settings that nothing reads: the folder is a book's.
fn beside(name: &str) -> Diagnostic {
    let message = format!("`{name}` is not read: beside it is a `{}`", Home::Book.file());
    let at = Location::start_of(&Source::new(name, String::new()));
    Diagnostic::new(&config::INVALID_CONFIG, at, message)
        .help("name the pages that are no chapters in `pages` of `[preprocessor.plumb]`")
}

/// The includes that could not be read.
fn unread(findings: &[Diagnostic]) -> Vec<Location> {
    let unread = findings.iter().filter(|finding| finding.code == &INCLUDE_UNREADABLE);
    unread.map(|finding| finding.at.location.clone()).collect()
}

/// The finding for a file that is not where it seems to be.
fn leads_out(world: &dyn World, file: &Arc<Source>) -> Option<Diagnostic> {
    let real = world.leads_out(Path::new(file.path()))?;
    let message = format!("this file is a link out of the book, to `{}`", real.display());
    Some(Diagnostic::new(&LINK_OUT, Location::start_of(file), message).help(format!(
        "include the file by its path, or allow what is meant: `allow = [\"{}\"]`",
        LINK_OUT.name
    )))
}

/// A chapter of mdBook's with the map to its file, and what should never have been read for it.
fn chapter(
    world: &dyn World,
    folder: &Path,
    given: Given<'_>,
    files: &Files,
) -> (Chapter, Vec<Diagnostic>) {
    let summary = || Location::start_of(&Source::new(display(&folder.join("SUMMARY.md")), ""));
    let (mut findings, mut unread) = (Vec::new(), Vec::new());
    findings.extend(markdown::outside(Path::new(given.path), summary()));
    let read = given.source_path.and_then(|path| {
        let path = folder.join(path);
        match world.source(&path) {
            Ok(source) => {
                let file = ChapterFile { world, source: &source, path: &path, files };
                let (map, origin, found) = file.given(given.content);
                unread = self::unread(&found);
                // What else is wrong with the includes is for mdBook's log and for `check`.
                findings.extend(found.into_iter().filter(publish::harms));
                Some((map, origin))
            }
            Err(error) => {
                if Forbidden::of(&error).is_some() {
                    let what = format!("`{}`", display(&path));
                    findings.push(unreadable(&OUTSIDE_REPOSITORY, summary(), &what, &error));
                }
                None
            }
        }
    });
    // Another preprocessor made the chapter up; its text is the only file there is.
    let made_up = || {
        let source = Source::new(display(&folder.join(given.path)), given.content);
        TextMap::identity(&source).approximate()
    };
    let (map, origin) = read.unwrap_or_else(|| (made_up(), None));
    let chapter = Chapter {
        title: given.name.to_owned(),
        path: given.source_path.unwrap_or(given.path).replace('\\', "/"),
        text: given.content.to_owned(),
        map,
        origin,
        unread,
        is_committed: false,
    };
    (chapter, findings)
}

/// The files of the model: what the settings name, or `model.toml` and `model/` where they are.
fn model_files(
    world: &dyn World,
    config: &Config,
    book_toml: &Arc<Source>,
    findings: &mut Vec<Diagnostic>,
) -> Vec<Arc<Source>> {
    let defaults = [PathBuf::from("model.toml"), PathBuf::from("model")];
    let named = !config.model.is_empty();
    let paths = if named { &config.model[..] } else { &defaults[..] };
    let mut sources = Vec::new();
    for path in paths {
        let path = normalize(path);
        let files = match world.list(&path) {
            Ok(entries) => entries
                .into_iter()
                .filter(|entry| !entry.is_folder)
                .map(|entry| entry.path)
                .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
                .collect(),
            Err(_) => vec![path.clone()],
        };
        for file in files {
            match world.source(&file) {
                Ok(source) => sources.push(source),
                Err(error) if !named && error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => {
                    let start = || Location::start_of(book_toml);
                    let at = config.model_at.clone().unwrap_or_else(start);
                    let what = format!("the model's file `{}`", display(&file));
                    findings.push(unreadable(&UNREADABLE_MODEL, at, &what, &error));
                }
            }
        }
    }
    sources
}

/// What to say where no file of the model is there.
fn looked_for(config: &Config) -> String {
    let file = config.home.file();
    let named = || config.model.iter().map(|path| format!("`{}`", display(path)));
    match config.model.is_empty() {
        true => format!(
            "there is no model: neither the file `model.toml` nor TOML in a folder `model` is beside `{file}` \
             (`mdbook-plumb init` writes one; `model` in the settings names others)"
        ),
        false => format!(
            "there is no model: no TOML is in {}, which the settings name",
            named().collect::<Vec<_>>().join(" or in ")
        ),
    }
}

/// The folder of the directives of a book's own.
const DIRECTIVES: &str = "directives";

/// The files of the book's own directives.
fn directive_files(world: &dyn World, findings: &mut Vec<Diagnostic>) -> Vec<Arc<Source>> {
    let files = Folder {
        path: Path::new(DIRECTIVES),
        endings: &["md"],
        code: &UNREADABLE_DIRECTIVE,
        what: "the folder of directives",
        file: "the file of a directive",
    };
    files.read(world, findings)
}

/// The files of the book's own rules.
fn policy_files(
    world: &dyn World,
    config: &Config,
    findings: &mut Vec<Diagnostic>,
) -> Vec<Arc<Source>> {
    let files = Folder {
        path: &config.policies,
        endings: &["yaml", "yml"],
        code: &UNREADABLE_POLICY,
        what: "the folder of policies",
        file: "the policy file",
    };
    files.read(world, findings)
}

/// A folder with files of one kind, and what they are called.
struct Folder<'a> {
    path: &'a Path,
    endings: &'a [&'a str],
    code: &'static Code,
    what: &'a str,
    file: &'a str,
}

impl Folder<'_> {
    /// The files; a folder that is not there holds none.
    fn read(&self, world: &dyn World, findings: &mut Vec<Diagnostic>) -> Vec<Arc<Source>> {
        let mut tell = |path: &Path, what: &str, error: &io::Error| {
            let at = Location::start_of(&Source::new(display(path), String::new()));
            findings.push(unreadable(self.code, at, what, error));
        };
        let entries = match world.list(self.path) {
            Ok(entries) => entries,
            Err(error) => {
                if error.kind() != io::ErrorKind::NotFound {
                    tell(self.path, self.what, &error);
                }
                Vec::new()
            }
        };
        let mut sources = Vec::new();
        for entry in entries {
            let ending = entry.path.extension();
            if entry.is_folder || !self.endings.iter().any(|known| ending == Some(known.as_ref())) {
                continue;
            }
            match world.source(&entry.path) {
                Ok(source) => sources.push(source),
                Err(error) => tell(&entry.path, self.file, &error),
            }
        }
        sources
    }
}

/// The versions that the settings choose.
fn chosen_versions(config: &Config, findings: &mut Vec<Diagnostic>) -> Versions {
    let platform = config.platform.as_ref();
    let platform = platform.and_then(|(name, at)| platform::find(name, at, findings));
    let mut versions = platform.map(|release| release.versions()).unwrap_or_default();
    for (product, (version, at)) in &config.versions {
        match versions.with(product, version) {
            Ok(chosen) => {
                versions = chosen;
                let contradiction = platform::contradiction(platform, &versions, product, at);
                findings.extend(contradiction);
            }
            Err(error) => findings.push(versions::unknown(&error, at.clone())),
        }
    }
    versions
}
