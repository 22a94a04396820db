//! Service.

use super::declare::declare;
use super::{containers, meta};
use crate::at::At;
use crate::fault::{Faults, repetitions};
use crate::names;

declare! {
SERVICE_PORTS = "service-ports", "validateService", "a Service without a port, or with one twice",
"A Service has at least one port, unless it is headless (`clusterIP: None`) or only a name (`ExternalName`). A pair of port and \
protocol stands once.",
"Service.spec", "selector: {app: web}\nports: [{name: a, port: 80}, {name: b, port: 80}]",
"selector: {app: web}\nports: [{name: a, port: 80}, {name: b, port: 81}]";

SERVICE_PORT_NAME = "service-port-name", "validateServicePort", "a Service's port without a name of its own",
"The ports of a Service with several are told apart by their names, which are DNS-1123 labels.",
"Service.spec", "selector: {app: web}\nports: [{port: 80}, {port: 443}]",
"selector: {app: web}\nports: [{name: http, port: 80}, {name: https, port: 443}]";

SERVICE_TARGET_PORT = "service-target-port", "validateServicePort", "an invalid target port",
"A target port is a number from 1 to 65535, or the name of a container's port. `\"8080\"` in quotes is neither.",
"Service.spec", "selector: {app: web}\nports: [{port: 80, targetPort: \"8080\"}]",
"selector: {app: web}\nports: [{port: 80, targetPort: 8080}]";

SERVICE_NODE_PORT = "service-node-port", "validateService", "a node port that cannot be had",
"Nodes have a port for a Service of the type `NodePort` or `LoadBalancer`, and each of them once.",
"Service.spec", "selector: {app: web}\nports: [{port: 80, nodePort: 30080}]",
"type: NodePort\nselector: {app: web}\nports: [{port: 80, nodePort: 30080}]";

SERVICE_NODE_PORT_RANGE = "service-node-port-range", "portallocator.ErrNotInRange", "a node port outside of the server's range",
"Node ports are from 30000 to 32767, unless the API server is started with another `--service-node-port-range`. Where a page names that \
flag, nothing is said of its ports.",
"Service.spec", "type: NodePort\nselector: {app: web}\nports: [{port: 80, nodePort: 8080}]",
"type: NodePort\nselector: {app: web}\nports: [{port: 80, nodePort: 30080}]";

SERVICE_EXTERNAL_NAME = "service-external-name", "validateService", "an ExternalName Service without the name, or with more",
"A Service of the type `ExternalName` is an alias of the DNS name in `externalName`; it has no address of its own.",
"Service.spec", "type: ExternalName\nexternalName: https://db.example.com",
"type: ExternalName\nexternalName: db.example.com";

SERVICE_CLUSTER_IP = "service-cluster-ip", "ValidateServiceClusterIPsRelatedFields", "an address that a Service cannot have",
"A `clusterIP` is an IP address, or `None` for a headless Service, whose type is `ClusterIP`; `clusterIPs` begin with it, and are of the \
`ipFamilies`, each family once. `externalIPs` are IP addresses that others can reach.",
"Service.spec", "type: LoadBalancer\nclusterIP: None\nports: [{port: 80}]", "type: LoadBalancer\nports: [{port: 80}]";

SERVICE_TYPE_FIELD = "service-type-field", "validateService", "a field that this type of Service does not have",
"What concerns traffic from outside (`externalTrafficPolicy`, `healthCheckNodePort`) needs a type that has such traffic; what concerns a \
load balancer (`loadBalancerSourceRanges`, `loadBalancerClass`, `allocateLoadBalancerNodePorts`) needs the type `LoadBalancer`.",
"Service.spec", "externalTrafficPolicy: Local\nports: [{port: 80}]",
"type: NodePort\nexternalTrafficPolicy: Local\nports: [{port: 80}]";
}

pub(super) fn service(spec: &At<'_>, out: &mut Faults) {
    let kind = match spec.text("type") {
        "" => "ClusterIP",
        kind => kind,
    };
    if let Some(selector) = spec.get("selector") {
        meta::labels(&selector, out);
    }
    let headless = spec.text("clusterIP") == "None"
        || spec.list("clusterIPs").iter().any(|at| at.str() == Some("None"));
    addresses(spec, kind, headless, out);
    let ports = spec.list("ports");
    if kind == "ExternalName" {
        external_name(spec, out);
    } else if ports.is_empty() && !headless {
        out.required(&SERVICE_PORTS, &spec.field("ports").keyed(), "")
            .on(&spec.field("type"))
            .on(&spec.field("clusterIP"));
    }
    self::ports(&ports, &spec.field("type"), kind, out);
    types(spec, kind, out);
}

