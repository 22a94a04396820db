//! Hosts as Istio reads them, and the ones that a group defines.
//!
//! Owns: short names, names within the cluster, wildcards, and who may see a host (`exportTo`).

use super::object::{CORE, NETWORKING, Object, may_be_same, text};
use plumb_kube::Node;

/// What a host names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Host<'a> {
    /// A Service of a namespace; none where the namespace is not written.
    Service(&'a str, Option<&'a str>),
    /// Anything else, wildcards included.
    Other(&'a str),
}

const CLUSTER: &str = ".svc.cluster.local";

impl<'a> Host<'a> {
    /// Istio completes a name without a dot by the namespace of the resource, and no other.
    pub(super) fn of(host: &'a str, namespace: Option<&'a str>) -> Host<'a> {
        if let Some((name, namespace)) =
            host.strip_suffix(CLUSTER).and_then(|short| short.rsplit_once('.'))
            && !host.starts_with('*')
        {
            return Host::Service(name, Some(namespace));
        }
        if host.contains('.') || host.starts_with('*') {
            Host::Other(host)
        } else {
            Host::Service(host, namespace)
        }
    }

    /// Whether both may be one host.
    pub(super) fn may_be(&self, other: &Host<'_>) -> bool {
        match (self, other) {
            (Host::Service(one, at), Host::Service(other, there)) => {
                one == other && may_be_same(*at, *there)
            }
            (Host::Other(one), Host::Other(other)) => one == other,
            _ => false,
        }
    }

    /// Whether both are surely one host: the namespaces are written, or both are the unwritten one.
    pub(super) fn is(&self, other: &Host<'_>) -> bool {
        self == other
    }

    /// The full name, or the short one where the namespace is not known.
    pub(super) fn full(&self) -> String {
        match self {
            Host::Service(name, Some(namespace)) => format!("{name}.{namespace}{CLUSTER}"),
            Host::Service(name, None) => (*name).to_owned(),
            Host::Other(host) => (*host).to_owned(),
        }
    }
}

/// To whom something is visible.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope<'a> {
    /// Every namespace.
    All,
    /// One namespace; none where it is the unwritten one.
    Namespace(Option<&'a str>),
}

impl<'a> Scope<'a> {
    /// The scopes of an `exportTo`; an empty one is everybody.
    pub(super) fn of(export: &[&'a str], own: Option<&'a str>) -> Vec<Scope<'a>> {
        if export.is_empty() || export.contains(&"*") {
            return vec![Scope::All];
        }
        let one = |entry: &&'a str| match *entry {
            "." => Some(Scope::Namespace(own)),
            "~" => None,
            namespace => Some(Scope::Namespace(Some(namespace))),
        };
        export.iter().filter_map(one).collect()
    }

    /// Whether a namespace is in it.
    pub(super) fn may_include(self, namespace: Option<&str>) -> bool {
        match self {
            Scope::All => true,
            Scope::Namespace(own) => may_be_same(own, namespace),
        }
    }

    /// Whether two scopes surely have a namespace in common.
    pub(super) fn meets(self, other: Scope<'_>) -> bool {
        match (self, other) {
            (Scope::Namespace(one), Scope::Namespace(other)) => one == other,
            _ => true,
        }
    }
}

/// The hosts of a group.
pub(super) struct Registry<'a> {
    entries: Vec<HostEntry<'a>>,
    /// Whether there are Services without a name, or ServiceEntries whose hosts are not all shown.
    may_have_more: bool,
}

/// One host that a Service or a ServiceEntry defines.
pub(super) struct HostEntry<'a> {
    /// The host.
    pub(super) host: Host<'a>,
    /// The numbers and names of its ports.
    pub(super) ports: Vec<(i128, Option<&'a str>)>,
    /// Whether these are all of its ports.
    pub(super) knows_ports: bool,
    /// The object's place in the group.
    object: usize,
    scopes: Vec<Scope<'a>>,
}

/// What a group knows of a host.
pub(super) enum Lookup<'r, 'a> {
    /// These define it, and it is visible.
    Found(Vec<&'r HostEntry<'a>>),
    /// These define it, and none is visible from there.
    Hidden(Vec<&'r HostEntry<'a>>),
    /// The group says nothing of it.
    Unknown,
}

