//! `model`: asks the model of a book without building it, and shows what a change of it does.

use super::cli::{DiffFormat, EvalFormat, MeasureFormat, Model as Command};
use super::terminal::way_to;
use crate::check;
use crate::diag::{Diagnostic, Severity};
use crate::difference;
use crate::model::measure::{self, ClusterFiles};
use crate::model::{self, Evaluation, Format, Model, Problem, Style};
use crate::report::{self, Report};
use crate::text::{Location, Source, Span};
use crate::world::{DiskWorld, Entry, World, display, normalize};
use anyhow::{Context, bail};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What a command said, and what kept it from saying more.
pub(super) struct Done {
    pub(super) text: String,
    pub(super) report: Report,
}

pub(super) fn run(command: &Command) -> anyhow::Result<Done> {
    let here = Path::new(".");
    let (dir, (text, findings)) = match command {
        Command::Measure { pods, top, nodes, format, dir } => {
            (here, measure(dir, pods, top.as_deref(), nodes.as_deref(), *format)?)
        }
        Command::Schema => (here, (format!("{:#}\n", model::json_schema()), Vec::new())),
        Command::Eval { expression, set, scenario, format, dir } => {
            (dir.as_path(), eval(dir, expression, set, scenario.as_deref(), *format)?)
        }
        Command::List { filter, dir } => {
            (dir.as_path(), list(dir, filter.as_deref().unwrap_or(""))?)
        }
        Command::Diff { before, format, dir } => (dir.as_path(), diff(dir, before, *format)?),
    };
    let report = Report::new(findings).base(way_to(dir, report::Format::Human));
    Ok(Done { text, report })
}

type Said = (String, Vec<Diagnostic>);

fn read(dir: &Path, world: &dyn World) -> anyhow::Result<check::Book> {
    check::Book::read(world).with_context(|| format!("there is no book in `{}`", dir.display()))
}

/// The errors of the model alone: a figure that could not be read may be one that an answer needs.
fn errors(book: &check::Book) -> Vec<Diagnostic> {
    let findings = book.findings.iter();
    findings
        .filter(|finding| finding.severity == Severity::Error)
        .filter(|finding| model::CODES.contains(&finding.code))
        .cloned()
        .collect()
}

fn eval(
    dir: &Path,
    expression: &str,
    set: &[(String, String)],
    scenario: Option<&str>,
    format: EvalFormat,
) -> anyhow::Result<Said> {
    let book = read(dir, &DiskWorld::new(dir))?;
    let mut findings = errors(&book);
    let model = &book.project.model;
    match evaluate(model, expression, set, scenario) {
        Ok(evaluation) => Ok((shown(model, &evaluation, format), findings)),
        Err(problems) => {
            findings.extend(problems);
            Ok((String::new(), findings))
        }
    }
}

/// Computes an expression; what is wrong points into what stands on the command line.
fn evaluate(
    model: &Model,
    expression: &str,
    set: &[(String, String)],
    scenario: Option<&str>,
) -> Result<Evaluation, Vec<Diagnostic>> {
    let located = |name: &str, text: &str, problem: Problem| {
        let source = Source::new(name, text);
        problem.located(|span| {
            let end = span.end.min(text.len());
            Location::new(&source, Span::new(span.start.min(end), end))
        })
    };
    let of_expression = |problem| located("expression", expression, problem);
    let mut inputs = model.inputs();
    if let Some(name) = scenario {
        inputs
            .scenario(model, name)
            .map_err(|problem| vec![located("--scenario", name, problem)])?;
    }
    for (name, value) in set {
        inputs
            .set(model, name, value)
            .map_err(|problem| vec![located("--set", &format!("{name}={value}"), problem)])?;
    }
    let compiled = model
        .compile(expression)
        .map_err(|problems| problems.into_iter().map(of_expression).collect::<Vec<_>>())?;
    model.evaluate(&compiled, &inputs).map_err(|problem| vec![of_expression(problem)])
}

