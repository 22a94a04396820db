//! Label selectors: `matchLabels`, `matchExpressions`, and the plain maps of Services and Istio.
//!
//! Owns: what a selector matches. Labels that only a running cluster adds (a pod template's hash, a node's zone) are
//! taken as matching: the group cannot show them.

use super::Node;
use std::fmt;

/// The labels of something.
#[derive(Clone, Copy, Default)]
pub struct Labels<'a> {
    node: Option<&'a Node>,
    /// What is set over those of the node.
    over: &'a [(&'a str, &'a str)],
}

/// What a selector asks for.
pub struct Selector<'a> {
    requirements: Vec<Requirement<'a>>,
}

struct Requirement<'a> {
    key: &'a str,
    operator: &'a str,
    values: Vec<&'a str>,
}

impl<'a> Labels<'a> {
    /// The labels of a map; what is no map has none.
    pub fn of(node: Option<&'a Node>) -> Labels<'a> {
        Labels { node, over: &[] }
    }

    /// The same labels, with those that a controller sets on what it makes of them; these replace what is set by this already.
    pub fn with(self, over: &'a [(&'a str, &'a str)]) -> Labels<'a> {
        Labels { over, ..self }
    }

    /// The value of a label; none where it is not there or is not a text.
    pub fn get(&self, key: &str) -> Option<&'a str> {
        match self.over.iter().find(|(own, _)| *own == key) {
            Some((_, value)) => Some(value),
            None => self.node?.get(key)?.as_str(),
        }
    }

    /// What is known of a label: its value, or that it is not there; none where a controller, a node or the mesh may add it.
    pub fn known(&self, key: &str) -> Option<Option<&'a str>> {
        let given = self.get(key);
        (given.is_some() || !is_added_later(key)).then_some(given)
    }

    /// Keys and values, in the author's order, then those of [`Labels::with`].
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let over = self.over;
        let written = self.node.and_then(Node::as_map).into_iter().flat_map(|map| {
            map.iter().filter_map(|entry| Some((entry.key.value.as_str(), entry.value.as_str()?)))
        });
        let is_kept = move |(key, _): &(&str, &str)| over.iter().all(|(own, _)| own != key);
        written.filter(is_kept).chain(over.iter().copied())
    }
}

impl fmt::Display for Labels<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all: Vec<String> = self.iter().map(|(key, value)| format!("{key}={value}")).collect();
        f.write_str(&all.join(","))
    }
}

/// Labels that a controller, a node or the mesh adds to a running pod.
fn is_added_later(key: &str) -> bool {
    matches!(key, "pod-template-hash" | "controller-revision-hash" | "job-name" | "controller-uid")
        || [
            "batch.kubernetes.io/",
            "statefulset.kubernetes.io/",
            "apps.kubernetes.io/pod-index",
            "topology.kubernetes.io/",
            "topology.istio.io/",
            "service.istio.io/",
            "security.istio.io/",
            "gateway.networking.k8s.io/",
            "gateway.istio.io/",
            "istio.io/rev",
            "istio.io/gateway-name",
            "kubernetes.io/",
        ]
        .iter()
        .any(|prefix| key.starts_with(prefix))
}

