//! The JSON of a schema, made into a graph that can be walked fast: references are resolved once, so a schema that
//! refers to itself is a cycle in the graph.

use super::formats::Format;
use plumb_cel::go_regex;
use regex::Regex;
use serde_json::Value as Json;
use std::collections::HashMap;
use std::sync::OnceLock;

/// What a schema's author could take for granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// An object without properties may hold anything (OpenAPI of a cluster, JSON Schema), or nothing (a CRD, where
    /// anything must be said with `x-kubernetes-preserve-unknown-fields`).
    pub open_objects: bool,
    /// Whether `x-kubernetes-list-type` is enforced. For built-in kinds it only guides server-side apply, and a
    /// duplicate is a warning.
    pub list_types: bool,
    /// Whether defaults are meant. In the OpenAPI of built-in kinds most are Go's zero values.
    pub zero_defaults: bool,
}

impl Dialect {
    /// The schema of a CustomResourceDefinition.
    pub const STRUCTURAL: Dialect =
        Dialect { open_objects: false, list_types: true, zero_defaults: true };
    /// The OpenAPI of built-in kinds.
    pub const OPENAPI: Dialect =
        Dialect { open_objects: true, list_types: false, zero_defaults: false };
    /// JSON Schema made from CustomResourceDefinitions.
    pub const JSON_SCHEMA: Dialect =
        Dialect { open_objects: true, list_types: true, zero_defaults: true };
}

/// A compiled schema.
#[derive(Debug)]
pub struct Schema {
    pub(crate) nodes: Vec<SchemaNode>,
    pub(crate) root: Id,
    pub(crate) dialect: Dialect,
    /// What is wrong with the schema itself: it then allows more than it says.
    pub problems: Vec<String>,
}

