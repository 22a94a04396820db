//! `model diff`: what a change of the model does to the guide.

use super::given::errors;
use crate::check;
use crate::config::{Config, Home};
use crate::difference;
use crate::host::book::read;
use crate::host::cli::DiffFormat;
use crate::host::git::Git;
use crate::host::outcome::Said;
use crate::model;
use crate::text::{self, Source};
use crate::world::{DiskWorld, Entry, World, normalize};
use anyhow::{Context, bail};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

/// What the pages of today say by another model, and by the one of today.
pub(super) fn diff(dir: &Path, before: &str, format: DiffFormat) -> anyhow::Result<Said> {
    let world = DiskWorld::new(dir);
    let now = read(dir, &world)?;
    let model = match &now.project.config.model[..] {
        [] => vec![PathBuf::from("model.toml"), PathBuf::from("model")],
        named => named.iter().map(|path| normalize(path)).collect(),
    };
    let files = match Path::new(before) {
        path if path.exists() => of_disk(path, &model)?,
        _ => of_revision(&world, before, &model)?,
    };
    if files.is_empty() {
        bail!("there is no model in `{before}`");
    }
    let then = read(dir, &Before { world: &world, model, files })?;
    let mut findings = errors(&then);
    findings.extend(errors(&now));
    let check = |book: &check::Book| check::check(&book.project, &book.chapters);
    let (was, is) = (check(&then), check(&now));
    let mut changes = difference::between(&was, &is);
    let unseen = model::diff(&then.project.model, &now.project.model);
    changes.extend(difference::unseen(unseen, &was, &is));
    let text = match format {
        DiffFormat::Text => difference::text(&changes),
        DiffFormat::Json => {
            format!("{}\n", text::json(&difference::json(&changes).to_string()))
        }
        DiffFormat::Markdown => difference::markdown(&changes),
    };
    Ok((text, findings))
}

type Files = BTreeMap<PathBuf, Vec<u8>>;

/// A model that stands somewhere on the disk, as if it stood in the place of the book's.
fn of_disk(path: &Path, model: &[PathBuf]) -> anyhow::Result<Files> {
    let failed = || format!("can't read `{}`", path.display());
    let world = DiskWorld::new(".").and(path);
    if !path.is_dir() {
        let place = model.iter().find(|path| path.extension().is_some());
        let place = place.cloned().unwrap_or_else(|| PathBuf::from("model.toml"));
        return Ok(Files::from([(place, world.read_named(path).with_context(failed)?)]));
    }
    let place = model.iter().find(|path| path.extension().is_none());
    let place = place.cloned().unwrap_or_else(|| PathBuf::from("model"));
    let mut files = Files::new();
    for Entry { path, .. } in world.list(path).with_context(failed)? {
        if let Some(name) = path.file_name()
            && path.extension().is_some_and(|extension| extension == "toml")
        {
            files.insert(place.join(name), world.read(&path).with_context(failed)?);
        }
    }
    Ok(files)
}

/// The model as it was committed in a revision.
fn of_revision(world: &DiskWorld, revision: &str, model: &[PathBuf]) -> anyhow::Result<Files> {
    let neither = || format!("`{revision}` is neither a file nor a revision");
    let Some(git) = Git::of(world) else {
        bail!("{}: the book is in no git repository", neither());
    };
    let commit = git.commit(revision).with_context(neither)?;
    let git = |arguments: &[&str]| git.ask(arguments);
    let mut arguments = LS_TREE.to_vec();
    arguments[4] = &commit;
    arguments.extend(model.iter().filter_map(|path| path.to_str()));
    let read = |arguments: &[&str]| -> anyhow::Result<Files> {
        let names =
            String::from_utf8(git(arguments)?).context("git names a file that is not UTF-8")?;
        let names = names.split('\0').filter(|name| name.ends_with(".toml"));
        let file = |name: &str| Ok((name.into(), git(&["show", &format!("{commit}:./{name}")])?));
        names.map(file).collect()
    };
    let files = read(&arguments)?;
    if !files.is_empty() {
        return Ok(files);
    }
    // the model may have stood elsewhere, where the settings of then say
    let settings = Home::ALL.into_iter().find_map(|home| {
        let text = git(&["show", &format!("{commit}:./{}", home.file())]).ok()?;
        Some(Source::new(home.file(), String::from_utf8_lossy(&text)))
    });
    let Some(settings) = settings else { return Ok(files) };
    let then = Config::read(&settings, None).0.model;
    let usual = [PathBuf::from("model.toml"), PathBuf::from("model")];
    let then = if then.is_empty() { &usual[..] } else { &then[..] };
    arguments.truncate(LS_TREE.len());
    arguments.extend(then.iter().filter_map(|path| path.to_str()));
    let found = read(&arguments)?;
    let place = model.iter().find(|path| path.extension().is_none());
    let in_place =
        |(index, (_, bytes)): (usize, (PathBuf, Vec<u8>))| match (place, model.get(index)) {
            (Some(folder), _) => Some((folder.join(format!("{index}.toml")), bytes)),
            (None, Some(file)) => Some((file.clone(), bytes)),
            (None, None) => None,
        };
    let count = found.len();
    let files: Files = found.into_iter().enumerate().filter_map(in_place).collect();
    if files.len() < count {
        bail!("the model of `{revision}` is of more files than the settings of now name");
    }
    Ok(files)
}

const LS_TREE: [&str; 6] = ["ls-tree", "-r", "-z", "--name-only", "", "--"];

/// The world with another model in it.
struct Before<'a> {
    world: &'a DiskWorld,
    /// The files and folders that the model is read from.
    model: Vec<PathBuf>,
    files: Files,
}

impl World for Before<'_> {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let path = normalize(path);
        match self.files.get(&path) {
            Some(bytes) => Ok(bytes.clone()),
            None if self.model.iter().any(|model| path.starts_with(model)) => {
                Err(io::ErrorKind::NotFound.into())
            }
            None => self.world.read(&path),
        }
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<Entry>> {
        let folder = normalize(folder);
        if !self.model.iter().any(|model| folder.starts_with(model)) {
            return self.world.list(&folder);
        }
        let below = self.files.keys().filter_map(|path| path.strip_prefix(&folder).ok());
        let names: BTreeSet<_> = below.filter_map(|path| path.iter().next()).collect();
        if names.is_empty() {
            return Err(io::ErrorKind::NotFound.into());
        }
        let entry = |path: PathBuf| Entry {
            is_folder: !self.files.contains_key(&path),
            is_link: false,
            path,
        };
        Ok(names.into_iter().map(|name| entry(folder.join(name))).collect())
    }

    fn real(&self, path: &Path) -> io::Result<PathBuf> {
        self.world.real(path)
    }

    fn today(&self) -> jiff::civil::Date {
        self.world.today()
    }
}
