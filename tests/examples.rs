//! The examples on the directives' pages and on that of the fences are their tests.
//!
//! An example is a ```` ```markdown source ```` fence and the fences behind it that say what comes of it: `markdown result`
//! (every renderer but HTML), `html result`, `text findings`. A `toml model` fence holds for the examples below it.
//! `PLUMB_BLESS=1` writes what comes of them into the pages; read the diff.

use mdbook_plumb::check::{self, Book};
use mdbook_plumb::config::Config;
use mdbook_plumb::reference::all_codes;
use mdbook_plumb::render::{self, Delivery, Target};
use mdbook_plumb::text::Source;
use mdbook_plumb::world::MemWorld;
use mdbook_plumb::{directive, sync};
use std::fmt::Write as _;
use std::path::Path;

struct Fence<'a> {
    info: &'a str,
    body: &'a str,
    /// Bytes of the body in the page.
    start: usize,
}

/// The fences of a page; a page's own are opened by three backticks or more at the start of a line.
fn fences(page: &str) -> Vec<Fence<'_>> {
    let mut found = Vec::new();
    let mut open: Option<(usize, &str, usize)> = None;
    let mut at = 0;
    for line in page.split_inclusive('\n') {
        let ticks = line.bytes().take_while(|&byte| byte == b'`').count();
        match open {
            None if ticks >= 3 => open = Some((ticks, line[ticks..].trim(), at + line.len())),
            Some((length, info, start)) if ticks >= length && line.trim_end().len() == ticks => {
                found.push(Fence { info, body: &page[start..at], start });
                open = None;
            }
            _ => {}
        }
        at += line.len();
    }
    found
}

struct Made {
    markdown: String,
    html: String,
    findings: String,
}

fn make(model: &str, source: &str) -> Made {
    let today = jiff::civil::date(2026, 11, 23);
    let world = MemWorld::new(
        [
            ("book.toml", "[book]\ntitle = \"Example\"\n"),
            ("model.toml", model),
            ("src/SUMMARY.md", "[Page](page.md)\n"),
            ("src/page.md", source),
        ],
        today,
    );
    let book = Book::read(&world).expect("the example is a book");
    let checked = check::check(&book.project, &book.chapters);
    let chapter = &book.chapters[0];
    let shown = render::Chapter { text: &chapter.text, path: &chapter.path, guide: &book.title };
    let text = |target| {
        render::chapter(shown, &checked.chapters[0], target).unwrap_or_else(|| chapter.text.clone())
    };
    let markdown = text(Target::Markdown);
    let html = text(Target::Html(Delivery::External));
    let drift = sync::drift([sync::Chapter { shown, map: &chapter.map }], &checked);
    let mut findings = String::new();
    let all = book.findings.into_iter().chain(checked.findings).chain(drift);
    let mut all = check::settle(all.collect(), &book.project.config.levels, &all_codes());
    all.retain(|finding| finding.code.name != "never-used");
    all.sort_by_key(|finding| {
        (finding.at.location.source.path().to_owned(), finding.at.location.span)
    });
    for finding in all {
        let start = finding.at.location.start();
        let place =
            format!("{}:{}:{}", finding.at.location.source.path(), start.line, start.column);
        let _ = writeln!(
            findings,
            "{place}: {}[{}]: {}",
            finding.severity, finding.code.name, finding.message
        );
        for help in finding.help {
            let _ = writeln!(findings, "  help: {help}");
        }
    }
    Made { markdown, html, findings }
}

#[test]
fn the_pages_examples_come_out_as_they_say() {
    let bless = std::env::var_os("PLUMB_BLESS").is_some();
    let mut wrong = String::new();
    let mut examples = 0;
    let directives = directive::REGISTRY
        .iter()
        .map(|directive| (directive.name, format!("src/directive/{}.md", directive.name)));
    for (name, path) in directives.chain([("fences", "src/check/fences.md".to_owned())]) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
        let page = std::fs::read_to_string(&path).expect("each has a page");
        let mut model = "";
        let mut made: Option<Made> = None;
        let mut edits = Vec::new();
        let own = examples;
        let fences = fences(&page);
        for (index, fence) in fences.iter().enumerate() {
            let expected = match fence.info {
                "toml model" => {
                    model = fence.body;
                    continue;
                }
                "markdown source" => {
                    examples += 1;
                    let result = make(model, fence.body);
                    let expected_findings = fences[index + 1..]
                        .iter()
                        .take_while(|fence| fence.info != "markdown source")
                        .any(|fence| fence.info == "text findings");
                    if !expected_findings && !result.findings.is_empty() {
                        let _ = writeln!(wrong, "{}:\n{}\n{}", name, fence.body, result.findings);
                    }
                    made = Some(result);
                    continue;
                }
                "markdown result" => made.as_ref().map(|made| made.markdown.as_str()),
                "html result" => made.as_ref().map(|made| made.html.as_str()),
                "text findings" => made.as_ref().map(|made| made.findings.as_str()),
                _ => continue,
            };
            let expected = expected.expect("a result stands behind its source");
            if expected.trim_end() != fence.body.trim_end() {
                if bless {
                    edits.push((
                        fence.start,
                        fence.body.len(),
                        format!("{}\n", expected.trim_end()),
                    ));
                } else {
                    let _ = writeln!(
                        wrong,
                        "{} ({}):\n--- the page says\n{}\n--- it is\n{expected}",
                        name, fence.info, fence.body
                    );
                }
            }
        }
        assert!(examples > own, "the page of `{name}` has no example");
        if !edits.is_empty() {
            let mut text = page.clone();
            for (start, length, new) in edits.into_iter().rev() {
                text.replace_range(start..start + length, &new);
            }
            std::fs::write(&path, text).unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn the_committed_reference_is_what_the_program_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference");
    let bless = std::env::var_os("PLUMB_BLESS").is_some();
    for page in mdbook_plumb::reference::pages() {
        let path = folder.join(page.path);
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        if bless && committed != page.text {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(&path, page.text).unwrap();
        } else {
            assert!(
                committed == page.text,
                "docs/reference/{} is not what the program says; PLUMB_BLESS=1 cargo test writes it",
                page.path
            );
        }
    }
}

/// What the findings' pages show of `book.toml` is what the settings are; but for the page about settings that are not
/// understood, which shows one.
#[test]
fn settings_on_the_findings_pages_are_settings() {
    let mut seen = 0;
    for code in all_codes() {
        for fence in fences(code.page) {
            if fence.info == "toml" && fence.body.contains("[preprocessor.plumb") {
                seen += 1;
                let (_, findings) = Config::read(&Source::new("book.toml", fence.body), None);
                assert_eq!(findings.is_empty(), code.name != "invalid-config", "{}", code.name);
            }
        }
    }
    assert!(seen > 1);
}

/// No page is left behind by a finding that was renamed or taken away.
#[test]
fn each_page_is_that_of_a_code() {
    fn pages(folder: &Path, out: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                pages(&path, out);
            } else if folder.ends_with("pages") {
                out.push(path.file_name().unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    let mut found = Vec::new();
    pages(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    let codes = all_codes();
    let is_one = |file: &str| codes.iter().any(|code| file == format!("{}.md", code.name));
    found.retain(|file| !is_one(file));
    assert_eq!(found, Vec::<String>::new());
}
