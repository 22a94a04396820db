//! A group of documents as the objects they stand for.
//!
//! Owns: `Group`, what its workloads would run, and which hosts it defines. Must not know: what any analyzer looks for.

use super::hosts::Registry;
use super::member::Member;
use super::mentions::Mentions;
use super::object::in_sight;
use super::object::is_slip;
pub(super) use super::object::{
    ADMISSION, CORE, GATEWAY_API, NETWORKING, Object, ROOT_NAMESPACES, SECURITY, SYSTEM_NAMESPACES,
    TELEMETRY, absent, at_most, distinct, is_injected, may_be_same, text, unless_sure,
};
pub(super) use super::pods::Pod;
use plumb_kube::Node;
use plumb_kube::admission::SUPPRESS;
use plumb_kube::gaps::Gaps;
use plumb_kube::path::{FieldPath, Step};
use plumb_kube::select::Selector;
use plumb_text::Location;
use plumb_text::diag::{Code, Diagnostic, Severity};
use std::cell::OnceCell;
use std::collections::HashMap;

/// A namespace, and a label with its value.
type Asked<'a> = (&'a str, &'a str, &'a str);

/// Everything that the analyzers see.
pub(super) struct Group<'a> {
    /// The manifests, in the order of the group.
    pub(super) objects: Vec<Object<'a>>,
    /// What its workloads would run.
    pub(super) pods: Vec<Pod<'a>>,
    /// What workloads would run that are shown in part, or whose names are not.
    parts: Vec<Pod<'a>>,
    /// Whether others may be left out beside what is shown.
    pub(super) is_open: bool,
    by_kind: HashMap<&'a str, HashMap<&'a str, Vec<usize>>>,
    /// What says its kind and not its API group.
    headless: HashMap<&'a str, Vec<usize>>,
    namespaces: HashMap<&'a str, usize>,
    registry: OnceCell<Registry<'a>>,
    mentions: OnceCell<Mentions<'a>>,
    by_label: OnceCell<HashMap<(&'a str, &'a str), Vec<usize>>>,
    services: OnceCell<HashMap<Asked<'a>, Vec<usize>>>,
}

/// What a group knows of an object that another one names.
pub(super) enum Sought<'g, 'a> {
    /// These may be it, variants of one object.
    Shown(Vec<&'g Object<'a>>),
    /// It is not among those of its kind, which are defined where it is named.
    Missing(Vec<&'a str>),
    /// The group does not set out to show it.
    Unknown,
}

/// Which pods a selector of a namespace chooses from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// Those of the namespace.
    Namespace,
    /// Those of the namespace, and all pods where it is the mesh's root namespace.
    Mesh,
}

impl<'a> Group<'a> {
    /// The objects of the documents, `List`s unfolded.
    pub(super) fn new(members: &[Member<'a>], is_open: bool) -> Group<'a> {
        let mut objects = Vec::new();
        for member in members {
            let document = member.document;
            add(*member, &document.root, &document.gaps, &mut objects, 0);
        }
        let all = objects.iter().filter_map(Pod::of);
        let (pods, parts) = all.partition(|pod: &Pod<'a>| objects[pod.owner].is_whole());
        let mut by_kind: HashMap<&str, HashMap<&str, Vec<usize>>> = HashMap::new();
        let mut headless: HashMap<&str, Vec<usize>> = HashMap::new();
        let mut namespaces = HashMap::new();
        for object in &objects {
            if !object.has_head {
                headless.entry(object.kind).or_default().push(object.index);
                continue;
            }
            let kinds = by_kind.entry(object.group).or_default();
            kinds.entry(object.kind).or_default().push(object.index);
            if object.group == CORE && object.kind == "Namespace" && object.is_whole() {
                namespaces.entry(object.name).or_insert(object.index);
            }
        }
        Group {
            objects,
            pods,
            parts,
            is_open,
            by_kind,
            headless,
            namespaces,
            registry: OnceCell::new(),
            mentions: OnceCell::new(),
            by_label: OnceCell::new(),
            services: OnceCell::new(),
        }
    }

    /// The objects of a kind that are shown whole: those of which anything may be said.
    pub(super) fn of(&self, group: &str, kind: &str) -> impl Iterator<Item = &Object<'a>> {
        self.with_head(group, kind).filter(|object| object.is_whole())
    }

    /// The objects of a kind that have a name, perhaps shown in part: what is written in them may be judged.
    pub(super) fn named(&self, group: &str, kind: &str) -> impl Iterator<Item = &Object<'a>> {
        self.with_head(group, kind).filter(|object| object.is_named())
    }

    /// All objects that may be of a kind, however little is shown of them.
    pub(super) fn shown(&self, group: &str, kind: &str) -> impl Iterator<Item = &Object<'a>> {
        let headless = self.headless.get(kind).map(Vec::as_slice).unwrap_or_default();
        self.with_head(group, kind).chain(headless.iter().map(|index| &self.objects[*index]))
    }

