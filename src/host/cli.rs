//! The command line: what may be said, and nothing about what it does.

use super::examples;
use crate::check::Shard;
use crate::config::{Levels, WARNINGS};
use crate::diag::{Level, Severity, nearest};
use crate::model::View;
use crate::reference;
use crate::report::{FORMATS, Format};
use anyhow::bail;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
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
    /// Show every finding with its lines, not only the first of a code in a file
    #[arg(long, short, global = true, help_heading = "Output")]
    pub(super) verbose: bool,
}

/// How findings are shown, and which of them fail.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct Findings {
    /// How to show findings; `json` is one object a line
    #[arg(long, value_enum, default_value_t, help_heading = "Findings")]
    pub(super) format: &'static Format,
    /// Write them to a file too, in a format of its own: `sarif=report.sarif`; once for each file
    #[arg(long = "output", value_name = "FORMAT=FILE", value_parser = output, help_heading = "Findings")]
    pub(super) outputs: Vec<(&'static Format, PathBuf)>,
    /// The least severe findings to show: by default `warning`, or `note` in json, sarif, gitlab and junit
    #[arg(long, value_enum, value_name = "LEVEL", help_heading = "Findings")]
    pub(super) min_level: Option<MinLevel>,
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

/// What is done with findings before they are shown.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct Mending {
    /// Make the fixes of the findings that are shown; committed text is for `sync`
    #[arg(long)]
    pub(super) fix: bool,
    /// Report only what has changed since a revision of git: what is found on changed lines, and what the change brings elsewhere
    #[arg(long, value_name = "REV")]
    pub(super) changed_since: Option<String>,
    /// Report only what this file does not list, and what it lists and is gone
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(super) baseline: Option<PathBuf>,
    /// Write what is found now, but for notes, to the baseline
    #[arg(long, requires = "baseline", conflicts_with = "changed_since")]
    pub(super) write_baseline: bool,
    /// Share the work with other runs: of M such runs, each says what lies in its files, and all of them what one would say
    #[arg(long, value_name = "N/M", conflicts_with_all = ["fix", "write_baseline", "stdin_filename"])]
    pub(super) shard: Option<Shard>,
}

