//! What a JSON Schema says of a document, at the places that it was written.

use super::{Schema, in_core_schema};
use crate::check::codes::JSON_SCHEMA;
use crate::diag::Diagnostic;
use crate::manifest::path::{FieldPath, Step};
use crate::manifest::{Document, Map, Node};
use crate::text::Span;
use boon::{ErrorKind, InstanceToken, ValidationError};
use serde_json::Value as Json;

/// How many findings there are of one document, and how many reasons of alternatives are named.
const MOST: usize = 100;
const MOST_REASONS: usize = 4;

/// What is wrong with a value.
#[derive(PartialEq)]
struct Wrong {
    path: FieldPath,
    span: Span,
    message: String,
    help: Vec<String>,
    /// Whether it says that something is absent.
    is_lack: bool,
    /// What to write in its place.
    fix: Option<String>,
}

impl Schema {
    /// What is wrong with a document. Of what is not shown, or stands for something else, nothing is said.
    pub(in crate::check) fn judge(&self, document: &Document) -> Vec<Diagnostic> {
        let mut root = document.root.clone();
        in_core_schema(&mut root, document.text());
        let instance = root.to_json();
        let Err(error) = self.all.validate(&instance, self.index) else { return Vec::new() };
        let mut wrong = Vec::new();
        self.walk(&error, &root, &mut wrong);
        let gaps = &document.gaps;
        wrong.retain(|wrong| {
            let is_unknown = gaps.is_hidden(&wrong.path) || gaps.replaced_at(&wrong.path).is_some();
            let may_be_there = wrong.is_lack && (self.is_part || gaps.is_open(&wrong.path));
            !(is_unknown || may_be_there)
        });
        wrong.sort_by_key(|wrong| wrong.span.start);
        wrong.dedup();
        wrong.truncate(MOST);
        wrong.into_iter().map(|wrong| self.finding(wrong, document)).collect()
    }

    fn finding(&self, wrong: Wrong, document: &Document) -> Diagnostic {
        let path = wrong.path.to_string();
        let message = match path.is_empty() {
            true => wrong.message,
            false => format!("{path}: {}", wrong.message),
        };
        let mut finding = Diagnostic::new(&JSON_SCHEMA, document.locate(wrong.span), message)
            .path(path)
            .help(format!("the JSON Schema `{}` says so", self.name));
        for help in wrong.help {
            finding = finding.help(help);
        }
        match wrong.fix {
            Some(name) => finding.replace_with(format!("write `{name}`"), name),
            None => finding,
        }
    }

    /// The reasons of an error, each at its own place.
    fn walk(&self, error: &ValidationError<'_, '_>, root: &Node, wrong: &mut Vec<Wrong>) {
        match &error.kind {
            ErrorKind::AnyOf | ErrorKind::OneOf(None) => self.alternatives(error, root, wrong),
            _ if error.causes.is_empty() => self.reason(error, root, wrong),
            _ => error.causes.iter().for_each(|cause| self.walk(cause, root, wrong)),
        }
    }

    /// None of several alternatives fits: where only one is of the right type, that is meant.
    fn alternatives(&self, error: &ValidationError<'_, '_>, root: &Node, wrong: &mut Vec<Wrong>) {
        let here = steps(error);
        let meant: Vec<_> = error.causes.iter().filter(|cause| !is_other(cause, &here)).collect();
        if let [meant] = meant[..] {
            return self.walk(meant, root, wrong);
        }
        let mut reasons = Vec::new();
        error.causes.iter().for_each(|cause| self.walk(cause, root, &mut reasons));
        let (path, node, _) = place(error, root);
        let told = reasons.iter().take(MOST_REASONS).map(|wrong| match wrong.path == path {
            true => wrong.message.clone(),
            false => format!("{}: {}", wrong.path, wrong.message),
        });
        // What is not there in one of them may be what is left out.
        let is_lack = reasons.iter().any(|wrong| wrong.is_lack);
        let message = format!("none of {} alternatives fits", error.causes.len());
        let help = told.collect();
        wrong.push(Wrong { path, span: node, message, help, is_lack, fix: None });
    }

    fn reason(&self, error: &ValidationError<'_, '_>, root: &Node, wrong: &mut Vec<Wrong>) {
        let (path, span, node) = place(error, root);
        let mut say = |path: FieldPath, span: Span, message: String, is_lack: bool| {
            wrong.push(Wrong { path, span, message, help: Vec::new(), is_lack, fix: None });
        };
        match &error.kind {
            ErrorKind::AdditionalProperties { got } => {
                let known = self.properties(error.schema_url);
                for name in got {
                    let entry = node.and_then(Node::as_map).and_then(|map| map.entry(name));
                    let near = crate::diag::nearest(name, known.iter().map(String::as_str));
                    wrong.push(Wrong {
                        path: path.clone().then(Step::Field(name.clone().into_owned())),
                        span: entry.map_or(span, |entry| entry.key.span),
                        message: "unknown field".to_owned(),
                        help: near
                            .map(|near| format!("did you mean `{near}`?"))
                            .into_iter()
                            .collect(),
                        is_lack: false,
                        fix: near.map(str::to_owned),
                    });
                }
            }
            ErrorKind::Required { want } => {
                for name in want {
                    say(path.clone(), span, format!("`{name}` is required"), true);
                }
            }
            ErrorKind::Dependency { prop, missing }
            | ErrorKind::DependentRequired { prop, missing } => {
                let missing: Vec<_> = missing.iter().map(|name| format!("`{name}`")).collect();
                let message = format!("beside `{prop}`, {} is required", missing.join(" and "));
                say(path, span, message, true);
            }
            ErrorKind::MinItems { .. } | ErrorKind::MinProperties { .. } | ErrorKind::Contains => {
                say(path, span, told(error), true);
            }
            ErrorKind::FalseSchema => {
                let key = key_at(&path, root).unwrap_or(span);
                say(path, key, "nothing may stand here".to_owned(), false);
            }
            _ => say(path, span, told(error), false),
        }
    }

