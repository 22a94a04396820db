//! The replay of includes against mdBook's own preprocessor: the same text, and every byte of it where the map says.

use mdbook_driver::builtin_preprocessors::LinkPreprocessor;
use mdbook_plumb::markdown::{Files, INCLUDE_TOO_DEEP, expand, expand_indented, realign};
use mdbook_plumb::text::{Source, Span, TextMap};
use mdbook_plumb::world::{DiskWorld, MemWorld, World};
use mdbook_preprocessor::book::{Book as MdBook, BookItem, Chapter as MdChapter};
use mdbook_preprocessor::config::Config;
use mdbook_preprocessor::{Preprocessor, PreprocessorContext};
use proptest::prelude::*;
use std::path::{Path, PathBuf};

/// What mdBook makes of a chapter, and the title that it gives it.
fn mdbook(root: &Path, chapter: &str, text: &str) -> (String, Option<String>) {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let item = BookItem::Chapter(MdChapter::new("Name", text.to_owned(), chapter, Vec::new()));
    let context = PreprocessorContext::new(root.to_owned(), Config::default(), "html".to_owned());
    let book = LinkPreprocessor::new().run(&context, MdBook::new_with_items(vec![item])).unwrap();
    let title = context.chapter_titles.borrow().get(Path::new(chapter)).cloned();
    let BookItem::Chapter(chapter) = &book.items[0] else { unreachable!() };
    (chapter.content.clone(), title)
}

/// A folder with the files that chapters include.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in FILES {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

/// Expands a chapter with both, and compares.
fn compare(folder: &tempfile::TempDir, chapter: &str, text: &str) {
    std::fs::write(folder.path().join("src").join(chapter), text).unwrap();
    let world = DiskWorld::new(folder.path());
    let path = PathBuf::from("src").join(chapter);
    let source = world.source(&path).unwrap();
    let ours = expand(&world, &source, &path, &Files::new());
    let (theirs, title) = mdbook(folder.path(), chapter, source.text());
    assert_eq!(ours.text, theirs, "{text:?}");
    check_map(&ours.text, &ours.map);
    let later = expand_indented(&world, &source, &path, &Files::new()).expect("not too much");
    check_map(&later.text, &later.map);
    // The next mdBook gives another text where lines are indented, or end otherwise.
    let plain = |text: &str| text.split_whitespace().collect::<String>();
    assert!(ours.indents || plain(&later.text) == plain(&ours.text), "{text:?}");
    assert_eq!(ours.title.filter(|title| title != "Name"), title);
}

/// Every character that was copied stands in the file where the map says.
fn check_map(text: &str, map: &TextMap) {
    for (at, c) in text.char_indices() {
        let span = Span::new(at, at + c.len_utf8());
        let location = map.locate(span);
        assert!(location.exact);
        match map.locate_copied(span) {
            Some(copied) => {
                assert_eq!(copied.text(), c.to_string(), "at {at} of {text:?}");
            }
            None => {
                assert!(location.text().contains("{{"), "{c:?} stands for {:?}", location.text());
            }
        }
    }
}

const FILES: &[(&str, &str)] = &[
    ("src/plain.txt", "one\ntwo\nthree\n"),
    ("src/no-end.txt", "one\ntwo"),
    ("src/crlf.txt", "eins\r\nzwei\r\n\r\nvier\r\n"),
    ("src/bom.txt", "\u{feff}mit\nBOM ü\n"),
    ("src/empty.txt", ""),
    ("src/a/deep.md", "deep {{#include ../plain.txt:2}} {{#include b/leaf.md}}\n"),
    ("src/a/b/leaf.md", "leaf {{#include ../../no-end.txt}}\n"),
    ("src/self.md", "again {{#include self.md}} {{#title T{{x}} end\n"),
    (
        "src/anchors.rs",
        "// ANCHOR: all\nfn a() {}\n// ANCHOR: in-ner\r\nfn b() {}\n// ANCHOR_END: in-ner\nfn c() {}\n// ANCHOR_END: all\nfn d() {}\n// ANCHOR: all\nfn e() {}\n",
    ),
    ("src/main.rs", "use x;\r\nfn main() {\n    println!(\"{{#include plain.txt:1}}\");\n}\n"),
];

