//! `sync` and `schemas add` beside editors, beside each other, and killed: nobody's work is lost.

use crate::support::{definition, folder, plumb, stderr, stdout, tree};
use std::fs;
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

const MODEL: &str = "[inputs.pods]\nlabel = \"Pods\"\ndefault = 100\nmin = 1\n\n\
     [figures.\"proxy.cpu\"]\nvalue = \"100m\"\nbasis = \"judgement\"\n\n[formulas]\n\"tax.cpu\" = \"pods * proxy.cpu\"\n";

const OLD: &str = "# A\n\nIs <!-- plumb: value tax.cpu -->9 cores<!-- /plumb -->.\n";

/// A book of so many chapters, each with the same text.
fn book(chapters: usize, text: &str) -> tempfile::TempDir {
    let book = folder(&[
        ("book.toml", "[preprocessor.plumb]\nallow = ['never-used']\n"),
        ("model.toml", MODEL),
    ]);
    fs::create_dir(book.path().join("src")).unwrap();
    let mut summary = String::new();
    for number in 0..chapters {
        summary += &format!("- [A]({number}.md)\n");
        fs::write(book.path().join(format!("src/{number}.md")), text).unwrap();
    }
    fs::write(book.path().join("src/SUMMARY.md"), summary).unwrap();
    book
}

fn start(folder: &Path, arguments: &[&str]) -> Child {
    let mut command = plumb();
    command.current_dir(folder).args(arguments);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program")
}

/// Runs to the end: the exit code and all that was said.
fn end(child: Child) -> (Option<i32>, String) {
    let output = child.wait_with_output().expect("its output");
    (output.status.code(), stdout(&output) + &stderr(&output))
}

fn run(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    end(start(folder, arguments))
}

/// An editor that saves as editors do: another file, then its new name.
fn save(path: &Path, text: &str) {
    let beside = path.with_extension("saving.md");
    fs::write(&beside, text).unwrap();
    fs::rename(&beside, path).unwrap();
}

#[test]
fn edits_made_meanwhile_stay() {
    let book = book(1, OLD);
    let chapter = book.path().join("src/0.md");
    let done = AtomicBool::new(false);
    let edits = std::thread::scope(|scope| {
        let editor = scope.spawn(|| {
            let mut edits = 0;
            while !done.load(Ordering::Relaxed) {
                let text = fs::read_to_string(&chapter).unwrap();
                // Each edit also makes the value drift, so that there is always something to write.
                let text = text.replace("-->10 cores<!--", "-->9 cores<!--");
                edits += 1;
                save(&chapter, &format!("{text}\nEdit {edits}.\n"));
                std::thread::sleep(Duration::from_millis(3));
            }
            edits
        });
        let mut refused = 0;
        for _ in 0..25 {
            let (code, said) = run(book.path(), &["sync"]);
            assert!(matches!(code, Some(0 | 1)), "{said}");
            assert_eq!(code == Some(1), said.contains("error[not-written]"), "{said}");
            refused += usize::from(code == Some(1));
        }
        done.store(true, Ordering::Relaxed);
        assert!(refused > 0, "no edit came in between");
        editor.join().unwrap()
    });
    let text = fs::read_to_string(&chapter).unwrap();
    let lost: Vec<_> =
        (1..=edits).filter(|edit| !text.contains(&format!("\nEdit {edit}.\n"))).collect();
    assert!(lost.is_empty(), "of {edits} edits these are lost: {lost:?}");
}