fn addresses(spec: &At<'_>, kind: &str, headless: bool, out: &mut Faults) {
    let first = spec.get("clusterIP");
    let every = first.clone().into_iter().chain(spec.list("clusterIPs"));
    for address in every {
        if let Some(text) = address.str().filter(|text| !["", "None"].contains(text))
            && !names::is_ip(text)
        {
            out.invalid(
                &SERVICE_CLUSTER_IP,
                &address,
                "must be empty, 'None', or a valid IP address",
            );
        }
    }
    families(spec, out);
    if headless && matches!(kind, "NodePort" | "LoadBalancer") {
        let at = spec.field("clusterIP");
        out.invalid(
            &SERVICE_CLUSTER_IP,
            &at,
            format!("may not be set to 'None' for {kind} services"),
        );
    }
    for address in spec.list("externalIPs") {
        if address.str().is_some_and(|text| !names::is_ip(text)) {
            out.invalid(&SERVICE_CLUSTER_IP, &address, "must be a valid IP address");
        }
    }
}

/// `clusterIPs` and `ipFamilies`, which say the same in the same order.
fn families(spec: &At<'_>, out: &mut Faults) {
    let (mut addresses, families) = (spec.list("clusterIPs"), spec.list("ipFamilies"));
    let first = addresses.first().and_then(At::str).unwrap_or_default();
    match spec.text("clusterIP") {
        "" if !first.is_empty() => {
            let at = spec.field("clusterIPs").keyed();
            out.invalid(
                &SERVICE_CLUSTER_IP,
                &at,
                "must be empty when `clusterIP` is not specified",
            )
            .on(&spec.field("clusterIP"));
        }
        one if !first.is_empty() && one != first => {
            out.invalid(&SERVICE_CLUSTER_IP, &addresses[0], "first value must match `clusterIP`");
        }
        _ => {}
    }
    // One address alone is taken for the list (`NormalizeClusterIPs`).
    if addresses.is_empty() {
        addresses.extend(spec.get("clusterIP"));
    }
    for (i, address) in addresses.iter().enumerate().skip(1) {
        let ip = address.str().and_then(names::ip);
        let same = |other: &&At<'_>| {
            other
                .str()
                .and_then(names::ip)
                .zip(ip)
                .is_some_and(|(one, two)| one.is_ipv4() == two.is_ipv4())
        };
        if address.str() == Some("None") {
            out.invalid(&SERVICE_CLUSTER_IP, address, "'None' must be the first and only value");
        } else if addresses[..i].iter().any(|other| same(&other)) {
            out.invalid(
                &SERVICE_CLUSTER_IP,
                address,
                "may specify no more than one IP for each IP family",
            );
        }
    }
    out.distinct(&SERVICE_CLUSTER_IP, &families);
    for (i, family) in families.iter().enumerate() {
        let Some(address) = addresses.get(i) else { continue };
        let ip = address.str().and_then(names::ip);
        let other = match family.str() {
            Some("IPv4") => ip.is_some_and(|ip| ip.is_ipv6()),
            Some("IPv6") => ip.is_some_and(|ip| ip.is_ipv4()),
            _ => false,
        };
        if other {
            let why = format!(
                "expected an {} value as indicated by `ipFamilies[{i}]`",
                family.str().unwrap_or_default()
            );
            out.invalid(&SERVICE_CLUSTER_IP, address, why).on(family);
        }
    }
    // What gives out addresses refuses it (`initIPFamilyFields`).
    let policy = spec.field("ipFamilyPolicy");
    for (list, what) in [(&addresses, "cluster IPs"), (&families, "IP families")] {
        if let (Some("SingleStack"), [_, second, ..]) = (policy.str(), &list[..]) {
            let why = format!(
                "must be 'RequireDualStack' or 'PreferDualStack' when multiple {what} are specified"
            );
            out.invalid(&SERVICE_CLUSTER_IP, &policy, why).on_only(&[&policy, second]);
        }
    }
}

fn external_name(spec: &At<'_>, out: &mut Faults) {
    let kind = spec.field("type");
    let name = spec.field("externalName");
    let text = name.str().unwrap_or_default();
    if text.is_empty() {
        out.required(
            &SERVICE_EXTERNAL_NAME,
            &name.keyed(),
            "must be specified for ExternalName services",
        );
    } else if let Some(why) = names::subdomain(text.trim_end_matches('.')) {
        out.invalid(&SERVICE_EXTERNAL_NAME, &name, why);
    }
    if let Some(address) =
        spec.get("clusterIP").filter(|at| at.str().is_some_and(|text| !text.is_empty()))
    {
        let why = "may not be set for ExternalName services";
        out.forbidden(&SERVICE_EXTERNAL_NAME, &address, why).on_only(&[&kind, &address]);
    }
    for field in ["ipFamilies", "ipFamilyPolicy"] {
        if let Some(at) = spec.get(field).filter(|at| at.node.as_seq() != Some(&[])) {
            let (at, why) = (at.keyed(), "may not be set for ExternalName services");
            out.forbidden(&SERVICE_EXTERNAL_NAME, &at, why).on_only(&[&kind, &at]);
        }
    }
}

