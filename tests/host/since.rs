//! `--changed-since`: what a change of the sources has brought, and nothing else.

use crate::support::{folder, plumb, stderr, stdout};
use std::fs;
use std::path::Path;
use std::process::Command;

const MODEL: &str = "[inputs.pods]\nlabel = \"Pods\"\ndefault = 100\n\n[sources.s]\ntitle = \"A chart\"\n\
     url = \"https://example.com\"\naccessed = 2026-01-01\n\n[figures.\"proxy.cpu\"]\nvalue = \"100m\"\nsource = \"s\"\n\n\
     [formulas]\n\"tax.cpu\" = \"pods * proxy.cpu\"\n";

/// A chapter with a value that is right, and one that has been wrong since long.
const CHAPTER: &str = "# A\n\nIs <!-- plumb: value tax.cpu -->10 cores<!-- /plumb -->.\n\n\
     Was <!-- plumb: value pods -->99<!-- /plumb -->.\n";

const WRONG: &str =
    "apiVersion: v1\nkind: Service\nmetadata: {name: old}\nspec:\n  ports:\n  - prot: 80\n";

/// Runs git; false where there is none.
fn git(at: &Path, arguments: &[&str]) -> bool {
    let mut git = Command::new("git");
    git.current_dir(at).args(["-c", "user.name=t", "-c", "user.email=t@example.com"]);
    git.args(arguments).output().is_ok_and(|output| output.status.success())
}

/// A book in a folder of a repository, committed on `main`; none where there is no git.
fn repository(more: &[(&str, &str)]) -> Option<tempfile::TempDir> {
    let book = [
        ("guide/book.toml", "[preprocessor.plumb]\n"),
        ("guide/model.toml", MODEL),
        ("guide/src/SUMMARY.md", "- [A](a.md)\n- [B](b.md)\n"),
        ("guide/src/a.md", CHAPTER),
        ("guide/src/b.md", "# B\n"),
    ];
    let all = folder(&[&book[..], more].concat());
    let at = all.path();
    let made = git(at, &["init", "-q", "-b", "main"]) && commit(at);
    if !made {
        eprintln!("not tested: there is no git");
    }
    made.then_some(all)
}

fn commit(at: &Path) -> bool {
    git(at, &["add", "."]) && git(at, &["commit", "-qm", "a change"])
}

fn write(at: &Path, path: &str, text: &str) {
    fs::write(at.join(path), text).expect("a file");
}

/// What a command finds, a line each: place, code and message, and the summary's counts of what is left out.
fn found(at: &Path, arguments: &[&str]) -> (i32, Vec<String>, u64) {
    let output =
        plumb().current_dir(at).args(arguments).args(["--format", "json"]).output().expect("it");
    let mut lines: Vec<serde_json::Value> =
        stdout(&output).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let summary = lines.pop().unwrap_or_else(|| panic!("{}", stderr(&output)));
    let line = |found: &serde_json::Value| {
        format!(
            "{}:{} {}",
            found["file"].as_str().unwrap(),
            found["line"],
            found["code"].as_str().unwrap()
        )
    };
    let unchanged = summary["summary"]["unchanged"].as_u64().expect("a count");
    (output.status.code().expect("a code"), lines.iter().map(line).collect(), unchanged)
}

#[test]
fn only_what_a_change_brings_is_reported() {
    let Some(all) = repository(&[]) else { return };
    let guide = all.path().join("guide");
    let since = || found(&guide, &["check", "--changed-since", "main"]);
    assert_eq!(found(&guide, &["check"]).1, ["src/a.md:5 drift"]);
    assert_eq!(since(), (0, vec![], 1), "nothing is changed");
    // lines above it move what was there before, and how lines end is no change
    write(&guide, "src/a.md", &format!("New.\n\n{CHAPTER}").replace('\n', "\r\n"));
    assert_eq!(since(), (0, vec![], 1));
    // the line itself
    write(&guide, "src/a.md", &CHAPTER.replace("Was", "Had"));
    assert_eq!(since(), (1, vec!["src/a.md:5 drift".to_owned()], 0));
    // a new file, a new line
    write(&guide, "src/a.md", CHAPTER);
    write(&guide, "src/b.md", "# B\n\nIs `{= no.such }`.\n");
    assert_eq!(since(), (1, vec!["src/b.md:3 unknown-name".to_owned()], 1));
    let output = plumb().current_dir(&guide).args(["check", "--changed-since", "main"]).output();
    let said = stdout(&output.expect("it"));
    assert!(said.contains("1 error in 1 file; 1 not of the change"), "{said}");
}

