//! What selects a canary's target, and misses the copies of it that Flagger serves from.

use super::analyzer::Analyzer;
use super::canary_networks::{CanaryNetworks, Copies};
use super::group::{CORE, Group, NETWORKING, Object, SECURITY, TELEMETRY, at_most, text};
use super::network::Direction;
use plumb_kube::Node;
use plumb_kube::select::{Labels, Selector};
use plumb_text::diag::{Diagnostic, Severity, codes};
use serde_json::Value as Json;
use std::collections::{HashMap, HashSet};

codes! {
    /// The findings of this analyzer.
    CODES:
    NOT_SELECTED = "canary-primary-not-selected", Warn, "something selects a canary's target, and not the copies of it that Flagger serves from";
}

/// The analyzer of this file.
pub(super) const ANALYZER: Analyzer = Analyzer { codes: CODES, run: analyse };

/// The labels of which Flagger changes the first that the target's selector has (`-selector-labels`).
const LABELS: &[&str] = &["app", "name", "app.kubernetes.io/name"];

/// How a kind selects pods.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Map,
    LabelSelector,
    Endpoints,
}

/// The kinds that select pods of their own namespace: where, and how.
const SELECTING: &[(&str, &str, &str, Form)] = &[
    (SECURITY, "AuthorizationPolicy", "spec.selector", Form::LabelSelector),
    (SECURITY, "PeerAuthentication", "spec.selector", Form::LabelSelector),
    (SECURITY, "RequestAuthentication", "spec.selector", Form::LabelSelector),
    (TELEMETRY, "Telemetry", "spec.selector", Form::LabelSelector),
    ("extensions.istio.io", "WasmPlugin", "spec.selector", Form::LabelSelector),
    (NETWORKING, "Sidecar", "spec.workloadSelector.labels", Form::Map),
    (NETWORKING, "EnvoyFilter", "spec.workloadSelector.labels", Form::Map),
    ("policy.linkerd.io", "Server", "spec.podSelector", Form::LabelSelector),
    ("networking.k8s.io", "NetworkPolicy", "spec.podSelector", Form::LabelSelector),
    ("cilium.io", "CiliumNetworkPolicy", "spec.endpointSelector", Form::Endpoints),
    ("policy", "PodDisruptionBudget", "spec.selector", Form::LabelSelector),
    (CORE, "Service", "spec.selector", Form::Map),
];

/// The rules of network policies, and the field of their peers.
type Peers = &'static [(&'static str, &'static str, Direction)];

/// Which kinds have peers, and where.
const PEERS: &[(&str, &str, Peers)] = &[
    (
        "networking.k8s.io",
        "NetworkPolicy",
        &[("ingress", "from", Direction::Ingress), ("egress", "to", Direction::Egress)],
    ),
    (
        "cilium.io",
        "CiliumNetworkPolicy",
        &[
            ("ingress", "fromEndpoints", Direction::Ingress),
            ("egress", "toEndpoints", Direction::Egress),
        ],
    ),
];

/// Something that selects pods of its own namespace.
struct Selecting<'g, 'a> {
    object: &'g Object<'a>,
    /// The selector's node.
    node: &'a Node,
    selector: Selector<'a>,
    /// What it is for: only what is for the same covers it.
    role: String,
    /// Of a peer, the rule that it is in.
    rule: Option<(Direction, usize)>,
}

