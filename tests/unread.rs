//! What looks tied to the model and is not is a finding; what only looks like it, in the syntax of others, is none.

use mdbook_plumb::check::{self, Book};
use mdbook_plumb::diag::Diagnostic;
use mdbook_plumb::render::{self, Delivery, Target};
use mdbook_plumb::world::MemWorld;

const MODEL: &str = "[inputs.pods]\ndefault = 100\nmax = 1000\n\n[figures.\"proxy.cpu\"]\nvalue = \"100m\"\nbasis = \"judgement\"\n\n\
                     [formulas]\n\"tax.cpu\" = \"pods * proxy.cpu\"\n";

fn book(model: &str, pages: &[(&str, &str)]) -> Book {
    let summary: String = pages.iter().map(|(name, _)| format!("- [{name}]({name})\n")).collect();
    let mut files = vec![
        ("book.toml".to_owned(), "[book]\ntitle = \"Guide\"\n".to_owned()),
        ("model.toml".to_owned(), model.to_owned()),
        ("src/SUMMARY.md".to_owned(), summary),
    ];
    files.extend(pages.iter().map(|(name, text)| (format!("src/{name}"), (*text).to_owned())));
    Book::read(&MemWorld::new(files, jiff::civil::date(2026, 11, 29))).expect("a book")
}

/// What is found, `never-used` left out.
fn findings_in(model: &str, pages: &[(&str, &str)]) -> Vec<Diagnostic> {
    let book = book(model, pages);
    let checked = check::check(&book.project, &book.chapters);
    let all = book.findings.into_iter().chain(checked.findings);
    all.filter(|finding| finding.code.name != "never-used").collect()
}

/// Each finding as `code@line`.
fn found_in(model: &str, pages: &[(&str, &str)]) -> Vec<String> {
    let mut found: Vec<_> = findings_in(model, pages)
        .iter()
        .map(|finding| format!("{}@{}", finding.code.name, finding.at.location.start().line))
        .collect();
    found.sort();
    found
}

fn found(page: &str) -> String {
    found_in(MODEL, &[("a.md", page)]).join(" ")
}

/// A page as mdBook's HTML renderer gets it.
fn shown(text: &str) -> String {
    let book = book(MODEL, &[("a.md", text)]);
    let checked = check::check(&book.project, &book.chapters);
    let chapter = render::Chapter { text, path: "a.md", guide: "Guide" };
    let target = Target::Html(Delivery::External);
    let shown = render::chapter(chapter, &checked.chapters[0], target).unwrap_or(text.to_owned());
    shown.split("\n\n<div class=\"plumb plumb-notes").next().unwrap_or_default().to_owned()
}

#[test]
fn a_value_where_none_is_read_is_said() {
    for (page, wanted) in [
        ("There are {= pods } pods.", "unread-value@1"),
        ("{= pods * 2 } and {= tax.cpu }", "unread-value@1 unread-value@1"),
        ("| a |\n|---|\n| {= pods } |", "unread-value@3"),
        ("# {=pods}", "unread-value@1"),
        ("{= tax.cpu + tax.cup }", "unread-value@1"),
        ("<div>\n`{= pods }`\n</div>", "unread-value@2"),
        ("<b title=\"{= pods }\">x</b>", "unread-value@1"),
        ("<pre>\nreplicas: {= pods }\n</pre>", "unread-value@2"),
        ("<!-- a note --> `{= pods }`", "unread-value@1"),
        ("`--replicas={= pods }`", "unread-value@1"),
        ("    workers = {= pods }", "unread-value@1"),
        ("```ini\nworkers = {= pods }\n```", "unread-value@2"),
        ("```\nworkers = {= pods }\n```", "unread-value@2"),
        ("> ```ini\n> workers = {= pods }\n> ```", "unread-value@2"),
        ("```yaml plumb\nworkers: \"{= pods }\"\n```", "unread-value@2"),
        ("[a](https://example.org/?n={=pods})", "unread-value@1"),
        ("[a](https://example.org \"{= pods } pods\")", "unread-value@1"),
        // What works, or is somebody else's.
        ("There are `{= pods }` pods.", ""),
        ("There are ``{= pods }`` and `` `{= pods }` ``.", ""),
        ("<!-- {= pods } -->", ""),
        ("\\{= pods } {{= pods }} ${=pods} {==pods==}", ""),
        ("`<b>`{=html} and {= name } and {= } and {=\npods }", ""),
        ("```rust\ndefmt::info!(\"{=u8}\", x); let p = P {x = 1};\n```", ""),
        ("```jinja\n{{ pods }} {= it.name }\n```", ""),
        ("```ini plumb\nworkers = {= pods }\n```", ""),
        ("```ini ignore\nworkers = {= pods }\n```", ""),
        ("```markdown\nThere are `{= pods }` pods.\n```", ""),
        ("```toml\n[inputs.pods]\nnote = \"{= pods }\"\n```", ""),
        ("<!-- plumb: value pods -->{= pods }<!-- /plumb -->", ""),
    ] {
        assert_eq!(found(page), wanted, "{page:?}");
    }
}

