//! What mdBook's `links` preprocessor makes of a chapter, replayed from the sources.
//!
//! mdBook expands `{{#include …}}` and its kin before any other preprocessor sees a chapter, and forgets where the text
//! came from. The same expansion is done here, byte for byte, with a map; and what mdBook only logs is a finding.

use super::codes::{
    BOOK_TOO_LARGE, INCLUDE_ANCHOR, INCLUDE_RANGE, INCLUDE_TOO_DEEP, INCLUDE_UNREADABLE,
};
use super::take::{self, Lines, Taken};
use crate::diag::{Code, Diagnostic};
use crate::text::{Source, Span, TextMap, TextMapBuilder};
use crate::world::{Forbidden, World};
use rayon::prelude::*;
use regex::Regex;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// A chapter as mdBook hands it to preprocessors.
#[derive(Clone, Debug)]
pub struct Expanded {
    /// The text.
    pub text: String,
    /// Where it came from.
    pub map: TextMap,
    /// What is wrong with the includes.
    pub findings: Vec<Diagnostic>,
    /// The title that a `{{#title …}}` sets.
    pub title: Option<String>,
    /// Every file that was read for it, the chapter's own first.
    pub files: Vec<Arc<Source>>,
}

/// The files that were read, shared by all chapters, and what their includes have come to.
#[derive(Debug, Default)]
pub struct Files {
    read: Mutex<BTreeMap<PathBuf, Result<Arc<Source>, Failure>>>,
    /// The names of the files of a folder in which one was missing.
    listed: Mutex<BTreeMap<PathBuf, Arc<Vec<String>>>>,
    /// Includes followed, bytes included, bytes looked through for them.
    includes: AtomicUsize,
    included: AtomicUsize,
    looked_through: AtomicUsize,
    /// Whether somebody has said that it is too much.
    told: AtomicBool,
}

/// Why a file could not be read.
#[derive(Clone, Debug)]
struct Failure {
    kind: io::ErrorKind,
    message: String,
    refusal: Option<Forbidden>,
}

impl Files {
    /// None read yet.
    pub fn new() -> Files {
        Files::default()
    }

    fn read(&self, world: &dyn World, path: &Path) -> Result<Arc<Source>, Failure> {
        let read = self.read.lock().unwrap_or_else(PoisonError::into_inner).get(path).cloned();
        if let Some(known) = read {
            return known;
        }
        let result = world.source(path).map_err(|error| Failure {
            kind: error.kind(),
            message: error.to_string(),
            refusal: Forbidden::of(&error).cloned(),
        });
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        // Two threads may have read it; the first one's copy is everybody's.
        read.entry(path.to_owned()).or_insert(result).clone()
    }

    /// The names of the files in a folder.
    fn beside(&self, world: &dyn World, folder: &Path) -> Arc<Vec<String>> {
        let mut listed = self.listed.lock().unwrap_or_else(PoisonError::into_inner);
        let list = || {
            let entries = world.list(folder).unwrap_or_default().into_iter();
            let files = entries.filter(|entry| !entry.is_folder);
            let name = |path: &Path| Some(path.file_name()?.to_string_lossy().into_owned());
            Arc::new(files.filter_map(|entry| name(&entry.path)).collect())
        };
        listed.entry(folder.to_owned()).or_insert_with(list).clone()
    }

    /// Counts what an include takes from a file of some length.
    fn count(&self, included: usize, length: usize) {
        self.included.fetch_add(included, Ordering::Relaxed);
        self.looked_through.fetch_add(length, Ordering::Relaxed);
    }

    /// Whether it is too much.
    fn is_spent(&self) -> bool {
        self.includes.load(Ordering::Relaxed) > MAX_INCLUDES
            || self.included.load(Ordering::Relaxed) > INCLUDED_LIMIT
            || self.looked_through.load(Ordering::Relaxed) > LOOKED_THROUGH_LIMIT
    }
}

/// Does something with each chapter that expands it, on all cores.
///
/// Where the includes are too much, which chapter goes without them must not be a matter of who was first: then it is done
/// once more, one chapter after the other.
pub fn expand_all<T: Sync, R: Send>(
    chapters: &[T],
    each: impl Fn(&T, &Files) -> R + Sync,
) -> Vec<R> {
    let files = Files::new();
    let all: Vec<R> = chapters.par_iter().map(|chapter| each(chapter, &files)).collect();
    if !files.is_spent() {
        return all;
    }
    drop(all);
    let files = Files::new();
    chapters.iter().map(|chapter| each(chapter, &files)).collect()
}

