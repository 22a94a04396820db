//! The style and the scripts of the widgets.
//!
//! Owns: how what a page needs is put together. Must not know: how it reaches the page.
//!
//! The sources in `assets/` are written by hand, one file a widget, and share one scope: joined in order they are one
//! module, so that no name of theirs can be seen from the page. Comments and indentation are left out of what is served.

use std::sync::LazyLock;

use crate::content::{Block, Content, Inline};

use super::notes;
use super::widgets::{Kind, MANIFEST, REGISTRY, VALUE, shown};

/// Style and scripts, ready to be served.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assets {
    /// The style that is needed; empty where none is.
    pub css: String,
    /// The scripts that are needed; empty where none is.
    pub js: String,
}

/// The parts of the style; they are joined in this order, and later ones rely on earlier ones.
struct Styles {
    /// For all pages that have anything of ours.
    base: String,
    /// For values, tables and charts.
    text: String,
    /// For every element that scripts bring to life.
    element: String,
    /// For each of the registry.
    own: Vec<String>,
    /// For narrow pages, paper and the like.
    media: String,
}

static STYLES: LazyLock<Styles> = LazyLock::new(|| Styles {
    base: tight(include_str!("assets/css/base.css")),
    text: [
        include_str!("assets/css/values.css"),
        include_str!("assets/css/tables.css"),
        include_str!("assets/css/charts.css"),
    ]
    .map(tight)
    .concat(),
    element: tight(include_str!("assets/css/shared.css")),
    own: REGISTRY.iter().map(|kind| tight(kind.style)).collect(),
    media: tight(include_str!("assets/css/media.css")),
});

/// The scripts as they are served, by what they are for.
static SCRIPTS: LazyLock<Vec<String>> =
    LazyLock::new(|| REGISTRY.iter().map(|kind| close(kind.script)).collect());
static SHARED_SCRIPTS: LazyLock<[String; 2]> = LazyLock::new(|| [close(CORE), close(PROGRAM)]);

const CORE: &str = include_str!("assets/js/core.js");
const PROGRAM: &str = include_str!("assets/js/program.js");