#[test]
fn no_fix_is_offered_where_it_would_be_shown() {
    for page in [
        "<b title=\"{= pods }\">x</b>",
        "<p>\n<img src=\"x?n={= pods }\">",
        "<code>\n{= pods }\n</code>",
    ] {
        let findings = findings_in(MODEL, &[("a.md", page)]);
        assert!(findings.iter().all(|finding| finding.fix.is_none()), "{page:?}");
        assert!(findings.iter().all(|finding| !finding.help.is_empty()), "{page:?}");
    }
}

#[test]
fn a_tie_where_none_is_read_is_said() {
    for (page, wanted) in [
        ("```yaml\na: 100 # plumb: pods\n```", "tied-to-nothing@2"),
        ("```yaml\na: 100 # plumb = pods\n```", "tied-to-nothing@2"),
        ("```yaml\na: 100 #plumb=pods\n```", "tied-to-nothing@2"),
        ("```yaml\na: 100 # Plumb: = pods\n```", "tied-to-nothing@2"),
        ("```yaml\na: 100 # plmub: = pods\n```", "tied-to-nothing@2"),
        ("```yaml\na: 100 # plumb pods\n```", "tied-to-nothing@2"),
        ("```toml\na = 100 # plumb: = pods\n```", "tied-to-nothing@2"),
        ("```toml\na = 100 # plumb = pods\n```", "tied-to-nothing@2"),
        ("```js\nconst a = 100; // plumb: = pods\n```", "tied-to-nothing@2"),
        ("```sql\nselect 100; -- plumb: = pods\n```", "tied-to-nothing@2"),
        ("```c\nint a = 100; /* plumb: = pods */\n```", "tied-to-nothing@2"),
        ("```json\n{\"a\": 100} // plumb: = pods\n```", "tied-to-nothing@2"),
        ("```sh\nexport A=100 # plumb: = pods\n```", "tied-to-nothing@2"),
        // What works, or is somebody's note.
        ("```yaml\na: 100 # plumb: = pods\n```", ""),
        ("```yaml\na: 100 # plumber: = pods\nb: 1 # plumb the depths\nc: 2 # plum\n```", ""),
        ("```yaml\na: 100 # plumb: see the docs\n```", ""),
        ("```toml\na = 1 # plumb: = of(some.thing)\n```", ""),
        ("```markdown\na: 100 # plumb: = pods\n```", ""),
        ("```sh ignore\nA=100 # plumb: = pods\n```", ""),
        ("A paragraph # plumb: = pods", ""),
    ] {
        assert_eq!(found(page), wanted, "{page:?}");
    }
}

#[test]
fn values_stand_in_addresses_and_descriptions_as_text() {
    for (page, wanted) in [
        (
            "[see](https://example.com/search?limit=<!-- plumb: value pods /-->)",
            "[see](https://example.com/search?limit=100)",
        ),
        (
            "[x](https://example.org/?n=<!-- plumb: value pods -->100<!-- /plumb -->&c=<!-- plumb: value tax.cpu /-->#a).",
            "[x](https://example.org/?n=100&c=10%20cores#a).",
        ),
        ("[x]: /`{= pods }` \"t\"", "[x]: /100 \"t\""),
        (
            "At <!-- plumb: value pods -->100<!-- /plumb --> [a](http://x/?n=`{= pods }`)",
            "[a](http://x/?n=100)",
        ),
        ("![x](a-<!-- plumb: value pods /-->.png \"t\")", "![x](a-100.png \"t\")"),
        ("[x](<a-<!-- plumb: value pods /-->.png>)", "[x](<a-100.png>)"),
        ("<https://example.org/<!-- plumb: value pods /-->>", "<https://example.org/100>"),
        ("[x]: https://example.org/<!-- plumb: value pods /-->", "[x]: https://example.org/100"),
        ("![drawn for `{= pods }`, all](x.png)", "![drawn for 100, all](x.png)"),
        ("![<!-- plumb: value pods /--> pods](x.png)", "![100 pods](x.png)"),
    ] {
        assert_eq!(found(page), "", "{page:?}");
        assert!(shown(page).ends_with(wanted), "{page:?}: {}", shown(page));
    }
    // Behind a link, in brackets, or in a link's text it is a value like any other.
    for page in [
        "[x](a.md)<!-- plumb: value pods /-->)",
        "(see <!-- plumb: value pods /-->)",
        "[<!-- plumb: value pods /-->](a.md)",
        "`](`<!-- plumb: value pods /--> )",
        "a[^1]\n\n[^1]: about:`{= pods }` each.",
        "[1]: see`{= pods }` pods",
    ] {
        assert!(shown(page).contains("plumb-value"), "{page:?}: {}", shown(page));
    }
    assert_eq!(found("<a href=\"?n=<!-- plumb: value pods /-->\">x</a>"), "lost-directive@1");
}

