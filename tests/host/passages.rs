//! `each`, `when` and `table` through the program: what a book about anything else than clusters says, in every renderer.

use crate::support::{folder, plumb, stderr, stdout};
use std::fs;
use std::path::Path;

/// A book about databases and their runners.
const MODEL: &str = r#"
[facts.replicas]
columns = { lag = "quantity", version = "version" }
source = "runbook"
rows = [
    { name = "eu-1", role = "primary", lag = "0 ms", version = "16.4" },
    { name = "eu-2", role = "standby", lag = "30 ms", version = "16.4" },
    { name = "us-1", role = "standby", lag = "180 ms", version = "15.8" },
]
[sources.runbook]
title = "The runbook"
url = "https://example.com/runbook"
accessed = 2026-11-01
"#;

/// A page; `@ITEMS`, `@TABLE` and `@NAMES` stand for what is between the pairs.
const PAGE: &str = "# Replicas

- before
<!-- plumb: each replicas as r
- **`{= r.name }`** is `{= r.lag }` behind
-->
@ITEMS<!-- /plumb -->
- after

> <!-- plumb: when \"count(replicas) > 2\"
> | Name | Version |
> |---|---|
> `{each replicas as r}`
> | `{= r.name }` | `{= r.version }` |
> `{/each}`
> `{else}`
> There are few.
> -->
@TABLE> <!-- /plumb -->

Ask <!-- plumb: each replicas as r where=\"r.role == 'standby'\" text=\"`{= r.name }`\" separator=\" or \" -->@NAMES<!-- /plumb -->.
";

fn page(items: &str, table: &str, names: &str) -> String {
    PAGE.replace("@ITEMS", items).replace("@TABLE", table).replace("@NAMES", names)
}

/// The page as it is before anything has been written.
fn fresh() -> String {
    page("", "", "x")
}

/// The page with what the model says.
fn synced() -> String {
    let items =
        "- **eu-1** is 0 ms behind\n- **eu-2** is 30 ms behind\n- **us-1** is 180 ms behind\n";
    let table = "> | Name | Version |\n> |---|---|\n> | eu-1 | 16.4 |\n> | eu-2 | 16.4 |\n> | us-1 | 15.8 |\n";
    page(items, table, "eu-2 or us-1")
}

fn book(page: &str) -> tempfile::TempDir {
    folder(&[
        (
            "book.toml",
            "[book]\ntitle = \"Replicas\"\n[preprocessor.plumb]\n[output.html]\n[output.markdown]\n",
        ),
        ("model.toml", MODEL),
        ("src/SUMMARY.md", "- [A](a.md)\n"),
        ("src/a.md", page),
    ])
}

fn run(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let run = plumb().args(arguments).current_dir(folder).output().expect("the program");
    (run.status.code(), stdout(&run) + &stderr(&run))
}

#[test]
fn sync_writes_the_text_and_check_compares_it() {
    for (page, synced) in
        [(fresh(), synced()), (fresh().replace('\n', "\r\n"), synced().replace('\n', "\r\n"))]
    {
        let book = book(&page);
        let (code, said) = run(book.path(), &["check"]);
        assert!(code == Some(1) && said.contains("error[drift]"), "{said}");
        assert_eq!(run(book.path(), &["sync"]).0, Some(0));
        let file = book.path().join("src/a.md");
        assert_eq!(fs::read_to_string(&file).unwrap(), synced);
        assert_eq!(
            run(book.path(), &["check"]),
            (Some(0), "checked 1 chapter, 17 values: nothing found\n".into())
        );
        // A change of the model reaches the text, and nothing else.
        let model = book.path().join("model.toml");
        fs::write(&model, MODEL.replace("30 ms", "45 ms")).unwrap();
        let (code, said) = run(book.path(), &["check"]);
        assert!(code == Some(1) && said.contains("now - **eu-2** is 45 ms behind"), "{said}");
        assert_eq!(run(book.path(), &["sync"]).0, Some(0));
        let after = fs::read_to_string(&file).unwrap();
        assert_eq!(after, synced.replace("30 ms", "45 ms"));
    }
}

