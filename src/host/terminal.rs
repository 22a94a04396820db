//! Standard streams: whether to colour, how wide, and where the reader stands.

use super::cli::{Color, Findings, Output};
use crate::report::{Format, Style};
use crate::text::printed;
use anstream::stream::RawStream;
use anstream::{AutoStream, ColorChoice};
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

/// How findings look on a stream. `NO_COLOR`, `CLICOLOR_FORCE` and their kin count unless the reader says otherwise.
pub(super) fn style(wanted: &Findings, output: Output, stream: &impl RawStream) -> Style {
    let color = match output.color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => AutoStream::choice(stream) != ColorChoice::Never,
    };
    let width = match terminal_size::terminal_size() {
        Some((width, _)) if stream.is_terminal() => usize::from(width.0).max(60),
        _ => Style::default().width,
    };
    let least = wanted.min_level.map_or(wanted.format.least, Into::into);
    let links = color && stream.is_terminal();
    Style { color, links, width, least, verbose: output.verbose, quiet: output.quiet }
}

/// Names, and what is said of each in a column of its own. Where standard output is a terminal, that goes on below itself;
/// elsewhere each has one line, for `grep` and its kin.
pub(super) fn table(rows: &[(String, String)]) -> String {
    let columns = match terminal_size::terminal_size() {
        Some((width, _)) if io::stdout().is_terminal() => Some(usize::from(width.0)),
        _ => None,
    };
    table_within(rows, columns)
}

/// The fewest columns that text is folded into.
const NARROW: usize = 24;

fn table_within(rows: &[(String, String)], columns: Option<usize>) -> String {
    let name_width = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    let before = name_width + 4;
    let room = columns.map_or(usize::MAX, |columns| columns.saturating_sub(before).max(NARROW));
    let mut out = String::new();
    for (name, about) in rows {
        let (mut lines, mut line) = (Vec::new(), String::new());
        for word in about.split(' ') {
            let length = line.chars().count();
            if length > 0 && length + 1 + word.chars().count() > room {
                lines.push(std::mem::replace(&mut line, word.to_owned()));
            } else {
                line.push_str(if length > 0 { " " } else { "" });
                line.push_str(word);
            }
        }
        lines.push(line);
        for (index, line) in lines.iter().enumerate() {
            let name = if index == 0 { name.as_str() } else { "" };
            out.push_str(format!("  {name:name_width$}  {line}").trim_end());
            out.push('\n');
        }
    }
    out
}

/// What leads from where the reader stands to a book's root, with `/`: empty where they are the same, absolute where
/// neither is within the other.
///
/// People stand in the current folder. What GitHub and GitLab read is taken from the root of the checkout, wherever a step runs.
pub(super) fn way_to(root: &Path, format: &Format) -> String {
    let checkout =
        ["GITHUB_WORKSPACE", "CI_PROJECT_DIR"].into_iter().filter(|_| format.from_checkout);
    let workspace = checkout.filter_map(std::env::var_os).map(PathBuf::from).next();
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let root = real(&std::path::absolute(root).unwrap_or_else(|_| root.to_owned()));
    let workspace = workspace.map(|folder| real(&folder)).filter(|folder| root.starts_with(folder));
    match workspace.or_else(|| std::env::current_dir().ok().map(|here| real(&here))) {
        Some(here) => between(&here, &root),
        None => String::new(),
    }
}

fn between(here: &Path, root: &Path) -> String {
    let shown = |path: &Path| path.to_string_lossy().replace('\\', "/");
    if let Ok(below) = root.strip_prefix(here) {
        return shown(below);
    }
    match here.strip_prefix(root) {
        Ok(below) => vec![".."; below.components().count()].join("/"),
        Err(_) => shown(root),
    }
}

/// Tells why something could not run.
pub(super) fn complain(error: &anyhow::Error) {
    // A reader that has gone away (`| head`) has seen what it wanted.
    let gone = |cause: &(dyn std::error::Error + 'static)| {
        cause
            .downcast_ref::<io::Error>()
            .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    };
    if !error.chain().any(gone) {
        eprintln!("{}", printed(&format!("error: {error:#}")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_fits_a_narrow_terminal_and_is_whole_elsewhere() {
        let rows = [("a", "one word and another, and more"), ("long-name", "x")];
        let rows = rows.map(|(name, about)| (name.to_owned(), about.to_owned()));
        let whole = "  a          one word and another, and more\n  long-name  x\n";
        assert_eq!(table_within(&rows, None), whole);
        assert_eq!(table_within(&rows, Some(120)), whole);
        let narrow = table_within(&rows, Some(40));
        assert_eq!(
            narrow,
            "  a          one word and another, and\n             more\n  long-name  x\n"
        );
        assert!(narrow.lines().all(|line| line.chars().count() <= 40));
        // of a word that is too long, and a terminal that is too narrow for any text, nothing is lost
        let long = [("name".to_owned(), "x".repeat(90))];
        assert!(table_within(&long, Some(1)).contains(&"x".repeat(90)));
        assert_eq!(table_within(&[], Some(10)), "");
    }

    #[test]
    fn the_way_to_a_book_is_short() {
        for (here, root, way) in [
            ("/a/b", "/a/b", ""),
            ("/a", "/a/b/c", "b/c"),
            ("/a/b/src/x", "/a/b", "../.."),
            ("/a/b", "/c", "/c"),
        ] {
            assert_eq!(between(Path::new(here), Path::new(root)), way, "{here} to {root}");
        }
    }
}