/// A node's number in its schema.
pub(crate) type Id = usize;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    Object,
    Array,
    String,
    Integer,
    Number,
    Boolean,
    Null,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Additional {
    #[default]
    Unsaid,
    Any,
    Closed,
    Schema(Id),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum ListType {
    #[default]
    Atomic,
    Set,
    Map,
}

#[derive(Debug, Default)]
pub(crate) struct SchemaNode {
    /// Empty: any type.
    pub(crate) types: Vec<Type>,
    pub(crate) nullable: bool,
    pub(crate) int_or_string: bool,
    pub(crate) format: Option<Format>,
    pub(crate) values: Option<Vec<Json>>,
    pub(crate) default: Option<Json>,
    pub(crate) properties: HashMap<String, Id>,
    pub(crate) required: Vec<String>,
    pub(crate) additional: Additional,
    pub(crate) preserve_unknown: bool,
    pub(crate) embedded: bool,
    pub(crate) items: Option<Id>,
    pub(crate) list_type: ListType,
    pub(crate) list_keys: Vec<String>,
    pub(crate) unique: bool,
    pub(crate) pattern: Option<Pattern>,
    pub(crate) minimum: Option<(f64, bool)>,
    pub(crate) maximum: Option<(f64, bool)>,
    pub(crate) multiple_of: Option<f64>,
    pub(crate) length: (Option<u64>, Option<u64>),
    pub(crate) count: (Option<u64>, Option<u64>),
    pub(crate) size: (Option<u64>, Option<u64>),
    pub(crate) all_of: Vec<Id>,
    pub(crate) any_of: Vec<Id>,
    pub(crate) one_of: Vec<Id>,
    pub(crate) not: Option<Id>,
    /// The schema that this one only renames: OpenAPI writes a reference with a default as `allOf` of one.
    pub(crate) delegate: Option<Id>,
    pub(crate) rules: Vec<crate::rules::Rule>,
    /// Whether this schema or one below it has rules.
    pub(crate) leads_to_rules: bool,
}

impl SchemaNode {
    /// Whether only `allOf` limits the values: a default, or that null is allowed, may stand beside it.
    fn says_nothing_beside_all_of(&self) -> bool {
        let nothing = (None, None);
        self.says_nothing_of_fields()
            && self.required.is_empty()
            && self.types.is_empty()
            && self.values.is_none()
            && self.format.is_none()
            && self.pattern.is_none()
            && self.items.is_none()
            && self.rules.is_empty()
            && (self.minimum, self.maximum) == (None, None)
            && self.multiple_of.is_none()
            && (self.length, self.count) == (nothing, nothing)
            && !self.unique
            && !self.int_or_string
            && !self.preserve_unknown
            && !self.embedded
            && self.list_type == ListType::Atomic
    }

    /// Whether the schema says no more than which fields must be there.
    pub(crate) fn only_requires(&self) -> bool {
        self.all_of.is_empty() && self.says_nothing_of_fields()
    }

    /// Whether the schema limits fields in no way but by `required` and `allOf`.
    fn says_nothing_of_fields(&self) -> bool {
        self.properties.is_empty()
            && self.additional == Additional::Unsaid
            && self.size == (None, None)
            && self.not.is_none()
            && self.any_of.is_empty()
            && self.one_of.is_empty()
    }
}

/// A pattern, compiled when first needed.
#[derive(Debug)]
pub(crate) struct Pattern {
    pub(crate) text: String,
    regex: OnceLock<Result<Regex, String>>,
}

impl Pattern {
    pub(crate) fn regex(&self) -> Result<&Regex, &String> {
        self.regex.get_or_init(|| go_regex(&self.text)).as_ref()
    }
}

impl Schema {
    /// Compiles the schema at `root`, whose references are JSON pointers (`#/…`) into `document`.
    ///
    /// What can't be understood is a problem of the schema, and lets every value pass.
    pub fn compile(document: &Json, root: &Json, dialect: Dialect) -> Schema {
        let mut compiler = Compiler {
            document,
            nodes: Vec::new(),
            references: HashMap::new(),
            problems: Vec::new(),
            dialect,
            depth: 0,
        };
        let root = compiler.node(root);
        let Compiler { mut nodes, mut problems, .. } = compiler;
        break_cycles(&mut nodes, &mut problems);
        mark_rules(&mut nodes);
        Schema { nodes, root, dialect, problems }
    }

    pub(crate) fn node(&self, id: Id) -> &SchemaNode {
        &self.nodes[id]
    }

    /// The node behind renames.
    pub(crate) fn resolve(&self, mut id: Id) -> Id {
        while let Some(next) = self.nodes[id].delegate {
            id = next;
        }
        id
    }

    /// The schema at a path such as `spec.http[]`, where `[]` is any item of a list and `*` any value of a map.
    pub(crate) fn at(&self, path: &str) -> Result<Id, String> {
        let mut id = self.resolve(self.root);
        let mut done = String::new();
        for step in path.split('.').filter(|step| !step.is_empty()) {
            let (name, lists) = step.split_at(step.find('[').unwrap_or(step.len()));
            if !name.is_empty() {
                let node = &self.nodes[id];
                id = match (node.properties.get(name), &node.additional) {
                    (Some(next), _) => *next,
                    (None, Additional::Schema(next)) => *next,
                    _ => {
                        let place = if done.is_empty() {
                            "the kind".to_owned()
                        } else {
                            format!("`{done}`")
                        };
                        let near = plumb_text::diag::nearest(
                            name,
                            node.properties.keys().map(String::as_str),
                        );
                        let near =
                            near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
                        return Err(format!("{place} has no field `{name}`{near}"));
                    }
                };
                id = self.resolve(id);
                if !done.is_empty() {
                    done.push('.');
                }
                done.push_str(name);
            }
            for _ in lists.matches('[') {
                let Some(items) = self.nodes[id].items else {
                    return Err(format!("`{done}` is not a list"));
                };
                id = self.resolve(items);
                done.push_str("[]");
            }
        }
        Ok(id)
    }
}

struct Compiler<'a> {
    document: &'a Json,
    nodes: Vec<SchemaNode>,
    references: HashMap<&'a str, Id>,
    problems: Vec<String>,
    dialect: Dialect,
    depth: usize,
}

impl<'a> Compiler<'a> {
    fn node(&mut self, json: &'a Json) -> Id {
        if let Some(reference) = json.get("$ref").and_then(Json::as_str) {
            return self.reference(reference);
        }
        let id = self.nodes.len();
        self.nodes.push(SchemaNode::default());
        self.fill(id, json);
        id
    }

