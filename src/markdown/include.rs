//! What mdBook's `links` preprocessor makes of a chapter, replayed from the sources.
//!
//! mdBook expands `{{#include …}}` and its kin before any other preprocessor sees a chapter, and forgets where the text
//! came from. The same expansion is done here, byte for byte, with a map; and what mdBook only logs is a finding.

use super::codes::{
    BOOK_TOO_LARGE, INCLUDE_ANCHOR, INCLUDE_RANGE, INCLUDE_TOO_DEEP, INCLUDE_UNREADABLE,
};
use super::files::{Failure, Files, INCLUDED_LIMIT, LOOKED_THROUGH_LIMIT, MAX_INCLUDES};
use super::take::{self, Lines, Taken};
use crate::diag::{Code, Diagnostic};
use crate::text::{Location, Source, Span, TextMap, TextMapBuilder};
use crate::world::World;
use regex::Regex;
use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Arc, LazyLock};

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
    /// Whether an include of several lines stands behind something on its line, so that [`expand_indented`] gives another text.
    pub indents: bool,
}

/// A chapter as the mdBook after 0.5.4 hands it to preprocessors: each line of an include behind what stands before the include.
#[derive(Clone, Debug)]
pub struct Indented {
    /// The text.
    pub text: String,
    /// Where it came from.
    pub map: TextMap,
    /// The includes of the chapter's own file that stand behind something: where each begins in the text, and where it is written.
    pub includes: Vec<(usize, Location)>,
}

/// How deep mdBook follows includes.
pub const MOST_WITHIN_INCLUDES: usize = 10;

/// A chapter's file as mdBook reads it, without a byte order mark.
pub fn unexpanded(source: &Arc<Source>) -> (&str, TextMap) {
    let whole = source.text();
    let start = if whole.starts_with('\u{feff}') { 3 } else { 0 };
    let mut builder = TextMapBuilder::default();
    builder.copied(source, Span::new(start, whole.len()));
    (&whole[start..], builder.finish(source))
}

/// How many names a line of help lists.
const MOST_LISTED: usize = 20;

/// Expands a chapter; `path` is its file, relative to the book's root.
pub fn expand(world: &dyn World, source: &Arc<Source>, path: &Path, files: &Files) -> Expanded {
    let (text, map) = unexpanded(source);
    let mut expansion = Expansion::new(world, source, files);
    if memchr::memmem::find(text.as_bytes(), b"{{").is_none() {
        let Expansion { findings, title, read, .. } = expansion;
        let text = text.to_owned();
        return Expanded { text, map, findings, title, files: read, indents: false };
    }
    let folder = path.parent().unwrap_or(Path::new(""));
    expansion.replace_all(text, &map, folder, 0);
    Expanded {
        text: expansion.text,
        map: expansion.builder.finish(source),
        findings: expansion.findings,
        title: expansion.title,
        files: expansion.read,
        indents: expansion.indents,
    }
}

/// Expands a chapter once more, as a later mdBook does. None where what stands before includes would come to too much text.
pub fn expand_indented(
    world: &dyn World,
    source: &Arc<Source>,
    path: &Path,
    files: &Files,
) -> Option<Indented> {
    if files.is_spent() {
        return None;
    }
    let (text, map) = unexpanded(source);
    let mut expansion = Expansion::new(world, source, files);
    expansion.later = Some(Later { includes: Vec::new(), room: INCLUDED_LIMIT });
    expansion.replace_all(text, &map, path.parent().unwrap_or(Path::new("")), 0);
    let Later { includes, room } = expansion.later?;
    let map = expansion.builder.finish(source);
    (room > 0).then_some(Indented { text: expansion.text, map, includes })
}

impl<'a> Expansion<'a> {
    fn new(world: &'a dyn World, source: &Arc<Source>, files: &'a Files) -> Expansion<'a> {
        Expansion {
            world,
            files,
            text: String::new(),
            builder: TextMapBuilder::default(),
            findings: Vec::new(),
            title: None,
            read: vec![source.clone()],
            chain: vec![source.path().to_owned()],
            found: BTreeSet::new(),
            indents: false,
            later: None,
        }
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
    indents: bool,
    /// What the expansion of a later mdBook needs.
    later: Option<Later>,
}

struct Later {
    includes: Vec<(usize, Location)>,
    /// How much text may still be put before the lines of includes.
    room: usize,
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

/// How many includes a text has that are not expanded.
pub fn includes_in(text: &str) -> usize {
    let includes = |link: &Link<'_>| matches!(link, Link::Include { .. } | Link::Playground { .. });
    if text.contains("{{") { links(text).filter(|(_, link)| includes(link)).count() } else { 0 }
}

/// What stands on the last line of a text.
fn line_of(text: &str) -> &str {
    text.rsplit('\n').next().unwrap_or(text)
}

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
        let begin = self.text.len();
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
                    if depth < MOST_WITHIN_INCLUDES {
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
                    if self.later.is_none() {
                        self.files.includes.fetch_add(1, Ordering::Relaxed);
                    }
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
            if depth >= MOST_WITHIN_INCLUDES {
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
            if self.later.is_none() {
                self.files.count(taken.length(), file.text().len());
            }
            if self.files.is_spent() {
                self.too_much(map, span);
                continue;
            }
            let (inner, inner_map) = render(&taken, &file, map, span);
            self.chain.push(file.path().to_owned());
            let inner_folder = target.parent().unwrap_or(Path::new(""));
            let start = self.text.len();
            let behind = start > begin && !self.text.ends_with('\n');
            if self.later.is_some() {
                let outer = (std::mem::take(&mut self.text), std::mem::take(&mut self.builder));
                self.replace_all(&inner, &inner_map, inner_folder, depth + 1);
                let inner = std::mem::replace(&mut self.text, outer.0);
                let inner_map = std::mem::replace(&mut self.builder, outer.1).finish(&file);
                let include = map.locate(span);
                let mut prefix = String::new();
                if behind && inner.contains('\n') {
                    prefix.push_str(line_of(&self.text[begin..]));
                    let later = self.later.as_mut().filter(|_| depth == 0);
                    later
                        .into_iter()
                        .for_each(|later| later.includes.push((start, include.clone())));
                }
                self.indented(&inner, &inner_map, &prefix, &include);
            } else {
                self.replace_all(&inner, &inner_map, inner_folder, depth + 1);
                self.indents |= behind && self.text[start..].contains('\n');
            }
            self.chain.pop();
        }
        self.copy(text, map, Span::new(done, text.len()));
    }

    /// Appends the lines of an include, each further one behind what stands before the first; the last one's end is left out.
    fn indented(&mut self, text: &str, map: &TextMap, prefix: &str, include: &Location) {
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            let content = line.strip_suffix('\n').unwrap_or(line);
            let content = match line.len() - content.len() {
                0 => content,
                _ => content.strip_suffix('\r').unwrap_or(content),
            };
            if at > 0 {
                let later = self.later.as_mut().map(|later| &mut later.room);
                let room = later.map_or(0, |room| {
                    *room = room.saturating_sub(prefix.len());
                    *room
                });
                if room == 0 {
                    return;
                }
                self.copy(text, map, Span::new(at - 1, at));
                self.text.push_str(prefix);
                self.builder.generated(&include.source, include.span, prefix.len());
            }
            self.copy(text, map, Span::new(at, at + content.len()));
            at += line.len();
        }
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
            None => format!("includes are nested more than {MOST_WITHIN_INCLUDES} levels deep"),
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
                    format!(
                        "invalid line number `{odd}`, so the include goes to the end of the file"
                    )
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
