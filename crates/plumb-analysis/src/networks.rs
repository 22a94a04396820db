//! The network policies of a group, found by the pods that they are for.
//!
//! Owns: which of them hold for some pods together, in a time that does not grow with all of them. Must not know: who needs
//! what they open.

use super::group::Group;
use super::network::{DIRECTIONS, Direction, NetworkPolicy, Workload};
use plumb_kube::select::Labels;
use std::collections::{BTreeSet, HashMap};

/// The policies of a group, found by the pods that they are for.
pub(super) struct Networks<'g, 'a> {
    policies: Vec<NetworkPolicy<'g, 'a>>,
    /// Policies that select alike.
    alike: Vec<Alike>,
    /// By the namespace that is written; empty where none is.
    by_namespace: HashMap<&'a str, Index<'a>>,
    cluster_wide: Index<'a>,
}

struct Alike {
    policies: Vec<usize>,
    opens: u32,
    /// The first policies that open something, and what no earlier one does.
    first: Vec<(u32, usize)>,
    isolating: [Option<usize>; 2],
}

#[derive(Default)]
struct Index<'a> {
    /// By a label and its value that the pods must have.
    by_pair: HashMap<(&'a str, &'a str), Vec<usize>>,
    others: Vec<usize>,
    policies: Vec<usize>,
    /// What any of them may open.
    opens: u32,
}

/// What the policies come to that hold for some pods.
pub(super) struct Applied<'n, 'g, 'a> {
    /// What may be open to them, as the bits of what was asked.
    pub(super) opens: u32,
    first: Vec<(u32, &'n NetworkPolicy<'g, 'a>)>,
    isolating: [Option<&'n NetworkPolicy<'g, 'a>>; 2],
}

impl<'n, 'g, 'a> Applied<'n, 'g, 'a> {
    /// The first policy that isolates them.
    pub(super) fn isolating(&self, direction: Direction) -> Option<&'n NetworkPolicy<'g, 'a>> {
        self.isolating[direction as usize]
    }

    /// The first policy that opens something.
    pub(super) fn opening(&self, what: u32) -> Option<&'n NetworkPolicy<'g, 'a>> {
        self.first.iter().find(|(opens, _)| opens & what != 0).map(|(_, policy)| *policy)
    }
}

/// API groups whose policies open and close beside those that are read here.
const OTHERS: &[&str] = &[
    "policy.networking.k8s.io",
    "projectcalico.org",
    "crd.projectcalico.org",
    "crd.antrea.io",
    "security.antrea.tanzu.vmware.com",
];

impl<'g, 'a> Networks<'g, 'a> {
    /// The policies of a group, where all of them are shown. `opens` says what a policy may open, in bits that the caller knows.
    pub(super) fn of(
        group: &'g Group<'a>,
        opens: &dyn Fn(&NetworkPolicy<'g, 'a>) -> u32,
    ) -> Option<Networks<'g, 'a>> {
        const KINDS: &[(&str, &str)] = &[
            ("networking.k8s.io", "NetworkPolicy"),
            ("cilium.io", "CiliumNetworkPolicy"),
            ("cilium.io", "CiliumClusterwideNetworkPolicy"),
        ];
        if KINDS.iter().any(|(api, kind)| group.may_have_more(api, kind, None))
            || group.objects.iter().any(|object| OTHERS.contains(&object.group))
        {
            return None;
        }
        let all = KINDS.iter().flat_map(|(api, kind)| {
            let is_cilium = *api == "cilium.io";
            group.of(api, kind).flat_map(move |object| NetworkPolicy::of(object, is_cilium))
        });
        let mut networks = Networks {
            policies: all.collect(),
            alike: Vec::new(),
            by_namespace: HashMap::new(),
            cluster_wide: Index::default(),
        };
        networks.index(opens);
        Some(networks)
    }

