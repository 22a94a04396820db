//! Directives of a book's own, through the program: the page about them tried from its text, and what is told of mistakes.

use crate::support::{folder, plumb, stderr, stdout};
use serde_json::Value as Json;
use std::fs;
use std::path::Path;

const PAGE: &str = include_str!("../../docs/own-directives.md");

/// The files that the page about directives shows, by the name behind the language of each fence.
fn files_of_the_page() -> Vec<(String, String)> {
    let mut files = vec![
        ("book.toml".to_owned(), "[book]\ntitle = \"Pools\"\n[preprocessor.plumb]\n".to_owned()),
        ("src/SUMMARY.md".to_owned(), "- [Pools](page.md)\n".to_owned()),
    ];
    let mut lines = PAGE.lines();
    while let Some(line) = lines.next() {
        let Some(info) = line.strip_prefix("```") else { continue };
        let body: String = lines
            .by_ref()
            .take_while(|line| *line != "```")
            .map(|line| format!("{line}\n"))
            .collect();
        if let Some((_, name)) = info.split_once(' ') {
            files.push((name.to_owned(), body));
        }
    }
    files
}

fn book(files: &[(&str, &str)]) -> tempfile::TempDir {
    let mut all = vec![
        (
            "book.toml",
            "[book]\ntitle = \"Runners\"\n[preprocessor.plumb]\nallow = [\"never-used\"]\n",
        ),
        ("model.toml", MODEL),
        ("src/SUMMARY.md", "- [A](a.md)\n"),
    ];
    all.extend_from_slice(files);
    folder(&all)
}

/// A fleet of CI runners.
const MODEL: &str = r#"
[inputs.jobs]
label = "Jobs"
default = 40
[options.hosted]
label = "Hosted runners"
[[options.hosted.components]]
name = "runner"
count = "2"
requests = { cpu = "4" }
usage = { memory = "2Gi" }
[options.own]
label = "Own machines"
[[options.own.components]]
name = "machine"
count = "1"
requests = { cpu = "16" }
"#;

fn run(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let run = plumb().args(arguments).current_dir(folder).output().expect("the program");
    (run.status.code(), stdout(&run) + &stderr(&run))
}

/// What `check` finds: `a.md:3:13 unknown-argument & directives/x.md:4 declared here`.
fn found(folder: &Path) -> Vec<String> {
    let run = plumb().args(["check", "--format", "json"]).current_dir(folder).output().unwrap();
    let lines = stdout(&run);
    let lines = lines.lines().filter_map(|line| serde_json::from_str::<Json>(line).ok());
    let findings = lines.filter(|line| line.get("code").is_some());
    let mut found: Vec<String> = findings
        .map(|finding| {
            let text = |value: &Json, key: &str| value[key].as_str().unwrap_or("").to_owned();
            let related = finding["related"].as_array().cloned().unwrap_or_default();
            let related = related.iter().map(|label| {
                format!(" & {}:{} {}", text(label, "file"), label["line"], text(label, "message"))
            });
            format!(
                "{}:{}:{} {}{}",
                text(&finding, "file"),
                finding["line"],
                finding["column"],
                text(&finding, "code"),
                related.collect::<String>()
            )
        })
        .collect();
    found.sort();
    found
}

#[test]
fn the_page_holds_when_it_is_followed() {
    let files = files_of_the_page();
    assert_eq!(files.len(), 6, "{files:?}");
    let files: Vec<_> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let folder = folder(&files);
    let (code, said) = run(folder.path(), &["check", "--min-level", "note"]);
    assert_eq!(code, Some(0), "{said}");
    let page = folder.path().join("src/page.md");
    let before = fs::read_to_string(&page).unwrap();
    assert_eq!(run(folder.path(), &["sync"]).0, Some(0));
    assert_eq!(fs::read_to_string(&page).unwrap(), before);
    // What no longer holds is told where the page says it, and in the example.
    let model = folder.path().join("model.toml");
    let text = fs::read_to_string(&model).unwrap().replace("10 MiB", "12 MiB");
    fs::write(&model, text).unwrap();
    let found = found(folder.path());
    assert!(
        found.iter().any(|line| line.starts_with("directives/pool.md:20:9 directive-example")),
        "{found:?}"
    );
    assert!(found.iter().any(|line| line.contains("src/page.md:4:1 drift")), "{found:?}");
}

