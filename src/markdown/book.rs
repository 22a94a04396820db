//! A book's chapters, read from its sources without a build.

use super::codes::{BOOK_TOO_LARGE, CHAPTER_UNREADABLE, INVALID_SUMMARY, PUBLISHED_OUTSIDE};
use super::guard::guarded;
use crate::diag::Diagnostic;
use crate::text::{Location, Source, Span};
use crate::world::{self, World, display, normalize};
use mdbook_summary::{SummaryItem, parse_summary};
use pulldown_cmark::{Event, Options, Parser, Tag};
use std::collections::BTreeMap;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// The most text that the chapters of a book may have, their includes aside.
pub const CHAPTERS_LIMIT: usize = 64 << 20;

/// What `SUMMARY.md` says.
#[derive(Clone, Debug, Default)]
pub struct Book {
    /// The summary's own text; none if there is none.
    pub summary: Option<Arc<Source>>,
    /// All chapters in the order of reading, drafts too.
    pub chapters: Vec<Chapter>,
    /// What is wrong with the summary, and the chapters that can't be read.
    pub findings: Vec<Diagnostic>,
}

/// A chapter of the summary.
#[derive(Clone, Debug)]
pub struct Chapter {
    /// What the summary calls it.
    pub name: String,
    /// Its number, `1.2.`, if it has one.
    pub number: Option<String>,
    /// Its file, relative to the source folder as the summary has it; none for a draft.
    pub location: Option<PathBuf>,
    /// Its file, relative to the book's root; none for a draft.
    pub path: Option<PathBuf>,
    /// Its text; none for a draft and for a file that can't be read.
    pub source: Option<Arc<Source>>,
}

/// The source folder that a `book.toml` names: its own `src`, or mdBook's default.
pub fn source_folder(book_toml: &str) -> PathBuf {
    let table: Option<toml::Table> = toml::from_str(book_toml).ok();
    let folder = table.as_ref().and_then(|table| table.get("book")?.get("src")?.as_str());
    PathBuf::from(folder.unwrap_or("src"))
}

/// Reads the summary and the chapters in a source folder, which is relative to the book's root.
pub fn read_book(world: &dyn World, folder: &Path) -> Book {
    let path = folder.join("SUMMARY.md");
    let summary = match world.source(&path) {
        Ok(summary) => summary,
        Err(error) => {
            let place = Source::new(display(&path), "");
            let at = Location::start_of(&place);
            let finding = match error.kind() {
                io::ErrorKind::NotFound => {
                    let message = format!("there is no `{}`", display(&path));
                    Diagnostic::new(&INVALID_SUMMARY, at, message)
                }
                _ => {
                    let what = format!("`{}`", display(&path));
                    world::unreadable(&INVALID_SUMMARY, at, &what, &error)
                }
            };
            let finding = finding.help("`book.src` in book.toml names the folder that it is in");
            return Book { findings: vec![finding], ..Book::default() };
        }
    };
    let mut book = Book { summary: Some(summary.clone()), ..Book::default() };
    let parsed = guarded(|| parse_summary(summary.text())).unwrap_or_else(|| {
        Err(anyhow::anyhow!("the Markdown parser, which is mdBook's own, fails on it"))
    });
    match parsed {
        Ok(parsed) => {
            let mut reader = Reader {
                world,
                folder,
                summary: &summary,
                links: links(summary.text()),
                book: &mut book,
                length: 0,
            };
            for items in
                [&parsed.prefix_chapters, &parsed.numbered_chapters, &parsed.suffix_chapters]
            {
                reader.items(items);
            }
        }
        Err(error) => book.findings.push(invalid(&summary, &format!("{error:#}"))),
    }
    book
}

/// The finding for what mdBook's own reader says of a summary.
fn invalid(summary: &Arc<Source>, error: &str) -> Diagnostic {
    // "failed to parse SUMMARY.md line 3, column 5: …", and "Duplicate file in SUMMARY.md: "a.md"".
    let number = |text: &str, word: &str| -> Option<usize> {
        let rest = &text[text.find(word)? + word.len()..];
        rest[..rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len())].parse().ok()
    };
    let line = number(error, "line ").and_then(|line| {
        let start = summary.lines().start_of(line)?;
        let text = &summary.text()[start..];
        Some(Span::new(start, start + text.lines().next().unwrap_or("").len()))
    });
    if let Some(name) =
        error.split_once("Duplicate file in SUMMARY.md: ").map(|(_, name)| name.trim_matches('"'))
    {
        let mut places =
            all_links(summary.text()).into_iter().filter(|(path, _)| path == Path::new(name));
        let (first, second) = (places.next(), places.next());
        if let (Some((_, first)), Some((_, second))) = (first, second) {
            return Diagnostic::at(
                &INVALID_SUMMARY,
                summary,
                second,
                format!("`{name}` is listed twice"),
            )
            .related(Location::new(summary, first), "first listed here")
            .help("a file may be listed once");
        }
    }
    let message = error
        .rsplit_once("column ")
        .and_then(|(_, rest)| rest.split_once(": "))
        .map_or(error, |(_, rest)| rest);
    let mut chars = message.chars();
    let first = chars.next().map(|c| c.to_lowercase().to_string()).unwrap_or_default();
    Diagnostic::at(
        &INVALID_SUMMARY,
        summary,
        line.unwrap_or(Span::at(0)),
        format!("{first}{}", chars.as_str()),
    )
}

