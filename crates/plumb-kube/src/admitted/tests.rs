use super::*;
use crate::gaps::{Certainty, Placeholder};
use crate::path::Step;
use crate::{Document, Format, Schemas, Versions, read};
use plumb_cel::{Budget, Environment, Type};
use plumb_text::{Source, TextMap};

fn document(text: &str) -> Document {
    let source = Source::new("page.yaml", text);
    read(source.text(), &TextMap::identity(&source), Format::Yaml).documents.remove(0)
}

/// What an expression says of an object as policies see it.
fn said(document: &Document, expression: &str) -> Cel {
    let schemas = Schemas::embedded();
    let versions = Versions::default();
    let (group, version) = (document.group().unwrap_or(""), document.version().unwrap_or(""));
    let kind = document.kind().map_or("", |kind| kind.value);
    let known = schemas.find(group, version, kind, &versions);
    let context = Context { group, kind, known: known.as_deref(), is_namespaced: false };
    let object = admitted(&document.root, &context, &FieldPath::default(), &document.gaps);
    let environment = Environment::kubernetes(37).variable("object", Type::Dyn);
    let program =
        environment.compile(expression).unwrap_or_else(|error| panic!("{expression}: {error}"));
    let value = program.evaluate(&|_: &str| Some(object.clone()), &mut Budget::default());
    value.unwrap_or_else(|error| panic!("{expression}: {error}"))
}

const POD: &str = "template: {metadata: {labels: {a: b}}, spec: {containers: [{name: a, image: 'r.example.com:5000/a'}]}}";

fn workload(head: &str, spec: &str) -> String {
    format!(
        "{head}\nmetadata: {{name: a, namespace: b}}\nspec: {{selector: {{matchLabels: {{a: b}}}}, {spec}{POD}}}\n"
    )
}

