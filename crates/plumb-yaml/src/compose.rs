//! Tokens to trees: libyaml's grammar with anchors, aliases, merges and duplicate keys as go-yaml v2 has them in strict
//! mode, which is how an API server reads a manifest; but a key behind a merge that has it too stands in its place, as it does
//! to kubectl.

use super::keys::MapBuilder;
use super::problem::Problem;
use super::resolve::{plain, resolve};
use super::scanner::{MAX_DEPTH, Part, ScalarStyle, Scanner, Token, TokenKind};
use super::stop::{Stop, SyntaxError};
use super::stream::{json_comments, split, unprintable};
use super::{Map, Node, Style, Value, YAML_ALIAS, YAML_LIMIT, YAML_SYNTAX, YAML_VALUE};
use plumb_text::{Span, replaced};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

/// What a text holds.
#[derive(Debug, Default)]
pub struct Composed {
    /// The documents, in their order; those that are empty are left out.
    pub roots: Vec<Node>,
    /// What is wrong with them.
    pub problems: Vec<Problem>,
    /// The comments, in order, each from its `#` to the end of its line.
    pub comments: Vec<Span>,
}

impl Composed {
    /// The largest document that is read, in bytes: more than any API server takes in one request (3 MB).
    pub const LARGEST: usize = 8 << 20;
    /// How deep a document may be nested.
    pub const DEEPEST: usize = MAX_DEPTH;
}

/// Reads all documents of a text.
pub fn compose(text: &str) -> Composed {
    let mut composed = Composed::default();
    for part in split(text, &mut composed.problems, &mut composed.comments) {
        composed.read(text, part);
    }
    composed.problems.sort_by_key(|problem| problem.span.start);
    composed.comments.sort_by_key(|comment| comment.start);
    composed
}

/// Reads JSON as pages show it, with comments from `//` or between `/*` and `*/`; anything else as [`compose`] does.
pub fn compose_commented(text: &str) -> Composed {
    let comments = json_comments(text);
    if comments.is_empty() {
        return compose(text);
    }
    let blank = comments.iter().map(|span| (*span, " ".repeat(span.len())));
    let mut composed = compose(&replaced(text, blank));
    composed.comments.extend(comments);
    composed.comments.sort_by_key(|span| span.start);
    composed
}

impl Composed {
    fn read(&mut self, text: &str, part: Part) {
        let span = part.span;
        if span.len() > Composed::LARGEST {
            let megabytes = span.len() >> 20;
            let message =
                format!("the document has {megabytes} MiB, more than an API server takes");
            self.problems.push(Problem::new(&YAML_LIMIT, Span::at(span.start), message));
            return;
        }
        let unprintable = unprintable(&text[span.range()]).filter(|_| !part.json);
        if let Some((at, character)) = unprintable {
            let at = span.start + at;
            let code = u32::from(character);
            let message = format!("control characters are not allowed: U+{code:04X}");
            let span = Span::new(at, at + character.len_utf8());
            self.problems.push(Problem::new(&YAML_SYNTAX, span, message));
            return;
        }
        let mut composer = Composer {
            scanner: Scanner::new(text, part, &mut self.comments),
            problems: &mut self.problems,
            anchors: HashMap::new(),
            open: HashSet::new(),
            nodes: 0,
            aliased: 0,
            depth: 0,
        };
        let outcome = composer.stream(&mut self.roots);
        let slashes = composer.scanner.slashes();
        self.problems.extend(slashes.into_iter().map(Problem::escaped_slash));
        if let Err(error) = outcome {
            self.problems.push(Problem::syntax(text, part, &error));
        }
    }
}

type Result<T> = std::result::Result<T, Box<SyntaxError>>;

struct Composer<'a, 'b> {
    scanner: Scanner<'a>,
    problems: &'b mut Vec<Problem>,
    anchors: HashMap<&'a str, (Node, usize)>,
    /// The anchors of the nodes that are being read, which their own content must not refer to.
    open: HashSet<&'a str>,
    /// How many nodes the document has so far, those that aliases stand for included.
    nodes: usize,
    aliased: usize,
    depth: usize,
}

/// Where a node stands, which decides what it may be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    /// Braces or brackets: no block.
    Flow,
    /// A document or a list by indentation.
    Block,
    /// A map by indentation, where the `- ` of a list may stand in the column of its key.
    BlockMapping,
}

/// What stands before a node.
#[derive(Default)]
struct Properties<'a> {
    anchor: Option<(&'a str, Span)>,
    tag: Option<(String, Span)>,
}

