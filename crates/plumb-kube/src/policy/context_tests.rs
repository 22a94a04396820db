//! What surrounds a policy: bindings, parameters, Namespaces, conditions, and what only a cluster has.

use super::tests::{checked, policies};

const POLICY: &str = "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicy\nmetadata: {name: own}\nspec:\n";
const FOR: &str = "  matchConstraints: {resourceRules: [{apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: [deployments]}]}\n";
const LIMIT: &str = "  paramKind: {apiVersion: v1, kind: ConfigMap}\n  validations: [{expression: 'object.spec.replicas <= int(params.data.most)', messageExpression: \"'at most ' + params.data.most\"}]\n";
const FEW: &str = "  validations: [{expression: 'object.spec.replicas <= 5', message: few}]\n";
const DEPLOYMENT: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\nspec: {replicas: 7}\n";

fn binding(spec: &str) -> String {
    format!(
        "---\napiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicyBinding\nmetadata: {{name: own}}\nspec: {{policyName: own, {spec}}}\n"
    )
}

fn limits(metadata: &str, most: &str) -> String {
    format!(
        "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{{metadata}}}\ndata: {{most: '{most}'}}\n"
    )
}

/// Codes and messages of what is said of manifests.
fn said(policy: &str, manifests: &str) -> Vec<String> {
    let (policies, findings) = policies(policy);
    assert_eq!(findings, [], "{policy}");
    let found = checked(&policies, manifests);
    found.iter().map(|one| format!("{} {}", one.code.name, one.message)).collect()
}

fn codes(policy: &str, manifests: &str) -> Vec<String> {
    let said = said(policy, manifests);
    said.iter().filter_map(|one| Some(one.split(' ').next()?.to_owned())).collect()
}

#[test]
fn parameters_come_from_what_the_book_shows() {
    let of = |reference: &str| {
        format!(
            "{POLICY}{FOR}{LIMIT}{}",
            binding(&format!(
                "validationActions: [Deny], paramRef: {{{reference}, parameterNotFoundAction: Allow}}"
            ))
        )
    };
    let named = of("name: limits");
    let denied = |most: &str| vec![format!("policy-denied at most {most}")];
    let shop = |most: &str| limits("name: limits, namespace: shop", most);
    // In the folder of policies, or on a page.
    assert_eq!(said(&format!("{named}{}", shop("3")), DEPLOYMENT), denied("3"));
    assert_eq!(said(&named, &format!("{DEPLOYMENT}{}", shop("3"))), denied("3"));
    assert_eq!(said(&format!("{named}{}", shop("9")), DEPLOYMENT), [""; 0]);
    // Of the namespace of the object, or the one that is named; what says none goes anywhere.
    let other = limits("name: limits, namespace: other", "3");
    assert_eq!(codes(&format!("{named}{other}"), DEPLOYMENT), ["policy-unsupported"]);
    assert_eq!(
        said(&format!("{}{other}", of("name: limits, namespace: other")), DEPLOYMENT),
        denied("3")
    );
    assert_eq!(said(&format!("{named}{}", limits("name: limits", "4")), DEPLOYMENT), denied("4"));
    // Several by their labels, each of which has to hold.
    let by_label = of("selector: {matchLabels: {kind: limit}}");
    let one = |name: &str, most: &str| {
        limits(&format!("name: {name}, namespace: shop, labels: {{kind: limit}}"), most)
    };
    let both = format!("{by_label}{}{}{}", one("a", "3"), one("b", "4"), shop("1"));
    assert_eq!(said(&both, DEPLOYMENT), ["policy-denied at most 3", "policy-denied at most 4"]);
    // None that is shown, whatever the binding says for that; none that a binding names.
    assert_eq!(codes(&named, DEPLOYMENT), ["policy-unsupported"]);
    assert_eq!(codes(&format!("{POLICY}{FOR}{LIMIT}"), DEPLOYMENT), ["policy-unsupported"]);
    assert_eq!(codes(&named, "apiVersion: v1\nkind: Pod\n"), [""; 0], "it is for no Pod");
}

#[test]
fn bindings_choose_manifests_and_levels() {
    let namespace = |labels: &str| {
        format!(
            "---\napiVersion: v1\nkind: Namespace\nmetadata: {{name: shop, labels: {{{labels}}}}}\n"
        )
    };
    let prod = "matchResources: {namespaceSelector: {matchLabels: {env: prod}}}";
    let table: &[(&str, String, String, &[&str])] = &[
        ("warns", binding("validationActions: [Warn, Audit]"), String::new(), &["policy-warned"]),
        ("audits", binding("validationActions: [Audit]"), String::new(), &["policy-audited"]),
        (
            "the strictest of two",
            format!(
                "{}{}",
                binding("validationActions: [Warn]"),
                binding("validationActions: [Deny]")
            ),
            String::new(),
            &["policy-denied"],
        ),
        (
            "a namespace of the book",
            binding(&format!("validationActions: [Deny], {prod}")),
            namespace("env: prod"),
            &["policy-denied"],
        ),
        (
            "another namespace",
            binding(&format!("validationActions: [Deny], {prod}")),
            namespace("env: test"),
            &[],
        ),
        (
            "none that is shown",
            binding(&format!("validationActions: [Deny], {prod}")),
            String::new(),
            &["policy-unsupported"],
        ),
        (
            "two that differ",
            binding(&format!("validationActions: [Deny], {prod}")),
            namespace("env: prod") + &namespace("env: test"),
            &["policy-unsupported"],
        ),
        (
            "by its name",
            binding(
                "validationActions: [Deny], matchResources: {namespaceSelector: {matchExpressions: [{key: kubernetes.io/metadata.name, operator: NotIn, values: [kube-system]}]}}",
            ),
            String::new(),
            &["policy-denied"],
        ),
        (
            "other objects",
            binding(
                "validationActions: [Deny], matchResources: {objectSelector: {matchLabels: {a: b}}}",
            ),
            String::new(),
            &[],
        ),
        (
            "resources",
            binding(
                "validationActions: [Deny], matchResources: {resourceRules: [{apiGroups: [apps], apiVersions: ['*'], operations: ['*'], resources: [deployments], resourceNames: [db]}]}",
            ),
            String::new(),
            &[],
        ),
        (
            "all but",
            binding(
                "validationActions: [Deny], matchResources: {excludeResourceRules: [{apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['deployments/*']}]}",
            ),
            String::new(),
            &[],
        ),
    ];
    for (what, binding, others, expected) in table {
        let found =
            codes(&format!("{POLICY}{FOR}{FEW}{binding}"), &format!("{DEPLOYMENT}{others}"));
        assert_eq!(found, *expected, "{what}");
    }
    let unsaid = DEPLOYMENT.replace(", namespace: shop", "");
    let policy = format!("{POLICY}{FOR}{FEW}{}", table[7].1);
    assert_eq!(codes(&policy, &unsaid), ["policy-ignored"], "who applies it says where");
    assert_eq!(codes(&policy, &unsaid.replace('7', "3")), [""; 0], "it is taken in any case");
}