/// The summary's links by their target; for one that is there twice, the first.
fn links(text: &str) -> BTreeMap<PathBuf, Span> {
    let mut links = BTreeMap::new();
    for (path, span) in all_links(text) {
        links.entry(path).or_insert(span);
    }
    links
}

fn all_links(text: &str) -> Vec<(PathBuf, Span)> {
    let read = || Parser::new_ext(text, Options::empty()).into_offset_iter().collect::<Vec<_>>();
    guarded(read)
        .unwrap_or_default()
        .into_iter()
        .filter_map(|(event, range)| match event {
            // mdBook decodes this much of an address and no more.
            Event::Start(Tag::Link { dest_url, .. }) => {
                Some((PathBuf::from(dest_url.replace("%20", " ")), Span::from(range)))
            }
            _ => None,
        })
        .collect()
}

struct Reader<'a> {
    world: &'a dyn World,
    folder: &'a Path,
    summary: &'a Arc<Source>,
    links: BTreeMap<PathBuf, Span>,
    book: &'a mut Book,
    /// The bytes of the chapters so far.
    length: usize,
}

impl Reader<'_> {
    fn items(&mut self, items: &[SummaryItem]) {
        for item in items {
            let SummaryItem::Link(link) = item else { continue };
            let path = link.location.as_ref().map(|location| self.folder.join(location));
            let source = path.as_ref().zip(link.location.as_ref());
            let source = source.and_then(|(path, location)| self.chapter(path, location));
            self.book.chapters.push(Chapter {
                name: link.name.clone(),
                number: link.number.as_ref().map(ToString::to_string),
                location: link.location.clone(),
                path,
                source,
            });
            self.items(&link.nested_items);
        }
    }

    /// The text of a chapter; none where it is nothing that mdBook should publish, or can't be read.
    fn chapter(&mut self, path: &Path, location: &Path) -> Option<Arc<Source>> {
        let span = self.links.get(location).copied().unwrap_or(Span::at(0));
        if let Some(finding) = outside(location, Location::new(self.summary, span)) {
            self.book.findings.push(finding);
            return None;
        }
        if self.length > CHAPTERS_LIMIT {
            return None;
        }
        match self.world.source(path) {
            Ok(source) => {
                self.length += source.text().len();
                if self.length <= CHAPTERS_LIMIT {
                    return Some(source);
                }
                let message = format!(
                    "the chapters come to more than {} MiB here; this one and those behind it are not read",
                    CHAPTERS_LIMIT >> 20
                );
                self.book.findings.push(Diagnostic::at(
                    &BOOK_TOO_LARGE,
                    self.summary,
                    span,
                    message,
                ));
                None
            }
            Err(error) => {
                self.unreadable(span, path, &error);
                None
            }
        }
    }

    fn unreadable(&mut self, span: Span, path: &Path, error: &io::Error) {
        let shown = display(path);
        let missing = error.kind() == io::ErrorKind::NotFound;
        let at = Location::new(self.summary, span);
        let mut finding = if missing {
            Diagnostic::new(&CHAPTER_UNREADABLE, at, format!("there is no file `{shown}`"))
        } else {
            world::unreadable(&CHAPTER_UNREADABLE, at, &format!("`{shown}`"), error)
        };
        if missing {
            let name = path
                .file_name()
                .map(|name| name.to_string_lossy().into_owned())
                .unwrap_or_default();
            let beside =
                path.parent().and_then(|folder| self.world.list(folder).ok()).unwrap_or_default();
            let beside: Vec<_> = beside
                .iter()
                .filter_map(|entry| entry.path.file_name())
                .map(|name| name.to_string_lossy())
                .collect();
            finding = finding.did_you_mean(&name, beside.iter().map(|name| &**name)).help(
                "mdBook would create it, empty but for its title; a draft has no file: `[Name]()`",
            );
        }
        self.book.findings.push(finding);
    }
}

