//! The files of a repository as they were committed, as a world.

use super::Git;
use super::objects::Objects;
use crate::world::{DiskWorld, Entry, FILE_LIMIT, Forbidden, NAMED_LIMIT, World};
use anyhow::{Context, bail};
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::io;
use std::ops::Bound;
use std::path::{Component, Path, PathBuf};

/// Links that lead to links: more of them lead round in a circle.
const MOST_LINKS: usize = 40;

/// A revision: the same paths as on the disk, and what was committed in it.
#[derive(Debug)]
pub(in crate::host) struct Revision {
    git: Git,
    /// As the user named it.
    name: String,
    /// Where relative paths start, in the repository.
    root: PathBuf,
    /// By their place in the repository. What is no text for a path, and a repository within this one, is left out.
    files: BTreeMap<PathBuf, Blob>,
    objects: Objects,
    today: jiff::civil::Date,
}

#[derive(Debug)]
struct Blob {
    id: String,
    is_link: bool,
}

impl Revision {
    /// What was committed when what is checked out left a revision. The error is that there is no such revision, or no git.
    pub(in crate::host) fn left(world: &DiskWorld, name: &str) -> anyhow::Result<Revision> {
        let Some(git) = Git::of(world) else {
            bail!("there is no revision `{name}`: this folder lies in no git repository");
        };
        let commit = git.left(name)?;
        let root = world.real(Path::new(""))?;
        let root = root.strip_prefix(&git.repository).unwrap_or(Path::new("")).to_owned();
        let listed = git.ask(&["ls-tree", "-r", "-z", "--full-tree", &commit])?;
        let files = listed.split(|byte| *byte == 0).filter_map(|line| {
            // `MODE TYPE ID`, a tab, the path
            let (head, path) = str::from_utf8(line).ok()?.split_once('\t')?;
            let mut head = head.split(' ');
            let (mode, kind, id) = (head.next()?, head.next()?, head.next()?);
            let blob = Blob { id: id.to_owned(), is_link: mode == "120000" };
            (kind == "blob").then(|| (path.into(), blob))
        });
        let files = files.collect();
        let objects = Objects::open(&git).context("can't run git")?;
        Ok(Revision { name: name.to_owned(), root, files, objects, today: world.today(), git })
    }

    /// Says so if something was not there that was asked for: then nobody knows what it was.
    pub(in crate::host) fn whole(self) -> anyhow::Result<Revision> {
        if self.objects.is_lacking() {
            let name = &self.name;
            bail!("this clone does not hold all files of `{name}`: fetch them, or clone it whole");
        }
        Ok(self)
    }

    /// Whether a path is a folder. The error is that it is not there.
    pub(in crate::host) fn is_folder(&self, path: &Path) -> io::Result<bool> {
        let place = self.place(path)?;
        match self.files.contains_key(&place) {
            true => Ok(false),
            false if self.has_below(&place) => Ok(true),
            false => Err(not_found()),
        }
    }

    /// Reads a file that a user has named.
    pub(in crate::host) fn read_named(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.read_up_to(path, NAMED_LIMIT)
    }

    fn read_up_to(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
        let place = self.place(path)?;
        match self.files.get(&place) {
            Some(blob) => self.objects.read(&blob.id, limit),
            None if self.has_below(&place) => Err(io::ErrorKind::IsADirectory.into()),
            None => Err(not_found()),
        }
    }

    fn has_below(&self, place: &Path) -> bool {
        place.as_os_str().is_empty() || self.below(place).next().is_some()
    }

    /// The files below a folder.
    fn below(&self, folder: &Path) -> impl Iterator<Item = (&PathBuf, &Blob)> {
        let folder = folder.to_owned();
        let all = self.files.range((Bound::Excluded(folder.clone()), Bound::Unbounded));
        all.take_while(move |(path, _)| path.starts_with(&folder))
    }

    /// Where a path leads in the repository, links followed; of one that is not there, where it would be.
    fn place(&self, path: &Path) -> io::Result<PathBuf> {
        let outside = |real: PathBuf| {
            io::Error::from(Forbidden::Outside { real, within: self.git.repository.clone() })
        };
        let full = match path.strip_prefix(&self.git.repository) {
            Ok(below) => below.to_owned(),
            Err(_) if path.has_root() => return Err(outside(path.to_owned())),
            Err(_) => self.root.join(path),
        };
        let parts = |path: &Path| -> Vec<OsString> {
            let parts = path.components().filter(|part| *part != Component::CurDir);
            parts.rev().map(|part| part.as_os_str().to_owned()).collect()
        };
        let (mut waiting, mut place, mut links) = (parts(&full), PathBuf::new(), 0);
        while let Some(part) = waiting.pop() {
            if part == ".." {
                if !place.pop() {
                    return Err(outside(self.git.repository.join(&full)));
                }
                continue;
            }
            place.push(part);
            let Some(link) = self.files.get(&place).filter(|blob| blob.is_link) else { continue };
            links += 1;
            if links > MOST_LINKS {
                return Err(io::Error::other("too many links"));
            }
            let target = self.objects.read(&link.id, FILE_LIMIT)?;
            let target = PathBuf::from(String::from_utf8_lossy(&target).into_owned());
            if target.has_root() {
                return Err(outside(target));
            }
            place.pop();
            waiting.extend(parts(&target));
        }
        Ok(place)
    }
}

/// In the words of the system, which findings quote: Unix and Windows have the same number for it.
fn not_found() -> io::Error {
    io::Error::from_raw_os_error(2)
}

impl World for Revision {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.read_up_to(path, FILE_LIMIT)
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<Entry>> {
        let place = self.place(folder)?;
        if self.files.contains_key(&place) {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        let first = |path: &Path| path.strip_prefix(&place).ok()?.iter().next().map(PathBuf::from);
        let names: BTreeSet<PathBuf> =
            self.below(&place).filter_map(|(path, _)| first(path)).collect();
        if names.is_empty() && !place.as_os_str().is_empty() {
            return Err(not_found());
        }
        let entry = |name: PathBuf| {
            let blob = self.files.get(&place.join(&name));
            let path = folder.join(name);
            let is_link = blob.is_some_and(|blob| blob.is_link);
            let leads = || self.is_folder(&path).unwrap_or(false);
            Entry { is_folder: blob.is_none() || is_link && leads(), is_link, path }
        };
        Ok(names.into_iter().map(entry).collect())
    }

    fn real(&self, path: &Path) -> io::Result<PathBuf> {
        Ok(self.git.repository.join(self.place(path)?))
    }

    fn today(&self) -> jiff::civil::Date {
        self.today
    }
}
