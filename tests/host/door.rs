//! What a book, a link or a destination may reach: as a stranger's pull request would try it.
#![cfg(unix)]

use crate::support::{definition, feed, folder, plumb, stderr, stdout, tree};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

pub(crate) const SECRET: &str = "tiger-7731";

/// A repository with a book in `guide`, and beside the repository something that is nobody's business.
pub(crate) fn repository(files: &[(&str, &str)]) -> tempfile::TempDir {
    let all = folder(files);
    let usual = [
        ("repo/.git/HEAD", "ref: refs/heads/main\n"),
        ("repo/guide/book.toml", "[book]\ntitle = \"A\"\n"),
        ("repo/guide/src/SUMMARY.md", "- [A](a.md)\n"),
        ("repo/guide/src/a.md", "# A\n"),
        ("outer/key.md", SECRET),
        ("outer/key.toml", SECRET),
        ("outer/folder/secret.yaml", "apiVersion: v1\nkind: Secret\ntiger-7731: x\n"),
    ];
    for (path, text) in usual {
        let path = all.path().join(path);
        if !path.exists() {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    }
    all
}

pub(crate) fn run(at: &Path, arguments: &[&str]) -> Output {
    plumb().current_dir(at).args(arguments).env("SECRET_KEY", SECRET).output().unwrap()
}

pub(crate) fn said(output: &Output) -> String {
    stdout(output) + &stderr(output)
}

pub(crate) fn code(output: &Output) -> i32 {
    output.status.code().expect("an exit code")
}

/// Runs it with the arguments in the guide: it finds all of `words`, tells nothing of the secret, publishes and changes nothing.
pub(crate) fn refused(all: &Path, arguments: &[&str], words: &[&str]) {
    let before = tree(all);
    let output = run(&all.join("repo/guide"), arguments);
    let said = said(&output);
    assert!(matches!(code(&output), 1 | 2), "{arguments:?}: {said}");
    for word in words {
        assert!(said.contains(word), "{arguments:?}: no `{word}` in {said}");
    }
    assert!(!said.contains(SECRET) && !said.contains("panicked"), "{said}");
    assert_eq!(tree(all), before, "{arguments:?} has changed something");
}

#[test]
fn a_model_lies_in_the_repository() {
    let settings = |model: &str| format!("[preprocessor.plumb]\nmodel = \"{model}\"\n");
    for model in ["/proc/self/environ", "../../outer/key.toml", "/dev/zero", "../../outer"] {
        let all = repository(&[("repo/guide/book.toml", &settings(model))]);
        refused(all.path(), &["check"], &["error[outside-repository]", "book.toml:2:1", model]);
        refused(all.path(), &["model", "list"], &["outside-repository"]);
    }
    let all = repository(&[]);
    symlink(all.path().join("outer/key.toml"), all.path().join("repo/guide/model.toml")).unwrap();
    refused(all.path(), &["check"], &["outside-repository", "outer/key.toml"]);
    // beside the book in the same repository is inside, through a link too
    let figure = "[figures.a]\nvalue = 3\nsource = \"s\"\n[sources.s]\ntitle = \"T\"\n\
                  url = \"https://example.com\"\naccessed = 2026-01-01\n";
    let all = repository(&[
        ("repo/guide/book.toml", &settings("../shared/model.toml")),
        ("repo/guide/src/a.md", "# A\n\n`{= a }`\n"),
        ("repo/shared/real.toml", figure),
    ]);
    symlink("real.toml", all.path().join("repo/shared/model.toml")).unwrap();
    let output = run(&all.path().join("repo/guide"), &["check"]);
    assert_eq!(code(&output), 0, "{}", said(&output));
    // of a book that is in no repository, its own folder is the border
    fs::remove_dir_all(all.path().join("repo/.git")).unwrap();
    refused(all.path(), &["check"], &["outside-repository", "shared/real.toml"]);
}

#[test]
fn facts_and_directives_stay_in_the_repository() {
    let page = ("repo/guide/src/a.md", "# A\n\n`{= a }`\n\n<!-- plumb: it /-->\n");
    for file in ["../../outer/key.md", "/proc/self/environ", "../.git/HEAD", "link.md"] {
        let model = format!(
            "[facts.a]\ntype = \"text\"\nfrom = {{ file = \"{file}\", pattern = \"(.+)\" }}\n"
        );
        let all = repository(&[("repo/guide/model.toml", &model), page]);
        symlink("../../outer/key.md", all.path().join("repo/guide/link.md")).unwrap();
        for command in ["check", "build"] {
            refused(all.path(), &[command], &["outside-repository", file]);
        }
    }
    let all = repository(&[page]);
    fs::create_dir(all.path().join("repo/guide/directives")).unwrap();
    symlink("../../../outer/key.md", all.path().join("repo/guide/directives/it.md")).unwrap();
    refused(all.path(), &["check"], &["outside-repository", "directives/it.md"]);
    fs::remove_dir_all(all.path().join("repo/guide/directives")).unwrap();
    symlink("../../outer", all.path().join("repo/guide/directives")).unwrap();
    refused(all.path(), &["check"], &["unknown-directive"]);
}

#[test]
fn settings_name_what_is_in_the_repository() {
    for (line, word) in [
        ("[preprocessor.plumb]\npolicies = \"../../outer/folder\"", "policies"),
        ("[preprocessor.plumb]\nschemas = [\"../../outer/folder\"]", "schemas"),
        ("[book]\nsrc = \"../../outer\"", "src"),
        ("[book]\nsrc = \"/etc\"", "src"),
        ("[output.html]\ntheme = \"../../outer\"", "theme"),
        ("[output.html]\nadditional-css = [\"../../outer/key.md\"]", "additional-css"),
        ("[output.html]\ninput-404 = \"../../../outer/key.md\"", "input-404"),
        ("[build]\nbuild-dir = \"../../outer/book\"", "build-dir"),
    ] {
        let all = repository(&[("repo/guide/book.toml", line)]);
        refused(all.path(), &["check"], &["error[outside-repository]", "--> book.toml:2:1", word]);
        refused(all.path(), &["build"], if word.is_empty() { &[] } else { &["outside"] });
    }
    // in the repository, but not where mdBook would write it
    for line in [
        "[output.html]\nadditional-js = [\"../shared.js\"]",
        "[output.html]\ninput-404 = \"../../shared.md\"",
        "[output.html.redirect]\n\"/../../x.html\" = \"a.html\"",
    ] {
        let all = repository(&[
            ("repo/guide/book.toml", line),
            ("repo/shared.js", ""),
            ("repo/shared.md", ""),
        ]);
        for command in ["check", "build"] {
            refused(all.path(), &[command], &["error[published-outside]", "--> book.toml:2:1"]);
        }
    }
}

#[test]
fn levels_do_not_open_the_door() {
    let all = repository(&[
        ("repo/guide/book.toml", "[preprocessor.plumb]\nallow = [\"outside-repository\"]\n"),
        ("repo/guide/src/a.md", "{{#include ../../../outer/key.md}}\n"),
    ]);
    refused(all.path(), &["build"], &["error[outside-repository]"]);
    let output = run(&all.path().join("repo/guide"), &["check"]);
    assert!(!said(&output).contains(SECRET));
}

#[test]
fn includes_stay_in_the_repository() {
    for helper in ["include", "rustdoc_include", "playground"] {
        let text = format!("# A\n\n{{{{#{helper} ../../../outer/key.md}}}}\n");
        let all = repository(&[("repo/guide/src/a.md", &text)]);
        for command in ["check", "build", "sync"] {
            refused(
                all.path(),
                &[command],
                &["outside-repository", "src/a.md:3:1", "outer/key.md"],
            );
        }
    }
    let all = repository(&[("repo/guide/src/a.md", "{{#include part.md}}\n")]);
    symlink("../../../outer/key.md", all.path().join("repo/guide/src/part.md")).unwrap();
    refused(all.path(), &["build"], &["outside-repository", "src/a.md:1:1", "outer/key.md"]);
    // a folder on the way that is a link, and `..` behind it
    let all = repository(&[("repo/guide/src/a.md", "{{#include way/../key.md}}\n")]);
    symlink("../../../outer/folder", all.path().join("repo/guide/src/way")).unwrap();
    refused(all.path(), &["build"], &["outside-repository", "src/a.md:1:1"]);
    // inside is inside
    let all = repository(&[
        ("repo/CHANGES.md", "# C\n"),
        ("repo/guide/src/a.md", "# A\n\n{{#include ../../CHANGES.md}}\n"),
    ]);
    let output = run(&all.path().join("repo/guide"), &["build", "-q"]);
    assert_eq!((code(&output), said(&output)), (0, String::new()));
}

#[test]
fn chapters_stay_in_the_book() {
    for (path, found) in [
        ("/etc/hosts", "published-outside"),
        ("../../../outer/key.md", "published-outside"),
        ("../../new.md", "published-outside"),
        ("sub/../../x.md", "published-outside"),
    ] {
        let summary = format!("- [A](a.md)\n- [B]({path})\n");
        let all = repository(&[("repo/guide/src/SUMMARY.md", &summary)]);
        for command in ["check", "build"] {
            refused(all.path(), &[command], &[found, "src/SUMMARY.md:2:3"]);
        }
    }
    for target in ["../../../outer/key.md", "/nowhere/new.md"] {
        let all = repository(&[("repo/guide/src/SUMMARY.md", "- [B](b.md)\n")]);
        symlink(target, all.path().join("repo/guide/src/b.md")).unwrap();
        let found = if target.starts_with('/') { "unfit-file" } else { "outside-repository" };
        for command in ["check", "build"] {
            let output = run(&all.path().join("repo/guide"), &[command]);
            assert_eq!(code(&output), 1, "{}", said(&output));
            assert!(said(&output).contains(found), "{}", said(&output));
            assert!(!said(&output).contains(SECRET));
        }
    }
}

/// mdBook copies each file of the sources to where it publishes, and follows links.
#[test]
fn nothing_is_published_through_a_link() {
    for place in ["src/key.txt", "src/sub/key.txt", "theme/head.hbs", "src/.hidden"] {
        let all = repository(&[("repo/guide/src/sub/x.txt", ""), ("repo/guide/theme/x", "")]);
        symlink(all.path().join("outer/key.md"), all.path().join("repo/guide").join(place))
            .unwrap();
        for command in ["check", "build"] {
            let output = run(&all.path().join("repo/guide"), &[command]);
            assert_eq!(code(&output), 1, "{place}: {}", said(&output));
            let place = format!("--> {place}:1:1");
            assert!(said(&output).contains(&place), "{}", said(&output));
            assert!(!all.path().join("repo/guide/book").exists());
        }
    }
    let all = repository(&[]);
    symlink(all.path().join("outer"), all.path().join("repo/guide/src/folder")).unwrap();
    let output = run(&all.path().join("repo/guide"), &["build"]);
    assert_eq!(code(&output), 1, "{}", said(&output));
    assert!(!all.path().join("repo/guide/book").exists());
}

/// The book that mdBook itself would send, had it not looked.
#[test]
fn as_a_preprocessor_it_stops_the_build() {
    let all = repository(&[("repo/guide/src/a.md", "{{#include ../../../outer/key.md}}\n")]);
    let root = all.path().join("repo/guide");
    let send = |path: &str, content: &str, config: &str| {
        let input = format!(
            r#"[{{"root":{root:?},"config":{config},"renderer":"html","mdbook_version":"0.5.4"}},
            {{"items":[{{"Chapter":{{"name":"A","content":"{content}","path":"{path}","source_path":"{path}","sub_items":[]}}}}]}}]"#
        );
        feed(&mut plumb(), input.as_bytes())
    };
    let usual = r#"{"book":{"src":"src"}}"#;
    for (path, content, config, found) in [
        ("a.md", SECRET, usual, "outside-repository"),
        ("../../../outer/key.md", SECRET, usual, "outside-repository"),
        ("../x.md", "", usual, "published-outside"),
        ("b.md", "", r#"{"output":{"html":{"theme":"../../outer"}}}"#, "outside-repository"),
        (
            "b.md",
            "",
            r#"{"output":{"html":{"additional-css":["/etc/hosts"]}}}"#,
            "outside-repository",
        ),
    ] {
        let output = send(path, content, config);
        assert_eq!((code(&output), stdout(&output)), (1, String::new()), "{}", stderr(&output));
        assert!(stderr(&output).contains(&format!("error[{found}]")), "{}", stderr(&output));
    }
    // mdBook's own `-d` is in the settings that it sends, and is the user's affair
    let output = send("b.md", "", r#"{"build":{"build-dir":"/tmp/elsewhere"}}"#);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
}

#[test]
fn a_build_deletes_nothing_but_a_build() {
    let all = repository(&[
        ("repo/guide/theme/head.hbs", ""),
        ("repo/guide/model/m.toml", ""),
        ("repo/guide/policies/p.yaml", ""),
        ("repo/guide/notes/mine.txt", "work"),
        ("repo/guide/pages/.git", "gitdir: elsewhere"),
        ("repo/guide/src/img/a.png", "work"),
    ]);
    for destination in [
        ".",
        "..",
        "src",
        "theme",
        "model",
        "policies",
        "notes",
        "pages",
        "src/img",
        "../.git",
        "../.git/new",
        "src/../src",
        "../..",
    ] {
        let before = tree(all.path());
        let output = run(&all.path().join("repo/guide"), &["build", "-d", destination]);
        assert_eq!(code(&output), 2, "{destination}: {}", said(&output));
        assert_eq!(tree(all.path()), before, "{destination}");
    }
    // a link in the repository is not what it seems to be
    symlink("../../outer", all.path().join("repo/guide/site")).unwrap();
    for arguments in [&["build", "-d", "site"][..], &["build", "-d", "site/new"]] {
        refused(all.path(), arguments, &["outside of"]);
    }
    for setting in ["src", ".", "notes", "site", "site/new", "src/../."] {
        let text = format!("[build]\nbuild-dir = \"{setting}\"\n");
        fs::write(all.path().join("repo/guide/book.toml"), text).unwrap();
        let named = if setting.ends_with('.') { "`.`" } else { &format!("`{setting}`") };
        refused(all.path(), &["build"], &[named]);
    }
    fs::write(all.path().join("repo/guide/book.toml"), "[output.html]\n[output.markdown]\n")
        .unwrap();
    fs::create_dir_all(all.path().join("repo/guide/book")).unwrap();
    symlink("../src", all.path().join("repo/guide/book/markdown")).unwrap();
    refused(all.path(), &["build"], &["build into"]);
}

#[test]
fn a_build_replaces_a_build() {
    for settings in ["", "[output.markdown]\n", "[output.html]\n[output.markdown]\n"] {
        let all = repository(&[
            ("repo/guide/book.toml", settings),
            ("repo/guide/src/SUMMARY.md", "- [A](README.md)\n- [B](sub/b.md)\n"),
            ("repo/guide/src/README.md", "# A\n"),
            ("repo/guide/src/sub/b.md", "# B\n"),
        ]);
        let elsewhere = all.path().join("outer/site");
        for destination in ["book", "new/deep", elsewhere.to_str().unwrap()] {
            for _ in 0..2 {
                let output =
                    run(&all.path().join("repo/guide"), &["build", "-q", "-d", destination]);
                assert_eq!((code(&output), said(&output)), (0, String::new()), "{settings}");
            }
        }
    }
}

#[test]
fn extract_writes_below_the_folder_that_was_named() {
    let chapter = "# A\n\n```yaml\napiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n```\n\n\
                   ```yaml,fails\napiVersion: v1\nkind: ConfigMap\ndata: {a: b}\n```\n";
    let all = repository(&[("repo/guide/src/a.md", chapter), ("repo/guide/out/x", "")]);
    let guide = all.path().join("repo/guide");
    let mine = "# Extracted by mdbook-plumb from a\n";
    fs::write(all.path().join("outer/mine.yaml"), mine).unwrap();
    for (link, target) in [
        ("out/fails", "../src"),
        ("out/a-namespace-a.yaml", "../../../outer/mine.yaml"),
        ("out/kustomization.yaml", "../../../outer/mine.yaml"),
    ] {
        let link = guide.join(link);
        symlink(target, &link).unwrap();
        refused(all.path(), &["extract", "--fails", "-o", "out"], &["nothing was written"]);
        fs::remove_file(link).unwrap();
    }
    // a link to nothing would have us make the file that it names
    symlink("../new.yaml", guide.join("out/kustomization.yaml")).unwrap();
    let output = run(&guide, &["extract", "-o", "out"]);
    assert_eq!((code(&output), guide.join("new.yaml").exists()), (2, false), "{}", said(&output));
    fs::remove_file(guide.join("out/kustomization.yaml")).unwrap();
    symlink("../../outer", guide.join("way")).unwrap();
    refused(all.path(), &["extract", "-o", "way/new"], &["outside of"]);
    // Whoever names it, and from wherever.
    let output = run(all.path(), &["extract", "repo/guide", "-o", "repo/guide/way/new"]);
    assert_eq!(code(&output), 2, "{}", said(&output));
    assert!(said(&output).contains("outside of") && !all.path().join("outer/new").exists());
    let elsewhere = all.path().join("elsewhere");
    let output = run(&guide, &["extract", "-q", "-o", elsewhere.to_str().unwrap()]);
    assert_eq!((code(&output), tree(&elsewhere).len()), (0, 2), "{}", said(&output));
}

#[test]
fn schemas_are_added_below_the_book() {
    let definition = include_str!("../../docs/reference/model.schema.json");
    for (link, target) in
        [("schemas", "../../outer"), ("schemas/schemas.lock", "../../../outer/lock")]
    {
        let all = repository(&[("def/x_v1.json", definition)]);
        let link = all.path().join("repo/guide").join(link);
        fs::create_dir_all(link.parent().unwrap()).unwrap();
        symlink(target, link).unwrap();
        let source = all.path().join("def/x_v1.json");
        let before = tree(&all.path().join("outer"));
        let output =
            run(&all.path().join("repo/guide"), &["schemas", "add", source.to_str().unwrap()]);
        assert_eq!(code(&output), 2, "{}", said(&output));
        assert_eq!(tree(&all.path().join("outer")), before);
    }
}

const NAMESPACE: &str = "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\nspec: {x: 1}\n";

#[test]
fn validate_stays_in_what_was_named_and_does_the_rest() {
    let all = repository(&[("repo/m/a.yaml", NAMESPACE), ("repo/m/deep/b.yaml", NAMESPACE)]);
    let repo = all.path().join("repo");
    symlink("../../outer/folder", repo.join("m/docs")).unwrap();
    symlink("../../outer/folder/secret.yaml", repo.join("m/linked.yaml")).unwrap();
    symlink("..", repo.join("m/deep/loop")).unwrap();
    symlink("self.yaml", repo.join("m/self.yaml")).unwrap();
    let fifo = Command::new("mkfifo").arg(repo.join("m/pipe.yaml")).status().unwrap();
    assert!(fifo.success());
    symlink("/dev/zero", repo.join("m/zero.yaml")).unwrap();
    let start = Instant::now();
    let output = run(&repo, &["validate", "m"]);
    assert!(start.elapsed() < Duration::from_secs(20), "it has waited for a pipe");
    let said_here = said(&output);
    assert_eq!(code(&output), 1);
    for word in [
        "m/docs",
        "outer/folder`",
        "m/linked.yaml",
        "m/pipe.yaml",
        "a named pipe",
        "m/zero.yaml",
        "m/self.yaml",
        "m/a.yaml:4",
        "m/deep/b.yaml:4",
        "2 manifests",
    ] {
        assert!(said_here.contains(word), "no `{word}` in {said_here}");
    }
    assert!(!said_here.contains(SECRET), "{said_here}");
    // A link in the repository is not the user's own, even if he names it.
    symlink("../outer/folder", repo.join("docs")).unwrap();
    for path in ["docs", "m/linked.yaml"] {
        let output = run(&repo, &["validate", path]);
        assert_eq!(code(&output), 1, "{}", said(&output));
        assert!(said(&output).contains("outside-repository") && !said(&output).contains(SECRET));
    }
    // Nor is it where he names it from outside of the repository, or where it leads into another one.
    fs::create_dir_all(all.path().join("outer/.git")).unwrap();
    symlink("../outer", repo.join("whole")).unwrap();
    for path in ["repo/docs", "repo/m/linked.yaml", "repo/whole"] {
        let output = run(all.path(), &["validate", path]);
        assert_eq!(code(&output), 1, "{}", said(&output));
        assert!(said(&output).contains("outside-repository") && !said(&output).contains(SECRET));
    }
    fs::remove_dir(all.path().join("outer/.git")).unwrap();
    fs::remove_file(repo.join("whole")).unwrap();
    // What lies elsewhere by its name is.
    let output = run(&repo, &["validate", "../outer/folder"]);
    assert!(said(&output).contains("../outer/folder/secret.yaml:"), "{}", said(&output));
    // So is what comes through a pipe of the shell's.
    let shell = format!("'{}' validate <(cat m/a.yaml)", env!("CARGO_BIN_EXE_mdbook-plumb"));
    let output = Command::new("bash").current_dir(&repo).args(["-c", &shell]).output().unwrap();
    assert!(said(&output).contains("1 manifest"), "{}", said(&output));
}

/// A link in the repository is somebody else's, whichever command it is named to: it may lead into another repository.
#[test]
fn a_planted_link_leads_no_command_out() {
    const FIGURE: &str =
        "[figures.a]\nvalue = 7731\nbasis = \"judgement\"\nlabel = \"tiger-7731\"\n";
    let all = repository(&[
        ("outer/.git/HEAD", "ref: refs/heads/main\n"),
        ("outer/book/book.toml", "[preprocessor.plumb]\n"),
        ("outer/book/model.toml", FIGURE),
        ("outer/book/src/SUMMARY.md", "- [A](a.md)\n"),
        ("outer/book/src/a.md", "# tiger-7731\n\n<!-- plumb: value a -->9<!-- /plumb -->\n"),
        ("outer/book/.mdbook-plumb/staged.md", "work"),
        ("outer/pods.json", "{\"kind\": \"tiger-7731\"}"),
        ("repo/fruit.yaml", &definition("Fruit")),
        ("repo/guide/model.toml", "[figures.a]\nvalue = 1\nbasis = \"judgement\"\n"),
    ]);
    let repo = all.path().join("repo");
    symlink("../outer/book", repo.join("planted")).unwrap();
    symlink("../outer/pods.json", repo.join("pods.json")).unwrap();
    let planted = definition("Secret7731");
    fs::write(all.path().join("outer/planted.yaml"), planted).unwrap();
    symlink("../outer/planted.yaml", repo.join("planted.yaml")).unwrap();
    let before = tree(all.path());
    // Whoever names it, and from wherever.
    for (at, prefix) in [(repo.as_path(), ""), (all.path(), "repo/"), (&repo.join("guide"), "../")]
    {
        let link = |name: &str| format!("{prefix}{name}");
        let (book, file, pods) = (link("planted"), link("planted.yaml"), link("pods.json"));
        let (guide, own) = (link("guide"), link("fruit.yaml"));
        for arguments in [
            &["check", &book][..],
            &["build", &book],
            &["build", &book, "-d", "elsewhere"],
            &["sync", &book],
            &["sync", "--dry-run", &book],
            &["extract", &book, "-o", "elsewhere"],
            &["schemas", "add", &own, "--dir", &book],
            &["schemas", "remove", "Fruit", "--dir", &book],
            &["schemas", "add", &file, "--dir", &guide],
            &["schemas", "add", &book, "--dir", &guide],
            &["model", "list", "--dir", &book],
            &["model", "eval", "a", "--dir", &book],
            &["model", "diff", &book, "--dir", &guide],
            &["model", "measure", &pods, "--dir", &guide],
        ] {
            let output = run(at, arguments);
            let said = said(&output);
            assert!(matches!(code(&output), 1 | 2), "{arguments:?}: {said}");
            assert!(said.contains("outside"), "{arguments:?}: {said}");
            assert!(!said.contains("7731") && !said.contains("panicked"), "{arguments:?}: {said}");
            let now = tree(all.path());
            let changed: Vec<_> = now
                .keys()
                .chain(before.keys())
                .filter(|path| now.get(*path) != before.get(*path))
                .collect();
            assert!(changed.is_empty(), "{arguments:?} has changed {changed:?}");
        }
    }
}

#[test]
fn nothing_is_not_in_order() {
    let all = folder(&[
        ("none/values.yaml", "a: b\n"),
        ("none/README.md", "# A\n"),
        ("empty.yaml", "# nothing\n"),
        ("good.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n"),
    ]);
    fs::create_dir(all.path().join("bare")).unwrap();
    let at = all.path();
    for (arguments, word) in [
        (&["none"][..], "`none`"),
        (&["bare"], "`bare`"),
        (&["bare", "good.yaml"], "`bare`"),
        (&["empty.yaml", "none/README.md"], "`empty.yaml`"),
    ] {
        let output = run(at, &[&["validate"][..], arguments].concat());
        assert_eq!(code(&output), 1, "{arguments:?}: {}", said(&output));
        assert!(said(&output).contains("error[nothing-to-validate]"), "{}", said(&output));
        assert!(said(&output).contains(word), "{}", said(&output));
    }
    let lists = [
        "apiVersion: v1\nkind: List\nitems: []\n",
        "apiVersion: v1\nkind: List\nitems:\n",
        "apiVersion: v1\nkind: List\n",
        "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: PodList, items: []}\n",
        r#"{"apiVersion": "apps/v1", "items": null, "kind": "DeploymentList"}"#,
    ];
    for input in ["", "\n", "# Source: nothing\n---\n"].into_iter().chain(lists) {
        let output = feed(plumb().current_dir(at).args(["validate", "-"]), input.as_bytes());
        assert_eq!(code(&output), 1, "{}", said(&output));
        assert!(said(&output).contains("no manifest in `standard input`"), "{}", said(&output));
    }
    // files of a pattern may well hold none, and what could not be read is told already
    for arguments in [
        &["good.yaml", "empty.yaml"][..],
        &["none/README.md"],
        &["none/README.md"],
        &["none", "--allow", "nothing-to-validate"],
    ] {
        let output = run(at, &[&["validate"][..], arguments].concat());
        assert_eq!(code(&output), 0, "{}", said(&output));
    }
    // nor is a list with something in it nothing, nor one of a kind that is not a list of objects
    for (input, expected) in [
        (
            "apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: Namespace, metadata: {name: a}}]\n",
            0,
        ),
        (
            "apiVersion: v1\nkind: List\nitems: []\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n",
            0,
        ),
        ("apiVersion: v1\nkind: List\nitems: [null]\n", 1),
        ("apiVersion: v1\nkind: AllowList\nitems: []\n", 1),
    ] {
        let output = feed(plumb().args(["validate", "-"]), input.as_bytes());
        assert_eq!(code(&output), expected, "{input}: {}", said(&output));
        assert!(!said(&output).contains("nothing-to-validate"), "{}", said(&output));
    }
    let output = feed(plumb().args(["validate", "-"]), b"a: [\n");
    assert!(!said(&output).contains("nothing-to-validate"), "{}", said(&output));
}

#[test]
fn includes_are_limited_for_the_whole_book() {
    let line = "a line of a large file that nobody reads\n";
    let large = line.repeat((10 << 20) / line.len());
    let text = "# A\n\n{{#include ../large.txt}}\n{{#include ../large.txt}}\n".to_owned();
    let summary: String = (0..20).map(|page| format!("- [{page}]({page}.md)\n")).collect();
    let all =
        repository(&[("repo/guide/large.txt", &large), ("repo/guide/src/SUMMARY.md", &summary)]);
    for page in 0..20 {
        fs::write(all.path().join(format!("repo/guide/src/{page}.md")), &text).unwrap();
    }
    // Each of its includes holds all the others.
    fs::write(all.path().join("repo/guide/src/0.md"), "{{#include 0.md}}\n".repeat(100)).unwrap();
    for command in ["check", "build"] {
        let start = Instant::now();
        let limited =
            format!("ulimit -v 3000000; exec '{}' {command}", env!("CARGO_BIN_EXE_mdbook-plumb"));
        let guide = all.path().join("repo/guide");
        let output =
            Command::new("bash").current_dir(guide).args(["-c", &limited]).output().unwrap();
        assert_eq!(code(&output), 1, "{}", said(&output));
        assert_eq!(said(&output).matches("error[book-too-large]").count(), 1);
        assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
    }
    assert!(!all.path().join("repo/guide/book").exists());
}

/// mdBook reads a theme's files, and would wait for a pipe.
#[test]
fn a_pipe_in_a_theme_stops_the_build() {
    let all = repository(&[("repo/guide/theme/x", "")]);
    let pipe = all.path().join("repo/guide/theme/head.hbs");
    assert!(Command::new("mkfifo").arg(pipe).status().unwrap().success());
    for command in ["check", "build"] {
        let output = run(&all.path().join("repo/guide"), &[command]);
        assert_eq!(code(&output), 1, "{}", said(&output));
        assert!(said(&output).contains("--> theme/head.hbs:1:1"), "{}", said(&output));
    }
}

#[test]
fn a_large_file_is_refused_before_it_is_read() {
    let all = repository(&[("repo/guide/src/a.md", "{{#include huge.txt}}\n")]);
    let huge = fs::File::create(all.path().join("repo/guide/src/huge.txt")).unwrap();
    huge.set_len(1 << 40).unwrap();
    let output = run(&all.path().join("repo/guide"), &["check"]);
    assert_eq!(code(&output), 1);
    assert!(said(&output).contains("error[unfit-file]"), "{}", said(&output));
    let output = feed(plumb().args(["validate", "/dev/zero"]), b"");
    assert!(said(&output).contains("larger than"), "{}", said(&output));
}
