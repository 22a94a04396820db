//! A client that knows the protocol and nothing of the server.

use crate::support::plumb;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// Long enough for a busy machine; a server that never answers fails a test then.
const PATIENCE: Duration = Duration::from_secs(60);

pub(super) struct Client {
    child: Child,
    input: ChildStdin,
    received: Receiver<Value>,
    /// What came while something else was waited for.
    kept: Vec<Value>,
    asked: i64,
}

impl Client {
    /// A server that nobody has spoken to.
    pub(super) fn start() -> Client {
        let mut child = plumb()
            .arg("lsp")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program");
        let input = child.stdin.take().expect("a pipe");
        let mut output = BufReader::new(child.stdout.take().expect("a pipe"));
        let (sender, received) = channel();
        std::thread::spawn(move || {
            while let Some(message) = read(&mut output) {
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        Client { child, input, received, kept: Vec::new(), asked: 0 }
    }

    /// A server that has been initialized; what it can do.
    pub(super) fn ready(capabilities: Value) -> (Client, Value) {
        let mut client = Client::start();
        let params = json!({ "processId": null, "rootUri": null, "capabilities": capabilities });
        let answer = client.ask("initialize", params);
        client.tell("initialized", json!({}));
        (client, answer["result"].clone())
    }

    /// Sends bytes as they are.
    pub(super) fn raw(&mut self, bytes: &str) {
        self.input.write_all(bytes.as_bytes()).expect("the server reads");
        self.input.flush().expect("the server reads");
    }

    pub(super) fn send(&mut self, message: &Value) {
        let text = message.to_string();
        self.raw(&format!("Content-Length: {}\r\n\r\n{text}", text.len()));
    }

    pub(super) fn tell(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// The answer to a request, whole.
    pub(super) fn ask(&mut self, method: &str, params: Value) -> Value {
        self.asked += 1;
        let id = json!(self.asked);
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        self.wait(|message| message["id"] == id && message.get("method").is_none())
    }

    /// The result of a request that has one.
    pub(super) fn get(&mut self, method: &str, params: Value) -> Value {
        let answer = self.ask(method, params);
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].clone()
    }

    /// The next message of this kind; others are kept.
    pub(super) fn wait(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        if let Some(at) = self.kept.iter().position(&wanted) {
            return self.kept.remove(at);
        }
        let end = Instant::now() + PATIENCE;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let message = self.received.recv_timeout(left).unwrap_or_else(|_| {
                panic!("nothing came of what was waited for; there was {:?}", self.kept)
            });
            if wanted(&message) {
                return message;
            }
            self.kept.push(message);
        }
    }

    pub(super) fn open(&mut self, path: &Path, text: &str) {
        let document = json!({ "uri": uri(path), "languageId": "x", "version": 1, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document }));
    }

    /// Opens a file as it is on the disk.
    pub(super) fn open_file(&mut self, path: &Path) {
        let text = std::fs::read_to_string(path).expect("a file");
        self.open(path, &text);
    }

    pub(super) fn change(&mut self, path: &Path, version: i32, text: &str) {
        let document = json!({ "uri": uri(path), "version": version });
        let changes = json!([{ "text": text }]);
        let params = json!({ "textDocument": document, "contentChanges": changes });
        self.tell("textDocument/didChange", params);
    }

    pub(super) fn close(&mut self, path: &Path) {
        self.tell("textDocument/didClose", json!({ "textDocument": { "uri": uri(path) } }));
    }

    /// What is found in a file, as soon as something is said that fits.
    pub(super) fn found(&mut self, path: &Path, fits: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        let uri = uri(path);
        let message = self.wait(|message| {
            message["method"] == "textDocument/publishDiagnostics"
                && message["params"]["uri"] == uri.as_str()
                && message["params"]["diagnostics"].as_array().is_some_and(|all| fits(all))
        });
        message["params"]["diagnostics"].as_array().expect("a list").clone()
    }

    /// The codes that are found in a file, as soon as they are these.
    pub(super) fn codes(&mut self, path: &Path, codes: &[&str]) {
        self.found(path, |all| {
            all.iter().map(|one| one["code"].as_str().unwrap_or("")).eq(codes.iter().copied())
        });
    }

    /// Ends the session as the protocol says; the exit code.
    pub(super) fn end(mut self) -> Option<i32> {
        self.get("shutdown", Value::Null);
        self.tell("exit", Value::Null);
        self.exit_code()
    }

    pub(super) fn exit_code(&mut self) -> Option<i32> {
        self.child.wait().expect("it ends").code()
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The address of a file.
pub(super) fn uri(path: &Path) -> String {
    format!("file://{}", path.display())
}

/// A place in a document.
pub(super) fn at(path: &Path, line: u32, character: u32) -> Value {
    json!({ "textDocument": { "uri": uri(path) }, "position": { "line": line, "character": character } })
}

fn read(output: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim().split_once(": ") {
            Some(("Content-Length", value)) => length = value.parse().ok()?,
            Some(_) => {}
            None => break,
        }
    }
    let mut body = vec![0; length];
    output.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}
