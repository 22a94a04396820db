//! The files that a command is given: a file itself, or what lies below a folder.

use crate::world::{Below, DiskWorld, Entry, World};
use std::ffi::OsStr;
use std::io;
use std::path::Path;

/// A file as it is; of a folder, the files below it with one of these extensions, or with one of them as a name.
pub(super) fn named(world: &DiskWorld, path: &Path, extensions: &[&str]) -> io::Result<Below> {
    if !std::fs::metadata(path)?.is_dir() {
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