#[test]
#[cfg(feature = "build")]
fn each_renderer_gets_what_the_text_comes_to() {
    for page in [fresh(), synced()] {
        let book = book(&page);
        let (_, said) = run(book.path(), &["build"]);
        let html = fs::read_to_string(book.path().join("book/html/a.html")).expect(&said);
        // One list, whose items are no paragraphs; a table in the quote; no template, and no comment of ours.
        let main = &html[html.find("<main>").unwrap()..html.find("</main>").unwrap()];
        let quote = main.find("<blockquote>").unwrap();
        assert_eq!(main[..quote].matches("<ul>").count(), 1, "{main}");
        assert_eq!(
            main[quote..].split("</blockquote>").next().unwrap().matches("<table>").count(),
            1
        );
        assert!(main.contains("<li>before</li>"), "{main}");
        let item = main.split("<li>").find(|item| item.contains("eu-2")).unwrap();
        assert!(item.starts_with("<strong>") && item.contains("30 ms"), "{item}");
        assert!(!main.contains("{each") && !main.contains("plumb:"), "{main}");
        let print = fs::read_to_string(book.path().join("book/html/print.html")).unwrap();
        assert!(print.contains("180 ms") && !print.contains("{each"));
        let markdown = fs::read_to_string(book.path().join("book/markdown/a.md")).unwrap();
        let expected = "# Replicas\n\n- before\n- **eu-1** is 0 ms behind\n- **eu-2** is 30 ms behind\n- **us-1** is 180 ms behind\n- after\n\n> | Name | Version |\n> |---|---|\n> | eu-1 | 16.4 |\n> | eu-2 | 16.4 |\n> | us-1 | 15.8 |\n\nAsk eu-2 or us-1.\n";
        assert_eq!(markdown, expected);
    }
}

#[test]
fn what_is_written_is_bounded() {
    let rows = (0..400).map(|n| format!("{{ name = \"n{n}\" }},\n")).collect::<String>();
    let model = format!("[facts.hosts]\nbasis = \"judgement\"\nrows = [\n{rows}]\n");
    let of = |depth: usize| {
        let mut text = String::from("- `{= h0.name }`\n");
        for level in 1..depth {
            text = format!("`{{each hosts as h{level}}}`\n{text}`{{/each}}`\n");
        }
        format!("<!-- plumb: each hosts as h0\n{text}/-->\n")
    };
    for (page, is_refused) in [(of(1), false), (of(2), true), (of(3), true), (of(12), true)] {
        let book = book(&page);
        fs::write(book.path().join("model.toml"), &model).unwrap();
        let (code, said) = run(book.path(), &["check"]);
        let refused = said.contains("[output-limit]") || said.contains("[malformed-directive]");
        assert_eq!((code, refused), (Some(i32::from(is_refused)), is_refused), "{said}");
    }
    // Nor do many of them together write without end.
    let book = book(&of(1).repeat(60));
    fs::write(book.path().join("model.toml"), &model).unwrap();
    assert!(run(book.path(), &["check"]).1.contains("[output-limit]"));
}

#[test]
fn a_manifest_in_the_text_is_validated_for_each_row() {
    let page = |field: &str| {
        format!(
            "<!-- plumb: each replicas as r\n```yaml\napiVersion: v1\nkind: Namespace\nmetadata:\n  {field}: a  # plumb: = r.name\n```\n\n/-->\n"
        )
    };
    let book = book(&page("name"));
    assert_eq!(run(book.path(), &["check"]).0, Some(0), "{:?}", run(book.path(), &["check"]));
    fs::write(book.path().join("src/a.md"), page("nam")).unwrap();
    let (code, said) = run(book.path(), &["check", "--verbose"]);
    assert!(code == Some(1) && said.contains("src/a.md:6:3"), "{said}");
}
