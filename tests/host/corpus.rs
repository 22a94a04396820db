//! `.ci/corpus`: what a change of ours does to findings in pinned trees, told by its real script on a tree of the test's own.

use crate::support::{folder, stderr, stdout};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

const WRONG: &str =
    "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec:\n  ports:\n  - prot: 80\n";
const PROGRAM: &str = env!("CARGO_BIN_EXE_mdbook-plumb");

fn said(at: &Path, program: &str, arguments: &[&str]) -> Option<String> {
    let mut command = Command::new(program);
    command.current_dir(at).args(arguments);
    let output = command.output().ok().filter(|output| output.status.success())?;
    Some(stdout(&output).trim().to_owned())
}

fn git(at: &Path, arguments: &[&str]) -> Option<String> {
    let who = ["-c", "user.name=t", "-c", "user.email=t@example.com"];
    said(at, "git", &[&who[..], arguments].concat())
}

/// A program that runs ours with more arguments, or ends.
fn program(at: &Path, name: &str, text: &str) -> String {
    let path = at.join(name);
    fs::write(&path, format!("#!/bin/sh\n{text}\n")).expect("a file");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("its rights");
    path.display().to_string()
}

#[test]
fn what_changes_in_pinned_trees_is_told() {
    let all = folder(&[("tree/docs/a.yaml", WRONG), ("tree/other/b.yaml", WRONG)]);
    let (at, tree) = (all.path(), all.path().join("tree"));
    let made = git(&tree, &["init", "-q"]).and_then(|_| git(&tree, &["add", "."]));
    let made = made.and_then(|_| git(&tree, &["commit", "-qm", "one"]));
    let commit = made.and_then(|_| git(&tree, &["rev-parse", "HEAD"]));
    let python = said(at, "python3", &["-c", "import tomllib"]);
    let (Some(commit), Some(_)) = (commit, python) else {
        eprintln!("not tested: there is no git, or no Python 3.11");
        return;
    };
    // what comes later is not looked at
    fs::write(tree.join("docs/later.yaml"), WRONG).expect("a file");
    git(&tree, &["add", "."])
        .and_then(|_| git(&tree, &["commit", "-qm", "two"]))
        .expect("a commit");
    let trees = format!(
        "[[tree]]\nname = \"own\"\nurl = \"{}\"\ncommit = \"{commit}\"\npaths = [\"docs\"]\nweb = \"https://example.com/COMMIT\"\n",
        tree.display()
    );
    fs::write(at.join("trees.toml"), trees).expect("a file");
    let quiet =
        program(at, "quiet", &format!("exec {PROGRAM} \"$@\" --allow schema-unknown-field"));
    let broken = program(at, "broken", "echo panicked >&2; exit 101");
    let run = |before: &str, after: &str| -> Output {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(".ci/corpus");
        let mut command = Command::new(script);
        command.current_dir(at).args([before, after, "--trees", "trees.toml", "--cache", "cache"]);
        command.output().expect("the script")
    };
    for (before, after, code, says) in [
        (PROGRAM, PROGRAM, 0, &["| own | 1 | 1 | 0 | 0 |", "Nothing changes."][..]),
        (
            quiet.as_str(),
            PROGRAM,
            0,
            &[
                "| own | 0 | 1 | 0 | 1 |",
                "- + `docs/a.yaml:6:5: error[schema-unknown-field]: unknown field 'spec.ports[0].prot'`",
            ],
        ),
        (PROGRAM, &quiet, 0, &["| own | 1 | 0 | 1 | 0 |", "- − `docs/a.yaml:6:5"]),
        (PROGRAM, &broken, 1, &["own: after, it ended with 101: panicked"]),
        (&broken, PROGRAM, 0, &["own: before, it ended with 101"]),
    ] {
        let output = run(before, after);
        let text = stdout(&output);
        assert_eq!(output.status.code(), Some(code), "{text}{}", stderr(&output));
        for says in says {
            assert!(text.contains(says), "{says} in {text}");
        }
        assert!(!text.contains("later.yaml"), "{text}");
    }
    let page = stdout(&run(&quiet, PROGRAM));
    let link = format!("([source](https://example.com/{commit}/docs/a.yaml#L6))");
    assert!(page.contains(&link), "{page}");
}