/// All of a kind, by what they ask for.
#[derive(Default)]
struct Index<'g, 'a> {
    all: Vec<Selecting<'g, 'a>>,
    by_value: HashMap<(Option<&'a str>, &'a str, &'a str), Vec<usize>>,
    by_role: HashMap<(Option<&'a str>, String), Vec<usize>>,
}

/// A canary's target, and what Flagger makes of it.
struct Target<'g, 'a> {
    canary: &'g Object<'a>,
    name: &'a str,
    kind: &'a str,
    /// The labels of its pods; none where it is not shown.
    labels: Option<Labels<'a>>,
    key: &'a str,
    value: &'a str,
    primary: String,
}

fn analyse(group: &Group<'_>, findings: &mut Vec<Diagnostic>) {
    let targets: Vec<Target<'_, '_>> =
        group.of("flagger.app", "Canary").flat_map(|canary| targets(group, canary)).collect();
    if targets.is_empty() || group.is_open {
        return;
    }
    let mut said = HashSet::new();
    let networks = CanaryNetworks::of(group);
    for (api, kind, path, form) in SELECTING {
        // Network policies add up: none is judged where not all of them are known.
        let is_network = PEERS.iter().any(|(_, own, _)| own == kind);
        if is_network && networks.is_none() {
            continue;
        }
        let networks = networks.as_ref().filter(|_| is_network);
        let is_meant = |object: &&Object<'_>| !group.may_have_more(api, kind, object.namespace);
        let mut index = Index::default();
        for object in group.of(api, kind).filter(is_meant) {
            index.add(object, path, *form);
        }
        for target in &targets {
            index.missed(target, networks, &mut said, findings);
        }
    }
}

/// What a canary is for, by each label that it may be selected by: one, where the target is shown.
fn targets<'g, 'a>(group: &'g Group<'a>, canary: &'g Object<'a>) -> Vec<Target<'g, 'a>> {
    let reference = |field: &str| canary.at("spec.targetRef").and_then(|node| text(node, field));
    let (Some(name), Some(kind)) = (reference("name"), reference("kind")) else {
        return Vec::new();
    };
    if !matches!(kind, "Deployment" | "DaemonSet") {
        return Vec::new();
    }
    let of = |labels, key: &'a str, value: &'a str| Target {
        canary,
        name,
        kind,
        labels,
        key,
        value,
        primary: format!("{value}-primary"),
    };
    let mut shown = group.find("apps", kind, canary.namespace, name).peekable();
    if shown.peek().is_none() {
        return LABELS.iter().map(|key| of(None, key, name)).collect();
    }
    // The first variant that is shown whole.
    let Some(target) = shown.find(|target| target.is_whole()) else { return Vec::new() };
    let selector = Labels::of(target.at("spec.selector.matchLabels"));
    let pods = Labels::of(target.at("spec.template.metadata.labels"));
    let changed = LABELS.iter().find_map(|key| Some((*key, selector.get(key)?)));
    changed.map(|(key, value)| of(Some(pods), key, value)).into_iter().collect()
}

impl<'g, 'a> Index<'g, 'a> {
    fn add(&mut self, object: &'g Object<'a>, path: &str, form: Form) {
        let select = |node| match form {
            Form::Map => Selector::of_map(node),
            Form::LabelSelector => Selector::of_label_selector(node),
            Form::Endpoints => Selector::of_endpoint_selector(node),
        };
        // Without one it is for all pods.
        let own = object.at(path);
        let (node, selector, role) = (own.unwrap_or(object.root), select(own), role(object));
        self.push(Selecting { object, node, selector, role, rule: None });
        let peers =
            PEERS.iter().filter(|(api, kind, _)| *api == object.group && *kind == object.kind);
        for (rules, field, direction) in peers.flat_map(|(.., lists)| lists.iter()) {
            let rules = object.items(&format!("spec.{rules}")).iter().enumerate();
            let peers = rules.flat_map(|(at, rule)| {
                let peers = rule.get(field).map(Node::items).unwrap_or_default();
                peers.iter().map(move |peer| (at, peer))
            });
            for (at, peer) in peers {
                // Pods of other namespaces are none of this canary's.
                let node = match form {
                    Form::Endpoints => Some(peer),
                    _ if peer.get("namespaceSelector").is_some() => None,
                    _ => peer.get("podSelector"),
                };
                if let Some(node) = node {
                    let (selector, role) = (select(Some(node)), (*field).to_owned());
                    let rule = Some((*direction, at));
                    self.push(Selecting { object, node, selector, role, rule });
                }
            }
        }
    }

    fn push(&mut self, selecting: Selecting<'g, 'a>) {
        let (at, namespace) = (self.all.len(), selecting.object.namespace);
        for (key, value) in selecting.selector.values() {
            self.by_value.entry((namespace, key, value)).or_default().push(at);
        }
        self.by_role.entry((namespace, selecting.role.clone())).or_default().push(at);
        self.all.push(selecting);
    }

    /// The findings about those that select a target alone.
    fn missed(
        &self,
        target: &Target<'_, 'a>,
        networks: Option<&CanaryNetworks<'g, 'a>>,
        said: &mut HashSet<usize>,
        findings: &mut Vec<Diagnostic>,
    ) {
        let namespace = target.canary.namespace;
        let found = self.by_value.get(&(namespace, target.key, target.value));
        for selecting in found.into_iter().flatten().map(|at| &self.all[*at]) {
            if target.misses(selecting)
                && !match networks {
                    Some(networks) => target.is_covered_by(networks, selecting),
                    None => self.is_covered(target, selecting),
                }
                && said.insert(std::ptr::from_ref(selecting.node).addr())
            {
                findings.push(finding(target, selecting));
            }
        }
    }

    /// Whether something else of that kind is for the copies too.
    fn is_covered(&self, target: &Target<'_, 'a>, missing: &Selecting<'_, 'a>) -> bool {
        /// How many others are compared.
        const COMPARED: usize = 256;
        let namespace = target.canary.namespace;
        let over = [(target.key, target.primary.as_str())];
        let copies = target.labels.unwrap_or_default().with(&over);
        let selects = |other: &Selecting<'_, 'a>| {
            other.role == missing.role
                && match target.labels {
                    Some(_) => other.selector.may_match(&copies),
                    None => true,
                }
        };
        // By the copies' own label.
        let own = self.by_value.get(&(namespace, target.key, target.primary.as_str()));
        if own.into_iter().flatten().any(|at| selects(&self.all[*at])) {
            return true;
        }
        // By another one, or as all pods, what is said there must be the same.
        let others = self.by_role.get(&(namespace, missing.role.clone()));
        let mut others = others.into_iter().flatten().take(COMPARED).map(|at| &self.all[*at]);
        let said = rest(missing.object);
        others.any(|other| {
            !std::ptr::eq(other.node, missing.node)
                && other.selector.may_match(&copies)
                && (is_open(other.object) || rest(other.object) == said)
        })
    }
}

impl<'a> Target<'_, 'a> {
    /// Whether network policies do for the copies what one does for the target.
    fn is_covered_by(
        &self,
        networks: &CanaryNetworks<'_, 'a>,
        missing: &Selecting<'_, 'a>,
    ) -> bool {
        let own = (self.key, self.primary.as_str());
        let over = [own];
        let labels = self.labels.unwrap_or_default().with(&over);
        let copies = Copies { labels, namespace: self.canary.namespace, own };
        match missing.rule {
            Some(rule) => networks.lets_through(missing.object.index, rule, &copies),
            None => networks.says_alike(missing.object.index, &copies),
        }
    }

    /// Whether something selects the target's pods, and surely not the copies.
    fn misses(&self, selecting: &Selecting<'_, '_>) -> bool {
        let (object, selector) = (selecting.object, &selecting.selector);
        if object.kind == "Service" && self.services().iter().any(|name| name == object.name) {
            // Flagger makes these itself.
            return false;
        }
        let over = [(self.key, self.primary.as_str())];
        match self.labels {
            Some(labels) => selector.may_match(&labels) && !selector.may_match(&labels.with(&over)),
            // By its name alone.
            None => selector.pairs().count() == 1 && selector.values().count() == 1,
        }
    }

    /// The Services that are Flagger's.
    fn services(&self) -> [String; 3] {
        let name = self.canary.text("spec.service.name").unwrap_or(self.name);
        [name.to_owned(), format!("{name}-primary"), format!("{name}-canary")]
    }
}

/// What an object is for: its action, its port.
fn role(object: &Object<'_>) -> String {
    match object.kind {
        "AuthorizationPolicy" => object.text("spec.action").unwrap_or("ALLOW").to_owned(),
        "Server" => {
            object.at("spec.port").map(|port| port.to_json().to_string()).unwrap_or_default()
        }
        _ => String::new(),
    }
}

/// What an object says beside whom it selects.
fn rest(object: &Object<'_>) -> Json {
    let mut spec = object.at("spec").map(Node::to_json).unwrap_or_default();
    if let Json::Object(map) = &mut spec {
        for field in ["selector", "podSelector", "workloadSelector"] {
            map.remove(field);
        }
    }
    spec
}

/// Whether a rule of it lets everything through.
fn is_open(object: &Object<'_>) -> bool {
    let mut rules = object.items("spec.rules").iter();
    rules.any(|rule| rule.as_map().is_some_and(plumb_kube::Map::is_empty))
}

fn finding(target: &Target<'_, '_>, selecting: &Selecting<'_, '_>) -> Diagnostic {
    let Target { canary, name, kind, key, value, primary, labels } = target;
    let object = selecting.object;
    let what = if selecting.rule.is_some() { "is for calls of pods with" } else { "selects" };
    let message = format!(
        "`{}` {what} `{key}: {value}`, and the copies of {kind}/{name} that Flagger serves from have `{key}: {primary}`",
        object.name
    );
    let finding = object
        .finding(&NOT_SELECTED, selecting.node, message)
        .related(
            canary.place(canary.name_node()),
            format!("Flagger makes `{name}-primary` for {}", canary.id()),
        )
        .help(format!("add one for `{key}: {primary}`, or select by a label that both have"));
    // Whether the target has that label is not shown; a Service may be for the canary alone.
    let is_sure = labels.is_some() && object.kind != "Service";
    if is_sure { finding } else { at_most(finding, Severity::Note) }
}
