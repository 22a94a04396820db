//! `extract`: the manifests of a guide as files, for kubectl and for any other tool.

use super::book::Book;
use crate::check::Resource;
use crate::diag::Severity;
use crate::reading::PLACEHOLDER_VALUE;
use crate::text::one_line;
use crate::world::{DiskWorld, World, display};
use anyhow::{Context, bail};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};

/// What the first line of each file of ours begins with. A file without it is somebody else's.
const MARK: &str = "# Extracted by mdbook-plumb";

/// The folder of what is deliberately wrong.
const FAILS: &str = "fails";

/// The folders of what the guide shows in another form than before: `variant-2`, `variant-3` …
const VARIANT: &str = "variant-";

/// The name of kustomize's file.
const KUSTOMIZATION: &str = "kustomization.yaml";

/// What was written.
#[derive(Default)]
pub(super) struct Extracted {
    /// The manifests, all of them.
    pub(super) manifests: usize,
    /// The files that were made or changed.
    pub(super) written: usize,
    /// The files of an earlier run that the guide has no more.
    pub(super) removed: usize,
    /// The manifests that no kustomization lists.
    pub(super) unlisted: usize,
    /// The folders that have a kustomization, the first one first.
    pub(super) folders: Vec<PathBuf>,
}

/// Writes the manifests of a book to a folder; with `fails`, the deliberately wrong ones too.
///
/// Nothing is written where a file in the way is not ours.
pub(super) fn extract(book: &Book, out: &Path, fails: bool) -> anyhow::Result<Extracted> {
    let mut plan = Plan::default();
    for (chapter, resource) in book.resources() {
        if fails || !resource.fails {
            plan.add(chapter, resource, problem(book, resource));
        }
    }
    let mut done = Extracted { unlisted: plan.unlisted.len(), ..Extracted::default() };
    done.folders = plan.listed.keys().map(|folder| out.join(folder)).collect();
    done.manifests = plan.files.len();
    let files = plan.finish();
    let world = own_folder(out)?;
    for path in files.keys() {
        let shown = || display(&out.join(path));
        // A link in the way, to a file or in place of a folder, would have us write somewhere else.
        world
            .real(path)
            .with_context(|| format!("can't write `{}`; nothing was written", shown()))?;
        if std::fs::symlink_metadata(out.join(path)).is_ok() && !is_ours(&world, path) {
            bail!(
                "`{}` has not been written by `extract`, so it is left alone; nothing was written",
                shown()
            );
        }
    }
    let writer = world.writer().with_context(|| format!("can't write to `{}`", display(out)))?;
    for (path, text) in &files {
        let wrote = writer
            .write(path, text.as_bytes())
            .with_context(|| format!("can't write `{}`", display(&out.join(path))))?;
        done.written += usize::from(wrote);
    }
    for path in
        left_over(&world, &files).with_context(|| format!("can't read `{}`", display(out)))?
    {
        world
            .remove(&path)
            .with_context(|| format!("can't remove `{}`", display(&out.join(&path))))?;
        done.removed += 1;
        // A folder of ours that is empty now goes too; of one that is not, the system says so.
        if let Some(folder) = path.parent().filter(|folder| *folder != Path::new("")) {
            let _ = std::fs::remove_dir(out.join(folder));
        }
    }
    Ok(done)
}

/// Why a manifest should not be applied with the others.
fn problem(book: &Book, resource: &Resource) -> Option<&'static str> {
    let within = |at: &crate::text::Location| {
        at.source.path() == resource.at.source.path()
            && at.span.start >= resource.at.span.start
            && at.span.end <= resource.at.span.end
    };
    let found = || book.findings.iter().filter(|finding| within(&finding.at.location));
    if found().any(|finding| finding.severity == Severity::Error) {
        Some("something is wrong with it")
    } else if found().any(|finding| finding.code == &PLACEHOLDER_VALUE) {
        Some("a reader has to fill something in")
    } else if resource.name.is_empty() && resource.kind != "List" {
        Some("it has no name")
    } else if !resource.known {
        Some("no schema knows its kind")
    } else {
        None
    }
}

