//! The walk over a tree and its schema at once.

use super::compile::ListType;
use super::faults::{self, fault, invalid, plural, required};
use super::unknown::{unknown, unset};
use super::{Additional, Id, Naming, Schema, SchemaNode, Type, check_metadata};
use crate::at::At;
use crate::fault::{ErrorType, Fault};
use crate::gaps::Gaps;
use crate::path::Step;
use crate::{Map, Node, Value, names};
use plumb_text::diag::nearest;
use serde_json::Value as Json;
use std::cell::OnceCell;
use std::collections::HashMap;

/// How far combinators may lead from one value without a step into it.
const NESTING: usize = 64;
/// How many values and parts of schemas are looked at for one document; real ones take thousands.
const STEPS: usize = 2_000_000;

/// Checks a tree against the schema at `id`; the tree has been normalized. Gaps are a matter of the choices (`anyOf` and
/// so on) that a schema leaves: of all other faults, whoever asks says which stand.
pub(crate) fn check(schema: &Schema, id: Id, at: &At<'_>, text: &str, gaps: &Gaps) -> Vec<Fault> {
    let mut checker = Checker {
        schema,
        text,
        gaps,
        faults: Vec::new(),
        quiet: false,
        failed: false,
        unsure: false,
        branch: 0,
        nesting: 0,
        steps: 0,
    };
    checker.visit(id, at);
    if checker.steps > STEPS {
        let why = "the schema leads into too many combinations to check them all";
        checker.faults.push(fault(&faults::UNUSABLE, ErrorType::Internal, at, why));
    }
    checker.faults
}

pub(super) struct Checker<'a> {
    pub(super) schema: &'a Schema,
    pub(super) text: &'a str,
    pub(super) gaps: &'a Gaps,
    pub(super) faults: Vec<Fault>,
    /// Whether only the outcome matters: then nothing is written down.
    pub(super) quiet: bool,
    pub(super) failed: bool,
    /// Whether it depends on what is not shown if the value is right.
    pub(super) unsure: bool,
    /// How many combinators the walk is in; there, names that a schema does not know are no matter.
    pub(super) branch: usize,
    pub(super) nesting: usize,
    steps: usize,
}

impl<'a> Checker<'a> {
    pub(super) fn report(&mut self, fault: impl FnOnce(&Checker<'a>) -> Fault) {
        if self.quiet && self.gaps.is_empty() {
            self.failed = true;
            return;
        }
        let fault = fault(self);
        match fault.excuse(self.gaps) {
            None => self.failed = true,
            Some(_) => self.unsure = true,
        }
        if !self.quiet {
            self.faults.push(fault);
        }
    }

    pub(super) fn visit(&mut self, id: Id, at: &At<'a>) {
        let node = at.node;
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
            self.report(|checker| checker.type_fault(spec, at));
            return;
        }
        if let Some(values) = &spec.values {
            self.check_enum(values, at);
        }
        match &node.value {
            Value::String(text) => self.check_text(spec, text, at),
            Value::Int(_) | Value::Float(_) => self.check_number(spec, at),
            Value::Map(_) => self.check_map(spec, at),
            Value::Seq(items) => self.check_list(spec, items, at),
            Value::Null | Value::Bool(_) => {}
        }
        self.check_combinators(spec, at);
    }

