//! `book.toml` with what this preprocessor needs, comments and order kept; and a `plumb.toml`.

use crate::config::Home;
use anyhow::Context;
use toml_edit::{Array, DocumentMut, Item, Table, value};

/// Whether the settings name a model.
pub(super) fn names_model(home: Home, text: &str) -> bool {
    let document = text.trim_start_matches('\u{feff}').parse::<DocumentMut>();
    document
        .is_ok_and(|document| ours(home, &document).is_some_and(|ours| ours.get("model").is_some()))
}

fn ours(home: Home, document: &DocumentMut) -> Option<&Item> {
    let (first, below) = home.table().split_first()?;
    below.iter().try_fold(document.get(first)?, |table, key| table.get(key))
}

/// What a new `plumb.toml` says.
const TREE: &str = "\
[plumb]
# pages = [\"README.md\", \"docs\"]   # unless some are named, all Markdown below this folder
";

/// The settings of a tree: with our table, if it is not there yet.
pub(super) fn of_tree(text: &str) -> anyhow::Result<String> {
    let document = text.trim_start_matches('\u{feff}').parse::<DocumentMut>();
    let document = document.context("`plumb.toml` is not TOML")?;
    Ok(match ours(Home::Tree, &document) {
        Some(_) => text.to_owned(),
        None if text.trim().is_empty() => TREE.to_owned(),
        None => format!("{}\n\n{TREE}", text.trim_end()),
    })
}

/// The settings with a table of ours, and with a folder that `mdbook serve` watches. The text itself where both are there.
pub(super) fn with_ours(text: &str, watched: Option<&str>) -> anyhow::Result<String> {
    // A mark of the byte order is no TOML, and line ends are read as `\n`.
    let (mark, written) = match text.strip_prefix('\u{feff}') {
        Some(written) => ("\u{feff}", written),
        None => ("", text),
    };
    let mut document: DocumentMut = written.parse().context("`book.toml` is not TOML")?;
    let is_watched = match watched {
        Some(folder) => watch(&mut document, folder)?,
        None => false,
    };
    if ours(Home::Book, &document).is_some() && !is_watched {
        return Ok(text.to_owned());
    }
    if ours(Home::Book, &document).is_none() {
        let mut implicit = Table::new();
        implicit.set_implicit(true);
        let tables = document.entry("preprocessor").or_insert(Item::Table(implicit));
        let tables = tables.as_table_like_mut().context("`preprocessor` is no table")?;
        let mut table = Table::new();
        // Includes are expanded first, so that what they hold is checked too.
        table.insert("after", value(Array::from_iter(["links"])));
        table.decor_mut().set_prefix("\n");
        tables.insert("plumb", Item::Table(table));
    }
    let new = format!("{mark}{document}");
    Ok(match text.contains("\r\n") {
        true => new.replace("\r\n", "\n").replace('\n', "\r\n"),
        false => new,
    })
}

/// Adds a folder to those that are watched; whether it was not among them.
fn watch(document: &mut DocumentMut, folder: &str) -> anyhow::Result<bool> {
    let build = document.entry("build").or_insert_with(|| {
        let mut table = Table::new();
        table.decor_mut().set_prefix("\n");
        Item::Table(table)
    });
    let build = build.as_table_like_mut().context("`build` is no table")?;
    let dirs = build.entry("extra-watch-dirs").or_insert_with(|| value(Array::new()));
    let dirs = dirs.as_array_mut().context("`extra-watch-dirs` is no list")?;
    let is_new = !dirs.iter().any(|dir| dir.as_str() == Some(folder));
    if is_new {
        dirs.push(folder);
    }
    Ok(is_new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_order_stay() {
        let text = "# ours\n[book]\ntitle = 'A'  # a title\n\n[preprocessor.index]\n# last\n\n[output.html]\n";
        let with = with_ours(text, Some("model")).expect("settings");
        for line in text.lines() {
            assert!(with.lines().any(|new| new == line), "{line:?} is gone:\n{with}");
        }
        let read: toml::Table = with.parse().expect("TOML");
        assert_eq!(read["preprocessor"]["plumb"]["after"][0].as_str(), Some("links"));
        assert_eq!(read["build"]["extra-watch-dirs"][0].as_str(), Some("model"));
        assert_eq!(with_ours(&with, Some("model")).expect("settings"), with);
    }

    #[test]
    fn ends_of_lines_and_a_byte_order_mark_stay() {
        let text = "\u{feff}[book]\r\ntitle = 'A'\r\n";
        let with = with_ours(text, Some("model")).expect("settings");
        assert!(with.starts_with("\u{feff}[book]\r\ntitle = 'A'\r\n"), "{with:?}");
        assert!(!with.replace("\r\n", "").contains('\n'), "{with:?}");
        assert_eq!(with_ours(&with, Some("model")).expect("settings"), with);
        assert!(names_model(Home::Book, "\u{feff}[preprocessor.plumb]\r\nmodel = 'm'\r\n"));
    }

    #[test]
    fn what_is_there_is_left() {
        let text = "[build]\nextra-watch-dirs = [ \"data\" ]\n[preprocessor.plumb]\nbefore = [\"x\"]\nmodel = \"figures\"\n";
        assert!(names_model(Home::Book, text));
        assert_eq!(with_ours(text, None).expect("settings"), text);
        let with = with_ours(text, Some("model")).expect("settings");
        assert!(
            with.contains("[ \"data\" , \"model\"]") || with.contains("\"data\", \"model\""),
            "{with}"
        );
        for text in ["preprocessor = 1\n", "[build]\nextra-watch-dirs = 3\n", "[a\n"] {
            assert!(with_ours(text, Some("model")).is_err(), "{text}");
        }
    }
}
