//! The walk over a tree and its schema at once.

use super::compile::ListType;
use super::issue::{Issue, Path, anchor};
use super::values::plural;
use super::{
    Additional, Id, LIST_DUPLICATE, SCHEMA_DUPLICATE, SCHEMA_INVALID, SCHEMA_REQUIRED,
    SCHEMA_VALUE, Schema, SchemaNode, Type,
};
use crate::diag::nearest;
use crate::manifest::{Node, Style, Value, names};
use crate::text::Span;
use serde_json::Value as Json;
use std::collections::HashMap;

/// How far combinators may lead from one value without a step into it.
const NESTING: usize = 64;
/// How many values and parts of schemas are looked at for one document; real ones take thousands.
const STEPS: usize = 2_000_000;

/// Checks a tree against the schema at `id`; the tree has been normalized.
pub(crate) fn check<'n>(
    schema: &Schema,
    id: Id,
    node: &'n Node,
    at: Span,
    text: &str,
    path: Path<'n>,
) -> Vec<Issue> {
    let mut checker = Checker {
        schema,
        text,
        path,
        issues: Vec::new(),
        quiet: false,
        failed: false,
        branch: 0,
        nesting: 0,
        steps: 0,
    };
    checker.visit(id, node, at);
    if checker.steps > STEPS {
        let message = "the schema leads into too many combinations to check them all".to_owned();
        checker.issues.push(Issue::new(&SCHEMA_INVALID, at, &Path::default(), message));
    }
    checker.issues
}

pub(super) struct Checker<'s, 'n> {
    pub(super) schema: &'s Schema,
    pub(super) text: &'s str,
    pub(super) path: Path<'n>,
    pub(super) issues: Vec<Issue>,
    /// Whether only the outcome matters: then nothing is written down.
    pub(super) quiet: bool,
    pub(super) failed: bool,
    /// How many combinators the walk is in; there, names that a schema does not know are no matter.
    pub(super) branch: usize,
    pub(super) nesting: usize,
    steps: usize,
}

