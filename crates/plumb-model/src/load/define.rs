//! Definitions: formulas, and the numbers of options, which are formulas too.

use super::Loader;
use super::read::Entry;
use crate::codes::{DUPLICATE_ENTRY, WRONG_KIND};
use crate::data::Definition;
use crate::entry::*;
use crate::formula::names::{ComponentNames, Name, OptionNames};
use crate::formula::{Binary, Function, Ir, NodeId, Op, Scalar, Type};
use crate::quantity::{Dimension, Ratio};
use crate::view::View;
use num_traits::Zero;
use plumb_text::diag::Diagnostic;
use plumb_text::{Location, Span};
use std::collections::{BTreeMap, BTreeSet};

/// A formula whose text is still to be read.
pub(super) struct Pending {
    pub(super) definition: usize,
    /// The key that a bare quantity takes its dimension from.
    pub(super) bare: Option<String>,
    pub(super) expect: Expect,
}

/// What a formula has to be.
pub(super) enum Expect {
    Any,
    Count,
    Condition,
    Resource(String),
}

impl<'a> Loader<'a> {
    /// Reads all formulas, finds their names, and gives them their types in the order of their dependence.
    pub(super) fn definitions(&mut self) {
        let mut pending = Vec::new();
        for (name, entry) in self.top("formulas") {
            self.formula(name, &entry, &mut pending);
        }
        let mut requested = BTreeSet::new();
        for (id, entry) in self.top("options") {
            let option = self.option(&id, &entry, &mut pending);
            let resources =
                option.components.iter().flat_map(|component| component.resources.keys());
            requested.extend(
                resources.filter(|(view, _)| *view == View::Requests).map(|(_, name)| name.clone()),
            );
            self.model.options.insert(id, option);
        }
        self.totals(&requested);
        self.settle(&pending);
    }

    fn define(&mut self, name: String, text: Text) -> usize {
        self.model.definitions.push(Definition { name, text, ir: Ir::default(), depth: 0 });
        self.model.definitions.len() - 1
    }

    fn formula(&mut self, name: String, entry: &Entry<'a>, pending: &mut Vec<Pending>) {
        let Some(text) = entry.placed("expr") else { return };
        let index = self.model.definitions.len();
        if !self.declare(&name, Name::Definition(index), &entry.location()) {
            return;
        }
        self.define(name.clone(), text.clone());
        let bare = name.rsplit('.').next().map(str::to_owned);
        pending.push(Pending { definition: index, bare, expect: Expect::Any });
        let formula = Formula {
            label: entry.text("label").unwrap_or_else(|| name.clone()),
            unit: self.unit(entry),
            rounding: self.rounding(entry),
            note: Prose::default(),
            text,
            location: entry.location(),
            definition: index,
            name: name.clone(),
        };
        self.model.formulas.insert(name, formula);
    }

    fn option(&mut self, id: &str, entry: &Entry<'a>, pending: &mut Vec<Pending>) -> ModelOption {
        let mut components: Vec<Component> = Vec::new();
        let mut names = OptionNames::default();
        for entry in entry.list("components") {
            let Some(name) = entry.text("name") else { continue };
            let location = entry.location_of("name");
            if let Some(other) = components.iter().find(|other| other.name == name) {
                let message = format!("option `{id}` has two components `{name}`");
                let finding = Diagnostic::new(&DUPLICATE_ENTRY, location, message);
                self.findings.push(finding.related(other.location.clone(), "the first"));
                continue;
            }
            let Some(count) = entry.placed("count") else { continue };
            let component = Component {
                label: entry.text("label").unwrap_or_else(|| name.clone()),
                count,
                when: entry.placed("when"),
                resources: resources(&entry),
                sources: self.sources(&entry),
                note: Prose::default(),
                containers: self.containers(&entry),
                location,
                name: name.clone(),
            };
            names.components.insert(name, self.component(id, &component, pending));
            components.push(component);
        }
        names.labels.extend(entry.text("label").into_iter().chain(entry.text("short")));
        self.model.names.options.insert(id.to_owned(), names);
        ModelOption {
            id: id.to_owned(),
            label: entry.text("label").unwrap_or_else(|| id.to_owned()),
            short: entry.text("short"),
            note: Prose::default(),
            sources: self.sources(entry),
            components,
            location: entry.location(),
        }
    }

