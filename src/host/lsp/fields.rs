//! The fields of manifests, by the embedded schemas: what may stand where, and what is known of it.

use crate::check::is_markdown;
use crate::manifest::{Format, Node, Value, Versions, api_version, bundle, read};
use crate::markdown::{self, Dialect, NodeKind};
use crate::text::{Source, Span, TextMap};
use serde_json::Value as Json;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

/// What is put where the cursor is, so that what is being written can be read.
const CURSOR: &str = "PlumbCursor";

/// A text with manifests in a document.
struct Text {
    text: String,
    /// Where it begins in the document.
    start: usize,
    format: Format,
    versions: Versions,
}

/// The way to a node: names of fields, nothing for the items of a list.
type Way = Vec<Option<String>>;

/// Something that can be written: a field or a value, and what is known of it.
pub(super) struct Known {
    pub(super) text: String,
    pub(super) is_field: bool,
    pub(super) about: String,
}

/// What is known of the field at an offset, and where its name stands.
pub(super) fn field(
    path: &Path,
    source: &Arc<Source>,
    (dialect, versions): (Dialect, &Versions),
    offset: usize,
) -> Option<(Span, String)> {
    let text = text_at(path, source, (dialect, versions), offset)?;
    let within = offset - text.start;
    let source = Source::new("", text.text.as_str());
    let read = read(&text.text, &TextMap::identity(&source), text.format);
    let document = read.documents.iter().find(|it| touches(it.span, within))?;
    let (group, version) = (document.group()?, document.version()?);
    let kind = document.kind()?.value;
    let mut way = Way::new();
    let key = key_at(&document.root, within, &mut way)?;
    let schema = text.versions.schema(group, version, kind)?;
    let own = at(&schema, &way)?;
    let name: String = shown(&way);
    let mut about = format!(
        "`{name}` of {kind} (`{}`)\n\n{}",
        api_version(group, version),
        limits(&schema, own)
    );
    let parent = at(&schema, &way[..way.len() - 1])?;
    let required = bundle::target(&schema, parent)["required"].as_array();
    let last = way.last().and_then(Option::as_deref).unwrap_or_default();
    if required.is_some_and(|all| all.iter().any(|name| name == last)) {
        about.push_str("\n\nrequired");
    }
    Some((Span::new(key.start + text.start, key.end + text.start), about))
}

