//! The files of style and scripts of a book with `assets = "external"`: where `book.toml` has mdBook take them from.
//!
//! mdBook empties its output when it begins to write, after the preprocessors; what it publishes then is its theme, what lies in `src`,
//! and the files that `additional-css` and `additional-js` name. The last is the one way that is open to a preprocessor.

use super::codes::{ASSETS_MISPLACED, ASSETS_NOT_NAMED};
use crate::config::{Assets, Config};
use crate::diag::{Diagnostic, Edit, Fix};
use crate::text::{Location, Source, Span};
use serde_json::Value as Json;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// A file that a build writes for mdBook to publish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssetFile {
    /// Where, below the book's folder.
    pub path: PathBuf,
    /// What it is called: `plumb.css` or `plumb.js`.
    pub name: &'static str,
}

/// The name of the file of the style.
const STYLE: &str = "plumb.css";
/// The name of the file of the scripts.
const SCRIPT: &str = "plumb.js";

/// The keys of `[output.html]`, and the file that each has to name.
const KEYS: [(&str, &str); 2] = [("additional-css", STYLE), ("additional-js", SCRIPT)];

/// The files that a book's HTML needs, and what is wrong with how they are named. `config` is `book.toml` as mdBook reads it.
/// Unless the book says how it wants its assets, there are files if both are named where they can be, and no findings.
pub(super) fn files(
    book_toml: &Arc<Source>,
    settings: &Config,
    config: &Json,
) -> (Vec<AssetFile>, Vec<Diagnostic>) {
    let outputs = config.get("output").and_then(Json::as_object);
    let has_html = outputs.is_none_or(|all| all.is_empty() || all.contains_key("html"));
    if settings.assets == Some(Assets::Inline) || !has_html {
        return (Vec::new(), Vec::new());
    }
    let at = || settings.assets_at.clone().unwrap_or_else(|| Location::start_of(book_toml));
    let folder = |pointer: &str, default: &str| {
        let name = config.pointer(pointer).and_then(Json::as_str).unwrap_or(default);
        crate::world::normalize(Path::new(name))
    };
    let (src, output) = (folder("/book/src", "src"), folder("/build/build-dir", "book"));
    let (mut files, mut findings, mut missing) = (Vec::new(), Vec::new(), Vec::new());
    for (key, name) in KEYS {
        let named = config.pointer(&format!("/output/html/{key}")).and_then(Json::as_array);
        let paths = named.into_iter().flatten().filter_map(Json::as_str);
        let mut paths = paths.filter(|path| Path::new(path).file_name().is_some_and(|n| n == name));
        let Some(path) = paths.next() else {
            missing.push((key, name));
            continue;
        };
        let place = crate::world::normalize(Path::new(path));
        let below = place.components().all(|part| matches!(part, Component::Normal(_)));
        if !below || place.starts_with(&src) || place.starts_with(&output) {
            let message = format!("`{path}` in `{key}` is not where `{name}` is written");
            let finding = Diagnostic::new(&ASSETS_MISPLACED, at(), message);
            findings.push(
                finding.help(format!("write `\"{name}\"`: it is in the folder of book.toml")),
            );
        } else {
            files.push(AssetFile { path: place, name });
        }
    }
    if settings.assets.is_none() && !(missing.is_empty() && findings.is_empty()) {
        return (Vec::new(), Vec::new());
    }
    if !missing.is_empty() {
        let lines = missing.iter().map(|(key, name)| format!("`{key} = [\"{name}\"]`"));
        let lines = lines.collect::<Vec<_>>().join(" and ");
        let message = format!("`[output.html]` does not name what mdBook has to publish: {lines}");
        let mut finding = Diagnostic::new(&ASSETS_NOT_NAMED, at(), message);
        finding.help.push(format!("write {lines} into `[output.html]`; a build writes the files"));
        finding.fix = fix(book_toml, &missing);
        findings.push(finding);
    }
    (files, findings)
}

