//! The spec of a pod, in a Pod or in a template.

use super::declare::declare;
use super::{containers, fields, scheduling, volumes};
use crate::at::At;
use crate::fault::Faults;
use crate::names;

declare! {
POD_CONTAINERS = "pod-containers", "ValidatePodSpec", "a pod without a container",
"A pod runs at least one container. Ephemeral containers are added to a running pod (`kubectl debug`) and cannot be set in a manifest.",
"Pod.spec", "containers: []", "containers: [{name: web, image: nginx}]";

POD_DNS = "pod-dns", "validatePodDNSConfig", "DNS settings that do not go together",
"With `dnsPolicy: None` nothing is known but what `dnsConfig` says, so it names at least one server. Servers are at most three, and \
IP addresses, as are those of `hostAliases`.",
"Pod.spec", "containers: [{name: web, image: nginx}]\ndnsPolicy: None",
"containers: [{name: web, image: nginx}]\ndnsPolicy: None\ndnsConfig: {nameservers: [1.1.1.1]}";

POD_REFERENCE = "pod-reference", "ValidatePodSpec", "a name that the thing it refers to cannot have",
"`serviceAccountName` (once `serviceAccount`), `priorityClassName`, `runtimeClassName` and `nodeName` are names of objects (DNS-1123 subdomains); \
`hostname` and `subdomain` are DNS-1123 labels.",
"Pod.spec", "containers: [{name: web, image: nginx}]\nserviceAccountName: Web_App",
"containers: [{name: web, image: nginx}]\nserviceAccountName: web-app";

POD_NAMESPACES = "pod-namespaces", "validateHostUsers, validatePodSpecSecurityContext", "namespaces of the host and of the pod at once",
"A pod shares the host's processes (`hostPID`) or its containers' (`shareProcessNamespace`), not both. One with users of its own \
(`hostUsers: false`) has no network, processes or IPC of the host; only such a pod can ask for `procMount: Unmasked`.",
"Pod.spec", "containers: [{name: web, image: nginx}]\nhostPID: true\nshareProcessNamespace: true",
"containers: [{name: web, image: nginx}]\nshareProcessNamespace: true";

POD_OS = "pod-os", "validateOS", "settings of the other operating system",
"A pod that says `os: {name: windows}` has no settings of Linux, such as `runAsUser`, `fsGroup` or `capabilities`; one that says `linux` has \
no `windowsOptions`.",
"Pod.spec", "os: {name: windows}\ncontainers: [{name: web, image: iis, securityContext: {runAsUser: 1000}}]",
"os: {name: windows}\ncontainers: [{name: web, image: iis, securityContext: {windowsOptions: {runAsUserName: Web}}}]";

POD_SYSCTL = "pod-sysctl", "validateSysctls", "a kernel parameter set twice, or one of the host's",
"A parameter stands once. What belongs to the network (`net.*`) or to IPC (`kernel.shm*`, `kernel.msg*`, `kernel.sem`, `fs.mqueue.*`) is \
the host's in a pod with `hostNetwork` or `hostIPC`, and cannot be set there.",
"Pod.spec",
"hostNetwork: true\nsecurityContext: {sysctls: [{name: net.core.somaxconn, value: \"1024\"}]}\ncontainers: [{name: web, image: nginx}]",
"securityContext: {sysctls: [{name: net.core.somaxconn, value: \"1024\"}]}\ncontainers: [{name: web, image: nginx}]";

RESOURCE_CLAIM = "resource-claim", "validatePodResourceClaims", "a claim to a device that leads nowhere",
"An entry of `resourceClaims` names a ResourceClaim or a template for one. A container's `resources.claims` name entries of the pod's list.",
"Pod.spec",
"containers: [{name: web, image: nginx, resources: {claims: [{name: gpu}]}}]",
"resourceClaims: [{name: gpu, resourceClaimTemplateName: gpu}]\ncontainers: [{name: web, image: nginx, resources: {claims: [{name: gpu}]}}]";

SCHEDULING_GATE = "scheduling-gate", "validateSchedulingGates", "gates of a pod that is scheduled already",
"A pod with `schedulingGates` waits for them before a node is chosen, so `nodeName` must not be set; gates must be unique.",
"Pod.spec", "nodeName: node-1\nschedulingGates: [{name: example.com/quota}]\ncontainers: [{name: web, image: nginx}]",
"schedulingGates: [{name: example.com/quota}]\ncontainers: [{name: web, image: nginx}]";
}

