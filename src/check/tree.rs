//! The pages of a tree of Markdown that is no book, and those of a book that are no chapters: a README, the docs of a site,
//! a folder of notes.
//!
//! Who publishes them is not known, so a page is a file as it is committed; nothing is included in it. What belongs to others
//! is no page: hidden files, links, the folders of package managers and caches, books and trees within this one, other
//! repositories.

use super::codes::{NO_PAGE, UNREADABLE_PAGE};
use super::{Chapter, is_markdown};
use crate::config::{self, Config, Home};
use crate::diag::Diagnostic;
use crate::markdown::{
    self, BOOK_TOO_LARGE, CHAPTERS_LIMIT, Dialect, LOST_DIRECTIVE, Node, NodeKind,
};
use crate::text::{Location, Source, TextMap};
use crate::world::{World, display, normalize, unreadable};
use rayon::prelude::*;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How many files and folders are looked at.
const MOST_ENTRIES: usize = 200_000;

/// The folder of packages that others wrote; of a cache's, its own tag says so.
const PACKAGES: &str = "node_modules";
const CACHE_TAG: &str = "CACHEDIR.TAG";

/// What was read of a tree.
pub(super) struct Pages {
    pub(super) chapters: Vec<Chapter>,
    /// Whether all of its pages were read.
    pub(super) is_whole: bool,
    pub(super) findings: Vec<Diagnostic>,
}

/// Reads the pages of a project; `settings` is its file of settings, `own` are folders with files that are no pages.
pub(super) fn read(
    world: &dyn World,
    config: &Config,
    settings: &Arc<Source>,
    own: &[&Path],
) -> Pages {
    let (mut paths, is_cut) = files(world, own);
    let mut used = vec![false; config.pages.patterns().len()];
    paths.retain(|path| config.pages.select(&display(path), &mut used));
    let keys: Vec<&str> = config.home.table().iter().copied().chain(["pages"]).collect();
    let at = || config::place(settings, &keys);
    let mut findings = Vec::new();
    if is_cut {
        let message =
            format!("of a tree, {MOST_ENTRIES} files and folders are looked at; it has more");
        let finding = Diagnostic::new(&BOOK_TOO_LARGE, at(), message);
        findings
            .push(finding.help("name the pages in `pages`, and put `plumb.toml` nearer to them"));
    }
    let unused = config.pages.patterns().iter().zip(used).filter(|(_, used)| !used);
    findings.extend(unused.map(|(pattern, _)| {
        let message = format!("no Markdown file of the tree matches `{pattern}`");
        Diagnostic::new(&NO_PAGE, at(), message)
    }));
    if paths.is_empty() && findings.is_empty() {
        let message = "the tree has no Markdown file";
        findings.push(Diagnostic::new(&NO_PAGE, Location::start_of(settings), message));
    }
    let read: Vec<_> = paths.par_iter().map(|path| (path, world.source(path))).collect();
    let (mut chapters, mut lost) = (Vec::new(), Vec::new());
    let mut length = 0;
    for (path, source) in read {
        match source {
            Ok(source) if length + source.text().len() <= CHAPTERS_LIMIT => {
                length += source.text().len();
                chapters.push(page(&source));
                lost.extend(in_front_matter(&source));
            }
            Ok(source) => {
                let most = CHAPTERS_LIMIT >> 20;
                let message = format!(
                    "the pages come to more than {most} MiB here; this one and those behind it are not read"
                );
                let at = Location::start_of(&source);
                findings.push(Diagnostic::new(&BOOK_TOO_LARGE, at, message));
                break;
            }
            Err(error) => {
                let name = display(path);
                let at = Location::start_of(&Source::new(name.as_str(), ""));
                findings.push(unreadable(&UNREADABLE_PAGE, at, &format!("`{name}`"), &error));
            }
        }
    }
    let is_whole = findings.is_empty();
    findings.append(&mut lost);
    Pages { chapters, is_whole, findings }
}

fn page(source: &Arc<Source>) -> Chapter {
    let (text, map) = markdown::contained(source);
    let path = source.path().to_owned();
    Chapter {
        title: path.clone(),
        path,
        text,
        map,
        origin: None,
        unread: Vec::new(),
        is_committed: true,
    }
}

