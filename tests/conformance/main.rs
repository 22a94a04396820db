//! Cases as files: what an author writes, with what should be found noted at its line.
//!
//! `tests/cases` holds them, in folders by kind and rule; `case.rs` says how they are written. The expectations come from their
//! oracle and never from the tool. Those below `known/` are right and not met yet: each of them must fail, so that whoever mends the
//! tool moves them. `PLUMB_BLESS=1` brings lines and columns of annotations up to date, and nothing else.

mod case;
mod compare;
mod run;
mod shared;

use case::Case;
use mdbook_plumb::diag::Diagnostic;
use rayon::prelude::*;
use run::Runner;
use std::path::{Path, PathBuf};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases");

/// Below it, the cases that must fail.
const KNOWN: &str = "known/";

fn below(folder: &Path, files: &mut Vec<PathBuf>) {
    let entries = std::fs::read_dir(folder).expect("the folder of cases is readable");
    for path in entries.map(|entry| entry.expect("its entries are").path()) {
        if path.is_dir() { below(&path, files) } else { files.push(path) }
    }
}

/// What is wrong with a case or its outcome; nothing where all is well.
fn judge(runner: &Runner, path: &Path, bless: bool) -> Option<String> {
    let name = path.strip_prefix(FOLDER).unwrap_or(path).to_string_lossy().replace('\\', "/");
    let text = std::fs::read_to_string(path).expect("a case is readable");
    let (mut case, found) = match outcome(runner, &name, &text) {
        Ok(outcome) => outcome,
        Err(why) => return Some(why + "\n"),
    };
    if bless {
        let new = compare::blessed(&case, &text, &found);
        if new != text {
            std::fs::write(path, &new).expect("a case can be written");
            case = Case::read(&name, &new).expect("only places have changed");
        }
    }
    let difference = compare::difference(&case, &found);
    match (name.starts_with(KNOWN), difference.is_empty()) {
        (true, true) => Some(format!("{name} is met now: move it out of {KNOWN}\n")),
        (false, false) => Some(format!("{name} (oracle: {})\n{difference}", case.oracle)),
        _ => None,
    }
}

fn outcome(runner: &Runner, name: &str, text: &str) -> Result<(Case, Vec<Diagnostic>), String> {
    let case = Case::read(name, text)?;
    let found = runner.run(&case);
    Ok((case, found))
}

#[test]
fn every_case_finds_what_its_oracle_says_and_nothing_else() {
    let mut files = Vec::new();
    below(Path::new(FOLDER), &mut files);
    files.sort();
    assert!(!files.is_empty(), "there are no cases");
    let bless = std::env::var_os("PLUMB_BLESS").is_some();
    let runner = Runner::new();
    let wrong: Vec<String> =
        files.par_iter().filter_map(|path| judge(&runner, path, bless)).collect();
    assert!(
        wrong.is_empty(),
        "{} of {} cases, `-` expected and `+` found:\n\n{}",
        wrong.len(),
        files.len(),
        wrong.join("\n")
    );
}

/// What the runner says of a case.
fn said(text: &str) -> String {
    match outcome(&Runner::new(), "a.yaml", text) {
        Ok((case, found)) => compare::difference(&case, &found),
        Err(why) => why,
    }
}

const CONFIG: &str = "#~ oracle: none\napiVersion: v1\nkind: ConfigMap\nmetadata:\n";

#[test]
fn what_is_found_and_not_expected_fails_and_so_does_the_reverse() {
    let found = said(&format!("{CONFIG}  name: A_\n"));
    assert!(found.starts_with("  + 5: error[object-name]@9 metadata.name:"), "{found}");
    let expected = said(&format!("{CONFIG}  name: a #~ error metadata.name:\n"));
    assert_eq!(expected, "  - 5: #~ error metadata.name:\n");
    assert_eq!(said(&format!("{CONFIG}  name: a\n")), "");
}

#[test]
fn each_part_of_an_annotation_counts() {
    let with = |annotation: &str| said(&format!("{CONFIG}  name: A_ {annotation}\n"));
    for right in [
        "#~ error metadata.name:",
        "#~ error name: Invalid value",
        "#~ error[object-name]@9 Invalid value",
    ] {
        assert_eq!(with(right), "", "{right}");
    }
    for wrong in [
        "#~ warning metadata.name:",
        "#~ error ame:",
        "#~ error metadata.name: Required value",
        "#~ error[schema-value] metadata.name:",
        "#~ error@10 metadata.name:",
        "#~-1 error metadata.name:",
        "#~ error metadata.name: #~ error metadata.name:",
    ] {
        assert_ne!(with(wrong), "", "{wrong}");
    }
    for none in ["#~ error", "#~ eror metadata.name:", "#~x error metadata.name:", "#~-9 error a:"]
    {
        assert!(with(none).contains("is no annotation"), "{none}");
    }
}

#[test]
fn a_case_without_an_oracle_fails() {
    assert!(said("apiVersion: v1\n").contains("names no oracle"));
}

#[test]
fn annotations_are_cut_and_lines_stay() {
    let text = "#~ oracle: x\na: |\n  b #~ error c: d\r\n#~-1 note e\n#~ file: m.toml\nf = 1\n";
    let case = Case::read("x/a.yaml", text).unwrap();
    let files = [("a.yaml", "\na: |\n  b\r\n\n"), ("m.toml", "\n\n\n\n\nf = 1\n")];
    assert_eq!(case.files, files.map(|(path, text)| (path.to_owned(), text.to_owned())));
    let lines: Vec<usize> = case.expected.iter().map(|expected| expected.line).collect();
    assert_eq!(lines, [3, 3]);
}

#[test]
fn blessing_moves_annotations_and_neither_makes_nor_removes_any() {
    let bless = |text: &str| {
        let (case, found) = outcome(&Runner::new(), "a.yaml", text).unwrap();
        compare::blessed(&case, text, &found)
    };
    let moved = bless(&format!("{CONFIG} #~ error@1 name: Invalid value\n  name: A_\n"));
    assert_eq!(moved, format!("{CONFIG} #~+1 error@9 name: Invalid value\n  name: A_\n"));
    for kept in ["  name: A_\n", "  name: a #~ error@3 name: Invalid value\n"] {
        let text = format!("{CONFIG}{kept}");
        assert_eq!(bless(&text), text);
    }
}
