//! What surrounds a policy: bindings, parameters, Namespaces, conditions, and what only a cluster has.

use super::tests::{checked, policies};
use crate::{Schemas, Versions};

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

/// Where a parameter is not shown, what does not read it is judged all the same, and what reads it is named.
#[test]
fn parameters_that_are_not_shown_leave_the_rest() {
    let policy = |validations: &str, more: &str| {
        format!(
            "{POLICY}{FOR}  paramKind: {{apiVersion: v1, kind: ConfigMap}}\n{more}  validations:\n{validations}"
        )
    };
    let few = "  - {expression: 'object.spec.replicas <= 5', message: few}\n";
    let most = "  - {expression: 'object.spec.replicas <= int(params.data.most)'}\n";
    let either = "  - {expression: 'object.spec.replicas <= 9 || has(params.data)'}\n";
    let variable = "  variables: [{name: most, expression: 'int(params.data.most)'}]\n";
    let by_variable = "  - {expression: 'object.spec.replicas <= variables.most'}\n";
    let condition = "  matchConditions: [{name: a, expression: 'params.data.on'}]\n";
    let bound = binding("validationActions: [Deny], paramRef: {name: limits}");
    let (denied, lacking) = ("policy-denied", "policy-unsupported");
    let table: &[(String, &[&str])] = &[
        (policy(few, ""), &[denied]),
        (policy(most, ""), &[lacking]),
        (policy(&format!("{most}{few}"), ""), &[denied, lacking]),
        (policy(either, ""), &[]),
        (policy(by_variable, variable), &[lacking]),
        (policy(few, variable), &[denied]),
        // Whether the policy is for the manifest, the parameter says.
        (policy(few, condition), &[lacking]),
        (policy(either, condition), &[]),
    ];
    for (policy, expected) in table {
        assert_eq!(codes(policy, DEPLOYMENT), *expected, "{policy}");
        assert_eq!(codes(&format!("{policy}{bound}"), DEPLOYMENT), *expected, "{policy}");
    }
}

