//! `lsp`: what the other commands know, in an editor.
//!
//! One thread reads messages, one checks at a time per unit, and the first one answers; nothing is shared but finished
//! analyses. A text that an editor has not saved stands in front of the disk ([`super::overlay`]), so that what is checked is what
//! is seen. Nothing is written, run or asked of the network; edits are the editor's to make.

mod actions;
mod answers;
mod complete;
mod edited;
mod fields;
mod found;
mod hover;
mod names;
mod navigate;
mod place;
mod session;
mod unit;
mod wire;

use super::outcome::Exit;
use answers::{answer, read};
use lsp_types::{
    DidChangeTextDocumentParams, DidChangeWatchedFilesParams, DidCloseTextDocumentParams,
    DidOpenTextDocumentParams, DidSaveTextDocumentParams, InitializeParams,
};
use place::{Encoding, path_of};
use serde_json::{Value as Json, json};
use session::{Done, Session};
use std::collections::VecDeque;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Instant;
use wire::{Failure, Incoming, Outgoing};

/// What the first thread waits for.
enum Event {
    Message(Incoming),
    Done(Done),
    /// Nothing more will be read.
    Closed,
}

/// How far a session is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    #[default]
    New,
    Running,
    /// Asked to end; all that is still taken is `exit`.
    Ending,
}

/// Serves the editor at the other end of the standard streams, until it says so or is gone; `stack` is that of each thread, in
/// bytes.
pub(super) fn serve(stack: usize) -> anyhow::Result<Exit> {
    let (events, received) = channel();
    let reader = events.clone();
    thread::Builder::new().spawn(move || {
        let mut stream = io::BufReader::new(io::stdin());
        while let Ok(Some(message)) = wire::read(&mut stream) {
            if reader.send(Event::Message(message)).is_err() {
                return;
            }
        }
        let _ = reader.send(Event::Closed);
    })?;
    let mut server =
        Server { session: Session::default(), phase: Phase::New, watches: false, events, stack };
    server.run(&received, &mut io::stdout().lock())
}

struct Server {
    session: Session,
    phase: Phase,
    /// Whether the client tells of files that change if it is asked to.
    watches: bool,
    events: Sender<Event>,
    /// What each thread gets: documents are read by functions that call themselves.
    stack: usize,
}

impl Server {
    fn run(&mut self, received: &Receiver<Event>, out: &mut impl Write) -> anyhow::Result<Exit> {
        let mut waiting: VecDeque<Event> = VecDeque::new();
        loop {
            waiting.extend(received.try_iter());
            let Some(event) = waiting.pop_front() else {
                self.start_checks()?;
                waiting.extend(self.wait(received));
                continue;
            };
            match event {
                // An editor that is gone needs no answer.
                Event::Closed => return Ok(Exit::Findings),
                Event::Done(done) => self.session.done(done, Instant::now()),
                Event::Message(Incoming::Response) => {}
                Event::Message(Incoming::Malformed { id, error }) => {
                    self.session.out.push(Outgoing::response(id, Err(error)));
                }
                Event::Message(Incoming::Notification { method, .. }) if method == "exit" => {
                    let was_asked = self.phase == Phase::Ending;
                    return Ok(if was_asked { Exit::Clean } else { Exit::Findings });
                }
                Event::Message(Incoming::Notification { method, params }) => {
                    self.notified(&method, params);
                }
                Event::Message(Incoming::Request { id, method, params }) => {
                    let result = match is_cancelled(&waiting, &id) {
                        true => Err(Failure::new(Failure::CANCELLED, "this was cancelled")),
                        false => self.asked(&method, params),
                    };
                    self.session.out.push(Outgoing::response(id, result));
                }
            }
            for message in self.session.out.drain(..) {
                message.write(out)?;
            }
        }
    }

    /// Waits for what comes next, or until a check is due.
    fn wait(&self, received: &Receiver<Event>) -> Option<Event> {
        match self.session.due() {
            None => Some(received.recv().unwrap_or(Event::Closed)),
            Some(due) => {
                match received.recv_timeout(due.saturating_duration_since(Instant::now())) {
                    Ok(event) => Some(event),
                    Err(RecvTimeoutError::Timeout) => None,
                    Err(RecvTimeoutError::Disconnected) => Some(Event::Closed),
                }
            }
        }
    }

