//! The direction of the dependencies between modules, read from the sources.
//!
//! ARCHITECTURE.md draws the arrows; this test fails on one that goes the other way. [`circles`] looks at each file, [`api`]
//! at what the crates offer, [`threats`] at the tests that docs/threat-model.md names.

mod api;
mod circles;
mod threats;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Each module and what it may name with `crate::`: no more than it does. A module that is not listed here fails the test.
/// `text`, `diag`, `number`, `model` and `manifest` are crates below, whose direction Cargo holds.
const MAY_USE: &[(&str, &[&str])] = &[
    ("world", &[]),
    ("content", &[]),
    ("config", &["text", "diag", "content"]),
    ("markdown", &["text", "diag", "world", "content"]),
    (
        "directive",
        &["text", "diag", "content", "config", "number", "model", "markdown", "manifest"],
    ),
    ("reading", &["text", "diag", "markdown", "manifest"]),
    (
        "check",
        &[
            "reading",
            "text",
            "diag",
            "world",
            "content",
            "config",
            "model",
            "markdown",
            "manifest",
            "directive",
        ],
    ),
    ("render", &["text", "content", "check"]),
    ("report", &["text", "diag"]),
    ("sync", &["text", "diag", "content", "check", "render"]),
    ("fix", &["text", "diag", "sync"]),
    ("since", &["text", "diag", "world", "markdown"]),
    ("difference", &["text", "content", "model", "check"]),
    (
        "reference",
        &[
            "diag",
            "world",
            "config",
            "model",
            "markdown",
            "manifest",
            "directive",
            "check",
            "report",
            "sync",
        ],
    ),
    // `host` and the crate's root may use everything; nothing may use them.
];

fn rust_files(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, out);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            out.push(path);
        }
    }
}

