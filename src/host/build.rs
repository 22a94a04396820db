//! A book built with mdBook's own driver inside this program, for a machine that has no `mdbook`.
//!
//! The driver knows the order of preprocessors; ours takes the place of the command of the same name, so the book goes
//! through the same steps as under `mdbook build` and comes out with the same bytes.

use super::book::Processed;
use super::destination;
use super::outcome::Exit;
use super::protocol::{Book, Chapter};
use crate::check;
use crate::diag::Diagnostic;
use crate::text::printed;
use crate::world::{DiskWorld, World};
use anyhow::{Context, anyhow};
use mdbook_driver::MDBook;
use mdbook_driver::book::BookItem;
use mdbook_driver::config::Config;
use mdbook_preprocessor::{Preprocessor, PreprocessorContext};
use serde_json::Value as Json;
use std::io::{self, Write};
use std::path::Path;
use std::str::FromStr;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

/// The name of the table in `book.toml` that is ours.
pub(super) const NAME: &str = "plumb";

/// A book that mdBook has read, or why it must not.
pub(super) enum Loaded {
    Book(Box<MDBook>),
    /// Findings that no level makes milder: mdBook would publish what is not the book's, or write over something.
    Harm(Vec<Diagnostic>),
}

/// Has mdBook read the book in a folder, if it can do no harm.
pub(super) fn load(folder: &Path, destination: Option<&Path>) -> anyhow::Result<Loaded> {
    let here = std::env::current_dir().context("can't tell the current folder")?;
    let root = here.join(folder);
    let world = DiskWorld::new(&root);
    let mut config = match world.source(Path::new("book.toml")) {
        Ok(text) => Config::from_str(text.text())?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Config::default(),
        Err(error) => return Err(error).context("can't read `book.toml`"),
    };
    let stated = config.build.build_dir.clone();
    config.update_from_env()?;
    if let Some(destination) = destination {
        config.build.build_dir = here.join(destination);
    }
    let build_dir = config.build.build_dir.clone();
    let json = serde_json::to_value(&config)?;
    let (harm, parts) = check::before_mdbook(&world, &json)
        .with_context(|| format!("there is no book in `{}`", folder.display()))?;
    if !harm.is_empty() {
        return Ok(Loaded::Harm(harm));
    }
    let outputs = json.get("output").and_then(Json::as_object);
    let mut renderers: Vec<&str> = outputs.into_iter().flatten().map(|(name, _)| &**name).collect();
    if renderers.is_empty() {
        renderers.push("html");
    }
    // What `book.toml` says is the book's; what the user says himself may lie anywhere.
    let world = if build_dir == stated { world } else { world.and(&build_dir) };
    let source = config.book.src.clone();
    destination::Destination { world: &world, parts: &parts, source: &source }
        .check(&build_dir, &renderers)?;
    Ok(Loaded::Book(Box::new(MDBook::load_with_config(root, config)?)))
}

/// Builds a book with every renderer that it asks for.
pub(super) fn build(
    mut book: MDBook,
    process: impl Fn(&Book) -> anyhow::Result<Processed> + 'static,
    show: impl Fn(&Processed) -> anyhow::Result<Exit> + 'static,
) -> anyhow::Result<Exit> {
    book.with_preprocessor(InProcess { process, show });
    match book.build() {
        Ok(()) => Ok(Exit::Clean),
        Err(error) if error.chain().any(<dyn std::error::Error>::is::<Fails>) => Ok(Exit::Findings),
        Err(error) => Err(error),
    }
}

/// mdBook's messages on standard error, as `mdbook` itself shows them; `MDBOOK_LOG` chooses which.
pub(super) fn show_log(quiet: bool) {
    let level = if quiet { LevelFilter::WARN } else { LevelFilter::INFO };
    let asked = std::env::var("MDBOOK_LOG").ok();
    let mut filter = EnvFilter::builder()
        .with_default_directive(level.into())
        .parse_lossy(asked.as_deref().unwrap_or_default());
    for noisy in ["handlebars", "html5ever"] {
        let asked_for = asked.as_deref().is_some_and(|asked| asked.contains(noisy));
        if let Ok(directive) = format!("{noisy}=warn").parse()
            && !asked_for
        {
            filter = filter.add_directive(directive);
        }
    }
    // A second subscriber is refused; then the first one shows the messages.
    let _ = tracing_subscriber::fmt()
        .without_time()
        // Without colours, so that every control in a line is somebody else's.
        .with_ansi(false)
        .with_writer(|| Printed)
        .with_env_filter(filter)
        .with_target(asked.is_some())
        .try_init();
}

/// Standard error for lines that hold names of the author's.
struct Printed;

impl Write for Printed {
    /// The log writes each of its messages at once.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        io::stderr().lock().write_all(printed(&text).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

/// The findings are shown; mdBook only has to stop.
#[derive(Debug)]
struct Fails;

impl std::fmt::Display for Fails {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the book is not built because of what was found in it")
    }
}

impl std::error::Error for Fails {}

struct InProcess<P, S> {
    process: P,
    show: S,
}

