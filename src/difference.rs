//! What a change of the model does to a guide: every published value that differs, page by page, before and after.
//!
//! Owns: taking what pages publish apart into single values, and comparing two checks of the same pages. Must not know: where
//! the two models came from.

use crate::check::Checked;
use crate::content::{Block, Calculator, Checklist, Content, Inline, Matrix, Table, plain};
use crate::text::Location;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// One published value that differs.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The directive that publishes it.
    pub at: Location,
    /// The directive as its author wrote it: `overhead options=[…]`.
    pub directive: String,
    /// Which of its values: `Istio, sidecars: CPU`; empty where it has only one.
    pub part: String,
    /// What the page said; none where there was nothing.
    pub before: Option<String>,
    /// What it says; none where there is nothing any more.
    pub after: Option<String>,
}

/// The values that differ between two checks of the same pages, in the order of the pages.
pub fn between(before: &Checked, after: &Checked) -> Vec<Change> {
    let key = |at: &Location| (at.source.path().to_owned(), at.span.start, at.span.end);
    let published = |checked: &Checked| {
        let chapters = checked.chapters.iter().flat_map(|chapter| chapter.values.clone());
        chapters.map(|value| (key(&value.at), value)).collect::<BTreeMap<_, _>>()
    };
    let (old, new) = (published(before), published(after));
    let mut places: Vec<_> = old.keys().chain(new.keys()).cloned().collect();
    places.sort();
    places.dedup();
    let mut changes = Vec::new();
    for place in places {
        let (old, new) = (old.get(&place), new.get(&place));
        let Some(one) = new.or(old) else { continue };
        let parts = |value: Option<&crate::check::Published>| {
            value.map_or_else(Vec::new, |value| parts(&value.content))
        };
        for (part, before, after) in paired(parts(old), parts(new)) {
            changes.push(Change {
                at: one.at.clone(),
                directive: one.expression.clone(),
                part,
                before,
                after,
            });
        }
    }
    // A file that two chapters include publishes the same value twice at one place.
    changes.dedup();
    changes
}

/// The parts that differ, in the order of the new ones; parts that are gone come last.
fn paired(
    old: Vec<(String, String)>,
    new: Vec<(String, String)>,
) -> Vec<(String, Option<String>, Option<String>)> {
    let before: BTreeMap<_, _> = old.iter().cloned().collect();
    let after: BTreeMap<_, _> = new.iter().cloned().collect();
    let mut changes = Vec::new();
    for (part, value) in new {
        match before.get(&part) {
            Some(old) if *old == value => {}
            old => changes.push((part, old.cloned(), Some(value))),
        }
    }
    for (part, value) in old {
        if !after.contains_key(&part) {
            changes.push((part, Some(value), None));
        }
    }
    changes
}

/// The single values of a content, each with what it is the value of.
fn parts(content: &Content) -> Vec<(String, String)> {
    match content {
        Content::Inline(inlines) => vec![(String::new(), plain(inlines))],
        Content::Blocks(blocks) => blocks.iter().flat_map(of_block).collect(),
    }
}

fn of_block(block: &Block) -> Vec<(String, String)> {
    match block {
        Block::Paragraph(inlines) => vec![(String::new(), plain(inlines))],
        Block::List { items, .. } => items
            .iter()
            .enumerate()
            .map(|(index, blocks)| {
                let text =
                    blocks.iter().flat_map(of_block).map(|(_, text)| text).collect::<Vec<_>>();
                (format!("item {}", index + 1), text.join(" "))
            })
            .collect(),
        Block::Table(table) => of_table(table),
        Block::Chart(chart) => of_table(&chart.data),
        Block::Matrix(matrix) => of_matrix(matrix),
        Block::Checklist(checklist) => of_checklist(checklist),
        Block::Calculator(calculator) => of_calculator(calculator),
        Block::Advisor(advisor) => {
            let mut parts = Vec::new();
            parts.extend(advisor.checklist.iter().flat_map(of_checklist));
            parts.extend(advisor.matrix.iter().flat_map(of_matrix));
            parts.extend(advisor.calculator.iter().flat_map(of_calculator));
            for outcome in &advisor.outcomes {
                parts.push((
                    format!("outcome `{}`", outcome.id),
                    format!(
                        "{}. {} ({})",
                        plain(&outcome.title),
                        plain(&outcome.text),
                        outcome.rule
                    ),
                ));
            }
            parts
        }
        Block::Details { body, .. } => body.iter().flat_map(of_block).collect(),
        Block::Manifest(_) | Block::Code { .. } => Vec::new(),
    }
}

