//! Standard streams: whether to colour, how wide, and where the reader stands.

use super::cli::{Color, Findings, Output};
use crate::report::{Format, Style};
use crate::text::printed;
use anstream::stream::RawStream;
use anstream::{AutoStream, ColorChoice};
use std::io;
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
    Style { color, width, least, verbose: output.verbose, quiet: output.quiet }
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
