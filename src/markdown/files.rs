//! The files that a book's includes read, each once, and what they come to.

use crate::text::Source;
use crate::world::{Forbidden, World};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// The most includes that a book may have, those within includes among them.
pub const MAX_INCLUDES: usize = 100_000;

/// The most text that the includes of a book may come to. All of it is kept, with what is found in it.
pub const INCLUDED_LIMIT: usize = 32 << 20;

/// The most text that may be looked through for includes: a line of a large file costs as much as all of it.
pub const LOOKED_THROUGH_LIMIT: usize = 1 << 30;

/// The files that were read, shared by all chapters, and what their includes have come to.
#[derive(Debug, Default)]
pub struct Files {
    read: Mutex<BTreeMap<PathBuf, Result<Arc<Source>, Failure>>>,
    /// The names of the files of a folder in which one was missing.
    listed: Mutex<BTreeMap<PathBuf, Arc<Vec<String>>>>,
    /// Includes followed, bytes included, bytes looked through for them.
    pub(super) includes: AtomicUsize,
    included: AtomicUsize,
    looked_through: AtomicUsize,
    /// Whether somebody has said that it is too much.
    pub(super) told: AtomicBool,
}

/// Why a file could not be read.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    pub(super) kind: io::ErrorKind,
    pub(super) message: String,
    pub(super) refusal: Option<Forbidden>,
}

impl Files {
    /// None read yet.
    pub fn new() -> Files {
        Files::default()
    }

    pub(super) fn read(&self, world: &dyn World, path: &Path) -> Result<Arc<Source>, Failure> {
        let read = self.read.lock().unwrap_or_else(PoisonError::into_inner).get(path).cloned();
        if let Some(known) = read {
            return known;
        }
        let result = world.source(path).map_err(|error| Failure {
            kind: error.kind(),
            message: error.to_string(),
            refusal: Forbidden::of(&error).cloned(),
        });
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        // Two threads may have read it; the first one's copy is everybody's.
        read.entry(path.to_owned()).or_insert(result).clone()
    }

    /// The names of the files in a folder.
    pub(super) fn beside(&self, world: &dyn World, folder: &Path) -> Arc<Vec<String>> {
        let mut listed = self.listed.lock().unwrap_or_else(PoisonError::into_inner);
        let list = || {
            let entries = world.list(folder).unwrap_or_default().into_iter();
            let files = entries.filter(|entry| !entry.is_folder);
            let name = |path: &Path| Some(path.file_name()?.to_string_lossy().into_owned());
            Arc::new(files.filter_map(|entry| name(&entry.path)).collect())
        };
        listed.entry(folder.to_owned()).or_insert_with(list).clone()
    }

    /// Counts what an include takes from a file of some length.
    pub(super) fn count(&self, included: usize, length: usize) {
        self.included.fetch_add(included, Ordering::Relaxed);
        self.looked_through.fetch_add(length, Ordering::Relaxed);
    }

    /// Whether it is too much.
    pub(super) fn is_spent(&self) -> bool {
        self.includes.load(Ordering::Relaxed) > MAX_INCLUDES
            || self.included.load(Ordering::Relaxed) > INCLUDED_LIMIT
            || self.looked_through.load(Ordering::Relaxed) > LOOKED_THROUGH_LIMIT
    }
}

/// Does something with each chapter that expands it, on all cores.
///
/// Where the includes are too much, which chapter goes without them must not be a matter of who was first: then it is done
/// once more, one chapter after the other.
pub fn expand_all<T: Sync, R: Send>(
    chapters: &[T],
    each: impl Fn(&T, &Files) -> R + Sync,
) -> Vec<R> {
    let files = Files::new();
    let all: Vec<R> = chapters.par_iter().map(|chapter| each(chapter, &files)).collect();
    if !files.is_spent() {
        return all;
    }
    drop(all);
    let files = Files::new();
    chapters.iter().map(|chapter| each(chapter, &files)).collect()
}