fn of_table(table: &Table) -> Vec<(String, String)> {
    let mut parts = Vec::new();
    for row in &table.rows {
        let head = row.cells.first().map(|cell| plain(cell)).unwrap_or_default();
        for (column, cell) in table.columns.iter().zip(&row.cells).skip(1) {
            parts.push((format!("{head}: {}", plain(&column.title)), plain(cell)));
        }
    }
    parts
}

fn of_matrix(matrix: &Matrix) -> Vec<(String, String)> {
    let mut parts = Vec::new();
    for row in &matrix.rows {
        for ((_, option), cell) in matrix.options.iter().zip(&row.cells) {
            let mut text = plain(&[Inline::Status(cell.status.clone())]);
            if !cell.note.is_empty() {
                let _ = write!(text, ", {}", plain(&cell.note));
            }
            parts.push((format!("{}: {}", plain(&row.title), plain(option)), text));
        }
    }
    parts
}

fn of_checklist(checklist: &Checklist) -> Vec<(String, String)> {
    let items = checklist.groups.iter().flat_map(|group| &group.items);
    let items = items.map(|item| (format!("item `{}`", item.id), plain(&item.text)));
    let verdicts = checklist.verdicts.iter().map(|verdict| {
        (
            format!("verdict `{}`", verdict.id),
            format!("{} ({})", plain(&verdict.title), verdict.rule),
        )
    });
    items.chain(verdicts).collect()
}

fn of_calculator(calculator: &Calculator) -> Vec<(String, String)> {
    of_table(&calculator.result)
}

fn said(value: Option<&String>) -> &str {
    value.map_or("nothing", String::as_str)
}

/// For a terminal.
pub fn text(changes: &[Change]) -> String {
    let mut out = String::new();
    let mut page = "";
    for change in changes {
        if change.at.source.path() != page {
            page = change.at.source.path();
            let _ = writeln!(out, "{page}");
        }
        let start = change.at.start();
        let _ = write!(out, "  {}:{}  {}", start.line, start.column, change.directive);
        if !change.part.is_empty() {
            let _ = write!(out, " [{}]", change.part);
        }
        let _ =
            writeln!(out, ": {} -> {}", said(change.before.as_ref()), said(change.after.as_ref()));
    }
    let _ = match changes.len() {
        0 => writeln!(out, "no published value changes"),
        1 => writeln!(out, "1 published value changes"),
        count => writeln!(out, "{count} published values change"),
    };
    out
}

/// As a list of objects.
pub fn json(changes: &[Change]) -> Json {
    let object = |change: &Change| {
        let start = change.at.start();
        json!({
            "file": change.at.source.path(),
            "line": start.line,
            "column": start.column,
            "directive": change.directive,
            "part": change.part,
            "before": change.before,
            "after": change.after,
        })
    };
    changes.iter().map(object).collect()
}

/// For a comment on a pull request.
pub fn markdown(changes: &[Change]) -> String {
    if changes.is_empty() {
        return "No published value changes.\n".to_owned();
    }
    let cell = |text: &str| text.replace('|', "\\|").replace('\n', " ");
    let mut out = String::from("| Page | Value | Before | After |\n|---|---|---|---|\n");
    for change in changes {
        let place = format!("{}:{}", change.at.source.path(), change.at.start().line);
        let value = if change.part.is_empty() { &change.directive } else { &change.part };
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} |",
            cell(&place),
            cell(value),
            cell(said(change.before.as_ref())),
            cell(said(change.after.as_ref()))
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_listed() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let old = vec![pair("a", "1"), pair("b", "2"), pair("c", "3")];
        let new = vec![pair("a", "1"), pair("b", "20"), pair("d", "4")];
        assert_eq!(
            paired(old, new),
            [
                ("b".to_owned(), Some("2".to_owned()), Some("20".to_owned())),
                ("d".to_owned(), None, Some("4".to_owned())),
                ("c".to_owned(), Some("3".to_owned()), None),
            ]
        );
    }
}
