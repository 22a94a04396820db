//! What an expression speaks of: fields of the object, variables, and words in quotes. Only for placing a finding.

use super::environment::{AUTHORIZER, REQUEST_RESOURCE};
use crate::{Node, Style, Value};
use plumb_cel::syntax::{Expr, Kind, Literal, ops};
use plumb_text::Span;
use std::collections::BTreeSet;

/// What an expression speaks of.
#[derive(Clone, Debug, Default)]
pub(super) struct Terms {
    /// The fields that it reads, each as the steps from `object`.
    pub(super) paths: Vec<Vec<String>>,
    /// The names of the variables that it uses.
    pub(super) variables: Vec<String>,
    /// The words in quotes.
    pub(super) texts: Vec<String>,
    /// What it asks for that a book may not have, by its names.
    pub(super) cluster: BTreeSet<&'static str>,
}

/// The variable that holds the Namespace of an object.
pub(super) const NAMESPACE: &str = "namespaceObject";

/// The variable that holds what was there before.
pub(super) const OLD: &str = "oldObject";

/// The variable that holds the object with the parameters.
pub(super) const PARAMS: &str = "params";

/// Variables that a book may not know, or that tell of a change.
const CLUSTER: &[&str] = &[AUTHORIZER, NAMESPACE, OLD, PARAMS];

/// Fields of a request that only a cluster knows.
const REQUEST: &[(&str, &str)] =
    &[("options", "request.options"), ("uid", "request.uid"), ("userInfo", "request.userInfo")];

impl Terms {
    pub(super) fn of(expr: &Expr) -> Terms {
        let mut terms = Terms::default();
        terms.read(expr);
        terms
    }

    fn read(&mut self, expr: &Expr) {
        let mut steps = Vec::new();
        match root(expr, &mut steps) {
            Some("request") => {
                let first = steps.last().map(String::as_str);
                let of_request = REQUEST.iter().find(|(field, _)| first == Some(*field));
                self.cluster.extend(of_request.map(|(_, name)| *name));
                return;
            }
            Some("object") if !steps.is_empty() => {
                steps.reverse();
                self.paths.push(steps);
                return;
            }
            Some(name) => {
                let name = if name == REQUEST_RESOURCE { AUTHORIZER } else { name };
                self.cluster.extend(CLUSTER.iter().copied().find(|known| *known == name));
                self.variables.extend(name.strip_prefix("variables.").map(str::to_owned));
                return;
            }
            None => {}
        }
        if let Kind::Literal(Literal::String(text)) = &expr.kind {
            self.texts.push(text.clone());
        }
        for child in expr.children() {
            self.read(child);
        }
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

/// The name at the start of a chain of fields, and the fields from the last to the first.
fn root<'e>(expr: &'e Expr, steps: &mut Vec<String>) -> Option<&'e str> {
    match &expr.kind {
        Kind::Ident(name) => Some(name),
        Kind::Select { operand, field, .. } => {
            steps.push(field.clone());
            root(operand, steps)
        }
        Kind::Call { target: None, function, args } => match (function.as_str(), &args[..]) {
            (ops::INDEX | ops::OPTIONAL_INDEX | ops::OPTIONAL_SELECT, [operand, index]) => {
                let Kind::Literal(Literal::String(field)) = &index.kind else { return None };
                steps.push(field.clone());
                root(operand, steps)
            }
            _ => None,
        },
        _ => None,
    }
}

/// An expression for a message.
pub(super) fn shorten(source: &str) -> String {
    let line = source.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(160) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// What marks a value: of a long one, only its key.
pub(super) fn mark(node: &Node, key: Option<Span>) -> Span {
    let is_long = matches!(node.value, Value::Map(_) | Value::Seq(_)) && node.style == Style::Block
        || node.style == Style::BlockScalar
        || !node.is_written();
    match key {
        Some(key) if is_long => key,
        _ => node.span,
    }
}