/// What can be begun.
#[derive(Debug, Subcommand)]
pub(super) enum New {
    /// A directive of the book's own: the file `directives/NAME.md`, which works as it is
    Directive {
        /// Its name, as authors write it behind `plumb:`
        name: String,
        /// The project: a folder in it, or its book.toml or plumb.toml
        #[arg(long, default_value = ".", value_hint = ValueHint::DirPath)]
        dir: PathBuf,
    },
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
    #[command(hide = cfg!(not(feature = "build")))]
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
    /// Set up a book or other Markdown that is there: `book.toml` or `plumb.toml`, and a model to begin with
    ///
    /// Comments and the order of `book.toml` are kept, no file is written over, and a second run changes nothing. Where
    /// there is no book, `plumb.toml` makes a project of the Markdown in the folder. It ends with what `check` finds.
    #[command(after_help = examples::INIT)]
    Init {
        /// The folder that holds book.toml, or Markdown
        #[arg(default_value = ".", value_hint = ValueHint::DirPath)]
        dir: PathBuf,
        /// What to begin with; asked for on a terminal
        #[arg(long = "start", value_enum, value_name = "START")]
        starts: Vec<Start>,
        /// Tell what would be written, and write nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Tell what keeps a book from being checked, watched and published as its author thinks, and how to mend it
    Doctor {
        /// The project: a folder in it, or its book.toml or plumb.toml
        #[arg(default_value = ".", value_hint = ValueHint::DirPath)]
        dir: PathBuf,
    },
    /// Check a book, or any tree of Markdown, from its sources: figures, committed text, manifests
    ///
    /// A book is where book.toml is, another tree where plumb.toml is: in the folder that is named, or in one above it.
    #[command(after_help = examples::CHECK)]
    Check(Check),
    /// Check a project again whenever one of its files changes
    Watch {
        /// The project: a folder in it, or its book.toml or plumb.toml
        #[arg(default_value = ".", value_hint = ValueHint::DirPath)]
        dir: PathBuf,
        #[command(flatten)]
        findings: Findings,
    },
    /// Rewrite the text between directives to what the model says, and nothing else
    ///
    /// It fails where a text could not be brought up to date, and with `--dry-run` where one is not. Other errors are for
    /// `check`.
    #[command(after_help = examples::SYNC)]
    Sync {
        /// What to bring up to date: a project's folder or settings, or files and folders in it
        #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
        paths: Vec<PathBuf>,
        /// Tell what would be written, and write nothing
        #[arg(long)]
        dry_run: bool,
        #[command(flatten)]
        findings: Findings,
    },
    /// Validate manifests in files, folders and standard input, as a cluster would
    #[command(after_help = examples::VALIDATE)]
    Validate(Validate),
    /// Write the guide's manifests out as files, with a kustomization, for kubectl and other tools
    ///
    /// Each document becomes one file, `chapter-kind-name.yaml`, with tied values computed. What is marked `ignore` or
    /// `fragment` is left out. The kustomization lists what validates; where the guide shows an object in a second form,
    /// that one stands in `variant-2` with a kustomization of its own. Only files that an earlier run has written are
    /// ever replaced or removed.
    #[command(after_help = examples::EXTRACT)]
    Extract {
        /// The project: a folder in it, or its book.toml or plumb.toml
        #[arg(default_value = ".", value_hint = ValueHint::DirPath)]
        dir: PathBuf,
        /// The folder to write to
        #[arg(long, short, value_name = "DIR", value_hint = ValueHint::DirPath)]
        out: PathBuf,
        /// Write the deliberately wrong manifests too, to `fails` below it
        #[arg(long)]
        fails: bool,
        #[command(flatten)]
        findings: Findings,
    },
    /// The schemas that a book has beside the embedded ones
    #[command(subcommand, after_help = examples::SCHEMAS)]
    Schemas(Schemas),
    /// Ask the model
    #[command(subcommand, after_help = examples::MODEL)]
    Model(Model),
    /// Write a JSON Schema, for editors and other checks of what an author writes
    Schema {
        /// Of which files
        #[arg(value_enum)]
        of: SchemaOf,
    },
    /// Write something new to begin with
    #[command(subcommand)]
    New(New),
    /// Tell what a name is about, or how the text at a line is read and why
    #[command(after_help = examples::EXPLAIN)]
    Explain {
        /// A directive, a finding, a setting, a word on a fence, a value of the model; or FILE:LINE. Without one, all names
        /// but those of the model are listed
        #[arg(value_name = "NAME|FILE:LINE")]
        name: Option<String>,
        /// How to write it
        #[arg(long, value_enum, default_value_t = ReadingFormat::Text)]
        format: ReadingFormat,
        /// The project, for values of the model and for a line of a page
        #[arg(long, default_value = ".", value_hint = ValueHint::DirPath)]
        dir: PathBuf,
        #[command(flatten)]
        against: Against,
    },
    /// Serve an editor: the language server protocol over standard input and output
    #[command(hide = cfg!(not(feature = "lsp")))]
    Lsp,
    /// Write completions for a shell to standard output
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Write the manual page to standard output, or a page for each command to a folder
    Man {
        /// The folder to write to, which is made where it is missing
        #[arg(value_hint = ValueHint::DirPath)]
        dir: Option<PathBuf>,
    },
}

/// What to check.
#[derive(Debug, Args)]
pub(super) struct Check {
    /// What to check: a project's folder or settings, or files and folders in it, of which alone findings are shown
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub(super) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) releases: Releases,
    #[command(flatten)]
    pub(super) mending: Mending,
    /// Take this file of the project from standard input: what an editor has not saved
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "fix")]
    pub(super) stdin_filename: Option<PathBuf>,
    /// List the files that would be checked, and check nothing
    #[arg(long)]
    pub(super) list: bool,
    #[command(flatten)]
    pub(super) findings: Findings,
}

/// What to validate, and what is done with what is found.
#[derive(Debug, Args)]
pub(super) struct Validate {
    #[command(flatten)]
    pub(super) manifests: Manifests,
    #[command(flatten)]
    pub(super) mending: Mending,
    /// List the files that would be validated, and validate nothing
    #[arg(long)]
    pub(super) list: bool,
    #[command(flatten)]
    pub(super) findings: Findings,
}