/// What is not known is said where it is asked for, and of the manifest that asks.
#[test]
fn what_is_not_known_is_said_where_it_is_asked_for() {
    /// The line of each place, and what is said of it.
    type Told = (String, Option<String>, Vec<(String, String)>);
    let line = |at: &plumb_text::Location| -> String {
        let from = &at.source.text()[at.span.start..];
        from.lines().next().unwrap_or_default().to_owned()
    };
    let found = |policy: &str, manifest: &str| -> Vec<Told> {
        let (policies, findings) = policies(policy);
        assert_eq!(findings, []);
        let one = |finding: &plumb_text::diag::Diagnostic| {
            let related = finding.related.iter();
            let related = related.map(|label| (line(&label.location), label.text.clone()));
            (line(&finding.at.location), finding.document.clone(), related.collect())
        };
        checked(&policies, manifest).iter().map(one).collect()
    };
    let told = |place: &str, by: &str, related: &[(&str, String)]| -> Vec<Told> {
        let related = related.iter().map(|(place, text)| ((*place).to_owned(), text.clone()));
        vec![(place.to_owned(), Some(by.to_owned()), related.collect())]
    };
    let expression = "object.spec.replicas <= int(params.data.most)";
    let policy = format!(
        "{POLICY}{FOR}  paramKind:\n    apiVersion: v1\n    kind: ConfigMap\n  validations:\n  - expression: {expression}\n"
    );
    let binding = |spec: &str| {
        format!(
            "---\napiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicyBinding\nmetadata: {{name: here}}\nspec:\n  policyName: own\n  validationActions: [Deny]\n{spec}"
        )
    };
    let (own, here) = ("ValidatingAdmissionPolicy/own", "ValidatingAdmissionPolicyBinding/here");
    assert_eq!(
        found(&policy, DEPLOYMENT),
        told(expression, own, &[("paramKind:", format!("{own} names them here"))])
    );
    let bound = format!("{policy}{}", binding("  paramRef:\n    name: limits\n"));
    assert_eq!(
        found(&bound, DEPLOYMENT),
        told(expression, own, &[("paramRef:", format!("{here} names them here"))])
    );
    let selecting =
        binding("  matchResources:\n    namespaceSelector:\n      matchLabels: {env: prod}\n");
    let chosen = format!("{POLICY}{FOR}{FEW}{selecting}");
    assert_eq!(found(&chosen, DEPLOYMENT), told("namespaceSelector:", here, &[]));
    let unsaid = DEPLOYMENT.replace(", namespace: shop", "");
    assert_eq!(
        found(&chosen, &unsaid),
        told(
            "Deployment",
            "Deployment/web",
            &[("namespaceSelector:", format!("{here} asks for it here"))]
        )
    );
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

/// Whether a kind lives in a namespace, its schema says: an embedded one, or a definition that the book brings.
#[test]
fn scopes_come_from_schemas() {
    let definition = |scope: &str| {
        format!(
            "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nspec: {{group: example.com, names: {{kind: Widget}}, scope: {scope}, versions: [{{name: v1, schema: {{openAPIV3Schema: {{type: object}}}}}}]}}\n"
        )
    };
    let is_cluster_wide = |manifest: &str, schemas: &Schemas| {
        let root = super::tests::documents(manifest).remove(0).root;
        let kind = super::Kind::of(&root).expect("a kind");
        kind.is_cluster_wide(schemas, &Versions::default())
    };
    let embedded = Schemas::embedded();
    for (head, expected) in [
        ("v1\nkind: Namespace", true),
        ("v1\nkind: Pod", false),
        ("rbac.authorization.k8s.io/v1\nkind: ClusterRole", true),
        ("rbac.authorization.k8s.io/v1beta1\nkind: ClusterRole", true),
        ("rbac.authorization.k8s.io/v1\nkind: Role", false),
        ("scheduling.k8s.io/v1\nkind: PriorityClass", true),
        ("cilium.io/v2\nkind: CiliumNetworkPolicy", false),
        ("cilium.io/v2\nkind: CiliumClusterwideNetworkPolicy", true),
        ("cilium.io/v2\nkind: CiliumLoadBalancerIPPool", true),
        ("cilium.io/v2\nkind: CiliumEgressGatewayPolicy", true),
        ("authentication.k8s.io/v1\nkind: TokenReview", true),
        ("example.com/v1\nkind: Widget", false),
    ] {
        assert_eq!(
            is_cluster_wide(&format!("apiVersion: {head}\n"), &embedded),
            expected,
            "{head}"
        );
    }
    let widget = "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: a}\n";
    // Objects outside of namespaces are always meant.
    let prod = "    namespaceSelector: {matchLabels: {env: prod}}\n";
    let policy = format!(
        "{POLICY}  matchConstraints:\n    resourceRules: [{{apiGroups: [example.com], apiVersions: ['*'], operations: [CREATE], resources: ['*']}}]\n{prod}  validations: [{{expression: \"'team' in object.metadata.?labels.orValue({{}})\", message: no team}}]\n"
    );
    let (policies, findings) = policies(&policy);
    assert_eq!(findings, []);
    for (scope, expected) in [("Cluster", "policy-denied"), ("Namespaced", "policy-ignored")] {
        let definitions =
            crate::store::read_definitions("crd.yaml", &definition(scope)).definitions;
        let schemas = Schemas::embedded().with(definitions);
        let document = super::tests::documents(widget).remove(0);
        let found = policies.check(&document, &schemas, &Versions::default());
        let codes: Vec<&str> = found.iter().map(|one| one.code.name).collect();
        assert_eq!(codes, [expected], "{scope}");
    }
}

#[test]
fn a_namespace_is_requested_in_itself() {
    let policy = |text: &str| {
        format!(
            "{POLICY}  matchConstraints: {{resourceRules: [{{apiGroups: ['*'], apiVersions: ['*'], operations: [CREATE], resources: [namespaces, clusterroles, configmaps]}}]}}\n  validations: [{{expression: \"{text}\"}}]\n"
        )
    };
    let namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n";
    let role = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: a}\n";
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: b}\n";
    for (manifest, expected) in [(namespace, "shop"), (role, ""), (map, "b")] {
        let of = |name: &str| codes(&policy(&format!("request.namespace == '{name}'")), manifest);
        assert_eq!(of(expected), [""; 0], "{manifest}");
        assert_eq!(of("other"), ["policy-denied"], "{manifest}");
    }
    assert_eq!(codes(&policy("namespaceObject == null"), namespace), [""; 0]);
}
