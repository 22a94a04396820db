//! From the text of an expression to its words.

use super::literal::{self, Quoted};
use super::tree::{MAX_LENGTH, SyntaxError};
use plumb_text::Span;

/// A word and its place.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) span: Span,
}

/// What kind of word.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum TokenKind {
    /// A name, reserved ones among them.
    Name(String),
    /// A name in back quotes, which only a field may have.
    Quoted(String),
    /// A whole number's digits, with `0x` where they are hexadecimal.
    Int(String),
    /// The same with `u` behind them, which is left out here.
    Uint(String),
    Double(f64),
    String(String),
    Bytes(Vec<u8>),
    Sign(&'static str),
    End,
}

const SIGNS: &[&str] = &[
    "==", "!=", "<=", ">=", "&&", "||", "+", "-", "*", "/", "%", "<", ">", "!", "?", ":", "(", ")",
    "[", "]", "{", "}", ",", ".",
];

/// Splits a text into its words; the last one is [`TokenKind::End`].
pub(super) fn lex(text: &str) -> Result<Vec<Token>, SyntaxError> {
    if text.len() > MAX_LENGTH && text.chars().count() > MAX_LENGTH {
        let message = format!("an expression has at most {MAX_LENGTH} characters");
        return Err(SyntaxError::new(message, Span::new(0, text.len())));
    }
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        if matches!(first, ' ' | '\t' | '\n' | '\r' | '\u{c}') {
            at += 1;
            continue;
        }
        if rest.starts_with("//") {
            at += rest.find('\n').unwrap_or(rest.len());
            continue;
        }
        let (kind, length) = word(rest, first).map_err(|(message, length)| {
            SyntaxError::new(message, Span::new(at, (at + length).min(text.len())))
        })?;
        tokens.push(Token { kind, span: Span::new(at, at + length) });
        at += length;
    }
    tokens.push(Token { kind: TokenKind::End, span: Span::new(text.len(), text.len()) });
    Ok(tokens)
}

/// The first word of a text and its length; an error has the length of what is wrong.
fn word(rest: &str, first: char) -> Result<(TokenKind, usize), (String, usize)> {
    if let Some(quoted) = literal::quoted(rest) {
        return match quoted? {
            (Quoted::String(text), length) => Ok((TokenKind::String(text), length)),
            (Quoted::Bytes(bytes), length) => Ok((TokenKind::Bytes(bytes), length)),
        };
    }
    if first.is_ascii_alphabetic() || first == '_' {
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        let end = end.unwrap_or(rest.len());
        return Ok((TokenKind::Name(rest[..end].to_owned()), end));
    }
    if first == '`' {
        let inside = &rest[1..];
        let allowed = |c: char| c.is_ascii_alphanumeric() || "_.-/ ".contains(c);
        let end = inside.find(|c: char| !allowed(c)).unwrap_or(inside.len());
        return match inside[end..].starts_with('`') && end > 0 {
            true => Ok((TokenKind::Quoted(inside[..end].to_owned()), end + 2)),
            false => Err((
                "a name in back quotes has letters, digits, and `_ . - /`".to_owned(),
                end + 1,
            )),
        };
    }
    let digit_behind_dot = first == '.' && rest[1..].starts_with(|c: char| c.is_ascii_digit());
    if first.is_ascii_digit() || digit_behind_dot {
        return number(rest);
    }
    match SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
        Some(sign) => Ok((TokenKind::Sign(sign), sign.len())),
        None => Err((format!("`{}` is unexpected here", first.escape_debug()), first.len_utf8())),
    }
}

fn number(rest: &str) -> Result<(TokenKind, usize), (String, usize)> {
    let digits = |from: usize, hex: bool| {
        let is_digit = |c: char| if hex { c.is_ascii_hexdigit() } else { c.is_ascii_digit() };
        rest[from..].find(|c: char| !is_digit(c)).map_or(rest.len(), |end| from + end)
    };
    let hex = rest.starts_with("0x") && rest[2..].starts_with(|c: char| c.is_ascii_hexdigit());
    let mut end = if hex { digits(2, true) } else { digits(0, false) };
    let mut double = false;
    if !hex {
        if rest[end..].starts_with('.') && rest[end + 1..].starts_with(|c: char| c.is_ascii_digit())
        {
            (double, end) = (true, digits(end + 1, false));
        }
        if rest[end..].starts_with(['e', 'E']) {
            let sign = usize::from(rest[end + 1..].starts_with(['+', '-']));
            if rest[end + 1 + sign..].starts_with(|c: char| c.is_ascii_digit()) {
                (double, end) = (true, digits(end + 1 + sign, false));
            }
        }
    }
    if double {
        return match rest[..end].parse::<f64>() {
            Ok(value) if value.is_finite() => Ok((TokenKind::Double(value), end)),
            _ => Err(("invalid double literal".to_owned(), end)),
        };
    }
    let text = rest[..end].to_owned();
    match rest[end..].starts_with(['u', 'U']) {
        true => Ok((TokenKind::Uint(text), end + 1)),
        false => Ok((TokenKind::Int(text), end)),
    }
}
