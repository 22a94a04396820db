//! `watch`: `check` again whenever a file of the book changes.
//!
//! Files are looked at by their size and time twice a second, which works on every system and in every container; a book
//! has thousands of files at most. Which these are, the last check knows.

use super::book::{self, Book};
use super::cli::{Findings, Mending, Output};
use super::terminal::complain;
use super::verdict;
use crate::world::DiskWorld;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
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
    let world = DiskWorld::new(dir);
    // Without a book there is nothing to wait for; later it may be gone for a moment, as a branch is changed.
    let book = book::read(dir, &world)?;
    let mut paths: BTreeSet<PathBuf> = book.reads().collect();
    loop {
        let mut before = states(&world, &paths);
        if io::stdout().is_terminal() {
            io::stdout().write_all(CLEAR.as_bytes())?;
        }
        let read = RefCell::new(BTreeSet::new());
        let checked = verdict::judge(
            |_| {
                let book = Book::read(dir, findings)?;
                read.borrow_mut().extend(book.reads());
                Ok(book.found(dir))
            },
            &world,
            &Mending::default(),
            findings,
            output,
        );
        match checked {
            Ok(_) => paths = read.into_inner(),
            Err(error) => complain(&error),
        }
        if !output.quiet {
            eprintln!("watching `{}`; Ctrl-C ends it", dir.display());
        }
        io::stdout().flush()?;
        // What was known before the check counts as it was then: it may have changed since.
        for (path, state) in states(&world, &paths) {
            before.entry(path).or_insert(state);
        }
        before.retain(|path, _| paths.contains(path) || is_above(path, &paths));
        while states(&world, &paths) == before {
            thread::sleep(PAUSE);
        }
    }
}

fn is_above(folder: &Path, paths: &BTreeSet<PathBuf>) -> bool {
    paths.iter().any(|path| path.parent() == Some(folder))
}

/// What is known of some files, and of the folders that they lie in, where new ones may come.
fn states(world: &DiskWorld, paths: &BTreeSet<PathBuf>) -> BTreeMap<PathBuf, State> {
    let folders = paths.iter().filter_map(|path| path.parent());
    let all = paths.iter().map(PathBuf::as_path).chain(folders);
    all.map(|path| (path.to_owned(), state(&world.root().join(path)))).collect()
}

fn state(path: &Path) -> State {
    let about = fs::metadata(path).ok()?;
    Some((about.len(), about.modified().ok()))
}
