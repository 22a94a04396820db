//! Go's regular expressions through the `regex` crate: both are RE2's, and differ in a few spellings.
//!
//! Read as Go's `regexp/syntax` reads them with its Perl flags (`parse.go`, Go 1.25), and written out so that Rust reads the
//! same. What only Rust has (`\u`, `\<`, `(?x)`, `&&` in a class) is an error or plain text, as it is in Go.

use regex::{Regex, RegexBuilder};
use std::fmt::Write;
use std::iter::Peekable;
use std::str::Chars;

/// The most that a repetition counts to, in Go.
const MOST_REPEATED: u32 = 1_000;
/// The most memory that a compiled pattern takes, in bytes.
const MOST_BYTES: usize = 8 << 20;

/// Compiles a regular expression with the meaning that it has in Go, and so for an API server, Istio and Envoy: `\d`, `\w`,
/// `\s` and `\b` know ASCII only. Fails, with one line that says why, where Go would not take it, and where it is larger than
/// 8 MiB when compiled.
pub fn go_regex(pattern: &str) -> Result<Regex, String> {
    let rust = Reader { rest: pattern.chars().peekable(), out: String::new() }.translated()?;
    RegexBuilder::new(&rust).size_limit(MOST_BYTES).build().map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => "it is too large to compile".to_owned(),
        other => {
            let text = other.to_string();
            text.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
        }
    })
}

/// What is still to be read of a pattern, and what Rust is to read.
struct Reader<'a> {
    rest: Peekable<Chars<'a>>,
    out: String,
}

