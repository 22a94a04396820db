//! A book that was there before: until its author asks for something, it is published as it was.

use crate::support::{assert_same, feed, folder, mdbook, plumb, stderr, stdout, tree};
use serde_json::{Value as Json, json};
use std::fs;
use std::path::Path;

/// Chapters as people write them, with nothing of ours in them: manifests right, wrong, in part and of unknown kinds, in
/// every kind of fence; ends of lines of both sorts, and none at the end; includes, escaped ones, a byte order mark.
const CHAPTERS: &[(&str, &str)] = &[
    (
        "src/SUMMARY.md",
        "# Summary\n\n[Before](README.md)\n\n- [Right](right.md)\n- [Wrong](wrong.md)\n- [Draft]()\n- [Deep](deep/a.md)\n  - [Crlf](deep/crlf.md)\n",
    ),
    (
        "src/README.md",
        "\u{feff}# Before   \n\n{{#include part.txt:all}}\n\\{{#include part.txt}} <!-- a comment -->\n\n\n\n",
    ),
    ("src/part.txt", "no\n// ANCHOR: all\nA part, \"quoted\" & \u{1f600}\t\n// ANCHOR_END: all\n"),
    (
        "src/right.md",
        "# Right\n\n```yaml\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  k: v  # why\n```\n\n1. In a list:\n\n   ~~~yml\n   apiVersion: v1\n   kind: Namespace\n   metadata: {name: a}\n   ~~~\n\n> ```json\n> {\"apiVersion\": \"v1\", \"kind\": \"Namespace\", \"metadata\": {\"name\": \"b\"}}\n> ```\n",
    ),
    (
        "src/wrong.md",
        "# Services\n\n```yaml\napiVersion: v1\nkind: Service\nmetadata:\n  name: A_b\nspec:\n  prots: []\n```\n\n```yaml,ignore\nkind: [\n```\n\n```yaml\napiVersion: example.org/v1\nkind: Unknown\n```\n\n```yaml\nspec:\n  # ...\n  replicas: 2\n```\n\n```sh\nkubectl apply -f - <<EOF\napiVersion: v1\nkind: Pod\nEOF\n```\n\nA `{ code }` span, `{}` and <b>HTML</b>.",
    ),
    (
        "src/deep/a.md",
        "# Deep\n\n{{#include ../part.txt:2:3}}\n\n    apiVersion: v1\n    kind: Pod\n",
    ),
    (
        "src/deep/crlf.md",
        "# Ends\r\n\r\n```yaml\r\napiVersion: v1\r\nkind: ConfigMap\r\nmetadata:\r\n  name: a\r\n```\r\n\r\nText  \r\n",
    ),
];

fn book(settings: &str) -> tempfile::TempDir {
    let toml = format!(
        "[book]\ntitle = \"A book\"\n{settings}[output.html]\nhash-files = false\n[output.markdown]\n"
    );
    let mut files = CHAPTERS.to_vec();
    files.push(("book.toml", &toml));
    folder(&files)
}

/// The preprocessor as a table, with `command` set to the program.
fn table(more: &str) -> String {
    let program = env!("CARGO_BIN_EXE_mdbook-plumb");
    format!("[preprocessor.plumb]\ncommand = '{program}'\nreport = \"warn\"\n{more}")
}

#[test]
fn a_book_that_asks_for_nothing_comes_out_as_it_went_in() {
    let folder = book(&table(""));
    let chapters: Vec<Json> = CHAPTERS
        .iter()
        .filter(|(path, _)| path.ends_with(".md") && !path.ends_with("SUMMARY.md"))
        .map(|(path, text)| {
            let path = path.trim_start_matches("src/");
            json!({ "Chapter": { "name": path, "content": text, "path": path, "source_path": path, "sub_items": [], "number": null, "parent_names": [] } })
        })
        .collect();
    for renderer in ["html", "markdown", "epub"] {
        let config = json!({ "preprocessor": { "plumb": { "report": "warn" } } });
        let context = json!({ "root": folder.path(), "config": config, "renderer": renderer });
        let given = json!({ "items": chapters, "__non_exhaustive": null });
        let output = feed(&mut plumb(), json!([context, given]).to_string().as_bytes());
        assert!(output.status.success(), "{}", stderr(&output));
        assert!(stderr(&output).contains("prots"), "what is wrong is printed all the same");
        assert_eq!(stdout(&output), given.to_string(), "{renderer}");
    }
}