/// The finding for a chapter whose page would not be within the book.
pub fn outside(location: &Path, at: Location) -> Option<Diagnostic> {
    let shown = location.display();
    let message = if location.has_root() || location.is_absolute() {
        format!("the chapter's path `{shown}` is absolute, and mdBook ends with a crash over it")
    } else if normalize(location).components().next() == Some(Component::ParentDir) {
        format!(
            "the page of `{shown}` would be written outside of the folder that mdBook builds into"
        )
    } else {
        return None;
    };
    let help = "a chapter must be below the book's `src`; include the file in one that does";
    Some(Diagnostic::new(&PUBLISHED_OUTSIDE, at, message).help(help))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::MemWorld;

    fn read(files: &[(&str, &str)]) -> Book {
        let files = files.iter().map(|(path, text)| (*path, *text));
        read_book(&MemWorld::new(files, jiff::civil::date(2026, 1, 1)), Path::new("src"))
    }

    fn findings(book: &Book) -> Vec<String> {
        let show = |finding: &Diagnostic| {
            let at = finding.at.location.start();
            format!(
                "{}:{}:{} {}",
                finding.at.location.source.path(),
                at.line,
                at.column,
                finding.message
            )
        };
        book.findings.iter().map(show).collect()
    }

    #[test]
    fn chapters_are_listed_in_the_order_of_reading() {
        let summary = "# Summary\n\n[Before](before.md)\n\n# Part\n\n- [One](one.md)\n  - [Two](a%20b/two.md)\n  - [Draft]()\n\
                       ---\n- [Three](<three.md>)\n\n[After](after.md)\n";
        let book = read(&[
            ("src/SUMMARY.md", summary),
            ("src/before.md", "b"),
            ("src/one.md", "1"),
            ("src/a b/two.md", "2"),
            ("src/three.md", "3"),
            ("src/after.md", "a"),
        ]);
        assert_eq!(findings(&book), [""; 0]);
        let shown: Vec<_> = book
            .chapters
            .iter()
            .map(|chapter| {
                let source = chapter.source.as_ref().map_or("-", |source| source.text());
                let number = chapter.number.as_deref().unwrap_or("");
                format!("{number} {} {source}", chapter.name)
            })
            .collect();
        assert_eq!(
            shown,
            [" Before b", "1. One 1", "1.1. Two 2", "1.2. Draft -", "2. Three 3", " After a"]
        );
        assert_eq!(book.chapters[2].path.as_deref(), Some(Path::new("src/a b/two.md")));
    }

    #[test]
    fn what_is_wrong_with_a_summary_has_its_place() {
        assert_eq!(
            findings(&read(&[("x", "")])),
            ["src/SUMMARY.md:1:1 there is no `src/SUMMARY.md`"]
        );
        let book =
            read(&[("src/SUMMARY.md", "# Summary\n\n- [A](trafic.md)\n"), ("src/traffic.md", "")]);
        assert_eq!(findings(&book), ["src/SUMMARY.md:3:3 there is no file `src/trafic.md`"]);
        assert_eq!(book.findings[0].help[0], "did you mean `traffic.md`?");
        assert!(book.chapters[0].source.is_none());
        let book = read(&[("src/SUMMARY.md", "- [A](a.md)\n- [B](a.md)\n"), ("src/a.md", "")]);
        assert_eq!(findings(&book), ["src/SUMMARY.md:2:3 `a.md` is listed twice"]);
        let book = read(&[("src/SUMMARY.md", "- [A](a.md)\n- plain\n")]);
        assert_eq!(book.findings.len(), 1);
        assert_eq!(book.findings[0].code, &INVALID_SUMMARY);
        assert!(findings(&book)[0].starts_with("src/SUMMARY.md:"), "{:?}", findings(&book));
        assert!(read(&[("src/SUMMARY.md", "")]).chapters.is_empty());
    }

    #[test]
    fn the_source_folder_is_book_tomls() {
        assert_eq!(source_folder("[book]\nsrc = \"docs\"\n"), Path::new("docs"));
        assert_eq!(source_folder("[book]\n"), Path::new("src"));
        assert_eq!(source_folder("not toml"), Path::new("src"));
    }

    proptest::proptest! {
        #[test]
        fn any_summary_is_read(pieces in proptest::collection::vec(proptest::sample::select(vec![
            "- ", "  - ", "    ", "[a](a.md)", "[b]()", "[c](c d.md)", "\n", "\n\n", "# P", "---", "text", "<!-- x -->", "1. ", "> ", "[", "](", "é", "\u{feff}", "`", "```",
        ]), 0..24)) {
            let book = read(&[("src/SUMMARY.md", &pieces.concat())]);
            proptest::prop_assert!(book.summary.is_some());
        }
    }
}
