//! What is shown in part, or in other sections of a page, and what is left out beside it.

use super::{Member, analyse_group};
use plumb_kube::gaps::Gaps;
use plumb_kube::path::{FieldPath, Step};
use plumb_kube::{Document, Format, read};
use plumb_text::{Source, TextMap};

const SERVICE: &str = "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\nspec: {selector: {app: web}, ports: [{name: http, port: 80}]}\n";
const OTHER: &str = "apiVersion: v1\nkind: Service\nmetadata: {name: cart, namespace: shop}\nspec: {selector: {app: cart}, ports: [{name: http, port: 80}]}\n";
const INGRESS: &str = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web, namespace: shop}\nspec: {rules: [{http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 81}}}}]}}]}\n";
const GATEWAY: &str = "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: edge, namespace: shop}\nspec: {gatewayClassName: c, listeners: [{name: http, port: 80, protocol: HTTP}]}\n";
const ROUTE: &str = "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: web, namespace: shop}\nspec: {parentRefs: [{name: edge, sectionName: https}]}\n";
const DESTINATION: &str = "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: web, namespace: shop}\nspec: {hosts: [web], http: [{route: [{destination: {host: web, subset: v2}}]}]}\n";
const RULE: &str = "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: web, namespace: shop}\nspec: {host: web, subsets: [{name: v1, labels: {version: v1}}]}\n";
const WORKLOAD: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\nspec: {selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: web, ports: [{name: http, containerPort: 80}]}]}}}\n";

/// A manifest as a page shows it.
struct Shown {
    text: String,
    gaps: Gaps,
    section: Vec<usize>,
}

fn whole(text: &str) -> Shown {
    Shown { text: text.to_owned(), gaps: Gaps::default(), section: Vec::new() }
}

fn part(text: &str) -> Shown {
    Shown { gaps: Gaps::everywhere(), ..whole(text) }
}

/// A manifest with a gap in the node at a path.
fn open(text: &str, path: &str) -> Shown {
    let step = |path: FieldPath, name: &str| path.then(Step::Field(name.to_owned()));
    let mut gaps = Gaps::default();
    gaps.open(path.split('.').fold(FieldPath::default(), step));
    Shown { gaps, ..whole(text) }
}

fn under(section: &[usize], text: &str) -> Shown {
    Shown { section: section.to_vec(), ..whole(text) }
}

fn codes(shown: &[Shown], is_open: bool) -> Vec<&'static str> {
    let documents: Vec<Document> = shown
        .iter()
        .map(|one| {
            let source = Source::new("page.yaml", &*one.text);
            let map = TextMap::identity(&source);
            let mut document = read(source.text(), &map, Format::Yaml).documents.remove(0);
            document.gaps = one.gaps.clone();
            document
        })
        .collect();
    let members: Vec<Member<'_>> = documents
        .iter()
        .zip(shown)
        .map(|(document, one)| Member { document, section: &one.section })
        .collect();
    analyse_group(&members, is_open).iter().map(|finding| finding.code.name).collect()
}

#[test]
fn what_is_shown_in_part_exists() {
    let table: Vec<(&str, Vec<Shown>, &[&str])> = vec![
        ("a port", vec![whole(SERVICE), whole(INGRESS)], &["backend-port-missing"]),
        ("of a part", vec![part(SERVICE), whole(INGRESS)], &[]),
        ("with a gap among the ports", vec![open(SERVICE, "spec.ports"), whole(INGRESS)], &[]),
        (
            "with a gap elsewhere",
            vec![open(SERVICE, "metadata"), whole(INGRESS)],
            &["backend-port-missing"],
        ),
        ("from a part", vec![whole(SERVICE), part(INGRESS)], &["backend-port-missing"]),
        ("a Service", vec![whole(OTHER), whole(INGRESS)], &["backend-missing"]),
        (
            "beside the part of it",
            vec![
                whole(OTHER),
                part("apiVersion: v1\nkind: Service\nmetadata: {name: web}\n"),
                whole(INGRESS),
            ],
            &[],
        ),
        (
            "beside one without a name",
            vec![whole(OTHER), part("apiVersion: v1\nkind: Service\nspec: {}\n"), whole(INGRESS)],
            &[],
        ),
        ("beside parts alone", vec![part(OTHER), whole(INGRESS)], &[]),
        ("a listener", vec![whole(GATEWAY), whole(ROUTE)], &["route-listener-missing"]),
        (
            "of a variant without a head",
            vec![
                whole(GATEWAY),
                part(
                    "kind: Gateway\nmetadata: {name: edge, namespace: shop}\nspec: {listeners: [{name: https}]}\n",
                ),
                whole(ROUTE),
            ],
            &[],
        ),
        ("a subset", vec![whole(RULE), whole(DESTINATION)], &["subset-missing"]),
        ("with a gap among the subsets", vec![open(RULE, "spec.subsets"), whole(DESTINATION)], &[]),
        (
            "with a gap elsewhere",
            vec![open(RULE, "spec.trafficPolicy"), whole(DESTINATION)],
            &["subset-missing"],
        ),
        (
            "a route without a name",
            vec![whole(SERVICE), part(&INGRESS.replace("name: web, namespace", "namespace"))],
            &[],
        ),
    ];
    for (name, shown, wanted) in table {
        assert_eq!(codes(&shown, false), wanted, "{name}");
    }
}