#[test]
fn includes_are_what_mdbook_makes_of_them() {
    let chapters = [
        "none",
        "a {{#include plain.txt}} b",
        "{{#include plain.txt:2}}|{{#include plain.txt:2:}}|{{#include plain.txt::2}}|{{#include plain.txt:1:2}}",
        "{{#include plain.txt:3:2}}|{{#include plain.txt:9}}|{{#include plain.txt:0}}|{{#include plain.txt::}}|{{#include plain.txt:}}",
        "{{#include plain.txt:2:x}}|{{#include plain.txt:x:2}}|{{#include plain.txt:1:2:3:4}}|{{#include plain.txt:-1}}|{{#include plain.txt:+2}}",
        "{{#include plain.txt:18446744073709551615}}|{{#include plain.txt:1:99999999999999999999}}",
        "{{ #include   crlf.txt  }} {{#include crlf.txt:2:3}} {{#include bom.txt}} {{#include empty.txt}}",
        "{{#include\nplain.txt\n}} {{#include plain.txt extra words}} {{#include}} {{#include }} {{# include plain.txt}}",
        "{{#include a/deep.md}} {{#include a/../plain.txt}} {{#include ./no-end.txt}}",
        "{{#include missing.txt}} and {{#include a}} and {{#include :2}} {{#unknown plain.txt}} {{#include plain.txt:1}}",
        "\\{{#include plain.txt}} \\{{#x}} }} {{#include plain.txt:1}}\n\\\\{{#include plain.txt:1}} \\{{#include a\n}} \\{{{#include plain.txt}}",
        "{{#include self.md}} x",
        "{{#include anchors.rs:all}}|{{#include anchors.rs:in-ner}}|{{#include anchors.rs:none}}",
        "{{#rustdoc_include anchors.rs:all}}|{{#rustdoc_include anchors.rs:in-ner}}|{{#rustdoc_include anchors.rs:none}}",
        "{{#rustdoc_include anchors.rs:2:3}}|{{#rustdoc_include anchors.rs}}|{{#rustdoc_include empty.txt:1}}|{{#rustdoc_include crlf.txt:2}}",
        "{{#playground main.rs}} {{#playground main.rs editable no_run}} {{#playpen no-end.txt x}} {{#playground empty.txt}}",
        "{{#title A new title}} b {{#title  Second }}",
        "{{#include plain.txt}}}} {{{#include plain.txt:1}}} {{#include {plain.txt:1}}",
        "é{{#include bom.txt:2}}ü\r\n{{#include crlf.txt}}\r\n",
        "\u{feff}with BOM {{#include plain.txt:1}}",
        "```yaml\n{{#include plain.txt}}\n```\n",
        "{{#include\u{a0}plain.txt}} {{#include plain.txt\u{2003}x}}",
    ];
    let folder = folder();
    for chapter in chapters {
        compare(&folder, "chapter.md", chapter);
        compare(&folder, "a/chapter.md", chapter);
    }
}

/// What mdBook's change 3196 makes of an include behind something: each line, and not the end of the last, behind the same.
#[test]
fn the_next_mdbook_indents_every_line() {
    let folder = folder();
    let world = DiskWorld::new(folder.path());
    let cases = [
        (
            "- a:\n  ```\n  {{#include plain.txt}}\n  ```\n",
            "- a:\n  ```\n  one\n  two\n  three\n  ```\n",
        ),
        ("> {{#include crlf.txt}}\n", "> eins\n> zwei\n> \n> vier\n"),
        ("{{#include plain.txt}}{{#include no-end.txt}}!", "one\ntwo\nthreeone\nthreetwo!"),
        ("\t{{#include plain.txt::2}} {{#include plain.txt:3}}", "\tone\n\ttwo three"),
        ("a\n b {{#include a/deep.md}}", "a\n b deep two leaf one\n b deep two leaf two"),
        ("x {{#playground no-end.txt}}|", "x ```rust\nx one\nx two\nx ```|"),
        ("x {{#include empty.txt}}|{{#title T}}\\{{#include y}}", "x |{{#include y}}"),
    ];
    for (text, expected) in cases {
        let source = Source::new("src/chapter.md", text);
        let later = expand_indented(&world, &source, Path::new("src/chapter.md"), &Files::new());
        let later = later.expect("not too much");
        assert_eq!(later.text, expected, "{text:?}");
        check_map(&later.text, &later.map);
    }
}

