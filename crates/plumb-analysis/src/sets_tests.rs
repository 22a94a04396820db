//! Manifests that are right alone and break each other, and beside each set the one that does not.

use super::analyse;
use plumb_kube::{Document, Format, read};
use plumb_text::diag::{Diagnostic, Severity};
use plumb_text::{Source, TextMap};

/// The findings of a set.
pub(super) fn findings(manifests: &[&str]) -> Vec<Diagnostic> {
    let source = Source::new("set.yaml", manifests.join("\n---\n"));
    let read = read(source.text(), &TextMap::identity(&source), Format::Yaml);
    assert!(read.findings.is_empty(), "{:?}", read.findings);
    analyse(&read.documents.iter().collect::<Vec<&Document>>())
}

/// The codes that a set has, notes marked by a `?`.
fn codes(manifests: &[&str]) -> Vec<String> {
    let found = findings(manifests);
    let code = |finding: &Diagnostic| match finding.severity {
        Severity::Note => format!("{}?", finding.code.name),
        _ => finding.code.name.to_owned(),
    };
    // Whom a policy is for that is not shown, is told by others.
    found.iter().map(code).filter(|code| !code.ends_with("-selects-nothing?")).collect()
}

pub(super) fn assert_codes(table: &[(&str, Vec<&str>, &[&str])]) {
    let wrong: Vec<String> = table
        .iter()
        .filter_map(|(name, manifests, expected)| {
            let found = codes(manifests);
            (found != *expected).then(|| format!("{name}: {found:?}, not {expected:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

pub(super) const SHOP: &str =
    "{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {istio-injection: enabled}}}";
const AKS: &str =
    "{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {istio.io/rev: asm-1-30}}}";
pub(super) const AMBIENT: &str = "{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {istio.io/dataplane-mode: ambient}}}";
pub(super) const PLAIN: &str = "{apiVersion: v1, kind: Namespace, metadata: {name: shop}}";
pub(super) const PAY: &str = "{apiVersion: apps/v1, kind: Deployment, metadata: {name: pay, namespace: shop}, spec: {selector: {matchLabels: {app: pay}}, template: {metadata: {labels: {app: pay, tier: back}}, spec: {containers: [{name: pay, image: pay, ports: [{name: http, containerPort: 8080}]}]}}}}";
pub(super) const ORDERS: &str = "{apiVersion: apps/v1, kind: Deployment, metadata: {name: orders, namespace: shop}, spec: {selector: {matchLabels: {app: orders}}, template: {metadata: {labels: {app: orders}}, spec: {containers: [{name: orders, image: orders}]}}}}";
pub(super) const CLOSED: &str = "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: default-deny, namespace: shop}, spec: {podSelector: {}, policyTypes: [Ingress, Egress]}}";
pub(super) const CLOSED_IN: &str = "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: default-deny, namespace: shop}, spec: {podSelector: {}, policyTypes: [Ingress]}}";
pub(super) const DNS: &str = "{to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}}], ports: [{port: 53, protocol: UDP}]}";

/// An egress policy for all pods, with rules.
pub(super) fn egress(rules: &[&str]) -> String {
    format!(
        "{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: egress, namespace: shop}}, spec: {{podSelector: {{}}, policyTypes: [Egress], egress: [{}]}}}}",
        rules.join(", ")
    )
}

/// A policy for some pods.
pub(super) fn policy(selector: &str, rest: &str) -> String {
    format!(
        "{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: some, namespace: shop}}, spec: {{podSelector: {selector}, {rest}}}}}"
    )
}

pub(super) fn to(namespace: &str, port: &str) -> String {
    format!(
        "{{to: [{{namespaceSelector: {{matchLabels: {{kubernetes.io/metadata.name: {namespace}}}}}}}], ports: [{{port: {port}}}]}}"
    )
}

pub(super) const BLOCKED: &[&str] = &["mesh-control-plane-blocked"];

#[test]
fn proxies_and_their_control_plane() {
    let own = "{to: [{podSelector: {}}], ports: [{port: 8080}]}";
    let closed = egress(&[DNS, own]);
    let xds = to("istio-system", "15012");
    let open = egress(&[DNS, &xds]);
    let named = egress(&[DNS, &to("mesh", "15012")]);
    let all_ports = egress(&[
        DNS,
        "{to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: istio-system}}}]}",
    ]);
    let everywhere = egress(&[DNS, "{to: [{namespaceSelector: {}}]}"]);
    let range = egress(&[DNS, "{ports: [{port: 15000, endPort: 15100}]}"]);
    let ranged = |from: u32, to: u32| {
        let mesh = "{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: mesh}}}";
        egress(&[DNS, &format!("{{to: [{mesh}], ports: [{{port: {from}, endPort: {to}}}]}}")])
    };
    let (around, beside, any) = (ranged(15010, 15020), ranged(15000, 15011), ranged(1, 65535));
    let block = egress(&[DNS, "{to: [{ipBlock: {cidr: 10.0.0.0/8}}]}"]);
    let udp = egress(&[DNS, "{ports: [{port: 15012, protocol: UDP}]}"]);
    let aks = egress(&[DNS, &to("aks-istio-system", "15012")]);
    let no_dns = egress(&[&xds]);
    let for_pay =
        policy("{matchLabels: {app: pay}}", &format!("policyTypes: [Egress], egress: [{xds}]"));
    let for_others =
        policy("{matchLabels: {app: web}}", &format!("policyTypes: [Egress], egress: [{xds}]"));
    let on_host = PAY.replace("spec: {containers", "spec: {hostNetwork: true, containers");
    let left_out = PAY.replace("tier: back", "tier: back, sidecar.istio.io/inject: 'false'");
    let asked = PAY.replace("tier: back", "tier: back, sidecar.istio.io/inject: 'true'");
    let calico = "{apiVersion: projectcalico.org/v3, kind: NetworkPolicy, metadata: {name: a, namespace: shop}, spec: {}}";
    let admin = "{apiVersion: policy.networking.k8s.io/v1alpha1, kind: AdminNetworkPolicy, metadata: {name: a}, spec: {priority: 1}}";
    let istiod = "{apiVersion: apps/v1, kind: Deployment, metadata: {name: istiod, namespace: mesh}, spec: {selector: {matchLabels: {app: istiod}}, template: {metadata: {labels: {app: istiod}}, spec: {containers: [{name: discovery, image: pilot}]}}}}";
    let to_mesh = egress(&[
        DNS,
        "{to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: mesh}}}]}",
    ]);
    let linkerd =
        PLAIN.replace("name: shop", "name: shop, annotations: {linkerd.io/inject: enabled}");
    let linkerds = egress(&[DNS, &to("linkerd", "8086")]);
    let cilium = |rules: &str| {
        format!(
            "{{apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: {{name: egress, namespace: shop}}, spec: {{endpointSelector: {{}}, egress: [{rules}]}}}}"
        )
    };
    let cilium_dns = "{toEndpoints: [{matchLabels: {k8s:io.kubernetes.pod.namespace: kube-system}}], toPorts: [{ports: [{port: '53', protocol: ANY}]}]}";
    let cilium_own = cilium(&format!("{cilium_dns}, {{toEndpoints: [{{}}]}}"));
    let cilium_open = cilium(&format!(
        "{cilium_dns}, {{toEndpoints: [{{matchLabels: {{k8s:io.kubernetes.pod.namespace: istio-system}}}}], toPorts: [{{ports: [{{port: '15012'}}]}}]}}"
    ));
    let cilium_cluster = cilium("{toEntities: [cluster]}");
    assert_codes(&[
        ("closed to istiod", vec![SHOP, &closed, PAY], BLOCKED),
        ("a namespace without pods", vec![SHOP, &closed], BLOCKED),
        ("everything closed", vec![SHOP, CLOSED, PAY], BLOCKED),
        ("open", vec![SHOP, &open, PAY], &[]),
        ("all ports of it", vec![SHOP, &all_ports, PAY], &[]),
        ("all namespaces", vec![SHOP, &everywhere, PAY], &[]),
        ("a range of ports", vec![SHOP, &range, PAY], &[]),
        ("a block that may hold it", vec![SHOP, &block, PAY], &[]),
        ("the port of another protocol", vec![SHOP, &udp, PAY], BLOCKED),
        ("an istiod elsewhere, by its port", vec![SHOP, &named, PAY], &[]),
        ("one elsewhere, by a range of ports", vec![SHOP, &around, PAY], &[]),
        ("a range of others", vec![SHOP, &beside, PAY], BLOCKED),
        ("a range of all ports to others", vec![SHOP, &any, PAY], BLOCKED),
        ("closed, and open by a range", vec![SHOP, CLOSED, &around, PAY], &[]),
        ("an istiod elsewhere, shown", vec![SHOP, &to_mesh, PAY, istiod], &[]),
        ("the same, not shown", vec![SHOP, &to_mesh, PAY], &["mesh-control-plane-blocked?"]),
        ("another policy for these pods", vec![SHOP, &closed, &for_pay, PAY], &[]),
        ("another policy for others", vec![SHOP, &closed, &for_others, PAY], BLOCKED),
        (
            "another namespace's policy",
            vec![SHOP, &closed.replace("namespace: shop", "namespace: web"), PAY],
            &[],
        ),
        (
            "a namespace that is not written",
            vec![SHOP, &closed.replace(", namespace: shop", ""), PAY],
            &[],
        ),
        ("ingress alone", vec![SHOP, CLOSED_IN, PAY], &[]),
        ("no mesh", vec![PLAIN, &closed, PAY], &[]),
        ("a pod of the host's network", vec![SHOP, &closed, &on_host], &[]),
        ("a pod without a proxy", vec![SHOP, &closed, &left_out], &[]),
        ("a pod that asks for one", vec![PLAIN, &closed, &asked], BLOCKED),
        ("the add-on's istiod", vec![AKS, &aks, PAY], &[]),
        ("the add-on, closed", vec![AKS, &closed, PAY], BLOCKED),
        ("the add-on, another's istiod", vec![AKS, &egress(&[DNS, &xds]), PAY], BLOCKED),
        ("no DNS", vec![SHOP, &no_dns, PAY], &["mesh-dns-blocked?"]),
        ("Calico beside it", vec![SHOP, &closed, PAY, calico], &[]),
        ("an admin's policy beside it", vec![SHOP, &closed, PAY, admin], &[]),
        ("Linkerd", vec![&linkerd, &closed, PAY], BLOCKED),
        ("Linkerd, open", vec![&linkerd, &linkerds, PAY], &[]),
        ("Cilium's", vec![SHOP, &cilium_own, PAY], BLOCKED),
        ("Cilium's, open", vec![SHOP, &cilium_open, PAY], &[]),
        ("Cilium's, the whole cluster", vec![SHOP, &cilium_cluster, PAY], &[]),
        ("one of each, together open", vec![SHOP, &closed, &cilium_open, PAY], &[]),
    ]);
}

#[test]
fn ambient_mode_and_its_tunnel() {
    let tunnel: &[&str] = &["ambient-tunnel-blocked"];
    let own = egress(&[DNS, "{to: [{podSelector: {}}], ports: [{port: 8080}]}"]);
    let open = egress(&[DNS, "{to: [{podSelector: {}}], ports: [{port: 8080}, {port: 15008}]}"]);
    let by_name = egress(&[DNS, "{to: [{podSelector: {}}], ports: [{port: http}]}"]);
    let all_ports = egress(&[DNS, "{to: [{podSelector: {}}]}"]);
    let outside =
        egress(&[DNS, "{to: [{ipBlock: {cidr: 203.0.113.0/24}}], ports: [{port: 5432}]}"]);
    let other = egress(&[DNS, &to("db", "5432")]);
    let dns = egress(&[DNS]);
    let lets_in = policy(
        "{matchLabels: {app: pay}}",
        "policyTypes: [Ingress], ingress: [{from: [{podSelector: {matchLabels: {app: orders}}}], ports: [{port: 8080}, {port: 15008}]}]",
    );
    let lets_others = lets_in.replace("app: orders", "app: web");
    let app_only = policy(
        "{matchLabels: {app: pay}}",
        "policyTypes: [Ingress], ingress: [{ports: [{port: 8080}]}]",
    );
    let with_tunnel = policy(
        "{matchLabels: {app: web}}",
        "policyTypes: [Ingress], ingress: [{ports: [{port: 8080}, {port: 15008}]}]",
    )
    .replace("name: some", "name: other");
    let all_tunnel = policy("{}", "policyTypes: [Ingress], ingress: [{ports: [{port: 15008}]}]")
        .replace("name: some", "name: other");
    let probed = PAY.replace("image: pay,", "image: pay, readinessProbe: {httpGet: {port: 8080}},");
    let probes = policy(
        "{}",
        "policyTypes: [Ingress], ingress: [{from: [{ipBlock: {cidr: 169.254.7.0/24}}]}]",
    );
    let out = PAY.replace("tier: back", "tier: back, istio.io/dataplane-mode: none");
    assert_codes(&[
        ("calls of a port", vec![AMBIENT, &own, PAY], tunnel),
        ("no pods shown", vec![AMBIENT, &own], tunnel),
        ("by a name", vec![AMBIENT, &by_name, PAY], tunnel),
        ("the tunnel too", vec![AMBIENT, &open, PAY], &[]),
        ("all ports", vec![AMBIENT, &all_ports, PAY], &[]),
        ("calls out of the cluster", vec![AMBIENT, &outside, PAY], &[]),
        ("calls of what is not in the mesh", vec![AMBIENT, &other, PAY], &[]),
        ("no calls at all", vec![AMBIENT, &dns, PAY], &[]),
        ("no calls, and nobody lets any in", vec![AMBIENT, CLOSED, PAY], &[]),
        ("who is let in can't call", vec![AMBIENT, CLOSED, &lets_in, PAY, ORDERS], tunnel),
        ("others are let in", vec![AMBIENT, CLOSED, &lets_others, PAY, ORDERS], &[]),
        ("not in ambient mode", vec![SHOP, &own.replace("[Egress]", "[Ingress]"), PAY], &[]),
        ("a pod that is left out", vec![AMBIENT, &own, &out], &[]),
        ("ingress of a port", vec![AMBIENT, &app_only, PAY], tunnel),
        ("the tunnel is open to others", vec![AMBIENT, &app_only, &with_tunnel, PAY], tunnel),
        ("the tunnel is open to all", vec![AMBIENT, &app_only, &all_tunnel, PAY], &[]),
        ("probes", vec![AMBIENT, CLOSED_IN, &probed], &["ambient-probe-blocked?"]),
        ("probes let in", vec![AMBIENT, CLOSED_IN, &probes, &probed], &[]),
    ]);
}

#[test]
fn gateways_and_their_neighbours() {
    let edge = "{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {name: edge, namespace: shop}, spec: {gatewayClassName: istio, listeners: [{name: http, port: 80, protocol: HTTP}]}}";
    let waypoint = "{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {name: waypoint, namespace: shop}, spec: {gatewayClassName: istio-waypoint, listeners: [{name: mesh, port: 15008, protocol: HBONE}]}}";
    let other = edge.replace("gatewayClassName: istio", "gatewayClassName: eg");
    let manual = edge.replace(
        "gatewayClassName: istio",
        "gatewayClassName: istio, addresses: [{type: Hostname, value: ingress.istio.svc}]",
    );
    let labelled = edge.replace("namespace: shop}", "namespace: shop, labels: {role: edge}}");
    let by_name = "{matchLabels: {gateway.networking.k8s.io/gateway-name: edge}}";
    let open = |selector: &str| {
        policy(selector, "policyTypes: [Ingress, Egress], ingress: [{}], egress: [{}]")
    };
    let port_80 = policy(
        by_name,
        "policyTypes: [Ingress, Egress], ingress: [{ports: [{port: 80}]}], egress: [{}]",
    );
    let port_443 = port_80.replace("port: 80", "port: 443");
    let but_gateways = CLOSED_IN.replace("podSelector: {}", "podSelector: {matchExpressions: [{key: gateway.networking.k8s.io/gateway-name, operator: DoesNotExist}]}");
    let route = "{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: pay, namespace: shop}, spec: {parentRefs: [{name: edge, namespace: edge}], rules: [{backendRefs: [{name: pay, port: 80}]}]}}";
    let service = "{apiVersion: v1, kind: Service, metadata: {name: pay, namespace: shop}, spec: {selector: {app: pay}, ports: [{name: http, port: 80, targetPort: http}]}}";
    let far = edge
        .replace("namespace: shop", "namespace: edge")
        .replace("protocol: HTTP}", "protocol: HTTP, allowedRoutes: {namespaces: {from: All}}}");
    let lets = |from: &str| {
        policy(
            "{matchLabels: {app: pay}}",
            &format!(
                "policyTypes: [Ingress], ingress: [{{from: [{from}], ports: [{{port: 8080}}]}}]"
            ),
        )
    };
    let own = lets("{podSelector: {}}");
    let edges = lets("{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: edge}}}");
    let unknown = lets("{namespaceSelector: {matchLabels: {role: edge}}}");
    let service_port = edges.replace("port: 8080", "port: 80");
    let far_out = "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: out, namespace: edge}, spec: {podSelector: {}, policyTypes: [Egress], egress: [{to: [{namespaceSelector: {}}], ports: [{port: 15012}, {port: 53, protocol: UDP}]}]}}";
    let istio = "{apiVersion: networking.istio.io/v1, kind: Gateway, metadata: {name: edge, namespace: shop}, spec: {selector: {app: pay}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ['*']}]}}";
    let both: &[&str] = &["mesh-control-plane-blocked", "gateway-clients-blocked"];
    let clients: &[&str] = &["gateway-clients-blocked"];
    let backend: &[&str] = &["gateway-backend-blocked"];
    assert_codes(&[
        ("closed", vec![CLOSED, edge], both),
        ("a waypoint", vec![CLOSED, waypoint], both),
        ("open to its pods", vec![CLOSED, &open(by_name), edge], &[]),
        ("open to all", vec![CLOSED, &open("{}"), edge], &[]),
        (
            "open by a label that it hands on",
            vec![CLOSED, &open("{matchLabels: {role: edge}}"), &labelled],
            &[],
        ),
        (
            "open to another's pods",
            vec![
                CLOSED,
                &open("{matchLabels: {gateway.networking.k8s.io/gateway-name: far}}"),
                edge,
            ],
            both,
        ),
        ("its port", vec![CLOSED, &port_80, edge], &[]),
        ("another port", vec![CLOSED, &port_443, edge], clients),
        ("closed but for gateways", vec![&but_gateways, edge], &[]),
        ("closed elsewhere", vec![&CLOSED.replace("namespace: shop", "namespace: web"), edge], &[]),
        ("a class whose pods are elsewhere", vec![CLOSED, &other], &[]),
        ("a proxy that is there already", vec![CLOSED, &manual], &[]),
        ("a Gateway of Istio's", vec![CLOSED_IN, istio, PAY], clients),
        ("a Gateway of Istio's, open", vec![CLOSED_IN, &own, istio, PAY], &[]),
        ("a backend that lets in its own", vec![&far, route, service, PAY, &own], backend),
        ("a backend that lets the Gateway in", vec![&far, route, service, PAY, &edges], &[]),
        ("a backend that may", vec![&far, route, service, PAY, &unknown], &[]),
        (
            "the Service's port, not the pods'",
            vec![&far, route, service, PAY, &service_port],
            backend,
        ),
        ("a Gateway that can't get out", vec![&far, route, service, PAY, far_out], backend),
        ("pods that are not shown", vec![&far, route, service, &own], &[]),
        ("nothing closed", vec![&far, route, service, PAY], &[]),
    ]);
}

#[test]
fn canaries_and_their_copies() {
    let canary = "{apiVersion: flagger.app/v1beta1, kind: Canary, metadata: {name: pay, namespace: shop}, spec: {targetRef: {apiVersion: apps/v1, kind: Deployment, name: pay}, service: {port: 80}, analysis: {interval: 1m, threshold: 3}}}";
    let allow = |name: &str, selector: &str| {
        format!(
            "{{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {{name: {name}, namespace: shop}}, spec: {{{selector} rules: [{{from: [{{source: {{namespaces: [web]}}}}]}}]}}}}"
        )
    };
    let pay = allow("a", "selector: {matchLabels: {app: pay}},");
    let primary = allow("b", "selector: {matchLabels: {app: pay-primary}},");
    let both = allow("a", "selector: {matchLabels: {tier: back}},");
    let all = allow("b", "");
    let deny_all = "{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: deny, namespace: shop}, spec: {}}";
    let denies = primary.replace("spec: {", "spec: {action: DENY, ");
    let of = |kind: &str, api: &str, spec: &str| {
        format!(
            "{{apiVersion: {api}, kind: {kind}, metadata: {{name: a, namespace: shop}}, spec: {{{spec}}}}}"
        )
    };
    let peer = of(
        "PeerAuthentication",
        "security.istio.io/v1",
        "selector: {matchLabels: {app: pay}}, mtls: {mode: STRICT}",
    );
    let server = of(
        "Server",
        "policy.linkerd.io/v1beta3",
        "podSelector: {matchLabels: {app: pay}}, port: http",
    );
    let network = policy(
        "{matchLabels: {app: pay}}",
        "policyTypes: [Ingress], ingress: [{from: [{podSelector: {matchLabels: {app: orders}}}]}]",
    );
    let in_list = policy(
        "{matchExpressions: [{key: app, operator: In, values: [pay, pay-primary]}]}",
        "policyTypes: [Ingress], ingress: [{from: [{podSelector: {matchLabels: {app: orders}}}]}]",
    );
    let caller = policy(
        "{matchLabels: {app: orders}}",
        "policyTypes: [Ingress], ingress: [{from: [{podSelector: {matchLabels: {app: pay}}}]}]",
    );
    let two_callers = policy(
        "{matchLabels: {app: orders}}",
        "policyTypes: [Ingress], ingress: [{from: [{podSelector: {matchLabels: {app: pay}}}, {podSelector: {matchLabels: {app: pay-primary}}}]}]",
    );
    let cilium = of(
        "CiliumNetworkPolicy",
        "cilium.io/v2",
        "endpointSelector: {matchLabels: {k8s:app: pay}}, ingress: [{fromEndpoints: [{matchLabels: {app: orders}}]}]",
    );
    let budget = of(
        "PodDisruptionBudget",
        "policy/v1",
        "minAvailable: 1, selector: {matchLabels: {app: pay}}",
    );
    let service = |name: &str| {
        format!(
            "{{apiVersion: v1, kind: Service, metadata: {{name: {name}, namespace: shop}}, spec: {{selector: {{app: pay}}, ports: [{{name: http, port: 80}}]}}}}"
        )
    };
    let by_name = PAY.replace("app: pay", "name: pay");
    let by_other = PAY.replace("app: pay", "svc: pay");
    let elsewhere = pay.replace("namespace: shop", "namespace: web");
    let missed: &[&str] = &["canary-primary-not-selected"];
    assert_codes(&[
        ("a policy", vec![&*pay, PAY, canary], missed),
        ("beside a policy that denies", vec![deny_all, &pay, PAY, canary], missed),
        ("one for the copies", vec![&pay, &primary, PAY, canary], &[]),
        ("one for the copies of another action", vec![&pay, &denies, PAY, canary], missed),
        ("the same for all", vec![&pay, &all, PAY, canary], &[]),
        ("by a label that both have", vec![&both, PAY, canary], &[]),
        ("of another namespace", vec![&elsewhere, PAY, canary], &[]),
        ("no canary", vec![&pay, PAY], &[]),
        ("a target that is not shown", vec![&pay, canary], &["canary-primary-not-selected?"]),
        ("its copies covered", vec![&pay, &primary, canary], &[]),
        ("a target of another label", vec![&pay, &by_name, canary], &[]),
        (
            "a target of none of the labels",
            vec![&pay.replace("app: pay", "svc: pay"), &by_other, canary],
            &[],
        ),
        ("mutual TLS", vec![&peer, PAY, canary], missed),
        ("a Server", vec![&server, PAY, canary], missed),
        ("a network policy", vec![&network, PAY, canary], missed),
        ("by a list of both", vec![&in_list, PAY, canary], &[]),
        ("as a caller", vec![&caller, PAY, canary, ORDERS], missed),
        ("as two callers", vec![&two_callers, PAY, canary, ORDERS], &[]),
        ("a policy of Cilium's", vec![&cilium, PAY, canary], missed),
        ("a disruption budget", vec![&budget, PAY, canary], missed),
        ("its own Service", vec![&service("pay"), PAY, canary], &[]),
        ("another Service", vec![&service("side"), PAY, canary], &["canary-primary-not-selected?"]),
    ]);
}

#[test]
fn sidecars_and_what_they_hide() {
    let sidecar = |hosts: &str, more: &str| {
        format!(
            "{{apiVersion: networking.istio.io/v1, kind: Sidecar, metadata: {{name: default, namespace: shop}}, spec: {{{more} egress: [{{hosts: [{hosts}]}}]}}}}"
        )
    };
    let own = sidecar("./*", "");
    let strict = "{apiVersion: security.istio.io/v1, kind: PeerAuthentication, metadata: {name: default, namespace: far}, spec: {mtls: {mode: STRICT}}}";
    let loose = strict.replace("STRICT", "PERMISSIVE");
    let service = "{apiVersion: v1, kind: Service, metadata: {name: db, namespace: far}, spec: {selector: {app: db}, ports: [{name: http, port: 80}]}}";
    let caller = |value: &str| {
        ORDERS.replace(
            "image: orders",
            &format!("image: orders, env: [{{name: DB, value: '{value}'}}]"),
        )
    };
    let calls = caller("http://db.far.svc.cluster.local:80/x");
    let argument = ORDERS.replace("image: orders", "image: orders, args: [--db=db.far:80]");
    let elsewhere = caller("http://db.example.com");
    let allows = "{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {name: db, namespace: far}, spec: {selector: {matchLabels: {app: db}}, rules: [{from: [{source: {principals: [cluster.local/ns/shop/sa/orders]}}]}]}}";
    let denies = allows.replace("spec: {", "spec: {action: DENY, ");
    let routed = "{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: db, namespace: shop}, spec: {hosts: [db.far.svc.cluster.local], http: [{route: [{destination: {host: db.far.svc.cluster.local}}]}]}}";
    let root = "{apiVersion: security.istio.io/v1, kind: PeerAuthentication, metadata: {name: default, namespace: istio-system}, spec: {mtls: {mode: STRICT}}}";
    let far = SHOP.replace("name: shop", "name: far");
    let hidden: &[&str] = &["sidecar-hides-host"];
    assert_codes(&[
        ("a call", vec![&*own, strict, service, &calls], hidden),
        ("an argument", vec![&own, strict, service, &argument], hidden),
        ("a caller that is let in", vec![&own, strict, service, allows], hidden),
        ("one that is not", vec![&own, strict, service, &denies], &[]),
        ("shown", vec![&sidecar("./*, far/*", ""), strict, service, &calls], &[]),
        (
            "shown by its name",
            vec![&sidecar("./*, '*/db.far.svc.cluster.local'", ""), strict, service, &calls],
            &[],
        ),
        (
            "another host of it",
            vec![&sidecar("./*, far/web.far.svc.cluster.local", ""), strict, service, &calls],
            hidden,
        ),
        ("all", vec![&sidecar("'*/*'", ""), strict, service, &calls], &[]),
        ("shown by a route", vec![&own, strict, service, &calls, routed], &[]),
        ("plain text is taken", vec![&own, &loose, service, &calls], &[]),
        ("the mesh's policy", vec![&own, root, &far, service, &calls], hidden),
        (
            "the mesh's policy, of what may be outside",
            vec![&own, root, service, &calls],
            &["sidecar-hides-host?"],
        ),
        ("another host", vec![&own, strict, service, &elsewhere], &[]),
        ("a Service that is not shown", vec![&own, strict, &calls], &[]),
        (
            "a Sidecar of other pods",
            vec![
                &sidecar("./*", "workloadSelector: {labels: {app: web}},"),
                strict,
                service,
                &calls,
            ],
            &[],
        ),
        (
            "a Sidecar of these pods",
            vec![
                &sidecar("./*", "workloadSelector: {labels: {app: orders}},"),
                strict,
                service,
                &calls,
            ],
            hidden,
        ),
        ("no Sidecar", vec![strict, service, &calls], &[]),
    ]);
}