#[test]
fn values_behind_a_comment_at_a_lines_start_are_computed() {
    let page = "That is\n<!-- plumb: value pods -->100<!-- /plumb --> pods at `{= tax.cpu }`.";
    let html = shown(page);
    assert!(html.contains(">100</button> pods at <span class=\"plumb-keep\"><button"), "{html}");
    assert!(!html.contains("{="), "{html}");
    assert_eq!(found(page), "comment-starts-line@2");
    // Two backticks, and committed text, are left alone.
    for page in [
        "<!-- plumb: value pods /--> ``{= pods }``",
        "<!-- plumb: value pods -->`{= pods }`<!-- /plumb -->",
    ] {
        let found = shown(page).matches("<button").count();
        assert_eq!(found, 1, "{page:?}: {}", shown(page));
    }
}

#[test]
fn merge_conflicts_are_said() {
    let conflict =
        "<<<<<<< HEAD\nIt takes `{= pods }`.\n=======\nThey take `{= pods }`.\n>>>>>>> other\n";
    assert_eq!(found(&format!("# A\n\n{conflict}")), "merge-conflict@3");
    assert_eq!(found("# A\n\n<<<<<<< HEAD\na\n=======\nb\n>>>>>>> other\n"), "merge-conflict@3");
    assert_eq!(
        found("<<<<<<< a\n```yaml\na: 1\n||||||| b\n=======\n```yaml\na: 2\n>>>>>>> c\n```\n"),
        "fence-yaml@4 merge-conflict@1"
    );
    assert_eq!(found(&format!("````diff\n{conflict}````\n")), "");
    assert_eq!(found(">>>>>>> a quote\n\n=======\n\nHeading\n=======\n"), "");
    assert_eq!(found("<<<<<<<< eight\n=======\n>>>>>>> x\n"), "");
    let model =
        format!("{MODEL}<<<<<<< HEAD\na = \"pods\"\n=======\na = \"pods * 2\"\n>>>>>>> other\n");
    assert_eq!(found_in(&model, &[("a.md", "`{= pods }`")]), ["bad-toml@11"]);
}

#[test]
fn links_to_headings_with_values_are_checked() {
    let heading = "## It takes <!-- plumb: value tax.cpu -->10 cores<!-- /plumb --> now";
    let with = |link: &str| found(&format!("# A\n\n{heading}\n\n[up]({link})\n"));
    assert_eq!(with("#it-takes-10-cores-now"), "changing-anchor@5");
    assert_eq!(with("#it-takes-20-cores-now"), "link-to-value@5");
    assert_eq!(with("a.md#it-takes-20-cores-now"), "link-to-value@5");
    assert_eq!(with("a.html#it-takes-20-cores-now"), "link-to-value@5");
    assert_eq!(with("b.md#it-takes-20-cores-now"), "missing-page@5");
    // A link elsewhere is not ours to judge, nor is one to another heading.
    for quiet in ["#a", "#nowhere", "https://example.org/#it-takes-20-cores-now"] {
        assert_eq!(with(quiet), "", "{quiet}");
    }
    let page = format!("{heading} {{#cost}}\n\n[a](#cost)\n");
    assert_eq!(found(&page), "");
    let page = format!(
        "<a id=\"it-takes-20-cores-now\"></a>\n\n{heading}\n\n[a](#it-takes-20-cores-now)\n"
    );
    assert_eq!(found(&page), "");
    let pages = [
        ("a.md", "# With `{= pods }` pods\n"),
        ("sub/b.md", "[a](../a.md#with-50-pods) [b](../a.md#with-100-pods)\n"),
    ];
    assert_eq!(found_in(MODEL, &pages), ["changing-anchor@1", "link-to-value@1"]);
}

#[test]
fn what_a_slip_keeps_from_being_read_is_used() {
    let unused = |model: &str, page: &str| {
        let book = book(model, &[("a.md", page)]);
        let checked = check::check(&book.project, &book.chapters);
        let unused = checked.findings.iter().filter(|finding| finding.code.name == "never-used");
        unused.map(|finding| finding.message.clone()).collect::<Vec<_>>().join(", ")
    };
    for page in [
        "`{= tax.cpu }`",
        "`{= tax.cup }`",
        "`{= tax.cpu + }`",
        "{= tax.cpu }",
        "<!-- plumb: valeu tax.cpu /-->",
        "<!-- plumb: value tax.cpu plases=2 /-->",
        "<!-- plumb: value tax.cpu",
        "```yaml\na: 1 # plumb = tax.cpu\n```",
        "```ini\na = 1 # plumb: = tax.cpu\n```",
    ] {
        assert_eq!(unused(MODEL, page), "", "{page:?}");
    }
    assert_eq!(unused(MODEL, "Nothing."), "nothing uses formula `tax.cpu`");
    let broken = MODEL.replace("pods * proxy.cpu", "pods * proxy.cpu + prxoy");
    assert_eq!(unused(&broken, "`{= tax.cpu }`"), "");
    let broken = MODEL.replace("pods * proxy.cpu", "pods * proxy.cup");
    assert_eq!(unused(&broken, "`{= tax.cpu }`"), "");
    let broken = format!("{MODEL}\n[formulas\n");
    assert_eq!(unused(&broken, "Nothing."), "");
}
