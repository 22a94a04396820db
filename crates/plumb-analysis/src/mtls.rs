//! Mutual TLS that one side asks for and the other refuses.

use super::analyzer::Analyzer;
use super::conflict::conflicts;
use super::gateway_pods::GatewayPods;
use super::group::{
    CORE, Group, NETWORKING, Object, ROOT_NAMESPACES, SECURITY, injects, is_stock_gateway,
    may_be_same, text, unless_sure,
};
use super::hosts::Host;
use super::strict::are_proxied;
use indexmap::{IndexMap, IndexSet};
use plumb_kube::Node;
use plumb_kube::fault::listed;
use plumb_kube::select::Selector;
use plumb_text::diag::{Diagnostic, codes};

codes! {
    /// The findings of this analyzer.
    CODES:
    CONFLICT = "mtls-conflict", Deny, "a DestinationRule and a PeerAuthentication disagree about mutual TLS";
    RIVALS = "peer-authentication-conflict", Warn, "two PeerAuthentications are for the same pods and say different things";
}

/// The analyzer of this file.
pub(super) const ANALYZER: Analyzer = Analyzer { codes: CODES, run: analyse };

fn analyse(group: &Group<'_>, findings: &mut Vec<Diagnostic>) {
    rivals(group, findings);
    for rule in group.of(NETWORKING, "DestinationRule") {
        for node in tls_modes(rule) {
            let Some(mode) = node.as_str() else { continue };
            let Some((policy, is_sure)) = policy_for(group, rule) else { continue };
            let wants = policy.text("spec.mtls.mode").unwrap_or_default();
            let message = match (mode, wants) {
                ("DISABLE" | "SIMPLE" | "MUTUAL", "STRICT") => {
                    format!(
                        "{} demands the mesh's mutual TLS (STRICT), and this rule sends {}",
                        policy.id(),
                        sends(mode)
                    )
                }
                ("ISTIO_MUTUAL", "DISABLE") => {
                    format!(
                        "{} turns mutual TLS off (DISABLE), and this rule sends it",
                        policy.id()
                    )
                }
                _ => continue,
            };
            let at = policy.at("spec.mtls.mode").unwrap_or(policy.name_node());
            let finding = rule
                .finding(&CONFLICT, node, message)
                .related(policy.place(at), "the other side")
                .help("leave `tls` out: Istio finds the mode by itself; requests fail with the status 503 until then");
            findings.push(unless_sure(finding, is_sure));
        }
    }
}

/// Of policies of one rank for the same pods the oldest holds, which no page shows.
fn rivals(group: &Group<'_>, findings: &mut Vec<Diagnostic>) {
    let mut settings = IndexSet::new();
    let mut by_namespace: IndexMap<_, Vec<_>> = IndexMap::new();
    for policy in group.of(SECURITY, "PeerAuthentication") {
        let own = Selector::of_label_selector(policy.at("spec.selector"));
        let says =
            ["spec.mtls", "spec.portLevelMtls"].map(|path| policy.at(path).map(Node::to_json));
        let (says, _) = settings.insert_full(says);
        by_namespace.entry(policy.namespace).or_default().push((policy, own, says));
    }
    type Rival<'g, 'a> = (&'g Object<'a>, Selector<'a>, usize);
    let are_rivals = |(one, own, says): &Rival<'_, '_>, (other, theirs, say): &Rival<'_, '_>| {
        says != say && !one.is_alternative_to(other) && own.covers(theirs) && theirs.covers(own)
    };
    for policies in by_namespace.into_values() {
        for members in conflicts(policies, are_rivals) {
            let (policy, ..) = &members[1];
            let others =
                || members.iter().map(|(other, ..)| *other).filter(|other| !other.is(policy));
            let names = listed(others().map(|other| other.name));
            let what = match others().count() {
                1 => "is for the same pods and says something else",
                _ => "are for the same pods, and not all of them say the same",
            };
            let finding = policy.finding_at_name(&RIVALS, format!("{names} {what}"));
            let finding = others().fold(finding, |finding, other| {
                finding.related(other.place(other.name_node()), format!("{} is here", other.id()))
            });
            findings.push(finding.help("the oldest of them holds; keep one"));
        }
    }
}

fn sends(mode: &str) -> &'static str {
    if mode == "DISABLE" { "plain text" } else { "TLS of its own" }
}

/// Every TLS mode that a rule sets: for all ports, for one, for a subset.
fn tls_modes<'a>(rule: &Object<'a>) -> Vec<&'a Node> {
    let mut modes = Vec::new();
    let subsets =
        rule.items("spec.subsets").iter().filter_map(|subset| subset.get("trafficPolicy"));
    for policy in rule.at("spec.trafficPolicy").into_iter().chain(subsets) {
        let ports = policy.get("portLevelSettings").map(Node::items).unwrap_or_default();
        for settings in std::iter::once(policy).chain(ports) {
            modes.extend(settings.get("tls").and_then(|tls| tls.get("mode")));
        }
    }
    modes
}