impl<'n> Checker<'_, 'n> {
    pub(super) fn report(&mut self, issue: impl FnOnce(&Checker<'_, 'n>) -> Issue) {
        self.failed = true;
        if !self.quiet {
            let issue = issue(self);
            self.issues.push(issue);
        }
    }

    pub(super) fn visit(&mut self, id: Id, node: &'n Node, at: Span) {
        self.steps += 1;
        if (self.quiet && self.failed) || self.steps > STEPS {
            return;
        }
        let schema = self.schema;
        let spec = schema.node(schema.resolve(id));
        if node.is_null() && self.allows_null(id) {
            return;
        }
        if !self.has_type(spec, node) {
            self.report(|checker| checker.type_issue(spec, node, at));
            return;
        }
        if let Some(values) = &spec.values {
            self.check_enum(values, node, at);
        }
        match &node.value {
            Value::String(text) => self.check_text(spec, text, node, at),
            Value::Int(_) | Value::Float(_) => self.check_number(spec, node, at),
            Value::Map(_) => self.check_map(spec, node, at),
            Value::Seq(items) => self.check_list(spec, items, node, at),
            Value::Null | Value::Bool(_) => {}
        }
        self.check_combinators(spec, node, at);
    }

    /// A step into a value: combinators count from there anew.
    fn descend(&mut self, id: Id, node: &'n Node, at: Span) {
        let nesting = std::mem::take(&mut self.nesting);
        self.visit(id, node, at);
        self.nesting = nesting;
    }

    fn allows_null(&self, mut id: Id) -> bool {
        loop {
            let spec = self.schema.node(id);
            if spec.nullable {
                return true;
            }
            match spec.delegate {
                Some(next) => id = next,
                // A schema that names no type says nothing about null either.
                None => {
                    return spec.types.is_empty() && !spec.int_or_string && spec.values.is_none();
                }
            }
        }
    }

    fn has_type(&self, spec: &SchemaNode, node: &Node) -> bool {
        if spec.int_or_string {
            return matches!(node.value, Value::Int(_) | Value::String(_));
        }
        spec.types.is_empty()
            || spec.types.iter().any(|ty| {
                matches!(
                    (ty, &node.value),
                    (Type::Object, Value::Map(_))
                        | (Type::Array, Value::Seq(_))
                        | (Type::String, Value::String(_))
                        | (Type::Integer, Value::Int(_))
                        | (Type::Number, Value::Int(_) | Value::Float(_))
                        | (Type::Boolean, Value::Bool(_))
                        | (Type::Null, Value::Null)
                )
            })
    }

    fn check_map(&mut self, spec: &SchemaNode, node: &'n Node, at: Span) {
        let Some(map) = node.as_map() else { return };
        self.check_count(spec.size, map.len() as u64, "property", node, at);
        for name in &spec.required {
            if map.get(name).is_none() {
                self.report(|checker| checker.required_issue(spec, map, name, at));
            }
        }
        if spec.embedded && self.branch == 0 {
            for name in ["apiVersion", "kind"] {
                let given =
                    map.get(name).and_then(Node::as_str).is_some_and(|text| !text.is_empty());
                if !given && !spec.required.iter().any(|required| required == name) {
                    self.report(|checker| checker.required_issue(spec, map, name, at));
                }
            }
            if let Some(entry) = map.entry("kind")
                && let Some(kind) = entry.value.as_str().filter(|kind| !kind.is_empty())
                && let Some(why) = names::dns_1035(&kind.to_ascii_lowercase())
            {
                let why = format!("may have mixed case, but should otherwise match: {why}");
                self.path.key("kind");
                self.report(|checker| checker.value_issue(&entry.value, entry.key.span, &why));
                self.path.pop();
            }
            let (text, path) = (self.text, self.path.clone());
            if map.get("metadata").is_some() && !self.quiet {
                let naming = super::Naming::Unknown;
                self.issues.extend(super::check_metadata(node, at, text, &path, naming));
            }
        }
        // The metadata of an object is checked by itself, the same for every kind.
        let is_object = self.path.is_root() && self.branch == 0 || spec.embedded;
        for entry in map {
            let name = entry.key.value.as_str();
            let child = match (spec.properties.get(name), &spec.additional) {
                (Some(child), _) => Some(*child),
                (None, Additional::Schema(child)) => Some(*child),
                _ => None,
            };
            match child {
                Some(child) => {
                    if spec.properties.contains_key(name) {
                        self.path.key(name);
                    } else {
                        self.path.data(name);
                    }
                    let entry_at = if entry.value.is_written() { entry.key.span } else { at };
                    let opaque = is_object && name == "metadata";
                    self.branch += usize::from(opaque);
                    self.descend(child, &entry.value, entry_at);
                    self.branch -= usize::from(opaque);
                    self.path.pop();
                }
                None if is_object && matches!(name, "apiVersion" | "kind" | "metadata") => {}
                None if self.is_closed(spec) && !self.is_declared(spec, name) => {
                    let schema = self.schema;
                    self.report(|checker| {
                        let mut issue =
                            super::unknown::issue(schema, spec, map, entry, &checker.path);
                        let raw = checker.text.get(entry.key.span.range()).unwrap_or(name);
                        if raw != name && !raw.starts_with(['"', '\'']) {
                            let help = format!(
                                "YAML reads the key `{raw}` as `{name}`; in quotes it is text"
                            );
                            issue.help.insert(0, help);
                        }
                        issue
                    });
                }
                None => {}
            }
        }
    }

    /// Whether a name that is not among the properties is a mistake.
    fn is_closed(&self, spec: &SchemaNode) -> bool {
        if spec.additional == Additional::Closed {
            return true;
        }
        self.branch == 0
            && spec.additional == Additional::Unsaid
            && !spec.preserve_unknown
            && !spec.int_or_string
            && (spec.types.contains(&Type::Object) || !spec.properties.is_empty())
            && !(self.schema.dialect.open_objects && spec.properties.is_empty())
    }

    /// JSON Schemas may name properties in the parts of a combination only.
    fn is_declared(&self, spec: &SchemaNode, name: &str) -> bool {
        if !self.schema.dialect.open_objects {
            return false;
        }
        let parts = spec.all_of.iter().chain(&spec.any_of).chain(&spec.one_of);
        parts
            .map(|id| self.schema.node(self.schema.resolve(*id)))
            .any(|part| part.properties.contains_key(name) || part.preserve_unknown)
    }

    fn required_issue(
        &self,
        spec: &SchemaNode,
        map: &crate::manifest::Map,
        name: &str,
        at: Span,
    ) -> Issue {
        let path = self.path.child(name);
        let mut issue =
            Issue::new(&SCHEMA_REQUIRED, at, &self.path, format!("{path}: Required value"))
                .blocking();
        issue.path = path;
        // A name that is nearly the one is most likely it.
        let unknown = map.keys().filter(|key| !spec.properties.contains_key(*key));
        if let Some(near) = nearest(name, unknown) {
            issue = issue.help(format!("`{near}` may have been meant as `{name}`"));
        }
        issue
    }

    fn check_count(
        &mut self,
        (least, most): (Option<u64>, Option<u64>),
        count: u64,
        what: &str,
        node: &Node,
        at: Span,
    ) {
        if let Some(least) = least
            && count < least
        {
            let why =
                format!("should have at least {least} {}, and has {count}", plural(least, what));
            self.report(|checker| checker.value_issue(node, at, &why));
        }
        if let Some(most) = most
            && count > most
        {
            let message = format!(
                "{}Too many: must have at most {most} {}, and has {count}",
                self.path.prefix(),
                plural(most, what)
            );
            self.report(|checker| {
                Issue::new(&SCHEMA_VALUE, anchor(node, at), &checker.path, message).blocking()
            });
        }
    }

    fn check_list(&mut self, spec: &SchemaNode, items: &'n [Node], node: &'n Node, at: Span) {
        self.check_count(spec.count, items.len() as u64, "item", node, at);
        if let Some(child) = spec.items {
            for (index, item) in items.iter().enumerate() {
                self.path.index(index);
                let item_at = if item.is_written() { first_line(item) } else { at };
                self.descend(child, item, item_at);
                self.path.pop();
            }
        }
        let types = self.branch == 0;
        match spec.list_type {
            ListType::Map if types => self.check_unique(items, |item| {
                let key: serde_json::Map<_, _> = spec
                    .list_keys
                    .iter()
                    .filter_map(|name| Some((name.clone(), item.get(name)?.to_json())))
                    .collect();
                Json::Object(key)
            }),
            ListType::Set if types => self.check_unique(items, Node::to_json),
            _ if spec.unique => self.check_unique(items, Node::to_json),
            _ => {}
        }
    }

    fn check_unique(&mut self, items: &'n [Node], key: impl Fn(&Node) -> Json) {
        if items.len() < 2 {
            return;
        }
        let mut seen: HashMap<String, usize> = HashMap::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let key = key(item).to_string();
            match seen.get(&key) {
                None => {
                    seen.insert(key, index);
                }
                Some(first) => {
                    let first = &items[*first];
                    self.path.index(index);
                    self.report(|checker| {
                        let message = format!("{}Duplicate value: {key}", checker.path.prefix());
                        let span = anchor(item, first_line(item));
                        let code = match checker.schema.dialect.list_types {
                            true => &SCHEMA_DUPLICATE,
                            false => &LIST_DUPLICATE,
                        };
                        let mut issue = Issue::new(code, span, &checker.path, message);
                        let first = anchor(first, first_line(first));
                        issue.related.push((first, "first given here".to_owned()));
                        issue
                    });
                    self.path.pop();
                }
            }
        }
    }

    fn check_combinators(&mut self, spec: &SchemaNode, node: &'n Node, at: Span) {
        if spec.all_of.is_empty()
            && spec.any_of.is_empty()
            && spec.one_of.is_empty()
            && spec.not.is_none()
        {
            return;
        }
        if self.nesting >= NESTING {
            let message = format!("{}the schema refers to itself without end", self.path.prefix());
            self.report(|checker| {
                Issue::new(&SCHEMA_INVALID, anchor(node, at), &checker.path, message)
            });
            return;
        }
        self.nesting += 1;
        self.branch += 1;
        for id in &spec.all_of {
            self.visit(*id, node, at);
        }
        self.check_any_of(spec, node, at);
        self.check_one_of(spec, node, at);
        self.check_not(spec, node, at);
        self.branch -= 1;
        self.nesting -= 1;
    }
}

/// The start of an item of a list, to the end of its first key or of itself.
pub(super) fn first_line(node: &Node) -> Span {
    match &node.value {
        Value::Map(map) if node.style == Style::Block => {
            map.iter().next().map_or(node.span, |entry| entry.key.span)
        }
        Value::Seq(items) if node.style == Style::Block => {
            items.first().map_or(node.span, |item| Span::at(item.span.start))
        }
        _ => node.span,
    }
}
