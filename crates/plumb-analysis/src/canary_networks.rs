//! Network policies where a canary's copies are meant: whether others let through what one for its target would.

use super::group::Group;
use super::network::{DIRECTIONS, Direction, NetworkPolicy, Rule, Workload};
use super::networks::Networks;
use plumb_kube::select::Labels;
use std::collections::HashMap;

/// The network policies of a group, found by their manifests.
pub(super) struct CanaryNetworks<'g, 'a> {
    group: &'g Group<'a>,
    networks: Networks<'g, 'a>,
    by_object: HashMap<usize, usize>,
}

/// How many policies and rules are compared with one; what more of them would say is not known.
const COMPARED: usize = 256;

/// A canary's copies: their labels, and the one that the target's don't have.
pub(super) struct Copies<'l> {
    pub(super) labels: Labels<'l>,
    pub(super) namespace: Option<&'l str>,
    pub(super) own: (&'l str, &'l str),
}

impl<'l> Copies<'l> {
    fn workload(&self) -> Workload<'l> {
        Workload { labels: Some(self.labels), namespace: self.namespace }
    }
}

impl<'g, 'a> CanaryNetworks<'g, 'a> {
    /// Of a group that shows all of them.
    pub(super) fn of(group: &'g Group<'a>) -> Option<CanaryNetworks<'g, 'a>> {
        let networks = Networks::of(group, &|_| 0)?;
        let mut by_object = HashMap::new();
        for (at, policy) in networks.all().iter().enumerate() {
            by_object.entry(policy.object.index).or_insert(at);
        }
        Some(CanaryNetworks { group, networks, by_object })
    }

    fn policy(&self, object: usize) -> Option<&NetworkPolicy<'g, 'a>> {
        self.by_object.get(&object).map(|at| &self.networks.all()[*at])
    }

    /// Whether what a policy's rule lets the target's pods do, some rule may let the copies do: another peer of it, another
    /// rule, or one of another policy that may be for the same pods.
    pub(super) fn lets_through(
        &self,
        object: usize,
        (direction, rule): (Direction, usize),
        copies: &Copies<'_>,
    ) -> bool {
        let Some(policy) = self.policy(object) else { return true };
        // A rule that is not read lets nothing through.
        let Some(missing) = policy.rules(direction).get(rule) else { return true };
        let copies = copies.workload();
        let lets = |(other, rule): (&NetworkPolicy<'g, 'a>, &Rule<'a>)| {
            rule.may_open_those_of(missing)
                && other.may_overlap(policy)
                && other.may_be_for(self.group, rule, &copies)
        };
        let others = self.networks.beside(policy.object.namespace);
        let own = std::iter::once(policy).chain(others);
        let mut rules =
            own.flat_map(|other| other.rules(direction).iter().map(move |rule| (other, rule)));
        rules.by_ref().take(COMPARED).any(lets) || rules.next().is_some()
    }

    /// Whether what a policy says of the target's pods, others may say of the copies: each direction that it closes they
    /// close, and what it opens they open, or one of them asks for the copies by name.
    pub(super) fn says_alike(&self, object: usize, copies: &Copies<'_>) -> bool {
        let Some(policy) = self.policy(object) else { return true };
        let workload = copies.workload();
        let mut all = self.networks.policies(&workload);
        let others: Vec<&NetworkPolicy<'g, 'a>> = all.by_ref().take(COMPARED).collect();
        if all.next().is_some() {
            return true;
        }
        DIRECTIONS.iter().all(|direction| {
            let closes = |policy: &NetworkPolicy<'g, 'a>| policy.way(*direction).isolates;
            let mut closing = others.iter().filter(|other| closes(other)).peekable();
            if closing.peek().is_none() {
                return !closes(policy);
            }
            let is_meant = |other: &NetworkPolicy<'g, 'a>| {
                other.selector.values().any(|pair| pair == copies.own)
            };
            let opens = |missing: &Rule<'a>| {
                let mut rules = others.iter().flat_map(|other| other.rules(*direction));
                let is_alike = |rule: &Rule<'a>| {
                    rule.may_open_those_of(missing) && rule.may_mean_those_of(missing)
                };
                rules.by_ref().take(COMPARED).any(is_alike) || rules.next().is_some()
            };
            let mut own = policy.rules(*direction).iter().take(COMPARED);
            closing.any(|other| is_meant(other)) || own.all(opens)
        })
    }
}
