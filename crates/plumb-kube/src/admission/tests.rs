//! What is refused of single objects: every page's own examples, and tables that follow the sources upstream.

use super::{check, codes_of_others, rules, unsaid};
use crate::{Document, Engine, Format, Schemas, Versions, read};
use plumb_text::diag::{Diagnostic, Level, Severity};
use plumb_text::{Source, TextMap};
use std::collections::BTreeSet;

fn documents(text: &str) -> Vec<Document> {
    let source = Source::new("page.yaml", text);
    let read = read(source.text(), &TextMap::identity(&source), Format::Yaml);
    assert!(read.findings.is_empty(), "{:?}", read.findings);
    read.documents
}

fn findings(text: &str) -> Vec<Diagnostic> {
    let found = |document: &Document| {
        let faults = check(document, &Versions::default()).into_iter();
        faults.map(|fault| fault.into_finding(document)).collect::<Vec<_>>()
    };
    documents(text).iter().flat_map(found).collect()
}

/// Each page is its code's test: the first example has the finding, at a place in it, and the second has not, nor anything else
/// that is more than a note.
#[test]
fn pages_examples_are_true() {
    let mut wrong = Vec::new();
    for code in codes_of_others() {
        let Some((bad, good)) = code.examples() else {
            wrong.push(format!("{}: no pair of examples", code.name));
            continue;
        };
        let found = findings(bad);
        let placed = |finding: &&Diagnostic| {
            finding.code == code
                && finding.path.is_some()
                && !finding.at.location.span.is_empty()
                && !finding.message.ends_with('.')
        };
        if !found.iter().any(|finding| placed(&finding)) {
            wrong.push(format!("{}: the wrong example has only {found:?}", code.name));
        }
        let mut found = findings(good);
        found.retain(|finding| finding.code == code || finding.severity != Severity::Note);
        if !found.is_empty() {
            wrong.push(format!("{}: the right example has {found:?}", code.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is refused is refused for one reason, which is said once although a schema's own rule may say it too; the right example is
/// taken.
#[test]
fn a_refusal_is_said_once() {
    let engine = Engine::new(Schemas::embedded());
    let mut wrong = Vec::new();
    for code in codes_of_others() {
        let (bad, good) = code.examples().expect(code.name);
        // What is only warned of may be so wrong that it is refused as well.
        let is_refused = if code.level == Level::Deny { Some(true) } else { None };
        for (text, is_refused) in [(bad, is_refused), (good, Some(false))] {
            let mut found = engine.validate(&documents(text), &Versions::default());
            found.retain(|finding| finding.severity == Severity::Error);
            let paths: Vec<&str> = found.iter().filter_map(|f| f.path.as_deref()).collect();
            let distinct: BTreeSet<&str> = paths.iter().copied().collect();
            if paths.len() != distinct.len()
                || is_refused.is_some_and(|expected| paths.is_empty() == expected)
            {
                wrong.push(format!("{}: {found:?}", code.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_a_schema_says_at_a_field_or_around_it_is_not_said_again() {
    let text = "apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: a}\nspec: {servers: [{hosts: [web], port: {number: 80, name: a, protocol: HTTP}}]}\n";
    let document = &documents(text)[0];
    let faults = || check(document, &Versions::default());
    let [fault] = &faults()[..] else { panic!("{:?}", faults()) };
    let at = |path: crate::path::FieldPath| {
        let mut said = fault.clone();
        said.path = path;
        unsaid(faults(), &[said]).len()
    };
    let (above, _) = fault.path.split_last().expect("a field");
    let (server, _) = above.split_last().expect("a list");
    assert_eq!([at(fault.path.clone()), at(above), at(server.clone())], [0, 0, 0]);
    let beside = server.then(crate::path::Step::Field("port".to_owned()));
    assert_eq!(at(beside), 1);
}

#[test]
fn rules_have_ids_of_their_own_and_say_what_they_mirror() {
    let mut seen = BTreeSet::new();
    for rule in rules() {
        assert!(seen.insert(rule.id()), "{} is declared twice", rule.id());
        // What nobody refuses may be our own advice.
        let is_advice = rule.code.level != Level::Deny;
        assert!(is_advice || !rule.mirrors.is_empty(), "{}", rule.id());
    }
}

#[test]
fn an_author_turns_a_refusal_off_as_istioctl_lets_them() {
    let text = |list: &str| {
        format!(
            "apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {{name: a, annotations: {{galley.istio.io/analyze-suppress: {list}}}}}\nspec: {{servers: []}}\n"
        )
    };
    for (list, count) in [("IST0106", 0), ("'IST0101, IST0106'", 0), ("'*'", 0), ("IST0101", 1)] {
        assert_eq!(findings(&text(list)).len(), count, "{list}");
    }
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
            .filter(|finding| finding.code.answers_to("istio-refused"))
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
        // A kind that is one of them, in another group: the group is wrong, or is not written.
        ("AuthorizationPolicy", "{targetRef: {group: policy.linkerd.io/v1, kind: Server, name: s}}".into(), &["policy.linkerd.io/v1"]),
        ("AuthorizationPolicy", "{targetRef: {kind: Server, name: s}}".into(), &["Server"]),
        ("AuthorizationPolicy", of_server("requiredAuthenticationRefs: [{group: policy.linkerd.io/v1beta1, kind: MeshTLSAuthentication, name: a}]"), &["policy.linkerd.io/v1beta1"]),
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
            .filter(|finding| finding.code.answers_to("linkerd-refused"))
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
