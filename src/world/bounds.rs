//! Where a run may read and write: what lies in a repository, links resolved.

use plumb_text::world::Forbidden;
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

    /// Where a path really leads, if that is within: of several places, in the one that the path lies in by its name.
    pub(super) fn real(&self, path: &Path) -> io::Result<PathBuf> {
        let path = self.root.join(path);
        let real = resolve(&path)?;
        let named = std::path::absolute(&path).map(|path| plumb_text::world::normalize(&path));
        let lies_in = |within: &&PathBuf| named.as_ref().is_ok_and(|path| path.starts_with(within));
        let own = self.within.iter().filter(lies_in).max_by_key(|within| within.as_os_str().len());
        let led_into = match own {
            Some(own) => Some(own).filter(|own| real.starts_with(own)),
            None => self.within.iter().find(|within| real.starts_with(within)),
        };
        match led_into {
            Some(within) if is_git(&real, within) => Err(Forbidden::Git { real }.into()),
            Some(_) => Ok(real),
            None => {
                let within = own.unwrap_or(&self.within[0]).clone();
                Err(Forbidden::Outside { real, within }.into())
            }
        }
    }
}

/// Whether a real path within a place is git's own. Nobody commits such a path, so what a book names there is not the book's.
fn is_git(real: &Path, within: &Path) -> bool {
    let below = real.strip_prefix(within).unwrap_or(real);
    below.iter().any(|name| name.eq_ignore_ascii_case(".git"))
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
