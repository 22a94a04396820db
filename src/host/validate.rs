//! `validate`: manifests in plain files, by the engine that checks a guide's fences.

use super::cli::{Findings, Manifests};
use super::files;
use super::terminal::way_to;
use crate::check::{self, File, Project};
use crate::config::{Config, IgnoreMissing};
use crate::diag::Diagnostic;
use crate::manifest::policy::Policies;
use crate::manifest::{Engine, Schemas, Versions};
use crate::markdown::Dialect;
use crate::model::Model;
use crate::reference::all_codes;
use crate::report::{Counts, Report};
use crate::text::Source;
use crate::world::{DiskWorld, display};
use anyhow::{Context, bail};
use rayon::prelude::*;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

/// What in a folder is taken for manifests, or for Markdown with manifests in it.
const EXTENSIONS: &[&str] = &["yaml", "yml", "json", "md", "mdx", "markdown"];

/// Checks files, folders and standard input.
pub(super) fn validate(wanted: &Manifests, levels: &Findings) -> anyhow::Result<Report> {
    let (project, mut findings) = project(wanted, levels)?;
    let mut paths = Vec::new();
    for path in &wanted.paths {
        if path != Path::new("-") {
            let found = files::below(path, EXTENSIONS)
                .with_context(|| format!("can't read `{}`", path.display()))?;
            paths.extend(found.into_iter().map(|found| (found == *path, found)));
        }
    }
    let read: Vec<_> = paths.par_iter().map(|(named, path)| (*named, read(path))).collect();
    let mut files: Vec<File> = Vec::new();
    if wanted.paths.iter().any(|path| path == Path::new("-")) {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes).context("can't read standard input")?;
        match text("standard input", bytes) {
            Ok(source) => files.push(File { source, named: true }),
            Err(finding) => findings.push(*finding),
        }
    }
    for (named, outcome) in read {
        match outcome {
            Ok(source) => files.push(File { source, named }),
            Err(finding) => findings.push(*finding),
        }
    }
    let (more, counts) = check::check_files(&project, &files, wanted.together);
    findings.extend(crate::manifest::once_per_kind(more));
    let counts =
        Counts { manifests: counts.manifests, ignored: counts.ignored, ..Counts::default() };
    Ok(Report::new(check::settle(findings, &project.config.levels, &all_codes()))
        .files(files.iter().map(|file| file.source.path().to_owned()))
        .base(way_to(Path::new("."), levels.format))
        .counts(counts))
}

fn project(wanted: &Manifests, levels: &Findings) -> anyhow::Result<(Project, Vec<Diagnostic>)> {
    let world = DiskWorld::new(".");
    for folder in &wanted.schemas {
        if !folder.exists() {
            bail!("there is no `{}`", folder.display());
        }
    }
    let (schemas, findings) = Schemas::load(&world, &wanted.schemas);
    let mut versions = Versions::default();
    let k8s = wanted.k8s.iter().map(|version| ("k8s", version.as_str()));
    for (product, version) in
        k8s.chain(wanted.with.iter().map(|(name, v)| (name.as_str(), v.as_str())))
    {
        versions = versions.with(product, version)?;
    }
    let mut config = Config::default();
    if wanted.ignore_missing {
        config.ignore_missing = IgnoreMissing::All;
    }
    levels.set(&mut config.levels)?;
    let project = Project {
        config,
        model: Model::default(),
        engine: Engine::new(schemas),
        policies: Policies::default(),
        versions,
        dialect: Dialect::default(),
    };
    Ok((project, findings))
}

fn read(path: &Path) -> Result<Arc<Source>, Box<Diagnostic>> {
    let shown = display(path);
    match std::fs::read(path) {
        Ok(bytes) => text(&shown, bytes),
        Err(error) => Err(Box::new(check::unreadable(&shown, &error))),
    }
}

fn text(path: &str, bytes: Vec<u8>) -> Result<Arc<Source>, Box<Diagnostic>> {
    String::from_utf8(bytes).map(|text| Source::new(path, text)).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let why = io::Error::new(io::ErrorKind::InvalidData, format!("not UTF-8 (byte {at})"));
        Box::new(check::unreadable(path, &why))
    })
}