/// A long line before many lines is not written out again and again.
#[test]
fn what_would_be_indented_too_much_is_given_up() {
    let mut world = MemWorld::new([("src/many", "")], jiff::civil::date(2026, 1, 1));
    world.insert("src/many", "line\n".repeat(100_000));
    let source =
        Source::new("src/a.md", format!("{} {{{{#include many}}}}", "x".repeat(1_000_000)));
    assert!(expand_indented(&world, &source, Path::new("src/a.md"), &Files::new()).is_none());
}

#[test]
fn what_mdbook_only_logs_is_a_finding() {
    let cases: &[(&str, &[&str])] = &[
        ("{{#include plain.txt:1:3}}{{#include plain.txt}}{{#include anchors.rs:all}}", &[]),
        (
            "é\n{{#include plan.txt}}",
            &[
                "src/chapter.md:2:1 include-unreadable there is no file `src/plan.txt` | did you mean `plain.txt`?",
            ],
        ),
        (
            "{{#include bytes.txt}}",
            &[
                "src/chapter.md:1:1 include-unreadable `src/bytes.txt` can't be read: not UTF-8 (byte 1)",
            ],
        ),
        (
            "{{#include outer.md}}",
            &["src/outer.md:1:4 include-unreadable there is no file `src/gone`"],
        ),
        (
            "{{#include plain.txt:4}}",
            &["src/chapter.md:1:1 include-range line 4 is asked for, but `src/plain.txt` has 3"],
        ),
        (
            "{{#include plain.txt:2:5}}",
            &[
                "src/chapter.md:1:1 include-range lines up to 5 are asked for, but `src/plain.txt` has 3",
            ],
        ),
        (
            "{{#include plain.txt:3:2}}",
            &["src/chapter.md:1:1 include-range the lines from 3 to 2 are none"],
        ),
        (
            "{{#include plain.txt:2:1O}}",
            &[
                "src/chapter.md:1:1 include-range invalid line number `1O`, so the include goes to the end of the file",
            ],
        ),
        (
            "{{#include anchors.rs:inner}}",
            &[
                "src/chapter.md:1:1 include-anchor `src/anchors.rs` has no anchor `inner` | did you mean `in-ner`?",
            ],
        ),
        (
            "{{#include self.md}}",
            &[
                "src/self.md:1:7 include-too-deep the includes run in a circle: src/self.md → src/self.md",
            ],
        ),
        (
            "{{#include ping.md}}",
            &[
                "src/pong.md:1:1 include-too-deep the includes run in a circle: src/pong.md → src/ping.md → src/pong.md",
            ],
        ),
        ("\\{{#include gone}} {{#include plain.txt}}", &[]),
    ];
    for (chapter, wanted) in cases {
        let mut world = MemWorld::new(FILES.iter().copied(), jiff::civil::date(2026, 1, 1));
        world.insert("src/chapter.md", *chapter);
        world.insert("src/outer.md", "an {{#include gone}}");
        world.insert("src/ping.md", "{{#include pong.md}}");
        world.insert("src/pong.md", "{{#include ping.md}}");
        world.insert("src/bytes.txt", b"a\xff".to_vec());
        let path = Path::new("src/chapter.md");
        let expanded = expand(&world, &world.source(path).unwrap(), path, &Files::new());
        let shown: Vec<_> = expanded
            .findings
            .iter()
            .map(|finding| {
                let at = finding.at.location.start();
                let help = finding
                    .help
                    .iter()
                    .find(|help| help.starts_with("did you"))
                    .map(|help| format!(" | {help}"));
                format!(
                    "{}:{}:{} {} {}{}",
                    finding.at.location.source.path(),
                    at.line,
                    at.column,
                    finding.code.name,
                    finding.message,
                    help.unwrap_or_default()
                )
            })
            .collect();
        assert_eq!(shown, *wanted, "{chapter}");
    }
}

