//! Which manifests a policy is for: resources, operations, namespaces and labels, as in `matchConstraints`.

use crate::rules::plain;
use crate::select::{Labels, Selector};
use crate::{Document, Node};
use plumb_cel::{Map, Value as Cel};
use plumb_text::Span;

/// What a manifest says that it is.
#[derive(Clone, Copy)]
pub(super) struct Kind<'a> {
    pub(super) group: &'a str,
    pub(super) version: &'a str,
    pub(super) kind: &'a str,
}

/// A manifest that is to be judged.
pub(super) struct Target<'a> {
    pub(super) root: &'a Node,
    pub(super) kind: Kind<'a>,
    resource: String,
    name: &'a str,
    namespace: Option<&'a str>,
    /// The namespace's own manifest, where it is shown.
    namespace_root: Option<&'a Node>,
}

/// `matchConstraints` of a policy, or `matchResources` of a binding.
#[derive(Debug, Default)]
pub(super) struct Constraints {
    /// None where all resources are meant.
    rules: Option<Vec<Rule>>,
    excluded: Vec<Rule>,
    namespaces: Option<Node>,
    objects: Option<Node>,
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

impl<'a> Kind<'a> {
    pub(super) fn of(root: &'a Node) -> Option<Kind<'a>> {
        let version = root.get("apiVersion")?.as_str()?;
        let kind = root.get("kind")?.as_str()?;
        let (group, version) = version.rsplit_once('/').unwrap_or(("", version));
        Some(Kind { group, version, kind })
    }

    /// The name of the resource, made as Kubernetes itself guesses it.
    fn resource(&self) -> String {
        let name = self.kind.to_ascii_lowercase();
        let before_y = name.strip_suffix('y').and_then(|stem| stem.chars().last());
        if name == "endpoints" {
            name
        } else if let Some(stem) = name.strip_suffix('y')
            && !before_y.is_some_and(|letter| "aeiou".contains(letter))
        {
            format!("{stem}ies")
        } else if name.ends_with(['s', 'x']) || name.ends_with("ch") || name.ends_with("sh") {
            format!("{name}es")
        } else {
            format!("{name}s")
        }
    }

    /// Whether Kubernetes keeps such objects outside of namespaces. Kinds that are not known are taken to be in one.
    fn is_cluster_wide(&self) -> bool {
        match self.group {
            "" => matches!(self.kind, "Namespace" | "Node" | "PersistentVolume"),
            "rbac.authorization.k8s.io" => self.kind.starts_with("Cluster"),
            "admissionregistration.k8s.io"
            | "apiextensions.k8s.io"
            | "apiregistration.k8s.io"
            | "scheduling.k8s.io"
            | "node.k8s.io"
            | "flowcontrol.apiserver.k8s.io" => true,
            "storage.k8s.io" => self.kind != "CSIStorageCapacity",
            "networking.k8s.io" => self.kind == "IngressClass",
            "certificates.k8s.io" => self.kind == "CertificateSigningRequest",
            "gateway.networking.k8s.io" => self.kind == "GatewayClass",
            "cilium.io" => self.kind.starts_with("CiliumClusterwide"),
            _ => false,
        }
    }
}

impl<'a> Target<'a> {
    pub(super) fn new(root: &'a Node, kind: Kind<'a>, others: &[&'a Document]) -> Target<'a> {
        let field =
            |name: &str| root.get("metadata").and_then(|metadata| metadata.get(name)?.as_str());
        let namespace = field("namespace").filter(|_| !kind.is_cluster_wide());
        let name = field("name").unwrap_or_default();
        let namespace_root = if kind.group.is_empty() && kind.kind == "Namespace" {
            Some(root)
        } else {
            others.iter().map(|document| &document.root).find(|other| {
                let own = other.get("metadata").and_then(|metadata| metadata.get("name")?.as_str());
                other.get("kind").and_then(Node::as_str) == Some("Namespace")
                    && namespace.is_some()
                    && own == namespace
            })
        };
        Target { root, kind, resource: kind.resource(), name, namespace, namespace_root }
    }

    /// `Deployment/web`, as findings name it.
    pub(super) fn id(&self) -> String {
        match self.name {
            "" => self.kind.kind.to_owned(),
            name => format!("{}/{name}", self.kind.kind),
        }
    }

    /// What stands for the manifest as a whole.
    pub(super) fn kind_span(&self) -> Span {
        self.root.get("kind").map_or(self.root.span, |kind| kind.span)
    }

    /// The `request` of an expression.
    pub(super) fn request(&self) -> Cel {
        let text = |value: &str| Cel::from(value);
        let map = |entries: Vec<(&str, Cel)>| Cel::from(entries.into_iter().collect::<Map>());
        let Kind { group, version, kind } = self.kind;
        let kind =
            map(vec![("group", text(group)), ("version", text(version)), ("kind", text(kind))]);
        let resource = map(vec![
            ("group", text(group)),
            ("version", text(version)),
            ("resource", text(&self.resource)),
        ]);
        map(vec![
            ("operation", text("CREATE")),
            ("name", text(self.name)),
            ("namespace", text(self.namespace.unwrap_or_default())),
            ("kind", kind.clone()),
            ("requestKind", kind),
            ("resource", resource.clone()),
            ("requestResource", resource),
            ("subResource", text("")),
            ("requestSubResource", text("")),
            // Who asks, only a cluster knows.
            ("userInfo", Cel::Unknown),
            ("dryRun", Cel::Unknown),
            ("options", Cel::Unknown),
        ])
    }

    /// The `namespaceObject` of an expression: null outside of namespaces, none where it is not known.
    pub(super) fn namespace_object(&self) -> Option<Cel> {
        if self.kind.is_cluster_wide() {
            return Some(Cel::Null);
        }
        self.namespace_root.map(plain)
    }
}

impl Constraints {
    /// Reads them; no node is no constraint.
    pub(super) fn read(node: Option<&Node>) -> Constraints {
        let Some(node) = node else { return Constraints::default() };
        let rules = |field: &str| -> Option<Vec<Rule>> {
            Some(node.get(field)?.items().iter().map(Rule::read).collect())
        };
        let selector = |field: &str| {
            node.get(field)
                .filter(|selector| !Selector::of_label_selector(Some(selector)).is_empty())
                .cloned()
        };
        Constraints {
            rules: rules("resourceRules"),
            excluded: rules("excludeResourceRules").unwrap_or_default(),
            namespaces: selector("namespaceSelector"),
            objects: selector("objectSelector"),
        }
    }

    /// Whether a manifest fits all of them. Where the group does not show the namespace's labels, it does not.
    pub(super) fn match_all(&self, target: &Target<'_>) -> bool {
        self.rules.as_ref().is_none_or(|rules| rules.iter().any(|rule| rule.matches(target)))
            && !self.excluded.iter().any(|rule| rule.matches(target))
            && self.objects.as_ref().is_none_or(|selector| {
                Selector::of_label_selector(Some(selector)).matches(&labels(target.root))
            })
            && self.namespaces.as_ref().is_none_or(|selector| in_namespace(selector, target))
    }
}

/// Whether a manifest's namespace surely has the labels; objects outside of namespaces are always meant.
fn in_namespace(selector: &Node, target: &Target<'_>) -> bool {
    const NAME: &str = "kubernetes.io/metadata.name";
    let is_namespace = target.kind.group.is_empty() && target.kind.kind == "Namespace";
    if target.kind.is_cluster_wide() && !is_namespace {
        return true;
    }
    let name = if is_namespace { Some(target.name) } else { target.namespace };
    let selector = Selector::of_label_selector(Some(selector));
    let known = target.namespace_root.map_or_else(Labels::default, labels);
    let is_shown = target.namespace_root.is_some();
    selector.matches_with(&|key| match key {
        NAME => name.map(Some),
        key => is_shown.then(|| known.get(key)),
    })
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
        let has = |list: &[String], value: &str| list.iter().any(|own| own == "*" || own == value);
        let by_resource =
            self.resources.iter().any(|own| own == "*" || own == "*/*" || *own == target.resource);
        let by_scope = match self.scope.as_str() {
            "Cluster" => target.kind.is_cluster_wide(),
            "Namespaced" => !target.kind.is_cluster_wide(),
            _ => true,
        };
        has(&self.operations, "CREATE")
            && has(&self.groups, target.kind.group)
            && has(&self.versions, target.kind.version)
            && by_resource
            && by_scope
            && (self.names.is_empty() || self.names.iter().any(|name| name == target.name))
    }
}

/// The labels of a manifest.
fn labels(root: &Node) -> Labels<'_> {
    Labels::of(root.get("metadata").and_then(|metadata| metadata.get("labels")))
}
