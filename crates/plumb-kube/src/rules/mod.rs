//! Rules in CEL that a schema carries (`x-kubernetes-validations`).
//!
//! Owns: what a rule is, its compilation (once, when first needed), the values that it sees, and its evaluation with
//! Kubernetes' function libraries within a bounded cost. Must not know: which kind or group a rule belongs to.

mod codes;
mod rule;

pub(crate) use codes::CODES;
pub(crate) use rule::{NEWEST, Rule};

use super::at::At;
use super::fault::{self, ErrorType, Fault};
use super::gaps::Gaps;
use super::path::{FieldPath, Step};
use super::schema::{Additional, Id, ListType, Schema, SchemaNode, Type};
use super::{Node, Value};
use codes::{RULE_ERROR, SCHEMA_RULE};
use plumb_cel::syntax::escape;
use plumb_cel::{Budget, List, ListKind, Map, Value as Cel};
use rule::Compiled;
use std::sync::Arc;

pub(crate) static HOLDS: fault::Rule = fault::Rule::new(&SCHEMA_RULE, "cel.Validator.Validate");
static EVALUATES: fault::Rule = fault::Rule::new(&RULE_ERROR, "cel.Validator.Validate");

/// Evaluates all rules of a schema on a tree that is sound.
///
/// What is not shown is unknown to them: only a rule that is false whatever is added to a node with a gap is a fault.
pub(crate) fn check_rules(schema: &Schema, id: Id, at: &At<'_>, gaps: &Gaps) -> Vec<Fault> {
    if !schema.node(id).leads_to_rules {
        return Vec::new();
    }
    let mut checker = RuleChecker { schema, gaps, faults: Vec::new(), budget: Budget::default() };
    checker.visit(id, at, false);
    checker.faults
}

struct RuleChecker<'a> {
    schema: &'a Schema,
    gaps: &'a Gaps,
    faults: Vec<Fault>,
    /// What the rules of one object may cost together.
    budget: Budget,
}

