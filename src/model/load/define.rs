//! Definitions: formulas, and the numbers of options, which are formulas too.

use super::Loader;
use super::read::Entry;
use crate::diag::{Code, Diagnostic, Level};
use crate::model::Definition;
use crate::model::entry::*;
use crate::model::formula::names::{ComponentNames, Name, OptionNames};
use crate::model::formula::resolve::{Scope, resolve};
use crate::model::formula::types::{DIMENSION_MISMATCH, TYPE_MISMATCH, check};
use crate::model::formula::{Binary, Function, Ir, NodeId, Op, Scalar, Type};
use crate::model::quantity::{Dimension, Ratio};
use crate::text::{Location, Span};
use num_traits::Zero;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Formulas that need each other.
pub(in crate::model) static FORMULA_CYCLE: Code = Code {
    name: "formula-cycle",
    level: Level::Deny,
    summary: "formulas that depend on each other in a circle",
    page: "A formula cannot need its own value.\n\n```toml\n[formulas]\na = \"b + 1\"\nb = \"a * 2\"\n```\n",
    alias: "",
};

/// Formulas upon formulas without end.
pub(in crate::model) static TOO_DEEP: Code = Code {
    name: "formula-too-deep",
    level: Level::Deny,
    summary: "a formula built on more layers of other formulas than is supported",
    page: "Formulas may use formulas, a few hundred layers deep. A longer chain is more likely a mistake.\n",
    alias: "",
};

/// How deep nodes may be nested, formulas within formulas included. Computing is recursive; this bounds the stack.
pub(in crate::model) const MAX_DEPTH: usize = 400;

/// A formula whose text is still to be read.
struct Pending {
    definition: usize,
    /// The key that a bare quantity takes its dimension from.
    bare: Option<String>,
    expect: Expect,
}