/// What manifests are validated against.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct Against {
    /// The release of a managed platform, such as `aks-1.36`, for the versions that it ships
    #[arg(long, value_name = "NAME")]
    pub(super) platform: Option<String>,
    #[command(flatten)]
    pub(super) releases: Releases,
    /// Folders with CRDs, OpenAPI documents or JSON Schemas, asked before all others
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(super) schemas: Vec<PathBuf>,
}

impl Against {
    /// Whether nothing is named.
    pub(super) fn is_empty(&self) -> bool {
        let Against { platform, releases, schemas } = self;
        platform.is_none() && releases.pairs().next().is_none() && schemas.is_empty()
    }
}

/// The releases of products that manifests are for.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct Releases {
    /// The version of Kubernetes; `1.31..1.37` tells what differs between these
    #[arg(long, value_name = "VERSION")]
    pub(super) k8s: Option<String>,
    /// The version of a product, such as `istio=1.29` or `istio=1.29..1.32`
    #[arg(long, value_name = "PRODUCT=VERSION", value_parser = pair)]
    pub(super) with: Vec<(String, String)>,
}

impl Releases {
    /// Each product that is named, with what is written for its version.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        let k8s = self.k8s.iter().map(|version| ("k8s", version.as_str()));
        k8s.chain(self.with.iter().map(|(name, version)| (name.as_str(), version.as_str())))
    }
}

/// What to validate, and against what.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct Manifests {
    /// Files, folders (all manifests and Markdown below them), or `-` for standard input
    #[arg(required = true, value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub(super) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) against: Against,
    /// Analyse all the files as one group, as if applied together; by default each file is its own
    #[arg(long)]
    pub(super) together: bool,
    /// Don't report kinds that no schema knows
    #[arg(long)]
    pub(super) ignore_missing: bool,
    /// Say what was looked at, even with --quiet
    #[arg(long)]
    pub(super) summary: bool,
    /// What standard input is called: findings name it so, and its ending tells Markdown from YAML
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(super) stdin_filename: Option<PathBuf>,
}

/// What to do with a book's own schemas.
#[derive(Debug, Subcommand)]
pub(super) enum Schemas {
    /// List the schemas that were added, and the versions of the embedded ones
    List {
        /// Every embedded kind too
        #[arg(long)]
        all: bool,
        /// The project: a folder in it, or its book.toml or plumb.toml
        #[arg(long, default_value = ".", value_hint = ValueHint::DirPath)]
        dir: PathBuf,
    },
    /// Add CRDs, a cluster's OpenAPI v3 or JSON Schemas, with their origin and digest
    Add {
        /// Files, folders, http(s) addresses, or `-` for standard input
        #[arg(required = true, value_name = "SOURCE", value_hint = ValueHint::AnyPath)]
        sources: Vec<String>,
        /// The project: a folder in it, or its book.toml or plumb.toml
        #[arg(long, default_value = ".", value_hint = ValueHint::DirPath)]
        dir: PathBuf,
    },
    /// Check that the added schemas are what the lock file says
    Verify {
        /// The project: a folder in it, or its book.toml or plumb.toml
        #[arg(long, default_value = ".", value_hint = ValueHint::DirPath)]
        dir: PathBuf,
    },
    /// Remove schemas that were added
    Remove {
        /// A kind, a group, or `group/version/Kind`
        #[arg(required = true, value_name = "NAME")]
        names: Vec<String>,
        /// The project: a folder in it, or its book.toml or plumb.toml
        #[arg(long, default_value = ".", value_hint = ValueHint::DirPath)]
        dir: PathBuf,
    },
}

