use super::{GROUP_TOO_LARGE, analyse, codes};
use plumb_kube::{Document, Format, read};
use plumb_text::diag::Diagnostic;
use plumb_text::{Source, TextMap};
use std::collections::BTreeSet;

fn findings(text: &str) -> Vec<Diagnostic> {
    let source = Source::new("page.yaml", text);
    let read = read(source.text(), &TextMap::identity(&source), Format::Yaml);
    assert!(read.findings.is_empty(), "{:?}", read.findings);
    analyse(&read.documents.iter().collect::<Vec<&Document>>())
}

/// Each page is its code's test: the first example has the finding, at a place in it, and the second has not.
#[test]
fn pages_examples_are_true() {
    let mut wrong = Vec::new();
    // What many manifests are is no page's example.
    for code in codes().filter(|code| *code != &GROUP_TOO_LARGE) {
        let Some((bad, good)) = code.examples() else {
            wrong.push(format!("{}: no pair of examples", code.name));
            continue;
        };
        let found = findings(bad);
        match found.iter().find(|finding| finding.code == code) {
            None => {
                wrong.push(format!(
                    "{}: the wrong example has only {:?}",
                    code.name,
                    names(&found)
                ));
            }
            Some(finding) => {
                let document = finding.document.as_deref();
                if document.is_none() || finding.at.location.span.is_empty() {
                    wrong.push(format!("{}: has no place", code.name));
                }
                if finding.message.ends_with('.')
                    || finding.message.starts_with(char::is_uppercase)
                        && !starts_with_name(&finding.message)
                {
                    wrong.push(format!("{}: message {:?}", code.name, finding.message));
                }
            }
        }
        let found = findings(good);
        // Notes of other analyzers aside, a right example is right.
        let others: Vec<&Diagnostic> = found
            .iter()
            .filter(|finding| {
                finding.code == code || finding.severity != plumb_text::diag::Severity::Note
            })
            .collect();
        if !others.is_empty() {
            wrong.push(format!(
                "{}: the right example has {:?}",
                code.name,
                others.iter().map(|f| (f.code.name, &f.message)).collect::<Vec<_>>()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A message may begin with a kind or a product's name.
fn starts_with_name(message: &str) -> bool {
    ["Istio", "Cilium"].iter().any(|name| message.starts_with(name))
        || message.split(' ').next().is_some_and(|word| {
            word.contains('/') || word.chars().filter(|c| c.is_uppercase()).count() > 1
        })
}

fn names(findings: &[Diagnostic]) -> Vec<&str> {
    findings.iter().map(|finding| finding.code.name).collect()
}

#[test]
fn codes_are_distinct_and_follow_the_house_style() {
    let mut seen = BTreeSet::new();
    for code in codes() {
        assert!(seen.insert(code.name), "{} is declared twice", code.name);
        assert!(
            code.name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        );
        assert!(!code.summary.ends_with('.'), "{}", code.name);
        assert!(code.alias.is_empty() || code.alias.starts_with("IST0"), "{}", code.name);
    }
}

/// What stands where, and what is said of it. Each group is in the short form of YAML.
#[test]
fn what_is_not_shown_is_not_a_finding() {
    const ROUTE: &str = "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: web, namespace: shop}\nspec: {hosts: [web], http: [{route: [{destination: {host: web, subset: v1}}]}]}\n";
    const RULE: &str = "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: web, namespace: shop}\nspec: {host: web, subsets: [{name: v1, labels: {version: v1}}]}\n";
    const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop, labels: {app: web}}\nspec: {containers: [{name: web, image: web}]}\n";
    const SERVICE: &str = "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\nspec: {selector: {app: web}, ports: [{name: http, port: 80}]}\n";
    const POLICY: &str = "apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {name: web, namespace: shop}\nspec: {selector: {matchLabels: {app: other}}}\n";
    let elsewhere = |text: &str| text.replace("namespace: shop", "namespace: other");
    let anywhere = |text: &str| text.replace(", namespace: shop", "");
    let without = |text: &str, what: &str| text.replace(what, "");
    let table: Vec<(&str, Vec<String>, &[&str])> = vec![
        ("a route alone", vec![ROUTE.into()], &[]),
        ("a route and its rule", vec![ROUTE.into(), RULE.into()], &[]),
        ("the rule of another host", vec![ROUTE.into(), RULE.replace("host: web", "host: db")], &[]),
        ("the rule of a namesake elsewhere", vec![ROUTE.into(), elsewhere(&RULE.replace("name: v1", "name: v2"))], &[]),
        ("a rule whose namespace is not written", vec![ROUTE.into(), anywhere(&RULE.replace("name: v1", "name: v2"))], &["subset-missing"]),
        ("the full name of the host", vec![ROUTE.into(), elsewhere(&RULE.replace("host: web", "host: web.shop.svc.cluster.local")).replace("name: v1", "name: v3")], &["subset-missing"]),
        ("a rule for all hosts of the namespace", vec![ROUTE.into(), RULE.replace("host: web", "host: '*.shop.svc.cluster.local'")], &[]),
        ("two rules, one of which has it", vec![ROUTE.into(), RULE.replace("name: web,", "name: b,").replace("name: v1", "name: v2"), RULE.into()], &[]),
        ("variants of the rule", vec![ROUTE.into(), RULE.replace("name: v1", "name: v2"), RULE.into()], &[]),
        ("variants of the route", vec![ROUTE.into(), ROUTE.into(), RULE.into()], &[]),
        ("routes of one host, by two names", vec![ROUTE.into(), ROUTE.replace("name: web,", "name: b,"), RULE.into()], &["virtual-service-conflict"]),
        ("the same for a gateway", vec![ROUTE.replace("hosts: [web]", "hosts: [web], gateways: [edge]"), ROUTE.replace("name: web,", "name: b,").replace("hosts: [web]", "hosts: [web], gateways: [edge]"), RULE.into()], &[]),
        ("a short name of a Service elsewhere", vec![ROUTE.replace(", subset: v1", ""), elsewhere(SERVICE)], &["destination-host-missing"]),
        ("its full name", vec![ROUTE.replace("host: web, subset: v1", "host: web.other.svc.cluster.local"), elsewhere(SERVICE)], &[]),
        ("a short name, the namespace not written", vec![anywhere(&ROUTE.replace(", subset: v1", "")), elsewhere(SERVICE)], &[]),
        ("a policy alone", vec![POLICY.into()], &[]),
        ("a policy for another pod", vec![POLICY.into(), POD.into()], &["policy-selects-nothing"]),
        ("a policy, a pod elsewhere", vec![POLICY.into(), elsewhere(POD)], &[]),
        ("a policy, a pod that is anywhere and fits", vec![POLICY.into(), anywhere(&POD.replace("app: web", "app: other")), POD.into()], &[]),
        ("a policy by a label of no pod shown", vec![POLICY.replace("app: other", "tier: db"), POD.into()], &[]),
        ("a policy by a label that only a cluster adds", vec![POLICY.replace("app: other", "app: web, pod-template-hash: abc"), POD.into()], &[]),
        ("a policy for the stock gateway", vec![POLICY.replace("app: other", "istio: ingressgateway"), POD.replace("app: web", "istio: web")], &[]),
        ("a Service and a pod", vec![SERVICE.into(), POD.into()], &[]),
        ("a Service without a selector", vec![without(SERVICE, "selector: {app: web}, "), POD.into()], &[]),
        ("a Service of the system", vec![SERVICE.replace("shop", "kube-system").replace("app: web", "k8s-app: kube-dns"), POD.replace("shop", "kube-system").replace("app: web", "k8s-app: proxy")], &[]),
        ("a finding turned off by its number", vec![POLICY.replace("namespace: shop", "namespace: shop, annotations: {galley.istio.io/analyze-suppress: IST0127}"), POD.into()], &[]),
        ("another turned off", vec![POLICY.replace("namespace: shop", "namespace: shop, annotations: {galley.istio.io/analyze-suppress: IST0101}"), POD.into()], &["policy-selects-nothing"]),
        ("a backend that stands in an annotation", vec![SERVICE.into(), "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web, namespace: shop}\nspec: {defaultBackend: {service: {name: web, port: {name: use-annotation}}}}\n".into()], &[]),
        ("a listener of a Gateway that shows none", vec!["apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: g, namespace: shop}\nspec: {gatewayClassName: x, allowedListeners: {namespaces: {from: Same}}}\n".into(), "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: r, namespace: shop}\nspec: {parentRefs: [{name: g, sectionName: a}]}\n".into()], &[]),
        ("no manifests at all", vec!["a: 1\n".into(), "- 1\n".into(), "kind: Service\n".into()], &[]),
        ("manifests of nothing", vec!["apiVersion: v1\nkind: Service\n".into(), "apiVersion: networking.istio.io/v1\nkind: VirtualService\nspec: 3\n".into(), "apiVersion: networking.istio.io/v1\nkind: Gateway\nspec: {servers: 7, selector: []}\n".into()], &[]),
    ];
    for (what, documents, expected) in table {
        assert_eq!(names(&findings(&documents.join("---\n"))), expected, "{what}");
    }
}

/// A finding stands at the scalar, or at the key of what has many lines, with the path of the item of a `List`.
#[test]
fn findings_have_their_place() {
    let text = "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: web, labels: {app: web}}\n  spec: {containers: [{name: web, image: web}]}\n- apiVersion: v1\n  kind: Service\n  metadata:\n    name: web\n  spec:\n    selector:\n      app: webb\n    ports:\n    - {name: http, port: 80}\n";
    let found = findings(text);
    let [finding] = &found[..] else { panic!("{found:?}") };
    let at = &finding.at.location;
    assert_eq!(
        (finding.path.as_deref(), finding.document.as_deref()),
        (Some("spec.selector"), Some("Service/web"))
    );
    assert_eq!(&text[at.span.range()], "selector");
    assert_eq!(at.start().line, 13);
}

/// Every number that istioctl 1.32 has in use (its messages.yaml, August 2026) is found here, or is known not to be.
#[test]
fn istioctls_numbers_are_accounted_for() {
    let retired = [104, 105, 113, 114, 115, 117, 119, 120, 121, 122, 124];
    let used = [1, 2].into_iter().chain((101..=177).filter(|number| !retired.contains(number)));
    let known = codes().chain(plumb_kube::admission::codes_of_others());
    let ours: BTreeSet<&str> =
        known.map(|code| code.alias).filter(|alias| !alias.is_empty()).collect();
    let others: BTreeSet<&str> = super::NOT_HERE.iter().map(|(alias, _)| *alias).collect();
    assert!(ours.is_disjoint(&others));
    let all: BTreeSet<String> = ours.union(&others).map(|alias| (*alias).to_owned()).collect();
    let used: BTreeSet<String> = used.map(|number| format!("IST{number:04}")).collect();
    assert_eq!(all, used);
}

/// What is surely wrong is an error or as istioctl has it; what may be defined elsewhere is milder.
#[test]
fn levels_are_honest() {
    use plumb_text::diag::Severity::{Error, Note, Warning};
    const ROUTE: &str = "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: shop, namespace: a}\nspec: {hosts: [x.example.com], http: [{route: [{destination: {host: HOST, port: {number: 81}}}]}]}\n---\n";
    const SERVICE: &str = "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: a}\nspec: {ports: [{name: http, port: 80}]}\n";
    const POLICY: &str = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: NAME, namespace: a}\nspec: {podSelector: {matchLabels: {app: LABEL}}}\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: a}\nspec: {template: {metadata: {labels: {app: payments-v1}}, spec: {containers: []}}}\n";
    let policy = |name: &str, label: &str| POLICY.replace("NAME", name).replace("LABEL", label);
    let table = [
        ("a port that is not there", format!("{}{SERVICE}", ROUTE.replace("HOST", "web")), Error),
        (
            "a port, the namespace not written",
            format!("{}{}", ROUTE.replace("HOST", "web"), SERVICE.replace(", namespace: a", "")),
            Warning,
        ),
        ("a slip in the host", format!("{}{SERVICE}", ROUTE.replace("HOST", "wev")), Warning),
        (
            "a host that may be elsewhere",
            format!("{}{SERVICE}", ROUTE.replace("HOST", "payments")),
            Note,
        ),
        ("a slip in a label", policy("x", "paymets-v1"), Warning),
        ("a label of another version", policy("x", "payments-v2"), Note),
        ("the same name, other labels", policy("web", "frontend"), Warning),
        ("labels of something else", policy("x", "frontend"), Note),
    ];
    for (what, text, expected) in table {
        let found = findings(&text);
        let [finding] = &found[..] else { panic!("{what}: {found:?}") };
        assert_eq!(finding.severity, expected, "{what}: {}", finding.message);
    }
}

/// Whether a mesh refuses it: a wrong example may be so wrong that it is.
fn is_refusal(code: &plumb_text::diag::Code) -> bool {
    plumb_kube::admission::codes_of_others().any(|other| other == code)
}

/// The examples are manifests that an API server takes: what is wrong with them is only what their page says.
#[test]
fn pages_examples_are_valid_manifests() {
    use plumb_kube::{Engine, Schemas, Versions};
    let engine = Engine::new(Schemas::embedded());
    let mut wrong = Vec::new();
    for code in codes() {
        let Some((bad, good)) = code.examples() else { continue };
        for (text, is_right) in [(bad, false), (good, true)] {
            let source = Source::new("page.yaml", text);
            let read = read(source.text(), &TextMap::identity(&source), Format::Yaml);
            let mut errors = engine.validate(&read.documents, &Versions::default());
            errors.retain(|finding| {
                finding.severity == plumb_text::diag::Severity::Error
                    && (is_right || !is_refusal(finding.code))
            });
            let shown = errors
                .iter()
                .map(|finding| format!("{}: {} {}", code.name, finding.code.name, finding.message));
            wrong.extend(shown);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Time is bounded, whatever a file holds, and what is left out is said.
#[test]
fn a_group_beyond_the_limit_is_not_compared() {
    let text = "{apiVersion: v1, kind: Pod}\n---\n".repeat(super::MOST_TOGETHER + 1);
    assert_eq!(names(&findings(&text)), ["group-too-large"]);
}

/// A code, a manifest of a number, and how many findings there are of so many manifests.
type Conflict = (&'static str, fn(usize) -> String, fn(usize) -> usize);

/// Manifests that contradict each other.
const CONFLICTS: &[Conflict] = &[
    (
        "virtual-service-conflict",
        |i| {
            format!(
                "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {{name: v{i}, namespace: shop}}\nspec: {{hosts: [web, other{}], http: [{{route: [{{destination: {{host: web}}}}]}}]}}\n",
                i / 2
            )
        },
        |_| 1,
    ),
    (
        "gateway-conflict",
        |i| {
            format!(
                "apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {{name: g{i}, namespace: shop}}\nspec: {{selector: {{istio: ingressgateway}}, servers: [{{port: {{number: 80, name: http, protocol: HTTP}}, hosts: [web.example.com]}}]}}\n"
            )
        },
        |_| 1,
    ),
    (
        "gateway-certificate-shared",
        |i| {
            format!(
                "apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {{name: g{i}, namespace: shop}}\nspec: {{selector: {{istio: ingressgateway}}, servers: [{{port: {{number: 443, name: https, protocol: HTTPS}}, tls: {{mode: SIMPLE, credentialName: c}}, hosts: [web{i}.example.com]}}]}}\n"
            )
        },
        |_| 1,
    ),
    (
        "sidecar-default-conflict",
        |i| {
            format!(
                "apiVersion: networking.istio.io/v1\nkind: Sidecar\nmetadata: {{name: p{i}, namespace: shop}}\nspec: {{egress: [{{hosts: [./*]}}]}}\n"
            )
        },
        |_| 1,
    ),
    (
        "telemetry-default-conflict",
        |i| {
            format!(
                "apiVersion: telemetry.istio.io/v1\nkind: Telemetry\nmetadata: {{name: p{i}, namespace: shop}}\nspec: {{tracing: [{{randomSamplingPercentage: 1}}]}}\n"
            )
        },
        |_| 1,
    ),
    (
        "webhook-invalid",
        |i| {
            format!(
                "apiVersion: admissionregistration.k8s.io/v1\nkind: MutatingWebhookConfiguration\nmetadata: {{name: m{i}}}\nwebhooks: [{{name: rev.namespace.sidecar-injector.istio.io, namespaceSelector: {{matchLabels: {{istio-injection: enabled}}}}}}]\n"
            )
        },
        |_| 1,
    ),
    (
        "services-port-conflict",
        |i| {
            format!(
                "apiVersion: v1\nkind: Service\nmetadata: {{name: s{i}, namespace: shop}}\nspec: {{selector: {{app: web}}, ports: [{{name: http, port: {}, targetPort: 80}}]}}\n",
                80 + i
            )
        },
        |_| 1,
    ),
    (
        "services-protocol-conflict",
        |i| {
            format!(
                "apiVersion: v1\nkind: Service\nmetadata: {{name: s{i}, namespace: shop}}\nspec: {{selector: {{app: web}}, ports: [{{name: dns, port: 80, protocol: {}}}]}}\n",
                ["TCP", "UDP"][i % 2]
            )
        },
        |_| 1,
    ),
    (
        "peer-authentication-conflict",
        |i| {
            format!(
                "apiVersion: security.istio.io/v1\nkind: PeerAuthentication\nmetadata: {{name: p{i}, namespace: shop}}\nspec: {{mtls: {{mode: {}}}}}\n",
                ["STRICT", "DISABLE"][i % 2]
            )
        },
        |_| 1,
    ),
    (
        "service-entry-protocol-conflict",
        |i| {
            format!(
                "apiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {{name: e{i}, namespace: shop}}\nspec: {{hosts: [a.example.com, b.example.com], ports: [{{number: 80, name: a, protocol: {0}}}, {{number: 81, name: b, protocol: {0}}}], resolution: DNS}}\n",
                ["HTTP", "TLS", "GRPC"][i % 3]
            )
        },
        |_| 1,
    ),
    (
        "destination-host-missing",
        |i| {
            format!(
                "apiVersion: v1\nkind: Service\nmetadata: {{name: s{i}, namespace: shop}}\nspec: {{ports: [{{name: http, port: 80}}]}}\n---\napiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {{name: v{i}, namespace: shop}}\nspec: {{hosts: [s{i}], http: [{{route: [{{destination: {{host: missing}}}}]}}]}}\n"
            )
        },
        |count| count,
    ),
];

/// A conflict is told once however many take part in it, and what is said grows with the manifests, not with their square.
#[test]
fn what_is_said_grows_with_the_manifests() {
    const POD: &str = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {istio-injection: enabled}}\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\nspec: {selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: web, ports: [{containerPort: 80}]}]}}}\n";
    for (code, manifest, expected) in CONFLICTS {
        let mut sizes = Vec::new();
        for count in [2, 50, 200] {
            let manifests: Vec<String> = (0..count).map(manifest).collect();
            let found = findings(&format!("{}---\n{POD}", manifests.join("---\n")));
            let found: Vec<_> = found.iter().filter(|finding| finding.code.name == *code).collect();
            // Two that share one host and no other are a conflict of their own.
            let most = expected(count);
            assert!(
                (1..=most.max(1)).contains(&found.len()) || *code == "virtual-service-conflict",
                "{code}: {} findings of {count} manifests",
                found.len()
            );
            let size = |finding: &&Diagnostic| {
                let related = finding.related.iter().map(|label| label.text.len() + 100);
                finding.message.len()
                    + finding.help.iter().map(String::len).sum::<usize>()
                    + related.sum::<usize>()
            };
            sizes.push(found.iter().map(size).sum::<usize>());
            let shown: usize = found.iter().map(|f| f.related.len() + f.more_related).sum();
            if most == 1 && found.len() == 1 {
                assert!(shown + 1 >= count, "{code}: {shown} places of {count} manifests");
            }
        }
        assert!(sizes[2] < sizes[1] * 6, "{code}: {sizes:?} bytes of 2, 50, 200 manifests");
    }
}

/// A conflict names all that take part in it, in whatever order they stand, and only those.
#[test]
fn a_conflict_names_all_of_its_members() {
    let entry = |name: &str, host: &str, protocol: &str| {
        format!(
            "apiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {{name: {name}, namespace: shop}}\nspec: {{hosts: [{host}], ports: [{{number: 80, name: a, protocol: {protocol}}}], resolution: DNS}}\n"
        )
    };
    let policy = |name: &str, labels: &str, mode: &str| {
        format!(
            "apiVersion: security.istio.io/v1\nkind: PeerAuthentication\nmetadata: {{name: {name}, namespace: shop}}\nspec: {{selector: {{matchLabels: {{{labels}}}}}, mtls: {{mode: {mode}}}}}\n"
        )
    };
    /// The object that is told of, and the others that are named.
    type Told = (&'static str, &'static [&'static str]);
    let cases: [(Vec<String>, &[Told]); 7] = [
        (
            vec![entry("a", "x.y", "TLS"), entry("b", "x.y", "tls"), entry("c", "x.y", "HTTP")],
            &[("c", &["a", "b"])],
        ),
        (
            vec![
                entry("a", "x.y", "TLS"),
                entry("b", "x.y", "HTTP"),
                entry("c", "v.w", "TLS"),
                entry("d", "v.w", "HTTP"),
            ],
            &[("b", &["a"]), ("d", &["c"])],
        ),
        // two hosts of the same entries are one conflict
        (vec![entry("a", "'x.y', v.w", "TLS"), entry("b", "'x.y', v.w", "HTTP")], &[("b", &["a"])]),
        (vec![entry("a", "x.y", "TLS"), entry("b", "x.y", "TLS")], &[]),
        (
            vec![
                policy("a", "app: web", "STRICT"),
                policy("b", "app: web", "STRICT"),
                policy("c", "app: web", "DISABLE"),
                policy("d", "app: api", "DISABLE"),
            ],
            &[("c", &["a", "b"])],
        ),
        (vec![policy("a", "app: web", "STRICT"), policy("b", "app: web", "STRICT")], &[]),
        (vec![policy("a", "app: web", "STRICT"), policy("a", "app: web", "DISABLE")], &[]),
    ];
    for (manifests, expected) in cases {
        let text = manifests.join("---\n");
        let found = findings(&text);
        let name = |id: &str| id.split('/').nth(1).unwrap_or_default()[..1].to_owned();
        let told: Vec<(String, Vec<String>)> = found
            .iter()
            .filter(|finding| finding.code.name.ends_with("-conflict"))
            .map(|finding| {
                let others = finding.related.iter().map(|label| name(&label.text)).collect();
                (name(finding.document.as_deref().unwrap_or_default()), others)
            })
            .collect();
        let expected: Vec<(String, Vec<String>)> = expected
            .iter()
            .map(|(at, others)| ((*at).to_owned(), others.iter().map(|&o| o.to_owned()).collect()))
            .collect();
        assert_eq!(told, expected, "{text}");
    }
}

/// Conflicts that have a member in common are still each told, and those of others are none.
#[test]
fn each_conflict_is_told() {
    let route = |name: &str, hosts: &str, export: &str| {
        format!(
            "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {{name: {name}, namespace: shop}}\nspec: {{hosts: [{hosts}], exportTo: [{export}], http: [{{route: [{{destination: {{host: web}}}}]}}]}}\n"
        )
    };
    for (routes, at) in [
        (
            vec![
                route("a", "one", "'*'"),
                route("b", "'one', two", "'*'"),
                route("c", "two", "'*'"),
            ],
            &["b", "c"][..],
        ),
        (
            vec![
                route("a", "one", "east"),
                route("b", "one", "west"),
                route("c", "one", "east"),
                route("d", "one", "west"),
            ],
            &["c", "d"],
        ),
        (vec![route("a", "one", "east"), route("b", "one", "west")], &[]),
        (
            vec![route("a", "one", "east"), route("b", "one", "west"), route("c", "one", "'*'")],
            &["c"],
        ),
        (vec![route("a", "one", "'*'"), route("a", "one", "'*'")], &[]),
    ] {
        let found = findings(&routes.join("---\n"));
        let told: Vec<_> = found
            .iter()
            .filter(|finding| finding.code.name == "virtual-service-conflict")
            .filter_map(|finding| finding.document.as_deref())
            .map(|document| document.rsplit('/').next().unwrap_or_default())
            .collect();
        assert_eq!(told, at, "{routes:?}");
    }
}
