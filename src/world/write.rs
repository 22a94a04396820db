//! Files replaced so that nobody's work is lost.
//!
//! A new text is staged in a folder of our own at the world's root, on the file system of what it replaces, and takes the
//! old one's place in one step: a reader sees the old bytes or the new ones. mdBook publishes what lies below `src` except
//! `*.md`, so nothing that a killed run leaves can reach a page, even where the root is `src` itself.

use super::bounds::Bounds;
use std::fmt;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The folder of our own at the root. It is there while something is written; what a killed run left in it is removed by
/// the next one.
const FOLDER: &str = ".mdbook-plumb";
/// Held by the run that writes.
const LOCK: &str = "lock.md";
/// The next text of the file that is being replaced.
const STAGED: &str = "staged.md";

/// How often to try again where another run has just cleared the folder away.
const ATTEMPTS: usize = 10_000;

/// Leave to write below a root; one run at a time has it.
#[derive(Debug)]
pub struct Writer {
    bounds: Bounds,
    folder: PathBuf,
    /// The lock is the open file's: it ends with the process, however that ends.
    _lock: File,
}

/// Why a file was left as it is.
#[derive(Debug)]
pub enum Refusal {
    /// It is not what it was when it was read.
    Changed,
    /// It has no write permission, and its folder has.
    ReadOnly,
    /// It has several names, and replacing it would part them.
    HardLinked,
    /// It is a folder, a pipe or a device.
    NotRegular,
    /// The system refused.
    System(io::Error),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Changed => f.write_str("it was changed since it was read"),
            Refusal::ReadOnly => f.write_str("it is read-only"),
            Refusal::HardLinked => f.write_str("it has other names (hard links)"),
            Refusal::NotRegular => f.write_str("it is not a regular file"),
            Refusal::System(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Refusal {}

impl From<io::Error> for Refusal {
    fn from(error: io::Error) -> Refusal {
        Refusal::System(error)
    }
}

impl From<Refusal> for io::Error {
    fn from(refusal: Refusal) -> io::Error {
        match refusal {
            Refusal::System(error) => error,
            Refusal::ReadOnly => io::Error::new(io::ErrorKind::PermissionDenied, refusal),
            other => io::Error::other(other),
        }
    }
}

impl Writer {
    /// Waits for another run that is writing, and removes what a killed one left.
    pub(super) fn open(bounds: &Bounds) -> io::Result<Writer> {
        // Before anything is made or cleared there: the root itself may be a link that somebody has planted.
        let root = bounds.real(Path::new(""))?;
        fs::create_dir_all(&root)?;
        let folder = root.join(FOLDER);
        for _ in 0..ATTEMPTS {
            private_folder(&folder)?;
            let lock = match locked(&folder.join(LOCK)) {
                Ok(Some(lock)) => lock,
                Ok(None) => continue,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(error),
            };
            let writer = Writer { bounds: bounds.clone(), folder, _lock: lock };
            writer.clear()?;
            return Ok(writer);
        }
        Err(io::Error::new(io::ErrorKind::ResourceBusy, "other runs are writing all the time"))
    }

    /// Whether a killed run has left something, or another one is writing.
    pub(super) fn is_there(root: &Path) -> bool {
        fs::symlink_metadata(root.join(FOLDER)).is_ok()
    }

    /// Where relative paths start.
    pub fn root(&self) -> &Path {
        self.bounds.root()
    }

    /// Makes a file hold these bytes, whatever it held; `false` where it does already.
    pub fn write(&self, path: &Path, bytes: &[u8]) -> Result<bool, Refusal> {
        self.put(path, |_| Ok(bytes.to_vec()))
    }

    /// Makes a file hold this text if it still holds what was read, in the encoding that it has; `false` where somebody has
    /// written it already.
    pub fn replace(&self, path: &Path, read: &str, text: &str) -> Result<bool, Refusal> {
        self.put(path, |old| {
            let old = old.ok_or(Refusal::Changed)?;
            let bytes = encoded(text, old);
            if old != bytes && old != encoded(read, old) {
                return Err(Refusal::Changed);
            }
            Ok(bytes)
        })
    }

    /// Makes a file hold what is made of the bytes that it holds; they are none where it is not there.
    fn put(
        &self,
        path: &Path,
        new: impl FnOnce(Option<&[u8]>) -> Result<Vec<u8>, Refusal>,
    ) -> Result<bool, Refusal> {
        // The file that a link names is replaced, and the link stays; one that leads nowhere, or out, is an error.
        let path = self.bounds.real(path)?;
        let path = match fs::symlink_metadata(&path) {
            Ok(_) => path,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let bytes = new(None)?;
                if let Some(folder) = path.parent() {
                    fs::create_dir_all(folder)?;
                }
                fs::rename(self.stage(&bytes, None)?, path)?;
                return Ok(true);
            }
            Err(error) => return Err(error.into()),
        };
        let about = fs::metadata(&path)?;
        if !about.is_file() {
            return Err(Refusal::NotRegular);
        }
        let old = fs::read(&path)?;
        let bytes = new(Some(&old))?;
        if old == bytes {
            return Ok(false);
        }
        if names(&about) > 1 {
            return Err(Refusal::HardLinked);
        }
        // A file is the author's to protect, even where the folder would allow its replacement, and even from root. Where the
        // folder is read-only as well, as in a tree that is so as a whole, nobody has marked the file: the system decides.
        if about.permissions().readonly() && !is_read_only(path.parent())? {
            return Err(Refusal::ReadOnly);
        }
        match OpenOptions::new().write(true).open(&path) {
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                return Err(Refusal::ReadOnly);
            }
            opened => drop(opened?),
        }
        let staged = self.stage(&bytes, Some(&about))?;
        // Staging waits for the disk, and an editor may have saved meanwhile.
        if fs::read(&path)? != old {
            return Err(Refusal::Changed);
        }
        if !exchange(&staged, &path)? {
            fs::rename(&staged, &path)?;
            return Ok(true);
        }
        // What stood there to the last is now what is staged. An edit that came in between goes back.
        if fs::read(&staged)? == old {
            return Ok(true);
        }
        exchange(&staged, &path)?;
        if fs::read(&staged)? != bytes {
            // Yet another one, and the newest of all.
            exchange(&staged, &path)?;
        }
        Err(Refusal::Changed)
    }

