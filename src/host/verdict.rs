//! What `check` and `validate` do with what they find: mend it, leave out what is known, show the rest.

use super::cli::{Findings, Mending, Output};
use super::git::Revision;
use super::outcome::{Exit, Found};
use super::progress::Progress;
use super::show::{places_of, show};
use super::sync::write;
use crate::check;
use crate::diag::{Diagnostic, Severity};
use crate::fix;
use crate::reference::all_codes;
use crate::report::{Baseline, Report};
use crate::since::Since;
use crate::text::{digest, printed};
use crate::world::{self, DiskWorld, display};
use anyhow::{Context, anyhow, bail};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::{fs, io};

/// A fix may make room for the next one; after so many rounds there is something that comes back.
const MOST_ROUNDS: usize = 10;

/// Runs a command on what is there (`None`) or was there before, mends what it finds if that is asked for, and shows what
/// remains.
pub(super) fn judge(
    run: impl Fn(Option<&Revision>) -> anyhow::Result<Found>,
    world: &DiskWorld,
    mending: &Mending,
    wanted: &Findings,
    output: Output,
) -> anyhow::Result<Exit> {
    let progress = Progress::of("checking", output);
    let mut found = run(None)?;
    let since = mending.changed_since.as_deref();
    let since = since.map(|revision| since_revision(world, revision, &run)).transpose()?;
    drop(progress);
    let mut left = Vec::new();
    if mending.fix {
        let least = wanted.min_level.map_or(Severity::Warning, Into::into);
        let of_change = |one: &Diagnostic| since.as_ref().is_none_or(|since| since.concerns(one));
        (found, left) = mend(found, || run(None), world, least, of_change, output)?;
    }
    let Found { root, mut findings, levels, counts, files, share } = found;
    findings.extend(left);
    if let Some(path) = mending.baseline.as_deref().filter(|_| mending.write_baseline) {
        return write_baseline(path, findings, output);
    }
    let (mut known, mut unchanged, mut gone) = (0, 0, Vec::new());
    if let Some(path) = &mending.baseline {
        let baseline = read_baseline(path, &root)?.only(|file| share.holds(file));
        let unknown = baseline.apply(findings);
        (findings, known) = (unknown.findings, unknown.known);
        gone = check::settle(unknown.unmatched, &levels, &all_codes());
    }
    if let Some(since) = &since {
        let all = findings.len();
        findings.retain(|finding| since.concerns(finding));
        unchanged = all - findings.len();
    }
    findings.extend(gone);
    let report = Report::new(findings)
        .files(files)
        .counts(counts)
        .known(known)
        .unchanged(unchanged)
        .shard(share.shard());
    show(&report, &root, wanted, output, io::stdout())
}

/// What a command found in what was there when what is checked out left a revision.
fn since_revision(
    world: &DiskWorld,
    revision: &str,
    run: impl Fn(Option<&Revision>) -> anyhow::Result<Found>,
) -> anyhow::Result<Since> {
    let before = Revision::left(world, revision)?;
    let found = run(Some(&before))?;
    Ok(Since::new(before.whole()?, found.findings))
}

/// Makes the fixes that findings carry, and those that only show then. What remains, and why a file was not written.
fn mend(
    mut found: Found,
    run: impl Fn() -> anyhow::Result<Found>,
    world: &DiskWorld,
    least: Severity,
    wanted: impl Fn(&Diagnostic) -> bool,
    output: Output,
) -> anyhow::Result<(Found, Vec<Diagnostic>)> {
    let mut left: Vec<Diagnostic> = Vec::new();
    let mut made: BTreeMap<String, usize> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for _ in 0..MOST_ROUNDS {
        let findings: Vec<_> = found.findings.iter().filter(|one| wanted(one)).cloned().collect();
        let mut rewrites = fix::rewrites(&findings, least);
        // Not back to what a file was: two fixes that undo each other have no end.
        rewrites.retain(|rewrite| {
            let path = rewrite.source.path();
            seen.insert((path.to_owned(), digest(rewrite.source.text())));
            let refused = |one: &Diagnostic| one.at.location.source.path() == path;
            !seen.contains(&(path.to_owned(), digest(&rewrite.text))) && !left.iter().any(refused)
        });
        if rewrites.is_empty() {
            break;
        }
        write(world, &mut rewrites, &mut left)
            .with_context(|| format!("can't write to `{}`", found.root.display()))?;
        for rewrite in &rewrites {
            *made.entry(rewrite.source.path().to_owned()).or_default() += rewrite.edits;
        }
        if rewrites.is_empty() {
            break;
        }
        found = run()?;
    }
    if !output.quiet {
        for (path, count) in made {
            let path = display(&found.root.join(path));
            eprintln!("{}", printed(&format!("fixed {} in {path}", places_of(count))));
        }
    }
    Ok((found, left))
}

fn read_baseline(path: &Path, root: &Path) -> anyhow::Result<Baseline> {
    let bytes = DiskWorld::new(".").and(path).read_named(path);
    // As the other findings are: from the root of what was looked at.
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let full = real(path);
    let shown = full.strip_prefix(real(root)).unwrap_or(&full);
    let source = bytes.and_then(|bytes| world::text(display(shown), bytes));
    let source = source.with_context(|| format!("can't read `{}`", path.display()))?;
    Baseline::read(&source).map_err(|error| anyhow!(error))
}

fn write_baseline(path: &Path, findings: Vec<Diagnostic>, output: Output) -> anyhow::Result<Exit> {
    let (text, count) = Baseline::write(findings);
    let name = path.file_name().with_context(|| format!("`{}` is not a file", path.display()))?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let world = DiskWorld::new(folder.unwrap_or(Path::new(".")));
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        // Whoever names a chapter or the settings by mistake keeps them.
        _ => {
            let there = world
                .read_named(Path::new(name))
                .and_then(|bytes| world::text(display(path), bytes));
            if !there.is_ok_and(|source| Baseline::is_one(&source)) {
                bail!("`{}` is there and is not a baseline; nothing was written", path.display());
            }
        }
    }
    world
        .write(Path::new(name), text.as_bytes())
        .with_context(|| format!("can't write `{}`", path.display()))?;
    if !output.quiet {
        let findings = if count == 1 { "finding" } else { "findings" };
        eprintln!("{}", printed(&format!("wrote {count} known {findings} to {}", path.display())));
    }
    Ok(Exit::Clean)
}
