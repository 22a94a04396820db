//! Directives and tags.

use super::{Result, Scanner, TokenKind};
use std::borrow::Cow;

impl<'a> Scanner<'a> {
    pub(super) fn fetch_directive(&mut self) -> Result<()> {
        const CONTEXT: &str = "while scanning a directive";
        self.close_blocks(-1);
        self.remove_key()?;
        self.simple_key_allowed = false;
        let start = self.at;
        self.at += 1;
        let name = self.word();
        if name.is_empty() {
            return self.error_in(CONTEXT, start, "could not find expected directive name");
        }
        if !self.is_blank_or_end(0) {
            return self.error_in(CONTEXT, start, "found unexpected non-alphabetical character");
        }
        while !self.is_break_or_end(0) && self.byte(0) != b'#' {
            self.at += 1;
        }
        self.push(TokenKind::Directive, start);
        self.skip_comment();
        Ok(())
    }

    fn tag_handle(&mut self, start: usize) -> Result<&'a str> {
        let from = self.at;
        if self.byte(0) != b'!' {
            return self.error_in("while scanning a tag", start, "did not find expected '!'");
        }
        self.at += 1;
        self.word();
        if self.byte(0) == b'!' {
            self.at += 1;
        }
        Ok(&self.text[from..self.at])
    }

    fn tag_uri(&mut self, start: usize) -> Result<Cow<'a, str>> {
        let from = self.at;
        let mut escaped = false;
        loop {
            match self.byte(0) {
                b'0'..=b'9'
                | b'A'..=b'Z'
                | b'a'..=b'z'
                | b'_'
                | b'-'
                | b';'
                | b'/'
                | b'?'
                | b':'
                | b'@'
                | b'&'
                | b'='
                | b'+'
                | b'$'
                | b','
                | b'.'
                | b'!'
                | b'~'
                | b'*'
                | b'\''
                | b'('
                | b')'
                | b'['
                | b']' => self.at += 1,
                b'%' => {
                    if !(self.byte(1).is_ascii_hexdigit() && self.byte(2).is_ascii_hexdigit()) {
                        return self.error_in(
                            "while parsing a tag",
                            start,
                            "did not find URI escaped octet",
                        );
                    }
                    escaped = true;
                    self.at += 3;
                }
                _ => break,
            }
        }
        let raw = &self.text[from..self.at];
        if !escaped {
            return Ok(Cow::Borrowed(raw));
        }
        let mut octets = Vec::new();
        let mut rest = raw.as_bytes();
        while let [first, behind @ ..] = rest {
            if *first == b'%' && behind.len() >= 2 {
                let digits = std::str::from_utf8(&behind[..2]).unwrap_or("0");
                octets.push(u8::from_str_radix(digits, 16).unwrap_or(0));
                rest = &behind[2..];
            } else {
                octets.push(*first);
                rest = behind;
            }
        }
        Ok(Cow::Owned(String::from_utf8_lossy(&octets).into_owned()))
    }

    pub(super) fn fetch_tag(&mut self) -> Result<()> {
        const CONTEXT: &str = "while scanning a tag";
        self.save_key()?;
        self.simple_key_allowed = false;
        let start = self.at;
        let (handle, suffix) = if self.byte(1) == b'<' {
            self.at += 2;
            let uri = self.tag_uri(start)?;
            if self.byte(0) != b'>' {
                return self.error_in(CONTEXT, start, "did not find the expected '>'");
            }
            self.at += 1;
            ("", uri)
        } else {
            let handle = self.tag_handle(start)?;
            if handle.len() > 1 && handle.ends_with('!') {
                (handle, self.tag_uri(start)?)
            } else {
                self.at = start + 1;
                let suffix = self.tag_uri(start)?;
                if suffix.is_empty() { ("", Cow::Borrowed("!")) } else { ("!", suffix) }
            }
        };
        if !self.is_blank_or_end(0) {
            return self.error_in(CONTEXT, start, "did not find expected whitespace or line break");
        }
        self.push(TokenKind::Tag(handle, suffix), start);
        Ok(())
    }
}
