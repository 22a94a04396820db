//! The threat model names the test behind each of its sentences; each of them exists.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn sources() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders: Vec<PathBuf> = ["src", "tests", "crates"].map(|name| root.join(name)).into();
    let mut all = String::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() && path.file_name().is_some_and(|name| name != "target") {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                all.push_str(&fs::read_to_string(&path).expect("a source"));
            }
        }
    }
    all
}

/// Every function that is there.
fn tests(sources: &str) -> BTreeSet<&str> {
    let functions = sources.lines().filter_map(|line| line.trim_start().strip_prefix("fn "));
    functions.filter_map(|rest| rest.split(['(', '<']).next()).collect()
}

/// The names of tests in a page: in backticks, small letters with two underscores or more.
fn named(page: &str) -> BTreeSet<&str> {
    let quoted = page.split('`').skip(1).step_by(2);
    quoted
        .filter(|text| text.matches('_').count() >= 2)
        .filter(|text| text.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
        .collect()
}

#[test]
fn every_test_that_the_threat_model_names_exists() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/threat-model.md");
    let page = fs::read_to_string(path).expect("the page");
    let (sources, named) = (sources(), named(&page));
    assert!(named.len() > 30, "the page names {} tests", named.len());
    let tests = tests(&sources);
    let missing: Vec<_> = named.difference(&tests).collect();
    assert!(missing.is_empty(), "no such tests: {missing:?}");
    // A sentence of a list has a test behind it.
    let items = page.split("\n- ").skip(1);
    for item in items {
        let item = item.split("\n\n").next().unwrap_or(item);
        assert!(item.contains('_'), "nothing holds this: {item}");
    }
}
