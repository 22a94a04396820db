//! `watch`: `check` again whenever a file of the book changes.
//!
//! Files are looked at by their size and time twice a second, which works on every system and in every container; a book
//! has thousands of files at most.

use super::book::Book;
use super::cli::{Findings, Mending, Output};
use super::terminal::complain;
use super::verdict;
use crate::world::{DiskWorld, World};
use std::collections::BTreeMap;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use std::{fs, thread};

/// How long nothing is looked at.
const PAUSE: Duration = Duration::from_millis(500);

/// Clears a terminal's screen and what was scrolled away, and goes to its first line.
const CLEAR: &str = "\x1b[2J\x1b[3J\x1b[H";

/// What is known of a file or a folder without reading it: its size and time, or that it is not there.
type State = Option<(u64, Option<SystemTime>)>;

/// Checks a book until it is interrupted.
pub(super) fn watch(dir: &Path, findings: &Findings, output: Output) -> anyhow::Result<()> {
    loop {
        let before = states(dir);
        if io::stdout().is_terminal() {
            io::stdout().write_all(CLEAR.as_bytes())?;
        }
        let checked = verdict::judge(
            || Book::read(dir, findings).map(|book| book.found(dir)),
            || DiskWorld::new(dir),
            &Mending::default(),
            findings,
            output,
        );
        if let Err(error) = checked {
            // A book in the middle of a change: it may be whole again with the next one.
            if before.is_empty() {
                return Err(error);
            }
            complain(&error);
        }
        if !output.quiet {
            eprintln!("watching `{}`; Ctrl-C ends it", dir.display());
        }
        io::stdout().flush()?;
        while states(dir) == before {
            thread::sleep(PAUSE);
        }
    }
}

/// The files that a check reads, with the folders that they lie in, where new ones may come. Empty where there is no book.
fn states(dir: &Path) -> BTreeMap<PathBuf, State> {
    let world = DiskWorld::new(dir);
    let Ok(book) = crate::check::Book::read(&world) else {
        let book_toml = dir.join("book.toml");
        return match state(&book_toml) {
            None => BTreeMap::new(),
            there => BTreeMap::from([(book_toml, there)]),
        };
    };
    let config = &book.project.config;
    let named = config.schemas.iter().chain([&config.policies]).cloned();
    let paths = book.files.iter().map(PathBuf::from).chain(named);
    let mut states = BTreeMap::new();
    for path in paths {
        for path in [path.parent().map(Path::to_owned), Some(path.clone())].into_iter().flatten() {
            let at = world.real(&path).unwrap_or_else(|_| dir.join(&path));
            states.entry(at.clone()).or_insert_with(|| state(&at));
        }
    }
    states
}

fn state(path: &Path) -> State {
    let about = fs::metadata(path).ok()?;
    Some((about.len(), about.modified().ok()))
}
