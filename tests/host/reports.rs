//! Where findings go, and what is looked at: files beside the stream, lists, texts that are not saved.

use crate::support::{feed, folder, plumb, stderr, stdout};
use std::fs;
use std::path::Path;
use std::process::Output;

const WRONG: &str =
    "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec:\n  ports:\n  - prot: 80\n";

fn run(at: &Path, arguments: &[&str]) -> Output {
    plumb().current_dir(at).env_remove("GITHUB_WORKSPACE").args(arguments).output().expect("it")
}

fn book() -> tempfile::TempDir {
    folder(&[
        ("guide/book.toml", "[preprocessor.plumb]\n"),
        ("guide/model.toml", "[inputs.pods]\nlabel = \"Pods\"\ndefault = 100\n"),
        ("guide/directives/note.md", "+++\nsummary = \"A note\"\n+++\nFor `{= pods }`.\n"),
        ("guide/src/SUMMARY.md", "- [A](a.md)\n- [B](b.md)\n"),
        ("guide/src/a.md", "# A\n\n{{#include ../part.md}}\n"),
        ("guide/src/b.md", "# B\n\n<!-- plumb: note /-->\n"),
        ("guide/part.md", "Was <!-- plumb: value pods -->99<!-- /plumb -->.\n"),
        ("deploy/a.yaml", WRONG),
    ])
}

#[test]
fn one_run_writes_many_reports() {
    let all = book();
    let at = all.path();
    let output = run(
        at,
        &[
            "check",
            "guide",
            "--output",
            "sarif=reports/a/plumb.sarif",
            "--output=junit=junit.xml",
            "--output",
            "human=found=here.txt",
        ],
    );
    assert_eq!(output.status.code(), Some(1));
    assert!(stdout(&output).starts_with("error[drift]"), "{}", stdout(&output));
    let read = |path: &str| fs::read_to_string(at.join(path)).expect("a report");
    let sarif: serde_json::Value =
        serde_json::from_str(&read("reports/a/plumb.sarif")).expect("JSON");
    let place = &sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "guide/part.md");
    assert!(read("junit.xml").contains("name=\"guide/part.md\""), "{}", read("junit.xml"));
    assert_eq!(read("found=here.txt"), stdout(&output), "as it is where nothing is coloured");
    // of a book in order too
    fs::write(at.join("guide/part.md"), "Fine.\n").expect("a file");
    let output = run(at, &["check", "guide", "-q", "--output", "gitlab=g.json"]);
    assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(0), ""));
    assert_eq!(read("g.json").trim(), "[]");
    for (asked, why) in [
        ("sarif", "write it as sarif=FILE"),
        ("sarif=", "write it as sarif=FILE"),
        ("xml=a.xml", "`xml` is not a format: human, json"),
        ("json=guide", "can't write `guide`"),
        ("json=guide/part.md/a.json", "can't write"),
    ] {
        let output = run(at, &["check", "guide", "--output", asked]);
        assert_eq!(output.status.code(), Some(2), "{asked}");
        assert!(stderr(&output).contains(why), "{asked}: {}", stderr(&output));
    }
}

/// A report is no way to write where a stranger's link leads.
#[cfg(unix)]
#[test]
fn a_report_is_written_where_it_was_named() {
    let all = book();
    let (repo, outside) = (all.path().join("repo"), all.path().join("outside"));
    fs::create_dir_all(repo.join(".git")).expect("a folder");
    fs::create_dir(&outside).expect("a folder");
    fs::write(outside.join("a.txt"), "mine").expect("a file");
    fs::write(repo.join("a.yaml"), WRONG).expect("a file");
    for (target, link) in [("../outside", "reports"), ("../outside/a.txt", "a.json")] {
        std::os::unix::fs::symlink(target, repo.join(link)).expect("a link");
    }
    for path in ["reports/a.txt", "a.json"] {
        let output = run(&repo, &["validate", "a.yaml", "--output", &format!("json={path}")]);
        assert_eq!(output.status.code(), Some(2), "{path}: {}", stderr(&output));
        assert_eq!(fs::read_to_string(outside.join("a.txt")).expect("a file"), "mine");
    }
}

