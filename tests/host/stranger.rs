//! What a stranger's pull request may hold beside its pages: what it names in `.git`, folders that look like a repository,
//! files where the program wants to write, names of files that say something to who reads them.
#![cfg(unix)]

use crate::door::{SECRET, code, refused, repository, run, said};
use crate::support::{folder, plumb, stderr, stdout, tree};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

/// A checkout of CI leaves its token in `.git/config`, which nobody has committed.
#[test]
fn what_git_keeps_is_nobodys_to_read() {
    let config = ("repo/.git/config", SECRET);
    let outside = &["error[outside-repository]"][..];
    for line in [
        "[preprocessor.plumb]\nmodel = \"../.git/config\"",
        "[preprocessor.plumb]\nmodel = \"../.git\"",
        "[preprocessor.plumb]\nschemas = [\"../.git/config\"]",
        "[preprocessor.plumb]\npolicies = \"../.git\"",
        "[book]\nsrc = \"../.git\"",
        "[output.html]\ntheme = \"../.git\"",
        "[output.html]\nadditional-css = [\"../.git/config\"]",
        "[output.html]\ninput-404 = \"../../.git/config\"",
    ] {
        let all = repository(&[config, ("repo/guide/book.toml", line)]);
        for command in ["check", "build"] {
            refused(all.path(), &[command], outside);
        }
    }
    for chapter in [
        "{{#include ../../.git/config}}\n",
        "{{#rustdoc_include ../../.GIT/config}}\n",
        "```yaml\n{{#include ../../.git/config}}: [\n```\n",
    ] {
        let all = repository(&[config, ("repo/guide/src/a.md", chapter)]);
        fs::create_dir_all(all.path().join("repo/.GIT")).unwrap();
        fs::write(all.path().join("repo/.GIT/config"), SECRET).unwrap();
        for command in ["check", "build"] {
            refused(all.path(), &[command], outside);
        }
    }
    for (link, target) in [
        ("src/key.txt", "../../.git/config"),
        ("src/folder", "../../.git"),
        ("src/b.md", "../../.git/config"),
        ("theme/head.hbs", "../../.git/config"),
        ("model.toml", "../.git/config"),
    ] {
        let all =
            repository(&[config, ("repo/guide/src/SUMMARY.md", "- [A](a.md)\n- [B](b.md)\n")]);
        let link = all.path().join("repo/guide").join(link);
        fs::create_dir_all(link.parent().unwrap()).unwrap();
        fs::write(all.path().join("repo/guide/src/b.md"), "# B\n").unwrap();
        let _ = fs::remove_file(&link);
        symlink(target, link).unwrap();
        for command in ["check", "build"] {
            refused(all.path(), &[command], outside);
        }
    }
    // the sources are the repository's root, which mdBook would publish with all that is in it
    let all = repository(&[
        config,
        ("repo/guide/book.toml", "[book]\nsrc = \"..\"\n"),
        ("repo/SUMMARY.md", "- [A](guide/src/a.md)\n"),
    ]);
    refused(all.path(), &["build"], &["--> ../.git:1:1", "which mdBook would publish"]);
    // a linked folder of manifests
    symlink("../.git/config", all.path().join("repo/guide/x.yaml")).unwrap();
    refused(all.path(), &["validate", "."], outside);
    // what is like it and is not it
    let chapter = "{{#include ../../.github/notes.md}}\n{{#include ../x.git/notes.md}}\n";
    let all = repository(&[
        ("repo/.github/notes.md", "notes"),
        ("repo/guide/x.git/notes.md", "notes"),
        ("repo/guide/src/a.md", chapter),
    ]);
    let output = run(&all.path().join("repo/guide"), &["check"]);
    assert_eq!(code(&output), 0, "{}", said(&output));
}

