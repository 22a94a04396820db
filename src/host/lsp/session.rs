//! What an editor has open, what is to be checked, and what the editor has been told.
//!
//! Owns: documents, which unit each belongs to, when a unit is due, what is published. Time comes from the caller. Must not
//! know: how a message travels, or how anything is found.

use super::edited::Edited;
use super::found;
use super::place::{Encoding, path_of, uri_of};
use super::unit::{Analysis, Shared, Unit, analyse, is_checked_alone, is_taken_in};
use super::wire::Outgoing;
use crate::config::Home;
use crate::diag::Severity;
use crate::host::overlay::{Stop, Texts};
use crate::text::Source;
use crate::world::display;
use lsp_types::{Diagnostic, PublishDiagnosticsParams, TextDocumentContentChangeEvent, Uri};
use std::collections::{BTreeMap, BTreeSet};
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The longest that is waited for the next key; less where a check takes less.
const PAUSE: Duration = Duration::from_millis(100);

/// How often a document may turn out to belong to another unit in one go.
const MOST_TURNS: usize = 4;

/// A document that is open.
pub(super) struct Document {
    /// Its address as the client writes it.
    pub(super) uri: Uri,
    /// Its number of changes, of which the client makes sense.
    pub(super) version: i32,
    /// Its text.
    pub(super) source: Arc<Source>,
    unit: Option<Unit>,
}

/// A unit, and how far its checks are.
#[derive(Default)]
struct State {
    analysis: Option<Shared>,
    /// When it is to be checked again.
    due: Option<Instant>,
    /// What stops the check that runs.
    running: Option<Stop>,
    /// How long the last check took.
    took: Duration,
    /// What the client was told, by file.
    published: BTreeMap<PathBuf, Vec<Diagnostic>>,
}

/// A check to be made, on any thread.
pub(super) struct Job {
    unit: Unit,
    texts: Texts,
    stop: Stop,
}

/// What came of a job.
pub(super) struct Done {
    unit: Unit,
    stop: Stop,
    took: Duration,
    analysis: Option<Shared>,
}

impl Job {
    /// Makes the check. One that breaks says nothing, and the session goes on.
    pub(super) fn run(self) -> Done {
        let start = Instant::now();
        let Job { unit, texts, stop } = self;
        let analysis = catch_unwind(|| analyse(&unit, texts, &stop)).unwrap_or(None);
        Done { unit, stop, took: start.elapsed(), analysis: analysis.map(Arc::new) }
    }
}

/// An editor's session.
#[derive(Default)]
pub(super) struct Session {
    /// What the client counts characters in.
    pub(super) encoding: Encoding,
    documents: BTreeMap<PathBuf, Document>,
    units: BTreeMap<Unit, State>,
    /// What is to be sent.
    pub(super) out: Vec<Outgoing>,
}

impl Session {
    /// An open document.
    pub(super) fn document(&self, path: &Path) -> Option<&Document> {
        self.documents.get(path)
    }

    /// The address of a file: the client's own for what it has open.
    pub(super) fn uri(&self, path: &Path) -> Option<Uri> {
        self.documents.get(path).map(|document| document.uri.clone()).or_else(|| uri_of(path))
    }

    /// What stands in an open document from now on.
    pub(super) fn open(&mut self, uri: Uri, version: i32, text: String, now: Instant) {
        let Some(path) = path_of(&uri) else { return };
        let source = Source::new(display(&path), text);
        self.documents.insert(path.clone(), Document { uri, version, source, unit: None });
        self.assign(&path, now);
        self.touch(&path, now);
    }

    /// Changes an open document.
    pub(super) fn change(
        &mut self,
        uri: &Uri,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
        now: Instant,
    ) {
        let Some(path) = path_of(uri) else { return };
        let Some(document) = self.documents.get_mut(&path) else { return };
        let mut text = Edited::new(document.source.text().to_owned());
        for change in changes {
            match change.range {
                Some(range) => text.replace(self.encoding, range, &change.text),
                None => text = Edited::new(change.text),
            }
        }
        document.source = Source::new(document.source.path(), text.into_text());
        document.version = version;
        self.touch(&path, now);
    }

