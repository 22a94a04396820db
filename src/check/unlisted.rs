//! Pages with directives that the book does not have, so that nothing reads them.

use super::codes::UNLISTED_PAGE;
use super::{Project, is_markdown};
use crate::diag::Diagnostic;
use crate::markdown::{self, NodeKind};
use crate::text::{Location, Source, TextMap};
use crate::world::{World, display};
use memchr::memmem;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How deep folders are looked into, and how many entries are looked at.
const MOST_DEEP: usize = 8;
const MOST_ENTRIES: usize = 5_000;

/// The findings for the Markdown below the source folder that is not among what was read, each at its first directive.
pub(super) fn check(
    world: &dyn World,
    src: &Path,
    project: &Project,
    (read, listed): (&[String], &[PathBuf]),
) -> Vec<Diagnostic> {
    // In the folder of the book itself lies what is no page.
    if src.components().next().is_none() || display(src) == "." {
        return Vec::new();
    }
    let listed = listed.iter().map(|path| display(&src.join(path)));
    let read: BTreeSet<String> = read.iter().cloned().chain(listed).collect();
    let mut findings = Vec::new();
    let mut folders = vec![(src.to_owned(), 0)];
    let mut left = MOST_ENTRIES;
    while let Some((folder, depth)) = folders.pop() {
        for entry in world.list(&folder).unwrap_or_default() {
            let name = entry.path.file_name().map(|name| name.to_string_lossy());
            if left == 0 {
                return findings;
            }
            left -= 1;
            if entry.is_link || name.is_none_or(|name| name.starts_with(['.', '_'])) {
                continue;
            }
            if entry.is_folder {
                if depth < MOST_DEEP {
                    folders.push((entry.path, depth + 1));
                }
            } else if is_markdown(&display(&entry.path)) && !read.contains(&display(&entry.path)) {
                findings.extend(judge(world, src, project, &entry.path));
            }
        }
    }
    findings
}

fn judge(world: &dyn World, src: &Path, project: &Project, path: &Path) -> Option<Diagnostic> {
    let below = display(path.strip_prefix(src).ok()?);
    if below == "SUMMARY.md" || project.config.excludes(&below) {
        return None;
    }
    let source: Arc<Source> = world.source(path).ok()?;
    let has = |word: &[u8]| memmem::find(source.text().as_bytes(), word).is_some();
    if !has(b"plumb") && !has(b"{=") {
        return None;
    }
    let nodes = markdown::scan(source.text(), &TextMap::identity(&source), project.dialect).nodes;
    let is_ours = |kind: &NodeKind| matches!(kind, NodeKind::Directive(_) | NodeKind::Value(_));
    let first = nodes.iter().find(|node| is_ours(&node.kind))?;
    let message = format!("`SUMMARY.md` does not list `{below}`, and no chapter includes it");
    let at = Location::new(&source, first.span);
    Some(
        Diagnostic::new(&UNLISTED_PAGE, at, message)
            .label("this is neither computed nor checked")
            .help("list the page in SUMMARY.md, or delete it"),
    )
}

#[cfg(test)]
mod tests {
    use super::UNLISTED_PAGE;
    use crate::check::Book;
    use crate::world::MemWorld;

    fn said(book_toml: &str, listed: &str, page: &str) -> Vec<(String, usize)> {
        let files = [
            ("book.toml", format!("[book]\ntitle = \"B\"\n{book_toml}")),
            ("src/SUMMARY.md", "- [A](a.md)\n".to_owned()),
            ("src/a.md", listed.to_owned()),
            ("src/more/b.md", page.to_owned()),
        ];
        let world = MemWorld::new(files, jiff::civil::date(2026, 1, 1));
        let found = Book::read(&world).expect("a book").findings.into_iter();
        let found = found.filter(|finding| finding.code == &UNLISTED_PAGE);
        found
            .map(|finding| {
                let at = finding.at.location;
                (at.source.path().to_owned(), at.start().line)
            })
            .collect()
    }

    #[test]
    fn a_page_with_directives_that_is_not_listed_is_found() {
        let page = "# B\n\nIt is <!-- plumb: value pods -->7<!-- /plumb -->.\n";
        let expected = [("src/more/b.md".to_owned(), 3)];
        assert_eq!(said("", "", page), expected);
        assert_eq!(said("", "", "# B\n\nIt is `{= pods }`.\n"), expected, "a value alone");
    }

    /// What a chapter or someone else may take in, and pages that have nothing of ours.
    #[test]
    fn a_page_that_something_reads_is_let_be() {
        let page = "It is <!-- plumb: value pods -->7<!-- /plumb -->.\n";
        assert_eq!(said("", "{{#include more/b.md}}\n", page), []);
        assert_eq!(said("[preprocessor.plumb]\n[preprocessor.other]\n", "", page), []);
        let shown =
            "A plumb line.\n\n```markdown\n<!-- plumb: value pods -->7<!-- /plumb -->\n```\n";
        assert_eq!(said("", "", shown), []);
        let value =
            "A set `{a, b}`, and in code:\n\n    `{= pods }`\n\n```text\n`{= pods }`\n```\n";
        assert_eq!(said("", "", value), []);
        assert_eq!(said("", "{{#include more/b.md}}\n", "It is `{= pods }`.\n"), []);
    }
}
