//! Containers: names, images, ports, environment, resources, probes.

use super::declare::declare;
use super::quantity;
use crate::at::At;
use crate::fault::{ErrorType, Faults, Rule, repetitions};
use crate::names;

declare! {
CONTAINER_NAME = "container-name", "validateContainerCommon", "a container without a name that can be one",
"A container's name is a DNS-1123 label: it becomes part of host names, logs and metrics.",
"Pod.spec", "containers: [{name: Web_1, image: nginx}]", "containers: [{name: web-1, image: nginx}]";

DUPLICATE_CONTAINER = "duplicate-container", "validateContainers", "two containers of a pod with one name",
"Containers, init containers included, are told apart by their names.",
"Pod.spec", "containers: [{name: web, image: nginx}]\ninitContainers: [{name: web, image: busybox}]",
"containers: [{name: web, image: nginx}]\ninitContainers: [{name: prepare, image: busybox}]";

CONTAINER_IMAGE = "container-image", "validateContainerCommon", "a container without an image",
"The schema leaves `image` optional for tools that fill it in; the API server does not.",
"Pod.spec", "containers: [{name: web}]", "containers: [{name: web, image: nginx}]";

PORT_NAME = "port-name", "validateContainerPorts", "a port's name that is not an IANA service name",
"The name of a container's port has at most 15 characters: lower-case letters, digits and single `-`, with at least one letter. \
It stands for the port in a probe or in a Service's `targetPort`, where a number in quotes is therefore no name either.",
"Pod.spec", "containers: [{name: web, image: nginx, ports: [{name: HTTP_Main, containerPort: 80}]}]",
"containers: [{name: web, image: nginx, ports: [{name: http-main, containerPort: 80}]}]";

DUPLICATE_PORT_NAME = "duplicate-port-name", "validateContainerPorts", "two ports of a container with one name",
"A port's name must mean one port of its container.",
"Pod.spec", "containers: [{name: web, image: nginx, ports: [{name: http, containerPort: 80}, {name: http, containerPort: 81}]}]",
"containers: [{name: web, image: nginx, ports: [{name: http, containerPort: 80}, {name: admin, containerPort: 81}]}]";

HOST_PORT = "host-port", "checkHostPortConflicts", "a port of the host that cannot be had",
"Two containers of a pod cannot have the same port of the host. In a pod on the host's network, the container's port *is* the \
host's, so `hostPort` must be the same number.",
"Pod.spec", "hostNetwork: true\ncontainers: [{name: web, image: nginx, ports: [{containerPort: 80, hostPort: 8080}]}]",
"hostNetwork: true\ncontainers: [{name: web, image: nginx, ports: [{containerPort: 80, hostPort: 80}]}]";

ENV_NAME = "env-name", "ValidateEnv", "a variable's name that cannot be one",
"The name of an environment variable is printable ASCII without `=`.",
"Pod.spec", "containers: [{name: web, image: nginx, env: [{name: A=B, value: c}]}]",
"containers: [{name: web, image: nginx, env: [{name: A, value: c}]}]";

ENV_SOURCE = "env-source", "validateEnvVarValueFrom", "a variable with no source, or with several",
"A variable has a `value` or takes it from one place: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or \
`fileKeyRef`. An entry of `envFrom` names one of `configMapRef` and `secretRef`.",
"Pod.spec",
"containers:\n- name: web\n  image: nginx\n  env: [{name: A, value: b, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]",
"containers:\n- name: web\n  image: nginx\n  env: [{name: A, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]";

FIELD_REF = "field-ref", "validateObjectFieldSelector", "a field that a container cannot ask for",
"`fieldRef` gives a container its own name, namespace, uid, labels and annotations (by key), node, service account and \
addresses; `resourceFieldRef` gives limits and requests.",
"Pod.spec",
"containers:\n- name: web\n  image: nginx\n  env: [{name: A, valueFrom: {fieldRef: {fieldPath: metadata.labels.app}}}]",
"containers:\n- name: web\n  image: nginx\n  env: [{name: A, valueFrom: {fieldRef: {fieldPath: \"metadata.labels['app']\"}}}]";

QUANTITY = "quantity", "resource.ParseQuantity", "an amount that is not a quantity",
"A quantity is a number with an optional suffix: `m` (thousandths), `k M G T P E` (powers of 1000), `Ki Mi Gi Ti Pi Ei` (powers \
of 1024), or an exponent (`1e3`). No space, no `B`, and letter case matters: `m` is a thousandth and `M` a million.",
"Pod.spec", "containers: [{name: web, image: nginx, resources: {requests: {memory: 128 MB}}}]",
"containers: [{name: web, image: nginx, resources: {requests: {memory: 128M}}}]";

FRACTIONAL_BYTES = "fractional-bytes", "GetWarningsForPod, GetWarningsForPersistentVolumeClaimSpec", "a part of a byte", "The API server takes an amount of memory or storage that is no whole \
number of bytes, and warns of it: `m` is for thousandths, so `64m` of memory is less than a byte. `64Mi` or `64M` was meant. Of more than a \
mebibyte nothing is said: the part of a byte in `0.1Gi` is rounded up.",
"Pod.spec", "containers: [{name: web, image: nginx, resources: {limits: {memory: 64m}}}]", "containers: [{name: web, image: nginx, resources: {limits: {memory: 64Mi}}}]", level Warn;

RESOURCE_NAME = "resource-name", "validateContainerResourceName", "a resource that containers do not have",
"The resources without a prefix are `cpu`, `memory`, `ephemeral-storage` and `hugepages-SIZE`. Any other is somebody's own and \
has its domain before it, such as `nvidia.com/gpu`.",
"Pod.spec", "containers: [{name: web, image: nginx, resources: {limits: {gpu: 1}}}]",
"containers: [{name: web, image: nginx, resources: {limits: {nvidia.com/gpu: 1}}}]";

REQUEST_ABOVE_LIMIT = "request-above-limit", "ValidateContainerResourceRequirements", "a request above its limit",
"A request is what a container is sure to get, a limit what it may use at most, so a request is not above its limit. What cannot \
be overcommitted (huge pages, devices) is requested at its limit.",
"Pod.spec", "containers: [{name: web, image: nginx, resources: {requests: {cpu: 2}, limits: {cpu: 500m}}}]",
"containers: [{name: web, image: nginx, resources: {requests: {cpu: 500m}, limits: {cpu: 2}}}]";

PROBE_HANDLER = "probe-handler", "validateHandler", "a probe or hook that says nothing, or too much",
"A probe asks in one way: `httpGet`, `tcpSocket`, `exec` or `grpc`. A hook acts in one way: `exec`, `httpGet`, `tcpSocket` or \
`sleep`.",
"Pod.spec", "containers: [{name: web, image: nginx, livenessProbe: {periodSeconds: 5}}]",
"containers: [{name: web, image: nginx, livenessProbe: {tcpSocket: {port: 80}, periodSeconds: 5}}]";

PROBE_VALUE = "probe-value", "validateProbe", "a setting that this probe does not take",
"A liveness or startup probe has succeeded after one success, so its `successThreshold` is 1. A readiness probe ends no \
container, so it has no `terminationGracePeriodSeconds`. A hook that sleeps ends within the pod's `terminationGracePeriodSeconds` (30 \
unless it is written).",
"Pod.spec", "containers: [{name: web, image: nginx, livenessProbe: {tcpSocket: {port: 80}, successThreshold: 2}}]",
"containers: [{name: web, image: nginx, readinessProbe: {tcpSocket: {port: 80}, successThreshold: 2}}]";

PROBE_PORT = "probe-port", "ValidatePortNumOrName", "a port that is none",
"A port is a number from 1 to 65535, or the name of a port, which has a letter in it. `\"80\"` is neither: write `80`.",
"Pod.spec", "containers: [{name: web, image: nginx, livenessProbe: {httpGet: {path: /, port: \"80\"}}}]",
"containers: [{name: web, image: nginx, livenessProbe: {httpGet: {path: /, port: 80}}}]";

INIT_CONTAINER = "init-container", "validateInitContainers", "an init container with a probe or a hook",
"An init container ends before the pod runs, so nothing can probe it. One with `restartPolicy: Always` is a sidecar and goes on, \
so it may have probes and hooks.",
"Pod.spec",
"containers: [{name: web, image: nginx}]\ninitContainers: [{name: log, image: log, readinessProbe: {tcpSocket: {port: 80}}}]",
"containers: [{name: web, image: nginx}]\ninitContainers: [{name: log, image: log, restartPolicy: Always, readinessProbe: {tcpSocket: {port: 80}}}]";

SECURITY_CONTEXT = "security-context", "ValidateSecurityContext", "security settings that contradict each other",
"A privileged container may always escalate its privileges, so `allowPrivilegeEscalation: false` contradicts `privileged: true`, \
and `CAP_SYS_ADMIN` likewise. A profile of the type `Localhost` names its file in `localhostProfile`; no other type does.",
"Pod.spec",
"containers: [{name: web, image: nginx, securityContext: {privileged: true, allowPrivilegeEscalation: false}}]",
"containers: [{name: web, image: nginx, securityContext: {allowPrivilegeEscalation: false}}]";
}

