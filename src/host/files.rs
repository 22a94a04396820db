//! The files that a command is given: a file itself, or what lies below a folder.

use super::git::Revision;
use crate::world::{Below, DiskWorld, Entry, World};
use std::ffi::OsStr;
use std::io;
use std::path::Path;

/// Where a user names files himself.
pub(super) trait Named: World {
    /// Whether a path is a folder. The error is that it is not there.
    fn is_folder(&self, path: &Path) -> io::Result<bool>;

    /// Reads a file that the user has named.
    fn read_named(&self, path: &Path) -> io::Result<Vec<u8>>;
}

impl Named for DiskWorld {
    fn is_folder(&self, path: &Path) -> io::Result<bool> {
        Ok(std::fs::metadata(self.root().join(path))?.is_dir())
    }

    fn read_named(&self, path: &Path) -> io::Result<Vec<u8>> {
        DiskWorld::read_named(self, path)
    }
}

impl Named for Revision {
    fn is_folder(&self, path: &Path) -> io::Result<bool> {
        Revision::is_folder(self, path)
    }

    fn read_named(&self, path: &Path) -> io::Result<Vec<u8>> {
        Revision::read_named(self, path)
    }
}

/// A file as it is; of a folder, the files below it with one of these extensions, or with one of them as a name.
pub(super) fn named(world: &dyn Named, path: &Path, extensions: &[&str]) -> io::Result<Below> {
    if !world.is_folder(path)? {
        let file = Entry { path: path.to_owned(), is_folder: false, is_link: false };
        return Ok(Below { files: vec![file], ..Below::default() });
    }
    let mut below = world.below(path);
    // A link that leads nowhere is told of by whoever reads it.
    below.files.retain(|entry| {
        // A file such as `Kustomization` has its name alone.
        let extension = entry.path.extension().or_else(|| entry.path.file_name());
        let extension = extension.and_then(OsStr::to_str).unwrap_or_default();
        extensions.iter().any(|known| known.eq_ignore_ascii_case(extension))
    });
    Ok(below)
}
