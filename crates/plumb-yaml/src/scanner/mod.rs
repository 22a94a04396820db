//! Text to tokens, by the rules of libyaml, which go-yaml and so Kubernetes follow to the letter: which indentation
//! opens a block, where a tab may stand, what may begin a plain scalar. Positions are bytes. The messages are libyaml's,
//! so that what a cluster says can be found here too.

mod scalars;
mod tags;

use super::stop::{Stop, SyntaxError};
use plumb_text::Span;
use std::borrow::Cow;
use std::collections::VecDeque;

/// How deep a document may be nested. Kubernetes stops at 10,000; no manifest comes near this.
pub(crate) const MAX_DEPTH: usize = 256;

/// A byte order mark, which may begin a document.
const BOM: char = '\u{feff}';

/// What is read as one document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// Its bytes.
    pub(crate) span: Span,
    /// Whether it is JSON to the last byte, and so read by JSON's rules.
    pub(crate) json: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TokenKind<'a> {
    StreamEnd,
    Directive,
    DocumentStart,
    DocumentEnd,
    BlockSequenceStart,
    BlockMappingStart,
    BlockEnd,
    FlowSequenceStart,
    FlowSequenceEnd,
    FlowMappingStart,
    FlowMappingEnd,
    BlockEntry,
    FlowEntry,
    Key,
    Value,
    Alias(&'a str),
    Anchor(&'a str),
    Tag(&'a str, Cow<'a, str>),
    Scalar(Cow<'a, str>, ScalarStyle),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ScalarStyle {
    Plain,
    SingleQuoted,
    DoubleQuoted,
    Block,
}

#[derive(Clone, Debug)]
pub(crate) struct Token<'a> {
    pub(crate) kind: TokenKind<'a>,
    pub(crate) span: Span,
}

/// A place where a key without `?` may have begun; it is one once its `:` is found on the same line.
#[derive(Clone, Copy, Debug)]
struct SimpleKey {
    possible: bool,
    /// Whether nothing but a key can stand here.
    required: bool,
    /// The number of the token that would be the key, counted from the start of the stream.
    token: usize,
    at: usize,
    line: usize,
    column: usize,
}

pub(crate) struct Scanner<'a> {
    text: &'a str,
    bytes: &'a [u8],
    /// Whether the rules of JSON hold: for escapes, line breaks and long keys.
    json: bool,
    /// Where `\/` stands that is no JSON.
    slashes: Vec<Span>,
    at: usize,
    line: usize,
    line_start: usize,
    tokens: VecDeque<Token<'a>>,
    taken: usize,
    done: bool,
    /// The column of the current block, -1 outside of any.
    indent: isize,
    indents: Vec<isize>,
    flow_level: usize,
    simple_key_allowed: bool,
    simple_keys: Vec<SimpleKey>,
    comments: &'a mut Vec<Span>,
}

/// An error is rare, and a reader that calls itself for each level is to need little for it.
type Result<T> = std::result::Result<T, Box<SyntaxError>>;

