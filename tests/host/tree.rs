//! Markdown that is no book: found, checked, brought up to date, and otherwise left as it is.

use crate::support::{folder, plumb, stderr, stdout};
use std::fs;
use std::path::Path;
use std::process::Output;

const MODEL: &str = r#"
[inputs.pods]
default = 100
[figures.cpu]
value = "100m"
basis = "judgement"
[formulas]
"total.cpu" = "pods * cpu"
[facts.release]
type = "version"
from = { file = "package.json", at = "version" }
[facts.plans]
basis = "judgement"
value = [{ name = "small", price = 10 }, { name = "large", price = 40 }]
"#;

const PACKAGE: &str = "{ \"name\": \"tool\", \"version\": \"2.1.0\" }\n";

fn run(folder: &Path, arguments: &[&str]) -> Output {
    plumb().args(arguments).current_dir(folder).output().expect("the program")
}

fn tree(settings: &str, files: &[(&str, &str)]) -> tempfile::TempDir {
    let mut all = vec![("plumb.toml", settings), ("model.toml", MODEL), ("package.json", PACKAGE)];
    all.extend_from_slice(files);
    folder(&all)
}

/// Pages with front matter and the syntax of one generator each. `VALUE` is a value in a pair, `MDX` the same in comments of MDX,
/// `TABLE` a table in a pair, as far in as it stands.
const PAGES: &[(&str, &str)] = &[
    ("README.md", "# Tool\r\n\r\nInstall VALUE now.\r\n"),
    (
        "docs/mkdocs.md",
        "---\ntitle: \"A: b\"\ntags: [x]\n---\n# M {: #m }\n\n!!! note \"N\"\n\n    It is VALUE.\n\n    TABLE\n\n=== \"Tab\"\n\n\
             \x20   ```yaml\n    a: 1\n    ```\n\n--8<-- \"x.md\"\n",
    ),
    (
        "docs/docusaurus.mdx",
        "---\nid: d\nsidebar_position: 2\n---\nimport Tabs from '@theme/Tabs';\n\nexport const x = { a: 1 };\n\n:::tip[Title]\n\n\
             MDX is the release, {x.a}.\n\n:::\n\n<Tabs>\n  <TabItem value=\"a\">\n\n    Version MDX.\n\n  </TabItem>\n</Tabs>\n\n\
             <Foo bar={<b>x</b>} />\n",
    ),
    (
        "docs/hugo.md",
        "+++\ntitle = \"H\"\n[params]\nweight = 1\n+++\n{{< ref \"a.md\" >}} and VALUE. {{% note %}}x{{% /note %}}\n",
    ),
    (
        "docs/myst.md",
        "---\nfile_format: mystnb\n...\n(target)=\n# M\n\n% a comment\n:::{note}\n:class: x\nSee {ref}`target`: VALUE\n:::\n\n\
             ```{code-block} python\n:linenos:\nprint(1)\n```\n\n$$\na < b\n$$\n",
    ),
    ("docs/list.md", "- one VALUE\n\n  TABLE\n\n  two\n"),
];

/// A page with a version in its pairs, and rows in its tables.
fn page(text: &str, version: &str, rows: &[&str]) -> String {
    let lines = text.split_inclusive('\n').map(|line| {
        let indent = &line[..line.len() - line.trim_start().len()];
        let rows: String = rows.iter().map(|row| format!("{indent}{row}\n")).collect();
        let columns = "[\"Plan = p.name\", \"Price = p.price\"]";
        let table = format!(
            "<!-- plumb: table plans as p columns={columns} -->\n{rows}{indent}<!-- /plumb -->"
        );
        line.replace("VALUE", &format!("<!-- plumb: value release -->{version}<!-- /plumb -->"))
            .replace("MDX", &format!("{{/* plumb: value release */}}{version}{{/* /plumb */}}"))
            .replace("TABLE", &table)
    });
    lines.collect()
}

#[test]
fn sync_changes_nothing_but_the_text_between_pairs() {
    let old: Vec<_> = PAGES.iter().map(|(path, text)| (*path, page(text, "2.0.0", &[]))).collect();
    let files: Vec<_> = old.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let tree = tree("[plumb]\nallow = [\"comment-starts-line\"]\n", &files);
    let first = run(tree.path(), &["check"]);
    assert_eq!(first.status.code(), Some(1), "{}{}", stdout(&first), stderr(&first));
    let sync = run(tree.path(), &["sync"]);
    assert_eq!(sync.status.code(), Some(0), "{}{}", stdout(&sync), stderr(&sync));
    let rows = ["| Plan | Price |", "|---|--:|", "| small | 10 |", "| large | 40 |"];
    for (path, text) in PAGES {
        let written = fs::read_to_string(tree.path().join(path)).expect("a page");
        assert_eq!(written, page(text, "2.1.0", &rows), "{path}");
    }
    let last = run(tree.path(), &["check"]);
    assert_eq!(last.status.code(), Some(0), "{}{}", stdout(&last), stderr(&last));
}

