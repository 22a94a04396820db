//! Where and why a text is not YAML, as its author sees it: libyaml says where it gave up, which is often some lines
//! below the mistake.

use super::scanner::{Part, ScalarStyle, Scanner, Token, TokenKind};
use super::stop::{Stop, SyntaxError};
use super::{Problem, YAML_LIMIT, YAML_SYNTAX};
use plumb_text::Span;

impl Problem {
    /// A line such as `%YAML 1.2`, which go-yaml reads alone.
    pub(super) fn directive(span: Span) -> Problem {
        let message = "did not find expected <document start>";
        let help = "leave it out: a stream is split at `---` before it is read, so no document follows a directive";
        Problem {
            help: Some(help.to_owned()),
            is_yaml: true,
            ..Problem::new(&YAML_SYNTAX, span, message)
        }
    }

    /// `\/`, which is JSON's alone.
    pub(super) fn escaped_slash(span: Span) -> Problem {
        let message = "found unknown escape character, while parsing a quoted scalar";
        Problem {
            help: Some("write `/`; a backslash is `\\\\`".to_owned()),
            is_yaml: true,
            ..Problem::new(&YAML_SYNTAX, span, message)
        }
    }

    /// The problem that keeps a part of a text from being read.
    pub(super) fn syntax(text: &str, part: Part, error: &SyntaxError) -> Problem {
        let page = Page { text, part: part.span };
        let message = match error.context {
            Some((context, _)) => format!("{}, {context}", error.stop),
            None => error.stop.to_string(),
        };
        let code = if error.stop == Stop::TooDeep { &YAML_LIMIT } else { &YAML_SYNTAX };
        let before = before(text, part, error.at);
        let (span, help) = page.mistake(error, &before);
        let mut problem = Problem::new(code, span, message);
        if page.line(span.start) != page.line(error.at) {
            problem.related = Some((page.character(error.at), "reading stops here".to_owned()));
        } else if let Some((context, start)) = error.context
            && page.line(start) != page.line(error.at)
        {
            let what = context.trim_start_matches("while ");
            problem.related = Some((page.character(start), format!("{what} from here")));
        }
        let from = error.context.map_or(error.at, |(_, start)| start.min(error.at));
        problem.help = mistaken(text, from.min(span.start), error.at).or(help);
        problem
    }
}

/// What was read before a place.
#[derive(Default)]
struct Before {
    /// The last token.
    last: Option<Span>,
    /// How it is written, where it is a scalar.
    style: Option<ScalarStyle>,
    /// The brackets that are open, the outermost first.
    brackets: Vec<usize>,
}

fn before(text: &str, part: Part, at: usize) -> Before {
    let mut comments = Vec::new();
    let mut scanner = Scanner::new(text, part, &mut comments);
    let mut tokens = Vec::new();
    loop {
        match scanner.next() {
            Ok(token) if token.kind == TokenKind::StreamEnd || token.span.start >= at => break,
            Ok(token) => tokens.push(token),
            Err(_) => {
                tokens.extend(scanner.rest());
                break;
            }
        }
    }
    let mut before = Before::default();
    for Token { kind, span } in tokens.into_iter().filter(|token| token.span.end <= at) {
        match kind {
            TokenKind::FlowSequenceStart | TokenKind::FlowMappingStart => {
                before.brackets.push(span.start);
            }
            TokenKind::FlowSequenceEnd | TokenKind::FlowMappingEnd => {
                before.brackets.pop();
            }
            _ => {}
        }
        if !span.is_empty() {
            before.style = match kind {
                TokenKind::Scalar(_, style) => Some(style),
                _ => None,
            };
            before.last = Some(span);
        }
    }
    before
}

/// The text of a page, by lines.
struct Page<'a> {
    text: &'a str,
    part: Span,
}