fn ports(ports: &[At<'_>], of_type: &At<'_>, kind: &str, out: &mut Faults) {
    out.unique(&SERVICE_PORT_NAME, ports, "name");
    for (again, first) in repetitions(ports, |port| pair(port, "port")) {
        out.duplicate(&SERVICE_PORTS, &again.field("port"), &first.field("port"));
    }
    if kind != "ClusterIP" && kind != "ExternalName" {
        for (again, first) in repetitions(ports, |port| pair(port, "nodePort")) {
            out.duplicate(&SERVICE_NODE_PORT, &again.field("nodePort"), &first.field("nodePort"));
        }
    }
    for port in ports {
        let name = port.field("name");
        match name.str().unwrap_or_default() {
            "" if ports.len() > 1 => {
                out.required(
                    &SERVICE_PORT_NAME,
                    &name.keyed(),
                    "a Service with several ports names each of them",
                );
            }
            "" => {}
            text => {
                if let Some(why) = names::label(text) {
                    let better = names::mended(text, names::label);
                    let finding = out.invalid(&SERVICE_PORT_NAME, &name, why);
                    finding.near(better);
                }
            }
        }
        // Zero and the empty text stand for the port itself.
        let target = port.get("targetPort");
        if let Some(target) = target.filter(|at| at.int() != Some(0) && at.str() != Some("")) {
            containers::port_or_name(&SERVICE_TARGET_PORT, &target, out);
        }
        if let Some(app) = port.get("appProtocol")
            && let Some(why) = app.str().and_then(names::qualified)
        {
            out.invalid(&SERVICE_PORT_NAME, &app, why);
        }
        let node = port.get("nodePort").filter(|at| at.int().is_some_and(|number| number > 0));
        if let Some(node) = node {
            if kind == "ClusterIP" || kind == "ExternalName" {
                let why = format!("may not be used when `type` is '{kind}'");
                out.forbidden(&SERVICE_NODE_PORT, &node, why).on_only(&[of_type, &node]);
            } else if !node.int().is_some_and(|number| NODE_PORTS.contains(&number)) {
                let why = "provided port is not in the valid range. The range of valid ports is 30000-32767";
                out.invalid(&SERVICE_NODE_PORT_RANGE, &node, why);
            }
        }
    }
}

/// A number of a port and its protocol.
fn pair<'n>(port: &At<'n>, field: &str) -> Option<(i128, &'n str)> {
    let protocol = match port.text("protocol") {
        "" => "TCP",
        text => text,
    };
    Some((port.number(field).filter(|number| *number > 0)?, protocol))
}

/// The node ports of a server that nobody has given others.
const NODE_PORTS: std::ops::RangeInclusive<i128> = 30000..=32767;

fn types(spec: &At<'_>, kind: &str, out: &mut Faults) {
    let outside = matches!(kind, "NodePort" | "LoadBalancer")
        || kind == "ClusterIP" && !spec.list("externalIPs").is_empty();
    if let Some(at) =
        spec.get("externalTrafficPolicy").filter(|at| !outside && at.str() != Some(""))
    {
        out.invalid(&SERVICE_TYPE_FIELD, &at, "may only be set for externally-accessible services")
            .on(&spec.field("type"))
            .on(&spec.field("externalIPs"));
    }
    let local = kind == "LoadBalancer" && spec.text("externalTrafficPolicy") == "Local";
    if let Some(at) = spec.get("healthCheckNodePort").filter(|at| !local && at.int() != Some(0)) {
        out.invalid(
            &SERVICE_TYPE_FIELD,
            &at,
            "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'",
        )
        .on(&spec.field("type"))
        .on(&spec.field("externalTrafficPolicy"));
    }
    for range in spec.list("loadBalancerSourceRanges") {
        if range.str().is_some_and(|text| names::cidr(text.trim()).is_none()) {
            out.invalid(
                &SERVICE_TYPE_FIELD,
                &range,
                "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)",
            );
        }
    }
    if kind != "LoadBalancer" {
        for field in
            ["loadBalancerSourceRanges", "loadBalancerClass", "allocateLoadBalancerNodePorts"]
        {
            if let Some(at) = spec.get(field).filter(|at| at.node.as_seq() != Some(&[])) {
                let why = "may only be used when `type` is 'LoadBalancer'";
                out.forbidden(&SERVICE_TYPE_FIELD, &at, why).on_only(&[&spec.field("type"), &at]);
            }
        }
    }
}
