//! Sets that look broken and are not, each beside its neighbour that is.

use super::sets_tests::{
    AMBIENT, BLOCKED, CLOSED_IN, DNS, ORDERS, PAY, PLAIN, SHOP, assert_codes, egress, policy, to,
};

/// A call of `db.far`, which takes mutual TLS alone and which a Sidecar of `namespace` does not show.
struct Hidden {
    strict: &'static str,
    service: &'static str,
    calls: String,
}

impl Hidden {
    fn new() -> Hidden {
        Hidden {
            strict: "{apiVersion: security.istio.io/v1, kind: PeerAuthentication, metadata: {name: default, namespace: far}, spec: {mtls: {mode: STRICT}}}",
            service: "{apiVersion: v1, kind: Service, metadata: {name: db, namespace: far}, spec: {selector: {app: db}, ports: [{name: http, port: 80}]}}",
            calls: ORDERS.replace(
                "image: orders",
                "image: orders, env: [{name: DB, value: 'http://db.far'}]",
            ),
        }
    }

    fn sidecar(namespace: &str) -> String {
        format!(
            "{{apiVersion: networking.istio.io/v1, kind: Sidecar, metadata: {{name: default, namespace: {namespace}}}, spec: {{egress: [{{hosts: [./*]}}]}}}}"
        )
    }
}

const OUTSIDE: &str = "{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {istio-injection: disabled}}}";
const HIDDEN: &[&str] = &["sidecar-hides-host"];

#[test]
fn whom_a_sidecar_is_for() {
    let Hidden { strict, service, calls } = &Hidden::new();
    let (own, root) = (&*Hidden::sidecar("shop"), &*Hidden::sidecar("istio-system"));
    let labels = |label: &str| calls.replace("labels: {app: orders}", label);
    let without = labels("labels: {app: orders, sidecar.istio.io/inject: 'false'}");
    let asking = labels("labels: {app: orders, sidecar.istio.io/inject: 'true'}");
    let out = labels("labels: {app: orders, istio.io/dataplane-mode: none}");
    let on_host = calls.replace("spec: {containers", "spec: {hostNetwork: true, containers");
    let gateway = asking.replace(
        "metadata: {labels",
        "metadata: {annotations: {inject.istio.io/templates: gateway}, labels",
    );
    let router = calls.replace("- name: orders", "- name: istio-proxy").replace(
        "{name: orders, image: orders",
        "{name: istio-proxy, args: [proxy, router], image: orders",
    );
    let sidecar = calls.replace(
        "{name: orders, image: orders",
        "{name: istio-proxy, args: [proxy, sidecar], image: orders",
    );
    let allows = |who: &str| {
        format!(
            "{{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {{name: db, namespace: far}}, spec: {{selector: {{matchLabels: {{app: db}}}}, rules: [{{from: [{{source: {{{who}}}}}]}}]}}}}"
        )
    };
    let account = &*allows("principals: [cluster.local/ns/shop/sa/edge-istio]");
    let namespace = &*allows("namespaces: [shop]");
    let edge = "{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {name: edge, namespace: shop}, spec: {gatewayClassName: istio, listeners: [{name: http, port: 80, protocol: HTTP}]}}";
    let silent = ORDERS;
    let without_calls = ORDERS.replace(
        "labels: {app: orders}}, spec",
        "labels: {app: orders, sidecar.istio.io/inject: 'false'}}, spec",
    );
    assert_codes(&[
        ("its namespace's", vec![own, strict, service, calls], HIDDEN),
        ("the mesh's, of an injected pod", vec![root, strict, service, SHOP, calls], HIDDEN),
        ("of a pod that asks", vec![root, strict, service, &asking], HIDDEN),
        (
            "of one that nothing shows to have a proxy",
            vec![root, strict, service, calls],
            &["sidecar-hides-host?"],
        ),
        ("of one without", vec![own, strict, service, &without], &[]),
        ("of one in a namespace without", vec![own, strict, service, OUTSIDE, calls], &[]),
        ("of one in its node's network", vec![own, strict, service, SHOP, &on_host], &[]),
        ("of one in ambient mode", vec![root, strict, service, AMBIENT, calls], &[]),
        ("of one left out of ambient mode", vec![root, strict, service, AMBIENT, &out], &[]),
        ("of a gateway", vec![own, strict, service, &gateway], &[]),
        ("of a gateway as it runs", vec![own, strict, service, &router], &[]),
        ("of a sidecar as it runs", vec![own, strict, service, &sidecar], HIDDEN),
        ("of callers by account", vec![own, strict, service, SHOP, account], HIDDEN),
        ("of those of a Gateway", vec![own, strict, service, SHOP, account, edge], &[]),
        (
            "of callers of an ambient namespace",
            vec![root, strict, service, AMBIENT, namespace],
            &[],
        ),
        ("of callers of the namespace", vec![own, strict, service, namespace, silent], HIDDEN),
        ("of callers without", vec![own, strict, service, namespace, &without_calls], &[]),
    ]);
}

