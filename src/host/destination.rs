//! Where a book may be built: mdBook empties the folder first, so it must hold nothing but an earlier build.

use crate::world::{DiskWorld, Entry, World, display, normalize};
use anyhow::{Context, bail};
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

/// The renderers of mdBook's own, which empty their folder.
const EMPTYING: [&str; 2] = ["html", "markdown"];

/// What mdBook writes to `.nojekyll` in each HTML book, in every version since 2017.
const MARK: &[u8] = b"This file makes sure that Github Pages doesn't process mdBook's output";

/// What a destination is judged by.
pub(super) struct Destination<'a> {
    pub(super) world: &'a DiskWorld,
    /// The files and folders that the book is made of.
    pub(super) parts: &'a BTreeSet<PathBuf>,
    /// The folder of its chapters.
    pub(super) source: &'a Path,
}

impl Destination<'_> {
    /// Refuses a folder in which a build would delete something.
    pub(super) fn check(&self, destination: &Path, renderers: &[&str]) -> anyhow::Result<()> {
        if let &[one] = renderers {
            return self.check_one(destination, one);
        }
        let each = |renderer: &&str| self.check_one(&destination.join(renderer), renderer);
        renderers.iter().try_for_each(each)
    }

    fn check_one(&self, folder: &Path, renderer: &str) -> anyhow::Result<()> {
        let &Destination { world, parts, .. } = self;
        let shown = display(folder);
        let real = world.real(folder).with_context(|| format!("can't build into `{shown}`"))?;
        let book = Path::new("");
        for part in [book].into_iter().chain(parts.iter().map(PathBuf::as_path)) {
            if !world.real(part).is_ok_and(|part| part.starts_with(&real)) {
                continue;
            }
            let what =
                if part == book { "the book".to_owned() } else { format!("`{}`", display(part)) };
            bail!(
                "can't build into `{shown}`: mdBook deletes what is in it, and {what} is; nothing was \
             written. `-d` and `build-dir` name the destination"
            );
        }
        let git = |folder: &Path| folder.file_name().is_some_and(|name| name == ".git");
        if real.ancestors().any(git) || real.join(".git").exists() {
            bail!(
                "can't build into `{shown}`: mdBook deletes what is in it, and it is git's; nothing was written"
            );
        }
        if EMPTYING.contains(&renderer) && !self.is_free(folder, renderer)? {
            bail!(
                "`{shown}` holds something that mdBook has not built, and mdBook would delete it; nothing was written. \
             Empty the folder, or choose another one"
            );
        }
        Ok(())
    }

    /// Whether a folder is missing, empty, or what the renderer has made of this book before.
    fn is_free(&self, folder: &Path, renderer: &str) -> anyhow::Result<bool> {
        let world = self.world;
        let entries = match world.list(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(true),
            entries => entries.with_context(|| format!("can't read `{}`", display(folder)))?,
        };
        Ok(match renderer {
            _ if entries.is_empty() => true,
            "html" => {
                world.read(&folder.join(".nojekyll")).is_ok_and(|text| text.starts_with(MARK))
            }
            // This renderer leaves no mark, but it writes the chapters and nothing else.
            _ => {
                let hidden = |entry: &Entry| {
                    entry
                        .path
                        .file_name()
                        .is_some_and(|name| name.to_string_lossy().starts_with('.'))
                };
                let below = world.below(folder);
                !entries.iter().any(hidden)
                    && below.unread.is_empty()
                    && below.files.iter().all(|file| self.is_page(folder, &file.path))
            }
        })
    }

    /// Whether a file is where a chapter's page would be, as Markdown.
    fn is_page(&self, folder: &Path, file: &Path) -> bool {
        let Ok(page) = file.strip_prefix(folder) else { return false };
        let chapter = |page: &Path| self.parts.contains(&normalize(&self.source.join(page)));
        chapter(page) || page.ends_with("index.md") && chapter(&page.with_file_name("README.md"))
    }
}
