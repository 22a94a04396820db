//! One walk over a chapter with pulldown-cmark: comments, code spans, fences.

use super::codes::{
    LITERAL_DIRECTIVE, LOST_DIRECTIVE, MALFORMED_DIRECTIVE, MARKDOWN_FAILS, UNCLOSED_DIRECTIVE,
    UNCLOSED_FENCE,
};
use super::guard::{culprit, guarded};
use super::html::{LITERAL, find_close, is_tag, may_be_ours};
use super::marker::{self, Comment};
use super::node::{Node, NodeKind, Scan};
use super::pair::{self, Context, HtmlBlock, Marker};
use super::place::{self, Place};
use super::unread::{self, Region};
use super::{Cut, conflict, fence, quick};
use crate::diag::{Code, Diagnostic};
use crate::text::{Span, TextMap};
use memchr::memmem;
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag};

/// The parts of Markdown that a book can switch off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// `output.html.definition-lists`.
    pub definition_lists: bool,
    /// `output.html.admonitions`.
    pub admonitions: bool,
}

impl Default for Dialect {
    fn default() -> Dialect {
        Dialect { definition_lists: true, admonitions: true }
    }
}

impl Dialect {
    pub(super) fn options(self) -> Options {
        let mut options = Options::ENABLE_TABLES
            | Options::ENABLE_FOOTNOTES
            | Options::ENABLE_STRIKETHROUGH
            | Options::ENABLE_TASKLISTS
            | Options::ENABLE_HEADING_ATTRIBUTES;
        options.set(Options::ENABLE_DEFINITION_LIST, self.definition_lists);
        options.set(Options::ENABLE_GFM, self.admonitions);
        options
    }
}

/// Finds what is ours in a chapter's expanded text; `map` says where that text came from.
///
/// Never fails and never panics; takes time in proportion to the text.
pub fn scan(text: &str, map: &TextMap, dialect: Dialect) -> Scan {
    match quick::look(text) {
        quick::Look::Nothing => Scan::default(),
        quick::Look::Fences(nodes) => Scan { nodes, ..Scan::default() },
        quick::Look::Parse => parse(text, map, dialect),
    }
}

/// The walk itself, whatever a quick look would say.
pub(super) fn parse(text: &str, map: &TextMap, dialect: Dialect) -> Scan {
    let walk = |text: &str| {
        guarded(|| {
            let mut walker = Walker::new(text, map);
            for (event, range) in Parser::new_ext(text, dialect.options()).into_offset_iter() {
                walker.event(event, range.into());
            }
            walker.finish()
        })
    };
    walk(text).unwrap_or_else(|| without_culprits(text, map, &walk))
}

/// A scan of a text that the parser can't bear: the lines that end it are findings, and the rest is read without them.
fn without_culprits(text: &str, map: &TextMap, walk: &dyn Fn(&str) -> Option<Scan>) -> Scan {
    let mut failures = Vec::new();
    let mut readable = text.to_owned();
    for _ in 0..MOST_CULPRITS {
        let (start, end) = culprit(&readable, |text| walk(text).is_none());
        let message = "the Markdown parser, which is mdBook's own, fails at this line";
        let at = map.locate(Span::new(start, end));
        let finding = Diagnostic::new(&MARKDOWN_FAILS, at, message);
        failures.push(
            finding.help("mdBook can't build this page either: write the line in another way"),
        );
        readable.replace_range(start..end, &" ".repeat(end - start));
        if let Some(scan) = walk(&readable) {
            return Scan { failures, ..scan };
        }
    }
    Scan { failures, ..Scan::default() }
}

/// How many lines that the parser can't bear are looked for in one page.
const MOST_CULPRITS: usize = 8;

/// An element that is open.
struct Frame {
    id: usize,
    kind: Kind,
}

/// What an element is to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Quote,
    /// A list item, a definition, a footnote: what holds blocks.
    Container,
    Table,
    Row,
    Cell,
    Heading,
    Paragraph,
    Link,
    Image,
    /// Emphasis and the like.
    Inline,
    Html,
    Code,
}

impl Kind {
    const COUNT: usize = Kind::Code as usize + 1;