#[test]
fn what_would_be_looked_at_is_listed() {
    let all = book();
    let at = all.path();
    let output = run(at, &["check", "guide", "--list"]);
    assert_eq!(output.status.code(), Some(0), "nothing is checked");
    let files = [
        "guide/book.toml",
        "guide/directives/note.md",
        "guide/model.toml",
        "guide/part.md",
        "guide/src/SUMMARY.md",
        "guide/src/a.md",
        "guide/src/b.md",
    ];
    assert_eq!(stdout(&output).lines().collect::<Vec<_>>(), files);
    let output = run(&at.join("guide"), &["validate", "--list", "../deploy", "src"]);
    let files = ["../deploy/a.yaml", "src/SUMMARY.md", "src/a.md", "src/b.md"];
    assert_eq!(stdout(&output).lines().collect::<Vec<_>>(), files);
    assert_eq!(run(at, &["check", "--list"]).status.code(), Some(2), "there is no book");
}

#[test]
fn a_text_that_is_not_saved_is_checked_in_the_place_of_its_file() {
    let all = book();
    let at = all.path();
    let feed = |arguments: &[&str], text: &str| {
        let output = feed(plumb().current_dir(at).args(arguments), text.as_bytes());
        (output.status.code(), stdout(&output) + &stderr(&output))
    };
    let unsaved = ["check", "guide", "--stdin-filename"];
    let with = |file: &str, text: &str| feed(&[&unsaved[..], &[file]].concat(), text);
    // an included file, a chapter, the model; by a path from here, or one from the root
    assert_eq!(with("guide/part.md", "Fine.\n").0, Some(0));
    let (code, said) = with("guide/src/../src/b.md", "# B\n\nIs `{= no.such }`.\n");
    assert!(code == Some(1) && said.contains("guide/src/b.md:3:"), "{said}");
    let model = "[inputs.pods]\nlabel = \"Pods\"\ndefault = 99\n";
    assert_eq!(with("guide/model.toml", model).0, Some(0));
    let full = at.join("guide/part.md");
    assert_eq!(with(full.to_str().expect("a path"), "").0, Some(0));
    // nothing was written
    assert!(fs::read_to_string(&full).expect("a file").contains("99"));
    let (code, said) = with("deploy/a.yaml", "");
    assert!(code == Some(2) && said.contains("not a file of this project"), "{said}");
    let (code, said) = feed(&["check", "guide", "--fix", "--stdin-filename", "x"], "");
    assert!(code == Some(2) && said.contains("cannot be used with"), "{said}");
    // by itself: its name says what it is
    let fence = format!("# A\n\n```yaml\n{WRONG}```\n");
    let (code, said) = feed(&["validate", "-", "--stdin-filename", "docs/a.md"], &fence);
    assert!(code == Some(1) && said.contains("docs/a.md:9:5"), "{said}");
    let (code, said) = feed(&["validate", "-", "--stdin-filename", "a.yaml"], WRONG);
    assert!(code == Some(1) && said.contains("a.yaml:6:5"), "{said}");
    let (code, said) = feed(&["validate", "deploy", "--stdin-filename", "a.md"], "");
    assert!(code == Some(2) && said.contains("name `-`"), "{said}");
}

#[cfg(unix)]
#[test]
fn standard_input_opens_no_door() {
    let all = book();
    let repo = all.path().join("guide");
    fs::create_dir_all(repo.join(".git")).expect("a folder");
    fs::write(repo.join(".git/config"), "x").expect("a file");
    for file in [".git/config", "../deploy/a.yaml", "/etc/passwd", "no-such.md"] {
        let mut check = plumb();
        check.current_dir(&repo).args(["check", "--stdin-filename", file]);
        let output = feed(&mut check, b"text");
        assert_eq!(output.status.code(), Some(2), "{file}: {}", stdout(&output));
    }
}