/// What `kubectl create --dry-run=server -o yaml` adds, by the functions of `pkg/apis/*/v1/defaults.go`.
#[test]
fn defaults_are_those_of_the_server() {
    let deployment = |spec: &str| workload("apiVersion: apps/v1\nkind: Deployment", spec);
    let service = |spec: &str| {
        format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: a}}\nspec: {{{spec}ports: [{{port: 80}}]}}\n"
        )
    };
    let pod = |spec: &str| {
        format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec: {{{spec}}}\n")
    };
    let container = "object.spec.template.spec.containers[0]";
    let table: &[(String, &[&str])] = &[
        (
            deployment(""),
            &[
                "object.spec.replicas == 1 && object.spec.revisionHistoryLimit == 10",
                "object.spec.strategy.type == 'RollingUpdate' && object.spec.strategy.rollingUpdate.maxSurge == '25%'",
                "object.spec.progressDeadlineSeconds == 600",
                "object.spec.template.spec.restartPolicy == 'Always' && object.spec.template.spec.dnsPolicy == 'ClusterFirst'",
                "object.spec.template.spec.securityContext == {} && object.spec.template.spec.schedulerName == 'default-scheduler'",
                "object.spec.template.spec.terminationGracePeriodSeconds == 30",
                &format!("{container}.imagePullPolicy == 'Always' && {container}.terminationMessagePolicy == 'File'"),
                &format!("{container}.terminationMessagePath == '/dev/termination-log' && {container}.resources == {{}}"),
                "!has(object.spec.paused) && !has(object.spec.template.spec.serviceAccountName)",
            ],
        ),
        (
            deployment("strategy: {type: Recreate}, replicas: 0, paused: false, minReadySeconds: 0, "),
            &["!has(object.spec.strategy.rollingUpdate)", "object.spec.replicas == 0", "!has(object.spec.paused) && !has(object.spec.minReadySeconds)"],
        ),
        (
            deployment("strategy: {rollingUpdate: {maxSurge: 2}}, "),
            &["object.spec.strategy.rollingUpdate == {'maxSurge': dyn(2), 'maxUnavailable': dyn('25%')}"],
        ),
        (
            workload("apiVersion: apps/v1\nkind: DaemonSet", ""),
            &["object.spec.updateStrategy.rollingUpdate == {'maxUnavailable': 1, 'maxSurge': 0}"],
        ),
        (
            workload("apiVersion: apps/v1\nkind: StatefulSet", "serviceName: a, volumeClaimTemplates: [{metadata: {name: a}, spec: {}}], "),
            &[
                "object.spec.podManagementPolicy == 'OrderedReady' && object.spec.updateStrategy.rollingUpdate.partition == 0",
                "object.spec.persistentVolumeClaimRetentionPolicy.whenDeleted == 'Retain'",
                "object.spec.volumeClaimTemplates[0].kind == 'PersistentVolumeClaim' && object.spec.volumeClaimTemplates[0].spec.volumeMode == 'Filesystem'",
            ],
        ),
        (
            format!("apiVersion: batch/v1\nkind: Job\nmetadata: {{name: a}}\nspec: {{{POD}}}\n"),
            &[
                "object.spec.completions == 1 && object.spec.parallelism == 1 && object.spec.backoffLimit == 6",
                "object.spec.suspend == false && object.spec.completionMode == 'NonIndexed'",
                "object.metadata.labels.a == 'b'",
                "object.spec.selector.matchLabels.all(key, object.spec.template.metadata.labels[key] == object.spec.selector.matchLabels[key])",
            ],
        ),
        (
            format!("apiVersion: batch/v1\nkind: CronJob\nmetadata: {{name: a}}\nspec: {{schedule: '* * * * *', jobTemplate: {{spec: {{{POD}}}}}}}\n"),
            &[
                "object.spec.concurrencyPolicy == 'Allow' && object.spec.failedJobsHistoryLimit == 1 && object.spec.suspend == false",
                // A Job's own defaults are not for the template of one.
                "!has(object.spec.jobTemplate.spec.backoffLimit)",
                "object.spec.jobTemplate.spec.template.spec.containers[0].imagePullPolicy == 'Always'",
            ],
        ),
        (
            "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: a}\nspec: {maxReplicas: 3, behavior: {scaleDown: {selectPolicy: Min}}}\n".to_owned(),
            &[
                "object.spec.minReplicas == 1 && object.spec.metrics[0].resource.target.averageUtilization == 80",
                "object.spec.behavior.scaleUp.policies.size() == 2 && object.spec.behavior.scaleDown.selectPolicy == 'Min'",
                "!has(object.spec.behavior.scaleDown.stabilizationWindowSeconds)",
            ],
        ),
        (
            service(""),
            &[
                "object.spec.type == 'ClusterIP' && object.spec.sessionAffinity == 'None' && object.spec.internalTrafficPolicy == 'Cluster'",
                "object.spec.ports[0].protocol == 'TCP' && object.spec.ports[0].targetPort == 80 && !has(object.spec.ports[0].nodePort)",
                "!has(object.spec.externalTrafficPolicy) && !has(object.spec.allocateLoadBalancerNodePorts)",
            ],
        ),
        (
            service("type: LoadBalancer, sessionAffinity: ClientIP, "),
            &[
                "object.spec.externalTrafficPolicy == 'Cluster' && object.spec.allocateLoadBalancerNodePorts",
                "object.spec.sessionAffinityConfig.clientIP.timeoutSeconds == 10800 && has(object.spec.ports[0].nodePort)",
            ],
        ),
        (service("type: ExternalName, externalName: a.example.com, "), &["!has(object.spec.internalTrafficPolicy) && !has(object.spec.clusterIP)"]),
        (
            "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {ports: [{port: 80, targetPort: 0}, {port: 81, targetPort: web}]}\n".to_owned(),
            &["object.spec.ports[0].targetPort == 80 && object.spec.ports[1].targetPort == 'web'"],
        ),
        (service("clusterIP: None, "), &["object.spec.clusterIPs == ['None']"]),
        (
            pod("hostNetwork: true, automountServiceAccountToken: false, containers: [{name: a, image: 'a:1', ports: [{containerPort: 80}], resources: {limits: {cpu: 2, memory: 1024Mi}, requests: {cpu: 0.5}}, readinessProbe: {httpGet: {port: 80}}}], volumes: [{name: a}, {name: b, secret: {secretName: s}}, {name: c, hostPath: {path: /a}}]"),
            &[
                "object.spec.enableServiceLinks && object.spec.serviceAccountName == 'default' && object.spec.serviceAccount == 'default'",
                "object.spec.containers[0].imagePullPolicy == 'IfNotPresent' && object.spec.containers[0].ports[0] == {'containerPort': dyn(80), 'hostPort': dyn(80), 'protocol': dyn('TCP')}",
                "object.spec.containers[0].resources == {'limits': {'cpu': '2', 'memory': '1Gi'}, 'requests': {'cpu': '500m', 'memory': '1Gi'}}",
                "object.spec.containers[0].readinessProbe == {'httpGet': dyn({'port': dyn(80), 'path': dyn('/'), 'scheme': dyn('HTTP')}), 'timeoutSeconds': dyn(1), 'periodSeconds': dyn(10), 'successThreshold': dyn(1), 'failureThreshold': dyn(3)}",
                "object.spec.volumes[0].emptyDir == {} && object.spec.volumes[1].secret.defaultMode == 420 && object.spec.volumes[2].hostPath.type == ''",
            ],
        ),
        (
            pod("hostNetwork: false, hostPID: false, automountServiceAccountToken: false, containers: [{name: a, image: 'a@sha256:00', command: [], securityContext: {privileged: false}}]"),
            &[
                "!has(object.spec.hostNetwork) && !has(object.spec.hostPID) && object.spec.automountServiceAccountToken == false",
                "object.spec.containers[0].imagePullPolicy == 'IfNotPresent' && !has(object.spec.containers[0].command)",
                "object.spec.containers[0].securityContext.privileged == false",
            ],
        ),
        (
            "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: a}\nspec: {podSelector: {}, egress: [{ports: [{port: 53}]}]}\n".to_owned(),
            &["object.spec.policyTypes == ['Ingress', 'Egress'] && object.spec.egress[0].ports[0].protocol == 'TCP' && object.spec.podSelector == {}"],
        ),
        (
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: a}\nroleRef: {kind: Role, name: a}\nsubjects: [{kind: User, name: a}, {kind: ServiceAccount, name: a, namespace: b}]\n".to_owned(),
            &["object.roleRef.apiGroup == object.subjects[0].apiGroup && !has(object.subjects[1].apiGroup)"],
        ),
        ("apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n".to_owned(), &["object.metadata.labels['kubernetes.io/metadata.name'] == 'a'"]),
        (
            "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\nspec: {finalizers: [own]}\nstatus: {phase: Terminating}\n".to_owned(),
            &["object.spec.finalizers == ['own', 'kubernetes'] && object.status == {'phase': 'Active'}"],
        ),
        (
            "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\nspec: {finalizers: [kubernetes]}\n".to_owned(),
            &["object.spec.finalizers == ['kubernetes'] && object.status.phase == 'Active'"],
        ),
        ("apiVersion: v1\nkind: Secret\nmetadata: {name: a}\n".to_owned(), &["object.type == 'Opaque' && !has(object.data)"]),
        (
            "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata: {a: b2xk, b: b2xk}\nstringData: {a: new, c: ''}\n".to_owned(),
            &["object.data == {'a': 'bmV3', 'b': 'b2xk', 'c': ''} && !has(object.stringData)"],
        ),
        (
            // Only a Secret has text beside its data.
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: new}\n".to_owned(),
            &["object.data == {'a': 'new'}"],
        ),
        (
            "apiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: {name: a}\nvalue: 10\nglobalDefault: false\n".to_owned(),
            &["!has(object.globalDefault) && object.preemptionPolicy == 'PreemptLowerPriority'"],
        ),
        (
            "apiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: {name: a}\nvalue: 10\nglobalDefault: true\n".to_owned(),
            &["object.globalDefault"],
        ),
        (
            // Of a custom kind, by its schema.
            "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: a}\nspec: {rules: [{backendRefs: [{name: a, port: 80}]}]}\n".to_owned(),
            &["object.spec.rules[0].matches[0].path == {'type': 'PathPrefix', 'value': '/'} && object.spec.rules[0].backendRefs[0].weight == 1"],
        ),
    ];
    for (text, expressions) in table {
        let document = document(text);
        for expression in *expressions {
            assert!(matches!(said(&document, expression), Cel::Bool(true)), "{text}{expression}");
        }
    }
}