    fn with_head(&self, group: &str, kind: &str) -> impl Iterator<Item = &Object<'a>> {
        let found = self.by_kind.get(group).and_then(|kinds| kinds.get(kind));
        found.map(Vec::as_slice).unwrap_or_default().iter().map(|index| &self.objects[*index])
    }

    /// Whether the group may have more objects of a kind in a namespace than those that are shown whole.
    pub(super) fn may_have_more(&self, group: &str, kind: &str, namespace: Option<&str>) -> bool {
        self.is_open
            || self
                .shown(group, kind)
                .any(|object| !object.is_whole() && may_be_same(object.namespace, namespace))
    }

    /// What is known of an object that `from` names.
    pub(super) fn seek(
        &self,
        from: &Object<'a>,
        (group, kind): (&str, &str),
        namespace: Option<&str>,
        name: &str,
    ) -> Sought<'_, 'a> {
        let found: Vec<&Object<'a>> = self.find(group, kind, namespace, name).collect();
        if !found.is_empty() {
            return Sought::Shown(found);
        }
        let others = self.of(group, kind).filter(|other| {
            may_be_same(other.namespace, namespace) && in_sight(from.section, other.section)
        });
        let names: Vec<&str> = others.map(|other| other.name).collect();
        if self.is_open || names.is_empty() { Sought::Unknown } else { Sought::Missing(names) }
    }

    /// Whether what `to` shows holds where `from` stands: there, or in a part of the page that comes after it. What an
    /// earlier part of the page names already comes from elsewhere: `to` is one variant of it, for its own part.
    pub(super) fn holds_for(&self, from: &Object<'a>, to: &Object<'a>) -> bool {
        if in_sight(from.section, to.section) {
            return true;
        }
        let mentions = self.mentions.get_or_init(|| Mentions::new(&self.objects));
        let is_named_before = mentions
            .before(to.name, to.index)
            .is_some_and(|index| !in_sight(self.objects[index].section, to.section));
        to.index < from.index && !is_named_before
    }

    /// The objects of a kind that may be the one of this namespace and name.
    pub(super) fn find(
        &self,
        group: &str,
        kind: &str,
        namespace: Option<&str>,
        name: &str,
    ) -> impl Iterator<Item = &Object<'a>> {
        self.shown(group, kind).filter(move |object| {
            object.may_be_called(name) && may_be_same(object.namespace, namespace)
        })
    }

    /// The namespace's own manifest, where the group has it.
    pub(super) fn namespace(&self, name: Option<&str>) -> Option<&Object<'a>> {
        self.namespaces.get(name?).map(|index| &self.objects[*index])
    }

    /// The codes that authors have turned off, and where: `galley.istio.io/analyze-suppress`, a list of numbers or `*`.
    pub(super) fn suppressed(&self) -> Vec<(Location, &'a str)> {
        let codes = |object: &Object<'a>| object.annotation(SUPPRESS);
        self.objects
            .iter()
            .filter_map(|object| Some((object, codes(object)?)))
            .flat_map(|(object, codes)| {
                let at = object.document.locate(object.root.span);
                codes.split(',').map(move |code| (at.clone(), code.trim()))
            })
            .collect()
    }

    /// The hosts that the group's Services and ServiceEntries define.
    pub(super) fn registry(&self) -> &Registry<'a> {
        self.registry.get_or_init(|| Registry::new(&self.objects))
    }

    /// The object that defines a pod.
    pub(super) fn owner(&self, pod: &Pod<'a>) -> &Object<'a> {
        &self.objects[pod.owner]
    }

    /// The pods that may be in a namespace.
    pub(super) fn pods_in(&self, namespace: Option<&str>) -> impl Iterator<Item = &Pod<'a>> {
        self.pods.iter().filter(move |pod| may_be_same(pod.namespace, namespace))
    }

    /// The Services of a namespace that lead to no pods but those that a selector of policies chooses.
    pub(super) fn services_with(
        &self,
        namespace: &str,
        selector: &Selector<'_>,
    ) -> Vec<&Object<'a>> {
        let services = self.services.get_or_init(|| {
            let mut services: HashMap<_, Vec<usize>> = HashMap::new();
            for service in self.of(CORE, "Service") {
                let namespace = service.namespace.unwrap_or_default();
                // Under an empty label are all of them.
                services.entry((namespace, "", "")).or_default().push(service.index);
                for (key, value) in Selector::of_map(service.at("spec.selector")).pairs() {
                    services.entry((namespace, key, value)).or_default().push(service.index);
                }
            }
            services
        });
        let having = |(key, value)| {
            services.get(&(namespace, key, value)).map(Vec::as_slice).unwrap_or_default()
        };
        let fewest = selector.pairs().map(having).min_by_key(|found| found.len());
        let found = fewest.unwrap_or_else(|| having(("", "")));
        let found = found.iter().map(|index| &self.objects[*index]);
        let is_covered = |service: &&Object<'a>| {
            let own = Selector::of_map(service.at("spec.selector"));
            !own.is_empty() && selector.covers(&own)
        };
        found.filter(is_covered).collect()
    }

    /// The pods, of all namespaces, that surely have the labels of a selector; none for an empty one.
    pub(super) fn pods_with(&self, selector: &Selector<'_>) -> Vec<&Pod<'a>> {
        let pods = self.having(selector.pairs()).unwrap_or_default().iter();
        pods.map(|index| &self.pods[*index]).filter(|pod| selector.matches(&pod.labels)).collect()
    }

    /// The pods, of all namespaces, that a selector may choose, for what only a cluster adds is not known.
    pub(super) fn pods_maybe_with(&self, selector: &Selector<'_>) -> Vec<&Pod<'a>> {
        let may_match = |pod: &&Pod<'a>| selector.may_match(&pod.labels);
        match self.having(selector.known_pairs()) {
            Some(pods) => pods.iter().map(|index| &self.pods[*index]).filter(may_match).collect(),
            None => self.pods.iter().filter(may_match).collect(),
        }
    }

    /// Of the pods with each of some labels, the fewest; nothing where no label is named.
    fn having<'s>(
        &'s self,
        labels: impl Iterator<Item = (&'s str, &'s str)>,
    ) -> Option<&'s [usize]> {
        let by_label = self.by_label.get_or_init(|| {
            let mut by_label: HashMap<_, Vec<usize>> = HashMap::new();
            for (index, pod) in self.pods.iter().enumerate() {
                for pair in pod.labels.iter() {
                    by_label.entry(pair).or_default().push(index);
                }
            }
            by_label
        });
        let having = labels.map(|pair| by_label.get(&pair).map_or(&[][..], Vec::as_slice));
        having.min_by_key(|pods| pods.len())
    }

    /// Whether a selector may choose pods of which the group shows a part, or nothing.
    pub(super) fn may_select_more(&self, selector: &Selector<'_>, namespace: Option<&str>) -> bool {
        let may_be_meant =
            |pod: &Pod<'a>| may_be_same(pod.namespace, namespace) && pod.may_be_selected(selector);
        self.is_open || self.parts.iter().any(may_be_meant)
    }

    /// Whether a selector may choose workloads that are no pods: WorkloadEntries, and those of WorkloadGroups.
    pub(super) fn may_select_entries(
        &self,
        selector: &Selector<'_>,
        namespace: Option<&str>,
    ) -> bool {
        const LABELS: [(&str, &[&str]); 2] = [
            ("WorkloadEntry", &["metadata.labels", "spec.labels"]),
            ("WorkloadGroup", &["spec.metadata.labels", "spec.template.labels"]),
        ];
        LABELS.iter().any(|(kind, paths)| {
            let mut entries = self.shown(NETWORKING, kind);
            entries.any(|entry| {
                let has = |key: &str, value: &str| {
                    paths.iter().any(|path| {
                        let own = entry.at(path).and_then(|labels| text(labels, key));
                        own == Some(value) || own.is_none() && !entry.knows(path)
                    })
                };
                may_be_same(entry.namespace, namespace)
                    && selector.pairs().all(|(key, value)| has(key, value))
            })
        })
    }

    /// A finding where an object's selector chooses none of the pods that the group shows.
    ///
    /// None where it chooses one, and where no pod there has any of the selector's labels: then it is about workloads that
    /// are defined elsewhere. A note where nothing says that one of those shown is meant.
    pub(super) fn selects_nothing(
        &self,
        object: &Object<'a>,
        code: &'static Code,
        node: &Node,
        selector: &Selector<'_>,
        reach: Reach,
    ) -> Option<Diagnostic> {
        let namespace = object.namespace;
        let everywhere = reach == Reach::Mesh
            && namespace.is_some_and(|namespace| ROOT_NAMESPACES.contains(&namespace));
        let is_system = !everywhere
            && namespace.is_some_and(|namespace| {
                namespace != "default" && SYSTEM_NAMESPACES.contains(&namespace)
            });
        if selector.is_empty() || is_system || is_stock_gateway(selector) {
            return None;
        }
        let in_reach = |pod: &&Pod<'a>| everywhere || may_be_same(pod.namespace, namespace);
        let has_label =
            |pod: &&Pod<'a>| selector.pairs().any(|(key, _)| pod.labels.get(key).is_some());
        let there = if everywhere { None } else { namespace };
        if self.pods_maybe_with(selector).iter().any(in_reach)
            || self.may_select_more(selector, there)
            || is_of_mesh(object) && self.may_select_entries(selector, there)
        {
            return None;
        }
        let pods: Vec<&Pod<'a>> = self
            .pods
            .iter()
            .filter(in_reach)
            .filter(|pod| in_sight(object.section, self.owner(pod).section))
            .collect();
        if !pods.iter().any(has_label) {
            return None;
        }
        // One of them is meant: by its name, by part of the selector, or by a slip of the pen.
        let is_meant = |pod: &&Pod<'a>| {
            self.owner(pod).name == object.name
                || selector.pairs().any(|(key, value)| {
                    pod.labels.iter().any(|(own, given)| {
                        (own == key && is_slip(value, &[given])) || given == value
                    })
                })
        };
        let message = format!("no workload shown here has the labels `{selector}`");
        let finding = object.finding(code, node, message);
        let finding = finding.help(format!("shown are {}", self.listed_pods(&pods)));
        Some(if pods.iter().any(is_meant) { finding } else { at_most(finding, Severity::Note) })
    }

    /// Pods for a message: `Deployment/web (app=web)`.
    pub(super) fn listed_pods(&self, pods: &[&Pod<'a>]) -> String {
        let mut shown: Vec<String> =
            pods.iter().map(|pod| format!("{} ({})", self.owner(pod).id(), pod.labels)).collect();
        shown.dedup();
        if shown.len() > 5 {
            let more = shown.len() - 5;
            shown.truncate(5);
            shown.push(format!("and {more} more"));
        }
        shown.join(", ")
    }

    /// Whether a pod gets a sidecar, as far as the group shows it.
    pub(super) fn has_sidecar(&self, pod: &Pod<'a>) -> Option<bool> {
        if pod.containers().any(|container| text(container, "name") == Some("istio-proxy")) {
            return Some(true);
        }
        if pod.is_on_host() {
            return Some(false);
        }
        let asked =
            pod.labels.get("sidecar.istio.io/inject").or(pod.annotation("sidecar.istio.io/inject"));
        if let Some(asked) = asked {
            return Some(asked == "true");
        }
        if pod.labels.get("istio.io/rev").is_some() {
            return Some(true);
        }
        self.namespace(pod.namespace).map(injects)
    }

    /// Whether a pod is in ambient mode, as far as the group shows it.
    pub(super) fn is_ambient_pod(&self, pod: &Pod<'a>) -> bool {
        let is_asked = match pod.labels.get("istio.io/dataplane-mode") {
            Some(mode) => mode == "ambient",
            None => self.is_ambient(pod.namespace),
        };
        is_asked && !pod.is_on_host() && self.has_sidecar(pod) != Some(true)
    }

    /// Whether a namespace is shown to be in ambient mode.
    pub(super) fn is_ambient(&self, namespace: Option<&str>) -> bool {
        self.namespace(namespace).is_some_and(|namespace| {
            namespace.label("istio.io/dataplane-mode") == Some("ambient") && !injects(namespace)
        })
    }
}

