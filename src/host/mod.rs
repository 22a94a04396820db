//! The outside: mdBook's protocol, the command line, the build with mdBook's driver inside.
//!
//! Owns: arguments, standard streams, exit codes. Must not know: how anything is checked or shown. Only this module and
//! `DiskWorld` touch the outside.
#![allow(clippy::print_stderr, reason = "findings of a build, and why it could not run")]

mod assets;
mod book;
#[cfg(feature = "build")]
mod build;
mod check;
mod cli;
#[cfg(feature = "build")]
mod destination;
mod doctor;
mod examples;
mod explain;
mod extract;
pub mod fetch;
mod files;
mod git;
mod init;
#[cfg(feature = "lsp")]
mod lsp;
mod model;
mod new;
mod outcome;
mod overlay;
mod preprocess;
mod progress;
mod project;
pub mod protocol;
mod reading;
mod releases;
mod schemas;
mod show;
mod sync;
mod terminal;
mod validate;
mod verdict;
mod watch;

use crate::report::Report;
use crate::sync::DRIFT;
use crate::text::{one_line, printed};
use crate::world;
use anyhow::{Context, bail};
use book::{Book, Processed};
use clap::{CommandFactory, Parser};
use cli::{Arguments, Command, Findings, Output};
use extract::Extracted;
use outcome::{Exit, Said};
use show::{places_of, show};
use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

/// Exit code 2: it could not run.
const COULD_NOT_RUN: u8 = 2;

/// The stack of each thread: as large as the first one's usually is.
const STACK: usize = 8 << 20;

/// The program: arguments in, exit code out.
pub fn main() -> ExitCode {
    // mdBook takes any other exit code for "does not support this renderer" and goes on without us.
    if std::env::args_os().nth(1).is_some_and(|argument| argument == "supports") {
        return ExitCode::SUCCESS;
    }
    // Documents are read by functions that call themselves, on any thread; a pool that is there already stays.
    let _ = rayon::ThreadPoolBuilder::new().stack_size(STACK).build_global();
    match run(arguments()) {
        Ok(outcome) => outcome.into(),
        Err(error) => {
            terminal::complain(&error);
            ExitCode::from(COULD_NOT_RUN)
        }
    }
}

/// The arguments; where they are none that there are, the program says so and ends.
fn arguments() -> Arguments {
    Arguments::try_parse().unwrap_or_else(|error| {
        // What is wrong is quoted, and may be the name of a file that somebody else has chosen.
        let shown =
            std::env::args_os().map(|given| one_line(&given.to_string_lossy()).into_owned());
        Arguments::try_parse_from(shown).err().unwrap_or(error).exit()
    })
}

fn run(arguments: Arguments) -> anyhow::Result<Exit> {
    let Arguments { command, output } = arguments;
    match command {
        None => preprocessor(output),
        Some(Command::Supports { .. }) => Ok(Exit::Clean),
        Some(Command::Build { dir, dest_dir, findings }) => {
            build(&dir, dest_dir.as_deref(), findings, output)
        }
        Some(Command::Init { dir, starts, dry_run }) => {
            init::init(&dir, starts, dry_run, output)?;
            Ok(Exit::Clean)
        }
        Some(Command::Doctor { dir }) => {
            let (text, well) = doctor::examine(&project::root(&dir)?)?;
            io::stdout().write_all(printed(&text).as_bytes())?;
            Ok(if well { Exit::Clean } else { Exit::Findings })
        }
        Some(Command::Check(wanted)) => check::run(&wanted, output),
        Some(Command::Watch { dir, findings }) => {
            watch::watch(&project::root(&dir)?, &findings, output)?;
            Ok(Exit::Clean)
        }
        Some(Command::Sync { paths, dry_run, findings }) => {
            sync(&project::find(&paths)?, dry_run, &findings, output)
        }
        Some(Command::Extract { dir, out, fails, findings }) => {
            extract(&project::root(&dir)?, &out, fails, &findings, output)
        }
        Some(Command::Validate(wanted)) => validate::run(&wanted, output),
        Some(Command::Schemas(command)) => {
            let (dir, said) = schemas::run(&command)?;
            say(&dir, said, output)
        }
        Some(Command::Model(command)) => {
            let (dir, said) = model::run(&command, output.quiet)?;
            say(&dir, said, output)
        }
        Some(Command::Schema { of }) => {
            let schema = match of {
                cli::SchemaOf::Model => crate::model::json_schema(),
                cli::SchemaOf::Settings => crate::config::schema(),
                cli::SchemaOf::Directive => crate::directive::own::schema(),
            };
            writeln!(io::stdout(), "{schema:#}")?;
            Ok(Exit::Clean)
        }
        Some(Command::New(cli::New::Directive { name, dir })) => {
            let dir = project::root(&dir)?;
            say(&dir, (new::directive(&name, &dir)?, Vec::new()), output)
        }
        Some(Command::Explain { name, format, dir, against }) => {
            // Of the names that the program has, there need be no project.
            let dir = project::root(&dir).unwrap_or(dir);
            let place = name.as_deref().and_then(reading::Place::read);
            let text = match (place, name) {
                (Some(place), _) => reading::explain(&place, &dir, against, format)?,
                (None, _) if !against.is_empty() => {
                    bail!(
                        "`--platform`, `--k8s`, `--with` and `--schemas` are for a line: FILE:LINE"
                    )
                }
                (None, Some(name)) => explain::about(&name, &dir, format)?,
                (None, None) => explain::names(format)?,
            };
            io::stdout().write_all(printed(&text).as_bytes())?;
            Ok(Exit::Clean)
        }
        Some(Command::Lsp) => language_server(),
        Some(Command::Completions { shell }) => {
            let mut out = Vec::new();
            let mut command = Arguments::command();
            clap_complete::generate(shell, &mut command, "mdbook-plumb", &mut out);
            io::stdout().write_all(&out)?;
            Ok(Exit::Clean)
        }
        Some(Command::Man { dir }) => {
            manual(dir.as_deref())?;
            Ok(Exit::Clean)
        }
    }
}