impl<'a> RuleChecker<'a> {
    /// Evaluates the rules at and below a node; gives its value to the rules above, where they want it.
    fn visit(&mut self, id: Id, at: &At<'a>, wanted: bool) -> Option<Cel> {
        let schema = self.schema;
        let spec = schema.node(schema.resolve(id));
        if !wanted && !spec.leads_to_rules {
            return None;
        }
        let wanted = wanted || !spec.rules.is_empty();
        let is_root = at.parent().is_none();
        let value = match &at.node.value {
            Value::Map(_) => {
                let mut fields = Map::default();
                fields.open = self.is_open(at);
                let step = |name: &'a str| match spec.properties.contains_key(name) {
                    true => Step::named(name),
                    false => Step::Key(name),
                };
                for (entry, inner) in at.each(step) {
                    let name = entry.key.value.as_str();
                    // A field that is null is absent (`unstructuredMap.Find`), and has no rules of its own.
                    if entry.value.is_null() && !spec.properties.is_empty() {
                        continue;
                    }
                    // What a default stands for may be written where it is not shown.
                    if fields.open && !entry.value.is_written() {
                        continue;
                    }
                    let declared = spec.properties.get(name);
                    let child = match (declared, &spec.additional) {
                        (Some(child), _) => Some(*child),
                        (None, Additional::Schema(child)) => Some(*child),
                        _ => None,
                    };
                    let value = match child {
                        Some(child) => {
                            let value = self.visit(child, &inner, wanted);
                            if name == "metadata" && (is_root || spec.embedded) {
                                value.map(|value| with_name(value, &entry.value))
                            } else {
                                value
                            }
                        }
                        None if !wanted => None,
                        None if is_known(spec, name, is_root) => Some(plain(&entry.value)),
                        None => None,
                    };
                    if let Some(value) = value {
                        // Only names that the schema declares are escaped; the keys of a map are data.
                        let name = if spec.properties.contains_key(name)
                            || !matches!(spec.additional, Additional::Schema(_) | Additional::Any)
                        {
                            escape(name)
                        } else {
                            name.to_owned()
                        };
                        fields.insert(name.into(), value);
                    }
                }
                wanted.then(|| Cel::from(fields))
            }
            Value::Seq(items) => {
                let mut list = Vec::with_capacity(if wanted { items.len() } else { 0 });
                for item in at.items() {
                    list.extend(match spec.items {
                        Some(child) => self.visit(child, &item, wanted),
                        None => wanted.then(|| plain(item.node)),
                    });
                }
                let open = self.is_open(at);
                wanted.then(|| Cel::List(Arc::new(List { items: list, open, kind: kind(spec) })))
            }
            _ => wanted.then(|| scalar(spec, at.node)),
        };
        let value = value.map(|value| if self.is_replaced(at) { Cel::Unknown } else { value });
        // A rule of what is null is for what is around it to say.
        if let Some(value) = value.as_ref().filter(|value| !matches!(value, Cel::Null)) {
            for rule in &spec.rules {
                // One finding says that the limit of the object is reached.
                if !self.budget.is_spent() {
                    self.evaluate(rule, value, at);
                }
            }
        }
        value
    }

    fn is_open(&self, at: &At<'_>) -> bool {
        self.gaps.has_gap() && self.gaps.is_open(&at.path())
    }

    fn is_replaced(&self, at: &At<'_>) -> bool {
        self.gaps.is_partial() && self.gaps.replaced_at(&at.path()).is_some()
    }

    fn evaluate(&mut self, rule: &Rule, value: &Cel, at: &At<'_>) {
        let compiled = match rule.compiled() {
            Ok(compiled) => compiled,
            Err(error) => {
                let why = format!("the rule `{}` does not compile: {error}", shorten(&rule.source));
                return self.fail(at, why);
            }
        };
        // Nothing is there before an object is created, so rules about a change do not apply.
        if compiled.transition && !rule.optional_old_self {
            return;
        }
        let variables = |name: &str| match name {
            "self" => Some(value.clone()),
            "oldSelf" => Some(Cel::Optional(None)),
            _ => None,
        };
        match compiled.rule.evaluate(&variables, &mut self.budget) {
            Ok(Cel::Bool(true)) => {}
            Ok(Cel::Unknown) if self.gaps.is_partial() => {}
            Ok(Cel::Bool(false)) => {
                let own = self.message(rule, compiled, &variables);
                let says_rule = own.is_none();
                let message = own.unwrap_or_else(|| format!("failed rule: {}", rule.source.trim()));
                let mut found = Fault::new(&HOLDS, rule.reason, at, message);
                found.span = at.anchor();
                found.on_all(at);
                found.is_certain = self.is_false_anyway(compiled, value);
                point(&mut found, rule, at);
                if !says_rule {
                    found.help(format!("the rule: `{}`", shorten(&rule.source)));
                }
                self.faults.push(found);
            }
            Ok(_) => {
                let why = format!("the rule `{}` is neither true nor false", shorten(&rule.source));
                self.fail(at, why);
            }
            // A field that is not shown may well be there.
            Err(_) if self.gaps.is_partial() && !self.budget.is_spent() => {}
            Err(error) => {
                let spent = self.budget.is_spent();
                let rest = if spent { "; no more rules are evaluated" } else { "" };
                let shown = shorten(&rule.source);
                self.fail(at, format!("the rule `{shown}` can't be evaluated: {error}{rest}"));
            }
        }
    }

    /// Whether a rule is false whatever is added to the value.
    fn is_false_anyway(&mut self, compiled: &Compiled, value: &Cel) -> bool {
        if self.gaps.has_gap() {
            return true;
        }
        let opened = opened(value);
        let variables = |name: &str| match name {
            "self" => Some(opened.clone()),
            "oldSelf" => Some(Cel::Optional(None)),
            _ => None,
        };
        matches!(compiled.rule.evaluate(&variables, &mut self.budget), Ok(Cel::Bool(false)))
    }

    fn fail(&mut self, at: &At<'_>, why: String) {
        let mut found = Fault::new(&EVALUATES, ErrorType::Internal, at, why);
        found.span = at.anchor();
        self.faults.push(found);
    }

    /// What the rule says: by its own expression, or its text; none where it says nothing.
    fn message(
        &mut self,
        rule: &Rule,
        compiled: &Compiled,
        variables: &dyn plumb_cel::Variables,
    ) -> Option<String> {
        if let Some(program) = &compiled.message
            && let Ok(Cel::String(text)) = program.evaluate(variables, &mut self.budget)
            && !text.trim().is_empty()
            && !text.contains('\n')
        {
            return Some(text.trim().to_owned());
        }
        rule.message.as_ref().map(|message| message.trim().to_owned())
    }
}

/// Points a fault to the field that the rule is about.
fn point(found: &mut Fault, rule: &Rule, at: &At<'_>) {
    let names: Vec<String> = rule.field.iter().flat_map(|field| steps(field)).collect();
    let mut place = at.clone();
    for name in &names {
        place = place.named(name);
        if !place.is_unwritten() {
            found.span = place.anchor();
        }
    }
    found.path = place.path();
}

/// The names in a `fieldPath`: `.spec['a.b'].c`.
fn steps(path: &str) -> Vec<String> {
    let mut steps = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        let quoted = ["['", "[\""].iter().find_map(|open| {
            let inside = rest.strip_prefix(open)?;
            let close = if *open == "['" { "']" } else { "\"]" };
            inside.split_once(close)
        });
        if let Some((name, behind)) = quoted {
            steps.push(name.replace("\\'", "'"));
            rest = behind;
        } else {
            rest = rest.trim_start_matches('.');
            let end =
                rest.find(['.', '[']).unwrap_or(rest.len()).max(usize::from(rest.starts_with('[')));
            if end > 0 {
                steps.push(rest[..end].to_owned());
            }
            rest = &rest[end..];
        }
    }
    steps
}

