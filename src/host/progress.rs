//! What a person at a terminal is told while something takes long.
//!
//! Nothing is written where standard error is not a terminal, and nothing within the first second; what was written is gone before
//! anything else is.

use super::cli::Output;
use std::io::{self, IsTerminal, Write};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// How often the line is written anew.
const PAUSE: Duration = Duration::from_secs(1);

/// Goes to the start of the line, and clears it.
const CLEAR: &str = "\r\x1b[K";

/// A line that tells what goes on, until this is dropped.
pub(super) struct Progress(Option<(Sender<()>, JoinHandle<()>)>);

impl Progress {
    /// Begins to tell, where somebody is there to be told.
    pub(super) fn of(what: &'static str, output: Output) -> Progress {
        let is_watched = io::stderr().is_terminal()
            && !output.quiet
            && std::env::var_os("TERM").is_none_or(|terminal| terminal != "dumb");
        if !is_watched {
            return Progress(None);
        }
        let (end, ended) = channel();
        let began = Instant::now();
        let tell = move || {
            let mut said = false;
            while ended.recv_timeout(PAUSE) == Err(RecvTimeoutError::Timeout) {
                said = true;
                let seconds = began.elapsed().as_secs();
                let _ = write!(io::stderr(), "{CLEAR}{what} for {seconds} s");
            }
            if said {
                let _ = write!(io::stderr(), "{CLEAR}");
            }
        };
        Progress(Some((end, thread::spawn(tell))))
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((end, thread)) = self.0.take() {
            drop(end);
            let _ = thread.join();
        }
    }
}