/// Many policies for all workloads of a namespace let one caller in: what each Service says of itself is said of a few.
#[test]
fn what_many_policies_let_in_is_said_of_a_few() {
    let Hidden { strict, service, .. } = &Hidden::new();
    let own = Hidden::sidecar("shop");
    let manifests: Vec<String> = (0..200)
        .flat_map(|number| {
            let policy = format!(
                "{{apiVersion: security.istio.io/v1, kind: AuthorizationPolicy, metadata: {{name: p{number}, namespace: far}}, spec: {{rules: [{{from: [{{source: {{namespaces: [shop]}}}}]}}]}}}}"
            );
            [service.replace("db", &format!("db{number}")), policy]
        })
        .collect();
    let mut set = vec![&*own, strict];
    set.extend(manifests.iter().map(String::as_str));
    assert_codes(&[("200 of each", set, &["sidecar-hides-host"; 16])]);
}

#[test]
fn who_refuses_plain_text() {
    let Hidden { strict, service, calls } = &Hidden::new();
    let own = &*Hidden::sidecar("shop");
    let far = &*SHOP.replace("name: shop", "name: far");
    let ambient = &*AMBIENT.replace("name: shop", "name: far");
    let plain = &*OUTSIDE.replace("name: shop", "name: far");
    let db = &*PAY.replace("pay", "db").replace("namespace: shop", "namespace: far");
    let labelled = |label: &str| db.replace("tier: back", label);
    let without = labelled("tier: back, sidecar.istio.io/inject: 'false'");
    let asking = labelled("tier: back, sidecar.istio.io/inject: 'true'");
    let left_out = labelled("tier: back, istio.io/dataplane-mode: none");
    let on_host = db.replace("spec: {containers", "spec: {hostNetwork: true, containers");
    let gateway = asking.replace(
        "metadata: {labels",
        "metadata: {annotations: {inject.istio.io/templates: gateway}, labels",
    );
    let beside = without.replace("name: db, namespace", "name: db-old, namespace");
    let root = &*strict.replace("namespace: far", "namespace: istio-system");
    assert_codes(&[
        ("pods with a proxy", vec![own, strict, service, calls, far, db], HIDDEN),
        ("pods of which nothing says it", vec![own, strict, service, calls, db], HIDDEN),
        ("pods in ambient mode", vec![own, strict, service, calls, ambient, db], HIDDEN),
        ("pods left out of it", vec![own, strict, service, calls, ambient, &left_out], &[]),
        ("pods without", vec![own, strict, service, calls, far, &without], &[]),
        ("some without", vec![own, strict, service, calls, far, db, &beside], &[]),
        ("pods in their node's network", vec![own, strict, service, calls, far, &on_host], &[]),
        ("a namespace without", vec![own, strict, service, calls, plain], &[]),
        ("a gateway", vec![own, strict, service, calls, far, &gateway], &[]),
        ("the mesh's policy", vec![own, root, service, calls, far, db], HIDDEN),
        ("the mesh's policy, of pods that ask", vec![own, root, service, calls, &asking], HIDDEN),
        (
            "the mesh's policy, of others",
            vec![own, root, service, calls, db],
            &["sidecar-hides-host?"],
        ),
        ("the mesh's policy, of a namespace without", vec![own, root, service, calls, plain], &[]),
    ]);
}

