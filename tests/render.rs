//! Content as HTML and as GFM, compared with files; `SNAPSHOTS=overwrite` rewrites them.

#[path = "support/sample.rs"]
mod sample;

use mdbook_plumb::check::{self, Book};
use mdbook_plumb::content::{Block, Content, Inline, text};
use mdbook_plumb::diag::Level;
use mdbook_plumb::model::describe;
use mdbook_plumb::render::{self, Delivery, Site, Target};
use mdbook_plumb::world::MemWorld;
use snapbox::{Data, assert_data_eq};

fn site() -> Site {
    Site {
        root: "../".into(),
        chapter: "cost/tables.md".into(),
        ordinal: 3,
        guide: "mesh-guide".into(),
        ..Site::default()
    }
}

/// HTML is served on one line; to be read, each block is on its own.
fn readable(html: &str) -> String {
    let mut out = html.to_owned();
    for tag in [
        "p", "li", "ul", "ol", "tr", "th", "td", "div", "fieldset", "legend", "label", "plumb-",
        "pre", "script", "button", "table", "thead", "tbody", "figure", "details", "caption",
        "input",
    ] {
        out = out.replace(&format!("<{tag}"), &format!("\n<{tag}"));
    }
    let mut clean = String::new();
    for line in out.lines().filter(|line| !line.is_empty()) {
        clean.push_str(line);
        clean.push('\n');
    }
    clean
}

fn file(name: &str) -> Data {
    Data::read_from(
        &std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/render").join(name),
        None,
    )
}

#[test]
fn every_kind_of_content_has_both_forms() {
    for (name, content) in sample::all() {
        let site = Site { inline: matches!(content, Content::Inline(_)), ..site() };
        let html = render::html(&content, &site);
        assert!(!html.contains('\n'), "{name}: HTML of a directive is one line");
        assert_data_eq!(readable(&html), file(&format!("{name}.html")).raw());
        assert_data_eq!(
            render::markdown(&content, &site) + "\n",
            file(&format!("{name}.md")).raw()
        );
    }
    let (_, content) = &sample::all()[0];
    assert_data_eq!(
        readable(&render::page(&[(content, &site())], &[], "g", Delivery::External).foot),
        file("foot.html").raw()
    );
}

#[test]
fn further_lines_carry_the_prefix() {
    let list = Content::Blocks(vec![Block::Paragraph(text("a")), Block::Paragraph(text("b"))]);
    let site = Site { prefix: "> - ".replace('-', " "), ..site() };
    assert_eq!(render::markdown(&list, &site), "a\n>\n>   b");
}

