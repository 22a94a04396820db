//! Links to pages that the book does not have.
//!
//! A page is what mdBook makes of a chapter, and every other file below the source folder. What someone else may have made, or publishes
//! beside the book, is not said to be missing.

use super::codes::MISSING_PAGE;
use super::{Chapter, Project, anchors};
use crate::config;
use crate::diag::{Diagnostic, nearest};
use crate::markdown::{self, LinkTo};
use crate::text::{Source, Span};
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
        let name = file.rsplit('/').next().unwrap_or(file);
        if stem(name).eq_ignore_ascii_case("readme") {
            pages.insert(format!("{}/index", folder(file)).trim_start_matches('/').to_owned());
        }
    }
    let book = Pages { world, src, files, pages, folders: Mutex::default() };
    let judge = |chapter: &Chapter| {
        let links = markdown::anchors(&chapter.text, project.dialect).links.into_iter();
        links.filter_map(|link| book.judge(chapter, &link)).collect::<Vec<_>>()
    };
    let may_link = |chapter: &Chapter| {
        [".md", ".html"]
            .iter()
            .any(|end| memmem::find(chapter.text.as_bytes(), end.as_bytes()).is_some())
    };
    let chapters = chapters.par_iter();
    chapters
        .filter(|chapter| !project.config.excludes(&chapter.path) && may_link(chapter))
        .flat_map_iter(judge)
        .collect()
}

/// Whether a book has preprocessors that may make pages and change addresses: others than this one and mdBook's own.
pub(super) fn has_others(book_toml: &Arc<Source>) -> bool {
    let preprocessors = config::value(book_toml, &["preprocessor"]);
    let names = preprocessors.as_ref().and_then(Json::as_object);
    let mut names = names.into_iter().flat_map(|all| all.keys());
    names.any(|name| !["plumb", "links", "index"].contains(&name.as_str()))
}

/// What a link may lead to.
struct Pages<'a> {
    world: &'a dyn World,
    src: &'a Path,
    /// The chapters' files.
    files: BTreeSet<String>,
    /// The pages, without their ending.
    pages: BTreeSet<String>,
    /// The files of folders that were looked into; nothing of one that can't be.
    folders: Mutex<BTreeMap<String, Option<BTreeSet<String>>>>,
}

impl Pages<'_> {
    fn judge(&self, from: &Chapter, link: &LinkTo) -> Option<Diagnostic> {
        let written = link.page.split('?').next().unwrap_or_default();
        let ending = [".md", ".html"].into_iter().find(|ending| written.ends_with(ending))?;
        if written.contains(['{', '}', '<', '>', '$', '\\']) {
            return None;
        }
        let page = anchors::resolved(&from.path, &decoded(written)?)?;
        let is_beside = ending == ".html" && !self.has_chapters(folder(&page));
        if is_beside || self.pages.contains(stem(&page)) || self.is_file(&page) {
            return None;
        }
        let at = from.map.locate(within(from, link, written));
        let message = format!("the book has no page `{page}`");
        let finding = Diagnostic::new(&MISSING_PAGE, at, message);
        let Some(meant) = self.near(&page) else {
            return Some(finding.help("list it in SUMMARY.md, or link to where it is now"));
        };
        let text = format!("{}{ending}", stem(&relative(&from.path, meant)));
        let finding = finding.help(format!("did you mean `{text}`?"));
        Some(match from.map.locate_copied(within(from, link, written)) {
            Some(place) if place.text() == written => {
                finding.replace_with(format!("write `{text}`"), text.replace(' ', "%20"))
            }
            _ => finding,
        })
    }

    /// Whether the book has a folder. HTML in another one may be published beside the book: documentation of an API, a translation.
    fn has_chapters(&self, of: &str) -> bool {
        self.files.iter().any(|file| folder(file) == of)
    }

    /// Whether a file is there, or the one that it is made from; or may be, where its folder can't be looked into.
    fn is_file(&self, page: &str) -> bool {
        let name = &page[page.rfind('/').map_or(0, |slash| slash + 1)..];
        let mut folders = self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        let files = folders.entry(folder(page).to_owned()).or_insert_with(|| {
            let entries = match self.world.list(&self.src.join(folder(page))) {
                Ok(entries) => entries,
                Err(error) if is_absent(&error) => Vec::new(),
                Err(_) => return None,
            };
            let names = entries.iter().filter_map(|entry| entry.path.file_name());
            Some(names.map(|name| stem(&name.to_string_lossy()).to_owned()).collect())
        });
        files.as_ref().is_none_or(|files| files.contains(stem(name)))
    }

    /// The chapter that was meant: the one of the same name in another folder, or one with a name that is near.
    fn near(&self, page: &str) -> Option<&str> {
        let name = |path: &str| stem(path.rsplit('/').next().unwrap_or(path)).to_owned();
        let mut same = self.files.iter().filter(|file| name(file) == name(page));
        match (same.next(), same.next()) {
            (Some(file), None) => Some(file),
            _ => {
                let stems = self.files.iter().map(|file| stem(file));
                let near = nearest(stem(page), stems)?;
                self.files.iter().find(|file| stem(file) == near).map(String::as_str)
            }
        }
    }
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