    /// Forgets a document: its file is what is on the disk. Of a book, nothing is known any more as soon as no open document can
    /// belong to it.
    pub(super) fn close(&mut self, uri: &Uri, now: Instant) {
        let Some(path) = path_of(uri) else { return };
        self.touch(&path, now);
        let Some(Document { uri, unit, .. }) = self.documents.remove(&path) else { return };
        if let Some(unit) = unit {
            let state = self.units.get_mut(&unit);
            let told = state.and_then(|state| state.published.remove(&path));
            if told.is_some_and(|told| !told.is_empty()) {
                self.out.push(published(uri, None, Vec::new()));
            }
            if !self.has_open(&unit) {
                self.publish(&unit);
            }
        }
        let documents = &self.documents;
        let is_idle = |unit: &&Unit| match unit {
            Unit::Book(root) => !documents.keys().any(|path| path.starts_with(root)),
            Unit::File(file) => !documents.contains_key(file),
        };
        let idle: Vec<Unit> = self.units.keys().filter(is_idle).cloned().collect();
        for unit in idle {
            self.forget(&unit);
        }
    }

    /// Whether a document is open that belongs to a unit.
    fn has_open(&self, unit: &Unit) -> bool {
        self.documents.values().any(|document| document.unit.as_ref() == Some(unit))
    }

    /// A file has changed on the disk: what has read it, or would read it if it is new, is checked again. A book of which nothing
    /// is open is known only for whether an open document belongs to it, which no new file changes.
    pub(super) fn changed_on_disk(&mut self, path: &Path, now: Instant) {
        let open: BTreeSet<&Unit> =
            self.documents.values().filter_map(|document| document.unit.as_ref()).collect();
        for (unit, state) in &mut self.units {
            let reads = state.analysis.as_ref().is_none_or(|analysis| analysis.reads(path));
            let would_read = match unit {
                Unit::Book(root) => {
                    open.contains(unit) && path.starts_with(root) && is_taken_in(path)
                }
                Unit::File(_) => path.file_name().is_some_and(is_kustomization),
            };
            if reads || would_read {
                state.due_at(now);
            }
        }
        if Home::of(path).is_some() {
            self.assign_all(now);
        }
    }

    /// When something is due next.
    pub(super) fn due(&self) -> Option<Instant> {
        let waiting = self.units.values().filter(|state| state.running.is_none());
        waiting.filter_map(|state| state.due).min()
    }

    /// The checks that are due.
    pub(super) fn jobs(&mut self, now: Instant) -> Vec<Job> {
        let texts = self.texts();
        let is_due =
            |state: &State| state.running.is_none() && state.due.is_some_and(|due| due <= now);
        let due = self.units.iter_mut().filter(|(_, state)| is_due(state));
        due.map(|(unit, state)| state.job(unit, &texts)).collect()
    }

    /// Takes what came of a check, unless it is of texts that have changed since.
    pub(super) fn done(&mut self, done: Done, now: Instant) {
        let Some(state) = self.units.get_mut(&done.unit) else { return };
        let is_stopped = done.stop.is_stopped();
        if state.running.as_ref().is_some_and(|running| running.is_same(&done.stop)) {
            state.running = None;
        }
        let Some(analysis) = done.analysis.filter(|_| !is_stopped) else { return };
        state.analysis = Some(analysis);
        state.took = done.took;
        if matches!(done.unit, Unit::Book(_)) {
            self.assign_all(now);
        }
        self.publish(&done.unit);
    }

