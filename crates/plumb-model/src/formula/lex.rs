//! From the text of a formula to its words.

use crate::codes::BAD_FORMULA;
use crate::problem::Problem;
use plumb_text::Span;

/// The words of a formula. Only what formulas may hold: no bytes, raw texts, hexadecimal numbers or back-quoted names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    Name,
    Number,
    Text,
    Sign(&'static str),
}

/// Longer than any formula that a person can check.
pub(super) const MAX_LENGTH: usize = 4_000;
pub(super) const MAX_TOKENS: usize = 256;
const MAX_NESTING: usize = 24;

static SIGNS: &[&str] = &[
    "==", "!=", "<=", ">=", "&&", "||", "+", "-", "*", "/", "%", "<", ">", "!", "?", ":", "(", ")",
    "[", "]", ",", ".",
];

/// Splits a formula into its words, or says where it cannot be read.
pub(super) fn lex(text: &str) -> Result<Vec<Token>, Problem> {
    let problem = |span, message: String| Problem::new(&BAD_FORMULA, span, message);
    if text.len() > MAX_LENGTH {
        let message = format!("a formula has at most {MAX_LENGTH} characters");
        return Err(problem(Span::at(0), message).help("split it into several formulas"));
    }
    let mut tokens: Vec<Token> = Vec::new();
    let mut open = 0usize;
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        let (kind, length) = if c.is_whitespace() {
            at += c.len_utf8();
            continue;
        } else if rest.starts_with("//") {
            at += rest.find('\n').unwrap_or(rest.len());
            continue;
        } else if c.is_ascii_alphabetic() || c == '_' {
            let length =
                rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
            if rest[length..].starts_with(['"', '\'']) {
                let span = Span::new(at, at + length);
                return Err(problem(
                    span,
                    format!("`{}` before a text is not supported", &rest[..length]),
                ));
            }
            (TokenKind::Name, length)
        } else if c.is_ascii_digit()
            || (c == '.'
                && rest[1..].starts_with(|c: char| c.is_ascii_digit())
                && !follows_value(&tokens))
        {
            (TokenKind::Number, number(rest, at)?)
        } else if c == '"' || c == '\'' {
            let length = quoted(rest, c).ok_or_else(|| {
                problem(Span::new(at, text.len()), "this text does not end".into())
                    .label("begins here")
            })?;
            if tokens.last().is_some_and(|last| last.kind == TokenKind::Text && last.span.end == at)
            {
                let span = Span::new(at, at + length);
                return Err(problem(span, "an operator is missing between two strings".into()));
            }
            (TokenKind::Text, length)
        } else if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            (TokenKind::Sign(sign), sign.len())
        } else {
            let span = Span::new(at, at + c.len_utf8());
            let error =
                problem(span, format!("`{}` has no meaning in a formula", c.escape_debug()));
            return Err(match c {
                '=' => error.help("equality is written `==`"),
                '&' | '|' => error.help(format!("write `{c}{c}`")),
                '^' => error.help("there is no power; multiply"),
                '×' | '·' => error.help("multiplication is written `*`"),
                '÷' => error.help("division is written `/`"),
                '≥' => error.help("write `>=`"),
                '≤' => error.help("write `<=`"),
                '−' | '–' => error.help("write `-`"),
                _ => error,
            });
        };
        let span = Span::new(at, at + length);
        match kind {
            TokenKind::Sign("(" | "[" | "?" | "!") => open += 1,
            // a sign of its number, not a subtraction
            TokenKind::Sign("-") if !follows_value(&tokens) => open += 1,
            TokenKind::Sign(")" | "]") => open = open.saturating_sub(1),
            _ => {}
        }
        if open > MAX_NESTING * 2 || tokens.len() >= MAX_TOKENS {
            let error = problem(span, "this formula is too large".into());
            return Err(error.help("split it into several formulas"));
        }
        tokens.push(Token { kind, span });
        at += length;
    }
    Ok(tokens)
}

/// Whether the next sign stands behind a value, so that `-` is a subtraction and `.5` a field.
fn follows_value(tokens: &[Token]) -> bool {
    tokens.last().is_some_and(
        |token| !matches!(token.kind, TokenKind::Sign(sign) if !matches!(sign, ")" | "]")),
    )
}

/// The length of the number that a text starts with.
fn number(text: &str, at: usize) -> Result<usize, Problem> {
    let digits = |from: usize| text[from..].bytes().take_while(u8::is_ascii_digit).count();
    let mut end = digits(0);
    if text[end..].starts_with('.') && text[end + 1..].starts_with(|c: char| c.is_ascii_digit()) {
        end += 1 + digits(end + 1);
    }
    if text[end..].starts_with(['e', 'E']) {
        let sign = usize::from(text[end + 1..].starts_with(['+', '-']));
        let exponent = digits(end + 1 + sign);
        if exponent > 0 {
            end += 1 + sign + exponent;
        }
    }
    let glued =
        text[end..].find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len() - end);
    if glued > 0 {
        let whole = &text[..end + glued];
        let span = Span::new(at, at + whole.len());
        let error = Problem::new(&BAD_FORMULA, span, format!("`{whole}` is not a number"));
        return Err(match crate::quantity::parse_kubernetes(whole) {
            Ok(_) => {
                error.help(format!("a quantity in a formula is written `quantity(\"{whole}\")`"))
            }
            Err(_) => error,
        });
    }
    Ok(end)
}

/// The length of the quoted text that a text starts with.
fn quoted(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '\n' => return None,
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return Some(at + c.len_utf8()),
            _ => {}
        }
    }
    None
}