    /// The names of the properties that stand beside a keyword of the schema.
    fn properties(&self, address: &str) -> Vec<String> {
        let (file, pointer) = address.split_once('#').unwrap_or((address, ""));
        // The address is of the keyword, or of the schema that holds it.
        let holder = pointer.strip_suffix("/additionalProperties").unwrap_or(pointer);
        let known = || self.texts.get(file)?.pointer(holder)?.get("properties")?.as_object();
        known().into_iter().flat_map(|known| known.keys().cloned()).collect()
    }
}

/// Whether an alternative is of another type than what is written, or for another constant, so that it is not meant.
fn is_other(error: &ValidationError<'_, '_>, here: &[Step<String>]) -> bool {
    match &error.kind {
        ErrorKind::Type { .. } => steps(error) == here,
        ErrorKind::Const { .. } => steps(error).len() <= here.len() + 1,
        _ => error.causes.iter().any(|cause| is_other(cause, here)),
    }
}

/// What an error says, in few words.
fn told(error: &ValidationError<'_, '_>) -> String {
    let list = |values: &[Json]| {
        let words: Vec<String> = values.iter().take(12).map(|value| format!("`{value}`")).collect();
        let more = if values.len() > 12 { ", …" } else { "" };
        format!("{}{more}", words.join(", "))
    };
    match &error.kind {
        ErrorKind::Type { got, want } => {
            let want: Vec<String> = want.iter().map(|want| want.to_string()).collect();
            format!("must be {}, and is {got}", want.join(" or "))
        }
        ErrorKind::Enum { want } => format!("must be one of {}", list(want)),
        ErrorKind::Const { want } => format!("must be `{want}`"),
        ErrorKind::Format { want, err, .. } => format!("is no `{want}`: {err}"),
        ErrorKind::Pattern { want, .. } => format!("must match `{want}`"),
        ErrorKind::Minimum { want, .. } => format!("must be {want} at least"),
        ErrorKind::Maximum { want, .. } => format!("must be {want} at most"),
        ErrorKind::ExclusiveMinimum { want, .. } => format!("must be more than {want}"),
        ErrorKind::ExclusiveMaximum { want, .. } => format!("must be less than {want}"),
        ErrorKind::MultipleOf { want, .. } => format!("must be a multiple of {want}"),
        ErrorKind::MinLength { want, .. } => format!("must have {want} characters at least"),
        ErrorKind::MaxLength { want, .. } => format!("must have {want} characters at most"),
        ErrorKind::MinItems { want, .. } => format!("must have {want} items at least"),
        ErrorKind::MaxItems { want, .. } => format!("must have {want} items at most"),
        ErrorKind::UniqueItems { got: [one, other] } => {
            format!("items {one} and {other} are the same")
        }
        ErrorKind::OneOf(Some((one, other))) => {
            format!("fits alternatives {one} and {other}, and must fit one")
        }
        ErrorKind::Not => "must not be so".to_owned(),
        kind => kind.to_string(),
    }
}

fn steps(error: &ValidationError<'_, '_>) -> Vec<Step<String>> {
    let step = |token: &InstanceToken<'_>| match token {
        InstanceToken::Prop(name) => Step::Field(name.clone().into_owned()),
        InstanceToken::Item(index) => Step::Index(*index),
    };
    error.instance_location.tokens.iter().map(step).collect()
}

/// Where an error is: the path, what to mark, and the node.
fn place<'n>(
    error: &ValidationError<'_, '_>,
    root: &'n Node,
) -> (FieldPath, Span, Option<&'n Node>) {
    let steps = steps(error);
    let mut node = Some(root);
    for step in &steps {
        node = node.and_then(|node| match step {
            Step::Field(name) | Step::Key(name) => node.get(name),
            Step::Index(index) => node.item(*index),
        });
    }
    let path = steps.into_iter().fold(FieldPath::default(), FieldPath::then);
    // Of a map or list the key above it says which one it is.
    let span = match node {
        Some(node) if node.as_map().is_none() && node.as_seq().is_none() => node.span,
        _ => key_at(&path, root).unwrap_or_else(|| first(root)),
    };
    (path, span, node)
}

/// The key that a path leads to, or to the list that it leads into.
fn key_at(path: &FieldPath, root: &Node) -> Option<Span> {
    let mut node = root;
    let mut key = None;
    for step in path.steps() {
        node = match step {
            Step::Field(name) | Step::Key(name) => {
                let entry = node.as_map()?.entry(name)?;
                key = Some(entry.key.span);
                &entry.value
            }
            Step::Index(index) => {
                let item = node.item(*index)?;
                key = Some(item.as_map().and_then(first_key).unwrap_or(item.span));
                item
            }
        };
    }
    key
}

fn first(root: &Node) -> Span {
    root.as_map().and_then(first_key).unwrap_or(root.span)
}

fn first_key(map: &Map) -> Option<Span> {
    Some(map.iter().next()?.key.span)
}
