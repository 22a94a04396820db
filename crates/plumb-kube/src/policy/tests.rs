use super::{CODES, Policies};
use crate::{Document, Format, Schemas, Versions, read};
use plumb_text::diag::Diagnostic;
use plumb_text::{Source, TextMap};
use std::sync::LazyLock;

pub(super) fn policies(text: &str) -> (Policies, Vec<Diagnostic>) {
    Policies::load([&Source::new("policies/own.yaml", text)])
}

pub(super) fn documents(text: &str) -> Vec<Document> {
    let source = Source::new("page.yaml", text);
    read(source.text(), &TextMap::identity(&source), Format::Yaml).documents
}

pub(super) fn checked(policies: &Policies, text: &str) -> Vec<Diagnostic> {
    static SCHEMAS: LazyLock<Schemas> = LazyLock::new(Schemas::embedded);
    let documents = documents(text);
    let policies = policies.beside(documents.clone());
    let versions = Versions::default();
    let checked = documents.iter().flat_map(|one| policies.check(one, &SCHEMAS, &versions));
    Diagnostic::once_per_subject(checked.collect())
}

fn fences(page: &str) -> Vec<&str> {
    page.split("```yaml\n")
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap_or_default())
        .collect()
}

/// A page of a finding on a manifest shows a policy, a manifest that has the finding, and one that has none; a page of a
/// finding on a policy shows one that has it, and one that has not.
#[test]
fn pages_examples_are_true() {
    for code in CODES {
        let has = |findings: &[Diagnostic]| findings.iter().any(|finding| finding.code == *code);
        match fences(code.page)[..] {
            [policy, bad, good] => {
                let (policies, findings) = policies(policy);
                assert!(findings.is_empty(), "{}: {findings:?}", code.name);
                let found = checked(&policies, bad);
                assert!(has(&found), "{}: {found:?}", code.name);
                assert_eq!(checked(&policies, good), [], "{}", code.name);
            }
            [bad, good] => {
                let (_, found) = policies(bad);
                assert!(has(&found), "{}: {found:?}", code.name);
                let (good, found) = policies(good);
                assert!(found.is_empty() && !good.is_empty(), "{}: {found:?}", code.name);
            }
            _ => panic!("{}: {} examples", code.name, fences(code.page).len()),
        }
    }
}

/// A policy of these match constraints and expressions, on a manifest.
fn policy(rule: &str, spec: &str) -> String {
    format!(
        "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicy\nmetadata: {{name: own}}\nspec:\n  \
         matchConstraints:\n    resourceRules: [{{{rule}}}]\n{spec}"
    )
}

const ALL: &str = "apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*']";

