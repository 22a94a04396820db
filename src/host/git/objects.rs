//! The contents of files in a repository: `git cat-file --batch`, asked one after the other.

use super::Git;
use crate::world::Forbidden;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::sync::{Mutex, PoisonError};

/// The program while it runs.
#[derive(Debug)]
pub(super) struct Objects {
    /// What is asked is answered at once, by one at a time.
    pipes: Mutex<Pipes>,
    child: Child,
}

#[derive(Debug)]
struct Pipes {
    /// None when the program is to end.
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    /// Whether the repository lacks something that was asked for, as one that was cloned in part does.
    lacking: bool,
}

impl Objects {
    pub(super) fn open(git: &Git) -> io::Result<Objects> {
        let mut command = git.command();
        command.args(["cat-file", "--batch"]).stderr(Stdio::null());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let (questions, answers) = (child.stdin.take(), child.stdout.take());
        let answers = BufReader::new(answers.ok_or(io::ErrorKind::BrokenPipe)?);
        Ok(Objects { pipes: Pipes { questions, answers, lacking: false }.into(), child })
    }

    /// The bytes of a file of at most a size.
    pub(super) fn read(&self, id: &str, limit: u64) -> io::Result<Vec<u8>> {
        let mut pipes = self.pipes.lock().unwrap_or_else(PoisonError::into_inner);
        let questions = pipes.questions.as_mut().ok_or(io::ErrorKind::BrokenPipe)?;
        questions.write_all(format!("{id}\n").as_bytes())?;
        questions.flush()?;
        let mut head = String::new();
        pipes.answers.read_line(&mut head)?;
        // `ID blob SIZE`, then so many bytes and a line end; or `ID missing`
        let size = head.split_whitespace().nth(2).and_then(|size| size.parse::<u64>().ok());
        let Some(size) = size else {
            pipes.lacking = true;
            return Err(io::Error::other("git does not have it"));
        };
        let mut content = pipes.answers.by_ref().take(size + 1);
        if size > limit {
            io::copy(&mut content, &mut io::sink())?;
            return Err(Forbidden::Large { limit }.into());
        }
        let mut bytes = Vec::new();
        content.read_to_end(&mut bytes)?;
        if bytes.pop() != Some(b'\n') || bytes.len() as u64 != size {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(bytes)
    }

    /// Whether something was asked for that the repository lacks.
    pub(super) fn is_lacking(&self) -> bool {
        self.pipes.lock().unwrap_or_else(PoisonError::into_inner).lacking
    }
}

impl Drop for Objects {
    fn drop(&mut self) {
        self.pipes.get_mut().unwrap_or_else(PoisonError::into_inner).questions = None;
        let _ = self.child.wait();
    }
}