#[test]
fn a_workload_shown_in_part_may_have_more() {
    let service = SERVICE.replace("port: 80", "port: 80, targetPort: api");
    let other = WORKLOAD.replace("app: web", "app: webb");
    let bare = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\nspec: {template: {spec: {}}}\n";
    let table: Vec<(&str, Vec<Shown>, &[&str])> = vec![
        ("a port", vec![whole(&service), whole(WORKLOAD)], &["service-target-port-missing"]),
        ("of a part", vec![whole(&service), part(WORKLOAD)], &[]),
        ("of one whose containers are left out", vec![whole(&service), whole(WORKLOAD), open(WORKLOAD, "spec.template.spec.containers")], &[]),
        ("of one without containers", vec![whole(&service), whole(&WORKLOAD.replace("containers: [{name: web, image: web, ports: [{name: http, containerPort: 80}]}]", "nodeName: a"))], &[]),
        ("labels", vec![whole(SERVICE), whole(&other)], &["service-selects-nothing"]),
        ("beside a part without labels", vec![whole(SERVICE), whole(&other), part(bare)], &[]),
        ("beside a part with others", vec![whole(SERVICE), whole(&other), part(&other)], &["service-selects-nothing"]),
    ];
    for (name, shown, wanted) in table {
        assert_eq!(codes(&shown, false), wanted, "{name}");
    }
}

/// What is left out may be what others name; what stands there contradicts each other all the same.
#[test]
fn in_an_open_group_nothing_is_missing() {
    let table: [(&str, &[&str], &[&str]); 4] = [
        ("a Service", &[OTHER, INGRESS], &["backend-missing"]),
        ("a subset", &[RULE, DESTINATION], &["subset-missing"]),
        (
            "labels",
            &[SERVICE, &WORKLOAD.replace("app: web", "app: webb")],
            &["service-selects-nothing"],
        ),
        (
            "a Gateway",
            &[&GATEWAY.replace("name: edge", "name: edges"), ROUTE],
            &["route-parent-missing"],
        ),
    ];
    for (name, texts, wanted) in table {
        let shown: Vec<Shown> = texts.iter().map(|text| whole(text)).collect();
        assert_eq!(codes(&shown, false), wanted, "{name}");
        assert_eq!(codes(&shown, true), [""; 0], "{name}");
    }
    let stays = [whole(SERVICE), whole(INGRESS)];
    assert_eq!(codes(&stays, true), ["backend-port-missing"]);
    let rivals = [whole(DESTINATION), whole(&DESTINATION.replace("name: web,", "name: b,"))];
    assert_eq!(codes(&rivals, true), ["virtual-service-conflict"]);
}

/// Sections of a page are steps, one after the other, or recipes for one thing.
#[test]
fn a_section_defines_for_those_after_it_what_none_before_it_names() {
    let table: Vec<(&str, Vec<Shown>, &[&str])> = vec![
        (
            "a step after another",
            vec![under(&[0, 1], SERVICE), under(&[0, 2], INGRESS)],
            &["backend-port-missing"],
        ),
        (
            "one section",
            vec![under(&[0, 1], INGRESS), under(&[0, 1], SERVICE)],
            &["backend-port-missing"],
        ),
        (
            "a section and its own",
            vec![under(&[0, 1], INGRESS), under(&[0, 1, 2], SERVICE)],
            &["backend-port-missing"],
        ),
        ("a recipe before another", vec![under(&[0, 1], INGRESS), under(&[0, 2], SERVICE)], &[]),
        (
            "a recipe between two",
            vec![under(&[0, 1], INGRESS), under(&[0, 2], SERVICE), under(&[0, 3], INGRESS)],
            &[],
        ),
        (
            "recipes, and its own contradicts",
            vec![
                under(&[0, 1], INGRESS),
                under(&[0, 2], SERVICE),
                under(&[0, 2], &INGRESS.replacen("name: web,", "name: b,", 1)),
            ],
            &["backend-port-missing"],
        ),
        (
            "what no section shows beside it",
            vec![under(&[0, 1], OTHER), under(&[0, 2], INGRESS)],
            &[],
        ),
        (
            "labels of another section",
            vec![
                under(&[0, 1], &WORKLOAD.replace("app: web", "app: webb")),
                under(&[0, 2], SERVICE),
            ],
            &[],
        ),
    ];
    for (name, shown, wanted) in table {
        assert_eq!(codes(&shown, false), wanted, "{name}");
    }
}

