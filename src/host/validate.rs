//! `validate`: manifests in plain files, by the engine that checks a guide's fences.

use super::cli::{Findings, Manifests, Output, Validate};
use super::files::{self, Named};
use super::git::Revision;
use super::outcome::{Exit, Found};
use super::releases::{Across, Choice};
use super::{show, verdict};
use crate::check::{self, AskedLine, CheckedFiles, File, Project, Scope, Shard, Share};
use crate::config::{Config, IgnoreMissing};
use crate::diag::{Diagnostic, Severity};
use crate::manifest::platforms::Release;
use crate::manifest::policy::Policies;
use crate::manifest::{Engine, Schemas, Versions};
use crate::markdown::Dialect;
use crate::model::Model;
use crate::reference::all_codes;
use crate::report::Counts;
use crate::text::{Location, Source};
use crate::world::{self, DiskWorld, NAMED_LIMIT, display, read_up_to};
use anyhow::{Context, bail};
use rayon::prelude::*;
use std::io;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

/// What in a folder is taken for manifests, or for Markdown with manifests in it.
const EXTENSIONS: &[&str] = &["yaml", "yml", "json", "md", "mdx", "markdown", "Kustomization"];

/// The name of what comes through a pipe.
const STANDARD_INPUT: &str = "standard input";

/// Runs the command.
pub(super) fn run(wanted: &Validate, output: Output) -> anyhow::Result<Exit> {
    let Validate { manifests, mending, list, findings } = wanted;
    let reads_input = manifests.paths.iter().any(|path| path == Path::new("-"));
    if mending.fix && reads_input {
        bail!("standard input can't be fixed; name the file");
    }
    if manifests.stdin_filename.is_some() && !reads_input {
        bail!("`--stdin-filename` is what standard input is called: name `-` among the paths");
    }
    let world = world(manifests);
    if *list {
        let named = named(&world, manifests)?;
        let unread = named.findings.iter().map(|one| one.at.location.source.path());
        let files: Vec<_> =
            named.files.iter().map(|file| file.source.path()).chain(unread).collect();
        let share = Share::of(mending.shard, named.files.iter().map(|file| file.source.path()));
        let files = files.into_iter().filter(|file| share.holds(file));
        show::list(Path::new("."), files.map(str::to_owned))?;
        return Ok(Exit::Clean);
    }
    let quiet = output.quiet && !manifests.summary;
    verdict::judge(
        |before| match before {
            None => validate(&world, manifests, mending.shard, findings),
            // Other files may have been there, and be dealt out otherwise.
            Some(before) => validate(before, &manifests.held_by(before), None, findings),
        },
        &world,
        mending,
        findings,
        Output { quiet, ..output },
    )
}

/// The files that were named, and what could not be read of them.
#[derive(Default)]
struct NamedFiles {
    files: Vec<File>,
    places: Vec<Place>,
    findings: Vec<Diagnostic>,
}

/// Reads files, folders and standard input.
fn named(world: &dyn Named, wanted: &Manifests) -> anyhow::Result<NamedFiles> {
    let NamedFiles { mut files, mut places, mut findings } = NamedFiles::default();
    for path in &wanted.paths {
        let start = (files.len(), findings.len());
        let place = if path == Path::new("-") {
            let name = wanted.stdin_filename.as_deref();
            let name = name.map_or_else(|| STANDARD_INPUT.to_owned(), display);
            let bytes = read_up_to(io::stdin().lock(), NAMED_LIMIT);
            match bytes.and_then(|bytes| world::text(name.clone(), bytes)) {
                Ok(source) => files.push(File { source, named: true }),
                Err(why) => findings.push(check::unreadable(&name, &why)),
            }
            Place { name, is_file: false, ..Place::default() }
        } else {
            let found = files::named(world, path, EXTENSIONS)
                .with_context(|| format!("can't read `{}`", path.display()))?;
            let unread = found.unread.iter();
            findings.extend(unread.map(|(path, why)| check::unreadable(&display(path), why)));
            let paths: Vec<_> = found.files.into_iter().map(|entry| entry.path).collect();
            let is_file = paths.first() == Some(path);
            let read: Vec<_> = paths.par_iter().map(|path| read(world, path, is_file)).collect();
            for outcome in read {
                match outcome {
                    Ok(source) => files.push(File { source, named: is_file }),
                    Err(finding) => findings.push(*finding),
                }
            }
            Place { name: path.to_string_lossy().replace('\\', "/"), is_file, ..Place::default() }
        };
        let unread = findings.len() > start.1;
        places.push(Place { files: start.0..files.len(), unread, ..place });
    }
    Ok(NamedFiles { files, places, findings })
}

