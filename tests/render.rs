//! Content as HTML and as GFM, compared with files; `SNAPSHOTS=overwrite` rewrites them.

#[path = "support/sample.rs"]
mod sample;

use mdbook_plumb::check::{self, Book};
use mdbook_plumb::content::{Block, Content, Inline, text};
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
        ],
        jiff::civil::date(2026, 11, 23),
    );
    let book = Book::read(&world).expect("a book");
    let checked = check::check(&book.project, &book.chapters);
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
        ("[They are `{= pods }`](x.md)", None),
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