fn shown(model: &Model, evaluation: &Evaluation, format: EvalFormat) -> String {
    let people = model.show(evaluation, &Format::default());
    let range = model.show_range(evaluation, &Format::default());
    let range = range.map(|(low, high)| (low.text, high.text));
    match format {
        EvalFormat::Text => {
            let mut out = people.text.clone();
            if people.rounded {
                let _ = write!(out, " (exactly {} {})", people.exact, people.unit);
            }
            if let Some((low, high)) = range {
                let _ = write!(out, " ({low}–{high})");
            }
            out.push('\n');
            out
        }
        EvalFormat::Json => {
            let kubernetes = Format { style: Style::Kubernetes, ..Format::default() };
            let from = &evaluation.provenance;
            let value = json!({
                "text": people.text,
                "number": people.number,
                "unit": people.unit,
                "exact": people.exact,
                "rounded": people.rounded,
                "kubernetes": model.show(evaluation, &kubernetes).text,
                "range": range.map(|(low, high)| json!({ "low": low, "high": high })),
                "uncertain": evaluation.uncertain,
                "expression": from.formula,
                "inputs": from.inputs,
                "figures": from.figures,
                "formulas": from.formulas,
                "sources": from.sources,
            });
            format!("{value}\n")
        }
    }
}

fn list(dir: &Path, filter: &str) -> anyhow::Result<Said> {
    let book = read(dir, &DiskWorld::new(dir))?;
    let model = &book.project.model;
    let value = |name: &str| match evaluate(model, name, &[], None) {
        Ok(evaluation) => shown(model, &evaluation, EvalFormat::Text).trim_end().to_owned(),
        Err(_) => "?".to_owned(),
    };
    let mut out = String::new();
    let inputs = model.inputs.iter().map(|(name, input)| (name, input.label.clone()));
    table(&mut out, "Inputs", inputs, filter, value);
    let figures = model.figures.iter().map(|(name, figure)| (name, figure.sources.join(", ")));
    table(&mut out, "Figures", figures, filter, value);
    let formulas =
        model.formulas.iter().map(|(name, formula)| (name, formula.text.text.to_string()));
    table(&mut out, "Formulas", formulas, filter, value);
    let sources =
        model.sources.iter().map(|(name, source)| (name, source.url.clone().unwrap_or_default()));
    table(&mut out, "Sources", sources, filter, |name| model.sources[name].title.clone());
    if out.is_empty() {
        bail!("nothing in the model has `{filter}` in its name");
    }
    Ok((out, errors(&book)))
}

fn table<'a>(
    out: &mut String,
    title: &str,
    rows: impl Iterator<Item = (&'a String, String)>,
    filter: &str,
    value: impl Fn(&str) -> String,
) {
    let rows: Vec<_> = rows
        .filter(|(name, _)| name.contains(filter))
        .map(|(name, about)| (name, value(name), about))
        .collect();
    let Some(widest) = rows.iter().map(|(name, ..)| name.chars().count()).max() else { return };
    let second = rows.iter().map(|(_, value, _)| value.chars().count()).max().unwrap_or(0);
    let _ = writeln!(out, "{title}:");
    for (name, value, about) in rows {
        let line = format!("  {name:widest$}  {value:second$}  {about}");
        let _ = writeln!(out, "{}", line.trim_end());
    }
    out.push('\n');
}

