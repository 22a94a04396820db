//! What other programs read in Markdown that CommonMark, and so mdBook, does not: a page outside of any book is read as its
//! author meant it.
//!
//! - Front matter is none of the page's text.
//! - Boxes of MkDocs: `!!! note`, `??? tip` and `=== "Tab"` hold the lines behind them that stand four columns further in.
//! - Components of MDX: `<TabItem>` and `</TabItem>` on lines of their own are no HTML, and what stands between them is no
//!   code for being indented.
//! - Comments of MDX, `{/* … */}`, are what comments of HTML are to us.
//! - Shortcodes of Hugo's beside a row that opens or closes a fence: Hugo takes them out first.

use super::front::front_matter;
use crate::text::{Source, Span, TextMap, TextMapBuilder};
use regex::Regex;
use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

/// How far a box's content stands in.
const STEP: usize = 4;

/// What holds the lines behind it.
struct Holder<'t> {
    /// How far in it stands.
    column: usize,
    /// How far its content is moved out, once that is known.
    moved: Option<usize>,
    /// The component that has to be closed; a box ends where its content does.
    component: Option<Component<'t>>,
}

struct Component<'t> {
    name: &'t str,
    /// How far in the outermost of the components stands that it is in.
    outer: usize,
    /// How far that one is moved out itself.
    moved: usize,
}

/// A file's text as its author meant it, and the places of its bytes.
pub fn contained(file: &Arc<Source>) -> (String, TextMap) {
    let front = front_matter(file.text()).map_or(0, |front| front.end);
    let text = &file.text()[front..];
    let has = |mark: &str| memchr::memmem::find(text.as_bytes(), mark.as_bytes()).is_some();
    let closed = closed_components(text);
    let marks = ["===", "!!!", "???", "```{{", "~~~{{", "}}```", "}}~~~"];
    let is_mdx = file.path().ends_with(".mdx");
    let is_plain =
        closed.is_empty() && !marks.into_iter().any(has) && !(is_mdx && (has("/>") || has("{/*")));
    if is_plain && front == 0 {
        return (text.to_owned(), TextMap::identity(file));
    }
    let mut reader = Reader { open: Vec::new(), fence: None, closed, is_mdx };
    let mut out = String::with_capacity(text.len());
    let mut map = TextMapBuilder::default();
    let mut at = front;
    for line in text.split_inclusive('\n') {
        for kept in reader.kept(line) {
            out.push_str(&line[kept.range()]);
            map.copied(file, Span::new(at + kept.start, at + kept.end));
        }
        at += line.len();
    }
    let map = map.finish(file);
    if is_mdx { with_comments(out, map) } else { (out, map) }
}

/// The text with the comments of MDX that may be ours as comments of HTML.
fn with_comments(text: String, map: TextMap) -> (String, TextMap) {
    static OURS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?s)\{/\*(\s*/?\s*(?i:\w*-?plumb).*?)\*/\}")
            .expect("the pattern is a constant")
    });
    let mut out =
        Replaced { text: String::with_capacity(text.len()), map: TextMapBuilder::default() };
    let mut at = 0;
    for comment in OURS.captures_iter(&text) {
        let (Some(whole), Some(inner)) = (comment.get(0), comment.get(1)) else { continue };
        out.copy(&text, &map, Span::new(at, whole.start()));
        out.mark("<!--", &map, Span::new(whole.start(), inner.start()));
        out.copy(&text, &map, Span::new(inner.start(), inner.end()));
        out.mark("-->", &map, Span::new(inner.end(), whole.end()));
        at = whole.end();
    }
    out.copy(&text, &map, Span::new(at, text.len()));
    (out.text, out.map.finish_within(&map))
}

/// A text in which some marks of another one are replaced.
struct Replaced {
    text: String,
    map: TextMapBuilder,
}

impl Replaced {
    fn copy(&mut self, text: &str, map: &TextMap, span: Span) {
        self.text.push_str(&text[span.range()]);
        self.map.append(map, span);
    }

    fn mark(&mut self, mark: &str, map: &TextMap, instead_of: Span) {
        let origin = map.locate(instead_of);
        self.text.push_str(mark);
        self.map.generated(&origin.source, origin.span, mark.len());
    }
}

/// The components that are closed by a line of their own.
fn closed_components(text: &str) -> BTreeSet<&str> {
    let names = text.lines().filter_map(|line| {
        let name = line.trim().strip_prefix("</")?.strip_suffix('>')?;
        name.starts_with(|c: char| c.is_ascii_uppercase()).then_some(name)
    });
    names.collect()
}

/// A fence that is open.
struct Fence {
    row: String,
    /// How far its row has been moved out, and with it its lines.
    taken: usize,
}

/// Goes over a text line by line.
struct Reader<'t> {
    open: Vec<Holder<'t>>,
    fence: Option<Fence>,
    closed: BTreeSet<&'t str>,
    is_mdx: bool,
}