#[test]
fn what_only_a_build_would_compute_is_told_and_mended() {
    let page = "It needs `{= total.cpu }` for `a`, `{= pods > 5 ? \"many\" : 'few' }`, `{= pods > 5 ? \"a lot\" : \"few\" }`.\n\n- x\n\n  <!-- plumb: table plans as p columns=[\"Plan = p.name\"] /-->\n\n\
        ![`{= total.cpu }`](a.png)\n\n<!-- plumb: versions k8s=1.36 /-->\n";
    let tree = tree(
        "[plumb]\n",
        &[
            ("a.md", page),
            ("b.mdx", "{/* plumb: table plans as p columns=[\"Plan = p.name\"] /*/}\n\nx\n"),
        ],
    );
    let check = run(tree.path(), &["check", "-v"]);
    let said = stdout(&check);
    assert_eq!(said.matches("warning[uncommitted]").count(), 6, "{said}");
    assert_eq!(check.status.code(), Some(0), "{said}");
    run(tree.path(), &["check", "--fix"]);
    assert_eq!(run(tree.path(), &["sync"]).status.code(), Some(0));
    let text = fs::read_to_string(tree.path().join("a.md")).expect("a page");
    assert!(text.contains("<!-- plumb: value total.cpu -->10 cores<!-- /plumb -->"), "{text}");
    assert!(
        text.contains("-->many<!-- /plumb -->") && text.contains("-->a lot<!-- /plumb -->"),
        "{text}"
    );
    assert!(text.contains("  | small |\n  | large |\n  <!-- /plumb -->\n"), "{text}");
    let text = fs::read_to_string(tree.path().join("b.mdx")).expect("a page");
    assert!(
        text.contains("*/}\n| Plan |\n|---|\n| small |\n| large |\n{/* /plumb */}\n"),
        "{text}"
    );
    let again = stdout(&run(tree.path(), &["check", "-v"]));
    assert_eq!(again.matches("warning[uncommitted]").count(), 1, "the image's: {again}");
}

#[test]
fn a_project_is_found_from_below_and_only_what_is_named_is_shown() {
    let stale = "It is <!-- plumb: value release -->1.0.0<!-- /plumb -->.\n";
    let tree = tree(
        "[plumb]\npages = [\"README.md\", \"docs\"]\n",
        &[
            ("README.md", stale),
            ("docs/a.md", stale),
            ("docs/deep/b.md", stale),
            ("notes/c.md", stale),
        ],
    );
    let files = |at: &str, arguments: &[&str]| {
        let run = run(&tree.path().join(at), &[arguments, &["--format", "json"]].concat());
        let mut files: Vec<String> = stdout(&run)
            .lines()
            .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
            .filter(|line| line["code"] == "drift")
            .filter_map(|line| Some(line["file"].as_str()?.to_owned()))
            .collect();
        files.sort();
        files
    };
    assert_eq!(files("", &["check"]), ["README.md", "docs/a.md", "docs/deep/b.md"]);
    assert_eq!(files("", &["check", "plumb.toml"]), ["README.md", "docs/a.md", "docs/deep/b.md"]);
    assert_eq!(files("docs/deep", &["check"]).len(), 3, "all of it, from below");
    assert_eq!(files("", &["check", "docs"]), ["docs/a.md", "docs/deep/b.md"]);
    assert_eq!(files("docs", &["check", "deep", "../README.md"]).len(), 2);
    // What is no page of it is no success.
    let none = run(tree.path(), &["check", "notes"]);
    assert_eq!(none.status.code(), Some(2));
    assert!(
        stderr(&none).contains("`notes` is no page of the tree in `.`: `pages`"),
        "{}",
        stderr(&none)
    );
    let sync = run(&tree.path().join("docs"), &["sync", "a.md"]);
    assert_eq!(sync.status.code(), Some(0), "{}", stderr(&sync));
    assert!(stdout(&sync).starts_with("wrote 1 place in "), "{}", stdout(&sync));
    assert_eq!(files("", &["check"]), ["README.md", "docs/deep/b.md"]);
    let explained = run(&tree.path().join("docs"), &["explain", "release"]);
    assert!(stdout(&explained).contains("2.1.0"), "{}", stdout(&explained));
}

