//! Links to pages that the book does not have.
//!
//! A page is what mdBook makes of a chapter, and every other file below the source folder. What someone else may have made, or publishes
//! beside the book, is not said to be missing.

use super::codes::MISSING_PAGE;
use super::{Chapter, Project, anchors};
use crate::config;
use crate::diag::{Diagnostic, nearest};
use crate::markdown::{self, Dialect, LinkTo};
use crate::text::Source;
use crate::world::{World, display};
use memchr::memmem;
use rayon::prelude::*;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// The pages that mdBook makes by itself, without their ending.
const OWN: [&str; 4] = ["index", "print", "toc", "404"];

/// The findings of a book. `listed` are the files of its summary, below `src`.
pub(super) fn check(
    world: &dyn World,
    (book_toml, src): (&Arc<Source>, &Path),
    project: &Project,
    listed: &[PathBuf],
    chapters: &[Chapter],
) -> Vec<Diagnostic> {
    let redirects = config::value(book_toml, &["output", "html", "redirect"]);
    let redirects = redirects.as_ref().and_then(Json::as_object);
    let redirects = redirects.into_iter().flat_map(|all| all.keys());
    let files: BTreeSet<String> = listed.iter().map(|path| display(path)).collect();
    let mut pages: BTreeSet<String> = OWN.map(str::to_owned).into();
    pages.extend(redirects.map(|from| stem(from.trim_start_matches('/')).to_owned()));
    for file in &files {
        pages.insert(stem(file).to_owned());
        // mdBook's own preprocessor makes an index of it.
        if stem(name(file)).eq_ignore_ascii_case("readme") {
            pages.insert(format!("{}/index", folder(file)).trim_start_matches('/').to_owned());
        }
    }
    let book = Pages {
        world,
        src,
        pages,
        of_chapters: files.iter().map(|file| folder(file)).collect(),
        publishes_more: has_other_renderers(book_toml),
        folders: Mutex::default(),
    };
    let may_link = |chapter: &Chapter| {
        [".md", ".html"]
            .iter()
            .any(|end| memmem::find(chapter.text.as_bytes(), end.as_bytes()).is_some())
    };
    let chapters = chapters.par_iter();
    let broken: Vec<Broken<'_>> = chapters
        .filter(|chapter| !project.config.excludes(&chapter.path) && may_link(chapter))
        .flat_map_iter(|chapter| book.broken(chapter, project.dialect))
        .collect();
    let mut moved = Moved::of(&files);
    broken.into_iter().map(|broken| broken.finding(&mut moved)).collect()
}

/// Whether a book has preprocessors that may make pages and change addresses: others than this one and mdBook's own.
pub(super) fn has_others(book_toml: &Arc<Source>) -> bool {
    let preprocessors = config::value(book_toml, &["preprocessor"]);
    let names = preprocessors.as_ref().and_then(Json::as_object);
    let mut names = names.into_iter().flat_map(|all| all.keys());
    names.any(|name| !["plumb", "links", "index"].contains(&name.as_str()))
}

/// Whether there is a renderer besides mdBook's own: one that may publish files that are no chapters.
fn has_other_renderers(book_toml: &Arc<Source>) -> bool {
    let renderers = config::value(book_toml, &["output"]);
    let names = renderers.as_ref().and_then(Json::as_object);
    let mut names = names.into_iter().flat_map(|all| all.keys());
    names.any(|name| !["html", "markdown"].contains(&name.as_str()))
}

/// What a link may lead to.
struct Pages<'a> {
    world: &'a dyn World,
    src: &'a Path,
    /// The pages, without their ending.
    pages: BTreeSet<String>,
    /// The folders of the chapters.
    of_chapters: BTreeSet<&'a str>,
    /// Whether somebody else may publish what is in `src`.
    publishes_more: bool,
    /// The names in folders that were looked into; nothing of one that can't be.
    folders: Mutex<BTreeMap<String, Option<BTreeSet<String>>>>,
}

