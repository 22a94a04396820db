//! What `kubectl` writes, read with places.

use super::Resource;
use crate::View;
use crate::codes::BAD_CLUSTER_DATA;
use crate::quantity::{Ratio, parse_kubernetes};
use plumb_text::diag::Diagnostic;
use plumb_text::{Location, Source, Span, floor_char_boundary};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

#[derive(Deserialize)]
struct List<'a> {
    #[serde(borrow)]
    kind: Option<&'a RawValue>,
    #[serde(borrow)]
    items: Option<Vec<&'a RawValue>>,
}

#[derive(Deserialize)]
pub(super) struct Pod {
    pub(super) kind: Option<String>,
    #[serde(default)]
    pub(super) metadata: Metadata,
    #[serde(default)]
    pub(super) spec: Spec,
    #[serde(default)]
    pub(super) status: Status,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Metadata {
    pub(super) name: String,
    pub(super) namespace: String,
    pub(super) labels: Option<BTreeMap<String, String>>,
    pub(super) annotations: Option<BTreeMap<String, String>>,
    pub(super) owner_references: Option<Vec<Owner>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Owner {
    pub(super) kind: String,
    pub(super) name: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Spec {
    pub(super) containers: Vec<Container>,
    pub(super) init_containers: Option<Vec<Container>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Status {
    pub(super) phase: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Container {
    pub(super) name: String,
    pub(super) image: String,
    pub(super) restart_policy: Option<String>,
    pub(super) resources: Resources,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Resources {
    pub(super) requests: Option<BTreeMap<String, serde_json::Value>>,
    pub(super) limits: Option<BTreeMap<String, serde_json::Value>>,
}

impl Container {
    /// A container that runs beside the others: an ordinary one, or an init container that stays.
    pub(super) fn stays(&self) -> bool {
        self.restart_policy.as_deref() == Some("Always")
    }

    pub(super) fn quantity(&self, view: View, resource: Resource) -> Result<Option<Ratio>, String> {
        let table =
            if view == View::Limits { &self.resources.limits } else { &self.resources.requests };
        let Some(value) = table.as_ref().and_then(|table| table.get(resource.name())) else {
            return Ok(None);
        };
        let text = match value {
            serde_json::Value::String(text) => text.clone(),
            value => value.to_string(),
        };
        parse_kubernetes(&text).map(|read| Some(read.value)).map_err(|error| error.message)
    }
}

#[derive(Deserialize)]
pub(super) struct Node {
    pub(super) kind: Option<String>,
}

pub(super) trait Item: for<'a> Deserialize<'a> {
    fn kind(&self) -> Option<&str>;
}

impl Item for Pod {
    fn kind(&self) -> Option<&str> {
        self.kind.as_deref()
    }
}

impl Item for Node {
    fn kind(&self) -> Option<&str> {
        self.kind.as_deref()
    }
}

/// The items of a list of one kind, each with its place.
pub(super) fn read_items<T: Item>(
    source: &Arc<Source>,
    kind: &str,
    findings: &mut Vec<Diagnostic>,
) -> Vec<(T, Location)> {
    let text = source.text();
    let json = text.strip_prefix('\u{feff}').unwrap_or(text);
    let skipped = text.len() - json.len();
    let list: List<'_> = match serde_json::from_str(json) {
        Ok(list) => list,
        Err(error) => {
            let at = skipped + offset(json, error.line(), error.column());
            let what = if error.is_eof() {
                "this JSON is cut short"
            } else {
                "this is not what kubectl writes"
            };
            let message = format!("{what}: {}", plain(&error));
            findings.push(
                Diagnostic::at(&BAD_CLUSTER_DATA, source, Span::at(at), message)
                    .help(command(kind)),
            );
            return Vec::new();
        }
    };
    let given = list.kind.map(|raw| (raw.get().trim_matches('"'), place(source, raw)));
    let Some(items) = list.items else {
        let (message, location) = match given {
            Some((given, location)) => {
                (format!("this is a {given}, not a list of {kind}s"), location)
            }
            None => (format!("this is not a list of {kind}s"), Location::start_of(source)),
        };
        findings.push(Diagnostic::new(&BAD_CLUSTER_DATA, location, message).help(command(kind)));
        return Vec::new();
    };
    if let Some((given, location)) = given
        && given != "List"
        && given != format!("{kind}List")
    {
        let message = format!("this is a {given}, not a list of {kind}s");
        findings.push(Diagnostic::new(&BAD_CLUSTER_DATA, location, message).help(command(kind)));
        return Vec::new();
    }
    let mut found = Vec::with_capacity(items.len());
    for raw in items {
        let location = place(source, raw);
        match serde_json::from_str::<T>(raw.get()) {
            Ok(item) if item.kind().is_some_and(|given| given != kind) => {
                let message =
                    format!("this is a {}, not a {kind}", item.kind().unwrap_or_default());
                findings.push(
                    Diagnostic::new(&BAD_CLUSTER_DATA, head(location), message).help(command(kind)),
                );
                return Vec::new();
            }
            Ok(item) => found.push((item, head(location))),
            Err(error) => {
                let at = location.span.start + offset(raw.get(), error.line(), error.column());
                let message = format!("this is not a {kind}: {}", plain(&error));
                findings.push(Diagnostic::at(
                    &BAD_CLUSTER_DATA,
                    source,
                    Span::at(at.min(text.len())),
                    message,
                ));
            }
        }
    }
    found
}

fn command(kind: &str) -> String {
    match kind {
        "Node" => "it is made with `kubectl get nodes -o json`".into(),
        _ => "it is made with `kubectl get pods -A -o json`".into(),
    }
}

/// An error's words without the place, which is shown otherwise.
fn plain(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rfind(" at line ").map_or(text.clone(), |at| text[..at].to_owned())
}

/// Where a part of the text is.
fn place(source: &Arc<Source>, raw: &RawValue) -> Location {
    let start = (raw.get().as_ptr() as usize).saturating_sub(source.text().as_ptr() as usize);
    let end = (start + raw.get().len()).min(source.text().len());
    Location::new(source, Span::new(start.min(end), end))
}

/// The first character of a place, for what would be pages long.
fn head(location: Location) -> Location {
    let start = location.span.start;
    Location { span: Span::new(start, (start + 1).min(location.span.end)), ..location }
}

/// The byte offset of a line and column as serde_json counts them: from 1, columns in bytes.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    floor_char_boundary(text, start + column.saturating_sub(1))
}

/// Namespace, pod, container: what it uses.
pub(super) type Usage = HashMap<(String, String, String), [Ratio; 2]>;

pub(super) fn read_top(source: &Arc<Source>, findings: &mut Vec<Diagnostic>) -> Usage {
    let mut usage = Usage::new();
    let mut start = 0;
    for (number, raw) in source.text().split_inclusive('\n').enumerate() {
        let span = Span::new(start, start + raw.trim_end().len());
        start += raw.len();
        let cells: Vec<&str> = raw.trim_start_matches('\u{feff}').split_whitespace().collect();
        if cells.is_empty() || (number == 0 && cells.contains(&"NAMESPACE") && cells.len() == 5) {
            continue;
        }
        let read = match cells[..] {
            [namespace, pod, container, cpu, memory] => parse_kubernetes(cpu)
                .and_then(|cpu| Ok((cpu, parse_kubernetes(memory)?)))
                .map(|(cpu, memory)| {
                    let key = (namespace.to_owned(), pod.to_owned(), container.to_owned());
                    usage.insert(key, [cpu.value, memory.value]);
                })
                .map_err(|error| error.message),
            _ => Err("this line does not have five columns".to_owned()),
        };
        if let Err(message) = read {
            let finding = Diagnostic::at(&BAD_CLUSTER_DATA, source, span, message);
            findings.push(finding.help("it is made with `kubectl top pods -A --containers`"));
            return usage;
        }
    }
    usage
}
