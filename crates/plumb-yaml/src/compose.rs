//! Tokens to trees: libyaml's grammar with anchors, aliases, merges and duplicate keys as go-yaml v2 has them in strict
//! mode, which is how an API server reads a manifest.

use super::keys::MapBuilder;
use super::parts::{parts, unprintable};
use super::problem::Problem;
use super::resolve::{plain, resolve};
use super::scanner::{MAX_DEPTH, ScalarStyle, Scanner, SyntaxError, Token, TokenKind};
use super::{Map, Node, Style, Value, YAML_ALIAS, YAML_LIMIT, YAML_SYNTAX, YAML_VALUE};
use plumb_text::Span;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

/// More than any API server takes in one request (3 MB); what is larger is not read at all.
const MAX_DOCUMENT: usize = 8 << 20;

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

/// Reads all documents of a text.
pub fn compose(text: &str) -> Composed {
    compose_as(text, false)
}

/// Reads all documents of a text; `json` allows the escapes that only JSON has.
pub fn compose_as(text: &str, json: bool) -> Composed {
    let mut composed = Composed::default();
    for part in parts(text) {
        if part.len() > MAX_DOCUMENT {
            let megabytes = part.len() >> 20;
            let message =
                format!("the document has {megabytes} MiB, more than an API server takes");
            composed.problems.push(Problem::new(&YAML_LIMIT, Span::at(part.start), message));
            continue;
        }
        if let Some((at, character)) = unprintable(&text[part.range()]) {
            let at = part.start + at;
            let code = u32::from(character);
            let message = format!("control characters are not allowed: U+{code:04X}");
            let span = Span::new(at, at + character.len_utf8());
            composed.problems.push(Problem::new(&YAML_SYNTAX, span, message));
            continue;
        }
        let mut composer = Composer {
            scanner: Scanner::new(text, part, json, &mut composed.comments),
            problems: &mut composed.problems,
            anchors: HashMap::new(),
            open: HashSet::new(),
            handles: Vec::new(),
            nodes: 0,
            aliased: 0,
            depth: 0,
        };
        if let Err(error) = composer.stream(&mut composed.roots) {
            let problem = Problem::syntax(text, error);
            composed.problems.push(problem);
        }
    }
    composed
}

impl Problem {
    fn syntax(text: &str, error: SyntaxError) -> Problem {
        let rest = &text[error.at..];
        let first = rest.chars().next();
        let end = error.at + first.filter(|c| !c.is_control()).map_or(0, char::len_utf8);
        let message = match error.context {
            Some((context, _)) => format!("{}, {context}", error.problem),
            None => error.problem.to_owned(),
        };
        let code =
            if error.problem.contains("nested too deep") { &YAML_LIMIT } else { &YAML_SYNTAX };
        let mut problem = Problem::new(code, Span::new(error.at, end), message);
        if let Some((context, start)) = error.context
            && start != error.at
        {
            let what = context.trim_start_matches("while ");
            problem.related = Some((Span::at(start), format!("{what} from here")));
        }
        let from = error.context.map_or(error.at, |(_, start)| start.min(error.at));
        problem.help = mistaken(text, from, error.at).or_else(|| match (error.problem, first) {
            ("found character that cannot start any token", Some('\t')) => {
                Some("indent with spaces: YAML allows no tab there".to_owned())
            }
            ("found character that cannot start any token", Some(first)) => {
                Some(format!("put a value that begins with `{first}` in quotes"))
            }
            ("mapping values are not allowed in this context", _) => {
                Some("put a value that contains `: ` in quotes, or mend the indentation".to_owned())
            }
            ("found tab character that violates indentation", _) => {
                Some("indent with spaces".to_owned())
            }
            ("did not find expected key", _) => {
                Some("the indentation of this line fits no map that is open".to_owned())
            }
            _ => None,
        });
        problem
    }
}