    fn containers(&mut self, entry: &Entry<'a>) -> Vec<Container> {
        if entry.get("containers").is_some()
            && (entry.get("requests").is_some() || entry.get("limits").is_some())
        {
            let message = "a component has either `containers`, or `requests` and `limits`";
            self.report(&WRONG_KIND, entry.location_of("containers"), message);
            return Vec::new();
        }
        let container = |entry: Entry<'a>| Container {
            kind: match entry.text("kind").as_deref() {
                Some("init") => ContainerKind::Init,
                Some("sidecar") => ContainerKind::Sidecar,
                _ => ContainerKind::Plain,
            },
            added: entry.bool("added").unwrap_or(true),
            resources: resources(&entry),
        };
        entry.list("containers").into_iter().map(container).collect()
    }

    /// The definitions of one component.
    fn component(
        &mut self,
        option: &str,
        component: &Component,
        pending: &mut Vec<Pending>,
    ) -> ComponentNames {
        let prefix = format!("option(\"{option}\").component(\"{}\")", component.name);
        let place = component.location.clone();
        let count = self.define(format!("{prefix} count"), component.count.clone());
        pending.push(Pending {
            definition: count,
            bare: Some("count".into()),
            expect: Expect::Count,
        });
        let when = component.when.clone().map(|text| {
            let definition = self.define(format!("{prefix} when"), text);
            pending.push(Pending { definition, bare: None, expect: Expect::Condition });
            definition
        });
        let mut each: BTreeMap<(View, String), usize> = BTreeMap::new();
        for ((view, resource), text) in &component.resources {
            let definition =
                self.define(format!("{prefix} {} of {resource}", view.name()), text.clone());
            pending.push(Pending {
                definition,
                bare: Some(resource.clone()),
                expect: Expect::Resource(resource.clone()),
            });
            each.insert((*view, resource.clone()), definition);
        }
        self.pod(&prefix, component, pending, &mut each);
        let effective = self.synthetic(format!("{prefix}.count"), &place, |ir| {
            let count = ir.definition(count);
            ir.only_when(when, count);
        });
        let mut share = BTreeMap::new();
        for ((view, resource), unit) in &each {
            let name = format!("{prefix}.{}.{resource}", view.name());
            let definition = self.synthetic(name, &place, |ir| {
                let count = ir.definition(count);
                let unit = ir.definition(*unit);
                let product = ir.node(Op::Binary(Binary::Multiply, count, unit));
                ir.only_when(when, product);
            });
            share.insert((*view, resource.clone()), definition);
        }
        let reserved: BTreeSet<&String> = each
            .keys()
            .filter(|(view, _)| *view != View::Limits)
            .map(|(_, resource)| resource)
            .collect();
        let mut larger = Vec::new();
        for resource in reserved {
            let parts: Vec<usize> = [View::Requests, View::Usage]
                .iter()
                .filter_map(|view| share.get(&(*view, resource.clone())).copied())
                .collect();
            let name = format!("{prefix}.reserved.{resource}");
            let definition = self.synthetic(name, &place, |ir| {
                let parts = parts.iter().map(|part| ir.definition(*part)).collect();
                ir.node(Op::Call(Function::Max, parts));
            });
            larger.push(((View::Reserved, resource.clone()), definition));
        }
        share.extend(larger);
        ComponentNames { count: effective, when, each, share }
    }

    /// What a pod reserves by Kubernetes' rule: the larger of what runs together, and of each init container with the
    /// sidecars that were started before it. Of that, only what the added containers make it more.
    fn pod(
        &mut self,
        prefix: &str,
        component: &Component,
        pending: &mut Vec<Pending>,
        each: &mut BTreeMap<(View, String), usize>,
    ) {
        type Defined = BTreeMap<(View, String), usize>;
        let mut containers: Vec<(ContainerKind, bool, Defined)> = Vec::new();
        for (index, container) in component.containers.iter().enumerate() {
            let mut definitions = BTreeMap::new();
            for ((view, resource), text) in &container.resources {
                let name =
                    format!("{prefix} container {} {} of {resource}", index + 1, view.name());
                let definition = self.define(name, text.clone());
                let expect = Expect::Resource(resource.clone());
                pending.push(Pending { definition, bare: Some(resource.clone()), expect });
                definitions.insert((*view, resource.clone()), definition);
            }
            containers.push((container.kind, container.added, definitions));
        }
        let keys: BTreeSet<(View, String)> =
            containers.iter().flat_map(|(_, _, found)| found.keys().cloned()).collect();
        for key in keys {
            let name = format!("{prefix} pod {} of {}", key.0.name(), key.1);
            let definition = self.synthetic(name, &component.location, |ir| {
                let all: Vec<_> = containers
                    .iter()
                    .map(|(kind, _, found)| (*kind, found.get(&key).copied()))
                    .collect();
                let own: Vec<_> = containers
                    .iter()
                    .filter(|(_, added, _)| !added)
                    .map(|(kind, _, found)| (*kind, found.get(&key).copied()))
                    .collect();
                let whole = ir.effective(&all);
                if !own.is_empty() {
                    let own = ir.effective(&own);
                    ir.node(Op::Binary(Binary::Subtract, whole, own));
                }
            });
            each.insert(key, definition);
        }
    }

    /// The totals of all options, when all are known.
    fn totals(&mut self, requested: &BTreeSet<String>) {
        let options: Vec<(String, Location)> = self
            .model
            .options
            .iter()
            .map(|(id, option)| (id.clone(), option.location.clone()))
            .collect();
        for (id, place) in options {
            let mut parts: BTreeMap<(View, String), Vec<usize>> = BTreeMap::new();
            // what an option does not request, it requests nothing of; what it uses is not known
            for resource in requested {
                parts.insert((View::Requests, resource.clone()), Vec::new());
            }
            if let Some(names) = self.model.names.options.get(&id) {
                for component in names.components.values() {
                    for (key, share) in &component.share {
                        parts.entry(key.clone()).or_default().push(*share);
                    }
                }
            }
            let mut totals = BTreeMap::new();
            for ((view, resource), shares) in parts {
                let name = format!("option(\"{id}\").{}.{resource}", view.name());
                let dimension = Dimension::of_resource(&resource);
                let definition = self.synthetic(name, &place, |ir| {
                    if shares.is_empty() {
                        ir.zero(dimension);
                    } else {
                        let shares = shares.iter().map(|share| ir.definition(*share)).collect();
                        ir.node(Op::Call(Function::Sum, shares));
                    }
                });
                totals.insert((view, resource), definition);
            }
            if let Some(names) = self.model.names.options.get_mut(&id) {
                names.totals = totals;
            }
        }
    }

    /// A definition that is made, not written.
    fn synthetic(
        &mut self,
        name: String,
        place: &Location,
        build: impl FnOnce(&mut Builder),
    ) -> usize {
        let mut builder = Builder { ir: Ir::default() };
        build(&mut builder);
        builder.ir.depth = 4;
        let text = Text { text: name.as_str().into(), location: place.clone(), inner: None };
        let index = self.define(name, text);
        self.model.definitions[index].ir = builder.ir;
        index
    }
}