/// The manual page of the program to standard output, or the pages of all commands to a folder.
fn manual(dir: Option<&Path>) -> anyhow::Result<()> {
    let command = Arguments::command();
    let Some(dir) = dir else {
        let mut page = Vec::new();
        clap_mangen::Man::new(command).render(&mut page)?;
        io::stdout().write_all(&page)?;
        return Ok(());
    };
    let written = fs::create_dir_all(dir).and_then(|()| clap_mangen::generate_to(command, dir));
    written.with_context(|| format!("writing the manual to {}", one_line(&world::display(dir))))
}

fn preprocessor(output: Output) -> anyhow::Result<Exit> {
    if io::stdin().is_terminal() {
        bail!(
            "without a command this is a preprocessor that mdBook runs; see `mdbook-plumb --help`"
        );
    }
    let findings = Findings::default();
    preprocess::answer(
        io::stdin().lock(),
        &mut io::stdout().lock(),
        |book| Book::given(book, &findings)?.process(book),
        |processed| on_the_way(processed, &findings, output),
    )
}

#[cfg(not(feature = "lsp"))]
fn language_server() -> anyhow::Result<Exit> {
    bail!(outcome::compiled_without("lsp"))
}

#[cfg(feature = "lsp")]
fn language_server() -> anyhow::Result<Exit> {
    lsp::serve(STACK)
}

#[cfg(not(feature = "build"))]
fn build(_: &Path, _: Option<&Path>, _: Findings, _: Output) -> anyhow::Result<Exit> {
    bail!(outcome::compiled_without("build"))
}

#[cfg(feature = "build")]
fn build(
    dir: &Path,
    destination: Option<&Path>,
    findings: Findings,
    output: Output,
) -> anyhow::Result<Exit> {
    build::show_log(output.quiet);
    let wanted = findings.clone();
    let refused = |harm| show(&Report::new(harm), dir, &findings, output, io::stderr());
    let book = match build::load(dir, destination)? {
        build::Loaded::Book(book) => book,
        build::Loaded::Harm(harm) => return refused(harm),
    };
    build::build(
        *book,
        move |book| Book::given(book, &wanted)?.process(book),
        move |processed| on_the_way(processed, &findings, output),
    )
}

/// What was found while a book is built goes to standard error; of a book in order nothing is said.
fn on_the_way(processed: &Processed, findings: &Findings, output: Output) -> anyhow::Result<Exit> {
    let is_asked = !findings.format.for_people || !findings.outputs.is_empty();
    if !processed.report.findings().is_empty() || is_asked {
        show(&processed.report, &processed.root, findings, output, io::stderr())?;
    }
    Ok(if processed.fails { Exit::Findings } else { Exit::Clean })
}

/// Writes what a command has to say, and what it found in a folder to standard error.
fn say(dir: &Path, (text, findings): Said, output: Output) -> anyhow::Result<Exit> {
    io::stdout().write_all(printed(&text).as_bytes())?;
    if findings.is_empty() {
        return Ok(Exit::Clean);
    }
    show(&Report::new(findings), dir, &Findings::default(), output, io::stderr())
}

fn sync(
    place: &project::Place,
    dry_run: bool,
    findings: &Findings,
    output: Output,
) -> anyhow::Result<Exit> {
    let synced = sync::sync(place, dry_run, findings)?;
    let places: usize = synced.rewrites.iter().map(|rewrite| rewrite.edits).sum();
    let mut out = io::stdout().lock();
    if !output.quiet {
        let did = if dry_run { "would write" } else { "wrote" };
        for rewrite in &synced.rewrites {
            let path = Path::new(&project::shown(&place.root)).join(rewrite.source.path());
            let path = world::display(&path);
            writeln!(out, "{did} {} in {}", places_of(rewrite.edits), one_line(&path))?;
        }
        if places == 0 && synced.remaining.is_empty() {
            writeln!(out, "all committed text is what the model says")?;
        }
    }
    drop(out);
    if synced.remaining.is_empty() {
        return Ok(if dry_run && places > 0 { Exit::Findings } else { Exit::Clean });
    }
    show(&Report::new(synced.remaining), &place.root, findings, output, io::stderr())
}

fn extract(
    dir: &Path,
    out: &Path,
    fails: bool,
    findings: &Findings,
    output: Output,
) -> anyhow::Result<Exit> {
    let mut book = Book::read(dir, findings)?;
    // What has drifted is computed here, so it is not wrong in what is written.
    book.findings.retain(|finding| finding.code != &DRIFT);
    let done = extract::extract(&book, out, fails)?;
    if !output.quiet {
        let mut said = io::stdout().lock();
        let manifests = if done.manifests == 1 { "manifest" } else { "manifests" };
        let Extracted { written, removed, unlisted, .. } = done;
        writeln!(
            said,
            "{} {manifests} in {}: {written} files written, {removed} removed, {unlisted} not in a kustomization",
            done.manifests,
            one_line(&world::display(out))
        )?;
        for folder in &done.folders {
            let folder = world::display(folder);
            writeln!(said, "kubectl apply --dry-run=server -k {}", one_line(&folder))?;
        }
    }
    // A warning is `check`'s to show; an error means that something here is not as the guide has it.
    let report = book.report();
    if report.has_errors() {
        show(&report, dir, findings, output, io::stderr())
    } else {
        Ok(Exit::Clean)
    }
}
