//! The real mdBook and the driver inside give the same book.

use crate::support::{MDBOOK, assert_same, folder, mdbook, plumb, stderr, tree};
use std::path::Path;

/// A book with everything that a summary can hold, and an include.
fn book(toml: &str) -> tempfile::TempDir {
    let toml = toml.replace("PLUMB", env!("CARGO_BIN_EXE_mdbook-plumb"));
    folder(&[
        ("book.toml", &toml),
        (
            "src/SUMMARY.md",
            "# Summary\n\n[Before](README.md)\n\n# Part\n\n- [One](one/README.md)\n  - [Deep](one/deep.md)\n\
             - [Draft]()\n\n---\n\n- [Two](two.md)\n\n[After](after.md)\n",
        ),
        ("src/README.md", "\u{feff}# Before\n\n{{#include part.txt:2:}}\n"),
        ("src/part.txt", "no\nA part, with \"quotes\" & \u{1f600}.\n"),
        ("src/one/README.md", "# One\r\n\r\nWith `code` and <b>HTML</b>.\r\n"),
        (
            "src/one/deep.md",
            "# Deep\n\n```yaml\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  k: v\n```\n",
        ),
        ("src/two.md", "# Two\n\nTwice: `` `{= 1 + 1 }` `` is `{= 1 + 1 }`.\n"),
        ("src/after.md", "# After\n"),
    ])
}

fn run(command: &mut std::process::Command, folder: &Path) -> std::process::Output {
    command.current_dir(folder).output().expect("the program")
}

#[test]
fn build_gives_the_bytes_that_mdbook_gives() {
    let Some(mdbook) = mdbook() else { return };
    for toml in [
        "[preprocessor.plumb]\ncommand = 'PLUMB'\nafter = ['links']\n",
        "[preprocessor.plumb]\ncommand = 'PLUMB'\n[output.html]\n[output.markdown]\n",
    ] {
        let book = book(toml);
        let theirs = run(mdbook().args(["build", "-d", "theirs"]), book.path());
        assert!(theirs.status.success(), "{}", stderr(&theirs));
        let ours = run(plumb().args(["build", "-d", "ours"]), book.path());
        assert!(ours.status.success(), "{}", stderr(&ours));
        assert_same(&book.path().join("theirs"), &book.path().join("ours"));
        let page = tree(&book.path().join("ours"))
            .into_iter()
            .find(|(name, _)| name.ends_with("two.html"))
            .map(|(_, bytes)| String::from_utf8(bytes).expect("UTF-8"))
            .expect("a page");
        assert!(!page.contains("{= 1 + 1 }</code> is <code>"), "the preprocessor ran");
    }
}

#[test]
fn mdbook_test_runs_it() {
    let Some(mdbook) = mdbook() else { return };
    let book = book("[preprocessor.plumb]\ncommand = 'PLUMB'\n");
    let output = run(mdbook().arg("test"), book.path());
    assert!(output.status.success(), "mdbook {MDBOOK} test: {}", stderr(&output));
}

#[test]
fn mdbook_fails_where_the_book_is_wrong_and_passes_where_it_has_only_drifted() {
    let Some(mdbook) = mdbook() else { return };
    let book = book("[preprocessor.plumb]\ncommand = 'PLUMB'\n");
    let chapter = book.path().join("src/after.md");
    std::fs::write(&chapter, "# After\n\n<!-- plumb: no-such-thing /-->\n").expect("a file");
    let output = run(mdbook().arg("build"), book.path());
    assert!(!output.status.success());
    assert!(stderr(&output).contains("src/after.md:3:"), "{}", stderr(&output));
    std::fs::write(&chapter, "# After\n\nIt is <!-- plumb: value 1+1 -->3<!-- /plumb --> now.\n")
        .expect("a file");
    let output = run(mdbook().arg("build"), book.path());
    assert!(output.status.success(), "{}", stderr(&output));
    let page = std::fs::read_to_string(book.path().join("book/after.html")).expect("a page");
    assert!(!page.contains(">3<"), "a build shows the value of today");
}
