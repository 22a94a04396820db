//! `model`: asks the model of a book without building it, and shows what a change of it does.

mod diff;
mod given;
mod list;

use super::cli::{EvalFormat, MeasureFormat, Model as Command};
use super::outcome::Said;
use super::project::root;
use crate::check;
use crate::diag::Diagnostic;
use crate::model::measure::{self, ClusterFiles};
use crate::model::{self, Compiled, Evaluation, Format, Inputs, Model, Problem, Style};
use crate::text::{self, Source, one_line};
use crate::world::{self, DiskWorld, NAMED_LIMIT, World, display, read_up_to};
use anyhow::Context;
use serde_json::json;
use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::host::book::read;
use given::{Given, compile, errors, inputs, located};

/// Answers what was asked of the model of the book in a folder.
pub(super) fn run(command: &Command, quiet: bool) -> anyhow::Result<(PathBuf, Said)> {
    let here = PathBuf::from(".");
    Ok(match command {
        Command::Measure { pods, top, nodes, format, dir } => {
            (here, measure(&root(dir)?, pods, top.as_deref(), nodes.as_deref(), *format)?)
        }
        Command::Schema => (here, (format!("{:#}\n", model::json_schema()), Vec::new())),
        Command::Eval { expression, set, scenario, format, dir } => {
            let given = Given { set, scenario: scenario.as_deref() };
            let dir = root(dir)?;
            let said = eval(&dir, expression, given, *format, quiet)?;
            (dir, said)
        }
        Command::List { what, filter, format, dir } => {
            let dir = root(dir)?;
            let said = list::list(&dir, what.as_deref(), filter.as_deref(), *format)?;
            (dir, said)
        }
        Command::Table { names, sweep, costs, set, scenario, format, dir } => {
            let given = Given { set, scenario: scenario.as_deref() };
            let sweep = sweep.as_deref();
            let dir = root(dir)?;
            let said = list::table(&dir, names, sweep, *costs, given, *format)?;
            (dir, said)
        }
        Command::Diff { before, format, dir } => {
            let dir = root(dir)?;
            let said = diff::diff(&dir, before, *format)?;
            (dir, said)
        }
    })
}