impl<'a> Composer<'a, '_> {
    fn stream(&mut self, roots: &mut Vec<Node>) -> Result<()> {
        loop {
            while self.scanner.peek()?.kind == TokenKind::DocumentEnd {
                self.scanner.next()?;
            }
            if self.scanner.peek()?.kind == TokenKind::StreamEnd {
                return Ok(());
            }
            let errors = self.problems.len();
            self.anchors.clear();
            self.nodes = 0;
            self.aliased = 0;
            self.directives()?;
            let root = match self.scanner.peek()?.kind {
                TokenKind::DocumentStart | TokenKind::DocumentEnd | TokenKind::StreamEnd => {
                    self.scanner.next()?;
                    continue;
                }
                _ => self.node(Within::Block)?,
            };
            let ends = matches!(
                self.scanner.peek()?.kind,
                TokenKind::DocumentEnd | TokenKind::DocumentStart | TokenKind::StreamEnd
            );
            if !ends {
                return self.fail("did not find expected <document start>", None);
            }
            let readable =
                self.problems[errors..].iter().all(|problem| problem.code != &YAML_LIMIT);
            if !root.is_null() && readable {
                roots.push(root);
            }
        }
    }

    /// Lines such as `%YAML 1.2`. A stream is split at `---` before it is read, so that no document stands behind one.
    fn directives(&mut self) -> Result<()> {
        while let TokenKind::Directive = self.scanner.peek()?.kind {
            let span = self.scanner.next()?.span;
            self.problems.push(Problem::directive(span));
        }
        Ok(())
    }

    fn fail<T>(
        &mut self,
        stop: impl Into<Stop>,
        context: Option<(&'static str, usize)>,
    ) -> Result<T> {
        let at = self.scanner.peek()?.span.start;
        Err(Box::new(SyntaxError { stop: stop.into(), at, context }))
    }

    fn properties(&mut self) -> Result<Properties<'a>> {
        let mut properties = Properties::default();
        loop {
            let token = self.scanner.peek()?;
            match &token.kind {
                TokenKind::Anchor(name) if properties.anchor.is_none() => {
                    properties.anchor = Some((name, token.span));
                }
                TokenKind::Tag(handle, suffix) if properties.tag.is_none() => {
                    let (handle, suffix, span) = (*handle, suffix.clone(), token.span);
                    let tag = Self::tag(handle, &suffix, span)?;
                    properties.tag = Some((tag, span));
                }
                _ => return Ok(properties),
            }
            self.scanner.next()?;
        }
    }

    /// The tag in its short form: `!!str` for `tag:yaml.org,2002:str`.
    fn tag(handle: &str, suffix: &str, span: Span) -> Result<String> {
        let prefix = match handle {
            "" => "",
            "!" => "!",
            "!!" => "tag:yaml.org,2002:",
            _ => {
                return Err(Box::new(SyntaxError {
                    stop: "found undefined tag handle".into(),
                    at: span.start,
                    context: Some(("while parsing a node", span.start)),
                }));
            }
        };
        let long = format!("{prefix}{suffix}");
        Ok(match long.strip_prefix("tag:yaml.org,2002:") {
            Some(short) => format!("!!{short}"),
            None => long,
        })
    }

    /// A node where the grammar wants one.
    fn node(&mut self, within: Within) -> Result<Node> {
        if self.depth >= MAX_DEPTH {
            return self.fail(Stop::TooDeep, None);
        }
        self.depth += 1;
        self.nodes += 1;
        let node = self.node_inside(within);
        self.depth -= 1;
        node
    }

    fn node_inside(&mut self, within: Within) -> Result<Node> {
        if let TokenKind::Alias(name) = self.scanner.peek()?.kind {
            let span = self.scanner.next()?.span;
            return Ok(self.alias(name, span));
        }
        let before = self.nodes;
        let properties = self.properties()?;
        if let Some((name, _)) = properties.anchor {
            self.open.insert(name);
        }
        let node = self.content(within, &properties)?;
        if let Some((name, _)) = properties.anchor {
            self.open.remove(name);
            self.anchors.insert(name, (node.clone(), self.nodes - before + 1));
        }
        Ok(node)
    }

    fn content(&mut self, within: Within, properties: &Properties<'a>) -> Result<Node> {
        let block = within != Within::Flow;
        let start = self.scanner.peek()?.span;
        match &self.scanner.peek()?.kind {
            TokenKind::BlockEntry if within == Within::BlockMapping => {
                let items = self.indentless_sequence()?;
                Ok(collection(Value::Seq(items), start, Style::Block))
            }
            TokenKind::Scalar(..) => {
                let token = self.scanner.next()?;
                Ok(self.scalar(token, properties))
            }
            TokenKind::FlowSequenceStart => self.flow_sequence(),
            TokenKind::FlowMappingStart => self.flow_mapping(),
            TokenKind::BlockSequenceStart if block => {
                let items = self.block_sequence()?;
                Ok(collection(Value::Seq(items), start, Style::Block))
            }
            TokenKind::BlockMappingStart if block => {
                let map = self.block_mapping()?;
                Ok(collection(Value::Map(map), start, Style::Block))
            }
            _ if properties.anchor.is_some() || properties.tag.is_some() => {
                let at = properties
                    .tag
                    .as_ref()
                    .map(|(_, span)| span.end)
                    .max(properties.anchor.map(|(_, span)| span.end))
                    .unwrap_or(start.start);
                let text = Cow::Borrowed("");
                let kind = TokenKind::Scalar(text, ScalarStyle::Plain);
                Ok(self.scalar(Token { kind, span: Span::at(at) }, properties))
            }
            _ => {
                let context =
                    if block { "while parsing a block node" } else { "while parsing a flow node" };
                self.fail(Stop::NoContent, Some((context, start.start)))
            }
        }
    }

    fn scalar(&mut self, token: Token<'a>, properties: &Properties<'a>) -> Node {
        let span = token.span;
        let TokenKind::Scalar(text, style) = token.kind else { return empty(span.start) };
        let value = match (&properties.tag, style) {
            (None, ScalarStyle::Plain) => match plain(&text) {
                Value::String(_) => Value::String(text.into_owned()),
                other => other,
            },
            (None, _) => Value::String(text.into_owned()),
            (Some((tag, at)), _) => resolve(tag, &text).unwrap_or_else(|message| {
                self.problems.push(Problem::new(&YAML_VALUE, *at, message));
                Value::String(text.into_owned())
            }),
        };
        if let Value::Float(number) = value
            && !number.is_finite()
        {
            let message = "JSON has no such number, so Kubernetes can't read it";
            self.problems.push(Problem::new(&YAML_VALUE, span, message));
        }
        let style = match style {
            ScalarStyle::Plain => Style::Plain,
            ScalarStyle::SingleQuoted => Style::SingleQuoted,
            ScalarStyle::DoubleQuoted => Style::DoubleQuoted,
            ScalarStyle::Block => Style::BlockScalar,
        };
        Node { value, span, style }
    }

    fn alias(&mut self, name: &'a str, span: Span) -> Node {
        if self.open.contains(name) {
            let message = format!("anchor `{name}` contains itself");
            self.problems.push(Problem::new(&YAML_ALIAS, span, message));
            return empty(span.start);
        }
        let Some((node, size)) = self.anchors.get(name) else {
            let message = format!("unknown anchor `{name}` referenced");
            let mut problem = Problem::new(&YAML_ALIAS, span, message);
            let names = self.anchors.keys().copied();
            problem.help = plumb_text::diag::nearest(name, names)
                .map(|near| format!("did you mean `{near}`?"))
                .or_else(|| Some(format!("put `*{name}` in quotes if it is text")));
            self.problems.push(problem);
            return empty(span.start);
        };
        let (nodes, aliased) = (self.nodes + size, self.aliased + size);
        // go-yaml's bound: up to 400,000 nodes almost all may come from aliases, from 4,000,000 on a tenth.
        let total = nodes as f64;
        let allowed = (0.99 - 0.89 * (total - 4e5) / 3.6e6).clamp(0.10, 0.99);
        if aliased > 100 && nodes > 1000 && aliased as f64 > allowed * total {
            if !self.problems.iter().any(|problem| problem.code == &YAML_LIMIT) {
                let message = "document contains excessive aliasing";
                self.problems.push(Problem::new(&YAML_LIMIT, span, message));
            }
            return empty(span.start);
        }
        (self.nodes, self.aliased) = (nodes, aliased);
        node.clone()
    }

    fn block_sequence(&mut self) -> Result<Vec<Node>> {
        let start = self.scanner.next()?.span.start;
        let mut items = Vec::new();
        loop {
            match self.scanner.peek()?.kind {
                TokenKind::BlockEntry => {
                    let end = self.scanner.next()?.span.end;
                    items.push(match self.scanner.peek()?.kind {
                        TokenKind::BlockEntry | TokenKind::BlockEnd => empty(end),
                        _ => self.node(Within::Block)?,
                    });
                }
                TokenKind::BlockEnd => {
                    self.scanner.next()?;
                    return Ok(items);
                }
                _ => {
                    return self.fail(
                        "did not find expected '-' indicator",
                        Some(("while parsing a block collection", start)),
                    );
                }
            }
        }
    }

    fn indentless_sequence(&mut self) -> Result<Vec<Node>> {
        let mut items = Vec::new();
        while self.scanner.peek()?.kind == TokenKind::BlockEntry {
            let end = self.scanner.next()?.span.end;
            items.push(match self.scanner.peek()?.kind {
                TokenKind::BlockEntry | TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd => {
                    empty(end)
                }
                _ => self.node(Within::Block)?,
            });
        }
        Ok(items)
    }

    fn block_mapping(&mut self) -> Result<Map> {
        let start = self.scanner.next()?.span.start;
        let mut builder = MapBuilder::default();
        loop {
            match self.scanner.peek()?.kind {
                TokenKind::Key => {
                    let at = self.scanner.next()?.span.end;
                    let key = match self.scanner.peek()?.kind {
                        TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd => empty(at),
                        _ => self.node(Within::BlockMapping)?,
                    };
                    let value = if self.scanner.peek()?.kind == TokenKind::Value {
                        let end = self.scanner.next()?.span.end;
                        match self.scanner.peek()?.kind {
                            TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd => empty(end),
                            _ => self.node(Within::BlockMapping)?,
                        }
                    } else {
                        empty(key.span.end)
                    };
                    builder.add(key, value, self.problems);
                }
                TokenKind::BlockEnd => {
                    self.scanner.next()?;
                    return Ok(builder.map);
                }
                _ => {
                    return self.fail(Stop::NoKey, Some(("while parsing a block mapping", start)));
                }
            }
        }
    }

    fn flow_sequence(&mut self) -> Result<Node> {
        let open = self.scanner.next()?.span;
        let mut items = Vec::new();
        let mut first = true;
        loop {
            if self.scanner.peek()?.kind == TokenKind::FlowSequenceEnd {
                break;
            }
            if !first {
                if self.scanner.peek()?.kind != TokenKind::FlowEntry {
                    return self.fail(
                        Stop::FlowSequence,
                        Some(("while parsing a flow sequence", open.start)),
                    );
                }
                self.scanner.next()?;
            }
            first = false;
            match self.scanner.peek()?.kind {
                TokenKind::FlowSequenceEnd => {}
                TokenKind::Key => {
                    // A map of one pair, without braces.
                    let start = self.scanner.peek()?.span;
                    let (key, value) = self.flow_pair(&TokenKind::FlowSequenceEnd)?;
                    let mut builder = MapBuilder::default();
                    builder.add(key, value, self.problems);
                    items.push(collection(Value::Map(builder.map), start, Style::Flow));
                }
                _ => items.push(self.node(Within::Flow)?),
            }
        }
        let close = self.scanner.next()?.span;
        Ok(Node { value: Value::Seq(items), span: open.to(close), style: Style::Flow })
    }

    fn flow_mapping(&mut self) -> Result<Node> {
        let open = self.scanner.next()?.span;
        let mut builder = MapBuilder::default();
        let mut first = true;
        loop {
            if self.scanner.peek()?.kind == TokenKind::FlowMappingEnd {
                break;
            }
            if !first {
                if self.scanner.peek()?.kind != TokenKind::FlowEntry {
                    return self.fail(
                        Stop::FlowMapping,
                        Some(("while parsing a flow mapping", open.start)),
                    );
                }
                self.scanner.next()?;
            }
            first = false;
            let (key, value) = match self.scanner.peek()?.kind {
                TokenKind::FlowMappingEnd => continue,
                TokenKind::Key => self.flow_pair(&TokenKind::FlowMappingEnd)?,
                _ => {
                    let key = self.node(Within::Flow)?;
                    let value = empty(key.span.end);
                    (key, value)
                }
            };
            builder.add(key, value, self.problems);
        }
        let close = self.scanner.next()?.span;
        Ok(Node { value: Value::Map(builder.map), span: open.to(close), style: Style::Flow })
    }

    fn flow_pair(&mut self, closing: &TokenKind<'_>) -> Result<(Node, Node)> {
        let at = self.scanner.next()?.span.end;
        let next = &self.scanner.peek()?.kind;
        let bare = matches!(next, TokenKind::Value | TokenKind::FlowEntry) || next == closing;
        let key = if bare { empty(at) } else { self.node(Within::Flow)? };
        if self.scanner.peek()?.kind != TokenKind::Value {
            let value = empty(key.span.end);
            return Ok((key, value));
        }
        let end = self.scanner.next()?.span.end;
        let next = &self.scanner.peek()?.kind;
        let bare = matches!(next, TokenKind::FlowEntry) || next == closing;
        let value = if bare { empty(end) } else { self.node(Within::Flow)? };
        Ok((key, value))
    }
}

fn empty(at: usize) -> Node {
    Node { value: Value::Null, span: Span::at(at), style: Style::Plain }
}

/// A collection without a closing mark of its own ends with its last value.
fn collection(value: Value, start: Span, style: Style) -> Node {
    let end = match &value {
        Value::Seq(items) => items.last().map(|item| item.span.end),
        Value::Map(map) => {
            map.iter().last().map(|entry| entry.value.span.end.max(entry.key.span.end))
        }
        _ => None,
    };
    // Behind an alias stands a value from further up.
    let end = end.filter(|end| *end >= start.start).unwrap_or(start.end);
    Node { value, span: Span::new(start.start, end), style }
}
