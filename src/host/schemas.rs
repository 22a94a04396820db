//! `schemas`: the schemas that a book has of its own, beside the embedded ones.

use super::cli::Schemas;
use super::fetch::fetch;
use super::files;
use super::outcome::Said;
use super::project::root;
use super::terminal::table;
use crate::diag::{Diagnostic, Severity};
use crate::manifest::bundle::Product;
use crate::manifest::store::{Definition, FOLDER, Folder, read_definitions, title};
use crate::manifest::{self, Engine, Versions};
use crate::text::{Source, TextMap, digest, one_line};
use crate::world::{self, DiskWorld, NAMED_LIMIT, World, Writer, display, read_up_to};
use anyhow::{Context, anyhow, bail};
use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};

/// What in a folder is taken for definitions.
const EXTENSIONS: &[&str] = &["yaml", "yml", "json"];

/// Does what was asked with the schemas of the book in a folder.
pub(super) fn run(command: &Schemas) -> anyhow::Result<(PathBuf, Said)> {
    // Schemas may be kept where there is no project, for `validate`.
    let home = |dir: &Path| root(dir).unwrap_or_else(|_| dir.to_owned());
    Ok(match command {
        Schemas::List { all, dir } => (home(dir), list(&home(dir), *all)?),
        Schemas::Add { sources, dir } => (home(dir), add(&home(dir), sources)?),
        Schemas::Verify { dir } => (home(dir), verify(&home(dir))?),
        Schemas::Remove { names, dir } => (home(dir), remove(&home(dir), names)?),
    })
}

fn world(dir: &Path) -> anyhow::Result<DiskWorld> {
    if !dir.is_dir() {
        bail!("there is no folder `{}`", dir.display());
    }
    Ok(DiskWorld::new(dir))
}

/// The folder in which another run changes nothing as long as the writer is there.
fn open(dir: &Path) -> anyhow::Result<(Writer, Folder)> {
    let world = world(dir)?;
    let writer = world.writer().with_context(|| format!("can't write to `{}`", dir.display()))?;
    let folder = read(&world)?;
    if let Some(name) = folder.damaged() {
        bail!(
            "`{FOLDER}/{name}` is in the lock file and is not valid JSON; see `schemas verify`; nothing was written"
        );
    }
    Ok((writer, folder))
}

fn write(writer: &Writer, folder: &Folder) -> anyhow::Result<()> {
    let world = DiskWorld::new(writer.root());
    let changes = folder.changes(&world, Path::new(FOLDER));
    for file in &changes.written {
        let path = writer.root().join(&file.path);
        let Ok(there) = std::fs::symlink_metadata(&path) else { continue };
        let shown = display(&file.path);
        if there.is_symlink() {
            bail!("`{shown}` is a link, so it is left alone; nothing was written");
        }
        if file.is_new && !world.read(&file.path).is_ok_and(|bytes| bytes == file.bytes) {
            bail!(
                "`{shown}` is in no lock file, so it is somebody else's and left alone; nothing was written. Rename it, \
                 or remove it"
            );
        }
    }
    for file in &changes.written {
        writer.write(&file.path, &file.bytes)?;
    }
    changes.removed.iter().try_for_each(|path| world.remove(path))?;
    Ok(())
}

fn read(world: &DiskWorld) -> anyhow::Result<Folder> {
    Folder::read(world, Path::new(FOLDER))
        .map_err(|finding| anyhow!("{}: {}", finding.at.location.source.path(), finding.message))
}

fn list(dir: &Path, all: bool) -> anyhow::Result<Said> {
    let folder = read(&world(dir)?)?;
    let mut out = String::new();
    for known in folder.list() {
        let title = title(&known.group, &known.version, &known.kind);
        let _ = writeln!(out, "{}  (added from {})", one_line(&title), one_line(&known.origin));
    }
    if folder.is_empty() {
        out.push_str("no schemas have been added\n");
    }
    out.push_str("\nembedded:\n");
    let product = |product: &Product| {
        let versions = product.versions.join(", ");
        let name = format!("{}={}", product.name, product.default);
        (name, format!("{} ({versions})", product.title))
    };
    out.push_str(&table(&Versions::products().iter().map(product).collect::<Vec<_>>()));
    if all {
        out.push('\n');
        let mut kinds: Vec<_> = manifest::Schemas::embedded().kinds().collect();
        kinds.sort();
        for (group, version, kind) in kinds {
            let _ = writeln!(out, "{}", title(&group, &version, &kind));
        }
    }
    Ok((out, Vec::new()))
}

/// Adds all of what is named, or nothing.
fn add(dir: &Path, sources: &[String]) -> anyhow::Result<Said> {
    world(dir)?;
    let mut findings = Vec::new();
    let mut read = Vec::new();
    let mut passed = Vec::new();
    for source in sources {
        let mut found = 0;
        let is_folder = Path::new(source).is_dir();
        for (name, text) in texts(source)? {
            let reading = read_definitions(&name, &text);
            if is_folder && reading.definitions.is_empty() && !speaks_of_definitions(&text) {
                passed.push(name);
                continue;
            }
            findings.extend(reading.findings);
            findings.extend(broken(&name, &text));
            found += reading.definitions.len();
            read.push((name, digest(&text), reading.definitions));
        }
        if found == 0 && findings.is_empty() {
            let source = if source == "-" { "standard input" } else { source };
            bail!(
                "{source} holds no schema: no CustomResourceDefinition, OpenAPI v3 document or JSON Schema"
            );
        }
    }
    let mut out = passed_over(&passed);
    if findings.iter().any(|finding| finding.severity == Severity::Error) {
        return Ok((out + "nothing was added\n", findings));
    }
    let (writer, mut folder) = open(dir)?;
    for (name, digest, definitions) in read {
        note(&mut out, &mut folder, &definitions, &name, &digest);
    }
    write(&writer, &folder).context("can't write the schemas")?;
    Ok((out, findings))
}