    fn reference(&mut self, reference: &'a str) -> Id {
        if let Some(id) = self.references.get(reference) {
            return *id;
        }
        let id = self.nodes.len();
        self.nodes.push(SchemaNode::default());
        self.references.insert(reference, id);
        // These two are spelled differently in each edition of Kubernetes' own schemas.
        let name = reference.rsplit(['/', '.']).next().unwrap_or(reference);
        if reference.ends_with("api.resource.Quantity") {
            self.nodes[id].types = vec![Type::String, Type::Number];
            return id;
        }
        if name == "IntOrString" {
            self.nodes[id].int_or_string = true;
            return id;
        }
        // kubeconform's folders may name the file that holds the definitions.
        let pointer = reference.split_once('#').map_or(reference, |(_, pointer)| pointer);
        match self.document.pointer(pointer) {
            Some(Json::Object(object)) if object.contains_key("$ref") => {
                let next = object["$ref"].as_str().unwrap_or("");
                let next = self.reference(next);
                self.nodes[id].delegate = Some(next);
            }
            Some(json) => self.fill(id, json),
            None => {
                self.problems.push(format!("refers to `{reference}`, which is not there"));
                self.nodes[id].preserve_unknown = true;
            }
        }
        id
    }

    fn fill(&mut self, id: Id, json: &'a Json) {
        const DEPTH: usize = 200;
        if self.depth > DEPTH {
            self.problems.push(format!("is nested more than {DEPTH} deep"));
            self.nodes[id].preserve_unknown = true;
            return;
        }
        self.depth += 1;
        let node = self.read(json);
        self.nodes[id] = node;
        self.depth -= 1;
    }

    fn list(&mut self, json: &'a Json, key: &str) -> Vec<Id> {
        let list = json.get(key).and_then(Json::as_array);
        list.into_iter().flatten().map(|item| self.node(item)).collect()
    }

    fn read(&mut self, json: &'a Json) -> SchemaNode {
        let mut node = SchemaNode::default();
        match json {
            Json::Object(_) => {}
            Json::Bool(true) => {
                node.preserve_unknown = true;
                return node;
            }
            Json::Bool(false) => {
                let never = self.nodes.len();
                self.nodes.push(SchemaNode { preserve_unknown: true, ..SchemaNode::default() });
                node.not = Some(never);
                return node;
            }
            _ => {
                self.problems.push(format!("a schema is `{json}`, not a map"));
                node.preserve_unknown = true;
                return node;
            }
        }
        let flag = |key: &str| json.get(key).and_then(Json::as_bool).unwrap_or(false);
        let count = |key: &str| json.get(key).and_then(Json::as_f64).map(|n| n.max(0.0) as u64);
        let number = |key: &str| json.get(key).and_then(Json::as_f64);

        node.types = self.types(json);
        node.nullable = flag("nullable") || node.types.contains(&Type::Null);
        let format = json.get("format").and_then(Json::as_str);
        node.int_or_string = flag("x-kubernetes-int-or-string") || format == Some("int-or-string");
        if node.int_or_string {
            node.types.clear();
        } else {
            node.format = format.and_then(Format::named);
        }
        // Of a list of nothing, a server asks nothing.
        let values = json.get("enum").and_then(Json::as_array);
        node.values = values.filter(|values| !values.is_empty()).cloned();
        if let Some(value) = json.get("const") {
            node.values = Some(vec![value.clone()]);
        }
        node.default = json
            .get("default")
            .filter(|value| !value.is_null() && (self.dialect.zero_defaults || !is_zero(value)))
            .cloned();
        node.required = strings(json.get("required"));
        node.preserve_unknown = flag("x-kubernetes-preserve-unknown-fields");
        node.embedded = flag("x-kubernetes-embedded-resource");
        node.list_keys = strings(json.get("x-kubernetes-list-map-keys"));
        node.list_type = match json.get("x-kubernetes-list-type").and_then(Json::as_str) {
            Some("set") => ListType::Set,
            Some("map") => ListType::Map,
            _ => ListType::Atomic,
        };
        node.unique = flag("uniqueItems");
        node.pattern = json
            .get("pattern")
            .and_then(Json::as_str)
            .map(|text| Pattern { text: text.to_owned(), regex: OnceLock::new() });
        // A bound is exclusive by a flag beside it (OpenAPI 3.0), or is a number of its own (later JSON Schema).
        let bound = |key: &str, exclusive: &str| {
            let plain = number(key).map(|limit| (limit, flag(exclusive)));
            plain.or_else(|| number(exclusive).map(|limit| (limit, true)))
        };
        node.minimum = bound("minimum", "exclusiveMinimum");
        node.maximum = bound("maximum", "exclusiveMaximum");
        node.multiple_of = number("multipleOf").filter(|step| *step > 0.0);
        node.length = (count("minLength"), count("maxLength"));
        node.count = (count("minItems"), count("maxItems"));
        node.size = (count("minProperties"), count("maxProperties"));
        let rules = json.get("x-kubernetes-validations").and_then(Json::as_array);
        for rule in rules.into_iter().flatten() {
            match crate::rules::Rule::read(rule) {
                Ok(rule) => node.rules.push(rule),
                Err(problem) => self.problems.push(problem),
            }
        }
        self.parts(&mut node, json);
        node
    }

