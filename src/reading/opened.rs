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
        let Some(part) = before(place.node, text, at) else {
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
        gaps.open(chain[0].path.clone());
    }
    let column = column(text, at);
    if mark.item
        && let Some(list) = chain.iter().rev().find(|place| {
            let first = part(place.node, text, 0).filter(|part| part.key.is_none());
            first.is_some_and(|first| self::column(text, first.start) == column)
        })
    {
        return gaps.open(list.path.clone());
    }
    open_ended(&chain, text, mark, gaps);
}

/// The nodes that end at a mark; and the one that goes on behind it, if the mark is indented like what goes on.
fn open_ended(chain: &[Place<'_>], text: &str, mark: Stand, gaps: &mut Gaps) {
    let column = column(text, mark.span.start);
    let goes_on = |place: &Place<'_>| Some(behind(place.node, text, mark.span.start)?.start);
    let next = (0..chain.len()).rev().find_map(|index| Some((index, goes_on(&chain[index])?)));
    let ended = match next {
        Some((index, _)) => &chain[index + 1..],
        None => chain,
    };
    let mut opened = false;
    for place in ended {
        if is_collection(place.node) {
            gaps.open(place.path.clone());
            opened = true;
        } else if place.node.is_null()
            && place.key.is_some_and(|key| {
                // A key in quotes may go over several lines, the mark's among them.
                let between = text.get(key.end..mark.span.start);
                let is_right_above = between.is_some_and(|between| between.trim() == ":");
                self::column(text, key.start) < column || mark.item || is_right_above
            })
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
        let part = before(node, text, line.end)?;
        if part.start >= line.start {
            return part.key.or_else(|| key_at(part.value, text, line));
        }
        node = part.value;
    }
}

fn is_collection(node: &Node) -> bool {
    matches!(node.value, Value::Map(_) | Value::Seq(_))
}

/// An entry or an item, by its number.
fn part<'n>(node: &'n Node, text: &str, index: usize) -> Option<Part<'n>> {
    match &node.value {
        Value::Map(map) => {
            let entry = map.iter().as_slice().get(index)?;
            let (start, key) = (entry.key.span.start, Some(entry.key.span));
            Some(Part {
                start,
                step: Step::Field(entry.key.value.clone()),
                key,
                value: &entry.value,
            })
        }
        Value::Seq(items) => {
            let value = items.get(index)?;
            let start = dash(text, node, value);
            Some(Part { start, step: Step::Index(index), key: None, value })
        }
        _ => None,
    }
}

/// How many entries or items begin before a place; of an item, what stands behind its dash counts.
fn count_before(node: &Node, at: usize) -> usize {
    match &node.value {
        Value::Map(map) => map.iter().as_slice().partition_point(|entry| entry.key.span.start < at),
        Value::Seq(items) => items.partition_point(|item| item.span.start < at),
        _ => 0,
    }
}

/// The last entry or item that begins before a place.
fn before<'n>(node: &'n Node, text: &str, at: usize) -> Option<Part<'n>> {
    let count = count_before(node, at);
    let dashed = part(node, text, count).filter(|part| part.start < at);
    dashed.or_else(|| part(node, text, count.checked_sub(1)?))
}

/// The first entry or item that begins behind a place.
fn behind<'n>(node: &'n Node, text: &str, at: usize) -> Option<Part<'n>> {
    let count = count_before(node, at);
    let next = part(node, text, count)?;
    if next.start > at { Some(next) } else { part(node, text, count + 1) }
}

/// Where an item of a list begins: at its dash, if it has one.
fn dash(text: &str, list: &Node, item: &Node) -> usize {
    let above = text.get(list.span.start..item.span.start).filter(|_| list.style != Style::Flow);
    let dash = above.and_then(|above| above.rfind('-'));
    dash.map_or(item.span.start, |dash| list.span.start + dash)
}

/// How far a place is from the start of its line.
fn column(text: &str, at: usize) -> usize {
    let line = text[..at].rfind('\n').map_or(0, |end| end + 1);
    at - line
}
