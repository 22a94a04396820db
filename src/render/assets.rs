//! The style and the scripts of the widgets.
//!
//! Owns: which widget needs which script, and how they are put together. Must not know: how they reach a page.
//!
//! The sources in `assets/` are written by hand, one file a widget, and share one scope: joined in order they are one
//! module, so that no name of theirs can be seen from the page. Comments and indentation are left out of what is served.

use std::sync::LazyLock;

use crate::content::{Block, Content, Inline};

use super::notes;

/// What a script brings to life; the order is that in which their scripts are joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Widget {
    /// Values with details.
    Value,
    /// Boxes to tick, and the verdict.
    Checklist,
    /// Needs × options.
    Matrix,
    /// Inputs and what follows from them.
    Calculator,
    /// The three joined.
    Advisor,
    /// Copying, downloading and folding of manifests.
    Manifest,
    /// `<cluster>` and the like, filled in by the reader.
    Placeholders,
}

/// Style and scripts, ready to be served.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assets {
    /// The style that is needed; empty where none is.
    pub css: String,
    /// The scripts that are needed; empty where none is.
    pub js: String,
}

/// The parts of the style, in the order in which they are joined: later ones rely on earlier ones.
static STYLES: LazyLock<Vec<(Part, String)>> = LazyLock::new(|| {
    [
        (Part::Base, include_str!("assets/css/base.css")),
        (Part::Text, include_str!("assets/css/values.css")),
        (Part::Text, include_str!("assets/css/tables.css")),
        (Part::Element, include_str!("assets/css/shared.css")),
        (Part::Widget(Widget::Matrix), include_str!("assets/css/matrix.css")),
        (Part::Widget(Widget::Advisor), include_str!("assets/css/advisor.css")),
        (Part::Widget(Widget::Calculator), include_str!("assets/css/calculator.css")),
        (Part::Widget(Widget::Manifest), include_str!("assets/css/manifests.css")),
        (Part::Text, include_str!("assets/css/charts.css")),
        (Part::Widget(Widget::Placeholders), include_str!("assets/css/placeholders.css")),
        (Part::Base, include_str!("assets/css/media.css")),
    ]
    .map(|(part, css)| (part, tight(css)))
    .into()
});

/// Which pages need a part of the style.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// All that have anything of ours.
    Base,
    /// Those with values, tables or charts.
    Text,
    /// Those with an element that scripts bring to life.
    Element,
    /// Those with this one.
    Widget(Widget),
}

/// The scripts as they are served, by what they are for.
static SCRIPTS: LazyLock<Vec<String>> =
    LazyLock::new(|| Widget::ALL.iter().map(|widget| close(widget.script())).collect());
static SHARED_SCRIPTS: LazyLock<[String; 2]> = LazyLock::new(|| [close(CORE), close(PROGRAM)]);

const CORE: &str = include_str!("assets/js/core.js");
const PROGRAM: &str = include_str!("assets/js/program.js");

impl Widget {
    /// All of them, in the order in which their scripts are joined.
    pub const ALL: [Widget; 7] = [
        Widget::Value,
        Widget::Checklist,
        Widget::Matrix,
        Widget::Calculator,
        Widget::Advisor,
        Widget::Manifest,
        Widget::Placeholders,
    ];

    fn script(self) -> &'static str {
        match self {
            Widget::Value => include_str!("assets/js/values.js"),
            Widget::Checklist => include_str!("assets/js/checklist.js"),
            Widget::Matrix => include_str!("assets/js/matrix.js"),
            Widget::Calculator => include_str!("assets/js/calculator.js"),
            Widget::Advisor => include_str!("assets/js/advisor.js"),
            Widget::Manifest => include_str!("assets/js/manifest.js"),
            Widget::Placeholders => include_str!("assets/js/placeholders.js"),
        }
    }

    /// Is made of what `core.js` has.
    fn is_element(self) -> bool {
        self != Widget::Value
    }

    /// Evaluates formulas.
    fn computes(self) -> bool {
        matches!(self, Widget::Checklist | Widget::Calculator | Widget::Advisor)
    }
}