/// What to ask the model.
#[derive(Debug, Subcommand)]
pub(super) enum Model {
    /// Compute an expression
    Eval {
        /// The expression, such as `tax.cpu` or `pods * istio.sidecar.cpu`
        #[arg(allow_hyphen_values = true)]
        expression: String,
        /// Set an input
        #[arg(long, value_name = "INPUT=VALUE", value_parser = pair)]
        set: Vec<(String, String)>,
        /// Take the inputs of a scenario
        #[arg(long, value_name = "NAME")]
        scenario: Option<String>,
        /// How to write it
        #[arg(long, value_enum, default_value_t = EvalFormat::Text)]
        format: EvalFormat,
        /// The project: a folder in it, or its book.toml or plumb.toml
        #[arg(long, default_value = ".", value_hint = ValueHint::DirPath)]
        dir: PathBuf,
    },
    /// List what the model holds: inputs, figures, formulas, options, scenarios, sources and more
    List {
        /// One of the lists, such as `figures`, or a part of a name to look for in all of them
        what: Option<String>,
        /// With a list: only what has this in its name
        filter: Option<String>,
        /// How to write it
        #[arg(long, value_enum, default_value_t = ListFormat::Text)]
        format: ListFormat,
        /// The project: a folder in it, or its book.toml or plumb.toml
        #[arg(long, default_value = ".", value_hint = ValueHint::DirPath)]
        dir: PathBuf,
    },
    /// Write a table: what options cost, a matrix, or expressions along a sweep of one input
    ///
    /// Without names, all options. Names are those of options, or of one matrix; with --sweep they are expressions.
    Table {
        /// Options, a matrix, or with --sweep expressions
        names: Vec<String>,
        /// Vary an input: `pods:100..1000..100` (from, to, step), `pods:10,50,100`, `tier:standard,premium`, or `pods` alone
        #[arg(long, value_name = "INPUT[:VALUES]")]
        sweep: Option<String>,
        /// Which costs of an option
        #[arg(long, value_parser = view(), default_value = "requests")]
        costs: View,
        /// Set an input
        #[arg(long, value_name = "INPUT=VALUE", value_parser = pair)]
        set: Vec<(String, String)>,
        /// Take the inputs of a scenario
        #[arg(long, value_name = "NAME")]
        scenario: Option<String>,
        /// How to write it
        #[arg(long, value_enum, default_value_t = ListFormat::Text)]
        format: ListFormat,
        /// The project: a folder in it, or its book.toml or plumb.toml
        #[arg(long, default_value = ".", value_hint = ValueHint::DirPath)]
        dir: PathBuf,
    },
    /// Measure what a mesh costs a cluster, from what kubectl says of it
    Measure {
        /// `kubectl get pods -A -o json`, or `-` for standard input
        #[arg(default_value = "-", value_hint = ValueHint::FilePath)]
        pods: PathBuf,
        /// `kubectl top pods -A --containers`
        #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
        top: Option<PathBuf>,
        /// `kubectl get nodes -o json`
        #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
        nodes: Option<PathBuf>,
        /// As tables, or as a file of a model
        #[arg(long, value_enum, default_value_t = MeasureFormat::Text)]
        format: MeasureFormat,
        /// The project: a folder in it, or its book.toml or plumb.toml
        #[arg(long, default_value = ".", value_hint = ValueHint::DirPath)]
        dir: PathBuf,
    },
    /// Write the JSON Schema of the model's files, for editors
    Schema,
    /// Show what a change of the model does to every published value
    Diff {
        /// What to compare with: a file or folder with a model, or a revision of git
        #[arg(default_value = "HEAD")]
        before: String,
        /// How to write it
        #[arg(long, value_enum, default_value_t = DiffFormat::Text)]
        format: DiffFormat,
        /// The project: a folder in it, or its book.toml or plumb.toml
        #[arg(long, default_value = ".", value_hint = ValueHint::DirPath)]
        dir: PathBuf,
    },
}

/// The files that there is a JSON Schema of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum SchemaOf {
    /// The files of a model
    Model,
    /// book.toml and plumb.toml
    Settings,
    /// The front matter of the files in directives/
    Directive,
}

/// How `model eval` writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum EvalFormat {
    Text,
    Json,
}

/// What a book begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Start {
    /// YAML in chapters is checked as a cluster would
    Manifests,
    /// Numbers with their sources, which the text keeps to
    Facts,
    /// What a reader ticks, and the verdict that follows
    Checklist,
}