#[test]
fn whose_calls_come_in_a_tunnel() {
    let tunnel: &[&str] = &["ambient-tunnel-blocked"];
    let lets_in = |selector: &str, from: &str| {
        policy(
            selector,
            &format!("policyTypes: [Ingress], ingress: [{{{from} ports: [{{port: 9090}}]}}]"),
        )
    };
    let pay = "{matchLabels: {app: pay}}";
    let from_own = lets_in(pay, "from: [{podSelector: {}}],");
    let monitoring =
        "from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: monitoring}}}],";
    let from_monitoring = lets_in(pay, monitoring);
    let from_addresses = lets_in(pay, "from: [{ipBlock: {cidr: 203.0.113.0/24}}],");
    let from_both = lets_in(pay, "from: [{ipBlock: {cidr: 203.0.113.0/24}}, {podSelector: {}}],");
    let plain = &*PLAIN.replace("name: shop", "name: monitoring");
    let ambient = &*AMBIENT.replace("name: shop", "name: monitoring");
    let with_sidecar = PAY.replace("tier: back", "tier: back, sidecar.istio.io/inject: 'true'");
    let on_host = PAY.replace("spec: {containers", "spec: {hostNetwork: true, containers");
    let edge = "{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {name: edge, namespace: shop}, spec: {gatewayClassName: istio, listeners: [{name: http, port: 9090, protocol: HTTP}]}}";
    let to_edge = lets_in("{matchLabels: {gateway.networking.k8s.io/gateway-name: edge}}", "");
    let to_others = lets_in("{matchLabels: {app: web}}", "");
    let istio = "{apiVersion: networking.istio.io/v1, kind: Gateway, metadata: {name: edge, namespace: shop}, spec: {selector: {istio: edge}, servers: [{port: {number: 9090, name: http, protocol: HTTP}, hosts: ['*']}]}}";
    let to_istio = lets_in("{matchLabels: {istio: edge}}", "");
    assert_codes(&[
        ("from its own", vec![AMBIENT, &from_own, PAY], tunnel),
        ("from a namespace in the mesh", vec![AMBIENT, ambient, &from_monitoring, PAY], tunnel),
        ("from one that is not", vec![AMBIENT, plain, &from_monitoring, PAY], &[]),
        ("from one that is not shown", vec![AMBIENT, &from_monitoring, PAY], &[]),
        ("from addresses", vec![AMBIENT, &from_addresses, PAY], &[]),
        ("from addresses and its own", vec![AMBIENT, &from_both, PAY], tunnel),
        ("to a pod with a sidecar", vec![AMBIENT, &from_own, &with_sidecar], &[]),
        ("to a pod in its node's network", vec![AMBIENT, &from_own, &on_host], &[]),
        ("to the pods of a Gateway", vec![AMBIENT, &to_edge, edge], &[]),
        ("to others, beside a Gateway", vec![AMBIENT, &to_others, edge], tunnel),
        ("to the pods of Istio's Gateway", vec![AMBIENT, &to_istio, istio], &[]),
        ("to what no Gateway is for", vec![AMBIENT, &to_istio], tunnel),
    ]);
}