/// Every button that opens details has them at the chapter's foot, each id once.
#[test]
fn values_and_their_details_meet() {
    for (name, content) in sample::all() {
        let html = render::html(&content, &site());
        let foot = render::page(&[(&content, &site())], &[], "g", Delivery::External).foot;
        let targets: Vec<&str> = html
            .split("popovertarget=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .collect();
        for target in &targets {
            assert_eq!(foot.matches(&format!("id=\"{target}\"")).count(), 1, "{name}: {target}");
        }
        for note in foot.split("id=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(targets.contains(&note), "{name}: details without a value");
        }
    }
}

#[test]
fn nothing_can_be_pressed_in_headings_and_links() {
    let site = Site { plain: true, inline: true, ..site() };
    let content = Content::Inline(vec![
        sample::value("10"),
        Inline::Link { url: "a.md".into(), text: text("a") },
    ]);
    assert_eq!(render::html(&content, &site), "<span class=\"plumb-value\">10</span>a");
    assert_eq!(render::page(&[(&content, &site)], &[], "g", Delivery::External).foot, "");
}

/// A chapter as the HTML renderer gets it.
fn chapter(model: &str, text: &str) -> String {
    let world = MemWorld::new(
        [
            ("book.toml", "[book]\ntitle = \"Guide\"\n"),
            ("model.toml", model),
            ("src/SUMMARY.md", "[Page](page.md)\n"),
            ("src/page.md", text),
            ("src/x.png", ""),
        ],
        jiff::civil::date(2026, 11, 23),
    );
    let book = Book::read(&world).expect("a book");
    let checked = check::check(&book.project, &book.chapters);
    let errors = book
        .findings
        .iter()
        .chain(&checked.findings)
        .filter(|found| found.code.level == Level::Deny);
    assert_eq!(errors.count(), 0);
    let shown = render::Chapter { text, path: "page.md", guide: "Guide" };
    render::chapter(shown, &checked.chapters[0], Target::Html(Delivery::External))
        .expect("something is shown")
}

#[test]
fn a_value_stays_with_the_mark_behind_it() {
    let model = "[inputs.pods]\nlabel = \"Pods\"\ndefault = 100\n";
    for (text, kept) in [
        ("They are `{= pods }`.", Some("</button>.</span>")),
        ("Are they `{= pods }`? Yes.", Some("</button>?</span>")),
        // What could be Markdown of its own, or is no mark, stays where it is.
        ("[They are `{= pods }`](page.md)", None),
        ("They are `{= pods }`![](x.png)", None),
        ("They are `{= pods }` in all.", None),
    ] {
        let html = chapter(model, text);
        assert_eq!(html.contains("plumb-keep"), kept.is_some(), "{html}");
        assert!(kept.is_none_or(|kept| html.contains(kept)), "{html}");
        let behind = text.rsplit("}`").next().expect("a text");
        assert!(kept.is_some() || html.contains(behind), "{html}");
    }
}

#[test]
fn a_fence_shows_the_finding_that_it_names() {
    let fence = |word: &str| {
        let text = format!(
            "```yaml {word}\napiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  ports:\n    - port: 80\n      prot: TCP\n      targetPort: 70000\n```\n"
        );
        let html = chapter("", &text);
        let shown = html.matches("data-finding=").count();
        assert!(!html.contains("data-finding=\"`"), "no backquotes: {html}");
        (shown, html.contains("unknown field “spec.ports[0].prot”"))
    };
    assert_eq!(fence("fails"), (2, true));
    assert_eq!(fence("fails=schema-unknown-field"), (1, true));
}

/// A model that says something under every key that holds words: the words name the key.
const ALL_WORDS: &str = r#"
[inputs.pods]
label = "inputs.label"
default = 10
max = 20
note = "inputs.note"

[figures.cpu]
value = "100m"
label = "figures.label"
version = "figures.version"
note = "figures.note"
source = "s"
checked = 2026-11-01

[facts.release]
value = "1.2"
type = "version"
label = "facts.label"
note = "facts.note"
source = "s"

[sources.s]
title = "sources.title"
version = "sources.version"
note = "sources.note"

[formulas.tax]
expr = "pods * cpu"
label = "formulas.label"
note = "formulas.note"

[options.o]
label = "options.label"
short = "options.short"
note = "options.note"
[[options.o.components]]
name = "agent"
label = "components.label"
count = "pods"
requests = { cpu = "cpu" }
note = "components.note"

[scenarios.big]
label = "scenarios.label"
inputs = { pods = 15 }
note = "scenarios.note"

[statuses.yes]
label = "statuses.label"
icon = "statuses.icon"
meets = "fully"
note = "statuses.note"

[statuses.no]
label = "no"
meets = "no"

[matrices.m]
label = "matrices.label"
corner = "matrices.corner"
note = "matrices.note"
columns = [{ id = "o", label = "columns.label", note = "columns.note" }]
[[matrices.m.rows]]
id = "r"
label = "rows.label"
note = "rows.note"
group = "rows.group"
cells = { o = { status = "yes", note = "cells.note" } }
[[matrices.m.rows]]
id = "q"
label = "another"
cells = { o = { status = "no", text = "cells.text" } }

[checklists.c]
title = "checklists.title"
intro = "checklists.intro"
groups = [{ id = "g", label = "groups.label", note = "groups.note" }]
items = [{ id = "i", text = "items.text", short = "items.short", help = "items.help", group = "g" }]
[[checklists.c.bands]]
id = "b"
when = "answer('i')"
verdict = "bands.verdict"
text = "bands.text"
links = [{ text = "links.text", url = "links.url" }]
[[checklists.c.bands]]
id = "else"
verdict = "nothing"

[advisors.a]
title = "advisors.title"
intro = "advisors.intro"
checklist = "c"
matrix = "m"
[[advisors.a.outcomes]]
id = "x"
title = "outcomes.title"
text = "outcomes.text"
manifests = [{ text = "manifests.text", url = "manifests.url" }]

[placeholders.cluster]
label = "placeholders.label"
example = "placeholders.example"
pattern = "placeholders.pattern"
note = "placeholders.note"
"#;

/// What is not for readers of a page: addresses that are followed, and names.
const NO_WORDS: [&str; 6] = [
    "sources.url",
    "inputs.choices",
    "settings.currency",
    "advisors.inputs",
    "components.name",
    "figures.superseded-by",
];

#[test]
fn all_words_of_a_model_are_shown_somewhere() {
    let page = "`{= tax }` `{= release }` <!-- plumb: value tax scenario=big /-->\n\n\
                <!-- plumb: overhead components=true /-->\n\n<!-- plumb: matrix m /-->\n\n\
                <!-- plumb: checklist c /-->\n\n<!-- plumb: calculator options=[o] /-->\n\n\
                <!-- plumb: advisor a /-->\n\n<!-- plumb: chart cpu options=[o] over=pods /-->\n\n\
                <!-- plumb: sources /-->\n\n```sh\nkubectl --context <cluster>\n```\n";
    let html = chapter(ALL_WORDS, page);
    let mut missing = Vec::new();
    walk("", &mdbook_plumb::model::tables::MODEL, &mut |key| {
        // What `model measure` reports stands in no page; a place is shown as file and line.
        if key.starts_with("proxies") || key.starts_with("from.") || NO_WORDS.contains(&key) {
            return;
        }
        if !ALL_WORDS.contains(&format!("\"{key}\"")) || !html.contains(key) {
            missing.push(key.to_owned());
        }
    });
    assert!(missing.is_empty(), "{missing:?}");
}

/// Each key that holds words, behind the name of the list or table that it is in.
fn walk(name: &str, table: &describe::Table, found: &mut impl FnMut(&str)) {
    for field in table.fields {
        let mut kind = &field.kind;
        while let describe::Kind::List(inner) | describe::Kind::Map(inner) = kind {
            kind = inner;
        }
        match kind {
            describe::Kind::Text | describe::Kind::Prose => {
                found(&format!("{name}.{}", field.name));
            }
            describe::Kind::Table(inner) | describe::Kind::Named(inner) => {
                walk(field.name, inner, found);
            }
            _ => {}
        }
    }
}