/// How `explain` writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ReadingFormat {
    Text,
    Json,
}

/// How `model list` and `model table` write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ListFormat {
    Text,
    Csv,
    Json,
    Markdown,
}

/// How `model measure` writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum MeasureFormat {
    Text,
    Json,
    Toml,
}

/// How `model diff` writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum DiffFormat {
    Text,
    Json,
    Markdown,
}

/// `name=value`.
fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write it as NAME=VALUE".to_owned()),
    }
}

/// `format=file`.
fn output(text: &str) -> Result<(&'static Format, PathBuf), String> {
    let (name, path) = text.split_once('=').unwrap_or((text, ""));
    let Some(format) = FORMATS.iter().find(|format| format.name == name) else {
        let names: Vec<_> = FORMATS.iter().map(|format| format.name).collect();
        return Err(format!("`{name}` is not a format: {}", names.join(", ")));
    };
    match path {
        "" => Err(format!("write it as {name}=FILE")),
        path => Ok((format, path.into())),
    }
}

/// The least severe findings that are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum MinLevel {
    Error,
    Warning,
    Note,
}

impl From<MinLevel> for Severity {
    fn from(level: MinLevel) -> Severity {
        match level {
            MinLevel::Error => Severity::Error,
            MinLevel::Warning => Severity::Warning,
            MinLevel::Note => Severity::Note,
        }
    }
}

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    Auto,
    Always,
    Never,
}

impl ValueEnum for &'static Format {
    fn value_variants<'a>() -> &'a [&'static Format] {
        FORMATS
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name))
    }
}

/// Reads a view of costs by its name in the model.
fn view() -> impl TypedValueParser<Value = View> {
    let values = View::ALL.map(|view| {
        PossibleValue::new(view.name()).help(match view {
            View::Requests => "The sum of requests",
            View::Usage => "What is used",
            View::Limits => "The sum of limits",
            View::Reserved => "The larger of request and usage, component by component",
        })
    });
    PossibleValuesParser::new(values).try_map(|name| View::named(&name).ok_or("unknown view"))
}

impl Findings {
    /// The levels that were asked for, weakest first, so that a `--deny` wins over an `--allow` of the same code.
    fn levels(&self) -> impl Iterator<Item = (&str, Level)> {
        let allow = self.allow.iter().map(|code| (code.as_str(), Level::Allow));
        let warn = self.warn.iter().map(|code| (code.as_str(), Level::Warn));
        let deny = self.deny.iter().map(|code| (code.as_str(), Level::Deny));
        allow.chain(warn).chain(deny)
    }

    /// Sets the levels that were asked for.
    pub(super) fn set(&self, levels: &mut Levels) -> anyhow::Result<()> {
        let known = reference::all_codes();
        for (code, level) in self.levels() {
            if code != WARNINGS && !known.iter().any(|known| known.answers_to(code)) {
                match nearest(code, known.iter().map(|code| code.name)) {
                    Some(name) => bail!("there is no code `{code}`; did you mean `{name}`?"),
                    None => bail!("there is no code `{code}`"),
                }
            }
            levels.set(code, level);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::examples;
    use clap::Parser;

    #[test]
    fn the_command_line_is_sound() {
        <super::Arguments as clap::CommandFactory>::command().debug_assert();
    }

    #[test]
    fn every_example_of_the_help_is_a_command_line() {
        let texts = [
            examples::INIT,
            examples::CHECK,
            examples::SYNC,
            examples::VALIDATE,
            examples::EXPLAIN,
            examples::EXTRACT,
            examples::SCHEMAS,
            examples::MODEL,
        ];
        let lines = texts.iter().flat_map(|text| text.lines().skip(1));
        let mut seen = 0;
        for line in lines {
            let typed =
                line.split(" # ").next().unwrap_or(line).rsplit(" | ").next().unwrap_or(line);
            assert!(line.len() <= 72, "{line}");
            let parsed = super::Arguments::try_parse_from(typed.split_whitespace());
            assert!(parsed.is_ok_and(|parsed| parsed.command.is_some()), "{line}");
            seen += 1;
        }
        assert!(seen >= 15, "{seen} examples");
    }
}