    /// What is known of an open document as it is now: a check that waits is made at once.
    pub(super) fn settled(&mut self, path: &Path, now: Instant) -> Option<Shared> {
        for _ in 0..MOST_TURNS {
            let unit = self.documents.get(path)?.unit.clone()?;
            let texts = self.texts();
            let state = self.units.get_mut(&unit)?;
            if state.due.is_none() && state.running.is_none() {
                return state.analysis.clone();
            }
            if let Some(running) = state.running.take() {
                running.stop();
            }
            let job = state.job(&unit, &texts);
            self.done(job.run(), now);
        }
        None
    }

    /// What was known of an open document last; its text may have changed since.
    pub(super) fn known(&mut self, path: &Path, now: Instant) -> Option<Shared> {
        let unit = self.documents.get(path)?.unit.as_ref()?;
        let known = self.units.get(unit)?.analysis.clone();
        known.or_else(|| self.settled(path, now))
    }

    /// The text of a file: an open document's own, or what is on the disk.
    pub(super) fn text(&self, analysis: &Analysis, path: &Path) -> Option<Arc<Source>> {
        match self.documents.get(path) {
            Some(document) => Some(document.source.clone()),
            None => analysis.read(path),
        }
    }

    /// The texts of the open documents.
    pub(super) fn texts(&self) -> Texts {
        self.documents
            .iter()
            .map(|(path, document)| (path.clone(), document.source.clone()))
            .collect()
    }

    /// Has the units that read a file checked again, when the next key has had its time.
    fn touch(&mut self, path: &Path, now: Instant) {
        let own = self.documents.get(path).and_then(|document| document.unit.clone());
        for (unit, state) in &mut self.units {
            let reads = state.analysis.as_ref().is_some_and(|analysis| analysis.reads(path));
            if own.as_ref() == Some(unit) || reads {
                state.due_at(now + state.took.min(PAUSE));
            }
        }
    }

    fn assign_all(&mut self, now: Instant) {
        let paths: Vec<PathBuf> = self.documents.keys().cloned().collect();
        for path in paths {
            self.assign(&path, now);
        }
    }

    /// Finds out which unit a document belongs to; of a book that was not read yet, that it may be that one.
    fn assign(&mut self, path: &Path, now: Instant) {
        let unit = self.unit_of(path);
        let Some(document) = self.documents.get_mut(path) else { return };
        if document.unit == unit {
            return;
        }
        let former = std::mem::replace(&mut document.unit, unit.clone());
        if let Some(unit) = unit {
            let state = self.units.entry(unit.clone()).or_default();
            match &state.analysis {
                Some(_) if state.due.is_none() => self.publish(&unit),
                _ => state.due_at(now),
            }
        }
        if let Some(former @ Unit::File(_)) = former {
            self.forget(&former);
        } else if let Some(former) = former {
            self.publish(&former);
        }
    }

    fn unit_of(&self, path: &Path) -> Option<Unit> {
        for root in path.ancestors().skip(1) {
            let mut settings = Home::ALL.iter().map(|home| root.join(home.file()));
            if !settings.any(|file| self.documents.contains_key(&file) || file.is_file()) {
                continue;
            }
            let unit = Unit::Book(root.to_owned());
            match self.units.get(&unit).and_then(|state| state.analysis.as_ref()) {
                Some(analysis) if !analysis.holds(path) => {}
                _ => return Some(unit),
            }
        }
        is_checked_alone(path).then(|| Unit::File(path.to_owned()))
    }

    /// Takes back what was told of a unit, and all that is known of it.
    fn forget(&mut self, unit: &Unit) {
        let Some(state) = self.units.remove(unit) else { return };
        if let Some(running) = &state.running {
            running.stop();
        }
        for path in state.published.into_keys() {
            if let Some(uri) = self.uri(&path) {
                self.out.push(published(uri, None, Vec::new()));
            }
        }
    }

