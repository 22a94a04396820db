//! Includes that change what the text around them is: what is lost by it is told, and nothing else.

use crate::support::{feed, folder, plumb, stderr, stdout};
use serde_json::{Value as Json, json};
use std::path::Path;

const WRONG: &str = "apiVersion: v1\nkind: Service\nmetadata:\n  name: cart\nspec:\n  ports:\n    - prot: 80\n      name: http\n";
const RIGHT: &str = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: cart\n";

/// A page that includes, in a book with these settings.
fn book(settings: &str, page: &str) -> tempfile::TempDir {
    folder(&[
        (
            "book.toml",
            &format!("[preprocessor.plumb]\nallow = ['never-used', 'unlisted-page']\n{settings}"),
        ),
        ("model.toml", "[inputs.pods]\ndefault = 100\n"),
        ("src/SUMMARY.md", "- [A](a.md)\n"),
        ("src/a.md", page),
        ("src/wrong.yaml", WRONG),
        ("src/right.yaml", RIGHT),
        ("src/steps.sh", "set -e\nmake\nmake install\n"),
        ("src/open.md", "```text\na: 1\n"),
        (
            "src/part.md",
            "It is `{= pods }`, and\n\n```yaml\napiVersion: v1\nkind: Servic\nmetadata: {name: a}\n```\n",
        ),
    ])
}

/// What a command finds, notes aside, and at which place: `a.md:5 lost-in-include`.
fn found(folder: &Path, arguments: &[&str]) -> Vec<String> {
    let run = plumb().args(arguments).args(["--format", "json"]).current_dir(folder).output();
    let run = run.expect("the program");
    let all = stdout(&run) + &stderr(&run);
    let lines = all.lines().filter_map(|line| serde_json::from_str::<Json>(line).ok());
    let findings = lines.filter(|line| line.get("code").is_some() && line["severity"] != "note");
    findings
        .map(|finding| {
            assert_eq!(finding["approximate"], false, "{finding}");
            let file = finding["file"].as_str().expect("a file").trim_start_matches("src/");
            format!("{file}:{} {}", finding["line"], finding["code"].as_str().expect("a code"))
        })
        .collect()
}

/// Pages, and what is found in them under the mdBook that indents only the first line of an include.
const PAGES: &[(&str, &[&str])] = &[
    // The fence in the item is cut off, and what follows becomes code.
    (
        "# A\n\n1. Apply:\n\n   ```yaml\n   {{#include wrong.yaml}}\n   ```\n\n2. It takes `{= pods }` or <!-- plumb: value pods /-->.\n",
        &[
            "a.md:5 lost-in-include",
            "a.md:9 lost-in-include",
            "a.md:9 lost-in-include",
            "wrong.yaml:7 schema-unknown-field",
        ],
    ),
    // The include is not ours, and what it takes off the page is.
    (
        "# A\n\n- Do:\n\n  ```sh\n  {{#include steps.sh}}\n  ```\n\n- Apply:\n\n  ```yaml\n  apiVersion: v1\n  kind: Servic\n  metadata: {name: a}\n  ```\n",
        &["a.md:11 lost-in-include", "a.md:13 unknown-kind"],
    ),
    // A fence in a quote ends with it, so that what follows stays.
    ("> ```yaml\n> {{#include right.yaml}}\n> ```\n\n`{= pods }`\n", &["a.md:1 lost-in-include"]),
    // What is included does not end what it begins.
    (
        "{{#include open.md}}\n\n`{= pods }`\n",
        &["a.md:3 lost-in-include", "open.md:1 unclosed-fence"],
    ),
    // Right twins: at the start of a line, of one line, escaped, and with nothing of ours behind.
    (
        "# A\n\n```yaml\n{{#include wrong.yaml}}\n```\n\n`{= pods }`\n",
        &["wrong.yaml:7 schema-unknown-field"],
    ),
    (
        "- A:\n\n  ```yaml\n  {{#include right.yaml:1}}\n  kind: Namespace\n  metadata: {name: a}\n  ```\n\n`{= pods }`\n",
        &[],
    ),
    ("- A:\n\n  ```sh\n  \\{{#include steps.sh}}\n  ```\n\n`{= pods }`\n", &[]),
    ("`{= pods }`\n\n- Do:\n\n  ```sh\n  {{#include steps.sh}}\n  ```\n", &[]),
    ("Before {{#include steps.sh}} behind, `{= pods }`.\n", &[]),
    ("{{#include part.md}}\n\n`{= pods }`\n", &["part.md:5 unknown-kind"]),
];