/// The findings for directives and values in a page's front matter, which is nobody's Markdown.
fn in_front_matter(source: &Arc<Source>) -> Vec<Diagnostic> {
    let Some(front) = markdown::front_matter(source.text()) else { return Vec::new() };
    let map = TextMap::identity(source).select([front]);
    let scan = markdown::scan(&source.text()[front.range()], &map, Dialect::default());
    let is_ours = |node: &&Node| !matches!(node.kind, NodeKind::Fence(_));
    let finding = |node: &Node| {
        let message = "in front matter nothing is computed, and `sync` leaves it as it is";
        Diagnostic::new(&LOST_DIRECTIVE, map.locate(node.span), message)
            .help("move it into the page's text, or write the value by hand")
    };
    scan.nodes.iter().filter(is_ours).map(finding).collect()
}

/// The Markdown files of a tree in order; and whether there are more than are looked at.
fn files(world: &dyn World, own: &[&Path]) -> (Vec<PathBuf>, bool) {
    let own: Vec<PathBuf> = own.iter().map(|path| normalize(path)).collect();
    let mut files = Vec::new();
    let mut folders = vec![PathBuf::new()];
    let mut left = MOST_ENTRIES;
    while let Some(folder) = folders.pop() {
        let entries = world.list(&folder).unwrap_or_default();
        let has = |name: &str| entries.iter().any(|entry| entry.path.ends_with(name));
        let is_root = folder.as_os_str().is_empty();
        let is_others =
            has(CACHE_TAG) || Home::ALL.iter().any(|home| has(home.file())) || has(".git");
        if is_others && !is_root {
            continue;
        }
        for entry in entries {
            if left == 0 {
                return (files, true);
            }
            left -= 1;
            let name = entry.path.file_name().map(|name| name.to_string_lossy().into_owned());
            let Some(name) = name.filter(|name| !name.starts_with('.') && name != PACKAGES) else {
                continue;
            };
            if entry.is_link {
                continue;
            }
            if entry.is_folder {
                let path = normalize(&entry.path);
                if !own.contains(&path) {
                    folders.push(path);
                }
            } else if is_markdown(&name) {
                files.push(normalize(&entry.path));
            }
        }
    }
    files.sort();
    (files, false)
}

#[cfg(test)]
mod tests {
    use crate::check::Book;
    use crate::world::MemWorld;

    fn read(settings: &str, files: &[&str]) -> (Vec<String>, Vec<String>) {
        let files = files.iter().map(|path| ((*path).to_owned(), String::new()));
        let settings = [("plumb.toml".to_owned(), settings.to_owned())];
        let world = MemWorld::new(settings.into_iter().chain(files), jiff::civil::date(2026, 1, 1));
        let book = Book::read(&world).expect("a tree");
        let pages = book.chapters.into_iter().map(|page| page.path).collect();
        (pages, book.findings.into_iter().map(|finding| finding.message).collect())
    }

    #[test]
    fn the_pages_of_a_tree_are_its_own_markdown() {
        let files = [
            "README.md",
            "docs/a.mdx",
            "docs/deep/b.markdown",
            "docs/image.png",
            ".github/c.md",
            "node_modules/d/README.md",
            "target/CACHEDIR.TAG",
            "target/e.md",
            "guide/book.toml",
            "guide/src/f.md",
            "sub/plumb.toml",
            "sub/g.md",
            "module/.git",
            "module/h.md",
            "directives/own.md",
        ];
        let (pages, found) = read("", &files);
        assert_eq!(pages, ["README.md", "docs/a.mdx", "docs/deep/b.markdown"]);
        assert!(found.iter().all(|message| !message.contains("page")), "{found:?}");
        let (pages, _) = read("[plumb]\npages = [\"docs\"]\n", &files);
        assert_eq!(pages, ["docs/a.mdx", "docs/deep/b.markdown"]);
    }

    #[test]
    fn what_front_matter_holds_of_ours_is_told() {
        let page = "---\ntitle: It is <!-- plumb: value x -->1<!-- /plumb -->\n# `{= x }` of x\nother: <!-- a comment -->\n---\nText.\n";
        let files = [("plumb.toml", "[plumb]\n"), ("a.md", page)];
        let world = MemWorld::new(files, jiff::civil::date(2026, 1, 1));
        let found = Book::read(&world).expect("a tree").findings.into_iter();
        let lines: Vec<_> = found
            .filter(|finding| finding.message.starts_with("in front matter"))
            .map(|finding| finding.at.location.start().line)
            .collect();
        assert_eq!(lines, [2, 3]);
    }

    #[test]
    fn what_selects_no_page_is_told() {
        let (pages, found) = read("[plumb]\npages = [\"README.md\", \"doc/**\"]\n", &["README.md"]);
        assert_eq!(pages, ["README.md"]);
        assert_eq!(found, ["no Markdown file of the tree matches `doc/**`"]);
        assert_eq!(read("", &["a.txt"]).1, ["the tree has no Markdown file"]);
    }
}