#[test]
fn a_new_directive_works_and_is_known() {
    let book = book(&[(
        "src/a.md",
        "<!-- plumb: speed builds -->\n<!-- /plumb -->\n\n<!-- plumb: directives /-->\n",
    )]);
    let (code, said) = run(book.path(), &["new", "directive", "speed"]);
    assert!(code == Some(0) && said.starts_with("directives/speed.md: written"), "{said}");
    for (name, why) in
        [("speed", "is there already"), ("table", "built-in"), ("../x", "can't be the name")]
    {
        let (code, said) = run(book.path(), &["new", "directive", name]);
        assert!(code == Some(2) && said.contains(why), "{said}");
    }
    assert_eq!(run(book.path(), &["sync"]).0, Some(0));
    assert_eq!(run(book.path(), &["check"]).0, Some(0), "{:?}", run(book.path(), &["check"]));
    let page = fs::read_to_string(book.path().join("src/a.md")).unwrap();
    assert!(page.contains("- **builds**: 3\n- twice as many are 6\n<!-- /plumb -->"), "{page}");
    let (code, said) = run(book.path(), &["explain", "speed"]);
    assert!(
        code == Some(0) && said.starts_with("# `speed`") && said.contains("`how_many=`"),
        "{said}"
    );
    let (code, said) = run(book.path(), &["explain", "sped"]);
    assert!(code == Some(2) && said.contains("did you mean `speed`?"), "{said}");
    fs::write(book.path().join("src/a.md"), "<!-- plumb: sped builds /-->\n").unwrap();
    assert!(run(book.path(), &["check"]).1.contains("did you mean `speed`?"));
}

#[test]
#[cfg(feature = "build")]
fn every_renderer_shows_it() {
    let directive = "+++\nsummary = \"what it runs on\"\n[args.it]\nkind = \"option\"\npositional = true\n+++\n| `{= it.label }` |\n|---|\n| `{= it.cpu }` |\n";
    let book = book(&[
        ("src/a.md", "# A\n\n- one\n\n  <!-- plumb: fleet own /-->\n"),
        ("directives/fleet.md", directive),
    ]);
    let toml = book.path().join("book.toml");
    let text = fs::read_to_string(&toml).unwrap() + "[output.html]\n[output.markdown]\n";
    fs::write(&toml, text).unwrap();
    let (code, said) = run(book.path(), &["build"]);
    assert_eq!(code, Some(0), "{said}");
    let html = fs::read_to_string(book.path().join("book/html/a.html")).unwrap();
    let item =
        html.split("<li>").find(|item| item.contains("<table>")).expect("a table in the item");
    assert!(item.contains("Own machines") && item.contains("16 cores"), "{item}");
    let markdown = fs::read_to_string(book.path().join("book/markdown/a.md")).unwrap();
    let expected = "# A\n\n- one\n\n  | Own machines |\n  |---|\n  | 16 cores |\n";
    assert_eq!(markdown, expected);
}