#[test]
fn a_killed_run_leaves_nothing_to_publish_and_whole_files() {
    const CHAPTERS: usize = 12;
    let new = OLD.replace("9 cores", "10 cores");
    let whole = book(CHAPTERS, OLD);
    let began = Instant::now();
    assert_eq!(run(whole.path(), &["sync"]).0, Some(0));
    let takes = began.elapsed();
    let book = book(CHAPTERS, OLD);
    let mut between = 0;
    for turn in 0..30_u32 {
        for number in 0..CHAPTERS {
            fs::write(book.path().join(format!("src/{number}.md")), OLD).unwrap();
        }
        let mut child = start(book.path(), &["sync"]);
        std::thread::sleep(takes * (10 + turn) / 40);
        child.kill().unwrap();
        child.wait().unwrap();
        between += usize::from(book.path().join(".mdbook-plumb").exists());
        let files = tree(&book.path().join("src"));
        assert_eq!(files.len(), CHAPTERS + 1, "{:?}", files.keys());
        for (name, bytes) in files.iter().filter(|(name, _)| *name != "SUMMARY.md") {
            assert!(bytes == OLD.as_bytes() || bytes == new.as_bytes(), "{name} is torn");
        }
    }
    eprintln!("{between} of 30 were killed while they wrote");
    assert_eq!(run(book.path(), &["sync"]).0, Some(0));
    assert_eq!(tree(book.path()), tree(whole.path()));
    // Also what was left when all was written already.
    fs::create_dir(book.path().join(".mdbook-plumb")).unwrap();
    fs::write(book.path().join(".mdbook-plumb/staged.md"), "x").unwrap();
    assert_eq!(run(book.path(), &["sync"]).0, Some(0));
    assert_eq!(tree(book.path()), tree(whole.path()));
}

#[test]
fn two_runs_at_once_are_one() {
    let book = book(12, OLD);
    let whole = fs::read(book.path().join("src/0.md")).unwrap();
    for _ in 0..4 {
        for number in 0..12 {
            fs::write(book.path().join(format!("src/{number}.md")), &whole).unwrap();
        }
        let runs: Vec<_> = (0..3).map(|_| start(book.path(), &["sync"])).collect();
        for child in runs {
            let (code, said) = end(child);
            assert_eq!(code, Some(0), "{said}");
        }
        assert_eq!(run(book.path(), &["check"]).0, Some(0));
        assert!(!book.path().join(".mdbook-plumb").exists());
    }
}

/// Many at once, some of them adding what another one removes: each kind that somebody has added last is there.
#[test]
fn schemas_added_at_once_are_all_there() {
    const RUNS: usize = 24;
    let book = book(1, "# A\n");
    let kinds: Vec<String> = (0..RUNS).map(|number| format!("Kind{number}x")).collect();
    for kind in &kinds {
        fs::write(book.path().join(format!("{kind}.yaml")), definition(kind)).unwrap();
    }
    for turn in 0..3 {
        let _ = fs::remove_dir_all(book.path().join("schemas"));
        assert_eq!(run(book.path(), &["schemas", "add", "Kind0x.yaml"]).0, Some(0));
        let others = kinds[1..].iter().map(|kind| format!("{kind}.yaml"));
        let mut runs: Vec<_> =
            others.map(|file| start(book.path(), &["schemas", "add", &file])).collect();
        runs.insert(turn * 7, start(book.path(), &["schemas", "remove", "Kind0x"]));
        for child in runs {
            let (code, said) = end(child);
            assert_eq!(code, Some(0), "{said}");
        }
        let (_, said) = run(book.path(), &["schemas", "list"]);
        for kind in &kinds[1..] {
            assert!(said.contains(&format!("example.com/v1/{kind} ")), "{kind} is lost: {said}");
        }
        assert!(!said.contains("Kind0x"), "{said}");
        let (code, said) = run(book.path(), &["schemas", "verify"]);
        assert_eq!(code, Some(0), "{said}");
        assert!(!book.path().join(".mdbook-plumb").exists());
    }
}