    /// A file with these bytes and the rights of the one that it is to replace.
    fn stage(&self, bytes: &[u8], like: Option<&Metadata>) -> io::Result<PathBuf> {
        self.clear()?;
        let path = self.folder.join(STAGED);
        let mut file = OpenOptions::new().write(true).create_new(true).open(&path)?;
        file.write_all(bytes)?;
        if let Some(like) = like {
            keep_owner(&file, like)?;
            file.set_permissions(like.permissions())?;
        }
        file.sync_all()?;
        Ok(path)
    }

    fn clear(&self) -> io::Result<()> {
        match fs::remove_file(self.folder.join(STAGED)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // What stays is in nobody's way; the next run tries again.
        let _ = self.clear();
        // Where it can't be told whether the path still names the locked file, the file stays.
        if cfg!(unix) {
            let _ = fs::remove_file(self.folder.join(LOCK));
        }
        let _ = fs::remove_dir(&self.folder);
    }
}

/// A text in the encoding of a file, as [`World::source`](plumb_text::world::World::source) reads it: UTF-16 behind its mark, or UTF-8.
fn encoded(text: &str, like: &[u8]) -> Vec<u8> {
    let unit: fn(u16) -> [u8; 2] = match like {
        [0xff, 0xfe, ..] => u16::to_le_bytes,
        [0xfe, 0xff, ..] => u16::to_be_bytes,
        _ => return text.as_bytes().to_vec(),
    };
    std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(unit).collect()
}

/// A folder that only its owner can look into: what is staged may be private.
fn private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(folder) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            match fs::symlink_metadata(folder) {
                Ok(about) if !about.is_dir() => Err(not_ours(folder)),
                _ => Ok(()),
            }
        }
        created => created,
    }
}

fn not_ours(path: &Path) -> io::Error {
    let message = format!("`{}` is in the way", path.display());
    io::Error::new(io::ErrorKind::AlreadyExists, message)
}

/// The lock, once nobody else has it; none if the one who had it has removed the file.
fn locked(path: &Path) -> io::Result<Option<File>> {
    if fs::symlink_metadata(path).is_ok_and(|about| !about.is_file()) {
        return Err(not_ours(path));
    }
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(path)?;
    match file.lock() {
        // A file system without locks: then there is no more to be had.
        Err(error) if error.kind() == io::ErrorKind::Unsupported => {}
        locked => locked?,
    }
    Ok(is_at(path, &file)?.then_some(file))
}

