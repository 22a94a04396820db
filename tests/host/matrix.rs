//! What releases of mdBook send to a preprocessor, captured from each, and what comes back.
//!
//! A capture is what `mdbook build` of that release sends for the book below, with `/book` in the place of the folder:
//! `fixtures/matrix/VERSION.json`. One more is one more file.

use crate::support::{feed, folder, plumb, stderr, stdout};
use serde_json::Value as Json;
use std::path::Path;

/// The book that was captured.
const BOOK: [(&str, &str); 8] = [
    ("book.toml", "[book]\ntitle = \"Matrix\"\nauthors = [\"Someone\"]\n"),
    (
        "src/SUMMARY.md",
        "# Summary\n\n[Before](index.md)\n\n# A part\n\n- [One](one.md)\n    - [Deep](deep/two.md)\n- [Draft]()\n\n---\n\n[After](after.md)\n",
    ),
    (
        "src/index.md",
        "# Before\n\nPods: <!-- plumb: value pods -->99<!-- /plumb -->, and \"quotes\" \\\\ with 😀.\n",
    ),
    ("src/one.md", "# One\n\n{{#include part.md}}\n"),
    ("src/part.md", "Takes `{= tax.cpu }`.\n"),
    (
        "src/deep/two.md",
        "# Deep\n\n```yaml\napiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec:\n  ports:\n  - port: 80\n```\n",
    ),
    ("src/after.md", "# After\n\nNothing of ours.\n"),
    (
        "model.toml",
        "[inputs.pods]\nlabel = \"Pods\"\ndefault = 100\n\n[sources.s]\ntitle = \"A chart\"\nurl = \"https://example.com\"\naccessed = 2026-01-01\n\n\
         [figures.\"proxy.cpu\"]\nvalue = \"100m\"\nsource = \"s\"\n\n[formulas]\n\"tax.cpu\" = \"pods * proxy.cpu\"\n",
    ),
];

/// The captures, by the release that each names.
fn captures() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/host/fixtures/matrix");
    let mut captures = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the captures") {
        let path = entry.expect("an entry").path();
        let text = std::fs::read_to_string(&path).expect("a capture");
        let version = path.file_stem().expect("a release").to_string_lossy().into_owned();
        captures.push((version, text));
    }
    captures.sort();
    captures
}

/// Takes the contents of chapters out of a book, in order.
fn contents(book: &mut Json, out: &mut Vec<String>) {
    match book {
        Json::Object(object) => {
            if let Some(Json::String(content)) = object.get_mut("content") {
                out.push(std::mem::take(content));
            }
            object.values_mut().for_each(|value| contents(value, out));
        }
        Json::Array(items) => items.iter_mut().for_each(|item| contents(item, out)),
        _ => {}
    }
}

#[test]
fn every_release_of_mdbook_gets_the_same_pages() {
    let all = folder(&BOOK);
    let root = serde_json::to_string(all.path()).expect("a path");
    let mut pages: Option<Vec<String>> = None;
    let captures = captures();
    for (version, text) in &captures {
        let input = text.replace("\"/book\"", &root);
        let [context, mut before]: [Json; 2] = serde_json::from_str(&input).expect("a capture");
        assert_eq!(context["mdbook_version"], *version, "the name of the capture");
        let output = feed(plumb().current_dir(all.path()), input.as_bytes());
        assert_eq!(output.status.code(), Some(0), "{version}: {}", stderr(&output));
        let mut after: Json = serde_json::from_str(&stdout(&output)).expect("a book");
        let (mut was, mut is) = (Vec::new(), Vec::new());
        contents(&mut before, &mut was);
        contents(&mut after, &mut is);
        assert_eq!(before, after, "{version}: only contents change");
        assert_eq!((was.len(), &was[4], was[2] == is[2]), (5, &is[4], true), "{version}: {is:?}");
        assert!(is[0].contains("100") && !is[0].contains("plumb: value"), "{version}: {}", is[0]);
        assert!(is[1].contains("10 cores"), "{version}: {}", is[1]);
        match &pages {
            Some(pages) => assert_eq!(*pages, is, "{version} is not {}", captures[0].0),
            None => pages = Some(is),
        }
    }
    let oldest = captures.first().map(|(version, _)| version.as_str());
    assert!(captures.len() >= 2 && oldest == Some("0.4.40"), "{captures:?}");
}
