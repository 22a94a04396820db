//! The disk, with the texts that an editor has and has not saved in front of it.

use crate::text::Source;
use crate::world::{DiskWorld, Entry, FILE_LIMIT, Forbidden, World, normalize};
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Texts by the names of their files.
pub(super) type Texts = BTreeMap<PathBuf, Arc<Source>>;

/// Tells a run that nobody waits for what comes of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Stop(Arc<AtomicBool>);

impl Stop {
    #[cfg(any(test, feature = "lsp"))]
    pub(super) fn stop(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Whether both are of one run.
    #[cfg(feature = "lsp")]
    pub(super) fn is_same(&self, other: &Stop) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// The files below a folder as an editor shows them.
#[derive(Debug)]
pub(super) struct Overlay {
    disk: DiskWorld,
    texts: Texts,
    stop: Stop,
}

impl Overlay {
    pub(super) fn new(root: &Path, texts: Texts, stop: Stop) -> Overlay {
        Overlay { disk: DiskWorld::new(root), texts, stop }
    }

    /// The name under which an editor knows a file: as it is written, or as it really is.
    fn text(&self, path: &Path, real: &Path) -> Option<&Arc<Source>> {
        let named = normalize(&self.disk.root().join(path));
        self.texts.get(&named).or_else(|| self.texts.get(real))
    }
}

impl World for Overlay {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        if self.stop.is_stopped() {
            return Err(io::ErrorKind::Interrupted.into());
        }
        // What must not be read from the disk must not be read from an editor either.
        let real = self.disk.real(path)?;
        match self.text(path, &real) {
            Some(source) if source.text().len() as u64 > FILE_LIMIT => {
                Err(Forbidden::Large { limit: FILE_LIMIT }.into())
            }
            Some(source) => Ok(source.text().as_bytes().to_vec()),
            None => self.disk.read(path),
        }
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<Entry>> {
        let listed = self.disk.list(folder);
        let named = normalize(&self.disk.root().join(folder));
        let unsaved: Vec<PathBuf> = self
            .texts
            .keys()
            .filter(|path| path.parent() == Some(&named))
            .filter_map(|path| Some(folder.join(path.file_name()?)))
            .collect();
        let is_new = listed.as_ref().is_err_and(|why| why.kind() == io::ErrorKind::NotFound);
        let mut entries = match listed {
            Err(_) if is_new && !unsaved.is_empty() => Vec::new(),
            listed => listed?,
        };
        for path in unsaved {
            if entries.iter().all(|entry| entry.path != path) {
                entries.push(Entry { path, is_folder: false, is_link: false });
            }
        }
        entries.sort();
        Ok(entries)
    }

    fn today(&self) -> jiff::civil::Date {
        self.disk.today()
    }

    fn real(&self, path: &Path) -> io::Result<PathBuf> {
        self.disk.real(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_editor_opens_no_door() {
        let folder = tempfile::tempdir().unwrap();
        let outside = folder.path().join("outside.md");
        let book = folder.path().join("book");
        std::fs::create_dir_all(book.join(".git")).unwrap();
        std::fs::write(book.join("a.md"), "saved").unwrap();
        let texts = [
            (outside.clone(), "secret"),
            (book.join("a.md"), "unsaved"),
            (book.join("new.md"), "new"),
            (book.join(".git/config"), "own"),
        ];
        let texts = texts.map(|(path, text)| (path, Source::new("", text)));
        let stop = Stop::default();
        let world = Overlay::new(&book, texts.into(), stop.clone());
        assert_eq!(world.read(Path::new("a.md")).unwrap(), b"unsaved");
        assert_eq!(world.read(Path::new("new.md")).unwrap(), b"new");
        assert_eq!(world.list(Path::new("")).unwrap().len(), 3, "a.md, new.md and the folder");
        assert!(world.read(Path::new("../outside.md")).is_err());
        assert!(world.read(Path::new(".git/config")).is_err());
        stop.stop();
        assert!(world.read(Path::new("a.md")).is_err());
    }
}
