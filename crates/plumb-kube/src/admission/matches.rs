//! The matches of a list of routes, to find one again by what it says.

use crate::at::At;
use serde_json::Value as Json;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// A match that has been seen, and the index of the route that has it.
pub(super) struct Seen<'n> {
    pub(super) at: At<'n>,
    pub(super) route: usize,
}

/// The matches so far.
#[derive(Default)]
pub(super) struct Matches<'n> {
    seen: Vec<Seen<'n>>,
    known: HashMap<Json, usize>,
}

impl<'n> Matches<'n> {
    /// The earlier match that says the same; otherwise this one is kept.
    pub(super) fn add(&mut self, at: &At<'n>, json: Json, route: usize) -> Option<&Seen<'n>> {
        match self.known.entry(json) {
            Entry::Occupied(entry) => self.seen.get(*entry.get()),
            Entry::Vacant(entry) => {
                entry.insert(self.seen.len());
                self.seen.push(Seen { at: at.clone(), route });
                None
            }
        }
    }
}
