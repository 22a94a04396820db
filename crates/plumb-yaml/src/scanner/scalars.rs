//! Scalars: in blocks, in quotes, plain.

use super::{Result, ScalarStyle, Scanner, Stop, Token, TokenKind};
use plumb_text::Span;
use std::borrow::Cow;

impl<'a> Scanner<'a> {
    pub(super) fn fetch_block_scalar(&mut self) -> Result<()> {
        const CONTEXT: &str = "while scanning a block scalar";
        self.remove_key()?;
        self.simple_key_allowed = true;
        let start = self.at;
        let literal = self.byte(0) == b'|';
        self.at += 1;
        let mut chomping = None;
        let mut increment = 0;
        for _ in 0..2 {
            match self.byte(0) {
                sign @ (b'+' | b'-') if chomping.is_none() => chomping = Some(sign),
                b'0' => {
                    return self.error_in(
                        CONTEXT,
                        start,
                        "found an indentation indicator equal to 0",
                    );
                }
                digit @ b'1'..=b'9' if increment == 0 => increment = isize::from(digit - b'0'),
                _ => break,
            }
            self.at += 1;
        }
        self.skip_blanks();
        self.skip_comment();
        if !self.is_break_or_end(0) {
            return self.error_in(CONTEXT, start, "did not find expected comment or line break");
        }
        let mut end = self.at;
        if !self.is_end() {
            self.skip_break();
        }
        let mut indent = if increment > 0 { self.indent.max(0) + increment } else { 0 };
        let mut text = String::new();
        let mut leading = String::new();
        let mut trailing = String::new();
        let mut leading_blank = false;
        self.block_scalar_breaks(&mut indent, &mut trailing, start)?;
        while self.column() as isize == indent && !self.is_end() {
            let blank = self.is_blank(0);
            if !literal && leading.starts_with('\n') && !leading_blank && !blank {
                if trailing.is_empty() {
                    text.push(' ');
                }
                leading.clear();
            } else {
                text.push_str(&leading);
                leading.clear();
            }
            text.push_str(&trailing);
            trailing.clear();
            leading_blank = blank;
            let from = self.at;
            while !self.is_break_or_end(0) {
                self.at += 1;
            }
            text.push_str(&self.text[from..self.at]);
            end = self.at;
            self.take_break(&mut leading);
            self.block_scalar_breaks(&mut indent, &mut trailing, start)?;
        }
        if chomping != Some(b'-') {
            text.push_str(&leading);
        }
        if chomping == Some(b'+') {
            text.push_str(&trailing);
        }
        let kind = TokenKind::Scalar(Cow::Owned(text), ScalarStyle::Block);
        self.tokens.push_back(Token { kind, span: Span::new(start, end) });
        Ok(())
    }

    fn block_scalar_breaks(
        &mut self,
        indent: &mut isize,
        breaks: &mut String,
        start: usize,
    ) -> Result<()> {
        let mut deepest = 0;
        loop {
            while (*indent == 0 || (self.column() as isize) < *indent) && self.byte(0) == b' ' {
                self.at += 1;
            }
            deepest = deepest.max(self.column() as isize);
            if (*indent == 0 || (self.column() as isize) < *indent) && self.byte(0) == b'\t' {
                return self.error_in(
                    "while scanning a block scalar",
                    start,
                    "found a tab character where an indentation space is expected",
                );
            }
            if self.break_len(0) == 0 {
                break;
            }
            self.take_break(breaks);
        }
        if *indent == 0 {
            *indent = deepest.max(self.indent + 1).max(1);
        }
        Ok(())
    }

