//! The only door to files and the clock that leads to a disk.
//!
//! Owns: [`DiskWorld`], below one root, and the rule of what may be touched at all: what lies in the repository, regular
//! files, of bounded size. Must not know: what the files mean. Nothing else in the crate but `host` touches the outside.

mod bounds;
mod write;

pub use plumb_text::world::*;
pub use write::{Refusal, Writer};

use bounds::{Bounds, repository, resolve};
use std::fs::{File, FileType};
use std::io;
use std::path::{Path, PathBuf};

/// The longest message of an editor that is read: a document of the largest size with all of it escaped.
pub const MESSAGE_LIMIT: u64 = 2 * FILE_LIMIT;

/// The real outside: files within one repository, named from one root folder, and the system's clock.
#[derive(Clone, Debug)]
pub struct DiskWorld {
    bounds: Bounds,
}

impl DiskWorld {
    /// The world in which relative paths start at `root`, and nothing outside of its repository is touched.
    pub fn new(root: impl Into<PathBuf>) -> DiskWorld {
        let root = root.into();
        let within = home(&root);
        DiskWorld { bounds: Bounds::new(root, within) }
    }

    /// The world of one folder, for what belongs to it alone.
    pub fn folder(root: impl Into<PathBuf>) -> DiskWorld {
        let root = root.into();
        let real = resolve(&root).unwrap_or_else(|_| root.clone());
        DiskWorld { bounds: Bounds::new(root, real) }
    }

    /// This world, and what lies where the user has named a path himself.
    #[must_use]
    pub fn and(mut self, path: &Path) -> DiskWorld {
        if self.is_own(path) {
            self.bounds.allow(home(&self.root().join(path)));
        }
        self
    }

    /// Where relative paths start.
    pub fn root(&self) -> &Path {
        self.bounds.root()
    }

    /// The folder with the `.git` that the root lies below, as it really is.
    pub fn repository(&self) -> Option<PathBuf> {
        repository(&resolve(self.root()).ok()?)
    }

    /// Leave to write; waits for another run that has it.
    pub fn writer(&self) -> io::Result<Writer> {
        Writer::open(&self.bounds)
    }

    /// Removes what a killed run left, if it left anything.
    pub fn tidy(&self) -> io::Result<()> {
        if Writer::is_there(self.root()) { self.writer().map(drop) } else { Ok(()) }
    }

    /// Writes one file; see [`Writer::write`].
    pub fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<bool> {
        Ok(self.writer()?.write(path, bytes)?)
    }

    /// Whether a path that the user has named is his own affair: one that lies in the repository by its name may be what
    /// somebody else has put there.
    pub fn is_own(&self, path: &Path) -> bool {
        let Ok(root) = resolve(self.root()) else { return true };
        repository(&root)
            .is_none_or(|repository| !normalize(&root.join(path)).starts_with(repository))
    }

    /// Reads a file that the user has named himself: it may be a pipe, and lie anywhere.
    pub fn read_named(&self, path: &Path) -> io::Result<Vec<u8>> {
        if self.is_own(path) && named_repository(&self.root().join(path)).is_none() {
            return read_up_to(File::open(self.root().join(path))?, NAMED_LIMIT);
        }
        read_regular(&self.real(path)?, NAMED_LIMIT)
    }

    /// Removes a file; one that is not there is no error.
    pub fn remove(&self, path: &Path) -> io::Result<()> {
        // A link is removed itself, so it counts where it lies and not where it leads.
        let folder = self.real(path.parent().unwrap_or(Path::new("")))?;
        match std::fs::remove_file(folder.join(path.file_name().unwrap_or_default())) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

/// What a named path may lead into: the repository that it lies in by its name, for a link there may be somebody else's;
/// without one, the repository that it really leads to, or else itself.
fn home(path: &Path) -> PathBuf {
    named_repository(path).unwrap_or_else(|| {
        let real = resolve(path).unwrap_or_else(|_| path.to_owned());
        repository(&real).unwrap_or(real)
    })
}

/// The nearest repository that a path lies in by its name: one within another counts, one that a link there leads to does
/// not.
fn named_repository(path: &Path) -> Option<PathBuf> {
    let path = std::path::absolute(if path.as_os_str().is_empty() { Path::new(".") } else { path });
    let path = normalize(&path.ok()?);
    let mut found: Option<PathBuf> = None;
    let folders: Vec<&Path> = path.ancestors().collect();
    for folder in folders.into_iter().rev().filter(|folder| folder.join(".git").exists()) {
        let real = resolve(folder).ok()?;
        if found.as_ref().is_some_and(|found| !real.starts_with(found)) {
            break;
        }
        found = Some(real);
    }
    found
}

/// What a kind of file is called, but for regular files and folders.
fn special(kind: FileType) -> Option<&'static str> {
    if kind.is_file() || kind.is_dir() {
        return None;
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if kind.is_fifo() {
            return Some("a named pipe");
        }
        if kind.is_char_device() || kind.is_block_device() {
            return Some("a device");
        }
        if kind.is_socket() {
            return Some("a socket");
        }
    }
    Some("something else")
}

/// A regular file's bytes. What it is, is asked before it is opened: to open a pipe is to wait for who writes to it.
fn read_regular(real: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let about = std::fs::metadata(real)?;
    if let Some(what) = special(about.file_type()) {
        return Err(Forbidden::Special(what).into());
    }
    if about.len() > limit && about.is_file() {
        return Err(Forbidden::Large { limit }.into());
    }
    read_up_to(File::open(real)?, limit)
}

impl World for DiskWorld {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        read_regular(&self.real(path)?, FILE_LIMIT)
    }

    fn real(&self, path: &Path) -> io::Result<PathBuf> {
        self.bounds.real(path)
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<Entry>> {
        let mut entries = Vec::new();
        for entry in std::fs::read_dir(self.real(folder)?)? {
            let entry = entry?;
            let kind = entry.file_type()?;
            let is_folder = kind.is_dir()
                || kind.is_symlink()
                    && std::fs::metadata(entry.path()).is_ok_and(|meta| meta.is_dir());
            let path = folder.join(entry.file_name());
            entries.push(Entry { path, is_folder, is_link: kind.is_symlink() });
        }
        entries.sort();
        Ok(entries)
    }

    fn today(&self) -> jiff::civil::Date {
        jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
