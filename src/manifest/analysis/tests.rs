use super::{analyse, codes};
use crate::diag::Diagnostic;
use crate::manifest::{Document, Format, read};
use crate::text::{Source, TextMap};
use std::collections::BTreeSet;

fn findings(text: &str) -> Vec<Diagnostic> {
    let source = Source::new("page.yaml", text);
    let read = read(source.text(), &TextMap::identity(&source), Format::Yaml);
    assert!(read.findings.is_empty(), "{:?}", read.findings);
    analyse(&read.documents.iter().collect::<Vec<&Document>>())
}

/// The fences of a page: the first line's words, and the text.
fn fences(page: &str) -> Vec<(&str, &str)> {
    page.split("```yaml")
        .skip(1)
        .filter_map(|rest| rest.split_once('\n'))
        .map(|(words, rest)| (words.trim(), rest.split("```").next().unwrap_or_default()))
        .collect()
}

/// Each page is its code's test: the first example has the finding, at a place in it, and the second has not.
#[test]
fn pages_examples_are_true() {
    let mut wrong = Vec::new();
    for code in codes() {
        let fences = fences(code.page);
        let [(bad_words, bad), (good_words, good)] = fences[..] else {
            wrong.push(format!("{}: {} examples", code.name, fences.len()));
            continue;
        };
        if bad_words != format!("fails={0} group={0}.wrong", code.name)
            || good_words != format!("group={}.right", code.name)
        {
            wrong.push(format!("{}: fences of {bad_words:?} and {good_words:?}", code.name));
        }
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
                finding.code == code || finding.severity != crate::diag::Severity::Note
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
    let ours: BTreeSet<&str> =
        codes().map(|code| code.alias).filter(|alias| !alias.is_empty()).collect();
    let others: BTreeSet<&str> = super::NOT_HERE.iter().map(|(alias, _)| *alias).collect();
    assert!(ours.is_disjoint(&others));
    let all: BTreeSet<String> = ours.union(&others).map(|alias| (*alias).to_owned()).collect();
    let used: BTreeSet<String> = used.map(|number| format!("IST{number:04}")).collect();
    assert_eq!(all, used);
}

/// What is surely wrong is an error or as istioctl has it; what may be defined elsewhere is milder.
#[test]
fn levels_are_honest() {
    use crate::diag::Severity::{Error, Note, Warning};
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

/// The examples are manifests that an API server takes: what is wrong with them is only what their page says. Where a
/// schema's own rule says it too, it is said once.
#[test]
fn pages_examples_are_valid_manifests() {
    use crate::manifest::{Engine, Schemas, Versions};
    let engine = Engine::new(Schemas::embedded());
    let mut wrong = Vec::new();
    for code in codes() {
        for (words, text) in fences(code.page) {
            let source = Source::new("page.yaml", text);
            let read = read(source.text(), &TextMap::identity(&source), Format::Yaml);
            let mut errors = engine.validate(&read.documents, &Versions::default());
            errors.retain(|finding| finding.severity == crate::diag::Severity::Error);
            if super::IN_SCHEMAS.contains(&code.name)
                && words.starts_with("fails")
                && !errors.is_empty()
            {
                let left = super::unsaid(findings(text), &errors);
                if !left.is_empty() {
                    wrong.push(format!("{words}: said twice: {:?}", names(&left)));
                }
                continue;
            }
            let shown = errors
                .iter()
                .map(|finding| format!("{words}: {} {}", finding.code.name, finding.message));
            wrong.extend(shown);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What istiod's webhook refuses: a kind, its spec, and the values (or keys) that the findings mark. Expected from
/// the checks of `pkg/config/validation` in Istio's sources.
#[test]
fn istiods_webhook_is_followed() {
    const ROUTE: &str = "{hosts: [a.b], http: [{ROUTE}]}";
    const TO: &str = "route: [{destination: {host: web}}]";
    let http = |route: &str| ROUTE.replace("ROUTE", route);
    let sent = |more: &str| http(&format!("{more}, {TO}"));
    let table: Vec<(&str, String, &[&str])> = vec![
        // VirtualService
        ("VirtualService", sent("timeout: 5s"), &[]),
        ("VirtualService", sent("redirect: {uri: /x}"), &["[{destination"]),
        ("VirtualService", http("redirect: {uri: /x}, match: [{uri: {exact: /}}]"), &[]),
        ("VirtualService", http("redirect: {redirectCode: 301}"), &["{redirectCode"]),
        ("VirtualService", http("redirect: {uri: /x, redirectCode: 201}"), &["201"]),
        ("VirtualService", http("redirect: {scheme: ftp}"), &["ftp"]),
        ("VirtualService", http("redirect: {derivePort: FROM_REQUEST_PORT}"), &[]),
        ("VirtualService", http("directResponse: {status: 503}, fault: {delay: {fixedDelay: 1s}}"), &["{delay"]),
        ("VirtualService", http("directResponse: {status: 99}"), &["99"]),
        ("VirtualService", http("mirror: {host: b}"), &["{mirror"]),
        ("VirtualService", http("delegate: {name: x}"), &[]),
        ("VirtualService", sent("delegate: {name: x}"), &["[{destination"]),
        ("VirtualService", "{http: [{route: [{destination: {host: web}}]}]}".into(), &[]),
        ("VirtualService", "{gateways: [a], http: [{route: [{destination: {host: web}}]}]}".into(), &["[a]"]),
        ("VirtualService", "{hosts: ['*'], http: [{route: [{destination: {host: web}}]}]}".into(), &["'*'"]),
        ("VirtualService", "{hosts: ['*'], gateways: [g], http: [{route: [{destination: {host: web}}]}]}".into(), &[]),
        ("VirtualService", "{hosts: ['*.b', a.b], http: [{route: [{destination: {host: web}}]}]}".into(), &["a.b"]),
        ("VirtualService", "{hosts: [a_b.c, 10.0.0.1], http: [{route: [{destination: {host: web}}]}]}".into(), &["a_b.c"]),
        ("VirtualService", "{hosts: [a]}".into(), &["x"]),
        ("VirtualService", sent("retries: {attempts: 2, retryOn: '5xx,503,reset'}"), &[]),
        ("VirtualService", sent("retries: {attempts: 2, retryOn: '5xx, reset'}"), &["'5xx, reset'"]),
        ("VirtualService", sent("retries: {attempts: 0}"), &[]),
        ("VirtualService", sent("retries: {perTryTimeout: 2s}"), &["2s"]),
        ("VirtualService", sent("fault: {abort: {httpStatus: 500, percentage: {value: 0.5}}}"), &[]),
        ("VirtualService", sent("fault: {abort: {httpStatus: 100, percentage: {value: 100.5}}}"), &["100", "100.5"]),
        ("VirtualService", sent("fault: {}"), &["{}"]),
        ("VirtualService", sent("rewrite: {uri: /x, uriRegexRewrite: {match: a, rewrite: b}}"), &["{match"]),
        ("VirtualService", sent("rewrite: {uriRegexRewrite: {match: '(?=a)', rewrite: b}}"), &["'(?=a)'"]),
        ("VirtualService", sent("match: [{headers: {x: {regex: 'a(?!b)'}}}]"), &["'a(?!b)'"]),
        ("VirtualService", sent("match: [{uri: {prefix: ''}}]"), &[]),
        ("VirtualService", sent("match: [{withoutHeaders: {x: {regex: '*'}}}]"), &[]),
        ("VirtualService", sent("corsPolicy: {allowMethods: [get, POST, '*']}"), &["get"]),
        ("VirtualService", http("route: [{destination: {host: web, subset: v1.2, port: {number: 0}}}]"), &["v1.2", "0"]),
        ("VirtualService", http("route: [{destination: {host: web}, weight: -1}, {destination: {host: b}, weight: 101}]"), &["-1"]),
        ("VirtualService", "{hosts: ['*.b'], tls: [{match: [{sniHosts: [a.b, c.d]}], route: [{destination: {host: web}}]}]}".into(), &["c.d"]),
        ("VirtualService", "{hosts: [a.b], tls: [{route: [{destination: {host: web}}]}], tcp: [{match: [{port: 1}]}]}".into(), &["{route", "{match"]),
        ("VirtualService", "{hosts: ['*'], gateways: ['b@d', 'ns/*', ns/gw, gw], http: [{route: [{destination: {host: web}}]}]}".into(), &["'b@d'", "'ns/*'"]),
        ("VirtualService", sent("rewrite: {authority: a.b}, headers: {request: {set: {Host: c.d}}}"), &["c.d"]),
        ("VirtualService", sent("headers: {request: {add: {':authority': c.d}}}"), &[]),
        ("VirtualService", sent("match: [{headers: {'@request.auth.claims.a': {exact: b}}}]"), &["{exact"]),
        ("VirtualService", "{hosts: [a.b], gateways: [gw], http: [{match: [{headers: {'@request.auth.claims.a': {exact: b}}}], route: [{destination: {host: web}}]}]}".into(), &[]),
        ("VirtualService", "{hosts: [a.b], tls: [{match: [{sniHosts: [1.1.1.1, 'a.*.b']}], route: [{destination: {host: web}}]}]}".into(), &["'a.*.b'"]),
        ("VirtualService", sent("headers: {request: {add: {x: 'a %REQ(b)% 5%%'}, remove: [x]}, response: {set: {y: b}}}"), &[]),
        ("VirtualService", sent("headers: {request: {add: {x: '100%', ':path': /}, remove: [host]}, response: {set: {':status': '200'}}}"), &["'100%'", "/", "host", "'200'"]),
        ("VirtualService", sent("match: [{headers: {'x y': {exact: a}, ':method': {exact: GET}, x_y: {exact: a}}, sourceLabels: {a: 'b c'}, sourceNamespace: 'a b'}]"), &["{exact: a}", "'b c'", "'a b'"]),
        ("VirtualService", sent("corsPolicy: {allowHeaders: ['*', 'a b'], maxAge: 1.5s}, fault: {abort: {grpcStatus: UNAVAILABEL}}"), &["'a b'", "1.5s", "UNAVAILABEL"]),
        ("VirtualService", "{hosts: [a], exportTo: [., ., '~', '*', 'b c'], http: [{route: [{destination: {host: web}}]}]}".into(), &[".", "'~'", "'*'", "'b c'"]),
        ("VirtualService", "{hosts: [a], exportTo: [., other], http: [{route: [{destination: {host: web}}]}]}".into(), &[]),
        // DestinationRule
        ("DestinationRule", "{host: a, exportTo: ['*'], subsets: [{name: v1, labels: {'a b': c, d: 'e f'}}], trafficPolicy: {tunnel: {targetHost: 'a b', targetPort: 0, protocol: GET}}}".into(), &["c", "'e f'", "'a b'", "0", "GET"]),
        ("DestinationRule", "{host: a, trafficPolicy: {connectionPool: {http: {http2KeepAlive: {interval: 1s}}}, loadBalancer: {consistentHash: {httpCookie: {name: a, attributes: [{name: b}, {name: b}]}}, warmup: {duration: 1s, aggression: 0, minimumPercent: 101}}}}".into(), &["{interval", "{name: b}", "0", "101"]),
        ("DestinationRule", "{host: a, trafficPolicy: {loadBalancer: {localityLbSetting: {distribute: [{from: a/*, to: {a/b: 50, c: 50}}, {from: a/b, to: {a: 100}}, {from: d/*/e, to: {f: 100}}]}}}}".into(), &["a/b", "d/*/e"]),
        ("DestinationRule", "{host: a, subsets: [{name: v1}, {name: V2-a}]}".into(), &[]),
        ("DestinationRule", "{host: a, subsets: [{name: v1.0}, {name: v2}, {name: v2}]}".into(), &["v1.0", "v2"]),
        ("DestinationRule", "{host: a, trafficPolicy: {}}".into(), &["{}"]),
        ("DestinationRule", "{host: a, trafficPolicy: {connectionPool: {}}}".into(), &["{}"]),
        ("DestinationRule", "{host: a, trafficPolicy: {portLevelSettings: [{port: {number: 80}}, {port: {number: 81}, tls: {mode: DISABLE}}]}}".into(), &["{port"]),
        ("DestinationRule", "{host: a, trafficPolicy: {tls: {mode: MUTUAL, credentialName: x}}}".into(), &[]),
        ("DestinationRule", "{host: a, trafficPolicy: {tls: {mode: MUTUAL, caCertificates: /x, clientCertificate: /y}}}".into(), &["MUTUAL"]),
        ("DestinationRule", "{host: a, trafficPolicy: {tls: {mode: SIMPLE, credentialName: x, caCertificates: /x}}}".into(), &["/x"]),
        ("DestinationRule", "{host: a, trafficPolicy: {outlierDetection: {maxEjectionPercent: 101, consecutiveLocalOriginFailures: 5}}}".into(), &["101", "5"]),
        ("DestinationRule", "{host: a, trafficPolicy: {loadBalancer: {consistentHash: {maglev: {tableSize: 65537}, useSourceIp: true}}}}".into(), &[]),
        ("DestinationRule", "{host: a, trafficPolicy: {loadBalancer: {consistentHash: {maglev: {tableSize: 65536}, useSourceIp: true}}}}".into(), &["65536"]),
        ("DestinationRule", "{host: a, trafficPolicy: {loadBalancer: {localityLbSetting: {distribute: [{from: a, to: {a: 80, b: 30}}]}}}}".into(), &["{a: 80"]),
        // Gateway, Sidecar
        ("Gateway", "{servers: [{port: {number: 443, name: https, protocol: HTTPS}, hosts: [a.b]}]}".into(), &["HTTPS"]),
        ("Gateway", "{servers: [{port: {number: 443, name: https, protocol: HTTPS}, hosts: [./a.b, 10.0.0.1, '*'], tls: {mode: SIMPLE, credentialName: x}}]}".into(), &[]),
        ("Gateway", "{servers: [{port: {number: 80, name: http, protocol: http}, hosts: ['*'], tls: {httpsRedirect: true}}]}".into(), &[]),
        ("Gateway", "{servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: [web, 'a*.b'], tls: {mode: SIMPLE, credentialName: x}}]}".into(), &["web", "'a*.b'", "{mode"]),
        ("Gateway", "{servers: [{port: {number: 80, name: a, protocol: HTPP}, hosts: ['*']}, {port: {number: 81, name: a, protocol: HTTP}, hosts: ['*']}]}".into(), &["HTPP", "a"]),
        ("Gateway", "{servers: [{port: {number: 443, name: a, protocol: TLS}, hosts: ['*'], tls: {mode: MUTUAL, serverCertificate: /x, privateKey: /y}}]}".into(), &["MUTUAL"]),
        ("Sidecar", "{egress: [{hosts: [./*, istio-system/*, '*/a.b', ~other/*]}]}".into(), &[]),
        ("Sidecar", "{egress: [{hosts: [web]}, {hosts: [./web]}]}".into(), &["{hosts", "web", "./web"]),
        ("Gateway", "{servers: [{bind: 'a b', port: {number: 443, name: a, protocol: HTTPS, targetPort: 8443}, hosts: ['*'], tls: {mode: SIMPLE, credentialName: x, serverCertificate: /a, privateKey: /b}}]}".into(), &["'a b'", "8443", "/a"]),
        ("Sidecar", "{workloadSelector: {labels: {a: b}}}".into(), &["x"]),
        ("Sidecar", "{ingress: [{port: {number: 9080, protocol: HTTPS, name: a}, defaultEndpoint: '127.0.0.1:8080', tls: {mode: SIMPLE, serverCertificate: /a, privateKey: /b}}]}".into(), &[]),
        ("Sidecar", "{ingress: [{bind: 'unix:///a', port: {number: 0, protocol: HTTP, name: a}, defaultEndpoint: '10.0.0.1:hi', tls: {mode: ISTIO_MUTUAL}}]}".into(), &["'unix:///a'", "0", "'10.0.0.1:hi'", "'10.0.0.1:hi'", "ISTIO_MUTUAL", "{mode"]),
        ("Sidecar", "{egress: [{bind: 'unix:///a', port: {protocol: HTTP, name: a}, captureMode: IPTABLES, hosts: [./*]}, {bind: 'unix:///a', port: {protocol: HTTP, name: b}, hosts: [./*]}, {bind: 'unix://a/', port: {protocol: HTTP, name: c}, hosts: [./*]}, {port: {protocol: HTTP, name: d}, hosts: [./*]}]}".into(), &["IPTABLES", "'unix:///a'", "'unix://a/'", "{protocol: HTTP, name: d"]),
        ("Sidecar", "{outboundTrafficPolicy: {mode: REGISTRY_ONLY, egressProxy: {host: a.b, port: {number: 80}}}}".into(), &["REGISTRY_ONLY"]),
        ("Sidecar", "{outboundTrafficPolicy: {mode: ALLOW_ANY, egressProxy: {host: 'a*b'}}}".into(), &["'a*b'", "{host"]),
        // ServiceEntry
        ("ServiceEntry", "{hosts: ['*.b', a.b], location: MESH_INTERNAL, resolution: DYNAMIC_DNS, addresses: [1.1.1.1], ports: [{number: 80, name: http, protocol: HTTP}, {number: 81, name: tcp, protocol: TCP}]}".into(), &["a.b", "[1.1.1.1]", "{number: 81", "TCP"]),
        ("ServiceEntry", "{hosts: [a.b], resolution: STATIC, ports: [{number: 80, name: http, protocol: HTTP}], endpoints: [{address: 'unix:///a'}, {address: 'unix://a/'}]}".into(), &["'unix://a/'"]),
        ("ServiceEntry", "{hosts: [a.b], resolution: DNS, ports: [{number: 80, name: http, protocol: HTTP}], endpoints: [{address: 'unix:///a'}]}".into(), &["'unix:///a'"]),
        ("WorkloadEntry", "{address: a.b, ports: {http: 80}, labels: {app: x}}".into(), &[]),
        ("WorkloadEntry", "{address: 'a.b:80', ports: {http: 80000}, labels: {app: '~'}}".into(), &["'a.b:80'", "80000", "'~'"]),
        ("WorkloadGroup", "{metadata: {labels: {a: 'b c'}}, template: {}, probe: {periodSeconds: 5}}".into(), &["'b c'", "{periodSeconds"]),
        ("WorkloadGroup", "{template: {}, probe: {httpGet: {port: 80}}}".into(), &[]),
        ("EnvoyFilter", "{configPatches: [{applyTo: CLUSTER, match: {cluster: {}}, patch: {operation: MERGE, value: {}}}]}".into(), &[]),
        ("EnvoyFilter", "{configPatches: [{patch: {operation: MERGE}}, {applyTo: CLUSTER}, {applyTo: CLUSTER, match: {listener: {}}, patch: {operation: MERGE}}, {applyTo: HTTP_FILTER, match: {proxy: {proxyVersion: '('}, listener: {filterChain: {filter: {name: a, subFilter: {name: b}}}}}, patch: {operation: REMOVE}}]}".into(), &["{patch", "{applyTo", "{operation", "{}", "'('", "{name: b"]),
        ("ServiceEntry", "{hosts: [a.b, c.d], resolution: DNS, ports: [{number: 443, name: tls, protocol: TLS}]}".into(), &[]),
        ("ServiceEntry", "{hosts: [a.b, c.d], addresses: [1.1.1.1], resolution: DNS, ports: [{number: 443, name: tcp, protocol: TCP}]}".into(), &["{number"]),
        ("ServiceEntry", "{hosts: ['*.b'], resolution: DNS, ports: [{number: 443, name: tls, protocol: TLS}]}".into(), &["'*.b'"]),
        ("ServiceEntry", "{hosts: [a.b], resolution: STATIC, ports: [{number: 80, name: http, protocol: HTTP}], endpoints: [{address: 1.1.1.1, ports: {http: 8080}}, {address: x.y, ports: {htpp: 80}}]}".into(), &["x.y", "80"]),
        ("ServiceEntry", "{hosts: [a.b], addresses: [10.0.0.0/33], ports: [{number: 80, name: http, protocol: HTTTP}]}".into(), &["10.0.0.0/33", "HTTTP"]),
        ("ServiceEntry", "{hosts: [10.0.0.1], exportTo: ['~'], resolution: STATIC, ports: [{number: 80, name: a_b, protocol: HTTP}], endpoints: [{address: ''}]}".into(), &["10.0.0.1", "a_b", "''"]),
        // AuthorizationPolicy, RequestAuthentication
        ("AuthorizationPolicy", "{targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: a}, {kind: Service, name: a}]}".into(), &[]),
        ("RequestAuthentication", "{targetRef: {group: networking.istio.io, kind: Gateway, name: a}}".into(), &["networking.istio.io"]),
        ("AuthorizationPolicy", "{targetRef: {group: gateway.networking.k8s.io, kind: HTTPRoute, name: a}}".into(), &["HTTPRoute"]),
        ("AuthorizationPolicy", "{}".into(), &[]),
        ("AuthorizationPolicy", "{action: DENY}".into(), &["DENY"]),
        ("AuthorizationPolicy", "{action: DENY, rules: [{}]}".into(), &[]),
        ("AuthorizationPolicy", "{action: CUSTOM, provider: {name: x}, rules: [{to: [{operation: {paths: [/x]}}]}]}".into(), &[]),
        ("AuthorizationPolicy", "{action: CUSTOM, rules: [{from: [{source: {namespaces: [a]}}]}]}".into(), &["CUSTOM", "[a]"]),
        ("AuthorizationPolicy", "{provider: {name: x}, rules: [{}]}".into(), &["{name"]),
        ("AuthorizationPolicy", "{rules: [{from: [{source: {ipBlocks: [10.0.0.0/8, '::1', 10.0.0]}}], to: [{operation: {ports: ['80', http]}}]}]}".into(), &["10.0.0", "http"]),
        ("AuthorizationPolicy", "{rules: [{from: [], to: []}]}".into(), &[]),
        ("AuthorizationPolicy", "{action: DENY, rules: []}".into(), &["DENY"]),
        ("AuthorizationPolicy", "{rules: [{from: [{source: {serviceAccounts: [a, b/c, d/e/f, 'g/*']}}], to: [{operation: {paths: ['/a/{*}/{**}', '/{**}/{*}', '/a{*}', /*]}}], when: [{key: ''}]}]}".into(), &["d/e/f", "'g/*'", "'/{**}/{*}'", "'/a{*}'", "''"]),
        ("AuthorizationPolicy", "{rules: [{from: [{source: {}}], to: [{operation: {}}]}]}".into(), &["{}", "{}"]),
        ("AuthorizationPolicy", "{rules: [{when: [{key: 'request.headers[x]', values: [a]}, {key: 'request.auth.claims[a][b]', notValues: [c]}]}]}".into(), &[]),
        ("AuthorizationPolicy", "{rules: [{when: [{key: request.headers, values: [a]}, {key: source.ips, values: [a]}, {key: source.ip, values: [a]}, {key: source.principal}]}]}".into(), &["request.headers", "source.ips", "a", "source.principal"]),
        ("RequestAuthentication", "{jwtRules: [{issuer: a}, {jwksUri: 'https://a'}, {forwardOriginalToken: true}]}".into(), &["{forwardOriginalToken"]),
    ];
    let mut wrong = Vec::new();
    for (kind, spec, expected) in &table {
        let api = if kind.starts_with(['A', 'R']) { "security" } else { "networking" };
        let text = format!(
            "apiVersion: {api}.istio.io/v1\nkind: {kind}\nmetadata: {{name: x, namespace: y}}\nspec: {spec}\n"
        );
        let marked: Vec<String> = findings(&text)
            .iter()
            .filter(|finding| finding.code.name == "istio-refused")
            .map(|finding| finding.at.location.text().to_owned())
            .collect();
        let fits = marked.len() == expected.len()
            && expected.iter().all(|wanted| marked.iter().any(|text| text.starts_with(wanted)));
        if !fits {
            wrong.push(format!("{kind} {spec}: {marked:?}, not {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What istiod's webhook warns of, and the nearest that it does not.
#[test]
fn istiods_warnings_are_followed() {
    let table: &[(&str, &str, usize)] = &[
        (
            "AuthorizationPolicy",
            "{action: DENY, rules: [{to: [{operation: {methods: [GET]}}]}]}",
            1,
        ),
        (
            "AuthorizationPolicy",
            "{action: DENY, rules: [{to: [{operation: {methods: [GET], ports: ['80']}}]}]}",
            0,
        ),
        (
            "AuthorizationPolicy",
            "{action: DENY, rules: [{from: [{source: {requestPrincipals: ['*']}}]}]}",
            1,
        ),
        (
            "AuthorizationPolicy",
            "{action: DENY, rules: [{from: [{source: {namespaces: [a]}}]}]}",
            0,
        ),
        ("AuthorizationPolicy", "{rules: [{to: [{operation: {methods: [GET]}}]}]}", 0),
        ("AuthorizationPolicy", "{selector: {}, rules: [{}]}", 1),
        (
            "ServiceEntry",
            "{hosts: [a.b], workloadSelector: {labels: {a: b}}, ports: [{number: 80, name: http, protocol: HTTP}]}",
            1,
        ),
        (
            "ServiceEntry",
            "{hosts: [a.b], resolution: STATIC, workloadSelector: {labels: {a: b}}, ports: [{number: 80, name: http, protocol: HTTP}]}",
            0,
        ),
        (
            "DestinationRule",
            "{host: a, trafficPolicy: {loadBalancer: {localityLbSetting: {failover: [{from: a, to: b}]}}}}",
            1,
        ),
        (
            "DestinationRule",
            "{host: a, trafficPolicy: {outlierDetection: {}, loadBalancer: {localityLbSetting: {failover: [{from: a, to: b}]}}}}",
            0,
        ),
        (
            "Gateway",
            "{selector: {}, servers: [{port: {number: 443, name: a, protocol: TLS}, hosts: ['*'], tls: {mode: PASSTHROUGH, credentialName: a}}]}",
            1,
        ),
        ("Sidecar", "{egress: [{hosts: [own/a.b, ./a.b, '*/*', other/c.d]}]}", 2),
        ("Sidecar", "{egress: [{hosts: [./a.b, ./c.d, other/a.b]}]}", 0),
        ("Telemetry", "{tracing: [{providers: [{name: a}, {name: b}]}, {}]}", 2),
    ];
    for (kind, spec, expected) in table {
        let api = match *kind {
            "AuthorizationPolicy" => "security",
            "Telemetry" => "telemetry",
            _ => "networking",
        };
        let text = format!(
            "apiVersion: {api}.istio.io/v1\nkind: {kind}\nmetadata: {{name: x, namespace: own}}\nspec: {spec}\n"
        );
        let found = findings(&text);
        let count = found.iter().filter(|finding| finding.code.name == "istio-warned").count();
        assert_eq!(count, *expected, "{kind} {spec}");
    }
}

/// What Linkerd's webhook refuses: a kind, its spec, and the values that the findings mark. Expected from the checks of
/// its policy controller.
#[test]
fn linkerds_webhook_is_followed() {
    const SERVER: &str = "targetRef: {group: policy.linkerd.io, kind: Server, name: s}";
    let of_server = |more: &str| format!("{{{SERVER}, {more}}}");
    let table: Vec<(&str, String, &[&str])> = vec![
        ("AuthorizationPolicy", "{targetRef: {kind: Namespace, name: own}}".into(), &[]),
        ("AuthorizationPolicy", "{targetRef: {kind: Namespace, name: other}}".into(), &["other"]),
        ("AuthorizationPolicy", "{targetRef: {group: core, kind: Service, name: a}}".into(), &["Service"]),
        ("AuthorizationPolicy", of_server("requiredAuthenticationRefs: [{group: policy.linkerd.io, kind: MeshTLSAuthentication, name: a}, {group: policy.linkerd.io, kind: NetworkAuthentication, name: a}]"), &[]),
        ("AuthorizationPolicy", of_server("requiredAuthenticationRefs: [{group: policy.linkerd.io, kind: MeshTLSAuthentication, name: a}, {kind: ServiceAccount, name: a}, {kind: Pod, name: b}]"), &["ServiceAccount", "Pod"]),
        ("MeshTLSAuthentication", "{identities: ['*', '*.a.b', a.b.c, 'spiffe://a.b/C/d']}".into(), &[]),
        ("MeshTLSAuthentication", "{identities: ['', 'a*b', 'spiffe://A', 'spiffe://a/b/']}".into(), &["''", "'a*b'", "'spiffe://A'", "'spiffe://a/b/'"]),
        ("MeshTLSAuthentication", "{identityRefs: [{kind: Namespace, name: a, namespace: b}, {kind: Pod, name: a}, {kind: ServiceAccount, name: a}]}".into(), &["b", "Pod"]),
        ("NetworkAuthentication", "{networks: [{cidr: 10.0.0.0/8, except: [10.1.0.0/16, 10.0.0.1]}, {cidr: 1.2.3.4}]}".into(), &[]),
        ("NetworkAuthentication", "{networks: [{cidr: 10.0.0.0/8, except: [10.0.0.0/8, 0.0.0.0/0, 11.0.0.0/9, '::/0', b]}, {cidr: 10.0.0.0/33}]}".into(), &["10.0.0.0/8", "0.0.0.0/0", "11.0.0.0/9", "'::/0'", "b", "10.0.0.0/33"]),
        ("EgressNetwork", "{networks: []}".into(), &["[]"]),
        ("Server", "{port: 0, accessPolicy: all-autenticated}".into(), &["0", "all-autenticated"]),
        ("ServerAuthorization", "{client: {unauthenticated: true, meshTLS: {unauthenticatedTLS: true, identities: [a]}}}".into(), &["true", "true"]),
        ("ServerAuthorization", "{client: {meshTLS: {unauthenticatedTLS: true}}}".into(), &[]),
        ("HTTPRoute", "{parentRefs: [{group: policy.linkerd.io, kind: EgressNetwork, name: a}], rules: [{timeouts: {request: 1s, backendRequest: 1m}}, {timeouts: {request: 1m30s, backendRequest: 90s}}]}".into(), &["{group", "1m"]),
        ("HTTPRoute", "{rules: [{matches: [{headers: [{name: a, type: RegularExpression, value: '('}]}]}]}".into(), &["'('"]),
        ("HTTPLocalRateLimitPolicy", of_server("total: {requestsPerSecond: 5}, identity: {requestsPerSecond: 5}, overrides: [{requestsPerSecond: 6, clientRefs: [{kind: Pod, name: a}]}, {requestsPerSecond: 0}]"), &["6", "Pod", "0"]),
    ];
    for (kind, spec, expected) in &table {
        let text = format!(
            "apiVersion: policy.linkerd.io/v1\nkind: {kind}\nmetadata: {{name: x, namespace: own}}\nspec: {spec}\n"
        );
        let mut marked: Vec<String> = findings(&text)
            .iter()
            .filter(|finding| finding.code.name == "linkerd-refused")
            .map(|finding| finding.at.location.text().to_owned())
            .collect();
        let fits = marked.len() == expected.len()
            && expected.iter().all(|wanted| {
                let at = marked.iter().position(|text| text.starts_with(wanted));
                at.is_some_and(|at| !marked.swap_remove(at).is_empty())
            });
        assert!(fits, "{kind} {spec}: beside what is expected, {marked:?}");
    }
}

/// Time is bounded, whatever a file holds, and what is left out is said.
#[test]
fn a_group_beyond_the_limit_is_not_compared() {
    let text = "{apiVersion: v1, kind: Pod}\n---\n".repeat(super::MOST + 1);
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