#[test]
fn manifests_are_chosen_as_in_a_cluster() {
    let never = "  validations: [{expression: 'false', message: no}]\n";
    let gateway = "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: edge, namespace: a}\n";
    let policy_kind = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: own, namespace: a}\n";
    let ingress =
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: own, namespace: a}\n";
    let namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: a, labels: {env: prod}}\n";
    let pod =
        "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: a, labels: {app: web}}\n";
    let pods = "apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [pods]";
    let of = |resources: &str| {
        format!(
            "apiGroups: ['*'], apiVersions: ['*'], operations: [CREATE], resources: [{resources}]"
        )
    };
    let prod = "    namespaceSelector: {matchLabels: {env: prod}}\n";
    let named = "    namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: a}}\n";
    let table: &[(&str, String, String, bool)] = &[
        ("everything", policy(ALL, never), pod.to_owned(), true),
        ("the core group", policy(pods, never), pod.to_owned(), true),
        ("another group", policy(pods, never), ingress.to_owned(), false),
        ("plural of -y after a vowel", policy(&of("gateways"), never), gateway.to_owned(), true),
        ("plural of -y", policy(&of("networkpolicies"), never), policy_kind.to_owned(), true),
        ("plural of -s", policy(&of("ingresses"), never), ingress.to_owned(), true),
        ("a subresource", policy(&of("pods/status"), never), pod.to_owned(), false),
        ("update only", policy(&pods.replace("CREATE", "UPDATE"), never), pod.to_owned(), false),
        ("another version", policy(&pods.replace("[v1]", "[v2]"), never), pod.to_owned(), false),
        (
            "cluster-wide only",
            policy(&format!("{pods}, scope: Cluster"), never),
            pod.to_owned(),
            false,
        ),
        ("by name", policy(&format!("{pods}, resourceNames: [db]"), never), pod.to_owned(), false),
        (
            "labels",
            policy(ALL, &format!("    objectSelector: {{matchLabels: {{app: db}}}}\n{never}")),
            pod.to_owned(),
            false,
        ),
        (
            "excluded",
            policy(ALL, &format!("    excludeResourceRules: [{{{pods}}}]\n{never}")),
            pod.to_owned(),
            false,
        ),
        (
            "a namespace that is not shown",
            policy(ALL, &format!("{prod}{never}")),
            pod.to_owned(),
            false,
        ),
        (
            "a namespace that is shown",
            policy(pods, &format!("{prod}{never}")),
            format!("{namespace}---\n{pod}"),
            true,
        ),
        ("a namespace by its name", policy(ALL, &format!("{named}{never}")), pod.to_owned(), true),
        ("a Namespace itself", policy(ALL, &format!("{prod}{never}")), namespace.to_owned(), true),
        (
            "a condition",
            policy(
                ALL,
                &format!(
                    "  matchConditions: [{{name: db, expression: 'object.metadata.name == \"db\"'}}]\n{never}"
                ),
            ),
            pod.to_owned(),
            false,
        ),
        (
            "items of a list",
            policy(pods, never),
            format!(
                "apiVersion: v1\nkind: List\nitems:\n- {}",
                pod.trim_end().replace('\n', "\n  ")
            ),
            true,
        ),
    ];
    for (what, policy, manifest, expected) in table {
        let (policies, findings) = policies(policy);
        assert!(findings.is_empty(), "{what}: {findings:?}");
        let denied = |found: &Diagnostic| found.code.name == "policy-denied";
        assert_eq!(checked(&policies, manifest).iter().any(denied), *expected, "{what}");
    }
}

/// Expressions as in the documentation of admission policies, and where a finding of each stands.
#[test]
fn expressions_are_evaluated_and_placed() {
    let manifest = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  namespace: shop\n  labels:\n    app.kubernetes.io/name: web\n    env: test\nspec:\n  replicas: 7\n  template:\n    spec:\n      containers:\n        - {name: web, image: 'web:latest', resources: {limits: {memory: 2Gi}}}\n";
    let table: &[(&str, Result<&str, &str>)] = &[
        ("object.spec.replicas <= 5", Ok("spec.replicas")),
        ("!('env' in object.metadata.labels)", Ok("metadata.labels.env")),
        (
            "object.metadata.labels['app.kubernetes.io/name'] != 'web'",
            Ok("metadata.labels[app.kubernetes.io/name]"),
        ),
        (
            "object.spec.template.spec.containers.all(c, !c.image.endsWith(':latest'))",
            Ok("spec.template.spec.containers"),
        ),
        ("has(object.metadata.annotations)", Ok("metadata")),
        ("object.metadata.namespace == 'other'", Ok("metadata.namespace")),
        ("request.namespace == 'other'", Ok("")),
        ("request.operation == 'UPDATE'", Ok("")),
        ("request.resource.resource == 'pods'", Ok("")),
        ("oldObject != null", Ok("")),
        (
            "object.spec.template.spec.containers.all(c, quantity(c.resources.limits.memory).isLessThan(quantity('1Gi')))",
            Ok("spec.template.spec.containers"),
        ),
        ("variables.count < 5", Ok("spec.replicas")),
        ("variables.broken == 1", Err("policy-error")),
        ("object.spec.pause", Err("policy-error")),
        ("object.spec.replicas", Err("policy-error")),
        ("authorizer.requestResource.check('scale').allowed()", Err("policy-unsupported")),
        ("namespaceObject.metadata.name == 'a'", Err("policy-unsupported")),
        ("request.userInfo.username == 'a'", Err("policy-unsupported")),
        ("authorizer.group('').resource('pods').check('get').allowed()", Err("policy-unsupported")),
        ("object.spec.replicas >= oldObject.spec.replicas", Err("policy-unsupported")),
        ("object.spec.replicas < 5 || request.userInfo.username == 'a'", Err("policy-unsupported")),
        ("object.spec.replicas < 5 && request.userInfo.username == 'a'", Ok("spec.replicas")),
    ];
    for (expression, expected) in table {
        let quoted = expression.replace('\'', "''");
        let (policies, findings) = policies(&policy(
            ALL,
            &format!(
                "  variables:\n  - {{name: count, expression: object.spec.replicas}}\n  - {{name: broken, expression: object.spec.none}}\n  validations:\n  - expression: '{quoted}'\n"
            ),
        ));
        assert!(findings.is_empty(), "{expression}: {findings:?}");
        let found = checked(&policies, manifest);
        let [finding] = &found[..] else { panic!("{expression}: {found:?}") };
        match expected {
            Ok(path) => {
                assert_eq!(finding.code.name, "policy-denied", "{expression}");
                assert_eq!(finding.path.as_deref().unwrap_or_default(), *path, "{expression}");
                assert!(finding.message.starts_with("failed expression: "), "{}", finding.message);
            }
            Err(code) => assert_eq!(finding.code.name, *code, "{expression}"),
        }
    }
}