impl<P, S> Preprocessor for InProcess<P, S>
where
    P: Fn(&Book) -> anyhow::Result<Processed>,
    S: Fn(&Processed) -> anyhow::Result<Exit>,
{
    fn name(&self) -> &str {
        NAME
    }

    fn run(
        &self,
        context: &PreprocessorContext,
        mut typed: mdbook_driver::book::Book,
    ) -> anyhow::Result<mdbook_driver::book::Book> {
        let mut book = Book {
            root: context.root.clone(),
            config: serde_json::to_value(&context.config)?,
            renderer: context.renderer.clone(),
            mdbook_version: context.mdbook_version.clone(),
            chapters: Vec::new(),
        };
        in_reading_order(&mut typed.items, &mut |chapter| {
            book.chapters.push(Chapter {
                name: chapter.name.clone(),
                path: path(chapter.path.as_deref()).unwrap_or_default(),
                source_path: path(chapter.source_path.as_deref()),
                content: chapter.content.clone(),
            });
        });
        let processed = (self.process)(&book)?;
        if (self.show)(&processed)? == Exit::Findings {
            return Err(anyhow!(Fails));
        }
        let mut contents = processed.contents.into_iter();
        in_reading_order(&mut typed.items, &mut |chapter| {
            if let Some(Some(content)) = contents.next() {
                chapter.content = content;
            }
        });
        Ok(typed)
    }
}

/// A path as the protocol's JSON would have it.
fn path(path: Option<&Path>) -> Option<String> {
    path.map(|path| path.to_string_lossy().into_owned())
}

/// Each chapter that has a file, before those below it. (mdBook's own walk comes to a chapter after them.)
fn in_reading_order(
    items: &mut [BookItem],
    visit: &mut dyn FnMut(&mut mdbook_driver::book::Chapter),
) {
    for item in items {
        if let BookItem::Chapter(chapter) = item {
            if !chapter.is_draft_chapter() {
                visit(chapter);
            }
            in_reading_order(&mut chapter.sub_items, visit);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Report;
    use std::fs;
    use std::sync::{Arc, Mutex};

    fn book(toml: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let files = [
            ("book.toml", toml),
            ("src/SUMMARY.md", "- [A](README.md)\n  - [B](sub/b.md)\n- [Draft]()\n- [C](c.md)\n"),
            ("src/README.md", "# A\n\n{{#include part.txt}}\n"),
            ("src/part.txt", "included"),
            ("src/sub/b.md", "# B\n"),
            ("src/c.md", "# C\n"),
        ];
        for (path, text) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    fn run(folder: &Path, outcome: Exit) -> (anyhow::Result<Exit>, Vec<Book>) {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let books = seen.clone();
        let process = move |book: &Book| {
            books.lock().unwrap().push(book.clone());
            let mark =
                |chapter: &Chapter| Some(format!("{}\n\nseen {}\n", chapter.content, chapter.path));
            Ok(Processed {
                root: book.root.clone(),
                contents: book.chapters.iter().map(mark).collect(),
                report: Report::default(),
                fails: false,
            })
        };
        let result = load(folder, Some(&folder.join("out"))).and_then(|loaded| match loaded {
            Loaded::Book(book) => build(*book, process, move |_| Ok(outcome)),
            Loaded::Harm(harm) => panic!("{harm:?}"),
        });
        let books = seen.lock().unwrap().clone();
        (result, books)
    }

    #[test]
    fn the_preprocessor_runs_in_the_place_of_its_command() {
        for toml in [
            "",
            "[preprocessor.plumb]\ncommand = 'no-such-command'\n",
            "[preprocessor.plumb]\nafter = ['links']\nmodel = 'm.toml'\n",
        ] {
            let folder = book(toml);
            let (result, books) = run(folder.path(), Exit::Clean);
            assert_eq!(result.unwrap(), Exit::Clean, "{toml}");
            let [book] = &books[..] else { panic!("it ran {} times", books.len()) };
            assert_eq!(book.renderer, "html");
            let chapters: Vec<_> =
                book.chapters.iter().map(|c| (c.path.as_str(), c.source_path.as_deref())).collect();
            let expected = [
                ("index.md", Some("README.md")),
                ("sub/b.md", Some("sub/b.md")),
                ("c.md", Some("c.md")),
            ];
            assert_eq!(chapters, expected);
            assert_eq!(book.chapters[0].content, "# A\n\nincluded\n", "links ran before");
            for (page, text) in [("index.html", "seen index.md"), ("sub/b.html", "seen sub/b.md")] {
                let html = fs::read_to_string(folder.path().join("out").join(page)).unwrap();
                assert!(html.contains(text), "{page}");
            }
        }
    }

    #[test]
    fn it_can_be_put_before_links_and_left_out_for_a_renderer() {
        let folder = book("[preprocessor.plumb]\nbefore = ['links']\n");
        let (_, books) = run(folder.path(), Exit::Clean);
        assert!(books[0].chapters[0].content.contains("{{#include"));
        let folder = book("[preprocessor.plumb]\nrenderers = ['epub']\n");
        let (_, books) = run(folder.path(), Exit::Clean);
        assert!(books.is_empty());
    }

    #[test]
    fn a_book_that_fails_is_not_written() {
        let folder = book("");
        let (result, _) = run(folder.path(), Exit::Findings);
        assert_eq!(result.unwrap(), Exit::Findings);
        assert!(!folder.path().join("out").exists());
    }

    #[test]
    fn a_folder_without_a_book_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        assert!(run(folder.path(), Exit::Clean).0.is_err());
    }
}