    /// A step into a value: combinators count from there anew.
    fn descend(&mut self, id: Id, at: &At<'a>) {
        let nesting = std::mem::take(&mut self.nesting);
        self.visit(id, at);
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

    fn check_map(&mut self, spec: &'a SchemaNode, at: &At<'a>) {
        let Some(map) = at.node.as_map() else { return };
        self.check_count(spec.size, map.len() as u64, "property", at);
        for name in &spec.required {
            if map.get(name).is_none() {
                self.report(|_| missing(spec, map, name, at));
            }
        }
        if spec.embedded && self.branch == 0 {
            for name in ["apiVersion", "kind"] {
                let given =
                    map.get(name).and_then(Node::as_str).is_some_and(|text| !text.is_empty());
                if !given && !spec.required.iter().any(|required| required == name) {
                    self.report(|_| missing(spec, map, name, at));
                }
            }
            if let Some(kind) = at.get("kind")
                && let Some(text) = kind.str().filter(|kind| !kind.is_empty())
                && let Some(why) = names::dns_1035(&text.to_ascii_lowercase())
            {
                let why = format!("may have mixed case, but should otherwise match: {why}");
                self.report(|_| invalid(&faults::VALUE, &kind, why));
            }
            if map.get("metadata").is_some() && !self.quiet {
                self.faults.extend(check_metadata(at, self.text, Naming::Unknown, self.gaps));
            }
        }
        // The metadata of an object is checked by itself, the same for every kind.
        let is_object = at.parent().is_none() && self.branch == 0 || spec.embedded;
        let step = |name: &'a str| match spec.properties.contains_key(name) {
            false if child_of_map(spec) => Step::Key(name),
            _ => Step::named(name),
        };
        // Once for a map: it may hold any number of fields that nobody knows.
        let free = OnceCell::new();
        for (entry, inner) in at.each(step) {
            let name = entry.key.value.as_str();
            let child = match (spec.properties.get(name), &spec.additional) {
                (Some(child), _) => Some(*child),
                (None, Additional::Schema(child)) => Some(*child),
                _ => None,
            };
            match child {
                Some(child) => {
                    let opaque = is_object && name == "metadata";
                    self.branch += usize::from(opaque);
                    self.descend(child, &inner);
                    self.branch -= usize::from(opaque);
                }
                None if is_object && matches!(name, "apiVersion" | "kind" | "metadata") => {}
                None if self.is_closed(spec) && !self.is_declared(spec, name) => {
                    let schema = self.schema;
                    self.report(|checker| {
                        let mut found = unknown(
                            schema,
                            spec,
                            free.get_or_init(|| unset(spec, map)),
                            name,
                            &inner,
                        );
                        let raw = checker.text.get(entry.key.span.range()).unwrap_or(name);
                        if raw != name && !raw.starts_with(['"', '\'']) {
                            let help = format!(
                                "YAML reads the key `{raw}` as `{name}`; in quotes it is text"
                            );
                            found.help.insert(0, help);
                        }
                        found
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

    fn check_count(
        &mut self,
        (least, most): (Option<u64>, Option<u64>),
        count: u64,
        what: &str,
        at: &At<'a>,
    ) {
        if let Some(least) = least
            && count < least
        {
            let why =
                format!("should have at least {least} {}, and has {count}", plural(least, what));
            self.report(|_| {
                let mut found = invalid(&faults::VALUE, at, why);
                found.on_all(at);
                found
            });
        }
        if let Some(most) = most
            && count > most
        {
            self.report(|_| {
                let why =
                    format!("must have at most {most} {}, and has {count}", plural(most, what));
                let mut found = fault(&faults::VALUE, ErrorType::TooMany, at, why);
                found.on_all(at);
                found.is_certain = true;
                found.blocks = true;
                found
            });
        }
    }

    fn check_list(&mut self, spec: &'a SchemaNode, items: &'a [Node], at: &At<'a>) {
        self.check_count(spec.count, items.len() as u64, "item", at);
        if let Some(child) = spec.items {
            for item in at.items() {
                self.descend(child, &item);
            }
        }
        let types = self.branch == 0;
        match spec.list_type {
            ListType::Map if types => self.check_unique(items, at, |item| {
                let key: serde_json::Map<_, _> = spec
                    .list_keys
                    .iter()
                    .filter_map(|name| Some((name.clone(), item.get(name)?.to_json())))
                    .collect();
                Json::Object(key)
            }),
            ListType::Set if types => self.check_unique(items, at, Node::to_json),
            _ if spec.unique => self.check_unique(items, at, Node::to_json),
            _ => {}
        }
    }

    fn check_unique(&mut self, items: &'a [Node], at: &At<'a>, key: impl Fn(&Node) -> Json) {
        if items.len() < 2 {
            return;
        }
        let mut seen: HashMap<String, usize> = HashMap::with_capacity(items.len());
        let all = OnceCell::new();
        for (index, item) in items.iter().enumerate() {
            let key = key(item).to_string();
            match seen.get(&key) {
                None => {
                    seen.insert(key, index);
                }
                Some(first) => {
                    let first = *first;
                    self.report(|checker| {
                        let rule = match checker.schema.dialect.list_types {
                            true => &faults::DUPLICATE,
                            false => &faults::APPLY_DUPLICATE,
                        };
                        let all = all.get_or_init(|| at.items());
                        let mut found = fault(rule, ErrorType::Duplicate, &all[index], "");
                        found.value = Some(key);
                        found.on(&all[index]).on(&all[first]);
                        found.related.push((all[first].anchor(), "first given here".to_owned()));
                        found
                    });
                }
            }
        }
    }

    fn check_combinators(&mut self, spec: &'a SchemaNode, at: &At<'a>) {
        if spec.all_of.is_empty()
            && spec.any_of.is_empty()
            && spec.one_of.is_empty()
            && spec.not.is_none()
        {
            return;
        }
        if self.nesting >= NESTING {
            let why = "the schema refers to itself without end";
            self.report(|_| fault(&faults::UNUSABLE, ErrorType::Internal, at, why));
            return;
        }
        self.nesting += 1;
        self.branch += 1;
        for id in &spec.all_of {
            self.visit(*id, at);
        }
        self.check_any_of(spec, at);
        self.check_one_of(spec, at);
        self.check_not(spec, at);
        self.branch -= 1;
        self.nesting -= 1;
    }
}

/// A field that must be there and is not.
fn missing(spec: &SchemaNode, map: &Map, name: &str, at: &At<'_>) -> Fault {
    let mut found = required(&faults::REQUIRED, &at.named(name), "");
    found.blocks = true;
    // A name that is nearly the one is most likely it.
    let unknown = map.keys().filter(|key| !spec.properties.contains_key(*key));
    if let Some(near) = nearest(name, unknown) {
        found.help(format!("`{near}` may have been meant as `{name}`"));
    }
    found
}

/// Whether what is no property is an entry of a map.
fn child_of_map(spec: &SchemaNode) -> bool {
    matches!(spec.additional, Additional::Schema(_))
}