impl<'a> Selector<'a> {
    /// A plain map of labels.
    pub fn of_map(node: Option<&'a Node>) -> Selector<'a> {
        let requirements = Labels::of(node)
            .iter()
            .map(|(key, value)| Requirement { key, operator: "In", values: vec![value] })
            .collect();
        Selector { requirements }
    }

    /// A `LabelSelector`.
    pub fn of_label_selector(node: Option<&'a Node>) -> Selector<'a> {
        let mut selector = Selector::of_map(node.and_then(|node| node.get("matchLabels")));
        let expressions = node.and_then(|node| node.get("matchExpressions")).map(Node::items);
        for expression in expressions.unwrap_or_default() {
            let values = expression.get("values").map(Node::items).unwrap_or_default();
            selector.requirements.push(Requirement {
                key: text(expression, "key"),
                operator: text(expression, "operator"),
                values: values.iter().filter_map(Node::as_str).collect(),
            });
        }
        selector
    }

    /// Cilium's `EndpointSelector`: a `LabelSelector` whose keys may say where a label comes from (`k8s:app`).
    pub fn of_endpoint_selector(node: Option<&'a Node>) -> Selector<'a> {
        let mut selector = Selector::of_label_selector(node);
        for requirement in &mut selector.requirements {
            let key = requirement.key;
            requirement.key = key.strip_prefix("k8s:").or(key.strip_prefix("any:")).unwrap_or(key);
        }
        selector
    }

    /// Whether it asks for something of a label.
    pub fn asks_for(&self, key: &str) -> bool {
        self.requirements.iter().any(|requirement| requirement.key == key)
    }

    /// The value that a label must have; none where it may have several.
    pub fn asked(&self, key: &str) -> Option<&'a str> {
        self.pairs().find(|(own, _)| *own == key).map(|(_, value)| value)
    }

    /// Whether it asks for nothing.
    pub fn is_empty(&self) -> bool {
        self.requirements.is_empty()
    }

    /// Whether something may match it, for what only a cluster adds is not known.
    pub fn may_match(&self, labels: &Labels<'_>) -> bool {
        self.requirements.iter().all(|requirement| {
            let given = labels.get(requirement.key);
            // A node without a zone has no such label; Istio matches none by an empty value.
            let is_empty = requirement.values == [""] && requirement.key.starts_with("topology.");
            (given.is_none() && is_added_later(requirement.key) && !is_empty)
                || requirement.holds(given)
        })
    }

    /// Whether something matches it, nothing assumed.
    pub fn matches(&self, labels: &Labels<'_>) -> bool {
        self.requirements.iter().all(|requirement| requirement.holds(labels.get(requirement.key)))
    }

    /// Whether something whose labels are known one by one surely matches it: the outer option says whether a label is
    /// known, the inner one whether it is there.
    pub fn matches_with<'l>(&self, label: &dyn Fn(&str) -> Option<Option<&'l str>>) -> bool {
        self.holds_with(label) == Some(true)
    }

    /// As [`Selector::matches_with`], and none where that depends on a label that is not known.
    pub(super) fn holds_with<'l>(
        &self,
        label: &dyn Fn(&str) -> Option<Option<&'l str>>,
    ) -> Option<bool> {
        let mut verdict = Some(true);
        for requirement in &self.requirements {
            match label(requirement.key).map(|given| requirement.holds(given)) {
                Some(true) => {}
                Some(false) => return Some(false),
                None => verdict = None,
            }
        }
        verdict
    }

    /// The labels that it asks for.
    pub(super) fn keys(&self) -> impl Iterator<Item = &'a str> {
        self.requirements.iter().map(|requirement| requirement.key)
    }

    /// Whether something of which some labels are known may match it: a label that is not known may have any value.
    pub fn may_match_with<'l>(&self, label: &dyn Fn(&str) -> Option<Option<&'l str>>) -> bool {
        self.requirements
            .iter()
            .all(|requirement| label(requirement.key).is_none_or(|given| requirement.holds(given)))
    }

    /// The keys and values of what must be equal.
    pub fn pairs(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.requirements.iter().filter_map(|requirement| match requirement.values[..] {
            [value] if requirement.operator == "In" => Some((requirement.key, value)),
            _ => None,
        })
    }

    /// As [`Selector::pairs`], of the labels that [`Selector::may_match`] takes for known.
    pub fn known_pairs(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.pairs().filter(|(key, _)| !is_added_later(key))
    }

    /// The keys and values of what is asked for by value: of a list, each of its values.
    pub fn values(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let named = self.requirements.iter().filter(|requirement| requirement.operator == "In");
        named.flat_map(|requirement| {
            requirement.values.iter().map(|value| (requirement.key, *value))
        })
    }

    /// Whether everything that this asks for, `other` asks for too, so that `other` selects no more than this does.
    pub fn covers(&self, other: &Selector<'_>) -> bool {
        self.pairs().all(|(key, value)| other.pairs().any(|pair| pair == (key, value)))
    }
}

impl Requirement<'_> {
    fn holds(&self, given: Option<&str>) -> bool {
        match self.operator {
            "In" => given.is_some_and(|given| self.values.contains(&given)),
            "NotIn" => given.is_none_or(|given| !self.values.contains(&given)),
            "Exists" => given.is_some(),
            "DoesNotExist" => given.is_none(),
            // An operator that does not exist is the schema's business.
            _ => true,
        }
    }
}

impl fmt::Display for Selector<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all: Vec<String> = self
            .requirements
            .iter()
            .map(|Requirement { key, operator, values }| match (*operator, &values[..]) {
                ("In", [value]) => format!("{key}={value}"),
                ("Exists", _) => (*key).to_owned(),
                ("DoesNotExist", _) => format!("!{key}"),
                (operator, values) => format!("{key} {operator} ({})", values.join(",")),
            })
            .collect();
        f.write_str(&all.join(","))
    }
}

/// The text under a key; empty where there is none.
fn text<'a>(node: &'a Node, key: &str) -> &'a str {
    node.get(key).and_then(Node::as_str).unwrap_or_default()
}
