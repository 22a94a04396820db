//! What the crates offer to others: how much, and with docs that say more than a name. Read from the sources.

use crate::circles::{tokens, use_tree};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The crates, and how many public items each has at most: a few dozen, that a stranger can use. Lower the number when it
/// becomes fewer. Names that a macro makes (codes of findings) don't count, nor do fields and methods.
const MOST_ITEMS: &[(&str, usize)] = &[
    ("plumb-text", 42),
    ("plumb-number", 16),
    ("plumb-yaml", 12),
    ("plumb-cel", 34),
    ("plumb-model", 85),
];

/// A doc of so many words repeats the name.
const TOO_FEW_WORDS: usize = 3;

/// A file of a crate without what is for tests only.
fn code(file: &Path) -> String {
    let text =
        fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned()
}

/// The public items that can be named from outside a module: its own, those that it hands on, and those of its modules.
fn items(file: &Path, out: &mut BTreeSet<String>) {
    let tokens = tokens(&code(file));
    let below = match file.file_stem().and_then(|stem| stem.to_str()) {
        Some("lib" | "mod") => file.parent().unwrap().to_owned(),
        _ => file.with_extension(""),
    };
    let module = |name: &str| -> PathBuf {
        let file = below.join(format!("{name}.rs"));
        if file.is_file() { file } else { below.join(name).join("mod.rs") }
    };
    let mut depth = 0;
    for (index, token) in tokens.iter().enumerate() {
        match token.as_str() {
            "{" => depth += 1,
            "}" => depth -= 1,
            _ => {}
        }
        if depth > 0 || token != "pub" {
            continue;
        }
        let words = tokens[index + 1..].iter().map(String::as_str);
        let words: Vec<&str> =
            words.skip_while(|word| matches!(*word, "unsafe" | "async")).take(3).collect();
        match words[..] {
            ["(", ..] => {} // of the crate's own
            ["use", ..] => {
                let mut found = Vec::new();
                use_tree(&tokens, index + 2, &[], &mut found);
                for (name, path) in found {
                    match path.last() {
                        Some(last) if name == "*" => items(&module(last), out),
                        _ => drop(out.insert(name)),
                    }
                }
            }
            ["mod", name, ";"] => items(&module(name), out),
            ["const", "fn", name] | [_, name, _] => drop(out.insert(name.to_owned())),
            _ => {}
        }
    }
}

/// The public items, fields and methods of a file whose docs say too little: the line, and what is declared.
fn short_docs(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut words = 0;
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        match line.strip_prefix("///") {
            Some(doc) => words += doc.split_whitespace().count(),
            None if line.starts_with("#[") => {}
            None => {
                // A module's docs stand in its file; what is handed on has those of where it is defined, what a macro makes
                // those that it is given.
                let is_declared = line.strip_prefix("pub ").is_some_and(|rest| {
                    !rest.starts_with("use ") && !rest.starts_with("mod ") && !rest.contains('$')
                });
                if is_declared && words <= TOO_FEW_WORDS {
                    found.push((index + 1, line.to_owned()));
                }
                words = 0;
            }
        }
    }
    found
}

fn files(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, out);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            out.push(path);
        }
    }
}

#[test]
fn crates_offer_few_things_and_say_what_they_are() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates");
    let mut wrong = Vec::new();
    for (name, most) in MOST_ITEMS {
        let src = crates.join(name).join("src");
        let mut offered = BTreeSet::new();
        items(&src.join("lib.rs"), &mut offered);
        if offered.len() > *most {
            wrong.push(format!(
                "{name} has {} public items, more than {most}: {offered:?}",
                offered.len()
            ));
        }
        let mut all = Vec::new();
        files(&src, &mut all);
        for file in all {
            for (line, declared) in short_docs(&code(&file)) {
                wrong.push(format!("{}:{line}: say more of `{declared}`", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn docs_that_repeat_a_name_are_seen() {
    let text = "/// The id.\npub id: String,\n/// Its id, unique in the\n/// matrix.\n#[x]\npub id: String,\npub mod a;\npub use a::B;\npub fn f() {}\n";
    let lines: Vec<usize> = short_docs(text).into_iter().map(|(line, _)| line).collect();
    assert_eq!(lines, [2, 9]);
}
