//! What `sync` writes is what `check` reads, whatever the texts of the model are.

use mdbook_plumb::check::{self, Book};
use mdbook_plumb::diag::Diagnostic;
use mdbook_plumb::world::MemWorld;
use mdbook_plumb::{render, sync};
use proptest::prelude::*;

/// Every directive that writes text, where directives stand: alone, in a list, in a quote, in running text, in a heading, in
/// a cell, at the start of a line.
const PAGE: &str = "# Is <!-- plumb: value \"tier\" -->x<!-- /plumb -->

<!-- plumb: overhead components=true -->
<!-- /plumb -->

<!-- plumb: overhead sweep=pods:20..60..20 baseline=o -->
<!-- /plumb -->

- one

  <!-- plumb: matrix needs -->
  old
  <!-- /plumb -->
-\ttwo

\t<!-- plumb: checklist list -->
\t<!-- /plumb -->

> <!-- plumb: advisor which -->
> <!-- /plumb -->

1. > <!-- plumb: calculator components=true -->
   > <!-- /plumb -->

<!-- plumb: chart cpu over=pods title=\"a | `b` *c* {= pods } \\\\\" -->
<!-- /plumb -->

<!-- plumb: breakeven options=[o, p] over=pods -->
<!-- /plumb -->

It is <!-- plumb: value \"tier\" -->x<!-- /plumb -->, and <!-- plumb: value tax range=true -->x<!-- /plumb -->.

| a | b |
|---|---|
| <!-- plumb: value \"tier\" -->x<!-- /plumb --> | <!-- plumb: value tax -->x<!-- /plumb --> |

<!-- plumb: value \"tier\" -->x<!-- /plumb --> at the start of a line.

<!-- plumb: value \"tier\" -->x<!-- /plumb -->

