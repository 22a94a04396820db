//! `model list` and `model table`: what the model holds and computes, as tables.

use super::given::{Given, compile, errors, inputs, located};
use crate::diag::{Diagnostic, nearest};
use crate::host::book::read;
use crate::host::cli::ListFormat;
use crate::host::outcome::Said;
use crate::model::{LISTS, List, Listing, Model, Problem, Sweep, View};
use crate::text::{self, Span};
use crate::world::DiskWorld;
use anyhow::bail;
use serde_json::{Map, Value as Json};
use std::path::Path;

/// One of the model's lists, or all of them, or what in them has a text in its name.
pub(super) fn list(
    dir: &Path,
    what: Option<&str>,
    filter: Option<&str>,
    format: ListFormat,
) -> anyhow::Result<Said> {
    let book = read(dir, &DiskWorld::new(dir))?;
    let model = &book.project.model;
    let names = || LISTS.iter().map(|list| list.name);
    let one = what.and_then(List::named);
    let filter = match (one, what, filter) {
        (None, Some(what), Some(_)) => match nearest(what, names()) {
            Some(name) => bail!("there is no list `{what}`; did you mean `{name}`?"),
            None => bail!(
                "there is no list `{what}`; there are: {}",
                names().collect::<Vec<_>>().join(", ")
            ),
        },
        (None, Some(part), None) => part,
        (_, _, filter) => filter.unwrap_or(""),
    };
    let mut lists = Vec::new();
    for known in LISTS.iter().filter(|known| one.is_none_or(|one| one.name == known.name)) {
        let mut list = known.of(model, &model.inputs());
        list.rows.retain(|row| row.first().is_some_and(|name| name.contains(filter)));
        if !list.rows.is_empty() {
            lists.push((known.name, list));
        }
    }
    if lists.is_empty() && !filter.is_empty() {
        let near = nearest(filter, names()).filter(|_| one.is_none());
        let near = near.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default();
        bail!("nothing in the model has `{filter}` in its name{near}");
    }
    let text = match (one, format) {
        (Some(_), format) => {
            written(lists.first().map_or(&Listing::default(), |(_, list)| list), format)
        }
        (None, ListFormat::Csv) => {
            bail!("CSV holds one table: name one of {}", names().collect::<Vec<_>>().join(", "))
        }
        (None, ListFormat::Json) => {
            let lists = lists.iter().map(|(name, list)| ((*name).to_owned(), list.to_json()));
            let lists = Json::Object(lists.collect::<Map<_, _>>());
            format!("{}\n", text::json(&lists.to_string()))
        }
        (None, format) => {
            let titled = |(name, list): &(&str, Listing)| match format {
                ListFormat::Markdown => format!("## {}\n\n{}", capital(name), list.to_markdown()),
                _ => format!("{}:\n{}", capital(name), indented(&list.to_text())),
            };
            lists.iter().map(titled).collect::<Vec<_>>().join("\n")
        }
    };
    Ok((text, errors(&book)))
}

fn capital(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}\n")).collect()
}

fn written(list: &Listing, format: ListFormat) -> String {
    match format {
        ListFormat::Text => list.to_text(),
        ListFormat::Csv => list.to_csv(),
        ListFormat::Json => format!("{}\n", text::json(&list.to_json().to_string())),
        ListFormat::Markdown => list.to_markdown(),
    }
}

/// What options cost, a matrix, or expressions along a sweep.
pub(super) fn table(
    dir: &Path,
    names: &[String],
    sweep: Option<&str>,
    view: View,
    given: Given<'_>,
    format: ListFormat,
) -> anyhow::Result<Said> {
    let book = read(dir, &DiskWorld::new(dir))?;
    let mut findings = errors(&book);
    let model = &book.project.model;
    if sweep.is_some() && names.is_empty() {
        bail!("with --sweep, name the expressions to compute, such as `tax.cpu`");
    }
    let made = match sweep {
        Some(sweep) => swept(model, names, sweep, given),
        None => of_names(model, names, view, given)?,
    };
    match made {
        Ok(list) => Ok((written(&list, format), findings)),
        Err(problems) => {
            findings.extend(problems);
            Ok((String::new(), findings))
        }
    }
}

type Made = Result<Listing, Vec<Diagnostic>>;

fn of_names(model: &Model, names: &[String], view: View, given: Given<'_>) -> anyhow::Result<Made> {
    let values = match inputs(model, given) {
        Ok(values) => values,
        Err(problems) => return Ok(Err(problems)),
    };
    if let [id] = names
        && !model.options.contains_key(id)
        && let Some(list) = model.matrix_table(id, &values)
    {
        return Ok(Ok(list));
    }
    let known = || model.options.keys().map(String::as_str);
    for name in names {
        if model.matrices.contains_key(name) {
            bail!("`{name}` is a matrix, which is a table of its own; name it alone");
        }
        if !model.options.contains_key(name) {
            let all = known().chain(model.matrices.keys().map(String::as_str));
            match nearest(name, all) {
                Some(near) => {
                    bail!("there is no option or matrix `{name}`; did you mean `{near}`?")
                }
                None => bail!("there is no option or matrix `{name}`; see `model list options`"),
            }
        }
    }
    let options: Vec<&str> = match names {
        [] => known().collect(),
        names => names.iter().map(String::as_str).collect(),
    };
    let shown = options.join(" ");
    Ok(model
        .option_table(&options, view, &values)
        .map_err(|problem| vec![located("options", &shown, problem)]))
}

fn swept(model: &Model, names: &[String], sweep: &str, given: Given<'_>) -> Made {
    let values = inputs(model, given)?;
    let wrong = |problem| vec![located("--sweep", sweep, problem)];
    let points = read_sweep(model, sweep).map_err(wrong)?;
    let compiled =
        names.iter().map(|expression| compile(model, expression)).collect::<Result<Vec<_>, _>>()?;
    model.sweep_table(&compiled.iter().collect::<Vec<_>>(), &points, &values).map_err(wrong)
}

/// `pods:100..1000..100`, `pods:10,50,100`, `pods`: as a directive's `sweep` has it.
fn read_sweep(model: &Model, sweep: &str) -> Result<Sweep, Problem> {
    let Some((input, values)) = sweep.split_once(':') else {
        return Sweep::new(model, sweep, None, None, None);
    };
    // What is wrong with one of the values is shown at all of them.
    let known = model.inputs.contains_key(input);
    let at =
        if known { Span::new(input.len() + 1, sweep.len()) } else { Span::new(0, input.len()) };
    Sweep::parse(model, input, values).map_err(|problem| {
        let instead = problem.instead.clone().filter(|_| !known);
        Problem { span: at, instead, ..problem }
    })
}
