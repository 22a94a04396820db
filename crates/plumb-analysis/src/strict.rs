//! Which Services lead to pods that take mutual TLS alone.

use super::group::{Group, Object, Pod, ROOT_NAMESPACES, SECURITY, injects};
use plumb_kube::select::Selector;
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

/// The namespaces whose pods take nothing but mutual TLS.
pub(super) struct Strict<'g, 'a> {
    group: &'g Group<'a>,
    namespaces: HashMap<&'a str, bool>,
    is_mesh_wide: bool,
    /// Whether there are policies for single workloads, by namespace.
    selecting: HashSet<&'a str>,
    /// What is known of the proxies behind a selector of a namespace.
    proxied: RefCell<HashMap<(&'a str, String), Option<bool>>>,
}

impl<'g, 'a> Strict<'g, 'a> {
    /// Of a group; none where no policy asks for it, or not all are shown.
    pub(super) fn of(group: &'g Group<'a>) -> Option<Strict<'g, 'a>> {
        if group.may_have_more(SECURITY, "PeerAuthentication", None) {
            return None;
        }
        let mut strict = Strict {
            group,
            namespaces: HashMap::new(),
            is_mesh_wide: false,
            selecting: HashSet::new(),
            proxied: RefCell::default(),
        };
        for policy in group.of(SECURITY, "PeerAuthentication") {
            let Some(namespace) = policy.namespace else { continue };
            let is_strict = policy.text("spec.mtls.mode") == Some("STRICT");
            let selector = Selector::of_label_selector(policy.at("spec.selector"));
            if !selector.is_empty() || policy.at("spec.portLevelMtls").is_some() {
                strict.selecting.insert(namespace);
            } else if ROOT_NAMESPACES.contains(&namespace) {
                strict.is_mesh_wide |= is_strict;
            } else {
                *strict.namespaces.entry(namespace).or_insert(true) &= is_strict;
            }
        }
        (strict.is_mesh_wide || !strict.namespaces.is_empty()).then_some(strict)
    }

    /// Whether the pods of a Service refuse what comes without the mesh's certificate: their proxies do. None where a policy
    /// of the mesh says it, and nothing shows that they have some.
    pub(super) fn holds(&self, service: &Object<'a>) -> Option<bool> {
        let Some(namespace) = service.namespace else { return Some(false) };
        if self.selecting.contains(namespace) {
            return Some(false);
        }
        match self.namespaces.get(namespace) {
            // One for the namespace shows that its pods have some.
            Some(is_strict) => {
                Some(*is_strict && self.are_proxied(service, namespace) != Some(false))
            }
            None if self.is_mesh_wide => self.are_proxied(service, namespace),
            None => Some(false),
        }
    }

    fn are_proxied(&self, service: &Object<'a>, namespace: &'a str) -> Option<bool> {
        let selector = Selector::of_map(service.at("spec.selector"));
        let key = (namespace, selector.to_string());
        let mut known = self.proxied.borrow_mut();
        *known.entry(key).or_insert_with(|| are_proxied(self.group, namespace, &selector))
    }
}

/// Whether the pods of a namespace that a selector chooses have a proxy, all of those that are shown: their own, or their
/// node's. None where nothing shows it.
pub(super) fn are_proxied<'a>(
    group: &Group<'a>,
    namespace: &str,
    selector: &Selector<'a>,
) -> Option<bool> {
    let pods = group.pods_with(selector).into_iter();
    let pods = pods.filter(|pod| pod.namespace == Some(namespace));
    let has_proxy = |pod: &Pod<'a>| {
        // A gateway's listeners say themselves what they take.
        if pod.is_gateway() {
            return Some(false);
        }
        if group.is_ambient_pod(pod) { Some(true) } else { group.has_sidecar(pod) }
    };
    let all: HashSet<Option<bool>> = pods.map(has_proxy).collect();
    match all.is_empty() {
        true => {
            let shown = group.namespace(Some(namespace))?;
            Some(injects(shown) || group.is_ambient(Some(namespace)))
        }
        false if all.contains(&Some(false)) => Some(false),
        false if all.contains(&None) => None,
        false => Some(true),
    }
}
