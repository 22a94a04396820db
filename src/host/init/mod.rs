//! `init`: a book, or other Markdown, that is there already is made a project of ours, and nothing in it is lost.

mod settings;

use super::book::Book;
use super::cli::{Findings, Output, Start};
use super::show::show;
use crate::check::is_markdown;
use crate::config::Home;
use crate::model::json_schema;
use crate::report::Report;
use crate::text::{Source, one_line};
use crate::world::{DiskWorld, World, display};
use anyhow::{Context, bail};
use std::fmt::Write as _;
use std::io::{self, BufRead, IsTerminal, Write as _};
use std::path::Path;
use std::sync::Arc;

/// The folder of a new model, which `mdbook serve` is told to watch.
const FOLDER: &str = "model";
/// What editors check the model's files with.
const SCHEMA: &str = "model/model.schema.json";

/// A file to write.
struct File {
    path: &'static str,
    text: String,
    /// What was read; none where it is new.
    before: Option<String>,
}

/// Sets a book up, and tells what `check` finds in it.
pub(super) fn init(
    dir: &Path,
    starts: Vec<Start>,
    dry_run: bool,
    output: Output,
) -> anyhow::Result<()> {
    let world = DiskWorld::new(dir);
    let (home, there) = settings_file(&world, dir)?;
    let asked = if starts.is_empty() { ask()? } else { starts };
    let mut starts = Vec::new();
    for start in asked {
        if !starts.contains(&start) {
            starts.push(start);
        }
    }
    let has_model = |path: &str| world.real(Path::new(path)).is_ok_and(|real| real.exists());
    let text = there.as_ref().map_or("", |source| source.text());
    let is_new =
        !settings::names_model(home, text) && !has_model("model.toml") && !has_model(FOLDER);
    let mut files = Vec::new();
    let writes_model = is_new && starts.iter().any(|start| start.model().is_some());
    let text = match home {
        Home::Book => settings::with_ours(text, writes_model.then_some(FOLDER))?,
        Home::Tree => settings::of_tree(text)?,
    };
    let before = there.as_ref().map(|source| source.text().to_owned());
    files.push(File { path: home.file(), text, before });
    if writes_model {
        for start in &starts {
            if let Some((path, text)) = start.model() {
                files.push(File { path, text: text.to_owned(), before: None });
            }
        }
        files.push(File { path: SCHEMA, text: format!("{:#}\n", json_schema()), before: None });
    }
    files.retain(|file| file.before.as_ref() != Some(&file.text));
    say(&told(&files, &starts, is_new, dry_run))?;
    if dry_run {
        return Ok(());
    }
    if !files.is_empty() {
        write(&world, &files).with_context(|| format!("can't write to `{}`", dir.display()))?;
    }
    let wanted = Findings::default();
    let found = Book::read(dir, &wanted)?.found(dir);
    let report = Report::new(found.findings).files(found.files).counts(found.counts);
    // What is found is for the author to mend, and no failure of what was asked for here.
    show(&report, &found.root, &wanted, output, io::stdout()).map(drop)
}

/// The file of settings that is there, or is to be written.
fn settings_file(world: &DiskWorld, dir: &Path) -> anyhow::Result<(Home, Option<Arc<Source>>)> {
    for home in Home::ALL {
        match world.source(Path::new(home.file())) {
            Ok(source) => return Ok((home, Some(source))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => {
                return Err(error).with_context(|| format!("can't read `{}`", home.file()));
            }
        }
    }
    let below = world.below(Path::new("")).files;
    if !below.iter().any(|file| is_markdown(&file.path.to_string_lossy())) {
        let dir = dir.display();
        bail!(
            "there is neither a `book.toml` nor Markdown in `{dir}`: `mdbook init {dir}` makes a book there. Manifests \
             need no setup: `mdbook-plumb validate {dir}`"
        );
    }
    Ok((Home::Tree, None))
}

impl Start {
    /// The file of the model that it begins with, and what that holds.
    fn model(self) -> Option<(&'static str, &'static str)> {
        match self {
            Start::Manifests => None,
            Start::Facts => Some(("model/facts.toml", include_str!("facts.toml"))),
            Start::Checklist => Some(("model/checklist.toml", include_str!("checklist.toml"))),
        }
    }

    /// What to write in a chapter.
    fn example(self) -> &'static str {
        match self {
            Start::Manifests => {
                "Every `yaml` fence with an `apiVersion` and a `kind` is checked; `mdbook-plumb check` tells what is wrong."
            }
            Start::Facts => {
                "In a page: `The pods ask for <!-- plumb: value total.memory -->?<!-- /plumb -->.`; then `mdbook-plumb sync`."
            }
            Start::Checklist => {
                "In a page, on a line of its own: `<!-- plumb: checklist ready -->`, a line below `<!-- /plumb -->`; then `mdbook-plumb sync`."
            }
        }
    }
}

/// Asks what to begin with, on a terminal; elsewhere it is the manifests, which need nothing.
fn ask() -> anyhow::Result<Vec<Start>> {
    let all = [Start::Manifests, Start::Facts, Start::Checklist];
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Ok(vec![Start::Manifests]);
    }
    eprintln!("What is to be begun with? Several with spaces; nothing is 1.");
    eprintln!("  1  manifests: YAML in chapters is checked as a cluster would");
    eprintln!("  2  facts: numbers with their sources, which the text keeps to");
    eprintln!("  3  checklist: what a reader ticks, and the verdict that follows");
    eprint!("> ");
    io::stderr().flush()?;
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    let mut starts = Vec::new();
    for word in line.split([' ', ',', '\n', '\r', '\t']).filter(|word| !word.is_empty()) {
        match word.parse::<usize>().ok().and_then(|number| all.get(number.wrapping_sub(1))) {
            Some(start) => starts.push(*start),
            None => bail!("`{}` is none of 1, 2 and 3", one_line(word)),
        }
    }
    Ok(if starts.is_empty() { vec![Start::Manifests] } else { starts })
}

/// What is done, or would be.
fn told(files: &[File], starts: &[Start], is_new: bool, dry_run: bool) -> String {
    let mut out = String::new();
    for File { path, text, before } in files {
        let what = match (before.is_some(), dry_run) {
            (true, false) => "changed",
            (false, false) => "written",
            (true, true) => "would be changed",
            (false, true) => "would be written",
        };
        let _ = writeln!(out, "{path}: {what}");
        for line in text.lines() {
            let is_there = before.as_ref().is_some_and(|old| old.lines().any(|old| old == line));
            if !is_there && (before.is_some() || dry_run) && !path.ends_with(".json") {
                let _ = writeln!(out, "  + {line}");
            }
        }
    }
    if files.is_empty() {
        out.push_str("nothing to write: all is set up\n");
    }
    if !is_new && starts.iter().any(|start| start.model().is_some()) {
        out.push_str("there is a model, which is left as it is\n");
    }
    for start in starts.iter().filter(|start| is_new || start.model().is_none()) {
        let _ = writeln!(out, "{}", start.example());
    }
    out.push('\n');
    out
}

fn say(text: &str) -> io::Result<()> {
    io::stdout().write_all(crate::text::printed(text).as_bytes())
}

/// Writes what is new, and what still is what was read.
fn write(world: &DiskWorld, files: &[File]) -> anyhow::Result<()> {
    let writer = world.writer()?;
    for File { path, text, before } in files {
        let path = Path::new(path);
        let written = match before {
            Some(before) => writer.replace(path, before, text),
            None => writer.write(path, text.as_bytes()),
        };
        written.with_context(|| format!("can't write `{}`", display(path)))?;
    }
    Ok(())
}