/// What a page leaves out may say something else than the default.
#[test]
fn nothing_is_filled_into_a_gap() {
    let path = |steps: &[&str]| {
        let steps = steps.iter().map(|step| Step::Field((*step).to_owned()));
        steps.fold(FieldPath::default(), FieldPath::then)
    };
    let text = workload("apiVersion: apps/v1\nkind: Deployment", "");
    let unknown = |document: &Document, expression: &str| {
        assert!(matches!(said(document, expression), Cel::Unknown), "{expression}");
    };
    let mut open = document(&text);
    open.gaps.open(path(&["spec"]));
    unknown(&open, "object.spec.replicas");
    unknown(&open, "object.spec.strategy.type");
    assert!(matches!(
        said(&open, "object.spec.template.spec.restartPolicy == 'Always'"),
        Cel::Bool(true)
    ));

    let mut replaced = document(&text);
    let container = path(&["spec", "template", "spec", "containers"]).then(Step::Index(0));
    let image = container.then(Step::Field("image".to_owned()));
    let span = replaced.span;
    replaced.gaps.replaced(Placeholder { path: image, span, certainty: Certainty::Sure });
    unknown(&replaced, "object.spec.template.spec.containers[0].imagePullPolicy");
    assert!(matches!(said(&replaced, "object.spec.replicas"), Cel::Int(1)));

    let plain = document(
        "apiVersion: v1\nkind: Pod\nmetadata: {generateName: a-}\nspec: {containers: []}\n",
    );
    for expression in
        ["object.metadata.name", "object.metadata.uid", "object.metadata.creationTimestamp"]
    {
        unknown(&plain, expression);
    }
    for hostile in [
        "apiVersion: v1\nkind: Pod\n",
        "apiVersion: v1\nkind: Pod\nspec: [1]\n",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: 3\nspec: {template: []}\n",
    ] {
        said(&document(hostile), "has(object.metadata)");
    }
}

