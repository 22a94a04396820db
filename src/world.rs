//! The only door to files and the clock.
//!
//! Owns: the [`World`] trait, [`DiskWorld`] (the real one, below one root) and [`MemWorld`] (for tests and for editors'
//! unsaved buffers). Must not know: what the files mean. Nothing else in the crate but `host` touches the outside.

mod write;

pub use write::{Refusal, Writer};

use crate::text::Source;
use std::collections::BTreeMap;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// What the crate may ask of the outside.
pub trait World: Sync {
    /// The bytes of a file; `path` is relative to the book's root.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;

    /// The files directly in a folder, relative to the root, sorted by name. A folder that is not there is an error.
    fn list(&self, folder: &Path) -> io::Result<Vec<Entry>>;

    /// Today's date in UTC, for figures that go stale.
    fn today(&self) -> jiff::civil::Date;

    /// Where a path really leads, if it stays below the root by name and a link takes it out.
    fn leads_out(&self, _path: &Path) -> Option<PathBuf> {
        None
    }

    /// A file's text. A byte order mark stays; invalid UTF-8 is an error of the kind `InvalidData` that names the byte.
    fn source(&self, path: &Path) -> io::Result<Arc<Source>> {
        let text = String::from_utf8(self.read(path)?).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            io::Error::new(io::ErrorKind::InvalidData, format!("not UTF-8 (byte {at})"))
        })?;
        Ok(Source::new(display(path), text))
    }
}

/// What stands in a folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// The path relative to the root.
    pub path: PathBuf,
    /// Whether it is a folder.
    pub is_folder: bool,
}

/// A path as findings show it: with `/`, without `./`, `..` resolved where it can be.
pub fn display(path: &Path) -> String {
    let path = normalize(path);
    let text: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    if path.has_root() { path.to_string_lossy().replace('\\', "/") } else { text.join("/") }
}

/// A path without `.` and with `..` resolved by name, without a look at the disk.
pub fn normalize(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir
                if matches!(out.components().next_back(), Some(Component::Normal(_))) =>
            {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}

/// The real outside: files below (or beside) one root folder, and the system's clock.
#[derive(Clone, Debug)]
pub struct DiskWorld {
    root: PathBuf,
}

impl DiskWorld {
    /// The world in which relative paths start at `root`.
    pub fn new(root: impl Into<PathBuf>) -> DiskWorld {
        DiskWorld { root: root.into() }
    }

    /// Where relative paths start.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Leave to write; waits for another run that has it.
    pub fn writer(&self) -> io::Result<Writer> {
        Writer::open(&self.root)
    }

    /// Removes what a killed run left, if it left anything.
    pub fn tidy(&self) -> io::Result<()> {
        if Writer::is_there(&self.root) { self.writer().map(drop) } else { Ok(()) }
    }

    /// Writes one file; see [`Writer::write`].
    pub fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<bool> {
        Ok(self.writer()?.write(path, bytes)?)
    }

    /// Removes a file; one that is not there is no error.
    pub fn remove(&self, path: &Path) -> io::Result<()> {
        match std::fs::remove_file(self.root.join(path)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

impl World for DiskWorld {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        std::fs::read(self.root.join(path))
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<Entry>> {
        let mut entries = Vec::new();
        for entry in std::fs::read_dir(self.root.join(folder))? {
            let entry = entry?;
            let is_folder = std::fs::metadata(entry.path()).is_ok_and(|meta| meta.is_dir());
            entries.push(Entry { path: folder.join(entry.file_name()), is_folder });
        }
        entries.sort();
        Ok(entries)
    }

    fn today(&self) -> jiff::civil::Date {
        jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date()
    }

    fn leads_out(&self, path: &Path) -> Option<PathBuf> {
        if matches!(normalize(path).components().next(), None | Some(Component::ParentDir)) {
            return None;
        }
        let root = self.root.canonicalize().ok()?;
        let file = root.join(path).canonicalize().ok()?;
        (!path.is_absolute() && !file.starts_with(root)).then_some(file)
    }
}

/// A world in memory.
#[derive(Clone, Debug)]
pub struct MemWorld {
    files: BTreeMap<PathBuf, Vec<u8>>,
    today: jiff::civil::Date,
}

impl MemWorld {
    /// A world of these files on this day.
    pub fn new<P: Into<PathBuf>, B: Into<Vec<u8>>>(
        files: impl IntoIterator<Item = (P, B)>,
        today: jiff::civil::Date,
    ) -> MemWorld {
        let files = files.into_iter().map(|(path, bytes)| (normalize(&path.into()), bytes.into()));
        MemWorld { files: files.collect(), today }
    }

    /// Puts or replaces a file.
    pub fn insert(&mut self, path: impl Into<PathBuf>, bytes: impl Into<Vec<u8>>) {
        self.files.insert(normalize(&path.into()), bytes.into());
    }
}

impl World for MemWorld {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.files.get(&normalize(path)).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<Entry>> {
        let folder = normalize(folder);
        let mut entries = std::collections::BTreeSet::new();
        for path in self.files.keys() {
            if let Ok(rest) = path.strip_prefix(&folder)
                && let Some(name) = rest.iter().next()
            {
                let is_folder = rest.iter().nth(1).is_some();
                entries.insert(Entry { path: folder.join(name), is_folder });
            }
        }
        if entries.is_empty() {
            return Err(io::ErrorKind::NotFound.into());
        }
        Ok(entries.into_iter().collect())
    }

    fn today(&self) -> jiff::civil::Date {
        self.today
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_shown_one_way() {
        assert_eq!(display(Path::new("./a/../b/c.md")), "b/c.md");
        assert_eq!(display(Path::new("../x")), "../x");
    }

    #[test]
    fn a_file_is_written_only_when_its_bytes_change() {
        let folder = tempfile::tempdir().unwrap();
        let world = DiskWorld::new(folder.path());
        assert!(world.write(Path::new("a/b"), b"one").unwrap());
        assert!(!world.write(Path::new("a/b"), b"one").unwrap());
        assert!(world.write(Path::new("a/b"), b"two").unwrap());
        assert_eq!(world.read(Path::new("a/b")).unwrap(), b"two");
        let names: Vec<_> = world.list(Path::new("a")).unwrap();
        assert_eq!(names.len(), 1, "nothing temporary is left: {names:?}");
    }
}
