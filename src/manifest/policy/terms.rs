//! What an expression speaks of, read from its text: fields of the object, variables, and words in quotes.
//!
//! Only for placing a finding and for naming what is missing; the meaning of an expression is the evaluator's business.

use super::mark;
use crate::manifest::Node;
use crate::text::Span;

/// What an expression speaks of.
#[derive(Clone, Debug, Default)]
pub(super) struct Terms {
    /// The fields that it reads, each as the steps from `object`.
    pub(super) paths: Vec<Vec<String>>,
    /// The names of the variables that it uses.
    pub(super) variables: Vec<String>,
    /// The names that stand at the start of a chain.
    pub(super) names: Vec<String>,
    /// The words in quotes.
    pub(super) texts: Vec<String>,
}

#[derive(Debug, PartialEq)]
enum Token {
    Name(String),
    Text(String),
    Sign(char),
}

impl Terms {
    pub(super) fn of(source: &str) -> Terms {
        let tokens = tokens(source);
        let mut terms = Terms::default();
        let mut index = 0;
        while index < tokens.len() {
            match &tokens[index] {
                Token::Text(text) => terms.texts.push(text.clone()),
                Token::Name(name) if index == 0 || tokens[index - 1] != Token::Sign('.') => {
                    let (steps, next) = chain(&tokens, index + 1);
                    match name.as_str() {
                        "object" if !steps.is_empty() => terms.paths.push(steps),
                        "variables" => terms.variables.extend(steps.into_iter().next()),
                        _ => {}
                    }
                    terms.names.push(name.clone());
                    index = next;
                    continue;
                }
                _ => {}
            }
            index += 1;
        }
        terms
    }

    /// The place of an object's manifest that the expression is about, and its path: the one field that it reads, as far
    /// as that is there, and the entry in it that the expression names; otherwise the kind.
    pub(super) fn place(&self, root: &Node) -> (String, Span) {
        let whole = || (String::new(), root.get("kind").map_or(root.span, |kind| kind.span));
        let Some(longest) = self.paths.iter().max_by_key(|path| path.len()) else { return whole() };
        let is_one = self.paths.iter().all(|path| longest.starts_with(path));
        let common = self.paths.iter().fold(longest.len(), |length, path| {
            path.iter().zip(longest).take_while(|(one, other)| one == other).count().min(length)
        });
        let wanted = if is_one { &longest[..] } else { &longest[..common] };
        let (mut node, mut key, mut path) = (root, None, String::new());
        for step in wanted {
            let Some(entry) = node.as_map().and_then(|map| map.entry(step)) else { break };
            push(&mut path, step);
            (node, key) = (&entry.value, Some(entry.key.span));
        }
        if path.is_empty() || (!is_one && wanted.len() < 2) {
            return whole();
        }
        let named = node.as_map().and_then(|map| {
            map.iter().find(|entry| {
                self.texts.iter().any(|text| {
                    *text == entry.key.value
                        || (text.ends_with('/') && entry.key.value.starts_with(text.as_str()))
                })
            })
        });
        if let Some(entry) = named {
            push(&mut path, &entry.key.value);
            (node, key) = (&entry.value, Some(entry.key.span));
        }
        (path, mark(node, key))
    }
}

fn push(path: &mut String, step: &str) {
    if step.contains(['.', '/', '[']) {
        path.push_str(&format!("[{step}]"));
    } else {
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(step);
    }
}

/// The fields behind a name: `.a.b`, `['c']`; a step that is called is a function. Returns where the chain ends.
fn chain(tokens: &[Token], mut index: usize) -> (Vec<String>, usize) {
    let mut steps = Vec::new();
    loop {
        match tokens.get(index..) {
            Some([Token::Sign('.'), Token::Sign('?'), Token::Name(name), ..]) => {
                steps.push(name.clone());
                index += 3;
            }
            Some([Token::Sign('.'), Token::Name(_), Token::Sign('('), ..]) => {
                return (steps, index + 2);
            }
            Some([Token::Sign('.'), Token::Name(name), ..]) => {
                steps.push(name.clone());
                index += 2;
            }
            Some([Token::Sign('['), Token::Text(name), Token::Sign(']'), ..]) => {
                steps.push(name.clone());
                index += 3;
            }
            _ => return (steps, index),
        }
    }
}

fn tokens(source: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        if first.is_alphabetic() || first == '_' {
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            let behind = rest[end..].chars().next();
            // `r'…'` and `b"…"` are texts.
            if end <= 2
                && matches!(behind, Some('\'' | '"'))
                && rest[..end].chars().all(|c| "rRbB".contains(c))
            {
                rest = &rest[end..];
                continue;
            }
            tokens.push(Token::Name(rest[..end].to_owned()));
            rest = &rest[end..];
        } else if first == '\'' || first == '"' {
            let triple: String = std::iter::repeat_n(first, 3).collect();
            let quote = if rest.starts_with(&triple) { triple.as_str() } else { &rest[..1] };
            let (text, behind) = quoted(&rest[quote.len()..], quote);
            tokens.push(Token::Text(text.to_owned()));
            rest = behind;
        } else if rest.starts_with("//") {
            rest = rest.split_once('\n').map_or("", |(_, behind)| behind);
        } else {
            if !first.is_whitespace() {
                tokens.push(Token::Sign(first));
            }
            rest = &rest[first.len_utf8()..];
        }
    }
    tokens
}

/// The text up to the closing quote, and what stands behind it.
fn quoted<'s>(inside: &'s str, quote: &str) -> (&'s str, &'s str) {
    let mut from = 0;
    while let Some(found) = inside[from..].find(['\\', '\'', '"']) {
        let at = from + found;
        if inside[at..].starts_with(quote) {
            return (&inside[..at], &inside[at + quote.len()..]);
        }
        // A backslash takes the next character with it.
        let skipped = if inside[at..].starts_with('\\') { 2 } else { 1 };
        from = inside[at..]
            .char_indices()
            .nth(skipped)
            .map_or(inside.len(), |(offset, _)| at + offset);
    }
    (inside, "")
}

/// An expression for a message.
pub(super) fn shorten(source: &str) -> String {
    let line = source.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(160) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
