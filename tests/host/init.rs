//! `init`, `doctor` and `watch`: what surrounds a book.

use crate::support::{folder, plumb, stderr, stdout, tree};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;
use std::{fs, thread};

const BOOK: &str =
    "# mine\n[book]\ntitle = \"A\" # kept\n\n[preprocessor.other]\n\n[output.html]\n";
const PAGE: &str = "# A\n\n```yaml\napiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {ports: [{prot: 80}]}\n```\n";

fn run(at: &Path, arguments: &[&str]) -> Output {
    plumb().current_dir(at).args(arguments).stdin(Stdio::null()).output().expect("the program")
}

fn book() -> tempfile::TempDir {
    folder(&[("book.toml", BOOK), ("src/SUMMARY.md", "- [A](a.md)\n"), ("src/a.md", PAGE)])
}

#[test]
fn a_book_is_set_up_and_nothing_is_lost() {
    let files = book();
    let before = tree(files.path());
    let all = ["init", "--start", "manifests", "--start", "facts", "--start", "checklist"];
    let dry = run(files.path(), &[&all[..], &["--dry-run"]].concat());
    assert!(stdout(&dry).contains("book.toml: would be changed"), "{}", stdout(&dry));
    assert_eq!(tree(files.path()), before, "a dry run writes");

    let first = run(files.path(), &all);
    assert_eq!(first.status.code(), Some(0), "{}", stderr(&first));
    assert!(stdout(&first).contains("error[schema-unknown-field]"), "{}", stdout(&first));
    let settings = fs::read_to_string(files.path().join("book.toml")).expect("settings");
    for line in BOOK.lines() {
        assert!(settings.lines().any(|new| new == line), "{line:?} is gone");
    }
    let after = tree(files.path());
    for (path, bytes) in &before {
        assert!(path == "book.toml" || after[path] == *bytes, "{path} was changed");
    }
    // What it wrote is sound: the page's own mistake is all that is found, at any level but for what is not used yet.
    let check = run(
        files.path(),
        &["check", "--deny", "warnings", "--format", "json", "--min-level", "note"],
    );
    let codes: Vec<_> = stdout(&check)
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter_map(|finding| Some(finding["code"].as_str()?.to_owned()))
        .filter(|code| code != "never-used")
        .collect();
    assert_eq!(codes, ["schema-unknown-field"]);

    let again = run(files.path(), &all);
    assert!(stdout(&again).contains("nothing to write"), "{}", stdout(&again));
    assert_eq!(tree(files.path()), after, "a second run writes");
}

#[test]
fn a_model_that_is_there_is_left() {
    let files = book();
    fs::write(files.path().join("model.toml"), "[figures]\n").expect("a model");
    let run = run(files.path(), &["init", "--start", "facts"]);
    assert!(stdout(&run).contains("which is left as it is"), "{}", stdout(&run));
    assert!(!files.path().join("model").exists());
}

#[test]
fn without_a_book_it_says_what_to_do() {
    let files = folder(&[("a.txt", PAGE)]);
    let none = run(files.path(), &["init"]);
    assert_eq!(none.status.code(), Some(2));
    assert!(stderr(&none).contains("`mdbook-plumb validate .`"), "{}", stderr(&none));
    let broken = folder(&[("book.toml", "[book\n")]);
    let run = run(broken.path(), &["init"]);
    assert_eq!(run.status.code(), Some(2));
    assert_eq!(fs::read_to_string(broken.path().join("book.toml")).expect("settings"), "[book\n");
}

#[test]
fn markdown_that_is_no_book_gets_settings_of_its_own() {
    let page = "# A\n\nIt needs <!-- plumb: value total.memory -->?<!-- /plumb -->.\n";
    let files = folder(&[("README.md", page)]);
    let first = run(files.path(), &["init", "--start", "facts"]);
    assert_eq!(first.status.code(), Some(0), "{}", stderr(&first));
    assert!(stdout(&first).contains("the model says"), "{}", stdout(&first));
    assert!(stdout(&first).contains("plumb.toml: written"), "{}", stdout(&first));
    let before = tree(files.path());
    assert!(before.contains_key("plumb.toml") && before.contains_key("model/facts.toml"));
    run(files.path(), &["init", "--start", "facts"]);
    assert_eq!(tree(files.path()), before, "a second run changes nothing");
    assert_eq!(run(files.path(), &["sync"]).status.code(), Some(0));
    assert_eq!(run(files.path(), &["check"]).status.code(), Some(0));
    let well = run(files.path(), &["doctor"]);
    assert!(stdout(&well).contains("1 page is in the tree"), "{}", stdout(&well));
}

