//! Why a path is not taken.

use super::{OUTSIDE_REPOSITORY, UNFIT_FILE};
use crate::diag::Code;
use std::io;
use std::path::PathBuf;

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
    /// It leads into the folder that git keeps for itself, in which a checkout of CI leaves the token that it came with.
    Git {
        /// Where it leads.
        real: PathBuf,
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
            Forbidden::Git { real } => {
                write!(
                    f,
                    "it leads to `{}`, which is git's own and may hold credentials",
                    real.display()
                )
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
            Forbidden::Outside { .. } | Forbidden::Git { .. } => &OUTSIDE_REPOSITORY,
            Forbidden::Dangling { .. } | Forbidden::Special(_) | Forbidden::Large { .. } => {
                &UNFIT_FILE
            }
        }
    }
}
