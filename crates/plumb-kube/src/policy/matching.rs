//! Which manifests a policy is for: resources, operations, namespaces and labels, as in `matchConstraints`.

use super::lack::{Asked, Lack};
use super::target::{Namespace, Target};
use crate::gaps::Gaps;
use crate::path::{FieldPath, Step};
use crate::select::Selector;
use crate::{Document, Node};
use plumb_text::Span;

/// `matchConstraints` of a policy, or `matchResources` of a binding.
#[derive(Debug)]
pub(super) struct Constraints {
    /// None where all resources are meant.
    rules: Option<Vec<Rule>>,
    excluded: Vec<Rule>,
    namespaces: Option<Node>,
    objects: Option<Node>,
    /// Whether a rule means its version alone, and no other one of the resource.
    is_exact: bool,
    asked: Asked,
}

#[derive(Debug)]
struct Rule {
    groups: Vec<String>,
    versions: Vec<String>,
    resources: Vec<String>,
    operations: Vec<String>,
    names: Vec<String>,
    scope: String,
}

/// Whether a policy is for a manifest.
#[derive(Clone, Debug)]
pub(super) enum Matched {
    No,
    Yes,
    /// It may be: why that is not known, and where the policy asks for it.
    Unknown(Lack, Asked),
}

/// The label of each namespace that holds its name.
const NAME: &str = "kubernetes.io/metadata.name";

impl Matched {
    pub(super) fn and(self, other: impl FnOnce() -> Matched) -> Matched {
        match self {
            Matched::No => Matched::No,
            Matched::Yes => other(),
            Matched::Unknown(..) => match other() {
                Matched::No => Matched::No,
                _ => self,
            },
        }
    }
}

impl Constraints {
    /// Reads them; no node is no constraint. `at` stands for all of them.
    pub(super) fn read(node: Option<&Node>, document: &Document, at: Span) -> Constraints {
        let rules = |field: &str| -> Option<Vec<Rule>> {
            Some(node?.get(field)?.items().iter().map(Rule::read).collect())
        };
        let selector = |field: &str| {
            node.and_then(|node| node.get(field))
                .filter(|selector| !Selector::of_label_selector(Some(selector)).is_empty())
                .cloned()
        };
        let namespaces = selector("namespaceSelector");
        let key = node.and_then(|node| node.as_map()?.entry("namespaceSelector"));
        let at = key.map_or(at, |entry| entry.key.span);
        Constraints {
            rules: rules("resourceRules"),
            excluded: rules("excludeResourceRules").unwrap_or_default(),
            objects: selector("objectSelector"),
            is_exact: node.and_then(|node| node.get("matchPolicy")?.as_str()) == Some("Exact"),
            asked: Asked { at: document.locate(at), by: document.id() },
            namespaces,
        }
    }

    /// Whether they ask for labels of namespaces, beside the name.
    pub(super) fn ask_for_namespaces(&self) -> bool {
        let selector = Selector::of_label_selector(self.namespaces.as_ref());
        selector.keys().any(|key| key != NAME)
    }

    /// Whether a manifest fits all of them.
    pub(super) fn match_all(&self, target: &Target<'_>) -> Matched {
        let label = |key: &str| known_label(target.root, &target.place, target.gaps, key);
        let labels =
            |selector: &Node| Selector::of_label_selector(Some(selector)).holds_with(&label);
        let objects = self.objects.as_ref().map_or(Some(true), labels);
        // What is not shown of the manifest may keep the policy from it, and that is no one's fault.
        if objects != Some(true) || self.excluded.iter().any(|rule| rule.matches(target)) {
            return Matched::No;
        }
        self.by_rules(target).and(|| self.by_namespace(target))
    }

    fn by_rules(&self, target: &Target<'_>) -> Matched {
        let Some(rules) = &self.rules else { return Matched::Yes };
        if rules.iter().any(|rule| rule.matches(target)) {
            return Matched::Yes;
        }
        let by_other = |rule: &Rule| !self.is_exact && rule.matches_converted(target);
        match rules.iter().any(by_other) {
            true => Matched::Unknown(Lack::Version, self.asked.clone()),
            false => Matched::No,
        }
    }