/// Whether an object's selector chooses workloads of Istio's mesh, which need not be pods.
fn is_of_mesh(object: &Object<'_>) -> bool {
    matches!(object.group, CORE | NETWORKING | SECURITY | TELEMETRY)
}

/// Whether a selector is for the gateways that Istio or the AKS add-on installs, which no page defines.
pub(super) fn is_stock_gateway(selector: &Selector<'_>) -> bool {
    selector.pairs().any(|(key, value)| {
        matches!(key, "istio" | "app")
            && (value.contains("ingressgateway")
                || value.contains("egressgateway")
                || value.contains("eastwestgateway"))
    })
}

/// Whether a namespace's labels ask for sidecars.
pub(super) fn injects(namespace: &Object<'_>) -> bool {
    match namespace.label("istio-injection") {
        Some(value) => value == "enabled",
        None => namespace.label("istio.io/rev").is_some_and(|revision| !revision.is_empty()),
    }
}

fn add<'a>(
    member: Member<'a>,
    root: &'a Node,
    gaps: &Gaps,
    objects: &mut Vec<Object<'a>>,
    depth: usize,
) {
    let Some(kind) = text(root, "kind") else { return };
    let version = text(root, "apiVersion");
    if kind.ends_with("List") && root.get("items").is_some() && depth < 8 {
        let list = FieldPath::default().then(Step::Field("items".to_owned()));
        for (index, item) in
            root.get("items").map(Node::items).unwrap_or_default().iter().enumerate()
        {
            let gaps = gaps.below(&list.clone().then(Step::Index(index)));
            add(member, item, &gaps, objects, depth + 1);
        }
        return;
    }
    let metadata = root.get("metadata");
    let field = |name: &str| metadata.and_then(|metadata| text(metadata, name));
    objects.push(Object {
        document: member.document,
        root,
        group: version
            .and_then(|version| version.rsplit_once('/'))
            .map_or(CORE, |(group, _)| group),
        kind,
        name: field("name").unwrap_or_default(),
        namespace: field("namespace").filter(|namespace| !namespace.is_empty()),
        index: objects.len(),
        gaps: if version.is_some() { gaps.clone() } else { gaps.and_everywhere() },
        has_head: version.is_some(),
        section: member.section,
    });
}