/// What plugins of admission, which are on by default, add to an object is neither there nor not.
#[test]
fn what_admission_adds_is_not_known() {
    let pod = |spec: &str| {
        format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec: {{{spec}}}\n")
    };
    let bare = pod("containers: [{name: a, image: 'a:1'}]");
    let written = pod(
        "tolerations: [{key: a, operator: Exists}], volumes: [{name: a, hostPath: {path: /a}}], imagePullSecrets: [{name: s}], containers: [{name: a, image: 'a:1', volumeMounts: [{name: a, mountPath: /a}]}]",
    );
    let without_token =
        pod("automountServiceAccountToken: false, containers: [{name: a, image: 'a:1'}]");
    let template = workload("apiVersion: apps/v1\nkind: Deployment", "");
    let claim = |spec: &str| {
        format!(
            "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {{name: a}}\nspec: {{{spec}}}\n"
        )
    };
    let ingress = |annotations: &str, spec: &str| {
        format!(
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: a, annotations: {{{annotations}}}}}\nspec: {{{spec}}}\n"
        )
    };
    let set = workload(
        "apiVersion: apps/v1\nkind: StatefulSet",
        "volumeClaimTemplates: [{metadata: {name: a}, spec: {}}], ",
    );
    let unknown: &[(&str, &[&str])] = &[
        (
            &bare,
            &[
                "has(object.spec.volumes)",
                "!has(object.spec.volumes) || object.spec.volumes.all(v, !has(v.hostPath))",
                "has(object.spec.containers[0].volumeMounts)",
                "has(object.spec.imagePullSecrets)",
                "object.spec.tolerations.size() == 0",
                "object.spec.priority == 0",
                "object.spec.preemptionPolicy == 'Never'",
            ],
        ),
        (
            &written,
            &[
                "object.spec.tolerations.all(t, t.key == 'a')",
                "object.spec.volumes.all(v, has(v.hostPath))",
                "object.spec.volumes.size() == 1",
                "object.spec.containers[0].volumeMounts.all(m, m.name == 'a')",
            ],
        ),
        (&claim(""), &["has(object.spec.storageClassName)"]),
        (&ingress("a: b", ""), &["has(object.spec.ingressClassName)"]),
    ];
    for (text, expressions) in unknown {
        let document = document(text);
        for expression in *expressions {
            assert!(matches!(said(&document, expression), Cel::Unknown), "{text}{expression}");
        }
    }
    let known: &[(&str, &[&str])] = &[
        // What is always added is there, and all else is as it is written.
        (
            &bare,
            &[
                "has(object.spec.tolerations) && has(object.spec.priority)",
                "!has(object.spec.hostNetwork) && !has(object.spec.nodeSelector)",
            ],
        ),
        (
            &written,
            &[
                "object.spec.tolerations.exists(t, t.key == 'a')",
                "object.spec.volumes.exists(v, has(v.hostPath))",
                "!object.spec.volumes.all(v, !has(v.hostPath))",
                "object.spec.imagePullSecrets == [{'name': 's'}]",
            ],
        ),
        (
            &without_token,
            &["!has(object.spec.volumes) && !has(object.spec.containers[0].volumeMounts)"],
        ),
        (
            &template,
            &[
                "!has(object.spec.template.spec.volumes) && !has(object.spec.template.spec.tolerations)",
                "!has(object.spec.template.spec.priority) && !has(object.spec.template.spec.imagePullSecrets)",
                "!has(object.spec.template.spec.containers[0].volumeMounts)",
            ],
        ),
        (&claim("storageClassName: ''"), &["object.spec.storageClassName == ''"]),
        (&set, &["!has(object.spec.volumeClaimTemplates[0].spec.storageClassName)"]),
        (&ingress("", "ingressClassName: a"), &["object.spec.ingressClassName == 'a'"]),
        (&ingress("kubernetes.io/ingress.class: a", ""), &["!has(object.spec.ingressClassName)"]),
    ];
    for (text, expressions) in known {
        let document = document(text);
        for expression in *expressions {
            assert!(matches!(said(&document, expression), Cel::Bool(true)), "{text}{expression}");
        }
    }
}