#[test]
fn the_doctor_says_what_is_wrong_and_what_to_do() {
    let files = book();
    let settings = "[preprocessor.plumb]\ncommand = \"true\"\nmodel = \"figures\"\n";
    fs::write(files.path().join("book.toml"), settings).expect("settings");
    fs::create_dir(files.path().join("figures")).expect("a folder");
    let old = "[settings]\nstale-after = \"1 month\"\n[sources.s]\ntitle = \"S\"\nurl = \"https://example.org\"\naccessed = 2020-01-01\n[figures.a]\nvalue = 1\nsource = \"s\"\nchecked = 2020-01-01\n\
        [facts.end]\nvalue = 2020-01-01\nwarn-before = \"1 day\"\nbasis = \"judgement\"\n\
        [facts.v]\nfrom = { file = \"VERSION\", pattern = \"(.*)\" }\n";
    fs::write(files.path().join("VERSION"), "1.0").expect("a file");
    fs::write(files.path().join("figures/a.toml"), old).expect("a model");
    let sick = run(files.path(), &["doctor"]);
    assert_eq!(sick.status.code(), Some(1), "{}", stdout(&sick));
    for line in [
        "write `after = [\"links\"]` into `[preprocessor.plumb]`",
        "ok    mdBook runs `true`",
        "`mdbook serve` does not see when these change: `VERSION`, `figures`",
        "1 entry of the model is too old: expired, or checked longer ago than `stale-after`",
        "1 date of the model has passed, or comes within its `warn-before`",
    ] {
        assert!(stdout(&sick).contains(line), "{line} is not in\n{}", stdout(&sick));
    }
    let settings = "[build]\nextra-watch-dirs = [\"figures\"]\n[preprocessor.plumb]\nafter = [\"links\"]\ncommand = \"true\"\n\
        model = \"figures\"\nversions = { k8s = \"1.36\" }\n";
    fs::write(files.path().join("book.toml"), settings).expect("settings");
    fs::write(files.path().join("figures/a.toml"), "").expect("a model");
    let well = run(files.path(), &["doctor"]);
    assert_eq!(well.status.code(), Some(0), "{}", stdout(&well));
    assert!(stdout(&well).contains("manifests are for Kubernetes 1.36"), "{}", stdout(&well));
}

#[test]
fn a_change_is_checked_at_once() {
    let files = book();
    let mut child = plumb()
        .current_dir(files.path())
        .arg("watch")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program");
    let (send, lines) = mpsc::channel();
    let out = child.stdout.take().expect("its output");
    let reader = thread::spawn(move || {
        for line in BufReader::new(out).lines().map_while(Result::ok) {
            if send.send(line).is_err() {
                break;
            }
        }
    });
    let wait = |is_it: fn(&str) -> bool| {
        while let Ok(line) = lines.recv_timeout(Duration::from_secs(60)) {
            if is_it(&line) {
                return true;
            }
        }
        false
    };
    let first = wait(|line| line.contains("1 manifest: 1 error"));
    fs::write(files.path().join("src/a.md"), PAGE.replace("prot", "port")).expect("a page");
    let second = first && wait(|line| line.contains("1 manifest") && !line.contains("error"));
    child.kill().expect("it ends");
    child.wait().expect("it ends");
    reader.join().expect("its output ends");
    assert!(first, "nothing was checked");
    assert!(second, "the change was not seen");
}

/// What action.yml runs, with the program in place of the installed one.
#[cfg(unix)]
#[test]
fn the_action_annotates_sums_up_and_keeps_the_exit_code() {
    let files = book();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(".ci/action");
    let summary = files.path().join("summary.md");
    let act = |command: &str, arguments: &str, sarif: &str| {
        std::process::Command::new("bash")
            .arg(&script)
            .current_dir(files.path())
            .env("PLUMB", env!("CARGO_BIN_EXE_mdbook-plumb"))
            .env("PLUMB_COMMAND", command)
            .env("PLUMB_ARGS", arguments)
            .env("PLUMB_SARIF", sarif)
            .env("GITHUB_STEP_SUMMARY", &summary)
            .env_remove("GITHUB_WORKSPACE")
            .output()
            .expect("bash")
    };
    let found = act("validate", "src --k8s 1.36", "reports/new/out.sarif");
    assert_eq!(found.status.code(), Some(1), "{}", stderr(&found));
    assert!(stdout(&found).contains("::error file=src/a.md,line=7"), "{}", stdout(&found));
    let text = fs::read_to_string(&summary).expect("a summary");
    assert!(text.contains("schema-unknown-field"), "{text}");
    let sarif = fs::read_to_string(files.path().join("reports/new/out.sarif")).expect("a report");
    let sarif: serde_json::Value = serde_json::from_str(&sarif).expect("JSON");
    assert_eq!(sarif["runs"][0]["results"][0]["ruleId"], "schema-unknown-field");
    fs::write(files.path().join("src/a.md"), "# A\n").expect("a page");
    assert_eq!(act("check", "", "").status.code(), Some(0));
    // A report that can't be written is not passed over.
    for nowhere in ["src/a.md/out.sarif", "src"] {
        assert_eq!(act("check", "", nowhere).status.code(), Some(2), "{nowhere}");
    }
    // An argument is never a command.
    let hostile = act("check", "$(touch planted) ; touch planted", "");
    assert_eq!(hostile.status.code(), Some(2), "{}", stderr(&hostile));
    assert!(!files.path().join("planted").exists());
    assert_eq!(act("build", "", "").status.code(), Some(2));
}