/// Whether a text is meant to define kinds, so that what can't be understood of it is a mistake.
fn speaks_of_definitions(text: &str) -> bool {
    ["CustomResourceDefinition", "openAPIV3Schema"].iter().any(|word| text.contains(word))
}

/// The line about the files of folders that define nothing.
fn passed_over(files: &[String]) -> String {
    const MOST: usize = 3;
    let named: Vec<_> = files.iter().take(MOST).map(|name| one_line(name)).collect();
    let (count, named) = (files.len(), named.join(", "));
    let more = if count > MOST { ", …" } else { "" };
    match count {
        0 => String::new(),
        1 => format!("passed over 1 file without definitions: {named}\n"),
        _ => format!("passed over {count} files without definitions: {named}{more}\n"),
    }
}

/// What an API server would not take of the definitions in a text: a schema that is broken would let everything pass.
fn broken(name: &str, text: &str) -> Vec<Diagnostic> {
    const KIND: &str = "CustomResourceDefinition";
    if !text.contains(KIND) {
        return Vec::new();
    }
    let engine = Engine::new(manifest::Schemas::embedded());
    let map = TextMap::identity(&Source::new(name, text));
    let read = manifest::read(text, &map, manifest::Format::Yaml);
    let lists = [KIND, "CustomResourceDefinitionList", "List"];
    let definitions = read
        .documents
        .iter()
        .filter(|document| document.kind().is_some_and(|kind| lists.contains(&kind.value)));
    definitions
        .flat_map(|document| engine.validate_document(document, &Versions::default()))
        .filter(|finding| finding.severity == Severity::Error)
        .collect()
}

fn note(
    out: &mut String,
    folder: &mut Folder,
    definitions: &[Definition],
    name: &str,
    digest: &str,
) {
    if definitions.is_empty() {
        return;
    }
    let added = folder.add(definitions, name, digest);
    for (did, kinds) in [("added", added.new), ("changed", added.changed), ("same", added.same)] {
        for kind in kinds {
            let _ = writeln!(out, "{did:7} {}", one_line(&kind));
        }
    }
}

/// The texts that a source stands for: standard input, an address, a file, the files of a folder.
fn texts(source: &str) -> anyhow::Result<Vec<(String, String)>> {
    if source == "-" {
        let name = "standard input".to_owned();
        let text = read_up_to(io::stdin().lock(), NAMED_LIMIT)
            .and_then(|bytes| world::text(name.clone(), bytes))
            .context("can't read standard input")?;
        return Ok(vec![(name, text.text().to_owned())]);
    }
    if source.starts_with("http://") || source.starts_with("https://") {
        let text = fetch(source).map_err(anyhow::Error::msg)?;
        return Ok(vec![(origin(source), text)]);
    }
    let source = Path::new(source);
    let world = DiskWorld::new(".").and(source);
    let found = files::named(&world, source, EXTENSIONS)
        .with_context(|| format!("can't read `{}`", source.display()))?;
    if let Some((path, error)) = found.unread.into_iter().next() {
        return Err(error).with_context(|| format!("can't read `{}`", path.display()));
    }
    let read = |path: &Path| -> io::Result<(String, String)> {
        let bytes = if path == source { world.read_named(path) } else { world.read(path) }?;
        let text = world::text(display(path), bytes)?;
        Ok((text.path().to_owned(), text.text().to_owned()))
    };
    let texts = found.files.iter().map(|entry| {
        read(&entry.path).with_context(|| format!("can't read `{}`", entry.path.display()))
    });
    texts.collect()
}

/// An address as it is recorded: a name and a password, or a token behind `?`, are nobody's business.
fn origin(url: &str) -> String {
    let url = url.split(['?', '#']).next().unwrap_or(url);
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    format!("{scheme}://{host}{path}")
}

fn verify(dir: &Path) -> anyhow::Result<Said> {
    let findings = Folder::verify(&world(dir)?, Path::new(FOLDER));
    let text = match (findings.is_empty(), dir.join(FOLDER).exists()) {
        (true, true) => "every schema is as it was added\n",
        (true, false) => "no schemas have been added\n",
        (false, _) => "",
    };
    Ok((text.to_owned(), findings))
}

fn remove(dir: &Path, names: &[String]) -> anyhow::Result<Said> {
    let (writer, mut folder) = open(dir)?;
    let mut out = String::new();
    for name in names {
        let gone = folder.remove(name);
        if gone.is_empty() {
            bail!("no schema `{name}` has been added; nothing was removed");
        }
        for kind in gone {
            let _ = writeln!(out, "removed {}", one_line(&kind));
        }
    }
    write(&writer, &folder).context("can't write the schemas")?;
    Ok((out, Vec::new()))
}

#[cfg(test)]
mod tests {
    #[test]
    fn an_origin_gives_nothing_away() {
        for (url, origin) in [
            ("https://example.com/a/crd.yaml", "https://example.com/a/crd.yaml"),
            ("https://me:secret@example.com/crd.yaml?token=x#y", "https://example.com/crd.yaml"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("http://example.com/@scope/crd.yaml", "http://example.com/@scope/crd.yaml"),
        ] {
            assert_eq!(super::origin(url), origin);
        }
    }
}