/// What a chapter's content needs, and what `more` asks for.
pub(super) fn needed(contents: &[&Content], more: &[&'static Kind]) -> Assets {
    let mut kinds = more.to_vec();
    let (mut text, mut acts) = (false, false);
    for content in contents {
        match content {
            Content::Inline(inlines) => text |= inlines.iter().any(is_styled),
            Content::Written(_) => {}
            Content::Blocks(blocks) => {
                let plain =
                    |block: &Block| matches!(block, Block::Manifest(_) | Block::Code { .. });
                text |= !blocks.iter().all(plain);
                acts |= blocks.iter().any(acts_on_manifest);
                blocks.iter().for_each(|block| collect(block, &mut kinds));
            }
        }
        if notes::has_any(content) {
            kinds.push(&VALUE);
        }
    }
    let css = if text || !kinds.is_empty() { style(&kinds, text) } else { String::new() };
    kinds.retain(|kind| **kind != MANIFEST || acts);
    Assets { css, js: scripts(&kinds) }
}

/// What each of them begins with; a file that does not is somebody's own.
pub const BANNER: &str = "/* Written by mdbook-plumb: a build writes it anew. */\n";

/// Everything, for a book that serves the assets as files of its own: `(file name, text)`.
pub fn files() -> [(&'static str, String); 2] {
    let scripts = scripts(&REGISTRY);
    [
        ("plumb.css", format!("{BANNER}{}", style(&REGISTRY, true))),
        ("plumb.js", format!("{BANNER}(() => {{\n'use strict';\n{scripts}}})();\n")),
    ]
}

fn scripts(kinds: &[&Kind]) -> String {
    if kinds.is_empty() {
        return String::new();
    }
    let [core, program] = &*SHARED_SCRIPTS;
    let mut out = String::new();
    if kinds.iter().any(|kind| kind.is_element) {
        out.push_str(core);
    }
    if kinds.iter().any(|kind| kind.computes) {
        out.push_str(program);
    }
    out.extend(own(kinds, &SCRIPTS));
    out
}

/// What these kinds have of their own, in the order of the registry.
fn own<'a>(kinds: &'a [&Kind], of_all: &'a [String]) -> impl Iterator<Item = &'a str> {
    let all = REGISTRY.iter().zip(of_all);
    all.filter(|(kind, _)| kinds.contains(kind)).map(|(_, text)| text.as_str())
}

/// The style for these kinds, and for text with values and tables.
fn style(kinds: &[&Kind], text: bool) -> String {
    let styles = &*STYLES;
    let mut out = styles.base.clone();
    if text || kinds.iter().any(|kind| kind.has_text) {
        out.push_str(&styles.text);
    }
    if kinds.iter().any(|kind| kind.is_element) {
        out.push_str(&styles.element);
    }
    out.extend(own(kinds, &styles.own));
    out + &styles.media
}

/// A part of the style without blanks that mean nothing; none of its texts has such a row of characters.
fn tight(css: &str) -> String {
    let pairs = [
        ("; }", "}"),
        (" { ", "{"),
        (" {", "{"),
        ("; ", ";"),
        (": ", ":"),
        (" }", "}"),
        (", ", ","),
        (" > ", ">"),
        (" !", "!"),
        ("}\n", "}"),
    ];
    pairs.iter().fold(served(css), |style, (long, short)| style.replace(long, short))
}

/// Operators that a script has between blanks, and never in a text.
const OPERATORS: [&str; 4] = [" => ", " = ", " === ", " && "];

/// A script without those blanks.
fn close(source: &str) -> String {
    OPERATORS.iter().fold(served(source), |js, operator| js.replace(operator, operator.trim()))
}

/// Without indentation, empty lines and lines that are only a comment, and without line ends where the language needs
/// none. The sources hold no text that spans lines, and no comment behind code.
fn served(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut comment = false;
    for line in source.lines().map(str::trim) {
        comment |= line.starts_with("/*");
        if !comment && !line.is_empty() && !line.starts_with("//") {
            out.push_str(line);
            if !line.ends_with(['{', '(', '[', ',', ';']) {
                out.push('\n');
            }
        }
        comment &= !line.ends_with("*/");
    }
    out
}

fn is_styled(inline: &Inline) -> bool {
    match inline {
        Inline::Value(_) | Inline::Status(_) => true,
        Inline::Strong(inner) | Inline::Emphasis(inner) | Inline::Link { text: inner, .. } => {
            inner.iter().any(is_styled)
        }
        Inline::Text(_) | Inline::Code(_) => false,
    }
}

/// Whether a reader can do something with a manifest.
fn acts_on_manifest(block: &Block) -> bool {
    matches!(block, Block::Manifest(manifest) if manifest.extras.downloads || manifest.extras.folding)
}

fn collect(block: &Block, out: &mut Vec<&'static Kind>) {
    match block {
        Block::Widget(widget) => {
            let kind = shown(widget).kind();
            out.push(kind);
            out.extend(kind.with);
        }
        Block::Manifest(_) => out.push(&MANIFEST),
        Block::List { items, .. } => items.iter().flatten().for_each(|block| collect(block, out)),
        Block::Details { body, .. } => body.iter().for_each(|block| collect(block, out)),
        Block::Paragraph(_) | Block::Table(_) | Block::Chart(_) | Block::Code { .. } => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_assets_stay_small_and_can_be_inlined() {
        let [(_, css), (_, js)] = files();
        // Roots, logarithms and the rule of rounding took a thousand, powers, tiers and lookups nine hundred; groups that are one stop of
        // the Tab key, four thousand; values and tables that follow the reader's inputs, a thousand.
        assert!(js.len() < 40_500, "{} bytes of script", js.len());
        assert!(css.len() < 13_400, "{} bytes of style", css.len());
        let lower = format!("{css}{js}").to_lowercase();
        for end in ["</script", "</style", "<!--"] {
            assert!(!lower.contains(end), "{end} would end the element that holds the assets");
        }
        for forbidden in
            ["eval(", "Function(", "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write"]
        {
            assert!(!js.contains(forbidden), "{forbidden} would run what a model or a link says");
        }
    }

    /// The texts of a line of a script, those within what is computed for a text first.
    fn texts(line: &str) -> Vec<String> {
        let computed = regex::Regex::new(r"\$\{(?:[^{}]|\{[^{}]*\})*\}").expect("a pattern");
        let text = regex::Regex::new(r"'(?:[^'\\]|\\.)*'|`[^`]*`").expect("a pattern");
        let in_code =
            |code: &str| text.find_iter(code).map(|text| text.as_str().to_owned()).collect();
        let mut found = Vec::new();
        let mut line = line.to_owned();
        while let Some(part) = computed.find(&line) {
            found.extend::<Vec<_>>(in_code(part.as_str()));
            line.replace_range(part.range(), "");
        }
        found.extend(in_code(&line));
        found
    }

    #[test]
    fn texts_of_a_script_are_told_from_its_code() {
        let line = r"a = b ? `x = ${c === d ? 'e && f' : `g ${h}`} => i` : { k: 'it\'s' };";
        assert_eq!(texts(line), ["'e && f'", "`g ${h}`", "`x =  => i`", r"'it\'s'"]);
    }

    #[test]
    fn the_sources_can_be_joined() {
        for source in [CORE, PROGRAM].into_iter().chain(REGISTRY.map(|kind| kind.script)) {
            for line in source.lines().filter(|line| !line.trim_start().starts_with("//")) {
                assert!(!line.replace("://", "").contains("//"), "a comment behind code: {line}");
                assert!(line.matches('`').count() % 2 == 0, "a text that spans lines: {line}");
                for text in texts(line) {
                    let operator = OPERATORS.iter().find(|operator| text.contains(*operator));
                    assert_eq!(operator, None, "a text that would be served otherwise: {line}");
                }
            }
        }
    }

    #[test]
    fn what_a_page_does_not_use_it_does_not_carry() {
        let prose = Content::Inline(crate::content::text("ten"));
        assert_eq!(needed(&[&prose], &[]), Assets::default());
        let matrix = needed(&[], &[REGISTRY[2]]);
        assert!(matrix.js.contains("plumb-matrix") && !matrix.js.contains("plumb-calculator'"));
    }
}
