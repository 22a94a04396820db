//! A book through the whole pipeline: what `check`, `sync`, `build` and the preprocessor have in common.

use super::assets;
use super::cli::Findings;
use super::outcome::Found;
use super::project::Place;
use super::protocol;
use super::releases::Across;
use crate::check::{self, AskedLine, Checked, ReadText, Shard, Share};
use crate::config;
use crate::diag::{Diagnostic, Severity};
use crate::reference::all_codes;
use crate::render::{self, Delivery, Target};
use crate::report::{Counts, Report};
use crate::sync;
use crate::text::Span;
use crate::world::{DiskWorld, World};
use anyhow::Context;
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A book that was read and checked.
pub(super) struct Book {
    book: check::Book,
    checked: Checked,
    /// Committed text that is not what the model says, whatever level that has.
    pub(super) drift: Vec<Diagnostic>,
    /// All that was found, at the levels that the book and the command line set.
    pub(super) findings: Vec<Diagnostic>,
}

/// What was made of a book for a renderer.
pub(super) struct Processed {
    /// The folder with the book.
    pub(super) root: PathBuf,
    /// New contents, in the order of the book's chapters; `None` leaves one as it is.
    pub(super) contents: Vec<Option<String>>,
    /// What was found on the way.
    pub(super) report: Report,
    /// Whether that fails the build.
    pub(super) fails: bool,
}

impl Book {
    /// Reads and checks the book in a folder.
    pub(super) fn read(folder: &Path, wanted: &Findings) -> anyhow::Result<Book> {
        Book::check(read(folder, &DiskWorld::new(folder))?, wanted)
    }

    /// The same, with the files of the pages that are not asked for.
    pub(super) fn read_at(
        place: &Place,
        wanted: &Findings,
    ) -> anyhow::Result<(Book, BTreeSet<String>)> {
        let book = read(&place.root, &DiskWorld::new(&place.root))?;
        let left_out = place.left_out(&book)?;
        Ok((Book::check(book, wanted)?, left_out))
    }

    /// The files that are read for what is asked for of a project in a world.
    pub(super) fn files_at(world: &dyn World, place: &Place) -> anyhow::Result<Vec<String>> {
        let mut book = read(&place.root, world)?;
        let left_out = place.left_out(&book)?;
        book.files.retain(|file| !left_out.contains(file));
        Ok(book.files)
    }

    /// What `check` finds in what is asked for of a project in a world, against the releases that are asked for.
    pub(super) fn found_across(
        world: &dyn World,
        place: &Place,
        across: &Across,
        shard: Option<Shard>,
        wanted: &Findings,
    ) -> anyhow::Result<Found> {
        let folder = place.root.as_path();
        let mut runs = Vec::new();
        let mut last = Found::default();
        let mut left_out = BTreeSet::new();
        for run in &across.runs {
            let mut book = read(folder, world)?;
            left_out = place.left_out(&book)?;
            for (product, version) in run {
                book.project.versions = book.project.versions.with(product, version)?;
            }
            let asked = book.files.iter().filter(|file| !left_out.contains(*file));
            let share = Share::of(shard, asked.map(String::as_str));
            book.project.share = share.clone();
            last = Book::check(book, wanted)?.found(folder).cut(share);
            runs.push(std::mem::take(&mut last.findings));
        }
        let mut findings = across.merge(runs);
        Place::keep(&left_out, &mut findings);
        last.files.retain(|file| !left_out.contains(file));
        Ok(Found { findings, ..last })
    }

    /// The same, with how the text at a line is read. Nothing where `file` finds no file of the book's.
    pub(super) fn read_traced(
        folder: &Path,
        wanted: &Findings,
        line: usize,
        file: impl Fn(&str) -> bool,
    ) -> Option<(Book, String)> {
        let mut book = check::Book::read(&DiskWorld::new(folder)).ok()?;
        let name = book.files.iter().find(|name| file(name))?.clone();
        book.project.asked = Some(AskedLine { file: name.clone(), line });
        Some((Book::check(book, wanted).ok()?, name))
    }

    /// What it is checked with.
    #[cfg(feature = "lsp")]
    pub(super) fn project(&self) -> &check::Project {
        &self.book.project
    }

    /// The files that were read, below its root.
    #[cfg(feature = "lsp")]
    pub(super) fn files(&self) -> &[String] {
        &self.book.files
    }

