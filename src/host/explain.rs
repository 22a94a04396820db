//! `explain` of a name, and without one: every name that there is, in a line each.

use super::cli::ReadingFormat;
use super::model;
use super::terminal::table;
use crate::config::SETTINGS;
use crate::diag::nearest;
use crate::text::json;
use crate::world::DiskWorld;
use crate::{check, directive, reference};
use serde::Serialize;
use std::path::Path;

/// What is known of a name.
#[derive(Serialize)]
struct About<'a> {
    name: &'a str,
    /// Its page, in Markdown.
    text: &'a str,
}

/// Names of one sort, in the order of their list.
#[derive(Serialize)]
struct Names {
    title: &'static str,
    names: Vec<Named>,
}

#[derive(Serialize)]
struct Named {
    name: &'static str,
    about: &'static str,
}

/// The page about a name, of the program's or of the model's of the book in `dir`.
pub(super) fn about(name: &str, dir: &Path, format: ReadingFormat) -> anyhow::Result<String> {
    let text = reference::explain(name)
        .or_else(|error| model::about(dir, name).ok_or(error))
        .or_else(|error| own(dir, name, error))
        .map_err(anyhow::Error::msg)?;
    match format {
        ReadingFormat::Text => Ok(text),
        ReadingFormat::Json => written(&About { name, text: &text }),
    }
}

/// The page of a directive of the book in `dir`; else the error, or what is near.
fn own(dir: &Path, name: &str, error: String) -> Result<String, String> {
    let Ok(book) = check::Book::read(&DiskWorld::new(dir)) else { return Err(error) };
    let own = &book.project.directives;
    match own.find(name) {
        Some(found) => Ok(reference::own_page(found)),
        None => Err(match nearest(name, own.iter().map(|own| own.name.as_str())) {
            Some(near) => format!("nothing is called `{name}`; did you mean `{near}`?"),
            None => error,
        }),
    }
}

/// The names by what they are, and what each is about.
pub(super) fn names(format: ReadingFormat) -> anyhow::Result<String> {
    let directives = directive::REGISTRY.iter().map(|known| (known.name, known.summary));
    let words = check::FENCE_WORDS.iter().copied();
    let settings = SETTINGS.iter().map(|setting| (setting.key, setting.about));
    let codes = reference::all_codes().into_iter().map(|code| (code.name, code.summary));
    let all = [
        list("Directives", directives),
        list("Words on a fence", words),
        list("Settings in book.toml and plumb.toml", settings),
        list("Findings", codes),
    ];
    match format {
        ReadingFormat::Text => Ok(all.iter().map(Names::text).collect()),
        ReadingFormat::Json => written(&all),
    }
}

fn written(what: &impl Serialize) -> anyhow::Result<String> {
    Ok(format!("{}\n", json(&serde_json::to_string(what)?)))
}

fn list(title: &'static str, names: impl Iterator<Item = (&'static str, &'static str)>) -> Names {
    Names { title, names: names.map(|(name, about)| Named { name, about }).collect() }
}

impl Names {
    fn text(&self) -> String {
        let rows = self.names.iter().map(|Named { name, about }| ((*name).into(), (*about).into()));
        format!("{}:\n{}\n", self.title, table(&rows.collect::<Vec<_>>()))
    }
}