#[test]
fn a_changed_fact_reaches_every_page_that_it_is_on() {
    let Some(all) = repository(&[]) else { return };
    let guide = all.path().join("guide");
    let since = || found(&guide, &["check", "--changed-since", "HEAD"]);
    // a figure, by a formula
    write(&guide, "model.toml", &MODEL.replace("100m", "200m"));
    assert_eq!(since(), (1, vec!["src/a.md:3 drift".to_owned()], 1));
    // an input, which the old finding is about too: it says another value
    write(&guide, "model.toml", &MODEL.replace("default = 100", "default = 300"));
    let both = vec!["src/a.md:3 drift".to_owned(), "src/a.md:5 drift".to_owned()];
    assert_eq!(since(), (1, both, 0));
    // what no page has is of no matter
    write(&guide, "model.toml", &MODEL.replace("A chart", "Another chart"));
    assert_eq!(since(), (0, vec![], 1));
    // a setting
    write(&guide, "model.toml", MODEL);
    write(&guide, "book.toml", "[preprocessor.plumb]\nwarn = [\"drift\"]\n");
    assert_eq!(since(), (0, vec!["src/a.md:5 drift".to_owned()], 0), "it is another level");
}

#[test]
fn a_changed_include_or_schema_reaches_the_pages_that_use_it() {
    let page = "# B\n\n{{#include ../parts/b.md}}\n\n```yaml\napiVersion: example.com/v1\nkind: Cheese\n\
                metadata: {name: a}\nspec: {age: old}\n```\n";
    let schema = |kind: &str| {
        format!(
            "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {{name: cheeses.example.com}}\n\
             spec:\n  group: example.com\n  scope: Namespaced\n  names: {{kind: Cheese, plural: cheeses, singular: cheese, listKind: CheeseList}}\n\
             \x20 versions:\n  - name: v1\n    served: true\n    storage: true\n    schema: {{openAPIV3Schema: {{type: object, properties: {{spec: {{type: object, properties: {{age: {{type: {kind}}}}}}}}}}}}}\n"
        )
    };
    let text = schema("string");
    let Some(all) = repository(&[
        ("guide/book.toml", "[preprocessor.plumb]\nschemas = [\"../crds\"]\n"),
        ("crds/cheese.yaml", &text),
        ("guide/src/b.md", page),
        ("guide/parts/b.md", "Fine.\n"),
    ]) else {
        return;
    };
    let guide = all.path().join("guide");
    let since = || found(&guide, &["check", "--changed-since", "main"]);
    assert_eq!(since(), (0, vec![], 1));
    write(&guide, "parts/b.md", "Fine.\n\nIs `{= no.such }`.\n");
    assert_eq!(since(), (1, vec!["parts/b.md:3 unknown-name".to_owned()], 1));
    write(&guide, "parts/b.md", "Fine.\n");
    write(all.path(), "crds/cheese.yaml", &schema("integer"));
    assert_eq!(since(), (1, vec!["src/b.md:9 schema-type".to_owned()], 1));
}

#[test]
fn what_others_have_changed_since_a_branch_left_is_theirs() {
    let Some(all) = repository(&[]) else { return };
    let (at, guide) = (all.path(), all.path().join("guide"));
    assert!(git(at, &["checkout", "-qb", "topic"]));
    write(&guide, "src/b.md", "# B\n\nIs `{= no.such }`.\n");
    assert!(commit(at) && git(at, &["checkout", "-q", "main"]));
    write(&guide, "src/a.md", &CHAPTER.replace("99", "100"));
    assert!(commit(at) && git(at, &["checkout", "-q", "topic"]));
    let since = found(&guide, &["check", "--changed-since", "main"]);
    assert_eq!(since, (1, vec!["src/b.md:3 unknown-name".to_owned()], 1));
    // committed or not, all that came since then counts
    assert_eq!(found(&guide, &["check", "--changed-since", "HEAD"]), (0, vec![], 2));
}

#[test]
fn manifests_have_a_past_too() {
    let Some(all) = repository(&[("deploy/old.yaml", WRONG), ("docs/a.md", "# A\n")]) else {
        return;
    };
    let at = all.path();
    let since =
        |more: &[&str]| found(at, &[&["validate", "--changed-since", "main"], more].concat());
    // that nothing is to be validated in a folder is known as well
    assert_eq!(since(&["deploy", "docs"]), (0, vec![], 2));
    write(at, "docs/a.md", &format!("# A\n\n```yaml\n{WRONG}```\n"));
    write(at, "deploy/new.yaml", &WRONG.replace("old", "new"));
    let both = ["deploy/new.yaml:6 schema-unknown-field", "docs/a.md:9 schema-unknown-field"];
    assert_eq!(since(&["deploy", "docs"]), (1, both.map(str::to_owned).into(), 1));
    // of a file that was not there, everything is new
    assert_eq!(since(&["deploy/new.yaml"]).1.len(), 1);
    // another release than before changes nothing in the files
    assert_eq!(since(&["deploy/old.yaml", "--k8s", "1.35"]), (0, vec![], 1));
    // the fixes of the change alone
    let fix = ["validate", "deploy", "--changed-since", "main", "--fix"];
    let output = plumb().current_dir(at).args(fix).output().expect("it");
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
    let read = |path: &str| fs::read_to_string(at.join(path)).expect("a file");
    assert_eq!(read("deploy/old.yaml"), WRONG);
    assert!(read("deploy/new.yaml").contains("- port: 80"));
}