impl<'a> Scanner<'a> {
    /// A scanner of one part of a text; spans count from the text's beginning.
    pub(crate) fn new(text: &'a str, part: Part, comments: &'a mut Vec<Span>) -> Scanner<'a> {
        let text = &text[..part.span.end];
        let bom = if text[part.span.start..].starts_with(BOM) { BOM.len_utf8() } else { 0 };
        let at = part.span.start + bom;
        let first =
            SimpleKey { possible: false, required: false, token: 0, at, line: 0, column: 0 };
        Scanner {
            text,
            bytes: text.as_bytes(),
            json: part.json,
            slashes: Vec::new(),
            at,
            line: 0,
            line_start: at,
            tokens: VecDeque::new(),
            taken: 0,
            done: false,
            indent: -1,
            indents: Vec::new(),
            flow_level: 0,
            simple_key_allowed: true,
            simple_keys: vec![first],
            comments,
        }
    }

    /// The next token, left where it is.
    pub(crate) fn peek(&mut self) -> Result<&Token<'a>> {
        self.fill()?;
        Ok(&self.tokens[0])
    }

    /// Takes the next token.
    pub(crate) fn next(&mut self) -> Result<Token<'a>> {
        self.fill()?;
        if self.tokens[0].kind == TokenKind::StreamEnd {
            return Ok(self.tokens[0].clone());
        }
        self.taken += 1;
        self.tokens.pop_front().map_or_else(|| self.error("found unexpected end of stream"), Ok)
    }

    /// The tokens that were found and not taken.
    pub(crate) fn rest(self) -> impl Iterator<Item = Token<'a>> {
        self.tokens.into_iter()
    }

    /// Where `\/` stands, an escape that JSON has and YAML 1.1 has not.
    pub(crate) fn slashes(self) -> Vec<Span> {
        self.slashes
    }

    /// Reads on until the first token is sure not to be moved behind a `Key` that a later `:` reveals.
    fn fill(&mut self) -> Result<()> {
        while self.tokens.is_empty() || (!self.done && self.head_may_be_key()?) {
            self.fetch()?;
        }
        Ok(())
    }

    fn head_may_be_key(&mut self) -> Result<bool> {
        let index = self.simple_keys.partition_point(|key| key.token < self.taken);
        // Several levels may share a number where the inner ones hold no key yet.
        for level in index..self.simple_keys.len() {
            if self.simple_keys[level].token != self.taken {
                break;
            }
            if self.key_is_valid(level)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    // Bytes and lines.

    fn byte(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn is_end(&self) -> bool {
        self.at >= self.bytes.len()
    }

    fn column(&self) -> usize {
        self.at - self.line_start
    }

    /// The length of the line break at an offset from here, 0 if there is none.
    fn break_len(&self, ahead: usize) -> usize {
        match self.byte(ahead) {
            b'\n' => 1,
            b'\r' if self.byte(ahead + 1) == b'\n' => 2,
            b'\r' => 1,
            0xC2 if !self.json && self.byte(ahead + 1) == 0x85 => 2,
            0xE2 if !self.json
                && self.byte(ahead + 1) == 0x80
                && matches!(self.byte(ahead + 2), 0xA8 | 0xA9) =>
            {
                3
            }
            _ => 0,
        }
    }

    fn is_blank(&self, ahead: usize) -> bool {
        matches!(self.byte(ahead), b' ' | b'\t')
    }

    fn is_break_or_end(&self, ahead: usize) -> bool {
        self.at + ahead >= self.bytes.len() || self.break_len(ahead) > 0
    }

    fn is_blank_or_end(&self, ahead: usize) -> bool {
        self.is_blank(ahead) || self.is_break_or_end(ahead)
    }

    fn skip_break(&mut self) {
        self.at += self.break_len(0);
        self.line += 1;
        self.line_start = self.at;
    }

    /// Takes a line break, as the text that it means.
    fn take_break(&mut self, into: &mut String) {
        match self.break_len(0) {
            0 => return,
            3 => into.push_str(&self.text[self.at..self.at + 3]),
            _ => into.push('\n'),
        }
        self.skip_break();
    }

    fn skip_blanks(&mut self) {
        while self.is_blank(0) {
            self.at += 1;
        }
    }

    fn skip_comment(&mut self) {
        if self.byte(0) == b'#' {
            let start = self.at;
            while !self.is_break_or_end(0) {
                self.at += 1;
            }
            self.comments.push(Span::new(start, self.at));
        }
    }

    fn char_len(&self) -> usize {
        match self.byte(0) {
            0..=0x7F => 1,
            0x80..=0xDF => 2,
            0xE0..=0xEF => 3,
            _ => 4,
        }
    }

    fn at_document_indicator(&self) -> bool {
        self.column() == 0
            && matches!(self.bytes.get(self.at..self.at + 3), Some(b"---" | b"..."))
            && self.is_blank_or_end(3)
    }

    fn error<T>(&self, stop: impl Into<Stop>) -> Result<T> {
        Err(Box::new(SyntaxError { stop: stop.into(), at: self.at, context: None }))
    }

    fn error_in<T>(&self, context: &'static str, start: usize, stop: impl Into<Stop>) -> Result<T> {
        Err(Box::new(SyntaxError {
            stop: stop.into(),
            at: self.at,
            context: Some((context, start)),
        }))
    }

    fn push(&mut self, kind: TokenKind<'a>, start: usize) {
        self.tokens.push_back(Token { kind, span: Span::new(start, self.at) });
    }

    // Keys and blocks.

    fn key_is_valid(&mut self, level: usize) -> Result<bool> {
        let key = self.simple_keys[level];
        if !key.possible {
            return Ok(false);
        }
        if !self.json && (key.line < self.line || key.at + 1024 < self.at) {
            if key.required {
                return self.error_in("while scanning a simple key", key.at, Stop::NoColon);
            }
            self.simple_keys[level].possible = false;
            return Ok(false);
        }
        Ok(true)
    }

    fn save_key(&mut self) -> Result<()> {
        if !self.simple_key_allowed {
            return Ok(());
        }
        self.remove_key()?;
        let column = self.column();
        let key = SimpleKey {
            possible: true,
            required: self.flow_level == 0 && self.indent == column as isize,
            token: self.taken + self.tokens.len(),
            at: self.at,
            line: self.line,
            column,
        };
        if let Some(last) = self.simple_keys.last_mut() {
            *last = key;
        }
        Ok(())
    }

    fn remove_key(&mut self) -> Result<()> {
        let level = self.simple_keys.len() - 1;
        if self.key_is_valid(level)? && self.simple_keys[level].required {
            let start = self.simple_keys[level].at;
            return self.error_in("while scanning a simple key", start, Stop::NoColon);
        }
        self.simple_keys[level].possible = false;
        Ok(())
    }

    fn open_block(
        &mut self,
        column: usize,
        before: Option<usize>,
        kind: TokenKind<'a>,
        at: usize,
    ) -> Result<()> {
        if self.flow_level > 0 || self.indent >= column as isize {
            return Ok(());
        }
        if self.indents.len() > MAX_DEPTH {
            return self.error(Stop::TooDeep);
        }
        self.indents.push(self.indent);
        self.indent = column as isize;
        let token = Token { kind, span: Span::at(at) };
        match before {
            Some(number) => self.tokens.insert(number - self.taken, token),
            None => self.tokens.push_back(token),
        }
        Ok(())
    }

    fn close_blocks(&mut self, column: isize) {
        if self.flow_level > 0 {
            return;
        }
        while self.indent > column {
            self.push(TokenKind::BlockEnd, self.at);
            self.indent = self.indents.pop().unwrap_or(-1);
        }
    }

    // Tokens.

    fn fetch(&mut self) -> Result<()> {
        self.skip_to_token();
        self.close_blocks(self.column() as isize);
        if self.is_end() {
            return self.fetch_end();
        }
        let start = self.at;
        let first = self.byte(0);
        if self.column() == 0 {
            if first == b'%' {
                return self.fetch_directive();
            }
            if self.at_document_indicator() {
                let kind =
                    if first == b'-' { TokenKind::DocumentStart } else { TokenKind::DocumentEnd };
                self.close_blocks(-1);
                self.remove_key()?;
                self.simple_key_allowed = false;
                self.at += 3;
                self.push(kind, start);
                return Ok(());
            }
        }
        let in_flow = self.flow_level > 0;
        match first {
            b'[' => self.fetch_flow_start(TokenKind::FlowSequenceStart),
            b'{' => self.fetch_flow_start(TokenKind::FlowMappingStart),
            b']' => self.fetch_flow_end(TokenKind::FlowSequenceEnd),
            b'}' => self.fetch_flow_end(TokenKind::FlowMappingEnd),
            b',' => {
                self.remove_key()?;
                self.simple_key_allowed = true;
                self.at += 1;
                self.push(TokenKind::FlowEntry, start);
                Ok(())
            }
            b'-' if self.is_blank_or_end(1) => self.fetch_block_entry(),
            b'?' if in_flow || self.is_blank_or_end(1) => self.fetch_key(),
            b':' if in_flow || self.is_blank_or_end(1) => self.fetch_value(),
            b'*' | b'&' => self.fetch_anchor(),
            b'!' => self.fetch_tag(),
            b'|' | b'>' if !in_flow => self.fetch_block_scalar(),
            b'\'' | b'"' => self.fetch_quoted(),
            b'-' if !self.is_blank(1) => self.fetch_plain(),
            b'?' | b':' if !in_flow => self.fetch_plain(),
            b'-' | b'?' | b':' | b'#' | b'|' | b'>' | b'%' | b'@' | b'`' | b'\t' => {
                self.error_in("while scanning for the next token", start, Stop::NoToken)
            }
            _ => self.fetch_plain(),
        }
    }

    fn skip_to_token(&mut self) {
        loop {
            // One within a part stands in the way, and is as wide as a letter.
            if self.column() == 0 && self.text[self.at..].starts_with(BOM) {
                self.at += BOM.len_utf8();
                self.line_start = self.at - 1;
            }
            let tabs = self.flow_level > 0 || !self.simple_key_allowed;
            while self.byte(0) == b' ' || (tabs && self.byte(0) == b'\t') {
                self.at += 1;
            }
            self.skip_comment();
            if self.break_len(0) == 0 {
                return;
            }
            self.skip_break();
            if self.flow_level == 0 {
                self.simple_key_allowed = true;
            }
        }
    }

    fn fetch_end(&mut self) -> Result<()> {
        // What is left open ends here, whatever column the text ends in.
        self.close_blocks(-1);
        self.remove_key()?;
        self.simple_key_allowed = false;
        self.done = true;
        self.push(TokenKind::StreamEnd, self.at);
        Ok(())
    }

    fn fetch_flow_start(&mut self, kind: TokenKind<'a>) -> Result<()> {
        self.save_key()?;
        if self.flow_level > MAX_DEPTH {
            return self.error(Stop::TooDeep);
        }
        let token = self.taken + self.tokens.len();
        self.simple_keys.push(SimpleKey {
            possible: false,
            required: false,
            token,
            at: self.at,
            line: self.line,
            column: 0,
        });
        self.flow_level += 1;
        self.simple_key_allowed = true;
        self.at += 1;
        self.push(kind, self.at - 1);
        Ok(())
    }

    fn fetch_flow_end(&mut self, kind: TokenKind<'a>) -> Result<()> {
        self.remove_key()?;
        if self.flow_level > 0 {
            self.flow_level -= 1;
            self.simple_keys.pop();
        }
        self.simple_key_allowed = false;
        self.at += 1;
        self.push(kind, self.at - 1);
        Ok(())
    }

    fn fetch_block_entry(&mut self) -> Result<()> {
        if self.flow_level == 0 {
            if !self.simple_key_allowed {
                return self.error("block sequence entries are not allowed in this context");
            }
            self.open_block(self.column(), None, TokenKind::BlockSequenceStart, self.at)?;
        }
        self.remove_key()?;
        self.simple_key_allowed = true;
        self.at += 1;
        self.push(TokenKind::BlockEntry, self.at - 1);
        Ok(())
    }

    fn fetch_key(&mut self) -> Result<()> {
        if self.flow_level == 0 {
            if !self.simple_key_allowed {
                return self.error("mapping keys are not allowed in this context");
            }
            self.open_block(self.column(), None, TokenKind::BlockMappingStart, self.at)?;
        }
        self.remove_key()?;
        self.simple_key_allowed = self.flow_level == 0;
        self.at += 1;
        self.push(TokenKind::Key, self.at - 1);
        Ok(())
    }

    fn fetch_value(&mut self) -> Result<()> {
        let level = self.simple_keys.len() - 1;
        if self.key_is_valid(level)? {
            let key = self.simple_keys[level];
            let token = Token { kind: TokenKind::Key, span: Span::at(key.at) };
            self.tokens.insert(key.token - self.taken, token);
            self.open_block(key.column, Some(key.token), TokenKind::BlockMappingStart, key.at)?;
            self.simple_keys[level].possible = false;
            self.simple_key_allowed = false;
        } else {
            if self.flow_level == 0 {
                if !self.simple_key_allowed {
                    return self.error(Stop::MisplacedValue);
                }
                self.open_block(self.column(), None, TokenKind::BlockMappingStart, self.at)?;
            }
            self.simple_key_allowed = self.flow_level == 0;
        }
        self.at += 1;
        self.push(TokenKind::Value, self.at - 1);
        Ok(())
    }

    fn word(&mut self) -> &'a str {
        let start = self.at;
        while matches!(self.byte(0), b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'_' | b'-') {
            self.at += 1;
        }
        &self.text[start..self.at]
    }

    fn fetch_anchor(&mut self) -> Result<()> {
        self.save_key()?;
        self.simple_key_allowed = false;
        let start = self.at;
        let alias = self.byte(0) == b'*';
        self.at += 1;
        let name = self.word();
        let ends = self.is_blank_or_end(0)
            || matches!(self.byte(0), b'?' | b':' | b',' | b']' | b'}' | b'%' | b'@' | b'`');
        if name.is_empty() || !ends {
            let context =
                if alias { "while scanning an alias" } else { "while scanning an anchor" };
            return self.error_in(context, start, Stop::NoName);
        }
        self.push(if alias { TokenKind::Alias(name) } else { TokenKind::Anchor(name) }, start);
        Ok(())
    }
}