<!-- plumb: table options as it columns=[\"it.label\", \"Cores | a = it.cpu\"] total=true -->
<!-- /plumb -->

<!-- plumb: each options as it
- `{= it.label }`: `{= it.cpu }`
  `{when it.cpu > quantity('1 cores')}`
  and *more*
  `{else}`
  or `{= it.short }`
  `{/when}`
-->
<!-- /plumb -->

> <!-- plumb: each options as it
> | `{= it.label }` | `{= pods }` |
> |---|---|
> | `{= it.id }` | `{= it.label }` |
>
> -->
> old
> <!-- /plumb -->

Of <!-- plumb: each options as it text=\"`{= it.label }` | a\" separator=\" + \" -->x<!-- /plumb --> as well.

| a | b |
|---|---|
| <!-- plumb: each options as it text=\"*`{= it.label }`*\" -->x<!-- /plumb --> | <!-- plumb: when \"pods > 1\" text=\"many\" -->x<!-- /plumb --> |

<!-- plumb: sources all=true -->
<!-- /plumb -->
";

/// A model with a text wherever one may stand; each place takes the next one.
fn model(texts: &[String]) -> String {
    let mut next = texts.iter().cycle().map(|text| toml::Value::from(text.as_str()).to_string());
    let tier = next.next().expect("there are texts");
    let mut out = String::new();
    for (index, part) in MODEL.replace("TIER", &tier).split("TEXT").enumerate() {
        if index > 0 {
            out.extend(next.next());
        }
        out.push_str(part);
    }
    out
}

const MODEL: &str = r#"
[inputs.pods]
label = TEXT
default = 100
min = 1
max = 1000
[inputs.tier]
label = TEXT
choices = [TIER, "other"]
default = TIER
[sources.s]
title = TEXT
url = "https://example.com/{{#x"
accessed = 2026-01-01
[figures."proxy.cpu"]
value = "100m"
low = "50m"
high = "200m"
source = "s"
note = TEXT
[formulas.tax]
expr = "pods * proxy.cpu"
label = TEXT
[options.o]
label = TEXT
note = TEXT
[[options.o.components]]
name = TEXT
count = "1"
requests = { cpu = "1m" }
[options.p]
label = TEXT
[[options.p.components]]
name = TEXT
count = "pods"
requests = { cpu = "1m" }
[statuses.yes]
label = TEXT
icon = TEXT
meets = "fully"
weight = 1
[matrices.needs]
label = TEXT
corner = TEXT
note = TEXT
[[matrices.needs.columns]]
id = "o"
label = TEXT
[[matrices.needs.rows]]
id = "mtls"
label = TEXT
note = TEXT
cells.o = { status = "yes", text = TEXT, note = TEXT, source = "s" }
[checklists.list]
title = TEXT
intro = TEXT
[[checklists.list.groups]]
id = "g"
label = TEXT
[[checklists.list.items]]
id = "i"
text = TEXT
help = TEXT
short = TEXT
group = "g"
[[checklists.list.bands]]
id = "b"
when = "yes >= 1"
verdict = TEXT
text = TEXT
links = [{ text = TEXT, url = "page.md" }]
[[checklists.list.bands]]
id = "n"
verdict = TEXT
[advisors.which]
title = TEXT
intro = TEXT
checklist = "list"
matrix = "needs"
inputs = ["pods"]
[[advisors.which.outcomes]]
id = "o"
when = "yes >= 1"
title = TEXT
text = TEXT
option = "o"
[[advisors.which.outcomes]]
id = "n"
title = TEXT
option = "p"
"#;

fn read(model: &str, page: &str) -> (Vec<Diagnostic>, Vec<Diagnostic>) {
    let files = [
        ("book.toml", "[book]\ntitle = \"Example\"\n"),
        ("model.toml", model),
        ("src/SUMMARY.md", "[Page](page.md)\n"),
        ("src/page.md", page),
    ];
    let book = Book::read(&MemWorld::new(files, jiff::civil::date(2026, 11, 23))).unwrap();
    let checked = check::check(&book.project, &book.chapters);
    let chapters = book.chapters.iter().map(|chapter| sync::Chapter {
        shown: render::Chapter { text: &chapter.text, path: &chapter.path, guide: &book.title },
        map: &chapter.map,
    });
    let drift = sync::drift(chapters, &checked);
    (drift, book.findings.into_iter().chain(checked.findings).collect())
}

/// Writes what the model says; then nothing may be left to do, and nothing else may have come. How many places were written.
fn assert_fixpoint(texts: &[String], page: &str) -> usize {
    let model = model(texts);
    let (drift, before) = read(&model, page);
    let (rewrites, wrong) = sync::rewrites(&drift);
    assert!(wrong.is_empty(), "{texts:?}: {wrong:?}");
    let written = rewrites.first().map_or(page, |rewrite| rewrite.text.as_str());
    let (drift, after) = read(&model, written);
    let said: Vec<_> = drift.iter().map(|finding| (&finding.message, &finding.at.text)).collect();
    assert!(drift.is_empty(), "{texts:?} drifts: {said:#?}\n{written}");
    let codes = |findings: &[Diagnostic]| {
        let mut codes: Vec<_> = findings.iter().map(|finding| finding.code.name).collect();
        codes.sort_unstable();
        codes
    };
    assert_eq!(codes(&after), codes(&before), "{texts:?}:\n{written}");
    rewrites.first().map_or(0, |rewrite| rewrite.edits)
}

fn pages() -> Vec<String> {
    let page = PAGE.to_owned();
    let crlf = page.replace('\n', "\r\n");
    vec![
        format!("\u{feff}{page}"),
        crlf.trim_end().to_owned(),
        page.trim_end().to_owned(),
        format!("\u{feff}{crlf}"),
        page,
    ]
}

const PIECES: &[&str] = &[
    "a",
    "Z",
    "0",
    "1.",
    " ",
    "  ",
    "    ",
    "\t",
    "\n",
    "\r\n",
    "\r",
    "\\",
    "\\\\",
    "`",
    "``",
    "```",
    "|",
    "\\|",
    "*",
    "**",
    "_",
    "~~",
    "#",
    "# ",
    "-",
    "- ",
    "---",
    "===",
    "+ ",
    "> ",
    "<",
    ">",
    "<!--",
    "-->",
    "--",
    "<!-- /plumb -->",
    "<!-- plumb: value tax -->",
    "<b>",
    "</b>",
    "<pre>",
    "</pre>",
    "<script>",
    "<?",
    "<![CDATA[",
    "{",
    "}",
    "{{",
    "}}",
    "{{#",
    "{{#include book.toml}}",
    "\\{{#include book.toml}}",
    "{{ #title x }}",
    "{{#title ",
    "{= pods }",
    "`{= pods }`",
    "`{= ",
    "{{{#title x}}",
    "[",
    "]",
    "](",
    "[^1]",
    "[^1]:",
    "![",
    "(",
    ")",
    "&",
    "&amp;",
    "&lt;",
    "&#60;",
    "\u{feff}",
    "\u{a0}",
    "\u{2028}",
    "\u{85}",
    "\u{202e}",
    "\0",
    "\u{1b}[31m",
    "é",
    "😀",
    ":",
    "'",
    "\"",
    "$",
    "^",
    "!",
    "https://example.com",
    "[x](https://example.com/{{#title})",
    "`{{#title x}}`",
    "`|`",
    "**{**{#title x}}",
    "~~~",
    "\n\n",
    "| a | b |\n|---|---|",
];

#[test]
fn what_sync_writes_is_what_check_reads() {
    let pages = pages();
    let pairs = PAGE.matches("<!-- /plumb -->").count();
    // Every piece comes to many places, alone and within words.
    for turn in 0..PIECES.len().div_ceil(8) {
        let texts: Vec<_> = (0..PIECES.len())
            .map(|index| {
                let piece = PIECES[(index + turn * 8) % PIECES.len()];
                let other = PIECES[(index * 7 + turn) % PIECES.len()];
                match (index + turn) % 4 {
                    0 => piece.to_owned(),
                    1 => format!("{piece}{piece}"),
                    2 => format!("a {piece} b"),
                    _ => format!("{piece}{other}"),
                }
            })
            .collect();
        assert_eq!(assert_fixpoint(&texts, &pages[turn % pages.len()]), pairs, "{texts:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_the_texts_are(
        texts in prop::collection::vec(
            prop::collection::vec(prop::sample::select(PIECES), 0..7).prop_map(|pieces| pieces.concat()),
            60,
        ),
        page in 0_usize..5,
    ) {
        assert_fixpoint(&texts, &pages()[page]);
    }
}