/// What can be written at an offset, of which the part from `start` on is written already.
pub(super) fn known(
    path: &Path,
    source: &Arc<Source>,
    (dialect, versions): (Dialect, &Versions),
    (start, offset): (usize, usize),
) -> Vec<Known> {
    let Some(mut text) = text_at(path, source, (dialect, versions), offset) else {
        return Vec::new();
    };
    let (start, end) = (start.saturating_sub(text.start), offset - text.start);
    let line = text.text[..start].rfind('\n').map_or(0, |at| at + 1);
    let before = text.text[line..start].trim_start_matches([' ', '-', '"', '{', ',']);
    let rest = text.text[end..].split('\n').next().unwrap_or("");
    let is_field = before.is_empty() && !rest.contains(':');
    let cursor = if is_field { format!("{CURSOR}: ") } else { CURSOR.to_owned() };
    text.text.replace_range(start..end, &cursor);
    let source = Source::new("", text.text.as_str());
    let read = read(&text.text, &TextMap::identity(&source), text.format);
    let within = start + 1;
    let Some(document) = read.documents.iter().find(|it| touches(it.span, within)) else {
        return Vec::new();
    };
    let mut way = Way::new();
    if is_field {
        if key_at(&document.root, within, &mut way).is_none() {
            return Vec::new();
        }
        way.pop();
    } else if value_at(&document.root, within, &mut way).is_none() {
        return Vec::new();
    }
    if !is_field && let [Some(name)] = way.as_slice() {
        let plain = |text: String| Known { text, is_field: false, about: String::new() };
        let kinds = bundle::kinds().iter();
        let mut words: Vec<String> = match name.as_str() {
            "kind" => kinds
                .filter(|kind| document.version().is_none_or(|version| version == kind.version))
                .filter(|kind| document.group().is_none_or(|group| group == kind.group))
                .map(|kind| kind.kind.clone())
                .collect(),
            "apiVersion" => kinds
                .filter(|kind| document.kind().is_none_or(|given| given.value == kind.kind))
                .map(|kind| api_version(&kind.group, &kind.version))
                .collect(),
            _ => Vec::new(),
        };
        words.sort();
        words.dedup();
        if !words.is_empty() {
            return words.into_iter().map(plain).collect();
        }
    }
    let schema = document.group().zip(document.version()).zip(document.kind());
    let schema = schema
        .and_then(|((group, version), kind)| text.versions.schema(group, version, kind.value));
    let Some(schema) = schema else { return Vec::new() };
    let Some(own) = at(&schema, &way).map(|own| bundle::target(&schema, own)) else {
        return Vec::new();
    };
    if is_field {
        let written = node(&document.root, &way).and_then(Node::as_map);
        let is_new = |name: &str| written.is_none_or(|map| map.get(name).is_none());
        let fields = own["properties"].as_object().into_iter().flatten();
        let new = fields.filter(|(name, _)| is_new(name));
        new.map(|(name, field)| Known {
            text: name.clone(),
            is_field: true,
            about: limits(&schema, field),
        })
        .collect()
    } else {
        let is_switch = own["type"] == "boolean";
        let switches = ["true", "false"].into_iter().filter(|_| is_switch).map(str::to_owned);
        let words = own["enum"].as_array().into_iter().flatten();
        let words =
            words.filter_map(Json::as_str).filter(|word| !word.is_empty()).map(str::to_owned);
        let value = |text| Known { text, is_field: false, about: String::new() };
        words.chain(switches).map(value).collect()
    }
}

/// The text with manifests that a place of a document lies in, where it stands there as it is read.
fn text_at(
    path: &Path,
    source: &Arc<Source>,
    (dialect, versions): (Dialect, &Versions),
    offset: usize,
) -> Option<Text> {
    let all = source.text();
    if !is_markdown(&path.to_string_lossy()) {
        let extension = path.extension()?.to_str()?;
        let format = match extension.to_ascii_lowercase().as_str() {
            "yaml" | "yml" => Format::Yaml,
            "json" => Format::Json,
            _ => return None,
        };
        return Some(Text { text: all.to_owned(), start: 0, format, versions: versions.clone() });
    }
    let scan = markdown::scan(all, &TextMap::identity(source), dialect);
    scan.nodes.into_iter().find_map(|node| {
        let NodeKind::Fence(fence) = node.kind else { return None };
        let format = match fence.lang.value.as_str() {
            "yaml" | "yml" | "kyaml" => Format::Yaml,
            "json" => Format::Json,
            "jsonc" => Format::JsonWithComments,
            _ => return None,
        };
        let span = fence.body.span();
        let is_verbatim = all.get(span.range()) == Some(fence.body.text());
        if !is_verbatim || !touches(span, offset) {
            return None;
        }
        let mut versions = versions.clone();
        for word in &fence.words {
            let value = word.value.as_ref().filter(|_| Versions::is_product(&word.name));
            let other = value.and_then(|value| versions.with(&word.name, &value.value).ok());
            versions = other.unwrap_or(versions);
        }
        Some(Text { text: fence.body.text().to_owned(), start: span.start, format, versions })
    })
}

fn touches(span: Span, offset: usize) -> bool {
    span.start <= offset && offset <= span.end
}

