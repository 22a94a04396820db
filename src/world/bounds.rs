//! Where a run may read and write: what lies in a repository, links resolved.

use super::codes::{OUTSIDE_REPOSITORY, UNFIT_FILE};
use crate::diag::Code;
use std::io;
use std::path::{Path, PathBuf};

/// Places that every path has to lead into.
#[derive(Clone, Debug)]
pub(super) struct Bounds {
    root: PathBuf,
    /// Real places; the first one is the root's own.
    within: Vec<PathBuf>,
}

impl Bounds {
    /// Paths start at `root`, and lead into a real place.
    pub(super) fn new(root: PathBuf, within: PathBuf) -> Bounds {
        Bounds { root, within: vec![within] }
    }

    /// Paths may lead to another real place too.
    pub(super) fn allow(&mut self, real: PathBuf) {
        self.within.push(real);
    }

    /// Where relative paths start.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// Where a path really leads, if that is within.
    pub(super) fn real(&self, path: &Path) -> io::Result<PathBuf> {
        let real = resolve(&self.root.join(path))?;
        if self.within.iter().any(|within| real.starts_with(within)) {
            return Ok(real);
        }
        Err(Forbidden::Outside { real, within: self.within[0].clone() }.into())
    }
}

/// Why a path is not taken, though the system would give it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Forbidden {
    /// It leads out of the repository.
    Outside {
        /// Where it leads.
        real: PathBuf,
        /// Where it should stay.
        within: PathBuf,
    },
    /// It is a link to nothing: who writes to it writes somewhere else.
    Dangling {
        /// What the link names.
        target: PathBuf,
    },
    /// It is no regular file.
    Special(&'static str),
    /// It is larger than what is read.
    Large {
        /// The most that is read, in bytes.
        limit: u64,
    },
}

impl std::fmt::Display for Forbidden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Forbidden::Outside { real, within } => {
                let (real, within) = (real.display(), within.display());
                write!(f, "it leads to `{real}`, which is outside of `{within}`")
            }
            Forbidden::Dangling { target } => {
                write!(f, "it is a link to `{}`, which is not there", target.display())
            }
            Forbidden::Special(what) => write!(f, "it is {what}, not a regular file"),
            Forbidden::Large { limit } => write!(f, "it is larger than {} MiB", limit >> 20),
        }
    }
}

impl std::error::Error for Forbidden {}

impl From<Forbidden> for io::Error {
    fn from(refusal: Forbidden) -> io::Error {
        io::Error::other(refusal)
    }
}

impl Forbidden {
    /// What is forbidden, behind an error, if it is one.
    pub fn of(error: &io::Error) -> Option<&Forbidden> {
        error.get_ref()?.downcast_ref()
    }

    /// The kind of finding that it is.
    pub fn code(&self) -> &'static Code {
        match self {
            Forbidden::Outside { .. } => &OUTSIDE_REPOSITORY,
            Forbidden::Dangling { .. } | Forbidden::Special(_) | Forbidden::Large { .. } => {
                &UNFIT_FILE
            }
        }
    }
}

/// Where a path really leads; of one that is not there, where it would be.
pub(super) fn resolve(path: &Path) -> io::Result<PathBuf> {
    // An empty path is the current folder.
    let path =
        std::path::absolute(if path.as_os_str().is_empty() { Path::new(".") } else { path })?;
    let mut missing = Vec::new();
    let mut at = path.as_path();
    loop {
        match at.canonicalize() {
            Ok(mut real) => {
                real.extend(missing.iter().rev());
                return Ok(real);
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if let Ok(target) = at.read_link() {
                    return Err(Forbidden::Dangling { target }.into());
                }
                // Behind `..` in a folder that is not there, nobody can say what would be.
                let (Some(folder), Some(name)) = (at.parent(), at.file_name()) else {
                    return Err(error);
                };
                missing.push(name);
                at = folder;
            }
            Err(error) => return Err(error),
        }
    }
}

/// The nearest folder at or above a real path that holds `.git`.
pub(super) fn repository(real: &Path) -> Option<PathBuf> {
    real.ancestors().find(|folder| folder.join(".git").exists()).map(Path::to_owned)
}