impl Pages<'_> {
    /// The links of a chapter that lead nowhere.
    fn broken<'c>(&self, chapter: &'c Chapter, dialect: Dialect) -> Vec<Broken<'c>> {
        let links = markdown::anchors(&chapter.text, dialect).links.into_iter();
        let mut broken: Vec<_> = links.filter_map(|link| self.judge(chapter, link)).collect();
        // Many links may name one definition.
        broken.sort_by_key(|broken| broken.link.at());
        broken.dedup_by_key(|broken| broken.link.at());
        broken
    }

    fn judge<'c>(&self, from: &'c Chapter, link: LinkTo) -> Option<Broken<'c>> {
        let written = link.page.split('?').next().unwrap_or_default();
        let ending = [".md", ".html"].into_iter().find(|ending| written.ends_with(ending))?;
        if written.contains(['{', '}', '<', '>', '$', '\\']) {
            return None;
        }
        let page = anchors::resolved(&from.path, &decoded(written)?)?;
        // HTML in another folder may be published beside the book: documentation of an API, a translation.
        let is_beside = ending == ".html" && !self.of_chapters.contains(folder(&page));
        if is_beside || self.pages.contains(stem(&page)) {
            return None;
        }
        let unlisted = match self.file(&page) {
            Found::Published => return None,
            Found::Unlisted if self.publishes_more => return None,
            Found::Unlisted => true,
            Found::Nothing => false,
        };
        let length = written.len();
        Some(Broken { from, length, ending, page, unlisted, link })
    }

    /// What there is of a page in `src`. mdBook publishes all of it but Markdown, of which it publishes the chapters.
    fn file(&self, page: &str) -> Found {
        let mut folders = self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        let names = folders.entry(folder(page).to_owned()).or_insert_with(|| {
            let entries = match self.world.list(&self.src.join(folder(page))) {
                Ok(entries) => entries,
                Err(error) if is_absent(&error) => Vec::new(),
                Err(_) => return None,
            };
            let names = entries.iter().filter_map(|entry| entry.path.file_name());
            Some(names.map(|name| name.to_string_lossy().into_owned()).collect())
        });
        let has = |ending: &str| {
            let name = format!("{}{ending}", stem(name(page)));
            names.as_ref().is_none_or(|names| names.contains(&name))
        };
        match (has(".html"), has(".md")) {
            (true, _) => Found::Published,
            (false, true) => Found::Unlisted,
            (false, false) => Found::Nothing,
        }
    }
}

/// What there is of a page that is no chapter's.
enum Found {
    /// The page, or a folder that can't be looked into.
    Published,
    /// A file that it would be made from.
    Unlisted,
    Nothing,
}

/// A link that leads nowhere.
struct Broken<'a> {
    from: &'a Chapter,
    link: LinkTo,
    /// How many bytes of the link's page are a path.
    length: usize,
    /// What that ends in.
    ending: &'static str,
    /// The page, from `src` on.
    page: String,
    /// Whether its file is there.
    unlisted: bool,
}

impl Broken<'_> {
    fn finding(&self, moved: &mut Moved<'_>) -> Diagnostic {
        let Broken { from, link, page, ending, .. } = self;
        let written = link.page_at(self.length);
        let at = from.map.locate(written.unwrap_or_else(|| link.at()));
        let message = format!("the book has no page `{page}`");
        if self.unlisted {
            let message = format!("{message}: `SUMMARY.md` does not list `{}.md`", stem(page));
            let finding = Diagnostic::new(&MISSING_PAGE, at, message);
            return finding.help("list the file in SUMMARY.md, or link to where it is published");
        }
        let finding = Diagnostic::new(&MISSING_PAGE, at, message);
        let way = |to: &str| format!("{}{ending}", stem(&relative(&from.path, to)));
        match moved.to(&from.path, page) {
            Meant::Same(file) => {
                let text = way(file);
                let finding = finding.help(format!("did you mean `{text}`?"));
                match written.and_then(|at| from.map.locate_copied(at)) {
                    Some(_) => finding.replace_with(format!("write `{text}`"), encoded(&text)),
                    None => finding,
                }
            }
            Meant::Like(file) => finding.help(format!("did you mean `{}`?", way(file))),
            Meant::Unknown => finding.help("list it in SUMMARY.md, or link to where it is now"),
        }
    }
}

/// How many names a book's names are searched for what they are like; each search takes as long as the book has names.
const MOST_SEARCHES: usize = 100;

