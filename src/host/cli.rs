//! The command line: what may be said, and nothing about what it does.

use crate::diag::Level;
use crate::report::Format;
use clap::builder::PossibleValue;
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum, ValueHint};
use clap_complete::Shell;
use std::path::PathBuf;

/// Keeps a technical guide true to the model and the schemas behind it.
///
/// Without a command it is an mdBook preprocessor: mdBook runs it for each book whose book.toml has a
/// `[preprocessor.plumb]` table.
#[derive(Debug, Parser)]
#[command(name = "mdbook-plumb", version, max_term_width = 100)]
#[command(after_help = "Exit codes: 0 all is true, 1 something was found, 2 it could not run.")]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Option<Command>,
    #[command(flatten)]
    pub(super) output: Output,
}

/// What every command understands.
#[derive(Clone, Copy, Debug, Args)]
pub(super) struct Output {
    /// When to colour; by default on a terminal, unless NO_COLOR is set
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        hide_default_value = true
    )]
    #[arg(help_heading = "Output")]
    pub(super) color: Color,
    /// Show findings only, and mdBook's warnings
    #[arg(long, short, global = true, help_heading = "Output")]
    pub(super) quiet: bool,
}

/// How findings are shown, and which of them fail.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct Findings {
    /// How to show findings
    #[arg(long, value_enum, default_value_t, help_heading = "Findings")]
    pub(super) format: Format,
    /// Take a code as an error; `warnings` stands for all that are warnings
    #[arg(long, value_name = "CODE", action = ArgAction::Append, help_heading = "Findings")]
    pub(super) deny: Vec<String>,
    /// Take a code as a warning
    #[arg(long, value_name = "CODE", action = ArgAction::Append, help_heading = "Findings")]
    pub(super) warn: Vec<String>,
    /// Don't report a code
    #[arg(long, value_name = "CODE", action = ArgAction::Append, help_heading = "Findings")]
    pub(super) allow: Vec<String>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Tell mdBook that a renderer is supported; always true
    #[command(hide = true)]
    Supports {
        /// The renderer's name
        renderer: Option<String>,
    },
    /// Build a book as `mdbook build` does, with mdBook inside
    Build {
        /// The folder that holds book.toml
        #[arg(default_value = ".", value_hint = ValueHint::DirPath)]
        dir: PathBuf,
        /// Where to write the book, in place of what book.toml says
        #[arg(long, short, value_name = "DIR", value_hint = ValueHint::DirPath)]
        dest_dir: Option<PathBuf>,
        #[command(flatten)]
        findings: Findings,
    },
    /// Check a book from its sources: figures, committed text, manifests
    Check {
        /// The folder that holds book.toml
        #[arg(default_value = ".", value_hint = ValueHint::DirPath)]
        dir: PathBuf,
        #[command(flatten)]
        findings: Findings,
    },
    /// Rewrite the text between directives to what the model says, and nothing else
    Sync {
        /// The folder that holds book.toml
        #[arg(default_value = ".", value_hint = ValueHint::DirPath)]
        dir: PathBuf,
        /// Tell what would be written, and write nothing
        #[arg(long)]
        dry_run: bool,
        #[command(flatten)]
        findings: Findings,
    },
    /// Tell what a directive, a finding, a setting or a word on a fence is about
    Explain {
        /// Its name; without one, all names are listed
        name: Option<String>,
    },
    /// Write completions for a shell to standard output
    Completions {
        /// The shell
        shell: Shell,
    },
}

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    Auto,
    Always,
    Never,
}

impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Format] {
        const VARIANTS: [Format; Format::ALL.len()] = {
            let mut variants = [Format::Human; Format::ALL.len()];
            let mut index = 0;
            while index < variants.len() {
                variants[index] = Format::ALL[index].1;
                index += 1;
            }
            variants
        };
        &VARIANTS
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let (name, _) = Format::ALL.iter().find(|(_, format)| format == self)?;
        Some(PossibleValue::new(*name))
    }
}

impl Findings {
    /// The levels that were asked for, weakest first, so that a `--deny` wins over an `--allow` of the same code.
    pub(super) fn levels(&self) -> impl Iterator<Item = (&str, Level)> {
        let allow = self.allow.iter().map(|code| (code.as_str(), Level::Allow));
        let warn = self.warn.iter().map(|code| (code.as_str(), Level::Warn));
        let deny = self.deny.iter().map(|code| (code.as_str(), Level::Deny));
        allow.chain(warn).chain(deny)
    }
}