/// Every container of a pod: what concerns them one by one.
pub(super) fn containers(spec: &At<'_>, out: &mut Faults) {
    let (main, init) = (spec.list("containers"), spec.list("initContainers"));
    let all: Vec<At<'_>> = main.iter().chain(&init).cloned().collect();
    out.unique(&DUPLICATE_CONTAINER, &all, "name");
    for container in &main {
        check(container, out);
    }
    for container in &init {
        check(container, out);
        if container.text("restartPolicy") != "Always" {
            for name in
                container.set(&["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"])
            {
                let at = container.field(name).keyed();
                let why = "may not be set for init containers without restartPolicy=Always";
                let policy = container.field("restartPolicy");
                out.forbidden(&INIT_CONTAINER, &at, why).on_only(&[&policy, &at]);
            }
        }
    }
    if spec.is_true("hostNetwork") {
        own_ports(&main, out);
    }
    host_ports(&main, out);
    for container in &init {
        host_ports(std::slice::from_ref(container), out);
    }
    let period = spec.field("terminationGracePeriodSeconds");
    let grace = period.int().filter(|grace| *grace >= 0).unwrap_or(30);
    for at in all.iter().filter_map(|container| container.get("lifecycle")) {
        for seconds in
            ["postStart", "preStop"].iter().filter_map(|hook| at.at(&[hook, "sleep", "seconds"]))
        {
            if seconds.int().is_some_and(|number| !(0..=grace).contains(&number)) {
                let why = format!(
                    "must be non-negative and less than terminationGracePeriodSeconds ({grace})"
                );
                out.invalid(&PROBE_VALUE, &seconds, why).on(&period);
            }
        }
    }
}