/// Where the chapters of a book are, by the names of their files.
struct Moved<'a> {
    by_name: BTreeMap<&'a str, Vec<&'a str>>,
    /// What names are like that no chapter has.
    like: BTreeMap<String, Option<&'a str>>,
}

/// The chapter that a link means.
enum Meant<'a> {
    /// The one elsewhere whose file has the very same name.
    Same(&'a str),
    /// The one with a name that is near.
    Like(&'a str),
    Unknown,
}

impl<'a> Moved<'a> {
    fn of(files: &'a BTreeSet<String>) -> Moved<'a> {
        let mut by_name: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for file in files.iter().filter(|file| file.ends_with(".md")) {
            let name = stem(name(file));
            // Such a file is called by its folder.
            if !["readme", "index"].iter().any(|index| name.eq_ignore_ascii_case(index)) {
                by_name.entry(name).or_default().push(file);
            }
        }
        Moved { by_name, like: BTreeMap::new() }
    }

    /// The chapter that is meant by a page that a chapter links to. Only names are compared: the folder is what is wrong, or
    /// says nothing.
    fn to(&mut self, from: &str, page: &str) -> Meant<'a> {
        let name = stem(name(page));
        let only = |files: Option<&Vec<&'a str>>| match files.map(Vec::as_slice) {
            Some([file]) if *file != from => Some(*file),
            _ => None,
        };
        if let Some(files) = self.by_name.get(name) {
            return only(Some(files)).map_or(Meant::Unknown, Meant::Same);
        }
        if !self.like.contains_key(name) && self.like.len() < MOST_SEARCHES {
            // Another number is another chapter, and no slip of the pen.
            let digits = |name: &str| name.bytes().filter(u8::is_ascii_digit).collect::<Vec<_>>();
            let near = nearest(name, self.by_name.keys().copied());
            self.like.insert(name.to_owned(), near.filter(|near| digits(near) == digits(name)));
        }
        let near = self.like.get(name).copied().flatten();
        only(near.and_then(|near| self.by_name.get(near))).map_or(Meant::Unknown, Meant::Like)
    }
}

/// The name of a path's file.
fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The folder of a path; empty for the source folder itself.
fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// A path without the ending of its last part.
fn stem(path: &str) -> &str {
    let name = path.rfind('/').map_or(0, |slash| slash + 1);
    match path[name..].rfind('.') {
        Some(dot) if dot > 0 => &path[..name + dot],
        _ => path,
    }
}

/// An address as a path; nothing where it is none.
fn decoded(address: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(address.len());
    let mut rest = address.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || char::from(rest.next()?).to_digit(16);
        bytes.push(u8::try_from(digit()? * 16 + digit()?).ok()?);
    }
    String::from_utf8(bytes).ok()
}

/// A path as an address in Markdown; [`decoded`] makes the path of it again.
fn encoded(path: &str) -> String {
    let is_plain = |c: char| !c.is_ascii() || c.is_ascii_alphanumeric() || "-._~/+,=@!".contains(c);
    let mut out = String::with_capacity(path.len());
    for c in path.chars() {
        match is_plain(c) {
            true => out.push(c),
            // All of these are one byte.
            false => out.push_str(&format!("%{:02X}", u32::from(c))),
        }
    }
    out
}

/// The way from a page to another.
fn relative(from: &str, to: &str) -> String {
    let (from, to): (Vec<&str>, Vec<&str>) = (from.split('/').collect(), to.split('/').collect());
    let folders = from.len().min(to.len()) - 1;
    let shared = (0..folders).take_while(|&at| from[at] == to[at]).count();
    let up = vec![".."; from.len() - 1 - shared];
    [up, to[shared..].to_vec()].concat().join("/")
}

#[cfg(test)]
mod tests {
    use super::{MISSING_PAGE, decoded, encoded, relative, stem};
    use crate::check::Book;
    use crate::diag::Diagnostic;
    use crate::text::replaced;
    use crate::world::MemWorld;

