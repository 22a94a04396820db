//! Options: what they run and what that takes, and how it is recognised in a cluster.

use super::{Prose, Text};
use crate::view::View;
use plumb_text::Location;
use std::collections::BTreeMap;

/// A thing to choose.
#[derive(Clone, Debug)]
pub struct ModelOption {
    /// Its id, unique among the options.
    pub id: String,
    /// What it is called on pages.
    pub label: String,
    /// A name for narrow places, where it has one.
    pub short: Option<String>,
    /// What it is, in a sentence or two.
    pub note: Prose,
    /// The ids of the sources that describe it.
    pub sources: Vec<String>,
    /// The parts that it runs, in the model's order.
    pub components: Vec<Component>,
    /// Its id in the file.
    pub location: Location,
}

impl ModelOption {
    /// The short name if it has one, else the label.
    pub fn short_label(&self) -> &str {
        self.short.as_deref().unwrap_or(&self.label)
    }
}

/// A part of an option.
#[derive(Clone, Debug)]
pub struct Component {
    /// Its id within the option.
    pub name: String,
    /// What it is called on pages.
    pub label: String,
    /// How many there are.
    pub count: Text,
    /// Only then is it there.
    pub when: Option<Text>,
    /// What one of them takes.
    pub resources: BTreeMap<(View, String), Text>,
    /// The ids of the sources that the numbers come from.
    pub sources: Vec<String>,
    /// What to know about it.
    pub note: Prose,
    /// Its place in the file.
    pub location: Location,
    pub(crate) containers: Vec<Container>,
}

#[derive(Clone, Debug)]
pub(crate) struct Container {
    pub(crate) kind: ContainerKind,
    pub(crate) added: bool,
    pub(crate) resources: BTreeMap<(View, String), Text>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ContainerKind {
    Plain,
    Init,
    Sidecar,
}

/// How to recognise something that an option runs in a cluster.
#[derive(Clone, Debug)]
pub struct Proxy {
    /// Its id, unique among the proxies.
    pub id: String,
    /// What it is called in the report.
    pub label: String,
    /// The option that it belongs to.
    pub option: Option<String>,
    /// What there is one of.
    pub per: Per,
    /// Patterns of the container's name.
    pub container: Vec<String>,
    /// Patterns of the container's image.
    pub image: Vec<String>,
    /// Patterns of the pod's name.
    pub pod: Vec<String>,
    /// Patterns of the namespace.
    pub namespace: Vec<String>,
    /// Labels of the pod, with patterns of their values.
    pub labels: BTreeMap<String, String>,
    /// Annotations of the pod, with patterns of their values.
    pub annotations: BTreeMap<String, String>,
    /// The kind of the pod's owner.
    pub owner: Option<String>,
    /// The input that takes the count.
    pub count: Option<String>,
    /// The first part of the figures' names.
    pub figures: Option<String>,
    /// Its id in the file.
    pub location: Location,
}

/// What there is one of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Per {
    /// A container in each pod.
    Pod,
    /// A pod on each node.
    Node,
    /// As many as someone runs.
    Replica,
    /// Nothing: the pod itself belongs to a mesh that runs elsewhere.
    Member,
}
