//! The files that a command is given: a file itself, or what lies below a folder.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

/// A file as it is; of a folder, the files below it with one of these extensions, sorted. Hidden ones are left alone, and
/// a folder to which several links lead, or one of its own, is read once.
pub(super) fn below(path: &Path, extensions: &[&str]) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    if std::fs::metadata(path)?.is_dir() {
        walk(path, extensions, &mut BTreeSet::new(), &mut found)?;
    } else {
        found.push(path.to_owned());
    }
    Ok(found)
}

fn walk(
    folder: &Path,
    extensions: &[&str],
    seen: &mut BTreeSet<PathBuf>,
    found: &mut Vec<PathBuf>,
) -> io::Result<()> {
    if !seen.insert(folder.canonicalize()?) {
        return Ok(());
    }
    let mut entries: Vec<_> = std::fs::read_dir(folder)?.collect::<Result<_, _>>()?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        if path.is_dir() {
            walk(&path, extensions, seen, found)?;
            continue;
        }
        let extension = path.extension().and_then(OsStr::to_str).unwrap_or_default();
        // A link that leads nowhere is told of by whoever reads it.
        if extensions.iter().any(|known| known.eq_ignore_ascii_case(extension)) {
            found.push(path);
        }
    }
    Ok(())
}