fn check(container: &At<'_>, out: &mut Faults) {
    let name = container.field("name");
    match name.str() {
        Some("") => {
            out.required(&CONTAINER_NAME, &name, "");
        }
        Some(text) => {
            if let Some(why) = names::label(text) {
                let better = names::mended(text, names::label);
                let finding = out.invalid(&CONTAINER_NAME, &name, why);
                finding.near(better);
            }
        }
        // Absent or of another type: the schema says so.
        None => {}
    }
    let image = container.field("image");
    match image.str() {
        Some("") => {
            out.required(&CONTAINER_IMAGE, &image, "");
        }
        Some(text) if text.trim() != text => {
            out.invalid(&CONTAINER_IMAGE, &image, "must not have leading or trailing whitespace");
        }
        None if image.node.is_null() => {
            out.required(&CONTAINER_IMAGE, &image, "");
        }
        _ => {}
    }
    ports(container, out);
    environment(container, out);
    if let Some(resources) = container.get("resources") {
        self::resources(&resources, out);
        for list in ["limits", "requests"] {
            bytes(&resources, list, out);
        }
    }
    for kind in ["livenessProbe", "readinessProbe", "startupProbe"] {
        if let Some(at) = container.get(kind) {
            probe(kind, &at, out);
        }
    }
    if let Some(lifecycle) = container.get("lifecycle") {
        for hook in ["postStart", "preStop"] {
            if let Some(at) = lifecycle.get(hook) {
                handler(&at, &["exec", "httpGet", "tcpSocket", "sleep"], out);
            }
        }
    }
    if let Some(at) = container.get("securityContext") {
        security(&at, out);
    }
    out.unique(&RESOURCE_NAME, &container.list("resizePolicy"), "resourceName");
}