fn git(at: &Path, arguments: &[&str]) -> Option<String> {
    let mut git = Command::new("git");
    git.current_dir(at).args(["-c", "user.name=t", "-c", "user.email=t@example.com"]);
    let output = git.args(arguments).output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// git takes a folder with `HEAD`, `objects` and `refs` for a repository, and does what the `config` in it says.
#[test]
fn no_folder_of_a_book_is_a_repository() {
    let all = folder(&[
        ("repo/guide/book.toml", "[book]\n"),
        ("repo/guide/model.toml", "[inputs.pods]\ndefault = 1\n"),
        ("repo/guide/src/SUMMARY.md", "- [A](a.md)\n"),
        ("repo/guide/src/a.md", "Has `{= pods }`.\n"),
    ]);
    let (repo, guide) = (all.path().join("repo"), all.path().join("repo/guide"));
    let Some(_) = git(&repo, &["init", "-q"]) else {
        eprintln!("not tested: there is no git");
        return;
    };
    git(&repo, &["add", "."]).unwrap();
    git(&repo, &["commit", "-qm", "one"]).unwrap();
    git(&repo, &["branch", "before"]).unwrap();
    // a commit without its tree, which is to be had from whom the settings name
    let (commit, ran) = (git(&repo, &["rev-parse", "HEAD"]).unwrap(), all.path().join("ran"));
    let object = format!("objects/{}/{}", &commit[..2], &commit[2..]);
    let settings = format!(
        "[core]\n\trepositoryformatversion = 1\n\tbare = true\n[extensions]\n\tpartialClone = o\n[remote \"o\"]\n\
         \turl = {}\n\tpromisor = true\n\tuploadpack = \"touch {}; false\"\n",
        repo.display(),
        ran.display()
    );
    fs::create_dir_all(guide.join(&object).parent().unwrap()).unwrap();
    fs::copy(repo.join(".git").join(&object), guide.join(&object)).unwrap();
    fs::create_dir_all(guide.join("refs/heads")).unwrap();
    fs::write(guide.join("refs/heads/before"), commit + "\n").unwrap();
    fs::write(guide.join("HEAD"), "ref: refs/heads/before\n").unwrap();
    fs::write(guide.join("config"), settings).unwrap();
    assert!(git(&guide, &["ls-tree", "before"]).is_none() && ran.exists(), "git is not harmed");
    fs::remove_file(&ran).unwrap();
    fs::write(guide.join("model.toml"), "[inputs.pods]\ndefault = 2\n").unwrap();
    let output = run(&guide, &["model", "diff", "before"]);
    assert!(!ran.exists(), "a command of the book's ran: {}", said(&output));
    assert_eq!(code(&output), 0, "{}", said(&output));
    assert!(said(&output).contains("1 -> 2"), "{}", said(&output));
    let output = run(&guide, &["check", "--changed-since", "before"]);
    assert!(!ran.exists(), "a command of the book's ran: {}", said(&output));
    assert_eq!(code(&output), 0, "{}", said(&output));
    // without a repository around it there is none
    fs::remove_dir_all(repo.join(".git")).unwrap();
    let output = run(&guide, &["model", "diff", "before"]);
    assert!(!ran.exists() && code(&output) == 2, "{}", said(&output));
    assert!(said(&output).contains("neither a file nor a revision"), "{}", said(&output));
}

const DEFINITION: &str = r#"{"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
"metadata": {"name": "foos.x.io"}, "spec": {"group": "x.io", "scope": "Namespaced",
"names": {"kind": "Foo", "plural": "foos"}, "versions": [{"name": "v1", "served": true, "storage": true,
"schema": {"openAPIV3Schema": {"type": "object"}}}]}}"#;

