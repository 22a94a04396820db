//! Which workloads a Sidecar resource holds for.
//!
//! Owns: whom a Sidecar holds for. pilot reads it for proxies of the kind `sidecar` alone: gateways and waypoints have the
//! default scope (`PushContext.getSidecarScope`), ztunnel has none. Must not know: what it shows.

use super::gateway_pods::GatewayPods;
use super::group::{Group, NETWORKING, Object, Pod, ROOT_NAMESPACES, injects};
use plumb_kube::select::Selector;
use std::collections::{HashMap, HashSet};

/// Sidecar resources by whom they are for.
pub(super) struct Callers<'g, 'a> {
    group: &'g Group<'a>,
    /// The first that selects a pod, by the pod's owner.
    by_pod: HashMap<usize, &'g Object<'a>>,
    /// Those for all workloads of their namespace.
    defaults: HashMap<&'a str, Vec<&'g Object<'a>>>,
    /// The pods of a namespace.
    pods: HashMap<&'a str, Vec<&'g Pod<'a>>>,
    /// Namespaces in which Istio makes pods for a Gateway, or that have one of Istio's own.
    with_gateways: HashSet<&'a str>,
    /// The owners of pods that run a gateway.
    gateways: HashSet<usize>,
}

impl<'g, 'a> Callers<'g, 'a> {
    /// Of the Sidecars of a group.
    pub(super) fn of(group: &'g Group<'a>, sidecars: &[&'g Object<'a>]) -> Callers<'g, 'a> {
        let mut callers = Callers {
            group,
            by_pod: HashMap::new(),
            defaults: HashMap::new(),
            pods: HashMap::new(),
            with_gateways: HashSet::new(),
            gateways: HashSet::new(),
        };
        let mut known = HashSet::new();
        for sidecar in sidecars {
            let Some(namespace) = sidecar.namespace else { continue };
            let selector = Selector::of_map(sidecar.at("spec.workloadSelector.labels"));
            if selector.is_empty() {
                callers.defaults.entry(namespace).or_default().push(sidecar);
            } else if known.insert((namespace, selector.to_string())) {
                let pods = group.pods_with(&selector).into_iter();
                for pod in pods.filter(|pod| pod.namespace == Some(namespace)) {
                    callers.by_pod.entry(pod.owner).or_insert(sidecar);
                }
            }
        }
        for pod in &group.pods {
            if let Some(namespace) = pod.namespace {
                callers.pods.entry(namespace).or_default().push(pod);
            }
        }
        callers.add_gateways();
        callers
    }

    fn add_gateways(&mut self) {
        let made = GatewayPods::all(self.group).filter_map(|pods| pods.gateway.namespace);
        self.with_gateways.extend(made);
        let mut known = HashSet::new();
        for gateway in self.group.of(NETWORKING, "Gateway") {
            self.with_gateways.extend(gateway.namespace);
            let selector = Selector::of_map(gateway.at("spec.selector"));
            if known.insert(selector.to_string()) {
                self.gateways.extend(self.group.pods_with(&selector).iter().map(|pod| pod.owner));
            }
        }
        let own = self.group.pods.iter().filter(|pod| pod.is_gateway());
        self.gateways.extend(own.map(|pod| pod.owner));
    }

    /// The Sidecar that holds for a pod, if it has a proxy: one that selects it, else the one of its namespace, else the mesh's.
    pub(super) fn sidecar_of(&self, pod: &Pod<'a>) -> Option<&'g Object<'a>> {
        let sidecar = match self.by_pod.get(&pod.owner) {
            Some(sidecar) => *sidecar,
            None => self.default_of(pod.namespace?)?,
        };
        self.may_hold(pod).then_some(sidecar)
    }

    /// Whether a pod surely has the proxy that a Sidecar is for.
    pub(super) fn is_proxied(&self, sidecar: &Object<'a>, pod: &Pod<'a>) -> bool {
        is_for(sidecar, self.group.has_sidecar(pod))
    }

    /// The Sidecar that surely holds for callers of a namespace, known by it or by their service account beside.
    pub(super) fn sidecar_of_callers(
        &self,
        namespace: &str,
        account: Option<&str>,
    ) -> Option<&'g Object<'a>> {
        let sidecar = self.default_of(namespace)?;
        let pods = self.pods.get(namespace).map(Vec::as_slice).unwrap_or_default();
        let is_caller = |pod: &&&Pod<'a>| account.is_none_or(|account| account == pod.account());
        let mut callers = pods.iter().filter(is_caller).peekable();
        let is_caught = match callers.peek() {
            Some(_) => {
                callers.any(|pod| !self.by_pod.contains_key(&pod.owner) && self.holds(sidecar, pod))
            }
            // Callers that are not shown may be the pods of a Gateway.
            None => {
                !self.with_gateways.contains(namespace)
                    && !self.group.is_ambient(Some(namespace))
                    && is_for(sidecar, self.group.namespace(Some(namespace)).map(injects))
            }
        };
        is_caught.then_some(sidecar)
    }

    /// Whether a Sidecar that is for a pod by its labels or namespace holds for its proxy.
    fn holds(&self, sidecar: &Object<'a>, pod: &Pod<'a>) -> bool {
        self.may_hold(pod) && self.is_proxied(sidecar, pod)
    }

    /// Whether a pod may have a proxy that Sidecars are for.
    fn may_hold(&self, pod: &Pod<'a>) -> bool {
        !self.gateways.contains(&pod.owner)
            && !self.group.is_ambient_pod(pod)
            && self.group.has_sidecar(pod) != Some(false)
    }

    /// The Sidecar for all workloads of a namespace, its own or the mesh's; none where two would be.
    fn default_of(&self, namespace: &str) -> Option<&'g Object<'a>> {
        let of = |namespace: &str| self.defaults.get(namespace).map(Vec::as_slice);
        let mut found = of(namespace).unwrap_or_default().iter();
        let mut roots = ROOT_NAMESPACES.iter().filter_map(|root| of(root)).flatten();
        match (found.next(), found.next()) {
            (Some(own), None) => Some(own),
            (Some(_), Some(_)) => None,
            (None, _) => roots.next().filter(|_| roots.next().is_none()).copied(),
        }
    }
}

/// Whether a Sidecar is for what has a proxy, as far as that is known: one of its own namespace shows that there are some.
fn is_for(sidecar: &Object<'_>, has_proxy: Option<bool>) -> bool {
    let is_of_mesh = sidecar.namespace.is_some_and(|root| ROOT_NAMESPACES.contains(&root));
    has_proxy.unwrap_or(!is_of_mesh)
}