    fn types(&mut self, json: &Json) -> Vec<Type> {
        let names: Vec<&str> = match json.get("type") {
            Some(Json::String(name)) => vec![name],
            Some(Json::Array(names)) => names.iter().filter_map(Json::as_str).collect(),
            _ => Vec::new(),
        };
        let mut types = Vec::with_capacity(names.len());
        for name in names {
            match name {
                "object" => types.push(Type::Object),
                "array" => types.push(Type::Array),
                "string" => types.push(Type::String),
                "integer" => types.push(Type::Integer),
                "number" => types.push(Type::Number),
                "boolean" => types.push(Type::Boolean),
                "null" => types.push(Type::Null),
                other => self.problems.push(format!("has the unknown type `{other}`")),
            }
        }
        types
    }

    /// The schemas that a schema is made of.
    fn parts(&mut self, node: &mut SchemaNode, json: &'a Json) {
        if let Some(Json::Object(properties)) = json.get("properties") {
            for (name, schema) in properties {
                let id = self.node(schema);
                node.properties.insert(name.clone(), id);
            }
        }
        node.additional = match json.get("additionalProperties") {
            None => Additional::Unsaid,
            Some(Json::Bool(false)) => Additional::Closed,
            Some(Json::Bool(true)) => Additional::Any,
            Some(schema) => Additional::Schema(self.node(schema)),
        };
        if let Some(items) = json.get("items").filter(|items| items.is_object()) {
            node.items = Some(self.node(items));
        }
        node.all_of = self.list(json, "allOf");
        node.any_of = self.list(json, "anyOf");
        node.one_of = self.list(json, "oneOf");
        node.not = json.get("not").map(|schema| self.node(schema));
        if node.all_of.len() == 1
            && json["allOf"][0].get("$ref").is_some()
            && node.says_nothing_beside_all_of()
        {
            node.delegate = node.all_of.pop();
        }
    }
}

/// Whether a value is what Go has where none is given.
fn is_zero(value: &Json) -> bool {
    match value {
        Json::Null => true,
        Json::Bool(value) => !value,
        Json::Number(number) => number.as_f64() == Some(0.0),
        Json::String(text) => text.is_empty(),
        Json::Array(items) => items.is_empty(),
        // An empty object is how the API server sees one that is not given.
        Json::Object(_) => false,
    }
}

fn strings(json: Option<&Json>) -> Vec<String> {
    let list = json.and_then(Json::as_array).into_iter().flatten();
    list.filter_map(Json::as_str).map(str::to_owned).collect()
}

/// Renames that end where they began would never be resolved: such a schema says nothing.
fn break_cycles(nodes: &mut [SchemaNode], problems: &mut Vec<String>) {
    for start in 0..nodes.len() {
        let mut at = start;
        let mut steps = 0;
        while let Some(next) = nodes[at].delegate {
            at = next;
            steps += 1;
            if steps > nodes.len() {
                nodes[start].delegate = None;
                nodes[start].preserve_unknown = true;
                problems.push("has a reference that leads back to itself".to_owned());
                break;
            }
        }
    }
}

/// Marks the nodes below which there are rules, so that the rest need not be walked for them.
fn mark_rules(nodes: &mut [SchemaNode]) {
    let mut changed = nodes.iter().any(|node| !node.rules.is_empty());
    while changed {
        changed = false;
        for id in (0..nodes.len()).rev() {
            let node = &nodes[id];
            if node.leads_to_rules {
                continue;
            }
            let below = |id: &Id| nodes[*id].leads_to_rules;
            let leads = !node.rules.is_empty()
                || node.properties.values().any(below)
                || node.items.iter().any(below)
                || node.delegate.iter().any(below)
                || matches!(&node.additional, Additional::Schema(id) if below(id));
            if leads {
                nodes[id].leads_to_rules = true;
                changed = true;
            }
        }
    }
}