/// The key at an offset; the way ends with it.
fn key_at(node: &Node, offset: usize, way: &mut Way) -> Option<Span> {
    match &node.value {
        Value::Map(map) => map.iter().find_map(|entry| {
            way.push(Some(entry.key.value.clone()));
            let found = match touches(entry.key.span, offset) {
                true => Some(entry.key.span),
                false => key_at(&entry.value, offset, way),
            };
            if found.is_none() {
                way.pop();
            }
            found
        }),
        Value::Seq(items) => items.iter().find_map(|item| {
            way.push(None);
            let found = key_at(item, offset, way);
            if found.is_none() {
                way.pop();
            }
            found
        }),
        _ => None,
    }
}

/// The scalar at an offset.
fn value_at(node: &Node, offset: usize, way: &mut Way) -> Option<Span> {
    let step = |step: Option<String>, below: &Node, way: &mut Way| {
        way.push(step);
        let found = value_at(below, offset, way);
        if found.is_none() {
            way.pop();
        }
        found
    };
    match &node.value {
        Value::Map(map) => {
            map.iter().find_map(|entry| step(Some(entry.key.value.clone()), &entry.value, way))
        }
        Value::Seq(items) => items.iter().find_map(|item| step(None, item, way)),
        _ => touches(node.span, offset).then_some(node.span),
    }
}

/// The node at the end of a way; of a list the one with what is being written.
fn node<'n>(root: &'n Node, way: &[Option<String>]) -> Option<&'n Node> {
    let Some((first, rest)) = way.split_first() else { return Some(root) };
    match first {
        Some(name) => node(root.get(name)?, rest),
        None => {
            let below = root.items().iter().filter_map(|item| node(item, rest));
            below.into_iter().find(|node| node.get(CURSOR).is_some())
        }
    }
}

/// The schema at the end of a way.
fn at<'s>(schema: &'s Json, way: &[Option<String>]) -> Option<&'s Json> {
    way.iter().try_fold(schema, |at, step| {
        let at = bundle::target(schema, at);
        match step {
            Some(name) => at["properties"]
                .get(name)
                .or_else(|| at.get("additionalProperties").filter(|any| any.is_object())),
            None => at.get("items"),
        }
    })
}

fn shown(way: &[Option<String>]) -> String {
    let mut out = String::new();
    for step in way {
        match step {
            Some(name) if out.is_empty() => out.push_str(name),
            Some(name) => {
                let _ = write!(out, ".{name}");
            }
            None => out.push_str("[]"),
        }
    }
    out
}

/// The type of a field, and its limits, in a line.
fn limits(document: &Json, field: &Json) -> String {
    let own = bundle::target(document, field);
    let mut parts = Vec::new();
    let name = |own: &Json| match own["type"].as_str() {
        Some(name) => name.to_owned(),
        None if own["x-kubernetes-int-or-string"] == true => "integer or string".to_owned(),
        None if own.get("properties").is_some() => "object".to_owned(),
        None => "any value".to_owned(),
    };
    let items = own.get("items").map(|items| name(bundle::target(document, items)));
    let values = own.get("additionalProperties").filter(|any| any.is_object());
    parts.push(match (items, values) {
        (Some(items), _) => format!("list of {items}"),
        (None, Some(values)) => format!("map of {}", name(bundle::target(document, values))),
        _ => name(own),
    });
    if let Some(words) = own["enum"].as_array() {
        let words: Vec<String> =
            words.iter().map(|word| format!("`{}`", word.as_str().unwrap_or("null"))).collect();
        parts.push(format!("one of {}", words.join(", ")));
    }
    for (key, what) in [
        ("format", "format"),
        ("minimum", "at least"),
        ("maximum", "at most"),
        ("minLength", "shortest"),
        ("maxLength", "longest"),
        ("minItems", "fewest items"),
        ("maxItems", "most items"),
        ("pattern", "pattern"),
        ("default", "default"),
    ] {
        if let Some(value) = own.get(key).or_else(|| field.get(key)) {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            parts.push(format!("{what} `{value}`"));
        }
    }
    parts.join(", ")
}