    pub(super) fn fetch_quoted(&mut self) -> Result<()> {
        self.save_key()?;
        self.simple_key_allowed = false;
        let start = self.at;
        let quote = self.byte(0);
        let style =
            if quote == b'\'' { ScalarStyle::SingleQuoted } else { ScalarStyle::DoubleQuoted };
        self.at += 1;
        let from = self.at;
        // Most quoted scalars are one line without an escape: those are borrowed.
        while !matches!(self.byte(0), b'\\' | b'\n' | b'\r' | 0 | 0xC2 | 0xE2)
            && self.byte(0) != quote
        {
            self.at += 1;
        }
        let simple = self.byte(0) == quote && !(quote == b'\'' && self.byte(1) == b'\'');
        let text = if simple {
            Cow::Borrowed(&self.text[from..self.at])
        } else {
            self.at = from;
            Cow::Owned(self.quoted_text(quote, start)?)
        };
        self.at += 1;
        self.push(TokenKind::Scalar(text, style), start);
        Ok(())
    }

    /// The text up to the closing quote, which is left.
    fn quoted_text(&mut self, quote: u8, start: usize) -> Result<String> {
        const CONTEXT: &str = "while scanning a quoted scalar";
        let mut fold = Fold::default();
        loop {
            if self.at_document_indicator() {
                return self.error_in(CONTEXT, start, "found unexpected document indicator");
            }
            if self.is_end() {
                return self.error_in(CONTEXT, start, Stop::OpenQuote);
            }
            let mut joined = false;
            while !self.is_blank_or_end(0) {
                let byte = self.byte(0);
                if byte == b'\'' && quote == b'\'' && self.byte(1) == b'\'' {
                    fold.text.push('\'');
                    self.at += 2;
                } else if byte == quote {
                    break;
                } else if byte == b'\\' && quote == b'"' && self.break_len(1) > 0 {
                    self.at += 1;
                    self.skip_break();
                    joined = true;
                    break;
                } else if byte == b'\\' && quote == b'"' {
                    let character = self.escape(start)?;
                    fold.text.push(character);
                } else {
                    let len = self.char_len();
                    fold.text.push_str(&self.text[self.at..self.at + len]);
                    self.at += len;
                }
            }
            if self.byte(0) == quote && !joined {
                return Ok(fold.text);
            }
            fold.leading_blanks = joined;
            while self.is_blank(0) || self.break_len(0) > 0 {
                if self.is_blank(0) {
                    if !fold.leading_blanks {
                        fold.blanks.push(char::from(self.byte(0)));
                    }
                    self.at += 1;
                } else {
                    self.fold_break(&mut fold);
                }
            }
            fold.finish();
        }
    }

    fn fold_break(&mut self, fold: &mut Fold) {
        if fold.leading_blanks {
            self.take_break(&mut fold.trailing);
        } else {
            fold.blanks.clear();
            self.take_break(&mut fold.leading);
            fold.leading_blanks = true;
        }
    }

    fn escape(&mut self, start: usize) -> Result<char> {
        const CONTEXT: &str = "while parsing a quoted scalar";
        let digits = match self.byte(1) {
            b'x' => 2,
            b'u' => 4,
            b'U' => 8,
            other => {
                let character = match other {
                    b'0' => '\0',
                    b'a' => '\x07',
                    b'b' => '\x08',
                    b't' | b'\t' => '\t',
                    b'n' => '\n',
                    b'v' => '\x0B',
                    b'f' => '\x0C',
                    b'r' => '\r',
                    b'e' => '\x1B',
                    b' ' => ' ',
                    b'"' => '"',
                    b'\'' => '\'',
                    b'/' => {
                        if !self.json {
                            self.slashes.push(Span::new(self.at, self.at + 2));
                        }
                        '/'
                    }
                    b'\\' => '\\',
                    b'N' => '\u{85}',
                    b'_' => '\u{a0}',
                    b'L' => '\u{2028}',
                    b'P' => '\u{2029}',
                    _ => return self.error_in(CONTEXT, start, "found unknown escape character"),
                };
                self.at += 2;
                return Ok(character);
            }
        };
        let Some(mut code) = self.hex(2, digits) else {
            return self.error_in(CONTEXT, start, "did not find expected hexdecimal number");
        };
        let mut len = 2 + digits;
        if self.json
            && (0xD800..0xDC00).contains(&code)
            && self.byte(6) == b'\\'
            && self.byte(7) == b'u'
            && let Some(low @ 0xDC00..0xE000) = self.hex(8, 4)
        {
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
            len = 12;
        }
        let Some(character) = char::from_u32(code) else {
            return self.error_in(CONTEXT, start, "found invalid Unicode character escape code");
        };
        self.at += len;
        Ok(character)
    }