/// The way from a page to another.
fn relative(from: &str, to: &str) -> String {
    let (from, to): (Vec<&str>, Vec<&str>) = (from.split('/').collect(), to.split('/').collect());
    let folders = from.len().min(to.len()) - 1;
    let shared = (0..folders).take_while(|&at| from[at] == to[at]).count();
    let up = vec![".."; from.len() - 1 - shared];
    [up, to[shared..].to_vec()].concat().join("/")
}

/// Where a link's page is written, or all of the link where it is written elsewhere.
fn within(chapter: &Chapter, link: &LinkTo, page: &str) -> Span {
    match chapter.text[link.span.range()].rfind(page) {
        Some(at) => Span::new(link.span.start + at, link.span.start + at + page.len()),
        None => link.span,
    }
}

#[cfg(test)]
mod tests {
    use super::{MISSING_PAGE, decoded, relative, stem};
    use crate::check::Book;
    use crate::world::MemWorld;

    /// What is said of the links in a chapter `guide/a.md`: the line, the page, and what was meant.
    fn said(book_toml: &str, page: &str) -> Vec<(usize, String, String)> {
        let files = [
            ("book.toml", format!("[book]\ntitle = \"B\"\n{book_toml}")),
            ("src/SUMMARY.md", "- [I](README.md)\n- [A](guide/a.md)\n- [B](guide/prices.md)\n- [C](other/README.md)\n- [Two words](two%20words.md)\n- [Not yet](later.md)\n- [Draft]()\n".to_owned()),
            ("src/README.md", String::new()),
            ("src/guide/a.md", page.to_owned()),
            ("src/guide/prices.md", String::new()),
            ("src/guide/unlisted.md", String::new()),
            ("src/guide/form.html", String::new()),
            ("src/other/README.md", String::new()),
            ("src/two words.md", String::new()),
        ];
        let world = MemWorld::new(files, jiff::civil::date(2026, 1, 1));
        let found = Book::read(&world).expect("a book").findings;
        let found = found.into_iter().filter(|finding| finding.code == &MISSING_PAGE);
        found
            .map(|finding| {
                let line = finding.at.location.start().line;
                (line, finding.message, finding.help.join("; "))
            })
            .collect()
    }

    #[test]
    fn a_link_to_a_page_that_is_not_there_is_said_to_be() {
        let page = "[one](price.md)\n[two](../guide/none.html#x) and [three](../prices.md)\n[four][4] <a.md>\n\n[4]: nowhere.md?x \"y\"\n";
        let expected = [
            (1, "guide/price.md", "did you mean `prices.md`?"),
            (2, "guide/none.html", "list it in SUMMARY.md, or link to where it is now"),
            (2, "prices.md", "did you mean `prices.md`?"),
            (3, "guide/nowhere.md", "list it in SUMMARY.md, or link to where it is now"),
        ]
        .map(|(line, page, help)| {
            (line, format!("the book has no page `{page}`"), help.to_owned())
        });
        assert_eq!(said("", page), expected);
    }

    /// What may be there, by mdBook's own rules or by someone else's.
    #[test]
    fn a_link_that_may_lead_somewhere_is_let_be() {
        let page = "[a](prices.md) [b](./prices.html#x) [c](../guide/a.md) [d](../README.md) [e](../index.html) [f](../other/) \
            [g](../other/index.html) [h](../other/README.md) [i](../print.html) [j](../toc.html) [k](form.html) [l](form.md) \
            [m](unlisted.md) [n](../two%20words.md) [o](../later.md) [p](../404.html) [q](../../docs/x.md) [r](/x.md) \
            [s](https://example.org/x.md) [t](//example.org/x.html) [u](#x) [v](x.pdf) [w]({{base}}/x.md) [x](mailto:a@b.md) \
            <me@example.md> `[y](y.md)` ![z](z.md) [A](old.html) [B](gone/x.html) [E](../api/x/index.html) [C]() [D](x%2.md)\n";
        let redirects = "[output.html.redirect]\n\"/guide/old.html\" = \"prices.html\"\n\"guide/gone/x.html\" = \"https://example.org\"\n";
        assert_eq!(said(redirects, page), []);
        let other = "[preprocessor.plumb]\n[preprocessor.pages]\n";
        assert_eq!(said(other, "[x](made-up.md)\n"), [], "another preprocessor may make it");
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
        assert_eq!(relative("a/b/c.md", "a/d/e.md"), "../d/e.md");
        assert_eq!(relative("c.md", "a/d.md"), "a/d.md");
        assert_eq!(relative("a/b/c.md", "a/b/d.md"), "d.md");
    }
}