fn ports(container: &At<'_>, out: &mut Faults) {
    let ports = container.list("ports");
    for port in &ports {
        if let Some(name) = port.get("name")
            && let Some(text) = name.str().filter(|text| !text.is_empty())
            && let Some(why) = names::port(text)
        {
            out.invalid(&PORT_NAME, &name, why);
        }
    }
    out.unique(&DUPLICATE_PORT_NAME, &ports, "name");
}

/// The ports of the host that containers ask for, and whose they are.
fn hosts<'n>(containers: &[At<'n>]) -> Vec<At<'n>> {
    let ports = containers.iter().flat_map(|container| container.list("ports"));
    let hosts = ports.filter_map(|port| port.get("hostPort"));
    hosts.filter(|at| at.int().is_some_and(|number| number > 0)).collect()
}

/// On the host's network, a port of the host is the container's (`validatePodHostNetworkDeps`, which passes over init containers).
fn own_ports(containers: &[At<'_>], out: &mut Faults) {
    for host in hosts(containers) {
        let inner = host.parent().and_then(|port| port.number("containerPort"));
        if inner.is_some() && inner != host.int() {
            out.invalid(&HOST_PORT, &host, "must match `containerPort` when `hostNetwork` is true");
        }
    }
}

fn host_ports(containers: &[At<'_>], out: &mut Faults) {
    let hosts = hosts(containers);
    let taken = repetitions(&hosts, |host| {
        let port = host.parent()?;
        let protocol = match port.text("protocol") {
            "" => "TCP",
            protocol => protocol,
        };
        Some((host.int(), protocol, port.text("hostIP")))
    });
    for (again, first) in taken {
        out.duplicate(&HOST_PORT, again, first);
    }
}

fn environment(container: &At<'_>, out: &mut Faults) {
    for variable in container.list("env") {
        let name = variable.field("name");
        if let Some(text) = name.str() {
            if text.is_empty() {
                out.required(&ENV_NAME, &name, "");
            } else if let Some(why) = names::variable(text) {
                out.invalid(&ENV_NAME, &name, why);
            }
        }
        let Some(from) = variable.get("valueFrom") else { continue };
        if !variable.text("value").is_empty() {
            out.invalid(
                &ENV_SOURCE,
                &from.clone().keyed(),
                "may not be specified when `value` is not empty",
            );
        }
        let sources = from.names();
        match sources.len() {
            0 => {
                let why = "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`";
                out.invalid(&ENV_SOURCE, &from, why).on_all(&from);
            }
            1 => field_reference(&from, out),
            _ => {
                out.invalid(
                    &ENV_SOURCE,
                    &from.keyed(),
                    "may not have more than one field specified at a time",
                );
            }
        }
    }
    for source in container.list("envFrom") {
        let set = source.set(&["configMapRef", "secretRef"]);
        if set.len() != 1 {
            let why = match set.is_empty() {
                true => "must specify one of: `configMapRef` or `secretRef`",
                false => "may not have more than one field specified at a time",
            };
            let fault = out.invalid(&ENV_SOURCE, &source, why);
            if set.is_empty() {
                fault.on_all(&source);
            }
        }
    }
}

const FIELDS: &[&str] = &[
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
];

fn field_reference(from: &At<'_>, out: &mut Faults) {
    if let Some(path) = from.get("fieldRef").and_then(|at| at.get("fieldPath"))
        && let Some(text) = path.str()
    {
        let keyed = ["metadata.labels['", "metadata.annotations['"];
        let key = keyed.iter().find_map(|start| text.strip_prefix(start)?.strip_suffix("']"));
        let by_key = key.is_some();
        if let Some(why) = key.and_then(|key| names::qualified(&key.to_ascii_lowercase())) {
            out.invalid(&FIELD_REF, &path, why);
        }
        if !FIELDS.contains(&text) && !by_key {
            let detail = format!(
                "supported values: {}, metadata.labels['KEY'], metadata.annotations['KEY']",
                FIELDS.join(", ")
            );
            let finding = out.not_supported(&FIELD_REF, &path, &[]);
            finding.detail = detail;
            let dotted = ["metadata.labels.", "metadata.annotations."]
                .into_iter()
                .find_map(|start| text.strip_prefix(start).map(|key| (start, key)));
            if let Some((start, key)) = dotted {
                finding
                    .help
                    .push(format!("did you mean `{}['{key}']`?", start.trim_end_matches('.')));
            } else if let Some(name) = plumb_text::diag::nearest(text, FIELDS.iter().copied()) {
                finding.near(Some(name));
            }
        }
    }
    if let Some(reference) = from.get("resourceFieldRef") {
        divisor(&reference, out);
    }
    if let Some(resource) = from.get("resourceFieldRef").and_then(|at| at.get("resource"))
        && let Some(text) = resource.str()
    {
        let name = text.strip_prefix("limits.").or_else(|| text.strip_prefix("requests."));
        let known = name.is_some_and(|n| {
            ["cpu", "memory", "ephemeral-storage"].contains(&n) || n.starts_with("hugepages-")
        });
        if !known {
            out.not_supported(&FIELD_REF, &resource, &[]).detail = "supported values: limits.cpu, limits.memory, limits.ephemeral-storage, requests.cpu, requests.memory, requests.ephemeral-storage".to_owned();
        }
    }
}

/// By what an amount is divided before a container sees it.
fn divisor(reference: &At<'_>, out: &mut Faults) {
    let Some(divisor) = reference.get("divisor") else { return };
    let (Some(amount), Some((_, resource))) =
        (quantity::of(divisor.node), reference.text("resource").split_once('.'))
    else {
        return;
    };
    let (values, shown): (&[&str], _) = match resource {
        "cpu" => (&["1", "1m"], "1m and 1"),
        _ => (
            &["1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"],
            "1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi and 1Ei",
        ),
    };
    let known = values.iter().any(|value| quantity::parse(value).as_ref() == Some(&amount));
    // Zero is as good as no divisor.
    if !known && quantity::is_positive(&amount) {
        let why =
            format!("only divisor's values {shown} are supported with the {resource} resource");
        out.invalid(&FIELD_REF, &divisor, why);
    }
}

/// `requests` and `limits` of a container, or of a pod as a whole.
pub(super) fn resources(resources: &At<'_>, out: &mut Faults) {
    let (limits, requests) = (resources.map("limits"), resources.map("requests"));
    let all: Vec<_> = limits.iter().chain(&requests).cloned().collect();
    amounts(&all, resources, out);
    for (name, request) in &requests {
        let limit = limits.iter().find(|(other, _)| other == name);
        let fixed = name.contains('/') && !name.contains("kubernetes.io/")
            || name.starts_with("hugepages-");
        let Some((_, limit)) = limit else {
            if fixed {
                let at = request.clone().keyed();
                out.required(
                    &REQUEST_ABOVE_LIMIT,
                    &at,
                    "limit must be set for non overcommitable resources",
                );
            }
            continue;
        };
        let (Some(wanted), Some(most)) = (quantity::of(request.node), quantity::of(limit.node))
        else {
            continue;
        };
        let why = match (fixed, wanted > most, wanted == most) {
            (true, _, false) => format!("must be equal to {name} limit of {}", shown(limit)),
            (false, true, _) => {
                format!("must be less than or equal to {name} limit of {}", shown(limit))
            }
            _ => continue,
        };
        out.invalid(&REQUEST_ABOVE_LIMIT, request, why).on(limit).related(limit, "the limit");
    }
}

/// The resources of a container or pod, which `holder` has: their names, and how much there is of each.
pub(super) fn amounts(all: &[(&str, At<'_>)], holder: &At<'_>, out: &mut Faults) {
    for (name, amount) in all {
        resource_name(name, amount, out);
        amount_of(amount, out);
        let whole = name.contains('/') && names::qualified(name).is_none();
        if whole && quantity::of(amount.node).is_some_and(|amount| !amount.is_integer()) {
            out.invalid(&QUANTITY, amount, "must be an integer");
        }
    }
    let huge = all.iter().find(|(name, _)| name.starts_with("hugepages-"));
    if let Some((_, at)) =
        huge.filter(|_| !all.iter().any(|(name, _)| matches!(*name, "cpu" | "memory")))
    {
        let (huge, why) = (at.clone().keyed(), "HugePages require cpu or memory");
        let found = out.forbidden(&RESOURCE_NAME, &huge, why).on_only(&[&huge]);
        for field in ["limits", "requests", "overhead", "podFixed"] {
            if let Some(list) = holder.get(field) {
                found.on_all(&list);
            }
        }
    }
}

fn shown(at: &At<'_>) -> String {
    at.str().map_or_else(|| at.quoted(), str::to_owned)
}

fn resource_name(name: &str, at: &At<'_>, out: &mut Faults) {
    let standard = ["cpu", "memory", "ephemeral-storage"];
    let fault = match name.contains('/') {
        true => names::qualified(name)
            .or_else(|| name.starts_with("requests.").then_some("must not begin with 'requests.'")),
        false if standard.contains(&name) || name.starts_with("hugepages-") => None,
        false => {
            Some("must be a standard resource for containers, or a name with a domain before it")
        }
    };
    if let Some(why) = fault {
        let near = plumb_text::diag::nearest(name, standard);
        out.invalid_key(&RESOURCE_NAME, at, name, why).near(near);
    }
}

/// A quantity that is not below zero.
pub(super) fn amount_of(at: &At<'_>, out: &mut Faults) {
    match quantity::of(at.node) {
        Some(amount) if quantity::is_negative(&amount) => {
            out.invalid(&QUANTITY, at, "must be greater than or equal to 0");
        }
        Some(_) => {}
        None => is_quantity(at, out),
    }
}

/// What a server reads as a quantity is one. A map or a list is for the schema to refuse.
pub(super) fn is_quantity(at: &At<'_>, out: &mut Faults) {
    let Some(text) = at.str().filter(|text| !quantity::is_one(text.trim())) else { return };
    let finding = out.invalid(
        &QUANTITY,
        at,
        "not a quantity: a number with an optional suffix such as m, k, M, G, Ki, Mi, Gi",
    );
    if let Some(near) = plumb_number::nearest_quantity(text) {
        finding.near(Some(&near)).replace_with(near);
    }
}

/// Warns of memory and storage in a list of amounts.
pub(super) fn bytes(holder: &At<'_>, list: &str, out: &mut Faults) {
    for (name, at) in holder.map(list) {
        if matches!(name, "memory" | "ephemeral-storage") {
            whole_bytes(&at, out);
        }
    }
}

/// So little nobody asks for: it is a slip.
fn mebibyte() -> plumb_number::Ratio {
    plumb_number::Ratio::from_integer((1 << 20).into())
}

/// Warns of a part of a byte, as a server does: `64m`, where `64Mi` was meant. A server warns of `0.1Gi` too; of what is that much,
/// the part of a byte is rounded up and no mistake.
pub(super) fn whole_bytes(at: &At<'_>, out: &mut Faults) {
    let Some(amount) = quantity::of(at.node) else { return };
    if amount.is_integer() || quantity::is_negative(&amount) || amount > mebibyte() {
        return;
    }
    let text = shown(at);
    let why = format!("fractional byte value {text:?} is invalid, must be an integer");
    let better = text.strip_suffix('m').map(|number| format!("{number}Mi"));
    out.report(&FRACTIONAL_BYTES, ErrorType::Invalid, at, why).on(at).near(better);
}

fn probe(kind: &str, at: &At<'_>, out: &mut Faults) {
    handler(at, &["httpGet", "tcpSocket", "exec", "grpc"], out);
    if kind != "readinessProbe"
        && let Some(threshold) =
            at.get("successThreshold").filter(|n| n.int().is_some_and(|n| n > 1))
    {
        out.invalid(&PROBE_VALUE, &threshold, "must be 1");
    }
    if kind == "readinessProbe"
        && let Some(grace) = at.get("terminationGracePeriodSeconds")
    {
        out.invalid(&PROBE_VALUE, &grace, "must not be set for readinessProbes");
    }
}

fn handler(at: &At<'_>, kinds: &[&str], out: &mut Faults) {
    let set = at.set(kinds);
    if set.is_empty() {
        let place = at.clone().keyed();
        out.required(
            &PROBE_HANDLER,
            &place,
            format!("must specify a handler type: {}", kinds.join(", ")),
        );
    }
    for extra in set.iter().skip(1) {
        let (first, place) = (at.field(set[0]), at.field(extra).keyed());
        out.forbidden(&PROBE_HANDLER, &place, "may not specify more than 1 handler type")
            .on_only(&[&first, &place]);
    }
    if let Some(exec) = at.get("exec")
        && exec.list("command").is_empty()
    {
        out.required(&PROBE_HANDLER, &exec.field("command").keyed(), "");
    }
    for kind in ["httpGet", "tcpSocket"] {
        if let Some(port) = at.get(kind).and_then(|at| at.get("port")) {
            port_or_name(&PROBE_PORT, &port, out);
        }
    }
}

/// A port's number or name.
pub(super) fn port_or_name(code: &'static Rule, port: &At<'_>, out: &mut Faults) {
    if let Some(number) = port.int() {
        if !(1..=65535).contains(&number) {
            out.invalid(code, port, "must be between 1 and 65535, inclusive");
        }
    } else if let Some(text) = port.str()
        && let Some(why) = names::port(text)
    {
        let finding = out.invalid(code, port, why);
        if text.parse::<u16>().is_ok_and(|number| number > 0) {
            finding.help(format!("write the number without quotes: {text}")).replace_with(text);
        }
    }
}

fn security(context: &At<'_>, out: &mut Faults) {
    if let Some(escalation) =
        context.get("allowPrivilegeEscalation").filter(|at| at.node.as_bool() == Some(false))
    {
        if context.is_true("privileged") {
            out.invalid(
                &SECURITY_CONTEXT,
                &escalation,
                "cannot set `allowPrivilegeEscalation` to false and `privileged` to true",
            );
        }
        let add = context.get("capabilities").map(|at| at.list("add")).unwrap_or_default();
        if add.iter().any(|at| at.str() == Some("CAP_SYS_ADMIN")) {
            out.invalid(
                &SECURITY_CONTEXT,
                &escalation,
                "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN",
            );
        }
    }
    profiles(context, out);
}

/// The seccomp and AppArmor profiles of a pod or container.
pub(super) fn profiles(context: &At<'_>, out: &mut Faults) {
    for field in ["seccompProfile", "appArmorProfile"] {
        let Some(profile) = context.get(field) else { continue };
        let file = profile.field("localhostProfile");
        if profile.text("type") == "Localhost" {
            if file.node.is_null() {
                out.required(&SECURITY_CONTEXT, &file, "must be set when the type is Localhost");
            }
        } else if !file.node.is_null() && !profile.text("type").is_empty() {
            out.invalid(&SECURITY_CONTEXT, &file, "may only be set when the type is Localhost");
        }
    }
}
