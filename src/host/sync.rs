//! `sync`: writes what the model says between the pairs, and nothing else.

use super::book::Book;
use super::cli::Findings;
use super::project::Place;
use crate::diag::{Diagnostic, Severity};
use crate::sync::{self, Rewrite};
use crate::text::Location;
use crate::world::{DiskWorld, Refusal};
use anyhow::Context;
use std::io;
use std::path::Path;

/// What came of it.
pub(super) struct Synced {
    /// What was written, or would be.
    pub(super) rewrites: Vec<Rewrite>,
    /// What kept a committed text from being written; empty where all of them are what the model says.
    pub(super) remaining: Vec<Diagnostic>,
}

/// Rewrites the committed text of what is asked for of a project; with `dry`, only tells what it would write.
///
/// Each file is rewritten whole or left as it is, by itself: one that can't be is a finding, and the others are done.
pub(super) fn sync(place: &Place, dry: bool, wanted: &Findings) -> anyhow::Result<Synced> {
    let folder = place.root.as_path();
    let (mut book, left_out) = Book::read_at(place, wanted)?;
    Place::keep(&left_out, &mut book.drift);
    Place::keep(&left_out, &mut book.findings);
    let (mut rewrites, mut remaining) = sync::rewrites(&book.drift);
    if !dry {
        write(&DiskWorld::new(folder), &mut rewrites, &mut remaining)
            .with_context(|| format!("can't write to `{}`", folder.display()))?;
    }
    // What else is wrong is for `check`, unless a committed text waits for it.
    let is_whole = book.is_whole();
    let unmended = |finding: &Diagnostic| match finding.code {
        code if code == &sync::DRIFT => finding.fix.is_none(),
        code => !is_whole || code == &sync::CONTRADICTION,
    };
    let errors = book.findings.into_iter().filter(|one| one.severity == Severity::Error);
    remaining.extend(errors.filter(unmended));
    Ok(Synced { rewrites, remaining })
}

/// Writes what can be written, and keeps that in the list; of the rest it is said why not.
pub(super) fn write(
    world: &DiskWorld,
    rewrites: &mut Vec<Rewrite>,
    remaining: &mut Vec<Diagnostic>,
) -> io::Result<()> {
    if rewrites.is_empty() {
        return world.tidy();
    }
    let writer = world.writer()?;
    rewrites.retain(|rewrite| {
        let path = Path::new(rewrite.source.path());
        let (old, new) = (rewrite.source.text(), &rewrite.text);
        // What the book holds by a link or an include may lie elsewhere in the repository, and is written there.
        writer.replace(path, old, new).unwrap_or_else(|refusal| {
            remaining.push(not_written(rewrite, &refusal));
            false
        })
    });
    Ok(())
}

fn not_written(rewrite: &Rewrite, refusal: &Refusal) -> Diagnostic {
    let help = match refusal {
        Refusal::Changed => "run the command again",
        Refusal::ReadOnly => "make it writable if it is yours to change",
        Refusal::HardLinked => {
            "replace it by a copy, or by a symbolic link to the file that is meant"
        }
        _ => "write what `check` says by hand, or make the directive self-closing: `/-->`",
    };
    let message = format!("this file was not rewritten: {refusal}");
    Diagnostic::new(&sync::NOT_WRITTEN, Location::start_of(&rewrite.source), message).help(help)
}