    fn start_checks(&mut self) -> io::Result<()> {
        for job in self.session.jobs(Instant::now()) {
            let events = self.events.clone();
            thread::Builder::new().stack_size(self.stack).spawn(move || {
                let _ = events.send(Event::Done(job.run()));
            })?;
        }
        Ok(())
    }

    fn notified(&mut self, method: &str, params: Json) {
        if self.phase != Phase::Running {
            return;
        }
        let now = Instant::now();
        let session = &mut self.session;
        match method {
            "initialized" if self.watches => session.out.push(watch()),
            "textDocument/didOpen" => {
                if let Ok(DidOpenTextDocumentParams { text_document: opened }) = read(params) {
                    session.open(opened.uri, opened.version, opened.text, now);
                }
            }
            "textDocument/didChange" => {
                if let Ok(DidChangeTextDocumentParams { text_document, content_changes }) =
                    read(params)
                {
                    let (uri, version) = (text_document.uri, text_document.version);
                    session.change(&uri, version, content_changes, now);
                }
            }
            "textDocument/didClose" => {
                if let Ok(DidCloseTextDocumentParams { text_document }) = read(params) {
                    session.close(&text_document.uri, now);
                }
            }
            "textDocument/didSave" => {
                if let Ok(DidSaveTextDocumentParams { text_document, .. }) = read(params)
                    && let Some(path) = path_of(&text_document.uri)
                {
                    session.changed_on_disk(&path, now);
                }
            }
            "workspace/didChangeWatchedFiles" => {
                if let Ok(DidChangeWatchedFilesParams { changes }) = read(params) {
                    for path in changes.iter().filter_map(|change| path_of(&change.uri)) {
                        session.changed_on_disk(&path, now);
                    }
                }
            }
            _ => {}
        }
    }

    fn asked(&mut self, method: &str, params: Json) -> Result<Json, Failure> {
        match (method, self.phase) {
            ("initialize", Phase::New) => {
                let asked: InitializeParams = read(params)?;
                Ok(self.initialize(&asked))
            }
            (_, Phase::New) => {
                Err(Failure::new(Failure::NOT_INITIALIZED, "`initialize` comes first"))
            }
            ("initialize", _) | (_, Phase::Ending) => {
                let message = format!("`{method}` comes too late");
                Err(Failure::new(Failure::INVALID_REQUEST, message))
            }
            ("shutdown", _) => {
                self.phase = Phase::Ending;
                Ok(Json::Null)
            }
            _ => {
                // A bug in one answer is no reason to lose the session.
                let answered =
                    catch_unwind(AssertUnwindSafe(|| answer(&mut self.session, method, params)));
                answered.unwrap_or_else(|_| {
                    Err(Failure::new(Failure::INTERNAL, format!("`{method}` has failed")))
                })
            }
        }
    }

    fn initialize(&mut self, asked: &InitializeParams) -> Json {
        let capabilities = &asked.capabilities;
        let encodings = capabilities.general.as_ref();
        let encodings = encodings.and_then(|general| general.position_encodings.as_ref());
        let takes_bytes =
            encodings.is_some_and(|all| all.contains(&lsp_types::PositionEncodingKind::UTF8));
        self.session.encoding = if takes_bytes { Encoding::Utf8 } else { Encoding::Utf16 };
        let watched = capabilities.workspace.as_ref();
        let watched = watched.and_then(|workspace| workspace.did_change_watched_files.as_ref());
        self.watches = watched.and_then(|watched| watched.dynamic_registration) == Some(true);
        self.phase = Phase::Running;
        json!({
            "capabilities": answers::capabilities(takes_bytes),
            "serverInfo": { "name": found::SOURCE, "version": env!("CARGO_PKG_VERSION") },
        })
    }
}

/// Asks to be told of files that change: pages include, and facts are read from, files of any name.
fn watch() -> Outgoing {
    let watchers = json!([{ "globPattern": "**/*" }]);
    let registration = json!({
        "id": "watch",
        "method": "workspace/didChangeWatchedFiles",
        "registerOptions": { "watchers": watchers },
    });
    let params = json!({ "registrations": [registration] });
    Outgoing::request("watch", "client/registerCapability", params)
}

/// Whether the client has taken a request back that has not been looked at.
fn is_cancelled(waiting: &VecDeque<Event>, id: &Json) -> bool {
    waiting.iter().any(|event| match event {
        Event::Message(Incoming::Notification { method, params }) => {
            method == "$/cancelRequest" && params.get("id") == Some(id)
        }
        _ => false,
    })
}
