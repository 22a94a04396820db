//! The tool on a case: what `validate` does with a file, and what `check` does with a book.

use crate::case::Case;
use mdbook_plumb::check::{self, Book, File, Project, Scope, Share};
use mdbook_plumb::config::Config;
use mdbook_plumb::diag::Diagnostic;
use mdbook_plumb::manifest::policy::Policies;
use mdbook_plumb::manifest::{Engine, Schemas, Versions};
use mdbook_plumb::markdown::Dialect;
use mdbook_plumb::model::Model;
use mdbook_plumb::reference::all_codes;
use mdbook_plumb::world::{MemWorld, World};
use std::path::{Path, PathBuf};

/// The folder of a case's own schemas.
const SCHEMAS: &str = "crds";

/// Runs cases. Those without schemas of their own share an engine, so that a kind's schema is compiled once.
pub(crate) struct Runner {
    plain: Project,
}

impl Runner {
    pub(crate) fn new() -> Runner {
        Runner { plain: project(Schemas::embedded(), Versions::default()) }
    }

    /// All findings of a case.
    pub(crate) fn run(&self, case: &Case) -> Vec<Diagnostic> {
        let world = world(case);
        if case.is_book {
            return book(&world);
        }
        let own = case.files.len() > 1 || case.versions != Versions::default();
        if !own {
            return file(&self.plain, &world, case, Vec::new());
        }
        let folders =
            if world.list(Path::new(SCHEMAS)).is_ok() { vec![SCHEMAS.into()] } else { vec![] };
        let (schemas, findings) = Schemas::load(&world, &folders);
        file(&project(schemas, case.versions.clone()), &world, case, findings)
    }
}

fn project(schemas: Schemas, versions: Versions) -> Project {
    Project {
        directives: Default::default(),
        config: Config::default(),
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

fn world(case: &Case) -> MemWorld {
    let day = jiff::civil::date(2026, 11, 28);
    let mut world = MemWorld::new(case.files.iter().map(|(path, text)| (path, text.as_str())), day);
    if case.is_book {
        let own = |name: &str| case.files.iter().any(|(path, _)| path == name);
        if !own("book.toml") {
            world.insert("book.toml", "[book]\ntitle = \"A case\"\n\n[preprocessor.plumb]\n");
        }
        if !own("src/SUMMARY.md") {
            world.insert("src/SUMMARY.md", "- [A page](page.md)\n");
        }
    }
    world
}

/// A book, as `check` does it.
fn book(world: &MemWorld) -> Vec<Diagnostic> {
    let book = Book::read(world).expect("there is a book.toml");
    let checked = check::check(&book.project, &book.chapters);
    let findings = book.findings.into_iter().chain(checked.findings).collect();
    check::settle(findings, &book.project.config.levels, &all_codes())
}

/// A file, as `validate` does it.
fn file(
    project: &Project,
    world: &MemWorld,
    case: &Case,
    mut findings: Vec<Diagnostic>,
) -> Vec<Diagnostic> {
    let source = world.source(&PathBuf::from(&case.files[0].0)).expect("it is there");
    let found = check::check_files(project, &[File { source, named: true }], false).findings;
    findings.extend(Diagnostic::once_per_subject(found));
    check::settle(findings, &project.config.levels, &all_codes())
}