/// What a table says that one takes.
fn resources(entry: &Entry<'_>) -> BTreeMap<(View, String), Text> {
    let mut found = BTreeMap::new();
    for view in [View::Requests, View::Usage, View::Limits] {
        if entry.spec.field(view.name()).is_none() {
            continue;
        }
        for (resource, _, value) in entry.map(view.name()) {
            if let Some(text) = super::read::placed(entry.source, value) {
                found.insert((view, resource.to_owned()), text);
            }
        }
    }
    found
}

/// Makes nodes that no text stands for.
struct Builder {
    ir: Ir,
}

impl Builder {
    fn node(&mut self, op: Op) -> NodeId {
        self.ir.push(op, Span::at(0), Span::at(0))
    }

    fn definition(&mut self, index: usize) -> NodeId {
        self.node(Op::Definition(index))
    }

    fn zero(&mut self, dimension: Option<Dimension>) -> NodeId {
        let id = self.node(Op::Constant(Scalar::Number(Ratio::zero())));
        self.ir.nodes[id].ty = dimension.map_or(Type::Zero, Type::Number);
        id
    }

    /// The value where the condition holds, else nothing of it.
    fn only_when(&mut self, when: Option<usize>, value: NodeId) {
        if let Some(when) = when {
            let condition = self.definition(when);
            let zero = self.zero(None);
            self.node(Op::If(condition, value, zero));
        }
    }

    fn sum(&mut self, parts: &[usize]) -> NodeId {
        if parts.is_empty() {
            return self.zero(None);
        }
        let parts = parts.iter().map(|part| self.definition(*part)).collect();
        self.node(Op::Call(Function::Sum, parts))
    }

    /// Kubernetes' rule for a pod, over its containers in their order.
    fn effective(&mut self, containers: &[(ContainerKind, Option<usize>)]) -> NodeId {
        let of = |kind| {
            move |(k, found): &(ContainerKind, Option<usize>)| {
                if *k == kind { *found } else { None }
            }
        };
        let mut running: Vec<usize> =
            containers.iter().filter_map(of(ContainerKind::Plain)).collect();
        running.extend(containers.iter().filter_map(of(ContainerKind::Sidecar)));
        let mut peaks = vec![self.sum(&running)];
        let mut before: Vec<usize> = Vec::new();
        for (kind, found) in containers {
            match (kind, found) {
                (ContainerKind::Sidecar, Some(found)) => before.push(*found),
                (ContainerKind::Init, Some(found)) => {
                    let mut together = before.clone();
                    together.push(*found);
                    peaks.push(self.sum(&together));
                }
                _ => {}
            }
        }
        self.node(Op::Call(Function::Max, peaks))
    }
}