/// What there is to say of a figure, an input or a formula of the book in a folder.
pub(super) fn about(dir: &Path, name: &str) -> Option<String> {
    let book = check::Book::read(&DiskWorld::new(dir)).ok()?;
    let model = &book.project.model;
    let location = model.location_of_name(name)?;
    let mut out = format!("# `{name}`\n\n");
    let place = location.start();
    let mut say = |what: &str, text: &str| {
        if !text.is_empty() {
            let _ = writeln!(out, "{what:9} {text}");
        }
    };
    say("defined", &format!("{}:{}:{}", location.source.path(), place.line, place.column));
    let prose = |prose: &model::Prose| model.prose(prose, &model.inputs()).unwrap_or_default();
    let evaluation = evaluate(model, name, &[], None).ok();
    if let Some(evaluation) = &evaluation {
        say("value", shown(model, evaluation, EvalFormat::Text).trim_end());
    }
    if let Some(figure) = model.figures.get(name) {
        say("basis", figure.basis.name());
        say("version", figure.version.as_deref().unwrap_or_default());
        say("checked", &figure.checked.map(|date| date.to_string()).unwrap_or_default());
        say("note", &prose(&figure.note));
    }
    if let Some(input) = model.inputs.get(name) {
        say("label", &input.label);
        say("note", &prose(&input.note));
    }
    if let Some(formula) = model.formulas.get(name) {
        say("formula", &formula.text.text);
        say("note", &prose(&formula.note));
    }
    let Some(evaluation) = evaluation else { return Some(out) };
    let from = &evaluation.provenance;
    for (what, names) in
        [("input", &from.inputs), ("figure", &from.figures), ("formula", &from.formulas)]
    {
        for other in names.iter().filter(|other| *other != name) {
            let value = evaluate(model, other, &[], None);
            let value =
                value.map(|value| shown(model, &value, EvalFormat::Text)).unwrap_or_default();
            say(what, &format!("{other} = {}", value.trim_end()));
        }
    }
    for id in &from.sources {
        let Some(source) = model.sources.get(id) else { continue };
        let version = source.version.iter().map(|version| format!(", {version}"));
        let read = source.accessed.iter().map(|date| format!(", read on {date}"));
        let url = source.url.iter().map(|url| format!(" <{url}>"));
        let rest: String = version.chain(read).chain(url).collect();
        say("source", &format!("{}{rest}", source.title));
    }
    Some(out)
}

/// What a cluster's proxies take, by the model's rules of what is a proxy.
fn measure(
    dir: &Path,
    pods: &Path,
    top: Option<&Path>,
    nodes: Option<&Path>,
    format: MeasureFormat,
) -> anyhow::Result<Said> {
    let world = DiskWorld::new(dir);
    let book = read(dir, &world)?;
    let model = &book.project.model;
    let (pods, top, nodes) =
        (text(pods)?, top.map(text).transpose()?, nodes.map(text).transpose()?);
    let files = ClusterFiles { pods: &pods, top: top.as_ref(), nodes: nodes.as_ref() };
    let (measurement, mut findings) = measure::measure(model, files, world.today());
    findings.extend(errors(&book));
    let Some(measured) = measurement else { return Ok((String::new(), findings)) };
    let (proxies, namespaces) =
        (measured.proxy_listing(&model.units), measured.namespace_listing(&model.units));
    let out = match format {
        MeasureFormat::Text => {
            let mut out = format!(
                "{} of {} pods belong to a mesh\n\n{}\n{}",
                measured.meshed,
                measured.pods,
                proxies.to_text(),
                namespaces.to_text()
            );
            for unknown in &measured.unknown {
                let _ = writeln!(out, "not known: {} in {} pods", unknown.image, unknown.pods);
            }
            out
        }
        MeasureFormat::Json => {
            let unknown = measured.unknown.iter();
            let unknown: Vec<_> =
                unknown.map(|one| json!({ "image": one.image, "pods": one.pods })).collect();
            let value = json!({
                "pods": measured.pods,
                "meshed": measured.meshed,
                "nodes": measured.nodes,
                "proxies": proxies.to_json(),
                "namespaces": namespaces.to_json(),
                "unknown": unknown,
            });
            format!("{value}\n")
        }
        MeasureFormat::Toml => measured.to_toml(model),
    };
    Ok((out, findings))
}

/// A file, or standard input.
fn text(path: &Path) -> anyhow::Result<Arc<Source>> {
    if path == Path::new("-") {
        let text = io::read_to_string(io::stdin().lock()).context("can't read standard input")?;
        return Ok(Source::new("standard input", text));
    }
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("can't read `{}`", path.display()))?;
    Ok(Source::new(display(path), text))
}