#[cfg(unix)]
fn is_at(path: &Path, file: &File) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let (there, ours) = (fs::symlink_metadata(path)?, file.metadata()?);
    Ok((there.dev(), there.ino()) == (ours.dev(), ours.ino()))
}

#[cfg(not(unix))]
fn is_at(_: &Path, _: &File) -> io::Result<bool> {
    Ok(true)
}

/// Whether a folder has no write permission, whoever asks.
fn is_read_only(folder: Option<&Path>) -> io::Result<bool> {
    folder.map_or(Ok(false), |folder| Ok(fs::metadata(folder)?.permissions().readonly()))
}

/// How many names a file has.
#[cfg(unix)]
fn names(about: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::nlink(about)
}

#[cfg(not(unix))]
fn names(_: &Metadata) -> u64 {
    1
}

/// Owner and group, as far as the system lets us: only root gives files away, and a user to a group of their own.
#[cfg(unix)]
fn keep_owner(file: &File, like: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, fchown};
    let now = file.metadata()?;
    if (now.uid(), now.gid()) != (like.uid(), like.gid())
        && fchown(file, Some(like.uid()), Some(like.gid())).is_err()
    {
        let _ = fchown(file, None, Some(like.gid()));
    }
    Ok(())
}

#[cfg(not(unix))]
fn keep_owner(_: &File, _: &Metadata) -> io::Result<()> {
    Ok(())
}

