//! `sync`: writes what the model says between the pairs, and nothing else.

use super::book::Book;
use super::cli::Findings;
use crate::diag::{Diagnostic, Severity};
use crate::sync::{self, Rewrite};
use crate::world::DiskWorld;
use anyhow::{Context, bail};
use std::path::Path;

/// What was written, or would be.
pub(super) struct Synced {
    pub(super) rewrites: Vec<Rewrite>,
    /// What remains wrong: errors that no rewriting mends.
    pub(super) remaining: Vec<Diagnostic>,
}

/// Rewrites the committed text of the book in a folder; with `dry`, only tells what it would write.
///
/// Either every file can be written, or none is touched.
pub(super) fn sync(folder: &Path, dry: bool, wanted: &Findings) -> anyhow::Result<Synced> {
    let book = Book::read(folder, wanted)?;
    let (rewrites, mut remaining) = sync::rewrites(&book.drift);
    for rewrite in &rewrites {
        within(folder, Path::new(rewrite.source.path()))?;
    }
    let world = DiskWorld::new(folder);
    for rewrite in rewrites.iter().filter(|_| !dry) {
        let path = rewrite.source.path();
        world
            .write(Path::new(path), rewrite.text.as_bytes())
            .with_context(|| format!("can't write `{path}`"))?;
    }
    let unmended = |finding: &Diagnostic| {
        finding.severity == Severity::Error
            && !(finding.code == &sync::DRIFT && finding.fix.is_some())
    };
    remaining.extend(book.findings.into_iter().filter(unmended));
    Ok(Synced { rewrites, remaining })
}

/// A file of the book's may be a link, or be included from elsewhere; what is outside is not ours to write.
fn within(folder: &Path, path: &Path) -> anyhow::Result<()> {
    let root =
        folder.canonicalize().with_context(|| format!("can't read `{}`", folder.display()))?;
    let file = root.join(path);
    let file = file.canonicalize().with_context(|| format!("can't read `{}`", path.display()))?;
    if !file.starts_with(&root) {
        bail!(
            "`{}` is outside of the book's folder, so it is not rewritten; nothing was",
            path.display()
        );
    }
    Ok(())
}
