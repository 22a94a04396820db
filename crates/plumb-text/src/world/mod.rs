//! What may be asked of the outside: files and today's date, through one door.
//!
//! Owns: the [`World`] trait, [`MemWorld`] (for tests and for editors' unsaved buffers), and what is [`Forbidden`] at any
//! such door. Must not know: what the files mean, or where they really are.

mod codes;
mod forbidden;

pub use codes::{CODES, OUTSIDE_REPOSITORY, UNFIT_FILE};
pub use forbidden::Forbidden;

use crate::diag::{Code, Diagnostic};
use crate::{Location, Source};
use std::collections::{BTreeMap, BTreeSet};
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

/// A file's text from its bytes: UTF-8, or UTF-16 behind its mark, as readers of YAML take it too.
pub fn text(path: String, bytes: Vec<u8>) -> io::Result<Arc<Source>> {
    if let Some(text) = utf_16(&bytes) {
        return Ok(Source::new(path, text));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        io::Error::new(io::ErrorKind::InvalidData, format!("not UTF-8 (byte {at})"))
    })?;
    Ok(Source::new(path, text))
}

/// The text of bytes that begin with the mark of UTF-16, the mark left out.
fn utf_16(bytes: &[u8]) -> Option<String> {
    let unit: fn([u8; 2]) -> u16 = match bytes {
        [0xff, 0xfe, ..] => u16::from_le_bytes,
        [0xfe, 0xff, ..] => u16::from_be_bytes,
        _ => return None,
    };
    let (pairs, rest) = bytes[2..].as_chunks();
    let text = char::decode_utf16(pairs.iter().map(|pair| unit(*pair)));
    text.collect::<Result<String, _>>().ok().filter(|_| rest.is_empty())
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

/// A path as findings show it: with `/`, without `./`, `..` resolved where it can be; `.` for the folder itself.
pub fn display(path: &Path) -> String {
    let path = normalize(path);
    if path.as_os_str().is_empty() {
        return ".".to_owned();
    }
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

/// All that a reader gives, if that is not too much.
pub fn read_up_to(reader: impl Read, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit { Err(Forbidden::Large { limit }.into()) } else { Ok(bytes) }
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

    /// Takes a file away, if it is there.
    pub fn remove(&mut self, path: &Path) {
        self.files.remove(&normalize(path));
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
}
