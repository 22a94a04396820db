//! `doctor`: what around a project keeps it from being checked, watched and published as its author thinks.
//!
//! What is wrong within pages and model is for `check`; here it is what no page can show: the order of preprocessors, the
//! programs that are called, folders that nobody watches, versions that nobody chose, figures that nobody looked at again.

use super::book;
use crate::check;
use crate::config::{Assets, Home};
use crate::diag::Severity;
use crate::manifest::Versions;
use crate::model::json_schema;
use crate::text::{Span, one_line};
use crate::world::{DiskWorld, World, display, normalize};
use anyhow::bail;
use serde_json::Value as Json;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Component, Path, PathBuf};
use std::process::Command;

/// mdBook's releases whose protocol is known: the first, and the first that is not.
const MDBOOK: [(u64, u64); 2] = [(0, 4), (0, 6)];

/// One thing that was looked at.
struct Line {
    health: Health,
    says: String,
    /// What to do about it.
    fix: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Health {
    Good,
    /// It works, and its author may not know how.
    Note,
    Bad,
}

fn good(says: impl Into<String>) -> Line {
    Line { health: Health::Good, says: says.into(), fix: None }
}

fn note(says: impl Into<String>, fix: impl Into<String>) -> Line {
    Line { health: Health::Note, says: says.into(), fix: Some(fix.into()) }
}

fn bad(says: impl Into<String>, fix: impl Into<String>) -> Line {
    Line { health: Health::Bad, says: says.into(), fix: Some(fix.into()) }
}

/// What was looked at in a book, and whether all of it is well.
pub(super) fn examine(dir: &Path) -> anyhow::Result<(String, bool)> {
    let world = DiskWorld::new(dir);
    let book = book::read(dir, &world)?;
    let home = book.project.config.home;
    let file = world.source(Path::new(home.file()))?;
    let settings: Json = match toml::from_str(file.text()) {
        Ok(settings) => settings,
        Err(error) => bail!("`{}` is not TOML: {}", home.file(), one_line(error.message())),
    };
    let mut lines = Vec::new();
    match home {
        Home::Book => {
            lines.extend(preprocessor(&settings));
            lines.push(mdbook());
            lines.extend(watched(&world, &settings, &book));
            lines.push(policy(&settings, &book));
        }
        Home::Tree => lines.push(good(format!(
            "{} in the tree",
            counted(book.chapters.len(), "page is", "pages are")
        ))),
    }
    lines.extend(versions(&book));
    lines.extend(model(&world, &book));
    let well = lines.iter().all(|line| line.health != Health::Bad);
    Ok((written(&lines), well))
}

fn written(lines: &[Line]) -> String {
    let mut out = String::new();
    for Line { health, says, fix } in lines {
        let word = match health {
            Health::Good => "ok",
            Health::Note => "note",
            Health::Bad => "wrong",
        };
        let _ = writeln!(out, "{word:<6}{}", one_line(says));
        if let Some(fix) = fix {
            let _ = writeln!(out, "      {}", one_line(fix));
        }
    }
    out
}

/// Whether mdBook calls the program, in the right order.
fn preprocessor(settings: &Json) -> Vec<Line> {
    let Some(table) = settings.pointer("/preprocessor/plumb") else {
        return vec![bad(
            "book.toml has no `[preprocessor.plumb]`, so that mdBook does not call this program",
            "`mdbook-plumb init` writes it",
        )];
    };
    let mut lines = Vec::new();
    let names_links = |key: &str| {
        let names = table.get(key).and_then(Json::as_array);
        names.is_some_and(|names| names.iter().any(|name| name == "links"))
    };
    lines.push(match (names_links("after"), names_links("before")) {
        (true, _) => {
            good("includes are expanded before chapters are checked: `after = [\"links\"]`")
        }
        (false, true) => good("includes are expanded after chapters: `before = [\"links\"]`"),
        (false, false) => bad(
            "nothing says whether `{{#include}}` is expanded before or after chapters are checked",
            "write `after = [\"links\"]` into `[preprocessor.plumb]`",
        ),
    });
    if let Some(renderers) = table.get("renderers").and_then(Json::as_array)
        && !renderers.iter().any(|name| name == "html")
    {
        lines.push(note(
            "`renderers` leaves `html` out, so that its pages keep directives as comments",
            "take `renderers` away to have every renderer served",
        ));
    }
    let command = table.get("command").and_then(Json::as_str);
    lines.push(match command {
        Some(command) => good(format!("mdBook runs `{command}`")),
        None => called(),
    });
    lines
}

/// What the path has for the name that mdBook calls.
fn called() -> Line {
    let own = env!("CARGO_PKG_VERSION");
    match version_of("mdbook-plumb") {
        None => bad(
            "mdBook calls `mdbook-plumb`, and the path has no such program",
            "add the folder that it was installed to, or name it: `command = \"PATH/TO/mdbook-plumb\"`",
        ),
        Some(version) if version.split_whitespace().any(|word| word == own) => {
            good(format!("mdBook finds mdbook-plumb {own} in the path"))
        }
        Some(version) => bad(
            format!("mdBook finds `{}` in the path, and this is {own}", version.trim()),
            "install one of the two anew",
        ),
    }
}

fn mdbook() -> Line {
    let Some(said) = version_of("mdbook") else {
        return note(
            "there is no `mdbook` in the path",
            "`mdbook-plumb build` builds the book without it; for `mdbook serve`: `cargo install mdbook`",
        );
    };
    let version = said.trim().trim_start_matches("mdbook").trim().trim_start_matches('v');
    let mut numbers = version.split('.').map_while(|part| part.parse::<u64>().ok());
    let release = numbers.next().zip(numbers.next());
    match release {
        Some(release) if (MDBOOK[0]..MDBOOK[1]).contains(&release) => {
            good(format!("mdBook {version} is in the path"))
        }
        _ => note(
            format!("mdBook {version} is in the path, and was not tried with this program"),
            "if a build fails, say so where this program is kept; `mdbook-plumb build` has an mdBook inside",
        ),
    }
}

/// What a program of the path says of its version.
fn version_of(program: &str) -> Option<String> {
    let output = Command::new(program).arg("--version").output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Whether `mdbook serve` sees the files that a page depends on.
fn watched(world: &DiskWorld, settings: &Json, book: &check::Book) -> Vec<Line> {
    let list = |pointer: &str| {
        let names = settings.pointer(pointer).and_then(Json::as_array);
        names.into_iter().flatten().filter_map(Json::as_str).map(PathBuf::from).collect::<Vec<_>>()
    };
    let folder = settings.pointer("/book/src").and_then(Json::as_str).unwrap_or("src");
    let theme = settings.pointer("/output/html/theme").and_then(Json::as_str).unwrap_or("theme");
    let listed = list("/build/extra-watch-dirs");
    let seen = listed.iter().cloned().chain([folder.into(), theme.into()]);
    let seen: Vec<_> = seen.map(|at| normalize(&at)).collect();
    // No build reads what is no chapter.
    let pages = book.chapters.iter().filter(|page| page.is_committed);
    let pages: BTreeSet<PathBuf> =
        pages.map(|page| page.map.locate(Span::at(0)).source.path().into()).collect();
    let ours = book.reads().map(|path| normalize(&path)).filter(|path| !pages.contains(path));
    let is_there = |path: &PathBuf| world.real(path).is_ok_and(|real| real.exists());
    let unseen = ours.filter(is_there).filter(|path| {
        path != Path::new("book.toml") && !seen.iter().any(|folder| path.starts_with(folder))
    });
    // The folder that holds it is what can be watched; of a file in the book's root or above it, the file itself: what lies
    // below such a folder is more than the book.
    let unseen: BTreeSet<PathBuf> = unseen
        .map(|path| match path.parent() {
            Some(folder) if path.extension().is_some() && !holds_the_book(folder) => folder.into(),
            _ => path,
        })
        .collect();
    if unseen.is_empty() {
        return vec![good("`mdbook serve` watches every file that a page depends on")];
    }
    let names: Vec<_> = unseen.iter().map(|path| format!("`{}`", display(path))).collect();
    let all = listed.iter().chain(&unseen);
    let quoted: Vec<_> = all.map(|path| format!("\"{}\"", display(path))).collect();
    vec![bad(
        format!("`mdbook serve` does not see when these change: {}", names.join(", ")),
        format!("write `extra-watch-dirs = [{}]` into `[build]`", quoted.join(", ")),
    )]
}

/// Whether a folder is the book's root or one above it.
fn holds_the_book(folder: &Path) -> bool {
    folder.components().all(|part| part == Component::ParentDir)
}

/// The releases that manifests are checked against, and whether somebody chose them.
fn versions(book: &check::Book) -> Vec<Line> {
    let versions = &book.project.versions;
    let said: Vec<_> = Versions::products()
        .iter()
        .filter(|product| versions.is_said(&product.name))
        .map(|product| format!("{} {}", product.title, versions.of(&product.name)))
        .collect();
    if !said.is_empty() {
        return vec![good(format!("manifests are for {}", said.join(", ")))];
    }
    let newest = book.project.versions.of("k8s");
    vec![note(
        format!("nobody says which Kubernetes the manifests are for; {newest} is assumed"),
        format!(
            "write `versions = {{ k8s = \"{newest}\" }}` into `[{}]`",
            book.project.config.home.table().join(".")
        ),
    )]
}

/// Whether the model is of today, and what editors check it with.
fn model(world: &DiskWorld, book: &check::Book) -> Vec<Line> {
    let mut lines = Vec::new();
    let errors = book.findings.iter().filter(|one| one.severity == Severity::Error).count();
    if errors > 0 {
        lines.push(bad(
            format!(
                "{} came up as settings, model, schemas and policies were read",
                counted(errors, "error", "errors")
            ),
            "`mdbook-plumb check` names them",
        ));
    }
    let (model, today) = (&book.project.model, world.today());
    let (old, near) = (model.too_old(today).len(), model.near(today).len());
    let to_come = model.to_come(today).len();
    if old > 0 {
        lines.push(bad(
            format!(
                "{} too old: expired, or checked longer ago than `stale-after`",
                counted(old, "entry of the model is", "entries of the model are")
            ),
            "`mdbook-plumb check` names them: look at their sources, and write the day into `checked`, or a new `expires`",
        ));
    }
    if near > 0 {
        lines.push(note(
            format!(
                "{} `warn-before`",
                counted(
                    near,
                    "date of the model has passed, or comes within its",
                    "dates of the model have passed, or come within their"
                )
            ),
            "`mdbook-plumb check` names them: look at what depends on them",
        ));
    }
    if to_come > 0 {
        lines.push(bad(
            format!(
                "{} on a day that has not come yet",
                counted(
                    to_come,
                    "entry of the model was checked",
                    "entries of the model were checked"
                )
            ),
            "`mdbook-plumb check` names them",
        ));
    }
    if old + near + to_come == 0 {
        let has_dates = !model.figures.is_empty() || !model.facts.is_empty();
        lines.push(match errors {
            0 if has_dates => good("no figure or fact is due to be looked at again"),
            0 => good("the model has no figures or facts that could be out of date"),
            _ => note("of a model with errors nobody can tell what is due", "mend them first"),
        });
    }
    let schema = Path::new("model/model.schema.json");
    if let Ok(source) = world.source(schema)
        && source.text() != format!("{:#}\n", json_schema())
    {
        lines.push(note(
            "`model/model.schema.json` is of another version of this program",
            "delete it, and copy the one that the reference has, or let `mdbook-plumb init` write it in a new book",
        ));
    }
    lines
}

/// "1 error", "2 errors".
fn counted(count: usize, one: &str, several: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { several })
}

/// Whether pages pass a content security policy.
fn policy(settings: &Json, book: &check::Book) -> Line {
    let is_html = settings.pointer("/output").and_then(Json::as_object);
    match book.project.config.assets {
        _ if is_html.is_some_and(|all| !all.is_empty() && !all.contains_key("html")) => {
            good("no HTML is written")
        }
        Some(Assets::External) => good("style and scripts are files of their own"),
        _ => note(
            "style and scripts stand in the pages; a strict content security policy (`script-src 'self'`) refuses them",
            "where there is such a policy: `assets = \"external\"`",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_that_is_not_well_says_what_to_do() {
        let lines = [good("a"), note("b", "do c"), bad("d", "do e")];
        assert_eq!(written(&lines), "ok    a\nnote  b\n      do c\nwrong d\n      do e\n");
    }

    #[test]
    fn the_order_of_preprocessors_is_looked_at() {
        let health = |settings: &str| {
            let settings: Json = toml::from_str(settings).expect("TOML");
            preprocessor(&settings)[0].health == Health::Good
        };
        assert!(health("[preprocessor.plumb]\nafter = ['index', 'links']\n"));
        assert!(health("[preprocessor.plumb]\nbefore = ['links']\n"));
        assert!(!health("[preprocessor.plumb]\nafter = ['index']\n"));
        assert!(!health("[book]\ntitle = 'A'\n"));
    }
}