/// The lines that are missing, where they surely belong.
fn fix(book_toml: &Arc<Source>, missing: &[(&str, &str)]) -> Option<Fix> {
    let text = book_toml.text();
    let read = |text: &str| -> Option<Json> { toml::from_str(text).ok() };
    let before = read(text)?;
    let html = before.pointer("/output/html");
    let mut edits: Vec<(usize, String)> = Vec::new();
    let mut lines = String::new();
    for (key, name) in missing {
        match html.and_then(|html| html.get(*key)) {
            None => lines.push_str(&format!("{key} = [\"{name}\"]\n")),
            Some(list) => {
                let line = line_of(text, |line| {
                    line.strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with('='))
                })?;
                let open = line + text[line..].find('[')? + 1;
                let comma = if list.as_array()?.is_empty() { "" } else { ", " };
                edits.push((open, format!("\"{name}\"{comma}")));
            }
        }
    }
    if !lines.is_empty() {
        let header = line_of(text, |line| {
            line.split_once(']').is_some_and(|(head, _)| head.replace(' ', "") == "[output.html")
        });
        match header {
            Some(line) => {
                let end = text[line..].find('\n').map_or(text.len(), |end| line + end + 1);
                let newline = if text[..end].ends_with('\n') { "" } else { "\n" };
                edits.push((end, format!("{newline}{lines}")));
            }
            None => {
                let newline = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
                edits.push((text.len(), format!("{newline}\n[output.html]\n{lines}")));
            }
        }
    }
    edits.sort();
    let mut after = text.to_owned();
    for (at, new) in edits.iter().rev() {
        after.insert_str(*at, new);
    }
    // TOML has other ways to write a table; where this was not the one, nothing is offered.
    let after = read(&after)?;
    let named = |(key, name): &(&str, &str)| {
        let list = after.pointer(&format!("/output/html/{key}")).and_then(Json::as_array);
        list.is_some_and(|list| list.iter().any(|path| path == name))
    };
    let edit = |(at, text)| Edit { location: Location::new(book_toml, Span::at(at)), text };
    missing.iter().all(named).then(|| Fix {
        title: "name the files".into(),
        edits: edits.into_iter().map(edit).collect(),
    })
}

/// Where the first line begins that is so, its indentation aside.
fn line_of(text: &str, is: impl Fn(&str) -> bool) -> Option<usize> {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if is(line.trim_start()) {
            return Some(start);
        }
        start += line.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(toml: &str) -> (Vec<String>, Vec<Diagnostic>) {
        let source = Source::new("book.toml", toml);
        let (settings, _) = Config::read(&source, None);
        let config = toml::from_str(toml).unwrap();
        let (found, findings) = files(&source, &settings, &config);
        (found.iter().map(|file| file.path.display().to_string()).collect(), findings)
    }

    const ON: &str = "[preprocessor.plumb]\nassets = \"external\"\n";

    #[test]
    fn the_files_are_where_the_book_names_them() {
        let (found, findings) = of(&format!(
            "{ON}[output.html]\nadditional-css = [\"a.css\", \"./plumb.css\"]\nadditional-js = [\"theme/plumb.js\"]\n"
        ));
        assert_eq!(findings, []);
        assert_eq!(found, ["plumb.css", "theme/plumb.js"]);
        assert_eq!(of("[output.html]\n"), (vec![], vec![]), "inline assets need nothing");
        assert_eq!(of(&format!("{ON}[output.epub]\n")), (vec![], vec![]), "there is no HTML");
    }

    #[test]
    fn a_line_that_is_missing_is_found_and_its_fix_mends_it() {
        for toml in [
            ON.to_owned(),
            ON.trim_end().to_owned(),
            format!(
                "{ON}[output.html]\nmathjax-support = true\n[output.html.fold]\nenable = true\n"
            ),
            format!("[output.html] # ours\n{ON}"),
            format!("{ON}[output.html]\nadditional-js = []\n"),
            format!(
                "{ON}[output.html]\nadditional-css = [\n  \"a.css\",\n]\nadditional-js = [\"plumb.js\"]\n"
            ),
            format!("{ON}[output.html.print]\nenable = false\n"),
        ] {
            let (_, findings) = of(&toml);
            let [finding] = &findings[..] else { panic!("{toml}: {findings:?}") };
            assert_eq!(finding.code.name, "assets-not-named");
            let fix = finding.fix.as_ref().unwrap_or_else(|| panic!("{toml}: no fix"));
            let mut mended = toml.clone();
            for edit in fix.edits.iter().rev() {
                mended.insert_str(edit.location.span.start, &edit.text);
            }
            let (found, findings) = of(&mended);
            assert!(findings.is_empty() && found.len() == 2, "{mended}: {findings:?}");
        }
        for toml in [
            "output.html.mathjax-support = true\n[preprocessor.plumb]\nassets = \"external\"\n",
            "output = { html = {} }\n[preprocessor.plumb]\nassets = \"external\"\n",
        ] {
            let (_, findings) = of(toml);
            assert_eq!(findings.len(), 1, "{toml}");
            assert_eq!(findings[0].fix, None, "{toml}");
        }
    }

    #[test]
    fn nothing_is_written_among_the_sources_or_outside() {
        for path in
            ["src/plumb.js", "../plumb.js", "/tmp/plumb.js", "book/plumb.js", "a/../../plumb.js"]
        {
            let toml = format!(
                "{ON}[output.html]\nadditional-css = [\"plumb.css\"]\nadditional-js = [\"{path}\"]\n"
            );
            let (found, findings) = of(&toml);
            assert_eq!(found, ["plumb.css"], "{path}");
            assert_eq!(findings[0].code.name, "assets-misplaced", "{path}");
        }
    }
}
