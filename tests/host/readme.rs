//! What the README says works as it says.

use crate::support::{folder, plumb, stderr, stdout};

const README: &str = include_str!("../../README.md");

/// The fenced blocks of a language.
fn blocks(language: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut lines = README.lines();
    while let Some(line) = lines.next() {
        let fence: String = line.chars().take_while(|c| *c == '`').collect();
        if fence.len() < 3 {
            continue;
        }
        let body: Vec<_> = lines.by_ref().take_while(|line| *line != fence).collect();
        if &line[fence.len()..] == language {
            blocks.push(body.join("\n") + "\n");
        }
    }
    blocks
}

#[test]
fn the_example_book_works() {
    let [settings, model, _] = &blocks("toml")[..] else { panic!("book.toml and two models") };
    let [manifest, value, _] = &blocks("markdown")[..] else { panic!("a manifest, two values") };
    let chapter = format!("# Example\n\n{value}\n{manifest}");
    let book = folder(&[
        ("book.toml", settings),
        ("model.toml", model),
        ("src/SUMMARY.md", "- [Example](example.md)\n"),
        ("src/example.md", &chapter),
    ]);
    let check = || plumb().arg("check").current_dir(book.path()).output().unwrap();
    let output = check();
    let said = stdout(&output);
    assert_eq!(output.status.code(), Some(1), "{said}{}", stderr(&output));
    let line = 1 + chapter.lines().position(|line| line.contains("prot:")).unwrap();
    assert!(said.contains(&format!("src/example.md:{line}:7")), "{said}");
    assert!(said.contains("did you mean `port`"), "{said}");
    std::fs::write(book.path().join("src/example.md"), chapter.replace("prot:", "port:")).unwrap();
    let output = check();
    assert_eq!(output.status.code(), Some(0), "{}{}", stdout(&output), stderr(&output));

    let changed = model.replace("\"100m\"", "\"200m\"");
    std::fs::write(book.path().join("model.toml"), changed).unwrap();
    assert_eq!(check().status.code(), Some(1), "the committed text has drifted");
    let sync = plumb().arg("sync").current_dir(book.path()).output().unwrap();
    assert_eq!(sync.status.code(), Some(0), "{}", stderr(&sync));
    let text = std::fs::read_to_string(book.path().join("src/example.md")).unwrap();
    assert!(text.contains("-->20 cores<!-- /plumb -->"), "{text}");
    assert_eq!(check().status.code(), Some(0));
}

#[test]
fn the_example_without_a_book_works() {
    let [.., model] = &blocks("toml")[..] else { panic!("a model") };
    let [.., page] = &blocks("markdown")[..] else { panic!("a page") };
    let tree = folder(&[
        ("plumb.toml", "[plumb]\n"),
        ("model.toml", model),
        ("Cargo.toml", "[package]\nversion = \"1.5.0\"\n"),
        ("README.md", page),
        ("docs/a.md", "# A\n"),
    ]);
    let run =
        |arguments: &[&str]| plumb().args(arguments).current_dir(tree.path()).output().unwrap();
    let output = run(&["check", "README.md", "docs/"]);
    assert_eq!(output.status.code(), Some(1), "{}{}", stdout(&output), stderr(&output));
    assert!(stdout(&output).contains("the model says `1.5.0`"), "{}", stdout(&output));
    assert_eq!(run(&["sync"]).status.code(), Some(0));
    let text = std::fs::read_to_string(tree.path().join("README.md")).unwrap();
    assert_eq!(text, page.replace("1.4.0", "1.5.0"));
    assert_eq!(run(&["check"]).status.code(), Some(0));
}

#[test]
fn what_the_first_screen_shows_is_what_comes_out() {
    let [manifest, ..] = &blocks("markdown")[..] else { panic!("a manifest and a value") };
    let [shown] = &blocks("text")[..] else { panic!("what is found") };
    let docs = folder(&[("docs/web.md", manifest), ("README.md", "# Web\n")]);
    let run = plumb().args(["validate", "docs/", "README.md"]).current_dir(docs.path()).output();
    let said = stdout(&run.unwrap());
    assert!(said.starts_with(shown.as_str()), "{said}");
}