/// What a formula has to be.
enum Expect {
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
        self.resolve(&pending);
        let order = self.order();
        self.types(&order, &pending);
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
                let finding = Diagnostic::new(&super::DUPLICATE_ENTRY, location, message);
                self.findings.push(finding.related(other.location.clone(), "the first"));
                continue;
            }
            let Some(count) = entry.placed("count") else { continue };
            let component = Component {
                label: entry.text("label").unwrap_or_else(|| name.clone()),
                count,
                when: entry.placed("when"),
                resources: self.resources(&entry),
                sources: self.sources(&entry),
                note: Prose::default(),
                containers: self.containers(&entry),
                location,
                name: name.clone(),
            };
            names.components.insert(name, self.component(id, &component, pending));
            components.push(component);
        }
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

    fn resources(&mut self, entry: &Entry<'a>) -> BTreeMap<(View, String), Text> {
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

    fn containers(&mut self, entry: &Entry<'a>) -> Vec<Container> {
        if entry.get("containers").is_some()
            && (entry.get("requests").is_some() || entry.get("limits").is_some())
        {
            let message = "a component has either `containers`, or `requests` and `limits`";
            self.report(&super::WRONG_KIND, entry.location_of("containers"), message);
            return Vec::new();
        }
        let container = |entry: &Entry<'a>| Container {
            kind: match entry.text("kind").as_deref() {
                Some("init") => ContainerKind::Init,
                Some("sidecar") => ContainerKind::Sidecar,
                _ => ContainerKind::Plain,
            },
            added: entry.bool("added").unwrap_or(true),
            resources: BTreeMap::new(),
        };
        let mut containers = Vec::new();
        for entry in entry.list("containers") {
            containers.push(Container { resources: self.resources(&entry), ..container(&entry) });
        }
        containers
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
            let count = ir.leaf(Op::Definition(count));
            ir.only_when(when, count);
        });
        let mut share = BTreeMap::new();
        for ((view, resource), unit) in &each {
            let name = format!("{prefix}.{}.{resource}", view.name());
            let definition = self.synthetic(name, &place, |ir| {
                let count = ir.leaf(Op::Definition(count));
                let unit = ir.leaf(Op::Definition(*unit));
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
                let parts = parts.iter().map(|part| ir.leaf(Op::Definition(*part))).collect();
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
                let dimension = Self::usual_dimension(&resource);
                let definition = self.synthetic(name, &place, |ir| {
                    if shares.is_empty() {
                        ir.zero(dimension);
                    } else {
                        let shares =
                            shares.iter().map(|share| ir.leaf(Op::Definition(*share))).collect();
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

    fn resolve(&mut self, pending: &[Pending]) {
        for one in pending {
            let text = self.model.definitions[one.definition].text.clone();
            let scope = Scope {
                names: &self.model.names,
                units: &self.model.units,
                locals: None,
                bare: one.bare.as_deref(),
            };
            match resolve(&text.text, scope) {
                Ok(ir) => self.model.definitions[one.definition].ir = ir,
                Err(problems) => self.report_all(&text, problems),
            }
        }
    }

    /// The definitions, each behind all that it needs. Those in a circle are reported and made bad.
    fn order(&mut self) -> Vec<usize> {
        #[derive(Clone, Copy, PartialEq)]
        enum State {
            New,
            Open,
            Done,
        }
        let count = self.model.definitions.len();
        let needs: Vec<Vec<(usize, Span)>> = self
            .model
            .definitions
            .iter()
            .map(|definition| definition.ir.definitions().collect())
            .collect();
        let mut state = vec![State::New; count];
        let mut order = Vec::with_capacity(count);
        let mut circles = Vec::new();
        for start in 0..count {
            if state[start] != State::New {
                continue;
            }
            state[start] = State::Open;
            let mut stack = vec![(start, 0usize)];
            while let Some((index, next)) = stack.last_mut() {
                let index = *index;
                let Some((needed, span)) = needs[index].get(*next).copied() else {
                    state[index] = State::Done;
                    order.push(index);
                    stack.pop();
                    continue;
                };
                *next += 1;
                match state[needed] {
                    State::New => {
                        state[needed] = State::Open;
                        stack.push((needed, 0));
                    }
                    State::Open => {
                        let from = stack.iter().position(|(open, _)| *open == needed).unwrap_or(0);
                        circles.push((
                            stack[from..].iter().map(|(open, _)| *open).collect::<Vec<_>>(),
                            span,
                        ));
                    }
                    State::Done => {}
                }
            }
        }
        for (circle, span) in circles {
            let names: Vec<&str> = circle
                .iter()
                .chain(&circle[..1])
                .map(|index| self.model.definitions[*index].name.as_str())
                .collect();
            let message = format!("these formulas need each other: {}", names.join(" → "));
            let last = circle.last().copied().unwrap_or(0);
            let location = self.model.definitions[last].text.locate(span);
            self.findings.push(Diagnostic::new(&FORMULA_CYCLE, location, message));
            for index in circle {
                self.model.definitions[index].ir = Ir::default();
            }
        }
        order
    }

    fn types(&mut self, order: &[usize], pending: &[Pending]) {
        let by_definition: HashMap<usize, &Pending> =
            pending.iter().map(|one| (one.definition, one)).collect();
        let mut resources: HashMap<String, (Dimension, Location)> = HashMap::new();
        self.model.leaves.definitions = vec![Type::Bad; self.model.definitions.len()];
        for index in order {
            let text = self.model.definitions[*index].text.clone();
            let mut ir = std::mem::take(&mut self.model.definitions[*index].ir);
            let problems = check(&mut ir, &text.text, &self.model.leaves);
            let mut bad = !problems.is_empty();
            self.report_all(&text, problems);
            let below = ir
                .definitions()
                .map(|(needed, _)| self.model.definitions[needed].depth)
                .max()
                .unwrap_or(0);
            let depth = below + ir.depth;
            if depth > MAX_DEPTH && !bad {
                // only the first that is too deep is reported; what is above it is bad with it
                if below <= MAX_DEPTH {
                    let message = "this formula is built on too many layers of other formulas";
                    self.report(&TOO_DEEP, text.location.clone(), message);
                }
                bad = true;
            }
            let ty = ir.ty();
            if !bad
                && ty != Type::Bad
                && let Some(one) = by_definition.get(index)
            {
                bad = !self.expected(&text, ty, &one.expect, &mut resources);
            }
            self.model.leaves.definitions[*index] = if bad { Type::Bad } else { ty };
            self.model.definitions[*index].depth = depth.min(MAX_DEPTH + 1);
            self.model.definitions[*index].ir = if bad { Ir::default() } else { ir };
        }
        self.nothing_of(&resources);
        for formula in self.model.formulas.values_mut() {
            let ty = self.model.leaves.definitions[formula.definition];
            if let (Some(unit), Type::Number(dimension)) = (&mut formula.unit, ty) {
                *unit = unit.towards(dimension);
                if unit.dimension == dimension {
                    continue;
                }
                let message = format!(
                    "`{}` is {dimension}, and `{}` is {}",
                    formula.name, unit.many, unit.dimension
                );
                self.findings.push(Diagnostic::new(
                    &DIMENSION_MISMATCH,
                    formula.location.clone(),
                    message,
                ));
            }
        }
    }

    /// Gives the totals of options that request nothing of a resource the dimension that it has in other options.
    fn nothing_of(&mut self, resources: &HashMap<String, (Dimension, Location)>) {
        for names in self.model.names.options.values() {
            for ((_, resource), definition) in &names.totals {
                let ty = &mut self.model.leaves.definitions[*definition];
                if let (Type::Zero, Some((dimension, _))) = (&ty, resources.get(resource)) {
                    *ty = Type::Number(*dimension);
                }
            }
        }
    }

    /// Whether a formula is what it has to be, where it stands.
    fn expected(
        &mut self,
        text: &Text,
        ty: Type,
        expect: &Expect,
        resources: &mut HashMap<String, (Dimension, Location)>,
    ) -> bool {
        let location = text.location.clone();
        let (code, message) = match (expect, ty) {
            (Expect::Any, _) | (_, Type::Zero) if !matches!(expect, Expect::Condition) => {
                return true;
            }
            (Expect::Condition, Type::Bool) => return true,
            (Expect::Condition, _) => {
                (&TYPE_MISMATCH, format!("a condition is true or false, and this is {ty}"))
            }
            (Expect::Count, Type::Number(dimension)) if dimension.is_count() => return true,
            (Expect::Count, Type::Number(dimension)) => {
                (&DIMENSION_MISMATCH, format!("a count is a plain number, and this is {dimension}"))
            }
            (Expect::Resource(resource), Type::Number(dimension)) => {
                let usual = Self::usual_dimension(resource);
                let first = resources.get(resource).cloned();
                let wanted = usual.or(first.as_ref().map(|(dimension, _)| *dimension));
                match wanted {
                    Some(wanted) if wanted != dimension => {
                        let message = format!("`{resource}` is {wanted}, and this is {dimension}");
                        let mut finding = Diagnostic::new(&DIMENSION_MISMATCH, location, message);
                        if let (None, Some((_, place))) = (usual, first) {
                            finding = finding.related(place, "here it is given first");
                        }
                        self.findings.push(finding);
                        return false;
                    }
                    _ => {
                        resources.entry(resource.clone()).or_insert((dimension, location));
                        return true;
                    }
                }
            }
            _ => (&TYPE_MISMATCH, format!("a number is needed, and this is {ty}")),
        };
        self.report(code, location, message);
        false
    }
}

/// Makes nodes that no text stands for.
struct Builder {
    ir: Ir,
}

impl Builder {
    fn node(&mut self, op: Op) -> NodeId {
        self.ir.push(op, Span::at(0), Span::at(0))
    }

    fn leaf(&mut self, op: Op) -> NodeId {
        self.node(op)
    }

    fn zero(&mut self, dimension: Option<Dimension>) -> NodeId {
        let id = self.node(Op::Constant(Scalar::Number(Ratio::zero())));
        self.ir.nodes[id].ty = dimension.map_or(Type::Zero, Type::Number);
        id
    }

    /// The value where the condition holds, else nothing of it.
    fn only_when(&mut self, when: Option<usize>, value: NodeId) {
        if let Some(when) = when {
            let condition = self.leaf(Op::Definition(when));
            let zero = self.zero(None);
            self.node(Op::If(condition, value, zero));
        }
    }

    fn sum(&mut self, parts: &[usize]) -> NodeId {
        if parts.is_empty() {
            return self.zero(None);
        }
        let parts = parts.iter().map(|part| self.leaf(Op::Definition(*part))).collect();
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
