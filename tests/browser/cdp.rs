//! A headless Chromium, driven through its debugging pipe; nothing but JSON and the standard library is needed.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value as Json, json};

/// A browser's process.
pub(crate) struct Browser {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    last_id: u64,
    events: VecDeque<Json>,
}

/// A page of its own, in a context of its own: it shares no storage with other pages unless asked to.
pub(crate) struct Tab<'a> {
    browser: &'a mut Browser,
    session: String,
    context: String,
}

/// Where the browser is: `PLUMB_BROWSER`, or a usual name on the path.
pub(crate) fn executable() -> Option<PathBuf> {
    if let Some(path) = std::env::var_os("PLUMB_BROWSER") {
        return Some(PathBuf::from(path));
    }
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .flat_map(|dir| names.map(|name| dir.join(name)))
        .find(|file| file.is_file())
}

impl Browser {
    pub(crate) fn launch(executable: &Path, profile: &Path) -> Browser {
        // The browser reads its commands from file 3 and answers on file 4; the shell puts our pipes there.
        let mut child = Command::new("sh")
            .arg("-c")
            .arg("exec \"$0\" \"$@\" 3<&0 4>&1 </dev/null >/dev/null 2>&1")
            .arg(executable)
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
            ])
            .args([
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ])
            .args(["--disable-dev-shm-usage", "--hide-scrollbars", "--remote-debugging-pipe"])
            .arg(format!("--user-data-dir={}", profile.display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the browser starts");
        let input = child.stdin.take().expect("a pipe");
        let output = BufReader::new(child.stdout.take().expect("a pipe"));
        Browser { child, input, output, last_id: 0, events: VecDeque::new() }
    }

    fn read(&mut self) -> Json {
        let mut message = Vec::new();
        let length = self.output.read_until(0, &mut message).expect("the browser answers");
        assert!(length > 0, "the browser has gone away: {:?}", self.child.try_wait());
        message.pop();
        serde_json::from_slice(&message).expect("the browser speaks JSON")
    }

    fn call(&mut self, session: Option<&str>, method: &str, params: Json) -> Json {
        self.last_id += 1;
        let id = self.last_id;
        let mut message = json!({"id": id, "method": method, "params": params});
        if let Some(session) = session {
            message["sessionId"] = json!(session);
        }
        self.input.write_all(message.to_string().as_bytes()).expect("the browser listens");
        self.input.write_all(&[0]).expect("the browser listens");
        loop {
            let answer = self.read();
            if answer["id"] == json!(id) {
                assert!(answer.get("error").is_none(), "{method}: {}", answer["error"]);
                return answer["result"].clone();
            }
            if answer.get("method").is_some() {
                self.events.push_back(answer);
            }
        }
    }

    pub(crate) fn tab(&mut self) -> Tab<'_> {
        let context =
            self.call(None, "Target.createBrowserContext", json!({}))["browserContextId"].clone();
        let context = context.as_str().expect("an id").to_owned();
        let target = json!({"url": "about:blank", "browserContextId": context});
        let target = self.call(None, "Target.createTarget", target)["targetId"].clone();
        let session = json!({"targetId": target, "flatten": true});
        let session = self.call(None, "Target.attachToTarget", session)["sessionId"].clone();
        let session = session.as_str().expect("an id").to_owned();
        self.events.clear();
        let mut tab = Tab { browser: self, session, context };
        for domain in ["Page", "Runtime", "Log"] {
            tab.call(&format!("{domain}.enable"), json!({}));
        }
        tab.size(1400, 900);
        tab
    }
}

impl Drop for Tab<'_> {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.browser.call(
                None,
                "Target.disposeBrowserContext",
                json!({"browserContextId": self.context}),
            );
        }
    }
}