    /// Tells the client what was found in a unit: all of it in documents that are open, in the other files of a book what is no
    /// note. A book of which nothing is open is nobody's business.
    fn publish(&mut self, unit: &Unit) {
        let Some(state) = self.units.get(unit) else { return };
        let Some(analysis) = state.analysis.clone() else { return };
        let open: BTreeSet<&PathBuf> = self
            .documents
            .iter()
            .filter(|(_, document)| document.unit.as_ref() == Some(unit))
            .map(|(path, _)| path)
            .collect();
        let mut told: BTreeMap<PathBuf, Vec<Diagnostic>> =
            open.iter().map(|path| ((*path).clone(), Vec::new())).collect();
        for finding in analysis.findings().iter().filter(|_| !open.is_empty()) {
            let path = analysis.file(finding.at.location.source.path());
            if open.contains(&path) || finding.severity > Severity::Note {
                let uri = |name: &str| self.uri(&analysis.file(name));
                let diagnostic = found::diagnostic(finding, self.encoding, &uri);
                told.entry(path).or_default().push(diagnostic);
            }
        }
        let gone = state.published.keys().filter(|path| !told.contains_key(*path));
        let cleared = gone.filter(|path| {
            self.documents.get(*path).is_none_or(|document| document.unit.as_ref() == Some(unit))
        });
        let cleared = cleared.map(|path| (path, &[][..]));
        let news = told.iter().map(|(path, found)| (path, found.as_slice()));
        let mut out = Vec::new();
        for (path, found) in cleared.chain(news) {
            let document = self.documents.get(path);
            if document.is_none()
                && state.published.get(path).map_or(&[][..], Vec::as_slice) == found
            {
                continue;
            }
            let Some(uri) = self.uri(path) else { continue };
            out.push(published(uri, document.map(|document| document.version), found.to_vec()));
        }
        self.out.extend(out);
        if let Some(state) = self.units.get_mut(unit) {
            state.published = told;
        }
    }
}

impl State {
    /// Has it checked at a time; what runs is of no use any more.
    fn due_at(&mut self, at: Instant) {
        self.due = Some(at);
        if let Some(running) = &self.running {
            running.stop();
        }
    }

    fn job(&mut self, unit: &Unit, texts: &Texts) -> Job {
        let stop = Stop::default();
        self.due = None;
        self.running = Some(stop.clone());
        Job { unit: unit.clone(), texts: texts.clone(), stop }
    }
}

fn is_kustomization(name: &std::ffi::OsStr) -> bool {
    name == "kustomization.yaml" || name == "kustomization.yml"
}

fn published(uri: Uri, version: Option<i32>, diagnostics: Vec<Diagnostic>) -> Outgoing {
    let params = PublishDiagnosticsParams { uri, diagnostics, version };
    Outgoing::notification("textDocument/publishDiagnostics", params)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_book_is_known_as_long_as_a_file_of_it_is_open() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("src")).unwrap();
        fs::write(folder.path().join("book.toml"), "[book]\n").unwrap();
        fs::write(folder.path().join("src/SUMMARY.md"), "- [A](a.md)\n").unwrap();
        fs::write(folder.path().join("src/a.md"), "# A\n").unwrap();
        fs::write(folder.path().join("README.md"), "# Not a page\n").unwrap();
        let now = Instant::now();
        let mut session = Session::default();
        let [page, beside] = ["src/a.md", "README.md"].map(|name| {
            let uri = uri_of(&folder.path().join(name)).unwrap();
            session.open(uri.clone(), 1, String::new(), now);
            uri
        });
        let run = |session: &mut Session| {
            while session.due().is_some() {
                for job in session.jobs(now + PAUSE) {
                    session.done(job.run(), now);
                }
            }
        };
        run(&mut session);
        assert_eq!(session.units.len(), 2);
        session.close(&page, now);
        run(&mut session);
        // Whether the other file has joined the book since, nobody would know without it.
        assert_eq!(session.units.len(), 2);
        session.changed_on_disk(&folder.path().join("src/b.md"), now);
        assert_eq!(session.due(), None);
        session.changed_on_disk(&folder.path().join("src/SUMMARY.md"), now);
        assert_eq!(session.due(), Some(now));
        session.close(&beside, now);
        assert!(session.units.is_empty());
    }
}