#[test]
fn no_policy_isolates_the_pods_of_a_node() {
    let istio = "{apiVersion: networking.istio.io/v1, kind: Gateway, metadata: {name: edge, namespace: shop}, spec: {selector: {app: pay}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ['*']}]}}";
    let edge = "{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {name: edge, namespace: far}, spec: {gatewayClassName: istio, listeners: [{name: http, port: 80, protocol: HTTP, allowedRoutes: {namespaces: {from: All}}}]}}";
    let route = "{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: pay, namespace: shop}, spec: {parentRefs: [{name: edge, namespace: far}], rules: [{backendRefs: [{name: pay, port: 80}]}]}}";
    let service = "{apiVersion: v1, kind: Service, metadata: {name: pay, namespace: shop}, spec: {selector: {app: pay}, ports: [{name: http, port: 80, targetPort: http}]}}";
    let on_host = PAY.replace("spec: {containers", "spec: {hostNetwork: true, containers");
    assert_codes(&[
        ("a Gateway", vec![CLOSED_IN, istio, PAY], &["gateway-clients-blocked"]),
        ("a Gateway there", vec![CLOSED_IN, istio, &on_host], &[]),
        ("a backend", vec![CLOSED_IN, edge, route, service, PAY], &["gateway-backend-blocked"]),
        ("a backend there", vec![CLOSED_IN, edge, route, service, &on_host], &[]),
    ]);
}

const CANARY: &str = "{apiVersion: flagger.app/v1beta1, kind: Canary, metadata: {name: pay, namespace: shop}, spec: {targetRef: {apiVersion: apps/v1, kind: Deployment, name: pay}, service: {port: 80}, analysis: {interval: 1m, threshold: 3}}}";
const MISSED: &[&str] = &["canary-primary-not-selected"];

#[test]
fn what_other_rules_let_a_canarys_copies_do() {
    let lets_in = |rules: &str| {
        policy(
            "{matchLabels: {app: orders}}",
            &format!("policyTypes: [Ingress], ingress: [{rules}]"),
        )
    };
    let other = |policy: String| policy.replace("name: some", "name: other");
    let caller = "{from: [{podSelector: {matchLabels: {app: pay}}}], ports: [{port: 8080}]}";
    let copies = caller.replace("app: pay", "app: pay-primary");
    let (one, pay) = (&*lets_in(caller), PAY);
    let rule = |more: &str| lets_in(&format!("{caller}, {more}"));
    let elsewhere = other(policy(
        "{matchLabels: {app: web}}",
        &format!("policyTypes: [Ingress], ingress: [{copies}]"),
    ));
    let out = other(policy(
        "{matchLabels: {app: orders}}",
        "policyTypes: [Egress], egress: [{to: [{podSelector: {}}]}]",
    ));
    let all = other(policy("{}", "policyTypes: [Ingress], ingress: [{from: [{podSelector: {}}]}]"));
    let cilium = |peers: &str| {
        format!(
            "{{apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: {{name: orders, namespace: shop}}, spec: {{endpointSelector: {{matchLabels: {{app: orders}}}}, ingress: [{{fromEndpoints: [{{matchLabels: {{app: pay}}}}]}}{peers}]}}}}"
        )
    };
    assert_codes(&[
        ("alone", vec![one, pay, CANARY, ORDERS], MISSED),
        ("another rule", vec![&rule(&copies), pay, CANARY, ORDERS], &[]),
        (
            "of other ports",
            vec![&rule(&copies.replace("8080", "9090")), pay, CANARY, ORDERS],
            MISSED,
        ),
        (
            "of a range of them",
            vec![&rule(&copies.replace("8080", "8000, endPort: 9000")), pay, CANARY, ORDERS],
            &[],
        ),
        (
            "for all namespaces",
            vec![&rule("{from: [{namespaceSelector: {}}]}"), pay, CANARY, ORDERS],
            &[],
        ),
        ("for anyone", vec![&rule("{ports: [{port: 8080}]}"), pay, CANARY, ORDERS], &[]),
        ("another policy", vec![one, &all, pay, CANARY, ORDERS], &[]),
        ("another policy for others", vec![one, &elsewhere, pay, CANARY, ORDERS], MISSED),
        ("another direction", vec![one, &out, pay, CANARY, ORDERS], MISSED),
        ("Cilium's", vec![&cilium(""), pay, CANARY, ORDERS], MISSED),
        ("an entity", vec![&cilium(", {fromEntities: [cluster]}"), pay, CANARY, ORDERS], &[]),
        (
            "an entity that has no pods",
            vec![&cilium(", {fromEntities: [host]}"), pay, CANARY, ORDERS],
            MISSED,
        ),
    ]);
}