/// Schemas are written into a folder that an author has files in too.
#[test]
fn added_schemas_take_the_place_of_nothing() {
    let add = |all: &Path| -> Output { run(all, &["schemas", "add", "foo.json"]) };
    let book = |files: &[(&str, &str)]| {
        let usual = [("book.toml", "[book]\n"), ("foo.json", DEFINITION)];
        folder(&[&usual, files].concat())
    };
    let all = book(&[("schemas/x.io_v1.json", "an author's")]);
    let before = tree(all.path());
    let output = add(all.path());
    assert_eq!((code(&output), tree(all.path())), (2, before), "{}", said(&output));
    assert!(said(&output).contains("schemas/x.io_v1.json"), "{}", said(&output));
    // a link would have something else written over
    for known in [false, true] {
        let all = book(&[("notes.md", "an author's")]);
        if known {
            assert_eq!(code(&add(all.path())), 0);
            fs::write(all.path().join("foo.json"), DEFINITION.replace("\"Foo\"", "\"Bar\""))
                .unwrap();
            let ours = all.path().join("schemas/x.io_v1.json");
            fs::rename(&ours, all.path().join("notes.md")).unwrap();
        }
        fs::create_dir_all(all.path().join("schemas")).unwrap();
        symlink("../notes.md", all.path().join("schemas/x.io_v1.json")).unwrap();
        let before = tree(all.path());
        let output = add(all.path());
        assert_eq!((code(&output), tree(all.path())), (2, before), "{}", said(&output));
    }
    // what a merge has left is not thrown away
    let all = book(&[]);
    assert_eq!(code(&add(all.path())), 0);
    let ours = all.path().join("schemas/x.io_v1.json");
    let text = fs::read_to_string(&ours).unwrap();
    fs::write(&ours, format!("<<<<<<< ours\n{text}")).unwrap();
    let before = tree(all.path());
    for arguments in [&["schemas", "add", "foo.json"][..], &["schemas", "remove", "Foo"]] {
        let output = run(all.path(), arguments);
        assert_eq!((code(&output), tree(all.path())), (2, before.clone()), "{}", said(&output));
        assert!(said(&output).contains("schemas verify"), "{}", said(&output));
    }
    // a run that was killed has written the schema and not the lock file
    fs::write(&ours, text).unwrap();
    fs::remove_file(all.path().join("schemas/schemas.lock")).unwrap();
    assert_eq!(code(&add(all.path())), 0);
    assert_eq!(code(&run(all.path(), &["schemas", "verify"])), 0);
}

/// A name with the end of a line in it would end the comment, and what follows would be applied.
#[test]
fn an_extracted_file_holds_what_was_checked() {
    let manifest = "# B\n\n```yaml\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: b\n```\n";
    let all = folder(&[
        ("book.toml", "[book]\n"),
        ("src/SUMMARY.md", "- [B](<b&#10;---&#10;kind: Evil&#10;.md>)\n"),
        ("src/b\n---\nkind: Evil\n.md", manifest),
    ]);
    let output = run(all.path(), &["extract", "-o", "out"]);
    assert_eq!(code(&output), 0, "{}", said(&output));
    for (name, bytes) in tree(&all.path().join("out")) {
        let text = String::from_utf8(bytes).unwrap();
        assert!(
            !text
                .lines()
                .any(|line| line.starts_with("---")
                    || line.contains(" Evil") && !line.starts_with('#')),
            "{name}: {text}"
        );
    }
}

/// What is wrong with the arguments is said with the arguments.
#[test]
fn arguments_are_quoted_as_everything_is() {
    let hostile = "--x\n::error::x\n##[error]x\u{1b}[31m\u{202e}";
    for arguments in [&[hostile][..], &["validate", hostile], &["check", "--format", hostile]] {
        let output = plumb().args(arguments).output().unwrap();
        assert_eq!(code(&output), 2, "{}", said(&output));
        let said = stderr(&output) + &stdout(&output);
        assert!(!said.contains("##[") && !said.contains(['\u{1b}', '\u{202e}']), "{said:?}");
        assert!(!said.lines().any(|line| line.starts_with("::")), "{said}");
        assert!(said.contains(r"\n"), "{said}");
    }
    let output = plumb().arg("--help").output().unwrap();
    assert!(code(&output) == 0 && stdout(&output).contains("Usage:"), "{}", said(&output));
}

/// Includes that find nothing, or anchors among many, end soon.
#[test]
fn includes_that_fail_cost_little() {
    let anchors: String = (0..5_000).map(|n| format!("ANCHOR: a{n}\n")).collect();
    let missing: String = (0..1_000).map(|n| format!("{{{{#include missing{n}.md}}}}\n")).collect();
    let wrong: String = (0..300).map(|n| format!("{{{{#include b.txt:nowhere{n}}}}}\n")).collect();
    let all = folder(&[
        ("book.toml", "[book]\n"),
        ("src/SUMMARY.md", "- [A](a.md)\n"),
        ("src/a.md", &format!("{missing}{wrong}")),
        ("src/b.txt", &anchors),
    ]);
    for n in 0..1_000 {
        fs::write(all.path().join(format!("src/file{n}.md")), "").unwrap();
    }
    let start = Instant::now();
    let output = run(all.path(), &["check"]);
    assert_eq!(code(&output), 1);
    let said = said(&output);
    assert!(said.contains("it has a0, a1, ") && said.contains("more"), "{said:.2000}");
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
}