/// How deep mdBook follows includes.
const MAX_DEPTH: usize = 10;

/// The most includes that a book may have, those within includes among them.
pub const MAX_INCLUDES: usize = 100_000;

/// The most text that the includes of a book may come to. All of it is kept, with what is found in it.
pub const INCLUDED_LIMIT: usize = 32 << 20;

/// The most text that may be looked through for includes: a line of a large file costs as much as all of it.
pub const LOOKED_THROUGH_LIMIT: usize = 1 << 30;

/// How many names a line of help lists.
const MOST_LISTED: usize = 20;

/// Expands a chapter; `path` is its file, relative to the book's root.
pub fn expand(world: &dyn World, source: &Arc<Source>, path: &Path, files: &Files) -> Expanded {
    let whole = source.text();
    let start = if whole.starts_with('\u{feff}') { 3 } else { 0 };
    let text = &whole[start..];
    let mut builder = TextMapBuilder::default();
    builder.copied(source, Span::new(start, whole.len()));
    let map = builder.finish(source);
    let mut expansion = Expansion {
        world,
        files,
        text: String::new(),
        builder: TextMapBuilder::default(),
        findings: Vec::new(),
        title: None,
        read: vec![source.clone()],
        chain: vec![source.path().to_owned()],
        found: BTreeSet::new(),
    };
    if memchr::memmem::find(text.as_bytes(), b"{{").is_none() {
        let Expansion { findings, title, read, .. } = expansion;
        return Expanded { text: text.to_owned(), map, findings, title, files: read };
    }
    let folder = path.parent().unwrap_or(Path::new(""));
    expansion.replace_all(text, &map, folder, 0);
    Expanded {
        text: expansion.text,
        map: expansion.builder.finish(source),
        findings: expansion.findings,
        title: expansion.title,
        files: expansion.read,
    }
}

struct Expansion<'a> {
    world: &'a dyn World,
    files: &'a Files,
    text: String,
    builder: TextMapBuilder,
    findings: Vec<Diagnostic>,
    title: Option<String>,
    read: Vec<Arc<Source>>,
    /// The files that we are within, outermost first.
    chain: Vec<String>,
    /// File, offset and code of each finding.
    found: BTreeSet<(String, usize, &'static str)>,
}

/// What braces ask for.
#[derive(Debug, PartialEq)]
enum Link<'a> {
    Escaped,
    Include { path: &'a str, lines: Lines<'a>, rustdoc: bool },
    Playground { path: &'a str, attributes: Vec<&'a str> },
    Title(&'a str),
}

static LINK: LazyLock<Regex> = LazyLock::new(|| {
    // An escaped helper takes all up to the last braces of its line; else a kind, and arguments without a brace.
    let pattern = r"\\\{\{#.*\}\}|\{\{\s*#([a-zA-Z0-9_]+)\s+([^}]+)\}\}";
    Regex::new(pattern).unwrap_or_else(|error| unreachable!("{error}"))
});

/// The helpers of a text that mdBook knows, in order.
fn links(text: &str) -> impl Iterator<Item = (Span, Link<'_>)> {
    LINK.captures_iter(text).filter_map(|captures| {
        let whole = captures.get(0)?;
        let link = match (captures.get(1), captures.get(2)) {
            (Some(kind), Some(rest)) => read_link(kind.as_str(), rest.as_str())?,
            _ => Link::Escaped,
        };
        Some((Span::new(whole.start(), whole.end()), link))
    })
}

fn read_link<'a>(kind: &str, rest: &'a str) -> Option<Link<'a>> {
    if kind == "title" {
        return Some(Link::Title(rest));
    }
    let mut words = rest.split_whitespace();
    let first = words.next()?;
    match kind {
        "include" | "rustdoc_include" => {
            let (path, lines) =
                first.split_once(':').map_or((first, None), |(path, lines)| (path, Some(lines)));
            Some(Link::Include {
                path,
                lines: Lines::read(lines),
                rustdoc: kind == "rustdoc_include",
            })
        }
        "playground" | "playpen" => {
            Some(Link::Playground { path: first, attributes: words.collect() })
        }
        _ => None,
    }
}