/// Nothing decides by the words of a message: they are for people.
#[test]
fn nothing_decides_by_words() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    rust_files(&root.join("src"), &mut files);
    rust_files(&root.join("crates"), &mut files);
    let is_test = |path: &Path| path.iter().any(|part| part.to_string_lossy().starts_with("tests"));
    let mut found = Vec::new();
    for path in files.iter().filter(|path| !is_test(path)) {
        let text = fs::read_to_string(path).unwrap();
        let product = text.split("#[cfg(test)]\nmod tests").next().unwrap_or("");
        for (number, line) in product.lines().enumerate() {
            if decides_by_words(line) {
                let path = path.strip_prefix(root).unwrap().display();
                found.push(format!("{path}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    assert_eq!(found, [""; 0]);
}

/// Whether a line asks what a message, a help or a detail says.
fn decides_by_words(line: &str) -> bool {
    let asks = ["contains(", "starts_with(", "ends_with(", "find(", "split_once(", "strip_prefix("];
    ["message", "message()", "detail", "problem.message", "help"].iter().any(|of| {
        asks.iter().any(|ask| line.contains(&format!(".{of}.{ask}")))
            || line.contains(&format!(".{of} == "))
            || line.contains(&format!(".{of} != "))
    })
}

#[test]
fn words_that_decide_are_seen() {
    assert!(decides_by_words("if finding.message.contains(\"Required\") {"));
    assert!(decides_by_words("a.help == b.help"));
    assert!(!decides_by_words("finding.message.clone()"));
}

/// The names that follow `crate::` in a text, those in a `use crate::{…}` list included; comments are left out.
fn used(text: &str) -> Vec<String> {
    let code: Vec<_> = text.lines().map(|line| line.split("//").next().unwrap_or("")).collect();
    let code = code.join("\n");
    let name = |text: &str| -> String {
        text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
    };
    let mut names = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        if code[..at].ends_with('$') {
            continue; // a macro's own path
        }
        let rest = &code[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            None => names.push(name(rest)),
            Some(list) => {
                let mut depth = 1;
                let mut start = 0;
                for (index, c) in list.char_indices() {
                    match c {
                        '{' => depth += 1,
                        '}' => depth -= 1,
                        _ => {}
                    }
                    if depth == 0 || (depth == 1 && c == ',') {
                        names.push(name(&list[start..index]));
                        start = index + 1;
                    }
                    if depth == 0 {
                        break;
                    }
                }
            }
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

#[test]
fn dependencies_point_one_way() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&src, &mut files);
    let mut wrong = Vec::new();
    let mut arrows = BTreeSet::new();
    for file in files {
        let relative = file.strip_prefix(&src).unwrap();
        let first = relative.iter().next().unwrap().to_str().unwrap();
        let module = first.strip_suffix(".rs").unwrap_or(first);
        if matches!(module, "main" | "lib" | "host") {
            continue;
        }
        let Some((_, allowed)) = MAY_USE.iter().find(|(name, _)| *name == module) else {
            wrong.push(format!("{}: the module `{module}` has no place", relative.display()));
            continue;
        };
        for name in used(&fs::read_to_string(&file).unwrap()) {
            arrows.insert((module.to_owned(), name.clone()));
            if name != module && !allowed.contains(&name.as_str()) {
                wrong.push(format!(
                    "{}: `{module}` must not use `crate::{name}`",
                    relative.display()
                ));
            }
        }
    }
    for (module, allowed) in MAY_USE {
        for name in *allowed {
            if !arrows.contains(&((*module).to_owned(), (*name).to_owned())) {
                wrong.push(format!("`{module}` does not use `crate::{name}`, and so need not"));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn only_the_host_and_the_disk_touch_the_outside() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&src, &mut files);
    let mut wrong = Vec::new();
    for file in files {
        let relative = file.strip_prefix(&src).unwrap().to_path_buf();
        if relative.starts_with("host")
            || relative.starts_with("world.rs")
            || relative.starts_with("world")
            || relative == Path::new("main.rs")
        {
            continue;
        }
        if relative.iter().any(|part| part == "tests" || part == "tests.rs")
            || only_for_tests(&file)
        {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        for outside in [
            "std::fs",
            "std::env",
            "std::process",
            "std::net::Tcp",
            "std::net::Udp",
            "ToSocketAddrs",
            "ureq",
            "SystemTime::now",
            "Timestamp::now",
        ] {
            if code.contains(outside) {
                wrong.push(format!("{}: {outside}", relative.display()));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

/// Whether the module above declares a file under `#[cfg(test)]`.
fn only_for_tests(file: &Path) -> bool {
    let name = file.file_stem().unwrap().to_str().unwrap();
    let above = fs::read_to_string(file.with_file_name("mod.rs")).unwrap_or_default();
    let declared = format!("mod {name};");
    let attributes = above.lines().take_while(|line| *line != declared).collect::<Vec<_>>();
    attributes
        .iter()
        .rev()
        .take_while(|line| line.starts_with("#["))
        .any(|line| *line == "#[cfg(test)]")
}

/// What declares a code without `codes!`, whose page is then no file: the macro itself, and a table of rules of one shape.
const DECLARE: &[&str] =
    &["plumb-text/src/diag/code.rs", "plumb-kube/src/admission/kubernetes/declare.rs"];

#[test]
fn a_code_is_declared_with_codes() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    rust_files(&root.join("src"), &mut files);
    rust_files(&root.join("crates"), &mut files);
    let declares = |file: &PathBuf| {
        let text = fs::read_to_string(file).unwrap();
        let is_test = file.file_stem().is_some_and(|stem| stem == "tests");
        !is_test
            && !DECLARE.iter().any(|known| file.ends_with(known))
            && text.contains("Code {\n")
            && text
                .lines()
                .any(|line| line.trim_end().ends_with("= Code {") || line.contains("diag::Code {"))
    };
    let wrong: Vec<_> = files.iter().filter(|file| declares(file)).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    for known in DECLARE {
        assert!(files.iter().any(|file| file.ends_with(known)), "{known}");
    }
}

#[test]
fn names_are_read_from_paths_and_lists() {
    let text = "use crate::text::Span;\nuse crate::{diag::{A, B}, world};\n// crate::host\n";
    assert_eq!(used(text), ["text", "diag", "world"]);
}