    fn holds_blocks(self) -> bool {
        matches!(self, Kind::Quote | Kind::Container | Kind::Table)
    }
}

struct Walker<'a> {
    text: &'a str,
    map: &'a TextMap,
    frames: Vec<Frame>,
    /// How many of each kind are open.
    open: [usize; Kind::COUNT],
    /// The open elements that hold blocks, by id.
    holders: Vec<usize>,
    /// What each frame's id was, in words; the first is the page.
    names: Vec<&'static str>,
    /// Where the block of running text that we are in begins.
    leaf: Option<usize>,
    html: Option<Cut>,
    fence: Option<Cut>,
    blocks: Vec<HtmlBlock>,
    markers: Vec<Marker>,
    nodes: Vec<Node>,
    findings: Vec<Diagnostic>,
    /// What was read as HTML or as code, in order: a directive's text within these is accounted for.
    seen: Vec<Span>,
    /// What code, raw HTML and comments are, in no order.
    regions: Vec<(Span, Region)>,
    /// The raw HTML element of code that we are within, in running text.
    literal: Option<&'static str>,
    /// Where the last running text ended, and in which element.
    prose_end: Option<(usize, usize)>,
}

impl<'a> Walker<'a> {
    fn new(text: &'a str, map: &'a TextMap) -> Walker<'a> {
        Walker {
            text,
            map,
            frames: Vec::new(),
            open: [0; Kind::COUNT],
            holders: Vec::new(),
            names: vec!["the page"],
            leaf: None,
            html: None,
            fence: None,
            blocks: Vec::new(),
            markers: Vec::new(),
            nodes: Vec::new(),
            findings: Vec::new(),
            seen: Vec::new(),
            regions: Vec::new(),
            literal: None,
            prose_end: None,
        }
    }

    fn find(
        &mut self,
        code: &'static Code,
        span: Span,
        message: impl Into<String>,
    ) -> &mut Diagnostic {
        self.findings.push(Diagnostic::new(code, self.map.locate(span), message));
        self.findings.last_mut().expect("just pushed")
    }

    fn event(&mut self, event: Event<'_>, span: Span) {
        match event {
            Event::Start(tag) => self.start(&tag, span),
            Event::End(_) => self.end(span),
            Event::Html(html) => {
                if let Some(cut) = &mut self.html {
                    cut.push(&html, span);
                }
            }
            Event::Text(text) if self.fence.is_some() || self.html.is_some() => {
                // Within HTML, text is the spaces before the first line.
                if let Some(cut) = self.fence.as_mut().or(self.html.as_mut()) {
                    // Line ends are `\n`, whatever they are in the file; a text is never longer than its place.
                    let span = if span.len() == text.len() { span } else { Span::at(span.start) };
                    cut.push(&text, span);
                }
            }
            Event::Text(_) if self.frames.last().is_some_and(|frame| frame.kind == Kind::Code) => {}
            Event::InlineHtml(html) => {
                self.prose(span);
                self.inline_html(&html, span);
            }
            Event::Code(code) => {
                self.prose(span);
                self.seen.push(span);
                let region = match self.literal {
                    Some(_) => Region::Html,
                    None if self.text[span.range()].starts_with("``") => Region::Literal,
                    None => Region::Code,
                };
                self.regions.push((span, region));
                self.code_span(&code, span);
            }
            Event::TaskListMarker(_) | Event::Rule => {}
            _ => self.prose(span),
        }
    }

    /// Running text goes on.
    fn prose(&mut self, span: Span) {
        self.leaf.get_or_insert(span.start);
        let parent = self.block_parent();
        let paragraph = !self.in_kind(Kind::Table) && !self.in_kind(Kind::Heading);
        // Only the first running text behind a block can be on the line below it.
        if let Some(block) = self.blocks.last_mut()
            && !std::mem::replace(&mut block.settled, true)
            && let Some(between) = self.text.get(block.span.end..span.start)
        {
            block.prose_after = block.parent == parent
                && block.ends_line
                && paragraph
                && !between.contains(['\n', '\r']);
        }
        self.prose_end = paragraph.then_some((span.end, parent));
    }

    fn in_kind(&self, kind: Kind) -> bool {
        self.open[kind as usize] > 0
    }

    /// The element that holds the block that we are in.
    fn block_parent(&self) -> usize {
        self.holders.last().copied().unwrap_or(0)
    }

    fn start(&mut self, tag: &Tag<'_>, span: Span) {
        let (kind, name) = match tag {
            Tag::BlockQuote(_) => (Kind::Quote, "a quote"),
            Tag::Item => (Kind::Container, "a list item"),
            Tag::FootnoteDefinition(_) => (Kind::Container, "a footnote"),
            Tag::DefinitionListDefinition => (Kind::Container, "a definition"),
            Tag::List(_) | Tag::DefinitionList | Tag::MetadataBlock(_) => {
                (Kind::Container, "a list")
            }
            Tag::DefinitionListTitle => (Kind::Paragraph, "a term"),
            Tag::Table(_) => (Kind::Table, "a table"),
            Tag::TableHead | Tag::TableRow => (Kind::Row, "a table row"),
            Tag::TableCell => (Kind::Cell, "a table cell"),
            Tag::Heading { .. } => (Kind::Heading, "a heading"),
            Tag::Paragraph => (Kind::Paragraph, "a paragraph"),
            Tag::Link { .. } => (Kind::Link, "a link's text"),
            Tag::Image { .. } => (Kind::Image, "an image's description"),
            Tag::HtmlBlock => (Kind::Html, "raw HTML"),
            Tag::CodeBlock(_) => (Kind::Code, "code"),
            Tag::Emphasis
            | Tag::Strong
            | Tag::Strikethrough
            | Tag::Superscript
            | Tag::Subscript => (Kind::Inline, "emphasised text"),
        };
        match kind {
            Kind::Paragraph | Kind::Heading | Kind::Row => self.leaf = Some(span.start),
            Kind::Inline | Kind::Link | Kind::Image => {
                self.leaf.get_or_insert(span.start);
            }
            Kind::Cell => {}
            _ => self.leaf = None,
        }
        if !matches!(kind, Kind::Inline | Kind::Link | Kind::Image) {
            self.literal = None;
        }
        if kind == Kind::Html {
            self.html = Some(Cut::default());
        }
        if let Tag::CodeBlock(CodeBlockKind::Fenced(_)) = tag {
            self.fence = Some(Cut::default());
        }
        let id = self.names.len();
        self.open[kind as usize] += 1;
        if kind.holds_blocks() {
            self.holders.push(id);
        }
        self.frames.push(Frame { id, kind });
        self.names.push(name);
    }

    fn end(&mut self, span: Span) {
        let Some(frame) = self.frames.pop() else { return };
        self.open[frame.kind as usize] -= 1;
        if frame.kind.holds_blocks() {
            self.holders.pop();
        }
        match frame.kind {
            Kind::Inline | Kind::Link | Kind::Image => {
                if let Some((end, _)) = &mut self.prose_end {
                    *end = span.end.max(*end);
                }
                return;
            }
            Kind::Cell => return,
            Kind::Html => {
                let cut = self.html.take().unwrap_or_default();
                self.html_block(&cut, span);
            }
            Kind::Code => {
                self.seen.push(span);
                self.regions.push((span, Region::Code));
                if let Some(body) = self.fence.take() {
                    self.fence(body, span);
                }
            }
            _ => {}
        }
        self.leaf = None;
        self.literal = None;
    }

    fn fence(&mut self, body: Cut, span: Span) {
        let in_quote = self.in_kind(Kind::Quote);
        let (fence, whole, place) = fence::read(self.text, span, body, in_quote);
        if fence.close.is_none() && self.frames.is_empty() && !fence.lang.value.is_empty() {
            let open = fence.open.to(fence.info);
            let help = format!("end it with a line `{}`", &self.text[fence.open.range()]);
            self.find(&UNCLOSED_FENCE, open, "this fence is never closed").help.push(help);
        }
        self.nodes.push(Node { span: whole, kind: NodeKind::Fence(fence), place });
    }

    /// What surrounds the running text that we are in.
    fn inline_place(&self, at: Span) -> Place {
        let base = self.leaf.unwrap_or(0);
        let line = place::line_start(self.text, base);
        Place {
            inline: true,
            in_table: self.in_kind(Kind::Cell),
            in_heading: self.in_kind(Kind::Heading),
            in_link: self.in_kind(Kind::Link),
            in_image: self.in_kind(Kind::Image),
            in_address: place::is_in_address(self.text, at.start, at.end),
            prefix: place::prefix(&self.text[line..base]),
            ..Place::default()
        }
    }

    fn code_span(&mut self, code: &str, span: Span) {
        let source = &self.text[span.range()];
        let inner = code.trim();
        if !inner.starts_with("{=") || source.starts_with("``") || self.literal.is_some() {
            return;
        }
        let cut = Cut::of_code(code, self.text, span);
        let start = code.len() - code.trim_start().len();
        let end = code.trim_end().len();
        if !inner.ends_with('}') {
            if inner.len() > 2 {
                self.find(&MALFORMED_DIRECTIVE, span, "the value is not closed by `}`")
                    .help
                    .push("write `{= EXPR }`; two backticks on each side make it literal".into());
            }
            return;
        }
        let expression = &code[start + 2..end - 1];
        let from = start + 2 + (expression.len() - expression.trim_start().len());
        let to = from + expression.trim().len();
        if from == to || expression.trim().is_empty() {
            self.find(&MALFORMED_DIRECTIVE, span, "the value has no expression")
                .help
                .push("write `{= EXPR }`; two backticks on each side make it literal".into());
            return;
        }
        let place = self.inline_place(span);
        self.nodes.push(Node {
            span,
            kind: NodeKind::Value(cut.slice(Span::new(from, to))),
            place,
        });
    }

    fn inline_html(&mut self, html: &str, span: Span) {
        let is_comment = html.starts_with("<!--");
        self.regions.push((span, if is_comment { Region::Comment } else { Region::Html }));
        if !is_comment {
            match self.literal {
                Some(name) if is_tag(html, "</", name) => self.literal = None,
                None => self.literal = LITERAL.into_iter().find(|name| is_tag(html, "<", name)),
                Some(_) => {}
            }
            return;
        }
        self.seen.push(span);
        if !may_be_ours(html) {
            return;
        }
        let comment = self.unquoted(span);
        if let Some(name) = self.literal {
            self.literal_comment(&comment, name);
            return;
        }
        let Some(what) = marker::read(&comment) else { return };
        let place = self.inline_place(span);
        let parent = self.frames.last().map_or(0, |frame| frame.id);
        let context = Context { parent, leaf: self.leaf, block: None };
        self.markers.push(Marker { span, what, context, place });
    }

    fn literal_comment(&mut self, comment: &Cut, element: &str) {
        if let Some(Comment::Open { .. }) = marker::read(comment) {
            self.find(
                &LITERAL_DIRECTIVE,
                comment.span(),
                format!("a directive in raw `<{element}>` is left alone"),
            )
            .help
            .push("move it out of the raw HTML, or show it in a fence or a code span".into());
        }
    }

    /// A comment of running text without the `>` that stand before its further lines; a table's `\|` is a `|` in it.
    fn unquoted(&self, span: Span) -> Cut {
        let quotes = self.open[Kind::Quote as usize];
        let in_cell = self.in_kind(Kind::Cell);
        let mut cut = Cut::default();
        let mut at = span.start;
        for line in self.text[span.range()].split_inclusive('\n') {
            let mut rest = line;
            if at > span.start {
                for _ in 0..quotes {
                    let Some(inner) = rest.trim_start_matches([' ', '\t']).strip_prefix('>') else {
                        break;
                    };
                    rest = inner;
                }
            }
            let mut start = at + line.len() - rest.len();
            while let Some(length) = in_cell.then(|| rest.find("\\|")).flatten() {
                cut.push(&rest[..length], Span::new(start, start + length));
                rest = &rest[length + 1..];
                start += length + 1;
                cut.push("|", Span::new(start, start + 1));
                rest = &rest[1..];
                start += 1;
            }
            cut.push(rest, Span::new(start, start + rest.len()));
            at += line.len();
        }
        cut
    }

    /// Finds the comments of a block of raw HTML.
    fn html_block(&mut self, cut: &Cut, span: Span) {
        let html = cut.text();
        let parent = self.block_parent();
        let start = cut.span().start;
        let line = place::line_start(self.text, start);
        let lead = &self.text[line..start];
        let prose_before = self.prose_end.is_some_and(|(end, in_element)| {
            in_element == parent
                && end <= start
                && self.text[end..start].trim_matches([' ', '\t', '>', '\\', '\r']).len() == 1
        });
        self.regions.push((span, Region::Html));
        let block = self.blocks.len();
        let info = HtmlBlock {
            span,
            parent,
            raw: !html.trim_start().starts_with("<!--"),
            prose_before: prose_before.then(|| self.prose_end.map_or(0, |(end, _)| end)),
            prose_after: false,
            settled: false,
            ends_line: self.text[span.range()].ends_with(['\n', '\r']),
            // What is left when the comments are taken out is found below.
            rest: false,
            comments: Vec::new(),
        };
        let prefix = place::prefix(lead);
        self.blocks.push(info);
        let mut at = 0;
        let mut rest = String::new();
        while let Some(next) = memchr::memchr(b'<', &html.as_bytes()[at..]).map(|next| at + next) {
            rest.push_str(&html[at..next]);
            let tail = &html[next..];
            if tail.starts_with("<!--") {
                // `<!-->` and `<!--->` are whole comments.
                let end = memmem::find(&tail.as_bytes()[2..], b"-->").map(|end| next + 2 + end + 3);
                let comment = cut.slice(Span::new(next, end.unwrap_or(html.len())));
                self.seen.push(comment.span());
                self.regions.push((comment.span(), Region::Comment));
                let Some(end) = end else {
                    if may_be_ours(tail) {
                        self.unclosed_comment(comment.span());
                    }
                    at = html.len();
                    break;
                };
                if may_be_ours(&html[next..end])
                    && let Some(what) = marker::read(&comment)
                {
                    let context = Context { parent, leaf: None, block: Some(block) };
                    let place = Place { prefix: prefix.clone(), ..Place::default() };
                    let marker = self.markers.len();
                    if let Some(info) = self.blocks.last_mut() {
                        info.comments.push(marker);
                    }
                    self.markers.push(Marker { span: comment.span(), what, context, place });
                }
                at = end;
                continue;
            }
            let element = LITERAL.into_iter().find(|name| is_tag(tail, "<", name));
            let Some(element) = element else {
                rest.push('<');
                at = next + 1;
                continue;
            };
            let end = find_close(tail, element).map_or(html.len(), |length| next + length);
            let inner = cut.slice(Span::new(next, end));
            self.seen.push(inner.span());
            self.literal_block(&inner, element);
            rest.push('x');
            at = end;
        }
        rest.push_str(html.get(at..).unwrap_or(""));
        let first = self.blocks[block].comments.first().map(|marker| self.markers[*marker].span);
        if first.is_some_and(|first| first.start == start) {
            self.values_behind_comment(cut, &prefix);
        }
        if let Some(info) = self.blocks.last_mut() {
            info.rest = !rest.trim().is_empty();
        }
    }

    /// Finds the values on a line that begins with a comment of ours: raw HTML to Markdown, and running text once a value is
    /// in the comment's place.
    fn values_behind_comment(&mut self, cut: &Cut, prefix: &str) {
        let html = cut.text();
        let mut at = 0;
        while let Some(tick) = memmem::find(&html.as_bytes()[at..], b"`{=").map(|next| at + next) {
            at = tick + 3;
            let Some(length) = fence::closing_brace(&html[at..]) else { continue };
            let (inner, close) = (Span::new(at, at + length), at + length + 1);
            let is_alone = !html[..tick].ends_with('`')
                && html[close..].starts_with('`')
                && !html[close..].starts_with("``");
            let written = &html[inner.range()];
            let span = cut.span_of(Span::new(tick, close + 1));
            // What was seen of this block is in order; what lies within something else was not looked at.
            let before = self.seen.partition_point(|seen| seen.start <= span.start);
            let in_comment = before > 0 && self.seen[before - 1].contains(span);
            if !is_alone || written.trim().is_empty() || in_comment {
                continue;
            }
            let from = inner.start + (written.len() - written.trim_start().len());
            let expression = cut.slice(Span::new(from, from + written.trim().len()));
            let in_address = place::is_in_address(self.text, span.start, span.end);
            let place =
                Place { inline: true, in_address, prefix: prefix.to_owned(), ..Place::default() };
            self.nodes.push(Node { span, kind: NodeKind::Value(expression), place });
            at = close + 1;
        }
    }

    /// Warns of the directives in a raw HTML element that is code.
    fn literal_block(&mut self, inner: &Cut, element: &str) {
        let text = inner.text();
        let mut at = 0;
        while let Some(next) = memmem::find(&text.as_bytes()[at..], b"<!--").map(|next| at + next) {
            let Some(end) =
                memmem::find(&text.as_bytes()[next + 2..], b"-->").map(|end| next + 2 + end + 3)
            else {
                return;
            };
            if matches!(element, "pre" | "code") {
                self.literal_comment(&inner.slice(Span::new(next, end)), element);
            }
            at = end;
        }
    }

    fn unclosed_comment(&mut self, span: Span) {
        let first = self.text[span.range()].lines().next().unwrap_or("").trim_end().len();
        let span = Span::new(span.start, span.start + first);
        self.find(&UNCLOSED_DIRECTIVE, span, "this comment is not closed")
            .help
            .push("end it with `-->`".into());
    }

    /// Directives that Markdown did not hand us as comments.
    fn lost(&mut self) {
        self.seen.sort_unstable();
        let bytes = self.text.as_bytes();
        let mut lost = Vec::new();
        for start in memmem::find_iter(bytes, b"<!--") {
            let before = self.seen.partition_point(|span| span.start <= start);
            if before > 0 && start < self.seen[before - 1].end {
                continue;
            }
            let escapes = bytes[..start].iter().rev().take_while(|&&byte| byte == b'\\').count();
            let rest = &self.text[start + 4..];
            let rest = rest.trim_start();
            let word = rest
                .strip_prefix("/plumb")
                .is_some_and(|rest| rest.trim_start().starts_with("-->"))
                || rest
                    .strip_prefix("plumb")
                    .is_some_and(|rest| rest.trim_start().starts_with(':'));
            if escapes % 2 == 0 && word {
                lost.push(start);
            }
        }
        for (index, &start) in lost.iter().enumerate() {
            let until = lost.get(index + 1).copied().unwrap_or(self.text.len());
            let rest = &self.text[start..until];
            let line = rest.find(['\n', '\r']).unwrap_or(rest.len());
            match memmem::find(&rest.as_bytes()[..line], b"-->") {
                Some(end) => {
                    let span = Span::new(start, start + end + 3);
                    let cell = rest[..end].contains('|');
                    let diagnostic =
                        self.find(&LOST_DIRECTIVE, span, "this is not read as a comment here");
                    diagnostic.help.push(if cell {
                        "in a table, `|` ends the cell, even in a comment: write `\\|`".into()
                    } else {
                        "a directive is not read in a link's address or an HTML tag; to show one, put it in code".into()
                    });
                }
                None => self.unclosed_comment(Span::new(start, start + line)),
            }
        }
    }

    fn finish(mut self) -> Scan {
        self.lost();
        pair::pair(
            self.text,
            self.map,
            &self.names,
            &self.blocks,
            self.markers,
            &mut self.nodes,
            &mut self.findings,
        );
        self.nodes.sort_by_key(|node| (node.span.start, std::cmp::Reverse(node.span.end)));
        // What stands in committed text is replaced with it.
        let mut end = 0;
        self.nodes.retain(|node| {
            let within = node.span.start < end;
            end = end.max(node.span.end);
            !within
        });
        self.findings.extend(conflict::find(self.text, self.map, &self.seen));
        self.findings.sort_by(|a, b| a.at.location.sort_key().cmp(&b.at.location.sort_key()));
        let unread = unread::find(self.text, &self.nodes, self.regions);
        Scan { nodes: self.nodes, unread, findings: self.findings, failures: Vec::new() }
    }
}