    /// The files and folders that it was read from.
    pub(super) fn reads(&self) -> impl Iterator<Item = PathBuf> + '_ {
        self.book.reads()
    }

    /// Whether all pages were read, and it is known of every committed text what the model says.
    pub(super) fn is_whole(&self) -> bool {
        self.book.is_whole && self.checked.chapters.iter().all(|chapter| chapter.unknown == 0)
    }

    /// How the texts of the chapters were read.
    pub(super) fn texts(&self) -> impl Iterator<Item = &ReadText> {
        self.checked.chapters.iter().flat_map(|chapter| &chapter.texts)
    }

    /// What was found in the chapters, at the levels of the codes.
    pub(super) fn unsettled(&self) -> impl Iterator<Item = &Diagnostic> {
        self.drift.iter().chain(&self.checked.findings)
    }

    /// Whether a chapter, by its file, is left out.
    pub(super) fn excludes(&self, file: &str) -> bool {
        let mut chapters = self.book.chapters.iter();
        let its = chapters.find(|chapter| chapter.map.locate(Span::at(0)).source.path() == file);
        its.is_some_and(|chapter| self.book.project.config.excludes(&chapter.path))
    }

    /// Checks a book that mdBook has read.
    pub(super) fn given(book: &protocol::Book, wanted: &Findings) -> anyhow::Result<Book> {
        let world = DiskWorld::new(&book.root);
        let chapters: Vec<_> = book
            .chapters
            .iter()
            .map(|chapter| check::Given {
                name: &chapter.name,
                path: &chapter.path,
                source_path: chapter.source_path.as_deref(),
                content: &chapter.content,
            })
            .collect();
        Book::check(check::Book::given(&world, &book.config, &chapters), wanted)
    }

    /// Checks a book that was read.
    pub(super) fn check(mut book: check::Book, wanted: &Findings) -> anyhow::Result<Book> {
        wanted.set(&mut book.project.config.levels)?;
        let checked = check::check(&book.project, &book.chapters);
        let chapters = shown(&book).zip(&book.chapters);
        let chapters = chapters.map(|(shown, chapter)| sync::Chapter { shown, map: &chapter.map });
        let drift = sync::drift(chapters, &checked);
        let mut findings = drift.clone();
        findings.extend(checked.findings.iter().cloned());
        findings.extend(sync::examples(check::examples(&book.project)));
        findings.append(&mut book.findings);
        let findings = check::settle(findings, &book.project.config.levels, &all_codes());
        Ok(Book { book, checked, drift, findings })
    }

    /// What `check` found in it.
    pub(super) fn found(self, root: &Path) -> Found {
        Found {
            root: root.to_owned(),
            counts: self.counts(),
            levels: self.book.project.config.levels,
            files: self.book.files,
            findings: self.findings,
            share: Share::default(),
        }
    }

    fn counts(&self) -> Counts {
        let counts = &self.checked.counts;
        Counts {
            chapters: counts.chapters,
            values: counts.directives,
            manifests: counts.manifests,
            settings: counts.settings.clone(),
            ignored: counts.ignored,
        }
    }

    /// The findings as they are shown, with paths below the book's root.
    pub(super) fn report(&self) -> Report {
        Report::new(self.findings.clone())
            .files(self.book.files.iter().cloned())
            .counts(self.counts())
    }

    /// The manifests of the guide, each with the file of its chapter below the book's `src`.
    pub(super) fn resources(&self) -> impl Iterator<Item = (&str, &check::Resource)> {
        self.book.chapters.iter().zip(&self.checked.chapters).flat_map(|(chapter, checked)| {
            checked.resources.iter().map(|resource| (chapter.path.as_str(), resource))
        })
    }

    /// The chapters as a renderer gets them.
    ///
    /// A build shows the values of today, so committed text that has drifted is nothing that it could get wrong: a
    /// warning here, and an error in `check`. Notes are for `check` too: a build happens at every change of a page.
    ///
    /// The files that mdBook publishes beside them are written, if they differ.
    pub(super) fn process(mut self, book: &protocol::Book) -> anyhow::Result<Processed> {
        for finding in &mut self.findings {
            if finding.code == &sync::DRIFT {
                finding.severity = finding.severity.min(Severity::Warning);
            }
        }
        self.findings.retain(|finding| finding.severity > Severity::Note);
        let delivery = match self.book.project.config.assets {
            Some(config::Assets::External) => Delivery::External,
            Some(config::Assets::Inline) | None => Delivery::Inline,
        };
        let target = Target::of_renderer(&book.renderer, delivery);
        if matches!(target, Target::Html(_)) {
            assets::write(&book.root, &self.book.assets)?;
        }
        let chapters: Vec<_> = shown(&self.book).zip(&self.checked.chapters).collect();
        let contents = chapters
            .into_par_iter()
            .map(|(chapter, checked)| render::chapter(chapter, checked, target))
            .collect();
        // What publishes what it should not read is never built, however much else a book tolerates.
        let fails = |finding: &Diagnostic| {
            let tolerated = self.book.project.config.report == config::Reporting::Warn;
            finding.severity == Severity::Error && (!tolerated || check::harms(finding))
        };
        let fails = self.findings.iter().any(fails);
        Ok(Processed { root: book.root.clone(), contents, report: self.report(), fails })
    }
}

/// The project with its settings in a folder.
pub(super) fn read(folder: &Path, world: &dyn World) -> anyhow::Result<check::Book> {
    check::Book::read(world).with_context(|| format!("there is no book in `{}`", folder.display()))
}

fn shown(book: &check::Book) -> impl Iterator<Item = render::Chapter<'_>> {
    book.chapters.iter().map(|chapter| render::Chapter {
        text: &chapter.text,
        path: &chapter.path,
        guide: &book.title,
    })
}