/// Checks a pod's spec. `claims` are the volumes that the claim templates of a StatefulSet add, which also says what its pods are
/// called (`ValidateStatefulSetSpec`); none for any other pod.
pub(super) fn spec(spec: &At<'_>, claims: Option<&[&str]>, out: &mut Faults) {
    let list = spec.field("containers");
    if list.node.as_seq().is_some_and(<[_]>::is_empty) {
        out.required(&POD_CONTAINERS, &list, "");
    }
    if let Some(at) = spec.get("ephemeralContainers").filter(|at| !at.items().is_empty()) {
        out.forbidden(&POD_CONTAINERS, &at, "cannot be set on create").on_only(&[&at]);
    }
    fields::pod(spec, out);
    containers::amounts(&spec.map("overhead"), spec, out);
    containers::bytes(spec, "overhead", out);
    containers::containers(spec, out);
    volumes::volumes(spec, claims.unwrap_or_default(), out);
    scheduling::scheduling(spec, out);
    if let Some(resources) = spec.get("resources") {
        containers::resources(&resources, out);
    }
    if let Some(context) = spec.get("securityContext") {
        containers::profiles(&context, out);
    }
    dns(spec, out);
    namespaces(spec, out);
    system(spec, out);
    sysctls(spec, out);
    claims_to_devices(spec, out);
    let gates = spec.list("schedulingGates");
    out.unique(&SCHEDULING_GATE, &gates, "name");
    if let Some(node) = spec.get("nodeName").filter(|at| !gates.is_empty() && at.str() != Some(""))
    {
        let why = "cannot be set until all schedulingGates have been cleared";
        out.forbidden(&SCHEDULING_GATE, &node, why).on_only(&[&node, &gates[0]]);
    }
    let subdomain: fn(&str) -> Option<&'static str> = names::subdomain;
    let references = [
        ("serviceAccountName", subdomain),
        ("serviceAccount", subdomain),
        ("priorityClassName", subdomain),
        ("runtimeClassName", subdomain),
        ("nodeName", subdomain),
        ("hostname", names::label),
        ("subdomain", names::label),
    ];
    for (field, check) in references {
        if claims.is_some() && matches!(field, "hostname" | "subdomain") {
            continue;
        }
        if let Some(at) = spec.get(field)
            && let Some(text) = at.str().filter(|text| !text.is_empty())
            && let Some(why) = check(text)
        {
            out.invalid(&POD_REFERENCE, &at, why);
        }
    }
}

/// The containers and init containers of a pod.
fn every_container<'n>(spec: &At<'n>) -> Vec<At<'n>> {
    spec.list("containers").into_iter().chain(spec.list("initContainers")).collect()
}

fn namespaces(spec: &At<'_>, out: &mut Faults) {
    if spec.is_true("hostPID") && spec.is_true("shareProcessNamespace") {
        let at = spec.field("shareProcessNamespace");
        out.invalid(
            &POD_NAMESPACES,
            &at,
            "ShareProcessNamespace and HostPID cannot both be enabled",
        );
    }
    let own_users = spec.get("hostUsers").and_then(|at| at.node.as_bool()) == Some(false);
    for field in ["hostNetwork", "hostPID", "hostIPC"] {
        if own_users && spec.is_true(field) {
            let (users, host) = (spec.field("hostUsers"), spec.field(field));
            out.forbidden(&POD_NAMESPACES, &host, "when `hostUsers` is false")
                .on_only(&[&users, &host]);
        }
    }
    for container in every_container(spec) {
        if let Some(mount) = container.at(&["securityContext", "procMount"])
            && mount.str() == Some("Unmasked")
            && !own_users
        {
            out.invalid(&POD_NAMESPACES, &mount, "`hostUsers` must be false to use `Unmasked`")
                .on(&spec.field("hostUsers"));
        }
    }
}