fn is_known(spec: &SchemaNode, name: &str, root: bool) -> bool {
    // Fields that the schema does not know are dropped before rules see the object.
    spec.preserve_unknown
        || spec.additional == Additional::Any
        || ((root || spec.embedded) && matches!(name, "apiVersion" | "kind" | "metadata"))
}

/// The metadata of an object: a rule sees its name even where the schema says no more than that it is an object. A name
/// that the API server is to generate is there before rules are evaluated.
fn with_name(metadata: Cel, node: &Node) -> Cel {
    let Cel::Map(map) = &metadata else { return metadata };
    let text = |key: &str| node.get(key).and_then(Node::as_str);
    let generated = || text("generateName").map(|prefix| format!("{prefix}00000"));
    let name = text("name").map(str::to_owned).or_else(generated).unwrap_or_default();
    let mut fields = (**map).clone();
    fields.insert("name".into(), name.into());
    if let Some(prefix) = text("generateName") {
        fields.insert("generateName".into(), prefix.into());
    }
    fields.into()
}

fn shorten(source: &str) -> String {
    let line = source.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(200) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// A scalar as its schema has it: a number stays one though it has no fraction, times and bytes are read.
fn scalar(spec: &SchemaNode, node: &Node) -> Cel {
    match &node.value {
        Value::Int(value) if spec.types.contains(&Type::Number) => Cel::Double(*value as f64),
        Value::String(text) => match spec.format {
            Some(format) => format.to_cel(text).unwrap_or_else(|| text.as_str().into()),
            None => text.as_str().into(),
        },
        _ => plain(node),
    }
}

/// What tells the items of a list apart.
fn kind(spec: &SchemaNode) -> ListKind {
    match spec.list_type {
        ListType::Atomic => ListKind::Atomic,
        ListType::Set => ListKind::Set,
        ListType::Map => {
            ListKind::Map(spec.list_keys.iter().map(|key| escape(key).into()).collect())
        }
    }
}

/// A value of which every list and every map may hold more.
fn opened(value: &Cel) -> Cel {
    match value {
        Cel::List(list) => {
            let items = list.items.iter().map(opened).collect();
            Cel::List(Arc::new(List { items, open: true, kind: list.kind.clone() }))
        }
        Cel::Map(map) => {
            let mut fields = Map::default();
            for (key, value) in map.iter() {
                fields.insert(key.clone(), opened(value));
            }
            fields.open = true;
            fields.into()
        }
        value => value.clone(),
    }
}

/// A value without a schema.
pub(crate) fn plain(node: &Node) -> Cel {
    match &node.value {
        Value::Null => Cel::Null,
        Value::Bool(value) => Cel::Bool(*value),
        Value::Int(value) => match i64::try_from(*value) {
            Ok(value) => Cel::Int(value),
            Err(_) => Cel::Double(*value as f64),
        },
        Value::Float(value) => Cel::Double(*value),
        Value::String(text) => text.as_str().into(),
        Value::Seq(items) => items.iter().map(plain).collect::<Vec<_>>().into(),
        Value::Map(map) => map
            .iter()
            .map(|entry| (entry.key.value.as_str(), plain(&entry.value)))
            .collect::<Map>()
            .into(),
    }
}

/// A value without a schema, of which what is not shown is unknown.
pub(crate) fn known(node: &Node, path: &FieldPath, gaps: &Gaps) -> Cel {
    if !gaps.is_partial() {
        return plain(node);
    }
    if gaps.is_hidden(path) || gaps.replaced_at(path).is_some() {
        return Cel::Unknown;
    }
    let open = gaps.is_open(path);
    match &node.value {
        Value::Seq(items) => {
            let items = items.iter().enumerate();
            let items =
                items.map(|(i, item)| known(item, &path.clone().then(Step::Index(i)), gaps));
            Cel::List(Arc::new(List { items: items.collect(), open, ..List::default() }))
        }
        Value::Map(map) => {
            let mut fields = Map::default();
            fields.open = open;
            for entry in map.iter() {
                let path = path.clone().then(Step::Field(entry.key.value.clone()));
                let name = entry.key.value.as_str();
                fields.insert(name.into(), known(&entry.value, &path, gaps));
            }
            fields.into()
        }
        _ => plain(node),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn field_paths_are_read() {
        assert_eq!(steps(".spec.x"), ["spec", "x"]);
        assert_eq!(steps(".a['b.c'].d[\"e\"]"), ["a", "b.c", "d", "e"]);
        assert_eq!(steps(""), [""; 0]);
        assert!(steps("[[..]").len() < 5, "nonsense ends");
    }
}