impl Reader<'_> {
    fn translated(mut self) -> Result<String, String> {
        while let Some(c) = self.rest.next() {
            match c {
                '\\' => self.escape()?,
                '[' => self.class()?,
                '(' => self.group()?,
                '{' => self.repetition()?,
                other => self.out.push(other),
            }
        }
        Ok(self.out)
    }

    /// What stands behind a `\` outside of a class.
    fn escape(&mut self) -> Result<(), String> {
        let next = self.rest.peek().copied().ok_or("trailing backslash at end of expression")?;
        match next {
            'A' | 'z' => self.out.extend(['\\', next]),
            'b' | 'B' => self.out.push_str(&format!("(?-u:\\{next})")),
            'Q' => {
                self.rest.next();
                return self.quoted();
            }
            _ => return self.set_or_char(),
        }
        self.rest.next();
        Ok(())
    }

    /// Plain text up to `\E`, or to the end.
    fn quoted(&mut self) -> Result<(), String> {
        while let Some(c) = self.rest.next() {
            if c == '\\' && self.rest.next_if_eq(&'E').is_some() {
                break;
            }
            self.literal(c);
        }
        Ok(())
    }

    /// What stands for a set of characters, or for one, behind a `\`.
    fn set_or_char(&mut self) -> Result<(), String> {
        if !self.set()? {
            let c = self.escaped_char()?;
            self.literal(c);
        }
        Ok(())
    }

    /// A set of characters behind a `\`, if one is there.
    fn set(&mut self) -> Result<bool, String> {
        let Some(&name) = self.rest.peek() else { return Ok(false) };
        let known = match name {
            'd' => "[0-9]",
            'D' => "[^0-9]",
            's' => r"[\t\n\x0C\r ]",
            'S' => r"[^\t\n\x0C\r ]",
            'w' => "[0-9A-Za-z_]",
            'W' => "[^0-9A-Za-z_]",
            'p' | 'P' => {
                self.rest.next();
                return self.unicode(name == 'P').map(|()| true);
            }
            _ => return Ok(false),
        };
        self.rest.next();
        self.out.push_str(known);
        Ok(true)
    }

    /// `\pN`, `\p{Greek}`, `\p{^Greek}`: what is behind the `p`.
    fn unicode(&mut self, mut not: bool) -> Result<(), String> {
        const INVALID: &str = "invalid character class range: `\\p` without a name";
        let first = self.rest.next().ok_or(INVALID)?;
        let mut name = String::from(first);
        if first == '{' {
            name.clear();
            loop {
                match self.rest.next().ok_or(INVALID)? {
                    '}' => break,
                    '^' if name.is_empty() => not = !not,
                    c => name.push(c),
                }
            }
        }
        let sign = if not { 'P' } else { 'p' };
        let _ = write!(self.out, "\\{sign}{{{name}}}");
        Ok(())
    }

    /// The one character that an escape stands for.
    fn escaped_char(&mut self) -> Result<char, String> {
        let c = self.rest.next().ok_or("trailing backslash at end of expression")?;
        let invalid = || format!("invalid escape sequence: `\\{c}`");
        let is_octal = |c: &char| ('0'..='7').contains(c);
        let code = match c {
            // A single digit but 0 would be a reference to a group, which RE2 has not.
            '1'..='7' if !self.rest.peek().is_some_and(is_octal) => return Err(invalid()),
            '0'..='7' => {
                let mut code = c.to_digit(8).unwrap_or_default();
                for _ in 0..2 {
                    let Some(digit) = self.rest.next_if(is_octal) else { break };
                    code = code * 8 + digit.to_digit(8).unwrap_or_default();
                }
                code
            }
            'x' => self.hexadecimal().ok_or_else(invalid)?,
            'a' => 0x07,
            'f' => 0x0C,
            'n' => 0x0A,
            'r' => 0x0D,
            't' => 0x09,
            'v' => 0x0B,
            c if c.is_ascii() && !c.is_ascii_alphanumeric() => u32::from(c),
            _ => return Err(invalid()),
        };
        char::from_u32(code).ok_or_else(invalid)
    }

    /// `41` or `{1F600}`.
    fn hexadecimal(&mut self) -> Option<u32> {
        if self.rest.next_if_eq(&'{').is_none() {
            let (high, low) = (self.rest.next()?.to_digit(16)?, self.rest.next()?.to_digit(16)?);
            return Some(high * 16 + low);
        }
        let mut code = self.rest.next()?.to_digit(16)?;
        loop {
            match self.rest.next()? {
                '}' => return Some(code),
                digit => code = code.checked_mul(16)?.checked_add(digit.to_digit(16)?)?,
            }
        }
    }

    fn literal(&mut self, c: char) {
        self.out.push_str(&regex::escape(c.encode_utf8(&mut [0; 4])));
    }

    /// What is behind a `[`, up to its `]`.
    fn class(&mut self) -> Result<(), String> {
        const UNCLOSED: &str = "missing closing ]";
        self.out.push('[');
        if self.rest.next_if_eq(&'^').is_some() {
            self.out.push('^');
        }
        let mut first = true;
        loop {
            match self.rest.peek().copied().ok_or(UNCLOSED)? {
                // As the first one it is a character of the class.
                ']' if !first => break,
                '[' if self.named_class() => {}
                '\\' => {
                    self.rest.next();
                    if !self.set()? {
                        let low = self.escaped_char()?;
                        self.range(low)?;
                    }
                }
                _ => {
                    let low = self.rest.next().ok_or(UNCLOSED)?;
                    self.range(low)?;
                }
            }
            first = false;
        }
        self.rest.next();
        self.out.push(']');
        Ok(())
    }

    /// `[:alpha:]` within a class, if that is there. A name that there is not is for Rust to refuse.
    fn named_class(&mut self) -> bool {
        let mut ahead = self.rest.clone();
        ahead.next();
        if ahead.next_if_eq(&':').is_none() {
            return false;
        }
        let mut name = String::new();
        while let Some(c) = ahead.next_if(|c| c.is_ascii_alphabetic() || *c == '^') {
            name.push(c);
        }
        if ahead.next() != Some(':') || ahead.next() != Some(']') {
            return false;
        }
        self.rest = ahead;
        let _ = write!(self.out, "[:{name}:]");
        true
    }

    /// A character of a class, or a range that begins with it.
    fn range(&mut self, low: char) -> Result<(), String> {
        self.literal(low);
        let mut ahead = self.rest.clone();
        if ahead.next() != Some('-') || ahead.peek().is_none_or(|&end| end == ']') {
            return Ok(());
        }
        self.rest = ahead;
        let high = match self.rest.next() {
            Some('\\') => self.escaped_char()?,
            Some(c) => c,
            None => return Ok(()),
        };
        if high < low {
            return Err(format!("invalid character class range: `{low}-{high}`"));
        }
        self.out.push('-');
        self.literal(high);
        Ok(())
    }

    /// What is behind a `(`: of the flags, Go knows four.
    fn group(&mut self) -> Result<(), String> {
        self.out.push('(');
        if self.rest.next_if_eq(&'?').is_none() {
            return Ok(());
        }
        self.out.push('?');
        if matches!(self.rest.peek(), Some('P' | '<')) {
            let is_of_a_name = |c: &char| *c != '>' && *c != ')';
            while let Some(c) = self.rest.next_if(is_of_a_name) {
                self.out.push(c);
            }
            return Ok(());
        }
        while let Some(c) = self.rest.next_if(|c| *c != ')' && *c != ':') {
            if !"imsU-".contains(c) {
                return Err(format!("invalid or unsupported Perl syntax: `(?{c}`"));
            }
            self.out.push(c);
        }
        Ok(())
    }

    /// What is behind a `{`: a count, or else the sign itself.
    fn repetition(&mut self) -> Result<(), String> {
        let mut ahead = self.rest.clone();
        let mut count = String::new();
        while let Some(c) = ahead.next_if(|c| c.is_ascii_digit() || *c == ',') {
            count.push(c);
        }
        let (least, most) = count.split_once(',').unwrap_or((&count, ""));
        if ahead.next() != Some('}') || least.is_empty() || most.contains(',') {
            self.literal('{');
            return Ok(());
        }
        for number in [least, most].into_iter().filter(|number| !number.is_empty()) {
            if !number.parse::<u32>().is_ok_and(|number| number <= MOST_REPEATED) {
                return Err(format!("invalid repeat count: `{{{count}}}`"));
            }
        }
        self.rest = ahead;
        let _ = write!(self.out, "{{{count}}}");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_mean_what_they_mean_in_go() {
        // Pattern, text, whether RE2 finds it; from RE2's syntax page and Go's parse.go.
        let table = [
            (r"^\d+$", "12", true),
            (r"^\d+$", "१२", false),
            (r"^\w$", "é", false),
            (r"^[\w.-]+$", "a.b-c", true),
            (r"^[[a]+$", "[a", true),
            (r"^[]a]+$", "]a", true),
            (r"^[^]a]+$", "b", true),
            (r"^[a&&b]+$", "a&b", true),
            (r"^[a-z&&c]+$", "x&", true),
            (r"^[+--]+$", "+,-", true),
            (r"^[-a]+$", "-a", true),
            (r"^[a-]+$", "-a", true),
            (r"^[\d-z]+$", "1-z", true),
            (r"^[\d-z]+$", "a", false),
            (r"^[a~~b\]]+$", "~]", true),
            (r"^[\D]$", "1", false),
            (r"^[^\s]$", "\u{b}", true),
            (r"^[[:alpha:]_]+$", "a_", true),
            (r"^[[:^alpha:]]$", "1", true),
            (r"^[[:a]$", ":", true),
            (r"^\Qa.b\E$", "a.b", true),
            (r"^\Qa.b\E$", "axb", false),
            (r"^\Qa.b", "a.bc", true),
            (r"^\/x\-\_$", "/x-_", true),
            (r"^\<a\>$", "<a>", true),
            (r"^\PC*$", "é x", true),
            (r"^\p{^Greek}$", "α", false),
            (r"^\p{Greek}\pL$", "αa", true),
            (r"^(a|b)*?$", "abab", true),
            (r"^a{2}$", "aa", true),
            (r"^a{2}$", "a{2}", false),
            (r"^a{,2}$", "a{,2}", true),
            (r"^{a}$", "{a}", true),
            // up to three octal digits; the digits behind them are themselves
            (r"^\101$", "A", true),
            (r"^\0$", "\0", true),
            (r"^\01018$", "\u{8}18", true),
            (r"^[\060-\071]$", "5", true),
            (r"^\x41\x{1F600}$", "A😀", true),
            (r"^(?i:a)(?P<x>b)(?<y>c)$", "Abc", true),
            (r"(?s).", "\n", true),
        ];
        for (pattern, text, found) in table {
            let regex = go_regex(pattern).unwrap_or_else(|error| panic!("{pattern}: {error}"));
            assert_eq!(regex.is_match(text), found, "{pattern} on {text}");
        }
    }

    #[test]
    fn what_go_does_not_take_is_an_error() {
        for (pattern, error) in [
            ("(", "unclosed group"),
            ("(?=a)", "invalid or unsupported Perl syntax: `(?=`"),
            ("(?x)a", "invalid or unsupported Perl syntax: `(?x`"),
            (r"\1", r"invalid escape sequence: `\1`"),
            (r"\8", r"invalid escape sequence: `\8`"),
            (r"\Z", r"invalid escape sequence: `\Z`"),
            (r"\u0041", r"invalid escape sequence: `\u`"),
            (r"[\b]", r"invalid escape sequence: `\b`"),
            (r"\é", r"invalid escape sequence: `\é`"),
            (r"\xZ1", r"invalid escape sequence: `\x`"),
            (r"\", "trailing backslash at end of expression"),
            ("[a", "missing closing ]"),
            ("[b-a]", "invalid character class range: `b-a`"),
            ("a{1001}", "invalid repeat count: `{1001}`"),
            ("((((a{1000}){1000}){1000}){1000})", "it is too large to compile"),
        ] {
            assert_eq!(go_regex(pattern).unwrap_err(), error, "{pattern}");
        }
    }
}
