//! The repository that a folder lies in, as the program `git` tells of it.
//!
//! Owns: how git is run. It is told which repository is meant, since left to look for one it takes a folder of a book that
//! looks like one, with settings in it that run commands: anybody can commit such a folder, and nobody a `.git`. It fetches
//! nothing, and no shell stands between. Must not know: what the files mean.

mod objects;
mod revision;

pub(super) use revision::Revision;

use crate::world::DiskWorld;
use anyhow::{Context, bail};
use std::path::PathBuf;
use std::process::Command;

/// The repository that the root of a world lies in.
#[derive(Clone, Debug)]
pub(super) struct Git {
    /// The folder with the `.git`, as it really is.
    repository: PathBuf,
    /// Where relative paths start.
    root: PathBuf,
}

impl Git {
    /// The repository; none where no folder above the root holds a `.git`.
    pub(super) fn of(world: &DiskWorld) -> Option<Git> {
        Some(Git { repository: world.repository()?, root: world.root().to_owned() })
    }

    /// The program with what it is told each time.
    fn command(&self) -> Command {
        let mut command = Command::new("git");
        command.env("GIT_NO_LAZY_FETCH", "1").env("GIT_OPTIONAL_LOCKS", "0");
        command.arg("--git-dir").arg(self.repository.join(".git"));
        command.arg("--work-tree").arg(&self.repository).arg("-C").arg(&self.root);
        command
    }

    /// What git says to a question. The error is what it says instead.
    pub(super) fn ask(&self, arguments: &[&str]) -> anyhow::Result<Vec<u8>> {
        let output = self.command().args(arguments).output().context("can't run git")?;
        if !output.status.success() {
            let why = String::from_utf8_lossy(&output.stderr);
            bail!("git: {}", why.trim());
        }
        Ok(output.stdout)
    }

    /// The same, where the answer is a line.
    fn ask_line(&self, arguments: &[&str]) -> anyhow::Result<String> {
        Ok(String::from_utf8_lossy(&self.ask(arguments)?).trim().to_owned())
    }

    /// What a revision stands for; its name is what a user wrote.
    pub(super) fn commit(&self, revision: &str) -> anyhow::Result<String> {
        let named = format!("{revision}^{{commit}}");
        let commit = match revision.starts_with('-') {
            true => None,
            false => self.ask_line(&["rev-parse", "--verify", "--quiet", &named]).ok(),
        };
        commit.with_context(|| format!("`{revision}` is not a revision of this git repository"))
    }

    /// The commit at which what is checked out has left a revision; the revision itself where they have none in common, as in
    /// a clone that is cut short.
    pub(super) fn left(&self, revision: &str) -> anyhow::Result<String> {
        let commit = self.commit(revision)?;
        Ok(self.ask_line(&["merge-base", &commit, "HEAD"]).unwrap_or(commit))
    }
}