#[test]
fn messages_are_computed_where_the_policy_says_so() {
    let table = [
        ("messageExpression: \"'has ' + string(object.count)\", message: plain", "has 3"),
        ("messageExpression: 'string(object.none)', message: plain", "plain"),
        ("messageExpression: \"''\", message: plain", "plain"),
        ("message: plain", "plain"),
    ];
    for (said, expected) in table {
        let (policies, findings) = policies(&policy(
            ALL,
            &format!("  validations: [{{expression: object.count < 3, {said}}}]\n"),
        ));
        assert!(findings.is_empty(), "{findings:?}");
        let found = checked(&policies, "apiVersion: example.com/v1\nkind: Thing\ncount: 3\n");
        assert_eq!(found[0].message, expected);
    }
}

#[test]
fn what_does_not_compile_is_marked_within_the_expression() {
    for (clause, wrong) in [
        ("validations:\n  - expression: object.spec.replicas <= five\n", "five"),
        (
            "validations:\n  - expression: |\n      object.spec.replicas <= 5 &&\n        object.metadata.name.startWith('a')\n",
            "startWith",
        ),
        ("validations:\n  - {expression: \"'a' == \\\"a\\\" && wrong\"}\n", "wrong"),
        ("validations:\n  - expression: >-\n      true &&\n      wrong\n", "wrong"),
    ] {
        let text = policy(ALL, &format!("  {clause}"));
        let (_, findings) = policies(&text);
        let [finding] = &findings[..] else { panic!("{clause}: {findings:?}") };
        let start = finding.at.location.span.start;
        assert!(text[start..].starts_with(wrong), "{clause}: {}", &text[start..]);
    }
}

#[test]
fn hostile_policies_end() {
    for text in [
        "",
        "- a\n- b\n",
        "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicy\nspec: [1]\n",
        &policy(ALL, "  validations: [{expression: 7}, {}, 3]\n"),
        &policy(ALL, "  validations: {expression: 'true'}\n"),
        &policy(ALL, &format!("  validations: [{{expression: '{}'}}]\n", "(".repeat(5000))),
        &policy(ALL, &format!("  validations: [{{expression: \"'{}\"}}]\n", "\\\\".repeat(5000))),
    ] {
        let (policies, findings) = policies(text);
        assert!(
            policies.is_empty()
                || !checked(&policies, "apiVersion: v1\nkind: Pod\n").is_empty()
                || !findings.is_empty()
        );
    }
}
