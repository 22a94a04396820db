//! Which project a command is about: the folder of its settings, and what of its pages is asked for.
//!
//! A project is a book (`book.toml`) or a tree (`plumb.toml`). What is named may be the folder, the file of settings, or any
//! file or folder within: the nearest folder above it with such a file counts, within its repository.

use super::terminal::way_to;
use crate::check::{self, is_markdown};
use crate::config::Home;
use crate::diag::Diagnostic;
use crate::text::{Span, one_line};
use crate::world::{DiskWorld, World, display};
use anyhow::bail;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// How deep, and among how many files, projects are looked for that could have been meant.
const MOST_DEEP: usize = 4;
const MOST_ENTRIES: usize = 5_000;
/// How many of them are named.
const MOST_NAMED: usize = 5;

/// A project, and what of it is asked for.
pub(super) struct Place {
    /// The folder with the settings.
    pub(super) root: PathBuf,
    /// Files and folders below it, as they are named; none where all of it is meant.
    within: Vec<(PathBuf, String)>,
}

/// The folder of the project that a path lies in.
pub(super) fn root(path: &Path) -> anyhow::Result<PathBuf> {
    let full = absolute(path);
    if Home::of(path).is_some() && path.is_file() {
        let folder = path.parent().unwrap_or(path);
        return Ok(if folder.as_os_str().is_empty() { ".".into() } else { folder.to_owned() });
    }
    if holds_settings(path) {
        return Ok(path.to_owned());
    }
    if !path.exists() {
        bail!("there is no `{}`", path.display());
    }
    let highest = repository(&full);
    let above = full
        .ancestors()
        .skip(1)
        .take_while(|folder| highest.as_ref().is_none_or(|highest| folder.starts_with(highest)));
    let mut last = full.as_path();
    for folder in above {
        last = folder;
        if holds_settings(folder) {
            return Ok(folder.to_owned());
        }
    }
    bail!("{}", none(path, last))
}

/// The one project that paths lie in, and what of it they name; without paths, all of the one of the current folder.
pub(super) fn find(paths: &[PathBuf]) -> anyhow::Result<Place> {
    let here = [PathBuf::from(".")];
    let named = if paths.is_empty() { &here[..] } else { paths };
    let mut place: Option<Place> = None;
    let mut is_whole = paths.is_empty();
    for path in named {
        let root = root(path)?;
        let (real, below) = (absolute(&root), absolute(path));
        match &place {
            Some(place) if absolute(&place.root) != real => bail!(
                "`{}` and `{}` are two projects: run the command for each",
                shown(&place.root),
                shown(&root)
            ),
            Some(_) => {}
            None => place = Some(Place { root, within: Vec::new() }),
        }
        let below = below.strip_prefix(&real).unwrap_or(Path::new("")).to_owned();
        is_whole |=
            below.as_os_str().is_empty() || Home::of(&below).is_some() && holds_settings(&real);
        if let Some(place) = &mut place {
            place.within.push((below, path.display().to_string()));
        }
    }
    let mut place = place.unwrap_or(Place { root: ".".into(), within: Vec::new() });
    if is_whole {
        place.within.clear();
    }
    Ok(place)
}

impl Place {
    /// The same project, all of it.
    pub(super) fn whole(&self) -> Place {
        Place { root: self.root.clone(), within: Vec::new() }
    }

    /// Whether a page is asked for, by its file below the root.
    fn holds(&self, file: &str) -> bool {
        self.within.is_empty()
            || self.within.iter().any(|(path, _)| Path::new(file).starts_with(path))
    }

    /// The files of the pages that are not asked for. The error is that something is named that holds no page.
    pub(super) fn left_out(&self, book: &check::Book) -> anyhow::Result<BTreeSet<String>> {
        let pages = || book.chapters.iter().map(|page| page.map.locate(Span::at(0)).source);
        let files: BTreeSet<String> = book
            .files
            .iter()
            .filter(|file| is_markdown(file))
            .cloned()
            .chain(pages().map(|source| source.path().to_owned()))
            .collect();
        for (path, name) in &self.within {
            if !book.files.iter().any(|file| Path::new(file).starts_with(path)) {
                let home = book.project.config.home;
                let why = match home {
                    Home::Book => "`SUMMARY.md` does not list it, and no chapter includes it",
                    Home::Tree => "`pages` in `plumb.toml` selects none, or it belongs to others",
                };
                let noun = home.noun();
                bail!(
                    "`{}` is no page of the {noun} in `{}`: {why}",
                    one_line(name),
                    shown(&self.root)
                );
            }
        }
        Ok(files.into_iter().filter(|file| !self.holds(file)).collect())
    }

    /// Keeps what is found in the pages that are asked for, and beside pages.
    pub(super) fn keep(left_out: &BTreeSet<String>, findings: &mut Vec<Diagnostic>) {
        findings.retain(|finding| !left_out.contains(finding.at.location.source.path()));
    }
}

/// A folder as people call it from where they stand.
pub(super) fn shown(root: &Path) -> String {
    let way = way_to(root, Default::default());
    if way.is_empty() { ".".to_owned() } else { way }
}

fn holds_settings(folder: &Path) -> bool {
    Home::ALL.iter().any(|home| folder.join(home.file()).is_file())
}

fn absolute(path: &Path) -> PathBuf {
    path.canonicalize().or_else(|_| std::path::absolute(path)).unwrap_or_else(|_| path.to_owned())
}

/// The repository that a folder lies in.
fn repository(full: &Path) -> Option<PathBuf> {
    full.ancestors().find(|folder| folder.join(".git").exists()).map(Path::to_owned)
}

/// What to say where no project is found; `highest` is the last folder that was asked.
fn none(path: &Path, highest: &Path) -> String {
    let [book, tree] = Home::ALL.map(Home::file);
    let place = shown(path);
    let above = match absolute(path) == highest {
        true => String::new(),
        false => format!(" or in a folder above it, up to `{}`", highest.display()),
    };
    let mut out =
        format!("there is no book here: neither `{book}` nor `{tree}` is in `{place}`{above}");
    let below = below(path);
    if below.is_empty() {
        out.push_str(&format!(
            ". `mdbook-plumb init {place}` writes a `{tree}` for the Markdown there; `mdbook init` begins a book"
        ));
    } else {
        let names: Vec<_> = below.iter().map(|folder| format!("`{}`", one_line(folder))).collect();
        out.push_str(&format!("; there are projects in {}", names.join(", ")));
    }
    out
}

/// The projects below a folder, as people can name them.
fn below(path: &Path) -> Vec<String> {
    if !path.is_dir() {
        return Vec::new();
    }
    let world = DiskWorld::folder(path);
    let mut found = Vec::new();
    let mut folders = vec![(PathBuf::new(), 0)];
    let mut left = MOST_ENTRIES;
    while let Some((folder, depth)) = folders.pop().filter(|_| found.len() < MOST_NAMED) {
        for entry in world.list(&folder).unwrap_or_default() {
            let name = entry.path.file_name().unwrap_or_default().to_string_lossy();
            let Some(rest) = left.checked_sub(1) else { break };
            left = rest;
            if Home::of(&entry.path).is_some() && !entry.is_folder {
                found.push(display(&path.join(&folder)));
                break;
            }
            if entry.is_folder && !entry.is_link && depth < MOST_DEEP && !name.starts_with('.') {
                folders.push((folder.join(&*name), depth + 1));
            }
        }
    }
    found.sort();
    found
}
