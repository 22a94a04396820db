//! `check`: a project as it is on the disk, as it was in a revision, or with a file as an editor has it.

use super::book::Book;
use super::cli::{Check, Output};
use super::git::Revision;
use super::outcome::Exit;
use super::overlay::{Overlay, Stop, Texts};
use super::releases::Across;
use super::show::list;
use super::{project, verdict};
use crate::check::Share;
use crate::world::{self, DiskWorld, FILE_LIMIT, World, display, read_up_to};
use anyhow::{Context, bail};
use std::io;
use std::path::{Path, PathBuf};

/// Runs the command.
pub(super) fn run(wanted: &Check, output: Output) -> anyhow::Result<Exit> {
    let Check { paths, releases, mending, findings, stdin_filename, list: only_list } = wanted;
    let across = Across::of(releases)?;
    let place = project::find(paths)?;
    let disk = DiskWorld::new(&place.root);
    let edited = stdin_filename.as_deref().map(|file| edited(&place.root, file)).transpose()?;
    let now: &dyn World = edited.as_ref().map_or(&disk, |(world, _)| world);
    if *only_list {
        let mut files = Book::files_at(now, &place)?;
        let share = Share::of(mending.shard, files.iter().map(String::as_str));
        files.retain(|file| share.holds(file));
        list(&place.root, files)?;
        return Ok(Exit::Clean);
    }
    let find = |before: Option<&Revision>| match before {
        // Where there was no project, all of it is new; and what was no page of it may be one now.
        Some(before) => {
            // Other files may have been there, and be dealt out otherwise.
            let found = Book::found_across(before, &place.whole(), &across, None, findings);
            Ok(found.unwrap_or_default())
        }
        None => {
            let found = Book::found_across(now, &place, &across, mending.shard, findings)?;
            if let Some((world, file)) = &edited {
                let is_it =
                    |name: &String| world.real(Path::new(name)).is_ok_and(|real| real == *file);
                if !found.files.iter().any(is_it) {
                    bail!("`{}` is not a file of this project", file.display());
                }
            }
            Ok(found)
        }
    };
    verdict::judge(find, &disk, mending, findings, output)
}

/// A project in which one file is what standard input holds, and that file as it is really called.
fn edited(dir: &Path, file: &Path) -> anyhow::Result<(Overlay, PathBuf)> {
    let real = DiskWorld::new(".").and(file).real(file);
    let real = real.with_context(|| format!("can't take `{}`", file.display()))?;
    let text = read_up_to(io::stdin().lock(), FILE_LIMIT)
        .and_then(|bytes| world::text(display(file), bytes))
        .context("can't read standard input")?;
    let texts = Texts::from([(real.clone(), text)]);
    Ok((Overlay::new(dir, texts, Stop::default()), real))
}