#[test]
fn includes_that_multiply_are_given_up() {
    let mut world = MemWorld::new([("src/x", "")], jiff::civil::date(2026, 1, 1));
    world.insert("src/many.md", "{{#include many.md}}\n".repeat(10));
    let path = Path::new("src/many.md");
    let expanded = expand(&world, &world.source(path).unwrap(), path, &Files::new());
    assert!(expanded.findings.iter().any(|finding| finding.code == &INCLUDE_TOO_DEEP));
}

proptest! {
    #[test]
    fn any_chapter_is_what_mdbook_makes_of_it(parts in proptest::collection::vec(part(), 0..12), file in text()) {
        let folder = folder();
        std::fs::write(folder.path().join("src/any.txt"), &file).unwrap();
        compare(&folder, "chapter.md", &parts.concat());
    }

    #[test]
    fn a_changed_text_is_mapped_where_its_lines_are_found(lines in proptest::collection::vec("[a-d]{0,2}", 0..30), edits in proptest::collection::vec((0usize..30, 0usize..3), 0..6)) {
        let text = lines.join("\n");
        let source = Source::new("a.md", text.as_str());
        let world = MemWorld::new([("a.md", text.as_str())], jiff::civil::date(2026, 1, 1));
        let expanded = expand(&world, &source, Path::new("a.md"), &Files::new());
        let mut changed: Vec<String> = lines.clone();
        for (at, kind) in edits {
            let at = at % (changed.len() + 1);
            match kind {
                0 => changed.insert(at, "new ü".into()),
                1 if at < changed.len() => { changed.remove(at); }
                _ if at < changed.len() => changed[at].push('!'),
                _ => {}
            }
        }
        let actual = changed.join("\n");
        let map = realign(&expanded, &actual);
        for (at, c) in actual.char_indices() {
            let span = Span::new(at, at + c.len_utf8());
            let location = map.locate(span);
            if location.exact {
                let found = location.text();
                prop_assert_eq!(found, c.to_string());
            }
        }
    }
}

fn text() -> impl Strategy<Value = String> {
    proptest::collection::vec(
        prop_oneof![
            Just("\n".to_owned()),
            Just("\r\n".to_owned()),
            Just("ANCHOR: a".to_owned()),
            Just("ANCHOR_END: a".to_owned()),
            Just("// ANCHOR:b".to_owned()),
            Just("{{#include plain.txt:2}}".to_owned()),
            "[a-zé ]{0,4}",
        ],
        0..16,
    )
    .prop_map(|parts| parts.concat())
}

fn part() -> impl Strategy<Value = String> {
    let kind = prop_oneof![
        Just("include"),
        Just("rustdoc_include"),
        Just("playground"),
        Just("title"),
        Just("x")
    ];
    let file = prop_oneof![
        Just("any.txt"),
        Just("plain.txt"),
        Just("crlf.txt"),
        Just("anchors.rs"),
        Just("a/deep.md"),
        Just("gone"),
        Just("")
    ];
    let range = prop_oneof![
        Just(String::new()),
        Just(":a".to_owned()),
        Just(":b".to_owned()),
        Just(":in-ner".to_owned()),
        "(:[0-5]?){1,3}"
    ];
    let helper = (kind, file, range, "[ \n]{0,1}", "[ }\\\\]{0,2}").prop_map(
        |(kind, file, range, space, end)| format!("{space}{{{{#{kind} {file}{range}}}}}{end}"),
    );
    prop_oneof![helper, "[a-zé{}#\\\\ \n]{0,6}", Just("\r\n".to_owned())]
}
