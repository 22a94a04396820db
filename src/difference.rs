//! What a change of the model does to a guide: every published value that differs, page by page, before and after.
//!
//! Owns: taking what pages publish apart into single values, comparing two checks of the same pages, and telling what else
//! the change does, to verdicts and to cells that no page shows. Must not know: where the two models came from.

use crate::check::Checked;
use crate::content::{Block, Calculator, Checklist, Content, Inline, Matrix, Table, Widget, plain};
use crate::model::{self, ChangeKind};
use crate::text::{Location, one_line};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// One value that differs.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Whether a page publishes it.
    pub published: bool,
    /// The directive that publishes it; of what no page does, its place in the model.
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
        // Text that is written for each row publishes several values at one place, in the order of the rows.
        let mut seen = BTreeMap::new();
        let chapters = checked.chapters.iter().flat_map(|chapter| chapter.values.clone());
        let numbered = chapters.map(|value| {
            let place = key(&value.at);
            let count = seen.entry(place.clone()).or_insert(0_usize);
            *count += 1;
            ((place, *count), value)
        });
        numbered.collect::<BTreeMap<_, _>>()
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
            value.map_or_else(Vec::new, |value| told_apart(parts(&value.content)))
        };
        for (part, before, after) in paired(parts(old), parts(new)) {
            changes.push(Change {
                published: true,
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

/// What becomes of verdicts, and of the cells and items that no page shows: of all that differs between two models, what
/// [`between`] can't tell.
pub fn unseen(changes: Vec<model::Change>, before: &Checked, after: &Checked) -> Vec<Change> {
    let mut shown = BTreeSet::new();
    for value in [before, after].iter().flat_map(|checked| &checked.chapters) {
        for published in &value.values {
            if let Content::Blocks(blocks) = &published.content {
                blocks.iter().for_each(|block| names_of(block, &mut shown));
            }
        }
    }
    let untold = |change: &model::Change| match change.kind {
        ChangeKind::Verdict => true,
        ChangeKind::Cell | ChangeKind::Item => !shown.contains(&change.name),
        _ => false,
    };
    changes
        .into_iter()
        .filter(untold)
        .map(|change| Change {
            published: false,
            at: change.location,
            directive: format!("{} {}", change.kind.name(), change.name),
            part: change.scenario.unwrap_or_default(),
            before: change.before,
            after: change.after,
        })
        .collect()
}

/// The names, as [`model::diff`] gives them, of the cells and items in a block.
fn names_of(block: &Block, names: &mut BTreeSet<String>) {
    let (mut matrices, mut checklists) = (Vec::new(), Vec::new());
    match block {
        Block::Widget(Widget::Matrix(matrix)) => matrices.push(matrix),
        Block::Widget(Widget::Checklist(checklist)) => checklists.push(checklist),
        Block::Widget(Widget::Advisor(advisor)) => {
            matrices.extend(&advisor.matrix);
            checklists.extend(&advisor.checklist);
        }
        Block::Details { body, .. } => body.iter().for_each(|block| names_of(block, names)),
        _ => {}
    }
    for matrix in matrices {
        for row in &matrix.rows {
            let options = matrix.options.iter();
            names.extend(options.map(|(id, _)| format!("{} / {} / {id}", matrix.id, row.id)));
        }
    }
    for checklist in checklists {
        let items = checklist.groups.iter().flat_map(|group| &group.items);
        names.extend(items.map(|item| format!("{} / {}", checklist.id, item.id)));
    }
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

/// Parts of one name are numbered (two rows `compared with A`), and those without a value left out.
fn told_apart(parts: Vec<(String, String)>) -> Vec<(String, String)> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut told = Vec::with_capacity(parts.len());
    for (part, value) in parts {
        let count = seen.entry(part.clone()).or_default();
        *count += 1;
        let value = value.trim();
        if !value.is_empty() {
            let name = if *count == 1 { part } else { format!("{part} ({count})") };
            told.push((name, value.to_owned()));
        }
    }
    told
}

/// The single values of a content, each with what it is the value of.
fn parts(content: &Content) -> Vec<(String, String)> {
    match content {
        Content::Inline(inlines) => vec![(String::new(), plain(inlines))],
        Content::Blocks(blocks) => blocks.iter().flat_map(of_block).collect(),
        Content::Written(text) => vec![(String::new(), text.clone())],
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
        Block::Widget(widget) => of_widget(widget),
        Block::Details { body, .. } => body.iter().flat_map(of_block).collect(),
        Block::Manifest(_) | Block::Code { .. } => Vec::new(),
    }
}

fn of_widget(widget: &Widget) -> Vec<(String, String)> {
    match widget {
        Widget::Matrix(matrix) => of_matrix(matrix),
        Widget::Checklist(checklist) => of_checklist(checklist),
        Widget::Calculator(calculator) => of_calculator(calculator),
        Widget::Advisor(advisor) => {
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
                        when(outcome.rule.as_deref())
                    ),
                ));
            }
            parts
        }
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
            if !cell.text.is_empty() {
                let _ = write!(text, " {}", plain(&cell.text));
            }
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
            format!("{} ({})", plain(&verdict.title), when(verdict.rule.as_deref())),
        )
    });
    items.chain(verdicts).collect()
}