#[test]
fn two_books_in_a_repository_are_two_projects() {
    let chapter = "It is <!-- plumb: value pods -->1<!-- /plumb -->.\n";
    let page = "It is <!-- plumb: value release -->1.0.0<!-- /plumb -->.\n";
    let all = tree(
        "[plumb]\n",
        &[
            (".git/HEAD", ""),
            ("README.md", page),
            ("one/book.toml", "[preprocessor.plumb]\nmodel = \"../model.toml\"\n"),
            ("one/src/SUMMARY.md", "- [A](a.md)\n"),
            ("one/src/a.md", chapter),
            ("two/book.toml", ""),
            ("two/model.toml", "[inputs]\npods = { default = 7 }\n"),
            ("two/src/SUMMARY.md", "- [A](a.md)\n"),
            ("two/src/a.md", chapter),
        ],
    );
    for (at, file, says) in [
        (".", "README.md", "`2.1.0`"),
        ("one", "one/src/a.md", "`100`"),
        ("one/book.toml", "one/src/a.md", "`100`"),
        ("one/src/a.md", "one/src/a.md", "`100`"),
        ("two/src", "two/src/a.md", "`7`"),
    ] {
        let said = stdout(&run(all.path(), &["check", at]));
        assert!(said.contains(&format!("--> {file}:1:")) && said.contains(says), "{at}: {said}");
        assert_eq!(said.matches("error[drift]").count(), 1, "{at}: {said}");
    }
    let both = run(all.path(), &["check", "one", "two"]);
    assert_eq!(both.status.code(), Some(2));
    assert!(stderr(&both).contains("`one` and `two` are two projects"), "{}", stderr(&both));
    // Without settings above them, they are named.
    fs::remove_file(all.path().join("plumb.toml")).expect("a file");
    let none = run(all.path(), &["check"]);
    assert_eq!(none.status.code(), Some(2));
    let said = stderr(&none);
    assert!(said.contains("neither `book.toml` nor `plumb.toml` is in `.`"), "{said}");
    assert!(said.contains("there are projects in `one`, `two`"), "{said}");
}

#[test]
fn a_book_may_keep_pages_that_are_no_chapters() {
    let page = "It is <!-- plumb: value release -->1.0.0<!-- /plumb -->, `{= pods }` pods.\n";
    let book = folder(&[
        ("book.toml", "[book]\nsrc = \"docs\"\n[preprocessor.plumb]\npages = [\"README.md\"]\n"),
        ("model.toml", MODEL),
        ("package.json", PACKAGE),
        ("README.md", page),
        ("docs/SUMMARY.md", "- [A](a.md)\n"),
        ("docs/a.md", "There are `{= pods }` pods.\n"),
    ]);
    let said = stdout(&run(book.path(), &["check"]));
    assert!(said.contains("error[drift]") && said.contains("--> README.md:1:"), "{said}");
    assert_eq!(said.matches("warning[uncommitted]").count(), 1, "the chapter is built: {said}");
    assert_eq!(run(book.path(), &["sync", "README.md"]).status.code(), Some(0));
    let text = fs::read_to_string(book.path().join("README.md")).expect("a page");
    assert_eq!(text, page.replace("1.0.0", "2.1.0"));
    fs::write(book.path().join("plumb.toml"), "[plumb]\n").expect("a file");
    let said = stdout(&run(book.path(), &["check"]));
    assert!(said.contains("`plumb.toml` is not read: beside it is a `book.toml`"), "{said}");
}

#[test]
fn settings_of_a_tree_are_read_as_such() {
    let settings = "model = \"m.toml\"\n[plumb]\npages = [\"doc\"]\nassets = \"inline\"\nexlude = [\"x\"]\n[plump]\n";
    let tree = tree(settings, &[("README.md", "# A\n")]);
    let said = stdout(&run(tree.path(), &["check", "-v"]));
    for (line, message) in [
        (1, "`model` stands outside of `[plumb]`, where nothing is read"),
        (3, "no Markdown file of the tree matches `doc`"),
        (4, "`assets` is no setting of a tree"),
        (5, "unknown setting `exlude` in `[plumb]`"),
        (6, "`plump` stands outside of `[plumb]`, where nothing is read"),
    ] {
        assert!(
            said.contains(message) && said.contains(&format!("plumb.toml:{line}:")),
            "{message}\n{said}"
        );
    }
    assert!(
        said.contains("did you mean `exclude`?") && said.contains("did you mean `plumb`?"),
        "{said}"
    );
}

#[test]
fn a_change_of_the_model_is_shown_for_a_tree() {
    let page = "It is <!-- plumb: value total.cpu -->10 cores<!-- /plumb -->.\n";
    let tree = tree("[plumb]\n", &[("docs/a.md", page)]);
    fs::write(tree.path().join("old.toml"), MODEL.replace("100m", "50m")).expect("a model");
    let diff = run(tree.path(), &["model", "diff", "old.toml"]);
    assert!(
        stdout(&diff).contains("value total.cpu: 5 cores -> 10 cores"),
        "{}{}",
        stdout(&diff),
        stderr(&diff)
    );
    let eval = run(&tree.path().join("docs"), &["model", "eval", "total.cpu"]);
    assert!(stdout(&eval).starts_with("10 cores"), "{}{}", stdout(&eval), stderr(&eval));
}