/// What an author takes for YAML and is none, on the lines that a syntax error is about and the one above them.
fn mistaken(text: &str, from: usize, at: usize) -> Option<String> {
    let line_start = |at: usize| text[..at].rfind('\n').map_or(0, |end| end + 1);
    let own = line_start(from);
    let end = text[at..].find('\n').map_or(text.len(), |length| at + length);
    let above = if own == 0 { 0 } else { line_start(own - 1) };
    text[above..end].lines().find_map(|line| {
        let indent = line.len() - line.trim_start().len();
        if let Some(space) = line[..indent].chars().find(|c| !c.is_ascii()) {
            let code = u32::from(space);
            return Some(format!("indent with spaces: this line begins with U+{code:04X}"));
        }
        match line.trim() {
            "---" if indent > 0 => {
                Some("`---` begins a document only at the start of a line".to_owned())
            }
            row if row != "---" && row.chars().count() > 1 && row.chars().all(is_dash) => {
                Some("what begins a document is three hyphens: `---`".to_owned())
            }
            comment if comment.starts_with("//") || comment.contains(" // ") => {
                Some("`//` begins no comment: in YAML that is `#`, and JSON has none".to_owned())
            }
            _ => None,
        }
    })
}

fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}')
}

type Result<T> = std::result::Result<T, SyntaxError>;

struct Composer<'a, 'b> {
    scanner: Scanner<'a>,
    problems: &'b mut Vec<Problem>,
    anchors: HashMap<&'a str, (Node, usize)>,
    /// The anchors of the nodes that are being read, which their own content must not refer to.
    open: HashSet<&'a str>,
    handles: Vec<(&'a str, Cow<'a, str>)>,
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
        let mut first = true;
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
            self.document_start(first)?;
            first = false;
            let root = match self.scanner.peek()?.kind {
                TokenKind::Version(..)
                | TokenKind::TagDirective(..)
                | TokenKind::DocumentStart
                | TokenKind::DocumentEnd
                | TokenKind::StreamEnd => continue,
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

    fn document_start(&mut self, first: bool) -> Result<()> {
        self.handles.clear();
        let mut directives = false;
        loop {
            match &self.scanner.peek()?.kind {
                TokenKind::Version(1, 1) => {}
                TokenKind::Version(..) => {
                    return self.fail("found incompatible YAML document", None);
                }
                TokenKind::TagDirective(handle, prefix) => {
                    let handle = (*handle, prefix.clone());
                    self.handles.push(handle);
                }
                TokenKind::DocumentStart => {
                    self.scanner.next()?;
                    return Ok(());
                }
                _ if first && !directives => return Ok(()),
                _ => return self.fail("did not find expected <document start>", None),
            }
            directives = true;
            self.scanner.next()?;
        }
    }

    fn fail<T>(
        &mut self,
        problem: &'static str,
        context: Option<(&'static str, usize)>,
    ) -> Result<T> {
        let at = self.scanner.peek()?.span.start;
        Err(SyntaxError { problem, at, context })
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
                    let tag = self.tag(handle, &suffix, span)?;
                    properties.tag = Some((tag, span));
                }
                _ => return Ok(properties),
            }
            self.scanner.next()?;
        }
    }

    /// The tag in its short form: `!!str` for `tag:yaml.org,2002:str`.
    fn tag(&self, handle: &str, suffix: &str, span: Span) -> Result<String> {
        let prefix = match self.handles.iter().find(|(name, _)| *name == handle) {
            Some((_, prefix)) => prefix.as_ref(),
            None => match handle {
                "" => "",
                "!" => "!",
                "!!" => "tag:yaml.org,2002:",
                _ => {
                    return Err(SyntaxError {
                        problem: "found undefined tag handle",
                        at: span.start,
                        context: Some(("while parsing a node", span.start)),
                    });
                }
            },
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
            return self.fail("the document is nested too deep", None);
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
                self.fail("did not find expected node content", Some((context, start.start)))
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
                    return self.fail(
                        "did not find expected key",
                        Some(("while parsing a block mapping", start)),
                    );
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
                        "did not find expected ',' or ']'",
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
                        "did not find expected ',' or '}'",
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