impl Expansion<'_> {
    /// Appends a text with its helpers replaced; `folder` is what its paths are relative to.
    fn replace_all(&mut self, text: &str, map: &TextMap, folder: &Path, depth: usize) {
        let mut done = 0;
        for (span, link) in links(text) {
            self.copy(text, map, Span::new(done, span.start));
            // Where a helper fails, mdBook leaves it on the page as it is.
            done = span.start;
            if self.files.is_spent() {
                self.too_much(map, span);
                continue;
            }
            let inner = match &link {
                Link::Escaped => {
                    if depth < MAX_DEPTH {
                        self.copy(text, map, Span::new(span.start + 1, span.end));
                    }
                    done = span.end;
                    None
                }
                Link::Title(title) => {
                    self.title = Some((*title).to_owned());
                    done = span.end;
                    None
                }
                Link::Include { path, .. } | Link::Playground { path, .. } => {
                    let target = folder.join(path);
                    self.files.includes.fetch_add(1, Ordering::Relaxed);
                    match self.files.read(self.world, &target) {
                        Ok(file) => {
                            done = span.end;
                            Some((target, file))
                        }
                        Err(failure) => {
                            self.unreadable(map, span, path, &target, &failure);
                            None
                        }
                    }
                }
            };
            let Some((target, file)) = inner else { continue };
            if depth >= MAX_DEPTH {
                self.too_deep(map, span);
                continue;
            }
            if !self.read.iter().any(|known| Arc::ptr_eq(known, &file)) {
                self.read.push(file.clone());
            }
            let taken = match &link {
                Link::Include { lines, rustdoc, .. } => {
                    let taken = take::lines(file.text(), lines, *rustdoc);
                    self.judge(map, span, &file, lines);
                    taken
                }
                Link::Playground { attributes, .. } => take::playground(file.text(), attributes),
                _ => Taken::default(),
            };
            self.files.count(taken.length(), file.text().len());
            if self.files.is_spent() {
                self.too_much(map, span);
                continue;
            }
            let (inner, inner_map) = render(&taken, &file, map, span);
            self.chain.push(file.path().to_owned());
            let inner_folder = target.parent().unwrap_or(Path::new(""));
            self.replace_all(&inner, &inner_map, inner_folder, depth + 1);
            self.chain.pop();
        }
        self.copy(text, map, Span::new(done, text.len()));
    }

    fn copy(&mut self, text: &str, map: &TextMap, span: Span) {
        self.text.push_str(&text[span.range()]);
        self.builder.append(map, span);
    }

    fn find(
        &mut self,
        code: &'static Code,
        map: &TextMap,
        span: Span,
        message: String,
    ) -> Option<&mut Diagnostic> {
        let location = map.locate(span);
        // One include that is reached on several ways is wrong once.
        let key = (location.source.path().to_owned(), location.span.start, code.name);
        if !self.found.insert(key) {
            return None;
        }
        self.findings.push(Diagnostic::new(code, location, message));
        self.findings.last_mut()
    }

    fn unreadable(
        &mut self,
        map: &TextMap,
        span: Span,
        path: &str,
        target: &Path,
        failure: &Failure,
    ) {
        let shown = crate::world::display(target);
        let reason = match failure.kind {
            io::ErrorKind::NotFound => format!("there is no file `{shown}`"),
            _ => format!("`{shown}` can't be read: {}", failure.message),
        };
        if let Some(refusal) = &failure.refusal {
            self.find(refusal.code(), map, span, reason);
            return;
        }
        let name =
            target.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let beside = self.files.beside(self.world, target.parent().unwrap_or(Path::new("")));
        let near =
            crate::diag::nearest(&name, beside.iter().map(String::as_str)).map(str::to_owned);
        if let Some(diagnostic) = self.find(&INCLUDE_UNREADABLE, map, span, reason) {
            match near {
                Some(near) => diagnostic.help.push(format!("did you mean `{near}`?")),
                None if failure.kind == io::ErrorKind::NotFound => diagnostic.help.push(format!(
                    "`{path}` is looked for from the folder of the file that includes it"
                )),
                None => {}
            }
        }
    }

    /// Says once for the whole book that its includes are too much.
    fn too_much(&mut self, map: &TextMap, span: Span) {
        if self.files.told.swap(true, Ordering::Relaxed) {
            return;
        }
        let message = format!(
            "the includes of the book are too much: more than {MAX_INCLUDES} of them, {} MiB of text, or {} MiB looked \
             through; from here on none is expanded",
            INCLUDED_LIMIT >> 20,
            LOOKED_THROUGH_LIMIT >> 20
        );
        self.find(&BOOK_TOO_LARGE, map, span, message);
    }

    fn too_deep(&mut self, map: &TextMap, span: Span) {
        let last = self.chain.last().cloned().unwrap_or_default();
        let before =
            self.chain[..self.chain.len().saturating_sub(1)].iter().rposition(|path| *path == last);
        let message = match before {
            Some(at) => format!("the includes run in a circle: {}", self.chain[at..].join(" → ")),
            None => format!("includes are nested more than {MAX_DEPTH} levels deep"),
        };
        if let Some(diagnostic) = self.find(&INCLUDE_TOO_DEEP, map, span, message) {
            diagnostic.help.push("mdBook leaves the text out from here on".into());
        }
    }

    /// Reports lines and anchors that the file does not have.
    fn judge(&mut self, map: &TextMap, span: Span, file: &Arc<Source>, lines: &Lines<'_>) {
        let path = file.path();
        match lines {
            Lines::Anchor(name) => {
                if !take::anchors(file.text()).any(|known| known == *name) {
                    let anchors: BTreeSet<_> = take::anchors(file.text()).collect();
                    let near =
                        crate::diag::nearest(name, anchors.iter().copied()).map(str::to_owned);
                    let message = format!("`{path}` has no anchor `{name}`");
                    if let Some(diagnostic) = self.find(&INCLUDE_ANCHOR, map, span, message) {
                        diagnostic.help.push(match near {
                            Some(near) => format!("did you mean `{near}`?"),
                            None if anchors.is_empty() => {
                                format!("mark the lines with comments `ANCHOR: {name}` and `ANCHOR_END: {name}`")
                            }
                            None => format!("it has {}", listed(&anchors)),
                        });
                    }
                }
            }
            Lines::Range { start: 0, end: None, odd: None } => {}
            Lines::Range { start, end, odd } => {
                let count = file.text().lines().count();
                let message = if let Some(odd) = odd {
                    format!("`{odd}` is no line number, so the include goes to the end of the file")
                } else if *start >= count && *start > 0 {
                    format!("line {} is asked for, but `{path}` has {count}", start + 1)
                } else if end.is_some_and(|end| end > count) {
                    format!(
                        "lines up to {} are asked for, but `{path}` has {count}",
                        end.unwrap_or(0)
                    )
                } else if end.is_some_and(|end| end <= *start) {
                    format!("the lines from {} to {} are none", start + 1, end.unwrap_or(0))
                } else {
                    return;
                };
                if let Some(diagnostic) = self.find(&INCLUDE_RANGE, map, span, message) {
                    diagnostic
                        .help
                        .push("an anchor in the file stays right when its lines move".into());
                }
            }
        }
    }
}

/// The first of many names, and how many more there are.
fn listed(names: &BTreeSet<&str>) -> String {
    let shown: Vec<_> = names.iter().copied().take(MOST_LISTED).collect();
    let more = match names.len() - shown.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    shown.join(", ") + &more
}

/// The taken parts of a file as one text with its map; what was made up stands for the include itself.
fn render(taken: &Taken, file: &Arc<Source>, map: &TextMap, link: Span) -> (String, TextMap) {
    let mut text = String::new();
    let mut builder = TextMapBuilder::default();
    let origin = map.locate(link);
    for part in &taken.parts {
        match part {
            take::Part::Copied(span) => {
                text.push_str(&file.text()[span.range()]);
                builder.copied(file, *span);
            }
            take::Part::Made(made) => {
                text.push_str(made);
                builder.generated(&origin.source, origin.span, made.len());
            }
        }
    }
    (text, builder.finish(file))
}