impl<'a> Registry<'a> {
    pub(super) fn new(objects: &[Object<'a>]) -> Registry<'a> {
        let mut entries = Vec::new();
        let mut may_have_more = false;
        for (index, object) in objects.iter().enumerate() {
            match (object.group, object.kind) {
                // What says its kind alone may be one.
                (CORE, "Service") => {
                    may_have_more |= object.name.is_empty();
                    let export: Vec<&str> = object
                        .annotation("networking.istio.io/exportTo")
                        .map(|list| list.split(',').map(str::trim).collect())
                        .unwrap_or_default();
                    entries.push(HostEntry {
                        host: Host::Service(object.name, object.namespace),
                        ports: ports(object, "port"),
                        knows_ports: object.knows_numbers("spec.ports", "port"),
                        object: index,
                        scopes: Scope::of(&export, object.namespace),
                    });
                }
                (NETWORKING, "ServiceEntry") => {
                    let export = object.texts("spec.exportTo");
                    may_have_more |= !object.knows("spec.hosts");
                    for host in object.texts("spec.hosts") {
                        entries.push(HostEntry {
                            host: Host::of(host, object.namespace),
                            ports: ports(object, "number"),
                            knows_ports: object.knows_numbers("spec.ports", "number"),
                            object: index,
                            scopes: Scope::of(&export, object.namespace),
                        });
                    }
                }
                _ => {}
            }
        }
        Registry { entries, may_have_more }
    }

    /// What is known of a host, seen from a namespace or from the ones that the resource is exported to.
    pub(super) fn look_up(
        &self,
        host: Host<'a>,
        from: Option<&str>,
        export: &[&str],
    ) -> Lookup<'_, 'a> {
        let is_visible = |entry: &&HostEntry<'a>| {
            entry.scopes.iter().any(|scope| {
                *scope == Scope::All
                    || if export.is_empty() || export.contains(&"*") {
                        scope.may_include(from)
                    } else {
                        export.iter().any(|entry| match *entry {
                            "." => scope.may_include(from),
                            namespace => scope.may_include(Some(namespace)),
                        })
                    }
            })
        };
        let all: Vec<&HostEntry<'a>> =
            self.entries.iter().filter(|entry| entry.defines(&host)).collect();
        let visible: Vec<&HostEntry<'a>> = all.iter().copied().filter(is_visible).collect();
        if !visible.is_empty() {
            Lookup::Found(visible)
        } else if all.iter().any(|entry| entry.host.may_be(&host)) {
            Lookup::Hidden(all)
        } else {
            Lookup::Unknown
        }
    }

    /// Whether it may know more hosts than those that it was shown.
    pub(super) fn may_have_more(&self) -> bool {
        self.may_have_more
    }
}

impl<'a> HostEntry<'a> {
    /// The Service or ServiceEntry.
    pub(super) fn object<'g>(&self, objects: &'g [Object<'a>]) -> &'g Object<'a> {
        &objects[self.object]
    }

    /// Whether it is exported to a namespace that is surely not its own.
    pub(super) fn is_exported_beyond(&self, objects: &[Object<'a>]) -> bool {
        let own = self.object(objects).namespace;
        self.scopes.iter().any(|scope| match scope {
            Scope::All => true,
            Scope::Namespace(namespace) => *namespace != own,
        })
    }

    /// Whether it is surely of that host: both namespaces are written, or neither is.
    pub(super) fn is_sure(&self, host: &Host<'_>) -> bool {
        !matches!((&self.host, host), (Host::Service(_, one), Host::Service(_, other)) if one != other)
    }

    fn defines(&self, host: &Host<'_>) -> bool {
        match (&self.host, host) {
            (Host::Other(own), _) if own.starts_with('*') => {
                host.full().trim_start_matches('*').ends_with(&own[1..])
            }
            (own, host) => own.may_be(host),
        }
    }
}

fn ports<'a>(object: &Object<'a>, number: &str) -> Vec<(i128, Option<&'a str>)> {
    object
        .items("spec.ports")
        .iter()
        .filter_map(|port| Some((port.get(number).and_then(Node::as_int)?, text(port, "name"))))
        .collect()
}
