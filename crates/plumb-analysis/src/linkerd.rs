//! Linkerd's policies, which lean on each other by name.

use super::analyzer::Analyzer;
use super::group::{CORE, Group, Object, Pod, Reach, Sought, absent, is_injected, text};
use plumb_kube::Node;
use plumb_kube::fault::listed;
use plumb_kube::select::Selector;
use plumb_text::diag::{Diagnostic, codes};

codes! {
    /// The findings of this analyzer.
    CODES:
    REFERENCE_MISSING = "linkerd-reference-missing", Warn, "a policy of Linkerd's names another that the group does not define, beside others of its kind";
    SERVER_SELECTS_NOTHING = "linkerd-server-selects-nothing", Warn, "a Server selects none of the workloads that the group shows";
    PORT_MISSING = "linkerd-server-port-missing", Warn, "a Server is for a port by a name that no container has";
}

/// The analyzer of this file.
pub(super) const ANALYZER: Analyzer = Analyzer { codes: CODES, run: analyse };

const POLICY: &str = "policy.linkerd.io";

fn analyse(group: &Group<'_>, findings: &mut Vec<Diagnostic>) {
    for policy in group.named(POLICY, "AuthorizationPolicy") {
        let required = policy.items("spec.requiredAuthenticationRefs").iter();
        for reference in policy.at("spec.targetRef").into_iter().chain(required) {
            findings.extend(missing(group, policy, reference));
        }
    }
    for route in group.named(POLICY, "HTTPRoute") {
        for reference in route
            .items("spec.parentRefs")
            .iter()
            .filter(|parent| text(parent, "kind") == Some("Server"))
        {
            findings.extend(missing(group, route, reference));
        }
    }
    for server in group.of(POLICY, "Server") {
        findings.extend(of_server(group, server));
    }
}

fn missing<'a>(group: &Group<'a>, policy: &Object<'a>, reference: &Node) -> Option<Diagnostic> {
    let (kind, node) = (text(reference, "kind")?, reference.get("name")?);
    let name = node.as_str()?;
    let namespace = text(reference, "namespace").or(policy.namespace);
    let api = text(reference, "group").unwrap_or(CORE);
    // Namespaces and accounts are seldom shown in full.
    if api != POLICY {
        return None;
    }
    let Sought::Missing(of_kind) = group.seek(policy, (api, kind), namespace, name) else {
        return None;
    };
    let finding =
        policy.finding(&REFERENCE_MISSING, node, format!("no {kind} `{name}` is shown here"));
    Some(absent(finding, name, &of_kind))
}

fn of_server<'a>(group: &Group<'a>, server: &Object<'a>) -> Option<Diagnostic> {
    let node = server.at("spec.podSelector")?;
    let selector = Selector::of_label_selector(Some(node));
    let nothing =
        group.selects_nothing(server, &SERVER_SELECTS_NOTHING, node, &selector, Reach::Namespace);
    if nothing.is_some() {
        return nothing;
    }
    let port = server.at("spec.port")?;
    let name = port.as_str()?;
    let pods: Vec<&Pod<'a>> =
        group.pods_in(server.namespace).filter(|pod| selector.may_match(&pod.labels)).collect();
    let names: Vec<&str> =
        pods.iter().flat_map(|pod| pod.ports()).filter_map(|(name, _)| name).collect();
    let owner = group.owner(pods.first()?);
    if names.contains(&name)
        || is_injected(name)
        || !pods.iter().all(|pod| pod.knows_containers)
        || group.may_select_more(&selector, server.namespace)
    {
        return None;
    }
    let finding = server
        .finding(
            &PORT_MISSING,
            port,
            format!("no container of the selected pods has a port `{name}`"),
        )
        .did_you_mean(name, names.iter().copied())
        .related(owner.place(owner.name_node()), format!("{} is selected", owner.id()));
    Some(match names.is_empty() {
        true => finding.help("its containers name no port"),
        false => finding.help(format!("its containers' ports: {}", listed(names))),
    })
}