impl Page<'_> {
    /// Where the mistake is, and what to do about it.
    fn mistake(&self, error: &SyntaxError, before: &Before) -> (Span, Option<String>) {
        let scalar = before.last.zip(before.style);
        let here = self.character(error.at);
        let own_start = error.context.map_or(error.at, |(_, start)| start);
        // A quote over several lines with something behind it was meant to end in its first.
        if let Some((span, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted)) = scalar
            && self.line(span.start) != self.line(span.end)
            && self.line(span.end) == self.line(error.at)
        {
            return (self.character(span.start), Some(CLOSE_QUOTE.to_owned()));
        }
        match error.stop {
            Stop::OpenQuote => (self.character(own_start), Some(CLOSE_QUOTE.to_owned())),
            Stop::NoColon => {
                let span = self.rest_of_line(own_start);
                (span, self.glued(span))
            }
            Stop::MisplacedValue | Stop::NoKey => {
                let above = scalar.filter(|(_, style)| *style == ScalarStyle::Plain);
                above
                    .and_then(|(span, _)| self.above(span, error.at))
                    .unwrap_or_else(|| self.here(error, scalar))
            }
            Stop::Tab => (here, Some("indent with spaces".to_owned())),
            Stop::NoName => {
                let sign = &self.text[own_start..=own_start];
                (self.character(own_start), Some(in_quotes(sign)))
            }
            Stop::FlowSequence | Stop::FlowMapping | Stop::NoContent => {
                self.open_bracket(error, before)
            }
            Stop::NoToken => match &self.text[here.range()] {
                "" => (here, None),
                "\t" => (here, Some("indent with spaces: YAML allows no tab there".to_owned())),
                first => (here, Some(in_quotes(first))),
            },
            Stop::TooDeep | Stop::Other(_) => (here, None),
        }
    }

    /// A line above that was meant as a key of the same map, or an indentation that makes this one go on with it.
    fn above(&self, scalar: Span, at: usize) -> Option<(Span, Option<String>)> {
        if self.line(scalar.start) == self.line(at) {
            return None;
        }
        let first = Span::new(scalar.start, self.rest_of_line(scalar.start).end.min(scalar.end));
        if let Some(help) = self.glued(first) {
            return Some((first, Some(help)));
        }
        let key = self.first_of_line(at);
        let begins_line = self.text[self.line(first.start)..first.start]
            .bytes()
            .all(|byte| matches!(byte, b' ' | b'-'));
        if begins_line && self.column(first.start) == self.column(key) {
            return Some((first, Some("a key ends with `: `".to_owned())));
        }
        let indent = &self.text[self.line(key)..key];
        if let Some(tab) = indent.find('\t') {
            let tab = self.character(self.line(key) + tab);
            return Some((tab, Some("indent with spaces: YAML allows no tab there".to_owned())));
        }
        let goes_on = self.column(key) > self.column(self.first_of_line(first.start));
        goes_on.then(|| {
            let help = "the line above has a value already: mend the indentation of this one";
            (Span::new(key, self.character(at).end), Some(help.to_owned()))
        })
    }

    /// A key or what stands for one, wrong where it stands.
    fn here(
        &self,
        error: &SyntaxError,
        scalar: Option<(Span, ScalarStyle)>,
    ) -> (Span, Option<String>) {
        let help = match scalar {
            _ if error.stop == Stop::MisplacedValue => {
                "put a value that contains `: ` in quotes, or mend the indentation"
            }
            Some((span, ScalarStyle::SingleQuoted)) if span.end == error.at => {
                "write a `'` within single quotes twice"
            }
            _ if self.is_first(error.at) => "the indentation of this line fits no map that is open",
            _ => "the value ends before this",
        };
        (self.character(error.at), Some(help.to_owned()))
    }

    /// A bracket that is not closed, or a comma that is not there.
    fn open_bracket(&self, error: &SyntaxError, before: &Before) -> (Span, Option<String>) {
        let here = self.character(error.at);
        let (Some(&outer), Some(&open)) = (before.brackets.first(), before.brackets.last()) else {
            return (here, None);
        };
        let sign = &self.text[open..=open];
        let is_over = self.text[error.at..self.part.end].trim().is_empty();
        // Among lines by indentation one that is not deeper stands outside; JSON need not be indented.
        let indent = |at| self.column(self.first_of_line(at));
        let is_outside = !self.is_first(outer)
            && self.line(outer) != self.line(error.at)
            && indent(error.at) <= indent(outer);
        if is_over || is_outside {
            return (self.character(open), Some(format!("nothing closes this `{sign}`")));
        }
        match before.last {
            _ if error.stop == Stop::NoContent => (here, None),
            Some(last) if self.line(last.start) != self.line(error.at) => {
                // A scalar without quotes goes on over the lines up to here.
                let end = self.rest_of_line(last.start).end.min(last.end);
                let help = "write a comma behind this".to_owned();
                (Span::new(last.start, end), Some(help))
            }
            _ => (here, Some(format!("write a comma before this, or close the `{sign}`"))),
        }
    }

    /// What to write for `key:value`.
    fn glued(&self, line: Span) -> Option<String> {
        let text = &self.text[line.range()];
        if let Some(item) = text.strip_prefix('-')
            && !item.starts_with(['-', ' '])
        {
            return Some(format!("write a space behind the hyphen: `- {item}`"));
        }
        let (key, value) = text.split_once(':')?;
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
        let is_key = !key.is_empty() && key.chars().all(is_name);
        let is_glued = is_key && !value.is_empty() && !value.starts_with([' ', '/', ':']);
        is_glued.then(|| format!("write a space behind the colon: `{key}: {value}`"))
    }

    /// The start of the line of a place.
    fn line(&self, at: usize) -> usize {
        let from = self.part.start;
        self.text[from..at].rfind('\n').map_or(from, |end| from + end + 1)
    }

    /// Where the text of a line begins.
    fn first_of_line(&self, at: usize) -> usize {
        let line = self.line(at);
        let rest = &self.text[line..self.part.end];
        line + (rest.len() - rest.trim_start_matches([' ', '\t']).len())
    }

    /// Whether nothing stands before a place on its line.
    fn is_first(&self, at: usize) -> bool {
        self.first_of_line(at) >= at
    }

    fn column(&self, at: usize) -> usize {
        at - self.line(at)
    }

    /// From a place to the end of its line, without blanks or a comment.
    fn rest_of_line(&self, at: usize) -> Span {
        let line = self.text[at..self.part.end].lines().next().unwrap_or("");
        let end = line.find(" #").unwrap_or(line.len());
        Span::new(at, at + line[..end].trim_end().len())
    }

    /// The character at a place; nothing at the end of a line.
    fn character(&self, at: usize) -> Span {
        let first = self.text[at..].chars().next();
        let length = first.filter(|c| !c.is_control() || *c == '\t').map_or(0, char::len_utf8);
        Span::new(at, at + length)
    }
}

fn in_quotes(sign: &str) -> String {
    format!("put a value that begins with `{sign}` in quotes")
}

const CLOSE_QUOTE: &str = "close this quote on its line";

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
            row if is_row(row) && row != "---" => Some(THREE_HYPHENS.to_owned()),
            comment if comment.starts_with("//") || comment.contains(" // ") => {
                Some("`//` begins no comment: in YAML that is `#`, and JSON has none".to_owned())
            }
            _ => None,
        }
    })
}

pub(super) const THREE_HYPHENS: &str = "what begins a document is three hyphens: `---`";

/// Whether a text is nothing but dashes.
pub(super) fn is_row(text: &str) -> bool {
    let is_dash = |c| matches!(c, '-' | '\u{2010}'..='\u{2015}');
    text.chars().count() > 1 && text.chars().all(is_dash)
}