    fn hex(&self, ahead: usize, digits: usize) -> Option<u32> {
        let raw = self.bytes.get(self.at + ahead..self.at + ahead + digits)?;
        if !raw.iter().all(u8::is_ascii_hexdigit) {
            return None;
        }
        u32::from_str_radix(std::str::from_utf8(raw).ok()?, 16).ok()
    }

    pub(super) fn fetch_plain(&mut self) -> Result<()> {
        self.save_key()?;
        self.simple_key_allowed = false;
        let start = self.at;
        let mut end = start;
        let indent = self.indent + 1;
        let mut fold = Fold::default();
        // While the scalar is one run of the text it is borrowed; a folded line makes it owned.
        let mut owned = false;
        loop {
            if self.at_document_indicator() || self.byte(0) == b'#' {
                break;
            }
            let from = self.at;
            while !self.is_blank_or_end(0) {
                let byte = self.byte(0);
                let ends = (byte == b':' && self.is_blank_or_end(1))
                    || (self.flow_level > 0
                        && matches!(byte, b',' | b'?' | b'[' | b']' | b'{' | b'}'));
                if ends {
                    break;
                }
                self.at += 1;
            }
            if self.at > from {
                if fold.leading_blanks && !owned {
                    owned = true;
                    fold.text.push_str(&self.text[start..end]);
                }
                if owned {
                    fold.finish();
                    fold.text.push_str(&self.text[from..self.at]);
                }
                fold.leading_blanks = false;
                fold.blanks.clear();
                end = self.at;
            }
            if !(self.is_blank(0) || self.break_len(0) > 0) {
                break;
            }
            while self.is_blank(0) || self.break_len(0) > 0 {
                if self.is_blank(0) {
                    if fold.leading_blanks
                        && (self.column() as isize) < indent
                        && self.byte(0) == b'\t'
                    {
                        return self.error_in("while scanning a plain scalar", start, Stop::Tab);
                    }
                    if !fold.leading_blanks && owned {
                        fold.blanks.push(char::from(self.byte(0)));
                    }
                    self.at += 1;
                } else {
                    self.fold_break(&mut fold);
                }
            }
            if self.flow_level == 0 && (self.column() as isize) < indent {
                break;
            }
        }
        if fold.leading_blanks {
            self.simple_key_allowed = true;
        }
        let text =
            if owned { Cow::Owned(fold.text) } else { Cow::Borrowed(&self.text[start..end]) };
        let kind = TokenKind::Scalar(text, ScalarStyle::Plain);
        self.tokens.push_back(Token { kind, span: Span::new(start, end) });
        Ok(())
    }
}

/// How the lines of a scalar become one: a single break is a space, further ones stay.
#[derive(Default)]
struct Fold {
    text: String,
    blanks: String,
    leading: String,
    trailing: String,
    leading_blanks: bool,
}

impl Fold {
    fn finish(&mut self) {
        if self.leading_blanks {
            if self.leading.starts_with('\n') {
                if self.trailing.is_empty() {
                    self.text.push(' ');
                }
            } else {
                self.text.push_str(&self.leading);
            }
            self.text.push_str(&self.trailing);
            self.leading.clear();
            self.trailing.clear();
        } else {
            self.text.push_str(&self.blanks);
        }
        self.blanks.clear();
        self.leading_blanks = false;
    }
}