/// A chapter that is a link to a file elsewhere in the repository, and an include from there.
#[cfg(unix)]
#[test]
fn what_lies_elsewhere_in_the_repository_is_written_there() {
    use std::os::unix::fs::symlink;
    let all = folder(&[
        ("repo/.git/HEAD", "ref: refs/heads/main\n"),
        ("repo/guide/book.toml", "[preprocessor.plumb]\nallow = ['never-used']\n"),
        ("repo/guide/model.toml", MODEL),
        ("repo/guide/src/SUMMARY.md", "- [A](a.md)\n- [B](b.md)\n"),
        ("repo/guide/src/b.md", "# B\n\n{{#include ../../shared/part.md}}\n"),
        ("repo/shared/page.md", OLD),
        ("repo/shared/part.md", OLD),
        ("elsewhere.md", OLD),
    ]);
    let guide = all.path().join("repo/guide");
    symlink("../../shared/page.md", guide.join("src/a.md")).unwrap();
    let (code, said) = run(&guide, &["sync"]);
    assert_eq!(code, Some(0), "{said}");
    let new = OLD.replace("9 cores", "10 cores");
    let read = |name: &str| fs::read_to_string(all.path().join(name)).unwrap();
    assert_eq!((read("repo/shared/page.md"), read("repo/shared/part.md")), (new.clone(), new));
    assert!(fs::symlink_metadata(guide.join("src/a.md")).unwrap().is_symlink());
    // What leaves the repository is neither read nor written, through however many links.
    for way in [["../../../elsewhere.md", ""], ["../../shared/way.md", "../../elsewhere.md"]] {
        fs::remove_file(guide.join("src/a.md")).unwrap();
        symlink(way[0], guide.join("src/a.md")).unwrap();
        if !way[1].is_empty() {
            symlink(way[1], all.path().join("repo/shared/way.md")).unwrap();
        }
        let (code, said) = run(&guide, &["sync"]);
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains("error[outside-repository]"), "{said}");
        assert_eq!(read("elsewhere.md"), OLD);
    }
}

#[cfg(unix)]
#[test]
fn what_can_not_be_written_is_told_and_the_rest_is_done() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
    let book = book(5, OLD);
    let at = |name: &str| book.path().join(name);
    fs::set_permissions(at("src/0.md"), fs::Permissions::from_mode(0o444)).unwrap();
    fs::hard_link(at("src/1.md"), at("elsewhere.md")).unwrap();
    fs::rename(at("src/2.md"), at("shared.md")).unwrap();
    symlink("../shared.md", at("src/2.md")).unwrap();
    fs::set_permissions(at("src/3.md"), fs::Permissions::from_mode(0o600)).unwrap();
    let (code, said) = run(book.path(), &["sync"]);
    assert_eq!(code, Some(1), "{said}");
    for line in ["src/0.md:1:1", "read-only", "src/1.md:1:1", "hard links", "in src/3.md"] {
        assert!(said.contains(line), "{line}: {said}");
    }
    let new = OLD.replace("9 cores", "10 cores");
    let read = |name: &str| fs::read_to_string(at(name)).unwrap();
    for (name, text) in [
        ("src/0.md", OLD),
        ("src/1.md", OLD),
        ("elsewhere.md", OLD),
        ("shared.md", &new),
        ("src/3.md", &new),
        ("src/4.md", &new),
    ] {
        assert_eq!(read(name), text, "{name}");
    }
    assert!(fs::symlink_metadata(at("src/2.md")).unwrap().is_symlink());
    assert_eq!(fs::metadata(at("src/1.md")).unwrap().nlink(), 2);
    assert_eq!(fs::metadata(at("src/3.md")).unwrap().mode() & 0o777, 0o600);
}

