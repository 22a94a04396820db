//! Which nodes of a document a mark opens: where it stands among what is written says it.
//!
//! A mark on a line with a key opens that key's value. On a line of its own, before a node's first entry it opens that node;
//! between two entries, the innermost node that holds both; at the end of a node, every node that ends there; before an
//! ancestor's next key, the nodes that end there, and the ancestor only if it is indented like that key.

use crate::manifest::gaps::Gaps;
use crate::manifest::path::{FieldPath, Step};
use crate::manifest::{Node, Style, Value};
use crate::text::Span;

/// Where a mark stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stand {
    /// What it is, in the text.
    pub(super) span: Span,
    /// Whether something is written before it on its line.
    pub(super) behind: bool,
    /// Whether it stands for an item of a list: `- ...`.
    pub(super) item: bool,
}

/// An entry of a map or an item of a list.
struct Part<'n> {
    /// Where it begins: at its key or its dash.
    start: usize,
    step: Step,
    key: Option<Span>,
    value: &'n Node,
}

struct Place<'n> {
    path: FieldPath,
    node: &'n Node,
    key: Option<Span>,
}

/// Opens what the mark stands for.
pub(super) fn open(root: &Node, text: &str, mark: Stand, gaps: &mut Gaps) {
    let at = mark.span.start;
    let mut chain = vec![Place { path: FieldPath::default(), node: root, key: None }];
    while let Some(place) = chain.last() {
        let parts = parts(place.node, text);
        let Some(part) = parts.into_iter().take_while(|part| part.start < at).last() else {
            if chain.len() == 1 {
                gaps.open(FieldPath::default());
                return;
            }
            break;
        };
        let path = place.path.clone().then(part.step);
        // What begins behind the mark, it stands before.
        if !mark.behind && is_collection(part.value) && part.value.span.start >= at {
            gaps.open(path);
            return;
        }
        chain.push(Place { path, node: part.value, key: part.key });
        if mark.behind && part.value.span.start >= at {
            break;
        }
    }
    if mark.behind {
        return open_value(&chain, text, at, gaps);
    }
    // Within brackets, what stands around them is not concerned.
    let holds = |place: &Place<'_>| {
        place.node.style == Style::Flow && place.node.span.start < at && at < place.node.span.end
    };
    if let Some(flow) = chain.iter().position(holds) {
        chain.drain(..flow);
        let first = &chain[0].path;
        gaps.open(first.clone());
    }
    let goes_on = |place: &Place<'_>| {
        parts(place.node, text).iter().map(|part| part.start).find(|start| *start > at)
    };
    let next = (0..chain.len()).rev().find_map(|index| Some((index, goes_on(&chain[index])?)));
    let column = column(text, at);
    if mark.item
        && let Some(list) = chain.iter().rev().find(|place| {
            matches!(place.node.value, Value::Seq(_))
                && parts(place.node, text)
                    .iter()
                    .any(|part| self::column(text, part.start) == column)
        })
    {
        gaps.open(list.path.clone());
        return;
    }
    let ended = match next {
        Some((index, _)) => &chain[index + 1..],
        None => &chain[..],
    };
    let mut opened = false;
    for place in ended {
        if is_collection(place.node) {
            gaps.open(place.path.clone());
            opened = true;
        } else if place.node.is_null()
            && place.key.is_some_and(|key| self::column(text, key.start) < column || mark.item)
        {
            gaps.hide(place.path.clone());
            opened = true;
        }
    }
    if let Some((index, start)) = next
        && (!opened || column <= self::column(text, start))
    {
        gaps.open(chain[index].path.clone());
    }
}

/// The value of the line's own key, which stands in no brackets.
fn open_value(chain: &[Place<'_>], text: &str, at: usize, gaps: &mut Gaps) {
    let line = text[..at].rfind('\n').map_or(0, |end| end + 1);
    let mut own = None;
    for pair in chain.windows(2) {
        if pair[0].node.style == Style::Flow {
            break;
        }
        if pair[1].key.is_some_and(|key| key.start >= line) {
            own = Some(&pair[1]);
        }
    }
    let Some(place) = own else { return };
    match place.node.is_null() {
        true => gaps.hide(place.path.clone()),
        false => gaps.open(place.path.clone()),
    }
}

/// The entry whose key is the first thing on a line.
pub(super) fn key_at(root: &Node, text: &str, line: Span) -> Option<Span> {
    let mut node = root;
    loop {
        let part = parts(node, text).into_iter().take_while(|part| part.start < line.end).last()?;
        if part.start >= line.start {
            return part.key.or_else(|| key_at(part.value, text, line));
        }
        node = part.value;
    }
}

fn is_collection(node: &Node) -> bool {
    matches!(node.value, Value::Map(_) | Value::Seq(_))
}

fn parts<'n>(node: &'n Node, text: &str) -> Vec<Part<'n>> {
    match &node.value {
        Value::Map(map) => map
            .iter()
            .map(|entry| Part {
                start: entry.key.span.start,
                step: Step::Field(entry.key.value.clone()),
                key: Some(entry.key.span),
                value: &entry.value,
            })
            .collect(),
        Value::Seq(items) => items
            .iter()
            .enumerate()
            .map(|(index, item)| Part {
                start: dash(text, node, item),
                step: Step::Index(index),
                key: None,
                value: item,
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// Where an item of a list begins: at its dash, if it has one.
fn dash(text: &str, list: &Node, item: &Node) -> usize {
    let before = text.get(list.span.start..item.span.start).filter(|_| list.style != Style::Flow);
    let dash = before.and_then(|before| before.rfind('-'));
    dash.map_or(item.span.start, |dash| list.span.start + dash)
}

/// How far a place is from the start of its line.
fn column(text: &str, at: usize) -> usize {
    let line = text[..at].rfind('\n').map_or(0, |end| end + 1);
    at - line
}