/// Checks files, folders and standard input.
fn validate(
    world: &dyn Named,
    wanted: &Manifests,
    shard: Option<Shard>,
    levels: &Findings,
) -> anyhow::Result<Found> {
    let across = Across::of(&wanted.against.releases)?;
    let (mut project, mut findings) = project(world, wanted, levels)?;
    let NamedFiles { files, places, findings: unread } = named(world, wanted)?;
    findings.extend(unread);
    let share = Share::of(shard, files.iter().map(|file| file.source.path()));
    let mut all = check::Counts::default();
    let mut runs = Vec::new();
    for run in &across.runs {
        let mut said = choose(&mut project, run)?;
        project.share = share.clone();
        let CheckedFiles { findings: more, counts, .. } =
            check::check_files(&project, &files, wanted.together);
        let mut empty = nothing(&places, &files, &counts, &more);
        if shard.is_some() && !empty.is_empty() {
            // Whether there is nothing at all is not to be seen in a part.
            project.share = Share::default();
            let whole = check::check_files(&project, &files, wanted.together);
            empty = nothing(&places, &files, &whole.counts, &whole.findings);
        }
        said.extend(empty);
        said.extend(Diagnostic::once_per_subject(more));
        runs.push(said);
        all = counts.into_iter().fold(check::Counts::default(), |mut all, counts| {
            all += counts;
            all
        });
    }
    findings.extend(across.merge(runs));
    let check::Counts { manifests, settings, ignored, .. } = all;
    let counts = Counts { manifests, settings, ignored, ..Counts::default() };
    Ok(Found {
        root: ".".into(),
        findings: check::settle(findings, &project.config.levels, &all_codes()),
        levels: project.config.levels,
        counts,
        files: files.iter().map(|file| file.source.path().to_owned()).collect(),
        share: Share::default(),
    }
    .cut(share))
}

/// One file, with how its texts were read: what it is called, what came of it, what is found at the levels of a run.
pub(super) fn traced(
    wanted: &Manifests,
    line: usize,
    levels: &Findings,
) -> anyhow::Result<(String, CheckedFiles, Vec<Diagnostic>)> {
    let world = world(wanted);
    let (mut project, mut found) = project(&world, wanted, levels)?;
    found.extend(choose(&mut project, &Across::of(&wanted.against.releases)?.only()?)?);
    // Nobody can say how a text is read against what can't be read.
    if let Some(finding) = found.iter().find(|finding| finding.severity == Severity::Error) {
        let (path, at) = (finding.at.location.source.path(), finding.at.location.start());
        bail!("{path}:{}:{}: {}", at.line, at.column, finding.message);
    }
    let path = wanted.paths.first().context("a file")?;
    let source = match read(&world, path, true) {
        Ok(source) => source,
        Err(finding) => bail!("{}", finding.message),
    };
    let name = source.path().to_owned();
    project.asked = Some(AskedLine { file: name.clone(), line });
    let checked = check::check_files(&project, &[File { source, named: true }], false);
    let findings = Diagnostic::once_per_subject(checked.findings.clone());
    let settled = check::settle(findings, &project.config.levels, &all_codes());
    Ok((name, checked, settled))
}

impl Manifests {
    /// The same, as far as it was there in a revision.
    pub(super) fn held_by(&self, revision: &Revision) -> Manifests {
        let mut held = self.clone();
        let is_input = |path: &Path| path == Path::new("-");
        held.paths.retain(|path| !is_input(path) && revision.is_folder(path).is_ok());
        held.against.schemas.retain(|path| revision.is_folder(path).is_ok());
        held
    }
}

/// Where the named files are.
pub(super) fn world(wanted: &Manifests) -> DiskWorld {
    let named =
        wanted.paths.iter().chain(&wanted.against.schemas).filter(|path| *path != Path::new("-"));
    named.fold(DiskWorld::new("."), |world, path| world.and(path))
}

