//! The arguments behind a directive's name.

use super::Cut;
use crate::text::{Span, Spanned};

/// What stands behind a directive's name; every span is one of the chapter's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Args {
    /// The one argument without a key.
    pub positional: Option<Arg>,
    /// The arguments with a key, in the author's order.
    pub named: Vec<(Spanned<String>, Arg)>,
}

/// An argument's value and where it stands.
pub type Arg = Spanned<Value>;

/// An argument's value, as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A bare word: `istio-sidecar`, `tax.cpu`, `true`.
    Word(String),
    /// A bare number: `100`, `-1.5`, `1e3`.
    Number(String),
    /// A bare number with a unit behind it: `128Mi`, `100m`, `50%`.
    Quantity(String),
    /// A "string", without its quotes.
    Text(String),
    /// A list: `[a, b]`.
    List(Vec<Arg>),
}

impl Args {
    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Arg> {
        self.named.iter().find(|(name, _)| name.value == key).map(|(_, value)| value)
    }

    /// Whether there is nothing at all.
    pub fn is_empty(&self) -> bool {
        self.positional.is_none() && self.named.is_empty()
    }
}

impl Value {
    /// The text of anything but a list, as it was written.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Value::Word(text) | Value::Number(text) | Value::Quantity(text) | Value::Text(text) => {
                Some(text)
            }
            Value::List(_) => None,
        }
    }

    /// What kind of value it is, for a message.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Word(_) => "a word",
            Value::Number(_) => "a number",
            Value::Quantity(_) => "a quantity",
            Value::Text(_) => "a string",
            Value::List(_) => "a list",
        }
    }

    /// Reads a bare word for what it looks like.
    fn bare(text: &str) -> Value {
        let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
        let digits = unsigned.bytes().take_while(u8::is_ascii_digit).count();
        let fraction = unsigned[digits..].strip_prefix('.').map_or(0, |rest| {
            match rest.bytes().take_while(u8::is_ascii_digit).count() {
                0 => 0,
                count => count + 1,
            }
        });
        if digits == 0 {
            return Value::Word(text.to_owned());
        }
        let rest = &unsigned[digits + fraction..];
        let exponent = rest
            .strip_prefix(['e', 'E'])
            .map(|rest| rest.strip_prefix(['-', '+']).unwrap_or(rest))
            .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()));
        if rest.is_empty() || exponent {
            Value::Number(text.to_owned())
        } else if rest.chars().all(|c| c.is_alphabetic() || matches!(c, '%' | '/' | '$' | '€')) {
            Value::Quantity(text.to_owned())
        } else {
            Value::Word(text.to_owned())
        }
    }
}

/// What is wrong with an argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Malformed {
    /// Where, in the chapter.
    pub(super) span: Span,
    /// One sentence.
    pub(super) message: String,
    /// The way out.
    pub(super) help: String,
    /// Another place that explains it.
    pub(super) related: Option<(Span, &'static str)>,
    /// What to write in its place, where that is certain.
    pub(super) instead: Option<String>,
}

impl Malformed {
    fn new(span: Span, message: impl Into<String>, help: impl Into<String>) -> Malformed {
        Malformed { span, message: message.into(), help: help.into(), related: None, instead: None }
    }

    fn related(mut self, span: Span, label: &'static str) -> Malformed {
        self.related = Some((span, label));
        self
    }

    fn instead(mut self, text: String) -> Malformed {
        self.instead = Some(text);
        self
    }
}

/// Reads `NAME positional key=value …` from a part of a comment.
pub(super) fn read(cut: &Cut, part: Span) -> (Option<Spanned<String>>, Args, Vec<Malformed>) {
    let mut reader = Reader { cut, at: part.start, end: part.end, wrong: Vec::new() };
    let name = reader.name();
    let args = if name.is_some() { reader.args() } else { Args::default() };
    (name, args, reader.wrong)
}

/// When to stop reading what can't be meant.
const MAX_NAMED: usize = 100;
const MAX_WRONG: usize = 10;

struct Reader<'a> {
    cut: &'a Cut,
    at: usize,
    end: usize,
    wrong: Vec<Malformed>,
}

/// What a bare word ends before.
fn ends_word(c: char, in_list: bool) -> bool {
    c.is_whitespace() || c == '"' || (in_list && matches!(c, ',' | ']'))
}