/// A route is used where its proxies are: a gateway sees what is exported to the namespace of its pods.
#[test]
fn a_route_of_a_gateway_sees_what_its_proxies_see() {
    const EDGE: &str = "apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: edge, namespace: edge}\nspec: {selector: {istio: edge}, servers: [{hosts: ['*'], port: {name: http, number: 80, protocol: HTTP}}]}\n";
    const PROXY: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: proxy, namespace: proxies, labels: {istio: edge}}\nspec: {containers: [{name: istio-proxy, image: auto}]}\n";
    let service = |to: &str| {
        SERVICE.replace(
            "namespace: shop}",
            &format!("namespace: shop, annotations: {{networking.istio.io/exportTo: '{to}'}}}}"),
        )
    };
    let route = |gateways: &str, of_match: &str| {
        format!(
            "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {{name: web, namespace: shop}}\nspec: {{hosts: [a.example], gateways: [{gateways}], http: [{{match: [{{gateways: [{of_match}]}}], route: [{{destination: {{host: web}}}}]}}]}}\n"
        )
    };
    let hidden: &[&str] = &["destination-not-visible"];
    for (name, texts, wanted) in [
        (
            "exported to the gateway's namespace",
            vec![service("edge"), route("edge/edge", "")],
            &[][..],
        ),
        ("to its own alone", vec![service("."), route("edge/edge", "")], hidden),
        (
            "to its own, and the route is for sidecars too",
            vec![service("."), route("edge/edge, mesh", "")],
            &[],
        ),
        ("for the gateway of a match", vec![service("edge"), route("", "edge/edge")], &[]),
        (
            "to where its pods are not shown to be",
            vec![service("proxies"), route("edge/edge", "")],
            &[],
        ),
        (
            "to where its pods are",
            vec![service("proxies"), route("edge/edge", ""), PROXY.into()],
            &[],
        ),
        (
            "to where its pods are not",
            vec![service("edge"), route("edge/edge", ""), PROXY.into()],
            hidden,
        ),
        ("to others, for sidecars", vec![service("edge"), route("mesh", "")], hidden),
    ] {
        let mut shown: Vec<Shown> = texts.iter().map(|text| whole(text)).collect();
        shown.push(whole(EDGE));
        let found = codes(&shown, false);
        let found: Vec<&str> = found.into_iter().filter(|code| hidden.contains(code)).collect();
        assert_eq!(found, wanted, "{name}");
    }
}

/// The gateways of a match are asked for the hosts too, whatever its protocol.
#[test]
fn a_match_names_gateways_as_the_whole_does() {
    const EDGE: &str = "apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: edge, namespace: shop}\nspec: {selector: {istio: edge}, servers: [{hosts: [b.example], port: {name: tls, number: 443, protocol: TLS}}]}\n";
    for (name, host, gateway, wanted) in [
        ("tls", "a.example", "edge", &["gateway-host-missing"][..]),
        ("tcp", "a.example", "edge", &["gateway-host-missing"]),
        ("http", "a.example", "edges", &["gateway-missing"]),
        ("tls", "b.example", "edge", &[]),
        ("http", "a.example", "mesh", &[]),
    ] {
        let route = format!(
            "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {{name: web, namespace: shop}}\nspec: {{hosts: [{host}], {name}: [{{match: [{{gateways: [{gateway}]}}], route: [{{destination: {{host: web}}}}]}}]}}\n"
        );
        assert_eq!(codes(&[whole(&route), whole(EDGE)], false), wanted, "{name} {host} {gateway}");
    }
}

#[test]
fn a_mesh_is_shown_by_kinds_labels_and_classes() {
    for (text, wanted) in [
        (SERVICE, false),
        (GATEWAY, false),
        (DESTINATION, true),
        (&*GATEWAY.replace("gatewayClassName: c", "gatewayClassName: istio-waypoint"), true),
        (
            "apiVersion: v1\nkind: Namespace\nmetadata: {name: a, labels: {istio-injection: enabled}}\n",
            true,
        ),
        (
            "apiVersion: v1\nkind: Namespace\nmetadata: {name: a, labels: {istio.io/rev: asm-1}}\n",
            true,
        ),
        (
            "apiVersion: v1\nkind: Namespace\nmetadata: {name: a, labels: {not-istio.io/rev: b}}\n",
            false,
        ),
        (
            &*WORKLOAD.replace(
                "labels: {app: web}",
                "labels: {app: web, sidecar.istio.io/inject: 'true'}",
            ),
            true,
        ),
    ] {
        let source = Source::new("page.yaml", text);
        let documents = read(source.text(), &TextMap::identity(&source), Format::Yaml).documents;
        assert_eq!(documents.iter().any(super::shows_mesh), wanted, "{text}");
    }
}