#[test]
fn mdbook_publishes_the_bytes_that_it_publishes_without_us() {
    let Some(mdbook) = mdbook() else { return };
    let build = |settings: &str| {
        let folder = book(settings);
        let run = mdbook().arg("build").current_dir(folder.path()).output().expect("mdbook");
        assert!(run.status.success(), "{}", stderr(&run));
        folder
    };
    let (without, with) = (build(""), build(&table("")));
    assert_same(&without.path().join("book"), &with.path().join("book"));
    let asked = build(&table("[preprocessor.plumb.manifests]\nheaders = true\nbadges = true\n"));
    let (plain, asked) = (tree(&without.path().join("book")), tree(&asked.path().join("book")));
    let page = |name: &str| String::from_utf8_lossy(&asked[name]).into_owned();
    assert!(page("html/right.html").contains("valid for Kubernetes"));
    assert!(!page("html/wrong.html").contains("valid for"));
    for name in ["html/index.html", "html/deep/a.html"] {
        assert!(plain[name] == asked[name], "{name} has no manifest");
    }
    let pages =
        asked.iter().filter(|(name, _)| name.ends_with(".html") || name.contains("searchindex"));
    for (name, bytes) in pages {
        let text = String::from_utf8_lossy(bytes).to_lowercase();
        assert!(!text.contains("not checked") && !text.contains("unchecked"), "{name}");
    }
}

/// What a page has of ours: style elements, and scripts.
fn assets(page: &str) -> (usize, usize) {
    (page.matches("<style>").count(), page.matches("<script type=\"module\">").count())
}

#[test]
fn a_page_has_style_and_scripts_once_and_only_if_it_needs_them() {
    let made = |html: &str| {
        let toml = format!("[preprocessor.plumb]\n[output.html]\n{html}");
        let folder = folder(&[
            ("book.toml", &toml),
            ("model.toml", "[inputs.pods]\ndefault = 100\n[formulas]\n\"all\" = \"pods * 2\"\n"),
            ("src/SUMMARY.md", "- [A](a.md)\n- [B](b.md)\n- [C](c.md)\n- [D](d.md)\n"),
            ("src/a.md", "# A\n\nIt is `{= all }` or `{= pods }`, and `{= all }`.\n"),
            ("src/b.md", "# B\n\nNothing of ours.\n"),
            ("src/c.md", "# C\n\nIt is `{= all }`.\n"),
            (
                "src/d.md",
                "# D\n\n```bash plumb\nscale {= pods }\n```\n\n```yaml ignore\na: 1\n```\n",
            ),
        ]);
        let run = plumb().args(["build", "--quiet"]).current_dir(folder.path()).output();
        assert!(run.as_ref().is_ok_and(|run| run.status.success()), "{run:?}");
        folder
    };
    let read =
        |folder: &Path, page: &str| fs::read_to_string(folder.join("book").join(page)).expect(page);
    let inline = made("");
    for (page, expected) in
        [("a.html", (1, 1)), ("b.html", (0, 0)), ("c.html", (1, 1)), ("d.html", (0, 0))]
    {
        assert_eq!(assets(&read(inline.path(), page)), expected, "{page}");
    }
    assert!(read(inline.path(), "d.html").contains("<code class=\"language-bash\">scale 100\n"));
    // Where mdBook publishes the files, every page has them once, and the print page too.
    let files = made("additional-css = [\"plumb.css\"]\nadditional-js = [\"plumb.js\"]\n");
    for page in ["a.html", "b.html", "print.html"] {
        let page = read(files.path(), page);
        assert_eq!(assets(&page), (0, 0));
        assert_eq!(
            (page.matches("plumb-").count() > 0, page.matches("href=\"plumb").count()),
            (true, 1)
        );
        assert_eq!(page.matches("<script src=\"plumb").count(), 1);
    }
}

#[test]
fn errors_fail_a_build_unless_the_book_tolerates_them() {
    let strict = book("[preprocessor.plumb]\n");
    let run = |folder: &Path, arguments: &[&str]| {
        plumb().args(arguments).current_dir(folder).output().expect("the program")
    };
    assert_eq!(run(strict.path(), &["build", "-q"]).status.code(), Some(1));
    assert!(!strict.path().join("book").exists());
    let tolerant = book("[preprocessor.plumb]\nreport = \"warn\"\n");
    let output = run(tolerant.path(), &["build", "-q"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stderr(&output).contains("error[schema-unknown-field]"), "{}", stderr(&output));
    assert!(tolerant.path().join("book/html/wrong.html").exists());
    assert_eq!(
        run(tolerant.path(), &["check", "-q"]).status.code(),
        Some(1),
        "check is not a build"
    );
    // What must never be published is not.
    fs::write(tolerant.path().join("src/part.txt"), "// ANCHOR: all\n{{#include /etc/hostname}}\n")
        .expect("a file");
    assert_ne!(run(tolerant.path(), &["build", "-q"]).status.code(), Some(0));
}