    /// What is found in the links of a chapter `guide/a.md`.
    fn found(book_toml: &str, page: &str) -> Vec<Diagnostic> {
        let files = [
            ("book.toml", format!("[book]\ntitle = \"B\"\n{book_toml}")),
            ("src/SUMMARY.md", "- [I](README.md)\n- [A](guide/a.md)\n- [B](guide/prices.md)\n- [C](other/README.md)\n- [Two words](two%20words.md)\n- [1](ch01.md)\n- [One](one/steps.md)\n- [Two](two/steps.md)\n- [Not yet](later.md)\n- [Draft]()\n".to_owned()),
            ("src/README.md", String::new()),
            ("src/guide/a.md", page.to_owned()),
            ("src/guide/prices.md", String::new()),
            ("src/guide/unlisted.md", String::new()),
            ("src/guide/form.html", String::new()),
            ("src/guide/diagram.svg", String::new()),
            ("src/other/README.md", String::new()),
            ("src/two words.md", String::new()),
            ("src/ch01.md", String::new()),
            ("src/one/steps.md", String::new()),
            ("src/two/steps.md", String::new()),
        ];
        let world = MemWorld::new(files, jiff::civil::date(2026, 1, 1));
        let found = Book::read(&world).expect("a book").findings;
        found.into_iter().filter(|finding| finding.code == &MISSING_PAGE).collect()
    }

    /// The line, what is said, and what was meant.
    fn said(book_toml: &str, page: &str) -> Vec<(usize, String, String)> {
        let said = found(book_toml, page).into_iter().map(|finding| {
            let line = finding.at.location.start().line;
            (line, finding.message, finding.help.join("; "))
        });
        said.collect()
    }

    /// The page with the fixes made.
    fn fixed(page: &str) -> String {
        let found = found("", page);
        let fixes = found.iter().filter_map(|finding| finding.fix.as_ref());
        let edits = fixes.flat_map(|fix| &fix.edits);
        replaced(page, edits.map(|edit| (edit.location.span, edit.text.as_str())))
    }

    const ELSEWHERE: &str = "list it in SUMMARY.md, or link to where it is now";

    #[test]
    fn a_link_to_a_page_that_is_not_there_is_said_to_be() {
        let page = "[one](price.md)\n[two](../guide/none.html#x) and [three](../prices.md)\n[four][4] [5][4] <a.md>\n\n[4]: nowhere.md?x \"y\"\n";
        let expected = [
            (1, "guide/price.md", "did you mean `prices.md`?"),
            (2, "guide/none.html", ELSEWHERE),
            (2, "prices.md", "did you mean `prices.md`?"),
            (5, "guide/nowhere.md", ELSEWHERE),
        ]
        .map(|(line, page, help)| {
            (line, format!("the book has no page `{page}`"), help.to_owned())
        });
        assert_eq!(said("", page), expected);
    }

    /// mdBook publishes chapters, and what is no Markdown.
    #[test]
    fn a_link_to_what_is_not_published_is_said_to_be() {
        let unlisted = |page: &str| {
            let message = format!(
                "the book has no page `{page}`: `SUMMARY.md` does not list `guide/unlisted.md`"
            );
            let help = "list the file in SUMMARY.md, or link to where it is published";
            (1, message, help.to_owned())
        };
        let page = "[a](unlisted.md) [b](unlisted.html)\n";
        let expected = [unlisted("guide/unlisted.md"), unlisted("guide/unlisted.html")];
        assert_eq!(said("", page), expected);
        assert_eq!(said("[output.html]\n[output.markdown]\n", page), expected);
        assert_eq!(said("[output.html]\n[output.epub]\n", page), [], "it may publish the file");
        let message = "the book has no page `guide/diagram.md`".to_owned();
        assert_eq!(said("", "[d](diagram.md)\n"), [(1, message, ELSEWHERE.to_owned())]);
    }