    fn index(&mut self, opens: &dyn Fn(&NetworkPolicy<'g, 'a>) -> u32) {
        let mut known: HashMap<(bool, Option<&'a str>, String), usize> = HashMap::new();
        let mut count: HashMap<(&str, &str), usize> = HashMap::new();
        for pair in self.policies.iter().flat_map(|policy| policy.selector.pairs()) {
            *count.entry(pair).or_default() += 1;
        }
        for (at, policy) in self.policies.iter().enumerate() {
            let key =
                (policy.is_cluster_wide, policy.object.namespace, policy.selector.to_string());
            let alike = *known.entry(key).or_insert_with(|| {
                let alike = self.alike.len();
                self.alike.push(Alike {
                    policies: Vec::new(),
                    opens: 0,
                    first: Vec::new(),
                    isolating: [None; 2],
                });
                let index = match policy.is_cluster_wide {
                    true => &mut self.cluster_wide,
                    false => self
                        .by_namespace
                        .entry(policy.object.namespace.unwrap_or_default())
                        .or_default(),
                };
                // The pair that the fewest ask for finds the fewest.
                match policy.selector.pairs().min_by_key(|pair| count[pair]) {
                    Some(pair) if policy.labels_are_known(pair.0) => {
                        index.by_pair.entry(pair).or_default().push(alike);
                    }
                    _ => index.others.push(alike),
                }
                alike
            });
            let alike = &mut self.alike[alike];
            alike.policies.push(at);
            let opened = opens(policy);
            if opened & !alike.opens != 0 {
                alike.first.push((opened & !alike.opens, at));
            }
            alike.opens |= opened;
            let index = match policy.is_cluster_wide {
                true => &mut self.cluster_wide,
                false => self
                    .by_namespace
                    .entry(policy.object.namespace.unwrap_or_default())
                    .or_default(),
            };
            index.opens |= opened;
            index.policies.push(at);
            for (isolating, direction) in alike.isolating.iter_mut().zip(DIRECTIONS) {
                if isolating.is_none() && policy.way(direction).isolates {
                    *isolating = Some(at);
                }
            }
        }
    }

    /// Where the policies are that may be for pods of a namespace.
    fn indexes(&self, namespace: Option<&str>) -> Vec<&Index<'a>> {
        let mut found = vec![&self.cluster_wide];
        match namespace {
            Some(namespace) => {
                found.extend([namespace, ""].iter().filter_map(|key| self.by_namespace.get(*key)));
            }
            None => found.extend(self.by_namespace.values()),
        }
        found
    }

    /// Those that select alike and may select pods with these labels, in the order of the group.
    fn selecting(&self, pods: &Workload<'_>) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        for index in self.indexes(pods.namespace) {
            found.extend(&index.others);
            for pair in pods.labels.iter().flat_map(Labels::iter) {
                found.extend(index.by_pair.get(&pair).into_iter().flatten());
            }
        }
        found
            .retain(|alike: &usize| self.policies[self.alike[*alike].policies[0]].may_select(pods));
        found
    }

    /// What holds for some pods.
    pub(super) fn applied(&self, pods: &Workload<'_>) -> Applied<'_, 'g, 'a> {
        let mut applied = Applied { opens: 0, first: Vec::new(), isolating: [None; 2] };
        for alike in self.selecting(pods) {
            let alike = &self.alike[alike];
            if alike.opens & !applied.opens != 0 {
                let first = alike.first.iter();
                applied.first.extend(first.map(|(opens, at)| (*opens, &self.policies[*at])));
            }
            applied.opens |= alike.opens;
            if self.policies[alike.policies[0]].selects(pods) {
                for (isolating, at) in applied.isolating.iter_mut().zip(alike.isolating) {
                    *isolating = isolating.or(at.map(|at| &self.policies[at]));
                }
            }
        }
        if pods.labels.is_none() {
            applied.opens = self.opened_in(pods.namespace);
        }
        applied
    }

    /// What one policy comes to for pods of its namespace that it selects, whatever else their labels are.
    pub(super) fn alone<'n>(
        &self,
        policy: &'n NetworkPolicy<'g, 'a>,
        opens: u32,
    ) -> Applied<'n, 'g, 'a> {
        let isolating = DIRECTIONS.map(|way| policy.way(way).isolates.then_some(policy));
        let all = self.opened_in(policy.object.namespace);
        Applied { opens: all, first: vec![(opens, policy)], isolating }
    }

    /// What may be open to pods of a namespace, whatever their labels are.
    pub(super) fn opened_in(&self, namespace: Option<&str>) -> u32 {
        self.indexes(namespace).iter().fold(0, |opens, index| opens | index.opens)
    }

    /// The policies that may hold for some pods.
    pub(super) fn policies(
        &self,
        pods: &Workload<'_>,
    ) -> impl Iterator<Item = &NetworkPolicy<'g, 'a>> {
        let alike = self.selecting(pods).into_iter().flat_map(|alike| &self.alike[alike].policies);
        alike.map(|at| &self.policies[*at])
    }

    /// The policies that may hold for pods of a namespace that is written.
    pub(super) fn beside(
        &self,
        namespace: Option<&str>,
    ) -> impl Iterator<Item = &NetworkPolicy<'g, 'a>> {
        let all = self.indexes(namespace).into_iter().flat_map(|index| &index.policies);
        all.map(|at| &self.policies[*at])
    }

    /// The policies of a namespace that is written.
    pub(super) fn of_namespace<'n>(
        &'n self,
        namespace: Option<&str>,
    ) -> impl Iterator<Item = &'n NetworkPolicy<'g, 'a>> + use<'n, 'g, 'a> {
        let index = self.by_namespace.get(namespace.unwrap_or_default());
        let policies = index.map(|index| index.policies.as_slice()).unwrap_or_default();
        policies.iter().map(|at| &self.policies[*at])
    }

    /// All of them.
    pub(super) fn all(&self) -> &[NetworkPolicy<'g, 'a>] {
        &self.policies
    }
}