#[test]
fn conditions_are_asked_all() {
    let policy =
        |conditions: &str| format!("{POLICY}{FOR}  matchConditions: [{conditions}]\n{FEW}");
    let condition = |name: &str, text: &str| format!("{{name: {name}, expression: \"{text}\"}}");
    let fails = condition("a", "object.spec.none == 1");
    let no = condition("b", "object.metadata.name == 'db'");
    let user = condition("c", "request.userInfo.username != 'root'");
    let table: &[(String, &[&str])] = &[
        (no.clone(), &[]),
        (fails.clone(), &["policy-error"]),
        // One that is false decides over one that fails, or that only a cluster decides.
        (format!("{fails}, {no}"), &[]),
        (format!("{user}, {no}"), &[]),
        (user, &["policy-unsupported"]),
    ];
    for (conditions, expected) in table {
        assert_eq!(codes(&policy(conditions), DEPLOYMENT), *expected, "{conditions}");
    }
}

#[test]
fn what_only_a_cluster_has_is_said_once() {
    let two = format!("{DEPLOYMENT}---\n{}", DEPLOYMENT.replace("web", "db"));
    let policy = |text: &str| {
        format!(
            "{POLICY}{FOR}  validations: [{{expression: \"{text}\"}}, {{expression: \"{text}\"}}]\n"
        )
    };
    for text in [
        "request.userInfo.username == 'root'",
        "authorizer.group('').resource('pods').check('get').allowed()",
        "oldObject.spec.replicas <= object.spec.replicas",
        "namespaceObject.metadata.labels.env == 'prod'",
    ] {
        assert_eq!(codes(&policy(text), &two), ["policy-unsupported"], "{text}");
    }
    for text in [
        "oldObject == null || oldObject.spec == object.spec",
        "!request.dryRun",
        "request.operation == 'CREATE' || request.userInfo.username == 'root'",
    ] {
        assert_eq!(codes(&policy(text), &two), [""; 0], "{text}");
    }
}

#[test]
fn another_version_of_an_object_is_not_made() {
    let scaler = "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: a, namespace: b}\nspec: {maxReplicas: 30, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: a}}\n";
    let policy = |version: &str, more: &str, most: u32| {
        format!(
            "{POLICY}  matchConstraints: {{{more}resourceRules: [{{apiGroups: [autoscaling], apiVersions: [{version}], operations: [CREATE], resources: [horizontalpodautoscalers]}}]}}\n  validations: [{{expression: object.spec.maxReplicas <= {most}}}]\n"
        )
    };
    assert_eq!(codes(&policy("v2", "", 5), scaler), ["policy-denied"]);
    assert_eq!(codes(&policy("v1", "", 5), scaler), ["policy-unsupported"]);
    assert_eq!(codes(&policy("v1", "", 50), scaler), [""; 0]);
    assert_eq!(codes(&policy("v1", "matchPolicy: Exact, ", 5), scaler), [""; 0]);
    assert_eq!(codes(&policy("v9", "", 5), scaler), [""; 0], "no server has that version");
    let gone = scaler.replace("autoscaling/v2", "autoscaling/v2beta1");
    assert_eq!(codes(&policy("v2", "", 5), &gone), [""; 0], "nor this one");
}

#[test]
fn what_changes_objects_is_compiled_and_left_out() {
    let mutation = |expression: &str| {
        format!(
            "apiVersion: admissionregistration.k8s.io/v1\nkind: MutatingAdmissionPolicy\nmetadata: {{name: more}}\nspec:\n{FOR}  reinvocationPolicy: Never\n  mutations: [{{patchType: ApplyConfiguration, applyConfiguration: {{expression: \"{expression}\"}}}}]\n---\napiVersion: admissionregistration.k8s.io/v1\nkind: MutatingAdmissionPolicyBinding\nmetadata: {{name: more}}\nspec: {{policyName: more}}\n"
        )
    };
    let found = |text: &str| -> Vec<&str> {
        let (_, findings) = policies(&mutation(text));
        findings.iter().map(|finding| finding.code.name).collect()
    };
    assert_eq!(found("Object{spec: Object.spec{replicas: 3}}"), ["policy-unsupported"]);
    assert_eq!(
        found("Object{spec: Objects.spec{replicas: 3}}"),
        ["policy-invalid", "policy-unsupported"]
    );
}