    /// A fix is made at once and for many files, so it is only for a file that has moved.
    #[test]
    fn a_link_is_rewritten_to_the_file_of_the_same_name_alone() {
        let page = "[prices.md](../prices.md \"../prices.md\") and [`x`][../prices.html] [y][../prices.html]\n\n\
            [../prices.html]: ../prices.html#a '../prices.html'\n";
        let mended = "[prices.md](prices.md \"../prices.md\") and [`x`][../prices.html] [y][../prices.html]\n\n\
            [../prices.html]: prices.html#a '../prices.html'\n";
        assert_eq!(fixed(page), mended);
        assert_eq!(fixed("[x](<two words.md>)\n"), "[x](<../two%20words.md>)\n");
        for page in [
            "[like](price.md)\n",
            "[two of the name](steps.md)\n",
            "[an index](x/README.md)\n",
            "[itself](../a.md)\n",
            "[escaped](..\\/prices.md)\n",
        ] {
            assert_eq!(said("", page).len(), 1, "{page}");
            assert_eq!(fixed(page), page);
        }
        let no_other = said("", "[chapter 3](../ch03.md)\n").remove(0).2;
        assert_eq!(no_other, ELSEWHERE, "another number is another chapter");
    }

    /// Each link to nowhere was once compared with every chapter.
    #[test]
    fn many_links_to_nowhere_in_a_book_of_many_chapters_take_no_time() {
        let chapters: String =
            (0..3_000).map(|n| format!("- [C](c{n}/chapter-{n}.md)\n")).collect();
        let page: String = (0..20_000).map(|n| format!("[x](gone/chaptre-x{n}.md)\n")).collect();
        let files = [
            ("book.toml", String::new()),
            ("src/SUMMARY.md", format!("- [A](a.md)\n{chapters}")),
            ("src/a.md", page),
        ];
        let world = MemWorld::new(files, jiff::civil::date(2026, 1, 1));
        let start = std::time::Instant::now();
        let found = Book::read(&world).expect("a book").findings;
        assert_eq!(found.iter().filter(|finding| finding.code == &MISSING_PAGE).count(), 20_000);
        assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
    }

    /// What may be there, by mdBook's own rules or by someone else's.
    #[test]
    fn a_link_that_may_lead_somewhere_is_let_be() {
        let page = "[a](prices.md) [b](./prices.html#x) [c](../guide/a.md) [d](../README.md) [e](../index.html) [f](../other/) \
            [g](../other/index.html) [h](../other/README.md) [i](../print.html) [j](../toc.html) [k](form.html) [l](form.md) \
            [n](../two%20words.md) [o](../later.md) [p](../404.html) [q](../../docs/x.md) [r](/x.md) \
            [s](https://example.org/x.md) [t](//example.org/x.html) [u](#x) [v](x.pdf) [w]({{base}}/x.md) [x](mailto:a@b.md) \
            <me@example.md> `[y](y.md)` ![z](z.md) [A](old.html) [B](gone/x.html) [E](../api/x/index.html) [C]() [D](x%2.md)\n";
        let redirects = "[output.html.redirect]\n\"/guide/old.html\" = \"prices.html\"\n\"/guide/gone/x.html\" = \"https://example.org\"\n";
        assert_eq!(said(redirects, page), []);
        let other = "[preprocessor.plumb]\n[preprocessor.pages]\n";
        assert_eq!(said(other, "[x](made-up.md) [y](unlisted.md)\n"), [], "it may make them");
        let known = "[preprocessor.plumb]\n[preprocessor.index]\n";
        assert_eq!(said(known, "[x](made-up.md)\n").len(), 1);
    }

    #[test]
    fn paths_are_read_as_mdbook_writes_them() {
        assert_eq!(
            [stem("a/b.c/d"), stem("a.b/c.md"), stem(".md"), stem("x.tar.md")],
            ["a/b.c/d", "a.b/c", ".md", "x.tar"]
        );
        assert_eq!(decoded("a%20b.md").as_deref(), Some("a b.md"));
        assert_eq!((decoded("a%2"), decoded("%ff.md"), decoded("%zz")), (None, None, None));
        for path in ["a b/ü-1.md", "50%.md", "a(b).md", "<a>|b#c?d&e:f\"\\.md"] {
            let address = encoded(path);
            assert!(!address.contains([' ', '(', ')', '<', '>', '|', '#', '?', '&', ':', '\\']));
            assert_eq!(decoded(&address).as_deref(), Some(path));
        }
        assert_eq!(relative("a/b/c.md", "a/d/e.md"), "../d/e.md");
        assert_eq!(relative("c.md", "a/d.md"), "a/d.md");
        assert_eq!(relative("a/b/c.md", "a/b/d.md"), "d.md");
    }
}