#[test]
fn what_other_policies_say_of_a_canarys_copies() {
    let of = |name: &str, selector: &str, rest: &str| {
        policy(selector, rest).replace("name: some", &format!("name: {name}"))
    };
    let pay = "{matchLabels: {app: pay}}";
    let rule = "{from: [{podSelector: {matchLabels: {app: orders}}}]}";
    let ingress = |rule: &str| format!("policyTypes: [Ingress], ingress: [{rule}]");
    let own = &*of("pay", pay, &ingress(rule));
    let closed = &*of("closed", pay, "policyTypes: [Ingress]");
    let out = &*of("out", pay, "policyTypes: [Egress]");
    let copies = of("copies", "{matchLabels: {app: pay-primary}}", &ingress(rule));
    let copies_out = of("copies", "{matchLabels: {app: pay-primary}}", "policyTypes: [Egress]");
    let all = of("all", "{}", &ingress(rule));
    let all_namespace = of("all", "{}", &ingress("{from: [{podSelector: {}}]}"));
    let all_others =
        of("all", "{}", &ingress("{from: [{podSelector: {matchLabels: {app: web}}}]}"));
    let deny = &*of("deny", "{}", "policyTypes: [Ingress]");
    assert_codes(&[
        ("alone", vec![own, PAY, CANARY, ORDERS], MISSED),
        ("another for the copies", vec![own, &copies, PAY, CANARY, ORDERS], &[]),
        ("of another direction", vec![own, &copies_out, PAY, CANARY, ORDERS], MISSED),
        ("the same for all", vec![own, &all, PAY, CANARY, ORDERS], &[]),
        ("more for all", vec![own, &all_namespace, PAY, CANARY, ORDERS], &[]),
        ("something else for all", vec![own, &all_others, PAY, CANARY, ORDERS], MISSED),
        ("all closed", vec![own, deny, PAY, CANARY, ORDERS], MISSED),
        ("closed, and nothing closes the copies", vec![closed, PAY, CANARY], MISSED),
        ("closed, as all are", vec![closed, deny, PAY, CANARY], &[]),
        ("closed to the outside, as all are not", vec![out, deny, PAY, CANARY], MISSED),
    ]);
}

#[test]
fn control_planes_that_are_elsewhere() {
    let closed = &*egress(&[DNS, "{to: [{podSelector: {}}], ports: [{port: 8080}]}"]);
    let add_on = &*egress(&[DNS, &to("aks-istio-system", "15012")]);
    let of = |revision: &str| {
        SHOP.replace("istio-injection: enabled", &format!("istio.io/rev: {revision}"))
    };
    let (aks, google, own) = (&*of("asm-1-30"), &*of("asm-managed-rapid"), &*of("1-30-0"));
    let edge = "{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {name: edge, namespace: shop}, spec: {gatewayClassName: istio, listeners: [{name: http, port: 80, protocol: HTTP}]}}";
    let stock = &*egress(&[DNS, &to("istio-system", "15012")]);
    assert_codes(&[
        ("the add-on's", vec![aks, closed, PAY], BLOCKED),
        ("the add-on's, open", vec![aks, add_on, PAY], &[]),
        ("the add-on's, open to another", vec![aks, stock, PAY], BLOCKED),
        ("Google's", vec![google, closed, PAY], &[]),
        ("a revision of one's own", vec![own, closed, PAY], BLOCKED),
        ("a Gateway of the add-on's revision", vec![aks, stock, edge], BLOCKED),
        ("a Gateway of Google's revision", vec![google, closed, edge], &[]),
    ]);
}