/// A key may be as long as a file, and stands in the path of each thing that it holds; thousands of things may be wrong.
#[test]
fn a_manifest_takes_memory_as_it_is_large_and_not_as_much_is_wrong() {
    let long = "k".repeat(1 << 20);
    let schema = r#"{"type": "object", "properties": {"spec": {"type": "object", "additionalProperties":
        {"type": "array", "items": {"type": "string"}}}}}"#;
    let definition = DEFINITION.replace(r#"{"type": "object"}"#, schema);
    let head = r#"{"apiVersion": "x.io/v1", "kind": "Foo", "metadata": {"name": "NAME"}, "spec": "#;
    let keyed = format!("{head}{{\"{long}\": [{}]}}}}", vec!["1"; 5_000].join(","));
    let named =
        format!("{head}{{\"a\": [{}]}}}}", vec!["1"; 5_000].join(",")).replace("NAME", &long);
    // deep, each key long, and in the middle very many values
    let deep = format!("\"{}\": ", "k".repeat(300));
    let nested = format!(
        "{head}{}[{}]{}}}",
        format!("{{{deep}").repeat(60),
        vec!["1"; 200_000].join(","),
        "}".repeat(60)
    );
    let all = folder(&[
        ("crds/foo.json", &definition),
        ("keyed.json", &keyed),
        ("named.json", &named),
        ("nested.json", &nested),
    ]);
    for file in ["keyed.json", "named.json", "nested.json"] {
        let program = env!("CARGO_BIN_EXE_mdbook-plumb");
        let limited = format!(
            "ulimit -v 1500000; exec '{program}' validate --format json --schemas crds {file}"
        );
        let output =
            Command::new("bash").current_dir(all.path()).args(["-c", &limited]).output().unwrap();
        assert_eq!(code(&output), 1, "{file}: {:.2000}", stderr(&output));
        assert!(stdout(&output).contains("\"summary\""), "{file}");
    }
}

/// What a model says is no include, whichever preprocessor runs later: mdBook reads `{{#include …}}` in HTML and scripts too.
#[test]
fn a_model_includes_no_file() {
    let model = "[sources.a]\ntitle = \"{{#include ../../../outer/key.md}} {{ #include ../../../outer/key.md}}\"\n[inputs.pods]\ndefault = 1\n\
                 label = \"{{#include ../../../outer/key.md}}\"\n";
    let page =
        "x\n\n<!-- plumb: sources all=true /-->\n\n<!-- plumb: calculator inputs=pods /-->\n";
    for order in [
        "[preprocessor.plumb]\nbefore = [\"links\"]\n",
        "[preprocessor.plumb]\n[preprocessor.links]\nafter = [\"plumb\"]\n",
    ] {
        let all = repository(&[
            ("repo/guide/book.toml", &format!("[book]\n{order}")),
            ("repo/guide/model.toml", model),
            ("repo/guide/src/a.md", page),
        ]);
        let guide = all.path().join("repo/guide");
        let output = run(&guide, &["build"]);
        for (name, bytes) in tree(&guide) {
            assert!(!String::from_utf8_lossy(&bytes).contains(SECRET), "{order}: {name}");
        }
        assert!(!said(&output).contains(SECRET), "{order}");
        assert!(guide.join("book/a.html").is_file(), "{order}: {}", said(&output));
    }
}

/// Nor do values that make one together, or with what the author wrote around them.
#[test]
fn values_in_a_fence_make_no_include() {
    let input = |name: &str, value: &str| {
        format!("[inputs.{name}]\ndefault = \"{value}\"\nchoices = [\"{value}\", \"x\"]\n")
    };
    let model = input("one", "{")
        + &input("two", "{#include ../../../outer/key.md}}")
        + &input("three", "#include ../../../outer/key.md");
    for line in ["{= one }{= two }", "{{= two }", "{{ {= three } }}"] {
        let page = format!("x\n\n```sh plumb\necho {line}\n```\n");
        let all = repository(&[
            ("repo/guide/book.toml", "[preprocessor.plumb]\nbefore = [\"links\"]\n"),
            ("repo/guide/model.toml", &model),
            ("repo/guide/src/a.md", &page),
        ]);
        refused(all.path(), &["check"], &["error[value-for-mdbook]", "src/a.md:4:"]);
        refused(all.path(), &["build"], &["error[value-for-mdbook]"]);
    }
}