fn when(rule: Option<&str>) -> String {
    rule.map_or_else(|| "otherwise".to_owned(), |rule| format!("if {rule}"))
}

fn of_calculator(calculator: &Calculator) -> Vec<(String, String)> {
    of_table(&calculator.result)
}

fn said(value: Option<&String>) -> &str {
    value.map_or("nothing", String::as_str)
}

/// How many published values change, as a sentence.
fn count(changes: &[Change]) -> String {
    match changes.iter().filter(|change| change.published).count() {
        0 => "no published value changes".to_owned(),
        1 => "1 published value changes".to_owned(),
        count => format!("{count} published values change"),
    }
}

/// The head of what no page shows.
const UNSEEN: &str = "beside what pages show";

/// For a terminal.
pub fn text(changes: &[Change]) -> String {
    let lines = |out: &mut String, published: bool| {
        let mut page = "";
        for change in changes.iter().filter(|change| change.published == published) {
            if change.at.source.path() != page {
                page = change.at.source.path();
                let _ = writeln!(out, "{}", one_line(page));
            }
            let start = change.at.start();
            let _ =
                write!(out, "  {}:{}  {}", start.line, start.column, one_line(&change.directive));
            if !change.part.is_empty() {
                let _ = write!(out, " [{}]", one_line(&change.part));
            }
            let (before, after) = (said(change.before.as_ref()), said(change.after.as_ref()));
            let _ = writeln!(out, ": {} -> {}", one_line(before), one_line(after));
        }
    };
    let mut out = String::new();
    lines(&mut out, true);
    let _ = writeln!(out, "{}", count(changes));
    if changes.iter().any(|change| !change.published) {
        let _ = writeln!(out, "\n{UNSEEN}:");
        lines(&mut out, false);
    }
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
            "published": change.published,
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
    let rows = |out: &mut String, published: bool| {
        for change in changes.iter().filter(|change| change.published == published) {
            let place = format!("{}:{}", change.at.source.path(), change.at.start().line);
            let value = match (published, change.part.as_str()) {
                (true, part) if !part.is_empty() => part.to_owned(),
                (false, part) if !part.is_empty() => format!("{} [{part}]", change.directive),
                _ => change.directive.clone(),
            };
            let cells = [
                place.as_str(),
                value.as_str(),
                said(change.before.as_ref()),
                said(change.after.as_ref()),
            ];
            let _ = writeln!(out, "| {} |", cells.map(cell).join(" | "));
        }
    };
    let sentence = count(changes);
    let mut out = format!("{}{}.\n", sentence[..1].to_uppercase(), &sentence[1..]);
    if changes.iter().any(|change| change.published) {
        out.push_str("\n| Page | Value | Before | After |\n|---|---|---|---|\n");
        rows(&mut out, true);
    }
    if changes.iter().any(|change| !change.published) {
        let _ = write!(
            out,
            "\n{}{}:\n\n| Model | Value | Before | After |\n|---|---|---|---|\n",
            UNSEEN[..1].to_uppercase(),
            &UNSEEN[1..]
        );
        rows(&mut out, false);
    }
    out
}

/// A text as a cell of a table in GitHub's Markdown, where nothing in it is a mark.
fn cell(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '\n' => out.push(' '),
            '|' | '\\' | '`' | '*' | '_' | '<' | '[' | ']' | '~' => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_one_name_are_told_apart() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let parts = vec![pair("a", "1"), pair("a", " "), pair("b", " 2"), pair("a", "3")];
        assert_eq!(told_apart(parts), [pair("a", "1"), pair("b", "2"), pair("a (3)", "3")]);
    }

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