/// What the pages of today say by another model, and by the one of today.
fn diff(dir: &Path, before: &str, format: DiffFormat) -> anyhow::Result<Said> {
    let world = DiskWorld::new(dir);
    let now = read(dir, &world)?;
    let model = match &now.project.config.model[..] {
        [] => vec![PathBuf::from("model.toml"), PathBuf::from("model")],
        named => named.iter().map(|path| normalize(path)).collect(),
    };
    let files = match Path::new(before) {
        path if path.exists() => of_disk(path, &model)?,
        _ => of_revision(dir, before, &model)?,
    };
    if files.is_empty() {
        bail!("there is no model in `{before}`");
    }
    let then = read(dir, &Before { world: &world, model, files })?;
    let mut findings = errors(&then);
    findings.extend(errors(&now));
    let check = |book: &check::Book| check::check(&book.project, &book.chapters);
    let changes = difference::between(&check(&then), &check(&now));
    let text = match format {
        DiffFormat::Text => difference::text(&changes),
        DiffFormat::Json => format!("{}\n", difference::json(&changes)),
        DiffFormat::Markdown => difference::markdown(&changes),
    };
    Ok((text, findings))
}

type Files = BTreeMap<PathBuf, Vec<u8>>;

/// A model that stands somewhere on the disk, as if it stood in the place of the book's.
fn of_disk(path: &Path, model: &[PathBuf]) -> anyhow::Result<Files> {
    let failed = || format!("can't read `{}`", path.display());
    if path.is_file() {
        let place = model.iter().find(|path| path.extension().is_some());
        let place = place.cloned().unwrap_or_else(|| PathBuf::from("model.toml"));
        return Ok(Files::from([(place, std::fs::read(path).with_context(failed)?)]));
    }
    let place = model.iter().find(|path| path.extension().is_none());
    let place = place.cloned().unwrap_or_else(|| PathBuf::from("model"));
    let mut files = Files::new();
    for entry in std::fs::read_dir(path).with_context(failed)? {
        let entry = entry.with_context(failed)?.path();
        if let Some(name) = entry.file_name()
            && entry.extension().is_some_and(|extension| extension == "toml")
        {
            files.insert(place.join(name), std::fs::read(&entry).with_context(failed)?);
        }
    }
    Ok(files)
}

/// The model as it was committed in a revision.
fn of_revision(dir: &Path, revision: &str, model: &[PathBuf]) -> anyhow::Result<Files> {
    if revision.starts_with('-') {
        bail!("`{revision}` is neither a file nor a revision");
    }
    let git = |arguments: &[&str]| -> anyhow::Result<Vec<u8>> {
        let mut command = std::process::Command::new("git");
        let output =
            command.arg("-C").arg(dir).args(arguments).output().context("can't run git")?;
        if !output.status.success() {
            let why = String::from_utf8_lossy(&output.stderr);
            bail!("`{revision}` is neither a file nor a revision: {}", why.trim());
        }
        Ok(output.stdout)
    };
    let mut arguments = vec!["ls-tree", "-r", "-z", "--name-only", revision, "--"];
    arguments.extend(model.iter().filter_map(|path| path.to_str()));
    let names =
        String::from_utf8(git(&arguments)?).context("git names a file that is not UTF-8")?;
    let mut files = Files::new();
    for name in names.split('\0').filter(|name| name.ends_with(".toml")) {
        files.insert(PathBuf::from(name), git(&["show", &format!("{revision}:./{name}")])?);
    }
    Ok(files)
}

/// The world with another model in it.
struct Before<'a> {
    world: &'a DiskWorld,
    /// The files and folders that the model is read from.
    model: Vec<PathBuf>,
    files: Files,
}

impl World for Before<'_> {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let path = normalize(path);
        match self.files.get(&path) {
            Some(bytes) => Ok(bytes.clone()),
            None if self.model.iter().any(|model| path.starts_with(model)) => {
                Err(io::ErrorKind::NotFound.into())
            }
            None => self.world.read(&path),
        }
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<Entry>> {
        let folder = normalize(folder);
        if !self.model.iter().any(|model| folder.starts_with(model)) {
            return self.world.list(&folder);
        }
        let below = self.files.keys().filter_map(|path| path.strip_prefix(&folder).ok());
        let names: BTreeSet<_> = below.filter_map(|path| path.iter().next()).collect();
        if names.is_empty() {
            return Err(io::ErrorKind::NotFound.into());
        }
        let entry = |path: PathBuf| Entry { is_folder: !self.files.contains_key(&path), path };
        Ok(names.into_iter().map(|name| entry(folder.join(name))).collect())
    }

    fn today(&self) -> jiff::civil::Date {
        self.world.today()
    }
}