impl Tab<'_> {
    pub(crate) fn call(&mut self, method: &str, params: Json) -> Json {
        let session = self.session.clone();
        self.browser.call(Some(&session), method, params)
    }

    fn wait(&mut self, method: &str) {
        loop {
            if let Some(at) = self.browser.events.iter().position(|event| event["method"] == method)
            {
                self.browser.events.remove(at);
                return;
            }
            let event = self.browser.read();
            self.browser.events.push_back(event);
        }
    }

    pub(crate) fn goto(&mut self, url: &str) {
        self.browser.events.retain(|event| event["method"] != "Page.loadEventFired");
        self.call("Page.navigate", json!({"url": url}));
        self.wait("Page.loadEventFired");
    }

    pub(crate) fn reload(&mut self) {
        self.browser.events.retain(|event| event["method"] != "Page.loadEventFired");
        self.call("Page.reload", json!({}));
        self.wait("Page.loadEventFired");
    }

    /// The value of an expression in the page; a promise is waited for.
    pub(crate) fn eval(&mut self, expression: &str) -> Json {
        let params = json!({"expression": expression, "awaitPromise": true, "returnByValue": true, "userGesture": true});
        let result = self.call("Runtime.evaluate", params);
        assert!(
            result.get("exceptionDetails").is_none(),
            "{expression}: {}",
            result["exceptionDetails"]
        );
        result["result"].get("value").cloned().unwrap_or(Json::Null)
    }

    pub(crate) fn text(&mut self, selector: &str) -> String {
        let selector = json!(selector);
        let text = self.eval(&format!("document.querySelector({selector}).innerText"));
        text.as_str().unwrap_or_default().trim().to_owned()
    }

    pub(crate) fn click(&mut self, selector: &str) {
        let selector = json!(selector);
        self.eval(&format!("void document.querySelector({selector}).click()"));
    }

    /// Presses a key as a keyboard does.
    pub(crate) fn press(&mut self, key: &str) {
        let (code, number, text) = match key {
            "Tab" => ("Tab", 9, None),
            "Enter" => ("Enter", 13, Some("\r")),
            "Escape" => ("Escape", 27, None),
            " " => ("Space", 32, Some(" ")),
            "ArrowRight" => ("ArrowRight", 39, None),
            "ArrowLeft" => ("ArrowLeft", 37, None),
            "ArrowUp" => ("ArrowUp", 38, None),
            "ArrowDown" => ("ArrowDown", 40, None),
            "Home" => ("Home", 36, None),
            "End" => ("End", 35, None),
            other => (other, 0, Some(other)),
        };
        let mut down =
            json!({"type": "keyDown", "key": key, "code": code, "windowsVirtualKeyCode": number});
        if let Some(text) = text {
            down["text"] = json!(text);
        }
        self.call("Input.dispatchKeyEvent", down);
        let up =
            json!({"type": "keyUp", "key": key, "code": code, "windowsVirtualKeyCode": number});
        self.call("Input.dispatchKeyEvent", up);
    }

    pub(crate) fn type_text(&mut self, text: &str) {
        self.call("Input.insertText", json!({"text": text}));
    }

    pub(crate) fn size(&mut self, width: u32, height: u32) {
        let size =
            json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.call("Emulation.setDeviceMetricsOverride", size);
    }

    /// The medium (`print`, or empty for the screen) and what the reader prefers.
    pub(crate) fn media(&mut self, medium: &str, features: &[(&str, &str)]) {
        let features: Vec<Json> =
            features.iter().map(|(name, value)| json!({"name": name, "value": value})).collect();
        self.call("Emulation.setEmulatedMedia", json!({"media": medium, "features": features}));
    }

    pub(crate) fn scripts(&mut self, on: bool) {
        self.call("Emulation.setScriptExecutionDisabled", json!({"value": !on}));
    }

    /// Keeps the pages to come from reading what these patterns name.
    pub(crate) fn block(&mut self, addresses: &[&str]) {
        self.call("Network.enable", json!({}));
        self.call("Network.setBlockedURLs", json!({"urls": addresses}));
    }

    /// Runs before any script of the pages to come.
    pub(crate) fn before(&mut self, script: &str) {
        self.call("Page.addScriptToEvaluateOnNewDocument", json!({"source": script}));
    }

    /// Errors of scripts since the last call, and what the browser refused to do.
    pub(crate) fn errors(&mut self) -> Vec<String> {
        self.eval("0");
        let errors =
            self.browser.events.iter().filter_map(|event| match event["method"].as_str() {
                Some("Runtime.exceptionThrown") => {
                    Some(event["params"]["exceptionDetails"].to_string())
                }
                Some("Log.entryAdded") if event["params"]["entry"]["level"] == "error" => {
                    Some(event["params"]["entry"]["text"].to_string())
                }
                _ => None,
            });
        let errors = errors.collect();
        self.browser.events.clear();
        errors
    }

    pub(crate) fn screenshot(&mut self, file: &Path) {
        let size = self.call("Page.getLayoutMetrics", json!({}))["cssContentSize"].clone();
        self.screenshot_of(
            file,
            json!({"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}),
        );
    }

    /// A part of the page: `x`, `y`, `width`, `height` in CSS pixels, and `scale`.
    pub(crate) fn screenshot_of(&mut self, file: &Path, clip: Json) {
        let shot = self
            .call("Page.captureScreenshot", json!({"captureBeyondViewport": true, "clip": clip}));
        std::fs::write(file, base64(shot["data"].as_str().unwrap_or_default()))
            .expect("a file is written");
    }

    pub(crate) fn pdf(&mut self) -> Vec<u8> {
        let pdf = self.call("Page.printToPDF", json!({"printBackground": true}));
        base64(pdf["data"].as_str().unwrap_or_default())
    }
}

fn base64(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let mut held = 0u32;
    let mut bits = 0;
    for byte in text.bytes() {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => continue,
        };
        held = (held << 6) | u32::from(digit);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push(u8::try_from((held >> bits) & 0xff).unwrap_or(0));
        }
    }
    out
}