/// What only pods on Linux have, in the pod's spec and its security context.
const LINUX_POD: &[&str] = &["hostUsers", "hostPID", "hostIPC", "shareProcessNamespace"];
const LINUX_CONTEXT: &[&str] = &[
    "appArmorProfile",
    "seLinuxOptions",
    "seccompProfile",
    "runAsUser",
    "runAsGroup",
    "fsGroup",
    "fsGroupChangePolicy",
    "sysctls",
    "supplementalGroups",
    "supplementalGroupsPolicy",
    "seLinuxChangePolicy",
    "capabilities",
    "readOnlyRootFilesystem",
    "privileged",
    "allowPrivilegeEscalation",
    "procMount",
];

fn system(spec: &At<'_>, out: &mut Faults) {
    let contexts: Vec<At<'_>> = std::iter::once(spec.clone())
        .chain(every_container(spec))
        .filter_map(|at| at.get("securityContext"))
        .collect();
    let (fields, why) = match spec.get("os").map(|os| os.text("name")) {
        Some("windows") => (LINUX_CONTEXT, "cannot be set for a windows pod"),
        Some("linux") => (&["windowsOptions"][..], "windows options cannot be set for a linux pod"),
        _ => return,
    };
    let os = spec.field("os").field("name");
    for context in &contexts {
        for field in context.set(fields) {
            let at = context.field(field).keyed();
            out.forbidden(&POD_OS, &at, why).on_only(&[&os, &at]);
        }
    }
    if fields == LINUX_CONTEXT {
        for field in LINUX_POD.iter().filter(|field| {
            spec.get(field)
                .is_some_and(|at| at.node.as_bool() != Some(false) || **field == "hostUsers")
        }) {
            let at = spec.field(field);
            out.forbidden(&POD_OS, &at, why).on_only(&[&os, &at]);
        }
    }
}

fn sysctls(spec: &At<'_>, out: &mut Faults) {
    let list = spec.get("securityContext").map(|at| at.list("sysctls")).unwrap_or_default();
    out.unique(&POD_SYSCTL, &list, "name");
    for name in list.iter().filter_map(|sysctl| sysctl.get("name")) {
        let text = name.str().unwrap_or_default().replace('/', ".");
        let ipc = ["kernel.shm", "kernel.msg", "fs.mqueue."];
        if text.starts_with("net.") && spec.is_true("hostNetwork") {
            out.invalid(&POD_SYSCTL, &name, "may not be specified when 'hostNetwork' is true");
        } else if (text == "kernel.sem" || ipc.iter().any(|start| text.starts_with(start)))
            && spec.is_true("hostIPC")
        {
            out.invalid(&POD_SYSCTL, &name, "may not be specified when 'hostIPC' is true");
        }
    }
}

fn claims_to_devices(spec: &At<'_>, out: &mut Faults) {
    let claims = spec.list("resourceClaims");
    out.unique(&RESOURCE_CLAIM, &claims, "name");
    for claim in &claims {
        let why = match claim.set(&["resourceClaimName", "resourceClaimTemplateName"]).len() {
            0 => "must specify one of: `resourceClaimName`, `resourceClaimTemplateName`",
            1 => continue,
            _ => {
                "at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified"
            }
        };
        // Later versions have other ways to name a claim.
        if claim
            .names()
            .iter()
            .all(|name| ["name", "resourceClaimName", "resourceClaimTemplateName"].contains(name))
        {
            out.invalid(&RESOURCE_CLAIM, claim, why);
        }
    }
    let known: Vec<&str> = claims.iter().map(|claim| claim.text("name")).collect();
    for container in every_container(spec) {
        let used = container.get("resources").map(|at| at.list("claims")).unwrap_or_default();
        for name in used.iter().filter_map(|claim| claim.get("name")) {
            if let Some(text) = name.str().filter(|text| !known.contains(text)) {
                let near =
                    plumb_text::diag::nearest(text, known.iter().copied()).map(str::to_owned);
                out.not_found(&RESOURCE_CLAIM, &name, &spec.field("resourceClaims")).near(near);
            }
        }
    }
}

fn dns(spec: &At<'_>, out: &mut Faults) {
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