/// Two files take each other's place in one step; `false` where the system can't do that.
#[cfg(any(target_os = "linux", target_vendor = "apple"))]
fn exchange(one: &Path, other: &Path) -> io::Result<bool> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    use rustix::io::Errno;
    match renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE) {
        Ok(()) => Ok(true),
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
fn exchange(_: &Path, _: &Path) -> io::Result<bool> {
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::{DiskWorld, World};

    fn world() -> (tempfile::TempDir, DiskWorld) {
        let folder = tempfile::tempdir().unwrap();
        let world = DiskWorld::new(folder.path());
        (folder, world)
    }

    #[test]
    fn what_was_changed_since_it_was_read_is_left() {
        let (folder, world) = world();
        let (path, file) = (Path::new("a.md"), folder.path().join("a.md"));
        fs::write(&file, "edited").unwrap();
        let writer = world.writer().unwrap();
        assert!(matches!(writer.replace(path, "read", "new"), Err(Refusal::Changed)));
        assert_eq!(fs::read(&file).unwrap(), b"edited");
        assert!(writer.replace(path, "edited", "new").unwrap());
        assert!(!writer.replace(path, "edited", "new").unwrap(), "it is there already");
        fs::remove_file(&file).unwrap();
        assert!(matches!(writer.replace(path, "new", "newer"), Err(Refusal::Changed)));
        assert!(!file.exists(), "what is gone does not come back");
    }

    /// Readers of YAML take UTF-16, and so do we.
    #[test]
    fn a_file_keeps_its_encoding() {
        let (folder, world) = world();
        let (path, file) = (Path::new("a.yaml"), folder.path().join("a.yaml"));
        let writer = world.writer().unwrap();
        for mark in [&b""[..], b"\xff\xfe", b"\xfe\xff"] {
            fs::write(&file, encoded("é: 1\n", mark)).unwrap();
            assert_eq!(world.source(path).unwrap().text(), "é: 1\n");
            assert!(writer.replace(path, "é: 1\n", "é: 2\n").unwrap());
            assert_eq!(fs::read(&file).unwrap(), encoded("é: 2\n", mark));
            assert!(fs::read(&file).unwrap().starts_with(mark));
            assert!(!writer.replace(path, "é: 1\n", "é: 2\n").unwrap(), "it is there already");
            assert!(matches!(writer.replace(path, "é: 1\n", "é: 3\n"), Err(Refusal::Changed)));
        }
    }

    #[test]
    fn nothing_is_left_beside_what_is_written() {
        let (folder, world) = world();
        let writer = world.writer().unwrap();
        writer.write(Path::new("src/a.png"), b"x").unwrap();
        assert_eq!(fs::read_dir(folder.path().join("src")).unwrap().count(), 1);
        fs::write(folder.path().join(FOLDER).join(STAGED), "of a killed run").unwrap();
        drop(writer);
        let names: Vec<_> =
            fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["src"]);
    }

    /// mdBook publishes every file below `src` but `*.md`.
    #[test]
    fn nothing_of_ours_is_published() {
        for name in [LOCK, STAGED] {
            assert_eq!(Path::new(name).extension().unwrap(), "md");
        }
    }

    #[test]
    fn a_writer_waits_for_another() {
        let (_folder, world) = world();
        let path = Path::new("count");
        world.write(path, b"0").unwrap();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..25 {
                        let writer = world.writer().unwrap();
                        let file = world.root().join(path);
                        let count: u32 = fs::read_to_string(file).unwrap().parse().unwrap();
                        writer.write(path, (count + 1).to_string().as_bytes()).unwrap();
                    }
                });
            }
        });
        assert_eq!(fs::read(world.root().join(path)).unwrap(), b"100");
    }

    #[cfg(unix)]
    mod unix {
        use super::*;
        use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

        #[test]
        fn modes_and_links_are_kept() {
            let (folder, world) = world();
            let at = |name: &str| folder.path().join(name);
            let writer = world.writer().unwrap();
            for mode in [0o600, 0o640, 0o755] {
                fs::write(at("a"), "old").unwrap();
                fs::set_permissions(at("a"), fs::Permissions::from_mode(mode)).unwrap();
                assert!(writer.write(Path::new("a"), b"new").unwrap());
                assert_eq!(fs::metadata(at("a")).unwrap().mode() & 0o777, mode);
            }
            symlink("a", at("link")).unwrap();
            assert!(writer.write(Path::new("link"), b"newer").unwrap());
            assert_eq!(fs::read_link(at("link")).unwrap(), Path::new("a"));
            assert_eq!(fs::read(at("a")).unwrap(), b"newer");
            symlink("nowhere", at("dead")).unwrap();
            assert!(writer.write(Path::new("dead"), b"x").is_err());
            assert!(fs::symlink_metadata(at("dead")).unwrap().is_symlink());
        }

        #[test]
        fn some_files_are_refused() {
            let (folder, world) = world();
            let at = |name: &str| folder.path().join(name);
            let writer = world.writer().unwrap();
            let refused = |name: &str| writer.write(Path::new(name), b"new").unwrap_err();
            fs::write(at("locked"), "old").unwrap();
            fs::set_permissions(at("locked"), fs::Permissions::from_mode(0o444)).unwrap();
            assert!(matches!(refused("locked"), Refusal::ReadOnly));
            fs::write(at("one"), "old").unwrap();
            fs::hard_link(at("one"), at("other")).unwrap();
            assert!(matches!(refused("one"), Refusal::HardLinked));
            let _socket = std::os::unix::net::UnixListener::bind(at("socket")).unwrap();
            assert!(matches!(refused("socket"), Refusal::NotRegular));
            fs::create_dir(at("folder")).unwrap();
            assert!(matches!(refused("folder"), Refusal::NotRegular));
            for name in ["locked", "one", "other"] {
                assert_eq!(fs::read(at(name)).unwrap(), b"old", "{name}");
            }
        }

        /// Root may write to a read-only tree, and does; anybody else is refused by the system.
        #[test]
        fn in_a_read_only_tree_the_system_decides() {
            let (folder, world) = world();
            let (tree, file) = (folder.path().join("src"), folder.path().join("src/a"));
            let mode = |path: &Path, mode| {
                fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
            };
            fs::create_dir(&tree).unwrap();
            fs::write(&file, "old").unwrap();
            mode(&file, 0o444);
            mode(&tree, 0o555);
            let may = OpenOptions::new().write(true).open(&file).is_ok();
            let written = world.writer().unwrap().write(Path::new("src/a"), b"new").is_ok();
            let (now, about) = (fs::read(&file).unwrap(), fs::metadata(&file).unwrap());
            mode(&tree, 0o755);
            assert_eq!(written, may);
            assert_eq!(now, if may { b"new" } else { b"old" });
            assert_eq!(about.mode() & 0o777, 0o444);
        }

        #[test]
        fn a_link_in_the_place_of_our_folder_is_not_followed() {
            let (folder, world) = world();
            let elsewhere = tempfile::tempdir().unwrap();
            symlink(elsewhere.path(), folder.path().join(FOLDER)).unwrap();
            assert!(world.writer().is_err());
            assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0);
        }
    }
}
