//! A book whose chapters hold every widget, built by mdBook itself with its own themes.

use std::path::{Path, PathBuf};

use mdbook_plumb::content::{Block, Content, Inline, Placeholder, text};
use mdbook_plumb::render::{self, Delivery, Site};

use crate::sample;

/// A chapter's name, title, text and content.
type Chapter = (&'static str, &'static str, String, Vec<Content>);

/// Chapters: name, title, and what stands in them. `{0}` is the first piece of content, and so on.
fn chapters() -> Vec<Chapter> {
    let block = |block| Content::Blocks(vec![block]);
    let value = |text: &str| Content::Inline(vec![sample::value(text)]);
    let plain = "The page is complete as served.";
    vec![
        (
            "values",
            "Values",
            format!("{plain} For a hundred pods that is {{0}} of CPU and {{1}} of memory; again {{0}}.\n\n> A quote with {{0}}\n\n- a list with {{1}}\n\n{{2}}\n\n{{3}}\n"),
            vec![value("10 cores (5–20)"), value("12.5 GiB"), block(Block::Table(sample::table())), block(Block::Chart(sample::chart()))],
        ),
        ("matrix", "Matrix", format!("{plain}\n\n{{0}}\n"), vec![block(Block::from(sample::matrix()))]),
        ("checklist", "Checklist", format!("{plain}\n\n{{0}}\n"), vec![block(Block::from(sample::checklist()))]),
        ("again", "The same checklist", "{0}\n\n{0}\n".into(), vec![block(Block::from(sample::checklist()))]),
        ("reworded", "A reworded checklist", "{0}\n".into(), vec![block(Block::from(reworded()))]),
        ("calculator", "Calculator", format!("{plain}\n\n{{0}}\n"), vec![block(Block::from(sample::calculator()))]),
        ("advisor", "Advisor", "{0}\n".into(), vec![block(Block::from(sample::advisor()))]),
        (
            "manifests",
            "Manifests",
            "1. In a list:\n\n   {0}\n\n{1}\n\n```bash\naz aks show --name <cluster> --resource-group <resource-group>\n```\n\n```yaml\nhost: <cluster>.example.org\nhtml: <b>no place</b>\n```\n".into(),
            vec![block(Block::Manifest(sample::manifest())), block(Block::Manifest(sample::long_manifest()))],
        ),
        ("hostile", "Hostile", "{0}\n\n{1}\n\n{2} in a line\n\n| a | b |\n|---|---|\n| {2} | x |\n".into(), hostile()),
        ("many", "Many items", "{0}\n".into(), vec![block(Block::from(many()))]),
    ]
}

/// An item is gone, one is new, one says something else.
fn reworded() -> mdbook_plumb::content::Checklist {
    let mut checklist = sample::checklist();
    checklist.groups[0].items[0].revision = "r2".into();
    checklist.groups[0].items[0].text = text("You run more than thirty services");
    checklist.groups[1].items.remove(0);
    checklist
}

fn many() -> mdbook_plumb::content::Checklist {
    let mut checklist = sample::checklist();
    checklist.id = "many".into();
    let one = checklist.groups[0].items[1].clone();
    checklist.groups[0].items = (0..500)
        .map(|index| mdbook_plumb::content::ChecklistItem {
            id: format!("item-{index}"),
            ..one.clone()
        })
        .collect();
    checklist
}

fn hostile() -> Vec<Content> {
    let bad = "</script><img src=x onerror=window.hacked=1>\"'`|{{x}} \u{202e}abc<!-- /plumb -->"
        .to_owned()
        + &"w".repeat(300);
    let mut checklist = sample::checklist();
    checklist.id = bad.clone();
    checklist.title = text(bad.clone());
    checklist.groups[0].items[0].id = bad.clone();
    checklist.groups[0].items[0].text = text(bad.clone());
    checklist.program["weights"][&bad] = serde_json::json!(bad);
    let mut manifest = sample::manifest();
    manifest.text = format!("a: {bad}\n\n\nb: 1\n");
    manifest.findings = vec![(1, bad.clone())];
    manifest.documents[0].name = bad.clone();
    vec![
        Content::Blocks(vec![Block::from(checklist)]),
        Content::Blocks(vec![Block::Manifest(manifest)]),
        Content::Inline(vec![Inline::Text(bad.clone()), sample::value(&bad)]),
    ]
}

/// Builds the book below `folder`; gives the folder that is to be served.
pub(crate) fn build(folder: &Path) -> PathBuf {
    let _ = std::fs::remove_dir_all(folder);
    let src = folder.join("src");
    std::fs::create_dir_all(&src).expect("a folder");
    let mut summary = String::from("# Summary\n\n");
    for (name, title, source, contents) in chapters() {
        let mut text = format!("# {title}\n\n{source}");
        let mut sites = Vec::new();
        for (index, content) in contents.iter().enumerate() {
            let mark = format!("{{{index}}}");
            while let Some(at) = text.find(&mark) {
                let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
                let site = Site {
                    inline: matches!(content, Content::Inline(_)),
                    in_table: text[start..at].contains('|'),
                    start_of_line: text[start..at].trim().is_empty(),
                    chapter: format!("{name}.md"),
                    ordinal: sites.len() + 1,
                    guide: "test-guide".into(),
                    ..Site::default()
                };
                text.replace_range(at..at + mark.len(), &render::html(content, &site));
                sites.push((content, site));
            }
        }
        let parts: Vec<_> = sites.iter().map(|(content, site)| (*content, site)).collect();
        let placeholder = |name: &str, pattern: Option<&str>| Placeholder {
            name: name.into(),
            label: name.replace('-', " "),
            pattern: pattern.map(Into::into),
            example: None,
            note: String::new(),
        };
        let all = [
            // As Rust and scripts read it; the stricter rules of the attribute `pattern` refuse it.
            placeholder("cluster", Some("[a-z().-]+")),
            placeholder("namespace", None),
            placeholder("resource-group", None),
        ];
        let more: &[Placeholder] = if name == "manifests" { &all } else { &[] };
        let page = render::page(&parts, more, "test-guide", Delivery::Inline);
        let text = format!("{}\n\n{text}\n\n{}\n", page.head, page.foot);
        std::fs::write(src.join(format!("{name}.md")), text).expect("a file");
        summary.push_str(&format!("- [{title}]({name}.md)\n"));
    }
    std::fs::write(src.join("SUMMARY.md"), summary).expect("a file");
    let config = "[book]\ntitle = \"Widgets\"\nlanguage = \"en\"\n";
    std::fs::write(folder.join("book.toml"), config).expect("a file");
    mdbook_driver::MDBook::load(folder).and_then(|book| book.build()).expect("the book is built");
    folder.join("book")
}