    fn by_namespace(&self, target: &Target<'_>) -> Matched {
        let Some(selector) = &self.namespaces else { return Matched::Yes };
        let (verdict, lack) = if target.is_namespace() {
            let selector = Selector::of_label_selector(Some(selector));
            let own = |key: &str| match key {
                NAME => Some(Some(target.name)),
                key => known_label(target.root, &target.place, target.gaps, key),
            };
            (selector.holds_with(&own), Lack::Namespace)
        } else {
            match target.namespace {
                // Objects outside of namespaces are always meant.
                Namespace::None => return Matched::Yes,
                Namespace::Unsaid => {
                    let selector = Selector::of_label_selector(Some(selector));
                    (selector.holds_with(&|_| None), Lack::Unsaid)
                }
                Namespace::Named(name) => {
                    let shown = target.objects.namespace(name);
                    let selector = Selector::of_label_selector(Some(selector));
                    let label = |key: &str| match (key, shown) {
                        (NAME, _) => Some(Some(name)),
                        (key, Some(shown)) => {
                            known_label(&shown.root, &FieldPath::default(), &shown.gaps, key)
                        }
                        (_, None) => None,
                    };
                    (selector.holds_with(&label), Lack::Namespace)
                }
            }
        };
        match verdict {
            Some(true) => Matched::Yes,
            Some(false) => Matched::No,
            None => Matched::Unknown(lack, self.asked.clone()),
        }
    }
}

impl Rule {
    fn read(node: &Node) -> Rule {
        let texts = |field: &str| -> Vec<String> {
            let items = node.get(field).map(Node::items).unwrap_or_default();
            items.iter().filter_map(Node::as_str).map(str::to_owned).collect()
        };
        Rule {
            groups: texts("apiGroups"),
            versions: texts("apiVersions"),
            resources: texts("resources"),
            operations: texts("operations"),
            names: texts("resourceNames"),
            scope: node.get("scope").and_then(Node::as_str).unwrap_or("*").to_owned(),
        }
    }

    fn matches(&self, target: &Target<'_>) -> bool {
        self.has_version(target.kind.version) && self.matches_any_version(target)
    }

    /// Whether it is for another version of the resource, that a server has too: it converts the object then.
    fn matches_converted(&self, target: &Target<'_>) -> bool {
        let kind = target.kind;
        let is_served = |version: &str| {
            let known = target.schemas.find(kind.group, version, kind.kind, target.versions);
            known.is_some_and(|known| known.served)
        };
        // What no server takes, none converts.
        self.matches_any_version(target)
            && is_served(kind.version)
            && self.versions.iter().any(|version| is_served(version))
    }

    fn has_version(&self, version: &str) -> bool {
        self.versions.iter().any(|own| own == "*" || own == version)
    }

    fn matches_any_version(&self, target: &Target<'_>) -> bool {
        let has = |list: &[String], value: &str| list.iter().any(|own| own == "*" || own == value);
        let by_resource = self.resources.iter().any(|own| {
            let own = own.strip_suffix("/*").unwrap_or(own);
            own == "*" || own == target.resource
        });
        let by_scope = match self.scope.as_str() {
            "Cluster" => target.namespace == Namespace::None,
            "Namespaced" => target.namespace != Namespace::None,
            _ => true,
        };
        has(&self.operations, "CREATE")
            && has(&self.groups, target.kind.group)
            && by_resource
            && by_scope
            && (self.names.is_empty() || self.names.iter().any(|name| name == target.name))
    }
}

/// The value of a label: none where it is not known whether it is there, or what it is.
fn known_label<'n>(
    root: &'n Node,
    place: &FieldPath,
    gaps: &Gaps,
    key: &str,
) -> Option<Option<&'n str>> {
    let steps = ["metadata", "labels"].map(|step| Step::Field(step.to_owned()));
    let labels = steps.into_iter().fold(place.clone(), FieldPath::then);
    let label = labels.clone().then(Step::Field(key.to_owned()));
    if gaps.replaced_at(&label).is_some() || gaps.is_hidden(&label) {
        return None;
    }
    let value = root.at_path("metadata.labels").and_then(|labels| labels.get(key)?.as_str());
    match value {
        None if gaps.has_gap() => None,
        value => Some(value),
    }
}