/// What was named on the command line, and the files that it stands for.
#[derive(Default)]
struct Place {
    name: String,
    is_file: bool,
    files: Range<usize>,
    /// Whether something in it could not be read, which says enough.
    unread: bool,
}

/// The findings for standard input and folders without a manifest; and for files, if none of all has one. Among the files of
/// a pattern some may well hold none, and Markdown is written for other things.
fn nothing(
    places: &[Place],
    files: &[File],
    counts: &[check::Counts],
    found: &[Diagnostic],
) -> Vec<Diagnostic> {
    let holds = |place: &Place| {
        let files = &files[place.files.clone()];
        let paths = || files.iter().map(|file| file.source.path());
        let counts = &counts[place.files.clone()];
        place.unread
            || counts.iter().any(|counts| {
                counts.manifests + counts.fails > 0 || !counts.settings.is_empty()
            })
            // Of what is not understood, nobody can say what it would have been.
            || found.iter().any(|finding| {
                paths().any(|path| path == finding.at.location.source.path())
            })
    };
    let is_chapter = |place: &Place| {
        let file = files[place.files.clone()].first();
        place.is_file && file.is_some_and(|file| check::is_markdown(file.source.path()))
    };
    let places = || places.iter().filter(|place| !is_chapter(place) || holds(place));
    let none = !places().any(holds);
    let empty = places().filter(|place| (none || !place.is_file) && !holds(place));
    empty.map(|place| check::nothing_in(&place.name)).collect()
}

/// What files are checked with where nothing is asked for.
#[cfg(feature = "lsp")]
pub(super) fn plain() -> Project {
    project_with(Schemas::embedded(), Config::default(), Versions::default())
}

fn project_with(schemas: Schemas, config: Config, versions: Versions) -> Project {
    Project {
        directives: Default::default(),
        config,
        model: Model::default().into(),
        engine: Engine::new(schemas),
        described: Default::default(),
        policies: Policies::default().into(),
        versions,
        dialect: Dialect::default(),
        asked: None,
        is_partial: false,
        scope: Scope::Manifests,
        share: Share::default(),
    }
}

fn project(
    world: &dyn Named,
    wanted: &Manifests,
    levels: &Findings,
) -> anyhow::Result<(Project, Vec<Diagnostic>)> {
    for folder in &wanted.against.schemas {
        if world.is_folder(folder).is_err() {
            bail!("there is no `{}`", folder.display());
        }
    }
    let (schemas, mut findings) = Schemas::load(world, &wanted.against.schemas);
    let platform = wanted.against.platform.as_ref();
    let mut config = Config {
        platform: platform.map(|name| (name.clone(), on_command_line())),
        ..Config::default()
    };
    if let Some(name) = platform {
        findings.extend(check::lacking(Release::find(name)?, &on_command_line()));
    }
    if wanted.ignore_missing {
        config.ignore_missing = IgnoreMissing::All;
    }
    levels.set(&mut config.levels)?;
    Ok((project_with(schemas, config, Versions::default()), findings))
}

/// Where something stands that no file says.
fn on_command_line() -> Location {
    Location::start_of(&Source::new("the command line", ""))
}

/// Chooses the releases that manifests are checked against; what there is to say of them beside the platform.
fn choose(project: &mut Project, run: &[Choice]) -> anyhow::Result<Vec<Diagnostic>> {
    let named = project.config.platform.as_ref();
    let platform = named.map(|(name, _)| Release::find(name)).transpose()?;
    let mut versions = platform.map(|release| release.versions()).unwrap_or_default();
    let mut findings = Vec::new();
    for (product, version) in run {
        versions = versions.with(product, version)?;
        findings.extend(check::contradiction(platform, &versions, product, &on_command_line()));
        let product = Versions::name(product).unwrap_or(product).to_owned();
        project.config.versions.insert(product, (version.clone(), on_command_line()));
    }
    project.versions = versions;
    Ok(findings)
}

fn read(world: &dyn Named, path: &Path, named: bool) -> Result<Arc<Source>, Box<Diagnostic>> {
    let shown = display(path);
    let bytes = if named { world.read_named(path) } else { world.read(path) };
    let source = bytes.and_then(|bytes| world::text(shown.clone(), bytes));
    source.map_err(|why| Box::new(check::unreadable(&shown, &why)))
}