impl<'t> Reader<'t> {
    /// What of the next line is kept.
    fn kept(&mut self, line: &'t str) -> Vec<Span> {
        let content = line.trim_start_matches([' ', '\t']);
        let indent = line.len() - content.len();
        if !content.trim().is_empty() {
            self.close_boxes(indent);
            if let Some(Holder { moved, component: Some(component), .. }) = self.open.last_mut() {
                moved.get_or_insert(component.moved + indent.saturating_sub(component.outer));
            }
        }
        let words = line.trim_end().len();
        if let Some(fence) = &self.fence {
            let taken = indent.min(fence.taken);
            let whole = vec![Span::new(taken, line.len())];
            let content = content.trim_end();
            let Some(rest) = content.strip_prefix(fence.row.as_str()) else { return whole };
            let length = fence.row.len() + count(rest, fence.row.as_bytes()[0]);
            let behind = content[length..].trim_start();
            if !behind.is_empty() && !is_shortcode(behind) {
                return whole;
            }
            self.fence = None;
            return vec![Span::new(taken, indent + length), Span::new(words, line.len())];
        }
        let taken = indent.min(self.moved());
        // What opens a fence behind a shortcode opens it at the start of the line.
        let skipped = behind_shortcodes(content);
        if let Some(row) = row(&content[skipped..]) {
            self.fence = Some(Fence { row, taken });
            return vec![Span::new(taken, indent), Span::new(indent + skipped, line.len())];
        }
        if is_box(content) {
            let moved = Some(self.moved() + STEP);
            self.open.push(Holder { column: indent, moved, component: None });
        } else if self.is_mdx && is_closed_tag(content.trim_end())
            || self.take_component(content.trim_end(), indent)
        {
            return vec![Span::new(words, line.len())];
        }
        vec![Span::new(taken, line.len())]
    }

    /// How far lines are moved out.
    fn moved(&self) -> usize {
        self.open.iter().rev().find_map(|holder| holder.moved).unwrap_or(0)
    }

    /// The boxes whose content ends before a line that stands so far in.
    fn close_boxes(&mut self, indent: usize) {
        while let Some(holder) = self.open.last()
            && holder.component.is_none()
            && indent < holder.column + STEP
        {
            self.open.pop();
            self.fence = None;
        }
    }

    /// Whether a line is the tag of a component, which is closed somewhere or closes one.
    fn take_component(&mut self, line: &'t str, column: usize) -> bool {
        static TAG: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r"^<(/?)([A-Z][A-Za-z0-9.]*)(?:\s[^<>]*)?>$")
                .expect("the pattern is a constant")
        });
        let Some(tag) = TAG.captures(line) else { return false };
        let name = tag.get(2).map_or("", |name| name.as_str());
        if !self.closed.contains(name) {
            return false;
        }
        if tag.get(1).is_some_and(|slash| !slash.is_empty()) {
            let is_it = |holder: &Holder<'_>| {
                holder.component.as_ref().is_some_and(|component| component.name == name)
            };
            if let Some(index) = self.open.iter().rposition(is_it) {
                self.open.truncate(index);
            }
        } else if !line.ends_with("/>") {
            let around = self.open.last().and_then(|holder| holder.component.as_ref());
            let (outer, moved) = match around {
                Some(around) => (around.outer, around.moved),
                None => (column, self.moved()),
            };
            let component = Some(Component { name, outer, moved });
            self.open.push(Holder { column, moved: None, component });
        }
        true
    }
}

/// Whether a line is a tag that holds nothing: `<br />`. In MDX it begins no HTML, whatever its letters.
fn is_closed_tag(line: &str) -> bool {
    static TAG: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^<[A-Za-z][A-Za-z0-9.]*(?:\s[^<>]*)?/>$").expect("the pattern is a constant")
    });
    TAG.is_match(line)
}

/// How many bytes of one kind a text begins with.
fn count(text: &str, byte: u8) -> usize {
    text.bytes().take_while(|&other| other == byte).count()
}

/// The row that opens a fence.
fn row(content: &str) -> Option<String> {
    let byte = content.bytes().next().filter(|byte| matches!(byte, b'`' | b'~'))?;
    let length = count(content, byte);
    (length >= 3).then(|| content[..length].to_owned())
}

fn is_shortcode(text: &str) -> bool {
    text.starts_with("{{<") || text.starts_with("{{%")
}

/// Where what stands behind shortcodes begins.
fn behind_shortcodes(content: &str) -> usize {
    let mut at = 0;
    while is_shortcode(&content[at..]) {
        let ends = [">}}", "%}}"].into_iter().filter_map(|end| content[at..].find(end));
        let Some(end) = ends.min() else { return 0 };
        at += end + 3;
    }
    at
}