#[test]
fn what_an_include_takes_off_the_page_is_told() {
    for (page, expected) in PAGES {
        let book = book("", page);
        let found = found(book.path(), &["check"]);
        assert_eq!(found, *expected, "{page}");
    }
}

/// What mdBook leaves as it is written is no template.
#[test]
fn an_include_that_cannot_be_read_is_told_once() {
    let book = book("", "```yaml\n{{#include gone.yaml}}\n```\n");
    assert_eq!(found(book.path(), &["check"]), ["a.md:2 include-unreadable"]);
}

#[cfg(feature = "build")]
#[test]
fn a_build_finds_what_a_check_finds() {
    for (page, _) in PAGES {
        let book = book("", page);
        let (check, build) = (
            found(book.path(), &["check", "--min-level", "warning"]),
            found(book.path(), &["build", "-q"]),
        );
        assert_eq!(check, build, "{page}");
    }
}

/// The text that the mdBook after 0.5.4 makes of a page: what stands before an include stands before each of its lines.
fn later(page: &str, files: &Path) -> String {
    let mut out = String::new();
    for line in page.split_inclusive('\n') {
        let include = line.split_once("{{#include ").filter(|(before, _)| !before.ends_with('\\'));
        let Some((before, rest)) = include else {
            out.push_str(&line.replace("\\{{", "{{"));
            continue;
        };
        let (path, behind) = rest.split_once("}}").expect("the end of an include");
        let (path, only) = path
            .split_once(':')
            .map_or((path, usize::MAX), |(path, only)| (path, only.parse().expect("a line")));
        let text = std::fs::read_to_string(files.join(path)).expect("a file");
        let lines: Vec<&str> = text.lines().take(only).collect();
        out.push_str(before);
        out.push_str(&lines.join(&format!("\n{before}")));
        out.push_str(behind);
    }
    out
}

#[test]
fn under_the_next_mdbook_nothing_is_lost_and_every_place_is_exact() {
    for (page, expected) in PAGES {
        let book = book("", page);
        let content = later(page, &book.path().join("src"));
        let chapter = json!({ "Chapter": { "name": "A", "content": content, "path": "a.md", "source_path": "a.md", "sub_items": [] } });
        let config = json!({ "preprocessor": { "plumb": {} } });
        let context = json!({ "root": book.path(), "config": config, "renderer": "html", "mdbook_version": "0.5.5" });
        let input = json!([context, { "items": [chapter] }]).to_string();
        let run = feed(plumb().current_dir(book.path()), input.as_bytes());
        let said = stderr(&run);
        assert!(!said.contains("approximate"), "{page}\n{said}");
        for finding in *expected {
            let (place, code) = finding.split_once(' ').expect("a place and a code");
            let lost = code == "lost-in-include" && !page.contains("open.md");
            assert_eq!(
                said.contains(&format!("src/{place}:")) && said.contains(code),
                !lost,
                "{page}\n{finding}\n{said}"
            );
        }
        assert_eq!(said.contains("lost-in-include"), page.contains("open.md"), "{page}\n{said}");
    }
}

#[test]
fn before_links_what_is_included_is_not_there_yet() {
    let page = "# A\n\n{{#include part.md}}\n\n```yaml\n{{#include wrong.yaml}}\n```\n\n`{= pods }` \\{{#include x}}\n";
    let early = book("before = ['links']\n", page);
    let expected = [
        "a.md:5 lost-in-include",
        "part.md:1 lost-in-include",
        "part.md:3 lost-in-include",
        "part.md:5 unknown-kind",
        "wrong.yaml:7 schema-unknown-field",
    ];
    assert_eq!(found(early.path(), &["check"]), expected);
    if cfg!(feature = "build") {
        assert_eq!(found(early.path(), &["build", "-q"]), expected);
    }
    let right =
        book("before = ['links']\n", "# A\n\n`{= pods }`\n\n```sh\n{{#include steps.sh}}\n```\n");
    assert_eq!(found(right.path(), &["check"]), [""; 0]);
}