/// A file of a directive with a chapter that uses it, and what is found; right twins beside them.
#[test]
fn mistakes_are_told_where_they_are_made() {
    let file = |front: &str, text: &str| format!("+++\nsummary = \"it\"\n{front}+++\n{text}");
    let option = "[args.it]\nkind = \"option\"\n";
    let cases: &[(String, &str, &[&str])] = &[
        // Right: for every option, with a formula, a choice, a default.
        (
            file(
                "[args.it]\nkind = \"option\"\n[args.as_what]\nkind = \"choice\"\nchoices = [\"a\", \"b\"]\ndefault = \"a\"\n[let]\ntwice = \"it.cpu * 2\"\n",
                "`{= it.label }` `{= twice }` `{= as_what }`\n",
            ),
            "<!-- plumb: x it=own as_what=b /-->\n",
            &[],
        ),
        // One option has what another one lacks: told though no page uses that one.
        (
            file(option, "`{= it.usage.memory }`\n"),
            "<!-- plumb: x it=hosted /-->\n",
            &["directives/x.md:6:14 unknown-name"],
        ),
        // In a branch that no page shows today.
        (
            file(
                "[args.n]\nkind = \"number\"\n",
                "`{when n > 3}`\n`{= n + quantity('1 GiB') }`\n`{/when}`\n",
            ),
            "<!-- plumb: x n=1 /-->\n",
            &["directives/x.md:7:7 dimension-mismatch"],
        ),
        // Only for this use: told in the file, and at the use.
        (
            file("[args.n]\nkind = \"number\"\n", "`{= 1 / n }`\n"),
            "It is\n\n<!-- plumb: x n=0 /-->\n\n<!-- plumb: x n=2 /-->\n",
            &["directives/x.md:6:9 division-by-zero & src/a.md:3 used here"],
        ),
        // Arguments: unknown, of another kind, not given.
        (
            file("[args.n]\nkind = \"number\"\n", "`{= n }`\n"),
            "<!-- plumb: x n=2 m=3 /-->\n\n<!-- plumb: x n=jobz /-->\n\n<!-- plumb: x n=\"quantity('1 GiB')\" /-->\n\n<!-- plumb: x /-->\n\n<!-- plumb: x n=jobs /-->\n",
            &[
                "src/a.md:1:19 unknown-argument & directives/x.md:1 the directive",
                "src/a.md:3:17 unknown-name & directives/x.md:3 declared here",
                "src/a.md:5:17 invalid-argument & directives/x.md:3 declared here",
                "src/a.md:7:13 missing-argument & directives/x.md:3 declared here",
            ],
        ),
        // The file itself: told once, whatever uses it.
        (
            file("plce = \"inline\"\n", "a\n"),
            "<!-- plumb: x /-->\n\na\n\n<!-- plumb: x /-->\n",
            &["directives/x.md:3:1 bad-directive"],
        ),
        (file("", "a <b>b</b>\n"), "<!-- plumb: x /-->\n", &["directives/x.md:4:3 bad-directive"]),
        (file("html = true\n", "a <b>b</b> <!-- c -->\n"), "<!-- plumb: x /-->\n", &[]),
        (file("", "a <!-- a note\nof mine --> b\n"), "<!-- plumb: x /-->\n", &[]),
        (
            file("", "a\n\n<!-- plumb: x /-->\n"),
            "<!-- plumb: x /-->\n",
            &["directives/x.md:6:13 bad-directive"],
        ),
        (
            file("[args.jobs]\nkind = \"number\"\n", "`{= jobs }`\n"),
            "a\n",
            &["directives/x.md:3:7 bad-name"],
        ),
        (
            file("[args.n]\nkind = \"number\"\ndefault = \"x\"\n", "`{= n }`\n"),
            "a\n",
            &["directives/x.md:3:7 bad-directive"],
        ),
        (
            file("[args.n]\nkind = \"number\"\n", "a\n"),
            "a\n",
            &["directives/x.md:3:7 unused-argument"],
        ),
        (
            file("", "`{each options as o}`\na\n"),
            "a\n",
            &["directives/x.md:4:1 malformed-directive"],
        ),
        (
            file("[[example]]\nuse = \"x\"\ngives = \"b\"\n", "a\n"),
            "a\n",
            &["directives/x.md:5:9 directive-example"],
        ),
        (file("[[example]]\nuse = \"x\"\ngives = \"a\"\n", "a\n"), "a\n", &[]),
        // A folder of this name may hold anything else.
        ("# Notes\n\nAbout directives.\n".to_owned(), "a\n", &[]),
    ];
    for (text, page, expected) in cases {
        let book = book(&[("directives/x.md", text), ("src/a.md", page)]);
        assert_eq!(found(book.path()), *expected, "{text}\n{page}");
    }
}

#[test]
fn a_directive_that_writes_another_is_followed_and_bounded() {
    let next = |to: &str| {
        format!(
            "+++\nsummary = \"it\"\n+++\na\n\n<!-- plumb: {to} /-->\n\nb\n\n<!-- plumb: {to} /-->\n"
        )
    };
    // A circle of two, and a right use of one by the other.
    let circle = book(&[
        ("directives/one.md", &next("two")),
        ("directives/two.md", &next("one")),
        ("src/a.md", "<!-- plumb: one /-->\n"),
    ]);
    let found_there = found(circle.path());
    assert_eq!(
        found_there.iter().filter(|line| line.contains("bad-directive")).count(),
        2,
        "{found_there:?}"
    );
    // Each writes the next one twice: what comes of a page of a line stays small.
    let names: Vec<String> = (0..30).map(|n| format!("d{n}")).collect();
    let mut files: Vec<(String, String)> =
        (0..29).map(|n| (format!("directives/d{n}.md"), next(&names[n + 1]))).collect();
    files.push(("directives/d29.md".into(), "+++\nsummary = \"it\"\n+++\na\n".into()));
    files.push(("src/a.md".into(), "<!-- plumb: d0 /-->\n".into()));
    let files: Vec<_> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let deep = book(&files);
    let (code, said) = run(deep.path(), &["check"]);
    assert!(code == Some(1) && said.contains("[output-limit]"), "{said}");
    fs::write(deep.path().join("src/a.md"), "<!-- plumb: d26 /-->\n").unwrap();
    assert_eq!(run(deep.path(), &["check"]).0, Some(0));
}

/// So many options, each like the last.
fn options(count: usize) -> String {
    let one = |n| {
        format!(
            "[options.o{n}]\nlabel = \"O {n}\"\n[[options.o{n}.components]]\nname = \"runner\"\ncount = \"2\"\nusage = {{ memory = \"2Gi\" }}\n"
        )
    };
    (0..count).map(one).collect()
}

