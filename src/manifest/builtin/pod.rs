//! The spec of a pod, in a Pod or in a template.

use super::at::{At, Out};
use super::{containers, declare, scheduling, volumes};
use crate::manifest::names;

declare! {
POD_CONTAINERS = "pod-containers", "a pod without a container",
"A pod runs at least one container. Ephemeral containers are added to a running pod (`kubectl debug`) and cannot stand in a manifest.",
"Pod.spec", "containers: []", "containers: [{name: web, image: nginx}]";

POD_DNS = "pod-dns", "DNS settings that do not go together",
"With `dnsPolicy: None` nothing is known but what `dnsConfig` says, so it names at least one server. Servers are at most three, and \
IP addresses, as are those of `hostAliases`.",
"Pod.spec", "containers: [{name: web, image: nginx}]\ndnsPolicy: None",
"containers: [{name: web, image: nginx}]\ndnsPolicy: None\ndnsConfig: {nameservers: [1.1.1.1]}";

POD_REFERENCE = "pod-reference", "a name that the thing it refers to cannot have",
"`serviceAccountName`, `priorityClassName`, `runtimeClassName` and `nodeName` are names of objects (DNS-1123 subdomains); \
`hostname` and `subdomain` are DNS-1123 labels.",
"Pod.spec", "containers: [{name: web, image: nginx}]\nserviceAccountName: Web_App",
"containers: [{name: web, image: nginx}]\nserviceAccountName: web-app";

POD_NAMESPACES = "pod-namespaces", "two ways of sharing processes",
"A pod shares the host's processes (`hostPID`) or its containers' (`shareProcessNamespace`), not both.",
"Pod.spec", "containers: [{name: web, image: nginx}]\nhostPID: true\nshareProcessNamespace: true",
"containers: [{name: web, image: nginx}]\nshareProcessNamespace: true";
}

/// Checks a pod's spec. `claims` are the volumes that a StatefulSet's claim templates add.
pub(super) fn spec(spec: &At<'_>, claims: &[&str], out: &mut Out<'_>) {
    let list = spec.field("containers");
    if list.node.as_seq().is_some_and(<[_]>::is_empty) {
        out.required(&POD_CONTAINERS, &list, "");
    }
    if let Some(at) = spec.get("ephemeralContainers").filter(|at| !at.items().is_empty()) {
        out.forbidden(&POD_CONTAINERS, &at, "cannot be set on create");
    }
    containers::containers(spec, out);
    volumes::volumes(spec, claims, out);
    scheduling::scheduling(spec, out);
    if let Some(resources) = spec.get("resources") {
        containers::resources(&resources, out);
    }
    if let Some(context) = spec.get("securityContext") {
        containers::profiles(&context, out);
    }
    dns(spec, out);
    let subdomain: fn(&str) -> Option<&'static str> = names::subdomain;
    let references = [
        ("serviceAccountName", subdomain),
        ("priorityClassName", subdomain),
        ("runtimeClassName", subdomain),
        ("nodeName", subdomain),
        ("hostname", names::label),
        ("subdomain", names::label),
    ];
    for (field, check) in references {
        if let Some(at) = spec.get(field)
            && let Some(text) = at.str().filter(|text| !text.is_empty())
            && let Some(why) = check(text)
        {
            out.invalid(&POD_REFERENCE, &at, why);
        }
    }
    if spec.is_true("hostPID") && spec.is_true("shareProcessNamespace") {
        let at = spec.field("shareProcessNamespace");
        out.invalid(
            &POD_NAMESPACES,
            &at,
            "ShareProcessNamespace and HostPID cannot both be enabled",
        );
    }
}

fn dns(spec: &At<'_>, out: &mut Out<'_>) {
    let servers = spec.get("dnsConfig").map(|at| at.list("nameservers")).unwrap_or_default();
    if spec.text("dnsPolicy") == "None" && servers.is_empty() {
        let at = spec.field("dnsConfig").field("nameservers").keyed();
        out.required(
            &POD_DNS,
            &at,
            "must provide at least one DNS nameserver when `dnsPolicy` is None",
        );
    }
    if let Some(fourth) = servers.get(3) {
        out.invalid(&POD_DNS, fourth, "must not have more than 3 nameservers");
    }
    let aliases = spec.list("hostAliases");
    let addresses = aliases.iter().filter_map(|alias| alias.get("ip"));
    for address in servers.iter().cloned().chain(addresses) {
        if address.str().is_some_and(|text| !names::is_ip(text)) {
            out.invalid(&POD_DNS, &address, "must be a valid IP address");
        }
    }
}
