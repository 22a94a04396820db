//! What holds by a policy of the mesh, by a pod's own label, or for a policy's own namespace.

use super::sets_tests::{BLOCKED, DNS, ORDERS, PAY, SHOP, assert_codes, egress, findings, policy};
use plumb_text::diag::Severity;

const STRICT: &str = "{apiVersion: security.istio.io/v1, kind: PeerAuthentication, metadata: {name: default, namespace: istio-system}, spec: {mtls: {mode: STRICT}}}";
const CONFLICT: &[&str] = &["mtls-conflict"];

#[test]
fn plain_text_and_the_policy_of_the_mesh() {
    let rule = "{apiVersion: networking.istio.io/v1, kind: DestinationRule, metadata: {name: pay, namespace: shop}, spec: {host: pay.shop.svc.cluster.local, trafficPolicy: {tls: {mode: DISABLE}}}}";
    let service = "{apiVersion: v1, kind: Service, metadata: {name: pay, namespace: shop}, spec: {selector: {app: pay}, ports: [{name: http, port: 80}]}}";
    let aks = &*STRICT.replace("istio-system", "aks-istio-system");
    let open = &*STRICT.replace("istio-system", "shop").replace("STRICT", "PERMISSIVE");
    let loose = &*STRICT.replace("STRICT", "PERMISSIVE");
    let outside = &*SHOP.replace("enabled", "disabled");
    let without = &*PAY.replace("tier: back", "tier: back, sidecar.istio.io/inject: 'false'");
    let external = service
        .replace("selector: {app: pay}", "type: ExternalName, externalName: pay.example.com");
    let by_mesh = rule.replace("DISABLE", "ISTIO_MUTUAL");
    assert_codes(&[
        ("of a Service", vec![STRICT, rule, service], CONFLICT),
        ("of the add-on", vec![aks, rule, service], CONFLICT),
        ("of a namespace in the mesh", vec![STRICT, rule, service, SHOP], CONFLICT),
        ("of a namespace that is not", vec![STRICT, rule, service, outside], &[]),
        ("of pods without a proxy", vec![STRICT, rule, service, without], &[]),
        ("with the namespace's own", vec![STRICT, open, rule, service], &[]),
        ("that takes both", vec![loose, rule, service], &[]),
        ("of what is not shown", vec![STRICT, rule], &[]),
        ("of what is elsewhere", vec![STRICT, rule, &external], &[]),
        ("of the mesh's own", vec![STRICT, &by_mesh, service], &[]),
    ]);
    let severity = |set: &[&str]| findings(set).first().map(|finding| finding.severity);
    let (unknown, injected) = ([STRICT, rule, service], [STRICT, rule, service, SHOP]);
    assert_eq!(severity(&unknown), Some(Severity::Warning), "nothing shows the proxies");
    assert_eq!(severity(&injected), Some(Severity::Error), "they are injected");
}

#[test]
fn pods_that_are_in_ambient_mode_by_their_own_label() {
    let tunnel: &[&str] = &["ambient-tunnel-blocked"];
    let ambient = |pod: &str, label: &str| {
        pod.replace(label, &format!("{label}, istio.io/dataplane-mode: ambient"))
    };
    let pay = &*ambient(PAY, "tier: back");
    let orders = &*ORDERS.replace(
        "labels: {app: orders}",
        "labels: {app: orders, istio.io/dataplane-mode: ambient}",
    );
    let lets_in = |from: &str, port: &str| {
        policy(
            "{matchLabels: {app: pay}}",
            &format!("policyTypes: [Ingress], ingress: [{{{from} ports: [{{port: {port}}}]}}]"),
        )
    };
    let from_orders = "from: [{podSelector: {matchLabels: {app: orders}}}],";
    let closed = &*lets_in(from_orders, "8080");
    let open = &*lets_in(from_orders, "15008");
    let from_web = &*lets_in("from: [{podSelector: {matchLabels: {app: web}}}],", "8080");
    let calls = &*policy(
        "{matchLabels: {app: orders}}",
        "policyTypes: [Egress], egress: [{to: [{podSelector: {matchLabels: {app: pay}}}], ports: [{port: 8080}]}]",
    );
    assert_codes(&[
        ("calls of such pods", vec![closed, pay, orders], tunnel),
        ("the tunnel's port", vec![open, pay, orders], &[]),
        ("callers that are not", vec![closed, pay, ORDERS], &[]),
        ("callers that are not shown", vec![from_web, pay, orders], &[]),
        ("pods that are not", vec![closed, PAY, orders], &[]),
        ("calls to such pods", vec![calls, pay, orders], tunnel),
        ("calls to others", vec![calls, PAY, orders], &[]),
    ]);
}

#[test]
fn pods_of_the_own_namespace_are_no_istiod() {
    let to_istiod = |more: &str| {
        egress(&[
            DNS,
            &format!(
                "{{to: [{{{more}podSelector: {{matchLabels: {{app: istiod}}}}}}], ports: [{{port: 15012}}]}}"
            ),
        ])
    };
    let own = &*to_istiod("");
    let any = &*to_istiod("namespaceSelector: {}, ");
    let unnamed = &*own.replace("namespace: shop", "");
    let istiod = "{apiVersion: apps/v1, kind: Deployment, metadata: {name: istiod, namespace: shop}, spec: {selector: {matchLabels: {app: istiod}}, template: {metadata: {labels: {app: istiod}}, spec: {containers: [{name: discovery, image: pilot}]}}}}";
    let asking = &*PAY.replace("tier: back", "tier: back, sidecar.istio.io/inject: 'true'");
    let gateway = &*asking.replace(
        "metadata: {labels",
        "metadata: {annotations: {inject.istio.io/templates: gateway}, labels",
    );
    assert_codes(&[
        ("its own", vec![SHOP, own, PAY], BLOCKED),
        ("any", vec![SHOP, any, PAY], &[]),
        ("one that is not written", vec![SHOP, unnamed, PAY], &[]),
        ("its own, with an istiod", vec![SHOP, own, PAY, istiod], &[]),
        ("its own, of which a pod has a proxy", vec![own, asking], BLOCKED),
        ("its own, of which a gateway has one", vec![own, gateway], &[]),
    ]);
}
