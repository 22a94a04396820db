//! The only door to files and the clock.
//!
//! Owns: the [`World`] trait, [`DiskWorld`] (the real one, below one root) and [`MemWorld`] (for tests and for editors'
//! unsaved buffers); and the rule of what may be touched at all ([`Forbidden`]): what lies in the repository, regular files,
//! of bounded size. Must not know: what the files mean. Nothing else in the crate but `host` touches the outside.

mod bounds;
mod codes;
mod write;

pub use bounds::Forbidden;
pub use codes::{CODES, OUTSIDE_REPOSITORY, UNFIT_FILE};
pub use write::{Refusal, Writer};

use crate::diag::{Code, Diagnostic};
use crate::text::{Location, Source};
use bounds::{Bounds, repository, resolve};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, FileType};
use std::io::{self, Read};
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

    /// Where a path really leads, links resolved; of a file that is not there, where it would be.
    ///
    /// The error is a [`Forbidden`] where that is no place for what a book names.
    fn real(&self, path: &Path) -> io::Result<PathBuf>;

    /// Where a path really leads, if it stays below the root by name and a link takes it out.
    fn leads_out(&self, path: &Path) -> Option<PathBuf> {
        let first =
            normalize(path).components().next().map(|part| matches!(part, Component::Normal(_)));
        if first != Some(true) {
            return None;
        }
        let (root, file) = (self.real(Path::new("")).ok()?, self.real(path).ok()?);
        (!file.starts_with(root)).then_some(file)
    }

    /// What lies at or below a path: a file itself, or all files of a folder and those in it. Hidden ones are left alone, and a
    /// folder to which several links lead, or one of its own, is looked into once.
    fn below(&self, path: &Path) -> Below {
        let mut below = Below::default();
        let mut seen = BTreeSet::new();
        let mut waiting = vec![Entry { path: path.to_owned(), is_folder: true, is_link: false }];
        while let Some(entry) = waiting.pop() {
            if !entry.is_folder {
                below.files.push(entry);
                continue;
            }
            let looked = self.real(&entry.path).and_then(|real| {
                if seen.insert(real) { self.list(&entry.path) } else { Ok(Vec::new()) }
            });
            match looked {
                Ok(entries) => waiting.extend(entries.into_iter().rev().filter(|entry| {
                    let name = entry.path.file_name().unwrap_or_default();
                    !name.to_string_lossy().starts_with('.')
                })),
                Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
                    below.files.push(Entry { is_folder: false, ..entry });
                }
                Err(error) => below.unread.push((entry.path, error)),
            }
        }
        below
    }

    /// A file's text. A byte order mark stays; invalid UTF-8 is an error of the kind `InvalidData` that names the byte.
    fn source(&self, path: &Path) -> io::Result<Arc<Source>> {
        text(display(path), self.read(path)?)
    }
}

/// A file's text from its bytes.
pub fn text(path: String, bytes: Vec<u8>) -> io::Result<Arc<Source>> {
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        io::Error::new(io::ErrorKind::InvalidData, format!("not UTF-8 (byte {at})"))
    })?;
    Ok(Source::new(path, text))
}

/// The files below a path.
#[derive(Debug, Default)]
pub struct Below {
    /// The files, sorted within each folder.
    pub files: Vec<Entry>,
    /// What could not be looked into, and why.
    pub unread: Vec<(PathBuf, io::Error)>,
}

/// The largest file that is read because a book or a folder holds it.
pub const FILE_LIMIT: u64 = 32 << 20;

/// The largest file that is read because it was named on the command line, and the most of standard input.
pub const NAMED_LIMIT: u64 = 256 << 20;

/// The finding for a path that can't be read: of the code that is given, unless this module's rule is what forbids it.
pub fn unreadable(code: &'static Code, at: Location, what: &str, why: &io::Error) -> Diagnostic {
    let code = Forbidden::of(why).map_or(code, Forbidden::code);
    Diagnostic::new(code, at, format!("{what} can't be read: {why}"))
}

/// What stands in a folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// The path relative to the root.
    pub path: PathBuf,
    /// Whether it is a folder, or a link to one.
    pub is_folder: bool,
    /// Whether it is a link.
    pub is_link: bool,
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

/// The real outside: files within one repository, named from one root folder, and the system's clock.
#[derive(Clone, Debug)]
pub struct DiskWorld {
    bounds: Bounds,
}

impl DiskWorld {
    /// The world in which relative paths start at `root`, and nothing outside of its repository is touched.
    pub fn new(root: impl Into<PathBuf>) -> DiskWorld {
        let root = root.into();
        let real = resolve(&root).unwrap_or_else(|_| root.clone());
        DiskWorld { bounds: Bounds::new(root, repository(&real).unwrap_or(real)) }
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
        if self.is_own(path)
            && let Ok(real) = resolve(&self.root().join(path))
        {
            self.bounds.allow(repository(&real).unwrap_or(real));
        }
        self
    }

    /// Where relative paths start.
    pub fn root(&self) -> &Path {
        self.bounds.root()
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
        if self.is_own(path) {
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

/// All that a reader gives, if that is not too much.
pub fn read_up_to(reader: impl Read, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit { Err(Forbidden::Large { limit }.into()) } else { Ok(bytes) }
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
        let mut entries = BTreeSet::new();
        for path in self.files.keys() {
            if let Ok(rest) = path.strip_prefix(&folder)
                && let Some(name) = rest.iter().next()
            {
                let is_folder = rest.iter().nth(1).is_some();
                entries.insert(Entry { path: folder.join(name), is_folder, is_link: false });
            }
        }
        if self.files.contains_key(&folder) {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        if entries.is_empty() {
            return Err(io::ErrorKind::NotFound.into());
        }
        Ok(entries.into_iter().collect())
    }

    fn real(&self, path: &Path) -> io::Result<PathBuf> {
        Ok(normalize(path))
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