fn eval(
    dir: &Path,
    expression: &str,
    given: Given<'_>,
    format: EvalFormat,
    quiet: bool,
) -> anyhow::Result<Said> {
    let book = read(dir, &DiskWorld::new(dir))?;
    let mut findings = errors(&book);
    let model = &book.project.model;
    let done = inputs(model, given).and_then(|inputs| {
        let compiled = compile(model, expression)?;
        let wrong = |problem| vec![located("expression", expression, problem)];
        if format == EvalFormat::Json {
            return json(model, &compiled, &inputs).map_err(wrong);
        }
        let evaluation = model.evaluate(&compiled, &inputs).map_err(wrong)?;
        let mut out = format!("{}\n", one_line(&shown(model, &evaluation)));
        if !quiet {
            provenance(&mut out, model, &evaluation, &inputs, "");
        }
        Ok(out)
    });
    match done {
        Ok(out) => Ok((out, findings)),
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
    inputs: &Inputs,
) -> Result<Evaluation, Vec<Diagnostic>> {
    let compiled = compile(model, expression)?;
    model
        .evaluate(&compiled, inputs)
        .map_err(|problem| vec![located("expression", expression, problem)])
}

/// A value as people read it, with its range.
fn shown(model: &Model, evaluation: &Evaluation) -> String {
    let people = model.show(evaluation, &Format::default());
    let mut out = people.text;
    if people.rounded && evaluation.is_cut {
        // roots and logarithms have more digits than these
        let digits = Format { places: Some(20), ..Format::default() };
        let _ = write!(out, " (to 20 places {})", model.show(evaluation, &digits).text);
    } else if people.rounded {
        let _ = write!(out, " (exactly {})", people.exact_text);
    }
    let one_value = |(low, high): (model::Shown, model::Shown)| low.number == high.number;
    if !model.show_range(evaluation, &Format::default()).is_some_and(one_value) {
        out.extend(model.range_note(evaluation, &Format::default()));
    }
    out
}

/// A value and all that is known of it.
fn json(model: &Model, compiled: &Compiled, inputs: &Inputs) -> Result<String, Problem> {
    let evaluation = model.evaluate(compiled, inputs)?;
    let people = model.show(&evaluation, &Format::default());
    let kubernetes = Format { style: Style::Kubernetes, ..Format::default() };
    let mut value = model.explain(compiled, inputs, &Format::default())?;
    value["number"] = json!(people.number);
    value["unit"] = json!(people.unit);
    value["kubernetes"] = json!(model.show(&evaluation, &kubernetes).text);
    value["uncertain"] = json!(evaluation.uncertain);
    Ok(format!("{}\n", text::json(&value.to_string())))
}

/// What there is to say of a figure, an input or a formula of the book in a folder.
pub(super) fn about(dir: &Path, name: &str) -> Option<String> {
    let book = check::Book::read(&DiskWorld::new(dir)).ok()?;
    about_in(&book.project.model, name)
}

/// The value of an expression as people read it, with its range, and what it was computed from; nothing where it has none.
#[cfg(feature = "lsp")]
pub(super) fn value(model: &Model, expression: &str) -> Option<(String, String)> {
    let inputs = model.inputs();
    let evaluation = evaluate(model, expression, &inputs).ok()?;
    let mut from = String::new();
    provenance(&mut from, model, &evaluation, &inputs, "");
    Some((one_line(&shown(model, &evaluation)).into_owned(), from))
}

/// What there is to say of a figure, an input or a formula of a model.
pub(super) fn about_in(model: &Model, name: &str) -> Option<String> {
    let location = model.location_of_name(name)?;
    let mut out = format!("# `{}`\n\n", one_line(name));
    let place = location.start();
    let inputs = model.inputs();
    let mut say = |what: &str, text: &str| say(&mut out, what, text);
    say("defined", &format!("{}:{}:{}", location.source.path(), place.line, place.column));
    let prose = |prose: &model::Prose| model.prose(prose, &inputs).unwrap_or_default();
    let evaluation = evaluate(model, name, &inputs).ok();
    if let Some(evaluation) = &evaluation {
        say("value", &shown(model, evaluation));
    }
    if let Some(figure) = model.figures.get(name) {
        say("basis", figure.basis.name());
        say("superseded by", figure.superseded_by.as_deref().unwrap_or_default());
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
    if let Some(evaluation) = evaluation {
        provenance(&mut out, model, &evaluation, &inputs, name);
    }
    Some(out)
}

fn say(out: &mut String, what: &str, text: &str) {
    if !text.is_empty() {
        // A note of several lines is one paragraph.
        let text = text.lines().map(str::trim).collect::<Vec<_>>().join(" ");
        let _ = writeln!(out, "{what:9} {}", one_line(text.trim()));
    }
}

/// What a value was computed from, but for the thing itself.
fn provenance(
    out: &mut String,
    model: &Model,
    evaluation: &Evaluation,
    inputs: &Inputs,
    itself: &str,
) {
    let from = &evaluation.provenance;
    for (what, names) in
        [("input", &from.inputs), ("figure", &from.figures), ("formula", &from.formulas)]
    {
        for name in names.iter().filter(|name| *name != itself) {
            let value = evaluate(model, name, inputs);
            let value = value.map(|value| shown(model, &value)).unwrap_or_default();
            let by = model.formulas.get(name).filter(|_| what == "formula");
            let by = by.map(|formula| format!("{} = ", formula.text.text)).unwrap_or_default();
            say(out, what, &format!("{name} = {by}{value}"));
        }
    }
    for id in &from.sources {
        let Some(source) = model.sources.get(id) else { continue };
        let version = source.version.iter().map(|version| format!(", {version}"));
        let read = source.accessed.iter().map(|date| format!(", read on {date}"));
        let url = source.url.iter().map(|url| format!(" <{url}>"));
        let rest: String = version.chain(read).chain(url).collect();
        say(out, "source", &format!("{}{rest}", source.title));
    }
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
        (file(pods)?, top.map(file).transpose()?, nodes.map(file).transpose()?);
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
                let _ = writeln!(
                    out,
                    "not known: {} in {} pods",
                    one_line(&unknown.image),
                    unknown.pods
                );
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
            format!("{}\n", text::json(&value.to_string()))
        }
        MeasureFormat::Toml => measured.to_toml(model),
    };
    Ok((out, findings))
}

/// A file, or standard input.
fn file(path: &Path) -> anyhow::Result<Arc<Source>> {
    let failed = || format!("can't read `{}`", path.display());
    if path == Path::new("-") {
        let bytes = read_up_to(io::stdin().lock(), NAMED_LIMIT);
        let source = bytes.and_then(|bytes| world::text("standard input".to_owned(), bytes));
        return source.context("can't read standard input");
    }
    let bytes = DiskWorld::new(".").and(path).read_named(path).with_context(failed)?;
    world::text(display(path), bytes).with_context(failed)
}