/// The PeerAuthentication that holds for the pods behind a rule's host, and whether that is sure: the mesh's own holds for
/// pods that have a proxy, which not every group shows.
///
/// One for those pods comes before one for the namespace, and that before the mesh's. Where two of the same rank say
/// different things, or one has settings for single ports, nothing is sure.
fn policy_for<'g, 'a>(group: &'g Group<'a>, rule: &Object<'a>) -> Option<(&'g Object<'a>, bool)> {
    let host = rule.text("spec.host")?;
    let (name, namespace) = match Host::of(host, rule.namespace) {
        Host::Service(name, namespace) => (Some(name), namespace),
        Host::Other("*.local" | "*.svc.cluster.local" | "*") => {
            return sole(mesh_wide(group)).map(|policy| (policy, true));
        }
        Host::Other(other) => {
            (None, Some(other.strip_prefix("*.")?.strip_suffix(".svc.cluster.local")?))
        }
    };
    let is_part =
        |policy: &Object<'a>| !policy.is_whole() && may_be_same(policy.namespace, namespace);
    if group.shown(SECURITY, "PeerAuthentication").any(is_part) {
        return None;
    }
    // A host that a ServiceEntry brings is outside the mesh.
    let own: Vec<&Object<'a>> = group
        .of(SECURITY, "PeerAuthentication")
        .filter(|policy| policy.namespace == namespace)
        .collect();
    let selector = name.and_then(|name| {
        let service = group.find(CORE, "Service", namespace, name).next()?;
        Some(Selector::of_map(service.at("spec.selector")))
    });
    let is_gateway = name.is_some_and(|name| is_of_gateway(group, name, namespace));
    let in_mesh = match &selector {
        // What a Service without a selector leads to, others say; a gateway's listeners say themselves what they take.
        Some(selector) if selector.is_empty() || is_stock_gateway(selector) => Some(false),
        Some(selector) => are_proxied(group, namespace?, selector),
        None if is_gateway => Some(false),
        // Without pods to look for, the namespace has to show it.
        None => {
            Some(group.namespace(namespace).is_some_and(injects) || group.is_ambient(namespace))
        }
    };
    // Nothing holds for pods without a proxy.
    if in_mesh == Some(false) && (selector.is_some() || is_gateway) {
        return None;
    }
    let has_selector =
        |policy: &&Object<'a>| !Selector::of_label_selector(policy.at("spec.selector")).is_empty();
    let for_pods: Vec<&Object<'a>> = own.iter().copied().filter(has_selector).collect();
    let selected: Vec<&Object<'a>> = for_pods
        .iter()
        .copied()
        .filter(|policy| {
            let own = Selector::of_label_selector(policy.at("spec.selector"));
            selector.as_ref().is_some_and(|selector| !own.is_empty() && own.covers(selector))
        })
        .collect();
    if !selected.is_empty() {
        return sole(selected).map(|policy| (policy, true));
    }
    if !for_pods.is_empty() {
        // One of them may be for these pods.
        return None;
    }
    if !own.is_empty() {
        return sole(own).map(|policy| (policy, true));
    }
    let policy = sole(mesh_wide(group)).filter(|_| in_mesh != Some(false))?;
    Some((policy, in_mesh == Some(true)))
}

/// Whether a Service is the one that Istio makes for a Gateway of the Gateway API.
fn is_of_gateway(group: &Group<'_>, name: &str, namespace: Option<&str>) -> bool {
    GatewayPods::all(group).any(|pods| {
        may_be_same(pods.gateway.namespace, namespace)
            && name.strip_prefix(pods.gateway.name).and_then(|rest| rest.strip_prefix('-'))
                == Some(pods.class)
    })
}

fn mesh_wide<'g, 'a>(group: &'g Group<'a>) -> Vec<&'g Object<'a>> {
    group
        .of(SECURITY, "PeerAuthentication")
        .filter(|policy| {
            policy.namespace.is_some_and(|namespace| ROOT_NAMESPACES.contains(&namespace))
                && Selector::of_label_selector(policy.at("spec.selector")).is_empty()
        })
        .collect()
}

/// The first of several policies, where all of them say the same.
fn sole<'g, 'a>(policies: Vec<&'g Object<'a>>) -> Option<&'g Object<'a>> {
    let first = *policies.first()?;
    let mode = |policy: &Object<'a>| text(policy.at("spec.mtls")?, "mode");
    let is_plain = |policy: &&Object<'a>| {
        policy.at("spec.portLevelMtls").is_none()
            && mode(policy) == mode(first)
            && may_be_same(policy.namespace, first.namespace)
    };
    policies.iter().all(is_plain).then_some(first)
}