#[test]
fn a_baseline_and_a_change_go_together() {
    let Some(all) = repository(&[]) else { return };
    let guide = all.path().join("guide");
    let baseline = ["check", "--baseline", "known.toml"];
    let run = |more: &[&str]| {
        let output = plumb().current_dir(&guide).args(baseline).args(more).output().expect("it");
        (output.status.code(), stdout(&output) + &stderr(&output))
    };
    assert_eq!(run(&["--write-baseline"]).0, Some(0));
    write(&guide, "src/b.md", "# B\n\nIs `{= no.such }`.\n");
    let (code, said) = run(&["--changed-since", "main"]);
    assert_eq!(code, Some(1));
    assert!(said.contains("1 error in 1 file; 1 known\n"), "{said}");
    let (code, said) = run(&["--changed-since", "main", "--write-baseline"]);
    assert!(code == Some(2) && said.contains("cannot be used with"), "{said}");
}

#[test]
fn what_is_no_revision_is_refused() {
    let refused = |at: &Path, revision: &str, why: &str| {
        let output = plumb()
            .current_dir(at)
            .arg("check")
            .arg(format!("--changed-since={revision}"))
            .output();
        let output = output.expect("it");
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{revision}: {said}");
        assert!(said.contains(why), "{revision}: {said}");
        assert!(stdout(&output).is_empty(), "{revision}");
    };
    let Some(all) = repository(&[]) else { return };
    let guide = all.path().join("guide");
    let long = "x".repeat(100_000);
    for revision in [
        "--output=x",
        "-p",
        "",
        "no-such",
        "main..main",
        "main:guide",
        "HEAD~99",
        "main\nHEAD",
        &long,
    ] {
        refused(&guide, revision, "not a revision");
    }
    assert!(!guide.join("x").exists());
    let alone = folder(&[("book.toml", ""), ("src/SUMMARY.md", "")]);
    refused(alone.path(), "main", "no git repository");
}

/// A book that was no book, a link, files that are no text, a repository within the repository.
#[cfg(unix)]
#[test]
fn what_was_there_before_may_be_anything() {
    let Some(all) = repository(&[
        ("guide/book.toml", "[preprocessor.plumb]\nschemas = [\"../none\"]\n"),
        ("parts/p.md", "Is `{= no.such }`.\n"),
        ("x/own/file", ""),
    ]) else {
        return;
    };
    let (at, guide) = (all.path(), all.path().join("guide"));
    let link = |target: &str, path: &str| {
        std::os::unix::fs::symlink(target, guide.join(path)).expect("a link");
    };
    link("../../parts", "src/parts");
    link("round.md", "src/round.md");
    link("/etc/passwd", "src/out.txt");
    write(&guide, "src/b.md", "# B\n\n{{#include parts/p.md}}\n{{#include round.md}}\n");
    fs::write(at.join("x/no-text"), b"\xff\xfe\xff").expect("a file");
    assert!(git(at, &["rm", "-rq", "--cached", "x/own"]) && git(at, &["init", "-q", "x/own"]));
    assert!(commit(&at.join("x/own")) && commit(at));
    let now = found(&guide, &["check"]).1;
    let (code, since, unchanged) = found(&guide, &["check", "--changed-since", "HEAD"]);
    // a link to itself is told of in the system's words, which those of before may differ from
    assert!(since.iter().all(|one| one == "src/b.md:4 include-unreadable"), "{code} {since:?}");
    assert!(now.len() == 6 && unchanged >= 5, "{unchanged} of {now:?}");
    // where there was no book, all is new
    let first = found(&guide, &["check", "--changed-since", "HEAD~1"]).1;
    assert!(first.len() < now.len());
    fs::create_dir(at.join("new")).expect("a folder");
    for file in ["book.toml", "model.toml"] {
        fs::copy(guide.join(file), at.join("new").join(file)).expect("a copy");
    }
    fs::create_dir(at.join("new/src")).expect("a folder");
    write(at, "new/src/SUMMARY.md", "- [A](a.md)\n");
    write(at, "new/src/a.md", CHAPTER);
    let (_, since, unchanged) = found(&at.join("new"), &["check", "--changed-since", "HEAD"]);
    assert!(since.contains(&"src/a.md:5 drift".to_owned()) && unchanged == 0, "{since:?}");
}