fn is_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && word.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'))
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        self.cut.text().get(self.at..self.end).unwrap_or("")
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn skip_space(&mut self) {
        self.at = self.end - self.rest().trim_start().len();
    }

    fn span(&self, start: usize, end: usize) -> Span {
        self.cut.span_of(Span::new(start, end))
    }

    fn fail(
        &mut self,
        start: usize,
        end: usize,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let span = self.span(start, end);
        self.wrong.push(Malformed::new(span, message, help));
    }

    /// A run of characters that belong to a bare word.
    fn word(&mut self, in_list: bool) -> (usize, String) {
        let start = self.at;
        let rest = self.rest();
        let length = rest.find(|c| ends_word(c, in_list)).unwrap_or(rest.len());
        let word = rest[..length].to_owned();
        self.at += length;
        (start, word)
    }

    fn name(&mut self) -> Option<Spanned<String>> {
        self.skip_space();
        let (start, word) = self.word(false);
        let span = self.span(start, self.at);
        if word.is_empty() {
            self.fail(
                start,
                start,
                "the directive has no name",
                "a directive is `plumb: NAME arguments`",
            );
            None
        } else if is_name(&word) {
            Some(Spanned::new(word, span))
        } else {
            let message = format!("`{word}` can't be the name of a directive");
            self.fail(start, self.at, message, "a directive is `plumb: NAME arguments`");
            None
        }
    }

    fn args(&mut self) -> Args {
        let mut args = Args::default();
        loop {
            self.skip_space();
            let start = self.at;
            if self.rest().is_empty() || self.wrong.len() >= MAX_WRONG {
                return args;
            }
            if args.named.len() >= MAX_NAMED {
                let end = self.end;
                self.fail(start, end, "these are too many arguments", "no directive takes so many");
                return args;
            }
            if let Some(length) = self.key_length() {
                let key = self.rest()[..length].to_owned();
                let key = Spanned::new(key, self.span(start, start + length));
                self.at += length + 1;
                self.named(&mut args, key);
            } else if self.is_renamed(&args) {
                self.renamed(&mut args);
            } else if !self.spaced_key() {
                self.positional(&mut args);
            }
            if self.at == start {
                return args;
            }
        }
    }

    /// The length of `key` where `key=` comes next.
    fn key_length(&self) -> Option<usize> {
        let rest = self.rest();
        let length = rest.find(|c: char| c.is_whitespace() || matches!(c, '=' | '"' | '['))?;
        (rest[length..].starts_with('=') && is_name(&rest[..length])).then_some(length)
    }

    /// Whether `as NAME` comes next, behind the argument without a key. It is `as=NAME`, as people say it.
    fn is_renamed(&self, args: &Args) -> bool {
        let rest = self.rest().strip_prefix("as");
        args.positional.is_some() && rest.is_some_and(|rest| rest.starts_with(char::is_whitespace))
    }

    fn renamed(&mut self, args: &mut Args) {
        let key = Spanned::new("as".to_owned(), self.span(self.at, self.at + 2));
        self.at += 2;
        self.skip_space();
        if self.rest().is_empty() || self.key_length().is_some() {
            let (start, end) = (self.at, self.at);
            self.fail(start, end, "`as` has no name behind it", "write `as NAME`");
            return;
        }
        // The name touches the key for what reads it.
        self.named(args, key);
    }

    /// Passes over `key = value`, which is written without the spaces.
    fn spaced_key(&mut self) -> bool {
        let rest = self.rest();
        let length = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let key = rest[..length].to_owned();
        let after = rest[length..].trim_start();
        if !is_name(&key) || !after.starts_with('=') || after.starts_with("==") {
            return false;
        }
        let start = self.at;
        self.at = self.end - after.len() + 1;
        self.no_space(start, &key);
        true
    }

    /// Reports spaces around `=`; what follows is the value.
    fn no_space(&mut self, start: usize, key: &str) {
        self.skip_space();
        let from = self.at;
        if self.value(0, false).is_none() {
            return;
        }
        let value = self.cut.text()[from..self.at].to_owned();
        let span = self.span(start, self.at);
        self.wrong.push(if value.is_empty() {
            let help = format!("write `{key}=VALUE`, or leave the key out");
            Malformed::new(span, format!("`{key}` has no value"), help)
        } else {
            let instead = format!("{key}={value}");
            let help = format!("write `{instead}`");
            Malformed::new(span, "no space is allowed around `=`", help).instead(instead)
        });
    }

    fn named(&mut self, args: &mut Args, key: Spanned<String>) {
        if self.peek().is_none_or(char::is_whitespace) {
            let start = self.at - key.value.len() - 1;
            let at = self.at;
            self.skip_space();
            if self.rest().is_empty() || self.key_length().is_some() {
                let help = format!("write `{}=VALUE`, or leave the key out", key.value);
                self.fail(start, at, format!("`{}` has no value", key.value), help);
            } else {
                self.no_space(start, &key.value);
            }
            return;
        }
        let Some(value) = self.value(0, false) else { return };
        if let Some((first, _)) = args.named.iter().find(|(name, _)| name.value == key.value) {
            let wrong = Malformed::new(
                key.span,
                format!("`{}` is given twice", key.value),
                "keep one of them",
            );
            self.wrong.push(wrong.related(first.span, "first given here"));
            return;
        }
        args.named.push((key, value));
    }

    fn positional(&mut self, args: &mut Args) {
        let start = self.at;
        if self.peek() == Some('=') && args.positional.is_none() {
            self.word(false);
            self.fail(start, self.at, "there is no key before `=`", "an argument is `key=value`");
            return;
        }
        let Some(value) = self.value(0, false) else { return };
        if let Some(first) = &args.positional {
            let first = first.span;
            // Most often all of it is one expression.
            let mut end = self.at;
            loop {
                self.skip_space();
                if self.rest().is_empty()
                    || self.key_length().is_some()
                    || self.value(0, false).is_none()
                {
                    break;
                }
                end = self.at;
            }
            let rest = self.span(start, end);
            let message = "only one argument may have no key";
            let help = "put an expression that has spaces in \"quotes\"; all else is `key=value`";
            let from = self.cut.offset_in(first.start).filter(|_| args.named.is_empty());
            let text = from.and_then(|from| self.cut.text().get(from..end));
            self.wrong.push(match text {
                Some(text) if !text.contains(['"', '\\', '\n']) => {
                    Malformed::new(first.to(rest), message, help).instead(format!("\"{text}\""))
                }
                _ => {
                    Malformed::new(rest, message, help).related(first, "the argument without a key")
                }
            });
        } else if let Some((key, _)) = args.named.first() {
            let wrong = Malformed::new(
                value.span,
                "the argument without a key comes behind one with a key",
                "put it first, directly behind the directive's name",
            );
            self.wrong.push(wrong.related(key.span, "the first argument with a key"));
        } else {
            args.positional = Some(value);
        }
    }

    fn value(&mut self, depth: usize, in_list: bool) -> Option<Arg> {
        match self.peek() {
            Some('"') => self.string(),
            Some('[') => self.list(depth),
            Some(quote @ ('\'' | '“' | '”' | '‘' | '’')) => {
                let start = self.at;
                self.at += quote.len_utf8();
                let close = match quote {
                    '\'' => &['\''][..],
                    _ => &['“', '”', '‘', '’'][..],
                };
                let length = self.rest().find(close).map_or(self.rest().len(), |at| {
                    at + self.rest()[at..].chars().next().map_or(0, char::len_utf8)
                });
                self.at += length;
                self.fail(
                    start,
                    self.at,
                    format!("a string must be in \"double quotes\", not in `{quote}`"),
                    "write it in straight double quotes",
                );
                None
            }
            _ => {
                let (start, word) = self.word(in_list);
                Some(Spanned::new(Value::bare(&word), self.span(start, self.at)))
            }
        }
    }

    fn string(&mut self) -> Option<Arg> {
        let start = self.at;
        let mut text = String::new();
        let mut chars = self.rest().char_indices().skip(1);
        let mut length = None;
        let mut wrong_escape = None;
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => {
                    length = Some(at + 1);
                    break;
                }
                '\\' => match chars.next() {
                    Some((_, escaped @ ('"' | '\\'))) => text.push(escaped),
                    Some((next, other)) => {
                        wrong_escape.get_or_insert((at, next + other.len_utf8()));
                    }
                    None => break,
                },
                _ => text.push(c),
            }
        }
        let Some(length) = length else {
            let end = self.end;
            self.at = end;
            let help =
                "end the string with `\"`; a string can't hold `-->`, which ends the comment";
            self.fail(
                start,
                start + self.cut.text()[start..end].trim_end().len(),
                "the string is not closed",
                help,
            );
            return None;
        };
        self.at = start + length;
        if let Some((from, to)) = wrong_escape {
            let help =
                "in a string, `\\\"` is a quote and `\\\\` a backslash; nothing else is escaped";
            self.fail(start + from, start + to, "this escape has no meaning", help);
            return None;
        }
        if self.peek().is_some_and(|c| !c.is_whitespace() && !matches!(c, ',' | ']')) {
            self.touched(start, &text);
            return None;
        }
        Some(Spanned::new(Value::Text(text), self.span(start, self.at)))
    }

    /// Something touches the end of a string: mostly an expression that has strings and is not quoted itself.
    fn touched(&mut self, start: usize, text: &str) {
        let at = self.at;
        let before = &self.cut.text()[..start];
        let begins = |c: char| c.is_whitespace() || matches!(c, '=' | '[' | ',');
        let from = before
            .rfind(begins)
            .map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
        self.at = at + self.rest().find(char::is_whitespace).unwrap_or(self.rest().len());
        let whole = &self.cut.text()[from..self.at];
        let behind = &self.cut.text()[at..self.at];
        let formula = whole.replace('"', "'");
        let is_plain = !whole.contains(['\'', '\\', '[', ']', ',']);
        let message = "something touches the string's end";
        if from < start && is_plain && whole.ends_with(|c: char| c.is_alphanumeric() || c == ')') {
            let help = format!("an expression is quoted as a whole: `\"{formula}\"`");
            let wrong = Malformed::new(self.span(from, self.at), message, help);
            self.wrong.push(wrong.instead(format!("\"{formula}\"")));
        } else if from == start && is_plain && behind.starts_with('.') && !behind.contains('"') {
            let help = format!(
                "an expression is quoted as a whole: `\"{text}{behind}\"`, or of an option `\"option('{text}'){behind}\"`"
            );
            self.fail(at, self.at, message, help);
        } else {
            let help = "leave a space behind the closing quote, or quote the expression as a whole";
            self.fail(at, self.at, message, help);
        }
    }

    fn list(&mut self, depth: usize) -> Option<Arg> {
        let start = self.at;
        if depth >= 8 {
            self.at = self.end;
            self.fail(
                start,
                start + 1,
                "the lists are nested too deeply",
                "a list of lists is as deep as it gets",
            );
            return None;
        }
        self.at += 1;
        let mut items = Vec::new();
        let mut sound = true;
        loop {
            self.skip_space();
            match self.peek() {
                None => {
                    let end = start + self.cut.text()[start..self.end].trim_end().len();
                    self.fail(start, end, "the list is not closed", "end the list with `]`");
                    return None;
                }
                Some(']') => {
                    self.at += 1;
                    break;
                }
                Some(',') => {
                    let at = self.at;
                    self.at += 1;
                    self.fail(at, at + 1, "there is nothing before this comma", "write `[a, b]`");
                    sound = false;
                    continue;
                }
                Some(_) => {}
            }
            match self.value(depth + 1, true) {
                Some(item) => items.push(item),
                None => sound = false,
            }
            self.skip_space();
            match self.peek() {
                Some(',') => self.at += 1,
                Some(']') | None => {}
                Some(_) => {
                    let at = self.at;
                    self.fail(at, at, "a comma is missing in the list", "write `[a, b]`");
                    sound = false;
                }
            }
        }
        if self.peek().is_some_and(|c| !(c.is_whitespace() || depth > 0 && matches!(c, ',' | ']')))
        {
            let at = self.at;
            self.word(depth > 0);
            if self.at == at {
                self.at += self.peek().map_or(0, char::len_utf8);
            }
            self.fail(at, self.at, "something touches the list's end", "leave a space behind `]`");
            return None;
        }
        sound.then(|| Spanned::new(Value::List(items), self.span(start, self.at)))
    }
}