fn is_box(content: &str) -> bool {
    let mark = content.bytes().take_while(|byte| matches!(byte, b'=' | b'!' | b'?' | b'+')).count();
    let (mark, rest) = content.split_at(mark);
    let words = rest.trim_start_matches(' ');
    match mark {
        "===" | "===!" | "===+" => {
            rest.starts_with(' ') && words.trim_end().len() > 1 && words.starts_with(['"', '\''])
        }
        // The space between is as one likes.
        "!!!" | "???" | "???+" => words.starts_with(|c: char| c.is_alphabetic() || c == '"'),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_holders_hold_is_moved_out() {
        let cases = [
            ("a\n    b\n", "a\n    b\n"),
            (
                "=== \"A\"\n\n    ```yaml\n    a:\n      b: 1\n\n    ```\n\n=== \"B\"\n    c\nd\n",
                "=== \"A\"\n\n```yaml\na:\n  b: 1\n\n```\n\n=== \"B\"\nc\nd\n",
            ),
            (
                "!!! note\n    x\n\n    ??? tip \"t\"\n        ~~~\n        y\n        ~~~\n    z\n",
                "!!! note\nx\n\n??? tip \"t\"\n~~~\ny\n~~~\nz\n",
            ),
            (
                "1. a\n\n    === \"A\"\n\n        ```\n        x\n        ```\n",
                "1. a\n\n    === \"A\"\n\n    ```\n    x\n    ```\n",
            ),
            ("!!!tip\n    x\n", "!!!tip\nx\n"),
            // Shortcodes beside rows of fences.
            (
                "{{< a >}}x\n```yaml\na: 1\n```{{< /a >}}{{< b >}}y\n{{% c %}}```\nz\n``` \n",
                "{{< a >}}x\n```yaml\na: 1\n```\n```\nz\n``` \n",
            ),
            (
                "```\n```yaml {{< a >}}\n```{{ a }}\n{{< b >}}\n",
                "```\n```yaml {{< a >}}\n```{{ a }}\n{{< b >}}\n",
            ),
            // Components on lines of their own.
            (
                "<Tabs>\n  <TabItem value=\"a\">\n    ```yaml\n    a:\n      b: 1\n    ```\n  </TabItem>\n</Tabs>\n    c\n",
                "\n\n```yaml\na:\n  b: 1\n```\n\n\n    c\n",
            ),
            (
                "1. a\n\n   <Tab>\n\n       ```\n       x\n       ```\n   </Tab>\n",
                "1. a\n\n\n\n   ```\n   x\n   ```\n\n",
            ),
            (
                "<Tabs>\n  <Tab>\n\n```\na:\n  b\n```\n\n  </Tab>\n  <Tab>\n    c\n\n```\nd\n  e\n```\n  </Tab>\n</Tabs>\n",
                "\n\n\n```\na:\n  b\n```\n\n\n\nc\n\n```\nd\n  e\n```\n\n\n",
            ),
            // What is never closed is no component; nor is HTML, nor what a fence holds.
            ("<Name>\n    a\n<div>\n    b\n</div>\n", "<Name>\n    a\n<div>\n    b\n</div>\n"),
            ("```\n<Tab>\n    a\n</Tab>\n```\n", "```\n<Tab>\n    a\n</Tab>\n```\n"),
            // Front matter is no text.
            ("---\ntitle: A\n---\n!!! note\n    x\n", "!!! note\nx\n"),
            // In a fence these are text; so are rows under a heading, and what a box does not hold.
            ("```\n!!! note\n    x\n```\n", "```\n!!! note\n    x\n```\n"),
            ("a\n===\n    b\n!!!\n    c\n=== \"\n", "a\n===\n    b\n!!!\n    c\n=== \"\n"),
        ];
        for (text, expected) in cases {
            let file = Source::new("a.md", text);
            let (out, map) = contained(&file);
            assert_eq!(out, expected);
            for (at, byte) in out.bytes().enumerate() {
                let place = map.locate(Span::new(at, at + 1)).span;
                assert_eq!(text.as_bytes()[place.start], byte, "{text:?} at {at}");
            }
        }
    }

    #[test]
    fn comments_of_mdx_that_may_be_ours_are_read_as_comments() {
        let text = "{/* plumb: value a */}1{/* /plumb */} {/* other */}\n{/* plumb: sources /*/}\n";
        let file = Source::new("a.mdx", text);
        let (out, map) = contained(&file);
        let expected =
            "<!-- plumb: value a -->1<!-- /plumb --> {/* other */}\n<!-- plumb: sources /-->\n";
        assert_eq!(out, expected);
        let committed = out.find("1<").expect("committed text");
        let at = map.locate_copied(Span::new(committed, committed + 1)).expect("a place to edit");
        assert_eq!(at.text(), "1");
        assert_eq!(at.span.start, text.find("1{").expect("its place"));
        assert_eq!(map.locate(Span::new(0, 4)).text(), "{/*");
        // Elsewhere they are no comments.
        assert_eq!(contained(&Source::new("a.md", text)).0, text);
    }
}