/// What stands in a fence, and what `sync` makes of it; each with its own model.
#[test]
fn ties_keep_quotes_and_type() {
    let config_map = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n";
    let pod = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: x\nspec:\n  containers:\n    - name: c\n      image: r.example.com/c:1\n";
    let widget = "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: x}\nspec:\n";
    let resources = "      resources:\n        limits:\n          ";
    let cases = [
        // a field of text
        (
            config_map,
            "data:\n  size: ten # plumb: = pods",
            "data:\n  size: \"100\" # plumb: = pods",
        ),
        (config_map, "data:\n  size: 10 # plumb: = pods", "data:\n  size: \"100\" # plumb: = pods"),
        (
            config_map,
            "data:\n  size: 'ten' # plumb: = pods",
            "data:\n  size: '100' # plumb: = pods",
        ),
        (config_map, "data: {size: ten} # plumb: = pods", "data: {size: \"100\"} # plumb: = pods"),
        (
            config_map,
            "data:\n  size: \"100\" # plumb: = pods",
            "data:\n  size: \"100\" # plumb: = pods",
        ),
        (
            config_map,
            "data:\n  on: maybe # plumb: = pods > 1",
            "data:\n  on: \"true\" # plumb: = pods > 1",
        ),
        (
            config_map,
            "data:\n  memory: 1Mi # plumb: = a.memory * 10",
            "data:\n  memory: 1Gi # plumb: = a.memory * 10",
        ),
        // a quantity, a port and a number
        (
            pod,
            &format!("{resources}cpu: 100m # plumb: = cores"),
            &format!("{resources}cpu: 2 # plumb: = cores"),
        ),
        (
            pod,
            &format!("{resources}cpu: '100m' # plumb: = cores"),
            &format!("{resources}cpu: '2' # plumb: = cores"),
        ),
        (
            pod,
            "  terminationGracePeriodSeconds: ten # plumb: = pods",
            "  terminationGracePeriodSeconds: 100 # plumb: = pods",
        ),
        (
            pod,
            "  hostNetwork: false # plumb: = pods > 1",
            "  hostNetwork: true # plumb: = pods > 1",
        ),
        // without a schema, what was text stays text
        (widget, "  size: ten # plumb: = pods", "  size: \"100\" # plumb: = pods"),
        (widget, "  size: 10 # plumb: = pods", "  size: 100 # plumb: = pods"),
        // equal values in another spelling
        (pod, &format!("{resources}memory: 0.1Gi # plumb: = a.memory"), ""),
        (pod, &format!("{resources}memory: 107374182400m # plumb: = a.memory"), ""),
        (pod, &format!("{resources}memory: 107374183 # plumb: = a.memory"), ""),
        (pod, &format!("{resources}cpu: 2000m # plumb: = cores"), ""),
        (pod, &format!("{resources}cpu: \"2.0\" # plumb: = cores"), ""),
        (pod, &format!("{resources}cpu: 2e0 # plumb: = cores"), ""),
        (pod, "  hostNetwork: yes # plumb: = pods > 1", ""),
        (widget, "  timeout: 10s # plumb: = wait", ""),
        // and others
        (
            pod,
            &format!("{resources}memory: 107374182500m # plumb: = a.memory"),
            &format!("{resources}memory: 107374183 # plumb: = a.memory"),
        ),
        (
            pod,
            &format!("{resources}cpu: 2001m # plumb: = cores"),
            &format!("{resources}cpu: 2 # plumb: = cores"),
        ),
    ];
    let page = |head: &str, line: &str| format!("# A\n\n```yaml\n{head}{line}\n```\n");
    let book = book(1, "");
    let model = format!(
        "{MODEL}[figures.\"a.memory\"]\nvalue = \"0.1Gi\"\nbasis = \"judgement\"\n[figures.cores]\nvalue = \"2 cores\"\nbasis = \"judgement\"\n\
         [figures.wait]\nvalue = \"10 s\"\nbasis = \"judgement\"\n"
    );
    fs::write(book.path().join("model.toml"), model).unwrap();
    let chapter = book.path().join("src/0.md");
    for (head, before, after) in cases {
        let after = if after.is_empty() { before } else { after };
        fs::write(&chapter, page(head, before)).unwrap();
        let (_, checked) = run(book.path(), &["check"]);
        assert_eq!(checked.contains("error[drift]"), before != after, "{before}: {checked}");
        run(book.path(), &["sync", "-q"]);
        assert_eq!(fs::read_to_string(&chapter).unwrap(), page(head, after), "{before}");
        let (code, said) = run(book.path(), &["check"]);
        assert_eq!(code, Some(0), "{before}: {said}");
    }
}

/// A value from a file that several chapters include is one edit; one that differs by chapter can't be written.
#[test]
fn shared_includes_are_written_once() {
    let shared = "Is <!-- plumb: value tax.cpu -->9 cores<!-- /plumb -->.";
    for text in [shared.to_owned(), format!("\u{feff}{shared}\r\n"), format!("{shared}\r\nend")] {
        let book = book(3, "# A\n\n{{#include shared/x.md}}\n\n- {{#include shared/x.md}}\n");
        fs::create_dir(book.path().join("src/shared")).unwrap();
        let file = book.path().join("src/shared/x.md");
        fs::write(&file, &text).unwrap();
        let (code, said) = run(book.path(), &["sync"]);
        assert_eq!((code, said.as_str()), (Some(0), "wrote 1 place in src/shared/x.md\n"));
        assert_eq!(fs::read_to_string(&file).unwrap(), text.replace("9 cores", "10 cores"));
        assert_eq!(run(book.path(), &["check"]).0, Some(0));
    }
}