/// What is to be written, by path below the folder.
#[derive(Default)]
struct Plan {
    files: BTreeMap<PathBuf, String>,
    /// By folder: the files that its kustomization lists, in the order of the guide.
    listed: BTreeMap<PathBuf, Vec<String>>,
    /// The files that none lists, and why.
    unlisted: Vec<(String, &'static str)>,
    /// In how many forms each object is listed.
    forms: BTreeMap<[String; 4], usize>,
    /// All texts so far: what stands in a guide twice, word for word, is one file.
    texts: BTreeSet<String>,
    /// Taken names; those of deliberately wrong ones do not depend on the others, nor the others on them.
    names: BTreeSet<(bool, String)>,
}

impl Plan {
    fn add(&mut self, chapter: &str, resource: &Resource, problem: Option<&'static str>) {
        if !resource.fails && !self.texts.insert(resource.text.clone()) {
            return;
        }
        let folder = if resource.fails {
            PathBuf::from(FAILS)
        } else if problem.is_some() || resource.name.is_empty() {
            PathBuf::new()
        } else {
            let Resource { group, kind, namespace, name, .. } = resource;
            let object = [group, kind, namespace, name].map(Clone::clone);
            let form = self.forms.entry(object).or_default();
            *form += 1;
            // kustomize takes an object once, so each later form of it has a folder of its own.
            if *form == 1 { PathBuf::new() } else { PathBuf::from(format!("{VARIANT}{form}")) }
        };
        let name = self.name(chapter, resource);
        // A comment ends with its line, and the name of a file may hold the end of one.
        let origin = one_line(resource.at.source.path());
        let text = format!("{MARK} from {origin}\n{}", resource.text);
        self.files.insert(folder.join(&name), text);
        match problem {
            _ if resource.fails => {}
            None => self.listed.entry(folder).or_default().push(name),
            Some(why) => self.unlisted.push((name, why)),
        }
    }

    /// `chapter-kind-name.yaml`; the second one of that name in a chapter ends in `-2`.
    fn name(&mut self, chapter: &str, resource: &Resource) -> String {
        let chapter = chapter.rsplit_once('.').map_or(chapter, |(stem, _)| stem);
        let parts = [chapter, &resource.kind, &resource.name].map(slug);
        let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        let stem = if parts.is_empty() { "manifest".to_owned() } else { parts.join("-") };
        let mut name = format!("{stem}.yaml");
        let mut count = 1;
        while !self.names.insert((resource.fails, name.clone())) {
            count += 1;
            name = format!("{stem}-{count}.yaml");
        }
        name
    }

    /// The files, the kustomizations among them.
    fn finish(mut self) -> BTreeMap<PathBuf, String> {
        for (folder, names) in &self.listed {
            let mut text = format!(
                "{MARK}; apply with: kubectl apply --dry-run=server -k .\n\
                 apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n"
            );
            for name in names {
                let _ = writeln!(text, "  - {name}");
            }
            let here = folder.as_os_str().is_empty();
            for (name, why) in self.unlisted.iter().filter(|_| here) {
                let _ = writeln!(text, "  # not listed: {name}: {why}");
            }
            self.files.insert(folder.join(KUSTOMIZATION), text);
        }
        self.files
    }
}

/// A text as part of a file's name, on any system: lower case, digits and single hyphens, not too long.
fn slug(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars().flat_map(char::to_lowercase) {
        if c.is_ascii_alphanumeric() {
            out.push(c);
        } else if !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
        if out.len() >= 80 {
            break;
        }
    }
    out.trim_end_matches('-').to_owned()
}

/// The folder that the user has named; a link in the repository must not take it out of there.
fn own_folder(out: &Path) -> anyhow::Result<DiskWorld> {
    let here = DiskWorld::new(".").and(out);
    here.real(out).with_context(|| format!("can't write to `{}`", out.display()))?;
    Ok(DiskWorld::folder(out))
}

fn is_ours(world: &DiskWorld, path: &Path) -> bool {
    world.read(path).is_ok_and(|bytes| bytes.starts_with(MARK.as_bytes()))
}

/// Files of ours that an earlier run has written and this one has not.
fn left_over(world: &DiskWorld, files: &BTreeMap<PathBuf, String>) -> io::Result<Vec<PathBuf>> {
    let out = world.root();
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        let entries = match std::fs::read_dir(out.join(&folder)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            entries => entries?,
        };
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name();
            let Some(shown) = name.to_str() else { continue };
            let path = folder.join(&name);
            let about = entry.file_type()?;
            if about.is_dir() {
                let ours = shown == FAILS || shown.starts_with(VARIANT);
                if ours && folder == Path::new("") {
                    folders.push(path);
                }
            } else if about.is_file()
                && shown.ends_with(".yaml")
                && !files.contains_key(&path)
                && is_ours(world, &path)
            {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::slug;

    #[test]
    fn a_name_fits_every_file_system() {
        for (text, expected) in [
            ("VirtualService", "virtualservice"),
            ("a/b c.d", "a-b-c-d"),
            ("<your-name>", "your-name"),
            ("../../x", "x"),
            ("CON: é", "con"),
        ] {
            assert_eq!(slug(text), expected, "{text}");
        }
        assert!(slug(&"ab ".repeat(100)).len() <= 80);
    }
}