/// What is checked before anybody uses a directive: every option in every list, but not each with each other one.
#[test]
fn lists_within_lists_are_checked_and_take_no_time() {
    let nested = |depth: usize, text: &str| {
        let open: String = (0..depth).map(|n| format!("`{{each options as o{n}_}}`\n")).collect();
        format!("+++\nsummary = \"it\"\n+++\n{open}{text}\n{}", "`{/each}`\n".repeat(depth))
    };
    let model = options(40)
        + "[options.last]\nlabel = \"Last\"\n[[options.last.components]]\nname = \"runner\"\ncount = \"2\"\nrequests = { cpu = \"4\" }\n";
    let found_in = |directive: &str, page: &str| {
        let files = [("model.toml", &*model), ("directives/x.md", directive), ("src/a.md", page)];
        found(book(&files).path())
    };
    // Forty to the power of eight are more than anybody waits for.
    let start = std::time::Instant::now();
    assert_eq!(found_in(&nested(8, "`{= o0_.label }` `{= o7_.id }`"), "a\n"), [""; 0]);
    // Only the last option lacks it, in whichever of the lists.
    for name in ["o0_", "o4_", "o7_"] {
        let directive = nested(8, &format!("`{{= {name}.usage.memory }}`"));
        assert_eq!(found_in(&directive, "a\n"), ["directives/x.md:12:15 unknown-name"]);
    }
    // In a text of a page that is not written today, for each row.
    let hidden = "`{when 2 > 1}`\n`{else}`\n`{each options as p}`\n`{each options as q}`\n`{= p.id }`\n`{/each}`\n`{/each}`\n`{/when}`\n";
    let page = format!("<!-- plumb: each options as o\n{hidden}-->\n<!-- /plumb -->\n");
    assert_eq!(found_in("# Notes\n", &page), [""; 0]);
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
    // What is more than is tried is told.
    let many =
        format!("+++\nsummary = \"it\"\n+++\n{}", "`{when true}`\na\n`{/when}`\n".repeat(20_001));
    let (code, said) =
        run(book(&[("directives/x.md", &many), ("src/a.md", "a\n")]).path(), &["check"]);
    assert!(code == Some(1) && said.contains("more than can be checked"), "{said}");
}

/// What is no folder of the book's holds no directives, and nobody would know.
#[test]
fn a_folder_of_directives_that_is_none_is_told() {
    let (file, fine) =
        (book(&[("directives", "a\n"), ("src/a.md", "a\n")]), book(&[("src/a.md", "a\n")]));
    assert_eq!(found(file.path()), ["directives:1:1 unreadable-directive"]);
    assert_eq!(found(fine.path()), [""; 0], "a book without them");
    #[cfg(unix)]
    {
        use std::os::unix::fs::symlink;
        let elsewhere = folder(&[("x.md", "+++\nsummary = \"it\"\n+++\na\n")]);
        let page = ("src/a.md", "a\n");
        let link = book(&[page]);
        symlink(elsewhere.path(), link.path().join("directives")).unwrap();
        assert_eq!(found(link.path()), ["directives:1:1 outside-repository"]);
        let dead = book(&[page]);
        symlink("nowhere", dead.path().join("directives")).unwrap();
        assert_eq!(found(dead.path()), ["directives:1:1 unfit-file"]);
        let own = book(&[
            ("more/x.md", "+++\nsummary = \"it\"\n+++\na\n"),
            ("src/a.md", "<!-- plumb: x /-->\n"),
        ]);
        symlink("more", own.path().join("directives")).unwrap();
        assert_eq!(found(own.path()), [""; 0], "a link to a folder of the book's");
    }
}

/// A file that can't be read may hold somebody's work.
#[test]
fn a_new_directive_overwrites_nothing() {
    let book = book(&[("src/a.md", "a\n")]);
    let file = book.path().join("directives/x.md");
    fs::create_dir(book.path().join("directives")).unwrap();
    fs::write(&file, b"caf\xe9\n").unwrap();
    let (code, said) = run(book.path(), &["new", "directive", "x"]);
    assert!(code == Some(2) && said.contains("is not written over: not UTF-8"), "{said}");
    assert_eq!(fs::read(&file).unwrap(), b"caf\xe9\n");
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    assert_eq!(run(book.path(), &["new", "directive", "x"]).0, Some(2));
    fs::remove_dir(&file).unwrap();
    assert_eq!(run(book.path(), &["new", "directive", "x"]).0, Some(0));
}