/// Text that stands for another one is data that nobody knows.
#[test]
fn text_of_a_secret_that_is_not_known_is_unknown_data() {
    let path = |steps: &[&str]| {
        let steps = steps.iter().map(|step| Step::Field((*step).to_owned()));
        steps.fold(FieldPath::default(), FieldPath::then)
    };
    let text = "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata: {b: b2xk}\nstringData: {a: PASSWORD}\n";
    let mut replaced = document(text);
    let span = replaced.span;
    let place = path(&["stringData", "a"]);
    replaced.gaps.replaced(Placeholder { path: place, span, certainty: Certainty::Sure });
    assert!(matches!(said(&replaced, "object.data.a"), Cel::Unknown));
    assert!(matches!(
        said(&replaced, "has(object.data.a) && object.data.b == 'b2xk' && !has(object.stringData)"),
        Cel::Bool(true)
    ));
    let mut open = document(text);
    open.gaps.open(path(&["stringData"]));
    assert!(matches!(said(&open, "has(object.data.c)"), Cel::Unknown));
    assert!(matches!(said(&open, "object.data.a == 'UEFTU1dPUkQ='"), Cel::Bool(true)));
    let mut without =
        document("apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata: {b: b2xk}\n");
    assert!(matches!(said(&without, "has(object.data.c)"), Cel::Bool(false)));
    without.gaps.open(path(&[]));
    assert!(matches!(said(&without, "has(object.data.c)"), Cel::Unknown));
    let mut hidden = document(text);
    hidden.gaps.hide(path(&["stringData"]));
    assert!(matches!(said(&hidden, "object.data.c"), Cel::Unknown));
}
