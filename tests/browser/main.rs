//! The widgets in a real browser.
//!
//! Needs a Chromium (`PLUMB_BROWSER`, or on the path) and, for the accessibility tests, axe-core (`PLUMB_AXE`, or
//! `target/axe/node_modules/axe-core/axe.min.js`). Where one is missing the tests say what they left out; with
//! `PLUMB_REQUIRE_BROWSER=1` they fail instead. Pictures: `cargo test --test browser -- --ignored screenshots`.

mod book;
mod cdp;
mod guide;
#[path = "../support/sample.rs"]
mod sample;
mod server;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock};

use cdp::{Browser, Tab};

/// Where tests may write: below the target folder.
fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

#[allow(clippy::print_stderr, reason = "a test that leaves something out says so")]
fn missing(what: &str) {
    assert!(
        std::env::var_os("PLUMB_REQUIRE_BROWSER").is_none(),
        "{what}, but PLUMB_REQUIRE_BROWSER is set"
    );
    eprintln!("LEFT OUT: {what}; this test has tested nothing");
}

/// Runs a test in a tab of the one browser; the address is that of the test book.
fn browse(test: impl FnOnce(&mut Tab<'_>, &str)) {
    static BROWSER: OnceLock<Option<Mutex<Browser>>> = OnceLock::new();
    static BOOK: OnceLock<String> = OnceLock::new();
    let browser = BROWSER.get_or_init(|| {
        let profile = folder("browser-profile");
        let _ = std::fs::remove_dir_all(&profile);
        cdp::executable().map(|executable| Mutex::new(Browser::launch(&executable, &profile)))
    });
    let Some(browser) = browser else { return missing("no Chromium found") };
    let address = BOOK.get_or_init(|| server::serve(&book::build(&folder("widget-book")), None));
    let mut browser = browser.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let mut tab = browser.tab();
    test(&mut tab, address);
}

mod advisor;
mod keyboard;
mod looks;
mod numbers;
mod product;
mod widgets;