/// What a chapter's content needs, and what `more` asks for.
pub fn needed(contents: &[&Content], more: &[Widget]) -> Assets {
    let mut widgets = more.to_vec();
    let (mut text, mut acts) = (false, false);
    for content in contents {
        match content {
            Content::Inline(inlines) => text |= inlines.iter().any(is_styled),
            Content::Blocks(blocks) => {
                let plain =
                    |block: &Block| matches!(block, Block::Manifest(_) | Block::Code { .. });
                text |= !blocks.iter().all(plain);
                acts |= blocks.iter().any(acts_on_manifest);
                blocks.iter().for_each(|block| collect(block, &mut widgets));
            }
        }
        if notes::has_any(content) {
            widgets.push(Widget::Value);
        }
    }
    widgets.sort();
    widgets.dedup();
    let css = if text || !widgets.is_empty() { style(&widgets, text) } else { String::new() };
    widgets.retain(|widget| *widget != Widget::Manifest || acts);
    Assets { css, js: scripts(&widgets) }
}

/// What each of them begins with; a file that does not is somebody's own.
pub const BANNER: &str = "/* Written by mdbook-plumb: a build writes it anew. */\n";

/// Everything, for a book that serves the assets as files of its own: `(file name, text)`.
pub fn files() -> [(&'static str, String); 2] {
    let scripts = scripts(&Widget::ALL);
    [
        ("plumb.css", format!("{BANNER}{}", style(&Widget::ALL, true))),
        ("plumb.js", format!("{BANNER}(() => {{\n'use strict';\n{scripts}}})();\n")),
    ]
}

fn scripts(widgets: &[Widget]) -> String {
    if widgets.is_empty() {
        return String::new();
    }
    let [core, program] = &*SHARED_SCRIPTS;
    let mut out = String::new();
    if widgets.iter().any(|widget| widget.is_element()) {
        out.push_str(core);
    }
    if widgets.iter().any(|widget| widget.computes()) {
        out.push_str(program);
    }
    for (widget, script) in Widget::ALL.iter().zip(&*SCRIPTS) {
        if widgets.contains(widget) {
            out.push_str(script);
        }
    }
    out
}

/// The style for these widgets, and for text with values and tables.
fn style(widgets: &[Widget], text: bool) -> String {
    let needed = |part: Part| match part {
        Part::Base => true,
        // Widgets but manifests show values and tables of their own.
        Part::Text => text || widgets.iter().any(|widget| *widget < Widget::Manifest),
        Part::Element => widgets.iter().any(|widget| widget.is_element()),
        Part::Widget(Widget::Matrix | Widget::Calculator) if widgets.contains(&Widget::Advisor) => {
            true
        }
        Part::Widget(widget) => widgets.contains(&widget),
    };
    STYLES.iter().filter(|(part, _)| needed(*part)).map(|(_, css)| css.as_str()).collect()
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

fn collect(block: &Block, out: &mut Vec<Widget>) {
    match block {
        Block::Checklist(_) => out.push(Widget::Checklist),
        Block::Matrix(_) => out.push(Widget::Matrix),
        Block::Calculator(_) => out.push(Widget::Calculator),
        Block::Advisor(_) => {
            out.extend([Widget::Checklist, Widget::Matrix, Widget::Calculator, Widget::Advisor]);
        }
        Block::Manifest(_) => out.push(Widget::Manifest),
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
        assert!(js.len() < 33_000, "{} bytes of script", js.len());
        assert!(css.len() < 12_400, "{} bytes of style", css.len());
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
        for source in [CORE, PROGRAM].into_iter().chain(Widget::ALL.map(Widget::script)) {
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
        let matrix = needed(&[], &[Widget::Matrix]);
        assert!(matrix.js.contains("plumb-matrix") && !matrix.js.contains("plumb-calculator'"));
    }
}
